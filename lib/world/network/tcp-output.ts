/**
 * What TCP sends: segments on their way, the timers that send them again, resets. A segment that gets through
 * stands among the other side's arrivals from now on; one event lets it come.
 *
 * Sources: RFC 6298 (retransmission); linux/net/ipv4/{tcp_output,tcp_timer}.c, tcp_v4_send_reset.
 */
import type { HandlerId } from '../../kernel/kernel';
import { SECOND, type Micros } from '../../std/instant';
import type { Message, Side } from '../network.contract';
import type { Core } from './core';
import type { Forwarding } from './forwarding';
import { ACK, FIN, IP_HEADER, type Packet, PSH, RST, SEGMENT_BYTES, SYN, TCP, TCP_HEADER } from './packet';
import type { Stack } from './stack';
import { type Arrival, type Connection, type End, endOf, lastOf, other } from './state';
import { followTrail } from './trail';
import { TTL, type Ways } from './ways';

/** A connection's side in one number, for events: id · 2, and 1 for the server's side. */
export type ToEnd = number;

const BARE = IP_HEADER + TCP_HEADER;
const SYN_BYTES = IP_HEADER + 40;
const RST_BYTES = IP_HEADER + 20;
/** TCP_RTO_MIN, TCP_TIMEOUT_INIT, TCP_RTO_MAX. */
const SMALLEST_TIMEOUT = 200_000;
const SYN_TIMEOUT = SECOND;
const LARGEST_TIMEOUT = 120 * SECOND;
const MOST_SPARE = 64;
const SENT = 0;
const LOST = 1;
const ANSWERED = 2;

export class TcpOutput {
  /** How long the last bare ACK takes. */
  latency: Micros = 0;
  readonly #arrive: HandlerId;
  readonly #timer: HandlerId;

  /** @param handlers of events that carry `ToEnd`: something has arrived, a timer is due */
  constructor(
    private readonly core: Core,
    private readonly forwarding: Forwarding,
    private readonly ways: Ways,
    handlers: { arrive: HandlerId; timer: HandlerId },
  ) {
    this.#arrive = handlers.arrive;
    this.#timer = handlers.timer;
  }

  sendSyn(connection: Connection, end: End, stack: Stack): void {
    const sent = this.#segment(connection, 'client', end, stack, SYN, 0, undefined, SYN_BYTES, 1);
    // An error may be on its way back, but that can get lost as well.
    if (sent !== SENT) this.armSyn(connection, 'client', end);
  }

  transmit(
    connection: Connection,
    side: Side,
    end: End,
    stack: Stack,
    item: { seq: number; message: Message | undefined },
  ): void {
    const { message } = item;
    const bytes = message?.bytes ?? 0;
    const count = bytes <= SEGMENT_BYTES ? 1 : Math.ceil(bytes / SEGMENT_BYTES);
    const sent = this.#segment(
      connection,
      side,
      end,
      stack,
      message === undefined ? FIN | ACK : PSH | ACK,
      item.seq,
      message,
      bytes + BARE * count,
      count,
    );
    if (sent !== SENT) this.armData(connection, side, end);
  }
  sendSynAck(connection: Connection, end: End, stack: Stack): void {
    if (this.#segment(connection, 'server', end, stack, SYN | ACK, 0, undefined, SYN_BYTES, 1) === SENT)
      return;
    this.armSyn(connection, 'server', end);
    const { client } = connection;
    if (client?.state === 'SYN-SENT') this.armSyn(connection, 'client', client);
  }

  /** Everything that is not acknowledged, once more. */
  transmitAll(connection: Connection, side: Side, end: End, stack: Stack): void {
    const last = lastOf(end.unacked);
    for (let item = end.unacked; item !== undefined; item = item === last ? undefined : item.next)
      this.transmit(connection, side, end, stack, item);
  }
  /** The bare ACK of the handshake arrives by itself. */
  settle(connection: Connection, latency: Micros): void {
    const { server } = connection;
    if (server?.state !== 'SYN-RECV') return;
    this.#bring(connection, 'client', {
      next: undefined,
      at: this.core.now + latency,
      flags: ACK,
      seq: 0,
      message: undefined,
      host: server.host,
      src: server.peerIp,
      dst: server.ip,
      sport: server.peerPort,
      dport: server.port,
      cause: -1,
    });
  }
  /** A segment without data. True when it gets through. */
  pureAck(connection: Connection, side: Side, end: End, stack: Stack): boolean {
    const { core, forwarding } = this;
    if (core.remembers && end.device === undefined) {
      const trail = this.ways.follow(connection, side, end, stack, ACK, BARE, 1);
      if (trail !== undefined) {
        const first = trail.neighbours[0];
        if (first?.stack === stack) first.entry.confirmed = core.now;
        this.latency = trail.latency;
        return true;
      }
    }
    const packet = packetOf(end, ACK, BARE, 1, 0, {
      kind: 'segment',
      connection: connection.id,
      side,
      seq: 0,
      message: undefined,
      sentAt: core.now,
    });
    const result = forwarding.send(stack, packet, {
      device: end.device,
      remember: end.device === undefined,
      confirms: true,
    });
    if (result.cause >= 0) end.cause = result.cause;
    this.latency = result.elapsed;
    // An ACK that is held up somewhere still arrives: then it counts as passed, a little early.
    return result.outcome === 'delivered' || result.outcome === 'underway';
  }

  /** One segment (or the segments of one message) on its way. LOST also when its fate is open. */
  #segment(
    connection: Connection,
    side: Side,
    end: End,
    stack: Stack,
    flags: number,
    seq: number,
    message: Message | undefined,
    length: number,
    count: number,
  ): number {
    const { core, forwarding } = this;
    const plain = (flags & SYN) === 0;
    if (core.remembers && end.device === undefined) {
      const trail = plain
        ? this.ways.follow(connection, side, end, stack, flags, length, count)
        : this.ways.followFirst(connection, side, end, stack, flags, length);
      if (trail !== undefined) {
        const first = trail.neighbours[0];
        if (plain && first?.stack === stack) first.entry.confirmed = core.now;
        if (!plain && connection.trace !== 0)
          for (const hop of trail.hops ?? [])
            core.world.hop(connection.trace, hop, hop.at + core.now, end.port, end.peerPort);
        const arrival = this.#blank();
        arrival.at = core.now + trail.latency;
        arrival.flags = flags;
        arrival.seq = seq;
        arrival.message = message;
        arrival.host = trail.target.name;
        arrival.src = end.ip;
        arrival.dst = end.peerIp;
        arrival.sport = end.port;
        arrival.dport = end.peerPort;
        this.#bring(connection, side, arrival);
        return SENT;
      }
    }
    const packet = packetOf(end, flags, length, count, plain ? 0 : connection.trace, {
      kind: 'segment',
      connection: connection.id,
      side,
      seq,
      message,
      sentAt: core.now,
    });
    const result = forwarding.send(stack, packet, {
      device: end.device,
      remember: end.device === undefined,
      confirms: plain,
    });
    if (result.cause >= 0) end.cause = result.cause;
    if (result.outcome === 'answered') return ANSWERED;
    if (result.outcome !== 'delivered' || result.target === undefined) return LOST;
    this.#bring(connection, side, {
      next: undefined,
      at: core.now + result.elapsed,
      flags,
      seq,
      message,
      host: result.target.name,
      src: packet.src,
      dst: packet.dst,
      sport: packet.sport,
      dport: packet.dport,
      cause: -1,
    });
    return SENT;
  }

  /** Puts a segment into the receiving side's arrivals, in order; one event for all that arrive together. */
  #bring(connection: Connection, from: Side, arrival: Arrival): void {
    const last = lastOf(from === 'client' ? connection.toServer : connection.toClient);
    if (last !== undefined) last.next = arrival;
    else if (from === 'client') connection.toServer = arrival;
    else connection.toClient = arrival;
    if (last !== undefined && last.at >= arrival.at) {
      arrival.at = last.at;
      return;
    }
    this.core.kernel.post<ToEnd>(arrival.at, this.#arrive, connection.id * 2 + (from === 'client' ? 1 : 0));
  }

  /** Arrivals that have come, to be filled anew: there are a dozen with each request. No part of the state. */
  readonly #spare: Arrival[] = [];
  /** It was dealt with: nobody looks at it any more. */
  recycle(arrival: Arrival): void {
    arrival.message = undefined;
    if (this.#spare.length < MOST_SPARE) this.#spare.push(arrival);
  }
  #blank(): Arrival {
    return (
      this.#spare.pop() ?? {
        next: undefined,
        at: 0,
        flags: 0,
        seq: 0,
        message: undefined,
        host: '',
        src: 0,
        dst: 0,
        sport: 0,
        dport: 0,
        cause: -1,
      }
    );
  }

  // ---------------------------------------------------------------- resets
  /** The socket tells its peer that it is gone. */
  sendReset(connection: Connection, side: Side, end: End): void {
    const packet = packetOf(end, RST | ACK, RST_BYTES, 1, 0, {
      kind: 'reset',
      connection: connection.id,
      side: other(side),
    });
    this.#sendPacket(this.core.stackNamed(end.host), packet, end.device);
  }
  /** True when it gets through. */
  #sendPacket(stack: Stack, packet: Packet, device: string | undefined): boolean {
    const { core, forwarding } = this;
    const isUsual = device === undefined;
    if (core.remembers && isUsual) {
      const { epoch, now } = core;
      const { src, dst, sport, dport, flags, length, uid } = packet;
      const trail = followTrail(
        stack,
        epoch,
        now,
        TCP,
        src | 0,
        dst | 0,
        sport,
        dport,
        flags,
        length,
        1,
        TTL,
        uid,
        false,
      );
      if (trail !== undefined) {
        forwarding.deliver(trail.latency, trail.target, trail.device, packet);
        return true;
      }
    }
    const result = forwarding.send(stack, packet, { device, remember: isUsual });
    forwarding.finish(result);
    return result.outcome === 'delivered';
  }
  /** A segment is answered by a reset in the name of a socket that is not there; `whom` it reaches. */
  refuse(connection: Connection, whom: Side, stack: Stack, a: Arrival, cause: number): void {
    const packet: Packet = {
      protocol: TCP,
      src: a.dst,
      dst: a.src,
      sport: a.dport,
      dport: a.sport,
      ttl: TTL,
      length: RST_BYTES,
      // What acknowledges something says where the reset belongs (tcp_v4_send_reset).
      flags: (a.flags & ACK) === 0 ? RST | ACK : RST,
      mark: 0,
      count: 1,
      uid: -1,
      cause,
      trace: 0,
      carries: { kind: 'reset', connection: connection.id, side: whom },
    };
    const isDelivered = this.#sendPacket(stack, packet, undefined);
    const sender = endOf(connection, whom);
    if (isDelivered || sender === undefined) return;
    if (sender.state === 'SYN-SENT') this.armSyn(connection, whom, sender);
    else this.armData(connection, whom, sender);
  }

  // ---------------------------------------------------------------- timers
  arm(connection: Connection, side: Side, end: End, delay: Micros): void {
    if (end.timer >= 0) return;
    end.timer = this.core.kernel.after<ToEnd>(
      delay,
      this.#timer,
      connection.id * 2 + (side === 'client' ? 0 : 1),
    );
  }
  disarm(end: End): void {
    if (end.timer < 0) return;
    this.core.kernel.cancel(end.timer);
    end.timer = -1;
  }
  /** A SYN, or its answer, may have to be repeated. */
  armSyn(connection: Connection, side: Side, end: End): void {
    this.arm(connection, side, end, Math.min(SYN_TIMEOUT * 2 ** end.retries, LARGEST_TIMEOUT));
  }
  /** Data or a FIN may have to be repeated. */
  armData(connection: Connection, side: Side, end: End): void {
    this.arm(connection, side, end, Math.min(SMALLEST_TIMEOUT * 2 ** end.retries, LARGEST_TIMEOUT));
  }
}

function packetOf(
  end: End,
  flags: number,
  length: number,
  count: number,
  trace: number,
  carries: Packet['carries'],
): Packet {
  return {
    protocol: TCP,
    src: end.ip,
    dst: end.peerIp,
    sport: end.port,
    dport: end.peerPort,
    ttl: TTL,
    length,
    flags,
    mark: 0,
    count,
    uid: end.uid,
    cause: -1,
    trace,
    carries,
  };
}
