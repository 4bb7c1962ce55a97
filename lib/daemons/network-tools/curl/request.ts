/** The request that curl sends. */
import { byteLength } from '../../../std/bytes';
import type { HttpRequest } from '../../../world/network.contract';
import type { CurlCall } from './call';
import type { Cookies } from './cookies';
import type { Url } from './url';

/** The request as curl writes it. */
export function requestOf(
  call: CurlCall,
  jar: Cookies,
  url: Url,
  { method, body, from }: { method: string; body: string | undefined; from: number },
  version: HttpRequest['version'],
): HttpRequest {
  const custom = call.headers
    .filter((header) => header.includes(':') || header.endsWith(';'))
    .map((header) => ({
      name: header.split(/[:;]/)[0] ?? '',
      value: header.includes(':') ? header.slice(header.indexOf(':') + 1).trim() : '',
      empty: header.endsWith(';') && !header.includes(':'),
    }));
  const replaced = new Set(custom.map((header) => header.name.toLowerCase()));
  const headers: [string, string][] = [];
  const add = (name: string, value: string): void => {
    if (!replaced.has(name.toLowerCase())) headers.push([name, value]);
  };
  const hostHeader = custom.find((header) => header.name.toLowerCase() === 'host');
  // `-H 'Host:'` takes the line away.
  if (hostHeader?.value !== '' || hostHeader.empty || version === '2')
    headers.push(['Host', hostHeader?.value ?? `${url.host}${url.explicitPort ? `:${url.port}` : ''}`]);
  const user = call.user ?? url.user;
  if (user !== undefined) add('Authorization', `Basic ${base64(user)}`);
  const range = from > 0 ? `${from}-` : call.range;
  if (range !== undefined) add('Range', `bytes=${range}`);
  if (call.userAgent !== '') add('User-Agent', call.userAgent);
  add('Accept', '*/*');
  if (call.compressed) add('Accept-Encoding', 'deflate, gzip, br, zstd');
  if (call.referer !== undefined) add('Referer', call.referer);
  const kept = jar.header(url.host, url.path, url.scheme === 'https');
  const cookie = [kept, ...call.cookies].filter((part) => part !== '').join('; ');
  if (cookie !== '') add('Cookie', cookie);
  for (const header of custom)
    if (header.name.toLowerCase() !== 'host' && (header.value !== '' || header.empty))
      headers.push([header.name, header.value]);
  if (body !== undefined) {
    add('Content-Length', String(byteLength(body)));
    if (call.upload !== undefined) add('Expect', '100-continue');
    else add('Content-Type', call.dataType ?? 'application/x-www-form-urlencoded');
  }
  const head = `${method} ${url.path} HTTP/${version}\r\n${headers.map(([name, text]) => `${name}: ${text}\r\n`).join('')}\r\n`;
  return {
    kind: 'request',
    trace: 0,
    method,
    target: url.path,
    version,
    headers:
      version === '2'
        ? headers.map(([name, value], i) => [i === 0 ? name : name.toLowerCase(), value])
        : headers,
    body: body ?? '',
    bytes: byteLength(head) + byteLength(body ?? ''),
  };
}

/** RFC 4648 §4, for Basic authentication. */
function base64(text: string): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  let out = '';
  for (let i = 0; i < text.length; i += 3) {
    const [a, b, c] = [text.charCodeAt(i), text.charCodeAt(i + 1), text.charCodeAt(i + 2)];
    const word = (a << 16) | ((b || 0) << 8) | (c || 0);
    out += `${letters[word >> 18] ?? ''}${letters[(word >> 12) & 63] ?? ''}${i + 1 < text.length ? (letters[(word >> 6) & 63] ?? '') : '='}${i + 2 < text.length ? (letters[word & 63] ?? '') : '='}`;
  }
  return out;
}
