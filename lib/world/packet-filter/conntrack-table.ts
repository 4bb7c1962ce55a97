/**
 * One host's connection tracking table: five numbers for each entry in one typed
 * array, so that ten thousand entries cost a checkpoint one copy and not ten
 * thousand objects, and looking at one touches one place in memory (columns
 * took a cache miss each). The hash index over it is derived and no part of the state.
 *
 * A slot is free when its protocol is 0 or its timeout has passed: nothing
 * sweeps, the next entry that needs a slot takes it.
 */
import type { Micros } from '../../std/instant';

/** Reply tuple of a translated connection: as packets of the answering side arrive. */
export type ReplyTuple = { src: number; dst: number; sport: number; dport: number };

export type ConntrackTable = {
  capacity: number;
  /** Where the search for a free slot starts. */
  cursor: number;
  /** Of each slot what `Entry` reads from it. */
  rows: Uint32Array;
  /** Only of translated connections, by slot. */
  replies: Map<number, ReplyTuple>;
  marks: Map<number, number>;
  /** First packet of a UDP flow, by slot: it counts as a stream after two seconds. */
  started: Map<number, Micros>;
};

const ROW = 5;
/** Protocol, TCP state and flags in a byte each. */
const KIND = 0;
const SRC = 1;
const DST = 2;
/** Source port in the upper half, destination port in the lower. */
const PORTS = 3;
/** Hundredths of a second since the start of the run. */
const TIMEOUT = 4;

export const SEEN_REPLY = 1;
export const ASSURED = 2;
export const SOURCE_NAT = 4;
export const DESTINATION_NAT = 8;
/** Picked up in the middle (nf_conntrack_tcp_loose). */
export const PICKED_UP = 16;
/** As it stands in a row. */
const TRANSLATED = (SOURCE_NAT | DESTINATION_NAT) << 16;

const FIRST_CAPACITY = 32;
export const HUNDREDTH = 10_000;
const NONE = -1;

export function emptyConntrackTable(): ConntrackTable {
  return {
    capacity: 0,
    cursor: 0,
    rows: new Uint32Array(0),
    replies: new Map(),
    marks: new Map(),
    started: new Map(),
  };
}

function word(table: ConntrackTable, slot: number, which: number): number {
  return table.rows[slot * ROW + which] ?? 0;
}
/** An entry as it was recorded; addresses unsigned. */
export const entryOf = {
  protocol: (table: ConntrackTable, slot: number): number => word(table, slot, KIND) & 0xff,
  /** TCP state (see conntrack-tcp); 0 for the others. */
  state: (table: ConntrackTable, slot: number): number => (word(table, slot, KIND) >>> 8) & 0xff,
  flags: (table: ConntrackTable, slot: number): number => word(table, slot, KIND) >>> 16,
  src: (table: ConntrackTable, slot: number): number => word(table, slot, SRC),
  dst: (table: ConntrackTable, slot: number): number => word(table, slot, DST),
  sport: (table: ConntrackTable, slot: number): number => word(table, slot, PORTS) >>> 16,
  dport: (table: ConntrackTable, slot: number): number => word(table, slot, PORTS) & 0xffff,
  /** In hundredths of a second since the start of the run. */
  timeout: (table: ConntrackTable, slot: number): number => word(table, slot, TIMEOUT),
};

/** The table with its index: what the walk of a packet works with. */
export class ConntrackIndex {
  #heads = new Int32Array(0);
  #next = new Int32Array(0);
  /** Slots that hold an entry, live or run out and not yet cleared away. */
  #used = 0;

  constructor(readonly table: ConntrackTable) {
    this.#rebuild();
  }

  /**
   * `slot * 2 + direction` of the live entry that this packet belongs to, or -1. Direction 1 is the reply's.
   * Addresses may be signed or unsigned, here and below.
   * @param likely looked at first
   */
  find(
    protocol: number,
    src: number,
    dst: number,
    sport: number,
    dport: number,
    now: Micros,
    likely = NONE,
  ): number {
    const { table } = this;
    if (table.capacity === 0) return NONE;
    const hundredths = Math.floor(now / HUNDREDTH);
    if (likely >= 0 && this.isAt(likely, protocol, src, dst, sport, dport, hundredths)) return likely;
    const heads = this.#heads;
    const next = this.#next;
    const { rows } = table;
    const from = src | 0;
    const to = dst | 0;
    const there = (sport << 16) | dport;
    const back = (dport << 16) | sport;
    for (
      let code = heads[hashOf(protocol, from, to, sport, dport) & (heads.length - 1)] ?? NONE;
      code !== NONE;
      code = next[code] ?? NONE
    ) {
      const at = (code >> 1) * ROW;
      const kind = rows[at] ?? 0;
      if ((kind & 0xff) !== protocol || (rows[at + TIMEOUT] ?? 0) <= hundredths) continue;
      const ports = (rows[at + PORTS] ?? 0) | 0;
      if ((code & 1) === 0) {
        if (ports === there && ((rows[at + SRC] ?? 0) | 0) === from && ((rows[at + DST] ?? 0) | 0) === to)
          return code;
        continue;
      }
      const reply = (kind & TRANSLATED) === 0 ? undefined : table.replies.get(code >> 1);
      if (reply === undefined) {
        if (ports === back && ((rows[at + SRC] ?? 0) | 0) === to && ((rows[at + DST] ?? 0) | 0) === from)
          return code;
      } else if (
        (reply.src | 0) === from &&
        (reply.dst | 0) === to &&
        reply.sport === sport &&
        reply.dport === dport
      )
        return code;
    }
    return NONE;
  }

  /** Whether the packet belongs to this live entry, which is not translated, in this direction. */
  isAt(
    code: number,
    protocol: number,
    src: number,
    dst: number,
    sport: number,
    dport: number,
    hundredths: number,
  ): boolean {
    const { rows } = this.table;
    const at = (code >> 1) * ROW;
    const isReply = (code & 1) === 1;
    const kind = rows[at] ?? 0;
    return (
      (kind & 0xff) === protocol &&
      (kind & TRANSLATED) === 0 &&
      ((rows[at + PORTS] ?? 0) | 0) === (isReply ? (dport << 16) | sport : (sport << 16) | dport) &&
      ((rows[at + SRC] ?? 0) | 0) === ((isReply ? dst : src) | 0) &&
      ((rows[at + DST] ?? 0) | 0) === ((isReply ? src : dst) | 0) &&
      (rows[at + TIMEOUT] ?? 0) > hundredths
    );
  }

  /** Adds an entry whose reply tuple is the given one (the mirror of the original without translation). @returns its slot */
  add(
    protocol: number,
    src: number,
    dst: number,
    sport: number,
    dport: number,
    flags: number,
    reply: ReplyTuple | undefined,
    now: Micros,
  ): number {
    const { table } = this;
    const slot = this.#takeSlot(Math.floor(now / HUNDREDTH));
    const { rows } = table;
    const at = slot * ROW;
    rows[at + KIND] = protocol | (flags << 16);
    rows[at + SRC] = src;
    rows[at + DST] = dst;
    rows[at + PORTS] = (sport << 16) | dport;
    rows[at + TIMEOUT] = 0xffffffff;
    if (reply !== undefined) table.replies.set(slot, reply);
    this.#link(slot);
    this.#used++;
    return slot;
  }

  remove(slot: number): void {
    const { table } = this;
    const at = slot * ROW;
    if (((table.rows[at] ?? 0) & 0xff) === 0) return;
    this.#used--;
    this.#unlink(slot * 2);
    this.#unlink(slot * 2 + 1);
    table.rows[at + KIND] = (table.rows[at + KIND] ?? 0) & ~0xff;
    table.rows[at + TIMEOUT] = 0;
    if (table.replies.size > 0) table.replies.delete(slot);
    if (table.marks.size > 0) table.marks.delete(slot);
    if (table.started.size > 0) table.started.delete(slot);
  }

  /** @param hundredths how long from now */
  setTimeout(slot: number, now: Micros, hundredths: number): void {
    this.table.rows[slot * ROW + TIMEOUT] = Math.ceil(now / HUNDREDTH) + hundredths;
  }
  setFlags(slot: number, flags: number): void {
    const { rows } = this.table;
    rows[slot * ROW] = ((rows[slot * ROW] ?? 0) & 0xffff) | (flags << 16);
  }
  setState(slot: number, state: number): void {
    const { rows } = this.table;
    rows[slot * ROW] = ((rows[slot * ROW] ?? 0) & ~0xff00) | (state << 8);
  }

  /** Whether so many entries are live. What has run out is cleared away only when it could make the difference. */
  isFull(most: number, now: Micros): boolean {
    if (this.#used < most) return false;
    const { table } = this;
    const hundredths = Math.floor(now / HUNDREDTH);
    for (let slot = 0; slot < table.capacity; slot++)
      if (entryOf.protocol(table, slot) !== 0 && entryOf.timeout(table, slot) <= hundredths)
        this.remove(slot);
    return this.#used >= most;
  }

  /** Live slots in the order of the table. */
  live(now: Micros): number[] {
    const { table } = this;
    const hundredths = Math.floor(now / HUNDREDTH);
    const slots: number[] = [];
    for (let slot = 0; slot < table.capacity; slot++) {
      if (entryOf.protocol(table, slot) !== 0 && entryOf.timeout(table, slot) > hundredths) slots.push(slot);
    }
    return slots;
  }

  #takeSlot(hundredths: number): number {
    const { table } = this;
    // A few steps only: a full table grows rather than being searched from end to end.
    for (let step = 0; step < 8 && step < table.capacity; step++) {
      const slot = table.cursor;
      table.cursor = slot + 1 === table.capacity ? 0 : slot + 1;
      if (entryOf.protocol(table, slot) === 0) return slot;
      if (entryOf.timeout(table, slot) <= hundredths) {
        this.remove(slot);
        return slot;
      }
    }
    const slot = table.capacity;
    this.#grow(Math.max(FIRST_CAPACITY, slot * 2));
    table.cursor = slot + 1;
    return slot;
  }

  #grow(capacity: number): void {
    const { table } = this;
    const rows = new Uint32Array(capacity * ROW);
    rows.set(table.rows);
    table.rows = rows;
    table.capacity = capacity;
    this.#rebuild();
  }

  #rebuild(): void {
    const { table } = this;
    this.#heads = new Int32Array(Math.max(table.capacity * 2, 2)).fill(NONE);
    this.#next = new Int32Array(table.capacity * 2).fill(NONE);
    this.#used = 0;
    for (let slot = 0; slot < table.capacity; slot++) {
      if (entryOf.protocol(table, slot) === 0) continue;
      this.#used++;
      this.#link(slot);
    }
  }

  #hashOfCode(code: number): number {
    const { table } = this;
    const { rows } = table;
    const at = (code >> 1) * ROW;
    const kind = rows[at] ?? 0;
    const src = (rows[at + SRC] ?? 0) | 0;
    const dst = (rows[at + DST] ?? 0) | 0;
    const ports = rows[at + PORTS] ?? 0;
    const sport = ports >>> 16;
    const dport = ports & 0xffff;
    const protocol = kind & 0xff;
    if ((code & 1) === 0) return hashOf(protocol, src, dst, sport, dport);
    const reply = table.replies.size === 0 ? undefined : table.replies.get(code >> 1);
    return reply === undefined
      ? hashOf(protocol, dst, src, dport, sport)
      : hashOf(protocol, reply.src, reply.dst, reply.sport, reply.dport);
  }

  #link(slot: number): void {
    for (let code = slot * 2; code <= slot * 2 + 1; code++) {
      const bucket = this.#hashOfCode(code) & (this.#heads.length - 1);
      this.#next[code] = this.#heads[bucket] ?? NONE;
      this.#heads[bucket] = code;
    }
  }

  #unlink(code: number): void {
    const bucket = this.#hashOfCode(code) & (this.#heads.length - 1);
    let at = this.#heads[bucket] ?? NONE;
    if (at === code) {
      this.#heads[bucket] = this.#next[code] ?? NONE;
      return;
    }
    while (at !== NONE) {
      const following = this.#next[at] ?? NONE;
      if (following === code) {
        this.#next[at] = this.#next[code] ?? NONE;
        return;
      }
      at = following;
    }
  }
}

/** Every bit of the ports reaches the low bits, which choose the chain: connections of one client differ in its port alone. */
function hashOf(protocol: number, src: number, dst: number, sport: number, dport: number): number {
  let hash = Math.imul(src ^ Math.imul(dst, 0x9e3779b1), 0x85ebca6b) ^ protocol ^ (sport << 16) ^ dport;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
