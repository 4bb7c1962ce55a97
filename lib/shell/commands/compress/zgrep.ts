/**
 * zgrep(1), zegrep, zfgrep, bzgrep(1) and xzgrep(1): scripts that give grep what was unpacked.
 * Source: gzip 1.12 `zgrep.in`, bzip2 1.0.8 `bzgrep`, xz 5.4 `xzgrep.in`.
 * Not modelled: patterns from standard input.
 */
import { decompress, type Format, isFormat } from '../../../std/compress/formats';
import { FileError } from '../../../world/files.contract';
import { errnoText } from '../errno-text';
import { getopt } from '../getopt';
import { GREP_SYNTAX } from '../grep/options';
import type { PackageName } from '../packages';
import type { Command, Step, Tool, ToolRun } from '../tool';

interface Family {
  readonly format: Format;
  readonly package: PackageName;
  /** What the script says of no pattern, after its name. */
  readonly lacksPattern: string;
}
const GZIP: Family = {
  format: 'gzip',
  package: 'gzip',
  lacksPattern: "/usr/bin/NAME: 188: 1: missing pattern; try `/usr/bin/NAME --help' for help",
};
const XZ: Family = {
  format: 'xz',
  package: 'xz-utils',
  lacksPattern: "/usr/bin/NAME: 159: 1: Missing pattern; try `NAME --help' for help",
};
const BZIP2: Family = {
  format: 'bzip2',
  package: 'bzip2',
  lacksPattern: 'grep through bzip2 files\nusage: NAME [grep_options] pattern [files]',
};

const make = (name: string, family: Family, dialect: readonly string[] = []): Command => ({
  name,
  package: family.package,
  paths: [`/usr/bin/${name}`],
  synopsis: `${name} [OPTION]... [-e] PATTERN [FILE]...`,
  summary:
    'Look for instances of PATTERN in the input FILEs, using their\nuncompressed contents if they are compressed.',
  run: (tool) => run(tool, family, dialect),
});

export const zgrep = make('zgrep', GZIP);
export const zegrep = make('zegrep', GZIP, ['-E']);
export const zfgrep = make('zfgrep', GZIP, ['-F']);
export const bzgrep = make('bzgrep', BZIP2);
export const xzgrep = make('xzgrep', XZ);

const TROUBLE = 2;

function* run(tool: Tool, family: Family, dialect: readonly string[]): ToolRun {
  const given = getopt(tool.args, GREP_SYNTAX);
  // Grep says itself what it does not know.
  if (!given.ok) return yield* child(tool, ['grep', ...tool.args], '');
  const path = `/usr/bin/${tool.shortName}`;
  const words = ['grep', ...dialect];
  const names = [...given.operands];
  let hasPattern = false;
  let withName: boolean | undefined;
  for (const { name, value, written } of given.options) {
    if ('dRrZz'.includes(name)) {
      tool.note(`${path}: ${written}: option not supported\n`);
      return TROUBLE;
    }
    if (name === 'e' || name === 'f') hasPattern = true;
    if (name === 'H' || name === 'h') withName = name === 'H';
    else words.push(...wordOf(written, value));
  }
  if (!hasPattern) {
    const pattern = names.shift();
    if (pattern === undefined) {
      const text = `${family.lacksPattern.replaceAll('NAME', tool.shortName)}\n`;
      if (family.format === 'bzip2') tool.print(text);
      else tool.note(text);
      return TROUBLE;
    }
    words.push('-e', pattern);
  }
  withName ??= names.length > 1;
  let result = 1;
  for (const name of names.length === 0 ? ['-'] : names) {
    const text = yield* unpacked(tool, family.format, name);
    const code =
      text === undefined
        ? TROUBLE
        : yield* child(tool, [...words, ...(withName ? ['-H'] : []), ...labelOf(name), '-'], text);
    if (code === TROUBLE) result = TROUBLE;
    else if (code === 0 && result === 1) result = 0;
  }
  return result;
}

function wordOf(written: string, value: string | undefined): string[] {
  if (value === undefined) return [written];
  return written.startsWith('--') ? [`${written}=${value}`] : [written, value];
}

function labelOf(name: string): string[] {
  return name === '-' ? [] : [`--label=${name}`];
}

/** What `gzip -cdfq` and its like make of a file; what is not packed stays as it is. */
function* unpacked(tool: Tool, format: Format, name: string): Step<string | undefined> {
  const isLonger = format === 'gzip' && tool.lstat(name) instanceof FileError && !name.endsWith('.gz');
  const path = isLonger && name !== '-' ? `${name}.gz` : name;
  const read = yield* tool.readFile(path);
  if (typeof read === 'string') {
    if (read === 'EISDIR') return '';
    const about = format === 'bzip2' ? `Can't open input file ${path}` : path;
    tool.note(`${format}: ${about}: ${errnoText(read)}${format === 'bzip2' ? '.' : ''}\n`);
    // What grep finds in nothing decides here.
    return format === 'bzip2' ? '' : undefined;
  }
  if (!isFormat(format, read.text)) return read.text;
  const result = decompress(format, read.text);
  if (!('problem' in result)) return result.text;
  tool.note(`\n${format}: ${path}: ${result.problem}\n`);
  return undefined;
}

function* child(tool: Tool, argv: readonly string[], input: string): Step<number> {
  const fds = tool.standardStreams();
  fds.set(0, tool.context.host.streams.text(input));
  const status = yield* tool.runChild(argv, { fds });
  if ('errno' in status) {
    tool.note(`${tool.shortName}: grep: ${errnoText(status.errno)}\n`);
    return TROUBLE;
  }
  return status.code ?? TROUBLE;
}
