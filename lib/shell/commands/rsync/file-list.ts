/** What the sender offers: the files that were named and what lies below them, in rsync's order. Source: `flist.c` of 3.2.7. */
import type { Errno } from '../../../world/files.contract';
import { type ModeChange, parseMode } from '../modes';
import type { Step } from '../tool';
import { DirectoryFilters } from './directory-filters';
import type { FilterList } from './filters';
import { Misuse, type RsyncSettings } from './options';
import { type FileInfo, type Identity, reasonOf, type Tree } from './tree';

/** A file of the list. */
export interface Entry {
  /** From the transfer's root: `sub/c.txt`, `.` for the root itself. */
  readonly name: string;
  /** `/` in front of a name that was given from the root with --relative. */
  readonly prefix: '' | '/';
  /** Where it lies on the sender. */
  readonly path: string;
  readonly info: FileInfo;
  /** Permission bits as they are to be sent. */
  readonly mode: number;
  /** A directory whose contents are part of the list. */
  readonly hasContents: boolean;
  /** A directory that stands here for what lies in it (`--relative`). */
  readonly isImplied: boolean;
}

/** One directory's part of the list; the first part holds what was named. */
export interface ListPart {
  /** The directory, which stands in its parent's part. */
  readonly parent: Entry | undefined;
  readonly entries: Entry[];
  /** By its end, something could not be read: nothing is deleted in it. */
  hadIoError: boolean;
}

export interface FileList {
  readonly parts: ListPart[];
  /** Something could not be read: nothing is deleted then. */
  hadIoError: boolean;
  /** Exit code 23. */
  hadTrouble: boolean;
  /** Names that were asked for and are not there, with `--delete-missing-args`. */
  readonly missing: string[];
}

/** What the builder tells: lines on standard output, and complaints. */
export interface ListReport {
  say(text: string): void;
  complain(text: string): void;
}

export class FileListBuilder {
  readonly #list: FileList = { parts: [], hadIoError: false, hadTrouble: false, missing: [] };
  readonly #seen = new Set<string>();
  readonly #filters: DirectoryFilters;
  readonly #changes: readonly ModeChange[];

  constructor(
    private readonly settings: RsyncSettings,
    private readonly tree: Tree,
    private readonly identity: Identity,
    filters: FilterList,
    private readonly report: ListReport,
  ) {
    this.#filters = new DirectoryFilters(filters, 'sender', tree);
    this.#changes = settings.chmod.flatMap((text) => text.split(',').map(compileModeChange));
  }

  *build(sources: readonly string[]): Step<FileList> {
    const top: ListPart = { parent: undefined, entries: [], hadIoError: false };
    const contents: Entry[] = [];
    for (const source of sources) yield* this.#source(source, top, contents);
    sortEntries(top.entries);
    this.#list.parts.push(top);
    const roots = contents.filter(({ name }) => name === '.');
    // What lies in directories called `DIR/` belongs to the first part.
    const deeper: Entry[] = [];
    for (const root of roots) deeper.push(...(yield* this.#read(root, top)));
    top.hadIoError = this.#list.hadIoError;
    sortEntries(top.entries);
    const named = contents.filter(({ name }) => name !== '.');
    for (const directory of sortEntries([...deeper, ...named])) yield* this.#descend(directory);
    if (this.settings.pruneEmptyDirs) prune(this.#list);
    return this.#list;
  }

  *#source(source: string, top: ListPart, contents: Entry[]): Step {
    const { settings } = this;
    const place = this.settings.relative ? relativePlace(source) : plainPlace(source);
    if (place.name !== '.' && !settings.relative) {
      const parent = yield* this.tree.call({ do: 'stat', path: place.root, follow: true });
      if (parent.errno !== undefined) return this.#trouble('change_dir', place.root, parent.errno);
    }
    const path = place.name === '.' ? place.root : joined(place.root, place.name);
    const isContents = place.name === '.' || source.endsWith('/');
    const answer = yield* this.tree.call({
      do: 'stat',
      path,
      follow: isContents || settings.copyLinks || settings.copyDirLinks,
    });
    if (answer.info === undefined) {
      if (place.name !== '.' && settings.missingArgs !== 'error') {
        if (settings.missingArgs === 'delete') this.#list.missing.push(place.name);
        return;
      }
      const errno = answer.errno ?? 'ENOENT';
      return this.#trouble(place.name === '.' ? 'change_dir' : 'link_stat', path, errno);
    }
    const { info } = answer;
    if (place.name === '.' && info.kind !== 'directory') return this.#trouble('change_dir', path, 'ENOTDIR');
    if (info.kind === 'directory' && !settings.recursive && !settings.dirs) {
      this.report.say(`skipping directory ${place.name}\n`);
      return;
    }
    if (settings.relative && settings.impliedDirs) yield* this.#implied(place, top);
    if (place.name !== '.' && this.#filters.excludes(place.name, info.kind === 'directory') !== undefined)
      return;
    const isRead =
      info.kind === 'directory' &&
      (settings.recursive || (settings.dirs && isContents && settings.filesFrom === undefined));
    const entry = this.#entry(place.name, path, info, { hasContents: isRead });
    if (!this.#seen.has(entry.name)) top.entries.push(entry);
    this.#seen.add(entry.name);
    if (isRead) contents.push(entry);
  }

  /** The directories on the way, without their contents. */
  *#implied(place: { root: string; name: string }, top: ListPart): Step {
    const parts = place.name.split('/');
    for (let count = 1; count < parts.length; count++) {
      const name = parts.slice(0, count).join('/');
      if (this.#seen.has(name) || name === '') continue;
      const path = joined(place.root, name);
      const { info } = yield* this.tree.call({ do: 'stat', path, follow: true });
      if (info === undefined) continue;
      this.#seen.add(name);
      top.entries.push({ ...this.#entry(name, path, info, { hasContents: false }), isImplied: true });
    }
  }

  *#descend(directory: Entry): Step {
    const part: ListPart = { parent: directory, entries: [], hadIoError: false };
    this.#list.parts.push(part);
    const deeper = yield* this.#read(directory, part);
    part.hadIoError = this.#list.hadIoError;
    sortEntries(part.entries);
    for (const next of sortEntries(deeper)) yield* this.#descend(next);
  }

  /** Adds what lies in a directory; gives the directories to go on with. */
  *#read(directory: Entry, part: ListPart): Step<Entry[]> {
    const listed = yield* this.tree.call({ do: 'list', path: directory.path });
    if (listed.names === undefined) {
      this.#list.hadIoError = true;
      this.#trouble('opendir', directory.path, listed.errno ?? 'EACCES');
      return [];
    }
    const inside = directory.name === '.' ? '' : directory.name;
    yield* this.#filters.enter(inside, directory.path);
    const deeper: Entry[] = [];
    for (const child of listed.names) {
      const name = inside === '' ? child : `${inside}/${child}`;
      const entry = yield* this.#child(name, joined(directory.path, child), directory);
      if (entry === undefined) continue;
      if (!this.#seen.has(name)) part.entries.push(entry);
      this.#seen.add(name);
      if (entry.hasContents) deeper.push(entry);
    }
    return deeper;
  }

  *#child(name: string, path: string, directory: Entry): Step<Entry | undefined> {
    const { settings } = this;
    let answer = yield* this.tree.call({ do: 'stat', path, follow: settings.copyLinks });
    if (answer.info === undefined && settings.copyLinks) {
      const link = yield* this.tree.call({ do: 'stat', path, follow: false });
      if (this.#filters.excludes(name, false) !== undefined) return undefined;
      if (link.info?.kind === 'symlink') {
        this.#list.hadTrouble = true;
        this.#list.hadIoError = true;
        this.report.complain(`symlink has no referent: "${fullName(this.identity, path)}"\n`);
        return undefined;
      }
      answer = link;
    }
    if (answer.info === undefined) {
      this.#list.hadIoError = true;
      this.#trouble('readlink_stat', path, answer.errno ?? 'ENOENT');
      return undefined;
    }
    let { info } = answer;
    const isUnsafe = info.kind === 'symlink' && leavesTree(info.link, name);
    if (info.kind === 'symlink' && (settings.copyDirLinks || (settings.copyUnsafeLinks && isUnsafe))) {
      const target = yield* this.tree.call({ do: 'stat', path, follow: true });
      if (target.info !== undefined && (settings.copyUnsafeLinks || target.info.kind === 'directory'))
        info = target.info;
    }
    const isDirectory = info.kind === 'directory';
    const pattern = this.#filters.excludes(name, isDirectory);
    if (pattern !== undefined) {
      const kind = isDirectory ? 'directory' : 'file';
      if (settings.verbose >= 2)
        this.report.say(`[sender] hiding ${kind} ${name} because of pattern ${pattern}\n`);
      return undefined;
    }
    if (settings.oneFileSystem && info.mount !== directory.info.mount && isDirectory)
      return this.#entry(name, path, info, { hasContents: false });
    return this.#entry(name, path, info, { hasContents: isDirectory && settings.recursive });
  }

  #entry(name: string, path: string, info: FileInfo, { hasContents }: { hasContents: boolean }): Entry {
    let { mode } = info;
    if (info.kind !== 'symlink')
      for (const change of this.#changes)
        mode = change(mode, { isDirectory: info.kind === 'directory', umask: this.identity.umask });
    const prefix = this.settings.relative && path === `/${name}` ? '/' : '';
    return { name, prefix, path, info, mode, hasContents, isImplied: false };
  }

  #trouble(call: string, path: string, errno: Errno): void {
    this.#list.hadTrouble = true;
    if (call !== 'link_stat' && call !== 'change_dir') this.#list.hadIoError = true;
    else this.#list.hadIoError = this.#list.hadIoError || call === 'link_stat';
    this.report.complain(
      `rsync: [sender] ${call} "${fullName(this.identity, path)}" failed: ${reasonOf(errno)}\n`,
    );
  }
}

/** Absolute, as rsync names files in its complaints. */
export function fullName(identity: Identity, path: string): string {
  const whole = path.startsWith('/') ? path : `${identity.cwd === '/' ? '' : identity.cwd}/${path}`;
  const out: string[] = [];
  for (const part of whole.split('/'))
    if (part === '..') out.pop();
    else if (part !== '' && part !== '.') out.push(part);
  return `/${out.join('/')}`;
}

export function joined(directory: string, name: string): string {
  if (directory === '' || directory === '.') return name;
  return directory.endsWith('/') ? directory + name : `${directory}/${name}`;
}

function plainPlace(source: string): { root: string; name: string } {
  if (/(^|\/)\.?$|(^|\/)\.\.$/.test(source))
    return { root: source.replace(/(?<=.)\/+$/, '') || '.', name: '.' };
  const cut = source.lastIndexOf('/');
  return { root: cut < 0 ? '.' : source.slice(0, cut) || '/', name: source.slice(cut + 1) };
}
function relativePlace(source: string): { root: string; name: string } {
  const cut = source.indexOf('/./');
  const root = cut < 0 ? (source.startsWith('/') ? '/' : '.') : source.slice(0, cut) || '/';
  const rest = (cut < 0 ? source : source.slice(cut + 3)).replace(/^\/+|\/+$/g, '').replace(/^(\.\/)+/, '');
  return { root, name: rest === '' ? '.' : rest };
}

/** Bytewise, the files of a directory before its directories. */
function sortEntries(entries: Entry[]): Entry[] {
  return entries.sort((a, b) => compareNames(a, b));
}
export function compareNames(
  a: { readonly name: string; readonly info: { readonly kind: string } },
  b: { readonly name: string; readonly info: { readonly kind: string } },
): number {
  if (a.name === b.name) return 0;
  if (a.name === '.') return -1;
  if (b.name === '.') return 1;
  const left = a.name.split('/');
  const right = b.name.split('/');
  for (let i = 0; ; i++) {
    const [l, r] = [left[i], right[i]];
    if (l === undefined) return -1;
    if (r === undefined) return 1;
    const leftDirectory = i < left.length - 1 || a.info.kind === 'directory';
    const rightDirectory = i < right.length - 1 || b.info.kind === 'directory';
    if (leftDirectory !== rightDirectory) return leftDirectory ? 1 : -1;
    if (l !== r) return l < r ? -1 : 1;
  }
}

/** `-m`: directories in which nothing else is left. */
function prune(list: FileList): void {
  const kept = new Set<string>();
  for (const { entries } of list.parts)
    for (const { name, info } of entries)
      if (info.kind !== 'directory')
        for (let at = name; at.includes('/'); ) {
          at = at.slice(0, at.lastIndexOf('/'));
          kept.add(at);
        }
  for (const part of list.parts) {
    const rest = part.entries.filter(
      ({ name, info }) => info.kind !== 'directory' || name === '.' || kept.has(name),
    );
    part.entries.splice(0, part.entries.length, ...rest);
  }
  const parts = list.parts.filter(({ parent }) => parent === undefined || kept.has(parent.name));
  list.parts.splice(0, list.parts.length, ...parts);
}

/** A link that leads out of the transfer. */
export function leavesTree(target: string, name: string): boolean {
  if (target === '' || target.startsWith('/')) return true;
  let depth = name.split('/').length - 1;
  for (const part of target.split('/')) {
    if (part === '..') depth--;
    else if (part !== '' && part !== '.') depth++;
    if (depth < 0) return true;
  }
  return false;
}

/** `D755`, `Fgo-w`, `u+x`: a letter in front says whether it is for directories or for files. */
function compileModeChange(text: string): ModeChange {
  const [, only = '', mode = ''] = /^([DF]?)(.*)$/.exec(text) ?? [];
  const change = parseMode(mode);
  if (change === undefined) throw new Misuse(`Invalid argument passed to --chmod (${text})`);
  return (before, about) =>
    only !== '' && (only === 'D') !== about.isDirectory ? before : change(before, about);
}
