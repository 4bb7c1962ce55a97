/**
 * Reads Perl-like expressions: PCRE2 for `grep -P`, Oniguruma for jq.
 * Source: pcre2pattern(3), whose messages these are; Oniguruma `doc/RE`.
 * Not modelled: recursion, conditionals, verbs, `\X`, most Unicode properties.
 */
import { ANY_CHARACTER, CharacterSet } from './character-set';
import { namedProperty, PerlClassReader, perlClass } from './perl-classes';
import {
  type Assertion,
  EMPTY,
  isRegular,
  RegexError,
  type RegexNode,
  type RegexTree,
  sequenceOf,
  UNBOUNDED,
} from './tree';

export interface PerlOptions {
  /** `\w`, `\d`, `\s` are ASCII only (PCRE without UCP). */
  readonly asciiClasses: boolean;
  readonly ignoreCase: boolean;
  readonly extended: boolean;
  /** `.` matches a newline. */
  readonly dotAll: boolean;
  /** `^` matches after every newline, `$` before. */
  readonly multiline: boolean;
}

interface Flags {
  ignoreCase: boolean;
  extended: boolean;
  dotAll: boolean;
  multiline: boolean;
}

class Refusal extends Error {
  constructor(readonly reason: RegexError) {
    super(reason.message);
  }
}

const NOT_NEWLINE = CharacterSet.of(10).negated();
const SIMPLE_ASSERTIONS: ReadonlyMap<string, Assertion> = new Map([
  ['b', 'word-boundary'],
  ['B', 'not-word-boundary'],
  ['A', 'text-start'],
  ['G', 'text-start'],
  ['z', 'text-end'],
  ['Z', 'last-line-end'],
]);
const CONTROL_ESCAPES: ReadonlyMap<string, number> = new Map([
  ['n', 10],
  ['t', 9],
  ['r', 13],
  ['f', 12],
  ['e', 27],
  ['a', 7],
]);

/** Parses `source`; a refusal says what PCRE2 says. */
export function parsePerl(source: string, options: PerlOptions): RegexTree | RegexError {
  const parser = new PerlParser(source, options);
  try {
    return parser.whole();
  } catch (error) {
    if (error instanceof Refusal) return error.reason;
    throw error;
  }
}

class PerlParser {
  readonly #source: string;
  readonly #options: PerlOptions;
  #flags: Flags;
  #at = 0;
  #groups = 0;
  readonly #names = new Map<string, number>();
  readonly #references: number[] = [];
  readonly #namedReferences: string[] = [];

  constructor(source: string, options: PerlOptions) {
    this.#source = source;
    this.#options = options;
    this.#flags = {
      ignoreCase: options.ignoreCase,
      extended: options.extended,
      dotAll: options.dotAll,
      multiline: options.multiline,
    };
    this.#preScanNames();
  }

  whole(): RegexTree {
    const root = this.#alternation();
    if (this.#at < this.#source.length) this.#refuse('unmatched closing parenthesis');
    if (this.#references.some((index) => index > this.#groups))
      this.#refuse('reference to non-existent subpattern');
    for (const name of this.#namedReferences)
      if (!this.#names.has(name)) this.#refuse('reference to non-existent subpattern');
    return { root, groups: this.#groups, names: this.#names, isPlain: isRegular(root), warnings: [] };
  }

  /** Numbers of named groups, so that references may come before them. */
  #preScanNames(): void {
    let index = 0;
    const group = /\\.|\[(?:\^?\]?(?:\\.|[^\]\\])*)\]|\((?!\?)|\(\?P?<([A-Za-z_]\w*)>|\(\?'([A-Za-z_]\w*)'/gs;
    for (const match of this.#source.matchAll(group)) {
      if (!match[0].startsWith('(')) continue;
      index++;
      const name = match[1] ?? match[2];
      if (name !== undefined) this.#names.set(name, index);
    }
  }

  #refuse(message: string): never {
    throw new Refusal(new RegexError(message, this.#at));
  }

  #peek(text: string): boolean {
    return this.#source.startsWith(text, this.#at);
  }

  #take(text: string): boolean {
    if (!this.#peek(text)) return false;
    this.#at += text.length;
    return true;
  }

  #alternation(): RegexNode {
    const parts = [this.#branch()];
    while (this.#take('|')) parts.push(this.#branch());
    const [only = EMPTY] = parts;
    return parts.length === 1 ? only : { kind: 'alternation', parts };
  }

  #branch(): RegexNode {
    const parts: RegexNode[] = [];
    for (;;) {
      if (this.#flags.extended && this.#skipSpace()) continue;
      if (this.#at >= this.#source.length || this.#peek('|') || this.#peek(')')) return sequenceOf(parts);
      if (this.#take('\\Q')) {
        this.#quoted(parts);
        continue;
      }
      if (this.#take('\\E') || this.#comment()) continue;
      parts.push(this.#repeats(this.#atom()));
    }
  }

  #skipSpace(): boolean {
    const space = /(?:\s+|#[^\n]*)+/y;
    space.lastIndex = this.#at;
    if (!space.test(this.#source)) return false;
    this.#at = space.lastIndex;
    return true;
  }

  #comment(): boolean {
    if (!this.#peek('(?#')) return false;
    const close = this.#source.indexOf(')', this.#at);
    if (close < 0) this.#refuse('missing ) after (?# comment');
    this.#at = close + 1;
    return true;
  }

  #quoted(parts: RegexNode[]): void {
    const end = this.#source.indexOf('\\E', this.#at);
    const text = this.#source.slice(this.#at, end < 0 ? undefined : end);
    for (const character of text) parts.push(this.#literal(character.codePointAt(0) ?? 0));
    this.#at = end < 0 ? this.#source.length : end + 2;
    const last = parts.pop();
    if (last !== undefined) parts.push(this.#repeats(last));
  }

  #literal(code: number): RegexNode {
    const set = CharacterSet.of(code);
    return { kind: 'set', set: this.#flags.ignoreCase ? set.folded() : set };
  }

  #atom(): RegexNode {
    const code = this.#source.codePointAt(this.#at) ?? 0;
    this.#at += code > 0xffff ? 2 : 1;
    switch (String.fromCodePoint(code)) {
      case '(':
        return this.#group();
      case '[':
        return this.#class();
      case '.':
        return { kind: 'set', set: this.#flags.dotAll ? ANY_CHARACTER : NOT_NEWLINE };
      case '^':
        return { kind: 'assertion', which: this.#flags.multiline ? 'line-start' : 'text-start' };
      case '$':
        return { kind: 'assertion', which: this.#flags.multiline ? 'line-end' : 'last-line-end' };
      case '\\':
        return this.#escape();
      case '*':
      case '+':
      case '?':
        return this.#refuse('quantifier does not follow a repeatable item');
      default:
        return this.#literal(code);
    }
  }

  #class(): RegexNode {
    const result = new PerlClassReader(this.#source, this.#at, {
      ascii: this.#options.asciiClasses,
      ignoreCase: this.#flags.ignoreCase,
    }).read();
    if (result instanceof RegexError) throw new Refusal(result);
    this.#at = result.end;
    return { kind: 'set', set: result.set };
  }

  #repeats(atom: RegexNode): RegexNode {
    let node = atom;
    for (let count = 0; ; count++) {
      if (this.#flags.extended) this.#skipSpace();
      const start = this.#at;
      const bounds = this.#bounds();
      if (bounds === undefined) return node;
      if (count > 0 || node.kind === 'keep') {
        this.#at = start;
        this.#refuse('quantifier does not follow a repeatable item');
      }
      const manner = this.#take('?') ? 'lazy' : this.#take('+') ? 'possessive' : 'greedy';
      node = { kind: 'repeat', body: node, least: bounds[0], most: bounds[1], manner };
    }
  }

  #bounds(): readonly [number, number] | undefined {
    if (this.#take('*')) return [0, UNBOUNDED];
    if (this.#take('+')) return [1, UNBOUNDED];
    if (this.#take('?')) return [0, 1];
    const interval = /\{(\d+)(,?)(\d*)\}/y;
    interval.lastIndex = this.#at;
    const found = interval.exec(this.#source);
    if (found === null) return undefined;
    this.#at = interval.lastIndex;
    const least = Number(found[1]);
    const most = found[2] === '' ? least : found[3] === '' ? UNBOUNDED : Number(found[3]);
    if (least > 65_535 || (most !== UNBOUNDED && most > 65_535))
      this.#refuse('number too big in {} quantifier');
    if (least > most) this.#refuse('numbers out of order in {} quantifier');
    return [least, most];
  }

  #group(): RegexNode {
    if (!this.#take('?')) {
      if (this.#peek('*') && /^\*[A-Z]/.test(this.#source.slice(this.#at)))
        this.#refuse('(*VERB) not recognized or malformed');
      return this.#capture();
    }
    if (this.#take(':')) return this.#inner();
    if (this.#take('=')) return { kind: 'look', body: this.#inner(), direction: 'ahead', negative: false };
    if (this.#take('!')) return { kind: 'look', body: this.#inner(), direction: 'ahead', negative: true };
    if (this.#take('<=')) return this.#behind(false);
    if (this.#take('<!')) return this.#behind(true);
    if (this.#take('>')) return { kind: 'atomic', body: this.#inner() };
    if (this.#take('|')) return this.#inner();
    if (this.#take('P=')) return this.#namedReference(')');
    if (this.#take('P<') || this.#take('<')) return this.#named('>');
    if (this.#take("'")) return this.#named("'");
    return this.#inlineFlags();
  }

  #named(close: string): RegexNode {
    const end = this.#source.indexOf(close, this.#at);
    const name = this.#source.slice(this.#at, end < 0 ? undefined : end);
    if (/^\d/.test(name)) this.#refuse('subpattern name must start with a non-digit');
    if (end < 0 || !/^\w+$/.test(name)) this.#refuse('syntax error in subpattern name (missing terminator?)');
    this.#at = end + 1;
    this.#names.set(name, this.#groups + 1);
    return this.#capture();
  }

  #capture(): RegexNode {
    const index = ++this.#groups;
    return { kind: 'group', index, body: this.#inner() };
  }

  #inner(): RegexNode {
    const saved = { ...this.#flags };
    const body = this.#alternation();
    if (!this.#take(')')) this.#refuse('missing closing parenthesis');
    this.#flags = saved;
    return body;
  }

  #behind(negative: boolean): RegexNode {
    const body = this.#inner();
    if (!isFixedLength(body)) this.#refuse('lookbehind assertion is not fixed length');
    return { kind: 'look', body, direction: 'behind', negative };
  }

  #inlineFlags(): RegexNode {
    const written = /([imsxnUJ]*)(?:-([imsxnUJ]*))?([:)])/y;
    written.lastIndex = this.#at;
    const found = written.exec(this.#source);
    if (found === null)
      this.#refuse(
        /^[a-zA-Z-]*$/.test(this.#source.slice(this.#at))
          ? 'missing closing parenthesis'
          : 'unrecognized character after (? or (?-',
      );
    this.#at = written.lastIndex;
    const saved = { ...this.#flags };
    this.#setFlags(found[1] ?? '', true);
    this.#setFlags(found[2] ?? '', false);
    if (found[3] === ')') return EMPTY;
    const body = this.#alternation();
    if (!this.#take(')')) this.#refuse('missing closing parenthesis');
    this.#flags = saved;
    return body;
  }

  #setFlags(letters: string, value: boolean): void {
    if (letters.includes('i')) this.#flags.ignoreCase = value;
    if (letters.includes('x')) this.#flags.extended = value;
    if (letters.includes('s')) this.#flags.dotAll = value;
    if (letters.includes('m')) this.#flags.multiline = value;
  }

  #reference(index: number): RegexNode {
    this.#references.push(index);
    return { kind: 'backreference', index, ignoreCase: this.#flags.ignoreCase };
  }

  #namedReference(close: string): RegexNode {
    const end = this.#source.indexOf(close, this.#at);
    if (end < 0) this.#refuse('syntax error in subpattern name (missing terminator?)');
    const name = this.#source.slice(this.#at, end);
    this.#at = end + 1;
    if (/^-?\d+$/.test(name))
      return this.#reference(Number(name) < 0 ? this.#groups + 1 + Number(name) : Number(name));
    this.#namedReferences.push(name);
    return { kind: 'backreference', index: this.#names.get(name) ?? 0, ignoreCase: this.#flags.ignoreCase };
  }

  #escape(): RegexNode {
    const code = this.#source.codePointAt(this.#at);
    if (code === undefined) return this.#refuse('\\ at end of pattern');
    this.#at += code > 0xffff ? 2 : 1;
    const letter = String.fromCodePoint(code);
    const which = SIMPLE_ASSERTIONS.get(letter);
    if (which !== undefined) return { kind: 'assertion', which };
    const set = perlClass(letter, this.#options.asciiClasses);
    if (set !== undefined) return { kind: 'set', set };
    const control = CONTROL_ESCAPES.get(letter);
    if (control !== undefined) return this.#literal(control);
    if (letter >= '1' && letter <= '9') return this.#digits();
    return this.#rareEscape(letter, code);
  }

  #rareEscape(letter: string, code: number): RegexNode {
    switch (letter) {
      case 'K':
        return { kind: 'keep' };
      case 'R':
        return {
          kind: 'alternation',
          parts: [
            sequenceOf([this.#literal(13), this.#literal(10)]),
            { kind: 'set', set: CharacterSet.fromRanges([10, 13, 0x85, 0x85, 0x2028, 0x2029]) },
          ],
        };
      case 'x':
        return this.#literal(this.#hexadecimal());
      case '0':
        return this.#literal(this.#octal());
      case 'c':
        return this.#literal(this.#control());
      case 'p':
      case 'P':
        return this.#property(letter === 'P');
      case 'g':
        if (this.#take('{')) return this.#namedReference('}');
        return this.#relative();
      case 'k':
        if (this.#take('<')) return this.#namedReference('>');
        if (this.#take('{')) return this.#namedReference('}');
        return this.#take("'")
          ? this.#namedReference("'")
          : this.#refuse('\\k is not followed by a braced, angle-bracketed, or quoted name');
      default:
        if (/[A-Za-z]/.test(letter)) this.#refuse('unrecognized character follows \\');
        return this.#literal(code);
    }
  }

  #relative(): RegexNode {
    const number = /-?\d+/y;
    number.lastIndex = this.#at;
    const found = number.exec(this.#source);
    if (found === null) return this.#refuse('a numbered reference must not be zero');
    this.#at = number.lastIndex;
    const value = Number(found[0]);
    return this.#reference(value < 0 ? this.#groups + 1 + value : value);
  }

  #digits(): RegexNode {
    const number = /\d{1,2}/y;
    number.lastIndex = this.#at - 1;
    const found = number.exec(this.#source)?.[0] ?? '0';
    this.#at += found.length - 1;
    return this.#reference(Number(found));
  }

  #hexadecimal(): number {
    const written = /\{([0-9a-fA-F]+)\}|([0-9a-fA-F]{0,2})/y;
    written.lastIndex = this.#at;
    const found = written.exec(this.#source);
    this.#at = written.lastIndex;
    const value = Number.parseInt(found?.[1] ?? found?.[2] ?? '', 16);
    if (value > 0x10ffff) this.#refuse('character code point value in \\x{} or \\o{} is too large');
    return Number.isNaN(value) ? 0 : value;
  }

  #octal(): number {
    const written = /[0-7]{0,2}/y;
    written.lastIndex = this.#at;
    const found = written.exec(this.#source)?.[0] ?? '';
    this.#at += found.length;
    return found === '' ? 0 : Number.parseInt(found, 8);
  }

  #control(): number {
    const code = this.#source.charCodeAt(this.#at);
    if (!(code >= 32 && code < 127)) this.#refuse('\\c must be followed by a printable ASCII character');
    this.#at++;
    return (code >= 0x61 && code <= 0x7a ? code - 32 : code) ^ 64;
  }

  #property(isNegated: boolean): RegexNode {
    const written = /\{(\^?)([A-Za-z_& ]+)\}|([A-Z])/y;
    written.lastIndex = this.#at;
    const found = written.exec(this.#source);
    const set = found === null ? undefined : namedProperty(found[2] ?? found[3] ?? '');
    if (found === null || set === undefined) return this.#refuse('unknown property after \\P or \\p');
    this.#at = written.lastIndex;
    return { kind: 'set', set: isNegated !== (found[1] === '^') ? set.negated() : set };
  }
}

/** PCRE2 wants each alternative of a look-behind to have one length. */
function isFixedLength(node: RegexNode): boolean {
  if (node.kind === 'alternation') return node.parts.every((part) => lengthOf(part) !== undefined);
  return lengthOf(node) !== undefined;
}

function lengthOf(node: RegexNode): number | undefined {
  switch (node.kind) {
    case 'empty':
    case 'assertion':
    case 'look':
    case 'keep':
      return 0;
    case 'set':
      return 1;
    case 'sequence': {
      let sum = 0;
      for (const part of node.parts) {
        const length = lengthOf(part);
        if (length === undefined) return undefined;
        sum += length;
      }
      return sum;
    }
    case 'alternation': {
      const [first, ...rest] = node.parts.map(lengthOf);
      return rest.every((length) => length === first) ? first : undefined;
    }
    case 'repeat': {
      const length = lengthOf(node.body);
      return length === undefined || node.least !== node.most ? undefined : length * node.least;
    }
    case 'group':
    case 'atomic':
      return lengthOf(node.body);
    case 'backreference':
      return undefined;
  }
}
