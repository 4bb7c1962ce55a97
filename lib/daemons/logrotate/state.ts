/** /var/lib/logrotate/status: when each log was rotated last. Source: `readState` of logrotate 3.21. */
import { civilFromMicros, microsFromCivil } from '../../std/civil';

const HEADER = 'logrotate state -- version 2';
const HOUR = 3_600_000_000;

/** Instants by path; undefined when the file is none of logrotate's. */
export function parseState(text: string): Map<string, number> | undefined {
  const [first, ...lines] = text.split('\n');
  if (first !== HEADER && first !== 'logrotate state -- version 1')
    return text === '' ? new Map() : undefined;
  const state = new Map<string, number>();
  for (const line of lines) {
    const found = /^"(.*)" (\d+)-(\d+)-(\d+)(?:-(\d+):(\d+):(\d+))?$/.exec(line);
    if (found === null) continue;
    const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = found
      .slice(2)
      .map((part) => Number(part ?? 0));
    state.set(found[1] ?? '', microsFromCivil({ year, month, day, hour, minute, second }));
  }
  return state;
}
export function formatState(state: ReadonlyMap<string, number>): string {
  const lines = [...state].map(([path, at]) => {
    const { year, month, day, hour, minute, second } = civilFromMicros(at);
    return `"${path}" ${year}-${month}-${day}-${hour}:${minute}:${second}\n`;
  });
  return `${HEADER}\n${lines.join('')}`;
}
/** A log that was never seen counts as rotated at the full hour. */
export function firstSeen(now: number): number {
  return Math.floor(now / HOUR) * HOUR;
}
