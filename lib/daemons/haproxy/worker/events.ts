/**
 * What happens to a worker: connections of clients and servers, checks, time.
 * Each event ends with the sessions that it set going.
 *
 * Source: HAProxy 2.6 src/mux_h1.c, src/stream.c `process_stream`.
 */
import { isTooLarge } from './request-size';
import type { Kernel } from '../../../kernel/kernel';
import type { Micros } from '../../../std/instant';
import type { HttpResponse, Message } from '../../../world/network.contract';
import type { SecureSocketEvent, TlsFailure } from '../../../world/tls.contract';
import type { Host, World } from '../../../world/world.contract';
import { ACCEPT } from '../sockets';
import {
  conclude,
  countResponse,
  countUnanswered,
  endWithoutAnswer,
  NO_STATUS,
  replyBadRequest,
  replyError,
} from './answer';
import { registerAgents } from './agent';
import { onCheckEvent, step } from './checks';
import { onBodyBytes, onBodyEnd, onBodyExpired } from './client-body';
import { connectFailed, leftQueue, onConnected, queueExpired, resume, tunnelTimeout } from './dispatch';
import { hop } from './hop';
import { limitListeners, registerLimits } from './limits';
import { logConnection, logSession } from './log-line';
import {
  beginHandshake,
  beginServerHandshake,
  bindOf,
  handshakeDone,
  handshakeFailed,
  serverHandshakeFailed,
  serverSecured,
} from './handshake';
import { parseHead } from '../../raw-request';
import { readBody } from '../../request-body';
import { registerResolving } from './resolve';
import { awaitHeader, headerFailed, sendHeader, takeHeader } from './proxy-header';
import { begin, beginTcp, inspect, tarpitEnds } from './request';
import { onResponse, onServerEnd, responseExpired } from './response';
import { type Runtime, runtimeOf, setSessionTimer } from './runtime';
import { warmUp } from './server-status';
import { dropKept, dropServer, lostServer, onKeptEnd, purge } from './server-pool';
import {
  countAccept,
  countSession,
  destroy,
  isExpired,
  newSession,
  setDeadline,
  setTimeout,
  type TimerData,
} from './session';
import type { CutOff, Session, Wakeup } from './state';
import { finishIfIdle } from './stop';
import { admission } from './tcp-rules';
import { type BindPlace, choose, SNI_CHOOSER } from './tls-material';

/** Processor time that one request costs the daemon. */
const REQUEST_COST: Micros = 40;
/** A wait for the processor that is shorter goes unnoticed. */
const UNNOTICED: Micros = 1_000;
/** What a connection without a request is counted and logged as. */
const BAD_REQUEST = 400;

type ServerTimer = { proxy: number; server: number };

export function registerWorker(world: World): void {
  setSessionTimer(
    world.kernel,
    world.kernel.handler<TimerData>('haproxy.session', (data, kernel: Kernel) => {
      void kernel;
      const host = world.findHost(data.h);
      if (host !== undefined)
        world.invoke(host, { name: 'haproxy.expired', pid: data.p, data: data.s }, undefined);
    }),
  );
  world.callback<number, undefined>('haproxy.expired', ({ host, pid, data }) =>
    within(host, pid, (runtime) => {
      const session = runtime.state.sessions.get(data);
      if (session !== undefined && isExpired(runtime, session)) expired(runtime, session);
    }),
  );
  world.network.tls.chooser<BindPlace>(SNI_CHOOSER, ({ host, pid, data }, hello) => {
    const runtime = runtimeOf(host, pid);
    return runtime === undefined ? { refuse: 'internal_error' } : choose(runtime, data, hello);
  });
  // A dozen of these come with each request: without a closure each.
  world.callback<number, SecureSocketEvent>(ACCEPT, ({ host, pid, data }, event) => {
    const runtime = runtimeOf(host, pid);
    if (runtime === undefined) return;
    onClient(runtime, data, event);
    settle(runtime);
  });
  world.callback<null, SecureSocketEvent>('haproxy.server', ({ host, pid }, event) => {
    const runtime = runtimeOf(host, pid);
    if (runtime === undefined) return;
    onServer(runtime, event);
    settle(runtime);
  });
  world.callback<ServerTimer, SecureSocketEvent>('haproxy.check', ({ host, pid, data }, event) =>
    within(host, pid, (runtime) => {
      const server = runtime.server(data.proxy, data.server);
      if (server !== undefined) onCheckEvent(runtime, { proxy: data.proxy, server }, event);
    }),
  );
  world.callback<ServerTimer & { event: Parameters<typeof step>[2] }, undefined>(
    'haproxy.check-timer',
    ({ host, pid, data }) =>
      within(host, pid, (runtime) => {
        const server = runtime.server(data.proxy, data.server);
        if (server !== undefined) step(runtime, { proxy: data.proxy, server }, data.event);
      }),
  );
  world.callback<ServerTimer, undefined>('haproxy.warmup', ({ host, pid, data }) =>
    within(host, pid, (runtime) => {
      const server = runtime.server(data.proxy, data.server);
      if (server !== undefined) warmUp(runtime, { proxy: data.proxy, server });
    }),
  );
  world.callback<null, undefined>('haproxy.purge', ({ host, pid }) => within(host, pid, purge));
  for (const name of ['haproxy.hard-stop', 'haproxy.finish'])
    world.callback<null, undefined>(name, ({ host, pid }) => {
      within(host, pid, (runtime) => {
        for (const { servers } of runtime.state.proxies)
          for (const server of servers) dropKept(runtime, server);
      });
      world.exit(host, pid, { code: 0, signal: undefined });
    });
  registerLimits(world, within);
  registerAgents(world, within);
  registerResolving(world, within);
  world.callback('haproxy.ignored', () => undefined);
}

/** Runs something within a worker, and then what it set going. */
export function within(host: Host, pid: number, run: (runtime: Runtime) => void): void {
  const runtime = runtimeOf(host, pid);
  if (runtime === undefined) return;
  run(runtime);
  settle(runtime);
}
function settle(runtime: Runtime): void {
  const { runnable } = runtime.state;
  while (runnable.length > 0) {
    const next = runnable.shift();
    const session = next === undefined ? undefined : runtime.state.sessions.get(next.session);
    if (next !== undefined && session !== undefined) goOn(runtime, session, next.why);
  }
  if (runtime.state.stopping) finishIfIdle(runtime);
}
function goOn(runtime: Runtime, session: Session, why: Wakeup['why']): void {
  switch (why) {
    case 'dequeued':
      leftQueue(runtime, session);
      return;
    case 'next': {
      const message = session.waiting.shift();
      if (session.phase === 'keepAlive' && message !== undefined) onMessage(runtime, session, message);
      return;
    }
    case 'D':
    case 'U':
    case 'K':
      cutOff(runtime, session, why);
  }
}
const PHASES: Readonly<Partial<Record<Session['phase'], string>>> = {
  queue: 'Q',
  connect: 'C',
  turnaround: 'C',
  response: 'H',
};
/** `stream_shutdown`: an answer that is waited for is a 502; who still connects goes on and learns of it later. */
function cutOff(runtime: Runtime, session: Session, why: CutOff): void {
  switch (session.phase) {
    case 'connect':
      session.cutOff = why;
      return;
    case 'turnaround':
      session.failure = why;
      return;
    case 'response':
      onServerEnd(runtime, session, 'closed', why);
      return;
    default:
      endWithoutAnswer(runtime, session, why);
  }
}

// ---------------------------------------------------------------- clients
function onClient(runtime: Runtime, listener: number, event: SecureSocketEvent): void {
  if (event.type === 'accepted') {
    accept(runtime, listener, event.connection);
    return;
  }
  const session = runtime.state.sessions.get(event.connection);
  if (session === undefined) return;
  switch (event.type) {
    case 'message':
      onMessage(runtime, session, event.message);
      return;
    case 'closed':
      onClientEnd(runtime, session);
      return;
    case 'failed':
      onClientReset(runtime, session);
      return;
    case 'secured':
      handshakeDone(runtime, session, event.info);
      established(runtime, session);
      return;
    case 'tls-failed':
      handshakeFailed(runtime, session, event.failure);
      return;
    case 'connected':
  }
}

function accept(runtime: Runtime, listener: number, connection: number): void {
  const session = newSession(runtime, listener, connection);
  runtime.state.sessions.set(connection, session);
  countAccept(runtime, session);
  limitListeners(runtime, session.frontend, bindOf(runtime, session)?.usesTls === true);
  if (!isAdmitted(runtime, session, 'connection')) return;
  if (session.expectsProxy || bindOf(runtime, session)?.acceptsProxy === true) awaitHeader(runtime, session);
  else begun(runtime, session);
}
/** The connection itself begins: with a handshake, or with data. */
function begun(runtime: Runtime, session: Session): void {
  if (bindOf(runtime, session)?.usesTls === true) beginHandshake(runtime, session);
  else established(runtime, session);
}
function onHeader(runtime: Runtime, session: Session, message: Message): void {
  const rest = takeHeader(runtime, session, message);
  if (rest === undefined) return;
  begun(runtime, session);
  if (rest !== '' && runtime.state.sessions.has(session.id))
    onMessage(runtime, session, { kind: 'bytes', text: rest, bytes: rest.length });
}

/** The connection can carry data: it becomes a session. */
function established(runtime: Runtime, session: Session): void {
  const settings = runtime.settings(session.frontend);
  if (!isAdmitted(runtime, session, 'session')) return;
  countSession(runtime, session);
  logConnection(runtime, session);
  if (settings.mode !== 'http') {
    beginTcp(runtime, session);
    return;
  }
  const { client } = settings.timeouts;
  const patience = settings.timeouts['http-request'];
  setTimeout(runtime, session, patience === undefined ? client : Math.min(patience, client ?? patience));
}
/** False: a rule has ended the connection. */
function isAdmitted(runtime: Runtime, session: Session, where: 'connection' | 'session'): boolean {
  const verdict = admission(runtime, session, where);
  if (verdict === 'accept') return true;
  const { frontend } = runtime.proxy(session.frontend);
  if (where === 'connection') frontend.deniedConnections += 1;
  else frontend.deniedSessions += 1;
  // A bare connection is ended with a reset (src/session.c: no linger).
  const end = where === 'connection' ? 'reset' : 'close';
  destroy(runtime, session, verdict === 'reject' ? end : 'silent');
  return false;
}

function onMessage(runtime: Runtime, session: Session, message: Message): void {
  if (session.phase === 'proxy') {
    onHeader(runtime, session, message);
    return;
  }
  if (session.phase === 'inspect') {
    session.bytesIn += message.bytes;
    session.waiting.push(message);
    inspect(runtime, session, { isFinal: false });
    return;
  }
  if (session.phase === 'tunnel' || runtime.settings(session.frontend).mode !== 'http') {
    relay(runtime, session, message);
    return;
  }
  if (session.body !== undefined && message.kind === 'bytes') {
    onBodyBytes(runtime, session, message.text);
    return;
  }
  if (session.phase !== 'request' && session.phase !== 'keepAlive') {
    session.waiting.push(message);
    return;
  }
  if (message.kind === 'request') {
    spend(runtime, session, message);
    return;
  }
  if (message.kind !== 'bytes') {
    runtime.state.lastError = message.kind;
    replyBadRequest(runtime, session, 400, { cause: 'P', ended: 'R' });
    return;
  }
  session.buffered += message.text;
  const parsed = parseBegun(session.buffered);
  if (parsed === 'incomplete') return;
  if (parsed === 'malformed') {
    runtime.state.lastError = session.buffered;
    replyBadRequest(runtime, session, 400, { cause: 'P', ended: 'R' });
    return;
  }
  session.buffered = session.buffered.slice(parsed.length);
  session.body = parsed.framing;
  spend(runtime, session, parsed.request);
  if (session.body !== undefined) onBodyBytes(runtime, session, '');
}
/** A head, and what has come with it, which must be the beginning of a body. */
function parseBegun(text: string): ReturnType<typeof parseHead> {
  const head = parseHead(text);
  if (typeof head === 'string' || head.framing === undefined) return head;
  return readBody(text.slice(head.length), head.framing).kind === 'invalid' ? 'malformed' : head;
}
/** The processor's share of a request; it is only waited for when there is a crowd. */
function spend(runtime: Runtime, session: Session, message: Message & { kind: 'request' }): void {
  if (isTooLarge(message, runtime.configuration.global.buffers)) {
    runtime.state.lastError = message.kind;
    replyBadRequest(runtime, session, 400, { cause: 'P', ended: 'R' });
    return;
  }
  const done = runtime.host.compute(runtime.pid, REQUEST_COST);
  if (done - runtime.now <= UNNOTICED) {
    begin(runtime, session, message);
    return;
  }
  session.phase = 'computing';
  session.waiting.unshift(message);
  setDeadline(runtime, session, done);
}

/** The client sends no more. It still hears: only a connection on which nothing is under way ends. */
function onClientEnd(runtime: Runtime, session: Session): void {
  switch (session.phase) {
    case 'proxy':
      headerFailed(runtime, session, 'closed');
      return;
    case 'handshake':
      session.closes = true;
      return;
    case 'inspect':
      session.clientClosed = session.closes = true;
      inspect(runtime, session, { isFinal: true });
      return;
    case 'request':
    case 'keepAlive':
      if (session.requests === 0) logEmpty(runtime, session);
      destroy(runtime, session);
      return;
    case 'tunnel':
      session.clientClosed = session.closes = true;
      if (session.serverClosed) conclude(runtime, session);
      else if (session.connection !== 0) runtime.network.shutdown(session.connection, 'client');
      return;
    case 'body':
      onBodyEnd(runtime, session);
      return;
    case 'tarpit':
    case 'computing':
    case 'queue':
    case 'connect':
    case 'turnaround':
    case 'response':
      if (session.body !== undefined) {
        onBodyEnd(runtime, session);
        return;
      }
      if (runtime.settings(session.frontend).mode !== 'http') {
        session.clientClosed = session.closes = true;
        return;
      }
      session.halfClosed = true;
      if (noticesEnd(runtime, session)) abandon(runtime, session);
      return;
    case 'closed':
  }
}
/** `option abortonclose`: the frontend's lets the end be seen, the backend's acts on it. */
function noticesEnd(runtime: Runtime, session: Session): boolean {
  return [session.frontend, session.backend].every(
    (proxy) => proxy >= 0 && runtime.settings(proxy).options.has('abortonclose'),
  );
}
function onClientReset(runtime: Runtime, session: Session): void {
  session.clientClosed = session.closes = true;
  switch (session.phase) {
    case 'proxy':
      headerFailed(runtime, session, 'reset');
      return;
    case 'handshake':
      handshakeFailed(runtime, session, 'reset');
      return;
    case 'request':
    case 'keepAlive':
      if (session.requests === 0) logEmpty(runtime, session);
      destroy(runtime, session);
      return;
    case 'closed':
      return;
    default:
      abort(runtime, session);
  }
}
/** The client has closed, as `option abortonclose` wants to know: a 400 when a server was asked already. */
function abandon(runtime: Runtime, session: Session): void {
  if (session.phase === 'response') {
    countAbort(runtime, session);
    dropServer(runtime, session, 'reset');
    session.closes = true;
    replyError(runtime, session, BAD_REQUEST, { cause: 'C', ended: 'H' });
    return;
  }
  session.status = NO_STATUS;
  countUnanswered(runtime, session);
  session.cause = 'C';
  session.ended = PHASES[session.phase] ?? 'R';
  dropServer(runtime, session, 'reset');
  conclude(runtime, session);
}
/** The client is gone, and nobody waits for the answer. */
function abort(runtime: Runtime, session: Session): void {
  session.cause = 'C';
  session.ended = PHASES[session.phase] ?? 'R';
  session.closes = true;
  countAbort(runtime, session);
  dropServer(runtime, session, 'reset');
  conclude(runtime, session);
}
function countAbort(runtime: Runtime, session: Session): void {
  if (session.backend < 0) return;
  runtime.proxy(session.backend).backend.clientAborts += 1;
  const server = runtime.server(session.backend, session.server);
  if (server !== undefined) server.counters.clientAborts += 1;
}
/** A connection on which nothing was ever said, unless `option dontlognull` hides it. */
function logEmpty(runtime: Runtime, session: Session): void {
  const { frontend } = runtime.proxy(session.frontend);
  frontend.failedRequests += 1;
  countResponse(frontend, BAD_REQUEST);
  const isNothing = session.buffered === '';
  if (isNothing && runtime.settings(session.frontend).options.has('dontlognull')) return;
  session.status = BAD_REQUEST;
  session.cause = 'C';
  session.ended = 'R';
  logSession(runtime, session);
}

// ---------------------------------------------------------------- servers
function onServer(runtime: Runtime, event: SecureSocketEvent): void {
  const known = runtime.state.serverConnections.get(event.connection);
  if (known === undefined) return;
  const session = runtime.state.sessions.get(known.session);
  if (session?.connection !== event.connection) {
    onKeptEnd(runtime, event.connection, event.type === 'message' ? 'reset' : 'close');
    return;
  }
  switch (event.type) {
    case 'connected': {
      const settings = runtime.serverSettings(session.backend, session.server);
      const server = runtime.server(session.backend, session.server);
      if (settings !== undefined) sendHeader(runtime, session, settings);
      if (settings !== undefined && server?.usesTls === true)
        beginServerHandshake(runtime, session, settings);
      else reached(runtime, session);
      return;
    }
    case 'secured':
      known.tls = event.info;
      serverSecured(runtime, session, event.info);
      reached(runtime, session);
      return;
    case 'tls-failed':
      onServerRefused(runtime, session, event.failure);
      return;
    case 'message':
      if (session.phase === 'tunnel') relayBack(runtime, session, event.message);
      else if (event.message.kind === 'response') onResponse(runtime, session, event.message);
      else onServerEnd(runtime, session, 'reset');
      return;
    case 'failed':
      onServerFailed(runtime, session);
      return;
    case 'closed':
      if (session.phase === 'tunnel') serverEnds(runtime, session);
      else if (session.phase === 'response') onServerEnd(runtime, session, 'closed');
      return;
    case 'accepted':
  }
}
/** The server can be spoken to. */
function reached(runtime: Runtime, session: Session): void {
  const { failure } = session;
  setDeadline(runtime, session, 0);
  onConnected(runtime, session);
  // Shut down in the pause before this attempt.
  if (failure === 'D' || failure === 'U' || failure === 'K') onServerEnd(runtime, session, 'closed', failure);
}
/** No TLS with the server; over TLS 1.3 it may say so when the request is on its way. */
function onServerRefused(runtime: Runtime, session: Session, failure: TlsFailure): void {
  if (session.phase === 'connect') {
    serverHandshakeFailed(runtime, session, failure);
    connectFailed(runtime, session, 'refused');
  } else onServerFailed(runtime, session);
}
function onServerFailed(runtime: Runtime, session: Session): void {
  switch (session.phase) {
    case 'connect':
      lostServer(runtime, session);
      connectFailed(runtime, session, 'refused');
      return;
    case 'response':
      onServerEnd(runtime, session, 'reset');
      return;
    case 'tunnel':
      session.cause = 'S';
      session.ended = 'D';
      session.closes = true;
      runtime.proxy(session.backend).backend.serverAborts += 1;
      dropServer(runtime, session, 'reset');
      conclude(runtime, session);
      return;
    default:
  }
}

// ---------------------------------------------------------------- tunnels
function relay(runtime: Runtime, session: Session, message: Message): void {
  session.bytesIn += message.bytes;
  if (session.phase !== 'tunnel' || session.connection === 0) {
    session.waiting.push(message);
    return;
  }
  runtime.network.send(session.connection, 'client', message);
  setTimeout(runtime, session, tunnelTimeout(runtime, session));
}
function relayBack(runtime: Runtime, session: Session, message: Message): void {
  session.bytesOut += message.bytes;
  if (session.answeredAt < 0) session.answeredAt = runtime.now;
  if (!session.clientClosed || runtime.settings(session.frontend).mode === 'tcp')
    runtime.network.send(session.id, 'server', withTrace(message, session));
  setTimeout(runtime, session, tunnelTimeout(runtime, session));
}
function withTrace(message: Message, session: Session): Message {
  return message.kind !== 'response' || session.trace === 0 || message.trace === session.trace
    ? message
    : ({ ...message, trace: session.trace } satisfies HttpResponse);
}
function serverEnds(runtime: Runtime, session: Session): void {
  session.serverClosed = session.closes = true;
  if (session.clientClosed) {
    conclude(runtime, session);
    return;
  }
  runtime.network.shutdown(session.id, 'server');
}

// ---------------------------------------------------------------- time
function expired(runtime: Runtime, session: Session): void {
  switch (session.phase) {
    case 'proxy':
      headerFailed(runtime, session, 'timeout');
      return;
    case 'handshake':
      handshakeFailed(runtime, session, 'timeout');
      return;
    case 'inspect':
      inspect(runtime, session, { isFinal: true });
      return;
    case 'computing': {
      const message = session.waiting.shift();
      if (message?.kind === 'request') begin(runtime, session, message);
      return;
    }
    case 'request':
      requestExpired(runtime, session);
      return;
    case 'keepAlive':
      destroy(runtime, session);
      return;
    case 'body':
      onBodyExpired(runtime, session);
      return;
    case 'tarpit':
      tarpitEnds(runtime, session);
      return;
    case 'queue':
      queueExpired(runtime, session);
      return;
    case 'connect':
      connectFailed(runtime, session, 'timeout');
      return;
    case 'turnaround':
      resume(runtime, session);
      return;
    case 'response':
      responseExpired(runtime, session);
      return;
    case 'tunnel':
      session.cause = tunnelEnd(runtime, session);
      session.ended = 'D';
      session.closes = true;
      conclude(runtime, session);
      return;
    case 'closed':
  }
}
/** Which side's patience was the shorter one. */
function tunnelEnd(runtime: Runtime, session: Session): 'c' | 's' {
  const { client } = runtime.settings(session.frontend).timeouts;
  const { server, tunnel } = runtime.settings(session.backend).timeouts;
  return tunnel === undefined && server !== undefined && (client === undefined || server < client)
    ? 's'
    : 'c';
}
/** No whole request in time: the page is sent even on a silent connection. */
function requestExpired(runtime: Runtime, session: Session): void {
  if (session.trace !== 0)
    hop(runtime, session, 'proxy', 'no whole request within timeout http-request', '408', 'bad');
  replyBadRequest(runtime, session, 408, { cause: 'c', ended: 'R' });
}
