import { expect, test } from 'vitest';
import type { LinkStatus } from '@/lib/session/messages';
import { lookOf, strokeOf, widthOfRate } from './wire-look';

const status = (change: Partial<LinkStatus>): LinkStatus => ({
  id: 'a-b',
  up: true,
  rate: 0,
  failing: 0,
  ...change,
});

test('a wire is wider the more flows over it, within bounds', () => {
  const widths = [0, 1, 20, 100, 1000, 1e6].map(widthOfRate);
  expect(widths).toEqual([1.5, 2, 3.75, 4.75, 6, 6]);
  expect(widthOfRate(-3)).toBe(widthOfRate(0));
});

test('it looks different only when one would see it', () => {
  const look = (change: Partial<LinkStatus>) => lookOf({ kind: 'traffic' }, status(change));
  expect(look({ rate: 20 })).toBe(look({ rate: 20.4 }));
  expect(look({ rate: 20 })).not.toBe(look({ rate: 40 }));
  // Failing and broken wires are dashed, too: colour alone would not do.
  expect(strokeOf(look({ rate: 20, failing: 1 }))).toMatchObject({
    strokeDasharray: '14 4',
    strokeWidth: 3.75,
  });
  expect(strokeOf(look({ rate: 20, up: false }))).toMatchObject({ strokeDasharray: '4 5' });
  expect(strokeOf(look({ rate: 20 }))).toEqual({ stroke: 'var(--line-strong)', strokeWidth: 3.75 });
  expect(strokeOf(lookOf({ kind: 'vrrp' }, status({ up: false })))).toMatchObject({ strokeOpacity: 0.6 });
  expect(strokeOf(lookOf({ kind: 'traffic' }, undefined)).strokeWidth).toBe(1.5);
});
