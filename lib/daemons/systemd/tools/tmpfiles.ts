/** systemd-tmpfiles: creates, empties and removes what tmpfiles.d says. Source: tmpfiles.d(5). Not modelled: ages (cleaning by time), ACLs, attributes. */
import { FileError } from '../../../world/files.contract';
import type { Program } from '../../../world/process.contract';
import type { Host } from '../../../world/world.contract';
import { removeTree } from '../service/directories';

const ROOT = { uid: 0, gid: 0, groups: [] as number[] };
const FOLDERS = ['/etc/tmpfiles.d', '/run/tmpfiles.d', '/usr/lib/tmpfiles.d'];

export const tmpfiles: Program = function* (context) {
  const flags = new Set(context.argv.slice(1).filter((word) => word.startsWith('-')));
  if (!flags.has('--create') && !flags.has('--remove') && !flags.has('--clean')) {
    yield* context.err('You need to specify at least one of --clean, --create or --remove.\n');
    return 1;
  }
  const prefix = [...flags].find((word) => word.startsWith('--prefix='))?.slice('--prefix='.length) ?? '';
  const excluded = [...flags]
    .find((word) => word.startsWith('--exclude-prefix='))
    ?.slice('--exclude-prefix='.length);
  yield* context.sleep(40_000);
  for (const line of lines(context.host)) {
    const [type = '', path = '', mode = '-', user = '-', group = '-', , ...argument] = line.split(/\s+/);
    if (
      !path.startsWith('/') ||
      !path.startsWith(prefix) ||
      (excluded !== undefined && path.startsWith(excluded))
    )
      continue;
    if (type.includes('!') && !flags.has('--boot')) continue;
    if (flags.has('--remove')) remove(context.host, type, path);
    if (flags.has('--create'))
      create(context.host, { type, path, mode, user, group, argument: argument.join(' ') });
  }
  return 0;
};
/** Lines of all files in the order of their names; a file in /etc stands for one of its name elsewhere. */
function lines(host: Host): string[] {
  const files = new Map<string, string>();
  for (const folder of FOLDERS) {
    const names = host.fs.readdir(folder, ROOT);
    if (Array.isArray(names))
      for (const name of names)
        if (name.endsWith('.conf') && !files.has(name)) files.set(name, `${folder}/${name}`);
  }
  return [...files]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, path]) => {
      const text = host.fs.readFile(path, ROOT);
      return typeof text === 'string' ? text.split('\n').map((line) => line.trim()) : [];
    })
    .filter((line) => line !== '' && !line.startsWith('#'));
}
function remove(host: Host, type: string, path: string): void {
  if (type.startsWith('D')) {
    const names = host.fs.readdir(path, ROOT);
    if (Array.isArray(names)) for (const name of names) removeTree(host, `${path}/${name}`);
  } else if (type.startsWith('R')) removeTree(host, path);
  else if (type.startsWith('r')) host.fs.unlink(path, ROOT);
}
function create(
  host: Host,
  line: { type: string; path: string; mode: string; user: string; group: string; argument: string },
): void {
  const { path } = line;
  const letter = line.type[0] ?? '';
  const mode = line.mode === '-' ? undefined : Number.parseInt(line.mode.replace(/^[~:]/, ''), 8);
  if ('dDevqQ'.includes(letter)) {
    const parts = path.split('/').slice(1);
    let current = '';
    for (const part of parts) {
      current += `/${part}`;
      if (!host.fs.exists(current)) host.fs.mkdir(current, 0o755, ROOT);
    }
  } else if (letter === 'f' || letter === 'F') {
    const info = host.fs.stat(path, ROOT);
    if (info instanceof FileError || letter === 'F' || line.type.includes('+'))
      host.fs.writeFile(path, line.argument.replace(/\\n/g, '\n'), ROOT);
  } else if (letter === 'L') {
    if (!host.fs.exists(path)) host.fs.symlink(line.argument, path, ROOT);
    return;
  } else return;
  if (mode !== undefined) host.fs.chmod(path, mode, ROOT);
  const uid = line.user === '-' ? 0 : host.user(line.user)?.uid;
  const gid = line.group === '-' ? 0 : host.group(line.group)?.gid;
  if (uid !== undefined && gid !== undefined) host.fs.chown(path, uid, gid, ROOT);
}
