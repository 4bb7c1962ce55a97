/**
 * systemd-tmpfiles: creates, empties and removes what tmpfiles.d says. Source: tmpfiles.d(5). Not modelled: ACLs,
 * attributes, subvolumes, device nodes and sockets, and specifiers but those of the host.
 */
import { FileError } from '../../../world/files.contract';
import { glob } from '../../../world/glob';
import type { Program, ProgramContext, Wait, Wake } from '../../../world/process.contract';
import type { Host } from '../../../world/world.contract';
import { machineId } from '../boot';
import { removeTree } from '../service/directories';
import { parseTimeSpan } from '../unit-file/time-span';

const ROOT = { uid: 0, gid: 0, groups: [] as number[] };
const FOLDERS = ['/etc/tmpfiles.d', '/run/tmpfiles.d', '/usr/local/lib/tmpfiles.d', '/usr/lib/tmpfiles.d'];
const WORK_MICROS = 40_000;
/** sysexits(3) EX_DATAERR: some lines could not be read. */
const DATA_ERROR = 65;
const TYPES = new Set([...'fFwdDevqQpLcbCxXrRzZtThHaA']);
const MODIFIERS = /^[!=~^+-]*$/;

/** One line that could be read. */
interface Rule {
  readonly type: string;
  readonly path: string;
  readonly mode: string;
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  readonly age: number | undefined;
  readonly argument: string;
}

export const tmpfiles: Program = function* (context) {
  const words = context.argv.slice(1);
  const flags = words.filter((word) => word.startsWith('-'));
  const named = words.filter((word) => !word.startsWith('-'));
  const has = (flag: string): boolean => flags.includes(flag);
  const value = (flag: string): string | undefined =>
    flags.find((word) => word.startsWith(`${flag}=`))?.slice(flag.length + 1);
  if (has('--cat-config') || has('--tldr')) return yield* catConfig(context);
  if (!has('--create') && !has('--remove') && !has('--clean')) {
    yield* context.err('You need to specify at least one of --clean, --create or --remove.\n');
    return 1;
  }
  yield* context.sleep(WORK_MICROS);
  const read = yield* readRules(context, named);
  if (read === undefined) return 1;
  const [prefix, excluded] = [value('--prefix') ?? '', value('--exclude-prefix')];
  const rules = read.rules
    .filter(({ path }) => path.startsWith(prefix))
    .filter(({ path }) => excluded === undefined || !path.startsWith(excluded))
    .filter(({ type }) => !type.includes('!') || has('--boot'));
  const { host } = context;
  if (has('--remove')) for (const rule of rules) remove(host, rule);
  if (has('--clean')) for (const rule of rules) clean(host, rule, rules);
  if (has('--create')) for (const rule of rules) create(host, rule);
  return read.hasMistakes ? DATA_ERROR : 0;
};

/** Files in the order of their names; one in /etc stands for one of its name elsewhere. */
function allFiles(host: Host): string[] {
  const files = new Map<string, string>();
  for (const folder of FOLDERS) {
    const names = host.fs.readdir(folder, ROOT);
    if (Array.isArray(names))
      for (const name of names)
        if (name.endsWith('.conf') && !files.has(name)) files.set(name, `${folder}/${name}`);
  }
  return [...files].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => path);
}
function* catConfig(context: ProgramContext): Generator<Wait, number, Wake> {
  const parts = allFiles(context.host).map((path) => {
    const text = context.host.fs.readFile(path, ROOT);
    return `# ${path}\n${typeof text === 'string' ? text : ''}`;
  });
  yield* context.out(parts.join('\n'));
  return 0;
}
function* readRules(
  context: ProgramContext,
  named: readonly string[],
): Generator<Wait, { rules: Rule[]; hasMistakes: boolean } | undefined, Wake> {
  const { host } = context;
  const rules: Rule[] = [];
  let hasMistakes = false;
  const paths = named.length === 0 ? allFiles(host) : [];
  for (const name of named) {
    const path = name.startsWith('/')
      ? name
      : FOLDERS.map((folder) => `${folder}/${name}`).find((one) => host.fs.exists(one));
    if (path === undefined || !host.fs.exists(path)) {
      yield* context.err(`Failed to open '${name}': No such file or directory\n`);
      return undefined;
    }
    paths.push(path);
  }
  for (const path of paths) {
    const text = host.fs.readFile(path, ROOT);
    if (typeof text !== 'string') continue;
    for (const [index, written] of text.split('\n').entries()) {
      const line = written.trim();
      if (line === '' || line.startsWith('#')) continue;
      const rule = readRule(host, line);
      if (typeof rule !== 'string') {
        rules.push(rule);
        continue;
      }
      hasMistakes = true;
      yield* context.err(`${path}:${index + 1}: ${rule}\n`);
    }
  }
  return { rules, hasMistakes };
}
/** @returns what is wrong with it, in systemd's words */
function readRule(host: Host, line: string): Rule | string {
  const [type = '', written = '', mode = '-', user = '-', group = '-', age = '-', ...rest] = split(line);
  if (type === '' || written === '') return 'Syntax error.';
  if (!MODIFIERS.test(type.slice(1))) return `Unknown modifiers in command '${type}'`;
  if (!TYPES.has(type[0] ?? '')) return `Unknown command type '${type[0] ?? ''}'.`;
  const path = written.replace(/%(.)/g, (all, letter: string) => specifier(host, letter) ?? all);
  if (!path.startsWith('/')) return `Path '${path}' not absolute.`;
  const argument = rest.join(' ').replace(/^-$/, '');
  if (argument === '' && 'wtTaAhHcb'.includes(type[0] ?? ''))
    return `${TITLES[type[0] ?? ''] ?? 'Line'} requires argument.`;
  const uid = idOf(user, (name) => host.user(name)?.uid);
  if (uid === null) return `Failed to resolve user '${user}': No such process`;
  const gid = idOf(group, (name) => host.group(name)?.gid);
  if (gid === null) return `Failed to resolve group '${group}': No such process`;
  const digits = mode.replace(/^[~:]+/, '');
  if (mode !== '-' && (!/^[0-7]+$/.test(digits) || Number.parseInt(digits, 8) > 0o7777))
    return `Invalid mode '${mode}'.`;
  const span = age === '-' ? undefined : parseTimeSpan(age.replace(/^(~|[aAbBcCmM]+:)/, ''));
  if (age !== '-' && span === undefined) return `Invalid age '${age}'.`;
  return { type, path: path.replace(/(.)\/+$/, '$1'), mode, uid, gid, age: span, argument };
}
const TITLES: Readonly<Record<string, string>> = { w: 'Write file' };
/** Words as in a shell: a path with blanks stands in quotes. */
function split(line: string): string[] {
  const words = line.match(/"[^"]*"|'[^']*'|\S+/g) ?? [];
  return words.map((word) => (/^(["']).*\1$/.test(word) ? word.slice(1, -1) : word));
}
function idOf(word: string, find: (name: string) => number | undefined): number | undefined | null {
  const name = word.replace(/^:/, '');
  if (name === '-') return undefined;
  if (/^\d+$/.test(name)) return Number(name);
  return find(name) ?? null;
}
function specifier(host: Host, letter: string): string | undefined {
  if (letter === '%') return '%';
  if (letter === 'H') return host.state.hostname;
  if (letter === 'b') return host.state.bootId;
  if (letter === 'm') return machineId(host);
  return { t: '/run', S: '/var/lib', C: '/var/cache', L: '/var/log', T: '/tmp', V: '/var/tmp' }[letter];
}

function remove(host: Host, { type, path }: Rule): void {
  if (type.startsWith('D')) {
    const names = host.fs.readdir(path, ROOT);
    if (Array.isArray(names)) for (const name of names) removeTree(host, `${path}/${name}`);
  } else if (type.startsWith('R')) for (const one of matches(host, path)) removeTree(host, one);
  else if (type.startsWith('r'))
    for (const one of matches(host, path))
      if (host.fs.unlink(one, ROOT) !== undefined) host.fs.rmdir(one, ROOT);
}
/** Ages: what was neither read nor changed for so long goes. */
function clean(host: Host, { type, path, age }: Rule, rules: readonly Rule[]): void {
  if (age === undefined || !'dDevqQ'.includes(type[0] ?? '')) return;
  const kept = new Set(
    rules.filter((rule) => 'xX'.includes(rule.type[0] ?? '') || rule.path !== path).map((rule) => rule.path),
  );
  const before = host.clock() - age;
  const look = (folder: string): void => {
    const names = host.fs.readdir(folder, ROOT);
    if (!Array.isArray(names)) return;
    for (const name of names) {
      const one = `${folder}/${name}`;
      const info = host.fs.lstat(one, ROOT);
      if (info instanceof FileError || kept.has(one)) continue;
      if (info.kind === 'directory') look(one);
      if (Math.max(info.mtime, info.atime, info.ctime) >= before) continue;
      if (info.kind === 'directory') host.fs.rmdir(one, ROOT);
      else host.fs.unlink(one, ROOT);
    }
  };
  look(path);
}
function create(host: Host, rule: Rule): void {
  const { path, argument } = rule;
  const letter = rule.type[0] ?? '';
  const isForced = rule.type.includes('+');
  const text = argument.replace(/\\n/g, '\n').replace(/\\t/g, '\t');
  if ('dDvqQ'.includes(letter)) makeFolder(host, path);
  else if (letter === 'f' || letter === 'F') {
    makeFolder(host, path.slice(0, path.lastIndexOf('/')));
    if (!host.fs.exists(path) || letter === 'F' || isForced) host.fs.writeFile(path, text, ROOT);
  } else if (letter === 'L') {
    makeFolder(host, path.slice(0, path.lastIndexOf('/')));
    if (isForced && !(host.fs.lstat(path, ROOT) instanceof FileError)) removeTree(host, path);
    if (host.fs.lstat(path, ROOT) instanceof FileError) host.fs.symlink(argument, path, ROOT);
    return;
  } else if (letter === 'w') {
    for (const one of matches(host, path)) {
      const before = isForced ? host.fs.readFile(one, ROOT) : '';
      host.fs.writeFile(one, `${typeof before === 'string' ? before : ''}${text}`, ROOT);
    }
    return;
  } else if (letter === 'C') {
    const source = host.fs.readFile(argument === '' ? `/usr/share/factory${path}` : argument, ROOT);
    if (typeof source !== 'string' || host.fs.exists(path)) return;
    host.fs.writeFile(path, source, ROOT);
  } else if (letter === 'Z') {
    for (const one of matches(host, path)) setTree(host, rule, one);
    return;
  } else if (letter !== 'e' && letter !== 'z') return;
  for (const one of matches(host, path)) setOwner(host, rule, one);
}
function makeFolder(host: Host, path: string): void {
  let current = '';
  for (const part of path.split('/').slice(1)) {
    current += `/${part}`;
    if (!host.fs.exists(current)) host.fs.mkdir(current, 0o755, ROOT);
  }
}
function setTree(host: Host, rule: Rule, path: string): void {
  setOwner(host, rule, path);
  const names = host.fs.readdir(path, ROOT);
  if (Array.isArray(names)) for (const name of names) setTree(host, rule, `${path}/${name}`);
}
/** Without a wish a folder or file of its own is root's, what is only adjusted stays whose it is. */
function setOwner(host: Host, { type, mode, uid, gid }: Rule, path: string): void {
  const info = host.fs.stat(path, ROOT);
  if (info instanceof FileError) return;
  if (mode !== '-') {
    const wanted = Number.parseInt(mode.replace(/^[~:]+/, ''), 8);
    // With ~ only bits that are there already are kept. Source: tmpfiles.d(5) "Mode".
    host.fs.chmod(
      path,
      mode.startsWith('~') ? wanted & (info.kind === 'directory' ? 0o7777 : 0o7666) : wanted,
      ROOT,
    );
  }
  const adjusts = 'ezZ'.includes(type[0] ?? '');
  host.fs.chown(path, uid ?? (adjusts ? info.uid : 0), gid ?? (adjusts ? info.gid : 0), ROOT);
}
/** Paths that a glob names. */
function matches(host: Host, path: string): string[] {
  if (!/[*?[]/.test(path)) return host.fs.lstat(path, ROOT) instanceof FileError ? [] : [path];
  return glob(host.fs, path, ROOT);
}
