import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Kernel } from './kernel';
import { Timeline } from './timeline';

/** A small world: a counter that random timers and inputs change, all of it in the journal. */
class Toy {
  state = { value: 0, log: [] as string[] };
  readonly kernel = new Kernel({ seed: 11 });
  readonly timeline: Timeline<Toy['state'], number>;
  readonly #tick;

  constructor() {
    this.#tick = this.kernel.handler<undefined>('toy.tick', () => {
      this.state.value += this.kernel.random('toy').integer(1, 9);
      this.kernel.journal.append('tick', 'toy', { value: this.state.value });
      this.kernel.setTimer(
        'toy',
        'next',
        this.kernel.now + this.kernel.random('gap').integer(1, 40),
        this.#tick,
        undefined,
      );
    });
    this.kernel.setTimer('toy', 'next', 5, this.#tick, undefined);
    this.timeline = new Timeline<Toy['state'], number>({
      kernel: this.kernel,
      saveState: () => structuredClone(this.state),
      loadState: (state) => {
        this.state = structuredClone(state);
      },
      quiescent: () => true,
      apply: (input) => {
        this.state.value *= 2;
        this.state.log.push(`${this.kernel.now}:${input}`);
        this.kernel.journal.append('input', 'toy', { input, value: this.state.value });
        if (input % 3 === 0) this.kernel.clearTimer('toy', 'next');
        if (input % 5 === 0) this.kernel.setTimer('toy', 'next', this.kernel.now + 7, this.#tick, undefined);
      },
      everyMicros: 100,
      keep: 6,
    });
  }
  get mark(): string {
    return `${this.kernel.now} ${JSON.stringify(this.state)} ${this.kernel.journal.hash()}`;
  }
}

test('however one goes back and forth, a moment is always the same', () => {
  const plan = fc.record({
    inputs: fc.array(fc.record({ gap: fc.integer({ min: 0, max: 120 }), input: fc.nat(30) }), {
      maxLength: 12,
    }),
    looks: fc.array(fc.integer({ min: 0, max: 2000 }), { maxLength: 12 }),
  });
  fc.assert(
    fc.property(plan, ({ inputs, looks }) => {
      const toy = new Toy();
      for (const { gap, input } of inputs) {
        toy.timeline.advance(toy.kernel.now + gap);
        toy.timeline.input(input);
      }
      toy.timeline.advance(2000);
      const end = toy.mark;
      const straight = new Toy();
      straight.timeline.replay(
        toy.timeline.inputs.map(({ at, input }) => ({ at, input })),
        2000,
      );
      expect(straight.mark).toBe(end);
      for (const at of looks) {
        toy.timeline.seek(at);
        straight.timeline.replay(
          toy.timeline.inputs.map(({ at: when, input }) => ({ at: when, input })),
          at,
        );
        expect(toy.mark).toBe(straight.mark);
      }
      toy.timeline.seek(2000);
      expect(toy.mark).toBe(end);
    }),
    { numRuns: 60 },
  );
});

test('an input in the past forks; the left course can be taken up again', () => {
  const toy = new Toy();
  toy.timeline.advance(300);
  toy.timeline.input(1);
  toy.timeline.advance(900);
  const left = toy.mark;
  toy.timeline.seek(250);
  toy.timeline.input(2);
  expect(toy.timeline.branches).toHaveLength(1);
  expect(toy.timeline.end).toBe(250);
  toy.timeline.advance(900);
  expect(toy.mark).not.toBe(left);
  const [branch] = toy.timeline.branches;
  if (branch === undefined) throw new Error('no branch');
  toy.timeline.switchTo(branch);
  toy.timeline.advance(900);
  expect(toy.mark).toBe(left);
});

test('from a mark one goes on as if nothing had been played since', () => {
  const straight = new Toy();
  straight.timeline.advance(130);
  straight.timeline.input(4);
  straight.timeline.advance(700);
  straight.timeline.input(7);
  straight.timeline.advance(1500);
  const toy = new Toy();
  toy.timeline.advance(130);
  toy.timeline.input(4);
  toy.timeline.advance(700);
  const mark = toy.timeline.mark();
  if (mark === undefined) throw new Error('no mark');
  for (const other of [2, 3]) {
    toy.timeline.input(other);
    toy.timeline.advance(2000);
    expect(toy.mark).not.toBe(straight.mark);
    toy.timeline.returnTo(mark);
    expect(toy.timeline.inputs.map(({ input }) => input)).toEqual([4]);
    expect(toy.timeline.hasFuture).toBe(false);
  }
  toy.timeline.input(7);
  toy.timeline.advance(1500);
  expect(toy.mark).toBe(straight.mark);
  toy.timeline.seek(400);
  straight.timeline.seek(400);
  expect(toy.mark).toBe(straight.mark);
});

test('no checkpoint is taken while something is under way', () => {
  const kernel = new Kernel({ seed: 1 });
  let busy = false;
  const timeline = new Timeline<number, number>({
    kernel,
    saveState: () => {
      if (busy) throw new Error('saved while busy');
      return 0;
    },
    loadState: () => undefined,
    quiescent: () => !busy,
    apply: () => undefined,
    everyMicros: 10,
  });
  busy = true;
  timeline.advance(100);
  expect(timeline.checkpoints).toEqual([0]);
  expect(timeline.mark()).toBeUndefined();
});
