/**
 * Definitions of keepalived's configuration language: `$NAME=text`, lines that
 * go on with a backslash, `${_RANDOM 1 6}`, `~SEQ(…)` and `~LST(…)`.
 * keepalived.conf(5) 2.2.7 "PARAMETER SUBSTITUTION"; `replace_param`,
 * `check_definition`, `add_seq` and `add_lst` in lib/parser.c.
 */

import { type Reports } from './report';
import { trimEndOf } from '../../../text/trim';

/** Lines longer than this are refused (`MAXBUF` in lib/parser.h). */
export const LONGEST_LINE = 1024;

interface Definition {
  value: string;
  isMultiline: boolean;
  /** computed anew at each use */
  compute: ((parameters: readonly number[]) => string) | undefined;
}

/** Lines still to come from one ~SEQ or ~LST. */
interface Sequence {
  readonly text: string;
  /** one round each: names and values to set */
  readonly rounds: readonly (readonly (readonly [name: string, value: string])[])[];
  next: number;
}

/** A text, and the lines that a multi-line definition still has to give. */
export interface Replaced {
  readonly text: string;
  readonly found: boolean;
  readonly rest: readonly string[] | undefined;
}

const MOST_ROUNDS = 10_000;

export class Definitions {
  readonly #known = new Map<string, Definition>();
  #version = 0;
  readonly #sequences: Sequence[] = [];
  /** the definition that the next lines belong to */
  #open: Definition | undefined;

  constructor(
    readonly reports: Reports,
    standard: {
      readonly directory: () => string;
      readonly instance: string;
      readonly random: (lowest: number, highest: number) => number;
    },
  ) {
    this.#standard('_PWD', () => standard.directory());
    this.#standard('_INSTANCE', () => standard.instance);
    this.#standard('_RANDOM', ([lowest = 0, highest = 32_767]) =>
      String(standard.random(lowest, Math.max(lowest, highest))),
    );
    this.#standard('_HASH', () => '#');
    this.#standard('_BANG', () => '!');
  }

  #standard(name: string, compute: Definition['compute']): void {
    this.#known.set(name, { value: '', isMultiline: false, compute });
  }

  get isOpen(): boolean {
    return this.#open !== undefined;
  }

  /** Takes the next line of a definition that goes on. */
  continue(line: string): void {
    const open = this.#open;
    if (open === undefined) return;
    const goesOn = line.endsWith('\\');
    const text = goesOn ? trimEndOf(line.slice(0, -1), ' \t') : line;
    if (!goesOn) {
      this.#open = undefined;
      if (open.value === '') open.isMultiline = false;
    }
    if (text !== '') open.value += goesOn ? `${text}\n` : text;
  }

  /** An empty line ends it. */
  endOpen(): void {
    if (this.#open?.value === '') this.#open.isMultiline = false;
    this.#open = undefined;
  }

  /** `$NAME=text`; false when the line is something else. */
  define(line: string): boolean {
    const found = /^\$([A-Za-z_]\w*)[ \t]*=[ \t]*(.*)$/s.exec(line);
    if (found === null || /^\$\w+[ \t]/.test(line)) return false;
    const [, name = '', text = ''] = found;
    const isMultiline = text.endsWith('\\');
    const value = isMultiline ? trimEndOf(text.slice(0, -1), ' \t') : text;
    const definition: Definition = {
      value: isMultiline && value !== '' ? `${value}\n` : value,
      isMultiline,
      compute: undefined,
    };
    this.#known.set(name, definition);
    this.#version++;
    if (isMultiline) this.#open = definition;
    return true;
  }

  /** Puts values in place of `$NAME` and `${NAME}`. */
  replace(line: string): Replaced {
    let text = line;
    let found = false;
    let rest: readonly string[] | undefined;
    const pattern = /\$(?:\{([A-Za-z_]\w*)((?: *\d+)*)\}|([A-Za-z_]\w*)(?=[ \t,)]|$))/g;
    for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
      const [whole, braced, numbers = '', plain] = match;
      const definition = this.#known.get(braced ?? plain ?? '');
      const isLast = match.index + whole.length === text.length;
      if (definition === undefined || (definition.isMultiline && !isLast)) {
        pattern.lastIndex = match.index + 1;
        continue;
      }
      found = true;
      let value = definition.value;
      if (definition.compute !== undefined)
        value = definition.compute((numbers.match(/\d+/g) ?? []).map(Number));
      else if (definition.isMultiline) {
        const [first = '', ...others] = value.split('\n');
        value = first;
        rest = others;
      }
      if (text.length + value.length - whole.length >= LONGEST_LINE) {
        this.reports.log(`Parameter substitution on line '${text}' would exceed maximum line length`);
        return { text, found: false, rest: undefined };
      }
      text = text.slice(0, match.index) + value + text.slice(match.index + whole.length);
      pattern.lastIndex = match.index;
      if (/^[ \t]*~/.test(value)) break;
      // A definition that names itself would go on for ever.
      if (value.includes(whole)) pattern.lastIndex = match.index + value.length;
    }
    return { text, found, rest };
  }

  /** Grows with every name that is defined. */
  get version(): number {
    return this.#version;
  }

  get hasDefinitions(): boolean {
    return this.#known.size > 0;
  }

  // ---------------------------------------------------------------- ~SEQ, ~LST

  /** Takes a line that starts with ~SEQ or ~LST; complains when it is none. */
  addSequence(line: string): void {
    const kind = line.startsWith('~SEQ') ? 'SEQ' : 'LST';
    const added = kind === 'SEQ' ? this.#addSeq(line) : this.#addLst(line);
    if (!added) this.reports.complain('general', `Invalid ~${kind} specification '${line}'`);
  }

  #addSeq(line: string): boolean {
    const found = /^~SEQ(x?)[ \t]*\([ \t]*([^ \t,)]+)[ \t]*,[ \t]*([^)]*)\)[ \t]*(.*)$/s.exec(line);
    if (found === null) {
      if (/^~SEQx?[ \t]*\(/.test(line)) this.reports.complain('general', `Invalid ~SEQ definition '${line}'`);
      return false;
    }
    const [, hex, name = '', list = '', text = ''] = found;
    const numbers = this.replace(list)
      .text.split(',')
      .map((part) => part.trim());
    if (numbers.length > 3 || numbers.some((part) => !/^[-+]?(?:0x[0-9a-fA-F]+|\d+)$/.test(part))) {
      this.reports.complain('general', `Invalid ~SEQ definition '${line}'`);
      return false;
    }
    const [one = 0, two, three] = numbers.map(Number);
    const range =
      two === undefined
        ? { start: one < 0 ? -1 : 1, step: one < 1 ? -1 : 1, end: one }
        : three === undefined
          ? { start: one, step: one <= two ? 1 : -1, end: two }
          : { start: one, step: two, end: three };
    if (range.step === 0 || (range.end - range.start) * range.step < 0) {
      if (three !== undefined) this.reports.complain('general', `Invalid ~SEQ values '${line}'`);
      return false;
    }
    if (hex === 'x' && (range.start < 0 || range.end < 0)) {
      this.reports.complain('general', `~SEQx is only valid for positive numbers '${line}'`);
      return false;
    }
    const count = Math.min(Math.floor((range.end - range.start) / range.step) + 1, MOST_ROUNDS);
    const rounds = Array.from({ length: count }, (_, i) => {
      const value = range.start + i * range.step;
      return [[name, value.toString(hex === 'x' ? 16 : 10)] as const];
    });
    this.#sequences.push({ text, rounds, next: 0 });
    return true;
  }

  #addLst(line: string): boolean {
    const found = /^~LST[ \t]*\([ \t]*(?:\{([^}]*)\}|([^,{]*))[ \t]*,(.*)\)[ \t]*([^)]*)$/s.exec(line);
    if (found === null) return false;
    const [, braced, single = '', list = '', text = ''] = found;
    const names = (braced ?? single).split(',').map((name) => name.trim());
    const rounds: (readonly (readonly [string, string])[])[] = [];
    for (const [, set, value = ''] of list.matchAll(/[ \t]*(?:\{([^}]*)\}|([^,{}]+))[ \t]*,?/g)) {
      const values = (set ?? value).split(',').map((part) => part.trim());
      if (values.length > names.length) {
        this.reports.complain('general', `~LST specification has too many values '${line}'`);
        return false;
      }
      rounds.push(names.map((name, i) => [name, values[i] ?? ''] as const));
    }
    if (rounds.length === 0 || names[0] === '') return false;
    this.#sequences.push({ text, rounds, next: 0 });
    return true;
  }

  get hasSequence(): boolean {
    return this.#sequences.length > 0;
  }

  /** The next line of the innermost sequence. */
  nextOfSequence(): string {
    const sequence = this.#sequences.at(-1);
    if (sequence === undefined) return '';
    for (const [name, value] of sequence.rounds[sequence.next] ?? []) {
      this.#known.set(name, { value, isMultiline: false, compute: undefined });
    }
    this.#version++;
    sequence.next++;
    if (sequence.next >= sequence.rounds.length) this.#sequences.pop();
    return sequence.text;
  }
}
