/** Where unit files, their drop-ins and their links lie on a host's disk. Source: systemd.unit(5) "UNIT FILE LOAD PATH". */
import { FileError } from '../../../world/files.contract';
import type { Host } from '../../../world/world.contract';
import type { Definition } from '../state';
import { templateOf, typeOf } from './names';

export const SEARCH_PATH = [
  '/etc/systemd/system.control',
  '/run/systemd/system.control',
  '/run/systemd/transient',
  '/etc/systemd/system',
  '/run/systemd/system',
  '/run/systemd/generator',
  '/usr/local/lib/systemd/system',
  '/usr/lib/systemd/system',
  '/run/systemd/generator.late',
];
const ROOT = { uid: 0, gid: 0, groups: [] as number[] };

/** What the folders of the search path held when a piece of work began: reading all units asks for hundreds of names. */
let listing: { host: Host; folders: ReadonlyMap<string, readonly string[]> } | undefined;

/** Runs `work`, which changes no unit file, with the folders listed once. */
export function withListing<T>(host: Host, work: () => T): T {
  if (listing?.host === host) return work();
  const before = listing;
  listing = { host, folders: listFolders(host) };
  try {
    return work();
  } finally {
    listing = before;
  }
}
/** Folders that come before the search path while a tool asks about files that lie elsewhere. */
let first: { host: Host; folders: readonly string[] } | undefined;

/** Runs `work` with `folders` in front of the search path of a host. */
export function withFoldersFirst<T>(host: Host, folders: readonly string[], work: () => T): T {
  const before = { first, listing };
  first = { host, folders };
  listing = undefined;
  try {
    return work();
  } finally {
    ({ first, listing } = before);
  }
}
function searchPathOf(host: Host): readonly string[] {
  return first?.host === host ? [...first.folders, ...SEARCH_PATH] : SEARCH_PATH;
}
function listFolders(host: Host): ReadonlyMap<string, readonly string[]> {
  const folders = new Map<string, string[]>();
  for (const directory of searchPathOf(host)) {
    const entries = host.fs.readdir(directory, ROOT);
    if (entries instanceof FileError) continue;
    for (const entry of entries) {
      const list = folders.get(entry);
      if (list === undefined) folders.set(entry, [directory]);
      else list.push(directory);
    }
  }
  return folders;
}
/** Folders of the search path that have an entry of this name, first ones first. */
function foldersWith(host: Host, name: string): readonly string[] {
  if (listing?.host === host) return listing.folders.get(name) ?? [];
  return searchPathOf(host).filter(
    (directory) => !(host.fs.lstat(`${directory}/${name}`, ROOT) instanceof FileError),
  );
}
/** Where a unit's file is: its path as systemd names it (Debian: /lib/systemd/system), or masked, or nowhere. */
export function findFragment(
  host: Host,
  name: string,
): { path: string; masked: boolean; names: string[] } | undefined {
  const names = [name];
  let current = name;
  for (let hops = 0; hops < 16; hops++) {
    const found = findFile(host, current);
    if (found === undefined) return undefined;
    const info = host.fs.lstat(found, ROOT);
    if (info instanceof FileError) return undefined;
    if (info.kind !== 'symlink') return { path: shown(found), masked: info.size === 0, names };
    const target = host.fs.readlink(found, ROOT);
    if (typeof target !== 'string') return undefined;
    if (target === '/dev/null') return { path: shown(found), masked: true, names };
    const next = target.slice(target.lastIndexOf('/') + 1);
    if (typeOf(next) === undefined || baseOf(next) === baseOf(current)) {
      const real = host.fs.realpath(found, ROOT);
      if (typeof real !== 'string') return undefined;
      const stat = host.fs.stat(real, ROOT);
      return stat instanceof FileError ? undefined : { path: shown(real), masked: stat.size === 0, names };
    }
    // An alias: the other name is searched by its own rules, an instance keeps its instance.
    current = aliasTarget(current, next);
    names.push(current);
  }
  return undefined;
}
function aliasTarget(current: string, next: string): string {
  const wanted = templateOf(current)?.instance ?? '';
  const parts = templateOf(next);
  return parts !== undefined && parts.instance === '' && wanted !== ''
    ? next.replace('@.', `@${wanted}.`)
    : next;
}
function baseOf(name: string): string {
  const parts = templateOf(name);
  return parts === undefined ? name : parts.template;
}
/** Debian's systemd is built with its units in /lib/systemd/system; with a merged /usr both are the same. */
function shown(path: string): string {
  return path.startsWith('/usr/lib/systemd/system/') ? path.slice('/usr'.length) : path;
}
function findFile(host: Host, name: string): string | undefined {
  const template = templateOf(name);
  const candidates = template === undefined || template.instance === '' ? [name] : [name, template.template];
  for (const candidate of candidates) {
    const [directory] = foldersWith(host, candidate);
    if (directory !== undefined) return `${directory}/${candidate}`;
  }
  return undefined;
}

/** Drop-in folders of a name, from the most general to the most particular. */
function dropInFolders(name: string): string[] {
  const type = name.slice(name.lastIndexOf('.') + 1);
  const stem = name.slice(0, name.lastIndexOf('.'));
  const folders = [`${type}.d`];
  const template = templateOf(name);
  const plain = template === undefined ? stem : template.prefix;
  const dashes = plain.split('-');
  for (let i = 1; i < dashes.length; i++) folders.push(`${dashes.slice(0, i).join('-')}-.${type}.d`);
  if (template !== undefined) folders.push(`${template.template}.d`);
  if (template === undefined || template.instance !== '') folders.push(`${name}.d`);
  return folders;
}
/** Drop-ins in the order they are read: by file name; the first folder of the search path wins for one name. */
export function findDropIns(host: Host, names: readonly string[]): string[] {
  const byName = new Map<string, string>();
  for (const name of names) {
    for (const folder of [...dropInFolders(name)].reverse()) {
      for (const directory of foldersWith(host, folder)) {
        const path = `${directory}/${folder}`;
        const entries = host.fs.readdir(path, ROOT);
        if (entries instanceof FileError) continue;
        for (const entry of entries)
          if (entry.endsWith('.conf') && !byName.has(entry)) byName.set(entry, `${path}/${entry}`);
      }
    }
  }
  return [...byName.entries()]
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, path]) => path)
    .filter((path) => {
      const info = host.fs.stat(path, ROOT);
      return !(info instanceof FileError) && info.size > 0;
    });
}
/** Units linked in `NAME.wants/` or `NAME.requires/`. */
export function linkedUnits(host: Host, names: readonly string[], suffix: 'wants' | 'requires'): string[] {
  const found: string[] = [];
  for (const name of names) {
    for (const directory of foldersWith(host, `${name}.${suffix}`)) {
      const entries = host.fs.readdir(`${directory}/${name}.${suffix}`, ROOT);
      if (entries instanceof FileError) continue;
      for (const entry of entries)
        if (typeOf(entry) !== undefined && !found.includes(entry)) found.push(entry);
    }
  }
  return found;
}

/** The drop-in folders below the search path. */
export function dropInFoldersOf(host: Host): string[] {
  return [...listFolders(host)].flatMap(([entry, folders]) =>
    entry.endsWith('.d') ? folders.map((folder) => `${folder}/${entry}`) : [],
  );
}
export function sourcesOf(host: Host, paths: readonly string[]): { path: string; mtime: number }[] {
  return paths.map((path) => {
    const info = host.fs.stat(path, ROOT);
    return { path, mtime: info instanceof FileError ? 0 : info.mtime };
  });
}
/**
 * Whether the files on disk are not those the definition was read from. The manager looks for drop-ins only in folders
 * that were there when it last read units: one that was made since is not seen. Source: systemd 252 `unit_path_cache`.
 */
export function definitionIsStale(
  host: Host,
  definition: Definition,
  isKnownFolder: (path: string) => boolean = () => true,
): boolean {
  for (const { path, mtime } of definition.sources) {
    const info = host.fs.stat(path, ROOT);
    const now = info instanceof FileError ? 0 : info.mtime;
    if (now !== mtime) return true;
  }
  if (definition.load === 'not-found') return findFragment(host, definition.name) !== undefined;
  // Only of a unit that could be loaded are drop-ins looked for again. Source: systemd 252 `unit_need_daemon_reload`.
  if (definition.load !== 'loaded') return definition.dropIns.length > 0;
  const dropIns = findDropIns(host, [...definition.aliases, definition.name]).filter((path) =>
    isKnownFolder(path.slice(0, path.lastIndexOf('/'))),
  );
  return dropIns.join('\n') !== definition.dropIns.join('\n');
}
