/**
 * Who may be used and with which weight: what all algorithms share.
 * Source: HAProxy 2.6 src/backend.c `recount_servers`, `update_backend_weight`;
 * src/queue.c `srv_dynamic_maxconn`; include/haproxy/server.h `srv_currently_usable`.
 */

import type { Micros } from '../../../../std/instant';
import type { ProxySettings } from '../../config';
import { type BalanceState, isUsable, type ProxyState, type ServerState, willBeUsable } from '../state';

/** Weights are kept in sixteenths, so that a slow start can go in steps. */
export const WEIGHT_SCALE = 16;
export const HIGHEST_WEIGHT = 256 * WEIGHT_SCALE;

/** A backend as a balancer sees it. */
export interface Pool {
  readonly settings: ProxySettings;
  readonly proxy: ProxyState;
  readonly now: Micros;
}

export function emptyBalance(): BalanceState {
  return {
    active: 0,
    backup: 0,
    activeWeight: 0,
    backupWeight: 0,
    firstBackup: -1,
    totalWeight: 0,
    totalUsed: 0,
    divisor: 1,
    multiplier: 1,
    groups: {
      active: { weight: 0, nextWeight: 0, position: 0, swapped: false },
      backup: { weight: 0, nextWeight: 0, position: 0, swapped: false },
    },
    map: [],
    mapNext: 0,
    ring: { keys: [], servers: [] },
    backupRing: { keys: [], servers: [] },
    ringNext: -1,
    stamp: 0,
  };
}

export function isBackup(pool: Pool, server: ServerState): boolean {
  return pool.settings.servers[server.index]?.isBackup === true;
}
export function usesAllBackups(pool: Pool): boolean {
  return pool.settings.options.has('allbackups');
}

/** Counts from the states to come, before they are committed. */
export function recount(pool: Pool): void {
  const { balance, servers } = pool.proxy;
  balance.active = balance.backup = balance.activeWeight = balance.backupWeight = 0;
  balance.firstBackup = -1;
  for (const server of servers) {
    if (!willBeUsable(server)) continue;
    if (isBackup(pool, server)) {
      if (balance.backup === 0 && !usesAllBackups(pool)) balance.firstBackup = server.index;
      balance.backup += 1;
      balance.backupWeight += server.nextEffective;
    } else {
      balance.active += 1;
      balance.activeWeight += server.nextEffective;
    }
  }
  if (balance.active > 0) {
    balance.totalWeight = balance.activeWeight;
    balance.totalUsed = balance.active;
  } else if (balance.firstBackup >= 0) {
    balance.totalWeight = servers[balance.firstBackup]?.nextEffective ?? 0;
    balance.totalUsed = 1;
  } else {
    balance.totalWeight = balance.backupWeight;
    balance.totalUsed = balance.backup;
  }
}

/** Effective weight before any slow start. */
export function fullWeight(balance: BalanceState, weight: number): number {
  return Math.floor((weight * balance.divisor + balance.multiplier - 1) / balance.multiplier);
}

/** How many requests it takes now; 0: no limit. */
export function dynamicLimit(pool: Pool, server: ServerState): number {
  const settings = pool.settings.servers[server.index];
  let most = server.maxconn;
  if (settings !== undefined && settings.minconn > 0 && settings.minconn < most) {
    const full = pool.proxy.fullconn;
    const load = pool.proxy.backend.current;
    if (load < full) most = Math.max(settings.minconn, Math.floor((load * most) / full));
  }
  if (server.state === 'starting' && settings !== undefined && settings.slowstartSeconds > 0) {
    const since = Math.floor(pool.now / 1_000_000) - Math.floor(server.lastChange / 1_000_000);
    if (since >= 0 && since < settings.slowstartSeconds)
      most = Math.max(1, Math.floor((most * Math.floor((100 * since) / settings.slowstartSeconds)) / 100));
  }
  return most;
}
/** A slot is free without waiting. */
export function hasRoom(pool: Pool, server: ServerState): boolean {
  return server.maxconn === 0 || (server.queue.length === 0 && server.served < dynamicLimit(pool, server));
}

/** Which servers take part now: active ones, or backups; or the one backup that serves alone. */
export function inUse(pool: Pool): 'active' | 'backup' | ServerState | undefined {
  const { balance, servers } = pool.proxy;
  if (balance.active > 0) return 'active';
  if (balance.firstBackup >= 0) return servers[balance.firstBackup];
  return balance.backup > 0 ? 'backup' : undefined;
}

/** Takes over the states to come. */
export function commit(server: ServerState): void {
  server.state = server.next;
  server.admin = server.nextAdmin;
  server.effective = server.nextEffective;
}

export function isMember(pool: Pool, server: ServerState, group: 'active' | 'backup'): boolean {
  return isUsable(server) && isBackup(pool, server) === (group === 'backup');
}
