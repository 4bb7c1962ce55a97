/** Numbers with multipliers (`10K`, `2MB`), and numbers for people (`1.5M`). Source: gnulib `xstrtol`, `human`. */

const POWERS = 'kKMGTPEZY';

/** What a suffix multiplies by, undefined when it is none. */
function multiplier(suffix: string): number | undefined {
  if (suffix === '') return 1;
  if (suffix === 'b') return 512;
  if (suffix === 'c') return 1;
  if (suffix === 'w') return 2;
  const letter = suffix[0] ?? '';
  const index = POWERS.indexOf(letter);
  if (index < 0) return undefined;
  const power = Math.max(1, index);
  const rest = suffix.slice(1);
  const base = rest === '' || rest === 'iB' ? 1024 : rest === 'B' ? 1000 : 0;
  if (base === 0) return undefined;
  let value = 1;
  for (let i = 0; i < power; i++) value *= base;
  return value;
}

/** A whole number with an optional suffix, or why it is none. */
export function parseSize(text: string): number | 'invalid' | 'bad suffix' {
  const match = /^\s*\+?(\d+)(.*)$/s.exec(text);
  if (match === null) {
    const bare = /^([kKMGTPEZYb].*)$/.test(text) ? multiplier(text) : undefined;
    return bare ?? 'invalid';
  }
  const factor = multiplier(match[2] ?? '');
  return factor === undefined ? 'bad suffix' : Number(match[1]) * factor;
}

export type Rounding = 'ceiling' | 'nearest';

/** `1.5M`: at most three digits and a letter, as `ls -h`, `df -h` and `du -h` print. */
export function humanSize(
  bytes: number,
  options: { readonly base: 1000 | 1024; readonly rounding?: Rounding } = { base: 1024 },
): string {
  const { base, rounding = 'ceiling' } = options;
  if (bytes < base) return String(bytes);
  let value = bytes;
  let power = 0;
  while (value >= base && power < 8) {
    value /= base;
    power++;
  }
  const letters = base === 1024 ? ' KMGTPEZY' : ' kMGTPEZY';
  const round = rounding === 'ceiling' ? Math.ceil : Math.round;
  if (value < 10) {
    const tenths = round(Number((value * 10).toFixed(9)));
    if (tenths < 100) return `${Math.floor(tenths / 10)}.${tenths % 10}${letters[power]}`;
  }
  const whole = round(Number(value.toFixed(9)));
  if (whole >= base && power < 8) return `1.0${letters[power + 1]}`;
  return `${whole}${letters[power]}`;
}
