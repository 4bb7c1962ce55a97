/** How instants and durations are written for a reader. Not for logs: daemons print their own. */
import type { Micros } from '../session/messages';

const SECOND = 1_000_000;
const two = (value: number) => String(value).padStart(2, '0');

/** `14:03:27` from microseconds since 1970, in UTC as every host of the run keeps it. */
export function clockText(clock: number): string {
  const seconds = Math.floor(clock / SECOND);
  return `${two(Math.floor(seconds / 3600) % 24)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

/** `14:03:27.4`: for chains and traces, where a tenth decides. */
export function clockTenths(clock: number): string {
  return `${clockText(clock)}.${Math.floor(clock / 100_000) % 10}`;
}

/** `0:41`, `12:04`, `1:02:07`: a length as on a stopwatch. */
export function stopwatch(duration: Micros): string {
  const seconds = Math.max(0, Math.round(duration / SECOND));
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** `640 µs`, `92 ms`, `2.6 s`, `1 min 50 s`: a length in words. */
export function durationText(duration: Micros): string {
  if (duration < 1000) return `${Math.round(duration)} µs`;
  if (duration < 10_000) return `${(duration / 1000).toFixed(1)} ms`;
  if (duration < SECOND) return `${Math.round(duration / 1000)} ms`;
  if (duration < 60 * SECOND) return `${(duration / SECOND).toFixed(1)} s`;
  const seconds = Math.round(duration / SECOND);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `+0.4 ms`: since the start of a request. */
export function offsetText(after: Micros): string {
  return `+${(after / 1000).toFixed(after < 100_000 ? 1 : 0)} ms`;
}

/** The wall clock at an instant, when one pair (`at`, `clock`) of the run is known. */
export function clockAt(at: Micros, known: { at: Micros; clock: number }): number {
  return known.clock + (at - known.at);
}

const UNITS: readonly [number, string][] = [
  [86_400, 'day'],
  [3600, 'hour'],
  [60, 'minute'],
];

/** `just now`, `5 minutes ago`: for saved runs, in real time. */
export function agoText(savedAt: string, nowMs: number): string {
  const seconds = Math.max(0, Math.round((nowMs - Date.parse(savedAt)) / 1000));
  for (const [length, name] of UNITS) {
    const count = Math.floor(seconds / length);
    if (count >= 1) return `${count} ${name}${count === 1 ? '' : 's'} ago`;
  }
  return 'just now';
}
