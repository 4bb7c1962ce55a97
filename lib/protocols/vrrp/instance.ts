/**
 * What a VRRP instance remembers between two events, and how each event
 * changes it: the arithmetic beside `machine.ts`, as keepalived 2.2.7 does it
 * (vrrp.c, vrrp_track.c). Every function returns a new context.
 *
 * `deadline` is keepalived's `sands`: when the running timer comes due. An
 * advertisement that is refused or discarded leaves it where it is.
 */

import type { Micros } from '../../std/instant';
import {
  effectivePriority,
  masterDownInterval,
  OWNER_PRIORITY,
  type Pace,
  skewTime,
  smallestSkew,
  type VrrpVersion,
} from './timers';

/** The configured part; it changes by reload only. */
export interface VrrpSettings {
  readonly name: string;
  readonly version: VrrpVersion;
  readonly basePriority: number;
  /** `state MASTER` and priority 255: speaks without waiting */
  readonly startsAsOwner: boolean;
  readonly nopreempt: boolean;
  /** 0: none */
  readonly preemptDelay: Micros;
  readonly interval: Micros;
  readonly downAdverts: number;
  /** RFC behaviour: a master stays silent when it hears a lower priority */
  readonly lowerPriorityNoAdvert: boolean;
  /** a master answers a higher priority once before it yields */
  readonly higherPrioritySendAdvert: boolean;
}

export interface VrrpContext {
  readonly settings: VrrpSettings;
  /** base priority plus tracking, unclamped */
  readonly totalPriority: number;
  /** what is advertised */
  readonly priority: number;
  /** the state it would be in but for its sync group */
  readonly wanted: 'MASTER' | 'BACKUP' | 'FAULT';
  /** version 3 learns it from the master (RFC 9568 §6.1 Active_Adver_Interval) */
  readonly masterInterval: Micros;
  readonly downInterval: Micros;
  /** when the timer comes due; meaningless without a timer */
  readonly deadline: Micros;
  /** 0: no preemption delay runs */
  readonly preemptAt: Micros;
  /** adverts count only from here on (vrrp_startup_delay) */
  readonly notBefore: Micros;
  /** the virtual addresses are on the host, put there by us */
  readonly holds: boolean;
}

/** What matters of an advertisement that passed the checks. */
export interface Heard {
  readonly now: Micros;
  readonly priority: number;
  /** sender's address against ours: which is greater (RFC 9568 §6.4.3 (710)) */
  readonly sender: 'lower' | 'same' | 'higher';
  /** dotted quad, for the log */
  readonly from: string;
  /** the sender's interval */
  readonly interval: Micros;
}

export function initialContext(settings: VrrpSettings): VrrpContext {
  const context: VrrpContext = {
    settings,
    totalPriority: settings.basePriority,
    priority: settings.basePriority,
    wanted: settings.startsAsOwner ? 'MASTER' : 'BACKUP',
    masterInterval: settings.interval,
    downInterval: 0,
    deadline: 0,
    preemptAt: 0,
    notBefore: 0,
    holds: false,
  };
  return { ...context, downInterval: masterDownInterval(paceOf(context)) };
}

/** What the intervals are computed from. */
export function paceOf(context: VrrpContext): Pace {
  const { version, downAdverts } = context.settings;
  return { version, downAdverts, priority: context.priority, masterInterval: context.masterInterval };
}

/** RFC 9568 §6.4.2 (445): whether a backup heeds it; else it is discarded and the timer runs on. */
export function heeds(context: VrrpContext, heard: Heard): boolean {
  const { nopreempt, preemptDelay } = context.settings;
  if (nopreempt || heard.priority >= context.priority) return true;
  return preemptDelay > 0 && (context.preemptAt === 0 || context.preemptAt > heard.now);
}

/** RFC 9568 §6.4.3 (705), (710): whether a master has to yield. */
export function yields(context: VrrpContext, heard: Heard): boolean {
  return (
    heard.priority > context.priority || (heard.priority === context.priority && heard.sender === 'higher')
  );
}

/** RFC 9568 §6.4.3 (745): a lower claim. */
export function outranks(context: VrrpContext, heard: Heard): boolean {
  return (
    heard.priority < context.priority || (heard.priority === context.priority && heard.sender === 'lower')
  );
}

/** Both claim to own the address; keepalived steps down to 254. */
export function ownsToo(context: VrrpContext, heard: Heard): boolean {
  return (
    heard.priority === context.priority && heard.sender !== 'same' && context.priority === OWNER_PRIORITY
  );
}

/** (450)–(465): the timer starts anew, in version 3 with the master's interval. */
export function accepted(context: VrrpContext, heard: Heard): VrrpContext {
  const masterInterval = context.settings.version === 3 ? heard.interval : context.masterInterval;
  const next = {
    ...context,
    masterInterval,
    wanted: 'BACKUP' as const,
    preemptAt: preemptAtAfter(context, heard),
  };
  return waiting(next, heard.now, masterDownInterval(paceOf(next)));
}

function preemptAtAfter(context: VrrpContext, heard: Heard): Micros {
  const { preemptDelay } = context.settings;
  if (preemptDelay === 0 || heard.priority >= context.priority) return 0;
  return context.preemptAt === 0 ? heard.now + preemptDelay : context.preemptAt;
}

/** (430): the master says goodbye. */
export function heardGoodbye(context: VrrpContext, now: Micros): VrrpContext {
  return waiting(context, now, skewTime(paceOf(context)));
}

/** Refused or discarded: only the interval is noted that is left (keepalived reuses it when the priority changes). */
export function ignored(context: VrrpContext, now: Micros): VrrpContext {
  return { ...context, downInterval: Math.max(0, context.deadline - now) };
}

/** Starts the backup's timer. */
export function waiting(context: VrrpContext, now: Micros, downInterval: Micros): VrrpContext {
  return { ...context, downInterval, deadline: Math.max(now, context.notBefore) + downInterval };
}

/** A backup from here on; the own interval counts again unless a master's was just learned. */
export function asBackup(
  context: VrrpContext,
  now: Micros,
  options: { readonly learned?: Micros; readonly hurries?: boolean } = {},
): VrrpContext {
  const masterInterval = options.learned ?? context.settings.interval;
  const next = { ...context, masterInterval, wanted: 'BACKUP' as const, preemptAt: 0, holds: false };
  const pace = paceOf(next);
  return waiting(next, now, options.hurries === true ? skewTime(pace) : masterDownInterval(pace));
}

/** (715)–(735): a master that heard somebody better; version 3 learns the interval. */
export function yielding(context: VrrpContext, heard: Heard): VrrpContext {
  const learned = context.settings.version === 3 ? heard.interval : context.masterInterval;
  return asBackup(context, heard.now, { learned });
}

/** The first wait: the whole interval, next to nothing for an owner, one interval for an owner whose group holds it back. */
export function atStart(
  context: VrrpContext,
  now: Micros,
  options: { readonly as: 'owner' | 'held-back' | 'backup' },
): VrrpContext {
  const pace = paceOf(context);
  switch (options.as) {
    case 'owner':
      return waiting(context, now, 1);
    case 'held-back':
      return waiting(context, now, context.masterInterval + smallestSkew(pace));
    case 'backup':
      return waiting(context, now, masterDownInterval(pace));
  }
}

/** Master from here on: the next advertisement in one interval. */
export function asMaster(context: VrrpContext, now: Micros): VrrpContext {
  return { ...context, wanted: 'MASTER', deadline: now + context.settings.interval };
}

/** The addresses are taken; version 3 goes back to the own interval (`vrrp_state_become_master`). */
export function holding(context: VrrpContext): VrrpContext {
  return { ...context, holds: true, masterInterval: context.settings.interval };
}

/** A master's timer starts anew. */
export function advertised(context: VrrpContext, now: Micros): VrrpContext {
  return { ...context, deadline: now + context.settings.interval };
}

/** Two owners: ours becomes 254. */
export function steppedDown(context: VrrpContext): VrrpContext {
  const priority = OWNER_PRIORITY - 1;
  return {
    ...context,
    priority,
    totalPriority: priority,
    settings: { ...context.settings, basePriority: priority },
  };
}

/**
 * Tracking moved the priority. In BACKUP the running timer is moved by the
 * difference of the two intervals (`vrrp_set_effective_priority`); in MASTER
 * nothing else happens: the others learn of it by the next advertisement.
 */
export function withTotalPriority(
  context: VrrpContext,
  total: number,
  options: { readonly now: Micros; readonly isBackup: boolean },
): VrrpContext {
  if (context.settings.basePriority === OWNER_PRIORITY) return context;
  const priority = effectivePriority(total);
  if (priority === context.priority) return { ...context, totalPriority: total };
  const next = { ...context, totalPriority: total, priority };
  const downInterval = masterDownInterval(paceOf(next));
  if (!options.isBackup) return { ...next, downInterval };
  const deadline = Math.max(options.now, context.deadline + downInterval - context.downInterval);
  return { ...next, downInterval, deadline };
}

/** Nothing runs any more. */
export function asFault(context: VrrpContext): VrrpContext {
  const next = {
    ...context,
    wanted: 'FAULT' as const,
    holds: false,
    masterInterval: context.settings.interval,
  };
  return { ...next, downInterval: masterDownInterval(paceOf(next)) };
}
