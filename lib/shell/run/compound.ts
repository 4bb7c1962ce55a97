/** `if`, loops, `case`, `(( ))`, `[[ ]]`. */
import { DropLine, FatalExpansion } from '../control';
import { compilePattern, matchesPattern } from '../expand/pattern';
import { expandPattern, expandText, expandWords } from '../expand/words';
import type { Run, Shell } from '../shell';
import type {
  Arithmetic,
  ArithmeticFor,
  Case,
  CommandList,
  Conditional,
  For,
  If,
  Loop,
  Word,
} from '../syntax/tree';
import { readParts } from '../syntax/word-parts';
import { isIdentifier } from '../syntax/words';
import { evaluateCondition } from './condition';
import { finish, runPendingTraps, runTrap } from './finish';
import { traceLine } from './trace';

const LIST_WIDTH = 80;

/** Runs a condition, where a failure is an answer and not a mistake. */
function* test(shell: Shell, list: CommandList): Run<number> {
  shell.guarded++;
  try {
    return yield* shell.machinery.execute(shell, list);
  } finally {
    shell.guarded--;
  }
}

export function* runIf(shell: Shell, command: If): Run<number> {
  for (const { test: condition, body } of command.branches) {
    const status = yield* test(shell, condition);
    if (shell.breaking > 0 || shell.continuing > 0) return status;
    if (status === 0) return yield* shell.machinery.execute(shell, body);
  }
  if (command.otherwise !== undefined) return yield* shell.machinery.execute(shell, command.otherwise);
  shell.status = 0;
  return 0;
}

/** After a round: whether the loop ends. */
function leavesLoop(shell: Shell): boolean {
  if (shell.breaking > 0) {
    shell.breaking--;
    return true;
  }
  if (shell.continuing > 0) {
    shell.continuing--;
    return shell.continuing > 0;
  }
  return false;
}

export function* runLoop(shell: Shell, command: Loop): Run<number> {
  let status = 0;
  shell.loopDepth++;
  try {
    for (;;) {
      const condition = yield* test(shell, command.test);
      if ((shell.breaking > 0 || shell.continuing > 0) && leavesLoop(shell)) break;
      if ((condition === 0) !== (command.type === 'while')) break;
      status = yield* shell.machinery.execute(shell, command.body);
      if (leavesLoop(shell)) break;
      yield* shell.tick();
      if (shell.pendingTraps.length > 0) yield* runPendingTraps(shell);
    }
  } finally {
    shell.loopDepth--;
  }
  shell.status = status;
  return status;
}

function* loopName(shell: Shell, name: string): Run<boolean> {
  if (isIdentifier(name)) return true;
  yield* shell.complain(`\`${name}': not a valid identifier`);
  return false;
}

export function* runFor(shell: Shell, command: For): Run<number> {
  const name = command.name.text;
  shell.line = command.line + shell.lineBase;
  if (!(yield* loopName(shell, name))) return yield* finish(shell, 1);
  const values = yield* expandWords(shell, command.words);
  let status = 0;
  const { ambientLine } = shell;
  shell.ambientLine = shell.line;
  shell.loopDepth++;
  try {
    for (const value of values) {
      shell.line = command.line + shell.lineBase;
      if (shell.options.xtrace && shell.dialect === 'bash')
        yield* traceLine(
          shell,
          `for ${name} in ${command.words.length === 1 && command.words[0]?.text === '"$@"' ? '"$@"' : command.words.map((word) => word.text).join(' ')}`,
        );
      if (shell.traps.size > 0) yield* debugTrap(shell, command);
      const refused = shell.assign(name, value);
      if (refused !== undefined) {
        yield* shell.report(refused);
        status = 1;
        if (shell.dialect === 'dash' || shell.options.posix) throw new FatalExpansion();
        break;
      }
      status = yield* shell.machinery.execute(shell, command.body);
      if (leavesLoop(shell)) break;
      yield* shell.tick();
      if (shell.pendingTraps.length > 0) yield* runPendingTraps(shell);
    }
  } finally {
    shell.loopDepth--;
    shell.ambientLine = ambientLine;
  }
  shell.status = status;
  return status;
}

/** What traps see as `$BASH_COMMAND` from here on, and the DEBUG trap. */
function* debugTrap(shell: Shell, command: For | Case | Arithmetic | Conditional): Run<void> {
  if (shell.inTrap === undefined) shell.currentCommand = command;
  if (!shell.traps.has('DEBUG') || (shell.functionDepth > 0 && !shell.options.functrace)) return;
  yield* runTrap(shell, 'DEBUG');
}

export function* runArithmeticFor(shell: Shell, command: ArithmeticFor): Run<number> {
  shell.line = command.line + shell.lineBase;
  if ((yield* loopExpression(shell, command, command.start)) === undefined) return yield* finish(shell, 1);
  let status = 0;
  shell.loopDepth++;
  try {
    for (;;) {
      shell.line = command.line + shell.lineBase;
      const condition =
        command.test.text.trim() === '' ? 1n : yield* loopExpression(shell, command, command.test);
      if (condition === undefined) {
        status = 1;
        break;
      }
      if (condition === 0n) break;
      status = yield* shell.machinery.execute(shell, command.body);
      if (leavesLoop(shell)) break;
      if ((yield* loopExpression(shell, command, command.step)) === undefined) {
        status = 1;
        break;
      }
      yield* shell.tick();
      if (shell.pendingTraps.length > 0) yield* runPendingTraps(shell);
    }
  } finally {
    shell.loopDepth--;
  }
  shell.status = status;
  return status;
}

/** One part of `for (( ))`; undefined when it cannot be evaluated, which has been said. */
function* loopExpression(shell: Shell, command: ArithmeticFor, part: Word): Run<bigint | undefined> {
  if (part.text.trim() === '') return 0n;
  if (shell.options.xtrace) yield* traceLine(shell, `(( ${part.text.trim()} ))`);
  if (shell.traps.size > 0)
    yield* debugTrap(shell, { type: 'arithmetic', line: command.line, expression: part, redirects: [] });
  return yield* evaluated(shell, part.text);
}

/** An arithmetic command's value; errors end it with status 1 and nothing more. */
function* evaluated(shell: Shell, text: string): Run<bigint | undefined> {
  const before = shell.commandName;
  shell.commandName = '((';
  try {
    const expanded = yield* expandText(shell, {
      text,
      plain: undefined,
      mayBrace: false,
      assignment: undefined,
      parts: readParts(text, 'arithmetic'),
    });
    return yield* shell.arithmetic(expanded);
  } catch (problem) {
    if (!(problem instanceof DropLine) || problem.reach === 'text') throw problem;
    return undefined;
  } finally {
    shell.commandName = before;
  }
}

export function* runArithmetic(shell: Shell, command: Arithmetic): Run<number> {
  shell.line = command.line + shell.lineBase;
  if (shell.traps.size > 0) yield* debugTrap(shell, command);
  if (shell.options.xtrace) yield* traceLine(shell, `(( ${command.expression.text} ))`);
  const value = yield* evaluated(shell, command.expression.text);
  yield* shell.tick();
  const status = value === undefined || value === 0n ? 1 : 0;
  shell.pipeStatus = [status];
  return status;
}

export function* runConditional(shell: Shell, command: Conditional): Run<number> {
  shell.line = command.line + shell.lineBase;
  if (shell.traps.size > 0) yield* debugTrap(shell, command);
  const before = shell.commandName;
  shell.commandName = '[[';
  try {
    const status = yield* evaluateCondition(shell, command.expression);
    shell.pipeStatus = [status];
    yield* shell.tick();
    return status;
  } finally {
    shell.commandName = before;
  }
}

export function* runCase(shell: Shell, command: Case): Run<number> {
  shell.line = command.line + shell.lineBase;
  if (shell.traps.size > 0) yield* debugTrap(shell, command);
  if (shell.options.xtrace && shell.dialect === 'bash')
    yield* traceLine(shell, `case ${command.subject.text} in`);
  const subject = yield* expandText(shell, command.subject);
  const { ambientLine } = shell;
  shell.ambientLine = command.line + shell.lineBase;
  try {
    return yield* runClauses(shell, command, subject);
  } finally {
    shell.ambientLine = ambientLine;
  }
}

function* runClauses(shell: Shell, command: Case, subject: string): Run<number> {
  let status = 0;
  let falls = false;
  for (const clause of command.clauses) {
    const matches = falls || (yield* matchesAny(shell, clause.patterns, subject));
    falls = false;
    if (!matches) continue;
    status = clause.body === undefined ? 0 : yield* shell.machinery.execute(shell, clause.body);
    if (shell.breaking > 0 || shell.continuing > 0) return status;
    if (clause.ending === ';;') break;
    falls = clause.ending === ';&';
  }
  shell.status = status;
  return status;
}

function* matchesAny(shell: Shell, patterns: readonly Word[], subject: string): Run<boolean> {
  for (const word of patterns) {
    if (word.plain !== undefined && !shell.shopt.nocasematch) {
      if (word.plain === subject) return true;
      continue;
    }
    const pattern = yield* expandPattern(shell, word);
    if (
      matchesPattern(
        compilePattern(pattern, { extglob: shell.shopt.extglob, ignoreCase: shell.shopt.nocasematch }),
        subject,
      )
    )
      return true;
  }
  return false;
}

// ------------------------------------------------------------------------ select

export function* runSelect(shell: Shell, command: For): Run<number> {
  const name = command.name.text;
  shell.line = command.line + shell.lineBase;
  if (!(yield* loopName(shell, name))) return yield* finish(shell, 1);
  if (shell.traps.size > 0) yield* debugTrap(shell, command);
  const values = yield* expandWords(shell, command.words);
  if (values.length === 0) {
    shell.status = 0;
    return 0;
  }
  let status = 0;
  const { ambientLine } = shell;
  shell.ambientLine = shell.line;
  shell.loopDepth++;
  try {
    for (let shows = true; ; ) {
      if (shows)
        yield* shell.write(2, menu(values, Number(shell.get('COLUMNS') ?? LIST_WIDTH) || LIST_WIDTH));
      yield* shell.write(2, shell.variables.get('PS3') ?? '#? ');
      const line = yield* shell.context.readLine(shell.context.stdin);
      if (!line.endsWith('\n') && line === '') {
        yield* shell.write(1, '\n');
        status = 1;
        break;
      }
      const reply = line.replace(/\n$/, '').trim();
      shell.assign('REPLY', reply);
      shows = reply === '';
      if (shows) continue;
      const chosen = /^\d+$/.test(reply) ? (values[Number(reply) - 1] ?? '') : '';
      shell.assign(name, chosen);
      status = yield* shell.machinery.execute(shell, command.body);
      if (leavesLoop(shell)) break;
      yield* shell.tick();
      if (shell.pendingTraps.length > 0) yield* runPendingTraps(shell);
    }
  } finally {
    shell.loopDepth--;
    shell.ambientLine = ambientLine;
  }
  shell.status = status;
  return status;
}

/** The numbered list of `select`, in columns when it is long. */
/** As `print_select_list` of bash's execute_cmd.c sets it. */
function menu(values: readonly string[], width: number): string {
  const digits = String(values.length).length;
  const widest = Math.max(...values.map((value) => value.length)) + digits + 2 + 2;
  const fitting = Math.max(1, Math.floor(width / widest));
  let rows = Math.ceil(values.length / fitting);
  // What fits on one line goes into one column.
  if (rows === 1) rows = values.length;
  let text = '';
  for (let row = 0; row < rows; row++) {
    for (let index = row, column = 0; index < values.length; index += rows, column += widest) {
      const shown = column === 0 ? String(rows).length : digits;
      const entry = `${String(index + 1).padStart(shown)}) ${values[index] ?? ''}`;
      text += entry;
      if (index + rows < values.length) text += blanks(column + entry.length, column + widest);
    }
    text += '\n';
  }
  return text;
}

const TAB = 8;
/** From one column to another, with tabs where they fit. */
function blanks(from: number, to: number): string {
  let text = '';
  for (let at = from; at < to; ) {
    const isTab = Math.floor(to / TAB) > Math.floor(at / TAB);
    text += isTab ? '\t' : ' ';
    at += isTab ? TAB - (at % TAB) : 1;
  }
  return text;
}
