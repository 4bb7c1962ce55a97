/**
 * Connections to servers outlive requests: each stays with its server, for the next request that may use it.
 *
 * All of them are on one thread here; the real daemon keeps lists per thread, and with several threads a few
 * connections more.
 *
 * Source: HAProxy 2.6 src/backend.c `connect_server`, `conn_backend_get`; include/haproxy/server.h
 * `srv_use_conn`, `srv_add_to_idle_list`; src/server.c `srv_cleanup_idle_conns`, `srv_cleanup_connections`;
 * src/mux_h1.c `h1_detach`; manual "http-reuse", "pool-low-conn", "pool-max-conn", "pool-purge-delay"; recorded.
 */
import { byteLength } from '../../../std/bytes';
import { sampleText } from '../evaluate/convert';
import type { Micros } from '../../../std/instant';
import type { ServerSettings } from '../config';
import type { Subject } from '../evaluate/subject';
import type { Runtime } from './runtime';
import {
  isLaterRequest,
  type ServerConnection,
  type ServerPool,
  type ServerState,
  type Session,
} from './state';

/** `max-session-srv-conns`: connections of its own that a client's session keeps. */
const MOST_PRIVATE = 5;

export function newPool(): ServerPool {
  return { idle: [], safe: [], used: 0, mostUsed: 0, needed: 0, purgeAt: 0 };
}

/** What a connection is made for beside its server: only those that are alike are exchanged. */
export function purposeOf(runtime: Runtime, session: Session, settings: ServerSettings): string {
  let purpose = settings.mapsPort || settings.ip === 0 ? `${session.localIp}:${session.localPort} ` : '';
  if (settings.sendsProxy !== 'no')
    purpose += `${session.clientIp}:${session.clientPort}>${session.localIp}:${session.localPort} `;
  const { sniExpression } = settings.tls;
  if (settings.usesTls && sniExpression !== undefined) {
    const subject: Subject = { runtime, session, request: session.request, response: undefined };
    const name = sampleText(subject, sniExpression) ?? '';
    purpose += `${byteLength(name)}:${name}`;
  }
  return purpose;
}

// ---------------------------------------------------------------- in use
/** A new connection is the session's. */
export function useNew(runtime: Runtime, session: Session, connection: number, purpose: string): void {
  session.connection = connection;
  const server = runtime.server(session.backend, session.server);
  runtime.state.serverConnections.set(connection, {
    proxy: session.backend,
    server: session.server,
    session: session.id,
    purpose,
    requests: 0,
    isPrivate: runtime.settings(session.backend).reuse === 'never',
    tls: undefined,
  });
  if (server !== undefined) countUsed(server.pool);
}
function countUsed(pool: ServerPool): void {
  pool.used += 1;
  noteUse(pool, { further: 0 });
}
/** So many connections are in use at once; a check has a further one for itself, which is never kept. */
export function noteUse(pool: ServerPool, { further }: { readonly further: number }): void {
  const now = pool.used + further;
  if (pool.mostUsed < now) pool.mostUsed = now;
  if (pool.needed < now) pool.needed = now;
}

/** A kept connection that the session's request may go over; it is the session's then. */
export function takeKept(runtime: Runtime, session: Session, server: ServerState, purpose: string): boolean {
  const connection = ownKept(runtime, session, purpose) ?? sharedKept(runtime, session, server.pool, purpose);
  if (connection === undefined) return false;
  const kept = runtime.state.serverConnections.get(connection);
  if (kept === undefined) return false;
  kept.session = session.id;
  session.connection = connection;
  session.serverTls = kept.tls;
  if (!kept.isPrivate) countUsed(server.pool);
  return true;
}
function ownKept(runtime: Runtime, session: Session, purpose: string): number | undefined {
  const found = session.kept.find((connection) => {
    const kept = runtime.state.serverConnections.get(connection);
    return kept?.proxy === session.backend && kept.server === session.server && kept.purpose === purpose;
  });
  if (found !== undefined) session.kept = session.kept.filter((connection) => connection !== found);
  return found;
}
/** A client's first request is not risked on a connection that may just be ending, unless the mode says so. */
function sharedKept(
  runtime: Runtime,
  session: Session,
  pool: ServerPool,
  purpose: string,
): number | undefined {
  const { reuse } = runtime.settings(session.backend);
  if (keptCount(pool) === 0 || reuse === 'never') return undefined;
  const take = (list: number[]): number | undefined => {
    const place = list.findIndex(
      (connection) => runtime.state.serverConnections.get(connection)?.purpose === purpose,
    );
    return place < 0 ? undefined : list.splice(place, 1)[0];
  };
  if (isLaterRequest(session)) return take(pool.idle) ?? take(pool.safe);
  if (reuse === 'safe') return undefined;
  return take(pool.safe) ?? (reuse === 'always' ? take(pool.idle) : undefined);
}

// ---------------------------------------------------------------- kept
/** The answer is whole: the connection waits for another request, or is to be ended when the client has all. */
export function giveBack(runtime: Runtime, session: Session): (() => void) | undefined {
  const { connection } = session;
  const used = runtime.state.serverConnections.get(connection);
  const server = runtime.server(session.backend, session.server);
  if (used === undefined || server === undefined) return undefined;
  // The server's FIN came with its answer.
  if (isEnding(runtime, session)) return detachServer(runtime, session, 'close');
  if (runtime.state.stopping || !isWanted(runtime, session, used, server))
    return detachServer(runtime, session, 'reset');
  session.connection = 0;
  used.session = used.isPrivate ? session.id : 0;
  used.requests += 1;
  if (used.isPrivate) {
    session.kept = [...session.kept, connection];
    return undefined;
  }
  const { pool } = server;
  pool.used -= 1;
  (used.requests > 1 ? pool.safe : pool.idle).push(connection);
  watch(runtime, used);
  return undefined;
}
/** The server ends it, because it said so or was told to. */
function isEnding(runtime: Runtime, session: Session): boolean {
  return session.serverClosed || !keepsServers(runtime, session);
}
/** `option http-server-close` and `httpclose` count in both. */
export function keepsServers(runtime: Runtime, session: Session): boolean {
  return (
    runtime.settings(session.backend).connectionMode === 'keep-alive' &&
    runtime.settings(session.frontend).connectionMode === 'keep-alive'
  );
}
/** As many stay as were lately needed at once, and one in any case. */
function isWanted(
  runtime: Runtime,
  session: Session,
  { requests, isPrivate }: ServerConnection,
  { pool, index }: ServerState,
): boolean {
  if (isPrivate) return !session.closes && session.kept.length < MOST_PRIVATE;
  const settings = runtime.serverSettings(session.backend, index)?.pool;
  const count = keptCount(pool);
  if (settings === undefined || settings.purgeDelay === 0 || (settings.most >= 0 && settings.most <= count))
    return false;
  if (pool.safe.length === 0 && (requests > 0 || pool.idle.length === 0)) return true;
  return pool.used + count <= Math.max(pool.used, pool.needed) + settings.low;
}

// ---------------------------------------------------------------- ends
/** The session's connection to its server ends: politely, with a reset, or with a FIN and a reset behind it. */
export function dropServer(runtime: Runtime, session: Session, how: 'close' | 'reset' | 'cut'): void {
  const { connection } = session;
  if (connection === 0) return;
  session.connection = 0;
  forget(runtime, connection);
  if (how === 'cut') runtime.network.shutdown(connection, 'client');
  end(runtime, connection, how === 'close' ? 'close' : 'reset');
}
/** For when the client comes first: what ends the connection afterwards. */
export function detachServer(
  runtime: Runtime,
  session: Session,
  how: 'close' | 'reset',
): (() => void) | undefined {
  const { connection } = session;
  if (connection === 0) return undefined;
  session.connection = 0;
  forget(runtime, connection);
  return () => end(runtime, connection, how);
}
/** The network says that it is no more. */
export function lostServer(runtime: Runtime, session: Session): void {
  forget(runtime, session.connection);
  session.connection = 0;
}
/** Those that only this client could have used. */
export function dropPrivate(runtime: Runtime, session: Session): void {
  for (const connection of session.kept) {
    forget(runtime, connection);
    end(runtime, connection, 'reset');
  }
  if (session.kept.length > 0) session.kept = [];
}
/** A kept connection ends from the other side, or says what nobody asked for. */
export function onKeptEnd(runtime: Runtime, connection: number, how: 'close' | 'reset'): void {
  const kept = runtime.state.serverConnections.get(connection);
  const owner = kept === undefined ? undefined : runtime.state.sessions.get(kept.session);
  if (owner !== undefined) owner.kept = owner.kept.filter((one) => one !== connection);
  forget(runtime, connection);
  end(runtime, connection, how);
}
/** All that a server has kept: it goes into maintenance, gets another address, or the process ends. */
export function dropKept(runtime: Runtime, { pool }: ServerState): void {
  for (const connection of [...pool.idle, ...pool.safe]) {
    runtime.state.serverConnections.delete(connection);
    end(runtime, connection, 'reset');
  }
  if (pool.idle.length > 0) pool.idle = [];
  if (pool.safe.length > 0) pool.safe = [];
}
function end(runtime: Runtime, connection: number, how: 'close' | 'reset'): void {
  if (how === 'reset') runtime.network.reset(connection, 'client');
  else runtime.network.close(connection, 'client');
}
function forget(runtime: Runtime, connection: number): void {
  const known = runtime.state.serverConnections.get(connection);
  if (known === undefined) return;
  runtime.state.serverConnections.delete(connection);
  const pool = runtime.server(known.proxy, known.server)?.pool;
  if (pool === undefined) return;
  const list = [pool.idle, pool.safe].find((one) => one.includes(connection));
  if (list !== undefined) list.splice(list.indexOf(connection), 1);
  else pool.used -= 1;
}

// ---------------------------------------------------------------- the purge
/** One task looks after all servers: a server with a shorter delay waits for it too, when it is planned already. */
function watch(runtime: Runtime, { proxy, server }: ServerConnection): void {
  const pool = runtime.server(proxy, server)?.pool;
  const delay = runtime.serverSettings(proxy, server)?.pool.purgeDelay;
  if (pool === undefined || delay === undefined || pool.purgeAt !== 0) return;
  pool.purgeAt = runtime.now + delay;
  if (runtime.state.purgeAt === 0) plan(runtime, pool.purgeAt);
}
function plan(runtime: Runtime, at: Micros): void {
  runtime.state.purgeAt = at;
  runtime.world.timer(runtime.host, runtime.pid, 'purge', at, { name: 'haproxy.purge', data: null });
}
/** The task's time has come. */
export function purge(runtime: Runtime): void {
  let next = 0;
  for (const [proxy, { servers }] of runtime.state.proxies.entries())
    for (const { index, pool } of servers) {
      if (pool.purgeAt !== 0 && pool.purgeAt <= runtime.now) {
        purgeServer(runtime, pool);
        const delay = runtime.serverSettings(proxy, index)?.pool.purgeDelay ?? 0;
        pool.purgeAt = keptCount(pool) === 0 ? 0 : runtime.now + delay;
      }
      if (pool.purgeAt !== 0 && (next === 0 || pool.purgeAt < next)) next = pool.purgeAt;
    }
  runtime.state.purgeAt = 0;
  if (next !== 0) plan(runtime, next);
}
/** Half of what is more than was lately needed goes, and one more; the oldest first. */
function purgeServer(runtime: Runtime, pool: ServerPool): void {
  const count = keptCount(pool);
  if (count === 0) return;
  const tooMany = pool.used + count - Math.max(pool.mostUsed, pool.needed);
  pool.needed = Math.max(Math.floor((pool.needed + pool.mostUsed) / 2), pool.mostUsed);
  pool.mostUsed = pool.used;
  if (tooMany <= 0) return;
  for (const connection of [...pool.idle, ...pool.safe].slice(0, Math.ceil(tooMany / 2) + 1))
    onKeptEnd(runtime, connection, 'reset');
}
function keptCount({ idle, safe }: ServerPool): number {
  return idle.length + safe.length;
}
