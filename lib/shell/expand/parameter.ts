/** Parameter expansion: `$x`, `${x…}` with every operator. Source: bash(1) "Parameter Expansion". */
import { DropLine } from '../control';
import { elementOf, type Run, type Shell } from '../shell';
import { hashOrder } from '../state/arrays';
import { dynamicNames } from '../state/special-variables';
import { isSet, NAMEREF, scalarOf, type Variable } from '../state/variables';
import { type Operation, type ParameterPart, readParts } from '../syntax/word-parts';
import type { Word } from '../syntax/tree';
import { makeWord } from '../syntax/words';
import { applyOperation } from './parameter-operations';
import type { Expansions, WordPiece } from './words';

export type Expansion =
  | { readonly kind: 'text'; readonly text: string }
  /** `$@`, `${a[*]}` … */
  | { readonly kind: 'list'; readonly values: readonly string[]; readonly star: boolean }
  /** The word of `${x:-word}`. */
  | { readonly kind: 'word'; readonly fields: readonly WordPiece[] };

interface Options {
  readonly joined: boolean;
  readonly expand: Expansions;
  /** Only the length is asked for: a subscript that leads nowhere is judged by who asks. */
  readonly ofLength?: boolean;
}

/** What a parameter holds before any operator. */
export interface Holding {
  /** Name for messages and assignment, with its subscript. */
  readonly label: string;
  readonly name: string;
  /** Evaluated subscript of one element. */
  readonly key: string | undefined;
  /** Undefined: unset. */
  readonly value: string | undefined;
  /** All values of `@`, `*`, `a[@]`, `a[*]`; keys beside them for slices and `@K`. */
  readonly list: readonly string[] | undefined;
  readonly keys: readonly string[] | undefined;
  readonly star: boolean;
  readonly variable: Variable | undefined;
}

const EMPTY: Expansion = { kind: 'text', text: '' };

export function* expandParameter(shell: Shell, part: ParameterPart, options: Options): Run<Expansion> {
  if (
    part.operation === undefined &&
    !part.indirect &&
    !part.length &&
    part.subscript === undefined &&
    part.name !== '@' &&
    part.name !== '*'
  ) {
    const value = shell.parameter(part.name);
    if (value !== undefined) return { kind: 'text', text: value };
    if (shell.options.nounset)
      yield* unbound(
        shell,
        /^[A-Za-z_]/.test(part.name) || part.text.startsWith('${') ? part.name : `$${part.name}`,
      );
    return EMPTY;
  }
  const { operation } = part;
  if (shell.dialect === 'dash' && isBeyondDash(part)) yield* shell.failFatally('Bad substitution');
  if (part.indirect && operation?.type === 'names')
    return namesWithPrefix(shell, part.name, operation.joined);
  if (part.indirect && operation === undefined && (part.subscript === '@' || part.subscript === '*'))
    return keysOf(shell, part);
  const holding = part.indirect
    ? yield* indirectHolding(shell, part, options)
    : yield* hold(shell, part.name, part.subscript, { ...options, ofLength: part.length });
  if (holding === undefined) return EMPTY;
  if (
    part.length &&
    part.subscript !== undefined &&
    holding.variable !== undefined &&
    holding.list === undefined
  )
    if (isBeyond(holding.variable, holding.key ?? '0'))
      yield* shell.dropLine(`${part.subscript}]: bad array subscript`);
  if (part.length) return yield* lengthOf(shell, holding);
  if (operation?.type === 'default') return yield* applyDefault(shell, part, operation, holding, options);
  return yield* plainOrOperated(shell, part, operation, holding, options);
}

/** What POSIX does not know: dash refuses it when it comes to it. */
function isBeyondDash({ indirect, subscript, operation }: ParameterPart): boolean {
  if (indirect || subscript !== undefined) return true;
  return operation !== undefined && operation.type !== 'default' && operation.type !== 'remove';
}

function* plainOrOperated(
  shell: Shell,
  part: ParameterPart,
  operation: Operation | undefined,
  holding: Holding,
  options: Options,
): Run<Expansion> {
  const isUnset = holding.value === undefined && holding.list === undefined;
  if (isUnset && shell.options.nounset) {
    const isBare = operation === undefined && /^(?:\d+|[!])$/.test(holding.label);
    yield* unbound(shell, isBare ? `$${holding.label}` : holding.label);
  }
  if (operation === undefined)
    return holding.list === undefined
      ? { kind: 'text', text: holding.value ?? '' }
      : { kind: 'list', values: holding.list, star: holding.star };
  return yield* applyOperation(shell, {
    part,
    operation,
    holding,
    text: (word) => options.expand.text(shell, word),
    pattern: (word) => options.expand.pattern(shell, word),
    pieces: (word) => options.expand.pieces(shell, word, { joined: true }),
  });
}

function* unbound(shell: Shell, label: string): Run<never> {
  return yield* shell.failFatally(
    shell.dialect === 'dash' ? `${label.replace('$', '')}: parameter not set` : `${label}: unbound variable`,
  );
}

// --------------------------------------------------------------------- holdings

export function* hold(
  shell: Shell,
  name: string,
  subscript: string | undefined,
  options: Options,
): Run<Holding> {
  if (name === '@' || name === '*')
    return {
      label: name,
      name,
      key: undefined,
      value: undefined,
      list: shell.positional,
      keys: undefined,
      star: name === '*',
      variable: undefined,
    };
  if (subscript === undefined) {
    const variable = /^[A-Za-z_]/.test(name) ? shell.lookup(name) : undefined;
    return {
      label: name,
      name,
      key: undefined,
      value: variable === undefined ? shell.parameter(name) : scalarOf(variable),
      list: undefined,
      keys: undefined,
      star: false,
      variable,
    };
  }
  const variable = shell.lookup(name);
  if (subscript === '@' || subscript === '*') {
    const { keys, values } = contentsOf(variable);
    return {
      label: `${name}[${subscript}]`,
      name,
      key: undefined,
      value: undefined,
      list: values,
      keys,
      star: subscript === '*',
      variable,
    };
  }
  const key = yield* evaluateSubscript(shell, name, subscript, options.expand);
  const label = `${name}[${subscript}]`;
  if (isBeyond(variable, key)) {
    if (options.ofLength !== true) yield* shell.complain(`${name}: bad array subscript`);
    return { label, name, key, value: undefined, list: undefined, keys: undefined, star: false, variable };
  }
  return {
    label,
    name,
    key,
    value: variable === undefined ? undefined : elementOf(variable, key),
    list: undefined,
    keys: undefined,
    star: false,
    variable,
  };
}

/** Subscripts that lead nowhere: before the first element of an array, of anything else any from the end; an empty key. */
function isBeyond(variable: Variable | undefined, key: string): boolean {
  if (variable?.table !== undefined) return key === '';
  return Number(key) < -(variable?.list?.next ?? 0);
}

/** Keys and values of an array in listing order; a scalar counts as its element 0. */
export function contentsOf(variable: Variable | undefined): {
  keys: readonly string[];
  values: readonly string[];
} {
  if (variable?.table !== undefined) {
    const keys = hashOrder(variable.table.keys());
    const { table } = variable;
    return { keys, values: keys.map((key) => table.get(key) ?? '') };
  }
  if (variable?.list !== undefined)
    return { keys: [...variable.list.items.keys()].map(String), values: [...variable.list.items.values()] };
  return variable?.value === undefined ? { keys: [], values: [] } : { keys: ['0'], values: [variable.value] };
}

/** The key a subscript means: text for an associative array, a number for others. */
export function* evaluateSubscript(
  shell: Shell,
  name: string,
  subscript: string,
  expand: Expansions,
): Run<string> {
  if (/^\d{1,9}$/.test(subscript) && !subscript.startsWith('0')) return subscript;
  const isTable = shell.lookup(name)?.table !== undefined;
  const word: Word = isTable
    ? { ...makeWord(subscript), plain: undefined, parts: undefined, mayBrace: false, assignment: undefined }
    : { ...makeWord(subscript), plain: undefined, parts: readParts(subscript, 'arithmetic') };
  const text = yield* expand.text(shell, word);
  if (isTable) return text;
  const before = shell.commandName;
  shell.commandName = undefined;
  const value = yield* shell.arithmetic(text, { reach: 'text' });
  shell.commandName = before;
  return String(value);
}

function* indirectHolding(shell: Shell, part: ParameterPart, options: Options): Run<Holding | undefined> {
  const pointer = yield* hold(shell, part.name, part.subscript, options);
  const direct = shell.variables.find(part.name);
  if (part.subscript === undefined && direct !== undefined && (direct.flags & NAMEREF) !== 0) {
    return { ...pointer, value: direct.value ?? '', label: part.name, list: undefined };
  }
  const target = pointer.list?.join(' ') ?? pointer.value;
  if (target === undefined) {
    // Only an unset name is an error; a parameter that is not there is a pointer to nothing.
    if (!/^[A-Za-z_]/.test(part.name)) return pointer;
    yield* shell.dropLine(`${pointer.label}: invalid indirect expansion`);
    throw new DropLine();
  }
  const match = /^([A-Za-z_]\w*|\d+|[@*#?$!-])(?:\[([^]+)\])?$/.exec(target);
  if (match === null) {
    yield* shell.dropLine(`${target}: invalid variable name`);
    throw new DropLine();
  }
  return yield* hold(shell, match[1] ?? '', match[2], options);
}

// ------------------------------------------------------------------- small forms

function namesWithPrefix(shell: Shell, prefix: string, star: boolean): Expansion {
  const names = new Set([
    ...shell.variables.names().filter((name) => isVisible(shell, name)),
    ...dynamicNames(),
  ]);
  return { kind: 'list', values: [...names].filter((name) => name.startsWith(prefix)).sort(), star };
}

function isVisible(shell: Shell, name: string): boolean {
  const variable = shell.variables.find(name);
  return variable !== undefined && isSet(variable);
}

function keysOf(shell: Shell, part: ParameterPart): Expansion {
  return { kind: 'list', values: contentsOf(shell.lookup(part.name)).keys, star: part.subscript === '*' };
}

function* lengthOf(shell: Shell, holding: Holding): Run<Expansion> {
  if (holding.list !== undefined) {
    const { name, variable } = holding;
    const isMissing = variable === undefined || shell.declaredOnly.has(name);
    if (shell.options.nounset && isMissing && name !== '@' && name !== '*')
      yield* shell.dropLine(`${holding.name}: unbound variable`);
    return { kind: 'text', text: String(holding.list.length) };
  }
  if (holding.value === undefined && shell.options.nounset) yield* unbound(shell, holding.label);
  return { kind: 'text', text: String(characterCount(holding.value ?? '')) };
}

export function characterCount(text: string): number {
  let pairs = 0;
  for (let i = 0; i < text.length - 1; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0xd800 && unit < 0xdc00) pairs++;
  }
  return text.length - pairs;
}

// -------------------------------------------------------- ${x:-w} ${x:=w} ${x:?w}

function* applyDefault(
  shell: Shell,
  part: ParameterPart,
  operation: Operation & { type: 'default' },
  holding: Holding,
  options: Options,
): Run<Expansion> {
  const text =
    holding.list === undefined
      ? holding.value
      : holding.list.length === 0
        ? undefined
        : holding.list.join(' ');
  const isMissing = text === undefined || (operation.colon && text === '');
  const plain = (): Expansion =>
    holding.list === undefined
      ? { kind: 'text', text: holding.value ?? '' }
      : { kind: 'list', values: holding.list, star: holding.star };
  if (operation.operator === '+') {
    // Of no elements at all nothing is left, not even an empty word: "${a[@]+"${a[@]}"}".
    if (isMissing) return holding.list?.length === 0 ? plain() : EMPTY;
    return yield* wordOf(shell, part, operation, options);
  }
  if (!isMissing) return plain();
  switch (operation.operator) {
    case '-':
      return yield* wordOf(shell, part, operation, options);
    case '=': {
      const value = yield* options.expand.text(shell, operation.word);
      yield* assignDefault(shell, holding, value);
      return { kind: 'text', text: value };
    }
    case '?': {
      const message = yield* options.expand.text(shell, operation.word);
      const usual =
        shell.dialect === 'dash'
          ? operation.colon
            ? 'parameter not set or null'
            : 'parameter not set'
          : operation.colon
            ? 'parameter null or not set'
            : 'parameter not set';
      return yield* shell.failFatally(`${holding.label}: ${message === '' ? usual : message}`);
    }
  }
}

function* wordOf(
  shell: Shell,
  part: ParameterPart,
  operation: Operation & { type: 'default' },
  options: Options,
): Run<Expansion> {
  if (options.joined)
    return { kind: 'word', fields: yield* options.expand.pieces(shell, operation.word, { joined: true }) };
  const fields = yield* options.expand.pieces(shell, operation.word, { joined: false });
  return part.quoted && fields.length === 0 ? EMPTY : { kind: 'word', fields };
}

function* assignDefault(shell: Shell, holding: Holding, value: string): Run<void> {
  if (!/^[A-Za-z_]/.test(holding.name) || holding.list !== undefined)
    yield* shell.dropLine(`$${holding.name}: cannot assign in this way`);
  try {
    const refused =
      holding.key === undefined
        ? shell.assign(holding.name, value)
        : shell.assignElement(holding.name, holding.key, value);
    if (refused !== undefined) yield* shell.dropLine(refused);
  } catch (problem) {
    if (problem instanceof DropLine) throw problem;
    yield* shell.arithmeticProblem(problem);
  }
}
