/**
 * The M/M/3 queue: customers arrive at random, three servers take a random time
 * for each, those who find all busy wait in line. Two events a customer, never
 * more than four pending.
 */

export const ARRIVAL_MEAN = 1000;
export const SERVICE_MEAN = 2700;
export const SERVERS = 3;

/** What a run comes to; the same in every implementation. */
export interface QueueFigures {
  readonly served: number;
  readonly longestLine: number;
  readonly now: number;
}
