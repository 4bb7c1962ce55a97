/**
 * What stick tables count about those that rules track: connections, requests,
 * errors, general purpose counters, and rates over a period.
 * Source: HAProxy 2.6 configuration manual §4.2 "http-request track-sc0",
 * "stick-table", §7.3.3 "sc_http_req_rate"; src/stick_table.c, src/freq_ctr.c.
 *
 * Not modelled: arrays of counters, `peers`.
 */
import type { Micros } from '../../../std/instant';
import type { Runtime } from './runtime';
import type { PeriodRate, Session, StickEntry } from './state';

export function tableOf(runtime: Runtime, name: string | undefined, own: number): number {
  return name === undefined ? own : runtime.configuration.proxies.findIndex((proxy) => proxy.id === name);
}
export function newEntry(): StickEntry {
  return {
    server: -1,
    expiresAt: 0,
    gpc0: 0,
    gpc1: 0,
    gpt0: 0,
    connections: 0,
    current: 0,
    requests: 0,
    sessions: 0,
    errors: 0,
    failures: 0,
    bytesIn: 0,
    bytesOut: 0,
    rates: new Map(),
  };
}
export function refresh(runtime: Runtime, index: number, entry: StickEntry): void {
  const expire = runtime.settings(index).stickTable?.expire;
  entry.expiresAt = expire === undefined ? 0 : runtime.now + expire;
}
/** The entry of a key, unless there is none or its time is over. */
export function liveEntry(runtime: Runtime, index: number, key: string): StickEntry | undefined {
  const proxy = runtime.state.proxies[index];
  const entry = proxy?.stick.get(key);
  if (proxy === undefined || entry === undefined) return undefined;
  if (entry.expiresAt === 0 || entry.expiresAt > runtime.now || entry.current > 0) return entry;
  proxy.stick.delete(key);
  return undefined;
}
/** The entry of a key, made when there is none. The oldest ones leave a full table, unless it says `nopurge`. */
export function entryOf(runtime: Runtime, index: number, key: string): StickEntry | undefined {
  const proxy = runtime.state.proxies[index];
  if (proxy === undefined) return undefined;
  const known = liveEntry(runtime, index, key);
  if (known !== undefined) {
    refresh(runtime, index, known);
    return known;
  }
  const { size = 0, noPurge = false } = runtime.settings(index).stickTable ?? {};
  while (size > 0 && proxy.stick.size >= size) {
    if (noPurge) return undefined;
    const oldest = proxy.stick.keys().next().value;
    if (oldest === undefined) break;
    proxy.stick.delete(oldest);
  }
  const made = newEntry();
  refresh(runtime, index, made);
  proxy.stick.set(key, made);
  return made;
}

// ---------------------------------------------------------------- rates
/** `http_req_rate(10s)` → microseconds; undefined: the table does not keep it. */
export function periodOf(runtime: Runtime, index: number, name: string): Micros | undefined {
  for (const store of runtime.settings(index).stickTable?.stores ?? []) {
    if (!store.startsWith(`${name}(`)) continue;
    return milliseconds(store.slice(name.length + 1, -1)) * 1_000;
  }
  return undefined;
}
export function keeps(runtime: Runtime, index: number, name: string): boolean {
  return runtime.settings(index).stickTable?.stores.some((store) => store.split('(')[0] === name) === true;
}
const UNITS: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
export function milliseconds(period: string): number {
  const match = /^(\d+)(us|ms|s|m|h|d)?$/.exec(period);
  return match === null ? 0 : Number(match[1]) * (UNITS[match[2] ?? 'ms'] ?? 1);
}
function turn(rate: PeriodRate, period: Micros, now: Micros): void {
  const since = now - rate.startedAt;
  if (since < period) return;
  rate.before = since < 2 * period ? rate.now : 0;
  rate.now = 0;
  rate.startedAt = since < 2 * period ? rate.startedAt + period : now;
}
function tickRate(runtime: Runtime, index: number, entry: StickEntry, name: string, by = 1): void {
  const period = periodOf(runtime, index, name);
  if (period === undefined) return;
  const rate = entry.rates.get(name) ?? { startedAt: runtime.now, now: 0, before: 0 };
  turn(rate, period, runtime.now);
  rate.now += by;
  entry.rates.set(name, rate);
}
/** Events over the last period: those of the present one, and the share of the one before that still counts. */
export function readRate(runtime: Runtime, index: number, entry: StickEntry, name: string): number {
  const period = periodOf(runtime, index, name);
  const rate = entry.rates.get(name);
  if (period === undefined || rate === undefined) return 0;
  turn(rate, period, runtime.now);
  const left = period - (runtime.now - rate.startedAt);
  return rate.now + Math.floor((rate.before * left) / period);
}

// ---------------------------------------------------------------- tracking
/** A rule tracks a key in one of the session's slots, unless the slot is taken. */
export function track(
  runtime: Runtime,
  session: Session,
  rule: { slot: number; table: number; key: string; isRequest: boolean },
): void {
  const { slot, table, key, isRequest } = rule;
  if (session.tracked?.some((one) => one.slot === slot) === true) return;
  const entry = entryOf(runtime, table, key);
  if (entry === undefined) return;
  (session.tracked ??= []).push({ slot, table, key, isRequest });
  entry.current += 1;
  entry.connections += 1;
  tickRate(runtime, table, entry, 'conn_rate');
  if (!isRequest) {
    entry.sessions += 1;
    tickRate(runtime, table, entry, 'sess_rate');
  } else countOne(runtime, table, entry);
}
function countOne(runtime: Runtime, table: number, entry: StickEntry): void {
  entry.requests += 1;
  tickRate(runtime, table, entry, 'http_req_rate');
}
/** A request begins: whom a connection's rule tracks is charged with it. */
export function countTracked(runtime: Runtime, session: Session): void {
  for (const { table, key } of session.tracked ?? []) {
    const entry = liveEntry(runtime, table, key);
    if (entry !== undefined) countOne(runtime, table, entry);
  }
}
/** A request was refused, or answered with 4xx. */
export function countError(runtime: Runtime, session: Session): void {
  for (const { table, key } of session.tracked ?? []) {
    const entry = liveEntry(runtime, table, key);
    if (entry === undefined) continue;
    entry.errors += 1;
    tickRate(runtime, table, entry, 'http_err_rate');
  }
}
/** The server answered with 5xx, or not as it should. */
export function countFailure(runtime: Runtime, session: Session): void {
  for (const { table, key } of session.tracked ?? []) {
    const entry = liveEntry(runtime, table, key);
    if (entry === undefined) continue;
    entry.failures += 1;
    tickRate(runtime, table, entry, 'http_fail_rate');
  }
}
/** What a request and its answer weighed. */
export function countBytes(runtime: Runtime, session: Session, received: number, sent: number): void {
  for (const { table, key } of session.tracked ?? []) {
    const entry = liveEntry(runtime, table, key);
    if (entry === undefined) continue;
    entry.bytesIn += received;
    entry.bytesOut += sent;
    tickRate(runtime, table, entry, 'bytes_in_rate', received);
    tickRate(runtime, table, entry, 'bytes_out_rate', sent);
  }
}
/** The request, or the whole connection, is over. */
export function untrack(runtime: Runtime, session: Session, what: 'request' | 'all'): void {
  if (session.tracked === undefined) return;
  const kept: typeof session.tracked = [];
  for (const one of session.tracked) {
    if (what === 'request' && !one.isRequest) {
      kept.push(one);
      continue;
    }
    const entry = runtime.state.proxies[one.table]?.stick.get(one.key);
    if (entry === undefined) continue;
    entry.current = Math.max(0, entry.current - 1);
    refresh(runtime, one.table, entry);
  }
  session.tracked = kept.length === 0 ? undefined : kept;
}

// ---------------------------------------------------------------- what samples ask
/** Value of a counter; undefined: the table does not keep it. `inc_` and `clr_` change it first. */
export function counterValue(
  runtime: Runtime,
  index: number,
  entry: StickEntry | undefined,
  name: string,
): number | undefined {
  const plain = name.replace(/^(?:get|inc|clr)_/, '').replace(/^kbytes_(.*)$/, 'bytes_$1_cnt');
  if (!keeps(runtime, index, plain) && name !== 'trackers') return undefined;
  if (entry === undefined) return 0;
  switch (name) {
    case 'conn_cnt':
      return entry.connections;
    case 'conn_cur':
    case 'trackers':
      return entry.current;
    case 'sess_cnt':
      return entry.sessions;
    case 'http_req_cnt':
      return entry.requests;
    case 'http_err_cnt':
      return entry.errors;
    case 'http_fail_cnt':
      return entry.failures;
    case 'bytes_in_cnt':
      return entry.bytesIn;
    case 'bytes_out_cnt':
      return entry.bytesOut;
    case 'kbytes_in':
      return Math.floor(entry.bytesIn / 1_024);
    case 'kbytes_out':
      return Math.floor(entry.bytesOut / 1_024);
    case 'get_gpc0':
      return entry.gpc0;
    case 'get_gpc1':
      return entry.gpc1;
    case 'get_gpt0':
      return entry.gpt0;
    case 'inc_gpc0':
      tickRate(runtime, index, entry, 'gpc0_rate');
      return ++entry.gpc0;
    case 'inc_gpc1':
      tickRate(runtime, index, entry, 'gpc1_rate');
      return ++entry.gpc1;
    case 'clr_gpc0':
      return clear(entry, 'gpc0');
    case 'clr_gpc1':
      return clear(entry, 'gpc1');
    case 'conn_rate':
    case 'sess_rate':
    case 'http_req_rate':
    case 'http_err_rate':
    case 'http_fail_rate':
    case 'gpc0_rate':
    case 'gpc1_rate':
    case 'bytes_in_rate':
    case 'bytes_out_rate':
      return readRate(runtime, index, entry, name);
    default:
      return undefined;
  }
}
function clear(entry: StickEntry, which: 'gpc0' | 'gpc1'): number {
  const before = entry[which];
  entry[which] = 0;
  return before;
}
export const COUNTERS = [
  'conn_cnt',
  'conn_cur',
  'conn_rate',
  'sess_cnt',
  'sess_rate',
  'http_req_cnt',
  'http_req_rate',
  'http_err_cnt',
  'http_err_rate',
  'http_fail_cnt',
  'http_fail_rate',
  'get_gpc0',
  'get_gpc1',
  'get_gpt0',
  'inc_gpc0',
  'inc_gpc1',
  'clr_gpc0',
  'clr_gpc1',
  'gpc0_rate',
  'gpc1_rate',
  'bytes_in_rate',
  'bytes_out_rate',
  'kbytes_in',
  'kbytes_out',
  'trackers',
] as const;

/** An administrator sets what a table keeps; a rate, as if all had come just now. */
export function setCounter(runtime: Runtime, entry: StickEntry, kind: string, value: number): void {
  const field = FIELDS[kind];
  if (field !== undefined) entry[field] = value;
  else entry.rates.set(kind, { startedAt: runtime.now, now: value, before: 0 });
}
type Field = Exclude<keyof StickEntry, 'server' | 'expiresAt' | 'rates'>;
const FIELDS: Readonly<Record<string, Field>> = {
  gpc0: 'gpc0',
  gpc1: 'gpc1',
  gpt0: 'gpt0',
  conn_cnt: 'connections',
  conn_cur: 'current',
  sess_cnt: 'sessions',
  http_req_cnt: 'requests',
  http_err_cnt: 'errors',
  http_fail_cnt: 'failures',
  bytes_in_cnt: 'bytesIn',
  bytes_out_cnt: 'bytesOut',
};
