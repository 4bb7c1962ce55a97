/** Which part of a document stands on the screen. */
import type { Pattern } from '../../../std/regex/pattern';
import type { Document } from './document';
import type { LessOptions } from './options';
import type { PromptFacts } from './prompt';
import { rowsOf } from './rows';

/** A row of the document: which line, and the how-manieth row of it. */
export interface Place {
  line: number;
  part: number;
}

export class Window {
  top: Place = { line: 0, part: 0 };
  /** Columns to the right, with the arrow keys. */
  shift = 0;
  pattern: Pattern | undefined;

  constructor(
    readonly document: Document,
    private readonly options: LessOptions,
    private readonly size: () => { rows: number; columns: number },
  ) {}

  /** Rows of the document on a screen: the last one is the prompt's. */
  get height(): number {
    return Math.max(1, this.size().rows - 1);
  }
  get columns(): number {
    return this.size().columns;
  }
  /** The whole document is seen from here. */
  get isLast(): boolean {
    return this.rows(this.height + 1).length <= this.height;
  }
  stepOn(): void {
    const rows = this.#rowsOfLine(this.top.line).length;
    this.top =
      this.top.part + 1 < rows
        ? { line: this.top.line, part: this.top.part + 1 }
        : { line: this.top.line + 1, part: 0 };
  }
  /** False at the beginning. */
  stepBack(): boolean {
    if (this.top.part > 0) this.top = { line: this.top.line, part: this.top.part - 1 };
    else if (this.top.line > 0)
      this.top = { line: this.top.line - 1, part: this.#rowsOfLine(this.top.line - 1).length - 1 };
    else return false;
    return true;
  }
  /** The last screen is a full one. */
  fill(): void {
    const height = this.height;
    while (this.rows(height).length < height && this.stepBack());
  }
  facts(isFirst: boolean): PromptFacts {
    const height = this.height;
    const rows = this.rows(height + 1);
    const bottomLine = (rows[Math.min(height, rows.length) - 1]?.line ?? -1) + 1;
    const { document } = this;
    return {
      file: document.file,
      isFirst,
      isEnd: document.isComplete && rows.length <= height,
      topLine: this.top.line + 1,
      bottomLine,
      lines: document.isComplete ? document.lines.length : undefined,
      bottomByte: document.bytesTo(bottomLine),
      bytes: document.bytes,
    };
  }
  /** So many rows from the top on, as far as they are read. */
  rows(most: number): { line: number; text: string }[] {
    const rows: { line: number; text: string }[] = [];
    for (let { line } = this.top; rows.length < most && line < this.document.lines.length; line++)
      for (const text of this.#rowsOfLine(line).slice(line === this.top.line ? this.top.part : 0))
        if (rows.length < most) rows.push({ line, text });
    return rows;
  }
  #rowsOfLine(line: number): string[] {
    const { chop, raw, tab, numbers } = this.options;
    const { columns, shift, pattern: marked } = this;
    return rowsOf(this.document.lines[line] ?? '', line + 1, {
      columns,
      chop: chop || shift > 0,
      raw,
      tab,
      numbers,
      shift,
      marked,
    });
  }
}
