/** So many times within so long, then no more until the time is over. Source: systemd 252 src/basic/ratelimit.c `ratelimit_below`. */
import type { Micros } from '../../std/instant';

export interface RateLimit {
  /** When the present interval began; -1: none yet. */
  begin: Micros;
  count: number;
}
export const FRESH_LIMIT: Readonly<RateLimit> = { begin: -1, count: 0 };

/** The limit after one time more; undefined: that would be too many. An interval or a burst of 0 is no limit. */
export function oneMore(
  { begin, count }: RateLimit,
  { interval, burst, now }: { interval: Micros; burst: number; now: Micros },
): RateLimit | undefined {
  if (interval <= 0 || burst <= 0) return { begin, count };
  if (begin < 0 || now - begin > interval) return { begin: now, count: 1 };
  return count < burst ? { begin, count: count + 1 } : undefined;
}
