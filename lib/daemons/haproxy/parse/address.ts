/**
 * Addresses of `bind`, `server`, `log` and `source`, with the daemon's reasons
 * for refusing one. Source: HAProxy 2.6 configuration manual §11 "Address
 * formats"; 2.6.12 `tools.c` `str2sa_range()`.
 *
 * Departs: IPv6 addresses are recognised and kept as text, for there is no IPv6
 * in the simulated networks.
 */

import { parseIPv4 } from '../../../std/ipv4';
import type { SocketAddress } from '../config';
import { leadingInteger } from './context';

/** What is allowed where the address stands. */
export interface AddressRules {
  readonly allowsPort?: boolean;
  readonly needsPort?: boolean;
  readonly allowsRange?: boolean;
  readonly allowsOffset?: boolean;
  readonly allowsDescriptor?: boolean;
  /** datagrams will not do */
  readonly isStream?: boolean;
  /** a name stays a name, to be resolved when the daemon starts */
  readonly keepsNames?: boolean;
  /** resolves names at once; without it they are invalid */
  readonly resolve?: (name: string) => number | undefined;
}

export interface ParsedAddress {
  readonly address: SocketAddress;
  readonly lowPort: number;
  readonly highPort: number;
  /** +N and -N */
  readonly offset: number | undefined;
}

export type AddressResult = ParsedAddress | { readonly error: string };

const FAMILY_PREFIX =
  /^(?:stream\+|dgram\+)?(unix|uxst|uxdg|abns|ip|ipv4|ipv6|tcp4|tcp6|udp4|udp6|tcp|udp|quic4|quic6|fd|sockpair)@/;

export function parseAddress(text: string, rules: AddressRules): AddressResult {
  const family = FAMILY_PREFIX.exec(text);
  const rest = family === null ? text : text.slice(family[0].length);
  const prefix = family?.[1];
  if (prefix?.startsWith('quic') === true && rules.isStream === true)
    return {
      error: `unsupported stream protocol for datagram family ${prefix === 'quic4' ? 2 : 10} address '${text}'; QUIC is not compiled in if this is what you were looking for.\n`,
    };
  if ((prefix === 'udp' || prefix === 'udp4' || prefix === 'udp6') && rules.isStream === true)
    return { error: `dgram-type address not acceptable in '${text}'\n` };
  if (prefix === 'fd' || prefix === 'sockpair') return descriptor(text, rest, rules);
  if (
    prefix === 'unix' ||
    prefix === 'uxst' ||
    prefix === 'uxdg' ||
    prefix === 'abns' ||
    (prefix === undefined && rest.startsWith('/'))
  ) {
    if (rest.length > 97) return { error: `socket path '${text}' too long (max 97)\n` };
    return { address: { kind: 'unix', path: rest }, lowPort: 0, highPort: 0, offset: undefined };
  }
  return internet(text, rest, rules);
}

function descriptor(text: string, rest: string, rules: AddressRules): AddressResult {
  if (!/^\d+$/.test(rest))
    return { error: `file descriptor '${rest}' is not a valid integer in '${text}'\n` };
  if (rules.allowsDescriptor !== true)
    return { error: `a file descriptor is not acceptable here in '${text}'\n` };
  return {
    address: { kind: 'descriptor', number: Number(rest) },
    lowPort: 0,
    highPort: 0,
    offset: undefined,
  };
}

function internet(text: string, rest: string, rules: AddressRules): AddressResult {
  // The last `:` or `]`, whichever comes first from the end; not the first character.
  let at = rest.length - 1;
  while (at > 0 && rest.charAt(at) !== ':' && rest.charAt(at) !== ']') at--;
  let host = rest;
  let port = '';
  if (rest.charAt(Math.max(at, 0)) === ':') {
    if (rules.allowsPort !== true) return { error: `port specification not permitted here in '${text}'` };
    host = rest.slice(0, Math.max(at, 0));
    port = rest.slice(Math.max(at, 0) + 1);
  } else if (rules.needsPort === true) return { error: `missing port specification in '${text}'` };
  const ports = parsePorts(text, port, rules);
  if ('error' in ports) return ports;
  const found = hostAddress(host, ports.lowPort);
  if (found.kind !== 'name' || rules.keepsNames === true) return { address: found, ...ports };
  const ip = isHostName(host) ? rules.resolve?.(host) : undefined;
  if (ip === undefined) return { error: `invalid address: '${host}' in '${text}'\n` };
  return { address: { kind: 'inet', ip, port: ports.lowPort }, ...ports };
}

type Ports = Pick<ParsedAddress, 'lowPort' | 'highPort' | 'offset'>;

function parsePorts(text: string, port: string, rules: AddressRules): Ports | { readonly error: string } {
  const first = port.charAt(0);
  if (/\d/.test(first)) return portRange(text, port, rules);
  if (first === '-' || first === '+') {
    if (rules.allowsOffset !== true) return { error: `port offset not permitted here in '${text}'` };
    const offset = leadingInteger(port.slice(1));
    return first === '-'
      ? { lowPort: offset, highPort: 0, offset: -offset }
      : { lowPort: 0, highPort: offset, offset };
  }
  if (first !== '') return { error: `invalid character '${first}' in port number '${port}' in '${text}'\n` };
  if (rules.needsPort === true) return { error: `missing port specification in '${text}'` };
  return { lowPort: 0, highPort: 0, offset: undefined };
}

function portRange(text: string, port: string, rules: AddressRules): Ports | { readonly error: string } {
  const dash = port.indexOf('-');
  if (dash >= 0 && rules.allowsRange !== true) return { error: `port range not permitted here in '${text}'` };
  const lowText = dash < 0 ? port : port.slice(0, dash);
  const highText = dash < 0 ? port : port.slice(dash + 1);
  const lowPort = leadingInteger(lowText);
  const highPort = leadingInteger(highText);
  const least = rules.needsPort === true ? 1 : 0;
  if (lowPort < least || lowPort > 65535) return { error: `invalid port '${lowText}'` };
  if (highPort < least || highPort > 65535) return { error: `invalid port '${highText}'` };
  if (lowPort > highPort) return { error: `invalid port range '${lowPort}-${highPort}'` };
  return { lowPort, highPort, offset: undefined };
}

/** `*` and nothing are all IPv4 addresses; `::` all IPv6 ones. */
function hostAddress(host: string, port: number): SocketAddress {
  if (host === '' || host === '*') return { kind: 'inet', ip: 0, port };
  const bare = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
  if (/^[0-9a-fA-F:.%]*:[0-9a-fA-F:.]*:[0-9a-fA-F:.]*$/.test(bare))
    return { kind: 'inet6', text: bare, port };
  const ip = parseIPv4(bare);
  return ip === undefined ? { kind: 'name', name: bare, port } : { kind: 'inet', ip, port };
}

function isHostName(host: string): boolean {
  return /^[A-Za-z0-9_.-]+$/.test(host);
}
