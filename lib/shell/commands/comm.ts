/** comm(1) of GNU coreutils. */
import { errnoText } from './errno-text';
import { compareBytes } from './collation';
import { valueOf } from './getopt';
import { chomp, LineReader } from './line-reader';
import { quoteFileIfNeeded, quoteValue } from './quoting';
import type { Command, Tool, ToolRun } from './tool';

export const comm: Command = {
  name: 'comm',
  package: 'coreutils',
  paths: ['/usr/bin/comm'],
  synopsis: 'comm [OPTION]... FILE1 FILE2',
  summary: 'Compare sorted files FILE1 and FILE2 line by line.',
  run,
};

function* run(tool: Tool): ToolRun {
  const { options, operands } = tool.options({
    short: '123z',
    long: {
      'check-order': 'check',
      'nocheck-order': 'nocheck',
      'output-delimiter:': 'output',
      total: 'total',
      'zero-terminated': 'z',
    },
  });
  const has = (name: string): boolean => options.some((option) => option.name === name);
  const [first, second, extra] = operands;
  if (first === undefined) return tool.misuse('missing operand');
  if (second === undefined) return tool.misuse(`missing operand after ${quoteValue(first)}`);
  if (extra !== undefined) tool.misuse(`extra operand ${quoteValue(extra)}`);
  const written = options.findLast((option) => option.name === 'output');
  const delimiter = written === undefined ? '\t' : valueOf(written) === '' ? '\0' : valueOf(written);
  const terminator = has('z') ? '\0' : '\n';
  const sources = [first, second].map((name) => {
    const stream = name === '-' ? tool.context.stdin : tool.open(name);
    if (typeof stream === 'string') return tool.fail(`${quoteFileIfNeeded(name)}: ${errnoText(stream)}`);
    if (name !== '-' && tool.isDirectory(name))
      return tool.fail(`${quoteFileIfNeeded(name)}: Is a directory`);
    return new LineReader(tool, stream, terminator);
  });
  const shown = [!has('1'), !has('2'), !has('3')] as const;
  const order = new OrderCheck(tool, has('check'), has('nocheck'));
  const counts = [0, 0, 0];
  const print = (column: 0 | 1 | 2, text: string): void => {
    counts[column] = (counts[column] ?? 0) + 1;
    if (!shown[column]) return;
    const before = shown.slice(0, column).filter(Boolean).length;
    tool.print(delimiter.repeat(before) + text + terminator);
  };
  const next = function* (side: 0 | 1) {
    const reader = sources[side];
    const line = reader === undefined ? undefined : (reader.ready() ?? (yield* reader.next()));
    const text = line === undefined ? undefined : chomp(line, terminator);
    if (text !== undefined) order.see(side, text);
    return text;
  };
  let a = yield* next(0);
  let b = yield* next(1);
  while (a !== undefined || b !== undefined) {
    const comparison: number = a === undefined ? 1 : b === undefined ? -1 : compareBytes(a, b);
    if (comparison !== 0) order.sawUnpairable();
    if (comparison <= 0 && a !== undefined) print(comparison === 0 ? 2 : 0, a);
    else if (b !== undefined) print(1, b);
    if (comparison <= 0) a = yield* next(0);
    if (comparison >= 0) b = yield* next(1);
    if (tool.isPressed) yield* tool.drain();
  }
  if (has('total')) tool.print(`${counts.join(delimiter)}${delimiter}total${terminator}`);
  return order.verdict();
}

/** Remarks on input that is not sorted; decides the exit code. */
class OrderCheck {
  readonly #last: (string | undefined)[] = [undefined, undefined];
  readonly #complained = [false, false];
  readonly #disordered = [false, false];
  #unpairable = false;

  constructor(
    private readonly tool: Tool,
    private readonly always: boolean,
    private readonly never: boolean,
  ) {}

  see(side: 0 | 1, text: string): void {
    const last = this.#last[side];
    this.#last[side] = text;
    if (this.never || last === undefined || compareBytes(last, text) <= 0) return;
    this.#disordered[side] = true;
    if (this.always || this.#unpairable) this.#complain(side);
  }

  sawUnpairable(): void {
    this.#unpairable = true;
    for (const side of [0, 1] as const) if (this.#disordered[side]) this.#complain(side);
  }

  #complain(side: 0 | 1): void {
    if (this.#complained[side]) return;
    this.#complained[side] = true;
    const complaint = `file ${side + 1} is not in sorted order`;
    if (this.always) this.tool.fail(complaint);
    this.tool.complain(complaint);
  }

  verdict(): number {
    if (!this.#complained.some(Boolean)) return 0;
    this.tool.complain('input is not in sorted order');
    return 1;
  }
}
