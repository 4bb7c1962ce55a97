/**
 * A request from its arrival to the choice of a server: rules of the frontend,
 * the backend, rules of the backend, persistence.
 *
 * Source: HAProxy 2.6 src/http_ana.c `http_wait_for_request`,
 * `http_process_req_common`, `http_process_request`; src/stream.c
 * `process_switching_rules`, `process_server_rules`.
 */

import { formatIPv4 } from '../../../std/ipv4';
import type { HttpRequest } from '../../../world/network.contract';
import type { ForwardFor, HttpRule, Place, ProxySettings, SwitchingRule } from '../config';
import { holds } from '../evaluate/condition';
import { render } from '../evaluate/format';
import { headerValue, lowerCased, type Subject } from '../evaluate/subject';
import { countRequest, countUnanswered, deliverOwn, replyError, reply } from './answer';
import { captureCookie, captureRequest } from './captures';
import { withoutEncodings } from './compression';
import { countTracked } from './counters';
import { readCookie } from './cookies';
import { dispatch } from './dispatch';
import { hop } from './hop';
import { customLine, logSession, variable } from './log-line';
import { errorAnswer } from './own-answers';
import { passOn } from './response';
import { applyRules, headBytes, type Outcome } from './rules';
import type { Runtime } from './runtime';
import { keepsServers } from './server-pool';
import { destroy, enterBackend, setDeadline, setTimeout } from './session';
import { isAlive, type Session } from './state';
import { statsAnswer } from './stats-answer';
import { applyStickRules } from './stick';
import { inspection } from './tcp-rules';

const UNAUTHORIZED = 401;

/** A whole request is there. */
export function begin(runtime: Runtime, session: Session, message: HttpRequest): void {
  const settings = runtime.settings(session.frontend);
  setDeadline(runtime, session, 0);
  if (session.requests > 0) session.idleSince = runtime.now;
  session.requestedAt = runtime.now;
  session.trace = message.trace;
  session.received = receivedOf(runtime, session, message);
  if (settings.connectionMode === 'close') session.closes = true;
  session.request = translated(session.received);
  countRequest(runtime, session, message);
  if (session.tracked !== undefined) countTracked(runtime, session);
  captureRequest(settings, session, session.received);
  if (settings.uniqueId !== undefined)
    session.uniqueId = customLine(runtime, session, settings.uniqueId.nodes, '');
  if (session.trace !== 0)
    hop(
      runtime,
      session,
      'proxy',
      `haproxy takes the request on frontend ${settings.id}`,
      settings.id,
      'ok',
      settings.binds[runtime.listener(session)?.bind ?? 0] ?? settings,
    );
  if (settings.monitorUri !== undefined && message.target === settings.monitorUri) {
    answerMonitor(runtime, session, settings);
    return;
  }
  if (!waitsForBody(runtime, session, settings)) throughFrontend(runtime, session, settings);
}

// ---------------------------------------------------------------- bodies
/** `option http-buffer-request`: no rule is looked at before the body is there. */
function waitsForBody(runtime: Runtime, session: Session, settings: ProxySettings): boolean {
  if (session.body === undefined || !settings.options.has('http-buffer-request')) return false;
  session.phase = 'body';
  setBodyDeadline(runtime, session);
  return true;
}
/** `timeout http-request` is for all of it, `timeout client` for each part. */
export function setBodyDeadline(runtime: Runtime, session: Session): void {
  const settings = runtime.settings(session.hasBackend ? session.backend : session.frontend);
  const { client } = runtime.settings(session.frontend).timeouts;
  const patience = settings.timeouts['http-request'];
  const ends = [
    ...(client === undefined ? [] : [runtime.now + client]),
    ...(patience === undefined ? [] : [session.idleSince + patience]),
  ];
  setDeadline(runtime, session, ends.length === 0 ? 0 : Math.min(...ends));
}
/** The body that a proxy has waited for is there. */
export function afterBody(runtime: Runtime, session: Session): void {
  setDeadline(runtime, session, 0);
  const settings = runtime.settings(session.frontend);
  if (session.hasBackend) throughBackend(runtime, session, settings, runtime.settings(session.backend));
  else throughFrontend(runtime, session, settings);
}

function throughFrontend(runtime: Runtime, session: Session, settings: ProxySettings): void {
  if (settings.tcpRequest.length > 0 && !passesContent(runtime, session)) return;
  if (!passRules(runtime, session, settings, settings.httpRequest)) return;
  if (answersStatistics(runtime, session, session.frontend)) return;
  if (settings.redirects.length > 0 && !passRules(runtime, session, settings, settings.redirects)) return;
  chooseBackend(runtime, session, settings);
}

/** What is asked in HTTP/2 goes on in HTTP/1.1. */
function translated(received: HttpRequest): HttpRequest {
  return received.version === '2' ? { ...received, version: '1.1' } : received;
}

/** `tcp-request content` where HTTP is spoken: the whole request is there. */
function passesContent(runtime: Runtime, session: Session): boolean {
  const verdict = inspection(runtime, session, { proxy: session.frontend, isFinal: true });
  if (verdict === 'accept' || verdict === 'wait') return true;
  refuseContent(runtime, session, verdict);
  return false;
}

/** The request without what concerns the client's connection only. */
function receivedOf(runtime: Runtime, session: Session, message: HttpRequest): HttpRequest {
  const known = runtime.received.get(message);
  if (known !== undefined) {
    session.closes = known.closes;
    return known.received;
  }
  const headers = withoutConnection(session, message);
  const received = headers === message.headers ? message : { ...message, headers };
  if (message.trace === 0) runtime.received.set(message, { received, closes: session.closes });
  return received;
}
/** What concerns the client's connection only goes no further; it decides whether the connection stays. */
function withoutConnection(session: Session, message: HttpRequest): [string, string][] {
  const connection = headerValue(message.headers, 'connection');
  const said = connection?.toLowerCase() ?? '';
  session.closes = message.version === '1.0' ? !said.includes('keep-alive') : said.includes('close');
  return lowerCased(
    message.headers,
    connection === undefined || said.includes('upgrade') ? 'nothing' : 'client',
  );
}

/** `monitor-uri`: answered at once and not logged. */
function answerMonitor(runtime: Runtime, session: Session, settings: ProxySettings): void {
  const subject: Subject = { runtime, session, request: session.request, response: undefined };
  session.noLog = true;
  const failed = settings.monitorFail.some((condition) => holds(subject, condition));
  reply(runtime, session, errorAnswer(subject, [settings], failed ? 503 : 200), { cause: 'L', ended: 'R' });
}
function answersStatistics(runtime: Runtime, session: Session, proxy: number): boolean {
  const { stats } = runtime.settings(proxy);
  if (stats === undefined || session.request === undefined || !session.request.target.startsWith(stats.uri))
    return false;
  if (!['GET', 'HEAD', 'POST'].includes(session.request.method)) return false;
  if (session.body !== undefined) {
    session.phase = 'body';
    setBodyDeadline(runtime, session);
    return true;
  }
  const answer = statsAnswer(runtime, session, proxy, stats);
  if (answer.status !== UNAUTHORIZED) {
    session.isStatistics = true;
    session.queuedAt = session.connectedAt = session.answeredAt = runtime.now;
  }
  reply(runtime, session, answer, { cause: 'L', ended: 'R' });
  return true;
}

/** False: a rule has dealt with the request. */
function passRules(
  runtime: Runtime,
  session: Session,
  settings: ProxySettings,
  rules: readonly HttpRule[],
): boolean {
  if (rules.length === 0) return true;
  const outcome = applyRules(runtime, session, rules, 'request', { response: undefined });
  if (outcome.type === 'continue') return true;
  if (session.trace !== 0)
    hop(
      runtime,
      session,
      'proxy',
      `http-request rule: ${wordOf(outcome)}`,
      wordOf(outcome),
      outcome.type === 'cached' || (outcome.type === 'reply' && outcome.cause === 'L') ? 'ok' : 'bad',
      outcome.rule,
    );
  decided(runtime, session, settings, outcome);
  return false;
}
function wordOf(outcome: Outcome): string {
  return outcome.type === 'reply'
    ? `answers ${outcome.answer.status}`
    : outcome.type === 'drop'
      ? 'drops the connection'
      : outcome.type === 'cached'
        ? 'answers from the cache'
        : 'goes on';
}
function decided(
  runtime: Runtime,
  session: Session,
  settings: ProxySettings,
  outcome: Exclude<Outcome, { type: 'continue' }>,
): void {
  if (outcome.type === 'cached') {
    session.isCached = true;
    session.cause = 'L';
    session.ended = 'R';
    session.queuedAt = session.connectedAt = session.answeredAt = runtime.now;
    passOn(runtime, session, outcome.response);
    return;
  }
  if (outcome.type === 'drop') {
    session.cause = 'P';
    session.ended = 'R';
    countUnanswered(runtime, session);
    logSession(runtime, session);
    destroy(runtime, session, outcome.how);
    return;
  }
  if (outcome.cause === 'P') countDenied(runtime, session);
  if (outcome.delayed) {
    session.reply = outcome.answer;
    session.phase = 'tarpit';
    const patience = settings.timeouts.tarpit ?? settings.timeouts.connect ?? 0;
    setDeadline(runtime, session, runtime.now + patience);
    if (patience === 0) tarpitEnds(runtime, session);
    return;
  }
  reply(runtime, session, outcome.answer, { cause: outcome.cause, ended: 'R' });
}
function countDenied(runtime: Runtime, session: Session): void {
  runtime.proxy(session.frontend).frontend.deniedRequests += 1;
  if (session.hasBackend) runtime.proxy(session.backend).backend.deniedRequests += 1;
}
export function tarpitEnds(runtime: Runtime, session: Session): void {
  const { reply: answer } = session;
  if (answer === undefined) return;
  session.queuedAt = runtime.now;
  session.cause = 'P';
  session.ended = 'T';
  session.requestedAt = -1;
  deliverOwn(runtime, session, answer);
}

// ---------------------------------------------------------------- backend
function chooseBackend(runtime: Runtime, session: Session, settings: ProxySettings): void {
  const subject: Subject = { runtime, session, request: session.request, response: undefined };
  let backend = -1;
  let place: Place | undefined;
  for (const rule of settings.switching) {
    if (!holds(subject, rule.condition)) continue;
    const found = runtime.backend(backendOf(subject, rule));
    place = rule;
    // A computed name that does not exist leaves the choice to default_backend.
    if (found >= 0) backend = found;
    break;
  }
  if (backend < 0 && settings.defaultBackend !== undefined) {
    backend = runtime.backend(settings.defaultBackend.name);
    place = settings.defaultBackend;
  }
  if (backend < 0 && settings.hasBackend) backend = session.frontend;
  if (backend < 0) {
    if (session.trace !== 0)
      hop(
        runtime,
        session,
        'proxy',
        `frontend ${settings.id} has no backend for this request`,
        '503',
        'bad',
        settings,
      );
    captureCookie(settings, session);
    replyError(runtime, session, 503, { cause: 'S', ended: 'C' });
    return;
  }
  enterBackend(runtime, session, backend);
  if (session.trace !== 0 && backend !== session.frontend)
    hop(
      runtime,
      session,
      'proxy',
      `backend ${runtime.settings(backend).id} (${place === settings.defaultBackend ? 'default_backend' : 'use_backend'})`,
      runtime.settings(backend).id,
      'ok',
      place,
    );
  throughBackend(runtime, session, settings, runtime.settings(backend));
}

function throughBackend(
  runtime: Runtime,
  session: Session,
  frontend: ProxySettings,
  backend: ProxySettings,
): void {
  if (session.phase === 'body' && session.halfClosed) return;
  if (backend !== frontend) {
    if (waitsForBody(runtime, session, backend)) return;
    if (!passRules(runtime, session, backend, backend.httpRequest)) return;
    if (answersStatistics(runtime, session, session.backend)) return;
    if (backend.redirects.length > 0 && !passRules(runtime, session, backend, backend.redirects)) return;
  }
  persist(runtime, session, backend);
  captureCookie(frontend, session);
  if (session.request !== undefined) {
    session.request = withoutEncodings(runtime, session, session.request);
    forward(runtime, session, frontend, backend);
  }
  dispatch(runtime, session);
}

/** Who must or may go to a certain server: rules, the cookie, stick tables. */
function persist(runtime: Runtime, session: Session, backend: ProxySettings): void {
  const { request } = session;
  if (
    backend.persistRules.length === 0 &&
    backend.serverRules.length === 0 &&
    backend.cookie === undefined &&
    backend.stickRules.length === 0
  )
    return;
  const subject: Subject = { runtime, session, request, response: undefined };
  let isIgnored = false;
  for (const rule of backend.persistRules) {
    if (!holds(subject, rule.condition)) continue;
    if (rule.kind === 'force') session.isForced = true;
    else isIgnored = true;
    break;
  }
  for (const rule of backend.serverRules) {
    if (!holds(subject, rule.condition)) continue;
    const name = rule.format === undefined ? rule.server : render(subject, rule.format, variable);
    const server = runtime.proxy(session.backend).servers.find((candidate) => candidate.name === name);
    if (server === undefined || (!isAlive(server) && !backend.options.has('persist') && !session.isForced))
      break;
    session.server = server.index;
    session.isAssigned = session.isDirect = true;
    if (session.trace !== 0) hop(runtime, session, 'proxy', `use-server ${name}`, name, 'ok', rule);
    break;
  }
  if (backend.cookie !== undefined && request !== undefined) {
    const before = session.server;
    session.request = readCookie(runtime, session, request, backend.cookie);
    if (session.trace !== 0 && session.cookieIn === 'V' && session.server !== before)
      hop(
        runtime,
        session,
        'proxy',
        `cookie ${backend.cookie.name} keeps the client on server ${runtime.server(session.backend, session.server)?.name ?? ''}`,
        'cookie',
        'ok',
        backend.cookie,
      );
    if (session.trace !== 0 && session.cookieIn === 'D')
      hop(
        runtime,
        session,
        'proxy',
        `cookie ${backend.cookie.name} names a server that is down`,
        'cookie',
        'wait',
        backend.cookie,
      );
  }
  if (backend.stickRules.length > 0 && !isIgnored) {
    const wasAssigned = session.isAssigned;
    applyStickRules(runtime, session, subject);
    if (session.trace !== 0 && session.isAssigned && !wasAssigned)
      hop(
        runtime,
        session,
        'proxy',
        `stick-table keeps the client on server ${runtime.server(session.backend, session.server)?.name ?? ''}`,
        'stick-table',
        'ok',
        backend.stickTable,
      );
  }
}

/** Headers that tell the server where the request came from. */
function forward(runtime: Runtime, session: Session, frontend: ProxySettings, backend: ProxySettings): void {
  const forwardFor = backend.forwardFor ?? frontend.forwardFor;
  const originalTo = backend.originalTo ?? frontend.originalTo;
  const added: [string, string][] = [];
  const request = session.request;
  if (request === undefined) return;
  const known = runtime.forwarded.get(request);
  if (
    known?.clientIp === session.clientIp &&
    known.localIp === session.localIp &&
    known.frontend === frontend &&
    known.backend === backend
  ) {
    session.request = known.request;
    return;
  }
  if (session.uniqueId !== undefined && frontend.uniqueIdHeader !== undefined)
    added.push([frontend.uniqueIdHeader.toLowerCase(), session.uniqueId]);
  if (forwardFor !== undefined && tellsAddress(forwardFor, session.clientIp, request))
    added.push([forwardFor.header.toLowerCase(), formatIPv4(session.clientIp)]);
  if (originalTo !== undefined && tellsAddress(originalTo, session.localIp, request))
    added.push([originalTo.header.toLowerCase(), formatIPv4(session.localIp)]);
  if (backend.serverNameHeader !== undefined)
    added.push([
      backend.serverNameHeader.toLowerCase(),
      runtime.server(session.backend, session.server)?.name ?? '',
    ]);
  // Each version is told what it does not do by itself.
  const keeps = keepsServers(runtime, session);
  if (keeps === (request.version === '1.0')) added.push(['connection', keeps ? 'keep-alive' : 'close']);
  if (added.length === 0) return;
  session.request = {
    ...request,
    headers: [...request.headers, ...added],
    bytes: request.bytes + headBytes(added),
  };
  if (request.trace === 0 && backend.serverNameHeader === undefined && session.uniqueId === undefined)
    runtime.forwarded.set(request, {
      request: session.request,
      clientIp: session.clientIp,
      localIp: session.localIp,
      frontend,
      backend,
    });
}

function tellsAddress(settings: ForwardFor, ip: number, request: HttpRequest): boolean {
  const { header, exceptNetwork, exceptMask, ifNone } = settings;
  if (exceptNetwork !== undefined && (ip & exceptMask) >>> 0 === exceptNetwork) return false;
  return !ifNone || headerValue(request.headers, header.toLowerCase()) === undefined;
}

/** A connection in tcp mode: rules may want to see its first bytes before a server is chosen. */
export function beginTcp(runtime: Runtime, session: Session): void {
  session.requestedAt = session.acceptedAt;
  session.stream = runtime.state.counters.streams++;
  const { tcpRequest, inspectDelay, uniqueId } = runtime.settings(session.frontend);
  if (uniqueId !== undefined) session.uniqueId = customLine(runtime, session, uniqueId.nodes, '');
  if (tcpRequest.length === 0) {
    chooseTcpBackend(runtime, session);
    return;
  }
  session.phase = 'inspect';
  inspect(runtime, session, { isFinal: inspectDelay === 0 });
  if (session.phase === 'inspect') setTimeout(runtime, session, inspectDelay);
}

/** `tcp-request content`: of the frontend, and of the backend once it is chosen. Goes on when no rule waits any more. */
export function inspect(runtime: Runtime, session: Session, { isFinal }: { isFinal: boolean }): void {
  const verdict = inspection(runtime, session, { proxy: session.frontend, isFinal });
  if (verdict === 'wait') return;
  setDeadline(runtime, session, 0);
  if (verdict === 'accept') chooseTcpBackend(runtime, session);
  else refuseContent(runtime, session, verdict);
}
function refuseContent(runtime: Runtime, session: Session, verdict: 'reject' | 'silent-drop'): void {
  runtime.proxy(session.frontend).frontend.deniedRequests += 1;
  session.requestedAt = -1;
  session.cause = 'P';
  session.ended = 'R';
  logSession(runtime, session);
  destroy(runtime, session, verdict === 'reject' ? 'close' : 'silent');
}

function chooseTcpBackend(runtime: Runtime, session: Session): void {
  const settings = runtime.settings(session.frontend);
  const subject: Subject = { runtime, session, request: undefined, response: undefined };
  const rule = settings.switching.find((candidate) => holds(subject, candidate.condition));
  const asked = rule === undefined ? -1 : runtime.backend(backendOf(subject, rule));
  const usual = settings.defaultBackend === undefined ? -1 : runtime.backend(settings.defaultBackend.name);
  const own = settings.hasBackend ? session.frontend : -1;
  const backend = asked >= 0 ? asked : usual >= 0 ? usual : own;
  if (backend < 0) {
    session.cause = 'S';
    session.ended = 'C';
    logSession(runtime, session);
    destroy(runtime, session);
    return;
  }
  enterBackend(runtime, session, backend);
  if (backend !== session.frontend && !passesBackend(runtime, session, backend)) return;
  persist(runtime, session, runtime.settings(backend));
  dispatch(runtime, session);
}
function passesBackend(runtime: Runtime, session: Session, backend: number): boolean {
  if (runtime.settings(backend).tcpRequest.length === 0) return true;
  const verdict = inspection(runtime, session, { proxy: backend, isFinal: true });
  if (verdict === 'accept' || verdict === 'wait') return true;
  refuseContent(runtime, session, verdict);
  return false;
}
function backendOf(subject: Subject, rule: SwitchingRule): string {
  return rule.format === undefined ? rule.backend : render(subject, rule.format, variable);
}
