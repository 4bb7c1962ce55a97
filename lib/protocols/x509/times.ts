/** Validity times. Source: RFC 5280 §4.1.2.5: UTCTime up to 2049, GeneralizedTime from 2050. */
import { civilFromMicros, microsFromCivil } from '../../std/civil';
import { type Der, DerFault, derText, GENERALIZED_TIME, UTC_TIME } from './der';

/** Whole seconds since 1970-01-01T00:00:00Z. */
export type Seconds = number;

const MICROS = 1_000_000;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** @throws DerFault */
export function readTime(value: Der): Seconds {
  const seconds = timeOfDigits(String.fromCharCode(...value.content), value.tag);
  if (seconds === undefined) throw new DerFault('wrong tag', 'ASN1_TIME');
  return seconds;
}
/** `YYMMDDHHMMSSZ` or `YYYYMMDDHHMMSSZ`, as `openssl ca -startdate` takes it; undefined when it is neither. */
export function parseTime(text: string): Seconds | undefined {
  return timeOfDigits(text, text.length === 13 ? UTC_TIME : GENERALIZED_TIME);
}
function timeOfDigits(text: string, tag: number): Seconds | undefined {
  const pattern =
    tag === UTC_TIME ? /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/ : /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/;
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 59)
    return undefined;
  const whole = tag === UTC_TIME ? year + (year < 50 ? 2000 : 1900) : year;
  return microsFromCivil({ year: whole, month, day, hour, minute, second }) / MICROS;
}

export function timeDer(seconds: Seconds): Uint8Array {
  const digits = timeDigits(seconds);
  return derText(digits.length === 13 ? UTC_TIME : GENERALIZED_TIME, digits);
}
/** `261203150243Z`, with four digits of the year from 2050. */
export function timeDigits(seconds: Seconds): string {
  const { year, month, day, hour, minute, second } = civilFromMicros(seconds * MICROS);
  const rest = [month, day, hour, minute, second].map((part) => String(part).padStart(2, '0')).join('');
  if (year >= 1950 && year < 2050) return `${String(year % 100).padStart(2, '0')}${rest}Z`;
  return `${String(year).padStart(4, '0')}${rest}Z`;
}

/** `Nov 28 14:19:53 2026 GMT` */
export function timeText(seconds: Seconds): string {
  const { year, month, day, hour, minute, second } = civilFromMicros(seconds * MICROS);
  const clock = [hour, minute, second].map((part) => String(part).padStart(2, '0')).join(':');
  return `${MONTHS[month - 1]} ${String(day).padStart(2)} ${clock} ${year} GMT`;
}
/** `2026-11-28 14:19:53Z` (-dateopt iso_8601). */
export function timeIso(seconds: Seconds): string {
  const { year, month, day, hour, minute, second } = civilFromMicros(seconds * MICROS);
  const two = (part: number): string => String(part).padStart(2, '0');
  return `${year}-${two(month)}-${two(day)} ${[hour, minute, second].map(two).join(':')}Z`;
}
