/**
 * execve(2): what a file is when somebody runs it. A binary is a file whose
 * inode names a program of the registry; `#!` names an interpreter.
 */
import { type Credentials, FileError } from './files.contract';
import type { Program, SpawnError } from './process.contract';
import type { Host } from './world.contract';

const INTERPRETERS_DEEP = 4;
export interface Executable {
  program: Program /** argv as the program sees it */;
  argv: string[] /** the binary */;
  exe: string;
  comm: string;
}

/** Resolves `path` (absolute) for execution. */
export function findExecutable(
  host: Host,
  path: string,
  argv: readonly string[],
  who: Credentials,
  options: { depth?: number /** `path` as it was given. */; given?: string } = {},
): Executable | SpawnError {
  const info = host.fs.stat(path, who);
  if (info instanceof FileError) return { errno: info.errno, path };
  if (info.kind !== 'file' || host.fs.access(path, 1, who) !== undefined || isNoexec(host, path, who))
    return { errno: 'EACCES', path };
  const comm = baseName(path).slice(0, 15);
  if (info.program !== undefined) {
    const program = host.world.registry.findProgram(info.program);
    const exe = host.fs.realpath(path, who);
    return program === undefined
      ? { errno: 'ENOEXEC', path }
      : { program, argv: [...argv], exe: typeof exe === 'string' ? exe : path, comm };
  }
  const line = /^#![ \t]*([^ \t\n]+)[ \t]*([^\n]*)/.exec(host.fs.readInode(info.ino).slice(0, 256));
  const depth = options.depth ?? 0;
  if (line === null || depth >= INTERPRETERS_DEEP)
    return { errno: line === null ? 'ENOEXEC' : 'ELOOP', path };
  const interpreter = line[1] ?? '';
  const argument = (line[2] ?? '').trim();
  const found = findExecutable(
    host,
    interpreter,
    [interpreter, ...(argument === '' ? [] : [argument]), options.given ?? path, ...argv.slice(1)],
    who,
    { depth: depth + 1 },
  );
  if ('errno' in found) return { errno: found.errno, path, interpreter };
  return { ...found, comm };
}

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
/** Nothing is run from a file system that is mounted with noexec. */
function isNoexec(host: Host, path: string, who: Credentials): boolean {
  if (!host.state.mounts.some(({ options }) => options.includes('noexec'))) return false;
  const real = host.fs.realpath(path, who);
  if (typeof real !== 'string') return false;
  const [mount] = host.state.mounts
    .filter(({ point }) => point === '/' || real === point || real.startsWith(`${point}/`))
    .toSorted((a, b) => b.point.length - a.point.length);
  return mount?.options.includes('noexec') === true;
}
