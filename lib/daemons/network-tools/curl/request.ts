/** The request that curl sends. */
import { encodeBase64 } from '../../../std/base64';
import { byteLength, bytesFromText } from '../../../std/bytes';
import type { HttpRequest } from '../../../world/network.contract';
import type { CurlCall } from './call';
import type { Cookies } from './cookies';
import type { Proxy } from './proxy';
import { conditionField } from './time-condition';
import { type Url, urlText } from './url';

/** Bytes of a body from which on the server is asked first (lib/http.c). */
const EXPECT_FROM = 1024 * 1024;

/** The request as curl writes it. */
export function requestOf(
  call: CurlCall,
  jar: Cookies,
  url: Url,
  { method, body, from }: { method: string; body: string | undefined; from: number },
  { version, proxy }: { version: HttpRequest['version']; proxy: Proxy | undefined },
): HttpRequest {
  const custom = call.headers
    .filter((header) => header.includes(':') || header.endsWith(';'))
    .map((header) => ({
      name: header.split(/[:;]/)[0] ?? '',
      value: header.includes(':') ? header.slice(header.indexOf(':') + 1).trim() : '',
      empty: header.endsWith(';') && !header.includes(':'),
      /** Nothing at all behind the colon. */
      bare: header.endsWith(':'),
    }));
  const replaced = new Set(custom.map((header) => header.name.toLowerCase()));
  const headers: [string, string][] = [];
  const add = (name: string, value: string): void => {
    if (!replaced.has(name.toLowerCase())) headers.push([name, value]);
  };
  const hostHeader = custom.find((header) => header.name.toLowerCase() === 'host');
  // `-H 'Host:'` takes the line away; with a blank behind the colon it stays, empty.
  if (hostHeader?.bare !== true || version === '2')
    headers.push(['Host', hostHeader?.value ?? `${url.host}${url.explicitPort ? `:${url.port}` : ''}`]);
  if (proxy?.user !== undefined) add('Proxy-Authorization', `Basic ${basic(proxy.user)}`);
  const user = call.user ?? url.user;
  if (call.bearer !== undefined) add('Authorization', `Bearer ${call.bearer}`);
  else if (user !== undefined) add('Authorization', `Basic ${basic(user)}`);
  const range = from > 0 ? `${from}-` : call.range;
  if (range !== undefined) add('Range', `bytes=${range}`);
  if (call.userAgent !== '') add('User-Agent', call.userAgent);
  const isJson = call.accept !== '*/*';
  if (isJson) add('Content-Type', call.dataType ?? '');
  add('Accept', call.accept);
  if (call.compressed) add('Accept-Encoding', 'deflate, gzip, br, zstd');
  if (call.referer !== undefined) add('Referer', call.referer);
  const kept = jar.header(url.host, url.path, url.scheme === 'https');
  const cookie = [kept, ...call.cookies].filter((part) => part !== '').join('; ');
  if (cookie !== '') add('Cookie', cookie);
  if (proxy !== undefined) add('Proxy-Connection', 'Keep-Alive');
  if (call.timeCondition !== undefined) add(...conditionField(call.timeCondition));
  for (const header of custom)
    if (header.name.toLowerCase() !== 'host' && (header.value !== '' || header.empty))
      headers.push([header.name, header.value]);
  if (call.upgradesHttp2 && version === '1.1' && url.scheme === 'http') {
    add('Connection', 'Upgrade, HTTP2-Settings');
    add('Upgrade', 'h2c');
    add('HTTP2-Settings', 'AAMAAABkAAQCAAAAAAIAAAAA');
  }
  if (body !== undefined) {
    add('Content-Length', String(byteLength(body)));
    if (call.upload !== undefined) add('Expect', '100-continue');
    else {
      if (!isJson) add('Content-Type', call.dataType ?? 'application/x-www-form-urlencoded');
      if (byteLength(body) > EXPECT_FROM) add('Expect', '100-continue');
    }
  }
  // To a proxy the whole URL is written.
  const target = proxy === undefined ? url.path : urlText(url);
  const head = `${method} ${target} HTTP/${version}\r\n${headers.map(([name, text]) => `${name}: ${text}\r\n`).join('')}\r\n`;
  return {
    kind: 'request',
    trace: 0,
    method,
    target,
    version,
    headers:
      version === '2'
        ? headers.map(([name, value], i) => [i === 0 ? name : name.toLowerCase(), value])
        : headers,
    body: body ?? '',
    bytes: byteLength(head) + byteLength(body ?? ''),
  };
}

/** RFC 7617 */
function basic(user: string): string {
  return encodeBase64(bytesFromText(user));
}

/** What a proxy is asked before https. */
export function connectRequest(call: CurlCall, place: string, { user }: Proxy): HttpRequest {
  const headers: [string, string][] = [['Host', place]];
  if (user !== undefined) headers.push(['Proxy-Authorization', `Basic ${basic(user)}`]);
  if (call.userAgent !== '') headers.push(['User-Agent', call.userAgent]);
  headers.push(['Proxy-Connection', 'Keep-Alive']);
  const head = `CONNECT ${place} HTTP/1.1\r\n${headers.map(([name, text]) => `${name}: ${text}\r\n`).join('')}\r\n`;
  return {
    kind: 'request',
    trace: 0,
    method: 'CONNECT',
    target: place,
    version: '1.1',
    headers,
    body: '',
    bytes: byteLength(head),
  };
}
