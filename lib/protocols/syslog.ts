/** What syslog calls its severities: each one's index is its code. Source: RFC 3164 4.1.1, syslog(3). */
export const SYSLOG_PRIORITIES = [
  'emerg',
  'alert',
  'crit',
  'err',
  'warning',
  'notice',
  'info',
  'debug',
] as const;
export type SyslogPriority = (typeof SYSLOG_PRIORITIES)[number];
