/** A worker's state: plain data. */
import type { IdMap } from '../../../std/id-map';
import type { EventHandle } from '../../../kernel/kernel';
import type { Micros } from '../../../std/instant';
import type { HttpRequest, Message } from '../../../world/network.contract';
import type { TlsInfo } from '../../../world/tls.contract';
import type { Configuration } from '../config';
import type { BodyFraming } from '../../request-body';
import type { Choice, PeersState } from './peers';
import type { TypedHead } from './raw-request';

export interface WorkerState {
  role: 'worker';
  group: string;
  generation: number;
  configuration: Configuration;
  /** By upstream; those with a zone are in the group. */
  peers: (PeersState | undefined)[];
  clients: IdMap<Client>;
  /** Connections to upstreams to the clients whom they serve. */
  serving: IdMap<number>;
  /** Kept connections, by upstream, last used last. */
  idle: Map<number, IdleConnection[]>;
  /** when the next of them has waited too long; 0: none is watched */
  idleEndsAt: Micros;
  idleOf: IdMap<number>;
  /** Connections of clients and to upstreams. */
  used: number;
  quitting: boolean;
  ended: boolean;
}
export interface IdleConnection {
  connection: number;
  peer: string;
  requests: number;
  openedAt: Micros;
  since: Micros;
}
export type Phase =
  | 'handshaking'
  | 'waiting'
  | 'reading'
  | 'working'
  | 'delayed'
  | 'resolving'
  /** for the rest of its request, which is to go on to an upstream */
  | 'body'
  | 'upstream'
  /** its request is answered, and not all of it has come */
  | 'discarding'
  | 'stream'
  | 'closed';
export interface Client {
  id: number;
  /** `*N` of the logs. */
  number: number;
  address: number;
  ip: number;
  port: number;
  localIp: number;
  localPort: number;
  acceptedAt: Micros;
  requests: number;
  phase: Phase;
  /** Whose settings hold before a request names its host: the default server, or the one that the TLS hello named. */
  server: number;
  /** The name of the hello, when a server goes by it. */
  serverName: string | undefined;
  /** Of a secured connection. */
  tls: TlsInfo | undefined;
  buffered: string;
  /** The body of its request has not come whole; what has is `buffered`. */
  body: BodyFraming | undefined;
  /** How the request that is about to begin was typed. */
  typed: TypedHead | undefined;
  /** Messages that came while a request was under work. */
  waiting: Message[];
  hasEnded: boolean;
  request: Request | undefined;
  stream: StreamSession | undefined;
  limits: string[];
  deadline: Micros;
  timer: EventHandle;
  timerAt: Micros;
}
export interface Request {
  message: HttpRequest;
  /** The request line as somebody typed it. */
  typedLine: string | undefined;
  /** It could not be read to its end. */
  isBroken: boolean;
  /** HTTP/0.9: the answer has no head. */
  isBare: boolean;
  startedAt: Micros;
  method: string;
  /** As the client sent it. */
  unparsed: string;
  uri: string;
  args: string;
  host: string;
  server: number;
  location: number;
  /** Redirections within the server that are left. */
  changes: number;
  isInternal: boolean;
  /** The URI is that of the request line. */
  isOriginal: boolean;
  uriChanged: boolean;
  isErrorPage: boolean;
  errorStatus: number;
  keepalive: boolean;
  variables: Map<string, string>;
  captures: string[];
  limitRequestDone: boolean;
  limitConnectionDone: boolean;
  limitStatus: string;
  limitConnectionStatus: string;
  zones: { zone: string; key: string }[];
  /** remote_addr as `set_real_ip_from` left it. */
  realIp: number;
  realPort: number;
  realDone: boolean;
  status: number;
  bytesSent: number;
  bodySent: number;
  sentHeaders: [string, string][];
  action: string;
  upstream: UpstreamState | undefined;
  /** The request that waits for this one: it asks whether that may pass. */
  parent: Request | undefined;
  /** The location has been asked. */
  isAuthorized: boolean;
  /** 401 or 403 of a rule that need not be the last word. */
  refusal: number;
  /** What a cache had for it. */
  cache: RequestCache | undefined;
  /** A name that a resolver was asked for. */
  resolving: { name: string; port: number } | undefined;
  tries: Try[];
  id: string;
}
export interface RequestCache {
  key: string;
  /** `$upstream_cache_status` */
  status: 'MISS' | 'BYPASS' | 'EXPIRED' | 'STALE' | 'UPDATING' | 'REVALIDATED' | 'HIT';
  /** The answer may be kept. */
  isCacheable: boolean;
  /** This request brings the new answer. */
  isUpdating: boolean;
}
export interface Try {
  address: string;
  status: number;
  startedAt: Micros;
  connectMs: number;
  headerMs: number;
  responseMs: number;
  length: number;
  /** The first of a request to an upstream; a further one comes from another location. */
  begins: boolean;
  bytesSent: number;
  bytesReceived: number;
}
export interface UpstreamState {
  /** −1: an address that was worked out for this request. */
  upstream: number;
  made: { name: string; ip: number; port: number }[];
  choice: Choice;
  connection: number;
  isCached: boolean;
  hasTried: boolean;
  requestsOnConnection: number;
  openedAt: Micros;
  isSent: boolean;
  startedAt: Micros;
  uri: string;
  /** `http://10.0.1.21:8080/` of the logs is made of these; `https://`: the connection is secured first. */
  schema: 'http://' | 'https://';
  /** The name that its certificate has to be for. */
  secureName: string;
  hostHeader: string;
  portText: string;
  basis: string;
  /** As logs name the peer in use, or the last one. */
  name: string;
}
export interface StreamSession {
  server: number;
  startedAt: Micros;
  choice: Choice | undefined;
  connection: number;
  isConnected: boolean;
  clientEnded: boolean;
  serverEnded: boolean;
  sent: number;
  received: number;
  tries: Try[];
  status: number;
  upstreamName: string;
}
export const NONE = -1 as EventHandle;
