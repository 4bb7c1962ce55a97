/** Advertisements on the wire: sending them, and what is done with those that come (`vrrp_send_adv`, `vrrp_dispatcher_read`). */
import {
  type Advertisement,
  payloadBytes,
  VRRP_PROTOCOL,
  wireInterval,
} from '../../../protocols/vrrp/advertisement';
import { checkAdvertisement, type Expectation, type Rejection } from '../../../protocols/vrrp/receive';
import { intervalOf } from '../../../protocols/vrrp/advertisement';
import { formatIPv4, type IPv4 } from '../../../std/ipv4';
import type { RawPacketEvent } from '../../../world/network.contract';
import type { InstanceConfiguration } from '../config';
import { primaryAddress } from './interfaces';
import { say } from './say';
import type { InstanceState, Vrrp } from './state';

export const PACKET = 'keepalived.packet';

/** One socket for each interface and group. */
export function openSockets(vrrp: Vrrp): void {
  const { host, state } = vrrp;
  const wanted = new Map(state.configuration.instances.map((instance) => [socketKey(instance), instance]));
  for (const [key, socket] of state.sockets) {
    if (wanted.has(key)) continue;
    host.world.network.closeRaw(host, socket);
    state.sockets.delete(key);
  }
  for (const [key, instance] of wanted) {
    if (state.sockets.has(key)) continue;
    const socket = host.world.network.openRaw(host, {
      pid: vrrp.process.pid,
      protocol: VRRP_PROTOCOL,
      ...(instance.interface === undefined ? {} : { device: instance.interface }),
      ...(instance.isUnicast ? {} : { group: instance.multicastGroup }),
      on: { name: PACKET, pid: vrrp.process.pid, data: { key } },
    });
    state.sockets.set(key, socket);
  }
}
export function socketKey(instance: InstanceConfiguration): string {
  return `${instance.interface ?? '*'}/${instance.isUnicast ? 'unicast' : formatIPv4(instance.multicastGroup)}`;
}

/** The address that advertisements come from. */
export function sourceOf(vrrp: Vrrp, instance: InstanceConfiguration): IPv4 {
  if (instance.source !== undefined) return instance.source;
  const virtual = [...instance.addresses, ...instance.excludedAddresses].map(({ address }) => address);
  const { interface: device } = instance;
  if (device === undefined) return 0;
  return (
    primaryAddress(vrrp.host, device, instance.priority === 255 ? [] : virtual) ??
    primaryAddress(vrrp.host, device, []) ??
    0
  );
}

export function sendAdvertisement(
  vrrp: Vrrp,
  instance: InstanceConfiguration,
  state: InstanceState,
  priority: number,
): void {
  const { host } = vrrp;
  const { interface: device, isUnicast, ttl } = instance;
  const payload: Advertisement = {
    kind: 'vrrp',
    version: instance.version,
    vrid: instance.vrid,
    priority,
    authType: instance.authType,
    authData: instance.authData,
    interval: wireInterval(instance.version, instance.interval),
    addresses: instance.addresses.map(({ address }) => address),
  };
  state.statistics.sent += 1;
  if (priority === 0) state.statistics.zeroSent += 1;
  const src = sourceOf(vrrp, instance);
  const bytes = payloadBytes(payload);
  const protocol = VRRP_PROTOCOL;
  const { network } = host.world;
  if (!isUnicast)
    network.sendRaw(host, { protocol, src, dst: instance.multicastGroup, ttl, payload, bytes, device });
  else
    for (const { address: dst } of instance.peers)
      network.sendRaw(host, { protocol, src, dst, ttl, payload, bytes });
}

/** A packet of an instance that runs: it counts, or it was dropped with a word in the log. */
export type Received =
  | {
      readonly instance: InstanceConfiguration;
      readonly advertisement: Advertisement;
      readonly counts: boolean;
    }
  | undefined;

export function receive(vrrp: Vrrp, key: string, packet: RawPacketEvent): Received {
  const advertisement = packet.payload as Advertisement;
  if (advertisement.kind !== 'vrrp') return undefined;
  const instance = vrrp.state.configuration.instances.find(
    (known) => known.vrid === advertisement.vrid && socketKey(known) === key,
  );
  if (instance === undefined) {
    if (vrrp.state.configuration.global.logUnknownVrids)
      say(
        vrrp,
        `Unknown VRID(${advertisement.vrid}) received on interface(${packet.device}) from ${formatIPv4(packet.src)}. ignoring...`,
      );
    return undefined;
  }
  const state = vrrp.state.instances.get(instance.name);
  const where = state?.snapshot.value;
  if (state === undefined || (where !== 'backup' && where !== 'master')) return undefined;
  state.statistics.received += 1;
  const rejection = checkAdvertisement(
    expectationOf(instance),
    advertisement,
    { source: packet.src, isMulticast: packet.dst >>> 28 === 14, ttl: packet.ttl },
    { checksAddresses: !(instance.skipsAddressCheck && packet.src === state.master) },
  );
  if (rejection !== undefined) {
    count(state, rejection);
    say(vrrp, rejection.text);
    return { instance, advertisement, counts: false };
  }
  if (advertisement.priority === 0) state.statistics.zeroReceived += 1;
  state.master = packet.src;
  state.masterPriority = advertisement.priority;
  return { instance, advertisement, counts: true };
}

function expectationOf(instance: InstanceConfiguration): Expectation {
  return {
    name: instance.name,
    version: instance.version,
    vrid: instance.vrid,
    authType: instance.authType,
    authData: instance.authData,
    interval: instance.interval,
    addresses: instance.addresses.map(({ address }) => address),
    isUnicast: instance.isUnicast,
    checksUnicastSource: instance.checksUnicastSource,
    peers: instance.peers,
  };
}
function count({ statistics }: InstanceState, { rule }: Rejection): void {
  if (rule === 'RFC9568-7.1-ttl') statistics.ttlErrors += 1;
  else if (rule === 'RFC3768-7.1-interval') statistics.intervalErrors += 1;
  else if (rule === 'KA-auth-type') statistics.authTypeMismatch += 1;
  else if (rule === 'KA-auth-pass') statistics.authFailure += 1;
  else if (rule === 'KA-address-count' || rule === 'KA-address-list') statistics.addressListErrors += 1;
}

/** The chart's view of a good advertisement. */
export function heardOf(
  vrrp: Vrrp,
  instance: InstanceConfiguration,
  advertisement: Advertisement,
  from: IPv4,
) {
  const own = sourceOf(vrrp, instance);
  return {
    now: vrrp.kernel.now,
    priority: advertisement.priority,
    sender: from === own ? ('same' as const) : from > own ? ('higher' as const) : ('lower' as const),
    from: formatIPv4(from),
    interval: intervalOf(advertisement),
  };
}
