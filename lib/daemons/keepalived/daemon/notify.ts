/** Notify scripts: first the one of the state, then the general one with what, who, state, priority (`send_instance_notifies`). */
import type { GroupConfiguration, InstanceConfiguration, Notifications } from '../config';
import { spawnScript } from './scripts';
import type { Vrrp } from './state';

type Told = 'MASTER' | 'BACKUP' | 'FAULT' | 'STOP' | 'DELETED';

export function notify(vrrp: Vrrp, instance: InstanceConfiguration, state: Told): void {
  const priority = vrrp.state.instances.get(instance.name)?.snapshot.context.priority ?? instance.priority;
  run(vrrp, instance.notify, { what: 'INSTANCE', name: instance.name, state, priority });
}
export function notifyGroup(vrrp: Vrrp, group: GroupConfiguration, state: Told): void {
  run(vrrp, group.notify, { what: 'GROUP', name: group.name, state, priority: 0 });
}

function run(
  vrrp: Vrrp,
  scripts: Notifications,
  told: { what: string; name: string; state: Told; priority: number },
): void {
  const own = {
    MASTER: scripts.master,
    BACKUP: scripts.backup,
    FAULT: scripts.fault,
    STOP: scripts.stop,
    DELETED: scripts.deleted,
  };
  const special = own[told.state];
  if (special !== undefined) spawnScript(vrrp, special);
  if (scripts.any !== undefined)
    spawnScript(vrrp, scripts.any, [told.what, told.name, told.state, String(told.priority)]);
}
