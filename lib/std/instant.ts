/**
 * Simulated time: integer microseconds, as instants (since the start of the
 * run) and as durations. 2^53 µs are 285 years.
 */

import { civilFromMicros } from './civil';

/** Integer microseconds: an instant since the start of the run, or a duration. */
export type Micros = number;

export const MICROSECOND: Micros = 1;
export const MILLISECOND: Micros = 1000;
export const SECOND: Micros = 1_000_000;
export const MINUTE: Micros = 60 * SECOND;
export const HOUR: Micros = 60 * MINUTE;
export const DAY: Micros = 24 * HOUR;

const UNITS: ReadonlyMap<string, Micros> = new Map([
  ['us', MICROSECOND],
  ['µs', MICROSECOND],
  ['usec', MICROSECOND],
  ['ms', MILLISECOND],
  ['msec', MILLISECOND],
  ['s', SECOND],
  ['sec', SECOND],
  ['m', MINUTE],
  ['min', MINUTE],
  ['h', HOUR],
  ['hr', HOUR],
  ['d', DAY],
  ['w', 7 * DAY],
]);

/**
 * Reads `250ms`, `2s`, `1m30s`, `5min`, `1.5h`, `1h 30min`. A bare number has
 * no unit and is refused, except `0`.
 * @returns microseconds, rounded to the nearest, or undefined when `text` is no duration
 */
export function parseDuration(text: string): Micros | undefined {
  const trimmed = text.trim();
  if (trimmed === '0') return 0;
  const part = /(\d+)(?:\.(\d{1,9}))?\s*([a-zµ]+)\s*/y;
  let total = 0;
  while (part.lastIndex < trimmed.length) {
    const [, whole = '', fraction = '', name = ''] = part.exec(trimmed) ?? [];
    const unit = UNITS.get(name);
    if (unit === undefined) return undefined;
    total += Number(whole) * unit + Math.round(Number(`0.${fraction}`) * unit);
  }
  return trimmed === '' || !Number.isSafeInteger(total) ? undefined : total;
}

/** The shortest usual writing, which `parseDuration` reads back to the same value: `250ms`, `1.5s`, `1h30m`. */
export function formatDuration(duration: Micros): string {
  if (duration < 0) return `-${formatDuration(-duration)}`;
  if (duration === 0) return '0s';
  if (duration < MILLISECOND) return `${duration}us`;
  if (duration < SECOND) return `${decimal(duration, MILLISECOND)}ms`;
  const days = Math.floor(duration / DAY);
  const hours = Math.floor((duration % DAY) / HOUR);
  const minutes = Math.floor((duration % HOUR) / MINUTE);
  const rest = duration % MINUTE;
  return [
    days > 0 ? `${days}d` : '',
    hours > 0 ? `${hours}h` : '',
    minutes > 0 ? `${minutes}m` : '',
    rest > 0 ? `${decimal(rest, SECOND)}s` : '',
  ].join('');
}

/** `value` in units of `unit` (a power of ten), trailing zeros dropped. */
function decimal(value: Micros, unit: Micros): string {
  const fraction = String(unit + (value % unit))
    .slice(1)
    .replace(/0+$/, '');
  const whole = Math.floor(value / unit);
  return fraction === '' ? `${whole}` : `${whole}.${fraction}`;
}

/**
 * The clock on the wall, `HH:MM:SS` in UTC, at an instant of the run.
 * @param epoch microseconds since 1970 at which the run starts
 */
export function formatClock(instant: Micros, epoch: Micros): string {
  const { hour, minute, second } = civilFromMicros(epoch + instant);
  return [hour, minute, second].map((part) => String(part).padStart(2, '0')).join(':');
}
