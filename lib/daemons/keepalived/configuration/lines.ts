/**
 * The lines of a file, as far as they are the same for every process that reads it: cut to the buffer of
 * fgets(3), comment removed. What definitions, conditions and includes make of them is `line-source.ts`'s business.
 */

import { decomment, splitWords } from '../grammar';
import { LONGEST_LINE } from './definitions';
import { trimEndOf } from '../../../text/trim';

const BRACES = /[{}"]/g;
const TAB = 0x09;
const SPACE = 0x20;
const BLANKS = ' \t';

/** What the reader takes in one go: a line, or the part of one up to a brace. Skipped ones are never split. */
export class LogicalLine {
  #split: ReturnType<typeof splitWords> | undefined;

  /** @param text with its quotes */
  constructor(readonly text: string) {}

  get words(): readonly string[] {
    return (this.#split ??= splitWords(this.text)).words;
  }
  /** A quote of it does not close. */
  get isUnmatched(): boolean {
    return (this.#split ??= splitWords(this.text)).isUnmatched;
  }
}
export const OPENING = new LogicalLine('{');
export const CLOSING = new LogicalLine('}');

export interface PhysicalLine {
  /** without comment and blanks around it */
  readonly text: string;
  /** the text to quote in `Unterminated quote '…'` */
  readonly unterminated: string | undefined;
  /** nothing at all stands there, not even a comment */
  readonly isEmpty: boolean;
  /** the buffer was full: the rest of the line comes next */
  readonly goesOn: boolean;
  /** whatever is defined, these are its logical lines; undefined: that depends */
  readonly lines: readonly LogicalLine[] | undefined;
}

/** Lines as they are made once for all processes that read them: the same text, the same object. */
export class Lines {
  readonly #texts = new Map<string, readonly PhysicalLine[]>();
  readonly #whole = new Map<string, PhysicalLine>();
  readonly #logical = new Map<string, LogicalLine>([
    [OPENING.text, OPENING],
    [CLOSING.text, CLOSING],
  ]);

  /** Of a whole file. */
  physical(text: string): readonly PhysicalLine[] {
    let lines = this.#texts.get(text);
    if (lines === undefined) this.#texts.set(text, (lines = this.#read(text)));
    return lines;
  }
  logical(text: string): LogicalLine {
    let line = this.#logical.get(text);
    if (line === undefined) this.#logical.set(text, (line = new LogicalLine(text)));
    return line;
  }

  #read(text: string): PhysicalLine[] {
    const lines: PhysicalLine[] = [];
    for (let start = 0; start < text.length; ) {
      const newline = text.indexOf('\n', start);
      const end = newline < 0 ? text.length : newline;
      for (; end - start >= LONGEST_LINE; start += LONGEST_LINE - 1)
        lines.push(this.#line(text.slice(start, start + LONGEST_LINE - 1), true));
      const line = text.slice(start, end);
      let known = this.#whole.get(line);
      if (known === undefined) this.#whole.set(line, (known = this.#line(line, false)));
      lines.push(known);
      start = end + 1;
    }
    return lines;
  }
  #line(piece: string, goesOn: boolean): PhysicalLine {
    const line = piece.endsWith('\r') ? piece.replace(/\r+$/, '') : piece;
    const { text, unterminated } = decomment(line);
    const lines = text === '' || /[@$~]|include/.test(text) ? undefined : this.#split(text);
    return { text, unterminated, isEmpty: line === '', goesOn, lines };
  }
  #split(text: string): LogicalLine[] {
    const lines: LogicalLine[] = [];
    for (let left: string | undefined = text; left !== undefined; ) {
      const { first, rest } = splitAtBrace(left);
      lines.push(this.logical(first));
      left = rest;
    }
    return lines;
  }
}

/** A brace outside quotes ends the line; what follows it is the next line, if there is anything. */
export function splitAtBrace(line: string): { readonly first: string; readonly rest: string | undefined } {
  const brace = braceIn(line);
  if (brace < 0) return { first: trimEndOf(line, BLANKS), rest: undefined };
  const from = brace === 0 ? behindBlanks(line, 1) : brace;
  const rest = trimEndOf(line.slice(from), BLANKS);
  return { first: trimEndOf(line.slice(0, from), BLANKS), rest: rest === '' ? undefined : rest };
}

/** Where the first brace outside quotes stands; -1: nowhere. */
function braceIn(line: string): number {
  BRACES.lastIndex = 0;
  while (BRACES.test(line)) {
    const at = BRACES.lastIndex - 1;
    if (line.charAt(at) !== '"') return at;
    const close = line.indexOf('"', at + 1);
    if (close < 0) return -1;
    BRACES.lastIndex = close + 1;
  }
  return -1;
}
function isBlank(code: number): boolean {
  return code === SPACE || code === TAB;
}
function behindBlanks(line: string, from: number): number {
  let at = from;
  while (isBlank(line.charCodeAt(at))) at++;
  return at;
}
