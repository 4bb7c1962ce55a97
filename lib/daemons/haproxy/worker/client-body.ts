/**
 * The body of a request that does not come with its head: waited for (`option http-buffer-request`), or passed on as it comes.
 * Source: HAProxy 2.6 src/http_ana.c `http_wait_for_msg_body`, `http_request_forward_body`; recorded ends.
 * Departs: what is passed on is held back until it is whole; the connection to the server stands meanwhile.
 */
import { byteLength } from '../../../std/bytes';
import { readBody } from '../../request-body';
import { conclude, countUnanswered, NO_STATUS, replyBadRequest, replyError } from './answer';
import { sendRequest } from './dispatch';
import { afterBody, setBodyDeadline } from './request';
import type { Runtime } from './runtime';
import { dropServer } from './server-pool';
import { setTimeout } from './session';
import type { Session } from './state';

/** More of it has come. */
export function onBodyBytes(runtime: Runtime, session: Session, text: string): void {
  const { body, request } = session;
  if (body === undefined || request === undefined) return;
  session.buffered += text;
  session.bytesIn += byteLength(text);
  const read = readBody(session.buffered, body);
  if (read.kind === 'part') {
    if (session.phase === 'body') setBodyDeadline(runtime, session);
    else if (session.phase === 'response')
      setTimeout(runtime, session, runtime.settings(session.backend).timeouts.server);
    return;
  }
  session.body = undefined;
  if (read.kind === 'invalid') {
    session.closes = true;
    if (session.phase === 'body') replyBadRequest(runtime, session, 400, { cause: 'P', ended: 'R' });
    else replyError(runtime, session, 400, { cause: 'P', ended: 'D' });
    return;
  }
  session.buffered = read.rest;
  session.request = { ...request, body: read.body, bytes: request.bytes + byteLength(read.body) };
  if (session.phase === 'response') sendRequest(runtime, session);
  else if (session.phase === 'body') {
    session.requestedAt = runtime.now;
    afterBody(runtime, session);
  }
}
/** No whole body in time. */
export function onBodyExpired(runtime: Runtime, session: Session): void {
  session.requestedAt = -1;
  session.closes = true;
  runtime.proxy(session.frontend).frontend.failedRequests += 1;
  replyError(runtime, session, 408, { cause: 'c', ended: 'R' });
}
/** The client ends the connection in the middle of it. */
export function onBodyEnd(runtime: Runtime, session: Session): void {
  session.closes = true;
  if (session.phase === 'body') {
    runtime.proxy(session.frontend).frontend.failedRequests += 1;
    session.requestedAt = runtime.now;
    session.halfClosed = true;
    // The backend is chosen all the same, and no more than that.
    afterBody(runtime, session);
  }
  session.body = undefined;
  session.status = NO_STATUS;
  session.cause = 'C';
  session.ended = session.phase === 'body' ? 'R' : 'D';
  countUnanswered(runtime, session);
  if (session.backend >= 0) runtime.proxy(session.backend).backend.clientAborts += 1;
  const server = runtime.server(session.backend, session.server);
  if (server !== undefined) server.counters.clientAborts += 1;
  dropServer(runtime, session, 'reset');
  conclude(runtime, session);
}
