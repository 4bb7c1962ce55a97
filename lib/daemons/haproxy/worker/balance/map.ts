/**
 * The static map behind `static-rr` and the hashing algorithms without
 * `hash-type consistent`: one slot per unit of weight, in the order of the file.
 * Source: HAProxy 2.6 src/lb_map.c.
 */

import { type ServerState, willBeUsable } from '../state';
import { hasRoom, isBackup, type Pool, recount } from './weights';

/** The greatest common divisor of the weights, so that the map stays small. */
export function commonDivisor(weights: readonly number[]): number {
  const start = weights.findIndex((weight) => weight > 0);
  let divisor = weights[start] ?? 1;
  for (const weight of weights.slice(start + 1)) {
    for (let rest = weight; rest > 0; ) [divisor, rest] = [rest, divisor % rest];
  }
  return Math.max(1, divisor);
}

export function rebuild(pool: Pool): void {
  recount(pool);
  const { balance, servers } = pool.proxy;
  if (balance.totalUsed === 0) {
    balance.map = [];
    return;
  }
  const wantsBackup = balance.active === 0;
  const members = servers.filter((server) => isBackup(pool, server) === wantsBackup && willBeUsable(server));
  balance.map = slots(members, balance.totalWeight);
}

function slots(members: readonly ServerState[], total: number): number[] {
  const score = members.map(() => 0);
  const map: number[] = [];
  for (let slot = 0; slot < total; slot++) {
    let best = 0;
    let most = -1;
    // With one slot the first member takes it: the division would choose wrongly.
    for (let i = 0; i < members.length && total > 1; i++) {
      score[i] = (score[i] ?? 0) + (members[i]?.nextEffective ?? 0);
      const value = Math.floor(((score[i] ?? 0) + total) / total);
      if (value > most) {
        most = value;
        best = i;
      }
    }
    map.push(members[best]?.index ?? -1);
    score[best] = (score[best] ?? 0) - total;
  }
  return map;
}

export function chooseByHash(pool: Pool, hash: number): number {
  const { map, totalWeight } = pool.proxy.balance;
  return totalWeight === 0 ? -1 : (map[hash % totalWeight] ?? -1);
}

export function chooseNext(pool: Pool, avoided: number): number {
  const { balance, servers } = pool.proxy;
  if (balance.totalWeight === 0) return -1;
  if (balance.mapNext < 0 || balance.mapNext >= balance.totalWeight) balance.mapNext = 0;
  const start = balance.mapNext;
  let at = start;
  let fallback = -1;
  let fallbackNext = 0;
  do {
    const index = balance.map[at++] ?? -1;
    const server = servers[index];
    if (server !== undefined && hasRoom(pool, server)) {
      fallback = index;
      fallbackNext = at;
      if (index !== avoided) {
        balance.mapNext = at;
        return index;
      }
    }
    if (at === balance.totalWeight) at = 0;
  } while (at !== start);
  if (fallback >= 0) balance.mapNext = fallbackNext;
  return fallback;
}
