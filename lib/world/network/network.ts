/**
 * The network of a world: one front for its parts (see spec.md). It implements
 * the contract and hands each packet that arrives to whom it belongs.
 */
import type { Micros } from '../../std/instant';
import type { Plain } from '../../std/plain';
import type { Credentials, Errno } from '../files.contract';
import type {
  PolicyRule,
  ArpReplyEvent,
  Callback,
  ConnectionInfo,
  ConntrackEntry,
  InterfaceAddress,
  Message,
  Neighbour,
  ListenOptions,
  Network,
  Route,
  Side,
} from '../network.contract';
import type { Ruleset } from '../packet-filter.contract';
import type { Host, World } from '../world.contract';
import { SimulatedTls } from '../tls/tls';
import { Core } from './core';
import { Datagrams } from './datagrams';
import { Forwarding } from './forwarding';
import { errnoOf, Icmp, isFatal } from './icmp';
import { Links } from './links';
import { Listeners } from './listeners';
import { Names } from './names';
import { Neighbours } from './neighbours';
import { ICMP, type Packet, TCP, UDP } from './packet';
import { lookUp, route as routeTo } from './routing';
import { infoOf, socketsOf } from './sockets';
import type { Stack } from './stack';
import { Taps } from './taps';
import { Tcp } from './tcp';
import { settleLedger } from './trail';
import { trackedOn } from './tracked';
import { UnixSockets } from './unix-sockets';

export type { ArpReplyEvent };

/** The network of a world. Paths are remembered unless a test says otherwise: results are the same. */
export function createNetwork(world: World, options: { remembers?: boolean } = {}): SimulatedNetwork {
  return new SimulatedNetwork(world, options.remembers ?? true);
}

export class SimulatedNetwork implements Network {
  readonly #core: Core;
  readonly #neighbours: Neighbours;
  readonly #links: Links;
  readonly #forwarding: Forwarding;
  readonly #listeners: Listeners;
  readonly #tcp: Tcp;
  readonly #icmp: Icmp;
  readonly #datagrams: Datagrams;
  readonly #taps: Taps;
  readonly #names: Names;
  readonly #unix: UnixSockets;
  readonly tls: SimulatedTls;

  constructor(world: World, remembers: boolean) {
    const core = new Core(world);
    core.remembers = remembers;
    this.#core = core;
    this.#neighbours = new Neighbours(core);
    this.#links = new Links(core, this.#neighbours);
    this.#forwarding = new Forwarding(core, this.#neighbours);
    this.#listeners = new Listeners(core);
    this.tls = new SimulatedTls(core);
    this.#tcp = new Tcp(core, this.#forwarding, this.#listeners, this.tls);
    this.#icmp = new Icmp(core, this.#forwarding);
    this.#datagrams = new Datagrams(core, this.#forwarding);
    this.#taps = new Taps(core);
    this.#names = new Names(core, this.#datagrams);
    this.#unix = new UnixSockets(core);
    this.#forwarding.users = {
      take: (stack, device, packet) => this.#take(stack, device, packet),
      seen: (stack, device, direction, packet, macs, at) =>
        this.#taps.packet(stack, device, direction, packet, macs, at),
    };
    this.#neighbours.users = {
      resume: (stack, packet, device, nextHop) => this.#forwarding.resume(stack, packet, device, nextHop),
      unreachable: (stack, packet) => this.#forwarding.refusals.hostUnreachable(stack, packet),
      seen: (stack, device, direction, message, targetMac) =>
        this.#taps.arp(stack, device, direction, message, targetMac),
    };
  }

  #take(stack: Stack, device: string, packet: Packet): void {
    const { carries } = packet;
    if (carries.kind === 'error') return this.#takeError(stack, packet);
    switch (packet.protocol) {
      case TCP:
        return this.#tcp.take(stack, packet);
      case UDP:
        return this.#datagrams.take(stack, packet);
      case ICMP:
        return this.#icmp.take(stack, packet);
      default:
        return this.#datagrams.takeRaw(stack, device, packet);
    }
  }
  #takeError(stack: Stack, packet: Packet): void {
    const { carries } = packet;
    if (carries.kind !== 'error') return;
    const { type, code, inner } = carries;
    switch (inner.kind) {
      case 'segment':
        return this.#tcp.icmpError(
          stack,
          { connection: inner.connection, side: inner.side },
          { errno: errnoOf(type, code), isNoWay: !isFatal(type, code) },
        );
      case 'datagram':
        return inner.host === stack.name && isFatal(type, code)
          ? this.#datagrams.takeError(stack, inner.socket, errnoOf(type, code))
          : undefined;
      case 'echo':
      case 'probe':
        return inner.host === stack.name
          ? this.#icmp.takeError(stack, packet, { type, code, ping: inner.ping })
          : undefined;
      case 'raw':
      case 'error':
      case 'reset':
    }
  }

  // ---------------------------------------------------------------- TCP
  listen(host: Host, options: ListenOptions): { listener: number } | Errno {
    return this.#listeners.listen(host, options);
  }
  closeListener(host: Host, listener: number): void {
    if (this.#unix.isListener(host, listener)) this.#unix.closeListener(host, listener);
    else this.#listeners.close(this.#core.stack(host), listener);
  }
  moveListener(host: Host, listener: number, pid: number, on: Callback): void {
    if (this.#unix.isListener(host, listener)) this.#unix.moveListener(host, listener, pid, on);
    else this.#listeners.move(this.#core.stack(host), listener, pid, on);
  }
  lendListener(host: Host, listener: number, pid: number, on: Callback): void {
    this.#listeners.lend(this.#core.stack(host), listener, pid, on);
  }
  withdrawListener(host: Host, listener: number): void {
    this.#listeners.withdraw(this.#core.stack(host), listener);
  }
  listeners(host: Host): ReturnType<Network['listeners']> {
    return [...this.#core.stack(host).net.listeners.values()].map(
      ({ listener, pid, ip, port, backlog, queue, six, dual, name }) => ({
        listener,
        pid,
        ip,
        port,
        backlog,
        queued: queue.length,
        six,
        dual: dual === true,
        name,
      }),
    );
  }
  setAccepting(host: Host, listener: number, accepting: boolean): void {
    this.#listeners.setAccepting(this.#core.stack(host), listener, accepting);
  }
  connect(
    host: Host,
    options: {
      pid: number;
      ip: number;
      port: number;
      bindIp?: number;
      bindPort?: number;
      device?: string;
      on: Callback;
      trace?: number;
    },
  ): number {
    return this.#tcp.connect(host, options);
  }
  send(connection: number, side: Side, message: Message): void {
    if (this.#unix.owns(connection)) this.#unix.send(connection, side, message);
    else this.#tcp.send(connection, side, message);
  }
  close(connection: number, side: Side): void {
    if (this.#unix.owns(connection)) this.#unix.close(connection, side);
    else this.#tcp.close(connection, side);
  }
  shutdown(connection: number, side: Side): void {
    if (this.#unix.owns(connection)) this.#unix.close(connection, side);
    else this.#tcp.shutdown(connection, side);
  }
  reset(connection: number, side: Side): void {
    if (this.#unix.owns(connection)) this.#unix.reset(connection, side);
    else this.#tcp.reset(connection, side);
  }
  abandon(connection: number, side: Side): void {
    if (this.#unix.owns(connection)) this.#unix.reset(connection, side);
    else this.#tcp.abandon(connection, side);
  }
  setOwner(connection: number, side: Side, on: Callback): void {
    if (this.#unix.owns(connection)) this.#unix.setOwner(connection, side, on);
    else this.#tcp.setOwner(connection, side, on);
  }
  /** The client's socket when it is still there, else the server's. */
  connection(id: number, side?: Side): ConnectionInfo | undefined {
    const connection = this.#core.state.connections.get(id);
    if (connection !== undefined && side !== undefined) return infoOf(connection, side);
    return connection === undefined
      ? undefined
      : (infoOf(connection, 'client') ?? infoOf(connection, 'server'));
  }
  sockets(host: Host): ConnectionInfo[] {
    return socketsOf(this.#core, host);
  }

  get revision(): number {
    return this.#core.epoch;
  }

  // ---------------------------------------------------------------- UNIX sockets
  listenUnix(
    host: Host,
    options: { pid: number; path: string; mode?: number; uid?: number; gid?: number; on: Callback },
  ): { listener: number } | Errno {
    return this.#unix.listen(host, options);
  }
  connectUnix(
    host: Host,
    options: { pid: number; path: string; who: Credentials; on: Callback },
  ): { connection: number } | Errno {
    return this.#unix.connect(host, options);
  }
  unixListeners(host: Host): { listener: number; pid: number; path: string }[] {
    return this.#unix.listeners(host);
  }

  // ---------------------------------------------------------------- UDP, ICMP, raw
  bindUdp(
    host: Host,
    options: { pid: number; ip: number; port: number; on: Callback },
  ): { socket: number; port: number } | Errno {
    return this.#datagrams.bind(host, options);
  }
  closeUdp(host: Host, socket: number): void {
    this.#datagrams.close(host, socket);
  }
  sendUdp(
    host: Host,
    socket: number,
    to: { ip: number; port: number },
    payload: Plain,
    bytes: number,
  ): undefined | Errno {
    return this.#datagrams.send(host, socket, to, payload, bytes);
  }
  openRaw(
    host: Host,
    options: { pid: number; protocol: number; device?: string; group?: number; on: Callback },
  ): number {
    return this.#datagrams.openRaw(host, options);
  }
  closeRaw(host: Host, socket: number): void {
    this.#datagrams.closeRaw(host, socket);
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
  ): undefined | Errno {
    return this.#datagrams.sendRaw(host, options);
  }
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
  ): undefined | Errno {
    return this.#icmp.ping(host, options);
  }
  traceProbe(
    host: Host,
    options: { pid: number; ip: number; ttl: number; sequence: number; on: Callback },
  ): undefined | Errno {
    return this.#icmp.traceProbe(host, options);
  }

  // ---------------------------------------------------------------- ARP
  gratuitousArp(host: Host, device: string, ip: number, operation: 'request' | 'reply' = 'request'): void {
    this.#neighbours.gratuitous(this.#core.stack(host), device, ip, operation);
  }
  arpRequest(
    host: Host,
    options: { pid: number; device: string; ip: number; src?: number; unicastTo?: string; on: Callback },
  ): undefined | Errno {
    return this.#neighbours.request(this.#core.stack(host), options);
  }
  neighbours(host: Host): Neighbour[] {
    return [...this.#core.stack(host).neighbours.values()].map(({ device, ip, mac, state, since }) => ({
      device,
      ip,
      mac,
      state,
      since,
    }));
  }
  setNeighbour(
    host: Host,
    device: string,
    ip: number,
    mac: string | undefined,
    state: 'PERMANENT' | 'REACHABLE' | 'STALE' | 'FAILED',
  ): void {
    this.#neighbours.set(this.#core.stack(host), device, ip, mac, state);
  }
  flushNeighbours(host: Host, device?: string): void {
    this.#neighbours.flush(this.#core.stack(host), device);
  }

  // ---------------------------------------------------------------- addresses, links, routes
  addAddress(host: Host, device: string, address: InterfaceAddress): undefined | Errno {
    return this.#links.addAddress(host, device, address);
  }
  removeAddress(host: Host, device: string, ip: number, prefix?: number): undefined | Errno {
    return this.#links.removeAddress(host, device, ip, prefix);
  }
  setAdminState(host: Host, device: string, up: boolean): undefined | Errno {
    return this.#links.setAdminState(host, device, up);
  }
  setCarrier(host: Host, device: string, up: boolean): void {
    this.#links.setCarrier(host, device, up);
  }
  addRoute(host: Host, route: Route, options?: { append?: boolean }): undefined | Errno {
    return this.#links.addRoute(host, route, options);
  }
  removeRoute(host: Host, route: Partial<Route>): undefined | Errno {
    return this.#links.removeRoute(host, route);
  }
  addRule(host: Host, rule: Parameters<Network['addRule']>[1]): undefined | Errno {
    return this.#links.addRule(host, rule);
  }
  removeRule(host: Host, rule: Partial<PolicyRule>): undefined | Errno {
    return this.#links.removeRule(host, rule);
  }
  routeLookup(
    host: Host,
    destination: number,
    options: { source?: number; device?: string; mark?: number; iif?: string } = {},
  ): { route: Route; source: number } | undefined {
    const stack = this.#core.stack(host);
    const answer =
      options.device === undefined
        ? routeTo(stack, destination, options)
        : lookUp(stack, destination, options.device, options);
    if (answer.kind === 'none') return undefined;
    return { route: answer.route, source: options.source ?? ('source' in answer ? answer.source : 0) };
  }
  isLocalAddress(host: Host, ip: number): boolean {
    return this.#core.stack(host).isLocal(ip);
  }
  subscribe(host: Host, pid: number, on: Callback): void {
    this.#core.stack(host).net.subscriptions.push({ pid, on });
  }
  tap(host: Host, options: { pid: number; device: string; on: Callback }): number {
    return this.#taps.add(host, options);
  }
  removeTap(host: Host, tap: number): void {
    this.#taps.remove(host, tap);
  }

  // ---------------------------------------------------------------- packet filter
  settle(): void {
    settleLedger(this.#core.ledger);
  }
  ruleset(host: Host): Ruleset {
    this.settle();
    return host.state.ruleset;
  }
  setRuleset(host: Host, ruleset: Ruleset): void {
    host.state.ruleset = ruleset;
    this.#core.changed();
  }
  conntrack(host: Host): ConntrackEntry[] {
    return trackedOn(this.#core.stack(host), this.#core.now).map(({ entry }) => entry);
  }
  deleteConntrack(host: Host, match: (entry: ConntrackEntry) => boolean): number {
    const stack = this.#core.stack(host);
    const doomed = trackedOn(stack, this.#core.now).filter(({ entry }) => match(entry));
    for (const { slot } of doomed) stack.conntrack.index.remove(slot);
    return doomed.length;
  }

  // ---------------------------------------------------------------- names
  resolve(host: Host, options: { pid: number; name: string; on: Callback; quick?: boolean }): void {
    this.#names.resolve(host, options);
  }
  dnsQuery(
    host: Host,
    options: {
      pid: number;
      server: number;
      port?: number;
      name: string;
      type: string;
      timeout: Micros;
      edns?: boolean;
      on: Callback;
    },
  ): void {
    this.#names.query(host, options);
  }
  /** Servers of /etc/resolv.conf. */
  nameServers(host: Host): number[] {
    return this.#names.nameServers(host);
  }

  // ---------------------------------------------------------------- faults and ends
  impair(
    host: Host,
    device: string,
    impairment:
      | { lossPpm?: number; latencyMicros?: number; jitterMicros?: number; direction?: 'in' | 'out' | 'both' }
      | undefined,
  ): void {
    this.#links.impair(host, device, impairment);
  }

  cut(host: Host, device: string, macs: readonly string[]): void {
    this.#links.cut(host, device, macs);
  }

  releaseProcess(host: Host, pid: number, how: 'exit' | 'vanish'): void {
    const { net } = this.#core.stack(host);
    this.#tcp.release(host, pid, how);
    this.#unix.release(host, pid);
    for (const [id, socket] of net.udp) if (socket.pid === pid) net.udp.delete(id);
    for (const [id, socket] of net.raw) if (socket.pid === pid) net.raw.delete(id);
    for (const [id, ping] of net.pings) if (ping.pid === pid) net.pings.delete(id);
    for (const [id, watch] of net.arpWatches) if (watch.pid === pid) net.arpWatches.delete(id);
    for (const [id, tap] of net.taps) if (tap.pid === pid) this.#taps.remove(host, id);
    if (net.subscriptions.some((subscription) => subscription.pid === pid))
      net.subscriptions = net.subscriptions.filter((subscription) => subscription.pid !== pid);
    this.#names.release(host.name, pid);
  }

  powerOff(host: Host): void {
    const stack = this.#core.stack(host);
    this.#tcp.forgetHost(stack);
    this.#unix.forgetHost(host.name);
    this.#neighbours.forgetHost(stack);
    this.#names.release(host.name);
    this.#core.resetHost(host.name);
  }

  /** Addresses of cards that somebody changed by hand (`ip link set address`). */
  hardwareChanged(): void {
    this.#core.changed();
  }

  forgetCaches(): void {
    this.#core.forget();
    this.#listeners.forget();
    this.#tcp.forget();
  }
}
