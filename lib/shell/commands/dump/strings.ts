/** strings(1) of GNU Binutils 2.40. Not modelled: encodings other than single bytes, -a of object files' sections. */
import { bytesFromText } from '../../../std/bytes';
import { valueOf } from '../getopt';
import { inputsOf } from '../operands';
import type { Command, Tool, ToolRun } from '../tool';

export const strings: Command = {
  name: 'strings',
  package: 'binutils',
  paths: ['/usr/bin/strings'],
  synopsis: 'strings [option(s)] [file(s)]',
  summary: 'Display printable strings in [file(s)] (stdin by default)',
  run,
};

function* run(tool: Tool): ToolRun {
  let least = 4;
  let radix: string | undefined;
  let withName = false;
  const { options, operands } = tool.options({
    short: 'adfn:t:oe:s:w0123456789',
    long: { all: 'a', 'bytes:': 'n', 'radix:': 't', 'print-file-name': 'f', 'include-all-whitespace': 'w' },
  });
  let digits = '';
  for (const option of options) {
    if (option.name === 'n') least = Number(valueOf(option));
    else if (/^\d$/.test(option.name)) {
      digits += option.name;
      least = Number(digits);
    } else if (option.name === 't') radix = valueOf(option);
    else if (option.name === 'o') radix = 'o';
    else if (option.name === 'f') withName = true;
  }
  if (!(least >= 1)) return tool.fail(`invalid minimum string length ${least}`);
  let result = 0;
  for (const name of inputsOf(operands)) {
    const read = yield* tool.readFile(name);
    if (typeof read === 'string') {
      tool.complain(read === 'EISDIR' ? `Warning: '${name}' is a directory` : `'${name}': No such file`);
      result = 1;
    } else
      show(tool, bytesFromText(read.text), {
        least,
        radix,
        prefix: withName ? `${name === '-' ? '{standard input}' : name}: ` : '',
      });
  }
  return result;
}

function show(
  tool: Tool,
  bytes: Uint8Array,
  given: { least: number; radix: string | undefined; prefix: string },
): void {
  let run = '';
  let start = 0;
  const flush = (): void => {
    if (run.length >= given.least) {
      const base = given.radix === 'x' ? 16 : given.radix === 'o' ? 8 : 10;
      const place = given.radix === undefined ? '' : `${start.toString(base).padStart(7)} `;
      tool.line(`${given.prefix}${place}${run}`);
    }
    run = '';
  };
  bytes.forEach((byte, i) => {
    if (byte === 9 || (byte >= 32 && byte < 127)) {
      if (run === '') start = i;
      run += String.fromCharCode(byte);
    } else flush();
  });
  flush();
}
