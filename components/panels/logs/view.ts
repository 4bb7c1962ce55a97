/** Log lines of one host as rows, in journalctl's order. */
import type { LogLine } from '@/lib/session/messages';
import { clockText } from '@/lib/views/times';
import type { Tone } from '@/lib/views/tones';

export interface LogRow {
  seq: number;
  time: string;
  unit: string;
  priority: string;
  tone: Tone;
  text: string;
}

/** syslog(3) by name; what journalctl prints in red and in bold. */
export const PRIORITIES = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug'] as const;

export function priorityTone(priority: string): Tone {
  const level = PRIORITIES.findIndex((name) => name === priority);
  if (level >= 0 && level <= 3) return 'broken';
  return level === 4 ? 'risk' : 'neutral';
}

export function logRows(lines: readonly LogLine[]): LogRow[] {
  return lines.map(({ seq, clock, unit, priority, text }) => ({
    seq,
    time: clockText(clock),
    unit,
    priority,
    tone: priorityTone(priority),
    text,
  }));
}

export function unitsOf(lines: readonly LogLine[]): string[] {
  return [...new Set(lines.map(({ unit }) => unit))].filter((unit) => unit !== '').sort();
}
