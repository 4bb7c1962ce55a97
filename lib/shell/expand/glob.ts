/** Pathname expansion. Names come sorted by code point, as in the C.UTF-8 locale. */
import type { FileSystem } from '../../world/files.contract';
import type { Shell } from '../shell';
import { compilePattern, hasGlobCharacters, matchesPattern, unescapePattern } from './pattern';

/** Paths found so far are not followed beyond this many directories. */
const MOST_VISITED = 20_000;

interface Search {
  readonly shell: Shell;
  readonly fs: FileSystem;
  visited: number;
  readonly found: string[];
}

/** Paths that match; undefined when the pattern turns out to be plain text; empty when nothing matches. */
export function expandPathname(shell: Shell, pattern: string): string[] | undefined {
  const extglob = shell.shopt.extglob;
  const parts = splitPath(pattern.replace(/^\/+/, ''));
  if (!parts.some((part) => isGlob(part.text, extglob))) return undefined;
  const search: Search = { shell, fs: shell.context.fs, visited: 0, found: [] };
  walk(search, /^\/*/.exec(pattern)?.[0] ?? '', parts);
  const ignored = shell.variables.get('GLOBIGNORE');
  const found =
    ignored === undefined || ignored === ''
      ? search.found
      : search.found.filter((path) => !isIgnored(shell, ignored, path));
  return found.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

function isIgnored(shell: Shell, patterns: string, path: string): boolean {
  const base = path.slice(path.lastIndexOf('/') + 1);
  if (base === '.' || base === '..') return true;
  return patterns
    .split(':')
    .some((pattern) => matchesPattern(compilePattern(pattern, shell.patternOptions), path));
}

/** A component of a pattern, and the slashes after it as they were written. */
interface Component {
  readonly text: string;
  readonly slashes: string;
}

/** Components of a pattern; slashes inside brackets or groups do not divide. */
function splitPath(pattern: string): Component[] {
  const parts: Component[] = [];
  let start = 0;
  let depth = 0;
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i];
    if (c === '\\') i++;
    else if (c === '(' && i > 0 && '?*+@!'.includes(pattern[i - 1] ?? ' ')) depth++;
    else if (c === ')' && depth > 0) depth--;
    else if (c === '/' && depth === 0) {
      const slashes = /^\/+/.exec(pattern.slice(i))?.[0] ?? '/';
      parts.push({ text: pattern.slice(start, i), slashes });
      i += slashes.length - 1;
      start = i + 1;
    }
  }
  parts.push({ text: pattern.slice(start), slashes: '' });
  return parts;
}

function isGlob(part: string, extglob: boolean): boolean {
  return hasGlobCharacters(part.replace(/\\[^]/g, ''), extglob);
}

function walk(search: Search, prefix: string, parts: readonly Component[]): void {
  const [component, ...rest] = parts;
  if (component === undefined || ++search.visited > MOST_VISITED) return;
  const { text: part, slashes } = component;
  if (part === '' && rest.length === 0) {
    // A trailing slash: directories only.
    if (isDirectory(search, prefix)) search.found.push(prefix);
    return;
  }
  if (part === '**' && search.shell.shopt.globstar) {
    if (rest.length === 1 && rest[0]?.text === '') walkDirectories(search, prefix, slashes);
    else walkAll(search, prefix, rest);
    return;
  }
  if (!isGlob(part, search.shell.shopt.extglob)) {
    const path = prefix + unescapePattern(part);
    if (rest.length > 0) walk(search, path + slashes, rest);
    else if (exists(search, path)) search.found.push(path);
    return;
  }
  for (const name of matchingNames(search, prefix, part)) {
    if (rest.length === 0) search.found.push(prefix + name);
    else if (isDirectory(search, prefix + name)) walk(search, prefix + name + slashes, rest);
  }
}

/** `**` and a slash: every directory below; links to directories too, but not what is below them. */
function walkDirectories(search: Search, prefix: string, slashes: string): void {
  if (++search.visited > MOST_VISITED) return;
  if (prefix !== '') search.found.push(prefix);
  for (const name of matchingNames(search, prefix, '*')) {
    const path = prefix + name;
    if (isRealDirectory(search, path)) walkDirectories(search, path + slashes, slashes);
    else if (isDirectory(search, path)) search.found.push(path + slashes);
  }
}

/** `**`: every directory below, and with nothing after it every file. */
function walkAll(search: Search, prefix: string, rest: readonly Component[]): void {
  if (++search.visited > MOST_VISITED) return;
  if (rest.length > 0) walk(search, prefix, rest);
  else if (prefix !== '') search.found.push(prefix);
  for (const name of matchingNames(search, prefix, '*')) {
    const path = prefix + name;
    const isReal = isRealDirectory(search, path);
    if (isReal) walkAll(search, `${path}/`, rest);
    if (rest.length === 0) {
      if (isReal) search.found.splice(search.found.indexOf(`${path}/`), 1);
      search.found.push(path);
    }
  }
}

function matchingNames(search: Search, prefix: string, part: string): string[] {
  const { shell, fs } = search;
  const names = fs.readdir(shell.context.resolve(prefix === '' ? '.' : prefix), shell.context.who);
  if (!Array.isArray(names)) return [];
  const pattern = compilePattern(part, { extglob: shell.shopt.extglob, ignoreCase: shell.shopt.nocaseglob });
  const showsHidden = shell.shopt.dotglob || (shell.variables.get('GLOBIGNORE') ?? '') !== '';
  const wantsHidden = part.startsWith('.') || part.startsWith('\\.');
  const matching = names.filter(
    (name) => (wantsHidden || showsHidden || !name.startsWith('.')) && matchesPattern(pattern, name),
  );
  if (wantsHidden && !shell.shopt.globskipdots)
    matching.push(...['.', '..'].filter((name) => matchesPattern(pattern, name)));
  return matching;
}

function exists(search: Search, path: string): boolean {
  return 'kind' in search.fs.lstat(search.shell.context.resolve(path), search.shell.context.who);
}

function isDirectory(search: Search, path: string): boolean {
  const info = search.fs.stat(search.shell.context.resolve(path), search.shell.context.who);
  return 'kind' in info && info.kind === 'directory';
}

function isRealDirectory(search: Search, path: string): boolean {
  const info = search.fs.lstat(search.shell.context.resolve(path), search.shell.context.who);
  return 'kind' in info && info.kind === 'directory';
}
