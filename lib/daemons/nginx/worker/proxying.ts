/** A request that is passed on, as the functions about upstreams see it, and what of it goes out. Source: nginx 1.22 src/http/modules/ngx_http_proxy_module.c `ngx_http_proxy_create_request`. */
import { byteLength } from '../../../std/bytes';
import type { HttpRequest } from '../../../world/network.contract';
import type { ProxySettings } from '../config';
import { header, type Runtime } from './runtime';
import type { Client, UpstreamState } from './state';
import { type Asking, evaluate } from './variables';

/** How a request goes on when its upstream is no more than a part of its way. */
export interface Continuation {
  special(asking: Asking, status: number): void;
  redirect(asking: Asking, uri: string, args: string): void;
  goToNamed(asking: Asking, name: string): void;
}
export interface Passing extends Asking {
  readonly go: Continuation;
}
export interface Proxying extends Passing {
  readonly proxy: ProxySettings;
  readonly own: UpstreamState;
}
/** What is under way, if anything is. */
export function proxying(runtime: Runtime, client: Client, go: Continuation): Proxying | undefined {
  const { request } = client;
  const own = request?.upstream;
  if (request === undefined || own === undefined) return undefined;
  const { proxy } = runtime.location(request.location);
  return proxy === undefined ? undefined : { runtime, client, request, go, proxy, own };
}

const USUAL: readonly (readonly [string, string])[] = [
  ['host', 'Host'],
  ['connection', 'Connection'],
  ['content-length', 'Content-Length'],
  ['transfer-encoding', 'Transfer-Encoding'],
  ['te', 'TE'],
  ['keep-alive', 'Keep-Alive'],
  ['expect', 'Expect'],
  ['upgrade', 'Upgrade'],
];
const CONDITIONAL = [
  'if-modified-since',
  'if-unmodified-since',
  'if-none-match',
  'if-match',
  'range',
  'if-range',
];
/** Asks whether the answer that the cache has still holds. */
function revalidation({ runtime, request, proxy }: Proxying): [string, string][] {
  const entry = runtime.group.caches.get(proxy.cache?.zone ?? '')?.get(request.cache?.key ?? '');
  const made: [string, string][] = [];
  for (const [name, from] of REVALIDATION) {
    const value = entry?.response === undefined ? undefined : header(entry.response.headers, from);
    if (value !== undefined) made.push([name, value]);
  }
  return made;
}
const REVALIDATION = [
  ['If-Modified-Since', 'last-modified'],
  ['If-None-Match', 'etag'],
] as const;
export function requestOf(it: Proxying): HttpRequest {
  const { request, proxy, own } = it;
  const { message } = request;
  // A request that only asks has no body.
  const asks = request.parent !== undefined;
  const body = proxy.passRequestBody && !asks ? message.body : '';
  const length = asks ? undefined : header(message.headers, 'content-length');
  const headers: [string, string][] = [];
  const taken = new Set<string>();
  for (const { name, value } of proxy.headers) {
    taken.add(name.toLowerCase());
    const text = evaluate(it, value);
    if (text !== '') headers.push([name, text]);
  }
  for (const [lower, name] of USUAL) {
    if (taken.has(lower)) continue;
    taken.add(lower);
    if (lower === 'host') headers.push([name, own.hostHeader]);
    else if (lower === 'connection') headers.push([name, 'close']);
    else if (lower === 'content-length' && (length !== undefined || body !== ''))
      headers.push([name, String(byteLength(body))]);
  }
  // What a cache keeps has to be whole.
  if (request.cache !== undefined) for (const name of CONDITIONAL) taken.add(name);
  if (request.cache?.status === 'EXPIRED' && proxy.cache?.revalidates === true)
    headers.push(...revalidation(it));
  if (proxy.passRequestHeaders)
    for (const [name, value] of message.headers)
      if (!taken.has(name.toLowerCase())) headers.push([name, value]);
  const asked = request.cache !== undefined && request.method === 'HEAD' ? 'GET' : request.method;
  const method = proxy.method === undefined ? asked : evaluate(it, proxy.method);
  let bytes = method.length + own.uri.length + 14 + byteLength(body);
  for (const [name, value] of headers) bytes += name.length + value.length + 4;
  return {
    kind: 'request',
    trace: message.trace,
    method,
    target: own.uri,
    version: proxy.version,
    headers,
    body,
    bytes,
  };
}
