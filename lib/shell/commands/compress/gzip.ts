/** gzip(1), gunzip(1), zcat(1), and bzip2(1) and xz(1) with theirs. */
import { byteLength } from '../../../std/bytes';
import { FileError, type Stat } from '../../../world/files.contract';
import { confirm } from '../copy/confirm';
import { errnoText } from '../errno-text';
import type { PackageName } from '../packages';
import type { Command, Step, Tool, ToolRun } from '../tool';
import { compress, decompress, type Format, frameLength, isFormat } from '../../../std/compress/formats';

interface Family {
  readonly format: Format;
  readonly suffix: string;
  /** Other endings that it takes off, and what they leave. */
  readonly endings: readonly (readonly [string, string])[];
}
const FAMILIES: Readonly<Record<Format, Family>> = {
  gzip: {
    format: 'gzip',
    suffix: '.gz',
    endings: [
      ['.gz', ''],
      ['.tgz', '.tar'],
      ['.taz', '.tar'],
      ['-gz', ''],
      ['.z', ''],
      ['.Z', ''],
    ],
  },
  bzip2: {
    format: 'bzip2',
    suffix: '.bz2',
    endings: [
      ['.bz2', ''],
      ['.bz', ''],
      ['.tbz2', '.tar'],
      ['.tbz', '.tar'],
    ],
  },
  xz: {
    format: 'xz',
    suffix: '.xz',
    endings: [
      ['.xz', ''],
      ['.txz', '.tar'],
      ['.lzma', ''],
    ],
  },
};

const make = (name: string, format: Format, mode: Mode, links: readonly string[] = []): Command => ({
  name,
  package: ({ gzip: 'gzip', bzip2: 'bzip2', xz: 'xz-utils' } as const satisfies Record<Format, PackageName>)[
    format
  ],
  paths: [`/usr/bin/${name}`, ...links],
  synopsis: `${name} [OPTION]... [FILE]...`,
  summary: 'Compress or uncompress FILEs (by default, compress FILES in-place).',
  run: (tool) => run(tool, FAMILIES[format], mode),
});
type Mode = 'compress' | 'expand' | 'print';

export const gzip = make('gzip', 'gzip', 'compress');
export const gunzip = make('gunzip', 'gzip', 'expand', ['/usr/bin/uncompress']);
export const zcat = make('zcat', 'gzip', 'print');
export const bzip2 = make('bzip2', 'bzip2', 'compress');
export const bunzip2 = make('bunzip2', 'bzip2', 'expand');
export const bzcat = make('bzcat', 'bzip2', 'print');
export const xz = make('xz', 'xz', 'compress');
export const unxz = make('unxz', 'xz', 'expand');
export const xzcat = make('xzcat', 'xz', 'print');

const BAD_MAGIC =
  ": bad magic number (file not created by bzip2)\n\nYou can use the `bzip2recover' program to attempt to recover\ndata from undamaged sections of corrupted files.\n";

interface Settings {
  readonly family: Family;
  expands: boolean;
  toOutput: boolean;
  keep: boolean;
  force: boolean;
  lists: boolean;
  /** -l has begun its table. */
  hasHeader: boolean;
  tests: boolean;
  quiet: boolean;
  verbose: boolean;
  recursive: boolean;
  noName: boolean;
  suffix: string;
}

function* run(tool: Tool, family: Family, mode: Mode): ToolRun {
  const called = tool.shortName;
  // gunzip and zcat are scripts that call gzip.
  if (family.format === 'gzip') tool.name = 'gzip';
  const { options, operands } = tool.options({
    short: family.format === 'gzip' ? 'acdfhklLnNqrS:tvV123456789' : 'acdfhklLnNqrS:tvVz123456789eT:',
    long: {
      stdout: 'c',
      'to-stdout': 'c',
      decompress: 'd',
      uncompress: 'd',
      force: 'f',
      keep: 'k',
      list: 'l',
      'no-name': 'n',
      name: 'N',
      quiet: 'q',
      recursive: 'r',
      'suffix:': 'S',
      test: 't',
      verbose: 'v',
      fast: '1',
      best: '9',
      rsyncable: 'rsyncable',
      ...(family.format === 'gzip' ? {} : { compress: 'z' }),
    },
  });
  const has = (name: string): boolean => options.some((option) => option.name === name);
  const settings: Settings = {
    family,
    expands: (mode !== 'compress' || has('d')) && !has('z'),
    toOutput: mode === 'print' || has('c'),
    keep: has('k'),
    force: has('f'),
    lists: has('l'),
    hasHeader: false,
    tests: has('t'),
    quiet: has('q'),
    verbose: has('v'),
    recursive: has('r'),
    noName: has('n'),
    suffix: options.findLast((option) => option.name === 'S')?.value ?? family.suffix,
  };
  if (settings.tests || settings.lists) settings.expands = true;
  let code = 0;
  for (const name of operands.length === 0 ? ['-'] : operands) {
    const result =
      name === '-' ? yield* standardInput(tool, settings) : yield* one(tool, name, settings, called);
    if (result === 1 || (result === 2 && code === 0)) code = result;
    yield* tool.drain();
  }
  return code;
}

function* standardInput(tool: Tool, settings: Settings): Step<number> {
  const { stdin, stdout } = tool.context;
  if (!settings.expands && stdout.tty !== undefined && !settings.force) {
    tool.note(
      `${tool.name}: compressed data not written to a terminal. Use -f to force compression.\nFor help, type: ${tool.name} -h\n`,
    );
    return 1;
  }
  if (settings.expands && stdin.tty !== undefined && !settings.force) {
    tool.note(
      `${tool.name}: compressed data not read from a terminal. Use -f to force decompression.\nFor help, type: ${tool.name} -h\n`,
    );
    return 1;
  }
  const text = yield* tool.context.readAll();
  if (!settings.expands) {
    tool.print(compress(settings.family.format, text));
    return 0;
  }
  const result = expand(settings, text);
  if (typeof result !== 'string' && settings.family.format === 'xz') {
    tool.note(`${tool.name}: (stdin): ${problemOf(settings, 'not in gzip format', '(stdin)')}\n`);
    return 1;
  }
  if (typeof result !== 'string') {
    tool.note(`\n${tool.name}: stdin: ${problemOf(settings, result.problem, '(stdin)')}\n`);
    return 1;
  }
  if (!settings.tests) tool.print(result);
  return 0;
}

function expand(settings: Settings, text: string): string | { readonly problem: string } {
  if (settings.force && settings.toOutput && !isFormat(settings.family.format, text)) return text;
  const result = decompress(settings.family.format, text);
  return 'problem' in result ? result : result.text;
}
function problemOf(settings: Settings, problem: string, _name: string): string {
  if (settings.family.format === 'xz' && problem === 'not in gzip format')
    return 'File format not recognized';
  if (settings.family.format === 'bzip2' && problem === 'not in gzip format')
    return '(stdin) is not a bzip2 file.';
  return problem;
}

/** 0 fine, 1 an error, 2 a warning. */
function* one(tool: Tool, name: string, settings: Settings, called: string): Step<number> {
  let path = name;
  let info = tool.lstat(path);
  const { family } = settings;
  if (info instanceof FileError && settings.expands && !path.endsWith(settings.suffix)) {
    const longer = tool.lstat(path + settings.suffix);
    if (!(longer instanceof FileError)) {
      path += settings.suffix;
      info = longer;
    }
  }
  if (info instanceof FileError) {
    const shown =
      settings.expands && family.format === 'gzip' && !/\.(gz|z|Z|tgz|taz)$/.test(name) ? `${name}.gz` : name;
    tool.note(
      family.format === 'bzip2'
        ? `${called}: Can't open input file ${name}: ${errnoText(info.errno)}.\n`
        : `${tool.name}: ${shown}: ${errnoText(info.errno)}\n`,
    );
    return 1;
  }
  if (info.kind === 'symlink' && !settings.force && !settings.toOutput) {
    const isGzip = family.format === 'gzip';
    tool.note(
      `${isGzip ? tool.name : called}: ${path}: ${isGzip ? 'Too many levels of symbolic links' : 'Is a symbolic link, skipping'}\n`,
    );
    return isGzip ? 1 : 2;
  }
  if (info.kind === 'directory') {
    if (settings.recursive) return yield* directory(tool, path, settings, called);
    tool.note(
      family.format === 'gzip'
        ? `${tool.name}: ${path} is a directory -- ignored\n`
        : `${tool.name}: ${path}: Is a directory, skipping\n`,
    );
    return 2;
  }
  if (info.nlink > 1 && !settings.force && !settings.toOutput && !settings.keep && !settings.lists) {
    const links = info.nlink - 1;
    tool.note(
      `${tool.name}: ${path} has ${links} other link${links === 1 ? ' ' : 's'} -- file ignored\n`.replace(
        '  --',
        ' --',
      ),
    );
    return 2;
  }
  return yield* file(tool, path, info, settings, called);
}

function* directory(tool: Tool, path: string, settings: Settings, called: string): Step<number> {
  const names = tool.context.fs.readdir(tool.resolve(path), tool.context.who);
  if (names instanceof FileError) {
    tool.note(`${tool.name}: ${path}: ${errnoText(names.errno)}\n`);
    return 1;
  }
  let code = 0;
  for (const name of [...names].sort())
    code = Math.max(code, yield* one(tool, `${path}/${name}`, settings, called));
  return code;
}

function* file(tool: Tool, path: string, info: Stat, settings: Settings, called: string): Step<number> {
  const { family } = settings;
  const guessed = targetOf(path, settings);
  const isAboutNames = !settings.toOutput && !settings.tests;
  if (guessed === undefined && settings.expands && isAboutNames && family.format === 'bzip2')
    tool.note(`${called}: Can't guess original name for ${path} -- using ${path}.out\n`);
  const target = guessed ?? (settings.expands && family.format === 'bzip2' ? `${path}.out` : undefined);
  // The contents can be tested without a name for the result; xz looks at them before it looks at the name.
  const needsName =
    !((settings.tests || settings.lists) && family.format === 'gzip') && family.format !== 'xz';
  if (target === undefined && (needsName || !settings.expands)) {
    if (settings.expands) {
      if (!settings.toOutput || !settings.force) {
        if (!settings.toOutput || family.format !== 'gzip') {
          if (!settings.quiet) tool.note(`${tool.name}: ${path}: unknown suffix -- ignored\n`);
          return 2;
        }
      }
    } else {
      if (!settings.quiet)
        tool.note(`${tool.name}: ${path} already has ${settings.suffix} suffix -- unchanged\n`);
      return 0;
    }
  }
  const content = yield* tool.readFile(path);
  if (typeof content === 'string') {
    tool.note(`${tool.name}: ${path}: ${errnoText(content)}\n`);
    return 1;
  }
  const base = path.slice(path.lastIndexOf('/') + 1);
  const isTaken = !(tool.lstat(target ?? '') instanceof FileError) && !settings.force;
  const writes = !settings.lists && !settings.tests && !settings.toOutput;
  if (family.format === 'bzip2' && isTaken && writes) {
    tool.note(`${called}: Output file ${target ?? ''} already exists.\n`);
    return 1;
  }
  const result = settings.expands
    ? expand(settings, content.text)
    : compress(family.format, content.text, settings.noName ? {} : { name: base, mtime: info.mtime });
  if (typeof result !== 'string') {
    const isForeign = result.problem === 'not in gzip format';
    tool.note(
      family.format === 'bzip2' && isForeign
        ? `${called}: ${path}${settings.tests ? BAD_MAGIC : ' is not a bzip2 file.'}\n`
        : `${family.format === 'xz' ? '' : '\n'}${tool.name}: ${path}: ${problemOf(settings, result.problem, path)}\n`,
    );
    return family.format === 'bzip2' && isForeign ? 2 : 1;
  }
  if (target === undefined && isAboutNames && !settings.lists) {
    tool.note(`${tool.name}: ${path}: Filename has an unknown suffix, skipping\n`);
    return 2;
  }
  const [packed, plain] = settings.expands
    ? [byteLength(content.text), byteLength(result)]
    : [byteLength(result), byteLength(content.text)];
  const saved = ratio(packed - frameLength(family.format, settings.expands ? content.text : result), plain);
  if (settings.lists) {
    if (!settings.quiet && !settings.hasHeader)
      tool.line('         compressed        uncompressed  ratio uncompressed_name');
    settings.hasHeader = true;
    tool.line(`${String(packed).padStart(19)} ${String(plain).padStart(19)} ${saved} ${target ?? path}`);
    return 0;
  }
  if (settings.tests) {
    if (settings.verbose) tool.note(`${path}:\t OK\n`);
    return 0;
  }
  if (settings.toOutput) {
    tool.print(result);
    return 0;
  }
  if (isTaken) {
    if (tool.context.stdin.tty === undefined) {
      const { format } = family;
      if (format === 'xz') tool.note(`${called}: ${target ?? ''}: ${errnoText('EEXIST')}\n`);
      else tool.note(`${tool.name}: ${target ?? ''} already exists;\tnot overwritten\n`);
      return format === 'gzip' ? 2 : 1;
    }
    if (!(yield* confirm(tool, `${target ?? ''} already exists; do you wish to overwrite (y or n)? `))) {
      tool.note('\tnot overwritten\n');
      return 2;
    }
  }
  return replace(tool, { path, target: target ?? '', info, result, settings, ratio: saved });
}

function replace(
  tool: Tool,
  about: { path: string; target: string; info: Stat; result: string; settings: Settings; ratio: string },
): number {
  const { fs, who } = tool.context;
  const { path, target, info, result, settings } = about;
  const at = tool.resolve(target);
  const failed = fs.writeFile(at, result, who, { mode: 0o600 });
  if (failed !== undefined) {
    tool.note(
      `${failed.errno === 'ENOSPC' ? '\n' : ''}${tool.name}: ${target}: ${errnoText(failed.errno)}\n`,
    );
    if (failed.errno === 'ENOSPC') fs.unlink(at, who);
    return 1;
  }
  fs.chown(at, info.uid, info.gid, who);
  fs.chmod(at, info.mode, who);
  fs.utimes(at, info.atime, info.mtime, who);
  if (!settings.keep) fs.unlink(tool.resolve(path), who);
  if (settings.verbose)
    tool.note(`${path}:\t${about.ratio} -- ${settings.keep ? 'created' : 'replaced with'} ${target}\n`);
  return 0;
}

function targetOf(path: string, settings: Settings): string | undefined {
  if (!settings.expands) return path.endsWith(settings.suffix) ? undefined : path + settings.suffix;
  if (settings.suffix !== settings.family.suffix && path.endsWith(settings.suffix))
    return path.slice(0, -settings.suffix.length);
  const found = settings.family.endings.find(([ending]) => path.endsWith(ending));
  return found === undefined ? undefined : path.slice(0, -found[0].length) + found[1];
}
function ratio(packed: number, plain: number): string {
  const saved = plain === 0 ? 0 : ((plain - packed) * 100) / plain;
  return `${saved.toFixed(1).padStart(5)}%`;
}
