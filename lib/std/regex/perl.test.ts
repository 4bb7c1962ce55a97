/** PCRE2 10.42 itself said what stands in the fixtures: of bytes, without options. Random patterns agreed likewise. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { compilePcre, groupText, matchOrNothing } from './pattern';
import { RegexError } from './tree';

function fixture<T>(name: string): T {
  return JSON.parse(readFileSync(path.join('tests/fixtures/pcre2', name), 'utf8')) as T;
}
const patterns =
  fixture<readonly (readonly [pattern: string, message?: string, offset?: number])[]>('patterns.json');
const matches =
  fixture<readonly (readonly [pattern: string, text: string, spans: number[] | null])[]>('matches.json');
const bytes = { ignoreCase: false };

test.each(patterns.map(([pattern, ...refused]) => ({ pattern, refused })))(
  '$pattern is taken, or refused in the words and at the place of PCRE2',
  ({ pattern, refused }) => {
    const compiled = compilePcre(pattern, bytes);
    expect(compiled instanceof RegexError ? [compiled.message, compiled.offset] : []).toEqual(refused);
  },
);

test.each(matches)('%j in %j', (pattern, text, expected) => {
  const compiled = compilePcre(pattern, bytes);
  if (compiled instanceof RegexError) throw new Error(compiled.message);
  const spans = matchOrNothing(compiled, text);
  const told = expected?.map((place, index) => ((expected[index | 1] ?? -1) < 0 ? -1 : place));
  expect(spans?.map((place, index) => ((spans[index | 1] ?? -1) < 0 ? -1 : place))).toEqual(told);
});

test('a group is run once more by its number, by its name, and the whole by R', () => {
  const found = (pattern: string, text: string) => {
    const compiled = compilePcre(pattern, bytes);
    if (compiled instanceof RegexError) throw new Error(compiled.message);
    const spans = matchOrNothing(compiled, text);
    return spans === undefined ? undefined : groupText(text, spans, 0);
  };
  expect(found(String.raw`\((?:[^()]++|(?R))*\)`, 'a (b (c) d) e')).toBe('(b (c) d)');
  expect(found(String.raw`(\d\d)-(?1)`, '2026-11')).toBe('26-11');
  expect(found(String.raw`(?<octet>\d{1,3})(?:\.(?&octet)){3}`, 'at 10.0.1.100:80')).toBe('10.0.1.100');
  // One that calls itself without an end is given up.
  expect(found('(?R)a|b', 'aaa')).toBeUndefined();
});

test('what PCRE2 takes and this does not know is named', () => {
  const compiled = compilePcre('a(*COMMIT)b', bytes);
  expect(compiled instanceof RegexError && compiled.message).toBe('(*COMMIT) is not modelled here');
});
