/** Words that an option's argument may be (gnulib's argmatch): abbreviations, synonyms, and what is said of others. */
import { quoteValue } from './quoting';
import { Exit, type Tool } from './tool';

/** Words by what they mean: those of one meaning are synonyms and stand on one line of the list. */
export type ArgumentWords<T> = Readonly<Record<string, T>>;

/** What the word means; a wrong or ambiguous one ends the command with status 1. */
export function meaningOf<T>(tool: Tool, words: ArgumentWords<T>, given: string, option: string): T {
  const exact = Object.hasOwn(words, given) ? words[given] : undefined;
  if (exact !== undefined) return exact;
  const names = Object.keys(words).filter((name) => name.startsWith(given));
  const meanings = new Set(names.map((name) => words[name]));
  const [only] = meanings;
  if (only !== undefined && meanings.size === 1 && given !== '') return only;
  const isAmbiguous = meanings.size > 1 && given !== '';
  tool.complain(
    `${isAmbiguous ? 'ambiguous' : 'invalid'} argument ${quoteValue(given)} for ${quoteValue(option)}`,
  );
  tool.note('Valid arguments are:\n');
  const lines = new Map<T, string[]>();
  for (const [name, meaning] of Object.entries(words))
    lines.set(meaning, [...(lines.get(meaning) ?? []), name]);
  for (const synonyms of lines.values()) tool.note(`  - ${synonyms.map(quoteValue).join(', ')}\n`);
  tool.note(tool.package.hint(tool.name));
  throw new Exit(1);
}

/** `always`, `never`, `auto` and their synonyms. */
export const WHEN: ArgumentWords<'always' | 'never' | 'auto'> = {
  always: 'always',
  yes: 'always',
  force: 'always',
  never: 'never',
  no: 'never',
  none: 'never',
  auto: 'auto',
  tty: 'auto',
  'if-tty': 'auto',
};

/** Words of which each means itself. */
export function wordsOf<W extends string>(words: readonly W[]): ArgumentWords<W> {
  return Object.fromEntries(words.map((word) => [word, word])) as Record<W, W>;
}
