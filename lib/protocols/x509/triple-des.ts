/** Triple DES (EDE, three keys), which OpenSSL's `req` and `-des3` still write keys with. Source: FIPS 46-3. Small, not fast. */
import type { BlockCipher } from './cbc';

/** Bit numbers as the standard counts them: from 1, the most significant first. */
type BitTable = readonly number[];
const INITIAL: BitTable = [58, 60, 62, 64, 57, 59, 61, 63].flatMap((start) => descending(start));
const FINAL: BitTable = INITIAL.map((_, i) => INITIAL.indexOf(i + 1) + 1);
const EXPANSION: BitTable = Array.from(
  { length: 48 },
  (_, i) => ((Math.floor(i / 6) * 4 + (i % 6) + 31) % 32) + 1,
);
const AFTER_BOXES: BitTable = [
  16, 7, 20, 21, 29, 12, 28, 17, 1, 15, 23, 26, 5, 18, 31, 10, 2, 8, 24, 14, 32, 27, 3, 9, 19, 13, 30, 6, 22,
  11, 4, 25,
];
const KEY_HALVES: BitTable = [
  ...[57, 58, 59].flatMap((start) => descending(start)),
  ...[60, 52, 44, 36],
  ...[63, 62, 61].flatMap((start) => descending(start)),
  ...[28, 20, 12, 4],
];
const KEY_CHOICE: BitTable = [
  14, 17, 11, 24, 1, 5, 3, 28, 15, 6, 21, 10, 23, 19, 12, 4, 26, 8, 16, 7, 27, 20, 13, 2, 41, 52, 31, 37, 47,
  55, 30, 40, 51, 45, 33, 48, 44, 49, 39, 56, 34, 53, 46, 42, 50, 36, 29, 32,
];
const KEY_SHIFTS = [1, 1, 2, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 1];
/** Eight boxes of four rows of sixteen values, in hexadecimal digits. */
const BOXES = [
  'e4d12fb83a6c5907 0f74e2d1a6cb9538 41e8d62bfc973a50 fc8249175b3ea06d',
  'f18e6b34972dc05a 3d47f28ec01a69b5 0e7ba4d158c6932f d8a13f42b67c05e9',
  'a09e63f51dc7b428 d709346a285ecbf1 d6498f30b12c5ae7 1ad069874fe3b52c',
  '7de3069a1285bc4f d8b56f03472c1ae9 a690cb7df13e5284 3f06a1d8945bc72e',
  '2c417ab6853fd0e9 eb2c47d150fa3986 421bad78f9c5630e b8c71e2d6f09a453',
  'c1af92680d34e75b af427c9561de0b38 9ef528c3704a1db6 432c95fabe17608d',
  '4b2ef08d3c975a61 d0b7491ae35c2f86 14bdc37eaf680592 6bd814a7950fe23c',
  'd2846fb1a93e50c7 1fd8a374c56b0e92 7b419ce206adf358 21e74a8dfc90356b',
].map((box) => box.split(' ').map((row) => [...row].map((digit) => Number.parseInt(digit, 16))));

/** One bit an octet. */
type Bits = Uint8Array<ArrayBuffer>;
/** The keys of the sixteen rounds. */
type Schedule = readonly Bits[];

/** @param key 24 octets; their parity does not count */
export function tripleDes(key: Uint8Array): BlockCipher {
  const forward = [0, 8, 16].map((at) => scheduleOf(key.subarray(at, at + 8)));
  const backward = forward.map((schedule) => schedule.toReversed());
  const [a = [], b = [], c = []] = forward;
  const [inverseA = [], inverseB = [], inverseC = []] = backward;
  return {
    size: 8,
    encrypt: (block) => run(block, [a, inverseB, c]),
    decrypt: (block) => run(block, [inverseC, b, inverseA]),
  };
}

/** Eight bits, each eight before the last. */
function descending(start: number): number[] {
  return [0, 1, 2, 3, 4, 5, 6, 7].map((n) => start - 8 * n);
}
function scheduleOf(key: Uint8Array): Schedule {
  const halves = permute(bitsOf(key), KEY_HALVES);
  let shift = 0;
  return KEY_SHIFTS.map((step) => {
    shift += step;
    const turned = halves.map((_, i) => halves[((i + shift) % 28) + (i < 28 ? 0 : 28)] ?? 0);
    return permute(turned, KEY_CHOICE);
  });
}
function run(block: Uint8Array, schedules: readonly Schedule[]): void {
  let bits = bitsOf(block);
  for (const schedule of schedules) bits = des(bits, schedule);
  block.fill(0);
  for (const [i, bit] of bits.entries()) block[i >> 3] = (block[i >> 3] ?? 0) | (bit << (7 - (i & 7)));
}
function des(block: Bits, schedule: Schedule): Bits {
  const start = permute(block, INITIAL);
  let left = start.slice(0, 32);
  let right = start.slice(32);
  for (const key of schedule) {
    const mixed = round(right, key);
    for (let i = 0; i < 32; i++) mixed[i] = (mixed[i] ?? 0) ^ (left[i] ?? 0);
    left = right;
    right = mixed;
  }
  const last = new Uint8Array(64);
  last.set(right);
  last.set(left, 32);
  return permute(last, FINAL);
}
function round(half: Bits, key: Bits): Bits {
  const wide = permute(half, EXPANSION);
  const out = new Uint8Array(32);
  for (const [n, box] of BOXES.entries()) {
    const bit = (i: number): number => (wide[n * 6 + i] ?? 0) ^ (key[n * 6 + i] ?? 0);
    const column = (bit(1) << 3) | (bit(2) << 2) | (bit(3) << 1) | bit(4);
    const value = box[(bit(0) << 1) | bit(5)]?.[column] ?? 0;
    for (let i = 0; i < 4; i++) out[n * 4 + i] = (value >> (3 - i)) & 1;
  }
  return permute(out, AFTER_BOXES);
}
function permute(bits: Bits, table: BitTable): Bits {
  const out = new Uint8Array(table.length);
  for (const [i, from] of table.entries()) out[i] = bits[from - 1] ?? 0;
  return out;
}
function bitsOf(bytes: Uint8Array): Bits {
  const out = new Uint8Array(bytes.length * 8);
  for (let i = 0; i < out.length; i++) out[i] = ((bytes[i >> 3] ?? 0) >> (7 - (i & 7))) & 1;
  return out;
}
