/** cmp(1) of GNU diffutils 3.8. */
import { bytesFromText } from '../../../std/bytes';
import { errnoText } from '../errno-text';
import { valueOf } from '../getopt';
import { parseSize } from '../sizes';
import type { Command, Step, Tool, ToolRun } from '../tool';

export const cmp: Command = {
  name: 'cmp',
  package: 'diffutils',
  paths: ['/usr/bin/cmp'],
  synopsis: 'cmp [OPTION]... FILE1 [FILE2 [SKIP1 [SKIP2]]]',
  summary: 'Compare two files byte by byte.',
  run,
};

function* run(tool: Tool): ToolRun {
  let verbose = false;
  let silent = false;
  let printBytes = false;
  let limit = Number.POSITIVE_INFINITY;
  let skips: [number, number] = [0, 0];
  const { options, operands } = tool.options({
    short: 'bi:ln:s',
    long: {
      'print-bytes': 'b',
      'ignore-initial:': 'i',
      verbose: 'l',
      'bytes:': 'n',
      quiet: 's',
      silent: 's',
    },
  });
  for (const option of options) {
    if (option.name === 'l') verbose = true;
    else if (option.name === 's') silent = true;
    else if (option.name === 'b') printBytes = true;
    else if (option.name === 'n') limit = size(tool, valueOf(option), '--bytes');
    else if (option.name === 'i') {
      const [first = '0', second = first] = valueOf(option).split(':');
      skips = [skip(tool, first), skip(tool, second)];
    }
  }
  if (verbose && silent) return tool.misuse('options -l and -s are incompatible', 2);
  const [a, b = '-', skipA, skipB, extra] = operands;
  if (a === undefined) return tool.misuse(`missing operand after '${tool.args.at(-1) ?? tool.shortName}'`, 2);
  if (extra !== undefined) return tool.misuse(`extra operand '${extra}'`, 2);
  if (skipA !== undefined) skips[0] = skip(tool, skipA);
  if (skipB !== undefined) skips[1] = skip(tool, skipB);
  const first = yield* bytesOf(tool, a, silent);
  const second = first === undefined ? undefined : yield* bytesOf(tool, b, silent);
  if (first === undefined || second === undefined) return 2;
  const left = first.subarray(skips[0], skips[0] + Math.min(limit, first.length));
  const right = second.subarray(skips[1], skips[1] + Math.min(limit, second.length));
  const sizes = [a, b].flatMap((name) => {
    const path = name === '-' ? tool.context.stdin.path : name;
    const info = path === undefined ? undefined : tool.stat(path);
    return info !== undefined && 'kind' in info && info.kind === 'file' ? [info.size] : [];
  });
  return verbose
    ? all(tool, { left, right, a, b, printBytes, sizes })
    : firstDifference(tool, { left, right, a, b, silent, printBytes });
}

const LARGEST_OFFSET = '9223372036854775807';

function size(tool: Tool, text: string, option: string): number {
  const number = parseSize(text);
  return typeof number === 'number' ? number : tool.misuse(`invalid ${option} value '${text}'`, 2);
}

function skip(tool: Tool, text: string): number {
  return size(tool, text, '--ignore-initial');
}

function* bytesOf(tool: Tool, name: string, silent: boolean): Step<Uint8Array | undefined> {
  const read = name !== '-' && tool.isDirectory(name) ? 'EISDIR' : yield* tool.readFile(name);
  if (typeof read !== 'string') return bytesFromText(read.text);
  if (!silent) tool.complain(`${name}: ${errnoText(read)}`);
  return undefined;
}

function all(
  tool: Tool,
  given: { left: Uint8Array; right: Uint8Array; a: string; b: string; printBytes: boolean; sizes: number[] },
): number {
  const { left, right, a, b, printBytes, sizes } = given;
  const length = Math.min(left.length, right.length);
  // As wide as the shorter file needs it; of pipes nobody knows the size.
  const width = sizes.length === 0 ? LARGEST_OFFSET.length : String(Math.min(...sizes)).length;
  let result = 0;
  for (let i = 0; i < length; i++) {
    if (left[i] === right[i]) continue;
    result = 1;
    const octal = (byte: number | undefined): string => (byte ?? 0).toString(8).padStart(3);
    const shown = printBytes
      ? `${byteText(left[i]).padEnd(8)} ${byteText(right[i])}`
      : `${octal(left[i])} ${octal(right[i])}`;
    tool.line(`${String(i + 1).padStart(width)} ${shown}`);
  }
  if (left.length === right.length) return result;
  tool.complain(`EOF on ${left.length < right.length ? a : b} after byte ${length}`);
  return 1;
}

function firstDifference(
  tool: Tool,
  given: { left: Uint8Array; right: Uint8Array; a: string; b: string; silent: boolean; printBytes: boolean },
): number {
  const { left, right, a, b, silent, printBytes } = given;
  const length = Math.min(left.length, right.length);
  let line = 1;
  for (let i = 0; i < length; i++) {
    if (left[i] !== right[i]) {
      const shown = printBytes ? ` is ${byteText(left[i])} ${byteText(right[i])}` : '';
      if (!silent) tool.line(`${a} ${b} differ: byte ${i + 1}, line ${line}${shown}`);
      return 1;
    }
    if (left[i] === 10) line++;
  }
  if (left.length === right.length) return 0;
  if (silent) return 1;
  const name = left.length < right.length ? a : b;
  if (length === 0) tool.complain(`EOF on ${name} which is empty`);
  else {
    const last = left[length - 1] === 10 ? `line ${line - 1}` : `in line ${line}`;
    tool.complain(`EOF on ${name} after byte ${length}, ${last}`);
  }
  return 1;
}

function byteText(byte = 0): string {
  const octal = byte.toString(8).padStart(3);
  const low = byte & 127;
  const plain =
    low < 32 ? `^${String.fromCharCode(low + 64)}` : low === 127 ? '^?' : String.fromCharCode(low);
  return `${octal} ${byte >= 128 ? 'M-' : ''}${plain}`;
}
