import { expect, it } from 'vitest';
import { FRESH_LIMIT, oneMore, type RateLimit } from './rate-limit';

const at = (limit: RateLimit, now: number): RateLimit | undefined =>
  oneMore(limit, { interval: 10, burst: 2, now });

it('lets a burst pass, refuses the next, and begins anew when the interval is over', () => {
  const first = at(FRESH_LIMIT, 100);
  const second = first && at(first, 105);
  expect(second).toEqual({ begin: 100, count: 2 });
  expect(second && at(second, 110)).toBeUndefined();
  expect(second && at(second, 111)).toEqual({ begin: 111, count: 1 });
});
it('is none with an interval or a burst of 0', () => {
  const spent = { begin: 100, count: 9 };
  expect(oneMore(spent, { interval: 0, burst: 2, now: 101 })).toEqual(spent);
  expect(oneMore(spent, { interval: 10, burst: 0, now: 101 })).toEqual(spent);
});
