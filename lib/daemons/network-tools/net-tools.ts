/** route(8), ifconfig(8) and arp(8) of net-tools 2.10: showing only; changes go through ip(8). Recorded in truth/host/b14. */
import { formatIPv4, maskOf, networkOf } from '../../std/ipv4';
import type { ProgramContext, ProgramRun } from '../../world/process.contract';
import type { InterfaceState } from '../../world/world.contract';
import { nameInHosts } from '../host-names';

export function* route(context: ProgramContext): ProgramRun {
  const words = context.argv.slice(1);
  const command = words.find((word) => !word.startsWith('-'));
  if (command !== undefined) {
    yield* context.err(`not modelled: route ${command}\n`);
    return 1;
  }
  const numeric = words.some((word) => /^-\w*n/.test(word));
  const name = (ip: number): string =>
    numeric ? formatIPv4(ip) : ip === 0 ? '0.0.0.0' : (nameInHosts(context.host, ip) ?? formatIPv4(ip));
  const row = (cells: readonly string[]): string => {
    const [destination = '', gateway = '', mask = '', flags = '', metric = '', device = ''] = cells;
    return `${destination.padEnd(15)} ${gateway.padEnd(15)} ${mask.padEnd(15)} ${flags.padEnd(5)} ${metric.padEnd(6)} 0        0 ${device}\n`;
  };
  const routes = [...context.host.state.routes]
    .filter((entry) => entry.scope !== 'host')
    .sort((a, b) => a.destination - b.destination || a.prefix - b.prefix);
  const lines = routes.map((entry) =>
    row([
      entry.prefix === 0 ? (numeric ? '0.0.0.0' : 'default') : formatIPv4(entry.destination),
      entry.via === undefined ? '0.0.0.0' : name(entry.via),
      formatIPv4(maskOf(entry.prefix)),
      entry.type === 'unicast'
        ? `U${entry.via === undefined ? '' : 'G'}${entry.prefix === 32 ? 'H' : ''}`
        : '!',
      String(entry.metric),
      entry.device,
    ]),
  );
  yield* context.out(
    `Kernel IP routing table\nDestination     Gateway         Genmask         Flags Metric Ref    Use Iface\n${lines.join('')}`,
  );
  return 0;
}

export function* ifconfig(context: ProgramContext): ProgramRun {
  const words = context.argv.slice(1);
  const all = words.includes('-a');
  const [wanted, ...change] = words.filter((word) => word !== '-a');
  if (change.length > 0) {
    yield* context.err(`not modelled: ifconfig ${change.join(' ')}\n`);
    return 1;
  }
  const devices = [...context.host.state.interfaces.values()].sort((a, b) =>
    a.name === 'lo' ? 1 : b.name === 'lo' ? -1 : a.index - b.index,
  );
  const shown = devices.filter((device) =>
    wanted === undefined ? all || device.up : device.name === wanted,
  );
  if (wanted !== undefined && shown.length === 0) {
    yield* context.err(`${wanted}: error fetching interface information: Device not found\n`);
    return 1;
  }
  const six = context.host.sysctl('net.ipv6.conf.all.disable_ipv6') === '0';
  for (const device of shown) yield* context.out(describe(device, six));
  return 0;
}
function describe(device: InterfaceState, six: boolean): string {
  const isLoopback = device.name === 'lo';
  const [rxPackets = 0, rxBytes = 0, txPackets = 0, txBytes = 0, dropped = 0] = device.counters;
  const running = device.up && device.carrier;
  const flags = (device.up ? 1 : 0) | (isLoopback ? 8 : 2) | (running ? 64 : 0) | (isLoopback ? 0 : 4_096);
  const names = [
    ...(device.up ? ['UP'] : []),
    ...(isLoopback ? ['LOOPBACK'] : ['BROADCAST']),
    ...(running ? ['RUNNING'] : []),
    ...(isLoopback ? [] : ['MULTICAST']),
  ];
  const [address] = device.addresses;
  const mask = address === undefined ? 0 : maskOf(address.prefix);
  const inet =
    address === undefined
      ? ''
      : `        inet ${formatIPv4(address.ip)}  netmask ${formatIPv4(mask)}${isLoopback ? '' : `  broadcast ${formatIPv4((networkOf(address.ip, address.prefix) | ~mask) >>> 0)}`}\n`;
  const inet6 =
    !six || !device.up
      ? ''
      : isLoopback
        ? '        inet6 ::1  prefixlen 128  scopeid 0x10<host>\n'
        : `        inet6 ${linkLocal(device.mac)}  prefixlen 64  scopeid 0x20<link>\n`;
  const link = isLoopback
    ? '        loop  txqueuelen 1000  (Local Loopback)\n'
    : `        ether ${device.mac}  txqueuelen 1000  (Ethernet)\n`;
  return `${device.name}: flags=${flags}<${names.join(',')}>  mtu ${device.mtu}\n${inet}${inet6}${link}        RX packets ${rxPackets}  bytes ${rxBytes} (${size(rxBytes)})\n        RX errors 0  dropped ${dropped}  overruns 0  frame 0\n        TX packets ${txPackets}  bytes ${txBytes} (${size(txBytes)})\n        TX errors 0  dropped 0 overruns 0  carrier 0  collisions 0\n\n`;
}
/** RFC 4291, appendix A. */
function linkLocal(mac: string): string {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = mac.split(':').map((part) => Number.parseInt(part, 16));
  const group = (high: number, low: number): string => ((high << 8) | low).toString(16);
  return `fe80::${group(a ^ 2, b)}:${group(c, 0xff)}:${group(0xfe, d)}:${group(e, f)}`;
}
function size(bytes: number): string {
  if (bytes < 1_024) return `${bytes}.0 B`;
  const units = ['KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes / 1_024;
  let unit = 0;
  for (; value >= 1_024 && unit < units.length - 1; unit++) value /= 1_024;
  return `${value.toFixed(1)} ${units[unit] ?? ''}`;
}

export function* arp(context: ProgramContext): ProgramRun {
  const words = context.argv.slice(1);
  if (words.some((word) => /^-[sdif]/.test(word))) {
    yield* context.err(`not modelled: arp ${words.join(' ')}\n`);
    return 1;
  }
  const numeric = words.some((word) => /^-\w*n/.test(word));
  const rows = context.world.network
    .neighbours(context.host)
    .filter(({ state }) => state !== 'FAILED' || words.length > 0);
  const lines = rows.map(({ ip, mac, state, device }) => {
    const name = numeric ? formatIPv4(ip) : (nameInHosts(context.host, ip) ?? formatIPv4(ip));
    return mac === undefined
      ? `${name.padEnd(24)}         (incomplete)                              ${device}\n`
      : `${name.padEnd(24)} ether   ${mac}   C${state === 'PERMANENT' ? 'M' : ''}${' '.repeat(state === 'PERMANENT' ? 18 : 20)}  ${device}\n`;
  });
  if (lines.length > 0)
    yield* context.out(
      `Address                  HWtype  HWaddress           Flags Mask            Iface\n${lines.join('')}`,
    );
  return 0;
}
