/**
 * Dates in persistence cookies (`maxidle`, `maxlife`): `SRV=s1|<last seen>|<first seen>`, in units of four
 * seconds as five digits to the base 64.
 * Source: HAProxy 2.6 configuration manual §4.2 "cookie"; src/http_ana.c
 * `http_manage_client_side_cookies`; include/haproxy/base64.h `s30tob64`; recorded.
 */
import type { CookieSettings } from '../config';
import type { Session } from './state';

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const COUNT = 5;
const UNIT = 4;
/** Dates further ahead are not believed, seconds. */
const DAY = 86_400;

/** Both in seconds, 0: not there. */
export interface CookieDates {
  readonly last: number;
  readonly first: number;
}
export const NO_DATES: CookieDates = { last: 0, first: 0 };

/** What stands behind the first `|` of a cookie's value. */
export function readDates(text: string | undefined): CookieDates {
  if (text === undefined) return NO_DATES;
  const [last = '', first = ''] = text.split('|');
  return { last: seconds(last), first: seconds(first) };
}
function seconds(text: string): number {
  if (text.length < COUNT) return 0;
  let value = 0;
  for (const character of text.slice(0, COUNT)) {
    const digit = DIGITS.indexOf(character);
    if (digit < 0) return 0;
    value = value * DIGITS.length + digit;
  }
  return value * UNIT;
}
function written(date: number): string {
  let value = Math.floor(date / UNIT);
  let text = '';
  for (let i = 0; i < COUNT; i++) {
    text = DIGITS.charAt(value % DIGITS.length) + text;
    value = Math.floor(value / DIGITS.length);
  }
  return text;
}

/** `E`: not seen for too long; `O`: handed out too long ago. */
export function tooOld(cookie: CookieSettings, dates: CookieDates, now: number): 'E' | 'O' | undefined {
  if (isOver(dates.first, cookie.maxlife, now)) return 'O';
  if (isOver(dates.last, cookie.maxidle, now)) return 'E';
  return undefined;
}
function isOver(date: number, most: number, now: number): boolean {
  return most > 0 && date > 0 && (now - date > most || date - now > DAY);
}

/** The client's cookie names the right server, but its dates have to be renewed. */
export function needsDates(cookie: CookieSettings, { last, first }: CookieDates, now: number): boolean {
  if ((cookie.maxidle > 0 || last > 0) && (last === 0 || last < now)) return true;
  return cookie.maxlife > 0 ? first === 0 : first > 0;
}

/** What is written behind the server's name; '' without dates. */
export function datesText(cookie: CookieSettings, session: Session, now: number): string {
  if (cookie.maxidle === 0 && cookie.maxlife === 0) return '';
  const last = `|${written(now + UNIT - 1)}`;
  if (cookie.maxlife === 0) return last;
  const { first } = session.cookieDates ?? NO_DATES;
  return `${last}|${written(first > 0 ? first : now + UNIT - 1)}`;
}
