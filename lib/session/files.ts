/** The files of a host for the page: the tree, one file with what its daemon says of it, what runs against what is saved. */
import { ROOT } from '../world/files';
import { FileError } from '../world/files.contract';
import { locateDiagnostic } from '../text/diagnostic';
import { LineIndex } from '../text/position';
import type { CheckedFile, Host } from '../world/world.contract';
import type { Answer, FileDiagnostic, HostDetail } from './messages';

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
    return { kind: 'file', text: '', language: languageOf(host, path), writable: true, diagnostics: [] };
  }
  if (text.length > LARGEST)
    return `${path} is too large for the editor (${(text.length / 1e6).toFixed(1)} MB). Use head, tail or less in a terminal.`;
  if (text.includes('\0')) return `${path} is not a text file.`;
  const checker = host.world.registry.findChecker(path);
  const running = runningText(host, path);
  const before = original.get(`${host.name}:${path}`);
  return {
    kind: 'file',
    text,
    language: languageOf(host, path),
    writable: host.state.power !== 'off',
    diagnostics: checker === undefined ? [] : diagnosticsOf(checker.check(host, path, text), path, text),
    ...(running === undefined ? {} : { running: running.text }),
    ...(running === undefined ? {} : { runningSince: running.since }),
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

function runningText(host: Host, path: string): { text: string; since: number } | undefined {
  for (const process of host.processes()) {
    if (process.daemon === undefined) continue;
    const context = host.daemonContext(process.pid);
    if (context === undefined) continue;
    const files = host.world.registry.findDaemon(process.daemon.kind)?.runningFiles?.(context) ?? [];
    const found = files.find((file) => file.path === path);
    if (found !== undefined) return { text: found.text, since: process.startedAt };
  }
  return undefined;
}

function languageOf(host: Host, path: string): string {
  const known = host.world.registry.findChecker(path)?.language;
  return known ?? LANGUAGES.find(([pattern]) => pattern.test(path))?.[1] ?? 'text';
}

/** The configuration files of a host and how each stands against what runs. */
export function fileStates(host: Host): NonNullable<HostDetail['files']> {
  const paths = [...SINGLE];
  for (const folder of CONFIGURATION) collect(host, folder, paths);
  return paths.slice(0, MOST_FILES).flatMap((path): NonNullable<HostDetail['files']> => {
    const text = host.fs.readFile(path, ROOT);
    if (text instanceof FileError) return [];
    const language = languageOf(host, path);
    const running = runningText(host, path);
    if (running === undefined) return [{ path, language, state: 'plain', text: '' }];
    if (running.text === text) return [{ path, language, state: 'running', text: 'as running' }];
    const checked = host.world.registry.findChecker(path)?.check(host, path, text);
    const isInvalid = checked !== undefined && checked.exit !== 0;
    return [
      {
        path,
        language,
        state: isInvalid ? 'invalid' : 'not-reloaded',
        text: isInvalid ? 'saved, and its test fails' : 'saved, not reloaded',
      },
    ];
  });
}
function collect(host: Host, folder: string, paths: string[]): void {
  const names = host.fs.readdir(folder, ROOT);
  if (names instanceof FileError) return;
  for (const name of names) {
    const full = `${folder}/${name}`;
    const info = host.fs.lstat(full, ROOT);
    if (info instanceof FileError || paths.length > MOST_FILES) continue;
    if (info.kind === 'directory' && !name.endsWith('.wants') && name !== 'errors')
      collect(host, full, paths);
    else if (info.kind === 'file') paths.push(full);
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
