/**
 * From a checked configuration to a process that serves: sockets, the worker's
 * state, the process itself, and the end of those it replaces.
 * Source: HAProxy 2.6 src/haproxy.c `main`.
 */
import { deepFreeze } from '../../std/plain';
import { ROOT } from '../../world/files';
import { FileError } from '../../world/files.contract';
import type { Host } from '../../world/world.contract';
import type { CommandLine } from './command-line';
import type { Configuration } from './config';
import { saying } from './messages';
import { ACCEPT, ADMIN_CLIENT, bindAll, type Bound } from './sockets';
import { beginWork, newWorker } from './worker/begin';
import { within } from './worker/events';
import type { WorkerState } from './worker/state';

export const KIND = 'haproxy';
const BEGIN = 'haproxy.begin';

export interface Plan {
  line: CommandLine;
  configuration: Configuration;
  addresses: ReadonlyMap<string, number>;
  /** Processes whose sockets are taken over. */
  former: readonly number[];
  isLoud: boolean;
  hasMaster: boolean;
}

/** Binds everything and makes the state, or gives the alerts. */
export function prepare(
  host: Host,
  pid: number,
  plan: Plan,
): { state: WorkerState; bound: Bound } | { failures: string[] } {
  const former = plan.former
    .map((old) => workerState(host, old))
    .filter((state): state is WorkerState => state !== undefined);
  const bound = bindAll(host, pid, plan.configuration, former);
  if (bound.failures.length > 0) return { failures: bound.failures };
  const state = newWorker({
    // Never changed from here on: checkpoints share it.
    configuration: deepFreeze(plan.configuration),
    now: host.world.kernel.now,
    listeners: bound.listeners,
    admin: bound.admin,
    addresses: plan.addresses,
    maxconn: plan.line.maxconn,
    isLoud: plan.isLoud,
    hasMaster: plan.hasMaster,
  });
  return { state, bound };
}
export function workerState(host: Host, pid: number): WorkerState | undefined {
  const daemon = host.process(pid)?.daemon;
  const state = daemon?.kind === KIND ? (daemon.state as { role: string }) : undefined;
  return state?.role === 'worker' ? (state as WorkerState) : undefined;
}

/** The sockets are this process's; connections wait in their queues until it begins. */
function take(host: Host, pid: number, state: WorkerState): void {
  const { network } = host.world;
  for (const [index, { listener }] of state.listeners.entries()) {
    network.setAccepting(host, listener, false);
    network.moveListener(host, listener, pid, { name: ACCEPT, pid, data: index });
  }
  for (const [index, { listener }] of state.admin.listeners.entries())
    network.moveListener(host, listener, pid, { name: ADMIN_CLIENT, pid, data: index });
}

/** A folder to lock itself up in must be there: that is seen when all else is done, not when the file is checked. */
export function jailProblem(host: Host, { global }: Configuration, command: string): string | undefined {
  if (global.chroot === undefined) return undefined;
  const info = host.fs.stat(global.chroot, ROOT);
  return info instanceof FileError || info.kind !== 'directory'
    ? `[${command}.main()] Cannot chroot(${global.chroot}).`
    : undefined;
}
/** fork(2): the child serves. Undefined when the host has no room for it. */
export function forkWorker(
  host: Host,
  parent: number,
  state: WorkerState,
  argv: readonly string[],
  options: { isDetached: boolean },
): number | undefined {
  const { uid, gid } = state.configuration.global;
  const own = host.process(parent);
  const pid = host.world.spawn(host, {
    argv,
    parent,
    comm: own?.comm ?? KIND,
    program: function* (context) {
      const problem = jailProblem(host, state.configuration, argv[0] ?? KIND);
      if (problem !== undefined) {
        const said = { saidVersion: false };
        yield* context.err(saying(said, context.pid, 'ALERT', problem));
        return 1;
      }
      context.become(KIND, state);
      return yield* context.serve();
    },
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid, groups: [gid] }),
    ...(state.hasMaster ? { parentDeathSignal: 'TERM' as const } : {}),
    ...(options.isDetached
      ? {
          session: true,
          fds: new Map([0, 1, 2].map((fd) => [fd, host.streams.null()])),
        }
      : {}),
  });
  if (typeof pid !== 'number') return undefined;
  take(host, pid, state);
  planBegin(host, pid);
  return pid;
}
/** The process itself goes on as the worker. */
export function becomeWorker(host: Host, pid: number, state: WorkerState): void {
  const process = host.process(pid);
  const { uid, gid } = state.configuration.global;
  if (process !== undefined) {
    process.uid = uid ?? process.uid;
    process.gid = gid ?? process.gid;
  }
  take(host, pid, state);
  planBegin(host, pid);
}
function planBegin(host: Host, pid: number): void {
  host.world.timer(host, pid, 'begin', host.world.kernel.now, { name: BEGIN, data: null });
}
export function registerFork(world: Host['world']): void {
  world.callback<null, undefined>(BEGIN, ({ host, pid }) => begin(host, pid));
}
function begin(host: Host, pid: number): void {
  // A program that has just become a daemon may still be on its way.
  if (workerState(host, pid) === undefined) {
    if (host.process(pid) !== undefined)
      host.world.timer(host, pid, 'begin', host.world.kernel.now + 1, { name: BEGIN, data: null });
    return;
  }
  within(host, pid, (runtime) => {
    runtime.process.rssKiB = 12_000;
    beginWork(runtime);
    for (const { listener } of runtime.state.listeners) runtime.network.setAccepting(host, listener, true);
  });
}

/** Processes that the command line names are told that they are replaced. */
export function replaceFormer(
  host: Host,
  pids: readonly number[],
  signal: 'USR1' | 'TERM' | 'TTOU' | 'TTIN',
): void {
  for (const pid of pids) host.world.kill(host, pid, signal);
}

/** False: it cannot be written. */
export function writePidFile(host: Host, path: string, pid: number): boolean {
  return host.fs.writeFile(path, `${pid}\n`, ROOT, { mode: 0o644 }) === undefined;
}
