/**
 * Answers on their way to the client: those of servers, and the daemon's own.
 * Ends a request: counts, the log line, and either the wait for the next one or
 * the end of the connection.
 *
 * Source: HAProxy 2.6 src/http_ana.c `http_end_response`, `http_reply_and_close`; src/stream.c.
 */

import { byteLength } from '../../../std/bytes';
import type { HttpRequest, HttpResponse } from '../../../world/network.contract';
import { countBytes, countError, untrack } from './counters';
import { logSession, timersOf } from './log-line';
import { countedBytes, builtInPage, responseBytes } from './replies';
import type { Runtime } from './runtime';
import { detachServer, giveBack } from './server-pool';
import { countTimes, destroy, release, setTimeout } from './session';
import { type Session, type SideCounters, tick } from './state';
import { wake } from './wake';
import { headerValue, type Subject } from '../evaluate/subject';
import { errorAnswer, type OwnAnswer, proxiesOf } from './own-answers';

/** Who ended a request, and while what was going on (manual §8.5). */
export interface Ending {
  readonly cause: string;
  readonly ended: string;
}

/** An error of the daemon's own: its page, in the words of the backend or frontend. */
export function replyError(runtime: Runtime, session: Session, status: number, ending: Ending): void {
  const subject: Subject = { runtime, session, request: session.request, response: undefined };
  reply(runtime, session, errorAnswer(subject, proxiesOf(runtime, session), status), ending);
}

/** An answer that no server gave. */
export function reply(runtime: Runtime, session: Session, answer: OwnAnswer, ending: Ending): void {
  session.cause = ending.cause;
  session.ended = ending.ended;
  const endServer = detachServer(runtime, session, 'reset');
  deliverOwn(runtime, session, answer);
  endServer?.();
}

/**
 * The raw page of a connection on which no request could be read; the daemon
 * does not count its bytes. An empty page of one's own keeps it from being sent.
 */
export function replyBadRequest(runtime: Runtime, session: Session, status: 400 | 408, ending: Ending): void {
  const isSilent = runtime.settings(session.frontend).errorFiles.get(status)?.kind === 'silent';
  session.status = status;
  session.cause = ending.cause;
  session.ended = ending.ended;
  const { frontend } = runtime.proxy(session.frontend);
  frontend.failedRequests += 1;
  countResponse(frontend, status);
  if (!session.clientClosed && !isSilent) {
    const page = builtInPage(status);
    runtime.network.send(session.id, 'server', { ...page, headers: capitalised(page.headers) });
  }
  logSession(runtime, session);
  destroy(runtime, session);
}
function capitalised(headers: readonly [string, string][]): [string, string][] {
  return headers.map(([name, value]) => [
    name === 'content-length' ? 'Content-length' : name.replace(/\b[a-z]/g, (letter) => letter.toUpperCase()),
    value,
  ]);
}

/**
 * Sends an answer and ends the request. Header names are in lower case already.
 * `received`: the answer before rules and cookies changed it, which is what is counted.
 */
export function deliver(
  runtime: Runtime,
  session: Session,
  message: HttpResponse,
  received: HttpResponse = message,
): void {
  const bytes = runtime.delivered.get(message)?.bytes ?? countedBytes(message);
  if (runtime.state.stopping || session.clientClosed) session.closes = true;
  if (!session.clientClosed)
    runtime.network.send(session.id, 'server', forClient(runtime, session, message, bytes));
  finish(runtime, session, message.status, received === message ? bytes : countedBytes(received));
}
/** The same for an answer that no server gave. */
export function deliverOwn(runtime: Runtime, session: Session, answer: OwnAnswer): void {
  const { message, status, isRaw } = answer;
  // Who is answered before all of the request has come has to end the connection.
  const isEarly = session.body !== undefined;
  if (runtime.state.stopping || session.clientClosed || message === undefined || isEarly)
    session.closes = true;
  const counted = message === undefined ? 0 : countedBytes(message);
  // What is answered to HEAD has a body that is left out before it is counted.
  const bytes = session.request?.method === 'HEAD' ? counted - byteLength(message?.body ?? '') : counted;
  if (message !== undefined && !session.clientClosed)
    runtime.network.send(
      session.id,
      'server',
      isRaw ? rawForClient(session, message) : forClient(runtime, session, message, bytes),
    );
  finish(runtime, session, status, bytes);
}
function finish(runtime: Runtime, session: Session, status: number, bytes: number): void {
  session.status = status;
  session.bytesOut += bytes;
  if (session.tracked !== undefined && status >= 400 && status < 500) countError(runtime, session);
  if (session.tracked !== undefined) countBytes(runtime, session, session.bytesIn, bytes);
  count(runtime, session);
  conclude(runtime, session);
}

/** HTTP/2 has no reason and no words about the connection: lengths and ends are in its frames. */
function overHttp2({ trace }: Session, message: HttpResponse): HttpResponse {
  const headers = message.headers.filter(([name]) => name !== 'connection' && name !== 'transfer-encoding');
  return { ...message, trace, version: '2', reason: '', headers };
}

/** A page from a file goes out in the version that it names; without a length the connection ends with it. */
function rawForClient(session: Session, message: HttpResponse): HttpResponse {
  const { received } = session;
  if (received?.version === '2') return overHttp2(session, message);
  const said = headerValue(message.headers, 'connection')?.toLowerCase();
  const hasBody = message.status !== 204 && message.status !== 304 && received?.method !== 'HEAD';
  const hasLength = !hasBody || headerValue(message.headers, 'content-length') !== undefined;
  if (said === 'close' || !hasLength) session.closes = true;
  const headers = message.headers.filter(([name]) => name !== 'connection');
  const isOld = message.version === '1.0';
  if (session.closes && !isOld) headers.push(['connection', 'close']);
  if (!session.closes && (isOld || received?.version === '1.0')) headers.push(['connection', 'keep-alive']);
  return {
    ...message,
    trace: session.trace,
    headers,
    bytes: responseBytes(message.status, message.reason, headers, message.body),
  };
}

/** What the connection needs is said by the daemon: length, close or keep-alive. */
function forClient(runtime: Runtime, session: Session, message: HttpResponse, counted: number): HttpResponse {
  const request = session.received;
  if (request?.version === '2') return overHttp2(session, message);
  const isOld = request?.version === '1.0';
  // The usual case, remembered: an answer of known length on a connection that ends with it.
  const isUsual = session.closes && !isOld && session.trace === 0 && request?.method === 'GET';
  const known = isUsual ? runtime.delivered.get(message) : undefined;
  if (known !== undefined) return known.message;
  const said = headerValue(message.headers, 'connection');
  if (said?.includes('close') === true) session.closes = true;
  const hasBody =
    message.status >= 200 && message.status !== 204 && message.status !== 304 && request?.method !== 'HEAD';
  const unknownLength = hasBody && headerValue(message.headers, 'content-length') === undefined;
  if (!session.closes && !isOld && !unknownLength)
    return message.trace === session.trace ? message : { ...message, trace: session.trace };
  const headers = message.headers.filter(([name]) => name !== 'connection');
  if (unknownLength && !isOld && headerValue(headers, 'transfer-encoding') === undefined)
    headers.push(['transfer-encoding', 'chunked']);
  if (unknownLength && isOld) session.closes = true;
  if (session.closes) headers.push(['connection', 'close']);
  else if (isOld) headers.push(['connection', 'keep-alive']);
  const made = {
    ...message,
    trace: session.trace,
    headers,
    bytes: responseBytes(message.status, message.reason, headers, message.body),
  };
  if (isUsual) runtime.delivered.set(message, { message: made, bytes: counted });
  return made;
}

/** The end of a session that was shut down: nothing is sent, and the status is none (-1). */
export function endWithoutAnswer(runtime: Runtime, session: Session, cause: string): void {
  session.cause = cause;
  session.ended = '-';
  session.closes = true;
  if (session.request !== undefined) countUnanswered(runtime, session);
  conclude(runtime, session);
}
/** Of a request that got no answer at all. */
export const NO_STATUS = -1;
export function countUnanswered(runtime: Runtime, session: Session): void {
  countResponse(runtime.proxy(session.frontend).frontend, NO_STATUS);
  if (session.backend >= 0) countResponse(runtime.proxy(session.backend).backend, NO_STATUS);
}

/** 1xx to 5xx, or another number. */
export function countResponse(counters: SideCounters, status: number): void {
  const kind = Math.floor(status / 100);
  const slot = kind >= 1 && kind <= 5 ? kind : 0;
  counters.responses[slot] = (counters.responses[slot] ?? 0) + 1;
}

function count(runtime: Runtime, session: Session): void {
  countResponse(runtime.proxy(session.frontend).frontend, session.status);
  countTraffic(runtime, session);
  if (session.backend < 0) return;
  const proxy = runtime.proxy(session.backend);
  countResponse(proxy.backend, session.status);
  proxy.backend.requests += 1;
  const server = proxy.servers[session.server];
  if (server === undefined || session.answeredAt < 0) return;
  const times = timersOf(session, runtime.now);
  const values = [times.queue, times.connect, times.response, times.active];
  countTimes(proxy, values);
  countTimes(server, values);
}
/** Bytes that have not been counted yet: once an answer is out, and of connections as they end. */
function countTraffic(runtime: Runtime, session: Session): void {
  const received = session.bytesIn - session.countedIn;
  const sent = session.bytesOut - session.countedOut;
  session.countedIn = session.bytesIn;
  session.countedOut = session.bytesOut;
  const sides = [runtime.proxy(session.frontend).frontend];
  if (session.backend >= 0) {
    const { backend, servers } = runtime.proxy(session.backend);
    sides.push(backend);
    const server = servers[session.server];
    if (server !== undefined) sides.push(server.counters);
  }
  for (const counters of sides) {
    counters.bytesIn += received;
    counters.bytesOut += sent;
  }
}

/** The answer is out: the log line, then the next request or the end. */
export function conclude(runtime: Runtime, session: Session): void {
  const endServer =
    session.phase === 'response' && session.answeredAt >= 0 ? giveBack(runtime, session) : undefined;
  if (session.phase === 'tunnel' || runtime.settings(session.frontend).mode === 'tcp')
    countTraffic(runtime, session);
  release(runtime, session);
  logSession(runtime, session);
  if (session.trace !== 0) traceEnd(runtime, session);
  if (session.closes || session.halfClosed) destroy(runtime, session);
  else keep(runtime, session);
  endServer?.();
}

/** `DONE`: what the learner's trace shows as the end. */
function traceEnd(runtime: Runtime, session: Session): void {
  const state = `${session.cause}${session.ended}${session.cookieIn}${session.cookieOut}`;
  const text = `haproxy answers ${session.status}, termination state ${state}${session.retries > 0 ? `, ${session.retries} ${session.retries === 1 ? 'retry' : 'retries'}` : ''}${session.isRedispatched ? ', redispatched' : ''}`;
  const outcome = session.cause === '-' || session.cause === 'L' ? 'ok' : 'bad';
  runtime.world.hop(
    session.trace,
    runtime.template('respond', text, String(session.status), outcome, undefined),
    runtime.now,
  );
}

/** Waits for the next request on the same connection. */
function keep(runtime: Runtime, session: Session): void {
  const settings = runtime.settings(session.frontend);
  session.phase = 'keepAlive';
  untrack(runtime, session, 'request');
  resetRequest(session);
  if (session.waiting.length > 0) {
    wake(runtime, session.id, 'next');
    return;
  }
  const { client } = settings.timeouts;
  const patience = settings.timeouts['http-keep-alive'] ?? settings.timeouts['http-request'];
  setTimeout(runtime, session, patience === undefined ? client : Math.min(patience, client ?? patience));
}
function resetRequest(session: Session): void {
  session.request = session.received = session.reply = undefined;
  session.backend = session.server = -1;
  session.requestedAt = session.queuedAt = session.connectedAt = session.answeredAt = -1;
  session.retries =
    session.queuePosition =
    session.backendQueuePosition =
    session.status =
    session.bytesIn =
    session.bytesOut =
    session.countedIn =
    session.countedOut =
      0;
  session.isAssigned =
    session.isDirect =
    session.isForced =
    session.isRedispatched =
    session.serverClosed =
    session.noLog =
    session.noRetry =
    session.isStatistics =
    session.isCached =
      false;
  session.cause = session.ended = session.cookieIn = session.cookieOut = '-';
  session.logLevel = -1;
  session.failure = '';
  session.cutOff = '';
  session.trace = 0;
  session.body = undefined;
  session.variables = ofSession(session.variables);
  session.captured = session.uniqueId = session.stickKeys = session.cookieDates = undefined;
}
/** Variables of the session outlive the request. */
function ofSession(variables: Session['variables']): Session['variables'] {
  if (variables === undefined) return undefined;
  const kept = [...variables].filter(([name]) => name.startsWith('sess.'));
  return kept.length === 0 ? undefined : new Map(kept);
}

/** Counts a request that begins. */
export function countRequest(runtime: Runtime, session: Session, request: HttpRequest): void {
  const { frontend } = runtime.proxy(session.frontend);
  frontend.requests += 1;
  tick(frontend.requestRate, runtime.now);
  session.stream = runtime.state.counters.streams++;
  session.requests += 1;
  // Its own form of a request: start line of 20 bytes and the three words, an end of the headers, no `connection`.
  let bytes = 29 + request.method.length + request.target.length;
  for (const header of request.headers)
    if (header[0].length !== 10 || header[0].toLowerCase() !== 'connection')
      bytes += header[0].length + header[1].length;
  session.bytesIn = bytes + (request.body === '' ? 0 : byteLength(request.body));
}
