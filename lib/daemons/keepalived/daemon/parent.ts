/** keepalived's first process: starts the VRRP process, starts it again when it dies, passes signals on (core/main.c). */
import { MILLISECOND } from '../../../std/instant';
import { ROOT } from '../../../world/files';
import type {
  DaemonContext,
  DaemonDefinition,
  ExitStatus,
  ProgramContext,
  ProgramRun,
  SignalName,
} from '../../../world/process.contract';
import { log } from './log';
import { readAsParent } from './read-configuration';
import type { ParentState, RunOptions } from './state';
import { EXIT_CONFIG, vrrpMain } from './vrrp-process';

export const VERSION = 'Keepalived v2.2.7 (01/16,2022)';
const KIND = 'keepalived';
const BUILT_FOR = '5.19.11';
const STARTUP = 2 * MILLISECOND;

type Parent = DaemonContext<ParentState>;
function say(parent: Parent, text: string): void {
  log(parent.host, parent.process, parent.state.options, 'Keepalived', text);
}

/** Goes on as a daemon. */
export function* runParent(context: ProgramContext, options: RunOptions): ProgramRun {
  const { host, process } = context;
  const line = (text: string): void => log(host, process, options, 'Keepalived', text);
  line(`Starting ${VERSION}`);
  line(`Running on ${kernelOf(context)} (built for Linux ${BUILT_FOR})`);
  line(`Command line: ${context.argv.map((word) => `'${word}'`).join(' ')}`);
  yield* context.sleep(STARTUP);
  const { lines, files, needs, refused, hasAutoPriority, notModelled } = readAsParent({
    host,
    process,
    options,
    isReload: false,
  });
  for (const text of lines) line(text);
  for (const keyword of notModelled) line(`not modelled: ${keyword}`);
  if (refused) {
    line(`Stopped ${VERSION}`);
    return EXIT_CONFIG;
  }
  if (!hasAutoPriority)
    line('NOTICE: setting config option max_auto_priority should result in better keepalived performance');
  context.fs.writeFile(options.pidFile, `${context.pid}\n`, context.who);
  const state: ParentState = {
    options,
    vrrpPid: 0,
    needsVrrp: needs.vrrp,
    stopping: false,
    exitCode: 0,
    files,
  };
  if (needs.vrrp) {
    const pid = context.spawn(vrrpSpawn(process.argv, options));
    state.vrrpPid = typeof pid === 'number' ? pid : 0;
    line(`Starting VRRP child process, pid=${state.vrrpPid}`);
  } else line('Warning - keepalived has no configuration to run');
  context.become(KIND, state);
  line('Startup complete');
  context.notify('READY=1');
  return yield* context.serve();
}
function vrrpSpawn(argv: readonly string[], options: RunOptions) {
  return {
    argv,
    program: vrrpMain(options),
    comm: 'keepalived',
    parentDeathSignal: 'TERM' as SignalName,
  };
}
function kernelOf(context: ProgramContext): string {
  const read = (name: string, fallback: string): string => {
    const text = context.fs.readFile(`/proc/sys/kernel/${name}`, ROOT);
    return typeof text === 'string' && text.trim() !== '' ? text.trim() : fallback;
  };
  return `${read('ostype', 'Linux')} ${read('osrelease', '6.1.0-40-amd64')} ${read('version', '#1 SMP PREEMPT_DYNAMIC Debian 6.1.153-1 (2025-09-20)')}`;
}

function stop(parent: Parent): void {
  const { state } = parent;
  if (state.stopping) return;
  state.stopping = true;
  say(parent, 'Stopping');
  parent.notify('STOPPING=1');
  if (state.vrrpPid === 0) stopped(parent);
  else parent.world.kill(parent.host, state.vrrpPid, 'TERM');
}
function stopped(parent: Parent): void {
  const { state, host } = parent;
  host.fs.unlink(state.options.pidFile, ROOT);
  if (state.options.logsDetails)
    say(parent, 'CPU usage (self/children) user: 0.000000/0.000000 system: 0.000000/0.000000');
  say(parent, `Stopped ${VERSION}`);
  parent.exit(state.exitCode);
}

function reload(parent: Parent): void {
  const { state, host, process } = parent;
  if (state.stopping) return;
  parent.notify('RELOADING=1');
  say(parent, 'Reloading ...');
  const { lines, files, needs } = readAsParent({ host, process, options: state.options, isReload: true });
  for (const text of lines) say(parent, text);
  state.files = files;
  state.needsVrrp = needs.vrrp;
  if (state.vrrpPid !== 0) parent.world.kill(host, state.vrrpPid, 'HUP');
  else if (needs.vrrp) startVrrp(parent);
  parent.notify('READY=1');
}
function startVrrp(parent: Parent): void {
  const pid = parent.spawn(vrrpSpawn(parent.process.argv, parent.state.options));
  parent.state.vrrpPid = typeof pid === 'number' ? pid : 0;
  say(parent, `Starting VRRP child process, pid=${parent.state.vrrpPid}`);
}

/** The child died (`report_child_status`, `vrrp_respawn_thread`). */
function childEnded(parent: Parent, pid: number, status: ExitStatus): void {
  const { state } = parent;
  if (pid !== state.vrrpPid) return;
  state.vrrpPid = 0;
  if (state.stopping) {
    stopped(parent);
    return;
  }
  if (status.code === EXIT_CONFIG) {
    say(parent, `pid ${pid} exited with permanent error CONFIG. Terminating`);
    state.exitCode = EXIT_CONFIG;
    stop(parent);
    return;
  }
  if (status.signal !== undefined && !QUIET.has(status.signal))
    say(parent, `Keepalived_vrrp exited due to signal ${FATAL[status.signal] ?? 0} (${status.signal})`);
  else if (status.code !== undefined && status.code !== 0)
    say(parent, `Keepalived_vrrp exited with status ${status.code}`);
  if (!state.options.respawns) {
    say(parent, `VRRP child process(${pid}) died: Exiting`);
    stop(parent);
    return;
  }
  say(parent, `VRRP child process(${pid}) died: Respawning`);
  startVrrp(parent);
}
const QUIET: ReadonlySet<SignalName> = new Set(['KILL', 'TERM', 'HUP', 'INT']);
const FATAL: Readonly<Partial<Record<SignalName, number>>> = { SEGV: 11, ABRT: 6, BUS: 7, FPE: 8, ILL: 4 };

export const parentDaemon: DaemonDefinition<ParentState> = {
  kind: KIND,
  onSignal(parent, signal) {
    switch (signal) {
      case 'TERM':
      case 'INT':
        stop(parent);
        return 'handled';
      case 'HUP':
        reload(parent);
        return 'handled';
      case 'USR1':
      case 'USR2':
        if (signal === 'USR1')
          say(parent, `Printing parent data for process(${parent.process.pid}) on signal`);
        if (parent.state.vrrpPid !== 0) parent.world.kill(parent.host, parent.state.vrrpPid, signal);
        return 'handled';
      case 'PIPE':
      case 'CHLD':
        return 'handled';
      default:
        return 'default';
    }
  },
  onChildExit: childEnded,
  runningFiles: (parent) => (parent.state.vrrpPid === 0 ? parent.state.files : []),
};
