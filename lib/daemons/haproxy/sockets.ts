/**
 * Binding: the addresses of all frontends and the admin sockets, taken over
 * from a process that runs already or opened anew.
 * Source: HAProxy 2.6 src/protocol.c `protocol_bind_all`, src/proto_tcp.c
 * `tcp_bind_listener`, src/proto_uxst.c `uxst_bind_listener`; recorded failures.
 *
 * Not modelled: UNIX sockets and inherited descriptors as `bind` addresses.
 */
import { formatIPv4 } from '../../std/ipv4';
import { ROOT } from '../../world/files';
import type { Host } from '../../world/world.contract';
import type { Configuration, SocketAddress, StatsSocket } from './config';
import { strerror } from '../../std/errno';
import type { AdminListener, ListenerState, WorkerState } from './worker/state';

/** Callbacks that events of listeners go to. */
export const ACCEPT = 'haproxy.client';
export const ADMIN_CLIENT = 'haproxy.admin';

export interface Bound {
  listeners: ListenerState[];
  admin: AdminListener[];
  /** Alerts; with any of them nothing new stays open. */
  failures: string[];
}

/** Binds for a process that is about to serve. Nothing is accepted before `handOver`. */
export function bindAll(
  host: Host,
  pid: number,
  configuration: Configuration,
  former: readonly WorkerState[],
): Bound {
  const bound: Bound = { listeners: [], admin: [], failures: [] };
  const known = former.flatMap(({ listeners }) => listeners.filter(({ listener }) => listener !== 0));
  const opened: number[] = [];
  for (const [proxy, settings] of configuration.proxies.entries()) {
    if (settings.disabled || !settings.hasFrontend) continue;
    for (const [bind, { addresses, file, line, backlog }] of settings.binds.entries()) {
      for (const address of addresses) {
        const ip = addressOf(address);
        if (ip === undefined || address.kind === 'unix') continue;
        const port = 'port' in address ? address.port : 0;
        const at = known.findIndex((one) => one.ip === ip && one.port === port);
        const taken = at < 0 ? undefined : known.splice(at, 1)[0];
        const has = (listener: ListenerState['listener']): void => {
          bound.listeners.push({ listener, proxy, bind, ip, port, current: 0, isPaused: false });
        };
        if (taken !== undefined) {
          has(taken.listener);
          continue;
        }
        const result = host.world.network.listen(host, {
          pid,
          ip,
          port,
          reusePort: true,
          ...(backlog > 0 ? { backlog } : {}),
          on: { name: ACCEPT, pid, data: bound.listeners.length },
        });
        if (typeof result === 'string') {
          bound.failures.push(
            `Binding [${file}:${line}] for ${settings.kind === 'listen' ? 'proxy' : 'frontend'} ${settings.id}: cannot bind socket (${strerror(result)}) for [${formatIPv4(ip)}:${port}]`,
          );
          continue;
        }
        host.world.network.setAccepting(host, result.listener, false);
        opened.push(result.listener);
        has(result.listener);
      }
    }
  }
  bindAdmin(host, pid, configuration.global.sockets, former, bound, opened);
  if (bound.failures.length > 0)
    for (const listener of opened) host.world.network.closeListener(host, listener);
  return bound;
}
function addressOf(address: SocketAddress): number | undefined {
  // `::` is all addresses of both families, unless the kernel is told otherwise.
  if (address.kind === 'inet6') return address.text === '::' ? 0 : undefined;
  return address.kind === 'inet' ? address.ip : undefined;
}

function bindAdmin(
  host: Host,
  pid: number,
  sockets: readonly StatsSocket[],
  former: readonly WorkerState[],
  bound: Bound,
  opened: number[],
): void {
  const known = former.flatMap(({ admin }) => admin.listeners);
  for (const socket of sockets) {
    const { address } = socket;
    const name = addressText(address);
    const taken = known.find((one) => one.name === name && one.listener !== 0);
    if (taken !== undefined) {
      bound.admin.push({ listener: taken.listener, name, level: socket.level });
      continue;
    }
    const result = openAdmin(host, pid, socket);
    if (result === undefined) continue;
    if (typeof result === 'string') {
      bound.failures.push(
        `Binding [${socket.file}:${socket.line}] for frontend GLOBAL: cannot bind ${address.kind === 'unix' ? 'UNIX socket' : 'socket'} (${result}) ${address.kind === 'unix' ? '' : 'for '}[${name}]`,
      );
      continue;
    }
    opened.push(result);
    bound.admin.push({ listener: result, name, level: socket.level });
  }
}
export function addressText(address: SocketAddress): string {
  switch (address.kind) {
    case 'unix':
      return address.path;
    case 'inet':
      return `${formatIPv4(address.ip)}:${address.port}`;
    default:
      return '';
  }
}
/** The listener, why not, or undefined for what is not modelled. */
function openAdmin(host: Host, pid: number, socket: StatsSocket): number | string | undefined {
  const { address } = socket;
  const on = { name: ADMIN_CLIENT, pid, data: null };
  if (address.kind === 'inet') {
    const result = host.world.network.listen(host, {
      pid,
      ip: address.ip,
      port: address.port,
      reusePort: true,
      on,
    });
    return typeof result === 'string' ? strerror(result) : result.listener;
  }
  if (address.kind !== 'unix') return undefined;
  return openUnix(host, pid, address.path, { mode: socket.mode, uid: socket.uid, gid: socket.gid }, on);
}
/** The daemon binds beside the path and renames, so whatever stood there before is replaced. */
export function openUnix(
  host: Host,
  pid: number,
  path: string,
  owner: { mode: number | undefined; uid: number | undefined; gid: number | undefined },
  on: { name: string; pid: number; data: unknown },
): number | string {
  host.fs.unlink(path, ROOT);
  const result = host.world.network.listenUnix(host, {
    pid,
    path,
    ...(owner.mode === undefined ? {} : { mode: owner.mode }),
    ...(owner.uid === undefined ? {} : { uid: owner.uid }),
    ...(owner.gid === undefined ? {} : { gid: owner.gid }),
    on,
  });
  return typeof result === 'string' ? strerror(result) : result.listener;
}
