/** seq(1) of GNU coreutils. */
import { fixed, formatFloat } from './c-format';
import { getopt, type OptionSyntax, valueOf } from './getopt';
import { quoteValue } from './quoting';
import type { Command, Tool, ToolRun } from './tool';

export const seq: Command = {
  name: 'seq',
  package: 'coreutils',
  paths: ['/usr/bin/seq'],
  synopsis: 'seq [OPTION]... LAST\nseq [OPTION]... FIRST LAST\nseq [OPTION]... FIRST INCREMENT LAST',
  summary: 'Print numbers from FIRST to LAST, in steps of INCREMENT.',
  run,
};

const SYNTAX: OptionSyntax = {
  short: '+f:s:w',
  long: { 'equal-width': 'w', 'format:': 'f', 'separator:': 's' },
};

interface Operand {
  readonly value: number;
  readonly precision: number;
  readonly width: number;
  readonly big: bigint | undefined;
}

function* run(tool: Tool): ToolRun {
  const { options, operands } = tool.options(SYNTAX, { args: negativeNumbersApart(tool.args) });
  const written = options.findLast((option) => option.name === 's');
  const separator = written === undefined ? '\n' : valueOf(written);
  const format = options.findLast((option) => option.name === 'f');
  const equalWidth = options.some((option) => option.name === 'w');
  const [one, two, three, extra] = operands;
  if (one === undefined) return tool.misuse('missing operand');
  if (extra !== undefined) tool.misuse(`extra operand ${quoteValue(extra)}`);
  if (format !== undefined && equalWidth)
    tool.misuse('format string may not be specified when printing equal width strings');
  const unit: Operand = { value: 1, precision: 0, width: 1, big: 1n };
  const first = two === undefined ? unit : operand(tool, one);
  const step = three === undefined || two === undefined ? unit : operand(tool, two);
  const last = operand(tool, three ?? two ?? one);
  if (step.value === 0) tool.misuse(`invalid Zero increment value: ${quoteValue(two ?? '')}`);
  const print =
    format === undefined ? usualFormat(first, step, last, equalWidth) : givenFormat(tool, valueOf(format));
  const isInteger = first.big !== undefined && step.big !== undefined && format === undefined;
  let any = false;
  const count = isInteger ? undefined : Math.floor((last.value - first.value) / step.value + 1e-10);
  for (let i = 0, big = first.big ?? 0n; ; i++, big += step.big ?? 0n) {
    const value = first.value + i * step.value;
    if (isInteger ? isBeyond(big, last, step.value) : i > (count ?? 0)) break;
    tool.print((any ? separator : '') + (isInteger && !equalWidth ? big.toString() : print(value)));
    any = true;
    if (tool.isPressed) yield* tool.drain();
  }
  if (any) tool.print('\n');
  return 0;
}

function isBeyond(value: bigint, last: Operand, step: number): boolean {
  const end = last.big ?? last.value;
  return step > 0 ? value > end : value < end;
}

/** `seq -5 -1` has no options: a negative number ends them. */
function negativeNumbersApart(args: readonly string[]): readonly string[] {
  for (let i = 0; i < args.length; i++) {
    const argument = args[i] ?? '';
    if (argument === '--') return args;
    if (/^-[.\d]/.test(argument)) return [...args.slice(0, i), '--', ...args.slice(i)];
    if (!argument.startsWith('-')) return args;
    const parsed = getopt(args.slice(0, i + 1), SYNTAX);
    if (!parsed.ok && /^-[fs]$/.test(argument)) i++;
  }
  return args;
}

function operand(tool: Tool, text: string): Operand {
  const match =
    /^\s*([-+]?)(?:0[xX]([0-9a-fA-F]+)|(\d*)(?:\.(\d*))?(?:[eE]([-+]?\d+))?|(inf(?:inity)?)|(nan))$/i.exec(
      text,
    );
  if (
    match === null ||
    (match[2] === undefined &&
      match[6] === undefined &&
      match[7] === undefined &&
      (match[3] ?? '') === '' &&
      (match[4] ?? '') === '')
  )
    return tool.misuse(`invalid floating point argument: ${quoteValue(text)}`);
  if (match[7] !== undefined)
    return tool.misuse(`invalid ${quoteValue('not-a-number')} argument: ${quoteValue(text)}`);
  const sign = match[1] === '-' ? -1 : 1;
  if (match[6] !== undefined)
    return { value: sign * Number.POSITIVE_INFINITY, precision: 0, width: 3, big: undefined };
  if (match[2] !== undefined)
    return {
      value: sign * Number.parseInt(match[2], 16),
      precision: 0,
      width: 0,
      big: BigInt(sign) * BigInt(`0x${match[2]}`),
    };
  const exponent = Number(match[5] ?? '0');
  const fraction = (match[4] ?? '').length;
  const precision = Math.max(0, fraction - exponent);
  const plain = match[4] === undefined && match[5] === undefined;
  const width = text.trim().replace(/^\+/, '').length - (match[4] === '' ? 1 : 0) + (match[3] === '' ? 1 : 0);
  return {
    value: Number(text),
    precision,
    width,
    big: plain ? BigInt(sign) * BigInt(match[3] ?? '0') : undefined,
  };
}

function usualFormat(
  first: Operand,
  step: Operand,
  last: Operand,
  equalWidth: boolean,
): (value: number) => string {
  const precision = Math.max(first.precision, step.precision);
  const plain = (value: number): string =>
    value < 0 || Object.is(value, -0) ? `-${fixed(-value, precision)}` : fixed(value, precision);
  if (!equalWidth) return plain;
  const point = precision === 0 ? 0 : precision + 1;
  const wholeWidth = (operandWidth: Operand): number =>
    operandWidth.width - (operandWidth.precision === 0 ? 0 : operandWidth.precision + 1);
  const width = Math.max(wholeWidth(first), wholeWidth(last)) + point;
  return (value) => {
    const text = plain(value);
    return text.startsWith('-') ? `-${text.slice(1).padStart(width - 1, '0')}` : text.padStart(width, '0');
  };
}

function givenFormat(tool: Tool, format: string): (value: number) => string {
  const match = /^((?:[^%]|%%)*)%([-+ #0']*)(\d*)(?:\.(\d*))?L?([efgaEFGA])((?:[^%]|%%)*)$/s.exec(format);
  if (match === null) {
    const directives = format.replaceAll('%%', '').split('%').length - 1;
    if (directives === 0) return tool.fail(`format ${quoteValue(format)} has no % directive`);
    if (directives > 1 && /%[-+ #0']*\d*(?:\.\d*)?[efgaEFGA]/.test(format))
      return tool.fail(`format ${quoteValue(format)} has too many % directives`);
    const letter = /%[-+ #0']*\d*(?:\.\d*)?(.?)/s.exec(format.replaceAll('%%', ''))?.[1] ?? '';
    return letter === ''
      ? tool.fail(`format ${quoteValue(format)} ends in %`)
      : tool.fail(`format ${quoteValue(format)} has unknown %${letter} directive`);
  }
  const [, before = '', flags = '', width = '', precision, conversion = 'g', after = ''] = match;
  const settings = {
    flags,
    width: Number(width),
    precision: precision === undefined ? undefined : Number(precision),
  };
  return (value) =>
    before.replaceAll('%%', '%') + formatFloat(value, conversion, settings) + after.replaceAll('%%', '%');
}
