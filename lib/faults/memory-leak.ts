/** A program leaks: every process of that name grows, the next ones too, until memory runs out. */
import type { HandlerId, Kernel } from '../kernel/kernel';
import { SECOND } from '../std/instant';
import { useMemory } from '../world/memory';
import { HOST, numberOf, textOf } from '../world/parameters';
import type { World } from '../world/world.contract';
import type { FaultDefinition } from './definition';

interface Leak {
  host: string;
  process: string;
  kib: number;
}
const KEY = 'faults.leaks';
const handlers = new WeakMap<Kernel, HandlerId>();

export const memoryLeak: FaultDefinition = {
  kind: 'memory-leak',
  title: 'Memory leak',
  description:
    'Every process of a name grows steadily; when memory is gone the kernel kills the largest one.',
  parameters: [
    HOST,
    { name: 'process', type: 'text', required: true, description: 'Name as `ps` shows it in COMMAND.' },
    { name: 'rate', type: 'number', required: true, description: 'MiB per second.' },
  ],
  apply(world, values) {
    const leak = {
      host: textOf(values, 'host'),
      process: textOf(values, 'process'),
      kib: Math.round(numberOf(values, 'rate', 1) * 1024),
    };
    const key = keyOf(leak);
    if (!leaks(world).has(key)) {
      leaks(world).add(key);
      plan(world, leak);
    }
  },
  undo(world, values) {
    leaks(world).delete(keyOf({ host: textOf(values, 'host'), process: textOf(values, 'process'), kib: 0 }));
  },
  register(world) {
    handlers.set(
      world.kernel,
      world.kernel.handler<Leak>('faults.leak', (leak) => {
        if (!leaks(world).has(keyOf(leak))) return;
        const host = world.findHost(leak.host);
        for (const process of host?.processes() ?? [])
          if (host !== undefined && process.comm === leak.process && process.state === 'running')
            useMemory(host, process.pid, leak.kib);
        plan(world, leak);
      }),
    );
  },
};
function keyOf({ host, process }: Leak): string {
  return `${host} ${process}`;
}
function leaks(world: World): Set<string> {
  const known = world.state.extra.get(KEY) as Set<string> | undefined;
  if (known !== undefined) return known;
  const fresh = new Set<string>();
  world.state.extra.set(KEY, fresh);
  return fresh;
}
function plan({ kernel }: World, leak: Leak): void {
  const handler = handlers.get(kernel);
  if (handler !== undefined) kernel.after(SECOND, handler, leak);
}
