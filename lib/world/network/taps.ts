/** Packets as a packet socket sees them (packet(7)): what tcpdump is given. */
import type { HandlerId } from '../../kernel/kernel';
import type { Micros } from '../../std/instant';
import type { Plain } from '../../std/plain';
import type { Callback, SeenPacket } from '../network.contract';
import type { Host, InterfaceState } from '../world.contract';
import type { Core } from './core';
import type { ArpMessage } from './neighbours';
import { ICMP, type Packet, TCP, UDP, VRRP } from './packet';
import type { Stack } from './stack';
import { endOf } from './state';

export class Taps {
  readonly #seen: HandlerId;

  constructor(private readonly core: Core) {
    this.#seen = core.kernel.handler<{ host: string; tap: number; seen: SeenPacket }>(
      'net.tap',
      ({ host, tap, seen }) => {
        const stack = core.stackNamed(host);
        const known = stack.net.taps.get(tap);
        if (known !== undefined) core.world.invoke(stack.host, known.on, seen);
      },
    );
  }

  add(host: Host, options: { pid: number; device: string; on: Callback }): number {
    const tap = this.core.nextId();
    this.core
      .stack(host)
      .net.taps.set(tap, { tap, pid: options.pid, device: options.device, on: options.on });
    this.core.changed();
    return tap;
  }
  remove(host: Host, tap: number): void {
    this.core.stack(host).net.taps.delete(tap);
    this.core.changed();
  }

  packet(
    stack: Stack,
    device: InterfaceState,
    direction: 'in' | 'out',
    packet: Packet,
    macs: { source: string; target: string },
    at: Micros,
  ): void {
    const seen: SeenPacket = {
      at,
      device: device.name,
      direction,
      protocol: wordOf(packet.protocol),
      sourceMac: macs.source,
      targetMac: macs.target,
      src: packet.src,
      dst: packet.dst,
      sport: packet.sport,
      dport: packet.dport,
      ttl: packet.ttl,
      length: packet.length,
      detail: this.#detail(packet),
    };
    this.#give(stack, device, seen);
  }

  arp(
    stack: Stack,
    device: InterfaceState,
    direction: 'in' | 'out',
    message: ArpMessage,
    targetMac: string,
  ): void {
    const seen: SeenPacket = {
      at: this.core.now,
      device: device.name,
      direction,
      protocol: 'arp',
      sourceMac: message.senderMac,
      targetMac,
      src: message.senderIp,
      dst: message.targetIp,
      sport: 0,
      dport: 0,
      ttl: 0,
      length: 28,
      detail: { operation: message.operation, senderMac: message.senderMac, targetMac: message.targetMac },
    };
    this.#give(stack, device, seen);
  }

  #give(stack: Stack, device: InterfaceState, seen: SeenPacket): void {
    for (const tap of stack.net.taps.values()) {
      if (tap.device === 'any' || tap.device === device.name)
        this.core.kernel.schedule(Math.max(seen.at, this.core.now), this.#seen, {
          host: stack.name,
          tap: tap.tap,
          seen,
        });
    }
  }

  #detail(packet: Packet): Plain {
    const { carries, flags, count } = packet;
    if (packet.protocol === TCP) {
      const connection =
        carries.kind === 'segment' ? this.core.state.connections.get(carries.connection) : undefined;
      const end =
        connection === undefined || carries.kind !== 'segment' ? undefined : endOf(connection, carries.side);
      const bytes = carries.kind === 'segment' ? (carries.message?.bytes ?? 0) : 0;
      return {
        flags,
        count,
        payload: bytes,
        connection: carries.kind === 'segment' || carries.kind === 'reset' ? carries.connection : 0,
        sequence: end === undefined ? 0 : end.bytesSent - bytes,
        acknowledged: end?.bytesReceived ?? 0,
        message: messageText(packet),
      };
    }
    if (packet.protocol === ICMP) {
      if (carries.kind === 'error') return { type: carries.type, code: carries.code, about: carries.about };
      return {
        type: flags >> 8,
        code: flags & 255,
        id: packet.sport,
        sequence: this.#pingSequence(packet),
        payload: packet.length - 28,
      };
    }
    if (packet.protocol === UDP)
      return { payload: packet.length - 28, data: carries.kind === 'datagram' ? carries.payload : undefined };
    return { payload: carries.kind === 'raw' ? carries.payload : undefined };
  }
  #pingSequence({ carries }: Packet): number {
    if (carries.kind !== 'echo') return 0;
    return this.core.hostNet(carries.host).pings.get(carries.ping)?.sequence ?? 0;
  }
}

function messageText({ carries }: Packet): string {
  const message = carries.kind === 'segment' ? carries.message : undefined;
  if (message?.kind === 'request') return `HTTP: ${message.method} ${message.target} HTTP/${message.version}`;
  if (message?.kind === 'response')
    return `HTTP: HTTP/${message.version} ${message.status} ${message.reason}`;
  return '';
}

function wordOf(protocol: number): SeenPacket['protocol'] {
  switch (protocol) {
    case TCP:
      return 'tcp';
    case UDP:
      return 'udp';
    case ICMP:
      return 'icmp';
    case VRRP:
      return 'vrrp';
    default:
      return 'ip';
  }
}
