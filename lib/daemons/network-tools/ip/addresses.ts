/** `ip address`: ip-address(8). What it prints is recorded in truth/host (v01, b14). */
import { formatIPv4, inSubnet, parseCidr, parseIPv4 } from '../../../std/ipv4';
import type { InterfaceAddress } from '../../../world/network.contract';
import type { InterfaceState } from '../../../world/world.contract';
import { garbage, noDevice, noSuchShown, refused, usage } from './failure';
import { alternativeLines, briefHead, hardwareLine, headLine, jsonLink } from './links';
import { type IpRequest, isShortFor } from './request';

/** `ip addr add` may name a broadcast address; it is shown and nothing else. */
type ShownAddress = InterfaceAddress & { broadcast?: number };
interface Selection {
  device: string | undefined;
  up: boolean;
  to: { network: number; prefix: number } | undefined;
  secondary: boolean | undefined;
  scope: string | undefined;
  label: string | undefined;
}

export function runAddress(request: IpRequest): string {
  const { words } = request;
  const command = words.peek();
  if (command === undefined || ['show', 'list', 'lst', 'ls'].some((name) => isShortFor(command, name))) {
    words.next();
    return show(request, selection(request));
  }
  words.next();
  if (isShortFor(command, 'add')) return change(request, 'add');
  if (isShortFor(command, 'change') || isShortFor(command, 'chg') || isShortFor(command, 'replace'))
    return change(request, 'replace');
  if (isShortFor(command, 'delete')) return change(request, 'delete');
  if (isShortFor(command, 'flush')) return flush(request);
  throw usage(`Command "${command}" is unknown, try "ip address help".`);
}

function selection(request: IpRequest): Selection {
  const { words } = request;
  const chosen: Selection = {
    device: undefined,
    up: false,
    to: undefined,
    secondary: undefined,
    scope: undefined,
    label: undefined,
  };
  while (!words.done) {
    const word = words.value();
    if (word === 'dev') chosen.device = words.value();
    else if (word === 'up') chosen.up = true;
    else if (word === 'to') chosen.to = prefixOf(words.value());
    else if (word === 'primary') chosen.secondary = false;
    else if (word === 'secondary') chosen.secondary = true;
    else if (word === 'permanent' || word === 'all') continue;
    else if (word === 'scope') chosen.scope = words.value();
    else if (word === 'label') chosen.label = words.value();
    else chosen.device = word;
  }
  if (chosen.device !== undefined && request.device(chosen.device) === undefined)
    throw noSuchShown(chosen.device);
  return chosen;
}
function prefixOf(text: string): { network: number; prefix: number } {
  const cidr = parseCidr(text);
  if (cidr === undefined) throw usage(`Error: any valid prefix is expected rather than "${text}".`);
  return cidr;
}

function matches(
  address: InterfaceAddress,
  device: InterfaceState,
  { to, secondary, scope, label }: Selection,
): boolean {
  return (
    (to === undefined || inSubnet(address.ip, to)) &&
    (secondary === undefined || (address.secondary === true) === secondary) &&
    (scope === undefined || (address.scope ?? 'global') === scope) &&
    (label === undefined || (address.label ?? device.name) === label)
  );
}

function show(request: IpRequest, chosen: Selection): string {
  const { options } = request;
  const filters =
    chosen.to !== undefined ||
    chosen.secondary !== undefined ||
    chosen.scope !== undefined ||
    chosen.label !== undefined;
  const only = filters || options.family === 'inet' || options.family === 'inet6';
  const rows = request
    .devices()
    .filter(
      (device) => (chosen.device === undefined || device.name === chosen.device) && (!chosen.up || device.up),
    )
    .map((device) => ({
      device,
      addresses:
        options.family === 'inet6' || options.family === 'link'
          ? []
          : device.addresses.filter((address) => matches(address, device, chosen)),
      six: options.family === 'inet' || options.family === 'link' || filters ? [] : sixOf(request, device),
    }));
  const shown = rows.filter(({ addresses, six }) => !only || addresses.length + six.length > 0);
  if (options.json)
    return `${JSON.stringify(shown.map(({ device, addresses, six }) => ({ ...withoutMode(jsonLink(device)), addr_info: [...addresses.map((address) => jsonAddress(address, device)), ...six.map(jsonSix)] })))}\n`;
  if (options.brief)
    return shown
      .map(
        ({ device, addresses, six }) =>
          `${briefHead(device)}${[...addresses.map((address) => `${formatIPv4(address.ip)}/${address.prefix} `), ...six.map(({ text }) => `${text} `)].join('')}\n`,
      )
      .join('');
  if (options.oneline)
    return shown
      .map(({ device, addresses, six }) =>
        [...addresses.map((address) => inetLine(address, device)), ...six.map(sixLine)]
          .map(
            (line) =>
              `${device.index}: ${device.name}${line}\\       valid_lft forever preferred_lft forever\n`,
          )
          .join(''),
      )
      .join('');
  return shown
    .map(({ device, addresses, six }) => {
      const head = headLine(device, { mode: false });
      const lines = only
        ? [`${head}${device.peer === undefined ? '' : ' link-netnsid 0'}`]
        : [head, hardwareLine(device)];
      lines.push(...alternativeLines(device));
      for (const line of [...addresses.map((address) => inetLine(address, device)), ...six.map(sixLine)])
        lines.push(line, '       valid_lft forever preferred_lft forever');
      return `${lines.join('\n')}\n`;
    })
    .join('');
}

function inetLine(address: ShownAddress, device: InterfaceState): string {
  const broadcast = address.broadcast === undefined ? '' : ` brd ${formatIPv4(address.broadcast)}`;
  return `    inet ${formatIPv4(address.ip)}/${address.prefix}${broadcast} scope ${address.scope ?? 'global'}${address.secondary === true ? ' secondary' : ''} ${address.label ?? device.name}`;
}
function sixLine({ text, flags }: { text: string; flags: string }): string {
  return `    inet6 ${text} scope ${text.startsWith('::1/') ? 'host noprefixroute' : 'link'} ${flags}`;
}
/** ::1 and the link-local address made from the card's (RFC 4291, appendix A). */
function sixOf(request: IpRequest, device: InterfaceState): { text: string; flags: string }[] {
  if (!request.hasIPv6 || !device.up) return [];
  if (device.name === 'lo') return [{ text: '::1/128', flags: '' }];
  const bytes = device.mac.split(':').map((part) => Number.parseInt(part, 16));
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = bytes;
  const group = (high: number, low: number): string => ((high << 8) | low).toString(16);
  return [
    { text: `fe80::${group(a ^ 2, b)}:${group(c, 0xff)}:${group(0xfe, d)}:${group(e, f)}/64`, flags: '' },
  ];
}
function jsonAddress(address: ShownAddress, device: InterfaceState): Record<string, unknown> {
  return {
    family: 'inet',
    local: formatIPv4(address.ip),
    prefixlen: address.prefix,
    ...(address.broadcast === undefined ? {} : { broadcast: formatIPv4(address.broadcast) }),
    scope: address.scope ?? 'global',
    ...(address.secondary === true ? { secondary: true } : {}),
    label: address.label ?? device.name,
    valid_life_time: 4_294_967_295,
    preferred_life_time: 4_294_967_295,
  };
}
function jsonSix({ text }: { text: string }): Record<string, unknown> {
  const [local = '', length = ''] = text.split('/');
  return {
    family: 'inet6',
    local,
    prefixlen: Number(length),
    scope: local === '::1' ? 'host' : 'link',
    ...(local === '::1' ? { noprefixroute: true } : {}),
    valid_life_time: 4_294_967_295,
    preferred_life_time: 4_294_967_295,
  };
}
function withoutMode(link: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(link).filter(([key]) => key !== 'linkmode'));
}

function change(request: IpRequest, how: 'add' | 'replace' | 'delete'): string {
  const { words, network, host } = request;
  let local: { ip: number; prefix: number; given: boolean } | undefined;
  let name: string | undefined;
  const extra: Partial<ShownAddress> = {};
  while (!words.done) {
    const word = words.value();
    if (word === 'dev') name = words.value();
    else if (word === 'broadcast' || word === 'brd') {
      const text = words.value();
      const address = text === '+' || text === '-' ? undefined : parseIPv4(text);
      if (address === undefined && text !== '+' && text !== '-')
        throw usage(`Error: any valid prefix is expected rather than "${text}".`);
      if (text === '+' && local !== undefined)
        extra.broadcast = (local.ip | ~(local.prefix === 0 ? 0 : -1 << (32 - local.prefix))) >>> 0;
      else if (address !== undefined) extra.broadcast = address;
    } else if (word === 'label') extra.label = words.value();
    else if (word === 'scope') {
      const scope = words.value();
      if (scope !== 'global' && scope !== 'link' && scope !== 'host')
        throw usage(`Error: argument "${scope}" is wrong: invalid scope value.`);
      extra.scope = scope;
    } else if (
      word === 'peer' ||
      word === 'remote' ||
      word === 'metric' ||
      word === 'valid_lft' ||
      word === 'preferred_lft'
    )
      words.value();
    else if (word === 'nodad' || word === 'noprefixroute') continue;
    else {
      const text = word === 'local' ? words.value() : word;
      if (local !== undefined) throw garbage(text);
      local = addressOf(text);
    }
  }
  if (name === undefined) throw usage('Not enough information: "dev" argument is required.');
  if (local === undefined)
    throw how === 'delete'
      ? refused('Error: ipv4: Address not found.')
      : usage('Command line is not complete. Try option "help"');
  const device = request.device(name);
  if (device === undefined) throw noDevice(name);
  request.mustBeRoot();
  if (how === 'delete') {
    if (network.removeAddress(host, name, local.ip, local.given ? local.prefix : undefined) !== undefined)
      throw refused('Error: ipv4: Address not found.');
    return '';
  }
  const scope = extra.scope ?? (local.ip >>> 24 === 127 ? 'host' : 'global');
  const answer = network.addAddress(host, name, { ip: local.ip, prefix: local.prefix, ...extra, scope });
  if (answer === 'EEXIST' && how === 'add') throw refused('Error: ipv4: Address already assigned.');
  return '';
}
function addressOf(text: string): { ip: number; prefix: number; given: boolean } {
  // A netmask may stand for the prefix length, as ifupdown writes it.
  const [head = '', tail] = text.split('/');
  const mask = tail === undefined ? undefined : parseIPv4(tail);
  const prefix = mask === undefined ? undefined : mask.toString(2).replace(/0*$/, '').length;
  const cidr = parseCidr(prefix === undefined ? text : `${head}/${mask === 0 ? 0 : prefix}`);
  if (cidr === undefined) throw usage(`Error: any valid prefix is expected rather than "${text}".`);
  return { ip: cidr.address, prefix: cidr.prefix, given: text.includes('/') };
}

function flush(request: IpRequest): string {
  const { network, host, words } = request;
  if (words.done) throw usage('Flush requires arguments.');
  const chosen = selection(request);
  request.mustBeRoot();
  for (const device of request.devices()) {
    if (chosen.device !== undefined && device.name !== chosen.device) continue;
    // Followers first, so that no primary is promoted or taken along.
    const doomed = device.addresses.filter((address) => matches(address, device, chosen)).reverse();
    for (const address of doomed) network.removeAddress(host, device.name, address.ip, address.prefix);
  }
  return '';
}
