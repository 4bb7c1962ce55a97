/**
 * What the socket shows. Source: HAProxy 2.6 management guide §9.3; recorded answers.
 */
import { SECOND } from '../../../std/instant';
import { formatIPv4 } from '../../../std/ipv4';
import { RELEASE_DATE, VERSION } from '../messages';
import type { Runtime } from '../worker/runtime';
import { trackedServer } from '../worker/server-status';
import {
  type CheckStatus,
  MAINTENANCE,
  newCounters,
  ratePerSecond,
  type ServerState,
  type Session,
  type SideCounters,
} from '../worker/state';
import { allRows, CSV_HEADER, csvRow, isShown, type Row } from '../worker/statistics';
import { formatDuration } from '../worker/uptime';
import { logTime } from '../worker/log-line';
import { pointerOf } from './servers';
import { formattedInformation, formattedStatistics } from '../worker/typed';

type Words = readonly string[];

// ---------------------------------------------------------------- show stat
export function statistics(runtime: Runtime, words: Words): string {
  const given = words.slice(2);
  const format = given.find((word) => word === 'json' || word === 'typed');
  const names = given.filter((word) => !/^(?:up|no-maint|json|typed|desc)$/.test(word));
  // Only all three of them together choose.
  const [proxy = '', types = '', server = ''] = names.length >= 3 ? names : [];
  const rows = allRows(runtime, {
    legends: true,
    ...(names.length >= 3
      ? { proxy: proxyNumber(runtime, proxy), types: Number(types), server: Number(server) }
      : {}),
  });
  const kept = rows.filter((row) => isShown(row, given));
  const shown = given.includes('up') ? kept.map((row) => countedUp(runtime, row)) : kept;
  if (format !== undefined) return formattedStatistics(shown, format);
  return `${[CSV_HEADER, ...shown.map(csvRow)].join('\n')}\n`;
}
/** `UP (2/3)`: where servers are hidden, their backend tells how many there are. */
function countedUp(runtime: Runtime, row: Row): Row {
  if (row.get('type') !== 1) return row;
  const proxy = runtime.state.proxies.find(({ name }) => name === row.get('pxname'));
  if (proxy === undefined || proxy.servers.length === 0) return row;
  const up = proxy.servers.filter(({ state }) => state !== 'stopped').length;
  return new Map([...row, ['status', `${row.get('status')} (${up}/${proxy.servers.length})`]]);
}
function proxyNumber(runtime: Runtime, text: string): number {
  if (/^-?\d+$/.test(text)) return Number(text);
  return runtime.configuration.proxies.find(({ id }) => id === text)?.uuid ?? 0;
}
export function clearCounters(runtime: Runtime, words: Words): string {
  for (const proxy of runtime.state.proxies)
    for (const counters of [proxy.frontend, proxy.backend, ...proxy.servers.map((server) => server.counters)])
      if (words[2] === 'all') Object.assign(counters, { ...newCounters(), current: counters.current });
      else clearMost(counters);
  return '';
}
function clearMost(counters: SideCounters): void {
  counters.mostSessions = counters.current;
  counters.mostQueued = counters.rate.most = counters.requestRate.most = 0;
}

// ---------------------------------------------------------------- show info
export function information(runtime: Runtime, words: Words): string {
  const given = words.slice(2);
  const format = given.find((word) => word === 'json' || word === 'typed') ?? 'plain';
  return formattedInformation(facts(runtime), format, { described: given.includes('desc') });
}
const zeros = (names: string): [string, number][] => names.split(' ').map((name) => [name, 0]);
function facts(runtime: Runtime): [string, string | number][] {
  const { state, host, configuration } = runtime;
  const sum = (of: (counters: SideCounters) => number): number =>
    state.proxies.reduce((total, { frontend }) => total + of(frontend), 0);
  const rate = sum(({ rate: own }) => ratePerSecond(own, runtime.now));
  const most = sum(({ rate: own }) => own.most);
  const descriptors = 2 * state.hardMaxconn + 41;
  const listeners =
    state.listeners.filter(({ listener }) => listener !== 0).length + state.admin.listeners.length;
  const own = state.hasMaster ? 1 : 0;
  const { current } = state.counters;
  const { tls } = state;
  const pool = 106_640 + 18_000 * current;
  return [
    ['Name', 'HAProxy'],
    ['Version', VERSION],
    ['Release_date', RELEASE_DATE],
    ['Nbthread', configuration.global.threads ?? host.state.cores],
    ['Nbproc', 1],
    ['Process_num', 1],
    ['Pid', runtime.pid],
    ['Uptime', formatDuration(runtime.now - state.startedAt)],
    ['Uptime_sec', Math.floor((runtime.now - state.startedAt) / SECOND)],
    ...zeros('Memmax_MB PoolAlloc_MB PoolUsed_MB PoolFailed'),
    ['Ulimit-n', descriptors],
    ['Maxsock', descriptors],
    ['Maxconn', state.maxconn],
    ['Hard_maxconn', state.hardMaxconn],
    ['CurrConns', current],
    ['CumConns', state.counters.connections],
    ['CumReq', state.counters.streams],
    ['MaxSslConns', 0],
    ['CurrSslConns', secured(runtime)],
    ['CumSslConns', tls.total],
    ...zeros('Maxpipes PipesUsed PipesFree'),
    ['ConnRate', rate],
    ['ConnRateLimit', state.limits.connections.most],
    ['MaxConnRate', most],
    ['SessRate', rate],
    ['SessRateLimit', state.limits.sessions.most],
    ['MaxSessRate', most],
    ['SslRate', ratePerSecond(tls.rate, runtime.now)],
    ['SslRateLimit', state.limits.handshakes.most],
    ['MaxSslRate', tls.rate.most],
    ['SslFrontendKeyRate', ratePerSecond(tls.frontendKeys, runtime.now)],
    ['SslFrontendMaxKeyRate', tls.frontendKeys.most],
    ['SslFrontendSessionReuse_pct', 0],
    ['SslBackendKeyRate', ratePerSecond(tls.backendKeys, runtime.now)],
    ['SslBackendMaxKeyRate', tls.backendKeys.most],
    ...zeros('SslCacheLookups SslCacheMisses CompressBpsIn CompressBpsOut CompressBpsRateLim'),
    ['Tasks', 14 + state.sessions.size + checked(runtime)],
    ['Run_queue', 0],
    ['Idle_pct', 100],
    ['node', configuration.global.node],
    ...(configuration.global.description === ''
      ? []
      : [['description', configuration.global.description] satisfies [string, string]]),
    ['Stopping', state.stopping ? 1 : 0],
    ['Jobs', listeners + own + state.sessions.size + state.admin.clients.size],
    ['Unstoppable Jobs', own],
    ['Listeners', listeners + own],
    ...zeros('ActivePeers ConnectedPeers DroppedLogs BusyPolling FailedResolutions'),
    ['TotalBytesOut', sum(({ bytesOut }) => bytesOut)],
    ...zeros('TotalSplicdedBytesOut BytesOutRate DebugCommandsIssued CumRecvLogs'),
    ['Build info', VERSION],
    ['Memmax_bytes', 0],
    ['PoolAlloc_bytes', pool],
    ['PoolUsed_bytes', pool],
    ['Start_time_sec', Math.floor((host.clock() - runtime.now + state.startedAt) / SECOND)],
    ['Tainted', 0],
  ];
}
/** Connections that speak TLS now, of clients and of servers. */
function secured({ state, network }: Runtime): number {
  let count = 0;
  for (const id of state.sessions.keys()) if (network.tls.isTls(id, 'server')) count += 1;
  for (const id of state.serverConnections.keys()) if (network.tls.isTls(id, 'client')) count += 1;
  return count;
}
function checked(runtime: Runtime): number {
  return runtime.state.proxies.reduce(
    (sum, { servers }) => sum + servers.filter(({ check }) => check !== undefined).length,
    0,
  );
}

// ---------------------------------------------------------------- servers
const STATE_FIELDS =
  '# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight srv_time_since_last_change srv_check_status srv_check_result srv_check_health srv_check_state srv_agent_state bk_f_forced_id srv_f_forced_id srv_fqdn srv_port srvrecord srv_use_ssl srv_check_port srv_check_addr srv_agent_addr srv_agent_port';
/** Numbers of `enum healthcheck_status`. */
const CHECK_NUMBERS: Readonly<Record<CheckStatus, number>> = {
  UNK: 0,
  INI: 1,
  CHECKED: 3,
  HANA: 4,
  SOCKERR: 5,
  L4OK: 6,
  L4TOUT: 7,
  L4CON: 8,
  L6OK: 9,
  L6TOUT: 10,
  L6RSP: 11,
  L7TOUT: 12,
  L7RSP: 13,
  L7OK: 15,
  L7OKC: 16,
  L7STS: 17,
};
const OPERATION = { stopped: 0, starting: 1, running: 2, stopping: 3 } as const;

export function serversState(runtime: Runtime, words: Words): string {
  const name = words[3];
  const proxies = runtime.configuration.proxies.entries();
  if (name !== undefined && !hasBackend(runtime, name)) return "Can't find backend.\n";
  let text = `1\n${STATE_FIELDS}\n`;
  for (const [index, settings] of proxies) {
    if (!settings.hasBackend || settings.disabled || (name !== undefined && settings.id !== name)) continue;
    for (const server of runtime.proxy(index).servers) text += `${serverState(runtime, index, server)}\n`;
  }
  return text;
}
function serverState(runtime: Runtime, proxy: number, server: ServerState): string {
  const settings = runtime.settings(proxy);
  const own = settings.servers[server.index];
  const { check } = server;
  const status =
    check === undefined ? (trackedServer(runtime, { proxy, server })?.check?.status ?? 'INI') : check.status;
  const enabled = check?.enabled === true;
  return [
    settings.uuid,
    settings.id,
    own?.id ?? 0,
    server.name,
    server.ip === 0 && own?.ip === undefined ? '-' : formatIPv4(server.ip),
    OPERATION[server.state],
    server.admin,
    server.weight,
    server.initialWeight,
    Math.floor(runtime.now / SECOND) - Math.floor(server.lastChange / SECOND),
    CHECK_NUMBERS[status],
    checkResult(status),
    check === undefined ? ((server.admin & MAINTENANCE) === 0 ? 2 : 0) : check.chart.context.health,
    check === undefined ? 0 : (enabled ? 6 : 4) + (check.running ? 1 : 0) + (check.paused ? 8 : 0),
    server.agent === undefined ? 0 : (server.agent.enabled ? 22 : 20) + (server.agent.running ? 1 : 0),
    0,
    0,
    own?.hostname ?? '-',
    server.port,
    '-',
    server.usesTls ? 1 : 0,
    check?.port ?? own?.checkPort ?? 0,
    (check?.ip ?? own?.checkIp) === undefined ? '-' : formatIPv4(check?.ip ?? own?.checkIp ?? 0),
    server.agent?.ip === undefined ? '-' : formatIPv4(server.agent.ip),
    server.agent?.port ?? 0,
  ].join(' ');
}
function checkResult(status: CheckStatus): number {
  if (status === 'INI' || status === 'UNK') return 0;
  return status === 'L4OK' || status === 'L6OK' || status === 'L7OK' ? 3 : status === 'L7OKC' ? 4 : 2;
}

function hasBackend(runtime: Runtime, name: string): boolean {
  return runtime.configuration.proxies.some((proxy) => proxy.hasBackend && proxy.id === name);
}
export function serversConnections(runtime: Runtime, words: Words): string {
  const name = words[3];
  if (name !== undefined && !hasBackend(runtime, name)) return "Can't find backend.\n";
  let text =
    '# bkname/svname bkid/svid addr port - purge_delay used_cur used_max need_est unsafe_nb safe_nb idle_lim idle_cur idle_per_thr[2]\n';
  for (const [index, settings] of runtime.configuration.proxies.entries()) {
    if (!settings.hasBackend || (name !== undefined && settings.id !== name)) continue;
    for (const { name: own, index: place, ip, port, pool } of runtime.proxy(index).servers) {
      const line = settings.servers[place];
      const kept = pool.idle.length + pool.safe.length;
      text += `${settings.id}/${own} ${settings.uuid}/${line?.id ?? 0} ${formatIPv4(ip)} ${port} - ${(line?.pool.purgeDelay ?? 0) / 1_000} ${pool.used} ${pool.mostUsed} ${pool.needed} ${pool.idle.length} ${pool.safe.length} ${line?.pool.most ?? -1} ${kept} ${kept} 0\n`;
    }
  }
  return text;
}
export function backends(runtime: Runtime): string {
  const names = runtime.configuration.proxies.filter(({ hasBackend, disabled }) => hasBackend && !disabled);
  return `# name\n${names.map(({ id }) => `${id}\n`).join('')}`;
}

// ---------------------------------------------------------------- sessions
export function sessions(runtime: Runtime, words: Words): string {
  // strtoul(): what does not begin with digits is no pointer, and all are shown.
  const pointer = words[2] ?? '';
  if (/^(?:0x[0-9a-f]|[1-9])/i.test(pointer)) {
    const one = [...runtime.state.sessions.values()].find(({ id }) => pointerOf(id) === pointer);
    return one === undefined ? 'Session not found.\n' : 'not modelled: show sess <id>\n';
  }
  let text = '';
  for (const session of runtime.state.sessions.values())
    if (session.phase !== 'request' && session.phase !== 'keepAlive')
      text += `${sessionLine(runtime, session)}\n`;
  return `${text}${pointerOf(1)}: proto=unix_stream src=unix:1 fe=GLOBAL be=<NONE> srv=<none> ts=00 epoch=0 age=0s calls=1 rate=0 cpu=0 lat=0 rq[f=c08000h,i=0,an=00h,rx=,wx=,ax=] rp[f=80008000h,i=0,an=00h,rx=,wx=,ax=] scf=[8,200h,fd=14] scb=[8,1h,fd=-1] exp= rc=0 c_exp=\n`;
}
function sessionLine(runtime: Runtime, session: Session): string {
  const backend = session.backend < 0 ? '<NONE>' : runtime.settings(session.backend).id;
  const server = runtime.server(session.backend, session.server)?.name ?? '<none>';
  const age = Math.floor((runtime.now - session.acceptedAt) / SECOND);
  const left =
    session.deadline === 0 ? '' : `${Math.max(0, Math.ceil((session.deadline - runtime.now) / SECOND))}s`;
  return `${pointerOf(session.id)}: proto=tcpv4 src=${formatIPv4(session.clientIp)}:${session.clientPort} fe=${runtime.settings(session.frontend).id} be=${backend} srv=${server} ts=00 epoch=0 age=${age}s calls=3 rate=0 cpu=0 lat=0 rq[f=48840000h,i=0,an=00h,rx=,wx=,ax=] rp[f=80048202h,i=0,an=4000000h,rx=${left},wx=,ax=] scf=[8,200h,fd=${12 + (session.number % 1_000)}] scb=[8,11h,fd=${session.connection === 0 ? -1 : 13 + (session.number % 1_000)}] exp=${left} rc=${session.retries} c_exp=`;
}
export function errors(runtime: Runtime): string {
  const { lastError } = runtime.state;
  return `Total events captured on [${logTime(runtime.host.clock())}] : ${lastError === '' ? 0 : 1}\n`;
}

// ---------------------------------------------------------------- the process
export function pools(runtime: Runtime): string {
  const { current } = runtime.state.counters;
  const used = Math.max(4, 2 * current);
  const bytes = used * 16_384;
  return `Dumping pools usage. Use SIGQUIT to flush them.
  - Pool stream (984 bytes) : ${current + 2} allocated (${(current + 2) * 984} bytes), ${current + 2} used (~1 by thread caches), needed_avg ${current}, 0 failures, 1 users, @0x5592ca6a8cc0 [SHARED]
  - Pool buffer (16384 bytes) : ${used} allocated (${bytes} bytes), ${used} used (~2 by thread caches), needed_avg ${current}, 0 failures, 1 users, @0x5592ca888dc0 [SHARED]
Total: 2 pools, ${bytes + (current + 2) * 984} bytes allocated, ${bytes + (current + 2) * 984} used (~3 by thread caches).
`;
}
export function environment(runtime: Runtime, words: Words): string {
  const own = new Map([...runtime.process.env, ['HAPROXY_STARTUP_VERSION', VERSION]]);
  if (runtime.state.hasMaster) own.set('HAPROXY_MWORKER', '1');
  own.set('HAPROXY_CFGFILES', runtime.configuration.files.map(({ path }) => path).join(';'));
  const name = words[2];
  if (name === undefined) return [...own].map(([key, value]) => `${key}=${value}\n`).join('');
  const value = own.get(name);
  return value === undefined ? 'Variable not found\n' : `${name}=${value}\n`;
}
export function sockets(runtime: Runtime): string {
  const rows = runtime.state.admin.listeners.map(
    ({ name, level }) => `${name.startsWith('/') ? 'unix' : 'ipv4'}@${name} ${level} all\n`,
  );
  return `# socket lvl processes\n${rows.join('')}${runtime.state.hasMaster ? 'sockpair@4 admin all\n' : ''}`;
}
