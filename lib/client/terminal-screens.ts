/**
 * What each terminal has printed, kept beside React: an xterm that is mounted
 * later writes the whole text first. Bounded like any scrollback.
 */
import type { TerminalOutput } from '../session/messages';

export interface TerminalScreen {
  text: string;
  awaiting: boolean;
  prompt: string;
  echo: boolean;
  /** Keys go to the program one by one. */
  raw?: boolean;
  closed: boolean;
}

/** What a listener has to write now. */
export interface ScreenChange {
  text: string;
  reset: boolean;
  screen: TerminalScreen;
}

const MOST_CHARACTERS = 400_000;
const BLANK: TerminalScreen = { text: '', awaiting: false, prompt: '', echo: true, closed: false };

export class TerminalScreens {
  readonly #screens = new Map<string, TerminalScreen>();
  readonly #listeners = new Map<string, Set<(change: ScreenChange) => void>>();

  receive(outputs: readonly TerminalOutput[]): void {
    for (const { id, text, reset, awaiting, prompt, echo, raw, closed } of outputs) {
      const before = reset ? BLANK : this.screen(id);
      const whole = before.text + text;
      const kept = whole.length > MOST_CHARACTERS ? whole.slice(-MOST_CHARACTERS) : whole;
      const screen = { text: kept, awaiting, prompt, echo, raw: raw === true, closed };
      this.#screens.set(id, screen);
      for (const listener of this.#listeners.get(id) ?? []) listener({ text, reset, screen });
    }
  }

  screen(id: string): TerminalScreen {
    return this.#screens.get(id) ?? BLANK;
  }

  /** Calls at once with everything so far, then with each change. */
  follow(id: string, listener: (change: ScreenChange) => void): () => void {
    const listeners = this.#listeners.get(id) ?? new Set();
    this.#listeners.set(id, listeners.add(listener));
    const screen = this.screen(id);
    listener({ text: screen.text, reset: true, screen });
    return () => listeners.delete(listener);
  }

  clear(): void {
    this.#screens.clear();
  }
}
