import { assign, cancel, raise, setup } from 'xstate';
import { describe, expect, test } from 'vitest';
import { BrokenPromise } from '../std/assert';
import { chartOf, effect } from './adapter';

interface Context {
  readonly rounds: number;
}

const lamp = setup({
  types: {
    context: {} as Context,
    events: {} as { type: 'press' } | { type: 'timeout' } | { type: 'kick' },
    input: {} as { rounds: number },
  },
  actions: { shine: effect<{ round: number }>() },
  delays: { on: ({ context }) => 1000 + context.rounds },
}).createMachine({
  id: 'lamp',
  context: ({ input }) => ({ rounds: input.rounds }),
  initial: 'off',
  states: {
    off: { on: { press: 'on' } },
    on: {
      entry: { type: 'shine', params: ({ context }) => ({ round: context.rounds }) },
      after: { on: 'off' },
      on: {
        kick: {
          actions: [
            assign({ rounds: ({ context }) => context.rounds + 1 }),
            cancel('blink'),
            raise({ type: 'timeout' }, { id: 'blink', delay: 250 }),
          ],
        },
        timeout: 'broken',
      },
    },
    broken: {},
  },
});

describe('a chart over plain snapshots', () => {
  const chart = chartOf(lamp);

  test('starts, steps, and hands timers and actions back as data', () => {
    const first = chart.start({ rounds: 7 });
    expect(first).toEqual({ next: { value: 'off', context: { rounds: 7 } }, timers: [], actions: [] });
    const on = chart.step(first.next, { type: 'press' });
    expect(on.next.value).toBe('on');
    expect(on.actions).toEqual([{ type: 'shine', params: { round: 7 } }]);
    expect(on.timers).toEqual([
      { kind: 'arm', id: 'xstate.after.on.lamp.on', delay: 1007, event: { type: 'xstate.after.on.lamp.on' } },
    ]);
    const timer = on.timers[0];
    const off = chart.step(on.next, timer?.kind === 'arm' ? timer.event : { type: '' });
    expect(off.next.value).toBe('off');
    expect(off.timers).toEqual([{ kind: 'cancel', id: 'xstate.after.on.lamp.on' }]);
  });

  test('leaves the given snapshot alone and takes a copied one', () => {
    const on = chart.step({ value: 'off', context: { rounds: 1 } }, { type: 'press' }).next;
    const copy = JSON.parse(JSON.stringify(on)) as typeof on;
    const kicked = chart.step(copy, { type: 'kick' });
    expect(copy.context.rounds).toBe(1);
    expect(kicked.next.context.rounds).toBe(2);
    expect(kicked.timers).toEqual([
      { kind: 'cancel', id: 'blink' },
      { kind: 'arm', id: 'blink', delay: 250, event: { type: 'timeout' } },
    ]);
    expect(chart.step(kicked.next, { type: 'timeout' }).next.value).toBe('broken');
  });

  test('ignores what no transition takes', () => {
    const off = { value: 'off', context: { rounds: 0 } };
    expect(chart.step(off, { type: 'kick' })).toEqual({ next: off, timers: [], actions: [] });
  });

  test('tells its shape', () => {
    expect(chart.shape.states).toEqual(['off', 'on', 'broken']);
    expect(chart.shape.transitions.map((t) => `${t.from}>${t.to}`)).toEqual([
      'off>on',
      'on>broken',
      'on>off',
    ]);
  });

  test('refuses actions with code', () => {
    const impure = setup({ actions: { now: () => undefined } }).createMachine({
      initial: 'a',
      states: { a: { entry: 'now' } },
    });
    expect(() => chartOf(impure).start(undefined)).toThrow(BrokenPromise);
  });
});
