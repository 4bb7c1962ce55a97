/** What a regular expression means, whatever syntax it was written in. */
import type { CharacterSet } from './character-set';

/** A condition on the place between two characters. */
export type Assertion =
  | 'line-start'
  | 'line-end'
  | 'text-start'
  | 'text-end'
  /** At the end, or before a newline that ends the text (Perl's `\Z` and `$`). */
  | 'last-line-end'
  | 'word-boundary'
  | 'not-word-boundary'
  | 'word-start'
  | 'word-end'
  /** What grep -w asks of a match: no word character right before, or right after. */
  | 'after-non-word'
  | 'before-non-word';

export type RegexNode =
  | { readonly kind: 'empty' }
  | { readonly kind: 'set'; readonly set: CharacterSet }
  | { readonly kind: 'sequence'; readonly parts: readonly RegexNode[] }
  | { readonly kind: 'alternation'; readonly parts: readonly RegexNode[] }
  | {
      readonly kind: 'repeat';
      readonly body: RegexNode;
      readonly least: number;
      readonly most: number;
      readonly manner: 'greedy' | 'lazy' | 'possessive';
    }
  | { readonly kind: 'group'; readonly body: RegexNode; readonly index: number }
  | { readonly kind: 'backreference'; readonly index: number; readonly ignoreCase: boolean }
  | { readonly kind: 'assertion'; readonly which: Assertion }
  | {
      readonly kind: 'look';
      readonly body: RegexNode;
      readonly direction: 'ahead' | 'behind';
      readonly negative: boolean;
    }
  | { readonly kind: 'atomic'; readonly body: RegexNode }
  /** A group once more, 0 the whole: `(?R)`, `(?1)`. */
  | { readonly kind: 'recursion'; readonly index: number }
  /** Whether a group took part decides: `(?(1)yes|no)`. */
  | { readonly kind: 'condition'; readonly index: number; readonly yes: RegexNode; readonly no: RegexNode }
  /** Perl's `\K`: the match starts here. */
  | { readonly kind: 'keep' };

/** A parsed expression. */
export interface RegexTree {
  readonly root: RegexNode;
  /** Number of capturing groups. */
  readonly groups: number;
  /** Names of groups, where the syntax has them. */
  readonly names: ReadonlyMap<string, number>;
  /** Needs the backtracking matcher: back-references, look-around, `\K`, lazy or possessive repeats. */
  readonly isPlain: boolean;
  readonly warnings: readonly string[];
}

/** Why an expression was refused, in glibc's or PCRE's words. */
export class RegexError {
  constructor(
    readonly message: string,
    /** Where, for syntaxes that tell. */
    readonly offset = 0,
  ) {}
}

/** No bound. */
export const UNBOUNDED = Number.POSITIVE_INFINITY;
/** glibc's RE_DUP_MAX. */
export const LARGEST_REPEAT = 32_767;

export const EMPTY: RegexNode = { kind: 'empty' };

/** A sequence without needless nesting. */
export function sequenceOf(parts: readonly RegexNode[]): RegexNode {
  const [first] = parts;
  if (first === undefined) return EMPTY;
  return parts.length === 1 ? first : { kind: 'sequence', parts };
}

/** What a node is made of. */
export function partsOf(node: RegexNode): readonly RegexNode[] {
  switch (node.kind) {
    case 'sequence':
    case 'alternation':
      return node.parts;
    case 'repeat':
    case 'group':
    case 'look':
    case 'atomic':
      return [node.body];
    case 'condition':
      return [node.yes, node.no];
    default:
      return [];
  }
}

/** Whether only regular constructs are used, so that a finite automaton decides. */
export function isRegular(node: RegexNode): boolean {
  switch (node.kind) {
    case 'empty':
    case 'set':
    case 'assertion':
      return true;
    case 'sequence':
    case 'alternation':
      return node.parts.every(isRegular);
    case 'repeat':
      return node.manner === 'greedy' && isRegular(node.body);
    case 'group':
      return isRegular(node.body);
    case 'backreference':
    case 'look':
    case 'atomic':
    case 'keep':
    case 'recursion':
    case 'condition':
      return false;
  }
}
