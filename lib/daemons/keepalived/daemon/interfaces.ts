/** Interfaces as keepalived sees them through netlink: works (IFF_UP and IFF_RUNNING), primary address. */
import type { IPv4 } from '../../../std/ipv4';
import type { Host } from '../../../world/world.contract';

export function interfaceWorks(host: Host, name: string): boolean {
  const device = host.state.interfaces.get(name);
  return device !== undefined && device.up && device.carrier;
}

/** An address can only be spoken from where some interface has it. */
export function hasAddress(host: Host, ip: IPv4): boolean {
  for (const { addresses } of host.state.interfaces.values())
    if (addresses.some((own) => own.ip === ip)) return true;
  return false;
}
/** The first address that is none of the given ones. */
export function primaryAddress(host: Host, name: string, besides: readonly IPv4[]): IPv4 | undefined {
  return host.state.interfaces.get(name)?.addresses.find(({ ip }) => !besides.includes(ip))?.ip;
}
