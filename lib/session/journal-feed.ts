/** Folds the journal into what the page lists: events, marks, feed. Each entry is taken once per branch. */
import type { JournalEntry } from '../kernel/journal';
import type { Run } from '../scenario/run';
import { repeats, saidBy } from './event-text';
import type { EventItem, FeedItem, TimelineMark } from './messages';
import type { Requests } from './requests';

const MOST_REPEATS = 3;
const MOST_SEEN = 5_000;

export interface JournalNews {
  events: EventItem[];
  marks: TimelineMark[];
}

export class JournalFeed<I> {
  /** seq of the next entry to take. */
  #next = 0;
  /** Entries that repeat themselves: the first few of each kind, by seq. */
  #seen = new Map<string, number[]>();
  /** Hosts whose boot is not over where `#next` is. */
  #booting = new Set<string>();

  constructor(
    private readonly run: Run<I>,
    private readonly requests: Requests,
  ) {}

  /** The journal was cut here: what comes is new. */
  restartAt(length: number): void {
    if (length >= this.#next) return;
    this.#next = length;
    this.#booting.clear();
    for (const entry of this.run.kernel.journal.entries(0)) if (entry.seq < length) this.#followBoot(entry);
    for (const [key, seqs] of this.#seen)
      this.#seen.set(
        key,
        seqs.filter((seq) => seq < length),
      );
  }

  news(): JournalNews {
    const { journal } = this.run.kernel;
    const events: EventItem[] = [];
    const marks: TimelineMark[] = [];
    for (const entry of journal.entries(this.#next)) {
      this.#followBoot(entry);
      if (entry.at < this.run.origin) continue;
      if (entry.type === 'request') this.requests.take(entry);
      const item = this.#isTooMuch(entry) ? undefined : eventItem(this.run, entry);
      if (item === undefined) continue;
      if (isRoutine(entry, this.#booting.has(entry.source))) item.routine = true;
      events.push(item);
      const mark = markOf(this.run, entry, item);
      if (mark !== undefined) marks.push(mark);
    }
    this.#next = Math.max(this.#next, journal.length);
    return { events, marks };
  }
  #followBoot({ type, source }: JournalEntry): void {
    if (type === 'power.on') this.#booting.add(source);
    else if (BOOT_ENDS.has(type)) this.#booting.delete(source);
  }
  #isTooMuch(entry: JournalEntry): boolean {
    const key = repeats(entry);
    if (key === undefined) return false;
    if (this.#seen.size > MOST_SEEN) this.#seen.clear();
    const seqs = this.#seen.get(key) ?? [];
    if (seqs.length >= MOST_REPEATS) return true;
    this.#seen.set(key, [...seqs, entry.seq]);
    return false;
  }
}

const BOOT_ENDS: ReadonlySet<string> = new Set(['boot.finished', 'boot.failed', 'power.off']);
/** What every boot brings, one by one. What goes wrong in it, and what daemons do, is no routine. */
const BOOT_STEPS: ReadonlySet<string> = new Set([
  'unit.state',
  'socket.listening',
  'address.added',
  'route.added',
  'link.up',
  'nft.ruleset',
  'sysctl',
]);

function isRoutine({ type, data }: JournalEntry, isBooting: boolean): boolean {
  if (!BOOT_STEPS.has(type)) return false;
  if (type !== 'unit.state') return isBooting;
  const { unit, active, to } = data as { unit: string; active: string; to: string };
  if (active === 'failed' || to === 'auto-restart') return false;
  const isOnTheWay = active === 'activating' || active === 'deactivating';
  return isBooting || isOnTheWay || unit.startsWith('systemd-') || !unit.endsWith('.service');
}

export function eventItem<I>(run: Run<I>, entry: JournalEntry): EventItem | undefined {
  const said = isHidden(run, entry) ? undefined : saidBy(entry);
  if (said === undefined) return undefined;
  return {
    seq: entry.seq,
    at: Math.max(0, entry.at - run.origin),
    clock: run.world.state.epoch + entry.at,
    source: entry.source,
    type: entry.type,
    text: titled(run, entry, said.text),
    tone: said.tone,
    cause: entry.cause,
    ...(entry.rule === undefined ? {} : { rule: entry.rule }),
  };
}
/** What a scenario keeps to itself until the run is over. */
function isHidden<I>({ progress }: Run<I>, { type, data }: JournalEntry): boolean {
  if (type !== 'timeline' || (data as { hidden?: boolean }).hidden !== true) return false;
  return progress.phase === 'running' || progress.phase === 'tomorrow';
}
/** Objectives by their titles, tomorrow by what happens then. */
function titled<I>({ scenario }: Run<I>, entry: JournalEntry, text: string): string {
  if (entry.type === 'tomorrow')
    return `${text}: ${scenario.tomorrow?.detail || (scenario.tomorrow?.title ?? '')}`;
  if (!entry.type.startsWith('objective.')) return text;
  const { id } = entry.data as { id: string };
  const entries = [
    ...scenario.objectives,
    ...scenario.guards,
    ...(scenario.tomorrow === undefined ? [] : [scenario.tomorrow]),
  ];
  const title = entries.find((candidate) => candidate.id === id)?.title;
  return title === undefined ? text : text.replace(id, title);
}

/** An address that the installer gave the host: that it is there again is no news. */
export function isOwnAddress<I>({ scenario }: Run<I>, { type, source, data }: JournalEntry): boolean {
  if (!type.startsWith('address.')) return false;
  const address = String((data as { address?: unknown }).address).split('/')[0];
  const own = Object.values(scenario.lab.hosts[source]?.interfaces ?? {});
  return own.some((device) => device.address.split('/')[0] === address);
}

export function markOf<I>(run: Run<I>, entry: JournalEntry, item: EventItem): TimelineMark | undefined {
  const kind = saidBy(entry)?.mark;
  return kind === undefined || isOwnAddress(run, entry)
    ? undefined
    : { seq: item.seq, at: item.at, kind, text: item.text, tone: item.tone };
}

/** The on-call feed with the clock of each entry. */
export function feedOf<I>(run: Run<I>, from: number): FeedItem[] {
  return run.progress.feed
    .slice(from)
    .map((entry) => ({ ...entry, clock: run.world.state.epoch + run.origin + entry.at }));
}
