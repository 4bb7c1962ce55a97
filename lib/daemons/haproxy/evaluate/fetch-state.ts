/**
 * Samples of what goes on: frontends, backends, servers, the connection to a
 * server, and what stick tables count.
 * Source: HAProxy 2.6 configuration manual §7.3.2, §7.3.3.
 */

import { formatIPv4 } from '../../../std/ipv4';
import { dynamicLimit } from '../worker/balance/weights';
import { COUNTERS, counterValue, liveEntry, tableOf } from '../worker/counters';
import { isUsable, ratePerSecond, type ServerState } from '../worker/state';
import type { Value } from './fetch';
import type { Subject } from './subject';

type Computation = (subject: Subject, args: readonly string[]) => readonly Value[];

const NOTHING: readonly Value[] = [];
function one(value: Value | undefined): readonly Value[] {
  return value === undefined ? NOTHING : [value];
}

/** Servers of the named backend, or of the session's own. */
function proxyOf(subject: Subject, name: string | undefined): number {
  const { session, runtime } = subject;
  if (name === undefined || name === '') return session.backend >= 0 ? session.backend : session.frontend;
  return runtime.configuration.proxies.findIndex((proxy) => proxy.id === name);
}
function serversOf(subject: Subject, name: string | undefined): readonly ServerState[] {
  return subject.runtime.state.proxies[proxyOf(subject, name)]?.servers ?? [];
}
function namedServer(subject: Subject, text: string | undefined): ServerState | undefined {
  const slash = text?.indexOf('/') ?? -1;
  const server = slash < 0 ? text : text?.slice(slash + 1);
  return serversOf(subject, slash < 0 ? undefined : text?.slice(0, slash)).find(
    (candidate) => candidate.name === server,
  );
}
/** All servers that may be used, or the active ones only when there are any. */
function usableCount(subject: Subject, name: string | undefined): number {
  const proxy = subject.runtime.state.proxies[proxyOf(subject, name)];
  return proxy?.servers.filter(isUsable).length ?? 0;
}
function queued(subject: Subject, name: string | undefined): number {
  const proxy = subject.runtime.state.proxies[proxyOf(subject, name)];
  return (
    (proxy?.queue.length ?? 0) + (proxy?.servers.reduce((sum, server) => sum + server.queue.length, 0) ?? 0)
  );
}
function freeSlots(subject: Subject, name: string | undefined): number {
  const index = proxyOf(subject, name);
  if (index < 0) return 0;
  const servers = serversOf(subject, name).filter(isUsable);
  if (servers.some((server) => server.maxconn === 0)) return -1;
  return servers.reduce(
    (sum, server) => sum + dynamicLimit(subject.runtime.pool(index), server) - server.served,
    0,
  );
}
function rateOf(
  subject: Subject,
  name: string | undefined,
  side: 'frontend' | 'backend',
  which: 'rate' | 'requestRate',
): readonly Value[] {
  const proxy = subject.runtime.state.proxies[proxyOf(subject, name)];
  return [proxy === undefined ? 0 : ratePerSecond(proxy[side][which], subject.runtime.now)];
}
function freeConnections(subject: Subject, name: string | undefined): number | undefined {
  const server = namedServer(subject, name);
  if (server === undefined) return undefined;
  return server.maxconn === 0 ? -1 : Math.max(0, server.maxconn - server.current);
}
function tableSize(
  { runtime, session }: Subject,
  name: string | undefined,
): { readonly used: number; readonly free: number } | undefined {
  const index = tableOf(runtime, name, session.backend >= 0 ? session.backend : session.frontend);
  const table = runtime.configuration.proxies[index]?.stickTable;
  const used = runtime.state.proxies[index]?.stick.size ?? 0;
  return table === undefined ? undefined : { used, free: table.size - used };
}
/** The two ends of the connection to the server. */
function serverAddresses(): [string, Computation][] {
  const end = (subject: Subject): ReturnType<Subject['runtime']['network']['connection']> =>
    subject.session.connection === 0
      ? undefined
      : subject.runtime.network.connection(subject.session.connection);
  const address = (ip: number | undefined): readonly Value[] => (ip === undefined ? NOTHING : [{ ip }]);
  return [
    ['bc_src', (subject) => address(end(subject)?.localIp)],
    ['bc_src_port', (subject) => one(end(subject)?.localPort)],
    ['bc_dst', (subject) => address(end(subject)?.peerIp)],
    ['bc_dst_port', (subject) => one(end(subject)?.peerPort)],
  ];
}
/** Whole milliseconds. */
function timeoutFetches(): [string, Computation][] {
  const backend =
    (name: 'server' | 'tunnel'): Computation =>
    ({ runtime, session }) => {
      if (session.backend < 0) return NOTHING;
      return [Math.floor((runtime.settings(session.backend).timeouts[name] ?? 0) / 1_000)];
    };
  return [
    [
      'fe_client_timeout',
      ({ runtime, session }) => [
        Math.floor((runtime.settings(session.frontend).timeouts.client ?? 0) / 1_000),
      ],
    ],
    ['be_server_timeout', backend('server')],
    ['be_tunnel_timeout', backend('tunnel')],
    ['cur_server_timeout', backend('server')],
    ['cur_tunnel_timeout', backend('tunnel')],
  ];
}

/** `sc0_http_req_rate`, `sc_http_req_rate(0)`, `src_http_req_rate(table)` and their kin. */
function counterFetches(): [string, Computation][] {
  const isTracked = ({ session }: Subject, slot: number): readonly Value[] => [
    session.tracked?.some((one) => one.slot === slot) === true,
  ];
  const whether: [string, Computation][] = [
    ['sc_tracked', (subject, [slot = '0']) => isTracked(subject, Number(slot))],
    ...[0, 1, 2].map((slot): [string, Computation] => [
      `sc${slot}_tracked`,
      (subject) => isTracked(subject, slot),
    ]),
  ];
  const counters = COUNTERS.flatMap((name): [string, Computation][] => [
    [`sc_${name}`, (subject, [slot = '0', table]) => tracked(subject, Number(slot), table, name)],
    ...[0, 1, 2].map((slot): [string, Computation] => [
      `sc${slot}_${name}`,
      (subject, [table]) => tracked(subject, slot, table, name),
    ]),
    [`src_${name}`, (subject, [table]) => ofSource(subject, table, name)],
  ]);
  return [...whether, ...counters];
}
function tracked(subject: Subject, slot: number, table: string | undefined, name: string): readonly Value[] {
  const { runtime, session } = subject;
  const found = session.tracked?.find((one) => one.slot === slot);
  if (found === undefined) return NOTHING;
  const index = tableOf(runtime, table, found.table);
  return one(counterValue(runtime, index, liveEntry(runtime, index, found.key), name));
}
function ofSource(subject: Subject, table: string | undefined, name: string): readonly Value[] {
  const { runtime, session } = subject;
  const index = tableOf(runtime, table, session.backend >= 0 ? session.backend : session.frontend);
  return one(counterValue(runtime, index, liveEntry(runtime, index, formatIPv4(session.clientIp)), name));
}

function isUp(server: ServerState | undefined): boolean {
  return server !== undefined && (server.admin & 39) === 0 && server.state !== 'stopped';
}

export const STATE_FETCHES: readonly [string, Computation][] = [
  ...counterFetches(),
  ['table_cnt', (subject, [table]) => one(tableSize(subject, table)?.used)],
  ['table_avl', (subject, [table]) => one(tableSize(subject, table)?.free)],
  ...timeoutFetches(),
  ...serverAddresses(),
  ['fe_name', (subject) => [subject.runtime.settings(subject.session.frontend).id]],
  ['fe_id', (subject) => [subject.runtime.settings(subject.session.frontend).uuid]],
  ['fe_defbe', (subject) => one(subject.runtime.settings(subject.session.frontend).defaultBackend?.name)],
  [
    'fe_conn',
    (subject, [name]) => [
      subject.runtime.state.proxies[name === undefined ? subject.session.frontend : proxyOf(subject, name)]
        ?.frontend.current ?? 0,
    ],
  ],
  [
    'fe_sess_rate',
    (subject, [name]) =>
      rateOf(subject, name ?? subject.runtime.settings(subject.session.frontend).id, 'frontend', 'rate'),
  ],
  [
    'fe_req_rate',
    (subject, [name]) =>
      rateOf(
        subject,
        name ?? subject.runtime.settings(subject.session.frontend).id,
        'frontend',
        'requestRate',
      ),
  ],
  [
    'be_name',
    (subject) =>
      one(subject.session.backend < 0 ? undefined : subject.runtime.settings(subject.session.backend).id),
  ],
  [
    'be_id',
    (subject) =>
      one(subject.session.backend < 0 ? undefined : subject.runtime.settings(subject.session.backend).uuid),
  ],
  [
    'be_conn',
    (subject, [name]) => [subject.runtime.state.proxies[proxyOf(subject, name)]?.backend.current ?? 0],
  ],
  ['be_sess_rate', (subject, [name]) => rateOf(subject, name, 'backend', 'rate')],
  ['be_conn_free', (subject, [name]) => [freeSlots(subject, name)]],
  ['connslots', (subject, [name]) => [freeSlots(subject, name)]],
  ['nbsrv', (subject, [name]) => [usableCount(subject, name)]],
  ['queue', (subject, [name]) => [queued(subject, name)]],
  [
    'avg_queue',
    (subject, [name]) => [Math.ceil(queued(subject, name) / Math.max(1, usableCount(subject, name)))],
  ],
  [
    'srv_name',
    (subject) => one(subject.runtime.server(subject.session.backend, subject.session.server)?.name),
  ],
  [
    'srv_id',
    (subject) => one(subject.runtime.serverSettings(subject.session.backend, subject.session.server)?.id),
  ],
  ['srv_is_up', (subject, [name]) => [isUp(namedServer(subject, name))]],
  ['srv_conn', (subject, [name]) => [namedServer(subject, name)?.current ?? 0]],
  ['srv_conn_free', (subject, [name]) => one(freeConnections(subject, name))],
  ['srv_queue', (subject, [name]) => [namedServer(subject, name)?.queue.length ?? 0]],
  ['srv_weight', (subject, [name]) => [namedServer(subject, name)?.weight ?? 0]],
  ['srv_uweight', (subject, [name]) => [namedServer(subject, name)?.weight ?? 0]],
  ['srv_iweight', (subject, [name]) => [namedServer(subject, name)?.initialWeight ?? 0]],
  [
    'srv_sess_rate',
    (subject, [name]) => [
      namedServer(subject, name) === undefined
        ? 0
        : ratePerSecond(
            namedServer(subject, name)?.counters.rate ?? { second: 0, now: 0, before: 0, most: 0 },
            subject.runtime.now,
          ),
    ],
  ],
  ['so_id', (subject) => [(subject.runtime.listener(subject.session)?.bind ?? 0) + 1]],
  [
    'so_name',
    (subject) =>
      one(
        subject.runtime.settings(subject.session.frontend).binds[
          subject.runtime.listener(subject.session)?.bind ?? 0
        ]?.name,
      ),
  ],
];
