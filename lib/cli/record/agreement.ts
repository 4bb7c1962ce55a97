/** Three witnesses of one case: what was recorded, the real daemons now, and the simulator. Where do they agree? */
import type { LabResult } from '../conformance/case';
import { tallyOf } from '../conformance/compare';
import type { Expectation, RunResult } from './merge';

export interface Witnesses {
  /** As it stands in the case; undefined for a case that was never recorded. */
  readonly recorded: Expectation | undefined;
  readonly real: Expectation;
  readonly runs: readonly RunResult[];
  readonly simulated: LabResult;
}
export interface Line {
  readonly name: string;
  readonly what: string;
  /** undefined: there is nothing to compare. */
  readonly realAsRecorded: boolean | undefined;
  readonly simulatedAsRecorded: boolean | undefined;
  readonly simulatedAsReal: boolean | undefined;
}

/** When nginx said something, and which of its processes: never twice the same. */
const MOMENT = /(?<!\d)\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d (\[\w+\]) \d+#\d+:/g;
function withoutMoments<T>(value: T): T {
  if (value === undefined) return value;
  // Text to text, in the same form.
  return JSON.parse(JSON.stringify(value).replace(MOMENT, '$1')) as T;
}

export function agreement(name: string, witnesses: Witnesses): Line[] {
  const { recorded, real, runs, simulated } = withoutMoments(witnesses);
  // The name of the family is not asked about here.
  const differ = (expect: Expectation | undefined, result: unknown): Set<string> | undefined =>
    expect === undefined
      ? undefined
      : new Set([...tallyOf({ name, expect }, result, name).values()].flatMap((one) => one.differ));
  // A run now is as recorded when one of them is: a daemon need not do the same thing twice.
  const realDiffers = runs.map((run) => differ(recorded, asResult(run)));
  const simulatedRecorded = differ(recorded, simulated);
  const simulatedReal = differ(real, simulated);
  const names = new Set([
    ...Object.keys(real.observations),
    ...Object.keys(recorded?.observations ?? {}),
    ...Object.keys(real.keepalived_states ?? {}),
    ...Object.keys(recorded?.keepalived_states ?? {}),
  ]);
  return [...names].map((one) => {
    const key = `${name} ${one}`;
    const known = recorded?.observations[one] ?? recorded?.keepalived_states?.[one];
    const now = real.observations[one] ?? real.keepalived_states?.[one];
    return {
      name: one,
      what: real.observations[one]?.what ?? recorded?.observations[one]?.what ?? 'states',
      realAsRecorded:
        known === undefined ? undefined : realDiffers.some((set) => set !== undefined && !set.has(key)),
      simulatedAsRecorded: known === undefined ? undefined : simulatedRecorded?.has(key) === false,
      simulatedAsReal: now === undefined ? undefined : simulatedReal?.has(key) === false,
    };
  });
}
/** One real run in the form that a result of the simulator has. */
export function asResult({ observations, states }: RunResult): LabResult {
  return {
    observations: Object.fromEntries(
      observations.map(({ id, value, elapsed, measures }) => [
        id,
        {
          value,
          ...(elapsed === undefined ? {} : { elapsed }),
          ...(measures === undefined ? {} : { measures }),
        },
      ]),
    ),
    keepalived_states: Object.fromEntries(
      Object.entries(states).map(([host, all]) => [
        host,
        {
          states: all.map(([, instance, state]): [string, string] => [instance, state]),
          times: all.map(([at]) => at),
        },
      ]),
    ),
  };
}

export function agreementText(lines: readonly Line[]): string {
  const width = Math.max(12, ...lines.map(({ name }) => name.length));
  const word = (agrees: boolean | undefined): string =>
    (agrees === undefined ? '–' : agrees ? 'agree' : 'DIFFER').padEnd(18);
  const head = `${''.padEnd(width + 12)}${'now = recorded'.padEnd(18)}${'sim = recorded'.padEnd(18)}sim = now`;
  const rows = lines.map(
    (line) =>
      `${line.name.padEnd(width + 1)} ${line.what.slice(0, 9).padEnd(10)}${word(line.realAsRecorded)}${word(line.simulatedAsRecorded)}${word(line.simulatedAsReal).trimEnd()}`,
  );
  const share = (pick: (line: Line) => boolean | undefined): string => {
    const counted = lines.map(pick).filter((one) => one !== undefined);
    return `${counted.filter(Boolean).length} of ${counted.length}`.padEnd(18);
  };
  const total = `${'agree'.padEnd(width + 12)}${share((line) => line.realAsRecorded)}${share((line) => line.simulatedAsRecorded)}${share((line) => line.simulatedAsReal).trimEnd()}`;
  return [head, ...rows, total].join('\n');
}
