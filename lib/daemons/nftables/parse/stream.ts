/** The tokens of a text and of what it includes, one after another, with the names that messages give them. */
import { GLOBAL_KEYWORDS, SCOPED_KEYWORDS } from '../directives';
import { Scanner, type Token } from '../grammar';
import type { Place, Problem, Source } from './tree';

/** Thrown where the text cannot go on like this; caught by the block around it. */
export class SyntaxTrouble {
  constructor(readonly problem: Problem | undefined) {}
}

const OPERATOR_WORDS: ReadonlyMap<string, string> = new Map([
  ['eq', '=='],
  ['ne', '!='],
  ['lt', '<'],
  ['le', '<='],
  ['gt', '>'],
  ['ge', '>='],
  ['and', '&'],
  ['or', '|'],
  ['xor', '^'],
  ['not', '!'],
  ['lshift', '<<'],
  ['rshift', '>>'],
]);
const LONGEST_OPERATOR = 'lshift'.length;
const PUNCTUATION: ReadonlyMap<string, string> = new Map([
  [';', 'semicolon'],
  [':', 'colon'],
  [',', 'comma'],
  ...[...'={}()|$[]'].map((character) => [character, `'${character}'`] as const),
]);

/** Words that open a context. */
const SCOPE_WORDS: ReadonlyMap<string, string> = new Map([
  ...[
    'list',
    'reset',
    'policy',
    'counter',
    'log',
    'limit',
    'quota',
    'reject',
    'tcp',
    'udp',
    'th',
    'icmp',
    'ip',
    'ip6',
    'ether',
    'arp',
    'meta',
    'ct',
    'fib',
    'type',
    'queue',
  ].map((word) => [word, word] as const),
  ['icmpv6', 'icmp'],
  ['snat', 'nat'],
  ['dnat', 'nat'],
  ['masquerade', 'nat'],
  ['redirect', 'nat'],
]);

/** Contexts whose end shows only by the word behind it. */
const LOOKS_AHEAD = new Set(['ct', 'meta', 'nat', 'limit']);

interface Reading {
  readonly source: Source;
  readonly scanner: Scanner;
  /** The token that is read next, and those behind it that were looked at. */
  token: Token;
  readonly ahead: Token[];
}

/** Some operators may be written as words. */
function inOperators(token: Token): Token {
  const { kind, text, start, end } = token;
  if (kind !== 'string' || text.length > LONGEST_OPERATOR) return token;
  const operator = OPERATOR_WORDS.get(text);
  return operator === undefined ? token : { kind: 'punctuation', text: operator, start, end };
}

export class TokenStream {
  readonly #stack: Reading[] = [];
  /** Contexts whose words are keywords now. */
  readonly scopes: string[] = [];
  /** The place of the next token, once it was asked for. */
  #here: Place | undefined;
  /** Where the last token ended that was read. */
  #lastSource: Source | undefined;
  #lastEnd = 0;
  /** The token that was looked at while a context was being left: it was read with its words. */
  #ahead: { token: Token; scope: string } | undefined;

  constructor(source: Source) {
    this.include(source);
  }

  get depth(): number {
    return this.#stack.length;
  }
  /** Reads another text first. */
  include(source: Source): void {
    const scanner = new Scanner(source.text);
    this.#stack.push({ source, scanner, token: inOperators(scanner.next()), ahead: [] });
    this.#here = undefined;
  }

  /** The text that the next token is from: one that is at its end is left for the one that includes it. */
  get #reading(): Reading {
    const stack = this.#stack;
    for (;;) {
      const top = stack[stack.length - 1];
      if (top === undefined) throw new Error('a stream has a text');
      if (stack.length === 1 || top.token.kind !== 'end') return top;
      stack.pop();
    }
  }
  peek(ahead = 0): Token {
    const reading = this.#reading;
    let { token } = reading;
    for (let index = 0; index < ahead && token.kind !== 'end'; index++)
      token = reading.ahead[index] ??= inOperators(reading.scanner.next());
    return token;
  }
  next(): Token {
    const reading = this.#reading;
    const { source, token, ahead } = reading;
    this.#lastSource = source;
    this.#lastEnd = token.end;
    if (token.kind !== 'end') {
      reading.token = ahead.shift() ?? inOperators(reading.scanner.next());
      this.#here = undefined;
    }
    return token;
  }
  /** The place of the next token. */
  get here(): Place {
    if (this.#here === undefined) {
      const { source, token } = this.#reading;
      this.#here = { source, start: token.start, end: token.end };
    }
    return this.#here;
  }
  /** From an earlier place to the last token read. */
  since(start: Place): Place {
    const isBehind = this.#lastSource === start.source && this.#lastEnd > start.end;
    return isBehind ? { source: start.source, start: start.start, end: this.#lastEnd } : start;
  }

  isKeyword(token: Token): boolean {
    if (token.kind !== 'string') return false;
    if (GLOBAL_KEYWORDS.has(token.text)) return true;
    const ahead = this.#ahead;
    const scope =
      ahead !== undefined && ahead.token.start === token.start
        ? ahead.scope
        : this.scopes[this.scopes.length - 1];
    return scope !== undefined && SCOPED_KEYWORDS[scope]?.has(token.text) === true;
  }
  /** A word that stands for itself: no keyword. */
  isName(token: Token): boolean {
    return token.kind === 'string' && !this.isKeyword(token);
  }
  /** Whether the next token is this word or sign. */
  at(text: string): boolean {
    const token = this.peek();
    return (token.kind === 'string' || token.kind === 'punctuation') && token.text === text;
  }
  eat(text: string): boolean {
    if (!this.at(text)) return false;
    this.next();
    return true;
  }
  get atSeparator(): boolean {
    const { kind, text } = this.peek();
    return kind === 'newline' || (kind === 'punctuation' && text === ';');
  }

  nameOf(token: Token): string {
    switch (token.kind) {
      case 'newline':
        return 'newline';
      case 'end':
        return 'end of file';
      case 'number':
        return 'number';
      case 'quoted':
        return 'quoted string';
      case 'asterisk':
        return 'string with a trailing asterisk';
      case 'junk':
        return 'junk';
      case 'punctuation':
        return PUNCTUATION.get(token.text) ?? token.text;
      case 'string':
        return this.isKeyword(token) ? token.text : 'string';
    }
  }
  /** The scanner's and parser's own complaint about the next token. */
  unexpected(...expecting: readonly string[]): SyntaxTrouble {
    const token = this.peek();
    const list = expecting.length === 0 ? '' : `, expecting ${expecting.join(' or ')}`;
    return new SyntaxTrouble({
      place: this.here,
      message: `syntax error, unexpected ${this.nameOf(token)}${list}`,
    });
  }
  /**
   * After an error: goes on behind the next line end or semicolon. False at the
   * end of the text. Contexts that were open stay so, and those of the words that
   * are passed over are opened: the scanner does not know of the error.
   */
  recover(): boolean {
    for (;;) {
      const token = this.peek();
      if (token.kind === 'end') return false;
      const scope = token.kind === 'string' ? SCOPE_WORDS.get(token.text) : undefined;
      if (scope !== undefined) this.scopes.push(scope);
      if (this.atSeparator) {
        this.next();
        return true;
      }
      this.next();
    }
  }
  within<T>(scope: string, read: () => T): T {
    this.scopes.push(scope);
    const result = read();
    if (LOOKS_AHEAD.has(scope)) this.#ahead = { token: this.peek(), scope };
    this.scopes.pop();
    return result;
  }
}
