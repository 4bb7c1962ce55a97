/**
 * Readers of configuration files, whatever is in them: every file that is known, thousands that are nearly
 * right, and some that are made to hurt. `FAULTLINE_MUTANTS=10000` tries so many of each language,
 * `FAULTLINE_SEED` others.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import { RandomStream } from '../../lib/std/random';
import { fixturesOf } from './fixtures';
import { type Language, LANGUAGES, tryingHost } from './languages';
import { large, PATHOLOGICAL } from './large';
import { millisecondsOf } from '../time-taken';
import { mutate, shortest } from './mutate';

const SEED = Number(process.env['FAULTLINE_SEED'] ?? '1');
const MUTANTS = Number(process.env['FAULTLINE_MUTANTS'] ?? '750');
/** 50 ms is promised (tests/bench/parsers.bench.ts measures it); a busy machine may take so many times as long. */
const PATIENCE_MS = 50 * 12;
/** 100 kB of an ordinary HAProxy file, where the promise was measured. A slower machine is given as much more. */
const YARDSTICK_MS = 25;
const host = tryingHost();
let patience = PATIENCE_MS;
beforeAll(() => {
  const haproxy = LANGUAGES.find(({ name }) => name === 'haproxy');
  if (haproxy === undefined) throw new Error('there is no reader of HAProxy files to measure with');
  const text = large('haproxy', 100_000);
  const took = Array.from({ length: 5 }, () => millisecondsOf(() => wrong(haproxy, text)));
  patience = PATIENCE_MS * Math.max(1, Math.min(...took) / YARDSTICK_MS);
});

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

  test('100 kB are read in no time', () => {
    const text = large(language.name, 100_000);
    expect(text.length).toBeGreaterThan(100_000);
    wrong(language, text);
    expect(
      Math.min(
        millisecondsOf(() => wrong(language, text)),
        millisecondsOf(() => wrong(language, text)),
      ),
    ).toBeLessThan(patience);
    expect(wrong(language, text)).toBeUndefined();
  });

  test.each(Object.keys(PATHOLOGICAL))('%s: read, and quickly', (name) => {
    const text = PATHOLOGICAL[name]?.(language.name) ?? '';
    const took = millisecondsOf(() => {
      expect(wrong(language, text)?.slice(0, 1500)).toBeUndefined();
    });
    // A file of 5 MB may take as much longer as it is larger.
    expect(took).toBeLessThan(patience * Math.max(1, text.length / 100_000));
  });
});
