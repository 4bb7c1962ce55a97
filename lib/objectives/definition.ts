/**
 * What an objective kind is: a judgement over observations, never over typed
 * commands or the text of files. State is plain data; it is sampled once a
 * simulated second and told of every request.
 */
import type { Micros } from '../std/instant';
import type { Parameter, ParameterValues } from '../world/parameters';
import type { World } from '../world/world.contract';

/** The condition, or conditions, that another one is made of. */
export const CONDITION: Parameter = {
  name: 'of',
  type: 'condition',
  required: true,
  description: 'The condition: a kind with its parameters.',
};
export const CONDITIONS: Parameter = {
  name: 'of',
  type: 'conditions',
  required: true,
  description: 'The conditions: kinds with their parameters.',
};
/** Name of the traffic source. */
export const FROM: Parameter = {
  name: 'from',
  type: 'source',
  required: true,
  description: 'Name of the traffic source.',
};
export type { Parameter, ParameterValues } from '../world/parameters';
/** One request as the people outside saw it. */
export interface ObservedRequest {
  at: Micros;
  from: string;
  ok: boolean;
  status: number;
  error: string;
  micros: Micros;
  seq: number;
}
/** What happened on the scenario's timeline so far: event id and instant. */
export interface Observations {
  world: World;
  now: Micros;
  events: ReadonlyMap<string, Micros>;
  /** Totals over the run by traffic source; '' is all together. */
  totals: ReadonlyMap<string, { total: number; failed: number }>;
  /** Objective id → instant when it was met. */
  met: ReadonlyMap<string, Micros>;
  /** Alerts of the pager that fire now, and since when. */
  alerts: ReadonlyMap<string, Micros>;
}
/** When an event happened or an objective was met. */
export function momentOf(seen: Observations, name: string): Micros | undefined {
  return seen.events.get(name) ?? seen.met.get(name);
}
export interface Judgement {
  state: 'waiting' | 'measuring' | 'met' | 'failed';
  /** 0–1 */ progress: number;
  /** What was measured, in the reader's words. */ measured: string;
}
export interface ObjectiveDefinition<S = unknown> {
  kind: string;
  title: string;
  description: string;
  parameters: readonly Parameter[];
  start(values: ParameterValues): S;
  request?(state: S, request: ObservedRequest, values: ParameterValues, seen: Observations): void;
  sample(state: S, values: ParameterValues, seen: Observations): Judgement;
  /** Names its callbacks; once per world, before anything happens. */
  register?(world: World): void;
}
export const WAITING: Judgement = Object.freeze({ state: 'waiting', progress: 0, measured: '' });
/** One decimal place and the unit. */
export function secondsText(micros: Micros): string {
  return `${(micros / 1_000_000).toFixed(1)} s`;
}
