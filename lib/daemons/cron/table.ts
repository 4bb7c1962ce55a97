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
  /** As crontab(1) prints it: one less than the line that was being read. */
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
    const variable = readVariable(trimmed);
    if (variable !== undefined) {
      env.push(variable);
      continue;
    }
    const entry = parseEntry(trimmed, options, env.length);
    if ('wrong' in entry)
      return { entries, env, problem: { line: entry.atEnd ? line + 1 : line, text: entry.wrong } };
    entries.push(entry);
  }
  return { entries, env, problem: undefined };
}

/**
 * `NAME=value` with blanks and quotes where load_env() of Vixie cron takes them: any first word is a name, and a
 * value that begins with a quote ends with it. Without a value it is no setting.
 */
function readVariable(line: string): [string, string] | undefined {
  const quote = line[0] === '"' || line[0] === "'" ? line[0] : undefined;
  const start = quote === undefined ? 0 : 1;
  let at = start;
  while (at < line.length && (quote === undefined ? !/[\s=]/.test(line[at] ?? '') : line[at] !== quote)) at++;
  const name = line.slice(start, at);
  if (quote !== undefined) at++;
  const rest = line.slice(at).trimStart();
  if (!rest.startsWith('=')) return undefined;
  const value = rest.slice(1).trim();
  if (value === '') return undefined;
  const [mark = ''] = value;
  if (mark !== '"' && mark !== "'") return [name, value];
  return value.indexOf(mark, 1) === value.length - 1 && value.length > 1
    ? [name, value.slice(1, -1)]
    : undefined;
}

/** `atEnd`: cron had read the line's end when it saw what is wrong, and names the line after it. */
interface EntryProblem {
  wrong: string;
  atEnd: boolean;
}

function parseEntry(
  line: string,
  options: { system: boolean; user: string; isUser: (name: string) => boolean },
  env: number,
): CronEntry | EntryProblem {
  let rest = line;
  let reboot = false;
  if (line.startsWith('@')) {
    const [, word = '', after = ''] = /^@(\S*)[ \t]*(.*)$/.exec(line) ?? [];
    reboot = word === 'reboot';
    const meant = reboot ? '* * * * *' : NICKNAMES[word];
    if (meant === undefined) return { wrong: 'bad time specifier', atEnd: false };
    rest = `${meant} ${after}`;
  }
  const written: string[] = [];
  const sets: (readonly boolean[])[] = [];
  for (const { wrong, low, high, names, firstName } of FIELDS) {
    const [whole = '', field = ''] = /^(\S*)[ \t]*/.exec(rest) ?? [];
    const set = parseField(field, low, high, names, firstName);
    // A word is read up to the character behind it, which may be the line's end.
    if ('atEnd' in set) return { wrong, atEnd: whole.length === rest.length && whole === field && set.atEnd };
    written.push(field);
    sets.push(set);
    rest = rest.slice(whole.length);
  }
  // Six stars are a common slip.
  if (rest.startsWith('*')) return { wrong: 'bad command', atEnd: false };
  const [minutes = [], hours = [], days = [], months = [], weekdays = []] = sets;
  let { user } = options;
  if (options.system) {
    const [whole = '', name] = /^(\S+)[ \t]?/.exec(rest) ?? [];
    if (name === undefined || !options.isUser(name)) return { wrong: 'bad username', atEnd: false };
    user = name;
    rest = rest.slice(whole.length);
  }
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

/**
 * `1-5`, `0-59/5`, `mon,wed`, as get_list() of Vixie cron reads them: a step wants a range or `*` before it, a range
 * that runs backwards is empty, and what follows the last number up to the next blank is not looked at.
 */
function parseField(
  text: string,
  low: number,
  high: number,
  names: readonly string[] = [],
  firstName = 0,
): readonly boolean[] | { atEnd: boolean } {
  if (text === '*') return always(low, high);
  const set = new Array<boolean>(high + 1).fill(false);
  let at = 0;
  const word = (): string => {
    const start = at;
    while (/[0-9A-Za-z]/.test(text[at] ?? '')) at++;
    return text.slice(start, at);
  };
  const number = (known: readonly string[]): number | undefined => {
    const read = word();
    const index = known.indexOf(read.toLowerCase());
    if (index >= 0) return index + firstName;
    return /^\d+$/.test(read) ? Number(read) : undefined;
  };
  const wrong = (): { atEnd: boolean } => ({ atEnd: at >= text.length });
  for (;;) {
    let [start, end]: (number | undefined)[] = [low, high];
    const isStar = text[at] === '*';
    if (isStar) at++;
    else {
      start = end = number(names);
      if (start === undefined) return wrong();
    }
    const isRange = !isStar && text[at] === '-';
    if (isRange) {
      at++;
      end = number(names);
    }
    let step: number | undefined = 1;
    if (text[at] === '/') {
      at++;
      step = isStar || isRange ? number([]) : undefined;
    }
    if (start === undefined || end === undefined || step === undefined || step === 0) return wrong();
    for (let value = start; value <= end; value += step) {
      if (value < low || value > high) return wrong();
      set[value] = true;
    }
    if (text[at] !== ',') return set;
    at++;
  }
}

export function isDue(entry: CronEntry, clock: number): boolean {
  const at: Civil = civilFromMicros(clock);
  if (entry.reboot || entry.minutes[at.minute] !== true || entry.hours[at.hour] !== true) return false;
  if (entry.months[at.month] !== true) return false;
  const day = entry.days[at.day] === true;
  const weekday = entry.weekdays[at.weekday] === true;
  return entry.dayStar || entry.weekdayStar ? day && weekday : day || weekday;
}
