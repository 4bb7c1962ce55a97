/** Thousands of tiny files: there is room on the disk and no file can be made. */
import { ROOT } from '../world/files';
import { HOST, numberOf, textOf } from '../world/parameters';
import type { FaultDefinition } from './definition';

/** Each stands for many: a file system of a million inodes is not filled one by one. */
const FILES = 200;

export const inodesGone: FaultDefinition = {
  kind: 'inodes-gone',
  title: 'No inodes left',
  description: 'A folder of tiny files takes every inode of the disk; removing the folder gives them back.',
  parameters: [
    HOST,
    {
      name: 'path',
      type: 'path',
      required: false,
      description: 'The folder; /var/spool/sessions unless given.',
    },
    { name: 'left', type: 'number', required: false, description: 'Inodes left, 0 unless given.' },
  ],
  apply(world, values) {
    const host = world.host(textOf(values, 'host'));
    const folder = textOf(values, 'path') || '/var/spool/sessions';
    if (!host.fs.exists(folder)) host.install(folder, { directory: true });
    const info = host.fs.stat(folder, ROOT);
    const mount = 'mount' in info ? host.state.mounts.find(({ point }) => point === info.mount) : undefined;
    if (mount === undefined) return;
    for (let n = 0; n < FILES; n++)
      host.fs.writeFile(`${folder}/sess_${n.toString(16).padStart(8, '0')}`, '', ROOT);
    // A file system made with fewer inodes: what is there takes them all.
    mount.inodes = mount.inodesUsed + numberOf(values, 'left', 0);
    world.record(host.name, 'disk.inodes', { path: folder, left: mount.inodes - mount.inodesUsed });
  },
  undo(world, values) {
    const host = world.host(textOf(values, 'host'));
    const folder = textOf(values, 'path') || '/var/spool/sessions';
    const names = host.fs.readdir(folder, ROOT);
    if (Array.isArray(names)) for (const name of names) host.fs.unlink(`${folder}/${name}`, ROOT);
  },
};
