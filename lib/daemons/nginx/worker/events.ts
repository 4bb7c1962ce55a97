/** What happens to a worker: connections of clients and upstreams, names, time. Source: nginx 1.22 src/event/ngx_event_accept.c, src/http/ngx_http_request.c. */
import type { DnsEvent, HttpRequest, Message, SocketEvent } from '../../../world/network.contract';
import type { SecureSocketEvent } from '../../../world/tls.contract';
import { formatIPv4 } from '../../../std/ipv4';
import type { Host, World } from '../../../world/world.contract';
import { framingOf, readBody } from '../../request-body';
import { groupOf } from '../group';
import { systemError } from '../messages';
import { giveUp, refuse } from './broken';
import { isAwaitingBody, onBodyBytes, onBodyEnd, onBodyExpired } from './client-body';
import { closeClient, isExpired, newClient, setTimeoutMs, type TimerData } from './client';
import {
  beginHandshake,
  onHandshakeFailed,
  onHandshakeReset,
  onSecured,
  registerHandshakes,
} from './handshake';
import { tooLongRequestLine } from './header-limits';
import { afterDelay, beginRequest, CONTINUATION } from './phases';
import {
  abandon,
  onResolved,
  onUpstreamBytes,
  onUpstreamClosed,
  onUpstreamConnected,
  onUpstreamExpired,
  onUpstreamFailed,
  onUpstreamInsecure,
  onUpstreamResponse,
  onUpstreamSecured,
  RESOLVED,
  UPSTREAM,
} from './proxy';
import { proxying } from './proxying';
import { parseRequest, type TypedHead } from './raw-request';
import { drop } from './reply';
import { type Runtime, runtimeOf, setClientTimer } from './runtime';
import type { Client } from './state';
import { finishIfIdle } from './stop';
import {
  beginStream,
  fromClient,
  fromServer,
  onStreamClientEnd,
  onStreamConnected,
  onStreamExpired,
  onStreamFailed,
  onStreamServerEnd,
  streamOf,
} from './stream';
import { capacity, endExpired, endIdle } from './upstream-connections';

export const ACCEPT = 'nginx.accept';
export const CLIENT = 'nginx.client';

/** Processor time of a request. */
const REQUEST_COST = 40;
const TIMED_OUT = `client timed out ${systemError('ETIMEDOUT')}`;
/** The head of a TLS hello, as somebody sees it who expects a request. Departs: what follows in truth is random. */
const CLIENT_HELLO = '\x16\x03\x01\x02\x00\x01\x00\x01';
const METHOD = /^[A-Z_-]+$/;
/** A wait for the processor that is shorter goes unnoticed. */
const UNNOTICED = 1_000;

interface AcceptData {
  group: string;
  listener: number;
}
export function registerWorker(world: World): void {
  registerHandshakes(world);
  setClientTimer(
    world.kernel,
    world.kernel.handler<TimerData>('nginx.client-timer', ({ h, p, c }) => {
      const host = world.findHost(h);
      if (host !== undefined) world.invoke(host, { name: 'nginx.expired', pid: p, data: c }, undefined);
    }),
  );
  world.callback<number, undefined>('nginx.expired', ({ host, pid, data }) =>
    within(host, pid, (runtime) => {
      const client = runtime.state.clients.get(data);
      if (client !== undefined && isExpired(runtime, client)) expired(runtime, client);
    }),
  );
  world.callback<AcceptData, SocketEvent>(ACCEPT, ({ host, data }, event) => {
    if (event.type === 'accepted') handOut(host, data, event);
  });
  world.callback<number, SecureSocketEvent>(CLIENT, ({ host, pid }, event) =>
    within(host, pid, (runtime) => onClient(runtime, event)),
  );
  world.callback<null, SecureSocketEvent>(UPSTREAM, ({ host, pid }, event) =>
    within(host, pid, (runtime) => onUpstream(runtime, event)),
  );
  world.callback<null, undefined>('nginx.idle-upstreams', ({ host, pid }) => within(host, pid, endExpired));
  world.callback<number, DnsEvent>(RESOLVED, ({ host, pid, data }, event) =>
    within(host, pid, (runtime) => {
      const client = runtime.state.clients.get(data);
      if (client !== undefined) onResolved(runtime, client, CONTINUATION, event);
    }),
  );
}
export function within(host: Host, pid: number, run: (runtime: Runtime) => void): void {
  const runtime = runtimeOf(host, pid);
  if (runtime === undefined) return;
  run(runtime);
  if (runtime.state.quitting) finishIfIdle(runtime);
}

// ---------------------------------------------------------------- accepting
/**
 * The socket is all workers': whoever is awake takes the connection. Which of them that is follows no rule that a
 * client could see.
 */
function handOut(host: Host, data: AcceptData, event: SocketEvent & { type: 'accepted' }): void {
  const group = groupOf(host, data.group);
  if (group === undefined) return;
  const awake = group.accepting.filter((pid) => host.process(pid)?.state === 'running');
  const candidates = awake.length > 0 ? awake : group.accepting;
  const [first] = candidates;
  if (first === undefined) return;
  const random = host.world.kernel.random(`nginx.accept:${host.name}`);
  const pid =
    candidates.length === 1 ? first : (candidates[random.integer(0, candidates.length - 1)] ?? first);
  const callback = { name: CLIENT, pid, data: data.listener };
  host.world.network.setOwner(event.connection, 'server', callback);
  host.world.invoke(host, callback, event);
}
function accept(runtime: Runtime, connection: number): void {
  const { state, group, network } = runtime;
  group.accepted += 1;
  const info = network.connection(connection, 'server');
  const address = addressOf(runtime, info?.localIp ?? 0, info?.localPort ?? 0);
  if (state.used >= capacity(runtime)) reuse(runtime);
  if (state.used >= capacity(runtime)) {
    runtime.say('alert', `${runtime.configuration.main.connections} worker_connections are not enough`);
    // What the client has sent is never read.
    network.reset(connection, 'server');
    return;
  }
  group.connections += 1;
  group.handled += 1;
  state.used += 1;
  const settings = runtime.configuration.addresses[address];
  const client = newClient(runtime, connection, {
    address,
    server: settings?.defaultServer ?? 0,
    number: group.connections,
  });
  state.clients.set(connection, client);
  if (settings === undefined) {
    closeClient(runtime, client);
    return;
  }
  if (settings.kind === 'stream') {
    beginStream(runtime, client, settings.defaultServer);
    return;
  }
  if (settings.isSecure) beginHandshake(runtime, client, settings);
  else setTimeoutMs(runtime, client, runtime.server(client.server).headerTimeoutMs);
}
/** Connections that wait for a request give way, the oldest first; that is told once a second (`ngx_drain_connections`). */
function reuse(runtime: Runtime): void {
  const { state, group } = runtime;
  const idle = [...state.clients.values()].find(({ phase }) => phase === 'waiting');
  if (group.reusedAt !== runtime.seconds) {
    group.reusedAt = runtime.seconds;
    runtime.say(
      'warn',
      `${runtime.configuration.main.connections} worker_connections are not enough, reusing connections`,
    );
  }
  if (idle !== undefined) closeClient(runtime, idle);
}
/** The exact address, else that of all addresses. */
function addressOf(runtime: Runtime, ip: number, port: number): number {
  const { addresses } = runtime.configuration;
  const exact = addresses.findIndex((one) => one.port === port && one.ip === ip);
  return exact >= 0 ? exact : addresses.findIndex((one) => one.port === port && one.ip === 0);
}

// ---------------------------------------------------------------- clients
function onClient(runtime: Runtime, event: SecureSocketEvent): void {
  if (event.type === 'accepted') {
    accept(runtime, event.connection);
    return;
  }
  const client = runtime.state.clients.get(event.connection);
  if (client === undefined) return;
  const stream = streamOf(runtime, client);
  switch (event.type) {
    case 'message':
      if (stream !== undefined) fromClient(stream, event.message);
      else onMessage(runtime, client, event.message);
      return;
    case 'closed':
    case 'failed':
      if (stream !== undefined) onStreamClientEnd(stream, event.type === 'failed');
      else onClientEnd(runtime, client, event.type === 'failed' ? event.errno : undefined);
      return;
    case 'secured':
      onSecured(runtime, client, event.info);
      return;
    case 'tls-failed': {
      const plain = onHandshakeFailed(runtime, client, event.failure);
      if (plain !== undefined) onMessage(runtime, client, plain);
      return;
    }
    case 'connected':
  }
}
function onMessage(runtime: Runtime, client: Client, message: Message): void {
  if (client.body !== undefined && message.kind === 'bytes') {
    client.buffered += message.text;
    onBodyBytes(runtime, client, CONTINUATION);
    goOn(runtime, client);
    return;
  }
  if (client.phase !== 'waiting' && client.phase !== 'reading') {
    client.waiting.push(message);
    return;
  }
  if (message.kind === 'request') {
    const line = tooLongRequestLine(message, runtime.server(client.server).headerBuffers);
    if (!METHOD.test(message.method) && message.version !== '2')
      refuse(runtime, client, {
        status: 400,
        text: 'client sent invalid method',
        line: `${message.method} ${message.target} HTTP/${message.version}`,
      });
    else if (line === undefined) spend(runtime, client, message);
    else refuse(runtime, client, { status: 414, text: 'client sent too long URI', line });
    return;
  }
  if (message.kind !== 'bytes') {
    refuse(runtime, client, { status: 400, text: 'client sent invalid method', line: CLIENT_HELLO });
    return;
  }
  client.buffered += message.text;
  // Not modelled: HTTP/2 byte by byte. Whoever types at such a connection does not speak it.
  if (isHttp2(client)) client.phase = 'reading';
  else parseBuffered(runtime, client);
}
function isHttp2({ tls }: Client): boolean {
  return tls?.alpn === 'h2';
}
function parseBuffered(runtime: Runtime, client: Client): void {
  const parsed = parseRequest(client.buffered);
  switch (parsed.kind) {
    case 'incomplete':
      client.phase = client.buffered === '' ? 'waiting' : 'reading';
      return;
    case 'invalid':
      client.buffered = '';
      refuse(runtime, client, parsed);
      return;
    case 'request':
      client.buffered = client.buffered.slice(parsed.length);
      client.typed = parsed;
      spend(runtime, client, withBody(client, parsed));
  }
}
/** The request with its body, where that has come with the head. */
function withBody(client: Client, { request, problem }: TypedHead): HttpRequest {
  const framing = problem === undefined ? framingOf(request.headers) : undefined;
  if (framing === undefined) return request;
  const read = readBody(client.buffered, framing);
  if (read.kind !== 'whole') {
    client.body = framing;
    return request;
  }
  const bytes = request.bytes + client.buffered.length - read.rest.length;
  client.buffered = read.rest;
  return { ...request, body: read.body, bytes };
}
/** The processor's share of a request; it is only waited for when there is a crowd. */
function spend(runtime: Runtime, client: Client, message: Message & { kind: 'request' }): void {
  const done = runtime.host.compute(runtime.pid, REQUEST_COST);
  if (done - runtime.now > UNNOTICED) {
    client.phase = 'working';
    client.waiting.unshift(message);
    setTimeoutMs(runtime, client, (done - runtime.now) / 1_000);
    return;
  }
  beginRequest(runtime, client, message);
  goOn(runtime, client);
}
/** What came while the request was under work. */
function goOn(runtime: Runtime, client: Client): void {
  while (client.phase === 'waiting') {
    const next = client.waiting.shift();
    if (next === undefined) {
      if (client.buffered !== '') parseBuffered(runtime, client);
      return;
    }
    onMessage(runtime, client, next);
  }
}
function onClientEnd(runtime: Runtime, client: Client, errno: string | undefined): void {
  client.hasEnded = true;
  const { request } = client;
  switch (client.phase) {
    case 'handshaking':
      onHandshakeReset(runtime, client, errno ?? 'ECONNRESET');
      return;
    case 'waiting':
      sayClosed(runtime, client, errno);
      closeClient(runtime, client);
      return;
    case 'reading':
      if (isHttp2(client)) {
        runtime.tell(client, 'info', 'client prematurely closed connection', {
          action: 'processing HTTP/2 connection',
        });
        closeClient(runtime, client);
        return;
      }
      giveUp(runtime, client, {
        status: 400,
        text:
          errno === undefined || client.tls !== undefined
            ? 'client prematurely closed connection'
            : `recv() failed ${systemError(errno)}`,
      });
      return;
    case 'body':
    case 'discarding':
      onBodyEnd(runtime, client, CONTINUATION);
      return;
    case 'upstream': {
      if (isAwaitingBody(client)) {
        onBodyEnd(runtime, client, CONTINUATION);
        return;
      }
      const it = proxying(runtime, client, CONTINUATION);
      if (it !== undefined && !it.proxy.ignoreClientAbort) abandon(it);
      return;
    }
    case 'delayed':
    case 'resolving':
      if (request !== undefined) {
        runtime.tell(client, 'info', 'client prematurely closed connection');
        drop({ runtime, client, request }, 499);
      }
      return;
    case 'working':
      if (request === undefined) closeClient(runtime, client);
      return;
    case 'stream':
    case 'closed':
  }
}

/** A connection that ends between requests. */
function sayClosed(runtime: Runtime, client: Client, errno: string | undefined): void {
  if (isHttp2(client)) return;
  // What TLS hides of an RST: it says no more than that the other side has gone.
  const reset = errno === undefined ? '' : ` ${systemError(errno)}`;
  if (client.requests > 0)
    runtime.say(
      'info',
      `*${client.number} client ${formatIPv4(client.ip)} closed keepalive connection${reset}`,
    );
  else
    runtime.tell(
      client,
      'info',
      errno === undefined || client.tls !== undefined ? 'client closed connection' : `recv() failed${reset}`,
      { action: 'waiting for request' },
    );
}

// ---------------------------------------------------------------- upstreams
function onUpstream(runtime: Runtime, event: SecureSocketEvent): void {
  if (runtime.state.idleOf.has(event.connection)) {
    if (event.type === 'closed' || event.type === 'failed') endIdle(runtime, event.connection);
    return;
  }
  const id = runtime.state.serving.get(event.connection);
  const client = id === undefined ? undefined : runtime.state.clients.get(id);
  if (client === undefined) return;
  const stream = streamOf(runtime, client);
  if (stream !== undefined) {
    switch (event.type) {
      case 'connected':
        onStreamConnected(stream);
        return;
      case 'message':
        fromServer(stream, event.message);
        return;
      case 'failed':
        onStreamFailed(stream, event.errno);
        return;
      case 'closed':
        onStreamServerEnd(stream);
        return;
      case 'accepted':
      case 'secured':
      case 'tls-failed':
        return;
    }
  }
  const it = proxying(runtime, client, CONTINUATION);
  if (it === undefined || it.own.connection !== event.connection) return;
  switch (event.type) {
    case 'connected':
      onUpstreamConnected(it);
      break;
    case 'message':
      if (event.message.kind === 'response') onUpstreamResponse(it, event.message);
      else onUpstreamBytes(it);
      break;
    case 'failed':
      onUpstreamFailed(it, event.errno);
      break;
    case 'closed':
      onUpstreamClosed(it);
      break;
    case 'secured':
      onUpstreamSecured(it, event.info);
      break;
    case 'tls-failed':
      onUpstreamInsecure(it, event.failure);
      break;
    case 'accepted':
  }
  goOn(runtime, client);
}

// ---------------------------------------------------------------- time
function expired(runtime: Runtime, client: Client): void {
  const { request } = client;
  switch (client.phase) {
    case 'handshaking':
      runtime.tell(client, 'info', TIMED_OUT, { action: 'SSL handshaking' });
      closeClient(runtime, client);
      return;
    case 'waiting':
      if (client.requests === 0) runtime.tell(client, 'info', TIMED_OUT, { action: 'waiting for request' });
      closeClient(runtime, client);
      return;
    case 'reading':
      giveUp(runtime, client, { status: 408, text: TIMED_OUT });
      return;
    case 'delayed':
      if (request !== undefined) afterDelay({ runtime, client, request });
      goOn(runtime, client);
      return;
    case 'body':
    case 'discarding':
      onBodyExpired(runtime, client, CONTINUATION);
      return;
    case 'upstream': {
      if (isAwaitingBody(client)) {
        onBodyExpired(runtime, client, CONTINUATION);
        return;
      }
      const it = proxying(runtime, client, CONTINUATION);
      if (it !== undefined) onUpstreamExpired(it);
      goOn(runtime, client);
      return;
    }
    case 'working': {
      const next = client.waiting.shift();
      if (request !== undefined || next?.kind !== 'request') return;
      beginRequest(runtime, client, next);
      goOn(runtime, client);
      return;
    }
    case 'stream': {
      const it = streamOf(runtime, client);
      if (it !== undefined) onStreamExpired(it);
      return;
    }
    case 'resolving':
    case 'closed':
  }
}
