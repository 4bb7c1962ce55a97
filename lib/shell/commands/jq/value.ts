/** What jq's operators do with values, and what they say when they cannot. Source: jq 1.6 `jv_aux.c`, `builtin.c`. */
import { compareCodePoints, isObject, type Json, type JsonObject, keysOf, printJson } from './json';

/** An error that `try` can catch: any value. */
export class JqError extends Error {
  constructor(readonly value: Json) {
    super(typeof value === 'string' ? value : '');
  }
}

export function fail(message: string): never {
  throw new JqError(message);
}

export function typeOf(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return isObject(value) ? 'object' : typeof value;
}

/** A value as messages show it: cut after eleven characters. */
export function shown(value: Json): string {
  const text = printJson(value);
  return text.length > 14 ? `${text.slice(0, 11)}...` : text;
}

export function described(value: Json): string {
  return `${typeOf(value)} (${shown(value)})`;
}

export function isTrue(value: Json): boolean {
  return value !== null && value !== false;
}

const ORDER = ['null', 'false', 'true', 'number', 'string', 'array', 'object'];

function rank(value: Json): number {
  return ORDER.indexOf(typeof value === 'boolean' ? String(value) : typeOf(value));
}

export function compare(a: Json, b: Json): number {
  const difference = rank(a) - rank(b);
  if (difference !== 0) return difference;
  if (typeof a === 'number' && typeof b === 'number') {
    // nan is below every number, itself included.
    if (Number.isNaN(a)) return -1;
    return Number.isNaN(b) ? 1 : a - b;
  }
  if (typeof a === 'string' && typeof b === 'string') return compareCodePoints(a, b);
  if (Array.isArray(a) && Array.isArray(b)) {
    for (let i = 0; i < a.length && i < b.length; i++) {
      const order = compare(a[i] ?? null, b[i] ?? null);
      if (order !== 0) return order;
    }
    return a.length - b.length;
  }
  if (isObject(a) && isObject(b)) return compareObjects(a, b);
  return 0;
}

function compareObjects(a: JsonObject, b: JsonObject): number {
  const x = keysOf(a, true);
  const y = keysOf(b, true);
  const order = compare(x, y);
  if (order !== 0) return order;
  for (const key of x) {
    const inner = compare(a.get(key) ?? null, b.get(key) ?? null);
    if (inner !== 0) return inner;
  }
  return 0;
}

export function equal(a: Json, b: Json): boolean {
  return compare(a, b) === 0 && !(typeof a === 'number' && Number.isNaN(a));
}

export function operate(operator: string, a: Json, b: Json): Json {
  switch (operator) {
    case '+':
      return add(a, b);
    case '-':
      return subtract(a, b);
    case '*':
      return multiply(a, b);
    case '/':
      return divide(a, b);
    case '%':
      return modulo(a, b);
    case '==':
      return equal(a, b);
    case '!=':
      return !equal(a, b);
    case '<':
      return compare(a, b) < 0;
    case '<=':
      return compare(a, b) <= 0;
    case '>':
      return compare(a, b) > 0;
    default:
      return compare(a, b) >= 0;
  }
}

function add(a: Json, b: Json): Json {
  if (a === null) return b;
  if (b === null) return a;
  if (typeof a === 'number' && typeof b === 'number') return a + b;
  if (typeof a === 'string' && typeof b === 'string') return a + b;
  if (Array.isArray(a) && Array.isArray(b)) return [...a, ...b];
  if (isObject(a) && isObject(b)) return new Map([...a, ...b]);
  return fail(`${described(a)} and ${described(b)} cannot be added`);
}

function subtract(a: Json, b: Json): Json {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (Array.isArray(a) && Array.isArray(b)) return a.filter((item) => !b.some((other) => equal(item, other)));
  return fail(`${described(a)} and ${described(b)} cannot be subtracted`);
}

function multiply(a: Json, b: Json): Json {
  if (typeof a === 'number' && typeof b === 'number') return a * b;
  const [text, count] = typeof a === 'string' ? [a, b] : [b, a];
  if (typeof text === 'string' && typeof count === 'number') {
    if (count <= 0) return null;
    return text.repeat(Math.min(Math.max(1, Math.trunc(count)), 1_000_000));
  }
  if (isObject(a) && isObject(b)) return merge(a, b);
  return fail(`${described(a)} and ${described(b)} cannot be multiplied`);
}

function merge(a: JsonObject, b: JsonObject): JsonObject {
  const merged = new Map(a);
  for (const [key, value] of b) {
    const old = merged.get(key);
    merged.set(key, isObject(old) && isObject(value) ? merge(old, value) : value);
  }
  return merged;
}

function divide(a: Json, b: Json): Json {
  if (typeof a === 'number' && typeof b === 'number') {
    if (b === 0) fail(`${described(a)} and ${described(b)} cannot be divided because the divisor is zero`);
    return a / b;
  }
  if (typeof a === 'string' && typeof b === 'string') return splitString(a, b);
  return fail(`${described(a)} and ${described(b)} cannot be divided`);
}

export function splitString(text: string, separator: string): Json[] {
  if (text === '') return [];
  return separator === '' ? [...text] : text.split(separator);
}

function modulo(a: Json, b: Json): Json {
  if (typeof a !== 'number' || typeof b !== 'number')
    return fail(`${described(a)} and ${described(b)} cannot be divided`);
  const divisor = Math.trunc(b);
  if (divisor === 0)
    return fail(`${described(a)} and ${described(b)} cannot be divided because the divisor is zero`);
  return Math.trunc(a) % Math.abs(divisor);
}

// ---------------------------------------------------------------- paths

/** `.[index]`, as a value. */
export function getIndex(target: Json, index: Json): Json {
  if (isObject(target) && typeof index === 'string') return target.get(index) ?? null;
  if (Array.isArray(target) && typeof index === 'number') {
    const at = Math.floor(index);
    return target[at < 0 ? at + target.length : at] ?? null;
  }
  if (isObject(index) && (Array.isArray(target) || target === null || typeof target === 'string'))
    return getSlice(target, index.get('start') ?? null, index.get('end') ?? null);
  if (Array.isArray(target) && Array.isArray(index)) return indicesOf(target, index);
  if (target === null && (typeof index === 'string' || typeof index === 'number' || index === null))
    return null;
  return cannotIndex(target, index);
}

function cannotIndex(target: Json, index: Json): never {
  if (typeof index === 'string') return fail(`Cannot index ${typeOf(target)} with string "${index}"`);
  return fail(`Cannot index ${typeOf(target)} with ${typeOf(index)}`);
}

export function getSlice(target: Json, from: Json, to: Json): Json {
  if (target === null) return null;
  if (!Array.isArray(target) && typeof target !== 'string')
    return fail(`Cannot index ${typeOf(target)} with object`);
  const items: readonly Json[] = typeof target === 'string' ? [...target] : target;
  const { start, end } = bounds(items.length, from, to);
  const part = items.slice(start, end);
  return typeof target === 'string' ? part.join('') : part;
}

function bounds(length: number, from: Json, to: Json): { start: number; end: number } {
  if ((from !== null && typeof from !== 'number') || (to !== null && typeof to !== 'number'))
    return fail('Start and end indices of an array slice must be numbers');
  const clamp = (at: number): number => Math.min(length, Math.max(0, at < 0 ? at + length : at));
  const start = from === null ? 0 : clamp(Math.floor(from));
  return { start, end: Math.max(start, to === null ? length : clamp(Math.ceil(to))) };
}

export function indicesOf(target: readonly Json[], wanted: readonly Json[]): Json[] {
  const found: Json[] = [];
  if (wanted.length === 0) return found;
  for (let i = 0; i + wanted.length <= target.length; i++)
    if (wanted.every((item, k) => equal(target[i + k] ?? null, item))) found.push(i);
  return found;
}

export function getPath(target: Json, path: readonly Json[]): Json {
  let value = target;
  for (const step of path) {
    if (value === null) return null;
    value = getIndex(value, step);
  }
  return value;
}

export function setPath(target: Json, path: readonly Json[], value: Json): Json {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  const inner = setPath(target === null ? null : getIndex(target, step), rest, value);
  return setIndex(target, step, inner);
}

function setIndex(target: Json, step: Json, value: Json): Json {
  if (typeof step === 'string' && (target === null || isObject(target)))
    return new Map(target ?? []).set(step, value);
  if (typeof step === 'number' && (target === null || Array.isArray(target))) {
    const items = [...(target ?? [])];
    let at = Math.floor(step);
    if (at < 0) at += items.length;
    if (at < 0) return fail('Out of bounds negative array index');
    if (at > 10_000_000) return fail('Array index too large');
    while (items.length < at) items.push(null);
    items[at] = value;
    return items;
  }
  if (isObject(step) && (target === null || Array.isArray(target))) {
    if (!Array.isArray(value)) return fail('A slice of an array can only be assigned another array');
    const items = target ?? [];
    const { start, end } = bounds(items.length, step.get('start') ?? null, step.get('end') ?? null);
    return [...items.slice(0, start), ...value, ...items.slice(end)];
  }
  if (typeof step === 'string') return fail(`Cannot index ${typeOf(target)} with "${step}"`);
  return fail(`Cannot update field at object index of ${typeOf(target)}`);
}

export function deletePaths(target: Json, paths: readonly Json[]): Json {
  const sorted = paths.toSorted(compare).toReversed();
  let value = target;
  for (const path of sorted) {
    if (!Array.isArray(path)) return fail('Path must be specified as an array');
    value = deletePath(value, path);
  }
  return value;
}

function deletePath(target: Json, path: readonly Json[]): Json {
  const [step, ...rest] = path;
  if (step === undefined) return null;
  if (target === null) return null;
  if (rest.length > 0) {
    const inner = getIndex(target, step);
    return inner === null ? target : setIndex(target, step, deletePath(inner, rest));
  }
  if (isObject(target) && typeof step === 'string') {
    const copy = new Map(target);
    copy.delete(step);
    return copy;
  }
  if (Array.isArray(target) && typeof step === 'number') {
    const at = step < 0 ? step + target.length : step;
    return target.filter((_item, i) => i !== Math.floor(at));
  }
  if (Array.isArray(target) && isObject(step)) {
    const { start, end } = bounds(target.length, step.get('start') ?? null, step.get('end') ?? null);
    return [...target.slice(0, start), ...target.slice(end)];
  }
  if (typeof step === 'string') return fail(`Cannot delete field at object index of ${typeOf(target)}`);
  return fail(`Cannot delete field at array index of ${typeOf(target)}`);
}

export function contains(a: Json, b: Json): boolean {
  if (isObject(a) && isObject(b))
    return [...b].every(([key, value]) => {
      const mine = a.get(key);
      return mine !== undefined && contains(mine, value);
    });
  if (Array.isArray(a) && Array.isArray(b))
    return b.every((wanted) => a.some((item) => typeOf(item) === typeOf(wanted) && contains(item, wanted)));
  if (typeof a === 'string' && typeof b === 'string') return a.includes(b);
  if (typeOf(a) === typeOf(b)) return equal(a, b);
  return fail(`${described(a)} and ${described(b)} cannot have their containment checked`);
}
