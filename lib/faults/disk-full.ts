/** Something fills the disk. */
import { HOST, numberOf, textOf } from '../world/parameters';
import type { FaultDefinition } from './definition';

export const diskFull: FaultDefinition = {
  kind: 'disk-full',
  title: 'Disk full',
  description: 'A file grows until so much of the disk is left.',
  parameters: [
    HOST,
    { name: 'left', type: 'number', required: false, description: 'Bytes left, 0 unless given.' },
  ],
  apply(world, values) {
    const host = world.host(textOf(values, 'host'));
    const root = host.state.mounts[0];
    if (root === undefined) return;
    root.used = Math.max(root.used, root.size - numberOf(values, 'left', 0));
    world.record(host.name, 'disk.filled', { left: root.size - root.used });
  },
};
