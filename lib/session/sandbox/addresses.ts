/** Which addresses are free: subnets for new zones, addresses and gateways within a zone. */
import { broadcastOf, formatIPv4, inSubnet, parseCidr, parseIPv4 } from '../../std/ipv4';
import type { SandboxDocument, ZoneTone } from './document';
import { HAPROXY, KEEPALIVED } from './writers';
import { NGINX } from './writers-nginx';

/** Where subnets of a tone come from: the documentation's networks for what is outside (RFC 5737). */
const OUTSIDE = ['203.0.113.0/24', '198.51.100.0/24', '192.0.2.0/24'];
const FIRST_OCTET: Readonly<Record<ZoneTone, number>> = {
  internet: 100,
  dmz: 1,
  app: 2,
  data: 3,
  office: 9,
  neutral: 20,
};
/** Hosts begin here; what stands below is for gateways and by hand. */
const FIRST_HOST = 11;
/** Shared addresses begin here. */
const FIRST_SHARED = 100;

/** Whether a subnet (`10.0.1.0/24`) and one of a zone have an address in common. */
export function overlapsZone({ zones }: SandboxDocument, subnet: string): boolean {
  const wanted = parseCidr(subnet);
  if (wanted === undefined) return false;
  return Object.values(zones).some((zone) => {
    const other = parseCidr(zone.subnet);
    return other !== undefined && (inSubnet(wanted.network, other) || inSubnet(other.network, wanted));
  });
}
/** A /24 that overlaps no zone of the document. */
export function freeSubnet(document: SandboxDocument, tone: ZoneTone): string | undefined {
  const isFree = (subnet: string) => !overlapsZone(document, subnet);
  if (tone === 'internet') {
    const outside = OUTSIDE.find(isFree);
    if (outside !== undefined) return outside;
  }
  const first = FIRST_OCTET[tone];
  for (let step = 0; step < 256; step++) {
    const subnet = `10.0.${(first + (step === 0 ? 0 : 9 + step)) % 256}.0/24`;
    if (isFree(subnet)) return subnet;
  }
  for (let octet = 1; octet < 256; octet++) {
    const subnet = `10.${octet}.0.0/24`;
    if (isFree(subnet)) return subnet;
  }
  return undefined;
}

/** All addresses that something in the document has or names in a file. */
export function takenAddresses(document: SandboxDocument): Set<number> {
  const taken = new Set<number>();
  for (const host of Object.values(document.hosts)) {
    for (const { address } of Object.values(host.interfaces)) {
      const ip = parseIPv4(address.split('/')[0] ?? '');
      if (ip !== undefined) taken.add(ip);
    }
    for (const path of [KEEPALIVED, HAPROXY, NGINX])
      for (const found of host.files[path]?.text.match(/\b\d+\.\d+\.\d+\.\d+\b/g) ?? []) {
        const ip = parseIPv4(found);
        if (ip !== undefined) taken.add(ip);
      }
  }
  return taken;
}

/** The next free address of a zone, as `10.0.1.11/24`; undefined when the zone is full. */
export function freeAddress(
  document: SandboxDocument,
  zone: string,
  role: 'host' | 'gateway' | 'shared' = 'host',
): string | undefined {
  const subnet = parseCidr(document.zones[zone]?.subnet ?? '');
  if (subnet === undefined) return undefined;
  const taken = takenAddresses(document);
  const last = broadcastOf(subnet) - 1;
  const first = subnet.network + (role === 'gateway' ? 1 : role === 'shared' ? FIRST_SHARED : FIRST_HOST);
  const candidates = [...range(first, last), ...range(subnet.network + 1, Math.min(first, last))];
  const free = candidates.find((ip) => !taken.has(ip));
  return free === undefined ? undefined : `${formatIPv4(free)}/${subnet.prefix}`;
}

/** The router of a zone: who has an interface in it and forwards. */
export function gatewayOf(document: SandboxDocument, zone: string): string | undefined {
  for (const host of Object.values(document.hosts)) {
    if (host.kind !== 'router') continue;
    const card = Object.values(host.interfaces).find((device) => device.zone === zone);
    if (card !== undefined) return card.address.split('/')[0];
  }
  return undefined;
}

/** Routers that stand in all of these zones. */
export function routersBetween(document: SandboxDocument, zones: readonly string[]): string[] {
  return Object.entries(document.hosts)
    .filter(([, { kind, interfaces }]) => {
      const reached = new Set(Object.values(interfaces).map(({ zone }) => zone));
      return kind === 'router' && zones.every((zone) => reached.has(zone));
    })
    .map(([id]) => id);
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, Math.min(to - from + 1, 4096)) }, (_, step) => from + step);
}
