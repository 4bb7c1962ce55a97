/**
 * pr(1) of GNU coreutils 9.1: pages with a head, columns, files side by side.
 * Not modelled: -N (another first number), -v and -c (visible control characters), -D date formats beyond strftime's.
 */
import { strftime } from '../../std/civil';
import { errnoText } from './errno-text';
import { inputsOf } from './operands';
import { quoteFileIfNeeded, quoteValue } from './quoting';
import { FileError } from '../../world/files.contract';
import type { Command, Step, Tool, ToolRun } from './tool';

export const pr: Command = {
  name: 'pr',
  package: 'coreutils',
  paths: ['/usr/bin/pr'],
  synopsis: 'pr [OPTION]... [FILE]...',
  summary: 'Paginate or columnate FILE(s) for printing.',
  run,
};

interface Settings {
  columns: number;
  across: boolean;
  merge: boolean;
  doubled: boolean;
  joins: boolean;
  formFeed: boolean;
  header: string | undefined;
  dateFormat: string;
  length: number;
  width: number;
  widthGiven: boolean;
  margin: number;
  bare: boolean;
  quiet: boolean;
  separator: string | undefined;
  numbers: { separator: string; digits: number } | undefined;
  first: number;
  last: number;
}
interface Text {
  readonly name: string;
  readonly lines: readonly string[];
  readonly mtime: number;
}

const TAB = 8;
const HEAD = 5;
const FOOT = 5;
const SHORTEST = HEAD + FOOT;

function* run(tool: Tool): ToolRun {
  const settings: Settings = {
    columns: 1,
    across: false,
    merge: false,
    doubled: false,
    joins: false,
    formFeed: false,
    header: undefined,
    dateFormat: '%Y-%m-%d %H:%M',
    length: 66,
    width: 72,
    widthGiven: false,
    margin: 0,
    bare: false,
    quiet: false,
    separator: undefined,
    numbers: undefined,
    first: 1,
    last: Number.POSITIVE_INFINITY,
  };
  const args = tool.args.map((argument) => argument.replace(/^\+(\d+)(:\d+)?$/, '--pages=$1$2'));
  const { options, operands } = tool.options(
    {
      short: 'acdD:e::fFh:i::Jl:mn::N:o:rs::S::tTvw:W:0123456789',
      long: {
        'pages:': 'pages',
        'columns:': 'columns',
        across: 'a',
        'show-control-chars': 'c',
        'double-space': 'd',
        'date-format:': 'D',
        'expand-tabs::': 'e',
        'form-feed': 'f',
        'header:': 'h',
        'output-tabs::': 'i',
        'join-lines': 'J',
        'length:': 'l',
        merge: 'm',
        'number-lines::': 'n',
        'indent:': 'o',
        'no-file-warnings': 'r',
        'separator::': 's',
        'sep-string::': 'S',
        'omit-header': 't',
        'omit-pagination': 'T',
        'width:': 'w',
        'page-width:': 'W',
      },
    },
    { args },
  );
  const digits = options.filter(({ name }) => /^\d$/.test(name)).map(({ name }) => name);
  if (digits.length > 0) settings.columns = Number(digits.join(''));
  for (const option of options) setOption(tool, settings, option.name, option.value);
  // No room for a head and a foot: there are none.
  if (settings.length <= SHORTEST) settings.bare = true;
  let code = 0;
  const texts: Text[] = [];
  for (const name of inputsOf(operands)) {
    const text = yield* textOf(tool, name, settings.quiet);
    if (text === undefined) code = 1;
    else texts.push(text);
  }
  if (settings.merge) {
    if (texts.length > 0)
      paginate(tool, { ...settings, columns: texts.length }, texts, settings.header ?? '');
  } else for (const text of texts) paginate(tool, settings, [text], settings.header ?? text.name);
  yield* tool.drain();
  return code;
}

function setOption(tool: Tool, settings: Settings, name: string, value = ''): void {
  const number = (what: string): number =>
    /^\d+$/.test(value) && Number(value) > 0
      ? Number(value)
      : tool.fail(
          `${what}: ${quoteValue(value)}${/^\d+$/.test(value) ? ': Numerical result out of range' : ''}`,
        );
  switch (name) {
    case 'a':
      settings.across = true;
      break;
    case 'columns':
      settings.columns = number('invalid number of columns');
      break;
    case 'd':
      settings.doubled = true;
      break;
    case 'D':
      settings.dateFormat = value.replace(/^\+/, '');
      break;
    case 'f':
    case 'F':
      settings.formFeed = true;
      break;
    case 'h':
      settings.header = value;
      break;
    case 'J':
      settings.joins = true;
      break;
    case 'l':
      settings.length = number("'-l PAGE_LENGTH' invalid number of lines");
      break;
    case 'm':
      settings.merge = true;
      break;
    case 'n': {
      const match = /^(\D)?(\d*)$/.exec(value);
      if (match === null)
        tool.fail(`'-n' extra characters or invalid number in the argument: ${quoteValue(value)}`);
      settings.numbers = { separator: match?.[1] ?? '\t', digits: Number(match?.[2] || '5') };
      break;
    }
    case 'o':
      settings.margin = /^\d+$/.test(value)
        ? Number(value)
        : tool.fail(`'-o MARGIN' invalid line offset: ${quoteValue(value)}`);
      break;
    case 'pages': {
      const [first, last] = value.split(':').map(Number);
      settings.first = first ?? 1;
      settings.last = last ?? Number.POSITIVE_INFINITY;
      break;
    }
    case 'r':
      settings.quiet = true;
      break;
    case 's':
      settings.separator = value === '' ? '\t' : value;
      break;
    case 'S':
      settings.separator = value;
      break;
    case 't':
    case 'T':
      settings.bare = true;
      break;
    case 'w':
    case 'W':
      settings.width = number(`'-${name} PAGE_WIDTH' invalid number of characters`);
      settings.widthGiven = true;
      break;
    default:
      break;
  }
}

function* textOf(tool: Tool, name: string, quiet: boolean): Step<Text | undefined> {
  const read = yield* tool.readFile(name);
  if (typeof read === 'string') {
    if (!quiet) tool.complain(`${quoteFileIfNeeded(name)}: ${errnoText(read)}`);
    return undefined;
  }
  const lines = read.text.split('\n');
  if (lines[lines.length - 1] === '') lines.pop();
  const info = name === '-' ? undefined : tool.stat(name);
  const mtime = info === undefined || info instanceof FileError ? tool.context.host.clock() : info.mtime;
  return { name: name === '-' ? '' : name, lines, mtime };
}

function paginate(tool: Tool, settings: Settings, texts: readonly Text[], title: string): void {
  const body = settings.bare ? settings.length : settings.length - SHORTEST;
  const rows = settings.doubled ? Math.max(1, Math.floor(body / 2)) : body;
  const perPage = texts.length > 1 || settings.merge ? rows : rows * settings.columns;
  const longest = Math.max(...texts.map(({ lines }) => lines.length));
  for (let page = 1, at = 0; at < longest; page++, at += perPage) {
    if (page < settings.first || page > settings.last) continue;
    const cells = settings.merge
      ? texts.map(({ lines }) => numbered(settings, lines.slice(at, at + perPage), at))
      : inColumns(settings, numbered(settings, texts[0]?.lines.slice(at, at + perPage) ?? [], at), rows);
    const count = Math.max(...cells.map((column) => column.length));
    if (!settings.bare) tool.print(head(settings, texts, title, page));
    let used = 0;
    for (let row = 0; row < count; row++) {
      const shown = rowOf(
        settings,
        cells.map((column) => column[row]),
      );
      tool.line(`${shown === '' ? '' : ' '.repeat(settings.margin)}${shown}`);
      used++;
      if (settings.doubled && (row < count - 1 || !settings.bare)) {
        tool.line('');
        used++;
      }
    }
    if (settings.bare) continue;
    if (settings.formFeed) tool.print('\f');
    else tool.print('\n'.repeat(Math.max(0, body - used) + FOOT));
  }
}

function numbered(settings: Settings, lines: readonly string[], from: number): string[] {
  const { numbers } = settings;
  if (numbers === undefined) return [...lines];
  return lines.map(
    (line, index) => `${String(from + index + 1).padStart(numbers.digits)}${numbers.separator}${line}`,
  );
}

/** Down the page; the last page's columns are as long as each other. */
function inColumns(settings: Settings, lines: readonly string[], rows: number): string[][] {
  const { columns } = settings;
  if (columns === 1) return [[...lines]];
  if (settings.across)
    return Array.from({ length: columns }, (_, column) => lines.filter((_line, i) => i % columns === column));
  const isFull = lines.length === rows * columns;
  const out: string[][] = [];
  let at = 0;
  for (let column = 0; column < columns; column++) {
    const size = isFull
      ? rows
      : Math.floor(lines.length / columns) + (column < lines.length % columns ? 1 : 0);
    out.push(lines.slice(at, at + size));
    at += size;
  }
  return out;
}

function rowOf(settings: Settings, cells: readonly (string | undefined)[]): string {
  const { columns, separator, joins } = settings;
  if (columns === 1 && cells.length === 1) {
    return cells[0] ?? '';
  }
  const last = cells.findLastIndex((cell) => cell !== undefined);
  if (joins || (separator !== undefined && !settings.widthGiven))
    return cells
      .slice(0, last + 1)
      .map((cell) => cell ?? '')
      .join(separator ?? '\t');
  const gap = separator?.length ?? 1;
  const width = Math.floor((settings.width - gap * (cells.length - 1)) / cells.length);
  let out = '';
  for (let index = 0; index <= last; index++) {
    if (index > 0)
      out =
        separator === undefined
          ? tabbed(out, index * (width + 1), settings.margin)
          : out.padEnd(index * (width + gap) - gap) + separator;
    out += (cells[index] ?? '').slice(0, width);
  }
  return out;
}

/** Blanks up to a column, as many of them tabs as can be. */
function tabbed(text: string, column: number, margin: number): string {
  let at = margin;
  for (const character of text) at = character === '\t' ? at + TAB - (at % TAB) : at + 1;
  const target = column + margin;
  let out = text;
  while (target - at > 1) {
    const next = at + TAB - (at % TAB);
    if (next > target) break;
    out += '\t';
    at = next;
  }
  return out + ' '.repeat(Math.max(0, target - at));
}

function head(settings: Settings, texts: readonly Text[], title: string, page: number): string {
  const date = strftime(settings.dateFormat, texts[0]?.mtime ?? 0);
  const number = `Page ${page}`;
  const free = Math.max(0, settings.width - date.length - title.length - number.length);
  const left = Math.max(1, Math.floor(free / 2));
  const right = Math.max(1, free - left);
  return `\n\n${' '.repeat(settings.margin)}${date}${' '.repeat(left)}${title}${' '.repeat(right)}${number}\n\n\n`;
}
