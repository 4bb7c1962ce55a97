/** The operators that change a value: `# % / ^ , : @`. */
import type { Run, Shell } from '../shell';
import {
  EXPORTED,
  INTEGER,
  LOWERCASE,
  NAMEREF,
  READONLY,
  TRACED,
  UPPERCASE,
  type Variable,
} from '../state/variables';
import { hashOrder } from '../state/arrays';
import { decodeAnsiC } from '../syntax/ansi-c';
import type { Word } from '../syntax/tree';
import { type Operation, type ParameterPart, readParts } from '../syntax/word-parts';
import type { Expansion, Holding } from './parameter';
import { compilePattern, matchesPattern, type Pattern, removeMatch, replaceMatches } from './pattern';
import { decodePrompt } from './prompt';
import { ansiQuote, doubleQuote, needsAnsi, reusableQuote } from './quote';
import type { WordPiece } from './words';

export interface OperationInput {
  readonly part: ParameterPart;
  readonly operation: Operation;
  readonly holding: Holding;
  readonly text: (word: Word) => Run<string>;
  readonly pattern: (word: Word) => Run<string>;
  readonly pieces: (word: Word) => Run<readonly WordPiece[]>;
}

export function* applyOperation(shell: Shell, input: OperationInput): Run<Expansion> {
  const { operation, holding } = input;
  switch (operation.type) {
    case 'remove': {
      const pattern = compilePattern(yield* input.pattern(operation.pattern), shell.patternOptions);
      return each(holding, (value) => removeMatch(pattern, value, operation));
    }
    case 'replace': {
      const pattern = compilePattern(yield* input.pattern(operation.pattern), {
        ...shell.patternOptions,
        ignoreCase: shell.shopt.nocasematch,
      });
      const replacement = replacementOf(shell, yield* input.pieces(operation.replacement));
      return each(holding, (value) => replaceMatches(pattern, value, operation.where, replacement));
    }
    case 'case': {
      const text = yield* input.pattern(operation.pattern);
      const pattern = compilePattern(text === '' ? '?' : text, shell.patternOptions);
      return each(holding, (value) => changeCase(value, operation.operator, pattern));
    }
    case 'slice':
      return yield* slice(shell, operation, input);
    case 'transform':
      return yield* transform(shell, operation.operator, input);
    case 'default':
    case 'names':
      return { kind: 'text', text: '' };
  }
}

function each(holding: Holding, change: (value: string) => string): Expansion {
  if (holding.list === undefined)
    return { kind: 'text', text: holding.value === undefined ? '' : change(holding.value) };
  return { kind: 'list', values: holding.list.map(change), star: holding.star };
}

/** An unquoted `&` in the replacement is the matched text. */
function replacementOf(shell: Shell, pieces: readonly WordPiece[]): (match: string) => string {
  const parts: (string | undefined)[] = [];
  for (const piece of pieces) {
    if (piece.kind === 'end') continue;
    if (piece.kind === 'quoted' || !shell.shopt.patsub_replacement || !piece.text.includes('&'))
      parts.push(piece.text);
    else
      piece.text
        .split(/(\\&|&)/)
        .forEach((text) => parts.push(text === '&' ? undefined : text === '\\&' ? '&' : text));
  }
  if (!parts.includes(undefined)) {
    const fixed = parts.join('');
    return () => fixed;
  }
  return (match) => parts.map((text) => text ?? match).join('');
}

function changeCase(value: string, operator: '^' | '^^' | ',' | ',,' | '~' | '~~', pattern: Pattern): string {
  const change = (c: string): string => {
    if (!matchesPattern(pattern, c)) return c;
    switch (operator[0]) {
      case '^':
        return upper(c);
      case ',':
        return c.toLowerCase();
      default:
        return c === upper(c) ? c.toLowerCase() : upper(c);
    }
  };
  const characters = [...value];
  if (operator.length === 2) return characters.map(change).join('');
  const [first, ...rest] = characters;
  return first === undefined ? '' : change(first) + rest.join('');
}

/** One character stays one character (`ß` has no single capital). */
function upper(c: string): string {
  const changed = c.toUpperCase();
  return [...changed].length === 1 ? changed : c;
}

// ------------------------------------------------------------------------ slices

function* slice(
  shell: Shell,
  operation: Operation & { type: 'slice' },
  input: OperationInput,
): Run<Expansion> {
  const { holding } = input;
  // Of nothing there is no part: the numbers are not even looked at.
  if (holding.list === undefined && holding.value === undefined) return { kind: 'text', text: '' };
  const offset = yield* number(shell, operation.offset, input);
  const last = lastPlace(holding);
  // From beyond the end there is no part either, whatever its length.
  if (offset > last || offset + last < 0)
    return holding.list === undefined
      ? { kind: 'text', text: '' }
      : { kind: 'list', values: [], star: holding.star };
  const length = operation.length === undefined ? undefined : yield* number(shell, operation.length, input);
  if (holding.list === undefined) {
    const characters = /[\ud800-\udbff]/.test(holding.value ?? '')
      ? [...(holding.value ?? '')]
      : (holding.value ?? '');
    const start = offset < 0 ? characters.length + offset : offset;
    if (start < 0 || start > characters.length) return { kind: 'text', text: '' };
    let end = characters.length;
    if (length !== undefined)
      end = length < 0 ? characters.length + length : Math.min(characters.length, start + length);
    if (end < start) yield* shell.dropLine(`${operation.length ?? ''}: substring expression < 0`);
    const piece = characters.slice(start, end);
    return { kind: 'text', text: typeof piece === 'string' ? piece : piece.join('') };
  }
  if (length !== undefined && length < 0)
    yield* shell.dropLine(`${operation.length ?? ''}: substring expression < 0`);
  return { kind: 'list', values: sliceList(shell, holding, { offset, length }), star: holding.star };
}

/** The place after the last of what can be taken, as bash counts it. */
function lastPlace({ name, value, list, variable }: Holding): number {
  if (list === undefined) return [...(value ?? '')].length;
  if (name === '@' || name === '*') return list.length + 1;
  return variable?.list === undefined ? list.length : variable.list.next;
}

function sliceList(
  shell: Shell,
  holding: Holding,
  range: { readonly offset: number; readonly length: number | undefined },
): readonly string[] {
  const { offset, length } = range;
  const list = holding.list ?? [];
  if (holding.name === '@' || holding.name === '*') {
    const all = [shell.name, ...list];
    const start = offset < 0 ? all.length + offset : offset;
    if (start < 0) return [];
    return all.slice(start, length === undefined ? undefined : start + length);
  }
  if (holding.variable?.list !== undefined) {
    // Offsets of an array are indices, not places.
    const from = offset < 0 ? holding.variable.list.next + offset : offset;
    if (from < 0) return [];
    const place = (holding.keys ?? []).findIndex((key) => Number(key) >= from);
    return place === -1 ? [] : list.slice(place, length === undefined ? undefined : place + length);
  }
  const start = offset < 0 ? list.length + offset : offset;
  return start < 0 ? [] : list.slice(start, length === undefined ? undefined : start + length);
}

/** Offset or length of a slice; messages begin with the parameter's name. */
function* number(shell: Shell, text: string, input: OperationInput): Run<number> {
  const expanded = yield* input.text({
    text,
    plain: undefined,
    mayBrace: false,
    assignment: undefined,
    parts: readParts(text, 'arithmetic'),
  });
  const before = shell.commandName;
  shell.commandName = input.holding.name;
  const value = yield* shell.arithmetic(expanded);
  shell.commandName = before;
  return Number(value);
}

// -------------------------------------------------------------------- ${x@Q} …

function* transform(shell: Shell, operator: string, input: OperationInput): Run<Expansion> {
  const { holding, part } = input;
  const { variable } = holding;
  if (operator === 'a') {
    const letters = attributeLetters(variable);
    return holding.list === undefined
      ? { kind: 'text', text: letters }
      : { kind: 'list', values: holding.list.map(() => letters), star: holding.star };
  }
  if (holding.value === undefined && holding.list === undefined) return { kind: 'text', text: '' };
  if (operator === 'A') return { kind: 'text', text: assignmentText(holding) };
  if ((operator === 'K' || operator === 'k') && holding.list !== undefined)
    return keysAndValues(holding, operator);
  const change = transformation(shell, operator);
  if (change === undefined) return yield* shell.failFatally(`${part.text}: bad substitution`);
  return each(holding, change);
}

function transformation(shell: Shell, operator: string): ((value: string) => string) | undefined {
  switch (operator) {
    case 'Q':
    case 'K':
    case 'k':
      return reusableQuote;
    case 'E':
      return decodeAnsiC;
    case 'P':
      return (value) => decodePrompt(shell, value);
    case 'U':
      return (value) => [...value].map(upper).join('');
    case 'u':
      return (value) => {
        const [first, ...rest] = [...value];
        return first === undefined ? '' : upper(first) + rest.join('');
      };
    case 'L':
      return (value) => value.toLowerCase();
    default:
      return undefined;
  }
}

/** `aAilrux`… as `declare` would take them. */
export function attributeLetters(variable: Variable | undefined): string {
  if (variable === undefined) return '';
  const { flags } = variable;
  return [
    variable.list === undefined ? '' : 'a',
    variable.table === undefined ? '' : 'A',
    (flags & INTEGER) !== 0 ? 'i' : '',
    (flags & NAMEREF) !== 0 ? 'n' : '',
    (flags & READONLY) !== 0 ? 'r' : '',
    (flags & TRACED) !== 0 ? 't' : '',
    (flags & EXPORTED) !== 0 ? 'x' : '',
    (flags & LOWERCASE) !== 0 ? 'l' : '',
    (flags & UPPERCASE) !== 0 ? 'u' : '',
  ].join('');
}

function assignmentText(holding: Holding): string {
  const letters = attributeLetters(holding.variable);
  if (
    holding.list !== undefined &&
    (holding.variable?.list !== undefined || holding.variable?.table !== undefined)
  ) {
    return `declare -${letters} ${holding.name}=${listText(holding.variable)}`;
  }
  if (holding.list !== undefined && holding.list.length === 0) return '';
  if (holding.list !== undefined) return `set -- ${holding.list.map(reusableQuote).join(' ')}`;
  const assignment = `${holding.name}=${reusableQuote(holding.value ?? '')}`;
  return letters === '' ? assignment : `declare -${letters} ${assignment}`;
}

/** `([0]="a" [1]="b")` as `declare -p` shows it. */
export function listText(variable: Variable): string {
  if (variable.list !== undefined)
    return `(${[...variable.list.items].map(([index, value]) => `[${index}]=${doubleQuote(value)}`).join(' ')})`;
  const { table } = variable;
  if (table === undefined) return '()';
  const keys = sortedKeys(variable);
  return `(${keys.map((key) => `[${quoteKey(key)}]=${doubleQuote(table.get(key) ?? '')} `).join('')})`;
}

function keysAndValues(holding: Holding, operator: 'K' | 'k'): Expansion {
  const keys = holding.keys ?? [];
  const values = holding.list ?? [];
  const isTable = holding.variable?.table !== undefined;
  if (operator === 'k')
    return {
      kind: 'list',
      values: values.flatMap((value, index) => [keys[index] ?? '', value]),
      star: holding.star,
    };
  const text = values
    .map(
      (value, index) =>
        `${isTable ? quoteKey(keys[index] ?? '') : (keys[index] ?? '')} ${doubleQuote(value)}`,
    )
    .join(' ');
  return { kind: 'text', text: isTable ? `${text} ` : text };
}

function sortedKeys(variable: Variable): readonly string[] {
  return hashOrder(variable.table?.keys() ?? []);
}

/** A key of an associative array in `declare -p`: quoted when it must be. */
export function quoteKey(key: string): string {
  if (needsAnsi(key)) return ansiQuote(key);
  return /[^\p{L}\p{N}_.:/%+,-]/u.test(key) || key === '' ? doubleQuote(key) : key;
}
