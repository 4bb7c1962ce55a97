/** Copying files and trees, as cp, mv across file systems and install do it. Source: coreutils copy.c. */
import type { Stat } from '../../../world/files.contract';
import { FileError } from '../../../world/files.contract';
import { errnoText } from '../errno-text';
import { quoteFile, quoteFileIfNeeded } from '../quoting';
import type { Step, Tool } from '../tool';
import { backupName, type Backups } from './backup';
import { confirm } from './confirm';

export interface CopySettings {
  recursive: boolean;
  dereference: 'never' | 'always' | 'command-line';
  /** `mode` undefined: neither kept nor given up, a new file has it but for the umask. */
  preserve: { mode: boolean | undefined; owner: boolean; times: boolean; links: boolean };
  existing: 'overwrite' | 'ask' | 'skip' | 'update';
  force: boolean;
  removeFirst: boolean;
  how: 'copy' | 'hard-link' | 'symbolic-link' | 'attributes';
  backups: Backups | undefined;
  oneFileSystem: boolean;
  verbose: boolean;
}

export const PLAIN_COPY: CopySettings = {
  recursive: false,
  dereference: 'always',
  preserve: { mode: undefined, owner: false, times: false, links: false },
  existing: 'overwrite',
  force: false,
  removeFirst: false,
  how: 'copy',
  backups: undefined,
  oneFileSystem: false,
  verbose: false,
};

export class Copier {
  /** Where an inode with several names went already. */
  readonly #links = new Map<number, string>();
  readonly #made = new Set<number>();
  #topSource = '';
  #topTarget = '';

  constructor(
    private readonly tool: Tool,
    private readonly settings: CopySettings,
  ) {}

  /** Copies one operand; false when something went wrong (and was told). */
  *copy(source: string, target: string): Step<boolean> {
    this.#topSource = source;
    this.#topTarget = target;
    return yield* this.#one(source, target, true);
  }

  *#one(source: string, target: string, isOperand: boolean): Step<boolean> {
    const { settings, tool } = this;
    yield* tool.drain();
    const follows =
      settings.dereference === 'always' || (settings.dereference === 'command-line' && isOperand);
    const info = follows ? tool.stat(source) : tool.lstat(source);
    if (info instanceof FileError) return this.#complain(`cannot stat ${quoteFile(source)}`, info);
    if (info.kind === 'directory' && !settings.recursive) {
      const advice = tool.command.name === 'install' ? '' : '-r not specified; ';
      tool.complain(`${advice}omitting directory ${quoteFile(source)}`);
      return false;
    }
    const before = this.#existing(target, info, follows);
    if (before !== undefined) {
      const verdict = yield* this.#mayReplace(source, target, info, before);
      if (verdict !== 'go') return verdict === 'skip';
    }
    const backup = before === undefined || before.kind === 'directory' ? undefined : this.#backUp(target);
    if (backup === false) return false;
    const isThere = before !== undefined && backup === undefined;
    if (info.kind === 'directory') return yield* this.#directory(source, target, info, isThere);
    if (settings.verbose)
      tool.line(
        `${quoteFile(source)} -> ${quoteFile(target)}${backup === undefined ? '' : ` (backup: ${quoteFile(backup)})`}`,
      );
    if (isThere && (settings.removeFirst || this.#mustGo(info, before))) {
      if (!this.#remove(target)) return false;
    }
    const made = this.#hardLinked(info, target);
    if (made !== undefined) return made;
    return this.#leaf(source, target, info, isThere);
  }

  #existing(target: string, source: Stat, follows: boolean): Stat | undefined {
    const followsTarget = source.kind !== 'symlink' || follows;
    const info =
      followsTarget && this.settings.how === 'copy' ? this.tool.stat(target) : this.tool.lstat(target);
    if (!(info instanceof FileError)) return info;
    const bare = this.tool.lstat(target);
    return bare instanceof FileError ? undefined : bare;
  }

  /** A link, or what is to become one, cannot be written over. */
  #mustGo(source: Stat, before: Stat): boolean {
    if (this.settings.how === 'hard-link' || this.settings.how === 'symbolic-link')
      return this.settings.force;
    return source.kind !== 'file' && source.kind !== 'character' && before.kind !== 'directory';
  }

  *#mayReplace(source: string, target: string, info: Stat, before: Stat): Step<'go' | 'skip' | 'failed'> {
    const { settings, tool } = this;
    if (before.ino === info.ino && !(settings.how === 'hard-link' && before.kind === 'file')) {
      if (settings.backups === undefined || source === target) {
        tool.complain(`${quoteFile(source)} and ${quoteFile(target)} are the same file`);
        return 'failed';
      }
    }
    if (before.kind === 'directory' && info.kind !== 'directory') {
      tool.complain(`cannot overwrite directory ${quoteFile(target)} with non-directory`);
      return 'failed';
    }
    if (before.kind !== 'directory' && info.kind === 'directory') {
      tool.complain(
        `cannot overwrite non-directory ${quoteFile(target)} with directory ${quoteFile(source)}`,
      );
      return 'failed';
    }
    if (info.kind === 'directory') return 'go';
    if (this.#made.has(before.ino)) {
      tool.complain(`will not overwrite just-created ${quoteFile(target)} with ${quoteFile(source)}`);
      return 'failed';
    }
    switch (settings.existing) {
      case 'skip':
        return 'skip';
      case 'update':
        return info.mtime <= before.mtime ? 'skip' : 'go';
      case 'ask':
        return (yield* confirm(tool, `overwrite ${quoteFile(target)}? `)) ? 'go' : 'skip';
      case 'overwrite':
        return 'go';
    }
  }

  #backUp(target: string): string | undefined | false {
    const { backups } = this.settings;
    if (backups === undefined) return undefined;
    const name = backupName(this.tool, target, backups);
    const failed = this.tool.context.fs.rename(
      this.tool.resolve(target),
      this.tool.resolve(name),
      this.tool.context.who,
    );
    if (failed === undefined) return name;
    this.#complain(`cannot backup ${quoteFile(target)}`, failed);
    return false;
  }

  #remove(target: string): boolean {
    const failed = this.tool.context.fs.unlink(this.tool.resolve(target), this.tool.context.who);
    if (failed !== undefined) return this.#complain(`cannot remove ${quoteFile(target)}`, failed);
    if (this.settings.verbose) this.tool.line(`removed ${quoteFile(target)}`);
    return true;
  }

  #hardLinked(info: Stat, target: string): boolean | undefined {
    if (!this.settings.preserve.links || info.nlink < 2) return undefined;
    const first = this.#links.get(info.ino);
    this.#links.set(info.ino, target);
    if (first === undefined) return undefined;
    const { fs, who } = this.tool.context;
    fs.unlink(this.tool.resolve(target), who);
    const failed = fs.link(this.tool.resolve(first), this.tool.resolve(target), who);
    return failed === undefined
      ? true
      : this.#complain(`cannot create hard link ${quoteFile(target)} to ${quoteFile(first)}`, failed);
  }

  // ---------------------------------------------------------------- kinds
  *#directory(source: string, target: string, info: Stat, isThere: boolean): Step<boolean> {
    const { tool } = this;
    const { fs, umask, who } = tool.context;
    const isInside = isWithin(this.#real(target), this.#real(source));
    if (!isThere) {
      const failed = fs.mkdir(tool.resolve(target), (info.mode & 0o777 & ~umask) | 0o700, who);
      if (failed !== undefined) return this.#complain(`cannot create directory ${quoteFile(target)}`, failed);
      if (this.settings.verbose) tool.line(`${quoteFile(source)} -> ${quoteFile(target)}`);
    }
    if (isInside) return this.#intoItself();
    const made = tool.stat(target);
    if (!(made instanceof FileError) && !isThere) this.#made.add(made.ino);
    const names = fs.readdir(tool.resolve(source), who);
    if (names instanceof FileError) return this.#complain(`cannot access ${quoteFile(source)}`, names);
    let isFine = true;
    for (const name of names) {
      const child = join(source, name);
      const within = tool.lstat(child);
      if (this.settings.oneFileSystem && !(within instanceof FileError) && within.mount !== info.mount)
        continue;
      if (!(yield* this.#one(child, join(target, name), false))) isFine = false;
    }
    if (!isThere) this.#attributes(target, info, info.mode & 0o777 & ~umask);
    else if (this.settings.preserve.mode === true || this.settings.preserve.times)
      this.#attributes(target, info, undefined);
    return isFine;
  }

  #intoItself(): boolean {
    this.tool.complain(
      `cannot copy a directory, ${quoteFile(this.#topSource)}, into itself, ${quoteFile(this.#topTarget)}`,
    );
    return false;
  }

  #real(path: string): string {
    const real = this.tool.context.fs.realpath(this.tool.resolve(path), this.tool.context.who, {
      allowMissing: true,
    });
    return real instanceof FileError ? this.tool.resolve(path) : real;
  }

  #leaf(source: string, target: string, info: Stat, isThere: boolean): boolean {
    const { context } = this.tool;
    const at = this.tool.resolve(target);
    switch (this.settings.how) {
      case 'hard-link': {
        const failed = context.fs.link(this.tool.resolve(source), at, context.who);
        return (
          failed === undefined ||
          this.#complain(`cannot create hard link ${quoteFile(target)} to ${quoteFile(source)}`, failed)
        );
      }
      case 'symbolic-link':
        return this.#symbolicLink(source, target);
      case 'attributes':
      case 'copy':
    }
    if (info.kind === 'symlink') {
      const link = context.fs.readlink(this.tool.resolve(source), context.who);
      if (link instanceof FileError)
        return this.#complain(`cannot read symbolic link ${quoteFile(source)}`, link);
      const failed = context.fs.symlink(link, at, context.who);
      if (failed !== undefined)
        return this.#complain(`cannot create symbolic link ${quoteFile(target)}`, failed);
      if (this.settings.preserve.times)
        context.fs.utimes(at, info.atime, info.mtime, context.who, { noFollow: true });
      return true;
    }
    if (info.kind === 'fifo' && this.settings.recursive) {
      const failed = context.fs.mkfifo(at, info.mode & 0o777 & ~context.umask, context.who);
      return failed === undefined || this.#complain(`cannot create fifo ${quoteFile(target)}`, failed);
    }
    return this.#contents(source, target, info, isThere);
  }

  #symbolicLink(source: string, target: string): boolean {
    if (!source.startsWith('/') && target.includes('/')) {
      this.tool.complain(
        `${quoteFileIfNeeded(target)}: can make relative symbolic links only in current directory`,
      );
      return false;
    }
    const failed = this.tool.context.fs.symlink(source, this.tool.resolve(target), this.tool.context.who);
    return failed === undefined || this.#complain(`cannot create symbolic link ${quoteFile(target)}`, failed);
  }

  #contents(source: string, target: string, info: Stat, isThere: boolean): boolean {
    const { fs, umask, who } = this.tool.context;
    const { how, force } = this.settings;
    const from = fs.open(this.tool.resolve(source), who, { read: true });
    if (from instanceof FileError)
      return this.#complain(`cannot open ${quoteFile(source)} for reading`, from);
    const path = this.tool.resolve(target);
    const mode = (this.settings.preserve.mode === false ? 0o666 : info.mode & 0o777) & ~umask;
    const options = { write: true, create: true, truncate: how === 'copy', mode };
    let to = this.#dangles(target, isThere) ?? fs.open(path, who, options);
    let isNew = !isThere;
    if (to instanceof FileError && isThere && force && to.errno !== 'EROFS') {
      if (!this.#remove(target)) return false;
      to = fs.open(path, who, options);
      isNew = true;
    }
    if (to instanceof FileError) {
      if (target === '') to = new FileError('ENOENT', target);
      else if (to.errno === 'EISDIR' && target.endsWith('/')) to = new FileError('ENOTDIR', target);
      return to.path === 'dangling'
        ? false
        : this.#complain(`cannot create regular file ${quoteFile(target)}`, to);
    }
    this.#made.add(to.ino);
    if (how === 'copy') {
      const failed = fs.copyInode(from.ino, to.ino);
      if (failed !== undefined) return this.#complain(`error writing ${quoteFile(target)}`, failed);
    }
    this.#attributes(target, info, isNew ? mode : undefined);
    return true;
  }

  #dangles(target: string, isThere: boolean): FileError | undefined {
    if (!isThere) return undefined;
    const bare = this.tool.lstat(target);
    if (bare instanceof FileError || bare.kind !== 'symlink') return undefined;
    if (!(this.tool.stat(target) instanceof FileError)) return undefined;
    this.tool.complain(`not writing through dangling symlink ${quoteFile(target)}`);
    return new FileError('ENOENT', 'dangling');
  }

  #attributes(target: string, info: Stat, mode: number | undefined): void {
    const { fs, who } = this.tool.context;
    const { preserve } = this.settings;
    const path = this.tool.resolve(target);
    if (preserve.owner) {
      if (fs.chown(path, info.uid, info.gid, who) !== undefined) fs.chown(path, -1, info.gid, who);
    }
    if (preserve.mode === true) fs.chmod(path, info.mode, who);
    else if (mode !== undefined) fs.chmod(path, mode, who);
    if (preserve.times) fs.utimes(path, info.atime, info.mtime, who);
  }

  #complain(what: string, failed: FileError): false {
    this.tool.complain(`${what}: ${errnoText(failed.errno)}`);
    return false;
  }
}

function isWithin(path: string, directory: string): boolean {
  return path === directory || path.startsWith(`${directory}/`);
}

/** `directory` and `name` with one slash between. */
export function join(directory: string, name: string): string {
  return directory.endsWith('/') ? directory + name : `${directory}/${name}`;
}

/** Last part of a path, slashes at its end left out; `/` of the root. */
export function lastPart(path: string): string {
  const trimmed = path.replace(/\/+$/, '');
  if (trimmed === '') return path === '' ? '' : '/';
  return trimmed.slice(trimmed.lastIndexOf('/') + 1);
}
