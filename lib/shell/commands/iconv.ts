/** iconv(1) of glibc 2.36, for UTF-8, ASCII, Latin-1 and UTF-16. Not modelled: other character sets, //TRANSLIT's tables beyond accents. */
import { bytesFromText, textFromBytes } from '../../std/bytes';
import { errnoText } from './errno-text';
import { valueOf } from './getopt';
import { inputsOf } from './operands';
import type { Command, Tool, ToolRun } from './tool';

export const iconv: Command = {
  name: 'iconv',
  package: 'libc-bin',
  paths: ['/usr/bin/iconv'],
  synopsis: 'iconv [OPTION...] [FILE...]',
  summary: 'Convert encoding of given files from one encoding to another.',
  run,
};

type Charset = 'UTF-8' | 'ASCII' | 'LATIN1' | 'UTF-16' | 'UTF-16LE' | 'UTF-16BE';
const NAMES: ReadonlyMap<string, Charset> = new Map([
  ['UTF-8', 'UTF-8'],
  ['UTF8', 'UTF-8'],
  ['ASCII', 'ASCII'],
  ['US-ASCII', 'ASCII'],
  ['ANSI_X3.4-1968', 'ASCII'],
  ['ISO-8859-1', 'LATIN1'],
  ['ISO8859-1', 'LATIN1'],
  ['LATIN1', 'LATIN1'],
  ['UTF-16', 'UTF-16'],
  ['UTF-16LE', 'UTF-16LE'],
  ['UTF-16BE', 'UTF-16BE'],
]);

function* run(tool: Tool): ToolRun {
  let from = 'UTF-8';
  let to = 'UTF-8';
  let output: string | undefined;
  let skips = false;
  const { options, operands } = tool.options({
    short: 'f:t:o:cls',
    long: { 'from-code:': 'f', 'to-code:': 't', 'output:': 'o', list: 'l', silent: 's' },
  });
  for (const option of options) {
    if (option.name === 'f') from = valueOf(option);
    else if (option.name === 't') to = valueOf(option);
    else if (option.name === 'o') output = valueOf(option);
    else if (option.name === 'c') skips = true;
    else if (option.name === 'l') {
      for (const name of NAMES.keys()) tool.line(`${name}//`);
      return 0;
    }
  }
  const [target = '', ...modes] = to.split('//');
  const source = NAMES.get(from.split('//')[0]?.toUpperCase() ?? '');
  const wanted = NAMES.get(target.toUpperCase());
  if (source === undefined || wanted === undefined)
    return tool.fail('failed to start conversion processing: No such file or directory');
  let out = '';
  let result = 0;
  for (const name of inputsOf(operands)) {
    const read = yield* tool.readFile(name);
    if (typeof read === 'string') {
      tool.complain(`cannot open input file \`${name}': ${errnoText(read)}`);
      result = 1;
      continue;
    }
    const decoded = decode(bytesFromText(read.text), source);
    const mode = modes.includes('TRANSLIT')
      ? TRANSLITERATE
      : skips || modes.includes('IGNORE')
        ? ''
        : undefined;
    const encoded = encode(decoded, wanted, mode);
    out += textFromBytes(encoded.bytes);
    if (encoded.failedAt !== undefined) {
      tool.complain(`illegal input sequence at position ${encoded.failedAt}`);
      result = 1;
    }
  }
  if (output === undefined) tool.print(out);
  else {
    const stream = tool.create(output);
    if (typeof stream === 'string') return tool.fail(`cannot open output file: ${errnoText(stream)}`);
    stream.write(out);
  }
  return result;
}

function decode(bytes: Uint8Array, charset: Charset): string {
  if (charset === 'UTF-8') return textFromBytes(bytes);
  // What is no ASCII stands as half a surrogate, which no charset has.
  if (charset === 'ASCII')
    return [...bytes].map((byte) => String.fromCharCode(byte < 128 ? byte : 0xdc00 + byte)).join('');
  if (charset === 'LATIN1') return [...bytes].map((byte) => String.fromCharCode(byte)).join('');
  let start = 0;
  let little = charset !== 'UTF-16BE';
  if (charset === 'UTF-16' && (bytes[0] ?? 0) + (bytes[1] ?? 0) === 0xfe + 0xff) {
    little = bytes[0] === 0xff;
    start = 2;
  }
  let text = '';
  for (let i = start; i + 1 < bytes.length; i += 2)
    text += String.fromCharCode(
      little ? (bytes[i] ?? 0) | ((bytes[i + 1] ?? 0) << 8) : ((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0),
    );
  return text;
}

/** //TRANSLIT: the letter without its accents, else a question mark. */
const TRANSLITERATE = 'translit';
function withoutMarks(character: string, largest: number): string {
  const bare = character.normalize('NFD').replace(/\p{M}/gu, '');
  return bare !== '' && [...bare].every((one) => (one.codePointAt(0) ?? 0) <= largest) ? bare : '?';
}

function encode(
  text: string,
  charset: Charset,
  substitute: string | undefined,
): { bytes: Uint8Array; failedAt: number | undefined } {
  if (charset === 'UTF-8') {
    const clean =
      substitute === undefined
        ? text
        : text.replace(/[\udc80-\udcff]/gu, substitute === TRANSLITERATE ? '?' : substitute);
    const bad = clean.search(/[\udc80-\udcff]/u);
    return {
      bytes: bytesFromText(bad < 0 ? clean : clean.slice(0, bad)),
      failedAt: bad < 0 ? undefined : bad,
    };
  }
  const bytes: number[] = [];
  if (charset === 'UTF-16') bytes.push(0xff, 0xfe);
  const largest = charset === 'ASCII' ? 127 : charset === 'LATIN1' ? 255 : 0xffff;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (largest < 0xffff && code > largest) {
      if (substitute === undefined) return { bytes: Uint8Array.from(bytes), failedAt: bytes.length };
      const instead = substitute === TRANSLITERATE ? withoutMarks(character, largest) : substitute;
      for (const letter of instead) bytes.push(letter.charCodeAt(0));
    } else if (largest < 0xffff) bytes.push(code);
    else
      for (let i = 0; i < character.length; i++) {
        const unit = character.charCodeAt(i);
        if (charset === 'UTF-16BE') bytes.push(unit >> 8, unit & 255);
        else bytes.push(unit & 255, unit >> 8);
      }
  }
  return { bytes: Uint8Array.from(bytes), failedAt: undefined };
}
