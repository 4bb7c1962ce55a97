/**
 * What a learner's terminal has shown, by when: so that a look back shows the
 * screen of that moment. The line that waits for input is held back as the
 * prompt; the page draws it together with what is being typed.
 */
import type { TerminalOutput } from './messages';

const MOST_CHARACTERS = 600_000;

export interface Piece {
  at: number;
  text: string;
}

export class Transcript {
  #pieces: Piece[] = [];
  #length = 0;
  /** Printed, not sent to the page yet. */
  #unsent = '';
  /** The prompt that the page draws now. */
  #shown = '';
  #reset = true;
  #last = '';

  add(at: number, text: string): void {
    if (text === '') return;
    this.#pieces.push({ at, text });
    this.#length += text.length;
    while (this.#length > MOST_CHARACTERS && this.#pieces.length > 1)
      this.#length -= this.#pieces.shift()?.text.length ?? 0;
    this.#unsent += text;
  }
  /** Time went back: what was printed later is not there. */
  rewind(at: number): void {
    this.#pieces = this.#pieces.filter((piece) => piece.at <= at);
    this.#length = this.#pieces.reduce((sum, { text }) => sum + text.length, 0);
    this.refresh();
  }
  /** The next output begins with the whole text. */
  refresh(): void {
    this.#unsent = this.#pieces.map(({ text }) => text).join('');
    this.#reset = true;
  }
  get pieces(): readonly Piece[] {
    return [...this.#pieces];
  }
  /** The screen of another branch. */
  replace(pieces: readonly Piece[]): void {
    this.#pieces = [...pieces];
    this.rewind(Number.POSITIVE_INFINITY);
  }
  get text(): string {
    return this.#pieces.map(({ text }) => text).join('');
  }

  /** What the page has to be told now; undefined when it knows. */
  output(
    state: Pick<TerminalOutput, 'id' | 'title' | 'host' | 'awaiting' | 'echo' | 'raw' | 'closed'>,
  ): TerminalOutput | undefined {
    const holds = state.awaiting && !state.closed;
    // A prompt that stands on the screen waits for what is typed after it, even when nobody reads just now.
    const isShown = this.#unsent !== '' && this.#unsent === this.#shown;
    const cut = holds || isShown ? this.#unsent.lastIndexOf('\n') + 1 : this.#unsent.length;
    const text = this.#unsent.slice(0, cut);
    const prompt = this.#unsent.slice(cut);
    const mark = JSON.stringify([state, prompt]);
    if (text === '' && !this.#reset && mark === this.#last) return undefined;
    this.#unsent = prompt;
    this.#shown = prompt;
    this.#last = mark;
    const reset = this.#reset;
    this.#reset = false;
    return { ...state, text, reset, prompt };
  }
}
