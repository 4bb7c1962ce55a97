/** What less shows: a file, or what comes through a pipe, read as far as it is needed. */
import { byteLength } from '../../../std/bytes';
import type { Stream } from '../../../world/process.contract';
import type { Step, Tool } from '../tool';

export class Document {
  readonly lines: string[] = [];
  /** Bytes up to the end of each line. */
  readonly #ends: number[] = [];
  #rest = '';
  isComplete = false;

  constructor(
    readonly file: string | undefined,
    private readonly source: Stream | string,
  ) {
    if (typeof source === 'string') this.#take(source, true);
  }
  bytesTo(line: number): number {
    return this.#ends[Math.min(line, this.#ends.length) - 1] ?? 0;
  }
  get bytes(): number | undefined {
    return this.isComplete ? this.bytesTo(this.lines.length) : undefined;
  }
  /** Reads until there are so many lines, or no more. False when a signal came in between. */
  *need(tool: Tool, lines: number): Step<boolean> {
    while (!this.isComplete && this.lines.length < lines && typeof this.source !== 'string') {
      const text = this.source.read();
      if (text === undefined) {
        const wake = yield { streams: [this.source] };
        if (wake.reason === 'signal') return false;
      } else this.#take(text, text === '');
      if (tool.isPressed) yield* tool.drain();
    }
    return true;
  }
  #take(text: string, isLast: boolean): void {
    const parts = `${this.#rest}${text}`.split('\n');
    this.#rest = parts.pop() ?? '';
    for (const line of parts) this.#add(line, 1);
    if (!isLast) return;
    if (this.#rest !== '') this.#add(this.#rest, 0);
    this.#rest = '';
    this.isComplete = true;
  }
  #add(line: string, newline: number): void {
    this.lines.push(line.endsWith('\r') ? line.slice(0, -1) : line);
    this.#ends.push((this.#ends.at(-1) ?? 0) + byteLength(line) + newline);
  }
}
