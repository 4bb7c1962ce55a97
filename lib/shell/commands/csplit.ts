/** csplit(1) of GNU coreutils. */
import { byteLength } from '../../std/bytes';
import { errnoText } from './errno-text';
import { valueOf } from './getopt';
import { quoteFile, quoteFileIfNeeded, quoteValue } from './quoting';
import { compilePosix } from '../../std/regex/pattern';
import { RegexError } from '../../std/regex/tree';
import type { Command, Tool, ToolRun } from './tool';

export const csplit: Command = {
  name: 'csplit',
  package: 'coreutils',
  paths: ['/usr/bin/csplit'],
  synopsis: 'csplit [OPTION]... FILE PATTERN...',
  summary:
    "Output pieces of FILE separated by PATTERN(s) to files 'xx00', 'xx01', ...,\nand output byte counts of each piece to standard output.",
  run,
};

function* run(tool: Tool): ToolRun {
  const { options, operands } = tool.options({
    short: 'b:f:kn:sqz',
    long: {
      'suffix-format:': 'b',
      'prefix:': 'f',
      'keep-files': 'k',
      'digits:': 'n',
      quiet: 'q',
      silent: 'q',
      'elide-empty-files': 'z',
      'suppress-matched': 'suppress',
    },
  });
  const has = (letters: string): boolean => options.some((option) => letters.includes(option.name));
  const value = (name: string): string | undefined =>
    options.findLast((option) => option.name === name)?.value;
  const [input, ...patterns] = operands;
  if (input === undefined) return tool.misuse('missing operand');
  if (patterns.length === 0) return tool.misuse(`missing operand after ${quoteValue(input)}`);
  const file = yield* tool.readFile(input);
  if (typeof file === 'string')
    return tool.fail(`cannot open ${quoteFile(input)} for reading: ${errnoText(file)}`);
  const digits = options.find((option) => option.name === 'n');
  const splitter = new Splitter(tool, file.text, {
    prefix: value('f') ?? 'xx',
    digits: digits === undefined ? 2 : Number(valueOf(digits)),
    suffixFormat: value('b'),
    keep: has('k'),
    quiet: has('sq'),
    elide: has('z'),
    suppress: options.some((option) => option.name === 'suppress'),
  });
  let previous = 0;
  for (const pattern of patterns) {
    if (!/^\d+$/.test(pattern)) continue;
    const line = Number(pattern);
    if (line === 0) return tool.fail(`${pattern}: line number must be greater than zero`);
    if (line < previous)
      return tool.fail(
        `line number ${quoteValue(pattern)} is smaller than preceding line number, ${previous}`,
      );
    if (line === previous)
      tool.complain(`warning: line number ${quoteValue(pattern)} is the same as preceding line number`);
    previous = line;
  }
  for (let i = 0; i < patterns.length; i++) {
    const pattern = patterns[i] ?? '';
    const next = patterns[i + 1] ?? '';
    const repeat = /^\{(\d+|\*)\}$/.exec(next);
    if (repeat !== null) i++;
    else if (next.startsWith('{'))
      return tool.fail(`${quoteValue(next.replace(/\}$/, ''))}}: integer required between '{' and '}'`);
    splitter.apply(
      pattern,
      repeat === null ? 0 : repeat[1] === '*' ? Number.POSITIVE_INFINITY : Number(repeat[1]),
    );
  }
  splitter.finish();
  return 0;
}

interface Settings {
  prefix: string;
  digits: number;
  suffixFormat: string | undefined;
  keep: boolean;
  quiet: boolean;
  elide: boolean;
  suppress: boolean;
}

function suffixNumber(count: number, kind: string): string {
  const text = count.toString(kind === 'o' ? 8 : kind.toLowerCase() === 'x' ? 16 : 10);
  return kind === 'X' ? text.toUpperCase() : text;
}

class Splitter {
  readonly #lines: string[];
  #at = 0;
  #count = 0;
  readonly #made: string[] = [];

  constructor(
    private readonly tool: Tool,
    text: string,
    private readonly settings: Settings,
  ) {
    this.#lines = text.split(/(?<=\n)/).filter((line) => line !== '');
  }

  apply(pattern: string, repeats: number): void {
    for (let round = 0; round <= repeats; round++) {
      const end = /^\d+$/.test(pattern) ? this.#byNumber(pattern, round) : this.#byRegex(pattern, round);
      const isNumber = /^\d+$/.test(pattern);
      if (end === undefined) {
        // Repeated until the text ends, which for numbers is a mistake.
        if (repeats === Number.POSITIVE_INFINITY && !isNumber) return;
        if (!pattern.startsWith('%')) this.finish();
        this.#fail(
          `${quoteValue(pattern)}: ${isNumber ? 'line number out of range' : 'match not found'}`,
          round,
        );
      } else {
        if (!pattern.startsWith('%')) this.#write(this.#lines.slice(this.#at, end).join(''));
        this.#at = end + (this.settings.suppress ? 1 : 0);
      }
    }
  }

  finish(): void {
    this.#write(this.#lines.slice(this.#at).join(''));
  }

  #byNumber(pattern: string, round: number): number | undefined {
    const target = Number(pattern) * (round + 1) - 1;
    if (target > this.#lines.length || target < this.#at) return undefined;
    return target;
  }

  #byRegex(text: string, round: number): number | undefined {
    const delimiter = text[0] ?? '';
    if (delimiter !== '/' && delimiter !== '%')
      return this.#fail(`${quoteValue(text)}: invalid pattern`, round);
    const close = text.lastIndexOf(delimiter);
    if (close === 0)
      return this.#fail(`${quoteFileIfNeeded(text)}: closing delimiter '${delimiter}' missing`, round);
    const pattern = compilePosix(text.slice(1, close), { dialect: 'posixBasic' });
    if (pattern instanceof RegexError)
      return this.#fail(`${quoteFileIfNeeded(text)}: invalid regular expression: ${pattern.message}`, round);
    const offset = Number(text.slice(close + 1) || '0');
    // A line that ended the piece before does not end this one too.
    const from = this.#at === 0 && this.#count === 0 ? 0 : this.#at + (this.settings.suppress ? 0 : 1);
    for (let i = from; i < this.#lines.length; i++) {
      if (!pattern.test((this.#lines[i] ?? '').replace(/\n$/, ''))) continue;
      if (i + offset < this.#at) this.#write('');
      else if (i + offset > this.#lines.length) this.finish();
      if (i + offset < this.#at || i + offset > this.#lines.length)
        return this.#fail(`${quoteValue(text)}: line number out of range`, round);
      return i + offset;
    }
    return undefined;
  }

  #fail(message: string, round: number): never {
    if (!this.settings.keep)
      for (const name of this.#made)
        this.tool.context.fs.unlink(this.tool.resolve(name), this.tool.context.who);
    return this.tool.fail(`${message}${round > 0 ? ` on repetition ${round}` : ''}`);
  }

  #write(text: string): void {
    if (text === '' && this.settings.elide) return;
    const number = String(this.#count++);
    const suffix =
      this.settings.suffixFormat === undefined
        ? number.padStart(this.settings.digits, '0')
        : this.settings.suffixFormat.replace(
            /%([-0]*)(\d*)([diuoxX])/,
            (_, flags: string, width: string, kind: string) => {
              const digits = suffixNumber(Number(number), kind);
              return flags.includes('-')
                ? digits.padEnd(Number(width))
                : digits.padStart(Number(width), flags.includes('0') ? '0' : ' ');
            },
          );
    const name = this.settings.prefix + suffix;
    const stream = this.tool.create(name);
    if (typeof stream === 'string') return this.tool.fail(`${name}: ${errnoText(stream)}`);
    stream.write(text);
    this.tool.close(stream);
    this.#made.push(name);
    if (!this.settings.quiet) this.tool.line(String(byteLength(text)));
  }
}
