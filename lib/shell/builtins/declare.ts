/** `declare`, `typeset`, `local`, `export`, `readonly`. */
import { FatalExpansion } from '../control';
import { attributeLetters, listText } from '../expand/parameter-operations';
import { doubleQuote, traceQuote } from '../expand/quote';
import { assignElements, keyOf } from '../run/assign';
import { traceLine } from '../run/trace';
import type { Run, Shell, ShellFunction } from '../shell';
import {
  CAPITALIZED,
  EXPORTED,
  INTEGER,
  LOWERCASE,
  NAMEREF,
  READONLY,
  type Scope,
  TRACED,
  UPPERCASE,
  type Variable,
} from '../state/variables';
import { Parser } from '../syntax/parser';
import { printFunction } from '../syntax/printer';
import { Source } from '../syntax/source';
import type { ArrayElement } from '../syntax/tree';
import { assignmentOperator, isIdentifier } from '../syntax/words';
import { isElements } from '../run/assign';
import { type Call, complain, invalidOption } from './builtin';

interface Wish {
  readonly on: Set<string>;
  readonly off: Set<string>;
}

const FLAG_OF: Readonly<Record<string, number>> = {
  i: INTEGER,
  l: LOWERCASE,
  u: UPPERCASE,
  c: CAPITALIZED,
  n: NAMEREF,
  r: READONLY,
  t: TRACED,
  x: EXPORTED,
};

export function* declare(call: Call): Run<number> {
  return yield* declareAs(call, 'aAfFgiIlnrtuxpc', { on: [], isLocal: call.shell.functionDepth > 0 });
}

export function* local(call: Call): Run<number> {
  if (call.shell.functionDepth === 0) {
    yield* complain(
      call,
      call.shell.dialect === 'dash' ? 'not in a function' : 'can only be used in a function',
    );
    return call.shell.dialect === 'dash' ? 2 : 1;
  }
  return yield* declareAs(call, 'aAfFgiIlnrtuxpc', { on: [], isLocal: true });
}

export function* exportVariables(call: Call): Run<number> {
  return yield* declareAs(call, 'fnp', { on: ['x'], isLocal: false });
}

export function* readonlyVariables(call: Call): Run<number> {
  return yield* declareAs(call, 'aAfp', { on: ['r'], isLocal: false });
}

interface Manner {
  readonly on: readonly string[];
  readonly isLocal: boolean;
}

function* declareAs(call: Call, letters: string, manner: Manner): Run<number> {
  const wish: Wish = { on: new Set(manner.on), off: new Set() };
  let place = 0;
  for (; place < call.args.length; place++) {
    const arg = call.args[place] ?? '';
    if (arg === '--') {
      place++;
      break;
    }
    if (arg === '-' && call.name === 'local') break;
    if (!/^[-+]./.test(arg) || (arg.startsWith('+') && manner.on.length > 0)) break;
    for (const letter of arg.slice(1)) {
      if (!letters.includes(letter)) return yield* invalidOption(call, `${arg[0] ?? '-'}${letter}`);
      (arg.startsWith('-') ? wish.on : wish.off).add(letter);
    }
  }
  if (call.name === 'export' && wish.on.has('n')) {
    wish.on.delete('x');
    wish.on.delete('n');
    wish.off.add('x');
  }
  const names = call.args.slice(place);
  if (wish.on.has('f') || wish.on.has('F')) return yield* functions(call, wish, names);
  if (names.length === 0) return yield* listVariables(call, wish);
  if (wish.on.has('p') && manner.on.length === 0) return yield* printNamed(call, names);
  let status = 0;
  for (const [index, text] of names.entries())
    if (!(yield* declareOne(call, wish, manner, text, place + index))) status = 1;
  return status;
}

// ------------------------------------------------------------------------ listing

/** One line of `declare -p`. */
function lineFor(shell: Shell, name: string, variable: Variable): string {
  const letters = attributeLetters(variable) + ((variable.flags & CAPITALIZED) !== 0 ? 'c' : '');
  const head = `declare -${letters === '' ? '-' : letters} ${name}`;
  if (variable.list !== undefined || variable.table !== undefined) {
    // An array that was declared and never set shows no value.
    const isEmpty = (variable.list?.items.size ?? variable.table?.size) === 0;
    return isEmpty && shell.declaredOnly.has(name) ? head : `${head}=${listText(variable)}`;
  }
  return variable.value === undefined ? head : `${head}=${doubleQuote(variable.value)}`;
}

function* listVariables(call: Call, wish: Wish): Run<number> {
  const { shell } = call;
  const scope = call.name === 'local' ? shell.variables.functionScope() : undefined;
  const names = scope === undefined ? shell.variables.names() : [...scope.variables.keys()].sort();
  const wanted = [...wish.on].filter((letter) => letter !== 'p' && letter !== 'g');
  if (wanted.length === 0 && !wish.on.has('p') && call.name !== 'local') {
    yield* listAll(shell);
    return 0;
  }
  const lines: string[] = [];
  for (const name of names) {
    const variable = scope?.variables.get(name) ?? shell.variables.find(name);
    if (variable === undefined || !hasAttributes(variable, wanted)) continue;
    if (shell.dialect === 'dash')
      lines.push(
        `${call.name} ${name}${variable.value === undefined ? '' : `='${variable.value.replace(/'/g, "'\\''")}'`}\n`,
      );
    else lines.push(`${lineFor(shell, name, variable)}\n`);
  }
  yield* shell.write(1, lines.join(''));
  return 0;
}

/** `declare` alone: like `set`. */
function* listAll(shell: Shell): Run<void> {
  yield* shell.machinery.runWords(shell, ['set'], { functions: false, external: false, builtins: true });
}

function hasAttributes(variable: Variable, letters: readonly string[]): boolean {
  return letters.every((letter) => {
    if (letter === 'a') return variable.list !== undefined;
    if (letter === 'A') return variable.table !== undefined;
    return (variable.flags & (FLAG_OF[letter] ?? 0)) !== 0;
  });
}

function* printNamed(call: Call, names: readonly string[]): Run<number> {
  const { shell } = call;
  let status = 0;
  for (const name of names) {
    const scope = call.name === 'local' ? shell.variables.functionScope() : undefined;
    const variable =
      scope === undefined ? (shell.variables.find(name) ?? shell.lookup(name)) : scope.variables.get(name);
    if (variable === undefined) {
      yield* complain(call, `${name}: not found`);
      status = 1;
    } else yield* shell.write(1, `${lineFor(shell, name, variable)}\n`);
  }
  return status;
}

function* functions(call: Call, wish: Wish, names: readonly string[]): Run<number> {
  const { shell } = call;
  const changes = [...wish.on].some((letter) => 'xrt'.includes(letter)) || wish.off.size > 0;
  if (names.length === 0) {
    for (const name of [...shell.functions.keys()].sort()) {
      const found = shell.functions.get(name);
      if (found === undefined || !isWanted(found, wish)) continue;
      if (!wish.on.has('F')) yield* shell.write(1, `${printFunction(name, found.definition)}\n`);
      const letters = functionLetters(found);
      if (wish.on.has('F') || letters !== '') yield* shell.write(1, `declare -f${letters} ${name}\n`);
    }
    return 0;
  }
  let status = 0;
  for (const name of names) {
    const found = shell.functions.get(name);
    if (found === undefined) {
      // `declare` says nothing of it.
      if (call.name === 'export' || call.name === 'readonly')
        yield* complain(call, `${name}: not a function`);
      status = 1;
    } else if (changes) changeFunction(found, wish);
    else yield* shell.write(1, wish.on.has('F') ? `${name}\n` : `${printFunction(name, found.definition)}\n`);
  }
  return status;
}

function isWanted(found: ShellFunction, { on }: Wish): boolean {
  return !(
    (on.has('x') && !found.exported) ||
    (on.has('r') && !found.readonly) ||
    (on.has('t') && !found.traced)
  );
}

function functionLetters(found: ShellFunction): string {
  return `${found.readonly ? 'r' : ''}${found.traced ? 't' : ''}${found.exported ? 'x' : ''}`;
}

function changeFunction(found: ShellFunction, { on, off }: Wish): void {
  if (on.has('x')) found.exported = true;
  if (off.has('x')) found.exported = false;
  if (on.has('t')) found.traced = true;
  if (off.has('t')) found.traced = false;
  if (on.has('r')) found.readonly = true;
}

// ------------------------------------------------------------------------ declaring

interface Target {
  readonly name: string;
  readonly subscript: string | undefined;
  readonly append: boolean;
  readonly value: string | undefined;
}

function readTarget(text: string): Target | undefined {
  const equals = assignmentOperator(text);
  const left = equals === -1 ? text : text.slice(0, text[equals - 1] === '+' ? equals - 1 : equals);
  const bracket = left.indexOf('[');
  const name = bracket === -1 ? left : left.slice(0, bracket);
  if (!isIdentifier(name) || (equals === -1 && text.includes('='))) return undefined;
  return {
    name,
    subscript: bracket === -1 ? undefined : left.slice(bracket + 1, -1),
    append: equals > 0 && text[equals - 1] === '+',
    value: equals === -1 ? undefined : text.slice(equals + 1),
  };
}

/** Declares one name; false when it could not. */
function* declareOne(call: Call, wish: Wish, manner: Manner, text: string, place: number): Run<boolean> {
  const { shell } = call;
  if (text === '-' && call.name === 'local') {
    saveOptions(shell);
    return true;
  }
  const target = readTarget(text);
  if (target === undefined) {
    yield* complain(
      call,
      shell.dialect === 'dash'
        ? `${text.replace(/=.*/, '')}: bad variable name`
        : `\`${text}': not a valid identifier`,
    );
    if (shell.dialect === 'dash') throw new FatalExpansion();
    return false;
  }
  const scope = scopeFor(shell, wish, manner, target.name);
  const name =
    scope === undefined && !wish.on.has('n') && !wish.off.has('n')
      ? shell.variables.resolve(target.name).name
      : target.name;
  const known = scope === undefined ? shell.variables.find(name) : scope.variables.get(name);
  const outer = shell.variables.find(name);
  const changesValue = target.value !== undefined || wish.off.has('r');
  const frozen =
    known !== undefined && (known.flags & READONLY) !== 0
      ? known
      : manner.isLocal &&
          scope !== undefined &&
          known === undefined &&
          outer !== undefined &&
          (outer.flags & READONLY) !== 0
        ? outer
        : undefined;
  if (frozen !== undefined && (changesValue || frozen !== known)) {
    yield* readonlyProblem(call, name);
    return false;
  }
  const misdirected = referenceProblem(shell, wish, target, scope);
  if (misdirected !== undefined) {
    yield* complain(call, misdirected);
    return false;
  }
  const conversion = conversionProblem(wish, known);
  if (conversion !== undefined) {
    yield* complain(call, `${name}: ${conversion}`);
    return false;
  }
  const variable = shell.variables.writable(name, scope ?? shell.variables.scopeOf(name));
  const isFresh = known === undefined;
  applyKind(shell, name, variable, wish, isFresh);
  applyFlags(variable, wish);
  if (!(yield* assignTarget(call, { ...target, name }, { place, scope, wish }))) return false;
  const isShown = manner.on.length > 0 && target.value !== undefined && !call.arrays.has(place);
  if (shell.options.xtrace && isShown && shell.dialect === 'bash')
    yield* traceLine(shell, `${name}${target.append ? '+' : ''}=${traceQuote(target.value)}`);
  const final = shell.variables.writable(name, scope ?? shell.variables.scopeOf(name));
  if (wish.on.has('r')) final.flags |= READONLY;
  return true;
}

function* readonlyProblem(call: Call, name: string): Run<void> {
  if (call.shell.dialect === 'dash') {
    yield* complain(call, `${name}: is read only`);
    throw new FatalExpansion();
  }
  if (call.name === 'export' || call.name === 'readonly')
    yield* call.shell.report(`${name}: readonly variable`);
  else yield* complain(call, `${name}: readonly variable`);
}

function scopeFor(shell: Shell, wish: Wish, manner: Manner, name: string): Scope | undefined {
  if (wish.on.has('g')) return shell.variables.scopes[0];
  if (manner.isLocal) return shell.variables.functionScope();
  // `x=1 export x` makes the temporary value a lasting one.
  const found = shell.variables.scopeOf(name);
  return found?.kind === 'temporary' ? shell.variables.scopes[0] : undefined;
}

/** What a name reference cannot refer to. Not modelled: the warning about one of a function's own name. */
function referenceProblem(
  shell: Shell,
  wish: Wish,
  { name, value }: Target,
  scope: Scope | undefined,
): string | undefined {
  if (!wish.on.has('n') || value === undefined) return undefined;
  const bracket = value.indexOf('[');
  if (!isIdentifier(bracket > 0 && value.endsWith(']') ? value.slice(0, bracket) : value) && value !== '')
    return `\`${value}': invalid variable name for name reference`;
  const isGlobal = scope === undefined || scope === shell.variables.scopes[0];
  return value === name && isGlobal ? `${name}: nameref variable self references not allowed` : undefined;
}

function conversionProblem(wish: Wish, known: Variable | undefined): string | undefined {
  if (wish.on.has('a') && known?.table !== undefined) return 'cannot convert associative to indexed array';
  if (wish.on.has('A') && known?.list !== undefined) return 'cannot convert indexed to associative array';
  const isArray = known?.list !== undefined || known?.table !== undefined;
  if (isArray && (wish.off.has('a') || wish.off.has('A')))
    return 'cannot destroy array variables in this way';
  return undefined;
}

function applyKind(shell: Shell, name: string, variable: Variable, wish: Wish, isFresh: boolean): void {
  if (wish.on.has('A') && variable.table === undefined) {
    variable.table = new Map(variable.value === undefined ? [] : [['0', variable.value]]);
    variable.value = undefined;
    if (isFresh) shell.declaredOnly.add(name);
  } else if (wish.on.has('a') && variable.list === undefined && variable.table === undefined) {
    variable.list = {
      items: new Map(variable.value === undefined ? [] : [[0, variable.value]]),
      next: variable.value === undefined ? 0 : 1,
    };
    variable.value = undefined;
    if (isFresh) shell.declaredOnly.add(name);
  }
}

function applyFlags(variable: Variable, wish: Wish): void {
  for (const letter of wish.on) if (letter !== 'r') variable.flags |= FLAG_OF[letter] ?? 0;
  for (const letter of wish.off) if (letter !== 'r') variable.flags &= ~(FLAG_OF[letter] ?? 0);
  if (wish.on.has('l')) variable.flags &= ~UPPERCASE;
  if (wish.on.has('u')) variable.flags &= ~LOWERCASE;
}

function* assignTarget(
  call: Call,
  target: Target,
  options: { readonly place: number; readonly scope: Scope | undefined; readonly wish: Wish },
): Run<boolean> {
  const { shell } = call;
  const { place, scope, wish } = options;
  const assignment = call.arrays.get(place);
  const elements =
    assignment !== undefined && isElements(assignment.value)
      ? assignment.value
      : elementsOf(shell, target, wish);
  if (elements !== undefined) {
    shell.declaredOnly.delete(target.name);
    yield* assignElements(shell, target.name, elements, {
      by: 'declared',
      append: target.append,
      ...(scope === undefined ? {} : { scope }),
    });
    return true;
  }
  if (target.value === undefined) return true;
  shell.declaredOnly.delete(target.name);
  if (wish.on.has('n') && target.subscript === undefined) {
    shell.variables.writable(target.name, scope ?? shell.variables.scopeOf(target.name)).value = target.value;
    return true;
  }
  const refused =
    target.subscript === undefined
      ? assignScalar(shell, target, scope)
      : shell.assignElement(target.name, yield* keyOf(shell, target.name, target.subscript), target.value, {
          append: target.append,
        });
  if (refused === undefined) return true;
  yield* complain(call, refused);
  return false;
}

/** Into the scope at hand, which is the innermost that has the name by now. */
function assignScalar(shell: Shell, target: Target, scope: Scope | undefined): string | undefined {
  const value = target.value ?? '';
  if (scope === undefined || shell.variables.scopeOf(target.name) === scope)
    return shell.assign(target.name, value, { append: target.append });
  const variable = shell.variables.writable(target.name, scope);
  shell.variables.set(
    target.name,
    shell.shaped(variable, (target.append ? (variable.value ?? '') : '') + value),
    scope,
  );
  return undefined;
}

/** `declare -a "x=(1 2)"`: the quoted text is read as an array. */
function elementsOf(shell: Shell, target: Target, wish: Wish): readonly ArrayElement[] | undefined {
  const text = target.value;
  if (text === undefined || !text.startsWith('(') || !text.endsWith(')') || target.subscript !== undefined)
    return undefined;
  const known = shell.variables.find(target.name);
  if (!wish.on.has('a') && !wish.on.has('A') && known?.list === undefined && known?.table === undefined)
    return undefined;
  const unit = new Parser(new Source(`${target.name}=${text}`), {
    dialect: 'bash',
    extglob: false,
    aliases: undefined,
  }).unit();
  const command = unit?.list?.items[0]?.command;
  const value = command?.type === 'simple' ? command.words[0]?.assignment?.value : undefined;
  return value !== undefined && isElements(value) ? value : undefined;
}

/** `local -`: options are put back when the function returns. */
function saveOptions(shell: Shell): void {
  shell.savedOptions.push({ depth: shell.functionDepth, options: { ...shell.options } });
}
