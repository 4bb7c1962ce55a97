/** Names that could stand where somebody types: commands, files, users, variables. */
import { FileError } from '../../world/files.contract';
import { builtinNames } from '../builtins/names';
import type { Shell } from '../shell';
import { reservedWords } from '../syntax/tokens';
import type { Credentials } from '../../world/files.contract';
import type { Host } from '../../world/world.contract';

/** Where a name is looked for when no shell is at hand. */
export interface Place {
  readonly host: Host;
  readonly who: Credentials;
  readonly cwd: string;
  readonly home: string;
  readonly path: string;
}

export function placeOf(shell: Shell): Place {
  const { context } = shell;
  return {
    host: context.host,
    who: context.who,
    cwd: context.cwd,
    home: shell.variables.get('HOME') ?? '/',
    path: shell.variables.get('PATH') ?? '',
  };
}

/** Executables along PATH that begin so. */
export function programNames(place: Place, start: string): string[] {
  const { fs } = place.host;
  const found = new Set<string>();
  for (const directory of place.path.split(':')) {
    const full = directory === '' ? place.cwd : directory;
    const names = fs.readdir(full, place.who);
    if (!Array.isArray(names)) continue;
    for (const name of names) {
      if (!name.startsWith(start) || found.has(name)) continue;
      const info = fs.stat(`${full}/${name}`, place.who);
      if (info instanceof FileError || info.kind !== 'file' || (info.mode & 0o111) === 0) continue;
      found.add(name);
    }
  }
  return [...found].sort();
}

export function commandNames(shell: Shell, start: string): string[] {
  const found = new Set([
    ...programNames(placeOf(shell), start),
    ...[
      ...builtinNames(shell.dialect),
      ...shell.functions.keys(),
      ...shell.aliases.keys(),
      ...reservedWords(shell.dialect).keys(),
    ].filter((name) => name.startsWith(start)),
  ]);
  return [...found].sort();
}

/** Paths that begin so; directories end in a slash when `slashes`. */
export function pathNames(
  place: Place,
  typed: string,
  options: { readonly directoriesOnly: boolean; readonly slashes: boolean; readonly executables?: boolean },
): string[] {
  const { fs } = place.host;
  const cut = typed.lastIndexOf('/') + 1;
  const directory = typed.slice(0, cut);
  const start = typed.slice(cut);
  const full = absolute(place, directory);
  const names = fs.readdir(full, place.who);
  if (!Array.isArray(names)) return [];
  return names
    .filter((name) => name.startsWith(start) && (start.startsWith('.') || !name.startsWith('.')))
    .flatMap((name) => {
      const info = fs.stat(`${full}/${name}`, place.who);
      const isDirectory = !(info instanceof FileError) && info.kind === 'directory';
      if (options.directoriesOnly && !isDirectory) return [];
      const runs = !(info instanceof FileError) && (info.mode & 0o111) !== 0;
      if (options.executables === true && !isDirectory && !runs) return [];
      return [`${directory}${name}${isDirectory && options.slashes ? '/' : ''}`];
    })
    .sort();
}

function absolute(place: Place, directory: string): string {
  if (directory.startsWith('~/')) return `${place.home}/${directory.slice(2)}`;
  const user = /^~([^/]+)\//.exec(directory)?.[1];
  if (user !== undefined) {
    const home = place.host.user(user)?.home;
    if (home !== undefined) return `${home}/${directory.slice(user.length + 2)}`;
  }
  if (directory.startsWith('/')) return directory;
  return directory === '' ? place.cwd : `${place.cwd === '/' ? '' : place.cwd}/${directory}`;
}

export function fileNames(
  shell: Shell,
  typed: string,
  options: { readonly directoriesOnly: boolean },
): string[] {
  return pathNames(placeOf(shell), typed, { ...options, slashes: false });
}
