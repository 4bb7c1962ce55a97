/**
 * Health of one server as its load balancer sees it: the counter decides the
 * state, two timers decide when a check starts and when it is given up.
 *
 * What a check is (a connection, a request, what it expects) is the daemon's
 * business: the chart asks for one with `startCheck` and is told how it ended.
 *
 * Sources: HAProxy 2.6 src/check.c `process_chk_conn`, `check_notify_failure`,
 * `check_notify_success`, `__health_adjust`; src/tcpcheck.c `tcpcheck_eval_connect`
 * (deadlines); management manual §9.3 "set server … health".
 */

import { assign, cancel, enqueueActions, raise, setup } from 'xstate';
import type { Micros } from '../../std/instant';
import { chartOf, effect } from '../adapter';
import {
  afterFailure,
  afterSuccess,
  type HealthSettings,
  highest,
  initialHealth,
  nextTick,
  spreadInterval,
} from './counter';

export type HealthContext = {
  readonly settings: HealthSettings;
  readonly health: number;
  /** when the next check is due, or the present one was */
  readonly dueAt: Micros;
};

/** How a server that is observed fails (`on-error`). */
export type ObservedFailure = 'fail-check' | 'sudden-death' | 'mark-down';

export type HealthEvent =
  | { type: 'begin'; now: Micros; delay: Micros }
  | { type: 'due' }
  /** a further connection of the same check is being made */
  | { type: 'connecting' }
  | { type: 'connected' }
  | { type: 'expired' }
  | { type: 'passed'; now: Micros; draw: number }
  | { type: 'failed'; now: Micros; draw: number }
  /** live traffic failed too often */
  | { type: 'observed'; how: ObservedFailure }
  /** a check sooner than planned (`fastinter` after an observed failure) */
  | { type: 'hurry'; now: Micros; delay: Micros }
  | { type: 'pause' }
  | { type: 'resume'; now: Micros }
  /** an administrator's word */
  | { type: 'force'; health: 'up' | 'down' }
  | { type: 'end' };

/** The counter before live traffic failed for good, as `on-error` changes it first. */
function observedHealth(context: HealthContext, how: ObservedFailure): number {
  const { rise } = context.settings;
  switch (how) {
    case 'fail-check':
      return context.health;
    case 'sudden-death':
      return context.health > rise ? rise + 1 : context.health;
    case 'mark-down':
      return rise;
  }
}

export const healthMachine = setup({
  types: {
    context: {} as HealthContext,
    events: {} as HealthEvent,
    input: {} as { settings: HealthSettings },
  },
  actions: {
    startCheck: effect(),
    /** the check took too long: say so and report a failure */
    giveUp: effect(),
    /** drop a check that runs, unreported */
    abandon: effect(),
    /** the counter is at or above `rise` after a success */
    healthy: effect(),
    /** the counter is 0 after a failure */
    unhealthy: effect(),
  },
  guards: {
    fails: ({ context }) => afterFailure(context.health, context.settings) === 0,
    succeeds: ({ context }) => afterSuccess(context.health, context.settings) === highest(context.settings),
    isFull: ({ context }) => context.health === highest(context.settings),
    failsObserved: ({ context, event }) =>
      event.type === 'observed' && afterFailure(observedHealth(context, event.how), context.settings) === 0,
  },
}).createMachine({
  id: 'health-check',
  context: ({ input }) => ({ settings: input.settings, health: initialHealth(input.settings), dueAt: 0 }),
  initial: 'goingDown',
  on: {
    begin: {
      actions: [
        assign({ dueAt: ({ event }) => event.now + event.delay }),
        raise({ type: 'due' }, { id: 'next', delay: ({ event }) => event.delay }),
      ],
    },
    due: {
      actions: [
        'startCheck',
        raise(
          { type: 'expired' },
          { id: 'timeout', delay: ({ context }) => context.settings.connectTimeout },
        ),
      ],
    },
    connecting: {
      actions: raise(
        { type: 'expired' },
        { id: 'timeout', delay: ({ context }) => context.settings.connectTimeout },
      ),
    },
    connected: {
      actions: enqueueActions(({ context, enqueue }) => {
        const { readTimeout } = context.settings;
        if (readTimeout !== undefined)
          enqueue.raise({ type: 'expired' }, { id: 'timeout', delay: readTimeout });
      }),
    },
    expired: { actions: 'giveUp' },
    hurry: {
      actions: enqueueActions(({ context, event, enqueue }) => {
        const at = event.now + event.delay;
        if (context.dueAt <= at) return;
        enqueue.assign({ dueAt: at });
        enqueue.raise({ type: 'due' }, { id: 'next', delay: event.delay });
      }),
    },
    pause: {
      target: '.maintenance',
      actions: [cancel('next'), cancel('timeout'), 'abandon', assign({ health: 0 })],
    },
    force: [
      {
        guard: ({ event }) => event.health === 'up',
        target: '.goingDown',
        actions: assign({ health: ({ context }) => context.settings.rise }),
      },
      { target: '.down', actions: assign({ health: 0 }) },
    ],
    end: { target: '.maintenance', actions: [cancel('next'), cancel('timeout'), 'abandon'] },
  },
  states: {
    up: {
      on: {
        passed: { actions: ['healthy', ...again()] },
        failed: [
          { guard: 'fails', target: 'down', actions: [fallen(), 'unhealthy', ...again()] },
          { target: 'goingDown', actions: [fallen(), ...again()] },
        ],
        observed: observed(),
      },
    },
    goingDown: {
      // With `fall 1` there is no step between up and down.
      always: { guard: 'isFull', target: 'up' },
      on: {
        passed: { target: 'up', actions: [climbed(), 'healthy', ...again()] },
        failed: [
          { guard: 'fails', target: 'down', actions: [fallen(), 'unhealthy', ...again()] },
          { actions: [fallen(), ...again()] },
        ],
        observed: observed(),
      },
    },
    down: {
      on: {
        passed: [
          { guard: 'succeeds', target: 'up', actions: [climbed(), 'healthy', ...again()] },
          { target: 'goingUp', actions: [climbed(), ...again()] },
        ],
        failed: { actions: ['unhealthy', ...again()] },
      },
    },
    goingUp: {
      on: {
        passed: [
          { guard: 'succeeds', target: 'up', actions: [climbed(), 'healthy', ...again()] },
          { actions: [climbed(), ...again()] },
        ],
        failed: { target: 'down', actions: [fallen(), 'unhealthy', ...again()] },
        observed: observed(),
      },
    },
    maintenance: {
      on: {
        resume: {
          target: 'goingDown',
          actions: [
            assign({
              health: ({ context }) => initialHealth(context.settings),
              dueAt: ({ context, event }) => nextTick(context.dueAt, context.settings, event.now),
            }),
            raise({ type: 'due' }, { id: 'next', delay: ({ context, event }) => context.dueAt - event.now }),
          ],
        },
        passed: {},
        failed: {},
        due: {},
        expired: {},
        connecting: {},
        connected: {},
        hurry: {},
        force: {},
        pause: {},
      },
    },
  },
});

/** The counter after a success. */
function climbed() {
  return assign<HealthContext, HealthEvent, undefined, HealthEvent, never>({
    health: ({ context }) => afterSuccess(context.health, context.settings),
  });
}
/** The counter after a failure. */
function fallen() {
  return assign<HealthContext, HealthEvent, undefined, HealthEvent, never>({
    health: ({ context }) => afterFailure(context.health, context.settings),
  });
}
/** The check has ended: the next one after the pause that the counter asks for. */
function again() {
  const pause = ({ context, event }: { context: HealthContext; event: HealthEvent }): Micros =>
    event.type === 'passed' || event.type === 'failed'
      ? spreadInterval(context.health, context.settings, event.draw)
      : context.settings.inter;
  return [
    cancel<HealthContext, HealthEvent, undefined, HealthEvent>('timeout'),
    assign<HealthContext, HealthEvent, undefined, HealthEvent, never>({
      dueAt: ({ context, event }) => ('now' in event ? event.now : context.dueAt) + pause({ context, event }),
    }),
    raise<HealthContext, HealthEvent, HealthEvent, undefined, never>(
      { type: 'due' },
      { id: 'next', delay: pause },
    ),
  ] as const;
}
function observed() {
  return [
    { guard: 'failsObserved', target: 'down', actions: [observedFall(), 'unhealthy'] },
    { target: 'goingDown', actions: observedFall() },
  ] as const;
}
function observedFall() {
  return assign<HealthContext, HealthEvent, undefined, HealthEvent, never>({
    health: ({ context, event }) =>
      event.type === 'observed'
        ? afterFailure(observedHealth(context, event.how), context.settings)
        : context.health,
  });
}

/** Steps a server's health. */
export const healthChart = chartOf(healthMachine);
