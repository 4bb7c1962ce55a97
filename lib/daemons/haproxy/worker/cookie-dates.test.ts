import { describe, expect, it } from 'vitest';
import type { CookieSettings } from '../config';
import { needsDates, readDates, tooOld } from './cookie-dates';

const cookie = (maxidle: number, maxlife: number): CookieSettings =>
  ({ maxidle, maxlife }) as unknown as CookieSettings;
const NOW = 1_795_890_301;

describe('dates in cookies', () => {
  it('are read, and nothing else is taken for one', () => {
    expect(readDates('awscg|awscg')).toEqual({ last: 1_795_890_304, first: 1_795_890_304 });
    expect(readDates('aw!cg')).toEqual({ last: 0, first: 0 });
    expect(readDates(undefined)).toEqual({ last: 0, first: 0 });
  });

  it('make a cookie too old, or too new to be believed', () => {
    const dates = { last: NOW - 10, first: NOW - 100 };
    expect(tooOld(cookie(60, 3_600), dates, NOW)).toBeUndefined();
    expect(tooOld(cookie(5, 3_600), dates, NOW)).toBe('E');
    expect(tooOld(cookie(5, 60), dates, NOW)).toBe('O');
    expect(tooOld(cookie(5, 0), { last: NOW + 90_000, first: 0 }, NOW)).toBe('E');
  });

  it('are renewed when they are missing or old', () => {
    expect(needsDates(cookie(60, 0), { last: NOW + 3, first: 0 }, NOW)).toBe(false);
    expect(needsDates(cookie(60, 0), { last: NOW - 1, first: 0 }, NOW)).toBe(true);
    expect(needsDates(cookie(0, 60), { last: 0, first: 0 }, NOW)).toBe(true);
    expect(needsDates(cookie(0, 0), { last: 0, first: 0 }, NOW)).toBe(false);
  });
});
