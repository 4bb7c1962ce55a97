/** The kernel met an error on the disk and goes on without writing (errors=remount-ro). */
import { HOST, textOf } from '../world/parameters';
import type { World } from '../world/world.contract';
import type { ParameterValues } from '../world/parameters';
import type { FaultDefinition } from './definition';

export const diskReadOnly: FaultDefinition = {
  kind: 'disk-read-only',
  title: 'Read-only disk',
  description: 'An I/O error: the file system is mounted read-only until it is remounted or the host boots.',
  parameters: [
    HOST,
    { name: 'mount', type: 'path', required: false, description: 'Mount point; / unless given.' },
  ],
  apply(world, values) {
    const host = world.host(textOf(values, 'host'));
    setMode(world, values, 'ro');
    const device = host.state.mounts.find(({ point }) => point === (textOf(values, 'mount') || '/'))?.source;
    for (const text of [
      `EXT4-fs error (device ${(device ?? '').replace('/dev/', '')}): ext4_journal_check_start:83: comm jbd2: Detected aborted journal`,
      `EXT4-fs (${(device ?? '').replace('/dev/', '')}): Remounting filesystem read-only`,
    ])
      host.syslog({ facility: 'kern', priority: 'crit', tag: 'kernel', text, transport: 'kernel' });
    world.record(host.name, 'disk.read-only', { mount: textOf(values, 'mount') || '/' });
  },
  undo: (world, values) => setMode(world, values, 'rw'),
};
function setMode(world: World, values: ParameterValues, mode: 'ro' | 'rw'): void {
  const host = world.host(textOf(values, 'host'));
  const mount = host.state.mounts.find(({ point }) => point === (textOf(values, 'mount') || '/'));
  if (mount !== undefined)
    mount.options = mount.options.map((option) => (option === 'ro' || option === 'rw' ? mode : option));
}
