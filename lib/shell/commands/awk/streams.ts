/** What an awk program reads and writes beside its main input: files, pipes, commands. Source: gawk 5.2 `io.c`. */
import { SIGNAL_NUMBERS } from '../../../world/signals';
import type { ExitStatus, Stream } from '../../../world/process.contract';
import { type ChildPipe, closePipe, openPipe, writeAll } from '../children';
import type { Pattern } from '../../../std/regex/pattern';
import type { Step, Tool } from '../tool';

/** How records end. */
export type RecordEnd =
  | { readonly kind: 'character'; readonly character: string }
  | { readonly kind: 'paragraph' }
  | { readonly kind: 'pattern'; readonly pattern: Pattern };

/** Reads records from a stream. */
export class RecordReader {
  #text = '';
  #at = 0;
  #ended = false;
  /** What ended the last record (RT). */
  terminator = '';

  constructor(
    private readonly tool: Tool,
    readonly stream: Stream,
  ) {}

  *next(end: RecordEnd): Step<string | undefined> {
    for (;;) {
      const found = this.#take(end);
      if (found !== undefined) return found;
      if (this.#ended) return this.#last(end);
      const more = this.stream.read();
      if (more === undefined) {
        yield* this.tool.flush();
        yield { streams: [this.stream] };
      } else if (more === '') this.#ended = true;
      else {
        this.#text = this.#text.slice(this.#at) + more;
        this.#at = 0;
      }
    }
  }

  #take(end: RecordEnd): string | undefined {
    if (end.kind === 'character') {
      const at = this.#text.indexOf(end.character, this.#at);
      return at < 0 ? undefined : this.#cut(at, at + 1);
    }
    if (end.kind === 'paragraph') {
      while (this.#text[this.#at] === '\n') this.#at++;
      const found = /\n\n+/g;
      found.lastIndex = this.#at;
      const match = found.exec(this.#text);
      if (match === null || (!this.#ended && match.index + match[0].length >= this.#text.length))
        return undefined;
      return this.#cut(match.index, match.index + match[0].length);
    }
    if (this.#at >= this.#text.length) return undefined;
    const rest = this.#text.slice(this.#at);
    const span = end.pattern.find(rest);
    // A match that touches the end of what is here could still grow.
    if (span === undefined || span.end === span.start || (!this.#ended && span.end === rest.length))
      return undefined;
    return this.#cut(this.#at + span.start, this.#at + span.end);
  }

  #cut(end: number, next: number): string {
    const record = this.#text.slice(this.#at, end);
    this.terminator = this.#text.slice(end, next);
    this.#at = next;
    return record;
  }

  #last(end: RecordEnd): string | undefined {
    let rest = this.#text.slice(this.#at);
    this.#text = '';
    this.#at = 0;
    this.terminator = '';
    if (rest === '') return undefined;
    if (end.kind === 'paragraph' && rest.endsWith('\n')) {
      this.terminator = '\n';
      rest = rest.slice(0, -1);
    }
    return rest;
  }
}

type Output =
  | { readonly kind: 'file'; readonly stream: Stream; isBroken: boolean }
  | { readonly kind: 'pipe'; readonly pipe: ChildPipe; isBroken: boolean };
type Input = { readonly reader: RecordReader; readonly pipe: ChildPipe | undefined };

export class AwkStreams {
  readonly #outputs = new Map<string, Output>();
  readonly #inputs = new Map<string, Input>();

  constructor(private readonly tool: Tool) {}

  /** Writes to a file or a command; the reason when it cannot be opened. */
  *write(kind: '>' | '>>' | '|', name: string, text: string): Step<string | undefined> {
    const { tool } = this;
    if (kind !== '|' && (name === '/dev/stdout' || name === '-')) {
      tool.print(text);
      return undefined;
    }
    if (kind !== '|' && name === '/dev/stderr') {
      tool.note(text);
      return undefined;
    }
    let output = this.#outputs.get(name);
    if (output === undefined) {
      const opened = yield* this.#open(kind, name);
      if (typeof opened === 'string') return opened;
      output = opened;
      this.#outputs.set(name, output);
    }
    if (output.isBroken) return undefined;
    const stream = output.kind === 'file' ? output.stream : output.pipe.stream;
    if (!(yield* writeAll(stream, text))) output.isBroken = true;
    return undefined;
  }

  *#open(kind: '>' | '>>' | '|', name: string): Step<Output | string> {
    if (kind === '|') {
      yield* this.tool.flush();
      return { kind: 'pipe', pipe: openPipe(this.tool, name, 'write'), isBroken: false };
    }
    const stream = this.tool.create(name, { append: kind === '>>' });
    return typeof stream === 'string' ? stream : { kind: 'file', stream, isBroken: false };
  }

  /** The reader of a file, or undefined when it cannot be opened. */
  file(name: string): RecordReader | undefined {
    const known = this.#inputs.get(name);
    if (known !== undefined) return known.reader;
    const isStandard = name === '-' || name === '/dev/stdin';
    if (!isStandard && this.tool.isDirectory(name)) return undefined;
    const stream = isStandard ? this.tool.context.stdin : this.tool.open(name);
    if (typeof stream === 'string') return undefined;
    const reader = new RecordReader(this.tool, stream);
    this.#inputs.set(name, { reader, pipe: undefined });
    return reader;
  }

  /** The reader of what a command prints. */
  *command(text: string): Step<RecordReader> {
    const known = this.#inputs.get(text);
    if (known !== undefined) return known.reader;
    yield* this.tool.flush();
    const pipe = openPipe(this.tool, text, 'read');
    const reader = new RecordReader(this.tool, pipe.stream);
    this.#inputs.set(text, { reader, pipe });
    return reader;
  }

  /** close(): the exit status of a command, 0 for a file, -1 for what is not open. */
  *close(name: string): Step<number> {
    const output = this.#outputs.get(name);
    if (output !== undefined) {
      this.#outputs.delete(name);
      return yield* this.#closeOutput(output);
    }
    const input = this.#inputs.get(name);
    if (input === undefined) return -1;
    this.#inputs.delete(name);
    if (input.pipe !== undefined) return statusOf(yield* closePipe(this.tool, input.pipe));
    if (input.reader.stream !== this.tool.context.stdin) this.tool.close(input.reader.stream);
    return 0;
  }

  *#closeOutput(output: Output): Step<number> {
    if (output.kind === 'pipe') return statusOf(yield* closePipe(this.tool, output.pipe));
    this.tool.close(output.stream);
    return 0;
  }

  /** At the end commands get their end of file and are waited for. */
  *closeAll(): Step {
    yield* this.tool.flush();
    for (const [name, output] of [...this.#outputs]) {
      this.#outputs.delete(name);
      yield* this.#closeOutput(output);
    }
    for (const [name, input] of [...this.#inputs]) {
      this.#inputs.delete(name);
      if (input.pipe !== undefined) input.pipe.stream.close();
    }
  }
}

/** As gawk reports how a command ended: 256 and more for signals. */
export function statusOf(status: ExitStatus): number {
  return status.signal === undefined ? (status.code ?? 0) : 256 + SIGNAL_NUMBERS[status.signal];
}
