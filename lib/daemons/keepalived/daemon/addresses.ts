/**
 * What a master has and a backup has not: virtual addresses, virtual routes, the accept-mode rules, and
 * the gratuitous ARPs that tell the segment (`vrrp_add_vip`, `vrrp_restore_interface`, `vrrp_send_link_update`).
 */
import { formatIPv4, type IPv4 } from '../../../std/ipv4';
import type { Micros } from '../../../std/instant';
import type { AddressConfiguration, InstanceConfiguration } from '../config';
import { hideAddress, showAddress } from './accept-mode';
import { releaseRouting, takeRouting } from './routing';
import { sayDetail } from './say';
import type { InstanceState, Vrrp } from './state';

export const GARP_DUE = 'keepalived.garp.due';

function addressesOf(instance: InstanceConfiguration): { address: AddressConfiguration; device: string }[] {
  return [...instance.addresses, ...instance.excludedAddresses].map((address) => ({
    address,
    device: address.device ?? instance.interface ?? '',
  }));
}

/** Routes, addresses and accept-mode rules, then ARPs now and once more after garp_master_delay. */
export function takeAddresses(vrrp: Vrrp, instance: InstanceConfiguration, state: InstanceState): void {
  const { host } = vrrp;
  if (!instance.accepts) for (const { ip } of planned(instance)) hideAddress(vrrp, ip);
  sayDetail(vrrp, `(${instance.name}) setting VIPs.`);
  for (const one of addressesOf(instance)) install(vrrp, state, one);
  takeRouting(vrrp, instance, state);
  announce(vrrp, instance, instance.garp.repeat);
  const { delay, refresh } = instance.garp;
  if (delay > 0)
    vrrp.setTimer(`garp:${instance.name}`, host.world.kernel.now + delay, GARP_DUE, {
      name: instance.name,
      repeat: instance.garp.repeat,
    });
  state.refreshAt = host.world.kernel.now + refresh;
}

function planned(instance: InstanceConfiguration): { ip: IPv4 }[] {
  return addressesOf(instance).map(({ address }) => ({ ip: address.address }));
}
function install(
  vrrp: Vrrp,
  state: InstanceState,
  { address, device }: { address: AddressConfiguration; device: string },
): void {
  const { host } = vrrp;
  const { address: ip, prefix } = address;
  if (state.installed.some((known) => known.ip === ip && known.device === device)) return;
  const refused = host.world.network.addAddress(host, device, {
    ip,
    prefix,
    scope: address.scope,
    ...(address.label === undefined ? {} : { label: address.label }),
  });
  if (refused === undefined || refused === 'EEXIST') state.installed.push({ device, ip, prefix });
}
/** Takes them away again. */
export function releaseAddresses(vrrp: Vrrp, instance: InstanceConfiguration, state: InstanceState): void {
  vrrp.clearTimer(`garp:${instance.name}`);
  vrrp.clearTimer(`garp-lower:${instance.name}`);
  const { network } = vrrp.world;
  releaseRouting(vrrp, instance, state);
  sayDetail(vrrp, `(${instance.name}) removing VIPs.`);
  for (const { device, ip, prefix } of state.installed.splice(0))
    network.removeAddress(vrrp.host, device, ip, prefix);
  if (!instance.accepts) for (const { ip } of planned(instance)) showAddress(vrrp, ip);
}

/** Before anything else: addresses that an earlier process left behind. */
export function removeLeftovers(vrrp: Vrrp, instance: InstanceConfiguration): void {
  sayDetail(vrrp, `(${instance.name}) removing VIPs.`);
  // The address of an owner that is master from the start is the interface's own.
  if (instance.wants === 'MASTER' && instance.priority === 255) return;
  for (const { address, device } of addressesOf(instance))
    vrrp.world.network.removeAddress(vrrp.host, device, address.address, address.prefix);
}

/** A reload changed the list: what is new comes, what is gone goes. */
export function adjustAddresses(vrrp: Vrrp, instance: InstanceConfiguration, state: InstanceState): void {
  const wanted = addressesOf(instance);
  const isWanted = (known: { ip: IPv4; device: string }): boolean =>
    wanted.some(({ address, device }) => address.address === known.ip && device === known.device);
  const gone = state.installed.filter((known) => !isWanted(known));
  state.installed = state.installed.filter(isWanted);
  for (const { device, ip, prefix } of gone) vrrp.world.network.removeAddress(vrrp.host, device, ip, prefix);
  const before = state.installed.length;
  for (const one of wanted) install(vrrp, state, one);
  if (state.installed.length > before) announce(vrrp, instance, instance.garp.repeat);
}

/** Gratuitous ARPs for each address, `repeat` times. */
export function announce(vrrp: Vrrp, instance: InstanceConfiguration, repeat: number): void {
  const { host } = vrrp;
  for (const { address, device } of addressesOf(instance)) {
    const text = formatIPv4(address.address);
    sayDetail(vrrp, `(${instance.name}) Sending/queueing gratuitous ARPs on ${device} for ${text}`);
    for (let i = 0; i < repeat; i++) {
      sayDetail(vrrp, `Sending gratuitous ARP on ${device} for ${text}`);
      host.world.network.gratuitousArp(host, device, address.address);
    }
  }
}

/** After a lower claim: at once, and again after garp_lower_prio_delay when that differs from nothing. */
export function announceAgain(vrrp: Vrrp, instance: InstanceConfiguration): void {
  const { lowerPriorityRepeat, lowerPriorityDelay } = instance.garp;
  if (lowerPriorityRepeat === 0) return;
  announce(vrrp, instance, lowerPriorityRepeat);
  if (lowerPriorityDelay > 0) later(vrrp, instance, lowerPriorityDelay, lowerPriorityRepeat);
}
function later(vrrp: Vrrp, instance: InstanceConfiguration, delay: Micros, repeat: number): void {
  vrrp.setTimer(`garp-lower:${instance.name}`, vrrp.kernel.now + delay, GARP_DUE, {
    name: instance.name,
    repeat,
  });
}

/** garp_master_refresh: a master's regular reminder. */
export function refresh(vrrp: Vrrp, instance: InstanceConfiguration, state: InstanceState): void {
  const { refresh: every, refreshRepeat } = instance.garp;
  if (every === 0 || vrrp.kernel.now < state.refreshAt) return;
  state.refreshAt = vrrp.kernel.now + every;
  announce(vrrp, instance, refreshRepeat);
}

/** static_ipaddress: there as long as the daemon runs, whoever is master. */
export function setStaticAddresses(
  vrrp: Vrrp,
  wanted: readonly AddressConfiguration[],
  before: readonly AddressConfiguration[] = [],
): void {
  const { host } = vrrp;
  const keyOf = ({ address, device }: AddressConfiguration): string => `${device ?? ''}/${address}`;
  const kept = new Set(wanted.map(keyOf));
  for (const old of before)
    if (!kept.has(keyOf(old)))
      host.world.network.removeAddress(host, old.device ?? '', old.address, old.prefix);
  for (const { address: ip, prefix, device, scope } of wanted)
    host.world.network.addAddress(host, device ?? '', { ip, prefix, scope });
}
