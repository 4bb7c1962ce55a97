/** Something fills the disk: a file that grows, at once or steadily. It can be found and removed. */
import type { HandlerId, Kernel } from '../kernel/kernel';
import { SECOND } from '../std/instant';
import { ROOT } from '../world/files';
import { HOST, numberOf, textOf } from '../world/parameters';
import type { Host, World } from '../world/world.contract';
import type { FaultDefinition } from './definition';

const MIB = 1024 * 1024;
const KEY = 'faults.growing';
const handlers = new WeakMap<Kernel, HandlerId>();
interface Growth {
  host: string;
  path: string;
  bytes: number;
}

export const diskFull: FaultDefinition = {
  kind: 'disk-full',
  title: 'Disk full',
  description: 'A file grows until so much of its disk is left; with `rate` it grows steadily.',
  parameters: [
    HOST,
    { name: 'path', type: 'path', required: false, description: 'The file; /var/tmp/core unless given.' },
    { name: 'left', type: 'number', required: false, description: 'Bytes left, 0 unless given.' },
    { name: 'rate', type: 'number', required: false, description: 'MiB per second, instead of at once.' },
  ],
  apply(world, values) {
    const host = world.host(textOf(values, 'host'));
    const path = textOf(values, 'path') || '/var/tmp/core';
    const rate = numberOf(values, 'rate', 0);
    if (rate > 0) {
      growing(world).add(`${host.name} ${path}`);
      grow(world, { host: host.name, path, bytes: Math.round(rate * MIB) });
      return;
    }
    if (!host.fs.exists(path)) host.install(path, { text: '' });
    const info = host.fs.stat(path, ROOT);
    const mount = 'mount' in info ? host.state.mounts.find(({ point }) => point === info.mount) : undefined;
    if (mount === undefined) return;
    lengthen(host, path, Math.max(0, mount.size - mount.used - numberOf(values, 'left', 0)));
    world.record(host.name, 'disk.filled', { path, left: mount.size - mount.used });
  },
  undo(world, values) {
    const host = world.host(textOf(values, 'host'));
    const path = textOf(values, 'path') || '/var/tmp/core';
    growing(world).delete(`${host.name} ${path}`);
    host.fs.unlink(path, ROOT);
  },
  register(world) {
    handlers.set(
      world.kernel,
      world.kernel.handler<Growth>('faults.growth', (growth) => {
        if (growing(world).has(`${growth.host} ${growth.path}`)) grow(world, growth);
      }),
    );
  },
};
function growing(world: World): Set<string> {
  const known = world.state.extra.get(KEY) as Set<string> | undefined;
  if (known !== undefined) return known;
  const fresh = new Set<string>();
  world.state.extra.set(KEY, fresh);
  return fresh;
}
function grow(world: World, growth: Growth): void {
  const host = world.host(growth.host);
  if (host.state.power === 'on' && !host.state.frozen) {
    if (!host.fs.exists(growth.path)) host.install(growth.path, { text: '' });
    lengthen(host, growth.path, growth.bytes);
  }
  const handler = handlers.get(world.kernel);
  if (handler !== undefined) world.kernel.after(SECOND, handler, growth);
}
function lengthen(host: Host, path: string, bytes: number): void {
  const opened = host.fs.open(path, ROOT, { write: true, append: true });
  if (!('ino' in opened)) return;
  host.fs.extend(opened.ino, bytes);
  host.fs.release(opened.ino);
}
