import { expect, test } from 'vitest';
import { rangesText } from './ranges';

test.each([
  [[], ''],
  [[3], '3'],
  [[2, 3, 4, 7], '2-4, 7'],
  [[9, 2, 8, 4], '2, 4, 8-9'],
])('%j is told as %j', (numbers, text) => {
  expect(rangesText(numbers)).toBe(text);
});
