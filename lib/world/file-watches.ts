/** What inotify(7) tells of inodes: who watches which, and for what. Plain data, kept in `HostState.watches`. */
import type { Plain } from '../std/plain';
import type { HostState } from './world.contract';

/** Masks of inotify(7). */
export const MODIFY = 0x2;
export const ATTRIB = 0x4;
export const CLOSE_WRITE = 0x8;
export const MOVED_FROM = 0x40;
export const MOVED_TO = 0x80;
export const CREATE = 0x100;
export const DELETE = 0x200;
export const DELETE_SELF = 0x400;
export const MOVE_SELF = 0x800;
/** Of what happens to a file its directory hears too. */
const HEARD_BY_DIRECTORY = MODIFY | ATTRIB | CLOSE_WRITE;

export interface FileWatch {
  /** The process, and which of its watches. */
  pid: number;
  name: string;
  mask: number;
  /** Called a moment after the event. */
  callback: { name: string; data: Plain };
}

/** Sets what a process watches under one name: inode by inode; nothing ends it. */
export function watchFiles(
  state: HostState,
  pid: number,
  name: string,
  watches: ReadonlyMap<number, Pick<FileWatch, 'mask' | 'callback'>>,
): void {
  const all = new Map<number, readonly FileWatch[]>();
  for (const [ino, list] of state.watches ?? []) {
    const others = list.filter((watch) => watch.pid !== pid || watch.name !== name);
    if (others.length > 0) all.set(ino, others);
  }
  for (const [ino, { mask, callback }] of watches)
    all.set(ino, [...(all.get(ino) ?? []), { pid, name, mask, callback }]);
  if (all.size > 0) state.watches = all;
  else delete state.watches;
}
/** The watches that an event on an inode concerns. */
export function concerned(state: HostState, ino: number, event: number): FileWatch[] {
  const found: FileWatch[] = [];
  for (const [watched, list] of state.watches ?? []) {
    const isOwn = watched === ino;
    if (!isOwn && (event & HEARD_BY_DIRECTORY) === 0) continue;
    for (const watch of list)
      if ((watch.mask & event) !== 0 && (isOwn || holds(state, watched, ino))) found.push(watch);
  }
  return found;
}
function holds(state: HostState, directory: number, ino: number): boolean {
  for (const entry of state.inodes.get(directory)?.entries?.values() ?? []) if (entry === ino) return true;
  return false;
}
