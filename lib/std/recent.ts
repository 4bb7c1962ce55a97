/**
 * What was made of the last few objects, by identity. Messages that nobody
 * changes are the same objects again and again (see the load generator): what
 * follows from one need not be made anew. No part of any state.
 */
const PLACES = 8;

export class Recent<V> {
  readonly #keys = new Array<object | undefined>(PLACES).fill(undefined);
  readonly #values = new Array<V | undefined>(PLACES).fill(undefined);
  #next = 0;

  get(key: object): V | undefined {
    for (let i = 0; i < PLACES; i++) if (this.#keys[i] === key) return this.#values[i];
    return undefined;
  }
  /** In place of the oldest. */
  set(key: object, value: V): void {
    this.#keys[this.#next] = key;
    this.#values[this.#next] = value;
    this.#next = (this.#next + 1) % PLACES;
  }
}
