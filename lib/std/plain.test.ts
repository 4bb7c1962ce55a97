import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hashPlain } from './hash';
import { clonePlain, type Plain } from './plain';

const { tree } = fc.letrec<{ tree: Plain }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(0, -0, Number.NaN, 1, 'a', undefined, null, true),
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('tree'), { maxKeys: 3, noNullPrototype: true }),
    fc.array(fc.tuple(fc.constantFrom('k', 'l', 1), tie('tree'))).map((entries) => new Map(entries)),
    fc.array(fc.constantFrom(1, 2, 3)).map((items) => new Set(items)),
    fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 3 }).map((items) => Uint8Array.from(items)),
  ),
}));

test('a copy is equal, whatever earlier copy it may share with, and shares nothing with the original', () => {
  fc.assert(
    fc.property(tree, tree, (value, other) => {
      const before = clonePlain(other);
      const hash = hashPlain(before);
      const copy = clonePlain(value, before);
      expect(hashPlain(copy)).toBe(hashPlain(value));
      expect(hashPlain(before)).toBe(hash);
      if (typeof value === 'object' && value !== null) expect(copy).not.toBe(value);
    }),
  );
});

test('what did not change is shared with the earlier copy', () => {
  const state = { hosts: new Map([['a', { log: [1, 2] }]]), clock: { now: 1 }, ports: Uint8Array.of(1, 2) };
  const first = clonePlain(state);
  expect(clonePlain(state, first)).toBe(first);
  state.clock.now = 2;
  const second = clonePlain(state, first);
  expect(second).toEqual(state);
  expect(second.hosts).toBe(first.hosts);
  expect(second.ports).toBe(first.ports);
  state.hosts.get('a')?.log.push(3);
  expect(clonePlain(state, second).hosts.get('a')?.log).toEqual([1, 2, 3]);
  expect(first.hosts.get('a')?.log).toEqual([1, 2]);
});
