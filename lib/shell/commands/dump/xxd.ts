/** xxd(1) of Vim 9.0. Not modelled: -b with -r, -E, -a, patching with -r at offsets beyond the file. */
import { bytesFromText, textFromBytes } from '../../../std/bytes';
import { errnoText } from '../errno-text';
import type { Command, Tool, ToolRun } from '../tool';

export const xxd: Command = {
  name: 'xxd',
  package: 'xxd',
  paths: ['/usr/bin/xxd'],
  synopsis: 'xxd [options] [infile [outfile]]',
  summary: 'Make a hex dump or do the reverse.',
  run,
};

interface Settings {
  plain: boolean;
  reverse: boolean;
  bits: boolean;
  include: boolean;
  upper: boolean;
  little: boolean;
  columns: number | undefined;
  group: number | undefined;
  limit: number;
  skip: number;
  /** Offsets in decimal. */
  decimal: boolean;
  /** Added to the offsets shown. */
  offset: number;
  /** -C: the variable's name in capitals. */
  capitals: boolean;
  /** -n: the variable's name. */
  name: string | undefined;
}

function* run(tool: Tool): ToolRun {
  tool.name = tool.shortName;
  const settings: Settings = {
    plain: false,
    reverse: false,
    bits: false,
    include: false,
    upper: false,
    little: false,
    columns: undefined,
    group: undefined,
    limit: Number.POSITIVE_INFINITY,
    skip: 0,
    decimal: false,
    offset: 0,
    capitals: false,
    name: undefined,
  };
  const operands = readOptions(tool, settings);
  const [input = '-', output] = operands;
  const read = yield* tool.readFile(input);
  if (typeof read === 'string') {
    tool.complain(read === 'EISDIR' ? errnoText(read) : `${input}: ${errnoText(read)}`);
    return 2;
  }
  const text = settings.reverse
    ? textFromBytes(reversed(read.text, settings))
    : dumped(read.text, settings, input);
  if (output === undefined || output === '-') tool.print(text);
  else {
    const stream = tool.create(output);
    if (typeof stream === 'string') return tool.fail(`${output}: Permission denied`, 3);
    stream.write(text);
  }
  return 0;
}

function readOptions(tool: Tool, settings: Settings): string[] {
  const operands: string[] = [];
  const args = [...tool.args];
  for (let argument = args.shift(); argument !== undefined; argument = args.shift()) {
    const match = /^--?([a-zA-Z])[a-z]*(0x[\da-fA-F]+|-?\d+)?$/.exec(argument);
    if (match === null || argument === '-') {
      operands.push(argument);
      continue;
    }
    const [, letter = '', attached] = match;
    const number = (): number => Number(attached ?? args.shift());
    switch (letter) {
      case 'p':
        settings.plain = true;
        break;
      case 'r':
        settings.reverse = true;
        break;
      case 'b':
        settings.bits = true;
        break;
      case 'i':
        settings.include = true;
        break;
      case 'u':
        settings.upper = true;
        break;
      case 'e':
        settings.little = true;
        break;
      case 'c':
        settings.columns = number();
        break;
      case 'g':
        settings.group = number();
        break;
      case 'l':
        settings.limit = number();
        break;
      case 's':
        settings.skip = number();
        break;
      case 'd':
        settings.decimal = true;
        break;
      case 'o':
        settings.offset = number();
        break;
      case 'C':
        settings.capitals = true;
        break;
      case 'n':
        settings.name = attached ?? args.shift();
        break;
      case 'a':
      case 'E':
        return tool.fail(`not modelled: -${letter}`);
      case 'v':
        return tool.version();
      default:
        tool.note(
          `Usage:\n       ${tool.name} [options] [infile [outfile]]\n    or\n       ${tool.name} -r [-s [-]offset] [-c cols] [-ps] [infile [outfile]]\n${XXD_OPTIONS}`,
        );
        return tool.misuseQuietly(1);
    }
  }
  return operands;
}

function dumped(text: string, settings: Settings, name: string): string {
  const all = bytesFromText(text);
  const skip = settings.skip < 0 ? Math.max(0, all.length + settings.skip) : settings.skip;
  const bytes = all.subarray(skip, skip + Math.min(settings.limit, all.length));
  const hex = (byte: number): string => {
    const digits = settings.bits ? byte.toString(2).padStart(8, '0') : byte.toString(16).padStart(2, '0');
    return settings.upper ? digits.toUpperCase() : digits;
  };
  if (settings.plain) {
    const columns = settings.columns ?? 30;
    let out = '';
    for (let at = 0; at < bytes.length; at += columns || bytes.length)
      out += `${[...bytes.subarray(at, at + (columns || bytes.length))].map(hex).join('')}\n`;
    return out;
  }
  if (settings.include)
    return included(bytes, settings.name ?? name, {
      columns: settings.columns ?? 12,
      capitals: settings.capitals,
    });
  const columns = settings.columns ?? (settings.bits ? 6 : 16);
  const group = (settings.group ?? (settings.bits ? 1 : settings.little ? 4 : 2)) || columns;
  const cell = settings.bits ? 8 : 2;
  const full = columns * cell + Math.ceil(columns / group);
  let out = '';
  for (let at = 0; at < bytes.length; at += columns) {
    const line = bytes.subarray(at, at + columns);
    let cells = '';
    for (let i = 0; i < line.length; i += group) {
      const part = [...line.subarray(i, i + group)].map(hex);
      cells += `${(settings.little ? part.reverse() : part).join('').padStart(settings.little ? group * cell : 0)} `;
    }
    const shown = [...line]
      .map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.'))
      .join('');
    const place = skip + at + settings.offset;
    out += `${place.toString(settings.decimal ? 10 : 16).padStart(8, '0')}: ${cells.padEnd(full)} ${shown}\n`;
  }
  return out;
}

function included(
  bytes: Uint8Array,
  name: string,
  { columns, capitals }: { readonly columns: number; readonly capitals: boolean },
): string {
  const items = [...bytes].map((byte) => `0x${byte.toString(16).padStart(2, '0')}`);
  const rows: string[] = [];
  for (let at = 0; at < items.length; at += columns)
    rows.push(`  ${items.slice(at, at + columns).join(', ')}`);
  const body = rows.join(',\n');
  if (name === '-') return `${body}\n`;
  const written = name.replace(/[^A-Za-z0-9_]/g, '_').replace(/^(?=\d)/, '__');
  const variable = capitals ? written.toUpperCase() : written;
  const length = `${variable}_${capitals ? 'LEN' : 'len'}`;
  return `unsigned char ${variable}[] = {\n${body}\n};\nunsigned int ${length} = ${bytes.length};\n`;
}

function reversed(text: string, settings: Settings): Uint8Array {
  const bytes: number[] = [];
  const add = (digits: string): void => {
    for (let i = 0; i + 1 < digits.length; i += 2) bytes.push(Number.parseInt(digits.slice(i, i + 2), 16));
  };
  for (const line of text.split('\n')) {
    if (settings.plain) add(line.replace(/[^\da-fA-F]/g, ''));
    else {
      const match = /^([\da-fA-F]+):\s?((?:[\da-fA-F]{2,}\s?)+)/.exec(line);
      if (match === null) continue;
      const columns = settings.columns ?? 16;
      const digits = (match[2] ?? '').replace(/\s/g, '').slice(0, columns * 2);
      const at = Number.parseInt(match[1] ?? '0', 16);
      while (bytes.length < at) bytes.push(0);
      bytes.length = Math.max(bytes.length, at);
      add(digits);
    }
  }
  return Uint8Array.from(bytes);
}

const XXD_OPTIONS = `Options:
    -a          toggle autoskip: A single '*' replaces nul-lines. Default off.
    -b          binary digit dump (incompatible with -ps,-i,-r). Default hex.
    -C          capitalize variable names in C include file style (-i).
    -c cols     format <cols> octets per line. Default 16 (-i: 12, -ps: 30).
    -E          show characters in EBCDIC. Default ASCII.
    -e          little-endian dump (incompatible with -ps,-i,-r).
    -g bytes    number of octets per group in normal output. Default 2 (-e: 4).
    -h          print this summary.
    -i          output in C include file style.
    -l len      stop after <len> octets.
    -n name     set the variable name used in C include output (-i).
    -o off      add <off> to the displayed file position.
    -ps         output in postscript plain hexdump style.
    -r          reverse operation: convert (or patch) hexdump into binary.
    -r -s off   revert with <off> added to file positions found in hexdump.
    -d          show offset in decimal instead of hex.
    -s [+][-]seek  start at <seek> bytes abs. (or +: rel.) infile offset.
    -u          use upper case hex letters.
    -v          show version: "xxd 2022-01-14 by Juergen Weigert et al.".
`;
