/**
 * The intervals of VRRP in integer microseconds, as keepalived 2.2.7 computes
 * them (`VRRP_TIMER_SKEW`, `VRRP_MS_DOWN_TIMER` in vrrp.h).
 * RFC 3768 §6.1 (version 2), RFC 5798 and RFC 9568 §6.1 (version 3).
 */

import { type Micros, SECOND } from '../../std/instant';

export type VrrpVersion = 2 | 3;

/** The address owner's priority: it is master whenever it can be (RFC 9568 §5.2.4). */
export const OWNER_PRIORITY = 255;
/** "I stop": the backups wait their skew time only (RFC 9568 §5.2.4). */
export const STOP_PRIORITY = 0;
/** RFC 9568 §5.2.4. */
export const DEFAULT_PRIORITY = 100;
/** Intervals that must pass without an advertisement (keepalived.conf(5) "down_timer_adverts"). */
export const DEFAULT_DOWN_ADVERTS = 3;

/** Version 3 counts in hundredths of a second. */
export const CENTISECOND: Micros = 10_000;

/** What the intervals depend on. */
export interface Pace {
  readonly version: VrrpVersion;
  /** the effective priority */
  readonly priority: number;
  /** the master's advertisement interval as far as known, else the own one */
  readonly masterInterval: Micros;
  readonly downAdverts: number;
}

/**
 * How much later than the highest priority a lower one speaks up.
 * Version 2: (256 − priority) / 256 seconds, whatever the interval (RFC 3768 §6.1).
 * Version 3: (256 − priority) / 256 intervals, computed in hundredths (RFC 9568 §6.1).
 */
export function skewTime(pace: Pace): Micros {
  return skewOf(pace, 256 - pace.priority);
}

/** The skew of one single step of priority: what one who would be master waits beyond an interval. */
export function smallestSkew(pace: Pace): Micros {
  return skewOf(pace, 1);
}

function skewOf(pace: Pace, steps: number): Micros {
  if (pace.version === 2) return Math.floor((steps * SECOND) / 256);
  return Math.floor((steps * Math.floor(pace.masterInterval / CENTISECOND) * 625) / 16);
}

/** After so long without an advertisement the master is taken for dead. */
export function masterDownInterval(pace: Pace): Micros {
  return pace.downAdverts * pace.masterInterval + skewTime(pace);
}

/** The priority that is advertised: tracking adds and subtracts, the ends stay reserved (`vrrp_set_effective_priority`). */
export function effectivePriority(total: number): number {
  return Math.min(Math.max(total, 1), OWNER_PRIORITY - 1);
}
