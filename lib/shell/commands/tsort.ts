/** tsort(1) of GNU coreutils. */
import { compareBytes } from './collation';
import { errnoText } from './errno-text';
import { quoteFileIfNeeded, quoteValue } from './quoting';
import type { Command, Tool, ToolRun } from './tool';

export const tsort: Command = {
  name: 'tsort',
  package: 'coreutils',
  paths: ['/usr/bin/tsort'],
  synopsis: 'tsort [OPTION] [FILE]',
  summary: 'Write totally ordered list consistent with the partial ordering in FILE.',
  run,
};

interface Item {
  before: number;
  readonly after: string[];
}

function* run(tool: Tool): ToolRun {
  const { operands } = tool.options({ short: '' });
  const [name = '-', extra] = operands;
  if (extra !== undefined) tool.misuse(`extra operand ${quoteValue(extra)}`);
  const file = yield* tool.readFile(name);
  // Read as if it were empty.
  if (file === 'EISDIR') return 0;
  if (typeof file === 'string') return tool.fail(`${quoteFileIfNeeded(name)}: ${errnoText(file)}`);
  const words = file.text.split(/\s+/).filter((word) => word !== '');
  if (words.length % 2 === 1) tool.fail(`${quoteFileIfNeeded(name)}: input contains an odd number of tokens`);
  const items = new Map<string, Item>();
  const item = (word: string): Item => {
    const known = items.get(word) ?? { before: 0, after: [] };
    items.set(word, known);
    return known;
  };
  for (let i = 0; i < words.length; i += 2) {
    const [a = '', b = ''] = [words[i], words[i + 1]];
    const first = item(a);
    const second = item(b);
    if (a === b) continue;
    first.after.push(b);
    second.before++;
  }
  return order(tool, name, items);
}

/** Everything without a predecessor in the order of the names, then what that sets free; loops are cut. */
function order(tool: Tool, name: string, items: Map<string, Item>): number {
  let code = 0;
  while (items.size > 0) {
    const queue = sortedNames(items).filter((word) => items.get(word)?.before === 0);
    for (let word = queue.shift(); word !== undefined; word = queue.shift()) {
      const entry = items.get(word);
      items.delete(word);
      tool.line(word);
      // Successors were put in front of the list as they were read.
      for (const next of entry?.after.toReversed() ?? []) {
        const target = items.get(next);
        if (target !== undefined && --target.before === 0) queue.push(next);
      }
    }
    if (items.size === 0) return code;
    code = 1;
    tool.complain(`${quoteFileIfNeeded(name)}: input contains a loop:`);
    for (const member of cutLoop(items)) tool.complain(member);
  }
  return code;
}

function sortedNames(items: ReadonlyMap<string, Item>): string[] {
  return [...items.keys()].sort(compareBytes);
}

/**
 * Walks the names over and over: whoever leads to the last one found comes before it, until one comes that was found
 * already. Takes one relation of that loop away. Source: GNU tsort's `detect_loop`.
 */
function cutLoop(items: ReadonlyMap<string, Item>): string[] {
  const found: string[] = [];
  // The first one has led nowhere yet.
  const leading = new Set<string>();
  for (;;) {
    for (const word of sortedNames(items)) {
      const entry = items.get(word);
      const last = found.at(-1);
      if (entry === undefined || entry.before === 0) continue;
      const at = last === undefined ? -1 : entry.after.lastIndexOf(last);
      if (last !== undefined && at < 0) continue;
      if (leading.has(word)) {
        entry.after.splice(at, 1);
        const target = items.get(last ?? '');
        if (target !== undefined) target.before--;
        return found.slice(found.lastIndexOf(word)).toReversed();
      }
      if (last !== undefined) leading.add(word);
      found.push(word);
    }
  }
}
