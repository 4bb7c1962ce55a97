/** link(1), unlink(1), sync(1) and mkfifo(1), mknod(1) of GNU coreutils. */
import { FileError } from '../../world/files.contract';
import { errnoText } from './errno-text';
import { parseMode } from './modes';
import { quoteFile, quoteValue } from './quoting';
import type { Command, Tool } from './tool';

export const link: Command = {
  name: 'link',
  package: 'coreutils',
  paths: ['/usr/bin/link'],
  synopsis: 'link FILE1 FILE2',
  summary: 'Call the link function to create a link named FILE2 to an existing FILE1.',
  run: function* (tool) {
    const { operands } = tool.options({ short: '+' });
    const [from, to] = operands;
    if (from === undefined) return tool.misuse('missing operand');
    if (to === undefined) return tool.misuse(`missing operand after ${quoteValue(from)}`);
    if (operands.length > 2) tool.misuse(`extra operand ${quoteValue(operands[2] ?? '')}`);
    const failed = tool.context.fs.link(tool.resolve(from), tool.resolve(to), tool.context.who);
    if (failed !== undefined)
      tool.fail(`cannot create link ${quoteFile(to)} to ${quoteFile(from)}: ${errnoText(failed.errno)}`);
    yield* tool.drain();
    return 0;
  },
};

export const unlink: Command = {
  name: 'unlink',
  package: 'coreutils',
  paths: ['/usr/bin/unlink'],
  synopsis: 'unlink FILE',
  summary: 'Call the unlink function to remove the specified FILE.',
  run: function* (tool) {
    const { operands } = tool.options({ short: '+' });
    const [path] = operands;
    if (path === undefined) return tool.misuse('missing operand');
    if (operands.length > 1) tool.misuse(`extra operand ${quoteValue(operands[1] ?? '')}`);
    const failed =
      path === ''
        ? new FileError('ENOENT', path)
        : tool.context.fs.unlink(tool.resolve(path), tool.context.who);
    if (failed !== undefined) tool.fail(`cannot unlink ${quoteFile(path)}: ${errnoText(failed.errno)}`);
    yield* tool.drain();
    return 0;
  },
};

export const sync: Command = {
  name: 'sync',
  package: 'coreutils',
  paths: ['/usr/bin/sync'],
  synopsis: 'sync [OPTION] [FILE]...',
  summary: 'Synchronize cached writes to persistent storage',
  run: function* (tool) {
    const { operands } = tool.options({ short: 'df', long: { data: 'd', 'file-system': 'f' } });
    let code = 0;
    for (const path of operands) {
      const info = tool.stat(path);
      if (!(info instanceof FileError)) continue;
      tool.complain(`error opening ${quoteFile(path)}: ${errnoText(info.errno)}`);
      code = 1;
    }
    yield* tool.burn(2_000);
    return code;
  },
};

export const mkfifo: Command = {
  name: 'mkfifo',
  package: 'coreutils',
  paths: ['/usr/bin/mkfifo'],
  synopsis: 'mkfifo [OPTION]... NAME...',
  summary: 'Create named pipes (FIFOs) with the given NAMEs.',
  run: function* (tool) {
    const { options, operands } = tool.options({ short: 'm:Z', long: { 'mode:': 'm', 'context::': 'Z' } });
    if (operands.length === 0) tool.misuse('missing operand');
    const mode = modeOf(tool, options.findLast((option) => option.name === 'm')?.value);
    let code = 0;
    for (const path of operands) {
      const failed =
        path === ''
          ? new FileError('ENOENT', path)
          : tool.context.fs.mkfifo(tool.resolve(path), mode, tool.context.who);
      if (failed === undefined) continue;
      tool.complain(`cannot create fifo ${quoteFile(path)}: ${errnoText(failed.errno)}`);
      code = 1;
    }
    yield* tool.drain();
    return code;
  },
};

export const mknod: Command = {
  name: 'mknod',
  package: 'coreutils',
  paths: ['/usr/bin/mknod'],
  synopsis: 'mknod [OPTION]... NAME TYPE [MAJOR MINOR]',
  summary: 'Create the special file NAME of the given TYPE.',
  run: function* (tool) {
    const { options, operands } = tool.options({ short: 'm:Z', long: { 'mode:': 'm', 'context::': 'Z' } });
    const [path, kind] = operands;
    if (path === undefined) return tool.misuse('missing operand');
    if (kind === undefined) return tool.misuse(`missing operand after ${quoteValue(path)}`);
    if (!/^[bcup]$/.test(kind)) tool.misuse(`invalid device type ${quoteValue(kind)}`);
    if (kind !== 'p' && tool.context.who.uid !== 0) return tool.fail(`${path}: ${errnoText('EPERM')}`);
    if (kind !== 'p') return tool.fail(`not modelled: ${kind === 'b' ? 'block' : 'character'} special files`);
    const mode = modeOf(tool, options.findLast((option) => option.name === 'm')?.value);
    const failed = tool.context.fs.mkfifo(tool.resolve(path), mode, tool.context.who);
    if (failed !== undefined) tool.fail(`${path}: ${errnoText(failed.errno)}`);
    yield* tool.drain();
    return 0;
  },
};

function modeOf(tool: Tool, text: string | undefined): number {
  const { umask } = tool.context;
  if (text === undefined) return 0o666 & ~umask;
  const change = parseMode(text);
  if (change === undefined) return tool.fail('invalid mode');
  return change(0o666, { isDirectory: false, umask });
}
