/**
 * Matching with groups, by trying alternatives in Perl's order. Without
 * back-references each (instruction, place) is tried once at most, so time is
 * linear in text × program; with them a limit on steps stops what would hang.
 */
import { casesOf } from './character-set';
import { codeAt, codeBefore, holds, kindAfter, kindBefore } from './place';
import type { RegexProgram } from './program';

export interface BacktrackOptions {
  readonly multiline: boolean;
  readonly groups: number;
  /** Each (instruction, place) decides alone what follows: no back-references. */
  readonly memory: boolean;
}

/** PCRE gives up after 10 million; so many simple steps take a noticeable time here already. */
const MOST_STEPS = 2_000_000;
/** Recursions in one another: PCRE gives up later, this engine's own stack earlier. */
const DEEPEST = 500;
/** Bits of memory for one attempt. */
const LARGEST_MEMORY = 64_000_000;

/** The work became too much: told to the caller, who says so in its tool's words. */
export class TooManySteps extends Error {}

/** Stands for `\K`'s place among slots. */
const KEPT = -1;

type Undo = { readonly slot: number; readonly value: number };

export class Backtracker {
  readonly #program: RegexProgram;
  readonly #options: BacktrackOptions;
  #text = '';
  #slots: Int32Array;
  #steps = 0;
  #depth = 0;
  #visited: Uint8Array | undefined;
  #base = 0;
  #width = 0;
  /** Where `\K` moved the start to. */
  #keptAt = -1;

  constructor(program: RegexProgram, options: BacktrackOptions) {
    this.#program = program;
    this.#options = options;
    this.#slots = new Int32Array(program.slots);
  }

  /** Groups of the match that covers exactly [start, end), which must exist. */
  within(text: string, start: number, end: number): number[] | undefined {
    this.#begin(text, start, end);
    return this.#attempt(start, (at) => at === end) < 0 ? undefined : this.#result(start, end);
  }

  /** The first match in Perl's order from `from` on. */
  first(text: string, from: number): number[] | undefined {
    this.#begin(text, from, text.length);
    for (let start = from; start <= text.length; start += stepAt(text, start)) {
      const end = this.#attempt(start, () => true);
      if (end >= 0) return this.#result(this.#keptAt >= 0 ? this.#keptAt : start, end);
    }
    return undefined;
  }

  /** The leftmost, and there the longest match (POSIX with back-references). */
  longest(text: string, from: number): number[] | undefined {
    for (let start = from; start <= text.length; start += stepAt(text, start)) {
      this.#begin(text, start, text.length);
      let best: number[] | undefined;
      this.#attempt(start, (at) => {
        if (best === undefined || at > (best[1] ?? 0)) best = this.#result(start, at);
        return at === text.length;
      });
      if (best !== undefined) return best;
    }
    return undefined;
  }

  #begin(text: string, from: number, to: number): void {
    this.#text = text;
    this.#steps = 0;
    this.#depth = 0;
    this.#base = from;
    this.#width = to - from + 1;
    const bits = this.#width * this.#program.code.length;
    this.#visited =
      this.#options.memory && bits <= LARGEST_MEMORY ? new Uint8Array((bits >> 3) + 1) : undefined;
  }

  #result(start: number, end: number): number[] {
    const spans = Array.from(this.#slots.subarray(0, (this.#options.groups + 1) * 2));
    spans[0] = start;
    spans[1] = end;
    return spans;
  }

  #attempt(start: number, accept: (at: number) => boolean): number {
    this.#slots.fill(-1);
    this.#keptAt = -1;
    return this.#run(this.#program.start, start, accept, this.#visited);
  }

  #run(
    entry: number,
    from: number,
    accept: (at: number) => boolean,
    visited: Uint8Array | undefined,
  ): number {
    const { code } = this.#program;
    const stack: (readonly [number, number] | Undo)[] = [[entry, from]];
    for (;;) {
      const top = stack.pop();
      if (top === undefined) return -1;
      if ('slot' in top) {
        this.#restore(top);
        continue;
      }
      let [index, at] = top;
      for (;;) {
        if (++this.#steps > MOST_STEPS) throw new TooManySteps();
        if (visited !== undefined && this.#isKnown(visited, index, at)) break;
        const instruction = code[index];
        if (instruction === undefined) break;
        if (instruction.op === 'match') {
          if (accept(at)) return at;
          break;
        }
        if (instruction.op === 'set') {
          const point = codeAt(this.#text, at);
          if (point < 0 || !instruction.set.has(point)) break;
          at += point > 0xffff ? 2 : 1;
        } else if (instruction.op === 'split') {
          stack.push([instruction.other, at]);
        } else if (instruction.op === 'progress') {
          if (this.#slots[instruction.slot] === at) {
            index = instruction.done;
            continue;
          }
        } else if (instruction.op === 'save') {
          stack.push({ slot: instruction.slot, value: this.#slots[instruction.slot] ?? -1 });
          this.#slots[instruction.slot] = at;
        } else if (instruction.op === 'assert') {
          if (
            !holds(
              instruction.which,
              kindBefore(this.#text, at),
              kindAfter(this.#text, at),
              this.#options.multiline,
            )
          )
            break;
        } else if (instruction.op === 'keep') {
          stack.push({ slot: KEPT, value: this.#keptAt });
          this.#keptAt = at;
        } else if (instruction.op === 'backreference') {
          const end = this.#backreference(instruction.index, instruction.ignoreCase, at);
          if (end < 0) break;
          at = end;
        } else if (instruction.op === 'look') {
          if (this.#look(instruction.start, instruction.direction, at, stack) === instruction.negative) break;
        } else if (instruction.op === 'atomic') {
          const end = this.#part(instruction.start, at, () => true, stack);
          if (end < 0) break;
          at = end;
        } else if (instruction.op === 'recursion') {
          const end = this.#recursion(instruction.index, at);
          if (end < 0) break;
          at = end;
        } else if (instruction.op === 'condition' && (this.#slots[instruction.index * 2 + 1] ?? -1) < 0) {
          index = instruction.other;
          continue;
        }
        index = instruction.next;
      }
    }
  }

  #restore(undo: Undo): void {
    if (undo.slot === KEPT) this.#keptAt = undo.value;
    else this.#slots[undo.slot] = undo.value;
  }

  #isKnown(visited: Uint8Array, index: number, at: number): boolean {
    const bit = index * this.#width + (at - this.#base);
    const mask = 1 << (bit & 7);
    const byte = visited[bit >> 3] ?? 0;
    if ((byte & mask) !== 0) return true;
    visited[bit >> 3] = byte | mask;
    return false;
  }

  /** Runs a part on its own; what its groups held before can be restored by backtracking. */
  #part(
    start: number,
    at: number,
    accept: (at: number) => boolean,
    stack: (readonly [number, number] | Undo)[],
  ): number {
    const before = Array.from(this.#slots);
    const end = this.#run(start, at, accept, undefined);
    if (end < 0) {
      this.#slots.set(before);
      return -1;
    }
    for (let slot = 0; slot < before.length; slot++) {
      const value = before[slot] ?? -1;
      if (this.#slots[slot] !== value) stack.push({ slot, value });
    }
    return end;
  }

  /** A group once more; what groups held is restored afterwards. */
  #recursion(index: number, at: number): number {
    if (++this.#depth > DEEPEST) throw new TooManySteps();
    const before = Array.from(this.#slots);
    const end = this.#run(this.#program.parts.get(index) ?? 0, at, () => true, undefined);
    this.#slots.set(before);
    this.#depth--;
    return end;
  }

  #look(
    start: number,
    direction: 'ahead' | 'behind',
    at: number,
    stack: (readonly [number, number] | Undo)[],
  ): boolean {
    if (direction === 'ahead') return this.#part(start, at, () => true, stack) >= 0;
    for (let from = at; from >= 0; from -= from > 0 && codeBefore(this.#text, from) > 0xffff ? 2 : 1) {
      if (this.#part(start, from, (end) => end === at, stack) >= 0) return true;
    }
    return false;
  }

  #backreference(index: number, ignoreCase: boolean, at: number): number {
    const start = this.#slots[index * 2] ?? -1;
    const end = this.#slots[index * 2 + 1] ?? -1;
    if (start < 0 || end < 0) return -1;
    const wanted = this.#text.slice(start, end);
    const found = this.#text.slice(at, at + wanted.length);
    if (found === wanted) return at + wanted.length;
    return ignoreCase && sameIgnoringCase(found, wanted) ? at + wanted.length : -1;
  }
}

function sameIgnoringCase(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y && !casesOf(x).includes(y)) return false;
  }
  return true;
}

/** Length in units of the character at `at`; 1 at the end, so that loops go past it. */
function stepAt(text: string, at: number): number {
  return codeAt(text, at) > 0xffff ? 2 : 1;
}
