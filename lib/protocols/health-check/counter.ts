/**
 * The health counter of a checked server and the pauses between its checks.
 *
 * HAProxy keeps one number: 0 … rise+fall−1. From `rise` on the server is up.
 * A success below the threshold climbs one step, and reaching the threshold
 * fills it up; a failure above it falls one step, and falling below empties it.
 *
 * Sources: HAProxy 2.6 configuration manual §5.2 "rise", "fall", "inter",
 * "fastinter", "downinter"; src/check.c `set_server_check_status`, `srv_getinter`.
 */

import type { Micros } from '../../std/instant';

/** What a server's checks were configured with. */
export type HealthSettings = {
  readonly rise: number;
  readonly fall: number;
  readonly inter: Micros;
  readonly fastinter: Micros | undefined;
  readonly downinter: Micros | undefined;
  /** how long the connection may take */
  readonly connectTimeout: Micros;
  /** how long the answer may take once connected; undefined: `connectTimeout` covers both */
  readonly readTimeout: Micros | undefined;
  /** `spread-checks` of the global section */
  readonly spreadPercent: number;
};

/** The four names that the manual and the statistics page use. */
export type HealthName = 'up' | 'goingDown' | 'down' | 'goingUp';

export function highest(settings: HealthSettings): number {
  return settings.rise + settings.fall - 1;
}

/** A server starts up, but one step above the abyss. */
export function initialHealth(settings: HealthSettings): number {
  return settings.rise;
}

export function afterSuccess(health: number, settings: HealthSettings): number {
  if (health >= highest(settings)) return health;
  return health + 1 >= settings.rise ? highest(settings) : health + 1;
}

export function afterFailure(health: number, settings: HealthSettings): number {
  if (health <= 0) return health;
  return health - 1 < settings.rise ? 0 : health - 1;
}

export function nameOf(health: number, settings: HealthSettings): HealthName {
  if (health >= highest(settings)) return 'up';
  if (health >= settings.rise) return 'goingDown';
  return health === 0 ? 'down' : 'goingUp';
}

/** `2/3` of `UP 2/3`, `1/2` of `DOWN 1/2`. */
export function progress(health: number, settings: HealthSettings): string {
  return health >= settings.rise
    ? `${health - settings.rise + 1}/${settings.fall}`
    : `${health}/${settings.rise}`;
}

/** Pause after a check that left the counter at `health`. */
export function interval(health: number, settings: HealthSettings): Micros {
  if (health === highest(settings)) return settings.inter;
  if (health === 0) return settings.downinter ?? settings.inter;
  return settings.fastinter ?? settings.inter;
}

/** The pause with `spread-checks`; `draw` is −1 … 1. Whole milliseconds, as the daemon counts. */
export function spreadInterval(health: number, settings: HealthSettings, draw: number): Micros {
  const pause = interval(health, settings);
  if (settings.spreadPercent === 0) return pause;
  const most = Math.floor(((pause / 1_000) * settings.spreadPercent) / 100);
  return pause + Math.round(most * draw) * 1_000;
}

/** First tick of the old rhythm that lies ahead. */
export function nextTick(last: Micros, settings: HealthSettings, now: Micros): Micros {
  if (last > now) return last;
  return last + (Math.floor((now - last) / settings.inter) + 1) * settings.inter;
}

/** Below this interval a check does not slow down the start of all others (SRV_CHK_INTER_THRES). */
const SHORT_INTERVAL: Micros = 1_000_000;

/**
 * When the first checks start, counted from the start of the process: spread
 * over the shortest interval, in the order of the file.
 * Source: src/check.c `start_checks`, `start_check_task`.
 */
export function firstChecks(all: readonly HealthSettings[], maxSpread: Micros | undefined): Micros[] {
  let shortest = 0;
  for (const settings of all) {
    const pause = interval(initialHealth(settings), settings);
    if (pause >= SHORT_INTERVAL && (shortest === 0 || pause < shortest)) shortest = pause;
  }
  return all.map((settings, position) => {
    let span = Math.max(shortest, interval(initialHealth(settings), settings));
    if (maxSpread !== undefined && maxSpread > 0) span = Math.min(span, maxSpread);
    return Math.floor(((span / 1_000) * position) / all.length) * 1_000;
  });
}
