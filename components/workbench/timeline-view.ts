/** The timeline's measures and words. */
import type { TimelineMark } from '@/lib/session/messages';

const MINUTE = 60_000_000;
/** The right end of the line, in minutes: it grows in these steps as the run does. */
const ENDS = [5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 360];

export function timelineEnd(head: number): number {
  const minutes = ENDS.find((end) => head <= end * MINUTE * 0.94);
  return minutes === undefined ? head * 1.1 : minutes * MINUTE;
}

export interface MarkView {
  seq: number;
  at: number;
  left: string;
  tone: TimelineMark['tone'];
  kind: TimelineMark['kind'];
  text: string;
}

/** Marks too close to tell apart are drawn once, the gravest on top. */
export function markViews(marks: readonly TimelineMark[], end: number): MarkView[] {
  const gravity: Readonly<Record<TimelineMark['tone'], number>> = {
    broken: 5,
    risk: 4,
    ok: 3,
    active: 2,
    learner: 1,
    neutral: 0,
  };
  const slots = new Map<number, TimelineMark>();
  for (const mark of marks) {
    const slot = Math.round((mark.at / end) * 400);
    const there = slots.get(slot);
    if (there === undefined || gravity[mark.tone] >= gravity[there.tone]) slots.set(slot, mark);
  }
  return [...slots.values()].map(({ seq, at, tone, kind, text }) => ({
    seq,
    at,
    tone,
    kind,
    text,
    left: `${Math.min(100, (at / end) * 100)}%`,
  }));
}

/** The mark before or after a moment, for jumping from one to the next. */
export function neighbourMark(
  marks: readonly TimelineMark[],
  at: number,
  direction: 'before' | 'after',
): number | undefined {
  const others = marks.map((mark) => mark.at).sort((a, b) => a - b);
  return direction === 'before'
    ? others.findLast((other) => other < at - 1)
    : others.find((other) => other > at + 1);
}
