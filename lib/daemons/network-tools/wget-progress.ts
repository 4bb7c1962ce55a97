/** What wget shows of a download: a bar on a terminal, dots elsewhere; and how fast it was (src/progress.c, src/retr.c of 1.21.3). */
import type { Micros } from '../../std/instant';

const DOT = 1024;
const DOTS_IN_LINE = 50;
const DOTS_IN_GROUP = 10;
/** Of 80 columns. */
const NAME_COLUMNS = 19;
const BAR_COLUMNS = 20;

/** At its end, as it stands then. @param total undefined: the server has not said it */
export function progressText(
  name: string,
  bytes: number,
  options: { total: number | undefined; from: number; elapsed: Micros; isTerminal: boolean },
): string {
  return options.isTerminal ? bar(name, bytes + options.from, options.total) : dots(bytes, options);
}
function bar(name: string, bytes: number, total: number | undefined): string {
  const shown = name.slice(0, NAME_COLUMNS).padEnd(NAME_COLUMNS);
  const middle =
    total === undefined ? `    [${' <=>'.padEnd(BAR_COLUMNS)}]` : `100%[${'='.repeat(BAR_COLUMNS - 1)}>]`;
  return `${shown} ${middle}${sizeWithUnit(bytes).padStart(8)}  --.-KB/s    in 0s      \n`;
}
function sizeWithUnit(bytes: number): string {
  if (bytes < 1024) return String(bytes);
  if (bytes < 1024 ** 2) return `${(bytes / 1024).toFixed(2)}K`;
  return bytes < 1024 ** 3 ? `${(bytes / 1024 ** 2).toFixed(2)}M` : `${(bytes / 1024 ** 3).toFixed(2)}G`;
}
function dots(
  bytes: number,
  { total, from, elapsed }: { total: number | undefined; from: number; elapsed: Micros },
): string {
  const skipped = Math.floor(from / DOT / DOTS_IN_LINE) * DOTS_IN_LINE;
  // A rest begins with its place, behind what is left out before it.
  const begun = `${String(skipped).padStart(6)}K\n`;
  let text = from === 0 ? '' : `${skipped === 0 ? '' : `${' '.repeat(8)}[ skipping ${skipped}K ]\n`}${begun}`;
  const all = Math.floor((bytes + from) / DOT);
  const speed = dotSpeed(bytes, elapsed);
  const seconds = elapsed < 500 ? '0s' : `${(elapsed / 1_000_000).toPrecision(1)}s`;
  for (let row = skipped; ; row += DOTS_IN_LINE) {
    const count = Math.max(0, Math.min(DOTS_IN_LINE, all - row));
    let line = '';
    for (let i = 0; i < DOTS_IN_LINE; i++) {
      if (i % DOTS_IN_GROUP === 0) line += ' ';
      const isSkipped = (row + i + 1) * DOT <= from;
      line += i < count ? (isSkipped ? ',' : '.') : ' ';
    }
    const isLast = row + DOTS_IN_LINE > all || (all === row + DOTS_IN_LINE && (bytes + from) % DOT === 0);
    const head = `${String(row).padStart(6)}K${line}`;
    if (isLast) return `${text}${head}${total === undefined ? '    ' : '100%'} ${speed}=${seconds}\n`;
    const percent =
      total === undefined
        ? ''
        : `${String(Math.floor(((row + DOTS_IN_LINE) * DOT * 100) / total)).padStart(3)}%`;
    text += `${head}${percent.padStart(4)} ${speed} 0s\n`;
  }
}
function dotSpeed(bytes: number, elapsed: Micros): string {
  const { value, unit } = rate(bytes, elapsed);
  const digits = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return `${value.toFixed(digits).padStart(4)}${['', 'K', 'M', 'G'][unit] ?? ''}`;
}
function rate(bytes: number, elapsed: Micros): { value: number; unit: number } {
  let value = bytes / (Math.max(elapsed, 1) / 1_000_000);
  let unit = 0;
  while (value >= 1024 && unit < 3) {
    value /= 1024;
    unit += 1;
  }
  return { value, unit };
}
/** `1.86 MB/s` */
export function rateText(bytes: number, elapsed: Micros): string {
  const { value, unit } = rate(bytes, elapsed);
  const digits = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return `${value.toFixed(digits)} ${['B', 'KB', 'MB', 'GB'][unit] ?? 'GB'}/s`;
}
/** ` (2.9K)` behind a length that is not short. */
export function roundedLength(bytes: number): string {
  if (bytes < 1024) return '';
  let value = bytes;
  let unit = -1;
  while (value >= 1024 && unit < 3) {
    value /= 1024;
    unit += 1;
  }
  return ` (${value < 10 ? value.toFixed(1) : value.toFixed(0)}${'KMGT'[unit] ?? ''})`;
}
