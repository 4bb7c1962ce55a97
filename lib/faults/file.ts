/** Somebody or something changes, removes or locks a file. */
import { ROOT } from '../world/files';
import { HOST, textOf } from '../world/parameters';
import type { FaultDefinition } from './definition';

interface Before {
  text: string | undefined;
  mode: number;
}

export const file: FaultDefinition = {
  kind: 'file',
  title: 'File changed',
  description: 'A file gets another text, another mode or owner, or is removed.',
  parameters: [
    HOST,
    { name: 'path', type: 'path', required: true, description: 'Absolute path.' },
    { name: 'text', type: 'text', required: false, description: 'The new text.' },
    { name: 'replace', type: 'text', required: false, description: 'A part of the text …' },
    { name: 'with', type: 'text', required: false, description: '… and what stands there instead.' },
    { name: 'append', type: 'text', required: false, description: 'Lines added at the end.' },
    { name: 'mode', type: 'mode', required: false, description: 'The new mode in octal.' },
    { name: 'owner', type: 'user', required: false, description: 'The new owner.' },
    { name: 'remove', type: 'flag', required: false, description: 'The file is gone.' },
  ],
  wrong(entry) {
    const has = (name: string) => entry[name] !== undefined;
    if (has('replace') !== has('with')) return 'replace and with belong together';
    if (['text', 'replace', 'append', 'mode', 'owner', 'remove'].some(has)) return undefined;
    return 'changes nothing: give text, replace with with, append, mode, owner or remove';
  },
  apply(world, values): Before | undefined {
    const host = world.host(textOf(values, 'host'));
    const path = textOf(values, 'path');
    const known = host.fs.readFile(path, ROOT);
    const info = host.fs.stat(path, ROOT);
    const before = typeof known === 'string' ? known : undefined;
    if (values['remove'] === true) host.fs.unlink(path, ROOT);
    else if (values['text'] !== undefined) host.fs.writeFile(path, textOf(values, 'text'), ROOT);
    if (values['replace'] !== undefined && before !== undefined)
      host.fs.writeFile(path, before.replaceAll(textOf(values, 'replace'), textOf(values, 'with')), ROOT);
    if (values['append'] !== undefined) {
      const gap = before === undefined || before === '' || before.endsWith('\n') ? '' : '\n';
      host.fs.writeFile(path, `${before ?? ''}${gap}${textOf(values, 'append')}`.replace(/\n?$/, '\n'), ROOT);
    }
    if (values['mode'] !== undefined) host.fs.chmod(path, Number.parseInt(textOf(values, 'mode'), 8), ROOT);
    const owner = values['owner'] === undefined ? undefined : host.user(textOf(values, 'owner'));
    if (owner !== undefined) host.fs.chown(path, owner.uid, owner.gid, ROOT);
    world.kernel.cause = world.record(host.name, 'file.changed', { path });
    return { text: before, mode: 'mode' in info ? info.mode : 0o644 };
  },
  undo(world, values, before) {
    const host = world.host(textOf(values, 'host'));
    const path = textOf(values, 'path');
    const was = before as Before | undefined;
    if (was?.text === undefined) host.fs.unlink(path, ROOT);
    else {
      host.fs.writeFile(path, was.text, ROOT);
      host.fs.chmod(path, was.mode, ROOT);
    }
    world.record(host.name, 'file.changed', { path });
  },
};
