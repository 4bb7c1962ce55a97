/**
 * A scenario whose own long waits are cut, for both worlds alike: between the events of its timeline where
 * neither an objective measures nor a step of the solution waits meanwhile.
 */
import type { Scenario, ScenarioStep } from '../../../scenario/schema';
import { type Micros, parseDuration, SECOND } from '../../../std/instant';

const SHORT = 20 * SECOND;
const MARGIN = 10 * SECOND;

export function shortened(scenario: Scenario, steps: readonly ScenarioStep[]): Scenario {
  return {
    ...scenario,
    timeline: scenario.timeline.map((event) => {
      const { after } = event;
      if (after === undefined) return event;
      const delay = micros(after.delay);
      const needed = Math.max(
        SHORT,
        ...(after.event === undefined ? [] : neededAfter(scenario, steps, after.event)),
      );
      return { ...event, after: { ...after, delay: `${Math.min(delay, needed) / SECOND}s` } };
    }),
  };
}
/** How long after an event something is still measured, or a step is still to come. */
function neededAfter(scenario: Scenario, steps: readonly ScenarioStep[], event: string): Micros[] {
  const entries = [...scenario.objectives, ...scenario.guards];
  const measured = entries
    .filter((entry) => entry['event'] === event)
    .map((entry) => micros(String(entry['within'] ?? '0s')) + MARGIN);
  const from = steps.findIndex((step) => step['wait-for'] === event);
  if (from < 0) return measured;
  const next = steps.slice(from + 1);
  const until = next.findIndex((step) => step['wait-for'] !== undefined);
  const waits = (until < 0 ? next : next.slice(0, until)).map((step) => micros(step.wait ?? '0s'));
  return [...measured, waits.reduce((sum, wait) => sum + wait, 0) + SHORT];
}
function micros(text: string): Micros {
  return parseDuration(text) ?? 0;
}
