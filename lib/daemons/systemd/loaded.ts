/** Whether the manager has read a unit's files since they were saved, and how a service reads its own again. */
import type { Host, LoadedFiles } from '../../world/world.contract';
import { managerOf } from './host-manager';

const UNIT_FILE = /^\/(?:etc|run|lib|usr\/lib)\/systemd\/system\/([^/]+?)(?:\.d\/[^/]+\.conf)?$/;

export const loadedUnits: LoadedFiles = {
  matches: (path) => UNIT_FILE.test(path),
  standing(host, path) {
    const [, name = ''] = UNIT_FILE.exec(path) ?? [];
    const manager = managerOf(host);
    const unit = manager?.unit(name);
    // A unit that was never loaded is read when it is asked for.
    if (manager === undefined || unit === undefined || unit.definition.load === 'not-found') return undefined;
    return { isLoaded: !manager.isStale(unit), command: 'systemctl daemon-reload' };
  },
};

/** What makes the service of a process read its files again; undefined for a process without a service. */
export function rereadCommand(host: Host, pid: number): string | undefined {
  const name = host.process(pid)?.unit;
  const unit = name === undefined ? undefined : managerOf(host)?.unit(name);
  const service = unit?.definition.service;
  if (name === undefined || service === undefined) return undefined;
  const verb = service.exec.ExecReload.length > 0 ? 'reload' : 'restart';
  return `systemctl ${verb} ${name.replace(/\.service$/, '')}`;
}
