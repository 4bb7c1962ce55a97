/** Commands of the master's socket. Source: HAProxy 2.6 management guide §9.4; recorded answers. */
import { SECOND, type Micros } from '../../../std/instant';
import type { DaemonContext } from '../../../world/process.contract';
import { askReload, type MasterState } from '../master';
import { VERSION } from '../messages';

const HELP = `The following commands are valid at this level:
  @!<pid>                                 : send a command to the <pid> process
  @<relative pid>                         : send a command to the <relative pid> process
  @master                                 : send a command to the master process
  operator                                : lower the level of the current CLI session to operator
  reload                                  : reload haproxy
  show cli level                          : display the level of the current CLI session
  show cli sockets                        : dump list of cli sockets
  show proc                               : show processes status
  show version                            : show version of the current process
  user                                    : lower the level of the current CLI session to user
  help [<command>]                        : list matching or all commands
  prompt                                  : toggle interactive mode with prompt
  quit                                    : disconnect
`;

export function executeMaster(master: DaemonContext<MasterState>, command: string): string {
  switch (command) {
    case 'show proc':
      return processes(master);
    case 'show version':
      return `${VERSION}\n`;
    case 'show cli level':
      return 'admin\n';
    case 'show cli sockets':
      return `# socket lvl processes\nunix@${(master.state.line.masterSocket ?? '').split(',')[0] ?? ''} admin master\n`;
    case 'reload':
      askReload(master);
      return '';
    case 'operator':
    case 'user':
    case '':
      return '';
    case 'help':
      return HELP;
    default:
      return HELP.replace(
        'The following commands are valid at this level:',
        'Unknown command, but maybe one of the following ones is a better match:',
      );
  }
}

function processes({ state, process, kernel }: DaemonContext<MasterState>): string {
  const row = (pid: number, type: string, reloads: string, since: Micros): string =>
    `${String(pid).padEnd(15)} ${type.padEnd(15)} ${reloads.padEnd(15)} ${uptime(kernel.now - since).padEnd(15)} ${VERSION.padEnd(15)}\n`;
  const failed = state.failedReloads > 0 ? ` [failed: ${state.failedReloads}]` : '';
  const current = state.workers.filter(({ isFormer }) => !isFormer);
  const former = state.workers.filter(({ isFormer }) => isFormer);
  const rows = (workers: typeof current): string =>
    workers.map(({ pid, reloads, startedAt }) => row(pid, 'worker', String(reloads), startedAt)).join('');
  return `${'#<PID>'.padEnd(15)} ${'<type>'.padEnd(15)} ${'<reloads>'.padEnd(15)} ${'<uptime>'.padEnd(15)} ${'<version>'.padEnd(15)}\n${row(process.pid, 'master', `${state.reloads}${failed}`, process.startedAt)}# workers\n${rows(current)}${former.length > 0 ? `# old workers\n${rows(former)}` : ''}# programs\n`;
}
function uptime(micros: Micros): string {
  const seconds = Math.floor(micros / SECOND);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${Math.floor(seconds / 86_400)}d${two(Math.floor(seconds / 3_600) % 24)}h${two(Math.floor(seconds / 60) % 60)}m${two(seconds % 60)}s`;
}
