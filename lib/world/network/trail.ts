/**
 * A way that packets went, remembered: who counts them, which connection tables
 * see them, how long they take. A later packet that agrees in all that was read
 * goes the same way without being walked again, and leaves the same marks.
 *
 * Trails are no part of the state. They are valid for one epoch of the network
 * and record only ways without translation, loss, taps or anything that looks
 * at time.
 */
import type { Micros } from '../../std/instant';
import type { Hop } from '../network.contract';
import { type Conntrack, CT_ESTABLISHED, CT_NEW } from '../packet-filter/conntrack';
import {
  READ_DESTINATION_PORT,
  READ_FLAGS,
  READ_LENGTH,
  READ_MARK,
  READ_OWNER,
  READ_SOURCE_PORT,
  READ_TTL,
} from '../packet-filter/fields';
import type { Counter } from '../packet-filter/input';
import type { InterfaceState } from '../world.contract';
import { SYN, TCP } from './packet';
import type { Stack } from './stack';
import type { NeighbourEntry } from './state';
import { RX_BYTES, RX_PACKETS, TX_BYTES, TX_PACKETS } from './wire';

export interface Trail {
  epoch: number;
  reads: number;
  protocol: number;
  src: number;
  dst: number;
  sport: number;
  dport: number;
  flags: number;
  size: number;
  ttl: number;
  mark: number;
  uid: number;
  /** Packets and bytes that went this way since everybody on it was told last. */
  packets: number;
  bytes: number;
  ledger: Ledger;
  /** `ledger.stales` when no neighbour on the way was stale. */
  checkedAt: number;
  /** What the interfaces left by and arrived at have counted. */
  out: InterfaceState['counters'][];
  in: InterfaceState['counters'][];
  counters: Counter[];
  /** Neighbours used, with the host that used them. */
  neighbours: { stack: Stack; entry: NeighbourEntry }[];
  /** Hosts whose connection tracking sees the packet, and as what. */
  tracks: {
    conntrack: Conntrack;
    state: number;
    after: Micros /** net.netfilter.nf_conntrack_max */;
    max: number;
  }[];
  latency: Micros;
  target: Stack;
  device: string;
  /** Templates for the trace, `at` counting from the sending; undefined when no traced packet went this way yet. */
  hops: Hop[] | undefined;
}

/**
 * What trails owe: packets are counted on their trail, and on rules and interfaces only when somebody looks.
 * No part of the state: a checkpoint settles first.
 */
export interface Ledger {
  owing: Trail[];
  /** Goes up when a neighbour becomes stale: whoever uses it next has to ask for it. */
  stales: number;
}
export function emptyLedger(): Ledger {
  return { owing: [], stales: 0 };
}
/** Brings the counters of rules and interfaces up to date. */
export function settleLedger({ owing }: Ledger): void {
  for (let i = 0; i < owing.length; i++) {
    const trail = owing[i] as Trail;
    tellCounters(trail);
    trail.packets = trail.bytes = 0;
  }
  owing.length = 0;
}

/** Trails kept for one destination before the oldest gives way. */
const MOST_CANDIDATES = 6;
const codes: number[] = [];
const nexts: number[] = [];
/** Where each table on a way had a connection last, as it names it; -1 not known. */
export type Codes = Int32Array;
const NOWHERE: Codes = new Int32Array(0);
/** So many tables on a way are remembered. */
const TABLES = 4;
export function noCodes(): Codes {
  const codes = new Int32Array(TABLES);
  forgetCodes(codes);
  return codes;
}
/** (`fill` is a call into the engine.) */
export function forgetCodes(codes: Codes): void {
  codes[0] = codes[1] = codes[2] = codes[3] = -1;
}

/** Where the tables that a connection's first segment passed have it: its other segments are looked for there. */
export type Places = { readonly tables: Conntrack[]; readonly slots: Int32Array; count: number };
export function noPlaces(): Places {
  return { tables: [], slots: new Int32Array(TABLES), count: 0 };
}
/** Notes the places of the packet that `followTrail` has just sent along this trail. */
export function notePlaces(places: Places, { tracks }: Trail): void {
  places.count = Math.min(tracks.length, TABLES);
  for (let i = 0; i < places.count; i++) {
    places.tables[i] = (tracks[i] as Trail['tracks'][number]).conntrack;
    places.slots[i] = (codes[i] as number) >> 1;
  }
}
/** @param direction 1 for the side that answers */
function codesAt({ tables, slots, count: known }: Places, { tracks }: Trail, direction: number, into: Codes) {
  for (let i = 0; i < tracks.length && i < TABLES; i++) {
    const { conntrack } = tracks[i] as Trail['tracks'][number];
    into[i] = -1;
    for (let j = 0; j < known; j++)
      if (tables[j] === conntrack) into[i] = (slots[j] as number) * 2 + direction;
  }
}

/** Remembers a way of packets from this host. */
export function keepTrail(from: Stack, trail: Trail): void {
  const key = trail.dst | 0;
  const list = (from.trails.get(key) ?? []).filter(
    (known) =>
      known.epoch === trail.epoch &&
      !(known.hops === undefined && trail.hops !== undefined && isSameWay(known, trail)),
  );
  if (list.length >= MOST_CANDIDATES) list.shift();
  list.push(trail);
  from.trails.set(key, list);
}
function isSameWay(a: Trail, b: Trail): boolean {
  return (
    a.protocol === b.protocol &&
    (a.flags === SYN) === (b.flags === SYN) &&
    a.src === b.src &&
    a.reads === b.reads &&
    a.sport === b.sport &&
    a.dport === b.dport &&
    a.flags === b.flags &&
    a.tracks.every((track, i) => track.state === b.tracks[i]?.state)
  );
}

/**
 * Sends a packet along a trail, with all its marks left; undefined when none fits.
 * Addresses are best given as signed integers: others may be too large to be handed about without a box.
 * @param traced only one that can tell its hops
 * @param places where the tables have the connection, unless this is its first segment
 * @param direction in them
 * @param known brought up to date, with `places`
 */
export function followTrail(
  from: Stack,
  epoch: number,
  now: Micros,
  protocol: number,
  src: number,
  dst: number,
  sport: number,
  dport: number,
  flags: number,
  length: number,
  count: number,
  ttl: number,
  uid: number,
  traced: boolean,
  places?: Places,
  direction = 0,
  known: Codes = NOWHERE,
): Trail | undefined {
  const list = from.trails.get(dst | 0);
  if (list === undefined) return undefined;
  for (let i = 0; i < list.length; i++) {
    const trail = list[i] as Trail;
    // A handshake's first segment is new to every table, the others are not: no need to ask the tables.
    if (
      trail.epoch !== epoch ||
      (trail.src | 0) !== (src | 0) ||
      trail.protocol !== protocol ||
      (trail.flags === SYN) !== (flags === SYN)
    )
      continue;
    const { reads } = trail;
    if (reads !== 0) {
      if ((reads & READ_SOURCE_PORT) !== 0 && trail.sport !== sport) continue;
      if ((reads & READ_DESTINATION_PORT) !== 0 && trail.dport !== dport) continue;
      if ((reads & READ_FLAGS) !== 0 && trail.flags !== flags) continue;
      if ((reads & READ_LENGTH) !== 0 && trail.size !== Math.ceil(length / count)) continue;
      if ((reads & READ_OWNER) !== 0 && trail.uid !== uid) continue;
      if ((reads & READ_TTL) !== 0 && trail.ttl !== ttl) continue;
      if ((reads & READ_MARK) !== 0 && trail.mark !== 0) continue;
    }
    if (traced && trail.hops === undefined) continue;
    if (places !== undefined) codesAt(places, trail, direction, known);
    if (passAlong(trail, protocol, src, dst, sport, dport, flags, length, count, now, known)) return trail;
  }
  return undefined;
}

/**
 * Sends one more packet of the same connection along its trail. False when a table on the way takes it for something else now.
 * @param known where each table had the connection last; brought up to date
 */
export function passAlong(
  trail: Trail,
  protocol: number,
  src: number,
  dst: number,
  sport: number,
  dport: number,
  flags: number,
  length: number,
  packets: number,
  now: Micros,
  known: Codes = NOWHERE,
): boolean {
  const { tracks } = trail;
  const first = known.length === 0 ? -1 : (known[0] as number);
  if (tracks.length === 1 && first >= 0 && protocol === TCP) {
    // The usual case in one go: one table on the way, and it knows the connection.
    const track = tracks[0] as Trail['tracks'][number];
    if (
      track.state === CT_ESTABLISHED &&
      track.conntrack.pass(first, src, dst, sport, dport, flags, now + track.after)
    ) {
      count(trail, length, packets);
      return true;
    }
  }
  if (tracks.length > 0 && !classifies(trail, protocol, src, dst, sport, dport, flags, now, known))
    return false;
  leaveTracks(trail, protocol, src, dst, sport, dport, flags, now);
  count(trail, length, packets);
  return true;
}

/** Whether all later packets of a connection agree in what the rules read, so that its trail need not be looked for again. */
export function isForConnection(trail: Trail): boolean {
  return (
    (trail.reads & ~(READ_SOURCE_PORT | READ_DESTINATION_PORT | READ_OWNER | READ_TTL | READ_MARK)) === 0
  );
}

/** Whether every table on the way takes the packet for what it was then. Changes nothing. */
function classifies(
  trail: Trail,
  protocol: number,
  src: number,
  dst: number,
  sport: number,
  dport: number,
  flags: number,
  now: Micros,
  known: Codes,
): boolean {
  const { tracks } = trail;
  for (let i = 0; i < tracks.length; i++) {
    const track = tracks[i] as Trail['tracks'][number];
    const { conntrack } = track;
    const state = conntrack.classify(
      protocol,
      src,
      dst,
      sport,
      dport,
      flags,
      now + track.after,
      i < known.length ? (known[i] as number) : -1,
    );
    const code = conntrack.code;
    // Reopened and full tables and translated entries are left to the walk.
    if (state !== track.state || code <= -2) return false;
    if (code >= 0 && conntrack.table.replies.size > 0 && conntrack.table.replies.has(code >> 1)) return false;
    if (state === CT_NEW && code < 0 && conntrack.index.isFull(track.max, now + track.after)) return false;
    if (state !== CT_NEW && state !== CT_ESTABLISHED) return false;
    codes[i] = code;
    nexts[i] = conntrack.next;
    if (code >= 0 && i < known.length) known[i] = code;
  }
  return true;
}

function leaveTracks(
  trail: Trail,
  protocol: number,
  src: number,
  dst: number,
  sport: number,
  dport: number,
  flags: number,
  now: Micros,
): void {
  const { tracks } = trail;
  for (let i = 0; i < tracks.length; i++) {
    const track = tracks[i] as Trail['tracks'][number];
    const { conntrack } = track;
    const code = codes[i] as number;
    if (code < 0)
      codes[i] =
        2 * conntrack.confirmPlain(protocol, src, dst, sport, dport, nexts[i] as number, now + track.after);
    else conntrack.advance(code, protocol, flags, nexts[i] as number, now + track.after);
  }
}

function count(trail: Trail, length: number, packets: number): void {
  const { ledger } = trail;
  if (trail.packets === 0) ledger.owing.push(trail);
  trail.packets += packets;
  trail.bytes += length;
  if (trail.checkedAt !== ledger.stales) touchNeighbours(trail);
}
/** A stale one is used now. */
function touchNeighbours(trail: Trail): void {
  const { neighbours } = trail;
  for (let i = 0; i < neighbours.length; i++) {
    const { stack, entry } = neighbours[i] as Trail['neighbours'][number];
    if (entry.state === 'STALE') stack.touchNeighbour(entry);
  }
  trail.checkedAt = trail.ledger.stales;
}
function tellCounters({ counters, out, in: arrived, packets, bytes: length }: Trail): void {
  for (let i = 0; i < counters.length; i++) {
    const counter = counters[i] as Counter;
    counter.packets += packets;
    counter.bytes += length;
  }
  const bytes = length + 14 * packets;
  for (let i = 0; i < out.length; i++) {
    const counted = out[i] as Float64Array;
    counted[TX_PACKETS] = (counted[TX_PACKETS] as number) + packets;
    counted[TX_BYTES] = (counted[TX_BYTES] as number) + bytes;
  }
  for (let i = 0; i < arrived.length; i++) {
    const counted = arrived[i] as Float64Array;
    counted[RX_PACKETS] = (counted[RX_PACKETS] as number) + packets;
    counted[RX_BYTES] = (counted[RX_BYTES] as number) + bytes;
  }
}
