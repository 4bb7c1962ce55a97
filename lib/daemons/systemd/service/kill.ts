/** Which processes of a unit get which signal. Source: systemd.kill(5); systemd 252 `unit_kill_context`. */
import type { SignalName } from '../../../world/process.contract';
import type { Manager } from '../manager';
import type { UnitState } from '../state';

/** Processes of a unit that nobody waits for: KillMode=process lets them live. Source: systemd 252 `unit_warn_leftover_processes`. */
export function leftOver(manager: Manager, name: string): { pid: number; comm: string }[] {
  return manager.members(name).map((pid) => ({ pid, comm: manager.host.process(pid)?.comm ?? 'n/a' }));
}

/** Sends the signals; true when there is somebody to wait for. */
export function killUnit(manager: Manager, unit: UnitState, how: 'terminate' | 'kill' | 'watchdog'): boolean {
  const settings = unit.definition.service;
  const { service } = unit;
  if (settings === undefined || service === undefined || settings.killMode === 'none') return false;
  const signal: SignalName =
    how === 'kill' ? settings.finalKillSignal : how === 'watchdog' ? 'ABRT' : settings.killSignal;
  const { name } = unit.definition;
  let waits = false;
  const send = (pid: number, isLogged: boolean): void => {
    const process = manager.host.process(pid);
    if (process === undefined || process.state === 'zombie') return;
    if (isLogged)
      manager.log(
        'notice',
        `${name}: Killing process ${pid} (${process.comm}) with signal SIG${signal}.`,
        name,
      );
    manager.daemon.world.kill(manager.host, pid, signal);
    if (how !== 'kill') {
      if (settings.sendSighup) manager.daemon.world.kill(manager.host, pid, 'HUP');
      if (signal !== 'KILL') manager.daemon.world.kill(manager.host, pid, 'CONT');
    }
    waits = true;
  };
  const { mainPid, controlPid } = service;
  if (mainPid !== 0) send(mainPid, how !== 'terminate');
  if (controlPid !== 0) send(controlPid, how !== 'terminate');
  if (settings.killMode === 'control-group' || (settings.killMode === 'mixed' && how === 'kill'))
    for (const pid of manager.members(name))
      if (pid !== mainPid && pid !== controlPid) send(pid, how !== 'terminate');
  return waits;
}
