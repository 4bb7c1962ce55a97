import { describe, expect, it } from 'vitest';
import { warning } from './usage';

describe('warnings of curl', () => {
  it('are broken at blanks where a terminal ends', () => {
    expect(warning('Problem : HTTP error. Will retry in 1 seconds. 2 retries left.')).toBe(
      'Warning: Problem : HTTP error. Will retry in 1 seconds. 2 retries left.\n',
    );
    expect(warning('Problem : connection refused. Will retry in 1 seconds. 2 retries left.')).toBe(
      'Warning: Problem : connection refused. Will retry in 1 seconds. 2 retries \nWarning: left.\n',
    );
  });
  it('and in the middle of a word that is longer', () => {
    const [first = '', second = ''] = warning('x'.repeat(80)).split('\n');
    expect(first).toHaveLength(79);
    expect(second).toBe(`Warning: ${'x'.repeat(10)}`);
  });
});
