/** paste(1) of GNU coreutils. */
import { errnoText } from './errno-text';
import { valueOf } from './getopt';
import { chomp, LineReader } from './line-reader';
import { inputsOf, openOperand } from './operands';
import { quoteFileIfNeeded, quoteValue } from './quoting';
import type { Command, Step, Tool, ToolRun } from './tool';

export const paste: Command = {
  name: 'paste',
  package: 'coreutils',
  paths: ['/usr/bin/paste'],
  synopsis: 'paste [OPTION]... [FILE]...',
  summary:
    'Write lines consisting of the sequentially corresponding lines from\neach FILE, separated by TABs, to standard output.',
  run,
};

function* run(tool: Tool): ToolRun {
  const { options, operands } = tool.options({
    short: 'd:sz',
    long: { 'delimiters:': 'd', serial: 's', 'zero-terminated': 'z' },
  });
  const written = options.findLast((option) => option.name === 'd');
  const delimiters = parseDelimiters(tool, written === undefined ? '\t' : valueOf(written));
  const terminator = options.some((option) => option.name === 'z') ? '\0' : '\n';
  const names = inputsOf(operands);
  if (options.some((option) => option.name === 's'))
    return yield* serial(tool, names, delimiters, terminator);
  return yield* parallel(tool, names, delimiters, terminator);
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  '0': '',
  '\\': '\\',
  b: '\b',
  f: '\f',
  r: '\r',
  v: '\v',
};

function parseDelimiters(tool: Tool, text: string): string[] {
  if (text === '') return [''];
  const out: string[] = [];
  for (let i = 0; i < text.length; i++) {
    const character = text[i] ?? '';
    if (character !== '\\') out.push(character);
    else if (i + 1 >= text.length)
      tool.fail(
        `delimiter list ends with an unescaped backslash: ${quoteValue(text).replace(/\\\\/g, '\\').replace(/[‘’]/g, '')}`,
      );
    else {
      const letter = text[++i] ?? '';
      out.push(ESCAPES[letter] ?? letter);
    }
  }
  return out;
}

function* serial(
  tool: Tool,
  names: readonly string[],
  delimiters: readonly string[],
  terminator: string,
): Step<number> {
  let code = 0;
  for (const name of names) {
    const stream = openOperand(tool, name);
    if (stream === undefined) {
      code = 1;
      continue;
    }
    const reader = new LineReader(tool, stream, terminator);
    for (let count = 0; ; count++) {
      const line = reader.ready() ?? (yield* reader.next());
      if (line === undefined) break;
      if (count > 0) tool.print(delimiters[(count - 1) % delimiters.length] ?? '');
      tool.print(chomp(line, terminator));
      if (tool.isPressed) yield* tool.drain();
    }
    tool.print(terminator);
    tool.close(stream);
  }
  return code;
}

function* parallel(
  tool: Tool,
  names: readonly string[],
  delimiters: readonly string[],
  terminator: string,
): Step<number> {
  const shared = new LineReader(tool, tool.context.stdin, terminator);
  const readers: (LineReader | undefined)[] = [];
  let code = 0;
  for (const name of names) {
    const stream = name === '-' ? tool.context.stdin : tool.open(name);
    if (typeof stream === 'string') return tool.fail(`${quoteFileIfNeeded(name)}: ${errnoText(stream)}`);
    if (stream.readProblem === undefined)
      readers.push(name === '-' ? shared : new LineReader(tool, stream, terminator));
    else {
      tool.complain(`${quoteFileIfNeeded(name)}: ${errnoText(stream.readProblem)}`);
      code = 1;
      readers.push(undefined);
    }
  }
  for (;;) {
    let row = '';
    let any = false;
    for (let i = 0; i < readers.length; i++) {
      const reader = readers[i];
      const line = reader === undefined ? undefined : (reader.ready() ?? (yield* reader.next()));
      if (line === undefined) readers[i] = undefined;
      else any = true;
      row += chomp(line ?? '', terminator);
      if (i < readers.length - 1) row += delimiters[i % delimiters.length] ?? '';
    }
    if (!any) return code;
    tool.print(row + terminator);
    if (tool.isPressed) yield* tool.drain();
  }
}
