/**
 * From a backend to a server: choosing one, waiting for a slot, connecting,
 * trying again.
 *
 * Source: HAProxy 2.6 src/backend.c `assign_server_and_queue`,
 * `srv_redispatch_connect`, `back_try_conn_req`, `back_handle_st_cer`;
 * include/haproxy/stream.h `stream_choose_redispatch`; recorded pauses (1 s
 * before each retry to the same server, none to another).
 */

import type { Micros } from '../../../std/instant';
import type { HttpRequest, HttpResponse } from '../../../world/network.contract';
import { formatIPv4 } from '../../../std/ipv4';
import { sampleText } from '../evaluate/convert';
import { queryOf, splitValues, type Subject } from '../evaluate/subject';
import { conclude, type Ending, endWithoutAnswer, replyError } from './answer';
import { choose, isHashing, type Key, uriKey } from './balance/choose';
import { dynamicLimit } from './balance/weights';
import { observe } from './observe';
import { hop } from './hop';
import { changeSlot, enqueue, leaveQueue, serveQueue } from './queue';
import type { Runtime } from './runtime';
import { dropServer, purposeOf, takeKept, useNew } from './server-pool';
import { destroy, enterServer, leaveServer, setDeadline, setTimeout } from './session';
import { isUsable, type ServerState, type Session } from './state';

/** The longest pause before a retry to the same server. */
const TURNAROUND: Micros = 1_000_000;

/** Looks for a server; afterwards the session connects, waits, or has been refused. */
export function dispatch(runtime: Runtime, session: Session): void {
  for (;;) {
    const outcome = assign(runtime, session);
    switch (outcome) {
      case 'assigned':
        session.queuedAt = runtime.now;
        connect(runtime, session);
        return;
      case 'queued':
        waitInQueue(runtime, session);
        return;
      case 'none': {
        countFailed(runtime, session);
        // Without a server at all the error is the connection's: SC.
        giveUp(runtime, session, 503, { cause: 'S', ended: 'C' });
        return;
      }
      case 'full':
        if (
          session.isDirect &&
          !session.isForced &&
          runtime.settings(session.backend).redispatch !== undefined
        ) {
          session.isDirect = session.isAssigned = false;
          continue;
        }
        countFailed(runtime, session);
        giveUp(runtime, session, 503, { cause: 'S', ended: 'Q' });
        return;
    }
  }
}

type Outcome = 'assigned' | 'queued' | 'none' | 'full';

function assign(runtime: Runtime, session: Session): Outcome {
  const proxy = runtime.proxy(session.backend);
  if (!session.isAssigned) {
    const before = session.server;
    const chosen = balance(runtime, session);
    if (before >= 0) countChange(runtime, session, before, chosen);
    if (chosen === 'none') return 'none';
    if (chosen === 'full') {
      enqueue(runtime, session);
      return 'queued';
    }
  }
  const server = proxy.servers[session.server];
  if (server === undefined) return 'none';
  if (session.slot === server.index) return 'assigned';
  const settings = runtime.serverSettings(session.backend, server.index);
  if (
    server.maxconn > 0 &&
    (server.queue.length > 0 || server.served >= dynamicLimit(runtime.pool(session.backend), server))
  ) {
    const most = settings?.maxqueue ?? 0;
    if (most > 0 && server.queue.length >= most) return 'full';
    enqueue(runtime, session);
    return 'queued';
  }
  changeSlot(runtime, session, server.index);
  return 'assigned';
}

/** Lets the algorithm choose, which tries to avoid the server it had. */
function balance(runtime: Runtime, session: Session): 'chosen' | 'none' | 'full' {
  const { backend } = session;
  const proxy = runtime.proxy(backend);
  const settings = runtime.settings(backend);
  const before = session.server;
  const held = session.slot;
  if (held >= 0) changeSlot(runtime, session, -1);
  session.server = -1;
  if (proxy.balance.totalWeight === 0) return 'none';
  if (
    proxy.queue.length > 0 &&
    proxy.queue.length !== proxy.backend.current &&
    !isHashing(settings.balance) &&
    settings.balance.algorithm !== 'leastconn' &&
    settings.balance.algorithm !== 'random'
  )
    return 'full';
  const index = choose(runtime.pool(backend), keyFor(runtime, session), before);
  const freed = held >= 0 && held !== index ? proxy.servers[held] : undefined;
  if (freed !== undefined) serveQueue(runtime, { proxy: backend, server: freed });
  const server = proxy.servers[index];
  if (server === undefined) return 'full';
  if (index !== before) {
    proxy.backend.balanced += 1;
    server.counters.balanced += 1;
  }
  session.server = index;
  session.isAssigned = true;
  if (session.trace !== 0) traceChoice(runtime, session, server);
  return 'chosen';
}
/** Counts a redispatch or a retry of the same server. */
function countChange(runtime: Runtime, session: Session, before: number, chosen: string): void {
  const proxy = runtime.proxy(session.backend);
  const old = proxy.servers[before];
  if (chosen === 'chosen' && session.server === before) {
    proxy.backend.retries += 1;
    if (old !== undefined) old.counters.retries += 1;
    return;
  }
  if (session.cookieIn === 'V') session.cookieIn = 'D';
  session.isRedispatched = true;
  proxy.backend.redispatches += 1;
  if (old !== undefined) old.counters.redispatches += 1;
}

/** What algorithms look at, for one session at a time. */
const key: { runtime: Runtime | undefined; session: Session | undefined } & Key = {
  runtime: undefined,
  session: undefined,
  source: 0,
  text: () =>
    key.runtime === undefined || key.session === undefined ? undefined : keyText(key.runtime, key.session),
  random: () => key.runtime?.kernel.random(`haproxy:${key.runtime.host.name}:balance`).nextUint32() ?? 0,
};
function keyFor(runtime: Runtime, session: Session): Key {
  key.runtime = runtime;
  key.session = session;
  key.source = session.clientIp;
  return key;
}
function keyText(runtime: Runtime, session: Session): string | undefined {
  const settings = runtime.settings(session.backend).balance;
  const request = session.request;
  switch (settings.algorithm) {
    case 'uri':
      return request === undefined ? undefined : uriKey(settings, request.target);
    case 'url_param': {
      const parameter = (text: string): string | undefined =>
        text
          .split('&')
          .find((part) => part.startsWith(`${settings.argument}=`))
          ?.slice(settings.argument.length + 1);
      if (request === undefined) return undefined;
      return (
        parameter(queryOf(request.target)) ??
        (request.method === 'POST' ? parameter(request.body) : undefined)
      );
    }
    case 'hdr': {
      const value = request === undefined ? undefined : splitValues(request.headers, settings.argument)[0];
      if (value === undefined || value === '') return undefined;
      return settings.domainOnly ? domainOf(value) : value;
    }
    case 'hash': {
      const subject: Subject = { runtime, session, request, response: undefined };
      return settings.expression === undefined ? undefined : sampleText(subject, settings.expression);
    }
    case 'roundrobin':
    case 'static-rr':
    case 'leastconn':
    case 'first':
    case 'random':
    case 'source':
    case 'rdp-cookie':
      return undefined;
  }
}
/** The part of a host name before the top-level domain; all of it without a dot. */
function domainOf(host: string): string {
  return host.split('.').at(-2) ?? host;
}

// ---------------------------------------------------------------- queue
function waitInQueue(runtime: Runtime, session: Session): void {
  session.phase = 'queue';
  const { timeouts } = runtime.settings(session.backend);
  setTimeout(runtime, session, timeouts.queue ?? timeouts.connect);
  if (session.trace !== 0) {
    const server = session.isAssigned ? runtime.server(session.backend, session.server) : undefined;
    hop(
      runtime,
      session,
      'queue',
      `all slots are taken: waits in the queue of ${server === undefined ? `backend ${runtime.settings(session.backend).id}` : `server ${server.name}`}`,
      'queued',
      'wait',
    );
  }
}
/** A slot is free, or the queue was dissolved. */
export function leftQueue(runtime: Runtime, session: Session): void {
  if (session.phase !== 'queue') return;
  setDeadline(runtime, session, 0);
  if (!session.isAssigned) {
    dispatch(runtime, session);
    return;
  }
  session.queuedAt = runtime.now;
  connect(runtime, session);
}
export function queueExpired(runtime: Runtime, session: Session): void {
  session.queuedAt = runtime.now;
  leaveQueue(runtime, session);
  countFailed(runtime, session);
  giveUp(runtime, session, 503, { cause: 's', ended: 'Q' });
}

// ---------------------------------------------------------------- connect
export function connect(runtime: Runtime, session: Session): void {
  const server = runtime.server(session.backend, session.server);
  const settings = runtime.serverSettings(session.backend, session.server);
  if (server === undefined || settings === undefined) return;
  enterServer(runtime, session, server);
  session.phase = 'connect';
  const purpose = purposeOf(runtime, session, settings);
  if (session.request !== undefined && takeKept(runtime, session, server, purpose)) {
    server.counters.reuses += 1;
    runtime.proxy(session.backend).backend.reuses += 1;
    onConnected(runtime, session);
    return;
  }
  server.counters.connections += 1;
  runtime.proxy(session.backend).backend.connections += 1;
  session.serverTls = undefined;
  const source = settings.sourceIp ?? runtime.settings(session.backend).sourceIp;
  const port = settings.mapsPort ? session.localPort + settings.portOffset : server.port;
  const asked: Parameters<typeof runtime.network.connect>[1] = {
    pid: runtime.pid,
    ip: server.ip === 0 ? session.localIp : server.ip,
    port,
    on: { name: 'haproxy.server', pid: runtime.pid, data: null },
    trace: session.trace,
  };
  if (source !== undefined) asked.bindIp = source;
  useNew(runtime, session, runtime.network.connect(runtime.host, asked), purpose);
  setTimeout(runtime, session, runtime.settings(session.backend).timeouts.connect);
}

/** The server took the connection: the request goes out, unless the session was shut down meanwhile. */
export function onConnected(runtime: Runtime, session: Session): void {
  if (session.cutOff !== '') {
    endWithoutAnswer(runtime, session, session.cutOff);
    return;
  }
  observe(runtime, session.backend, session.server, 'connected');
  session.connectedAt = runtime.now;
  if (session.request === undefined) {
    openTunnel(runtime, session);
    return;
  }
  session.phase = 'response';
  sendRequest(runtime, session);
}
/** … once it is whole; `timeout server` runs from the start, and anew with each part. */
export function sendRequest(runtime: Runtime, session: Session): void {
  const { timeouts } = runtime.settings(session.backend);
  setTimeout(runtime, session, timeouts.server);
  if (session.request === undefined || session.body !== undefined) return;
  const speaksHttp2 = session.serverTls?.alpn === 'h2';
  const request: HttpRequest = speaksHttp2 ? { ...session.request, version: '2' } : session.request;
  runtime.network.send(session.connection, 'client', request);
}
function openTunnel(runtime: Runtime, session: Session): void {
  session.phase = 'tunnel';
  const messages = session.waiting;
  session.waiting = [];
  for (const message of messages) runtime.network.send(session.connection, 'client', message);
  if (session.clientClosed) runtime.network.shutdown(session.connection, 'client');
  setTimeout(runtime, session, tunnelTimeout(runtime, session));
}
/** Silence on both sides for so long ends a tunnel. */
export function tunnelTimeout(runtime: Runtime, session: Session): Micros | undefined {
  const client = runtime.settings(session.frontend).timeouts.client;
  const { server, tunnel } = runtime.settings(session.backend).timeouts;
  if (tunnel !== undefined) return tunnel;
  if (client === undefined) return server;
  return server === undefined ? client : Math.min(client, server);
}

// ---------------------------------------------------------------- failure
/** The connection could not be made: `async`: the network said so; otherwise time ran out. */
export function connectFailed(runtime: Runtime, session: Session, how: 'refused' | 'timeout'): void {
  const settings = runtime.settings(session.backend);
  const proxy = runtime.proxy(session.backend);
  const server = proxy.servers[session.server];
  if (session.cutOff !== '') session.failure = session.cutOff;
  else if (session.failure === '') session.failure = how === 'timeout' ? 's' : 'S';
  observe(runtime, session.backend, session.server, 'not connected');
  dropServer(runtime, session, 'reset');
  leaveServer(runtime, session);
  setDeadline(runtime, session, 0);
  if (session.retries >= settings.retries || !settings.retryOn.includes('conn-failure')) {
    countFailed(runtime, session);
    if (session.trace !== 0)
      hop(
        runtime,
        session,
        'connect',
        `${how === 'timeout' ? 'no answer from' : 'no connection to'} server ${server?.name ?? ''}, no retry left`,
        how,
        'bad',
      );
    giveUp(runtime, session, 503, { cause: how === 'timeout' ? 's' : 'S', ended: 'C' });
    return;
  }
  session.retries += 1;
  const again = chooseRedispatch(runtime, session);
  const pauses = how === 'refused' && (again === 'same' || proxy.balance.active <= 1);
  if (session.trace !== 0)
    hop(
      runtime,
      session,
      'connect',
      `${how === 'timeout' ? `no answer from server ${server?.name ?? ''} within timeout connect` : `server ${server?.name ?? ''} refuses`}: retry ${session.retries} of ${settings.retries}${again === 'other' ? ' to any server' : ' to the same server'}${pauses ? ' after a pause of 1 s' : ''}`,
      again === 'other' ? 'redispatch' : 'retry',
      'wait',
    );
  if (pauses) {
    session.phase = 'turnaround';
    setDeadline(
      runtime,
      session,
      runtime.now + Math.min(TURNAROUND, settings.timeouts.connect ?? TURNAROUND),
    );
    return;
  }
  resume(runtime, session);
}
/** The pause is over, or there was none. */
export function resume(runtime: Runtime, session: Session): void {
  if (session.isAssigned) connect(runtime, session);
  else dispatch(runtime, session);
}

/** May the next attempt go to another server? (`option redispatch`) */
export function chooseRedispatch(runtime: Runtime, session: Session): 'same' | 'other' {
  const settings = runtime.settings(session.backend);
  const proxy = runtime.proxy(session.backend);
  const server = proxy.servers[session.server];
  if (server !== undefined && mayRedispatch(runtime, session, server)) {
    changeSlot(runtime, session, -1);
    serveQueue(runtime, { proxy: session.backend, server });
    session.isDirect = session.isAssigned = false;
    return 'other';
  }
  if (server !== undefined) server.counters.retries += 1;
  runtime.proxy(session.backend).backend.retries += 1;
  return settings.servers.length === 0 ? 'other' : 'same';
}
function mayRedispatch(runtime: Runtime, session: Session, server: ServerState): boolean {
  const settings = runtime.settings(session.backend);
  const { redispatch } = settings;
  if (redispatch === undefined || session.isForced) return false;
  if (server.state === 'stopped' || server.state === 'starting' || server.state === 'stopping') return true;
  if (redispatch > 0 && session.retries % redispatch === 0) return true;
  if (redispatch < 0 && session.retries % (settings.retries + 1 + redispatch) === 0) return true;
  return (
    !session.isDirect && runtime.proxy(session.backend).balance.active > 1 && !isHashing(settings.balance)
  );
}

export function countFailed(runtime: Runtime, session: Session): void {
  const proxy = runtime.proxy(session.backend);
  proxy.backend.failedConnections += 1;
  const server = proxy.servers[session.server];
  if (server !== undefined) server.counters.failedConnections += 1;
}

/** Nothing can be done: the page for HTTP, the end for TCP. The first failure to connect is what the log tells. */
export function giveUp(runtime: Runtime, session: Session, status: number, last: Ending): void {
  const ending = session.failure === '' ? last : { cause: session.failure, ended: 'C' };
  if (session.request !== undefined) {
    replyError(runtime, session, status, ending);
    return;
  }
  session.cause = ending.cause;
  session.ended = ending.ended;
  dropServer(runtime, session, 'reset');
  session.closes = true;
  if (session.backend >= 0) conclude(runtime, session);
  else destroy(runtime, session);
}

/** A request is sent again, because its answer was one that `retry-on` names. */
export function retryRequest(runtime: Runtime, session: Session): boolean {
  const settings = runtime.settings(session.backend);
  if (session.retries >= settings.retries || session.noRetry) return false;
  session.retries += 1;
  // Counted here, and by a retry of the same server or a redispatch once more (`do_l7_retry`).
  const proxy = runtime.proxy(session.backend);
  proxy.backend.retries += 1;
  const server = proxy.servers[session.server];
  if (server !== undefined) server.counters.retries += 1;
  leaveServer(runtime, session);
  dropServer(runtime, session, 'reset');
  setDeadline(runtime, session, 0);
  session.connectedAt = -1;
  session.failure = '';
  const again = chooseRedispatch(runtime, session);
  if (session.trace !== 0)
    hop(
      runtime,
      session,
      'proxy',
      `retry-on: sent again${again === 'other' ? ' to any server' : ' to the same server'}`,
      'retry',
      'wait',
    );
  resume(runtime, session);
  return true;
}
/** Whether `retry-on` names it. */
export function isRetryable(
  runtime: Runtime,
  session: Session,
  what: 'empty-response' | 'response-timeout' | 'junk-response',
  response?: HttpResponse,
): boolean {
  const { retryOn } = runtime.settings(session.backend);
  if (retryOn.length === 0) return false;
  if (response !== undefined)
    return (
      retryOn.includes(String(response.status)) ||
      (retryOn.includes('all-retryable-errors') && [500, 502, 503, 504].includes(response.status))
    );
  return retryOn.includes(what) || retryOn.includes('all-retryable-errors');
}

// ---------------------------------------------------------------- words for the learner
function traceChoice(runtime: Runtime, session: Session, server: ServerState): void {
  const settings = runtime.settings(session.backend);
  const own = settings.servers[server.index];
  const usable = runtime.proxy(session.backend).servers.filter(isUsable).length;
  const place = settings.balance.isExplicit ? settings.balance : own;
  hop(
    runtime,
    session,
    'proxy',
    `backend ${settings.id}: balance ${settings.balance.algorithm} chooses ${server.name} (${formatIPv4(server.ip)}:${server.port}) of ${usable} usable ${usable === 1 ? 'server' : 'servers'}`,
    server.name,
    'ok',
    place,
  );
}
