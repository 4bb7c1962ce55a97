/** The tokens of a text and of what it includes, one after another, with the names that messages give them. */
import { GLOBAL_KEYWORDS, SCOPED_KEYWORDS } from '../directives';
import { type Token, tokenize } from '../grammar';
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
  readonly tokens: readonly Token[];
  at: number;
}

export class TokenStream {
  readonly #stack: Reading[] = [];
  /** Contexts whose words are keywords now. */
  readonly scopes: string[] = [];
  #last: Place | undefined;
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
    const { tokens } = tokenize(source.text);
    let index = 0;
    for (const token of tokens) {
      const { kind, text, start, end } = token;
      const operator =
        kind === 'string' && text.length <= LONGEST_OPERATOR ? OPERATOR_WORDS.get(text) : undefined;
      if (operator !== undefined) tokens[index] = { kind: 'punctuation', text: operator, start, end };
      index++;
    }
    this.#stack.push({ source, tokens, at: 0 });
  }

  get #reading(): Reading {
    const stack = this.#stack;
    for (;;) {
      const top = stack[stack.length - 1];
      if (top === undefined) throw new Error('a stream has a text');
      if (stack.length === 1 || top.tokens[top.at]?.kind !== 'end') return top;
      stack.pop();
    }
  }
  get source(): Source {
    return this.#reading.source;
  }
  peek(ahead = 0): Token {
    const { tokens, at } = this.#reading;
    const token = tokens[Math.min(at + ahead, tokens.length - 1)];
    if (token === undefined) throw new Error('a text has an end');
    return token;
  }
  next(): Token {
    const reading = this.#reading;
    const token = reading.tokens[reading.at];
    if (token === undefined) throw new Error('a text has an end');
    this.#last = { source: reading.source, start: token.start, end: token.end };
    if (reading.at < reading.tokens.length - 1) reading.at++;
    return token;
  }
  placeOf(token: Token): Place {
    return { source: this.#reading.source, start: token.start, end: token.end };
  }
  get here(): Place {
    return this.placeOf(this.peek());
  }
  /** From an earlier place to the last token read. */
  since(start: Place): Place {
    const last = this.#last;
    return last === undefined || last.source !== start.source || last.end < start.end
      ? start
      : { source: start.source, start: start.start, end: last.end };
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
      place: this.placeOf(token),
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
