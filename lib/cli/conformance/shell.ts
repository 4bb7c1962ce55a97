/** Plays the recorded cases of bash and the usual tools, each in a small world of its own. */
import { BASE_PACKAGES } from '../../session/plug-ins';
import { Kernel } from '../../kernel/kernel';
import { bytesFromText } from '../../std/bytes';
import { ROOT } from '../../world/files';
import { FileError, type FileSpec } from '../../world/files.contract';
import { createNetwork } from '../../world/network/network';
import type { ExitStatus, ProgramContext } from '../../world/process.contract';
import type { PluginRegistry } from '../../world/registry';
import { SIGNAL_NUMBERS } from '../../world/signals';
import { SimulatedWorld } from '../../world/world';
import type { Host } from '../../world/world.contract';

interface RecordedFile {
  text?: string;
  mode?: string;
  uid?: number;
  link?: string;
  dir?: boolean;
}
interface ShellCase {
  name: string;
  files: Record<string, string | RecordedFile>;
  cwd: string;
  user: string;
  run: 'c' | 'file' | 'i';
  script: string;
  script_path?: string;
  args?: string[];
  stdin?: string;
}
interface Ran {
  stdout: string;
  stderr: string;
  exit: number;
  files_after?: Record<string, unknown>;
}

/** 2024-03-01 10:00:00 UTC: the time of all files of a case. */
const FILE_TIME = 1_709_287_200_000_000;
const MOST_EVENTS = 400_000;
const LONGEST_RUN = 120_000_000;
const STUDENT = 1000;
const PROCESS_ENDED = 'conformance.shell';

const USERS = [
  { name: 'student', uid: 1000, gid: 1000, groups: ['sudo'], home: '/home/student', shell: '/bin/bash' },
  { name: 'deploy', uid: 1001, gid: 1001, home: '/home/deploy', shell: '/bin/bash' },
];

/** Results by case name; `packages`: what the host has. */
export function playShellCase(
  file: unknown,
  makeRegistry: () => PluginRegistry,
  packages: readonly string[] = BASE_PACKAGES,
  wanted: (name: string) => boolean = () => true,
): Record<string, Ran> {
  // The recordings are ours: their form is in truth/README.md.
  const { cases } = file as { cases: ShellCase[] };
  const results: Record<string, Ran> = {};
  for (const one of cases) if (wanted(one.name)) results[one.name] = play(one, makeRegistry, packages);
  return results;
}

function play(recorded: ShellCase, makeRegistry: () => PluginRegistry, packages: readonly string[]): Ran {
  const kernel = new Kernel({ seed: 1 });
  const world = new SimulatedWorld({ kernel, registry: makeRegistry(), network: createNetwork });
  const host = world.addHost({ name: 'web01', interfaces: [], packages, users: USERS });
  writeFiles(host, recorded);
  const before = snapshot(host, [...roots(recorded)]);
  const stdout: string[] = [];
  const stderr: string[] = [];
  let status: ExitStatus | undefined;
  const who = host.user(recorded.user) ?? { name: 'root', uid: 0, gid: 0, groups: [0], home: '/root' };
  world.spawn(host, {
    argv: [PROCESS_ENDED],
    uid: who.uid,
    gid: who.gid,
    groups: who.groups,
    cwd: recorded.cwd,
    env: environmentOf(who, recorded.run),
    *program(context) {
      const fds = new Map([
        [0, inputOf(context, recorded)],
        [1, host.streams.sink('pipe', (text) => stdout.push(text))],
        [2, host.streams.sink('pipe', (text) => stderr.push(text))],
      ]);
      const child = context.spawn({ argv: commandOf(recorded), path: '/usr/bin/bash', fds });
      if (typeof child === 'number') status = yield* context.wait(child);
      return 0;
    },
  });
  let events = 0;
  while (status === undefined && events++ < MOST_EVENTS && kernel.now < LONGEST_RUN && kernel.step());
  const after = changes(before, snapshot(host, [...roots(recorded)]), recorded.cwd);
  return {
    stdout: stdout.join(''),
    stderr: cleaned(recorded, stderr.join('')),
    exit:
      status === undefined
        ? -1
        : status.signal === undefined
          ? (status.code ?? 0)
          : 128 + SIGNAL_NUMBERS[status.signal],
    ...(Object.keys(after).length === 0 ? {} : { files_after: after }),
  };
}

function environmentOf(who: { name: string; home: string }, run: ShellCase['run']): Map<string, string> {
  return new Map([
    ['HOME', who.home],
    ['USER', who.name],
    ['LOGNAME', who.name],
    ['SHELL', '/bin/bash'],
    ['PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
    ['LANG', 'C.UTF-8'],
    ['TZ', 'UTC'],
    ['TERM', 'xterm'],
    ['COLUMNS', '80'],
    ...(run === 'i'
      ? ([
          ['PS1', ''],
          ['PS2', ''],
        ] as const)
      : []),
  ]);
}

function commandOf({ run, script, script_path, args }: ShellCase): string[] {
  switch (run) {
    case 'c':
      return ['bash', '-c', script];
    case 'file':
      return ['bash', script_path ?? 'script.sh', ...(args ?? [])];
    case 'i':
      return ['bash', '--norc', '--noprofile', '--noediting', '-i'];
  }
}

function inputOf(
  context: ProgramContext,
  { run, script, stdin }: ShellCase,
): ReturnType<Host['streams']['text']> {
  const { streams } = context.host;
  if (run === 'i') return piped(context, script);
  return stdin === undefined || stdin === '' ? streams.null() : piped(context, stdin);
}

/** A pipe that holds the text and has no writer left. */
function piped(context: ProgramContext, text: string): ReturnType<Host['streams']['text']> {
  const { reader, writer } = context.host.streams.pipe();
  writer.retain();
  writer.write(text);
  writer.close();
  return reader;
}

/** What the recorder took out of interactive runs. */
function cleaned({ run }: ShellCase, text: string): string {
  if (run !== 'i') return text;
  return text
    .replace(/^bash: cannot set terminal process group \(-?\d+\): [^\n]*\n/, '')
    .replace(/^bash: no job control in this shell\n/, '')
    .replace(/exit\n$/, '');
}

// ---------------------------------------------------------------------------- files

function writeFiles(host: Host, recorded: ShellCase): void {
  const { cwd, run, script, script_path } = recorded;
  // The recorder's homes were bare directories.
  for (const { home } of [...USERS, { home: '/root' }])
    for (const name of ['.bashrc', '.profile', '.bash_logout']) host.fs.unlink(`${home}/${name}`, ROOT);
  host.install(cwd, { directory: true, ...ownerOf(cwd, {}), mode: cwd === '/root' ? 0o700 : 0o755 });
  for (const [name, given] of Object.entries(recorded.files)) {
    const path = name.startsWith('/') ? name : `${cwd}/${name}`;
    const file: RecordedFile = typeof given === 'string' ? { text: given } : given;
    const owner = ownerOf(path, file);
    for (const directory of parentsOf(path))
      if (!host.fs.exists(directory))
        host.install(directory, { directory: true, ...ownerOf(directory, {}), mtime: FILE_TIME });
    host.install(path.replace(/\/$/, ''), { ...specOf(path, file), ...owner, mtime: FILE_TIME });
  }
  stampDirectories(host, recorded);
  if (run === 'file') {
    const path = script_path ?? 'script.sh';
    const full = path.startsWith('/') ? path : `${cwd}/${path}`;
    if (!host.fs.exists(full))
      host.install(full, { text: script, mode: 0o644, ...ownerOf(full, {}), mtime: FILE_TIME });
  }
}

/** What was made inside a directory has changed its time. */
function stampDirectories(host: Host, { cwd, files }: ShellCase): void {
  const made = new Set<string>([cwd]);
  for (const name of Object.keys(files)) {
    const path = name.startsWith('/') ? name : `${cwd}/${name}`;
    for (const directory of [...parentsOf(path), path.replace(/\/$/, '')])
      if (directory.startsWith(`${cwd}/`) || name.startsWith('/')) made.add(directory);
  }
  for (const path of made) {
    const info = host.fs.lstat(path, ROOT);
    if ('kind' in info && info.kind === 'directory') host.fs.utimes(path, FILE_TIME, FILE_TIME, ROOT);
  }
}

function specOf(path: string, file: RecordedFile): FileSpec {
  const mode = file.mode === undefined ? {} : { mode: Number.parseInt(file.mode, 8) };
  if (file.link !== undefined) return { link: file.link };
  if (path.endsWith('/') || file.dir === true) return { directory: true, mode: 0o755, ...mode };
  return { text: file.text ?? '', mode: 0o644, ...mode };
}

function ownerOf(path: string, { uid }: RecordedFile): { uid: number; gid: number } {
  const owner = uid ?? (path.startsWith('/home/student') || path.startsWith('home/') ? STUDENT : 0);
  return { uid: owner, gid: owner };
}

function parentsOf(path: string): string[] {
  const parts = path.replace(/\/$/, '').split('/').slice(1, -1);
  return parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`);
}

/** Where a case's files lie. */
function roots({ cwd, files }: ShellCase): Set<string> {
  const found = new Set([cwd]);
  for (const name of Object.keys(files)) {
    const [, first = '', second = ''] = name.split('/');
    if (name.startsWith('/')) found.add(`/${first}/${second}`.replace(/\/$/, ''));
  }
  return found;
}

interface Seen {
  kind: string;
  mode: number;
  text: string;
}

function snapshot(host: Host, paths: readonly string[]): Map<string, Seen> {
  const found = new Map<string, Seen>();
  const visit = (path: string): void => {
    const info = host.fs.lstat(path, ROOT);
    if (info instanceof FileError) return;
    const text =
      info.kind === 'symlink'
        ? host.fs.readlink(path, ROOT)
        : info.kind === 'file'
          ? host.fs.readFile(path, ROOT)
          : '';
    found.set(path, { kind: info.kind, mode: info.mode, text: typeof text === 'string' ? text : '' });
    if (info.kind !== 'directory') return;
    const names = host.fs.readdir(path, ROOT);
    if (Array.isArray(names)) for (const name of names) visit(`${path}/${name}`);
  };
  for (const path of paths) visit(path);
  return found;
}

function changes(before: Map<string, Seen>, after: Map<string, Seen>, cwd: string): Record<string, unknown> {
  const changed: Record<string, unknown> = {};
  const nameOf = (path: string, kind: string): string =>
    (path.startsWith(`${cwd}/`) ? path.slice(cwd.length + 1) : path) + (kind === 'directory' ? '/' : '');
  for (const path of before.keys()) if (!after.has(path)) changed[nameOf(path, 'file')] = null;
  for (const [path, now] of after) {
    const then = before.get(path);
    if (then !== undefined && then.kind === now.kind && then.mode === now.mode && then.text === now.text)
      continue;
    changed[nameOf(path, now.kind)] = valueOf(now, then);
  }
  return changed;
}

function valueOf(now: Seen, then: Seen | undefined): unknown {
  const mode = now.mode.toString(8).padStart(4, '0');
  if (now.kind === 'symlink') return { link: now.text };
  if (now.kind === 'directory') return { dir: true, mode };
  if (now.kind !== 'file') return { kind: now.kind };
  if (isBinary(now.text)) return { binary: true };
  return now.mode === 0o644 || now.mode === then?.mode ? now.text : { text: now.text, mode };
}

function isBinary(text: string): boolean {
  if (text.includes('\0')) return true;
  if (text.includes('\0')) return true;
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    decoder.decode(bytesFromText(text));
    return false;
  } catch {
    return true;
  }
}
