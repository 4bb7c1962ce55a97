/**
 * How nginx reads numbers, sizes, times, addresses and networks. `undefined` is its NGX_ERROR.
 * Source: nginx 1.22 src/core/ngx_string.c `ngx_atoi`, ngx_parse.c, ngx_inet.c.
 */
import { parseIPv4 } from '../../../std/ipv4';

const MOST = Number.MAX_SAFE_INTEGER;

/** Digits only. */
export function readNumber(text: string): number | undefined {
  if (!/^\d+$/.test(text)) return undefined;
  const value = Number(text);
  // Departs: the daemon's limit is 2^63−1; what lies between is refused here too.
  return value > MOST ? undefined : value;
}
/** `8k`, `1m`; with `giga` also `2g`. */
export function readSize(text: string, { giga }: { giga: boolean } = { giga: false }): number | undefined {
  const unit = text.slice(-1).toLowerCase();
  const scale = unit === 'k' ? 1024 : unit === 'm' ? 1024 ** 2 : unit === 'g' && giga ? 1024 ** 3 : 1;
  const value = readNumber(scale === 1 ? text : text.slice(0, -1));
  return value === undefined || value > MOST / scale ? undefined : value * scale;
}
/** As `ngx_atofp`: a number with at most `points` decimals, times 10^points. */
export function readFixed(text: string, points: number): number | undefined {
  const found = /^(\d+)(?:\.(\d*))?$|^\.(\d+)$/.exec(text);
  if (found === null) return undefined;
  const decimals = found[2] ?? found[3] ?? '';
  if (decimals.length > points) return undefined;
  return Number((found[1] ?? '0') + decimals.padEnd(points, '0'));
}

const UNITS: readonly [unit: string, step: number, seconds: number][] = [
  ['y', 1, 31_536_000],
  ['M', 2, 2_592_000],
  ['w', 3, 604_800],
  ['d', 4, 86_400],
  ['h', 5, 3_600],
  ['m', 6, 60],
  ['s', 7, 1],
];
/** `1h 30m`, `10s`, `500ms` (not in seconds). The result counts seconds, or milliseconds. */
export function readTime(text: string, unit: 'seconds' | 'milliseconds'): number | undefined {
  const isSeconds = unit === 'seconds';
  const scale = isSeconds ? 1 : 1_000;
  let step = isSeconds ? 0 : 2;
  let total = 0;
  let value = 0;
  let isValid = false;
  let at = 0;
  while (at < text.length) {
    const character = text.charAt(at++);
    if (character >= '0' && character <= '9') {
      value = value * 10 + Number(character);
      isValid = true;
      continue;
    }
    if (character === ' ') {
      if (step >= 7) return undefined;
      step = 9;
      total += value * scale;
    } else if (character === 'm' && text.charAt(at) === 's') {
      if (isSeconds || step >= 8) return undefined;
      at++;
      step = 8;
      total += value;
    } else {
      const found = UNITS.find(([name]) => name === character);
      if (found === undefined) return undefined;
      const [name, own, seconds] = found;
      if (name === 'y' ? step > 0 : step >= own) return undefined;
      step = own;
      total += value * seconds * scale;
    }
    value = 0;
    while (text.charAt(at) === ' ') at++;
  }
  if (!isValid) return undefined;
  total += value * scale;
  return total > MOST ? undefined : total;
}

/** A network as access rules hold it. IPv6 is read, and matches nobody in a world without it. */
export interface Network {
  readonly family: 4 | 6;
  readonly address: number;
  readonly mask: number;
  readonly hasLowBits: boolean;
}
export function readNetwork(text: string): Network | undefined {
  const slash = text.indexOf('/');
  const host = slash < 0 ? text : text.slice(0, slash);
  const bits = slash < 0 ? undefined : readNumber(text.slice(slash + 1));
  if (slash >= 0 && bits === undefined) return undefined;
  // 255.255.255.255 is the C library's word for "no address".
  const address = host === '255.255.255.255' ? undefined : parseIPv4(host);
  if (address === undefined) {
    if (!isIPv6(host) || (bits ?? 0) > 128) return undefined;
    return { family: 6, address: 0, mask: 0, hasLowBits: false };
  }
  if (bits !== undefined && bits > 32) return undefined;
  const mask = bits === undefined ? 0xffffffff : bits === 0 ? 0 : (0xffffffff << (32 - bits)) >>> 0;
  const masked = (address & mask) >>> 0;
  return { family: 4, address: masked, mask, hasLowBits: masked !== address };
}
export function isIPv6(text: string): boolean {
  if (!/^[0-9a-fA-F:.]+$/.test(text) || !text.includes(':')) return false;
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  const last = groups[groups.length - 1] ?? '';
  const hasIPv4 = last.includes('.');
  if (hasIPv4 && parseIPv4(last) === undefined) return false;
  const plain = hasIPv4 ? groups.slice(0, -1) : groups;
  if (!plain.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return false;
  const count = plain.length + (hasIPv4 ? 2 : 0);
  return halves.length === 2 ? count <= 7 : count === 8;
}

// ---------------------------------------------------------------- addresses
/** What `ngx_parse_url` finds. */
export interface Url {
  readonly url: string;
  readonly family: 'inet' | 'inet6' | 'unix';
  readonly host: string;
  readonly port: number;
  readonly lastPort: number;
  readonly hasNoPort: boolean;
  readonly uri: string;
  /** undefined: a name that has to be looked up. IPv6 and UNIX sockets have no number. */
  readonly ip: number | undefined;
  readonly isWildcard: boolean;
}
export interface UrlOptions {
  readonly defaultPort: number;
  readonly isListen?: boolean;
  readonly hasUri?: boolean;
}
/** A string: what is wrong with it. */
export function readUrl(url: string, options: UrlOptions): Url | string {
  if (/^unix:/i.test(url)) return readUnix(url, options);
  if (url.startsWith('[')) return readInet6(url, options);
  return readInet(url, options);
}
function readUnix(url: string, options: UrlOptions): Url | string {
  const rest = url.slice(5);
  const colon = options.hasUri === true ? rest.indexOf(':') : -1;
  const path = colon < 0 ? rest : rest.slice(0, colon);
  if (path === '') return 'no path in the unix domain socket';
  if (path.length > 107) return 'too long path in the unix domain socket';
  return {
    url,
    family: 'unix',
    host: path,
    port: 0,
    lastPort: 0,
    hasNoPort: false,
    uri: colon < 0 ? '' : rest.slice(colon + 1),
    ip: undefined,
    isWildcard: false,
  };
}
function uriStart(text: string, options: UrlOptions): number {
  const slash = text.indexOf('/');
  const question = text.indexOf('?');
  const at = question >= 0 && (slash < 0 || question < slash) ? question : slash;
  return at >= 0 && (options.isListen === true || options.hasUri !== true) ? -2 : at;
}
function readPort(text: string, options: UrlOptions): { port: number; last: number } | string {
  const dash = options.isListen === true ? text.indexOf('-') : -1;
  let last = 0;
  if (dash >= 0) {
    const to = readNumber(text.slice(dash + 1));
    if (to === undefined || to < 1 || to > 65_535) return 'invalid port';
    last = to;
  }
  const port = readNumber(dash < 0 ? text : text.slice(0, dash));
  if (port === undefined || port < 1 || port > 65_535) return 'invalid port';
  if (last !== 0 && port > last) return 'invalid port range';
  return { port, last };
}
function readInet6(url: string, options: UrlOptions): Url | string {
  const close = url.indexOf(']');
  if (close < 0) return 'invalid host';
  const host = url.slice(1, close);
  let rest = url.slice(close + 1);
  let uri = '';
  if (rest !== '') {
    const at = uriStart(rest, options);
    if (at === -2) return 'invalid host';
    if (at >= 0) {
      uri = rest.slice(at);
      rest = rest.slice(0, at);
    }
  }
  let ports = { port: options.defaultPort, last: 0 };
  if (rest !== '') {
    if (!rest.startsWith(':')) return 'invalid host';
    const found = readPort(rest.slice(1), options);
    if (typeof found === 'string') return found;
    ports = found;
  }
  if (host === '') return 'no host';
  if (!isIPv6(host)) return 'invalid IPv6 address';
  return {
    url,
    family: 'inet6',
    host: `[${host}]`,
    port: ports.port,
    lastPort: ports.last,
    hasNoPort: rest === '',
    uri,
    ip: undefined,
    isWildcard: /^[0:]+$/.test(host),
  };
}
function readInet(url: string, options: UrlOptions): Url | string {
  const at = uriStart(url, options);
  if (at === -2) return 'invalid host';
  const uri = at < 0 ? '' : url.slice(at);
  const authority = at < 0 ? url : url.slice(0, at);
  const colon = authority.indexOf(':');
  let host = authority;
  let ports = { port: options.defaultPort, last: 0 };
  if (colon >= 0) {
    const found = readPort(authority.slice(colon + 1), options);
    if (typeof found === 'string') return found;
    ports = found;
    host = authority.slice(0, colon);
  } else if (options.isListen === true && at < 0) {
    const alone = portAlone(authority);
    if (typeof alone === 'string') return alone;
    if (alone !== undefined) return inet(url, uri, '', alone, false, 0, true);
  }
  if (host === '') return 'no host';
  if (options.isListen === true && host === '*') return inet(url, uri, host, ports, colon < 0, 0, true);
  const ip = host === '255.255.255.255' ? undefined : parseIPv4(host);
  return inet(url, uri, host, ports, colon < 0, ip, ip === 0);
}
function inet(
  url: string,
  uri: string,
  host: string,
  { port, last }: { port: number; last: number },
  hasNoPort: boolean,
  ip: number | undefined,
  isWildcard: boolean,
): Url {
  return { url, family: 'inet', uri, host, port, lastPort: last, hasNoPort, ip, isWildcard };
}
/** `listen 8080` and `listen 8080-8090`. */
function portAlone(text: string): { port: number; last: number } | string | undefined {
  const dash = text.indexOf('-');
  let last = 0;
  let problem = '';
  if (dash >= 0) {
    const to = readNumber(text.slice(dash + 1));
    if (to === undefined) return undefined;
    if (to < 1 || to > 65_535) problem = 'invalid port';
    else last = to;
  }
  const port = readNumber(dash < 0 ? text : text.slice(0, dash));
  if (port === undefined) return undefined;
  if (problem !== '') return problem;
  if (port < 1 || port > 65_535) return 'invalid port';
  if (last !== 0 && port > last) return 'invalid port range';
  return { port, last };
}
