/**
 * `balance first`: the first server (by id) that has a free slot.
 * Source: HAProxy 2.6 src/lb_fas.c.
 */

import type { ServerState } from '../state';
import { hasRoom, inUse, isMember, type Pool } from './weights';

export function choose(pool: Pool, avoided: number): number {
  const used = inUse(pool);
  if (used === undefined) return -1;
  if (used !== 'active' && used !== 'backup') return used.index;
  let best: ServerState | undefined;
  let fallback = -1;
  for (const server of pool.proxy.servers) {
    if (!isMember(pool, server, used) || !hasRoom(pool, server)) continue;
    if (server.index === avoided) fallback = server.index;
    else if (best === undefined || idOf(pool, server) < idOf(pool, best)) best = server;
  }
  return best?.index ?? fallback;
}
function idOf(pool: Pool, server: ServerState): number {
  return pool.settings.servers[server.index]?.id ?? 0;
}
