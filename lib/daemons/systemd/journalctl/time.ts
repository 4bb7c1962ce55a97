/** Points in time as --since and --until take them. Source: systemd.time(7) "PARSING TIMESTAMPS". */
import { civilFromMicros, microsFromCivil } from '../../../std/civil';
import { parseTimeSpan } from '../unit-file/time-span';

const DAY = 86_400_000_000;

export function parseTimestamp(text: string, now: number): number | undefined {
  const trimmed = text.trim().replace(/ UTC$/, '');
  const midnight = now - (((now % DAY) + DAY) % DAY);
  switch (trimmed) {
    case 'now':
      return now;
    case 'today':
      return midnight;
    case 'yesterday':
      return midnight - DAY;
    case 'tomorrow':
      return midnight + DAY;
    default:
      break;
  }
  if (/^@\d+(\.\d+)?$/.test(trimmed)) return Math.round(Number(trimmed.slice(1)) * 1_000_000);
  const relative = /^([+-])(.+)$/.exec(trimmed) ?? /^()(.+) ago$/.exec(trimmed);
  if (relative !== null) {
    const span = parseTimeSpan(relative[2] ?? '');
    if (span === undefined) return undefined;
    return relative[1] === '+' ? now + span : now - span;
  }
  const withoutDay = trimmed.replace(/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? /, '');
  const date =
    /^(?:(\d{4}|\d{2})-(\d{1,2})-(\d{1,2}))?[T ]?(?:(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?)?$/.exec(
      withoutDay,
    );
  if (date === null || withoutDay === '') return undefined;
  const today = civilFromMicros(now);
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = ''] = date;
  const fullYear = year === undefined ? today.year : year.length === 2 ? 2000 + Number(year) : Number(year);
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60 || Number(month ?? 1) > 12)
    return undefined;
  return microsFromCivil({
    year: fullYear,
    month: Number(month ?? today.month),
    day: Number(day ?? today.day),
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second),
    micros: Number(fraction.padEnd(6, '0')),
  });
}
