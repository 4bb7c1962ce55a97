/**
 * The shell's grammar, by recursive descent with one token of look-ahead, so
 * that it gives up at the same token as bash's. One call reads one unit: what
 * is run before the next line is looked at.
 */
import { ConditionalParser } from './conditional-parser';
import { Lexer, type LexerOptions } from './lexer';
import { printList } from './printer';
import type { Source } from './source';
import { ShellSyntaxError } from './syntax-error';
import type { Token } from './tokens';
import type {
  AndOr,
  CaseClause,
  Command,
  CommandList,
  HereDocument,
  ListItem,
  Redirect,
  RedirectOperator,
  SimpleCommand,
  Word,
} from './tree';
import { isIdentifier, makeWord } from './words';
import { removeQuotes } from './word-parts';

/** What stands on one or more lines and is run at once. */
export interface Unit {
  readonly list: CommandList | undefined;
  readonly error: ShellSyntaxError | undefined;
  readonly warnings: readonly { readonly line: number; readonly text: string }[];
  /** Line the reader had reached. */
  readonly line: number;
  /** The source lines read, for `set -v` and the history. */
  readonly text: string;
  /** Input ended inside a here-document. */
  readonly unfinished: boolean;
}

const REDIRECTS: ReadonlySet<Token> = new Set<Token>([
  '<',
  '>',
  '>>',
  '>|',
  '<>',
  '<<',
  '<<-',
  '<<<',
  '<&',
  '>&',
  '&>',
  '&>>',
]);
const DEEPEST = 120;

export class Parser {
  readonly lexer: Lexer;
  /** The look-ahead token, undefined when not read yet. */
  #ahead: Token | undefined;

  constructor(
    readonly source: Source,
    readonly options: LexerOptions,
    private readonly depth = 0,
  ) {
    this.lexer = new Lexer(source, options, () => this.#substitution());
  }

  /** Reads the next unit; undefined at the end of input. */
  unit(): Unit | undefined {
    const start = this.source.pos;
    const finish = (list: CommandList | undefined, error: ShellSyntaxError | undefined): Unit => ({
      list,
      error,
      warnings: this.lexer.warnings,
      line: this.source.line,
      text: this.source.text.slice(start, this.source.pos),
      unfinished: this.lexer.hereDocumentOpen,
    });
    try {
      const first = this.peek();
      if (first === 'eof') return undefined;
      if (first === 'newline') {
        this.take();
        return finish(undefined, undefined);
      }
      const list = this.simpleList();
      if (this.lexer.pending.length > 0) this.lexer.readHereDocuments();
      return finish(list, undefined);
    } catch (problem) {
      if (!(problem instanceof ShellSyntaxError)) throw problem;
      this.source.skipLine();
      return finish(undefined, problem);
    }
  }

  // ------------------------------------------------------------------ tokens

  peek(): Token {
    this.#ahead ??= this.lexer.advance();
    return this.#ahead;
  }

  /** Takes the look-ahead token. */
  take(): Token {
    const token = this.peek();
    this.#ahead = undefined;
    return token;
  }

  #takeWord(): Word {
    this.take();
    return this.lexer.word;
  }

  /** The grammar has no place for the look-ahead token. */
  fail(expected?: Token): never {
    const { lexer, source } = this;
    const token = this.peek();
    const line = source.line;
    if (this.options.dialect === 'dash') this.#failInDash(token, line, expected);
    if (token === 'eof')
      throw new ShellSyntaxError(
        'grammar',
        [{ line, text: 'syntax error: unexpected end of file' }],
        true,
        lexer.halfClosed,
      );
    const offending = source.offendingLine();
    throw new ShellSyntaxError(
      'grammar',
      [
        { line, text: `syntax error near unexpected token \`${lexer.tokenText}'` },
        ...(offending === undefined ? [] : [{ line, text: `\`${offending}'` }]),
      ],
      false,
    );
  }

  #failInDash(token: Token, line: number, expected: Token | undefined): never {
    const { lexer, source } = this;
    // The last newline is ours when the text has none.
    const atEnd =
      token === 'eof' || (token === 'newline' && source.endsBare && source.pos >= source.text.length);
    const found = dashToken(atEnd ? 'eof' : token, lexer.tokenText);
    const wanted = expected === undefined ? '' : ` (expecting ${dashExpected(expected)})`;
    throw new ShellSyntaxError(
      'grammar',
      [
        {
          line: token === 'eof' && source.endsBare ? line - 1 : line,
          text: `Syntax error: ${found} unexpected${wanted}`,
        },
      ],
      token === 'eof',
    );
  }

  expect(token: Token): void {
    if (this.peek() !== token) this.fail(token);
    this.take();
  }

  newlines(): void {
    while (this.peek() === 'newline') this.take();
  }

  // -------------------------------------------------------------------- lists

  /** A list up to the end of the line. */
  simpleList(): CommandList {
    const items: ListItem[] = [];
    for (;;) {
      const command = this.andOr({ acrossLines: true });
      const token = this.peek();
      if (token === ';' || token === '&') {
        this.take();
        items.push({ command, background: token === '&' });
        const next = this.peek();
        if (next === 'newline' || next === 'eof') {
          this.take();
          break;
        }
        continue;
      }
      items.push({ command, background: false });
      if (token === 'newline' || token === 'eof') {
        this.take();
        break;
      }
      this.fail();
    }
    return { type: 'list', items };
  }

  /** Commands between reserved words: at least one, newlines allowed anywhere. `keepLines`: for `$( )`, whose printed form keeps its lines. */
  compoundList(): CommandList {
    this.newlines();
    const items: ListItem[] = [];
    // dash names the word that it expected after the list, even when there is no list.
    if (this.options.dialect === 'dash' && this.peek() === 'eof') return { type: 'list', items };
    for (;;) {
      const command = this.andOr({ acrossLines: true });
      const token = this.peek();
      if (token === ';' || token === '&' || token === 'newline') {
        this.take();
        items.push({ command, background: token === '&', ...(token === 'newline' ? { newline: true } : {}) });
        this.newlines();
        if (!this.#startsCommand(this.peek())) break;
        continue;
      }
      items.push({ command, background: false });
      break;
    }
    return { type: 'list', items };
  }

  #startsCommand(token: Token): boolean {
    switch (token) {
      case 'eof':
      case ')':
      case '}':
      case 'then':
      case 'else':
      case 'elif':
      case 'fi':
      case 'do':
      case 'done':
      case 'esac':
      case ';;':
      case ';&':
      case ';;&':
        return false;
      default:
        return true;
    }
  }

  andOr(options: { readonly acrossLines: boolean }): Command {
    const first = this.pipelineCommand();
    const rest: AndOr['rest'][number][] = [];
    for (let token = this.peek(); token === '&&' || token === '||'; token = this.peek()) {
      this.take();
      if (options.acrossLines) this.newlines();
      rest.push({ operator: token, command: this.pipelineCommand() });
    }
    return rest.length === 0 ? first : { type: 'and-or', first, rest };
  }

  /** A pipeline with `!` and `time` before it. */
  pipelineCommand(): Command {
    let negated = false;
    let marked = false;
    let timed: 'no' | 'yes' | 'posix' = 'no';
    for (
      let token = this.peek();
      token === '!' || token === 'time' || token === 'time -p' || token === 'time --';
      token = this.peek()
    ) {
      this.take();
      marked = true;
      if (token === '!') negated = !negated;
      else if (token !== 'time --') timed = token === 'time -p' ? 'posix' : timed === 'no' ? 'yes' : timed;
    }
    if (marked && (this.peek() === ';' || this.peek() === 'newline' || this.peek() === 'eof')) {
      return { type: 'pipeline', commands: [], withErrors: [], negated, timed };
    }
    const commands = [this.command()];
    const withErrors: boolean[] = [];
    for (let token = this.peek(); token === '|' || token === '|&'; token = this.peek()) {
      this.take();
      withErrors.push(token === '|&');
      this.newlines();
      commands.push(this.command());
    }
    const [only] = commands;
    return commands.length === 1 && !marked && only !== undefined
      ? only
      : { type: 'pipeline', commands, withErrors, negated, timed };
  }

  // ------------------------------------------------------------------ commands

  #refuseDeeper(): void {
    if (this.depth + this.#nesting > DEEPEST)
      throw new ShellSyntaxError(
        'grammar',
        [{ line: this.source.line, text: 'syntax error: nesting too deep' }],
        false,
      );
  }

  command(): Command {
    this.#refuseDeeper();
    this.#nesting++;
    const command = this.#anyCommand();
    this.#nesting--;
    return command;
  }
  #nesting = 0;

  #anyCommand(): Command {
    const token = this.peek();
    switch (token) {
      case 'word':
      case 'assignment-word':
      case 'number':
      case 'redirect-word':
        return this.#simpleOrFunction();
      case 'function':
        return this.#functionKeyword();
      case 'coproc':
        return this.#coprocess();
      default:
        if (REDIRECTS.has(token)) return this.#simpleOrFunction();
        return this.#compound();
    }
  }

  #compound(): Command {
    const body = this.#compoundBody();
    const redirects = this.redirections();
    return redirects.length === 0 ? body : { ...body, redirects };
  }

  #compoundBody(): Exclude<Command, { type: 'simple' | 'pipeline' | 'and-or' | 'list' }> {
    const token = this.peek();
    switch (token) {
      case '{':
        return { type: 'group', body: this.#group(), redirects: [] };
      case '(': {
        this.take();
        const body = this.compoundList();
        this.expect(')');
        // bash counts it where it closes.
        return { type: 'subshell', body, line: this.source.line, redirects: [] };
      }
      case 'if':
        return this.#if();
      case 'while':
      case 'until': {
        this.take();
        const test = this.compoundList();
        return { type: token, test, body: this.#doGroup(), redirects: [] };
      }
      case 'for':
      case 'select':
        return this.#for(token);
      case 'case':
        return this.#case();
      case '[[': {
        this.take();
        const line = this.source.line;
        const expression = new ConditionalParser(this).parse();
        return { type: 'conditional', line, expression, redirects: [] };
      }
      case 'arithmetic': {
        const expression = this.#takeWord();
        return { type: 'arithmetic', line: this.source.line, expression, redirects: [] };
      }
      default:
        return this.fail();
    }
  }

  #group(): CommandList {
    this.expect('{');
    const body = this.compoundList();
    this.expect('}');
    return body;
  }

  #doGroup(): CommandList {
    this.expect('do');
    const body = this.compoundList();
    this.expect('done');
    return body;
  }

  #if(): Command & { type: 'if' } {
    this.take();
    const branches: { test: CommandList; body: CommandList }[] = [];
    let otherwise: CommandList | undefined;
    for (;;) {
      const test = this.compoundList();
      this.expect('then');
      branches.push({ test, body: this.compoundList() });
      const token = this.peek();
      if (token === 'elif') {
        this.take();
        continue;
      }
      if (token === 'else') {
        this.take();
        otherwise = this.compoundList();
      }
      this.expect('fi');
      return { type: 'if', branches, otherwise, redirects: [] };
    }
  }

  #for(type: 'for' | 'select'): Command & { type: 'for' | 'select' | 'arithmetic-for' } {
    this.take();
    const line = this.source.line;
    if (type === 'for' && this.peek() === 'arithmetic-for') return this.#arithmeticFor(line);
    if (this.peek() !== 'word' && this.options.dialect === 'dash') this.#badLoopVariable();
    if (this.peek() !== 'word') this.fail();
    const name = this.#takeWord();
    const nameLine = this.source.line;
    const build = (words: readonly Word[]): Command & { type: 'for' | 'select' } => ({
      type,
      line: Math.max(line, nameLine),
      name,
      words,
      body: this.#loopBody(),
      redirects: [],
    });
    if (this.options.dialect === 'dash' && !isIdentifier(name.text)) this.#badLoopVariable();
    if (this.peek() === ';') {
      this.take();
      this.newlines();
      return build([makeWord('"$@"')]);
    }
    this.newlines();
    if (this.peek() !== 'in') return build([makeWord('"$@"')]);
    this.take();
    const words: Word[] = [];
    while (this.peek() === 'word' || this.peek() === 'assignment-word') words.push(this.#takeWord());
    if (this.peek() !== ';' && this.peek() !== 'newline') this.fail();
    this.take();
    this.newlines();
    return build(words);
  }

  #badLoopVariable(): never {
    throw new ShellSyntaxError(
      'grammar',
      [{ line: this.source.line, text: 'Syntax error: Bad for loop variable' }],
      false,
    );
  }

  #loopBody(): CommandList {
    if (this.peek() === '{' && this.options.dialect === 'bash') return this.#group();
    return this.#doGroup();
  }

  #arithmeticFor(line: number): Command & { type: 'arithmetic-for' } {
    const head = this.#takeWord().text;
    const parts = splitSemicolons(head);
    const token = this.peek();
    if (token === ';' || token === 'newline') {
      this.take();
      this.newlines();
    }
    const body = this.#loopBody();
    if (parts.length !== 3) {
      const line = this.source.line;
      const texts =
        parts.length < 3
          ? ['syntax error: arithmetic expression required']
          : ["syntax error: `;' unexpected"];
      throw new ShellSyntaxError(
        'grammar',
        [...texts, `syntax error: \`((${head}))'`].map((text) => ({ line, text })),
        false,
      );
    }
    const [start = '', test = '', step = ''] = parts.map((part) => part.trimStart());
    return {
      type: 'arithmetic-for',
      line,
      start: makeWord(start),
      test: makeWord(test),
      step: makeWord(step),
      body,
      redirects: [],
    };
  }

  #case(): Command & { type: 'case' } {
    this.take();
    const line = this.source.line;
    if (this.peek() !== 'word') this.fail('word');
    const subject = this.#takeWord();
    this.newlines();
    this.expect('in');
    this.newlines();
    const clauses: CaseClause[] = [];
    while (this.peek() !== 'esac') {
      if (this.peek() === '(') this.take();
      const patterns: Word[] = [];
      for (;;) {
        if (this.peek() !== 'word') this.fail(')');
        patterns.push(this.#takeWord());
        if (this.peek() !== '|') break;
        this.take();
      }
      this.expect(')');
      this.newlines();
      const empty = !this.#startsCommand(this.peek()) && this.peek() !== 'eof';
      const body = empty ? undefined : this.compoundList();
      const token = this.peek();
      const ending = token === ';;' || token === ';&' || token === ';;&' ? token : undefined;
      clauses.push({ patterns, body, ending: ending ?? ';;' });
      if (ending === undefined) {
        if (token !== 'esac') this.fail(';;');
        break;
      }
      this.take();
      this.newlines();
    }
    this.expect('esac');
    return { type: 'case', line, subject, clauses, redirects: [] };
  }

  #functionKeyword(): Command {
    this.take();
    if (this.peek() !== 'word') this.fail();
    const name = this.#takeWord();
    const line = this.source.line;
    if (this.peek() === '(') {
      this.take();
      if (this.peek() !== ')') {
        // `function f (list)`: the parenthesis begins the body.
        const body = this.compoundList();
        this.expect(')');
        return {
          type: 'function',
          line,
          name,
          body: { type: 'subshell', body, line, redirects: this.redirections() },
          keyword: true,
          redirects: [],
        };
      }
      this.take();
    }
    this.newlines();
    return { type: 'function', line, name, body: this.#compound(), keyword: true, redirects: [] };
  }

  #coprocess(): Command {
    this.take();
    const token = this.peek();
    if (token === 'word') {
      const word = this.lexer.word;
      const simple = this.#simpleOrFunction({ coprocess: true });
      if (
        simple.type === 'simple' &&
        simple.words.length === 1 &&
        simple.redirects.length === 0 &&
        isIdentifier(word.text) &&
        this.#startsCompound(this.peek())
      ) {
        return { type: 'coproc', name: word.text, body: this.#compound(), redirects: [] };
      }
      return { type: 'coproc', name: 'COPROC', body: simple, redirects: [] };
    }
    if (
      token === 'assignment-word' ||
      token === 'number' ||
      token === 'redirect-word' ||
      REDIRECTS.has(token)
    )
      return { type: 'coproc', name: 'COPROC', body: this.#simpleOrFunction(), redirects: [] };
    return { type: 'coproc', name: 'COPROC', body: this.#compound(), redirects: [] };
  }

  #startsCompound(token: Token): boolean {
    return (
      token === '{' ||
      token === '(' ||
      token === 'if' ||
      token === 'while' ||
      token === 'until' ||
      token === 'for' ||
      token === 'select' ||
      token === 'case' ||
      token === '[[' ||
      token === 'arithmetic'
    );
  }

  // ------------------------------------------------------------ simple commands

  #simpleOrFunction(options: { readonly coprocess?: boolean } = {}): Command {
    const words: Word[] = [];
    const redirects: Redirect[] = [];
    let line = -1;
    for (;;) {
      const token = this.peek();
      if (token === 'word' || token === 'assignment-word') {
        if (options.coprocess === true && words.length === 1 && this.#startsCompound(this.peek())) break;
        words.push(this.#takeWord());
      } else if (REDIRECTS.has(token) || token === 'number' || token === 'redirect-word')
        redirects.push(this.#redirect());
      else if (
        token === '(' &&
        options.coprocess !== true &&
        words.length === 1 &&
        redirects.length === 0 &&
        words[0]?.assignment === undefined
      ) {
        return this.#functionDefinition(words[0] ?? makeWord(''));
      } else break;
      if (line === -1) {
        // Bash numbers a command once it has seen what follows its first element.
        this.peek();
        line = this.source.line;
      }
    }
    const command: SimpleCommand = { type: 'simple', line, words, redirects };
    return command;
  }

  #functionDefinition(name: Word): Command {
    this.take();
    this.expect(')');
    const line = this.source.line;
    this.newlines();
    const body = this.options.dialect === 'dash' ? this.command() : this.#compound();
    return { type: 'function', line, name, body, keyword: false, redirects: [] };
  }

  // --------------------------------------------------------------- redirections

  redirections(): Redirect[] {
    const redirects: Redirect[] = [];
    for (
      let token = this.peek();
      REDIRECTS.has(token) || token === 'number' || token === 'redirect-word';
      token = this.peek()
    )
      redirects.push(this.#redirect());
    return redirects;
  }

  #redirect(): Redirect {
    let fd: number | undefined;
    let variable: string | undefined;
    let token = this.take();
    if (token === 'number') {
      fd = this.lexer.number;
      token = this.take();
    } else if (token === 'redirect-word') {
      variable = this.lexer.word.text;
      token = this.take();
    }
    const operator = token as RedirectOperator;
    const next = this.peek();
    if (next === '-' && (operator === '<&' || operator === '>&')) {
      this.take();
      return { operator, fd, variable, target: makeWord('-'), hereDocument: undefined };
    }
    if (next === 'number' && (operator === '<&' || operator === '>&')) {
      this.take();
      return { operator, fd, variable, target: makeWord(this.lexer.tokenText), hereDocument: undefined };
    }
    if (next !== 'word' && next !== 'assignment-word') {
      if (this.options.dialect === 'dash' && next === 'eof') this.fail();
      this.fail();
    }
    const target = this.#takeWord();
    const hereDocument =
      operator === '<<' || operator === '<<-' ? this.#hereDocument(target, operator) : undefined;
    return { operator, fd, variable, target, hereDocument };
  }

  #hereDocument(target: Word, operator: '<<' | '<<-'): HereDocument {
    const literal = /['"\\]/.test(target.text);
    return this.lexer.addHereDocument(literal ? removeQuotes(target.text) : target.text, {
      stripTabs: operator === '<<-',
      literal,
    });
  }

  // -------------------------------------------------------------- substitutions

  /** Reads `… )` of a `$(`; the same source, its own grammar. */
  #substitution(): string {
    this.#refuseDeeper();
    const nested = new Parser(
      this.source,
      { ...this.options, aliases: undefined },
      this.depth + this.#nesting + 1,
    );
    const line = this.source.line;
    try {
      nested.newlines();
      let text = '';
      if (nested.peek() !== ')') text = printList(nested.compoundList());
      // A subshell right behind `$(` would read as `$((`: bash's parse_comsub puts a space between them, too.
      if (text.startsWith('(')) text = ` ${text}`;
      if (nested.peek() !== ')') nested.fail(')');
      nested.take();
      this.lexer.warnings.push(...nested.lexer.warnings);
      if (nested.lexer.pending.length > 0) return `${this.#openHereDocument(nested, text, line)})`;
      return `${text})`;
    } catch (problem) {
      throw problem instanceof ShellSyntaxError ? this.#substitutionError(problem) : problem;
    }
  }

  /** `$(cat <<E)`: the body of the document is on the lines after this one. */
  #openHereDocument(nested: Parser, text: string, line: number): string {
    const count = nested.lexer.pending.length;
    this.lexer.warnings.push({
      line,
      text: `command substitution: ${count} unterminated here-document${count === 1 ? '' : 's'}`,
    });
    this.lexer.pending.push(...nested.lexer.pending);
    return text;
  }

  #substitutionError(problem: ShellSyntaxError): ShellSyntaxError {
    const [first] = problem.messages;
    if (
      this.options.dialect === 'bash' &&
      problem.incomplete &&
      first?.text === 'syntax error: unexpected end of file'
    ) {
      return new ShellSyntaxError(
        'grammar',
        [{ line: first.line, text: "unexpected EOF while looking for matching `)'" }],
        true,
      );
    }
    return problem.kind === 'grammar' && !problem.incomplete
      ? new ShellSyntaxError('substitution', problem.messages, false)
      : problem;
  }
}

/** The parts of `for (( a; b; c ))`. */
function splitSemicolons(text: string): string[] {
  const parts: string[] = [];
  let start = 0;
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === '\\') i++;
    else if (c === "'" || c === '"') i = Math.max(i, text.indexOf(c, i + 1));
    else if (c === '(' || c === '{') depth++;
    else if (c === ')' || c === '}') depth--;
    else if (c === ';' && depth <= 0) {
      parts.push(text.slice(start, i));
      start = i + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}

function dashToken(token: Token, text: string): string {
  switch (token) {
    case 'eof':
      return 'end of file';
    case 'newline':
      return 'newline';
    case 'word':
    case 'assignment-word':
    case 'number':
      return 'word';
    case '<':
    case '>':
    case '>>':
    case '>|':
    case '<>':
    case '<<':
    case '<<-':
    case '<&':
    case '>&':
      return 'redirection';
    default:
      return `"${text}"`;
  }
}

function dashExpected(token: Token): string {
  return token === 'word' ? 'word' : `"${token}"`;
}
