import { describe, expect, it } from 'vitest';
import { readLine } from './agent';

describe("an agent's line", () => {
  it('has words in any order, the last of a kind counts', () => {
    expect(readLine('up 20%,drain\tready 75% maxconn:30')).toMatchObject({
      health: 'up',
      admin: 'ready',
      weight: '75%',
      maxconn: '30',
      odd: undefined,
      remark: '',
    });
  });

  it('explains itself behind a mark that begins a word, and only there', () => {
    expect(readLine('down # disk full')).toMatchObject({ health: 'down', remark: 'disk full' });
    expect(readLine('down#disk full')).toMatchObject({ health: undefined, odd: 'down#disk', remark: '' });
  });
});
