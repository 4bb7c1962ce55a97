/** wc(1) of GNU coreutils. */
import { byteLength } from '../../std/bytes';
import { FileError } from '../../world/files.contract';
import { errnoText } from './errno-text';
import { valueOf } from './getopt';
import { quoteFile, quoteFileIfNeeded } from './quoting';
import { displayWidth } from './display-width';
import type { Command, Step, Tool, ToolRun } from './tool';

export const wc: Command = {
  name: 'wc',
  package: 'coreutils',
  paths: ['/usr/bin/wc'],
  synopsis: 'wc [OPTION]... [FILE]...\nwc [OPTION]... --files0-from=F',
  summary:
    'Print newline, word, and byte counts for each FILE, and a total line if\nmore than one FILE is specified.',
  run,
};

interface Counts {
  lines: number;
  words: number;
  characters: number;
  bytes: number;
  longest: number;
}
type Column = keyof Counts;
const ORDER: readonly Column[] = ['lines', 'words', 'characters', 'bytes', 'longest'];
const LETTERS: Readonly<Record<string, Column>> = {
  l: 'lines',
  w: 'words',
  m: 'characters',
  c: 'bytes',
  L: 'longest',
};

function* run(tool: Tool): ToolRun {
  const { options, operands } = tool.options({
    short: 'clLmw',
    long: {
      bytes: 'c',
      chars: 'm',
      lines: 'l',
      words: 'w',
      'max-line-length': 'L',
      'files0-from:': 'files0',
    },
  });
  const wanted = new Set(options.map((option) => LETTERS[option.name]));
  const columns = ORDER.filter((column) => wanted.has(column));
  if (columns.length === 0) columns.push('lines', 'words', 'bytes');
  const list = options.findLast((option) => option.name === 'files0');
  const names = list === undefined ? operands : yield* listedNames(tool, valueOf(list), operands);
  // A list that comes through a pipe is not known beforehand.
  const width = list !== undefined && !isRegular(tool, valueOf(list)) ? 1 : columnWidth(tool, names, columns);
  const total: Counts = { lines: 0, words: 0, characters: 0, bytes: 0, longest: 0 };
  let code = 0;
  for (const name of names.length === 0 ? [undefined] : names) {
    const counts = yield* count(tool, name);
    if (counts === undefined) {
      code = 1;
      continue;
    }
    if (counts.failed) code = 1;
    for (const column of ORDER)
      total[column] =
        column === 'longest' ? Math.max(total.longest, counts.longest) : total[column] + counts[column];
    show(tool, counts, columns, width, name === undefined ? undefined : quoteNewline(name));
  }
  if (names.length > 1) show(tool, total, columns, width, 'total');
  return code;
}

function quoteNewline(name: string): string {
  return name.includes('\n') ? quoteFileIfNeeded(name) : name;
}

function* listedNames(tool: Tool, from: string, operands: readonly string[]): Step<string[]> {
  if (operands.length > 0)
    tool.misuse(
      `extra operand ${quoteFile(operands[0] ?? '')}\nfile operands cannot be combined with --files0-from`,
    );
  const file = yield* tool.readFile(from);
  if (typeof file === 'string')
    return tool.fail(`cannot open ${quoteFile(from)} for reading: ${errnoText(file)}`);
  return file.text.split('\0').filter((name) => name !== '');
}

/** Wide enough for the sum of the sizes; 7 as soon as something has no known size. */
function columnWidth(tool: Tool, names: readonly string[], columns: readonly Column[]): number {
  if (names.length <= 1 && columns.length === 1) return 1;
  let total = 0;
  let least = 1;
  for (const name of names.length === 0 ? ['-'] : names) {
    const size = name === '-' ? regularSize(tool) : tool.stat(name);
    if (size instanceof FileError) continue;
    if (typeof size === 'number') total += size;
    else if (size === undefined || size.kind !== 'file') least = 7;
    else total += size.size;
  }
  return Math.max(least, String(total).length);
}

function isRegular(tool: Tool, name: string): boolean {
  if (name === '-') return regularSize(tool) !== undefined;
  const info = tool.stat(name);
  return 'kind' in info && info.kind === 'file';
}

function regularSize(tool: Tool): number | undefined {
  const { stdin } = tool.context;
  return stdin.kind === 'file' && stdin.ino !== undefined
    ? byteLength(tool.context.fs.readInode(stdin.ino))
    : undefined;
}

function* count(tool: Tool, name: string | undefined): Step<(Counts & { failed: boolean }) | undefined> {
  const none = { lines: 0, words: 0, characters: 0, bytes: 0, longest: 0 };
  const { readProblem } = tool.context.stdin;
  if ((name === undefined || name === '-') && readProblem !== undefined) {
    tool.complain(`${name ?? "'standard input'"}: ${errnoText(readProblem)}`);
    return { ...none, failed: true };
  }
  if (name === undefined || name === '-')
    return { ...countText(yield* tool.context.readAll()), failed: false };
  if (name === '') {
    tool.complain('invalid zero-length file name');
    return undefined;
  }
  const stream = tool.open(name);
  if (typeof stream === 'string') {
    tool.complain(`${quoteFileIfNeeded(name)}: ${errnoText(stream)}`);
    return undefined;
  }
  if (tool.isDirectory(name)) {
    tool.close(stream);
    tool.complain(`${quoteFileIfNeeded(name)}: Is a directory`);
    return { ...none, failed: true };
  }
  const text = yield* tool.context.readAll(stream);
  tool.close(stream);
  return { ...countText(text), failed: false };
}

function countText(text: string): Counts {
  let lines = 0;
  let longest = 0;
  let from = 0;
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
    lines++;
    longest = Math.max(longest, lineWidth(text.slice(from, end)));
    from = end + 1;
  }
  if (from < text.length) longest = Math.max(longest, lineWidth(text.slice(from)));
  return {
    lines,
    words: countWords(text),
    characters: countCharacters(text),
    bytes: byteLength(text),
    longest,
  };
}

/** A word has at least one printable character. */
function countWords(text: string): number {
  let words = 0;
  for (const match of text.matchAll(/[^\s]+/g)) if (/[^\u0000-\u001f\u007f]/.test(match[0])) words++;
  return words;
}

function countCharacters(text: string): number {
  let characters = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0xd800 && unit < 0xdc00) i++;
    else if (unit >= 0xdc80 && unit <= 0xdcff) continue;
    characters++;
  }
  return characters;
}

function lineWidth(line: string): number {
  let width = 0;
  let longest = 0;
  for (const character of line) {
    if (character === '\t') width += 8 - (width % 8);
    else if (character === '\r' || character === '\f') width = 0;
    else width += displayWidth(character);
    longest = Math.max(longest, width);
  }
  return longest;
}

function show(
  tool: Tool,
  counts: Counts,
  columns: readonly Column[],
  width: number,
  name: string | undefined,
): void {
  const numbers = columns.map((column) => String(counts[column]).padStart(width)).join(' ');
  tool.line(name === undefined ? numbers : `${numbers} ${name}`);
}
