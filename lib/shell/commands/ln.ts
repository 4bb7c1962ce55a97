/** ln(1) of GNU coreutils. */
import { FileError } from '../../world/files.contract';
import { backupName, readBackups } from './copy/backup';
import { confirm } from './copy/confirm';
import { join, lastPart } from './copy/copier';
import { type Move, readTargets } from './copy/targets';
import { errnoText } from './errno-text';
import { valueOf } from './getopt';
import { relativePath } from './paths';
import { quoteFile, quoteFileIfNeeded } from './quoting';
import type { Command, Step, Tool, ToolRun } from './tool';

export const ln: Command = {
  name: 'ln',
  package: 'coreutils',
  paths: ['/usr/bin/ln'],
  synopsis:
    'ln [OPTION]... [-T] TARGET LINK_NAME\nln [OPTION]... TARGET\nln [OPTION]... TARGET... DIRECTORY\nln [OPTION]... -t DIRECTORY TARGET...',
  summary: 'Create hard links by default, symbolic links with --symbolic.',
  run,
};

function* run(tool: Tool): ToolRun {
  const { options, operands } = tool.options({
    short: 'bdfinrst:vFLPS:T',
    long: {
      'backup::': 'backup',
      directory: 'd',
      force: 'f',
      interactive: 'i',
      logical: 'L',
      'no-dereference': 'n',
      physical: 'P',
      relative: 'r',
      symbolic: 's',
      'suffix:': 'S',
      'target-directory:': 't',
      'no-target-directory': 'T',
      verbose: 'v',
    },
  });
  const has = (name: string): boolean => options.some((option) => option.name === name);
  const directory = options.findLast((option) => option.name === 't');
  const [only] = operands;
  if (has('r') && !has('s')) tool.fail('cannot do --relative without --symbolic');
  let moves: Move[];
  if (only !== undefined && operands.length === 1 && directory === undefined && !has('T'))
    moves = [{ source: only, target: join('.', lastPart(only)) }];
  else
    moves = readTargets(tool, operands, {
      directory: directory === undefined ? undefined : valueOf(directory),
      noDirectory: has('T'),
      noFollow: has('n'),
    });
  const backups =
    has('b') || has('backup') || has('S')
      ? readBackups(tool, {
          control: options.findLast((option) => option.name === 'backup')?.value,
          suffix: options.findLast((option) => option.name === 'S')?.value,
        })
      : undefined;
  let code = 0;
  for (const { source, target } of moves) {
    if (!(yield* makeLink(tool, source, target, has))) code = 1;
    yield* tool.drain();
  }
  return code;

  function* makeLink(
    on: Tool,
    source: string,
    target: string,
    wants: (name: string) => boolean,
  ): Step<boolean> {
    const { fs, who } = on.context;
    const symbolic = wants('s');
    if (!symbolic) {
      const info = wants('L') ? on.stat(source) : on.lstat(source);
      if (info instanceof FileError) {
        on.complain(`failed to access ${quoteFile(source)}: ${errnoText(info.errno)}`);
        return false;
      }
      if (info.kind === 'directory' && !wants('d') && !wants('F')) {
        on.complain(`${quoteFileIfNeeded(source)}: hard link not allowed for directory`);
        return false;
      }
    }
    const before = on.lstat(target);
    let saved: string | undefined;
    if (!(before instanceof FileError)) {
      if (before.kind === 'directory' && (wants('f') || wants('i') || backups !== undefined)) {
        on.complain(`${quoteFileIfNeeded(target)}: cannot overwrite directory`);
        return false;
      }
      if (wants('i') && !(yield* confirm(on, `replace ${quoteFile(target)}? `))) return true;
      if (backups !== undefined) {
        saved = backupName(on, target, backups);
        fs.rename(on.resolve(target), on.resolve(saved), who);
      } else if (wants('f') || wants('i')) {
        const info = on.stat(source);
        if (!symbolic && !(info instanceof FileError) && info.ino === before.ino) {
          if (on.resolve(source) !== on.resolve(target)) {
            if (wants('v')) on.line(`${quoteFile(target)} => ${quoteFile(source)}`);
            return true;
          }
          on.complain(`${quoteFile(source)} and ${quoteFile(target)} are the same file`);
          return false;
        }
        const kept = fs.unlink(on.resolve(target), who);
        // The new link is made beside it and takes its place: the folder decides.
        if (kept !== undefined && symbolic) {
          on.complain(`${failure(symbolic, source, target, kept)}: ${errnoText(kept.errno)}`);
          return false;
        }
      }
    }
    const text = wants('r') ? relativeTarget(on, source, target) : source;
    const failed = symbolic
      ? target === '' || text === ''
        ? new FileError('ENOENT', target)
        : fs.symlink(text, on.resolve(target), who)
      : fs.link(hardSource(on, source, wants('L')), on.resolve(target), who);
    if (failed !== undefined) {
      on.complain(`${failure(symbolic, text, target, failed)}: ${errnoText(failed.errno)}`);
      return false;
    }
    if (wants('v'))
      on.line(
        `${saved === undefined ? '' : `${quoteFile(saved)} ~ `}${quoteFile(target)} ${symbolic ? '->' : '=>'} ${quoteFile(text)}`,
      );
    return true;
  }
}

function hardSource(tool: Tool, source: string, logical: boolean): string {
  const path = tool.resolve(source);
  if (!logical) return path;
  const real = tool.context.fs.realpath(path, tool.context.who);
  return real instanceof FileError ? path : real;
}

function failure(symbolic: boolean, source: string, target: string, failed: FileError): string {
  if (symbolic)
    return failed.errno !== 'ENAMETOOLONG' && source !== ''
      ? `failed to create symbolic link ${quoteFile(target)}`
      : `failed to create symbolic link ${quoteFile(target)} -> ${quoteFile(source)}`;
  return failed.errno === 'EEXIST' || failed.errno === 'ENOSPC' || failed.errno === 'EROFS'
    ? `failed to create hard link ${quoteFile(target)}`
    : `failed to create hard link ${quoteFile(target)} => ${quoteFile(source)}`;
}

function relativeTarget(tool: Tool, source: string, target: string): string {
  const { fs, who } = tool.context;
  const real = (path: string): string => {
    const found = fs.realpath(tool.resolve(path), who, { allowMissing: true });
    return found instanceof FileError ? tool.resolve(path) : found;
  };
  const cut = target.lastIndexOf('/');
  return relativePath(real(cut < 0 ? '.' : target.slice(0, cut) || '/'), real(source));
}
