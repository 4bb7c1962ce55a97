/**
 * ICMP: echo, and errors handed to whom they concern.
 * Sources: RFC 792; RFC 1122 §3.2.2; linux/net/ipv4/icmp.c (`icmp_err_convert`),
 * ping.c, raw.c.
 */
import { SECOND } from '../../std/instant';
import type { Errno } from '../files.contract';
import type { Callback, PingEvent } from '../network.contract';
import type { Host } from '../world.contract';
import type { Core } from './core';
import type { Forwarding } from './forwarding';
import {
  ADMIN_PROHIBITED,
  ECHO_REPLY,
  ECHO_REQUEST,
  HOST_PROHIBITED,
  HOST_UNREACHABLE,
  ICMP,
  IP_HEADER,
  NET_PROHIBITED,
  NET_UNREACHABLE,
  type Packet,
  PORT_UNREACHABLE,
  PROTOCOL_UNREACHABLE,
  TIME_EXCEEDED,
  UDP,
  UDP_HEADER,
  UNREACHABLE,
} from './packet';
import { lookUp, type RouteAnswer, routeFrom } from './routing';
import type { Stack } from './stack';

/** Base port of traceroute(8). */
const TRACE_PORT = 33_434;
const LONGEST_WAIT = 60 * SECOND;

export class Icmp {
  constructor(
    private readonly core: Core,
    private readonly forwarding: Forwarding,
  ) {}

  ping(
    host: Host,
    options: {
      pid: number;
      ip: number;
      ttl?: number;
      bindIp?: number;
      device?: string;
      id: number;
      sequence: number;
      bytes: number;
      on: Callback;
    },
  ): Errno | undefined {
    const { id, sequence, bytes } = options;
    return this.#probe(
      host,
      options,
      (source, ping) => ({
        protocol: ICMP,
        src: source,
        dst: options.ip,
        sport: id & 0xffff,
        dport: id & 0xffff,
        ttl: options.ttl ?? 64,
        length: IP_HEADER + 8 + bytes,
        flags: ECHO_REQUEST * 256,
        mark: 0,
        count: 1,
        uid: this.#uid(host, options.pid),
        cause: -1,
        trace: 0,
        carries: { kind: 'echo', host: host.name, ping, reply: false, sentAt: this.core.now },
      }),
      { sequence, id },
    );
  }

  traceProbe(
    host: Host,
    options: { pid: number; ip: number; ttl: number; sequence: number; on: Callback },
  ): Errno | undefined {
    const { sequence } = options;
    return this.#probe(
      host,
      options,
      (source, ping) => ({
        protocol: UDP,
        src: source,
        dst: options.ip,
        sport: 40_000 + (options.pid % 20_000),
        dport: TRACE_PORT + sequence,
        ttl: options.ttl,
        length: IP_HEADER + UDP_HEADER + 32,
        flags: 0,
        mark: 0,
        count: 1,
        uid: this.#uid(host, options.pid),
        cause: -1,
        trace: 0,
        carries: { kind: 'probe', host: host.name, ping, sentAt: this.core.now },
      }),
      { sequence, id: 0 },
    );
  }

  #probe(
    host: Host,
    options: { pid: number; ip: number; bindIp?: number; device?: string; on: Callback },
    build: (source: number, ping: number) => Packet,
    name: { sequence: number; id: number },
  ): Errno | undefined {
    const stack = this.core.stack(host);
    const answer =
      options.device === undefined
        ? routeFrom(stack, options.ip, options.bindIp ?? 0)
        : lookUp(stack, options.ip, options.device);
    const refused = unroutable(answer);
    if (refused !== undefined) return refused;
    if (options.bindIp !== undefined && !stack.isLocal(options.bindIp)) return 'EADDRNOTAVAIL';
    const source =
      options.bindIp ?? (answer.kind === 'unicast' || answer.kind === 'local' ? answer.source : 0);
    const ping = this.core.nextId();
    const packet = build(source, ping);
    this.#dropOld(stack);
    stack.net.pings.set(ping, {
      ping,
      pid: options.pid,
      on: options.on,
      sequence: name.sequence,
      id: name.id,
      sentAt: this.core.now,
      ip: options.ip,
      probe: packet.protocol !== ICMP,
      port: packet.dport,
    });
    const result = this.forwarding.send(stack, packet, { device: options.device });
    this.forwarding.finish(result);
    return result.error;
  }
  #uid(host: Host, pid: number): number {
    return host.process(pid)?.uid ?? 0;
  }
  #dropOld(stack: Stack): void {
    if (stack.net.pings.size < 64) return;
    for (const [key, ping] of stack.net.pings)
      if (this.core.now - ping.sentAt > LONGEST_WAIT) stack.net.pings.delete(key);
  }

  /** An echo packet arrived. */
  take(stack: Stack, packet: Packet): void {
    const { carries } = packet;
    if (carries.kind !== 'echo') return;
    if (!carries.reply) {
      if (stack.sysctlNumber('net.ipv4.icmp_echo_ignore_all', 0) === 1) return;
      const reply: Packet = {
        ...packet,
        src: packet.dst,
        dst: packet.src,
        ttl: 64,
        flags: ECHO_REPLY * 256,
        uid: -1,
        carries: { ...carries, reply: true },
      };
      this.forwarding.finish(this.forwarding.send(stack, reply));
      return;
    }
    const pending = carries.host === stack.name ? stack.net.pings.get(carries.ping) : undefined;
    if (pending === undefined) return;
    stack.net.pings.delete(carries.ping);
    const event: PingEvent = {
      type: 'reply',
      from: packet.src,
      ttl: packet.ttl,
      micros: this.core.now - pending.sentAt,
      sequence: pending.sequence,
    };
    this.core.world.invoke(stack.host, pending.on, event);
  }

  /** An error about one of our probes. */
  takeError(stack: Stack, packet: Packet, error: { type: number; code: number; ping: number }): void {
    const pending = stack.net.pings.get(error.ping);
    if (pending === undefined) return;
    stack.net.pings.delete(error.ping);
    const { sequence } = pending;
    const event: PingEvent =
      error.type === TIME_EXCEEDED
        ? { type: 'ttl-exceeded', from: packet.src, sequence, micros: this.core.now - pending.sentAt }
        : {
            type: 'unreachable',
            from: packet.src,
            code: wordOf(error.code),
            sequence,
            local: stack.isLocal(packet.src),
          };
    this.core.world.invoke(stack.host, pending.on, event);
  }
}

/** What a socket is told at once when there is no way (fib_props). */
export function unroutable(
  answer: RouteAnswer,
): 'ENETUNREACH' | 'EINVAL' | 'EHOSTUNREACH' | 'EACCES' | undefined {
  switch (answer.kind) {
    case 'none':
      return 'ENETUNREACH';
    case 'blackhole':
      return 'EINVAL';
    case 'unreachable':
      return 'EHOSTUNREACH';
    case 'prohibit':
      return 'EACCES';
    case 'local':
    case 'unicast':
      return undefined;
  }
}

/** icmp_err_convert: the errno of a socket that is told of an error. */
export function errnoOf(
  type: number,
  code: number,
): 'ECONNREFUSED' | 'EHOSTUNREACH' | 'ENETUNREACH' | 'ENOPROTOOPT' {
  if (type === TIME_EXCEEDED) return 'EHOSTUNREACH';
  switch (code) {
    case NET_UNREACHABLE:
    case NET_PROHIBITED:
      return 'ENETUNREACH';
    case PORT_UNREACHABLE:
      return 'ECONNREFUSED';
    case PROTOCOL_UNREACHABLE:
      return 'ENOPROTOOPT';
    default:
      return 'EHOSTUNREACH';
  }
}

/** icmp_err_convert: errors that a connected UDP socket is told of; the others are taken for passing (`__udp4_lib_err`). */
export function isFatal(type: number, code: number): boolean {
  return type === UNREACHABLE && code !== NET_UNREACHABLE && code !== HOST_UNREACHABLE;
}

function wordOf(
  code: number,
): 'host' | 'net' | 'port' | 'admin' | 'host-prohibited' | 'net-prohibited' | 'proto' {
  switch (code) {
    case NET_UNREACHABLE:
      return 'net';
    case HOST_UNREACHABLE:
      return 'host';
    case PROTOCOL_UNREACHABLE:
      return 'proto';
    case PORT_UNREACHABLE:
      return 'port';
    case NET_PROHIBITED:
      return 'net-prohibited';
    case HOST_PROHIBITED:
      return 'host-prohibited';
    case ADMIN_PROHIBITED:
      return 'admin';
    default:
      return 'host';
  }
}
