/**
 * Where the reader of a Perl-like expression stands, and what it reads in small: numbers, names, counts. A refusal
 * tells the offset that PCRE2 tells. Source: pcre2_compile.c of 10.42 (`read_number`, `read_name`,
 * `read_repeat_counts`), pcre2_error.c; compared with the library itself on random patterns.
 */
import { RegexError, UNBOUNDED } from './tree';

/** Thrown within the parser alone; whoever calls it gets the reason. */
export class Refusal extends Error {
  constructor(readonly reason: RegexError) {
    super(reason.message);
  }
}

const LARGEST_COUNT = 65_535;
const LARGEST_GROUP = 65_535;
const LONGEST_NAME = 32;

export const MISSING_PARENTHESIS = 'missing closing parenthesis';
const NO_SUCH_GROUP = 'reference to non-existent subpattern';
const GROUP_TOO_BIG = 'subpattern number is too big';

export class PerlCursor {
  at = 0;
  /** Capturing groups that were opened so far. */
  groups = 0;

  constructor(
    readonly source: string,
    /** The text is characters, not bytes. */
    readonly utf: boolean,
  ) {}

  get isAtEnd(): boolean {
    return this.at >= this.source.length;
  }
  /** The character here, or the empty text. */
  get here(): string {
    return this.source.charAt(this.at);
  }
  /** How many characters are left. */
  get left(): number {
    return this.source.length - this.at;
  }
  peek(text: string): boolean {
    return this.source.startsWith(text, this.at);
  }
  take(text: string): boolean {
    if (!this.peek(text)) return false;
    this.at += text.length;
    return true;
  }
  /** The next character's code; the cursor goes past it. */
  next(): number {
    const code = this.source.codePointAt(this.at) ?? 0;
    this.at += code > 0xffff ? 2 : 1;
    return code;
  }
  refuse(message: string, at = this.at): never {
    throw new Refusal(new RegexError(message, at));
  }
  /** Runs `read`; whatever it refuses is told of the place where it began. */
  refusingHere<T>(read: () => T): T {
    const begun = this.at;
    try {
      return read();
    } catch (error) {
      if (error instanceof Refusal) return this.refuse(error.message, begun);
      throw error;
    }
  }
  refuseGroup(at = this.at): never {
    return this.refuse(NO_SUCH_GROUP, at);
  }

  /** Digits up to a number, undefined where none stands. What is too large is refused after the digit that made it so. */
  #digits(most: number, tooLarge: string): number | undefined {
    if (!/^\d/.test(this.here)) return undefined;
    let value = 0;
    while (/^\d/.test(this.here)) {
      value = value * 10 + Number(this.here);
      this.at++;
      if (value > most) this.refuse(tooLarge);
    }
    return value;
  }
  /** The number of a group, `+n` and `-n` counted from here. undefined: none stands here, and nothing was read. */
  group(): number | undefined {
    const begun = this.at;
    const sign = this.take('+') ? 1 : this.take('-') ? -1 : 0;
    const value = this.#digits(LARGEST_GROUP - (sign > 0 ? this.groups : 0), GROUP_TOO_BIG);
    if (value === undefined) {
      this.at = begun;
      return undefined;
    }
    if (sign === 0) return value;
    if (value === 0) this.refuse('a relative value of zero is not allowed');
    if (sign > 0) return value + this.groups;
    return value > this.groups ? this.refuseGroup() : this.groups - value + 1;
  }
  /** A number of a group without sign, from its first digit on. */
  unsignedGroup(): number {
    return this.#digits(LARGEST_GROUP, GROUP_TOO_BIG) ?? 0;
  }
  /** A number as a reference `\n` has it: none where it is too large for one. */
  backReference(): number | undefined {
    const digits = /\d+/y;
    digits.lastIndex = this.at;
    const found = digits.exec(this.source)?.[0] ?? '';
    if (found.length > 9) return undefined;
    this.at += found.length;
    return Number(found);
  }

  /** From after `{`: least and most. undefined: it is no count, and nothing was read. */
  counts(): readonly [least: number, most: number] | undefined {
    const begun = this.at;
    const found = this.#counts();
    if (found === undefined) this.at = begun;
    return found;
  }
  #counts(): readonly [number, number] | undefined {
    const tooBig = 'number too big in {} quantifier';
    const least = this.#digits(LARGEST_COUNT, tooBig);
    if (least === undefined) return undefined;
    if (this.take('}')) return [least, least];
    if (!this.take(',') || this.isAtEnd) return undefined;
    if (this.take('}')) return [least, UNBOUNDED];
    const most = this.#digits(LARGEST_COUNT, tooBig);
    if (most === undefined || this.here !== '}') return undefined;
    if (most < least) this.refuse('numbers out of order in {} quantifier');
    this.at++;
    return [least, most];
  }

  /** A name from the character before it on, up to and with `terminator`. */
  name(terminator: string): { readonly name: string; readonly offset: number } {
    this.at++;
    if (this.isAtEnd) this.refuse('subpattern name expected');
    const offset = this.at;
    const name = this.#word();
    if (name === '') this.refuse('subpattern name expected');
    if (this.here !== terminator) this.refuse('syntax error in subpattern name (missing terminator?)');
    this.at++;
    return { name, offset };
  }
  /** The name of a verb from its `*` on; what follows it the caller looks at. */
  verb(): string {
    this.at++;
    if (this.isAtEnd) this.refuse('(*VERB) not recognized or malformed');
    return this.#word();
  }
  #word(): string {
    if (/^\d/.test(this.here)) this.refuse('subpattern name must start with a non-digit');
    const word = this.utf ? /[\p{L}\p{N}_]*/uy : /\w*/y;
    word.lastIndex = this.at;
    const name = word.exec(this.source)?.[0] ?? '';
    this.at += name.length;
    if (name.length > LONGEST_NAME)
      this.refuse(`subpattern name is too long (maximum ${LONGEST_NAME} code units)`);
    return name;
  }
}
