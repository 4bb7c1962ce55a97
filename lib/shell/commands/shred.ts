/** shred(1) of GNU coreutils 9.1. Not modelled: that anything else could still read the old contents. */
import { FileError } from '../../world/files.contract';
import { errnoText } from './errno-text';
import { valueOf } from './getopt';
import { directoryName } from './paths';
import { quoteFileIfNeeded, quoteValue } from './quoting';
import { parseSize } from './sizes';
import type { Command, Tool, ToolRun } from './tool';

export const shred: Command = {
  name: 'shred',
  package: 'coreutils',
  paths: ['/usr/bin/shred'],
  synopsis: 'shred [OPTION]... FILE...',
  summary:
    'Overwrite the specified FILE(s) repeatedly, in order to make it harder\nfor even very expensive hardware probing to recover the data.',
  run,
};

const BLOCK = 4096;

interface Settings {
  passes: number;
  zero: boolean;
  exact: boolean;
  force: boolean;
  remove: boolean;
  verbose: boolean;
  size: number | undefined;
}

function* run(tool: Tool): ToolRun {
  const { options, operands } = tool.options({
    short: 'fn:s:uvxz',
    long: {
      exact: 'x',
      force: 'f',
      'iterations:': 'n',
      'size:': 's',
      'random-source:': 'random-source',
      'remove::': 'u',
      verbose: 'v',
      zero: 'z',
    },
  });
  const has = (name: string): boolean => options.some((option) => option.name === name);
  const settings: Settings = {
    passes: 3,
    zero: has('z'),
    exact: has('x'),
    force: has('f'),
    remove: has('u'),
    verbose: has('v'),
    size: undefined,
  };
  for (const option of options) {
    const value = valueOf(option);
    if (option.name === 'n') {
      if (!/^\d+$/.test(value)) tool.fail(`invalid number of passes: ${quoteValue(value)}`);
      settings.passes = Number(value);
    } else if (option.name === 's') {
      const size = parseSize(value);
      if (typeof size !== 'number') return tool.fail(`invalid file size: ${quoteValue(value)}`);
      settings.size = size;
    }
  }
  if (operands.length === 0) tool.misuse('missing file operand');
  let code = 0;
  for (const name of operands) if (!shredFile(tool, settings, name)) code = 1;
  yield* tool.drain();
  return code;
}

function shredFile(tool: Tool, settings: Settings, name: string): boolean {
  const { fs, who } = tool.context;
  const shown = quoteFileIfNeeded(name);
  const at = tool.resolve(name);
  const found = tool.stat(name);
  if (settings.force && !(found instanceof FileError)) fs.chmod(at, found.mode | 0o200, who);
  const file = fs.open(at, who, { write: true });
  if (file instanceof FileError) {
    tool.complain(`${shown}: failed to open for writing: ${errnoText(file.errno)}`);
    return false;
  }
  const length = found instanceof FileError ? 0 : found.size;
  const wanted = settings.size ?? length;
  const size = settings.exact ? wanted : Math.ceil(wanted / BLOCK) * BLOCK;
  const total = settings.passes + (settings.zero ? 1 : 0);
  const random = tool.context.kernel.random(`shred:${tool.context.host.name}`);
  let text = '';
  for (let pass = 1; pass <= total; pass++) {
    const isZero = pass > settings.passes;
    if (settings.verbose)
      tool.complain(`${shown}: pass ${pass}/${total} (${isZero ? '000000' : 'random'})...`);
    text = isZero ? '\0'.repeat(size) : '';
  }
  if (total > 0) {
    while (text.length < size) text += String.fromCharCode(random.integer(0, 127));
    fs.writeFile(at, text, who);
  }
  return settings.remove ? remove(tool, settings, name) : true;
}

/** The name is overwritten too, each time by a shorter one. */
function remove(tool: Tool, { verbose }: Settings, name: string): boolean {
  const { fs, who } = tool.context;
  const say = (text: string): void => {
    if (verbose) tool.complain(text);
  };
  const folder = directoryName(name);
  const inFolder = (base: string): string => (name.includes('/') ? `${folder}/${base}` : base);
  say(`${quoteFileIfNeeded(name)}: removing`);
  let current = name;
  for (let length = name.length - name.lastIndexOf('/') - 1; length > 0; length--) {
    const next = inFolder('0'.repeat(length));
    say(`${quoteFileIfNeeded(current)}: renamed to ${quoteFileIfNeeded(next)}`);
    current = next;
  }
  const failed = fs.unlink(tool.resolve(name), who);
  if (failed !== undefined) {
    tool.complain(`${quoteFileIfNeeded(name)}: failed to remove: ${errnoText(failed.errno)}`);
    return false;
  }
  say(`${quoteFileIfNeeded(name)}: removed`);
  return true;
}
