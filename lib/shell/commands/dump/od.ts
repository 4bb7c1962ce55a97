/** od(1) of GNU coreutils 9.1. Not modelled: float and long double types, -S. */
import { bytesFromText } from '../../../std/bytes';
import { meaningOf, wordsOf } from '../argument-words';
import { errnoText } from '../errno-text';
import { valueOf } from '../getopt';
import { inputsOf } from '../operands';
import { quoteFileIfNeeded, quoteValue } from '../quoting';
import type { Command, Tool, ToolRun } from '../tool';

export const od: Command = {
  name: 'od',
  package: 'coreutils',
  paths: ['/usr/bin/od'],
  synopsis: 'od [OPTION]... [FILE]...\nod [-abcdfilosx]... [FILE] [[+]OFFSET[.][b]]',
  summary: 'Write an unambiguous representation, octal bytes by default, of FILE to standard output.',
  run,
};

interface Format {
  readonly size: number;
  readonly width: number;
  readonly show: (value: bigint, byte: number) => string;
  readonly trailer: boolean;
}

const ESCAPES: Readonly<Record<number, string>> = {
  0: '\\0',
  7: '\\a',
  8: '\\b',
  9: '\\t',
  10: '\\n',
  11: '\\v',
  12: '\\f',
  13: '\\r',
};
const NAMES =
  'nul soh stx etx eot enq ack bel bs ht nl vt ff cr so si dle dc1 dc2 dc3 dc4 nak syn etb can em sub esc fs gs rs us sp'.split(
    ' ',
  );

function character(): Format {
  return {
    size: 1,
    width: 3,
    show: (_value, byte) =>
      ESCAPES[byte] ??
      (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : byte.toString(8).padStart(3, '0')),
    trailer: false,
  };
}
function named(): Format {
  return {
    size: 1,
    width: 3,
    show: (_value, byte) => {
      const low = byte & 127;
      return low === 127 ? 'del' : (NAMES[low] ?? String.fromCharCode(low));
    },
    trailer: false,
  };
}

const WIDTHS: Readonly<Record<string, readonly number[]>> = {
  o: [0, 3, 6, 0, 11, 0, 0, 0, 22],
  x: [0, 2, 4, 0, 8, 0, 0, 0, 16],
  u: [0, 3, 5, 0, 10, 0, 0, 0, 20],
  d: [0, 4, 6, 0, 11, 0, 0, 0, 20],
};

function integer(kind: 'o' | 'x' | 'u' | 'd', size: number): Format {
  const width = WIDTHS[kind]?.[size] ?? 22;
  const show = (value: bigint): string => {
    if (kind === 'd') return BigInt.asIntN(size * 8, value).toString();
    if (kind === 'u') return value.toString();
    return value.toString(kind === 'o' ? 8 : 16).padStart(width, '0');
  };
  return { size, width, show, trailer: false };
}

const SHORT: Readonly<Record<string, () => Format>> = {
  a: named,
  b: () => integer('o', 1),
  c: character,
  d: () => integer('u', 2),
  i: () => integer('d', 4),
  l: () => integer('d', 8),
  o: () => integer('o', 2),
  s: () => integer('d', 2),
  x: () => integer('x', 2),
};
const ENDIAN = wordsOf(['little', 'big']);
const SIZES: Readonly<Record<string, number>> = { C: 1, S: 2, I: 4, L: 8 };

function* run(tool: Tool): ToolRun {
  const formats: Format[] = [];
  let radix = 'o';
  let skip = 0;
  let limit = Number.POSITIVE_INFINITY;
  let perLine = 16;
  let showsAll = false;
  let isBig = false;
  const { options, operands } = tool.options({
    short: 'A:abcdeFfHhIij:LlN:OoS:st:vw::Xx',
    long: {
      'address-radix:': 'A',
      'skip-bytes:': 'j',
      'read-bytes:': 'N',
      'format:': 't',
      'output-duplicates': 'v',
      'width::': 'w',
      'endian:': 'endian',
    },
  });
  for (const option of options) {
    const value = valueOf(option);
    const short = SHORT[option.name];
    if (short !== undefined) formats.push(short());
    else if (option.name === 'A') {
      if (!/^[doxn]/.test(value))
        tool.fail(`invalid output address radix '${value[0] ?? ''}'; it must be one character from [doxn]`);
      radix = value[0] ?? 'o';
    } else if (option.name === 'j') skip = amount(tool, option.name, value);
    else if (option.name === 'N') limit = amount(tool, option.name, value);
    else if (option.name === 't') formats.push(...typesOf(tool, value));
    else if (option.name === 'v') showsAll = true;
    else if (option.name === 'endian') isBig = meaningOf(tool, ENDIAN, value, '--endian') === 'big';
    else if (option.name === 'w') perLine = value === '' ? 32 : Number(value);
  }
  if (formats.length === 0) formats.push(integer('o', 2));
  let text = '';
  let result = 0;
  let opened = 0;
  for (const name of inputsOf(operands)) {
    const read = yield* tool.readFile(name);
    if (typeof read === 'string') {
      tool.complain(`${quoteFileIfNeeded(name)}: ${errnoText(read)}`);
      result = 1;
    } else {
      opened++;
      text += read.text;
    }
  }
  if (opened === 0) return result;
  const all = bytesFromText(text);
  if (skip > all.length) return tool.fail('cannot skip past end of combined input');
  dump(tool, all.subarray(skip, skip + Math.min(limit, all.length)), {
    formats,
    radix,
    start: skip,
    perLine,
    showsAll,
    isBig,
  });
  return result;
}

function amount(tool: Tool, option: string, text: string): number {
  if (!/^(?:0x[0-9a-f]+|\d+[kKmMb]?)$/i.test(text)) tool.fail(`invalid -${option} argument '${text}'`);
  const unit = { k: 1024, K: 1024, m: 1_048_576, M: 1_048_576, b: 512 }[text.slice(-1)];
  return unit === undefined ? Number(text) : Number(text.slice(0, -1)) * unit;
}

function typesOf(tool: Tool, text: string): Format[] {
  const formats: Format[] = [];
  for (let rest = text; rest !== ''; ) {
    const match = /^([acdoux])([CSIL]|\d+)?(z)?/.exec(rest);
    if (match === null && rest.startsWith('f')) return tool.fail('not modelled: floating-point types');
    if (match === null)
      return tool.fail(`invalid character '${rest[0] ?? ''}' in type string ${quoteValue(text)}`);
    const [whole, kind = 'o', written = '4', trailer] = match;
    const size = SIZES[written] ?? Number(written);
    rest = rest.slice(whole.length);
    if (kind === 'a') formats.push(named());
    else if (kind === 'c') formats.push(character());
    else if (![1, 2, 4, 8].includes(size))
      return tool.fail(
        `invalid type string ${quoteValue(text)};\nthis system doesn't provide a ${size}-byte integral type`,
      );
    else
      formats.push({
        ...integer(kind === 'd' || kind === 'x' || kind === 'u' ? kind : 'o', size),
        trailer: trailer !== undefined,
      });
  }
  return formats;
}

interface Dump {
  readonly formats: readonly Format[];
  readonly radix: string;
  readonly start: number;
  readonly perLine: number;
  readonly showsAll: boolean;
  /** The first byte of a number is the highest. */
  readonly isBig: boolean;
}

function dump(tool: Tool, bytes: Uint8Array, given: Dump): void {
  const address = (at: number): string => {
    if (given.radix === 'n') return '';
    if (given.radix === 'd') return String(at).padStart(7, '0');
    return given.radix === 'x' ? at.toString(16).padStart(6, '0') : at.toString(8).padStart(7, '0');
  };
  const largest = Math.max(...given.formats.map(({ size }) => size));
  // Columns of different formats stand under each other.
  const block = Math.max(...given.formats.map(({ size, width }) => (width + 1) * (largest / size)));
  let last = '';
  let isRepeating = false;
  for (let at = 0; at < bytes.length; at += given.perLine) {
    const line = bytes.subarray(at, at + given.perLine);
    const key = line.join();
    if (!given.showsAll && at > 0 && key === last && line.length === given.perLine) {
      if (!isRepeating) tool.line('*');
      isRepeating = true;
      continue;
    }
    isRepeating = false;
    last = key;
    given.formats.forEach((format, i) => {
      const head = i === 0 ? address(given.start + at) : ' '.repeat(address(0).length);
      tool.line(head + rowOf(line, format, (block * format.size) / largest, given));
    });
  }
  if (given.radix !== 'n') tool.line(address(given.start + bytes.length));
}

function rowOf(line: Uint8Array, format: Format, width: number, { perLine, isBig }: Dump): string {
  let out = '';
  for (let at = 0; at < line.length; at += format.size) {
    let value = 0n;
    for (let i = 0; i < format.size; i++)
      value = (value << 8n) | BigInt(line[at + (isBig ? i : format.size - 1 - i)] ?? 0);
    out += format.show(value, line[at] ?? 0).padStart(width);
  }
  if (!format.trailer) return out;
  const missing = Math.ceil((perLine - line.length) / format.size);
  const text = [...line].map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.')).join('');
  return `${out}${' '.repeat(Math.max(0, missing) * width)}  >${text}<`;
}
