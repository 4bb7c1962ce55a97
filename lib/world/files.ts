/**
 * A host's file system: what programs may do with files, directories and mounts, over inodes (inodes.ts) that paths
 * lead to (path-walk.ts). Mounts are fixed regions of the tree with their own size.
 * Not modelled: ACLs, extended attributes, quotas, holes.
 * Sources: POSIX.1-2017; the pages of section 2 of the Linux manual named like the calls.
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
  CREATE,
  DELETE,
  DELETE_SELF,
  MODIFY,
  MOVE_SELF,
  MOVED_FROM,
  MOVED_TO,
} from './file-watches';
import { BLOCK, blocksOf, type FilesPorts, inode, Inodes, type Place, ROOT } from './inodes';
import { type Found, has, isWithin, join, PathWalk, permitted } from './path-walk';
import type { MountState } from './world.contract';

export { emptyInodes, ROOT } from './inodes';
export { join } from './path-walk';

/** What a program's file begins with, and ends. */
const BINARY = '\u007fELF\u0002\u0001\u0001';
/** More zeros than this at a file's end are not shown to who reads it. */
const MOST_ZEROS_READ = 16 * 1024 * 1024;

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
  readonly #inodes: Inodes;
  readonly #walk: PathWalk;

  constructor(private readonly ports: FilesPorts) {
    this.#inodes = new Inodes(ports);
    this.#walk = new PathWalk(ports, this.#inodes);
  }

  // ---------------------------------------------------------------- looking
  stat(path: string, who: Credentials): Stat | FileError {
    const found = this.#walk.find(path, who, true);
    return found instanceof FileError ? found : this.#inodes.describe(found.ino);
  }
  lstat(path: string, who: Credentials): Stat | FileError {
    const found = this.#walk.find(path, who, !path.endsWith('/') ? false : true);
    return found instanceof FileError ? found : this.#inodes.describe(found.ino);
  }
  exists(path: string): boolean {
    return !(this.#walk.find(path, ROOT, true) instanceof FileError);
  }
  readlink(path: string, who: Credentials): string | FileError {
    const found = this.#walk.find(path, who, false);
    if (found instanceof FileError) return found;
    const node = this.#inodes.get(found.ino);
    if (node.kind !== 'symlink') return new FileError('EINVAL', path);
    // Where a process's links point is told to who may trace it (ptrace(2)).
    const isForeign = node.device === 'virtual' && who.uid !== 0 && who.uid !== node.uid;
    return isForeign ? new FileError('EACCES', path) : node.content;
  }
  realpath(path: string, who: Credentials, options?: { allowMissing?: boolean }): string | FileError {
    const found = this.#walk.find(path, who, true);
    if (!(found instanceof FileError)) return found.path;
    if (found.errno !== 'ENOENT' || options?.allowMissing !== true) return found;
    const parent = this.#walk.parent(path, who);
    return parent instanceof FileError ? parent : join(parent.path, parent.name);
  }
  access(path: string, bits: number, who: Credentials): undefined | FileError {
    const found = this.#walk.find(path, who, true);
    if (found instanceof FileError) return found;
    const node = this.#inodes.get(found.ino);
    if ((bits & 2) !== 0 && this.#walk.isReadOnly(found.path, node) && node.kind !== 'character')
      return new FileError('EROFS', path);
    if ((bits & 2) !== 0 && has(node, 'i')) return new FileError('EPERM', path);
    return permitted(node, bits, who) ? undefined : new FileError('EACCES', path);
  }
  readdir(path: string, who: Credentials): string[] | FileError {
    const found = this.#walk.find(path, who, true);
    if (found instanceof FileError) return found;
    const node = this.#inodes.get(found.ino);
    if (node.kind !== 'directory') return new FileError('ENOTDIR', path);
    if (!permitted(node, 4, who)) return new FileError('EACCES', path);
    const virtual = this.ports.registry.findVirtualFiles(found.path)?.list?.(this.ports.host(), found.path);
    const names = [...(node.entries?.keys() ?? [])];
    return virtual === undefined ? names : [...new Set([...names, ...virtual])];
  }
  mounts(): MountRow[] {
    const { mounts } = this.ports.state();
    return mounts.map(({ bound, ...mount }) => {
      const origin = bound === undefined ? undefined : mounts.find(({ point }) => point === bound.mount);
      const taken = origin === undefined ? {} : { used: origin.used, inodesUsed: origin.inodesUsed };
      const part = bound === undefined || bound.path === '/' ? {} : { part: bound.path };
      return { ...mount, ...taken, ...part, options: mount.options.join(','), isBound: bound !== undefined };
    });
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
    this.#inodes.tell(opened.ino, CLOSE_WRITE);
    return failed === undefined ? undefined : new FileError(failed.errno, path);
  }
  open(
    path: string,
    who: Credentials,
    options: Parameters<FileSystem['open']>[2],
  ): { ino: number } | FileError {
    const found = this.#walk.find(path, who, true);
    if (found instanceof FileError) {
      if (found.errno !== 'ENOENT' || options.create !== true) return found;
      if (path.endsWith('/')) return new FileError('EISDIR', path);
      return this.#create(this.#walk.throughLink(path, who), 'file', options.mode ?? 0o666, who, '');
    }
    if (options.exclusive === true && options.create === true) return new FileError('EEXIST', path);
    const node = this.#inodes.get(found.ino);
    if (node.kind === 'directory') {
      if (options.write === true) return new FileError('EISDIR', path);
      return permitted(node, 4, who) ? { ino: found.ino } : new FileError('EACCES', path);
    }
    if (node.kind === 'socket') return new FileError('ENXIO', path);
    if (!permitted(node, (options.read === true ? 4 : 0) | (options.write === true ? 2 : 0), who))
      return new FileError('EACCES', path);
    if (options.write === true && node.kind === 'file') {
      if (this.#walk.isReadOnly(found.path, node)) return new FileError('EROFS', path);
      if (has(node, 'i') || (has(node, 'a') && (options.append !== true || options.truncate === true)))
        return new FileError('EPERM', path);
      if (node.program !== undefined && this.#isRunning(found.path)) return new FileError('ETXTBSY', path);
      // The content of a computed file is its provider's; ours is only where to ask.
      if (options.truncate === true && node.device !== 'virtual') this.#inodes.setContent(found.ino, '', 0);
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
  writeInode(ino: number, content: string, bytes = byteLength(content)): undefined | FileError {
    const node = this.ports.state().inodes.get(ino);
    if (node === undefined) return new FileError('ENOENT', '');
    if (node.device === 'virtual') {
      const refused = this.ports.registry
        .findVirtualFiles(node.content)
        ?.write?.(this.ports.host(), node.content, content);
      return refused === undefined ? undefined : new FileError(refused, node.content);
    }
    return this.#inodes.store(node, content, bytes);
  }
  appendInode(ino: number, text: string): undefined | FileError {
    if (text === '') return undefined;
    const node = this.ports.state().inodes.get(ino);
    if (node === undefined) return new FileError('ENOENT', '');
    if (node.device === 'virtual') return this.writeInode(ino, text);
    const added = byteLength(text);
    const mount = this.#inodes.mountOf(node);
    const room = blocksOf(node.bytes) * BLOCK - node.bytes + Math.max(0, mount.size - mount.used);
    if (added <= room || node.kind === 'character' || mount.options.includes('ro'))
      return this.#inodes.store(node, withZeros(node) + text, node.bytes + added);
    // What stands there already stays, whatever is added.
    const part = text.slice(0, room);
    if (part !== '') this.#inodes.setContent(ino, withZeros(node) + part, node.bytes + byteLength(part));
    return this.#inodes.noRoom(mount);
  }
  extend(ino: number, bytes: number): undefined | FileError {
    const node = this.#inodes.get(ino);
    const mount = this.#inodes.mountOf(node);
    if (node.kind !== 'file' || node.device !== undefined || bytes <= 0) return undefined;
    if (mount.options.includes('ro')) return new FileError('EROFS', '');
    const room = blocksOf(node.bytes) * BLOCK - node.bytes + Math.max(0, mount.size - mount.used);
    const added = Math.min(bytes, room);
    this.#inodes.tell(ino, MODIFY);
    mount.used += (blocksOf(node.bytes + added) - blocksOf(node.bytes)) * BLOCK;
    const clock = this.ports.clock();
    this.#inodes.patch(ino, {
      zeros: (node.zeros ?? 0) + added,
      bytes: node.bytes + added,
      mtime: clock,
      ctime: clock,
    });
    return added < bytes ? this.#inodes.noRoom(mount) : undefined;
  }
  copyInode(from: number, to: number): undefined | FileError {
    const source = this.ports.state().inodes.get(from);
    const zeros = source?.zeros ?? 0;
    const failed =
      this.writeInode(to, zeros > 0 ? (source?.content ?? '') : this.readInode(from)) ??
      (zeros > 0 ? this.extend(to, zeros) : undefined);
    if (failed !== undefined || source?.program === undefined) return failed;
    this.#inodes.patch(to, { program: source.program });
    return undefined;
  }
  retain(ino: number): void {
    this.#inodes.retain(ino);
  }
  release(ino: number, wasWritable = false): void {
    if (wasWritable) this.#inodes.tell(ino, CLOSE_WRITE);
    this.#inodes.release(ino);
  }
  forgetOpened(): void {
    this.#inodes.forgetOpened();
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
    this.#inodes.patch(made.ino, {
      ...(fields.device === undefined ? {} : { device: fields.device }),
      uid: fields.uid ?? 0,
      gid: fields.gid ?? 0,
    });
    return undefined;
  }
  link(existing: string, path: string, who: Credentials): undefined | FileError {
    const found = this.#walk.find(existing, who, false);
    if (found instanceof FileError) return found;
    const node = this.#inodes.get(found.ino);
    if (node.kind === 'directory' || has(node, 'ia')) return new FileError('EPERM', existing);
    // fs.protected_hardlinks, as Debian sets it: no names for files that one could not write oneself.
    const isOwn = who.uid === 0 || node.uid === who.uid;
    if (!isOwn && (node.kind !== 'file' || this.access(existing, 6, who) !== undefined))
      return new FileError('EPERM', existing);
    const place = this.#walk.place(path, who);
    if (place instanceof FileError) return place;
    this.#inodes.setEntry(place.parent, place.name, found.ino);
    this.#inodes.patch(found.ino, { nlink: node.nlink + 1, ctime: this.ports.clock() });
    this.#inodes.tell(found.ino, ATTRIB);
    this.#inodes.tell(place.parent, CREATE);
    return undefined;
  }
  unlink(path: string, who: Credentials): undefined | FileError {
    const found = this.#removable(path, who);
    if (found instanceof FileError) return found;
    const node = this.#inodes.get(found.ino);
    if (node.kind === 'directory') return new FileError('EISDIR', path);
    if (path.endsWith('/')) return new FileError('ENOTDIR', path);
    this.#inodes.setEntry(found.parent, found.name, undefined);
    this.#inodes.unlink(found.ino);
    this.#inodes.tell(found.parent, DELETE);
    return undefined;
  }
  rmdir(path: string, who: Credentials): undefined | FileError {
    if (/(^|\/)\.\/*$/.test(path)) return new FileError('EINVAL', path);
    if (/(^|\/)\.\.\/*$/.test(path)) return new FileError('ENOTEMPTY', path);
    const found = this.#removable(path, who);
    if (found instanceof FileError) return found;
    const node = this.#inodes.get(found.ino);
    if (node.kind !== 'directory') return new FileError('ENOTDIR', path);
    if ((node.entries?.size ?? 0) > 0) return new FileError('ENOTEMPTY', path);
    if (this.ports.state().mounts.some((mount) => mount.point === found.path))
      return new FileError('EBUSY', path);
    this.#inodes.setEntry(found.parent, found.name, undefined);
    this.#inodes.patch(found.ino, { nlink: 0 });
    this.#inodes.dropIfUnused(found.ino);
    this.#inodes.tell(found.ino, DELETE_SELF);
    this.#inodes.tell(found.parent, DELETE);
    return undefined;
  }
  rename(from: string, to: string, who: Credentials): undefined | FileError {
    const source = this.#removable(from, who);
    if (source instanceof FileError) return source;
    const node = this.#inodes.get(source.ino);
    const target = this.#walk.find(to, who, false);
    if (target instanceof FileError && target.errno !== 'ENOENT') return target;
    const place =
      target instanceof FileError ? this.#walk.place(to.replace(/\/+$/, ''), who) : this.#removable(to, who);
    if (place instanceof FileError) return place;
    if (node.kind === 'directory' && isWithin(place.path, source.path) && place.path !== source.path)
      return new FileError('EINVAL', to);
    if (this.#inodes.get(place.parent).mount !== node.mount) return new FileError('EXDEV', to);
    if (!(target instanceof FileError)) {
      if (target.ino === source.ino) return undefined;
      const old = this.#inodes.get(target.ino);
      if (old.kind === 'directory' && node.kind !== 'directory') return new FileError('EISDIR', to);
      if (old.kind !== 'directory' && node.kind === 'directory') return new FileError('ENOTDIR', to);
      if (old.kind === 'directory' && (old.entries?.size ?? 0) > 0) return new FileError('ENOTEMPTY', to);
      this.#inodes.setEntry(place.parent, place.name, undefined);
      this.#inodes.unlink(target.ino);
    }
    this.#inodes.setEntry(source.parent, source.name, undefined);
    this.#inodes.setEntry(place.parent, place.name, source.ino);
    this.#inodes.patch(source.ino, { ctime: this.ports.clock() });
    this.#inodes.tell(source.parent, MOVED_FROM);
    this.#inodes.tell(place.parent, MOVED_TO);
    this.#inodes.tell(source.ino, MOVE_SELF);
    return undefined;
  }

  // ---------------------------------------------------------------- mounts
  /** mount(2) of an empty file system over a directory. */
  mount(mount: MountState, mode: number): undefined | FileError {
    const found = this.#walk.find(mount.point, ROOT, true);
    if (found instanceof FileError) return found;
    if (this.#inodes.get(found.ino).kind !== 'directory') return new FileError('ENOTDIR', mount.point);
    const state = this.ports.state();
    const index = state.mounts.push({ ...mount, point: found.path, covered: found.ino }) - 1;
    const clock = this.ports.clock();
    const ino = state.nextInode++;
    const times = { mtime: clock, atime: clock, ctime: clock };
    const fields = { kind: 'directory' as const, mode, uid: 0, gid: 0, nlink: 2, content: '', bytes: 0 };
    state.inodes.set(ino, inode({ ino, ...fields, ...times, entries: new Map(), mount: index }));
    this.#inodes.replaceEntry(found.parent, found.name, ino);
    return undefined;
  }
  bind(source: string, point: string, options: readonly string[]): undefined | FileError {
    const from = this.#walk.find(source, ROOT, true);
    if (from instanceof FileError) return from;
    const to = this.#walk.find(point, ROOT, true);
    if (to instanceof FileError) return to;
    const node = this.#inodes.get(from.ino);
    if ((node.kind === 'directory') !== (this.#inodes.get(to.ino).kind === 'directory'))
      return new FileError('ENOTDIR', point);
    const origin = this.#inodes.mountOf(node);
    const isWhole = origin.point === from.path;
    const path = isWhole ? '/' : from.path.slice(origin.point === '/' ? 0 : origin.point.length);
    this.ports.state().mounts.push({
      ...origin,
      point: to.path,
      options: [...options, ...origin.options.filter((option) => option !== 'rw' || options.length === 0)],
      covered: to.ino,
      bound: { mount: origin.point, path },
    });
    this.#inodes.replaceEntry(to.parent, to.name, from.ino);
    return undefined;
  }
  /** umount(2): what it held is gone, what it covered shows again. */
  unmount(point: string): undefined | FileError {
    const found = this.#walk.find(point, ROOT, true);
    if (found instanceof FileError) return found;
    const state = this.ports.state();
    const index = state.mounts.findLastIndex((mount) => mount.point === found.path);
    const mount = state.mounts[index];
    if (mount === undefined) return new FileError('EINVAL', point);
    if (mount.covered === undefined || this.#isInUse(index, found.path)) return new FileError('EBUSY', point);
    this.#inodes.replaceEntry(found.parent, found.name, mount.covered);
    state.mounts.splice(index, 1);
    for (const node of [...state.inodes.values()]) {
      if (node.mount === index) state.inodes.delete(node.ino);
      else if (node.mount > index) state.inodes.set(node.ino, inode({ ...node, mount: node.mount - 1 }));
    }
    return undefined;
  }
  #isInUse(mount: number, point: string): boolean {
    const state = this.ports.state();
    if (this.#inodes.hasOpen(mount)) return true;
    if (state.mounts.some((other) => other.point !== point && isWithin(other.point, point))) return true;
    for (const process of state.processes.values()) if (isWithin(process.cwd, point)) return true;
    return false;
  }
  /** Descriptors that running programs hold on an inode, and whether it has a name left. */
  openCount(ino: number): number {
    return this.#inodes.openCount(ino);
  }

  // ---------------------------------------------------------------- attributes
  attributes(path: string, who: Credentials): string | FileError {
    const found = this.#walk.find(path, who, true);
    return found instanceof FileError ? found : (this.#inodes.get(found.ino).attributes ?? '');
  }
  setAttributes(path: string, letters: string, who: Credentials): undefined | FileError {
    const found = this.#walk.find(path, who, true);
    if (found instanceof FileError) return found;
    const node = this.#inodes.get(found.ino);
    const changesFixed = has({ attributes: `${letters}${node.attributes ?? ''}` }, 'ia');
    if (who.uid !== 0 && (who.uid !== node.uid || changesFixed)) return new FileError('EPERM', path);
    this.#inodes.patch(found.ino, { attributes: letters, ctime: this.ports.clock() });
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
    const found = this.#walk.find(path, who, follow);
    if (found instanceof FileError) return found;
    const node = this.#inodes.get(found.ino);
    const isOwner = who.uid === 0 || who.uid === node.uid;
    if (!isOwner && options.now === true && !permitted(node, 2, who)) return new FileError('EACCES', path);
    const as = options.now === true && !isOwner ? ROOT : who;
    // The present time may be set on what only grows.
    if (options.now === true && has(node, 'a') && !has(node, 'i') && isOwner) {
      this.#inodes.patch(found.ino, { atime, mtime, ctime: this.ports.clock() });
      return undefined;
    }
    return this.#change(path, as, follow, () => ({ atime, mtime, ctime: this.ports.clock() }));
  }

  // ---------------------------------------------------------------- set-up
  /** A whole disk is written: nobody sees it before `work` is done, so that directories grow in place meanwhile. */
  setUp(work: () => void): void {
    this.#inodes.growWhile(work);
  }
  /** What is on the disk now. */
  image(): DiskImage {
    this.#inodes.share();
    const { inodes, nextInode, mounts } = this.ports.state();
    const taken = mounts.map(({ used, inodesUsed }) => ({ used, inodesUsed }));
    return { clock: this.ports.clock(), inodes: new Map(inodes), nextInode, taken };
  }
  /** In place of what is on the disk; its mounts are those of the image. */
  putImage({ clock, inodes, nextInode, taken }: DiskImage): void {
    const state = this.ports.state();
    const now = this.ports.clock();
    state.inodes = now === clock ? new Map(inodes) : written(inodes, clock, now);
    state.nextInode = nextInode;
    for (const [index, mount] of state.mounts.entries()) Object.assign(mount, taken[index]);
  }
  /** Root-owned set-up write; makes parents; replaces what is there. Full disks and files in the way refuse it. */
  install(path: string, spec: FileSpec): undefined | FileError {
    const place = this.#walk.place(path, ROOT);
    const isFree =
      !(place instanceof FileError) && this.ports.registry.findVirtualFiles(place.path) === undefined;
    if (isFree && this.#inodes.isGrowing && this.#putWhole(place, spec)) return undefined;
    const put = isFree ? this.#putNew(place, spec) : this.#putOver(path, spec);
    if (put instanceof FileError) return put;
    const { kind, mtime } = this.#inodes.get(put);
    this.#inodes.patch(put, fieldsOf(spec, kind, mtime));
    return undefined;
  }
  /** The inode as it will stand, made once; false where there may be no room for it. */
  #putWhole(place: Place, spec: FileSpec): boolean {
    const kind = kindOf(spec);
    const content = kind === 'symlink' ? (spec.link ?? '') : kind === 'file' ? (spec.text ?? BINARY) : '';
    const mount =
      this.ports.state().mounts[this.#inodes.mountAt(place.path, this.#inodes.get(place.parent).mount)];
    const room = kind === 'file' ? blocksOf(byteLength(content)) * BLOCK : 0;
    if (mount === undefined || mount.full === true || mount.size - mount.used < room) return false;
    const fields = fieldsOf(spec, kind, this.ports.clock());
    if (this.#inodes.create(place, kind, fields.mode, ROOT, content, fields) === undefined) return false;
    mount.used += room;
    return true;
  }
  /** @returns the inode; the path is looked up once, and there are seven hundred of them on a new host. */
  #putNew(place: Place, spec: FileSpec): number | FileError {
    const kind = kindOf(spec);
    const made = this.#inodes.create(place, kind, 0o755, ROOT, kind === 'symlink' ? (spec.link ?? '') : '');
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
    const found = this.#walk.find(path, ROOT, false);
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

  #isRunning(path: string): boolean {
    for (const process of this.ports.state().processes.values())
      if (process.exe === path && process.state !== 'zombie') return true;
    return false;
  }

  #create(
    path: string,
    kind: FileKind,
    mode: number,
    who: Credentials,
    content: string,
  ): { ino: number } | FileError {
    const place = this.#walk.place(path, who);
    if (place instanceof FileError) return place;
    return this.#inodes.create(place, kind, mode, who, content) ?? new FileError('ENOSPC', path);
  }
  #removable(path: string, who: Credentials): Found | FileError {
    const found = this.#walk.find(path, who, false);
    if (found instanceof FileError) return found;
    const directory = this.#inodes.get(found.parent);
    const node = this.#inodes.get(found.ino);
    if (this.#walk.isReadOnly(found.path, directory)) return new FileError('EROFS', path);
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
    const found = this.#walk.find(path, who, follow);
    if (found instanceof FileError) return found;
    const node = this.#inodes.get(found.ino);
    if (this.#walk.isReadOnly(found.path, node)) return new FileError('EROFS', path);
    if (who.uid !== 0 && who.uid !== node.uid) return new FileError('EPERM', path);
    if (has(node, 'ia')) return new FileError('EPERM', path);
    const fields = change(node);
    if (typeof fields === 'string') return new FileError(fields, path);
    this.#inodes.patch(found.ino, fields);
    this.#inodes.tell(found.ino, ATTRIB);
    return undefined;
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

function withZeros(node: Inode): string {
  return node.content + '\0'.repeat(Math.min(node.zeros ?? 0, MOST_ZEROS_READ));
}
