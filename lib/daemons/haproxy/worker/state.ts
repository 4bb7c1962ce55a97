/**
 * A worker process as plain data: what every proxy and server does now, and the
 * sessions under way. Proxies, servers and sessions refer to each other by
 * number, so that a checkpoint holds each thing once.
 *
 * Source: HAProxy 2.6 include/haproxy/{proxy,server,stream,counters}-t.h.
 */

import type { IdMap } from '../../../std/id-map';
import type { BodyFraming } from '../../request-body';
import type { CookieDates } from './cookie-dates';
import type { RateLimit } from './limits';
import type { OwnAnswer } from './own-answers';
import type { EventHandle } from '../../../kernel/kernel';
import type { ChartSnapshot } from '../../../protocols/adapter';
import type { HealthContext } from '../../../protocols/health-check/machine';
import type { Micros } from '../../../std/instant';
import type { HttpRequest, HttpResponse, Message } from '../../../world/network.contract';
import type { TlsInfo } from '../../../world/tls.contract';
import type { Configuration, PatternEntry } from '../config';
import type { LoadedCertificate } from '../config-tls';

export interface WorkerState {
  role: 'worker';
  configuration: Configuration;
  startedAt: Micros;
  proxies: ProxyState[];
  listeners: ListenerState[];
  /** lists and maps that differ from the configuration's, by reference */
  patterns: Map<number, readonly PatternEntry[]>;
  /** `entry_cnt` of those */
  patternCounts: Map<number, number>;
  /** the runtime API */
  admin: AdminState;
  /** by the client's connection */
  sessions: IdMap<Session>;
  /** those to servers, but for checks; by connection */
  serverConnections: IdMap<ServerConnection>;
  /** when the task that ends kept connections comes; 0: not planned */
  purgeAt: Micros;
  stopping: boolean;
  /** nothing is left to do: the process is about to end */
  isFinishing: boolean;
  /** refuses everything new from this instant on */
  stoppedAt: Micros;
  counters: GlobalCounters;
  tls: TlsState;
  resolutions: ResolutionState[];
  /** answers that are kept, by cache and by what was asked for */
  caches: Map<string, Map<string, KeptAnswer>>;
  /** unique ids of admin connections, requests … */
  nextId: number;
  /** bytes of the last malformed message, for `show errors` */
  lastError: string;
  limits: { connections: RateLimit; sessions: RateLimit; handshakes: RateLimit };
  /** runtime change of the global `maxconn` */
  maxconn: number;
  hardMaxconn: number;
  /** whether messages go to standard error */
  isLoud: boolean;
  /** a master watches it */
  hasMaster: boolean;
  /** socket for syslog over UDP; 0 not yet opened */
  logSocket: number;
  /** sessions to be run at the end of the present event, and why */
  runnable: Wakeup[];
}

/** A connection to a server: a request uses it, or it is kept for another one. */
export interface ServerConnection {
  proxy: number;
  server: number;
  /** client's connection whose request uses it, or which alone may use it; 0: kept for all */
  session: number;
  /** what it was made for; only those that are alike are exchanged */
  purpose: string;
  /** requests that were answered over it */
  requests: number;
  /** `http-reuse never`: stays with one client */
  isPrivate: boolean;
  tls: TlsInfo | undefined;
}
/** What a server's connections came to, and which of them wait for a request. */
export interface ServerPool {
  /** kept after their first request, oldest first */
  idle: number[];
  /** kept after a later one: known to stand more than one request */
  safe: number[];
  used: number;
  /** at once, since the last purge */
  mostUsed: number;
  /** how many will be needed at once, by experience */
  needed: number;
  /** when those that are too many go; 0: none is kept */
  purgeAt: Micros;
}

/** Who shut a session down, as the log says it: its server went down, better servers came up, the administrator. */
export type CutOff = 'D' | 'U' | 'K';
/** `dequeued`: a server is free, or the queue was dissolved; `next`: a request has been waiting; a letter: cut off, the cause for the log. */
export interface Wakeup {
  session: number;
  why: 'dequeued' | 'next' | CutOff;
}

/** Certificates in force, and what the runtime API is about to put in their place. */
export interface TlsState {
  certificates: ReadonlyMap<string, LoadedCertificate>;
  /** moves on with every change of them */
  generation: number;
  transaction: LoadedCertificate | undefined;
  /** connections that spoke TLS, on both sides */
  total: number;
  rate: Rate;
  /** handshakes that were done in full */
  frontendKeys: Rate;
  backendKeys: Rate;
}

/** Why a client's handshake failed, for logs and samples: numbers as `fc_err` has them. */
export interface HandshakeError {
  code: number;
  text: string;
  /** OpenSSL's error, `0A0000C7` and its words */
  openssl: { code: string; reason: string } | undefined;
}

export interface GlobalCounters {
  connections: number;
  /** requests, and connections of other kinds than HTTP */
  streams: number;
  mostSessions: number;
  mostRate: number;
  current: number;
}

export interface ListenerState {
  /** of the network; 0 closed */
  listener: number;
  proxy: number;
  /** which `bind` line of the proxy, and which of its addresses */
  bind: number;
  ip: number;
  port: number;
  current: number;
  /** a limit keeps it from accepting */
  isPaused: boolean;
}

export interface AdminListener {
  listener: number;
  /** path or address */
  name: string;
  level: 'user' | 'operator' | 'admin';
}
export interface AdminClient {
  level: AdminListener['level'];
  /** after `prompt` */
  isInteractive: boolean;
  /** `expert-mode`, `experimental-mode`: those that are on; absent: none ever was */
  modes?: string[];
  /** what has come and is no whole line yet */
  text: string;
  hasSpoken: boolean;
}
export interface AdminState {
  listeners: AdminListener[];
  /** by connection */
  clients: Map<number, AdminClient>;
}

/** A name that is asked for again and again. */
export interface ResolutionState {
  /** among the configuration's `resolvers` */
  section: number;
  name: string;
  servers: { proxy: number; server: number }[];
  /** tells answers of this round from late ones */
  round: number;
  tries: number;
  /** nameservers that have not answered yet */
  pending: number;
  status: 'valid' | 'nx' | 'refused' | 'timeout' | 'other';
  /** -1 never */
  validAt: Micros;
  /** when each address was last named */
  seen: Map<number, Micros>;
}

/** An answer in a cache. */
export interface KeptAnswer {
  response: HttpResponse;
  storedAt: Micros;
  expiresAt: Micros;
  /** seconds, when it came */
  age: number;
}

/** How many things per second: `freq_ctr`. */
export interface Rate {
  second: number;
  now: number;
  before: number;
  most: number;
}

export interface SideCounters {
  connections: number;
  sessions: number;
  mostSessions: number;
  current: number;
  bytesIn: number;
  bytesOut: number;
  deniedRequests: number;
  deniedResponses: number;
  failedRequests: number;
  failedConnections: number;
  failedResponses: number;
  retries: number;
  /** requests that went over a kept connection */
  reuses: number;
  redispatches: number;
  clientAborts: number;
  serverAborts: number;
  requests: number;
  /** 0 other, 1 … 5 for 1xx … 5xx */
  responses: number[];
  rate: Rate;
  requestRate: Rate;
  mostQueued: number;
  balanced: number;
  lastSession: Micros;
  /** connections per second, of frontends */
  connectionRate: Rate;
  deniedConnections: number;
  deniedSessions: number;
  tlsSessions: number;
  tlsFailures: number;
  /** bytes, and how many answers */
  compressed: { before: number; after: number; responses: number };
  cacheLookups: number;
  cacheHits: number;
}

export interface ProxyState {
  index: number;
  name: string;
  frontend: SideCounters;
  backend: SideCounters;
  servers: ServerState[];
  /** sessions waiting for any server, in order of arrival */
  queue: number[];
  /** sessions taken out of the queue so far */
  dequeued: number;
  balance: BalanceState;
  lastChange: Micros;
  downTime: number;
  downTransitions: number;
  stopped: boolean;
  /** `disable frontend` */
  paused: boolean;
  /** source or key → server, for stick tables */
  stick: Map<string, StickEntry>;
  maxconn: number;
  /** sessions from which on servers with `minconn` take all they can */
  fullconn: number;
  /** `rate-limit sessions` */
  limit: RateLimit;
  /** average of the last requests, in ms: queue, connect, response, total */
  times: number[];
}
export interface StickEntry {
  server: number;
  /** 0 never */
  expiresAt: Micros;
  gpc0: number;
  gpc1: number;
  gpt0: number;
  connections: number;
  current: number;
  requests: number;
  sessions: number;
  errors: number;
  failures: number;
  bytesIn: number;
  bytesOut: number;
  /** by the name of the counter */
  rates: Map<string, PeriodRate>;
}
/** Events in a period that the table says, and in the one before. */
export interface PeriodRate {
  startedAt: Micros;
  now: number;
  before: number;
}
/** A key that one of the counters sc0 to sc2 follows. */
export interface Tracked {
  slot: number;
  table: number;
  key: string;
  /** ends with the request */
  isRequest: boolean;
}

/** What all algorithms share: who may be used, and how much they weigh together. */
export interface BalanceState {
  active: number;
  backup: number;
  activeWeight: number;
  backupWeight: number;
  /** first usable backup server; -1 none, or all are used */
  firstBackup: number;
  totalWeight: number;
  totalUsed: number;
  /** uweight × divisor ÷ multiplier is the effective weight */
  divisor: number;
  multiplier: number;
  /** roundrobin: two groups */
  groups: { active: RoundRobinGroup; backup: RoundRobinGroup };
  /** map-based: slot → server */
  map: number[];
  mapNext: number;
  /** consistent: sorted keys and their servers, active then backup */
  ring: { keys: number[]; servers: number[] };
  backupRing: { keys: number[]; servers: number[] };
  ringNext: number;
  /** orders equal keys by the time they were put in */
  stamp: number;
}
export interface RoundRobinGroup {
  weight: number;
  nextWeight: number;
  position: number /** which of the two trees is `init`; the other is `next` */;
  swapped: boolean;
}

export type Operation = 'stopped' | 'starting' | 'running' | 'stopping';

export interface ServerState {
  index: number;
  name: string;
  ip: number;
  port: number;
  /** what a client's cookie says that was given to it */
  cookie: string | undefined;
  /** its traffic goes over TLS */
  usesTls: boolean;
  /** operational state, and the one before it is committed to the balancer */
  state: Operation;
  next: Operation;
  /** bits of ADMIN */
  admin: number;
  nextAdmin: number;
  /** user weight, as configured or set at run time */
  weight: number;
  initialWeight: number;
  /** effective weight, and the one to come */
  effective: number;
  nextEffective: number;
  maxconn: number;
  /** requests that hold a slot */
  served: number;
  /** sessions as shown */
  current: number;
  queue: number[];
  dequeued: number;
  counters: SideCounters;
  pool: ServerPool;
  lastChange: Micros;
  downTime: number;
  downTransitions: number;
  failedChecks: number;
  failedObservations: number;
  consecutiveErrors: number;
  check: CheckState | undefined;
  agent: AgentState | undefined;
  /** why it is in its state, for charts and the journal */
  reason: string;
  times: number[];
  // ---- balancer
  tree: 'none' | 'init' | 'next' | 'current';
  key: number;
  stamp: number;
  position: number;
  lastPosition: number;
  remainder: number;
}

export interface CheckState {
  chart: ChartSnapshot<HealthContext>;
  enabled: boolean;
  paused: boolean;
  running: boolean;
  /** connection of the check under way; 0 none */
  connection: number;
  connected: boolean;
  /** its TLS handshake is under way */
  isSecuring: boolean;
  /** the connection is encrypted */
  isSecured: boolean;
  /** which of the steps is under way */
  step: number;
  /** bytes that have come since the last time something was sent */
  received: string;
  /** the answer to the last request */
  response: HttpResponse | undefined;
  /** the server sends no more */
  isOver: boolean;
  startedAt: Micros;
  status: CheckStatus;
  code: number;
  /** another address than the configured one; undefined: as configured */
  ip: number | undefined;
  /** another port than the configured one; undefined: as configured */
  port: number | undefined;
  /** ms; -1 none */
  duration: number;
  description: string;
}

/** A program beside the server that says how it is. */
export interface AgentState {
  enabled: boolean;
  inter: Micros;
  /** undefined: the server's address */
  ip: number | undefined;
  port: number;
  /** what it is told first */
  text: string;
  /** 0: it says that the server is down */
  health: 0 | 1;
  running: boolean;
  connection: number;
  isConnected: boolean;
  received: string;
  startedAt: Micros;
  status: CheckStatus;
  code: number;
  /** ms; -1 none */
  duration: number;
  description: string;
}

export type CheckStatus =
  | 'UNK'
  | 'INI'
  | 'CHECKED'
  | 'HANA'
  | 'SOCKERR'
  | 'L4OK'
  | 'L4TOUT'
  | 'L4CON'
  | 'L6OK'
  | 'L6TOUT'
  | 'L6RSP'
  | 'L7TOUT'
  | 'L7RSP'
  | 'L7OK'
  | 'L7OKC'
  | 'L7STS';

/** Administrative states, as in `show servers state`. */
export const ADMIN = {
  forcedMaintenance: 1,
  inheritedMaintenance: 2,
  configuredMaintenance: 4,
  forcedDrain: 8,
  inheritedDrain: 16,
  resolveMaintenance: 32,
} as const;
export const MAINTENANCE = 1 | 2 | 32;
export const DRAIN = 8 | 16;

export type Phase =
  /** a PROXY header is waited for */
  | 'proxy'
  /** the client's TLS handshake is under way */
  | 'handshake'
  /** `tcp-request content` waits for bytes */
  | 'inspect'
  /** connection accepted, no request yet */
  | 'request'
  /** for the rest of the request (`option http-buffer-request`) */
  | 'body'
  /** answers later on purpose */
  | 'tarpit'
  /** processor time is being spent */
  | 'computing'
  | 'queue'
  | 'connect'
  /** pause before a retry to the same server */
  | 'turnaround'
  | 'response'
  /** answered, the connection stays open */
  | 'keepAlive'
  /** tcp mode: both ways open */
  | 'tunnel'
  | 'closed';

/** What is kept of the messages of one request; undefined: was not there. */
export interface Captured {
  readonly request: (string | undefined)[];
  readonly response: (string | undefined)[];
  clientCookie: string | undefined;
  serverCookie: string | undefined;
}

export interface Session {
  /** connection of the client */
  id: number;
  number: number;
  /** of the request or connection among all that the worker took; -1 none yet */
  stream: number;
  listener: number;
  frontend: number;
  /** -1 none chosen */
  backend: number;
  /** -1 none assigned */
  server: number;
  /** server whose slot is held; -1 none */
  slot: number;
  /** connection to the server; 0 none */
  connection: number;
  phase: Phase;
  /** what ends the phase; 0 nothing */
  deadline: Micros;
  /** the one kernel event of this session, and when it comes */
  timer: EventHandle;
  timerAt: Micros;
  clientIp: number;
  clientPort: number;
  localIp: number;
  localPort: number;
  /** as it is sent to the server */
  request: HttpRequest | undefined;
  /** as the client sent it, for rules and balancing */
  received: HttpRequest | undefined;
  /** requests that came before the present one was answered; tcp mode: data for a server that is not connected yet */
  waiting: Message[];
  /** an answer of ours, to be sent when a tarpit ends */
  reply: OwnAnswer | undefined;
  /** nobody reads what is sent to the client, or in tcp mode: it sends no more */
  clientClosed: boolean;
  /** the client sends no more: its connection ends after the answer */
  halfClosed: boolean;
  serverClosed: boolean;
  /** the session ends after this answer */
  closes: boolean;
  /** connections to servers that wait for another request of this client alone */
  kept: readonly number[];
  // ---- instants
  acceptedAt: Micros;
  /** when the present request began to be waited for */
  idleSince: Micros;
  requestedAt: Micros;
  queuedAt: Micros;
  connectedAt: Micros;
  answeredAt: Micros;
  // ---- how it goes
  retries: number;
  isAssigned: boolean;
  /** a cookie or a rule named the server */
  isDirect: boolean;
  isForced: boolean;
  isRedispatched: boolean;
  /** how the first attempt to connect failed: refused `S`, no answer `s`; or why the session was shut down before the next */
  failure: '' | 'S' | 's' | CutOff;
  /** shut down while it connects: what then connects is closed at once */
  cutOff: '' | CutOff;
  /** counted among the sessions of its server */
  isCounted: boolean;
  /** counted among the sessions of its backend */
  hasBackend: boolean;
  /** text that is no whole request yet */
  buffered: string;
  /** the body of the request has not come whole; what has is in `buffered` */
  body: BodyFraming | undefined;
  /** a rule wants a PROXY header */
  expectsProxy: boolean;
  queuePosition: number;
  backendQueuePosition: number;
  /** instant since when it waits in a queue of the backend or server; where: -2 none, -1 backend, else server */
  waitsIn: number;
  waitsFrom: number;
  status: number;
  /** termination state: cause and phase */
  cause: string;
  ended: string;
  cookieIn: string;
  cookieOut: string;
  /** when the client's cookie was set, as it says itself */
  cookieDates: CookieDates | undefined;
  bytesIn: number;
  bytesOut: number;
  /** of these, what the statistics have counted */
  countedIn: number;
  countedOut: number;
  requests: number;
  trace: number;
  logLevel: number;
  noLog: boolean;
  noRetry: boolean;
  variables: Map<string, string> | undefined;
  captured: Captured | undefined;
  uniqueId: string | undefined;
  /** keys of stick tables to be stored once a server answered */
  stickKeys: { table: number; key: string }[] | undefined;
  tracked: Tracked[] | undefined;
  /** the statistics page answers */
  isStatistics: boolean;
  /** the answer comes from a cache */
  isCached: boolean;
  /** of the client's connection, once it is secured */
  tls: TlsInfo | undefined;
  /** of the connection to the server */
  serverTls: TlsInfo | undefined;
  handshakeError: HandshakeError | undefined;
  /** when the connection could carry data: accepted, or its handshake done */
  securedAt: Micros;
}

export function newRate(): Rate {
  return { second: -1, now: 0, before: 0, most: 0 };
}

export function newCounters(): SideCounters {
  return {
    connections: 0,
    sessions: 0,
    mostSessions: 0,
    current: 0,
    bytesIn: 0,
    bytesOut: 0,
    deniedRequests: 0,
    deniedResponses: 0,
    failedRequests: 0,
    failedConnections: 0,
    failedResponses: 0,
    retries: 0,
    reuses: 0,
    redispatches: 0,
    clientAborts: 0,
    serverAborts: 0,
    requests: 0,
    responses: [0, 0, 0, 0, 0, 0],
    rate: newRate(),
    requestRate: newRate(),
    mostQueued: 0,
    balanced: 0,
    lastSession: -1,
    connectionRate: newRate(),
    deniedConnections: 0,
    deniedSessions: 0,
    tlsSessions: 0,
    tlsFailures: 0,
    compressed: { before: 0, after: 0, responses: 0 },
    cacheLookups: 0,
    cacheHits: 0,
  };
}

/** Counts one event into its second. */
export function tick(rate: Rate, now: Micros): void {
  const second = Math.floor(now / 1_000_000);
  if (second !== rate.second) {
    rate.before = second === rate.second + 1 ? rate.now : 0;
    rate.now = 0;
    rate.second = second;
  }
  rate.now += 1;
  if (rate.now > rate.most) rate.most = rate.now;
}
/** Events in the last second, weighted as `read_freq_ctr`. */
export function ratePerSecond(rate: Rate, now: Micros): number {
  const second = Math.floor(now / 1_000_000);
  if (second === rate.second) return Math.floor(rate.now + rate.before * (1 - (now % 1_000_000) / 1_000_000));
  if (second === rate.second + 1) return Math.floor(rate.now * (1 - (now % 1_000_000) / 1_000_000));
  return 0;
}

/** The server may be given new requests by the algorithm. */
export function isUsable(server: ServerState): boolean {
  if (server.effective === 0 || (server.admin & (MAINTENANCE | DRAIN)) !== 0) return false;
  return server.state === 'running' || server.state === 'starting';
}
export function willBeUsable(server: ServerState): boolean {
  if (server.nextEffective === 0 || (server.nextAdmin & (MAINTENANCE | DRAIN)) !== 0) return false;
  return server.next === 'running' || server.next === 'starting';
}
/** A named server may still be used by those who hold its cookie (drain, weight 0). */
export function isAlive(server: ServerState): boolean {
  return (server.admin & MAINTENANCE) === 0 && server.state !== 'stopped';
}
/**
 * A client that has asked before on its connection knows how to try again. One that speaks HTTP/2 always counts
 * as such (SE_FL_NOT_FIRST of src/mux_h2.c).
 */
export function isLaterRequest({ requests, received }: Session): boolean {
  return requests > 1 || received?.version === '2';
}
