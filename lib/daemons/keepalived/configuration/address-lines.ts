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
export function parseAddress(
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
    family: parsed.family,
    address: parsed.address,
    prefix: parsed.prefix,
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
    case 'peer':
      scope.notModelled.add('peer of an address');
      if (parseAddress(scope, value, { allowsPrefix: false }) === undefined)
        complain(scope, `Invalid peer address ${value}`);
      else if (address.prefix !== (address.family === 4 ? 32 : 128)) {
        complain(scope, 'Cannot specify address prefix when specifying peer address - ignoring');
      }
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

/** Options with a parameter that are read over. */
const OTHER_ROUTE_OPTIONS = new Set([
  'protocol',
  'tos',
  'dsfield',
  'mtu',
  'hoplimit',
  'advmss',
  'rtt',
  'rttvar',
  'reordering',
  'window',
  'cwnd',
  'ssthresh',
  'realms',
  'rto_min',
  'initcwnd',
  'initrwnd',
  'features',
  'quickack',
  'congctl',
  'pref',
  'vrf',
  'track_group',
]);
const ROUTE_FLAGS = new Set(['inet', 'onlink', 'no_track', 'add', 'prepend', 'append']);

/** One route line, as far as it is modelled: destination, via, dev, src, metric, scope, type (`alloc_route` in vrrp_iproute.c). */
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
    table: undefined,
    isTracked: false,
  };
  let destination: string | undefined;
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    if (ROUTE_FLAGS.has(word)) continue;
    if (OTHER_ROUTE_OPTIONS.has(word)) {
      scope.notModelled.add(`${word} of a route`);
      scope.reader.word(words, ++i);
    } else if (ROUTE_OPTIONS.has(word)) {
      if (!routeOption(scope, route, word, scope.reader.word(words, ++i))) return undefined;
    } else {
      if (word === 'to') i++;
      const type = ROUTE_TYPES.get(words[i] ?? '');
      if (type !== undefined) {
        route.type = type;
        i++;
      }
      destination = scope.reader.word(words, i);
      if (!routeDestination(scope, route, destination)) return undefined;
    }
  }
  if (destination === undefined) {
    complain(scope, 'Route must have a destination');
    return undefined;
  }
  route.isTracked = !words.includes('no_track') && route.device !== undefined;
  if (!words.includes('no_track') && route.device === undefined) {
    complain(scope, `Warning - cannot track route ${destination} with no interface specified, not tracking`);
  }
  return route;
}

function routeDestination(scope: Scope, route: Draft<RouteConfiguration>, text: string): boolean {
  if (text === 'default' || text === 'any' || text === 'all') return true;
  const parsed = parseAddress(scope, text, { allowsPrefix: true });
  if (parsed === undefined) {
    complain(scope, `unknown route keyword ${text}`);
    return false;
  }
  if (parsed.family === 6) scope.notModelled.add('IPv6 routes');
  route.destination = parsed.address;
  route.prefix = parsed.prefix;
  return parsed.family === 4;
}

const ROUTE_OPTIONS = new Set([
  'via',
  'gw',
  'src',
  'dev',
  'oif',
  'metric',
  'priority',
  'preference',
  'scope',
  'table',
]);

function routeOption(scope: Scope, route: Draft<RouteConfiguration>, word: string, value: string): boolean {
  switch (word) {
    case 'via':
    case 'gw':
      if (word === 'gw') complain(scope, '"gw" for routes is deprecated. Please use "via"');
      route.via = parseAddress(scope, value, { allowsPrefix: false })?.address;
      if (route.via === undefined) complain(scope, `invalid route via address ${value}`);
      return route.via !== undefined;
    case 'src':
      route.source = parseAddress(scope, value, { allowsPrefix: false })?.address;
      if (route.source === undefined) complain(scope, `invalid route src address ${value}`);
      return route.source !== undefined;
    case 'dev':
    case 'oif':
      route.device = findInterface(scope, value);
      if (route.device === undefined)
        complain(scope, `WARNING - interface ${value} for VROUTE nexthop doesn't exist`);
      return route.device !== undefined;
    case 'scope':
      route.scope = SCOPES.get(value);
      if (route.scope === undefined) complain(scope, `Scope ${value} not found or invalid for route`);
      return route.scope !== undefined;
    case 'table':
      route.table = value === 'main' || value === '254' ? undefined : value;
      return true;
    default: {
      const metric = scope.reader.unsigned(value, { lowest: 0, highest: 4_294_967_295, tolerant: true });
      if (metric === undefined) complain(scope, `Invalid metric ${value} specified for route`);
      else route.metric = metric;
      return metric !== undefined;
    }
  }
}
