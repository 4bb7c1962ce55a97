/** Bracket expressions, `[a-z[:digit:]]`. Source: POSIX.1-2017 §9.3.5; glibc `parse_bracket_exp`. */
import { CHARACTER_CLASSES, CharacterSet } from './character-set';
import { RegexError } from './tree';

interface Options {
  /** `\` escapes the next character (awk, Perl). */
  readonly backslash: boolean;
  readonly ignoreCase: boolean;
}

type Part =
  | { readonly kind: 'end' }
  | { readonly kind: 'set'; readonly set: CharacterSet }
  | { readonly kind: 'character'; readonly code: number };

/** Reads from after the `[` up to and with the `]`. */
export function parseBracket(
  source: string,
  from: number,
  options: Options,
): { set: CharacterSet; end: number } | RegexError {
  const reader = new BracketReader(source, from, options);
  const failed = reader.read();
  return failed ?? { set: reader.set(), end: reader.at };
}

class BracketReader {
  at: number;
  readonly #ranges: number[] = [];
  #negated = false;

  constructor(
    private readonly source: string,
    from: number,
    private readonly options: Options,
  ) {
    this.at = from;
  }

  set(): CharacterSet {
    let set = CharacterSet.fromRanges(this.#ranges);
    if (this.options.ignoreCase) set = set.folded();
    return this.#negated ? set.negated() : set;
  }

  read(): RegexError | undefined {
    if (this.source[this.at] === '^') {
      this.#negated = true;
      this.at++;
    }
    // glibc says so when nothing at all follows the bracket.
    if (this.at >= this.source.length) return new RegexError('Invalid regular expression');
    for (let isFirst = true; ; isFirst = false) {
      if (this.source[this.at] === ']' && !isFirst) {
        this.at++;
        return undefined;
      }
      const failed = this.#item();
      if (failed !== undefined) return failed;
    }
  }

  #item(): RegexError | undefined {
    const first = this.#part();
    if (first instanceof RegexError) return first;
    if (first.kind === 'end') return new RegexError('Unmatched [, [^, [:, [., or [=');
    const isRange =
      this.source[this.at] === '-' && this.source[this.at + 1] !== ']' && this.at + 1 < this.source.length;
    if (first.kind === 'set') {
      if (isRange) return new RegexError('Invalid range end');
      this.#ranges.push(...first.set.ranges);
      return undefined;
    }
    if (!isRange) {
      this.#ranges.push(first.code, first.code);
      return undefined;
    }
    this.at++;
    const last = this.#part();
    if (last instanceof RegexError) return last;
    if (last.kind === 'end') return new RegexError('Unmatched [, [^, [:, [., or [=');
    if (last.kind === 'set' || last.code < first.code) return new RegexError('Invalid range end');
    this.#ranges.push(first.code, last.code);
    return undefined;
  }

  #part(): Part | RegexError {
    const code = this.source.codePointAt(this.at);
    if (code === undefined) return { kind: 'end' };
    const mark = this.source[this.at + 1];
    if (code === 0x5b && (mark === ':' || mark === '.' || mark === '=')) return this.#named(mark);
    this.at += code > 0xffff ? 2 : 1;
    if (code !== 0x5c || !this.options.backslash) return { kind: 'character', code };
    const escaped = this.source.codePointAt(this.at);
    if (escaped === undefined) return { kind: 'end' };
    this.at += escaped > 0xffff ? 2 : 1;
    return { kind: 'character', code: escaped };
  }

  #named(mark: ':' | '.' | '='): Part | RegexError {
    const close = this.source.indexOf(`${mark}]`, this.at + 2);
    if (close < 0) {
      if (mark === ':') {
        this.at++;
        return { kind: 'character', code: 0x5b };
      }
      return { kind: 'end' };
    }
    const name = this.source.slice(this.at + 2, close);
    if (mark === ':') {
      const set = CHARACTER_CLASSES.get(name);
      if (set === undefined) return new RegexError('Invalid character class name');
      this.at = close + 2;
      const cased = this.options.ignoreCase && (name === 'upper' || name === 'lower');
      return { kind: 'set', set: cased ? (CHARACTER_CLASSES.get('alpha') ?? set) : set };
    }
    const points = [...name];
    const code = name.codePointAt(0);
    if (points.length !== 1 || code === undefined) return new RegexError('Invalid collation character');
    this.at = close + 2;
    return mark === '=' ? { kind: 'set', set: CharacterSet.of(code) } : { kind: 'character', code };
  }
}
