/** What follows a backslash in a Perl-like expression. Source: pcre2_compile.c of 10.42, `check_escape` and `get_ucp`. */
import type { CharacterSet } from './character-set';
import { namedProperty } from './perl-sets';
import type { PerlCursor } from './perl-cursor';

export type Escape =
  | { readonly kind: 'character'; readonly code: number }
  | { readonly kind: 'reference'; readonly index: number }
  /** One that stands for more than a character: `\d`, `\b`, `\k`. */
  | { readonly kind: 'letter'; readonly letter: string };

const CHARACTERS: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13, f: 12, e: 27, a: 7 };
const LETTERS = 'ABCDEGHKNPQRSVWXZbdhkpsvwz';
const NO_NAMES = 'PCRE2 does not support \\F, \\L, \\l, \\N{name}, \\U, or \\u';
const BAD_G = '\\g is not followed by a braced, angle-bracketed, or quoted name/number or by a plain number';
const DIGITS_MISSING = 'digits missing in \\x{} or \\o{} or \\N{U+}';
const TOO_LARGE = 'character code point value in \\x{} or \\o{} is too large';

/** Reads an escape from after its backslash. */
export function readEscape(cursor: PerlCursor, inClass: boolean): Escape {
  if (cursor.isAtEnd) cursor.refuse('\\ at end of pattern');
  const code = cursor.next();
  const letter = String.fromCodePoint(code);
  if (!/^[0-9A-Za-z]/.test(letter)) return { kind: 'character', code };
  const character = CHARACTERS[letter];
  if (character !== undefined) return { kind: 'character', code: character };
  if (LETTERS.includes(letter)) {
    if (letter === 'N' && cursor.peek('{')) return namedCharacter(cursor);
    return { kind: 'letter', letter };
  }
  if (/[1-9]/.test(letter)) return digits(cursor, letter, inClass);
  switch (letter) {
    case '0':
      return octal(cursor, 0, 2);
    case 'F':
    case 'l':
    case 'L':
    case 'u':
    case 'U':
      return cursor.refuse(NO_NAMES);
    case 'g':
      return inClass ? { kind: 'character', code } : numbered(cursor);
    case 'o':
      return braced(cursor, 8);
    case 'x':
      return hexadecimal(cursor);
    case 'c':
      return control(cursor);
    default:
      return cursor.refuse('unrecognized character follows \\', cursor.at - 1);
  }
}

/** `\N{U+20ac}` where the text is characters; `\N{2}` is `\N` twice. */
function namedCharacter(cursor: PerlCursor): Escape {
  if (cursor.peek('{U+')) {
    if (!cursor.utf) cursor.refuse('\\N{U+dddd} is supported only in Unicode (UTF) mode');
    cursor.at += 2;
    return inBraces(cursor, 16);
  }
  const begun = cursor.at;
  const isCount = cursor.refusingHere(() => {
    cursor.at++;
    return cursor.counts() !== undefined;
  });
  cursor.at = begun;
  return isCount ? { kind: 'letter', letter: 'N' } : cursor.refuse(NO_NAMES);
}

/** Not `\8` and `\9`, and up to as many groups as there are, it is a reference; else octal digits. */
function digits(cursor: PerlCursor, first: string, inClass: boolean): Escape {
  if (!inClass) {
    const begun = cursor.at;
    cursor.at--;
    const index = cursor.backReference();
    if (index !== undefined && (index < 10 || first >= '8' || index <= cursor.groups)) {
      if (index > 65_535) cursor.refuse('subpattern number is too big');
      return { kind: 'reference', index };
    }
    cursor.at = begun;
  }
  return first >= '8' ? { kind: 'character', code: first.charCodeAt(0) } : octal(cursor, Number(first), 2);
}
function octal(cursor: PerlCursor, first: number, most: number): Escape {
  let code = first;
  for (let count = 0; count < most && /^[0-7]/.test(cursor.here); count++) {
    code = code * 8 + Number(cursor.here);
    cursor.at++;
  }
  if (!cursor.utf && code > 0xff) cursor.refuse('octal value is greater than \\377 in 8-bit non-UTF-8 mode');
  return { kind: 'character', code };
}

/** `\g1`, `\g{-1}`; a name in braces is left to the caller, as `\k`. */
function numbered(cursor: PerlCursor): Escape {
  if (cursor.isAtEnd) cursor.refuse(BAD_G);
  if (/^[<']/.test(cursor.here)) return { kind: 'letter', letter: 'g' };
  const isBraced = cursor.peek('{');
  const index = isBraced ? cursor.refusingHere(() => bracedGroup(cursor)) : cursor.group();
  if (index === undefined) return isBraced ? { kind: 'letter', letter: 'k' } : cursor.refuse(BAD_G);
  if (index <= 0) cursor.refuseGroup();
  return { kind: 'reference', index };
}
/** `{2}`; undefined where no number stands in the braces, and nothing was read. */
function bracedGroup(cursor: PerlCursor): number | undefined {
  const begun = cursor.at++;
  const index = cursor.group();
  if (index === undefined) cursor.at = begun;
  else if (!cursor.take('}')) cursor.refuse(BAD_G);
  return index;
}

function hexadecimal(cursor: PerlCursor): Escape {
  if (cursor.peek('{')) return inBraces(cursor, 16);
  let code = 0;
  for (let count = 0; count < 2 && /^[0-9a-f]/i.test(cursor.here); count++) {
    code = code * 16 + Number.parseInt(cursor.here, 16);
    cursor.at++;
  }
  return { kind: 'character', code };
}
function braced(cursor: PerlCursor, base: 8): Escape {
  if (!cursor.peek('{'))
    cursor.refuse('missing opening brace after \\o', cursor.at - (cursor.isAtEnd ? 1 : 0));
  return inBraces(cursor, base);
}
/** Digits in braces, from the brace on. */
function inBraces(cursor: PerlCursor, base: 8 | 16): Escape {
  cursor.at++;
  if (cursor.isAtEnd || cursor.here === '}') cursor.refuse(DIGITS_MISSING);
  const digit = base === 8 ? /^[0-7]/ : /^[0-9a-f]/i;
  const largest = cursor.utf ? 0x10ffff : 0xff;
  let code = 0;
  while (digit.test(cursor.here)) {
    code = Math.min(code * base + Number.parseInt(cursor.here, base), largest + 1);
    cursor.at++;
  }
  if (code > largest) cursor.refuse(TOO_LARGE);
  if (cursor.here !== '}')
    cursor.refuse(
      base === 8
        ? 'non-octal character in \\o{} (closing brace missing?)'
        : 'non-hex character in \\x{} (closing brace missing?)',
    );
  if (cursor.utf && code >= 0xd800 && code <= 0xdfff)
    cursor.refuse('disallowed Unicode code point (>= 0xd800 && <= 0xdfff)');
  cursor.at++;
  return { kind: 'character', code };
}

function control(cursor: PerlCursor): Escape {
  if (cursor.isAtEnd) cursor.refuse('\\c at end of pattern');
  const code = cursor.here.toUpperCase().charCodeAt(0);
  if (code < 32 || code > 126) cursor.refuse('\\c must be followed by a printable ASCII character');
  cursor.at++;
  return { kind: 'character', code: code ^ 0x40 };
}

/** The set of `\p{…}` from after the `p` on. */
export function readProperty(cursor: PerlCursor, isNegated: boolean): CharacterSet {
  const malformed = 'malformed \\P or \\p sequence';
  if (cursor.isAtEnd) cursor.refuse(malformed);
  const first = String.fromCodePoint(cursor.next());
  let name = first;
  let isInverted = isNegated;
  if (first === '{') {
    if (cursor.isAtEnd) cursor.refuse(malformed);
    if (cursor.take('^')) isInverted = !isInverted;
    name = '';
    for (;;) {
      if (cursor.isAtEnd) cursor.refuse(malformed);
      const letter = String.fromCodePoint(cursor.next());
      if (letter === '}') break;
      name += letter;
      if (name.length > 49) cursor.refuse(malformed);
    }
  } else if (!/^[A-Za-z]$/.test(first)) cursor.refuse(malformed);
  const set = namedProperty(name);
  if (set === undefined) return cursor.refuse('unknown property after \\P or \\p');
  return isInverted ? set.negated() : set;
}
