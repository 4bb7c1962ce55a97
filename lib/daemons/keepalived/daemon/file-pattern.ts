/** glob(3) with GLOB_BRACE and GLOB_MARK, as keepalived's `include` uses it: `*`, `?`, `[…]`, `{a,b}`. */
import { type Credentials, FileError, type FileSystem } from '../../../world/files.contract';

/** Sorted paths; directories end with `/`. A path without wildcards names itself when it exists. */
export function matchPattern(fs: FileSystem, pattern: string, who: Credentials): string[] {
  return braces(pattern).flatMap((one) => walk(fs, one, who));
}

function walk(fs: FileSystem, pattern: string, who: Credentials): string[] {
  let found = [pattern.startsWith('/') ? '' : '.'];
  for (const part of pattern.split('/').filter((each) => each !== '')) {
    const wild = /[*?[]/.test(part) ? expression(part) : undefined;
    found = found.flatMap((directory) => {
      if (wild === undefined) {
        const path = `${directory}/${part}`;
        return fs.stat(path, who) instanceof FileError ? [] : [path];
      }
      const names = fs.readdir(directory === '' ? '/' : directory, who);
      if (names instanceof FileError) return [];
      return names
        .filter((name) => (part.startsWith('.') || !name.startsWith('.')) && wild.test(name))
        .sort()
        .map((name) => `${directory}/${name}`);
    });
  }
  return found.map((path) => {
    const stat = fs.stat(path, who);
    return !(stat instanceof FileError) && stat.kind === 'directory' ? `${path}/` : path;
  });
}

function braces(pattern: string): string[] {
  const match = /^(.*?)\{([^{}]*)\}(.*)$/.exec(pattern);
  if (match === null) return [pattern];
  const [, before = '', inner = '', after = ''] = match;
  return inner.split(',').flatMap((choice) => braces(`${before}${choice}${after}`));
}

function expression(part: string): RegExp {
  const text = part
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${text.replace(/\[!/g, '[^')}$`);
}
