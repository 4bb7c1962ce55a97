/** fmt(1) of GNU coreutils: paragraphs broken where the lines come out most even. Source: coreutils `fmt.c`. */
import { valueOf } from './getopt';
import { inputsOf, openOperand } from './operands';
import { quoteValue } from './quoting';
import type { Command, Tool, ToolRun } from './tool';

export const fmt: Command = {
  name: 'fmt',
  package: 'coreutils',
  paths: ['/usr/bin/fmt'],
  synopsis: 'fmt [-WIDTH] [OPTION]... [FILE]...',
  summary: 'Reformat each paragraph in the FILE(s), writing to standard output.',
  run,
};

interface Settings {
  width: number;
  goal: number;
  splitOnly: boolean;
  uniform: boolean;
  crown: boolean;
  tagged: boolean;
  prefix: string;
  /** A tab was read: blanks are written as tabs where they reach one. */
  tabs: boolean;
}
interface Paragraph {
  readonly lines: readonly string[];
  /** Columns before the prefix. */
  readonly lead: number;
  /** Printed as it is. */
  readonly plain: boolean;
}
interface Word {
  readonly text: string;
  readonly space: number;
  readonly period: boolean;
  readonly punctuation: boolean;
  readonly paren: boolean;
  readonly final: boolean;
}

function* run(tool: Tool): ToolRun {
  const args = tool.args.map((argument, index) =>
    index === 0 ? argument.replace(/^-(\d+)$/, '-w$1') : argument,
  );
  const { options, operands } = tool.options(
    {
      short: 'cstuw:g:p:',
      long: {
        'crown-margin': 'c',
        'split-only': 's',
        'tagged-paragraph': 't',
        'uniform-spacing': 'u',
        'width:': 'w',
        'goal:': 'g',
        'prefix:': 'p',
      },
    },
    { args },
  );
  const has = (name: string): boolean => options.some((option) => option.name === name);
  const number = (name: string): number | undefined => {
    const option = options.findLast((candidate) => candidate.name === name);
    if (option === undefined) return undefined;
    if (!/^\d+$/.test(valueOf(option)) || Number(valueOf(option)) > 2500)
      tool.fail(`invalid width: ${quoteValue(valueOf(option))}`);
    return Number(valueOf(option));
  };
  const width = number('w') ?? 75;
  const settings: Settings = {
    width,
    goal: number('g') ?? Math.floor((width * 187) / 200),
    splitOnly: has('s'),
    uniform: has('u'),
    crown: has('c'),
    tagged: has('t'),
    prefix: (options.findLast((option) => option.name === 'p')?.value ?? '').trim(),
    tabs: false,
  };
  let code = 0;
  for (const name of inputsOf(operands)) {
    const stream = openOperand(tool, name, 'reading');
    if (stream === undefined) {
      code = 1;
      continue;
    }
    const lines = (yield* tool.context.readAll(stream)).split('\n');
    if (lines[lines.length - 1] === '') lines.pop();
    for (const paragraph of paragraphs(lines, settings)) tool.print(format(paragraph, settings));
    yield* tool.drain();
  }
  return code;
}

function indentOf(line: string): number {
  let column = 0;
  for (const character of line) {
    if (character !== ' ' && character !== '\t') break;
    column = columnAfter(column, character);
  }
  return column;
}

function columnAfter(column: number, text: string): number {
  let at = column;
  for (const character of text) at += character === '\t' ? 8 - (at % 8) : 1;
  return at;
}

/** Runs of lines with the same indentation; blank lines and lines without the prefix stand alone. */
function paragraphs(lines: readonly string[], settings: Settings): Paragraph[] {
  const { prefix } = settings;
  const out: Paragraph[] = [];
  let current: string[] = [];
  let lead = 0;
  const close = (): void => {
    if (current.length > 0) out.push({ lines: current, lead, plain: false });
    current = [];
  };
  for (const line of lines) {
    const own = line.trimStart();
    const isOurs = own.startsWith(prefix);
    const text = isOurs && prefix !== '' ? own.slice(prefix.length) : line;
    if (text.trim() === '' || !isOurs) {
      close();
      out.push({ lines: [line.trim() === '' ? '' : line.trimEnd()], lead: 0, plain: true });
      continue;
    }
    const ownLead = prefix === '' ? 0 : indentOf(line);
    const reference = settings.crown || settings.tagged ? current[1] : current[0];
    const isNew =
      current.length > 0 &&
      (settings.splitOnly ||
        ownLead !== lead ||
        (reference !== undefined
          ? indentOf(reference) !== indentOf(text)
          : settings.tagged && indentOf(current[0] ?? '') === indentOf(text)));
    if (isNew) close();
    lead = ownLead;
    current.push(text);
  }
  close();
  return out;
}

function wordsOf(lines: readonly string[], uniform: boolean): Word[] {
  const words: Word[] = [];
  lines.forEach((line) => {
    const parts = [...line.matchAll(/(\S+)([ \t]*)/g)];
    let column = indentOf(line);
    parts.forEach((part, index) => {
      const text = part[1] ?? '';
      const gap = part[2] ?? '';
      const end = column + text.length;
      column = columnAfter(end, gap);
      const bare = text.replace(/['")\]]+$/, '');
      const period = /[.?!]$/.test(bare);
      const atEnd = index === parts.length - 1;
      const final = period && (atEnd || gap.length > 1 || gap.includes('\t'));
      words.push({
        text,
        space: atEnd || uniform ? (final ? 2 : 1) : column - end,
        period,
        punctuation: /[^\w\s]$/.test(bare),
        paren: /^['"([`]/.test(text),
        final,
      });
    });
  });
  return words;
}

function format({ lines, lead, plain }: Paragraph, settings: Settings): string {
  const [first = '', second] = lines;
  if (plain) return `${first}\n`;
  if (lines.some((line) => line.includes('\t'))) settings.tabs = true;
  const base = lead + settings.prefix.length;
  const indent = base + indentOf(first);
  const other =
    (settings.crown || settings.tagged) && second !== undefined ? base + indentOf(second) : indent;
  const words = wordsOf(lines, settings.uniform);
  const breaks = bestBreaks(words, { indent, other, settings });
  let out = '';
  let from = 0;
  for (const to of breaks) {
    let line = blanks(0, lead, settings) + settings.prefix;
    let column = base;
    const put = (width: number, text: string): void => {
      line += blanks(column, width, settings) + text;
      column += width + text.length;
    };
    put((from === 0 ? indent : other) - base, '');
    for (let at = from; at < to; at++)
      put(at === from ? 0 : (words[at - 1]?.space ?? 1), words[at]?.text ?? '');
    out += `${line}\n`;
    from = to;
  }
  return out;
}

/** `width` columns of blanks from `column` on. */
function blanks(column: number, width: number, { tabs }: Settings): string {
  const end = column + width;
  const tabStop = end - (end % 8);
  if (!tabs || column + 1 >= tabStop) return ' '.repeat(width);
  const first = column - (column % 8) + 8;
  return '\t'.repeat((tabStop - first) / 8 + 1) + ' '.repeat(end - tabStop);
}

const EQUIV = (n: number): number => n * n;
const LINE_COST = EQUIV(70);
const WIDOW_COST = EQUIV(200);
const ORPHAN_COST = EQUIV(150);
const SENTENCE_BONUS = EQUIV(50);
const NOBREAK_COST = EQUIV(600);
const PAREN_BONUS = EQUIV(40);
const PUNCT_BONUS = EQUIV(40);
const SHORT_COST = (n: number): number => EQUIV(n * 10);
const RAGGED_COST = (n: number): number => SHORT_COST(n) / 2;

/** Ends of lines, by dynamic programming from the last word back. */
function bestBreaks(
  words: readonly Word[],
  shape: { indent: number; other: number; settings: Settings },
): number[] {
  const count = words.length;
  const best = new Array<number>(count + 1).fill(0);
  const next = new Array<number>(count + 1).fill(count);
  const lengthOf = new Array<number>(count + 1).fill(0);
  const { goal, width } = shape.settings;
  for (let start = count - 1; start >= 0; start--) {
    best[start] = Number.POSITIVE_INFINITY;
    let length = start === 0 ? shape.indent : shape.other;
    for (let end = start + 1; end <= count; end++) {
      length += (words[end - 1]?.text.length ?? 0) + (end - 1 > start ? (words[end - 2]?.space ?? 1) : 0);
      // Lines stay shorter than the width, not as long.
      if (length >= width && end > start + 1) break;
      const cost =
        (best[end] ?? 0) +
        (end === count ? 0 : SHORT_COST(goal - length)) +
        (end < count && next[end] !== count ? RAGGED_COST(length - (lengthOf[end] ?? 0)) : 0);
      if (cost < (best[start] ?? 0)) {
        best[start] = cost;
        next[start] = end;
        lengthOf[start] = length;
      }
    }
    best[start] = (best[start] ?? 0) + baseCost(words, start);
  }
  const ends: number[] = [];
  for (let at = 0; at < count; at = next[at] ?? count) ends.push(next[at] ?? count);
  return ends;
}

/** What it costs to begin a line with this word. */
function baseCost(words: readonly Word[], at: number): number {
  let cost = LINE_COST;
  const word = words[at];
  const before = words[at - 1];
  if (at > 0 && before !== undefined) {
    if (before.period) cost += before.final ? -SENTENCE_BONUS : NOBREAK_COST;
    else if (before.punctuation) cost -= PUNCT_BONUS;
    else if (words[at - 2]?.final === true) cost += Math.floor(WIDOW_COST / (before.text.length + 2));
  }
  if (word?.paren === true) cost -= PAREN_BONUS;
  else if (word?.final === true) cost += Math.floor(ORPHAN_COST / (word.text.length + 2));
  return cost;
}
