/** Random faults from a seed: something breaks somewhere, and mends after a while. */
import type { RandomStream } from '../../std/random';
import type { World } from '../../world/world.contract';
import type { FaultEntry } from './document';

/** Undone by the fault schedule after `for`. */
export function chaosFault(world: World, random: RandomStream): FaultEntry | undefined {
  const hosts = world
    .hosts()
    .filter(
      ({ state }) =>
        state.power === 'on' && !state.frozen && state.kind !== 'clients' && state.kind !== 'probe',
    );
  if (hosts.length === 0) return undefined;
  const host = random.pick(hosts);
  const seconds = random.integer(10, 40);
  const device = [...host.state.interfaces.keys()].find((name) => name !== 'lo');
  const lasting = { host: host.name, for: `${seconds}s` };
  const kinds: FaultEntry[] = [
    { kind: 'power-cycle', host: host.name },
    { kind: 'freeze', ...lasting },
  ];
  if (device !== undefined)
    kinds.push(
      { kind: 'link', interface: device, state: 'down', ...lasting },
      { kind: 'impair', interface: device, loss: 0.2, latency: '80ms', direction: 'both', ...lasting },
    );
  const daemon = ['haproxy', 'keepalived', 'shop', 'nginx'].find((name) =>
    host.processes().some(({ comm }) => comm === name),
  );
  if (daemon !== undefined) kinds.push({ kind: 'kill-process', host: host.name, process: daemon });
  return random.pick(kinds);
}
