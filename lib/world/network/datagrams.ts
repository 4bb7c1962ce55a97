/**
 * UDP sockets, and raw sockets for a protocol (VRRP).
 * Sources: udp(7), raw(7); linux/net/ipv4/udp.c (`__udp4_lib_rcv`), ip_input.c
 * (`ip_protocol_deliver_rcu`).
 */
import type { Plain } from '../../std/plain';
import { isMulticast } from '../../std/ipv4';
import type { Errno } from '../files.contract';
import type { Callback, RawPacketEvent, UdpEvent } from '../network.contract';
import type { Host } from '../world.contract';
import type { Core, Port } from './core';
import type { Forwarding } from './forwarding';
import { unroutable } from './icmp';
import {
  IP_HEADER,
  type Packet,
  PORT_UNREACHABLE,
  PROTOCOL_UNREACHABLE,
  UDP,
  UDP_HEADER,
  UNREACHABLE,
} from './packet';
import { lookUp, route, routeFrom } from './routing';
import type { Stack } from './stack';

const FIRST_PORT = 32_768;
const LAST_PORT = 60_999;

export class Datagrams {
  constructor(
    private readonly core: Core,
    private readonly forwarding: Forwarding,
  ) {}

  // ---------------------------------------------------------------- UDP
  bind(
    host: Host,
    options: { pid: number; ip: number; port: number; on: Callback },
  ): { socket: number; port: number } | Errno {
    const stack = this.core.stack(host);
    const { ip, pid } = options;
    if (ip !== 0 && !stack.isLocal(ip) && stack.sysctlNumber('net.ipv4.ip_nonlocal_bind', 0) !== 1)
      return 'EADDRNOTAVAIL';
    const port = options.port === 0 ? this.#freePort(stack) : options.port;
    const uid = stack.state.processes.get(pid)?.uid ?? 0;
    if (port < stack.sysctlNumber('net.ipv4.ip_unprivileged_port_start', 1_024) && uid !== 0) return 'EACCES';
    for (const other of stack.net.udp.values())
      if (other.port === port && (other.ip === ip || other.ip === 0 || ip === 0)) return 'EADDRINUSE';
    const socket = this.core.nextId();
    stack.net.udp.set(socket, { socket, pid, ip, port, on: options.on });
    return { socket, port };
  }
  #freePort(stack: Stack): number {
    const used = new Set([...stack.net.udp.values()].map((socket) => socket.port));
    const random = this.core.kernel.random(`udp:${stack.name}`);
    for (;;) {
      const port = random.integer(FIRST_PORT, LAST_PORT);
      if (!used.has(port)) return port;
    }
  }

  close(host: Host, socket: number): void {
    this.core.stack(host).net.udp.delete(socket);
  }

  send(
    host: Host,
    id: number,
    to: { ip: number; port: number },
    payload: Plain,
    bytes: number,
  ): Errno | undefined {
    const stack = this.core.stack(host);
    const socket = stack.net.udp.get(id);
    if (socket === undefined) return 'EBADF';
    const answer = routeFrom(stack, to.ip, socket.ip);
    const refused = unroutable(answer);
    if (refused !== undefined) return refused;
    const source =
      socket.ip !== 0 ? socket.ip : answer.kind === 'unicast' || answer.kind === 'local' ? answer.source : 0;
    const packet: Packet = {
      protocol: UDP,
      src: source,
      dst: to.ip,
      sport: socket.port,
      dport: to.port,
      ttl: 64,
      length: IP_HEADER + UDP_HEADER + bytes,
      flags: 0,
      mark: 0,
      count: 1,
      uid: stack.state.processes.get(socket.pid)?.uid ?? 0,
      cause: -1,
      trace: 0,
      carries: { kind: 'datagram', socket: id, host: host.name, payload },
    };
    const result = this.forwarding.send(stack, packet);
    this.forwarding.finish(result);
    return result.error;
  }

  /** A datagram arrived: to its socket, or an error back. */
  take(stack: Stack, packet: Packet): void {
    const { carries } = packet;
    const payload = carries.kind === 'datagram' ? carries.payload : undefined;
    for (const socket of stack.net.udp.values()) {
      if (socket.port !== packet.dport || (socket.ip !== 0 && socket.ip !== packet.dst)) continue;
      const event: UdpEvent = {
        type: 'datagram',
        from: { ip: packet.src, port: packet.sport },
        to: { ip: packet.dst, port: packet.dport },
        payload,
        bytes: packet.length - IP_HEADER - UDP_HEADER,
      };
      this.core.world.invoke(stack.host, socket.on, event);
      return;
    }
    this.forwarding.refusals.answer(
      stack,
      packet,
      { type: UNREACHABLE, code: PORT_UNREACHABLE },
      { elapsed: 0, cause: -1, tracking: undefined },
    );
  }

  takeError(stack: Stack, id: number, errno: Errno): void {
    const socket = stack.net.udp.get(id);
    if (socket === undefined) return;
    const event: UdpEvent = { type: 'error', errno };
    this.core.world.invoke(stack.host, socket.on, event);
  }

  // ---------------------------------------------------------------- raw
  openRaw(
    host: Host,
    options: { pid: number; protocol: number; device?: string; group?: number; on: Callback },
  ): number {
    const socket = this.core.nextId();
    this.core.stack(host).net.raw.set(socket, {
      socket,
      pid: options.pid,
      protocol: options.protocol,
      device: options.device,
      group: options.group,
      on: options.on,
    });
    return socket;
  }
  closeRaw(host: Host, socket: number): void {
    this.core.stack(host).net.raw.delete(socket);
  }

  sendRaw(
    host: Host,
    options: {
      protocol: number;
      src: number;
      dst: number;
      ttl: number;
      device?: string;
      payload: Plain;
      bytes: number;
    },
  ): Errno | undefined {
    const stack = this.core.stack(host);
    const { protocol, dst, device: name } = options;
    const packet: Packet = {
      protocol,
      src: options.src,
      dst,
      sport: 0,
      dport: 0,
      ttl: options.ttl,
      length: IP_HEADER + options.bytes,
      flags: 0,
      mark: 0,
      count: 1,
      uid: 0,
      cause: -1,
      trace: 0,
      carries: { kind: 'raw', payload: options.payload },
    };
    if (isMulticast(dst)) {
      const device = name === undefined ? undefined : stack.device(name);
      if (device === undefined) return 'ENODEV';
      if (!device.up) return 'ENETDOWN';
      return this.forwarding.multicast(stack, packet, device, (port) => isMember(port, protocol, dst));
    }
    const answer = name === undefined ? route(stack, dst) : lookUp(stack, dst, name);
    const refused = unroutable(answer);
    if (refused !== undefined) return refused;
    if (packet.src === 0 && (answer.kind === 'unicast' || answer.kind === 'local'))
      packet.src = answer.source;
    const result = this.forwarding.send(stack, packet, { device: name });
    this.forwarding.finish(result);
    return result.error;
  }

  takeRaw(stack: Stack, device: string, packet: Packet): void {
    const { carries } = packet;
    if (carries.kind !== 'raw') return;
    let taken = false;
    for (const socket of [...stack.net.raw.values()]) {
      if (socket.protocol !== packet.protocol || (socket.device !== undefined && socket.device !== device))
        continue;
      taken = true;
      const event: RawPacketEvent = {
        src: packet.src,
        dst: packet.dst,
        ttl: packet.ttl,
        device,
        payload: carries.payload,
        bytes: packet.length - IP_HEADER,
      };
      this.core.world.invoke(stack.host, socket.on, event);
    }
    if (!taken)
      this.forwarding.refusals.answer(
        stack,
        packet,
        { type: UNREACHABLE, code: PROTOCOL_UNREACHABLE },
        { elapsed: 0, cause: -1, tracking: undefined },
      );
  }
}

function isMember({ stack, device }: Port, protocol: number, group: number): boolean {
  for (const socket of stack.net.raw.values()) {
    if (
      socket.protocol === protocol &&
      socket.group === group &&
      (socket.device === undefined || socket.device === device.name)
    )
      return true;
  }
  return false;
}
