/** od(1) of GNU coreutils 9.1. Not modelled: long double types, -S. */
import { bytesFromText } from '../../../std/bytes';
import { meaningOf, wordsOf } from '../argument-words';
import { errnoText } from '../errno-text';
import { valueOf } from '../getopt';
import { ESCAPES } from './escapes';
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
  /** `value` is the number of that many bytes, unsigned. */
  readonly show: (value: bigint, byte: number) => string;
  readonly trailer: boolean;
}

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

/** The shortest decimal that reads back as the same number, as gnulib's ftoastr finds it. */
function floating(size: 4 | 8): Format {
  const [least, most] = size === 4 ? [6, 9] : [15, 17];
  const show = (bits: bigint): string => {
    const view = new DataView(new ArrayBuffer(8));
    if (size === 4) view.setUint32(0, Number(bits));
    else view.setBigUint64(0, bits);
    const value = size === 4 ? view.getFloat32(0) : view.getFloat64(0);
    if (Number.isNaN(value)) return (bits >> BigInt(size * 8 - 1)) & 1n ? '-nan' : 'nan';
    if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf';
    if (value === 0) return Object.is(value, -0) ? '-0' : '0';
    const isDenormal = Math.abs(value) < (size === 4 ? 1.1754943508222875e-38 : 2.2250738585072014e-308);
    for (let digits = isDenormal ? 1 : least; ; digits++) {
      const text = value.toPrecision(digits);
      const back = size === 4 ? Math.fround(Number(text)) : Number(text);
      if (back === value || digits >= most) return generalForm(value, digits);
    }
  };
  return { size, width: size === 4 ? 15 : 24, show, trailer: false };
}

/** printf's %g. */
function generalForm(value: number, digits: number): string {
  const [mantissa = '', exponent = '0'] = value.toExponential(digits - 1).split('e');
  const power = Number(exponent);
  const trimmed = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);
  if (power >= -4 && power < digits) return trimmed(value.toFixed(Math.max(0, digits - 1 - power)));
  return `${trimmed(mantissa)}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

const SHORT: Readonly<Record<string, () => Format>> = {
  a: named,
  b: () => integer('o', 1),
  c: character,
  d: () => integer('u', 2),
  e: () => floating(8),
  f: () => floating(4),
  F: () => floating(8),
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
      'strings::': 'S',
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
    else if (option.name === 'S') return tool.fail('not modelled: -S');
    else if (option.name === 'w') perLine = value === '' ? 32 : Number(value);
  }
  if (formats.length === 0) formats.push(integer('o', 2));
  const least = Math.max(...formats.map((format) => format.size));
  if (perLine <= 0 || perLine % least !== 0) {
    tool.complain(`warning: invalid width ${perLine}; using ${least} instead`);
    perLine = least;
  }
  let text = '';
  let result = 0;
  let opened = 0;
  for (const name of inputsOf(operands)) {
    const read = yield* tool.readFile(name);
    if (typeof read === 'string') {
      tool.complain(`${quoteFileIfNeeded(name)}: ${errnoText(read)}`);
      result = 1;
      // A directory opens: it only has nothing to read.
      if (read === 'EISDIR') opened++;
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
    const float = /^f([FDL]|\d+)?(z)?/.exec(rest);
    if (float !== null) {
      const [whole, written = 'D', trailer] = float;
      const size = ({ F: 4, D: 8, L: 16 } as Record<string, number>)[written] ?? Number(written);
      if (size === 16) return tool.fail('not modelled: long double types');
      if (size !== 4 && size !== 8)
        return tool.fail(
          `invalid type string ${quoteValue(text)};\nthis system doesn't provide a ${size}-byte floating point type`,
        );
      formats.push({ ...floating(size), trailer: trailer !== undefined });
      rest = rest.slice(whole.length);
      continue;
    }
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
  // Columns of different formats stand under each other.
  const block = Math.max(
    ...given.formats.map(({ size, width }) => (width + 1) * Math.floor(given.perLine / size)),
  );
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
      tool.line(head + rowOf(line, format, block, given));
    });
  }
  if (given.radix !== 'n') tool.line(address(given.start + bytes.length));
}

/** @param block width of a whole line; what the fields leave of it is shared among them */
function rowOf(line: Uint8Array, format: Format, block: number, { perLine, isBig }: Dump): string {
  let out = '';
  const fields = Math.floor(perLine / format.size);
  const pad = block - format.width * fields;
  const padAfter = (left: number): number => Math.floor((pad * left) / fields);
  let left = fields;
  for (let at = 0; at < line.length; at += format.size) {
    let value = 0n;
    for (let i = 0; i < format.size; i++)
      value = (value << 8n) | BigInt(line[at + (isBig ? i : format.size - 1 - i)] ?? 0);
    out += format.show(value, line[at] ?? 0).padStart(padAfter(left) - padAfter(left - 1) + format.width);
    left--;
  }
  if (!format.trailer) return out;
  const text = [...line].map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.')).join('');
  return `${out}${' '.repeat(left * format.width + padAfter(left))}  >${text}<`;
}
