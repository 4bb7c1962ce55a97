import { describe, expect, it } from 'vitest';
import { freeAt, type RateLimit } from './limits';

const limit = (most: number, startedAt: number, now: number, before = 0): RateLimit => ({
  most,
  startedAt,
  now,
  before,
});

describe('the next event within a rate', () => {
  it('is at once while there is room, and without a limit', () => {
    expect(freeAt(limit(2, 1_000, 1), 1_500_000)).toBe(0);
    expect(freeAt(limit(0, 1_000, 99), 1_500_000)).toBe(0);
  });

  it('waits for the next period, of which the last one takes its share', () => {
    // Two in this period: in the next one they fade, and half of it leaves room for one.
    expect(freeAt(limit(2, 1_000, 2), 1_010_000)).toBe(2_001_000);
    expect(freeAt(limit(2, 1_000, 1, 2), 1_100_000)).toBe(1_501_000);
    expect(freeAt(limit(5, 0, 20), 10_000)).toBe(1_751_000);
  });
});
