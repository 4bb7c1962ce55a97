/** look(1) of util-linux: lines that begin with a string. Source: util-linux 2.38 `misc-utils/look.c`. */
import { errnoText } from './errno-text';
import type { Command, Tool, ToolRun } from './tool';

export const look: Command = {
  name: 'look',
  package: 'bsdextrautils',
  paths: ['/usr/bin/look'],
  synopsis: 'look [options] <string> [<file>...]',
  summary: 'Display lines beginning with a specified string.',
  run,
};

const WORDS = '/usr/share/dict/words';

function* run(tool: Tool): ToolRun {
  const { options, operands } = tool.options({
    short: 'adft:',
    long: { alternative: 'a', alphanum: 'd', 'ignore-case': 'f', 'terminate:': 't' },
  });
  const [given, file, ...more] = operands;
  if (given === undefined || more.length > 0) return tool.misuse('bad usage');
  const has = (name: string): boolean => options.some((option) => option.name === name);
  // Words of the dictionary are compared as a dictionary does.
  const isDictionary = file === undefined;
  const end = options.findLast((option) => option.name === 't')?.value;
  const key = (text: string): string => {
    const characters = isDictionary || has('d') ? text.replace(/[^A-Za-z0-9\s]/g, '') : text;
    return isDictionary || has('f') ? characters.toLowerCase() : characters;
  };
  const cut = end === undefined ? -1 : given.indexOf(end);
  const wanted = key(cut < 0 ? given : given.slice(0, cut + 1));
  const path = file ?? WORDS;
  const read = yield* tool.readFile(path);
  if (typeof read === 'string') return tool.fail(`${path}: ${errnoText(read)}`);
  const lines = read.text.split('\n').filter((line) => line !== '');
  const first = firstAtLeast(lines, wanted, key);
  let last = first;
  while (last < lines.length && key(lines[last] ?? '').startsWith(wanted)) tool.line(lines[last++] ?? '');
  return last > first ? 0 : 1;
}

/** By halving, as if the lines were in order. */
function firstAtLeast(lines: readonly string[], wanted: string, key: (text: string) => string): number {
  let [low, high] = [0, lines.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (key(lines[middle] ?? '').slice(0, wanted.length) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
