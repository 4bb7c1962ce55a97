/** The answer of an upstream as the client gets it. Source: nginx 1.22 src/http/ngx_http_upstream.c `ngx_http_upstream_process_headers`, modules/ngx_http_proxy_module.c. */
import type { HttpResponse } from '../../../world/network.contract';
import type { Proxying } from './proxying';
import { send } from './reply';
import { header } from './runtime';
import { evaluate } from './variables';

const HIDDEN = new Set([
  'date',
  'server',
  'x-pad',
  'x-accel-expires',
  'x-accel-redirect',
  'x-accel-limit-rate',
  'x-accel-buffering',
  'x-accel-charset',
  'connection',
  'keep-alive',
  'transfer-encoding',
  'content-length',
  'content-type',
  'location',
]);
export function passOn(it: Proxying, response: HttpResponse): void {
  const { request, proxy, client } = it;
  client.phase = 'working';
  if (request.cache?.isCacheable === true && isKnown(it, response)) {
    const headers = response.headers.filter(([name]) => /^(?:etag|last-modified)$/i.test(name));
    send(it, { status: 304, body: '', type: undefined, headers });
    return;
  }
  const headers = response.headers.filter(([name]) => {
    const lower = name.toLowerCase();
    if (proxy.hidden.includes(lower)) return false;
    if (proxy.passed.includes(lower) && lower !== 'connection') return lower !== 'content-length';
    return !HIDDEN.has(lower);
  });
  const length = header(response.headers, 'content-length');
  const location = header(response.headers, 'location');
  const rewritten = location === undefined ? undefined : rewriteLocation(it, location);
  // One that was not rewritten stays as relative as it is.
  if (location !== undefined && rewritten === undefined) headers.push(['Location', location]);
  send(it, {
    ...(request.errorStatus > 0
      ? { status: request.errorStatus }
      : { status: response.status, reason: response.reason }),
    body: response.body,
    type: header(response.headers, 'content-type'),
    headers,
    length: length === undefined ? undefined : Number(length),
    hasNoLength: length === undefined && request.method === 'HEAD',
    isChunked: length === undefined && request.method !== 'HEAD',
    ...(rewritten === undefined ? {} : { location: rewritten }),
  });
}
/** Of an answer that is kept, the client may have it already. */
function isKnown({ request }: Proxying, { status, headers }: HttpResponse): boolean {
  if (status !== 200) return false;
  const tags = header(request.message.headers, 'if-none-match');
  if (tags !== undefined) {
    const tag = header(headers, 'etag')?.replace(/^W\//, '');
    return (
      tag !== undefined && tags.split(/,\s*/).some((one) => one === '*' || one.replace(/^W\//, '') === tag)
    );
  }
  const since = header(request.message.headers, 'if-modified-since');
  return since !== undefined && since === header(headers, 'last-modified');
}
function rewriteLocation(it: Proxying, location: string): string | undefined {
  for (const { pattern, replacement } of it.proxy.redirects) {
    if ('caseless' in pattern) {
      const found = it.runtime.match(pattern, location);
      if (found === undefined) continue;
      it.request.captures = found.texts;
      return location.slice(0, found.start) + evaluate(it, replacement) + location.slice(found.end);
    }
    const text = evaluate(it, pattern);
    if (text !== '' && location.startsWith(text))
      return evaluate(it, replacement) + location.slice(text.length);
  }
  return undefined;
}
