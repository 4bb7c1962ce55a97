/** shuf(1) of GNU coreutils; its randomness is the host's own stream, or the bytes of `--random-source`. */
import type { Stream } from '../../world/process.contract';
import { bytesFromText } from '../../std/bytes';
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
  const source = options.findLast((option) => option.name === 'source');
  const chosen = source === undefined ? undefined : RandomFile.open(tool, valueOf(source));
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
      const item =
        chosen === undefined ? random.pick(items) : (items[yield* chosen.choose(items.length)] ?? '');
      tool.print(item + terminator);
      if (tool.isPressed) yield* tool.drain();
    }
    return 0;
  }
  const isFile = range === undefined && !has('e');
  const order =
    chosen === undefined
      ? random.shuffle(items).slice(0, count)
      : yield* permutation(
          chosen,
          isFile && isStream(tool, operands[0]) ? yield* sample(chosen, items, count) : items,
          count,
        );
  const text = order.map((item) => item + terminator).join('');
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

/** Of an input whose size is not known, `-n` keeps a sample while reading. */
function isStream(tool: Tool, name = '-'): boolean {
  if (name === '-') return tool.context.stdin.kind !== 'file';
  const info = tool.stat(name);
  return !('kind' in info) || info.kind !== 'file';
}

function* sample(random: RandomFile, items: readonly string[], count: number): Step<string[]> {
  if (count === Number.POSITIVE_INFINITY) return [...items];
  const kept = items.slice(0, count);
  // The fate of a line is decided before it is read: also of the one after the last.
  for (let read = count; read <= items.length; read++) {
    const place = yield* random.choose(read + 1);
    const item = items[read];
    if (place < count && item !== undefined) kept[place] = item;
  }
  return kept;
}

/** gnulib's randperm. */
function* permutation(random: RandomFile, items: readonly string[], count: number): Step<string[]> {
  const order = [...items];
  const most = Math.min(count, order.length);
  for (let i = 0; i < most; i++) {
    const other = i + (yield* random.choose(order.length - i));
    [order[i], order[other]] = [order[other] ?? '', order[i] ?? ''];
  }
  return order.slice(0, most);
}

/** gnulib's randint over the bytes of a file. */
class RandomFile {
  #value = 0;
  #most = 0;
  #unread = '';

  private constructor(
    private readonly tool: Tool,
    private readonly name: string,
    private readonly stream: Stream,
  ) {}

  static open(tool: Tool, name: string): RandomFile {
    const stream = tool.open(name);
    if (typeof stream === 'string') return tool.fail(`${quoteFileIfNeeded(name)}: ${errnoText(stream)}`);
    return new RandomFile(tool, name, stream);
  }

  /** A number below `choices`. */
  *choose(choices: number): Step<number> {
    const greatest = choices - 1;
    for (;;) {
      while (this.#most < greatest) {
        this.#value = this.#value * 256 + (yield* this.#byte());
        this.#most = this.#most * 256 + 255;
      }
      if (this.#most === greatest) {
        const value = this.#value;
        this.#value = 0;
        this.#most = 0;
        return value;
      }
      const excess = this.#most - greatest;
      const unusable = excess % choices;
      const lastUsable = this.#most - unusable;
      const value = this.#value;
      if (value <= lastUsable) {
        this.#value = Math.floor(value / choices);
        this.#most = Math.floor(excess / choices);
        return value % choices;
      }
      this.#value = value - lastUsable - 1;
      this.#most = unusable - 1;
    }
  }

  *#byte(): Step<number> {
    while (this.#unread === '') {
      const more = this.stream.read(64);
      if (more === undefined) yield { streams: [this.stream] };
      else if (more === '') this.tool.fail(`${quoteValue(this.name)}: end of file`);
      else this.#unread = more;
    }
    const byte = bytesFromText(this.#unread)[0] ?? 0;
    const [first = ''] = this.#unread;
    this.#unread = this.#unread.slice(first.length);
    return byte;
  }
}

function rangeOf(tool: Tool, text: string): string[] {
  const match = /^(\d+)-(\d+)$/.exec(text);
  const [low, high] = [Number(match?.[1]), Number(match?.[2])];
  // The part that is no number is named, or all of it.
  const wrong = /^(?:(?!\d+-)([^-]*)-|\d+-(?!\d+$)(.*)$)/.exec(text);
  if (match === null) tool.fail(`invalid input range: ${quoteValue(wrong?.[1] ?? wrong?.[2] ?? text)}`);
  if (low > high + 1) tool.fail(`invalid input range: ${quoteValue(text)}`);
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
