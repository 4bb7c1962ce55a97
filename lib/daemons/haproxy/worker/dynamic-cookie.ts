/**
 * `cookie … dynamic`: a server's cookie is a hash of the backend's key, the server's address and port, so that
 * several daemons agree on it.
 * Source: HAProxy 2.6 configuration manual §4.2 "dynamic-cookie-key"; src/server.c `srv_set_dyncookie`;
 * XXH64 as Yann Collet published it; recorded values.
 */
import { bytesFromText } from '../../../std/bytes';
import type { ProxySettings, ServerSettings } from '../config';

const MASK = (1n << 64n) - 1n;
const PRIMES = [
  0x9e3779b185ebca87n,
  0xc2b2ae3d27d4eb4fn,
  0x165667b19e3779f9n,
  0x85ebca77c2b2ae63n,
  0x27d4eb2f165667c5n,
] as const;
const BLOCK = 32;

function rotated(value: bigint, by: bigint): bigint {
  return ((value << by) | (value >> (64n - by))) & MASK;
}
function round(sum: bigint, input: bigint): bigint {
  return (rotated((sum + input * PRIMES[1]) & MASK, 31n) * PRIMES[0]) & MASK;
}
/** Little-endian. */
function word(bytes: Uint8Array, at: number, length: number): bigint {
  let value = 0n;
  for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[at + i] ?? 0);
  return value;
}

/** XXH64 with seed 0. */
export function xxh64(bytes: Uint8Array): bigint {
  let at = 0;
  let hash: bigint;
  if (bytes.length >= BLOCK) {
    const sums = [(PRIMES[0] + PRIMES[1]) & MASK, PRIMES[1], 0n, (MASK + 1n - PRIMES[0]) & MASK];
    for (; at + BLOCK <= bytes.length; at += BLOCK)
      for (const [lane, sum] of sums.entries()) sums[lane] = round(sum, word(bytes, at + lane * 8, 8));
    hash = sums.reduce(
      (total, sum, lane) => (total + rotated(sum, [1n, 7n, 12n, 18n][lane] ?? 0n)) & MASK,
      0n,
    );
    for (const sum of sums) hash = ((hash ^ round(0n, sum)) * PRIMES[0] + PRIMES[3]) & MASK;
  } else hash = PRIMES[4];
  hash = (hash + BigInt(bytes.length)) & MASK;
  for (; at + 8 <= bytes.length; at += 8)
    hash = (rotated(hash ^ round(0n, word(bytes, at, 8)), 27n) * PRIMES[0] + PRIMES[3]) & MASK;
  if (at + 4 <= bytes.length) {
    hash = (rotated(hash ^ ((word(bytes, at, 4) * PRIMES[0]) & MASK), 23n) * PRIMES[1] + PRIMES[2]) & MASK;
    at += 4;
  }
  for (; at < bytes.length; at++)
    hash = (rotated(hash ^ ((word(bytes, at, 1) * PRIMES[4]) & MASK), 11n) * PRIMES[0]) & MASK;
  hash = ((hash ^ (hash >> 33n)) * PRIMES[1]) & MASK;
  hash = ((hash ^ (hash >> 29n)) * PRIMES[2]) & MASK;
  return hash ^ (hash >> 32n);
}

/** What a server's cookie says, as long as it has this address; undefined: it has none. */
export function cookieOf(
  proxy: ProxySettings,
  settings: ServerSettings,
  ip: number,
  port: number,
): string | undefined {
  if (settings.cookie !== undefined) return settings.cookie;
  if (proxy.cookie?.dynamic !== true || proxy.dynamicCookieKey === undefined || ip === 0) return undefined;
  const numbers = [ip, port].flatMap((value) => [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff));
  const bytes = new Uint8Array([...bytesFromText(proxy.dynamicCookieKey), ...numbers]);
  return xxh64(bytes).toString(16).padStart(16, '0');
}
