/** Bracketed classes as Perl writes them. Source: pcre2_compile.c of 10.42, `parse_regex`; pcre2pattern(3) "Square brackets and character classes". */
import { CHARACTER_CLASSES, CharacterSet, WORD_CHARACTERS } from './character-set';
import type { PerlCursor } from './perl-cursor';
import { readEscape, readProperty } from './perl-escapes';
import { perlClass } from './perl-sets';

export interface ClassOptions {
  readonly ascii: boolean;
  readonly ignoreCase: boolean;
  /** Blanks count for nothing (`(?xx)`). */
  readonly skipsBlanks: boolean;
}
/** Whether a `-` here could make a range of what came before it. */
type RangeState = 'no' | 'possible' | 'started';
const BAD_RANGE = 'invalid range in character class';
const BAD_ESCAPE = 'escape sequence is invalid in character class';

/** Reads a class from after its `[`; the cursor then stands after its `]`. */
export function readClass(cursor: PerlCursor, options: ClassOptions): CharacterSet {
  refuseStrayClass(cursor);
  const isNegated = skipToFirst(cursor, options);
  const set = new PerlClassReader(cursor, options).read();
  return isNegated ? set.negated() : set;
}
/** `[:alpha:]` that stands in no class. */
function refuseStrayClass(cursor: PerlCursor): void {
  if (/^[:.=]/.test(cursor.here) && endOfNamed(cursor, cursor.at) !== undefined)
    cursor.refuse(
      cursor.here === ':'
        ? 'POSIX named classes are supported only within a class'
        : 'POSIX collating elements are not supported',
      cursor.at - 1,
    );
}
function skipToFirst(cursor: PerlCursor, options: ClassOptions): boolean {
  let isNegated = false;
  for (;;) {
    if (cursor.take('\\E') || cursor.take('\\Q\\E')) continue;
    if (options.skipsBlanks && /^[ \t]/.test(cursor.here)) cursor.at++;
    else if (!isNegated && cursor.take('^')) isNegated = true;
    else return isNegated;
  }
}
/** Where `:]` of a class's name that begins at `from` stands. Source: `check_posix_syntax`. */
function endOfNamed({ source }: PerlCursor, from: number): number | undefined {
  const terminator = source.charAt(from);
  for (let at = from + 1; source.length - at >= 2; at++) {
    const [here, next] = [source.charAt(at), source.charAt(at + 1)];
    if (here === '\\' && (next === ']' || next === '\\')) at++;
    else if ((here === '[' && next === terminator) || here === ']') return undefined;
    else if (here === terminator && next === ']') return at;
  }
  return undefined;
}

class PerlClassReader {
  readonly #ranges: number[] = [];
  #state: RangeState = 'no';
  #isQuoted = false;

  constructor(
    private readonly cursor: PerlCursor,
    private readonly options: ClassOptions,
  ) {}

  read(): CharacterSet {
    const { cursor } = this;
    for (let isFirst = true; ; isFirst = false) {
      if (cursor.isAtEnd) cursor.refuse('missing terminating ] for character class');
      if (cursor.here === ']' && !isFirst && !this.#isQuoted) break;
      this.#one();
    }
    cursor.at++;
    if (this.#state === 'started') this.#ranges.push(45, 45);
    const set = CharacterSet.fromRanges(this.#ranges);
    return this.options.ignoreCase ? set.folded() : set;
  }

  #one(): void {
    const { cursor } = this;
    const begun = cursor.at;
    const code = cursor.next();
    const character = String.fromCodePoint(code);
    if (this.#isQuoted) {
      if (character === '\\' && cursor.take('E')) this.#isQuoted = false;
      else this.#literal(code);
    } else if (this.options.skipsBlanks && /[ \t]/.test(character)) return;
    else if (character === '[' && /^[:.=]/.test(cursor.here) && endOfNamed(cursor, cursor.at) !== undefined)
      this.#named(begun);
    else if (character === '-' && this.#state === 'possible') this.#state = 'started';
    else if (character === '\\') this.#escape();
    else this.#literal(code);
  }

  #named(begun: number): void {
    const { cursor } = this;
    if (this.#state === 'started') cursor.refuse(BAD_RANGE);
    if (cursor.here !== ':') cursor.refuse('POSIX collating elements are not supported', begun);
    const end = endOfNamed(cursor, cursor.at) ?? cursor.at;
    cursor.at++;
    const isNegated = cursor.take('^');
    const name = cursor.source.slice(cursor.at, end);
    const set = name === 'word' ? WORD_CHARACTERS : CHARACTER_CLASSES.get(name);
    if (set === undefined) return cursor.refuse('unknown POSIX class name');
    cursor.at = end + 2;
    this.#refuseRange();
    this.#state = 'no';
    this.#ranges.push(...(isNegated ? set.negated() : set).ranges);
  }
  /** A set begins no range; a hyphen after it is taken for a mistake unless it ends the class. */
  #refuseRange(): void {
    const { cursor } = this;
    if (cursor.left > 1 && cursor.here === '-' && cursor.source.charAt(cursor.at + 1) !== ']')
      cursor.refuse(BAD_RANGE);
  }

  #literal(code: number): void {
    if (this.#state !== 'started') {
      this.#ranges.push(code, code);
      this.#state = 'possible';
      return;
    }
    const last = this.#ranges.length - 1;
    if ((this.#ranges[last] ?? 0) > code)
      this.cursor.refuse('range out of order in character class', this.cursor.at - 1);
    this.#ranges[last] = code;
    this.#state = 'no';
  }

  #escape(): void {
    const { cursor, options } = this;
    const escape = readEscape(cursor, true);
    if (escape.kind === 'character') return this.#literal(escape.code);
    if (escape.kind === 'reference') return cursor.refuse(BAD_ESCAPE);
    const { letter } = escape;
    if (letter === 'b') return this.#literal(8);
    if (letter === 'Q') {
      this.#isQuoted = true;
      return;
    }
    if (letter === 'E') return;
    if ('BRX'.includes(letter)) cursor.refuse(BAD_ESCAPE, cursor.at - 1);
    if (this.#state === 'started') cursor.refuse(BAD_RANGE);
    this.#state = 'no';
    if (letter === 'N') cursor.refuse('\\N is not supported in a class');
    const set =
      letter === 'p' || letter === 'P'
        ? readProperty(cursor, letter === 'P')
        : perlClass(letter, options.ascii);
    if (set === undefined) return cursor.refuse(BAD_ESCAPE, cursor.at - 1);
    this.#ranges.push(...set.ranges);
    this.#refuseRange();
  }
}
