/** `ip route`: ip-route(8). What it prints and refuses is recorded in truth/host (b14, c11). */
import { formatIPv4, networkOf, parseCidr, parseIPv4 } from '../../../std/ipv4';
import type { Route } from '../../../world/network.contract';
import { routesOf } from '../../../world/network/policy-store';
import {
  garbage,
  IpFailure,
  misused,
  netlink,
  noDevice,
  noSuchShown,
  refused,
  usage,
  wrongValue,
} from './failure';
import { HELP } from './help';
import { jsonText } from './json';
import { type IpRequest, isShortFor } from './request';
import { tableNamed } from './tables';

const TYPES = ['unicast', 'blackhole', 'unreachable', 'prohibit'] as const;
interface Wanted {
  type: Route['type'];
  destination: number | undefined;
  prefix: number | undefined;
  via: number | undefined;
  device: string | undefined;
  metric: number | undefined;
  source: number | undefined;
  protocol: Route['protocol'] | undefined;
  scope: Route['scope'] | undefined;
  onlink: boolean;
  /** beside main */
  table: string | undefined;
}

export function runRoute(request: IpRequest): string {
  const { words } = request;
  const command = words.peek();
  if (command === undefined || ['list', 'show', 'lst', 'ls'].some((name) => isShortFor(command, name))) {
    words.next();
    return show(request);
  }
  words.next();
  if (isShortFor(command, 'add')) return add(request, 'add');
  if (isShortFor(command, 'append')) return add(request, 'append');
  if (isShortFor(command, 'prepend')) throw usage('not modelled: ip route prepend');
  if (isShortFor(command, 'change') || isShortFor(command, 'chg')) return add(request, 'change');
  if (isShortFor(command, 'replace')) return add(request, 'replace');
  if (isShortFor(command, 'delete')) return remove(request);
  if (isShortFor(command, 'get')) return get(request);
  if (isShortFor(command, 'flush')) return flush(request);
  if (isShortFor(command, 'help')) throw new IpFailure(HELP.route, 255);
  throw misused(`Command "${command}" is unknown, try "ip route help".`);
}

// ---------------------------------------------------------------- reading
function wantedOf(request: IpRequest): Wanted {
  const { words } = request;
  const wanted: Wanted = {
    type: 'unicast',
    destination: undefined,
    prefix: undefined,
    via: undefined,
    device: undefined,
    metric: undefined,
    source: undefined,
    protocol: undefined,
    scope: undefined,
    onlink: false,
    table: undefined,
  };
  while (!words.done) {
    const word = words.value();
    if (word === 'via' || word === 'src') {
      const first = words.value();
      const text = first === 'inet' ? words.value() : first;
      const address = parseIPv4(text);
      if (address === undefined) throw usage(`Error: inet address is expected rather than "${text}".`);
      if (word === 'via') wanted.via = address;
      else wanted.source = address;
    } else if (word === 'dev' || word === 'oif') wanted.device = words.value();
    else if (['metric', 'preference', 'priority', 'pref'].includes(word))
      wanted.metric = numberOf(words.value(), 'metric');
    else if (word === 'proto' || word === 'protocol') wanted.protocol = protocolOf(words.value());
    else if (word === 'scope') wanted.scope = scopeOf(words.value());
    else if (word === 'onlink') wanted.onlink = true;
    else if (word === 'table') {
      const table = tableNamed(request, words.value(), '"table" value is invalid');
      if (table === 'local') throw usage(`not modelled: ip route table ${table}`);
      wanted.table = table === 'main' ? undefined : table;
    } else if (
      ['mtu', 'advmss', 'rtt', 'window', 'cwnd', 'initcwnd', 'tos', 'dsfield', 'realms'].includes(word)
    )
      throw usage(`not modelled: ip route ${word}`);
    else if ((TYPES as readonly string[]).includes(word)) wanted.type = word as Route['type'];
    else readDestination(word === 'to' ? words.value() : word, wanted);
  }
  return wanted;
}
function readDestination(text: string, wanted: Wanted): void {
  if (wanted.destination !== undefined)
    throw text === 'nexthop' ? usage('not modelled: ip route nexthop') : garbage('to', text);
  const cidr = text === 'default' ? { address: 0, prefix: 0 } : parseCidr(text);
  if (cidr === undefined) throw usage(`Error: any valid prefix is expected rather than "${text}".`);
  wanted.destination = cidr.address;
  wanted.prefix = cidr.prefix;
}
function numberOf(text: string, name: string): number {
  if (!/^\d+$/.test(text)) throw wrongValue(text, `"${name}" value is invalid`);
  return Number(text);
}
function protocolOf(text: string): Route['protocol'] {
  if (text === 'kernel' || text === 'boot' || text === 'static' || text === 'keepalived') return text;
  throw wrongValue(text, '"protocol" value is invalid');
}
function scopeOf(text: string): Route['scope'] {
  if (text === 'link' || text === 'global' || text === 'host') return text;
  throw wrongValue(text, 'invalid "scope" value');
}

// ---------------------------------------------------------------- changing
function add(request: IpRequest, how: 'add' | 'append' | 'change' | 'replace'): string {
  const { network, host } = request;
  const wanted = wantedOf(request);
  if (wanted.destination === undefined || wanted.prefix === undefined) throw new IpFailure(HELP.route, 255);
  if (wanted.device !== undefined && request.device(wanted.device) === undefined)
    throw noDevice(wanted.device);
  request.mustBeRoot();
  if (networkOf(wanted.destination, wanted.prefix) !== wanted.destination)
    throw refused('Error: Invalid prefix for given prefix length.');
  const { destination, prefix } = wanted;
  const metric = wanted.metric ?? 0;
  const present = routesOf(host.state, wanted.table)?.find(
    (route) => route.destination === destination && route.prefix === prefix && route.metric === metric,
  );
  if (how === 'change' && present === undefined) throw netlink('No such file or directory');
  const device = wanted.type === 'unicast' ? (wanted.device ?? deviceTowards(request, wanted.via)) : '';
  if (wanted.type === 'unicast' && device === undefined)
    throw wanted.via === undefined
      ? netlink('No such device')
      : refused('Error: Nexthop has invalid gateway.');
  const route: Route = {
    destination,
    prefix,
    via: wanted.via,
    device: device ?? '',
    metric,
    protocol: wanted.protocol ?? 'boot',
    scope: wanted.scope ?? (wanted.via === undefined && wanted.type === 'unicast' ? 'link' : 'global'),
    type: wanted.type,
    ...(wanted.source === undefined ? {} : { source: wanted.source }),
    ...(wanted.onlink ? { onlink: true } : {}),
    ...(wanted.table === undefined ? {} : { table: wanted.table }),
  };
  const replaces = how === 'change' || how === 'replace';
  if (replaces && present !== undefined) network.removeRoute(host, present);
  const answer = network.addRoute(host, route, { append: how !== 'add' });
  if (answer === undefined) return '';
  if (replaces && present !== undefined) network.addRoute(host, present);
  throw refusal(answer, wanted);
}
function refusal(errno: string, wanted: Wanted): IpFailure {
  switch (errno) {
    case 'EEXIST':
      return netlink('File exists');
    case 'ENETUNREACH':
      return refused('Error: Nexthop has invalid gateway.');
    case 'ENETDOWN':
      return refused('Error: Device for nexthop is not up.');
    case 'EINVAL':
      return refused(
        wanted.source !== undefined
          ? 'Error: Invalid prefsrc address.'
          : 'Error: Nexthop has invalid gateway.',
      );
    default:
      return netlink(errno);
  }
}
function deviceTowards(request: IpRequest, via: number | undefined): string | undefined {
  if (via === undefined) return undefined;
  const found = request.network.routeLookup(request.host, via);
  if (found === undefined || found.route.type !== 'unicast' || found.route.via !== undefined)
    return undefined;
  return found.route.device === 'lo' ? undefined : found.route.device;
}

function remove(request: IpRequest): string {
  const wanted = wantedOf(request);
  if (wanted.destination === undefined) throw new IpFailure(HELP.route, 255);
  if (wanted.device !== undefined && request.device(wanted.device) === undefined)
    throw noDevice(wanted.device);
  request.mustBeRoot();
  const partial: Partial<Route> = {};
  partial.destination = wanted.destination;
  if (wanted.prefix !== undefined) partial.prefix = wanted.prefix;
  if (wanted.via !== undefined) partial.via = wanted.via;
  if (wanted.device !== undefined) partial.device = wanted.device;
  if (wanted.metric !== undefined) partial.metric = wanted.metric;
  if (wanted.protocol !== undefined) partial.protocol = wanted.protocol;
  if (wanted.type !== 'unicast') partial.type = wanted.type;
  if (wanted.table !== undefined) partial.table = wanted.table;
  if (request.network.removeRoute(request.host, partial) !== undefined) throw netlink('No such process');
  return '';
}

function flush(request: IpRequest): string {
  const { words, network, host } = request;
  if (words.done) throw new IpFailure('"ip route flush" requires arguments.\n', 1);
  if (words.peek() === 'cache') return '';
  const chosen = selectionOf(request);
  request.mustBeRoot();
  for (const route of tableOf(request, chosen, 'Flush terminated').filter((candidate) =>
    isShown(candidate, chosen),
  ))
    network.removeRoute(host, route);
  return '';
}

// ---------------------------------------------------------------- showing
interface Shown {
  device?: string;
  via?: number;
  protocol?: string;
  table: string;
  exact?: { destination: number; prefix: number };
  within?: { network: number; prefix: number };
  matching?: { network: number; prefix: number };
  type?: string;
  scope?: string;
}

function selectionOf(request: IpRequest): Shown {
  const { words } = request;
  const shown: Shown = { table: 'main' };
  while (!words.done) {
    const word = words.value();
    if (word === 'dev' || word === 'oif') {
      shown.device = words.value();
      if (request.device(shown.device) === undefined) throw noDevice(shown.device);
    } else if (word === 'via') shown.via = parseIPv4(words.value()) ?? 0;
    else if (word === 'proto' || word === 'protocol') shown.protocol = words.value();
    else if (word === 'scope') {
      shown.scope = words.value();
      if (!/^(\d+|global|link|host|site|nowhere|all)$/.test(shown.scope))
        throw wrongValue(shown.scope, 'invalid "scope"');
    } else if (word === 'table') {
      const table = words.value();
      shown.table =
        table === 'all' || table === '0' ? 'all' : tableNamed(request, table, 'table id value is invalid');
    } else if (word === 'type') shown.type = words.value();
    else if (word === 'root' || word === 'match' || word === 'exact' || word === 'to') {
      // `to match PREFIX`
      const next = words.value();
      if (word === 'to' && ['root', 'match', 'exact'].includes(next)) readRange(next, words.value(), shown);
      else readRange(word, next, shown);
    } else if ((TYPES as readonly string[]).includes(word)) shown.type = word;
    else if (word === 'all') continue;
    else readRange('exact', word, shown);
  }
  return shown;
}
function readRange(how: string, text: string, shown: Shown): void {
  const cidr = text === 'default' ? { address: 0, network: 0, prefix: 0 } : parseCidr(whole(text));
  if (cidr === undefined) throw usage(`Error: any valid prefix is expected rather than "${text}".`);
  if (how === 'root') shown.within = cidr;
  else if (how === 'match') shown.matching = cidr;
  else shown.exact = { destination: cidr.network, prefix: cidr.prefix };
}
/** `10.5` stands for 10.5.0.0/16. */
function whole(text: string): string {
  const parts = text.split('.');
  if (parts.length > 3 || !parts.every((part) => /^\d{1,3}$/.test(part))) return text;
  return `${[...parts, '0', '0', '0'].slice(0, 4).join('.')}/${parts.length * 8}`;
}
function isShown(route: Route, shown: Shown): boolean {
  return (
    (shown.device === undefined || route.device === shown.device) &&
    (shown.via === undefined || route.via === shown.via) &&
    (shown.protocol === undefined || route.protocol === shown.protocol) &&
    (shown.scope === undefined || route.scope === shown.scope) &&
    (shown.type === undefined || route.type === shown.type) &&
    (shown.exact === undefined ||
      (route.destination === shown.exact.destination && route.prefix === shown.exact.prefix)) &&
    (shown.within === undefined ||
      (route.prefix >= shown.within.prefix &&
        networkOf(route.destination, shown.within.prefix) === shown.within.network)) &&
    (shown.matching === undefined ||
      (route.prefix <= shown.matching.prefix &&
        networkOf(shown.matching.network, route.prefix) === route.destination))
  );
}

function show(request: IpRequest): string {
  const { options } = request;
  const shown = selectionOf(request);
  if (options.family === 'inet6') return '';
  if (shown.table === 'local') return localTable(request, shown);
  const routes = tableOf(request, shown, 'Dump terminated')
    .filter((route) => isShown(route, shown))
    .sort(inTableOrder);
  if (options.json) return jsonText(routes.map(jsonRoute), options);
  const main = routes.map((route) => `${routeText(request, route, shown)} \n`).join('');
  return shown.table === 'all' ? main + localTable(request, shown) : main;
}
/** `default` has nothing in it and is always there. */
function tableOf({ host }: IpRequest, { table }: Shown, ending: string): readonly Route[] {
  if (table === 'all') return [...(host.state.policy?.routes ?? []), ...host.state.routes];
  const routes = routesOf(host.state, table) ?? (table === 'default' ? [] : undefined);
  if (routes === undefined) throw refused(`Error: ipv4: FIB table does not exist.\n${ending}`);
  return routes;
}
/** As the kernel walks its trie: by destination, longer prefixes first at the same one, then by metric. */
function inTableOrder(a: Route, b: Route): number {
  return a.destination - b.destination || b.prefix - a.prefix || a.metric - b.metric;
}

/** What all routes shown have in common because it was asked for is left out. */
function routeText(request: IpRequest, route: Route, shown: Shown): string {
  const device = route.device === '' ? undefined : request.device(route.device);
  return [
    route.type === 'unicast' && !request.options.details ? '' : `${route.type} `,
    destinationText(route),
    route.via === undefined || shown.via !== undefined ? '' : ` via ${formatIPv4(route.via)}`,
    route.device === '' || shown.device !== undefined ? '' : ` dev ${route.device}`,
    route.table === undefined || shown.table !== 'all' ? '' : ` table ${route.table}`,
    (route.protocol === 'boot' && !request.options.details) || shown.protocol !== undefined
      ? ''
      : ` proto ${route.protocol}`,
    (route.scope === 'link' || request.options.details) && shown.scope === undefined
      ? ` scope ${route.scope}`
      : '',
    route.source === undefined ? '' : ` src ${formatIPv4(route.source)}`,
    route.metric === 0 ? '' : ` metric ${route.metric}`,
    route.onlink === true ? ' onlink' : '',
    device !== undefined && device.up && !device.carrier ? ' linkdown' : '',
  ].join('');
}
function destinationText({ destination, prefix }: Route): string {
  if (prefix === 0) return 'default';
  return prefix === 32 ? formatIPv4(destination) : `${formatIPv4(destination)}/${prefix}`;
}
function jsonRoute(route: Route): Record<string, unknown> {
  return {
    ...(route.type === 'unicast' ? {} : { type: route.type }),
    dst: destinationText(route),
    ...(route.via === undefined ? {} : { gateway: formatIPv4(route.via) }),
    ...(route.device === '' ? {} : { dev: route.device }),
    ...(route.protocol === 'boot' ? {} : { protocol: route.protocol }),
    ...(route.scope === 'link' ? { scope: 'link' } : {}),
    ...(route.source === undefined ? {} : { prefsrc: formatIPv4(route.source) }),
    ...(route.metric === 0 ? {} : { metric: route.metric }),
    flags: route.onlink === true ? ['onlink'] : [],
  };
}
function localTable(request: IpRequest, shown: Shown): string {
  const suffix = shown.table === 'all' ? ' table local' : '';
  const rows: { at: number; text: string }[] = [];
  for (const device of request.devices()) {
    if (!device.up || (shown.device !== undefined && device.name !== shown.device)) continue;
    for (const address of device.addresses) {
      // Who came later to a subnet speaks with the voice of the first.
      const first = device.addresses.find(
        (other) =>
          other.prefix === address.prefix &&
          networkOf(other.ip, other.prefix) === networkOf(address.ip, address.prefix),
      );
      const source = formatIPv4(first?.ip ?? address.ip);
      const add = (at: number, text: string): void =>
        void rows.push({ at: at >>> 0, text: `${text}${source} ` });
      const line = `dev ${device.name}${suffix} proto kernel scope`;
      const network = networkOf(address.ip, address.prefix);
      if (device.name === 'lo')
        add(network, `local ${formatIPv4(network)}/${address.prefix} ${line} host src `);
      add(address.ip, `local ${formatIPv4(address.ip)} ${line} host src `);
      if (address.prefix < 31 && address.secondary !== true) {
        const last = (address.ip | ~(-1 << (32 - address.prefix))) >>> 0;
        add(last, `broadcast ${formatIPv4(last)} ${line} link src `);
      }
    }
  }
  return rows
    .sort((a, b) => a.at - b.at)
    .map(({ text }) => `${text}\n`)
    .join('');
}

function get(request: IpRequest): string {
  const { words, network, host, context } = request;
  let target: number | undefined;
  let device: string | undefined;
  let source: number | undefined;
  let mark: number | undefined;
  let incoming: string | undefined;
  while (!words.done) {
    const word = words.value();
    if (word === 'from') source = parseIPv4(words.value());
    else if (word === 'oif' || word === 'dev') {
      device = words.value();
      if (request.device(device) === undefined) throw noDevice(device);
    } else if (word === 'iif') {
      const name = words.value();
      if (request.device(name) === undefined) throw noSuchShown(name);
      incoming = name;
    } else if (word === 'mark') mark = numberOf(words.value(), 'mark');
    else {
      const text = word === 'to' ? words.value() : word;
      target = parseCidr(text)?.address;
      if (target === undefined) throw usage(`Error: any valid prefix is expected rather than "${text}".`);
    }
  }
  if (target === undefined) throw usage('need at least a destination address');
  // Nothing is sent from an address that is none of its own.
  if (source !== undefined && incoming === undefined && !network.isLocalAddress(host, source))
    throw netlink('Network is unreachable');
  const found = network.routeLookup(host, target, {
    ...(device === undefined ? {} : { device }),
    ...(source === undefined ? {} : { source }),
    ...(mark === undefined ? {} : { mark }),
    ...(incoming === undefined ? {} : { iif: incoming }),
  });
  if (found === undefined) throw netlink('Network is unreachable');
  const { route } = found;
  if (route.type === 'blackhole') throw netlink('Invalid argument');
  if (route.type === 'unreachable') throw netlink('No route to host');
  if (route.type === 'prohibit') throw netlink('Permission denied');
  const local = route.scope === 'host';
  const from = source === undefined ? '' : ` from ${formatIPv4(source)}`;
  const via = route.via === undefined ? '' : ` via ${formatIPv4(route.via)}`;
  if (request.options.json)
    return jsonText(
      [
        {
          ...(local ? { type: 'local' } : {}),
          dst: formatIPv4(target),
          ...(source === undefined ? {} : { from: formatIPv4(source) }),
          ...(route.via === undefined ? {} : { gateway: formatIPv4(route.via) }),
          dev: route.device,
          ...(route.table === undefined ? {} : { table: route.table }),
          ...(source === undefined ? { prefsrc: formatIPv4(found.source) } : {}),
          flags: [],
          uid: context.who.uid,
          cache: local ? ['local'] : [],
        },
      ],
      request.options,
    );
  const table = route.table === undefined ? '' : ` table ${route.table}`;
  const chosen = source === undefined ? ` src ${formatIPv4(found.source)}` : '';
  return `${local ? 'local ' : ''}${formatIPv4(target)}${from}${via} dev ${route.device}${table}${chosen}${mark === undefined ? '' : ` mark ${mark < 10 ? mark : `0x${mark.toString(16)}`}`} uid ${context.who.uid} \n    cache ${local ? '<local> ' : ''}\n`;
}
