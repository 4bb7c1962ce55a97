/**
 * Health checks as they run: the chart says when, this says what: a connection,
 * for HTTP checks a request and what its answer must look like.
 *
 * Source: HAProxy 2.6 configuration manual §4.2 "option httpchk", "http-check
 * send", "http-check expect"; src/check.c, src/tcpcheck.c
 * `tcpcheck_eval_expect_http`, `chk_report_conn_err`.
 */

import { errnoText } from '../../host-names';
import { type HealthSettings, progress } from '../../../protocols/health-check/counter';
import { healthChart, type HealthEvent } from '../../../protocols/health-check/machine';
import type { ChartEvent, Step } from '../../../protocols/adapter';
import type { HealthContext } from '../../../protocols/health-check/machine';
import { byteLength } from '../../../std/bytes';
import type { HttpRequest, RawBytes } from '../../../world/network.contract';
import type { SecureSocketEvent, TlsFailure } from '../../../world/tls.contract';
import { textOf } from '../../../world/message-text';
import type { CheckConnect, CheckRequest, CheckStep, ProxySettings, ServerSettings } from '../config';
import { ANY_HELLO, connectionOf, isAnswer, speaksTls } from './check-tls';
import { passed, unmetByBytes, unmetByResponse, type Verdict, whereabouts } from './check-verdict';
import { sendOwnHeader } from './proxy-header';
import { noteUse } from './server-pool';
import { checkFailure, countHandshake } from './handshake';
import { sendLog } from './log-line';
import type { Runtime } from './runtime';
import { describe, setRunning, setStopped, setStopping, type CheckSwitch, type Which } from './server-status';
import { type CheckState, type CheckStatus, tick } from './state';
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
    isSecured: false,
    step: 0,
    received: '',
    response: undefined,
    isOver: false,
    startedAt: -1,
    status: 'INI',
    code: 0,
    ip: undefined,
    port: undefined,
    duration: -1,
    description: '',
  };
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
      return timeout(runtime, which, check);
    case 'abandon':
      drop(runtime, check);
      check.running = false;
      return;
    case 'healthy':
      // What the agent says counts as well.
      if (which.server.agent?.enabled === true && which.server.agent.health === 0) return;
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
  if (check.running) return;
  check.running = true;
  // Each run has a session of its own, which counts.
  runtime.state.counters.connections += 1;
  check.startedAt = runtime.now;
  check.description = '';
  check.code = 0;
  check.step = 0;
  proceed(runtime, which, check);
}

/** Takes one step after the other, until one has to wait or the check has ended. */
function proceed(runtime: Runtime, which: Which, check: CheckState): void {
  const { check: settings } = runtime.settings(which.proxy);
  for (;;) {
    const step = settings.steps[check.step];
    if (step === undefined) {
      const last = settings.steps.at(-1);
      const verdict = passed(settings.kind, last, check.received, check.isSecured ? 'L6OK' : 'L4OK');
      check.description = verdict.description;
      return end(runtime, which, check, verdict.status);
    }
    switch (step.type) {
      case 'connect':
        return begin(runtime, which, check, step.connect);
      case 'request':
      case 'send':
        check.received = '';
        check.response = undefined;
        runtime.network.send(
          check.connection,
          'client',
          step.type === 'request' ? requestOf(step.request) : bytes(step.text),
        );
        break;
      case 'expect': {
        const verdict = judge(runtime, which, check, step);
        if (verdict === 'wait') return;
        if (verdict !== undefined) {
          check.description = verdict.description;
          return end(runtime, which, check, verdict.status);
        }
      }
    }
    check.step += 1;
  }
}
function bytes(text: string): RawBytes {
  return { kind: 'bytes', text, bytes: byteLength(text) };
}

function judge(
  runtime: Runtime,
  which: Which,
  check: CheckState,
  step: Extract<CheckStep, { type: 'expect' }>,
): Verdict | 'wait' | undefined {
  const { check: settings } = runtime.settings(which.proxy);
  if (settings.kind !== 'http') return unmetByBytes(settings.kind, step, check.received, check.isOver);
  const { response } = check;
  if (response === undefined) return check.isOver ? { status: 'L7RSP', description: '' } : 'wait';
  check.code = response.status;
  if (settings.disableOn404 && response.status === 404 && which.server.next !== 'stopped')
    return { status: 'L7OKC', description: '' };
  return unmetByResponse(step, response);
}

function begin(runtime: Runtime, which: Which, check: CheckState, rule: CheckConnect): void {
  const settings = runtime.serverSettings(which.proxy, which.server.index);
  if (settings === undefined) return;
  // A further connection has its own time.
  if (check.connection !== 0) step(runtime, which, { type: 'connecting' });
  drop(runtime, check);
  noteUse(which.server.pool, { further: 1 });
  check.connected = check.isSecuring = check.isSecured = check.isOver = false;
  check.received = '';
  check.response = undefined;
  const port = check.port ?? rule.port ?? (settings.checkPort !== 0 ? settings.checkPort : which.server.port);
  check.connection = runtime.network.connect(runtime.host, {
    pid: runtime.pid,
    ip: check.ip ?? rule.ip ?? settings.checkIp ?? which.server.ip,
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
function timeout(runtime: Runtime, which: Which, check: CheckState): void {
  const { kind, steps } = runtime.settings(which.proxy).check;
  const now = steps[check.step];
  check.description = whereabouts(kind, now);
  if (check.isSecuring) return end(runtime, which, check, 'L6TOUT');
  const own = now?.type === 'expect' ? now.expect.timeoutStatus : undefined;
  end(runtime, which, check, check.connected ? (own ?? 'L7TOUT') : 'L4TOUT');
}

export function onCheckEvent(runtime: Runtime, which: Which, event: SecureSocketEvent): void {
  const { check } = which.server;
  if (check === undefined || check.connection !== event.connection) return;
  const { kind, steps } = runtime.settings(which.proxy).check;
  switch (event.type) {
    case 'accepted':
      return;
    case 'connected':
      return connected(runtime, which, check);
    case 'secured':
      if (kind === 'tls-hello') return end(runtime, which, check, 'L6OK');
      countHandshake(runtime, which.proxy, which.server, 'done');
      check.isSecuring = false;
      check.isSecured = true;
      return ready(runtime, which, check);
    case 'tls-failed':
      return refused(runtime, which, check, event.failure);
    case 'failed':
      check.connection = 0;
      check.description = errnoText(event.errno) + whereabouts(kind, steps[check.step]);
      if (check.isSecuring) return refused(runtime, which, check, 'reset');
      return end(runtime, which, check, check.connected ? 'SOCKERR' : 'L4CON');
    case 'closed':
      if (check.isSecuring) return refused(runtime, which, check, 'reset');
      check.isOver = true;
      return proceed(runtime, which, check);
    case 'message': {
      if (kind !== 'http') check.received += textOf(event.message);
      else if (event.message.kind === 'response') check.response = event.message;
      else check.isOver = true;
      return proceed(runtime, which, check);
    }
  }
}
function connected(runtime: Runtime, which: Which, check: CheckState): void {
  check.connected = true;
  const settings = runtime.serverSettings(which.proxy, which.server.index);
  const rule = connectionOf(runtime, which, check.step);
  const isOwn = settings?.checkPort !== 0 || settings.checkIp !== undefined;
  if (
    settings !== undefined &&
    (rule?.sendsProxy === true || settings.checkSendsProxy || (settings.sendsProxy !== 'no' && !isOwn))
  )
    sendOwnHeader(runtime, check.connection, settings.sendsProxy === 'v2' ? 'v2' : 'v1');
  if (runtime.settings(which.proxy).check.kind === 'tls-hello') return sayHello(runtime, check);
  if (settings === undefined || !speaksTls(rule, settings)) return ready(runtime, which, check);
  check.isSecuring = true;
  runtime.state.tls.total += 1;
  tick(runtime.state.tls.rate, runtime.now);
  runtime.network.tls.connect(
    check.connection,
    clientSettings(runtime, settings.tls, {
      proxy: which.proxy,
      server: which.server.index,
      name: rule?.sni ?? settings.tls.checkSni,
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
/** The server can be spoken to. */
function ready(runtime: Runtime, which: Which, check: CheckState): void {
  check.step += 1;
  if (runtime.settings(which.proxy).check.steps[check.step] !== undefined)
    step(runtime, which, { type: 'connected' });
  proceed(runtime, which, check);
}
function requestOf({ method, uri, version, headers: given, body }: CheckRequest): HttpRequest {
  const headers: [string, string][] = given.map(([name, value]) => [name.toLowerCase(), value]);
  if (body !== '') headers.push(['content-length', String(body.length)]);
  const isOldest = version?.includes('1.1') !== true;
  if (!isOldest) headers.push(['connection', 'close']);
  const [verb, target] = [method ?? 'OPTIONS', uri ?? '/'];
  let length = verb.length + target.length + 14 + body.length;
  for (const [name, value] of headers) length += name.length + value.length + 4;
  return {
    kind: 'request',
    trace: 0,
    method: verb,
    target,
    version: isOldest ? '1.0' : '1.1',
    headers,
    body,
    bytes: length,
  };
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
