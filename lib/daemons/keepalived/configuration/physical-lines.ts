/**
 * The lines of a file, as far as they are the same for every process that reads it: cut to the buffer of
 * fgets(3), comment removed. What definitions, conditions and includes make of them is `line-source.ts`'s business.
 */

import { decomment } from '../grammar';
import { LONGEST_LINE } from './definitions';

export interface PhysicalLine {
  /** without comment and blanks around it */
  readonly text: string;
  /** the text to quote in `Unterminated quote '…'` */
  readonly unterminated: string | undefined;
  /** nothing at all stands there, not even a comment */
  readonly isEmpty: boolean;
  /** the buffer was full: the rest of the line comes next */
  readonly goesOn: boolean;
  /** whatever is defined, it is one logical line as it stands */
  readonly isPlain: boolean;
}

/** Reads texts; a text that was read before gives the lines that were made then. */
export function lineReader(): (text: string) => readonly PhysicalLine[] {
  const known = new Map<string, readonly PhysicalLine[]>();
  return (text) => {
    const lines = known.get(text) ?? linesOf(text);
    known.set(text, lines);
    return lines;
  };
}

function linesOf(text: string): PhysicalLine[] {
  const lines: PhysicalLine[] = [];
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    for (; end - start >= LONGEST_LINE; start += LONGEST_LINE - 1)
      lines.push(lineOf(text.slice(start, start + LONGEST_LINE - 1), true));
    lines.push(lineOf(text.slice(start, end), false));
    start = end + 1;
  }
  return lines;
}

function lineOf(piece: string, goesOn: boolean): PhysicalLine {
  const line = piece.endsWith('\r') ? piece.replace(/\r+$/, '') : piece;
  const { text, unterminated } = decomment(line);
  return { text, unterminated, isEmpty: line === '', goesOn, isPlain: !/[@$~{}"]|^include/.test(text) };
}
