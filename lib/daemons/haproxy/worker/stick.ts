/**
 * Stick tables: clients stay on the server that served them.
 * Source: HAProxy 2.6 configuration manual §4.2 "stick-table", "stick on";
 * src/stream.c `process_sticking_rules`, `process_store_rules`.
 *
 * Not modelled: counters kept in tables, peers.
 */

import { holds } from '../evaluate/condition';
import { sampleText } from '../evaluate/convert';
import type { Subject } from '../evaluate/subject';
import type { Runtime } from './runtime';
import { isAlive, type ProxyState, type Session, type StickEntry } from './state';

export function tableOf(runtime: Runtime, name: string | undefined, own: number): number {
  return name === undefined ? own : runtime.configuration.proxies.findIndex((proxy) => proxy.id === name);
}
function fresh(runtime: Runtime, proxy: ProxyState, index: number, key: string): StickEntry | undefined {
  const entry = proxy.stick.get(key);
  if (entry === undefined) return undefined;
  if (entry.expiresAt !== 0 && entry.expiresAt <= runtime.now) {
    proxy.stick.delete(key);
    return undefined;
  }
  refresh(runtime, index, entry);
  return entry;
}
function refresh(runtime: Runtime, index: number, entry: StickEntry): void {
  const expire = runtime.settings(index).stickTable?.expire;
  entry.expiresAt = expire === undefined ? 0 : runtime.now + expire;
}

/** Before a server is chosen: what the tables know, and what they shall learn once one has answered. */
export function applyStickRules(runtime: Runtime, session: Session, subject: Subject): void {
  const settings = runtime.settings(session.backend);
  for (const rule of settings.stickRules) {
    if (rule.onResponse || !holds(subject, rule.condition)) continue;
    const key = sampleText(subject, rule.expression);
    const table = tableOf(runtime, rule.table, session.backend);
    const proxy = runtime.state.proxies[table];
    if (key === undefined || proxy === undefined) continue;
    if (rule.isMatch && !session.isAssigned)
      stickTo(runtime, session, fresh(runtime, proxy, table, key)?.server);
    if (rule.isStore) (session.stickKeys ??= []).push({ table, key });
  }
}
function stickTo(runtime: Runtime, session: Session, index: number | undefined): void {
  const server = index === undefined ? undefined : runtime.server(session.backend, index);
  if (server === undefined) return;
  if (!isAlive(server) && !runtime.settings(session.backend).options.has('persist') && !session.isForced)
    return;
  session.server = server.index;
  session.isAssigned = session.isDirect = true;
}

/** A server answered: the tables learn it. */
export function store(runtime: Runtime, session: Session, subject: Subject): void {
  for (const rule of runtime.settings(session.backend).stickRules) {
    if (!rule.onResponse || !holds(subject, rule.condition)) continue;
    const key = sampleText(subject, rule.expression);
    if (key !== undefined)
      (session.stickKeys ??= []).push({ table: tableOf(runtime, rule.table, session.backend), key });
  }
  if (runtime.serverSettings(session.backend, session.server)?.nonStick === true) return;
  for (const { table, key } of session.stickKeys ?? []) {
    const proxy = runtime.state.proxies[table];
    if (proxy === undefined) continue;
    makeRoom(runtime, proxy, table);
    const entry = proxy.stick.get(key) ?? newEntry();
    entry.server = session.server;
    refresh(runtime, table, entry);
    proxy.stick.set(key, entry);
  }
}
export function newEntry(): StickEntry {
  const rate = { second: -1, now: 0, before: 0, most: 0 };
  return {
    server: -1,
    expiresAt: 0,
    gpc0: 0,
    connections: 0,
    current: 0,
    requests: 0,
    sessions: 0,
    requestRate: { ...rate },
    connectionRate: { ...rate },
    errors: 0,
  };
}
/** The oldest entries leave a full table. */
function makeRoom(runtime: Runtime, proxy: ProxyState, index: number): void {
  const size = runtime.settings(index).stickTable?.size ?? 0;
  while (size > 0 && proxy.stick.size >= size) {
    const oldest = proxy.stick.keys().next().value;
    if (oldest === undefined) return;
    proxy.stick.delete(oldest);
  }
}
