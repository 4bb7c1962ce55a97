/** Several runs of a case as one expectation: what was stable has one value, what was not has all of them. */
import type { LoadMeasures } from '../conformance/case';

/** What one step or probe of one run gave. `value` is held against those of other runs with numbers set aside. */
export interface RunObservation {
  readonly id: string;
  readonly t: number | null;
  readonly what: string;
  readonly host: string | undefined;
  readonly value: unknown;
  readonly elapsed?: number | undefined;
  readonly measures?: LoadMeasures | undefined;
}
export interface RunResult {
  readonly observations: readonly RunObservation[];
  /** By host: instant, instance, state. */
  readonly states: Readonly<Record<string, readonly (readonly [number, string, string])[]>>;
}

export interface RecordedObservation {
  t: number | null;
  what: string;
  host: string | null;
  stable: boolean;
  value?: unknown;
  values?: unknown[];
  elapsed?: (number | null)[];
  measures?: (LoadMeasures | null)[];
}
export interface RecordedStates {
  stable: boolean;
  states: unknown;
  times: number[][];
}
export interface Expectation {
  observations: Record<string, RecordedObservation>;
  keepalived_states?: Record<string, RecordedStates>;
}

export function mergeRuns(runs: readonly RunResult[]): Expectation {
  const ids = new Map<string, RunObservation[]>();
  for (const run of runs)
    for (const seen of inOrder(run.observations)) ids.set(seen.id, [...(ids.get(seen.id) ?? []), seen]);
  const observations: Record<string, RecordedObservation> = {};
  for (const [id, seen] of ids) {
    const merged = mergeObservation(seen, runs.length);
    if (merged !== undefined) observations[id] = merged;
  }
  const states = mergeStates(runs);
  return Object.keys(states).length === 0 ? { observations } : { observations, keepalived_states: states };
}
/** By time, checks last. */
function inOrder(observations: readonly RunObservation[]): RunObservation[] {
  const key = (seen: RunObservation): number => seen.t ?? Number.POSITIVE_INFINITY;
  return [...observations].sort((a, b) => (key(a) === key(b) ? (a.id < b.id ? -1 : 1) : key(a) - key(b)));
}
function mergeObservation(seen: readonly RunObservation[], runs: number): RecordedObservation | undefined {
  const [first] = seen;
  if (first === undefined || first.value === undefined) return undefined;
  const essences = seen.map((one) => JSON.stringify(essenceOf(one.value)));
  const stable = seen.length === runs && essences.every((one) => one === essences[0]);
  return {
    t: first.t,
    what: first.what,
    host: first.host ?? null,
    stable,
    ...(stable ? { value: first.value } : { values: seen.map(({ value }) => value) }),
    ...(first.measures !== undefined
      ? { measures: seen.map(({ measures }) => measures ?? null) }
      : first.elapsed !== undefined
        ? { elapsed: seen.map(({ elapsed }) => elapsed ?? null) }
        : {}),
  };
}
/** Process ids, ports and addresses in printed text differ from run to run and mean nothing. */
function essenceOf(value: unknown): unknown {
  if (!Array.isArray(value) || value.length !== 3) return value;
  const [code, out, error] = value as unknown[];
  if (typeof out !== 'string' || typeof error !== 'string') return value;
  if (typeof code !== 'number' && code !== 'timeout') return value;
  const mask = (text: string): string =>
    text.replace(/0x[0-9a-f]+/g, 'X').replace(/\b(pid|PID)?\s*\d{2,}\b/g, 'N');
  return [code, mask(out), mask(error)];
}

function mergeStates(runs: readonly RunResult[]): Record<string, RecordedStates> {
  const hosts = [...new Set(runs.flatMap(({ states }) => Object.keys(states)))].sort();
  const merged: Record<string, RecordedStates> = {};
  for (const host of hosts) {
    const all = runs.map(({ states }) => states[host] ?? []);
    const names = all.map((run) => run.map(([, instance, state]) => [instance, state]));
    const stable = names.every((one) => JSON.stringify(one) === JSON.stringify(names[0]));
    merged[host] = {
      stable,
      states: stable ? names[0] : names,
      times: all.map((run) => run.map(([time]) => time)),
    };
  }
  return merged;
}
