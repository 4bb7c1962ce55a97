/**
 * What the people outside did, for the page: legs of requests for the dots,
 * rates on the links, the numbers of the service, single traces. Folded from
 * the journal's `request` entries; nothing here is state of the run.
 */
import type { JournalEntry } from '../kernel/journal';
import type { Hop } from '../world/network.contract';
import type { SimulatedWorld } from '../world/world';
import type { LinkStatus, LinkView, RequestBatch, TraceView } from './messages';

const SECOND = 1_000_000;
const MOST_ROWS = 140;
const WINDOW = 3 * SECOND;
const SLOW_MICROS = SECOND;
const PROBLEMS_OF_THE_WAY: ReadonlySet<string> = new Set(['timeout', 'unreachable', 'reset']);

interface RequestData {
  from: string;
  n: number;
  ok: boolean;
  status: number;
  error: string;
  micros: number;
  trace: number;
}
interface Leg {
  id: number;
  from: string;
  to: string;
  start: number;
  end: number;
  outcome: number;
}

export class Requests {
  readonly #index: Map<string, number>;
  readonly #names: string[];
  #legs: Leg[] = [];
  #recent: { at: number; legs: Leg[]; data: RequestData }[] = [];

  constructor(
    private readonly world: SimulatedWorld,
    hosts: readonly string[],
    private readonly origin: number,
  ) {
    this.#names = [...hosts];
    this.#index = new Map(hosts.map((name, index) => [name, index]));
  }

  /** Takes a `request` entry of the journal. */
  take(entry: JournalEntry): void {
    const data = entry.data as unknown as RequestData;
    const legs = this.#legsOf(entry, data);
    this.#legs.push(...legs);
    this.#recent.push({ at: entry.at, legs, data });
  }
  /** Goes to another moment: what was on its way is forgotten. */
  clear(): void {
    this.#legs = [];
    this.#recent = [];
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
    const hops = this.world.trace(data.trace)?.hops ?? [];
    const way: { host: string; at: number; bad: boolean }[] = [];
    for (const hop of hops) {
      const last = way.at(-1);
      if (last?.host === hop.host) last.bad ||= hop.outcome === 'bad';
      else way.push({ host: hop.host, at: hop.at, bad: hop.outcome === 'bad' });
    }
    // The answer goes back the way it came: legs are drawn up to the first host seen again.
    const seen = new Set<string>();
    const out: typeof way = [];
    for (const stage of way) {
      if (
        seen.has(stage.host) &&
        out.length > 1 &&
        out.at(-2)?.host === stage.host &&
        seen.size === out.length
      )
        break;
      seen.add(stage.host);
      out.push(stage);
    }
    const legs: Leg[] = [];
    const outcome = outcomeOf(data);
    for (let i = 1; i < out.length; i++) {
      const [a, b] = [out[i - 1], out[i]];
      if (a === undefined || b === undefined || !this.#index.has(a.host) || !this.#index.has(b.host))
        continue;
      const isLast = i === out.length - 1;
      legs.push({
        id: data.trace,
        from: a.host,
        to: b.host,
        start: a.at,
        end: Math.max(b.at, a.at + 1),
        outcome: isLast ? outcome : outcome > 2 && b.bad ? outcome : 1,
      });
    }
    if (legs.length === 0 && out[0] !== undefined && outcome > 2)
      legs.push({
        id: data.trace,
        from: out[0].host,
        to: out[0].host,
        start: out[0].at,
        end: entry.at,
        outcome,
      });
    return legs;
  }

  #trim(now: number): void {
    const first = this.#recent.findIndex(({ at }) => at >= now - WINDOW);
    if (first > 0) this.#recent.splice(0, first);
    else if (first < 0) this.#recent = [];
  }
  /** Requests per second by link, and how many of them failed. */
  links(links: readonly LinkView[], now: number): LinkStatus[] {
    this.#trim(now);
    const rates = new Map<string, { all: number; bad: number }>();
    for (const { legs } of this.#recent)
      for (const { from, to, outcome } of legs) {
        const key = from < to ? `${from} ${to}` : `${to} ${from}`;
        const rate = rates.get(key) ?? { all: 0, bad: 0 };
        rate.all += 1;
        if (outcome > 2) rate.bad += 1;
        rates.set(key, rate);
      }
    return links.map(({ id, from, to }) => {
      const rate = rates.get(from < to ? `${from} ${to}` : `${to} ${from}`) ?? { all: 0, bad: 0 };
      const seconds = WINDOW / SECOND;
      return {
        id,
        up: this.#isUp(from) && this.#isUp(to),
        rate: Math.round((rate.all / seconds) * 10) / 10,
        failing: Math.round((rate.bad / seconds) * 10) / 10,
      };
    });
  }
  #isUp(name: string): boolean {
    const state = this.world.findHost(name)?.state;
    return state !== undefined && state.power !== 'off';
  }
  /** Of one traffic source (or of all) in the last seconds. */
  recent(
    now: number,
    from?: string,
  ): { rate: number; failed: number; last: RequestData | undefined; p95: number } {
    this.#trim(now);
    const mine = this.#recent.filter(({ data }) => from === undefined || data.from === from);
    const times = mine.map(({ data }) => data.micros).sort((a, b) => a - b);
    return {
      rate: Math.round((mine.length / (WINDOW / SECOND)) * 10) / 10,
      failed: mine.filter(({ data }) => !data.ok).length / Math.max(1, mine.length),
      last: mine.at(-1)?.data,
      p95: times[Math.min(times.length - 1, Math.floor(times.length * 0.95))] ?? 0,
    };
  }
  /** Requests that a host handled per second lately. */
  handledBy(host: string, now: number): number {
    this.#trim(now);
    const count = this.#recent.filter(({ legs }) => legs.some(({ to }) => to === host)).length;
    return Math.round(count / (WINDOW / SECOND));
  }
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
    hops: trace.hops.map(({ at, host, what, text, verdict, outcome, rule, line }) => ({
      at: at - origin,
      after: at - first.at,
      host,
      what,
      text,
      verdict,
      outcome,
      ...(rule === undefined ? {} : { rule }),
      ...(line === undefined ? {} : { line }),
    })),
  };
}
