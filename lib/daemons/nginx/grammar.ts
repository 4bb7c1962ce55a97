/**
 * The configuration language of nginx: how its text falls into words, statements and blocks.
 * Reading goes statement by statement, as the daemon does; what it stumbles over ends the reading.
 * `parseText` makes a tree of a whole text for tools, which prints back unchanged.
 * Source: nginx 1.22 src/core/ngx_conf_file.c `ngx_conf_read_token`.
 */
import { stayCompiled } from '../../std/stay-compiled';

/** The daemon reads files through a buffer of this size; no word or comment may be longer. */
const BUFFER = 4_096;

export interface Word {
  /** With quotes taken away and escapes resolved. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** What was read. */
export type Reading =
  /** Words up to `;` or `{`. */
  | { readonly kind: 'statement' | 'block'; readonly words: readonly Word[] }
  /** `}` */
  | { readonly kind: 'close' }
  | { readonly kind: 'end' }
  | { readonly kind: 'error'; readonly text: string };

/** Reads statements of one text in order. */
export class StatementReader {
  readonly text: string;
  /** Of the next character. */
  offset = 0;
  /** The line reached, from 1; messages about a statement name the line where it ends. */
  line = 1;
  /** Where the last statement begins. */
  start = 0;
  readonly #isFile: boolean;

  /** `isFile` false: directives of `-g`. */
  constructor(text: string, { isFile }: { readonly isFile: boolean }) {
    this.text = text;
    this.#isFile = isFile;
  }

  next(): Reading {
    return new TokenScan(this, this.#isFile).run();
  }
}

const isSpace = (character: string): boolean =>
  character === ' ' || character === '\t' || character === '\r' || character === '\n';

/** One statement's way through the reader: the flags are those of the daemon. */
class TokenScan {
  readonly #words: Word[] = [];
  #needSpace = false;
  #lastSpace = true;
  #inComment = false;
  #variable = false;
  #escaped = false;
  #quote: '' | '"' | "'" = '';
  #start: number;
  #startLine: number;
  #first = -1;

  constructor(
    private readonly reader: StatementReader,
    private readonly isFile: boolean,
  ) {
    this.#start = reader.offset;
    this.#startLine = reader.line;
  }

  run(): Reading {
    const { reader } = this;
    const { text } = reader;
    for (;;) {
      if (reader.offset >= text.length) return this.#atEnd();
      if (this.isFile && reader.offset - this.#start >= BUFFER) return this.#tooLong();
      const character = text.charAt(reader.offset++);
      if (character === '\n') {
        reader.line++;
        this.#inComment = false;
      }
      if (this.#inComment) continue;
      if (this.#escaped) {
        this.#escaped = false;
        continue;
      }
      const done = this.#take(character);
      if (done !== undefined) return done;
    }
  }

  #take(character: string): Reading | undefined {
    if (this.#needSpace) {
      if (isSpace(character)) {
        this.#lastSpace = true;
        this.#needSpace = false;
        return undefined;
      }
      if (character === ';') return this.#done('statement');
      if (character === '{') return this.#done('block');
      if (character !== ')') return this.#error(`unexpected "${character}"`);
      this.#lastSpace = true;
      this.#needSpace = false;
    }
    return this.#lastSpace ? this.#beginWord(character) : this.#insideWord(character);
  }

  #beginWord(character: string): Reading | undefined {
    const { reader } = this;
    this.#start = reader.offset - 1;
    this.#startLine = reader.line;
    if (isSpace(character)) return undefined;
    switch (character) {
      case ';':
      case '{':
        if (this.#words.length === 0) return this.#error(`unexpected "${character}"`);
        return this.#done(character === '{' ? 'block' : 'statement');
      case '}':
        if (this.#words.length > 0) return this.#error('unexpected "}"');
        return { kind: 'close' };
      case '#':
        this.#inComment = true;
        return undefined;
      case '\\':
        this.#escaped = true;
        break;
      case '"':
      case "'":
        this.#start++;
        this.#quote = character;
        break;
      case '$':
        this.#variable = true;
        break;
      default:
    }
    this.#lastSpace = false;
    if (this.#first < 0) this.#first = reader.offset - 1;
    return undefined;
  }

  #insideWord(character: string): Reading | undefined {
    if (character === '{' && this.#variable) return undefined;
    this.#variable = false;
    if (character === '\\') {
      this.#escaped = true;
      return undefined;
    }
    if (character === '$') {
      this.#variable = true;
      return undefined;
    }
    if (this.#quote !== '') {
      if (character !== this.#quote) return undefined;
      this.#quote = '';
      this.#needSpace = true;
      this.#push();
      return undefined;
    }
    if (!isSpace(character) && character !== ';' && character !== '{') return undefined;
    this.#lastSpace = true;
    this.#push();
    if (character === ';') return this.#done('statement');
    return character === '{' ? this.#done('block') : undefined;
  }

  #push(): void {
    const end = this.reader.offset - 1;
    const raw = this.reader.text.slice(this.#start, end);
    this.#words.push({ text: unescape(raw), start: this.#start, end });
  }
  #done(kind: 'statement' | 'block'): Reading {
    this.reader.start = this.#first;
    return { kind, words: this.#words };
  }
  #error(text: string): Reading {
    return { kind: 'error', text };
  }
  #atEnd(): Reading {
    if (this.#words.length === 0 && this.#lastSpace) return { kind: 'end' };
    return this.#error(
      this.isFile
        ? 'unexpected end of file, expecting ";" or "}"'
        : 'unexpected end of parameter, expecting ";"',
    );
  }
  #tooLong(): Reading {
    this.reader.line = this.#startLine;
    return this.#error(
      this.#quote === ''
        ? `too long parameter "${this.reader.text.slice(this.#start, this.#start + 10)}..." started`
        : `too long parameter, probably missing terminating "${this.#quote}" character`,
    );
  }
}

/** Before quotes and backslashes a backslash goes away; `\t`, `\r` and `\n` are what they are elsewhere; others stay. */
function unescape(raw: string): string {
  if (!raw.includes('\\')) return raw;
  return raw.replace(/\\(["'\\trn])/g, (_, character: string) => {
    switch (character) {
      case 't':
        return '\t';
      case 'r':
        return '\r';
      case 'n':
        return '\n';
      default:
        return character;
    }
  });
}

// ---------------------------------------------------------------- the tree
export interface Statement {
  readonly words: readonly Word[];
  /** Line where the statement ends, from 1. */
  readonly line: number;
  /** Blanks, comments, words and the `;` or `{`. */
  readonly source: string;
  /** Of a block. */
  readonly body: readonly Statement[] | undefined;
  /** Blanks, comments and the `}` of a block. */
  readonly close: string;
}
export interface Tree {
  readonly statements: readonly Statement[];
  /** What follows the last statement, or what could not be read. */
  readonly rest: string;
  readonly problem: { readonly text: string; readonly line: number } | undefined;
}

/** Never fails: what cannot be read is the tree's rest. Blocks whose lines are no directives (maps, types) are read alike. */
export function parseText(text: string): Tree {
  const reader = new StatementReader(text, { isFile: true });
  const found = parseBody(reader, 0);
  return { statements: found.statements, rest: text.slice(found.end), problem: found.problem };
}
interface Body {
  statements: Statement[];
  end: number;
  close: string;
  problem: Tree['problem'];
}
/** Nobody nests blocks so deep; the real one has no such bound. */
const DEEPEST = 500;
function parseBody(reader: StatementReader, depth: number): Body {
  const statements: Statement[] = [];
  let end = reader.offset;
  if (depth > DEEPEST)
    return {
      statements,
      end,
      close: '',
      problem: { text: `not modelled: blocks nested deeper than ${DEEPEST}`, line: reader.line },
    };
  for (;;) {
    const reading = reader.next();
    const { line, offset } = reader;
    switch (reading.kind) {
      case 'error':
        return { statements, end, close: '', problem: { text: reading.text, line } };
      case 'end':
        return {
          statements,
          end,
          close: '',
          problem: depth === 0 ? undefined : { text: 'unexpected end of file, expecting "}"', line },
        };
      case 'close':
        if (depth === 0) return { statements, end, close: '', problem: { text: 'unexpected "}"', line } };
        return { statements, end: offset, close: reader.text.slice(end, offset), problem: undefined };
      case 'statement':
      case 'block': {
        const source = reader.text.slice(end, offset);
        const body = reading.kind === 'block' ? parseBody(reader, depth + 1) : undefined;
        statements.push({
          words: reading.words,
          line,
          source,
          body: body?.statements,
          close: body?.close ?? '',
        });
        end = body?.end ?? offset;
        if (body?.problem !== undefined) return { statements, end, close: '', problem: body.problem };
      }
    }
  }
}

export function printTree(tree: Tree): string {
  return printAll(tree.statements) + tree.rest;
}
function printAll(statements: readonly Statement[]): string {
  return statements.map(({ source, body, close }) => source + printAll(body ?? []) + close).join('');
}

const NOTHING = new StatementReader('', { isFile: true });
stayCompiled(NOTHING);
stayCompiled(new TokenScan(NOTHING, true));
