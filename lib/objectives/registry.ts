/** All objective kinds, one line each. */
import type { ObjectiveDefinition } from './definition';
import { errorBudget } from './error-budget';
import { listening } from './listening';
import { outageAfter } from './outage-after';
import { serviceAnswers } from './service-answers';
import { singleHolder } from './single-holder';

/** The state of each kind is its own business; whoever holds it only hands it back. */
function opaque<S>(definition: ObjectiveDefinition<S>): ObjectiveDefinition {
  return definition as ObjectiveDefinition;
}

export const OBJECTIVES: readonly ObjectiveDefinition[] = [
  opaque(serviceAnswers),
  opaque(outageAfter),
  opaque(errorBudget),
  opaque(singleHolder),
  opaque(listening),
];

export function findObjective(kind: string): ObjectiveDefinition | undefined {
  return OBJECTIVES.find((objective) => objective.kind === kind);
}
