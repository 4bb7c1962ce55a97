/** All objective kinds, one line each. */
import { alert } from './alert';
import { certificateValid } from './certificate-valid';
import { all, any, not } from './combine';
import { commandOutput } from './command-output';
import type { ObjectiveDefinition } from './definition';
import { errorBudget } from './error-budget';
import { holder } from './holder';
import { configurationRuns, processState, resourceBelow, unitState } from './host-states';
import { httpAnswer } from './http-answer';
import { after, holdsFor, never, within } from './in-time';
import { listening } from './listening';
import { outageAfter } from './outage-after';
import { availability, latency } from './over-window';
import { reachability } from './reachability';
import { serviceAnswers } from './service-answers';
import { serviceFails } from './service-fails';
import { singleHolder } from './single-holder';

/** The state of each kind is its own business; whoever holds it only hands it back. */
function opaque<S>(definition: ObjectiveDefinition<S>): ObjectiveDefinition {
  return definition as ObjectiveDefinition;
}

export const OBJECTIVES: readonly ObjectiveDefinition[] = [
  opaque(serviceAnswers),
  opaque(serviceFails),
  opaque(availability),
  opaque(latency),
  opaque(outageAfter),
  opaque(errorBudget),
  opaque(httpAnswer),
  opaque(certificateValid),
  opaque(reachability),
  opaque(singleHolder),
  opaque(holder),
  opaque(listening),
  opaque(unitState),
  opaque(processState),
  opaque(configurationRuns),
  opaque(resourceBelow),
  opaque(commandOutput),
  opaque(alert),
  opaque(all),
  opaque(any),
  opaque(not),
  opaque(holdsFor),
  opaque(within),
  opaque(after),
  opaque(never),
];

/** Asked at every request. */
const BY_KIND = new Map(OBJECTIVES.map((objective) => [objective.kind, objective]));

export function findObjective(kind: string): ObjectiveDefinition | undefined {
  return BY_KIND.get(kind);
}
