/** When requests were lost, what took the service away, and how long it took to notice and to mend it. */
import type { JournalEntry } from '../kernel/journal';
import type { Run } from '../scenario/run';
import { eventItem } from './journal-feed';
import type { Debrief } from './messages';
import { sourceOf } from './service';

const SECOND = 1_000_000;
/** Seconds without a failure that end an outage. */
const QUIET_SECONDS = 2;
/** What can take service away, looked for just before an outage. */
const DISRUPTIVE: ReadonlySet<string> = new Set([
  'power.off',
  'host.frozen',
  'socket.closed',
  'disk.full',
  'address.removed',
  'address.added',
  'link.down',
  'packet.dropped',
  'route.removed',
  'sysctl',
]);
/** How long before an outage its cause is looked for. */
export const BEFORE = 6 * SECOND;
/** How long a fault without a trace of its own is remembered as the cause. */
const MEMORY = 60 * SECOND;
export const MOST_CHAIN = 12;

export interface Outage {
  from: number;
  to: number;
  failed: number;
  cause: string;
  byLearner: boolean;
  causeSeq: number;
}

export function outagesOf<I>(run: Run<I>, entries: readonly JournalEntry[]): Outage[] {
  const rows = run.progress.seconds.get(sourceOf(run) ?? '') ?? [];
  const outages: Outage[] = [];
  let open: { from: number; last: number; failed: number } | undefined;
  const close = () => {
    if (open === undefined) return;
    const cause = causeOf(run, entries, open.from * SECOND, (open.last + 1) * SECOND);
    outages.push({ from: open.from * SECOND, to: (open.last + 1) * SECOND, failed: open.failed, ...cause });
    open = undefined;
  };
  rows.forEach(({ failed }, second) => {
    if (failed > 0) {
      open ??= { from: second, last: second, failed: 0 };
      open.last = second;
      open.failed += failed;
    } else if (open !== undefined && second - open.last > QUIET_SECONDS) close();
  });
  close();
  return outages;
}

/** The entry that took service away: the first disruptive one near the beginning whose root is known. */
function causeOf<I>(
  run: Run<I>,
  entries: readonly JournalEntry[],
  from: number,
  to: number,
): Pick<Outage, 'cause' | 'byLearner' | 'causeSeq'> {
  const begin = from + run.origin;
  const near = entries.filter(
    ({ at, type }) =>
      DISRUPTIVE.has(type) && at >= begin - BEFORE && at <= Math.min(begin + 2 * SECOND, to + run.origin),
  );
  const candidates = near.map((entry) => ({ entry, roots: rootsOf(run, entry.seq) }));
  const isFault = (entry: JournalEntry) => entry.source === 'scenario' || entry.source === 'instructor';
  const chosen =
    candidates.find(({ roots }) => roots.some(isFault)) ??
    candidates.find(({ roots }) => roots.some(({ source }) => source === 'learner')) ??
    candidates[0];
  if (chosen === undefined) return faultBefore(run, entries, begin);
  const byLearner = chosen.roots.some(({ source }) => source === 'learner') && !chosen.roots.some(isFault);
  const root = chosen.roots[firstFault(chosen.roots)] ?? chosen.roots.at(-1) ?? chosen.entry;
  return { cause: eventItem(run, root)?.text ?? root.type, byLearner, causeSeq: chosen.entry.seq };
}
/** What hangs or is slow takes nothing away: then the last fault before is all that can be said. */
function faultBefore<I>(
  run: Run<I>,
  entries: readonly JournalEntry[],
  begin: number,
): Pick<Outage, 'cause' | 'byLearner' | 'causeSeq'> {
  const fault = entries.findLast((entry) => entry.at <= begin && firstFault([entry]) === 0);
  const isRecent = fault !== undefined && fault.at >= begin - MEMORY;
  const said = fault === undefined ? undefined : (eventItem(run, fault)?.text ?? fault.type);
  if (isRecent) return { cause: said ?? '', byLearner: false, causeSeq: fault.seq };
  const cause =
    reasonOfFailure(entries, begin) ??
    (fault === undefined || said === undefined
      ? 'nothing recorded just before it'
      : `nothing new before it; ${minutesText(begin - fault.at)} before: ${said}`);
  return { cause, byLearner: false, causeSeq: -1 };
}
function minutesText(span: number): string {
  const seconds = Math.round(span / SECOND);
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}
/** What the first request that failed had to say itself, such as that a certificate has expired. */
function reasonOfFailure(entries: readonly JournalEntry[], begin: number): string | undefined {
  const failed = entries.find(
    ({ type, at, data }) => type === 'request' && at >= begin && !(data as { ok: boolean }).ok,
  );
  return (failed?.data as { reason?: string } | undefined)?.reason || undefined;
}
/** The entry and what led to it, latest first. */
export function rootsOf<I>(run: Run<I>, seq: number): JournalEntry[] {
  const chain: JournalEntry[] = [];
  for (let at = seq; at >= 0 && chain.length < MOST_CHAIN; ) {
    const entry = run.kernel.journal.get(at);
    if (entry === undefined) break;
    chain.push(entry);
    if (entry.cause >= at) break;
    at = entry.cause;
  }
  return chain;
}

/** Where the fault stands among an entry's roots, -1 when there is none. Before it the scenario only waited. */
export function firstFault(roots: readonly JournalEntry[]): number {
  return roots.findIndex(
    ({ type, data }) =>
      type === 'inject' ||
      type === 'tomorrow' ||
      (type === 'timeline' && (data as { fault?: string }).fault !== undefined),
  );
}

export function timesOf<I>(
  run: Run<I>,
  entries: readonly JournalEntry[],
  outages: readonly Outage[],
): Debrief['times'] {
  const page = entries.find(({ type }) => type === 'feed.page');
  const begin = beginningOf(run, entries, { outage: outages[0], page });
  if (begin === undefined) return { detect: undefined, acknowledge: undefined, restore: undefined };
  const { acknowledgedAt } = run.progress;
  const outage = outages.find(({ from }) => from + run.origin === begin);
  const met = entries.find(({ type, at }) => type === 'objective.met' && at > begin)?.at;
  const isOver = outage !== undefined && outage.to < run.now - QUIET_SECONDS * SECOND;
  const end = outage === undefined ? met : isOver ? outage.to + run.origin : undefined;
  return {
    detect: page === undefined ? undefined : page.at - begin,
    acknowledge: acknowledgedAt === undefined ? undefined : acknowledgedAt + run.origin - begin,
    restore: end === undefined ? undefined : end - begin,
  };
}
/** When the trouble began: with the first request that failed, or with the fault when a page came before any. */
function beginningOf<I>(
  run: Run<I>,
  entries: readonly JournalEntry[],
  { outage, page }: { outage: Outage | undefined; page: JournalEntry | undefined },
): number | undefined {
  const failed = outage === undefined ? undefined : outage.from + run.origin;
  if (page === undefined || (failed !== undefined && failed <= page.at)) return failed;
  const faults = entries.filter((entry) => firstFault([entry]) === 0 && entry.at <= page.at);
  return faults.at(-1)?.at ?? page.at;
}
