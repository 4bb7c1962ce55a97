/** What the options of ls(1) make of a listing. */
import { type ArgumentWords, meaningOf, WHEN, wordsOf } from '../argument-words';
import { valueOf } from '../getopt';
import { parseSize } from '../sizes';
import { quoteValue } from '../quoting';
import { terminalSize } from '../terminal-width';
import { Exit, type Tool } from '../tool';

export type Layout = 'one' | 'long' | 'vertical' | 'across' | 'commas';
export type Sorting = 'name' | 'time' | 'size' | 'extension' | 'version' | 'none';
export type Quoting =
  | 'literal'
  | 'c'
  | 'escape'
  | 'locale'
  | 'shell'
  | 'shell-always'
  | 'shell-plain'
  | 'shell-plain-always';
export type TimeField = 'mtime' | 'atime' | 'ctime';

export interface Listing {
  layout: Layout;
  hidden: 'no' | 'almost' | 'all';
  directoriesThemselves: boolean;
  recursive: boolean;
  sorting: Sorting;
  reversed: boolean;
  time: TimeField;
  numeric: boolean;
  owner: boolean;
  group: boolean;
  inodes: boolean;
  blocks: boolean;
  /** Security contexts: `?`, as there is no SELinux. */
  context: boolean;
  blockSize: number;
  sizeUnit: number;
  /** Letter after each size (`--block-size=K`). */
  sizeSuffix: string;
  human: 0 | 1000 | 1024;
  indicator: 'none' | 'slash' | 'file-type' | 'classify';
  dereference: 'default' | 'command-line' | 'always';
  quoting: Quoting;
  hideUnprintable: boolean;
  color: boolean;
  directoriesFirst: boolean;
  ignored: string[];
  hiddenPatterns: string[];
  timeStyle: string;
  width: number;
  terminator: string;
}

const SYNTAX = {
  short: 'aAbBcCdDfFgGhHiI:klLmnNopqQrRsStT:uUvw:xXZ1',
  long: {
    all: 'a',
    'almost-all': 'A',
    author: 'author',
    escape: 'b',
    'block-size:': 'block-size',
    'ignore-backups': 'B',
    'color::': 'color',
    directory: 'd',
    dired: 'D',
    'classify::': 'F',
    'file-type': 'file-type',
    'format:': 'format',
    'full-time': 'full-time',
    'group-directories-first': 'group-first',
    'no-group': 'G',
    'human-readable': 'h',
    si: 'si',
    'dereference-command-line': 'H',
    'dereference-command-line-symlink-to-dir': 'H',
    'hide:': 'hide',
    'hyperlink::': 'hyperlink',
    'indicator-style:': 'indicator-style',
    inode: 'i',
    'ignore:': 'I',
    kibibytes: 'k',
    dereference: 'L',
    'numeric-uid-gid': 'n',
    literal: 'N',
    'hide-control-chars': 'q',
    'show-control-chars': 'show-control',
    'quote-name': 'Q',
    'quoting-style:': 'quoting-style',
    reverse: 'r',
    recursive: 'R',
    size: 's',
    'sort:': 'sort',
    'time:': 'time',
    'time-style:': 'time-style',
    'tabsize:': 'T',
    'width:': 'w',
    context: 'Z',
    zero: 'zero',
  },
};
const LAYOUTS: Readonly<Record<string, Layout>> = {
  verbose: 'long',
  long: 'long',
  commas: 'commas',
  horizontal: 'across',
  across: 'across',
  vertical: 'vertical',
  'single-column': 'one',
};
const SORTINGS: Readonly<Record<string, Sorting>> = {
  none: 'none',
  time: 'time',
  size: 'size',
  extension: 'extension',
  version: 'version',
  width: 'name',
};
const TIMES: ArgumentWords<TimeField | 'btime'> = {
  atime: 'atime',
  access: 'atime',
  use: 'atime',
  ctime: 'ctime',
  status: 'ctime',
  birth: 'btime',
  creation: 'btime',
};
const QUOTINGS = wordsOf([
  'literal',
  'shell',
  'shell-always',
  'shell-escape',
  'shell-escape-always',
  'c',
  'c-maybe',
  'escape',
  'locale',
  'clocale',
]);
const INDICATORS: Readonly<Record<string, Listing['indicator']>> = {
  none: 'none',
  slash: 'slash',
  'file-type': 'file-type',
  classify: 'classify',
};
/** Reads the options of `ls`, `dir` and `vdir`. */
export function readListing(tool: Tool): { listing: Listing; operands: string[] } {
  const isTerminal = tool.context.stdout.tty !== undefined;
  const { name } = tool.command;
  const listing: Listing = {
    layout: name === 'vdir' ? 'long' : name === 'dir' || isTerminal ? 'vertical' : 'one',
    hidden: 'no',
    directoriesThemselves: false,
    recursive: false,
    sorting: 'name',
    reversed: false,
    time: 'mtime',
    numeric: false,
    owner: true,
    group: true,
    inodes: false,
    blocks: false,
    context: false,
    blockSize: 1024,
    sizeUnit: 1,
    sizeSuffix: '',
    human: 0,
    indicator: 'none',
    dereference: 'default',
    quoting: name !== 'ls' ? 'escape' : isTerminal ? 'shell' : 'literal',
    hideUnprintable: isTerminal,
    color: false,
    directoriesFirst: false,
    ignored: [],
    hiddenPatterns: [],
    timeStyle: 'locale',
    width: terminalSize(tool).columns,
    terminator: '\n',
  };
  const { options, operands } = tool.options(SYNTAX, { misuseCode: 2 });
  let sortGiven = false;
  let timeGiven = false;
  for (const option of options) {
    const value = valueOf(option);
    switch (option.name) {
      case 'c':
      case 'u':
        listing.time = option.name === 'c' ? 'ctime' : 'atime';
        timeGiven = true;
        break;
      case 'time':
        listing.time = timeField(tool, value);
        timeGiven = true;
        break;
      case 't':
      case 'S':
      case 'X':
      case 'v':
      case 'U':
        listing.sorting = ({ t: 'time', S: 'size', X: 'extension', v: 'version', U: 'none' } as const)[
          option.name
        ];
        sortGiven = true;
        break;
      case 'sort':
        listing.sorting = meaningOf(tool, SORTINGS, value, '--sort');
        sortGiven = true;
        break;
      default:
        setOption(tool, listing, option.name, option.value, isTerminal);
    }
    if (option.name === 'f') sortGiven = true;
  }
  if (timeGiven && !sortGiven && listing.layout !== 'long') listing.sorting = 'time';
  return { listing, operands };
}

function setOption(
  tool: Tool,
  listing: Listing,
  name: string,
  given: string | undefined,
  isTerminal: boolean,
): void {
  const value = given ?? '';
  switch (name) {
    case 'a':
      listing.hidden = 'all';
      break;
    case 'A':
      listing.hidden = 'almost';
      break;
    case 'b':
      listing.quoting = 'escape';
      break;
    case 'B':
      listing.ignored.push('*~', '.*~');
      break;
    case 'C':
      listing.layout = 'vertical';
      break;
    case 'd':
      listing.directoriesThemselves = true;
      break;
    case 'f':
      listing.hidden = 'all';
      listing.sorting = 'none';
      if (listing.layout === 'long') listing.layout = isTerminal ? 'vertical' : 'one';
      listing.blocks = false;
      listing.color = false;
      break;
    case 'F':
      if (given === undefined || isWanted(tool, value, '--classify', isTerminal))
        listing.indicator = 'classify';
      break;
    case 'p':
      listing.indicator = 'slash';
      break;
    case 'file-type':
      listing.indicator = 'file-type';
      break;
    case 'indicator-style':
      listing.indicator = meaningOf(tool, INDICATORS, value, '--indicator-style');
      break;
    case 'g':
      listing.layout = 'long';
      listing.owner = false;
      break;
    case 'G':
      listing.group = false;
      break;
    case 'h':
      listing.human = 1024;
      break;
    case 'si':
      listing.human = 1000;
      break;
    case 'H':
      listing.dereference = 'command-line';
      break;
    case 'L':
      listing.dereference = 'always';
      break;
    case 'i':
      listing.inodes = true;
      break;
    case 'I':
      listing.ignored.push(value);
      break;
    case 'hide':
      listing.hiddenPatterns.push(value);
      break;
    case 'k':
      listing.blockSize = 1024;
      break;
    case 'block-size':
      setBlockSize(tool, listing, value);
      break;
    case 'l':
      listing.layout = 'long';
      break;
    case 'm':
      listing.layout = 'commas';
      break;
    case 'n':
      listing.layout = 'long';
      listing.numeric = true;
      break;
    case 'N':
      listing.quoting = 'literal';
      break;
    case 'o':
      listing.layout = 'long';
      listing.group = false;
      break;
    case 'q':
    case 'show-control':
      listing.hideUnprintable = name === 'q';
      break;
    case 'Q':
      listing.quoting = 'c';
      break;
    case 'quoting-style':
      listing.quoting = quotingOf(tool, value);
      break;
    case 'r':
      listing.reversed = true;
      break;
    case 'R':
      listing.recursive = true;
      break;
    case 's':
      listing.blocks = true;
      break;
    case 'w':
      if (!/^\d+$/.test(value)) tool.fail(`invalid line width: ${quoteValue(value)}`, 2);
      listing.width = Number(value) === 0 ? Number.MAX_SAFE_INTEGER : Number(value);
      break;
    case 'x':
      listing.layout = 'across';
      break;
    case '1':
      if (listing.layout !== 'long') listing.layout = 'one';
      break;
    case 'format':
      listing.layout = meaningOf(tool, LAYOUTS, value, '--format');
      break;
    case 'full-time':
      listing.layout = 'long';
      listing.timeStyle = 'full-iso';
      break;
    case 'time-style':
      listing.timeStyle = value.replace(/^posix-/, '');
      if (!/^\+|^(full-iso|long-iso|iso|locale)$/.test(listing.timeStyle)) refuseTimeStyle(tool, value);
      break;
    case 'color':
      listing.color = given === undefined || isWanted(tool, value, '--color', isTerminal);
      break;
    case 'group-first':
      listing.directoriesFirst = true;
      break;
    case 'zero':
      listing.terminator = '\0';
      if (listing.layout !== 'long') listing.layout = 'one';
      listing.quoting = 'literal';
      listing.color = false;
      break;
    case 'T':
      if (!/^\d+$/.test(value)) tool.fail(`invalid tab size: ${quoteValue(value)}`, 2);
      break;
    case 'D':
      // Only a long listing says where its names are.
      if (listing.layout === 'long') tool.fail('not modelled: option -D', 2);
      break;
    case 'hyperlink':
      if (!isWanted(tool, given ?? 'always', '--hyperlink', isTerminal)) break;
      tool.fail('not modelled: option --hyperlink', 2);
      break;
    case 'Z':
      listing.context = true;
  }
}

function setBlockSize(tool: Tool, listing: Listing, value: string): void {
  if (value === 'human-readable' || value === 'si') {
    listing.human = value === 'si' ? 1000 : 1024;
    return;
  }
  const size = parseSize(value);
  if (typeof size !== 'number') tool.fail(`invalid --block-size argument '${value}'`, 2);
  listing.blockSize = size;
  listing.sizeUnit = size;
  listing.sizeSuffix = /^\D/.test(value) ? value : '';
}

function isWanted(tool: Tool, value: string, option: string, isTerminal: boolean): boolean {
  const when = meaningOf(tool, WHEN, value, option);
  return when === 'always' || (when === 'auto' && isTerminal);
}

function timeField(tool: Tool, value: string): TimeField {
  const field = meaningOf(tool, TIMES, value, '--time');
  return field === 'btime' ? tool.fail('not modelled: times of birth', 2) : field;
}

function quotingOf(tool: Tool, value: string): Quoting {
  const word = meaningOf(tool, QUOTINGS, value, '--quoting-style');
  switch (word) {
    case 'shell':
      return 'shell-plain';
    case 'shell-always':
      return 'shell-plain-always';
    case 'shell-escape':
      return 'shell';
    case 'shell-escape-always':
      return 'shell-always';
    case 'clocale':
      return 'locale';
    case 'c-maybe':
      return tool.fail(`not modelled: --quoting-style=${word}`, 2);
    default:
      return word;
  }
}

function refuseTimeStyle(tool: Tool, value: string): never {
  tool.complain(`invalid argument ${quoteValue(value)} for ${quoteValue('time style')}`);
  tool.note(
    "Valid arguments are:\n  - [posix-]full-iso\n  - [posix-]long-iso\n  - [posix-]iso\n  - [posix-]locale\n  - +FORMAT (e.g., +%H:%M) for a 'date'-style format\n",
  );
  tool.note(tool.package.hint(tool.name));
  throw new Exit(2);
}
