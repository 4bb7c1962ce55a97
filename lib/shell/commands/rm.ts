/** rm(1) of GNU coreutils. */
import { type ArgumentWords, meaningOf } from './argument-words';
import { FileError, type FileKind, type Stat } from '../../world/files.contract';
import { confirm } from './copy/confirm';
import { join } from './copy/copier';
import { errnoText } from './errno-text';
import { quoteFile } from './quoting';
import { Exit, type Command, type Step, type Tool, type ToolRun } from './tool';

export const rm: Command = {
  name: 'rm',
  package: 'coreutils',
  paths: ['/usr/bin/rm'],
  synopsis: 'rm [OPTION]... [FILE]...',
  summary: 'Remove (unlink) the FILE(s).',
  run,
};

interface Removal {
  readonly force?: boolean;
  readonly recursive?: boolean;
  readonly emptyDirectories?: boolean;
  readonly verbose?: boolean;
  readonly ask?: 'always' | 'never';
}

const SYNTAX = {
  short: 'dfirvIR',
  long: {
    force: 'f',
    'interactive::': 'interactive',
    'one-file-system': 'one-file-system',
    'no-preserve-root': 'no-preserve-root',
    'preserve-root::': 'preserve-root',
    recursive: 'r',
    dir: 'd',
    verbose: 'v',
  },
};

const INTERACTIVE: ArgumentWords<'always' | 'once' | 'never'> = {
  never: 'never',
  no: 'never',
  none: 'never',
  once: 'once',
  always: 'always',
  yes: 'always',
};

function* run(tool: Tool): ToolRun {
  hintAtDash(tool);
  const { options, operands } = tool.options(SYNTAX);
  let ask: 'always' | 'once' | 'never' | undefined;
  let force = false;
  for (const { name, value } of options) {
    if (name === 'f') {
      force = true;
      ask = 'never';
    } else if (name === 'i' || name === 'I') {
      force = false;
      ask = name === 'i' ? 'always' : 'once';
    } else if (name === 'interactive') {
      ask = meaningOf(tool, INTERACTIVE, value ?? 'always', '--interactive');
    }
  }
  const has = (name: string): boolean => options.some((option) => option.name === name);
  if (operands.length === 0) return force ? 0 : tool.misuse('missing operand');
  const recursive = has('r') || has('R');
  if (ask === 'once' && (recursive || operands.length > 3)) {
    const count = `${operands.length} argument${operands.length === 1 ? '' : 's'}`;
    if (!(yield* confirm(tool, `remove ${count}${recursive ? ' recursively' : ''}? `))) return 0;
  }
  const removal: Removal = {
    force,
    recursive,
    emptyDirectories: has('d'),
    verbose: has('v'),
    ...(ask === 'always' || ask === 'never' ? { ask } : {}),
  };
  let code = 0;
  for (const name of operands)
    if (!(yield* removeOperand(tool, name, removal, has('no-preserve-root')))) code = 1;
  return code;
}

/** `rm -x` where a file `-x` is there: rm says how to name it. */
function hintAtDash(tool: Tool): void {
  const wrong = tool.args.find((argument) => /^-[^-]/.test(argument) && /[^dfirvIR]/.test(argument.slice(1)));
  if (wrong === undefined || tool.lstat(wrong) instanceof FileError) return;
  if (tool.args.slice(0, tool.args.indexOf(wrong)).includes('--')) return;
  tool.complain(`invalid option -- '${/[^dfirvIR]/.exec(wrong.slice(1))?.[0] ?? ''}'`);
  tool.note(`Try '${tool.name} ./${wrong}' to remove the file ${quoteFile(wrong)}.\n`);
  tool.note(tool.package.hint(tool.name));
  throw new Exit(1);
}

function* removeOperand(tool: Tool, name: string, removal: Removal, allowsRoot: boolean): Step<boolean> {
  if (removal.recursive === true) {
    if (/(^|\/)\.\.?\/*$/.test(name)) {
      tool.complain(`refusing to remove '.' or '..' directory: skipping ${quoteFile(name)}`);
      return false;
    }
    if (
      !allowsRoot &&
      tool.context.fs.realpath(tool.resolve(name || 'x'), tool.context.who) === '/' &&
      name !== ''
    ) {
      const same = name === '/' ? '' : ` (same as '/')`;
      tool.complain(`it is dangerous to operate recursively on ${quoteFile(name)}${same}`);
      tool.complain('use --no-preserve-root to override this failsafe');
      return false;
    }
  }
  const bare = name.replace(/(?<=.)\/+$/, '');
  const info = tool.lstat(bare);
  if (!(info instanceof FileError) && info.kind !== 'directory' && bare !== name)
    return complain(tool, name, new FileError('ENOTDIR', name));
  if (info instanceof FileError) {
    if (removal.force === true && (info.errno === 'ENOENT' || info.errno === 'ENOTDIR')) return true;
    return complain(tool, name, info);
  }
  if (info.kind === 'directory' && removal.recursive !== true && removal.emptyDirectories !== true)
    return complain(tool, name, new FileError('EISDIR', name));
  return yield* removeTree(tool, name, removal);
}

function complain(tool: Tool, name: string, failed: FileError): false {
  tool.complain(`cannot remove ${quoteFile(name)}: ${errnoText(failed.errno)}`);
  return false;
}

/** Removes a file or a whole directory; false when something stayed. */
export function* removeTree(tool: Tool, path: string, removal: Removal): Step<boolean> {
  yield* tool.drain();
  const { fs, who } = tool.context;
  const info = tool.lstat(path);
  if (info instanceof FileError) return complain(tool, path, info);
  if (info.kind !== 'directory') {
    if (!(yield* mayRemove(tool, path, info, removal))) return true;
    const failed = fs.unlink(tool.resolve(path), who);
    if (failed !== undefined) return complain(tool, path, failed);
    if (removal.verbose === true) tool.line(`removed ${quoteFile(path)}`);
    return true;
  }
  if (removal.emptyDirectories !== true || removal.recursive === true) {
    const emptied = yield* emptyDirectory(tool, path, removal);
    if (emptied !== 'emptied') return emptied === 'kept';
  }
  if (!(yield* mayRemove(tool, path, info, removal))) return true;
  const failed = fs.rmdir(tool.resolve(path), who);
  if (failed !== undefined) return complain(tool, path, failed);
  if (removal.verbose === true) tool.line(`removed directory ${quoteFile(path)}`);
  return true;
}

function* emptyDirectory(tool: Tool, path: string, removal: Removal): Step<'emptied' | 'kept' | 'failed'> {
  const names = tool.context.fs.readdir(tool.resolve(path), tool.context.who);
  if (names instanceof FileError) {
    complain(tool, path, names);
    return 'failed';
  }
  if (removal.ask === 'always' && names.length > 0) {
    if (!(yield* confirm(tool, `descend into directory ${quoteFile(path)}? `))) return 'kept';
  }
  let isFine = true;
  for (const name of names) if (!(yield* removeTree(tool, join(path, name), removal))) isFine = false;
  if (!isFine) return 'failed';
  const left = tool.context.fs.readdir(tool.resolve(path), tool.context.who);
  return !(left instanceof FileError) && left.length > 0 ? 'kept' : 'emptied';
}

const NOUNS: Readonly<Record<FileKind, string>> = {
  file: 'regular file',
  directory: 'directory',
  symlink: 'symbolic link',
  fifo: 'fifo',
  socket: 'socket',
  character: 'character special file',
  block: 'block special file',
};

function* mayRemove(tool: Tool, path: string, info: Stat, removal: Removal): Step<boolean> {
  if (removal.ask === 'never') return true;
  const { fs, stdin, who } = tool.context;
  const isProtected = info.kind !== 'symlink' && fs.access(tool.resolve(path), 2, who) !== undefined;
  if (removal.ask !== 'always' && !(isProtected && stdin.tty !== undefined && tool.command.name === 'rm'))
    return true;
  const noun = info.kind === 'file' && info.size === 0 ? 'regular empty file' : NOUNS[info.kind];
  return yield* confirm(tool, `remove ${isProtected ? 'write-protected ' : ''}${noun} ${quoteFile(path)}? `);
}
