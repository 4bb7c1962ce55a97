/** uniq(1) of GNU coreutils. */
import { meaningOf, wordsOf } from './argument-words';
import { errnoText } from './errno-text';
import { valueOf } from './getopt';
import { chomp, LineReader } from './line-reader';
import { quoteFile, quoteFileIfNeeded, quoteValue } from './quoting';
import type { Command, Tool, ToolRun } from './tool';

export const uniq: Command = {
  name: 'uniq',
  package: 'coreutils',
  paths: ['/usr/bin/uniq'],
  synopsis: 'uniq [OPTION]... [INPUT [OUTPUT]]',
  summary:
    'Filter adjacent matching lines from INPUT (or standard input),\nwriting to OUTPUT (or standard output).',
  run,
};

interface Settings {
  count: boolean;
  unique: boolean;
  repeated: boolean;
  ignoreCase: boolean;
  skipFields: number;
  skipCharacters: number;
  width: number;
  terminator: string;
  all: 'no' | 'none' | 'prepend' | 'separate';
  group: 'no' | 'prepend' | 'append' | 'separate' | 'both';
}

function* run(tool: Tool): ToolRun {
  const settings: Settings = {
    count: false,
    unique: false,
    repeated: false,
    ignoreCase: false,
    skipFields: 0,
    skipCharacters: 0,
    width: Number.POSITIVE_INFINITY,
    terminator: '\n',
    all: 'no',
    group: 'no',
  };
  const { options, operands } = tool.options({
    short: 'cdDf:is:uw:z0123456789',
    long: {
      count: 'c',
      repeated: 'd',
      'all-repeated::': 'D',
      'skip-fields:': 'f',
      'group::': 'group',
      'ignore-case': 'i',
      'skip-chars:': 's',
      unique: 'u',
      'check-chars:': 'w',
      'zero-terminated': 'z',
    },
  });
  for (const option of options) setOption(tool, settings, option.name, option.value, valueOf(option));
  if (
    settings.group !== 'no' &&
    (settings.count || settings.unique || settings.repeated || settings.all !== 'no')
  )
    tool.misuse('--group is mutually exclusive with -c/-d/-D/-u');
  if (settings.all !== 'no' && settings.count)
    tool.misuse('printing all duplicated lines and repeat counts is meaningless');
  const [input = '-', output, extra] = operands;
  if (extra !== undefined) tool.misuse(`extra operand ${quoteValue(extra)}`);
  const stream = input === '-' ? tool.context.stdin : tool.open(input);
  if (typeof stream === 'string') return tool.fail(`${quoteFileIfNeeded(input)}: ${errnoText(stream)}`);
  if (input !== '-' && tool.isDirectory(input)) return tool.fail(`error reading ${quoteFile(input)}`);
  const target = output === undefined || output === '-' ? undefined : tool.create(output);
  if (typeof target === 'string')
    return tool.fail(`${quoteFileIfNeeded(output ?? '')}: ${errnoText(target)}`);
  const writer = new Groups(settings, (text) => {
    if (target === undefined) tool.print(text);
    else target.write(text);
  });
  const reader = new LineReader(tool, stream, settings.terminator);
  for (;;) {
    const line = reader.ready() ?? (yield* reader.next());
    if (line === undefined) break;
    writer.add(chomp(line, settings.terminator));
    if (tool.isPressed) yield* tool.drain();
  }
  writer.end();
  return 0;
}

function setOption(
  tool: Tool,
  settings: Settings,
  name: string,
  given: string | undefined,
  value: string,
): void {
  const count = (what: string): number =>
    /^\d+$/.test(value) ? Number(value) : tool.fail(`${quoteFileIfNeeded(value)}: invalid number of ${what}`);
  if (name === 'c') settings.count = true;
  else if (name === 'd') settings.repeated = true;
  else if (name === 'u') settings.unique = true;
  else if (name === 'i') settings.ignoreCase = true;
  else if (name === 'z') settings.terminator = '\0';
  else if (name === 'f') settings.skipFields = count('fields to skip');
  else if (name === 's') settings.skipCharacters = count('bytes to skip');
  else if (name === 'w') settings.width = count('bytes to compare');
  else if (name === 'D')
    settings.all = meaningOf(
      tool,
      wordsOf(['none', 'prepend', 'separate']),
      given ?? 'none',
      '--all-repeated',
    );
  else if (name === 'group')
    settings.group = meaningOf(
      tool,
      wordsOf(['prepend', 'append', 'separate', 'both']),
      given ?? 'separate',
      '--group',
    );
  else settings.skipFields = settings.skipFields * 10 + Number(name);
}

/** Collects neighbours that compare equal. */
class Groups {
  #lines: string[] = [];
  #key: string | undefined;
  #printed = 0;

  constructor(
    private readonly settings: Settings,
    private readonly print: (text: string) => void,
  ) {}

  add(line: string): void {
    const key = this.#keyOf(line);
    if (this.#key !== undefined && key !== this.#key) this.#close(false);
    this.#key = key;
    this.#lines.push(line);
  }

  end(): void {
    if (this.#lines.length > 0) this.#close(true);
  }

  #keyOf(line: string): string {
    const { skipFields, skipCharacters, width, ignoreCase } = this.settings;
    let at = 0;
    for (let i = 0; i < skipFields; i++) {
      while (at < line.length && /[ \t\n]/.test(line[at] ?? '')) at++;
      while (at < line.length && !/[ \t\n]/.test(line[at] ?? '')) at++;
    }
    const key = line.slice(
      at + skipCharacters,
      width === Number.POSITIVE_INFINITY ? undefined : at + skipCharacters + width,
    );
    return ignoreCase ? key.replace(/[A-Z]/g, (letter) => letter.toLowerCase()) : key;
  }

  #close(isLast: boolean): void {
    const lines = this.#lines;
    this.#lines = [];
    const { settings } = this;
    if (settings.group !== 'no') this.#group(lines, settings.group, isLast);
    else if (settings.all !== 'no') this.#all(lines);
    else {
      const shown = lines.length > 1 ? !settings.unique : !settings.repeated;
      if (shown)
        this.print(
          `${settings.count ? `${String(lines.length).padStart(7)} ` : ''}${lines[0]}${settings.terminator}`,
        );
    }
  }

  #all(lines: readonly string[]): void {
    if (lines.length < 2 || this.settings.unique) return;
    if (this.settings.all === 'prepend' || (this.settings.all === 'separate' && this.#printed > 0))
      this.print(this.settings.terminator);
    this.#printed++;
    for (const line of lines) this.print(line + this.settings.terminator);
  }

  #group(lines: readonly string[], manner: Settings['group'], isLast: boolean): void {
    const { terminator } = this.settings;
    if (manner === 'prepend' || manner === 'both' || (manner === 'separate' && this.#printed > 0))
      this.print(terminator);
    this.#printed++;
    for (const line of lines) this.print(line + terminator);
    if (manner === 'append' || (manner === 'both' && isLast)) this.print(terminator);
  }
}
