/** sort(1) of GNU coreutils. Not modelled: --debug, --compress-program. */
import { meaningOf } from '../argument-words';
import { errnoText } from '../errno-text';
import { type GivenOption, valueOf } from '../getopt';
import { compareBytes } from '../collation';
import { chomp, LineReader } from '../line-reader';
import { inputsOf } from '../operands';
import { quoteFile, quoteFileIfNeeded, quoteValue } from '../quoting';
import type { Command, Step, Tool, ToolRun } from '../tool';
import { inheritOrdering, keyText, type KeySpec, parseKey, setOrdering } from './keys';
import { compareKeys, isDefault, newOrdering, type Ordering, prepareKey, type SortKey } from './order';

export const sort: Command = {
  name: 'sort',
  package: 'coreutils',
  paths: ['/usr/bin/sort'],
  synopsis: 'sort [OPTION]... [FILE]...\nsort [OPTION]... --files0-from=F',
  summary: 'Write sorted concatenation of all FILE(s) to standard output.',
  run,
  writeError: (reason) => `fflush failed: 'standard output': ${reason}\nsort: write error`,
};

const TROUBLE = 2;
interface Settings {
  global: Ordering;
  keys: KeySpec[];
  separator: string | undefined;
  unique: boolean;
  stable: boolean;
  check: 'no' | 'tell' | 'quiet';
  output: string | undefined;
  terminator: string;
  salt: number;
  merge: boolean;
}
interface Row {
  readonly line: string;
  readonly keys: readonly SortKey[];
}

const LONG_ORDERS: Readonly<Record<string, string>> = {
  'ignore-leading-blanks': 'b',
  'dictionary-order': 'd',
  'ignore-case': 'f',
  'general-numeric-sort': 'g',
  'human-numeric-sort': 'h',
  'ignore-nonprinting': 'i',
  'month-sort': 'M',
  'numeric-sort': 'n',
  'random-sort': 'R',
  reverse: 'r',
  'version-sort': 'V',
};
const SORT_WORDS: Readonly<Record<string, string>> = {
  'general-numeric': 'g',
  'human-numeric': 'h',
  month: 'M',
  numeric: 'n',
  random: 'R',
  version: 'V',
};

function* run(tool: Tool): ToolRun {
  tool.writeErrorCode = TROUBLE;
  const { options, operands } = tool.options(
    {
      short: 'bcCdfghik:mMno:rRsS:t:T:uVz',
      long: {
        ...LONG_ORDERS,
        'check::': 'check',
        'compress-program:': 'ignored',
        'files0-from:': 'files0',
        'key:': 'k',
        merge: 'm',
        'output:': 'o',
        'sort:': 'sort',
        stable: 's',
        'buffer-size:': 'S',
        'field-separator:': 't',
        'temporary-directory:': 'T',
        unique: 'u',
        'zero-terminated': 'z',
        'parallel:': 'parallel',
        'batch-size:': 'batch-size',
        'random-source:': 'ignored',
        debug: 'debug',
      },
    },
    { misuseCode: TROUBLE },
  );
  const settings: Settings = {
    global: newOrdering(),
    keys: [],
    separator: undefined,
    unique: false,
    stable: false,
    check: 'no',
    output: undefined,
    terminator: '\n',
    salt: 0,
    merge: false,
  };
  let names: readonly string[] = inputsOf(operands);
  for (const option of options) {
    if (option.name === 'debug') tool.fail('not modelled: --debug', TROUBLE);
    if (option.name === 'files0') names = yield* listedNames(tool, valueOf(option));
    else setOption(tool, settings, option);
  }
  checkCompatible(tool, settings.global);
  if (settings.check !== 'no' && settings.output !== undefined)
    tool.fail(`options '-${settings.check === 'quiet' ? 'C' : 'c'}o' are incompatible`, TROUBLE);
  for (const key of settings.keys) checkCompatible(tool, key.ordering);
  const usesGlobalOnly = settings.keys.length === 0;
  inheritOrdering(settings.keys, settings.global);
  if (usesGlobalOnly && !isDefault({ ...settings.global, reverse: false }))
    settings.keys.push({
      startField: 1,
      startCharacter: 1,
      endField: undefined,
      endCharacter: 0,
      ordering: { ...settings.global },
    });
  if (settings.keys.some((key) => key.ordering.kind === 'random'))
    settings.salt = tool.context.kernel.random(`sort:${tool.context.host.name}`).nextUint32();
  if (settings.check !== 'no') return yield* check(tool, settings, names);
  if (settings.merge) {
    const files: Row[][] = [];
    for (const name of names)
      files.push((yield* readAll(tool, settings, [name])).map((line) => rowOf(line, settings)));
    const merged = mergedRows(files, settings);
    return yield* write(tool, settings, settings.unique ? distinct(merged, settings) : merged);
  }
  const lines = yield* readAll(tool, settings, names);
  yield* tool.burn(Math.ceil(lines.length / 2));
  const rows = lines.map((line) => rowOf(line, settings)).sort((a, b) => compareRows(a, b, settings));
  return yield* write(tool, settings, settings.unique ? distinct(rows, settings) : rows);
}

function* listedNames(tool: Tool, from: string): Step<string[]> {
  const file = yield* tool.readFile(from);
  if (typeof file === 'string')
    return tool.fail(`open failed: ${quoteFileIfNeeded(from)}: ${errnoText(file)}`, TROUBLE);
  return file.text.split('\0').filter((name) => name !== '');
}

function setOption(tool: Tool, settings: Settings, option: GivenOption): void {
  const value = valueOf(option);
  if (setOrdering(settings.global, option.name, 'both')) return;
  switch (option.name) {
    case 'k':
      settings.keys.push(parseKey(tool, value));
      break;
    case 'sort':
      setOrdering(settings.global, meaningOf(tool, SORT_WORDS, value, '--sort'), 'both');
      break;
    case 't':
      settings.separator = separatorOf(tool, settings, value);
      break;
    case 'm':
      settings.merge = true;
      break;
    case 'u':
      settings.unique = true;
      break;
    case 's':
      settings.stable = true;
      break;
    case 'parallel':
    case 'batch-size':
      checkNumber(tool, option.name, value);
      break;
    case 'S':
      checkBufferSize(tool, value);
      break;
    case 'c':
    case 'C':
    case 'check': {
      const isQuiet = option.name === 'C' || value === 'quiet' || value === 'silent';
      if (settings.check !== 'no' && (settings.check === 'quiet') !== isQuiet)
        tool.fail("options '-cC' are incompatible", TROUBLE);
      settings.check = isQuiet ? 'quiet' : 'tell';
      break;
    }
    case 'o':
      if (settings.output !== undefined && settings.output !== value)
        tool.fail('multiple output files specified', TROUBLE);
      settings.output = value;
      break;
    case 'z':
      settings.terminator = '\0';
      break;
    default:
      break;
  }
}

function separatorOf(tool: Tool, settings: Settings, value: string): string {
  const separator = value === '\\0' ? '\0' : value;
  if (separator === '') tool.fail('empty tab', TROUBLE);
  if (separator.length > 1) tool.fail(`multi-character tab ${quoteValue(value)}`, TROUBLE);
  if (settings.separator !== undefined && settings.separator !== separator)
    tool.fail('incompatible tabs', TROUBLE);
  return separator;
}

/** One kind of comparison at most; -d and -i make no sense with numbers. */
function checkCompatible(tool: Tool, { kinds, dictionary, foldCase, printableOnly }: Ordering): void {
  const numbers = [...kinds].filter((letter) => 'nghM'.includes(letter)).length;
  const isSpecial = /[VR]/.test(kinds) || dictionary || printableOnly;
  if (numbers + (isSpecial ? 1 : 0) < 2) return;
  const given = `${kinds}${dictionary ? 'd' : ''}${foldCase ? 'f' : ''}${printableOnly ? 'i' : ''}`;
  const letters = [...'dfghiMnRV'].filter((letter) => given.includes(letter)).join('');
  tool.fail(`options '-${letters}' are incompatible`, TROUBLE);
}

function checkNumber(tool: Tool, option: string, value: string): void {
  if (!/^\d+$/.test(value)) tool.fail(`invalid --${option} argument ${quoteFile(value)}`, TROUBLE);
  if (option === 'parallel' && Number(value) === 0) tool.fail('number in parallel must be nonzero', TROUBLE);
  if (option !== 'batch-size' || Number(value) >= LEAST_BATCH) return;
  tool.complain(`invalid --batch-size argument ${quoteValue(value)}`);
  tool.fail(`minimum --batch-size argument is ${quoteValue(String(LEAST_BATCH))}`, TROUBLE);
}
const LEAST_BATCH = 2;

function checkBufferSize(tool: Tool, value: string): void {
  if (/^\d+[bkKMGTPEZY%]?$/.test(value)) return;
  tool.fail(
    /^\d+./.test(value)
      ? `invalid suffix in -S argument ${quoteFile(value)}`
      : `invalid -S argument ${quoteFile(value)}`,
    TROUBLE,
  );
}

/** The least of the files' first rows, again and again: files that were not sorted stay so. */
function mergedRows(files: readonly Row[][], settings: Settings): Row[] {
  const heads = files.map(() => 0);
  const out: Row[] = [];
  for (;;) {
    let best: number | undefined;
    files.forEach((rows, index) => {
      const row = rows[heads[index] ?? 0];
      const least = best === undefined ? undefined : files[best]?.[heads[best] ?? 0];
      if (row !== undefined && (least === undefined || compareRows(row, least, settings) < 0)) best = index;
    });
    const row = best === undefined ? undefined : files[best]?.[heads[best] ?? 0];
    if (best === undefined || row === undefined) return out;
    heads[best] = (heads[best] ?? 0) + 1;
    out.push(row);
  }
}

function rowOf(line: string, settings: Settings): Row {
  return {
    line,
    keys: settings.keys.map((key) =>
      prepareKey(keyText(line, key, settings.separator), key.ordering, settings.salt),
    ),
  };
}

function compareRows(a: Row, b: Row, settings: Settings): number {
  const byKeys = compareByKeys(a, b, settings);
  if (byKeys !== 0 || ((settings.stable || settings.unique) && settings.keys.length > 0)) return byKeys;
  const whole = compareBytes(a.line, b.line);
  return settings.global.reverse ? -whole : whole;
}

function compareByKeys(a: Row, b: Row, settings: Settings): number {
  for (let i = 0; i < settings.keys.length; i++) {
    const key = settings.keys[i];
    if (key === undefined) break;
    const result = compareKeys(a.keys[i] ?? '', b.keys[i] ?? '', key.ordering);
    if (result !== 0) return key.ordering.reverse ? -result : result;
  }
  return 0;
}

function distinct(rows: readonly Row[], settings: Settings): Row[] {
  return rows.filter((row, index) => {
    const before = rows[index - 1];
    return before === undefined || compareRows(before, row, settings) !== 0;
  });
}

function* readAll(tool: Tool, settings: Settings, names: readonly string[]): Step<string[]> {
  const lines: string[] = [];
  for (const name of names) {
    const text = yield* readInput(tool, name);
    const parts = text.split(settings.terminator);
    if (parts[parts.length - 1] === '') parts.pop();
    for (const part of parts) lines.push(part);
  }
  return lines;
}

function* readInput(tool: Tool, name: string): Step<string> {
  const { readProblem } = tool.context.stdin;
  if (name === '-' && readProblem !== undefined)
    return tool.fail(
      `${readProblem === 'EBADF' ? 'stat' : 'read'} failed: -: ${errnoText(readProblem)}`,
      TROUBLE,
    );
  if (name === '-') return yield* tool.context.readAll();
  const stream = tool.open(name);
  if (typeof stream === 'string')
    return tool.fail(`cannot read: ${quoteFileIfNeeded(name)}: ${errnoText(stream)}`, TROUBLE);
  if (tool.isDirectory(name))
    return tool.fail(`read failed: ${quoteFileIfNeeded(name)}: ${errnoText('EISDIR')}`, TROUBLE);
  const text = yield* tool.context.readAll(stream);
  tool.close(stream);
  return text;
}

function* check(tool: Tool, settings: Settings, names: readonly string[]): Step<number> {
  const [name = '-', extra] = names;
  if (extra !== undefined)
    tool.fail(
      `extra operand ${quoteFile(extra)} not allowed with -${settings.check === 'quiet' ? 'C' : 'c'}`,
      TROUBLE,
    );
  const stream = name === '-' ? tool.context.stdin : tool.open(name);
  if (typeof stream === 'string')
    return tool.fail(`cannot read: ${quoteFileIfNeeded(name)}: ${errnoText(stream)}`, TROUBLE);
  const reader = new LineReader(tool, stream, settings.terminator);
  let before: Row | undefined;
  for (let number = 1; ; number++) {
    const line = reader.ready() ?? (yield* reader.next());
    if (line === undefined) return 0;
    const row = rowOf(chomp(line, settings.terminator), settings);
    if (before !== undefined && compareRows(before, row, settings) >= (settings.unique ? 0 : 1)) {
      if (settings.check === 'tell')
        tool.complain(`${quoteFileIfNeeded(name)}:${number}: disorder: ${row.line}`);
      return 1;
    }
    before = row;
  }
}

function* write(tool: Tool, settings: Settings, rows: readonly Row[]): Step<number> {
  if (settings.output === undefined) {
    for (const row of rows) {
      tool.print(row.line + settings.terminator);
      if (tool.isPressed) yield* tool.drain();
    }
    return 0;
  }
  const stream = tool.create(settings.output);
  if (typeof stream === 'string')
    return tool.fail(`open failed: ${quoteFileIfNeeded(settings.output)}: ${errnoText(stream)}`, TROUBLE);
  const result = stream.write(rows.map((row) => row.line + settings.terminator).join(''));
  if (typeof result === 'string')
    tool.fail(`write failed: ${quoteFileIfNeeded(settings.output)}: ${errnoText(result)}`, TROUBLE);
  tool.close(stream);
  return 0;
}
