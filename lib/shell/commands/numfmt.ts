/** numfmt(1) of GNU coreutils 9.1. Not modelled: --debug, locale grouping beyond `,` absence. */
import { valueOf } from './getopt';
import { quoteValue } from './quoting';
import { type Command, Exit, type Tool, type ToolRun } from './tool';

export const numfmt: Command = {
  name: 'numfmt',
  package: 'coreutils',
  paths: ['/usr/bin/numfmt'],
  synopsis: 'numfmt [OPTION]... [NUMBER]...',
  summary: 'Reformat NUMBER(s), or the numbers from standard input if none are specified.',
  run,
};

type Scale = 'none' | 'auto' | 'si' | 'iec' | 'iec-i';
type Rounding = 'up' | 'down' | 'from-zero' | 'towards-zero' | 'nearest';

interface Settings {
  from: Scale;
  to: Scale;
  fromUnit: number;
  toUnit: number;
  round: Rounding;
  suffix: string;
  padding: number;
  delimiter: string | undefined;
  fields: string;
  header: number;
  format:
    | {
        before: string;
        width: number;
        zero: boolean;
        left: boolean;
        precision: number | undefined;
        after: string;
      }
    | undefined;
  invalid: 'abort' | 'fail' | 'warn' | 'ignore';
  terminator: string;
}

const LONG = {
  debug: 'debug',
  'delimiter:': 'd',
  'field:': 'field',
  'format:': 'format',
  'from:': 'from',
  'from-unit:': 'from-unit',
  grouping: 'grouping',
  'header::': 'header',
  'invalid:': 'invalid',
  'padding:': 'padding',
  'round:': 'round',
  'suffix:': 'suffix',
  'to:': 'to',
  'to-unit:': 'to-unit',
  'zero-terminated': 'z',
};
const LETTERS = 'KMGTPEZY';

function* run(tool: Tool): ToolRun {
  const settings: Settings = {
    from: 'none',
    to: 'none',
    fromUnit: 1,
    toUnit: 1,
    round: 'from-zero',
    suffix: '',
    padding: 0,
    delimiter: undefined,
    fields: '1',
    header: 0,
    format: undefined,
    invalid: 'abort',
    terminator: '\n',
  };
  const { options, operands } = tool.options({ short: 'd:z', long: LONG });
  for (const option of options)
    set(tool, settings, option.name, option.value === undefined ? undefined : valueOf(option));
  const formatter = new Formatter(tool, settings);
  if (operands.length > 0) {
    for (const operand of operands) tool.print(formatter.line(operand) + settings.terminator);
    return formatter.result;
  }
  const text = yield* tool.context.readAll();
  const lines = text.split(settings.terminator);
  if (lines[lines.length - 1] === '') lines.pop();
  lines.forEach((line, i) =>
    tool.print((i < settings.header ? line : formatter.line(line)) + settings.terminator),
  );
  return formatter.result;
}

function set(tool: Tool, settings: Settings, name: string, given: string | undefined): void {
  const value = given ?? '';
  const word = <W extends string>(words: readonly W[]): W => {
    const found = words.find((candidate) => candidate === value);
    return (
      found ??
      tool.misuse(
        `invalid argument ${quoteValue(value)} for ${quoteValue(`--${name}`)}\nValid arguments are:\n${words.map((item) => `  - ${quoteValue(item)}`).join('\n')}`,
      )
    );
  };
  switch (name) {
    case 'from':
      settings.from = word(['none', 'auto', 'si', 'iec', 'iec-i']);
      break;
    case 'to':
      settings.to = word(['none', 'si', 'iec', 'iec-i']);
      break;
    case 'from-unit':
      settings.fromUnit = unit(tool, value);
      break;
    case 'to-unit':
      settings.toUnit = unit(tool, value);
      break;
    case 'round':
      settings.round = word(['up', 'down', 'from-zero', 'towards-zero', 'nearest']);
      break;
    case 'suffix':
      settings.suffix = value;
      break;
    case 'padding':
      if (!/^-?[1-9]\d*$/.test(value)) tool.fail(`invalid padding value ${quoteValue(value)}`);
      settings.padding = Number(value);
      break;
    case 'd':
      settings.delimiter = value;
      break;
    case 'field':
      settings.fields = value;
      break;
    case 'header':
      settings.header = given === undefined ? 1 : Number(value);
      break;
    case 'format':
      settings.format = formatOf(tool, value);
      break;
    case 'invalid':
      settings.invalid = word(['abort', 'fail', 'warn', 'ignore']);
      break;
    case 'z':
      settings.terminator = '\0';
      break;
  }
}

function unit(tool: Tool, text: string): number {
  const match = /^(\d+)([KMGTPEZY])?(i)?$/.exec(text);
  if (match === null) return tool.fail(`invalid unit size: ${quoteValue(text)}`);
  return Number(match[1]) * factor(match[2] ?? '', match[3] === undefined ? 1000 : 1024);
}

function factor(letter: string, base: number): number {
  let result = 1;
  for (let i = 0; i <= LETTERS.indexOf(letter) && letter !== ''; i++) result *= base;
  return result;
}

function formatOf(tool: Tool, text: string): NonNullable<Settings['format']> {
  const match = /^((?:[^%]|%%)*)%([-0' ]*)(\d*)(?:\.(\d+))?f((?:[^%]|%%)*)$/.exec(text);
  if (match === null)
    return tool.fail(`invalid format ${quoteValue(text)}, directive must be %[0]['][-][N][.][N]f`);
  const [, before = '', flags = '', width = '', precision, after = ''] = match;
  return {
    before: before.replace(/%%/g, '%'),
    width: Number(width),
    zero: flags.includes('0'),
    left: flags.includes('-'),
    precision: precision === undefined ? undefined : Number(precision),
    after: after.replace(/%%/g, '%'),
  };
}

class Formatter {
  result = 0;
  /** What stands before the field that is read. */
  #done = '';
  constructor(
    private readonly tool: Tool,
    private readonly settings: Settings,
  ) {}

  line(text: string): string {
    const { delimiter } = this.settings;
    this.#done = '';
    if (delimiter !== undefined) {
      for (const [i, field] of text.split(delimiter).entries()) {
        if (i > 0) this.#done += delimiter;
        this.#done += this.#isChosen(i + 1) ? this.#number(field, 0) : field;
      }
      return this.#done;
    }
    if (text.trim() === '' && this.#isChosen(1)) return this.#number(text.trimStart(), 0);
    let index = 0;
    return text.replace(/([ \t]*)([^ \t]+)/g, (_all, blanks: string, field: string) => {
      index++;
      const shown = this.#blankSeparated(index, blanks, field);
      this.#done += shown;
      return shown;
    });
  }

  #blankSeparated(index: number, blanks: string, field: string): string {
    if (!this.#isChosen(index)) return blanks + field;
    // A column keeps its width.
    const isAligned = blanks.length > (index > 1 ? 1 : 0);
    const separator = index > 1 ? ' ' : '';
    const width = isAligned ? blanks.length - separator.length + field.length : 0;
    return isAligned ? separator + this.#number(field, width) : blanks + this.#number(field, 0);
  }

  #isChosen(index: number): boolean {
    return this.settings.fields.split(',').some((range) => {
      if (range === '-') return true;
      const match = /^(\d*)(-?)(\d*)$/.exec(range);
      if (match === null) return false;
      const first = match[1] === '' ? 1 : Number(match[1]);
      const last = match[2] === '' ? first : match[3] === '' ? Number.POSITIVE_INFINITY : Number(match[3]);
      return index >= first && index <= last;
    });
  }

  #number(field: string, width: number): string {
    const parsed = this.#parse(field);
    if (parsed === undefined) return field;
    const { settings } = this;
    const value = (parsed.value * settings.fromUnit) / settings.toUnit;
    const text = this.#shown(value, parsed.precision) + settings.suffix;
    const padding =
      settings.padding !== 0
        ? settings.padding
        : (settings.format?.width ?? 0) > 0
          ? (settings.format?.width ?? 0) * (settings.format?.left === true ? -1 : 1)
          : width;
    const padded =
      settings.format?.zero === true && padding > 0
        ? text.padStart(padding, '0')
        : padding < 0
          ? text.padEnd(-padding)
          : text.padStart(padding);
    return (settings.format?.before ?? '') + padded + (settings.format?.after ?? '');
  }

  #parse(field: string): { value: number; precision: number } | undefined {
    const { from, suffix } = this.settings;
    const bare = suffix !== '' && field.endsWith(suffix) ? field.slice(0, -suffix.length) : field;
    const match = /^(-?(?:\d+(?:\.(\d*))?|\.(\d+)))([KMGTPEZYk])?(i)?(.*)$/.exec(bare.trim());
    const problem = (message: string): undefined => {
      if (this.settings.invalid === 'ignore') return undefined;
      this.tool.complain(message);
      if (this.settings.invalid === 'abort') {
        const isWithin = this.settings.delimiter === undefined && this.#done !== '';
        this.tool.print(this.#done + (isWithin ? ' ' : ''));
        throw new Exit(2);
      }
      if (this.settings.invalid === 'fail') this.result = 2;
      return undefined;
    };
    if (match === null) return problem(`invalid number: ${quoteValue(field)}`);
    const [, digits = '', fraction, shortFraction, letter, i, rest = ''] = match;
    if (rest !== '') return problem(`invalid suffix in input: ${quoteValue(field)}`);
    if (letter !== undefined && from === 'none')
      return problem(`rejecting suffix in input: ${quoteValue(field)} (consider using --from)`);
    if (i !== undefined && from !== 'auto' && from !== 'iec-i')
      return problem(`invalid suffix in input: ${quoteValue(field)}`);
    if (letter !== undefined && from === 'iec-i' && i === undefined)
      return problem(`missing 'i' suffix in input: ${quoteValue(field)} (e.g Ki/Mi/Gi)`);
    const base = from === 'si' || (from === 'auto' && i === undefined) ? 1000 : 1024;
    const precision = letter === undefined ? (fraction ?? shortFraction ?? '').length : 0;
    return { value: Number(digits) * factor((letter ?? '').toUpperCase(), base), precision };
  }

  #shown(value: number, precision: number): string {
    const { to, format } = this.settings;
    if (to === 'none') {
      const digits = format?.precision ?? precision;
      return this.#rounded(value, digits).toFixed(digits);
    }
    const base = to === 'si' ? 1000 : 1024;
    let size = value;
    let power = 0;
    while (Math.abs(size) >= base && power < LETTERS.length) {
      size /= base;
      power++;
    }
    let digits = format?.precision ?? (Math.abs(size) < 10 && power > 0 ? 1 : 0);
    let rounded = this.#rounded(size, digits);
    if (format?.precision === undefined && power > 0 && digits === 1 && Math.abs(rounded) >= 10) {
      digits = 0;
      rounded = this.#rounded(size, 0);
    }
    if (Math.abs(rounded) >= base && power < LETTERS.length) {
      rounded /= base;
      power++;
      digits = format?.precision ?? 1;
    }
    const letter = power === 0 ? '' : power === 1 && to === 'si' ? 'K' : (LETTERS[power - 1] ?? '');
    return `${rounded.toFixed(digits)}${letter}${to === 'iec-i' && power > 0 ? 'i' : ''}`;
  }

  #rounded(value: number, digits: number): number {
    const scale = Number(`1e${digits}`);
    const scaled = value * scale;
    switch (this.settings.round) {
      case 'up':
        return Math.ceil(scaled) / scale;
      case 'down':
        return Math.floor(scaled) / scale;
      case 'towards-zero':
        return Math.trunc(scaled) / scale;
      case 'nearest':
        return (Math.sign(scaled) * Math.round(Math.abs(scaled))) / scale;
      case 'from-zero':
        return (Math.sign(scaled) * Math.ceil(Math.abs(scaled))) / scale;
    }
  }
}
