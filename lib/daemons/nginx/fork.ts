/** Workers: their state, their process, their sockets. Source: nginx 1.22 src/os/unix/ngx_process_cycle.c `ngx_start_worker_processes`, src/core/ngx_connection.c `ngx_open_listening_sockets`. */
import { IdMap } from '../../std/id-map';
import type { Host, World } from '../../world/world.contract';
import type { Configuration } from './config';
import { bindProblem, endGroup, type Group, groupOf, isSameSocket, wantedSockets } from './group';
import { ACCEPT, within } from './worker/events';
import type { WorkerState } from './worker/state';

export const KIND = 'nginx';
const BEGIN = 'nginx.begin';

export function newWorker(group: Group, generation: number, configuration: Configuration): WorkerState {
  return {
    role: 'worker',
    group: group.id,
    generation,
    configuration,
    peers: configuration.upstreams.map(() => undefined),
    clients: new IdMap(),
    serving: new IdMap(),
    idle: new Map(),
    idleEndsAt: 0,
    idleOf: new IdMap(),
    used: 0,
    quitting: false,
    ended: false,
  };
}
/** fork(2): the child takes connections from now on. Undefined when the host has no room for it. */
export function forkWorker(host: Host, master: number, group: Group, state: WorkerState): number | undefined {
  const { user, priority } = state.configuration.main;
  const pid = host.world.spawn(host, {
    argv: ['nginx: worker process'],
    parent: master,
    comm: 'nginx',
    program: function* (context) {
      context.become(KIND, state);
      return yield* context.serve();
    },
    ...(user === undefined ? {} : { uid: user.uid, gid: user.gid, groups: [user.gid] }),
  });
  if (typeof pid !== 'number') return undefined;
  const process = host.process(pid);
  if (process !== undefined) {
    process.argv = ['nginx: worker process'];
    if (priority !== 0) process.nice = priority;
  }
  join(host, group, pid);
  host.world.timer(host, pid, 'begin', host.world.kernel.now, { name: BEGIN, data: null });
  return pid;
}
export function join(host: Host, group: Group, pid: number): void {
  void host;
  group.members.add(pid);
}
export function registerFork(world: World): void {
  world.callback<null, undefined>(BEGIN, ({ host, pid }) => begin(host, pid));
  world.callback<null, undefined>('nginx.worker-exit', ({ host, pid }) =>
    world.exit(host, pid, { code: 0, signal: undefined }),
  );
}
export function begin(host: Host, pid: number): void {
  const daemon = host.process(pid)?.daemon;
  // A program that has just become a daemon may still be on its way.
  if (daemon === undefined) {
    if (host.process(pid) !== undefined)
      host.world.timer(host, pid, 'begin', host.world.kernel.now + 1, { name: BEGIN, data: null });
    return;
  }
  within(host, pid, (runtime) => {
    runtime.process.rssKiB = 6_000;
    if (runtime.configuration.main.affinity) runtime.say('notice', 'sched_setaffinity(): using cpu #0');
    if (!runtime.state.quitting) runtime.group.accepting.push(pid);
    updateAccepting(host, runtime.group);
  });
}
/** While no worker is there, connections wait in the sockets' queues. */
export function updateAccepting(host: Host, group: Group): void {
  for (const { listener } of group.listeners)
    host.world.network.setAccepting(host, listener, group.accepting.length > 0);
}
/** A process of the group is going: what it held is held by the others. */
export function leave(host: Host, id: string, pid: number): void {
  const group = groupOf(host, id);
  if (group === undefined) return;
  group.members.delete(pid);
  group.accepting = group.accepting.filter((one) => one !== pid);
  const heir = [...group.members].find((one) => host.process(one)?.state !== 'zombie');
  if (heir === undefined) {
    endGroup(host, group);
    return;
  }
  for (const { listener } of group.listeners) hold(host, group, listener, heir);
  updateAccepting(host, group);
}
export function hold(host: Host, group: Group, listener: number, pid: number): void {
  host.world.network.moveListener(host, listener, pid, callbackOf(group, listener));
}
function callbackOf(group: Group, listener: number): { name: string; pid: number; data: unknown } {
  return { name: ACCEPT, pid: 0, data: { group: group.id, listener } };
}

// ---------------------------------------------------------------- sockets
export interface BindFailure {
  readonly text: string;
  readonly errno: string;
}
/** Binds what is not bound yet. The first failure that is not "in use" ends it. */
export function bindAll(
  host: Host,
  pid: number,
  group: Group,
  configuration: Configuration,
): { failures: BindFailure[]; isFinal: boolean } {
  const failures: BindFailure[] = [];
  for (const socket of wantedSockets(configuration)) {
    if (group.listeners.some((one) => isSameSocket(one, socket))) continue;
    const { ip, port, six, text, backlog } = socket;
    const known = bindProblem(host, pid, ip, port);
    if (known !== undefined) return { failures: [...failures, { text, errno: known }], isFinal: true };
    const result = host.world.network.listen(host, {
      pid,
      ip,
      port,
      six,
      backlog,
      on: { name: ACCEPT, pid: 0, data: { group: group.id, listener: 0 } },
    });
    if (typeof result === 'string') {
      failures.push({ text, errno: result });
      if (result !== 'EADDRINUSE') return { failures, isFinal: true };
      continue;
    }
    host.world.network.setAccepting(host, result.listener, false);
    group.listeners.push({ listener: result.listener, ip, port, six });
  }
  return { failures, isFinal: false };
}
/** Sockets that a configuration has no use for any more; all without one. */
export function closeSockets(host: Host, group: Group, configuration: Configuration | undefined): void {
  const wanted = configuration === undefined ? [] : wantedSockets(configuration);
  group.listeners = group.listeners.filter((socket) => {
    if (wanted.some((one) => isSameSocket(one, socket))) return true;
    host.world.network.closeListener(host, socket.listener);
    return false;
  });
}
