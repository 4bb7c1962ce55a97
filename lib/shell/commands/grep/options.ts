/** The options of grep(1) 3.8. Source: `grep.c`, main. */
import { type GivenOption, type OptionSyntax, valueOf } from '../getopt';
import { Exit, type Step, type Tool } from '../tool';
import { GREP_HELP } from './help';

export interface GrepOptions {
  matcher: 'basic' | 'extended' | 'fixed' | 'perl';
  /** Given by an option. */
  chosen: GrepOptions['matcher'] | undefined;
  patterns: string[] | undefined;
  patternFiles: string[];
  ignoreCase: boolean;
  invert: boolean;
  whole: 'word' | 'line' | undefined;
  count: boolean;
  list: 'no' | 'matching' | 'without';
  quiet: boolean;
  noMessages: boolean;
  onlyMatching: boolean;
  maxCount: number;
  before: number | undefined;
  after: number | undefined;
  context: number | undefined;
  lineNumbers: boolean;
  byteOffset: boolean;
  withName: boolean | undefined;
  label: string;
  nullAfterName: boolean;
  nullData: boolean;
  initialTab: boolean;
  lineBuffered: boolean;
  binary: 'binary' | 'text' | 'without-match';
  directories: 'read' | 'skip' | 'recurse';
  followAll: boolean;
  devices: 'read' | 'skip' | undefined;
  color: boolean;
  colors: Colors;
  groupSeparator: string | undefined;
  globs: FileGlob[];
  excludeDirectories: string[];
  excludeFiles: string[];
}

/** What the parts of a line are colored with: SGR numbers. */
export interface Colors {
  match: string;
  name: string;
  number: string;
  separator: string;
}

/** `--include` or `--exclude`. */
export interface FileGlob {
  readonly glob: string;
  readonly include: boolean;
}

const SHORT = '0123456789A:B:C:D:EFGHILPTUVX:abcd:e:f:hiLlm:noqRrsuvwxyZz';
const LONG: Readonly<Record<string, string>> = {
  'basic-regexp': 'G',
  'extended-regexp': 'E',
  'fixed-regexp': 'F',
  'fixed-strings': 'F',
  'perl-regexp': 'P',
  'after-context:': 'A',
  'before-context:': 'B',
  'context:': 'C',
  'binary-files:': 'binary-files',
  binary: 'U',
  'byte-offset': 'b',
  count: 'c',
  'color::': 'color',
  'colour::': 'color',
  'devices:': 'D',
  'directories:': 'd',
  'exclude:': 'exclude',
  'exclude-from:': 'exclude-from',
  'exclude-dir:': 'exclude-dir',
  'file:': 'f',
  'files-with-matches': 'l',
  'files-without-match': 'L',
  'group-separator:': 'group-separator',
  'no-group-separator': 'no-group-separator',
  'ignore-case': 'i',
  'no-ignore-case': 'no-ignore-case',
  'include:': 'include',
  'initial-tab': 'T',
  'invert-match': 'v',
  'label:': 'label',
  'line-buffered': 'line-buffered',
  'line-number': 'n',
  'line-regexp': 'x',
  'max-count:': 'm',
  'no-filename': 'h',
  'no-messages': 's',
  null: 'Z',
  'null-data': 'z',
  'only-matching': 'o',
  quiet: 'q',
  recursive: 'r',
  'dereference-recursive': 'R',
  'regexp:': 'e',
  'with-filename': 'H',
  silent: 'q',
  text: 'a',
  'word-regexp': 'w',
};

/** For whoever passes grep's options on. */
export const GREP_SYNTAX: OptionSyntax = { short: SHORT, long: LONG };

type Setter = (options: GrepOptions, tool: Tool, value: string, given: GivenOption) => void;

const SETTERS: Readonly<Record<string, Setter>> = {
  E: (o, tool) => setMatcher(o, tool, 'extended'),
  F: (o, tool) => setMatcher(o, tool, 'fixed'),
  G: (o, tool) => setMatcher(o, tool, 'basic'),
  P: (o, tool) => setMatcher(o, tool, 'perl'),
  help: (_o, tool) => help(tool),
  A: (o, tool, value) => (o.after = contextLength(tool, value)),
  B: (o, tool, value) => (o.before = contextLength(tool, value)),
  C: (o, tool, value) => (o.context = contextLength(tool, value)),
  D: (o, tool, value) =>
    (o.devices = value === 'read' || value === 'skip' ? value : tool.fail('unknown devices method', 2)),
  d: (o, tool, value) => (o.directories = oneOf(tool, '--directories', value, ['read', 'recurse', 'skip'])),
  H: (o) => (o.withName = true),
  h: (o) => (o.withName = false),
  I: (o) => (o.binary = 'without-match'),
  a: (o) => (o.binary = 'text'),
  // Files are not opened in text mode here either way.
  U: () => undefined,
  u: (_o, tool) => tool.complain('warning: --unix-byte-offsets (-u) is obsolete'),
  T: (o) => (o.initialTab = true),
  V: (_o, tool) => tool.version(),
  version: (_o, tool) => tool.version(),
  b: (o) => (o.byteOffset = true),
  c: (o) => (o.count = true),
  e: (o, _tool, value) => (o.patterns = [...(o.patterns ?? []), ...value.split('\n')]),
  f: (o, _tool, value) => o.patternFiles.push(value),
  i: (o) => (o.ignoreCase = true),
  y: (o) => (o.ignoreCase = true),
  'no-ignore-case': (o) => (o.ignoreCase = false),
  L: (o) => (o.list = 'without'),
  l: (o) => (o.list = 'matching'),
  m: (o, tool, value) =>
    (o.maxCount = /^[+-]?\d+[kKMGT]?$/.test(value)
      ? maxCount(Number.parseInt(value, 10))
      : tool.fail('invalid max count', 2)),
  n: (o) => (o.lineNumbers = true),
  o: (o) => (o.onlyMatching = true),
  q: (o) => (o.quiet = true),
  R: (o) => {
    o.directories = 'recurse';
    o.followAll = true;
  },
  r: (o) => {
    o.directories = 'recurse';
    o.followAll = false;
  },
  s: (o) => (o.noMessages = true),
  v: (o) => (o.invert = true),
  w: (o) => (o.whole ??= 'word'),
  x: (o) => (o.whole = 'line'),
  Z: (o) => (o.nullAfterName = true),
  z: (o) => (o.nullData = true),
  'binary-files': (o, tool, value) =>
    (o.binary =
      value === 'binary' || value === 'text' || value === 'without-match'
        ? value
        : tool.fail('unknown binary-files type', 2)),
  color: (o, tool, value, given) => (o.color = colorOf(tool, given.value === undefined ? 'auto' : value)),
  exclude: (o, _tool, value) => o.globs.push({ glob: value, include: false }),
  include: (o, _tool, value) => o.globs.push({ glob: value, include: true }),
  'exclude-from': (o, _tool, value) => o.excludeFiles.push(value),
  'exclude-dir': (o, _tool, value) => o.excludeDirectories.push(value.replace(/(?<=.)\/+$/, '')),
  'group-separator': (o, _tool, value) => (o.groupSeparator = value),
  'no-group-separator': (o) => (o.groupSeparator = undefined),
  label: (o, _tool, value) => (o.label = value),
  'line-buffered': (o) => (o.lineBuffered = true),
};

function setMatcher(options: GrepOptions, tool: Tool, matcher: GrepOptions['matcher']): void {
  if (options.chosen !== undefined && options.chosen !== matcher)
    tool.fail('conflicting matchers specified', 2);
  options.chosen = matcher;
  options.matcher = matcher;
}

function help(tool: Tool): never {
  tool.print(GREP_HELP.replaceAll('%s', tool.name));
  throw new Exit(0);
}

function maxCount(count: number): number {
  return count < 0 ? Number.POSITIVE_INFINITY : count;
}

function contextLength(tool: Tool, value: string): number {
  return /^\+?\d+$/.test(value) ? Number(value) : tool.fail(`${value}: invalid context length argument`, 2);
}

function oneOf<W extends string>(tool: Tool, option: string, value: string, words: readonly W[]): W {
  const found = words.find((word) => word === value);
  if (found !== undefined) return found;
  tool.complain(`invalid argument ‘${value}’ for ‘${option}’`);
  tool.note(`Valid arguments are:\n${words.map((word) => `  - ‘${word}’\n`).join('')}`);
  return tool.misuseQuietly(1);
}

function colorOf(tool: Tool, when: string): boolean {
  if (['always', 'yes', 'force'].includes(when)) return true;
  if (['never', 'no', 'none'].includes(when)) return false;
  if (!['auto', 'tty', 'if-tty'].includes(when)) return help(tool);
  const terminal = tool.context.env.get('TERM');
  return tool.context.stdout.tty !== undefined && terminal !== undefined && terminal !== 'dumb';
}

/** Reads the options and the patterns' files; the operands that are left are files. */
export function* readOptions(tool: Tool): Step<{ options: GrepOptions; files: string[] }> {
  const options: GrepOptions = {
    matcher: tool.shortName === 'egrep' ? 'extended' : tool.shortName === 'fgrep' ? 'fixed' : 'basic',
    chosen: undefined,
    patterns: undefined,
    patternFiles: [],
    ignoreCase: false,
    invert: false,
    whole: undefined,
    count: false,
    list: 'no',
    quiet: false,
    noMessages: false,
    onlyMatching: false,
    maxCount: Number.POSITIVE_INFINITY,
    before: undefined,
    after: undefined,
    context: undefined,
    lineNumbers: false,
    byteOffset: false,
    withName: undefined,
    label: '(standard input)',
    nullAfterName: false,
    nullData: false,
    initialTab: false,
    lineBuffered: false,
    binary: 'binary',
    directories: 'read',
    followAll: false,
    devices: undefined,
    color: false,
    colors: { match: '01;31', name: '35', number: '32', separator: '36' },
    groupSeparator: '--',
    globs: [],
    excludeDirectories: [],
    excludeFiles: [],
  };
  if (tool.shortName === 'egrep' || tool.shortName === 'fgrep') tool.name = 'grep';
  const given = tool.options({ short: SHORT, long: LONG }, { keepsHelp: true });
  let digits = '';
  for (const option of given.options) {
    if (/^\d$/.test(option.name)) {
      digits += option.name;
      options.context = Number(digits);
    } else {
      digits = '';
      SETTERS[option.name]?.(options, tool, valueOf(option), option);
    }
  }
  if (options.color) readColors(tool, options.colors);
  const files = given.operands;
  yield* readPatternFiles(tool, options);
  yield* readExcludeFiles(tool, options);
  if (options.patterns === undefined) {
    const pattern = files.shift();
    if (pattern === undefined) return tool.misuseQuietly(2);
    options.patterns = pattern.split('\n');
  }
  return { options, files };
}

const COLOR_NAMES: Readonly<Record<string, readonly (keyof Colors)[]>> = {
  mt: ['match'],
  ms: ['match'],
  fn: ['name'],
  ln: ['number'],
  bn: ['number'],
  se: ['separator'],
};

/** GREP_COLORS, and its forerunner. Not modelled: sl, cx, mc, and ln and bn apart. */
function readColors(tool: Tool, colors: Colors): void {
  const old = tool.context.env.get('GREP_COLOR') ?? '';
  if (old !== '') {
    tool.complain(`warning: GREP_COLOR='${old}' is deprecated; use GREP_COLORS='mt=${old}'`);
    colors.match = old;
  }
  for (const item of (tool.context.env.get('GREP_COLORS') ?? '').split(':')) {
    const [name = '', value] = item.split('=');
    if (value !== undefined && /^[\d;]*$/.test(value))
      for (const part of COLOR_NAMES[name] ?? []) colors[part] = value;
  }
}

/** `--exclude-from`: a glob a line. */
function* readExcludeFiles(tool: Tool, options: GrepOptions): Step {
  for (const path of options.excludeFiles) {
    const read = yield* tool.readFile(path);
    if (typeof read === 'string') tool.failErrno(path, read, 2);
    for (const glob of read.text.split('\n')) if (glob !== '') options.globs.push({ glob, include: false });
  }
}

function* readPatternFiles(tool: Tool, options: GrepOptions): Step {
  for (const path of options.patternFiles) {
    const read = yield* tool.readFile(path);
    if (typeof read === 'string') tool.failErrno(path, read, 2);
    const text = read.text.endsWith('\n') ? read.text.slice(0, -1) : read.text;
    options.patterns = [...(options.patterns ?? []), ...(read.text === '' ? [] : text.split('\n'))];
  }
}
