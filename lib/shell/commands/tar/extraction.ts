/** Taking members out of an archive: files, links, directories, and what an incremental archive says has gone. */
import { FileError } from '../../../world/files.contract';
import { errnoText } from '../errno-text';
import { directoryName } from '../paths';
import type { Tool } from '../tool';
import type { Member } from './archive';
import { readDump } from './incremental';
import type { TarSettings } from './options';

/** What extraction needs of the tar that runs it. */
export interface ExtractionWork {
  readonly tool: Tool;
  readonly settings: TarSettings;
  readonly transforms: readonly ((name: string) => string)[];
  /** Complains; the exit code is 2 in the end. */
  readonly trouble: (message: string) => void;
  /** Where a name leads, seen from the directory of -C. */
  readonly path: (name: string) => string;
  /** Tells of a member, with -v. */
  readonly show: (member: Member, name: string) => void;
  /** The name without what must not lead out. */
  readonly stored: (name: string) => string;
}

export class Extraction {
  constructor(private readonly work: ExtractionWork) {}

  extract(member: Member): void {
    const settings = this.work.settings;
    let name = member.name;
    for (const transform of this.work.transforms) name = transform(name);
    if (settings.strip > 0) {
      name = name.split('/').slice(settings.strip).join('/');
      if (name === '') return;
    }
    if (!settings.absolute && name.startsWith('/')) name = this.work.stored(name);
    if (name.split('/').includes('..') && !settings.absolute) {
      this.work.trouble(`${name}: Member name contains '..'`);
      return;
    }
    this.work.show(member, name);
    if (settings.toOutput) {
      if (member.kind === 'file') this.work.tool.print(member.text);
      return;
    }
    const path = this.work.path(name.replace(/(?<=.)\/+$/, ''));
    const at = this.work.tool.resolve(path);
    const { fs, who, umask } = this.work.tool.context;
    const before = this.work.tool.lstat(path);
    if (member.kind === 'directory') {
      if (before instanceof FileError || before.kind !== 'directory') {
        const mode = 0o777 & ~umask;
        let failed = fs.mkdir(at, mode, who);
        if (failed?.errno === 'ENOENT' && this.#makeParents(name)) failed = fs.mkdir(at, mode, who);
        if (failed !== undefined && failed.errno !== 'EEXIST') {
          this.work.trouble(`${name.replace(/\/+$/, '')}: Cannot mkdir: ${errnoText(failed.errno)}`);
          return;
        }
      }
      this.#attributes(at, member);
      if (settings.incremental !== undefined && member.dump !== undefined)
        this.#purge(name.replace(/(?<=.)\/+$/, ''), member.dump);
      return;
    }
    if (!(before instanceof FileError)) {
      if (settings.existing === 'skip') return;
      if (settings.existing === 'newer' && before.mtime >= member.mtime * 1_000_000) {
        this.work.tool.complain(`Current ‘${name}’ is newer or same age`);
        return;
      }
      if (settings.existing === 'keep') {
        const what = member.kind === 'symlink' ? `Cannot create symlink to ‘${member.link}’` : 'Cannot open';
        this.work.trouble(`${name}: ${what}: File exists`);
        return;
      }
      if (settings.backup !== undefined) this.#backUp(name, path);
      else fs.unlink(at, who);
    } else {
      const parent = directoryName(path);
      if (this.work.tool.stat(parent) instanceof FileError) this.#makeParents(name);
    }
    const failed = this.#write(at, member, { umask });
    if (failed !== undefined) {
      const verb =
        member.kind === 'symlink'
          ? `Cannot create symlink to ‘${member.link}’`
          : member.kind === 'hard-link'
            ? `Cannot hard link to ‘${member.link}’`
            : failed.errno === 'ENOSPC'
              ? 'Cannot write'
              : 'Cannot open';
      this.work.trouble(`${name}: ${verb}: ${errnoText(failed.errno)}`);
      return;
    }
    if (member.kind === 'file' || member.kind === 'fifo') this.#attributes(at, member);
    else if (member.kind === 'symlink' && who.uid === 0)
      fs.chown(at, member.uid, member.gid, who, { noFollow: true });
  }

  /** What the directory did not hold when it was saved goes. */
  #purge(name: string, dump: string): void {
    const { fs, who } = this.work.tool.context;
    const { held, moves } = readDump(dump);
    for (const [from, to] of moves)
      fs.rename(
        this.work.tool.resolve(this.work.path(from)),
        this.work.tool.resolve(this.work.path(to)),
        who,
      );
    const names = fs.readdir(this.work.tool.resolve(this.work.path(name)), who);
    for (const child of names instanceof FileError ? [] : names) {
      const letter = held.get(child);
      const path = `${name}/${child}`;
      const info = this.work.tool.lstat(this.work.path(path));
      if (info instanceof FileError) continue;
      if (letter !== undefined && (letter !== 'D' || info.kind === 'directory')) continue;
      if (this.work.settings.verbose > 0) this.work.tool.line(`${this.work.tool.name}: Deleting ‘${path}’`);
      this.#removeTree(this.work.path(path));
    }
  }
  #removeTree(path: string): void {
    const { fs, who } = this.work.tool.context;
    const at = this.work.tool.resolve(path);
    const info = this.work.tool.lstat(path);
    if (info instanceof FileError) return;
    if (info.kind !== 'directory') {
      fs.unlink(at, who);
      return;
    }
    const names = fs.readdir(at, who);
    for (const name of names instanceof FileError ? [] : names) this.#removeTree(`${path}/${name}`);
    fs.rmdir(at, who);
  }

  /** --backup: what is in the way gets another name. */
  #backUp(name: string, path: string): void {
    const { fs, who } = this.work.tool.context;
    const kind = this.work.settings.backup ?? '';
    const numbers = (number: number): string => `.~${number}~`;
    const exists = (end: string): boolean => !(this.work.tool.lstat(path + end) instanceof FileError);
    let end = '~';
    if (/^(?:numbered|t)$/.test(kind) || (/^(?:existing|nil)$/.test(kind) && exists(numbers(1)))) {
      let number = 1;
      while (exists(numbers(number))) number++;
      end = numbers(number);
    }
    fs.rename(this.work.tool.resolve(path), this.work.tool.resolve(path + end), who);
    if (this.work.settings.verbose > 0) this.work.tool.line(`Renaming ‘${name}’ to ‘${name}${end}’`);
  }

  #write(at: string, member: Member, about: { umask: number }): FileError | undefined {
    const { fs, who } = this.work.tool.context;
    switch (member.kind) {
      case 'symlink':
        return fs.symlink(member.link, at, who);
      case 'hard-link':
        return fs.link(this.work.tool.resolve(this.work.path(member.link)), at, who);
      case 'fifo':
        return fs.mkfifo(at, member.mode & ~about.umask, who);
      default:
        return fs.writeFile(at, member.text, who, { mode: 0o600 });
    }
  }

  /** The directories on the way to a member that has none of its own. */
  #makeParents(name: string): boolean {
    const { fs, who, umask } = this.work.tool.context;
    const parts = name.replace(/\/+$/, '').split('/');
    for (let count = 1; count < parts.length; count++) {
      const above = parts.slice(0, count).join('/');
      if (above === '' || !(this.work.tool.stat(this.work.path(above)) instanceof FileError)) continue;
      const failed = fs.mkdir(this.work.tool.resolve(this.work.path(above)), 0o777 & ~umask, who);
      if (failed === undefined || failed.errno === 'EEXIST') continue;
      this.work.trouble(`${above}: Cannot mkdir: ${errnoText(failed.errno)}`);
      return false;
    }
    return true;
  }

  #attributes(at: string, member: Member): void {
    const { fs, host, who, umask } = this.work.tool.context;
    const isRoot = who.uid === 0;
    if (isRoot && this.work.settings.sameOwner !== false)
      fs.chown(
        at,
        host.user(member.user)?.uid ?? member.uid,
        host.group(member.group)?.gid ?? member.gid,
        who,
      );
    const exact = this.work.settings.preserve ?? isRoot;
    fs.chmod(at, exact ? member.mode : member.mode & 0o777 & ~umask, who);
    if (!this.work.settings.noTimes) fs.utimes(at, host.clock(), member.mtime * 1_000_000, who);
  }
}
