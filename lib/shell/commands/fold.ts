/** fold(1) of GNU coreutils: columns are bytes there, but for tab, backspace and carriage return. */
import { byteLength, bytesFromText, textFromBytes } from '../../std/bytes';
import { valueOf } from './getopt';
import { eachLine } from './each-line';
import { quoteValue } from './quoting';
import type { Command, Tool, ToolRun } from './tool';

export const fold: Command = {
  name: 'fold',
  package: 'coreutils',
  paths: ['/usr/bin/fold'],
  synopsis: 'fold [OPTION]... [FILE]...',
  summary: 'Wrap input lines in each FILE, writing to standard output.',
  run,
};

function* run(tool: Tool): ToolRun {
  const { options, operands } = tool.options({
    short: 'bsw:0123456789',
    long: { bytes: 'b', spaces: 's', 'width:': 'w' },
  });
  let width = 80;
  // `-72`, `-b3`: digits are a width as well.
  const digits = options.filter(({ name }) => /^\d$/.test(name)).map(({ name }) => name);
  if (digits.length > 0) width = Number(digits.join(''));
  for (const option of options) {
    if (option.name !== 'w') continue;
    const text = valueOf(option);
    if (!/^\d+$/.test(text)) tool.fail(`invalid number of columns: ${quoteValue(text)}`);
    if (Number(text) === 0)
      tool.fail(`invalid number of columns: ${quoteValue(text)}: Numerical result out of range`);
    width = Number(text);
  }
  const settings = {
    width,
    countBytes: options.some((option) => option.name === 'b'),
    atSpaces: options.some((option) => option.name === 's'),
  };
  return yield* eachLine(tool, operands, (line) => tool.print(folded(line, settings)));
}

function advance(column: number, byte: number, countBytes: boolean): number {
  if (countBytes) return column + 1;
  if (byte === 8) return Math.max(0, column - 1);
  if (byte === 13) return 0;
  return byte === 9 ? column + 8 - (column % 8) : column + 1;
}

function folded(line: string, settings: { width: number; countBytes: boolean; atSpaces: boolean }): string {
  if (byteLength(line) <= settings.width && !/[\t\r\b]/.test(line)) return line;
  const bytes = bytesFromText(line);
  const out: number[] = [];
  let start = 0;
  let column = 0;
  for (const byte of bytes) {
    if (byte === 10) {
      out.push(byte);
      start = out.length;
      column = 0;
      continue;
    }
    const next = advance(column, byte, settings.countBytes);
    if (next <= settings.width || out.length === start) {
      out.push(byte);
      column = next;
      continue;
    }
    const space = settings.atSpaces ? lastBlank(out, start) : -1;
    if (space >= 0) {
      out.splice(space + 1, 0, 10);
      start = space + 2;
    } else {
      out.push(10);
      start = out.length;
    }
    column = 0;
    for (let i = start; i < out.length; i++) column = advance(column, out[i] ?? 0, settings.countBytes);
    // A tab may not fit after the break either.
    column = advance(column, byte, settings.countBytes);
    out.push(byte);
  }
  return textFromBytes(Uint8Array.from(out));
}

function lastBlank(bytes: readonly number[], from: number): number {
  for (let i = bytes.length - 1; i >= from; i--) if (bytes[i] === 32 || bytes[i] === 9) return i;
  return -1;
}
