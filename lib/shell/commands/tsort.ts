/** tsort(1) of GNU coreutils. */
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

function order(tool: Tool, name: string, items: Map<string, Item>): number {
  let code = 0;
  const queue = [...items]
    .filter(([, entry]) => entry.before === 0)
    .map(([word]) => word)
    .sort();
  while (items.size > 0) {
    const word = queue.shift();
    if (word === undefined) {
      code = 1;
      queue.push(breakLoop(tool, name, items));
      continue;
    }
    const entry = items.get(word);
    if (entry === undefined) continue;
    items.delete(word);
    tool.line(word);
    // Successors were put in front of the list as they were read.
    for (const next of entry.after.toReversed()) {
      const target = items.get(next);
      if (target !== undefined && --target.before === 0) queue.push(next);
    }
  }
  return code;
}

/** Names a loop and cuts it at its first member. */
function breakLoop(tool: Tool, name: string, items: Map<string, Item>): string {
  const [start = ''] = items.keys();
  const path: string[] = [];
  let word = start;
  while (!path.includes(word)) {
    path.push(word);
    word = [...items].find(([, entry]) => entry.after.includes(word))?.[0] ?? word;
  }
  tool.complain(`${quoteFileIfNeeded(name)}: input contains a loop:`);
  const loop = path.slice(path.indexOf(word)).toReversed();
  for (const member of loop) tool.complain(member);
  const entry = items.get(loop[0] ?? start);
  if (entry !== undefined) entry.before = 0;
  return loop[0] ?? start;
}
