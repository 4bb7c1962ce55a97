/** From the fault to the failed request: the entries of the journal that led to an outage, in words. */
import type { JournalEntry } from '../kernel/journal';
import type { Run } from '../scenario/run';
import { eventItem, isOwnAddress } from './journal-feed';
import type { Debrief } from './messages';
import { BEFORE, firstFault, MOST_CHAIN, type Outage, rootsOf } from './outages';
import { sourceOf } from './service';

export function chainOf<I>(run: Run<I>, entries: readonly JournalEntry[], outage: Outage): Debrief['chains'] {
  const failed = typicalFailure(run, entries, outage);
  const own = failed === undefined ? [] : ownCauses(run, failed);
  // What the request itself leads back to is better than what lay near in time.
  const roots = firstFault(own) < 0 ? rootsOf(run, outage.causeSeq) : own;
  const fault = firstFault(roots);
  const links = (fault < 0 ? roots : roots.slice(0, fault + 1)).reverse();
  const around = entries.filter(
    (entry) =>
      entry.at >= outage.from + run.origin - BEFORE &&
      entry.at <= outage.from + run.origin + BEFORE &&
      explains(entry) &&
      !links.some((link) => link.seq === entry.seq),
  );
  const all = new Map(
    // That a host has its own address since its boot explains nothing.
    [...own, ...links, ...around]
      .filter((entry) => !isOwnAddress(run, entry))
      .map((entry) => [entry.seq, entry]),
  );
  const shown = linksOf(
    run,
    [...all.values()].sort((a, b) => a.seq - b.seq),
  );
  const error = (failed?.data as { error?: string; status?: number; reason?: string } | undefined) ?? {};
  // What nothing led to still has a reason, or it is not told.
  if (shown.length === 0 && !error.reason) return [];
  const symptom = error.reason || error.error || `status ${error.status ?? ''}`;
  return [
    {
      title: `${lostIn(run, outage)}: ${symptom}`,
      links: [
        ...shown,
        ...(failed === undefined
          ? []
          : [
              {
                seq: failed.seq,
                at: failed.at - run.origin,
                source: failed.source,
                text: `request failed: ${symptom}`,
              },
            ]),
      ],
    },
  ];
}

/** What belongs to the story when it happens near an outage, whatever led to it. */
const NEAR: ReadonlySet<string> = new Set([
  'address.added',
  'vrrp.state',
  'socket.bind-failed',
  'arp.moved',
  'haproxy.server-state',
  'haproxy.backend-down',
  'nginx.peer-out',
]);
function explains({ type, data }: JournalEntry): boolean {
  return NEAR.has(type) && (data as { state?: string }).state !== 'UP';
}

/** As part of all that were lost, which stand at the head of the debrief. */
function lostIn<I>(run: Run<I>, { failed }: Outage): string {
  const all = run.progress.totals.get(sourceOf(run) ?? '')?.failed ?? failed;
  return failed === all
    ? `${grouped(failed)} requests lost`
    : `${grouped(failed)} of the ${grouped(all)} requests lost`;
}

/** The first failed request of the kind that most of the outage's failed requests were. */
function typicalFailure<I>(
  run: Run<I>,
  entries: readonly JournalEntry[],
  outage: Outage,
): JournalEntry | undefined {
  const kinds = new Map<string, { count: number; first: JournalEntry }>();
  for (const entry of entries) {
    if (entry.type !== 'request' || entry.at < outage.from + run.origin || entry.at > outage.to + run.origin)
      continue;
    const { ok, error, status } = entry.data as { ok: boolean; error: string; status: number };
    if (ok) continue;
    const kind = kinds.get(`${error} ${status}`) ?? { count: 0, first: entry };
    kind.count += 1;
    kinds.set(`${error} ${status}`, kind);
  }
  return [...kinds.values()].sort((a, b) => b.count - a.count)[0]?.first;
}
/** What the journal itself names as the cause of a failed request (why nobody listens, which rule dropped it), one entry of each type. */
function ownCauses<I>(run: Run<I>, failed: JournalEntry): JournalEntry[] {
  const types = new Set<string>();
  return rootsOf(run, failed.seq)
    .slice(1)
    .filter(({ type }) => !types.has(type) && types.add(type));
}

/** The entries in words; what is said again and again is said once, with how often. */
function linksOf<I>(run: Run<I>, entries: readonly JournalEntry[]): Debrief['chains'][number]['links'] {
  // One process after the other of the same program is the same thing again.
  const same = (text: string) => text.replace(/ \(\d+\)/, '');
  const items = entries.flatMap((entry) => eventItem(run, entry) ?? []);
  const times = new Map<string, number>();
  for (const { text } of items) times.set(same(text), (times.get(same(text)) ?? 0) + 1);
  return items
    .filter(({ text, seq }) => items.find((item) => same(item.text) === same(text))?.seq === seq)
    .slice(0, MOST_CHAIN)
    .map(({ seq, clock, source, text, rule }) => {
      const count = times.get(same(text)) ?? 1;
      return {
        seq,
        // Before 0 when the cause lies before the shift.
        at: clock - run.world.state.epoch - run.origin,
        source,
        text: count > 1 ? `${same(text)}, ${count} times` : text,
        ...(rule === undefined ? {} : { rule }),
      };
    });
}
const grouped = (count: number): string => String(count).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
