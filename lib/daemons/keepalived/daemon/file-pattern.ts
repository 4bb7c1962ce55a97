/** glob(3) with GLOB_BRACE and GLOB_MARK, as keepalived's `include` uses it: wildcards and `{a,b}`. */
import { type Credentials, FileError, type FileSystem } from '../../../world/files.contract';
import { glob } from '../../../world/glob';

/** Sorted paths; directories end with `/`. A path without wildcards names itself when it exists. */
export function matchPattern(fs: FileSystem, pattern: string, who: Credentials): string[] {
  return braces(pattern)
    .flatMap((one) => glob(fs, one, who))
    .map((path) => {
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
