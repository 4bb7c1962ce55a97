/**
 * The chart of one VRRP instance as keepalived 2.2.7 implements RFC 3768,
 * RFC 5798 and RFC 9568 §6.4 (vrrp.c, vrrp_scheduler.c, vrrp_track.c).
 *
 * The chart decides; whoever runs it (`lib/daemons/keepalived`) carries the
 * actions out: sends packets, puts addresses on interfaces, runs scripts,
 * writes logs. One timer, `timer`: the master-down timer of a backup, the
 * advertisement timer of a master. Rules named by `record` stand in spec.md.
 *
 * Departs: keepalived has a FAULT state that no RFC knows, and its BACKUP does
 * not preempt by itself but lets its timer run out.
 */

import { assign, setup } from 'xstate';
import type { Micros } from '../../std/instant';
import { effect } from '../adapter';
import {
  accepted,
  advertised,
  asBackup,
  asFault,
  asMaster,
  atStart,
  type Heard,
  heardGoodbye,
  heeds,
  holding,
  ignored,
  initialContext,
  outranks,
  ownsToo,
  steppedDown,
  type VrrpContext,
  type VrrpSettings,
  withTotalPriority,
  yielding,
  yields,
} from './instance';
import * as say from './sayings';
import { STOP_PRIORITY } from './timers';

export type VrrpState = 'init' | 'backup' | 'master' | 'fault' | 'stopped';

export type VrrpEvent =
  /** the daemon is ready; `ready` is no interface, script or file that keeps it down, `waits` a script that has not run yet */
  | { type: 'start'; now: Micros; ready: boolean; waits: boolean; heldBack: boolean; notBefore: Micros }
  /** goes on after a reload */
  | { type: 'resume'; now: Micros; as: 'MASTER' | 'BACKUP' }
  /** the timer came due; `groupAllows` is false while a sync group member does not want to be master */
  | { type: 'timer'; now: Micros; groupAllows: boolean }
  /** an advertisement that passed all checks */
  | ({ type: 'advertisement' } & Heard)
  /** one that did not */
  | { type: 'refused'; now: Micros }
  /** tracking moved the total of base priority and weights */
  | { type: 'priority'; now: Micros; total: number }
  /** something tracked without weight failed */
  | { type: 'fault'; now: Micros }
  /** everything tracked without weight works again, the sync group too */
  | { type: 'up'; now: Micros; groupAllows: boolean }
  /** somebody took one of our addresses off the interface */
  | { type: 'addressLost'; now: Micros }
  /** the sync group moves as one */
  | { type: 'groupMaster'; now: Micros }
  | { type: 'groupBackup'; now: Micros }
  | { type: 'groupFault'; now: Micros }
  | { type: 'stop'; now: Micros };

const machineSetup = setup({
  types: {
    context: {} as VrrpContext,
    events: {} as VrrpEvent,
    input: {} as VrrpSettings,
  },
  actions: {
    /** one log line */
    log: effect<say.Saying>(),
    /** what the journal is told: the reason and the rule */
    record: effect<{ why: string; rule: string }>(),
    /** an advertisement with this priority */
    sendAdvertisement: effect<{ priority: number }>(),
    /** puts routes, addresses and accept-mode rules in place, announces them, and again after garp_master_delay */
    takeAddresses: effect(),
    /** takes them away again */
    releaseAddresses: effect(),
    /** announces the addresses as garp_lower_prio_* says */
    announceAgain: effect(),
    /** a master's regular turn: garp_master_refresh */
    refresh: effect(),
    /** notify scripts and fifos */
    notify: effect<{ state: 'MASTER' | 'BACKUP' | 'FAULT' | 'STOP' }>(),
  },
});

/** For the lists of actions that several transitions share. */
const change = machineSetup.assign;
const disarm = machineSetup.cancel('timer');
/** (Re)starts the one timer. What comes with it is filled in when it comes due. */
const arm = machineSetup.raise(
  { type: 'timer', now: 0, groupAllows: true },
  { id: 'timer', delay: ({ context, event }) => Math.max(0, context.deadline - event.now) },
);

type NotifiedState = 'MASTER' | 'BACKUP' | 'FAULT' | 'STOP';
interface Scope {
  readonly context: VrrpContext;
}
const notify = (state: NotifiedState) => ({ type: 'notify', params: { state } }) as const;
const record = (rule: string, why: string) => ({ type: 'record', params: { rule, why } }) as const;
const log = (saying: (context: VrrpContext) => say.Saying) =>
  ({ type: 'log', params: ({ context }: Scope) => saying(context) }) as const;
const logHeard = (saying: (context: VrrpContext, heard: Heard) => say.Saying) =>
  ({
    type: 'log',
    params: ({ context, event }: Scope & { event: Heard }) => saying(context, event),
  }) as const;
const send = {
  type: 'sendAdvertisement',
  params: ({ context }: Scope) => ({ priority: context.priority }),
} as const;
const sendGoodbye = { type: 'sendAdvertisement', params: { priority: STOP_PRIORITY } } as const;

/** (105)–(145), (370)–(410): speaks first, so that an older master lets go, then takes the addresses. */
const becomeMaster = [
  change(({ context, event }) => asMaster(context, event.now)),
  send,
  log(say.enteringMaster),
  log(say.intervalRestored),
  change(({ context }) => holding(context)),
  'takeAddresses',
  notify('MASTER'),
  arm,
] as const;

/** Stops all that runs. */
const becomeFault = [change(({ context }) => asFault(context)), disarm, notify('FAULT')] as const;

/** Back from FAULT: waits as at the start. */
const recover = [
  record('KA-recovered', 'tracked objects up'),
  log(say.enteringBackup),
  change(({ context, event }) => asBackup(context, event.now)),
  notify('BACKUP'),
  arm,
] as const;

/** (705)–(740): somebody better is there. */
const giveWay = [
  logHeard(say.higherClaim),
  logHeard(say.intervalLearned),
  record('RFC9568-6.4.3-705', 'advertisement with higher priority, or same priority and higher address'),
  log(say.enteringBackup),
  'releaseAddresses',
  notify('BACKUP'),
] as const;

/** Tracking changed the priority. */
const changePriority = {
  type: 'log',
  params: ({ context, event }: Scope & { event: { total: number } }) =>
    say.priorityChanges(context, event.total),
} as const;

export const vrrpMachine = machineSetup.createMachine({
  id: 'vrrp',
  context: ({ input }) => initialContext(input),
  initial: 'init',
  states: {
    init: {
      on: {
        start: [
          {
            guard: ({ context, event }) =>
              event.ready && !event.waits && context.wanted === 'MASTER' && !event.heldBack,
            target: 'backup',
            actions: [
              assign(({ context, event }) =>
                atStart({ ...context, notBefore: event.notBefore }, event.now, { as: 'owner' }),
              ),
              arm,
            ],
          },
          {
            guard: ({ event }) => event.ready && !event.waits,
            target: 'backup',
            actions: [
              record('RFC9568-6.4.1-160', 'started'),
              assign(({ context, event }) => {
                const as = context.wanted === 'MASTER' ? 'held-back' : 'backup';
                return atStart({ ...context, notBefore: event.notBefore }, event.now, { as });
              }),
              log(say.enteringBackupInit),
              notify('BACKUP'),
              arm,
            ],
          },
          // Waiting for a script's first result is no fault yet: nothing is said.
          { guard: ({ event }) => event.ready, target: 'fault' },
          {
            target: 'fault',
            actions: [
              record('KA-fault', 'down at start'),
              assign(({ context }) => asFault(context)),
              notify('FAULT'),
            ],
          },
        ],
        resume: [
          {
            guard: ({ event }) => event.as === 'MASTER',
            target: 'master',
            actions: [
              assign(({ context, event }) => ({
                ...holding(asMaster(context, event.now)),
                deadline: event.now,
              })),
              arm,
            ],
          },
          {
            target: 'backup',
            actions: [assign(({ context, event }) => atStart(context, event.now, { as: 'backup' })), arm],
          },
        ],
        fault: {
          target: 'fault',
          actions: [record('KA-fault', 'tracked object down'), log(say.enteringFault), ...becomeFault],
        },
        groupFault: { target: 'fault', actions: [record('KA-group', 'sync group in fault'), ...becomeFault] },
        // What is known at the start already: interfaces and files.
        priority: {
          actions: [
            changePriority,
            assign(({ context, event }) =>
              withTotalPriority(context, event.total, { now: event.now, isBackup: false }),
            ),
          ],
        },
        stop: { target: 'stopped', actions: notify('STOP') },
      },
    },

    backup: {
      on: {
        timer: [
          {
            guard: ({ event }) => event.groupAllows,
            target: 'master',
            actions: [
              record('RFC9568-6.4.2-365', 'no advertisement within the master-down interval'),
              log(say.timedOut),
              ...becomeMaster,
            ],
          },
          // The others of the sync group are not ready: wants to, waits another round.
          {
            actions: [
              log(say.timedOut),
              assign(({ context, event }) => ({
                ...atStart(context, event.now, { as: 'backup' }),
                wanted: 'MASTER' as const,
              })),
              arm,
            ],
          },
        ],
        advertisement: [
          {
            guard: ({ event }) => event.priority === STOP_PRIORITY,
            actions: [
              log(say.goodbyeHeardByBackup),
              assign(({ context, event }) => heardGoodbye(context, event.now)),
              arm,
            ],
          },
          {
            guard: ({ context, event }) => heeds(context, event),
            actions: [
              logHeard(say.intervalLearned),
              logHeard(say.preemptDelay),
              assign(({ context, event }) => accepted(context, event)),
              arm,
            ],
          },
          {
            actions: [logHeard(say.discarding), assign(({ context, event }) => ignored(context, event.now))],
          },
        ],
        refused: { actions: assign(({ context, event }) => ignored(context, event.now)) },
        priority: {
          actions: [
            changePriority,
            assign(({ context, event }) =>
              withTotalPriority(context, event.total, { now: event.now, isBackup: true }),
            ),
            arm,
          ],
        },
        fault: {
          target: 'fault',
          actions: [record('KA-fault', 'tracked object down'), log(say.enteringFault), ...becomeFault],
        },
        groupMaster: {
          target: 'master',
          actions: [record('KA-group', 'sync group becomes master'), ...becomeMaster],
        },
        groupFault: { target: 'fault', actions: [record('KA-group', 'sync group in fault'), ...becomeFault] },
        stop: { target: 'stopped', actions: [disarm, notify('STOP')] },
      },
    },

    master: {
      on: {
        timer: {
          actions: [assign(({ context, event }) => advertised(context, event.now)), send, 'refresh', arm],
        },
        advertisement: [
          {
            guard: ({ event }) => event.priority === STOP_PRIORITY,
            actions: [
              send,
              log(say.goodbyeHeardByMaster),
              assign(({ context, event }) => advertised(context, event.now)),
              arm,
            ],
          },
          {
            guard: ({ context, event }) => ownsToo(context, event),
            actions: [
              log(say.twoOwners),
              assign(({ context, event }) => advertised(steppedDown(context), event.now)),
              arm,
            ],
          },
          {
            guard: ({ context, event }) => outranks(context, event) && context.settings.lowerPriorityNoAdvert,
            actions: [logHeard(say.lowerClaim), 'announceAgain'],
          },
          {
            guard: ({ context, event }) => outranks(context, event),
            actions: [
              logHeard(say.lowerClaim),
              send,
              'announceAgain',
              assign(({ context, event }) => advertised(context, event.now)),
              arm,
            ],
          },
          {
            guard: ({ context, event }) =>
              yields(context, event) && context.settings.higherPrioritySendAdvert,
            target: 'backup',
            actions: [send, ...giveWay, assign(({ context, event }) => yielding(context, event)), arm],
          },
          {
            guard: ({ context, event }) => yields(context, event),
            target: 'backup',
            actions: [...giveWay, assign(({ context, event }) => yielding(context, event)), arm],
          },
          // Equal priority and our own address: only a warning (RFC 9568 is silent).
          {
            actions: [
              log(say.ownAddressHeard),
              assign(({ context, event }) => advertised(context, event.now)),
              arm,
            ],
          },
        ],
        // keepalived restarts its advertisement timer after any packet of its VRID.
        refused: [
          { guard: ({ context }) => context.settings.lowerPriorityNoAdvert },
          { actions: [assign(({ context, event }) => advertised(context, event.now)), arm] },
        ],
        priority: {
          actions: [
            changePriority,
            assign(({ context, event }) =>
              withTotalPriority(context, event.total, { now: event.now, isBackup: false }),
            ),
          ],
        },
        fault: {
          target: 'fault',
          actions: [
            record('KA-fault', 'tracked object down'),
            log(say.enteringFault),
            sendGoodbye,
            sendGoodbye,
            log(say.goodbyeSent),
            'releaseAddresses',
            ...becomeFault,
          ],
        },
        addressLost: {
          target: 'backup',
          actions: [
            record('KA-address-lost', 'virtual address removed by somebody else'),
            log(say.enteringBackup),
            sendGoodbye,
            log(say.goodbyeSent),
            'releaseAddresses',
            notify('BACKUP'),
            assign(({ context, event }) => asBackup(context, event.now, { hurries: true })),
            arm,
          ],
        },
        groupBackup: {
          target: 'backup',
          actions: [
            record('KA-group', 'sync group becomes backup'),
            log(say.enteringBackup),
            'releaseAddresses',
            notify('BACKUP'),
            assign(({ context, event }) => asBackup(context, event.now)),
            arm,
          ],
        },
        groupFault: {
          target: 'fault',
          actions: [
            record('KA-group', 'sync group in fault'),
            log(say.enteringFault),
            sendGoodbye,
            'releaseAddresses',
            ...becomeFault,
          ],
        },
        stop: {
          target: 'stopped',
          actions: [
            record('RFC9568-6.4.3-635', 'shut down'),
            disarm,
            sendGoodbye,
            log(say.goodbyeSent),
            'releaseAddresses',
            notify('STOP'),
          ],
        },
      },
    },

    fault: {
      on: {
        up: [
          {
            guard: ({ context, event }) => context.wanted === 'MASTER' && event.groupAllows,
            target: 'master',
            actions: [record('RFC9568-6.4.1-105', 'address owner is ready'), ...becomeMaster],
          },
          { target: 'backup', actions: recover },
        ],
        groupBackup: { target: 'backup', actions: recover },
        groupMaster: {
          target: 'master',
          actions: [record('KA-group', 'sync group becomes master'), ...becomeMaster],
        },
        fault: { actions: becomeFault },
        priority: {
          actions: [
            changePriority,
            assign(({ context, event }) =>
              withTotalPriority(context, event.total, { now: event.now, isBackup: false }),
            ),
          ],
        },
        stop: { target: 'stopped', actions: notify('STOP') },
      },
    },

    stopped: {},
  },
});
