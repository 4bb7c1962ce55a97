/**
 * A host's file system: POSIX semantics over inodes that are plain data.
 *
 * Inodes are frozen and replaced on change, so that a checkpoint shares what
 * did not change. Mounts are fixed regions of the tree with their own size.
 * Not modelled: ACLs, extended attributes, quotas, holes.
 * Sources: POSIX.1-2017 path resolution §4.13; Linux path_resolution(7).
 */
import type { Micros } from '../std/instant';
import { byteLength } from '../std/bytes';
import {
  type Credentials,
  type Errno,
  FileError,
  type FileKind,
  type FileSpec,
  type FileSystem,
  type Inode,
  type Stat,
} from './files.contract';
import {
  ATTRIB,
  CLOSE_WRITE,
  concerned,
  CREATE,
  DELETE,
  DELETE_SELF,
  type FileWatch,
  MODIFY,
  MOVE_SELF,
  MOVED_FROM,
  MOVED_TO,
} from './file-watches';
import type { HostState, MountState, Registry } from './world.contract';
import type { Host } from './world.contract';

const ROOT_INODE = 1;
/** What a program's file begins with, and ends. */
const BINARY = '\u007fELF\u0002\u0001\u0001';
const LONGEST_NAME = 255;
const LONGEST_PATH = 4095;
const LINKS_FOLLOWED = 40;
const BLOCK = 4096;
const MOST_PATHS = 128;
/** More zeros than this at a file's end are not shown to who reads it. */
const MOST_ZEROS_READ = 16 * 1024 * 1024;
export const ROOT: Credentials = Object.freeze({ uid: 0, gid: 0, groups: Object.freeze([]) });

interface Found {
  readonly ino: number;
  readonly parent: number;
  readonly name: string;
  readonly path: string;
}
/** A free name in a directory. */
interface Place {
  parent: number;
  name: string;
  path: string;
}
/** What an operation may need to know beside the inodes. */
export interface FilesPorts {
  state(): HostState;
  clock(): number;
  registry: Registry;
  host(): Host;
  /** An entry of the run's journal. */
  record(type: string, data: unknown): void;
  /** Something happened to an inode that is watched. */
  watched(watch: FileWatch): void;
}
/** A disk that was full is told as full once more only when so many bytes have been free meanwhile. */
const ROOM_AGAIN = 1_048_576;

/** An empty tree with only the root directory. */
export function emptyInodes(clock: number): Map<number, Inode> {
  return new Map([
    [
      ROOT_INODE,
      inode({
        ino: ROOT_INODE,
        kind: 'directory',
        mode: 0o755,
        uid: 0,
        gid: 0,
        nlink: 2,
        mtime: clock,
        atime: clock,
        ctime: clock,
        content: '',
        bytes: 0,
        entries: new Map(),
        mount: 0,
      }),
    ],
  ]);
}

function kindOf({ directory, link }: FileSpec): 'directory' | 'file' | 'symlink' {
  return directory === true ? 'directory' : link === undefined ? 'file' : 'symlink';
}
/** What a set-up says of an inode beside its contents. */
function fieldsOf(spec: FileSpec, kind: FileKind, now: Micros) {
  const time = spec.mtime ?? now;
  const mode = spec.mode ?? (spec.directory === true ? 0o755 : spec.program === undefined ? 0o644 : 0o755);
  return {
    mode: kind === 'symlink' ? 0o777 : mode,
    uid: spec.uid ?? 0,
    gid: spec.gid ?? spec.uid ?? 0,
    mtime: time,
    atime: time,
    ctime: time,
    ...(spec.program === undefined ? {} : { program: spec.program }),
  };
}
function inode(fields: Inode): Inode {
  return Object.freeze(fields);
}

/** A disk as it was written, to be put into other hosts. */
export interface DiskImage {
  /** When it was written: a copy is as young as the host that it is put into. */
  readonly clock: number;
  readonly inodes: ReadonlyMap<number, Inode>;
  readonly nextInode: number;
  /** Of each mount, in order. */
  readonly taken: readonly { used: number; inodesUsed: number }[];
}

/** Implements the contract over `host.state`. */
export class Files implements FileSystem {
  /** Open counts of inodes, so that an unlinked open file goes on. Runtime only: rebuilt as programs run. */
  readonly #opened = new Map<number, number>();
  /** Directories' entries that only this set-up has seen. */
  #growing: Set<ReadonlyMap<string, number>> | undefined;
  /** Where the folders are that this set-up has put something in. */
  readonly #folders = new Map<string, { ino: number; path: string }>();
  /** Where root's walks have led, in the inodes of `#walked`: until a name leads elsewhere or is gone, they lead there again. */
  readonly #paths = new Map<string, Found>();
  #walked: HostState['inodes'] | undefined;
  constructor(private readonly ports: FilesPorts) {}

  // ---------------------------------------------------------------- looking
  stat(path: string, who: Credentials): Stat | FileError {
    const found = this.#find(path, who, true);
    return found instanceof FileError ? found : this.#describe(found.ino);
  }
  lstat(path: string, who: Credentials): Stat | FileError {
    const found = this.#find(path, who, !path.endsWith('/') ? false : true);
    return found instanceof FileError ? found : this.#describe(found.ino);
  }
  exists(path: string): boolean {
    return !(this.#find(path, ROOT, true) instanceof FileError);
  }
  readlink(path: string, who: Credentials): string | FileError {
    const found = this.#find(path, who, false);
    if (found instanceof FileError) return found;
    const node = this.#inode(found.ino);
    return node.kind === 'symlink' ? node.content : new FileError('EINVAL', path);
  }
  realpath(path: string, who: Credentials, options?: { allowMissing?: boolean }): string | FileError {
    const found = this.#find(path, who, true);
    if (!(found instanceof FileError)) return found.path;
    if (found.errno !== 'ENOENT' || options?.allowMissing !== true) return found;
    const parent = this.#parent(path, who);
    return parent instanceof FileError ? parent : join(parent.path, parent.name);
  }
  access(path: string, bits: number, who: Credentials): undefined | FileError {
    const found = this.#find(path, who, true);
    if (found instanceof FileError) return found;
    const node = this.#inode(found.ino);
    if ((bits & 2) !== 0 && this.#mount(node).options.includes('ro') && node.kind !== 'character')
      return new FileError('EROFS', path);
    if ((bits & 2) !== 0 && has(node, 'i')) return new FileError('EPERM', path);
    return permitted(node, bits, who) ? undefined : new FileError('EACCES', path);
  }
  readdir(path: string, who: Credentials): string[] | FileError {
    const found = this.#find(path, who, true);
    if (found instanceof FileError) return found;
    const node = this.#inode(found.ino);
    if (node.kind !== 'directory') return new FileError('ENOTDIR', path);
    if (!permitted(node, 4, who)) return new FileError('EACCES', path);
    const virtual = this.ports.registry.findVirtualFiles(found.path)?.list?.(this.ports.host(), found.path);
    const names = [...(node.entries?.keys() ?? [])];
    return virtual === undefined ? names : [...new Set([...names, ...virtual])];
  }
  mounts(): MountRow[] {
    return this.ports.state().mounts.map((mount) => ({ ...mount, options: mount.options.join(',') }));
  }

  // ---------------------------------------------------------------- contents
  readFile(path: string, who: Credentials): string | FileError {
    const opened = this.open(path, who, { read: true });
    return opened instanceof FileError ? opened : this.readInode(opened.ino);
  }
  writeFile(
    path: string,
    content: string,
    who: Credentials,
    options: { mode?: number; append?: boolean; exclusive?: boolean } = {},
  ): undefined | FileError {
    const opened = this.open(path, who, {
      write: true,
      create: true,
      truncate: options.append !== true,
      append: options.append === true,
      exclusive: options.exclusive === true,
      mode: options.mode ?? 0o644,
    });
    if (opened instanceof FileError) return opened;
    const failed =
      options.append === true
        ? this.appendInode(opened.ino, content)
        : content === ''
          ? undefined
          : this.writeInode(opened.ino, content);
    this.#tell(opened.ino, CLOSE_WRITE);
    return failed === undefined ? undefined : new FileError(failed.errno, path);
  }
  open(
    path: string,
    who: Credentials,
    options: Parameters<FileSystem['open']>[2],
  ): { ino: number } | FileError {
    const found = this.#find(path, who, true);
    if (found instanceof FileError) {
      if (found.errno !== 'ENOENT' || options.create !== true) return found;
      if (path.endsWith('/')) return new FileError('EISDIR', path);
      return this.#create(this.#throughLink(path, who), 'file', options.mode ?? 0o666, who, '');
    }
    if (options.exclusive === true && options.create === true) return new FileError('EEXIST', path);
    const node = this.#inode(found.ino);
    if (node.kind === 'directory') {
      if (options.write === true) return new FileError('EISDIR', path);
      return permitted(node, 4, who) ? { ino: found.ino } : new FileError('EACCES', path);
    }
    if (node.kind === 'socket') return new FileError('ENXIO', path);
    if (!permitted(node, (options.read === true ? 4 : 0) | (options.write === true ? 2 : 0), who))
      return new FileError('EACCES', path);
    if (options.write === true && node.kind === 'file') {
      if (this.#mount(node).options.includes('ro')) return new FileError('EROFS', path);
      if (has(node, 'i') || (has(node, 'a') && (options.append !== true || options.truncate === true)))
        return new FileError('EPERM', path);
      if (node.program !== undefined && this.#isRunning(found.path)) return new FileError('ETXTBSY', path);
      // The content of a computed file is its provider's; ours is only where to ask.
      if (options.truncate === true && node.device !== 'virtual') this.#setContent(found.ino, '', 0);
    }
    return { ino: found.ino };
  }
  readInode(ino: number): string {
    const node = this.ports.state().inodes.get(ino);
    if (node === undefined) return '';
    if (node.device === 'virtual')
      return this.ports.registry.findVirtualFiles(node.content)?.read(this.ports.host(), node.content) ?? '';
    return node.zeros === undefined ? node.content : withZeros(node);
  }
  writeInode(ino: number, content: string): undefined | FileError {
    const node = this.ports.state().inodes.get(ino);
    if (node === undefined) return new FileError('ENOENT', '');
    if (node.device === 'virtual') {
      const refused = this.ports.registry
        .findVirtualFiles(node.content)
        ?.write?.(this.ports.host(), node.content, content);
      return refused === undefined ? undefined : new FileError(refused, node.content);
    }
    return this.#store(node, content, byteLength(content));
  }
  appendInode(ino: number, text: string): undefined | FileError {
    if (text === '') return undefined;
    const node = this.ports.state().inodes.get(ino);
    if (node === undefined) return new FileError('ENOENT', '');
    if (node.device === 'virtual') return this.writeInode(ino, text);
    const added = byteLength(text);
    const mount = this.#mount(node);
    const room = blocksOf(node.bytes) * BLOCK - node.bytes + Math.max(0, mount.size - mount.used);
    if (added <= room || node.kind === 'character' || mount.options.includes('ro'))
      return this.#store(node, withZeros(node) + text, node.bytes + added);
    // What stands there already stays, whatever is added.
    const part = text.slice(0, room);
    if (part !== '') this.#setContent(ino, withZeros(node) + part, node.bytes + byteLength(part));
    return this.#noRoom(mount);
  }
  extend(ino: number, bytes: number): undefined | FileError {
    const node = this.#inode(ino);
    const mount = this.#mount(node);
    if (node.kind !== 'file' || node.device !== undefined || bytes <= 0) return undefined;
    if (mount.options.includes('ro')) return new FileError('EROFS', '');
    const room = blocksOf(node.bytes) * BLOCK - node.bytes + Math.max(0, mount.size - mount.used);
    const added = Math.min(bytes, room);
    this.#tell(ino, MODIFY);
    mount.used += (blocksOf(node.bytes + added) - blocksOf(node.bytes)) * BLOCK;
    const clock = this.ports.clock();
    this.#patch(ino, {
      zeros: (node.zeros ?? 0) + added,
      bytes: node.bytes + added,
      mtime: clock,
      ctime: clock,
    });
    return added < bytes ? this.#noRoom(mount) : undefined;
  }
  copyInode(from: number, to: number): undefined | FileError {
    const source = this.ports.state().inodes.get(from);
    const zeros = source?.zeros ?? 0;
    const failed =
      this.writeInode(to, zeros > 0 ? (source?.content ?? '') : this.readInode(from)) ??
      (zeros > 0 ? this.extend(to, zeros) : undefined);
    if (failed !== undefined || source?.program === undefined) return failed;
    this.#patch(to, { program: source.program });
    return undefined;
  }
  retain(ino: number): void {
    this.#opened.set(ino, (this.#opened.get(ino) ?? 0) + 1);
  }
  release(ino: number, wasWritable = false): void {
    if (wasWritable) this.#tell(ino, CLOSE_WRITE);
    const left = (this.#opened.get(ino) ?? 1) - 1;
    if (left > 0) this.#opened.set(ino, left);
    else {
      this.#opened.delete(ino);
      this.#dropIfUnused(ino);
    }
  }

  forgetOpened(): void {
    this.#opened.clear();
  }

  // ---------------------------------------------------------------- names
  mkdir(path: string, mode: number, who: Credentials): undefined | FileError {
    const made = this.#create(path.replace(/\/+$/, '') || '/', 'directory', mode, who, '');
    return made instanceof FileError ? made : undefined;
  }
  symlink(target: string, path: string, who: Credentials): undefined | FileError {
    const made = this.#create(path, 'symlink', 0o777, who, target);
    return made instanceof FileError ? made : undefined;
  }
  mkfifo(path: string, mode: number, who: Credentials): undefined | FileError {
    const made = this.#create(path, 'fifo', mode, who, '');
    return made instanceof FileError ? made : undefined;
  }
  bindSocket(path: string, mode: number, who: Credentials): undefined | FileError {
    const made = this.#create(path, 'socket', mode, who, '');
    return made instanceof FileError ? made : undefined;
  }
  /** A device, socket or computed file, for set-up. */
  special(
    path: string,
    kind: FileKind,
    mode: number,
    fields: { device?: string; content?: string; gid?: number; uid?: number },
  ): undefined | FileError {
    const made = this.#create(path, kind, mode, ROOT, fields.content ?? '');
    if (made instanceof FileError) return made;
    this.#patch(made.ino, {
      ...(fields.device === undefined ? {} : { device: fields.device }),
      uid: fields.uid ?? 0,
      gid: fields.gid ?? 0,
    });
    return undefined;
  }
  link(existing: string, path: string, who: Credentials): undefined | FileError {
    const found = this.#find(existing, who, false);
    if (found instanceof FileError) return found;
    const node = this.#inode(found.ino);
    if (node.kind === 'directory' || has(node, 'ia')) return new FileError('EPERM', existing);
    // fs.protected_hardlinks, as Debian sets it: no names for files that one could not write oneself.
    const isOwn = who.uid === 0 || node.uid === who.uid;
    if (!isOwn && (node.kind !== 'file' || this.access(existing, 6, who) !== undefined))
      return new FileError('EPERM', existing);
    const place = this.#place(path, who);
    if (place instanceof FileError) return place;
    this.#setEntry(place.parent, place.name, found.ino);
    this.#patch(found.ino, { nlink: node.nlink + 1, ctime: this.ports.clock() });
    this.#tell(found.ino, ATTRIB);
    this.#tell(place.parent, CREATE);
    return undefined;
  }
  unlink(path: string, who: Credentials): undefined | FileError {
    const found = this.#removable(path, who);
    if (found instanceof FileError) return found;
    const node = this.#inode(found.ino);
    if (node.kind === 'directory') return new FileError('EISDIR', path);
    if (path.endsWith('/')) return new FileError('ENOTDIR', path);
    this.#setEntry(found.parent, found.name, undefined);
    this.#unlinkInode(found.ino);
    this.#tell(found.parent, DELETE);
    return undefined;
  }
  rmdir(path: string, who: Credentials): undefined | FileError {
    if (/(^|\/)\.\/*$/.test(path)) return new FileError('EINVAL', path);
    if (/(^|\/)\.\.\/*$/.test(path)) return new FileError('ENOTEMPTY', path);
    const found = this.#removable(path, who);
    if (found instanceof FileError) return found;
    const node = this.#inode(found.ino);
    if (node.kind !== 'directory') return new FileError('ENOTDIR', path);
    if ((node.entries?.size ?? 0) > 0) return new FileError('ENOTEMPTY', path);
    if (this.ports.state().mounts.some((mount) => mount.point === found.path))
      return new FileError('EBUSY', path);
    this.#setEntry(found.parent, found.name, undefined);
    this.#patch(found.ino, { nlink: 0 });
    this.#dropIfUnused(found.ino);
    this.#tell(found.ino, DELETE_SELF);
    this.#tell(found.parent, DELETE);
    return undefined;
  }
  rename(from: string, to: string, who: Credentials): undefined | FileError {
    const source = this.#removable(from, who);
    if (source instanceof FileError) return source;
    const node = this.#inode(source.ino);
    const target = this.#find(to, who, false);
    if (target instanceof FileError && target.errno !== 'ENOENT') return target;
    const place =
      target instanceof FileError ? this.#place(to.replace(/\/+$/, ''), who) : this.#removable(to, who);
    if (place instanceof FileError) return place;
    if (node.kind === 'directory' && isWithin(place.path, source.path) && place.path !== source.path)
      return new FileError('EINVAL', to);
    if (this.#inode(place.parent).mount !== node.mount) return new FileError('EXDEV', to);
    if (!(target instanceof FileError)) {
      if (target.ino === source.ino) return undefined;
      const old = this.#inode(target.ino);
      if (old.kind === 'directory' && node.kind !== 'directory') return new FileError('EISDIR', to);
      if (old.kind !== 'directory' && node.kind === 'directory') return new FileError('ENOTDIR', to);
      if (old.kind === 'directory' && (old.entries?.size ?? 0) > 0) return new FileError('ENOTEMPTY', to);
      this.#setEntry(place.parent, place.name, undefined);
      this.#unlinkInode(target.ino);
    }
    this.#setEntry(source.parent, source.name, undefined);
    this.#setEntry(place.parent, place.name, source.ino);
    this.#patch(source.ino, { ctime: this.ports.clock() });
    this.#tell(source.parent, MOVED_FROM);
    this.#tell(place.parent, MOVED_TO);
    this.#tell(source.ino, MOVE_SELF);
    return undefined;
  }

  // ---------------------------------------------------------------- mounts
  /** mount(2) of an empty file system over a directory. */
  mount(mount: MountState, mode: number): undefined | FileError {
    const found = this.#find(mount.point, ROOT, true);
    if (found instanceof FileError) return found;
    if (this.#inode(found.ino).kind !== 'directory') return new FileError('ENOTDIR', mount.point);
    const state = this.ports.state();
    const index = state.mounts.push({ ...mount, point: found.path, covered: found.ino }) - 1;
    const clock = this.ports.clock();
    const ino = state.nextInode++;
    const times = { mtime: clock, atime: clock, ctime: clock };
    const fields = { kind: 'directory' as const, mode, uid: 0, gid: 0, nlink: 2, content: '', bytes: 0 };
    state.inodes.set(ino, inode({ ino, ...fields, ...times, entries: new Map(), mount: index }));
    this.#replaceEntry(found.parent, found.name, ino);
    return undefined;
  }
  /** umount(2): what it held is gone, what it covered shows again. */
  unmount(point: string): undefined | FileError {
    const found = this.#find(point, ROOT, true);
    if (found instanceof FileError) return found;
    const state = this.ports.state();
    const index = state.mounts.findLastIndex((mount) => mount.point === found.path);
    const mount = state.mounts[index];
    if (mount === undefined) return new FileError('EINVAL', point);
    if (mount.covered === undefined || this.#isInUse(index, found.path)) return new FileError('EBUSY', point);
    this.#replaceEntry(found.parent, found.name, mount.covered);
    state.mounts.splice(index, 1);
    for (const node of [...state.inodes.values()]) {
      if (node.mount === index) state.inodes.delete(node.ino);
      else if (node.mount > index) state.inodes.set(node.ino, inode({ ...node, mount: node.mount - 1 }));
    }
    return undefined;
  }
  #replaceEntry(directory: number, name: string, ino: number): void {
    const node = this.#inode(directory);
    this.#patch(directory, { entries: new Map(node.entries).set(name, ino) });
    this.#paths.clear();
  }
  #isInUse(mount: number, point: string): boolean {
    const state = this.ports.state();
    for (const ino of this.#opened.keys()) if (state.inodes.get(ino)?.mount === mount) return true;
    if (state.mounts.some((other) => other.point !== point && isWithin(other.point, point))) return true;
    for (const process of state.processes.values()) if (isWithin(process.cwd, point)) return true;
    return false;
  }
  /** Descriptors that running programs hold on an inode, and whether it has a name left. */
  openCount(ino: number): number {
    return this.#opened.get(ino) ?? 0;
  }

  // ---------------------------------------------------------------- attributes
  attributes(path: string, who: Credentials): string | FileError {
    const found = this.#find(path, who, true);
    return found instanceof FileError ? found : (this.#inode(found.ino).attributes ?? '');
  }
  setAttributes(path: string, letters: string, who: Credentials): undefined | FileError {
    const found = this.#find(path, who, true);
    if (found instanceof FileError) return found;
    const node = this.#inode(found.ino);
    const changesFixed = has({ attributes: `${letters}${node.attributes ?? ''}` }, 'ia');
    if (who.uid !== 0 && (who.uid !== node.uid || changesFixed)) return new FileError('EPERM', path);
    this.#patch(found.ino, { attributes: letters, ctime: this.ports.clock() });
    return undefined;
  }
  chmod(path: string, mode: number, who: Credentials): undefined | FileError {
    return this.#change(path, who, true, () => ({ mode: mode & 0o7777, ctime: this.ports.clock() }));
  }
  chown(
    path: string,
    uid: number,
    gid: number,
    who: Credentials,
    options?: { noFollow?: boolean },
  ): undefined | FileError {
    return this.#change(path, who, options?.noFollow !== true, (node) => {
      const newUid = uid === -1 ? node.uid : uid;
      const newGid = gid === -1 ? node.gid : gid;
      const allowed =
        who.uid === 0 ||
        (newUid === node.uid && (newGid === node.gid || newGid === who.gid || who.groups.includes(newGid)));
      return allowed ? { uid: newUid, gid: newGid, ctime: this.ports.clock() } : 'EPERM';
    });
  }
  utimes(
    path: string,
    atime: number,
    mtime: number,
    who: Credentials,
    options: { noFollow?: boolean; now?: boolean } = {},
  ): undefined | FileError {
    const follow = options.noFollow !== true;
    const found = this.#find(path, who, follow);
    if (found instanceof FileError) return found;
    const node = this.#inode(found.ino);
    const isOwner = who.uid === 0 || who.uid === node.uid;
    if (!isOwner && options.now === true && !permitted(node, 2, who)) return new FileError('EACCES', path);
    const as = options.now === true && !isOwner ? ROOT : who;
    // The present time may be set on what only grows.
    if (options.now === true && has(node, 'a') && !has(node, 'i') && isOwner) {
      this.#patch(found.ino, { atime, mtime, ctime: this.ports.clock() });
      return undefined;
    }
    return this.#change(path, as, follow, () => ({ atime, mtime, ctime: this.ports.clock() }));
  }

  // ---------------------------------------------------------------- set-up
  /** A whole disk is written: nobody sees it before `work` is done, so that directories grow in place meanwhile. */
  setUp(work: () => void): void {
    this.#growing = new Set();
    try {
      work();
    } finally {
      this.#growing = undefined;
      this.#folders.clear();
    }
  }
  /** What is on the disk now. */
  image(): DiskImage {
    // It is shared from here on: directories grow as copies again.
    this.#growing?.clear();
    const { inodes, nextInode, mounts } = this.ports.state();
    const taken = mounts.map(({ used, inodesUsed }) => ({ used, inodesUsed }));
    return { clock: this.ports.clock(), inodes: new Map(inodes), nextInode, taken };
  }
  /** In place of what is on the disk; its mounts are those of the image. */
  putImage({ clock, inodes, nextInode, taken }: DiskImage): void {
    const state = this.ports.state();
    const now = this.ports.clock();
    this.#folders.clear();
    state.inodes = now === clock ? new Map(inodes) : written(inodes, clock, now);
    state.nextInode = nextInode;
    for (const [index, mount] of state.mounts.entries()) Object.assign(mount, taken[index]);
  }
  /** Root-owned set-up write; makes parents; replaces what is there. Full disks and files in the way refuse it. */
  install(path: string, spec: FileSpec): undefined | FileError {
    const place = this.#place(path, ROOT);
    const isFree =
      !(place instanceof FileError) && this.ports.registry.findVirtualFiles(place.path) === undefined;
    if (isFree && this.#growing !== undefined && this.#putWhole(place, spec)) return undefined;
    const put = isFree ? this.#putNew(place, spec) : this.#putOver(path, spec);
    if (put instanceof FileError) return put;
    const { kind, mtime } = this.#inode(put);
    this.#patch(put, fieldsOf(spec, kind, mtime));
    return undefined;
  }
  /** The inode as it will stand, made once; false where there may be no room for it. */
  #putWhole(place: Place, spec: FileSpec): boolean {
    const kind = kindOf(spec);
    const content = kind === 'symlink' ? (spec.link ?? '') : kind === 'file' ? (spec.text ?? BINARY) : '';
    const mount = this.ports.state().mounts[this.#mountOf(place.path, this.#inode(place.parent).mount)];
    const room = kind === 'file' ? blocksOf(byteLength(content)) * BLOCK : 0;
    if (mount === undefined || mount.full === true || mount.size - mount.used < room) return false;
    const fields = fieldsOf(spec, kind, this.ports.clock());
    if (this.#createAt(place, kind, fields.mode, ROOT, content, fields) === undefined) return false;
    mount.used += room;
    return true;
  }
  /** @returns the inode; the path is looked up once, and there are seven hundred of them on a new host. */
  #putNew(place: Place, spec: FileSpec): number | FileError {
    const kind = kindOf(spec);
    const made = this.#createAt(place, kind, 0o755, ROOT, kind === 'symlink' ? (spec.link ?? '') : '');
    if (made === undefined) return new FileError('ENOSPC', place.path);
    const text = kind === 'file' ? (spec.text ?? BINARY) : '';
    const failed = text === '' ? undefined : this.writeInode(made.ino, text);
    return failed === undefined ? made.ino : new FileError(failed.errno, place.path);
  }
  #putOver(path: string, spec: FileSpec): number | FileError {
    const parts = path.split('/').filter((part) => part !== '');
    for (let i = 1; i < parts.length; i++) this.mkdir(`/${parts.slice(0, i).join('/')}`, 0o755, ROOT);
    if (spec.directory === true) this.mkdir(path, spec.mode ?? 0o755, ROOT);
    else if (spec.link !== undefined) {
      this.unlink(path, ROOT);
      this.symlink(spec.link, path, ROOT);
    } else {
      const failed = this.writeFile(path, spec.text ?? BINARY, ROOT);
      if (failed !== undefined) return failed;
    }
    const found = this.#find(path, ROOT, false);
    return found instanceof FileError ? found : found.ino;
  }
  /** Removes everything below a directory (a tmpfs at boot). */
  clear(path: string): void {
    const names = this.readdir(path, ROOT);
    if (names instanceof FileError) return;
    for (const name of names) {
      const child = join(path, name);
      const info = this.lstat(child, ROOT);
      if (info instanceof FileError) continue;
      if (info.kind === 'directory') {
        this.clear(child);
        this.rmdir(child, ROOT);
      } else this.unlink(child, ROOT);
    }
  }

  // ---------------------------------------------------------------- inside
  #inode(ino: number): Inode {
    const node = this.ports.state().inodes.get(ino);
    if (node === undefined) throw new FileError('EIO', `inode ${ino}`);
    return node;
  }
  #patch(ino: number, fields: Partial<Inode>): void {
    this.ports.state().inodes.set(ino, inode({ ...this.#inode(ino), ...fields }));
  }
  #tell(ino: number, event: number): void {
    const state = this.ports.state();
    if (state.watches === undefined) return;
    for (const watch of concerned(state, ino, event)) this.ports.watched(watch);
  }
  #mount(node: Inode): MountState {
    const mounts = this.ports.state().mounts;
    const mount = mounts[node.mount] ?? mounts[0];
    if (mount === undefined) throw new FileError('EIO', 'no root mount');
    return mount;
  }
  /** Writes what fits; what does not is ENOSPC, as a short write(2) would end. */
  #store(node: Inode, content: string, bytes: number): undefined | FileError {
    if (node.kind === 'character') return node.device === 'full' ? new FileError('ENOSPC', '') : undefined;
    const mount = this.#mount(node);
    if (mount.options.includes('ro')) return new FileError('EROFS', '');
    const room = mount.size - mount.used + blocksOf(node.bytes) * BLOCK;
    if (blocksOf(bytes) * BLOCK <= room) {
      this.#setContent(node.ino, content, bytes);
      if (mount.full === true && mount.size - mount.used > ROOM_AGAIN) mount.full = false;
      return undefined;
    }
    const kept = content.slice(0, Math.max(0, Math.floor(room / BLOCK) * BLOCK));
    this.#setContent(node.ino, kept, byteLength(kept));
    return this.#noRoom(mount);
  }
  #noRoom(mount: MountState): FileError {
    if (mount.full !== true) this.ports.record('disk.full', { mount: mount.point });
    mount.full = true;
    return new FileError('ENOSPC', '');
  }
  #setContent(ino: number, content: string, bytes: number): void {
    const node = this.#inode(ino);
    const mount = this.#mount(node);
    mount.used += (blocksOf(bytes) - blocksOf(node.bytes)) * BLOCK;
    const clock = this.ports.clock();
    const zeros = node.zeros === undefined ? {} : { zeros: 0 };
    this.#patch(ino, { content, bytes, mtime: clock, ctime: clock, ...zeros });
    this.#tell(ino, MODIFY);
  }
  #setEntry(directory: number, name: string, ino: number | undefined): void {
    const node = this.#inode(directory);
    const entries = this.#ownEntries(node);
    const before = entries.get(name);
    if (ino === undefined) entries.delete(name);
    else entries.set(name, ino);
    if (ino === undefined) this.#folders.clear();
    if (before !== undefined) this.#paths.clear();
    const clock = this.ports.clock();
    const isDirectory = (child: number | undefined): number =>
      child !== undefined && this.ports.state().inodes.get(child)?.kind === 'directory' ? 1 : 0;
    const nlink = node.nlink + isDirectory(ino) - isDirectory(before);
    // It grows in place, and what else there is to say was said a moment ago.
    if (entries === node.entries && nlink === node.nlink && node.mtime === clock && node.ctime === clock)
      return;
    this.#patch(directory, { entries, mtime: clock, ctime: clock, nlink });
  }
  /** A directory's entries to change: a copy, as checkpoints share what they hold. */
  #ownEntries({ entries }: Inode): Map<string, number> {
    if (entries !== undefined && this.#growing?.has(entries) === true) return entries;
    const copy = new Map(entries);
    this.#growing?.add(copy);
    return copy;
  }
  #describe(ino: number): Stat {
    const node = this.#inode(ino);
    const virtual = node.device === 'virtual';
    const size =
      node.kind === 'directory'
        ? this.#mount(node).type === 'tmpfs'
          ? 40 + 20 * (node.entries?.size ?? 0)
          : BLOCK
        : node.kind === 'character' || virtual
          ? 0
          : node.bytes;
    return {
      ino,
      kind: node.kind,
      mode: node.mode,
      uid: node.uid,
      gid: node.gid,
      nlink: node.nlink,
      size,
      mtime: node.mtime,
      atime: node.atime,
      ctime: node.ctime,
      blocks: node.kind === 'directory' ? 8 : node.kind === 'symlink' ? 0 : Math.ceil(size / BLOCK) * 8,
      mount: this.#mount(node).point,
      ...(node.program === undefined ? {} : { program: node.program }),
      ...(node.device === undefined ? {} : { device: node.device }),
    };
  }
  #isRunning(path: string): boolean {
    for (const process of this.ports.state().processes.values())
      if (process.exe === path && process.state !== 'zombie') return true;
    return false;
  }

  /** Follows `path`; the last symlink too when `follow`. */
  #find(path: string, who: Credentials, follow: boolean): Found | FileError {
    if (path === '') return new FileError('ENOENT', path);
    if (path.length > LONGEST_PATH) return new FileError('ENAMETOOLONG', path);
    return follow && who.uid === 0 ? this.#findForRoot(path) : this.#walk(path, who, follow, 0);
  }
  /** Root passes every directory, so only names decide where its path leads. */
  #findForRoot(path: string): Found | FileError {
    const { inodes } = this.ports.state();
    if (this.#walked !== inodes) {
      this.#walked = inodes;
      this.#paths.clear();
    }
    const known = this.#paths.get(path);
    if (known !== undefined) return known;
    const found = this.#walk(path, ROOT, true, 0);
    // What is computed may go without a word (/proc/4711).
    if (found instanceof FileError || inodes.get(found.ino)?.device === 'virtual') return found;
    if (this.#paths.size >= MOST_PATHS) this.#paths.clear();
    this.#paths.set(path, found);
    return found;
  }
  #walk(path: string, who: Credentials, follow: boolean, links: number): Found | FileError {
    if (links > LINKS_FOLLOWED) return new FileError('ELOOP', path);
    const stack: number[] = [ROOT_INODE];
    const names: string[] = [];
    for (let from = 0, to = 0; from <= path.length; from = to + 1) {
      const slash = path.indexOf('/', from);
      to = slash < 0 ? path.length : slash;
      const isEnd = slash < 0;
      const here = stack[stack.length - 1] ?? ROOT_INODE;
      const part = path.slice(from, to);
      if (part === '' || part === '.') {
        if ((part === '.' || isEnd) && this.#inode(here).kind !== 'directory')
          return new FileError('ENOTDIR', path);
        continue;
      }
      const node = this.#inode(here);
      if (node.kind !== 'directory') return new FileError('ENOTDIR', path);
      if (!permitted(node, 1, who)) return new FileError('EACCES', path);
      if (part === '..') {
        if (stack.length > 1) {
          stack.pop();
          names.pop();
        }
        continue;
      }
      if (part.length > LONGEST_NAME) return new FileError('ENAMETOOLONG', path);
      const child = node.entries?.get(part) ?? this.#virtualChild(names, part);
      if (child === undefined) return new FileError('ENOENT', path);
      const target = this.#inode(child);
      if (target.kind === 'symlink' && (follow || !isEnd)) {
        const base = target.content.startsWith('/') ? target.content : `${pathOf(names)}/${target.content}`;
        return this.#walk(base + path.slice(to), who, follow, links + 1);
      }
      stack.push(child);
      names.push(part);
    }
    const ino = stack[stack.length - 1] ?? ROOT_INODE;
    const parent = stack[stack.length - 2] ?? ROOT_INODE;
    return { ino, parent, name: names[names.length - 1] ?? '', path: pathOf(names) || '/' };
  }
  /** Materialises a computed file or directory (/proc, /sys) as an inode on first sight. */
  #virtualChild(names: readonly string[], name: string): number | undefined {
    const path = `${pathOf(names)}/${name}`;
    const provider = this.ports.registry.findVirtualFiles(path);
    if (provider === undefined) return undefined;
    const host = this.ports.host();
    const isDirectory = provider.list?.(host, path) !== undefined;
    if (!isDirectory && provider.read(host, path) === undefined) return undefined;
    const state = this.ports.state();
    const ino = 0x40000000 + hashPath(path);
    if (!state.inodes.has(ino)) {
      const now = this.ports.clock();
      state.inodes.set(
        ino,
        inode({
          ino,
          kind: isDirectory ? 'directory' : 'file',
          mode: isDirectory ? 0o555 : provider.write === undefined ? 0o444 : 0o644,
          uid: 0,
          gid: 0,
          nlink: 1,
          mtime: now,
          atime: now,
          ctime: now,
          content: isDirectory ? '' : path,
          bytes: 0,
          mount: 0,
          device: 'virtual',
          ...(isDirectory ? { entries: new Map() } : {}),
        }),
      );
    }
    return ino;
  }
  /** Where a dangling symlink points, so that creating through it makes the target. */
  #throughLink(path: string, who: Credentials): string {
    let current = path;
    for (let i = 0; i < LINKS_FOLLOWED; i++) {
      const found = this.#find(current, who, false);
      if (found instanceof FileError) return current;
      const node = this.#inode(found.ino);
      if (node.kind !== 'symlink') return current;
      current = node.content.startsWith('/')
        ? node.content
        : join(found.path.slice(0, found.path.lastIndexOf('/')) || '/', node.content);
    }
    return current;
  }
  /** The directory that would hold `path`, and the last name. */
  #parent(path: string, who: Credentials): { ino: number; path: string; name: string } | FileError {
    const trimmed = path.replace(/\/+$/, '');
    const cut = trimmed.lastIndexOf('/');
    const folder = cut <= 0 ? '/' : trimmed.slice(0, cut);
    const known = who === ROOT ? this.#folders.get(folder) : undefined;
    const directory = known ?? this.#find(folder, who, true);
    if (directory instanceof FileError) return new FileError(directory.errno, path);
    if (this.#inode(directory.ino).kind !== 'directory') return new FileError('ENOTDIR', path);
    if (this.#growing !== undefined && who === ROOT) this.#folders.set(folder, directory);
    return { ino: directory.ino, path: directory.path, name: trimmed.slice(cut + 1) };
  }
  /** A free name in a writable directory. */
  #place(path: string, who: Credentials): Place | FileError {
    const directory = this.#parent(path, who);
    if (directory instanceof FileError) return directory;
    const node = this.#inode(directory.ino);
    if (!permitted(node, 1, who)) return new FileError('EACCES', path);
    if (
      directory.name === '' ||
      directory.name === '.' ||
      directory.name === '..' ||
      node.entries?.has(directory.name) === true
    )
      return new FileError('EEXIST', path);
    if (directory.name.length > LONGEST_NAME) return new FileError('ENAMETOOLONG', path);
    if (this.#mount(node).options.includes('ro')) return new FileError('EROFS', path);
    if (has(node, 'i')) return new FileError('EPERM', path);
    if (!permitted(node, 3, who)) return new FileError('EACCES', path);
    return { parent: directory.ino, name: directory.name, path: join(directory.path, directory.name) };
  }
  #create(
    path: string,
    kind: FileKind,
    mode: number,
    who: Credentials,
    content: string,
  ): { ino: number } | FileError {
    const place = this.#place(path, who);
    if (place instanceof FileError) return place;
    return this.#createAt(place, kind, mode, who, content) ?? new FileError('ENOSPC', path);
  }
  /** Undefined when no inode is left. */
  #createAt(
    place: Place,
    kind: FileKind,
    mode: number,
    who: Credentials,
    content: string,
    fields: Partial<Inode> = {},
  ): { ino: number } | undefined {
    const directory = this.#inode(place.parent);
    const state = this.ports.state();
    const mountIndex = this.#mountOf(place.path, directory.mount);
    const mount = state.mounts[mountIndex];
    if (mount !== undefined) {
      if (mount.inodesUsed >= mount.inodes) return undefined;
      mount.inodesUsed += 1;
      if (kind === 'directory') mount.used += BLOCK;
    }
    const clock = this.ports.clock();
    const ino = state.nextInode++;
    state.inodes.set(
      ino,
      inode({
        ino,
        kind,
        // A folder hands on that its entries belong to its group.
        mode: (mode & 0o7777) | (kind === 'directory' ? directory.mode & 0o2000 : 0),
        uid: who.uid,
        gid: (directory.mode & 0o2000) !== 0 ? directory.gid : who.gid,
        nlink: kind === 'directory' ? 2 : 1,
        mtime: clock,
        atime: clock,
        ctime: clock,
        content,
        bytes: byteLength(content),
        mount: mountIndex,
        ...(kind === 'directory' ? { entries: new Map() } : {}),
        ...fields,
      }),
    );
    this.#setEntry(place.parent, place.name, ino);
    this.#tell(place.parent, CREATE);
    return { ino };
  }
  #mountOf(path: string, inherited: number): number {
    const index = this.ports.state().mounts.findIndex((mount) => mount.point === path);
    return index === -1 ? inherited : index;
  }
  #removable(path: string, who: Credentials): Found | FileError {
    const found = this.#find(path, who, false);
    if (found instanceof FileError) return found;
    const directory = this.#inode(found.parent);
    const node = this.#inode(found.ino);
    if (this.#mount(directory).options.includes('ro')) return new FileError('EROFS', path);
    if (has(directory, 'ia') || has(node, 'ia')) return new FileError('EPERM', path);
    if (!permitted(directory, 3, who)) return new FileError('EACCES', path);
    if ((directory.mode & 0o1000) !== 0 && who.uid !== 0 && who.uid !== node.uid && who.uid !== directory.uid)
      return new FileError('EPERM', path);
    return found;
  }
  #change(
    path: string,
    who: Credentials,
    follow: boolean,
    change: (node: Inode) => Partial<Inode> | Errno,
  ): undefined | FileError {
    const found = this.#find(path, who, follow);
    if (found instanceof FileError) return found;
    const node = this.#inode(found.ino);
    if (this.#mount(node).options.includes('ro')) return new FileError('EROFS', path);
    if (who.uid !== 0 && who.uid !== node.uid) return new FileError('EPERM', path);
    if (has(node, 'ia')) return new FileError('EPERM', path);
    const fields = change(node);
    if (typeof fields === 'string') return new FileError(fields, path);
    this.#patch(found.ino, fields);
    this.#tell(found.ino, ATTRIB);
    return undefined;
  }
  #unlinkInode(ino: number): void {
    const node = this.#inode(ino);
    this.#patch(ino, { nlink: node.nlink - 1, ctime: this.ports.clock() });
    this.#tell(ino, ATTRIB);
    this.#dropIfUnused(ino);
    if (!this.ports.state().inodes.has(ino)) this.#tell(ino, DELETE_SELF);
  }
  #dropIfUnused(ino: number): void {
    const state = this.ports.state();
    const node = state.inodes.get(ino);
    if (node === undefined || node.nlink > 0 || this.#opened.has(ino)) return;
    const mount = this.#mount(node);
    // The target of a symbolic link stands in its inode.
    if (node.kind === 'directory') mount.used -= BLOCK;
    else if (node.kind !== 'symlink') mount.used -= blocksOf(node.bytes) * BLOCK;
    mount.inodesUsed -= 1;
    state.inodes.delete(ino);
  }
}

/** The same inodes; what was written at one instant is as if written at another. */
function written(inodes: DiskImage['inodes'], before: number, now: number): Map<number, Inode> {
  const made = new Map<number, Inode>();
  for (const [ino, node] of inodes)
    made.set(ino, node.mtime === before ? inode({ ...node, mtime: now, atime: now, ctime: now }) : node);
  return made;
}

type MountRow = ReturnType<FileSystem['mounts']>[number];

/** Whether one of these attributes is set. Source: chattr(1), Linux `may_delete`, `notify_change`. */
function has({ attributes }: Pick<Inode, 'attributes'>, letters: string): boolean {
  return attributes !== undefined && [...letters].some((letter) => attributes.includes(letter));
}
/** Owner, group, others; root passes except that executing needs some x bit. */
function permitted(node: Inode, bits: number, who: Credentials): boolean {
  if (who.uid === 0) return (bits & 1) === 0 || node.kind === 'directory' || (node.mode & 0o111) !== 0;
  const shift = who.uid === node.uid ? 6 : who.gid === node.gid || who.groups.includes(node.gid) ? 3 : 0;
  return ((node.mode >> shift) & bits) === bits;
}
function withZeros(node: Inode): string {
  return node.content + '\0'.repeat(Math.min(node.zeros ?? 0, MOST_ZEROS_READ));
}
function pathOf(names: readonly string[]): string {
  let path = '';
  for (const name of names) path += `/${name}`;
  return path;
}
/** `directory` and `name` with one slash between. */
export function join(directory: string, name: string): string {
  return directory.endsWith('/') ? directory + name : `${directory}/${name}`;
}
function isWithin(path: string, directory: string): boolean {
  return path === directory || path.startsWith(`${directory}/`);
}
/** 4 KiB blocks that so many bytes take. */
function blocksOf(bytes: number): number {
  return Math.ceil(bytes / BLOCK);
}
function hashPath(path: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < path.length; i++) hash = Math.imul(hash ^ path.charCodeAt(i), 0x01000193) >>> 0;
  return hash & 0x3fffffff;
}
