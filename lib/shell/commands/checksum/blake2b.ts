/** BLAKE2b of bytes, 512 bits, no key. Source: RFC 7693. */

const MASK = (1n << 64n) - 1n;
const START = [
  0x6a09e667f3bcc908n,
  0xbb67ae8584caa73bn,
  0x3c6ef372fe94f82bn,
  0xa54ff53a5f1d36f1n,
  0x510e527fade682d1n,
  0x9b05688c2b3e6c1fn,
  0x1f83d9abfb41bd6bn,
  0x5be0cd19137e2179n,
] as const;
const SIGMA: readonly (readonly number[])[] = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
  [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
  [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
  [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
  [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
  [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
  [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
  [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
  [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
  [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
];
const LANES = [
  [0, 4, 8, 12],
  [1, 5, 9, 13],
  [2, 6, 10, 14],
  [3, 7, 11, 15],
  [0, 5, 10, 15],
  [1, 6, 11, 12],
  [2, 7, 8, 13],
  [3, 4, 9, 14],
] as const;
const BLOCK = 128;

export function blake2b(bytes: Uint8Array): string {
  const h: bigint[] = [...START];
  h[0] = (h[0] ?? 0n) ^ 0x01010040n;
  const blocks = Math.max(1, Math.ceil(bytes.length / BLOCK));
  for (let block = 0; block < blocks; block++) {
    const padded = new Uint8Array(BLOCK);
    padded.set(bytes.subarray(block * BLOCK, (block + 1) * BLOCK));
    const isLast = block === blocks - 1;
    compress(h, padded, BigInt(isLast ? bytes.length : (block + 1) * BLOCK), isLast);
  }
  return h.map((word) => hexOf(word)).join('');
}

function compress(h: bigint[], block: Uint8Array, count: bigint, isLast: boolean): void {
  const view = new DataView(block.buffer);
  const m = Array.from({ length: 16 }, (_, i) => view.getBigUint64(i * 8, true));
  const v: bigint[] = [...h, ...START];
  const at = (index: number): bigint => v[index] ?? 0n;
  v[12] = at(12) ^ (count & MASK);
  if (isLast) v[14] = at(14) ^ MASK;
  const turn = (x: bigint, by: bigint): bigint => ((x >> by) | (x << (64n - by))) & MASK;
  for (let round = 0; round < 12; round++) {
    const order = SIGMA[round % 10] ?? [];
    LANES.forEach(([a, b, c, d], lane) => {
      const x = m[order[lane * 2] ?? 0] ?? 0n;
      const y = m[order[lane * 2 + 1] ?? 0] ?? 0n;
      v[a] = (at(a) + at(b) + x) & MASK;
      v[d] = turn(at(d) ^ at(a), 32n);
      v[c] = (at(c) + at(d)) & MASK;
      v[b] = turn(at(b) ^ at(c), 24n);
      v[a] = (at(a) + at(b) + y) & MASK;
      v[d] = turn(at(d) ^ at(a), 16n);
      v[c] = (at(c) + at(d)) & MASK;
      v[b] = turn(at(b) ^ at(c), 63n);
    });
  }
  for (let i = 0; i < 8; i++) h[i] = (h[i] ?? 0n) ^ at(i) ^ at(i + 8);
}

/** Eight bytes, the lowest first. */
function hexOf(word: bigint): string {
  let out = '';
  for (let i = 0n; i < 8n; i++) out += ((word >> (i * 8n)) & 255n).toString(16).padStart(2, '0');
  return out;
}
