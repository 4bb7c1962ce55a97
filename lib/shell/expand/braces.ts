/** Brace expansion: `a{b,c}d`, `{1..5}`, `{a..e..2}`. It looks at text only, before anything else is expanded. */
import { findBraceEnd, skipBackquotes, skipParentheses } from '../syntax/skip';

/** More words than this are refused. */
const MOST_WORDS = 200_000;

export class BraceOverflow {
  constructor(readonly count: number) {}
}

/** The words that `text` stands for; `text` itself when no braces expand. @throws BraceOverflow */
export function expandBraces(text: string): string[] {
  return expand(text, 0);
}

function expand(text: string, depth: number): string[] {
  if (depth > 60) return [text];
  for (let open = findOpen(text, 0); open !== -1; open = findOpen(text, open + 1)) {
    const close = findClose(text, open);
    if (close === -1) continue;
    const inside = text.slice(open + 1, close);
    const items = splitItems(inside);
    const middles = items.length > 1 ? items.flatMap((item) => expand(item, depth + 1)) : sequence(inside);
    if (middles === undefined) {
      const rest = expandInner(text, open, close, depth);
      if (rest !== undefined) return rest;
      continue;
    }
    const head = text.slice(0, open);
    const tails = expand(text.slice(close + 1), depth + 1);
    if (middles.length * tails.length > MOST_WORDS) throw new BraceOverflow(middles.length * tails.length);
    return middles.flatMap((middle) => tails.map((tail) => head + middle + tail));
  }
  return [text];
}

/** `{x{a,b}}`: the outer braces are text, the inner ones expand. */
function expandInner(text: string, open: number, close: number, depth: number): string[] | undefined {
  const inside = expand(text.slice(open + 1, close), depth + 1);
  if (inside.length === 1) return undefined;
  const tails = expand(text.slice(close + 1), depth + 1);
  return inside.flatMap((middle) => tails.map((tail) => `${text.slice(0, open)}{${middle}}${tail}`));
}

/** Passes over what quotes or an expansion hides; gives the offset of its last character. */
function skipHidden(text: string, i: number): number {
  const c = text[i];
  if (c === '\\') return i + 1;
  if (c === "'") {
    const end = text.indexOf("'", i + 1);
    return end === -1 ? i : end;
  }
  if (c === '"') {
    for (let k = i + 1; k < text.length; k++) {
      if (text[k] === '\\') k++;
      else if (text[k] === '"') return k;
    }
    return text.length;
  }
  if (c === '`') return skipBackquotes(text, i) - 1;
  if (c === '$' && text[i + 1] === '{') {
    const end = findBraceEnd(text, i + 2);
    return end === -1 ? i + 1 : end - 1;
  }
  if ((c === '$' || c === '<' || c === '>') && text[i + 1] === '(') return skipParentheses(text, i + 1) - 1;
  return i;
}

function findOpen(text: string, from: number): number {
  for (let i = from; i < text.length; i++) {
    if (text[i] === '{' && text[i + 1] !== '}') return i;
    i = skipHidden(text, i);
  }
  return -1;
}

function findClose(text: string, open: number): number {
  let depth = 0;
  for (let i = open; i < text.length; i++) {
    if (text[i] === '{') depth++;
    else if (text[i] === '}') {
      if (--depth === 0) return i;
    } else i = skipHidden(text, i);
  }
  return -1;
}

function splitItems(inside: string): string[] {
  const items: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < inside.length; i++) {
    const c = inside[i];
    if (c === '{') depth++;
    else if (c === '}') depth--;
    else if (c === ',' && depth === 0) {
      items.push(inside.slice(start, i));
      start = i + 1;
    } else i = skipHidden(inside, i);
  }
  items.push(inside.slice(start));
  return items;
}

function sequence(inside: string): string[] | undefined {
  const numbers = /^([+-]?\d{1,18})\.\.([+-]?\d{1,18})(?:\.\.([+-]?\d{1,18}))?$/.exec(inside);
  if (numbers !== null) return numericSequence(numbers[1] ?? '', numbers[2] ?? '', Number(numbers[3] ?? 0));
  const letters = /^([A-Za-z])\.\.([A-Za-z])(?:\.\.([+-]?\d{1,9}))?$/.exec(inside);
  if (letters === null) return undefined;
  const from = (letters[1] ?? '').charCodeAt(0);
  const to = (letters[2] ?? '').charCodeAt(0);
  return range(from, to, Number(letters[3] ?? 0)).map((code) => quoteLetter(String.fromCharCode(code)));
}

/** `{Z..a}` passes over a character that would mean something. */
function quoteLetter(letter: string): string {
  return letter === '`' ? `\\${letter}` : letter;
}

function numericSequence(first: string, last: string, step: number): string[] {
  const isPadded = /^[+-]?0\d/.test(first) || /^[+-]?0\d/.test(last);
  const width = isPadded ? Math.max(first.length, last.length) : 0;
  return range(Number(first), Number(last), step).map((value) => {
    const digits = String(Math.abs(value));
    const sign = value < 0 ? '-' : '';
    return sign + digits.padStart(width - sign.length, '0');
  });
}

function range(from: number, to: number, step: number): number[] {
  const size = Math.abs(step === 0 ? 1 : step);
  const count = Math.floor(Math.abs(to - from) / size) + 1;
  if (count > MOST_WORDS) throw new BraceOverflow(count);
  const direction = to >= from ? size : -size;
  return Array.from({ length: count }, (_, index) => from + index * direction);
}
