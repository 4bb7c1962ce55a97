/**
 * The surface of HAProxy's configuration language: lines, words, quotes,
 * escapes, environment variables, comments, sections. Every text has a tree,
 * whatever is in it, and `printTree(parseTree(text))` is the text again.
 * What the words mean is none of this file's business (see `checker.ts`).
 *
 * The editor of the play screen uses this file too: it imports `lib/text` and
 * `lib/std` only.
 *
 * Sources: HAProxy 2.6 configuration manual §2.1 "Configuration file format",
 * §2.2 "Quoting and escaping", §2.3 "Environment variables"; the words come out
 * as 2.6.12's `parse_line()` makes them.
 */

import { stayCompiled } from '../../std/stay-compiled';
import type { Span } from '../../text/position';

/** One word of a line, quotes and escapes removed. */
export interface Word extends Span {
  readonly text: string;
}

/** Why a line cannot be split into words. */
export type LineFault = 'quote' | 'brace' | 'variable-name' | 'hexadecimal' | 'expansion' | 'too-many-words';

/** What a line is made of. */
export interface SplitLine {
  readonly words: readonly Word[];
  /** from the `#` to the end of the line */
  readonly comment: Span | undefined;
  readonly fault: { readonly kind: LineFault; readonly at: number } | undefined;
}

/** One line of a file; spans count from the start of the file. */
export interface ConfigurationLine extends SplitLine, Span {
  /** from 1 */
  readonly number: number;
}

/** A section header and the lines up to the next one. */
export interface Section extends Span {
  readonly keyword: string;
  readonly name: string;
  readonly lines: readonly ConfigurationLine[];
}

/** A whole file. */
export interface ConfigurationTree {
  readonly text: string;
  readonly lines: readonly ConfigurationLine[];
  /** in the order of the file; lines before the first header are in none */
  readonly sections: readonly Section[];
}

/** Answers `$NAME` within double quotes; undefined for a variable that is not set. */
export type VariableLookup = (name: string) => string | undefined;

/** The words that start a section (2.6 manual §4; the others of the build of Debian 12). */
export const SECTION_KEYWORDS: readonly string[] = [
  'listen',
  'frontend',
  'backend',
  'defaults',
  'global',
  'userlist',
  'peers',
  'mailers',
  'namespace_list',
  'fcgi-app',
  'http-errors',
  'log-forward',
  'program',
  'resolvers',
  'ring',
  'cache',
];

/** More words than this in a line are refused (`MAX_LINE_ARGS`). */
export const MOST_WORDS = 64;

const NO_VARIABLES: VariableLookup = () => undefined;

/** Splits a file into lines and words. Variables are not looked up unless `variables` is given. */
export function parseTree(text: string, variables: VariableLookup = NO_VARIABLES): ConfigurationTree {
  const lines: ConfigurationLine[] = [];
  let start = 0;
  while (start < text.length) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    lines.push(parseLine(text, { start, end }, lines.length + 1, variables));
    start = end + 1;
  }
  return { text, lines, sections: sectionsOf(lines) };
}

/** The text a tree was made from. */
export function printTree(tree: ConfigurationTree): string {
  return tree.text;
}

function parseLine(text: string, span: Span, number: number, variables: VariableLookup): ConfigurationLine {
  const { start, end } = span;
  if (start === end) return { start, end, number, words: [], comment: undefined, fault: undefined };
  const { words, fault, comment } = splitWords(text.slice(start, end), variables);
  return {
    start,
    end,
    number,
    words: words.map((word) => ({ text: word.text, start: word.start + start, end: word.end + start })),
    comment: comment && shifted(comment, span.start),
    fault: fault && { kind: fault.kind, at: fault.at + span.start },
  };
}

/** A span that counts from the start of a line, counted from the start of the file. */
function shifted(span: Span, by: number): Span {
  return { start: span.start + by, end: span.end + by };
}

function sectionsOf(lines: readonly ConfigurationLine[]): Section[] {
  const sections: {
    keyword: string;
    name: string;
    start: number;
    end: number;
    lines: ConfigurationLine[];
  }[] = [];
  for (const line of lines) {
    const [first, second] = line.words;
    if (first !== undefined && SECTION_KEYWORDS.includes(first.text)) {
      sections.push({
        keyword: first.text,
        name: second?.text ?? '',
        start: line.start,
        end: line.end,
        lines: [],
      });
    }
    const current = sections.at(-1);
    if (current === undefined) continue;
    current.lines.push(line);
    current.end = line.end;
  }
  return sections;
}

/** The ASCII blanks of C's `isspace` that can stand within a line. */
function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0b || code === 0x0c;
}

/** How `\x` is read outside single quotes; the others are left as they are. */
const ESCAPES: ReadonlyMap<string, string> = new Map([
  [' ', ' '],
  ['\\', '\\'],
  ['t', '\t'],
  ['n', '\n'],
  ['r', '\r'],
  ['#', '#'],
  ["'", "'"],
  ['"', '"'],
]);

/** One pass over a line; a class because quotes, words and faults share the position. */
class LineSplitter {
  readonly #line: string;
  readonly #variables: VariableLookup;
  readonly #words: Word[] = [];
  #at = 0;
  #word = '';
  #wordStart = 0;
  #inSingle = false;
  #inDouble = false;
  #quoteAt = -1;
  #comment: Span | undefined;
  #fault: SplitLine['fault'];

  constructor(line: string, variables: VariableLookup) {
    this.#line = line;
    this.#variables = variables;
  }

  run(): SplitLine {
    const line = this.#line;
    while (this.#at < line.length && isBlank(line.charCodeAt(this.#at))) this.#at++;
    this.#wordStart = this.#at;
    while (this.#at < line.length && this.#fault === undefined && this.#comment === undefined) {
      const code = line.charCodeAt(this.#at);
      if (code === 0x0a || code === 0x0d || code === 0) break;
      this.#step(line.charAt(this.#at), code);
    }
    if (this.#word !== '') this.#endWord(this.#comment?.start ?? this.#at);
    if (this.#fault === undefined && this.#quoteAt >= 0) this.#fault = { kind: 'quote', at: this.#quoteAt };
    if (this.#fault === undefined && this.#words.length > MOST_WORDS) {
      this.#fault = { kind: 'too-many-words', at: this.#words[MOST_WORDS]?.start ?? 0 };
    }
    return { words: this.#words, comment: this.#comment, fault: this.#fault };
  }

  #step(character: string, code: number): void {
    const quoted = this.#inSingle || this.#inDouble;
    if (character === '#' && !quoted) this.#comment = { start: this.#at, end: this.#line.length };
    else if (character === '"' && !this.#inSingle) this.#toggleQuote('double');
    else if (character === "'" && !this.#inDouble) this.#toggleQuote('single');
    else if (character === '\\' && !this.#inSingle) this.#escape();
    else if (isBlank(code) && !quoted) this.#blanks();
    else if (character === '$' && this.#inDouble) this.#variable();
    else {
      this.#word += character;
      this.#at++;
    }
  }

  #toggleQuote(kind: 'single' | 'double'): void {
    const closes = kind === 'double' ? this.#inDouble : this.#inSingle;
    if (kind === 'double') this.#inDouble = !closes;
    else this.#inSingle = !closes;
    this.#quoteAt = closes ? -1 : this.#at;
    this.#at++;
  }

  #escape(): void {
    const next = this.#line.charAt(this.#at + 1);
    if (next === 'x') return this.#hexadecimal();
    const known = next === '$' && this.#inDouble ? '$' : ESCAPES.get(next);
    this.#word += known ?? '\\';
    this.#at += known === undefined ? 1 : 2;
  }

  #hexadecimal(): void {
    const digits = this.#line.slice(this.#at + 2, this.#at + 4);
    if (!/^[0-9a-fA-F]{2}$/.test(digits)) {
      this.#fault = { kind: 'hexadecimal', at: this.#at };
      return;
    }
    const byte = Number.parseInt(digits, 16);
    this.#word += byte < 0x80 ? String.fromCharCode(byte) : String.fromCharCode(0xdc00 + byte);
    this.#at += 4;
  }

  #blanks(): void {
    this.#endWord(this.#at);
    while (this.#at < this.#line.length && isBlank(this.#line.charCodeAt(this.#at))) this.#at++;
    this.#wordStart = this.#at;
  }

  /** An empty word (`""`) counts when something follows it, as in the daemon. */
  #endWord(end: number): void {
    this.#words.push({ text: this.#word, start: this.#wordStart, end });
    this.#word = '';
    this.#wordStart = end;
  }

  /** `$NAME`, `${NAME}`, `${NAME-default}`, `${NAME[*]}` within double quotes. */
  #variable(): void {
    const line = this.#line;
    const dollar = this.#at;
    let at = dollar + 1;
    const hasBrace = line.charAt(at) === '{';
    if (hasBrace) at++;
    const name = /^(?:\.?[A-Za-z0-9_]*)/.exec(line.slice(at))?.[0] ?? '';
    if (!/^[A-Za-z_.]/.test(name)) {
      this.#fault = { kind: 'variable-name', at };
      return;
    }
    at += name.length;
    let splits = false;
    if (hasBrace && line.charAt(at) === '[') {
      if (line.slice(at, at + 3) !== '[*]') {
        this.#fault = { kind: 'expansion', at };
        return;
      }
      splits = true;
      at += 3;
    }
    let value = this.#variables(name);
    if (hasBrace) {
      const close = line.indexOf('}', at);
      const isDefault = line.charAt(at) === '-';
      if (close < 0 || (!isDefault && close !== at)) {
        this.#fault = { kind: 'brace', at: dollar + 1 };
        return;
      }
      if (isDefault) value ??= line.slice(at + 1, close);
      at = close + 1;
    }
    this.#at = at;
    this.#expand(value ?? '', splits);
  }

  #expand(value: string, splits: boolean): void {
    if (!splits) {
      this.#word += value;
      return;
    }
    const parts = value.split(/[\s]+/);
    for (const [index, part] of parts.entries()) {
      if (index > 0) this.#endWord(this.#at);
      this.#word += part;
    }
  }
}

/** The words of one line (without its newline). */
export function splitWords(line: string, variables: VariableLookup = NO_VARIABLES): SplitLine {
  return new LineSplitter(line, variables).run();
}

/** The words of a line without quotes, escapes and comments; undefined where there are some, or too many words. */
export function plainWords(line: string): readonly string[] | undefined {
  if (/["'\\#\r\n\0]/.test(line)) return undefined;
  const words = line.match(/[^ \t\v\f]+/g) ?? [];
  return words.length > MOST_WORDS ? undefined : words;
}

stayCompiled(new LineSplitter('', NO_VARIABLES));
