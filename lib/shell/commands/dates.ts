/**
 * Dates as people write them, for date -d, touch -d and find -newermt.
 * Source: GNU `parse_datetime` ("Date input formats").
 */
import { civilFromMicros, daysInMonth, microsFromCivil } from '../../std/civil';
import { instantOf, zoneTimeAt } from '../../std/zones';

const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const LONG_MONTHS =
  /^(jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?|sept?(ember)?|oct(ober)?|nov(ember)?|dec(ember)?)\.?$/;
const LONG_WEEKDAYS =
  /^(sun(day)?|mon(day)?|tue(s(day)?)?|wed(nes(day)?)?|thu(r(s(day)?)?)?|fri(day)?|sat(ur(day)?)?)\.?$/;
const ZONES: Readonly<Record<string, number>> = {
  utc: 0,
  gmt: 0,
  ut: 0,
  z: 0,
  wet: 0,
  cet: 60,
  cest: 120,
  met: 60,
  eet: 120,
  est: -300,
  edt: -240,
  cst: -360,
  cdt: -300,
  mst: -420,
  mdt: -360,
  pst: -480,
  pdt: -420,
};
const UNITS: Readonly<Record<string, readonly ['month' | 'day' | 'second', number]>> = {
  year: ['month', 12],
  month: ['month', 1],
  fortnight: ['day', 14],
  week: ['day', 7],
  day: ['day', 1],
  hour: ['second', 3600],
  min: ['second', 60],
  minute: ['second', 60],
  sec: ['second', 1],
  second: ['second', 1],
};
const COUNTS: Readonly<Record<string, number>> = {
  last: -1,
  this: 0,
  next: 1,
  first: 1,
  third: 3,
  fourth: 4,
  fifth: 5,
};

/** A to I, K to M east of Greenwich, N to Y west of it: hours. */
function militaryZone(letter: string): number | undefined {
  const place = 'abcdefghiklm'.indexOf(letter);
  if (place >= 0) return (place + 1) * 60;
  const west = 'nopqrstuvwxy'.indexOf(letter);
  return west < 0 ? undefined : -(west + 1) * 60;
}

/** Microseconds since 1970, or undefined for what is no date. @param zone TZ of whoever asks; undefined is UTC */
export function parseDate(given: string, now: number, zone?: string): number | undefined {
  const named = /^\s*TZ="([^"]*)"\s*/.exec(given);
  const text = named === null ? given : given.slice(named[0].length);
  const tz = named?.[1] ?? zone;
  const epoch = /^\s*@(-?\d+)(?:[.,](\d+))?\s*$/.exec(text);
  if (epoch !== null)
    return Number(epoch[1]) * SECOND + Number((epoch[2] ?? '').padEnd(6, '0').slice(0, 6) || '0');
  return new DateReader(text.toLowerCase().replace(/\([^)]*\)/g, ' '), now, tz).read();
}

class DateReader {
  #rest: string;
  #date: { year: number; month: number; day: number } | undefined;
  #time: { hour: number; minute: number; second: number; micros: number } | undefined;
  #zone: number | undefined;
  #weekday: { day: number; count: number } | undefined;
  #months = 0;
  #days = 0;
  #seconds = 0;
  #micros = 0;
  #isRelative = false;

  constructor(
    text: string,
    private readonly now: number,
    private readonly tz: string | undefined,
  ) {
    this.#rest = text.trim();
  }

  read(): number | undefined {
    while (this.#rest !== '') if (!this.#item()) return undefined;
    return this.#result();
  }

  #take(pattern: RegExp): RegExpExecArray | undefined {
    const match = pattern.exec(this.#rest);
    if (match === null) return undefined;
    this.#rest = this.#rest.slice(match[0].length).replace(/^[\s,]+/, '');
    return match;
  }

  #item(): boolean {
    return (
      this.#timeOfDay() ||
      this.#numericDate() ||
      this.#zoneOffset() ||
      this.#amount() ||
      this.#word() ||
      this.#number()
    );
  }

  #timeOfDay(): boolean {
    if (this.#date !== undefined) this.#rest = this.#rest.replace(/^t(?=\d)/, '');
    const match = this.#take(
      /^(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,](\d+))?)?(?:\s*([ap])\.?m\b\.?)?(?![\d:])/,
    );
    const short = match ?? this.#take(/^(\d{1,2})()()()\s*([ap])\.?m\.?\b/);
    if (short === undefined || this.#time !== undefined) return false;
    let hour = Number(short[1]);
    const half = short[5];
    if (half !== undefined) {
      if (hour < 1 || hour > 12) return false;
      hour = (hour % 12) + (half === 'p' ? 12 : 0);
    }
    const minute = Number(short[2] || '0');
    const second = Number(short[3] || '0');
    if (hour > 23 || minute > 59 || second > 59) return false;
    this.#time = { hour, minute, second, micros: Number((short[4] ?? '').padEnd(6, '0').slice(0, 6) || '0') };
    return true;
  }

  #numericDate(): boolean {
    const iso =
      this.#take(/^(\d{4,})-(\d{1,2})-(\d{1,2})(?!\d)/) ??
      this.#take(/^(\d{4,})\/(\d{1,2})\/(\d{1,2})(?!\d)/);
    if (iso !== undefined) return this.#setDate(Number(iso[1]), Number(iso[2]), Number(iso[3]));
    const slashed = this.#take(/^(\d{1,2})\/(\d{1,2})(?:\/(\d{2,4}))?(?!\d)/);
    if (slashed !== undefined)
      return this.#setDate(this.#year(slashed[3]), Number(slashed[1]), Number(slashed[2]));
    const compact = this.#take(/^(\d{4})(\d{2})(\d{2})(?=$|[\st])/);
    if (compact !== undefined)
      return this.#setDate(Number(compact[1]), Number(compact[2]), Number(compact[3]));
    const dayFirst = this.#take(/^(\d{1,2})[\s-]*([a-z]{3,9})\.?(?:[\s,-]+(\d{4}))?(?=$|[\s,])/);
    if (dayFirst === undefined) return false;
    if (!LONG_MONTHS.test(dayFirst[2] ?? '')) {
      this.#rest = `${dayFirst[0]} ${this.#rest}`.trim();
      return false;
    }
    return this.#setDate(this.#year(dayFirst[3]), monthOf(dayFirst[2] ?? ''), Number(dayFirst[1]));
  }

  #year(text: string | undefined): number {
    if (text === undefined) return civilFromMicros(this.now).year;
    const value = Number(text);
    return text.length > 2 ? value : value + (value < 69 ? 2000 : 1900);
  }

  #setDate(year: number, month: number, day: number): boolean {
    if (this.#date !== undefined || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month))
      return false;
    this.#date = { year, month, day };
    return true;
  }

  #zoneOffset(): boolean {
    if (this.#time === undefined || this.#zone !== undefined) return false;
    const match = this.#take(/^([-+])(\d{1,2}):?(\d{2})?(?=$|\s)/);
    if (match === undefined) return false;
    const minutes = Number(match[2]) * 60 + Number(match[3] ?? '0');
    this.#zone = match[1] === '-' ? -minutes : minutes;
    return true;
  }

  /** `3 days ago`, `+1 week`, `next month`. */
  #amount(): boolean {
    const counted = /^([-+]?)\s*(\d+)(?:\.(\d+))?\s*([a-z]+)/.exec(this.#rest);
    const named = /^(last|this|next|first|third|fourth|fifth)\s+([a-z]+)/.exec(this.#rest);
    const bare = /^()([a-z]+)/.exec(this.#rest);
    const unitName = counted?.[4] ?? named?.[2] ?? bare?.[2] ?? '';
    const weekday = named !== null && LONG_WEEKDAYS.test(unitName);
    if (weekday) {
      this.#take(/^\w+\s+\w+/);
      this.#weekday = { day: WEEKDAYS.indexOf(unitName.slice(0, 3)), count: COUNTS[named[1] ?? ''] ?? 1 };
      return true;
    }
    const unit = UNITS[unitName.replace(/s$/, '')];
    if (unit === undefined) return false;
    const [whole] = counted ?? named ?? bare ?? [''];
    this.#rest = this.#rest.slice(whole.length).trim();
    let amount = counted === null ? (named === null ? 1 : (COUNTS[named[1] ?? ''] ?? 1)) : Number(counted[2]);
    let micros = counted?.[3] === undefined ? 0 : Number(counted[3].padEnd(6, '0').slice(0, 6));
    const isAgo = this.#take(/^ago\b/) !== undefined;
    if (isAgo !== (counted?.[1] === '-')) {
      amount = -amount;
      micros = -micros;
    }
    const [kind, times] = unit;
    if (kind === 'month') this.#months += amount * times;
    else if (kind === 'day') this.#days += amount * times;
    else {
      this.#seconds += amount * times;
      this.#micros += micros * times;
    }
    this.#isRelative = true;
    return true;
  }

  #word(): boolean {
    const named = this.#take(/^([a-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?(?:\s*,?\s+(\d{4}))?(?=$|[\s,])/);
    if (named !== undefined) {
      if (LONG_MONTHS.test(named[1] ?? ''))
        return this.#setDate(this.#year(named[3]), monthOf(named[1] ?? ''), Number(named[2]));
      this.#rest = `${named[0]} ${this.#rest}`.trim();
    }
    const word = this.#take(/^[a-z]+\.?/)?.[0];
    if (word === undefined) return false;
    if (LONG_WEEKDAYS.test(word)) {
      this.#weekday = { day: WEEKDAYS.indexOf(word.slice(0, 3)), count: 0 };
      return true;
    }
    switch (word) {
      case 'now':
      case 'today':
        this.#isRelative = true;
        return true;
      case 'yesterday':
      case 'tomorrow':
        this.#days += word === 'tomorrow' ? 1 : -1;
        this.#isRelative = true;
        return true;
      default:
        return this.#namedZone(word);
    }
  }

  #namedZone(word: string): boolean {
    const minutes = ZONES[word] ?? (word.length === 1 ? militaryZone(word) : undefined);
    if (minutes === undefined || this.#zone !== undefined) return false;
    // `UTC+2`: the hours are added to the zone.
    const more = this.#take(/^([-+])(\d{1,2}):?(\d{2})?(?=$|\s)(?!\s*[a-z])/);
    const added = more === undefined ? 0 : Number(more[2]) * 60 + Number(more[3] ?? '0');
    this.#zone = more?.[1] === '-' ? minutes - added : minutes + added;
    return true;
  }

  /** A bare number: the year after a date without one, else a time. */
  #number(): boolean {
    const digits = this.#take(/^(\d{1,4})(?=$|\s)/)?.[1];
    if (digits === undefined) return false;
    if (this.#date !== undefined && this.#time !== undefined && digits.length === 4) {
      this.#date = { ...this.#date, year: Number(digits) };
      return true;
    }
    if (this.#time !== undefined) return false;
    const hour = digits.length > 2 ? Math.floor(Number(digits) / 100) : Number(digits);
    const minute = digits.length > 2 ? Number(digits) % 100 : 0;
    if (hour > 23 || minute > 59) return false;
    this.#time = { hour, minute, second: 0, micros: 0 };
    return true;
  }

  #result(): number | undefined {
    const today = civilFromMicros(this.now + zoneTimeAt(this.tz, this.now).offset * MINUTE);
    const date = this.#date ?? today;
    const keepsTime =
      this.#time === undefined && this.#isRelative && this.#date === undefined && this.#weekday === undefined;
    const time = this.#time ?? (keepsTime ? today : { hour: 0, minute: 0, second: 0, micros: 0 });
    let day = date.day + this.#days;
    if (this.#weekday !== undefined && this.#date === undefined) {
      const ahead = (this.#weekday.day - today.weekday + 7) % 7;
      const { count } = this.#weekday;
      day += ahead + 7 * (count - (count > 0 && ahead !== 0 ? 1 : 0));
    }
    const at = microsFromCivil({
      year: date.year,
      month: date.month + this.#months,
      day,
      hour: time.hour,
      minute: time.minute,
      second: time.second,
      micros: time.micros,
    });
    const instant = this.#zone === undefined ? instantOf(this.tz, at) : at - this.#zone * MINUTE;
    return instant + this.#seconds * SECOND + this.#micros;
  }
}

function monthOf(word: string): number {
  return MONTHS.indexOf(word.slice(0, 3)) + 1;
}

/** `[[CC]YY]MMDDhhmm[.ss]`, as touch -t takes it. */
export function parseStamp(text: string, now: number): number | undefined {
  const match = /^(\d{2}|\d{4})?(\d{2})(\d{2})(\d{2})(\d{2})(?:\.(\d{2}))?$/.exec(text);
  if (match === null) return undefined;
  const [, years, month = '', day = '', hour = '', minute = '', second = '0'] = match;
  const year =
    years === undefined
      ? civilFromMicros(now).year
      : years.length === 4
        ? Number(years)
        : Number(years) + (Number(years) < 69 ? 2000 : 1900);
  if (
    Number(month) < 1 ||
    Number(month) > 12 ||
    Number(day) < 1 ||
    Number(day) > daysInMonth(year, Number(month))
  )
    return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  return microsFromCivil({
    year,
    month: Number(month),
    day: Number(day),
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second),
  });
}
