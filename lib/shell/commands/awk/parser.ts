/** Reads awk programs. Source: POSIX.1-2017 awk "Grammar"; gawk 5.2 `awkgram.y` for what it adds and says. */
import { AwkLexer, AwkSyntaxError, BUILTINS, type Token } from './lexer';
import type {
  ArrayReference,
  AwkFunction,
  AwkProgram,
  BinaryOperator,
  Expression,
  Place,
  Redirection,
  Rule,
  Statement,
  Variable,
} from './tree';
import type { Pattern } from '../../../std/regex/pattern';

export interface ParserServices {
  readonly compile: (source: string) => Pattern;
  readonly warn: (line: number, message: string) => void;
}

/** `print a > b` writes to b; `for (x in a)` is no test. */
interface Context {
  readonly noGreater: boolean;
  readonly noIn: boolean;
}
const PLAIN: Context = { noGreater: false, noIn: false };
const IN_PRINT: Context = { noGreater: true, noIn: false };
const IN_FOR: Context = { noGreater: false, noIn: true };

const COMPARISONS = new Set(['<', '<=', '==', '!=', '>', '>=']);
const ASSIGNMENTS = new Set(['=', '+=', '-=', '*=', '/=', '%=', '^=']);

export class AwkParser {
  readonly program: AwkProgram = {
    begin: [],
    end: [],
    beginFile: [],
    endFile: [],
    rules: [],
    functions: new Map(),
  };
  readonly #lexer: AwkLexer;
  #token: Token;
  #ahead: Token | undefined;
  #parameters: readonly string[] = [];
  #isInFunction = false;
  #loops = 0;
  /** Where the rule or function began: what `next` is checked against. */
  #place: 'BEGIN' | 'END' | 'rule' | 'function' = 'rule';
  readonly #called: { name: string; line: number }[] = [];

  constructor(
    text: string,
    private readonly services: ParserServices,
  ) {
    this.#lexer = new AwkLexer(text, services.warn);
    this.#token = this.#lexer.next();
  }

  parse(): AwkProgram {
    this.#skipTerminators();
    while (this.#token.kind !== 'end') {
      this.#item();
      this.#skipTerminators();
    }
    return this.program;
  }

  /** Calls of functions that nothing defines. */
  undefinedCall(): { name: string; line: number } | undefined {
    return this.#called.find(({ name }) => !this.program.functions.has(name));
  }

  // ---------------------------------------------------------------- tokens
  #advance(): Token {
    const token = this.#token;
    this.#token = this.#ahead ?? this.#lexer.next();
    this.#ahead = undefined;
    return token;
  }
  #peek(): Token {
    this.#ahead ??= this.#lexer.next();
    return this.#ahead;
  }
  #is(text: string): boolean {
    const { kind } = this.#token;
    return this.#token.text === text && (kind === 'punctuation' || kind === 'keyword');
  }
  #take(text: string): boolean {
    if (!this.#is(text)) return false;
    this.#advance();
    return true;
  }
  #expect(text: string): void {
    if (!this.#take(text)) this.#unexpected();
  }
  #unexpected(): never {
    const { kind } = this.#token;
    throw new AwkSyntaxError(
      kind === 'newline' || kind === 'end' ? 'unexpected newline or end of string' : 'syntax error',
      this.#token.at,
    );
  }
  #skipNewlines(): void {
    while (this.#token.kind === 'newline') this.#advance();
  }
  #skipTerminators(): void {
    while (this.#token.kind === 'newline' || this.#is(';')) this.#advance();
  }

  // ---------------------------------------------------------------- rules
  #item(): void {
    if (this.#is('function')) return this.#function();
    const { program } = this;
    const special = this.#token.kind === 'keyword' ? this.#token.text : '';
    const list = {
      BEGIN: program.begin,
      END: program.end,
      BEGINFILE: program.beginFile,
      ENDFILE: program.endFile,
    }[special];
    if (list !== undefined) {
      this.#advance();
      this.#place = special === 'BEGIN' ? 'BEGIN' : special === 'END' ? 'END' : 'rule';
      if (!this.#is('{'))
        throw new AwkSyntaxError(`${special} blocks must have an action part`, this.#token.at, true);
      list.push(this.#block());
      return;
    }
    this.#place = 'rule';
    program.rules.push(this.#rule());
  }

  #rule(): Rule {
    let first: Expression | undefined;
    let second: Expression | undefined;
    if (!this.#is('{')) {
      first = this.#expression(PLAIN);
      if (this.#take(',')) {
        this.#skipNewlines();
        second = this.#expression(PLAIN);
      }
    }
    const body = this.#is('{') ? this.#block() : undefined;
    if (body === undefined && this.#token.kind !== 'newline' && this.#token.kind !== 'end' && !this.#is(';'))
      this.#unexpected();
    return { first, second, body, inRange: false };
  }

  #function(): void {
    this.#advance();
    const name = this.#advance();
    if (name.kind !== 'name' && name.kind !== 'call') throw new AwkSyntaxError('syntax error', name.at);
    this.#expect('(');
    const parameters: string[] = [];
    while (!this.#is(')')) {
      const parameter = this.#advance();
      if (parameter.kind !== 'name') throw new AwkSyntaxError('syntax error', parameter.at);
      if (parameter.text === name.text)
        throw new AwkSyntaxError(
          `error: function \`${name.text}': cannot use function name as parameter name`,
          parameter.at,
          true,
        );
      parameters.push(parameter.text);
      if (this.#take(',')) this.#skipNewlines();
      else if (!this.#is(')')) this.#unexpected();
    }
    this.#advance();
    this.#skipNewlines();
    this.#parameters = parameters;
    this.#isInFunction = true;
    this.#place = 'function';
    const definition: AwkFunction = { name: name.text, parameters, body: { kind: 'block', body: [] } };
    if (this.program.functions.has(name.text))
      throw new AwkSyntaxError(`error: function name \`${name.text}' previously defined`, name.at, true);
    this.program.functions.set(name.text, definition);
    if (!this.#is('{')) this.#unexpected();
    definition.body = this.#block();
    this.#parameters = [];
    this.#isInFunction = false;
  }

  // ---------------------------------------------------------------- statements
  #block(): Statement {
    this.#expect('{');
    const body: Statement[] = [];
    this.#skipTerminators();
    while (!this.#is('}')) {
      if (this.#token.kind === 'end') this.#unexpected();
      body.push(this.#statement());
      this.#skipTerminators();
    }
    this.#advance();
    return { kind: 'block', body };
  }

  /** A statement that is the body of another: newlines may come first. */
  #body(): Statement {
    this.#skipNewlines();
    if (this.#take(';')) return { kind: 'block', body: [] };
    return this.#statement();
  }

  #loopBody(): Statement {
    this.#loops++;
    const body = this.#body();
    this.#loops--;
    return body;
  }

  #statement(): Statement {
    if (this.#is('{')) return this.#block();
    const { kind, text } = this.#token;
    if (kind === 'keyword') {
      switch (text) {
        case 'if':
          return this.#if();
        case 'while':
          return this.#while();
        case 'do':
          return this.#do();
        case 'for':
          return this.#for();
        case 'switch':
          return this.#switch();
      }
    }
    const statement = this.#simple();
    this.#endOfSimple();
    return statement;
  }

  #endOfSimple(): void {
    if (this.#take(';')) return;
    if (this.#token.kind === 'newline') this.#advance();
    else if (!this.#is('}') && this.#token.kind !== 'end') this.#unexpected();
  }

  #simple(): Statement {
    const { kind, text, line, at } = this.#token;
    if (kind !== 'keyword') return { kind: 'expression', expression: this.#expression(PLAIN) };
    switch (text) {
      case 'print':
      case 'printf':
        return this.#print(text);
      case 'break':
      case 'continue':
        if (this.#loops === 0)
          throw new AwkSyntaxError(
            `error: \`${text}' is not allowed outside a loop${text === 'break' ? ' or switch' : ''}`,
            at,
            true,
          );
        this.#advance();
        return { kind: text };
      case 'next':
      case 'nextfile':
        if (this.#place === 'BEGIN' || this.#place === 'END')
          throw new AwkSyntaxError(`error: \`${text}' used in ${this.#place} action`, at, true);
        this.#advance();
        return { kind: text };
      case 'exit':
      case 'return': {
        if (text === 'return' && !this.#isInFunction)
          throw new AwkSyntaxError("`return' used outside function context", at);
        this.#advance();
        return { kind: text, value: this.#isEndOfStatement() ? undefined : this.#expression(PLAIN) };
      }
      case 'delete':
        return this.#delete(line);
      default:
        return { kind: 'expression', expression: this.#expression(PLAIN) };
    }
  }

  #isEndOfStatement(): boolean {
    return this.#is(';') || this.#is('}') || this.#token.kind === 'newline' || this.#token.kind === 'end';
  }

  #delete(_line: number): Statement {
    this.#advance();
    const isGrouped = this.#take('(');
    const place = this.#arrayReference();
    if (isGrouped) this.#expect(')');
    if (place.kind === 'variable') return { kind: 'delete', array: place, subscripts: undefined };
    return { kind: 'delete', array: place.array, subscripts: place.subscripts };
  }

  #print(kind: 'print' | 'printf'): Statement {
    const { line } = this.#advance();
    let args: readonly Expression[] = [];
    if (!this.#isEndOfStatement() && !this.#isRedirection()) {
      const list = this.#list(IN_PRINT);
      const [first] = list;
      args = list.length === 1 && first?.kind === 'group' ? first.list : list;
    }
    let to: Redirection | undefined;
    if (this.#isRedirection()) {
      const mark = this.#advance().text;
      const redirection = mark === '>' || mark === '>>' || mark === '|' ? mark : '|&';
      to = { kind: redirection, target: this.#concatenation(IN_PRINT) };
    }
    return { kind, args, to, line };
  }

  #isRedirection(): boolean {
    return this.#is('>') || this.#is('>>') || this.#is('|') || this.#is('|&');
  }

  #if(): Statement {
    this.#advance();
    this.#expect('(');
    const test = this.#expression(PLAIN);
    this.#expect(')');
    const yes = this.#body();
    // An else may follow a semicolon and newlines.
    while (this.#token.kind === 'newline' || (this.#is(';') && this.#isElseNext())) this.#advance();
    if (!this.#take('else')) return { kind: 'if', test, yes, no: undefined };
    return { kind: 'if', test, yes, no: this.#body() };
  }

  #isElseNext(): boolean {
    const next = this.#peek();
    return next.kind === 'keyword' && next.text === 'else';
  }

  #while(): Statement {
    this.#advance();
    this.#expect('(');
    const test = this.#expression(PLAIN);
    this.#expect(')');
    if (this.#take(';')) return { kind: 'while', test, body: { kind: 'block', body: [] } };
    return { kind: 'while', test, body: this.#loopBody() };
  }

  #do(): Statement {
    this.#advance();
    const body = this.#loopBody();
    this.#skipTerminators();
    this.#expect('while');
    this.#expect('(');
    const test = this.#expression(PLAIN);
    this.#expect(')');
    this.#endOfSimple();
    return { kind: 'do', test, body };
  }

  #for(): Statement {
    this.#advance();
    this.#expect('(');
    if (this.#token.kind === 'name' && this.#peek().text === 'in' && this.#peek().kind === 'keyword') {
      const variable = this.#variable(this.#advance().text);
      this.#advance();
      const array = this.#arrayReference();
      this.#expect(')');
      return { kind: 'for-in', variable, array, body: this.#loopBody() };
    }
    const start = this.#is(';') ? undefined : this.#forPart();
    this.#expect(';');
    this.#skipNewlines();
    const test = this.#is(';') ? undefined : this.#expression(PLAIN);
    this.#expect(';');
    this.#skipNewlines();
    const step = this.#is(')') ? undefined : this.#forPart();
    this.#expect(')');
    if (this.#take(';')) return { kind: 'for', start, test, step, body: { kind: 'block', body: [] } };
    return { kind: 'for', start, test, step, body: this.#loopBody() };
  }

  #forPart(): Statement {
    return this.#is('delete') ? this.#simple() : { kind: 'expression', expression: this.#expression(IN_FOR) };
  }

  #switch(): Statement {
    this.#advance();
    this.#expect('(');
    const value = this.#expression(PLAIN);
    this.#expect(')');
    this.#skipNewlines();
    this.#expect('{');
    this.#skipTerminators();
    const cases: { match: Expression | undefined; body: Statement[] }[] = [];
    this.#loops++;
    while (!this.#is('}')) {
      const isCase = this.#take('case');
      if (!isCase) this.#expect('default');
      const match = isCase ? this.#unary(PLAIN) : undefined;
      this.#expect(':');
      this.#skipTerminators();
      const body: Statement[] = [];
      while (!this.#is('case') && !this.#is('default') && !this.#is('}')) {
        body.push(this.#statement());
        this.#skipTerminators();
      }
      cases.push({ match, body });
    }
    this.#loops--;
    this.#advance();
    return { kind: 'switch', value, cases };
  }

  // ---------------------------------------------------------------- expressions
  #list(context: Context): Expression[] {
    const list = [this.#expression(context)];
    while (this.#take(',')) {
      this.#skipNewlines();
      list.push(this.#expression(context));
    }
    return list;
  }

  #expression(context: Context): Expression {
    const left = this.#conditional(context);
    const { text, kind, line } = this.#token;
    if (kind !== 'punctuation' || !ASSIGNMENTS.has(text)) return left;
    if (!isPlace(left)) return this.#unexpected();
    this.#advance();
    this.#skipNewlines();
    const operator = text === '=' ? undefined : binaryOf(text.slice(0, -1));
    return { kind: 'assign', operator, place: left, value: this.#expression(context), line };
  }

  #conditional(context: Context): Expression {
    const test = this.#or(context);
    if (!this.#take('?')) return test;
    this.#skipNewlines();
    const yes = this.#expression(context);
    this.#skipNewlines();
    this.#expect(':');
    this.#skipNewlines();
    return { kind: 'conditional', test, yes, no: this.#expression(context) };
  }

  #or(context: Context): Expression {
    let left = this.#and(context);
    while (this.#take('||')) {
      this.#skipNewlines();
      left = { kind: 'or', left, right: this.#and(context) };
    }
    return left;
  }

  #and(context: Context): Expression {
    let left = this.#in(context);
    while (this.#take('&&')) {
      this.#skipNewlines();
      left = { kind: 'and', left, right: this.#in(context) };
    }
    return left;
  }

  #in(context: Context): Expression {
    let left = this.#match(context);
    // What `in` made can be compared in turn.
    while (!context.noIn && this.#is('in')) {
      const { line } = this.#advance();
      const array = this.#arrayReference();
      const subscripts = left.kind === 'group' ? left.list : [left];
      left = this.#compared({ kind: 'in', subscripts, array, line }, context);
    }
    return left;
  }

  #match(context: Context): Expression {
    let left = this.#comparison(context);
    while (this.#is('~') || this.#is('!~')) {
      const { text, line } = this.#advance();
      left = { kind: 'match', negated: text === '!~', left, right: this.#comparison(context), line };
    }
    return left;
  }

  #comparison(context: Context): Expression {
    return this.#compared(this.#concatenation(context), context);
  }

  #compared(first: Expression, context: Context): Expression {
    let left = first;
    for (;;) {
      const { text, kind, line } = this.#token;
      if (kind !== 'punctuation') return left;
      if (COMPARISONS.has(text) && !(context.noGreater && text === '>')) {
        this.#advance();
        left = { kind: 'binary', operator: binaryOf(text), left, right: this.#concatenation(context), line };
      } else if ((text === '|' || text === '|&') && this.#peek().text === 'getline') {
        this.#advance();
        this.#advance();
        left = { kind: 'getline', from: 'command', source: left, place: this.#optionalPlace(), line };
      } else return left;
    }
  }

  #concatenation(context: Context): Expression {
    let left = this.#additive(context);
    while (this.#startsOperand()) {
      const { line } = this.#token;
      left = { kind: 'binary', operator: 'concat', left, right: this.#additive(context), line };
    }
    return left;
  }

  #startsOperand(): boolean {
    const { kind, text } = this.#token;
    switch (kind) {
      case 'number':
      case 'string':
      case 'name':
      case 'call':
      case 'builtin':
      case 'regex':
        return true;
      case 'punctuation':
        return ['$', '!', '(', '-', '+', '++', '--'].includes(text);
      case 'keyword':
        return text === 'getline';
      default:
        return false;
    }
  }

  #additive(context: Context): Expression {
    let left = this.#multiplicative(context);
    while (this.#is('+') || this.#is('-')) {
      const { text, line } = this.#advance();
      left = { kind: 'binary', operator: binaryOf(text), left, right: this.#multiplicative(context), line };
    }
    return left;
  }

  #multiplicative(context: Context): Expression {
    let left = this.#unary(context);
    while (this.#is('*') || this.#is('/') || this.#is('%')) {
      const { text, line, at } = this.#advance();
      const right = this.#unary(context);
      if (text !== '*' && right.kind === 'number' && right.value === 0 && left.kind === 'number')
        throw new AwkSyntaxError(
          `error: division by zero attempted${text === '%' ? " in `%'" : ''}`,
          at,
          true,
        );
      left = { kind: 'binary', operator: binaryOf(text), left, right, line };
    }
    return left;
  }

  #unary(context: Context): Expression {
    const { text, line } = this.#token;
    if (this.#is('!') || this.#is('-') || this.#is('+')) {
      this.#advance();
      const operator = text === '!' ? '!' : text === '-' ? '-' : '+';
      return { kind: 'unary', operator, operand: this.#unary(context), line };
    }
    return this.#power(context);
  }

  #power(context: Context): Expression {
    const base = this.#postfix(context);
    if (!this.#is('^')) return base;
    const { line } = this.#advance();
    const { text } = this.#token;
    if (this.#is('-') || this.#is('+') || this.#is('!')) {
      this.#advance();
      const operator = text === '!' ? '!' : text === '-' ? '-' : '+';
      const right: Expression = { kind: 'unary', operator, operand: this.#power(context), line };
      return { kind: 'binary', operator: '^', left: base, right, line };
    }
    return { kind: 'binary', operator: '^', left: base, right: this.#power(context), line };
  }

  #postfix(context: Context): Expression {
    const operand = this.#primary(context);
    if ((this.#is('++') || this.#is('--')) && isPlace(operand)) {
      const { text, line } = this.#advance();
      return { kind: 'step', by: text === '++' ? 1 : -1, when: 'after', place: operand, line };
    }
    return operand;
  }

  #primary(context: Context): Expression {
    const token = this.#token;
    switch (token.kind) {
      case 'number':
        this.#advance();
        return { kind: 'number', value: Number(token.value) };
      case 'string':
        this.#advance();
        return { kind: 'string', value: String(token.value) };
      case 'name':
        return this.#named();
      case 'call':
        return this.#call();
      case 'builtin':
        return this.#builtin();
      case 'keyword':
        if (token.text === 'getline') return this.#getline();
        return this.#unexpected();
      case 'punctuation':
        return this.#punctuated(token, context);
      default:
        return this.#unexpected();
    }
  }

  #punctuated(token: Token, context: Context): Expression {
    switch (token.text) {
      case '$': {
        this.#advance();
        return { kind: 'field', index: this.#fieldIndex(context), line: token.line };
      }
      case '++':
      case '--': {
        this.#advance();
        const place = this.#primary(context);
        if (!isPlace(place)) return this.#unexpected();
        return { kind: 'step', by: token.text === '++' ? 1 : -1, when: 'before', place, line: token.line };
      }
      case '(':
        return this.#parenthesized();
      case '/':
      case '/=': {
        const regex = this.#lexer.regex(token);
        this.#ahead = undefined;
        const pattern = this.services.compile(regex.text);
        this.#advance();
        return { kind: 'regex', pattern, source: regex.text };
      }
      default:
        return this.#unexpected();
    }
  }

  #fieldIndex(context: Context): Expression {
    if (this.#is('++') || this.#is('--') || this.#is('-') || this.#is('+') || this.#is('!')) {
      const { text, line } = this.#token;
      if (text === '++' || text === '--') return this.#primary(context);
      this.#advance();
      const operator = text === '!' ? '!' : text === '-' ? '-' : '+';
      return { kind: 'unary', operator, operand: this.#fieldIndex(context), line };
    }
    return this.#primary(context);
  }

  #parenthesized(): Expression {
    this.#advance();
    this.#skipNewlines();
    const list = this.#list(PLAIN);
    this.#skipNewlines();
    this.#expect(')');
    const [only] = list;
    if (list.length === 1 && only !== undefined) return { kind: 'group', list: [only] };
    return { kind: 'group', list };
  }

  #variable(name: string): Variable {
    return { kind: 'variable', name, local: this.#parameters.indexOf(name) };
  }

  #named(): ArrayReference {
    const token = this.#advance();
    let place: ArrayReference = this.#variable(token.text);
    while (this.#take('[')) {
      const subscripts = this.#list(PLAIN);
      this.#expect(']');
      place = { kind: 'element', array: place, subscripts, line: token.line };
    }
    return place;
  }

  #arrayReference(): ArrayReference {
    if (this.#token.kind !== 'name') throw new AwkSyntaxError('syntax error', this.#advance().at);
    return this.#named();
  }

  #call(): Expression {
    const { text, line } = this.#advance();
    const args = this.#arguments();
    this.#called.push({ name: text, line });
    return { kind: 'call', name: text, args, line };
  }

  #arguments(): Expression[] {
    this.#expect('(');
    this.#skipNewlines();
    const args = this.#is(')') ? [] : this.#list(PLAIN);
    this.#skipNewlines();
    this.#expect(')');
    return args;
  }

  #builtin(): Expression {
    const { text, line } = this.#advance();
    if (!this.#is('(')) {
      if (text === 'length') return { kind: 'builtin', name: text, args: [], line };
      return this.#unexpected();
    }
    this.#expect('(');
    this.#skipNewlines();
    const args = this.#is(')') ? [] : this.#list(PLAIN);
    this.#skipNewlines();
    const { at } = this.#token;
    this.#expect(')');
    const [least, most] = BUILTINS.get(text) ?? [0, 99];
    if (args.length < least || args.length > most)
      throw new AwkSyntaxError(`${args.length} is invalid as number of arguments for ${text}`, at);
    return { kind: 'builtin', name: text, args, line };
  }

  #getline(): Expression {
    const { line } = this.#advance();
    const place = this.#optionalPlace();
    if (!this.#take('<')) return { kind: 'getline', from: 'input', source: undefined, place, line };
    return { kind: 'getline', from: 'file', source: this.#primary(PLAIN), place, line };
  }

  #optionalPlace(): Place | undefined {
    if (this.#token.kind === 'name') return this.#named();
    if (!this.#is('$')) return undefined;
    const { line } = this.#advance();
    return { kind: 'field', index: this.#fieldIndex(PLAIN), line };
  }
}

function isPlace(expression: Expression): expression is Place {
  return expression.kind === 'variable' || expression.kind === 'field' || expression.kind === 'element';
}

const BINARY = new Set<BinaryOperator>([
  '+',
  '-',
  '*',
  '/',
  '%',
  '^',
  'concat',
  '<',
  '<=',
  '==',
  '!=',
  '>',
  '>=',
]);

function binaryOf(text: string): BinaryOperator {
  for (const operator of BINARY) if (operator === text) return operator;
  return 'concat';
}
