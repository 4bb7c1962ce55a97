/** The people outside: what drives them to come more, less or differently. Their programs ask here before each request. */
import type { Micros } from '../std/instant';
import type { World } from './world.contract';

/** One source of traffic, as it differs from its configuration. */
export interface Outside {
  /** Times the configured rate. */
  factor: number;
  /** Whether it comes at all, when that is not as configured. */
  comes: boolean | undefined;
  /** How long each client takes to send its request once it is connected. */
  sendAfter: Micros | undefined;
}
const KEY = 'outside';
const AS_CONFIGURED: Outside = Object.freeze({ factor: 1, comes: undefined, sendAfter: undefined });

export function outsideOf(world: World, source: string): Outside {
  const all = world.state.extra.get(KEY) as Map<string, Outside> | undefined;
  return all?.get(source) ?? AS_CONFIGURED;
}
/** Changes it, and returns how it was. */
export function changeOutside(world: World, source: string, change: Partial<Outside>): Outside {
  const all = (world.state.extra.get(KEY) as Map<string, Outside> | undefined) ?? new Map<string, Outside>();
  world.state.extra.set(KEY, all);
  const before = outsideOf(world, source);
  all.set(source, { ...before, ...change });
  return { ...before };
}
