/**
 * xargs(1) of GNU findutils 4.9. -P starts as many at once as asked.
 * Not modelled: -p (asks nobody), --process-slot-var, the system's limit on the length of a command line.
 */
import { errnoText } from './errno-text';
import { valueOf } from './getopt';
import { SIGNAL_NUMBERS } from '../../world/signals';
import { type Command, Exit, type Step, type Tool, type ToolRun } from './tool';

export const xargs: Command = {
  name: 'xargs',
  package: 'findutils',
  paths: ['/usr/bin/xargs'],
  synopsis: 'xargs [OPTION]... COMMAND [INITIAL-ARGS]...',
  summary: 'Run COMMAND with arguments INITIAL-ARGS and more arguments read from input.',
  run,
};

interface Settings {
  delimiter: string | undefined;
  replace: string | undefined;
  most: number;
  lines: number;
  size: number;
  parallel: number;
  noRunIfEmpty: boolean;
  trace: boolean;
  /** -p */
  asks: boolean;
  exitIfTooBig: boolean;
  end: string | undefined;
  file: string | undefined;
}

const LONG = {
  null: '0',
  'arg-file:': 'a',
  'delimiter:': 'd',
  'eof::': 'e',
  'replace::': 'i',
  'max-lines::': 'l',
  'max-args:': 'n',
  'open-tty': 'o',
  'max-procs:': 'P',
  interactive: 'p',
  'no-run-if-empty': 'r',
  'max-chars:': 's',
  'show-limits': 'show-limits',
  verbose: 't',
  exit: 'x',
};

function* run(tool: Tool): ToolRun {
  const settings: Settings = {
    delimiter: undefined,
    replace: undefined,
    most: Number.POSITIVE_INFINITY,
    lines: 0,
    size: 131_072,
    parallel: 1,
    noRunIfEmpty: false,
    trace: false,
    asks: false,
    exitIfTooBig: false,
    end: undefined,
    file: undefined,
  };
  const { options, operands } = tool.options({ short: '+0a:d:E:e::i::I:l::L:n:oprs:txP:', long: LONG });
  for (const option of options) set(tool, settings, option.name, valueOf(option));
  const command = operands.length === 0 ? ['echo'] : operands;
  const text =
    settings.file === undefined ? yield* tool.context.readAll() : yield* fileText(tool, settings.file);
  const items = split(tool, settings, text);
  const runner = new Runner(tool, settings);
  if (settings.replace !== undefined) {
    for (const { text: item } of items) {
      const mark = settings.replace;
      yield* runner.start(command.map((word) => word.replaceAll(mark, item)));
    }
    return yield* runner.finish();
  }
  const batches = batchesOf(tool, settings, items, command);
  if (batches.length === 0 && !settings.noRunIfEmpty) batches.push([]);
  for (const batch of batches) yield* runner.start([...command, ...batch]);
  return yield* runner.finish();
}

function* fileText(tool: Tool, name: string): Step<string> {
  const read = yield* tool.readFile(name);
  if (read === 'EISDIR') return '';
  return typeof read === 'string'
    ? tool.fail(`Cannot open input file ‘${name}’: ${errnoText(read)}`)
    : read.text;
}

function set(tool: Tool, settings: Settings, name: string, value: string): void {
  const number = (least: number): number => {
    if (!/^-?\d+$/.test(value)) {
      tool.complain(`invalid number "${value}" for -${name} option`);
      return tool.misuseQuietly(1);
    }
    if (Number(value) < least) {
      tool.complain(`value ${value} for -${name} option should be >= ${least}`);
      if (name === 's') tool.fail('cannot fit single argument within argument list size limit');
      return tool.misuseQuietly(1);
    }
    return Number(value);
  };
  switch (name) {
    case '0':
      settings.delimiter = '\0';
      break;
    case 'a':
      settings.file = value;
      break;
    case 'd':
      settings.delimiter = delimiterOf(tool, value);
      break;
    case 'E':
    case 'e':
      settings.end = value === '' ? undefined : value;
      break;
    case 'I':
    case 'i':
      if (settings.lines > 0) excludes(tool, 'max-lines', '--replace/-I/-i');
      if (Number.isFinite(settings.most)) excludes(tool, 'max-args', '--replace/-I/-i');
      settings.replace = value === '' ? '{}' : value;
      settings.most = Number.POSITIVE_INFINITY;
      settings.lines = 0;
      break;
    case 'l':
    case 'L': {
      const by = name === 'l' ? '--max-lines/-l' : '-L';
      settings.lines = value === '' ? 1 : number(1);
      if (Number.isFinite(settings.most)) excludes(tool, 'max-args', by);
      if (settings.replace !== undefined) excludes(tool, 'replace', by);
      settings.most = Number.POSITIVE_INFINITY;
      settings.replace = undefined;
      break;
    }
    case 'n':
      settings.most = number(1);
      if (settings.lines > 0) excludes(tool, 'max-lines', '--max-args/-n');
      settings.lines = 0;
      // -n 1 after -I is what -I does anyway.
      if (settings.replace !== undefined && settings.most === 1) settings.most = Number.POSITIVE_INFINITY;
      else if (settings.replace !== undefined) {
        excludes(tool, 'replace', '--max-args/-n');
        settings.replace = undefined;
      }
      break;
    case 'P':
      settings.parallel = number(0) || Number.POSITIVE_INFINITY;
      break;
    case 'r':
      settings.noRunIfEmpty = true;
      break;
    case 's':
      settings.size = number(1);
      break;
    case 'p':
      settings.asks = true;
      break;
    case 't':
      settings.trace = true;
      break;
    case 'x':
      settings.exitIfTooBig = true;
      break;
  }
}

/** Of two options that contradict each other the later one counts. */
function excludes(tool: Tool, earlier: string, later: string): void {
  const option = `--${earlier}`;
  tool.complain(
    `warning: options ${option} and ${later} are mutually exclusive, ignoring previous ${option} value`,
  );
}

function delimiterOf(tool: Tool, value: string): string {
  if (value.length === 1) return value;
  if (!value.startsWith('\\'))
    return tool.fail(
      `Invalid input delimiter specification ${value}: the delimiter must be either a single character or an escape sequence starting with \\.`,
    );
  const named: Readonly<Record<string, string>> = {
    n: '\n',
    t: '\t',
    r: '\r',
    '0': '\0',
    '\\': '\\',
    a: '\x07',
    b: '\b',
    f: '\f',
    v: '\v',
  };
  return (
    named[value.slice(1)] ??
    String.fromCharCode(Number.parseInt(value.slice(1).replace('x', ''), value.includes('x') ? 16 : 8) || 0)
  );
}

interface Item {
  readonly text: string;
  /** The input line ended after this one. */
  endsLine: boolean;
}

function split(tool: Tool, settings: Settings, text: string): Item[] {
  if (settings.delimiter !== undefined) {
    const parts = text.split(settings.delimiter);
    if (parts[parts.length - 1] === '') parts.pop();
    return parts.map((part) => ({ text: part, endsLine: true }));
  }
  const items = settings.replace === undefined ? words(tool, text) : wholeLines(tool, text);
  if (settings.end === undefined) return items;
  const end = items.findIndex((item) => item.text === settings.end);
  return end < 0 ? items : items.slice(0, end);
}

/** Words with quotes and backslashes taken off. */
function words(tool: Tool, text: string): Item[] {
  const items: Item[] = [];
  let word: string | undefined;
  const push = (): void => {
    if (word !== undefined) items.push({ text: word, endsLine: false });
    word = undefined;
  };
  for (let i = 0; i < text.length; i++) {
    const character = text[i] ?? '';
    if (character === '\n') {
      const isContinued = /[ \t]/.test(text[i - 1] ?? '');
      push();
      const last = items[items.length - 1];
      if (last !== undefined && !isContinued) last.endsLine = true;
    } else if (/[ \t]/.test(character)) push();
    else if (character === '\\') word = (word ?? '') + (text[++i] ?? '');
    else if (character === "'" || character === '"') {
      const end = text.indexOf(character, i + 1);
      const line = text.indexOf('\n', i + 1);
      if (end < 0 || (line >= 0 && line < end)) {
        // What came before has been run already; here nothing has.
        tool.complain(
          `unmatched ${character === "'" ? 'single' : 'double'} quote; by default quotes are special to xargs unless you use the -0 option`,
        );
        throw new Exit(1);
      }
      word = (word ?? '') + text.slice(i + 1, end);
      i = end;
    } else word = (word ?? '') + character;
  }
  push();
  return items;
}

/** With -I every line is one item: leading blanks go, quotes are taken off. */
function wholeLines(tool: Tool, text: string): Item[] {
  const items: Item[] = [];
  for (const line of text.split('\n')) {
    const content = line.replace(/^[ \t]+/, '');
    if (content === '') continue;
    const joined = /['"\\]/.test(content)
      ? words(tool, content.replace(/[ \t]/g, '\\$&')).map((item) => item.text)
      : [content];
    items.push({ text: joined.join(' '), endsLine: true });
  }
  return items;
}

function batchesOf(
  tool: Tool,
  settings: Settings,
  items: readonly Item[],
  command: readonly string[],
): string[][] {
  const batches: string[][] = [];
  const start = command.reduce((sum, word) => sum + word.length + 1, 0);
  let batch: string[] = [];
  let size = start;
  let lines = 0;
  for (const item of items) {
    // Counted as execve(2) counts: each word with the zero after it.
    if (start + item.text.length + 1 > settings.size) tool.fail('argument line too long');
    const isFull = batch.length >= settings.most || size + item.text.length + 1 > settings.size;
    if (batch.length > 0 && (isFull || (settings.lines > 0 && lines >= settings.lines))) {
      batches.push(batch);
      batch = [];
      size = start;
      lines = 0;
    }
    batch.push(item.text);
    size += item.text.length + 1;
    if (item.endsLine) lines++;
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}

class Runner {
  #result = 0;
  readonly #running: number[] = [];

  constructor(
    private readonly tool: Tool,
    private readonly settings: Settings,
  ) {}

  *start(argv: readonly string[]): Step {
    const { tool } = this;
    if (this.#running.length >= this.settings.parallel) yield* this.#reap();
    if (this.settings.asks && !(yield* this.#confirmed(argv))) return;
    if (this.settings.trace) tool.note(`${argv.map(shellQuoted).join(' ')}\n`);
    yield* tool.flush();
    const fds = tool.standardStreams();
    fds.set(0, tool.context.host.streams.null());
    const pid = tool.spawn(argv, { fds });
    if (typeof pid === 'number') {
      this.#running.push(pid);
      if (this.settings.parallel === 1) yield* this.#reap();
      return;
    }
    tool.complain(`${argv[0] ?? ''}: ${errnoText(pid.errno)}`);
    throw new Exit(pid.errno === 'ENOENT' ? 127 : 126);
  }

  /** -p: the terminal says whether the command is run. */
  *#confirmed(argv: readonly string[]): Step<boolean> {
    const { tool } = this;
    yield* tool.flush();
    tool.note(argv.map(shellQuoted).join(' '));
    const terminal = tool.open('/dev/tty');
    if (typeof terminal === 'string')
      return tool.fail(`failed to open /dev/tty for reading: ${errnoText(terminal)}`);
    tool.note(' ?...');
    return /^[yY]/.test(yield* tool.context.readLine(terminal));
  }

  *#reap(): Step {
    const { tool } = this;
    const pid = this.#running.shift();
    if (pid === undefined) return;
    const status = yield* tool.context.wait(pid);
    const name = tool.context.argv.find((word, i) => i > 0 && !word.startsWith('-')) ?? 'echo';
    if (status.signal !== undefined) {
      tool.complain(`${name}: terminated by signal ${SIGNAL_NUMBERS[status.signal]}`);
      throw new Exit(125);
    }
    if (status.code === 255) {
      tool.complain(`${name}: exited with status 255; aborting`);
      throw new Exit(124);
    }
    if (status.code !== 0) this.#result = 123;
  }

  *finish(): ToolRun {
    while (this.#running.length > 0) yield* this.#reap();
    return this.#result;
  }
}

function shellQuoted(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replace(/'/g, "'\\''")}'`;
}
