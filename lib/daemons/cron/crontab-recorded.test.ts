/** Lines of a crontab, and what Debian's crontab(1) said of them: nothing, or `LINE: what is wrong`. */
import { describe, expect, it } from 'vitest';
import RECORDED from './crontab-recorded.json';
import { parseTable } from './table';

describe('a line of a crontab', () => {
  it.each(Object.entries(RECORDED))('%s', (line, said) => {
    const { problem } = parseTable(`${line}\n`, { system: false, user: 'root', isUser: () => true });
    expect(problem === undefined ? '' : `${problem.line}: ${problem.text}`).toBe(said);
  });
});
