/** Simple commands: assignments, expansion, redirections, then a function, a builtin or a program. */
import { BUILTINS, isSpecialBuiltin } from '../builtins/registry';
import { DropLine, FatalExpansion } from '../control';
import { ArithmeticError } from '../expand/arithmetic';
import { expandText, expandWords } from '../expand/words';
import { traceQuote } from '../expand/quote';
import { ArithmeticAssignment, type Run, type Shell, UnboundVariable } from '../shell';
import { EXPORTED, READONLY } from '../state/variables';
import type { Assignment, SimpleCommand, Word } from '../syntax/tree';
import { readParts } from '../syntax/word-parts';
import { assign, isElements, settle } from './assign';
import { runExternal } from './external';
import { runTrap } from './finish';
import { callFunction } from './function-call';
import { type Redirections, redirect } from './redirect';
import { fatalStatus } from './subshell';
import { traceLine, traceWords } from './trace';

/** Builtins whose arguments are read as assignments. */
const DECLARES: ReadonlySet<string> = new Set(['declare', 'typeset', 'local', 'export', 'readonly', 'alias']);

export function* runSimple(shell: Shell, command: SimpleCommand): Run<number> {
  yield* announce(shell, command);
  return yield* runAnnounced(shell, command);
}

/** What traps see of a command that is about to run, and the DEBUG trap: of a part of a pipeline the parent does it. */
export function* announce(shell: Shell, command: SimpleCommand): Run<void> {
  shell.line = command.line + shell.lineBase;
  if (shell.inTrap === undefined) shell.currentCommand = command;
  if (
    shell.traps.size > 0 &&
    shell.traps.has('DEBUG') &&
    (shell.functionDepth === 0 || shell.options.functrace)
  )
    yield* runTrap(shell, 'DEBUG');
}

/** Runs a command that was announced. */
export function* runAnnounced(shell: Shell, command: SimpleCommand): Run<number> {
  yield* shell.tick();
  shell.commandName = undefined;
  const count = countAssignments(command.words);
  if (count === command.words.length) return yield* runAssignments(shell, command);
  const opened = shell.cleanups.length;
  const expanded = yield* expandCommandWords(shell, count === 0 ? command.words : command.words.slice(count));
  if (expanded.words.length === 0) return yield* runNothing(shell, command, count);
  return yield* runExpanded(shell, command, expanded, { count, opened });
}

function countAssignments(words: readonly Word[]): number {
  let count = 0;
  while (words[count]?.assignment !== undefined) count++;
  return count;
}

interface Expanded {
  readonly words: string[];
  /** Arguments that are `name=( … )`, by place. */
  readonly arrays: ReadonlyMap<number, Assignment> | undefined;
}

function* expandCommandWords(shell: Shell, words: readonly Word[]): Run<Expanded> {
  const name = words[0]?.plain;
  const declares =
    name !== undefined &&
    shell.dialect === 'bash' &&
    (DECLARES.has(name) ||
      ((name === 'command' || name === 'builtin') && DECLARES.has(words[1]?.plain ?? '')));
  if (!declares) return { words: yield* expandWords(shell, words), arrays: undefined };
  const out: string[] = [];
  const arrays = new Map<number, Assignment>();
  for (const word of words) {
    const { assignment } = word;
    if (assignment === undefined) {
      out.push(...(yield* expandWords(shell, [word])));
      continue;
    }
    if (isElements(assignment.value)) {
      arrays.set(out.length, assignment);
      out.push(word.text);
      continue;
    }
    const left =
      assignment.subscript === undefined
        ? assignment.name
        : `${assignment.name}[${yield* expandSubscript(shell, assignment.subscript)}]`;
    const head = `${left}${assignment.append ? '+' : ''}=`;
    const { value } = assignment;
    out.push(
      head +
        (yield* expandText(
          shell,
          value.plain === undefined ? { ...value, parts: undefined, leftSide: head } : value,
        )),
    );
  }
  return { words: out, arrays };
}

function* expandSubscript(shell: Shell, subscript: string): Run<string> {
  return yield* expandText(shell, {
    text: subscript,
    plain: undefined,
    mayBrace: false,
    assignment: undefined,
    parts: readParts(subscript, 'arithmetic'),
  });
}

/** Only assignments: they are made in this shell. */
function* runAssignments(shell: Shell, command: SimpleCommand): Run<number> {
  shell.substitutionStatus = undefined;
  const traced: string[] = [];
  for (const word of command.words) {
    if (word.assignment === undefined) continue;
    const shown = yield* assign(shell, word.assignment);
    if (shell.options.xtrace && shell.dialect === 'bash') yield* traceLine(shell, shown);
    traced.push(shown);
  }
  if (shell.options.xtrace && shell.dialect === 'dash') yield* traceLine(shell, traced.join(' '));
  if (command.redirects.length > 0) {
    const done = yield* redirectFor(shell, command);
    if (typeof done === 'number') return done;
    done.undo();
  }
  const status = shell.substitutionStatus ?? 0;
  shell.pipeStatus = [status];
  shell.lastArgument = '';
  return status;
}

/** The words expanded to nothing: assignments before them hold, redirections are tried. */
function* runNothing(shell: Shell, command: SimpleCommand, count: number): Run<number> {
  const status = shell.substitutionStatus;
  if (count > 0) {
    const assigned = yield* runAssignments(shell, { ...command, words: command.words.slice(0, count) });
    // Without a substitution among the values it is the one among the words that counts.
    if (assigned !== 0 || shell.substitutionStatus !== undefined) return assigned;
    return setPipeStatus(shell, status ?? 0);
  }
  const done = yield* redirectFor(shell, command);
  if (typeof done === 'number') return done;
  done.undo();
  shell.pipeStatus = [status ?? 0];
  return status ?? 0;
}

/** The redirections in force, or the status when they failed. `inChild`: a program is to run, in a process of its own. */
function* redirectFor(
  shell: Shell,
  command: SimpleCommand,
  { inChild }: { readonly inChild: boolean } = { inChild: false },
): Run<Redirections | number> {
  try {
    return (yield* redirect(shell, command.redirects, { inChild })) ?? 1;
  } catch (problem) {
    if (!inChild) throw problem;
    // What fails to expand here fails in the child that would have run the command.
    if (problem instanceof DropLine) return 1;
    if (problem instanceof FatalExpansion && shell.dialect === 'bash') return fatalStatus(shell);
    throw problem;
  }
}

function* runExpanded(
  shell: Shell,
  command: SimpleCommand,
  expanded: Expanded,
  state: { readonly count: number; readonly opened: number },
): Run<number> {
  const { count, opened } = state;
  const { words } = expanded;
  const name = words[0] ?? '';
  const isSpecial = isSpecialBuiltin(name) && (shell.dialect === 'dash' || shell.options.posix);
  const called = isSpecial ? undefined : shell.functions.get(name);
  const builtin = called === undefined && !shell.disabledBuiltins.has(name) ? BUILTINS.get(name) : undefined;
  const isBuiltin = builtin !== undefined && (shell.dialect === 'bash' || builtin.inDash);
  const temporary =
    count > 0
      ? yield* temporaryVariables(shell, command.words.slice(0, count), { persist: isSpecial })
      : undefined;
  try {
    if (shell.options.xtrace && shell.dialect === 'dash')
      yield* traceWords(shell, [...assignmentTexts(shell, command.words.slice(0, count)), ...words]);
    const arrays =
      shell.options.xtrace && shell.dialect === 'bash'
        ? yield* traceCommand(shell, expanded)
        : expanded.arrays;
    const isOutside = called === undefined && !isBuiltin;
    const done =
      command.redirects.length === 0 ? undefined : yield* redirectFor(shell, command, { inChild: isOutside });
    if (typeof done === 'number') {
      if (isSpecial) throw new FatalExpansion();
      return setPipeStatus(shell, shell.dialect === 'dash' ? 2 : done);
    }
    if (isOutside) return yield* outside(shell, words, { done, inPlace: shell.lastCommand === command });
    return yield* inside(shell, {
      words,
      arrays,
      done,
      run: called === undefined ? undefined : () => callFunction(shell, called, name, words.slice(1)),
    });
  } finally {
    if (temporary === 'pushed') popTemporary(shell);
    cleanUp(shell, opened);
    shell.lastArgument = words.at(-1) ?? '';
  }
}

function assignmentTexts(shell: Shell, words: readonly Word[]): string[] {
  return words.flatMap(({ assignment }) =>
    assignment === undefined ? [] : [`${assignment.name}=${shell.get(assignment.name) ?? ''}`],
  );
}

/** Closes what `<( )` in this command opened. */
function cleanUp(shell: Shell, from: number): void {
  if (shell.cleanups.length > from) for (const cleanup of shell.cleanups.splice(from)) cleanup();
}

function setPipeStatus(shell: Shell, status: number): number {
  shell.pipeStatus = [status];
  return status;
}

/** Removes the innermost scope of variables set for one command. */
function popTemporary(shell: Shell): void {
  const { scopes } = shell.variables;
  const at = scopes.findLastIndex((scope) => scope.kind === 'temporary');
  if (at > 0) scopes.splice(at, 1);
}

function* outside(
  shell: Shell,
  words: readonly string[],
  { done, inPlace }: { readonly done: Redirections | undefined; readonly inPlace: boolean },
): Run<number> {
  // A trap must run in this process when the command has ended.
  const replaces =
    inPlace && [...shell.traps.values()].every((action) => action === '') && shell.cleanups.length === 0;
  if (replaces) done?.keep();
  return yield* runExternal(shell, words, {
    inPlace: replaces,
    ...(done === undefined || replaces ? {} : { release: () => done.undo() }),
  });
}

interface Inside {
  readonly words: readonly string[];
  readonly arrays: ReadonlyMap<number, Assignment> | undefined;
  readonly done: Redirections | undefined;
  readonly run: (() => Run<number>) | undefined;
}

function* inside(shell: Shell, call: Inside): Run<number> {
  const name = call.words[0] ?? '';
  try {
    const status =
      call.run === undefined ? yield* runBuiltin(shell, call.words, call.arrays) : yield* call.run();
    if (call.run === undefined || shell.functionDepth >= 0) shell.pipeStatus = [status];
    return status;
  } finally {
    // `exec >file`: what it redirected stays.
    if (name === 'exec' && call.words.length === 1 && call.run === undefined) call.done?.keep();
    else call.done?.undo();
  }
}

/** Builtins whose misuse ends a dash. */
const DASH_FATAL: ReadonlySet<string> = new Set(['export', 'local', 'readonly', 'set', 'unset']);

export function* runBuiltin(
  shell: Shell,
  words: readonly string[],
  arrays: ReadonlyMap<number, Assignment> | undefined,
): Run<number> {
  const name = words[0] ?? '';
  const builtin = BUILTINS.get(name);
  if (builtin === undefined) return 127;
  const before = shell.commandName;
  shell.commandName = name;
  try {
    const status = yield* builtin.run({ shell, name, args: words.slice(1), arrays: shiftKeys(arrays) });
    if (shell.dialect === 'dash' && status === 2 && DASH_FATAL.has(name)) throw new FatalExpansion();
    return status;
  } catch (problem) {
    if (
      !(
        problem instanceof ArithmeticError ||
        problem instanceof UnboundVariable ||
        problem instanceof ArithmeticAssignment
      )
    )
      throw problem;
    return yield* shell.arithmeticProblem(problem, { reach: 'text' });
  } finally {
    shell.commandName = before;
  }
}

function shiftKeys(arrays: ReadonlyMap<number, Assignment> | undefined): ReadonlyMap<number, Assignment> {
  return new Map([...(arrays ?? [])].map(([place, assignment]) => [place - 1, assignment]));
}

/** `x=1 command`: variables for that command only. `persist`: special builtins of POSIX keep them. */
function* temporaryVariables(
  shell: Shell,
  words: readonly Word[],
  options: { readonly persist: boolean },
): Run<'pushed' | 'kept'> {
  if (options.persist) {
    for (const { assignment } of words) if (assignment !== undefined) yield* assign(shell, assignment);
    return 'kept';
  }
  const values: [Assignment, string][] = [];
  const scope = { kind: 'temporary' as const, variables: new Map<string, never>() };
  shell.variables.scopes.push(scope);
  for (const { assignment } of words) {
    if (assignment === undefined) continue;
    const value = isElements(assignment.value)
      ? assignment.text.slice(assignment.text.indexOf('=') + 1)
      : yield* expandText(shell, assignment.value);
    values.push([assignment, value]);
    const known = shell.variables.find(assignment.name);
    if (known !== undefined && (known.flags & READONLY) !== 0) {
      if (shell.dialect === 'dash') yield* shell.failFatally(`${assignment.name}: is read only`);
      yield* shell.report(`${assignment.name}: readonly variable`);
      continue;
    }
    const before = assignment.append ? (shell.get(assignment.name) ?? '') : '';
    const shaped = shell.shaped(known, before + value);
    const variable = shell.variables.set(assignment.name, shaped, scope);
    variable.flags |= EXPORTED;
    if (assignment.name === 'PATH') shell.hash.clear();
    if (shell.options.xtrace && shell.dialect === 'bash')
      yield* traceLine(
        shell,
        `${assignment.name}${assignment.append ? '+' : ''}=${value === '' ? '' : traceQuote(value)}`,
      );
  }
  return 'pushed';
}

/** Arrays are shown before the command that declares them, which then names them only; they come back expanded. */
function* traceCommand(shell: Shell, expanded: Expanded): Run<Expanded['arrays']> {
  const words = [...expanded.words];
  const arrays = new Map<number, Assignment>();
  const isTable = words.some((word) => /^-[a-zA-Z]*A/.test(word));
  for (const [place, assignment] of expanded.arrays ?? []) {
    const { shown, expanded: settled } = yield* settle(shell, assignment, { isTable });
    yield* traceLine(shell, shown);
    arrays.set(place, settled);
    words[place] = assignment.name;
  }
  yield* traceWords(shell, words);
  return expanded.arrays === undefined ? undefined : arrays;
}
