/** Fields of journal entries, and which entries a command line selects. Source: systemd.journal-fields(7). */
import { SYSLOG_PRIORITIES } from '../../../protocols/syslog';
import type { Host, LoggedEntry } from '../../../world/world.contract';
import { globMatches } from '../unit-file/names';
import { isPattern } from '../../../std/fnmatch';

/** By number; those without a name are their number. */
export const FACILITIES = [
  'kern',
  'user',
  'mail',
  'daemon',
  'auth',
  'syslog',
  'lpr',
  'news',
  'uucp',
  'cron',
  'authpriv',
  'ftp',
  '12',
  '13',
  '14',
  '15',
  'local0',
  'local1',
  'local2',
  'local3',
  'local4',
  'local5',
  'local6',
  'local7',
];

/** Messages of a unit's processes, and the manager's about it. */
export function aboutUnit(entry: LoggedEntry, unit: string): boolean {
  if (isPattern(unit))
    return (
      (entry.unit !== undefined && globMatches(unit, entry.unit)) ||
      (entry.about !== undefined && globMatches(unit, entry.about))
    );
  return entry.unit === unit || entry.about === unit;
}
export function priorityOf(entry: LoggedEntry): number {
  return SYSLOG_PRIORITIES.indexOf(entry.priority);
}
/** The unit of the sender; undefined when it was in no unit's control group. */
export function unitOf({ unit }: LoggedEntry): string | undefined {
  return unit?.includes('.') === true ? unit : undefined;
}
/** All fields of an entry by name. */
export function fieldsOf(entry: LoggedEntry, host: Host): [string, string][] {
  const process = entry.pid === undefined ? undefined : host.process(entry.pid);
  const facility = FACILITIES.indexOf(entry.facility);
  const fields: [string, string | undefined][] = [
    ['PRIORITY', String(priorityOf(entry))],
    ['SYSLOG_FACILITY', facility === -1 ? undefined : String(facility)],
    ['SYSLOG_IDENTIFIER', entry.tag],
    [
      'SYSLOG_PID',
      entry.transport === 'syslog' && entry.pid !== undefined && entry.bare !== true
        ? String(entry.pid)
        : undefined,
    ],
    ['UNIT', entry.about],
    ['MESSAGE', entry.text],
    ['_TRANSPORT', entry.transport],
    ['_PID', entry.pid === undefined ? undefined : String(entry.pid)],
    ['_UID', entry.uid === undefined ? undefined : String(entry.uid)],
    ['_GID', process === undefined ? undefined : String(process.gid)],
    ['_COMM', entry.comm],
    ['_EXE', process?.exe === '' ? undefined : process?.exe],
    ['_CMDLINE', process?.argv.join(' ')],
    ['_SYSTEMD_UNIT', unitOf(entry)],
    [
      '_SYSTEMD_SLICE',
      unitOf(entry) === undefined || entry.unit === 'init.scope' ? undefined : 'system.slice',
    ],
    ['_BOOT_ID', entry.boot],
    ['_HOSTNAME', host.state.hostname],
  ];
  return fields.flatMap(([name, value]): [string, string][] => (value === undefined ? [] : [[name, value]]));
}
export function priorityNamed(word: string): LoggedEntry['priority'] | undefined {
  if (/^[0-7]$/.test(word)) return SYSLOG_PRIORITIES[Number(word)];
  const name = { error: 'err', warn: 'warning', panic: 'emerg' }[word] ?? word;
  return SYSLOG_PRIORITIES.find((priority) => priority === name);
}
