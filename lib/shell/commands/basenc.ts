/** basenc(1) of GNU coreutils 9.1. Not modelled: --z85. */
import { bytesFromText, textFromBytes } from '../../std/bytes';
import { encodeBase32, encodeBase64 } from '../../std/base64';
import { errnoText } from './errno-text';
import { valueOf } from './getopt';
import { quoteFileIfNeeded, quoteValue } from './quoting';
import type { Command, Tool, ToolRun } from './tool';

export const basenc: Command = {
  name: 'basenc',
  package: 'coreutils',
  paths: ['/usr/bin/basenc'],
  synopsis: 'basenc [OPTION]... [FILE]',
  summary: 'Encode or decode FILE, or standard input, to standard output.',
  run,
};

/** Symbols of a code in the order of their values, and how many of them stand for how many bytes. */
interface Code {
  readonly symbols: string;
  readonly bits: number;
  readonly padding: boolean;
  readonly lowFirst?: boolean;
}
const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const CODES: Readonly<Record<string, Code>> = {
  base64: { symbols: BASE64, bits: 6, padding: true },
  base64url: { symbols: BASE64.replace('+/', '-_'), bits: 6, padding: true },
  base32: { symbols: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', bits: 5, padding: true },
  base32hex: { symbols: '0123456789ABCDEFGHIJKLMNOPQRSTUV', bits: 5, padding: true },
  base16: { symbols: '0123456789ABCDEF', bits: 4, padding: false },
  base2msbf: { symbols: '01', bits: 1, padding: false },
  base2lsbf: { symbols: '01', bits: 1, padding: false, lowFirst: true },
};

function* run(tool: Tool): ToolRun {
  const { options, operands } = tool.options({
    short: 'diw:',
    long: {
      decode: 'd',
      'ignore-garbage': 'i',
      'wrap:': 'w',
      ...Object.fromEntries(Object.keys(CODES).map((name) => [name, name])),
    },
  });
  let code: Code | undefined;
  let width = 76;
  for (const option of options) {
    code = CODES[option.name] ?? code;
    if (option.name !== 'w') continue;
    if (!/^\d+$/.test(valueOf(option))) tool.fail(`invalid wrap size: ${quoteValue(valueOf(option))}`);
    width = Number(valueOf(option));
  }
  const has = (name: string): boolean => options.some((option) => option.name === name);
  if (code === undefined) return tool.misuse('missing encoding type');
  const [name = '-', extra] = operands;
  if (extra !== undefined) return tool.misuse(`extra operand ${quoteValue(extra)}`);
  const read = yield* tool.readFile(name);
  if (typeof read === 'string') return tool.fail(`${quoteFileIfNeeded(name)}: ${errnoText(read)}`);
  if (has('d')) return decode(tool, code, read.text, has('i'));
  const text = encode(code, bytesFromText(read.text));
  if (width === 0) tool.print(text);
  else for (let at = 0; at < text.length; at += width) tool.line(text.slice(at, at + width));
  return 0;
}

function encode({ symbols, bits, lowFirst }: Code, bytes: Uint8Array): string {
  if (bits >= 5) {
    const plain = bits === 6 ? encodeBase64(bytes) : encodeBase32(bytes);
    const usual = bits === 6 ? CODES.base64?.symbols : CODES.base32?.symbols;
    return [...plain].map((one) => symbols[usual?.indexOf(one) ?? -1] ?? one).join('');
  }
  let out = '';
  for (const byte of bytes)
    for (let at = 0; at < 8; at += bits)
      out += symbols[(byte >> (lowFirst === true ? at : 8 - bits - at)) & ((1 << bits) - 1)] ?? '';
  return out;
}

/** What is valid comes out, then the complaint. */
function decode(tool: Tool, code: Code, text: string, ignoresGarbage: boolean): number {
  const { symbols, bits, padding, lowFirst } = code;
  const given = [...text.replace(/\n/g, '')].filter(
    (one) => !ignoresGarbage || symbols.includes(one) || (padding && one === '='),
  );
  const bytes: number[] = [];
  let pending = 0;
  let count = 0;
  let isBad = false;
  const group = bits === 6 ? 4 : bits === 5 ? 8 : 8 / bits;
  for (const one of given) {
    if (padding && one === '=') break;
    const value = symbols.indexOf(bits === 4 ? one.toUpperCase() : one);
    if (value < 0) {
      isBad = true;
      break;
    }
    if (lowFirst === true) pending |= value << count;
    else pending = (pending << bits) | value;
    count += bits;
    if (count < 8) continue;
    count -= 8;
    bytes.push(lowFirst === true ? pending : (pending >> count) & 255);
    pending = lowFirst === true ? 0 : pending & ((1 << count) - 1);
  }
  if (given.length % group !== 0) isBad = true;
  tool.print(textFromBytes(Uint8Array.from(bytes)));
  if (isBad) tool.complain('invalid input');
  return isBad ? 1 : 0;
}
