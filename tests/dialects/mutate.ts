/** Texts that are nearly right, and the shortest one that still goes wrong. */
import type { RandomStream } from '../../lib/std/random';

/** What has confused readers of texts before. */
const AWKWARD = [
  '\0',
  '\r\n',
  '\r',
  '\t',
  '\\',
  '\\\n',
  '"',
  "'",
  '{',
  '}',
  '(',
  ')',
  '[',
  ']',
  '#',
  ';',
  '=',
  ':',
  ',',
  '*',
  '%',
  '%n',
  '$',
  '${',
  '$(',
  '@',
  '!',
  '-',
  '-1',
  '0',
  '99999999999999999999',
  '1e9',
  '0x',
  'é',
  '\u{1f600}',
  '\ud800',
  '\xff',
  '\uffff',
  '__proto__',
  'constructor',
  'toString',
  ' ',
  '  ',
  '\n',
  '\n\n',
  '/',
  '..',
  '1.2.3.4',
  '300.1.1.1',
  '1.2.3.4/99',
  '::1',
  '[]',
  '[!',
  '[z-a]*',
  '\ninclude [\n',
  '\ninclude /etc/[z-a]*\n',
  '\nsource [z-a]\n',
  '\nInclude [z-a]\n',
];

export function mutate(random: RandomStream, text: string, others: readonly string[]): string {
  let mutant = text;
  for (let left = random.integer(1, 4); left > 0; left--) mutant = once(random, mutant, others);
  return mutant.slice(0, 20_000);
}

function once(random: RandomStream, text: string, others: readonly string[]): string {
  const at = random.integer(0, text.length);
  const to = Math.min(text.length, at + random.integer(1, 12));
  const lines = text.split('\n');
  const line = random.integer(0, lines.length - 1);
  switch (random.integer(0, 9)) {
    case 0:
      return text.slice(0, at) + text.slice(to);
    case 1:
      return text.slice(0, at) + random.pick(AWKWARD) + text.slice(at);
    case 2:
      return text.slice(0, at) + random.pick(AWKWARD) + text.slice(to);
    case 3:
      return lines.toSpliced(line, 1).join('\n');
    case 4:
      return lines.toSpliced(line, 0, lines[random.integer(0, lines.length - 1)] ?? '').join('\n');
    case 5:
      return lines.toSpliced(line, 0, random.pick(random.pick(others).split('\n'))).join('\n');
    case 6:
      return text.slice(0, at);
    case 7:
      return wordsMixed(random, text, random.pick(others));
    case 8:
      return lines.toSpliced(line, 1, (lines[line] ?? '').repeat(random.integer(2, 9))).join('\n');
    default:
      return lines.toSpliced(line, 1, random.shuffle((lines[line] ?? '').split(' ')).join(' ')).join('\n');
  }
}

/** A word gives its place to another one. */
function wordsMixed(random: RandomStream, text: string, other: string): string {
  const words = text.split(/(\s+)/);
  const donor = other.split(/\s+/);
  return words.toSpliced(random.integer(0, words.length - 1), 1, random.pick(donor)).join('');
}

/** Cuts away lines, then characters, as long as it still fails. */
export function shortest(text: string, fails: (text: string) => boolean): string {
  let found = text;
  for (const separator of ['\n', '']) {
    for (
      let size = Math.ceil(found.split(separator).length / 2);
      size >= 1;
      size = size === 1 ? 0 : Math.ceil(size / 2)
    ) {
      for (let at = 0; at < found.split(separator).length; ) {
        const shorter = found.split(separator).toSpliced(at, size).join(separator);
        if (shorter.length < found.length && fails(shorter)) found = shorter;
        else at += size;
      }
    }
  }
  return found;
}
