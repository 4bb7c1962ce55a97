/**
 * What becomes of packets that may not or cannot go on: what is noted of them, and what their sender is told, an ICMP
 * error or a reset.
 *
 * Sources: linux/net/ipv4/{icmp,ip_forward,route}.c, nf_reject_ipv4.c; RFC 1812 §4.3.
 */
import { MILLISECOND, SECOND, type Micros } from '../../std/instant';
import { formatIPv4, isMulticast } from '../../std/ipv4';
import type { Hook } from '../packet-filter.contract';
import { CT_RELATED, type Tracking } from '../packet-filter/conntrack';
import type { Decision, Rejection } from '../packet-filter/input';
import type { Core } from './core';
import { type HopNotes, ruleOf } from './hop-notes';
import type { Passage } from './hooks';
import { lost, type Result } from './outcome';
import {
  ACK,
  ADMIN_PROHIBITED,
  HOST_PROHIBITED,
  HOST_UNREACHABLE,
  ICMP,
  IP_HEADER,
  NET_PROHIBITED,
  NET_UNREACHABLE,
  type Packet,
  PORT_UNREACHABLE,
  PROTOCOL_UNREACHABLE,
  RST,
  TCP,
  UNREACHABLE,
} from './packet';
import { route } from './routing';
import type { Stack } from './stack';

const MOST_NOTED_DROPS = 500;
/** icmp_ratelimit: one error a second to one address, six at once (XRLIM_BURST_FACTOR). */
const ICMP_BURST = 6;

/** Of a traced packet. */
type Notes = HopNotes | undefined;

export class Refusals {
  /** @param send sends an answer; false when it does not get through */
  constructor(
    private readonly core: Core,
    private readonly send: (
      stack: Stack,
      told: Packet,
      options: { elapsed: Micros; tracking: Tracking | undefined },
    ) => boolean,
  ) {}

  /** A rule decided against it. */
  decided(decision: Decision, hook: Hook, passage: Passage, elapsed: Micros, notes: Notes): Result {
    const { stack, packet } = passage;
    notes?.note(packet, {
      at: elapsed,
      host: stack.name,
      what: 'filter',
      text: `${decision.table?.name ?? 'conntrack'} ${decision.chain?.name ?? ''}: ${decision.rule?.text ?? `policy ${decision.chain?.base?.policy ?? 'drop'}`}`,
      verdict: decision.verdict,
      outcome: 'bad',
      ...ruleOf(decision),
    });
    const cause = this.#noteDrop(stack, packet, decision.verdict === 'reject' ? 'rejected' : 'dropped', {
      hook,
      table: decision.table === undefined ? 'conntrack' : `${decision.table.family} ${decision.table.name}`,
      chain: decision.chain?.name ?? '',
      rule: decision.rule?.text ?? `policy ${decision.chain?.base?.policy ?? 'drop'}`,
      handle: decision.rule?.handle ?? 0,
    });
    const local = hook === 'output' ? ('EPERM' as const) : undefined;
    const isAnswered =
      decision.rejection !== undefined && this.#reject(passage, decision.rejection, elapsed, cause);
    return lost(packet, elapsed, { error: local, cause, isAnswered });
  }

  /** A loss that no rule decided. */
  noted(passage: Passage, elapsed: Micros, notes: Notes, why: string): Result {
    const { stack, packet } = passage;
    notes?.note(packet, {
      at: elapsed,
      host: stack.name,
      what: 'route',
      text: why,
      verdict: 'drop',
      outcome: 'bad',
    });
    const cause = this.#noteDrop(stack, packet, why, { interface: passage.iif });
    return lost(packet, elapsed, { cause });
  }

  /** It cannot go on, and its sender is told why. */
  tellSender(
    passage: Passage,
    error: { type: number; code: number },
    elapsed: Micros,
    notes: Notes,
    why: string,
  ): Result {
    const { stack, packet, tracking } = passage;
    notes?.note(packet, {
      at: elapsed,
      host: stack.name,
      what: 'route',
      text: `${formatIPv4(packet.dst)}: ${why}`,
      verdict: 'error',
      outcome: 'bad',
    });
    const isAnswered = this.answer(stack, packet, error, { elapsed, cause: -1, tracking });
    return lost(packet, elapsed, { isAnswered });
  }

  /** The first loss of a kind is an entry in the journal; later ones are not. @returns its seq */
  #noteDrop(stack: Stack, packet: Packet, why: string, detail: Record<string, string | number>): number {
    const { drops } = this.core.state;
    const key = `${stack.name} ${why} ${Object.values(detail).join(' ')} ${packet.protocol} ${packet.protocol === ICMP ? packet.flags : Math.min(packet.dport, 32_768)}`;
    const known = drops.get(key);
    if (known !== undefined) return known;
    if (drops.size >= MOST_NOTED_DROPS) return -1;
    const seq = this.core.world.record(stack.name, 'packet.dropped', {
      why,
      ...detail,
      protocol: packet.protocol,
      src: formatIPv4(packet.src),
      dst: formatIPv4(packet.dst),
      dport: packet.dport,
    });
    drops.set(key, seq);
    return seq;
  }

  #reject(passage: Passage, rejection: Rejection, elapsed: Micros, cause: number): boolean {
    const { stack, packet, tracking } = passage;
    if (rejection.with === 'tcp-reset')
      return packet.protocol === TCP && this.#reset(stack, packet, { elapsed, cause, tracking });
    return this.answer(
      stack,
      packet,
      { type: UNREACHABLE, code: codeOf(rejection.code) },
      { elapsed, cause, tracking },
    );
  }

  /** An ICMP error to the sender of a packet. False when none may be sent or it does not get through. */
  answer(
    stack: Stack,
    packet: Packet,
    error: { type: number; code: number },
    options: { elapsed: Micros; cause: number; tracking: Tracking | undefined },
  ): boolean {
    if (packet.carries.kind === 'error' || packet.carries.kind === 'reset' || isMulticast(packet.dst))
      return false;
    if (!stack.isLocal(packet.src) && !this.#mayTell(stack, packet.src, this.core.now + options.elapsed))
      return false;
    const back = route(stack, packet.src);
    const source = stack.isLocal(packet.dst)
      ? packet.dst
      : back.kind === 'unicast' || back.kind === 'local'
        ? back.source
        : 0;
    const { protocol, src, dst, sport, dport } = packet;
    const told: Packet = {
      protocol: ICMP,
      src: source,
      dst: src,
      sport: 0,
      dport: 0,
      ttl: 64,
      length: IP_HEADER + 8 + Math.min(548, Math.ceil(packet.length / packet.count)),
      flags: error.type * 256 + error.code,
      mark: 0,
      count: 1,
      uid: -1,
      cause: options.cause,
      trace: 0,
      carries: {
        kind: 'error',
        type: error.type,
        code: error.code,
        about: { protocol, src, dst, sport, dport },
        inner: packet.carries,
      },
    };
    return this.#sendAnswer(stack, told, options);
  }

  /** A TCP reset in answer to a segment, as if its destination had sent it. */
  #reset(
    stack: Stack,
    packet: Packet,
    options: { elapsed: Micros; cause: number; tracking: Tracking | undefined },
  ): boolean {
    if (packet.carries.kind !== 'segment') return false;
    const { src, dst, sport, dport } = packet;
    const told: Packet = {
      protocol: TCP,
      src: dst,
      dst: src,
      sport: dport,
      dport: sport,
      ttl: 64,
      length: IP_HEADER + 20,
      flags: RST | ACK,
      mark: 0,
      count: 1,
      uid: -1,
      cause: options.cause,
      trace: 0,
      carries: { kind: 'reset', connection: packet.carries.connection, side: packet.carries.side },
    };
    return this.#sendAnswer(stack, told, options);
  }
  #sendAnswer(
    stack: Stack,
    told: Packet,
    options: { elapsed: Micros; tracking: Tracking | undefined },
  ): boolean {
    const related: Tracking | undefined =
      options.tracking?.fresh === true
        ? { ...options.tracking, state: CT_RELATED, slot: -1, fresh: false }
        : undefined;
    return this.send(stack, told, { elapsed: options.elapsed, tracking: related });
  }

  #mayTell(stack: Stack, ip: number, at: Micros): boolean {
    const period = stack.sysctlNumber('net.ipv4.icmp_ratelimit', 1_000) * MILLISECOND;
    if (period === 0) return true;
    const known = stack.net.icmpTokens.get(ip);
    const tokens =
      known === undefined ? ICMP_BURST * period : Math.min(ICMP_BURST * period, known.tokens + at - known.at);
    const allowed = tokens >= period;
    stack.net.icmpTokens.set(ip, { tokens: allowed ? tokens - period : tokens, at });
    if (stack.net.icmpTokens.size > 256)
      for (const [key, value] of stack.net.icmpTokens)
        if (at - value.at > 60 * SECOND) stack.net.icmpTokens.delete(key);
    return allowed;
  }

  /** Nobody answered for the next hop: the sender is told, here or over there. */
  hostUnreachable(stack: Stack, packet: Packet): void {
    this.answer(
      stack,
      packet,
      { type: UNREACHABLE, code: HOST_UNREACHABLE },
      { elapsed: 0, cause: this.core.state.changes.get(`${packet.dst}`) ?? -1, tracking: undefined },
    );
  }
}

function codeOf(name: string): number {
  switch (name) {
    case 'net-unreachable':
    case 'no-route':
      return NET_UNREACHABLE;
    case 'host-unreachable':
      return HOST_UNREACHABLE;
    case 'prot-unreachable':
      return PROTOCOL_UNREACHABLE;
    case 'net-prohibited':
      return NET_PROHIBITED;
    case 'host-prohibited':
      return HOST_PROHIBITED;
    case 'admin-prohibited':
      return ADMIN_PROHIBITED;
    default:
      return PORT_UNREACHABLE;
  }
}
