/** CRC-32 as zlib has it, of text's bytes and more bytes after them. */
import { bytesFromText } from '../../../std/bytes';

const TABLE = new Uint32Array(256).map((_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = (value & 1) === 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

export function crc32(text: string, more: readonly number[] = []): number {
  let value = 0xffffffff;
  for (const byte of bytesFromText(text)) value = (value >>> 8) ^ (TABLE[(value ^ byte) & 255] ?? 0);
  for (const byte of more) value = (value >>> 8) ^ (TABLE[(value ^ byte) & 255] ?? 0);
  return (value ^ 0xffffffff) >>> 0;
}
/** MurmurHash2, by which `split_clients` divides. */
export function murmur2(text: string): number {
  const data = bytesFromText(text);
  const m = 0x5bd1e995;
  let length = data.length;
  let hash = (0 ^ length) >>> 0;
  let at = 0;
  while (length >= 4) {
    let k =
      (data[at] ?? 0) |
      ((data[at + 1] ?? 0) << 8) |
      ((data[at + 2] ?? 0) << 16) |
      ((data[at + 3] ?? 0) << 24);
    k = Math.imul(k, m);
    k ^= k >>> 24;
    k = Math.imul(k, m);
    hash = Math.imul(hash, m) ^ k;
    at += 4;
    length -= 4;
  }
  if (length >= 3) hash ^= (data[at + 2] ?? 0) << 16;
  if (length >= 2) hash ^= (data[at + 1] ?? 0) << 8;
  if (length >= 1) hash = Math.imul(hash ^ (data[at] ?? 0), m);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, m);
  return (hash ^ (hash >>> 15)) >>> 0;
}
