/**
 * keepalived 2.2.7's log lines about the state machine, to the letter
 * (vrrp.c, vrrp_scheduler.c). `detail` lines are written with --log-detail
 * only. An empty text means that there is nothing to say.
 */

import { MILLISECOND, type Micros, SECOND } from '../../std/instant';
import { type Heard, heeds, type VrrpContext } from './instance';
import { effectivePriority, OWNER_PRIORITY } from './timers';

/** One log line. */
export interface Saying {
  readonly text: string;
  readonly detail: boolean;
}

const SILENCE: Saying = { text: '', detail: true };

function line(context: VrrpContext, text: string): Saying {
  return { text: `(${context.settings.name}) ${text}`, detail: false };
}
function detail(context: VrrpContext, text: string): Saying {
  return { text: `(${context.settings.name}) ${text}`, detail: true };
}
function milliseconds(interval: Micros): string {
  return `${Math.floor(interval / MILLISECOND)}ms`;
}

export const enteringBackupInit = (context: VrrpContext): Saying =>
  line(context, 'Entering BACKUP STATE (init)');
export const enteringBackup = (context: VrrpContext): Saying => line(context, 'Entering BACKUP STATE');
export const enteringFault = (context: VrrpContext): Saying => line(context, 'Entering FAULT STATE');
export const timedOut = (context: VrrpContext): Saying => detail(context, 'Receive advertisement timeout');
export const goodbyeSent = (context: VrrpContext): Saying => detail(context, 'sent 0 priority');
export const goodbyeHeardByBackup = (context: VrrpContext): Saying =>
  detail(context, 'Backup received priority 0 advertisement');
export const goodbyeHeardByMaster = (context: VrrpContext): Saying =>
  detail(context, 'Master received priority 0 message');

/** An address that is still there from before is no new transition. */
export function enteringMaster(context: VrrpContext): Saying {
  return context.holds ? SILENCE : line(context, 'Entering MASTER STATE');
}

/** Version 3: a master uses its own interval again. */
export function intervalRestored(context: VrrpContext): Saying {
  const { version, interval } = context.settings;
  if (version !== 3 || context.masterInterval === interval) return SILENCE;
  return detail(
    context,
    `changing advert interval from ${milliseconds(context.masterInterval)} to locally configured ${milliseconds(interval)}`,
  );
}

export function intervalLearned(context: VrrpContext, heard: Heard): Saying {
  if (context.settings.version !== 3 || context.masterInterval === heard.interval) return SILENCE;
  return detail(
    context,
    `advertisement interval updated from ${milliseconds(context.masterInterval)} to ${milliseconds(heard.interval)} by master`,
  );
}

export function preemptDelay(context: VrrpContext, heard: Heard): Saying {
  const delay = context.settings.preemptDelay;
  if (delay === 0 || !heeds(context, heard)) return SILENCE;
  if (heard.priority >= context.priority) {
    return context.preemptAt === 0 ? SILENCE : detail(context, 'stop preempt delay');
  }
  if (context.preemptAt !== 0) return SILENCE;
  const fraction = String(delay % SECOND).padStart(6, '0');
  return detail(context, `start preempt delay (${Math.floor(delay / SECOND)}.${fraction})`);
}

export function discarding(context: VrrpContext, heard: Heard): Saying {
  return line(context, `received lower priority (${heard.priority}) advert from ${heard.from} - discarding`);
}

export function lowerClaim(context: VrrpContext, heard: Heard): Saying {
  const after = context.settings.lowerPriorityNoAdvert ? '' : ', forcing new election';
  return line(
    context,
    `Received advert from ${heard.from} with lower priority ${heard.priority}, ours ${context.priority}${after}`,
  );
}

export function higherClaim(context: VrrpContext, heard: Heard): Saying {
  if (heard.priority > context.priority) {
    return line(
      context,
      `Master received advert from ${heard.from} with higher priority ${heard.priority}, ours ${context.priority}`,
    );
  }
  return line(
    context,
    `Master received advert from ${heard.from} with same priority ${heard.priority} but higher IP address than ours`,
  );
}

export function twoOwners(context: VrrpContext): Saying {
  return line(
    context,
    'CONFIGURATION ERROR: local instance and a remote instance are both configured as address owner, please fix - reducing local priority',
  );
}

export function ownAddressHeard(context: VrrpContext): Saying {
  return line(context, 'WARNING - equal priority advert received from remote host with our IP address.');
}

export function priorityChanges(context: VrrpContext, total: number): Saying {
  const next = effectivePriority(total);
  if (context.settings.basePriority === OWNER_PRIORITY || next === context.priority) return SILENCE;
  return line(context, `Changing effective priority from ${context.priority} to ${next}`);
}
