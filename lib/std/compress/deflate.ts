/** Compression into one deflate block with the fixed codes. Source: RFC 1951 §3.2.6. */
import { DISTANCE_BASE, DISTANCE_EXTRA, LENGTH_BASE, LENGTH_EXTRA } from './inflate';

const WINDOW = 32_768;
const LEAST_MATCH = 3;
const MOST_MATCH = 258;
const HASH_SIZE = 1 << 15;

export function deflate(input: Uint8Array): Uint8Array {
  const out = new BitWriter();
  out.bits(1, 1);
  out.bits(1, 2);
  const latest = new Int32Array(HASH_SIZE).fill(-1);
  let at = 0;
  while (at < input.length) {
    const match = findMatch(input, at, latest);
    if (match === undefined) {
      remember(input, at, latest);
      literal(out, input[at++] ?? 0);
      continue;
    }
    copy(out, match.length, match.distance);
    for (let i = 0; i < match.length; i++) remember(input, at + i, latest);
    at += match.length;
  }
  out.code(0, 7);
  return out.finish();
}

function hashAt(input: Uint8Array, at: number): number {
  return (((input[at] ?? 0) << 10) ^ ((input[at + 1] ?? 0) << 5) ^ (input[at + 2] ?? 0)) & (HASH_SIZE - 1);
}
function remember(input: Uint8Array, at: number, latest: Int32Array): void {
  if (at + LEAST_MATCH <= input.length) latest[hashAt(input, at)] = at;
}
function findMatch(
  input: Uint8Array,
  at: number,
  latest: Int32Array,
): { length: number; distance: number } | undefined {
  if (at + LEAST_MATCH > input.length) return undefined;
  const before = latest[hashAt(input, at)] ?? -1;
  if (before < 0 || at - before > WINDOW) return undefined;
  let length = 0;
  while (length < MOST_MATCH && at + length < input.length && input[before + length] === input[at + length])
    length++;
  return length < LEAST_MATCH ? undefined : { length, distance: at - before };
}

function literal(out: BitWriter, byte: number): void {
  if (byte < 144) out.code(0x30 + byte, 8);
  else out.code(0x190 + byte - 144, 9);
}
function copy(out: BitWriter, length: number, distance: number): void {
  const index = lastAtMost(LENGTH_BASE, length);
  const symbol = 257 + index;
  if (symbol < 280) out.code(symbol - 256, 7);
  else out.code(0xc0 + symbol - 280, 8);
  out.bits(length - (LENGTH_BASE[index] ?? 0), LENGTH_EXTRA[index] ?? 0);
  const far = lastAtMost(DISTANCE_BASE, distance);
  out.code(far, 5);
  out.bits(distance - (DISTANCE_BASE[far] ?? 0), DISTANCE_EXTRA[far] ?? 0);
}
function lastAtMost(table: readonly number[], value: number): number {
  let index = table.length - 1;
  while (index > 0 && (table[index] ?? 0) > value) index--;
  return index;
}

class BitWriter {
  readonly #bytes: number[] = [];
  #bits = 0;
  #count = 0;

  /** Least significant bit first. */
  bits(value: number, count: number): void {
    this.#bits |= value << this.#count;
    this.#count += count;
    while (this.#count >= 8) {
      this.#bytes.push(this.#bits & 255);
      this.#bits >>>= 8;
      this.#count -= 8;
    }
  }
  /** A Huffman code: most significant bit first. */
  code(value: number, count: number): void {
    let reversed = 0;
    for (let i = 0; i < count; i++) reversed |= ((value >> i) & 1) << (count - 1 - i);
    this.bits(reversed, count);
  }
  finish(): Uint8Array {
    if (this.#count > 0) this.#bytes.push(this.#bits & 255);
    return Uint8Array.from(this.#bytes);
  }
}
