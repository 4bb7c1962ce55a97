/** Reads jq programs. Source: jq 1.6 `parser.y`. Not modelled: modules (import, include). */
import { type Token, tokenize } from './lexer';
import type { Definition, Filter, Pattern } from './tree';

/** One thing that is wrong with a program, and where it begins. */
export class JqSyntaxError extends Error {
  constructor(
    message: string,
    readonly at: number,
    readonly also: readonly { readonly message: string; readonly at: number }[] = [],
  ) {
    super(message);
  }
}

const COMPARISONS = new Set(['==', '!=', '<', '<=', '>', '>=']);
const UPDATES = new Set(['=', '|=', '+=', '-=', '*=', '/=', '%=', '//=']);

export function parseProgram(text: string): Filter {
  const parser = new Parser(tokenize(text));
  return parser.program();
}

/** Definitions alone, as in the library. */
export function parseDefinitions(text: string): Definition[] {
  return new Parser(tokenize(text)).definitions();
}

class Parser {
  #index = 0;
  constructor(private readonly tokens: readonly Token[]) {}

  get #token(): Token {
    return this.tokens[this.#index] ?? { kind: 'end', text: '', at: 0, end: 0 };
  }
  #peek(ahead = 1): Token | undefined {
    return this.tokens[this.#index + ahead];
  }
  #advance(): Token {
    const token = this.#token;
    if (this.#index < this.tokens.length - 1) this.#index++;
    return token;
  }
  #is(text: string): boolean {
    const { kind } = this.#token;
    return (kind === 'punctuation' || kind === 'keyword') && this.#token.text === text;
  }
  #take(text: string): boolean {
    if (!this.#is(text)) return false;
    this.#advance();
    return true;
  }
  #expect(text: string): void {
    if (!this.#take(text))
      this.#unexpected(
        text === '}' || (text === '(' && this.#token.kind === 'end') ? `'${text}'` : undefined,
      );
  }

  #unexpected(expected?: string): never {
    const token = this.#token;
    const last = this.tokens[this.#index - 1];
    if (token.isOpen === true)
      throw new JqSyntaxError(
        'syntax error, unexpected $end, expecting QQSTRING_TEXT or QQSTRING_INTERP_START or QQSTRING_END (Unix shell quoting issues?)',
        token.at,
      );
    const expecting =
      expected === undefined ? (this.#index === 0 ? ', expecting $end' : '') : `, expecting ${expected}`;
    // At the end the place is that of the last token, a name's after its `$`, or of blanks.
    const lastAt =
      last === undefined ? 0 : last.end < token.at ? last.end : last.at + (last.kind === 'variable' ? 1 : 0);
    const at = token.kind === 'end' && token.text === '' ? lastAt : token.at;
    throw new JqSyntaxError(
      `syntax error, unexpected ${nameOf(token)}${expecting} (Unix shell quoting issues?)`,
      at,
    );
  }

  program(): Filter {
    return this.#atEnd() ? { kind: 'identity' } : this.interpolation();
  }

  #atEnd(): boolean {
    return this.#token.kind === 'end';
  }

  definitions(): Definition[] {
    const list: Definition[] = [];
    while (this.#is('def')) list.push(this.#definition());
    return list;
  }

  #definition(): Definition {
    this.#expect('def');
    const name = this.#advance();
    if (name.kind !== 'identifier' && name.kind !== 'keyword')
      throw new JqSyntaxError('syntax error', name.at);
    const parameters: string[] = [];
    if (this.#take('(')) {
      do {
        const parameter = this.#advance();
        if (parameter.kind !== 'identifier' && parameter.kind !== 'variable')
          throw new JqSyntaxError(
            `syntax error, unexpected ${nameOf(parameter)} (Unix shell quoting issues?)`,
            parameter.at,
          );
        parameters.push(parameter.text);
      } while (this.#take(';'));
      this.#expect(')');
    }
    this.#expect(':');
    const body = this.#pipe();
    this.#expect(';');
    return { name: name.text, parameters, body };
  }

  // ---------------------------------------------------------------- operators, loosest first
  #pipe(): Filter {
    if (this.#is('def')) {
      const definition = this.#definition();
      // A program may be definitions alone.
      const body: Filter = this.#token.kind === 'end' ? { kind: 'identity' } : this.#pipe();
      return { kind: 'define', definition, body };
    }
    if (this.#is('label')) {
      this.#advance();
      const name = this.#advance();
      if (name.kind !== 'variable') throw new JqSyntaxError('syntax error', name.at);
      this.#expect('|');
      return { kind: 'label', name: name.text, body: this.#pipe() };
    }
    const left = this.#comma();
    if (this.#take('|')) return { kind: 'pipe', left, right: this.#pipe() };
    return left;
  }

  #comma(): Filter {
    let left = this.#alternative();
    while (this.#take(',')) left = { kind: 'comma', left, right: this.#alternative() };
    return left;
  }

  #alternative(): Filter {
    const left = this.#update();
    if (this.#take('//')) return { kind: 'alternative', left, right: this.#alternative() };
    return left;
  }

  #update(): Filter {
    const left = this.#or();
    const { text, kind } = this.#token;
    if (kind !== 'punctuation' || !UPDATES.has(text)) return left;
    this.#advance();
    return { kind: 'update', operator: text, left, right: this.#alternative() };
  }

  #or(): Filter {
    let left = this.#and();
    while (this.#take('or')) left = { kind: 'or', left, right: this.#and() };
    return left;
  }

  #and(): Filter {
    let left = this.#comparison();
    while (this.#take('and')) left = { kind: 'and', left, right: this.#comparison() };
    return left;
  }

  #comparison(): Filter {
    const left = this.#sum();
    const { text, kind } = this.#token;
    if (kind !== 'punctuation' || !COMPARISONS.has(text)) return left;
    this.#advance();
    return { kind: 'binary', operator: text, left, right: this.#sum() };
  }

  #sum(): Filter {
    let left = this.#product();
    while (this.#is('+') || this.#is('-')) {
      const { text } = this.#advance();
      left = { kind: 'binary', operator: text, left, right: this.#product() };
    }
    return left;
  }

  #product(): Filter {
    const start = this.#token.at;
    let left = this.#unary();
    while (this.#is('*') || this.#is('/') || this.#is('%')) {
      const { text } = this.#advance();
      const right = this.#unary();
      if (text !== '*' && left.kind === 'literal' && right.kind === 'literal' && right.value === 0)
        throw new JqSyntaxError('Division by zero?', start);
      left = { kind: 'binary', operator: text, left, right };
    }
    return left;
  }

  #unary(): Filter {
    if (this.#take('-')) return { kind: 'negate', operand: this.#unary() };
    return this.#postfix();
  }

  /** Term, `?`, and the bindings that begin with a term. */
  #postfix(): Filter {
    if (this.#is('reduce') || this.#is('foreach')) return this.#suffixes(this.#fold());
    if (this.#is('if')) return this.#suffixes(this.#if());
    if (this.#take('try')) {
      const body = this.#postTerm();
      const handler = this.#take('catch') ? this.#postTerm() : undefined;
      return { kind: 'try', body, handler };
    }
    const term = this.#postTerm();
    if (!this.#take('as')) return term;
    const patterns = [this.#pattern()];
    while (this.#take('?//')) patterns.push(this.#pattern());
    this.#expect('|');
    return { kind: 'bind', source: term, patterns, body: this.#pipe() };
  }

  #postTerm(): Filter {
    if (this.#is('reduce') || this.#is('foreach')) return this.#suffixes(this.#fold());
    if (this.#is('if')) return this.#suffixes(this.#if());
    return this.#suffixes(this.#term());
  }

  #fold(): Filter {
    const kind = this.#advance().text;
    const source = this.#suffixes(this.#term());
    this.#expect('as');
    const pattern = this.#pattern();
    this.#expect('(');
    const start = this.#pipe();
    this.#expect(';');
    const update = this.#pipe();
    const extract = kind === 'foreach' && this.#take(';') ? this.#pipe() : undefined;
    this.#expect(')');
    return kind === 'reduce'
      ? { kind: 'reduce', source, pattern, start, update }
      : { kind: 'foreach', source, pattern, start, update, extract };
  }

  #if(): Filter {
    const { at } = this.#advance();
    const test = this.#pipe();
    this.#expectIn('then', at);
    const yes = this.#pipe();
    if (this.#is('elif')) return { kind: 'if', test, yes, no: this.#if() };
    if (!this.#is('else')) this.#expectIn('else', at);
    else this.#advance();
    const no = this.#pipe();
    this.#expectIn('end', at);
    return { kind: 'if', test, yes, no };
  }

  #expectIn(word: string, at: number): void {
    if (this.#take(word)) return;
    try {
      this.#unexpected();
    } catch (error) {
      if (!(error instanceof JqSyntaxError)) throw error;
      throw new JqSyntaxError(error.message, error.at, [
        { message: "Possibly unterminated 'if' statement", at },
      ]);
    }
  }

  #suffixes(start: Filter): Filter {
    let term = start;
    for (;;) {
      if (this.#token.kind === 'field') {
        term = { kind: 'index', target: term, index: literal(this.#advance().text.slice(1)) };
      } else if (this.#is('.') && this.#peek()?.kind === 'string') {
        this.#advance();
        term = { kind: 'index', target: term, index: this.#string(undefined) };
      } else if (this.#is('.') && this.#peek()?.text === '[') {
        this.#advance();
        term = this.#bracket(term);
      } else if (this.#is('[')) term = this.#bracket(term);
      else if (this.#take('?')) term = { kind: 'try', body: term, handler: undefined };
      else return term;
    }
  }

  #bracket(target: Filter): Filter {
    this.#expect('[');
    if (this.#take(']')) return { kind: 'each', target };
    if (this.#take(':')) {
      const to = this.#pipe();
      this.#expect(']');
      return { kind: 'slice', target, from: undefined, to };
    }
    const index = this.#pipe();
    if (this.#take(':')) {
      const to = this.#is(']') ? undefined : this.#pipe();
      this.#expect(']');
      return { kind: 'slice', target, from: index, to };
    }
    this.#expect(']');
    return { kind: 'index', target, index };
  }

  // ---------------------------------------------------------------- terms
  #term(): Filter {
    const token = this.#token;
    switch (token.kind) {
      case 'number':
        this.#advance();
        return literal(Number(token.text));
      case 'string':
        return this.#string(undefined);
      case 'format':
        this.#advance();
        if (this.#token.kind === 'string') return this.#string(token.text);
        return { kind: 'format', name: token.text };
      case 'field':
        this.#advance();
        return { kind: 'index', target: { kind: 'identity' }, index: literal(token.text.slice(1)) };
      case 'variable':
        this.#advance();
        if (token.text === '$__loc__') return locationOf();
        return { kind: 'variable', name: token.text, at: token.at };
      case 'identifier':
        return this.#call(token);
      case 'keyword':
        return this.#unexpected();
      case 'punctuation':
        return this.#punctuated(token);
      default:
        return this.#unexpected();
    }
  }

  #call(token: Token): Filter {
    this.#advance();
    if (token.text === 'break') {
      const name = this.#advance();
      if (name.kind !== 'variable') throw new JqSyntaxError('break requires a label to break to', token.at);
      return { kind: 'break', name: name.text };
    }
    const args: Filter[] = [];
    if (this.#take('(')) {
      do args.push(this.#pipe());
      while (this.#take(';'));
      this.#expect(')');
    }
    if (args.length === 0) {
      if (token.text === 'null') return literal(null);
      if (token.text === 'true' || token.text === 'false') return literal(token.text === 'true');
    }
    return { kind: 'call', name: token.text, args, at: token.at };
  }

  #punctuated(token: Token): Filter {
    switch (token.text) {
      case '.':
        this.#advance();
        if (this.#token.kind === 'string')
          return { kind: 'index', target: { kind: 'identity' }, index: this.#string(undefined) };
        return { kind: 'identity' };
      case '..':
        this.#advance();
        return { kind: 'recurse' };
      case '(': {
        this.#advance();
        const inner = this.#pipe();
        this.#expect(')');
        return inner;
      }
      case '[': {
        this.#advance();
        if (this.#take(']')) return { kind: 'array', body: undefined };
        const body = this.#pipe();
        this.#expect(']');
        return { kind: 'array', body };
      }
      case '{':
        return this.#object();
      case '-':
        this.#advance();
        return { kind: 'negate', operand: this.#postTerm() };
      default:
        return this.#unexpected();
    }
  }

  #string(format: string | undefined): Filter {
    const token = this.#advance();
    if (token.isOpen === true) {
      this.#index--;
      this.#unexpected();
    }
    const parts = (token.pieces ?? []).map((piece) =>
      typeof piece === 'string' ? piece : new Parser(piece.tokens).interpolation(),
    );
    const [only = ''] = parts;
    if (parts.length === 1 && typeof only === 'string') return literal(only);
    return { kind: 'string', format, parts };
  }

  interpolation(): Filter {
    const filter = this.#pipe();
    if (!this.#atEnd()) this.#unexpected(this.tokens[this.#index - 1]?.text === '.' ? undefined : '$end');
    return filter;
  }

  #object(): Filter {
    this.#advance();
    const entries: { key: Filter; value: Filter }[] = [];
    while (!this.#is('}')) {
      entries.push(this.#entry());
      if (!this.#take(',')) break;
    }
    this.#expect('}');
    return { kind: 'object', entries };
  }

  #entry(): { key: Filter; value: Filter } {
    const token = this.#token;
    const identity: Filter = { kind: 'identity' };
    if (token.kind === 'variable') {
      this.#advance();
      const value: Filter =
        token.text === '$__loc__' ? locationOf() : { kind: 'variable', name: token.text, at: token.at };
      return { key: literal(token.text.slice(1)), value };
    }
    let key: Filter;
    if (token.kind === 'identifier' || token.kind === 'keyword') {
      this.#advance();
      key = literal(token.text);
    } else if (token.kind === 'number') {
      this.#advance();
      key = literal(Number(token.text));
    } else if (token.kind === 'string') key = this.#string(undefined);
    else if (token.kind === 'format') {
      this.#advance();
      key = this.#token.kind === 'string' ? this.#string(token.text) : { kind: 'format', name: token.text };
    } else if (this.#take('(')) {
      key = this.#pipe();
      this.#expect(')');
    } else return this.#unexpected();
    if (this.#take(':')) return { key, value: this.#entryValue() };
    return { key, value: { kind: 'index', target: identity, index: key } };
  }

  /** A value in an object: terms joined by `|`. */
  #entryValue(): Filter {
    const left: Filter = this.#take('-')
      ? { kind: 'negate', operand: this.#postTerm() }
      : this.#alternativeValue();
    if (this.#take('|')) return { kind: 'pipe', left, right: this.#entryValue() };
    return left;
  }

  #alternativeValue(): Filter {
    return this.#postTerm();
  }

  #pattern(): Pattern {
    const token = this.#token;
    if (token.kind === 'variable') {
      this.#advance();
      return { kind: 'variable', name: token.text };
    }
    if (this.#take('[')) {
      const items = [this.#pattern()];
      while (this.#take(',')) items.push(this.#pattern());
      this.#expect(']');
      return { kind: 'array', items };
    }
    if (!this.#take('{')) return this.#unexpected();
    const entries: { key: Filter; variable: string | undefined; pattern: Pattern | undefined }[] = [];
    do entries.push(this.#patternEntry());
    while (this.#take(','));
    this.#expect('}');
    return { kind: 'object', entries };
  }

  #patternEntry(): { key: Filter; variable: string | undefined; pattern: Pattern | undefined } {
    const token = this.#token;
    if (token.kind === 'variable') {
      this.#advance();
      const pattern = this.#take(':') ? this.#pattern() : undefined;
      return { key: literal(token.text.slice(1)), variable: token.text, pattern };
    }
    let key: Filter;
    if (token.kind === 'identifier' || token.kind === 'keyword') {
      this.#advance();
      key = literal(token.text);
    } else if (token.kind === 'string') key = this.#string(undefined);
    else {
      this.#expect('(');
      key = this.#pipe();
      this.#expect(')');
    }
    this.#expect(':');
    return { key, variable: undefined, pattern: this.#pattern() };
  }
}

function literal(value: null | boolean | number | string): Filter {
  return { kind: 'literal', value };
}

function locationOf(): Filter {
  return {
    kind: 'object',
    entries: [
      { key: literal('file'), value: literal('<top-level>') },
      { key: literal('line'), value: literal(1) },
    ],
  };
}

const TOKEN_NAMES: Readonly<Record<string, string>> = {
  identifier: 'IDENT',
  field: 'FIELD',
  variable: "'$'",
  number: 'LITERAL',
  string: 'QQSTRING_START',
  format: 'FORMAT',
  invalid: 'INVALID_CHARACTER',
};

function nameOf(token: Token): string {
  if (token.kind === 'end') return token.text === '' ? '$end' : "')'";
  const named = TOKEN_NAMES[token.kind];
  if (named !== undefined) return named;
  return token.kind === 'keyword' || token.text.length > 1 ? token.text : `'${token.text}'`;
}
