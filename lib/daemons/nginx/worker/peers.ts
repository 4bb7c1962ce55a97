/**
 * Which peer of an upstream a request gets, and what is remembered of peers: round robin with its failure counters,
 * and the methods that fall back on it. Time counts in whole seconds, as the daemon's does.
 * Source: nginx 1.22 src/http/ngx_http_upstream_round_robin.c, modules/ngx_http_upstream_{least_conn,ip_hash,hash,random}_module.c.
 */
import type { RandomStream } from '../../../std/random';
import type { PeerSettings, UpstreamSettings } from '../config';
import { crc32 } from './crc32';

export interface PeerState {
  connections: number;
  fails: number;
  accessed: number;
  checked: number;
  current: number;
  effective: number;
}
export interface PeersState {
  primary: PeerState[];
  backup: PeerState[];
}
/** One request's way through the peers. */
export interface Choice {
  set: 'primary' | 'backup';
  /** Index of the peer in use; −1 none. */
  peer: number;
  tried: number[];
  /** Tries left. */
  tries: number;
  /** Of the methods that hash. */
  hash: number;
  rehash: number;
  misses: number;
  key: string;
  /** The first three octets, or what `hash` was given. */
  octets: number[];
}
export interface Pool {
  readonly settings: UpstreamSettings;
  readonly state: PeersState;
  /** Whole seconds of the clock. */
  readonly seconds: number;
  random(): RandomStream;
}
const MISSES = 20;

export function newPeers(settings: UpstreamSettings): PeersState {
  const make = ({ weight }: PeerSettings): PeerState => ({
    connections: 0,
    fails: 0,
    accessed: 0,
    checked: 0,
    current: 0,
    effective: weight,
  });
  return { primary: settings.peers.map(make), backup: settings.backups.map(make) };
}
export function newChoice(
  settings: UpstreamSettings,
  about: { readonly clientIp: number; readonly key: string },
): Choice {
  const { clientIp } = about;
  return {
    set: 'primary',
    peer: -1,
    tried: [],
    tries: [...settings.peers, ...settings.backups].filter(({ isDown }) => !isDown).length,
    hash: settings.balancing.method === 'ip-hash' ? 89 : 0,
    rehash: 0,
    misses: 0,
    key: about.key,
    octets: [(clientIp >>> 24) & 255, (clientIp >>> 16) & 255, (clientIp >>> 8) & 255],
  };
}
export function peersOf(settings: UpstreamSettings, set: Choice['set']): readonly PeerSettings[] {
  return set === 'primary' ? settings.peers : settings.backups;
}
/** One peer and no backup: it is never counted out. */
export function isSingle({ peers, backups }: UpstreamSettings): boolean {
  return peers.length === 1 && backups.length === 0;
}

/** Takes a peer. False: nobody is live. */
export function choose(pool: Pool, choice: Choice): boolean {
  const { balancing } = pool.settings;
  // Backups have no hash of their own.
  if (isSingle(pool.settings) || choice.set === 'backup') return takeRoundRobin(pool, choice);
  switch (balancing.method) {
    case 'round-robin':
      return takeRoundRobin(pool, choice);
    case 'least-conn':
      return takeLeastConnected(pool, choice);
    case 'ip-hash':
      return takeByAddress(pool, choice);
    case 'hash':
      return balancing.consistent ? takeConsistent(pool, choice) : takeByKey(pool, choice);
    case 'random':
      return balancing.two ? takeTwo(pool, choice) : takeRandom(pool, choice);
  }
}
function isUsable(pool: Pool, choice: Choice, index: number): boolean {
  const settings = peersOf(pool.settings, choice.set)[index];
  const state = pool.state[choice.set][index];
  if (settings === undefined || state === undefined) return false;
  if (choice.tried.includes(index) || settings.isDown) return false;
  if (
    settings.maxFails > 0 &&
    state.fails >= settings.maxFails &&
    pool.seconds - state.checked <= settings.failTimeout
  )
    return false;
  return settings.mostConnections === 0 || state.connections < settings.mostConnections;
}
function take(pool: Pool, choice: Choice, index: number): true {
  const settings = peersOf(pool.settings, choice.set)[index];
  const state = pool.state[choice.set][index];
  choice.peer = index;
  choice.tried.push(index);
  if (settings !== undefined && state !== undefined) {
    state.connections += 1;
    if (pool.seconds - state.checked > settings.failTimeout) state.checked = pool.seconds;
  }
  return true;
}

// ---------------------------------------------------------------- round robin
/** Smooth: everybody gains its weight, the richest is taken and pays for all. */
function richest(pool: Pool, choice: Choice, among: (index: number) => boolean): number {
  let best = -1;
  let most = 0;
  let total = 0;
  for (const [index, state] of pool.state[choice.set].entries()) {
    if (!isUsable(pool, choice, index) || !among(index)) continue;
    const { weight } = peersOf(pool.settings, choice.set)[index] ?? { weight: 1 };
    state.current += state.effective;
    total += state.effective;
    if (state.effective < weight) state.effective += 1;
    if (best < 0 || state.current > most) {
      best = index;
      most = state.current;
    }
  }
  const winner = pool.state[choice.set][best];
  if (winner !== undefined) winner.current -= total;
  return best;
}
function takeRoundRobin(pool: Pool, choice: Choice): boolean {
  if (isSingle(pool.settings)) {
    const [settings] = pool.settings.peers;
    const [state] = pool.state.primary;
    if (settings === undefined || state === undefined || settings.isDown) return false;
    if (settings.mostConnections > 0 && state.connections >= settings.mostConnections) return false;
    choice.peer = 0;
    state.connections += 1;
    return true;
  }
  const best = richest(pool, choice, () => true);
  if (best >= 0) return take(pool, choice, best);
  return turnToBackups(pool, choice) && takeRoundRobin(pool, choice);
}
function turnToBackups(pool: Pool, choice: Choice): boolean {
  choice.peer = -1;
  if (choice.set === 'backup' || pool.settings.backups.length === 0) return false;
  choice.set = 'backup';
  choice.tried = [];
  return true;
}

// ---------------------------------------------------------------- least_conn
function takeLeastConnected(pool: Pool, choice: Choice): boolean {
  const settings = peersOf(pool.settings, choice.set);
  const states = pool.state[choice.set];
  /** Connections compared by weight. */
  const load = (a: number, b: number): number =>
    (states[a]?.connections ?? 0) * (settings[b]?.weight ?? 1) -
    (states[b]?.connections ?? 0) * (settings[a]?.weight ?? 1);
  let best = -1;
  let isMany = false;
  for (const index of states.keys()) {
    if (!isUsable(pool, choice, index)) continue;
    const difference = best < 0 ? -1 : load(index, best);
    if (difference < 0) {
      best = index;
      isMany = false;
    } else if (difference === 0) isMany = true;
  }
  if (best < 0) return turnToBackups(pool, choice) && takeLeastConnected(pool, choice);
  const first = best;
  const chosen = isMany ? richest(pool, choice, (index) => index >= first && load(index, first) === 0) : best;
  return take(pool, choice, chosen);
}

// ---------------------------------------------------------------- hashes
function byWeight(peers: readonly PeerSettings[], hash: number): number {
  let left = hash % peers.reduce((sum, { weight }) => sum + weight, 0);
  for (const [index, { weight }] of peers.entries()) {
    if (left < weight) return index;
    left -= weight;
  }
  return 0;
}
function takeHashed(pool: Pool, choice: Choice, next: () => number): boolean {
  while (choice.misses <= MISSES) {
    const index = byWeight(pool.settings.peers, next());
    if (isUsable(pool, choice, index)) return take(pool, choice, index);
    choice.misses += 1;
  }
  return takeRoundRobin(pool, choice);
}
function takeByAddress(pool: Pool, choice: Choice): boolean {
  return takeHashed(pool, choice, () => {
    for (const octet of choice.octets) choice.hash = (choice.hash * 113 + octet) % 6271;
    return choice.hash;
  });
}
function takeByKey(pool: Pool, choice: Choice): boolean {
  if (choice.key === '') return takeRoundRobin(pool, choice);
  return takeHashed(pool, choice, () => {
    const text = choice.rehash > 0 ? `${choice.rehash}${choice.key}` : choice.key;
    choice.hash = (choice.hash + ((crc32(text) >>> 16) & 0x7fff)) >>> 0;
    choice.rehash += 1;
    return choice.hash;
  });
}

interface Point {
  hash: number;
  server: string;
}
const rings = new WeakMap<UpstreamSettings, Point[]>();
/** 160 points for each unit of weight, as Cache::Memcached::Fast has them. Derived, so no state. */
function ringOf(settings: UpstreamSettings): Point[] {
  const known = rings.get(settings);
  if (known !== undefined) return known;
  const points: Point[] = [];
  for (const { server, weight } of settings.peers) {
    const found = /^(.*):(\d*)$/.exec(server);
    const base = `${found?.[1] ?? server}\0${found?.[2] ?? ''}`;
    let previous = 0;
    for (let i = 0; i < weight * 160; i++) {
      const bytes = [previous & 255, (previous >>> 8) & 255, (previous >>> 16) & 255, previous >>> 24];
      previous = crc32(base, bytes);
      points.push({ hash: previous, server });
    }
  }
  points.sort((a, b) => a.hash - b.hash);
  const unique = points.filter(({ hash }, index) => index === 0 || points[index - 1]?.hash !== hash);
  rings.set(settings, unique);
  return unique;
}
function takeConsistent(pool: Pool, choice: Choice): boolean {
  if (choice.key === '') return takeRoundRobin(pool, choice);
  const ring = ringOf(pool.settings);
  if (choice.rehash === 0) {
    choice.rehash = 1;
    choice.hash = firstPoint(ring, crc32(choice.key));
  }
  while (choice.misses <= MISSES) {
    const server = ring[choice.hash % ring.length]?.server;
    const best = richest(pool, choice, (index) => pool.settings.peers[index]?.server === server);
    if (best >= 0) return take(pool, choice, best);
    choice.hash += 1;
    choice.misses += 1;
  }
  return takeRoundRobin(pool, choice);
}
function firstPoint(ring: readonly Point[], hash: number): number {
  let low = 0;
  let high = ring.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const point = ring[middle]?.hash ?? 0;
    if (hash > point) low = middle + 1;
    else if (hash < point) high = middle;
    else return middle;
  }
  return low;
}

// ---------------------------------------------------------------- random
function draw(pool: Pool): number {
  const total = pool.settings.peers.reduce((sum, { weight }) => sum + weight, 0);
  return byWeight(pool.settings.peers, pool.random().integer(0, total - 1));
}
function takeRandom(pool: Pool, choice: Choice): boolean {
  return takeHashedBy(pool, choice, () => draw(pool));
}
function takeHashedBy(pool: Pool, choice: Choice, next: () => number): boolean {
  while (choice.misses <= MISSES) {
    const index = next();
    if (isUsable(pool, choice, index)) return take(pool, choice, index);
    choice.misses += 1;
  }
  return takeRoundRobin(pool, choice);
}
function takeTwo(pool: Pool, choice: Choice): boolean {
  let before = -1;
  while (choice.misses <= MISSES) {
    const index = draw(pool);
    if (index === before || !isUsable(pool, choice, index)) {
      choice.misses += 1;
      continue;
    }
    if (before < 0) {
      before = index;
      continue;
    }
    const load = (at: number): number =>
      (pool.state.primary[at]?.connections ?? 0) / (pool.settings.peers[at]?.weight ?? 1);
    return take(pool, choice, load(index) > load(before) ? before : index);
  }
  return takeRoundRobin(pool, choice);
}

// ---------------------------------------------------------------- afterwards
/** The request is done with its peer. True: the peer is disabled now. */
export function release(pool: Pool, choice: Choice, failed: boolean): boolean {
  const settings = peersOf(pool.settings, choice.set)[choice.peer];
  const state = pool.state[choice.set][choice.peer];
  if (settings === undefined || state === undefined) return false;
  choice.peer = -1;
  state.connections -= 1;
  if (isSingle(pool.settings)) {
    choice.tries = 0;
    return false;
  }
  let isDisabled = false;
  if (failed) {
    state.fails += 1;
    state.accessed = state.checked = pool.seconds;
    if (settings.maxFails > 0) {
      state.effective = Math.max(0, state.effective - Math.floor(settings.weight / settings.maxFails));
      isDisabled = state.fails >= settings.maxFails;
    }
  } else if (state.accessed < state.checked) state.fails = 0;
  if (choice.tries > 0) choice.tries -= 1;
  return isDisabled;
}
