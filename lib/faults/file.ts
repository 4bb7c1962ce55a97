/** Somebody or something changes, removes or locks a file. */
import { ROOT } from '../world/files';
import { HOST, textOf } from '../world/parameters';
import type { FaultDefinition } from './definition';

export const file: FaultDefinition = {
  kind: 'file',
  title: 'File changed',
  description: 'A file gets another text, another mode, or is removed.',
  parameters: [
    HOST,
    { name: 'path', type: 'path', required: true, description: 'Absolute path.' },
    { name: 'text', type: 'text', required: false, description: 'The new text.' },
    { name: 'mode', type: 'text', required: false, description: 'The new mode in octal.' },
    { name: 'remove', type: 'flag', required: false, description: 'The file is gone.' },
  ],
  apply(world, values) {
    const host = world.host(textOf(values, 'host'));
    const path = textOf(values, 'path');
    if (values['remove'] === true) host.fs.unlink(path, ROOT);
    else if (values['text'] !== undefined) host.fs.writeFile(path, textOf(values, 'text'), ROOT);
    if (values['mode'] !== undefined) host.fs.chmod(path, Number.parseInt(textOf(values, 'mode'), 8), ROOT);
    world.record(host.name, 'file.changed', { path });
  },
};
