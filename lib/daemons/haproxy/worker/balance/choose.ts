/**
 * One backend, one algorithm: builds what it needs, keeps it up as servers
 * change, and chooses.
 * Source: HAProxy 2.6 configuration manual §4.2 "balance", "hash-type"; src/backend.c `assign_server`.
 */

import type { Balance } from '../../config';
import { isUsable, type ServerState, willBeUsable } from '../state';
import * as consistent from './consistent';
import * as firstAvailable from './first';
import { avalanche, hashKey } from './hashes';
import * as leastconn from './leastconn';
import * as map from './map';
import * as roundrobin from './roundrobin';
import { commit, fullWeight, type Pool, recount, WEIGHT_SCALE } from './weights';

/** The structure that an algorithm looks servers up in. */
export type Lookup = 'tree' | 'connections' | 'first' | 'ring' | 'map';

export function lookupOf(balance: Balance): Lookup {
  switch (balance.algorithm) {
    case 'roundrobin':
      return 'tree';
    case 'leastconn':
      return 'connections';
    case 'first':
      return 'first';
    case 'random':
      return 'ring';
    case 'static-rr':
      return 'map';
    case 'source':
    case 'uri':
    case 'url_param':
    case 'hdr':
    case 'hash':
    case 'rdp-cookie':
      return balance.hashType === 'consistent' ? 'ring' : 'map';
  }
}
/** The same key always leads to the same server: no other one is tried at once after a failure. */
export function isHashing(balance: Balance): boolean {
  switch (balance.algorithm) {
    case 'roundrobin':
    case 'static-rr':
    case 'leastconn':
    case 'first':
    case 'random':
      return false;
    case 'source':
    case 'uri':
    case 'url_param':
    case 'hdr':
    case 'hash':
    case 'rdp-cookie':
      return true;
  }
}
/** Weights may change at run time and servers start slowly. */
export function isDynamic(balance: Balance): boolean {
  return lookupOf(balance) !== 'map';
}

export function initialise(pool: Pool): void {
  const { balance, servers } = pool.proxy;
  const lookup = lookupOf(pool.settings.balance);
  if (lookup === 'map') balance.multiplier = map.commonDivisor(servers.map((server) => server.weight));
  else balance.divisor = WEIGHT_SCALE;
  for (const server of servers) {
    server.nextEffective = fullWeight(balance, server.weight);
    commit(server);
  }
  switch (lookup) {
    case 'tree':
      roundrobin.initialise(pool);
      return;
    case 'connections':
      leastconn.initialise(pool);
      return;
    case 'first':
      recount(pool);
      return;
    case 'ring':
      consistent.rebuild(pool);
      return;
    case 'map':
      map.rebuild(pool);
      return;
  }
}

/** Brings the algorithm up to a server's state to come, and commits that. */
export function update(pool: Pool, server: ServerState): void {
  const before = isUsable(server);
  const after = willBeUsable(server);
  const lookup = lookupOf(pool.settings.balance);
  if (before !== after || server.effective !== server.nextEffective) {
    recount(pool);
    switch (lookup) {
      case 'tree':
        if (before && !after) roundrobin.goDown(pool, server);
        else if (!before && after) roundrobin.comeUp(pool, server);
        else if (after) roundrobin.reweigh(pool, server);
        break;
      case 'connections':
        if (after) leastconn.enqueue(pool, server, server.nextEffective);
        break;
      case 'first':
        break;
      case 'ring':
        consistent.rebuild(pool);
        break;
      case 'map':
        if (before !== after) map.rebuild(pool);
        break;
    }
  }
  commit(server);
}

/** A server got or lost a request. */
export function moved(pool: Pool, server: ServerState): void {
  if (pool.settings.balance.algorithm === 'leastconn') leastconn.moved(pool, server);
}

/** What an algorithm looks at. */
export interface Key {
  /** IPv4 address of the client */
  source: number;
  /** the text to hash, or undefined: the request does not have it */
  text: () => string | undefined;
  random: () => number;
}

/** Index of the server, −1 when all are full or none is there. */
export function choose(pool: Pool, key: Key, avoided: number): number {
  const { balance } = pool.settings;
  switch (balance.algorithm) {
    case 'roundrobin':
      return roundrobin.choose(pool, avoided);
    case 'leastconn':
      return leastconn.choose(pool, avoided);
    case 'first':
      return firstAvailable.choose(pool, avoided);
    case 'random':
      return consistent.chooseAtRandom(pool, avoided, key.random);
    case 'static-rr':
      return map.chooseNext(pool, avoided);
    case 'source':
      return byHash(pool, key.source, avoided);
    case 'uri':
    case 'url_param':
    case 'hdr':
    case 'hash':
    case 'rdp-cookie': {
      if (pool.proxy.balance.totalUsed === 1) return byHash(pool, 0, avoided);
      const text = key.text();
      if (text === undefined)
        return lookupOf(balance) === 'ring'
          ? consistent.chooseNext(pool, avoided)
          : map.chooseNext(pool, avoided);
      return byHash(pool, hashKey(text, balance.hashFunction), avoided);
    }
  }
}

function byHash(pool: Pool, hash: number, avoided: number): number {
  const { balance } = pool.settings;
  if (pool.proxy.balance.totalWeight === 0) return -1;
  const only = pool.proxy.balance.totalUsed === 1;
  const value = only ? 0 : balance.avalanche ? avalanche(hash) : hash >>> 0;
  return lookupOf(balance) === 'ring'
    ? consistent.chooseByHash(pool, value, avoided)
    : map.chooseByHash(pool, value);
}

/** The part of a URI that `balance uri` hashes. */
export function uriKey(balance: Balance, uri: string): string {
  const text = balance.uriPathOnly ? uri.replace(/^[a-z]+:\/\/[^/]*/i, '') : uri;
  const most = balance.uriLength > 0 ? Math.min(text.length, balance.uriLength) : text.length;
  let slashes = 0;
  for (let i = 0; i < most; i++) {
    // The first slash does not count.
    if (text.charCodeAt(i) === 47 && balance.uriDepth > 0 && ++slashes === balance.uriDepth + 1)
      return text.slice(0, i);
    if (text.charCodeAt(i) === 63 && !balance.uriWhole) return text.slice(0, i);
  }
  return text.slice(0, most);
}
