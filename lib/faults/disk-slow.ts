/** A dying disk: each access takes long. Programs start late, and what they write waits. */
import { HOST, numberOf, textOf } from '../world/parameters';
import type { FaultDefinition } from './definition';

export const diskSlow: FaultDefinition = {
  kind: 'disk-slow',
  title: 'Slow disk',
  description: 'Each access to the disk takes so much longer: programs start late and writing waits.',
  parameters: [
    HOST,
    { name: 'delay', type: 'duration', required: true, description: 'For each access; 0s ends it.' },
    { name: 'mount', type: 'path', required: false, description: 'Mount point; / unless given.' },
  ],
  apply(world, values) {
    const host = world.host(textOf(values, 'host'));
    const mount = host.state.mounts.find(({ point }) => point === (textOf(values, 'mount') || '/'));
    if (mount === undefined) return;
    mount.accessMicros = numberOf(values, 'delay', 0);
    world.record(host.name, 'disk.slow', { micros: mount.accessMicros });
  },
  undo(world, values) {
    const host = world.host(textOf(values, 'host'));
    for (const mount of host.state.mounts) mount.accessMicros = 0;
  },
};
