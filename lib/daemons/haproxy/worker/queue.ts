/**
 * Queues of servers and backends, and the slots that requests hold.
 * Source: HAProxy 2.6 src/queue.c; src/stream.c `sess_change_server`.
 */

import { moved } from './balance/choose';
import { dynamicLimit } from './balance/weights';
import type { Runtime } from './runtime';
import { isUsable, type ServerState, type Session } from './state';
import { wake } from './wake';

interface Which {
  readonly proxy: number;
  readonly server: ServerState;
}
const NOWHERE = -2;
const BACKEND = -1;

/** Takes a slot of a server (−1: gives back the one it holds). */
export function changeSlot(runtime: Runtime, session: Session, server: number): void {
  if (session.slot === server) return;
  const before = session.slot < 0 ? undefined : runtime.server(session.backend, session.slot);
  if (before !== undefined) {
    before.served -= 1;
    moved(runtime.pool(session.backend), before);
  }
  session.slot = server;
  const next = server < 0 ? undefined : runtime.server(session.backend, server);
  if (next === undefined) return;
  next.served += 1;
  moved(runtime.pool(session.backend), next);
}

export function enqueue(runtime: Runtime, session: Session): void {
  const proxy = runtime.proxy(session.backend);
  const server = session.isAssigned ? proxy.servers[session.server] : undefined;
  session.waitsIn = server === undefined ? BACKEND : server.index;
  session.waitsFrom = server === undefined ? proxy.dequeued : server.dequeued;
  if (server === undefined) {
    proxy.queue.push(session.id);
    proxy.backend.mostQueued = Math.max(proxy.backend.mostQueued, proxy.queue.length);
  } else {
    server.queue.push(session.id);
    server.counters.mostQueued = Math.max(server.counters.mostQueued, server.queue.length);
    moved(runtime.pool(session.backend), server);
  }
}

/** Leaves the queue it waits in, if any; how many were before it is remembered for the log. */
export function leaveQueue(runtime: Runtime, session: Session): void {
  if (session.waitsIn === NOWHERE) return;
  const proxy = runtime.proxy(session.backend);
  const server = session.waitsIn === BACKEND ? undefined : proxy.servers[session.waitsIn];
  const queue = server === undefined ? proxy.queue : server.queue;
  const at = queue.indexOf(session.id);
  if (at >= 0) queue.splice(at, 1);
  countPlaces(session, server === undefined ? proxy.dequeued : server.dequeued);
  session.waitsIn = NOWHERE;
}
function countPlaces(session: Session, dequeued: number): void {
  const places = dequeued - session.waitsFrom + 1;
  if (session.waitsIn === BACKEND) session.backendQueuePosition += places;
  else session.queuePosition += places;
}

/** A slot may be free: those who wait get it, the ones of the server and of its backend by their age. */
export function serveQueue(runtime: Runtime, which: Which): void {
  const { server } = which;
  const proxy = runtime.proxy(which.proxy);
  if (server.queue.length === 0 && proxy.queue.length === 0) return;
  const takesAny = isUsable(server) && mayServeBackend(runtime, which);
  while (server.maxconn === 0 || server.served < dynamicLimit(runtime.pool(which.proxy), server)) {
    const own = sessionOf(runtime, server.queue[0]);
    const any = takesAny ? sessionOf(runtime, proxy.queue[0]) : undefined;
    const next = own === undefined || (any !== undefined && any.number < own.number) ? any : own;
    if (next === undefined) return;
    if (next === own) server.queue.shift();
    else proxy.queue.shift();
    give(runtime, which, next);
  }
}
function sessionOf(runtime: Runtime, id: number | undefined): Session | undefined {
  return id === undefined ? undefined : runtime.state.sessions.get(id);
}
function give(runtime: Runtime, { proxy, server }: Which, session: Session): void {
  const owner = runtime.proxy(proxy);
  countPlaces(session, session.waitsIn === BACKEND ? owner.dequeued : server.dequeued);
  if (session.waitsIn === BACKEND) owner.dequeued += 1;
  else server.dequeued += 1;
  session.waitsIn = NOWHERE;
  session.server = server.index;
  session.isAssigned = true;
  changeSlot(runtime, session, server.index);
  wake(runtime, session.id, 'dequeued');
}
/** A backup only helps the backend when it is its turn. */
function mayServeBackend(runtime: Runtime, { proxy, server }: Which): boolean {
  const settings = runtime.settings(proxy);
  if (settings.servers[server.index]?.isBackup !== true) return true;
  const { balance } = runtime.proxy(proxy);
  return balance.active === 0 && (server.index === balance.firstBackup || settings.options.has('allbackups'));
}

/** A server is gone: with `option redispatch` those who waited for it look for another. */
export function redistribute(runtime: Runtime, { proxy, server }: Which): number {
  const settings = runtime.settings(proxy);
  if (settings.redispatch === undefined || settings.options.has('persist')) return 0;
  let count = 0;
  for (const id of [...server.queue]) {
    const session = runtime.state.sessions.get(id);
    if (session === undefined || session.isForced) continue;
    leaveQueue(runtime, session);
    session.isDirect = session.isAssigned = false;
    wake(runtime, id, 'dequeued');
    count += 1;
  }
  return count;
}

/** A server is back: it takes from the backend's queue what it can. */
export function grabFromBackend(runtime: Runtime, which: Which): number {
  const { server } = which;
  const proxy = runtime.proxy(which.proxy);
  if (!isUsable(server) || !mayServeBackend(runtime, which)) return 0;
  let count = 0;
  const most = dynamicLimit(runtime.pool(which.proxy), server);
  while (proxy.queue.length > 0 && (server.maxconn === 0 || server.served + count < most)) {
    const session = sessionOf(runtime, proxy.queue[0]);
    if (session === undefined) proxy.queue.shift();
    else {
      leaveQueue(runtime, session);
      proxy.dequeued += 1;
      // It looks for a server anew, and finds this one most likely.
      session.isAssigned = false;
      wake(runtime, session.id, 'dequeued');
      count += 1;
    }
  }
  return count;
}
