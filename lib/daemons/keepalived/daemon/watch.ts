/** What the VRRP process watches beside its instances: interfaces and addresses (netlink), processes, files. */
import { formatIPv4 } from '../../../std/ipv4';
import { MILLISECOND, type Micros } from '../../../std/instant';
import { ROOT } from '../../../world/files';
import type { NetlinkEvent } from '../../../world/network.contract';
import type { TrackProcess } from '../config';
import { tell } from './instances';
import { interfaceWorks } from './interfaces';
import { lacksRoute } from './routing';
import { say, sayDetail } from './say';
import type { Vrrp } from './state';
import { reconsider } from './tracking';

export const NETLINK = 'keepalived.netlink';
export const LINK_DUE = 'keepalived.link.due';
export const LOOK = 'keepalived.look';
/** The real one is told of processes and files at once (proc connector, inotify); ours looks. */
const LOOK_EVERY: Micros = 100 * MILLISECOND;

export function readInterfaces(vrrp: Vrrp): void {
  for (const name of vrrp.host.state.interfaces.keys())
    vrrp.state.interfaces.set(name, interfaceWorks(vrrp.host, name));
}
function isOurs(vrrp: Vrrp, device: string): boolean {
  const { instances, groups } = vrrp.state.configuration;
  return (
    instances.some(
      (instance) => instance.interface === device || instance.interfaces.some(({ name }) => name === device),
    ) || groups.some(({ interfaces }) => interfaces.some(({ name }) => name === device))
  );
}

export function heardNetlink(vrrp: Vrrp, event: NetlinkEvent): void {
  switch (event.type) {
    case 'link':
      linkChanged(vrrp, event.device, event.up && event.carrier);
      return;
    case 'address':
      if (!event.added) addressGone(vrrp, event);
      if (!isVirtual(vrrp, event.ip)) ownAddressChanged(vrrp, event);
      return;
    case 'route':
      routesChanged(vrrp);
  }
}
/** Somebody else took one of our routes off. */
function routesChanged(vrrp: Vrrp): void {
  if (vrrp.state.stopping) return;
  for (const instance of vrrp.state.configuration.instances) {
    const state = vrrp.state.instances.get(instance.name);
    if (state?.snapshot.value !== 'master' || !lacksRoute(vrrp, instance, state)) continue;
    tell(vrrp, instance.name, { type: 'addressLost', now: vrrp.kernel.now });
  }
}
/** The first address that an interface gets, or the last that it loses, decides whether its instances can speak. */
function ownAddressChanged(
  vrrp: Vrrp,
  { device, ip, added }: { device: string; ip: number; added: boolean },
): void {
  const others = vrrp.host.state.interfaces.get(device)?.addresses.filter((own) => own.ip !== ip) ?? [];
  const isOnly = others.every((own) => isVirtual(vrrp, own.ip));
  const name = formatIPv4(ip);
  if (isOnly)
    sayDetail(
      vrrp,
      added
        ? `Assigned address ${name} for interface ${device}`
        : `Deassigned address ${name} from interface ${device}`,
    );
  else if (added) sayDetail(vrrp, `Netlink reflector reports IP ${name} added to ${device}`);
  if (isOnly) reconsider(vrrp);
}
function isVirtual(vrrp: Vrrp, ip: number): boolean {
  return vrrp.state.configuration.instances.some((instance) =>
    [...instance.addresses, ...instance.excludedAddresses].some(({ address }) => address === ip),
  );
}
/** interface_up_down_delays hold a change back. */
function linkChanged(vrrp: Vrrp, device: string, works: boolean): void {
  const delays = vrrp.state.configuration.interfaceDelays.find(({ name }) => name === device);
  const delay = works ? (delays?.up ?? 0) : (delays?.down ?? 0);
  if (delay > 0) vrrp.setTimer(`link:${device}`, vrrp.kernel.now + delay, LINK_DUE, { device });
  else linkIs(vrrp, device);
}
export function linkIs(vrrp: Vrrp, device: string): void {
  const works = interfaceWorks(vrrp.host, device);
  if (vrrp.state.interfaces.get(device) === works) return;
  vrrp.state.interfaces.set(device, works);
  if (!isOurs(vrrp, device)) return;
  say(vrrp, `Netlink reports ${device} ${works ? 'up' : 'down'}`);
  reconsider(vrrp);
}
/** Somebody else took one of our addresses off. */
function addressGone(vrrp: Vrrp, { device, ip }: { device: string; ip: number }): void {
  for (const [name, state] of vrrp.state.instances) {
    const at = state.installed.findIndex((known) => known.ip === ip && known.device === device);
    if (at < 0) continue;
    sayDetail(vrrp, `Netlink reflector reports IP ${formatIPv4(ip)} removed from ${device}`);
    state.installed.splice(at, 1);
    if (state.snapshot.value === 'master' && !vrrp.state.stopping)
      tell(vrrp, name, { type: 'addressLost', now: vrrp.kernel.now });
  }
}

/** Processes and files are looked at only when something depends on them. */
export function startLooking(vrrp: Vrrp): void {
  const { processes, files } = vrrp.state.configuration;
  if (processes.length + files.length === 0) return;
  lookNow(vrrp);
  vrrp.setTimer('look', vrrp.kernel.now + LOOK_EVERY, LOOK);
}
export function look(vrrp: Vrrp): void {
  if (lookNow(vrrp)) reconsider(vrrp);
  vrrp.setTimer('look', vrrp.kernel.now + LOOK_EVERY, LOOK);
}
function lookNow(vrrp: Vrrp): boolean {
  let changed = false;
  for (const process of vrrp.state.configuration.processes) {
    const count = matching(vrrp, process);
    const before = vrrp.state.processes.get(process.name);
    if (before === count) continue;
    vrrp.state.processes.set(process.name, count);
    changed = true;
    const isUp = (n: number): boolean => n >= process.quorum && n <= process.quorumMax;
    if (before !== undefined && isUp(before) !== isUp(count))
      say(vrrp, `Quorum ${isUp(count) ? 'gained' : 'lost'} for tracked process ${process.name}`);
  }
  for (const { name, path } of vrrp.state.configuration.files) {
    const text = vrrp.host.fs.readFile(path, ROOT);
    const value = typeof text === 'string' ? Number.parseInt(text.trim() === '' ? '0' : text, 10) || 0 : 0;
    if (vrrp.state.fileValues.get(name) === value) continue;
    vrrp.state.fileValues.set(name, value);
    changed = true;
  }
  return changed;
}
function matching(vrrp: Vrrp, tracker: TrackProcess): number {
  const wanted = [tracker.program, ...tracker.parameters];
  return vrrp.host.processes().filter((process) => {
    if (process.state === 'zombie') return false;
    if (!tracker.isFullCommand && tracker.parameters.length === 0)
      return tracker.program.includes('/')
        ? process.exe === tracker.program
        : process.comm === tracker.program.slice(0, 15);
    const argv = process.argv;
    if (tracker.match === 'initial' || tracker.match === 'partial')
      return wanted.every((word, i) =>
        i === wanted.length - 1 && tracker.match === 'partial' ? argv[i]?.startsWith(word) : argv[i] === word,
      );
    return wanted.every((word, i) => argv[i] === word) && argv.length === wanted.length;
  }).length;
}
