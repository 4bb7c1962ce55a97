/**
 * A fast running hash with two 32-bit lanes, 64 bits together. It tells runs
 * apart and is the same in every JavaScript engine; it is no protection against
 * someone who wants a collision.
 *
 * Each word goes into both lanes by different multiply-and-rotate steps (the
 * constants are MurmurHash3's), and the lanes are mixed into each other at the
 * end.
 */

import { BrokenPromise } from './assert';
import { IdMap } from './id-map';
import type { Plain } from './plain';

/** The two lanes, as signed 32-bit integers. */
export type HashState = readonly [number, number];

/** Every hash starts here; `load` takes it to start anew. */
export const EMPTY_HASH: HashState = [0x1b873593, 0x6a09e667];

const doubles = new Float64Array(1);
const doubleWords = new Int32Array(doubles.buffer);

// One tag per kind of value, so that 1 and '1', [] and {} differ.
const UNDEFINED = 0x11;
const NULL = 0x22;
const TRUE = 0x33;
const FALSE = 0x44;
const INTEGER = 0x55;
const DOUBLE = 0x66;
const TEXT = 0x77;
const LIST = 0x88;
const RECORD = 0x99;
const MAP = 0xaa;
const SET = 0xbb;
const BYTES = 0xcc;

/** A hash that values are added to one after the other. */
export class RunningHash {
  // A typed array, not two number fields: the lanes stay unboxed in every engine.
  readonly #lanes = Int32Array.from(EMPTY_HASH);

  /** Adds the low 32 bits of `value`. */
  word(value: number): void {
    const lanes = this.#lanes;
    const a = Math.imul(value, 0xcc9e2d51);
    const one = (lanes[0] ?? 0) ^ ((a << 15) | (a >>> 17));
    lanes[0] = Math.imul((one << 13) | (one >>> 19), 5) + 0x6546b64;
    const two = Math.imul((lanes[1] ?? 0) ^ value, 0x85ebca6b);
    lanes[1] = ((two << 17) | (two >>> 15)) + value;
  }

  /** Adds a number by its exact value; -0 counts as 0, all NaN are one. */
  number(value: number): void {
    if ((value | 0) === value) {
      this.word(INTEGER);
      this.word(value);
      return;
    }
    doubles[0] = value === value ? value : Number.NaN;
    this.word(DOUBLE);
    this.word(doubleWords[0] ?? 0);
    this.word(doubleWords[1] ?? 0);
  }

  /** Adds a text by its UTF-16 code units, two to a word. */
  text(value: string): void {
    const length = value.length;
    this.word(TEXT);
    this.word(length);
    const even = length & ~1;
    for (let i = 0; i < even; i += 2) {
      this.word(value.charCodeAt(i) | (value.charCodeAt(i + 1) << 16));
    }
    if (even < length) this.word(value.charCodeAt(even));
  }

  /** Adds plain data: records, maps and sets in their insertion order. */
  plain(value: Plain): void {
    switch (typeof value) {
      case 'number':
        return this.number(value);
      case 'string':
        return this.text(value);
      case 'boolean':
        return this.word(value ? TRUE : FALSE);
      case 'undefined':
        return this.word(UNDEFINED);
      case 'object':
        return value === null ? this.word(NULL) : this.#object(value);
      default:
        throw new BrokenPromise(`cannot hash a ${typeof value}`);
    }
  }

  #object(value: Exclude<Plain, number | string | boolean | undefined | null>): void {
    if (Array.isArray(value)) {
      this.word(LIST);
      this.word(value.length);
      for (let i = 0; i < value.length; i++) this.plain(value[i]);
    } else if (value instanceof Map) {
      this.word(MAP);
      this.word(value.size);
      for (const [key, item] of value) {
        this.plain(key);
        this.plain(item);
      }
    } else if (value instanceof IdMap) {
      this.word(MAP);
      this.word(value.size);
      for (const id of value.keys()) {
        this.number(id);
        this.plain(value.get(id));
      }
    } else if (value instanceof Set) {
      this.word(SET);
      this.word(value.size);
      for (const item of value) this.plain(item);
    } else if (ArrayBuffer.isView(value)) {
      this.word(BYTES);
      this.word(value.length);
      for (let i = 0; i < value.length; i++) this.number(value[i] ?? 0);
    } else {
      this.#record(value as { readonly [key: string]: Plain });
    }
  }

  #record(record: { readonly [key: string]: Plain }): void {
    this.word(RECORD);
    for (const key in record) {
      this.text(key);
      this.plain(record[key]);
    }
    this.word(RECORD);
  }

  /** The lanes, to go on from later. */
  save(): HashState {
    return [this.#lanes[0] ?? 0, this.#lanes[1] ?? 0];
  }

  /** Goes on from lanes saved before. */
  load(state: HashState): void {
    this.#lanes[0] = state[0];
    this.#lanes[1] = state[1];
  }

  /** 16 hexadecimal digits over all that was added so far; adding may go on. */
  digest(): string {
    const a = avalanche((this.#lanes[0] ?? 0) ^ Math.imul(this.#lanes[1] ?? 0, 0xc2b2ae35));
    const b = avalanche((this.#lanes[1] ?? 0) ^ Math.imul(a, 0x9e3779b1));
    return hex(a) + hex(b);
  }
}

/** MurmurHash3's finalizer: every input bit reaches every output bit. */
export function avalanche(word: number): number {
  let h = word ^ (word >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** 16 hexadecimal digits over a text. */
export function hashText(text: string): string {
  const hash = new RunningHash();
  hash.text(text);
  return hash.digest();
}

/** 16 hexadecimal digits over plain data. */
export function hashPlain(value: Plain): string {
  const hash = new RunningHash();
  hash.plain(value);
  return hash.digest();
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0');
}
