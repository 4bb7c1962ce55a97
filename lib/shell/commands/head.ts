/** head(1) of GNU coreutils. */
import { byteLength, bytesFromText, textFromBytes } from '../../std/bytes';
import type { Stream } from '../../world/process.contract';
import { valueOf } from './getopt';
import { LineReader } from './line-reader';
import { inputName, inputsOf, openOperand } from './operands';
import { quoteValue } from './quoting';
import { parseSize } from './sizes';
import type { Command, Step, Tool, ToolRun } from './tool';

export const head: Command = {
  name: 'head',
  package: 'coreutils',
  paths: ['/usr/bin/head'],
  synopsis: 'head [OPTION]... [FILE]...',
  summary: 'Print the first 10 lines of each FILE to standard output.',
  run,
  // What fills stdio's buffer is written at once, the rest when it ends.
  writeError: (reason, length) =>
    `${length >= 4096 ? "error writing 'standard output'" : 'write error'}: ${reason}`,
};

interface Settings {
  unit: 'lines' | 'bytes';
  count: number;
  allButLast: boolean;
  terminator: string;
  headers: 'auto' | 'always' | 'never';
}

function* run(tool: Tool): ToolRun {
  const settings: Settings = {
    unit: 'lines',
    count: 10,
    allButLast: false,
    terminator: '\n',
    headers: 'auto',
  };
  const args = oldSyntax(tool, settings);
  const { options, operands } = tool.options(
    {
      short: 'c:n:qvz0123456789',
      long: { 'bytes:': 'c', 'lines:': 'n', quiet: 'q', silent: 'q', verbose: 'v', 'zero-terminated': 'z' },
    },
    { args },
  );
  for (const option of options) {
    if (option.name === 'c' || option.name === 'n')
      setCount(tool, settings, option.name === 'c' ? 'bytes' : 'lines', valueOf(option));
    else if (option.name === 'q') settings.headers = 'never';
    else if (option.name === 'v') settings.headers = 'always';
    else if (option.name === 'z') settings.terminator = '\0';
    else tool.misuse(`invalid trailing option -- ${option.name}`);
  }
  const names = inputsOf(operands);
  const withHeaders = settings.headers === 'always' || (settings.headers === 'auto' && names.length > 1);
  let code = 0;
  let isFirst = true;
  for (const name of names) {
    const stream = openOperandWithHeader(tool, name, withHeaders, isFirst);
    if (stream === undefined) code = 1;
    else {
      isFirst = false;
      yield* copy(tool, stream, settings);
      tool.close(stream);
    }
  }
  return code;
}

function openOperandWithHeader(
  tool: Tool,
  name: string,
  withHeaders: boolean,
  isFirst: boolean,
): Stream | undefined {
  const header = (): void => {
    if (withHeaders) tool.print(`${isFirst ? '' : '\n'}==> ${inputName(name)} <==\n`);
  };
  if (tool.isDirectory(name)) header();
  const stream = openOperand(tool, name, 'reading');
  if (stream !== undefined) header();
  return stream;
}

/** `head -5`, `head -5c`. */
function oldSyntax(tool: Tool, settings: Settings): readonly string[] {
  const [first = '', ...rest] = tool.args;
  const match = /^-(\d+)([bcklmqvz]*)(.?)/.exec(first);
  if (match === null) return tool.args;
  const [, digits = '', letters = '', wrong = ''] = match;
  if (wrong !== '') tool.misuse(`invalid trailing option -- ${wrong}`);
  settings.count = Number(digits);
  for (const letter of letters) {
    if ('bckm'.includes(letter)) settings.unit = 'bytes';
    if (letter === 'b') settings.count *= 512;
    else if (letter === 'k') settings.count *= 1024;
    else if (letter === 'm') settings.count *= 1024 * 1024;
    else if (letter === 'l') settings.unit = 'lines';
    else if (letter === 'q') settings.headers = 'never';
    else if (letter === 'v') settings.headers = 'always';
    else if (letter === 'z') settings.terminator = '\0';
  }
  return rest;
}

function setCount(tool: Tool, settings: Settings, unit: Settings['unit'], text: string): void {
  settings.unit = unit;
  settings.allButLast = text.startsWith('-');
  const size = parseSize(settings.allButLast ? text.slice(1) : text);
  if (typeof size === 'string')
    tool.fail(`invalid number of ${unit}: ${quoteValue(settings.allButLast ? text.slice(1) : text)}`);
  settings.count = size;
}

function copy(tool: Tool, stream: Stream, settings: Settings): Step {
  if (settings.unit === 'bytes')
    return settings.allButLast
      ? bytesButLast(tool, stream, settings.count)
      : firstBytes(tool, stream, settings.count);
  return settings.allButLast ? linesButLast(tool, stream, settings) : firstLines(tool, stream, settings);
}

function* firstLines(tool: Tool, stream: Stream, settings: Settings): Step {
  const reader = new LineReader(tool, stream, settings.terminator);
  for (let i = 0; i < settings.count; i++) {
    const line = reader.ready() ?? (yield* reader.next());
    if (line === undefined) return;
    tool.print(line);
    if (tool.isPressed) yield* tool.drain();
  }
  reader.unread();
}

function* linesButLast(tool: Tool, stream: Stream, settings: Settings): Step {
  const reader = new LineReader(tool, stream, settings.terminator);
  const kept: string[] = [];
  let next = 0;
  for (;;) {
    const line = reader.ready() ?? (yield* reader.next());
    if (line === undefined) return;
    if (settings.count === 0) tool.print(line);
    else {
      if (next >= settings.count) tool.print(kept[next % settings.count] ?? '');
      kept[next % settings.count] = line;
      next++;
    }
    if (tool.isPressed) yield* tool.drain();
  }
}

function* firstBytes(tool: Tool, stream: Stream, count: number): Step {
  let left = count;
  while (left > 0) {
    // A character has at least one byte: never more is read than is wanted.
    const text = stream.read(Math.min(left, 65_536));
    if (text === undefined) {
      yield { streams: [stream] };
      continue;
    }
    if (text === '') return;
    const length = byteLength(text);
    tool.print(length <= left ? text : textFromBytes(bytesFromText(text).subarray(0, left)));
    left -= length;
    if (tool.isPressed) yield* tool.drain();
  }
}

function* bytesButLast(tool: Tool, stream: Stream, count: number): Step {
  const bytes = bytesFromText(yield* tool.context.readAll(stream));
  tool.print(textFromBytes(bytes.subarray(0, Math.max(0, bytes.length - count))));
}
