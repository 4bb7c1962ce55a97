/**
 * Contract of the network: what programs and daemons may ask of a host's stack.
 * Addresses are uint32 numbers (`lib/std/ipv4`). Everything is plain data and named callbacks,
 * so that open connections survive a checkpoint.
 */
import type { Ruleset } from './packet-filter.contract';
import type { Micros } from '../std/instant';
import type { Credentials, Errno } from './files.contract';
import type { ClientHello, Tls } from './tls.contract';
import type { Host, World } from './world.contract';

/** Plain data as `lib/std/plain` clones it. Unchecked here, so that interfaces fit; a checkpoint refuses what is not plain. */
type Plain = unknown;

/** A named function registered with `world.callback(name, fn)`; `pid` decides when it dies (0: the kernel). */
export interface Callback {
  name: string;
  pid: number;
  data: Plain;
}

/** Which side of a connection. */
export type Side = 'client' | 'server';

/** What happens to a connection, told to the owner of one side. */
export type SocketEvent =
  | { type: 'accepted'; connection: number; side: 'server' }
  | { type: 'connected'; connection: number; side: 'client' }
  /** connect() or an established connection ended with an error. */
  | {
      type: 'failed';
      connection: number;
      side: Side;
      errno:
        | 'ECONNREFUSED'
        | 'ETIMEDOUT'
        | 'EHOSTUNREACH'
        | 'ENETUNREACH'
        | 'ENOPROTOOPT'
        | 'ECONNRESET'
        | 'EPERM'
        | 'EACCES'
        | 'EINVAL'
        | 'EADDRNOTAVAIL';
    }
  | { type: 'message'; connection: number; side: Side; message: Message }
  /** The peer closed its direction (FIN; over TLS, its close_notify). */
  | {
      type: 'closed';
      connection: number;
      side: Side;
      /** A secured connection that ended without a close_notify: OpenSSL's `unexpected eof while reading`. */
      truncated?: true;
    };

/** What travels over TCP: whole application messages, with their size on the wire. */
export type Message = HttpRequest | HttpResponse | RawBytes | TlsRecord;
export interface HttpRequest {
  kind: 'request';
  /** Trace that follows this request through proxies; 0 for none. */
  trace: number;
  method: string;
  target: string;
  version: '1.0' | '1.1' | '2';
  /** In order, names as written. */
  headers: [string, string][];
  body: string;
  /** Bytes on the wire, head and body. */
  bytes: number;
}
/** RFC 9113 §7 */
export type StreamError = 'REFUSED_STREAM' | 'PROTOCOL_ERROR';
export interface HttpResponse {
  kind: 'response';
  /** HTTP/2: the stream is reset with this code instead of an answer; the connection stays. */
  reset?: StreamError;
  trace: number;
  status: number;
  reason: string;
  version: '1.0' | '1.1' | '2';
  headers: [string, string][];
  body: string;
  bytes: number;
}
export interface RawBytes {
  kind: 'bytes';
  text: string;
  bytes: number;
  /** What enciphered bytes mean to whom they are for (ssh); `text` is '' then. */
  data?: Plain;
}
/** Records of TLS that are sent together. Whoever passes them on passes them as they are. */
export interface TlsRecord {
  kind: 'tls';
  /** The first message in it: 'client_hello' (with `hello`), 'server_hello', 'finished', 'alert', 'application_data', … */
  step: string;
  bytes: number;
  /** What a client's first record tells everybody on the way. */
  hello?: ClientHello;
  /** What application data means to whom it is for; nobody else may look. */
  inner?: HttpRequest | HttpResponse | RawBytes;
  /** For the two ends of the handshake. */
  data?: Plain;
}

export interface ListenOptions {
  pid: number;
  /** 0 is 0.0.0.0 */
  ip: number;
  port: number;
  backlog?: number;
  reusePort?: boolean;
  /** `[::]` for IPv6 alone (IPV6_V6ONLY), with `ip` 0: the port is taken, but no packet of IPv6 ever comes. */
  six?: boolean;
  /** `[::]` for IPv4 as well, with `ip` 0. */
  dual?: boolean;
  on: Callback;
  /** Nobody accepts yet: called when a connection has come, which waits in the queue. */
  onQueued?: Callback;
  /** What its descriptor is called when it is passed on (LISTEN_FDNAMES). */
  name?: string;
}

export interface Network {
  // ---- TCP
  /** bind+listen. EADDRNOTAVAIL unless the address is local or ip_nonlocal_bind=1; EADDRINUSE; EACCES below 1024 for non-root. */
  listen(host: Host, options: ListenOptions): { listener: number } | Errno;
  closeListener(host: Host, listener: number): void;
  /** Hands a listener to another process (reload passes sockets). */
  moveListener(host: Host, listener: number, pid: number, on: Callback): void;
  /** Another process accepts from now on; when it ends or closes the socket, its owner has it back. */
  lendListener(host: Host, listener: number, pid: number, on: Callback): void;
  /** The owner closes a socket that it may have lent: who has it keeps it. */
  withdrawListener(host: Host, listener: number): void;
  listeners(host: Host): {
    listener: number;
    pid: number;
    ip: number;
    port: number;
    backlog: number;
    queued: number;
    six: boolean;
    dual: boolean;
    name: string | undefined;
  }[];
  /** A listener whose owner is stopped or does not accept keeps connections in the backlog: see accept(). Daemons that accept at once leave it alone. */
  setAccepting(host: Host, listener: number, accepting: boolean): void;
  /** Non-blocking connect. Errors that the kernel knows at once (no route, EPERM of an output rule) come as a 'failed' event too, in the same instant but never before this call returns. */
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
  ): number;
  send(connection: number, side: Side, message: Message): void;
  /** close(2): FIN after what was sent, or RST when something was left unread. The owner hears nothing more: what still comes is answered with a reset. */
  close(connection: number, side: Side): void;
  /** shutdown(2) of the sending direction: FIN after what was sent; what the peer says still comes. */
  shutdown(connection: number, side: Side): void;
  /** Abort: RST to the peer. */
  reset(connection: number, side: Side): void;
  /** The socket is gone and the peer is not told (TCP_REPAIR): it learns of it when it sends again. */
  abandon(connection: number, side: Side): void;
  /** Another process owns this side from now on. */
  setOwner(connection: number, side: Side, on: Callback): void;
  /** As one side sees it (translation makes them differ); without a side the client's socket while it is there, else the server's. */
  connection(connection: number, side?: Side): ConnectionInfo | undefined;
  /** Sockets of a host for ss: listening and connected. */
  sockets(host: Host): ConnectionInfo[];

  /** TLS over a connection: see `tls.contract`. */
  readonly tls: Tls;

  // ---- UNIX stream sockets: connections share send, close, reset and setOwner with TCP; messages are RawBytes
  /** bind+listen at a path, which gets a socket inode; EADDRINUSE when something is there already. closeListener leaves the inode. */
  listenUnix(
    host: Host,
    options: { pid: number; path: string; mode?: number; uid?: number; gid?: number; on: Callback },
  ): { listener: number } | Errno;
  /** connect(2) knows at once: ENOENT, EACCES, ECONNREFUSED. Otherwise a 'connected' event follows. */
  connectUnix(
    host: Host,
    options: { pid: number; path: string; who: Credentials; on: Callback },
  ): { connection: number } | Errno;
  unixListeners(host: Host): { listener: number; pid: number; path: string }[];

  // ---- UDP, ICMP, raw IP
  bindUdp(
    host: Host,
    options: { pid: number; ip: number; port: number; on: Callback },
  ): { socket: number; port: number } | Errno;
  closeUdp(host: Host, socket: number): void;
  /** A closed port answers ICMP port-unreachable, told to the sender's socket as an 'error'. */
  sendUdp(
    host: Host,
    socket: number,
    to: { ip: number; port: number },
    payload: Plain,
    bytes: number,
  ): undefined | Errno;
  /** Raw protocol socket (VRRP 112): callback gets RawPacketEvent. `device` and `group` as for multicast membership. */
  openRaw(
    host: Host,
    options: { pid: number; protocol: number; device?: string; group?: number; on: Callback },
  ): number;
  closeRaw(host: Host, socket: number): void;
  sendRaw(
    host: Host,
    options: {
      protocol: number;
      src: number;
      dst: number;
      ttl: number;
      device?: string | undefined;
      payload: Plain;
      bytes: number;
    },
  ): undefined | Errno;
  /** One echo request; the callback gets PingEvent (reply, unreachable with who said so, or nothing at all). */
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
  ): undefined | Errno;
  /** UDP probe with a small TTL, for traceroute: callback gets PingEvent. */
  traceProbe(
    host: Host,
    options: { pid: number; ip: number; ttl: number; sequence: number; on: Callback },
  ): undefined | Errno;

  // ---- ARP
  gratuitousArp(host: Host, device: string, ip: number): void;
  /** Broadcast request; the callback gets one ArpReplyEvent for each answer. */
  arpRequest(
    host: Host,
    options: { pid: number; device: string; ip: number; src?: number; unicastTo?: string; on: Callback },
  ): undefined | Errno;
  neighbours(host: Host): Neighbour[];
  setNeighbour(
    host: Host,
    device: string,
    ip: number,
    mac: string | undefined,
    state: 'PERMANENT' | 'REACHABLE' | 'STALE' | 'FAILED',
  ): void;
  flushNeighbours(host: Host, device?: string): void;

  // ---- addresses, links, routes
  addAddress(host: Host, device: string, address: InterfaceAddress): undefined | Errno;
  removeAddress(host: Host, device: string, ip: number, prefix?: number): undefined | Errno;
  /** Administrative state (`ip link set eth0 up|down`): down removes its routes. */
  setAdminState(host: Host, device: string, up: boolean): undefined | Errno;
  /** The cable: carrier gone or back, at once on both ends' host side. */
  setCarrier(host: Host, device: string, up: boolean): void;
  /** `append`: another way to a destination that has a route stands behind it. */
  addRoute(host: Host, route: Route, options?: { append?: boolean }): undefined | Errno;
  removeRoute(host: Host, route: Partial<Route>): undefined | Errno;
  routeLookup(
    host: Host,
    destination: number,
    options?: { source?: number; device?: string; mark?: number; iif?: string },
  ): { route: Route; source: number } | undefined;
  /** `priority` absent: before all others. */
  addRule(
    host: Host,
    rule: Omit<PolicyRule, 'priority'> & { priority?: number | undefined },
  ): undefined | Errno;
  /** The first that has all of this. */
  removeRule(host: Host, rule: Partial<PolicyRule>): undefined | Errno;
  isLocalAddress(host: Host, ip: number): boolean;
  /** netlink notifications: interface up/down/carrier, address added/removed, route changes. The callback gets NetlinkEvent. */
  subscribe(host: Host, pid: number, on: Callback): void;
  /** Packets seen on an interface ('any' for all), for tcpdump: callback gets SeenPacket. Returns a tap id. */
  tap(host: Host, options: { pid: number; device: string; on: Callback }): number;
  removeTap(host: Host, tap: number): void;

  // ---- packet filter
  /** The ruleset in force on a host; replace it atomically (nft -f). See lib/world/packet-filter. */
  ruleset(host: Host): Ruleset;
  setRuleset(host: Host, ruleset: Ruleset): void;
  conntrack(host: Host): ConntrackEntry[];
  deleteConntrack(host: Host, match: (entry: ConntrackEntry) => boolean): number;

  // ---- names
  /** getaddrinfo as libc does it: /etc/hosts, then the resolver of /etc/resolv.conf (5 s timeout, 2 attempts). Callback gets ResolveEvent. */
  resolve(host: Host, options: { pid: number; name: string; on: Callback }): void;
  /** One DNS query to one server over UDP; callback gets DnsEvent. */
  dnsQuery(
    host: Host,
    options: {
      pid: number;
      server: number;
      port?: number;
      name: string;
      type: string;
      timeout: Micros;
      /** An OPT record goes with it. */
      edns?: boolean;
      on: Callback;
    },
  ): void;

  // ---- faults on links (physical things only)
  /** Loss 0–1 in parts per million, extra latency, rate, one direction only … of one interface's cable. */
  impair(
    host: Host,
    device: string,
    impairment:
      | { lossPpm?: number; latencyMicros?: number; jitterMicros?: number; direction?: 'in' | 'out' | 'both' }
      | undefined,
  ): void;
  /** The switch no longer carries frames between this card and those with these MAC addresses; none: it does again. */
  cut(host: Host, device: string, macs: readonly string[]): void;
  /** Everything of a process: listeners, connections (FIN or RST as Linux does), sockets, subscriptions, taps. */
  releaseProcess(host: Host, pid: number, how: 'exit' | 'vanish'): void;
  /** Goes up whenever an address, a link, a route, a neighbour or a machine has changed; no part of the state. */
  readonly revision: number;
  /**
   * Brings the counters of interfaces and rules up to date, for whoever looks at them while events run:
   * packets on a known way are counted together. `ruleset` does so by itself.
   */
  settle(): void;
  /** Another state was loaded: caches are void. */
  forgetCaches?(): void;
  /** Power lost: nothing is sent any more, nothing answers. */
  powerOff(host: Host): void;
}

export type PingEvent =
  | { type: 'reply'; from: number; ttl: number; micros: Micros; sequence: number }
  | {
      type: 'unreachable';
      from: number;
      code: 'host' | 'net' | 'port' | 'admin' | 'host-prohibited' | 'net-prohibited' | 'proto';
      sequence: number;
      local: boolean;
    }
  | { type: 'ttl-exceeded'; from: number; sequence: number; micros: Micros };
export interface ArpReplyEvent {
  mac: string;
  ip: number;
  micros: Micros;
  unicast: boolean;
}
export interface RawPacketEvent {
  src: number;
  dst: number;
  ttl: number;
  device: string;
  payload: Plain;
  bytes: number;
}
export type NetlinkEvent =
  | { type: 'link'; device: string; up: boolean; carrier: boolean }
  | { type: 'address'; device: string; ip: number; prefix: number; added: boolean }
  | { type: 'route' };
export type UdpEvent =
  | {
      type: 'datagram';
      from: { ip: number; port: number };
      to: { ip: number; port: number };
      payload: Plain;
      bytes: number;
    }
  | { type: 'error'; errno: Errno };
export type ResolveEvent =
  | { ok: true; addresses: number[]; canonical: string; source: 'hosts' | 'dns' | 'literal' }
  | { ok: false; reason: 'not-found' | 'try-again' };
export type DnsEvent =
  | {
      ok: true;
      code: 'NOERROR' | 'NXDOMAIN' | 'SERVFAIL' | 'REFUSED';
      answers: DnsRecord[];
      additional?: DnsRecord[];
      authoritative: boolean;
      micros: Micros;
      from: number;
      /** Extended error (RFC 8914). */
      extendedError?: number;
    }
  | { ok: false; errno: 'ETIMEDOUT' | 'ECONNREFUSED' | 'EHOSTUNREACH' | 'ENETUNREACH' };
export interface DnsRecord {
  name: string;
  type: string;
  ttl: number;
  data: string;
}

export interface SeenPacket {
  at: Micros;
  device: string;
  direction: 'in' | 'out';
  protocol: 'tcp' | 'udp' | 'icmp' | 'arp' | 'vrrp' | 'ip';
  sourceMac: string;
  targetMac: string;
  src: number;
  dst: number;
  sport: number;
  dport: number;
  ttl: number;
  length: number;
  /** TCP flags and numbers, ICMP type and code, ARP operation, payload for printing. */
  detail: Plain;
}

export interface InterfaceAddress {
  ip: number;
  prefix: number;
  label?: string;
  scope?: 'global' | 'host' | 'link';
  secondary?: boolean;
}
export interface Route {
  /** network, prefix: destination; 0/0 is the default route. */
  destination: number;
  prefix: number;
  via: number | undefined;
  device: string;
  metric: number;
  source?: number;
  protocol: 'kernel' | 'boot' | 'static' | 'keepalived';
  scope: 'link' | 'global' | 'host';
  type: 'unicast' | 'blackhole' | 'unreachable' | 'prohibit';
  onlink?: boolean;
  /** a table beside main; absent: main */
  table?: string;
}
/** `ip rule`: where a packet that fits is looked up, or what becomes of it. What is absent is not looked at. */
export interface PolicyRule {
  readonly priority: number;
  readonly action: 'lookup' | 'blackhole' | 'unreachable' | 'prohibit';
  /** of `lookup` */
  readonly table?: string;
  readonly from?: { readonly network: number; readonly prefix: number };
  readonly to?: { readonly network: number; readonly prefix: number };
  readonly mark?: { readonly value: number; readonly mask: number };
  readonly iif?: string;
  readonly oif?: string;
  /** `not` */
  readonly isNegated?: boolean;
  /** who made it, where that is not `ip` */
  readonly protocol?: 'keepalived';
}
export interface Neighbour {
  device: string;
  ip: number;
  mac: string | undefined;
  state: 'INCOMPLETE' | 'REACHABLE' | 'STALE' | 'DELAY' | 'PROBE' | 'FAILED' | 'PERMANENT';
  since: Micros;
}
export interface ConnectionInfo {
  connection: number;
  side: Side | 'listener';
  /** the addresses are IPv6 */
  six?: true;
  /** it takes IPv4 as well */
  dual?: true;
  /** another process that has it open */
  otherPid?: number;
  pid: number;
  localIp: number;
  localPort: number;
  peerIp: number;
  peerPort: number;
  state:
    | 'LISTEN'
    | 'SYN-SENT'
    | 'SYN-RECV'
    | 'ESTAB'
    | 'FIN-WAIT-1'
    | 'FIN-WAIT-2'
    | 'CLOSE-WAIT'
    | 'LAST-ACK'
    | 'TIME-WAIT'
    | 'CLOSED'
    | 'UNCONN';
  protocol: 'tcp' | 'udp';
  receiveQueue: number;
  sendQueue: number;
}
export interface ConntrackEntry {
  protocol: 'tcp' | 'udp' | 'icmp' | 'other';
  number: number;
  src: number;
  dst: number;
  sport: number;
  dport: number;
  replySrc: number;
  replyDst: number;
  replySport: number;
  replyDport: number;
  state: string;
  assured: boolean;
  unreplied: boolean;
  timeoutAt: Micros;
  mark: number;
}

/** One entry of a packet's or request's way, for the trace panel. */
export interface Hop {
  at: Micros;
  host: string;
  /** 'dns' | 'route' | 'arp' | 'filter' | 'nat' | 'deliver' | 'listen' | 'connect' | 'proxy' | 'queue' | 'serve' | 'respond' | 'error' … */
  what: string;
  text: string;
  verdict: string;
  outcome: 'ok' | 'wait' | 'bad';
  /** Who decided: a rule (family table chain handle text) or a line of a file. */
  rule?: { table: string; chain: string; handle: number; text: string };
  line?: { path: string; line: number };
  /** The packet as it came to this step and as it left it; where a program holds the request there is none. */
  packet?: { before: PacketHeader; after: PacketHeader };
}
/** What the headers of a packet say at one moment. MAC addresses are '' while it is in no frame. */
export interface PacketHeader {
  protocol: number;
  sourceMac: string;
  targetMac: string;
  src: number;
  dst: number;
  sport: number;
  dport: number;
  ttl: number;
  /** TCP flags as in the header; of ICMP type · 256 + code. */
  flags: number;
  /** Bytes from the IP header on. */
  length: number;
}
export type NetworkFactory = (world: World) => Network;
