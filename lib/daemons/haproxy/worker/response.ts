/**
 * What a server answers, or does not.
 * Source: HAProxy 2.6 src/http_ana.c `http_wait_for_response`, `http_process_res_common`; recorded ends.
 */

import type { HttpResponse } from '../../../world/network.contract';
import type { HttpRule, ProxySettings } from '../config';
import { headerValue, lowerCased, type Subject } from '../evaluate/subject';
import { conclude, deliver, deliverOwn, replyError } from './answer';
import { captureResponse } from './captures';
import { countFailure } from './counters';
import { observe } from './observe';
import { compressed } from './compression';
import { writeCookie } from './cookies';
import { isRetryable, retryRequest } from './dispatch';
import { hop } from './hop';
import { applyRules, headBytes } from './rules';
import { countedBytes, response } from './replies';
import type { Runtime } from './runtime';
import { dropServer } from './server-pool';
import { destroy, setDeadline } from './session';
import { type CutOff, isLaterRequest, type Session } from './state';
import { store } from './stick';

const NOT_A_FAILURE = [501, 505];

/** A whole answer came. */
export function onResponse(runtime: Runtime, session: Session, message: HttpResponse): void {
  if (session.phase !== 'response') return;
  if (message.status < 200 && message.status !== 101) {
    // Interim answers go through; the real one is still to come.
    if (!session.clientClosed) runtime.network.send(session.id, 'server', message);
    return;
  }
  if (isRetryable(runtime, session, 'junk-response', message) && retryRequest(runtime, session)) return;
  setDeadline(runtime, session, 0);
  session.answeredAt = runtime.now;
  if (session.captured !== undefined) captureResponse(runtime.settings(session.frontend), session, message);
  const server = runtime.server(session.backend, session.server);
  const kind = Math.floor(message.status / 100);
  if (server !== undefined) {
    server.counters.requests += 1;
    server.counters.responses[kind <= 5 ? kind : 0] =
      (server.counters.responses[kind <= 5 ? kind : 0] ?? 0) + 1;
  }
  const isGood = message.status < 500 || NOT_A_FAILURE.includes(message.status);
  observe(runtime, session.backend, session.server, isGood ? 'good answer' : 'bad status');
  if (!isGood) countFailure(runtime, session);
  if (session.trace !== 0)
    hop(
      runtime,
      session,
      'proxy',
      `server ${server?.name ?? ''} answers ${message.status}`,
      String(message.status),
      message.status < 500 ? 'ok' : 'bad',
    );
  passOn(runtime, session, message);
}

/** An answer of a server, or of a cache, on its way to the client. */
export function passOn(runtime: Runtime, session: Session, message: HttpResponse): void {
  const backend = runtime.settings(session.backend < 0 ? session.frontend : session.backend);
  const frontend = runtime.settings(session.frontend);
  let known = runtime.answers.get(message);
  if (known === undefined) {
    known = { plain: plain(message), closes: saysClose(message) };
    if (message.trace === 0) runtime.answers.set(message, known);
  }
  if (known.closes && !session.isCached) session.serverClosed = true;
  let out = known.plain;
  if (backend.stickRules.length > 0) {
    const subject: Subject = { runtime, session, request: session.request, response: out };
    store(runtime, session, subject);
  }
  const rules = rulesOf(backend, frontend);
  if (rules.response.length > 0) {
    const passed = ruled(runtime, session, rules.response, out);
    if (passed === undefined) return;
    out = passed;
  }
  if (backend.cookie !== undefined && session.server >= 0) {
    const headers = writeCookie(runtime, session, out, backend.cookie);
    if (headers !== out.headers)
      out = { ...out, headers, bytes: out.bytes + headBytes(headers) - headBytes(out.headers) };
  }
  if (rules.afterwards.length > 0) {
    const passed = ruled(runtime, session, rules.afterwards, out);
    if (passed === undefined) return;
    out = passed;
  }
  const sent = compressed(runtime, session, out);
  deliver(runtime, session, sent, sent === out ? known.plain : sent);
}
/** The answer as rules leave it; undefined: one of them has answered instead. */
function ruled(
  runtime: Runtime,
  session: Session,
  rules: readonly HttpRule[],
  response: HttpResponse,
): HttpResponse | undefined {
  const messages: { response: HttpResponse | undefined } = { response };
  const outcome = applyRules(runtime, session, rules, 'response', messages);
  if (outcome.type !== 'reply') return messages.response ?? response;
  if (outcome.cause === 'P') countDenied(runtime, session);
  // What the server sent has been taken already.
  if (session.server >= 0) session.bytesOut += countedBytes(response);
  session.cause = outcome.cause;
  session.ended = 'H';
  dropServer(runtime, session, 'reset');
  deliverOwn(runtime, session, outcome.answer);
  return undefined;
}
function countDenied(runtime: Runtime, session: Session): void {
  runtime.proxy(session.frontend).frontend.deniedResponses += 1;
  if (session.backend < 0) return;
  const { backend, servers } = runtime.proxy(session.backend);
  backend.deniedResponses += 1;
  const server = servers[session.server];
  if (server !== undefined) server.counters.deniedResponses += 1;
}
const NO_RULES: readonly HttpRule[] = [];
/** Of the backend, then of the frontend; `afterwards` applies to answers of our own as well. */
function rulesOf(
  backend: ProxySettings,
  frontend: ProxySettings,
): { readonly response: readonly HttpRule[]; readonly afterwards: readonly HttpRule[] } {
  const other = frontend === backend ? undefined : frontend;
  return {
    response: joined(backend.httpResponse, other?.httpResponse),
    afterwards: joined(backend.httpAfterResponse, other?.httpAfterResponse),
  };
}
function joined(first: readonly HttpRule[], second: readonly HttpRule[] = NO_RULES): readonly HttpRule[] {
  return first.length === 0 ? second : second.length === 0 ? first : [...first, ...second];
}

/** What concerns the server's connection only goes no further. */
function plain(message: HttpResponse): HttpResponse {
  const headers = lowerCased(message.headers, 'server');
  if (headers === message.headers && message.version === '1.1') return message;
  return { ...message, version: '1.1', headers };
}
function saysClose(message: HttpResponse): boolean {
  const connection = headerValue(message.headers, 'connection')?.toLowerCase() ?? '';
  return message.version === '1.0' ? !connection.includes('keep-alive') : connection.includes('close');
}

/** The connection to the server ended before an answer came, or was ended here: `cause`. */
export function onServerEnd(
  runtime: Runtime,
  session: Session,
  how: 'closed' | 'reset',
  cause: 'S' | CutOff = 'S',
): void {
  if (session.phase !== 'response') return;
  dropServer(runtime, session, how === 'closed' ? 'close' : 'reset');
  // An error of the connection counts by itself, and again when it is the answer.
  if (how === 'reset') failed(runtime, session);
  if (isRetryable(runtime, session, 'empty-response') && retryRequest(runtime, session)) return;
  setDeadline(runtime, session, 0);
  if (isLaterRequest(session)) {
    leaveToClient(runtime, session, how);
    return;
  }
  failed(runtime, session);
  observe(runtime, session.backend, session.server, how === 'closed' ? 'closed' : 'read error');
  if (session.trace !== 0)
    hop(
      runtime,
      session,
      'proxy',
      `server ${runtime.server(session.backend, session.server)?.name ?? ''} ${how === 'closed' ? 'closes' : 'resets'} the connection without an answer`,
      '502',
      'bad',
    );
  replyError(runtime, session, 502, { cause, ended: 'H' });
}
/**
 * A later request of a connection: the client is told nothing but the end, and is to try again; nothing is
 * logged, and only an error is counted (src/http_ana.c `abort_keep_alive`).
 */
function leaveToClient(runtime: Runtime, session: Session, how: 'closed' | 'reset'): void {
  if (how === 'reset') {
    const proxy = runtime.proxy(session.backend);
    proxy.backend.serverAborts += 1;
    const server = proxy.servers[session.server];
    if (server !== undefined) server.counters.serverAborts += 1;
  }
  if (session.trace !== 0)
    hop(
      runtime,
      session,
      'proxy',
      `server ${runtime.server(session.backend, session.server)?.name ?? ''} ends the connection without an answer: a client that kept its own is left to try again`,
      'closed',
      'bad',
    );
  if (session.received?.version === '2') refuseStream(runtime, session);
  else destroy(runtime, session);
}
/** HTTP/2 ends the stream alone. */
function refuseStream(runtime: Runtime, session: Session): void {
  const message: HttpResponse = { ...response(0, '', [], ''), version: '2', reset: 'REFUSED_STREAM' };
  runtime.network.send(session.id, 'server', message);
  session.noLog = true;
  conclude(runtime, session);
}

/** `timeout server`. */
export function responseExpired(runtime: Runtime, session: Session): void {
  if (isRetryable(runtime, session, 'response-timeout') && retryRequest(runtime, session)) return;
  failed(runtime, session);
  observe(runtime, session.backend, session.server, 'read timeout');
  if (session.trace !== 0)
    hop(
      runtime,
      session,
      'proxy',
      `server ${runtime.server(session.backend, session.server)?.name ?? ''} does not answer within timeout server`,
      '504',
      'bad',
    );
  replyError(runtime, session, 504, { cause: 's', ended: 'H' });
}
function failed(runtime: Runtime, session: Session): void {
  const proxy = runtime.proxy(session.backend);
  proxy.backend.failedResponses += 1;
  const server = proxy.servers[session.server];
  if (server !== undefined) server.counters.failedResponses += 1;
  countFailure(runtime, session);
}

/** The client reset its connection: the answer is for nobody, but it is still accounted for. */
export function clientGone(runtime: Runtime, session: Session, message: HttpResponse): void {
  session.status = message.status;
  session.answeredAt = runtime.now;
  session.bytesOut += countedBytes(message);
  session.cause = 'C';
  session.ended = 'D';
  session.closes = true;
  conclude(runtime, session);
}
