/**
 * The kernel: virtual time in integer microseconds, the events to come, owned
 * named timers, random streams and the journal. It knows nothing of hosts.
 *
 * Everything that decides the future is in `save()`; handlers are code and are
 * registered anew, in the same order, by whoever loads a state.
 */

import { assert, BrokenPromise } from '../std/assert';
import { formatDuration, type Micros } from '../std/instant';
import { initialState, type RandomState, RandomStream } from '../std/random';
import { Journal, type JournalState } from './journal';
import { type EventHandle, EventQueue, type QueueState } from './queue';
import { type TimerState, TimerTable } from './timers';

export type { EventHandle } from './queue';

declare const handlerBrand: unique symbol;

/** Names a registered handler. */
export type HandlerId = number & { readonly [handlerBrand]: true };

/** A kernel as plain data. */
export interface KernelState {
  readonly seed: number;
  readonly now: Micros;
  readonly handlers: readonly string[];
  readonly queue: QueueState;
  readonly timers: readonly TimerState[];
  readonly streams: readonly (readonly [name: string, state: RandomState])[];
  readonly journal: JournalState;
}

type Handler = (data: unknown, kernel: Kernel) => void;

/** So many events without time moving on are a loop that will not end. */
const LONGEST_INSTANT = 5_000_000;

/** A deterministic discrete-event simulation. */
export class Kernel {
  readonly seed: number;
  readonly journal: Journal;
  /** seq of the journal entry that causes what happens now; -1 none. */
  cause = -1;

  #now: Micros = 0;
  #isRunning = false;
  /** handler of the event that runs, or ran last; -1 none */
  #running = -1;
  readonly #queue = new EventQueue();
  readonly #handlers: Handler[] = [];
  readonly #names: string[] = [];
  readonly #timers = new TimerTable(this.#queue);
  readonly #streams = new Map<string, RandomStream>();
  readonly #pauseListeners: (() => void)[] = [];

  /** @param options.freezesJournal freezes what is appended to the journal, to find who changes it (tests) */
  constructor(options: { readonly seed: number; readonly freezesJournal?: boolean }) {
    assert(Number.isSafeInteger(options.seed), 'the seed must be an integer');
    this.seed = options.seed;
    this.journal = new Journal(this, { freezes: options.freezesJournal ?? false });
  }

  /** The present instant. */
  get now(): Micros {
    return this.#now;
  }

  /** Number of events to come. */
  get pending(): number {
    return this.#queue.size;
  }

  /**
   * Registers what runs when an event comes due. Ids follow the order of
   * registration; names must be unique and are compared when a state is loaded.
   */
  handler<D>(name: string, run: (data: D, kernel: Kernel) => void): HandlerId {
    assert(!this.#names.includes(name), `handler "${name}" is registered twice`);
    // Types are erased here: `schedule` hands `run` what its caller gave it.
    this.#handlers.push(run as Handler);
    return (this.#names.push(name) - 1) as HandlerId;
  }

  /**
   * Lets `handler` run at an instant, with the present cause. `data` is plain
   * and belongs to the event from here on.
   * @throws BrokenPromise when `at` is no integer or lies in the past
   */
  schedule<D>(at: Micros, handler: HandlerId, data: D): EventHandle {
    // NaN and Infinity fail here too: NaN >= now is false, Infinity > MAX_SAFE_INTEGER.
    if (!(at >= this.#now && at <= Number.MAX_SAFE_INTEGER) || Math.floor(at) !== at) {
      this.#refuseInstant(at, handler);
    }
    return this.#queue.push(at, handler, this.cause, data);
  }
  /** The same for an event that nobody will take out. */
  post<D>(at: Micros, handler: HandlerId, data: D): void {
    if (!(at >= this.#now && at <= Number.MAX_SAFE_INTEGER) || Math.floor(at) !== at) {
      this.#refuseInstant(at, handler);
    }
    this.#queue.add(at, handler, this.cause, data);
  }

  #refuseInstant(at: Micros, handler: HandlerId): never {
    const name = this.#names[handler] ?? handler;
    throw new BrokenPromise(`"${name}" scheduled at ${at}, which is no instant from ${this.#now} on`);
  }

  /** Lets `handler` run after a delay in integer microseconds. */
  after<D>(delay: Micros, handler: HandlerId, data: D): EventHandle {
    return this.schedule(this.#now + delay, handler, data);
  }

  /** Takes an event out. False when it has run or was cancelled already; a stale handle harms nobody. */
  cancel(handle: EventHandle): boolean {
    return this.#queue.cancel(handle);
  }

  /** Whether an event is still to come. */
  isPending(handle: EventHandle): boolean {
    return this.#queue.isPending(handle);
  }

  /** Sets the owner's timer of that name, in place of the one set before. */
  setTimer<D>(owner: string, name: string, at: Micros, handler: HandlerId, data: D): void {
    this.#timers.beforeSetting(owner, name);
    this.#timers.set(owner, name, this.schedule(at, handler, data));
  }

  /** Takes a timer out. False when none was set or it has run. */
  clearTimer(owner: string, name: string): boolean {
    return this.#timers.clear(owner, name);
  }

  /** Takes out all timers of an owner, for instance of a process that died. */
  clearTimers(owner: string): void {
    this.#timers.clearAll(owner);
  }

  /** When the timer comes due, or undefined when it is not set. */
  timer(owner: string, name: string): Micros | undefined {
    return this.#timers.at(owner, name);
  }

  /** The consumer's own random stream, determined by the kernel's seed and the name. */
  random(stream: string): RandomStream {
    let found = this.#streams.get(stream);
    if (found === undefined) {
      found = new RandomStream(this.seed, stream);
      this.#streams.set(stream, found);
    }
    return found;
  }

  /** Runs `run` with another cause. */
  withCause<T>(seq: number, run: () => T): T {
    const before = this.cause;
    this.cause = seq;
    try {
      return run();
    } finally {
      this.cause = before;
    }
  }

  /** When the next event comes due, or undefined. */
  nextAt(): Micros | undefined {
    return this.#queue.size === 0 ? undefined : this.#queue.peekAt();
  }

  /** Calls `listener` whenever events have run, before anybody else can look: for what is added up meanwhile. */
  onPause(listener: () => void): void {
    this.#pauseListeners.push(listener);
  }

  /** Runs one event, however far ahead it is. False when there is none. */
  step(): boolean {
    if (this.#queue.size === 0) return false;
    this.#run(this.#queue.peekAt(), 1);
    return true;
  }

  /** Runs all events up to and including an instant, then it is that instant. */
  runUntil(at: Micros): void {
    assert(Number.isSafeInteger(at) && at >= this.#now, `cannot run from ${this.#now} to ${at}`);
    this.#run(at, Number.POSITIVE_INFINITY);
    this.#now = at;
  }

  #run(until: Micros, limit: number): void {
    assert(!this.#isRunning, 'a handler may not run the kernel');
    this.#isRunning = true;
    try {
      this.#runEvents(until, limit);
    } catch (error) {
      throw this.#located(error);
    } finally {
      this.#isRunning = false;
      this.cause = -1;
      this.#tellPause();
    }
  }
  /** The loop alone: an engine compiles it while it runs, and throws that away when something it has not seen yet follows. */
  #runEvents(until: Micros, limit: number): void {
    const queue = this.#queue;
    const handlers = this.#handlers;
    let left = limit;
    let sameInstant = 0;
    this.#running = -1;
    for (let at = queue.peekAt(); at <= until && left > 0; at = queue.peekAt()) {
      left--;
      sameInstant = at > this.#now ? 0 : sameInstant + 1;
      if (sameInstant > LONGEST_INSTANT) throw new BrokenPromise('time does not move on');
      const slot = queue.pop();
      const id = queue.handlerOf(slot);
      this.#running = id;
      this.#now = at;
      this.cause = queue.causeOf(slot);
      const handler = handlers[id];
      if (handler === undefined) throw new BrokenPromise('event without a handler');
      handler(queue.takePayload(slot), this);
    }
  }
  #tellPause(): void {
    for (const listener of this.#pauseListeners) listener();
  }

  /** Adds what reproduces it: the seed, the instant, the handler. */
  #located(error: unknown): BrokenPromise {
    const message = error instanceof Error ? error.message : String(error);
    const name = this.#names[this.#running] ?? 'none';
    const place = `seed ${this.seed}, at ${formatDuration(this.#now)} (${this.#now} µs), handler ${name}`;
    return new BrokenPromise(`${message} [${place}]`, { cause: error });
  }

  /** A checkpoint: plain data, independent of what happens next. Not from within a handler. */
  save(): KernelState {
    assert(!this.#isRunning, 'a handler may not save the kernel');
    return {
      seed: this.seed,
      now: this.#now,
      handlers: this.#names.slice(),
      queue: this.#queue.save(),
      timers: this.#timers.save(),
      streams: this.#saveStreams(),
      journal: this.journal.save(),
    };
  }

  /** Streams that have drawn, by name: which were merely looked up is no part of the state. */
  #saveStreams(): KernelState['streams'] {
    const streams: [string, RandomState][] = [];
    for (const [name, stream] of this.#streams) {
      const state = stream.state();
      if (initialState(this.seed, name).some((word, i) => word !== state[i])) {
        streams.push([name, state]);
      }
    }
    return streams.sort(([a], [b]) => (a < b ? -1 : 1));
  }

  /**
   * Goes to a saved state, which stays reusable. Streams handed out before stay valid.
   * @throws BrokenPromise when seed or handlers are not those of the state
   */
  load(state: KernelState): void {
    assert(!this.#isRunning, 'a handler may not load the kernel');
    assert(state.seed === this.seed, `state of seed ${state.seed} in a kernel of seed ${this.seed}`);
    for (const [id, name] of state.handlers.entries()) {
      assert(
        this.#names[id] === name,
        `handler ${id} was "${name}" when the state was saved and is "${this.#names[id]}" now`,
      );
    }
    this.#now = state.now;
    this.cause = -1;
    this.#queue.load(state.queue);
    this.#timers.load(state.timers);
    for (const [name, stream] of this.#streams) stream.restore(initialState(this.seed, name));
    for (const [name, words] of state.streams) this.random(name).restore(words);
    this.journal.load(state.journal);
  }
}
