/**
 * The rows of `show stat` and of the statistics page.
 * Source: HAProxy 2.6 management guide §9.1 "CSV format"; src/stats.c
 * `stats_fill_fe_stats`, `stats_fill_sv_stats`, `stats_fill_be_stats`; recorded output.
 *
 * Not modelled: counters of HTTP/2, and of resumed TLS sessions, stay 0.
 */

import { SECOND } from '../../../std/instant';
import { formatIPv4 } from '../../../std/ipv4';
import type { Runtime } from './runtime';
import { describe, statusText, trackedName, type Which } from './server-status';
import { average } from './session';
import {
  type CheckStatus,
  type ProxyState,
  ratePerSecond,
  type ServerState,
  type SideCounters,
} from './state';

const FIELDS = (
  'pxname,svname,qcur,qmax,scur,smax,slim,stot,bin,bout,dreq,dresp,ereq,econ,eresp,wretr,wredis,status,weight,act,bck,chkfail,chkdown,lastchg,downtime,qlimit,pid,iid,sid,throttle,lbtot,tracked,type,rate,rate_lim,rate_max,' +
  'check_status,check_code,check_duration,hrsp_1xx,hrsp_2xx,hrsp_3xx,hrsp_4xx,hrsp_5xx,hrsp_other,hanafail,req_rate,req_rate_max,req_tot,cli_abrt,srv_abrt,comp_in,comp_out,comp_byp,comp_rsp,lastsess,last_chk,last_agt,qtime,ctime,rtime,ttime,' +
  'agent_status,agent_code,agent_duration,check_desc,agent_desc,check_rise,check_fall,check_health,agent_rise,agent_fall,agent_health,addr,cookie,mode,algo,conn_rate,conn_rate_max,conn_tot,intercepted,dcon,dses,wrew,connect,reuse,cache_lookups,cache_hits,' +
  'srv_icur,src_ilim,qtime_max,ctime_max,rtime_max,ttime_max,eint,idle_conn_cur,safe_conn_cur,used_conn_cur,need_conn_est,uweight,agg_server_status,agg_server_check_status,agg_check_status'
).split(',');
export const MODULE_FIELDS: readonly string[] = (
  'ssl_sess,ssl_reused_sess,ssl_failed_handshake,h2_headers_rcvd,h2_data_rcvd,h2_settings_rcvd,h2_rst_stream_rcvd,h2_goaway_rcvd,h2_detected_conn_protocol_errors,h2_detected_strm_protocol_errors,h2_rst_stream_resp,h2_goaway_resp,' +
  'h2_open_connections,h2_backend_open_streams,h2_total_connections,h2_backend_total_streams,h1_open_connections,h1_open_streams,h1_total_connections,h1_total_streams,h1_bytes_in,h1_bytes_out,h1_spliced_bytes_in,h1_spliced_bytes_out'
).split(',');
/** Servers have counters of TLS only. */
export const SERVER_MODULE_FIELDS = 3;

export type Row = ReadonlyMap<string, string | number>;
export const CSV_HEADER = `# ${[...FIELDS, '-', ...MODULE_FIELDS].join(',')},`;

export function csvRow(row: Row): string {
  const own = FIELDS.map((field) => quoted(row.get(field)));
  const isServer = row.get('type') === 2;
  const modules = MODULE_FIELDS.map((field, index) =>
    isServer && index >= SERVER_MODULE_FIELDS ? '' : String(row.get(field) ?? 0),
  );
  return `${[...own, '-', ...modules].join(',')},`;
}
/** RFC 4180: only what needs quotes has them. */
function quoted(value: string | number | undefined): string {
  if (value === undefined) return '';
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Rows of all proxies that take part in statistics, or of one. */
export function allRows(
  runtime: Runtime,
  only?: {
    readonly proxy?: number;
    readonly types?: number;
    readonly server?: number;
    /** Addresses, cookies and algorithms too (`stats show-legends`, the admin socket). */
    readonly legends?: boolean;
  },
): Row[] {
  const legends = only?.legends === true;
  const rows: Row[] = [];
  const types = only?.types ?? -1;
  for (const [index, settings] of runtime.configuration.proxies.entries()) {
    if (settings.disabled || (only?.proxy !== undefined && only.proxy >= 0 && settings.uuid !== only.proxy))
      continue;
    const proxy = runtime.proxy(index);
    if (settings.hasFrontend && (types & 1) !== 0) rows.push(frontendRow(runtime, index));
    if (settings.hasBackend && (types & 4) !== 0)
      for (const server of proxy.servers)
        if (
          only?.server === undefined ||
          only.server < 0 ||
          settings.servers[server.index]?.id === only.server
        )
          rows.push(
            legends
              ? legend(runtime, index, serverRow(runtime, { proxy: index, server }), server)
              : serverRow(runtime, { proxy: index, server }),
          );
    if (settings.hasBackend && (types & 2) !== 0)
      rows.push(
        legends ? legend(runtime, index, backendRow(runtime, index), undefined) : backendRow(runtime, index),
      );
  }
  return rows;
}

function legend(runtime: Runtime, index: number, row: Row, server: ServerState | undefined): Row {
  const settings = runtime.settings(index);
  const full = new Map(row);
  if (server === undefined) {
    full.set('algo', settings.balance.algorithm);
    if (settings.cookie !== undefined) full.set('cookie', settings.cookie.name);
    return full;
  }
  full.set('addr', `${formatIPv4(server.ip)}:${server.port}`);
  const { cookie } = server;
  if (cookie !== undefined) full.set('cookie', cookie);
  return full;
}

const seconds = (at: number): number => Math.floor(at / SECOND);
const since = (runtime: Runtime, at: number): number => seconds(runtime.now) - seconds(at);
const sinceOrNever = (runtime: Runtime, at: number): number => (at < 0 ? -1 : since(runtime, at));

function common(runtime: Runtime, index: number, counters: SideCounters): [string, string | number][] {
  const settings = runtime.settings(index);
  return [
    ['pxname', settings.id],
    ['mode', settings.mode],
    ['pid', 1],
    ['iid', settings.uuid],
    ['scur', counters.current],
    ['smax', counters.mostSessions],
    ['stot', counters.sessions],
    ['bin', counters.bytesIn],
    ['bout', counters.bytesOut],
    ['dreq', counters.deniedRequests],
    ['dresp', counters.deniedResponses],
    ['wrew', 0],
    ['eint', 0],
    ['rate', ratePerSecond(counters.rate, runtime.now)],
    ['rate_max', counters.rate.most],
    ['ssl_sess', counters.tlsSessions],
    ['ssl_failed_handshake', counters.tlsFailures],
  ];
}
function responses(runtime: Runtime, index: number, counters: SideCounters): [string, string | number][] {
  if (runtime.settings(index).mode !== 'http') return [];
  const [other = 0, one = 0, two = 0, three = 0, four = 0, five = 0] = counters.responses;
  return [
    ['hrsp_1xx', one],
    ['hrsp_2xx', two],
    ['hrsp_3xx', three],
    ['hrsp_4xx', four],
    ['hrsp_5xx', five],
    ['hrsp_other', other],
    ['req_tot', counters.requests],
  ];
}
function compression({ compressed }: SideCounters): [string, string | number][] {
  return [
    ['comp_in', compressed.before],
    ['comp_out', compressed.after],
    ['comp_byp', 0],
    ['comp_rsp', compressed.responses],
  ];
}
function averages(times: readonly number[], count: number): [string, string | number][] {
  return ['qtime', 'ctime', 'rtime', 'ttime'].map((name, index) => [name, average(times[index] ?? 0, count)]);
}

function frontendRow(runtime: Runtime, index: number): Row {
  const settings = runtime.settings(index);
  const proxy = runtime.proxy(index);
  const { frontend } = proxy;
  return new Map<string, string | number>([
    ...common(runtime, index, frontend),
    ...responses(runtime, index, frontend),
    ['svname', 'FRONTEND'],
    ['slim', proxy.maxconn === 0 ? runtime.state.maxconn : proxy.maxconn],
    ['ereq', frontend.failedRequests],
    ['dcon', frontend.deniedConnections],
    ['dses', frontend.deniedSessions],
    ['status', proxy.stopped ? 'STOP' : proxy.paused ? 'PAUSED' : 'OPEN'],
    ['sid', 0],
    ['type', 0],
    ['rate_lim', proxy.limit.most],
    ...(settings.mode === 'http'
      ? ([
          ['intercepted', 0],
          ['cache_lookups', frontend.cacheLookups],
          ['cache_hits', frontend.cacheHits],
        ] as [string, number][])
      : []),
    ['req_rate', ratePerSecond(frontend.requestRate, runtime.now)],
    ['req_rate_max', frontend.requestRate.most],
    ['req_tot', frontend.requests],
    ...compression(frontend),
    ['conn_rate', ratePerSecond(frontend.connectionRate, runtime.now)],
    ['conn_rate_max', frontend.connectionRate.most],
    ['conn_tot', frontend.connections],
    ['h1_open_connections', frontend.current],
    ['h1_total_connections', frontend.sessions],
    ['h1_total_streams', frontend.requests],
    ['h1_bytes_in', frontend.bytesIn],
    ['h1_bytes_out', frontend.bytesOut],
  ]);
}

function backendRow(runtime: Runtime, index: number): Row {
  const proxy = runtime.proxy(index);
  const { backend, balance } = proxy;
  const settings = runtime.settings(index);
  return new Map<string, string | number>([
    ...common(runtime, index, backend),
    ...responses(runtime, index, backend),
    ...failures(backend),
    ['svname', 'BACKEND'],
    ['qcur', proxy.queue.length],
    ['qmax', backend.mostQueued],
    ['slim', proxy.fullconn],
    ['status', balance.totalWeight > 0 || proxy.servers.length === 0 ? 'UP' : 'DOWN'],
    ['weight', shownWeight(proxy, balance.totalWeight)],
    ['uweight', userWeight(runtime, index)],
    ['act', balance.active],
    ['bck', balance.backup],
    ['chkdown', proxy.downTransitions],
    ['lastchg', since(runtime, proxy.lastChange)],
    ...(proxy.servers.length === 0
      ? []
      : ([
          ['downtime', proxy.downTime + (balance.totalWeight > 0 ? 0 : since(runtime, proxy.lastChange))],
        ] as [string, number][])),
    ['sid', 0],
    ['lbtot', backend.balanced],
    ['type', 1],
    ['lastsess', sinceOrNever(runtime, backend.lastSession)],
    ['comp_in', backend.compressed.before],
    ['comp_out', backend.compressed.after],
    ['comp_byp', 0],
    ...(settings.mode === 'http'
      ? ([
          ['comp_rsp', backend.compressed.responses],
          ['cache_lookups', backend.cacheLookups],
          ['cache_hits', backend.cacheHits],
        ] as [string, number][])
      : []),
    ...averages(proxy.times, settings.mode === 'http' ? backend.requests : backend.balanced),
    ['qtime_max', 0],
    ['ctime_max', 0],
    ['rtime_max', 0],
    ['ttime_max', 0],
    ['agg_server_status', 0],
    ['agg_server_check_status', 0],
    ['agg_check_status', 0],
    ['h1_open_connections', backend.current],
    ['h1_total_connections', backend.sessions],
    ['h1_total_streams', backend.requests],
  ]);
}
function failures(counters: SideCounters): [string, string | number][] {
  return [
    ['econ', counters.failedConnections],
    ['eresp', counters.failedResponses],
    ['wretr', counters.retries],
    ['wredis', counters.redispatches],
    ['connect', counters.connections],
    ['reuse', counters.reuses],
    ['cli_abrt', counters.clientAborts],
    ['srv_abrt', counters.serverAborts],
  ];
}
function shownWeight({ balance }: ProxyState, weight: number): number {
  return Math.floor((weight * balance.multiplier + balance.divisor - 1) / balance.divisor);
}
function userWeight(runtime: Runtime, index: number): number {
  const proxy = runtime.proxy(index);
  const { balance } = proxy;
  if (balance.active === 0 && balance.firstBackup >= 0)
    return proxy.servers[balance.firstBackup]?.weight ?? 0;
  const usable = (server: ServerState): boolean =>
    server.state !== 'stopped' &&
    server.effective > 0 &&
    server.admin === 0 &&
    (runtime.serverSettings(index, server.index)?.isBackup === true) === (balance.active === 0);
  return proxy.servers.reduce((sum, server) => (usable(server) ? sum + server.weight : sum), 0);
}

function serverRow(runtime: Runtime, which: Which): Row {
  const { server } = which;
  const proxy = runtime.proxy(which.proxy);
  const own = runtime.serverSettings(which.proxy, server.index);
  const { counters, pool } = server;
  const settings = runtime.settings(which.proxy);
  const rows: [string, string | number][] = [
    ...common(runtime, which.proxy, counters),
    ...responses(runtime, which.proxy, counters),
    ...failures(counters),
    ...checkFields(runtime, which),
    ...agentFields(which),
    ['svname', server.name],
    ['scur', server.current],
    ['qcur', server.queue.length],
    ['qmax', counters.mostQueued],
    ['status', statusText(runtime, which)],
    ['lastchg', since(runtime, server.lastChange)],
    ['weight', shownWeight(proxy, server.effective)],
    ['uweight', server.weight],
    ['act', own?.isBackup === true ? 0 : 1],
    ['bck', own?.isBackup === true ? 1 : 0],
    ['sid', own?.id ?? 0],
    ['lbtot', counters.balanced],
    ['type', 2],
    ['lastsess', sinceOrNever(runtime, counters.lastSession)],
    ...averages(server.times, settings.mode === 'http' ? counters.requests : counters.balanced),
    ['qtime_max', 0],
    ['ctime_max', 0],
    ['rtime_max', 0],
    ['ttime_max', 0],
    ['srv_icur', pool.idle.length + pool.safe.length],
    ...(own !== undefined && own.pool.most >= 0 ? ([['src_ilim', own.pool.most]] as [string, number][]) : []),
    ['idle_conn_cur', pool.idle.length],
    ['safe_conn_cur', pool.safe.length],
    ['used_conn_cur', pool.used],
    ['need_conn_est', pool.needed],
  ];
  if (server.maxconn > 0) rows.push(['slim', server.maxconn]);
  if ((own?.maxqueue ?? 0) > 0) rows.push(['qlimit', own?.maxqueue ?? 0]);
  if (own?.track !== undefined) rows.push(['tracked', trackedName(runtime, which)]);
  if (server.state === 'starting') rows.push(['throttle', throttle(runtime, which)]);
  // Requests that are denied are a frontend's or backend's.
  return new Map(rows.filter(([name]) => name !== 'dreq'));
}
function throttle(runtime: Runtime, { proxy, server }: Which): number {
  const { balance } = runtime.proxy(proxy);
  const full = server.weight * balance.divisor;
  return full === 0 ? 0 : Math.floor((100 * server.effective * balance.multiplier + full - 1) / full);
}
function checkFields(runtime: Runtime, { server }: Which): [string, string | number][] {
  const { check } = server;
  if (check?.enabled !== true) return [];
  const down: [string, string | number][] = [
    ['chkfail', server.failedChecks],
    ['chkdown', server.downTransitions],
    ['downtime', server.downTime + (server.state === 'stopped' ? since(runtime, server.lastChange) : 0)],
  ];
  if (check.paused) return down;
  const { context } = check.chart;
  return [
    ...down,
    ['check_status', `${check.running ? '* ' : ''}${check.status}`],
    ...(isApplication(check.status) ? ([['check_code', check.code]] as [string, number][]) : []),
    ...(check.status === 'INI' ? [] : ([['check_duration', check.duration]] as [string, number][])),
    ['check_desc', describe(check.status)],
    ['last_chk', check.description],
    ['check_rise', context.settings.rise],
    ['check_fall', context.settings.fall],
    ['check_health', context.health],
  ];
}
function agentFields({ server }: Which): [string, string | number][] {
  const { agent } = server;
  if (agent?.enabled !== true) return [];
  return [
    ['agent_status', `${agent.running ? '* ' : ''}${agent.status}`],
    ...(isApplication(agent.status) ? ([['agent_code', agent.code]] as [string, number][]) : []),
    ...(agent.status === 'INI' ? [] : ([['agent_duration', agent.duration]] as [string, number][])),
    ['agent_desc', describe(agent.status)],
    ['last_agt', agent.description],
    ['agent_rise', 1],
    ['agent_fall', 1],
    ['agent_health', agent.health],
  ];
}
function isApplication(status: CheckStatus): boolean {
  return status === 'L7OK' || status === 'L7OKC' || status === 'L7STS';
}

/** Without servers that are hidden by `up` or `no-maint`. */
export function isShown(row: Row, words: readonly string[]): boolean {
  if (row.get('type') !== 2) return true;
  const status = String(row.get('status'));
  if (words.includes('up') && (status.startsWith('DOWN') || status.startsWith('MAINT'))) return false;
  return !(words.includes('no-maint') && status.startsWith('MAINT'));
}
