/** du(1) of GNU coreutils. */
import { FileError, type Stat } from '../../world/files.contract';
import { strftime } from '../../std/civil';
import { join } from './copy/copier';
import { errnoText } from './errno-text';
import { valueOf } from './getopt';
import { fnmatch } from '../../std/fnmatch';
import { quoteFile, quoteValue } from './quoting';
import { humanSize, parseSize } from './sizes';
import type { Command, Step, Tool, ToolRun } from './tool';

export const du: Command = {
  name: 'du',
  package: 'coreutils',
  paths: ['/usr/bin/du'],
  synopsis: 'du [OPTION]... [FILE]...\ndu [OPTION]... --files0-from=F',
  summary: 'Summarize device usage of the set of FILEs, recursively for directories.',
  run,
};

interface Settings {
  all: boolean;
  apparent: boolean;
  unit: number;
  /** Stands after each size: `-BK` shows it, `-B1K` does not. */
  unitName: string;
  human: 0 | 1000 | 1024;
  mostDepth: number;
  total: boolean;
  separate: boolean;
  oneFileSystem: boolean;
  follow: 'never' | 'command-line' | 'always';
  countLinks: boolean;
  inodes: boolean;
  terminator: string;
  excluded: ((path: string) => boolean)[];
  threshold: number | undefined;
  time: 'mtime' | 'atime' | 'ctime' | undefined;
}
interface Sum {
  size: number;
  latest: number;
}

const SYNTAX = {
  short: 'abB:cd:DHhklLmPsSt:xX:0',
  long: {
    all: 'a',
    'apparent-size': 'apparent',
    'block-size:': 'B',
    bytes: 'b',
    total: 'c',
    'dereference-args': 'D',
    'max-depth:': 'd',
    'files0-from:': 'files0',
    'human-readable': 'h',
    inodes: 'inodes',
    'count-links': 'l',
    dereference: 'L',
    'no-dereference': 'P',
    'separate-dirs': 'S',
    si: 'si',
    summarize: 's',
    'threshold:': 't',
    'time::': 'time',
    'time-style:': 'time-style',
    'exclude-from:': 'X',
    'exclude:': 'exclude',
    'one-file-system': 'x',
    null: '0',
  },
};

function* run(tool: Tool): ToolRun {
  const { options, operands } = tool.options(SYNTAX);
  const settings: Settings = {
    all: false,
    apparent: false,
    unit: 1024,
    unitName: '',
    human: 0,
    mostDepth: Number.POSITIVE_INFINITY,
    total: false,
    separate: false,
    oneFileSystem: false,
    follow: 'never',
    countLinks: false,
    inodes: false,
    terminator: '\n',
    excluded: [],
    threshold: undefined,
    time: undefined,
  };
  let depth: number | undefined;
  let summarizes = false;
  for (const option of options) {
    const value = valueOf(option);
    switch (option.name) {
      case 'd':
        if (!/^\d+$/.test(value)) {
          tool.complain(`invalid maximum depth ${quoteValue(value)}`);
          tool.note(tool.package.hint(tool.name));
          return 1;
        }
        depth = Number(value);
        break;
      case 's':
        summarizes = true;
        break;
      case 'X': {
        const list = yield* tool.readFile(value);
        if (typeof list === 'string') return tool.fail(`${value}: ${errnoText(list)}`);
        for (const line of list.text.split('\n')) if (line !== '') settings.excluded.push(exclusion(line));
        break;
      }
      default:
        setOption(tool, settings, option.name, option.value);
    }
  }
  if (summarizes && settings.all) tool.misuse('cannot both summarize and show all entries');
  if (summarizes && depth !== undefined && depth !== 0)
    tool.misuse(`warning: summarizing conflicts with --max-depth=${depth}`);
  settings.mostDepth = summarizes ? 0 : (depth ?? Number.POSITIVE_INFINITY);
  const usage = new Usage(tool, settings);
  const total: Sum = { size: 0, latest: 0 };
  for (const path of operands.length === 0 ? ['.'] : operands) {
    const sum = yield* usage.operand(path);
    total.size += sum.size;
    total.latest = Math.max(total.latest, sum.latest);
  }
  if (settings.total) usage.show(total, 'total');
  return usage.failed ? 1 : 0;
}

function setOption(tool: Tool, settings: Settings, name: string, given: string | undefined): void {
  const value = given ?? '';
  switch (name) {
    case 'a':
      settings.all = true;
      break;
    case 'apparent':
      settings.apparent = true;
      break;
    case 'b':
      settings.apparent = true;
      settings.unit = 1;
      settings.human = 0;
      settings.unitName = '';
      break;
    case 'B': {
      const size = parseSize(value);
      if (typeof size !== 'number') tool.fail(`invalid -B argument '${value}'`);
      settings.unit = size;
      settings.unitName = /^\D/.test(value) ? value : '';
      settings.human = 0;
      break;
    }
    case 'k':
    case 'm':
      settings.unit = name === 'k' ? 1024 : 1_048_576;
      settings.unitName = '';
      settings.human = 0;
      break;
    case 'h':
      settings.human = 1024;
      break;
    case 'si':
      settings.human = 1000;
      break;
    case 'c':
      settings.total = true;
      break;
    case 'D':
    case 'H':
      settings.follow = 'command-line';
      break;
    case 'L':
      settings.follow = 'always';
      break;
    case 'l':
      settings.countLinks = true;
      break;
    case 'S':
      settings.separate = true;
      break;
    case 'x':
      settings.oneFileSystem = true;
      break;
    case 'inodes':
      settings.inodes = true;
      settings.unit = 1;
      break;
    case '0':
      settings.terminator = '\0';
      break;
    case 'exclude':
      settings.excluded.push(exclusion(value));
      break;
    case 't': {
      const size = parseSize(value.replace(/^-/, ''));
      if (typeof size !== 'number') tool.fail(`invalid -t argument '${value}'`);
      settings.threshold = value.startsWith('-') ? -size : size;
      break;
    }
    case 'time':
      settings.time = /^(atime|access|use)$/.test(value)
        ? 'atime'
        : /^(ctime|status)$/.test(value)
          ? 'ctime'
          : 'mtime';
      break;
    case 'files0':
      tool.fail('not modelled: option --files0-from');
  }
}

/** Matches the whole path or any part of it from a slash on. */
function exclusion(pattern: string): (path: string) => boolean {
  const matches = fnmatch(pattern);
  return (path) => path.split('/').some((_, index, parts) => matches(parts.slice(index).join('/')));
}

class Usage {
  failed = false;
  readonly #seen = new Set<number>();

  constructor(
    private readonly tool: Tool,
    private readonly settings: Settings,
  ) {}

  *operand(path: string): Step<Sum> {
    if (path === '') {
      this.tool.complain('invalid zero-length file name');
      this.failed = true;
      return { size: 0, latest: 0 };
    }
    const info = this.settings.follow === 'never' ? this.tool.lstat(path) : this.tool.stat(path);
    if (info instanceof FileError) {
      this.#trouble(`cannot access ${quoteFile(path)}`, info);
      return { size: 0, latest: 0 };
    }
    return yield* this.#count(path, info, 0, info.mount);
  }

  #trouble(what: string, failed: FileError): void {
    this.tool.complain(`${what}: ${errnoText(failed.errno)}`);
    this.failed = true;
  }

  *#count(path: string, info: Stat, depth: number, mount: string): Step<Sum> {
    yield* this.tool.drain();
    const { settings, tool } = this;
    if (settings.excluded.some((matches) => matches(path))) return { size: 0, latest: 0 };
    if (info.kind !== 'directory' || this.#seen.has(info.ino)) {
      if (info.nlink > 1 && !settings.countLinks) {
        if (this.#seen.has(info.ino)) return { size: 0, latest: 0 };
        this.#seen.add(info.ino);
      }
    }
    const sum: Sum = { size: this.#own(info), latest: settings.time === undefined ? 0 : info[settings.time] };
    if (info.kind !== 'directory') {
      if (depth === 0 || (settings.all && depth <= settings.mostDepth)) this.show(sum, path);
      return sum;
    }
    const names = tool.context.fs.readdir(tool.resolve(path), tool.context.who);
    let below = 0;
    if (names instanceof FileError) this.#trouble(`cannot read directory ${quoteFile(path)}`, names);
    else
      for (const name of names) {
        const child = join(path, name);
        const within = settings.follow === 'always' ? tool.stat(child) : tool.lstat(child);
        if (within instanceof FileError) {
          this.#trouble(`cannot access ${quoteFile(child)}`, within);
          continue;
        }
        if (settings.oneFileSystem && within.mount !== mount) continue;
        const part = yield* this.#count(child, within, depth + 1, mount);
        if (settings.separate && within.kind === 'directory') below += part.size;
        else sum.size += part.size;
        sum.latest = Math.max(sum.latest, part.latest);
      }
    if (depth <= settings.mostDepth) this.show(sum, path);
    return settings.separate ? { ...sum, size: sum.size + below } : sum;
  }

  #own(info: Stat): number {
    if (this.settings.inodes) return 1;
    if (!this.settings.apparent) return info.blocks * 512;
    return info.kind === 'file' || info.kind === 'symlink' || info.kind === 'directory' ? info.size : 0;
  }

  show(sum: Sum, name: string): void {
    const { settings } = this;
    const { threshold } = settings;
    if (threshold !== undefined && (threshold < 0 ? sum.size > -threshold : sum.size < threshold)) return;
    const size =
      settings.human === 0
        ? String(Math.ceil(sum.size / settings.unit)) + settings.unitName
        : humanSize(sum.size, { base: settings.human });
    const time = settings.time === undefined ? '' : `${strftime('%Y-%m-%d %H:%M', sum.latest)}\t`;
    this.tool.print(`${size}\t${time}${name}${settings.terminator}`);
  }
}
