/** What all that works on the receiving side shares: where files are, what is there, what to say of trouble, backups. */
import type { Errno } from '../../../world/files.contract';
import type { Step } from '../tool';
import { type FileList, fullName, joined } from './file-list';
import type { RsyncSettings } from './options';
import type { Ownership } from './ownership';
import type { Report } from './report';
import { type FileInfo, type Identity, reasonOf, type Tree } from './tree';

/** The receiver gave up: nothing more is done. */
export class Abandoned extends Error {
  constructor(
    message: string,
    readonly code: number,
    readonly where: string,
    readonly role: string,
  ) {
    super(message);
  }
}

export interface TransferSides {
  readonly source: Tree;
  readonly target: Tree;
  readonly identity: Identity;
  readonly ownership: Ownership;
  /** The destination directory, or the one file that is written. */
  readonly destination: { readonly path: string; readonly isFile: boolean; readonly isMissing: boolean };
}

export interface Found {
  readonly path: string;
  readonly info: FileInfo | undefined;
}

export class Receiver {
  /** Directories that a dry run did not make. */
  readonly missing = new Set<string>();

  constructor(
    readonly settings: RsyncSettings,
    readonly sides: TransferSides,
    readonly list: FileList,
    readonly report: Report,
  ) {}

  path(name: string): string {
    const { path, isFile } = this.sides.destination;
    return isFile ? path : name === '.' ? path : joined(path, name);
  }
  *look(name: string): Step<Found> {
    const path = this.path(name);
    if (this.sides.destination.isMissing || this.isBelow(name, this.missing))
      return { path, info: undefined };
    const { info } = yield* this.sides.target.call({ do: 'stat', path, follow: name === '.' });
    return { path, info };
  }

  isBelow(name: string, set: ReadonlySet<string>): boolean {
    if (set.size === 0) return false;
    if (set.has('.')) return true;
    for (let at = name; at !== ''; at = at.includes('/') ? at.slice(0, at.lastIndexOf('/')) : '')
      if (set.has(at)) return true;
    return false;
  }

  full(path: string): string {
    return fullName(this.sides.identity, path);
  }
  trouble(what: string, errno: Errno, role: 'generator' | 'receiver' = 'generator'): void {
    this.list.hadTrouble = true;
    this.report.complain(`rsync: [${role}] ${what}: ${reasonOf(errno)}\n`);
  }

  /** Relative to the destination. */
  basisPath(directory: string, name: string): string {
    const { path, isFile } = this.sides.destination;
    const above = isFile ? (path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '.') : path;
    const root = directory.startsWith('/') ? directory : joined(above, directory);
    return name === '.' ? root : joined(root, name);
  }

  // ---------------------------------------------------------------- backups
  isBackupName(name: string): boolean {
    const { backupDir, suffix } = this.settings;
    return backupDir === undefined && name.endsWith(suffix ?? '~');
  }
  *backUp(name: string): Step {
    const { target } = this.sides;
    const { backupDir } = this.settings;
    const from = this.path(name);
    const suffix = this.settings.suffix ?? (backupDir === undefined ? '~' : '');
    const to = backupDir === undefined ? from + suffix : this.basisPath(backupDir, name + suffix);
    if (backupDir !== undefined) yield* makePath(target, to.slice(0, to.lastIndexOf('/')));
    const moved = yield* target.call({ do: 'rename', from, path: to });
    if (moved.errno !== undefined) {
      this.trouble(`rename "${this.full(from)}" -> "${to}" failed`, moved.errno, 'receiver');
      return;
    }
    if (this.settings.verbose >= 2)
      this.report.message(
        `backed up ${name} to ${backupDir === undefined ? name + suffix : joined(backupDir, name + suffix)}\n`,
      );
  }
}

/** Makes the directories of a path; gives how many were made. */
export function* makePath(tree: Tree, path: string): Step<number | Errno> {
  if (path === '' || path === '.') return 0;
  const { info } = yield* tree.call({ do: 'stat', path, follow: true });
  if (info !== undefined) return 0;
  const cut = path.lastIndexOf('/');
  const above = cut <= 0 ? 0 : yield* makePath(tree, path.slice(0, cut));
  if (typeof above !== 'number') return above;
  const made = yield* tree.call({ do: 'mkdir', path, mode: 0o777 });
  return made.errno ?? above + 1;
}
