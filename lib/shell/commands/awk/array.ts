/**
 * Awk arrays, gone through in gawk's order: positive whole numbers ascending after
 * everything else, which lies in a hash table. Source: gawk 5.2 `cint_array.c`, `str_array.c`.
 */
import { bytesFromText } from '../../../std/bytes';
import type { Value } from './value';

const WHOLE_NUMBER = /^[1-9]\d{0,8}$/;
const TABLE_SIZES = [13, 127, 1021, 8191, 16381, 32749, 65497, 131101, 262147];
const LONGEST_CHAIN = 2;

export class AwkArray {
  readonly items = new Map<string, Value>();
  /** How messages call an array that is an element. */
  name = '';
  /** Arrays that are elements; each has its place among the items, too. */
  readonly #inner = new Map<string, AwkArray>();
  /** Whether whole numbers have a place of their own: decided by the first subscript. */
  #isNumbered = false;

  get size(): number {
    return this.items.size;
  }
  has(key: string): boolean {
    return this.items.has(key);
  }
  get(key: string): Value {
    return this.items.get(key);
  }
  set(key: string, value: Value): void {
    if (this.items.size === 0) this.#isNumbered = WHOLE_NUMBER.test(key);
    this.items.set(key, value);
  }
  delete(key: string): void {
    this.items.delete(key);
    this.#inner.delete(key);
  }
  clear(): void {
    this.items.clear();
    this.#inner.clear();
  }
  /** The array that is this element. */
  inner(key: string): AwkArray | undefined {
    return this.#inner.get(key);
  }
  setInner(key: string, array: AwkArray): void {
    this.set(key, undefined);
    this.#inner.set(key, array);
  }

  /** The subscripts as `for (k in array)` meets them. */
  keys(): string[] {
    const numbers: string[] = [];
    const others: string[] = [];
    for (const key of this.items.keys())
      (this.#isNumbered && WHOLE_NUMBER.test(key) ? numbers : others).push(key);
    numbers.sort((a, b) => Number(a) - Number(b));
    return [...hashOrder(others), ...numbers];
  }
}

/** The table as it grew: chains get their newest entry first, and turn over when the table grows. */
function hashOrder(keys: readonly string[]): string[] {
  if (keys.length < 2) return [...keys];
  let size = TABLE_SIZES[0] ?? 13;
  let step = 0;
  let chains = new Map<number, { key: string; hash: number }[]>();
  const insert = (entry: { key: string; hash: number }): void => {
    const slot = entry.hash % size;
    const chain = chains.get(slot);
    if (chain === undefined) chains.set(slot, [entry]);
    else chain.unshift(entry);
  };
  let count = 0;
  for (const key of keys) {
    count++;
    if (Math.floor(count / size) > LONGEST_CHAIN && step + 1 < TABLE_SIZES.length) {
      const old = inOrder(chains);
      size = TABLE_SIZES[++step] ?? size;
      chains = new Map();
      for (const entry of old) insert(entry);
    }
    insert({ key, hash: hashOf(key) });
  }
  return inOrder(chains).map(({ key }) => key);
}

function inOrder<E>(chains: ReadonlyMap<number, readonly E[]>): E[] {
  return [...chains.entries()].sort(([a], [b]) => a - b).flatMap(([, chain]) => chain);
}

/** `awk_hash`: Ozan Yigit's sdbm hash in 32 bits. */
function hashOf(key: string): number {
  let hash = 0;
  for (const byte of bytesFromText(key)) {
    const signed = byte > 127 ? byte - 256 : byte;
    hash = (Math.imul(hash, 65_599) + signed) >>> 0;
  }
  return hash;
}
