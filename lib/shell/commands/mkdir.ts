/** mkdir(1) of GNU coreutils. */
import { FileError } from '../../world/files.contract';
import { errnoText } from './errno-text';
import { parseMode, type ModeChange } from './modes';
import { quoteFile, quoteValue } from './quoting';
import type { Command, Tool, ToolRun } from './tool';

export const mkdir: Command = {
  name: 'mkdir',
  package: 'coreutils',
  paths: ['/usr/bin/mkdir'],
  synopsis: 'mkdir [OPTION]... DIRECTORY...',
  summary: 'Create the DIRECTORY(ies), if they do not already exist.',
  run,
};

function* run(tool: Tool): ToolRun {
  const { options, operands } = tool.options({
    short: 'm:pvZ',
    long: { 'mode:': 'm', parents: 'p', verbose: 'v', 'context::': 'Z' },
  });
  const given = options.findLast((option) => option.name === 'm')?.value;
  const mode = given === undefined ? undefined : parseMode(given);
  if (operands.length === 0) tool.misuse('missing operand');
  if (given !== undefined && mode === undefined) tool.fail(`invalid mode ${quoteValue(given)}`);
  const verbose = options.some((option) => option.name === 'v');
  const withParents = options.some((option) => option.name === 'p');
  let code = 0;
  for (const path of operands) {
    const failed = withParents
      ? makeDirectories(tool, path, { mode, verbose })
      : makeDirectory(tool, path, { mode, verbose });
    if (failed === undefined) continue;
    tool.complain(`cannot create directory ${quoteValue(failed.path)}: ${errnoText(failed.errno)}`);
    code = 1;
  }
  yield* tool.drain();
  return code;
}

interface Making {
  readonly mode?: ModeChange | undefined;
  readonly verbose?: boolean;
}

/** One directory; the error names it as it was written. */
function makeDirectory(tool: Tool, path: string, making: Making): FileError | undefined {
  const { fs, umask, who } = tool.context;
  if (path === '') return new FileError('ENOENT', path);
  const failed = fs.mkdir(tool.resolve(path), 0o777 & ~umask, who);
  if (failed !== undefined) return new FileError(failed.errno, path);
  if (making.mode !== undefined) {
    const kind = { isDirectory: true, umask };
    // A mode that speaks of permissions counts from all of them; one that does not leaves them to the umask.
    const speaks = (making.mode(0, kind) & 0o777) !== 0 || (making.mode(0o777, kind) & 0o777) !== 0o777;
    fs.chmod(tool.resolve(path), making.mode(speaks ? 0o777 : 0o777 & ~umask, kind), who);
  }
  if (making.verbose === true)
    tool.line(
      `${tool.name}: ${tool.command.name === 'install' ? 'creating' : 'created'} directory ${quoteFile(path)}`,
    );
  return undefined;
}

/** `-p`: with all that leads to it. */
export function makeDirectories(tool: Tool, path: string, making: Making = {}): FileError | undefined {
  if (path === '') return new FileError('ENOENT', path);
  const parts = path.split('/');
  let at = '';
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i] ?? '';
    at += (i === 0 ? '' : '/') + part;
    if (part === '' || at === '.') continue;
    const isLast = parts.slice(i + 1).every((later) => later === '');
    const info = tool.stat(at);
    if (!(info instanceof FileError)) {
      if (info.kind === 'directory') continue;
      return new FileError(isLast ? 'EEXIST' : 'ENOTDIR', at);
    }
    const failed = makeDirectory(tool, at, isLast ? making : { verbose: making.verbose === true });
    if (failed !== undefined) return failed;
  }
  return undefined;
}
