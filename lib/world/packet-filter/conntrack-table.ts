/**
 * One host's connection tracking table as columns: typed arrays, so that ten
 * thousand entries cost a checkpoint a few copies and not ten thousand objects.
 * The hash index over it is derived and no part of the state.
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
  protocol: Uint8Array;
  /** TCP state (see conntrack-tcp); 0 for the others. */
  state: Uint8Array;
  flags: Uint8Array;
  src: Uint32Array;
  dst: Uint32Array;
  sport: Uint16Array;
  dport: Uint16Array;
  /** Hundredths of a second since the start of the run. */
  timeout: Uint32Array;
  /** Only of translated connections, by slot. */
  replies: Map<number, ReplyTuple>;
  marks: Map<number, number>;
  /** First packet of a UDP flow, by slot: it counts as a stream after two seconds. */
  started: Map<number, Micros>;
};

export const SEEN_REPLY = 1;
export const ASSURED = 2;
export const SOURCE_NAT = 4;
export const DESTINATION_NAT = 8;
/** Picked up in the middle (nf_conntrack_tcp_loose). */
export const PICKED_UP = 16;

const FIRST_CAPACITY = 32;
export const HUNDREDTH = 10_000;
const NONE = -1;

export function emptyConntrackTable(): ConntrackTable {
  return {
    capacity: 0,
    cursor: 0,
    protocol: new Uint8Array(0),
    state: new Uint8Array(0),
    flags: new Uint8Array(0),
    src: new Uint32Array(0),
    dst: new Uint32Array(0),
    sport: new Uint16Array(0),
    dport: new Uint16Array(0),
    timeout: new Uint32Array(0),
    replies: new Map(),
    marks: new Map(),
    started: new Map(),
  };
}

/** The table with its index: what the walk of a packet works with. */
export class ConntrackIndex {
  #heads = new Int32Array(0);
  #next = new Int32Array(0);

  constructor(readonly table: ConntrackTable) {
    this.#rebuild();
  }

  /**
   * `slot * 2 + direction` of the live entry that this packet belongs to, or -1. Direction 1 is the reply's.
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
    for (
      let code = heads[hashOf(protocol, src, dst, sport, dport) & (heads.length - 1)] ?? NONE;
      code !== NONE;
      code = next[code] ?? NONE
    ) {
      const slot = code >> 1;
      if ((table.timeout[slot] ?? 0) <= hundredths || table.protocol[slot] !== protocol) continue;
      if ((code & 1) === 0) {
        if (
          table.src[slot] === src &&
          table.dst[slot] === dst &&
          table.sport[slot] === sport &&
          table.dport[slot] === dport
        )
          return code;
        continue;
      }
      const reply =
        (table.flags[slot] ?? 0) & (SOURCE_NAT | DESTINATION_NAT) ? table.replies.get(slot) : undefined;
      if (reply === undefined) {
        if (
          table.src[slot] === dst &&
          table.dst[slot] === src &&
          table.sport[slot] === dport &&
          table.dport[slot] === sport
        )
          return code;
      } else if (reply.src === src && reply.dst === dst && reply.sport === sport && reply.dport === dport)
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
    const { table } = this;
    const slot = code >> 1;
    const isReply = (code & 1) === 1;
    return (
      table.sport[slot] === (isReply ? dport : sport) &&
      table.dport[slot] === (isReply ? sport : dport) &&
      table.src[slot] === (isReply ? dst : src) &&
      table.dst[slot] === (isReply ? src : dst) &&
      table.protocol[slot] === protocol &&
      (table.timeout[slot] ?? 0) > hundredths &&
      ((table.flags[slot] ?? 0) & (SOURCE_NAT | DESTINATION_NAT)) === 0
    );
  }

  /** Adds an entry whose reply tuple is the given one (the mirror of the original without translation). @returns its slot */
  add(
    entry: {
      protocol: number;
      src: number;
      dst: number;
      sport: number;
      dport: number;
      reply: ReplyTuple | undefined;
      flags: number;
    },
    now: Micros,
  ): number {
    const { table } = this;
    const slot = this.#takeSlot(Math.floor(now / HUNDREDTH));
    table.protocol[slot] = entry.protocol;
    table.state[slot] = 0;
    table.flags[slot] = entry.flags;
    table.src[slot] = entry.src;
    table.dst[slot] = entry.dst;
    table.sport[slot] = entry.sport;
    table.dport[slot] = entry.dport;
    table.timeout[slot] = 0xffffffff;
    if (entry.reply !== undefined) table.replies.set(slot, entry.reply);
    this.#link(slot);
    return slot;
  }

  remove(slot: number): void {
    const { table } = this;
    if (table.protocol[slot] === 0) return;
    this.#unlink(slot * 2);
    this.#unlink(slot * 2 + 1);
    table.protocol[slot] = 0;
    table.timeout[slot] = 0;
    table.replies.delete(slot);
    table.marks.delete(slot);
    table.started.delete(slot);
  }

  setTimeout(slot: number, at: Micros): void {
    this.table.timeout[slot] = Math.ceil(at / HUNDREDTH);
  }

  /** Live slots in the order of the table. */
  live(now: Micros): number[] {
    const { table } = this;
    const hundredths = Math.floor(now / HUNDREDTH);
    const slots: number[] = [];
    for (let slot = 0; slot < table.capacity; slot++) {
      if (table.protocol[slot] !== 0 && (table.timeout[slot] ?? 0) > hundredths) slots.push(slot);
    }
    return slots;
  }

  #takeSlot(hundredths: number): number {
    const { table } = this;
    // A few steps only: a full table grows rather than being searched from end to end.
    for (let step = 0; step < 8 && step < table.capacity; step++) {
      const slot = table.cursor;
      table.cursor = slot + 1 === table.capacity ? 0 : slot + 1;
      if (table.protocol[slot] === 0) return slot;
      if ((table.timeout[slot] ?? 0) <= hundredths) {
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
    const bytes = (old: Uint8Array): Uint8Array => {
      const made = new Uint8Array(capacity);
      made.set(old);
      return made;
    };
    const words = (old: Uint32Array): Uint32Array => {
      const made = new Uint32Array(capacity);
      made.set(old);
      return made;
    };
    const shorts = (old: Uint16Array): Uint16Array => {
      const made = new Uint16Array(capacity);
      made.set(old);
      return made;
    };
    table.protocol = bytes(table.protocol);
    table.state = bytes(table.state);
    table.flags = bytes(table.flags);
    table.src = words(table.src);
    table.dst = words(table.dst);
    table.sport = shorts(table.sport);
    table.dport = shorts(table.dport);
    table.timeout = words(table.timeout);
    table.capacity = capacity;
    this.#rebuild();
  }

  #rebuild(): void {
    const { table } = this;
    this.#heads = new Int32Array(Math.max(table.capacity * 2, 2)).fill(NONE);
    this.#next = new Int32Array(table.capacity * 2).fill(NONE);
    for (let slot = 0; slot < table.capacity; slot++) if (table.protocol[slot] !== 0) this.#link(slot);
  }

  #hashOfCode(code: number): number {
    const { table } = this;
    const slot = code >> 1;
    const protocol = table.protocol[slot] ?? 0;
    const src = table.src[slot] ?? 0;
    const dst = table.dst[slot] ?? 0;
    const sport = table.sport[slot] ?? 0;
    const dport = table.dport[slot] ?? 0;
    if ((code & 1) === 0) return hashOf(protocol, src, dst, sport, dport);
    const reply = table.replies.get(slot);
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

function hashOf(protocol: number, src: number, dst: number, sport: number, dport: number): number {
  let hash = Math.imul(src ^ Math.imul(dst, 0x9e3779b1), 0x85ebca6b) ^ protocol;
  hash = Math.imul(hash ^ (hash >>> 15) ^ (sport << 16) ^ dport, 0xc2b2ae35);
  hash ^= hash >>> 13;
  return hash >>> 0;
}
