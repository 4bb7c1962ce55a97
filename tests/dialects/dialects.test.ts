/**
 * Readers of configuration files, whatever is in them: every file that is known, thousands that are nearly
 * right, and some that are made to hurt. `FAULTLINE_MUTANTS=10000` tries so many of each language,
 * `FAULTLINE_SEED` others.
 */
import { describe, expect, test } from 'vitest';
import { RandomStream } from '../../lib/std/random';
import { fixturesOf } from './fixtures';
import { type Language, LANGUAGES, tryingHost } from './languages';
import { large, PATHOLOGICAL } from './large';
import { mutate, shortest } from './mutate';

const SEED = Number(process.env['FAULTLINE_SEED'] ?? '1');
const MUTANTS = Number(process.env['FAULTLINE_MUTANTS'] ?? '750');
const host = tryingHost();

/** What goes wrong with a text, or undefined. */
function wrong({ print, read }: Language, text: string): string | undefined {
  try {
    if (print !== undefined && print(text) !== text) return 'the tree prints another text';
    read(host, text);
    return undefined;
  } catch (problem) {
    return problem instanceof Error ? (problem.stack ?? problem.message) : String(problem);
  }
}

describe.each(LANGUAGES)('$name', (language) => {
  const fixtures = fixturesOf(language.name);

  test('every known file is read, and its tree prints it', () => {
    expect(fixtures.length).toBeGreaterThan(0);
    expect(
      fixtures.flatMap(({ from, text }) =>
        wrong(language, text) === undefined ? [] : [`${from}: ${wrong(language, text)}`],
      ),
    ).toEqual([]);
  });

  test('files that are nearly right throw nothing', () => {
    const random = new RandomStream(SEED, language.name);
    const texts = fixtures.map(({ text }) => text);
    for (let i = 0; i < MUTANTS; i++) {
      const text = mutate(random, random.pick(texts), texts);
      const first = wrong(language, text);
      if (first === undefined) continue;
      const least = shortest(text, (shorter) => wrong(language, shorter) !== undefined);
      expect.fail(
        `FAULTLINE_SEED=${SEED}, mutant ${i} of ${language.name}: ${JSON.stringify(least)}\n${wrong(language, least)}`,
      );
    }
  });

  test('100 kB are read', () => {
    expect(wrong(language, large(language.name, 100_000))).toBeUndefined();
  });

  // How quickly is measured by tests/bench/parsers.bench.ts; a reader that never ends is stopped by the test's own limit.
  test.each(Object.keys(PATHOLOGICAL))('%s: read', (name) => {
    const text = PATHOLOGICAL[name]?.(language.name) ?? '';
    expect(wrong(language, text)?.slice(0, 1500)).toBeUndefined();
  });
});
