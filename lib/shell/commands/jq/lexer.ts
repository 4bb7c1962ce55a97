/** Tokens of jq. Source: jq 1.6 `lexer.l`. */

export type TokenKind =
  | 'end'
  | 'identifier'
  | 'field'
  | 'variable'
  | 'number'
  | 'string'
  | 'format'
  | 'keyword'
  | 'punctuation'
  | 'invalid';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly at: number;
  readonly end: number;
  /** A string's pieces: text, and the source of each interpolation with its place. */
  readonly pieces?: readonly (string | { readonly tokens: Token[] })[];
  /** A string that never ends. */
  readonly isOpen?: boolean;
}

const KEYWORDS = new Set([
  'as',
  'import',
  'include',
  'module',
  'def',
  'if',
  'then',
  'else',
  'elif',
  'end',
  'reduce',
  'foreach',
  'try',
  'catch',
  'label',
  'and',
  'or',
  '__loc__',
]);
const PUNCTUATION = [
  '?//=',
  '?//',
  '!=',
  '==',
  '//=',
  '//',
  '|=',
  '+=',
  '-=',
  '*=',
  '/=',
  '%=',
  '<=',
  '>=',
  '..',
];
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

export function tokenize(text: string): Token[] {
  const lexer = new Lexer(text);
  return lexer.all(undefined);
}

class Lexer {
  #at = 0;
  constructor(private readonly text: string) {}

  /** Up to the end, or to the parenthesis that closes an interpolation. */
  all(closing: ')' | undefined): Token[] {
    const tokens: Token[] = [];
    const open: string[] = [];
    for (;;) {
      this.#skip();
      const at = this.#at;
      const character = this.text[at];
      if (character === undefined) {
        tokens.push({ kind: 'end', text: '', at, end: at });
        return tokens;
      }
      if (closing !== undefined && character === ')' && open.length === 0) {
        this.#at++;
        tokens.push({ kind: 'end', text: ')', at, end: at + 1 });
        return tokens;
      }
      const token = this.#token(character, at);
      if (/^[([{]$/.test(token.text) && token.kind === 'punctuation') open.push(token.text);
      if (/^[)\]}]$/.test(token.text) && token.kind === 'punctuation') {
        // What closes nothing is no character of the language.
        const wanted = { ')': '(', ']': '[', '}': '{' }[token.text];
        if (open.pop() !== wanted) tokens.push({ ...token, kind: 'invalid' });
        else tokens.push(token);
      } else tokens.push(token);
    }
  }

  #skip(): void {
    for (;;) {
      const character = this.text[this.#at];
      if (character !== undefined && /[ \n\t\r]/.test(character)) this.#at++;
      else if (character === '#') {
        const end = this.text.indexOf('\n', this.#at);
        this.#at = end < 0 ? this.text.length : end;
      } else return;
    }
  }

  #token(character: string, at: number): Token {
    const rest = this.text.slice(at, at + 300);
    const make = (kind: TokenKind, text: string, skip = 0): Token => {
      this.#at = at + text.length + skip;
      return { kind, text, at, end: this.#at };
    };
    if (character === '"') return this.#string(at);
    const number = /^(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/.exec(rest)?.[0];
    if (number !== undefined) return make('number', number);
    const field = /^\.[A-Za-z_]\w*/.exec(rest)?.[0];
    if (field !== undefined) return make('field', field);
    const variable = /^\$(?:[A-Za-z_]\w*::)*[A-Za-z_]\w*/.exec(rest)?.[0];
    if (variable !== undefined) return make('variable', variable);
    const format = /^@\w+/.exec(rest)?.[0];
    if (format !== undefined) return make('format', format);
    const word = /^(?:[A-Za-z_]\w*::)*[A-Za-z_]\w*/.exec(rest)?.[0];
    if (word !== undefined) return make(KEYWORDS.has(word) ? 'keyword' : 'identifier', word);
    for (const mark of PUNCTUATION) if (rest.startsWith(mark)) return make('punctuation', mark);
    return make(/[.?=;,:|+\-*/%$<>()[\]{}]/.test(character) ? 'punctuation' : 'invalid', character);
  }

  #string(at: number): Token {
    const pieces: (string | { tokens: Token[] })[] = [];
    let text = '';
    this.#at = at + 1;
    for (;;) {
      const character = this.text[this.#at++];
      if (character === undefined) {
        this.#at = this.text.length;
        return { kind: 'string', text: '"', at: at + 1, end: this.#at, pieces, isOpen: true };
      }
      if (character === '"') break;
      if (character !== '\\') {
        text += character;
        continue;
      }
      const letter = this.text[this.#at++] ?? '';
      if (letter === '(') {
        pieces.push(text);
        text = '';
        pieces.push({ tokens: this.all(')') });
      } else if (letter === 'u') {
        text += String.fromCharCode(Number.parseInt(this.text.slice(this.#at, this.#at + 4), 16) || 0xfffd);
        this.#at += 4;
      } else text += ESCAPES[letter] ?? letter;
    }
    pieces.push(text);
    return { kind: 'string', text: '"', at, end: this.#at, pieces };
  }
}
