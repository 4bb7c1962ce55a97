import { expect, test } from 'vitest';
import { shareEqual } from './share-equal';

const before = () => ({
  zones: [{ id: 'app', x: 1 }],
  hosts: [
    { id: 'a', at: { x: 1, y: 2 }, cards: ['eth0'] },
    { id: 'b', at: { x: 3, y: 4 }, cards: ['eth0', 'eth1'] },
  ],
  title: undefined as string | undefined,
});

test('what says the same is the same, however deep; what does not is the new one', () => {
  const known = before();
  expect(shareEqual(known, before())).toBe(known);
  const next = before();
  const [, second] = next.hosts;
  if (second !== undefined) second.at.y = 5;
  const shared = shareEqual(known, next);
  expect(shared).toEqual(next);
  expect(shared).not.toBe(known);
  expect(shared.zones).toBe(known.zones);
  expect(shared.hosts[0]).toBe(known.hosts[0]);
  expect(shared.hosts[1]).not.toBe(known.hosts[1]);
  expect(shared.hosts[1]?.cards).toBe(known.hosts[1]?.cards);
  expect(known).toEqual(before());
});

test('items are known by their id, wherever they stand, and an order that changed is news', () => {
  const known = before();
  const next = before();
  next.hosts.reverse();
  const shared = shareEqual(known, next);
  expect(shared.hosts.map(({ id }) => id)).toEqual(['b', 'a']);
  expect(shared.hosts[0]).toBe(known.hosts[1]);
  const fewer = before();
  fewer.hosts.shift();
  expect(shareEqual(known, fewer).hosts[0]).toBe(known.hosts[1]);
  expect(shareEqual(known, fewer).hosts).toHaveLength(1);
  const turned = { b: 1, a: 2 };
  expect(Object.keys(shareEqual({ a: 2, b: 1 }, turned))).toEqual(['b', 'a']);
});

test.each([
  [{ a: 1 }, { a: 1, b: undefined }],
  [{ a: 1, b: undefined }, { a: 1 }],
  [[1, 2], [1]],
  [[1], { 0: 1 }],
  [null, { a: 1 }],
  [{ a: null }, { a: {} }],
  [{ a: '1' }, { a: 1 }],
])('%j is not %j', (a, b) => {
  expect(shareEqual(a, b)).toStrictEqual(b);
  expect(shareEqual<unknown>(a, b)).not.toBe(a);
});
