/** How long what a look-behind looks for is. Source: pcre2_compile.c of 10.42, `get_grouplength`, `get_branchlength`. */
import type { RegexNode } from './tree';

/** Alternatives at the top may differ, one by one they have a length. undefined: not fixed. */
export function fixedLength(node: RegexNode, groups: ReadonlyMap<number, RegexNode>): number | undefined {
  if (node.kind !== 'alternation') return lengthOf(node, groups, []);
  const lengths = node.parts.map((part) => lengthOf(part, groups, []));
  return lengths.includes(undefined) ? undefined : Math.max(...lengths.map((length) => length ?? 0));
}

function lengthOf(
  node: RegexNode,
  groups: ReadonlyMap<number, RegexNode>,
  within: readonly number[],
): number | undefined {
  switch (node.kind) {
    case 'empty':
    case 'assertion':
    case 'look':
    case 'keep':
      return 0;
    case 'set':
      return 1;
    case 'sequence': {
      let sum = 0;
      for (const part of node.parts) {
        const length = lengthOf(part, groups, within);
        if (length === undefined) return undefined;
        sum += length;
      }
      return sum;
    }
    case 'alternation':
      return same(node.parts.map((part) => lengthOf(part, groups, within)));
    case 'condition':
      return same([lengthOf(node.yes, groups, within), lengthOf(node.no, groups, within)]);
    case 'repeat': {
      const length = lengthOf(node.body, groups, within);
      return length === undefined || node.least !== node.most ? undefined : length * node.least;
    }
    case 'group':
    case 'atomic':
      return lengthOf(node.body, groups, within);
    case 'backreference':
    case 'recursion': {
      const body = groups.get(node.index);
      if (body === undefined || within.includes(node.index)) return undefined;
      return lengthOf(body, groups, [...within, node.index]);
    }
  }
}
function same([first, ...rest]: readonly (number | undefined)[]): number | undefined {
  return rest.every((length) => length === first) ? first : undefined;
}
