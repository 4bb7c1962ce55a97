/** Calendar events: parsing, normal form, next elapse, in UTC. Source: systemd.time(7) "CALENDAR EVENTS". */
import { civilFromMicros, daysInMonth, microsFromCivil } from '../../../std/civil';

/** A list of values, ranges and repetitions; undefined is `*`. */
type Component = { start: number; stop: number | undefined; repeat: number }[] | undefined;
export interface CalendarSpec {
  /** Bits 0 Monday to 6 Sunday; undefined any day. */
  weekdays: number[] | undefined;
  year: Component;
  month: Component;
  day: Component;
  endOfMonth: boolean;
  hour: Component;
  minute: Component;
  /** In microseconds. */
  second: Component;
  utc: boolean;
}
const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const SHORTHANDS: Readonly<Record<string, string>> = {
  minutely: '*-*-* *:*:00',
  hourly: '*-*-* *:00:00',
  daily: '*-*-* 00:00:00',
  weekly: 'Mon *-*-* 00:00:00',
  monthly: '*-*-01 00:00:00',
  quarterly: '*-01,04,07,10-01 00:00:00',
  'semi-annually': '*-01,07-01 00:00:00',
  semiannually: '*-01,07-01 00:00:00',
  'bi-annually': '*-01,07-01 00:00:00',
  yearly: '*-01-01 00:00:00',
  annually: '*-01-01 00:00:00',
};

export function parseCalendar(text: string): CalendarSpec | undefined {
  const long = SHORTHANDS[text.trim().toLowerCase()];
  if (long !== undefined) return parseCalendar(long);
  let words = text.trim().split(/\s+/);
  const utc = words[words.length - 1] === 'UTC';
  if (utc) words = words.slice(0, -1);
  const weekdays = weekdaysOf(words[0] ?? '');
  if (weekdays === null) return undefined;
  if (weekdays !== undefined) words = words.slice(1);
  if (words.length > 2 || (words.length === 0 && weekdays === undefined)) return undefined;
  const date = words.find((word) => !word.includes(':'));
  const time = words.find((word) => word.includes(':'));
  if (words.length === 2 && (words[0] !== date || words[1] !== time)) return undefined;
  const day =
    date === undefined
      ? { year: undefined, month: undefined, day: undefined, endOfMonth: false }
      : dateOf(date);
  const clock = timeOf(time ?? '00:00:00');
  if (day === undefined || clock === undefined) return undefined;
  return { weekdays, ...day, ...clock, utc };
}
/** undefined: not a list of weekdays; null: looks like one and is wrong. */
function weekdaysOf(word: string): number[] | undefined | null {
  if (!/^[A-Za-z]/.test(word)) return undefined;
  const days = new Set<number>();
  for (const part of word.replace(/,$/, '').split(',')) {
    const [from = '', to] = part.split(/\.\.|-/);
    const first = dayNumber(from);
    const last = to === undefined ? first : dayNumber(to);
    if (first === -1 || last === -1) return null;
    for (let day = first; ; day = (day + 1) % 7) {
      days.add(day);
      if (day === last) break;
    }
  }
  return [...days].sort((a, b) => a - b);
}
function dayNumber(word: string): number {
  const name = word.toLowerCase();
  return DAYS.findIndex((day) => day === name || (name.length === 3 && day.startsWith(name)));
}
function dateOf(text: string): Pick<CalendarSpec, 'year' | 'month' | 'day' | 'endOfMonth'> | undefined {
  const endOfMonth = text.includes('~');
  const parts = text.replace('~', '-').split('-');
  if (parts.length < 2 || parts.length > 3) return undefined;
  const [day, month, year] = [...parts].reverse();
  const days = componentOf(day ?? '', 1, 31);
  const months = componentOf(month ?? '', 1, 12);
  const years = year === undefined ? undefined : componentOf(year, 1970, 2199);
  if (days === null || months === null || years === null) return undefined;
  return { year: years, month: months, day: days, endOfMonth };
}
function timeOf(text: string): Pick<CalendarSpec, 'hour' | 'minute' | 'second'> | undefined {
  const [hour = '', minute = '0', second = '0'] = text.split(':');
  if (text.split(':').length > 3) return undefined;
  const hours = componentOf(hour, 0, 23);
  const minutes = componentOf(minute, 0, 59);
  const seconds = componentOf(second, 0, 59, 1_000_000);
  if (hours === null || minutes === null || seconds === null) return undefined;
  return { hour: hours, minute: minutes, second: seconds };
}
function componentOf(text: string, least: number, most: number, scale = 1): Component | null {
  if (text === '*' || text === '') return text === '' ? null : undefined;
  const list: NonNullable<Component> = [];
  for (const part of text.split(',')) {
    const found = /^(\*|\d+(?:\.\d+)?)(?:\.\.(\d+(?:\.\d+)?))?(?:\/(\d+(?:\.\d+)?))?$/.exec(part);
    if (found === null) return null;
    const start = found[1] === '*' ? least : Number(found[1]);
    const stop = found[2] === undefined ? undefined : Number(found[2]);
    if (start < least || start > most || (stop !== undefined && (stop > most || stop < start))) return null;
    list.push({
      start: Math.round(start * scale),
      stop: stop === undefined ? undefined : Math.round(stop * scale),
      repeat: Math.round(Number(found[3] ?? 0) * scale),
    });
  }
  return list;
}
/** Smallest value of the component that is at least `from`; undefined when there is none. */
function firstFrom(component: Component, from: number, most: number, step = 1): number | undefined {
  if (component === undefined) return from <= most ? Math.ceil(from / step) * step : undefined;
  let best: number | undefined;
  for (const { start, stop, repeat } of component) {
    let value: number;
    if (repeat > 0) value = from <= start ? start : start + Math.ceil((from - start) / repeat) * repeat;
    else if (stop !== undefined) value = Math.max(start, Math.ceil(from / step) * step);
    else value = start;
    const limit = repeat > 0 ? (stop ?? most) : (stop ?? start);
    if (value < from || value > limit || value > most) continue;
    if (best === undefined || value < best) best = value;
  }
  return best;
}

/** The first elapse strictly after `after` (wall clock, µs since 1970). */
export function nextElapse(spec: CalendarSpec, after: number): number | undefined {
  let at = civilFromMicros(after + 1);
  for (let tries = 0; tries < 6_000; tries++) {
    const year = firstFrom(spec.year, at.year, 2199);
    if (year === undefined) return undefined;
    if (year !== at.year) at = civilFromMicros(microsFromCivil({ year, month: 1, day: 1 }));
    const month = firstFrom(spec.month, at.month, 12);
    if (month === undefined) {
      at = civilFromMicros(microsFromCivil({ year: at.year + 1, month: 1, day: 1 }));
      continue;
    }
    if (month !== at.month) at = civilFromMicros(microsFromCivil({ year: at.year, month, day: 1 }));
    const day = dayFrom(spec, at);
    if (day === undefined) {
      at = civilFromMicros(microsFromCivil({ year: at.year, month: at.month + 1, day: 1 }));
      continue;
    }
    if (day !== at.day) at = civilFromMicros(microsFromCivil({ year: at.year, month: at.month, day }));
    const time = timeFrom(spec, at);
    if (time === undefined) {
      at = civilFromMicros(microsFromCivil({ year: at.year, month: at.month, day: at.day + 1 }));
      continue;
    }
    return microsFromCivil({ year: at.year, month: at.month, day: at.day }) + time;
  }
  return undefined;
}
function dayFrom(spec: CalendarSpec, at: { year: number; month: number; day: number }): number | undefined {
  const last = daysInMonth(at.year, at.month);
  for (let day = at.day; day <= last; day++) {
    const counted = spec.endOfMonth ? last - day + 1 : day;
    if (firstFrom(spec.day, counted, 31) !== counted) continue;
    const weekday =
      (civilFromMicros(microsFromCivil({ year: at.year, month: at.month, day })).weekday + 6) % 7;
    if (spec.weekdays === undefined || spec.weekdays.includes(weekday)) return day;
  }
  return undefined;
}
function timeFrom(
  spec: CalendarSpec,
  at: { hour: number; minute: number; second: number; micros: number },
): number | undefined {
  for (
    let hour = firstFrom(spec.hour, at.hour, 23);
    hour !== undefined;
    hour = firstFrom(spec.hour, hour + 1, 23)
  ) {
    let minute = firstFrom(spec.minute, hour === at.hour ? at.minute : 0, 59);
    for (; minute !== undefined; minute = firstFrom(spec.minute, minute + 1, 59)) {
      const now = hour === at.hour && minute === at.minute;
      const second = firstFrom(
        spec.second,
        now ? at.second * 1_000_000 + at.micros : 0,
        59_999_999,
        1_000_000,
      );
      if (second !== undefined) return (hour * 3600 + minute * 60) * 1_000_000 + second;
    }
  }
  return undefined;
}

/** The normal form that `systemd-analyze calendar` prints. */
export function formatCalendar(spec: CalendarSpec): string {
  const pad = (width: number) => (value: number) => String(value).padStart(width, '0');
  const list = (component: Component, format: (value: number) => string): string =>
    component === undefined
      ? '*'
      : component
          .map(
            ({ start, stop, repeat }) =>
              format(start) +
              (stop === undefined ? '' : `..${format(stop)}`) +
              (repeat > 0 ? `/${format(repeat).replace(/^0+(?=\d)/, '')}` : ''),
          )
          .join(',');
  const seconds = (value: number): string => {
    const rest = value % 1_000_000;
    return pad(2)(Math.floor(value / 1_000_000)) + (rest === 0 ? '' : `.${pad(6)(rest)}`);
  };
  const date = `${list(spec.year, pad(4))}-${list(spec.month, pad(2))}${spec.endOfMonth ? '~' : '-'}${list(spec.day, pad(2))}`;
  const time = `${list(spec.hour, pad(2))}:${list(spec.minute, pad(2))}:${list(spec.second, seconds)}`;
  const days =
    spec.weekdays === undefined || spec.weekdays.length === 7 ? '' : `${weekdayText(spec.weekdays)} `;
  return `${days}${date} ${time}${spec.utc ? ' UTC' : ''}`;
}
function weekdayText(days: readonly number[]): string {
  const name = (day: number): string => {
    const full = DAYS[day] ?? '';
    return `${full.slice(0, 1).toUpperCase()}${full.slice(1, 3)}`;
  };
  const parts: string[] = [];
  for (let i = 0; i < days.length; ) {
    let j = i;
    while (j + 1 < days.length && days[j + 1] === (days[j] ?? 0) + 1) j += 1;
    const from = name(days[i] ?? 0);
    parts.push(
      j === i ? from : j === i + 1 ? `${from},${name(days[j] ?? 0)}` : `${from}..${name(days[j] ?? 0)}`,
    );
    i = j + 1;
  }
  return parts.join(',');
}
