/** `systemd-analyze cat-config` and `unit-paths`: where configuration is read from. Source: systemd-analyze(1). */
import { FileError } from '../../../world/files.contract';
import type { ProgramContext, Wait, Wake } from '../../../world/process.contract';

type Run<T> = Generator<Wait, T, Wake>;
const ROOT = { uid: 0, gid: 0, groups: [] as number[] };
const UNIT_PATHS = [
  '/etc/systemd/system.control',
  '/run/systemd/system.control',
  '/run/systemd/transient',
  '/run/systemd/generator.early',
  '/etc/systemd/system',
  '/etc/systemd/system.attached',
  '/run/systemd/system',
  '/run/systemd/system.attached',
  '/run/systemd/generator',
  '/usr/local/lib/systemd/system',
  '/lib/systemd/system',
  '/usr/lib/systemd/system',
  '/run/systemd/generator.late',
];
const PREFIXES = ['/etc', '/run', '/usr/local/lib', '/usr/lib'];

export function* unitPaths(context: ProgramContext): Run<number> {
  yield* context.out(UNIT_PATHS.map((path) => `${path}\n`).join(''));
  return 0;
}
/** A file with its drop-ins, or all files of a folder `NAME.d`; each under its path. */
export function* catConfig(context: ProgramContext, names: readonly string[]): Run<number> {
  if (names.length === 0) {
    yield* context.err('Too few arguments.\n');
    return 1;
  }
  for (const name of names) {
    const relative = name.replace(/^\/(etc|run|usr\/local\/lib|usr\/lib)\//, '');
    const isFolder = relative.endsWith('.d');
    const main = isFolder
      ? undefined
      : PREFIXES.map((prefix) => `${prefix}/${relative}`).find((path) => context.host.fs.exists(path));
    const parts = filesOf(context, isFolder ? relative : `${relative}.d`);
    if (main === undefined && parts.length === 0) {
      if (isFolder) continue;
      yield* context.err(`Failed to cat ${name}: No such file or directory\n`);
      return 1;
    }
    const shown = [...(main === undefined ? [] : [main]), ...parts].map((path) => {
      const text = context.host.fs.readFile(path, ROOT);
      return `# ${path}\n${text instanceof FileError ? '' : text}`;
    });
    yield* context.out(shown.join('\n'));
  }
  return 0;
}
/** By name; one in /etc stands for one of its name elsewhere. */
function filesOf({ host }: ProgramContext, folder: string): string[] {
  const files = new Map<string, string>();
  for (const prefix of PREFIXES) {
    const names = host.fs.readdir(`${prefix}/${folder}`, ROOT);
    if (names instanceof FileError) continue;
    for (const name of names)
      if (name.endsWith('.conf') && !files.has(name)) files.set(name, `${prefix}/${folder}/${name}`);
  }
  return [...files].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => path);
}
