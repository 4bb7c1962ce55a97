/** An interactive shell: start-up files, prompts, lines, and what comes of Ctrl-C and Ctrl-D. */
import { FileError } from '../../world/files.contract';
import { SIGNAL_NUMBERS } from '../../world/signals';
import { readScript, runSource } from '../builtins/flow';
import { DropLine, FatalExpansion, ReturnFromFunction } from '../control';
import { decodePrompt } from '../expand/prompt';
import { expandJoined } from '../expand/words';
import type { Invocation } from '../invocation';
import { isUnfinished } from '../read-program';
import { hangUp, runPendingTraps } from '../run/finish';
import { awaitForeground } from '../run/external';
import { reapJobs, tellJobs } from '../run/reap';
import { runUnit } from '../run/run-text';
import type { Run, Shell } from '../shell';
import { Parser, type Unit } from '../syntax/parser';
import { Source } from '../syntax/source';
import { makeReadWord, partsOf } from '../syntax/word-parts';
import { HistoryEventNotFound, expandHistory } from './history-expansion';
import { addToHistory, loadHistory, saveHistory } from './history-file';
import { forgetShell, rememberShell } from './live-shells';
import { saveShell, saveWaitingShell } from './park';

/** What an interactive shell is before it reads any file. */
export function startInteractive(shell: Shell): void {
  const { variables } = shell;
  if (shell.dialect === 'bash') {
    for (const option of ['history', 'histexpand', 'emacs'] as const) shell.options[option] = true;
    shell.shopt.expand_aliases = true;
    if (variables.find('PS1') === undefined) variables.set('PS1', '\\s-\\v\\$ ');
    if (variables.find('PS2') === undefined) variables.set('PS2', '> ');
    if (variables.find('HISTSIZE') === undefined) variables.set('HISTSIZE', '500');
    if (variables.find('HISTFILESIZE') === undefined) variables.set('HISTFILESIZE', '500');
    if (variables.find('HISTFILE') === undefined)
      variables.set('HISTFILE', `${variables.get('HOME') ?? ''}/.bash_history`);
  }
  takeTerminal(shell);
  if (terminalOf(shell) !== undefined) shell.options.monitor = true;
  const { context } = shell;
  context.signal('INT', 'handle');
  context.signal('HUP', 'handle');
  for (const signal of ['TERM', 'QUIT', 'TSTP', 'TTIN', 'TTOU'] as const) context.signal(signal, 'ignore');
}

function terminalOf(shell: Shell): ReturnType<Shell['host']['terminals']['find']> {
  const { tty } = shell.context.process;
  return tty === undefined ? undefined : shell.host.terminals.find(tty);
}

/** A group of its own in the terminal's foreground, and the ways to the terminal. */
export function takeTerminal(shell: Shell): void {
  const terminal = terminalOf(shell);
  if (terminal !== undefined) {
    const { process } = shell.context;
    shell.formerForeground = terminal.state?.foreground;
    process.pgid = process.pid;
    terminal.setForeground(process.pgid);
  }
  knowTerminal(shell);
}
/** The ways to the terminal, whoever is in its foreground. */
export function knowTerminal(shell: Shell): void {
  rememberShell(shell);
  const terminal = terminalOf(shell);
  if (terminal === undefined) return;
  shell.foreground = (pgid) => terminal.setForeground(pgid);
  shell.echo = (on) => terminal.setAttributes({ echo: on });
}

// -------------------------------------------------------------------- start-up files

/** Source: bash(1) "INVOCATION". Debian compiles /etc/bash.bashrc in. */
export function* runStartupFiles(shell: Shell, invocation: Invocation): Run<void> {
  const home = shell.variables.get('HOME') ?? '';
  if (shell.dialect === 'dash') {
    if (invocation.login) yield* runFiles(shell, ['/etc/profile', `${home}/.profile`]);
    const env = shell.variables.get('ENV');
    if (shell.interactive && env !== undefined && env !== '') yield* runFiles(shell, [env]);
    return;
  }
  if (invocation.login) {
    if (!invocation.profile) return;
    yield* runFiles(shell, ['/etc/profile']);
    const own = ['.bash_profile', '.bash_login', '.profile'].map((name) => `${home}/${name}`);
    const first = own.find((path) => !(shell.context.fs.stat(path, shell.context.who) instanceof FileError));
    if (first !== undefined) yield* runFiles(shell, [first]);
    return;
  }
  if (shell.interactive) {
    if (invocation.rc && !shell.options.posix)
      yield* runFiles(shell, ['/etc/bash.bashrc', invocation.rcFile ?? `${home}/.bashrc`]);
    return;
  }
  const env = shell.variables.get('BASH_ENV');
  if (env !== undefined && env !== '') yield* runFiles(shell, [env]);
}

export function* runFiles(shell: Shell, paths: readonly string[]): Run<void> {
  for (const path of paths) {
    const text = readScript(shell, path);
    if (typeof text !== 'string') continue;
    try {
      yield* runSource(shell, { path, text, args: [] });
    } catch (problem) {
      if (!(problem instanceof DropLine || problem instanceof ReturnFromFunction)) throw problem;
    }
  }
  shell.status = 0;
  shell.pipeStatus = [0];
  shell.lastArgument = '';
}

// -------------------------------------------------------------------------- prompts

/** A prompt variable with its escapes and parameters done. */
function* promptText(shell: Shell, name: string): Run<string> {
  const value = shell.variables.get(name) ?? '';
  const decoded = shell.dialect === 'bash' ? decodePrompt(shell, value) : value;
  if (!shell.shopt.promptvars || !/[$`\\]/.test(decoded)) return decoded;
  const { status, lastArgument, pipeStatus } = shell;
  try {
    return (yield* expandJoined(shell, partsOf(makeReadWord(decoded, 'double')))).text;
  } catch (problem) {
    if (problem instanceof DropLine || problem instanceof FatalExpansion) return decoded;
    throw problem;
  } finally {
    Object.assign(shell, { status, lastArgument, pipeStatus });
  }
}

function* promptCommand(shell: Shell): Run<void> {
  const variable = shell.lookup('PROMPT_COMMAND');
  const commands = variable?.list === undefined ? [variable?.value ?? ''] : [...variable.list.items.values()];
  for (const text of commands) {
    if (text === '') continue;
    const { status, lastArgument } = shell;
    yield* shell.machinery.runText(shell, text, { name: 'PROMPT_COMMAND' });
    Object.assign(shell, { status, lastArgument });
  }
}

// ------------------------------------------------------------------------ the session

/** Ctrl-C while a line is awaited. */
class Interrupted {}

export function* runInteractive(shell: Shell): Run<number> {
  if (shell.dialect === 'bash') loadHistory(shell);
  if (!shell.options.monitor && shell.dialect === 'bash')
    yield* shell.write(
      2,
      `${shell.name.replace(/^-/, '')}: cannot set terminal process group (${shell.context.process.pgid}): Inappropriate ioctl for device\n${shell.name.replace(/^-/, '')}: no job control in this shell\n`,
    );
  return yield* converse(shell, { prompted: false });
}

/** `prompted`: the prompt stands on the screen already (a shell that was put away and taken up again). */
export function* converse(
  shell: Shell,
  options: { readonly prompted: boolean; readonly waiting?: number },
): Run<number> {
  let { prompted, waiting } = options;
  try {
    for (;;) {
      try {
        if (waiting !== undefined) {
          const pid = waiting;
          waiting = undefined;
          shell.alone = { word: '', pid, park: (waited) => saveWaitingShell(shell, waited) };
          shell.status = yield* awaitForeground(shell, [pid]);
        } else {
          const more = yield* oneLine(shell, { prompted });
          if (!more) return shell.status;
        }
      } catch (problem) {
        yield* recover(shell, problem);
      }
      prompted = false;
      shell.alone = undefined;
    }
  } finally {
    forgetShell(shell);
    saveHistory(shell);
    endStoppedJobs(shell);
    // Whoever started this shell (su, sudo) has the terminal again.
    if (shell.formerForeground !== undefined) shell.foreground?.(shell.formerForeground);
  }
}

/** `end_job_control` of bash: what is stopped would wait for ever. */
function endStoppedJobs(shell: Shell): void {
  const { world } = shell.context;
  for (const job of shell.jobs.list) {
    if (job.state !== 'stopped' || job.disowned === true) continue;
    for (const process of shell.host.processes()) {
      if (process.pgid !== job.pgid) continue;
      world.kill(shell.host, process.pid, 'TERM');
      world.kill(shell.host, process.pid, 'CONT');
    }
  }
}

/** Errors that end a script let an interactive shell ask anew. */
function* recover(shell: Shell, problem: unknown): Run<void> {
  const { status } = shell;
  shell.breaking = 0;
  shell.continuing = 0;
  shell.guarded = 0;
  shell.loopDepth = 0;
  if (problem instanceof Interrupted) {
    yield* shell.write(2, '\n'.slice(0, terminalOf(shell) === undefined ? 1 : 0));
    shell.status = 128 + SIGNAL_NUMBERS.INT;
  } else if (problem instanceof DropLine) shell.status = problem.status;
  else if (problem instanceof FatalExpansion) shell.status = 1;
  else if (problem instanceof ReturnFromFunction) shell.status = problem.status;
  else {
    shell.status = status;
    throw problem;
  }
  shell.pipeStatus = [shell.status];
}

/** Asks for a line and runs it; false at the end of input. */
function* oneLine(shell: Shell, { prompted }: { readonly prompted: boolean }): Run<boolean> {
  if (!prompted) {
    yield* beforePrompt(shell);
    yield* shell.write(2, yield* promptText(shell, 'PS1'));
  }
  let text = yield* typedLine(shell, { mayPark: true });
  if (text === '') return !(yield* endOfInput(shell));
  // The second `exit` in a row ends the shell, stopped jobs or not.
  shell.endsAsked = Math.max(0, shell.endsAsked - 1);
  const first = yield* historyExpanded(shell, text);
  if (first === undefined) return true;
  text = first;
  let unit = lastUnit(shell, text);
  while (isUnfinished(text, unit)) {
    yield* shell.write(2, yield* promptText(shell, 'PS2'));
    const typed = yield* typedLine(shell, { mayPark: false });
    if (typed === '') break;
    const more = yield* historyExpanded(shell, typed);
    if (more === undefined) return true;
    text += more;
    unit = lastUnit(shell, text);
  }
  if (shell.options.history) addToHistory(shell, text);
  const word = soleWord(unit);
  shell.alone =
    word === undefined ? undefined : { word, pid: undefined, park: (pid) => saveWaitingShell(shell, pid) };
  yield* runLine(shell, text);
  return true;
}
/** The command's name when the line is one simple command with nothing around it. */
function soleWord(unit: Unit | undefined): string | undefined {
  const [item, ...others] = unit?.list?.items ?? [];
  if (item === undefined || others.length > 0 || item.background) return undefined;
  const { command } = item;
  if (command.type !== 'simple' || command.redirects.length > 0) return undefined;
  const [word] = command.words;
  return word?.assignment === undefined ? word?.plain : undefined;
}

function* beforePrompt(shell: Shell): Run<void> {
  const terminal = terminalOf(shell);
  terminal?.setAttributes({ echo: true, canonical: true, signals: true });
  if (terminal?.state !== undefined && shell.shopt.checkwinsize && shell.dialect === 'bash') {
    shell.variables.set('COLUMNS', String(terminal.state.columns));
    shell.variables.set('LINES', String(terminal.state.rows));
  }
  if (shell.pendingTraps.length > 0) yield* runPendingTraps(shell);
  yield* reapJobs(shell);
  yield* tellJobs(shell);
  if (shell.dialect === 'bash') yield* promptCommand(shell);
}

function* runLine(shell: Shell, text: string): Run<void> {
  const source = new Source(text);
  for (;;) {
    const unit = new Parser(source, shell.lexerOptions).unit();
    if (unit === undefined) return;
    shell.lineBase = 0;
    const outcome = yield* runUnit(shell, unit, shell.name);
    if (outcome.stop) return;
    shell.breaking = 0;
    shell.continuing = 0;
  }
}

function lastUnit(shell: Shell, text: string): Unit | undefined {
  const source = new Source(text);
  let last: Unit | undefined;
  for (;;) {
    const unit = new Parser(source, shell.lexerOptions).unit();
    if (unit === undefined) return last;
    last = unit;
    if (unit.error !== undefined) return unit;
  }
}

function* historyExpanded(shell: Shell, line: string): Run<string | undefined> {
  if (!shell.options.histexpand || shell.dialect === 'dash') return line;
  try {
    const { text, changed, printOnly } = expandHistory(shell, line);
    if (changed) yield* shell.write(2, text);
    if (!printOnly) return text;
    addToHistory(shell, text);
    return undefined;
  } catch (problem) {
    if (!(problem instanceof HistoryEventNotFound)) throw problem;
    yield* shell.complain(`${problem.event}: event not found`);
    return undefined;
  }
}

/** One line with its newline, '' at the end of input. */
function* typedLine(shell: Shell, options: { readonly mayPark: boolean }): Run<string> {
  let line = '';
  for (;;) {
    const stream = shell.context.fds.get(0);
    if (stream === undefined) return line;
    const next = stream.read(1);
    if (next === undefined) {
      yield* shell.suspend({
        streams: [stream],
        ...(options.mayPark && line === '' ? { park: () => saveShell(shell) } : {}),
      });
      if (shell.pendingTraps.length > 0) yield* signalsAtPrompt(shell);
      continue;
    }
    line += next;
    if (next === '' || next === '\n') return line;
  }
}

function* signalsAtPrompt(shell: Shell): Run<void> {
  const interrupted = shell.pendingTraps.includes('INT') && !shell.traps.has('INT');
  if (interrupted) {
    shell.pendingTraps = shell.pendingTraps.filter((signal) => signal !== 'INT');
    throw new Interrupted();
  }
  const trapped = shell.pendingTraps.includes('INT');
  yield* runPendingTraps(shell);
  if (trapped) throw new Interrupted();
}

/** Ctrl-D; true when the shell ends. */
function* endOfInput(shell: Shell): Run<boolean> {
  const { tty } = shell.context.process;
  if (tty !== undefined && shell.options.monitor && terminalOf(shell)?.state?.hungUp !== false) hangUp(shell);
  if (shell.options.ignoreeof) {
    yield* shell.write(2, `Use "${shell.shopt.login_shell ? 'logout' : 'exit'}" to leave the shell.\n`);
    return false;
  }
  yield* shell.write(2, shell.shopt.login_shell ? 'logout\n' : shell.dialect === 'bash' ? 'exit\n' : '\n');
  if (shell.endsAsked === 0 && shell.jobs.list.some((job) => job.state === 'stopped')) {
    yield* shell.write(2, 'There are stopped jobs.\n');
    shell.endsAsked = 2;
    return false;
  }
  return true;
}
