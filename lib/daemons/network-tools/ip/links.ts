/** `ip link`: ip-link(8). What it prints is recorded in truth/host (v01, v04, b14). */
import { parseMac } from '../../../std/ipv4';
import type { InterfaceState } from '../../../world/world.contract';
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

const NO_DEVICE = 'Not enough information: "dev" argument is required.';

export function runLink(request: IpRequest): string {
  const { words } = request;
  const command = words.peek();
  if (command === undefined || ['show', 'list', 'lst', 'ls'].some((name) => isShortFor(command, name))) {
    words.next();
    return showLinks(request);
  }
  words.next();
  if (isShortFor(command, 'set')) return setLink(request);
  if (isShortFor(command, 'add') || isShortFor(command, 'delete')) {
    request.mustBeRoot();
    // Not modelled: virtual devices. A kernel without the driver says the same.
    if (isShortFor(command, 'add')) throw refused('Error: Unknown device type.');
    if (words.done) throw misused(NO_DEVICE);
    const name = words.peek() === 'dev' ? (words.next(), words.value()) : words.value();
    if (request.device(name) === undefined) throw noDevice(name);
    throw netlink('Operation not supported');
  }
  if (isShortFor(command, 'help')) throw new IpFailure(HELP.link, 255);
  throw misused(`Command "${command}" is unknown, try "ip link help".`);
}

function showLinks(request: IpRequest): string {
  const { words, options } = request;
  let name: string | undefined;
  let onlyUp = false;
  let kind: string | undefined;
  while (!words.done) {
    const word = words.value();
    if (word === 'dev') name = words.value();
    else if (word === 'up') onlyUp = true;
    else if (word === 'type') kind = words.value();
    else if (word === 'master') throw wrongValue(words.value(), 'Device does not exist');
    else if (word === 'nomaster') continue;
    else if (name !== undefined) throw garbage('dev', word);
    else name = word;
  }
  if (name !== undefined && request.device(name) === undefined) throw noSuchShown(name);
  const devices = request
    .devices()
    .filter(
      (device) =>
        (name === undefined || device.name === name) &&
        (!onlyUp || device.up) &&
        (kind === undefined || kind === kindOf(device)),
    );
  if (options.json)
    return jsonText(
      devices.map((device) => (options.brief ? jsonBriefLink(device) : jsonLink(device))),
      options,
    );
  return devices.map((device) => (options.brief ? briefLink(device) : linkText(device, options))).join('');
}

function linkText(
  device: InterfaceState,
  options: { oneline: boolean; statistics: number; details: boolean },
): string {
  const joint = options.oneline ? '\\' : '\n';
  const details = options.details
    ? ` promiscuity 0  allmulti 0 minmtu ${device.name === 'lo' ? 0 : 68} maxmtu ${device.name === 'lo' ? 0 : 65_535} `
    : '';
  const names = alternativeLines(device)
    .map((line) => joint + line)
    .join('');
  return `${headLine(device, { mode: true })}${joint}${hardwareLine(device)}${details}${options.statistics > 0 ? joint + statisticsText(device, joint, options.statistics) : ''}${names}\n`;
}

/** `2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc fq_codel state UP …` */
export function headLine(device: InterfaceState, { mode }: { mode: boolean }): string {
  return `${device.index}: ${nameOf(device)}: <${flagsOf(device).join(',')}> mtu ${device.mtu} qdisc ${queueing(device)} state ${operationalState(device)}${mode ? ' mode DEFAULT' : ''} group default qlen 1000`;
}
export function hardwareLine(device: InterfaceState): string {
  return device.name === 'lo'
    ? '    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00'
    : `    link/ether ${device.mac} brd ff:ff:ff:ff:ff:ff${device.peer === undefined ? '' : ' link-netnsid 0'}`;
}
/** `    altname enp0s3`, a line each. */
export function alternativeLines(device: InterfaceState): string[] {
  return (device.alternatives ?? []).map((name) => `    altname ${name}`);
}
/** One end of a veth pair names the other by its index when that is in another namespace. */
function nameOf(device: InterfaceState): string {
  return device.peer === undefined ? device.name : `${device.name}@if${device.peer}`;
}
function queueing(device: InterfaceState): string {
  return device.name === 'lo' || device.peer !== undefined ? 'noqueue' : 'fq_codel';
}
export function flagsOf(device: InterfaceState): string[] {
  const kind = [
    ...(device.name === 'lo' ? ['LOOPBACK'] : ['BROADCAST', 'MULTICAST']),
    ...(device.flags ?? []),
  ];
  if (!device.up) return kind;
  return device.carrier ? [...kind, 'UP', 'LOWER_UP'] : ['NO-CARRIER', ...kind, 'UP'];
}
export function operationalState(device: InterfaceState): string {
  if (device.name === 'lo') return device.up ? 'UNKNOWN' : 'DOWN';
  return device.up && device.carrier ? 'UP' : 'DOWN';
}

/** Name padded to 16, state to 14, each followed by a blank. */
export function briefHead(device: InterfaceState): string {
  return `${nameOf(device).padEnd(16)} ${operationalState(device).padEnd(14)} `;
}
/** What `type` selects; a card that is none of the virtual kinds has none. */
export function kindOf(device: InterfaceState): string | undefined {
  return device.peer === undefined ? undefined : 'veth';
}
export function jsonBriefHead(device: InterfaceState): Record<string, unknown> {
  return {
    ...(device.peer === undefined ? {} : { link_index: device.peer }),
    ifname: device.name,
    operstate: operationalState(device),
  };
}
function jsonBriefLink(device: InterfaceState): Record<string, unknown> {
  const address = device.name === 'lo' ? '00:00:00:00:00:00' : device.mac;
  return { ...jsonBriefHead(device), address, flags: flagsOf(device) };
}
function briefLink(device: InterfaceState): string {
  return `${briefHead(device)}${device.name === 'lo' ? '00:00:00:00:00:00' : device.mac} <${flagsOf(device).join(',')}> \n`;
}

function statisticsText(device: InterfaceState, joint: string, level: number): string {
  const cell = (value: number, width: number): string => String(value).padStart(width);
  const row = (bytes: number, packets: number, dropped: number): string =>
    `    ${cell(bytes, 10)} ${cell(packets, 7)} ${cell(0, 6)} ${cell(dropped, 7)} ${cell(0, 7)} ${cell(0, 7)} `;
  const [rxPackets = 0, rxBytes = 0, txPackets = 0, txBytes = 0, dropped = 0] = device.counters;
  const received = `    RX:  bytes packets errors dropped  missed   mcast           ${joint}${row(rxBytes, rxPackets, dropped)}`;
  const sent = `    TX:  bytes packets errors dropped carrier collsns           ${joint}${row(txBytes, txPackets, 0)}`;
  if (level < 2) return `${received}${joint}${sent}`;
  const errors = (head: string): string =>
    `${joint}${head}${joint}                     0      0       0       0       0 `;
  return `${received}${errors('    RX errors:  length    crc   frame    fifo overrun')}${joint}${sent}${errors('    TX errors: aborted   fifo  window heartbt transns')}`;
}

export function jsonLink(device: InterfaceState): Record<string, unknown> {
  return {
    ifindex: device.index,
    ifname: device.name,
    flags: flagsOf(device),
    mtu: device.mtu,
    qdisc: queueing(device),
    operstate: operationalState(device),
    linkmode: 'DEFAULT',
    group: 'default',
    txqlen: 1000,
    link_type: device.name === 'lo' ? 'loopback' : 'ether',
    address: device.name === 'lo' ? '00:00:00:00:00:00' : device.mac,
    broadcast: device.name === 'lo' ? '00:00:00:00:00:00' : 'ff:ff:ff:ff:ff:ff',
  };
}

function onOrOff(word: string, text: string): boolean {
  if (text !== 'on' && text !== 'off')
    throw misused(`Error: argument of "${word}" must be "on" or "off", not "${text}"`);
  return text === 'on';
}
function setLink(request: IpRequest): string {
  const { words, network, host } = request;
  if (words.done) throw misused(NO_DEVICE);
  let up: boolean | undefined;
  // `up` and `down` may stand before the device too.
  for (; words.peek() === 'up' || words.peek() === 'down'; words.next()) up = words.peek() === 'up';
  const first = words.value();
  const name = first === 'dev' ? words.value() : first;
  const device = request.device(name);
  if (device === undefined) throw noDevice(name);
  while (!words.done) {
    const word = words.value();
    if (word === 'up') up = true;
    else if (word === 'down') up = false;
    else if (word === 'mtu') {
      const text = words.value();
      const mtu = Number(text);
      if (!/^\d+$/.test(text)) throw wrongValue(text, 'Invalid "mtu" value');
      request.mustBeRoot();
      if (mtu < 68) throw refused('Error: mtu less than device minimum.');
      if (mtu > 65_536) throw refused('Error: mtu greater than device maximum.');
      device.mtu = mtu;
      network.forgetCaches?.();
    } else if (isShortFor(word, 'address')) {
      const text = words.value();
      const mac = parseMac(text);
      if (mac === undefined)
        throw usage(`Invalid address length ${text.split(':').length} - must be 6 bytes`);
      request.mustBeRoot();
      device.mac = mac;
      // Whoever is spoken to next is asked for anew, and so learns it (linux/net/core/neighbour.c `neigh_changeaddr`).
      network.flushNeighbours(host, name);
      network.forgetCaches?.();
    } else if (word === 'promisc' || word === 'allmulticast') {
      const flag = word === 'promisc' ? 'PROMISC' : 'ALLMULTI';
      const isOn = onOrOff(word, words.value());
      request.mustBeRoot();
      const others = (device.flags ?? []).filter((one) => one !== flag);
      device.flags = (isOn ? [...others, flag] : others).sort();
    } else if (word === 'arp' || word === 'multicast') {
      const isOn = onOrOff(word, words.value());
      request.mustBeRoot();
      if (!isOn) throw usage(`not modelled: ip link set ${word} off`);
    } else if (['txqueuelen', 'txqlen', 'qlen', 'group', 'alias'].includes(word)) {
      request.mustBeRoot();
      throw usage(`not modelled: ip link set ${word}`);
    } else if (word === 'name') {
      words.value();
      request.mustBeRoot();
      // Linux 6.1 renames only what is down.
      if (device.up) throw netlink('Device or resource busy');
      throw usage('not modelled: ip link set name');
    } else if (word === 'master' || word === 'nomaster') throw usage(`not modelled: ip link set ${word}`);
    else throw garbage('dev', word);
  }
  request.mustBeRoot();
  if (up !== undefined) network.setAdminState(host, name, up);
  return '';
}
