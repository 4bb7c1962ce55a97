/** Paths that a pattern names, as glob(3) finds them. */
import { fnmatch, isPattern } from '../std/fnmatch';
import { type Credentials, FileError, type FileSystem } from './files.contract';

/**
 * Sorted; a pattern without wildcards names itself when it exists. Names that begin with a point are only found
 * by a pattern that does.
 */
export function glob(fs: FileSystem, pattern: string, who: Credentials): string[] {
  let found = [pattern.startsWith('/') ? '' : '.'];
  for (const part of pattern.split('/').filter((each) => each !== '')) {
    const isMatch = isPattern(part) ? fnmatch(part) : undefined;
    found = found.flatMap((directory) => {
      if (isMatch === undefined) {
        const path = `${directory}/${part}`;
        return fs.lstat(path, who) instanceof FileError ? [] : [path];
      }
      const names = fs.readdir(directory === '' ? '/' : directory, who);
      if (names instanceof FileError) return [];
      return names
        .filter((name) => (part.startsWith('.') || !name.startsWith('.')) && isMatch(name))
        .sort()
        .map((name) => `${directory}/${name}`);
    });
  }
  return found.map((path) => (path === '' ? '/' : path));
}
