/** The lines of virtual_ipaddress and static_ipaddress (`alloc_ipaddress` in vrrp_ipaddress.c) and of virtual_routes. */

import { parseIPv4 } from '../../../std/ipv4';
import type { AddressConfiguration, Draft, RouteConfiguration } from '../config';
import type { Words } from './reader';
import { complain, findInterface, type Scope } from './scope';

const LONGEST_LABEL = 16;

interface ParsedAddress {
  readonly family: 4 | 6;
  readonly address: number;
  readonly prefix: number;
}

/** An address with or without prefix length; /32 and /128 by default. */
function parseAddress(
  scope: Scope,
  text: string,
  options: { readonly allowsPrefix: boolean },
): ParsedAddress | undefined {
  const family = text.includes(':') ? 6 : 4;
  const longest = family === 6 ? 128 : 32;
  const slash = options.allowsPrefix ? text.indexOf('/') : -1;
  const plain = slash < 0 ? text : text.slice(0, slash);
  let prefix = longest;
  if (slash >= 0) {
    const part = text.slice(slash + 1);
    const read = scope.reader.unsigned(part, { lowest: 0, highest: longest, tolerant: true });
    if (read === undefined)
      complain(scope, `Invalid address prefix len ${part} for address ${text} - using ${longest}`);
    else prefix = read;
  }
  const address = family === 4 ? parseIPv4(plain) : isIPv6(plain) ? 0 : undefined;
  if (address !== undefined) return { family, address, prefix };
  complain(scope, `VRRP parsed invalid IP ${text}. skipping IP...`);
  return undefined;
}

function isIPv6(text: string): boolean {
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  return (
    groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group)) &&
    (halves.length === 2 ? groups.length < 8 : groups.length === 8)
  );
}

const SCOPES: ReadonlyMap<string, AddressConfiguration['scope']> = new Map([
  ['global', 'global'],
  ['universe', 'global'],
  ['host', 'host'],
  ['link', 'link'],
  ['site', 'global'],
  ['0', 'global'],
  ['253', 'link'],
  ['254', 'host'],
]);
const FLAGS = new Set(['home', '-nodad', 'mngtmpaddr', 'noprefixroute', 'autojoin']);

/** One address line; undefined, with keepalived's message, when the address is dropped. */
export function addressLine(
  scope: Scope,
  words: Words,
  options: { readonly isStatic: boolean },
): AddressConfiguration | undefined {
  const text = words[0] ?? '';
  const parsed = parseAddress(scope, text, { allowsPrefix: true });
  if (parsed === undefined) return undefined;
  const address: Draft<AddressConfiguration> = {
    ...parsed,
    text,
    device: undefined,
    label: undefined,
    scope: 'global',
    isTracked: true,
  };
  for (let i = 1; i < words.length; i++) {
    const word = words[i] ?? '';
    if (FLAGS.has(word)) continue;
    if (word === 'no_track') {
      address.isTracked = false;
      continue;
    }
    if (!options.isStatic && word === 'use_vmac') {
      scope.notModelled.add('use_vmac');
      continue;
    }
    const isKnown =
      ['dev', 'scope', 'broadcast', 'brd', 'label', 'peer', 'preferred_lft'].includes(word) ||
      (options.isStatic && word === 'track_group');
    if (!isKnown) {
      complain(scope, `Unknown configuration entry '${word}' for ip address - ignoring`);
      continue;
    }
    const value = words[++i];
    if (value === undefined) {
      complain(scope, `No ${word} parameter specified for ${text}`);
      return undefined;
    }
    if (!addressOption(scope, address, word, value)) return undefined;
  }
  if (options.isStatic && address.device === undefined) {
    address.device =
      scope.global.defaultInterface ??
      (scope.environment.interfaces.some(({ name }) => name === 'eth0') ? 'eth0' : undefined);
    if (address.device === undefined) {
      scope.reader.reports.complain(
        'fatal',
        `Static address ${text} requires either an interface or default interface must exist`,
      );
      return undefined;
    }
  }
  if (address.family === 6) scope.notModelled.add('IPv6 addresses');
  return address;
}

/** False when the address is dropped. */
function addressOption(
  scope: Scope,
  address: Draft<AddressConfiguration>,
  word: string,
  value: string,
): boolean {
  switch (word) {
    case 'dev':
      if (address.device !== undefined) {
        complain(scope, `Cannot specify ipaddress device more than once for ${address.text}`);
        return false;
      }
      address.device = findInterface(scope, value);
      if (address.device !== undefined) return true;
      complain(scope, `WARNING - interface ${value} for ip address ${address.text} doesn't exist`);
      return false;
    case 'scope': {
      const found = SCOPES.get(value);
      if (found === undefined)
        complain(scope, `Invalid scope '${value}' specified for ${address.text} - ignoring`);
      else address.scope = found;
      return true;
    }
    case 'broadcast':
    case 'brd':
      return broadcastOption(scope, address, value);
    case 'label':
      if (value.length >= LONGEST_LABEL) {
        complain(
          scope,
          `Address label ${value} is longer than maximum length ${LONGEST_LABEL - 1} - removing address`,
        );
        return false;
      }
      address.label = value;
      return true;
    default:
      scope.notModelled.add(`${word} of an address`);
      return true;
  }
}

function broadcastOption(scope: Scope, address: Draft<AddressConfiguration>, value: string): boolean {
  if (address.family === 6) {
    complain(
      scope,
      `VRRP is trying to assign a broadcast ${value} to the IPv6 address ${address.text} !!?? WTF... skipping VIP...`,
    );
    return false;
  }
  if (value === '+' || value === '-') {
    if (address.prefix > 30)
      complain(scope, `Address prefix length ${address.prefix} too long for broadcast`);
    return true;
  }
  if (parseIPv4(value) !== undefined) return true;
  complain(scope, `VRRP is trying to assign invalid broadcast ${value}. skipping VIP...`);
  return false;
}

const ROUTE_TYPES: ReadonlyMap<string, RouteConfiguration['type']> = new Map([
  ['unicast', 'unicast'],
  ['blackhole', 'blackhole'],
  ['unreachable', 'unreachable'],
  ['prohibit', 'prohibit'],
]);

/** One route line, as far as it is modelled: destination, via, dev, src, metric, scope, type (vrrp_iproute.c). */
export function routeLine(scope: Scope, words: Words): RouteConfiguration | undefined {
  const route: Draft<RouteConfiguration> = {
    destination: 0,
    prefix: 0,
    via: undefined,
    device: undefined,
    source: undefined,
    metric: 0,
    scope: undefined,
    type: 'unicast',
  };
  let hasDestination = false;
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    const next = words[i + 1];
    const type = ROUTE_TYPES.get(word);
    if (type !== undefined) route.type = type;
    else if (word === 'no_track') continue;
    else if (
      [
        'via',
        'gw',
        'dev',
        'oif',
        'src',
        'metric',
        'priority',
        'scope',
        'to',
        'table',
        'proto',
        'protocol',
        'mtu',
      ].includes(word)
    ) {
      i++;
      if (next === undefined) {
        complain(scope, `No ${word} parameter specified for route`);
        return undefined;
      }
      if (word === 'to') hasDestination = routeDestination(scope, route, next);
      else if (!routeOption(scope, route, word, next)) return undefined;
    } else if (!hasDestination) {
      hasDestination = routeDestination(scope, route, word);
      if (!hasDestination) return undefined;
    } else complain(scope, `Unknown route option ${word} - ignoring`);
  }
  return hasDestination ? route : undefined;
}

function routeDestination(scope: Scope, route: Draft<RouteConfiguration>, text: string): boolean {
  if (text === 'default') return true;
  const parsed = parseAddress(scope, text, { allowsPrefix: true });
  if (parsed === undefined) return false;
  if (parsed.family === 6) scope.notModelled.add('IPv6 routes');
  route.destination = parsed.address;
  route.prefix = parsed.prefix;
  return parsed.family === 4;
}

function routeOption(scope: Scope, route: Draft<RouteConfiguration>, word: string, value: string): boolean {
  switch (word) {
    case 'via':
    case 'gw':
      route.via = parseIPv4(value);
      if (route.via === undefined) complain(scope, `invalid via address ${value} - skipping`);
      return route.via !== undefined;
    case 'src':
      route.source = parseIPv4(value);
      if (route.source === undefined) complain(scope, `Cannot parse source address ${value} - skipping`);
      return route.source !== undefined;
    case 'dev':
    case 'oif':
      route.device = findInterface(scope, value);
      if (route.device === undefined)
        complain(scope, `WARNING - interface ${value} for VROUTE doesn't exist`);
      return route.device !== undefined;
    case 'metric':
    case 'priority':
      route.metric = scope.reader.unsigned(value, { lowest: 0, highest: 4_294_967_295, tolerant: true }) ?? 0;
      return true;
    case 'scope':
      route.scope = SCOPES.get(value);
      return true;
    default:
      scope.notModelled.add(`${word} of a route`);
      return true;
  }
}
