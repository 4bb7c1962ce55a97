/** Programs: finding them along PATH, starting them, and saying why they cannot be started. */
import type { SpawnError, SpawnOptions } from '../../world/process.contract';
import { SIGNAL_NUMBERS } from '../../world/signals';
import { DropLine, ExitShell } from '../control';
import { errnoText } from '../commands/errno-text';
import { printCommand } from '../syntax/printer';
import type { Run, Shell } from '../shell';
import { childEnvironment } from '../state/functions';
import type { Job } from '../state/jobs';
import { forgetDone, jobLine, reapJobs, reportKilled } from './reap';
import { signalText } from './signal-texts';
import { forkShell, giveBackSignals } from './subshell';

const STANDARD_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** What a name leads to along PATH. */
export type Located = { readonly path: string } | 'not-found' | 'no-such-file';

export function locate(
  shell: Shell,
  name: string,
  options: { readonly standardPath?: boolean; readonly count?: boolean } = {},
): Located {
  if (name.includes('/')) return { path: name };
  if (name === '') return 'not-found';
  const known = options.standardPath === true ? undefined : shell.hash.get(name);
  if (known !== undefined) {
    if (options.count === true) known.hits++;
    return { path: known.path };
  }
  const path = options.standardPath === true ? STANDARD_PATH : shell.variables.get('PATH');
  if (path === undefined || path === '') return { path: `./${name}` };
  const found = searchPath(shell, name, path);
  if (found === undefined) return 'not-found';
  if (
    options.count === true &&
    found.isExecutable &&
    shell.options.hashall &&
    options.standardPath !== true &&
    found.path.startsWith('/')
  )
    shell.hash.set(name, { path: found.path, hits: 1 });
  return { path: found.path };
}

/** The first executable along a path, or else the first file that is none. */
function searchPath(
  shell: Shell,
  name: string,
  path: string,
): { path: string; isExecutable: boolean } | undefined {
  let fallback: string | undefined;
  for (const directory of path.split(':')) {
    const candidate = directory === '' ? `./${name}` : `${directory.replace(/\/+$/, '')}/${name}`;
    const kind = executableKind(shell, candidate);
    if (kind === 'executable') return { path: candidate, isExecutable: true };
    if (kind === 'file') fallback ??= candidate;
  }
  return fallback === undefined ? undefined : { path: fallback, isExecutable: false };
}

export function executableKind(shell: Shell, path: string): 'executable' | 'file' | 'none' {
  const { fs, who } = shell.context;
  const info = fs.stat(shell.context.resolve(path), who);
  if (!('kind' in info) || info.kind !== 'file') return 'none';
  return fs.access(shell.context.resolve(path), 1, who) === undefined ? 'executable' : 'file';
}

/** All executables of that name along PATH. */
export function locateAll(shell: Shell, name: string): string[] {
  if (name.includes('/')) return executableKind(shell, name) === 'executable' ? [name] : [];
  const paths = (shell.variables.get('PATH') ?? '')
    .split(':')
    .map((directory) => (directory === '' ? `./${name}` : `${directory.replace(/\/+$/, '')}/${name}`));
  return paths.filter((path) => executableKind(shell, path) === 'executable');
}

/** Runs a program and waits for it. Redirections are in force; `release` takes them back once the child has them. */
export function* runExternal(
  shell: Shell,
  words: readonly string[],
  options: {
    readonly standardPath?: boolean;
    readonly release?: () => void;
    readonly environment?: ReadonlyMap<string, string>;
    /** This process has nothing left to do: the program takes its place. */
    readonly inPlace?: boolean;
  } = {},
): Run<number> {
  const [name = ''] = words;
  const located = locate(shell, name, { standardPath: options.standardPath ?? false, count: true });
  const release = options.release ?? ((): void => undefined);
  if (located === 'not-found' || located === 'no-such-file') {
    const handler = shell.functions.get('command_not_found_handle');
    if (handler !== undefined && shell.dialect === 'bash') {
      const status = yield* shell.machinery.runWords(shell, ['command_not_found_handle', ...words], {
        functions: true,
        external: false,
        builtins: false,
      });
      release();
      return status;
    }
    yield* shell.complain(shell.dialect === 'dash' ? `${name}: not found` : `${name}: command not found`);
    release();
    return 127;
  }
  const environment = options.environment ?? childEnvironment(shell);
  const spawning: SpawnOptions = {
    argv: words,
    path: located.path,
    env: withLastArgument(shell, environment, located.path),
    fds: shell.context.fds,
  };
  if (options.inPlace === true) {
    const taken = shell.context.exec({
      argv: words,
      path: spawning.path ?? '',
      env: oneLevelUp(shell, spawning.env ?? environment),
    });
    if ('errno' in taken) return yield* cannotStart(shell, words, located.path, taken, environment);
    throw new ExitShell((yield* taken) & 255, true);
  }
  const started = yield* shell.spawn({ ...spawning, group: shell.options.monitor ? 'new' : 'inherit' });
  if (typeof started === 'number' && shell.interactive) giveBackSignals(shell, started);
  if (typeof started !== 'number') {
    const status = yield* cannotStart(shell, words, located.path, started, environment);
    release();
    return status;
  }
  release();
  if (shell.alone?.word === name) shell.alone.pid = started;
  return yield* awaitForeground(shell, [started]);
}

/** A shell that becomes another program is no level above it. */
function oneLevelUp(shell: Shell, environment: ReadonlyMap<string, string>): Map<string, string> {
  const full = new Map(environment);
  const level = Number(full.get('SHLVL'));
  if (shell.dialect === 'bash' && shell.subshellDepth === 0 && level > 0)
    full.set('SHLVL', String(level - 1));
  return full;
}

function withLastArgument(
  shell: Shell,
  environment: ReadonlyMap<string, string>,
  path: string,
): Map<string, string> {
  const full = new Map(environment);
  if (shell.dialect === 'dash') return full;
  full.delete('_');
  full.set('_', path);
  return full;
}

/** Waits for the processes of a foreground pipeline; the last one's status. */
export function* awaitForeground(shell: Shell, pids: readonly number[], job?: Job): Run<number> {
  const statuses: number[] = [];
  const { process } = shell.context;
  if (shell.options.monitor) shell.foreground?.(job?.pgid ?? pids[0] ?? 0);
  let interrupted = false;
  for (const pid of pids) {
    const known = shell.jobs.finished.get(pid);
    if (known !== undefined && job !== undefined) {
      statuses.push(known);
      continue;
    }
    const ended = yield* shell.waitFor(pid);
    if (ended === undefined) {
      const status = yield* stopped(shell, pids, job);
      shell.foreground?.(process.pgid);
      shell.pipeStatus = [...statuses, ...pids.slice(statuses.length).map(() => status)];
      // The rest of the line does not run on without the command it waited for.
      throw new DropLine(status);
    }
    statuses.push(ended.signal === undefined ? (ended.code ?? 0) : 128 + SIGNAL_NUMBERS[ended.signal]);
    if (ended.signal === 'INT') interrupted = true;
    if (ended.signal !== undefined && pid === pids.at(-1)) yield* reportSignal(shell, pid, ended.signal);
  }
  if (shell.options.monitor) shell.foreground?.(process.pgid);
  if (job !== undefined) shell.jobs.remove(job.id);
  shell.pipeStatus = statuses;
  const status = statuses.at(-1) ?? 0;
  if (!shell.interactive && shell.jobs.list.length > 0) {
    yield* reapJobs(shell);
    yield* reportKilled(shell);
    forgetDone(shell);
  }
  // Ctrl-C ends the whole line at an interactive shell.
  if (interrupted && shell.interactive && status === INTERRUPTED) throw new DropLine(INTERRUPTED);
  return status;
}

const INTERRUPTED = 130;

/** Ctrl-Z: the pipeline becomes a stopped job. */
function* stopped(shell: Shell, pids: readonly number[], known: Job | undefined): Run<number> {
  if (known !== undefined) {
    known.state = 'stopped';
    known.notified = true;
    shell.jobs.makeCurrent(known.id);
    yield* shell.write(2, jobLine(shell, known));
    return STOPPED;
  }
  const text = shell.currentCommand === undefined ? '' : printCommand(shell.currentCommand);
  const job = shell.jobs.add({
    pids: [...pids],
    pgid: shell.host.process(pids[0] ?? 0)?.pgid ?? pids[0] ?? 0,
    text,
    state: 'stopped',
    status: STOPPED,
    signal: undefined,
    notified: true,
    cwd: shell.context.cwd,
  });
  yield* shell.write(2, jobLine(shell, job));
  return STOPPED;
}

const STOPPED = 148;

/** A foreground child died of a signal: bash says so, and how depends on the signal. */
function* reportSignal(shell: Shell, pid: number, signal: string): Run<void> {
  if (shell.dialect === 'dash') {
    if (signal !== 'INT' && signal !== 'PIPE') yield* shell.write(2, `${signalText(signal)}\n`);
    return;
  }
  if (signal === 'INT') {
    // A terminal has shown ^C and gone to the next line.
    if (shell.interactive && shell.foreground === undefined) yield* shell.write(2, '\n');
    return;
  }
  if (signal === 'PIPE' || shell.inSubstitution) return;
  if (signal === 'TERM' || shell.interactive) yield* shell.write(2, `${signalText(signal)}\n`);
  else
    yield* shell.complain(
      `${String(pid).padStart(5)} ${signalText(signal).padEnd(24)}${shell.currentCommand === undefined ? '' : printCommand(shell.currentCommand)}`,
    );
}

/** No text: an ELF file, or a zero byte in the first line of the 80 bytes that bash's check_binary_file looks at. */
export function isBinary(text: string): boolean {
  return text.startsWith('\x7fELF') || /^(?:#![^\0]{0,77}|[^\n]{0,79})\0/.test(text);
}

/** execve failed: the message and the status. A text without `#!` is run by the shell itself. */
export function* cannotStart(
  shell: Shell,
  words: readonly string[],
  path: string,
  problem: SpawnError,
  environment: ReadonlyMap<string, string>,
): Run<number> {
  const [name = ''] = words;
  const shown = name.includes('/') ? name : path.startsWith('./') && !name.includes('/') ? name : path;
  if (problem.errno === 'ENOEXEC' && problem.interpreter === undefined) {
    const text = shell.context.fs.readFile(shell.context.resolve(path), shell.context.who);
    // It may be run, but the shell that is to read it may not.
    if (typeof text !== 'string') {
      yield* shell.write(2, `${shell.name}: ${shown}: ${errnoText(text.errno)}\n`);
      return 126;
    }
    if (!isBinary(text))
      return yield* runAsScript(shell, words, path, text.replaceAll('\0', ''), environment);
    yield* shell.complain(`${shown}: cannot execute binary file: ${errnoText('ENOEXEC')}`);
    return 126;
  }
  const { text, status } = startProblem(shell, shown, path, problem);
  yield* shell.complain(text);
  return status;
}

export function startProblem(
  shell: Shell,
  shown: string,
  path: string,
  problem: SpawnError,
): { text: string; status: number } {
  const info = shell.context.fs.stat(shell.context.resolve(path), shell.context.who);
  if (shell.dialect === 'dash')
    return {
      text: problem.errno === 'ENOENT' ? `${shown}: not found` : `${shown}: ${errnoText(problem.errno)}`,
      status: problem.errno === 'ENOENT' ? 127 : 126,
    };
  if (problem.interpreter !== undefined) {
    if (problem.errno === 'ENOENT')
      return { text: `${shown}: cannot execute: required file not found`, status: 127 };
    return {
      text: `${shown}: ${problem.interpreter}: bad interpreter: ${errnoText(problem.errno)}`,
      status: 126,
    };
  }
  if ('kind' in info && info.kind === 'directory')
    return { text: `${shown}: ${errnoText('EISDIR')}`, status: 126 };
  return { text: `${shown}: ${errnoText(problem.errno)}`, status: problem.errno === 'ENOENT' ? 127 : 126 };
}

function* runAsScript(
  shell: Shell,
  words: readonly string[],
  path: string,
  text: string,
  environment: ReadonlyMap<string, string>,
): Run<number> {
  const pid = yield* forkShell(
    shell,
    function* (child) {
      child.becomeScript(path, words.slice(1), environment);
      return yield* child.machinery.runText(child, text, { name: path, lineBase: 0 });
    },
    { fds: shell.context.fds },
  );
  return yield* awaitForeground(shell, [pid]);
}

/** `exec`: this process becomes the program. Gives a status only when it cannot. */
export function* replaceProcess(
  shell: Shell,
  words: readonly string[],
  options: {
    readonly argv0?: string;
    readonly environment?: ReadonlyMap<string, string>;
    readonly path: string;
  },
): Run<SpawnError> {
  const environment = oneLevelUp(shell, options.environment ?? childEnvironment(shell));
  const argv = options.argv0 === undefined ? words : [options.argv0, ...words.slice(1)];
  const started = shell.context.exec({ argv, path: shell.context.resolve(options.path), env: environment });
  if ('errno' in started) return started;
  throw new ExitShell((yield* started) & 255, true);
}
