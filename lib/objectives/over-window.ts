/** Figures over the last minutes: share of good answers, and how slow the slowest few are. */
import { type Micros, SECOND } from '../std/instant';
import { numberOf, textOf } from '../world/parameters';
import { FROM, type ObjectiveDefinition, secondsText, WAITING } from './definition';

interface Bucket {
  second: number;
  ok: number;
  failed: number;
}
interface Counts {
  since: Micros | undefined;
  buckets: Bucket[];
}
const OVER = { name: 'over', type: 'duration', required: true, description: 'How far back.' } as const;

export const availability: ObjectiveDefinition<Counts> = {
  kind: 'availability',
  title: 'Availability',
  description: 'Of the requests of the last minutes at least this share was answered well.',
  parameters: [
    FROM,
    { name: 'at-least', type: 'share', required: true, description: 'Share of good answers, 0 to 1.' },
    OVER,
  ],
  start: () => ({ since: undefined, buckets: [] }),
  request(state, request, values) {
    if (request.from !== textOf(values, 'from')) return;
    state.since ??= request.at - request.micros;
    const second = Math.floor(request.at / SECOND);
    let bucket = state.buckets.at(-1);
    if (bucket?.second !== second) {
      bucket = { second, ok: 0, failed: 0 };
      state.buckets.push(bucket);
    }
    if (request.ok) bucket.ok += 1;
    else bucket.failed += 1;
  },
  sample(state, values, seen) {
    const over = numberOf(values, 'over', 0);
    while ((state.buckets[0]?.second ?? Number.POSITIVE_INFINITY) < Math.floor((seen.now - over) / SECOND))
      state.buckets.shift();
    const ok = state.buckets.reduce((sum, bucket) => sum + bucket.ok, 0);
    const total = state.buckets.reduce((sum, bucket) => sum + bucket.ok + bucket.failed, 0);
    if (state.since === undefined || total === 0) return WAITING;
    const share = ok / total;
    const wanted = numberOf(values, 'at-least', 1);
    const isFull = seen.now - state.since >= over;
    return {
      state: isFull && share >= wanted ? 'met' : 'measuring',
      progress: Math.min(1, share / Math.max(wanted, 0.001), (seen.now - state.since) / over),
      measured: `${percent(share)}, wanted ${percent(wanted)}`,
    };
  },
};

interface Times {
  since: Micros | undefined;
  /** Instant and duration of each good answer, oldest first. */
  at: Micros[];
  took: Micros[];
}

export const latency: ObjectiveDefinition<Times> = {
  kind: 'latency',
  title: 'Latency',
  description: 'Of the answers of the last minutes so many per cent took at most so long.',
  parameters: [
    FROM,
    { name: 'percentile', type: 'number', required: true, description: 'For instance 95.' },
    { name: 'at-most', type: 'duration', required: true, description: 'Longest time.' },
    OVER,
  ],
  start: () => ({ since: undefined, at: [], took: [] }),
  request(state, request, values) {
    if (request.from !== textOf(values, 'from')) return;
    state.since ??= request.at - request.micros;
    state.at.push(request.at);
    // What failed was not answered in any time.
    state.took.push(request.ok ? request.micros : Number.MAX_SAFE_INTEGER);
  },
  sample(state, values, seen) {
    const over = numberOf(values, 'over', 0);
    const fresh = state.at.findIndex((at) => at >= seen.now - over);
    const old = fresh < 0 ? state.at.length : fresh;
    state.at.splice(0, old);
    state.took.splice(0, old);
    if (state.since === undefined || state.took.length === 0) return WAITING;
    const sorted = [...state.took].sort((a, b) => a - b);
    const percentile = numberOf(values, 'percentile', 95);
    const rank = Math.min(sorted.length, Math.max(1, Math.ceil((sorted.length * percentile) / 100)));
    const value = sorted[rank - 1] ?? 0;
    const wanted = numberOf(values, 'at-most', 0);
    const isFull = seen.now - state.since >= over;
    const shown = value === Number.MAX_SAFE_INTEGER ? 'not answered' : secondsText(value);
    return {
      state: isFull && value <= wanted ? 'met' : 'measuring',
      progress: Math.min(1, wanted / Math.max(1, value), (seen.now - state.since) / over),
      measured: `p${percentile} ${shown}, at most ${secondsText(wanted)}`,
    };
  },
};

const percent = (share: number): string => `${Number((share * 100).toFixed(2))} %`;
