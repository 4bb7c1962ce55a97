/**
 * The POSIX syntaxes as each tool sets them up. Source: glibc `regex.h`,
 * RE_SYNTAX_*, and what grep 3.8, sed 4.9, gawk 5.2 and findutils 4.9 pass.
 */

/** What a character or its escaped form means in one tool's syntax. */
export interface PosixDialect {
  /** `\(` groups, `\{` repeats, `\|` alternates (basic), or `(`, `{`, `|` (extended). */
  readonly operators: 'escaped' | 'plain';
  readonly alternation: 'escaped' | 'plain' | 'none';
  /** Which writing of `+` and `?` repeats. */
  readonly plusAndQuestion: 'escaped' | 'plain' | 'none';
  readonly intervals: 'escaped' | 'plain' | 'none';
  /** `*`, `+`, `?`, `{` with nothing to repeat. */
  readonly danglingRepeat: 'literal' | 'ignored' | 'error';
  /** A second repeat straight after the first is an error (RE_CONTEXT_INVALID_DUP). */
  readonly doubleRepeat: 'allowed' | 'error';
  readonly unmatchedParenthesis: 'literal' | 'error';
  /** A brace that opens no valid interval (RE_INVALID_INTERVAL_ORD). */
  readonly badInterval: 'literal' | 'error';
  /** `^` and `$` are anchors wherever they stand. */
  readonly anchorsEverywhere: boolean;
  /** `\]` inside brackets is a `]` (awk). */
  readonly backslashInBrackets: boolean;
  readonly backReferences: boolean;
  /** A newline separates alternatives (grep). */
  readonly newlineAlternates: boolean;
  /** `[:alpha:]` without the outer brackets is refused (grep). */
  readonly refusesBareClass: boolean;
  /** `\y` is the word boundary and `\b` is not (awk). */
  readonly awkEscapes: boolean;
  /** Repeats at the start of an expression are remarked upon (grep). */
  readonly warns: boolean;
}

const BASIC: PosixDialect = {
  operators: 'escaped',
  alternation: 'escaped',
  plusAndQuestion: 'escaped',
  intervals: 'escaped',
  danglingRepeat: 'literal',
  doubleRepeat: 'error',
  unmatchedParenthesis: 'error',
  badInterval: 'error',
  anchorsEverywhere: false,
  backslashInBrackets: false,
  backReferences: true,
  newlineAlternates: false,
  refusesBareClass: false,
  awkEscapes: false,
  warns: false,
};

const EXTENDED: PosixDialect = {
  ...BASIC,
  operators: 'plain',
  alternation: 'plain',
  plusAndQuestion: 'plain',
  intervals: 'plain',
  danglingRepeat: 'error',
  doubleRepeat: 'allowed',
  anchorsEverywhere: true,
};

/** The syntaxes by who uses them. */
export const DIALECTS = {
  grepBasic: {
    ...BASIC,
    doubleRepeat: 'allowed',
    newlineAlternates: true,
    refusesBareClass: true,
    warns: true,
  },
  grepExtended: {
    ...EXTENDED,
    danglingRepeat: 'ignored',
    unmatchedParenthesis: 'literal',
    badInterval: 'literal',
    newlineAlternates: true,
    refusesBareClass: true,
    warns: true,
  },
  sedBasic: BASIC,
  sedExtended: EXTENDED,
  awk: {
    ...EXTENDED,
    danglingRepeat: 'literal',
    unmatchedParenthesis: 'literal',
    badInterval: 'literal',
    backslashInBrackets: true,
    backReferences: false,
    awkEscapes: true,
  },
  /** `expr` and `nl`: basic as POSIX has it. */
  posixBasic: BASIC,
  /** `bash` `[[ =~ ]]` and `find -regextype posix-extended`. */
  posixExtended: { ...EXTENDED, badInterval: 'error' },
  /** `find -regex`. */
  emacs: { ...BASIC, plusAndQuestion: 'plain', intervals: 'none', doubleRepeat: 'allowed' },
} as const satisfies Record<string, PosixDialect>;

export type DialectName = keyof typeof DIALECTS;
