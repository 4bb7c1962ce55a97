/** `-z`: only what is newer, or older, than a date (curl_getdate(3), lib/parsedate.c of 7.88.1). */
import { microsFromCivil, strftime } from '../../../std/civil';
import type { Micros } from '../../../std/instant';

export interface TimeCondition {
  readonly kind: 'modified-since' | 'unmodified-since';
  readonly at: Micros;
}
const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
const DAYS = 'mon tue wed thu fri sat sun'.split(' ');

/** The header field that asks for it. */
export function conditionField({ kind, at }: TimeCondition): [string, string] {
  return [
    kind === 'modified-since' ? 'If-Modified-Since' : 'If-Unmodified-Since',
    strftime('%a, %d %b %Y %H:%M:%S GMT', at),
  ];
}
/** Does a document of that time meet it? */
export function meets({ kind, at }: TimeCondition, modified: Micros): boolean {
  return kind === 'modified-since' ? modified > at : modified < at;
}

/** `Sun, 06 Nov 1994 08:49:37 GMT`, `6 Nov 1994`, `19941106`; no date of ISO 8601. */
export function parseHttpDate(text: string): Micros | undefined {
  const found: { year?: number; month?: number; day?: number; time?: number; zone?: number } = {};
  const rest = text.trim().toLowerCase();
  for (const token of rest.match(/[a-z]+|\d+:\d+(?::\d+)?|[+-]\d{4}(?!\d)|\d+/g) ?? [])
    if (!takeToken(found, token)) return undefined;
  const { year, month, day, time = 0, zone = 0 } = found;
  if (year === undefined || month === undefined || day === undefined) return undefined;
  return microsFromCivil({ year, month, day, second: time - zone });
}
function takeToken(
  found: { year?: number; month?: number; day?: number; time?: number; zone?: number },
  token: string,
): boolean {
  if (/^[a-z]/.test(token)) {
    const month = MONTHS.indexOf(token.slice(0, 3));
    if (month >= 0 && found.month === undefined) found.month = month + 1;
    else return DAYS.includes(token.slice(0, 3)) || /^(?:gmt|utc|z)$/.test(token);
    return true;
  }
  if (token.includes(':')) {
    const [hours = 0, minutes = 0, seconds = 0] = token.split(':').map(Number);
    found.time = hours * 3600 + minutes * 60 + seconds;
    return hours < 24 && minutes < 60 && seconds < 61;
  }
  if (/^[+-]\d{4}$/.test(token) && found.time !== undefined) {
    found.zone =
      (token.startsWith('-') ? -1 : 1) * (Number(token.slice(1, 3)) * 3600 + Number(token.slice(3)) * 60);
    return true;
  }
  const value = Number(token.replace(/^[+-]/, ''));
  if (token.length === 8) {
    found.year = Math.floor(value / 10_000);
    found.month = Math.floor(value / 100) % 100;
    found.day = value % 100;
    return true;
  }
  if (found.day === undefined && value > 0 && value < 32) found.day = value;
  else if (found.year === undefined) found.year = value < 100 ? value + (value > 70 ? 1900 : 2000) : value;
  else return false;
  return true;
}
