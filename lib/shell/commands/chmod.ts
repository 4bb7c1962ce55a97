/** chmod(1) of GNU coreutils. */
import { FileError } from '../../world/files.contract';
import { join } from './copy/copier';
import { errnoText } from './errno-text';
import { type ModeChange, octalMode, parseMode, permissionString } from './modes';
import { quoteFile, quoteValue } from './quoting';
import type { Command, Step, Tool, ToolRun } from './tool';

export const chmod: Command = {
  name: 'chmod',
  package: 'coreutils',
  paths: ['/usr/bin/chmod'],
  synopsis:
    'chmod [OPTION]... MODE[,MODE]... FILE...\nchmod [OPTION]... OCTAL-MODE FILE...\nchmod [OPTION]... --reference=RFILE FILE...',
  summary: 'Change the mode of each FILE to MODE.',
  run,
};

interface Settings {
  change: ModeChange;
  recursive: boolean;
  report: 'all' | 'changes' | 'none';
  quiet: boolean;
}
/** Modes may look like options: `chmod -w file`. */
const MODE_LETTERS = 'rwxXstugoa,+=01234567';

function* run(tool: Tool): ToolRun {
  const { options, operands } = tool.options({
    short: `Rcfv${[...MODE_LETTERS].map((letter) => `${letter}::`).join('')}`,
    long: {
      changes: 'c',
      silent: 'f',
      quiet: 'f',
      verbose: 'v',
      'no-preserve-root': 'no-preserve-root',
      'preserve-root': 'preserve-root',
      'reference:': 'reference',
      recursive: 'R',
    },
  });
  const has = (name: string): boolean => options.some((option) => option.name === name);
  const written = options
    .filter((option) => MODE_LETTERS.includes(option.name))
    .map((option) => `-${option.name}${option.value ?? ''}`)
    .join(',');
  const reference = options.findLast((option) => option.name === 'reference')?.value;
  const files = [...operands];
  const text = written !== '' ? written : reference === undefined ? files.shift() : undefined;
  if (text === undefined && reference === undefined) tool.misuse('missing operand');
  if (files.length === 0)
    tool.misuse(
      text === undefined || written !== '' ? 'missing operand' : `missing operand after ${quoteValue(text)}`,
    );
  const settings: Settings = {
    change: changeOf(tool, text, reference),
    recursive: has('R'),
    report: has('v') ? 'all' : has('c') ? 'changes' : 'none',
    quiet: has('f'),
  };
  const keepsRoot = options.findLast(({ name }) => name.endsWith('preserve-root'))?.name === 'preserve-root';
  let code = 0;
  for (const path of files) {
    if (!settings.recursive || !keepsRoot || tool.resolve(path) !== '/') continue;
    tool.complain(`it is dangerous to operate recursively on ${quoteFile(path)}`);
    tool.complain('use --no-preserve-root to override this failsafe');
    return 1;
  }
  for (const path of files) if (!(yield* changeOne(tool, path, settings, true))) code = 1;
  return code;
}

function changeOf(tool: Tool, text: string | undefined, reference: string | undefined): ModeChange {
  if (reference !== undefined) {
    const info = tool.stat(reference);
    if (info instanceof FileError)
      return tool.fail(`failed to get attributes of ${quoteFile(reference)}: ${errnoText(info.errno)}`);
    return () => info.mode;
  }
  const change = parseMode(text ?? '');
  if (change !== undefined) return change;
  return tool.misuse(`invalid mode: ${quoteValue(text ?? '')}`);
}

function* changeOne(tool: Tool, path: string, settings: Settings, isOperand: boolean): Step<boolean> {
  const { fs, umask, who } = tool.context;
  yield* tool.drain();
  const bare = tool.lstat(path);
  if (!isOperand && !(bare instanceof FileError) && bare.kind === 'symlink') return true;
  const info = tool.stat(path);
  if (info instanceof FileError) {
    const isDangling = !(bare instanceof FileError) && bare.kind === 'symlink' && info.errno === 'ENOENT';
    if (!settings.quiet)
      tool.complain(
        isDangling
          ? `cannot operate on dangling symlink ${quoteFile(path)}`
          : `cannot access ${quoteFile(path)}: ${errnoText(info.errno)}`,
      );
    return false;
  }
  const isDirectory = info.kind === 'directory';
  const mode = settings.change(info.mode, { isDirectory, umask });
  const failed = fs.chmod(tool.resolve(path), mode, who);
  if (failed !== undefined && !settings.quiet)
    tool.complain(`changing permissions of ${quoteFile(path)}: ${errnoText(failed.errno)}`);
  report(tool, path, {
    before: info.mode,
    after: mode,
    failed: failed !== undefined,
    report: settings.report,
  });
  let isFine = failed === undefined;
  if (!settings.recursive || !isDirectory) return isFine;
  const names = fs.readdir(tool.resolve(path), who);
  if (names instanceof FileError) {
    if (!settings.quiet) tool.complain(`cannot read directory ${quoteFile(path)}: ${errnoText(names.errno)}`);
    return false;
  }
  for (const name of names) if (!(yield* changeOne(tool, join(path, name), settings, false))) isFine = false;
  return isFine;
}

function report(
  tool: Tool,
  path: string,
  about: { before: number; after: number; failed: boolean; report: Settings['report'] },
): void {
  if (about.report === 'none') return;
  const written = (mode: number): string => `${octalMode(mode)} (${permissionString(mode)})`;
  if (about.failed) {
    if (about.report === 'all')
      tool.line(
        `failed to change mode of ${quoteFile(path)} from ${written(about.before)} to ${written(about.after)}`,
      );
  } else if (about.before !== about.after)
    tool.line(`mode of ${quoteFile(path)} changed from ${written(about.before)} to ${written(about.after)}`);
  else if (about.report === 'all')
    tool.line(`mode of ${quoteFile(path)} retained as ${written(about.after)}`);
}
