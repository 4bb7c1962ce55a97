/**
 * How far a run is to go in a stretch of real time. It only names instants;
 * what happens up to an instant does not depend on how it was reached.
 */

import { MILLISECOND, type Micros } from '../std/instant';

/** The speeds on offer: simulated per real time; 0 is paused. */
export const SPEEDS = [0, 1, 5, 20, 100] as const;

export type Speed = (typeof SPEEDS)[number];

/** Real time beyond this in one stretch is not made up for (a background tab, a sleeping laptop). */
export const LONGEST_STRETCH_MS = 250;

/**
 * The instant to run to.
 * @param now the present instant
 * @param wallMs real time since the last call, in milliseconds, fractions allowed
 * @param speed simulated per real time
 */
export function paceTarget(now: Micros, wallMs: number, speed: Speed): Micros {
  const stretch = Math.min(Math.max(wallMs, 0), LONGEST_STRETCH_MS);
  return now + Math.floor(stretch * MILLISECOND * speed);
}
