/** less's options, from $LESS and the command line. Source: less(1) 590, "OPTIONS". */

export interface LessOptions {
  /** Chop long lines (-S). */
  chop: boolean;
  /** Quit if it all fits on one screen (-F). */
  quitIfOneScreen: boolean;
  /** Stay on the main screen (-X). */
  noInit: boolean;
  /** Ctrl-C quits (-K). */
  quitOnInterrupt: boolean;
  /** Colours and other attributes pass (-R, -r). */
  raw: boolean;
  /** 0 short, 1 -m, 2 -M. */
  prompt: 0 | 1 | 2;
  numbers: boolean;
  /** -i ignores case unless the pattern has capitals, -I always. */
  ignoreCase: 'no' | 'smart' | 'always';
  /** Quit at the end (-e at the second, -E at the first time). */
  quitAtEnd: 'no' | 'second' | 'first';
  tab: number;
  /** Texts of -P, by prompt. */
  prompts: Partial<Record<0 | 1 | 2, string>>;
  /** `+G`, `+/word`: keys at the beginning. */
  first: string;
}

const DEFAULTS: LessOptions = {
  chop: false,
  quitIfOneScreen: false,
  noInit: false,
  quitOnInterrupt: false,
  raw: false,
  prompt: 0,
  numbers: false,
  ignoreCase: 'no',
  quitAtEnd: 'no',
  tab: 8,
  prompts: {},
  first: '',
};

const LONG: Readonly<Record<string, string>> = {
  'chop-long-lines': 'S',
  'quit-if-one-screen': 'F',
  'no-init': 'X',
  'quit-on-intr': 'K',
  'RAW-CONTROL-CHARS': 'R',
  'raw-control-chars': 'r',
  'long-prompt': 'm',
  'LONG-PROMPT': 'M',
  'LINE-NUMBERS': 'N',
  'line-numbers': 'n',
  'ignore-case': 'i',
  'IGNORE-CASE': 'I',
  'quit-at-eof': 'e',
  'QUIT-AT-EOF': 'E',
  squeeze: 's',
  'squeeze-blank-lines': 's',
  quiet: 'q',
  silent: 'q',
  tilde: '~',
};
/** Options that change nothing here: how it paints, how it rings, what it remembers. */
const IGNORED = 'aAcCdfgGJLnqQsuUwW~';
/** Options with a value that is not used. */
const WITH_VALUE = 'bhjkoOtTyzD#';

export interface ReadOptions {
  options: LessOptions;
  files: string[];
  /** As it was written. */
  unknown: string | undefined;
}

/** `words` are those of the command line; the text of $LESS comes before them. */
export function readOptions(words: readonly string[], environment: string): ReadOptions {
  const read: ReadOptions = { options: { ...DEFAULTS, prompts: {} }, files: [], unknown: undefined };
  if (environment !== '') readLetters(environment.replace(/^-/, ''), read, true);
  let isOver = false;
  for (const word of words) {
    if (isOver || word === '-' || !/^[-+]./.test(word)) read.files.push(word);
    else if (word === '--') isOver = true;
    else if (word.startsWith('+')) read.options.first = word.replace(/^\+\+?/, '');
    else if (word.startsWith('--')) readLong(word.slice(2), read);
    else readLetters(word.slice(1), read, false);
  }
  return read;
}
function readLong(word: string, read: ReadOptions): void {
  const [name = '', value = ''] = word.split('=', 2);
  const letter = LONG[name];
  if (letter !== undefined) apply(letter, read);
  else if (name === 'tabs') read.options.tab = Number(value) || 8;
  else if (name === 'prompt') read.options.prompts[0] = value;
  else read.unknown ??= name;
}
/** In $LESS a `$` ends a value, and a space or a dash may stand between options. */
function readLetters(letters: string, read: ReadOptions, isEnvironment: boolean): void {
  for (let at = 0; at < letters.length; at++) {
    const letter = letters[at] ?? '';
    const rest = letters.slice(at + 1);
    if (isEnvironment && /[\s$-]/.test(letter)) continue;
    if (letter === '+') {
      const text = /^\+?([^$]*)/.exec(rest)?.[1] ?? '';
      read.options.first = text;
      at += text.length;
    } else if (letter === 'P') {
      const end = isEnvironment ? rest.search(/(?<!\\)\$/) : -1;
      const text = end < 0 ? rest : rest.slice(0, end);
      const which = ({ m: 1, M: 2, s: 0 } as const)[text[0] ?? ''];
      read.options.prompts[which ?? 0] = which === undefined ? text : text.slice(1);
      at += text.length;
    } else if (letter === 'x') {
      const value = /^[\d,]+/.exec(rest)?.[0] ?? '';
      read.options.tab = Number(value.split(',')[0]) || 8;
      at += value.length;
    } else if (letter === 'p') {
      read.options.first = `/${rest}`;
      return;
    } else if (WITH_VALUE.includes(letter)) at += /^[-.\d]*/.exec(rest)?.[0].length ?? 0;
    else apply(letter, read);
  }
}
function apply(letter: string, read: ReadOptions): void {
  const { options } = read;
  if (letter === 'S') options.chop = true;
  else if (letter === 'F') options.quitIfOneScreen = true;
  else if (letter === 'X') options.noInit = true;
  else if (letter === 'K') options.quitOnInterrupt = true;
  else if (letter === 'R' || letter === 'r') options.raw = true;
  else if (letter === 'm') options.prompt = 1;
  else if (letter === 'M') options.prompt = 2;
  else if (letter === 'N') options.numbers = true;
  else if (letter === 'i') options.ignoreCase = 'smart';
  else if (letter === 'I') options.ignoreCase = 'always';
  else if (letter === 'e') options.quitAtEnd = 'second';
  else if (letter === 'E') options.quitAtEnd = 'first';
  else if (!IGNORED.includes(letter)) read.unknown ??= `-${letter}`;
}
