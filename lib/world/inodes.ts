/**
 * The inodes of a host's disk, what they hold and how much room that takes. They are plain data, frozen and replaced
 * on change, so that a checkpoint shares what did not change.
 */
import { byteLength } from '../std/bytes';
import { type Credentials, FileError, type FileKind, type Inode, type Stat } from './files.contract';
import { ATTRIB, concerned, CREATE, DELETE_SELF, type FileWatch, MODIFY } from './file-watches';
import type { Host, HostState, MountState, Registry } from './world.contract';

export const ROOT_INODE = 1;
export const BLOCK = 4096;
export const ROOT: Credentials = Object.freeze({ uid: 0, gid: 0, groups: Object.freeze([]) });

/** A free name in a directory. */
export interface Place {
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

export function inode(fields: Inode): Inode {
  return Object.freeze(fields);
}
/** 4 KiB blocks that so many bytes take. */
export function blocksOf(bytes: number): number {
  return Math.ceil(bytes / BLOCK);
}

export class Inodes {
  /** Counts names that are gone or lead elsewhere: what they were found by before may be wrong since. */
  names = 0;
  /** Open counts, so that an unlinked open file goes on. Runtime only: rebuilt as programs run. */
  readonly #opened = new Map<number, number>();
  /** Directories' entries that only this set-up has seen. */
  #growing: Set<ReadonlyMap<string, number>> | undefined;

  constructor(private readonly ports: FilesPorts) {}

  // ---------------------------------------------------------------- one inode
  /** @throws FileError EIO when there is none of this number */
  get(ino: number): Inode {
    const node = this.ports.state().inodes.get(ino);
    if (node === undefined) throw new FileError('EIO', `inode ${ino}`);
    return node;
  }
  patch(ino: number, fields: Partial<Inode>): void {
    this.ports.state().inodes.set(ino, inode({ ...this.get(ino), ...fields }));
  }
  /** Whoever watches this inode hears of it (inotify). */
  tell(ino: number, event: number): void {
    const state = this.ports.state();
    if (state.watches === undefined) return;
    for (const watch of concerned(state, ino, event)) this.ports.watched(watch);
  }
  mountOf(node: Inode): MountState {
    const mounts = this.ports.state().mounts;
    const mount = mounts[node.mount] ?? mounts[0];
    if (mount === undefined) throw new FileError('EIO', 'no root mount');
    return mount;
  }
  /** Writes what fits; what does not is ENOSPC, as a short write(2) would end. */
  store(node: Inode, content: string, bytes: number): undefined | FileError {
    if (node.kind === 'character') return node.device === 'full' ? new FileError('ENOSPC', '') : undefined;
    const mount = this.mountOf(node);
    if (mount.options.includes('ro')) return new FileError('EROFS', '');
    const room = mount.size - mount.used + blocksOf(node.bytes) * BLOCK;
    if (blocksOf(bytes) * BLOCK <= room) {
      this.setContent(node.ino, content, bytes);
      if (mount.full === true && mount.size - mount.used > ROOM_AGAIN) mount.full = false;
      return undefined;
    }
    const kept = content.slice(0, Math.max(0, Math.floor(room / BLOCK) * BLOCK));
    this.setContent(node.ino, kept, byteLength(kept));
    return this.noRoom(mount);
  }
  /** The mount is full from now on, which the journal hears of once. @returns ENOSPC */
  noRoom(mount: MountState): FileError {
    if (mount.full !== true) this.ports.record('disk.full', { mount: mount.point });
    mount.full = true;
    return new FileError('ENOSPC', '');
  }
  /** In place of what it held; there must be room. */
  setContent(ino: number, content: string, bytes: number): void {
    const node = this.get(ino);
    const mount = this.mountOf(node);
    mount.used += (blocksOf(bytes) - blocksOf(node.bytes)) * BLOCK;
    const clock = this.ports.clock();
    const zeros = node.zeros === undefined ? {} : { zeros: 0 };
    this.patch(ino, { content, bytes, mtime: clock, ctime: clock, ...zeros });
    this.tell(ino, MODIFY);
  }
  /** Gives a name in a directory to an inode, or takes it away. */
  setEntry(directory: number, name: string, ino: number | undefined): void {
    const node = this.get(directory);
    const entries = this.#ownEntries(node);
    const before = entries.get(name);
    if (ino === undefined) entries.delete(name);
    else entries.set(name, ino);
    if (before !== undefined) this.names += 1;
    const clock = this.ports.clock();
    const isDirectory = (child: number | undefined): number =>
      child !== undefined && this.ports.state().inodes.get(child)?.kind === 'directory' ? 1 : 0;
    const nlink = node.nlink + isDirectory(ino) - isDirectory(before);
    // It grows in place, and what else there is to say was said a moment ago.
    if (entries === node.entries && nlink === node.nlink && node.mtime === clock && node.ctime === clock)
      return;
    this.patch(directory, { entries, mtime: clock, ctime: clock, nlink });
  }
  /** A directory's entries to change: a copy, as checkpoints share what they hold. */
  #ownEntries({ entries }: Inode): Map<string, number> {
    if (entries !== undefined && this.#growing?.has(entries) === true) return entries;
    const copy = new Map(entries);
    this.#growing?.add(copy);
    return copy;
  }
  describe(ino: number): Stat {
    const node = this.get(ino);
    const virtual = node.device === 'virtual';
    const size =
      node.kind === 'directory'
        ? this.mountOf(node).type === 'tmpfs'
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
      mount: this.mountOf(node).point,
      ...(node.program === undefined ? {} : { program: node.program }),
      ...(node.device === undefined ? {} : { device: node.device }),
    };
  }
  /** Undefined when no inode is left. */
  create(
    place: Place,
    kind: FileKind,
    mode: number,
    who: Credentials,
    content: string,
    fields: Partial<Inode> = {},
  ): { ino: number } | undefined {
    const directory = this.get(place.parent);
    const state = this.ports.state();
    const mountIndex = this.mountAt(place.path, directory.mount);
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
    this.setEntry(place.parent, place.name, ino);
    this.tell(place.parent, CREATE);
    return { ino };
  }
  /** Index of the mount at this path, or the one that its directory is on. */
  mountAt(path: string, inherited: number): number {
    const index = this.ports.state().mounts.findIndex((mount) => mount.point === path);
    return index === -1 ? inherited : index;
  }
  /** One name less. */
  unlink(ino: number): void {
    const node = this.get(ino);
    this.patch(ino, { nlink: node.nlink - 1, ctime: this.ports.clock() });
    this.tell(ino, ATTRIB);
    this.dropIfUnused(ino);
    if (!this.ports.state().inodes.has(ino)) this.tell(ino, DELETE_SELF);
  }
  /** What has no name and is open nowhere is gone, and its room is free. */
  dropIfUnused(ino: number): void {
    const state = this.ports.state();
    const node = state.inodes.get(ino);
    if (node === undefined || node.nlink > 0 || this.#opened.has(ino)) return;
    const mount = this.mountOf(node);
    // The target of a symbolic link stands in its inode.
    if (node.kind === 'directory') mount.used -= BLOCK;
    else if (node.kind !== 'symlink') mount.used -= blocksOf(node.bytes) * BLOCK;
    mount.inodesUsed -= 1;
    state.inodes.delete(ino);
  }
  /** A name shows another inode, with neither told (mount, umount). */
  replaceEntry(directory: number, name: string, ino: number): void {
    const node = this.get(directory);
    this.patch(directory, { entries: new Map(node.entries).set(name, ino) });
    this.names += 1;
  }

  // ---------------------------------------------------------------- descriptors
  retain(ino: number): void {
    this.#opened.set(ino, (this.#opened.get(ino) ?? 0) + 1);
  }
  release(ino: number): void {
    const left = (this.#opened.get(ino) ?? 1) - 1;
    if (left > 0) this.#opened.set(ino, left);
    else {
      this.#opened.delete(ino);
      this.dropIfUnused(ino);
    }
  }
  forgetOpened(): void {
    this.#opened.clear();
  }
  openCount(ino: number): number {
    return this.#opened.get(ino) ?? 0;
  }
  /** Whether something on this mount, by its index, is open. */
  hasOpen(mount: number): boolean {
    const { inodes } = this.ports.state();
    for (const ino of this.#opened.keys()) if (inodes.get(ino)?.mount === mount) return true;
    return false;
  }

  // ---------------------------------------------------------------- set-up
  get isGrowing(): boolean {
    return this.#growing !== undefined;
  }
  /** Nobody sees the disk before `work` is done: directories grow in place meanwhile. */
  growWhile(work: () => void): void {
    this.#growing = new Set();
    try {
      work();
    } finally {
      this.#growing = undefined;
    }
  }
  /** What there is now is shared from here on: directories grow as copies again. */
  share(): void {
    this.#growing?.clear();
  }
}
