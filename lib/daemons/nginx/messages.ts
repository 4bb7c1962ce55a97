/** How nginx writes what it has to say: levels, times, system errors. Source: nginx 1.22 src/core/ngx_log.c, ngx_times.c. */
import { errorOf, isErrno } from '../../std/errno';
import { strftime } from '../../std/civil';
import type { LogLevel } from './config';

export const VERSION = 'nginx/1.22.1';
const LEVELS: readonly LogLevel[] = ['emerg', 'alert', 'crit', 'error', 'warn', 'notice', 'info', 'debug'];

/** 1 emerg … 8 debug. */
export function rank(level: LogLevel): number {
  return LEVELS.indexOf(level) + 1;
}
/** NGX_MAX_ERROR_STR: a line is cut there, its end included. */
const LONGEST_LINE = 2_048;

/** A line of the error log. `clock`: microseconds since 1970. */
export function logLine(clock: number, level: LogLevel, pid: number, text: string): string {
  const line = `${strftime('%Y/%m/%d %H:%M:%S', clock)} [${level}] ${pid}#${pid}: ${text}`;
  return `${line.slice(0, LONGEST_LINE - 1)}\n`;
}
/** What was said while files were read: most of it bears a time. */
export function messageLine(
  clock: number,
  pid: number,
  { level, text }: { readonly level: LogLevel | 'print'; readonly text: string },
): string {
  return level === 'print' ? text : logLine(clock, level, pid, text);
}
/** The same for somebody who waits at a terminal. */
export function consoleLine(level: LogLevel, text: string): string {
  return `nginx: [${level}] ${text}\n`;
}

/** `(2: No such file or directory)` */
export function systemError(errno: string): string {
  const { number, text } = isErrno(errno) ? errorOf(errno) : { number: 0, text: errno };
  return `(${number}: ${text})`;
}
