/** Reads a stream by lines (or by another one-character terminator), as getdelim(3) does. */
import type { Stream } from '../../world/process.contract';
import type { Step, Tool } from './tool';

export class LineReader {
  #text = '';
  #at = 0;
  #ended = false;

  constructor(
    private readonly tool: Tool,
    readonly stream: Stream,
    private readonly terminator = '\n',
  ) {}

  /** The next line with its terminator, if it is here already. */
  ready(): string | undefined {
    const end = this.#text.indexOf(this.terminator, this.#at);
    if (end < 0) return undefined;
    const line = this.#text.slice(this.#at, end + 1);
    this.#at = end + 1;
    return line;
  }

  /** The next line with its terminator (the last one may lack it), or undefined at the end. */
  *next(): Step<string | undefined> {
    for (;;) {
      const line = this.ready();
      if (line !== undefined) return line;
      if (this.#ended) return this.#last();
      const more = this.stream.read();
      if (more === undefined) {
        yield* this.tool.drain();
        yield { streams: [this.stream] };
      } else if (more === '') this.#ended = true;
      else {
        this.#text = this.#text.slice(this.#at) + more;
        this.#at = 0;
      }
    }
  }

  /** What has been read from the stream but not taken. */
  get rest(): string {
    return this.#text.slice(this.#at);
  }

  /** Gives what was read ahead back, where the stream can be moved (POSIX wants that of head, sed q …). */
  unread(): void {
    const { stream } = this;
    if (stream.kind !== 'file' || stream.ino === undefined || stream.seek === undefined) return;
    const end = this.tool.context.fs.readInode(stream.ino).length;
    stream.seek(end - this.rest.length);
  }

  #last(): string | undefined {
    const rest = this.rest;
    this.#text = '';
    this.#at = 0;
    return rest === '' ? undefined : rest;
  }
}

/** The line without its terminator. */
export function chomp(line: string, terminator = '\n'): string {
  return line.endsWith(terminator) ? line.slice(0, -1) : line;
}
