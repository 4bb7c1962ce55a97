/** base64(1) and base32(1) of GNU coreutils 9.1. */
import { bytesFromText, textFromBytes } from '../../std/bytes';
import { decodeBase32, decodeBase64, encodeBase32, encodeBase64 } from '../../std/base64';
import { errnoText } from './errno-text';
import { valueOf } from './getopt';
import { quoteFileIfNeeded, quoteValue } from './quoting';
import type { Command, Tool, ToolRun } from './tool';

interface Coding {
  readonly alphabet: RegExp;
  readonly group: number;
  readonly encode: (bytes: Uint8Array) => string;
  readonly decode: (text: string) => Uint8Array | undefined;
}
const CODING64: Coding = { alphabet: /[A-Za-z0-9+/=]/, group: 4, encode: encodeBase64, decode: decodeBase64 };
const CODING32: Coding = { alphabet: /[A-Z2-7=]/, group: 8, encode: encodeBase32, decode: decodeBase32 };

function command(name: string, coding: Coding): Command {
  return {
    name,
    package: 'coreutils',
    paths: [`/usr/bin/${name}`],
    synopsis: `${name} [OPTION]... [FILE]`,
    summary: `${name === 'base64' ? 'Base64' : 'Base32'} encode or decode FILE, or standard input, to standard output.`,
    run: (tool) => run(tool, coding),
  };
}
export const base64 = command('base64', CODING64);
export const base32 = command('base32', CODING32);

function* run(tool: Tool, coding: Coding): ToolRun {
  let decodes = false;
  let ignoresGarbage = false;
  let width = 76;
  const { options, operands } = tool.options({
    short: 'diw:',
    long: { decode: 'd', 'ignore-garbage': 'i', 'wrap:': 'w' },
  });
  for (const option of options) {
    if (option.name === 'd') decodes = true;
    else if (option.name === 'i') ignoresGarbage = true;
    else if (option.name === 'w') {
      if (!/^\d+$/.test(valueOf(option))) tool.fail(`invalid wrap size: ${quoteValue(valueOf(option))}`);
      width = Number(valueOf(option));
    }
  }
  const [name = '-', extra] = operands;
  if (extra !== undefined) return tool.misuse(`extra operand ${quoteValue(extra)}`);
  const read = yield* tool.readFile(name);
  if (typeof read === 'string')
    return tool.fail(
      read === 'EISDIR' ? `read error: ${errnoText(read)}` : `${quoteFileIfNeeded(name)}: ${errnoText(read)}`,
    );
  if (!decodes) {
    const text = coding.encode(bytesFromText(read.text));
    if (width === 0) tool.print(text);
    else for (let at = 0; at < text.length; at += width) tool.line(text.slice(at, at + width));
    return 0;
  }
  return decode(tool, coding, read.text, ignoresGarbage);
}

/** What is valid comes out, then the complaint. */
function decode(tool: Tool, coding: Coding, source: string, ignoresGarbage: boolean): number {
  const characters = [...source.replace(/\n/g, '')].filter(
    (character) => !ignoresGarbage || coding.alphabet.test(character),
  );
  const bytes: number[] = [];
  let isBad = false;
  for (let at = 0; at < characters.length; at += coding.group) {
    const group = characters.slice(at, at + coding.group).join('');
    const good = /^[^=]*/.exec(group)?.[0] ?? '';
    const clean = [...good].every((character) => coding.alphabet.test(character));
    const part = clean
      ? good
      : [...good]
          .slice(
            0,
            [...good].findIndex((c) => !coding.alphabet.test(c)),
          )
          .join('');
    bytes.push(...(coding.decode(part) ?? []));
    if (!clean || group.length < coding.group || !/^[^=]+=*$/.test(group)) {
      isBad = true;
      break;
    }
  }
  tool.print(textFromBytes(Uint8Array.from(bytes)));
  if (isBad) tool.complain('invalid input');
  return isBad ? 1 : 0;
}
