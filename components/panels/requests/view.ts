/** Recent requests as rows. The fold from the wires is in lib/views/recent-requests.ts. */
import { countText } from '@/lib/views/numbers';
import type { RequestRow } from '@/lib/views/recent-requests';
import { clockAt, clockText, durationText } from '@/lib/views/times';
import { outcomeOf, type Tone } from '@/lib/views/tones';

export interface RequestLine {
  id: number;
  number: string;
  time: string;
  /** Every host it reached. */
  way: string;
  took: string;
  word: string;
  tone: Tone;
}

export function requestLines(
  rows: readonly RequestRow[],
  known: { at: number; clock: number },
  onlyFailed: boolean,
): RequestLine[] {
  return rows
    .filter(({ outcome }) => !onlyFailed || outcome >= 2)
    .map(({ id, startedAt, micros, hosts, outcome }) => {
      const { word, tone } = outcomeOf(outcome);
      return {
        id,
        number: `#${countText(id)}`,
        time: clockText(clockAt(startedAt, known)),
        way: hosts.join(' › '),
        took: durationText(micros),
        word,
        tone,
      };
    });
}
