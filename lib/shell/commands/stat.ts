/** stat(1) of GNU coreutils. */
import { strftime } from '../../std/civil';
import { FileError, type FileKind, type Stat } from '../../world/files.contract';
import { deviceNumbers } from './devices';
import { errnoText } from './errno-text';
import { readEscapes } from './escapes';
import { modeString } from './modes';
import { quoteFile, quoteFileIfNeeded } from './quoting';
import type { Command, Tool, ToolRun } from './tool';

export const stat: Command = {
  name: 'stat',
  package: 'coreutils',
  paths: ['/usr/bin/stat'],
  synopsis: 'stat [OPTION]... FILE...',
  summary: 'Display file or file system status.',
  run,
};

const DEFAULT =
  '  File: %N\n  Size: %-10s\tBlocks: %-10b IO Block: %-6o %F\nDevice: %Hd,%Ld\tInode: %-10i  Links: %h';
const DEVICE = '     Device type: %Hr,%Lr';
const REST =
  '\nAccess: (%04a/%10.10A)  Uid: (%5u/%8U)   Gid: (%5g/%8G)\nAccess: %x\nModify: %y\nChange: %z\n Birth: %w\n';
const TERSE = '%n %s %b %f %u %g %D %i %h %t %T %X %Y %Z %W %o\n';
const FILE_SYSTEM =
  '  File: "%n"\n    ID: %-8i Namelen: %-7l Type: %T\nBlock size: %-10s Fundamental block size: %S\nBlocks: Total: %-10b Free: %-10f Available: %a\nInodes: Total: %-10c Free: %d\n';
const FILE_SYSTEM_TERSE = '%n %i %l %t %s %S %b %f %a %c %d\n';
const KINDS: Readonly<Record<FileKind, string>> = {
  file: 'regular file',
  directory: 'directory',
  symlink: 'symbolic link',
  fifo: 'fifo',
  socket: 'socket',
  character: 'character special file',
  block: 'block special file',
};
const KIND_BITS: Readonly<Record<FileKind, number>> = {
  file: 0o100000,
  directory: 0o040000,
  symlink: 0o120000,
  fifo: 0o010000,
  socket: 0o140000,
  character: 0o020000,
  block: 0o060000,
};

function* run(tool: Tool): ToolRun {
  const { options, operands } = tool.options({
    short: 'c:fLt',
    long: {
      dereference: 'L',
      'file-system': 'f',
      'format:': 'c',
      'printf:': 'printf',
      terse: 't',
      'cached:': 'cached',
    },
  });
  const has = (name: string): boolean => options.some((option) => option.name === name);
  if (operands.length === 0) tool.misuse('missing operand');
  const format = options.findLast((option) => option.name === 'c' || option.name === 'printf');
  const ofSystem = has('f');
  let code = 0;
  for (const path of operands) {
    const text =
      format === undefined
        ? undefined
        : format.name === 'printf'
          ? readEscapes(format.value ?? '')
          : `${format.value ?? ''}\n`;
    const shown = ofSystem
      ? fileSystemStatus(tool, path, text ?? (has('t') ? FILE_SYSTEM_TERSE : FILE_SYSTEM))
      : fileStatus(tool, path, { follow: has('L'), terse: has('t'), format: text });
    if (shown) tool.print(shown);
    else code = 1;
    yield* tool.drain();
  }
  return code;
}

function fileStatus(
  tool: Tool,
  path: string,
  how: { follow: boolean; terse: boolean; format: string | undefined },
): string | undefined {
  const own = path === '-' ? tool.context.stdin.path : undefined;
  const info = own !== undefined ? tool.stat(own) : how.follow ? tool.stat(path) : tool.lstat(path);
  if (info instanceof FileError) {
    tool.complain(`cannot statx ${quoteFile(path)}: ${errnoText(info.errno)}`);
    return undefined;
  }
  const isDevice = info.kind === 'character' || info.kind === 'block';
  const format = how.format ?? (how.terse ? TERSE : DEFAULT + (isDevice ? DEVICE : '') + REST);
  return filled(format, (letter, modifier, precision) =>
    fileField(tool, { path, info, letter, modifier, precision, isDefault: how.format === undefined }),
  );
}

/** A value: text, or a number with a base other than ten. */
type Field = string | number | undefined;

function filled(
  format: string,
  field: (letter: string, modifier: string, precision: number | undefined) => Field,
): string {
  return format.replace(
    /%(?:([-'0 +#I]*)(\d*)(?:\.(\d*))?([HL]?)([A-Za-z])|%)|%$/g,
    (
      whole: string,
      flags = '',
      width = '',
      precision: string | undefined = undefined,
      modifier = '',
      letter = '',
    ) => {
      if (letter === '') return '%';
      const places = precision === undefined || precision === '' ? undefined : Number(precision);
      let value = field(letter, modifier, places) ?? '?';
      if (flags.includes('#') && letter === 'a') value = `0${value}`;
      if (precision !== undefined && precision !== '' && typeof value === 'string')
        value = cut(value, letter, Number(precision));
      const text = String(value);
      if (whole === '') return text;
      if (flags.includes('-')) return text.padEnd(Number(width));
      return text.padStart(Number(width), flags.includes('0') ? '0' : ' ');
    },
  );
}

function cut(value: string, letter: string, precision: number): string {
  if (!'XYZW'.includes(letter)) return value.slice(0, precision);
  return value;
}

function fileField(
  tool: Tool,
  about: {
    path: string;
    info: Stat;
    letter: string;
    modifier: string;
    precision: number | undefined;
    isDefault: boolean;
  },
): Field {
  const { path, info, letter, modifier } = about;
  const { host } = tool.context;
  switch (letter) {
    case 'a':
      return info.mode.toString(8);
    case 'A':
      return modeString(info.kind, info.mode);
    case 'b':
      return info.blocks;
    case 'B':
      return 512;
    case 'C':
      return '?';
    case 'd':
      return deviceOf(tool, info, modifier);
    case 'D':
      return Number(deviceOf(tool, info, '')).toString(16);
    case 'f':
      return (KIND_BITS[info.kind] | info.mode).toString(16);
    case 'F':
      return info.kind === 'file' && info.size === 0 ? 'regular empty file' : KINDS[info.kind];
    case 'g':
      return info.gid;
    case 'G':
      return host.group(info.gid)?.name ?? 'UNKNOWN';
    case 'h':
      return info.nlink;
    case 'i':
      return info.ino;
    case 'm':
      return info.mount;
    case 'n':
      return path;
    case 'N': {
      const link =
        info.kind === 'symlink' ? tool.context.fs.readlink(tool.resolve(path), tool.context.who) : '';
      const name = about.isDefault ? quoteFileIfNeeded(path) : quoteFile(path);
      return info.kind === 'symlink' && typeof link === 'string'
        ? `${name} -> ${about.isDefault ? quoteFileIfNeeded(link) : quoteFile(link)}`
        : name;
    }
    case 'o':
      return 4096;
    case 's':
      return info.size;
    case 't':
    case 'T': {
      const device = info.kind === 'character' || info.kind === 'block';
      const { major, minor } = device ? deviceNumbers(path, info) : { major: 0, minor: 0 };
      return (letter === 't' ? major : minor).toString(16);
    }
    case 'r': {
      const { major, minor } = deviceNumbers(path, info);
      return modifier === 'H' ? major : modifier === 'L' ? minor : major * 256 + minor;
    }
    case 'u':
      return info.uid;
    case 'U':
      return host.user(info.uid)?.name ?? 'UNKNOWN';
    case 'w':
      return strftime('%Y-%m-%d %H:%M:%S.%N %z', Math.min(info.ctime, info.mtime));
    case 'W':
      return Math.floor(Math.min(info.ctime, info.mtime) / 1_000_000);
    case 'x':
      return strftime('%Y-%m-%d %H:%M:%S.%N %z', info.atime);
    case 'y':
      return strftime('%Y-%m-%d %H:%M:%S.%N %z', info.mtime);
    case 'z':
      return strftime('%Y-%m-%d %H:%M:%S.%N %z', info.ctime);
    case 'X':
      return seconds(info.atime, about.precision);
    case 'Y':
      return seconds(info.mtime, about.precision);
    case 'Z':
      return seconds(info.ctime, about.precision);
    default:
      return undefined;
  }
}

/** With a precision the seconds have a fraction. */
function seconds(micros: number, precision: number | undefined): number | string {
  const whole = Math.floor(micros / 1_000_000);
  if (precision === undefined) return whole;
  const fraction = String(micros - whole * 1_000_000)
    .padStart(6, '0')
    .padEnd(9, '0');
  return precision === 0 ? whole : `${whole}.${fraction.padEnd(precision, '0').slice(0, precision)}`;
}

/** Disks have numbers of their own; file systems in memory count up. */
function deviceOf(tool: Tool, info: Stat, modifier: string): number {
  const index = tool.context.fs.mounts().findIndex((mount) => mount.point === info.mount);
  const isDisk = tool.context.fs.mounts()[index]?.source.startsWith('/dev/') === true;
  const [major, minor] = isDisk ? [254, index + 1] : [0, 20 + index];
  return modifier === 'H' ? major : modifier === 'L' ? minor : major * 256 + minor;
}

const SYSTEM_NUMBERS: Readonly<Record<string, string>> = {
  ext4: 'ef53',
  tmpfs: '1021994',
  overlay: '794c7630',
  xfs: '58465342',
};

function fileSystemStatus(tool: Tool, path: string, format: string): string | undefined {
  const info = tool.stat(path);
  if (info instanceof FileError) {
    tool.complain(`cannot read file system information for ${quoteFile(path)}: ${errnoText(info.errno)}`);
    return undefined;
  }
  const mount = tool.context.fs.mounts().find((candidate) => candidate.point === info.mount);
  if (mount === undefined) return undefined;
  const free = Math.floor((mount.size - mount.used) / 4096);
  return filled(format, (letter) => {
    switch (letter) {
      case 'n':
        return path;
      case 'i':
        return deviceOf(tool, info, '').toString(16).padStart(8, '0');
      case 'l':
        return 255;
      case 't':
        return SYSTEM_NUMBERS[mount.type] ?? '0';
      case 'T':
        return mount.type === 'ext4' ? 'ext2/ext3' : mount.type;
      case 's':
      case 'S':
        return 4096;
      case 'b':
        return Math.floor(mount.size / 4096);
      case 'f':
      case 'a':
        return free;
      case 'c':
        return mount.inodes;
      case 'd':
        return mount.inodes - mount.inodesUsed;
      default:
        return undefined;
    }
  });
}
