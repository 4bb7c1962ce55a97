/** Tests of find(1). Source: find(1) "TESTS". */
import { FileError, type FileKind, type Stat } from '../../../world/files.contract';
import { parseDate } from '../dates';
import { errnoText } from '../errno-text';
import { fnmatch } from '../../../std/fnmatch';
import { parseMode } from '../modes';
import { compilePosix } from '../../../std/regex/pattern';
import { RegexError } from '../../../std/regex/tree';
import type { Tool } from '../tool';
import {
  type Comparison,
  compares,
  type Making,
  type Predicate,
  type PredicateSpec,
  quoted,
  readComparison,
} from './expression';
import { nameOf, type Visit } from './visit';

const KINDS: Readonly<Record<string, FileKind>> = {
  f: 'file',
  d: 'directory',
  l: 'symlink',
  p: 'fifo',
  s: 'socket',
  c: 'character',
  b: 'block',
};
const DAY = 86_400;
const UNITS: Readonly<Record<string, number>> = {
  b: 512,
  c: 1,
  w: 2,
  k: 1024,
  M: 1_048_576,
  G: 1_073_741_824,
};

function comparison({ tool, name }: Making, text: string): Comparison {
  const read = readComparison(text);
  if (read === undefined) return tool.fail(`invalid argument \`${text}' to \`${name}'`);
  return read;
}

const globbed =
  (pick: (visit: Visit) => string, ignoreCase: boolean) =>
  (making: Making): Predicate => {
    const matches = fnmatch(making.argument(), { ignoreCase });
    return (visit) => matches(pick(visit));
  };
const linkText =
  (ignoreCase: boolean) =>
  (making: Making): Predicate => {
    const matches = fnmatch(making.argument(), { ignoreCase });
    return (visit) => {
      const { fs, who } = making.tool.context;
      const link = fs.readlink(making.tool.resolve(visit.path), who);
      return typeof link === 'string' && matches(link);
    };
  };
const expressionTest =
  (ignoreCase: boolean) =>
  (making: Making): Predicate => {
    const source = making.argument();
    const pattern = compilePosix(source, { dialect: making.options.regexDialect, ignoreCase, whole: 'line' });
    if (pattern instanceof RegexError)
      return making.tool.fail(
        `failed to compile regular expression '${source}': ${source === '[' ? 'Invalid regular expression' : pattern.message}`,
      );
    return (visit) => pattern.matchesAll(visit.path);
  };
const kindTest =
  (isOther: boolean) =>
  (making: Making): Predicate => {
    const { tool, name } = making;
    const text = making.argument();
    const kinds = text.split(',').map((letter) => {
      if (letter === '') return tool.fail(`Arguments to ${name} should contain at least one letter`);
      const kind = KINDS[letter];
      if (letter.length > 1 && kind === undefined)
        return tool.fail(`Must separate multiple arguments to ${name} using: ','`);
      return kind ?? tool.fail(`Unknown argument to ${name}: ${letter}`);
    });
    return (visit) => kinds.includes(isOther ? otherKind(making, visit) : visit.info.kind);
  };

/** -xtype: of a link the target's kind, or with -L the link's own. */
function otherKind({ tool, options }: Making, visit: Visit): FileKind {
  const info = options.follow === 'always' ? tool.lstat(visit.path) : tool.stat(visit.path);
  return info instanceof FileError ? visit.info.kind : info.kind;
}

const ageInDays =
  (field: 'mtime' | 'atime' | 'ctime') =>
  (making: Making): Predicate => {
    const wanted = comparison(making, making.argument());
    return (visit) => compares(Math.floor(ageOf(making, visit.info[field]) / DAY), wanted);
  };
const ageInMinutes =
  (field: 'mtime' | 'atime' | 'ctime') =>
  (making: Making): Predicate => {
    const wanted = comparison(making, making.argument());
    return (visit) => {
      const minutes = ageOf(making, visit.info[field]) / 60;
      return wanted.sign === '' ? Math.ceil(minutes) === wanted.number : compares(minutes, wanted);
    };
  };

function ageOf({ tool, options }: Making, time: number): number {
  const now = tool.context.host.clock();
  const day = DAY * 1_000_000;
  const from = options.fromDayStart ? (Math.floor(now / day) + 1) * day : now;
  return (from - time) / 1_000_000;
}

function reference({ tool }: Making, path: string): Stat {
  const info = tool.stat(path);
  if (info instanceof FileError) return tool.fail(`${quoted(path)}: ${errnoText(info.errno)}`);
  return info;
}
const newerThan =
  (own: 'mtime' | 'atime' | 'ctime', other: 'mtime' | 'atime' | 'ctime') =>
  (making: Making): Predicate => {
    const limit = reference(making, making.argument())[other];
    return (visit) => visit.info[own] > limit;
  };
const newerThanTime =
  (own: 'mtime' | 'atime' | 'ctime') =>
  (making: Making): Predicate => {
    const text = making.argument();
    const limit = parseDate(text, making.tool.context.host.clock());
    if (limit === undefined)
      return making.tool.fail(`I cannot figure out how to interpret ${quoted(text)} as a date or time`);
    return (visit) => visit.info[own] > limit;
  };

function sizeTest(making: Making): Predicate {
  const text = making.argument();
  const match = /^([-+]?\d+)([bcwkMG]?)$/.exec(text);
  if (match === null) {
    const last = text[text.length - 1] ?? '';
    return making.tool.fail(
      text === ''
        ? 'invalid null argument to -size'
        : /[bcwkMG0-9]/.test(last)
          ? `Invalid argument \`${text}' to -size`
          : `invalid -size type \`${last}'`,
    );
  }
  const unit = UNITS[match[2] || 'b'] ?? 512;
  const wanted = comparison(making, match[1] ?? '');
  return (visit) => compares(Math.ceil(visit.info.size / unit), wanted);
}

function permissionTest(making: Making): Predicate {
  const text = making.argument();
  const how = text[0] === '-' || text[0] === '/' ? text[0] : '';
  const change = parseMode(how === '' ? text : text.slice(1));
  if (change === undefined) return making.tool.fail(`invalid mode ${quoted(text)}`);
  const bits = change(0, { isDirectory: false, umask: 0 });
  return ({ info }) => {
    if (how === '-') return (info.mode & bits) === bits;
    if (how === '/') return bits === 0 || (info.mode & bits) !== 0;
    return info.mode === bits;
  };
}

function userTest(making: Making): Predicate {
  const text = making.argument();
  const found = making.tool.context.host.user(text)?.uid ?? (/^\d+$/.test(text) ? Number(text) : undefined);
  if (found === undefined) return making.tool.fail(`${quoted(text)} is not the name of a known user`);
  return ({ info }) => info.uid === found;
}
function groupTest(making: Making): Predicate {
  const text = making.argument();
  const found = making.tool.context.host.group(text)?.gid ?? (/^\d+$/.test(text) ? Number(text) : undefined);
  if (found === undefined) return making.tool.fail(`${quoted(text)} is not the name of an existing group`);
  return ({ info }) => info.gid === found;
}
const counted =
  (pick: (info: Stat) => number) =>
  (making: Making): Predicate => {
    const wanted = comparison(making, making.argument());
    return ({ info }) => compares(pick(info), wanted);
  };
const accessible =
  (bits: number) =>
  ({ tool }: Making): Predicate =>
  (visit) =>
    tool.context.fs.access(tool.resolve(visit.path), bits, tool.context.who) === undefined;

function isEmpty(tool: Tool, { path, info }: Visit): boolean {
  if (info.kind === 'file') return info.size === 0;
  if (info.kind !== 'directory') return false;
  const names = tool.context.fs.readdir(tool.resolve(path), tool.context.who);
  return !(names instanceof FileError) && names.length === 0;
}

function fileSystemTest(making: Making): Predicate {
  const type = making.argument();
  return ({ info }) => {
    const mounts = making.tool.context.fs.mounts();
    return mounts.some((mount) => mount.point === info.mount && mount.type === type);
  };
}
function sameFile(making: Making): Predicate {
  const { ino } = reference(making, making.argument());
  return ({ info }) => info.ino === ino;
}

const test = (make: (making: Making) => Predicate): PredicateSpec => ({ make });

export const TESTS: readonly (readonly [string, PredicateSpec])[] = [
  ['-true', test(() => () => true)],
  ['-false', test(() => () => false)],
  ['-name', test(globbed((visit) => nameOf(visit.path), false))],
  ['-iname', test(globbed((visit) => nameOf(visit.path), true))],
  ['-path', test(globbed((visit) => visit.path, false))],
  ['-wholename', test(globbed((visit) => visit.path, false))],
  ['-ipath', test(globbed((visit) => visit.path, true))],
  ['-iwholename', test(globbed((visit) => visit.path, true))],
  ['-lname', test(linkText(false))],
  ['-ilname', test(linkText(true))],
  ['-regex', test(expressionTest(false))],
  ['-iregex', test(expressionTest(true))],
  ['-type', test(kindTest(false))],
  ['-xtype', test(kindTest(true))],
  [
    '-empty',
    test(
      ({ tool }) =>
        (visit) =>
          isEmpty(tool, visit),
    ),
  ],
  ['-size', test(sizeTest)],
  ['-perm', test(permissionTest)],
  ['-user', test(userTest)],
  ['-group', test(groupTest)],
  ['-uid', test(counted((info) => info.uid))],
  ['-gid', test(counted((info) => info.gid))],
  ['-links', test(counted((info) => info.nlink))],
  ['-inum', test(counted((info) => info.ino))],
  [
    '-nouser',
    test(
      ({ tool }) =>
        ({ info }) =>
          tool.context.host.user(info.uid) === undefined,
    ),
  ],
  [
    '-nogroup',
    test(
      ({ tool }) =>
        ({ info }) =>
          tool.context.host.group(info.gid) === undefined,
    ),
  ],
  ['-readable', test(accessible(4))],
  ['-writable', test(accessible(2))],
  ['-executable', test(accessible(1))],
  ['-mtime', test(ageInDays('mtime'))],
  ['-atime', test(ageInDays('atime'))],
  ['-ctime', test(ageInDays('ctime'))],
  ['-mmin', test(ageInMinutes('mtime'))],
  ['-amin', test(ageInMinutes('atime'))],
  ['-cmin', test(ageInMinutes('ctime'))],
  ['-newer', test(newerThan('mtime', 'mtime'))],
  ['-anewer', test(newerThan('atime', 'mtime'))],
  ['-cnewer', test(newerThan('ctime', 'mtime'))],
  ['-newermm', test(newerThan('mtime', 'mtime'))],
  ['-newermt', test(newerThanTime('mtime'))],
  ['-newerat', test(newerThanTime('atime'))],
  ['-newerct', test(newerThanTime('ctime'))],
  ['-samefile', test(sameFile)],
  ['-fstype', test(fileSystemTest)],
];
