import fc from 'fast-check';
import { expect, test } from 'vitest';
import { changeCount, diffLines, hunksOf, rowsOf } from './line-diff';

const SIGN = { same: ' ', added: '+', removed: '-' } as const;
const check = (before: string, after: string) =>
  diffLines(before, after)
    .map(({ kind, text }) => SIGN[kind] + text)
    .join('\n');

test('a changed line is removed and added', () => {
  expect(check('a\nb\nc\n', 'a\nB\nc\n')).toBe(' a\n-b\n+B\n c');
});
test('lines put in between leave the others alone', () => {
  expect(check('a\nc\n', 'a\nb\nc\nd\n')).toBe(' a\n+b\n c\n+d');
});
test('empty texts', () => {
  expect(check('', 'a\n')).toBe('+a');
  expect(check('', '')).toBe('');
});

test('the two texts can be read back', () => {
  const text = fc
    .array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 })
    .map((lines) => lines.map((line) => `${line}\n`).join(''));
  fc.assert(
    fc.property(text, text, (before, after) => {
      const lines = diffLines(before, after);
      const side = (gone: 'added' | 'removed') =>
        lines
          .filter(({ kind }) => kind !== gone)
          .map((line) => `${line.text}\n`)
          .join('');
      expect(side('added')).toBe(before);
      expect(side('removed')).toBe(after);
    }),
  );
});

test('hunks keep a little around each change', () => {
  const before = Array.from({ length: 30 }, (_, index) => `line ${index}`).join('\n');
  const hunks = hunksOf(diffLines(before, before.replace('line 15', 'LINE 15')), 2);
  expect(hunks).toHaveLength(1);
  expect(hunks[0]).toMatchObject({ skipped: 13 });
  expect(hunks[0]?.lines).toHaveLength(6);
});

test('side by side, changed lines face each other', () => {
  const rows = rowsOf(diffLines('a\nb\nc\n', 'a\nB\nB2\nc\n'));
  expect(rows.map(({ left, right }) => [left?.text, right?.text])).toEqual([
    ['a', 'a'],
    ['b', 'B'],
    [undefined, 'B2'],
    ['c', 'c'],
  ]);
  expect(changeCount(diffLines('a\n', 'b\n'))).toEqual({ added: 1, removed: 1 });
});
