/** The files of a host for the page: the tree, one file with what its daemon says of it, what runs against what is saved. */
import { rereadCommand } from '../daemons/systemd/index';
import { ROOT } from '../world/files';
import { FileError } from '../world/files.contract';
import { locateDiagnostic } from '../text/diagnostic';
import { LineIndex } from '../text/position';
import type { CheckedFile, Host } from '../world/world.contract';
import type { Answer, FileDiagnostic, HostDetail, PendingFile } from './messages';

type FileAnswer = Extract<Answer, { kind: 'file' }>;
type TreeAnswer = Extract<Answer, { kind: 'tree' }>;
type Checked = Extract<Answer, { kind: 'diagnostics' }>;

const LARGEST = 1_000_000;
const LANGUAGES: readonly [RegExp, string][] = [
  [/\.(?:service|timer|socket|target|conf)$/, 'ini'],
  [/\.(?:sh|bashrc|profile)$/, 'shell'],
  [/\/(?:hosts|hostname|crontab|sysctl\.conf|interfaces|fstab)$/, 'ini'],
];
/** Folders whose files a learner is likely to look for. */
export const CONFIGURATION = [
  '/etc/haproxy',
  '/etc/keepalived',
  '/etc/nginx',
  '/etc/sysctl.d',
  '/etc/systemd/system',
  '/etc/network',
  '/etc/nftables.d',
];
const SINGLE = [
  '/etc/nftables.conf',
  '/etc/hosts',
  '/etc/sysctl.conf',
  '/etc/loadgen.conf',
  '/etc/shop.conf',
];
const MOST_FILES = 60;

export function fileTree(
  host: Host,
  path: string,
  original: ReadonlyMap<string, string>,
): TreeAnswer | string {
  const names = host.fs.readdir(path, ROOT);
  if (names instanceof FileError) return `${path} on ${host.name} cannot be listed (${names.errno}).`;
  const entries = names.flatMap((name): TreeAnswer['entries'] => {
    const full = path === '/' ? `/${name}` : `${path}/${name}`;
    const info = host.fs.lstat(full, ROOT);
    if (info instanceof FileError || !['file', 'directory', 'symlink'].includes(info.kind)) return [];
    const before = original.get(`${host.name}:${full}`);
    return [
      {
        name,
        path: full,
        kind: info.kind as 'file' | 'directory' | 'symlink',
        size: info.size,
        mode: modeText(info.kind, info.mode),
        owner: host.user(info.uid)?.name ?? String(info.uid),
        changed: before !== undefined && info.kind === 'file' && host.fs.readFile(full, ROOT) !== before,
      },
    ];
  });
  return { kind: 'tree', entries };
}

export function readFile(
  host: Host,
  path: string,
  original: ReadonlyMap<string, string>,
): FileAnswer | string {
  const text = host.fs.readFile(path, ROOT);
  if (text instanceof FileError) {
    if (text.errno !== 'ENOENT') return `${path} on ${host.name} cannot be read (${text.errno}).`;
    const gone = runningFiles(host).get(path);
    return {
      kind: 'file',
      text: '',
      language: languageOf(host, path),
      writable: true,
      diagnostics: [],
      ...(gone === undefined
        ? {}
        : { running: gone.text, runningSince: gone.since, pending: { state: 'missing' as const } }),
    };
  }
  if (text.length > LARGEST)
    return `${path} is too large for the editor (${(text.length / 1e6).toFixed(1)} MB). Use head, tail or less in a terminal.`;
  if (text.includes('\0')) return `${path} is not a text file.`;
  const checker = host.world.registry.findChecker(path);
  const real = host.fs.realpath(path, ROOT);
  const running = runningFiles(host).get(real instanceof FileError ? path : real);
  const standing = standingOf(host, path, text, running);
  const before = original.get(`${host.name}:${path}`);
  return {
    kind: 'file',
    text,
    language: languageOf(host, path),
    writable: host.state.power !== 'off',
    diagnostics: checker === undefined ? [] : diagnosticsOf(checker.check(host, path, text), path, text),
    ...(running === undefined ? {} : { running: running.text }),
    ...(running === undefined ? {} : { runningSince: running.since }),
    ...(typeof standing === 'object' ? { pending: standing } : {}),
    ...(checker === undefined ? {} : { checker: checker.command(path) }),
    ...(before === undefined ? {} : { original: before }),
  };
}

/** What the daemon's own test says of a text that was not saved. */
export function checkText(host: Host, path: string, text: string): Checked {
  const checker = host.world.registry.findChecker(path);
  if (checker === undefined)
    return { kind: 'diagnostics', diagnostics: [], output: '', exit: undefined, command: undefined };
  const checked = checker.check(host, path, text);
  return {
    kind: 'diagnostics',
    diagnostics: diagnosticsOf(checked, path, text),
    output: checked.output,
    exit: checked.exit,
    command: checker.command(path),
  };
}

function diagnosticsOf({ diagnostics }: CheckedFile, path: string, text: string): FileDiagnostic[] {
  const lines = new LineIndex(text);
  return diagnostics
    .filter(({ file }) => file === undefined || file === path)
    .map((diagnostic) => {
      const { severity, message, line, column, span, code } = locateDiagnostic(diagnostic, lines);
      const end = span === undefined ? undefined : lines.positionAt(span.end);
      return {
        severity,
        message,
        line: line ?? 0,
        ...(column === undefined ? {} : { column }),
        ...(end !== undefined && end.line === line ? { endColumn: end.column } : {}),
        ...(code === 'not-modelled' ? { ours: true } : {}),
      };
    });
}

interface RunningFile {
  text: string;
  since: number;
  pid: number;
}

/** What the processes of a host read when they were started or reloaded, by path. */
function runningFiles(host: Host): Map<string, RunningFile> {
  const found = new Map<string, RunningFile>();
  for (const process of host.processes()) {
    const context = process.daemon === undefined ? undefined : host.daemonContext(process.pid);
    if (process.daemon === undefined || context === undefined) continue;
    const files = host.world.registry.findDaemon(process.daemon.kind)?.runningFiles?.(context) ?? [];
    for (const { path, text } of files) {
      // Sites are enabled by links: what is edited is what they lead to.
      const real = host.fs.realpath(path, ROOT);
      const name = real instanceof FileError ? path : real;
      if (!found.has(name)) found.set(name, { text, since: process.startedAt, pid: process.pid });
    }
  }
  return found;
}

/** How a file stands against what runs; undefined where nothing runs with it. */
function standingOf(
  host: Host,
  path: string,
  text: string,
  running: RunningFile | undefined,
): PendingFile | 'in force' | undefined {
  const isRefused = () => (host.world.registry.findChecker(path)?.check(host, path, text).exit ?? 0) !== 0;
  if (running !== undefined) {
    if (running.text === text) return 'in force';
    if (isRefused()) return { state: 'invalid' };
    const command = rereadCommand(host, running.pid);
    return { state: 'not-reloaded', ...(command === undefined ? {} : { command }) };
  }
  if (host.state.power !== 'on') return undefined;
  const files = host.world.registry.findLoadedFiles(path);
  if (files === undefined) return undefined;
  const standing = files.standing(host, path);
  if (standing === undefined) return isRefused() ? { state: 'invalid' } : undefined;
  return standing.isLoaded ? 'in force' : { state: 'not-loaded', command: standing.command };
}

function languageOf(host: Host, path: string): string {
  const known = host.world.registry.findChecker(path)?.language;
  return known ?? LANGUAGES.find(([pattern]) => pattern.test(path))?.[1] ?? 'text';
}

/** The configuration files of a host and how each stands against what runs. */
export function fileStates(host: Host): NonNullable<HostDetail['files']> {
  const running = runningFiles(host);
  const paths = new Set(SINGLE);
  for (const folder of CONFIGURATION) collect(host, folder, paths);
  for (const path of running.keys()) paths.add(path);
  return [...paths].slice(0, MOST_FILES).flatMap((path): NonNullable<HostDetail['files']> => {
    const text = host.fs.readFile(path, ROOT);
    const language = languageOf(host, path);
    if (text instanceof FileError)
      return running.has(path) ? [{ path, language, state: 'missing', text: PENDING.missing }] : [];
    const standing = standingOf(host, path, text, running.get(path));
    if (standing === undefined) return [{ path, language, state: 'plain', text: '' }];
    if (standing === 'in force') {
      const word = running.has(path) ? 'as running' : 'as loaded';
      return [{ path, language, state: 'running', text: word }];
    }
    return [{ path, language, text: PENDING[standing.state], ...standing }];
  });
}
const PENDING = {
  'not-reloaded': 'saved, not reloaded',
  'not-loaded': 'saved, not loaded',
  invalid: 'saved, and its test fails',
  missing: 'gone, and what runs still has it',
} as const;

function collect(host: Host, folder: string, paths: Set<string>): void {
  const names = host.fs.readdir(folder, ROOT);
  if (names instanceof FileError) return;
  for (const name of names) {
    const full = `${folder}/${name}`;
    const info = host.fs.lstat(full, ROOT);
    if (info instanceof FileError || paths.size > MOST_FILES) continue;
    if (info.kind === 'directory' && !name.endsWith('.wants') && name !== 'errors')
      collect(host, full, paths);
    else if (info.kind === 'file') paths.add(full);
  }
}

/** `-rw-r--r--`. */
function modeText(kind: string, mode: number): string {
  const first = kind === 'directory' ? 'd' : kind === 'symlink' ? 'l' : '-';
  let text = first;
  for (let shift = 6; shift >= 0; shift -= 3) {
    const bits = (mode >> shift) & 7;
    text += `${(bits & 4) === 0 ? '-' : 'r'}${(bits & 2) === 0 ? '-' : 'w'}${(bits & 1) === 0 ? '-' : 'x'}`;
  }
  return text;
}
