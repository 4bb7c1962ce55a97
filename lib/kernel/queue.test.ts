import { expect, test } from 'vitest';
import fc from 'fast-check';
import { EventQueue } from './queue';

/** Against a sorted list: the order is (time, pushing), and what was cancelled never comes. */
test('any course of pushes, cancels and pops comes out as from a sorted list', () => {
  const step = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({ kind: fc.constant('push' as const), at: fc.integer({ min: 0, max: 50 }) }),
    },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('cancel' as const), which: fc.nat(40) }) },
    { weight: 3, arbitrary: fc.constant({ kind: 'pop' as const }) },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const queue = new EventQueue();
      let model: { at: number; n: number; handle: number }[] = [];
      const all: number[] = [];
      let n = 0;
      for (const move of steps) {
        if (move.kind === 'push') {
          const handle = queue.push(move.at, 0, -1, n);
          model.push({ at: move.at, n, handle });
          all.push(handle);
          n += 1;
        } else if (move.kind === 'cancel') {
          const handle = all[move.which];
          if (handle === undefined) continue;
          const known = model.some((entry) => entry.handle === handle);
          expect(queue.isPending(handle)).toBe(known);
          expect(queue.cancel(handle)).toBe(known);
          model = model.filter((entry) => entry.handle !== handle);
        } else if (model.length > 0) {
          model.sort((a, b) => a.at - b.at || a.n - b.n);
          const first = model.shift();
          expect(queue.peekAt()).toBe(first?.at);
          expect(queue.takePayload(queue.pop())).toBe(first?.n);
        }
        expect(queue.size).toBe(model.length);
      }
    }),
  );
});

test('a handle of an event that has come is dead, also when its slot is used again', () => {
  const queue = new EventQueue();
  const old = queue.push(1, 0, -1, 'a');
  queue.takePayload(queue.pop());
  const next = queue.push(2, 0, -1, 'b');
  expect(queue.cancel(old)).toBe(false);
  expect(queue.isPending(next)).toBe(true);
});
