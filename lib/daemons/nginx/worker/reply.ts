/** Answers: their headers, their pages, the end of a request. Source: nginx 1.22 src/http/ngx_http_header_filter_module.c, ngx_http_special_response.c, ngx_http_request.c `ngx_http_finalize_request`, modules/ngx_http_headers_filter_module.c. */
import { byteLength } from '../../../std/bytes';
import { strftime, microsFromCivil } from '../../../std/civil';
import { formatIPv4 } from '../../../std/ipv4';
import type { HttpResponse } from '../../../world/network.contract';
import type { LocationSettings } from '../config';
import { closeClient, setTimeoutMs } from './client';
import { freeConnections } from './guard';
import { logAccess } from './log';
import { filtered } from './filters';
import { pageOf, reasonOf } from './pages';
import { header } from './runtime';
import { type Asking, evaluate } from './variables';

export interface Answer {
  status: number;
  /** As an upstream gave it; nginx's own word goes with any other status. */
  reason?: string | undefined;
  body: string;
  type: string | undefined;
  /** In order, after those that every answer has. */
  headers: [string, string][];
  location?: string | undefined;
  lastModified?: string | undefined;
  /** Of HEAD and 304: what the length would be. */
  length?: number | undefined;
  hasNoLength?: boolean;
  /** Its length is not known in advance. */
  isChunked?: boolean;
  /** Whole answers that could be had in parts say so. */
  hasRanges?: boolean;
  /** What headers are decided by, when a filter changed the status after them. */
  headedAs?: number;
  /** It could have come compressed. */
  varies?: boolean;
  /** Headers that come after those of `add_header`. */
  lastHeaders?: [string, string][];
}
/** Statuses that `add_header` is for without `always`. */
const HEADED = new Set([200, 201, 204, 206, 301, 302, 303, 304, 307, 308]);

export function httpDate(clock: number): string {
  return strftime('%a, %d %b %Y %H:%M:%S GMT', clock);
}

type Answered = (asking: Asking, status: number, challenge: string | undefined) => void;
let answered: Answered = () => undefined;
/** Who goes on when a request that another one waits for has its answer. */
export function onAnswered(handler: Answered): void {
  answered = handler;
}

export function send(asking: Asking, given: Answer): void {
  const { runtime, client, request } = asking;
  if (request.parent !== undefined) {
    request.sentHeaders = given.headers;
    answered(asking, given.status, header(given.headers, 'www-authenticate'));
    return;
  }
  const location = runtime.location(request.location);
  const { message } = request;
  const answer = filtered(asking, location, given);
  request.status = answer.status;
  const isBodiless =
    request.method === 'HEAD' || answer.status === 204 || answer.status === 304 || answer.status < 200;
  const body = isBodiless ? '' : answer.body;
  const isHttp2 = message.version === '2';
  const headers = headersOf(asking, location, answer);
  const response: HttpResponse = {
    kind: 'response',
    trace: message.trace,
    status: answer.status,
    reason: isHttp2
      ? ''
      : ((answer.status === given.status ? given.reason : undefined) ?? reasonOf(answer.status)),
    version: isHttp2 ? '2' : '1.1',
    headers,
    body,
    bytes: 0,
  };
  let size = `HTTP/1.1 ${answer.status} ${response.reason}\r\n\r\n`.length;
  for (const [name, value] of headers) size += name.length + value.length + 4;
  const bodyBytes = byteLength(body);
  response.bytes = (request.isBare ? 0 : size) + bodyBytes;
  request.bytesSent += response.bytes;
  request.bodySent +=
    bodyBytes + (answer.isChunked === true && bodyBytes > 0 ? bodyBytes.toString(16).length + 9 : 0);
  request.sentHeaders = headers;
  if (message.trace !== 0)
    runtime.hop(
      message.trace,
      'respond',
      `answer ${answer.status}`,
      answer.status < 500 ? 'ok' : 'bad',
      undefined,
    );
  if (!request.isBare) runtime.network.send(client.id, 'server', response);
  else if (body !== '')
    runtime.network.send(client.id, 'server', { kind: 'bytes', text: body, bytes: bodyBytes });
  finish(asking);
}
/** HTTP/2 has names in lower case, and connections are its own affair. */
function headersOf(asking: Asking, location: LocationSettings, answer: Answer): [string, string][] {
  const headers = headersOfOne(asking, location, answer);
  if (asking.request.message.version !== '2') return headers;
  return headers.flatMap(([name, value]): [string, string][] => {
    const lower = name.toLowerCase();
    return OF_CONNECTIONS.has(lower) ? [] : [[lower, value]];
  });
}
const OF_CONNECTIONS = new Set(['connection', 'keep-alive', 'transfer-encoding']);
function headersOfOne(asking: Asking, location: LocationSettings, answer: Answer): [string, string][] {
  const { runtime, request } = asking;
  const headers: [string, string][] = [
    ['Server', location.serverTokens ? 'nginx/1.22.1' : 'nginx'],
    ['Date', httpDate(runtime.host.clock())],
  ];
  const hasBody = answer.status !== 204 && answer.status !== 304;
  if (answer.type !== undefined && hasBody) headers.push(['Content-Type', answer.type]);
  if (answer.isChunked === true && hasBody) {
    if (request.message.version === '1.0') request.keepalive = false;
  } else if (answer.hasNoLength !== true && hasBody)
    headers.push(['Content-Length', String(answer.length ?? byteLength(answer.body))]);
  if (answer.lastModified !== undefined) headers.push(['Last-Modified', answer.lastModified]);
  const target = answer.location;
  const isMadeAbsolute = target?.startsWith('/') === true && location.absoluteRedirect;
  if (target !== undefined && isMadeAbsolute) headers.push(['Location', absolute(asking, location, target)]);
  if (
    answer.isChunked === true &&
    hasBody &&
    request.message.version !== '1.0' &&
    request.message.method !== 'HEAD'
  )
    headers.push(['Transfer-Encoding', 'chunked']);
  headers.push(['Connection', request.keepalive ? 'keep-alive' : 'close']);
  if (request.keepalive && location.keepaliveHeader > 0)
    headers.push(['Keep-Alive', `timeout=${location.keepaliveHeader}`]);
  if (answer.varies === true) headers.push(['Vary', 'Accept-Encoding']);
  if (target !== undefined && !isMadeAbsolute) headers.push(['Location', target]);
  headers.push(...answer.headers);
  addExpires(asking, location, answer, headers);
  request.status = answer.status;
  request.sentHeaders = headers;
  for (const { name, value, always } of location.headers) {
    if (!always && !HEADED.has(answer.headedAs ?? answer.status)) continue;
    const text = evaluate(asking, value);
    if (text !== '') headers.push([name, text]);
  }
  headers.push(...(answer.lastHeaders ?? []));
  if (answer.hasRanges === true && answer.status === 200) headers.push(['Accept-Ranges', 'bytes']);
  return headers;
}
function absolute(asking: Asking, location: LocationSettings, target: string): string {
  const { runtime, client, request } = asking;

  const host = location.serverNameInRedirect
    ? runtime.server(request.server).name
    : request.host !== ''
      ? request.host
      : formatIPv4(client.localIp);
  const [scheme, usual] = client.tls === undefined ? ['http', 80] : ['https', 443];
  const port = location.portInRedirect && client.localPort !== usual ? `:${client.localPort}` : '';
  return `${scheme}://${host}${port}${target}`;
}
function addExpires(
  { runtime }: Asking,
  { expires }: LocationSettings,
  answer: Answer,
  headers: [string, string][],
): void {
  if (expires === undefined || !HEADED.has(answer.headedAs ?? answer.status)) return;
  const now = runtime.host.clock();
  switch (expires.kind) {
    case 'epoch':
      headers.push(['Expires', 'Thu, 01 Jan 1970 00:00:01 GMT'], ['Cache-Control', 'no-cache']);
      return;
    case 'max':
      headers.push(['Expires', 'Thu, 31 Dec 2037 23:55:55 GMT'], ['Cache-Control', 'max-age=315360000']);
      return;
    case 'daily': {
      const passed = Math.floor(now / 1e6) % 86_400;
      const left = (expires.seconds - passed + 86_400) % 86_400;
      headers.push(['Expires', httpDate(now + left * 1e6)], ['Cache-Control', `max-age=${left}`]);
      return;
    }
    default:
      headers.push(
        ['Expires', httpDate(now + expires.seconds * 1e6)],
        ['Cache-Control', expires.seconds < 0 ? 'no-cache' : `max-age=${expires.seconds}`],
      );
  }
}

/** A page of nginx's own. */
export function sendPage(asking: Asking, status: number, more: Partial<Answer> = {}): void {
  const { runtime, request } = asking;
  const { serverTokens } = runtime.location(request.location);
  const shown = status >= 494 && status <= 497 ? 400 : status;
  const challenge = request.variables.get('www_authenticate');
  const headers: [string, string][] =
    status === 401 && challenge !== undefined ? [['WWW-Authenticate', challenge]] : [];
  const body = pageOf(status, { tokens: serverTokens });
  // An error on the way to an error page is the answer's status.
  request.errorStatus = 0;
  send(asking, {
    status: shown,
    body,
    type: body === '' ? undefined : 'text/html',
    headers,
    ...more,
  });
}

/** The answer has gone out. */
export function finish(asking: Asking): void {
  const { runtime, client, request } = asking;
  const { lingeringTimeoutMs } = runtime.location(request.location);
  if (client.body === undefined || client.hasEnded || lingeringTimeoutMs === 0) {
    conclude(asking);
    return;
  }
  // The rest of the request is read and thrown away: a client that still writes would lose the answer to an RST.
  client.phase = 'discarding';
  if (!request.keepalive) runtime.network.shutdown(client.id, 'server');
  setTimeoutMs(runtime, client, lingeringTimeoutMs);
}
/** Logs, and goes on with the connection. */
export function conclude(asking: Asking): void {
  const { runtime, client, request } = asking;
  freeConnections(runtime, request.zones);
  logAccess(asking);
  if (client.phase === 'closed') return;
  client.request = undefined;
  const location = runtime.location(request.location);
  const isUnread = client.body !== undefined;
  if (isUnread || !stays(asking) || client.hasEnded || runtime.state.quitting) {
    closeClient(runtime, client);
    return;
  }
  client.phase = 'waiting';
  setTimeoutMs(runtime, client, location.keepaliveTimeoutMs);
}
/** A connection of HTTP/2 outlives a request that ended badly. */
function stays({ runtime, client, request }: Asking): boolean {
  return request.message.version === '2'
    ? client.requests < runtime.location(request.location).keepaliveRequests
    : request.keepalive;
}
/** HTTP/2 ends the stream alone. */
function resetStream(asking: Asking): void {
  const { runtime, client, request } = asking;
  request.status = 444;
  const message: HttpResponse = {
    kind: 'response',
    reset: 'PROTOCOL_ERROR',
    trace: request.message.trace,
    status: 0,
    reason: '',
    version: '2',
    headers: [],
    body: '',
    bytes: 0,
  };
  runtime.network.send(client.id, 'server', message);
  finish(asking);
}
/** Without an answer: 444, 499, and 408, where a silent client may be sent an RST. */
export function drop(asking: Asking, status: number): void {
  const { runtime, client } = asking;
  if (asking.request.message.version === '2' && status === 444) {
    resetStream(asking);
    return;
  }
  const request = asking.request.parent ?? asking.request;
  const { resetsTimedOut } = runtime.location(request.location);
  const how = resetsTimedOut && (status === 408 || status === 444) ? 'reset' : 'close';
  request.status = status;
  freeConnections(runtime, request.zones);
  logAccess({ ...asking, request });
  client.request = undefined;
  closeClient(runtime, client, how);
}
export function wantsKeepalive(asking: Asking): boolean {
  const { runtime, client, request } = asking;
  const location = runtime.location(request.location);
  const said = header(request.message.headers, 'connection')?.toLowerCase() ?? '';
  const asks = request.message.version === '1.0' ? said.includes('keep-alive') : !said.includes('close');
  return (
    asks &&
    location.keepaliveTimeoutMs > 0 &&
    client.requests < location.keepaliveRequests &&
    !runtime.state.quitting
  );
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** `Sun, 06 Nov 1994 08:49:37 GMT` in seconds; undefined: no such date. */
export function parseHttpDate(text: string): number | undefined {
  const found = /^\w+, (\d\d) (\w{3}) (\d{4}) (\d\d):(\d\d):(\d\d) GMT$/.exec(text);
  const month = MONTHS.indexOf(found?.[2] ?? '') + 1;
  if (found === null || month === 0) return undefined;
  const [day = 0, year = 0, hour = 0, minute = 0, second = 0] = [1, 3, 4, 5, 6].map((at) =>
    Number(found[at]),
  );
  return Math.floor(microsFromCivil({ year, month, day, hour, minute, second }) / 1_000_000);
}
