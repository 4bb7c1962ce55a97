/** Functions: defining and calling them. */
import { DropLine, ReturnFromFunction } from '../control';
import type { Run, Shell, ShellFunction } from '../shell';
import type { FunctionDefinition } from '../syntax/tree';
import { isIdentifier } from '../syntax/words';
import { runTrap } from './finish';
import { outOfLine } from './out-of-line';

export function* defineFunction(shell: Shell, definition: FunctionDefinition): Run<number> {
  const name = definition.name.text;
  shell.line = definition.line + shell.lineBase;
  const isValid =
    shell.dialect === 'dash' || shell.options.posix
      ? isIdentifier(name)
      : !/[$'"`\\]/.test(name) && !/^\d+$/.test(name);
  if (!isValid) {
    yield* shell.complain(`\`${name}': not a valid identifier`);
    shell.status = 1;
    return 1;
  }
  if (shell.functions.get(name)?.readonly === true) {
    yield* shell.complain(`${name}: readonly function`);
    shell.status = 1;
    return 1;
  }
  const source = shell.frames.at(-1)?.source ?? '';
  shell.functions.set(name, {
    definition,
    source:
      source === ''
        ? shell.mode === 'file'
          ? shell.name
          : shell.interactive || shell.mode === 'stdin'
            ? 'main'
            : 'environment'
        : source,
    lineBase: shell.lineBase,
    exported: false,
    traced: false,
    readonly: false,
  });
  shell.status = 0;
  return 0;
}

export function* callFunction(
  shell: Shell,
  called: ShellFunction,
  name: string,
  args: readonly string[],
): Run<number> {
  const limit = Number(shell.variables.get('FUNCNEST') ?? 0) || Number.POSITIVE_INFINITY;
  if (shell.functionDepth >= limit) {
    yield* shell.complain(`${name}: maximum function nesting level exceeded (${limit})`);
    throw new DropLine();
  }
  const before = {
    positional: shell.positional,
    line: shell.line,
    lineBase: shell.lineBase,
    ambientLine: shell.ambientLine,
    loopDepth: shell.loopDepth,
    optionPlace: shell.special.optionPlace,
    debug: shell.traps.get('DEBUG'),
    return: shell.traps.get('RETURN'),
  };
  shell.frames.push({ kind: 'function', name, source: called.source, callLine: shell.line });
  shell.variables.push('function');
  const { scopes } = shell.variables;
  shell.positional = [...args];
  shell.lineBase = called.lineBase;
  shell.ambientLine = called.definition.line + called.lineBase;
  shell.loopDepth = 0;
  shell.functionDepth++;
  // A function that is not traced begins without the trap, and gives it back unless it set its own.
  if (!shell.options.functrace && !called.traced) shell.traps.delete('RETURN');
  let status: number;
  try {
    status = yield* outOfLine(shell, () => body(shell, called));
    yield* runTrap(shell, 'RETURN');
  } finally {
    if (before.return !== undefined && !shell.traps.has('RETURN')) shell.traps.set('RETURN', before.return);
    restoreOptions(shell);
    shell.functionDepth--;
    shell.frames.pop();
    // Scopes that a command inside pushed and an error left behind go too.
    const at = scopes.findLastIndex((scope) => scope.kind === 'function');
    scopes.splice(at);
    shell.positional = before.positional;
    shell.lineBase = before.lineBase;
    shell.line = before.line;
    shell.ambientLine = before.ambientLine;
    shell.loopDepth = before.loopDepth;
    shell.breaking = 0;
    shell.continuing = 0;
  }
  return status;
}

/** After `local -` the options are what they were. */
function restoreOptions(shell: Shell): void {
  for (
    let saved = shell.savedOptions.at(-1);
    saved !== undefined && saved.depth >= shell.functionDepth;
    saved = shell.savedOptions.at(-1)
  ) {
    shell.options = { ...saved.options };
    shell.savedOptions.pop();
  }
}

function* body(shell: Shell, called: ShellFunction): Run<number> {
  const { definition } = called;
  try {
    return yield* shell.machinery.execute(shell, definition.body);
  } catch (problem) {
    if (!(problem instanceof ReturnFromFunction)) throw problem;
    shell.status = problem.status;
    return problem.status;
  }
}
