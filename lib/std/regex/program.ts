/**
 * A regular expression as instructions, for the automaton and the backtracking
 * matcher alike. Compiled backwards it matches from right to left.
 */
import type { CharacterSet } from './character-set';
import { type Assertion, partsOf, RegexError, type RegexNode, UNBOUNDED } from './tree';

export type Instruction =
  | { readonly op: 'set'; readonly set: CharacterSet; next: number }
  /** Tries `next` first, then `other`. */
  | { readonly op: 'split'; next: number; other: number }
  | { readonly op: 'assert'; readonly which: Assertion; next: number }
  /** Remembers the place in a slot: 2n is where group n starts, 2n + 1 where it ends. */
  | { readonly op: 'save'; readonly slot: number; next: number }
  /** The end of a round of a loop that can be empty: an empty round ends the loop. */
  | { readonly op: 'progress'; readonly slot: number; readonly done: number; next: number }
  | { readonly op: 'backreference'; readonly index: number; readonly ignoreCase: boolean; next: number }
  | {
      readonly op: 'look';
      readonly start: number;
      readonly direction: 'ahead' | 'behind';
      readonly negative: boolean;
      next: number;
    }
  | { readonly op: 'atomic'; readonly start: number; next: number }
  /** Runs a group (0: all) as a part of its own. */
  | { readonly op: 'recursion'; readonly index: number; next: number }
  /** `next` where the group took part, else `other`. */
  | { readonly op: 'condition'; readonly index: number; next: number; other: number }
  | { readonly op: 'keep'; next: number }
  | { readonly op: 'match' };

export interface RegexProgram {
  readonly code: readonly Instruction[];
  readonly start: number;
  /** Groups' places and loops' marks. */
  readonly slots: number;
  /** Where groups that are run once more begin, each ending in a match of its own. */
  readonly parts: ReadonlyMap<number, number>;
}

/** More than this and glibc, too, says that it is too big. */
const LARGEST_PROGRAM = 60_000;

class TooBig extends Error {}

/** Compiles forwards, or backwards (regular trees only). */
export function compileProgram(
  root: RegexNode,
  groups: number,
  direction: 'forward' | 'backward' = 'forward',
): RegexProgram | RegexError {
  const compiler = new Compiler(direction === 'backward', (groups + 1) * 2);
  try {
    const start = compiler.node(root, compiler.add({ op: 'match' }));
    return { code: compiler.code, start, slots: compiler.slots, parts: compiler.parts(root) };
  } catch (error) {
    if (error instanceof TooBig) return new RegexError('Regular expression too big');
    throw error;
  }
}

const MIRRORED: Readonly<Record<Assertion, Assertion>> = {
  'line-start': 'line-end',
  'line-end': 'line-start',
  'text-start': 'text-end',
  'text-end': 'text-start',
  'last-line-end': 'last-line-end',
  'word-boundary': 'word-boundary',
  'not-word-boundary': 'not-word-boundary',
  'word-start': 'word-end',
  'word-end': 'word-start',
  'after-non-word': 'before-non-word',
  'before-non-word': 'after-non-word',
};

/** Builds from the end to the start: each node gets the instruction that follows it. */
class Compiler {
  readonly code: Instruction[] = [];
  /** Groups that are run once more. */
  readonly #called = new Set<number>();
  constructor(
    private readonly backward: boolean,
    public slots: number,
  ) {}

  add(instruction: Instruction): number {
    if (this.code.length >= LARGEST_PROGRAM) throw new TooBig();
    return this.code.push(instruction) - 1;
  }

  /** Compiles what recursions run; such a part may call others. */
  parts(root: RegexNode): Map<number, number> {
    const parts = new Map<number, number>();
    for (const index of this.#called) {
      const group = index === 0 ? root : groupOf(root, index);
      if (group !== undefined) parts.set(index, this.node(group, this.add({ op: 'match' })));
    }
    return parts;
  }

  node(node: RegexNode, next: number): number {
    switch (node.kind) {
      case 'empty':
        return next;
      case 'set':
        return this.add({ op: 'set', set: node.set, next });
      case 'sequence':
        return this.sequence(node.parts, next);
      case 'alternation':
        return this.alternation(node.parts, next);
      case 'repeat':
        if (node.manner !== 'possessive')
          return this.repeat(node.body, node.least, node.most, node.manner === 'lazy', next);
        return this.sub({ ...node, manner: 'greedy' }, (start) => ({ op: 'atomic', start, next }));
      case 'group': {
        const end = this.add({ op: 'save', slot: node.index * 2 + 1, next });
        return this.add({ op: 'save', slot: node.index * 2, next: this.node(node.body, end) });
      }
      case 'assertion':
        return this.add({ op: 'assert', which: this.backward ? MIRRORED[node.which] : node.which, next });
      case 'backreference':
        return this.add({ op: 'backreference', index: node.index, ignoreCase: node.ignoreCase, next });
      case 'look':
        return this.sub(node.body, (start) => ({
          op: 'look',
          start,
          direction: node.direction,
          negative: node.negative,
          next,
        }));
      case 'atomic':
        return this.sub(node.body, (start) => ({ op: 'atomic', start, next }));
      case 'keep':
        return this.add({ op: 'keep', next });
      case 'recursion':
        this.#called.add(node.index);
        return this.add({ op: 'recursion', index: node.index, next });
      case 'condition':
        return this.add({
          op: 'condition',
          index: node.index,
          next: this.node(node.yes, next),
          other: this.node(node.no, next),
        });
    }
  }

  /** A part that is matched on its own, ending in a match of its own. */
  private sub(body: RegexNode, make: (start: number) => Instruction): number {
    return this.add(make(this.node(body, this.add({ op: 'match' }))));
  }

  private sequence(parts: readonly RegexNode[], next: number): number {
    let entry = next;
    const ordered = this.backward ? parts : parts.toReversed();
    for (const part of ordered) entry = this.node(part, entry);
    return entry;
  }

  private alternation(parts: readonly RegexNode[], next: number): number {
    const entries = parts.map((part) => this.node(part, next));
    let entry = entries[entries.length - 1] ?? next;
    for (let i = entries.length - 2; i >= 0; i--)
      entry = this.add({ op: 'split', next: entries[i] ?? next, other: entry });
    return entry;
  }

  private repeat(body: RegexNode, least: number, most: number, isLazy: boolean, next: number): number {
    let entry = next;
    if (most === UNBOUNDED) entry = this.star(body, isLazy, next);
    else for (let i = least; i < most; i++) entry = this.branch(this.node(body, entry), next, isLazy);
    for (let i = 0; i < least; i++) entry = this.node(body, entry);
    return entry;
  }

  private branch(into: number, past: number, isLazy: boolean): number {
    return this.add(
      isLazy ? { op: 'split', next: past, other: into } : { op: 'split', next: into, other: past },
    );
  }

  private star(body: RegexNode, isLazy: boolean, next: number): number {
    const loop: { op: 'split'; next: number; other: number } = { op: 'split', next, other: next };
    const entry = this.add(loop);
    const start = canBeEmpty(body) ? this.guarded(body, entry, next) : this.node(body, entry);
    if (isLazy) loop.other = start;
    else loop.next = start;
    return entry;
  }

  private guarded(body: RegexNode, entry: number, done: number): number {
    const slot = this.slots++;
    const end = this.add({ op: 'progress', slot, done, next: entry });
    return this.add({ op: 'save', slot, next: this.node(body, end) });
  }
}

/** The first group of that number. */
function groupOf(node: RegexNode, index: number): RegexNode | undefined {
  if (node.kind === 'group' && node.index === index) return node;
  for (const part of partsOf(node)) {
    const found = groupOf(part, index);
    if (found !== undefined) return found;
  }
  return undefined;
}

function canBeEmpty(node: RegexNode): boolean {
  switch (node.kind) {
    case 'set':
      return false;
    case 'sequence':
      return node.parts.every(canBeEmpty);
    case 'alternation':
      return node.parts.some(canBeEmpty);
    case 'repeat':
      return node.least === 0 || canBeEmpty(node.body);
    case 'group':
    case 'atomic':
      return canBeEmpty(node.body);
    case 'empty':
    case 'assertion':
    case 'backreference':
    case 'look':
    case 'keep':
    case 'recursion':
    case 'condition':
      return true;
  }
}
