/** Labels under the plot: each begins at its mark, in the first row where it does not run into another. */
import type { TimelineMark } from '@/lib/session/messages';

export interface PlotLabel {
  seq: number;
  text: string;
  tone: TimelineMark['tone'];
  left: number;
  row: number;
  width: number;
}

const LETTER = 6.7;
const LONGEST = 210;
const MOST_ROWS = 4;
const SPACE = 10;

export interface PlotMeasures {
  /** The plot's last second. */
  last: number;
  /** Where the plot begins, and how wide it is with that. */
  left: number;
  width: number;
}

export function labelRows(
  marks: readonly TimelineMark[],
  { last, left, width }: PlotMeasures,
): { labels: PlotLabel[]; rows: number } {
  const ends: number[] = [];
  const labels: PlotLabel[] = [];
  for (const { seq, at, text, tone } of [...marks].sort((a, b) => a.at - b.at)) {
    const length = Math.min(LONGEST, text.length * LETTER + 4);
    const wanted = left + (at / 1_000_000 / last) * (width - left);
    const x = Math.max(0, Math.min(wanted, width - length));
    const free = ends.findIndex((end) => end <= x);
    const row = free >= 0 ? free : ends.length;
    if (row >= MOST_ROWS) continue;
    ends[row] = x + length + SPACE;
    labels.push({ seq, text, tone, left: x, row, width: length });
  }
  return { labels, rows: ends.length };
}
