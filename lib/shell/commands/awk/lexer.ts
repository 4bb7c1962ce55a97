/** Tokens of the awk language. Source: POSIX.1-2017 awk, "Lexical Conventions"; gawk 5.2 `awkgram.y`. */

export type TokenKind =
  | 'number'
  | 'string'
  | 'regex'
  | 'name'
  /** A name right before its parenthesis. */
  | 'call'
  | 'builtin'
  | 'keyword'
  | 'newline'
  | 'end'
  | 'punctuation';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly value: string | number;
  readonly line: number;
  /** Where it begins in the program. */
  readonly at: number;
}

/** A program that gawk refuses: what it says under the line, and where. */
export class AwkSyntaxError extends Error {
  constructor(
    message: string,
    readonly at: number,
    /** Says only the message, with no source line. */
    readonly isBare = false,
  ) {
    super(message);
  }
}

const KEYWORDS = new Set([
  'BEGIN',
  'END',
  'BEGINFILE',
  'ENDFILE',
  'break',
  'case',
  'continue',
  'default',
  'delete',
  'do',
  'else',
  'exit',
  'for',
  'func',
  'function',
  'getline',
  'if',
  'in',
  'next',
  'nextfile',
  'print',
  'printf',
  'return',
  'switch',
  'while',
]);

export const BUILTINS: ReadonlyMap<string, readonly [number, number]> = new Map([
  ['and', [2, 99]],
  ['asort', [1, 3]],
  ['asorti', [1, 3]],
  ['atan2', [2, 2]],
  ['close', [1, 2]],
  ['compl', [1, 1]],
  ['cos', [1, 1]],
  ['exp', [1, 1]],
  ['fflush', [0, 1]],
  ['gensub', [3, 4]],
  ['gsub', [2, 3]],
  ['index', [2, 2]],
  ['int', [1, 1]],
  ['isarray', [1, 1]],
  ['length', [0, 1]],
  ['log', [1, 1]],
  ['lshift', [2, 2]],
  ['match', [2, 3]],
  ['mktime', [1, 2]],
  ['or', [2, 99]],
  ['patsplit', [2, 4]],
  ['rand', [0, 0]],
  ['rshift', [2, 2]],
  ['sin', [1, 1]],
  ['split', [2, 4]],
  ['sprintf', [1, 999]],
  ['sqrt', [1, 1]],
  ['srand', [0, 1]],
  ['strftime', [0, 3]],
  ['strtonum', [1, 1]],
  ['sub', [2, 3]],
  ['substr', [2, 3]],
  ['system', [1, 1]],
  ['systime', [0, 0]],
  ['tolower', [1, 1]],
  ['toupper', [1, 1]],
  ['typeof', [1, 2]],
  ['xor', [2, 99]],
]);

const PUNCTUATION = [
  '**=',
  '|&',
  '&&',
  '||',
  '++',
  '--',
  '+=',
  '-=',
  '*=',
  '/=',
  '%=',
  '^=',
  '**',
  '==',
  '<=',
  '>=',
  '!=',
  '>>',
  '!~',
  '{',
  '}',
  '(',
  ')',
  '[',
  ']',
  ';',
  ',',
  '+',
  '-',
  '*',
  '/',
  '%',
  '^',
  '!',
  '>',
  '<',
  '|',
  '?',
  ':',
  '~',
  '$',
  '=',
  '@',
];

export class AwkLexer {
  #at = 0;
  #line = 1;

  constructor(
    private readonly text: string,
    private readonly warn: (line: number, message: string) => void,
  ) {}

  get line(): number {
    return this.#line;
  }

  next(): Token {
    this.#skipBlanks();
    const at = this.#at;
    const character = this.text[at];
    if (character === undefined) return this.#token('end', '', at);
    if (character === '\n') {
      this.#at++;
      const token = this.#token('newline', '\n', at);
      this.#line++;
      return token;
    }
    if (character === '"') return this.#string(at);
    if (/[\d.]/.test(character)) {
      const number = this.#number(at);
      if (number !== undefined) return number;
    }
    if (/[A-Za-z_]/.test(character)) return this.#word(at);
    for (const mark of PUNCTUATION)
      if (this.text.startsWith(mark, at)) {
        this.#at += mark.length;
        return this.#token('punctuation', mark === '**' ? '^' : mark === '**=' ? '^=' : mark, at);
      }
    throw new AwkSyntaxError(`invalid char '${character}' in expression`, at);
  }

  #token(kind: TokenKind, text: string, at: number, value: string | number = text): Token {
    return { kind, text, value, line: this.#line, at };
  }

  #skipBlanks(): void {
    for (;;) {
      const character = this.text[this.#at];
      if (character === ' ' || character === '\t' || character === '\r') this.#at++;
      else if (character === '\\' && /^\\\r?\n/.test(this.text.slice(this.#at, this.#at + 3))) {
        this.#at += this.text[this.#at + 1] === '\r' ? 3 : 2;
        this.#line++;
      } else if (character === '#') {
        const end = this.text.indexOf('\n', this.#at);
        this.#at = end < 0 ? this.text.length : end;
      } else return;
    }
  }

  #number(at: number): Token | undefined {
    const rest = this.text.slice(at, at + 64);
    const hex = /^0[xX][\da-fA-F]+/.exec(rest)?.[0];
    const written = hex ?? /^(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/.exec(rest)?.[0];
    if (written === undefined) return undefined;
    this.#at = at + written.length;
    const isOctal = /^0[0-7]+$/.test(written);
    return this.#token('number', written, at, isOctal ? Number.parseInt(written, 8) : Number(written));
  }

  #word(at: number): Token {
    const word = /^\w+/.exec(this.text.slice(at))?.[0] ?? '';
    this.#at = at + word.length;
    if (KEYWORDS.has(word)) return this.#token('keyword', word === 'func' ? 'function' : word, at);
    if (BUILTINS.has(word)) return this.#token('builtin', word, at);
    return this.#token(this.text[this.#at] === '(' ? 'call' : 'name', word, at);
  }

  #string(at: number): Token {
    let i = at + 1;
    for (; ; i++) {
      const character = this.text[i];
      if (character === undefined || character === '\n') throw new AwkSyntaxError('unterminated string', at);
      if (character === '"') break;
      if (character === '\\') {
        if (this.text[i + 1] === '\n') this.#line++;
        i++;
      }
    }
    this.#at = i + 1;
    const raw = this.text.slice(at + 1, i);
    return this.#token('string', raw, at, this.#unescaped(raw));
  }

  #unescaped(raw: string): string {
    return unescapeString(raw, (letter) =>
      this.warn(this.#line, `escape sequence \`\\${letter}' treated as plain \`${letter}'`),
    );
  }

  /** The rest of a regular expression whose `/` was the token `slash`. */
  regex(slash: Token): Token {
    let i = slash.at + 1;
    let inBrackets = false;
    for (; ; i++) {
      const character = this.text[i];
      if (character === undefined || character === '\n')
        throw new AwkSyntaxError('unterminated regexp', inBrackets ? slash.at + 1 : i);
      if (character === '\\') i++;
      else if (character === '[' && !inBrackets) {
        inBrackets = true;
        if (this.text[i + 1] === '^') i++;
        if (this.text[i + 1] === ']') i++;
      } else if (character === '[' && this.text[i + 1] === ':') {
        const end = this.text.indexOf(':]', i);
        if (end > 0) i = end + 1;
      } else if (character === ']') inBrackets = false;
      else if (character === '/' && !inBrackets) break;
    }
    this.#at = i + 1;
    const source = this.text.slice(slash.at + 1, i).replace(/\\\//g, '/');
    return { kind: 'regex', text: source, value: source, line: slash.line, at: slash.at };
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
  '/': '/',
  '\n': '',
};

/** Escapes inside a string. */
export function unescapeString(raw: string, warn: (letter: string) => void = () => undefined): string {
  if (!raw.includes('\\')) return raw;
  return raw.replace(/\\(?:([0-7]{1,3})|x([\da-fA-F]{1,2})|([^])|$)/g, (_all, octal, hex, letter) => {
    if (typeof octal === 'string') return byteCharacter(Number.parseInt(octal, 8));
    if (typeof hex === 'string') return byteCharacter(Number.parseInt(hex, 16));
    if (typeof letter !== 'string') return '\\';
    const known = ESCAPES[letter];
    if (known !== undefined) return known;
    warn(letter);
    return letter;
  });
}

function byteCharacter(code: number): string {
  const byte = code & 255;
  return String.fromCharCode(byte < 128 ? byte : 0xdc00 + byte);
}
