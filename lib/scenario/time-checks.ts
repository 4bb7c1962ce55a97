/** What can never be reached in the time that there is, and what contradicts itself. */
import { readPath } from '../objectives/reachability';
import { type Micros, parseDuration } from '../std/instant';
import type { Path, Report } from './kinds';
import type { Scenario } from './schema';

export function checkMoments(scenario: Scenario, report: Report): void {
  const deadline = micros(scenario.deadline);
  const earliest = new Earliest(scenario);
  scenario.timeline.forEach(({ id, at }, index) => {
    // An event with a time of its own is told with it.
    if (at === undefined && earliest.of(id) >= deadline)
      report(
        ['timeline', index, 'after'],
        `happens after the deadline ${scenario.deadline}, at ${minutes(earliest.of(id))} at the earliest`,
      );
  });
  scenario.objectives.forEach(({ id, after }, index) => {
    if (after !== undefined && earliest.of(after) < deadline && earliest.of(id) > deadline)
      report(
        ['objectives', index, 'after'],
        `can be met at ${minutes(earliest.of(id))} at the earliest, after the deadline ${scenario.deadline}`,
      );
  });
  checkTomorrow(scenario, report);
  const points = scenario.diagnosis.reduce((sum, question) => sum + question.points, 0);
  if (points > 100)
    report(['diagnosis'], `the questions are worth ${points} points, and there are 100 in all`);
  checkPaths(scenario, report);
}

function checkTomorrow({ tomorrow }: Scenario, report: Report): void {
  if (tomorrow === undefined) return;
  const within = micros(tomorrow.within);
  const begins = Math.max(...tomorrow.faults.map((fault) => micros(String(fault['after'] ?? '0s'))));
  tomorrow.faults.forEach((fault, index) => {
    if (micros(String(fault['after'] ?? '0s')) >= within)
      report(
        ['tomorrow', 'faults', index, 'after'],
        `strikes when tomorrow is over (within ${tomorrow.within})`,
      );
  });
  if (begins < within)
    tomorrow.expect.forEach((entry, index) => {
      if (begins + micros(String(entry['for'] ?? '0s')) > within)
        report(
          ['tomorrow', 'expect', index, 'for'],
          `can never be met: it is looked at from ${minutes(begins)} on, and tomorrow ends after ${tomorrow.within}`,
        );
    });
}

/** The earliest instant at which an event happens or an objective is met. */
class Earliest {
  readonly #open = new Set<string>();
  constructor(private readonly scenario: Scenario) {}

  of(id: string): Micros {
    // What waits for itself is told elsewhere.
    if (this.#open.has(id)) return 0;
    this.#open.add(id);
    const instant = this.#find(id);
    this.#open.delete(id);
    return instant;
  }
  #find(id: string): Micros {
    const event = this.scenario.timeline.find((entry) => entry.id === id);
    if (event?.at !== undefined) return micros(event.at);
    if (event?.after !== undefined) {
      const { event: before, objective, delay } = event.after;
      return this.of(before ?? objective ?? '') + micros(delay);
    }
    const goal = this.scenario.objectives.find((entry) => entry.id === id);
    if (goal === undefined) return 0;
    const since = goal.after ?? goal['event'];
    return (typeof since === 'string' ? this.of(since) : 0) + micros(String(goal['for'] ?? '0s'));
  }
}

/** A way that must be open and closed at the same time. */
function checkPaths(scenario: Scenario, report: Report): void {
  const look = (entry: unknown, path: Path): void => {
    if (typeof entry !== 'object' || entry === null) return;
    const { paths, of } = entry as { paths?: unknown; of?: unknown };
    const wanted = new Map<string, boolean>();
    (Array.isArray(paths) ? paths : []).forEach((line: unknown, index) => {
      const read = typeof line === 'string' ? readPath(line) : undefined;
      if (read === undefined) return;
      const way = `${read.from} -> ${read.to}:${read.port}`;
      if (wanted.has(way))
        report(
          [...path, 'paths', index],
          wanted.get(way) === read.isOpen
            ? `${way} stands here twice`
            : `${way} cannot be open and closed at once`,
        );
      wanted.set(way, read.isOpen);
    });
    if (Array.isArray(of)) of.forEach((inner: unknown, index) => look(inner, [...path, 'of', index]));
    else look(of, [...path, 'of']);
  };
  for (const list of ['objectives', 'guards', 'breaks'] as const)
    scenario[list].forEach((entry, index) => look(entry, [list, index]));
}

function micros(text: string): Micros {
  return parseDuration(text) ?? 0;
}
function minutes(instant: Micros): string {
  const seconds = Math.round(instant / 1_000_000);
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}min ${seconds % 60}s`;
}
