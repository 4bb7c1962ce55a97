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
import { CONFIG_PROBLEM, EXIT_CONFIG, vrrpMain } from './vrrp-process';

export const VERSION = 'Keepalived v2.2.7 (01/16,2022)';
const KIND = 'keepalived';
const BUILT_FOR = '5.19.11';
const STARTUP = 2 * MILLISECOND;
const CHILD_STARTS = 9_900;
const COMPLETE = 'keepalived.complete';
/** Recorded exit codes of the whole: a child's permanent error, a missing file. */
const EXIT_NO_FILE = 6;

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
    for (const text of farewell(options)) line(text);
    return EXIT_NO_FILE;
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
  context.world.timer(host, context.pid, 'complete', context.kernel.now + CHILD_STARTS, {
    name: COMPLETE,
    data: { what: 'Startup' },
  });
  return yield* context.serve();
}
/** The child has read its configuration by then, or is gone. */
function complete(parent: Parent, what: string): void {
  if (parent.state.stopping || (parent.state.needsVrrp && parent.state.vrrpPid === 0)) return;
  if (parent.state.needsVrrp) say(parent, `${what} complete`);
  parent.notify('READY=1');
}
function vrrpSpawn(argv: readonly string[], options: RunOptions) {
  return {
    argv,
    program: vrrpMain(options),
    comm: 'keepalived',
    parentDeathSignal: 'TERM' as SignalName,
  };
}
/** As uname(2) tells it. */
export function kernelOf(context: ProgramContext): string {
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
  for (const text of farewell(state.options)) say(parent, text);
  parent.exit(state.exitCode);
}

function farewell(options: RunOptions): string[] {
  const usage = 'CPU usage (self/children) user: 0.000000/0.000000 system: 0.000000/0.000000';
  return [...(options.logsDetails ? [usage] : []), `Stopped ${VERSION}`];
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
  parent.setTimer('complete', parent.kernel.now + CHILD_STARTS, COMPLETE, { what: 'Reload' });
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
    parent.notify(CONFIG_PROBLEM);
    state.exitCode = EXIT_CONFIG;
    state.stopping = true;
    stopped(parent);
    return;
  }
  sayHowItEnded(parent, pid, status);
  if (!state.options.respawns) {
    say(parent, `VRRP child process(${pid}) died: Exiting`);
    stop(parent);
    return;
  }
  say(parent, `VRRP child process(${pid}) died: Respawning`);
  for (const text of PLEASE) say(parent, text);
  say(parent, 'Restart of VRRP process delayed 0 seconds to limit respawn rate');
  startVrrp(parent);
}
const PLEASE = [
  '  Please log an issue at https://github.com/acassen/keepalived/issues/',
  '  and include a full copy of your keepalived configuration files, and',
  '  copies of the keepalived system log entries around the time this happened',
];
function sayHowItEnded(parent: Parent, pid: number, { code, signal }: ExitStatus): void {
  if (signal !== undefined) {
    const [number, name] = SIGNALS[signal] ?? [0, signal];
    const doubt = signal === 'KILL' ? ' - has rlimit_rttime been exceeded?' : '';
    say(parent, `pid ${pid} exited due to signal ${number} (${name})${doubt}`);
  } else if (code !== 0) say(parent, `pid ${pid} exited with status ${code ?? 0}`);
}
const SIGNALS: Readonly<Partial<Record<SignalName, readonly [number, string]>>> = {
  KILL: [9, 'Killed'],
  SEGV: [11, 'Segmentation fault'],
  ABRT: [6, 'Aborted'],
  BUS: [7, 'Bus error'],
  FPE: [8, 'Floating point exception'],
  ILL: [4, 'Illegal instruction'],
  QUIT: [3, 'Quit'],
};

export const parentDaemon: DaemonDefinition<ParentState> = {
  kind: KIND,
  register(world) {
    world.callback<{ what: string }>(COMPLETE, ({ host, pid, data }) => {
      const process = host.process(pid);
      // The kind says whose state it is.
      if (process?.daemon?.kind === KIND) complete(host.daemonContext(pid) as Parent, data.what);
    });
  },
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
