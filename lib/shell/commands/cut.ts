/** cut(1) of GNU coreutils. */
import { bytesFromText, textFromBytes } from '../../std/bytes';
import { valueOf } from './getopt';
import { chomp, LineReader } from './line-reader';
import { inputsOf, openOperand } from './operands';
import { quoteValue } from './quoting';
import type { Command, Tool, ToolRun } from './tool';

export const cut: Command = {
  name: 'cut',
  package: 'coreutils',
  paths: ['/usr/bin/cut'],
  synopsis: 'cut OPTION... [FILE]...',
  summary: 'Print selected parts of lines from each FILE to standard output.',
  run,
};

interface Range {
  readonly first: number;
  readonly last: number;
}
interface Settings {
  mode: 'bytes' | 'fields';
  ranges: readonly Range[];
  delimiter: string;
  outputDelimiter: string | undefined;
  onlyDelimited: boolean;
  terminator: string;
}

function* run(tool: Tool): ToolRun {
  const { options, operands } = tool.options({
    short: 'b:c:d:f:nsz',
    long: {
      'bytes:': 'b',
      'characters:': 'c',
      'fields:': 'f',
      'delimiter:': 'd',
      'only-delimited': 's',
      'output-delimiter:': 'output',
      complement: 'complement',
      'zero-terminated': 'z',
    },
  });
  const lists = options.filter((option) => 'bcf'.includes(option.name));
  const [list, second] = lists;
  if (second !== undefined) tool.misuse('only one list may be specified');
  const written = options.findLast((option) => option.name === 'd');
  if (written !== undefined && [...valueOf(written)].length > 1)
    tool.misuse('the delimiter must be a single character');
  if (list === undefined) return tool.misuse('you must specify a list of bytes, characters, or fields');
  const mode = list.name === 'f' ? 'fields' : 'bytes';
  const has = (name: string): boolean => options.some((option) => option.name === name);
  if (mode === 'bytes' && written !== undefined)
    tool.misuse('an input delimiter may be specified only when operating on fields');
  if (mode === 'bytes' && has('s'))
    tool.misuse('suppressing non-delimited lines makes sense\n\tonly when operating on fields');
  const ranges = parseRanges(tool, valueOf(list), mode);
  const output = options.findLast((option) => option.name === 'output');
  const settings: Settings = {
    mode,
    ranges: has('complement') ? complement(ranges) : ranges,
    delimiter: written === undefined ? '\t' : valueOf(written) === '' ? '\0' : valueOf(written),
    outputDelimiter: output === undefined ? undefined : valueOf(output),
    onlyDelimited: has('s'),
    terminator: has('z') ? '\0' : '\n',
  };
  let code = 0;
  for (const name of inputsOf(operands)) {
    const stream = openOperand(tool, name);
    if (stream === undefined) {
      code = 1;
      continue;
    }
    const reader = new LineReader(tool, stream, settings.terminator);
    for (;;) {
      const line = reader.ready() ?? (yield* reader.next());
      if (line === undefined) break;
      const text = chomp(line, settings.terminator);
      const selected = mode === 'fields' ? fields(text, settings) : bytes(text, settings);
      if (selected !== undefined) tool.print(selected + settings.terminator);
      if (tool.isPressed) yield* tool.drain();
    }
    tool.close(stream);
  }
  return code;
}

/** UINTMAX_MAX: no place is counted so far. */
const MOST = 2 ** 64 - 1;

function parseRanges(tool: Tool, list: string, mode: Settings['mode']): Range[] {
  const what = mode === 'fields' ? 'field' : 'byte/character position';
  const ranges: Range[] = [];
  for (const part of list.split(/[, \t]/)) {
    const match = /^(\d*)(-?)(\d*)$/.exec(part);
    if (match === null) return badPart(tool, part, mode);
    const [, from = '', dash = '', to = ''] = match;
    if (from === '' && to === '' && dash !== '') tool.misuse('invalid range with no endpoint: -');
    if ((from !== '' && Number(from) === 0) || (dash === '' && from === ''))
      tool.misuse(
        mode === 'fields' ? 'fields are numbered from 1' : 'byte/character positions are numbered from 1',
      );
    if (dash !== '' && to !== '' && Number(to) === 0) tool.misuse('invalid decreasing range');
    const most = [from, to].find((text) => Number(text) >= MOST);
    if (most !== undefined)
      tool.misuse(
        `${mode === 'fields' ? 'field number' : 'byte/character offset'} ${quoteValue(most)} is too large`,
      );
    const first = from === '' ? 1 : Number(from);
    const last = dash === '' ? first : to === '' ? Number.POSITIVE_INFINITY : Number(to);
    if (first > last) tool.misuse('invalid decreasing range');
    ranges.push({ first, last });
  }
  if (ranges.length === 0) tool.misuse(`missing list of ${what}s`);
  return merged(ranges);
}

function badPart(tool: Tool, part: string, mode: Settings['mode']): never {
  if (/^\d*-\d*-/.test(part))
    tool.misuse(mode === 'fields' ? 'invalid field range' : 'invalid byte or character range');
  const from = part.search(/[^\d-]/);
  return tool.misuse(
    `invalid ${mode === 'fields' ? 'field value' : 'byte/character position'} ${quoteValue(part.slice(Math.max(0, from === -1 ? 0 : from)))}`,
  );
}

function merged(ranges: readonly Range[]): Range[] {
  const out: Range[] = [];
  for (const range of [...ranges].sort((a, b) => a.first - b.first)) {
    const last = out[out.length - 1];
    if (last !== undefined && range.first <= last.last)
      out[out.length - 1] = { first: last.first, last: Math.max(last.last, range.last) };
    else out.push(range);
  }
  return out;
}

function complement(ranges: readonly Range[]): Range[] {
  const out: Range[] = [];
  let next = 1;
  for (const { first, last } of ranges) {
    if (first > next) out.push({ first: next, last: first - 1 });
    next = last + 1;
  }
  if (next !== Number.POSITIVE_INFINITY) out.push({ first: next, last: Number.POSITIVE_INFINITY });
  return out;
}

function fields(line: string, settings: Settings): string | undefined {
  if (!line.includes(settings.delimiter)) return settings.onlyDelimited ? undefined : line;
  const parts = line.split(settings.delimiter);
  const chosen: string[] = [];
  for (const { first, last } of settings.ranges) {
    for (let i = first; i <= last && i <= parts.length; i++) chosen.push(parts[i - 1] ?? '');
  }
  return chosen.join(settings.outputDelimiter ?? settings.delimiter);
}

/** In Debian's cut, -c counts bytes as -b does. */
function bytes(line: string, settings: Settings): string {
  const all = bytesFromText(line);
  const pieces: string[] = [];
  for (const { first, last } of settings.ranges) {
    if (first > all.length) break;
    pieces.push(textFromBytes(all.subarray(first - 1, Math.min(last, all.length))));
  }
  return pieces.join(settings.outputDelimiter ?? '');
}
