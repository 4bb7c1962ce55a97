/**
 * `balance roundrobin`: weights may change at run time, a server that comes
 * back starts at the end, and the order is smooth (3 and 1: a a a b, recorded).
 *
 * The daemon keeps three sorted trees a group; with the handful of servers of a
 * backend a scan for the smallest key finds the same server.
 *
 * Source: HAProxy 2.6 src/lb_fwrr.c.
 */

import { type ProxyState, type RoundRobinGroup, type ServerState, willBeUsable } from '../state';
import {
  HIGHEST_WEIGHT,
  hasRoom,
  inUse,
  isBackup,
  isMember,
  type Pool,
  recount,
  WEIGHT_SCALE,
} from './weights';

const WEIGHT_RANGE = 256;
type Tree = ServerState['tree'];

export function initialise(pool: Pool): void {
  const { balance, servers } = pool.proxy;
  recount(pool);
  for (const [group, weight] of [
    [balance.groups.active, balance.activeWeight],
    [balance.groups.backup, balance.backupWeight],
  ] as const) {
    group.position = group.weight = group.nextWeight = weight;
  }
  for (const server of servers) if (willBeUsable(server)) queueByWeight(pool.proxy, server, 'init');
}

export function goDown(pool: Pool, server: ServerState): void {
  groupOf(pool, server).nextWeight -= server.effective;
  server.tree = 'none';
}
export function comeUp(pool: Pool, server: ServerState): void {
  const group = groupOf(pool, server);
  group.nextWeight += server.nextEffective;
  extract(group, server);
  server.position =
    group.position + Math.floor((group.nextWeight + group.weight - group.position) / server.nextEffective);
  queue(pool.proxy, group, server);
}
export function reweigh(pool: Pool, server: ServerState): void {
  const group = groupOf(pool, server);
  group.nextWeight += server.nextEffective - server.effective;
  if (server.tree === 'init') {
    queueByWeight(pool.proxy, server, 'init');
    return;
  }
  extract(group, server);
  const before = server.position;
  const step = Math.floor(group.nextWeight / server.nextEffective);
  server.position = Math.min(server.lastPosition + step, before);
  server.remainder = 0;
  if (server.position < group.position + 2) server.position = group.position + step;
  queue(pool.proxy, group, server);
}

export function choose(pool: Pool, avoided: number): number {
  const used = inUse(pool);
  if (used === undefined) return -1;
  if (used !== 'active' && used !== 'backup') return used.index;
  const group = pool.proxy.balance.groups[used];
  const full: ServerState[] = [];
  let chosen: ServerState | undefined;
  let switched = false;
  let fallback: ServerState | undefined;
  for (;;) {
    if (group.weight === 0) group.position = group.weight = group.nextWeight;
    let server = fromGroup(pool, used, group);
    if (server === undefined) {
      if (switched) {
        chosen = fallback;
        break;
      }
      switched = true;
      switchTrees(pool, used, group);
      server = fromGroup(pool, used, group);
      if (server === undefined) {
        chosen = fallback;
        break;
      }
    }
    advance(group, server);
    server.tree = 'none';
    group.position += 1;
    if (hasRoom(pool, server)) {
      if (server.index !== avoided || fallback !== undefined) {
        chosen = server;
        break;
      }
      fallback = server;
    }
    full.push(server);
  }
  if (chosen !== undefined) queue(pool.proxy, group, chosen);
  // The last one taken out is put back first.
  for (const server of full.reverse()) {
    if (server === chosen) continue;
    if (switched) queueByWeight(pool.proxy, server, 'init');
    else queue(pool.proxy, group, server);
  }
  return chosen?.index ?? -1;
}

function groupOf(pool: Pool, server: ServerState): RoundRobinGroup {
  return isBackup(pool, server) ? pool.proxy.balance.groups.backup : pool.proxy.balance.groups.active;
}
/** Smallest key, the longest there among equals. */
function first(pool: Pool, group: 'active' | 'backup', tree: Tree): ServerState | undefined {
  let best: ServerState | undefined;
  for (const server of pool.proxy.servers) {
    if (server.tree !== tree || !isMember(pool, server, group)) continue;
    if (best === undefined || server.key < best.key || (server.key === best.key && server.stamp < best.stamp))
      best = server;
  }
  return best;
}
function fromGroup(pool: Pool, used: 'active' | 'backup', group: RoundRobinGroup): ServerState | undefined {
  const current = first(pool, used, 'current');
  if (current !== undefined && current.position <= group.position) return current;
  // No server left, or a hole: perhaps a new one fits.
  const fresh = first(pool, used, 'init');
  if (fresh === undefined) return current;
  fresh.position = fresh.remainder = 0;
  return fresh;
}
function switchTrees(pool: Pool, used: 'active' | 'backup', group: RoundRobinGroup): void {
  for (const server of pool.proxy.servers) {
    if (!isMember(pool, server, used)) continue;
    if (server.tree === 'next') server.tree = 'init';
    else if (server.tree === 'init') server.tree = 'next';
  }
  group.weight = group.nextWeight;
  group.position = group.weight;
}
function advance(group: RoundRobinGroup, server: ServerState): void {
  const weight = server.effective;
  if (weight === 0) return;
  if (server.position === 0) server.position = group.position;
  server.lastPosition = server.position;
  server.position += Math.floor(group.nextWeight / weight);
  server.remainder += group.nextWeight % weight;
  if (server.remainder >= weight) {
    server.remainder -= weight;
    server.position += 1;
  }
}
function extract(group: RoundRobinGroup, server: ServerState): void {
  switch (server.tree) {
    case 'init':
      server.position = server.remainder = 0;
      break;
    case 'next':
      server.position += group.weight;
      break;
    case 'none':
      server.position = group.position;
      break;
    case 'current':
      break;
  }
}
function queue(proxy: ProxyState, group: RoundRobinGroup, server: ServerState): void {
  if (!willBeUsable(server)) {
    server.tree = 'none';
    return;
  }
  if (server.position >= 2 * group.weight || server.position >= group.weight + group.nextWeight) {
    server.position -= group.weight;
    queueByWeight(proxy, server, 'next');
    return;
  }
  server.key =
    WEIGHT_RANGE * server.position +
    Math.floor((HIGHEST_WEIGHT + server.remainder - server.nextEffective) / WEIGHT_SCALE);
  server.stamp = ++proxy.balance.stamp;
  server.tree = 'current';
}
/** Heavy ones first. */
function queueByWeight(proxy: ProxyState, server: ServerState, tree: 'init' | 'next'): void {
  server.key = HIGHEST_WEIGHT - server.nextEffective;
  server.stamp = ++proxy.balance.stamp;
  server.tree = tree;
}
