/**
 * The dots on the wires: one row of typed arrays per leg of a request. A leg of
 * half a millisecond could not be seen, so each runs long enough for the eye
 * and the next leg of the same request waits for it. Knows no DOM: the overlay
 * draws what `each` yields.
 */
import type { RequestBatch } from '@/lib/session/messages';
import { sample, type Way } from '@/lib/views/wires';

export interface Dot {
  request: number;
  x: number;
  y: number;
  outcome: number;
  /** 1 while it runs, falling to 0 while a failed one fades at its end. */
  strength: number;
}

const CAPACITY = 4096;
const STEPS = 24;
const SHORTEST_MS = 420;
const LONGEST_MS = 900;
/** A failed request stays where it ended, so that one sees where. */
const LINGER_MS = 700;
/** Legs further behind than this are dropped: at 100× the canvas shows a sample. */
const MOST_LAG_MS = 1600;
const FAILED = 3;
/** Dots of one way follow each other at least this far apart; those between are not drawn. */
const LEAST_GAP_MS = 14;

export class RequestDots {
  readonly #request = new Float64Array(CAPACITY);
  readonly #begin = new Float64Array(CAPACITY);
  readonly #run = new Float32Array(CAPACITY);
  readonly #way = new Int32Array(CAPACITY);
  readonly #outcome = new Uint8Array(CAPACITY);
  readonly #points: Float32Array[] = [];
  /** By way: when its last dot begins. */
  readonly #last: number[] = [];
  readonly #ways = new Map<string, number>();
  readonly #free = new Map<number, number>();
  #findWay: (from: string, to: string) => Way | undefined = () => undefined;
  #count = 0;
  #now = 0;

  /** A new topology: everything on the way is forgotten. */
  lay(findWay: (from: string, to: string) => Way | undefined): void {
    this.#findWay = findWay;
    this.#points.length = 0;
    this.#last.length = 0;
    this.#ways.clear();
    this.clear();
  }

  clear(): void {
    this.#count = 0;
    this.#free.clear();
  }

  get size(): number {
    return this.#count;
  }

  /** @param frameMs how long this batch is shown before the next: its legs are spread over it */
  add(batch: RequestBatch, frameMs: number): void {
    const first = Math.min(...batch.start);
    const span = Math.max(1, Math.max(...batch.start) - first);
    for (let row = 0; row < batch.id.length; row += 1) {
      const way = this.#wayIndex(
        batch.hosts[batch.from[row] ?? -1] ?? '',
        batch.hosts[batch.to[row] ?? -1] ?? '',
      );
      if (way === undefined) continue;
      const start = batch.start[row] ?? first;
      const entry = this.#now + ((start - first) / span) * frameMs;
      this.#place(
        batch.id[row] ?? 0,
        way,
        entry,
        ((batch.end[row] ?? start) - start) / 1000,
        batch.outcome[row] ?? 0,
      );
    }
    if (this.#free.size > CAPACITY * 4) this.#forgetIdle();
  }

  #place(request: number, way: number, entry: number, lengthMs: number, outcome: number): void {
    const begin = Math.max(entry, this.#free.get(request) ?? 0);
    if (begin - this.#now > MOST_LAG_MS) return;
    if (Math.abs(begin - (this.#last[way] ?? -LEAST_GAP_MS)) < LEAST_GAP_MS) return;
    if (this.#count >= CAPACITY) return;
    this.#last[way] = begin;
    const slot = this.#count++;
    const run = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, lengthMs));
    this.#request[slot] = request;
    this.#begin[slot] = begin;
    this.#run[slot] = run;
    this.#way[slot] = way;
    this.#outcome[slot] = outcome;
    this.#free.set(request, begin + run);
  }

  /** Moves on and drops what has arrived. */
  advance(ms: number): void {
    this.#now += ms;
    for (let slot = this.#count - 1; slot >= 0; slot -= 1)
      if (this.#now > this.#endOf(slot)) this.#drop(slot);
  }

  /** Calls with every visible dot, in the topology's coordinates; one object is reused. */
  each(draw: (dot: Dot) => void): void {
    const dot: Dot = { request: 0, x: 0, y: 0, outcome: 0, strength: 1 };
    for (let slot = 0; slot < this.#count; slot += 1) {
      const begin = this.#begin[slot] ?? 0;
      if (this.#now < begin) continue;
      const run = this.#run[slot] ?? 1;
      const progress = Math.min(1, (this.#now - begin) / run);
      this.#locate(dot, this.#way[slot] ?? 0, progress);
      dot.request = this.#request[slot] ?? 0;
      dot.outcome = this.#outcome[slot] ?? 0;
      dot.strength = progress < 1 ? 1 : Math.max(0, 1 - (this.#now - begin - run) / LINGER_MS);
      draw(dot);
    }
  }

  /** The request whose dot is nearest to a place, within `reach`. */
  nearest(x: number, y: number, reach: number): number | undefined {
    let best: number | undefined;
    let least = reach * reach;
    this.each((dot) => {
      const distance = (dot.x - x) ** 2 + (dot.y - y) ** 2;
      if (distance > least) return;
      least = distance;
      best = dot.request;
    });
    return best;
  }

  #locate(dot: Dot, way: number, progress: number): void {
    const points = this.#points[way];
    if (points === undefined) return;
    const last = points.length / 2 - 1;
    const exact = progress * last;
    const index = Math.min(last - 1, Math.floor(exact));
    const part = exact - index;
    const from = index * 2;
    const x = points[from] ?? 0;
    const y = points[from + 1] ?? 0;
    dot.x = x + ((points[from + 2] ?? 0) - x) * part;
    dot.y = y + ((points[from + 3] ?? 0) - y) * part;
  }

  #endOf(slot: number): number {
    const linger = (this.#outcome[slot] ?? 0) >= FAILED ? LINGER_MS : 0;
    return (this.#begin[slot] ?? 0) + (this.#run[slot] ?? 0) + linger;
  }

  #drop(slot: number): void {
    const last = --this.#count;
    for (const column of [this.#request, this.#begin, this.#run, this.#way, this.#outcome])
      column[slot] = column[last] ?? 0;
  }

  #forgetIdle(): void {
    for (const [request, end] of this.#free) if (end < this.#now) this.#free.delete(request);
  }

  #wayIndex(from: string, to: string): number | undefined {
    const key = `${from} ${to}`;
    const known = this.#ways.get(key);
    if (known !== undefined) return known;
    const way = this.#findWay(from, to);
    if (way === undefined) return undefined;
    const index = this.#points.push(sample(way.curves, STEPS)) - 1;
    this.#ways.set(key, index);
    return index;
  }
}
