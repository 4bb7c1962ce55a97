/**
 * What instances depend on: interfaces, scripts, processes, files. Without weight a failure is a fault;
 * with weight it moves the priority (vrrp_track.c).
 */
import type { InstanceConfiguration, Tracked } from '../config';
import { groupIsFaulty, groupAllows } from './groups';
import { tell } from './instances';
import { primaryAddress } from './interfaces';
import { say } from './say';
import { scriptIsGood, type Vrrp } from './state';

/** What is tracked, how it fares: undefined is not known yet. `value` is what it adds to the priority. */
interface Finding {
  readonly tracked: Tracked;
  readonly isGood: boolean | undefined;
}

function findingsOf(vrrp: Vrrp, instance: InstanceConfiguration): Finding[] {
  const group = vrrp.state.configuration.groups.find(({ members }) => members.includes(instance.name));
  const weighs = (tracked: readonly Tracked[]): readonly Tracked[] =>
    group?.tracksWeights === true ? tracked : tracked.map((one) => ({ ...one, weight: 0 }));
  const all = <K extends 'interfaces' | 'scripts' | 'processes'>(kind: K): readonly Tracked[] => [
    ...instance[kind],
    ...(group === undefined ? [] : weighs(group[kind])),
  ];
  return [
    ...all('interfaces').map((tracked) => ({
      tracked,
      isGood: vrrp.state.interfaces.get(tracked.name) ?? false,
    })),
    ...all('scripts').map((tracked) => ({ tracked, isGood: scriptIsGood(vrrp, tracked.name) })),
    ...all('processes').map((tracked) => ({ tracked, isGood: hasQuorum(vrrp, tracked.name) })),
  ];
}
function hasQuorum(vrrp: Vrrp, name: string): boolean {
  const process = vrrp.state.configuration.processes.find((known) => known.name === name);
  const count = vrrp.state.processes.get(name) ?? 0;
  return process !== undefined && count >= process.quorum && count <= process.quorumMax;
}

/** Faults now, and whether something without weight has not said anything yet. */
export function standing(vrrp: Vrrp, instance: InstanceConfiguration): { isFaulty: boolean; waits: boolean } {
  const findings = findingsOf(vrrp, instance).filter(({ tracked }) => tracked.weight === 0);
  const own =
    instance.tracksPrimary &&
    instance.interface !== undefined &&
    vrrp.state.interfaces.get(instance.interface) !== true;
  const isFaulty =
    instance.faults > 0 ||
    own ||
    vrrp.state.instances.get(instance.name)?.hasNoSource === true ||
    lacksAddress(vrrp, instance) ||
    findings.some(({ tracked, isGood }) => isGood !== undefined && isGood === tracked.isReversed) ||
    filesOf(vrrp, instance).some(({ isFault }) => isFault);
  return { isFaulty, waits: findings.some(({ isGood }) => isGood === undefined) };
}

/** Without an address of its interface that is not virtual it has nothing to speak from. */
export function lacksAddress({ host }: Vrrp, instance: InstanceConfiguration): boolean {
  const { interface: device, source } = instance;
  if (device === undefined || source !== undefined) return false;
  const virtual = [...instance.addresses, ...instance.excludedAddresses].map(({ address }) => address);
  return primaryAddress(host, device, virtual) === undefined;
}

/** Base priority and all weights: a positive one counts while it is good, a negative one while it is bad; `reverse` takes off what it would add. */
export function totalPriority(vrrp: Vrrp, instance: InstanceConfiguration): number {
  let total = instance.priority;
  for (const { tracked, isGood } of findingsOf(vrrp, instance)) {
    if (tracked.weight === 0 || isGood === undefined) continue;
    if (isGood === tracked.weight > 0) total += tracked.isReversed ? -tracked.weight : tracked.weight;
  }
  for (const { adds } of filesOf(vrrp, instance)) total += adds;
  return total;
}

/** A tracked file's number times its weight moves the priority; without weight any number but 0 is a fault; so is −254. */
function filesOf(
  vrrp: Vrrp,
  instance: InstanceConfiguration,
): { name: string; value: number; isFault: boolean; adds: number }[] {
  return instance.files.map(({ name, weight, isReversed }) => {
    const value = vrrp.state.fileValues.get(name) ?? 0;
    const adds = value * weight * (isReversed ? -1 : 1);
    return {
      name,
      value,
      isFault: weight === 0 ? (value !== 0) !== isReversed : adds <= -254,
      adds: Math.max(-253, Math.min(253, adds)),
    };
  });
}

/** Processes and files that keep an instance down from the start, as the log names them. */
export function faultReasons(
  vrrp: Vrrp,
  instance: InstanceConfiguration,
): { readonly text: string; readonly colon: boolean }[] {
  return [
    ...findingsOf(vrrp, instance)
      .filter(
        ({ tracked, isGood }) =>
          tracked.weight === 0 &&
          isGood === tracked.isReversed &&
          vrrp.state.processes.has(tracked.name) &&
          instance.processes.includes(tracked),
      )
      .map(({ tracked }) => ({ text: `tracked process ${tracked.name} quorum not achieved`, colon: false })),
    ...filesOf(vrrp, instance)
      .filter(({ isFault }) => isFault)
      .map(({ name, value }) => ({ text: `tracked file ${name} has status ${value}`, colon: true })),
  ];
}

/** Something tracked changed: priorities first, then faults. */
export function reconsider(vrrp: Vrrp): void {
  if (!vrrp.state.started || vrrp.state.stopping) return;
  for (const instance of vrrp.state.configuration.instances) {
    const state = vrrp.state.instances.get(instance.name);
    if (state === undefined) continue;
    const total = totalPriority(vrrp, instance);
    if (total !== state.snapshot.context.totalPriority)
      tell(vrrp, instance.name, { type: 'priority', now: vrrp.kernel.now, total });
    const { isFaulty, waits } = standing(vrrp, instance);
    const wasDown = state.isFaulty || state.waits;
    const wasFaulty = state.isFaulty;
    state.isFaulty = isFaulty;
    state.waits = waits;
    if (isFaulty && !wasFaulty)
      for (const { name, isFault } of filesOf(vrrp, instance))
        if (isFault) say(vrrp, `(${instance.name}): tracked file ${name} now FAULT state`);
    if (isFaulty && !wasFaulty) tell(vrrp, instance.name, { type: 'fault', now: vrrp.kernel.now });
    else if (wasDown && !isFaulty && !waits) comeUp(vrrp, instance.name);
  }
}

/** Nothing keeps it down any more, unless another member of its group does. */
function comeUp(vrrp: Vrrp, name: string): void {
  if (groupIsFaulty(vrrp, name)) return;
  tell(vrrp, name, { type: 'up', now: vrrp.kernel.now, groupAllows: groupAllows(vrrp, name) });
}
