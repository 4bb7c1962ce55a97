/** jq's functions that are not written in jq. Source: jq 1.6 `builtin.c`. */
import { civilFromMicros, microsFromCivil, strftime } from '../../../std/civil';
import { byteLength } from '../../../std/bytes';
import { cosine, exponential, naturalLogarithm, power, sine, arctangent } from '../awk/elementary';
import { compilePerl } from '../../../std/regex/pattern';
import { RegexError } from '../../../std/regex/tree';

import { toText } from './formats';
import { isObject, type Json, JsonError, keysOf, parseJson, printJson } from './json';
import { type Engine, made, type Output, type Outputs, type Scope, take } from './output';
import type { Filter } from './tree';
import {
  compare,
  contains,
  deletePaths,
  described,
  equal,
  fail,
  getPath,
  indicesOf,
  isTrue,
  JqError,
  setPath,
  splitString,
  typeOf,
} from './value';

/** Ends jq with a code, from any depth. */
export class Halt extends Error {
  constructor(
    readonly code: number,
    readonly message_: Json | undefined,
  ) {
    super('halt');
  }
}

/** Functions of the input and of arguments' values. */
type Plain = (input: Json, args: readonly Json[], evaluator: Engine) => Json;
/** Functions that take filters. */
type Special = (
  evaluator: Engine,
  args: readonly Filter[],
  scope: Scope | undefined,
  input: Output,
) => Outputs;

const PLAIN: Readonly<Record<string, Plain>> = {
  'length/0': (input) => lengthOf(input),
  'utf8bytelength/0': (input) =>
    typeof input === 'string'
      ? byteLength(input)
      : fail(`${described(input)} only strings have UTF-8 byte length`),
  'not/0': (input) => !isTrue(input),
  'keys/0': (input) => keys(input, true),
  'keys_unsorted/0': (input) => keys(input, false),
  'type/0': (input) => typeOf(input),
  'tostring/0': (input) => toText(input),
  'tojson/0': (input) => printJson(input),
  'fromjson/0': (input) => fromJson(input),
  'tonumber/0': (input) => toNumber(input),
  'error/0': (input) => {
    throw new JqError(input);
  },
  'has/1': (input, [key = null]) => has(input, key),
  'contains/1': (input, [other = null]) => contains(input, other),
  'sort/0': (input) => sortedItems(input),
  '_sort_by/1': (input, [by = null]) => byKeys(input, by, 'sorted').map(({ item }) => item),
  '_group_by/1': (input, [by = null]) => groups(input, by),
  '_min_by/1': (input, [by = null]) => byKeys(input, by, 'sorted')[0]?.item ?? null,
  '_max_by/1': (input, [by = null]) => largest(byKeys(input, by, 'sorted')),
  'min/0': (input) => itemsOf(input, 'iterated').toSorted(compare)[0] ?? null,
  'max/0': (input) =>
    largest(
      itemsOf(input, 'iterated')
        .map((item) => ({ item, key: item }))
        .toSorted((a, b) => compare(a.key, b.key)),
    ),
  '_flatten/1': (input, [depth = null]) => flatten(input, Number(depth)),
  '_strindices/1': (input, [wanted = null]) => stringIndices(input, wanted),
  'explode/0': (input) =>
    typeof input === 'string'
      ? [...input].map((c) => c.codePointAt(0) ?? 0)
      : fail('explode input must be a string'),
  'implode/0': (input) => implode(input),
  'ltrimstr/1': (input, [prefix = null]) =>
    typeof input === 'string' && typeof prefix === 'string' && input.startsWith(prefix)
      ? input.slice(prefix.length)
      : input,
  'rtrimstr/1': (input, [suffix = null]) =>
    typeof input === 'string' && typeof suffix === 'string' && suffix !== '' && input.endsWith(suffix)
      ? input.slice(0, -suffix.length)
      : input,
  'startswith/1': (input, [prefix = null]) =>
    typeof input === 'string' && typeof prefix === 'string'
      ? input.startsWith(prefix)
      : fail('startswith() requires string inputs'),
  'endswith/1': (input, [suffix = null]) =>
    typeof input === 'string' && typeof suffix === 'string'
      ? input.endsWith(suffix)
      : fail('endswith() requires string inputs'),
  'split/1': (input, [separator = null]) =>
    typeof input === 'string' && typeof separator === 'string'
      ? splitString(input, separator)
      : fail('split input and separator must be strings'),
  'setpath/2': (input, [path = null, value = null]) =>
    Array.isArray(path) ? setPath(input, path, value) : fail('Path must be specified as an array'),
  'delpaths/1': (input, [paths = null]) =>
    Array.isArray(paths) ? deletePaths(input, paths) : fail('Paths must be specified as an array'),
  'infinite/0': () => Infinity,
  'nan/0': () => Number.NaN,
  'isinfinite/0': (input) => Math.abs(number(input)) === Infinity,
  'isnan/0': (input) => Number.isNaN(number(input)),
  'isnormal/0': (input) =>
    Number.isFinite(number(input)) && Math.abs(number(input)) >= 2.2250738585072014e-308,
  'floor/0': (input) => Math.floor(number(input)),
  'ceil/0': (input) => Math.ceil(number(input)),
  'round/0': (input) => Math.sign(number(input)) * Math.round(Math.abs(number(input))),
  'trunc/0': (input) => Math.trunc(number(input)),
  'fabs/0': (input) => Math.abs(number(input)),
  'sqrt/0': (input) => Math.sqrt(number(input)),
  'log/0': (input) => naturalLogarithm(number(input)),
  'log2/0': (input) => logarithmTo(number(input), 2),
  'log10/0': (input) => logarithmTo(number(input), 10),
  'exp/0': (input) => exponential(number(input)),
  'exp2/0': (input) => power(2, number(input)),
  'exp10/0': (input) => power(10, number(input)),
  'sin/0': (input) => sine(number(input)),
  'cos/0': (input) => cosine(number(input)),
  'atan/0': (input) => arctangent(number(input)),
  'pow/2': (_input, [base = null, exponent = null]) => power(number(base), number(exponent)),
  'now/0': (_input, _args, { surroundings }) => surroundings.now(),
  'mktime/0': (input) => mktime(input),
  'gmtime/0': (input) => brokenDown(number(input)),
  'localtime/0': (input) => brokenDown(number(input)),
  'strftime/1': (input, [form = null]) => formatTime(input, form),
  'strflocaltime/1': (input, [form = null]) => formatTime(input, form),
  'strptime/1': (input, [form = null]) => parseTime(input, form),
  'input_filename/0': (_input, _args, { surroundings }) => surroundings.fileName(),
  'input_line_number/0': (_input, _args, { surroundings }) => surroundings.lineNumber(),
  'builtins/0': (_input, _args, { surroundings }) =>
    [...NATIVES.keys(), ...surroundings.definitions.keys()].filter((name) => !name.startsWith('_')),
  '_match/3': (input, [expression = null, flags = null, isTest = null]) =>
    match(input, expression, flags, isTrue(isTest)),
  'halt/0': () => {
    throw new Halt(0, undefined);
  },
  'halt_error/1': (input, [code = null]) => {
    if (typeof code !== 'number') return fail('halt_error/1: number required');
    throw new Halt(Math.trunc(code), input);
  },
  'debug/0': (input, _args, { surroundings }) => {
    surroundings.note(`${printJson(['DEBUG:', input])}\n`);
    return input;
  },
  'stderr/0': (input, _args, { surroundings }) => {
    surroundings.note(printJson(input));
    return input;
  },
  'input/0': (_input, _args, { surroundings }) => {
    const next = surroundings.nextInput();
    return next === undefined ? fail('break') : next.value;
  },
  'bsearch/1': (input, [wanted = null]) => {
    const items = itemsOf(input, 'searched from');
    const at = items.findIndex((item) => compare(item, wanted) >= 0);
    if (at < 0) return -1 - items.length;
    return equal(items[at] ?? null, wanted) ? at : -1 - at;
  },
};

const SPECIAL: Readonly<Record<string, Special>> = {
  *'path/1'(evaluator, [filter = IDENTITY], scope, input) {
    for (const path of evaluator.paths(filter, scope, input.value)) yield made([...path], input);
  },
  *'getpath/1'(evaluator, [filter = IDENTITY], scope, input) {
    for (const path of evaluator.values(filter, scope, input.value)) {
      if (!Array.isArray(path)) fail('Path must be specified as an array');
      else
        yield {
          value: getPath(input.value, path),
          path: input.path === undefined ? undefined : [...input.path, ...path],
        };
    }
  },
  *'recurse/0'(evaluator, _args, _scope, input) {
    yield* evaluator.recurse(input);
  },
  *'range/2'(evaluator, [from = IDENTITY, to = IDENTITY], scope, input) {
    for (const start of evaluator.values(from, scope, input.value))
      for (const end of evaluator.values(to, scope, input.value))
        yield* range(number(start), number(end), 1, input);
  },
  *'range/3'(evaluator, [from = IDENTITY, to = IDENTITY, by = IDENTITY], scope, input) {
    for (const start of evaluator.values(from, scope, input.value))
      for (const end of evaluator.values(to, scope, input.value))
        for (const step of evaluator.values(by, scope, input.value))
          yield* range(number(start), number(end), number(step), input);
  },
  *'first/1'(evaluator, [filter = IDENTITY], scope, input) {
    yield* take(evaluator.run(filter, scope, input), 1);
  },
  *'last/1'(evaluator, [filter = IDENTITY], scope, input) {
    let last: Output | undefined;
    for (const output of evaluator.run(filter, scope, input)) last = output;
    yield last ?? made(null, input);
  },
  *'nth/2'(evaluator, [index = IDENTITY, filter = IDENTITY], scope, input) {
    for (const n of evaluator.values(index, scope, input.value)) {
      if (number(n) < 0) fail('Out of bounds negative array index');
      const taken = take(evaluator.run(filter, scope, input), number(n) + 1);
      const output = taken[taken.length - 1];
      if (output !== undefined) yield output;
    }
  },
  *'limit/2'(evaluator, [count = IDENTITY, filter = IDENTITY], scope, input) {
    for (const n of evaluator.values(count, scope, input.value)) {
      let left = number(n);
      if (left <= 0) {
        if (left < 0) yield* evaluator.run(filter, scope, input);
        continue;
      }
      for (const output of evaluator.run(filter, scope, input)) {
        yield output;
        if (--left <= 0) break;
      }
    }
  },
  *'until/2'(evaluator, [test = IDENTITY, update = IDENTITY], scope, input) {
    let pending: Output[] = [input];
    for (let output = pending.shift(); output !== undefined; output = pending.shift()) {
      const [done = null] = take(evaluator.values(test, scope, output.value), 1);
      if (isTrue(done)) yield output;
      else pending = [...evaluator.run(update, scope, output), ...pending];
    }
  },
  *'while/2'(evaluator, [test = IDENTITY, update = IDENTITY], scope, input) {
    const pending: Outputs[] = [];
    let output: Output | undefined = input;
    for (;;) {
      const [goes = null] = take(evaluator.values(test, scope, output.value), 1);
      if (isTrue(goes)) {
        yield output;
        pending.push(evaluator.run(update, scope, output));
      }
      output = nextOf(pending);
      if (output === undefined) return;
    }
  },
  *'repeat/1'(evaluator, [update = IDENTITY], scope, input) {
    // jq 1.6 as recorded: what f makes of the input, over and over.
    for (;;) {
      let hasOutput = false;
      for (const output of evaluator.run(update, scope, input)) {
        hasOutput = true;
        yield output;
      }
      if (!hasOutput) return;
    }
  },
  *'inputs/0'(evaluator, _args, _scope, input) {
    for (
      let next = evaluator.surroundings.nextInput();
      next !== undefined;
      next = evaluator.surroundings.nextInput()
    )
      yield made(next.value, input);
  },
};

function nextOf(pending: Outputs[]): Output | undefined {
  for (let last = pending[pending.length - 1]; last !== undefined; last = pending[pending.length - 1]) {
    const next = last.next();
    if (next.done !== true) return next.value;
    pending.pop();
  }
  return undefined;
}

const IDENTITY: Filter = { kind: 'identity' };

/** Every native by name and number of arguments. */
export const NATIVES: ReadonlySet<string> = new Set([
  ...Object.keys(PLAIN),
  ...Object.keys(SPECIAL),
  'empty/0',
]);

export function* callNative(
  evaluator: Engine,
  key: string,
  args: readonly Filter[],
  scope: Scope | undefined,
  input: Output,
): Outputs {
  const special = SPECIAL[key];
  if (special !== undefined) {
    yield* special(evaluator, args, scope, input);
    return;
  }
  const plain = PLAIN[key];
  if (plain === undefined) return;
  for (const values of combinations(evaluator, args, scope, input.value))
    yield made(plain(input.value, values, evaluator), input);
}

/** Every combination of the arguments' outputs; the last argument varies slowest. */
function* combinations(
  evaluator: Engine,
  args: readonly Filter[],
  scope: Scope | undefined,
  input: Json,
): Generator<Json[], void, undefined> {
  const last = args[args.length - 1];
  if (last === undefined) {
    yield [];
    return;
  }
  for (const value of evaluator.values(last, scope, input))
    for (const before of combinations(evaluator, args.slice(0, -1), scope, input)) yield [...before, value];
}

function* range(from: number, to: number, by: number, input: Output): Outputs {
  if (by === 0) {
    if (from < to) for (;;) yield made(from, input);
    return;
  }
  for (let at = from; by > 0 ? at < to : at > to; at += by) yield made(at, input);
}

function number(value: Json): number {
  return typeof value === 'number' ? value : fail(`${described(value)} number required`);
}

function lengthOf(value: Json): Json {
  if (value === null) return 0;
  if (typeof value === 'number') return Math.abs(value);
  if (typeof value === 'string') return [...value].length;
  if (Array.isArray(value)) return value.length;
  return isObject(value) ? value.size : fail(`${described(value)} has no length`);
}

function keys(value: Json, sorted: boolean): Json[] {
  if (Array.isArray(value)) return value.map((_item, i) => i);
  return isObject(value) ? keysOf(value, sorted) : fail(`${described(value)} has no keys`);
}

function has(value: Json, key: Json): boolean {
  if (isObject(value) && typeof key === 'string') return value.has(key);
  if (Array.isArray(value) && typeof key === 'number') return key >= 0 && key < value.length;
  return fail(
    `Cannot check whether ${typeOf(value)} has a ${typeof key === 'string' ? 'string' : typeOf(key)} key`,
  );
}

function fromJson(value: Json): Json {
  if (typeof value !== 'string') return fail(`${described(value)} only strings can be parsed`);
  try {
    return parseJson(value);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    return fail(`${error.message} (while parsing '${value}')`);
  }
}

function toNumber(value: Json): Json {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return fail(`${described(value)} cannot be parsed as a number`);
  const parsed = fromJson(value);
  return parsed;
}

function itemsOf(value: Json, what: string): Json[] {
  if (Array.isArray(value)) return value;
  return what === 'iterated'
    ? fail(`${described(value)} cannot be iterated over`)
    : fail(`${described(value)} cannot be ${what}, as it is not an array`);
}

function sortedItems(value: Json): Json[] {
  return itemsOf(value, 'sorted').toSorted(compare);
}

function byKeys(value: Json, by: Json, what: string): { item: Json; key: Json }[] {
  const items = itemsOf(value, what);
  const keyList = Array.isArray(by) ? by : [];
  return items
    .map((item, i) => ({ item, key: keyList[i] ?? null }))
    .toSorted((a, b) => compare(a.key, b.key));
}

/** Of equals the last one. */
function largest(sorted: readonly { item: Json; key: Json }[]): Json {
  return sorted[sorted.length - 1]?.item ?? null;
}

function groups(value: Json, by: Json): Json[] {
  const result: Json[][] = [];
  let last: Json | undefined;
  for (const { item, key } of byKeys(value, by, 'grouped')) {
    if (last !== undefined && equal(last, key)) result[result.length - 1]?.push(item);
    else result.push([item]);
    last = key;
  }
  return result;
}

function flatten(value: Json, depth: number): Json[] {
  if (!Array.isArray(value)) return fail(`Cannot iterate over ${described(value)}`);
  return value.flatMap((item) => (Array.isArray(item) && depth !== 0 ? flatten(item, depth - 1) : [item]));
}

function stringIndices(value: Json, wanted: Json): Json {
  if (value === null) return null;
  if (typeof value !== 'string' || typeof wanted !== 'string')
    return fail(`Cannot determine indices of ${typeOf(wanted)} in ${typeOf(value)}`);
  if (wanted === '') return null;
  return indicesOf([...value], [...wanted]);
}

function implode(value: Json): string {
  if (!Array.isArray(value)) return fail('implode input must be an array');
  return value
    .map((code) => String.fromCodePoint(Math.min(0x10ffff, Math.max(0, Math.trunc(number(code))))))
    .join('');
}

function logarithmTo(x: number, base: 2 | 10): number {
  const value = naturalLogarithm(x) / naturalLogarithm(base);
  const whole = Math.round(value);
  return Math.abs(whole) < 300 && power(base, whole) === x ? whole : value;
}

// ---------------------------------------------------------------- regular expressions

function match(input: Json, expression: Json, flags: Json, isTest: boolean): Json {
  if (typeof input !== 'string') return fail(`${described(input)} cannot be matched, as it is not a string`);
  if (typeof expression !== 'string')
    return fail(`${described(expression)} cannot be matched, as it is not a string`);
  if (flags !== null && typeof flags !== 'string') return fail(`${described(flags)} is not a string`);
  const letters = flags ?? '';
  if (/[^gimnpslx]/.test(letters)) return fail(`${letters} is not a valid modifier string`);
  const pattern = compilePerl(expression, {
    asciiClasses: false,
    utf: true,
    ignoreCase: letters.includes('i'),
    extended: letters.includes('x'),
    dotAll: letters.includes('s') || letters.includes('p'),
    // Oniguruma's Ruby syntax: `^` and `$` are for lines.
    multiline: true,
  });
  if (pattern instanceof RegexError)
    return fail(`Regex failure: ${ONIGURUMA[pattern.message] ?? pattern.message}`);
  if (isTest) return pattern.test(input);
  const found: Json[] = [];
  for (let from = 0; from <= input.length; ) {
    const spans = pattern.match(input, from);
    if (spans === undefined) break;
    const [start = 0, end = 0] = spans;
    if (start === end && letters.includes('g') && start === input.length && found.length > 0 && start !== 0)
      break;
    found.push(matchObject(input, spans, pattern.names));
    if (!letters.includes('g')) break;
    from = end > start ? end : end + 1;
  }
  return found;
}

/** What Oniguruma says where PCRE says otherwise. */
const ONIGURUMA: Readonly<Record<string, string>> = {
  'missing terminating ] for character class': 'premature end of char-class',
  'missing closing parenthesis': 'end pattern with unmatched parenthesis',
  'unmatched closing parenthesis': 'unmatched close parenthesis',
  'quantifier does not follow a repeatable item': 'target of repeat operator is not specified',
  '\\ at end of pattern': 'end pattern at escape',
};

function matchObject(text: string, spans: readonly number[], names: ReadonlyMap<string, number>): Json {
  const part = (group: number): Map<string, Json> => {
    const start = spans[group * 2] ?? -1;
    const end = spans[group * 2 + 1] ?? -1;
    if (start < 0)
      return new Map<string, Json>([
        ['offset', -1],
        ['string', null],
        ['length', 0],
      ]);
    return new Map<string, Json>([
      ['offset', [...text.slice(0, start)].length],
      ['length', [...text.slice(start, end)].length],
      ['string', text.slice(start, end)],
    ]);
  };
  const captures: Json[] = [];
  for (let group = 1; group * 2 < spans.length; group++) {
    const name = [...names].find(([, index]) => index === group)?.[0];
    captures.push(part(group).set('name', name ?? null));
  }
  return part(0).set('captures', captures);
}

// ---------------------------------------------------------------- time

function brokenDown(seconds: number): Json {
  const civil = civilFromMicros(Math.floor(seconds) * 1_000_000);
  const fraction = seconds - Math.floor(seconds);
  const start = microsFromCivil({ year: civil.year, month: 1, day: 1, hour: 0, minute: 0, second: 0 });
  const yearDay = Math.floor((Math.floor(seconds) * 1_000_000 - start) / 86_400_000_000);
  const weekDay = (((Math.floor(seconds / 86_400) + 4) % 7) + 7) % 7;
  return [
    civil.year,
    civil.month - 1,
    civil.day,
    civil.hour,
    civil.minute,
    civil.second + fraction,
    weekDay,
    yearDay,
  ];
}

function mktime(value: Json): number {
  if (!Array.isArray(value)) return fail('mktime requires array of 6 numbers');
  const parts = value.map((part) =>
    typeof part === 'number' ? part : fail('mktime requires parsed datetime inputs'),
  );
  if (parts.length < 6) return fail('mktime requires array of 6 numbers');
  const [year = 1970, month = 0, day = 1, hour = 0, minute = 0, second = 0] = parts;
  const base = microsFromCivil({ year, month: month + 1, day: 1, hour: 0, minute: 0, second: 0 });
  return base / 1_000_000 + (day - 1) * 86_400 + hour * 3600 + minute * 60 + Math.floor(second);
}

function formatTime(value: Json, form: Json): string {
  if (typeof form !== 'string') return fail('strftime/1 requires a string format');
  if (typeof value !== 'number' && !Array.isArray(value))
    return fail('strftime/1 requires parsed datetime inputs');
  const seconds = typeof value === 'number' ? Math.floor(value) : mktime(value);
  return strftime(form, seconds * 1_000_000);
}

const TIME_FIELDS: Readonly<
  Record<
    string,
    readonly [string, 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second' | 'zone' | 'epoch']
  >
> = {
  Y: ['(\\d{4})', 'year'],
  m: ['(\\d{1,2})', 'month'],
  d: ['(\\d{1,2})', 'day'],
  e: ['\\s*(\\d{1,2})', 'day'],
  H: ['(\\d{1,2})', 'hour'],
  M: ['(\\d{1,2})', 'minute'],
  S: ['(\\d{1,2})', 'second'],
  Z: ['([A-Za-z]+)', 'zone'],
  z: ['([+-]\\d{4}|Z)', 'zone'],
  s: ['(\\d+)', 'epoch'],
  b: ['([A-Za-z]{3,9})', 'month'],
};
const MONTHS = 'janfebmaraprmayjunjulaugsepoctnovdec';

function parseTime(value: Json, form: Json): Json {
  if (typeof value !== 'string') return fail(`strptime/1 requires string inputs and arguments`);
  if (typeof form !== 'string') return fail('strptime/1 requires string inputs and arguments');
  const fields: string[] = [];
  const source = form
    .replace(/%T/g, '%H:%M:%S')
    .replace(/%F/g, '%Y-%m-%d')
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replace(/%([A-Za-z])/g, (all, letter: string) => {
      const field = TIME_FIELDS[letter];
      if (field === undefined) return letter === 'a' || letter === 'A' ? '[A-Za-z]+' : all;
      fields.push(field[1]);
      return field[0];
    });
  // Built from the table above, not from the learner's text: linear.
  const found = new RegExp(`^${source}$`).exec(value);
  if (found === null) return fail(`date "${value}" does not match format "${form}"`);
  const parts: Record<string, number> = { year: 1900, month: 1, day: 1, hour: 0, minute: 0, second: 0 };
  fields.forEach((field, i) => {
    const text = found[i + 1] ?? '';
    parts[field] = /^\d+$/.test(text) ? Number(text) : MONTHS.indexOf(text.slice(0, 3).toLowerCase()) / 3 + 1;
  });
  if (fields.includes('epoch')) return brokenDown(parts['epoch'] ?? 0);
  const { year = 1900, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return brokenDown(mktime([year, month - 1, day, hour, minute, second]));
}
