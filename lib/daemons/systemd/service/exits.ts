/** What the end of a process means for its service. Sources: systemd.service(5) "Restart=", "SuccessExitStatus="; systemd 252 `service_sigchld_event`. */
import type { ExitStatus } from '../../../world/process.contract';
import { SIGNAL_NUMBERS } from '../../../world/signals';
import { exitStatusName } from '../exit-status';
import type { ExecStatus, Result, ServiceSettings, ServiceState } from '../state';

/** Table 1 of systemd.service(5): "Exit causes and the effect of the Restart= settings". */
export function shallRestart(settings: ServiceSettings, service: ServiceState): boolean {
  if (service.forbidRestart) return false;
  const { main } = service;
  const isIn = (set: ServiceSettings['restartForce']): boolean =>
    main !== undefined &&
    main.code !== 0 &&
    (main.code === 1
      ? set.codes.includes(main.status)
      : set.signals.some((signal) => SIGNAL_NUMBERS[signal] === main.status));
  if (isIn(settings.restartPrevent)) return false;
  if (isIn(settings.restartForce)) return true;
  switch (settings.restart) {
    case 'no':
      return false;
    case 'always':
      return true;
    case 'on-success':
      return service.result === 'success';
    case 'on-failure':
      return service.result !== 'success';
    case 'on-abnormal':
      return service.result !== 'success' && service.result !== 'exit-code';
    case 'on-watchdog':
      return service.result === 'watchdog';
    case 'on-abort':
      return service.result === 'signal' || service.result === 'core-dump';
  }
}
/** Daemons may end by the usual signals; a oneshot command may not. */
export function resultOf(
  { successExit }: ServiceSettings,
  service: ServiceState,
  status: ExitStatus,
  isDaemon: boolean,
): Result {
  if (status.signal === undefined) {
    const code = status.code ?? 0;
    return code === 0 || successExit.codes.includes(code) ? 'success' : 'exit-code';
  }
  if (successExit.signals.includes(status.signal)) return 'success';
  if (isDaemon && ['HUP', 'INT', 'TERM', 'PIPE'].includes(status.signal)) return 'success';
  return service.oomKilled ? 'oom-kill' : 'signal';
}
/** `code=exited, status=1/FAILURE`. */
export function exitText(status: ExitStatus): string {
  if (status.signal !== undefined)
    return `code=killed, status=${SIGNAL_NUMBERS[status.signal]}/${status.signal}`;
  const code = status.code ?? 0;
  return `code=exited, status=${code}/${exitStatusName(code) ?? 'n/a'}`;
}
export function closeStatus(record: ExecStatus, status: ExitStatus, at: number): void {
  record.endedAt = at;
  record.code = status.signal === undefined ? 1 : 2;
  record.status = status.signal === undefined ? (status.code ?? 0) : SIGNAL_NUMBERS[status.signal];
}
