/** printf(1) of GNU coreutils: the shell has its own. */
import { type NumberFormat, formatFloat, formatSigned, formatText, formatUnsigned } from './c-format';
import { readEscapes } from './escapes';
import { quoteFileIfNeeded, quoteValue } from './quoting';
import { type Command, Exit, type Tool, type ToolRun } from './tool';

export const printf: Command = {
  name: 'printf',
  package: 'coreutils',
  paths: ['/usr/bin/printf'],
  synopsis: 'printf FORMAT [ARGUMENT]...\nprintf OPTION',
  summary: 'Print ARGUMENT(s) according to FORMAT, or execute according to OPTION:',
  run,
};

interface Range {
  readonly least: bigint;
  readonly most: bigint;
}
/** intmax_t and uintmax_t; strtoumax(3) takes a minus as well. */
const SIGNED: Range = { least: -(2n ** 63n), most: 2n ** 63n - 1n };
const UNSIGNED: Range = { least: -(2n ** 64n) + 1n, most: 2n ** 64n - 1n };

const DIRECTIVE = /%([-+ 0#']*)(\*|\d*)(?:\.(\*|\d*))?(?:hh|h|ll|l|L|q(?=[diouxX])|j|z|t)?(.?)/gs;

function* run(tool: Tool): ToolRun {
  const words = [...tool.args];
  if (words.length === 1 && words[0] === '--help') tool.help();
  if (words.length === 1 && words[0] === '--version') tool.version();
  if (words[0] === '--') words.shift();
  const format = words.shift();
  if (format === undefined) return tool.misuse('missing operand');
  const filler = new Filler(tool, words);
  do filler.fill(format);
  while (filler.hasMore && filler.usesArguments);
  if (filler.hasMore)
    tool.complain(`warning: ignoring excess arguments, starting with ${quoteValue(filler.next())}`);
  yield* tool.drain();
  return filler.code;
}

class Filler {
  code = 0;
  usesArguments = false;
  #at = 0;

  constructor(
    private readonly tool: Tool,
    private readonly words: readonly string[],
  ) {}

  get hasMore(): boolean {
    return this.#at < this.words.length;
  }

  next(): string {
    this.usesArguments = true;
    return this.words[this.#at++] ?? '';
  }

  fill(format: string): void {
    const cut = format.indexOf('\\c');
    const text = cut < 0 ? format : format.slice(0, cut);
    let last = 0;
    for (const match of text.matchAll(DIRECTIVE)) {
      this.tool.print(readEscapes(text.slice(last, match.index)));
      last = match.index + match[0].length;
      this.tool.print(this.#directive(match));
    }
    this.tool.print(readEscapes(text.slice(last)));
    if (cut >= 0) throw new Exit(this.code);
  }

  #directive(match: RegExpMatchArray): string {
    const [whole, flags = '', width = '', precision, conversion = ''] = match;
    if (conversion === '%') return '%';
    const format: NumberFormat = {
      flags,
      width: width === '*' ? this.#integer() : Number(width || '0'),
      precision:
        precision === undefined ? undefined : precision === '*' ? this.#integer() : Number(precision || '0'),
    };
    switch (conversion) {
      case 's':
        return formatText(this.next(), format);
      case 'c':
        return formatText([...this.next()][0] ?? '', format);
      case 'b':
        return formatText(readEscapes(this.next().replace(/\\0([0-7]{1,3})/g, '\\$1')), format);
      case 'q':
        return formatText(quoteFileIfNeeded(this.next()), format);
      case 'd':
      case 'i':
        return formatSigned(this.#big(SIGNED), format);
      case 'u':
      case 'o':
      case 'x':
      case 'X':
        return formatUnsigned(this.#big(UNSIGNED), conversion, format);
      case 'e':
      case 'f':
      case 'g':
      case 'a':
      case 'E':
      case 'F':
      case 'G':
      case 'A':
        return formatFloat(this.#float(), conversion, format);
      default:
        this.tool.complain(`${whole}: invalid conversion specification`);
        throw new Exit(1);
    }
  }

  #integer(): number {
    return Number(this.#big(SIGNED));
  }

  #big(range: Range): bigint {
    const text = this.next();
    if (/^['"]/.test(text)) return BigInt(this.#codeOf(text));
    const match = /^\s*([-+]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)/.exec(text);
    if (match === null) {
      this.#refuse(text, text === '' ? '' : 'expected a numeric value');
      return 0n;
    }
    if (match[0].length < text.length) this.#refuse(text, 'value not completely converted');
    const digits = match[2] ?? '0';
    const value = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits);
    const signed = match[1] === '-' ? -value : value;
    const clamped = signed < range.least ? range.least : signed > range.most ? range.most : signed;
    if (clamped !== signed) this.#refuse(text, 'Numerical result out of range');
    return clamped;
  }

  /** `'c`: the code of the character after the quote. */
  #codeOf(text: string): number {
    const [, first = '', ...rest] = [...text];
    if (rest.length > 0)
      this.tool.complain(
        `warning: ${rest.join('')}: character(s) following character constant have been ignored`,
      );
    return first.codePointAt(0) ?? 0;
  }

  #float(): number {
    const text = this.next();
    if (/^['"]/.test(text)) return this.#codeOf(text);
    const match = /^\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?/.exec(text);
    if (match === null) {
      this.#refuse(text, text === '' ? '' : 'expected a numeric value');
      return 0;
    }
    if (match[0].length < text.length) this.#refuse(text, 'value not completely converted');
    return Number(match[0]);
  }

  #refuse(text: string, reason: string): void {
    if (reason === '') return;
    this.tool.complain(`${quoteValue(text)}: ${reason}`);
    this.code = 1;
  }
}
