/**
 * Matched pairs: quotes, `${ }`, `$(( ))`, `[ ]`, extended globs. Each reader
 * stands after the opening character, returns the text up to and with the
 * closing one, and drops backslash-newline pairs as bash's reader does.
 */
import { ShellSyntaxError } from './syntax-error';
import type { Source } from './source';

/** Reads `$( … )` from after the parenthesis and gives its text as bash prints it. */
export type SubstitutionReader = () => string;

/** Deepest nesting of quotes and substitutions that is read. */
const DEEPEST = 150;

export class PairReader {
  #depth = 0;

  constructor(
    readonly source: Source,
    readonly readSubstitution: SubstitutionReader,
    readonly dialect: 'bash' | 'dash',
  ) {}

  unterminated(close: string, line: number): ShellSyntaxError {
    this.source.pos = this.source.text.length;
    this.source.atEnd = true;
    return new ShellSyntaxError('grammar', [{ line, text: dialectMessage(this.dialect, close) }], true);
  }

  #enter(): void {
    if (++this.#depth > DEEPEST) {
      throw new ShellSyntaxError(
        'grammar',
        [{ line: this.source.line, text: 'syntax error: nesting too deep' }],
        false,
      );
    }
  }

  singleQuoted(): string {
    const { source } = this;
    const line = source.line;
    const end = source.text.indexOf("'", source.pos);
    if (end === -1) throw this.unterminated("'", line);
    const text = source.text.slice(source.pos, end + 1);
    source.pos = end + 1;
    return text;
  }

  /** After `$'`: a backslash protects the next character. */
  ansiQuoted(): string {
    const { source } = this;
    const line = source.line;
    for (let at = source.pos; at < source.text.length; at++) {
      const c = source.text[at];
      if (c === '\\') at++;
      else if (c === "'") {
        const text = source.text.slice(source.pos, at + 1);
        source.pos = at + 1;
        return text;
      }
    }
    throw this.unterminated("'", line);
  }

  doubleQuoted(): string {
    return this.#scan('"', (line) => this.unterminated('"', line));
  }

  backquoted(): string {
    const { source } = this;
    const line = source.line;
    let text = '';
    for (;;) {
      const c = this.#next();
      if (c === undefined) throw this.unterminated('`', line);
      text += c;
      if (c === '`') return text;
      if (c === '\\') text += source.text[source.pos++] ?? '';
    }
  }

  /** `${ … }`, `$(( … ))` counted as parentheses, `$[ … ]`, `a[ … ]`, `@( … )`. */
  bracketed(
    open: '(' | '{' | '[',
    options: { readonly firstClose?: boolean; readonly quoted?: boolean } = {},
  ): string {
    const close = open === '(' ? ')' : open === '{' ? '}' : ']';
    const line = this.source.line;
    let depth = 1;
    let text = '';
    let afterDollar = false;
    this.#enter();
    for (;;) {
      const c = this.#next();
      if (c === undefined) throw this.unterminated(close, line);
      if (c === '\\') {
        text += c + (this.source.text[this.source.pos++] ?? '');
        afterDollar = false;
        continue;
      }
      text += c;
      if (c === close) {
        depth--;
        if (depth === 0) break;
      } else if (c === open && !afterDollar && options.firstClose !== true) depth++;
      else if (afterDollar && (c === '{' || c === '(' || c === '['))
        text += this.dollar(c, options.quoted ?? false);
      else if (c === "'" && afterDollar) text += this.ansiQuoted();
      else if (c === "'" && !(options.quoted === true && this.dialect === 'dash'))
        text += this.singleQuoted();
      else if (c === '"') text += this.doubleQuoted();
      else if (c === '`') text += this.backquoted();
      afterDollar = c === '$' && !afterDollar;
    }
    this.#depth--;
    return text;
  }

  /** After `$` and one of `{`, `(`, `[`: the rest of the expansion. */
  dollar(open: '{' | '(' | '[', quoted = false): string {
    if (open === '{') return this.bracketed('{', { firstClose: true, quoted });
    if (open === '[') return this.bracketed('[');
    if (this.source.text[this.source.pos] === '(') return this.bracketed('(');
    this.#enter();
    const text = this.readSubstitution();
    this.#depth--;
    return text;
  }

  #scan(close: '"', fail: (line: number) => ShellSyntaxError): string {
    const { source } = this;
    const line = source.line;
    let text = '';
    let afterDollar = false;
    this.#enter();
    for (;;) {
      const c = this.#next();
      if (c === undefined) throw fail(line);
      text += c;
      if (c === close) break;
      if (c === '\\') text += source.text[source.pos++] ?? '';
      else if (c === '`') text += this.backquoted();
      else if (afterDollar && (c === '{' || c === '(' || c === '[')) text += this.dollar(c, true);
      afterDollar = c === '$' && !afterDollar;
    }
    this.#depth--;
    return text;
  }

  /** The next character, backslash-newlines dropped; undefined at the end. */
  #next(): string | undefined {
    const { source } = this;
    while (source.text.charCodeAt(source.pos) === 92 && source.continuesLine(source.pos)) source.pos += 2;
    return source.text[source.pos++];
  }
}

function dialectMessage(dialect: 'bash' | 'dash', close: string): string {
  if (dialect === 'bash') return `unexpected EOF while looking for matching \`${close}'`;
  switch (close) {
    case '}':
      return "Syntax error: Missing '}'";
    case '`':
      return 'Syntax error: EOF in backquote substitution';
    case ')':
      return "Syntax error: Missing '))'";
    default:
      return 'Syntax error: Unterminated quoted string';
  }
}
