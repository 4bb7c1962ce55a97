/** join(1) of GNU coreutils. */
import { errnoText } from './errno-text';
import { compareBytes } from './collation';
import { type GivenOption, valueOf } from './getopt';
import { chomp, LineReader } from './line-reader';
import { quoteFile, quoteFileIfNeeded, quoteValue } from './quoting';
import type { Command, Step, Tool, ToolRun } from './tool';

export const join: Command = {
  name: 'join',
  package: 'coreutils',
  paths: ['/usr/bin/join'],
  synopsis: 'join [OPTION]... FILE1 FILE2',
  summary:
    'For each pair of input lines with identical join fields, write a line to\nstandard output.  The default join field is the first, delimited by blanks.',
  run,
};

interface Settings {
  fields: [number, number];
  separator: string | undefined;
  ignoreCase: boolean;
  empty: string;
  format: readonly (readonly [number, number])[] | 'auto' | undefined;
  unpaired: [boolean, boolean];
  paired: boolean;
  check: 'default' | 'always' | 'never';
  header: boolean;
  terminator: string;
}

function* run(tool: Tool): ToolRun {
  const { options, operands } = tool.options({
    short: 'a:e:i1:2:j:o:t:v:z',
    long: {
      'ignore-case': 'i',
      'check-order': 'check',
      'nocheck-order': 'nocheck',
      header: 'header',
      'zero-terminated': 'z',
    },
  });
  const settings: Settings = {
    fields: [1, 1],
    separator: undefined,
    ignoreCase: false,
    empty: '',
    format: undefined,
    unpaired: [false, false],
    paired: true,
    check: 'default',
    header: false,
    terminator: '\n',
  };
  for (const option of options) setOption(tool, settings, option);
  const [first, second, extra] = operands;
  if (first === undefined) return tool.misuse('missing operand');
  if (second === undefined) return tool.misuse(`missing operand after ${quoteValue(first)}`);
  if (extra !== undefined) tool.misuse(`extra operand ${quoteFile(extra)}`);
  if (first === '-' && second === '-') tool.fail('both files cannot be standard input');
  const left = open(tool, first, 0, settings);
  const right = open(tool, second, 1, settings);
  return yield* new Joiner(tool, settings, left, right).run();
}

function setOption(tool: Tool, settings: Settings, option: GivenOption): void {
  const value = valueOf(option);
  switch (option.name) {
    case 'a':
    case 'v': {
      if (value !== '1' && value !== '2') tool.fail(`invalid field number: ${quoteValue(value)}`);
      settings.unpaired[value === '1' ? 0 : 1] = true;
      if (option.name === 'v') settings.paired = false;
      break;
    }
    case 'e':
      settings.empty = value;
      break;
    case 'i':
      settings.ignoreCase = true;
      break;
    case '1':
      settings.fields[0] = fieldNumber(tool, value);
      break;
    case '2':
      settings.fields[1] = fieldNumber(tool, value);
      break;
    case 'j':
      settings.fields = [fieldNumber(tool, value), fieldNumber(tool, value)];
      break;
    case 'o':
      settings.format =
        value === 'auto'
          ? 'auto'
          : [...(Array.isArray(settings.format) ? settings.format : []), ...parseFormat(tool, value)];
      break;
    case 't':
      if (value !== '\\0' && [...value].length > 1) tool.fail(`multi-character tab ${quoteValue(value)}`);
      settings.separator = value === '\\0' ? '\0' : value === '' ? '\n' : value;
      break;
    case 'check':
      settings.check = 'always';
      break;
    case 'nocheck':
      settings.check = 'never';
      break;
    case 'header':
      settings.header = true;
      break;
    case 'z':
      settings.terminator = '\0';
      break;
    default:
      break;
  }
}

function fieldNumber(tool: Tool, text: string): number {
  if (!/^\d+$/.test(text) || Number(text) === 0) tool.fail(`invalid field number: ${quoteValue(text)}`);
  return Number(text);
}

function parseFormat(tool: Tool, text: string): [number, number][] {
  return text.split(/[ ,\t]+/).map((part) => {
    if (part === '0') return [0, 0];
    const match = /^([012])\.(.*)$/.exec(part);
    if (match === null)
      return tool.fail(
        /^[12]$/.test(part)
          ? `invalid field specifier: ${quoteValue(part)}`
          : `invalid file number in field spec: ${quoteValue(part)}`,
      );
    return [Number(match[1]), fieldNumber(tool, match[2] ?? '')];
  });
}

interface Row {
  readonly line: string;
  readonly fields: readonly string[];
  readonly key: string;
}

class Source {
  number = 0;
  complained = false;
  #last: Row | undefined;

  constructor(
    private readonly tool: Tool,
    readonly name: string,
    private readonly reader: LineReader,
    private readonly side: 0 | 1,
    private readonly settings: Settings,
  ) {}

  *next(): Step<Row | undefined> {
    const line = this.reader.ready() ?? (yield* this.reader.next());
    if (line === undefined) return undefined;
    this.number++;
    const row = this.row(chomp(line, this.settings.terminator));
    this.#checkOrder(row);
    this.#last = row;
    return row;
  }

  row(line: string): Row {
    const { separator, fields, ignoreCase } = this.settings;
    const parts =
      separator === undefined ? line.replace(/^[ \t\n]+/, '').split(/[ \t\n]+/) : line.split(separator);
    if (separator === undefined && parts[parts.length - 1] === '') parts.pop();
    const key = parts[fields[this.side] - 1] ?? '';
    return { line, fields: parts, key: ignoreCase ? key.toLowerCase() : key };
  }

  #checkOrder(row: Row): void {
    const { check, header } = this.settings;
    if (this.#last === undefined || check === 'never' || this.complained || (header && this.number <= 2))
      return;
    if (check !== 'always' && !this.sawUnpairable) return;
    if (compareBytes(this.#last.key, row.key) <= 0) return;
    this.complained = true;
    const complaint = `${this.name}:${this.number}: is not sorted: ${row.line}`;
    if (check === 'always') this.tool.fail(complaint);
    this.tool.complain(complaint);
  }

  /** The order matters only once a line was left without a partner. */
  sawUnpairable = false;
}

function open(tool: Tool, name: string, side: 0 | 1, settings: Settings): Source {
  const stream = name === '-' ? tool.context.stdin : tool.open(name);
  if (typeof stream === 'string') return tool.fail(`${quoteFileIfNeeded(name)}: ${errnoText(stream)}`);
  if (name !== '-' && tool.isDirectory(name)) return tool.fail('read error: Is a directory');
  return new Source(
    tool,
    quoteFileIfNeeded(name),
    new LineReader(tool, stream, settings.terminator),
    side,
    settings,
  );
}

class Joiner {
  #sawUnpairable = false;
  #autoCounts: readonly [number, number] = [0, 0];

  constructor(
    private readonly tool: Tool,
    private readonly settings: Settings,
    private readonly left: Source,
    private readonly right: Source,
  ) {}

  *run(): Step<number> {
    let a = yield* this.left.next();
    let b = yield* this.right.next();
    this.#autoCounts = [a?.fields.length ?? 0, b?.fields.length ?? 0];
    if (this.settings.header) {
      if (a !== undefined || b !== undefined) this.#print(a, b);
      a = yield* this.left.next();
      b = yield* this.right.next();
    }
    while (a !== undefined && b !== undefined) {
      const order = compareBytes(a.key, b.key);
      if (order < 0) {
        this.#unpaired(a, 0);
        a = yield* this.left.next();
      } else if (order > 0) {
        this.#unpaired(b, 1);
        b = yield* this.right.next();
      } else {
        const { key } = a;
        const lefts: Row[] = [];
        for (; a !== undefined && a.key === key; a = yield* this.left.next()) lefts.push(a);
        const rights: Row[] = [];
        for (; b !== undefined && b.key === key; b = yield* this.right.next()) rights.push(b);
        if (this.settings.paired)
          for (const left of lefts) for (const right of rights) this.#print(left, right);
      }
      if (this.tool.isPressed) yield* this.tool.drain();
    }
    yield* this.#rest(a, this.left, 0);
    yield* this.#rest(b, this.right, 1);
    return this.#verdict();
  }

  *#rest(first: Row | undefined, source: Source, side: 0 | 1): Step {
    for (let row = first; row !== undefined; row = yield* source.next()) this.#unpaired(row, side);
  }

  #unpaired(row: Row, side: 0 | 1): void {
    this.#sawUnpairable = true;
    this.left.sawUnpairable = true;
    this.right.sawUnpairable = true;
    if (!this.settings.unpaired[side]) return;
    if (side === 0) this.#print(row, undefined);
    else this.#print(undefined, row);
  }

  #verdict(): number {
    if (!this.#sawUnpairable || !(this.left.complained || this.right.complained)) return 0;
    this.tool.complain('input is not in sorted order');
    return 1;
  }

  #print(a: Row | undefined, b: Row | undefined): void {
    const { separator = ' ', terminator, fields, empty, format } = this.settings;
    const key = a === undefined ? b?.fields[fields[1] - 1] : a.fields[fields[0] - 1];
    const or = (value: string | undefined): string => (value === undefined || value === '' ? empty : value);
    let values: string[];
    if (Array.isArray(format))
      values = format.map(([file, field]) => or(file === 0 ? key : (file === 1 ? a : b)?.fields[field - 1]));
    else {
      const others = (row: Row | undefined, side: 0 | 1): string[] => {
        const count = format === 'auto' ? this.#autoCounts[side] : (row?.fields.length ?? 0);
        return Array.from({ length: count }, (_, index) => index)
          .filter((index) => index !== fields[side] - 1)
          .map((index) => or(row?.fields[index]));
      };
      values = [or(key), ...others(a, 0), ...others(b, 1)];
    }
    this.tool.print(values.join(separator) + terminator);
  }
}
