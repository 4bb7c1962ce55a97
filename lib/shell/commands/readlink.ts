/** readlink(1) and realpath(1) of GNU coreutils. */
import { type Errno, FileError } from '../../world/files.contract';
import { errnoText } from './errno-text';
import { valueOf } from './getopt';
import { relativePath } from './paths';
import { quoteFileIfNeeded } from './quoting';
import type { Command, Tool, ToolRun } from './tool';

export const readlink: Command = {
  name: 'readlink',
  package: 'coreutils',
  paths: ['/usr/bin/readlink'],
  synopsis: 'readlink [OPTION]... FILE...',
  summary: 'Print value of a symbolic link or canonical file name',
  run: runReadlink,
};
export const realpath: Command = {
  name: 'realpath',
  package: 'coreutils',
  paths: ['/usr/bin/realpath'],
  synopsis: 'realpath [OPTION]... FILE...',
  summary: 'Print the resolved absolute file name;\nall but the last component must exist',
  run: runRealpath,
};

type Need = 'all' | 'parents' | 'none';

function* runReadlink(tool: Tool): ToolRun {
  const { options, operands } = tool.options({
    short: 'efmnqsvz',
    long: {
      canonicalize: 'f',
      'canonicalize-existing': 'e',
      'canonicalize-missing': 'm',
      'no-newline': 'n',
      quiet: 'q',
      silent: 's',
      verbose: 'v',
      zero: 'z',
    },
  });
  const has = (name: string): boolean => options.some((option) => option.name === name);
  if (operands.length === 0) tool.misuse('missing operand');
  if (has('n') && operands.length > 1) tool.complain('ignoring --no-newline with multiple arguments');
  const end = has('z') ? '\0' : has('n') && operands.length === 1 ? '' : '\n';
  const need: Need | undefined = has('m') ? 'none' : has('e') ? 'all' : has('f') ? 'parents' : undefined;
  const { fs, who } = tool.context;
  let code = 0;
  for (const path of operands) {
    const found =
      need !== undefined
        ? canonical(tool, path, need)
        : path === ''
          ? new FileError('ENOENT', path)
          : fs.readlink(tool.resolve(path), who);
    if (!(found instanceof FileError)) {
      tool.print(found + end);
      continue;
    }
    code = 1;
    if (has('v')) tool.complain(`${quoteFileIfNeeded(path)}: ${errnoText(found.errno)}`);
  }
  yield* tool.drain();
  return code;
}

function* runRealpath(tool: Tool): ToolRun {
  const { options, operands } = tool.options({
    short: 'eLmPqsz',
    long: {
      'canonicalize-existing': 'e',
      'canonicalize-missing': 'm',
      logical: 'L',
      physical: 'P',
      quiet: 'q',
      'relative-to:': 'relative-to',
      'relative-base:': 'relative-base',
      strip: 's',
      'no-symlinks': 's',
      zero: 'z',
    },
  });
  const has = (name: string): boolean => options.some((option) => option.name === name);
  if (operands.length === 0) tool.misuse('missing operand');
  const end = has('z') ? '\0' : '\n';
  const need: Need = has('m') ? 'none' : has('e') ? 'all' : 'parents';
  const resolve = (path: string): string | FileError =>
    has('s')
      ? lexical(tool.resolve(path))
      : canonical(tool, has('L') ? lexical(tool.resolve(path)) : path, need);
  const base = options.findLast((option) => option.name.startsWith('relative'));
  const from = base === undefined ? undefined : resolve(valueOf(base));
  let code = 0;
  for (const path of operands) {
    const found = resolve(path);
    if (found instanceof FileError) {
      if (!has('q')) tool.complain(`${quoteFileIfNeeded(path)}: ${errnoText(found.errno)}`);
      code = 1;
      continue;
    }
    const isBelow =
      typeof from === 'string' && (base?.name === 'relative-to' || `${found}/`.startsWith(`${from}/`));
    tool.print((isBelow ? relativePath(from, found) : found) + end);
  }
  yield* tool.drain();
  return code;
}

function canonical(tool: Tool, path: string, need: Need): string | FileError {
  const { fs, who } = tool.context;
  if (path === '') return new FileError('ENOENT', path);
  const absolute = tool.resolve(path);
  const isDangling =
    need === 'parents' && tool.stat(path) instanceof FileError && !(tool.lstat(path) instanceof FileError);
  if (isDangling) return danglingEnd(tool, absolute) ?? new FileError('ENOENT', path);
  const isLost =
    need === 'none' && tool.stat(path) instanceof FileError && !(tool.lstat(path) instanceof FileError);
  if (isLost) return canonical(tool, targetOf(tool, absolute), need);
  const found = fs.realpath(absolute, who, { allowMissing: need !== 'all' });
  if (!(found instanceof FileError)) return found;
  const tolerated: readonly Errno[] = ['ENOENT', 'ENOTDIR'];
  if (!tolerated.includes(found.errno)) return found;
  if (need === 'parents') return danglingEnd(tool, absolute) ?? found;
  if (need !== 'none') return found;
  const parts = absolute.split('/').filter((part) => part !== '');
  for (let kept = parts.length - 1; kept >= 0; kept--) {
    const head = fs.realpath(`/${parts.slice(0, kept).join('/')}`, who);
    if (!(head instanceof FileError)) return lexical(`${head}/${parts.slice(kept).join('/')}`);
  }
  return found;
}

/** A link to what is not there: its target is the answer when that one's directory exists. */
function danglingEnd(tool: Tool, path: string): string | undefined {
  const { fs, who } = tool.context;
  const base = targetOf(tool, path);
  if (base === path) return undefined;
  const above = fs.realpath(base.slice(0, base.lastIndexOf('/')) || '/', who);
  const found = above instanceof FileError ? above : fs.realpath(base, who, { allowMissing: true });
  return found instanceof FileError ? undefined : found;
}

/** The path a link leads to, or the path itself. */
function targetOf(tool: Tool, path: string): string {
  const link = tool.context.fs.readlink(path, tool.context.who);
  if (link instanceof FileError || link === '') return path;
  return link.startsWith('/') ? link : `${path.slice(0, path.lastIndexOf('/'))}/${link}`;
}

/** `.` and `..` taken away as text. */
function lexical(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}
