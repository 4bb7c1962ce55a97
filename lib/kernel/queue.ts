/**
 * The event queue: an indexed 4-ary min-heap on typed arrays, ordered by time
 * and, at the same time, by the order of pushing. Cancelling takes the event
 * out at once. (A heap of objects with closures was 4.6 times slower where most
 * timers are cancelled, a heap with lazy cancelling 2.3 times.)
 *
 * An event lives in a slot; slots are reused. Its handle is the number of its
 * push and its slot in one integer: no two events of a run share one, so that a
 * stale handle never reaches the slot's next tenant, and of two events at the
 * same time the one with the lower handle was pushed first.
 *
 * Times and handles stand side by side in one array, so does what is known of a
 * slot: each array touched costs as much as several of its elements.
 */

import { assert } from '../std/assert';
import { clonePlain } from '../std/plain';

/** Names one pushed event for good: its slot + 2^20 · the number of its push. */
export type EventHandle = number;

const SLOT_LIMIT = 0x100000;
const SLOT_MASK = SLOT_LIMIT - 1;
const LAST_HANDLE = Number.MAX_SAFE_INTEGER - SLOT_LIMIT;
const FIRST_CAPACITY = 64;
const NONE = -1;

// What is known of a slot, four integers each, the fourth unused.
const HANDLER = 0;
const CAUSE = 1;
/** place in the heap; of a free slot the next free one */
const POSITION = 2;

/** A queue as plain data, with the slots that were ever used. */
export interface QueueState {
  /** time and handle of each pending event, in heap order */
  readonly heap: Float64Array;
  /** four integers for each used slot */
  readonly slots: Int32Array;
  readonly payloads: readonly unknown[];
  /** the first free slot, or -1 */
  readonly free: number;
  readonly pushed: number;
}

/** Events in order of (time, pushing). */
export class EventQueue {
  /** Number of pending events. */
  size = 0;
  // Two doubles for each place in the heap: the time, the handle.
  #heap = new Float64Array(FIRST_CAPACITY * 2);
  #slots = new Int32Array(FIRST_CAPACITY * 4);
  readonly #payloads: unknown[] = [];
  #free = NONE;
  /** number of pushes so far · 2^20 */
  #pushed = 0;
  /**
   * After a pop the root stays empty until the next push takes it (most events
   * lead to another) or someone looks; then the heap is one longer than `size`.
   */
  #isRootVacant = false;

  /** Adds an event; `handler`, `cause` and `payload` are handed back when it is popped. */
  push(at: number, handler: number, cause: number, payload: unknown): EventHandle {
    return this.add(at, handler, cause, payload) + this.#pushed - SLOT_LIMIT;
  }
  /** The same where nobody wants the handle, too large a number to come without a box. @returns its slot */
  add(at: number, handler: number, cause: number, payload: unknown): number {
    const slot = this.#free === NONE ? this.#newSlot() : this.#free;
    const slots = this.#slots;
    this.#free = slots[slot * 4 + POSITION] ?? 0;
    slots[slot * 4 + HANDLER] = handler;
    slots[slot * 4 + CAUSE] = cause;
    this.#payloads[slot] = payload;
    const handle = this.#pushed + slot;
    this.#pushed += SLOT_LIMIT;
    const heap = this.#heap;
    if (this.#isRootVacant) {
      this.#isRootVacant = false;
      this.size++;
      heap[0] = at;
      heap[1] = handle;
      this.#siftDown(0);
    } else {
      const position = this.size++;
      heap[position * 2] = at;
      heap[position * 2 + 1] = handle;
      this.#siftUp(position);
    }
    return slot;
  }

  /** Takes the event out. False when it has run or was cancelled already. */
  cancel(handle: EventHandle): boolean {
    if (!this.isPending(handle)) return false;
    const slot = handle & SLOT_MASK;
    const position = this.#slots[slot * 4 + POSITION] ?? 0;
    this.#freeSlot(slot);
    this.#payloads[slot] = undefined;
    if (position !== --this.size) this.#moveLastTo(position);
    return true;
  }

  /** Whether the event is still to come. */
  isPending(handle: EventHandle): boolean {
    if (this.#isRootVacant) this.#fillRoot();
    const slot = handle & SLOT_MASK;
    if (slot >= this.#payloads.length) return false;
    const position = this.#slots[slot * 4 + POSITION] ?? NONE;
    return position >= 0 && position < this.size && this.#heap[position * 2 + 1] === handle;
  }

  /** The time of the first event, or Infinity. */
  peekAt(): number {
    if (this.#isRootVacant) this.#fillRoot();
    return this.size === 0 ? Number.POSITIVE_INFINITY : (this.#heap[0] ?? 0);
  }

  /** The time of a pending event, or undefined. */
  atOf(handle: EventHandle): number | undefined {
    if (!this.isPending(handle)) return undefined;
    return this.#heap[(this.#slots[(handle & SLOT_MASK) * 4 + POSITION] ?? 0) * 2];
  }

  /**
   * Takes out the first event and returns its slot, which stays readable by
   * `handlerOf`, `causeOf` and `takePayload` until the next push.
   */
  pop(): number {
    if (this.#isRootVacant) this.#fillRoot();
    assert(this.size > 0, 'pop from an empty queue');
    const slot = (this.#heap[1] ?? 0) & SLOT_MASK;
    this.#freeSlot(slot);
    this.size--;
    this.#isRootVacant = true;
    return slot;
  }

  handlerOf(slot: number): number {
    return this.#slots[slot * 4 + HANDLER] ?? 0;
  }

  causeOf(slot: number): number {
    return this.#slots[slot * 4 + CAUSE] ?? 0;
  }

  /** The payload of a popped slot; the queue lets go of it. */
  takePayload(slot: number): unknown {
    const payload = this.#payloads[slot];
    this.#payloads[slot] = undefined;
    return payload;
  }

  /** A slot that was never used, made the only free one. */
  #newSlot(): number {
    assert(this.#pushed < LAST_HANDLE, 'more than 2^33 events in a run');
    const slot = this.#payloads.length;
    if (slot * 4 === this.#slots.length) this.#grow(slot * 2);
    this.#payloads.push(undefined);
    this.#slots[slot * 4 + POSITION] = NONE;
    return slot;
  }

  #freeSlot(slot: number): void {
    this.#slots[slot * 4 + POSITION] = this.#free;
    this.#free = slot;
  }

  /** Moves the last event to the root that a pop left vacant. */
  #fillRoot(): void {
    this.#isRootVacant = false;
    if (this.size > 0) this.#moveLastTo(0);
  }

  /** Fills a gap with the event just beyond the end. */
  #moveLastTo(position: number): void {
    const heap = this.#heap;
    const last = this.size * 2;
    heap[position * 2] = heap[last] ?? 0;
    heap[position * 2 + 1] = heap[last + 1] ?? 0;
    if (position > 0 && this.#isBefore(position, (position - 1) >> 2)) this.#siftUp(position);
    else this.#siftDown(position);
  }

  /** Whether the event at one position comes before that at another. */
  #isBefore(one: number, other: number): boolean {
    const heap = this.#heap;
    const at = heap[one * 2] ?? 0;
    const otherAt = heap[other * 2] ?? 0;
    if (at !== otherAt) return at < otherAt;
    return (heap[one * 2 + 1] ?? 0) < (heap[other * 2 + 1] ?? 0);
  }

  // Both take the event from where it stands, so that no time is passed as an
  // argument: a double in an argument is a heap allocation.

  #siftUp(start: number): void {
    const heap = this.#heap;
    const slots = this.#slots;
    const at = heap[start * 2] ?? 0;
    const handle = heap[start * 2 + 1] ?? 0;
    let position = start;
    while (position > 0) {
      const parent = (position - 1) >> 2;
      const parentAt = heap[parent * 2] ?? 0;
      const moved = heap[parent * 2 + 1] ?? 0;
      if (parentAt < at || (parentAt === at && moved < handle)) break;
      heap[position * 2] = parentAt;
      heap[position * 2 + 1] = moved;
      slots[(moved & SLOT_MASK) * 4 + POSITION] = position;
      position = parent;
    }
    heap[position * 2] = at;
    heap[position * 2 + 1] = handle;
    slots[(handle & SLOT_MASK) * 4 + POSITION] = position;
  }

  #siftDown(start: number): void {
    const heap = this.#heap;
    const slots = this.#slots;
    const size = this.size;
    const at = heap[start * 2] ?? 0;
    const handle = heap[start * 2 + 1] ?? 0;
    let position = start;
    for (;;) {
      let child = position * 4 + 1;
      if (child >= size) break;
      const end = child + 4 < size ? child + 4 : size;
      let least = child;
      let leastAt = heap[child * 2] ?? 0;
      while (++child < end) {
        const childAt = heap[child * 2] ?? 0;
        if (childAt < leastAt || (childAt === leastAt && this.#isBefore(child, least))) {
          least = child;
          leastAt = childAt;
        }
      }
      const moved = heap[least * 2 + 1] ?? 0;
      if (at < leastAt || (at === leastAt && handle < moved)) break;
      heap[position * 2] = leastAt;
      heap[position * 2 + 1] = moved;
      slots[(moved & SLOT_MASK) * 4 + POSITION] = position;
      position = least;
    }
    heap[position * 2] = at;
    heap[position * 2 + 1] = handle;
    slots[(handle & SLOT_MASK) * 4 + POSITION] = position;
  }

  #grow(capacity: number): void {
    assert(capacity <= SLOT_LIMIT, `more than ${SLOT_LIMIT} events pending at once`);
    const heap = new Float64Array(capacity * 2);
    const slots = new Int32Array(capacity * 4);
    heap.set(this.#heap);
    slots.set(this.#slots);
    this.#heap = heap;
    this.#slots = slots;
  }

  /** A copy as plain data; payloads are cloned by `clonePlain`. */
  save(): QueueState {
    if (this.#isRootVacant) this.#fillRoot();
    return {
      heap: this.#heap.slice(0, this.size * 2),
      slots: this.#slots.slice(0, this.#payloads.length * 4),
      payloads: clonePlain(this.#payloads),
      free: this.#free,
      pushed: this.#pushed,
    };
  }

  /** Becomes the queue that was saved; the state given can be loaded again. */
  load(state: QueueState): void {
    let capacity = this.#slots.length / 4;
    while (capacity * 4 < state.slots.length) capacity *= 2;
    if (capacity * 4 > this.#slots.length) this.#grow(capacity);
    this.size = state.heap.length / 2;
    this.#heap.set(state.heap);
    this.#slots.set(state.slots);
    this.#payloads.length = 0;
    for (const payload of clonePlain(state.payloads)) this.#payloads.push(payload);
    this.#free = state.free;
    this.#pushed = state.pushed;
    this.#isRootVacant = false;
  }
}
