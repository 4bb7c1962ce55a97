/** fallocate(1) of util-linux. */
import { FileError } from '../../world/files.contract';
import { errnoText } from './errno-text';
import { parseSize } from './sizes';
import { resize } from './truncate';
import type { Command } from './tool';

export const fallocate: Command = {
  name: 'fallocate',
  package: 'util-linux',
  paths: ['/usr/bin/fallocate'],
  synopsis: 'fallocate [options] <filename>',
  summary: 'Preallocate space to, or deallocate space from a file.',
  run: function* (tool) {
    const { options, operands } = tool.options({
      short: 'cdil:no:pvxz',
      long: {
        'length:': 'l',
        'keep-size': 'n',
        'offset:': 'o',
        verbose: 'v',
        'dig-holes': 'd',
        'punch-hole': 'p',
      },
    });
    const has = (name: string): boolean => options.some((option) => option.name === name);
    const length = options.findLast((option) => option.name === 'l')?.value;
    if (has('d') || has('p') || has('c') || has('i') || has('z')) tool.fail('not modelled: holes and ranges');
    if (length === undefined) return tool.fail('no length argument specified');
    const size = parseSize(length);
    if (typeof size !== 'number') return tool.fail(`failed to parse length: '${length}'`);
    if (size <= 0) return tool.fail('invalid length value specified');
    const [path] = operands;
    if (path === undefined) return tool.fail('no filename specified');
    if (operands.length > 1) tool.fail('unexpected number of arguments');
    const { fs, umask, who } = tool.context;
    const file = fs.open(tool.resolve(path), who, { write: true, create: true, mode: 0o666 & ~umask });
    if (file instanceof FileError) return tool.fail(`cannot open ${path}: ${errnoText(file.errno)}`);
    const info = tool.stat(path);
    if (info instanceof FileError) return 1;
    const mount = fs.mounts().find((candidate) => candidate.point === info.mount);
    const room = mount === undefined ? 0 : mount.size - mount.used + info.blocks * 512;
    const failed =
      size > room
        ? new FileError('ENOSPC', path)
        : size > info.size
          ? resize(tool, file.ino, size)
          : undefined;
    if (failed !== undefined) return tool.fail(`fallocate failed: ${errnoText(failed.errno)}`);
    if (has('v')) tool.line(`${path}: ${length} (${size} bytes) allocated.`);
    yield* tool.drain();
    return 0;
  },
};
