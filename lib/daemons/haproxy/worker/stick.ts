/**
 * Stick tables: clients stay on the server that served them.
 * Source: HAProxy 2.6 configuration manual §4.2 "stick-table", "stick on";
 * src/stream.c `process_sticking_rules`, `process_store_rules`.
 *
 * Not modelled: peers. What tables count stands in counters.ts.
 */

import { holds } from '../evaluate/condition';
import { sampleText } from '../evaluate/convert';
import type { Subject } from '../evaluate/subject';
import { entryOf, liveEntry, refresh, tableOf } from './counters';
import type { Runtime } from './runtime';
import { isAlive, type Session, type StickEntry } from './state';

function fresh(runtime: Runtime, index: number, key: string): StickEntry | undefined {
  const entry = liveEntry(runtime, index, key);
  if (entry !== undefined) refresh(runtime, index, entry);
  return entry;
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
    if (rule.isMatch && !session.isAssigned) stickTo(runtime, session, fresh(runtime, table, key)?.server);
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
    const entry = entryOf(runtime, table, key);
    if (entry !== undefined) entry.server = session.server;
  }
}
