/**
 * The body of a request that does not come with its head. Source: nginx 1.22 src/http/ngx_http_request_body.c.
 * Departs: a body that is passed on as it comes (`proxy_request_buffering off`) is held back until it is whole; the
 * connection to the upstream stands meanwhile.
 */
import { byteLength } from '../../../std/bytes';
import { readBody } from '../../request-body';
import { setTimeoutMs } from './client';
import { leave, sendRequest, SENDING, startProxy } from './proxy';
import { type Continuation, proxying } from './proxying';
import { conclude, drop } from './reply';
import type { Runtime } from './runtime';
import type { Client } from './state';

/** More of it has come. */
export function onBodyBytes(runtime: Runtime, client: Client, go: Continuation): void {
  const { request, body } = client;
  if (body === undefined) return;
  const read = readBody(client.buffered, body);
  if (read.kind === 'part' || request === undefined) {
    if (read.kind === 'part') waitOn(runtime, client);
    return;
  }
  const asking = { runtime, client, request };
  if (read.kind === 'invalid') {
    refuseBody(runtime, client, go);
    return;
  }
  const it = isSending(client) ? proxying(runtime, client, go) : undefined;
  client.body = undefined;
  client.buffered = read.rest;
  request.message = {
    ...request.message,
    body: read.body,
    bytes: request.message.bytes + byteLength(read.body),
  };
  if (client.phase === 'discarding') conclude(asking);
  else if (client.phase === 'body') {
    client.phase = 'working';
    startProxy({ ...asking, go });
  } else if (it !== undefined) sendRequest(it);
}
/** Nothing more of it has come in time. */
export function onBodyExpired(runtime: Runtime, client: Client, go: Continuation): void {
  const { request } = client;
  if (request === undefined) return;
  if (client.phase === 'discarding') {
    conclude({ runtime, client, request });
    return;
  }
  leaveUpstream(runtime, client, go);
  drop({ runtime, client, request }, 408);
}
/** The client ends the connection in the middle of it. */
export function onBodyEnd(runtime: Runtime, client: Client, go: Continuation): void {
  const { request } = client;
  if (request === undefined) return;
  if (client.phase === 'discarding') {
    conclude({ runtime, client, request });
    return;
  }
  runtime.tell(client, 'info', 'client prematurely closed connection', {
    action: isSending(client) ? SENDING : '',
  });
  leaveUpstream(runtime, client, go);
  drop({ runtime, client, request }, 400);
}
/** Waits for the body, or for more of it. */
export function isAwaitingBody(client: Client): boolean {
  return client.phase === 'body' || client.phase === 'discarding' || isSending(client);
}

function isSending({ phase, body, request }: Client): boolean {
  return phase === 'upstream' && body !== undefined && request?.action === SENDING;
}
function waitOn(runtime: Runtime, client: Client): void {
  const { request } = client;
  if (request === undefined || !isAwaitingBody(client)) return;
  const { bodyTimeoutMs, lingeringTimeoutMs } = runtime.location(request.location);
  setTimeoutMs(runtime, client, client.phase === 'discarding' ? lingeringTimeoutMs : bodyTimeoutMs);
}
function refuseBody(runtime: Runtime, client: Client, go: Continuation): void {
  const { request } = client;
  if (request === undefined || !isAwaitingBody(client)) return;
  const asking = { runtime, client, request };
  runtime.tell(client, 'error', 'client sent invalid chunked body', {
    action: isSending(client) ? SENDING : '',
  });
  leaveUpstream(runtime, client, go);
  client.body = undefined;
  client.buffered = '';
  if (client.phase === 'discarding') {
    request.keepalive = false;
    conclude(asking);
    return;
  }
  client.phase = 'working';
  go.special(asking, 400);
}
function leaveUpstream(runtime: Runtime, client: Client, go: Continuation): void {
  const it = isSending(client) ? proxying(runtime, client, go) : undefined;
  if (it !== undefined) leave(it);
}
