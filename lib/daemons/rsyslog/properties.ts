/** What a message is, by the names of its properties. Source: rsyslog 8.2302 "rsyslog Properties". */
import { strftime } from '../../std/civil';
import { SYSLOG_PRIORITIES } from '../../protocols/syslog';

export interface Message {
  facility: string;
  priority: string;
  /** `haproxy[83]:`. */
  syslogtag: string;
  programname: string;
  procid: string;
  /** What follows the tag, its space first. */
  msg: string;
  hostname: string;
  /** Wall clock in microseconds. */
  at: number;
}

export const FACILITIES: readonly string[] = [
  ...['kern', 'user', 'mail', 'daemon', 'auth', 'syslog', 'lpr', 'news', 'uucp', 'cron', 'authpriv', 'ftp'],
  ...['ntp', 'audit', 'alert', 'clock'],
  ...['local0', 'local1', 'local2', 'local3', 'local4', 'local5', 'local6', 'local7'],
];
const TIMES = new Set(['timestamp', 'timereported', 'timegenerated']);
const PROPERTIES: Readonly<Record<string, (message: Message) => string>> = {
  msg: ({ msg }) => msg,
  rawmsg: (message) =>
    `<${codeOf(message)}>${timeOf(message.at, 'rfc3164')} ${message.syslogtag}${message.msg}`,
  'rawmsg-after-pri': (message) => `${timeOf(message.at, 'rfc3164')} ${message.syslogtag}${message.msg}`,
  hostname: ({ hostname }) => hostname,
  source: ({ hostname }) => hostname,
  fromhost: ({ hostname }) => hostname,
  'fromhost-ip': () => '127.0.0.1',
  syslogtag: ({ syslogtag }) => syslogtag,
  programname: ({ programname }) => programname,
  'app-name': ({ programname }) => programname,
  procid: ({ procid }) => (procid === '' ? '-' : procid),
  msgid: () => '-',
  'structured-data': () => '-',
  'protocol-version': () => '0',
  inputname: () => 'imuxsock',
  pri: (message) => String(codeOf(message)),
  'pri-text': ({ facility, priority }) => `${facility}.${priority}`,
  syslogfacility: ({ facility }) => String(FACILITIES.indexOf(facility)),
  'syslogfacility-text': ({ facility }) => facility,
  syslogseverity: (message) => String(levelOf(message)),
  syslogpriority: (message) => String(levelOf(message)),
  'syslogseverity-text': ({ priority }) => priority,
  'syslogpriority-text': ({ priority }) => priority,
  timestamp: ({ at }) => timeOf(at, 'rfc3164'),
  timereported: ({ at }) => timeOf(at, 'rfc3164'),
  timegenerated: ({ at }) => timeOf(at, 'rfc3164'),
  $now: ({ at }) => strftime('%Y-%m-%d', at),
  $year: ({ at }) => strftime('%Y', at),
  $month: ({ at }) => strftime('%m', at),
  $day: ({ at }) => strftime('%d', at),
  $hour: ({ at }) => strftime('%H', at),
  $minute: ({ at }) => strftime('%M', at),
  $myhostname: ({ hostname }) => hostname,
};

export function isProperty(name: string): boolean {
  return PROPERTIES[name.toLowerCase()] !== undefined;
}
/** A property's value; of one that is none, nothing. */
export function propertyOf(name: string, message: Message): string {
  return PROPERTIES[name.toLowerCase()]?.(message) ?? '';
}
/** A property of time in one of the forms that have names; any other property as it is. */
export function datedProperty(name: string, message: Message, form: string): string {
  return TIMES.has(name.toLowerCase()) ? timeOf(message.at, form) : propertyOf(name, message);
}
function timeOf(at: number, form: string): string {
  switch (form) {
    case 'rfc3339':
      return `${strftime('%Y-%m-%dT%H:%M:%S', at)}.${String(at % 1_000_000).padStart(6, '0')}+00:00`;
    case 'mysql':
    case 'pgsql':
      return strftime(form === 'mysql' ? '%Y%m%d%H%M%S' : '%Y-%m-%d %H:%M:%S', at);
    case 'unixtimestamp':
      return String(Math.floor(at / 1_000_000));
    case 'year':
    case 'month':
    case 'day':
    case 'hour':
    case 'minute':
    case 'second':
      return strftime(
        { year: '%Y', month: '%m', day: '%d', hour: '%H', minute: '%M', second: '%S' }[form],
        at,
      );
    default:
      return strftime('%b %e %H:%M:%S', at);
  }
}
function levelOf({ priority }: Message): number {
  return Math.max(0, (SYSLOG_PRIORITIES as readonly string[]).indexOf(priority));
}
function codeOf(message: Message): number {
  return Math.max(0, FACILITIES.indexOf(message.facility)) * 8 + levelOf(message);
}
