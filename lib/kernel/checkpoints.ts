/** The checkpoints of a timeline: in order of time, thinned evenly when they become too many. */

import { assert } from '../std/assert';
import type { Micros } from '../std/instant';
import type { KernelState } from './kernel';

/** A moment of a run to return to. */
export interface Checkpoint<S> {
  readonly at: Micros;
  /** how many inputs had acted */
  readonly applied: number;
  readonly kernel: KernelState;
  readonly state: S;
}

/** An ordered list of checkpoints that always keeps its first and its last. */
export class Checkpoints<S> {
  #list: Checkpoint<S>[];
  readonly #keep: number;

  constructor(first: Checkpoint<S>, keep: number) {
    assert(keep >= 2, 'keep at least two checkpoints');
    this.#list = [first];
    this.#keep = keep;
  }

  get list(): readonly Checkpoint<S>[] {
    return this.#list;
  }

  get first(): Checkpoint<S> {
    return this.#at(0);
  }

  get last(): Checkpoint<S> {
    return this.#at(this.#list.length - 1);
  }

  /** The last checkpoint at or before an instant. @throws BrokenPromise before the first one */
  lastUpTo(at: Micros): Checkpoint<S> {
    const found = this.#list.findLast((checkpoint) => checkpoint.at <= at);
    assert(found !== undefined, `no moment of this run: ${at} µs`);
    return found;
  }

  /** Adds a checkpoint later than all others. */
  add(checkpoint: Checkpoint<S>): void {
    assert(checkpoint.at >= this.last.at, 'checkpoints are added in order of time');
    this.#list.push(checkpoint);
    if (this.#list.length > this.#keep) this.#thin();
  }

  /** Drops those that lie later, or hold more inputs, than the present moment. */
  dropAfter(at: Micros, applied: number): void {
    this.#list = this.#list.filter((c, i) => i === 0 || (c.at <= at && c.applied <= applied));
  }

  replaceBy(list: readonly Checkpoint<S>[]): void {
    assert(list.length > 0, 'a run has at least its first checkpoint');
    this.#list = list.slice();
  }

  /** Drops the one whose loss leaves the smallest gap; of equals the oldest. */
  #thin(): void {
    let dropped = 1;
    for (let i = 2; i < this.#list.length - 1; i++) {
      if (this.#gapWithout(i) < this.#gapWithout(dropped)) dropped = i;
    }
    this.#list.splice(dropped, 1);
  }

  #gapWithout(index: number): Micros {
    return this.#at(index + 1).at - this.#at(index - 1).at;
  }

  #at(index: number): Checkpoint<S> {
    const found = this.#list[index];
    assert(found !== undefined, 'no such checkpoint');
    return found;
  }
}
