/**
 * The event queue: an indexed 4-ary min-heap on typed arrays, ordered by time
 * and, at the same time, by the order of pushing. Cancelling takes the event
 * out at once. (A heap of objects with closures was 4.6 times slower where most
 * timers are cancelled, a heap with lazy cancelling 2.3 times.)
 *
 * An event lives in a slot; slots are reused. Its handle is the slot's number
 * and generation in one integer, so that the handle of an event that has run or
 * was cancelled never reaches the slot's next tenant.
 *
 * A slot's fields stand side by side in one array of integers and one of
 * doubles rather than in an array for each: that is a fifth of the time.
 */

import { assert } from '../std/assert';
import { clonePlain } from '../std/plain';

/** Names one pushed event for good: slot + generation · 2^22. */
export type EventHandle = number;

const SLOT_LIMIT = 0x400000;
const SLOT_MASK = SLOT_LIMIT - 1;
const FIRST_CAPACITY = 64;
const NONE = -1;

// A slot's integers, 4 to a slot.
const HANDLER = 0;
const CAUSE = 1;
/** place in the heap; of a free slot the next free one */
const POSITION = 2;

// A slot's doubles, 2 to a slot.
const HANDLE = 0;
const ORDER = 1;

/** A queue as plain data, with the slots that were ever used. */
export interface QueueState {
  /** times and slots of the pending events, in heap order */
  readonly times: Float64Array;
  readonly slots: Int32Array;
  /** four integers for each used slot */
  readonly integers: Int32Array;
  /** two doubles for each used slot */
  readonly doubles: Float64Array;
  readonly payloads: readonly unknown[];
  /** the first free slot, or -1 */
  readonly free: number;
  readonly nextOrder: number;
}

/** Events in order of (time, pushing). */
export class EventQueue {
  /** Number of pending events. */
  size = 0;
  // The heap, by position.
  #times = new Float64Array(FIRST_CAPACITY);
  #slots = new Int32Array(FIRST_CAPACITY);
  // The events, by slot.
  #integers = new Int32Array(FIRST_CAPACITY * 4);
  #doubles = new Float64Array(FIRST_CAPACITY * 2);
  readonly #payloads: unknown[] = [];
  #free = NONE;
  #nextOrder = 0;
  /**
   * After a pop the root stays empty until the next push takes it (most events
   * lead to another) or someone looks; then the heap is one longer than `size`.
   */
  #isRootVacant = false;

  /** Adds an event; `handler`, `cause` and `payload` are handed back when it is popped. */
  push(at: number, handler: number, cause: number, payload: unknown): EventHandle {
    const slot = this.#free === NONE ? this.#newSlot() : this.#free;
    const integers = this.#integers;
    const doubles = this.#doubles;
    this.#free = integers[slot * 4 + POSITION] ?? 0;
    integers[slot * 4 + HANDLER] = handler;
    integers[slot * 4 + CAUSE] = cause;
    doubles[slot * 2 + ORDER] = this.#nextOrder++;
    this.#payloads[slot] = payload;
    const size = this.size++;
    if (this.#isRootVacant) {
      this.#isRootVacant = false;
      this.#siftDown(0, at, slot);
    } else {
      this.#siftUp(size, at, slot);
    }
    return doubles[slot * 2 + HANDLE] ?? 0;
  }

  /** Takes the event out. False when it has run or was cancelled already. */
  cancel(handle: EventHandle): boolean {
    if (!this.isPending(handle)) return false;
    if (this.#isRootVacant) this.#fillRoot();
    const slot = handle & SLOT_MASK;
    const position = this.#integers[slot * 4 + POSITION] ?? 0;
    this.#freeSlot(slot);
    this.#payloads[slot] = undefined;
    const last = --this.size;
    if (position === last) return true;
    const at = this.#times[last] ?? 0;
    const moved = this.#slots[last] ?? 0;
    if (position > 0 && this.#isBefore(at, moved, (position - 1) >> 2)) {
      this.#siftUp(position, at, moved);
    } else {
      this.#siftDown(position, at, moved);
    }
    return true;
  }

  /** Whether the event is still to come. */
  isPending(handle: EventHandle): boolean {
    const slot = handle & SLOT_MASK;
    return slot < this.#payloads.length && this.#doubles[slot * 2 + HANDLE] === handle;
  }

  /** The time of the first event, or Infinity. */
  peekAt(): number {
    if (this.#isRootVacant) this.#fillRoot();
    return this.size === 0 ? Number.POSITIVE_INFINITY : (this.#times[0] ?? 0);
  }

  /** The time of a pending event, or undefined. */
  atOf(handle: EventHandle): number | undefined {
    if (!this.isPending(handle)) return undefined;
    if (this.#isRootVacant) this.#fillRoot();
    return this.#times[this.#integers[(handle & SLOT_MASK) * 4 + POSITION] ?? 0];
  }

  /**
   * Takes out the first event and returns its slot, which stays readable by
   * `handlerOf`, `causeOf` and `takePayload` until the next push.
   */
  pop(): number {
    if (this.#isRootVacant) this.#fillRoot();
    assert(this.size > 0, 'pop from an empty queue');
    const first = this.#slots[0] ?? 0;
    this.#freeSlot(first);
    this.size--;
    this.#isRootVacant = true;
    return first;
  }

  handlerOf(slot: number): number {
    return this.#integers[slot * 4 + HANDLER] ?? 0;
  }

  causeOf(slot: number): number {
    return this.#integers[slot * 4 + CAUSE] ?? 0;
  }

  /** The payload of a popped slot; the queue lets go of it. */
  takePayload(slot: number): unknown {
    const payload = this.#payloads[slot];
    this.#payloads[slot] = undefined;
    return payload;
  }

  /** A slot that was never used, made the only free one. */
  #newSlot(): number {
    const slot = this.#payloads.length;
    if (slot === this.#slots.length) this.#grow(slot * 2);
    this.#payloads.push(undefined);
    this.#integers[slot * 4 + POSITION] = NONE;
    this.#doubles[slot * 2 + HANDLE] = slot;
    return slot;
  }

  /** Ends the slot's generation: handles given out for it are stale from here on. */
  #freeSlot(slot: number): void {
    const doubles = this.#doubles;
    this.#integers[slot * 4 + POSITION] = this.#free;
    doubles[slot * 2 + HANDLE] = (doubles[slot * 2 + HANDLE] ?? 0) + SLOT_LIMIT;
    this.#free = slot;
  }

  /** Moves the last event to the root that a pop left vacant. */
  #fillRoot(): void {
    this.#isRootVacant = false;
    const last = this.size;
    if (last > 0) this.#siftDown(0, this.#times[last] ?? 0, this.#slots[last] ?? 0);
  }

  /** Whether (at, slot) comes before the event at `position`. */
  #isBefore(at: number, slot: number, position: number): boolean {
    const other = this.#times[position] ?? 0;
    if (at !== other) return at < other;
    const doubles = this.#doubles;
    const otherSlot = this.#slots[position] ?? 0;
    return (doubles[slot * 2 + ORDER] ?? 0) < (doubles[otherSlot * 2 + ORDER] ?? 0);
  }

  #siftUp(start: number, at: number, slot: number): void {
    const times = this.#times;
    const slots = this.#slots;
    const integers = this.#integers;
    let position = start;
    while (position > 0) {
      const parent = (position - 1) >> 2;
      if (!this.#isBefore(at, slot, parent)) break;
      const moved = slots[parent] ?? 0;
      times[position] = times[parent] ?? 0;
      slots[position] = moved;
      integers[moved * 4 + POSITION] = position;
      position = parent;
    }
    times[position] = at;
    slots[position] = slot;
    integers[slot * 4 + POSITION] = position;
  }

  #siftDown(start: number, at: number, slot: number): void {
    const times = this.#times;
    const slots = this.#slots;
    const integers = this.#integers;
    const doubles = this.#doubles;
    const size = this.size;
    let position = start;
    for (;;) {
      let child = position * 4 + 1;
      if (child >= size) break;
      const end = child + 4 < size ? child + 4 : size;
      let least = child;
      let leastAt = times[child] ?? 0;
      while (++child < end) {
        const childAt = times[child] ?? 0;
        if (
          childAt < leastAt ||
          (childAt === leastAt &&
            (doubles[(slots[child] ?? 0) * 2 + ORDER] ?? 0) <
              (doubles[(slots[least] ?? 0) * 2 + ORDER] ?? 0))
        ) {
          least = child;
          leastAt = childAt;
        }
      }
      if (at < leastAt || (at === leastAt && this.#isBefore(at, slot, least))) break;
      const moved = slots[least] ?? 0;
      times[position] = leastAt;
      slots[position] = moved;
      integers[moved * 4 + POSITION] = position;
      position = least;
    }
    times[position] = at;
    slots[position] = slot;
    integers[slot * 4 + POSITION] = position;
  }

  #grow(capacity: number): void {
    assert(capacity <= SLOT_LIMIT, `more than ${SLOT_LIMIT} events pending at once`);
    this.#times = copied(this.#times, new Float64Array(capacity));
    this.#slots = copied(this.#slots, new Int32Array(capacity));
    this.#integers = copied(this.#integers, new Int32Array(capacity * 4));
    this.#doubles = copied(this.#doubles, new Float64Array(capacity * 2));
  }

  /** A copy as plain data; payloads are cloned by `clonePlain`. */
  save(): QueueState {
    if (this.#isRootVacant) this.#fillRoot();
    const used = this.#payloads.length;
    return {
      times: this.#times.slice(0, this.size),
      slots: this.#slots.slice(0, this.size),
      integers: this.#integers.slice(0, used * 4),
      doubles: this.#doubles.slice(0, used * 2),
      payloads: clonePlain(this.#payloads),
      free: this.#free,
      nextOrder: this.#nextOrder,
    };
  }

  /** Becomes the queue that was saved; the state given can be loaded again. */
  load(state: QueueState): void {
    let capacity = this.#slots.length;
    while (capacity < state.payloads.length) capacity *= 2;
    if (capacity > this.#slots.length) this.#grow(capacity);
    this.size = state.times.length;
    this.#times.set(state.times);
    this.#slots.set(state.slots);
    this.#integers.set(state.integers);
    this.#doubles.set(state.doubles);
    this.#payloads.length = 0;
    for (const payload of clonePlain(state.payloads)) this.#payloads.push(payload);
    this.#free = state.free;
    this.#nextOrder = state.nextOrder;
    this.#isRootVacant = false;
  }
}

function copied<A extends Float64Array | Int32Array>(from: A, to: A): A {
  to.set(from);
  return to;
}
