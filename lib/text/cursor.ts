/** A reading position in a text, for hand-written tokenizers. Never throws; past the end there is ''. */

import type { Span } from './position';

/** Whether a character belongs. */
export type CharacterTest = (character: string) => boolean;

export class Cursor {
  readonly text: string;
  /** where the text that may be read ends */
  readonly end: number;
  /** the next character's offset; may be set to go back */
  offset: number;

  constructor(text: string, offset = 0, end = text.length) {
    this.text = text;
    this.offset = offset;
    this.end = end;
  }

  get atEnd(): boolean {
    return this.offset >= this.end;
  }

  /** The character `ahead` places on, without reading it; '' past the end. */
  peek(ahead = 0): string {
    const at = this.offset + ahead;
    return at < this.end ? this.text.charAt(at) : '';
  }

  /** Reads one character; '' at the end. */
  next(): string {
    const character = this.peek();
    this.offset += character.length;
    return character;
  }

  /** Whether `expected` stands here. */
  startsWith(expected: string): boolean {
    return this.offset + expected.length <= this.end && this.text.startsWith(expected, this.offset);
  }

  /** Reads `expected` when it stands here. */
  eat(expected: string): boolean {
    if (!this.startsWith(expected)) return false;
    this.offset += expected.length;
    return true;
  }

  /** Reads characters as long as they belong, and returns them. */
  takeWhile(belongs: CharacterTest): string {
    const start = this.offset;
    while (!this.atEnd && belongs(this.text.charAt(this.offset))) this.offset++;
    return this.sliceFrom(start);
  }

  /** Reads up to, but not including, the first character that belongs, and returns what was read. */
  takeUntil(belongs: CharacterTest): string {
    return this.takeWhile((character) => !belongs(character));
  }

  /** Reads the rest of the line without its newline. */
  takeLine(): string {
    return this.takeWhile((character) => character !== '\n');
  }

  /**
   * Reads what a sticky (`y`) pattern matches here. Not for patterns that come
   * from a learner: the built-in engine can take for ever on those.
   */
  takeMatch(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.offset;
    const found = pattern.exec(this.text)?.[0];
    if (found === undefined || !pattern.sticky || this.offset + found.length > this.end) {
      return undefined;
    }
    this.offset += found.length;
    return found;
  }

  /** The span from an earlier offset up to here. */
  spanFrom(start: number): Span {
    return { start, end: this.offset };
  }

  /** The text from an earlier offset up to here. */
  sliceFrom(start: number): string {
    return this.text.slice(start, this.offset);
  }
}
