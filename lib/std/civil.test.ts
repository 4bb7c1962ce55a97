import { expect, test } from 'vitest';
import { microsFromCivil, strftime } from './civil';

const AT = microsFromCivil({ year: 2026, month: 11, day: 23, hour: 14, minute: 5, second: 9, micros: 7 });

test('the same second again reads the same; another second, zone or format does not', () => {
  const zone = { name: 'CET', offset: 60 };
  for (let round = 0; round < 2; round++) {
    expect(strftime('%d/%b/%Y:%T %z', AT)).toBe('23/Nov/2026:14:05:09 +0000');
    expect(strftime('%d/%b/%Y:%T %z', AT + 999_000)).toBe('23/Nov/2026:14:05:09 +0000');
    expect(strftime('%d/%b/%Y:%T %z', AT + 1_000_000)).toBe('23/Nov/2026:14:05:10 +0000');
    expect(strftime('%d/%b/%Y:%T %z', AT, zone)).toBe('23/Nov/2026:15:05:09 +0100');
    expect(strftime('%T %Z', AT, zone)).toBe('15:05:09 CET');
    expect(strftime('%T %Z', AT, { ...zone, name: 'MET' })).toBe('15:05:09 MET');
  }
});

test('what looks below the second is never remembered', () => {
  expect(strftime('%T.%6N', AT)).toBe('14:05:09.000007');
  expect(strftime('%T.%6N', AT + 1)).toBe('14:05:09.000008');
});
