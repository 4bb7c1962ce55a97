/**
 * `hash-type consistent` and `balance random`: each server stands on a ring as
 * often as its weight; a key belongs to the nearest stand. When a server dies
 * only its own keys move.
 * Source: HAProxy 2.6 src/lb_chash.c, src/backend.c `get_server_rnd`.
 */

import { willBeUsable } from '../state';
import { avalanche } from './hashes';
import { hasRoom, inUse, isBackup, type Pool, recount } from './weights';

type Ring = { keys: number[]; servers: number[] };
const STANDS_PER_SERVER = 256 * 16;

export function rebuild(pool: Pool): void {
  recount(pool);
  const { balance } = pool.proxy;
  const last = balance.ring.keys[balance.ringNext];
  balance.ring = ringOf(pool, false);
  balance.backupRing = ringOf(pool, true);
  // The turn stays at its stand; where that is gone, at the one before.
  if (last !== undefined) balance.ringNext = position(balance.ring, last + 1) - 1;
}

function ringOf(pool: Pool, backup: boolean): Ring {
  const stands: { key: number; server: number }[] = [];
  for (const server of pool.proxy.servers) {
    if (isBackup(pool, server) !== backup || !willBeUsable(server)) continue;
    const id = pool.settings.servers[server.index]?.id ?? 0;
    for (let node = 0; node < server.nextEffective; node++)
      stands.push({ key: avalanche(id * STANDS_PER_SERVER + node), server: server.index });
  }
  stands.sort((a, b) => a.key - b.key);
  return { keys: stands.map((stand) => stand.key), servers: stands.map((stand) => stand.server) };
}

/** First position whose key is at least `hash`; the length when there is none. */
function position(ring: Ring, hash: number): number {
  let low = 0;
  let high = ring.keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ring.keys[middle] ?? 0) < hash) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function chooseByHash(pool: Pool, hash: number, avoided: number): number {
  const used = inUse(pool);
  if (used === undefined) return -1;
  if (used !== 'active' && used !== 'backup') return used.index;
  const ring = used === 'active' ? pool.proxy.balance.ring : pool.proxy.balance.backupRing;
  const size = ring.keys.length;
  if (size === 0) return -1;
  let at = position(ring, hash);
  if (at === size) at = 0;
  const before = at === 0 ? size - 1 : at - 1;
  const down = (hash - (ring.keys[before] ?? 0)) >>> 0;
  const up = ((ring.keys[at] ?? 0) - hash) >>> 0;
  if (down <= up) at = before;
  for (let wrapped = 0; ring.servers[at] === avoided; ) {
    at += 1;
    if (at === size) {
      at = 0;
      wrapped += 1;
      if (wrapped > 1) break;
    }
  }
  return ring.servers[at] ?? -1;
}

/** Without a key: the next stand of the ring. */
export function chooseNext(pool: Pool, avoided: number): number {
  const used = inUse(pool);
  if (used === undefined) return -1;
  if (used !== 'active' && used !== 'backup') return used.index;
  const { balance, servers } = pool.proxy;
  const ring = used === 'active' ? balance.ring : balance.backupRing;
  const size = ring.keys.length;
  let fallback = -1;
  for (let tries = 0; tries < size; tries++) {
    balance.ringNext = (balance.ringNext + 1) % size;
    const index = ring.servers[balance.ringNext] ?? -1;
    const server = servers[index];
    if (server === undefined || !hasRoom(pool, server)) continue;
    if (index !== avoided) return index;
    fallback = index;
  }
  return fallback;
}

/** The better of so many draws; a full server is none. */
export function chooseAtRandom(pool: Pool, avoided: number, draw: () => number): number {
  if (pool.proxy.balance.totalWeight === 0) return -1;
  let best = -1;
  for (let left = pool.settings.balance.draws; left > 0; left--) {
    const index = chooseByHash(pool, draw(), avoided);
    const server = pool.proxy.servers[index];
    const known = pool.proxy.servers[best];
    if (server === undefined) break;
    if (
      known === undefined ||
      known === server ||
      server.served * known.effective <= known.served * server.effective
    )
      best = index;
  }
  const chosen = pool.proxy.servers[best];
  return chosen !== undefined && hasRoom(pool, chosen) ? best : -1;
}
