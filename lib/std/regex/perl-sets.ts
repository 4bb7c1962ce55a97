/** The sets that letters stand for after a backslash: `\d`, `\p{L}`. Source: pcre2pattern(3) "Generic character types", "Unicode character properties". */
import { CHARACTER_CLASSES, CharacterSet, DIGITS, SPACE_CHARACTERS, WORD_CHARACTERS } from './character-set';

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
  ['l', 'alpha'],
  ['lu', 'upper'],
  ['ll', 'lower'],
  ['nd', 'digit'],
  ['xan', 'alnum'],
  ['xsp', 'space'],
  ['xps', 'space'],
]);
const unicode = new Map<string, CharacterSet | undefined>();
const LAST = 0x10ffff;

/** `\p{name}`: general categories, scripts and yes-or-no properties. Case and blanks in names do not count. */
export function namedProperty(name: string): CharacterSet | undefined {
  const known = CHARACTER_CLASSES.get(PROPERTIES.get(name.toLowerCase()) ?? '');
  if (known !== undefined) return known;
  if (/^any$/i.test(name)) return CharacterSet.fromRanges([0, LAST]);
  const key = name.toLowerCase();
  if (!unicode.has(key)) unicode.set(key, unicodeSet(name));
  return unicode.get(key);
}
/** By the tables of the engine this runs on. */
function unicodeSet(name: string): CharacterSet | undefined {
  const title = name
    .split(/[\s_-]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase())
    .join('_');
  for (const form of [`gc=${title}`, `scx=${title}`, title]) {
    try {
      return rangesOf(new RegExp(`^\\p{${form}}$`, 'u'));
    } catch {
      // Not a property of this sort.
    }
  }
  return undefined;
}
function rangesOf(expression: RegExp): CharacterSet {
  const ranges: number[] = [];
  for (let code = 0; code <= LAST; code++) {
    if (!expression.test(String.fromCodePoint(code))) continue;
    if (ranges.at(-1) === code - 1) ranges[ranges.length - 1] = code;
    else ranges.push(code, code);
  }
  return CharacterSet.fromRanges(ranges);
}
