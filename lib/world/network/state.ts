/**
 * The network's part of the world's state: plain data only, so that a
 * checkpoint is a copy. Addresses, routes, neighbours and the ruleset stand in
 * `HostState`; sockets, connections and the conntrack columns stand here.
 */
import { IdMap } from '../../std/id-map';
import type { Micros } from '../../std/instant';
import type { Plain } from '../../std/plain';
import type { Callback, ConnectionInfo, Message, Neighbour, Side } from '../network.contract';
import type { Host, World } from '../world.contract';
import { emptyConntrackTable, type ConntrackTable } from '../packet-filter/conntrack-table';
import type { Secure } from '../tls/state';
import type { ResolveJob } from './names';
import type { Packet } from './packet';
import { emptyTimeWait, type TimeWait } from './time-wait';

/** A neighbour with what the ARP state machine remembers (linux/net/core/neighbour.c). */
export type NeighbourEntry = {
  device: string;
  ip: number;
  mac: string | undefined;
  state: Neighbour['state'];
  since: Micros;
  confirmed: Micros;
  used: Micros;
  updated: Micros;
  probes: number;
  /** Packets that wait for the answer. */
  queue: Packet[];
};

export type Listener = {
  listener: number;
  pid: number;
  ip: number;
  port: number;
  backlog: number;
  reusePort: boolean;
  six: boolean;
  dual?: true;
  on: Callback;
  onQueued?: Callback;
  name?: string;
  /** Whose it is again when the process that it is lent to has closed it. */
  owner?: { pid: number; on: Callback };
  accepting: boolean;
  /** Connections whose handshake is done and which nobody accepted yet, in order. */
  queue: number[];
  /** seq of its `socket.listening` entry. */
  entry: number;
};

/** What was sent and not yet acknowledged, or waits to be sent; and what was sent after it. */
export type Outgoing = {
  readonly seq: number;
  readonly message: Message | undefined;
  next: Outgoing | undefined;
};

/** One side of a connection: a socket. */
export type End = {
  host: string;
  pid: number;
  on: Callback;
  ip: number;
  port: number;
  peerIp: number;
  peerPort: number;
  state: ConnectionInfo['state'];
  /** Nobody owns it any more: its process ended. */
  orphan: boolean;
  /** Next number to send, next one expected from the peer. */
  nextSeq: number;
  expected: number;
  /** The first of them. */
  unacked: Outgoing | undefined;
  /** Retransmission: how often the first unacked one was sent again, and the pending timer's handle (-1 none). */
  retries: number;
  timer: number;
  /** Error an ICMP message told while established (a soft one). */
  softError: 'EHOSTUNREACH' | 'ENETUNREACH' | 'ECONNREFUSED' | 'ENOPROTOOPT' | undefined;
  /** What came in and was not taken by the owner yet (stopped, or not accepted). */
  unread: SocketArrival[];
  /** Its listener while it waits in the accept queue; 0 else. */
  waiting: number;
  bytesSent: number;
  bytesReceived: number;
  /** Journal entry of the last loss on its way; -1 none. */
  cause: number;
  device: string | undefined;
  uid: number;
  /** TLS stands between it and its owner. */
  secure: Secure | undefined;
};
export type SocketArrival = { what: 'message'; message: Message } | { what: 'closed' } | { what: 'accepted' };

export type Connection = {
  id: number;
  trace: number;
  client: End | undefined;
  server: End | undefined;
  /** The first of what is under way, by receiving side. */
  toClient: Arrival | undefined;
  toServer: Arrival | undefined;
};
/** One or several segments that arrive together; and what arrives behind them, in the order of sending. */
export type Arrival = {
  next: Arrival | undefined;
  at: Micros;
  flags: number;
  seq: number;
  message: Message | undefined;
  host: string;
  src: number;
  dst: number;
  sport: number;
  dport: number;
  cause: number;
};

export type UdpSocket = { socket: number; pid: number; ip: number; port: number; on: Callback };
export type RawSocket = {
  socket: number;
  pid: number;
  protocol: number;
  device: string | undefined;
  group: number | undefined;
  on: Callback;
};
export type Tap = { tap: number; pid: number; device: string; on: Callback };
export type Subscription = { pid: number; on: Callback };
export type PendingPing = {
  ping: number;
  pid: number;
  on: Callback;
  sequence: number;
  id: number;
  sentAt: Micros;
  ip: number;
  probe: boolean;
  port: number;
};
export type ArpWatch = {
  watch: number;
  pid: number;
  device: string;
  ip: number;
  sentAt: Micros;
  on: Callback;
};

/** A listening stream socket with a path. */
export type UnixListener = { listener: number; pid: number; path: string; ino: number; on: Callback };
export type UnixEnd = {
  host: string;
  pid: number;
  on: Callback;
  path: string;
  /** It sends no more. */
  isShut: boolean;
  /** It hears no more. */
  isClosed: boolean;
};
export type UnixConnection = { id: number; client: UnixEnd; server: UnixEnd };

/** What one host's kernel holds. Lost with its power. */
export type HostNet = {
  listeners: Map<number, Listener>;
  unixListeners: Map<number, UnixListener>;
  udp: Map<number, UdpSocket>;
  raw: Map<number, RawSocket>;
  taps: Map<number, Tap>;
  subscriptions: Subscription[];
  pings: Map<number, PendingPing>;
  arpWatches: Map<number, ArpWatch>;
  nextPort: number;
  conntrack: ConntrackTable;
  /** Tokens of the ICMP rate limit by destination (linux/net/ipv4/icmp.c icmpv4_xrlim_allow). */
  icmpTokens: Map<number, { tokens: number; at: Micros }>;
  /** Reachable time by device, drawn anew every 300 s. */
  reachable: Map<string, { micros: Micros; until: Micros }>;
  /** When the kernel's linkwatch ran last. */
  linkwatchAt: Micros;
  timeWait: TimeWait;
  /** Static routes are in force and connected routes have been derived. */
  adopted: boolean;
};

export type NetState = {
  kind: 'network';
  nextId: number;
  hosts: Map<string, HostNet>;
  connections: IdMap<Connection>;
  unix: Map<number, UnixConnection>;
  buriedUnix: number[];
  resolves: Map<number, ResolveJob>;
  /** seq of the journal entry that last ended (or failed) a listener, by `host ip:port`. */
  ends: Map<string, number>;
  /** seq of the first `packet.dropped` entry by its reason. */
  drops: Map<string, number>;
  /** seq of the last change of a link (`host/device`) or an address (`ip`). */
  changes: Map<string, number>;
};

export function emptyNetState(): NetState {
  return {
    kind: 'network',
    nextId: 1,
    hosts: new Map(),
    connections: new IdMap(),
    unix: new Map(),
    buriedUnix: [],
    resolves: new Map(),
    ends: new Map(),
    drops: new Map(),
    changes: new Map(),
  };
}

export function emptyHostNet(firstPort: number): HostNet {
  return {
    listeners: new Map(),
    unixListeners: new Map(),
    udp: new Map(),
    raw: new Map(),
    taps: new Map(),
    subscriptions: [],
    pings: new Map(),
    arpWatches: new Map(),
    nextPort: firstPort,
    conntrack: emptyConntrackTable(),
    icmpTokens: new Map(),
    reachable: new Map(),
    linkwatchAt: -1_000_000,
    timeWait: emptyTimeWait(),
    adopted: false,
  };
}

/** The network's state in the world; made when the world has none yet. */
export function netState(world: World): NetState {
  const present = world.state.net;
  if (typeof present === 'object' && present !== null && 'kind' in present)
    return present as unknown as NetState;
  const made = emptyNetState();
  world.state.net = made as unknown as Plain;
  return made;
}

/** A host's neighbours with the state machine's own columns (they are made nowhere else). */
export function neighbourTable(host: Host): Map<string, NeighbourEntry> {
  return host.state.neighbours as Map<string, NeighbourEntry>;
}

/** Shared by all sockets with nothing in their queues; frozen, so that a copy shares it too. */
export const NONE = Object.freeze([]) as unknown as never[];

/** The end of a row that begins with `first`; most have one or two. */
export function lastOf<T extends { next: T | undefined }>(first: T | undefined): T | undefined {
  let last = first;
  while (last?.next !== undefined) last = last.next;
  return last;
}
export function endOf(connection: Connection, side: Side): End | undefined {
  return side === 'client' ? connection.client : connection.server;
}
export function other(side: Side): Side {
  return side === 'client' ? 'server' : 'client';
}
