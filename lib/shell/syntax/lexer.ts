/**
 * From characters to tokens. What a word is depends on the tokens before it,
 * so the lexer keeps the last two and a few marks (in a case pattern, in an
 * array's parentheses …), as bash's does.
 */
import { singleQuote } from '../expand/quote';
import { decodeAnsiC } from './ansi-c';
import { PairReader } from './pairs';
import type { Source } from './source';
import { ShellSyntaxError } from './syntax-error';
import {
  admitsReservedWord,
  admitsTime,
  DECLARATION_BUILTINS,
  isCommandPosition,
  reservedWords,
  type ReservedWord,
  type Token,
} from './tokens';
import type { ArrayElement, HereDocument, Word } from './tree';
import { assignmentOperator, isIdentifier, makeElement, makeWord, readAssignment } from './words';

export interface LexerOptions {
  readonly dialect: 'bash' | 'dash';
  readonly extglob: boolean;
  /** Undefined: aliases are not expanded. */
  readonly aliases: ReadonlyMap<string, string> | undefined;
}

interface PendingHereDocument extends HereDocument {
  readonly stripTabs: boolean;
  readonly line: number;
}

const BREAKS = new Set([' ', '\t', '\n', '(', ')', '<', '>', ';', '&', '|']);
const EXTGLOB_MARKS = new Set(['@', '?', '*', '+', '!']);
/** Characters that end a run of ordinary ones inside a word. */
const SPECIAL = /[\s()<>;&|'"`\\$[=@?*+!]/g;

export class Lexer {
  readonly pairs: PairReader;
  last: Token = 'start';
  earlier: Token = 'start';
  /** The token just read. */
  token: Token = 'start';
  word: Word = EMPTY_WORD;
  number = 0;
  /** Text of the token, for messages. */
  tokenText = '';
  /** Line numbers at which `for`, `case` and `select` stood. */
  readonly warnings: { line: number; text: string }[] = [];
  /** Unread here-documents. */
  pending: PendingHereDocument[] = [];
  /** Input ended inside a here-document. */
  hereDocumentOpen = false;
  /** `[[ … =~` : parentheses and bars belong to the word. */
  regexp = false;
  /** The first `((` that one `)` and the line's end follow. */
  #halfClosed: { readonly line: number; readonly text: string } | undefined;
  inConditional = false;
  /** After `==` or `!=` in `[[ ]]`: extended patterns whether `extglob` is on or not. */
  conditionalPattern = false;
  #casePattern = false;
  #caseStatement = false;
  #allowOpenBrace = false;
  #expectingIn = 0;
  #esacsNeeded = 0;
  #openBraces = 0;
  #inArray = false;
  #declaring = false;
  #aliasNext = false;

  constructor(
    readonly source: Source,
    readonly options: LexerOptions,
    readSubstitution: () => string,
  ) {
    this.pairs = new PairReader(source, readSubstitution, options.dialect);
  }

  /** Reads the next token into `token`. */
  advance(): Token {
    this.earlier = this.last;
    this.last = this.token;
    this.token = this.#read();
    return this.token;
  }

  #read(): Token {
    const { source } = this;
    this.skipBlanks();
    const { text } = source;
    if (source.splices.length > 0 && source.passSplices()) this.#aliasNext = true;
    if (source.pos >= text.length) {
      source.atEnd = true;
      this.tokenText = '';
      return 'eof';
    }
    const c = text[source.pos] ?? '';
    if (c === '#' && !this.inConditional) {
      source.pos = text.indexOf('\n', source.pos);
      return this.#newline();
    }
    if (c === '\n') return this.#newline();
    if (this.regexp && (c === '(' || c === '|')) return this.#readWord();
    if (
      BREAKS.has(c) &&
      !((c === '<' || c === '>') && this.#peek(1) === '(' && this.options.dialect === 'bash')
    )
      return this.#operator(c);
    if (c === '-' && (this.last === '<&' || this.last === '>&')) {
      source.pos++;
      return this.#mark('-');
    }
    return this.#readWord();
  }

  skipBlanks(): void {
    const { source } = this;
    for (;;) {
      const code = source.text.charCodeAt(source.pos);
      if (code === 32 || code === 9) source.pos++;
      else if (code === 92 && source.continuesLine(source.pos)) source.pos += 2;
      else return;
    }
  }

  #mark<T extends Token>(token: T): T {
    this.tokenText = token;
    return token;
  }

  #newline(): Token {
    this.source.pos++;
    this.tokenText = 'newline';
    this.#declaring = false;
    this.#aliasNext = false;
    if (this.pending.length > 0) this.readHereDocuments();
    return 'newline';
  }

  /** The character `offset` places on, line continuations passed over. */
  #peek(offset: number): string {
    const { source } = this;
    let at = source.pos;
    for (let left = offset; ; left--) {
      while (source.text.charCodeAt(at) === 92 && source.continuesLine(at)) at += 2;
      if (left === 0) return source.text[at] ?? '';
      at++;
    }
  }

  #take(count: number): void {
    const { source } = this;
    for (let left = count; left > 0; left--) {
      while (source.text.charCodeAt(source.pos) === 92 && source.continuesLine(source.pos)) source.pos += 2;
      source.pos++;
    }
  }

  #operator(c: string): Token {
    if (c !== '<' && c !== '>') this.#declaring = false;
    const two = this.#peek(1);
    const token =
      this.options.dialect === 'bash'
        ? bashOperator(c, two, this.#peek(2))
        : dashOperator(c, two, this.#peek(2));
    if (token === '(' && two === '(' && this.options.dialect === 'bash') {
      const found = this.#doubleParenthesis();
      if (found !== undefined) return found;
    }
    this.#take(token.length);
    if (token === ';;' || token === ';&' || token === ';;&') this.#casePattern = true;
    if (token === ')') this.#casePattern = false;
    if (token === '(' && two === ')' && this.last === 'word' && this.earlier !== 'word')
      this.#allowOpenBrace = true;
    return this.#mark(token);
  }

  /** What bash says of an argument that ends after `((1+1)`: it is still at the line of the parentheses. */
  get halfClosed(): { readonly line: number; readonly text: string }[] | undefined {
    if (this.#halfClosed === undefined) return undefined;
    const { line, text } = this.#halfClosed;
    const near = text.trimEnd().split(/[ \t]/).at(-1) ?? '';
    return [
      { line, text: `syntax error near \`${near}'` },
      { line, text: `\`${text}'` },
    ];
  }

  /** `((`: an arithmetic command, the head of a `for`, or two parentheses. */
  #doubleParenthesis(): Token | undefined {
    const { source } = this;
    const isFor = this.last === 'for';
    if (!isFor && !admitsReservedWord(this.last, this.earlier)) return undefined;
    const start = source.pos;
    this.#take(2);
    const inside = this.pairs.bracketed('(');
    if (source.text[source.pos] === ')') {
      source.pos++;
      this.word = makeWord(inside.slice(0, -1));
      this.tokenText = this.word.text;
      return isFor ? 'arithmetic-for' : 'arithmetic';
    }
    if (isFor) throw new ShellSyntaxError('expression', [], false);
    if (source.text[source.pos] === '\n')
      this.#halfClosed ??= { line: source.line, text: source.lineAt(start) };
    source.pos = start;
    return undefined;
  }

  // ------------------------------------------------------------------ words

  #readWord(): Token {
    const { source } = this;
    const start = source.pos;
    const text = this.#wordText();
    if (typeof text !== 'string') return this.#finishWord(text.text, start, text.elements);
    const next = source.text[source.pos];
    if ((next === '<' || next === '>') && !this.inConditional) {
      if (/^\d{1,9}$/.test(text)) return this.#setNumber(text);
      if (
        text.startsWith('{') &&
        text.endsWith('}') &&
        this.options.dialect === 'bash' &&
        /^\{[A-Za-z_]\w*(\[.*\])?\}$/.test(text)
      ) {
        this.word = makeWord(text.slice(1, -1));
        this.tokenText = text;
        return 'redirect-word';
      }
    }
    if ((this.last === '<&' || this.last === '>&') && /^\d{1,9}$/.test(text)) return this.#setNumber(text);
    return this.#finishWord(text, start, undefined);
  }

  #setNumber(text: string): Token {
    this.number = Number(text);
    this.tokenText = text;
    return 'number';
  }

  #finishWord(text: string, start: number, elements: readonly ArrayElement[] | undefined): Token {
    const isBare = elements === undefined && !/[$'"`\\]/.test(text);
    if (isBare) {
      const special = this.#specialToken(text);
      if (special !== undefined) return this.#mark(special);
      if (this.#expandAlias(text, start)) return this.#read();
      const reserved = this.#reservedWord(text);
      if (reserved !== undefined) return this.#mark(reserved);
    }
    this.tokenText = text;
    this.#aliasNext = false;
    const position = isCommandPosition(this.last, this.earlier) && !this.#casePattern;
    const given = assignmentOperator(text) === -1 ? undefined : readAssignment(text, elements);
    const isBeyondDash = given?.append === true || given?.subscript !== undefined;
    const assignment = isBeyondDash && this.options.dialect === 'dash' ? undefined : given;
    this.word = makeWord(text, assignment);
    if (position && DECLARATION_BUILTINS.has(text)) this.#declaring = true;
    if (this.last === 'function') this.#allowOpenBrace = true;
    if (this.last === 'for' || this.last === 'case' || this.last === 'select') this.#expectingIn++;
    return assignment !== undefined && position ? 'assignment-word' : 'word';
  }

  /** The text of a word; with elements when it is `name=( … )`. */
  #wordText(): string | { text: string; elements: readonly ArrayElement[] } {
    const { source, pairs } = this;
    const bash = this.options.dialect === 'bash';
    let text = '';
    for (;;) {
      SPECIAL.lastIndex = source.pos;
      const stop = SPECIAL.exec(source.text)?.index ?? source.text.length;
      if (stop > source.pos) {
        text += source.text.slice(source.pos, stop);
        source.pos = stop;
      }
      const c = source.text[source.pos];
      if (c === undefined) return text;
      switch (c) {
        case '\\':
          if (source.continuesLine(source.pos)) source.pos += 2;
          else {
            text += source.text.slice(source.pos, source.pos + 2).replace(/\n$/, '');
            source.pos += 2;
          }
          continue;
        case "'":
          source.pos++;
          text += c + pairs.singleQuoted();
          continue;
        case '"':
          source.pos++;
          text += c + pairs.doubleQuoted();
          continue;
        case '`':
          source.pos++;
          text += c + pairs.backquoted();
          continue;
        case '$':
          text += this.#dollar();
          continue;
        case '<':
        case '>':
          if (!bash || this.#peek(1) !== '(') return text;
          this.#take(2);
          text += `${c}(${pairs.readSubstitution()}`;
          continue;
        case '(':
        case '|':
          if (!this.regexp) return text;
          source.pos++;
          text += c === '|' ? c : c + pairs.bracketed('(');
          continue;
        case '[':
          source.pos++;
          text += c;
          if (
            bash &&
            (text === '['
              ? this.#inArray
              : isIdentifier(text.slice(0, -1)) &&
                isCommandPosition(this.last, this.earlier) &&
                !this.#casePattern)
          )
            text += pairs.bracketed('[');
          continue;
        case '=':
          source.pos++;
          text += c;
          if (bash && source.text[source.pos] === '(' && this.#takesArray(text))
            return this.#arrayAssignment(text);
          continue;
        default:
          if (BREAKS.has(c)) return text;
          source.pos++;
          text += c;
          if (
            EXTGLOB_MARKS.has(c) &&
            (this.options.extglob || this.conditionalPattern) &&
            bash &&
            source.text[source.pos] === '('
          ) {
            source.pos++;
            text += `(${pairs.bracketed('(')}`;
          }
      }
    }
  }

  #takesArray(text: string): boolean {
    const position = (isCommandPosition(this.last, this.earlier) && !this.#casePattern) || this.#declaring;
    return position && assignmentOperator(text) === text.length - 1;
  }

  #dollar(): string {
    const { source, pairs } = this;
    const bash = this.options.dialect === 'bash';
    const next = this.#peek(1);
    if (next === '{' || next === '(' || (next === '[' && bash)) {
      this.#take(2);
      return `$${next}${pairs.dollar(next)}`;
    }
    if ((next === "'" || next === '"') && !bash) {
      // A dollar before quotes is nothing but a dollar.
      this.#take(1);
      return '\\$';
    }
    if (next === "'" && bash) {
      this.#take(2);
      // Bash decodes it here, and goes on with what single quotes would hold.
      return singleQuote(decodeAnsiC(pairs.ansiQuoted().slice(0, -1)));
    }
    if (next === '"' && bash) {
      // $"…" is a message to translate; without a catalogue it is "…".
      this.#take(2);
      return `"${pairs.doubleQuoted()}`;
    }
    if (next === '$') {
      this.#take(2);
      return '$$';
    }
    source.pos++;
    return '$';
  }

  #arrayAssignment(head: string): { text: string; elements: readonly ArrayElement[] } {
    const { source } = this;
    const line = source.line;
    source.pos++;
    const saved = { last: this.last, earlier: this.earlier, token: this.token, array: this.#inArray };
    const isDeclaring = this.#declaring;
    this.#inArray = true;
    this.#declaring = false;
    const elements: ArrayElement[] = [];
    for (;;) {
      this.token = 'word';
      this.last = 'word';
      const token = this.#read();
      if (token === ')') break;
      if (token === 'newline') continue;
      if (token === 'eof')
        throw new ShellSyntaxError(
          'array',
          [{ line, text: "unexpected EOF while looking for matching `)'" }],
          true,
        );
      if (token !== 'word') {
        const offending = source.offendingLine() ?? '';
        throw new ShellSyntaxError(
          'array',
          [
            { line: source.line, text: `syntax error near unexpected token \`${this.tokenText}'` },
            { line: source.line, text: `\`${offending}'` },
          ],
          false,
        );
      }
      elements.push(makeElement(this.word.text));
    }
    this.last = saved.last;
    this.earlier = saved.earlier;
    this.token = saved.token;
    this.#inArray = saved.array;
    this.#declaring = isDeclaring;
    return { text: `${head}(${elements.map((element) => element.word.text).join(' ')})`, elements };
  }

  // ------------------------------------------------------- words with a meaning

  /** Words that mean something only after certain tokens. */
  #specialToken(text: string): Token | undefined {
    const afterName =
      this.last === 'word' &&
      (this.earlier === 'for' || this.earlier === 'case' || this.earlier === 'select');
    if (text === 'in') {
      if (afterName && this.earlier === 'case') return this.#beginCase();
      if (afterName || (this.#expectingIn > 0 && (this.last === 'word' || this.last === 'newline'))) {
        if (!afterName && this.#caseStatement) return this.#beginCase();
        this.#expectingIn = Math.max(0, this.#expectingIn - 1);
        return 'in';
      }
    }
    if (text === 'do') {
      if (
        (afterName && this.earlier !== 'case') ||
        (this.#expectingIn > 0 && (this.last === 'newline' || this.last === ';'))
      ) {
        this.#expectingIn = Math.max(0, this.#expectingIn - 1);
        return 'do';
      }
      if (this.last === 'arithmetic-for') return 'do';
    }
    if (text === 'esac' && this.#esacsNeeded > 0 && this.last === 'in') {
      this.#esacsNeeded--;
      this.#casePattern = false;
      return 'esac';
    }
    if (this.#allowOpenBrace) {
      this.#allowOpenBrace = false;
      if (text === '{') {
        this.#openBraces++;
        return '{';
      }
    }
    if (text === '{' && this.last === 'arithmetic-for') {
      this.#openBraces++;
      return '{';
    }
    if (text === '}' && this.#openBraces > 0 && admitsReservedWord(this.last, this.earlier)) {
      this.#openBraces--;
      return '}';
    }
    if (this.last === 'time' && text === '-p') return 'time -p';
    if ((this.last === 'time' || this.last === 'time -p') && text === '--') return 'time --';
    if (this.inConditional && text === ']]') return ']]';
    return undefined;
  }

  #beginCase(): Token {
    this.#casePattern = true;
    this.#esacsNeeded++;
    this.#expectingIn = Math.max(0, this.#expectingIn - 1);
    return 'in';
  }

  #reservedWord(text: string): ReservedWord | undefined {
    if (!admitsReservedWord(this.last, this.earlier)) return undefined;
    const word = reservedWords(this.options.dialect).get(text);
    if (word === undefined) return undefined;
    const isFirstOfPattern = this.last !== '|' && this.last !== '(';
    if (this.#casePattern && (word !== 'esac' || !isFirstOfPattern)) return undefined;
    if (word === 'time' && !admitsTime(this.last)) return undefined;
    if (word === 'esac') {
      this.#casePattern = false;
      this.#caseStatement = false;
      this.#esacsNeeded = Math.max(0, this.#esacsNeeded - 1);
    } else if (word === 'case') this.#caseStatement = true;
    else if (word === '{') this.#openBraces++;
    else if (word === '}') this.#openBraces = Math.max(0, this.#openBraces - 1);
    return word;
  }

  #expandAlias(text: string, start: number): boolean {
    const { aliases } = this.options;
    if (aliases === undefined || this.#inArray || this.inConditional) return false;
    if (!(this.#aliasNext || isCommandPosition(this.last, this.earlier)) || this.#casePattern) return false;
    const value = aliases.get(text);
    if (value === undefined || this.source.isExpanding(text)) return false;
    this.#aliasNext = false;
    this.source.splice(start, text, value);
    return true;
  }

  // -------------------------------------------------------------- here-documents

  readHereDocuments(): void {
    for (const document of this.pending.splice(0)) this.#readHereDocument(document);
  }

  #readHereDocument(document: PendingHereDocument): void {
    const { source } = this;
    const lines: string[] = [];
    for (;;) {
      let line = source.readLine();
      if (line === undefined) {
        this.hereDocumentOpen = true;
        this.warnings.push({
          line: source.line,
          text: `here-document at line ${document.line} delimited by end-of-file (wanted \`${document.delimiter}')`,
        });
        break;
      }
      if (document.stripTabs) line = line.replace(/^\t+/, '');
      while (!document.literal && /(?:^|[^\\])(?:\\\\)*\\$/.test(line)) {
        const next = source.readLine();
        if (next === undefined) break;
        line = line.slice(0, -1) + next;
      }
      if (line === document.delimiter) break;
      lines.push(`${line}\n`);
    }
    document.text = lines.join('');
  }

  /** Asks for the body of `<<word`, which begins on the next line. */
  addHereDocument(
    delimiter: string,
    options: { readonly stripTabs: boolean; readonly literal: boolean },
  ): HereDocument {
    const document: PendingHereDocument = {
      delimiter,
      literal: options.literal,
      stripTabs: options.stripTabs,
      line: this.source.line,
      text: '',
      word: undefined,
    };
    this.pending.push(document);
    return document;
  }
}

const EMPTY_WORD: Word = makeWord('');

function bashOperator(c: string, two: string, three: string): Token & string {
  switch (c) {
    case '<':
      if (two === '<') return three === '-' ? '<<-' : three === '<' ? '<<<' : '<<';
      return two === '&' ? '<&' : two === '>' ? '<>' : '<';
    case '>':
      return two === '>' ? '>>' : two === '&' ? '>&' : two === '|' ? '>|' : '>';
    case ';':
      if (two === ';') return three === '&' ? ';;&' : ';;';
      return two === '&' ? ';&' : ';';
    case '&':
      if (two === '&') return '&&';
      return two === '>' ? (three === '>' ? '&>>' : '&>') : '&';
    case '|':
      return two === '|' ? '||' : two === '&' ? '|&' : '|';
    case '(':
      return '(';
    default:
      return ')';
  }
}

function dashOperator(c: string, two: string, three: string): Token & string {
  if (c === '&' && two !== '&') return '&';
  if (c === '|' && two !== '|') return '|';
  if (c === ';') return two === ';' ? ';;' : ';';
  const token = bashOperator(c, two, three);
  return token === '<<<' ? '<<' : token;
}
