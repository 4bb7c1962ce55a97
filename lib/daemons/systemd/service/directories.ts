/** RuntimeDirectory= and its relatives. Source: systemd.exec(5) "RuntimeDirectory". */
import { FileError } from '../../../world/files.contract';
import type { Host } from '../../../world/world.contract';
import type { Manager } from '../manager';
import type { UnitState } from '../state';

const ROOT = { uid: 0, gid: 0, groups: [] as number[] };
export const DIRECTORY_ROOTS = {
  Runtime: '/run',
  State: '/var/lib',
  Cache: '/var/cache',
  Logs: '/var/log',
  Configuration: '/etc',
} as const;

export function makeDirectories(manager: Manager, unit: UnitState): void {
  const settings = unit.definition.service;
  if (settings === undefined) return;
  const { host } = manager;
  const user = settings.user === undefined ? undefined : host.user(settings.user);
  const gid = (settings.group === undefined ? undefined : host.group(settings.group)?.gid) ?? user?.gid ?? 0;
  for (const { kind, names, mode } of settings.directories) {
    for (const name of names) {
      const path = `${DIRECTORY_ROOTS[kind]}/${name}`;
      makeParents(host, path);
      // A configuration directory that is there is somebody else's.
      const isKept = kind === 'Configuration' && host.fs.exists(path);
      host.fs.mkdir(path, mode, ROOT);
      if (isKept) continue;
      host.fs.chmod(path, mode, ROOT);
      host.fs.chown(path, user?.uid ?? 0, gid, ROOT);
    }
  }
}
function makeParents(host: Host, path: string): void {
  const parts = path.split('/').slice(1, -1);
  let current = '';
  for (const part of parts) {
    current += `/${part}`;
    if (!host.fs.exists(current)) host.fs.mkdir(current, 0o755, ROOT);
  }
}
export function removeRuntimeDirectories(manager: Manager, unit: UnitState): void {
  for (const { kind, names } of unit.definition.service?.directories ?? [])
    if (kind === 'Runtime') for (const name of names) removeTree(manager.host, `/run/${name}`);
}
export function removeTree(host: Host, path: string): void {
  const info = host.fs.lstat(path, ROOT);
  if (info instanceof FileError) return;
  if (info.kind === 'directory') {
    const names = host.fs.readdir(path, ROOT);
    if (Array.isArray(names)) for (const name of names) removeTree(host, `${path}/${name}`);
    host.fs.rmdir(path, ROOT);
  } else host.fs.unlink(path, ROOT);
}
/** The directories as the service's environment names them. */
export function directoryVariables(unit: UnitState): [string, string][] {
  return (unit.definition.service?.directories ?? []).map(({ kind, names }) => [
    `${kind.toUpperCase()}_DIRECTORY`,
    names.map((name) => `${DIRECTORY_ROOTS[kind]}/${name}`).join(':'),
  ]);
}
