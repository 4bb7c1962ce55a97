/**
 * The interactive shells that run now, by world, host and process, so that the
 * page's completion and history can ask them. A handle on running programs,
 * never state.
 */
import type { Shell } from '../shell';
import type { Host, World } from '../../world/world.contract';

const worlds = new WeakMap<World, Map<string, Shell>>();

export function rememberShell(shell: Shell): void {
  const { world, host, pid } = shell.context;
  const known = worlds.get(world) ?? new Map<string, Shell>();
  known.set(`${host.name}:${pid}`, shell);
  worlds.set(world, known);
}

export function forgetShell(shell: Shell): void {
  const { world, host, pid } = shell.context;
  const known = worlds.get(world);
  if (known?.get(`${host.name}:${pid}`) === shell) known.delete(`${host.name}:${pid}`);
}

/** The live shell of a process. */
export function findShell(host: Host, pid: number): Shell | undefined {
  const found = worlds.get(host.world)?.get(`${host.name}:${pid}`);
  const process = host.process(pid);
  return process === undefined || process.state === 'zombie' ? undefined : found;
}
