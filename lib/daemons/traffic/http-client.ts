/**
 * An HTTP client as plain data: one request over its own connection, with a
 * connect timeout and a total timeout, as curl or a browser without reuse does.
 * Used by the load generator, the outside probe and recorded labs.
 */
import type { Message, SocketEvent } from '../../world/network.contract';
import type { Host, World } from '../../world/world.contract';
import type { Micros } from '../../std/instant';

export interface HttpRequestOptions {
  ip: number;
  port: number;
  host: string;
  target: string;
  method: string;
  headers: [string, string][];
  body: string;
  connectTimeout: Micros;
  timeout: Micros;
  bindIp: number | undefined;
  trace: number;
}
export type HttpError =
  | 'refused'
  | 'timeout'
  | 'unreachable'
  | 'reset'
  | 'empty'
  | 'protocol'
  | 'resolve'
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

/** Registers the client's callbacks; once per world. */
export function registerHttpClient(world: World): void {
  world.callback<{ exchange: number }, SocketEvent>(SOCKET, ({ host, data }, event) =>
    onSocket(host, data.exchange, event),
  );
  world.callback<{ exchange: number; phase: 'connect' | 'total' }, undefined>(TIMER, ({ host, data }) =>
    onTimeout(host, data.exchange, data.phase),
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
  const id = (table.get(0)?.connection ?? 0) + 1;
  table.set(0, { ...blank(), connection: id });
  const exchange: Exchange = {
    options,
    startedAt: host.world.kernel.now,
    connectedAt: undefined,
    connection: 0,
    pid,
    on,
  };
  table.set(id, exchange);
  exchange.connection = host.world.network.connect(host, {
    pid,
    ip: options.ip,
    port: options.port,
    ...(options.bindIp === undefined ? {} : { bindIp: options.bindIp }),
    on: { name: SOCKET, pid, data: { exchange: id } },
    trace: options.trace,
  });
  setTimer(host, pid, id, 'connect', exchange.startedAt + options.connectTimeout);
  setTimer(host, pid, id, 'total', exchange.startedAt + options.timeout);
}

function exchanges(host: Host): Map<number, Exchange> {
  const known = host.state.extra.get(EXCHANGES) as Map<number, Exchange> | undefined;
  if (known !== undefined) return known;
  const made = new Map<number, Exchange>();
  host.state.extra.set(EXCHANGES, made);
  return made;
}
function blank(): Exchange {
  return {
    options: {
      ip: 0,
      port: 0,
      host: '',
      target: '',
      method: '',
      headers: [],
      body: '',
      connectTimeout: 0,
      timeout: 0,
      bindIp: undefined,
      trace: 0,
    },
    startedAt: 0,
    connectedAt: undefined,
    connection: 0,
    pid: 0,
    on: { name: '', pid: 0, data: undefined },
  };
}
function setTimer(host: Host, pid: number, id: number, phase: 'connect' | 'total', at: Micros): void {
  host.world.timer(host, pid, `http:${id}:${phase}`, at, { name: TIMER, data: { exchange: id, phase } });
}

function onSocket(host: Host, id: number, event: SocketEvent): void {
  const exchange = exchanges(host).get(id);
  if (exchange === undefined) return;
  switch (event.type) {
    case 'accepted':
      return;
    case 'connected':
      exchange.connectedAt = host.world.kernel.now;
      host.world.clearTimer(host, exchange.pid, `http:${id}:connect`);
      host.world.network.send(exchange.connection, 'client', requestMessage(exchange.options));
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
  const exchange = exchanges(host).get(id);
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
  exchanges(host).delete(id);
  host.world.clearTimer(host, exchange.pid, `http:${id}:connect`);
  host.world.clearTimer(host, exchange.pid, `http:${id}:total`);
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
function requestMessage(options: HttpRequestOptions): Message {
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
