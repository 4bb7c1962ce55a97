/**
 * The calendar and the clock on the wall, in UTC, by integer arithmetic alone
 * (`Date` would bring in the machine the simulator runs on). Proleptic
 * Gregorian calendar, no leap seconds, as POSIX time counts. Dates are printed
 * as `date(1)` of GNU coreutils does in the C locale; source: strftime(3),
 * date(1) "FORMAT".
 */

const MICROS_PER_SECOND = 1_000_000;
const SECONDS_PER_DAY = 86_400;
const MICROS_PER_DAY = SECONDS_PER_DAY * MICROS_PER_SECOND;

/** A date and time of day in UTC. */
export interface Civil {
  readonly year: number;
  /** 1 to 12 */
  readonly month: number;
  /** 1 to 31 */
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** 0 to 999,999 */
  readonly micros: number;
  /** 0 Sunday to 6 Saturday */
  readonly weekday: number;
  /** 1 to 366 */
  readonly yearDay: number;
}

/** The parts of a date that determine it; the time of day is midnight unless given. */
export interface CivilParts {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour?: number;
  readonly minute?: number;
  readonly second?: number;
  readonly micros?: number;
}

/** The date and time at `epochMicros` microseconds since 1970-01-01T00:00:00Z. */
export function civilFromMicros(epochMicros: number): Civil {
  const days = Math.floor(epochMicros / MICROS_PER_DAY);
  const inDay = epochMicros - days * MICROS_PER_DAY;
  const seconds = Math.floor(inDay / MICROS_PER_SECOND);
  const { year, month, day } = dateFromDays(days);
  return {
    year,
    month,
    day,
    hour: Math.floor(seconds / 3600),
    minute: Math.floor(seconds / 60) % 60,
    second: seconds % 60,
    micros: inDay - seconds * MICROS_PER_SECOND,
    weekday: (((days + 4) % 7) + 7) % 7,
    yearDay: days - daysFromDate(year, 1, 1) + 1,
  };
}

/**
 * Microseconds since 1970-01-01T00:00:00Z. Parts beyond their range carry over
 * (`day: 32` is the 1st of the next month), as `mktime(3)` does.
 */
export function microsFromCivil(parts: CivilParts): number {
  const { year, month, day, hour = 0, minute = 0, second = 0, micros = 0 } = parts;
  const carriedYear = year + Math.floor((month - 1) / 12);
  const carriedMonth = ((((month - 1) % 12) + 12) % 12) + 1;
  const days = daysFromDate(carriedYear, carriedMonth, 1) + day - 1;
  return (days * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second) * MICROS_PER_SECOND + micros;
}

/** Whether `year` has a 29 February. */
export function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/** How many days `month` (1 to 12) of `year` has. */
export function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/**
 * Days since 1970-01-01. Years are counted from March, so that the leap day is
 * the last of its year and months have a fixed pattern of lengths.
 */
export function daysFromDate(year: number, month: number, day: number): number {
  const marchYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** The date that many days after 1970-01-01. */
export function dateFromDays(days: number): { year: number; month: number; day: number } {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1,
  };
}

const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** A conversion's value: text, or a number with its usual width and padding. */
type Field = string | { readonly value: number; readonly width: number; readonly pad: '0' | '_' };

const zero = (value: number, width: number): Field => ({ value, width, pad: '0' });
const blank = (value: number, width: number): Field => ({ value, width, pad: '_' });

/** Conversions that stand for several others. */
const COMPOSED: ReadonlyMap<string, string> = new Map([
  ['c', '%a %b %e %H:%M:%S %Y'],
  ['D', '%m/%d/%y'],
  ['F', '%Y-%m-%d'],
  ['r', '%I:%M:%S %p'],
  ['R', '%H:%M'],
  ['T', '%H:%M:%S'],
  ['x', '%m/%d/%y'],
  ['X', '%H:%M:%S'],
]);

const SIMPLE: ReadonlyMap<string, (civil: Civil, epochMicros: number) => Field> = new Map<
  string,
  (civil: Civil, epochMicros: number) => Field
>([
  ['%', () => '%'],
  ['n', () => '\n'],
  ['t', () => '\t'],
  ['a', (c) => (WEEKDAYS[c.weekday] ?? '').slice(0, 3)],
  ['A', (c) => WEEKDAYS[c.weekday] ?? ''],
  ['b', (c) => (MONTHS[c.month - 1] ?? '').slice(0, 3)],
  ['h', (c) => (MONTHS[c.month - 1] ?? '').slice(0, 3)],
  ['B', (c) => MONTHS[c.month - 1] ?? ''],
  ['C', (c) => zero(Math.floor(c.year / 100), 2)],
  ['d', (c) => zero(c.day, 2)],
  ['e', (c) => blank(c.day, 2)],
  ['g', (c) => zero(isoWeek(c).year % 100, 2)],
  ['G', (c) => zero(isoWeek(c).year, 4)],
  ['H', (c) => zero(c.hour, 2)],
  ['k', (c) => blank(c.hour, 2)],
  ['I', (c) => zero(hour12(c), 2)],
  ['l', (c) => blank(hour12(c), 2)],
  ['j', (c) => zero(c.yearDay, 3)],
  ['m', (c) => zero(c.month, 2)],
  ['M', (c) => zero(c.minute, 2)],
  ['p', (c) => (c.hour < 12 ? 'AM' : 'PM')],
  ['P', (c) => (c.hour < 12 ? 'am' : 'pm')],
  ['q', (c) => zero(Math.ceil(c.month / 3), 1)],
  ['s', (_, epochMicros) => zero(Math.floor(epochMicros / 1_000_000), 1)],
  ['S', (c) => zero(c.second, 2)],
  ['u', (c) => zero(c.weekday === 0 ? 7 : c.weekday, 1)],
  ['w', (c) => zero(c.weekday, 1)],
  ['U', (c) => zero(Math.floor((c.yearDay - 1 + 7 - c.weekday) / 7), 2)],
  ['W', (c) => zero(Math.floor((c.yearDay - 1 + 7 - ((c.weekday + 6) % 7)) / 7), 2)],
  ['V', (c) => zero(isoWeek(c).week, 2)],
  ['y', (c) => zero(c.year % 100, 2)],
  ['Y', (c) => zero(c.year, 4)],
]);

interface ZoneTime {
  readonly name: string;
  /** Minutes ahead of UTC. */
  readonly offset: number;
}
const UTC: ZoneTime = { name: 'UTC', offset: 0 };
const FORMATS_REMEMBERED = 32;
/** What each format gave last: a server writes the same second down many times. No part of any state. */
const lately = new Map<string, ZoneTime & { readonly second: number; readonly text: string }>();

const CONVERSION = /%([-_0^#]*)(\d*)[EO]?(:{0,3}z|[a-zA-Z%])/g;

/**
 * `epochMicros` (microseconds since 1970, UTC) printed by a `date(1)` format, in UTC or another zone.
 * Knows the flags `-` `_` `0` `^` `#` and widths; `%N` is nanoseconds, `%3N`
 * milliseconds. A conversion that does not exist stays as it is written.
 */
export function strftime(format: string, epochMicros: number, zoneTime: ZoneTime = UTC): string {
  const second = Math.floor(epochMicros / MICROS_PER_SECOND);
  const last = lately.get(format);
  if (last?.second === second && last.name === zoneTime.name && last.offset === zoneTime.offset)
    return last.text;
  const text = print(format, epochMicros, zoneTime);
  // `%N` is all that looks below the second.
  if (format.includes('N')) return text;
  if (lately.size >= FORMATS_REMEMBERED) lately.clear();
  lately.set(format, { second, name: zoneTime.name, offset: zoneTime.offset, text });
  return text;
}

function print(format: string, epochMicros: number, zoneTime: ZoneTime): string {
  const civil = civilFromMicros(epochMicros + zoneTime.offset * 60 * MICROS_PER_SECOND);
  return format.replace(CONVERSION, (written: string, flags: string, width: string, name: string) => {
    if (name === 'N') return nanoseconds(civil, flags, width);
    if (name.endsWith('z')) return padded(zone(name, zoneTime.offset), flags, width);
    if (name === 'Z') return padded(zoneTime.name, flags, width);
    const composed = COMPOSED.get(name);
    if (composed !== undefined) return padded(strftime(composed, epochMicros, zoneTime), flags, width);
    const field = SIMPLE.get(name)?.(civil, epochMicros);
    return field === undefined ? written : padded(field, flags, width);
  });
}

function zone(name: string, offset: number): string {
  const sign = offset < 0 ? '-' : '+';
  const hours = String(Math.floor(Math.abs(offset) / 60)).padStart(2, '0');
  const minutes = String(Math.abs(offset) % 60).padStart(2, '0');
  if (name === ':z') return `${sign}${hours}:${minutes}`;
  if (name === '::z') return `${sign}${hours}:${minutes}:00`;
  if (name === ':::z') return minutes === '00' ? `${sign}${hours}` : `${sign}${hours}:${minutes}`;
  return `${sign}${hours}${minutes}`;
}

function nanoseconds(civil: Civil, flags: string, width: string): string {
  const all = `${String(civil.micros).padStart(6, '0')}000`;
  const digits = all.slice(0, width === '' ? 9 : Number(width)).padEnd(Number(width), '0');
  return flags.includes('-') ? digits.replace(/0+$/, '') || '0' : digits;
}

/** Applies flags and width; the last padding flag wins, as in glibc. */
function padded(field: Field, flags: string, width: string): string {
  const flag = [...flags].reverse().find((f) => f === '-' || f === '_' || f === '0');
  const cased = (text: string): string => {
    if (flags.includes('^')) return text.toUpperCase();
    if (!flags.includes('#')) return text;
    return text === 'AM' || text === 'PM' || text === 'UTC' ? text.toLowerCase() : text.toUpperCase();
  };
  const text = typeof field === 'string' ? cased(field) : String(field.value);
  if (flag === '-') return text;
  const least = width !== '' ? Number(width) : typeof field === 'string' ? 0 : field.width;
  const usual = typeof field === 'string' ? '_' : field.pad;
  return text.padStart(least, (flag ?? usual) === '0' ? '0' : ' ');
}

function hour12(civil: Civil): number {
  return civil.hour % 12 === 0 ? 12 : civil.hour % 12;
}

/** ISO 8601 week: weeks start on Monday, week 1 holds the year's first Thursday. */
function isoWeek(civil: Civil): { year: number; week: number } {
  const monday = (civil.weekday + 6) % 7;
  const week = Math.floor((civil.yearDay - 1 - monday + 10) / 7);
  if (week < 1) return { year: civil.year - 1, week: weeksInYear(civil.year - 1) };
  if (week > weeksInYear(civil.year)) return { year: civil.year + 1, week: 1 };
  return { year: civil.year, week };
}

/** A year has 53 weeks when it ends on a Thursday, or on a Friday after a leap day's shift. */
function weeksInYear(year: number): number {
  const lastWeekday = (y: number): number =>
    (y + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400)) % 7;
  return lastWeekday(year) === 4 || lastWeekday(year - 1) === 3 ? 53 : 52;
}
