/**
 * Passing a request to an upstream: peers, tries, time, the request that goes out and the answer that comes back.
 * Source: nginx 1.22 src/http/ngx_http_upstream.c, modules/ngx_http_proxy_module.c, modules/ngx_http_upstream_keepalive_module.c.
 *
 * Not modelled: buffering (whole messages travel), switching protocols.
 */
import { byteLength } from '../../../std/bytes';
import { formatIPv4, parseIPv4 } from '../../../std/ipv4';
import type { DnsEvent, HttpResponse } from '../../../world/network.contract';
import type { TlsFailure, TlsInfo } from '../../../world/tls.contract';
import type { LogLevel, ProxySettings } from '../config';
import { systemError } from '../messages';
import { proxyHost } from '../parse/proxy';
import { readUrl } from '../parse/values';
import { consult, release as releaseCache, staleFor, store, storeFailure } from './cache';
import { setDeadline, setTimeoutMs } from './client';
import { passOn } from './pass-on';
import { choose, newChoice, peersOf, release } from './peers';
import { type Continuation, type Passing, type Proxying, requestOf } from './proxying';
import { drop } from './reply';
import { header, type Runtime } from './runtime';
import type { Client, Request, Try, UpstreamState } from './state';
import { certificateProblem, failureWords, secure, SECURING } from './secure-upstream';
import { capacity, closeUpstream, forget, keepOrClose, takeIdle } from './upstream-connections';
import { escapeUri } from './uri';
import { type Asking, evaluate } from './variables';

export const UPSTREAM = 'nginx.upstream';
export const RESOLVED = 'nginx.resolved';
const CONNECTING = 'connecting to upstream';
const READING = 'reading response header from upstream';
export const SENDING = 'sending request to upstream';

// ---------------------------------------------------------------- start
export function startProxy(asking: Passing): void {
  const { runtime, client, request } = asking;
  const { proxy, bodyBuffer, bodyTimeoutMs } = runtime.location(request.location);
  if (proxy === undefined) return;
  if (client.body !== undefined && proxy.requestBuffering && request.parent === undefined) {
    client.phase = 'body';
    setTimeoutMs(runtime, client, bodyTimeoutMs);
    return;
  }
  if (proxy.requestBuffering && request.message.body.length > bodyBuffer) {
    runtime.group.temporaryFiles += 1;
    runtime.tell(
      client,
      'warn',
      `a client request body is buffered to a temporary file /var/lib/nginx/body/${String(runtime.group.temporaryFiles).padStart(10, '0')}`,
    );
  }
  if (isAnsweredByCache(asking, proxy)) return;
  if (proxy.template === undefined) begin(asking, proxy, newUpstream(asking, proxy, proxy.upstream));
  else beginByVariables(asking, proxy);
}
function isAnsweredByCache(asking: Passing, proxy: ProxySettings): boolean {
  const { cache } = proxy;
  if (cache === undefined) return false;
  const own = newUpstream(asking, proxy, proxy.upstream);
  const target =
    proxy.template === undefined
      ? own.schema + own.hostHeader + own.uri
      : evaluate(asking, proxy.template) + own.uri;
  const found = consult(asking, cache, target);
  if (found.kind === 'go on') return false;
  if (found.kind === 'status') asking.go.special(asking, found.status);
  else passOn({ ...asking, proxy, own }, found.response);
  return true;
}
function newUpstream(
  asking: Asking,
  proxy: ProxySettings,
  upstream: number,
  made?: { isSecure: boolean; url: string; host: string; port: string; uri: string | undefined },
): UpstreamState {
  const { runtime, client } = asking;
  const settings = upstream < 0 ? undefined : runtime.upstream(upstream);
  const key = settings?.balancing.method === 'hash' ? evaluate(asking, settings.balancing.key) : '';
  return {
    upstream,
    made: [],
    choice: newChoice(settings ?? NOBODY, { clientIp: client.ip, key }),
    connection: 0,
    isCached: false,
    hasTried: false,
    requestsOnConnection: 0,
    openedAt: 0,
    isSent: false,
    startedAt: runtime.now,
    uri: made?.uri ?? targetOf(asking, proxy),
    schema: (made?.isSecure ?? proxy.isSecure) ? 'https://' : 'http://',
    secureName: '',
    hostHeader: made?.host ?? proxy.host,
    portText: made?.port ?? proxy.port,
    basis: settings?.name ?? made?.host ?? '',
    name: settings?.name ?? made?.host ?? '',
  };
}
const NOBODY = {
  name: '',
  port: 0,
  isImplicit: true,
  peers: [],
  backups: [],
  balancing: { method: 'round-robin' },
  balancingPlace: undefined,
  zone: undefined,
  keepalive: 0,
  keepaliveTimeoutMs: 0,
  keepaliveRequests: 0,
  keepaliveTimeMs: 0,
  place: { file: '', line: 0 },
} as const;

/** The URI that goes out: as it came, unless `proxy_pass` has a URI of its own or it was rewritten. */
function targetOf({ request }: Asking, proxy: ProxySettings): string {
  if (proxy.uri === '' && request.isOriginal) return request.unparsed;
  const args = request.args === '' ? '' : `?${request.args}`;
  const length = proxy.uri === '' ? 0 : proxy.locationLength;
  return `${proxy.uri}${escapeUri(request.uri.slice(length))}${args}`;
}
function begin(asking: Passing, proxy: ProxySettings, own: UpstreamState): void {
  const { request } = asking;
  request.upstream = own;
  if (proxy.nextTries > 0 && own.choice.tries > proxy.nextTries) own.choice.tries = proxy.nextTries;
  connect({ ...asking, proxy, own });
}

// ---------------------------------------------------------------- addresses by variables
function beginByVariables(asking: Passing, proxy: ProxySettings): void {
  const { runtime, client } = asking;
  const text = evaluate(asking, proxy.template ?? []);
  const scheme = /^https?:\/\//i.exec(text)?.[0];
  if (scheme === undefined) {
    runtime.tell(client, 'error', `invalid URL prefix in "${text}"`);
    asking.go.special(asking, 500);
    return;
  }
  const isSecure = scheme.length === 8;
  const rest = text.slice(scheme.length);
  const url = readUrl(rest, { defaultPort: isSecure ? 443 : 80, hasUri: true });
  if (typeof url === 'string') {
    runtime.tell(client, 'error', `${url} in upstream "${rest}"`);
    asking.go.special(asking, 500);
    return;
  }
  const made = {
    isSecure,
    url: text,
    host: proxyHost(url, isSecure),
    port: String(url.port),
    uri: url.uri === '' ? undefined : url.uri.startsWith('?') ? `/${url.uri}` : url.uri,
  };
  const known = runtime.configuration.upstreams.findIndex(
    ({ name, port }) =>
      name.toLowerCase() === url.host.toLowerCase() && ((port === 0 && url.hasNoPort) || port === url.port),
  );
  if (known >= 0) {
    begin(asking, proxy, newUpstream(asking, proxy, known, made));
    return;
  }
  const own = newUpstream(asking, proxy, -1, made);
  own.basis = url.host;
  const ip = parseIPv4(url.host);
  if (ip !== undefined) {
    own.made = [{ name: `${url.host}:${url.port}`, ip, port: url.port }];
    own.choice.tries = 1;
    begin(asking, proxy, own);
    return;
  }
  resolveName(asking, url.host, url.port);
}
function resolveName(asking: Passing, name: string, port: number): void {
  const { runtime, client, request } = asking;
  const location = runtime.location(request.location);
  const [server] = location.resolver;
  if (server === undefined) {
    runtime.tell(client, 'error', `no resolver defined to resolve ${name}`);
    asking.go.special(asking, 502);
    return;
  }
  client.phase = 'resolving';
  request.resolving = { name, port };
  runtime.network.dnsQuery(runtime.host, {
    pid: runtime.pid,
    server,
    name,
    type: 'A',
    timeout: location.resolverTimeoutMs * 1_000,
    on: { name: RESOLVED, pid: runtime.pid, data: client.id },
  });
}
export function onResolved(runtime: Runtime, client: Client, go: Continuation, event: DnsEvent): void {
  const { request } = client;
  if (request === undefined || client.phase !== 'resolving') return;
  const asking: Passing = { runtime, client, request, go };
  const { proxy } = runtime.location(request.location);
  const { name, port } = request.resolving ?? { name: '', port: 80 };
  request.resolving = undefined;
  const addresses = event.ok
    ? event.answers.flatMap(({ type, data }) => {
        const ip = type === 'A' ? parseIPv4(data) : undefined;
        return ip === undefined ? [] : [ip];
      })
    : [];
  client.phase = 'working';
  if (proxy === undefined) return;
  if (addresses.length === 0) {
    const why = !event.ok
      ? '110: Operation timed out'
      : event.code === 'SERVFAIL'
        ? '2: Server failure'
        : event.code === 'REFUSED'
          ? '5: Operation refused'
          : '3: Host not found';
    runtime.tell(client, 'error', `${name} could not be resolved (${why})`);
    asking.go.special(asking, 502);
    return;
  }
  const text = evaluate(asking, proxy.template ?? []);
  const isSecure = /^https:/i.test(text);
  const url = readUrl(text.slice(isSecure ? 8 : 7), { defaultPort: isSecure ? 443 : 80, hasUri: true });
  const own = newUpstream(asking, proxy, -1, {
    isSecure,
    url: text,
    host: typeof url === 'string' ? name : proxyHost(url, isSecure),
    port: String(port),
    uri: typeof url === 'string' || url.uri === '' ? undefined : url.uri,
  });
  own.basis = name;
  own.made = addresses.map((ip) => ({ name: `${formatIPv4(ip)}:${port}`, ip, port }));
  own.choice.tries = addresses.length;
  begin(asking, proxy, own);
}

// ---------------------------------------------------------------- connecting
function connect(it: Proxying): void {
  const { runtime, client, request, proxy, own } = it;
  const { trace } = request.message;
  own.isSent = false;
  own.isCached = false;
  own.startedAt = runtime.now;
  const peer = pick(it);
  own.name = peer?.name ?? own.basis;
  const tried: Try = {
    address: peer?.name ?? own.basis,
    status: 0,
    startedAt: runtime.now,
    connectMs: -1,
    headerMs: -1,
    responseMs: -1,
    length: 0,
    begins: !own.hasTried,
    bytesSent: 0,
    bytesReceived: 0,
  };
  request.tries.push(tried);
  own.hasTried = true;
  request.action = CONNECTING;
  if (peer === undefined) {
    runtime.tell(client, 'error', 'no live upstreams', { action: CONNECTING });
    runtime.hop(trace, 'proxy', `no live upstreams in ${own.basis}`, 'bad', placeOf(it), 'no live upstreams');
    next(it, 'nolive');
    return;
  }
  if (runtime.state.used >= capacity(runtime)) {
    runtime.tell(
      client,
      'alert',
      `${runtime.configuration.main.connections} worker_connections are not enough`,
      {
        action: CONNECTING,
      },
    );
    finalize(it, 500);
    return;
  }
  if (trace !== 0)
    runtime.hop(
      trace,
      'connect',
      `upstream ${own.basis}: ${peer.name}`,
      'ok',
      peer.place ?? proxy.place,
      'upstream',
    );
  client.phase = 'upstream';
  if (peer.ip < 0) {
    runtime.tell(client, 'error', `not modelled: connections to ${peer.name}`, { action: CONNECTING });
    next(it, 'error');
    return;
  }
  const kept = takeIdle(runtime, own.upstream, peer.name);
  if (kept !== undefined) {
    own.connection = kept.connection;
    own.isCached = true;
    own.requestsOnConnection = kept.requests;
    own.openedAt = kept.openedAt;
    runtime.state.serving.set(kept.connection, client.id);
    sendRequest(it);
    return;
  }
  runtime.group.connections += 1;
  runtime.state.used += 1;
  own.openedAt = runtime.now;
  own.requestsOnConnection = 0;
  own.connection = runtime.network.connect(runtime.host, {
    pid: runtime.pid,
    ip: peer.ip,
    port: peer.port,
    ...(proxy.bindIp === undefined ? {} : { bindIp: proxy.bindIp }),
    on: { name: UPSTREAM, pid: runtime.pid, data: null },
    ...(trace === 0 ? {} : { trace }),
  });
  runtime.state.serving.set(own.connection, client.id);
  setTimeoutMs(runtime, client, proxy.connectTimeoutMs);
}
interface Peer {
  name: string;
  ip: number;
  port: number;
  place: ProxySettings['place'] | undefined;
}
function pick({ runtime, own }: Proxying): Peer | undefined {
  const { choice } = own;
  if (own.upstream < 0) {
    const peer = own.made[choice.tried.length];
    if (peer === undefined) return undefined;
    choice.peer = choice.tried.length;
    choice.tried.push(choice.peer);
    return { ...peer, place: undefined };
  }
  const pool = runtime.pool(own.upstream);
  if (!choose(pool, choice)) return undefined;
  const settings = peersOf(pool.settings, choice.set)[choice.peer];
  return settings === undefined
    ? undefined
    : { name: settings.name, ip: settings.ip, port: settings.port, place: settings.place };
}
function placeOf({ runtime, own, proxy }: Proxying): ProxySettings['place'] {
  return own.upstream < 0 || runtime.upstream(own.upstream).isImplicit
    ? proxy.place
    : runtime.upstream(own.upstream).place;
}
export function onUpstreamConnected(it: Proxying): void {
  if (it.own.schema === 'http://') {
    begun(it);
    return;
  }
  const problem = secure(it);
  if (problem === undefined) return;
  it.runtime.tell(it.client, 'error', problem, { action: it.request.action });
  finalize(it, 500);
}
/** A connection to talk over. */
function begun(it: Proxying): void {
  const { runtime, request } = it;
  const last = request.tries[request.tries.length - 1];
  if (last !== undefined) last.connectMs = Math.floor((runtime.now - last.startedAt) / 1_000);
  sendRequest(it);
}
export function onUpstreamSecured(it: Proxying, info: TlsInfo): void {
  const problem = certificateProblem(it, info);
  if (problem === undefined) begun(it);
  else failSecurely(it, 'error', problem);
}
export function onUpstreamInsecure(it: Proxying, failure: TlsFailure): void {
  const { level, text } = failureWords(it, failure);
  failSecurely(it, level, text);
}
function failSecurely(it: Proxying, level: LogLevel, text: string): void {
  const { runtime, client, request } = it;
  runtime.tell(client, level, text, { action: request.action });
  runtime.hop(request.message.trace, 'proxy', text, 'bad', placeOf(it), 'tls');
  closeUpstream(it);
  next(it, 'error');
}
export function sendRequest(it: Proxying): void {
  const { runtime, client, own, proxy, request } = it;
  if (client.body !== undefined && request.parent === undefined) {
    request.action = SENDING;
    setTimeoutMs(runtime, client, runtime.location(request.location).bodyTimeoutMs);
    return;
  }
  own.isSent = true;
  own.requestsOnConnection += 1;
  request.action = READING;
  const message = requestOf(it);
  const last = request.tries[request.tries.length - 1];
  if (last !== undefined) last.bytesSent += message.bytes;
  runtime.network.send(own.connection, 'client', message);
  setTimeoutMs(runtime, client, proxy.readTimeoutMs);
}

// ---------------------------------------------------------------- what comes back
export function onUpstreamFailed(it: Proxying, errno: string): void {
  const { runtime, client, own } = it;
  forget(it);
  if (it.request.action === SECURING) {
    const text = `peer closed connection in SSL handshake ${systemError(errno)}`;
    runtime.tell(client, 'error', text, { action: SECURING });
    runtime.hop(it.request.message.trace, 'proxy', text, 'bad', placeOf(it), errno);
  } else if (!own.isSent) {
    runtime.tell(client, 'error', `connect() failed ${systemError(errno)}`, { action: CONNECTING });
    runtime.hop(
      it.request.message.trace,
      'connect',
      `connect() failed ${systemError(errno)}`,
      'bad',
      placeOf(it),
      errno,
    );
  } else {
    runtime.tell(client, 'error', `recv() failed ${systemError(errno)}`, { action: READING });
    runtime.hop(
      it.request.message.trace,
      'proxy',
      `recv() failed ${systemError(errno)}`,
      'bad',
      placeOf(it),
      errno,
    );
  }
  next(it, 'error');
}
export function onUpstreamClosed(it: Proxying): void {
  const { runtime, client } = it;
  closeUpstream(it);
  runtime.tell(client, 'error', 'upstream prematurely closed connection', { action: READING });
  runtime.hop(
    it.request.message.trace,
    'proxy',
    'upstream prematurely closed connection',
    'bad',
    placeOf(it),
    'closed',
  );
  next(it, 'error');
}
export function onUpstreamExpired(it: Proxying): void {
  tellTimeout(
    it,
    it.own.isSent
      ? 'no answer within proxy_read_timeout'
      : it.request.action === SECURING
        ? 'no TLS within proxy_connect_timeout'
        : 'no connection within proxy_connect_timeout',
  );
  closeUpstream(it);
  next(it, 'timeout');
}
function tellTimeout(it: Proxying, text: string): void {
  it.runtime.hop(it.request.message.trace, 'proxy', text, 'bad', placeOf(it), 'timeout');
}
export function onUpstreamBytes(it: Proxying): void {
  const { runtime, client } = it;
  closeUpstream(it);
  runtime.tell(client, 'error', 'upstream sent no valid HTTP/1.0 header', { action: READING });
  next(it, 'invalid_header');
}

/** Statuses that `proxy_next_upstream` can name. */
const NAMED: Readonly<Record<number, string>> = {
  500: 'http_500',
  502: 'http_502',
  503: 'http_503',
  504: 'http_504',
  403: 'http_403',
  404: 'http_404',
  429: 'http_429',
};
const UNREPEATABLE = new Set(['POST', 'LOCK', 'PATCH']);

export function onUpstreamResponse(it: Proxying, response: HttpResponse): void {
  const { runtime, request, proxy, own } = it;
  const last = request.tries[request.tries.length - 1];
  if (last !== undefined) {
    last.headerMs = last.responseMs = Math.floor((runtime.now - last.startedAt) / 1_000);
    last.status = response.status;
    last.bytesReceived += response.bytes;
  }
  const named = NAMED[response.status];
  if (named !== undefined && proxy.next.has(named) && own.choice.tries > 1 && mayRepeat(it)) {
    runtime.hop(
      request.message.trace,
      'proxy',
      `${response.status}: on with the next upstream`,
      'bad',
      proxy.nextPlace,
      'next upstream',
    );
    closeUpstream(it);
    next(it, named);
    return;
  }
  keepOrClose(it, response);
  free(it, false);
  own.connection = 0;
  setDeadline(runtime, it.client, 0);
  const stale = named === undefined ? undefined : staleFor(it, named);
  if (stale !== undefined) {
    passOn(it, stale);
    return;
  }
  if (proxy.interceptErrors && response.status >= 300 && hasPage(it, response.status)) {
    releaseCache(it);
    const challenge = header(response.headers, 'www-authenticate');
    if (response.status === 401 && challenge !== undefined)
      request.variables.set('www_authenticate', challenge);
    it.go.special(it, response.status);
    return;
  }
  const accelerated = header(response.headers, 'x-accel-redirect');
  if (accelerated !== undefined) {
    releaseCache(it);
    if (accelerated.startsWith('@')) it.go.goToNamed(it, accelerated);
    else {
      const question = accelerated.indexOf('?');
      if (question < 0) it.go.redirect(it, accelerated, '');
      else it.go.redirect(it, accelerated.slice(0, question), accelerated.slice(question + 1));
    }
    return;
  }
  // Only a body that is passed on is read.
  if (last !== undefined) last.length = byteLength(response.body);
  passOn(it, store(it, response));
}
function hasPage({ runtime, request }: Proxying, status: number): boolean {
  return runtime.location(request.location).errorPages.some((page) => page.status === status);
}
function mayRepeat({ runtime, request, proxy, own }: Proxying): boolean {
  if (own.isSent && UNREPEATABLE.has(request.method) && !proxy.next.has('non_idempotent')) return false;
  return !isLate(runtime, request, proxy);
}
function isLate(runtime: Runtime, request: Request, proxy: ProxySettings): boolean {
  const first = request.tries[0]?.startedAt ?? runtime.now;
  return proxy.nextTimeoutMs > 0 && runtime.now - first >= proxy.nextTimeoutMs * 1_000;
}

// ---------------------------------------------------------------- the next one
function next(it: Proxying, failure: string): void {
  const { runtime, client, request, proxy, own } = it;
  setDeadline(runtime, client, 0);
  if (own.choice.peer >= 0) free(it, failure !== 'http_403' && failure !== 'http_404', failure);
  if (failure === 'timeout')
    runtime.tell(client, 'error', `upstream timed out ${systemError('ETIMEDOUT')}`, {
      action: request.action,
    });
  // A kept connection that its peer has ended meanwhile costs no try.
  if (own.isCached && failure === 'error') own.choice.tries += 1;
  const status = statusOf(failure);
  const last = request.tries[request.tries.length - 1];
  if (last !== undefined) {
    last.status = status;
    last.responseMs = Math.floor((runtime.now - last.startedAt) / 1_000);
  }
  if (own.choice.tries === 0 || !proxy.next.has(failure) || !mayRepeat(it)) {
    const stale = staleFor(it, failure);
    if (stale === undefined) {
      storeFailure(it, status);
      finalize(it, status);
    } else passOn(it, stale);
    return;
  }
  connect(it);
}
function statusOf(failure: string): number {
  if (failure === 'timeout') return 504;
  return failure.startsWith('http_') ? Number(failure.slice(5)) : 502;
}
/** The peer is free again; told when it is out of the game. */
function free(it: Proxying, failed: boolean, failure = 'error'): void {
  const { runtime, client, own, request } = it;
  if (own.upstream < 0) {
    own.choice.tries = Math.max(0, own.choice.tries - 1);
    own.choice.peer = -1;
    return;
  }
  const { choice } = own;
  const before = choice.peer;
  const isDisabled = release(runtime.pool(own.upstream), choice, failed);
  if (!isDisabled) return;
  runtime.tell(client, 'warn', 'upstream server temporarily disabled', { action: request.action });
  const settings = peersOf(runtime.upstream(own.upstream), choice.set)[before];
  runtime.hop(
    request.message.trace,
    'proxy',
    `${settings?.name ?? ''} is disabled for ${settings?.failTimeout ?? 0} s`,
    'bad',
    settings?.place,
    'max_fails',
  );
  runtime.world.record(
    runtime.host.name,
    'nginx.peer-out',
    {
      peer: settings?.name ?? '',
      seconds: settings?.failTimeout ?? 0,
      request: `${request.method} ${request.uri}`,
      failure: failure === 'timeout' ? 'timed out' : failure.replace(/^http_/, 'status '),
    },
    { rule: 'max_fails' },
  );
}
function finalize(it: Proxying, status: number): void {
  const { runtime, client, own } = it;
  setDeadline(runtime, client, 0);
  closeUpstream(it);
  releaseCache(it);
  if (own.choice.peer >= 0) free(it, false);
  client.phase = 'working';
  it.go.special(it, status);
}
/** The client does not wait any more. */
export function abandon(it: Proxying): void {
  const { runtime, client, request } = it;
  runtime.tell(
    client,
    'info',
    'epoll_wait() reported that client prematurely closed connection, so upstream connection is closed too',
    { action: request.action },
  );
  leave(it);
  runtime.hop(request.message.trace, 'error', 'the client has gone: 499', 'bad', undefined);
  drop(it, 499);
}
/** The upstream is not needed any more, through no fault of its own. */
export function leave(it: Proxying): void {
  closeUpstream(it);
  releaseCache(it);
  if (it.own.choice.peer >= 0) free(it, false);
}
