/** How much of a file has to travel when the receiver has an older one. Source: `match.c`, `generator.c` `sum_sizes_sqroot`. */
import { byteLength, bytesFromText } from '../../../std/bytes';

const SMALLEST_BLOCK = 700;
const LARGEST_BLOCK = 131_072;
const SMALL = SMALLEST_BLOCK * SMALLEST_BLOCK;

/** Bytes of a block for a file of so many bytes: the square root, in steps of eight. */
export function blockLength(size: number): number {
  if (size <= SMALL) return SMALLEST_BLOCK;
  const root = Math.floor(Math.sqrt(size)) & ~7;
  return Math.min(LARGEST_BLOCK, Math.max(SMALLEST_BLOCK, root));
}

/** Bytes of `text` that are in no block of `basis`. */
export function literalBytes(text: string, basis: string | undefined): number {
  if (basis === undefined || basis === '') return byteLength(text);
  if (basis === text) return 0;
  const before = bytesFromText(basis);
  const after = bytesFromText(text);
  const length = blockLength(before.length);
  const known = new Map<number, number[]>();
  for (let at = 0; at < before.length; at += length) {
    const end = Math.min(at + length, before.length);
    const sum = Rolling.of(before, at, end).value * 131_101 + (end - at);
    const starts = known.get(sum);
    if (starts === undefined) known.set(sum, [at]);
    else starts.push(at);
  }
  const tail = before.length % length;
  let literal = 0;
  let at = 0;
  let sum = Rolling.of(after, 0, Math.min(length, after.length));
  while (at < after.length) {
    const width = Math.min(length, after.length - at);
    const isWhole = width === length || width === tail;
    const starts = isWhole ? known.get(sum.value * 131_101 + width) : undefined;
    if (starts?.some((start) => isSame(before, start, after, at, width))) {
      at += width;
      sum = Rolling.of(after, at, Math.min(at + length, after.length));
      continue;
    }
    sum.roll(after, at, width, length);
    literal++;
    at++;
  }
  return literal;
}

function isSame(a: Uint8Array, from: number, b: Uint8Array, start: number, width: number): boolean {
  if (from + width > a.length) return false;
  for (let i = 0; i < width; i++) if (a[from + i] !== b[start + i]) return false;
  return true;
}

/** The weak checksum of a window, which moves by a byte at little cost. */
class Rolling {
  #a = 0;
  #b = 0;
  static of(bytes: Uint8Array, from: number, to: number): Rolling {
    const sum = new Rolling();
    for (let i = from; i < to; i++) {
      sum.#a += bytes[i] ?? 0;
      sum.#b += (to - i) * (bytes[i] ?? 0);
    }
    return sum;
  }
  get value(): number {
    return (this.#a & 0xffff) + (this.#b & 0xffff) * 0x10000;
  }
  /** The window of `width` bytes at `at` leaves its first byte, and takes the next while there is one. */
  roll(bytes: Uint8Array, at: number, width: number, length: number): void {
    const gone = bytes[at] ?? 0;
    this.#a -= gone;
    this.#b -= width * gone;
    const next = at + length;
    if (next >= bytes.length) return;
    this.#a += bytes[next] ?? 0;
    this.#b += this.#a;
  }
}
