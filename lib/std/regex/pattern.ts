/**
 * A compiled regular expression: the door to this folder. POSIX expressions
 * match leftmost and longest, Perl-like ones in the order of their alternatives.
 */
import { Automaton } from './automaton';
import { Backtracker, TooManySteps } from './backtracker';
import { codeAt } from './place';
import { DIALECTS, type DialectName } from './posix-dialect';
import { parsePerl, type PerlOptions } from './perl-parser';
import { parsePosix } from './posix-parser';
import { compileProgram, type RegexProgram } from './program';
import { partsOf, RegexError, type RegexNode, type RegexTree } from './tree';

/** Where a match lies: its start and end, then those of each group, -1 where a group took no part. */
export type Spans = readonly number[];

export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface PosixPatternOptions {
  readonly dialect: DialectName;
  readonly ignoreCase?: boolean;
  /** `^` and `$` match at lines inside the text. */
  readonly multiline?: boolean;
  /** Only matches that are whole lines, or that no word character touches. */
  readonly whole?: Whole;
}
export type Whole = 'line' | 'word';

/** Characters looked at in one search before the slow but linear way is taken. */
const SEARCH_BUDGET = 4000;

/** Compiles a POSIX expression. */
export function compilePosix(source: string, options: PosixPatternOptions): Pattern | RegexError {
  const tree = parsePosix(source, {
    dialect: DIALECTS[options.dialect],
    ignoreCase: options.ignoreCase ?? false,
  });
  return tree instanceof RegexError
    ? tree
    : fromTree(wrapped(tree, options.whole), { multiline: options.multiline ?? false, isPerl: false });
}

/** Compiles a Perl-like expression. */
export function compilePerl(
  source: string,
  options: PerlOptions & { readonly whole?: Whole },
): Pattern | RegexError {
  const tree = parsePerl(source, options);
  return tree instanceof RegexError
    ? tree
    : fromTree(wrapped(tree, options.whole), { multiline: options.multiline, isPerl: true });
}

/** Compiles an expression as daemons do with PCRE2: of bytes, `^` and `$` at the ends of the text. */
export function compilePcre(
  source: string,
  { ignoreCase, utf = false }: { readonly ignoreCase: boolean; readonly utf?: boolean },
): Pattern | RegexError {
  return compilePerl(source, {
    asciiClasses: true,
    utf,
    ignoreCase,
    extended: false,
    dotAll: false,
    multiline: false,
  });
}
/** A match as {@link Pattern.match}; what takes more steps than the matcher grants matches nothing. */
export function matchOrNothing(pattern: Pattern, text: string, from = 0): Spans | undefined {
  try {
    return pattern.match(text, from);
  } catch (error) {
    if (error instanceof TooManySteps) return undefined;
    throw error;
  }
}
/** The text of a group; undefined where it took no part. */
export function groupText(text: string, spans: Spans, group: number): string | undefined {
  const end = spans[group * 2 + 1] ?? -1;
  return end < 0 ? undefined : text.slice(spans[group * 2], end);
}

const EDGES = {
  line: ['line-start', 'line-end'],
  word: ['after-non-word', 'before-non-word'],
} as const;

function wrapped(tree: RegexTree, whole: Whole | undefined): RegexTree {
  if (whole === undefined) return tree;
  const [before, after] = EDGES[whole];
  const parts: RegexNode[] = [
    { kind: 'assertion', which: before },
    tree.root,
    { kind: 'assertion', which: after },
  ];
  return { ...tree, root: { kind: 'sequence', parts } };
}

/** A pattern that matches `text` itself. */
export function literalPattern(text: string): Pattern {
  const root: RegexNode = { kind: 'empty' };
  return new Pattern(
    { root, groups: 0, names: new Map(), isPlain: true, warnings: [] },
    { code: [{ op: 'match' }], start: 0, slots: 2, parts: new Map() },
    { multiline: false, isPerl: false, literal: text },
  );
}

function fromTree(tree: RegexTree, options: { multiline: boolean; isPerl: boolean }): Pattern | RegexError {
  const program = compileProgram(tree.root, tree.groups);
  if (program instanceof RegexError) return program;
  return new Pattern(tree, program, { ...options, literal: literalOf(tree.root) });
}

export class Pattern {
  readonly groups: number;
  readonly names: ReadonlyMap<string, number>;
  readonly warnings: readonly string[];
  readonly #tree: RegexTree;
  readonly #program: RegexProgram;
  readonly #multiline: boolean;
  readonly #isPerl: boolean;
  readonly #literal: string | undefined;
  readonly #usesAutomaton: boolean;
  #anchored: Automaton | undefined;
  #unanchored: Automaton | undefined;
  #backward: Automaton | undefined;
  #backtracker: Backtracker | undefined;
  /** By ASCII code: 0 not known, 1 a match can start with it, 2 it cannot. */
  readonly #first = new Uint8Array(128);
  #emptyPossible: boolean | undefined;

  constructor(
    tree: RegexTree,
    program: RegexProgram,
    options: { multiline: boolean; isPerl: boolean; literal: string | undefined },
  ) {
    this.#tree = tree;
    this.#program = program;
    this.#multiline = options.multiline;
    this.#isPerl = options.isPerl;
    this.#literal = options.literal;
    this.#usesAutomaton = tree.isPlain;
    this.groups = tree.groups;
    this.names = tree.names;
    this.warnings = tree.warnings;
  }

  /** Whether there is a match anywhere. */
  test(text: string): boolean {
    if (this.#literal !== undefined) return text.includes(this.#literal);
    if (!this.#usesAutomaton) return this.#slow(text, 0) !== undefined;
    this.#unanchored ??= new Automaton(this.#program, { multiline: this.#multiline, anywhere: true });
    return this.#unanchored.finds(text, 0);
  }

  /** The first match from `from` on, without its groups. */
  find(text: string, from = 0): Span | undefined {
    if (this.#literal !== undefined) {
      const start = text.indexOf(this.#literal, from);
      return start < 0 ? undefined : { start, end: start + this.#literal.length };
    }
    if (this.#usesAutomaton && !this.#isPerl) return this.#search(text, from);
    const spans = this.#slow(text, from);
    return spans === undefined ? undefined : { start: spans[0] ?? 0, end: spans[1] ?? 0 };
  }

  /** The first match from `from` on, with its groups. */
  match(text: string, from = 0): Spans | undefined {
    if (this.groups > 0 || (this.#isPerl && this.#literal === undefined)) {
      if (!this.#usesAutomaton || this.#isPerl) return this.#slow(text, from);
      const span = this.#search(text, from);
      return span === undefined ? undefined : this.#tracker().within(text, span.start, span.end);
    }
    const span = this.find(text, from);
    return span === undefined ? undefined : [span.start, span.end];
  }

  /** Whether the whole text matches. */
  matchesAll(text: string): boolean {
    if (this.#literal !== undefined) return text === this.#literal;
    if (!this.#usesAutomaton) {
      const spans = this.#slow(text, 0);
      return spans?.[0] === 0 && spans[1] === text.length;
    }
    return this.#forward().longestEnd(text, 0) === text.length;
  }

  #forward(): Automaton {
    this.#anchored ??= new Automaton(this.#program, { multiline: this.#multiline, anywhere: false });
    return this.#anchored;
  }

  #tracker(): Backtracker {
    this.#backtracker ??= new Backtracker(this.#program, {
      multiline: this.#multiline,
      groups: this.groups,
      memory: !looksBack(this.#tree.root),
    });
    return this.#backtracker;
  }

  #slow(text: string, from: number): Spans | undefined {
    return this.#isPerl ? this.#tracker().first(text, from) : this.#tracker().longest(text, from);
  }

  #search(text: string, from: number): Span | undefined {
    const automaton = this.#forward();
    this.#emptyPossible ??= automaton.canBeEmpty();
    let budget = SEARCH_BUDGET + (text.length - from) * 4;
    for (let start = from; start <= text.length; ) {
      const code = codeAt(text, start);
      if (code < 0 ? this.#emptyPossible : this.#canStart(automaton, code)) {
        const end = automaton.longestEnd(text, start);
        if (end >= 0) return { start, end };
        budget -= automaton.reached - start + 1;
        if (budget < 0) return this.#searchBackward(text, start);
      }
      start += code > 0xffff ? 2 : 1;
    }
    return undefined;
  }

  /** One pass from the end finds where the leftmost match starts, however often attempts fail late. */
  #searchBackward(text: string, from: number): Span | undefined {
    if (this.#backward === undefined) {
      const program = compileProgram(this.#tree.root, this.groups, 'backward');
      if (program instanceof RegexError) return undefined;
      this.#backward = new Automaton(program, { multiline: this.#multiline, anywhere: true });
    }
    const start = this.#backward.smallestStart(text, from);
    return start < 0 ? undefined : { start, end: this.#forward().longestEnd(text, start) };
  }

  #canStart(automaton: Automaton, code: number): boolean {
    if (this.#emptyPossible === true || code >= 128) return true;
    let known = this.#first[code] ?? 0;
    if (known === 0) {
      known = automaton.startsWith(code) ? 1 : 2;
      this.#first[code] = known;
    }
    return known === 1;
  }
}

/** The text of an expression that stands for itself. */
function literalOf(root: RegexNode): string | undefined {
  const parts = root.kind === 'sequence' ? root.parts : [root];
  let text = '';
  for (const part of parts) {
    const code = part.kind === 'set' ? part.set.single() : undefined;
    if (code === undefined) return undefined;
    text += String.fromCodePoint(code);
  }
  return text;
}

/** Whether what follows depends on more than the place: what groups hold. */
function looksBack(node: RegexNode): boolean {
  return node.kind === 'backreference' || node.kind === 'condition' || partsOf(node).some(looksBack);
}
