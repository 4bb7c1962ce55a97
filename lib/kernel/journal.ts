/**
 * The journal: the one append-only record of a run that objectives, panels and
 * the debrief read. Not a log: logs are files inside the simulated hosts.
 *
 * Entries stand in blocks that checkpoints share; a block is only ever added
 * to, and copied when the journal goes back into its middle.
 */

import { type HashState, RunningHash } from '../std/hash';
import { deepFreeze, type Plain } from '../std/plain';
import type { Micros } from '../std/instant';

/** One thing that happened. */
export interface JournalEntry {
  readonly seq: number;
  readonly at: Micros;
  /** who says so, for instance `host/lb1/keepalived` */
  readonly source: string;
  /** seq of the entry that led to this one; -1 none */
  readonly cause: number;
  readonly type: string;
  readonly data: Plain;
  /** id of the rule that governs it, for instance `RFC9568-6.4.2-9` */
  readonly rule?: string;
}

/** A journal as plain data; the blocks are shared with the journal, which never changes what they hold. */
export interface JournalState {
  readonly length: number;
  /** how many of the entries `hashState` holds: whoever asks for the hash adds the others */
  readonly hashed: number;
  readonly hashState: HashState;
  readonly blocks: readonly (readonly JournalEntry[])[];
}

/** What the journal needs to know of the kernel. */
export interface JournalClock {
  readonly now: Micros;
  readonly cause: number;
}

const BLOCK_BITS = 10;
const BLOCK_LENGTH = 1 << BLOCK_BITS;

/** The record of a run. */
export class Journal {
  readonly #clock: JournalClock;
  readonly #freezes: boolean;
  readonly #hash = new RunningHash();
  readonly #appendListeners = new Set<(entry: JournalEntry) => void>();
  readonly #truncateListeners = new Set<(length: number) => void>();
  #blocks: JournalEntry[][] = [];
  #last: JournalEntry[] = [];
  #length = 0;
  /** Entries that are in the hash: the others wait until somebody asks for it. */
  #hashed = 0;

  constructor(clock: JournalClock, options: { readonly freezes?: boolean } = {}) {
    this.#clock = clock;
    this.#freezes = options.freezes ?? false;
  }

  /** Number of entries. */
  get length(): number {
    return this.#length;
  }

  /**
   * Adds an entry at the present instant. `data` must not change afterwards.
   * @returns the entry's seq
   */
  append(
    type: string,
    source: string,
    data: Plain,
    options?: { readonly cause?: number; readonly rule?: string },
  ): number {
    const seq = this.#length;
    const at = this.#clock.now;
    const cause = options?.cause ?? this.#clock.cause;
    const rule = options?.rule;
    const entry: JournalEntry =
      rule === undefined
        ? { seq, at, source, cause, type, data }
        : { seq, at, source, cause, type, data, rule };
    if (this.#freezes) deepFreeze(entry);
    this.#store(entry);
    for (const listener of this.#appendListeners) listener(entry);
    return seq;
  }

  #addToHash(entry: JournalEntry): void {
    const hash = this.#hash;
    hash.number(entry.seq);
    hash.number(entry.at);
    hash.text(entry.source);
    hash.number(entry.cause);
    hash.text(entry.type);
    hash.plain(entry.data);
    hash.plain(entry.rule);
  }

  #store(entry: JournalEntry): void {
    if ((this.#length & (BLOCK_LENGTH - 1)) === 0) {
      this.#last = [];
      this.#blocks.push(this.#last);
    }
    this.#last.push(entry);
    this.#length++;
  }

  /** The entry with that seq, or undefined. */
  get(seq: number): JournalEntry | undefined {
    if (seq < 0 || seq >= this.#length) return undefined;
    return this.#blocks[seq >> BLOCK_BITS]?.[seq & (BLOCK_LENGTH - 1)];
  }

  /** The entries from seq `from` up to, but not including, `to`; a copy. */
  entries(from = 0, to = this.#length): readonly JournalEntry[] {
    const result: JournalEntry[] = [];
    const end = Math.min(to, this.#length);
    for (let seq = Math.max(from, 0); seq < end; ) {
      const block = this.#blocks[seq >> BLOCK_BITS] ?? [];
      const start = seq & (BLOCK_LENGTH - 1);
      const taken = block.slice(start, start + end - seq);
      for (const entry of taken) result.push(entry);
      seq += BLOCK_LENGTH - start;
    }
    return result;
  }

  /** 16 hexadecimal digits over all entries; equal journals have equal hashes in every engine. */
  hash(): string {
    for (const entry of this.entries(this.#hashed)) this.#addToHash(entry);
    this.#hashed = this.#length;
    return this.#hash.digest();
  }

  /** Calls `listener` after every append. @returns a function that ends this */
  onAppend(listener: (entry: JournalEntry) => void): () => void {
    this.#appendListeners.add(listener);
    return () => this.#appendListeners.delete(listener);
  }

  /**
   * Calls `listener` with the new length whenever the journal jumps (a seek, a
   * loaded checkpoint): what was folded from its entries is to be folded anew.
   * @returns a function that ends this
   */
  onTruncate(listener: (length: number) => void): () => void {
    this.#truncateListeners.add(listener);
    return () => this.#truncateListeners.delete(listener);
  }

  /** The journal so far; cheap, the entries are shared. */
  save(): JournalState {
    return {
      length: this.#length,
      hashed: this.#hashed,
      hashState: this.#hash.save(),
      blocks: this.#blocks.slice(),
    };
  }

  /** Becomes the journal that was saved; the state given can be loaded again. */
  load(state: JournalState): void {
    const count = (state.length + BLOCK_LENGTH - 1) >> BLOCK_BITS;
    const blocks = state.blocks.slice(0, count) as JournalEntry[][];
    const rest = state.length & (BLOCK_LENGTH - 1);
    // The block that is added to next must not be one that a checkpoint holds.
    if (rest > 0) blocks[count - 1] = (blocks[count - 1] ?? []).slice(0, rest);
    this.#blocks = blocks;
    this.#last = blocks[count - 1] ?? [];
    this.#length = state.length;
    this.#hashed = state.hashed;
    this.#hash.load(state.hashState);
    for (const listener of this.#truncateListeners) listener(state.length);
  }
}
