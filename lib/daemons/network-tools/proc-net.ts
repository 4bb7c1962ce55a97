/** /proc/net: arp, dev and route as proc(5) has them. */
import { formatIPv4, maskOf } from '../../std/ipv4';
import type { Host, VirtualFiles } from '../../world/world.contract';

const FILES: Readonly<Record<string, (host: Host) => string>> = { arp, dev, route };

export const procNet: VirtualFiles = {
  read: (host, path) => FILES[path.replace(/^\/proc\/net\//, '')]?.(host),
  list: (_, path) => (path === '/proc/net' ? Object.keys(FILES) : undefined),
};

function arp(host: Host): string {
  const rows = host.world.network.neighbours(host).map(({ ip, mac, state, device }) => {
    const flags =
      state === 'PERMANENT' ? '0x6' : state === 'INCOMPLETE' || state === 'FAILED' ? '0x0' : '0x2';
    return `${formatIPv4(ip).padEnd(16)} 0x1         ${flags}         ${mac ?? '00:00:00:00:00:00'}     *        ${device}\n`;
  });
  return `IP address       HW type     Flags       HW address            Mask     Device\n${rows.join('')}`;
}
function dev(host: Host): string {
  const rows = [...host.state.interfaces.values()].map(
    ({ name, counters: [rxPackets = 0, rxBytes = 0, txPackets = 0, txBytes = 0] }) =>
      `${`${name}:`.padStart(7)} ${String(rxBytes).padStart(7)} ${String(rxPackets).padStart(7)}    0    0    0     0          0         0 ${String(txBytes).padStart(8)} ${String(txPackets).padStart(7)}    0    0    0     0       0          0\n`,
  );
  return `Inter-|   Receive                                                |  Transmit\n face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n${rows.join('')}`;
}
function route(host: Host): string {
  const hex = (ip: number): string => {
    const bytes = [ip & 255, (ip >>> 8) & 255, (ip >>> 16) & 255, ip >>> 24];
    return bytes.map((byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join('');
  };
  const rows = host.state.routes
    .filter(({ scope, type }) => scope !== 'host' && type === 'unicast')
    .map(({ device, destination, via, metric, prefix }) =>
      `${device}\t${hex(destination)}\t${hex(via ?? 0)}\t${via === undefined ? '0001' : '0003'}\t0\t0\t${metric}\t${hex(maskOf(prefix))}\t0\t0\t0`.padEnd(
        127,
      ),
    );
  const heading =
    'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT'.padEnd(127);
  return [heading, ...rows].map((line) => `${line}\n`).join('');
}
