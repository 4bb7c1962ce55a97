/** shuf(1) of GNU coreutils; its randomness is the host's own stream. */
import { errnoText } from './errno-text';
import { valueOf } from './getopt';
import { quoteFileIfNeeded, quoteValue } from './quoting';
import type { Command, Step, Tool, ToolRun } from './tool';

export const shuf: Command = {
  name: 'shuf',
  package: 'coreutils',
  paths: ['/usr/bin/shuf'],
  synopsis: 'shuf [OPTION]... [FILE]\nshuf -e [OPTION]... [ARG]...\nshuf -i LO-HI [OPTION]...',
  summary: 'Write a random permutation of the input lines to standard output.',
  run,
};

function* run(tool: Tool): ToolRun {
  const { options, operands } = tool.options({
    short: 'ei:n:o:rz',
    long: {
      echo: 'e',
      'input-range:': 'i',
      'head-count:': 'n',
      'output:': 'o',
      repeat: 'r',
      'random-source:': 'source',
      'zero-terminated': 'z',
    },
  });
  const has = (name: string): boolean => options.some((option) => option.name === name);
  const terminator = has('z') ? '\0' : '\n';
  const range = options.findLast((option) => option.name === 'i');
  if (has('e') && range !== undefined) tool.misuse('cannot combine -e and -i options');
  if ((range !== undefined ? operands[0] : has('e') ? undefined : operands[1]) !== undefined)
    tool.misuse(`extra operand ${quoteValue(operands[range === undefined ? 1 : 0] ?? '')}`);
  let count = Number.POSITIVE_INFINITY;
  for (const option of options) {
    if (option.name !== 'n') continue;
    if (!/^\d+$/.test(valueOf(option))) tool.fail(`invalid line count: ${quoteValue(valueOf(option))}`);
    count = Math.min(count, Number(valueOf(option)));
  }
  const items =
    range !== undefined
      ? rangeOf(tool, valueOf(range))
      : has('e')
        ? operands
        : yield* linesOf(tool, operands[0] ?? '-', terminator);
  const random = tool.context.kernel.random(`shuf:${tool.context.host.name}`);
  if (has('r')) {
    if (items.length === 0 && count > 0) tool.fail('no lines to repeat');
    for (let i = 0; i < count; i++) {
      tool.print(random.pick(items) + terminator);
      if (tool.isPressed) yield* tool.drain();
    }
    return 0;
  }
  const text = random
    .shuffle(items)
    .slice(0, count)
    .map((item) => item + terminator)
    .join('');
  const output = options.findLast((option) => option.name === 'o');
  if (output === undefined) tool.print(text);
  else {
    const stream = tool.create(valueOf(output));
    if (typeof stream === 'string')
      return tool.fail(`${quoteFileIfNeeded(valueOf(output))}: ${errnoText(stream)}`);
    stream.write(text);
  }
  return 0;
}

function rangeOf(tool: Tool, text: string): string[] {
  const match = /^(\d+)-(\d+)$/.exec(text);
  const [low, high] = [Number(match?.[1]), Number(match?.[2])];
  if (match === null || low > high + 1) tool.fail(`invalid input range: ${quoteValue(text)}`);
  if (high - low > 5_000_000) tool.fail('memory exhausted');
  return Array.from({ length: high - low + 1 }, (_, index) => String(low + index));
}

function* linesOf(tool: Tool, name: string, terminator: string): Step<string[]> {
  const file = yield* tool.readFile(name);
  if (file === 'EISDIR') return tool.fail(`read error: ${errnoText(file)}`);
  if (typeof file === 'string') return tool.fail(`${quoteFileIfNeeded(name)}: ${errnoText(file)}`);
  const lines = file.text.split(terminator);
  if (lines[lines.length - 1] === '') lines.pop();
  return lines;
}
