/** How keepalived writes its log: syslog, and with -l the console of a process that was not forked. */
import { strftime } from '../../../std/civil';
import type { Host } from '../../../world/world.contract';
import type { ProcessState } from '../../../world/process.contract';
import type { RunOptions } from './state';

type Ident = 'Keepalived' | 'Keepalived_vrrp';

/** One line. */
export function log(
  host: Host,
  process: ProcessState,
  options: RunOptions,
  ident: Ident,
  text: string,
): void {
  if (text === '') return;
  if (options.logsToSyslog) {
    host.syslog({
      facility: options.facility,
      priority: 'info',
      tag: ident,
      pid: process.pid,
      text,
      transport: 'syslog',
      uid: process.uid,
      ...(process.unit === undefined ? {} : { unit: process.unit }),
    });
  }
  if (options.logsToConsole && process.stderr.kind !== 'null')
    host.streams.target(process.stderr).write(`${strftime('%a %b %e %H:%M:%S %Y', host.clock())}: ${text}\n`);
}
