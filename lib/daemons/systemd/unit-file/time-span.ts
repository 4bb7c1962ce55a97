/** Time spans as systemd reads and writes them. Source: systemd.time(7) "PARSING TIME SPANS". */
import type { Micros } from '../../../std/instant';

const UNITS: Readonly<Record<string, number>> = {
  usec: 1,
  us: 1,
  µs: 1,
  msec: 1_000,
  ms: 1_000,
  seconds: 1_000_000,
  second: 1_000_000,
  sec: 1_000_000,
  s: 1_000_000,
  minutes: 60_000_000,
  minute: 60_000_000,
  min: 60_000_000,
  m: 60_000_000,
  hours: 3_600_000_000,
  hour: 3_600_000_000,
  hr: 3_600_000_000,
  h: 3_600_000_000,
  days: 86_400_000_000,
  day: 86_400_000_000,
  d: 86_400_000_000,
  weeks: 604_800_000_000,
  week: 604_800_000_000,
  w: 604_800_000_000,
  months: 2_629_800_000_000,
  month: 2_629_800_000_000,
  M: 2_629_800_000_000,
  years: 31_557_600_000_000,
  year: 31_557_600_000_000,
  y: 31_557_600_000_000,
};

/** `infinity` in settings. */
export const FOREVER = Number.MAX_SAFE_INTEGER;

/** A bare number counts in seconds unless another unit is given. */
export function parseTimeSpan(text: string, bare: Micros = 1_000_000): Micros | undefined {
  const trimmed = text.trim();
  if (trimmed === 'infinity') return FOREVER;
  if (trimmed === '') return undefined;
  const part = /\s*(\d+)(?:\.(\d+))?\s*([a-zA-Zµ]*)/y;
  let total = 0;
  while (part.lastIndex < trimmed.length) {
    const found = part.exec(trimmed);
    if (found === null) return undefined;
    const [, whole = '0', fraction = '', name = ''] = found;
    const unit = name === '' ? bare : UNITS[name];
    if (unit === undefined) return undefined;
    total += Number(whole) * unit + Math.round(Number(`0.${fraction === '' ? '0' : fraction}`) * unit);
  }
  return total;
}

const STEPS: readonly [string, number][] = [
  ['y', 31_557_600_000_000],
  ['month', 2_629_800_000_000],
  ['w', 604_800_000_000],
  ['d', 86_400_000_000],
  ['h', 3_600_000_000],
  ['min', 60_000_000],
  ['s', 1_000_000],
  ['ms', 1_000],
  ['us', 1],
];

/** format_timespan(): `1min 30s`, `100ms`, `5.250s` with the given accuracy. */
export function formatTimeSpan(span: Micros, accuracy: Micros = 0): string {
  if (span >= FOREVER) return 'infinity';
  if (span <= 0) return '0';
  const parts: string[] = [];
  let rest = span;
  for (const [suffix, unit] of STEPS) {
    if (rest <= 0) break;
    if (rest < accuracy && parts.length > 0) break;
    if (rest < unit) continue;
    const whole = Math.floor(rest / unit);
    let remainder = rest % unit;
    if (rest < 60_000_000 && remainder > 0) {
      const fraction = fractionOf(unit, remainder, accuracy);
      if (fraction !== '') {
        parts.push(`${whole}.${fraction}${suffix}`);
        return parts.join(' ');
      }
      if (unit <= 1_000_000) remainder = 0;
    }
    parts.push(`${whole}${suffix}`);
    rest = remainder;
  }
  return parts.length === 0 ? '0' : parts.join(' ');
}
/** Digits after the point until the accuracy is reached, as the C code counts them down. */
function fractionOf(unit: number, remainder: number, accuracy: number): string {
  let digits = 0;
  for (let c = unit; c > 1; c = Math.floor(c / 10)) digits += 1;
  let value = remainder;
  let least = accuracy;
  while (least > 1) {
    value = Math.floor(value / 10);
    least = Math.floor(least / 10);
    digits -= 1;
  }
  if (digits <= 0 || value === 0) return '';
  return String(value).padStart(digits, '0');
}

/** format_timestamp_relative(): `48ms ago`, `1min 3s ago`, `5 days ago`; `left` for the future. */
export function formatRelative(now: number, then: number): string {
  const word = then > now ? 'left' : 'ago';
  const distance = Math.abs(now - then);
  const [SECOND, MINUTE, HOUR, DAY, WEEK, MONTH, YEAR] = [
    1e6, 6e7, 3.6e9, 8.64e10, 6.048e11, 2.6298e12, 3.15576e13,
  ];
  const count = (unit: number): number => Math.floor(distance / unit);
  const plural = (amount: number, name: string): string => `${amount} ${name}${amount === 1 ? '' : 's'}`;
  if (distance >= YEAR) {
    const months = Math.floor((distance % YEAR) / MONTH);
    return `${plural(count(YEAR), 'year')} ${months} month${months === 1 ? '' : 's'} ${word}`;
  }
  if (distance >= MONTH) {
    const days = Math.floor((distance % MONTH) / DAY);
    return `${plural(count(MONTH), 'month')} ${days} day${days === 1 ? '' : 's'} ${word}`;
  }
  if (distance >= WEEK) {
    const days = Math.floor((distance % WEEK) / DAY);
    return `${plural(count(WEEK), 'week')} ${days} day${days === 1 ? '' : 's'} ${word}`;
  }
  if (distance >= 2 * DAY) return `${count(DAY)} days ${word}`;
  if (distance >= 25 * HOUR) return `1 day ${Math.floor((distance - DAY) / HOUR)}h ${word}`;
  if (distance >= 6 * HOUR) return `${count(HOUR)}h ${word}`;
  if (distance >= HOUR) return `${count(HOUR)}h ${Math.floor((distance % HOUR) / MINUTE)}min ${word}`;
  if (distance >= 5 * MINUTE) return `${count(MINUTE)}min ${word}`;
  if (distance >= MINUTE) return `${count(MINUTE)}min ${Math.floor((distance % MINUTE) / SECOND)}s ${word}`;
  if (distance >= SECOND) return `${count(SECOND)}s ${word}`;
  if (distance >= 1000) return `${count(1000)}ms ${word}`;
  return distance > 0 ? `${Math.round(distance)}us ${word}` : 'now';
}
