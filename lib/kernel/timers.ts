/**
 * Timers that are known by owner and name. A timer is an ordinary event; the
 * table only remembers its handle. A timer that has run leaves a stale handle
 * behind, so that running events costs nothing extra; stale ones are swept out
 * as the table grows.
 */

import type { Micros } from '../std/instant';
import type { EventHandle, EventQueue } from './queue';

/** One pending timer as plain data. */
export type TimerState = readonly [owner: string, name: string, handle: EventHandle];

const FIRST_SWEEP = 256;

/** The timers that are set, by owner and name. */
export class TimerTable {
  readonly #queue: EventQueue;
  readonly #owners = new Map<string, Map<string, EventHandle>>();
  #count = 0;
  #sweepAt = FIRST_SWEEP;

  constructor(queue: EventQueue) {
    this.#queue = queue;
  }

  set(owner: string, name: string, handle: EventHandle): void {
    if (this.#count >= this.#sweepAt) this.#sweep();
    let names = this.#owners.get(owner);
    if (names === undefined) {
      names = new Map();
      this.#owners.set(owner, names);
    }
    if (!names.has(name)) this.#count++;
    names.set(name, handle);
  }

  /** Takes the timer out to be set again. Where it is its owner's only one its place stays, which costs nothing. */
  beforeSetting(owner: string, name: string): void {
    const names = this.#owners.get(owner);
    const handle = names?.get(name);
    if (names === undefined || handle === undefined) return;
    this.#queue.cancel(handle);
    if (names.size === 1) return;
    names.delete(name);
    this.#count--;
  }

  clear(owner: string, name: string): boolean {
    const names = this.#owners.get(owner);
    const handle = names?.get(name);
    if (names === undefined || handle === undefined) return false;
    names.delete(name);
    this.#count--;
    if (names.size === 0) this.#owners.delete(owner);
    return this.#queue.cancel(handle);
  }

  clearAll(owner: string): void {
    const names = this.#owners.get(owner);
    if (names === undefined) return;
    this.#owners.delete(owner);
    this.#count -= names.size;
    for (const handle of names.values()) this.#queue.cancel(handle);
  }

  at(owner: string, name: string): Micros | undefined {
    const handle = this.#owners.get(owner)?.get(name);
    return handle === undefined ? undefined : this.#queue.atOf(handle);
  }

  save(): TimerState[] {
    this.#sweep();
    const timers: TimerState[] = [];
    for (const [owner, names] of this.#owners) {
      for (const [name, handle] of names) timers.push([owner, name, handle]);
    }
    // Only owners are sorted: within one, the order of setting is the order of cancelling.
    return timers.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  }

  load(timers: readonly TimerState[]): void {
    this.#owners.clear();
    this.#count = 0;
    for (const [owner, name, handle] of timers) this.set(owner, name, handle);
  }

  #sweep(): void {
    for (const [owner, names] of this.#owners) {
      for (const [name, handle] of names) {
        if (this.#queue.isPending(handle)) continue;
        names.delete(name);
        this.#count--;
      }
      if (names.size === 0) this.#owners.delete(owner);
    }
    this.#sweepAt = Math.max(FIRST_SWEEP, this.#count * 2);
  }
}
