/** Times as nft writes them: `1d2h3m4s5ms`. */
import { DAY, HOUR, MILLISECOND, MINUTE, type Micros, SECOND } from '../../../std/instant';

const PATTERN = /^(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+)s)?(?:(\d+)ms)?$/;

/** Microseconds; undefined when it is no time. */
export function durationOf(text: string): Micros | undefined {
  const found = PATTERN.exec(text);
  if (found === null || text === '') return undefined;
  const [, days = 0, hours = 0, minutes = 0, seconds = 0, milliseconds = 0] = found;
  return (
    Number(days) * DAY +
    Number(hours) * HOUR +
    Number(minutes) * MINUTE +
    Number(seconds) * SECOND +
    Number(milliseconds) * MILLISECOND
  );
}

/** A time as `nft list` prints it. */
export function durationText(micros: Micros): string {
  let rest = Math.floor(micros / MILLISECOND);
  let text = '';
  for (const [size, unit] of [
    [86_400_000, 'd'],
    [3_600_000, 'h'],
    [60_000, 'm'],
    [1_000, 's'],
    [1, 'ms'],
  ] as const) {
    const count = Math.floor(rest / size);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * size;
  }
  return text === '' ? '0s' : text;
}
/** The same for `nft -T`. */
export function secondsText(micros: Micros): string {
  return `${Math.floor(micros / SECOND)}s`;
}
