/** What was made of the last few texts. Parsing is pure, and the same files are read again and again; no part of any state. */
const PLACES = 64;

export class TextMemo<V> {
  readonly #made = new Map<string, V>();

  /** The value for `text`, made once as long as it is among the last ones asked for. */
  get(text: string, make: () => V): V {
    const known = this.#made.get(text);
    if (known !== undefined) {
      this.#made.delete(text);
      this.#made.set(text, known);
      return known;
    }
    const value = make();
    this.#made.set(text, value);
    if (this.#made.size > PLACES) {
      const [oldest] = this.#made.keys();
      if (oldest !== undefined) this.#made.delete(oldest);
    }
    return value;
  }
}
