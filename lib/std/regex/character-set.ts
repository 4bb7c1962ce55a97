/**
 * Sets of characters as sorted ranges of code points, with a bitmap for ASCII.
 *
 * Raw bytes that are no UTF-8 stand as U+DC80–U+DCFF (`lib/std/bytes`). As in
 * a UTF-8 locale of glibc they belong to no set, not even to a negated one.
 */

/** Largest code point. */
export const LAST_CODE_POINT = 0x10ffff;
const FIRST_ESCAPED = 0xdc80;
const LAST_ESCAPED = 0xdcff;

/** A set of code points that never changes. */
export class CharacterSet {
  readonly #ascii = new Uint8Array(128);

  /** @param ranges first and last of each range, one after the other, ascending and apart */
  constructor(readonly ranges: readonly number[]) {
    for (let i = 0; i < ranges.length; i += 2) {
      const last = Math.min(ranges[i + 1] ?? 0, 127);
      for (let code = ranges[i] ?? 0; code <= last; code++) this.#ascii[code] = 1;
    }
  }

  static of(...codes: readonly number[]): CharacterSet {
    return CharacterSet.fromRanges(codes.flatMap((code) => [code, code]));
  }

  /** Ranges in any order, overlapping or not. */
  static fromRanges(flat: readonly number[]): CharacterSet {
    const pairs: [number, number][] = [];
    for (let i = 0; i < flat.length; i += 2) pairs.push([flat[i] ?? 0, flat[i + 1] ?? 0]);
    pairs.sort((a, b) => a[0] - b[0]);
    const merged: number[] = [];
    for (const [first, last] of pairs) {
      const end = merged[merged.length - 1];
      if (end !== undefined && first <= end + 1) merged[merged.length - 1] = Math.max(end, last);
      else merged.push(first, last);
    }
    return new CharacterSet(merged);
  }

  has(code: number): boolean {
    if (code < 128) return this.#ascii[code] === 1;
    const { ranges } = this;
    for (let i = 0; i < ranges.length; i += 2) {
      if (code < (ranges[i] ?? 0)) return false;
      if (code <= (ranges[i + 1] ?? 0)) return true;
    }
    return false;
  }

  union(other: CharacterSet): CharacterSet {
    return CharacterSet.fromRanges([...this.ranges, ...other.ranges]);
  }

  /** Everything else but escaped bytes. */
  negated(): CharacterSet {
    const flat: number[] = [];
    let next = 0;
    for (let i = 0; i < this.ranges.length; i += 2) {
      const first = this.ranges[i] ?? 0;
      if (first > next) flat.push(next, first - 1);
      next = (this.ranges[i + 1] ?? 0) + 1;
    }
    if (next <= LAST_CODE_POINT) flat.push(next, LAST_CODE_POINT);
    return new CharacterSet(withoutEscaped(flat));
  }

  /** With the other case of every letter. */
  folded(): CharacterSet {
    const extra: number[] = [];
    for (let i = 0; i < this.ranges.length; i += 2) {
      const first = this.ranges[i] ?? 0;
      const last = this.ranges[i + 1] ?? 0;
      // Beyond this width it is a negated set or a class, which hold both cases already.
      if (last - first > 2000) addAsciiCases(extra, first, last);
      else
        for (let code = first; code <= last; code++)
          for (const other of casesOf(code)) extra.push(other, other);
    }
    return extra.length === 0 ? this : CharacterSet.fromRanges([...this.ranges, ...extra]);
  }

  /** The only member, or undefined when there are none or several. */
  single(): number | undefined {
    return this.ranges.length === 2 && this.ranges[0] === this.ranges[1] ? this.ranges[0] : undefined;
  }
}

function addAsciiCases(extra: number[], first: number, last: number): void {
  for (let code = 0x41; code <= 0x5a; code++) {
    if (code >= first && code <= last) extra.push(code + 32, code + 32);
    if (code + 32 >= first && code + 32 <= last) extra.push(code, code);
  }
}

/** The other-case forms of one character. */
export function casesOf(code: number): number[] {
  if (code < 128) {
    if (code >= 0x41 && code <= 0x5a) return [code + 32];
    return code >= 0x61 && code <= 0x7a ? [code - 32] : [];
  }
  const text = String.fromCodePoint(code);
  const forms: number[] = [];
  for (const form of [text.toLowerCase(), text.toUpperCase()]) {
    const point = form.codePointAt(0) ?? code;
    if (point !== code && String.fromCodePoint(point) === form) forms.push(point);
  }
  return forms;
}

function withoutEscaped(flat: readonly number[]): number[] {
  const out: number[] = [];
  for (let i = 0; i < flat.length; i += 2) {
    const first = flat[i] ?? 0;
    const last = flat[i + 1] ?? 0;
    if (first < FIRST_ESCAPED) out.push(first, Math.min(last, FIRST_ESCAPED - 1));
    if (last > LAST_ESCAPED) out.push(Math.max(first, LAST_ESCAPED + 1), last);
  }
  return out;
}

const range = (text: string): CharacterSet => {
  const codes: number[] = [];
  for (let i = 0; i < text.length; i += 2) codes.push(text.charCodeAt(i), text.charCodeAt(i + 1));
  return CharacterSet.fromRanges(codes);
};

/** Letters beyond ASCII: blocks, not Unicode's tables, so that every engine agrees. */
const LETTERS_BEYOND_ASCII = [
  0xaa, 0xaa, 0xb5, 0xb5, 0xba, 0xba, 0xc0, 0xd6, 0xd8, 0xf6, 0xf8, 0x2c1, 0x370, 0x373, 0x376, 0x377, 0x37b,
  0x37d, 0x386, 0x386, 0x388, 0x481, 0x48a, 0x556, 0x561, 0x587, 0x5d0, 0x5ea, 0x620, 0x64a, 0x1e00, 0x1fff,
  0x3041, 0x3096, 0x30a1, 0x30fa, 0x4e00, 0x9fff, 0xac00, 0xd7a3,
];
const UPPER_BEYOND_ASCII = [0xc0, 0xd6, 0xd8, 0xde, 0x391, 0x3a9, 0x400, 0x42f];
const LOWER_BEYOND_ASCII = [0xdf, 0xf6, 0xf8, 0xff, 0x3b1, 0x3c9, 0x430, 0x45f];
const letters = range('AZaz').union(CharacterSet.fromRanges(LETTERS_BEYOND_ASCII));

/** `[:name:]` in C.UTF-8. */
export const CHARACTER_CLASSES: ReadonlyMap<string, CharacterSet> = new Map([
  ['alpha', letters],
  ['digit', range('09')],
  ['alnum', letters.union(range('09'))],
  ['upper', range('AZ').union(CharacterSet.fromRanges(UPPER_BEYOND_ASCII))],
  ['lower', range('az').union(CharacterSet.fromRanges(LOWER_BEYOND_ASCII))],
  [
    'space',
    CharacterSet.fromRanges([
      9, 13, 32, 32, 0x1680, 0x1680, 0x2000, 0x2006, 0x2008, 0x200a, 0x2028, 0x2029, 0x205f, 0x205f, 0x3000,
      0x3000,
    ]),
  ],
  [
    'blank',
    CharacterSet.fromRanges([
      9, 9, 32, 32, 0x1680, 0x1680, 0x2000, 0x2006, 0x2008, 0x200a, 0x205f, 0x205f, 0x3000, 0x3000,
    ]),
  ],
  [
    'punct',
    CharacterSet.fromRanges([
      33, 47, 58, 64, 91, 96, 123, 126, 0xa1, 0xa9, 0xab, 0xb4, 0xb6, 0xb9, 0xbb, 0xbf, 0xd7, 0xd7, 0xf7,
      0xf7, 0x2010, 0x2027, 0x2030, 0x205e, 0x20a0, 0x20bf, 0x2190, 0x23ff, 0x2500, 0x27bf, 0x1f300, 0x1faff,
    ]),
  ],
  ['print', CharacterSet.fromRanges([32, 126, 0xa0, 0xd7ff, 0xe000, LAST_CODE_POINT])],
  [
    'graph',
    CharacterSet.fromRanges([
      33,
      126,
      0xa1,
      0x167f,
      0x1681,
      0x1fff,
      0x200b,
      0x2027,
      0x2030,
      0x205e,
      0x2060,
      0x2fff,
      0x3001,
      0xd7ff,
      0xe000,
      LAST_CODE_POINT,
    ]),
  ],
  ['cntrl', CharacterSet.fromRanges([0, 31, 127, 159, 0x2028, 0x2029])],
  ['xdigit', range('09AFaf')],
]);

/** Letters, digits and underscore: `\w`. */
export const WORD_CHARACTERS: CharacterSet = letters.union(range('09__'));
/** `[:space:]`: `\s`. */
export const SPACE_CHARACTERS: CharacterSet = CHARACTER_CLASSES.get('space') ?? CharacterSet.of(32);
export const DIGITS: CharacterSet = range('09');
/** Every character that is no escaped byte. */
export const ANY_CHARACTER: CharacterSet = new CharacterSet([]).negated();
/** Every code point, escaped bytes too: only for skipping over text. */
export const EVERYTHING: CharacterSet = new CharacterSet([0, LAST_CODE_POINT]);
