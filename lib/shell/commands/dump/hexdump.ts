/** hexdump(1) of util-linux 2.38 (bsdextrautils) and its short name hd. Not modelled: -f, -L, the end address of -e (%_A). */
import { bytesFromText } from '../../../std/bytes';
import { errnoText } from '../errno-text';
import { valueOf } from '../getopt';
import { ESCAPES } from './escapes';
import { inputsOf } from '../operands';
import { filled, formatBlock, type HexFormat, readHexFormat } from './hexdump-format';
import type { Command, Tool, ToolRun } from '../tool';

export const hexdump: Command = {
  name: 'hexdump',
  package: 'bsdextrautils',
  paths: ['/usr/bin/hexdump'],
  synopsis: 'hexdump [options] <file>...\nhd [options] <file>...',
  summary: 'Display file contents in hexadecimal, decimal, octal, or ascii.',
  run,
};
export const hd: Command = { ...hexdump, name: 'hd', paths: ['/usr/bin/hd'] };

type Style = 'words' | 'canonical' | 'octal' | 'characters' | 'decimal' | 'octalWords' | 'hexWords';

const STYLES: Readonly<Record<string, Style>> = {
  b: 'octal',
  c: 'characters',
  C: 'canonical',
  d: 'decimal',
  o: 'octalWords',
  x: 'hexWords',
};

function* run(tool: Tool): ToolRun {
  let style: Style = tool.shortName === 'hd' ? 'canonical' : 'words';
  let limit = Number.POSITIVE_INFINITY;
  let skip = 0;
  let showsAll = false;
  const formats: HexFormat[] = [];
  const { options, operands } = tool.options({
    short: 'bcCde:f:n:os:vxhV',
    long: {
      'one-byte-octal': 'b',
      'one-byte-char': 'c',
      canonical: 'C',
      'two-bytes-decimal': 'd',
      'two-bytes-octal': 'o',
      'two-bytes-hex': 'x',
      'length:': 'n',
      'skip:': 's',
      'no-squeezing': 'v',
    },
  });
  for (const option of options) {
    style = STYLES[option.name] ?? style;
    if (option.name === 'n') limit = amount(tool, 'length', valueOf(option));
    else if (option.name === 's') skip = amount(tool, 'offset', valueOf(option));
    else if (option.name === 'v') showsAll = true;
    else if (option.name === 'f') return tool.fail('not modelled: files of formats');
    else if (option.name === 'e') {
      const format = readHexFormat(valueOf(option));
      if (typeof format === 'string') return tool.fail(format);
      formats.push(format);
    }
  }
  let text = '';
  let failed = 0;
  for (const name of inputsOf(operands)) {
    const read = yield* tool.readFile(name);
    if (typeof read !== 'string') text += read.text;
    else {
      tool.complain(`${name}: ${errnoText(read)}`);
      // A directory opens: it only has nothing to read.
      if (read !== 'EISDIR') failed = 1;
    }
  }
  if (failed === 1 && text === '') {
    tool.complain('all input file arguments failed');
    return 1;
  }
  const all = bytesFromText(text);
  const bytes = all.subarray(skip, skip + Math.min(limit, all.length));
  if (formats.length > 0) showFormats(tool, bytes, filled(formats), { skip, showsAll });
  else show(tool, bytes, style, { skip, showsAll });
  return failed;
}

function amount(tool: Tool, what: string, text: string): number {
  const size = Number(text);
  if (text === '' || !Number.isInteger(size) || size < 0)
    return tool.fail(`failed to parse ${what}: '${text}': Invalid argument`);
  return size;
}

function showFormats(
  tool: Tool,
  bytes: Uint8Array,
  formats: readonly HexFormat[],
  given: { skip: number; showsAll: boolean },
): void {
  const size = Math.max(...formats.map((format) => format.bytes));
  let last = '';
  let isRepeating = false;
  for (let at = 0; size > 0 && at < bytes.length; at += size) {
    const block = bytes.subarray(at, at + size);
    const key = block.join();
    const isSame = !given.showsAll && at > 0 && key === last && block.length === size;
    if (isSame && !isRepeating) tool.line('*');
    isRepeating = isSame;
    last = key;
    if (!isSame) for (const format of formats) tool.print(formatBlock(format, block, at + given.skip));
  }
}

function show(tool: Tool, bytes: Uint8Array, style: Style, given: { skip: number; showsAll: boolean }): void {
  const width = style === 'canonical' ? 8 : 7;
  const address = (at: number): string => (at + given.skip).toString(16).padStart(width, '0');
  let last = '';
  let isRepeating = false;
  for (let at = 0; at < bytes.length; at += 16) {
    const line = bytes.subarray(at, at + 16);
    const key = line.join();
    if (!given.showsAll && at > 0 && key === last && line.length === 16) {
      if (!isRepeating) tool.line('*');
      isRepeating = true;
      continue;
    }
    isRepeating = false;
    last = key;
    tool.line(address(at) + rowOf(line, style));
  }
  if (bytes.length > 0) tool.line(address(bytes.length));
}

function rowOf(line: Uint8Array, style: Style): string {
  if (style === 'canonical') {
    let out = ' ';
    for (let i = 0; i < 16; i++) {
      const byte = line[i];
      out += `${i === 8 ? ' ' : ''} ${byte === undefined ? '  ' : byte.toString(16).padStart(2, '0')}`;
    }
    const text = [...line]
      .map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.'))
      .join('');
    return `${out}  |${text}|`;
  }
  let out = '';
  if (style === 'octal' || style === 'characters') {
    for (let i = 0; i < 16; i++) {
      const byte = line[i];
      if (byte === undefined) out += '    ';
      else if (style === 'octal') out += ` ${byte.toString(8).padStart(3, '0')}`;
      else
        out += (
          ESCAPES[byte] ??
          (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : byte.toString(8).padStart(3, '0'))
        ).padStart(4);
    }
    return out;
  }
  for (let i = 0; i < 16; i += 2) {
    const low = line[i];
    const word = (low ?? 0) | ((line[i + 1] ?? 0) << 8);
    const cell =
      style === 'words'
        ? ` ${word.toString(16).padStart(4, '0')}`
        : style === 'decimal'
          ? `   ${String(word).padStart(5, '0')}`
          : style === 'octalWords'
            ? `  ${word.toString(8).padStart(6, '0')}`
            : `    ${word.toString(16).padStart(4, '0')}`;
    out += low === undefined ? ' '.repeat(cell.length) : cell;
  }
  return out;
}
