/** The language of bc. Source: POSIX.1-2017 bc; bc 1.07.1 `bc.y`, `scan.l`. */

export type Expression =
  | { readonly kind: 'number'; readonly text: string }
  | Place
  | { readonly kind: 'assign'; readonly place: Place; readonly operator: string; readonly value: Expression }
  | { readonly kind: 'step'; readonly place: Place; readonly by: 1 | -1; readonly isBefore: boolean }
  | {
      readonly kind: 'binary';
      readonly operator: string;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: 'negate' | 'not' | 'group'; readonly operand: Expression }
  | {
      readonly kind: 'call';
      readonly name: string;
      readonly args: readonly (Expression | { readonly kind: 'array'; readonly name: string })[];
    };

export type Place =
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'element'; readonly name: string; readonly index: Expression }
  | { readonly kind: 'setting'; readonly name: 'scale' | 'ibase' | 'obase' | 'last' };

export type Statement =
  | { readonly kind: 'expression'; readonly expression: Expression; readonly isSilent: boolean }
  | { readonly kind: 'string'; readonly text: string }
  | { readonly kind: 'print'; readonly items: readonly (Expression | string)[] }
  | { readonly kind: 'block'; readonly body: readonly Statement[] }
  | {
      readonly kind: 'if';
      readonly test: Expression;
      readonly yes: Statement;
      readonly no: Statement | undefined;
    }
  | { readonly kind: 'while'; readonly test: Expression; readonly body: Statement }
  | {
      readonly kind: 'for';
      readonly start: Expression | undefined;
      readonly test: Expression | undefined;
      readonly step: Expression | undefined;
      readonly body: Statement;
    }
  | { readonly kind: 'break' | 'continue' | 'quit' | 'halt' }
  | { readonly kind: 'return'; readonly value: Expression | undefined };

export interface BcFunction {
  readonly name: string;
  readonly parameters: readonly { readonly name: string; readonly isArray: boolean }[];
  readonly locals: readonly { readonly name: string; readonly isArray: boolean }[];
  readonly body: Statement;
}
export type Unit =
  | { readonly define: BcFunction }
  | { readonly statements: readonly Statement[] }
  | { readonly error: string };

interface Token {
  readonly kind: 'number' | 'name' | 'string' | 'mark' | 'newline' | 'end';
  readonly text: string;
  readonly line: number;
}

const MARKS = ['^=', '*=', '/=', '%=', '+=', '-=', '==', '<=', '>=', '!=', '++', '--', '&&', '||'];

export class BcParser {
  /** Characters that bc does not know, as it tells of them. */
  readonly problems: string[] = [];
  #at = 0;
  #line = 1;
  #token: Token;

  constructor(private readonly text: string) {
    this.#token = this.#scan();
  }

  get line(): number {
    return this.#token.line;
  }

  /** One line (or one definition) at a time, as bc executes them; undefined at the end. */
  next(): Unit | undefined {
    this.#skipNewlines();
    if (this.#isKind('end')) return undefined;
    try {
      if (this.#is('define')) return { define: this.#define() };
      const statements: Statement[] = [];
      while (!this.#atEnd()) {
        if (this.#take(';')) continue;
        statements.push(this.#statement());
        if (!this.#is(';') && !this.#atEnd()) this.#fail();
      }
      return { statements };
    } catch (error) {
      if (!(error instanceof SyntaxFault)) throw error;
      const { line } = error;
      while (!this.#atEnd()) this.#advance();
      return { error: `(standard_in) ${line}: ${error.message}` };
    }
  }

  #fail(): never {
    const { kind, line } = this.#token;
    // bc has read the newline when it notices.
    throw new SyntaxFault(
      'syntax error',
      kind === 'newline' || kind === 'end' ? line + 1 - (kind === 'end' ? 1 : 0) : line,
    );
  }

  #scan(): Token {
    for (;;) {
      const rest = this.text.slice(this.#at, this.#at + 2);
      if (rest === '/*') {
        const end = this.text.indexOf('*/', this.#at + 2);
        const stop = end < 0 ? this.text.length : end + 2;
        this.#line += this.text.slice(this.#at, stop).split('\n').length - 1;
        this.#at = stop;
      } else if (rest === '\\\n') {
        this.#at += 2;
        this.#line++;
      } else if (/^[ \t\r]/.test(rest)) this.#at++;
      else if (rest.startsWith('#')) {
        const end = this.text.indexOf('\n', this.#at);
        this.#at = end < 0 ? this.text.length : end;
      } else break;
    }
    const line = this.#line;
    const rest = this.text.slice(this.#at);
    const make = (kind: Token['kind'], text: string, length = text.length): Token => {
      this.#at += length;
      return { kind, text, line };
    };
    if (rest === '') return make('end', '');
    if (rest.startsWith('\n')) {
      this.#line++;
      return make('newline', '\n');
    }
    const number = /^(?:[\dA-F](?:\\\n|[\dA-F])*\.?(?:\\\n|[\dA-F])*|\.(?:\\\n|[\dA-F])+)/.exec(rest)?.[0];
    if (number !== undefined) return make('number', number.replace(/\\\n/g, ''), number.length);
    const name = /^[a-z][a-z0-9_]*/.exec(rest)?.[0];
    if (name !== undefined) return make('name', name);
    const string = /^"[^"]*"/.exec(rest)?.[0];
    if (string !== undefined) {
      this.#line += string.split('\n').length - 1;
      return make('string', string.slice(1, -1), string.length);
    }
    // A string that never ends takes the rest with it.
    if (rest.startsWith('"')) {
      this.problems.push(`(standard_in) ${line}: illegal character: "`);
      return make('end', '', rest.length);
    }
    const mark = MARKS.find((candidate) => rest.startsWith(candidate));
    if (mark !== undefined) return make('mark', mark);
    if (/^[-+*/%^=<>!()[\]{},;.]/.test(rest)) return make('mark', rest[0] ?? '');
    this.problems.push(`(standard_in) ${line}: illegal character: ${rest[0] ?? ''}`);
    this.#at++;
    return this.#scan();
  }

  #advance(): Token {
    const token = this.#token;
    this.#token = this.#scan();
    return token;
  }
  #is(text: string): boolean {
    const { kind } = this.#token;
    return (kind === 'mark' || kind === 'name') && this.#token.text === text;
  }
  #take(text: string): boolean {
    if (!this.#is(text)) return false;
    this.#advance();
    return true;
  }
  #expect(text: string): void {
    if (!this.#take(text)) this.#fail();
  }
  #atEnd(): boolean {
    return this.#token.kind === 'newline' || this.#token.kind === 'end';
  }
  #isKind(kind: Token['kind']): boolean {
    return this.#token.kind === kind;
  }
  #skipNewlines(): void {
    while (this.#isKind('newline')) this.#advance();
  }
  #skipSeparators(): void {
    while (this.#isKind('newline') || this.#is(';')) this.#advance();
  }

  // ---------------------------------------------------------------- statements
  #define(): BcFunction {
    this.#advance();
    this.#take('void');
    const { text: name } = this.#advance();
    this.#expect('(');
    const parameters = this.#names(')');
    this.#expect(')');
    this.#skipNewlines();
    this.#expect('{');
    this.#skipSeparators();
    let locals: { name: string; isArray: boolean }[] = [];
    if (this.#take('auto')) locals = this.#names(';');
    const body = this.#blockRest();
    return { name, parameters, locals, body };
  }

  #names(end: string): { name: string; isArray: boolean }[] {
    const names: { name: string; isArray: boolean }[] = [];
    while (!this.#is(end) && !this.#atEnd()) {
      const { kind, text } = this.#advance();
      if (kind !== 'name') this.#fail();
      const isArray = this.#take('[');
      if (isArray) this.#expect(']');
      names.push({ name: text, isArray });
      if (!this.#take(',')) break;
    }
    return names;
  }

  #blockRest(): Statement {
    const body: Statement[] = [];
    for (;;) {
      this.#skipSeparators();
      if (this.#isKind('end')) this.#fail();
      if (this.#take('}')) return { kind: 'block', body };
      body.push(this.#statement());
      if (!this.#is(';') && !this.#is('}') && !this.#isKind('newline')) this.#fail();
    }
  }

  #statement(): Statement {
    const { kind, text } = this.#token;
    if (kind === 'string') {
      this.#advance();
      return { kind: 'string', text };
    }
    if (this.#take('{')) return this.#blockRest();
    if (kind === 'name') {
      switch (text) {
        case 'if':
          return this.#if();
        case 'while': {
          this.#advance();
          this.#expect('(');
          const test = this.#expression();
          this.#expect(')');
          this.#skipNewlines();
          return { kind: 'while', test, body: this.#statement() };
        }
        case 'for':
          return this.#for();
        case 'break':
        case 'continue':
        case 'quit':
        case 'halt':
          this.#advance();
          return { kind: text };
        case 'return': {
          this.#advance();
          const isBare = this.#atEnd() || this.#is(';') || this.#is('}');
          return { kind: 'return', value: isBare ? undefined : this.#expression() };
        }
        case 'print': {
          this.#advance();
          const items: (Expression | string)[] = [];
          do items.push(this.#token.kind === 'string' ? this.#advance().text : this.#expression());
          while (this.#take(','));
          return { kind: 'print', items };
        }
      }
    }
    const expression = this.#expression();
    return { kind: 'expression', expression, isSilent: expression.kind === 'assign' };
  }

  #if(): Statement {
    this.#advance();
    this.#expect('(');
    const test = this.#expression();
    this.#expect(')');
    this.#skipNewlines();
    const yes = this.#statement();
    if (!this.#take('else')) return { kind: 'if', test, yes, no: undefined };
    this.#skipNewlines();
    return { kind: 'if', test, yes, no: this.#statement() };
  }

  #for(): Statement {
    this.#advance();
    this.#expect('(');
    const start = this.#is(';') ? undefined : this.#expression();
    this.#expect(';');
    const test = this.#is(';') ? undefined : this.#expression();
    this.#expect(';');
    const step = this.#is(')') ? undefined : this.#expression();
    this.#expect(')');
    this.#skipNewlines();
    return { kind: 'for', start, test, step, body: this.#statement() };
  }

  // ---------------------------------------------------------------- expressions, loosest first
  #expression(): Expression {
    return this.#binary(['||'], () => this.#binary(['&&'], () => this.#not()));
  }

  #binary(operators: readonly string[], operand: () => Expression): Expression {
    let left = operand();
    for (;;) {
      const operator = operators.find((candidate) => this.#is(candidate));
      if (operator === undefined) return left;
      this.#advance();
      left = { kind: 'binary', operator, left, right: operand() };
    }
  }

  #not(): Expression {
    if (this.#take('!')) return { kind: 'not', operand: this.#not() };
    return this.#binary(['==', '<=', '>=', '!=', '<', '>'], () => this.#assignment());
  }

  #assignment(): Expression {
    const left = this.#sum();
    const operator = ['=', '+=', '-=', '*=', '/=', '%=', '^='].find((candidate) => this.#is(candidate));
    if (operator === undefined) return left;
    if (left.kind !== 'variable' && left.kind !== 'element' && left.kind !== 'setting') return this.#fail();
    this.#advance();
    return { kind: 'assign', place: left, operator: operator.slice(0, -1), value: this.#assignment() };
  }

  #sum(): Expression {
    return this.#binary(['+', '-'], () => this.#binary(['*', '/', '%'], () => this.#power()));
  }

  #power(): Expression {
    const base = this.#unary();
    if (!this.#take('^')) return base;
    return { kind: 'binary', operator: '^', left: base, right: this.#power() };
  }

  #unary(): Expression {
    if (this.#take('-')) return { kind: 'negate', operand: this.#unary() };
    for (const [mark, by] of [
      ['++', 1],
      ['--', -1],
    ] as const) {
      if (!this.#take(mark)) continue;
      const place = this.#primary();
      if (place.kind !== 'variable' && place.kind !== 'element' && place.kind !== 'setting')
        return this.#fail();
      return { kind: 'step', place, by, isBefore: true };
    }
    const operand = this.#primary();
    if (operand.kind === 'variable' || operand.kind === 'element' || operand.kind === 'setting') {
      if (this.#take('++')) return { kind: 'step', place: operand, by: 1, isBefore: false };
      if (this.#take('--')) return { kind: 'step', place: operand, by: -1, isBefore: false };
    }
    return operand;
  }

  #primary(): Expression {
    const { kind, text } = this.#token;
    if (kind === 'number') {
      this.#advance();
      return { kind: 'number', text };
    }
    if (this.#take('(')) {
      const operand = this.#expression();
      this.#expect(')');
      return { kind: 'group', operand };
    }
    if (this.#is('.')) {
      this.#advance();
      return { kind: 'setting', name: 'last' };
    }
    if (kind !== 'name' || RESERVED.has(text)) return this.#fail();
    this.#advance();
    if (text !== 'scale' && (text === 'ibase' || text === 'obase' || text === 'last'))
      return { kind: 'setting', name: text };
    if (text === 'scale' && !this.#is('(')) return { kind: 'setting', name: 'scale' };
    if (this.#take('(')) return this.#call(text);
    if (!this.#take('[')) return { kind: 'variable', name: text };
    const index = this.#expression();
    this.#expect(']');
    return { kind: 'element', name: text, index };
  }

  #call(name: string): Expression {
    const args: (Expression | { kind: 'array'; name: string })[] = [];
    while (!this.#is(')')) {
      const start = { at: this.#at, line: this.#line, token: this.#token };
      if (this.#token.kind === 'name') {
        const array = this.#advance().text;
        if (this.#take('[') && this.#take(']')) {
          args.push({ kind: 'array', name: array });
          if (!this.#take(',')) break;
          continue;
        }
        this.#at = start.at;
        this.#line = start.line;
        this.#token = start.token;
      }
      args.push(this.#expression());
      if (!this.#take(',')) break;
    }
    this.#expect(')');
    return { kind: 'call', name, args };
  }
}

const RESERVED = new Set([
  'define',
  'if',
  'else',
  'while',
  'for',
  'break',
  'continue',
  'quit',
  'halt',
  'return',
  'print',
  'auto',
]);

class SyntaxFault extends Error {
  constructor(
    message: string,
    readonly line: number,
  ) {
    super(message);
  }
}
