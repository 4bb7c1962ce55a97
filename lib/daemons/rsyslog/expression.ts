/** The conditions of `if … then`. Source: rsyslog 8.2302 "RainerScript", "Expressions". */
import type { Cursor } from '../../text/cursor';
import { type Message, propertyOf } from './properties';
import { matched, unescaped } from './template';

export type Expression =
  | { kind: 'string'; value: string }
  | { kind: 'number'; value: number }
  | { kind: 'property'; name: string }
  | { kind: 'array'; items: string[] }
  | { kind: 'call'; name: string; arguments: Expression[] }
  | { kind: 'not'; of: Expression }
  | { kind: 'binary'; operation: string; left: Expression; right: Expression };
/** The word or sign at which an expression is none. */
export interface Unexpected {
  token: string;
}

const COMPARISONS = new Set([
  ...['==', '!=', '<>', '<=', '>=', '<', '>'],
  ...['contains', 'contains_i', 'startswith', 'startswith_i', 'endswith'],
]);
const CONTINUES = /^[\w.-]$/;

export function isUnexpected(found: Expression | Unexpected): found is Unexpected {
  return 'token' in found;
}
/** Reads an expression up to the word that cannot belong to it. */
export function readExpression(cursor: Cursor): Expression | Unexpected {
  return readJoined(cursor, ['or', 'and']);
}
function readJoined(cursor: Cursor, [word, ...tighter]: readonly string[]): Expression | Unexpected {
  if (word === undefined) return readComparison(cursor);
  let left = readJoined(cursor, tighter);
  while (!isUnexpected(left) && nextToken(cursor, word)) {
    const right = readJoined(cursor, tighter);
    if (isUnexpected(right)) return right;
    left = { kind: 'binary', operation: word, left, right };
  }
  return left;
}
function readComparison(cursor: Cursor): Expression | Unexpected {
  const left = readValue(cursor);
  if (isUnexpected(left)) return left;
  const start = cursor.offset;
  const operation = readToken(cursor).toLowerCase();
  if (!COMPARISONS.has(operation)) {
    if (operation === 'then' || operation === 'and' || operation === 'or' || /^[),;]?$/.test(operation)) {
      cursor.offset = start;
      return left;
    }
    return { token: operation };
  }
  const right = readValue(cursor);
  return isUnexpected(right) ? right : { kind: 'binary', operation, left, right };
}
function readValue(cursor: Cursor): Expression | Unexpected {
  const token = readToken(cursor);
  if (token === '(') {
    const inner = readExpression(cursor);
    if (isUnexpected(inner)) return inner;
    const closing = readToken(cursor);
    return closing === ')' ? inner : { token: closing };
  }
  if (token === '[') return readArray(cursor);
  if (token === 'not' || token === '!') {
    const of = readComparison(cursor);
    return isUnexpected(of) ? of : { kind: 'not', of };
  }
  if (/^["']/.test(token) && token.length > 1 && token.endsWith(token.charAt(0)))
    return { kind: 'string', value: unescaped(token.slice(1, -1)) };
  if (/^\d+$/.test(token)) return { kind: 'number', value: Number(token) };
  if (token.startsWith('$')) return { kind: 'property', name: token.slice(1).replace(/^\$/, '$') };
  if (/^[a-z]\w*$/i.test(token) && nextToken(cursor, '(')) return readCall(cursor, token.toLowerCase());
  return { token };
}
function readArray(cursor: Cursor): Expression | Unexpected {
  const items: string[] = [];
  for (;;) {
    const item = readValue(cursor);
    if (isUnexpected(item)) return item;
    if (item.kind === 'string') items.push(item.value);
    const separator = readToken(cursor);
    if (separator === ']') return { kind: 'array', items };
    if (separator !== ',') return { token: separator };
  }
}
function readCall(cursor: Cursor, name: string): Expression | Unexpected {
  const given: Expression[] = [];
  while (!nextToken(cursor, ')')) {
    const one = readExpression(cursor);
    if (isUnexpected(one)) return one;
    given.push(one);
    if (!nextToken(cursor, ',') && cursor.peek() !== ')') return { token: readToken(cursor) };
  }
  return { kind: 'call', name, arguments: given };
}
/** The next word, sign or string; '' at the end. */
export function readToken(cursor: Cursor): string {
  skipBlanks(cursor);
  const first = cursor.peek();
  if (first === '"' || first === "'") {
    const start = cursor.offset;
    cursor.next();
    while (!cursor.atEnd && cursor.peek() !== first) if (cursor.next() === '\\') cursor.next();
    cursor.next();
    return cursor.text.slice(start, cursor.offset);
  }
  for (const sign of ['==', '!=', '<>', '<=', '>=']) if (cursor.eat(sign)) return sign;
  if (first === '$' || CONTINUES.test(first))
    return cursor.next() + cursor.takeWhile((one) => CONTINUES.test(one) || one === '$' || one === '!');
  return cursor.next();
}
function nextToken(cursor: Cursor, wanted: string): boolean {
  const start = cursor.offset;
  if (readToken(cursor).toLowerCase() === wanted) return true;
  cursor.offset = start;
  return false;
}
/** Blanks, line ends and comments. */
export function skipBlanks(cursor: Cursor): void {
  for (;;) {
    cursor.takeWhile((one) => /\s/.test(one));
    if (cursor.peek() === '#') cursor.takeUntil((one) => one === '\n');
    else if (cursor.startsWith('/*')) {
      const end = cursor.text.indexOf('*/', cursor.offset + 2);
      cursor.offset = end < 0 ? cursor.end : end + 2;
    } else return;
  }
}

/** The functions of expressions that are here. */
export const FUNCTIONS: readonly string[] = [
  're_match',
  're_match_i',
  'strlen',
  'tolower',
  'toupper',
  'cstr',
  'cnum',
];

export function holds(expression: Expression, message: Message): boolean {
  const value = valueOf(expression, message);
  return typeof value === 'number' ? value !== 0 : Number.parseInt(value, 10) !== 0 && /^\s*\d/.test(value);
}
function valueOf(expression: Expression, message: Message): string | number {
  switch (expression.kind) {
    case 'string':
    case 'number':
      return expression.value;
    case 'property':
      return propertyOf(expression.name, message);
    case 'array':
      return expression.items[0] ?? '';
    case 'not':
      return holds(expression.of, message) ? 0 : 1;
    case 'call':
      return called(expression, message);
    case 'binary':
      return binary(expression, message) ? 1 : 0;
  }
}
function called(
  { name, arguments: given }: Extract<Expression, { kind: 'call' }>,
  message: Message,
): string | number {
  const [first = '', second = ''] = given.map((one) => String(valueOf(one, message)));
  switch (name) {
    case 're_match':
      return matched(second, first) === undefined ? 0 : 1;
    case 're_match_i':
      return matched(second, first, { ignoreCase: true }) === undefined ? 0 : 1;
    case 'strlen':
      return first.length;
    case 'tolower':
      return first.toLowerCase();
    case 'toupper':
      return first.toUpperCase();
    case 'cnum':
      return Number.parseInt(first, 10) || 0;
    default:
      return first;
  }
}
function binary(
  { operation, left, right }: Extract<Expression, { kind: 'binary' }>,
  message: Message,
): boolean {
  if (operation === 'and') return holds(left, message) && holds(right, message);
  if (operation === 'or') return holds(left, message) || holds(right, message);
  const value = valueOf(left, message);
  // An array stands for any of its items; with != for none of them.
  if (right.kind === 'array') {
    const compare = (item: string): boolean => compared(operation, value, item);
    return operation === '!=' || operation === '<>' ? right.items.every(compare) : right.items.some(compare);
  }
  return compared(operation, value, valueOf(right, message));
}
function compared(operation: string, left: string | number, right: string | number): boolean {
  const [a, b] = [String(left), String(right)];
  switch (operation) {
    case 'contains':
      return a.includes(b);
    case 'contains_i':
      return a.toLowerCase().includes(b.toLowerCase());
    case 'startswith':
      return a.startsWith(b);
    case 'startswith_i':
      return a.toLowerCase().startsWith(b.toLowerCase());
    case 'endswith':
      return a.endsWith(b);
  }
  const areNumbers =
    (typeof left === 'number' || typeof right === 'number') && /^\s*-?\d+$/.test(a) && /^\s*-?\d+$/.test(b);
  const difference = areNumbers ? Number(a) - Number(b) : a < b ? -1 : a > b ? 1 : 0;
  switch (operation) {
    case '==':
      return difference === 0;
    case '!=':
    case '<>':
      return difference !== 0;
    case '<':
      return difference < 0;
    case '<=':
      return difference <= 0;
    case '>':
      return difference > 0;
    default:
      return difference >= 0;
  }
}
