/**
 * A lazy deterministic automaton over a program of regular instructions: each
 * character costs one table look-up once its state is known, so that no
 * expression can hang. Source: R. Cox, "Regular Expression Matching Can Be
 * Simple And Fast" (2007). A state is a set of instructions reached before the
 * conditions on the place (`^`, `\b`) are tried, and what stands before it;
 * they are tried once the next character is known.
 */
import { EVERYTHING } from './character-set';
import {
  codeAt,
  codeBefore,
  EDGE,
  holds,
  KINDS,
  kindBefore,
  kindOf,
  LAST_NEWLINE,
  NEWLINE,
  OTHER,
} from './place';
import type { Instruction, RegexProgram } from './program';

/** States kept at most; beyond, the table starts anew. */
const MOST_STATES = 4000;
const UNKNOWN = -1;

interface State {
  readonly id: number;
  readonly instructions: readonly number[];
  readonly before: number;
  /** By ASCII code: 2 × next state, plus 1 when a match ends before the character. */
  readonly ascii: Int32Array;
  readonly beyond: Map<number, number>;
  /** By what follows: the instructions after conditions, and whether a match ends here. */
  readonly closures: (Closure | undefined)[];
}
interface Closure {
  readonly sets: readonly number[];
  readonly accepts: boolean;
}

export interface AutomatonOptions {
  readonly multiline: boolean;
  /** A match may start at every character, not only where one begins to read. */
  readonly anywhere: boolean;
}

export class Automaton {
  readonly #code: Instruction[];
  readonly #start: number;
  readonly #multiline: boolean;
  readonly #asserts: boolean;
  #states: State[] = [];
  #byKey = new Map<string, State>();
  /** Generation stamps: which instruction has been seen in the closure under way. */
  readonly #seen: Int32Array;
  #stamp = 0;
  /** How far the last search read. */
  reached = 0;

  constructor(program: RegexProgram, options: AutomatonOptions) {
    this.#code = [...program.code];
    this.#multiline = options.multiline;
    this.#asserts = program.code.some((instruction) => instruction.op === 'assert');
    this.#start = program.start;
    if (options.anywhere) this.#start = this.#addSkip(program.start);
    this.#seen = new Int32Array(this.#code.length);
  }

  /** An instruction before the start that skips any number of characters. */
  #addSkip(start: number): number {
    const skip = this.#code.length;
    this.#code.push(
      { op: 'split', next: start, other: skip + 1 },
      { op: 'set', set: EVERYTHING, next: skip },
    );
    return skip;
  }

  /** The largest place at which a match that starts at `from` ends, or -1. */
  longestEnd(text: string, from: number): number {
    let state = this.#startState(this.#asserts ? kindBefore(text, from) : OTHER);
    let last = -1;
    const length = text.length;
    for (let at = from; ; ) {
      if (at >= length) {
        this.reached = at;
        return this.#acceptsAtEnd(state, EDGE) ? at : last;
      }
      const code = codeAt(text, at);
      const move = this.#move(state, code, at === length - 1);
      if ((move & 1) === 1) last = at;
      const next = this.#states[move >> 1];
      if (next === undefined || next.instructions.length === 0) {
        this.reached = at;
        return last;
      }
      state = next;
      at += code > 0xffff ? 2 : 1;
    }
  }

  /** Whether any match ends anywhere from `from` on (for automata made with `anywhere`). */
  finds(text: string, from: number): boolean {
    let state = this.#startState(this.#asserts ? kindBefore(text, from) : OTHER);
    const length = text.length;
    for (let at = from; at < length; ) {
      const code = codeAt(text, at);
      const move = this.#move(state, code, at === length - 1);
      if ((move & 1) === 1) return true;
      state = this.#states[move >> 1] ?? state;
      at += code > 0xffff ? 2 : 1;
    }
    return this.#acceptsAtEnd(state, EDGE);
  }

  /** For a program compiled backwards: the smallest place from `from` on where a match can start, or -1. */
  smallestStart(text: string, from: number): number {
    let state = this.#startState(EDGE);
    let smallest = -1;
    let at = text.length;
    while (at > from) {
      const code = codeBefore(text, at);
      const move = this.#move(state, code, false);
      if ((move & 1) === 1) smallest = at;
      state = this.#states[move >> 1] ?? state;
      at -= code > 0xffff ? 2 : 1;
    }
    return this.#acceptsAtEnd(state, kindBefore(text, from)) ? from : smallest;
  }

  /** Whether a match can start with this code at all, from a fresh start. */
  startsWith(code: number): boolean {
    for (let before = 0; before < KINDS; before++) {
      const closure = this.#closure(this.#startState(before), kindOf(code));
      if (closure.accepts) return true;
      if (closure.sets.some((index) => matches(this.#code[index], code))) return true;
    }
    return false;
  }

  /** Whether the empty text can be a match somewhere. */
  canBeEmpty(): boolean {
    for (let before = 0; before < KINDS; before++) {
      for (let after = 0; after < KINDS; after++)
        if (this.#closure(this.#startState(before), after).accepts) return true;
    }
    return false;
  }

  #acceptsAtEnd(state: State, after: number): boolean {
    return this.#closure(state, after).accepts;
  }

  #startState(before: number): State {
    return this.#state([this.#start], this.#asserts ? before : OTHER);
  }

  #state(instructions: readonly number[], before: number): State {
    const key = `${before}:${instructions.join(',')}`;
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    if (this.#states.length >= MOST_STATES) {
      this.#states = [];
      this.#byKey = new Map();
    }
    const state: State = {
      id: this.#states.length,
      instructions,
      before,
      ascii: new Int32Array(128).fill(UNKNOWN),
      beyond: new Map(),
      closures: new Array<Closure | undefined>(KINDS),
    };
    this.#states.push(state);
    this.#byKey.set(key, state);
    return state;
  }

  #move(state: State, code: number, isLast: boolean): number {
    // Whether a newline is the text's last decides `\Z`: too rare for the table.
    if (code === 10 && isLast && this.#asserts) return this.#compute(state, code, LAST_NEWLINE);
    if (code < 128) {
      const known = state.ascii[code] ?? UNKNOWN;
      if (known !== UNKNOWN) return known;
      const computed = this.#compute(state, code, code === 10 ? NEWLINE : kindOf(code));
      if (this.#states[state.id] === state) state.ascii[code] = computed;
      return computed;
    }
    const known = state.beyond.get(code);
    if (known !== undefined) return known;
    const computed = this.#compute(state, code, kindOf(code));
    if (this.#states[state.id] === state) state.beyond.set(code, computed);
    return computed;
  }

  #compute(state: State, code: number, after: number): number {
    const closure = this.#closure(state, after);
    const next: number[] = [];
    for (const index of closure.sets) {
      const instruction = this.#code[index];
      if (instruction?.op === 'set' && instruction.set.has(code) && !next.includes(instruction.next))
        next.push(instruction.next);
    }
    next.sort((a, b) => a - b);
    const target = this.#state(next, this.#asserts ? kindOf(code) : OTHER);
    return target.id * 2 + (closure.accepts ? 1 : 0);
  }

  #closure(state: State, after: number): Closure {
    const key = this.#asserts ? after : OTHER;
    const known = state.closures[key];
    if (known !== undefined) return known;
    const sets: number[] = [];
    let accepts = false;
    const stamp = ++this.#stamp;
    const stack = [...state.instructions];
    for (;;) {
      const index = stack.pop();
      if (index === undefined) break;
      const instruction = this.#code[index];
      if (instruction === undefined || this.#seen[index] === stamp) continue;
      this.#seen[index] = stamp;
      if (instruction.op === 'match') accepts = true;
      else if (instruction.op === 'set') sets.push(index);
      else if (instruction.op === 'split') stack.push(instruction.other, instruction.next);
      else if (instruction.op !== 'assert' || holds(instruction.which, state.before, after, this.#multiline))
        stack.push(instruction.next);
    }
    const closure = { sets, accepts };
    state.closures[key] = closure;
    return closure;
  }
}

function matches(instruction: Instruction | undefined, code: number): boolean {
  return instruction?.op === 'set' && instruction.set.has(code);
}
