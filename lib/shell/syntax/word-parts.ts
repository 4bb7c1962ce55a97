/**
 * What a word is made of: quoted and unquoted text, and the expansions in it.
 * Words are read twice, as in bash: the lexer finds where one ends, and this
 * finds what it means, the first time it is expanded.
 */
import { decodeAnsiC } from './ansi-c';
import { findBraceEnd, skipBackquotes, skipBrackets, skipParentheses } from './skip';
import type { Word } from './tree';
import { makeWord } from './words';

export type Part =
  | { readonly kind: 'text'; readonly text: string; readonly quoted: boolean }
  | ParameterPart
  /** `$( )` or backquotes. */
  | {
      readonly kind: 'command';
      readonly text: string;
      readonly backquoted: boolean;
      readonly quoted: boolean;
    }
  | { readonly kind: 'arithmetic'; readonly expression: Word; readonly quoted: boolean }
  | { readonly kind: 'process'; readonly direction: '<' | '>'; readonly text: string; readonly quoted: false }
  /** `~` or `~user` where it may expand. */
  | { readonly kind: 'tilde'; readonly user: string; readonly quoted: false }
  /** A `${ }` that means nothing. */
  | { readonly kind: 'bad'; readonly text: string; readonly quoted: boolean; readonly isOpen?: true };

export interface ParameterPart {
  readonly kind: 'parameter';
  readonly quoted: boolean;
  /** The whole expansion, for messages. */
  readonly text: string;
  readonly name: string;
  readonly subscript: string | undefined;
  /** `${!name}`. */
  readonly indirect: boolean;
  /** `${#name}`. */
  readonly length: boolean;
  readonly operation: Operation | undefined;
}

export type Operation =
  | {
      readonly type: 'default';
      readonly operator: '-' | '=' | '?' | '+';
      readonly colon: boolean;
      readonly word: Word;
    }
  | { readonly type: 'remove'; readonly side: '#' | '%'; readonly longest: boolean; readonly pattern: Word }
  | {
      readonly type: 'replace';
      readonly where: 'first' | 'all' | 'start' | 'end';
      readonly pattern: Word;
      readonly replacement: Word;
    }
  | { readonly type: 'slice'; readonly offset: string; readonly length: string | undefined }
  | { readonly type: 'case'; readonly operator: '^' | '^^' | ',' | ',,' | '~' | '~~'; readonly pattern: Word }
  | { readonly type: 'transform'; readonly operator: string }
  | { readonly type: 'names'; readonly joined: boolean };

/** How quotes in a text are read. */
export type Reading =
  /** A word of a command. */
  | 'word'
  /** `name=value` as one word: a tilde also after its `=` and after `:`. */
  | 'assignment'
  /** The value of an assignment: a tilde also after `:`. */
  | 'value'
  /** Between double quotes. */
  | 'double'
  /** A here-document, or anything else that is expanded as if between double quotes. */
  | 'document'
  /** The word of `"${x:-word}"`: double quotes are dropped, single ones stay. */
  | 'operand'
  /** An arithmetic expression: quotes are dropped. */
  | 'arithmetic';

export function partsOf(word: Word): readonly Part[] {
  word.parts ??= new PartReader(word.text, readingOf(word), word.leftSide).read();
  return word.parts;
}

function readingOf(word: Word): Reading {
  if (word.isValue === true) return 'value';
  return word.assignment === undefined ? 'word' : 'assignment';
}

export function readParts(text: string, reading: Reading): readonly Part[] {
  return new PartReader(text, reading).read();
}

/** A word that is read in another way than a command's. */
export function makeReadWord(text: string, reading: Reading): Word {
  const word = makeWord(text);
  return { ...word, plain: reading === 'word' ? word.plain : undefined, parts: readParts(text, reading) };
}

const STOPS = {
  word: /['"\\$`~<>]/g,
  value: /['"\\$`~<>]/g,
  assignment: /['"\\$`~<>]/g,
  double: /[\\$`]/g,
  document: /[\\$`]/g,
  operand: /["\\$`]/g,
  arithmetic: /["\\$`]/g,
} as const;
const SPECIAL_NAMES = '@*#?-$!';

class PartReader {
  readonly #parts: Part[] = [];
  #pos = 0;
  #run = '';
  readonly #quotedAll: boolean;

  constructor(
    private readonly text: string,
    private readonly reading: Reading,
    /** What stands before the text in what messages call it: `name=`. */
    private readonly before = '',
  ) {
    this.#quotedAll =
      reading === 'double' || reading === 'document' || reading === 'operand' || reading === 'arithmetic';
  }

  read(): readonly Part[] {
    const { text } = this;
    const stops = STOPS[this.reading];
    while (this.#pos < text.length) {
      stops.lastIndex = this.#pos;
      const stop = stops.exec(text)?.index ?? text.length;
      this.#run += text.slice(this.#pos, stop);
      this.#pos = stop;
      if (stop < text.length) this.#special(text[stop] ?? '');
    }
    this.#flush();
    return this.#parts;
  }

  #flush(): void {
    if (this.#run !== '') this.#parts.push({ kind: 'text', text: this.#run, quoted: this.#quotedAll });
    this.#run = '';
  }

  #add(part: Part): void {
    this.#flush();
    this.#parts.push(part);
  }

  #quotedText(text: string): void {
    this.#add({ kind: 'text', text, quoted: true });
  }

  #special(c: string): void {
    switch (c) {
      case '\\':
        this.#backslash();
        return;
      case "'": {
        const end = this.text.indexOf("'", this.#pos + 1);
        this.#quotedText(this.text.slice(this.#pos + 1, end === -1 ? undefined : end));
        this.#pos = end === -1 ? this.text.length : end + 1;
        return;
      }
      case '"':
        this.#doubleQuotes();
        return;
      case '`': {
        const end = skipBackquotes(this.text, this.#pos);
        const inside = this.text.slice(this.#pos + 1, end - 1);
        const escaped = this.reading === 'double' ? /\\([$`"\\])/g : /\\([$`\\])/g;
        this.#add({
          kind: 'command',
          text: inside.replace(escaped, '$1'),
          backquoted: true,
          quoted: this.#quotedAll,
        });
        this.#pos = end;
        return;
      }
      case '~':
        this.#tilde();
        return;
      case '<':
      case '>':
        this.#process(c);
        return;
      default:
        this.#dollar();
    }
  }

  #backslash(): void {
    const next = this.text[this.#pos + 1];
    this.#pos += 2;
    if (next === undefined) this.#run += '\\';
    else if (!this.#quotedAll) this.#quotedText(next);
    else if (next === '\n') return;
    else if (
      next === '$' ||
      next === '`' ||
      next === '\\' ||
      ((next === '"' || next === '}') && this.reading === 'operand') ||
      (next === '"' && this.reading !== 'document')
    )
      this.#run += next;
    else this.#run += `\\${next}`;
  }

  #doubleQuotes(): void {
    const end = skipDoubleQuotes(this.text, this.#pos);
    const inside = this.text.slice(this.#pos + 1, end - 1);
    this.#pos = end;
    if (this.#quotedAll) {
      this.#flush();
      this.#parts.push(...readParts(inside, 'double'));
      return;
    }
    const parts = readParts(inside, 'double');
    // Marks that something was quoted, so that an empty result is still a field.
    if (parts.length === 0) this.#quotedText('');
    else {
      this.#flush();
      this.#parts.push(...parts);
      if (parts.every((part) => part.kind !== 'text') && !(parts.length === 1 && isAllFields(parts[0])))
        this.#parts.push({ kind: 'text', text: '', quoted: true });
    }
  }

  #tilde(): void {
    const { text } = this;
    const before = this.#pos === 0 ? '' : (text[this.#pos - 1] ?? '');
    const startsWord = this.#pos === 0;
    const isAssigned = this.#isAssignmentPrefix();
    const mayExpand =
      startsWord || (before === '=' && isAssigned === 'equals') || (before === ':' && isAssigned !== 'no');
    const user = /^[^/:'"\\$`\s]*/.exec(text.slice(this.#pos + 1))?.[0] ?? '';
    const after = text[this.#pos + 1 + user.length];
    if (
      !mayExpand ||
      (after !== undefined && after !== '/' && after !== ':') ||
      (after === ':' && this.reading === 'word' && isAssigned === 'no')
    ) {
      this.#run += '~';
      this.#pos++;
      return;
    }
    this.#add({ kind: 'tilde', user, quoted: false });
    this.#pos += 1 + user.length;
  }

  /** Whether the text so far is `name=…` (in a word that is no assignment a tilde expands after it all the same). */
  #isAssignmentPrefix(): 'equals' | 'inside' | 'no' {
    if (this.reading === 'value') return 'inside';
    const before = this.text.slice(0, this.#pos);
    if (/^[A-Za-z_]\w*\+?=$/.test(before)) return 'equals';
    if (this.reading === 'assignment') return 'inside';
    return /^[A-Za-z_]\w*\+?=/.test(before) ? 'inside' : 'no';
  }

  #process(direction: '<' | '>'): void {
    if (this.text[this.#pos + 1] !== '(') {
      this.#run += direction;
      this.#pos++;
      return;
    }
    const end = skipParentheses(this.text, this.#pos + 1);
    this.#add({ kind: 'process', direction, text: this.text.slice(this.#pos + 2, end - 1), quoted: false });
    this.#pos = end;
  }

  #dollar(): void {
    const { text } = this;
    const quoted = this.#quotedAll;
    const next = text[this.#pos + 1] ?? '';
    if (next === '{') {
      this.#braced();
      return;
    }
    if (next === '(') {
      this.#parenthesis();
      return;
    }
    if (next === '[') {
      const end = skipBrackets(text, this.#pos + 1);
      this.#add({
        kind: 'arithmetic',
        expression: makeReadWord(text.slice(this.#pos + 2, end - 1), 'arithmetic'),
        quoted,
      });
      this.#pos = end;
      return;
    }
    if (next === "'" && this.reading !== 'double' && this.reading !== 'document') {
      const end = skipAnsiQuotes(text, this.#pos + 2);
      this.#quotedText(decodeAnsiC(text.slice(this.#pos + 2, end - 1)));
      this.#pos = end;
      return;
    }
    const name = /^(?:[A-Za-z_]\w*|[0-9@*#?$!-])/.exec(text.slice(this.#pos + 1, this.#pos + 200))?.[0];
    if (name === undefined) {
      this.#run += '$';
      this.#pos++;
      return;
    }
    const whole = name.length > 150 ? (/^\w+/.exec(text.slice(this.#pos + 1))?.[0] ?? name) : name;
    this.#add({
      kind: 'parameter',
      quoted,
      text: `$${whole}`,
      name: whole,
      subscript: undefined,
      indirect: false,
      length: false,
      operation: undefined,
    });
    this.#pos += 1 + whole.length;
  }

  #parenthesis(): void {
    const { text } = this;
    const quoted = this.#quotedAll;
    const end = skipParentheses(text, this.#pos + 1);
    const inside = text.slice(this.#pos + 2, end - 1);
    if (inside.startsWith('(') && inside.endsWith(')') && skipParentheses(text, this.#pos + 2) === end - 1) {
      this.#add({ kind: 'arithmetic', expression: makeReadWord(inside.slice(1, -1), 'arithmetic'), quoted });
    } else this.#add({ kind: 'command', text: inside, backquoted: false, quoted });
    this.#pos = end;
  }

  #braced(): void {
    const start = this.#pos;
    const end = findBraceEnd(this.text, start + 2);
    if (end === -1) {
      this.#add({
        kind: 'bad',
        text: this.reading === 'document' ? this.text : this.text.slice(start),
        quoted: this.#quotedAll,
        isOpen: true,
      });
      this.#pos = this.text.length;
      return;
    }
    const whole = this.text.slice(start, end);
    this.#pos = end;
    // bash names all that it was expanding.
    this.#add(
      readBraced(whole, { quoted: this.#quotedAll }) ?? {
        kind: 'bad',
        text: this.before + this.text,
        quoted: this.#quotedAll,
      },
    );
  }
}

/** `"$@"` and its like: alone between quotes they may give no field at all. */
function isAllFields(part: Part | undefined): boolean {
  return (
    part?.kind === 'parameter' &&
    (part.name === '@' ||
      part.subscript === '@' ||
      (part.operation?.type === 'names' && !part.operation.joined) ||
      part.indirect)
  );
}

function skipDoubleQuotes(text: string, open: number): number {
  for (let i = open + 1; i < text.length; i++) {
    const c = text[i];
    if (c === '\\') i++;
    else if (c === '"') return i + 1;
    else if (c === '`') i = skipBackquotes(text, i) - 1;
    else if (c === '$' && text[i + 1] === '(') i = skipParentheses(text, i + 1) - 1;
    else if (c === '$' && text[i + 1] === '{') {
      const end = findBraceEnd(text, i + 2);
      i = end === -1 ? i + 1 : end - 1;
    }
  }
  return text.length + 1;
}

function skipAnsiQuotes(text: string, from: number): number {
  for (let i = from; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === "'") return i + 1;
  }
  return text.length + 1;
}

/** The text with its quotes taken away and nothing expanded. */
export function removeQuotes(text: string): string {
  return readParts(text, 'word')
    .map((part) =>
      part.kind === 'text'
        ? part.text
        : part.kind === 'tilde'
          ? `~${part.user}`
          : 'text' in part
            ? part.text
            : '',
    )
    .join('');
}

/** Reads `${…}`; undefined when it is a bad substitution. */
export function readBraced(whole: string, options: { readonly quoted: boolean }): ParameterPart | undefined {
  const inside = whole.slice(2, -1);
  let at = 0;
  let length = false;
  let indirect = false;
  if (inside.length > 1 && inside[0] === '#' && isLengthPrefix(inside)) {
    length = true;
    at = 1;
  } else if (
    inside.length > 1 &&
    inside[0] === '!' &&
    /^!(?:[A-Za-z_0-9@*#?$!-])/.test(inside) &&
    !/^!-/.test(inside)
  ) {
    indirect = true;
    at = 1;
  }
  const name = readName(inside, at);
  if (name === undefined) return undefined;
  at += name.length;
  let subscript: string | undefined;
  if (inside[at] === '[' && /^[A-Za-z_]/.test(name)) {
    const end = skipBrackets(inside, at);
    if (inside[end - 1] !== ']') return undefined;
    subscript = inside.slice(at + 1, end - 1);
    if (subscript === '') return undefined;
    at = end;
  }
  const rest = inside.slice(at);
  const build = (operation: Operation | undefined): ParameterPart => ({
    kind: 'parameter',
    quoted: options.quoted,
    text: whole,
    name,
    subscript,
    indirect,
    length,
    operation,
  });
  if (rest === '') return build(undefined);
  // `${#^x}` could be a length of nothing: it is neither that nor the number of arguments, changed.
  if (length || (name === '#' && /^[\^,~]/.test(rest))) return undefined;
  if (indirect && (rest === '*' || rest === '@') && subscript === undefined)
    return build({ type: 'names', joined: rest === '*' });
  const operation = readOperation(rest, options);
  return operation === undefined ? undefined : build(operation);
}

/** `${#x}` is a length, `${#}` and `${#:-x}` are the number of arguments. */
function isLengthPrefix(inside: string): boolean {
  const next = inside[1] ?? '';
  if (/[A-Za-z_0-9]/.test(next)) return true;
  if (!SPECIAL_NAMES.includes(next)) return false;
  return inside.length === 2;
}

function readName(inside: string, at: number): string | undefined {
  const word = /^(?:[A-Za-z_]\w*|[0-9]+)/.exec(inside.slice(at))?.[0];
  if (word !== undefined) return word;
  const special = inside[at];
  return special !== undefined && SPECIAL_NAMES.includes(special) ? special : undefined;
}

function readOperation(rest: string, options: { readonly quoted: boolean }): Operation | undefined {
  const c = rest[0] ?? '';
  const operand = (text: string): Word => makeReadWord(text, options.quoted ? 'operand' : 'word');
  switch (c) {
    case ':': {
      const next = rest[1] ?? '';
      if (next === '-' || next === '=' || next === '?' || next === '+')
        return { type: 'default', operator: next, colon: true, word: operand(rest.slice(2)) };
      return rest.length === 1 ? undefined : readSlice(rest.slice(1));
    }
    case '-':
    case '=':
    case '?':
    case '+':
      return { type: 'default', operator: c, colon: false, word: operand(rest.slice(1)) };
    case '#':
    case '%': {
      const longest = rest[1] === c;
      return { type: 'remove', side: c, longest, pattern: makeReadWord(rest.slice(longest ? 2 : 1), 'word') };
    }
    case '/':
      return readReplace(rest);
    case '^':
    case ',':
    case '~': {
      const doubled = rest[1] === c;
      return {
        type: 'case',
        operator: (doubled ? c + c : c) as '^',
        pattern: makeReadWord(rest.slice(doubled ? 2 : 1), 'word'),
      };
    }
    case '@':
      return { type: 'transform', operator: rest.slice(1) };
    default:
      return undefined;
  }
}

/** `offset:length`; a colon inside `? :`, parentheses or quotes does not divide. */
function readSlice(text: string): Operation {
  let ternaries = 0;
  let i = 0;
  for (; i < text.length; i++) {
    const c = text[i];
    if (c === '?') ternaries++;
    else if (c === ':' && ternaries === 0) break;
    else if (c === ':') ternaries--;
    else i = skipAny(text, i);
  }
  return { type: 'slice', offset: text.slice(0, i), length: i < text.length ? text.slice(i + 1) : undefined };
}

function readReplace(rest: string): Operation {
  let at = 1;
  let where: 'first' | 'all' | 'start' | 'end' = 'first';
  const mark = rest[1];
  if (mark === '/') where = 'all';
  else if (mark === '#') where = 'start';
  else if (mark === '%') where = 'end';
  if (where !== 'first') at = 2;
  let i = at;
  // The first character of a pattern is never the divider: `${x///_}` replaces slashes.
  for (; i < rest.length; i++) {
    if (rest[i] === '/' && (i > at || where === 'start' || where === 'end')) break;
    i = skipAny(rest, i);
  }
  return {
    type: 'replace',
    where,
    pattern: makeReadWord(rest.slice(at, i), 'word'),
    replacement: makeReadWord(i < rest.length ? rest.slice(i + 1) : '', 'word'),
  };
}

/** Passes over a quoted or bracketed stretch that begins at `i`; gives the index of its last character. */
function skipAny(text: string, i: number): number {
  const c = text[i];
  if (c === '\\') return i + 1;
  if (c === "'") {
    const end = text.indexOf("'", i + 1);
    return end === -1 ? i : end;
  }
  if (c === '"') return Math.min(text.length, skipDoubleQuotes(text, i)) - 1;
  if (c === '`') return skipBackquotes(text, i) - 1;
  if (c === '$' && text[i + 1] === '(') return skipParentheses(text, i + 1) - 1;
  if (c === '$' && text[i + 1] === '{') {
    const end = findBraceEnd(text, i + 2);
    return end === -1 ? i : end - 1;
  }
  if (c === '(') return skipParentheses(text, i) - 1;
  return i;
}
