/**
 * Hash functions over keys of requests. Bytes of a key are its UTF-16 units
 * below 256; text of the simulator holds one character a byte where it matters.
 * Source: HAProxy 2.6 configuration manual §4.2 "hash-type"; src/hash.c; include/haproxy/intops.h `__full_hash`.
 */

import { bytesFromText } from '../../../../std/bytes';
import type { Balance } from '../../config';

export function hashKey(key: string, hash: Balance['hashFunction']): number {
  switch (hash) {
    case 'sdbm':
      return sdbm(key);
    case 'djb2':
      return djb2(key);
    case 'wt6':
      return wt6(key);
    case 'crc32':
      return crc32(key);
  }
}

/** Bob Jenkins' full avalanche. */
export function avalanche(value: number): number {
  let a = value | 0;
  a = (a + 0x7ed55d16 + (a << 12)) | 0;
  a = (a ^ 0xc761c23c ^ (a >>> 19)) | 0;
  a = (a + 0x165667b1 + (a << 5)) | 0;
  a = ((a + 0xd3a2646c) ^ (a << 9)) | 0;
  a = (a + 0xfd7046c5 + (a << 3)) | 0;
  a = (a ^ 0xb55a4f09 ^ (a >>> 16)) | 0;
  // A Knuth multiplication spreads what is left.
  return Math.imul(a, 3_221_225_473) >>> 0;
}

function sdbm(key: string): number {
  let hash = 0;
  for (const byte of bytesFromText(key)) hash = (byte + (hash << 6) + (hash << 16) - hash) | 0;
  return hash >>> 0;
}
function djb2(key: string): number {
  let hash = 5381;
  for (const byte of bytesFromText(key)) hash = ((hash << 5) + hash + byte) | 0;
  return hash >>> 0;
}
function wt6(key: string): number {
  let h0 = 0xa53c965a | 0;
  let h1 = 0x5ca6953a | 0;
  let step0 = 6;
  let step1 = 18;
  for (const byte of bytesFromText(key)) {
    h0 = ~(h0 ^ byte);
    h1 = ~(h1 + byte);
    const turned = (h1 << step0) | (h1 >>> (32 - step0));
    h1 = (h0 << step1) | (h0 >>> (32 - step1));
    h0 = turned;
    const steps = ((h0 >>> 16) ^ h1) & 0xffff;
    step0 = steps & 0x1f;
    step1 = steps >>> 11;
  }
  return (h0 ^ h1) >>> 0;
}
export function crc32(key: string): number {
  let hash = -1;
  for (const byte of bytesFromText(key)) {
    hash ^= byte;
    for (let bit = 0; bit < 8; bit++) hash = (hash >>> 1) ^ ((hash & 1) === 1 ? 0xedb88320 : 0);
  }
  return ~hash >>> 0;
}
