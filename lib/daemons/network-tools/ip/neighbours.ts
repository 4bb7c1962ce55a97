/** `ip neighbour`: ip-neighbour(8). What it prints is recorded in truth/host/c08-arp-states. */
import { formatIPv4, inSubnet, parseCidr, parseIPv4, parseMac } from '../../../std/ipv4';
import type { Neighbour } from '../../../world/network.contract';
import { IpFailure, misused, netlink, noDevice, refused, usage } from './failure';
import { HELP } from './help';
import { jsonText } from './json';
import { type IpRequest, isShortFor } from './request';

type Entry = Neighbour & { confirmed?: number; used?: number; updated?: number; probes?: number };
const STATES = ['permanent', 'noarp', 'reachable', 'stale', 'none', 'incomplete', 'delay', 'probe', 'failed'];

export function runNeighbour(request: IpRequest): string {
  const { words } = request;
  const command = words.peek();
  if (command === undefined || ['show', 'list', 'lst', 'ls'].some((name) => isShortFor(command, name))) {
    words.next();
    return show(request);
  }
  words.next();
  if (isShortFor(command, 'add')) return set(request, 'add');
  if (isShortFor(command, 'change') || isShortFor(command, 'chg')) return set(request, 'change');
  if (isShortFor(command, 'replace')) return set(request, 'replace');
  if (isShortFor(command, 'delete')) return set(request, 'delete');
  if (isShortFor(command, 'get')) return show(request);
  if (isShortFor(command, 'flush')) return flush(request);
  if (isShortFor(command, 'help')) throw new IpFailure(HELP.neighbour, 255);
  throw misused(`Command "${command}" is unknown, try "ip neigh help".`);
}

interface Chosen {
  device: string | undefined;
  to: { network: number; prefix: number } | undefined;
  states: Set<string> | undefined;
}
function chosenOf(request: IpRequest): Chosen {
  const { words } = request;
  const chosen: Chosen = { device: undefined, to: undefined, states: undefined };
  while (!words.done) {
    const word = words.value();
    if (word === 'dev') {
      chosen.device = words.value();
      if (request.device(chosen.device) === undefined) throw noDevice(chosen.device);
    } else if (word === 'nud') {
      const state = words.value();
      if (state === 'all') chosen.states = new Set(STATES);
      else if (!STATES.includes(state))
        throw misused(`Error: argument "${state}" is wrong: nud state is bad`);
      else (chosen.states ??= new Set()).add(state);
    } else if (word === 'unused' || word === 'proxy' || word === 'all') continue;
    else {
      const text = word === 'to' ? words.value() : word;
      const cidr = parseCidr(text);
      if (cidr === undefined) throw usage(`Error: any valid prefix is expected rather than "${text}".`);
      chosen.to = cidr;
    }
  }
  return chosen;
}
function isChosen(entry: Entry, { device, to, states }: Chosen): boolean {
  return (
    (device === undefined || entry.device === device) &&
    (to === undefined || inSubnet(entry.ip, to)) &&
    (states === undefined || states.has(entry.state.toLowerCase()))
  );
}

function show(request: IpRequest): string {
  const { host, options, context } = request;
  const chosen = chosenOf(request);
  if (options.family === 'inet6') return '';
  const entries = ([...host.state.neighbours.values()] as Entry[]).filter((entry) => isChosen(entry, chosen));
  if (options.json)
    return jsonText(
      entries.map((entry) => ({
        dst: formatIPv4(entry.ip),
        dev: entry.device,
        ...(entry.mac === undefined ? {} : { lladdr: entry.mac }),
        state: [entry.state],
      })),
      options,
    );
  const { now } = context.kernel;
  return entries
    .map((entry) => {
      const device = chosen.device === undefined ? ` dev ${entry.device}` : '';
      const mac = entry.mac === undefined ? '' : ` lladdr ${entry.mac}`;
      const ages =
        options.statistics === 0
          ? ''
          : ` ${[entry.used, entry.confirmed, entry.updated].map((at) => Math.floor((now - (at ?? now)) / 1_000_000)).join('/')}`;
      const statistics = options.statistics === 0 ? '' : ` ref 1 used${ages}probes ${entry.probes ?? 0}`;
      return `${formatIPv4(entry.ip)}${device}${mac}${statistics === '' ? '' : ` ${statistics}`} ${entry.state} \n`;
    })
    .join('');
}

function set(request: IpRequest, how: 'add' | 'change' | 'replace' | 'delete'): string {
  const { words, network, host } = request;
  let ip: number | undefined;
  let device: string | undefined;
  let mac: string | undefined;
  let state: 'PERMANENT' | 'REACHABLE' | 'STALE' | 'FAILED' = 'PERMANENT';
  while (!words.done) {
    const word = words.value();
    if (word === 'dev') device = words.value();
    else if (word === 'lladdr') {
      const text = words.value();
      mac = parseMac(text);
      if (mac === undefined) {
        // What begins with a digit is a number to iproute2; the kernel counts them.
        const isRead = text.split(':').every((part) => /^[0-9a-f]/i.test(part));
        throw isRead ? refused('Error: Invalid link address.') : usage(`"${text}" is invalid lladdr.`);
      }
    } else if (word === 'nud') {
      const name = words.value().toUpperCase();
      if (name !== 'PERMANENT' && name !== 'REACHABLE' && name !== 'STALE' && name !== 'FAILED')
        throw misused(`Error: argument "${name.toLowerCase()}" is wrong: nud state is bad`);
      state = name;
    } else {
      const text = word === 'to' ? words.value() : word;
      ip = parseIPv4(text);
      if (ip === undefined) throw usage(`Error: any valid address is expected rather than "${text}".`);
    }
  }
  if (device === undefined || ip === undefined)
    throw misused('Device and destination are required arguments.');
  if (request.device(device) === undefined) throw noDevice(device);
  request.mustBeRoot();
  const known = host.state.neighbours.has(`${device} ${ip}`);
  if (how === 'delete') {
    if (!known) throw netlink('No such file or directory');
    network.setNeighbour(host, device, ip, undefined, 'FAILED');
    return '';
  }
  if (how === 'add' && known) throw netlink('File exists');
  if (how === 'change' && !known) throw netlink('No such file or directory');
  if (mac === undefined) throw refused('Error: No link layer address given.');
  network.setNeighbour(host, device, ip, mac, state);
  return '';
}

function flush(request: IpRequest): string {
  const { words, network, host } = request;
  if (words.done) throw usage('Flush requires arguments.');
  const chosen = chosenOf(request);
  request.mustBeRoot();
  for (const entry of [...host.state.neighbours.values()]) {
    if (isChosen(entry, chosen) && (entry.state !== 'PERMANENT' || chosen.states?.has('permanent') === true))
      network.setNeighbour(host, entry.device, entry.ip, undefined, 'FAILED');
  }
  return '';
}
