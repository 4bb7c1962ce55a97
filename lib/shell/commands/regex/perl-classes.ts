/** `\d`, `\p{L}` and bracketed classes as Perl writes them. Source: pcre2pattern(3) "SQUARE BRACKETS AND CHARACTER CLASSES". */
import { CHARACTER_CLASSES, CharacterSet, DIGITS, SPACE_CHARACTERS, WORD_CHARACTERS } from './character-set';
import { RegexError } from './tree';

const ASCII_WORD = CharacterSet.fromRanges([48, 57, 65, 90, 95, 95, 97, 122]);
const ASCII_SPACE = CharacterSet.fromRanges([9, 13, 32, 32]);
const HORIZONTAL = CharacterSet.fromRanges([9, 9, 32, 32, 0xa0, 0xa0, 0x2000, 0x200a, 0x3000, 0x3000]);
const VERTICAL = CharacterSet.fromRanges([10, 13, 0x85, 0x85, 0x2028, 0x2029]);
const NOT_NEWLINE = CharacterSet.of(10).negated();

/** The set of `\d`, `\W`, `\h` …; undefined for a letter that stands for no set. */
export function perlClass(letter: string, asciiOnly: boolean): CharacterSet | undefined {
  switch (letter) {
    case 'd':
      return DIGITS;
    case 'D':
      return DIGITS.negated();
    case 'w':
      return asciiOnly ? ASCII_WORD : WORD_CHARACTERS;
    case 'W':
      return (asciiOnly ? ASCII_WORD : WORD_CHARACTERS).negated();
    case 's':
      return asciiOnly ? ASCII_SPACE : SPACE_CHARACTERS;
    case 'S':
      return (asciiOnly ? ASCII_SPACE : SPACE_CHARACTERS).negated();
    case 'h':
      return HORIZONTAL;
    case 'H':
      return HORIZONTAL.negated();
    case 'v':
      return VERTICAL;
    case 'V':
      return VERTICAL.negated();
    case 'N':
      return NOT_NEWLINE;
    default:
      return undefined;
  }
}

const PROPERTIES: ReadonlyMap<string, string> = new Map([
  ['L', 'alpha'],
  ['Letter', 'alpha'],
  ['Lu', 'upper'],
  ['Ll', 'lower'],
  ['N', 'digit'],
  ['Nd', 'digit'],
  ['P', 'punct'],
  ['S', 'punct'],
  ['Z', 'blank'],
  ['Zs', 'blank'],
  ['C', 'cntrl'],
  ['Cc', 'cntrl'],
  ['Alpha', 'alpha'],
  ['Digit', 'digit'],
  ['Alnum', 'alnum'],
  ['Xan', 'alnum'],
  ['Space', 'space'],
  ['Xsp', 'space'],
  ['Upper', 'upper'],
  ['Lower', 'lower'],
  ['Punct', 'punct'],
]);

/** `\p{name}`. */
export function namedProperty(name: string): CharacterSet | undefined {
  return CHARACTER_CLASSES.get(PROPERTIES.get(name) ?? '');
}

type Item =
  | { readonly kind: 'set'; readonly set: CharacterSet }
  | { readonly kind: 'character'; readonly code: number };

/** Reads a class from after its `[`. */
export class PerlClassReader {
  #at: number;
  readonly #ranges: number[] = [];

  constructor(
    private readonly source: string,
    from: number,
    private readonly options: { readonly ascii: boolean; readonly ignoreCase: boolean },
  ) {
    this.#at = from;
  }

  read(): { set: CharacterSet; end: number } | RegexError {
    const isNegated = this.source[this.#at] === '^';
    if (isNegated) this.#at++;
    for (let isFirst = true; ; isFirst = false) {
      if (this.#at >= this.source.length)
        return new RegexError('missing terminating ] for character class', this.#at);
      if (this.source[this.#at] === ']' && !isFirst) break;
      const failed = this.#range();
      if (failed !== undefined) return failed;
    }
    let set = CharacterSet.fromRanges(this.#ranges);
    if (this.options.ignoreCase) set = set.folded();
    return { set: isNegated ? set.negated() : set, end: this.#at + 1 };
  }

  #range(): RegexError | undefined {
    const first = this.#item();
    if (first instanceof RegexError) return first;
    const isRange =
      this.source[this.#at] === '-' && this.#at + 1 < this.source.length && this.source[this.#at + 1] !== ']';
    if (first.kind === 'set') {
      if (isRange) return new RegexError('invalid range in character class', this.#at);
      this.#ranges.push(...first.set.ranges);
      return undefined;
    }
    if (!isRange) {
      this.#ranges.push(first.code, first.code);
      return undefined;
    }
    this.#at++;
    const last = this.#item();
    if (last instanceof RegexError) return last;
    if (last.kind === 'set') return new RegexError('invalid range in character class', this.#at);
    if (last.code < first.code) return new RegexError('range out of order in character class', this.#at);
    this.#ranges.push(first.code, last.code);
    return undefined;
  }

  #item(): Item | RegexError {
    const named = /\[:(\^?)([a-z]*):\]/y;
    named.lastIndex = this.#at;
    const found = named.exec(this.source);
    if (found !== null) {
      const set = found[2] === 'word' ? WORD_CHARACTERS : CHARACTER_CLASSES.get(found[2] ?? '');
      if (set === undefined) return new RegexError('unknown POSIX class name', this.#at);
      this.#at = named.lastIndex;
      return { kind: 'set', set: found[1] === '^' ? set.negated() : set };
    }
    const code = this.source.codePointAt(this.#at) ?? 0;
    this.#at += code > 0xffff ? 2 : 1;
    return code === 0x5c ? this.#escape() : { kind: 'character', code };
  }

  #escape(): Item | RegexError {
    const code = this.source.codePointAt(this.#at);
    if (code === undefined) return new RegexError('\\ at end of pattern', this.#at);
    this.#at += code > 0xffff ? 2 : 1;
    const letter = String.fromCodePoint(code);
    const set = perlClass(letter, this.options.ascii);
    if (set !== undefined) return { kind: 'set', set };
    const simple = 'ntrfaeb'.indexOf(letter);
    if (simple >= 0) return { kind: 'character', code: [10, 9, 13, 12, 7, 27, 8][simple] ?? 0 };
    const number = letter === 'x' ? /\{([0-9a-fA-F]+)\}|([0-9a-fA-F]{0,2})/y : /([0-7]{0,2})/y;
    if (letter !== 'x' && !/[0-7]/.test(letter)) return { kind: 'character', code };
    number.lastIndex = this.#at;
    const found = number.exec(this.source);
    this.#at = number.lastIndex;
    const digits = letter === 'x' ? (found?.[1] ?? found?.[2] ?? '') : letter + (found?.[1] ?? '');
    return { kind: 'character', code: digits === '' ? 0 : Number.parseInt(digits, letter === 'x' ? 16 : 8) };
  }
}
