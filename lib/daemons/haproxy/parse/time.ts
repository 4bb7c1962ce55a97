/** Durations as HAProxy writes them (2.6 manual §2.5 "Time format"). */

import { MILLISECOND, type Micros, SECOND } from '../../../std/instant';

/** A duration, or what is wrong with the text. */
export type ParsedTime =
  | { readonly micros: Micros; readonly trailing: string | undefined }
  | { readonly fault: 'overflow' }
  | { readonly fault: 'character'; readonly character: string };

const UNIT_MICROS: ReadonlyMap<string, number> = new Map([
  ['us', 1],
  ['ms', 1000],
  ['s', 1_000_000],
  ['m', 60_000_000],
  ['h', 3_600_000_000],
  ['d', 86_400_000_000],
]);

/** More of the unit than this overflows a signed 32-bit number. */
const MOST_UNITS = 0x7fffffff;

/**
 * Reads `250`, `2s`, `1m`. Without a unit the text counts in `unit`, and so
 * the result is rounded up to whole ones. A unit followed by more text
 * (`2sec`) is read as the unit; the daemon only warns.
 */
export function parseTime(text: string, unit: 'ms' | 's'): ParsedTime {
  const found = /^(\d+)(us|ms|s|m|h|d)?/.exec(text);
  const digits = found?.[1];
  if (digits === undefined) return { fault: 'character', character: text === '' ? '\0' : text.charAt(0) };
  const rest = text.slice(digits.length);
  const unitMicros = unit === 'ms' ? MILLISECOND : SECOND;
  const name = found?.[2];
  if (rest !== '' && name === undefined) {
    // `u` alone is refused at the `u`.
    return { fault: 'character', character: rest.charAt(0) };
  }
  const micros =
    name === undefined ? Number(digits) * unitMicros : Number(digits) * (UNIT_MICROS.get(name) ?? 0);
  const units = Math.ceil(micros / unitMicros);
  if (units > MOST_UNITS) return { fault: 'overflow' };
  const trailing = name === undefined ? '' : rest.slice(name.length);
  return { micros: units * unitMicros, trailing: trailing === '' ? undefined : trailing };
}

/** What the daemon says of text after a unit. */
export function trailingTimeWarning(text: string, trailing: string): string {
  return `unexpected character '${trailing.charAt(0)}' after the timer value '${text}', only (us=microseconds,ms=milliseconds,s=seconds,m=minutes,h=hours,d=days) are supported. This will be reported as an error in next versions.`;
}
