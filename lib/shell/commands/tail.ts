/** tail(1) of GNU coreutils. */
import { bytesFromText, textFromBytes } from '../../std/bytes';
import { FileError } from '../../world/files.contract';
import type { Stream } from '../../world/process.contract';
import { errnoText } from './errno-text';
import { valueOf } from './getopt';
import { LineReader } from './line-reader';
import { inputName, inputsOf, openOperand } from './operands';
import { quoteFile, quoteValue } from './quoting';
import { parseSize } from './sizes';
import type { Command, Step, Tool, ToolRun } from './tool';

export const tail: Command = {
  name: 'tail',
  package: 'coreutils',
  paths: ['/usr/bin/tail'],
  synopsis: 'tail [OPTION]... [FILE]...',
  summary: 'Print the last 10 lines of each FILE to standard output.',
  run,
};

interface Settings {
  unit: 'lines' | 'bytes';
  count: number;
  fromStart: boolean;
  terminator: string;
  headers: 'auto' | 'always' | 'never';
  follow: 'no' | 'descriptor' | 'name';
  retry: boolean;
  watchPid: number | undefined;
  interval: number;
}

/** inotify tells at once; looking this often comes close and costs little. */
const LOOK_EVERY_MICROS = 200_000;

function* run(tool: Tool): ToolRun {
  const settings: Settings = {
    unit: 'lines',
    count: 10,
    fromStart: false,
    terminator: '\n',
    headers: 'auto',
    follow: 'no',
    retry: false,
    watchPid: undefined,
    interval: LOOK_EVERY_MICROS,
  };
  const args = oldSyntax(tool, settings);
  const { options, operands } = tool.options(
    {
      short: 'c:n:fFqs:vz0123456789',
      long: {
        'bytes:': 'c',
        'lines:': 'n',
        'follow::': 'follow',
        quiet: 'q',
        silent: 'q',
        verbose: 'v',
        'zero-terminated': 'z',
        retry: 'retry',
        'pid:': 'pid',
        'sleep-interval:': 's',
        'max-unchanged-stats:': 'max',
      },
    },
    { args },
  );
  for (const option of options) setOption(tool, settings, option.name, option.value, valueOf(option));
  const names = inputsOf(operands);
  const withHeaders = settings.headers === 'always' || (settings.headers === 'auto' && names.length > 1);
  const followed: Followed[] = [];
  let code = 0;
  let shown: string | undefined;
  for (const name of names) {
    const stream = openOperand(tool, name, 'reading');
    if (stream === undefined) {
      code = 1;
      if (settings.follow === 'name' && settings.retry)
        followed.push({ name, stream: undefined, ino: undefined });
      continue;
    }
    if (withHeaders) tool.print(`${shown === undefined ? '' : '\n'}==> ${inputName(name)} <==\n`);
    shown = name;
    yield* copy(tool, stream, settings);
    if (settings.follow !== 'no') followed.push({ name, stream, ino: stream.ino });
    else tool.close(stream);
  }
  if (settings.follow === 'no' || followed.length === 0) {
    if (settings.follow !== 'no') tool.complain('no files remaining');
    return code;
  }
  yield* new Follower(tool, settings, followed, withHeaders ? shown : undefined).follow();
  return code;
}

function setOption(
  tool: Tool,
  settings: Settings,
  name: string,
  given: string | undefined,
  value: string,
): void {
  if (name === 'c' || name === 'n') setCount(tool, settings, name === 'c' ? 'bytes' : 'lines', value);
  else if (name === 'q') settings.headers = 'never';
  else if (name === 'v') settings.headers = 'always';
  else if (name === 'z') settings.terminator = '\0';
  else if (name === 'f') settings.follow = 'descriptor';
  else if (name === 'F') Object.assign(settings, { follow: 'name', retry: true });
  else if (name === 'follow') settings.follow = given === 'name' ? 'name' : 'descriptor';
  else if (name === 'retry') settings.retry = true;
  else if (name === 'pid') settings.watchPid = Number(value);
  else if (name === 's') {
    if (!/^\d*\.?\d+$|^\d+\.$/.test(value)) tool.fail(`invalid number of seconds: ${quoteValue(value)}`);
    settings.interval = Math.max(1000, Math.round(Number(value) * 1_000_000));
  } else if (name !== 'max') tool.fail(`option used in invalid context -- ${name}`);
}

/** `tail -5`, `tail -5f`, `tail +3`. */
function oldSyntax(tool: Tool, settings: Settings): readonly string[] {
  const [first = '', ...rest] = tool.args;
  const match = /^[-+](\d+)([bcl]?)(f?)$/.exec(first);
  if (match === null || (first.startsWith('+') && rest.length > 1)) return tool.args;
  settings.fromStart = first.startsWith('+');
  if (rest.filter((argument) => !argument.startsWith('-') || argument === '-').length > 1)
    tool.fail(`option used in invalid context -- ${match[1]?.[0] ?? ''}`);
  settings.count = Number(match[1]) * (match[2] === 'b' ? 512 : 1);
  if (match[2] === 'b' || match[2] === 'c') settings.unit = 'bytes';
  if (match[3] === 'f') settings.follow = 'descriptor';
  return rest;
}

function setCount(tool: Tool, settings: Settings, unit: Settings['unit'], text: string): void {
  settings.unit = unit;
  settings.fromStart = text.startsWith('+');
  const number = text.replace(/^[-+]/, '');
  const size = parseSize(number);
  if (typeof size === 'string')
    tool.fail(`invalid number of ${unit}: ${quoteValue(text.startsWith('-') ? number : text)}`);
  settings.count = size;
}

function* copy(tool: Tool, stream: Stream, settings: Settings): Step {
  if (settings.unit === 'bytes') {
    const bytes = bytesFromText(yield* tool.context.readAll(stream));
    const from = settings.fromStart
      ? Math.max(0, settings.count - 1)
      : Math.max(0, bytes.length - settings.count);
    tool.print(textFromBytes(bytes.subarray(from)));
  } else if (settings.fromStart) yield* fromLine(tool, stream, settings);
  else tool.print(lastLines(yield* tool.context.readAll(stream), settings.count, settings.terminator));
  yield* tool.drain();
}

function* fromLine(tool: Tool, stream: Stream, settings: Settings): Step {
  const reader = new LineReader(tool, stream, settings.terminator);
  for (let number = 1; ; number++) {
    const line = reader.ready() ?? (yield* reader.next());
    if (line === undefined) return;
    if (number >= settings.count) tool.print(line);
    if (tool.isPressed) yield* tool.drain();
  }
}

function lastLines(text: string, count: number, terminator: string): string {
  if (count === 0) return '';
  let from = text.length - (text.endsWith(terminator) ? 1 : 0);
  for (let i = 0; i < count; i++) {
    if (from <= 0) return text;
    from = text.lastIndexOf(terminator, from - 1);
    if (from < 0) return text;
  }
  return text.slice(from + 1);
}

interface Followed {
  readonly name: string;
  stream: Stream | undefined;
  ino: number | undefined;
}

/** Goes on printing what is added. */
class Follower {
  #shown: string | undefined;

  constructor(
    private readonly tool: Tool,
    private readonly settings: Settings,
    private readonly files: Followed[],
    shown: string | undefined,
  ) {
    this.#shown = shown;
  }

  *follow(): Step {
    const { tool, settings } = this;
    const [only] = this.files;
    if (this.files.length === 1 && only?.stream !== undefined && only.stream.kind === 'pipe') return;
    for (;;) {
      for (const file of this.files) this.look(file);
      yield* tool.flush();
      if (settings.follow === 'descriptor' && this.files.every((file) => file.stream === undefined))
        tool.fail('no files remaining');
      if (settings.watchPid !== undefined && tool.context.host.process(settings.watchPid) === undefined)
        return;
      // Waiting on the output as well would only matter for a reader that goes away: the next write tells.
      yield { until: tool.context.kernel.now + settings.interval };
    }
  }

  private look(file: Followed): void {
    if (this.settings.follow === 'name') this.reopen(file);
    this.truncated(file);
    for (;;) {
      const text = file.stream?.read();
      if (text === undefined || text === '') return;
      if (this.#shown !== undefined && this.#shown !== file.name) {
        this.tool.print(`\n==> ${inputName(file.name)} <==\n`);
        this.#shown = file.name;
      }
      this.tool.print(text);
    }
  }

  private truncated(file: Followed): void {
    const { stream } = file;
    if (stream?.seek === undefined || stream.ino === undefined) return;
    const size = this.tool.context.fs.readInode(stream.ino).length;
    const known = this.#sizes.get(stream) ?? size;
    if (size < known) {
      this.tool.complain(`${file.name}: file truncated`);
      stream.seek(0);
    }
    this.#sizes.set(stream, size);
  }

  readonly #sizes = new Map<Stream, number>();

  private reopen(file: Followed): void {
    const info = this.tool.stat(file.name);
    if (info instanceof FileError) {
      if (file.ino !== undefined)
        this.tool.complain(`${quoteFile(file.name)} has become inaccessible: ${errnoText(info.errno)}`);
      file.ino = undefined;
      return;
    }
    if (info.ino === file.ino) return;
    const stream = this.tool.open(file.name);
    if (typeof stream === 'string') return;
    const isNew = file.ino === undefined;
    this.tool.complain(
      `${quoteFile(file.name)} has ${isNew ? 'appeared' : 'been replaced'};  following new file`,
    );
    if (file.stream !== undefined) this.tool.close(file.stream);
    file.stream = stream;
    file.ino = info.ino;
  }
}
