import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hashPlain } from './hash';
import { IdMap } from './id-map';
import { clonePlain } from './plain';

type Step = { do: 'set' | 'delete'; id: number };
const steps = fc.array(
  fc.record<Step>({
    do: fc.constantFrom('set', 'set', 'delete'),
    // Ids that crowd together, that fall on the same place, and that need more than 32 bits.
    id: fc.oneof(
      fc.nat({ max: 40 }),
      fc.nat({ max: 40 }).map((n) => n * 64),
      fc.nat({ max: 8 }).map((n) => n + 2 ** 40),
    ),
  }),
  { maxLength: 300 },
);
function filled(list: readonly Step[]): { mine: IdMap<{ n: number }>; real: Map<number, { n: number }> } {
  const mine = new IdMap<{ n: number }>();
  const real = new Map<number, { n: number }>();
  for (const [n, step] of list.entries())
    if (step.do === 'set') {
      mine.set(step.id, { n });
      real.set(step.id, { n });
    } else expect(mine.delete(step.id)).toBe(real.delete(step.id));
  return { mine, real };
}

test('what enters and leaves is there and gone as in a Map, in the same order', () => {
  fc.assert(
    fc.property(steps, (list) => {
      const { mine, real } = filled(list);
      expect(mine.size).toBe(real.size);
      expect(mine.keys()).toEqual([...real.keys()]);
      expect(mine.values()).toEqual([...real.values()]);
      for (const { id } of list) {
        expect(mine.get(id)).toEqual(real.get(id));
        expect(mine.has(id)).toBe(real.has(id));
      }
    }),
  );
});

test('a copy is equal and goes its own way; what did not change is shared with the copy before', () => {
  fc.assert(
    fc.property(steps, steps, fc.nat({ max: 40 }), (list, more, id) => {
      const { mine } = filled(list);
      const copy = clonePlain(mine, filled(more).mine);
      expect(hashPlain(copy)).toBe(hashPlain(mine));
      expect(copy.keys()).toEqual(mine.keys());
      expect(clonePlain(mine, copy)).toBe(copy);
      mine.set(id, { n: -1 });
      expect(hashPlain(copy)).not.toBe(hashPlain(mine));
      expect(copy.get(id)?.n).not.toBe(-1);
    }),
  );
});

test('a list of what is there stays as it was made', () => {
  const map = new IdMap<string>();
  for (let id = 1; id <= 100; id++) map.set(id, `${id}`);
  const ids: number[] = [];
  for (const text of map.values()) {
    map.delete(Number(text));
    map.set(1000 + Number(text), 'new');
    ids.push(Number(text));
  }
  expect(ids).toHaveLength(100);
  expect(map.size).toBe(100);
});
