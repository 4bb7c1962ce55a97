/**
 * Values of sample fetches for one session. Several values come from one fetch
 * where any of them may match (headers, cookies); none means: not there.
 * Source: HAProxy 2.6 configuration manual §7.3.2 – §7.3.6.
 */

import { avalanche, crc32, hashKey } from '../worker/balance/hashes';
import { byteLength } from '../../../std/bytes';
import { formatIPv4, parseIPv4 } from '../../../std/ipv4';
import type { HttpRequest } from '../../../world/network.contract';
import { isOfRequest } from '../samples';
import { STATE_FETCHES } from './fetch-state';
import { TLS_FETCHES } from './fetch-tls';
import {
  cookiesOf,
  headersOf,
  headerValue,
  pathAndQuery,
  pathOf,
  queryOf,
  shownTarget,
  setCookiesOf,
  splitValues,
  type Subject,
  wholeValues,
} from './subject';

/** An address is not just a number. */
export interface Address {
  readonly ip: number;
}
export type Value = string | number | boolean | Address;
type Computation = (subject: Subject, args: readonly string[]) => readonly Value[];

const NOTHING: readonly Value[] = [];

export function fetchValues(subject: Subject, name: string, args: readonly string[]): readonly Value[] {
  // Once a server has answered, the request is gone.
  if (subject.response !== undefined && subject.session.server >= 0 && isOfRequest(name)) return NOTHING;
  return FETCHES.get(name)?.(subject, args) ?? NOTHING;
}
export function isFetchModelled(name: string): boolean {
  return FETCHES.has(name);
}

function one(value: Value | undefined): readonly Value[] {
  return value === undefined ? NOTHING : [value];
}
/** Occurrence 1 is the first, −1 the last; without one all are candidates. */
function occurrence(values: readonly string[], text: string | undefined): readonly string[] {
  if (text === undefined || text === '') return values;
  const number = Number(text);
  const value = number >= 0 ? values[number - 1] : values.at(number);
  return value === undefined ? [] : [value];
}
const toAddress = (text: string): Value[] => {
  const ip = parseIPv4(text.replace(/:\d+$/, ''));
  return ip === undefined ? [] : [{ ip }];
};
const toNumber = (text: string): Value => {
  const found = /^\s*-?\d+/.exec(text);
  return found === null ? 0 : Number(found[0]);
};

function headerFetches(prefixes: readonly string[], side: 'request' | 'response'): [string, Computation][] {
  const list: [string, Computation][] = [];
  for (const prefix of prefixes) {
    const split: Computation = (subject, [name = '', at]) =>
      occurrence(splitValues(headersOf(subject, side), name), at);
    list.push([`${prefix}hdr`, split]);
    list.push([
      `${prefix}hdr_cnt`,
      (subject, [name = '']) => [splitValues(headersOf(subject, side), name).length],
    ]);
    list.push([
      `${prefix}hdr_ip`,
      (subject, args) => split(subject, args).flatMap((value) => toAddress(String(value))),
    ]);
    list.push([
      `${prefix}hdr_val`,
      (subject, args) => split(subject, args).map((value) => toNumber(String(value))),
    ]);
  }
  return list;
}
function wholeHeaderFetches(prefix: string, side: 'request' | 'response'): [string, Computation][] {
  return [
    [
      `${prefix}fhdr`,
      (subject, [name = '', at]) => occurrence(wholeValues(headersOf(subject, side), name), at),
    ],
    [`${prefix}fhdr_cnt`, (subject, [name = '']) => [wholeValues(headersOf(subject, side), name).length]],
    [
      `${prefix}hdr_names`,
      (subject, [delimiter = ',']) => [
        headersOf(subject, side)
          .map(([name]) => name.toLowerCase())
          .join(delimiter),
      ],
    ],
  ];
}
function cookieFetches(prefixes: readonly string[], side: 'request' | 'response'): [string, Computation][] {
  const all = (subject: Subject, name: string | undefined): string[] =>
    (side === 'request' ? cookiesOf : setCookiesOf)(headersOf(subject, side))
      .filter(([own]) => name === undefined || own === name)
      .map(([, value]) => value);
  return prefixes.flatMap((prefix): [string, Computation][] => [
    [prefix, (subject, [name]) => all(subject, name)],
    [`${prefix}_cnt`, (subject, [name]) => [all(subject, name).length]],
    [`${prefix}_val`, (subject, [name]) => all(subject, name).map(toNumber)],
  ]);
}

function target(subject: Subject): string | undefined {
  return subject.request?.target;
}
function ofTarget(compute: (target: string) => Value): Computation {
  return (subject) => one(target(subject) === undefined ? undefined : compute(target(subject) ?? ''));
}
/** `Host` and path: the key of a page. */
function base(subject: Subject): string {
  return (headerValue(headersOf(subject, 'request'), 'host') ?? '') + pathOf(target(subject) ?? '');
}
function parameters(subject: Subject, name: string | undefined, delimiter = '&'): string[] {
  const query =
    delimiter === '&'
      ? queryOf(target(subject) ?? '')
      : (target(subject) ?? '').slice((target(subject) ?? '').indexOf(delimiter) + 1);
  if (query === '') return [];
  return query.split(/[&;]/).flatMap((part) => {
    const equals = part.indexOf('=');
    if (equals < 0) return [];
    return name === undefined || part.slice(0, equals) === name ? [part.slice(equals + 1)] : [];
  });
}

function credentials(subject: Subject): { user: string; password: string } | undefined {
  const value = headerValue(headersOf(subject, 'request'), 'authorization');
  const found = /^basic\s+(\S+)/i.exec(value ?? '');
  if (found === null) return undefined;
  const text = decodeBase64(found[1] ?? '');
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
export function decodeBase64(text: string): string {
  let bits = 0;
  let held = 0;
  let out = '';
  for (const character of text) {
    const value = ALPHABET.indexOf(character);
    if (value < 0) continue;
    held = ((held << 6) | value) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    out += String.fromCharCode((held >> bits) & 0xff);
  }
  return out;
}
export function encodeBase64(text: string): string {
  let out = '';
  for (let i = 0; i < text.length; i += 3) {
    const group =
      ((text.charCodeAt(i) & 255) << 16) |
      ((text.charCodeAt(i + 1) & 255) << 8) |
      (text.charCodeAt(i + 2) & 255);
    const left = text.length - i;
    out +=
      ALPHABET.charAt(group >> 18) +
      ALPHABET.charAt((group >> 12) & 63) +
      (left > 1 ? ALPHABET.charAt((group >> 6) & 63) : '=') +
      (left > 2 ? ALPHABET.charAt(group & 63) : '=');
  }
  return out;
}
/** The user whose password the request carries, in a user list. */
function authenticated(
  subject: Subject,
  list: string | undefined,
): { name: string; groups: readonly string[] } | undefined {
  const given = credentials(subject);
  const users =
    subject.runtime.configuration.userlists.find((candidate) => candidate.name === list)?.users ?? [];
  const user = users.find((candidate) => candidate.name === given?.user);
  // Not modelled: hashed passwords never match.
  if (user === undefined || !user.isInsecure || user.password !== given?.password) return undefined;
  return user;
}
/** A wall clock in whole seconds, with an offset. */
function date(subject: Subject, [offset]: readonly string[]): readonly Value[] {
  return [Math.floor(subject.runtime.host.clock() / 1_000_000) + Number(offset ?? 0)];
}

/** As on the wire, the empty line included. */
function allHeaders(subject: Subject, side: 'request' | 'response'): string | undefined {
  if ((side === 'request' ? subject.request : subject.response) === undefined) return undefined;
  return `${headersOf(subject, side)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n`;
}
/** `Authorization: Bearer <token>`, or the value of another header. */
function bearer(subject: Subject, [header = 'authorization']: readonly string[]): readonly Value[] {
  const value = headerValue(headersOf(subject, 'request'), header.toLowerCase()) ?? '';
  if (header.toLowerCase() !== 'authorization') return value === '' ? NOTHING : [value];
  return one(/^bearer +(.+)$/i.exec(value)?.[1]);
}
/** RFC 4122 §4.4 */
function uuid({ runtime }: Subject): readonly Value[] {
  const random = runtime.kernel.random(`haproxy:${runtime.host.name}:uuid`);
  const digits = (count: number, first = -1): string =>
    Array.from({ length: count }, (_, i) =>
      (i === 0 && first >= 0 ? first : random.integer(0, 15)).toString(16),
    ).join('');
  const variant = random.integer(8, 11);
  return [`${digits(8)}-${digits(4)}-${digits(4, 4)}-${digits(4, variant)}-${digits(12)}`];
}

const FETCHES: ReadonlyMap<string, Computation> = new Map<string, Computation>([
  ['always_true', () => [true]],
  ['always_false', () => [false]],
  ['wait_end', () => [true]],
  ['bool', (_, [text = '']) => [/^(?:true|yes|on|1)$/i.test(text)]],
  ['int', (_, [text = '0']) => [Number(text)]],
  ['str', (_, [text = '']) => [text]],
  ['bin', (_, [text = '']) => [text]],
  ['meth', (_, [text = '']) => [text]],
  ['ipv4', (_, [text = '']) => toAddress(text)],
  ['env', (subject, [name = '']) => one(subject.runtime.process.env.get(name))],
  ['var', (subject, [name = '']) => one(subject.session.variables?.get(name))],
  ['hostname', (subject) => [subject.runtime.host.state.hostname]],
  ['nbproc', () => [1]],
  ['proc', () => [1]],
  ['thread', () => [0]],
  ['date', date],
  [
    'rand',
    (subject, [range]) => [
      subject.runtime.kernel
        .random(`haproxy:${subject.runtime.host.name}:rand`)
        .integer(0, range === undefined ? 4_294_967_295 : Math.max(0, Number(range) - 1)),
    ],
  ],
  ['stopping', (subject) => [subject.runtime.state.stopping]],

  ['src', (subject) => [{ ip: subject.session.clientIp }]],
  ['fc_src', (subject) => [{ ip: subject.session.clientIp }]],
  ['fc_src_port', (subject) => [subject.session.clientPort]],
  ['src_port', (subject) => [subject.session.clientPort]],
  [
    'src_is_local',
    (subject) => [subject.runtime.network.isLocalAddress(subject.runtime.host, subject.session.clientIp)],
  ],
  ['dst', (subject) => [{ ip: subject.session.localIp }]],
  ['fc_dst', (subject) => [{ ip: subject.session.localIp }]],
  ['dst_port', (subject) => [subject.session.localPort]],
  ['fc_dst_port', (subject) => [subject.session.localPort]],
  [
    'dst_is_local',
    (subject) => [subject.runtime.network.isLocalAddress(subject.runtime.host, subject.session.localIp)],
  ],
  ['dst_conn', (subject) => [subject.runtime.listener(subject.session)?.current ?? 0]],
  ['fc_http_major', (subject) => [subject.session.received?.version === '2' ? 2 : 1]],
  ['bc_http_major', (subject) => [subject.session.serverTls?.alpn === 'h2' ? 2 : 1]],
  ['fc_rcvd_proxy', () => [false]],
  ...TLS_FETCHES,
  ...STATE_FETCHES,

  ['method', (subject) => one(subject.request?.method)],
  ['path', ofTarget(pathOf)],
  ['pathq', ofTarget(pathAndQuery)],
  ['query', ofTarget(queryOf)],
  ['url', (subject) => one(subject.request && shownTarget(asReceived(subject, subject.request)))],
  ['url32', (subject) => [avalanche(hashKey(base(subject) + queryOf(target(subject) ?? ''), 'crc32'))]],
  ['url_ip', ofTarget((text) => ({ ip: parseIPv4(/^[a-z]+:\/\/([^/:]+)/i.exec(text)?.[1] ?? '') ?? 0 }))],
  ['url_port', ofTarget((text) => Number(/^[a-z]+:\/\/[^/:]+:(\d+)/i.exec(text)?.[1] ?? 0))],
  ['url_param', (subject, [name, delimiter]) => parameters(subject, name, delimiter)],
  ['urlp', (subject, [name, delimiter]) => parameters(subject, name, delimiter)],
  ['urlp_val', (subject, [name, delimiter]) => parameters(subject, name, delimiter).map(toNumber)],
  ['base', (subject) => one(subject.request === undefined ? undefined : base(subject))],
  ['base32', (subject) => [crc32(base(subject))]],
  [
    'baseq',
    (subject) =>
      one(
        subject.request === undefined
          ? undefined
          : (headerValue(headersOf(subject, 'request'), 'host') ?? '') + pathAndQuery(target(subject) ?? ''),
      ),
  ],
  ['req.ver', requestVersion],
  ['req_ver', requestVersion],
  ['req.proto_http', (subject) => [subject.request !== undefined]],
  ['req_proto_http', (subject) => [subject.request !== undefined]],
  ['http_first_req', (subject) => [subject.session.requests <= 1]],
  ['req.len', (subject) => [subject.request?.bytes ?? 0]],
  ['req_len', (subject) => [subject.request?.bytes ?? 0]],
  ['req.body', (subject) => one(subject.request?.body)],
  ['req.body_len', (subject) => [byteLength(subject.request?.body ?? '')]],
  ['req.body_size', (subject) => [byteLength(subject.request?.body ?? '')]],
  [
    'req.body_param',
    (subject, [name]) =>
      (subject.request?.body ?? '')
        .split('&')
        .filter((part) => part.startsWith(`${name ?? ''}=`))
        .map((part) => part.slice(part.indexOf('=') + 1)),
  ],
  ['capture.req.method', (subject) => one(subject.session.received?.method)],
  ['capture.req.uri', (subject) => one(subject.session.received?.target)],
  [
    'capture.req.ver',
    (subject) =>
      // Requests of HTTP/2 are captured as their translation.
      one(
        subject.session.received &&
          `HTTP/${subject.session.received.version === '2' ? '1.1' : subject.session.received.version}`,
      ),
  ],
  ['capture.req.hdr', (subject, [index = '0']) => one(subject.session.captured?.request[Number(index)])],
  ['capture.res.hdr', (subject, [index = '0']) => one(subject.session.captured?.response[Number(index)])],
  ['unique-id', (subject) => one(subject.session.uniqueId)],
  ['uuid', uuid],
  ...headerFetches(['', 'req.'], 'request'),
  ...headerFetches(['res.', 's'], 'response'),
  ['req.hdrs', (subject) => one(allHeaders(subject, 'request'))],
  ['res.hdrs', (subject) => one(allHeaders(subject, 'response'))],
  ...wholeHeaderFetches('req.', 'request'),
  ...wholeHeaderFetches('res.', 'response'),
  ...cookieFetches(['cook', 'req.cook'], 'request'),
  ...cookieFetches(['scook', 'res.cook'], 'response'),
  [
    'cookie',
    (subject, args) =>
      FETCHES.get(subject.response === undefined ? 'req.cook' : 'res.cook')?.(subject, args) ?? NOTHING,
  ],
  ['status', (subject) => one(subject.response?.status)],
  ['res.ver', (subject) => one(subject.response?.version)],
  ['resp_ver', (subject) => one(subject.response?.version)],
  ['res.body', (subject) => one(subject.response?.body)],
  ['res.body_size', (subject) => [byteLength(subject.response?.body ?? '')]],
  ['res.body_len', (subject) => [byteLength(subject.response?.body ?? '')]],
  ['res.len', (subject) => [subject.response?.bytes ?? 0]],

  ['http_auth', (subject, [list]) => [authenticated(subject, list) !== undefined]],
  ['http_auth_group', (subject, [list]) => authenticated(subject, list)?.groups ?? NOTHING],
  ['http_auth_user', (subject) => one(credentials(subject)?.user)],
  ['http_auth_pass', (subject) => one(credentials(subject)?.password)],
  ['http_auth_bearer', bearer],
  [
    'http_auth_type',
    (subject) => one(headerValue(headersOf(subject, 'request'), 'authorization')?.split(' ')[0]),
  ],
]);

/** The request in the client's own version: servers are asked in HTTP/1.1. */
function asReceived({ session }: Subject, request: HttpRequest): HttpRequest {
  return session.received?.version === '2' ? { ...request, version: '2' } : request;
}
function requestVersion({ session, request }: Subject): readonly Value[] {
  if (session.received?.version === '2') return ['2.0'];
  return one(request?.version);
}

/** As text, for headers, logs and string matching. */
export function textOf(value: Value): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  if (typeof value === 'boolean') return value ? '1' : '0';
  return formatIPv4(value.ip);
}
export function numberOf(value: Value): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'string') return Number(toNumber(value));
  return value.ip;
}
