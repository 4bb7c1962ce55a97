/** A view of a store that can be held for a while. */
import type { StoreApi } from 'zustand';

type Readable<State> = Pick<StoreApi<State>, 'getState' | 'getInitialState' | 'subscribe'>;
type Listener<State> = (state: State, before: State) => void;

/**
 * While it is held, its readers see the state of the moment when that began and hear nothing; when it is let go, they
 * hear once. Readers of the source notice nothing of it.
 */
export class HeldStore<State> implements Readable<State> {
  readonly #source: Readable<State>;
  readonly #listeners = new Set<Listener<State>>();
  #held: { state: State } | undefined;
  #unfollow: (() => void) | undefined;

  constructor(source: Readable<State>) {
    this.#source = source;
  }

  getState = (): State => (this.#held === undefined ? this.#source.getState() : this.#held.state);
  getInitialState = (): State => this.#source.getInitialState();

  subscribe = (listener: Listener<State>): (() => void) => {
    this.#listeners.add(listener);
    this.#unfollow ??= this.#source.subscribe((state, before) => {
      if (this.#held === undefined) this.#tell(state, before);
    });
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#unfollow?.();
      this.#unfollow = undefined;
    };
  };

  hold(): void {
    this.#held ??= { state: this.#source.getState() };
  }

  letGo(): void {
    const held = this.#held;
    if (held === undefined) return;
    this.#held = undefined;
    const state = this.#source.getState();
    if (state !== held.state) this.#tell(state, held.state);
  }

  #tell(state: State, before: State): void {
    for (const listener of this.#listeners) listener(state, before);
  }
}
