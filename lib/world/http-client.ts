/**
 * An HTTP client as plain data: one request over its own connection, with a
 * connect timeout and a total timeout, as curl or a browser without reuse does.
 * Used by the load generator, the outside probe and recorded labs. Over TLS it
 * asks for HTTP/1.1 and is as strict about certificates as a browser is.
 */
import { IdMap } from '../std/id-map';
import type { EventHandle, HandlerId, Kernel } from '../kernel/kernel';
import { assert } from '../std/assert';
import type { Message } from './network.contract';
import type { SecureSocketEvent, TlsClientSettings, TlsInfo } from './tls.contract';
import { isForBrowser } from './tls/browser-names';
import type { Host, World } from './world.contract';
import type { Micros } from '../std/instant';

export interface HttpRequestOptions {
  ip: number;
  port: number;
  host: string;
  target: string;
  method: string;
  /** The same array again stands for the same headers: nobody changes it. */
  headers: [string, string][];
  body: string;
  connectTimeout: Micros;
  timeout: Micros;
  bindIp: number | undefined;
  trace: number;
  /** How long it takes to send the request once it is connected. */
  sendAfter?: Micros;
  /** https: how it speaks TLS (`httpsSettings`). The connect timeout ends with the handshake. */
  tls?: TlsClientSettings;
}
export type HttpError =
  | 'refused'
  | 'timeout'
  | 'unreachable'
  | 'reset'
  | 'empty'
  | 'protocol'
  | 'resolve'
  | /** No secure connection: the certificate, or no version or cipher in common; `reason` says which. */ 'tls'
  | 'local';
/** How one request ended. */
export interface HttpResult {
  status: number | undefined;
  error: HttpError | undefined;
  reason: string;
  startedAt: Micros;
  connectedAt: Micros | undefined;
  endedAt: Micros;
  headers: [string, string][];
  body: string;
  trace: number;
  localPort: number;
}
interface Exchange {
  /** The two timeouts as events of the kernel; a name each would cost more than the request. */
  connectTimer: EventHandle;
  totalTimer: EventHandle;
  options: HttpRequestOptions;
  startedAt: Micros;
  connectedAt: Micros | undefined;
  connection: number;
  pid: number;
  on: { name: string; pid: number; data: unknown };
}

const EXCHANGES = 'traffic.http.exchanges';
const SOCKET = 'traffic.http.socket';
const TIMER = 'traffic.http.timeout';
const SEND = 'traffic.http.send';

/** Registers the client's callbacks; once per world. */
export function registerHttpClient(world: World): void {
  world.callback<{ exchange: number }, SecureSocketEvent>(SOCKET, ({ host, data }, event) =>
    onSocket(host, data.exchange, event),
  );
  world.callback<{ exchange: number; phase: 'connect' | 'total' }, undefined>(TIMER, ({ host, data }) =>
    onTimeout(host, data.exchange, data.phase),
  );
  world.callback<{ exchange: number }, undefined>(SEND, ({ host, data }) => sendNow(host, data.exchange));
  handlers.set(
    world.kernel,
    world.kernel.handler<Due>('traffic.http.due', ({ h, p, x, total }) => {
      const host = world.findHost(h);
      if (host === undefined) return;
      const data = { exchange: x, phase: total ? 'total' : 'connect' };
      world.invoke(host, { name: TIMER, pid: p, data }, undefined);
    }),
  );
}

/** Starts a request; `on` is invoked with its HttpResult. `pid` 0 is a client outside any process. */
export function startRequest(
  host: Host,
  pid: number,
  options: HttpRequestOptions,
  on: { name: string; pid: number; data: unknown },
): void {
  const table = exchanges(host);
  const id = table.next++;
  const { kernel } = host.world;
  const startedAt = kernel.now;
  const exchange: Exchange = {
    connectTimer: plan(host, pid, id, startedAt + options.connectTimeout, false),
    totalTimer: plan(host, pid, id, startedAt + options.timeout, true),
    options,
    startedAt,
    connectedAt: undefined,
    connection: 0,
    pid,
    on,
  };
  table.open.set(id, exchange);
  const asked: Parameters<typeof host.world.network.connect>[1] = {
    pid,
    ip: options.ip,
    port: options.port,
    on: { name: SOCKET, pid, data: { exchange: id } },
    trace: options.trace,
  };
  if (options.bindIp !== undefined) asked.bindIp = options.bindIp;
  exchange.connection = host.world.network.connect(host, asked);
}
function sendLater(host: Host, id: number, exchange: Exchange): void {
  host.world.timer(
    host,
    exchange.pid,
    `http ${id}`,
    host.world.kernel.now + (exchange.options.sendAfter ?? 0),
    {
      name: SEND,
      data: { exchange: id },
    },
  );
}
function sendNow(host: Host, id: number): void {
  const exchange = exchanges(host).open.get(id);
  if (exchange !== undefined)
    host.world.network.send(exchange.connection, 'client', requestMessage(exchange.options));
}
type Due = { h: string; p: number; x: number; total: boolean };
const handlers = new WeakMap<Kernel, HandlerId>();
function plan(host: Host, pid: number, id: number, at: Micros, total: boolean): EventHandle {
  const { kernel } = host.world;
  const handler = handlers.get(kernel);
  assert(handler !== undefined, 'the HTTP client is registered with this kernel');
  return kernel.schedule<Due>(at, handler, { h: host.name, p: pid, x: id, total });
}

interface Exchanges {
  next: number;
  open: IdMap<Exchange>;
}
function exchanges(host: Host): Exchanges {
  const known = host.state.extra.get(EXCHANGES) as Exchanges | undefined;
  if (known !== undefined) return known;
  const made: Exchanges = { next: 1, open: new IdMap() };
  host.state.extra.set(EXCHANGES, made);
  return made;
}

function onSocket(host: Host, id: number, event: SecureSocketEvent): void {
  const exchange = exchanges(host).open.get(id);
  if (exchange === undefined) return;
  switch (event.type) {
    case 'accepted':
      return;
    case 'connected':
      exchange.connectedAt = host.world.kernel.now;
      if (exchange.options.tls === undefined) onOpen(host, id, exchange);
      else host.world.network.tls.connect(exchange.connection, exchange.options.tls);
      return;
    case 'secured':
      onSecured(host, id, exchange, event.info);
      return;
    case 'tls-failed':
      host.world.network.close(exchange.connection, 'client');
      finish(host, id, exchange, { error: 'tls', reason: event.failure.reason });
      return;
    case 'failed':
      finish(host, id, exchange, { error: errorOf(event.errno, exchange), reason: event.errno });
      return;
    case 'closed':
      host.world.network.close(exchange.connection, 'client');
      finish(host, id, exchange, { error: 'empty', reason: 'closed' });
      return;
    case 'message':
      onMessage(host, id, exchange, event.message);
  }
}
function onOpen(host: Host, id: number, exchange: Exchange): void {
  host.world.kernel.cancel(exchange.connectTimer);
  if ((exchange.options.sendAfter ?? 0) > 0) sendLater(host, id, exchange);
  else host.world.network.send(exchange.connection, 'client', requestMessage(exchange.options));
}
function onSecured(host: Host, id: number, exchange: Exchange, info: TlsInfo): void {
  const { tls, host: name } = exchange.options;
  if (tls?.invalid !== 'refuse' || isForBrowser(info.peerChain, name)) return onOpen(host, id, exchange);
  host.world.network.close(exchange.connection, 'client');
  finish(host, id, exchange, {
    error: 'tls',
    reason: `the server's certificate is not accepted: it is not for ${name}`,
  });
}
function onMessage(host: Host, id: number, exchange: Exchange, message: Message): void {
  host.world.network.close(exchange.connection, 'client');
  if (message.kind !== 'response') {
    finish(host, id, exchange, { error: 'protocol', reason: 'not HTTP' });
    return;
  }
  finish(host, id, exchange, {
    status: message.status,
    headers: message.headers,
    body: message.body,
    reason: message.reason,
  });
}
function errorOf(errno: string, exchange: Exchange): HttpError {
  switch (errno) {
    case 'ECONNREFUSED':
      return 'refused';
    case 'ETIMEDOUT':
      return 'timeout';
    case 'ECONNRESET':
      return exchange.connectedAt === undefined ? 'refused' : 'reset';
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return 'unreachable';
    default:
      return 'local';
  }
}
function onTimeout(host: Host, id: number, phase: 'connect' | 'total'): void {
  const exchange = exchanges(host).open.get(id);
  if (exchange === undefined) return;
  if (exchange.connectedAt === undefined) host.world.network.reset(exchange.connection, 'client');
  else host.world.network.close(exchange.connection, 'client');
  finish(host, id, exchange, { error: 'timeout', reason: phase });
}
function finish(
  host: Host,
  id: number,
  exchange: Exchange,
  end: { status?: number; error?: HttpError; reason: string; headers?: [string, string][]; body?: string },
): void {
  exchanges(host).open.delete(id);
  host.world.kernel.cancel(exchange.connectTimer);
  host.world.kernel.cancel(exchange.totalTimer);
  const result: HttpResult = {
    status: end.status,
    error: end.error,
    reason: end.reason,
    startedAt: exchange.startedAt,
    connectedAt: exchange.connectedAt,
    endedAt: host.world.kernel.now,
    headers: end.headers ?? [],
    body: end.body ?? '',
    trace: exchange.options.trace,
    localPort: 0,
  };
  host.world.invoke(host, exchange.on, result);
}
/** The message that was made last: people who come by the dozen ask the same. */
let last: { of: HttpRequestOptions; message: Message } | undefined;
function requestMessage(options: HttpRequestOptions): Message {
  if (
    last !== undefined &&
    options.trace === 0 &&
    last.of.headers === options.headers &&
    last.of.host === options.host &&
    last.of.target === options.target &&
    last.of.method === options.method &&
    last.of.body === options.body
  )
    return last.message;
  const message = makeRequest(options);
  if (options.trace === 0) last = { of: options, message };
  return message;
}
function makeRequest(options: HttpRequestOptions): Message {
  const headers: [string, string][] = [['Host', options.host], ...options.headers];
  if (options.body !== '' && !headers.some(([name]) => name.toLowerCase() === 'content-length'))
    headers.push(['Content-Length', String(options.body.length)]);
  let bytes = options.method.length + options.target.length + 13;
  for (const [name, value] of headers) bytes += name.length + value.length + 4;
  return {
    kind: 'request',
    trace: options.trace,
    method: options.method,
    target: options.target,
    version: '1.1',
    headers,
    body: options.body,
    bytes: bytes + 2 + options.body.length,
  };
}
