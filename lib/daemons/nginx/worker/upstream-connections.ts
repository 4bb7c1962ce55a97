/** Connections to upstreams: given up, kept for later, taken again. Source: nginx 1.22 src/http/modules/ngx_http_upstream_keepalive_module.c. */
import type { Micros } from '../../../std/instant';
import type { HttpResponse } from '../../../world/network.contract';
import { peersOf } from './peers';
import type { Proxying } from './proxying';
import { header, type Runtime } from './runtime';

/** Sockets to listen on and the channel to the master take connections too. */
export function capacity(runtime: Runtime): number {
  return runtime.configuration.main.connections - runtime.group.listeners.length - 1;
}

export function forget({ runtime, own }: Proxying): void {
  if (own.connection === 0) return;
  runtime.state.serving.delete(own.connection);
  runtime.state.used -= 1;
  own.connection = 0;
}
export function closeUpstream(it: Proxying): void {
  const { runtime, own } = it;
  const { connection } = own;
  if (connection === 0) return;
  forget(it);
  runtime.network.close(connection, 'client');
}
export function keepOrClose(it: Proxying, response: HttpResponse): void {
  const { runtime, own, proxy } = it;
  const settings = own.upstream < 0 ? undefined : runtime.upstream(own.upstream);
  const said = header(response.headers, 'connection')?.toLowerCase() ?? '';
  const ends = said.includes('close') || (response.version === '1.0' && !said.includes('keep-alive'));
  const isOld = settings !== undefined && runtime.now - own.openedAt > settings.keepaliveTimeMs * 1_000;
  if (
    settings === undefined ||
    settings.keepalive === 0 ||
    ends ||
    isOld ||
    (proxy.version === '1.0' && !said.includes('keep-alive')) ||
    own.requestsOnConnection >= settings.keepaliveRequests ||
    runtime.state.quitting
  ) {
    closeUpstream(it);
    return;
  }
  const peer = peersOf(settings, own.choice.set)[own.choice.peer];
  const list = runtime.state.idle.get(own.upstream) ?? [];
  runtime.state.idle.set(own.upstream, list);
  runtime.state.serving.delete(own.connection);
  runtime.state.idleOf.set(own.connection, own.upstream);
  list.push({
    connection: own.connection,
    peer: peer?.name ?? '',
    requests: own.requestsOnConnection,
    openedAt: own.openedAt,
    since: runtime.now,
  });
  own.connection = 0;
  if (list.length > settings.keepalive) {
    const oldest = list[0];
    if (oldest !== undefined) endIdle(runtime, oldest.connection);
  }
  if (runtime.state.idleEndsAt === 0) planEnds(runtime);
}
/** Those that waited `keepalive_timeout` end; one timer for all. */
export function endExpired(runtime: Runtime): void {
  runtime.state.idleEndsAt = 0;
  for (const [connection, at] of ends(runtime)) if (at <= runtime.now) endIdle(runtime, connection);
  planEnds(runtime);
}
function planEnds(runtime: Runtime): void {
  const next = ends(runtime).reduce((least, [, at]) => Math.min(least, at), Infinity);
  if (next === Infinity) return;
  runtime.state.idleEndsAt = next;
  runtime.world.timer(runtime.host, runtime.pid, 'idle-upstreams', next, {
    name: 'nginx.idle-upstreams',
    data: null,
  });
}
/** Kept connections and when each of them ends. */
function ends(runtime: Runtime): [connection: number, at: Micros][] {
  return [...runtime.state.idle].flatMap(([upstream, list]) =>
    list.map(({ connection, since }): [number, Micros] => [
      connection,
      since + runtime.upstream(upstream).keepaliveTimeoutMs * 1_000,
    ]),
  );
}
export function takeIdle(
  runtime: Runtime,
  upstream: number,
  peer: string,
): { connection: number; requests: number; openedAt: number } | undefined {
  const list = runtime.state.idle.get(upstream);
  if (list === undefined) return undefined;
  for (let at = list.length - 1; at >= 0; at--) {
    const entry = list[at];
    if (entry?.peer !== peer) continue;
    list.splice(at, 1);
    runtime.state.idleOf.delete(entry.connection);
    return entry;
  }
  return undefined;
}
/** A kept connection is given up, or its peer has ended it. */
export function endIdle(runtime: Runtime, connection: number): void {
  const upstream = runtime.state.idleOf.get(connection);
  if (upstream === undefined) return;
  runtime.state.idleOf.delete(connection);
  const list = runtime.state.idle.get(upstream) ?? [];
  const at = list.findIndex((entry) => entry.connection === connection);
  if (at >= 0) list.splice(at, 1);
  runtime.state.used -= 1;
  runtime.network.close(connection, 'client');
}
