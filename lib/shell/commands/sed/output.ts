/** Where sed writes: standard output, the file edited in place, and the files of `w`. */
import type { Stream } from '../../../world/process.contract';
import { errnoText } from '../errno-text';
import type { Tool } from '../tool';

export class SedOutput {
  /** The last line written lacks its newline: it gets one before anything follows. */
  #lacksNewline = false;

  constructor(private readonly write: (text: string) => void) {}

  put(text: string, end: string): void {
    this.write((this.#lacksNewline ? '\n' : '') + text + end);
    this.#lacksNewline = end === '';
  }

  /** What was written ended with a newline of its own. */
  settle(): void {
    this.#lacksNewline = false;
  }

  /** Text that brings its own newlines. */
  raw(text: string): void {
    if (text === '') return;
    this.write((this.#lacksNewline ? '\n' : '') + text);
    this.#lacksNewline = false;
  }
}

/** The files named by `w`, opened (and emptied) before the first line is read. */
export class OutputFiles {
  readonly #outputs = new Map<string, SedOutput>();

  constructor(private readonly tool: Tool) {}

  open(name: string): void {
    if (this.#outputs.has(name)) return;
    if (name === '/dev/stdout') {
      this.#outputs.set(name, new SedOutput((text) => this.tool.print(text)));
      return;
    }
    if (name === '/dev/stderr') {
      this.#outputs.set(name, new SedOutput((text) => this.tool.note(text)));
      return;
    }
    const stream: Stream | string = this.#create(name);
    if (typeof stream !== 'string') this.#outputs.set(name, new SedOutput((text) => void stream.write(text)));
  }

  #create(name: string): Stream {
    const stream = this.tool.create(name);
    return typeof stream === 'string'
      ? this.tool.fail(`couldn't open file ${name}: ${errnoText(stream)}`, 4)
      : stream;
  }

  get(name: string): SedOutput | undefined {
    return this.#outputs.get(name);
  }
}
