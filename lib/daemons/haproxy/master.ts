/**
 * The master: it keeps workers running, replaces them at a reload, and ends
 * when they end. Reloading, the real one executes itself anew; what that shows
 * of itself (the version is said again) is kept.
 * Source: HAProxy 2.6 src/mworker.c; recorded messages.
 *
 * Not modelled: `program` sections.
 */
import { MILLISECOND } from '../../std/instant';
import type { ResolveEvent } from '../../world/network.contract';
import type { DaemonContext, ExitStatus, SignalName } from '../../world/process.contract';
import { SIGNAL_NUMBERS } from '../../world/signals';
import type { Host, World } from '../../world/world.contract';
import type { CheckResult } from './checker';
import type { CommandLine } from './command-line';
import { forkWorker, prepare, replaceFormer } from './fork';
import { asksLibc, configurationFiles, load, reportUnresolved } from './load';
import { formatMessage, type Message, type MessageLevel, saying } from './messages';

/** Reading the configuration takes so much processor time. */
export const LOAD_COST = 35 * MILLISECOND;
const RELOAD = 'haproxy.reload';
/** MAX_START_RETRIES times 10 ms. */
const START_RETRIES = 2_000_000;
/** How long the new process takes to end when it has let the old one listen again. */
const GIVES_BACK = 1_000;
const FAILED = 'haproxy.reload-failed';
const RESOLVED = 'haproxy.resolved';

export interface MasterState {
  role: 'master';
  line: CommandLine;
  /** The command, and what follows it, without what a reload adds. */
  argv: string[];
  saidVersion: boolean;
  workers: { pid: number; isFormer: boolean; reloads: number; startedAt: number }[];
  reloads: number;
  failedReloads: number;
  noExitOnFailure: boolean;
  isLoud: boolean;
  /** What the master ends with; −1 nothing yet. */
  exitCode: number;
  exiting: boolean;
  /** `retried`: its listeners failed once, and are tried again. */
  loading: { again: boolean; retried: boolean; addresses: Map<string, number>; asked: string[] } | undefined;
  /** The master's own socket; 0 none. */
  socket: number;
}
type Master = DaemonContext<MasterState>;

export function registerMaster(world: World): void {
  const masterAt = (host: Host, pid: number): Master | undefined => {
    const context = host.daemonContext(pid);
    return (context?.state as { role?: string } | undefined)?.role === 'master'
      ? (context as Master)
      : undefined;
  };
  world.callback<null, undefined>(RELOAD, ({ host, pid }) => {
    const master = masterAt(host, pid);
    if (master !== undefined) reload(master);
  });
  world.callback<null, undefined>(FAILED, ({ host, pid }) => {
    const master = masterAt(host, pid);
    if (master?.state.loading !== undefined && !master.state.exiting) gaveUp(master);
  });
  world.callback<{ name: string }, ResolveEvent>(RESOLVED, ({ host, pid, data }, event) => {
    const master = masterAt(host, pid);
    if (master?.state.loading === undefined) return;
    const address = event.ok ? event.addresses[0] : undefined;
    if (address !== undefined) master.state.loading.addresses.set(data.name, address);
    reload(master);
  });
}

// ---------------------------------------------------------------- words
export function sayMessages(
  print: (text: string) => void,
  state: { saidVersion: boolean },
  messages: readonly Message[],
  pid: number,
): void {
  for (const message of messages) {
    if (message.level === 'NOTICE' && message.text.startsWith('haproxy version')) state.saidVersion = true;
    print(formatMessage(message, pid));
  }
}
function say(master: Master, level: MessageLevel, text: string): void {
  if (master.state.isLoud) master.print('stderr', saying(master.state, master.process.pid, level, text));
}

// ---------------------------------------------------------------- signals
export function onMasterSignal(master: Master, signal: SignalName): 'handled' | 'default' {
  switch (signal) {
    case 'USR2':
    case 'HUP':
      askReload(master);
      return 'handled';
    case 'TERM':
    case 'INT':
    case 'USR1':
      leave(master, signal);
      return 'handled';
    case 'QUIT':
    case 'TTIN':
    case 'TTOU':
    case 'PIPE':
      return 'handled';
    default:
      return 'default';
  }
}
function leave(master: Master, signal: SignalName): void {
  const { state } = master;
  state.exiting = true;
  say(master, 'WARNING', 'Exiting Master process...');
  if (state.line.notifies) master.notify('STOPPING=1');
  killWorkers(master, signal);
  if (state.workers.length === 0) master.exit(0);
}
function killWorkers(master: Master, signal: SignalName): void {
  for (const { pid } of master.state.workers) master.world.kill(master.host, pid, signal);
}

// ---------------------------------------------------------------- workers
const SIGNAL_TEXTS: Partial<Record<SignalName, string>> = {
  HUP: 'Hangup',
  INT: 'Interrupt',
  QUIT: 'Quit',
  ABRT: 'Aborted',
  KILL: 'Killed',
  SEGV: 'Segmentation fault',
  TERM: 'Terminated',
  USR1: 'User defined signal 1',
  USR2: 'User defined signal 2',
};
export function onWorkerEnd(master: Master, pid: number, status: ExitStatus): void {
  const { state } = master;
  const worker = state.workers.find((one) => one.pid === pid);
  if (worker === undefined) return;
  state.workers = state.workers.filter((one) => one !== worker);
  const { signal } = status;
  const code = signal === undefined ? (status.code ?? 0) : 128 + SIGNAL_NUMBERS[signal];
  const how = signal === undefined ? 'Exit' : (SIGNAL_TEXTS[signal] ?? signal);
  const title = worker.isFormer ? 'Former' : 'Current';
  say(
    master,
    worker.isFormer || code < 128 ? 'WARNING' : 'ALERT',
    `${title} worker (${pid}) exited with code ${code} (${how})`,
  );
  if (!worker.isFormer) {
    if (code !== 0 && code !== 130 && code !== 143 && !state.noExitOnFailure) {
      say(master, 'ALERT', 'exit-on-failure: killing every processes with SIGTERM');
      killWorkers(master, 'TERM');
    }
    // The end by SIGTERM is a usual one.
    if (state.exitCode < 0 && code !== 0 && code !== 143) state.exitCode = code;
  }
  if (state.workers.length > 0) return;
  const last = Math.max(0, state.exitCode);
  say(master, 'WARNING', `All workers exited. Exiting... (${last})`);
  master.exit(last);
}

// ---------------------------------------------------------------- reload
export function askReload(master: Master): void {
  const { state } = master;
  if (state.exiting) return;
  if (state.loading !== undefined) {
    state.loading.again = true;
    return;
  }
  say(master, 'NOTICE', 'Reloading HAProxy');
  if (state.line.notifies) master.notify('RELOADING=1\n');
  state.saidVersion = false;
  state.loading = { again: false, retried: false, addresses: new Map(), asked: [] };
  master.setTimer('reload', master.host.compute(master.process.pid, LOAD_COST), RELOAD, null);
}

function reload(master: Master): void {
  const { state, host, process } = master;
  const { loading } = state;
  if (loading === undefined || state.exiting) return;
  const files = configurationFiles(host, process, state.line.files, (path) => absolute(process.cwd, path));
  if (typeof files === 'string') {
    say(master, 'ALERT', `config : ${files}`);
    failed(master);
    return;
  }
  const result = load(host, files, process.env, process);
  if (result.configuration !== undefined && asksForName(master, result)) return;
  const unresolved = result.configuration === undefined ? 0 : reportUnresolved(result, loading.addresses);
  if (!loading.retried)
    sayMessages((text) => state.isLoud && master.print('stderr', text), state, result.messages, process.pid);
  if (result.configuration === undefined || unresolved > 0) {
    failed(master);
    return;
  }
  replace(master, result, loading.addresses);
}
export function absolute(cwd: string, path: string): string {
  return path.startsWith('/') ? path : cwd === '/' ? `/${path}` : `${cwd}/${path}`;
}
/** One name after the other, as getaddrinfo(3) blocks. True: an answer is awaited. */
function asksForName(master: Master, result: CheckResult): boolean {
  const { loading } = master.state;
  const next = result.unresolved.find(
    ({ server }) => asksLibc(server) && loading?.asked.includes(server.hostname ?? '') === false,
  );
  const name = next?.server.hostname;
  if (loading === undefined || name === undefined) return false;
  loading.asked.push(name);
  master.world.network.resolve(master.host, {
    pid: master.process.pid,
    name,
    on: { name: RESOLVED, pid: master.process.pid, data: { name } },
  });
  return true;
}

function replace(master: Master, result: CheckResult, addresses: ReadonlyMap<string, number>): void {
  const { state, host, process } = master;
  const { configuration } = result;
  if (configuration === undefined) return;
  const former = state.workers.map(({ pid }) => pid);
  const made = prepare(host, process.pid, {
    line: state.line,
    configuration,
    addresses,
    former,
    isLoud: state.isLoud,
    hasMaster: true,
  });
  if ('failures' in made && state.loading?.retried === false) {
    // Who has the addresses makes room, and they are tried for two seconds more (MAX_START_RETRIES).
    state.loading.retried = true;
    replaceFormer(host, former, 'TTOU');
    master.setTimer('reload', master.kernel.now + START_RETRIES, RELOAD, null);
    return;
  }
  if ('failures' in made) {
    for (const text of made.failures) say(master, 'ALERT', text);
    say(
      master,
      'ALERT',
      `[${state.argv[0] ?? ''}.main()] Some protocols failed to start their listeners! Exiting.`,
    );
    say(master, 'WARNING', 'Loading failure!');
    replaceFormer(host, former, 'TTIN');
    master.setTimer('reload', master.kernel.now + GIVES_BACK, FAILED, null);
    return;
  }
  const [command = '', ...rest] = state.argv;
  const argv = [command, '-sf', ...former.map(String), '-x', 'sockpair@3', ...rest];
  const pid = forkWorker(host, process.pid, made.state, argv, { isDetached: false });
  if (pid === undefined) {
    failed(master);
    return;
  }
  state.reloads += 1;
  for (const worker of state.workers) worker.isFormer = true;
  state.workers.push({ pid, isFormer: false, reloads: 0, startedAt: master.kernel.now });
  for (const worker of state.workers) if (worker.isFormer) worker.reloads += 1;
  state.noExitOnFailure = configuration.global.noExitOnFailure;
  say(master, 'NOTICE', `New worker (${pid}) forked`);
  say(master, 'NOTICE', 'Loading success.');
  replaceFormer(host, former, 'USR1');
  state.saidVersion = false;
  loaded(master, true);
}
function failed(master: Master): void {
  say(master, 'WARNING', 'Loading failure!');
  gaveUp(master);
}
function gaveUp(master: Master): void {
  master.state.failedReloads += 1;
  master.state.reloads += 1;
  loaded(master, false);
}
function loaded(master: Master, succeeded: boolean): void {
  const { state } = master;
  const again = state.loading?.again === true;
  state.loading = undefined;
  if (state.line.notifies) master.notify(readyText(master.process.pid));
  master.world.record(master.host.name, succeeded ? 'haproxy.reloaded' : 'haproxy.reload-failed', {
    pid: master.process.pid,
  });
  if (again) askReload(master);
}
export function readyText(pid: number): string {
  return `READY=1\nMAINPID=${pid}\n`;
}
