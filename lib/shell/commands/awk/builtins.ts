/** Awk's functions. Source: POSIX.1-2017 awk "Functions"; gawk 5.2 `builtin.c`. */
import { microsFromCivil, strftime } from '../../../std/civil';
import { runShell } from '../children';
import type { Pattern, Spans } from '../../../std/regex/pattern';
import type { Step } from '../tool';
import type { AwkArray } from './array';
import { arctangent2, cosine, exponential, naturalLogarithm, sine } from './elementary';
import type { Interpreter } from './interpreter';
import { AwkRandom } from './random';
import { statusOf } from './streams';
import type { Expression, Place } from './tree';
import { compareValues, fromInput, NumericText, toNumber, type Value } from './value';
import { AwkFatal } from './variables';

const SECOND = 1_000_000;

export function* callBuiltin(
  awk: Interpreter,
  name: string,
  args: readonly Expression[],
  line: number,
): Step<Value> {
  const special = SPECIAL[name];
  if (special !== undefined) return yield* special(awk, args, line);
  const values: Value[] = [];
  for (const arg of args) values.push(yield* awk.evaluate(arg));
  return PLAIN[name]?.(awk, values, line);
}

type Plain = (awk: Interpreter, args: readonly Value[], line: number) => Value;
type Special = (awk: Interpreter, args: readonly Expression[], line: number) => Step<Value>;

function number(args: readonly Value[], index: number): number {
  return toNumber(args[index]);
}

/** Functions of values alone. */
const PLAIN: Readonly<Record<string, Plain>> = {
  and: (_awk, args) => bits(args, (a, b) => a & b),
  or: (_awk, args) => bits(args, (a, b) => a | b),
  xor: (_awk, args) => bits(args, (a, b) => a ^ b),
  compl: (_awk, args) => Number(~BigInt(Math.trunc(number(args, 0))) & 0x1fffffffffffffn),
  lshift: (_awk, args) =>
    Number(BigInt.asUintN(64, BigInt(Math.trunc(number(args, 0))) << BigInt(number(args, 1)))),
  rshift: (_awk, args) => Number(BigInt(Math.trunc(number(args, 0))) >> BigInt(number(args, 1))),
  atan2: (_awk, args) => arctangent2(number(args, 0), number(args, 1)),
  cos: (_awk, args) => cosine(number(args, 0)),
  sin: (_awk, args) => sine(number(args, 0)),
  exp: (awk, args, line) => {
    const value = exponential(number(args, 0));
    if (value === Infinity) warn(awk, line, `exp: argument ${awk.toText(args[0])} is out of range`);
    return value;
  },
  log: (awk, args, line) => {
    if (number(args, 0) < 0) warn(awk, line, `log: received negative argument ${awk.toText(args[0])}`);
    return naturalLogarithm(number(args, 0));
  },
  sqrt: (awk, args, line) => {
    if (number(args, 0) < 0) warn(awk, line, `sqrt: received negative argument ${awk.toText(args[0])}`);
    return Math.sqrt(number(args, 0));
  },
  int: (_awk, args) => Math.trunc(number(args, 0)) + 0,
  rand: (awk) => awk.random.fraction(),
  srand: (awk, args) => {
    const old = awk.seed;
    awk.seed =
      args.length === 0 ? Math.floor(awk.tool.context.host.clock() / SECOND) : Math.trunc(number(args, 0));
    awk.random = new AwkRandom(awk.seed === 0 ? 1 : awk.seed);
    return old;
  },
  index: (awk, args) => {
    const text = awk.toText(args[0]);
    const at = text.indexOf(awk.toText(args[1]));
    return at < 0 ? 0 : [...text.slice(0, at)].length + 1;
  },
  sprintf: (awk, args, line) => awk.format(args, line),
  strtonum: (awk, args) => strtonum(awk, args[0]),
  substr: (awk, args) =>
    substring(awk.toText(args[0]), number(args, 1), args.length > 2 ? number(args, 2) : Infinity),
  tolower: (awk, args) => awk.toText(args[0]).toLowerCase(),
  toupper: (awk, args) => awk.toText(args[0]).toUpperCase(),
  systime: (awk) => Math.floor(awk.tool.context.host.clock() / SECOND),
  strftime: (awk, args) => {
    const format = args.length > 0 ? awk.toText(args[0]) : '%a %b %e %H:%M:%S %Z %Y';
    const micros = args.length > 1 ? number(args, 1) * SECOND : awk.tool.context.host.clock();
    return strftime(format, Math.floor(micros / SECOND) * SECOND);
  },
  mktime: (awk, args) => mktime(awk.toText(args[0])),
};

function warn(awk: Interpreter, line: number, message: string): void {
  awk.tool.complain(`cmd. line:${line}: warning: ${message}`);
}

function bits(args: readonly Value[], combine: (a: bigint, b: bigint) => bigint): number {
  return Number(args.map((value) => BigInt(Math.trunc(toNumber(value)))).reduce(combine));
}

function strtonum(awk: Interpreter, value: Value): number {
  if (typeof value === 'number') return value;
  const text = awk.toText(value).trim();
  const match = /^([+-]?)(0[xX][\da-fA-F]+|0[0-7]+(?![\d.]))/.exec(text);
  if (match === null) return toNumber(value);
  const digits = match[2] ?? '0';
  const size = /^0[xX]/.test(digits) ? Number(digits) : Number.parseInt(digits, 8);
  return match[1] === '-' ? -size : size;
}

/** Rounded as gawk does: a start before the text counts as its first character. */
function substring(text: string, start: number, length: number): string {
  if (Number.isNaN(start) || Number.isNaN(length)) return '';
  const from = Math.max(1, Math.trunc(start));
  const count = Math.trunc(length);
  if (count <= 0) return '';
  const isAscii = !/[\ud800-\udbff]/.test(text);
  if (isAscii) return text.slice(from - 1, count === Infinity ? undefined : from - 1 + count);
  return [...text].slice(from - 1, count === Infinity ? undefined : from - 1 + count).join('');
}

function mktime(text: string): number {
  const parts = text.trim().split(/\s+/).map(Number);
  if (parts.length < 6 || parts.some(Number.isNaN)) return -1;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts;
  const months = year * 12 + month - 1;
  const micros = microsFromCivil({
    year: Math.floor(months / 12),
    month: (((months % 12) + 12) % 12) + 1,
    day: 1,
    hour: 0,
    minute: 0,
    second: 0,
  });
  return micros / SECOND + (day - 1) * 86_400 + hour * 3600 + minute * 60 + second;
}

// ---------------------------------------------------------------- functions that look at their arguments' shape

function* arrayOf(
  awk: Interpreter,
  expression: Expression | undefined,
  line: number,
  what: string,
): Step<AwkArray> {
  const plain =
    expression?.kind === 'group' && expression.list.length === 1 ? expression.list[0] : expression;
  if (plain?.kind === 'variable' || plain?.kind === 'element') return yield* awk.array(plain, line);
  throw new AwkFatal(what, line);
}

const SPECIAL: Readonly<Record<string, Special>> = {
  *length(awk, args) {
    const [first] = args;
    if (first === undefined) return characters(awk.fields.record);
    if (first.kind === 'variable') {
      const { array } = awk.cell(first);
      if (array !== undefined) return array.size;
    }
    if (first.kind === 'element') {
      const inner = yield* awk.innerArray(first);
      if (inner !== undefined) return inner.size;
    }
    return characters(awk.toText(yield* awk.evaluate(first)));
  },
  *split(awk, args, line) {
    const text = awk.toText(yield* awk.evaluate(args[0] ?? EMPTY));
    const array = yield* arrayOf(awk, args[1], line, 'split: second argument is not an array');
    const [, , third, fourth] = args;
    let separator = awk.separator();
    if (third !== undefined)
      separator =
        third.kind === 'regex'
          ? { kind: 'pattern', pattern: yield* awk.pattern(third) }
          : awk.separatorOf(awk.toText(yield* awk.evaluate(third)));
    const { parts, between } = awk.split(text, separator);
    fill(array, parts);
    if (fourth !== undefined) {
      const separators = yield* arrayOf(awk, fourth, line, 'split: fourth argument is not an array');
      separators.clear();
      between.forEach((item, i) => separators.set(String(separator.kind === 'blanks' ? i : i + 1), item));
    }
    return parts.length;
  },
  *patsplit(awk, args, line) {
    const text = awk.toText(yield* awk.evaluate(args[0] ?? EMPTY));
    const array = yield* arrayOf(awk, args[1], line, 'patsplit: second argument is not an array');
    const pattern =
      args[2] === undefined
        ? awk.patterns.compile(awk.text('FPAT'), awk.ignoreCase)
        : yield* awk.pattern(args[2]);
    const { parts } = awk.split(text, { kind: 'content', pattern });
    fill(array, parts);
    return parts.length;
  },
  sub: (awk, args) => substitute(awk, args, false),
  gsub: (awk, args) => substitute(awk, args, true),
  *gensub(awk, args) {
    const pattern = yield* awk.pattern(args[0] ?? EMPTY);
    const replacement = awk.toText(yield* awk.evaluate(args[1] ?? EMPTY));
    const how = yield* awk.evaluate(args[2] ?? EMPTY);
    const text = args[3] === undefined ? awk.fields.record : awk.toText(yield* awk.evaluate(args[3]));
    const isGlobal = /^[gG]/.test(awk.toText(how));
    const which = isGlobal ? 0 : Math.max(1, Math.trunc(toNumber(how)));
    return replaceAll(text, pattern, which, (spans) => expandGroups(replacement, text, spans)).text;
  },
  *match(awk, args, line) {
    const text = awk.toText(yield* awk.evaluate(args[0] ?? EMPTY));
    const pattern = yield* awk.pattern(args[1] ?? EMPTY);
    const spans = pattern.match(text);
    const start = spans?.[0] ?? -1;
    const end = spans?.[1] ?? -1;
    const at = spans === undefined ? 0 : characters(text.slice(0, start)) + 1;
    awk.global('RSTART').value = at;
    awk.global('RLENGTH').value = spans === undefined ? -1 : characters(text.slice(start, end));
    if (args[2] !== undefined) {
      const array = yield* arrayOf(awk, args[2], line, 'match: third argument is not an array');
      array.clear();
      if (spans !== undefined) storeGroups(awk, array, text, spans);
    }
    return at;
  },
  *close(awk, args) {
    return yield* awk.streams.close(awk.toText(yield* awk.evaluate(args[0] ?? EMPTY)));
  },
  *fflush(awk, args) {
    for (const arg of args) yield* awk.evaluate(arg);
    yield* awk.tool.flush();
    return 0;
  },
  *system(awk, args) {
    const command = awk.toText(yield* awk.evaluate(args[0] ?? EMPTY));
    return statusOf(yield* runShell(awk.tool, command));
  },
  asort: (awk, args, line) => sorted(awk, args, line, 'asort'),
  asorti: (awk, args, line) => sorted(awk, args, line, 'asorti'),
  *isarray(awk, args) {
    const [first] = args;
    if (first?.kind === 'element') return (yield* awk.innerArray(first)) === undefined ? 0 : 1;
    return first?.kind === 'variable' && awk.cell(first).array !== undefined ? 1 : 0;
  },
  *typeof(awk, args) {
    const [first] = args;
    if (first?.kind === 'regex') return 'number';
    if (first?.kind === 'element') {
      if ((yield* awk.innerArray(first)) !== undefined) return 'array';
      if ((yield* awk.evaluate(first)) === undefined) return 'untyped';
    }
    if (first?.kind === 'variable') {
      const cell = awk.cell(first);
      if (cell.array !== undefined) return 'array';
      if (cell.value === undefined && first.name !== 'NF') return 'untyped';
    }
    const value = yield* awk.evaluate(first ?? EMPTY);
    if (value === undefined) return 'unassigned';
    return typeof value === 'number' ? 'number' : value instanceof NumericText ? 'strnum' : 'string';
  },
};

const EMPTY: Expression = { kind: 'string', value: '' };

function characters(text: string): number {
  return /[\ud800-\udbff]/.test(text) ? [...text].length : text.length;
}

function fill(array: AwkArray, parts: readonly string[]): void {
  array.clear();
  parts.forEach((part, i) => array.set(String(i + 1), fromInput(part)));
}

function storeGroups(awk: Interpreter, array: AwkArray, text: string, spans: Spans): void {
  const separator = awk.text('SUBSEP');
  for (let group = 0; group * 2 < spans.length; group++) {
    const from = spans[group * 2] ?? -1;
    const to = spans[group * 2 + 1] ?? -1;
    if (from < 0) continue;
    array.set(String(group), fromInput(text.slice(from, to)));
    array.set(`${group}${separator}start`, characters(text.slice(0, from)) + 1);
    array.set(`${group}${separator}length`, characters(text.slice(from, to)));
  }
}

/** Replaces the match number `which` (0: all), as sub and gsub go through a text. */
function replaceAll(
  text: string,
  pattern: Pattern,
  which: number,
  replacement: (spans: Spans) => string,
): { text: string; count: number } {
  let out = '';
  let copied = 0;
  let found = 0;
  let count = 0;
  let lastEnd = -1;
  for (let from = 0; from <= text.length; ) {
    const spans = pattern.match(text, from);
    if (spans === undefined) break;
    const [start = 0, end = 0] = spans;
    // No empty match right after another match.
    if (start === end && start === lastEnd) {
      lastEnd = -1;
      from = end + 1;
      continue;
    }
    found++;
    if (which === 0 || found === which) {
      out += text.slice(copied, start) + replacement(spans);
      copied = end;
      count++;
      if (which !== 0) break;
    }
    lastEnd = end > start ? end : -1;
    from = end > start ? end : end + 1;
  }
  return { text: out + text.slice(copied), count };
}

function* substitute(awk: Interpreter, args: readonly Expression[], isGlobal: boolean): Step<Value> {
  const pattern = yield* awk.pattern(args[0] ?? EMPTY);
  const replacement = awk.toText(yield* awk.evaluate(args[1] ?? EMPTY));
  const target: Expression = args[2] ?? WHOLE_RECORD;
  const text = awk.toText(yield* awk.evaluate(target));
  const result = replaceAll(text, pattern, isGlobal ? 0 : 1, ([start = 0, end = 0]) =>
    expandAmpersand(replacement, text.slice(start, end)),
  );
  if (result.count > 0 && isPlace(target)) yield* awk.assign(target, result.text);
  return result.count;
}

const WHOLE_RECORD: Place = { kind: 'field', index: { kind: 'number', value: 0 }, line: 0 };

function isPlace(expression: Expression): expression is Place {
  return expression.kind === 'variable' || expression.kind === 'field' || expression.kind === 'element';
}

/** `&` is the match, `\&` an ampersand, `\\&` a backslash and the match. */
function expandAmpersand(replacement: string, match: string): string {
  if (!/[&\\]/.test(replacement)) return replacement;
  return replacement.replace(/\\\\&|\\&|&/g, (found) =>
    found === '&' ? match : found === '\\&' ? '&' : `\\${match}`,
  );
}

function expandGroups(replacement: string, text: string, spans: Spans): string {
  const group = (index: number): string => {
    const from = spans[index * 2] ?? -1;
    return from < 0 ? '' : text.slice(from, spans[index * 2 + 1]);
  };
  return replacement.replace(/\\(\d)|\\([^])|&/g, (found, digit, other) => {
    if (found === '&') return group(0);
    if (typeof digit === 'string') return group(Number(digit));
    return other === '&' ? '&' : other === '\\' ? '\\' : found;
  });
}

function* sorted(awk: Interpreter, args: readonly Expression[], line: number, name: string): Step<Value> {
  const source = yield* arrayOf(awk, args[0], line, `${name}: first argument is not an array`);
  const target =
    args[1] === undefined
      ? source
      : yield* arrayOf(awk, args[1], line, `${name}: second argument is not an array`);
  const how = args[2] === undefined ? '' : awk.toText(yield* awk.evaluate(args[2]));
  const ordered = how === '' ? undefined : yield* awk.keysInOrder(source, how);
  if (ordered !== undefined) {
    const sortedValues = ordered.map((key): Value => (name === 'asort' ? source.get(key) : key));
    target.clear();
    sortedValues.forEach((value, i) => target.set(String(i + 1), value));
    return sortedValues.length;
  }
  const values: Value[] = name === 'asort' ? [...source.items.values()] : [...source.items.keys()];
  values.sort(
    (a, b) =>
      compareKinds(a, b) ||
      compareValues(
        name === 'asorti' ? awk.toText(a) : a,
        name === 'asorti' ? awk.toText(b) : b,
        awk.convfmt,
      ),
  );
  target.clear();
  values.forEach((value, i) => target.set(String(i + 1), value));
  return values.length;
}

/** Numbers come before text. */
function compareKinds(a: Value, b: Value): number {
  return Number(typeof a === 'string') - Number(typeof b === 'string');
}
