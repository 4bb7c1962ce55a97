/**
 * keepalived's configuration text, as far as characters go: comments, quotes,
 * words, blocks. For the editor (highlighting, folding, diagnostics) and for
 * the reader that feeds the daemon's checker. Knows no keyword.
 *
 * The tree keeps the text, so that printing gives it back unchanged; nothing
 * here ever throws. What a line means is decided by `reader.ts`, because
 * keepalived reads line by line and its definitions can change what follows.
 *
 * Sources: keepalived.conf(5) 2.2.7 "GENERAL SYNTAX"; `decomment`,
 * `alloc_strvec_r` and `alloc_strvec_quoted_escaped` in lib/parser.c.
 */

import type { Span } from '../../text/position';
import { trimEndOf } from '../../text/trim';

/** What a piece of text is, for the editor. */
export type PieceKind =
  | 'keyword'
  | 'word'
  | 'string'
  | 'brace'
  | 'comment'
  | 'definition'
  | 'variable'
  | 'condition';

export interface Piece extends Span {
  readonly kind: PieceKind;
  readonly text: string;
}

/** One line of a file; spans count from the start of the file. */
export interface ConfigurationLine extends Span {
  /** from 1 */
  readonly number: number;
  /** in order, blanks left out */
  readonly pieces: readonly Piece[];
  /** a quote that is never closed */
  readonly isUnterminated: boolean;
}

/** A keyword, its parameters and its block. */
export interface Statement extends Span {
  readonly keyword: Piece;
  readonly parameters: readonly Piece[];
  readonly line: number;
  /** undefined without braces */
  readonly body: readonly Statement[] | undefined;
}

/** A whole file. */
export interface ConfigurationTree {
  readonly text: string;
  readonly lines: readonly ConfigurationLine[];
  readonly statements: readonly Statement[];
  /** braces that do not match */
  readonly strayBraces: readonly Piece[];
  readonly missingBraces: number;
}

/** Splits a file into lines and pieces and finds its blocks. */
export function parseTree(text: string): ConfigurationTree {
  const lines: ConfigurationLine[] = [];
  let start = 0;
  for (let number = 1; start <= text.length; number++) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    lines.push(readLine(text, start, end, number));
    if (newline < 0) break;
    start = newline + 1;
  }
  return { text, lines, ...blocksOf(lines) };
}

/** The text a tree was made from. */
export function printTree(tree: ConfigurationTree): string {
  return tree.text;
}

function readLine(text: string, start: number, end: number, number: number): ConfigurationLine {
  const pieces: Piece[] = [];
  let isUnterminated = false;
  let at = start;
  while (at < end) {
    const character = text.charAt(at);
    if (isBlank(character)) {
      at++;
      continue;
    }
    const begin = at;
    let kind: PieceKind | undefined;
    if (character === '#' || character === '!') {
      kind = 'comment';
      at = end;
    } else if (character === '{' || character === '}') {
      kind = 'brace';
      at++;
    } else if (character === '"') {
      kind = 'string';
      const close = text.indexOf('"', at + 1);
      const isOpen = close < 0 || close >= end;
      isUnterminated ||= isOpen;
      at = isOpen ? end : close + 1;
    } else at = endOfWord(text, at, end);
    const piece = text.slice(begin, at);
    pieces.push({ kind: kind ?? kindOfWord(piece, pieces), start: begin, end: at, text: piece });
  }
  return { start, end, number, pieces, isUnterminated };
}

function endOfWord(text: string, start: number, end: number): number {
  // ${NAME} is one word although braces separate.
  if (text.startsWith('${', start)) {
    const close = text.indexOf('}', start);
    if (close >= 0 && close < end) return close + 1;
  }
  let at = start;
  while (at < end) {
    const character = text.charAt(at);
    if (character === '\\' && at + 1 < end) at += 2;
    else if (isBlank(character) || '"{}#!'.includes(character)) break;
    else at++;
  }
  return Math.max(at, start + 1);
}

function kindOfWord(word: string, before: readonly Piece[]): PieceKind {
  const isFirst =
    before.length === 0 || before.at(-1)?.kind === 'brace' || before.at(-1)?.kind === 'condition';
  if (isFirst && word.startsWith('@')) return 'condition';
  if (isFirst && /^\$[A-Za-z_]\w*=/.test(word)) return 'definition';
  if (word.startsWith('$') || word.startsWith('~SEQ') || word.startsWith('~LST')) return 'variable';
  return isFirst ? 'keyword' : 'word';
}

/** A statement while its block is read. */
interface OpenStatement extends Statement {
  readonly parameters: Piece[];
  body: OpenStatement[] | undefined;
  end: number;
}

function blocksOf(
  lines: readonly ConfigurationLine[],
): Pick<ConfigurationTree, 'statements' | 'strayBraces' | 'missingBraces'> {
  const root: OpenStatement[] = [];
  const open: OpenStatement[] = [];
  const strayBraces: Piece[] = [];
  for (const line of lines) {
    let current: OpenStatement | undefined;
    for (const piece of line.pieces) {
      const siblings = open.at(-1)?.body ?? root;
      if (piece.kind === 'comment') continue;
      if (piece.kind !== 'brace') {
        if (current === undefined) {
          current = {
            keyword: piece,
            parameters: [],
            line: line.number,
            start: piece.start,
            end: piece.end,
            body: undefined,
          };
          siblings.push(current);
        } else current.parameters.push(piece);
        current.end = piece.end;
      } else if (piece.text === '{') {
        const owner = current ?? siblings.at(-1);
        if (owner === undefined || owner.body !== undefined) strayBraces.push(piece);
        else {
          owner.body = [];
          open.push(owner);
        }
        current = undefined;
      } else {
        const closed = open.pop();
        if (closed === undefined) strayBraces.push(piece);
        else closed.end = piece.end;
        current = undefined;
      }
    }
  }
  return { statements: root, strayBraces, missingBraces: open.length };
}

// ---------------------------------------------------------------- what the daemon does with a line

/** Space and tab, as isblank(3); words are also separated by \f \v \r. */
export function isBlank(character: string): boolean {
  return (
    character === ' ' || character === '\t' || character === '\r' || character === '\f' || character === '\v'
  );
}

/** A line without comment and surrounding blanks (`decomment`). */
export interface Decommented {
  readonly text: string;
  /** the text to quote in `Unterminated quote '…'` */
  readonly unterminated: string | undefined;
}

export function decomment(line: string): Decommented {
  const start = line.search(/[^ \t]/);
  if (start < 0) return { text: '', unterminated: undefined };
  let text = line.slice(start);
  if (!/[!#"\\]/.test(text)) return { text: trimEndOf(text, ' \t'), unterminated: undefined };
  let isQuoted = false;
  let isContinued = false;
  let cut = -1;
  for (let at = 0; at < text.length; ) {
    const character = text.charAt(at);
    const next = text.charAt(at + 1);
    if (character === '"' && cut < 0) isQuoted = !isQuoted;
    if (character === '\\') {
      if (next === '') {
        text = text.slice(0, at);
        isContinued = true;
        break;
      }
      if (!isQuoted && (next === '#' || next === '!')) {
        text = text.slice(0, at) + text.slice(at + 1);
        at++;
      } else at += 2;
      continue;
    }
    if ((character === '!' || character === '#') && !isQuoted && cut < 0) cut = at;
    at++;
  }
  const unterminated = isQuoted ? text : undefined;
  if (cut >= 0) text = text.slice(0, cut);
  text = trimEndOf(text, ' \t');
  return { text: isContinued ? `${text}\\` : text, unterminated };
}

/** The words of a line; a quoted string is one word without its quotes (`alloc_strvec_r`). */
export interface SplitLine {
  readonly words: readonly string[];
  /** a quote that is never closed: the words before it count */
  readonly isUnmatched: boolean;
}

export function splitWords(line: string): SplitLine {
  if (!line.includes('"')) return { words: line.match(/[^ \t-\r]+/g) ?? [], isUnmatched: false };
  const words: string[] = [];
  for (let at = 0; ; ) {
    while (at < line.length && isSpace(line.charCodeAt(at))) at++;
    if (at >= line.length) return { words, isUnmatched: false };
    const start = at;
    if (line.charAt(at) === '"') {
      const close = line.indexOf('"', at + 1);
      if (close < 0) return { words, isUnmatched: true };
      words.push(line.slice(start + 1, close));
      at = close + 1;
    } else {
      while (at < line.length && line.charAt(at) !== '"' && !isSpace(line.charCodeAt(at))) at++;
      words.push(line.slice(start, at));
    }
  }
}
/** Blank, or one of `\t \n \v \f \r`. */
function isSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}

/** Why a line with quotes and escapes has no words. */
export type EscapeFault = { readonly kind: 'quote'; readonly quote: string } | { readonly kind: 'escape' };

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['a', '\x07'],
  ['b', '\b'],
  ['E', '\x1b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
]);

/** The words of a script line: both kinds of quotes, escapes within and without (`alloc_strvec_quoted_escaped`). */
export function splitQuotedEscaped(line: string): {
  readonly words: readonly string[];
  readonly fault: EscapeFault | undefined;
} {
  const words: string[] = [];
  let at = 0;
  for (;;) {
    while (at < line.length && /[ \t\f\n\r\v]/.test(line.charAt(at))) at++;
    if (at >= line.length) return { words, fault: undefined };
    let word = '';
    let quote = '';
    while (at < line.length) {
      const character = line.charAt(at);
      if (character === '\\') {
        if (at + 1 >= line.length) return { words: [], fault: { kind: 'escape' } };
        const escape = readEscape(line, at + 1);
        word += escape.character;
        at = escape.end;
      } else if (quote !== '') {
        if (character === quote) quote = '';
        else word += character;
        at++;
      } else if (character === '"' || character === "'") {
        quote = character;
        at++;
      } else if (/[ \t\f\n\r\v]/.test(character)) break;
      else {
        word += character;
        at++;
      }
    }
    if (quote !== '') return { words: [], fault: { kind: 'quote', quote } };
    words.push(word);
  }
}

function readEscape(line: string, at: number): { readonly character: string; readonly end: number } {
  const hex = /x([0-9a-fA-F]+)/y;
  hex.lastIndex = at;
  const hexDigits = hex.exec(line)?.[1];
  if (hexDigits !== undefined) {
    return {
      character: String.fromCharCode(Number.parseInt(hexDigits.slice(-2), 16)),
      end: at + 1 + hexDigits.length,
    };
  }
  const octal = /[0-7]{1,3}/y;
  octal.lastIndex = at;
  const octalDigits = octal.exec(line)?.[0];
  if (octalDigits !== undefined) {
    return {
      character: String.fromCharCode(Number.parseInt(octalDigits, 8) & 255),
      end: at + octalDigits.length,
    };
  }
  const character = line.charAt(at);
  if (character === 'c' && at + 1 < line.length) {
    return { character: String.fromCharCode(line.charCodeAt(at + 1) & 0x1f), end: at + 2 };
  }
  return { character: ESCAPES.get(character) ?? character, end: at + 1 };
}
