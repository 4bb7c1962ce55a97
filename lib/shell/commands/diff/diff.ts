/**
 * diff(1) of GNU diffutils 3.8.
 * Not modelled: --ifdef, line formats, -D. Taken without effect: --speed-large-files, --horizon-lines.
 */
import { strftime } from '../../../std/civil';
import { compilePattern, matchesPattern } from '../../expand/pattern';
import { FileError, type Stat } from '../../../world/files.contract';
import { compareBytes } from '../collation';
import { errnoText } from '../errno-text';
import { quoteFileIfNeeded } from '../quoting';
import { valueOf } from '../getopt';
import { compilePosix, type Pattern } from '../../../std/regex/pattern';
import { RegexError } from '../../../std/regex/tree';
import type { Command, Step, Tool, ToolRun } from '../tool';
import { type Change, compareLines } from './compare';
import { FORMAT_OPTIONS, type Formats, formatted, ifdefFormats, withFormat } from './format';
import { contextual, ed, normal, painted, rcs, type Side, sideBySide, unified } from './show';

export const diff: Command = {
  name: 'diff',
  package: 'diffutils',
  paths: ['/usr/bin/diff'],
  synopsis: 'diff [OPTION]... FILES',
  summary: 'Compare FILES line by line.',
  run,
};

/** sdiff without -o: diff -y, and the width is asked for by -w. */
export const sdiff: Command = {
  name: 'sdiff',
  package: 'diffutils',
  paths: ['/usr/bin/sdiff'],
  synopsis: 'sdiff [OPTION]... FILE1 FILE2',
  summary: 'Side-by-side merge of differences between FILE1 and FILE2.',
  run: sideRun,
};

interface Settings {
  style: 'normal' | 'unified' | 'context' | 'ed' | 'rcs' | 'side';
  color: boolean;
  context: number;
  brief: boolean;
  reportIdentical: boolean;
  recursive: boolean;
  newFile: boolean;
  ignoreCase: boolean;
  ignoreSpace: 'no' | 'trailing' | 'amount' | 'all';
  ignoreBlank: boolean;
  text: boolean;
  labels: string[];
  exclude: string[];
  ignoreMatching: Pattern[];
  width: number;
  suppressCommon: boolean;
  leftColumn: boolean;
  stripCr: boolean;
  ignoreTabs: boolean;
  expandTabs: boolean;
  /** Lines that name the function a hunk stands in. */
  functionLine: Pattern | undefined;
  formats: Formats | undefined;
}

const LONG = {
  normal: 'normal',
  brief: 'q',
  'report-identical-files': 's',
  'context::': 'C',
  'unified::': 'U',
  ed: 'e',
  rcs: 'n',
  'from-file:': 'from-file',
  'to-file:': 'to-file',
  'side-by-side': 'y',
  'width:': 'W',
  'left-column': 'left-column',
  'suppress-common-lines': 'suppress-common-lines',
  'label:': 'L',
  recursive: 'r',
  'new-file': 'N',
  'exclude:': 'x',
  'ignore-case': 'i',
  'ignore-trailing-space': 'Z',
  'ignore-space-change': 'b',
  'ignore-all-space': 'w',
  'ignore-blank-lines': 'B',
  'ignore-matching-lines:': 'I',
  'strip-trailing-cr': 'strip-trailing-cr',
  text: 'a',
  minimal: 'd',
  'color::': 'color',
  'no-dereference': 'no-dereference',
  'expand-tabs': 't',
  'initial-tab': 'T',
  'show-c-function': 'p',
  'show-function-line:': 'F',
  'ignore-tab-expansion': 'E',
  'exclude-from:': 'X',
  'speed-large-files': 'H',
  'horizon-lines:': 'H',
  'ifdef:': 'D',
  ...Object.fromEntries(FORMAT_OPTIONS.map((name) => [`${name}:`, name])),
};

function defaults(): Settings {
  return {
    style: 'normal',
    color: false,
    context: 3,
    brief: false,
    reportIdentical: false,
    recursive: false,
    newFile: false,
    ignoreCase: false,
    ignoreSpace: 'no',
    ignoreBlank: false,
    text: false,
    labels: [],
    exclude: [],
    ignoreMatching: [],
    width: 130,
    suppressCommon: false,
    leftColumn: false,
    stripCr: false,
    ignoreTabs: false,
    expandTabs: false,
    functionLine: undefined,
    formats: undefined,
  };
}

function* run(tool: Tool): ToolRun {
  const settings = defaults();
  const { options, operands } = tool.options({
    short: 'qscenuyC:U:W:L:rNx:X:D:F:iZbwBI:adtTpElH0123456789',
    long: LONG,
  });
  for (const { name, value } of options.map((option) => ({ name: option.name, value: valueOf(option) })))
    if (name === 'X') yield* excludeFrom(tool, settings, value);
    else set(tool, settings, name, value);
  if (settings.style === 'normal' && options.some(({ name }) => name === 'p' || name === 'F'))
    settings.style = 'context';
  const one = options.find(({ name }) => name === 'from-file' || name === 'to-file');
  if (one !== undefined) {
    let result = 0;
    for (const other of operands) {
      const [first, second] = one.name === 'from-file' ? [valueOf(one), other] : [other, valueOf(one)];
      result = Math.max(result, yield* new Diff(tool, settings).operands(first, second));
    }
    return result;
  }
  const [a, b, extra] = operands;
  if (a === undefined || b === undefined)
    return tool.misuse(
      `missing operand after ${quoteFileOperand(a ?? tool.args.at(-1) ?? tool.shortName)}`,
      2,
    );
  if (extra !== undefined) return tool.misuse(`extra operand ${quoteFileOperand(extra)}`, 2);
  return yield* new Diff(tool, settings).operands(a, b);
}

function* excludeFrom(tool: Tool, settings: Settings, name: string): Step {
  const list = yield* tool.readFile(name);
  if (typeof list === 'string') tool.fail(`${name}: ${errnoText(list)}`, 2);
  else settings.exclude.push(...list.text.split('\n').filter((line) => line !== ''));
}

function* sideRun(tool: Tool): ToolRun {
  const { options, operands } = tool.options(
    {
      short: 'aBbdEHiI:lo:stvWw:Z',
      long: { 'suppress-common-lines': 's', 'left-column': 'l', 'width:': 'w', 'output:': 'o', text: 'a' },
    },
    { misuseCode: 2 },
  );
  if (options.some(({ name }) => name === 'o')) return tool.fail('not modelled: option -o', 2);
  const settings = defaults();
  settings.style = 'side';
  const names: Readonly<Record<string, string>> = {
    s: 'suppress-common-lines',
    l: 'left-column',
    w: 'W',
    W: 'w',
  };
  for (const option of options) set(tool, settings, names[option.name] ?? option.name, valueOf(option));
  const [a, b, extra] = operands;
  if (a === undefined || b === undefined)
    return tool.misuse(
      `missing operand after ${quoteFileOperand(a ?? tool.args.at(-1) ?? tool.shortName)}`,
      2,
    );
  if (extra !== undefined) return tool.misuse(`extra operand ${quoteFileOperand(extra)}`, 2);
  return yield* new Diff(tool, settings).operands(a, b);
}

function quoteFileOperand(name: string): string {
  return `'${name}'`;
}

function set(tool: Tool, settings: Settings, name: string, value: string): void {
  const style = (wanted: Settings['style']): void => {
    if (settings.style !== 'normal' && settings.style !== wanted)
      tool.misuse('conflicting output style options', 2);
    settings.style = wanted;
  };
  const lines = (): number =>
    /^\d+$/.test(value) ? Number(value) : tool.misuse(`invalid context length '${value}'`, 2);
  switch (name) {
    case 'q':
      settings.brief = true;
      break;
    case 's':
      settings.reportIdentical = true;
      break;
    case 'c':
      style('context');
      break;
    case 'u':
      style('unified');
      break;
    case 'C':
    case 'U':
      style(name === 'C' ? 'context' : 'unified');
      if (value !== '') settings.context = lines();
      break;
    case 'e':
      style('ed');
      break;
    case 'n':
      style('rcs');
      break;
    case 'color':
      settings.color = value === 'always' || (value !== 'never' && tool.context.stdout.tty !== undefined);
      break;
    case 'y':
      style('side');
      break;
    case 'W':
      settings.width = /^[1-9]\d*$/.test(value) ? Number(value) : tool.misuse(`invalid width '${value}'`, 2);
      break;
    case 'L':
      settings.labels.push(value);
      break;
    case 'r':
      settings.recursive = true;
      break;
    case 'N':
      settings.newFile = true;
      break;
    case 'x':
      settings.exclude.push(value);
      break;
    case 'i':
      settings.ignoreCase = true;
      break;
    case 'Z':
      settings.ignoreSpace = 'trailing';
      break;
    case 'b':
      settings.ignoreSpace = 'amount';
      break;
    case 'w':
      settings.ignoreSpace = 'all';
      break;
    case 'B':
      settings.ignoreBlank = true;
      break;
    case 'I': {
      const pattern = compilePosix(value, { dialect: 'grepBasic' });
      if (pattern instanceof RegexError) tool.fail(`${value}: ${pattern.message}`, 2);
      else settings.ignoreMatching.push(pattern);
      break;
    }
    case 'a':
      settings.text = true;
      break;
    case 'left-column':
      settings.leftColumn = true;
      break;
    case 'suppress-common-lines':
      settings.suppressCommon = true;
      break;
    case 'strip-trailing-cr':
      settings.stripCr = true;
      break;
    case 't':
      settings.expandTabs = true;
      break;
    case 'T':
      tool.fail('not modelled: --initial-tab', 2);
      break;
    case 'E':
      settings.ignoreTabs = true;
      break;
    case 'p':
    case 'F': {
      const pattern = compilePosix(name === 'p' ? '^[[:alpha:]$_]' : value, { dialect: 'grepBasic' });
      if (pattern instanceof RegexError) tool.fail(`${value}: ${pattern.message}`, 2);
      else settings.functionLine = pattern;
      break;
    }
    case 'D':
      settings.formats = ifdefFormats(value);
      break;
    default:
      settings.formats = withFormat(settings.formats, name, value) ?? settings.formats;
  }
}

interface File {
  readonly name: string;
  readonly text: string;
  readonly mtime: number;
}

class Diff {
  #operands: readonly string[] = [];

  constructor(
    private readonly tool: Tool,
    private readonly settings: Settings,
  ) {}

  *operands(a: string, b: string): ToolRun {
    this.#operands = [a, b];
    const { tool, settings } = this;
    const first = this.#stat(a);
    const second = this.#stat(b);
    let trouble = false;
    for (const [name, info] of [
      [a, first],
      [b, second],
    ] as const) {
      if (!(info instanceof FileError) || (settings.newFile && info.errno === 'ENOENT')) continue;
      tool.complain(`${name}: ${errnoText(info.errno)}`);
      trouble = true;
    }
    if (trouble) return 2;
    const isDirectory = (info: Stat | FileError | undefined): boolean =>
      info !== undefined && !(info instanceof FileError) && info.kind === 'directory';
    if (isDirectory(first) && isDirectory(second)) return yield* this.directories(a, b);
    if (isDirectory(first) && b !== '-') return yield* this.files(join(a, baseName(b)), b, false);
    if (isDirectory(second) && a !== '-') return yield* this.files(a, join(b, baseName(a)), false);
    if (isDirectory(first) || isDirectory(second)) {
      tool.complain("cannot compare '-' to a directory");
      return 2;
    }
    return yield* this.files(a, b, false);
  }

  #stat(name: string): Stat | FileError | undefined {
    return name === '-' ? undefined : this.tool.stat(name);
  }

  *#read(name: string): Step<File | undefined> {
    const { tool } = this;
    const info = this.#stat(name);
    if (info === undefined)
      return { name, text: yield* tool.context.readAll(), mtime: tool.context.host.clock() };
    if (info instanceof FileError) {
      if (this.settings.newFile && info.errno === 'ENOENT') return { name, text: '', mtime: 0 };
      tool.complain(`${name}: ${errnoText(info.errno)}`);
      return undefined;
    }
    const read = yield* tool.readFile(name);
    if (typeof read !== 'string') return { name, text: read.text, mtime: info.mtime };
    tool.complain(`${name}: ${errnoText(read)}`);
    return undefined;
  }

  // ---------------------------------------------------------------- directories
  *directories(a: string, b: string): ToolRun {
    const { tool, settings } = this;
    const left = this.#names(a);
    const right = this.#names(b);
    if (left === undefined || right === undefined) return 2;
    let result = 0;
    for (const name of [...new Set([...left, ...right])].sort(compareBytes)) {
      if (
        settings.exclude.some((glob) =>
          matchesPattern(compilePattern(glob, { extglob: false, ignoreCase: false }), name),
        )
      )
        continue;
      if (!settings.newFile && (!left.includes(name) || !right.includes(name))) {
        tool.line(`Only in ${left.includes(name) ? a : b}: ${name}`);
        result = Math.max(result, 1);
        continue;
      }
      result = Math.max(result, yield* this.#entry(join(a, name), join(b, name)));
    }
    return result;
  }

  #names(directory: string): string[] | undefined {
    const names = this.tool.context.fs.readdir(this.tool.resolve(directory), this.tool.context.who);
    if (!(names instanceof FileError)) return names;
    if (this.settings.newFile && names.errno === 'ENOENT') return [];
    this.tool.complain(`${directory}: ${errnoText(names.errno)}`);
    return undefined;
  }

  *#entry(a: string, b: string): ToolRun {
    const { tool, settings } = this;
    const kind = (path: string): string => {
      const info = tool.stat(path);
      return info instanceof FileError ? 'missing' : info.kind;
    };
    const first = kind(a);
    const second = kind(b);
    if (first === 'directory' && second === 'directory') {
      if (settings.recursive) return yield* this.directories(a, b);
      tool.line(`Common subdirectories: ${a} and ${b}`);
      return 0;
    }
    if ((first === 'directory' || second === 'directory') && first !== 'missing' && second !== 'missing') {
      tool.line(`File ${a} is a ${kindName(tool, a)} while file ${b} is a ${kindName(tool, b)}`);
      return 1;
    }
    return yield* this.files(a, b, true);
  }

  // ---------------------------------------------------------------- files
  *files(a: string, b: string, isInDirectory: boolean): ToolRun {
    const { tool, settings } = this;
    const first = yield* this.#read(a);
    const second = yield* this.#read(b);
    if (first === undefined || second === undefined) return 2;
    if (first.text === second.text && settings.formats === undefined) return this.#identical(a, b);
    if (!settings.text && (isBinary(first.text) || isBinary(second.text))) {
      if (settings.brief) tool.line(`Files ${a} and ${b} differ`);
      else tool.line(`Binary files ${a} and ${b} differ`);
      return 1;
    }
    const left = sideOf(first.text, settings.stripCr);
    const right = sideOf(second.text, settings.stripCr);
    const changes = this.#changes(left, right);
    if (settings.formats !== undefined && !settings.brief) {
      tool.print(formatted(tool, settings.formats, changes, left, right));
      return changes.length === 0 ? 0 : 1;
    }
    if (changes.length === 0) return this.#identical(a, b);
    if (settings.brief) {
      tool.line(`Files ${a} and ${b} differ`);
      return 1;
    }
    const [old = a, fresh = b] = settings.labels;
    if (isInDirectory) tool.line(`diff${this.#optionsGiven()} ${old} ${fresh}`);
    const shown = this.#shown(changes, this.#expanded(left), this.#expanded(right), first, second);
    tool.print(settings.color ? painted(shown, settings.style) : shown);
    return 1;
  }

  /** The options as they were written, for the line before each file. */
  #optionsGiven(): string {
    const given = [...this.tool.args];
    for (const operand of this.#operands.toReversed()) given.splice(given.lastIndexOf(operand), 1);
    return given.map((argument) => ` ${quoteFileIfNeeded(argument)}`).join('');
  }

  #expanded(side: Side): Side {
    return this.settings.expandTabs ? { ...side, lines: side.lines.map(withoutTabs) } : side;
  }

  #identical(a: string, b: string): number {
    if (this.settings.reportIdentical) this.tool.line(`Files ${a} and ${b} are identical`);
    return 0;
  }

  #changes(a: Side, b: Side): Change[] {
    const { settings } = this;
    // A line without its newline differs from one with it, unless white space is ignored.
    const keys = (side: Side): string[] =>
      side.lines.map((line, i) => {
        const key = keyOf(line, settings);
        const lacks = i === side.lines.length - 1 && !side.endsWithNewline && settings.ignoreSpace === 'no';
        return lacks ? `${key}\n` : key;
      });
    const changes = compareLines(keys(a), keys(b));
    if (!settings.ignoreBlank && settings.ignoreMatching.length === 0) return changes;
    const isIgnored = (line: string): boolean =>
      (settings.ignoreBlank && /^\s*$/.test(line) && (settings.ignoreSpace !== 'no' || line === '')) ||
      settings.ignoreMatching.some((pattern) => pattern.test(line));
    return changes.filter(
      ({ oldStart, oldEnd, newStart, newEnd }) =>
        !a.lines.slice(oldStart, oldEnd).every(isIgnored) ||
        !b.lines.slice(newStart, newEnd).every(isIgnored),
    );
  }

  #shown(changes: readonly Change[], a: Side, b: Side, first: File, second: File): string {
    const { settings } = this;
    const header = (mark: string, file: File, label: string | undefined): string =>
      `${mark} ${label ?? `${file.name}\t${strftime('%Y-%m-%d %H:%M:%S.%N %z', file.mtime)}`}\n`;
    const [old, fresh] = settings.labels;
    switch (settings.style) {
      case 'normal':
        return normal(changes, a, b);
      case 'ed':
        return ed(changes, a, b);
      case 'unified':
        return header('---', first, old) + header('+++', second, fresh) + unified(changes, a, b, settings);
      case 'context': {
        const stamp = (mark: string, file: File, label: string | undefined): string =>
          `${mark} ${label ?? `${file.name}\t${strftime('%Y-%m-%d %H:%M:%S.%N %z', file.mtime)}`}\n`;
        return stamp('***', first, old) + stamp('---', second, fresh) + contextual(changes, a, b, settings);
      }
      case 'rcs':
        return rcs(changes, a, b);
      case 'side':
        return sideBySide(changes, a, b, settings);
    }
  }
}

function kindName(tool: Tool, path: string): string {
  const info = tool.stat(path);
  if (info instanceof FileError) return 'file';
  if (info.kind === 'file') return info.size === 0 ? 'regular empty file' : 'regular file';
  return info.kind;
}

function sideOf(text: string, stripCr: boolean): Side {
  const endsWithNewline = text === '' || text.endsWith('\n');
  const lines = text === '' ? [] : (endsWithNewline ? text.slice(0, -1) : text).split('\n');
  return { lines: stripCr ? lines.map((line) => line.replace(/\r$/, '')) : lines, endsWithNewline };
}

function keyOf(line: string, settings: Settings): string {
  let key = line;
  if (settings.ignoreSpace === 'all') key = key.replace(/\s+/g, '');
  else if (settings.ignoreSpace === 'amount') key = key.replace(/\s+/g, ' ').replace(/ $/, '');
  else if (settings.ignoreSpace === 'trailing') key = key.trimEnd();
  if (settings.ignoreTabs) key = withoutTabs(key);
  return settings.ignoreCase ? key.toLowerCase() : key;
}

function withoutTabs(line: string): string {
  let out = '';
  for (const part of line.split(/(?<=\t)/))
    out += part.endsWith('\t') ? part.slice(0, -1).padEnd(8 * (Math.floor((part.length - 1) / 8) + 1)) : part;
  return out;
}

function isBinary(text: string): boolean {
  return text.slice(0, 32_768).includes('\0');
}

function join(directory: string, name: string): string {
  return directory.endsWith('/') ? `${directory}${name}` : `${directory}/${name}`;
}

function baseName(path: string): string {
  return path.replace(/\/+$/, '').replace(/^.*\//, '');
}
