/** crontab(5): times, environment, commands, and cron's words for what is wrong. Source: Vixie cron 3.0 as Debian has it, entry.c. */
import { type Civil, civilFromMicros } from '../../std/civil';

export interface CronEntry {
  minutes: readonly boolean[];
  hours: readonly boolean[];
  days: readonly boolean[];
  months: readonly boolean[];
  weekdays: readonly boolean[];
  /** `*` in the day or weekday field: then both must fit, else one is enough. */
  dayStar: boolean;
  weekdayStar: boolean;
  reboot: boolean;
  user: string;
  command: string;
  /** Standard input: what follows the first `%`. */
  input: string;
  /** So many of the table's settings stand before it and hold for it. */
  env: number;
}
export interface TableProblem {
  /** Counted from 0, as crontab(1) prints it. */
  line: number;
  text: string;
}
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const NICKNAMES: Readonly<Record<string, string>> = {
  yearly: '0 0 1 1 *',
  annually: '0 0 1 1 *',
  monthly: '0 0 1 * *',
  weekly: '0 0 * * 0',
  daily: '0 0 * * *',
  midnight: '0 0 * * *',
  hourly: '0 * * * *',
};

const FIELDS: readonly {
  wrong: string;
  low: number;
  high: number;
  names?: readonly string[];
  firstName?: number;
}[] = [
  { wrong: 'bad minute', low: 0, high: 59 },
  { wrong: 'bad hour', low: 0, high: 23 },
  { wrong: 'bad day-of-month', low: 1, high: 31 },
  { wrong: 'bad month', low: 1, high: 12, names: MONTHS, firstName: 1 },
  { wrong: 'bad day-of-week', low: 0, high: 7, names: WEEKDAYS, firstName: 0 },
];

/** `system`: lines name the user before the command. */
export function parseTable(
  text: string,
  options: { system: boolean; user: string; isUser: (name: string) => boolean },
): { entries: CronEntry[]; env: [string, string][]; problem: TableProblem | undefined } {
  const entries: CronEntry[] = [];
  const env: [string, string][] = [];
  for (const [line, raw] of text.split('\n').entries()) {
    const trimmed = raw.replace(/^[ \t]+/, '');
    if (trimmed === '' || trimmed.startsWith('#')) continue;
    const variable = /^(?:"([^"]+)"|'([^']+)'|([A-Za-z_][\w-]*))\s*=\s*(.*)$/.exec(trimmed.trimEnd());
    if (variable !== null) {
      const name = variable[1] ?? variable[2] ?? variable[3] ?? '';
      env.push([name, (variable[4] ?? '').replace(/^(["'])(.*)\1$/, '$2')]);
      continue;
    }
    const entry = parseEntry(trimmed, options, env.length);
    if (typeof entry === 'string') return { entries, env, problem: { line, text: entry } };
    entries.push(entry);
  }
  return { entries, env, problem: undefined };
}

function parseEntry(
  line: string,
  options: { system: boolean; user: string; isUser: (name: string) => boolean },
  env: number,
): CronEntry | string {
  let rest = line;
  let reboot = false;
  const nickname = /^@(\S+)[ \t]*(.*)$/.exec(line);
  if (nickname !== null) {
    reboot = nickname[1] === 'reboot';
    const meant = reboot ? '* * * * *' : NICKNAMES[nickname[1] ?? ''];
    if (meant === undefined) return 'bad time specifier';
    rest = `${meant} ${nickname[2] ?? ''}`;
  }
  const written: string[] = [];
  const sets: (readonly boolean[])[] = [];
  for (const { wrong, low, high, names, firstName } of FIELDS) {
    const [whole = '', field = ''] = /^(\S+)[ \t]*/.exec(rest) ?? [];
    const set = parseField(field, low, high, names, firstName);
    if (set === undefined) return wrong;
    written.push(field);
    sets.push(set);
    rest = rest.slice(whole.length);
  }
  const [minutes = [], hours = [], days = [], months = [], weekdays = []] = sets;
  let { user } = options;
  if (options.system) {
    const [whole = '', name] = /^(\S+)[ \t]?/.exec(rest) ?? [];
    if (name === undefined || !options.isUser(name)) return 'bad username';
    user = name;
    rest = rest.slice(whole.length);
  }
  if (rest.trim() === '') return 'bad command';
  const [command = '', ...input] = splitPercent(rest);
  return {
    minutes,
    hours,
    days,
    months,
    weekdays: withBothSundays(weekdays),
    dayStar: written[2]?.startsWith('*') === true,
    weekdayStar: written[4]?.startsWith('*') === true,
    reboot,
    user,
    command,
    input: input.length === 0 ? '' : `${input.join('\n')}\n`,
    env,
  };
}
/** Sunday is 0 and 7. */
function withBothSundays(days: readonly boolean[]): readonly boolean[] {
  return days[0] === days[7] ? days : [true, ...days.slice(1, 7), true];
}
/** `%` parts lines of input; `\%` is a plain one. */
function splitPercent(text: string): string[] {
  const parts = [''];
  for (let i = 0; i < text.length; i++) {
    const letter = text[i] ?? '';
    if (letter === '\\' && text[i + 1] === '%') {
      parts[parts.length - 1] += '%';
      i++;
    } else if (letter === '%') parts.push('');
    else parts[parts.length - 1] += letter;
  }
  return parts;
}

/** What `*` means is one list for all lines. */
const ALWAYS = new Map<number, readonly boolean[]>();
function always(low: number, high: number): readonly boolean[] {
  const key = low * 100 + high;
  const known = ALWAYS.get(key);
  if (known !== undefined) return known;
  const made = Object.freeze(new Array<boolean>(high + 1).fill(false).fill(true, low));
  ALWAYS.set(key, made);
  return made;
}

/** `1-5`, `0-59/5`, `mon,wed`, with `[n]` telling whether n is meant. */
function parseField(
  text: string,
  low: number,
  high: number,
  names: readonly string[] = [],
  firstName = 0,
): readonly boolean[] | undefined {
  if (text === '*') return always(low, high);
  const set = new Array<boolean>(high + 1).fill(false);
  const number = (word: string): number | undefined => {
    if (/^\d+$/.test(word)) return Number(word);
    const index = names.indexOf(word.toLowerCase());
    return index < 0 ? undefined : index + firstName;
  };
  for (const part of text.split(',')) {
    const [range = '', stepText] = part.split('/');
    const step = stepText === undefined ? 1 : /^\d+$/.test(stepText) ? Number(stepText) : 0;
    if (step < 1) return undefined;
    const [from, to] = range === '*' ? [String(low), String(high)] : range.split('-');
    const start = number(from ?? '');
    // `5/10` without a range means 5 alone.
    const end = to === undefined ? start : number(to);
    if (start === undefined || end === undefined || start < low || end > high || start > end)
      return undefined;
    for (let value = start; value <= end; value += step) set[value] = true;
  }
  return set;
}

export function isDue(entry: CronEntry, clock: number): boolean {
  const at: Civil = civilFromMicros(clock);
  if (entry.reboot || entry.minutes[at.minute] !== true || entry.hours[at.hour] !== true) return false;
  if (entry.months[at.month] !== true) return false;
  const day = entry.days[at.day] === true;
  const weekday = entry.weekdays[at.weekday] === true;
  return entry.dayStar || entry.weekdayStar ? day && weekday : day || weekday;
}
