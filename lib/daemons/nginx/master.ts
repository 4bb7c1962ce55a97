/**
 * The master: it keeps workers running, replaces them at a reload, reopens logs, and ends when they have ended.
 * Source: nginx 1.22 src/os/unix/ngx_process_cycle.c, ngx_process.c; recorded logs. Not modelled: changing the binary (SIGUSR2).
 */
import { MILLISECOND } from '../../std/instant';
import { ROOT } from '../../world/files';
import type { ResolveEvent } from '../../world/network.contract';
import type { DaemonContext, ExitStatus, SignalName } from '../../world/process.contract';
import { SIGNAL_NUMBERS } from '../../world/signals';
import type { Host, World } from '../../world/world.contract';
import { type Checked, check } from './check';
import type { CommandLine } from './command-line';
import type { Configuration, LogLevel } from './config';
import { bindAll, closeSockets, forkWorker, newWorker, updateAccepting } from './fork';
import { type Group, groupOf, makeCaches, openLog, reopenLogs, writeError, writeLog } from './group';
import { hasNameServer, surroundingsOf } from './load';
import { systemError } from './messages';
import { deepFreeze } from '../../std/plain';

/** Reading the configuration takes so much processor time. */
export const LOAD_COST = 8 * MILLISECOND;
/** Between the new workers' start and the old ones' end. */
const OVERLAP = 100 * MILLISECOND;
const BIND_PAUSE = 500 * MILLISECOND;
const BIND_TRIES = 5;
/** A worker that does not obey SIGTERM is killed after so long. */
const PATIENCE = 1_000 * MILLISECOND;
const RELOAD = 'nginx.reload';
const REBIND = 'nginx.rebind';
const RESOLVED = 'nginx.master-resolved';
const QUIT_OLD = 'nginx.quit-old';
const KILL = 'nginx.kill-workers';

export interface MasterState {
  role: 'master';
  group: string;
  line: CommandLine;
  configuration: Configuration;
  generation: number;
  workers: { pid: number; generation: number; exiting: boolean }[];
  ending: '' | 'quit' | 'terminate';
  loading: { again: boolean; names: Map<string, readonly number[]> } | undefined;
}
type Master = DaemonContext<MasterState>;

export function registerMaster(world: World): void {
  const at = (host: Host, pid: number): Master | undefined => {
    const context = host.daemonContext(pid);
    return (context?.state as { role?: string } | undefined)?.role === 'master'
      ? (context as Master)
      : undefined;
  };
  const on = <D>(name: string, run: (master: Master, data: D) => void): void =>
    world.callback<D, undefined>(name, ({ host, pid, data }) => {
      const master = at(host, pid);
      if (master !== undefined) run(master, data);
    });
  on<null>(RELOAD, (master) => reload(master));
  on<{ configuration: Configuration; tries: number }>(REBIND, (master, { configuration, tries }) =>
    bindNew(master, configuration, tries),
  );
  on<null>(QUIT_OLD, (master) => quitOld(master));
  on<null>(KILL, (master) => signalWorkers(master, 'KILL'));
  world.callback<{ name: string }, ResolveEvent>(RESOLVED, ({ host, pid, data }, event) => {
    const master = at(host, pid);
    if (master?.state.loading === undefined) return;
    master.state.loading.names.set(data.name, event.ok ? event.addresses : []);
    reload(master);
  });
}
function groupFor(master: Master): Group | undefined {
  return groupOf(master.host, master.state.group);
}
export function say(master: Master, level: LogLevel, text: string): void {
  const group = groupFor(master);
  if (group === undefined) return;
  writeError(
    {
      host: master.host,
      group,
      pid: master.process.pid,
      print: (line) => master.print('stderr', line),
    },
    master.state.configuration.main.errorLogs,
    level,
    text,
  );
}

/** To standard error, which leads into the error log. */
function print(master: Master, text: string): void {
  const group = groupFor(master);
  const [log] = master.state.configuration.main.errorLogs;
  if (group !== undefined && log?.target.kind === 'file') writeLog(master.host, group, log.target.path, text);
  else master.print('stderr', text);
}

// ---------------------------------------------------------------- signals
const ACTIONS: Readonly<Partial<Record<SignalName, string>>> = {
  HUP: ', reconfiguring',
  QUIT: ', shutting down',
  TERM: ', exiting',
  INT: ', exiting',
  USR1: ', reopening logs',
  USR2: ', changing binary',
  WINCH: ', stop accepting connections',
};
export function onMasterSignal(master: Master, signal: SignalName): 'handled' | 'default' {
  const action = ACTIONS[signal];
  if (action === undefined)
    return ['PIPE', 'SYS', 'ALRM', 'IO', 'CHLD'].includes(signal) ? 'handled' : 'default';
  say(master, 'notice', `signal ${SIGNAL_NUMBERS[signal]} (SIG${signal}) received${action}`);
  switch (signal) {
    case 'HUP':
      askReload(master);
      break;
    case 'QUIT':
      end(master, 'quit');
      break;
    case 'TERM':
    case 'INT':
      end(master, 'terminate');
      break;
    case 'USR1':
      reopen(master);
      break;
    case 'WINCH':
      for (const worker of master.state.workers) worker.exiting = true;
      signalWorkers(master, 'QUIT');
      break;
    default:
      say(master, 'alert', 'not modelled: changing the binary');
  }
  return 'handled';
}
function signalWorkers(master: Master, signal: SignalName): void {
  for (const { pid } of [...master.state.workers]) master.world.kill(master.host, pid, signal);
}
function end(master: Master, how: 'quit' | 'terminate'): void {
  const { state, host } = master;
  if (state.ending === 'terminate') return;
  state.ending = how;
  state.loading = undefined;
  const group = groupFor(master);
  if (how === 'quit') {
    signalWorkers(master, 'QUIT');
    if (group !== undefined) closeSockets(host, group, undefined);
  } else {
    signalWorkers(master, 'TERM');
    master.setTimer('kill', master.kernel.now + PATIENCE, KILL, null);
  }
  if (state.workers.length === 0) exit(master);
}
function exit(master: Master): void {
  const { host, state } = master;
  host.fs.unlink(state.configuration.main.pid, ROOT);
  say(master, 'notice', 'exit');
  const group = groupFor(master);
  if (group !== undefined) closeSockets(host, group, undefined);
  master.exit(0);
}
function reopen(master: Master): void {
  const group = groupFor(master);
  if (group === undefined) return;
  say(master, 'notice', 'reopening logs');
  reopenLogs(master.host, group, master.state.configuration.main.user?.uid);
  for (const { pid } of master.state.workers) master.world.kill(master.host, pid, 'USR1');
}

// ---------------------------------------------------------------- workers
export function startWorkers(master: Master, count: number): void {
  const { state, host, process } = master;
  const group = groupFor(master);
  if (group === undefined) return;
  for (let i = 0; i < count; i++) {
    const worker = newWorker(group, state.generation, state.configuration);
    const pid = forkWorker(host, process.pid, group, worker);
    if (pid === undefined) continue;
    say(master, 'notice', `start worker process ${pid}`);
    state.workers.push({ pid, generation: state.generation, exiting: false });
  }
}
export function onWorkerEnd(master: Master, pid: number, status: ExitStatus): void {
  const { state } = master;
  const worker = state.workers.find((one) => one.pid === pid);
  if (worker === undefined) return;
  state.workers = state.workers.filter((one) => one !== worker);
  say(master, 'notice', `signal 17 (SIGCHLD) received from ${pid}`);
  if (status.signal === undefined)
    say(master, 'notice', `worker process ${pid} exited with code ${status.code ?? 0}`);
  else say(master, 'alert', `worker process ${pid} exited on signal ${SIGNAL_NUMBERS[status.signal]}`);
  forgetGeneration(master, worker.generation);
  if (state.ending !== '') {
    if (state.workers.length === 0) exit(master);
    return;
  }
  if (worker.exiting) {
    if (state.workers.length > 0) say(master, 'notice', 'signal 29 (SIGIO) received');
    return;
  }
  startWorkers(master, 1);
}
/** Peers' memory of a configuration that nobody runs any more. */
function forgetGeneration(master: Master, generation: number): void {
  const { state } = master;
  if (generation === state.generation || state.workers.some((one) => one.generation === generation)) return;
  const group = groupFor(master);
  for (const key of [...(group?.peers.keys() ?? [])])
    if (key.startsWith(`${generation} `)) group?.peers.delete(key);
}

// ---------------------------------------------------------------- reload
function askReload(master: Master): void {
  const { state } = master;
  if (state.ending !== '') return;
  if (state.loading !== undefined) {
    state.loading.again = true;
    return;
  }
  say(master, 'notice', 'reconfiguring');
  state.loading = { again: false, names: new Map() };
  master.setTimer('reload', master.host.compute(master.process.pid, LOAD_COST), RELOAD, null);
}
function reload(master: Master): void {
  const { state, host, process } = master;
  const { loading } = state;
  if (loading === undefined) return;
  const checked = check(
    { file: state.line.file, parameters: state.line.parameters, prefix: state.line.prefix },
    surroundingsOf(host, process, loading.names),
  );
  if (checked.unresolved !== undefined) {
    ask(master, checked.unresolved);
    return;
  }
  for (const { level, text } of [...checked.messages, ...checked.later]) {
    if (level === 'print') print(master, text);
    else say(master, level, text);
  }
  const { configuration } = checked;
  const problem = configuration === undefined ? undefined : openProblem(master, checked, configuration);
  if (problem !== undefined) say(master, 'emerg', problem);
  if (configuration === undefined || problem !== undefined) {
    loaded(master, false);
    return;
  }
  bindNew(master, deepFreeze(configuration), BIND_TRIES);
}
function ask(master: Master, name: string): void {
  if (!hasNameServer(master.host)) {
    master.state.loading?.names.set(name, []);
    reload(master);
    return;
  }
  master.world.network.resolve(master.host, {
    pid: master.process.pid,
    name,
    on: { name: RESOLVED, pid: master.process.pid, data: { name } },
  });
}
function openProblem(master: Master, checked: Checked, configuration: Configuration): string | undefined {
  const group = groupFor(master);
  const { main } = configuration;
  const uncached = makeCaches(master.host, configuration);
  if (uncached !== undefined) return uncached;
  for (const path of group === undefined ? [] : main.logFiles) {
    if (group?.logs.has(path) === true) continue;
    const errno = group === undefined ? undefined : openLog(master.host, group, path);
    if (errno !== undefined) return `open() "${path}" failed ${systemError(errno)}`;
  }
  return checked.emptyZone === undefined ? undefined : `zero size shared memory zone "${checked.emptyZone}"`;
}
function bindNew(master: Master, configuration: Configuration, tries: number): void {
  const { host, process, state } = master;
  const group = groupFor(master);
  if (group === undefined || state.loading === undefined) return;
  const before = group.listeners.map(({ listener }) => listener);
  const { failures, isFinal } = bindAll(host, process.pid, group, configuration);
  for (const { text, errno } of failures)
    say(master, 'emerg', `bind() to ${text} failed ${systemError(errno)}`);
  if (failures.length === 0) {
    replace(master, configuration);
    return;
  }
  if (!isFinal && tries > 0) say(master, 'notice', 'try again to bind() after 500ms');
  if (!isFinal && tries > 1) {
    master.setTimer('rebind', master.kernel.now + BIND_PAUSE, REBIND, { configuration, tries: tries - 1 });
    return;
  }
  if (!isFinal) say(master, 'emerg', 'still could not bind()');
  group.listeners = group.listeners.filter(({ listener }) => {
    if (before.includes(listener) || state.configuration === configuration) return true;
    host.world.network.closeListener(host, listener);
    return false;
  });
  loaded(master, false);
}
function replace(master: Master, configuration: Configuration): void {
  const { state, host, process } = master;
  const former = state.configuration.main.pid;
  state.configuration = configuration;
  state.generation += 1;
  if (configuration.main.pid !== former) {
    host.fs.writeFile(configuration.main.pid, `${process.pid}\n`, ROOT, { mode: 0o644 });
    host.fs.unlink(former, ROOT);
  }
  const group = groupFor(master);
  if (group !== undefined) updateAccepting(host, group);
  say(master, 'notice', 'using the "epoll" event method');
  say(master, 'notice', 'start worker processes');
  startWorkers(master, configuration.main.workers);
  master.setTimer('quit-old', master.kernel.now + OVERLAP, QUIT_OLD, null);
  loaded(master, true);
}
function quitOld(master: Master): void {
  const { state, host } = master;
  for (const worker of state.workers) {
    if (worker.generation === state.generation || worker.exiting) continue;
    worker.exiting = true;
    master.world.kill(host, worker.pid, 'QUIT');
  }
  const group = groupFor(master);
  if (group !== undefined) closeSockets(host, group, state.configuration);
}
function loaded(master: Master, succeeded: boolean): void {
  const again = master.state.loading?.again === true;
  master.state.loading = undefined;
  master.world.record(master.host.name, succeeded ? 'nginx.reloaded' : 'nginx.reload-failed', {
    pid: master.process.pid,
  });
  if (again) askReload(master);
}
