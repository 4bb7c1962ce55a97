import { expect, test } from 'vitest';
import { matchesCommand } from './palette-filter';

test('words count, letters strewn over a sentence do not', () => {
  expect(matchesCommand('Export this run as a file export', 'export')).toBe(1);
  expect(matchesCommand('Export this run as a file export', 'file EXP')).toBe(1);
  expect(matchesCommand('Next step of the traced request next', 'export')).toBe(0);
  expect(matchesCommand('Acknowledge the page', '')).toBe(1);
});
