/**
 * A client's session: how it begins, its one timer, how it ends.
 *
 * A session has one kernel event at most. A deadline that moves back costs
 * nothing: the event comes at the old time, looks, and is set again.
 *
 * Source: HAProxy 2.6 src/stream.c, src/session.c, src/mux_h1.c `h1_refresh_timeout`.
 */

import type { EventHandle } from '../../../kernel/kernel';
import type { Micros } from '../../../std/instant';
import { networkOf } from '../../../std/ipv4';
import { resumeListeners } from './limits';
import { changeSlot, leaveQueue, serveQueue } from './queue';
import { untrack } from './counters';
import type { Runtime } from './runtime';
import { dropPrivate, dropServer } from './server-pool';
import { type ProxyState, type ServerState, type Session, tick } from './state';

const NONE = -1 as EventHandle;
const NONE_KEPT: readonly number[] = [];
/** TIME_STATS_SAMPLES: averages go over so many requests. */
const SAMPLES = 512;

/** What the kernel's event of a session carries. */
export type TimerData = { h: string; p: number; s: number };

export function newSession(runtime: Runtime, listener: number, connection: number): Session {
  const { state } = runtime;
  const ends = runtime.network.connection(connection, 'server');
  const own = state.listeners[listener];
  return {
    id: connection,
    number: state.nextId++,
    stream: -1,
    listener,
    frontend: own?.proxy ?? 0,
    backend: -1,
    server: -1,
    slot: -1,
    connection: 0,
    phase: 'request',
    deadline: 0,
    timer: NONE,
    timerAt: 0,
    clientIp: ends?.peerIp ?? 0,
    clientPort: ends?.peerPort ?? 0,
    localIp: ends?.localIp ?? 0,
    localPort: ends?.localPort ?? 0,
    request: undefined,
    received: undefined,
    waiting: [],
    reply: undefined,
    clientClosed: false,
    halfClosed: false,
    serverClosed: false,
    closes: false,
    kept: NONE_KEPT,
    acceptedAt: runtime.now,
    idleSince: runtime.now,
    requestedAt: -1,
    queuedAt: -1,
    connectedAt: -1,
    answeredAt: -1,
    retries: 0,
    isAssigned: false,
    isDirect: false,
    isForced: false,
    isRedispatched: false,
    failure: '',
    cutOff: '',
    isCounted: false,
    hasBackend: false,
    buffered: '',
    body: undefined,
    expectsProxy: false,
    queuePosition: 0,
    backendQueuePosition: 0,
    waitsIn: -2,
    waitsFrom: 0,
    status: 0,
    cause: '-',
    ended: '-',
    cookieIn: '-',
    cookieOut: '-',
    cookieDates: undefined,
    bytesIn: 0,
    bytesOut: 0,
    countedIn: 0,
    countedOut: 0,
    requests: 0,
    trace: 0,
    logLevel: -1,
    noLog: false,
    noRetry: false,
    variables: undefined,
    captured: undefined,
    uniqueId: undefined,
    stickKeys: undefined,
    tracked: undefined,
    isStatistics: false,
    isCached: false,
    tls: undefined,
    serverTls: undefined,
    handshakeError: undefined,
    securedAt: runtime.now,
  };
}

// ---------------------------------------------------------------- time
/** The phase ends at that instant; 0: never. */
export function setDeadline(runtime: Runtime, session: Session, at: Micros): void {
  session.deadline = at;
  if (at === 0 || (session.timerAt !== 0 && session.timerAt <= at)) return;
  if (session.timerAt !== 0) runtime.kernel.cancel(session.timer);
  session.timer = runtime.kernel.schedule<TimerData>(Math.max(at, runtime.now), runtime.sessionTimer, {
    h: runtime.host.name,
    p: runtime.pid,
    s: session.id,
  });
  session.timerAt = at;
}
export function setTimeout(runtime: Runtime, session: Session, timeout: Micros | undefined): void {
  setDeadline(runtime, session, timeout === undefined || timeout === 0 ? 0 : runtime.now + timeout);
}
/** The event has come. True when the phase's time is over. */
export function isExpired(runtime: Runtime, session: Session): boolean {
  session.timer = NONE;
  session.timerAt = 0;
  if (session.deadline === 0) return false;
  if (session.deadline <= runtime.now) {
    session.deadline = 0;
    return true;
  }
  setDeadline(runtime, session, session.deadline);
  return false;
}

// ---------------------------------------------------------------- counting
export function countAccept(runtime: Runtime, session: Session): void {
  const { counters } = runtime.state;
  counters.connections += 1;
  counters.current += 1;
  counters.mostSessions = Math.max(counters.mostSessions, counters.current);
  const { frontend } = runtime.proxy(session.frontend);
  frontend.connections += 1;
  frontend.current += 1;
  frontend.mostSessions = Math.max(frontend.mostSessions, frontend.current);
  tick(frontend.connectionRate, runtime.now);
  const listener = runtime.listener(session);
  if (listener !== undefined) listener.current += 1;
}
/** The connection can carry data: it counts as a session. */
export function countSession(runtime: Runtime, session: Session): void {
  const { frontend } = runtime.proxy(session.frontend);
  frontend.sessions += 1;
  tick(frontend.rate, runtime.now);
}
/** `fullconn` and statistics know a backend's sessions from the moment it is chosen. */
export function enterBackend(runtime: Runtime, session: Session, backend: number): void {
  session.backend = backend;
  session.hasBackend = true;
  const counters = runtime.proxy(backend).backend;
  counters.current += 1;
  counters.sessions += 1;
  counters.mostSessions = Math.max(counters.mostSessions, counters.current);
  counters.lastSession = runtime.now;
  tick(counters.rate, runtime.now);
}
export function leaveBackend(runtime: Runtime, session: Session): void {
  if (!session.hasBackend) return;
  session.hasBackend = false;
  runtime.proxy(session.backend).backend.current -= 1;
}
export function enterServer(runtime: Runtime, session: Session, server: ServerState): void {
  session.isCounted = true;
  const { counters } = server;
  server.current += 1;
  counters.sessions += 1;
  counters.mostSessions = Math.max(counters.mostSessions, server.current);
  counters.lastSession = runtime.now;
  tick(counters.rate, runtime.now);
}
export function leaveServer(runtime: Runtime, session: Session): void {
  if (!session.isCounted) return;
  session.isCounted = false;
  const server = runtime.server(session.backend, session.server);
  if (server !== undefined) server.current -= 1;
}

/** Gives back what a request holds of backend and server: slot, place in a queue, counts. The next one may come. */
export function release(runtime: Runtime, session: Session): void {
  leaveQueue(runtime, session);
  leaveServer(runtime, session);
  const server = session.slot < 0 ? undefined : runtime.server(session.backend, session.slot);
  changeSlot(runtime, session, -1);
  if (server !== undefined) serveQueue(runtime, { proxy: session.backend, server });
  leaveBackend(runtime, session);
}

/** Averages of times in queue, to connect, to answer, in all. */
export function countTimes(holder: Pick<ProxyState | ServerState, 'times'>, values: readonly number[]): void {
  for (let i = 0; i < values.length; i++) {
    const sum = holder.times[i] ?? 0;
    holder.times[i] = sum - Math.floor((sum + SAMPLES - 1) / SAMPLES) + Math.max(0, values[i] ?? 0);
  }
}
export function average(sum: number, count: number): number {
  const samples = count > 0 && count < SAMPLES ? count : SAMPLES;
  return Math.floor((sum + samples - 1) / samples);
}

// ---------------------------------------------------------------- ends
/** How a client's connection ends: politely, with a reset, or so that the client is not told. */
export type End = 'close' | 'reset' | 'silent';

/** The session is over: nothing of it is left. */
export function destroy(runtime: Runtime, session: Session, how: End = 'close'): void {
  const { state } = runtime;
  if (session.phase === 'closed') return;
  release(runtime, session);
  const isTunnel = how === 'close' && session.phase === 'tunnel';
  dropServer(runtime, session, !isTunnel ? 'reset' : session.serverClosed ? 'close' : 'cut');
  dropPrivate(runtime, session);
  if (how === 'silent' && canVanish(runtime, session)) runtime.network.abandon(session.id, 'server');
  else if (how === 'close') runtime.network.close(session.id, 'server');
  else runtime.network.reset(session.id, 'server');
  if (session.timerAt !== 0) runtime.kernel.cancel(session.timer);
  untrack(runtime, session, 'all');
  session.phase = 'closed';
  state.sessions.delete(session.id);
  state.counters.current -= 1;
  const proxy = runtime.proxy(session.frontend);
  proxy.frontend.current -= 1;
  const listener = runtime.listener(session);
  if (listener !== undefined) listener.current -= 1;
  if (listener?.isPaused === true) resumeListeners(runtime);
}

/**
 * `silent-drop`: root takes the socket away (TCP_REPAIR); others send a reset with a TTL of 1, which
 * dies at the first router and reaches those on the same network (src/tcp_act.c).
 */
function canVanish({ host, pid }: Runtime, { clientIp }: Session): boolean {
  if (host.state.processes.get(pid)?.uid === 0) return true;
  for (const device of host.state.interfaces.values())
    if (device.addresses.some((own) => networkOf(clientIp, own.prefix) === networkOf(own.ip, own.prefix)))
      return false;
  return true;
}
