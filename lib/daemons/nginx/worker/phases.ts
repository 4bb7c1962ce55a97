/**
 * A request's way through the phases: rewriting, location, limits, access, files, content.
 * Source: nginx 1.22 src/http/ngx_http_core_module.c, ngx_http_request.c.
 */
import { byteLength } from '../../../std/bytes';
import type { HttpRequest } from '../../../world/network.contract';
import type { AddressSettings, LocationSettings, Place } from '../config';
import { setDeadline } from './client';
import { checkAccess, limitConnections, limitRequests, takeRealAddress, type Verdict } from './guard';
import { findLocation, type FoundServer, nameOf, serverNamed } from './locate';
import { startProxy } from './proxy';
import type { Continuation } from './proxying';
import { drop, onAnswered, send, sendPage, wantsKeepalive } from './reply';
import { runCodes } from './rewrite';
import { headerProblem, hostName, leaveOutInvalid } from './header-problems';
import { tooLongHeader } from './header-limits';
import { header, type Runtime } from './runtime';
import { serveFile, type Served, tryFiles, typeOf } from './static';
import { tlsProblem } from './client-certificate';
import type { Client, Request } from './state';
import { parseTarget } from './uri';
import { type Asking, evaluate, keepCaptures } from './variables';

/** Redirections within the server that one request may go through. */
const MOST_CHANGES = 10;

export function beginRequest(runtime: Runtime, client: Client, message: HttpRequest): void {
  const address = runtime.configuration.addresses[client.address];
  if (address === undefined) return;
  client.requests += 1;
  runtime.group.requests += 1;
  client.phase = 'working';
  setDeadline(runtime, client, 0);
  const { typed } = client;
  client.typed = undefined;
  const parsed = parseTarget(message.target, runtime.server(client.server).mergeSlashes);
  // Behind a line that is none, nothing is read.
  const read = parsed === undefined ? { ...message, headers: [] } : message;
  const request = newRequest(runtime, client, read, client.server);
  request.typedLine = typed?.line;
  request.isBare = typed?.isBare ?? false;
  client.request = request;
  const asking: Asking = { runtime, client, request };
  const hostHeader = header(read.headers, 'host');
  const host = hostName(parsed?.host ?? hostHeader ?? '');
  if (host !== undefined) request.host = host;
  const { server, why } = chooseServer(asking, address);
  if (isMisdirected(asking, server)) {
    misdirect(asking);
    return;
  }
  request.server = server;
  request.location = runtime.server(server).root;
  request.keepalive = wantsKeepalive(asking);
  if (message.trace !== 0)
    runtime.hop(
      message.trace,
      'proxy',
      `server ${runtime.server(server).name === '' ? '""' : runtime.server(server).name} (${why})`,
      'ok',
      runtime.server(server).place,
      'server',
    );
  if (parsed === undefined || (host === undefined && parsed.host !== undefined)) {
    const text = `client sent invalid ${parsed === undefined ? 'request' : 'host in request line'}`;
    runtime.tell(client, 'info', text, { action: 'reading client request line' });
    request.keepalive = false;
    if (parsed === undefined) request.uri = '';
    special(asking, 400);
    return;
  }
  leaveOutInvalid(asking);
  const problem = headerProblem(message, hostHeader, typed?.problem);
  if (problem !== undefined) {
    if (problem.read !== undefined)
      request.message = { ...message, headers: message.headers.slice(0, problem.read) };
    runtime.tell(client, 'info', problem.text, { action: 'reading client request headers' });
    request.keepalive = false;
    client.body = undefined;
    special(asking, problem.status);
    return;
  }
  request.unparsed = parsed.unparsed;
  request.uri = parsed.uri;
  request.args = parsed.args;
  const unread = tooLongHeader(message, runtime.server(request.server).headerBuffers);
  if (unread !== undefined) {
    runtime.tell(client, 'info', unread, { action: 'reading client request headers' });
    request.keepalive = false;
    special(asking, 494);
    return;
  }
  const refusal = tlsProblem(asking, address);
  if (refusal !== undefined) {
    runtime.tell(client, 'info', refusal.text, { action: 'reading client request headers' });
    request.keepalive = false;
    special(asking, refusal.status);
    return;
  }
  serverRewrite(asking);
}
/** The host decides; nobody by that name leaves it with the server that the connection has already. */
function chooseServer({ runtime, client, request }: Asking, address: AddressSettings): FoundServer {
  const { serverName } = client;
  if (serverName !== undefined && serverName === request.host)
    return { server: client.server, why: `server_name ${serverName}` };
  const found = serverNamed(runtime, address, request.host, (match) => keepCaptures(request, match));
  if (found !== undefined) return found;
  if (address.servers.length === 1) return { server: address.defaultServer, why: 'the only server' };
  return { server: address.defaultServer, why: 'default server' };
}
/** A server that asks for certificates wants the name in the hello too: there it was not asked for one. */
function isMisdirected({ runtime, client, request }: Asking, server: number): boolean {
  const { serverName } = client;
  if (serverName === undefined || serverName === request.host) return false;
  return (runtime.server(server).tls?.verify ?? 'off') !== 'off';
}
function misdirect(asking: Asking): void {
  asking.runtime.tell(
    asking.client,
    'info',
    'client attempted to request the server name different from the one that was negotiated',
    { action: 'reading client request headers' },
  );
  asking.request.keepalive = false;
  special(asking, 421);
}
export function newRequest(runtime: Runtime, client: Client, message: HttpRequest, server: number): Request {
  return {
    message,
    typedLine: undefined,
    isBroken: false,
    isBare: false,
    startedAt: runtime.now,
    method: message.method,
    unparsed: message.target,
    uri: message.target,
    args: '',
    host: '',
    server,
    location: runtime.server(server).root,
    changes: MOST_CHANGES + 1,
    isInternal: false,
    isOriginal: true,
    uriChanged: false,
    isErrorPage: false,
    errorStatus: 0,
    keepalive: false,
    variables: new Map(),
    captures: [],
    limitRequestDone: false,
    limitConnectionDone: false,
    limitStatus: '',
    limitConnectionStatus: '',
    zones: [],
    realIp: client.ip,
    realPort: client.port,
    realDone: false,
    status: 0,
    bytesSent: 0,
    bodySent: 0,
    sentHeaders: [],
    action: '',
    upstream: undefined,
    cache: undefined,
    parent: undefined,
    isAuthorized: false,
    refusal: 0,
    resolving: undefined,
    tries: [],
    id: requestId(runtime),
  };
}
function requestId(runtime: Runtime): string {
  if (!usesRequestId(runtime)) return '';
  const random = runtime.kernel.random(`nginx.request-id:${runtime.host.name}`);
  return Array.from({ length: 8 }, () => random.integer(0, 65_535).toString(16).padStart(4, '0')).join('');
}
const usesId = new WeakMap<object, boolean>();
/** Numbers are only drawn where somebody reads them. */
function usesRequestId({ configuration }: Runtime): boolean {
  let known = usesId.get(configuration);
  if (known === undefined) {
    known = configuration.files.some(({ text }) => text.includes('request_id'));
    usesId.set(configuration, known);
  }
  return known;
}

// ---------------------------------------------------------------- rewriting and location
export function serverRewrite(asking: Asking): void {
  const { request, runtime } = asking;
  request.location = runtime.server(request.server).root;
  const rewritten = runCodes(asking, runtime.location(request.location).codes);
  if (rewritten.kind === 'return') {
    answerReturn(asking, rewritten);
    return;
  }
  locate(asking);
}
function locate(asking: Asking): void {
  const { request, runtime, client } = asking;
  for (;;) {
    request.uriChanged = false;
    const found = findLocation(runtime, request);
    if (found.kind === 'slash') {
      request.location = runtime.server(request.server).root;
      const args = request.args === '' ? '' : `?${request.args}`;
      sendPage(asking, 301, { location: `${found.name}${args}` });
      return;
    }
    request.location = found.location;
    const location = runtime.location(found.location);
    // What a rewrite leads to counts as internal as well.
    if (location.isInternal && !request.isInternal && request.isOriginal) {
      special(asking, 404);
      return;
    }
    updateLocation(asking);
    if (request.message.trace !== 0)
      runtime.hop(request.message.trace, 'proxy', nameOf(location), 'ok', location.place, 'location');
    if (isTooLarge(asking)) return;
    // The server's own rewriting has been done already.
    if (location.kind === 'server') break;
    const rewritten = runCodes(asking, runtime.location(request.location).codes);
    if (rewritten.kind === 'return') {
      answerReturn(asking, rewritten);
      return;
    }
    if (!request.uriChanged) break;
    if (--request.changes <= 0) {
      runtime.tell(
        client,
        'error',
        `rewrite or internal redirection cycle while processing "${request.uri}"`,
      );
      special(asking, 500);
      return;
    }
  }
  guard(asking);
}
/** `limit_except`, and the connection's fate in this location. */
function updateLocation(asking: Asking): void {
  const { request, runtime } = asking;
  const { limitExcept } = runtime.location(request.location);
  if (limitExcept !== undefined && !limitExcept.methods.includes(request.method))
    request.location = limitExcept.location;
  request.keepalive = request.keepalive && wantsKeepalive(asking);
}
function isTooLarge(asking: Asking): boolean {
  const { request, runtime, client } = asking;
  const location = runtime.location(request.location);
  const { maxBody } = location;
  const body = request.message.body === '' ? 0 : byteLength(request.message.body);
  const said = header(request.message.headers, 'content-length');
  const length = said === undefined ? body : Number(said);
  if (request.isInternal || maxBody === 0 || length <= maxBody) return false;
  runtime.tell(client, 'error', `client intended to send too large body: ${length} bytes`);
  runtime.hop(
    request.message.trace,
    'proxy',
    `client_max_body_size: ${length} bytes are too many`,
    'bad',
    location.maxBodyPlace,
    'client_max_body_size',
  );
  special(asking, 413);
  return true;
}
function answerReturn(
  asking: Asking,
  result: { status: number; text: string | undefined; location: string | undefined; place: Place },
): void {
  const { runtime, request } = asking;
  const { status, text, location, place } = result;
  runtime.hop(
    request.message.trace,
    'proxy',
    `return ${status}`,
    status < 400 ? 'ok' : 'bad',
    place,
    'return',
  );
  if (status === 444) {
    drop(asking, 444);
    return;
  }
  if (location !== undefined) {
    special(asking, status, location);
    return;
  }
  const settings = runtime.location(request.location);
  if (text === undefined && (status < 200 || status >= 300)) {
    special(asking, status);
    return;
  }
  send(asking, {
    status: request.errorStatus > 0 ? request.errorStatus : status,
    body: text ?? '',
    type: text === undefined && status !== 200 ? undefined : typeOf(settings, request.uri),
    headers: [],
  });
}

// ---------------------------------------------------------------- limits and access
function guard(asking: Asking): void {
  const { runtime, client } = asking;
  takeRealAddress(asking);
  for (const check of [limitRequests, limitConnections]) {
    const verdict: Verdict = check(asking);
    if (verdict.kind === 'status') {
      special(asking, verdict.status);
      return;
    }
    if (verdict.kind === 'delay') {
      client.phase = 'delayed';
      setDeadline(runtime, client, runtime.now + verdict.ms * 1_000);
      return;
    }
  }
  admit(asking);
}
/** The wait of `limit_req` is over. */
export function afterDelay(asking: Asking): void {
  asking.client.phase = 'working';
  guard(asking);
}
function admit(asking: Asking): void {
  const verdict: Verdict = asking.request.isInternal ? { kind: 'pass' } : checkAccess(asking);
  const { satisfyAny } = asking.runtime.location(asking.request.location);
  if (verdict.kind === 'status') {
    if (!satisfyAny || !askAnother(asking, verdict.status)) special(asking, verdict.status);
    return;
  }
  const isDecided = verdict.kind === 'pass' && verdict.isDecided === true;
  if (isDecided || !askAnother(asking, 0)) content(asking);
}

// ---------------------------------------------------------------- auth_request
/**
 * Asks another location whether the request may pass. False: nobody is to be asked.
 * @param otherwise what those before have said, 401 or 403; 0: nothing against it
 */
function askAnother(asking: Asking, otherwise: number): boolean {
  const { runtime, client, request } = asking;
  const { authRequest } = runtime.location(request.location);
  if (authRequest === undefined || request.isAuthorized || request.parent !== undefined) return false;
  request.isAuthorized = true;
  request.refusal = otherwise;
  const { uri, place } = authRequest;
  runtime.hop(request.message.trace, 'filter', `auth_request ${uri}`, 'wait', place, 'auth_request');
  const asked: Request = {
    ...newRequest(runtime, client, request.message, request.server),
    method: 'GET',
    unparsed: request.unparsed,
    uri,
    host: request.host,
    variables: new Map(request.variables),
    isInternal: true,
    isOriginal: false,
    realIp: request.realIp,
    realPort: request.realPort,
    realDone: request.realDone,
    keepalive: request.keepalive,
    limitRequestDone: true,
    limitConnectionDone: true,
    parent: request,
  };
  client.request = asked;
  locate({ ...asking, request: asked });
  return true;
}
/** The answer of the other location decides: 2xx lets the request pass, 401 and 403 do not. */
onAnswered((asking, status, challenge) => {
  const { runtime, client, request: asked } = asking;
  const { parent } = asked;
  if (parent === undefined) return;
  client.request = parent;
  client.phase = 'working';
  const own: Asking = { ...asking, request: parent };
  const { authRequest } = runtime.location(parent.location);
  for (const { variable, value } of authRequest?.sets ?? [])
    parent.variables.set(variable, evaluate(asking, value));
  runtime.hop(
    parent.message.trace,
    'filter',
    `auth_request: ${status}`,
    status < 300 ? 'ok' : 'bad',
    authRequest?.place,
    'auth_request',
  );
  if (status >= 200 && status < 300) {
    content(own);
    return;
  }
  if (status === 401 || status === 403) {
    if (parent.refusal === 401) {
      special(own, 401);
      return;
    }
    if (status === 401 && challenge !== undefined) parent.variables.set('www_authenticate', challenge);
    special(own, status);
    return;
  }
  runtime.tell(client, 'error', `auth request unexpected status: ${status}`, { action: 'sending to client' });
  special(own, 500);
});

// ---------------------------------------------------------------- content
function content(asking: Asking): void {
  const { request, runtime } = asking;
  const location = runtime.location(request.location);
  const tried = tryFiles(asking, location);
  if (tried !== undefined) {
    follow(asking, tried);
    return;
  }
  switch (location.handler) {
    case 'proxy':
      startProxy({ ...asking, go: CONTINUATION });
      return;
    case 'status':
      sendStatus(asking);
      return;
    case 'gif':
      send(asking, { status: 200, body: 'GIF89a', type: 'image/gif', headers: [] });
      return;
    case 'unmodelled':
      runtime.tell(asking.client, 'error', `not modelled: ${location.handlerName}`);
      runtime.hop(
        request.message.trace,
        'error',
        `not modelled: ${location.handlerName}`,
        'bad',
        location.handlerPlace,
      );
      special(asking, 502);
      return;
    case undefined:
  }
  const served = serveFile(asking, location);
  if (request.message.trace !== 0) tellServed(asking, location, served);
  follow(asking, served);
}
function tellServed({ runtime, request }: Asking, location: LocationSettings, served: Served): void {
  const text =
    served.kind === 'answer'
      ? `file for ${request.uri}`
      : served.kind === 'status'
        ? `no file for ${request.uri}: ${served.status}`
        : undefined;
  if (text !== undefined)
    runtime.hop(
      request.message.trace,
      'serve',
      text,
      served.kind === 'status' ? 'bad' : 'ok',
      location.rootPlace,
    );
}
function follow(asking: Asking, served: Served): void {
  switch (served.kind) {
    case 'answer':
      if (served.answer.status === 301) special(asking, 301, served.answer.location);
      else if (asking.request.errorStatus > 0)
        send(asking, { ...served.answer, status: asking.request.errorStatus });
      else if (served.answer.status === 416)
        sendPage(asking, 416, { headedAs: 200, lastHeaders: served.answer.lastHeaders ?? [] });
      else send(asking, served.answer);
      return;
    case 'status':
      special(asking, served.status);
      return;
    case 'redirect':
      redirect(asking, served.uri, served.args);
      return;
    case 'named':
      goToNamed(asking, served.name);
  }
}
function sendStatus(asking: Asking): void {
  const { runtime, request } = asking;
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    special(asking, 405);
    return;
  }
  const { group } = runtime;
  const clients = [...runtime.state.clients.values()];
  const waiting = clients.filter(({ phase }) => phase === 'waiting').length;
  send(asking, {
    status: 200,
    type: 'text/plain',
    headers: [],
    body: `Active connections: ${clients.length} \nserver accepts handled requests\n ${group.accepted} ${group.handled} ${group.requests} \nReading: 0 Writing: ${clients.length - waiting} Waiting: ${waiting} \n`,
  });
}

// ---------------------------------------------------------------- redirections within the server
export function redirect(asking: Asking, uri: string, args: string): void {
  const { request, runtime, client } = asking;
  if (--request.changes <= 0) {
    runtime.tell(
      client,
      'error',
      `rewrite or internal redirection cycle while internally redirecting to "${uri}"`,
    );
    sendPage(asking, 500);
    return;
  }
  request.uri = uri;
  request.args = args;
  request.isInternal = true;
  request.isOriginal = false;
  request.upstream = undefined;
  request.cache = undefined;
  serverRewrite(asking);
}
export function goToNamed(asking: Asking, name: string): void {
  const { request, runtime, client } = asking;
  const location = runtime.server(request.server).named.get(name);
  if (--request.changes <= 0) {
    runtime.tell(
      client,
      'error',
      `rewrite or internal redirection cycle while redirect to named location "${name}"`,
    );
    sendPage(asking, 500);
    return;
  }
  if (location === undefined) {
    runtime.tell(client, 'error', `could not find named location "${name}"`);
    sendPage(asking, 500);
    return;
  }
  request.isInternal = true;
  request.uriChanged = false;
  request.location = location;
  request.upstream = undefined;
  request.cache = undefined;
  updateLocation(asking);
  const settings = runtime.location(location);
  runtime.hop(request.message.trace, 'proxy', nameOf(settings), 'ok', settings.place, 'location');
  const rewritten = runCodes(asking, settings.codes);
  if (rewritten.kind === 'return') answerReturn(asking, rewritten);
  else if (request.uriChanged) locate(asking);
  else guard(asking);
}

// ---------------------------------------------------------------- errors
const ENDING = new Set([400, 413, 414, 497, 495, 496, 500, 501]);
/** An answer of nginx's own: a page that `error_page` names, or one of its own. */
export function special(asking: Asking, status: number, location?: string): void {
  const { request, runtime } = asking;
  if (status === 499 || status === 444) {
    drop(asking, status);
    return;
  }
  if (ENDING.has(status)) request.keepalive = false;
  if (status < 300 && location === undefined) {
    send(asking, { status, body: '', type: undefined, headers: [] });
    return;
  }
  const settings = runtime.location(request.location);
  const page = request.isErrorPage ? undefined : settings.errorPages.find((one) => one.status === status);
  if (page !== undefined && request.changes > 0) {
    request.isErrorPage = !settings.recursiveErrorPages;
    request.errorStatus =
      page.overwrite >= 0 ? page.overwrite : status >= 494 && status <= 497 ? 400 : status;
    const uri = evaluate(asking, page.uri);
    runtime.hop(
      request.message.trace,
      'proxy',
      `error_page ${status}: ${uri}`,
      'ok',
      page.place,
      'error_page',
    );
    if (uri.startsWith('/')) {
      if (request.method !== 'HEAD') request.method = 'GET';
      const question = page.args === undefined ? uri.indexOf('?') : -1;
      if (question >= 0) redirect(asking, uri.slice(0, question), uri.slice(question + 1));
      else redirect(asking, uri, page.args ?? '');
      return;
    }
    if (uri.startsWith('@')) {
      goToNamed(asking, uri);
      return;
    }
    const code = [301, 302, 303, 307, 308].includes(page.overwrite) ? page.overwrite : 302;
    request.errorStatus = 0;
    sendPage(asking, code, { location: uri });
    return;
  }
  sendPage(asking, status, location === undefined ? {} : { location });
}

export const CONTINUATION: Continuation = { special, redirect, goToNamed };
