/**
 * Time zones as the variable TZ names them. Holds the zones that people type most, with the rules of today: EU summer
 * time since 1996, US daylight time since 2007 and before. Not modelled: other zones of the tz database (UTC under
 * the name given, as glibc does with a name it does not find), rules of other years, rules in TZ itself.
 */
import { civilFromMicros, microsFromCivil } from './civil';

/** What a clock on the wall shows: minutes east of UTC, and the abbreviation. */
export interface ZoneTime {
  readonly name: string;
  readonly offset: number;
}
export const UTC: ZoneTime = { name: 'UTC', offset: 0 };

type Rule = 'none' | 'eu' | 'us';
interface Zone {
  readonly standard: ZoneTime;
  readonly summer: ZoneTime | undefined;
  readonly rule: Rule;
}

const HOUR = 60;
const MINUTE_MICROS = 60_000_000;

function zone(names: string, hours: number, rule: Rule = 'none'): Zone {
  const [standard = 'UTC', summer] = names.split(' ');
  const offset = Math.round(hours * HOUR);
  return {
    standard: { name: standard, offset },
    summer: summer === undefined ? undefined : { name: summer, offset: offset + HOUR },
    rule,
  };
}

const WESTERN = zone('WET WEST', 0, 'eu');
const CENTRAL = zone('CET CEST', 1, 'eu');
const EASTERN = zone('EET EEST', 2, 'eu');
const UTC_ZONE = zone('UTC', 0);

const ZONES: Readonly<Record<string, Zone>> = {
  UTC: UTC_ZONE,
  UCT: UTC_ZONE,
  'Etc/UTC': UTC_ZONE,
  'Etc/UCT': UTC_ZONE,
  Zulu: UTC_ZONE,
  GMT: zone('GMT', 0),
  'Etc/GMT': zone('GMT', 0),
  WET: WESTERN,
  CET: CENTRAL,
  MET: zone('MET MEST', 1, 'eu'),
  EET: EASTERN,
  EST: zone('EST', -5),
  MST: zone('MST', -7),
  HST: zone('HST', -10),
  EST5EDT: zone('EST EDT', -5, 'us'),
  CST6CDT: zone('CST CDT', -6, 'us'),
  MST7MDT: zone('MST MDT', -7, 'us'),
  PST8PDT: zone('PST PDT', -8, 'us'),
  'Europe/London': zone('GMT BST', 0, 'eu'),
  'Europe/Dublin': zone('GMT IST', 0, 'eu'),
  'Europe/Lisbon': WESTERN,
  'Europe/Moscow': zone('MSK', 3),
  'Europe/Istanbul': zone('+03', 3),
  'Africa/Cairo': zone('EET', 2),
  'Africa/Johannesburg': zone('SAST', 2),
  'Africa/Lagos': zone('WAT', 1),
  'Africa/Nairobi': zone('EAT', 3),
  'America/New_York': zone('EST EDT', -5, 'us'),
  'America/Toronto': zone('EST EDT', -5, 'us'),
  'America/Chicago': zone('CST CDT', -6, 'us'),
  'America/Denver': zone('MST MDT', -7, 'us'),
  'America/Phoenix': zone('MST', -7),
  'America/Los_Angeles': zone('PST PDT', -8, 'us'),
  'America/Vancouver': zone('PST PDT', -8, 'us'),
  'America/Anchorage': zone('AKST AKDT', -9, 'us'),
  'America/Sao_Paulo': zone('-03', -3),
  'America/Bogota': zone('-05', -5),
  'America/Mexico_City': zone('CST', -6),
  'US/Eastern': zone('EST EDT', -5, 'us'),
  'US/Central': zone('CST CDT', -6, 'us'),
  'US/Mountain': zone('MST MDT', -7, 'us'),
  'US/Pacific': zone('PST PDT', -8, 'us'),
  'Asia/Dubai': zone('+04', 4),
  'Asia/Karachi': zone('PKT', 5),
  'Asia/Kolkata': zone('IST', 5.5),
  'Asia/Calcutta': zone('IST', 5.5),
  'Asia/Bangkok': zone('+07', 7),
  'Asia/Jakarta': zone('WIB', 7),
  'Asia/Shanghai': zone('CST', 8),
  'Asia/Hong_Kong': zone('HKT', 8),
  'Asia/Singapore': zone('+08', 8),
  'Asia/Manila': zone('PST', 8),
  'Asia/Tokyo': zone('JST', 9),
  Japan: zone('JST', 9),
  'Asia/Seoul': zone('KST', 9),
  'Australia/Brisbane': zone('AEST', 10),
  'Australia/Perth': zone('AWST', 8),
};
for (const city of 'Amsterdam Andorra Belgrade Berlin Brussels Budapest Copenhagen Luxembourg Madrid Malta Monaco Oslo Paris Prague Rome Stockholm Vienna Warsaw Zurich'.split(
  ' ',
))
  Object.assign(ZONES, { [`Europe/${city}`]: CENTRAL });
for (const city of 'Athens Bucharest Helsinki Kyiv Kiev Riga Sofia Tallinn Vilnius'.split(' '))
  Object.assign(ZONES, { [`Europe/${city}`]: EASTERN });

/** The zone that TZ (undefined: not set) stands for. */
function zoneOf(tz: string | undefined): Zone {
  const name = (tz ?? 'UTC').replace(/^:/, '').replace(/^\/usr\/share\/zoneinfo\//, '');
  const known = Object.hasOwn(ZONES, name) ? ZONES[name] : undefined;
  if (known !== undefined) return known;
  const posix = /^(?:([A-Za-z]{3,})|<([-+A-Za-z0-9]{3,})>)([-+]?\d{1,2})(?::(\d{2}))?([A-Za-z]{3,})?$/.exec(
    name,
  );
  if (posix === null) {
    const letters = /^[A-Za-z]{3,}/.exec(name)?.[0];
    return name === '' || letters === undefined ? UTC_ZONE : zone(letters, 0);
  }
  const [, plain, quoted, hours = '0', minutes = '0', summer] = posix;
  const size = Math.abs(Number(hours)) + Number(minutes) / HOUR;
  const west = hours.startsWith('-') ? -size : size;
  return zone(
    `${plain ?? quoted ?? 'UTC'}${summer === undefined ? '' : ` ${summer}`}`,
    west === 0 ? 0 : -west,
    summer === undefined ? 'none' : 'us',
  );
}

/** What clocks show at an instant of UTC. @param epochMicros microseconds since 1970 */
export function zoneTimeAt(tz: string | undefined, epochMicros: number): ZoneTime {
  const { standard, summer, rule } = zoneOf(tz);
  if (summer === undefined || rule === 'none') return standard;
  return isSummer(rule, standard.offset, epochMicros) ? summer : standard;
}

/** The instant at which clocks there show a civil time, given as if it were UTC. */
export function instantOf(tz: string | undefined, civilMicros: number): number {
  const guess = civilMicros - zoneTimeAt(tz, civilMicros).offset * MINUTE_MICROS;
  return civilMicros - zoneTimeAt(tz, guess).offset * MINUTE_MICROS;
}

function isSummer(rule: 'eu' | 'us', offset: number, at: number): boolean {
  const { year } = civilFromMicros(at + offset * MINUTE_MICROS);
  if (rule === 'eu')
    return (
      year >= 1996 &&
      at >= sunday(year, { month: 3, last: true }, 1, 0) &&
      at < sunday(year, { month: 10, last: true }, 1, 0)
    );
  if (year < 1987) return false;
  const begins = year < 2007 ? { month: 4, nth: 1 } : { month: 3, nth: 2 };
  const ends = year < 2007 ? { month: 10, last: true } : { month: 11, nth: 1 };
  return at >= sunday(year, begins, 2, offset) && at < sunday(year, ends, 1, offset);
}

/** A Sunday of a month at an hour of standard time. */
function sunday(
  year: number,
  which: { readonly month: number; readonly nth?: number; readonly last?: boolean },
  hour: number,
  offset: number,
): number {
  const month = which.last === true ? which.month + 1 : which.month;
  const first = civilFromMicros(microsFromCivil({ year, month, day: 1 })).weekday;
  const firstSunday = 1 + ((7 - first) % 7);
  const day = which.last === true ? firstSunday - 7 : firstSunday + 7 * ((which.nth ?? 1) - 1);
  return microsFromCivil({ year, month, day, hour }) - offset * MINUTE_MICROS;
}

/** The names of all zones that are known, sorted. */
export const ZONE_NAMES: readonly string[] = Object.keys(ZONES).sort();
export function knowsZone(name: string): boolean {
  return Object.hasOwn(ZONES, name);
}
