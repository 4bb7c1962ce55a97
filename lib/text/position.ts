/** Places in a text: offsets for programs, lines and columns for people. */

/** A stretch of text: offsets in UTF-16 units, `end` not included. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A place as people name it; both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Finds line and column of offsets in one text. Lines end with `\n`; a `\r` before it belongs to the line. */
export class LineIndex {
  readonly #starts: number[] = [0];
  readonly #length: number;

  constructor(text: string) {
    this.#length = text.length;
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
      this.#starts.push(at + 1);
    }
  }

  /** Number of lines; a text that ends with a newline has an empty last line. */
  get lineCount(): number {
    return this.#starts.length;
  }

  /** Line and column of an offset; offsets outside the text are brought to its ends. */
  positionAt(offset: number): Position {
    const inside = Math.min(Math.max(offset, 0), this.#length);
    let low = 0;
    let high = this.#starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#starts[middle] ?? 0) <= inside) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: inside - (this.#starts[low] ?? 0) + 1 };
  }

  /** The offset of a position; lines and columns outside the text are brought to its ends. */
  offsetAt(position: Position): number {
    const line = Math.min(Math.max(position.line, 1), this.#starts.length);
    const start = this.#starts[line - 1] ?? 0;
    const end = (this.#starts[line] ?? this.#length + 1) - 1;
    return Math.min(start + Math.max(position.column, 1) - 1, end);
  }

  /** The span of a line (from 1) without its newline. */
  spanOfLine(line: number): Span {
    return {
      start: this.offsetAt({ line, column: 1 }),
      end: this.offsetAt({ line, column: Number.MAX_SAFE_INTEGER }),
    };
  }
}
