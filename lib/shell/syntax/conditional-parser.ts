/** What stands between `[[` and `]]`. Its errors are unlike all others: bash reports, drops the rest and keeps the status. */
import type { Parser } from './parser';
import { ShellSyntaxError } from './syntax-error';
import type { Token } from './tokens';
import type { ConditionalExpression, Word } from './tree';

const UNARY = /^-[abcdefghknoprstuvwxzGLNORS]$/;
const BINARY = /^(?:=|==|!=|=~|-(?:ef|eq|ge|gt|le|lt|ne|nt|ot))$/;
const BINARY_TEST_OPERATORS: ReadonlySet<string> = new Set(['<', '>']);

export class ConditionalParser {
  #line = 0;
  readonly #start: number;

  constructor(private readonly parser: Parser) {
    this.#start = parser.source.line;
  }

  parse(): ConditionalExpression {
    const { lexer } = this.parser;
    lexer.inConditional = true;
    const expression = this.#or();
    if (this.#token() !== ']]') this.#refuseRest();
    lexer.inConditional = false;
    this.parser.take();
    return expression;
  }

  #token(): Token {
    const token = this.parser.peek();
    this.#line = this.parser.source.line;
    return token;
  }

  #skipNewlines(): Token {
    for (;;) {
      const token = this.#token();
      if (token !== 'newline') return token;
      this.parser.take();
    }
  }

  #or(): ConditionalExpression {
    const left = this.#and();
    if (this.#token() !== '||') return left;
    this.parser.take();
    return { type: 'or', left, right: this.#or() };
  }

  #and(): ConditionalExpression {
    const left = this.#term();
    if (this.#token() !== '&&') return left;
    this.parser.take();
    return { type: 'and', left, right: this.#and() };
  }

  /** As many `!` as there are: each takes the one before back. */
  #term(): ConditionalExpression {
    let isNegated = false;
    for (;;) {
      const token = this.#skipNewlines();
      if (token === '!') this.parser.take();
      else {
        const inner = this.#plainTerm(token);
        if (inner !== 'negated') return isNegated ? { type: 'not', inner } : inner;
      }
      isNegated = !isNegated;
    }
  }

  #plainTerm(token: Token): ConditionalExpression | 'negated' {
    if (token === '(') {
      this.parser.take();
      return { type: 'parenthesis', inner: this.#parenthesized(this.#line) };
    }
    if (token !== 'word' && token !== 'assignment-word') return this.#refuseStart(token);
    const word = this.#takeWord();
    if (word.text === '!') return 'negated';
    if (UNARY.test(word.text)) return this.#unary(word);
    return this.#binary(word);
  }

  #parenthesized(line: number): ConditionalExpression {
    const inner = this.#inside(line);
    this.#closeParenthesis();
    return inner;
  }

  /** After a mistake inside, the parenthesis is missing besides. */
  #inside(line: number): ConditionalExpression {
    try {
      return this.#or();
    } catch (problem) {
      if (!(problem instanceof ShellSyntaxError) || problem.incomplete) throw problem;
      const missing = { line, text: "expected `)'" };
      throw new ShellSyntaxError(problem.kind, [...problem.messages, missing], false);
    }
  }

  #takeWord(): Word {
    this.parser.take();
    return this.parser.lexer.word;
  }

  #closeParenthesis(): void {
    const token = this.#token();
    if (token !== ')') {
      if (token === 'eof') this.#end();
      this.#report(
        token === 'word'
          ? "expected `)'"
          : `unexpected token \`${this.parser.lexer.tokenText}', expected \`)'`,
      );
    }
    this.parser.take();
    this.#skipNewlinesBefore();
  }

  /** After a term, newlines are only passed over before `]]`, `&&` and the like. */
  #skipNewlinesBefore(): void {
    this.#skipNewlines();
  }

  #unary(operator: Word): ConditionalExpression {
    const token = this.#token();
    if (token !== 'word' && token !== 'assignment-word')
      this.#report(`unexpected argument \`${this.#tokenText()}' to conditional unary operator`);
    const operand = this.#takeWord();
    this.#skipNewlines();
    return { type: 'unary', operator: operator.text, operand };
  }

  #binary(left: Word): ConditionalExpression {
    const token = this.#token();
    let operator: string;
    if (token === 'word' && BINARY.test(this.parser.lexer.word.text)) operator = this.parser.lexer.word.text;
    else if (BINARY_TEST_OPERATORS.has(token)) operator = token;
    else if (token === ']]' || token === '&&' || token === '||' || token === ')')
      return { type: 'word', word: left };
    else if (token === 'word') return this.#report('conditional binary operator expected');
    else
      return this.#report(`unexpected token \`${this.#tokenText()}', conditional binary operator expected`);
    const { lexer } = this.parser;
    lexer.regexp = operator === '=~';
    lexer.conditionalPattern = operator === '=' || operator === '==' || operator === '!=';
    this.parser.take();
    const next = this.#operandToken();
    lexer.regexp = false;
    lexer.conditionalPattern = false;
    if (next !== 'word' && next !== 'assignment-word')
      this.#report(`unexpected argument \`${this.#tokenText()}' to conditional binary operator`);
    const right = this.#takeWord();
    this.#skipNewlines();
    return { type: 'binary', operator, left, right };
  }

  /** An open parenthesis of a regular expression ends the text, and bash says what is missing besides. */
  #operandToken(): Token {
    try {
      return this.#token();
    } catch (problem) {
      if (!(problem instanceof ShellSyntaxError && problem.incomplete) || !this.parser.lexer.regexp)
        throw problem;
      const text = 'unexpected argument to conditional binary operator';
      const end = { line: this.parser.source.line, text };
      throw new ShellSyntaxError(problem.kind, [...problem.messages, end], true);
    }
  }

  #tokenText(): string {
    return this.#token() === 'eof' ? 'EOF' : this.parser.lexer.tokenText;
  }

  /** No term can begin here: before `]]` bash drops the line without a word. */
  #refuseStart(token: Token): never {
    if (token === ']]') throw new ShellSyntaxError('expression', [], false);
    this.#report(`unexpected token \`${this.#tokenText()}' in conditional command`);
  }

  #refuseRest(): never {
    const token = this.#token();
    if (token === 'eof') this.#end();
    this.#line = this.#start;
    this.#report(
      `syntax error in conditional expression${token === 'word' ? '' : `: unexpected token \`${this.#tokenText()}'`}`,
    );
  }

  #end(): never {
    throw new ShellSyntaxError(
      'grammar',
      [{ line: this.#start, text: "unexpected EOF while looking for `]]'" }],
      true,
    );
  }

  /** Nothing left after the mistake counts as the end of input. */
  #report(text: string): never {
    const { source } = this.parser;
    const line = this.#line;
    const atEnd = source.atEnd || (this.#token() === 'newline' && source.pos >= source.text.length);
    throw new ShellSyntaxError(atEnd ? 'grammar' : 'expression', [{ line, text }], source.atEnd);
  }
}
