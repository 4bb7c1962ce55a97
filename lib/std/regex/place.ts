/** What stands on either side of a place in a text, and the conditions on it. */
import { WORD_CHARACTERS } from './character-set';
import type { Assertion } from './tree';

/** Neighbours of a place, as far as assertions care. */
export const EDGE = 0;
export const NEWLINE = 1;
export const WORD = 2;
export const OTHER = 3;
/** A newline that ends the text. */
export const LAST_NEWLINE = 4;
export const KINDS = 5;

export function kindOf(code: number): number {
  if (code === 10) return NEWLINE;
  return WORD_CHARACTERS.has(code) ? WORD : OTHER;
}

/** The code point at `at`, or -1 at the end. */
export function codeAt(text: string, at: number): number {
  if (at >= text.length) return -1;
  const unit = text.charCodeAt(at);
  if (unit < 0xd800 || unit > 0xdbff) return unit;
  return text.codePointAt(at) ?? unit;
}

/** The code point that ends before `at`, or -1 at the start. */
export function codeBefore(text: string, at: number): number {
  if (at <= 0) return -1;
  const unit = text.charCodeAt(at - 1);
  if (unit < 0xdc00 || unit > 0xdfff || at < 2) return unit;
  const high = text.charCodeAt(at - 2);
  return high >= 0xd800 && high <= 0xdbff ? (text.codePointAt(at - 2) ?? unit) : unit;
}

/** What stands after the place `at`. */
export function kindAfter(text: string, at: number): number {
  const code = codeAt(text, at);
  if (code < 0) return EDGE;
  return code === 10 && at === text.length - 1 ? LAST_NEWLINE : kindOf(code);
}

/** What stands before the place `at`. */
export function kindBefore(text: string, at: number): number {
  const code = codeBefore(text, at);
  return code < 0 ? EDGE : kindOf(code);
}

/** Whether the assertion holds between two neighbours. Lines count only where `multiline`. */
export function holds(which: Assertion, before: number, after: number, multiline: boolean): boolean {
  switch (which) {
    case 'line-start':
      return before === EDGE || (multiline && (before === NEWLINE || before === LAST_NEWLINE));
    case 'line-end':
      return after === EDGE || (multiline && (after === NEWLINE || after === LAST_NEWLINE));
    case 'text-start':
      return before === EDGE;
    case 'text-end':
      return after === EDGE;
    case 'last-line-end':
      return after === EDGE || after === LAST_NEWLINE || (multiline && after === NEWLINE);
    case 'word-boundary':
      return (before === WORD) !== (after === WORD);
    case 'not-word-boundary':
      return (before === WORD) === (after === WORD);
    case 'word-start':
      return before !== WORD && after === WORD;
    case 'word-end':
      return before === WORD && after !== WORD;
    case 'after-non-word':
      return before !== WORD;
    case 'before-non-word':
      return after !== WORD;
  }
}
