/** Durations of sleep(1) and timeout(1): `5`, `0.5s`, `2m`, `1h`, `1d`, `infinity`. */

const UNITS: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400 };
const FOREVER = Number.MAX_SAFE_INTEGER / 4;

/** Microseconds, or undefined for what is no duration. */
export function parseInterval(text: string): number | undefined {
  if (/^\+?inf(inity)?$/i.test(text)) return FOREVER;
  const match = /^\+?(\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?)([smhd]?)$/.exec(text.trim());
  if (match === null) return undefined;
  const micros = Number(match[1]) * (UNITS[match[2] ?? ''] ?? 1) * 1_000_000;
  return Math.min(Math.ceil(micros), FOREVER);
}
