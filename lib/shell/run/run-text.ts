/** Running a text: unit after unit, each read when the one before has run. */
import { DropLine, ExitShell, FatalExpansion } from '../control';
import type { Run, Shell } from '../shell';
import { readUnits } from '../syntax/cache';
import type { Unit } from '../syntax/parser';
import type { Command } from '../syntax/tree';
import type { ShellSyntaxError } from '../syntax/syntax-error';
import { runPendingTraps } from './finish';
import { outOfLine } from './out-of-line';

export interface TextOptions {
  /** What syntax errors call the input: `-c`, `eval`, a file's name. */
  readonly name: string;
  /** Lines before the text's first. */
  readonly lineBase?: number;
  /** The process ends with the text, so that a program may take its place. */
  readonly isAll?: boolean;
  /** The script itself: no error drops it as a whole. */
  readonly isScript?: true;
}

/** Runs a text in this shell; its status is the last command's. */
export function runText(shell: Shell, text: string, options: TextOptions): Run<number> {
  return outOfLine(shell, () => runUnits(shell, text, options));
}

function* runUnits(shell: Shell, text: string, options: TextOptions): Run<number> {
  const before = shell.lineBase;
  const { ambientLine } = shell;
  const base = options.lineBase ?? 0;
  const reader = readUnits(text, shell.lexerOptions);
  const length = text.trimEnd().length;
  let consumed = 0;
  let status = 0;
  shell.lineBase = base;
  try {
    for (;;) {
      const unit = reader.next(shell.lexerOptions);
      if (unit === undefined) return status;
      consumed += unit.text.length;
      if (options.isAll === true && consumed >= length) shell.lastCommand = soleCommand(unit);
      const outcome = yield* runUnit(shell, unit, options.name);
      if (outcome.stop) return outcome.status;
      if (outcome.dropped !== undefined) {
        if (outcome.dropped === 'text' && options.isScript !== true) {
          if (options.name !== '-c') throw new DropLine(outcome.status, 'text');
          return outcome.status;
        }
        shell.lineBase += linesLost(shell, unit);
      }
      status = outcome.ran ? outcome.status : status;
      if (shell.breaking > 0 || shell.continuing > 0) return status;
    }
  } finally {
    shell.lineBase = before;
    shell.ambientLine = ambientLine;
  }
}

function soleCommand({ list }: Unit): Command | undefined {
  const [only, ...more] = list?.items ?? [];
  if (only === undefined || more.length > 0 || only.background) return undefined;
  return only.command.type === 'simple' ? only.command : undefined;
}

export interface UnitOutcome {
  readonly status: number;
  /** The text ends here. */
  readonly stop: boolean;
  /** Something was run, so that there is a status. */
  readonly ran: boolean;
  /** An error dropped it: the line, or all of the text. */
  readonly dropped?: DropLine['reach'];
}

export function* runUnit(shell: Shell, unit: Unit, name: string): Run<UnitOutcome> {
  const base = shell.lineBase;
  const opened = shell.cleanups.length;
  shell.line = unit.line + base;
  if (
    shell.options.verbose &&
    !shell.inSubstitution &&
    unit.text !== '' &&
    !(shell.dialect === 'dash' && name === '-c')
  )
    yield* shell.write(2, unit.text);
  for (const warning of unit.warnings) {
    shell.line = warning.line + base;
    if (shell.dialect === 'bash')
      yield* shell.complain(
        `warning: ${warning.text.replace(/at line (\d+)/, (_, line: string) => `at line ${Number(line) + base}`)}`,
      );
  }
  shell.line = unit.line + base;
  shell.ambientLine = shell.line;
  if (unit.error !== undefined) return yield* reportSyntax(shell, unit.error, name);
  if (unit.list === undefined) return { status: shell.status, stop: false, ran: false };
  if (shell.options.noexec && !shell.interactive) return { status: 0, stop: false, ran: true };
  try {
    const status = yield* shell.machinery.execute(shell, unit.list);
    if (shell.pendingTraps.length > 0) yield* runPendingTraps(shell);
    return { status, stop: false, ran: true };
  } catch (problem) {
    if (!(problem instanceof DropLine)) throw problem;
    return yield* dropped(shell, problem);
  } finally {
    if (shell.cleanups.length > opened) for (const cleanup of shell.cleanups.splice(opened)) cleanup();
  }
}

/** An error dropped the line: a subshell ends by it, others go on with the next. */
function* dropped(shell: Shell, problem: DropLine): Run<UnitOutcome> {
  shell.status = problem.status;
  shell.pipeStatus = [problem.status];
  shell.breaking = 0;
  shell.continuing = 0;
  shell.guarded = 0;
  if (shell.subshellDepth > 0) throw new ExitShell(problem.status);
  return { status: problem.status, stop: false, ran: true, dropped: problem.reach };
}

/** bash counts the lines of its input on from the one at which an error broke off. */
export function linesLost(shell: Shell, unit: Unit): number {
  return shell.dialect === 'bash' ? shell.line - unit.line - shell.lineBase : 0;
}

/** What the reader calls itself before the line number: `bash: -c: line 1: `. */
function syntaxPrefix(shell: Shell, name: string, line: number): string {
  if (shell.dialect === 'dash')
    return `${shell.name}: ${line}: ${shell.dashCommand === undefined ? '' : `${shell.dashCommand}: `}`;
  const own = shell.prefix().replace(/: (?:line \d+: )?$/, '');
  if (shell.interactive || shell.wasInteractive) return `${own}: `;
  return own === name ? `${own}: line ${line}: ` : `${own}: ${name}: line ${line}: `;
}

export function* reportSyntax(shell: Shell, error: ShellSyntaxError, name: string): Run<UnitOutcome> {
  const isArgument = name === '-c' || name === 'eval';
  const messages = (isArgument ? error.ofArgument : undefined) ?? error.messages;
  for (const [index, message] of messages.entries()) {
    // An interactive shell does not show the line: it is on the screen.
    if (index === 1 && shell.interactive && message.text.startsWith('`')) continue;
    yield* shell.write(2, `${syntaxPrefix(shell, name, message.line + shell.lineBase)}${message.text}\n`);
  }
  // In a text inside another one dash gives up altogether.
  if (shell.dialect === 'dash' && shell.dashCommand !== undefined) throw new FatalExpansion();
  switch (error.kind) {
    case 'grammar':
      shell.status = 2;
      return { status: 2, stop: true, ran: true };
    case 'substitution':
      shell.status = shell.mode === 'command' && name === '-c' ? 127 : 2;
      return { status: shell.status, stop: true, ran: true };
    case 'array':
      shell.status = 1;
      return { status: 1, stop: error.incomplete, ran: true };
    case 'expression':
      return { status: shell.status, stop: true, ran: true };
  }
}
