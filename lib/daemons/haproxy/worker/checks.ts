/**
 * Health checks as they run: the chart says when, this says what: a connection,
 * for HTTP checks a request and what its answer must look like.
 *
 * Source: HAProxy 2.6 configuration manual §4.2 "option httpchk", "http-check
 * send", "http-check expect"; src/check.c, src/tcpcheck.c
 * `tcpcheck_eval_expect_http`, `chk_report_conn_err`.
 */

import { firstChecks, type HealthSettings, progress } from '../../../protocols/health-check/counter';
import { healthChart, type HealthEvent } from '../../../protocols/health-check/machine';
import type { ChartEvent, Step } from '../../../protocols/adapter';
import type { HealthContext } from '../../../protocols/health-check/machine';
import type { HttpRequest } from '../../../world/network.contract';
import type { SecureSocketEvent, TlsFailure } from '../../../world/tls.contract';
import type { CheckSettings, ProxySettings, ServerSettings } from '../config';
import { ANY_HELLO, isAnswer, ruleOf, speaksTls } from './check-tls';
import { judge } from './check-verdict';
import { checkFailure, countHandshake } from './handshake';
import { sendLog } from './log-line';
import type { Runtime } from './runtime';
import { describe, setRunning, setStopped, setStopping, type CheckSwitch, type Which } from './server-status';
import { type CheckState, type CheckStatus, type ServerState, tick } from './state';
import { clientSettings } from './tls-material';

const MILLISECOND = 1_000;
const NOTICE = 5;

/** What a server's chart is started with. */
export function healthSettings(
  proxy: ProxySettings,
  server: ServerSettings,
  spreadPercent: number,
): HealthSettings {
  const { inter } = server;
  const { check, connect } = proxy.timeouts;
  return {
    rise: server.rise,
    fall: server.fall,
    inter,
    fastinter: server.fastinter,
    downinter: server.downinter,
    // The time to connect only counts when the time to answer is limited as well.
    connectTimeout: check !== undefined && connect !== undefined ? Math.min(inter, connect) : inter,
    readTimeout: check,
    spreadPercent,
  };
}

export function newCheck(
  proxy: ProxySettings,
  server: ServerSettings,
  spreadPercent: number,
): CheckState | undefined {
  if (!server.checks || server.track !== undefined) return undefined;
  return {
    chart: healthChart.start({ settings: healthSettings(proxy, server, spreadPercent) }).next,
    enabled: true,
    paused: false,
    running: false,
    connection: 0,
    connected: false,
    isSecuring: false,
    startedAt: -1,
    status: 'INI',
    code: 0,
    port: undefined,
    duration: -1,
    description: '',
  };
}

/** The first check of each server, spread. */
export function startChecks(runtime: Runtime): void {
  const all: { which: Which; check: CheckState }[] = [];
  for (const [proxy, state] of runtime.state.proxies.entries()) {
    if (runtime.settings(proxy).disabled) continue;
    for (const server of state.servers)
      if (server.check !== undefined) all.push({ which: { proxy, server }, check: server.check });
  }
  const delays = firstChecks(
    all.map(({ check }) => check.chart.context.settings),
    runtime.configuration.global.maxSpreadChecks,
  );
  for (const [position, { which, check }] of all.entries()) {
    step(runtime, which, { type: 'begin', now: runtime.now, delay: delays[position] ?? 0 });
    // Disabled in the configuration: it begins with the day it is enabled.
    if (check.paused) step(runtime, which, { type: 'pause' });
  }
}
export function stopChecks(runtime: Runtime): void {
  for (const [proxy, state] of runtime.state.proxies.entries())
    for (const server of state.servers)
      if (server.check !== undefined) step(runtime, { proxy, server }, { type: 'end' });
}

/** Checks of a server in maintenance rest. */
export function checkSwitch(runtime: Runtime): CheckSwitch {
  return {
    pause: (which) => {
      const { check } = which.server;
      if (check === undefined) return;
      check.paused = true;
      step(runtime, which, { type: 'pause' });
    },
    resume: (which) => {
      const { check } = which.server;
      if (check === undefined) return;
      check.paused = false;
      step(runtime, which, { type: 'resume', now: runtime.now });
    },
  };
}

// ---------------------------------------------------------------- the chart
export function step(runtime: Runtime, which: Which, event: HealthEvent | ChartEvent): void {
  const { check } = which.server;
  if (check === undefined) return;
  const result = healthChart.step(check.chart, event);
  check.chart = result.next;
  arrange(runtime, which, result);
  for (const action of result.actions) perform(runtime, which, check, action.type);
}
function arrange(runtime: Runtime, { proxy, server }: Which, result: Step<HealthContext>): void {
  for (const timer of result.timers) {
    const name = `check:${proxy}:${server.index}:${timer.id}`;
    if (timer.kind === 'cancel') runtime.world.clearTimer(runtime.host, runtime.pid, name);
    else
      runtime.world.timer(runtime.host, runtime.pid, name, runtime.now + timer.delay, {
        name: 'haproxy.check-timer',
        data: { proxy, server: server.index, event: timer.event },
      });
  }
}
function perform(runtime: Runtime, which: Which, check: CheckState, action: string): void {
  switch (action) {
    case 'startCheck':
      return open(runtime, which, check);
    case 'giveUp':
      return end(runtime, which, check, timeoutOf(check));
    case 'abandon':
      drop(runtime, check);
      check.running = false;
      return;
    case 'healthy':
      if (check.status === 'L7OKC') setStopping(runtime, which, reasonOf(runtime, which, check));
      else setRunning(runtime, which, reasonOf(runtime, which, check));
      return;
    case 'unhealthy':
      return setStopped(runtime, which, reasonOf(runtime, which, check));
    default:
  }
}
function reasonOf(
  runtime: Runtime,
  { proxy }: Which,
  check: CheckState,
): { kind: 'check'; check: CheckState } | { kind: 'words'; text: string } {
  return runtime.settings(proxy).options.has('log-health-checks')
    ? { kind: 'words', text: '' }
    : { kind: 'check', check: { ...check } };
}

// ---------------------------------------------------------------- a check
function open(runtime: Runtime, which: Which, check: CheckState): void {
  const settings = runtime.serverSettings(which.proxy, which.server.index);
  if (settings === undefined || check.running) return;
  check.running = true;
  check.connected = check.isSecuring = false;
  check.startedAt = runtime.now;
  check.description = '';
  const rule = ruleOf(runtime, which);
  const port =
    check.port ?? rule?.port ?? (settings.checkPort !== 0 ? settings.checkPort : which.server.port);
  check.connection = runtime.network.connect(runtime.host, {
    pid: runtime.pid,
    ip: rule?.ip ?? settings.checkIp ?? which.server.ip,
    port,
    ...(settings.sourceIp === undefined ? {} : { bindIp: settings.sourceIp }),
    on: { name: 'haproxy.check', pid: runtime.pid, data: { proxy: which.proxy, server: which.server.index } },
  });
}
function drop(runtime: Runtime, check: CheckState): void {
  // A check that only wanted to connect leaves with a reset, so that no TIME-WAIT stays behind.
  if (check.connection !== 0) runtime.network.reset(check.connection, 'client');
  check.connection = 0;
}

/** What was under way when time was up. */
function timeoutOf({ connected, isSecuring }: CheckState): CheckStatus {
  if (isSecuring) return 'L6TOUT';
  return connected ? 'L7TOUT' : 'L4TOUT';
}

export function onCheckEvent(runtime: Runtime, which: Which, event: SecureSocketEvent): void {
  const { check } = which.server;
  if (check === undefined || check.connection !== event.connection) return;
  switch (event.type) {
    case 'accepted':
      return;
    case 'connected':
      return connected(runtime, which, check);
    case 'secured':
      if (runtime.settings(which.proxy).check.kind === 'tls-hello') return end(runtime, which, check, 'L6OK');
      countHandshake(runtime, which.proxy, which.server, 'done');
      check.isSecuring = false;
      return ready(runtime, which, check, 'L6OK');
    case 'tls-failed':
      return refused(runtime, which, check, event.failure);
    case 'failed':
      check.connection = 0;
      check.description = errorText(event.errno);
      if (check.isSecuring) return refused(runtime, which, check, 'reset');
      return end(runtime, which, check, check.connected ? 'SOCKERR' : 'L4CON');
    case 'closed':
      return end(runtime, which, check, 'L7RSP');
    case 'message': {
      if (event.message.kind !== 'response') return end(runtime, which, check, 'L7RSP');
      const verdict = judge(runtime, which, event.message);
      check.code = event.message.status;
      check.description = verdict.description;
      return end(runtime, which, check, verdict.status);
    }
  }
}
function connected(runtime: Runtime, which: Which, check: CheckState): void {
  check.connected = true;
  const settings = runtime.serverSettings(which.proxy, which.server.index);
  if (runtime.settings(which.proxy).check.kind === 'tls-hello') return sayHello(runtime, check);
  if (settings === undefined || !speaksTls(runtime, which, settings))
    return ready(runtime, which, check, 'L4OK');
  check.isSecuring = true;
  runtime.state.tls.total += 1;
  tick(runtime.state.tls.rate, runtime.now);
  runtime.network.tls.connect(
    check.connection,
    clientSettings(runtime, settings.tls, {
      proxy: which.proxy,
      server: which.server.index,
      name: ruleOf(runtime, which)?.sni ?? settings.tls.checkSni,
      alpn: settings.tls.checkAlpn,
    }),
  );
}
/** No TLS with the server, or none any more. */
function refused(runtime: Runtime, which: Which, check: CheckState, why: TlsFailure | 'reset'): void {
  const settings = runtime.serverSettings(which.proxy, which.server.index);
  if (!check.isSecuring) {
    check.description = 'SSL fatal error';
    return end(runtime, which, check, 'SOCKERR');
  }
  if (runtime.settings(which.proxy).check.kind === 'tls-hello')
    return end(runtime, which, check, isAnswer(why) ? 'L6OK' : 'L6RSP');
  countHandshake(runtime, which.proxy, which.server, 'failed');
  check.description =
    why === 'reset' || settings === undefined ? HANDSHAKE_FAILURE : checkFailure(why, settings);
  return end(runtime, which, check, 'L6RSP');
}
const HANDSHAKE_FAILURE = 'SSL handshake failure';

/** `option ssl-hello-chk`: whatever answers in TLS, an alert too, is well. */
function sayHello(runtime: Runtime, check: CheckState): void {
  check.isSecuring = true;
  runtime.network.tls.connect(check.connection, ANY_HELLO);
}
/** The server can be spoken to, `reached` tells on which layer. */
function ready(runtime: Runtime, which: Which, check: CheckState, reached: 'L4OK' | 'L6OK'): void {
  const { check: kind } = runtime.settings(which.proxy);
  if (kind.kind === 'tcp' && kind.connect !== undefined) check.description = '(tcp-check)';
  if (kind.kind !== 'http') return end(runtime, which, check, reached);
  runtime.network.send(check.connection, 'client', requestOf(runtime, kind));
  step(runtime, which, { type: 'connected' });
}
function requestOf(_: Runtime, { request }: CheckSettings): HttpRequest {
  const headers: [string, string][] = request.headers.map(([name, value]) => [name.toLowerCase(), value]);
  if (request.body !== '') headers.push(['content-length', String(request.body.length)]);
  // Without http-check send the daemon asks in HTTP/1.0 and wants the connection closed.
  headers.push(['connection', 'close']);
  let bytes = request.method.length + request.uri.length + 14 + request.body.length;
  for (const [name, value] of headers) bytes += name.length + value.length + 4;
  return {
    kind: 'request',
    trace: 0,
    method: request.method,
    target: request.uri,
    version: request.version.includes('1.1') ? '1.1' : '1.0',
    headers,
    body: request.body,
    bytes,
  };
}

function errorText(errno: string): string {
  switch (errno) {
    case 'ECONNREFUSED':
      return 'Connection refused';
    case 'ETIMEDOUT':
      return 'Connection timed out';
    case 'EHOSTUNREACH':
      return 'No route to host';
    case 'ENETUNREACH':
      return 'Network is unreachable';
    case 'ECONNRESET':
      return 'Connection reset by peer';
    case 'EPERM':
      return 'Operation not permitted';
    case 'EADDRNOTAVAIL':
      return 'Cannot assign requested address';
    default:
      return errno;
  }
}

// ---------------------------------------------------------------- its end
function end(runtime: Runtime, which: Which, check: CheckState, status: CheckStatus): void {
  drop(runtime, check);
  const draw =
    check.chart.context.settings.spreadPercent === 0
      ? 0
      : runtime.kernel.random(`haproxy:${runtime.host.name}:checks`).integer(-1_000, 1_000) / 1_000;
  check.running = false;
  check.duration = Math.floor((runtime.now - check.startedAt) / MILLISECOND);
  report(runtime, which, check, status, () => {
    step(runtime, which, { type: passes(status) ? 'passed' : 'failed', now: runtime.now, draw });
  });
}
function passes(status: CheckStatus): boolean {
  return status === 'L4OK' || status === 'L6OK' || status === 'L7OK' || status === 'L7OKC';
}

/** Takes the status over, lets the counter move, and with `option log-health-checks` tells of every change. */
function report(
  runtime: Runtime,
  which: Which,
  check: CheckState,
  status: CheckStatus,
  move: () => void,
): void {
  const { server } = which;
  const before = check.status;
  const level = check.chart.context.health;
  check.status = status;
  if (!passes(status)) {
    if (level > 0) server.failedChecks += 1;
  } else server.consecutiveErrors = 0;
  if (!runtime.settings(which.proxy).options.has('log-health-checks')) {
    move();
    return;
  }
  const next = nextLevel(check, status);
  if (status !== before || next !== level) tellCheck(runtime, which, check, next);
  move();
}
/** The counter as it will be, for a message that comes before the change of state. */
function nextLevel(check: CheckState, status: CheckStatus): number {
  return healthChart.step(check.chart, { type: passes(status) ? 'passed' : 'failed', now: 0, draw: 0 }).next
    .context.health;
}
function tellCheck(runtime: Runtime, which: Which, check: CheckState, health: number): void {
  const { settings } = check.chart.context;
  const info = check.description === '' ? '' : `, info: "${check.description}"`;
  const code =
    check.status === 'L7OK' || check.status === 'L7STS' || check.status === 'L7OKC'
      ? `, code: ${check.code}`
      : '';
  const duration = check.duration >= 0 ? `, check duration: ${check.duration}ms` : '';
  const isBackup = runtime.serverSettings(which.proxy, which.server.index)?.isBackup === true;
  const outcome = `${check.status === 'L7OKC' ? 'conditionally ' : ''}${passes(check.status) ? 'succeeded' : 'failed'}`;
  const state = health >= settings.rise ? (which.server.weight > 0 ? 'UP' : 'DRAIN') : 'DOWN';
  const text = `Health check for ${isBackup ? 'backup ' : ''}server ${runtime.settings(which.proxy).id}/${which.server.name} ${outcome}, reason: ${describe(check.status)}${code}${info}${duration}, status: ${progress(health, settings)} ${state}.`;
  runtime.say('WARNING', text);
  sendLog(runtime, which.proxy, NOTICE, text);
}

// ---------------------------------------------------------------- observed traffic
/** What a request told about its server; `good` and `bad` are what `observe` of each layer makes of it. */
export type Observation =
  | 'connected'
  | 'not connected'
  | 'good answer'
  | 'bad status'
  | 'bad answer'
  | 'read error'
  | 'read timeout'
  | 'closed';
const OBSERVED: Readonly<
  Record<Observation, { layer4: boolean | undefined; layer7: boolean | undefined; text: string }>
> = {
  connected: { layer4: true, layer7: undefined, text: 'L4 successful connection' },
  'not connected': { layer4: false, layer7: false, text: 'L4 unsuccessful connection' },
  'good answer': { layer4: undefined, layer7: true, text: 'Correct http response' },
  'bad status': { layer4: undefined, layer7: false, text: 'Wrong http response' },
  'bad answer': { layer4: undefined, layer7: false, text: 'Invalid http response' },
  'read error': { layer4: undefined, layer7: false, text: 'Read error (http)' },
  'read timeout': { layer4: undefined, layer7: false, text: 'Read timeout (http)' },
  closed: { layer4: undefined, layer7: false, text: 'Close from server (http)' },
};

export function observe(runtime: Runtime, proxy: number, index: number, seen: Observation): void {
  const settings = runtime.serverSettings(proxy, index);
  if (settings === undefined || settings.observe === 'none') return;
  const server = runtime.server(proxy, index);
  const { check } = server ?? {};
  if (server === undefined || check === undefined || check.paused) return;
  const isGood = OBSERVED[seen][settings.observe];
  if (isGood === undefined) return;
  if (isGood) {
    server.consecutiveErrors = 0;
    return;
  }
  server.consecutiveErrors += 1;
  if (server.consecutiveErrors < settings.errorLimit) return;
  check.description = `Detected ${server.consecutiveErrors} consecutive errors, last one was: ${OBSERVED[seen].text}`;
  server.consecutiveErrors = 0;
  server.failedObservations += 1;
  fail(runtime, { proxy, server }, check, settings);
  if (settings.fastinter !== undefined)
    step(runtime, { proxy, server }, { type: 'hurry', now: runtime.now, delay: settings.fastinter });
}
function fail(
  runtime: Runtime,
  which: { proxy: number; server: ServerState },
  check: CheckState,
  settings: ServerSettings,
): void {
  switch (settings.onError) {
    case 'fastinter':
      return;
    case 'fail-check':
    case 'sudden-death':
    case 'mark-down':
      check.duration = -1;
      check.status = 'HANA';
      which.server.failedChecks += 1;
      step(runtime, which, { type: 'observed', how: settings.onError });
  }
}
