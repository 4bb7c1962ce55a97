/**
 * zgrep(1), zegrep and zfgrep: scripts that give grep what gzip unpacked. Source: gzip 1.12 `zgrep.in`.
 * Not modelled: patterns from standard input.
 */
import { decompress, isFormat } from '../../../std/compress/formats';
import { FileError } from '../../../world/files.contract';
import { errnoText } from '../errno-text';
import { getopt } from '../getopt';
import { GREP_SYNTAX } from '../grep/options';
import type { Command, Step, Tool, ToolRun } from '../tool';

const make = (name: string, dialect: readonly string[]): Command => ({
  name,
  package: 'gzip',
  paths: [`/usr/bin/${name}`],
  synopsis: `${name} [OPTION]... [-e] PATTERN [FILE]...`,
  summary:
    'Look for instances of PATTERN in the input FILEs, using their\nuncompressed contents if they are compressed.',
  run: (tool) => run(tool, dialect),
});

export const zgrep = make('zgrep', []);
export const zegrep = make('zegrep', ['-E']);
export const zfgrep = make('zfgrep', ['-F']);

const TROUBLE = 2;

function* run(tool: Tool, dialect: readonly string[]): ToolRun {
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
      tool.note(`${path}: 188: 1: missing pattern; try \`${path} --help' for help\n`);
      return TROUBLE;
    }
    words.push('-e', pattern);
  }
  withName ??= names.length > 1;
  let result = 1;
  for (const name of names.length === 0 ? ['-'] : names) {
    const text = yield* unpacked(tool, name);
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

/** What `gzip -cdfq` makes of a file; what is not packed stays as it is. */
function* unpacked(tool: Tool, name: string): Step<string | undefined> {
  const longer = tool.lstat(name) instanceof FileError && !name.endsWith('.gz') ? `${name}.gz` : name;
  const read = yield* tool.readFile(name === '-' ? name : longer);
  if (typeof read === 'string') {
    if (read === 'EISDIR') return '';
    tool.note(`gzip: ${longer}: ${errnoText(read)}\n`);
    return undefined;
  }
  if (!isFormat('gzip', read.text)) return read.text;
  const result = decompress('gzip', read.text);
  if (!('problem' in result)) return result.text;
  tool.note(`\ngzip: ${longer}: ${result.problem}\n`);
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
