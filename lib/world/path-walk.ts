/**
 * Where a path leads: directories, symbolic links, permissions on the way, and files that are computed when somebody
 * looks (/proc, /sys).
 *
 * Sources: POSIX.1-2017 path resolution §4.13; Linux path_resolution(7).
 */
import { type Credentials, FileError, type Inode } from './files.contract';
import { type FilesPorts, inode, type Inodes, type Place, ROOT, ROOT_INODE } from './inodes';
import type { HostState } from './world.contract';

const LONGEST_NAME = 255;
const LONGEST_PATH = 4095;
const LINKS_FOLLOWED = 40;
const MOST_PATHS = 128;

/** Where a path has led. */
export interface Found {
  readonly ino: number;
  readonly parent: number;
  readonly name: string;
  readonly path: string;
}

export class PathWalk {
  /** Where the folders are that this set-up has put something in. */
  readonly #folders = new Map<string, { ino: number; path: string }>();
  /** Where root's walks have led: until a name leads elsewhere or is gone, they lead there again. */
  readonly #paths = new Map<string, Found>();
  /** For which inodes and names the two hold. */
  #walked: HostState['inodes'] | undefined;
  #names = 0;

  constructor(
    private readonly ports: FilesPorts,
    private readonly inodes: Inodes,
  ) {}

  /** Follows `path`; the last symlink too when `follow`. */
  find(path: string, who: Credentials, follow: boolean): Found | FileError {
    if (path === '') return new FileError('ENOENT', path);
    if (path.length > LONGEST_PATH) return new FileError('ENAMETOOLONG', path);
    return follow && who.uid === 0 ? this.#findForRoot(path) : this.#walk(path, who, follow, 0);
  }
  /** Root passes every directory, so only names decide where its path leads. */
  #findForRoot(path: string): Found | FileError {
    const { inodes } = this.ports.state();
    this.#forgetWrong(inodes);
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
        if ((part === '.' || isEnd) && this.inodes.get(here).kind !== 'directory')
          return new FileError('ENOTDIR', path);
        continue;
      }
      const node = this.inodes.get(here);
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
      const target = this.inodes.get(child);
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
    const link = provider.link?.(host, path);
    const isDirectory = link === undefined && provider.list?.(host, path) !== undefined;
    if (link === undefined && !isDirectory && provider.read(host, path) === undefined) return undefined;
    const state = this.ports.state();
    const ino = 0x40000000 + hashPath(path);
    const known = state.inodes.get(ino);
    const owner = provider.owner?.(host, path);
    // Where a link points may have changed since it was seen.
    if (
      known === undefined ||
      (link ?? known.content) !== known.content ||
      known.uid !== (owner?.uid ?? known.uid)
    ) {
      const now = this.ports.clock();
      state.inodes.set(
        ino,
        inode({
          ino,
          kind: link !== undefined ? 'symlink' : isDirectory ? 'directory' : 'file',
          mode:
            owner?.mode ??
            (link !== undefined ? 0o777 : isDirectory ? 0o555 : provider.write === undefined ? 0o444 : 0o644),
          uid: owner?.uid ?? 0,
          gid: owner?.gid ?? 0,
          nlink: 1,
          mtime: now,
          atime: now,
          ctime: now,
          content: link ?? (isDirectory ? '' : path),
          bytes: 0,
          mount: 0,
          device: 'virtual',
          ...(isDirectory ? { entries: new Map() } : {}),
        }),
      );
    }
    return ino;
  }
  /** Whether nothing may change there: its file system is read-only, or what is bound there is. */
  isReadOnly(path: string, node: Inode): boolean {
    if (this.inodes.mountOf(node).options.includes('ro')) return true;
    return this.ports
      .state()
      .mounts.some(
        ({ bound, point, options }) => bound !== undefined && options.includes('ro') && isWithin(path, point),
      );
  }
  /** Where a dangling symlink points, so that creating through it makes the target. */
  throughLink(path: string, who: Credentials): string {
    let current = path;
    for (let i = 0; i < LINKS_FOLLOWED; i++) {
      const found = this.find(current, who, false);
      if (found instanceof FileError) return current;
      const node = this.inodes.get(found.ino);
      if (node.kind !== 'symlink') return current;
      current = node.content.startsWith('/')
        ? node.content
        : join(found.path.slice(0, found.path.lastIndexOf('/')) || '/', node.content);
    }
    return current;
  }
  /** The directory that would hold `path`, and the last name. */
  parent(path: string, who: Credentials): { ino: number; path: string; name: string } | FileError {
    const trimmed = path.replace(/\/+$/, '');
    const cut = trimmed.lastIndexOf('/');
    const folder = cut <= 0 ? '/' : trimmed.slice(0, cut);
    this.#forgetWrong(this.ports.state().inodes);
    const known = who === ROOT && this.inodes.isGrowing ? this.#folders.get(folder) : undefined;
    const directory = known ?? this.find(folder, who, true);
    if (directory instanceof FileError) return new FileError(directory.errno, path);
    if (this.inodes.get(directory.ino).kind !== 'directory') return new FileError('ENOTDIR', path);
    if (this.inodes.isGrowing && who === ROOT) this.#folders.set(folder, directory);
    return { ino: directory.ino, path: directory.path, name: trimmed.slice(cut + 1) };
  }
  /** A free name in a writable directory. */
  place(path: string, who: Credentials): Place | FileError {
    const directory = this.parent(path, who);
    if (directory instanceof FileError) return directory;
    const node = this.inodes.get(directory.ino);
    if (!permitted(node, 1, who)) return new FileError('EACCES', path);
    if (
      directory.name === '' ||
      directory.name === '.' ||
      directory.name === '..' ||
      node.entries?.has(directory.name) === true
    )
      return new FileError('EEXIST', path);
    if (directory.name.length > LONGEST_NAME) return new FileError('ENAMETOOLONG', path);
    if (this.isReadOnly(directory.path, node)) return new FileError('EROFS', path);
    if (has(node, 'i')) return new FileError('EPERM', path);
    if (!permitted(node, 3, who)) return new FileError('EACCES', path);
    return { parent: directory.ino, name: directory.name, path: join(directory.path, directory.name) };
  }
  #forgetWrong(inodes: HostState['inodes']): void {
    if (this.#walked === inodes && this.#names === this.inodes.names) return;
    this.#walked = inodes;
    this.#names = this.inodes.names;
    this.#paths.clear();
    this.#folders.clear();
  }
}

/** Whether one of these attributes is set. Source: chattr(1), Linux `may_delete`, `notify_change`. */
export function has({ attributes }: Pick<Inode, 'attributes'>, letters: string): boolean {
  return attributes !== undefined && [...letters].some((letter) => attributes.includes(letter));
}
/** Owner, group, others; root passes except that executing needs some x bit. */
export function permitted(node: Inode, bits: number, who: Credentials): boolean {
  if (who.uid === 0) return (bits & 1) === 0 || node.kind === 'directory' || (node.mode & 0o111) !== 0;
  const shift = who.uid === node.uid ? 6 : who.gid === node.gid || who.groups.includes(node.gid) ? 3 : 0;
  return ((node.mode >> shift) & bits) === bits;
}
/** `directory` and `name` with one slash between. */
export function join(directory: string, name: string): string {
  return directory.endsWith('/') ? directory + name : `${directory}/${name}`;
}
export function isWithin(path: string, directory: string): boolean {
  return path === directory || path.startsWith(`${directory}/`);
}
function pathOf(names: readonly string[]): string {
  let path = '';
  for (const name of names) path += `/${name}`;
  return path;
}
function hashPath(path: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < path.length; i++) hash = Math.imul(hash ^ path.charCodeAt(i), 0x01000193) >>> 0;
  return hash & 0x3fffffff;
}
