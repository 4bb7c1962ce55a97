/**
 * What the people outside did, for the page: legs of requests for the dots,
 * rates on the links, the numbers of the service, single traces. Folded from
 * the journal's `request` entries; nothing here is state of the run.
 */
import type { JournalEntry } from '../kernel/journal';
import type { Hop } from '../world/network.contract';
import type { SimulatedWorld } from '../world/world';
import type { InterfaceState } from '../world/world.contract';
import { packetFields } from './packet-view';
import type { LinkStatus, LinkView, RequestBatch, TraceView } from './messages';

const SECOND = 1_000_000;
const MOST_ROWS = 140;
const WINDOW = 3 * SECOND;
const SLOW_MICROS = SECOND;
const REFUSED = 4;
const PROBLEMS_OF_THE_WAY: ReadonlySet<string> = new Set(['timeout', 'unreachable', 'reset']);

interface RequestData {
  from: string;
  n: number;
  ok: boolean;
  status: number;
  error: string;
  micros: number;
  trace: number;
  /** In words, where the kind of error does not say enough (tls). */
  reason?: string;
}
/** A host that a request was at, and whether something went wrong there. */
interface Stage {
  host: string;
  at: number;
  bad: boolean;
}
interface Leg {
  id: number;
  from: string;
  to: string;
  start: number;
  end: number;
  outcome: number;
}

/** The last seconds, by who asked, where it went and over which link. */
interface Lately {
  now: number;
  bySource: Map<string, RequestData[]>;
  /** Requests that reached a host. */
  handled: Map<string, number>;
  byLink: Map<string, { all: number; bad: number; micros: number }>;
}

export class Requests {
  #index: Map<string, number>;
  #names: string[];
  #legs: Leg[] = [];
  #recent: { at: number; legs: Leg[]; data: RequestData }[] = [];
  /** Folded once for all hosts and links that are asked about at one moment. */
  #lately: Lately | undefined;

  #known: { links: readonly LinkView[]; revision: number; joined: readonly boolean[] } = {
    links: [],
    revision: -1,
    joined: [],
  };

  constructor(
    private readonly world: SimulatedWorld,
    hosts: readonly string[],
    private readonly origin: number,
  ) {
    this.#names = [...hosts];
    this.#index = new Map(hosts.map((name, index) => [name, index]));
  }

  /** Other hosts are there now. */
  know(hosts: readonly string[]): void {
    this.#names = [...hosts];
    this.#index = new Map(hosts.map((name, index) => [name, index]));
    this.#legs = [];
  }
  /** Average time of the legs on each link, in microseconds; links without any are left out. */
  times(links: readonly LinkView[], now: number): Map<string, number> {
    const { byLink } = this.#fold(now);
    return new Map(
      links.flatMap((link) => {
        const sum = byLink.get(keyOf(link));
        return sum === undefined ? [] : [[link.id, Math.round(sum.micros / sum.all)] as const];
      }),
    );
  }

  /** Takes a `request` entry of the journal. */
  take(entry: JournalEntry): void {
    const data = entry.data as unknown as RequestData;
    const legs = this.#legsOf(entry, data);
    this.#legs.push(...legs);
    this.#recent.push({ at: entry.at, legs, data });
    this.#lately = undefined;
  }
  /** Goes to another moment: what was on its way is forgotten. */
  clear(): void {
    this.#legs = [];
    this.#recent = [];
    this.#lately = undefined;
  }

  /** The legs since the last call; at high speed a sample of whole requests. */
  batch(): RequestBatch | undefined {
    const legs = this.#legs;
    this.#legs = [];
    if (legs.length === 0) return undefined;
    const ids = [...new Set(legs.map(({ id }) => id))];
    const every = Math.ceil(legs.length / MOST_ROWS);
    const kept = every <= 1 ? undefined : new Set(ids.filter((_, index) => index % every === 0));
    const rows = kept === undefined ? legs : legs.filter(({ id }) => kept.has(id));
    return {
      hosts: this.#names,
      id: rows.map(({ id }) => id),
      from: rows.map(({ from }) => this.#index.get(from) ?? -1),
      to: rows.map(({ to }) => this.#index.get(to) ?? -1),
      start: rows.map(({ start }) => start - this.origin),
      end: rows.map(({ end }) => end - this.origin),
      outcome: rows.map(({ outcome }) => outcome),
    };
  }

  #legsOf(entry: JournalEntry, data: RequestData): Leg[] {
    const outcome = outcomeOf(data);
    const steps = this.#stepsOf(data.trace);
    const legs = steps.map(({ from, to }, index): Leg => {
      const isLast = index === steps.length - 1;
      return {
        id: data.trace,
        from: from.host,
        to: to.host,
        start: from.at,
        end: Math.max(to.at, from.at + 1),
        outcome: isLast ? outcome : !to.bad ? 1 : outcome > 2 ? outcome : REFUSED,
      };
    });
    const first = this.world.trace(data.trace)?.hops[0];
    if (legs.length > 0 || first === undefined || outcome <= 2) return legs;
    // It did not get off its own host.
    return [{ id: data.trace, from: first.host, to: first.host, start: first.at, end: entry.at, outcome }];
  }
  /**
   * From host to host on the way out. Answers go back the way they came, so a step is drawn where a host is
   * reached for the first time; routers that were passed before do not stand between the two ends again.
   */
  #stepsOf(trace: number): { from: Stage; to: Stage }[] {
    const stages = stagesOf(this.world.trace(trace)?.hops ?? []);
    const seen = new Set<string>();
    const steps: { from: Stage; to: Stage }[] = [];
    let here: Stage | undefined;
    for (const stage of stages) {
      const isNew = !seen.has(stage.host);
      seen.add(stage.host);
      if (isNew && here !== undefined && this.#index.has(here.host) && this.#index.has(stage.host))
        steps.push({ from: here, to: stage });
      if (isNew || this.world.findHost(stage.host)?.state.kind !== 'router') here = stage;
    }
    return steps;
  }

  #trim(now: number): void {
    const first = this.#recent.findIndex(({ at }) => at >= now - WINDOW);
    if (first > 0) this.#recent.splice(0, first);
    else if (first < 0) this.#recent = [];
  }
  #fold(now: number): Lately {
    if (this.#lately?.now === now) return this.#lately;
    this.#trim(now);
    const lately: Lately = { now, bySource: new Map(), handled: new Map(), byLink: new Map() };
    for (const { legs, data } of this.#recent) {
      const known = lately.bySource.get(data.from);
      if (known === undefined) lately.bySource.set(data.from, [data]);
      else known.push(data);
      for (const leg of legs) addLeg(lately, leg);
    }
    this.#lately = lately;
    return lately;
  }
  /** Requests per second by link, and how many of them failed. */
  links(links: readonly LinkView[], now: number): LinkStatus[] {
    const { byLink } = this.#fold(now);
    const joined = this.#joined(links);
    return links.map((link, i) => {
      const { id } = link;
      const rate = byLink.get(keyOf(link)) ?? { all: 0, bad: 0 };
      const seconds = WINDOW / SECOND;
      return {
        id,
        up: joined[i] === true,
        rate: Math.round((rate.all / seconds) * 10) / 10,
        failing: Math.round((rate.bad / seconds) * 10) / 10,
      };
    });
  }
  /** The trace of the latest request between two hosts lately, of those that failed if any did. */
  lastBetween([a, b]: readonly [string, string], now: number): number | undefined {
    this.#trim(now);
    const passed = this.#recent.filter(({ legs }) =>
      legs.some(({ from, to }) => (from === a && to === b) || (from === b && to === a)),
    );
    return (passed.findLast(({ data }) => !data.ok) ?? passed.at(-1))?.data.trace;
  }
  /** Whether each of these links leads from host to host; looked up anew when a link or a machine has changed. */
  #joined(links: readonly LinkView[]): readonly boolean[] {
    const { revision } = this.world.network;
    if (this.#known.links !== links || this.#known.revision !== revision) {
      const cards = this.#cards();
      this.#known = {
        links,
        revision,
        joined: links.map(({ from, to }) => isJoined(cards(from), cards(to))),
      };
    }
    return this.#known.joined;
  }
  /** The cards of a host that are in a segment; none without power. Each host is looked at once. */
  #cards(): (host: string) => readonly InterfaceState[] {
    const known = new Map<string, readonly InterfaceState[]>();
    return (host) => {
      const found = known.get(host) ?? this.#wired(host);
      known.set(host, found);
      return found;
    };
  }
  #wired(name: string): readonly InterfaceState[] {
    const state = this.world.findHost(name)?.state;
    if (state === undefined || state.power === 'off') return [];
    return [...state.interfaces.values()].filter(({ segment }) => segment !== undefined);
  }
  /** Of one traffic source in the last seconds. */
  recent(
    now: number,
    from: string,
  ): { rate: number; failed: number; last: RequestData | undefined; p95: number } {
    const mine = this.#fold(now).bySource.get(from) ?? [];
    // How fast a refusal comes says nothing about the service.
    const times = mine
      .filter(({ error }) => error === '')
      .map(({ micros }) => micros)
      .sort((a, b) => a - b);
    return {
      rate: Math.round((mine.length / (WINDOW / SECOND)) * 10) / 10,
      failed: mine.filter(({ ok }) => !ok).length / Math.max(1, mine.length),
      last: mine.at(-1),
      p95: times[Math.min(times.length - 1, Math.floor(times.length * 0.95))] ?? 0,
    };
  }
  /** Requests that a host handled per second lately. */
  handledBy(host: string, now: number): number {
    return Math.round((this.#fold(now).handled.get(host) ?? 0) / (WINDOW / SECOND));
  }
}

function keyOf({ from, to }: { from: string; to: string }): string {
  return from < to ? `${from} ${to}` : `${to} ${from}`;
}
function addLeg({ handled, byLink }: Lately, leg: Leg): void {
  // (A request reaches each host on its way once.)
  handled.set(leg.to, (handled.get(leg.to) ?? 0) + 1);
  const key = keyOf(leg);
  const sum = byLink.get(key) ?? { all: 0, bad: 0, micros: 0 };
  sum.all += 1;
  if (leg.outcome > 2) sum.bad += 1;
  sum.micros += leg.end - leg.start;
  byLink.set(key, sum);
}

/** A card of each leads to the other: in a segment of both, else any that has a link. */
function isJoined(near: readonly InterfaceState[], far: readonly InterfaceState[]): boolean {
  let common = false;
  for (const card of near)
    for (const other of far) {
      if (card.segment !== other.segment) continue;
      common = true;
      if (hasLink(card) && hasLink(other)) return true;
    }
  return !common && near.some(hasLink) && far.some(hasLink);
}
function hasLink({ up, carrier }: InterfaceState): boolean {
  return up && carrier;
}

function stagesOf(hops: readonly Hop[]): Stage[] {
  const stages: Stage[] = [];
  for (const { host, at, outcome } of hops) {
    const last = stages.at(-1);
    if (last?.host === host) {
      last.at = at;
      last.bad ||= outcome === 'bad';
    } else stages.push({ host, at, bad: outcome === 'bad' });
  }
  return stages;
}

function outcomeOf({ ok, status, error, micros }: RequestData): number {
  if (error !== '') return PROBLEMS_OF_THE_WAY.has(error) ? 5 : 4;
  if (status >= 400) return 3;
  return ok && micros < SLOW_MICROS ? 1 : 2;
}

/** One request hop by hop. */
export function traceView(world: SimulatedWorld, id: number, origin: number): TraceView | undefined {
  const trace = world.trace(id);
  const first = trace?.hops[0];
  if (trace === undefined || first === undefined) return undefined;
  const last: Hop = trace.hops.at(-1) ?? first;
  const bad = trace.hops.find(({ outcome }) => outcome === 'bad');
  return {
    id,
    label: trace.label,
    outcome: bad === undefined ? last.verdict || 'ok' : bad.verdict || bad.what,
    startedAt: first.at - origin,
    micros: last.at - first.at,
    hops: trace.hops.map(({ at, host, what, text, verdict, outcome, rule, line, packet }) => ({
      at: at - origin,
      after: at - first.at,
      host,
      what,
      text,
      verdict,
      outcome,
      ...(rule === undefined ? {} : { rule }),
      ...(line === undefined ? {} : { line }),
      ...(packet === undefined ? {} : { packet: packetFields(packet) }),
    })),
  };
}
