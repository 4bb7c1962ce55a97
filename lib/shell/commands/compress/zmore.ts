/**
 * zmore(1), zless(1), bzmore, xzmore and their like: pagers of what is unpacked.
 * Not modelled: keys; the texts are printed, as with an output that is no terminal.
 */
import { decompress, type Format, formatOf } from '../../../std/compress/formats';
import { errnoText } from '../errno-text';
import { inputsOf } from '../operands';
import type { PackageName } from '../packages';
import type { Command, Tool, ToolRun } from '../tool';

const make = (
  name: string,
  format: Format,
  fromPackage: PackageName,
  title: (file: string, count: number) => string,
): Command => ({
  name,
  package: fromPackage,
  paths: [`/usr/bin/${name}`],
  synopsis: `${name} [OPTION]... [FILE]...`,
  summary: "Like 'more', but operate on the uncompressed contents of any compressed FILEs.",
  run: (tool) => run(tool, format, title),
});

const none = (): string => '';
const arrow = (file: string): string => `------> ${file} <------\n`;
const colons = (file: string, count: number): string =>
  count < 2 ? '' : `::::::::::::::\n${file}\n::::::::::::::\n`;

export const zless = make('zless', 'gzip', 'gzip', none);
export const zmore = make('zmore', 'gzip', 'gzip', colons);
export const bzless = make('bzless', 'bzip2', 'bzip2', arrow);
export const bzmore = make('bzmore', 'bzip2', 'bzip2', arrow);
export const xzless = make('xzless', 'xz', 'xz-utils', none);
export const xzmore = make('xzmore', 'xz', 'xz-utils', arrow);

function* run(tool: Tool, format: Format, title: (file: string, count: number) => string): ToolRun {
  const { operands } = tool.options({ short: '' });
  let code = 0;
  for (const name of inputsOf(operands)) {
    const read = yield* tool.readFile(name);
    tool.print(name === '-' ? '' : title(name, operands.length));
    if (typeof read === 'string') {
      tool.note(`${name.startsWith('-') ? format : name}: ${errnoText(read)}\n`);
      code = 1;
      continue;
    }
    const found = formatOf(read.text);
    const result = found === undefined ? { text: read.text } : decompress(found, read.text);
    if ('problem' in result) tool.note(`\n${format}: ${name}: ${result.problem}\n`);
    else tool.print(result.text);
    yield* tool.drain();
  }
  return code;
}
