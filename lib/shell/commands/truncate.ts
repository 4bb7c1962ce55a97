/** truncate(1) of GNU coreutils. Not modelled: holes; a longer file is filled with zeros that take room. */
import { FileError } from '../../world/files.contract';
import { bytesFromText, textFromBytes } from '../../std/bytes';
import { errnoText } from './errno-text';
import { quoteFile, quoteValue } from './quoting';
import { parseSize } from './sizes';
import type { Command, Tool } from './tool';

export const truncate: Command = {
  name: 'truncate',
  package: 'coreutils',
  paths: ['/usr/bin/truncate'],
  synopsis: 'truncate OPTION... FILE...',
  summary: 'Shrink or extend the size of each FILE to the specified size',
  run: function* (tool) {
    const { options, operands } = tool.options({
      short: 'cor:s:',
      long: { 'no-create': 'c', 'io-blocks': 'o', 'reference:': 'r', 'size:': 's' },
    });
    const value = (name: string): string | undefined =>
      options.findLast((option) => option.name === name)?.value;
    const size = value('s');
    const reference = value('r');
    if (size === undefined && reference === undefined)
      tool.misuse(`you must specify either ${quoteValue('--size')} or ${quoteValue('--reference')}`);
    if (operands.length === 0) tool.misuse('missing file operand');
    const match = /^\s*([-+<>/%]?)\s*(.*)$/s.exec(size ?? '0');
    const amount = size === undefined ? 0 : parseSize(match?.[2] ?? '');
    if (typeof amount !== 'number') return tool.fail(`Invalid number: ${quoteValue(size ?? '')}`);
    if (size !== undefined && reference !== undefined && match?.[1] === '')
      return tool.misuse(
        `you must specify a relative ${quoteValue('--size')} with ${quoteValue('--reference')}`,
      );
    const base = reference === undefined ? undefined : tool.stat(reference);
    if (base instanceof FileError)
      return tool.fail(`cannot stat ${quoteFile(reference ?? '')}: ${errnoText(base.errno)}`);
    const units = options.some((option) => option.name === 'o') ? 4096 : 1;
    const creates = !options.some((option) => option.name === 'c');
    let code = 0;
    for (const path of operands) {
      const { fs, umask, who } = tool.context;
      const missing = tool.stat(path) instanceof FileError;
      if (missing && !creates) continue;
      const file = fs.open(tool.resolve(path), who, { write: true, create: true, mode: 0o666 & ~umask });
      if (file instanceof FileError) {
        tool.complain(`cannot open ${quoteFile(path)} for writing: ${errnoText(file.errno)}`);
        code = 1;
        continue;
      }
      const info = tool.stat(path);
      const now = base?.size ?? (info instanceof FileError ? 0 : info.size);
      const target = size === undefined ? now : newSize(now, match?.[1] ?? '', amount * units);
      const failed = resize(tool, file.ino, target);
      if (failed === undefined) continue;
      tool.complain(`failed to truncate ${quoteFile(path)} at ${target} bytes: ${errnoText(failed.errno)}`);
      code = 1;
    }
    yield* tool.drain();
    return code;
  },
};

function newSize(now: number, how: string, amount: number): number {
  switch (how) {
    case '+':
      return now + amount;
    case '-':
      return Math.max(0, now - amount);
    case '<':
      return Math.min(now, amount);
    case '>':
      return Math.max(now, amount);
    case '/':
      return Math.floor(now / amount) * amount;
    case '%':
      return Math.ceil(now / amount) * amount;
    default:
      return amount;
  }
}

/** Cuts a file, or fills it up with zeros. */
export function resize(tool: Tool, ino: number, size: number): FileError | undefined {
  const { fs, host } = tool.context;
  if (size === 0) return fs.writeInode(ino, '');
  const length = host.state.inodes.get(ino)?.bytes ?? 0;
  if (length <= size) return fs.extend(ino, size - length);
  const bytes = bytesFromText(fs.readInode(ino));
  const failed = fs.writeInode(ino, textFromBytes(bytes.slice(0, size)));
  return failed ?? fs.extend(ino, size - Math.min(size, bytes.length));
}
