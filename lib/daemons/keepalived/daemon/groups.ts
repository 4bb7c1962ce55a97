/** Sync groups: their members move as one (vrrp_sync.c). */
import type { VrrpEvent } from '../../../protocols/vrrp/machine';
import type { GroupConfiguration, InstanceConfiguration } from '../config';
import { tell } from './instances';
import { notifyGroup } from './notify';
import { say } from './say';
import type { GroupState, InstanceState, Vrrp } from './state';

function groupOf(vrrp: Vrrp, name: string): { group: GroupConfiguration; state: GroupState } | undefined {
  const group = vrrp.state.configuration.groups.find(({ members }) => members.includes(name));
  const state = group === undefined ? undefined : vrrp.state.groups.get(group.name);
  return group === undefined || state === undefined ? undefined : { group, state };
}
export function membersOf(vrrp: Vrrp, group: GroupConfiguration): { name: string; state: InstanceState }[] {
  return group.members.flatMap((name) => {
    const state = vrrp.state.instances.get(name);
    return state === undefined ? [] : [{ name, state }];
  });
}

/** Whether the group lets this member become master: it is already, or everybody else wants to. */
export function groupAllows(vrrp: Vrrp, name: string): boolean {
  const found = groupOf(vrrp, name);
  if (found === undefined || found.state.state === 'MASTER') return true;
  return membersOf(vrrp, found.group).every(
    (member) =>
      member.name === name || (member.state.snapshot.context.wanted === 'MASTER' && !member.state.isFaulty),
  );
}
/** Members that are faulty keep all others down. */
export function groupIsFaulty(vrrp: Vrrp, name: string): boolean {
  const found = groupOf(vrrp, name);
  return (
    found !== undefined && membersOf(vrrp, found.group).some(({ state }) => state.isFaulty || state.waits)
  );
}

/** A member moved by itself: the others follow. */
export function afterTransition(
  vrrp: Vrrp,
  instance: InstanceConfiguration,
  to: string,
  cause: VrrpEvent['type'],
): void {
  if (cause.startsWith('group') || cause === 'start' || cause === 'resume' || cause === 'stop') return;
  const found = groupOf(vrrp, instance.name);
  if (found === undefined) return;
  switch (to) {
    case 'master':
      return move(vrrp, found, 'MASTER', instance.name);
    case 'backup':
      return move(vrrp, found, 'BACKUP', instance.name);
    case 'fault':
      return move(vrrp, found, 'FAULT', instance.name);
  }
}
const EVENTS = { MASTER: 'groupMaster', BACKUP: 'groupBackup', FAULT: 'groupFault' } as const;

function move(
  vrrp: Vrrp,
  { group, state }: { group: GroupConfiguration; state: GroupState },
  to: 'MASTER' | 'BACKUP' | 'FAULT',
  first: string,
): void {
  if (state.state === to) return;
  say(vrrp, `VRRP_Group(${group.name}) Syncing instances to ${to} state`);
  state.state = to;
  for (const { name } of membersOf(vrrp, group))
    if (name !== first) tell(vrrp, name, { type: EVENTS[to], now: vrrp.kernel.now });
  notifyGroup(vrrp, group, to);
}
