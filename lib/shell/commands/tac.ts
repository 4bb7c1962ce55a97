/** tac(1) of GNU coreutils. */
import type { Stream } from '../../world/process.contract';
import { compilePosix, literalPattern } from '../../std/regex/pattern';
import { RegexError } from '../../std/regex/tree';
import { valueOf } from './getopt';
import { errnoText } from './errno-text';
import { inputsOf } from './operands';
import { quoteFile, quoteFileIfNeeded } from './quoting';
import type { Command, Tool, ToolRun } from './tool';

export const tac: Command = {
  name: 'tac',
  package: 'coreutils',
  paths: ['/usr/bin/tac'],
  synopsis: 'tac [OPTION]... [FILE]...',
  summary: 'Write each FILE to standard output, last line first.',
  run,
};

function* run(tool: Tool): ToolRun {
  const { options, operands } = tool.options({
    short: 'brs:',
    long: { before: 'b', regex: 'r', 'separator:': 's' },
  });
  const isBefore = options.some((option) => option.name === 'b');
  const isRegex = options.some((option) => option.name === 'r');
  const written = options.findLast((option) => option.name === 's');
  const separator = written === undefined ? '\n' : valueOf(written);
  if (separator === '' && isRegex) tool.fail('separator cannot be empty');
  const pattern = isRegex
    ? compilePosix(separator, { dialect: 'posixBasic', multiline: true })
    : literalPattern(separator === '' ? '\0' : separator);
  if (pattern instanceof RegexError) return tool.fail(pattern.message);
  let code = 0;
  for (const name of inputsOf(operands)) {
    const stream = open(tool, name);
    if (stream === undefined) {
      code = 1;
      continue;
    }
    const text = yield* tool.context.readAll(stream);
    for (const record of records(text, (from) => pattern.find(text, from), isBefore).toReversed())
      tool.print(record);
    yield* tool.drain();
    tool.close(stream);
  }
  return code;
}

/** A directory opens, but tac cannot find its end. */
function open(tool: Tool, name: string): Stream | undefined {
  const stream = name === '-' ? tool.context.stdin : tool.open(name);
  const shown = name === '-' ? "'standard input'" : quoteFileIfNeeded(name);
  if (typeof stream === 'string')
    tool.complain(`failed to open ${quoteFile(name)} for reading: ${errnoText(stream)}`);
  else if (stream.readProblem === undefined) return stream;
  else tool.complain(`${shown}: read error: ${errnoText(stream.readProblem)}`);
  return undefined;
}

function records(
  text: string,
  find: (from: number) => { start: number; end: number } | undefined,
  isBefore: boolean,
): string[] {
  const cuts: number[] = [];
  for (let from = 0; from < text.length; ) {
    const found = find(from);
    if (found === undefined) break;
    cuts.push(isBefore ? found.start : found.end);
    from = Math.max(found.end, found.start + 1);
  }
  const out: string[] = [];
  let last = 0;
  for (const cut of [...cuts, text.length]) {
    if (cut > last) out.push(text.slice(last, cut));
    last = cut;
  }
  return out;
}
