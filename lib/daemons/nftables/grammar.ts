/**
 * The surface of nft's language: words, numbers, strings, operators, comments,
 * line ends. Every text has a tree, whatever is in it, and
 * `printTree(parseTree(text))` is the text again. What the words mean is none of
 * this file's business (see `parse/`).
 *
 * The editor of the play screen uses this file too: it imports `lib/text` and
 * `lib/std` only.
 *
 * Sources: nft(8) 1.0.6 "LEXICAL CONVENTIONS", "SYMBOLIC VARIABLES"; where the
 * manual is silent, the longest match wins, as in the program's scanner.
 */
import type { Span } from '../../text/position';
import { GLOBAL_KEYWORDS } from './directives';

/** `string`: a word, address or time; `number`: decimal or hexadecimal. */
export type TokenKind =
  | 'string'
  | 'asterisk'
  | 'quoted'
  | 'number'
  | 'punctuation'
  | 'newline'
  | 'junk'
  | 'end';

export interface Token extends Span {
  readonly kind: TokenKind;
  /** Without quotes. */
  readonly text: string;
}

/** What a piece of text is, for the editor. */
export type PieceKind =
  | 'keyword'
  | 'word'
  | 'string'
  | 'number'
  | 'variable'
  | 'operator'
  | 'brace'
  | 'comment';

export interface Piece extends Span {
  readonly kind: PieceKind;
  readonly text: string;
}

/** A whole file. */
export interface ConfigurationTree {
  readonly text: string;
  readonly pieces: readonly Piece[];
}

const HEX = '[0-9a-fA-F]{1,4}';
const IP4 = String.raw`\d{1,3}(?:\.\d{1,3}){3}`;
const IP6 = [
  `::(?:[fF]{4}:)?${IP4}`,
  `(?:${HEX}:){7}${HEX}`,
  `(?:${HEX}:){1,6}(?::${HEX}){1,6}`,
  `(?:${HEX}:){1,7}:`,
  `:(?::${HEX}){1,7}`,
  '::',
].join('|');

type Rule = readonly [TokenKind, RegExp];
const MAC: Rule = ['string', /(?:[0-9a-fA-F]{1,2}:){5}[0-9a-fA-F]{1,2}/y];
const ADDRESS: Rule = ['string', new RegExp(IP4, 'y')];
const ADDRESS6: Rule = ['string', new RegExp(IP6, 'y')];
const TIME: Rule = ['string', /(?=\d)(?:\d+d)?(?:\d+h)?(?:\d+m(?!s))?(?:\d+s)?(?:\d+ms)?/y];
const ETHER: Rule = ['string', /8021ad|8021q/y];
const NUMBER: Rule = ['number', /0[xX][0-9a-fA-F]+|\d+/y];
const CLASS_ID: Rule = ['string', /[0-9a-fA-F]{1,4}:[0-9a-fA-F]{1,4}(?=[ \t\n:\-},])/y];
const ASTERISK: Rule = ['asterisk', /[a-zA-Z_.][a-zA-Z0-9/\-_.]*\\?\*(?:[a-zA-Z_.][a-zA-Z0-9/\-_.]*)?|\\\*/y];
const WORD: Rule = ['string', /[a-zA-Z_.][a-zA-Z0-9/\-_.]*/y];
/** Tried at one place; the longest match wins, of equals the first. */
const WITH_COLON: readonly Rule[] = [MAC, ADDRESS, ADDRESS6, TIME, ETHER, NUMBER, CLASS_ID, ASTERISK, WORD];
const OF_DIGITS: readonly Rule[] = [ADDRESS, TIME, ETHER, NUMBER];
const OF_LETTERS: readonly Rule[] = [ASTERISK, WORD];
const NOTHING: readonly Rule[] = [];

const TAB = 0x09;
const NEWLINE = 0x0a;
const SPACE = 0x20;
const HASH = 0x23;
const ASTERISK_SIGN = 0x2a;
const DOT = 0x2e;
const COLON = 0x3a;
const BACKSLASH = 0x5c;

/** What each character below 128 may be part of: every character of a file is looked at, patterns would be slow. */
const DIGIT = 1;
const STARTS_WORD = 2;
const IN_WORD = 4;
const CLASSES = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  if (/\d/.test(character)) return DIGIT | IN_WORD;
  if (/[a-zA-Z_.]/.test(character)) return STARTS_WORD | IN_WORD;
  return character === '/' || character === '-' ? IN_WORD : 0;
});
function classAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code < CLASSES.length ? (CLASSES[code] ?? 0) : 0;
}
function endOf(text: string, from: number, wanted: number): number {
  let at = from;
  while ((classAt(text, at) & wanted) !== 0) at++;
  return at;
}
/** Whatever has a colon in it has one soon. */
function hasColon(text: string, at: number): boolean {
  for (let next = at; next < at + 5; next++) if (text.charCodeAt(next) === COLON) return true;
  return false;
}

function candidates(text: string, at: number): readonly Rule[] {
  const kind = classAt(text, at);
  const code = text.charCodeAt(at);
  if (kind === IN_WORD || (kind === 0 && code !== COLON && code !== BACKSLASH)) return NOTHING;
  if (hasColon(text, at)) return WITH_COLON;
  return (kind & DIGIT) !== 0 ? OF_DIGITS : OF_LETTERS;
}
/** A word or a number that no other rule can make longer; undefined where the rules have to be tried. */
function plainToken(text: string, start: number): Token | undefined {
  const kind = classAt(text, start);
  if ((kind & (DIGIT | STARTS_WORD)) === 0 || hasColon(text, start)) return undefined;
  const isNumber = (kind & DIGIT) !== 0;
  const end = endOf(text, start, isNumber ? DIGIT : IN_WORD);
  const behind = text.charCodeAt(end);
  if (isNumber ? (classAt(text, end) & STARTS_WORD) !== 0 : behind === ASTERISK_SIGN || behind === BACKSLASH)
    return undefined;
  if (end === start + 1 && text.charCodeAt(start) === DOT) return undefined;
  return { kind: isNumber ? 'number' : 'string', text: text.slice(start, end), start, end };
}
const OPERATORS = new Set(['==', '!=', '<=', '>=', '<<', '>>']);
const SINGLE = ',.:;{}[]()^&|!/-*@$=+<>';

/** Reads the tokens of a text one by one. */
export class Scanner {
  readonly #text: string;
  readonly #comments: Span[] | undefined;
  #at = 0;

  /** @param comments takes the comments that are met */
  constructor(text: string, comments?: Span[]) {
    this.#text = text;
    this.#comments = comments;
  }

  /** The next token; at the end of the text the end, again and again. */
  next(): Token {
    const text = this.#text;
    let at = this.#at;
    while (at < text.length) {
      const code = text.charCodeAt(at);
      if (code === SPACE || code === TAB) at++;
      else if (code === BACKSLASH && text.charCodeAt(at + 1) === NEWLINE) at += 2;
      else if (code === HASH && text.indexOf('\n', at) >= 0) at = this.#behindComment(at);
      else {
        const token = tokenAt(text, at, code);
        this.#at = token.end;
        return token;
      }
    }
    this.#at = at;
    return { kind: 'end', text: '', start: text.length, end: text.length + 1 };
  }

  /** A comment needs its line end; without one the sign is junk. */
  #behindComment(start: number): number {
    const text = this.#text;
    const end = text.indexOf('\n', start);
    this.#comments?.push({ start, end });
    // A line with nothing but a comment is no line.
    const isAlone = text.slice(text.lastIndexOf('\n', start) + 1, start).trim() === '';
    return isAlone ? end + 1 : end;
  }
}

function tokenAt(text: string, at: number, code: number): Token {
  if (code === NEWLINE) return { kind: 'newline', text: '\n', start: at, end: at + 1 };
  const plain = plainToken(text, at);
  if (plain !== undefined) return plain;
  const character = text.charAt(at);
  if (character === '"') {
    const close = text.indexOf('"', at + 1);
    if (close >= 0) return { kind: 'quoted', text: text.slice(at + 1, close), start: at, end: close + 1 };
    return { kind: 'junk', text: '"', start: at, end: at + 1 };
  }
  let kind: TokenKind = 'junk';
  let length = 0;
  for (const [candidate, pattern] of candidates(text, at)) {
    pattern.lastIndex = at;
    if (!pattern.test(text) || pattern.lastIndex - at <= length) continue;
    kind = candidate;
    length = pattern.lastIndex - at;
  }
  if (length <= 1 && SINGLE.includes(character)) {
    const two = text.slice(at, at + 2);
    const operator = OPERATORS.has(two) ? two : character;
    return { kind: 'punctuation', text: operator, start: at, end: at + operator.length };
  }
  if (length === 0) length = 1;
  return { kind, text: text.slice(at, at + length), start: at, end: at + length };
}

/** Offsets behind the line ends of a text, those within quotes left out. */
export function lineEnds(text: string): number[] {
  const found: number[] = [];
  const comments: Span[] = [];
  const scanner = new Scanner(text, comments);
  for (let token = scanner.next(); token.kind !== 'end'; token = scanner.next())
    if (token.kind === 'newline') found.push(token.end);
  const known = new Set(found);
  for (const { end } of comments) if (!known.has(end + 1)) found.push(end + 1);
  for (let at = text.indexOf('\\\n'); at >= 0; at = text.indexOf('\\\n', at + 2)) found.push(at + 2);
  return found.toSorted((a, b) => a - b);
}

/** The tree of a file: the pieces that the editor colours. */
export function parseTree(text: string): ConfigurationTree {
  const pieces: Piece[] = [];
  const comments: Span[] = [];
  const scanner = new Scanner(text, comments);
  let before: Token | undefined;
  for (;;) {
    const token = scanner.next();
    for (const { start, end } of comments)
      pieces.push({ kind: 'comment', text: text.slice(start, end), start, end });
    comments.length = 0;
    if (token.kind === 'end') return { text, pieces };
    const { start, end } = token;
    const kind = pieceKind(token, before);
    if (kind !== undefined)
      pieces.push({ kind, text: kind === 'string' ? text.slice(start, end) : token.text, start, end });
    before = token;
  }
}

function pieceKind(token: Token, before: Token | undefined): PieceKind | undefined {
  switch (token.kind) {
    case 'newline':
    case 'end':
      return undefined;
    case 'quoted':
      return 'string';
    case 'number':
      return 'number';
    case 'punctuation':
      return '{}()[]'.includes(token.text) ? 'brace' : token.text === '$' ? 'variable' : 'operator';
    default:
      if (before?.text === '$' || before?.text === '@') return 'variable';
      if ((classAt(token.text, 0) & DIGIT) !== 0) return 'number';
      return GLOBAL_KEYWORDS.has(token.text) ? 'keyword' : 'word';
  }
}

/** The text a tree was made from. */
export function printTree(tree: ConfigurationTree): string {
  return tree.text;
}
