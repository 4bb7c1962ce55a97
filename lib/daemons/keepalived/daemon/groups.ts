/** Sync groups: their members move as one (vrrp_sync.c). */
import type { VrrpEvent } from '../../../protocols/vrrp/machine';
import type { GroupConfiguration } from '../config';
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

/** How the others of a group follow a member. */
export interface GroupMove {
  readonly group: GroupConfiguration;
  readonly to: 'MASTER' | 'BACKUP' | 'FAULT';
  readonly event: 'groupMaster' | 'groupBackup' | 'groupFault';
  readonly followers: readonly string[];
}
const MOVES: Readonly<Record<string, Pick<GroupMove, 'to' | 'event'>>> = {
  master: { to: 'MASTER', event: 'groupMaster' },
  backup: { to: 'BACKUP', event: 'groupBackup' },
  fault: { to: 'FAULT', event: 'groupFault' },
};
/** Transitions that are no reason for the others to move: they come from the group, or all make them. */
const ALONE: ReadonlySet<VrrpEvent['type']> = new Set([
  'start',
  'resume',
  'stop',
  'groupMaster',
  'groupBackup',
  'groupFault',
]);

/** A member moved by itself: the group is where it is now, and these others must follow. */
export function groupMove(
  vrrp: Vrrp,
  name: string,
  to: string,
  cause: VrrpEvent['type'],
): GroupMove | undefined {
  const found = groupOf(vrrp, name);
  const move = MOVES[to];
  if (found === undefined || move === undefined || ALONE.has(cause) || found.state.state === move.to)
    return undefined;
  say(vrrp, `VRRP_Group(${found.group.name}) Syncing instances to ${move.to} state`);
  found.state.state = move.to;
  const followers = found.group.members.filter((member) => member !== name);
  return { ...move, group: found.group, followers };
}
