/** mv(1) of GNU coreutils. */
import { FileError, type Stat } from '../../world/files.contract';
import { backupName, type Backups, readBackups } from './copy/backup';
import { confirm } from './copy/confirm';
import { Copier, PLAIN_COPY } from './copy/copier';
import { readTargets } from './copy/targets';
import { errnoText } from './errno-text';
import { valueOf } from './getopt';
import { octalMode, permissionString } from './modes';
import { quoteFile } from './quoting';
import { removeTree } from './rm';
import type { Command, Step, Tool, ToolRun } from './tool';

export const mv: Command = {
  name: 'mv',
  package: 'coreutils',
  paths: ['/usr/bin/mv'],
  synopsis:
    'mv [OPTION]... [-T] SOURCE DEST\nmv [OPTION]... SOURCE... DIRECTORY\nmv [OPTION]... -t DIRECTORY SOURCE...',
  summary: 'Rename SOURCE to DEST, or move SOURCE(s) to DIRECTORY.',
  run,
};

interface Settings {
  existing: 'default' | 'force' | 'ask' | 'skip' | 'update';
  backups: Backups | undefined;
  verbose: boolean;
}

function* run(tool: Tool): ToolRun {
  const { options, operands } = tool.options({
    short: 'bfinS:t:TuvZ',
    long: {
      'backup::': 'backup',
      force: 'f',
      interactive: 'i',
      'no-clobber': 'n',
      'strip-trailing-slashes': 'strip',
      'suffix:': 'S',
      'target-directory:': 't',
      'no-target-directory': 'T',
      update: 'u',
      verbose: 'v',
      context: 'Z',
    },
  });
  const settings: Settings = { existing: 'default', backups: undefined, verbose: false };
  const has = (name: string): boolean => options.some((option) => option.name === name);
  for (const { name } of options) {
    if (name === 'f') settings.existing = 'force';
    else if (name === 'i') settings.existing = 'ask';
    else if (name === 'n') settings.existing = 'skip';
    else if (name === 'u' && settings.existing !== 'skip') settings.existing = 'update';
  }
  settings.verbose = has('v');
  if (has('b') || has('backup') || has('S'))
    settings.backups = readBackups(tool, {
      control: options.findLast((option) => option.name === 'backup')?.value,
      suffix: options.findLast((option) => option.name === 'S')?.value,
    });
  const directory = options.findLast((option) => option.name === 't');
  const sources = has('strip') ? operands.map((name) => name.replace(/(?<=.)\/+$/, '')) : operands;
  const moves = readTargets(tool, sources, {
    directory: directory === undefined ? undefined : valueOf(directory),
    noDirectory: has('T'),
  });
  let code = 0;
  for (const { source, target } of moves) {
    if (!(yield* move(tool, source, target, settings))) code = 1;
    yield* tool.drain();
  }
  return code;
}

function* move(tool: Tool, source: string, target: string, settings: Settings): Step<boolean> {
  const { fs, who } = tool.context;
  const info = tool.lstat(source);
  if (info instanceof FileError) return complain(tool, `cannot stat ${quoteFile(source)}`, info);
  const before = tool.lstat(target);
  if (before instanceof FileError && before.errno === 'EACCES')
    return complain(tool, `cannot stat ${quoteFile(target)}`, before);
  let backup = '';
  if (!(before instanceof FileError)) {
    const verdict = yield* mayReplace(tool, { source, target, info, before, settings });
    if (verdict !== 'go') return verdict === 'skip';
    if (settings.backups !== undefined && before.kind !== 'directory') {
      backup = backupName(tool, target, settings.backups);
      const failed = fs.rename(tool.resolve(target), tool.resolve(backup), who);
      if (failed !== undefined) return complain(tool, `cannot backup ${quoteFile(target)}`, failed);
    }
  }
  const mount = mountOfTarget(tool, target);
  if (mount !== undefined && mount !== info.mount)
    return yield* across(tool, source, target, settings.verbose);
  // rename(2) looks at this before anything else.
  const isFixed = /(?:^|\/)\.\.?\/*$|^\/+$/.test(source);
  const failed = isFixed
    ? new FileError('EBUSY', source)
    : info.kind !== 'directory' && target.endsWith('/') && before instanceof FileError
      ? new FileError('ENOTDIR', target)
      : fs.rename(tool.resolve(source), tool.resolve(target), who);
  if (failed === undefined) {
    if (settings.verbose)
      tool.line(
        `renamed ${quoteFile(source)} -> ${quoteFile(target)}${backup === '' ? '' : ` (backup: ${quoteFile(backup)})`}`,
      );
    return true;
  }
  if (failed.errno === 'EINVAL') {
    tool.complain(`cannot move ${quoteFile(source)} to a subdirectory of itself, ${quoteFile(target)}`);
    return false;
  }
  return complain(tool, `cannot move ${quoteFile(source)} to ${quoteFile(target)}`, failed);
}

function complain(tool: Tool, what: string, failed: FileError): false {
  tool.complain(`${what}: ${errnoText(failed.errno)}`);
  return false;
}

function mountOfTarget(tool: Tool, target: string): string | undefined {
  const trimmed = target.replace(/\/+$/, '');
  const cut = trimmed.lastIndexOf('/');
  const directory = tool.stat(cut < 0 ? '.' : trimmed.slice(0, cut) || '/');
  const own = tool.lstat(target);
  if (!(own instanceof FileError) && own.kind === 'directory') return own.mount;
  return directory instanceof FileError ? undefined : directory.mount;
}

function* mayReplace(
  tool: Tool,
  about: { source: string; target: string; info: Stat; before: Stat; settings: Settings },
): Step<'go' | 'skip' | 'failed'> {
  const { source, target, info, before, settings } = about;
  if (before.ino === info.ino && (info.nlink < 2 || source === target)) {
    tool.complain(`${quoteFile(source)} and ${quoteFile(target)} are the same file`);
    return 'failed';
  }
  if (before.kind === 'directory' && info.kind !== 'directory') {
    tool.complain(`cannot overwrite directory ${quoteFile(target)} with non-directory`);
    return 'failed';
  }
  if (before.kind !== 'directory' && info.kind === 'directory') {
    tool.complain(`cannot overwrite non-directory ${quoteFile(target)} with directory ${quoteFile(source)}`);
    return 'failed';
  }
  if (settings.existing === 'skip') return 'skip';
  if (settings.existing === 'update') return info.mtime <= before.mtime ? 'skip' : 'go';
  const { fs, stdin, who } = tool.context;
  const isProtected =
    settings.existing === 'default' &&
    stdin.tty !== undefined &&
    before.kind !== 'symlink' &&
    fs.access(tool.resolve(target), 2, who) !== undefined;
  if (settings.existing !== 'ask' && !isProtected) return 'go';
  const question = isProtected
    ? `replace ${quoteFile(target)}, overriding mode ${octalMode(before.mode)} (${permissionString(before.mode)})? `
    : `overwrite ${quoteFile(target)}? `;
  return (yield* confirm(tool, question)) ? 'go' : 'skip';
}

/** To another file system: a copy, then the original goes. */
function* across(tool: Tool, source: string, target: string, verbose: boolean): Step<boolean> {
  const copier = new Copier(tool, {
    ...PLAIN_COPY,
    recursive: true,
    dereference: 'never',
    removeFirst: true,
    preserve: { mode: true, owner: true, times: true, links: true },
  });
  if (!(yield* copier.copy(source, target))) return false;
  if (verbose) tool.line(`copied ${quoteFile(source)} -> ${quoteFile(target)}`);
  return yield* removeTree(tool, source, { verbose });
}
