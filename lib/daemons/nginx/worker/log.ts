/** Access logs. Source: nginx 1.22 src/http/modules/ngx_http_log_module.c. */
import type { AccessLog } from '../config';
import { openLog, sendSyslog, writeLog } from '../group';
import { type Asking, escapeValue, evaluate, variable } from './variables';

export function logAccess(asking: Asking): void {
  const { runtime, request } = asking;
  for (const log of runtime.location(request.location).logs) {
    if (log.condition !== undefined) {
      const value = evaluate(asking, log.condition);
      if (value === '' || value === '0') continue;
    }
    write(asking, log);
  }
}
function write(asking: Asking, log: AccessLog): void {
  const { runtime } = asking;
  const format = runtime.configuration.formats.get(log.format);
  if (format === undefined) return;
  let line = '';
  for (const part of format.parts) {
    if (typeof part === 'string') line += part;
    else if ('variable' in part) line += escapeValue(variable(asking, part.variable), format.escape);
  }
  const { target } = log;
  switch (target.kind) {
    case 'file':
      writeLog(runtime.host, runtime.group, target.path, `${line}\n`);
      return;
    case 'template': {
      const path = evaluate(asking, target.path);
      if (!runtime.group.logs.has(path)) openLog(runtime.host, runtime.group, path);
      writeLog(runtime.host, runtime.group, path, `${line}\n`);
      return;
    }
    case 'syslog':
      sendSyslog(runtime, target, severityOf(target.severity), line);
      return;
    default:
      runtime.print(`${line}\n`);
  }
}
function severityOf(
  word: string,
): 'info' | 'error' | 'warn' | 'notice' | 'crit' | 'alert' | 'emerg' | 'debug' {
  switch (word) {
    case 'error':
    case 'warn':
    case 'notice':
    case 'crit':
    case 'alert':
    case 'emerg':
    case 'debug':
      return word;
    default:
      return 'info';
  }
}
