/** The lines that sed reads, across files, with a look ahead for `$`. Source: sed 4.9 `execute.c`. */
import { FileError } from '../../../world/files.contract';
import { errnoText } from '../errno-text';
import { LineReader } from '../line-reader';
import type { Step, Tool } from '../tool';

export interface InputLine {
  readonly text: string;
  /** The last line of a file may lack its newline. */
  readonly ended: boolean;
}

export interface InputSettings {
  readonly files: readonly string[];
  readonly terminator: string;
  /** Each file has a last line of its own (-s, -i). */
  readonly separate: boolean;
  /** In-place editing: only regular files. */
  readonly inPlace: boolean;
  /** A file begins or ends. */
  readonly opened: (name: string) => void;
  readonly closed: () => void;
}

export class SedInput {
  line = 0;
  fileName = '-';
  failed = false;
  #reader: LineReader | undefined;
  #isOpen = false;
  #index = 0;
  #ahead: InputLine | undefined;

  constructor(
    private readonly tool: Tool,
    private readonly settings: InputSettings,
  ) {}

  /** The next line, or undefined at the end of all. */
  *next(): Step<InputLine | undefined> {
    for (;;) {
      const ahead = this.#ahead ?? (yield* this.#read());
      this.#ahead = undefined;
      if (ahead !== undefined) {
        this.line++;
        return ahead;
      }
      this.finish();
      if (!this.#openNext()) return undefined;
    }
  }

  /** Whether the line read last is the last one. */
  *isLast(): Step<boolean> {
    this.#ahead ??= yield* this.#read();
    if (this.#ahead !== undefined) return false;
    if (this.settings.separate) return true;
    while (this.#openNext()) {
      this.#ahead = yield* this.#read();
      if (this.#ahead !== undefined) return false;
    }
    return true;
  }

  /** Whether there is no line left in any file. */
  *isAtEnd(): Step<boolean> {
    if (!(yield* this.isLast())) return false;
    return !this.settings.separate || this.#index >= this.settings.files.length;
  }

  /** The current file is done. */
  finish(): void {
    if (this.#isOpen) this.settings.closed();
    this.#isOpen = false;
    if (this.#reader !== undefined && this.#reader.stream !== this.tool.context.stdin)
      this.tool.close(this.#reader.stream);
    this.#reader = undefined;
  }

  /** What was read of standard input but not used goes back to it. */
  giveBack(): void {
    if (this.#ahead === undefined) this.#reader?.unread();
  }

  *#read(): Step<InputLine | undefined> {
    if (this.#reader === undefined) return undefined;
    const line = this.#reader.ready() ?? (yield* this.#reader.next());
    if (line === undefined) return undefined;
    const ended = line.endsWith(this.settings.terminator);
    return { text: ended ? line.slice(0, -1) : line, ended };
  }

  #openNext(): boolean {
    for (; this.#index < this.settings.files.length; ) {
      const name = this.settings.files[this.#index++] ?? '';
      if (this.#open(name)) return true;
    }
    return false;
  }

  #open(name: string): boolean {
    const { tool, settings } = this;
    if (name === '-' && !settings.inPlace) {
      const { readProblem } = tool.context.stdin;
      if (readProblem !== undefined) tool.fail(`read error on stdin: ${errnoText(readProblem)}`, 4);
      this.#reader = new LineReader(tool, tool.context.stdin, settings.terminator);
      this.fileName = '-';
      return true;
    }
    const info = tool.stat(name);
    if (info instanceof FileError) return this.#trouble(`can't read ${name}: ${errnoText(info.errno)}`);
    if (settings.inPlace && info.kind !== 'file') {
      tool.complain(`couldn't edit ${name}: not a regular file`);
      this.failed = true;
      this.#panicked = true;
      return false;
    }
    if (info.kind === 'directory') return tool.fail(`read error on ${name}: ${errnoText('EISDIR')}`, 4);
    const stream = tool.open(name);
    if (typeof stream === 'string') return this.#trouble(`can't read ${name}: ${errnoText(stream)}`);
    this.#reader = new LineReader(tool, stream, settings.terminator);
    this.fileName = name;
    this.#isOpen = true;
    if (settings.separate) this.line = 0;
    settings.opened(name);
    return true;
  }

  #panicked = false;

  #trouble(message: string): false {
    this.tool.complain(message);
    this.failed = true;
    return false;
  }

  get exitCode(): number {
    return this.#panicked ? 4 : this.failed ? 2 : 0;
  }
}
