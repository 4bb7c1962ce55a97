/** `ip address`: ip-address(8). What it prints is recorded in truth/host (v01, b14). */
import { formatIPv4, inSubnet, parseCidr, parseIPv4 } from '../../../std/ipv4';
import type { InterfaceAddress } from '../../../world/network.contract';
import type { InterfaceState } from '../../../world/world.contract';
import { fnmatch } from '../../../std/fnmatch';
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
import {
  alternativeLines,
  briefHead,
  hardwareLine,
  headLine,
  jsonBriefHead,
  jsonLink,
  kindOf,
} from './links';
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
  /** Kind of device. */
  kind: string | undefined;
  permanent: boolean;
  /** With a flag that no address has here, or without one. */
  flagged: boolean | undefined;
}
/** Flags that no address has: none expires, none waits for anything. */
const FLAGS = ['dynamic', 'tentative', 'deprecated', 'dadfailed', 'temporary', 'mngtmpaddr', 'home'];

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
  if (isShortFor(command, 'help')) throw new IpFailure(HELP.address, 255);
  throw misused(`Command "${command}" is unknown, try "ip address help".`);
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
    kind: undefined,
    permanent: false,
    flagged: undefined,
  };
  while (!words.done) {
    const word = words.value();
    if (word === 'dev') chosen.device = words.value();
    else if (word === 'up') chosen.up = true;
    else if (word === 'to') chosen.to = prefixOf(words.value());
    else if (word === 'primary') chosen.secondary = false;
    else if (word === 'secondary') chosen.secondary = true;
    else if (word === 'permanent') chosen.permanent = true;
    else if (FLAGS.includes(word.replace(/^-/, ''))) chosen.flagged = !word.startsWith('-');
    else if (word === 'all') continue;
    else if (word === 'scope') chosen.scope = scopeOf(words.value());
    else if (word === 'label') chosen.label = words.value();
    else if (word === 'type') chosen.kind = words.value();
    else if (word === 'master' || word === 'vrf') throw wrongMaster(words.value(), word);
    else if (word === 'nomaster') continue;
    else if (chosen.device !== undefined) throw garbage('dev', word);
    else chosen.device = word;
  }
  if (chosen.device !== undefined && request.device(chosen.device) === undefined)
    throw noSuchShown(chosen.device);
  return chosen;
}
function scopeOf(text: string): string {
  if (['global', 'link', 'host', 'site', 'nowhere', 'all'].includes(text)) return text;
  throw wrongValue(text, 'invalid "scope"');
}
/** There are no bridges here that could be named. */
function wrongMaster(name: string, word: string): IpFailure {
  return word === 'vrf'
    ? misused(`Error: argument "${name}" is wrong: Not a valid VRF name\n`)
    : wrongValue(name, 'Device does not exist');
}
function prefixOf(text: string): { network: number; prefix: number } {
  const cidr = parseCidr(text);
  if (cidr === undefined) throw usage(`Error: any valid prefix is expected rather than "${text}".`);
  return cidr;
}

function matches(
  address: InterfaceAddress,
  device: InterfaceState,
  { to, secondary, scope, label, flagged }: Selection,
): boolean {
  return (
    (to === undefined || inSubnet(address.ip, to)) &&
    (secondary === undefined || (address.secondary === true) === secondary) &&
    (scope === undefined || (address.scope ?? 'global') === scope) &&
    flagged !== true &&
    (label === undefined || fnmatch(label)(address.label ?? device.name))
  );
}

/** Addresses of IPv6 have no labels: the device's name stands for one. */
function matchesSix({ text }: { text: string }, device: InterfaceState, chosen: Selection): boolean {
  const { to, secondary, scope, label, flagged } = chosen;
  return (
    to === undefined &&
    secondary !== true &&
    flagged !== true &&
    (scope === undefined || scope === (text.startsWith('::1/') ? 'host' : 'link')) &&
    (label === undefined || fnmatch(label)(device.name))
  );
}

function show(request: IpRequest, chosen: Selection): string {
  const { options } = request;
  const hasFlags = chosen.secondary !== undefined || chosen.permanent || chosen.flagged !== undefined;
  const filters =
    hasFlags || chosen.to !== undefined || chosen.scope !== undefined || chosen.label !== undefined;
  const hidesCard = options.family === 'inet' || options.family === 'inet6' || chosen.to !== undefined;
  const only = filters || hidesCard;
  const rows = request
    .devices()
    .filter(
      (device) =>
        (chosen.device === undefined || device.name === chosen.device) &&
        (!chosen.up || device.up) &&
        (chosen.kind === undefined || chosen.kind === kindOf(device)),
    )
    .map((device) => ({
      device,
      addresses:
        options.family === 'inet6' || options.family === 'link'
          ? []
          : device.addresses.filter((address) => matches(address, device, chosen)),
      six:
        options.family === 'inet' || options.family === 'link'
          ? []
          : sixOf(request, device).filter((six) => matchesSix(six, device, chosen)),
    }));
  const shown = rows.filter(({ addresses, six }) => !only || addresses.length + six.length > 0);
  if (options.json)
    return jsonText(
      shown.map(({ device, addresses, six }) => {
        const list = [...addresses.map((address) => jsonAddress(address, device)), ...six.map(jsonSix)];
        return options.brief
          ? {
              ...jsonBriefHead(device),
              addr_info: list.map(({ local, prefixlen }) => ({ local, prefixlen })),
            }
          : { ...withoutMode(jsonLink(device)), addr_info: list };
      }),
      options,
    );
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
      const lines =
        chosen.label !== undefined
          ? []
          : hidesCard
            ? [`${head}${device.peer === undefined ? '' : ' link-netnsid 0'}`]
            : [head, hardwareLine(device)];
      if (chosen.label === undefined) lines.push(...alternativeLines(device));
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
        throw misused(`Error: argument "${scope}" is wrong: invalid scope value.`);
      extra.scope = scope;
    } else if (
      word === 'peer' ||
      word === 'remote' ||
      word === 'valid_lft' ||
      word === 'preferred_lft' ||
      word === 'metric'
    ) {
      if (words.value() !== 'forever') throw usage(`not modelled: ip address ${word}`);
    } else if (word === 'nodad' || word === 'noprefixroute') continue;
    else {
      const text = word === 'local' ? words.value() : word;
      if (local !== undefined) throw garbage('local', text);
      local = addressOf(text);
    }
  }
  if (name === undefined) throw usage('Not enough information: "dev" argument is required.');
  if (local === undefined)
    throw how === 'delete' ? refused('Error: ipv4: Address not found.') : netlink('Operation not supported');
  const device = request.device(name);
  if (device === undefined) throw noDevice(name);
  request.mustBeRoot();
  if (how === 'delete') {
    if (!local.given) request.warnings.push(wildcardWarning(local.ip));
    if (network.removeAddress(host, name, local.ip, local.given ? local.prefix : undefined) !== undefined)
      throw refused('Error: ipv4: Address not found.');
    return '';
  }
  const scope = extra.scope ?? (local.ip >>> 24 === 127 ? 'host' : 'global');
  const answer = network.addAddress(host, name, { ip: local.ip, prefix: local.prefix, ...extra, scope });
  if (answer === 'EEXIST' && how === 'add') throw refused('Error: ipv4: Address already assigned.');
  return '';
}
function wildcardWarning(ip: number): string {
  return `Warning: Executing wildcard deletion to stay compatible with old scripts.
         Explicitly specify the prefix length (${formatIPv4(ip)}/32) to avoid this warning.
         This special behaviour is likely to disappear in further releases,
         fix your scripts!`;
}
function addressOf(text: string): { ip: number; prefix: number; given: boolean } {
  if (/^[0-9a-f:]*:[0-9a-f:.]*(\/\d+)?$/i.test(text)) throw usage('not modelled: addresses of IPv6');
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
