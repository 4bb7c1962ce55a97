/**
 * When do simulator and recording agree: the value is one that was recorded, times lie within the
 * recorded spread plus some slack, a load failed about as often and of the same main kind.
 */
import type { LoadMeasures } from './case';

/** By family: how many observations there are, how many agree, and the names of those that do not. */
export type Tally = Map<string, FamilyTally>;
export interface FamilyTally {
  agree: number;
  of: number;
  /** `CASE OBSERVATION` for each difference; repeated when several of its lines differ. */
  differ: string[];
}

const SLACK_SECONDS = 0.35;
const SLACK_SHARE = 0.1;

interface Recorded {
  what: string;
  value?: unknown;
  values?: unknown[];
  elapsed?: (number | null)[];
  measures?: (LoadMeasures & { duration?: number })[];
}
interface Seen {
  value?: unknown;
  elapsed?: number;
  measures?: LoadMeasures;
  unsupported?: string;
}
interface RecordedStates {
  stable?: boolean;
  states: [string, string][];
  times: number[][];
}

/** Holds one result against what was recorded. Both come from files; their forms are trusted. @param name of the case's file, without its ending */
export function tallyOf(given: unknown, result: unknown, name: string): Tally {
  const tally: Tally = new Map();
  const count: Count = (family, agrees, name) => {
    const known = tally.get(family) ?? { agree: 0, of: 0, differ: [] };
    tally.set(family, known);
    known.of += 1;
    if (agrees) known.agree += 1;
    else known.differ.push(name);
  };
  const { kind } = given as { kind?: string };
  if (kind === 'shell') compareShell(given as ShellFile, result as Record<string, ShellRan>, count);
  else if (kind === 'host') compareHost(given as HostFile, name, result as { steps?: HostStep[] }, count);
  else compareLab(given as LabFile, result as LabSeen, count);
  return tally;
}
type Count = (family: string, agrees: boolean, name: string) => void;

// ---------------------------------------------------------------- labs
interface LabFile {
  name: string;
  expect?: {
    observations: Record<string, Recorded>;
    keepalived_states?: Record<string, RecordedStates>;
  };
}
interface LabSeen {
  observations?: Record<string, Seen>;
  keepalived_states?: Record<string, { states: [string, string][]; times: number[] }>;
}

function compareLab(given: LabFile, result: LabSeen, count: Count): void {
  const family = given.name.split('-')[0] ?? '';
  for (const [key, recorded] of Object.entries(given.expect?.observations ?? {})) {
    const seen = result.observations?.[key];
    const exits = options(recorded).filter(isRan);
    if (key.startsWith('c:') || recorded.what === 'exec' || exits.length > 0) {
      const kind = key.startsWith('c:') ? 'check' : 'exec';
      const ran = isRan(seen?.value) ? seen.value : undefined;
      const exact = exits.filter(([code]) => code === ran?.[0]);
      count(`${family} ${kind} exit code`, exact.length > 0, `${given.name} ${key}`);
      count(
        `${family} ${kind} text`,
        ran !== undefined && exact.some((one) => printed(one) === printed(ran)),
        `${given.name} ${key}`,
      );
    } else count(`${family} behaviour`, agrees(recorded, seen), `${given.name} ${key}`);
  }
  for (const [host, recorded] of Object.entries(given.expect?.keepalived_states ?? {})) {
    if (recorded.stable === false) continue;
    count(
      `${family} states`,
      sameStates(recorded, result.keepalived_states?.[host]),
      `${given.name} ${host}`,
    );
  }
}
function options({ value, values }: Recorded): unknown[] {
  return value === undefined ? (values ?? []) : [value];
}
type Ran = [number | string | null, string, string];
function isRan(value: unknown): value is Ran {
  if (!Array.isArray(value) || value.length !== 3) return false;
  const [code, stdout, stderr] = value as unknown[];
  return (
    (typeof code === 'number' || code === 'timeout') &&
    typeof stdout === 'string' &&
    typeof stderr === 'string'
  );
}
const NGINX_LOG = /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d \[\w+\] \d+#\d+: /;
function printed([, stdout, stderr]: Ran): string {
  const lines = (text: string): string[] =>
    text
      .split('\n')
      .filter((line) => !line.startsWith('[NOTICE]'))
      .map((line) =>
        // nginx's own log lines begin with the date and the process: the numbers of such a line say nothing.
        (NGINX_LOG.test(line) ? line.replace(/\d+/g, 'N') : line)
          .replace(/\b\d+\.\d+s\b/g, 'Ns')
          .replace(/\(\d+\)/g, '(N)')
          .trimEnd(),
      )
      .filter((line) => line !== '');
  return [...lines(stdout), ...lines(stderr)].join('\n');
}
function agrees(recorded: Recorded, seen: Seen | undefined): boolean {
  if (seen === undefined || seen.unsupported !== undefined) return false;
  if (recorded.what === 'load') return sameLoad(recorded.measures ?? [], seen.measures);
  if (!options(recorded).some((value) => same(value, seen.value ?? null))) return false;
  return recorded.elapsed === undefined || within(recorded.elapsed, seen.elapsed);
}
function within(recorded: readonly (number | null | undefined)[], seen: number | undefined): boolean {
  const known = recorded.filter((value) => typeof value === 'number');
  if (known.length === 0) return true;
  if (seen === undefined) return false;
  const highest = Math.max(...known);
  const slack = Math.max(SLACK_SECONDS, SLACK_SHARE * highest);
  return seen >= Math.min(...known) - slack && seen <= highest + slack;
}
function sameLoad(
  recorded: readonly (LoadMeasures & { duration?: number })[],
  seen: LoadMeasures | undefined,
) {
  const [first] = recorded;
  if (first === undefined || seen === undefined) return false;
  const rate = Math.max(1, first.total / Math.max(1, first.duration ?? first.total / 20));
  const failed = recorded.map((one) => one.failed);
  const most = Math.max(...failed);
  const slack = Math.max(3, SLACK_SECONDS * rate, 0.05 * most);
  if (seen.failed < Math.min(...failed) - slack || seen.failed > most + slack) return false;
  const gaps = recorded.map((one) => one.longest_gap_between_successful_completions);
  if (!within(gaps, seen.longest_gap_between_successful_completions)) return false;
  for (const kind of new Set(recorded.flatMap((one) => Object.keys(one.failed_by)))) {
    const least = Math.min(...recorded.map((one) => one.failed_by[kind] ?? 0));
    if (least >= Math.max(4, 0.25 * most) && (seen.failed_by[kind] ?? 0) < 0.5 * least) return false;
  }
  return true;
}
function sameStates(
  recorded: RecordedStates,
  seen: { states: [string, string][]; times: number[] } | undefined,
): boolean {
  if (seen === undefined || !same(seen.states, recorded.states)) return false;
  return recorded.states.every((_, i) =>
    within(
      recorded.times.map((run) => run[i]),
      seen.times[i],
    ),
  );
}
function same(a: unknown, b: unknown): boolean {
  return canonical(a) === canonical(b);
}
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

// ---------------------------------------------------------------- shell
interface ShellRan {
  stdout: string;
  stderr: string;
  exit: number;
  files_after?: unknown;
}
interface ShellFile {
  cases: (ShellRan & { name: string; category: string; unordered?: boolean })[];
}
function compareShell(given: ShellFile, result: Record<string, ShellRan | undefined>, count: Count): void {
  for (const recorded of given.cases) {
    const seen = result[recorded.name];
    const whats = ['exit', 'stdout', 'stderr', ...(recorded.files_after ? ['files_after'] : [])] as const;
    for (const what of whats as readonly ('exit' | 'stdout' | 'stderr' | 'files_after')[]) {
      const [a, b] = [seen?.[what], recorded[what]];
      const alike = (text: unknown): string => String(text).trimEnd().split('\n').sort().join('\n');
      count(
        `shell ${recorded.category} ${what}`,
        same(a ?? null, b ?? null) || (recorded.unordered === true && alike(a) === alike(b)),
        `${recorded.name} ${what}`,
      );
    }
  }
}

// ---------------------------------------------------------------- hosts
interface HostStep {
  stdout?: string;
  stderr?: string;
  exit?: number;
}
interface HostFile {
  steps: (HostStep & { again?: HostStep })[];
}
function compareHost(given: HostFile, name: string, result: { steps?: HostStep[] }, count: Count): void {
  for (const [i, step] of given.steps.entries()) {
    const seen = result.steps?.[i] ?? {};
    const either = step.again === undefined ? [step] : [step, step.again];
    count(
      'host exit',
      either.some((one) => one.exit !== undefined && one.exit === seen.exit),
      `${name} step ${i}`,
    );
    let best = -1;
    for (const one of either) best = Math.max(best, sharedLines(masked(one), masked(seen)));
    const lines = [...masked(step).values()].reduce((sum, n) => sum + n, 0);
    for (let line = 0; line < lines; line++) count('host lines', line < best, `${name} step ${i}`);
  }
}
function sharedLines(wanted: ReadonlyMap<string, number>, have: ReadonlyMap<string, number>): number {
  let shared = 0;
  for (const [line, n] of wanted) shared += Math.min(n, have.get(line) ?? 0);
  return shared;
}
/** Lines with numbers and names of days and months set aside, and how often each comes. */
function masked(step: HostStep): Map<string, number> {
  const lines = new Map<string, number>();
  for (const raw of `${step.stdout ?? ''}\n${step.stderr ?? ''}`.split('\n')) {
    const line = raw
      .replace(/\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b/g, 'D')
      .replace(/\b[0-9a-f]{12,}\b|\d+/g, 'N')
      .replace(/\s+/g, ' ')
      .trim();
    if (line !== '') lines.set(line, (lines.get(line) ?? 0) + 1);
  }
  return lines;
}
