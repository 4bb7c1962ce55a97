/**
 * Seeded randomness: xoshiro128** (Blackman and Vigna, 2018) on 32-bit
 * integers, seeded through splitmix32 from a seed and a stream's name, so that
 * what one consumer draws never shifts what another one sees.
 */

import { assert } from './assert';
import { avalanche, RunningHash } from './hash';
import type { Micros } from './instant';
import { logarithmOfUint32 } from './logarithm';

/** The four words of a stream, as unsigned 32-bit integers. */
export type RandomState = readonly [number, number, number, number];

const TWO_POW_32 = 4_294_967_296;
const TWO_POW_53 = 9_007_199_254_740_992;

/** One consumer's own sequence of random numbers. */
export class RandomStream {
  readonly #words = new Int32Array(4);

  /**
   * @param seed any integer up to 2^53
   * @param name the consumer, for instance `host/lb1/haproxy`
   */
  constructor(seed: number, name: string) {
    this.restore(initialState(seed, name));
  }

  /** A stream that goes on from a saved state. */
  static restore(state: RandomState): RandomStream {
    const stream = new RandomStream(0, '');
    stream.restore(state);
    return stream;
  }

  /** 0 to 2^32 - 1. */
  nextUint32(): number {
    const words = this.#words;
    const w1 = words[1] ?? 0;
    const product = Math.imul(w1, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const w2 = (words[2] ?? 0) ^ (words[0] ?? 0);
    const w3 = (words[3] ?? 0) ^ w1;
    words[1] = w1 ^ w2;
    words[0] = (words[0] ?? 0) ^ w3;
    words[2] = w2 ^ (w1 << 9);
    words[3] = (w3 << 11) | (w3 >>> 21);
    return result;
  }

  /** A whole number from `lowest` to `highest`, both included, each equally likely. */
  integer(lowest: number, highest: number): number {
    const span = highest - lowest + 1;
    assert(Number.isSafeInteger(lowest) && Number.isSafeInteger(span) && span > 0, 'empty range');
    if (span > TWO_POW_32) return lowest + this.#below(span, TWO_POW_53, () => this.#bits53());
    return lowest + this.#below(span, TWO_POW_32, () => this.nextUint32());
  }

  /** Draws again where the last, incomplete round of `span` would favour low numbers. */
  #below(span: number, range: number, draw: () => number): number {
    const limit = range - (range % span);
    let drawn = draw();
    while (drawn >= limit) drawn = draw();
    return drawn % span;
  }

  #bits53(): number {
    const high = this.nextUint32() >>> 5;
    return high * 0x4000000 + (this.nextUint32() >>> 6);
  }

  /** A number from 0 up to, but not including, 1, of 53 random bits. */
  unit(): number {
    return this.#bits53() / TWO_POW_53;
  }

  /** True with probability `p`; draws once whatever `p` is. */
  chance(p: number): boolean {
    return this.unit() < p;
  }

  /** One of the list's items. @throws BrokenPromise for an empty list */
  pick<T>(list: readonly T[]): T {
    assert(list.length > 0, 'pick from an empty list');
    return list[this.integer(0, list.length - 1)] as T;
  }

  /** A new list with the same items in random order. */
  shuffle<T>(list: readonly T[]): T[] {
    const result = list.slice();
    for (let i = result.length - 1; i > 0; i--) {
      const other = this.integer(0, i);
      const item = result[i] as T;
      result[i] = result[other] as T;
      result[other] = item;
    }
    return result;
  }

  /** An exponentially distributed duration, rounded to whole microseconds; 0 is possible. */
  exponential(mean: Micros): Micros {
    return Math.round(-logarithmOfUint32(this.nextUint32()) * mean);
  }

  /** The state as plain data. */
  state(): RandomState {
    const [a = 0, b = 0, c = 0, d = 0] = this.#words;
    return [a >>> 0, b >>> 0, c >>> 0, d >>> 0];
  }

  /** Goes on from a saved state. */
  restore(state: RandomState): void {
    this.#words.set(state);
  }
}

/** The state a stream starts in. */
export function initialState(seed: number, name: string): RandomState {
  const hash = new RunningHash();
  hash.number(seed);
  hash.text(name);
  const [low, high] = hash.save();
  let counter = avalanche(low);
  const next = (): number => {
    counter = (counter + 0x9e3779b9) | 0;
    return avalanche(counter ^ high) >>> 0;
  };
  const words: RandomState = [next(), next(), next(), next()];
  // All zero is the one state xoshiro never leaves.
  return words.every((word) => word === 0) ? [1, 0, 0, 0] : words;
}
