/**
 * zdiff(1), zcmp(1), bzdiff, xzdiff and their like: scripts that give diff or cmp what was unpacked.
 * Source: gzip 1.12 `zdiff.in`, bzip2 1.0.8 `bzdiff`, xz 5.4 `xzdiff.in`.
 */
import { decompress, type Format, formatOf } from '../../../std/compress/formats';
import { errnoText } from '../errno-text';
import type { PackageName } from '../packages';
import type { Command, Step, Tool, ToolRun } from '../tool';

interface Family {
  readonly format: Format;
  readonly package: PackageName;
  /** Names of files that are unpacked. */
  readonly packed: RegExp;
}
const GZIP: Family = {
  format: 'gzip',
  package: 'gzip',
  packed: /(?:[-.]gz|[-.][zZ]|\.t[ga]z|^-)$/,
};
const BZIP2: Family = { format: 'bzip2', package: 'bzip2', packed: /\.bz2$/ };
const XZ: Family = {
  format: 'xz',
  package: 'xz-utils',
  packed: /(?:[-.][zZ]|_z|[-.][gx]z|[-.]bz2|[-.]lzma|[-.]lz|\.t[abglx]z|\.tbz2|^-)$/,
};

const make = (name: string, family: Family, compare: 'diff' | 'cmp'): Command => ({
  name,
  package: family.package,
  paths: [`/usr/bin/${name}`],
  synopsis: `${name} [OPTION]... FILE1 [FILE2]`,
  summary: 'Compare FILE1 to FILE2, using their uncompressed contents if they are\ncompressed.',
  run: (tool) => run(tool, family, compare),
});

export const zdiff = make('zdiff', GZIP, 'diff');
export const zcmp = make('zcmp', GZIP, 'cmp');
export const bzdiff = make('bzdiff', BZIP2, 'diff');
export const bzcmp = make('bzcmp', BZIP2, 'cmp');
export const xzdiff = make('xzdiff', XZ, 'diff');
export const xzcmp = make('xzcmp', XZ, 'cmp');

const TROUBLE = 2;
/** Where the scripts put the second of two packed files. */
const SECOND = 5;

function* run(tool: Tool, family: Family, compare: 'diff' | 'cmp'): ToolRun {
  const isName = (word: string): boolean => word === '-' || !word.startsWith('-');
  const options = tool.args.filter((word) => !isName(word) && word !== '--');
  const [first, second, ...more] = tool.args.filter(isName);
  if (first === undefined || more.length > 0) return misused(tool, family, first);
  if (second === undefined && !family.packed.test(first)) {
    const script = `/usr/bin/${tool.shortName.replace('cmp', 'diff')}`;
    tool.note(
      `${script}: ${first}: ${family.format === 'xz' ? 'Unknown compressed file name suffix' : 'unknown compressed file extension'}\n`,
    );
    return TROUBLE;
  }
  const other = second ?? first.replace(/[-.][a-zA-Z0-9]*$/, '');
  const [isFirst, isSecond] = [family.packed.test(first), family.packed.test(other)];
  if (!isFirst && !isSecond) return yield* child(tool, [compare, ...options, first, other], new Map());
  const texts = new Map<number, string>();
  for (const [fd, name] of [
    [isFirst && isSecond ? SECOND : 0, isFirst ? first : other],
    ...(isFirst && isSecond ? [[0, other] as const] : []),
  ] as const) {
    const text = yield* unpacked(tool, family, name);
    if (text === undefined) return TROUBLE;
    texts.set(fd, text);
  }
  const names = isFirst && isSecond ? [`/dev/fd/${SECOND}`, '-'] : isFirst ? ['-', other] : [first, '-'];
  return yield* child(tool, [compare, ...options, ...names], texts);
}

function misused(tool: Tool, { format }: Family, first: string | undefined): number {
  const script = `/usr/bin/${tool.shortName.replace('cmp', 'diff')}`;
  if (format === 'bzip2') {
    const compare = tool.shortName.includes('cmp') ? 'cmp' : 'diff';
    tool.line(`Usage: ${tool.shortName} [${compare}_options] file [file]`);
    return 1;
  }
  const what =
    first === undefined
      ? 'missing operand'
      : format === 'xz'
        ? `Invalid number of operands; try \`${tool.shortName} --help' for help`
        : `invalid number of operands; try \`${script} --help' for help`;
  tool.note(`${script}: ${what}\n`);
  return TROUBLE;
}

function* unpacked(tool: Tool, { format }: Family, name: string): Step<string | undefined> {
  const read = yield* tool.readFile(name);
  if (typeof read === 'string') {
    const script = `/usr/bin/${tool.shortName.replace('cmp', 'diff')}`;
    const what = read === 'ENOENT' ? 'No such file' : errnoText(read);
    tool.note(
      format === 'bzip2'
        ? `bzip2: Can't open input file ${name}: ${errnoText(read)}.\n`
        : `${script}: ${format === 'xz' ? 65 : 92}: cannot open ${name}: ${what}\n`,
    );
    return undefined;
  }
  const found = formatOf(read.text);
  if (found === undefined) return read.text;
  const result = decompress(found, read.text);
  if (!('problem' in result)) return result.text;
  tool.note(`\n${found}: ${name}: ${result.problem}\n`);
  return undefined;
}

function* child(tool: Tool, argv: readonly string[], inputs: ReadonlyMap<number, string>): Step<number> {
  const fds = tool.standardStreams();
  for (const [fd, text] of inputs) {
    const { reader, writer } = tool.context.host.streams.pipe();
    writer.retain();
    writer.write(text);
    writer.close();
    fds.set(fd, reader);
  }
  const status = yield* tool.runChild(argv, { fds });
  return 'errno' in status ? TROUBLE : (status.code ?? TROUBLE);
}
