/** What is wrong with the headers of a request. Source: nginx 1.22 src/http/ngx_http_request.c `ngx_http_process_host`, `ngx_http_process_request_header`. */
import type { HttpRequest } from '../../../world/network.contract';
import type { ServerSettings } from '../config';
import { header } from './runtime';
import type { Asking } from './variables';

export interface HeaderProblem {
  readonly status: number;
  readonly text: string;
  /** How many headers were read until then; undefined: all of them. */
  readonly read?: number;
}
/** Those that may come once only. */
const SINGLE = new Set([
  'host',
  'if-modified-since',
  'if-unmodified-since',
  'if-match',
  'if-none-match',
  'if-range',
  'content-length',
  'content-range',
  'transfer-encoding',
  'expect',
  'authorization',
]);

/** @param typed what is wrong with a line that was typed, behind the headers that could be read */
export function headerProblem(
  message: HttpRequest,
  host: string | undefined,
  typed: string | undefined,
): HeaderProblem | undefined {
  const { headers } = message;
  const doubled = doubledHeader(headers);
  if (doubled !== undefined) return doubled;
  if (host !== undefined && (host === '' || hostName(host) === undefined)) {
    const at = headers.findIndex(([name]) => name.toLowerCase() === 'host');
    return { ...bad('client sent invalid host header'), read: at + 1 };
  }
  if (typed !== undefined) return bad(typed);
  if (message.version === '1.1' && host === undefined)
    return bad('client sent HTTP/1.1 request without "Host" header');
  const length = header(headers, 'content-length');
  if (length !== undefined && !/^\d+$/.test(length))
    return bad('client sent invalid "Content-Length" header');
  return encodingProblem(message, length !== undefined) ?? methodProblem(message.method);
}
/** Headers whose names nginx does not like are not passed on, and no variable has them. */
export function leaveOutInvalid({ runtime, client, request }: Asking): void {
  const { message } = request;
  const invalid = invalidHeaders(message.headers, runtime.server(request.server));
  if (invalid.length === 0) return;
  for (const [name, value] of invalid)
    runtime.tell(
      client,
      'info',
      message.version === '2'
        ? `client sent invalid header: "${name}"`
        : `client sent invalid header line: "${name}: ${value}"`,
      { action: 'reading client request headers' },
    );
  request.message = { ...message, headers: message.headers.filter((header) => !invalid.includes(header)) };
}
/** Letters, digits and `-`; `_` where `underscores_in_headers` says so. The others are left out. */
const USUAL_NAME = /^[A-Za-z0-9-]+$/;
const UNDERSCORED_NAME = /^[\w-]+$/;
function invalidHeaders(
  headers: HttpRequest['headers'],
  { takesUnderscores, ignoresInvalidHeaders }: ServerSettings,
): HttpRequest['headers'] {
  if (!ignoresInvalidHeaders) return [];
  const name = takesUnderscores ? UNDERSCORED_NAME : USUAL_NAME;
  return headers.filter((header) => !name.test(header[0]));
}
/** Without its port, in lower case; undefined: no host. */
export function hostName(text: string): string | undefined {
  const host = text.replace(/:\d*$/, '').replace(/\.$/, '').toLowerCase();
  return /[\s/\\]/.test(host) || host.includes('..') ? undefined : host;
}

function bad(text: string): HeaderProblem {
  return { status: 400, text };
}
/** Each pair of names is compared by length first: there are few headers, and hardly ever two alike. */
function doubledHeader(headers: HttpRequest['headers']): HeaderProblem | undefined {
  for (const [index, [name, value]] of headers.entries())
    for (let before = 0; before < index; before++) {
      const [other, first] = headers[before] ?? ['', ''];
      if (other.length !== name.length || other.toLowerCase() !== name.toLowerCase()) continue;
      if (!SINGLE.has(name.toLowerCase())) continue;
      const what = name.length === 'host'.length ? 'host header' : 'header line';
      const text = `client sent duplicate ${what}: "${name}: ${value}", previous value: "${other}: ${first}"`;
      return { ...bad(text), read: index + 1 };
    }
  return undefined;
}
function encodingProblem({ headers, version }: HttpRequest, hasLength: boolean): HeaderProblem | undefined {
  const encoding = header(headers, 'transfer-encoding');
  if (encoding === undefined || version === '2') return undefined;
  if (version === '1.0') return bad('client sent HTTP/1.0 request with "Transfer-Encoding" header');
  if (encoding.toLowerCase() !== 'chunked')
    return { status: 501, text: `client sent unknown "Transfer-Encoding": "${encoding}"` };
  if (hasLength) return bad('client sent "Content-Length" and "Transfer-Encoding" headers at the same time');
  return undefined;
}
function methodProblem(method: string): HeaderProblem | undefined {
  return method === 'TRACE' || method === 'CONNECT'
    ? { status: 405, text: `client sent ${method} method` }
    : undefined;
}
