/** What wget 1.21.3 printed of downloads from a server on the same machine. */
import { describe, expect, it } from 'vitest';
import { progressText, rateText, roundedLength } from './wget-progress';

const at = { from: 0, elapsed: 10, isTerminal: false };
const SPEED = / +[\d.]+[KMG]?(?==| 0s)/g;

describe("wget's progress", () => {
  it('sets a dot for each KiB, fifty in a line', () => {
    const text = progressText('big', 300_000, { ...at, total: 300_000 }).replace(SPEED, ' S');
    expect(text.split('\n').map((line) => line.replace(/[. ]{20,}/, ' … '))).toEqual([
      '     0K … 17% S 0s',
      '    50K … 34% S 0s',
      '   100K … 51% S 0s',
      '   150K … 68% S 0s',
      '   200K … 85% S 0s',
      '   250K … 100% S=0s',
      '',
    ]);
    expect(progressText('a', 11, { ...at, total: 11 })).toMatch(/^ {5}0K {55}100% /);
  });
  it('draws a bar on a terminal', () => {
    const name = '/srv/downloads/index.html';
    expect(progressText(name.slice(0, 19), 3001, { ...at, total: 3001, isTerminal: true })).toBe(
      `${name.slice(0, 19)} 100%[===================>]   2.93K  --.-KB/s    in 0s      \n`,
    );
  });
  it('rounds lengths and rates', () => {
    expect([roundedLength(11), roundedLength(3001), roundedLength(300_000)]).toEqual([
      '',
      ' (2.9K)',
      ' (293K)',
    ]);
    expect([rateText(11, 1_000_000), rateText(3001, 1_000_000), rateText(300_000, 1_000)]).toEqual([
      '11.0 B/s',
      '2.93 KB/s',
      '286 MB/s',
    ]);
  });
});
