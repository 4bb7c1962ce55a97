/**
 * The text the parser reads, and where it stands. Counts lines as bash does:
 * a newline belongs to the line it ends, the end of input to the line after it.
 */

/** An alias whose text has been put into the source: not expanded again before `end`. */
interface Splice {
  readonly name: string;
  end: number;
  /** The alias ends in a blank: the word after it may be an alias too. */
  readonly chains: boolean;
}

export class Source {
  text: string;
  pos = 0;
  /** Set once somebody has tried to read past the end. */
  atEnd = false;
  readonly splices: Splice[] = [];
  #counted = 0;
  #line = 1;

  /** The last newline is ours, not the text's: a backslash before it stays a backslash. */
  readonly endsBare: boolean;

  constructor(text: string) {
    this.endsBare = text !== '' && !text.endsWith('\n');
    this.text = this.endsBare ? `${text}\n` : text;
  }

  /** Whether a backslash at `at` continues the line. */
  continuesLine(at: number): boolean {
    return this.text.charCodeAt(at + 1) === 10 && !(this.endsBare && at === this.text.length - 2);
  }

  /** The line of the last character read. */
  get line(): number {
    const limit = this.atEnd ? this.text.length : this.pos - 1;
    if (limit < this.#counted) {
      this.#counted = 0;
      this.#line = 1;
    }
    for (;;) {
      const at = this.text.indexOf('\n', this.#counted);
      if (at === -1 || at >= limit) break;
      this.#line++;
      this.#counted = at + 1;
    }
    return this.#line;
  }

  /** The line around a place in the text. */
  lineAt(place: number): string {
    const end = this.text.indexOf('\n', place);
    return this.text.slice(this.text.lastIndexOf('\n', place - 1) + 1, end === -1 ? this.text.length : end);
  }

  /** Text of the line of the last character read, or undefined at the end of input. */
  offendingLine(): string | undefined {
    if (this.atEnd) return undefined;
    const at = Math.max(0, this.pos - 1);
    const start = this.text.lastIndexOf('\n', at - 1) + 1;
    const end = this.text.indexOf('\n', at);
    return this.text.slice(start, end === -1 ? this.text.length : end);
  }

  /** Leaves the rest of the current line unread. */
  skipLine(): void {
    const at = this.text.indexOf('\n', Math.max(0, this.pos - 1));
    this.pos = at === -1 ? this.text.length : at + 1;
  }

  /** Reads one whole line without its newline; undefined at the end. */
  readLine(): string | undefined {
    if (this.pos >= this.text.length) return undefined;
    const end = this.text.indexOf('\n', this.pos);
    const line = this.text.slice(this.pos, end === -1 ? this.text.length : end);
    this.pos = end === -1 ? this.text.length : end + 1;
    return line;
  }

  /** Puts an alias's text where the word `[from, pos)` stood. */
  splice(from: number, name: string, text: string): void {
    const delta = text.length - (this.pos - from);
    for (const other of this.splices) other.end += delta;
    this.text = this.text.slice(0, from) + text + this.text.slice(this.pos);
    this.pos = from;
    this.splices.push({ name, end: from + text.length, chains: /[ \t]$/.test(text) });
  }

  /** Whether the alias's own text is being read. */
  isExpanding(name: string): boolean {
    return this.splices.some((splice) => splice.name === name && this.pos <= splice.end);
  }

  /** Drops the aliases that have been read; true when one of them lets the next word be an alias. */
  passSplices(): boolean {
    let chains = false;
    for (
      let last = this.splices.at(-1);
      last !== undefined && this.pos >= last.end;
      last = this.splices.at(-1)
    ) {
      this.splices.pop();
      chains ||= last.chains;
    }
    return chains;
  }
}
