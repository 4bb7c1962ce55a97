import fc from 'fast-check';
import { assign, cancel, raise, setup } from 'xstate';
import { expect, test } from 'vitest';
import { type Chart, type ChartEvent, chartOf, effect } from './adapter';
import { flatStepOf } from './flat-chart';
import { healthMachine } from './health-check/machine';
import { vrrpMachine } from './vrrp/machine';

/** The table and XState's own algorithm say the same, step for step. */
function agree<Context, Input>(
  fast: Chart<Context, ChartEvent, Input>,
  general: Chart<Context, ChartEvent, Input>,
  input: fc.Arbitrary<Input>,
  event: fc.Arbitrary<ChartEvent>,
): void {
  fc.assert(
    fc.property(input, fc.array(event, { minLength: 1, maxLength: 40 }), (given, events) => {
      let { next } = general.start(given);
      expect(fast.start(given).next).toEqual(next);
      for (const one of events) {
        const step = general.step(next, one);
        expect(fast.step(next, one)).toEqual(step);
        next = step.next;
      }
    }),
  );
}

const now = fc.integer({ min: 0, max: 20_000_000 });
const micros = fc.integer({ min: 0, max: 5_000_000 });

test('health checks', () => {
  expect(flatStepOf(healthMachine)).toBeDefined();
  const settings = fc.record({
    rise: fc.integer({ min: 1, max: 3 }),
    fall: fc.integer({ min: 1, max: 3 }),
    inter: fc.constantFrom(1_000_000, 2_000_000),
    fastinter: fc.constantFrom(undefined, 500_000),
    downinter: fc.constantFrom(undefined, 5_000_000),
    connectTimeout: fc.constant(1_000_000),
    readTimeout: fc.constantFrom(undefined, 700_000),
    spreadPercent: fc.constantFrom(0, 50),
  });
  const event = fc.oneof(
    fc.record({ type: fc.constantFrom('passed', 'failed'), now, draw: fc.constantFrom(-1, 0, 0.25) }),
    fc.record({ type: fc.constantFrom('due', 'connected', 'expired', 'pause', 'end', 'unknown') }),
    fc.record({ type: fc.constantFrom('begin', 'hurry'), now, delay: micros }),
    fc.record({ type: fc.constant('resume'), now }),
    fc.record({
      type: fc.constant('observed'),
      how: fc.constantFrom('fail-check', 'sudden-death', 'mark-down'),
    }),
    fc.record({ type: fc.constant('force'), health: fc.constantFrom('up', 'down') }),
  );
  agree(
    chartOf(healthMachine),
    chartOf(healthMachine, { isGeneral: true }),
    fc.record({ settings }),
    event as fc.Arbitrary<ChartEvent>,
  );
});

test('VRRP', () => {
  expect(flatStepOf(vrrpMachine)).toBeDefined();
  const settings = fc.record({
    name: fc.constant('VI_1'),
    version: fc.constantFrom(2 as const, 3 as const),
    basePriority: fc.constantFrom(100, 150, 255),
    startsAsOwner: fc.boolean(),
    nopreempt: fc.boolean(),
    preemptDelay: fc.constantFrom(0, 3_000_000),
    interval: fc.constantFrom(1_000_000, 300_000),
    downAdverts: fc.constant(3),
    lowerPriorityNoAdvert: fc.boolean(),
    higherPrioritySendAdvert: fc.boolean(),
  });
  const yes = fc.boolean();
  const event = fc.oneof(
    fc.record({ type: fc.constant('start'), now, ready: yes, waits: yes, heldBack: yes, notBefore: micros }),
    fc.record({ type: fc.constant('resume'), now, as: fc.constantFrom('MASTER', 'BACKUP') }),
    fc.record({ type: fc.constantFrom('timer', 'up'), now, groupAllows: yes }),
    fc.record({
      type: fc.constant('advertisement'),
      now,
      priority: fc.constantFrom(0, 100, 150, 200, 255),
      sender: fc.constantFrom('lower', 'same', 'higher'),
      from: fc.constant('10.0.1.12'),
      interval: fc.constantFrom(1_000_000, 2_000_000),
    }),
    fc.record({ type: fc.constant('priority'), now, total: fc.integer({ min: -10, max: 300 }) }),
    fc.record({
      type: fc.constantFrom(
        'refused',
        'fault',
        'groupMaster',
        'groupBackup',
        'groupFault',
        'addressLost',
        'stop',
      ),
      now,
    }),
  );
  agree(
    chartOf(vrrpMachine) as unknown as Chart<unknown, ChartEvent, unknown>,
    chartOf(vrrpMachine, { isGeneral: true }) as unknown as Chart<unknown, ChartEvent, unknown>,
    settings,
    event as fc.Arbitrary<ChartEvent>,
  );
});

test('eventless transitions, raised events, and timers that are raised', () => {
  const machine = setup({
    types: {
      context: {} as { n: number },
      events: {} as { type: 'add'; by: number } | { type: 'reset' } | { type: 'tell' },
      input: {} as number,
    },
    actions: { say: effect<{ n: number }>() },
    guards: { isMuch: ({ context }) => context.n > 5 },
    delays: { soon: ({ context }) => context.n * 10 },
  }).createMachine({
    id: 'sum',
    context: ({ input }) => ({ n: input }),
    initial: 'low',
    on: { reset: { target: '.low', actions: [assign({ n: 0 }), cancel('later')] } },
    states: {
      low: {
        always: { guard: 'isMuch', target: 'high', actions: raise({ type: 'tell' }) },
        on: {
          add: {
            actions: [
              assign({ n: ({ context, event }) => context.n + event.by }),
              raise({ type: 'tell' }),
              raise({ type: 'reset' }, { id: 'later', delay: 'soon' }),
            ],
          },
          tell: { actions: { type: 'say', params: ({ context }) => ({ n: context.n }) } },
        },
      },
      high: { on: { tell: { actions: { type: 'say', params: { n: -1 } } }, add: {} } },
    },
  });
  expect(flatStepOf(machine)).toBeDefined();
  agree(
    chartOf(machine) as unknown as Chart<{ n: number }, ChartEvent, number>,
    chartOf(machine, { isGeneral: true }) as unknown as Chart<{ n: number }, ChartEvent, number>,
    fc.constant(0),
    fc.oneof(
      fc.record({ type: fc.constant('add'), by: fc.integer({ min: 0, max: 4 }) }),
      fc.record({ type: fc.constantFrom('reset', 'tell') }),
    ),
  );
});

test('a chart that says more keeps to the general way', () => {
  const nested = setup({}).createMachine({
    initial: 'a',
    states: { a: { initial: 'b', states: { b: {} } } },
  });
  const entered = setup({ actions: { ring: effect() } }).createMachine({
    initial: 'a',
    states: { a: { entry: 'ring' } },
  });
  expect(flatStepOf(nested)).toBeUndefined();
  expect(flatStepOf(entered)).toBeUndefined();
});
