/**
 * `balance leastconn`: the server with the fewest requests for its weight;
 * among equals the one that has waited longest.
 * Source: HAProxy 2.6 src/lb_fwlc.c.
 */

import type { ServerState } from '../state';
import { dynamicLimit, HIGHEST_WEIGHT, inUse, isMember, type Pool, recount } from './weights';

export function initialise(pool: Pool): void {
  recount(pool);
  for (const server of pool.proxy.servers) enqueue(pool, server, server.nextEffective);
}

/** A request more or less: a server moves to the end of its equals, unless nothing changed. */
export function moved(pool: Pool, server: ServerState): void {
  if (server.key !== keyOf(server, server.effective)) enqueue(pool, server, server.effective);
}
export function enqueue(pool: Pool, server: ServerState, weight: number): void {
  server.key = keyOf(server, weight);
  server.stamp = ++pool.proxy.balance.stamp;
}
function keyOf(server: ServerState, weight: number): number {
  const inFlight = server.served + server.queue.length;
  return inFlight === 0 ? 0 : Math.floor(((inFlight + 1) * HIGHEST_WEIGHT) / Math.max(1, weight));
}

export function choose(pool: Pool, avoided: number): number {
  const used = inUse(pool);
  if (used === undefined) return -1;
  if (used !== 'active' && used !== 'backup') return used.index;
  let best: ServerState | undefined;
  let fallback = -1;
  for (const server of pool.proxy.servers) {
    if (!isMember(pool, server, used)) continue;
    const most = pool.settings.servers[server.index]?.maxqueue ?? 0;
    if (server.maxconn !== 0 && server.served + server.queue.length >= dynamicLimit(pool, server) + most)
      continue;
    if (server.index === avoided) {
      fallback = server.index;
      continue;
    }
    if (best === undefined || server.key < best.key || (server.key === best.key && server.stamp < best.stamp))
      best = server;
  }
  return best?.index ?? fallback;
}
