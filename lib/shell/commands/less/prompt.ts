/** less's prompts: a small language of its own. Source: less(1) 590, "PROMPTS"; recorded from less 590 on Debian 12. */

/** What a prompt can tell. */
export interface PromptFacts {
  file: string | undefined;
  /** The first prompt of this file. */
  isFirst: boolean;
  isEnd: boolean;
  topLine: number;
  bottomLine: number;
  /** Known once all was read. */
  lines: number | undefined;
  bottomByte: number;
  bytes: number | undefined;
}

/** The prompts that less has of itself: short, -m, -M. */
export const PROMPTS = [
  '?n?f%f .?m(%T %i of %m) ..?e(END) ?x- Next\\: %x..%t',
  '?n?f%f .?m(%T %i of %m) ..?e(END) ?x- Next\\: %x.:?pB%pB\\%:byte %bB?s/%s...%t',
  '?f%f .?n?m(%T %i of %m) ..?ltlines %lt-%lb?L/%L. :byte %bB?s/%s. .?e(END) ?x- Next\\: %x.:?pB%pB\\%..%t',
] as const;
/** What `=` says. */
export const STATUS = '?f%f .?m(%T %i of %m) .?ltlines %lt-%lb?L/%L. .byte %bB?s/%s. ?e(END) :?pB%pB\\%..%t';

export function promptText(prototype: string, facts: PromptFacts): string {
  return new Prompt(prototype, facts).text();
}

class Prompt {
  #at = 0;
  constructor(
    private readonly prototype: string,
    private readonly facts: PromptFacts,
  ) {}

  text(): string {
    const text = this.#part(true);
    return this.prototype.endsWith('%t') ? text.trimEnd() : text;
  }
  /** Up to the `.` or `:` that ends this part. */
  #part(isWanted: boolean): string {
    let text = '';
    while (this.#at < this.prototype.length) {
      const character = this.prototype[this.#at] ?? '';
      if (character === '.' || character === ':') return isWanted ? text : '';
      this.#at += 1;
      if (character === '\\') text += this.prototype[this.#at++] ?? '';
      else if (character === '%') text += this.#value(this.prototype[this.#at++] ?? '');
      else if (character === '?') text += this.#choice();
      else text += character;
    }
    return isWanted ? text : '';
  }
  /** `?cTRUE.` or `?cTRUE:FALSE.`, behind the question mark. */
  #choice(): string {
    const isSo = this.#condition(this.prototype[this.#at++] ?? '');
    let text = this.#part(isSo);
    if (this.prototype[this.#at] === ':') {
      this.#at += 1;
      text += this.#part(!isSo);
    }
    this.#at += 1;
    return text;
  }
  /** Letters after which `t`, `m` or `b` says which line is meant. */
  #place(): string {
    return this.prototype[this.#at++] ?? '';
  }
  #condition(letter: string): boolean {
    const { file, isFirst, isEnd, lines, bytes, bottomLine } = this.facts;
    switch (letter) {
      case 'n':
        return isFirst;
      case 'f':
        return file !== undefined;
      case 'e':
        return isEnd;
      case 'l':
      case 'b':
        this.#place();
        return bottomLine > 0;
      case 'L':
        return lines !== undefined;
      case 's':
        return bytes !== undefined;
      case 'p':
        this.#place();
        return bytes !== undefined && bytes > 0;
      case 'a':
        return bottomLine > 0;
      default:
        // Several files, tags, columns: there is one file at a time here.
        return false;
    }
  }
  #value(letter: string): string {
    const { file = '', topLine, bottomLine, lines, bottomByte, bytes } = this.facts;
    switch (letter) {
      case 'f':
        return file;
      case 'l':
        return String(this.#place() === 't' ? topLine : bottomLine);
      case 'b':
        this.#place();
        return String(bottomByte);
      case 'L':
        return String(lines ?? '?');
      case 's':
        return String(bytes ?? '?');
      case 'p':
        this.#place();
        return String(bytes === undefined || bytes === 0 ? 0 : Math.round((bottomByte * 100) / bytes));
      case '%':
        return '%';
      default:
        return '';
    }
  }
}
