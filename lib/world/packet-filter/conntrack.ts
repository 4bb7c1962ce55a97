/**
 * Connection tracking of one host: what a packet is to the connections seen
 * before (`ct state`), and what it changes.
 * Sources: linux/net/netfilter/nf_conntrack_core.c (`resolve_normal_ct`),
 * nf_conntrack_proto_{tcp,udp,icmp,generic}.c; nft(8) "CT EXPRESSIONS".
 */
import type { Micros } from '../../std/instant';
import { SECOND } from '../../std/instant';
import { ECHO_REQUEST, ICMP, RST, TCP, UDP, type Packet, type Tuple } from '../network/packet';
import {
  ASSURED,
  ConntrackIndex,
  type ConntrackTable,
  DESTINATION_NAT,
  entryOf,
  HUNDREDTH,
  PICKED_UP,
  type ReplyTuple,
  SEEN_REPLY,
  SOURCE_NAT,
} from './conntrack-table';
import {
  ESTABLISHED as TCP_ESTABLISHED,
  GENERIC_TIMEOUT,
  ICMP_TIMEOUT,
  IGNORE,
  INVALID as TCP_INVALID,
  NONE,
  nextTcpState,
  SYN_RECV,
  SYN_SENT,
  TCP_TIMEOUTS,
  TIME_WAIT,
  UDP_STREAM_TIMEOUT,
  UDP_TIMEOUT,
  UNACKNOWLEDGED_TIMEOUT,
} from './conntrack-tcp';

/** Bits of `ct state`. */
export const CT_INVALID = 1;
export const CT_ESTABLISHED = 2;
export const CT_RELATED = 4;
export const CT_NEW = 8;
export const CT_UNTRACKED = 64;

/** Sysctl values that decide how long entries live; read once per use. */
export interface ConntrackLimits {
  max: number;
  established: Micros;
  synSent: Micros;
  udp: Micros;
}

/** A packet's place in the table while it passes one host. */
export type Tracking = {
  /** Bit of `ct state`. */
  state: number;
  /** Slot of its entry; -1 while the entry is not confirmed, or when there is none. */
  slot: number;
  direction: number;
  /** TCP state that the packet leads to. */
  next: number;
  /** The first packet of a connection: an entry is made when it gets through. */
  fresh: boolean;
  /** Original tuple of a fresh one. */
  original: Tuple;
  /** What nat chains decided for a fresh one. */
  destination: { ip: number; port: number } | undefined;
  source: { ip: number; port: number } | undefined;
  destinationDone: boolean;
  sourceDone: boolean;
  mark: number;
};

export class Conntrack {
  readonly index: ConntrackIndex;
  /** Results of `classify`: `slot * 2 + direction` or -1, and the TCP state that follows. */
  code = -1;
  next = 0;

  constructor(table: ConntrackTable) {
    this.index = new ConntrackIndex(table);
  }

  get table(): ConntrackTable {
    return this.index.table;
  }

  /**
   * What the packet is, as a bit of `ct state`. Changes nothing; see `code` and `next`.
   * @param likely the `code` of an earlier packet of the connection
   */
  classify(
    protocol: number,
    src: number,
    dst: number,
    sport: number,
    dport: number,
    flags: number,
    now: Micros,
    likely = -1,
  ): number {
    const code = this.index.find(protocol, src, dst, sport, dport, now, likely);
    this.code = code;
    this.next = NONE;
    if (code < 0) return this.#classifyUnknown(protocol, flags);
    const { table } = this.index;
    const slot = code >> 1;
    const seen = (code & 1) === 1 || (entryOf.flags(table, slot) & SEEN_REPLY) !== 0;
    if (protocol === TCP) {
      const before = entryOf.state(table, slot);
      const next = nextTcpState(code & 1, flags, before);
      this.next = next;
      if (next === TCP_INVALID) return CT_INVALID;
      // A SYN after the end opens anew: the old entry gives way.
      if (next === SYN_SENT && before >= TIME_WAIT && before !== SYN_SENT) {
        this.code = -2 - slot;
        return CT_NEW;
      }
    }
    return seen ? CT_ESTABLISHED : CT_NEW;
  }

  /**
   * Lets one more TCP segment of an established, untranslated connection through,
   * with its changes. False, with nothing changed, when it is not as plain as that.
   * @param code what `classify` found for the connection before
   */
  pass(
    code: number,
    src: number,
    dst: number,
    sport: number,
    dport: number,
    flags: number,
    now: Micros,
  ): boolean {
    const { index } = this;
    if (!index.isAt(code, TCP, src, dst, sport, dport, Math.floor(now / HUNDREDTH))) return false;
    const { table } = index;
    const slot = code >> 1;
    if ((code & 1) === 0 && (entryOf.flags(table, slot) & SEEN_REPLY) === 0) return false;
    const before = entryOf.state(table, slot);
    const next = nextTcpState(code & 1, flags, before);
    if (next === TCP_INVALID || (next === SYN_SENT && before >= TIME_WAIT)) return false;
    this.advance(code, TCP, flags, next, now);
    return true;
  }

  #classifyUnknown(protocol: number, flags: number): number {
    if (protocol === TCP) {
      this.next = nextTcpState(0, flags, NONE);
      return this.next === TCP_INVALID ? CT_INVALID : CT_NEW;
    }
    if (protocol === ICMP) return flags >> 8 === ECHO_REQUEST ? CT_NEW : CT_INVALID;
    return CT_NEW;
  }

  /** A packet enters the host: its tracking, with the changes to a known connection applied. */
  track(packet: Packet, now: Micros): Tracking {
    if (packet.carries.kind === 'error') return this.#trackError(packet.carries.about, now);
    const state = this.classify(
      packet.protocol,
      packet.src,
      packet.dst,
      packet.sport,
      packet.dport,
      packet.flags,
      now,
    );
    const { code, next } = this;
    if (code <= -2) this.index.remove(-2 - code);
    if (code >= 0 && state !== CT_INVALID) this.advance(code, packet.protocol, packet.flags, next, now);
    const known = code >= 0 && state !== CT_INVALID;
    return {
      state,
      slot: known ? code >> 1 : -1,
      direction: known ? code & 1 : 0,
      next,
      fresh: !known && state === CT_NEW,
      original: {
        protocol: packet.protocol,
        src: packet.src,
        dst: packet.dst,
        sport: packet.sport,
        dport: packet.dport,
      },
      destination: undefined,
      source: undefined,
      destinationDone: false,
      sourceDone: false,
      mark: known ? (this.table.marks.get(code >> 1) ?? 0) : 0,
    };
  }

  /** ICMP errors belong to the connection that they tell of, and go against it (`nf_conntrack_inet_error` inverts what is quoted). */
  #trackError(about: Tuple, now: Micros): Tracking {
    const code = this.index.find(about.protocol, about.dst, about.src, about.dport, about.sport, now);
    return {
      state: code < 0 ? CT_INVALID : CT_RELATED,
      slot: code < 0 ? -1 : code >> 1,
      direction: code < 0 ? 0 : code & 1,
      next: 0,
      fresh: false,
      original: about,
      destination: undefined,
      source: undefined,
      destinationDone: true,
      sourceDone: true,
      mark: code < 0 ? 0 : (this.table.marks.get(code >> 1) ?? 0),
    };
  }

  /** Applies a packet to a known connection: state, flags, timeout. */
  advance(code: number, protocol: number, flags: number, next: number, now: Micros): void {
    const { table } = this.index;
    const slot = code >> 1;
    const before = entryOf.flags(table, slot);
    let after = (code & 1) === 1 ? before | SEEN_REPLY : before;
    if (protocol === TCP) {
      if (next === IGNORE) {
        if (after !== before) this.index.setFlags(slot, after);
        return;
      }
      if ((before & SEEN_REPLY) === 0 && (flags & RST) !== 0) {
        this.index.remove(slot);
        return;
      }
      const old = entryOf.state(table, slot);
      if (next !== old) this.index.setState(slot, next);
      const picked = (before & SEEN_REPLY) === 0 && next === TCP_ESTABLISHED;
      if (
        (before & SEEN_REPLY) !== 0 &&
        next === TCP_ESTABLISHED &&
        (old === SYN_RECV || old === TCP_ESTABLISHED)
      )
        after |= ASSURED;
      this.index.setTimeout(slot, now, picked ? UNACKNOWLEDGED_TIMEOUT : this.#tcpTimeout(next));
    } else if (protocol === UDP) {
      const stream = (before & SEEN_REPLY) !== 0 && now > (table.started.get(slot) ?? now) + 2 * SECOND;
      if (stream) after |= ASSURED;
      this.index.setTimeout(slot, now, stream ? UDP_STREAM_TIMEOUT : this.udpTimeout);
    } else {
      this.index.setTimeout(slot, now, protocol === ICMP ? ICMP_TIMEOUT : GENERIC_TIMEOUT);
    }
    if (after !== before) this.index.setFlags(slot, after);
  }

  // In hundredths of a second.
  establishedTimeout = TCP_TIMEOUTS[TCP_ESTABLISHED] ?? 0;
  synSentTimeout = TCP_TIMEOUTS[SYN_SENT] ?? 0;
  udpTimeout = UDP_TIMEOUT;

  #tcpTimeout(state: number): number {
    if (state === TCP_ESTABLISHED) return this.establishedTimeout;
    if (state === SYN_SENT) return this.synSentTimeout;
    return TCP_TIMEOUTS[state] ?? 0;
  }

  /** The first packet got through: the connection is known from here on (`__nf_conntrack_confirm`). */
  confirm(tracking: Tracking, now: Micros): number {
    const { original, destination, source } = tracking;
    const reply = destination === undefined && source === undefined ? undefined : replyOf(tracking);
    const { protocol, src, dst, sport, dport } = original;
    const flags =
      (destination === undefined ? 0 : DESTINATION_NAT) |
      (source === undefined ? 0 : SOURCE_NAT) |
      (protocol === TCP && tracking.next === TCP_ESTABLISHED ? PICKED_UP : 0);
    const slot = this.index.add(protocol, src, dst, sport, dport, flags, reply, now);
    this.#start(slot, protocol, tracking.next, now);
    if (tracking.mark !== 0) this.table.marks.set(slot, tracking.mark);
    tracking.slot = slot;
    tracking.fresh = false;
    return slot;
  }

  /** The same for an untranslated connection, without a record of its tracking. @returns its slot */
  confirmPlain(
    protocol: number,
    src: number,
    dst: number,
    sport: number,
    dport: number,
    next: number,
    now: Micros,
  ): number {
    const flags = protocol === TCP && next === TCP_ESTABLISHED ? PICKED_UP : 0;
    const slot = this.index.add(protocol, src, dst, sport, dport, flags, undefined, now);
    this.#start(slot, protocol, next, now);
    return slot;
  }

  #start(slot: number, protocol: number, next: number, now: Micros): void {
    const { table } = this;
    if (protocol === TCP) {
      this.index.setState(slot, next);
      this.index.setTimeout(
        slot,
        now,
        next === TCP_ESTABLISHED ? UNACKNOWLEDGED_TIMEOUT : this.#tcpTimeout(next),
      );
    } else if (protocol === UDP) {
      table.started.set(slot, now);
      this.index.setTimeout(slot, now, this.udpTimeout);
    } else {
      this.index.setTimeout(slot, now, protocol === ICMP ? ICMP_TIMEOUT : GENERIC_TIMEOUT);
    }
  }

  /** The tuple of the answering side. */
  replyTuple(slot: number): ReplyTuple {
    const { table } = this;
    return (
      table.replies.get(slot) ?? {
        src: entryOf.dst(table, slot),
        dst: entryOf.src(table, slot),
        sport: entryOf.dport(table, slot),
        dport: entryOf.sport(table, slot),
      }
    );
  }
}

/** Reply tuple that a fresh connection will have with what was decided so far. */
export function replyOf(tracking: Tracking): ReplyTuple {
  const { original, destination, source } = tracking;
  return {
    src: destination?.ip ?? original.dst,
    sport: destination?.port ?? original.dport,
    dst: source?.ip ?? original.src,
    dport: source?.port ?? original.sport,
  };
}
