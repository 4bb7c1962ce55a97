/** Interfaces as keepalived sees them through netlink: works (IFF_UP and IFF_RUNNING), primary address. */
import type { IPv4 } from '../../../std/ipv4';
import type { Host } from '../../../world/world.contract';

export function interfaceWorks(host: Host, name: string): boolean {
  const device = host.state.interfaces.get(name);
  return device !== undefined && device.up && device.carrier;
}

/** The first address that is none of the given ones. */
export function primaryAddress(host: Host, name: string, besides: readonly IPv4[]): IPv4 | undefined {
  return host.state.interfaces.get(name)?.addresses.find(({ ip }) => !besides.includes(ip))?.ip;
}
