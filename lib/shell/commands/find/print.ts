/** What find(1) prints: -printf, -ls. Source: find(1) "-printf format". */
import { strftime } from '../../../std/civil';
import { FileError, type Stat } from '../../../world/files.contract';
import { modeString } from '../modes';
import { groupName, userName } from '../owners';
import { escapeName } from '../quoting';
import { readEscapes } from '../escapes';
import type { Tool } from '../tool';
import { nameOf, type Visit } from './visit';

const LETTERS: Readonly<Record<string, string>> = {
  file: 'f',
  directory: 'd',
  symlink: 'l',
  fifo: 'p',
  socket: 's',
  character: 'c',
  block: 'b',
};
/** Printed as numbers: zeros may fill them up. */
const NUMBERS: ReadonlySet<string> = new Set(['d', 'm', 'S']);
const HALF_YEAR = 15_778_476_000_000;
const DIRECTIVE = /%(?:(%)|([-+ 0#]*)(\d*)(?:\.(\d+))?([ACT].|[A-Za-z])|$)/gs;

/** Fills a format. */
export function printFormat(tool: Tool, format: string, visit: Visit): string {
  const cut = format.indexOf('\\c');
  const text = readEscapes(cut < 0 ? format : format.slice(0, cut));
  return text.replace(
    DIRECTIVE,
    (
      whole: string,
      percent: string | undefined = undefined,
      flags = '',
      width = '',
      precision: string | undefined = undefined,
      name: string | undefined = undefined,
    ) => {
      if (percent !== undefined) return percent;
      if (name === undefined) return whole;
      const value = directive(tool, name, visit);
      if (value === undefined) return whole;
      const marked = flags.includes('#') && name === 'm' ? `0${value}` : value;
      const shown = precision === undefined ? marked : marked.slice(0, Number(precision));
      if (flags.includes('-')) return shown.padEnd(Number(width));
      return shown.padStart(Number(width), flags.includes('0') && NUMBERS.has(name) ? '0' : ' ');
    },
  );
}

function directive(tool: Tool, name: string, visit: Visit): string | undefined {
  const { info, path, start } = visit;
  const { host } = tool.context;
  if (name.length === 2) {
    const field = ({ A: 'atime', C: 'ctime', T: 'mtime' } as const)[name[0] ?? ''];
    return field === undefined ? undefined : timeText(info[field], name[1] ?? '');
  }
  switch (name) {
    case 'f':
      return nameOf(path);
    case 'p':
      return path;
    case 'P':
      return path === start ? '' : path.slice(start.endsWith('/') ? start.length : start.length + 1);
    case 'h': {
      const trimmed = path.replace(/(?<=.)\/+$/, '');
      const slash = trimmed.lastIndexOf('/');
      return slash < 0 ? '.' : slash === 0 ? '' : trimmed.slice(0, slash);
    }
    case 'H':
      return start;
    case 's':
      return String(info.size);
    case 'k':
      return String(Math.ceil(info.blocks / 2));
    case 'b':
      return String(info.blocks);
    case 'm':
      return info.mode.toString(8);
    case 'M':
      return modeString(info.kind, info.mode);
    case 'u':
      return userName(host, info.uid);
    case 'U':
      return String(info.uid);
    case 'g':
      return groupName(host, info.gid);
    case 'G':
      return String(info.gid);
    case 'n':
      return String(info.nlink);
    case 'i':
      return String(info.ino);
    case 'd':
      return String(visit.depth);
    case 'y':
      return LETTERS[info.kind] ?? 'U';
    case 'Y': {
      const target = info.kind === 'symlink' ? tool.stat(path) : info;
      if (target instanceof FileError)
        return target.errno === 'ELOOP' ? 'L' : target.errno === 'ENOENT' ? 'N' : '?';
      return LETTERS[target.kind] ?? 'U';
    }
    case 'l':
      return info.kind === 'symlink' ? linkOf(tool, path) : '';
    case 'F':
      return tool.context.fs.mounts().find((mount) => mount.point === info.mount)?.type ?? '';
    case 'D':
      return '65025';
    case 'S':
      return info.size === 0 ? '1' : String(Number(((info.blocks * 512) / info.size).toPrecision(6)));
    case 't':
      return timeText(info.mtime, 'c');
    case 'a':
      return timeText(info.atime, 'c');
    case 'c':
      return timeText(info.ctime, 'c');
    default:
      return undefined;
  }
}

function linkOf(tool: Tool, path: string): string {
  const link = tool.context.fs.readlink(tool.resolve(path), tool.context.who);
  return typeof link === 'string' ? link : '';
}

/** Seconds have ten decimal places. */
function timeText(at: number, letter: string): string {
  const fraction = `.${String(((at % 1_000_000) + 1_000_000) % 1_000_000).padStart(6, '0')}0000`;
  switch (letter) {
    case '@':
      return `${Math.floor(at / 1_000_000)}${fraction}`;
    case '+':
      return strftime('%Y-%m-%d+%H:%M:%S', at) + fraction;
    case 'S':
      return strftime('%S', at) + fraction;
    case 'T':
    case 'X':
      return strftime('%H:%M:%S', at) + fraction;
    case 'c':
      return `${strftime('%a %b %e %H:%M:%S', at)}${fraction} ${strftime('%Y', at)}`;
    case 'r':
      return `${strftime('%I:%M:%S', at)}${fraction} ${strftime('%p', at)}`;
    default:
      return strftime(`%${letter}`, at);
  }
}

/** One line as `ls -dils` prints it. */
export function printLong(tool: Tool, visit: Visit): string {
  const { info, path } = visit;
  const { host } = tool.context;
  const now = host.clock();
  const isRecent = info.mtime <= now && info.mtime > now - HALF_YEAR;
  return [
    String(info.ino).padStart(9),
    String(Math.ceil(info.blocks / 2)).padStart(6),
    modeString(info.kind, info.mode),
    String(info.nlink).padStart(3),
    userName(host, info.uid).padEnd(8),
    groupName(host, info.gid).padEnd(8),
    sizeOf(info).padStart(8),
    strftime(isRecent ? '%b %e %H:%M' : '%b %e  %Y', info.mtime),
    escapeName(path) + (info.kind === 'symlink' ? ` -> ${escapeName(linkOf(tool, path))}` : ''),
  ].join(' ');
}

function sizeOf(info: Stat): string {
  return String(info.size);
}
