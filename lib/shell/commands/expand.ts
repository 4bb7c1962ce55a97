/** expand(1) and unexpand(1) of GNU coreutils. */
import { eachLine } from './each-line';
import { quoteValue } from './quoting';
import type { Command, Tool, ToolRun } from './tool';

export const expand: Command = {
  name: 'expand',
  package: 'coreutils',
  paths: ['/usr/bin/expand'],
  synopsis: 'expand [OPTION]... [FILE]...',
  summary: 'Convert tabs in each FILE to spaces, writing to standard output.',
  run: function* (tool) {
    const { options, operands } = tool.options({
      short: 'it:0123456789,',
      long: { initial: 'i', 'tabs:': 't' },
    });
    const stops = stopsOf(tool, options);
    const initialOnly = options.some((option) => option.name === 'i');
    return yield* eachLine(tool, operands, (line) => tool.print(expanded(line, stops, initialOnly)));
  },
};

export const unexpand: Command = {
  name: 'unexpand',
  package: 'coreutils',
  paths: ['/usr/bin/unexpand'],
  synopsis: 'unexpand [OPTION]... [FILE]...',
  summary: 'Convert blanks in each FILE to tabs, writing to standard output.',
  run: runUnexpand,
};

function* runUnexpand(tool: Tool): ToolRun {
  const { options, operands } = tool.options({
    short: 'at:0123456789,',
    long: { all: 'a', 'first-only': 'first', 'tabs:': 't' },
  });
  const stops = stopsOf(tool, options);
  const all =
    options.some((option) => option.name === 'a' || option.name === 't') &&
    !options.some((option) => option.name === 'first');
  return yield* eachLine(tool, operands, (line) => tool.print(unexpanded(line, stops, all)));
}

/** The column of the next tab stop. */
type Stops = (column: number) => number | undefined;

function stopsOf(tool: Tool, options: readonly { name: string; value: string | undefined }[]): Stops {
  const digits = options
    .filter((option) => /^[\d,]$/.test(option.name))
    .map((option) => option.name)
    .join('');
  const written = options.filter((option) => option.name === 't').map((option) => option.value ?? '');
  const list = [...written, ...(digits === '' ? [] : [digits])]
    .flatMap((text) => text.split(/[,\s]+/))
    .filter((text) => text !== '');
  const bad = list.find((text) => !/^\/?\+?\d+$/.test(text));
  if (bad !== undefined)
    tool.fail(`tab size contains invalid character(s): ${quoteValue(bad.replace(/^\d+/, ''))}`);
  const extension = /^[/+]/.exec(list.at(-1) ?? '')?.[0];
  const numbers = list.map((text) => Number(text.replace(/^[/+]+/, '')));
  const interval = extension === undefined || list.length === 1 ? undefined : numbers.pop();
  if (numbers.some((number) => number === 0)) tool.fail('tab size cannot be 0');
  if (numbers.some((number, index) => index > 0 && number <= (numbers[index - 1] ?? 0)))
    tool.fail('tab sizes must be ascending');
  const [only = 8] = numbers;
  if (numbers.length <= 1 && interval === undefined) return (column) => column + only - (column % only);
  return (column) => {
    const stop = numbers.find((one) => one > column);
    if (stop !== undefined || interval === undefined) return stop;
    const start = extension === '+' ? (numbers.at(-1) ?? 0) : 0;
    return column + interval - ((column - start) % interval);
  };
}

function expanded(line: string, stops: Stops, initialOnly: boolean): string {
  let out = '';
  let column = 0;
  for (let i = 0; i < line.length; i++) {
    const character = line[i] ?? '';
    if (character === '\t') {
      const next = stops(column) ?? column + 1;
      out += ' '.repeat(next - column);
      column = next;
      continue;
    }
    if (initialOnly && character !== ' ') return out + line.slice(i);
    column = character === '\b' ? Math.max(0, column - 1) : column + 1;
    out += character;
  }
  return out;
}

function unexpanded(line: string, stops: Stops, all: boolean): string {
  let out = '';
  let column = 0;
  let pending = '';
  for (let i = 0; i < line.length; i++) {
    const character = line[i] ?? '';
    if (character === ' ' || character === '\t') {
      const stop = stops(column);
      if (character === '\t') {
        out += '\t';
        pending = '';
        column = stop ?? column + 1;
        continue;
      }
      column++;
      pending += ' ';
      // One blank before a stop stays a blank unless a tab or blank follows.
      if (column === stop && (pending.length > 1 || line[i + 1] === ' ' || line[i + 1] === '\t')) {
        out += pending.length > 1 ? '\t' : pending === ' ' ? '\t' : pending;
        pending = '';
      }
      continue;
    }
    out += pending;
    pending = '';
    if (!all) return out + line.slice(i);
    out += character;
    column++;
  }
  return out + pending;
}
