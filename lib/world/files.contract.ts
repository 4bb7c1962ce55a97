/**
 * Contract of a host's file system: POSIX semantics over plain data.
 * Contents are text as in `lib/std/bytes` (any bytes survive).
 * Paths given to these functions are absolute and may contain `.`/`..`/symlinks.
 * Every operation that can fail returns an `Errno` value instead of throwing.
 */
import type { Errno } from '../std/errno';
import type { Micros } from '../std/instant';

export type { Errno };

export class FileError {
  constructor(
    readonly errno: Errno,
    readonly path: string,
  ) {}
}

export type FileKind = 'file' | 'directory' | 'symlink' | 'fifo' | 'socket' | 'character' | 'block';

/** One inode. Times are wall-clock microseconds since 1970 (UTC), as that host's clock said. */
export interface Inode {
  ino: number;
  kind: FileKind;
  /** Permission bits with setuid, setgid and sticky, e.g. 0o644. */
  mode: number;
  uid: number;
  gid: number;
  nlink: number;
  mtime: number;
  atime: number;
  ctime: number;
  /** Regular file: text. Symlink: target. Directory: ''. */
  content: string;
  /** Length of `content` in bytes. */
  bytes: number;
  /** So many zeros follow `content`, which are counted in `bytes` but not stored: a file made by fallocate or from /dev/zero. */
  zeros?: number;
  /** Directory entries by name, `.` and `..` not included. */
  entries?: Map<string, number>;
  /** Name in the registry of programs when this file is a binary (an ELF file of a package). */
  program?: string;
  /** Index of its mount in the host's mounts. */
  mount: number;
  /** Letters of chattr(1): `i` nothing about it changes, `a` it only grows; others are kept. */
  attributes?: string;
  /** Device or fifo behaviour: 'null', 'zero', 'urandom', 'full', 'tty', … */
  device?: string;
}

/** What stat(2) tells. */
export interface Stat {
  ino: number;
  kind: FileKind;
  mode: number;
  uid: number;
  gid: number;
  nlink: number;
  /** bytes */ size: number;
  mtime: number;
  atime: number;
  ctime: number;
  /** 512-byte blocks */ blocks: number;
  /** Mount point that holds it. */ mount: string;
  program?: string;
  device?: string;
}

/** Who asks: uid 0 passes every permission check. */
export interface Credentials {
  uid: number;
  gid: number;
  groups: readonly number[];
}

export interface FileSystem {
  /** What chattr(1) has set, as its letters. */
  attributes(path: string, who: Credentials): string | FileError;
  setAttributes(path: string, letters: string, who: Credentials): undefined | FileError;
  stat(path: string, who: Credentials): Stat | FileError;
  lstat(path: string, who: Credentials): Stat | FileError;
  readFile(path: string, who: Credentials): string | FileError;
  /** Creates (mode & ~umask) or truncates and writes. Keeps owner and mode of an existing file. */
  writeFile(
    path: string,
    content: string,
    who: Credentials,
    options?: { mode?: number; append?: boolean; exclusive?: boolean },
  ): undefined | FileError;
  /** open(2) for streams: the inode number stays valid after unlink until released. */
  open(
    path: string,
    who: Credentials,
    options: {
      read?: boolean;
      write?: boolean;
      append?: boolean;
      create?: boolean;
      truncate?: boolean;
      exclusive?: boolean;
      mode?: number;
    },
  ): { ino: number } | FileError;
  /** Raw access by inode, for open descriptors. */
  readInode(ino: number): string;
  /** @param bytes of the content, where they are known: counting takes longer than writing */
  writeInode(ino: number, content: string, bytes?: number): undefined | FileError;
  appendInode(ino: number, text: string): undefined | FileError;
  /** Lengthens a file by zeros; what does not fit is ENOSPC. */
  extend(ino: number, bytes: number): undefined | FileError;
  /** Copies what `from` holds, a program's identity too. */
  copyInode(from: number, to: number): undefined | FileError;
  retain(ino: number): void;
  /** `wasWritable` when the descriptor was open for writing. */
  release(ino: number, wasWritable?: boolean): void;
  /** Names without `.` and `..`, in directory (creation) order. */
  readdir(path: string, who: Credentials): string[] | FileError;
  mkdir(path: string, mode: number, who: Credentials): undefined | FileError;
  rmdir(path: string, who: Credentials): undefined | FileError;
  unlink(path: string, who: Credentials): undefined | FileError;
  rename(from: string, to: string, who: Credentials): undefined | FileError;
  link(existing: string, path: string, who: Credentials): undefined | FileError;
  symlink(target: string, path: string, who: Credentials): undefined | FileError;
  readlink(path: string, who: Credentials): string | FileError;
  mkfifo(path: string, mode: number, who: Credentials): undefined | FileError;
  /** The inode that bind(2) makes for a UNIX socket. */
  bindSocket(path: string, mode: number, who: Credentials): undefined | FileError;
  chmod(path: string, mode: number, who: Credentials): undefined | FileError;
  chown(
    path: string,
    uid: number,
    gid: number,
    who: Credentials,
    options?: { noFollow?: boolean },
  ): undefined | FileError;
  /** `now`: whoever may write may set the times to the present. */
  utimes(
    path: string,
    atime: number,
    mtime: number,
    who: Credentials,
    options?: { noFollow?: boolean; now?: boolean },
  ): undefined | FileError;
  /** access(2): bits 4 read, 2 write, 1 execute. */
  access(path: string, bits: number, who: Credentials): undefined | FileError;
  /** Canonical absolute path, all symlinks resolved; the last part may be missing when `allowMissing`. */
  realpath(path: string, who: Credentials, options?: { allowMissing?: boolean }): string | FileError;
  /** Mounts with their sizes, for df. Sizes in bytes. */
  mounts(): {
    source: string;
    point: string;
    type: string;
    options: string;
    size: number;
    used: number;
    inodes: number;
    inodesUsed: number;
    /** The same files are mounted elsewhere too: all of their file system, or `part` of it. */
    isBound: boolean;
    part?: string;
  }[];
  /** mount(2) of an empty file system; umount(2), by which its files are gone. */
  mount(
    mount: {
      source: string;
      point: string;
      type: string;
      options: string[];
      size: number;
      used: number;
      inodes: number;
      inodesUsed: number;
    },
    mode: number,
  ): undefined | FileError;
  /** mount(2) with MS_BIND: what is at `source` is at `point` as well. */
  bind(source: string, point: string, options: readonly string[]): undefined | FileError;
  unmount(point: string): undefined | FileError;
  /** Open descriptors of running programs on an inode. */
  openCount(ino: number): number;
  exists(path: string): boolean;
}

/** Set-up helper used by loaders: makes parents, root-owned, no permission checks. */
export interface FileSpec {
  text?: string;
  mode?: number;
  uid?: number;
  gid?: number;
  link?: string;
  directory?: boolean;
  program?: string;
  mtime?: Micros;
}
