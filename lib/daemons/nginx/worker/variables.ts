/** Values of variables and of text with variables. Source: nginx 1.22 src/http/ngx_http_variables.c, ngx_http_log_module.c. */
import { strftime } from '../../../std/civil';
import { formatIPv4, parseIPv4 } from '../../../std/ipv4';
import type { Part, Template, VariableSource } from '../config';
import { decodeBasic } from './basic-credentials';
import { murmur2 } from './crc32';
import { type PatternMatch, type Runtime, header, protocolOf, requestLine } from './runtime';
import type { Client, Request, Try } from './state';
import { TLS_VARIABLES } from './tls-variables';

export interface Asking {
  readonly runtime: Runtime;
  readonly client: Client;
  readonly request: Request;
}

export function evaluate(asking: Asking, template: Template): string {
  const [first] = template;
  if (template.length === 1 && typeof first === 'string') return first;
  let text = '';
  for (const part of template) text += valueOf(asking, part);
  return text;
}
export function valueOf(asking: Asking, part: Part): string {
  if (typeof part === 'string') return part;
  if ('variable' in part) return variable(asking, part.variable) ?? '';
  if ('capture' in part) return asking.request.captures[part.capture] ?? '';
  return '?';
}

/** undefined: it has no value. */
export function variable(asking: Asking, name: string): string | undefined {
  const { request, runtime } = asking;
  const set = request.variables.get(name);
  if (set !== undefined) return set;
  const source = runtime.configuration.variables.get(name);
  if (source !== undefined && source.kind !== 'set') return computed(asking, source);
  const own = BUILT_IN[name];
  if (own !== undefined) return own(asking);
  return prefixed(asking, name);
}

type Reader = (asking: Asking) => string | undefined;
const seconds = (ms: number): string => (ms / 1_000).toFixed(3);
const elapsed = ({ runtime }: Asking, since: number): string =>
  seconds(Math.floor((runtime.now - since) / 1_000));
/** One entry for each upstream that was tried; a colon where the request came to another location. */
const eachTry = ({ request }: Asking, tell: (one: Try) => string): string | undefined =>
  request.tries.length === 0
    ? undefined
    : request.tries.map((one, i) => `${i === 0 ? '' : one.begins ? ' : ' : ', '}${tell(one)}`).join('');
const tryTime = (ms: number): string => (ms < 0 ? '-' : seconds(ms));
const fromHeader =
  (name: string): Reader =>
  ({ request }) =>
    header(request.message.headers, name);
const sent =
  (name: string): Reader =>
  ({ request }) =>
    header(request.sentHeaders, name);
const documentRoot: Reader = (asking) => {
  const location = asking.runtime.location(asking.request.location);
  return evaluate(asking, location.root);
};
export const requestFilename: Reader = (asking) => {
  const { runtime, request } = asking;
  const location = runtime.location(request.location);
  const root = evaluate(asking, location.root);
  if (location.alias === undefined) return root + request.uri;
  return location.alias < 0 ? root : root + request.uri.slice(location.alias);
};

const BUILT_IN: Readonly<Record<string, Reader>> = {
  host: ({ request, runtime }) => (request.host !== '' ? request.host : runtime.server(request.server).name),
  uri: ({ request }) => request.uri,
  document_uri: ({ request }) => request.uri,
  request_uri: ({ request }) => request.unparsed,
  args: ({ request }) => (request.args === '' ? undefined : request.args),
  query_string: ({ request }) => (request.args === '' ? undefined : request.args),
  is_args: ({ request }) => (request.args === '' ? '' : '?'),
  request: ({ request }) => requestLine(request),
  request_method: ({ request }) => request.message.method,
  request_filename: requestFilename,
  request_id: ({ request }) => request.id,
  request_body: ({ request }) => request.message.body,
  request_completion: () => '',
  request_length: ({ request }) => String(request.message.bytes),
  request_time: (asking) => elapsed(asking, asking.request.startedAt),
  document_root: documentRoot,
  realpath_root: documentRoot,
  remote_addr: ({ request }) => formatIPv4(request.realIp),
  remote_port: ({ request }) => String(request.realPort),
  realip_remote_addr: ({ client }) => formatIPv4(client.ip),
  realip_remote_port: ({ client }) => String(client.port),
  // Four bytes in truth; here they are only compared.
  binary_remote_addr: ({ request }) => formatIPv4(request.realIp),
  remote_user: ({ request }) => {
    const given = request.message.headers.find(([name]) => name.toLowerCase() === 'authorization')?.[1];
    return given === undefined ? undefined : decodeBasic(given)?.user;
  },
  server_addr: ({ client }) => formatIPv4(client.localIp),
  server_port: ({ client }) => String(client.localPort),
  server_name: ({ request, runtime }) => runtime.server(request.server).name,
  server_protocol: ({ request }) =>
    request.isBroken ? undefined : request.isBare ? 'HTTP/0.9' : protocolOf(request.message),
  scheme: ({ client }) => (client.tls === undefined ? 'http' : 'https'),
  https: ({ client }) => (client.tls === undefined ? '' : 'on'),
  http2: ({ client }) => (client.tls?.alpn === 'h2' ? 'h2' : ''),
  hostname: ({ runtime }) => runtime.host.state.hostname,
  nginx_version: () => '1.22.1',
  pid: ({ runtime }) => String(runtime.pid),
  status: ({ request }) =>
    String(request.errorStatus > 0 ? request.errorStatus : request.status).padStart(3, '0'),
  bytes_sent: ({ request }) => String(request.bytesSent),
  body_bytes_sent: ({ request }) => String(request.bodySent),
  connection: ({ client }) => String(client.number),
  connection_requests: ({ client }) => String(client.requests),
  connection_time: (asking) => elapsed(asking, asking.client.acceptedAt),
  pipe: () => '.',
  msec: ({ runtime }) => (Math.floor(runtime.host.clock() / 1_000) / 1_000).toFixed(3),
  time_local: ({ runtime }) => strftime('%d/%b/%Y:%H:%M:%S +0000', runtime.host.clock()),
  time_iso8601: ({ runtime }) => strftime('%Y-%m-%dT%H:%M:%S+00:00', runtime.host.clock()),
  date_gmt: ({ runtime }) => strftime('%A, %d-%b-%Y %H:%M:%S GMT', runtime.host.clock()),
  date_local: ({ runtime }) => strftime('%A, %d-%b-%Y %H:%M:%S UTC', runtime.host.clock()),
  content_length: fromHeader('content-length'),
  content_type: fromHeader('content-type'),
  limit_req_status: ({ request }) => (request.limitStatus === '' ? undefined : request.limitStatus),
  limit_conn_status: ({ request }) =>
    request.limitConnectionStatus === '' ? undefined : request.limitConnectionStatus,
  proxy_host: ({ request, runtime }) =>
    request.upstream?.hostHeader ?? runtime.location(request.location).proxy?.host,
  proxy_port: ({ request, runtime }) =>
    request.upstream?.portText ?? runtime.location(request.location).proxy?.port,
  proxy_add_x_forwarded_for: ({ request }) => {
    const before = header(request.message.headers, 'x-forwarded-for');
    const own = formatIPv4(request.realIp);
    return before === undefined ? own : `${before}, ${own}`;
  },
  upstream_cache_status: ({ request }) => request.cache?.status,
  upstream_addr: (asking) => eachTry(asking, ({ address }) => address),
  upstream_status: (asking) => eachTry(asking, ({ status }) => (status === 0 ? '-' : String(status))),
  upstream_connect_time: (asking) => eachTry(asking, ({ connectMs }) => tryTime(connectMs)),
  upstream_header_time: (asking) => eachTry(asking, ({ headerMs }) => tryTime(headerMs)),
  upstream_response_time: (asking) => eachTry(asking, ({ responseMs }) => tryTime(responseMs)),
  upstream_response_length: (asking) => eachTry(asking, ({ length }) => String(length)),
  upstream_bytes_received: (asking) => eachTry(asking, ({ bytesReceived }) => String(bytesReceived)),
  upstream_bytes_sent: (asking) => eachTry(asking, ({ bytesSent }) => String(bytesSent)),
  connections_active: ({ runtime }) => String(runtime.state.clients.size),
  sent_http_content_type: sent('content-type'),
  sent_http_content_length: sent('content-length'),
  sent_http_location: sent('location'),
  sent_http_last_modified: sent('last-modified'),
  sent_http_connection: sent('connection'),
  ...Object.fromEntries(
    Object.entries(TLS_VARIABLES).map(([name, read]): [string, Reader] => [
      name,
      ({ runtime, client }) => (client.tls === undefined ? undefined : read(client.tls, runtime.seconds)),
    ]),
  ),
};

/** As variables write a name: `-` and `_` are one. */
function ofName(headers: readonly (readonly [string, string])[], wanted: string): string | undefined {
  return (
    header(headers, wanted.replace(/_/g, '-')) ?? headers.find(([name]) => asVariable(name) === wanted)?.[1]
  );
}
function asVariable(name: string): string {
  return name.toLowerCase().replace(/-/g, '_');
}
function prefixed(asking: Asking, name: string): string | undefined {
  const { request } = asking;
  const rest = (prefix: string): string => name.slice(prefix.length);
  if (name.startsWith('http_')) return ofName(request.message.headers, rest('http_'));
  if (name.startsWith('sent_http_'))
    return header(request.sentHeaders, rest('sent_http_').replace(/_/g, '-'));
  if (name.startsWith('upstream_http_'))
    return header(request.sentHeaders, rest('upstream_http_').replace(/_/g, '-'));
  if (name.startsWith('cookie_')) {
    const cookies = header(request.message.headers, 'cookie') ?? '';
    for (const pair of cookies.split(/;\s*/)) {
      const equals = pair.indexOf('=');
      if (equals > 0 && pair.slice(0, equals).toLowerCase() === rest('cookie_'))
        return pair.slice(equals + 1);
    }
    return undefined;
  }
  if (name.startsWith('arg_'))
    for (const pair of request.args.split('&')) {
      const equals = pair.indexOf('=');
      if (equals > 0 && pair.slice(0, equals).toLowerCase() === rest('arg_')) return pair.slice(equals + 1);
    }
  return undefined;
}

// ---------------------------------------------------------------- map, geo, split_clients
function computed(asking: Asking, source: VariableSource): string | undefined {
  switch (source.kind) {
    case 'map':
      return evaluate(asking, mapped(asking, source));
    case 'geo': {
      const text =
        source.variable === undefined
          ? formatIPv4(asking.request.realIp)
          : (variable(asking, source.variable) ?? '');
      const ip = parseIPv4(text);
      if (ip === undefined) return source.fallback;
      return source.entries.find(({ low, high }) => ip >= low && ip <= high)?.value ?? source.fallback;
    }
    case 'split': {
      const hash = murmur2(evaluate(asking, source.source));
      return source.parts.find(({ until }) => until === 0 || hash < until)?.value;
    }
    case 'set':
      return '';
  }
}
function mapped(asking: Asking, source: VariableSource & { kind: 'map' }): Template {
  const text = evaluate(asking, source.source);
  const key = (source.hostnames ? text.replace(/\.$/, '') : text).toLowerCase();
  const exact = source.exact.get(key);
  if (exact !== undefined) return exact;
  if (source.hostnames) {
    const head = source.heads.find(({ suffix }) => key.length > suffix.length && key.endsWith(suffix));
    if (head !== undefined) return head.value;
    const tail = source.tails.find(({ prefix }) => key.length > prefix.length && key.startsWith(prefix));
    if (tail !== undefined) return tail.value;
  }
  for (const { pattern, value } of source.patterns) {
    const found = asking.runtime.match(pattern, text);
    if (found === undefined) continue;
    keepCaptures(asking.request, found);
    return value;
  }
  return source.fallback;
}
/** What an expression found stays for `$1` and its like. */
export function keepCaptures(request: Request, found: PatternMatch): void {
  request.captures = found.texts;
  for (const [name, value] of found.named) request.variables.set(name.toLowerCase(), value);
}

// ---------------------------------------------------------------- in logs
/** As logs write a value: what could break a line is written in hexadecimal. */
export function escapeValue(value: string | undefined, how: string): string {
  if (how === 'none') return value ?? '';
  if (how === 'json') return (value ?? '').replace(/[\u0000-\u001f"\\]/g, escapeJson);
  if (value === undefined) return '-';
  return value.replace(/[\u0000-\u001f"\\\u007f]/g, (character) => hex(character));
}
function hex(character: string): string {
  return `\\x${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}
function escapeJson(character: string): string {
  switch (character) {
    case '"':
    case '\\':
      return `\\${character}`;
    case '\n':
      return '\\n';
    case '\r':
      return '\\r';
    case '\t':
      return '\\t';
    case '\b':
      return '\\b';
    case '\f':
      return '\\f';
    default:
      return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  }
}
