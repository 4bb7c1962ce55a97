/** Conditions inside conditions: each keeps its own state in the outer one's. */
import { nestedOf, type NestedKind, type ParameterValues } from '../world/parameters';
import type { Judgement, ObjectiveDefinition, ObservedRequest, Observations } from './definition';

export interface Child {
  definition: ObjectiveDefinition;
  values: ParameterValues;
}
const found = new WeakMap<readonly NestedKind[], readonly Child[]>();

/** The conditions that a parameter holds; the loader has checked their kinds. */
export function childrenOf(values: ParameterValues, name: string): readonly Child[] {
  const nested = nestedOf(values, name);
  const known = found.get(nested);
  if (known !== undefined) return known;
  // The loader put it there: what it found in the registry of objectives.
  const children = nested.map((entry) => ({
    definition: entry.definition as ObjectiveDefinition,
    values: entry.values,
  }));
  found.set(nested, children);
  return children;
}
export function startAll(children: readonly Child[]): unknown[] {
  return children.map(({ definition, values }) => definition.start(values));
}
export function tellAll(
  children: readonly Child[],
  states: readonly unknown[],
  request: ObservedRequest,
  seen: Observations,
): void {
  children.forEach(({ definition, values }, index) =>
    definition.request?.(states[index], request, values, seen),
  );
}
export function sampleAll(
  children: readonly Child[],
  states: readonly unknown[],
  seen: Observations,
): Judgement[] {
  return children.map(({ definition, values }, index) => definition.sample(states[index], values, seen));
}
