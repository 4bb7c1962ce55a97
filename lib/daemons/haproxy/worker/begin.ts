/**
 * A worker's state as it starts, and its first acts.
 * Source: HAProxy 2.6 src/haproxy.c `init`, src/server.c `srv_init`, `_srv_parse_init`.
 */
import { IdMap } from '../../../std/id-map';
import { newAgent } from './agent';
import { newCheck, step } from './checks';
import { startResolving } from './resolve';
import { startChecks } from './start-checks';
import { initialise } from './balance/choose';
import { asksLibc } from '../load';
import { newLimit } from './limits';
import { newPool } from './server-pool';
import { cookieOf } from './dynamic-cookie';
import { emptyBalance } from './balance/weights';
import type { Configuration, ProxySettings, ServerSettings } from '../config';
import type { Runtime } from './runtime';
import {
  ADMIN,
  type AdminListener,
  type ListenerState,
  newCounters,
  newRate,
  type ProxyState,
  type ServerState,
  type WorkerState,
} from './state';
import type { Micros } from '../../../std/instant';
import { trackedServer } from './server-status';

/** What systemd's usual limit of 524288 descriptors leaves for connections. */
const MAXCONN_BY_LIMIT = 262_121;

export interface Beginning {
  configuration: Configuration;
  now: Micros;
  listeners: ListenerState[];
  admin: AdminListener[];
  /** by the name of the server's host */
  addresses: ReadonlyMap<string, number>;
  maxconn: number | undefined;
  isLoud: boolean;
  hasMaster: boolean;
}

export function newWorker(beginning: Beginning): WorkerState {
  const { configuration, now } = beginning;
  const { rates } = configuration.global;
  const maxconn = beginning.maxconn ?? configuration.global.maxconn ?? MAXCONN_BY_LIMIT;
  return {
    role: 'worker',
    configuration,
    startedAt: now,
    proxies: configuration.proxies.map((settings, index) =>
      newProxy(settings, index, maxconn, configuration.global.spreadChecks, beginning),
    ),
    listeners: beginning.listeners,
    patterns: new Map(),
    patternCounts: new Map(),
    admin: { listeners: beginning.admin, clients: new Map() },
    sessions: new IdMap(),
    serverConnections: new IdMap(),
    purgeAt: 0,
    stopping: false,
    isFinishing: false,
    stoppedAt: 0,
    counters: { connections: 0, streams: 0, mostSessions: 0, mostRate: 0, current: 0 },
    tls: {
      certificates: configuration.tls.certificates,
      generation: 0,
      transaction: undefined,
      total: 0,
      rate: newRate(),
      frontendKeys: newRate(),
      backendKeys: newRate(),
    },
    caches: new Map(),
    resolutions: [],
    nextId: 1,
    limits: {
      connections: newLimit(rates.connections),
      sessions: newLimit(rates.sessions),
      handshakes: newLimit(rates.handshakes),
    },
    lastError: '',
    maxconn,
    hardMaxconn: maxconn,
    isLoud: beginning.isLoud,
    hasMaster: beginning.hasMaster,
    logSocket: 0,
    runnable: [],
  };
}

function newProxy(
  settings: ProxySettings,
  index: number,
  maxconn: number,
  spread: number,
  beginning: Beginning,
): ProxyState {
  const { proxies } = beginning.configuration;
  const servers = settings.servers.map((server, position) =>
    newServer(settings, server, position, spread, beginning),
  );
  return {
    index,
    name: settings.id,
    frontend: newCounters(),
    backend: newCounters(),
    servers,
    queue: [],
    dequeued: 0,
    balance: emptyBalance(),
    lastChange: beginning.now,
    downTime: 0,
    downTransitions: isDownForNames(servers) ? 1 : 0,
    stopped: settings.disabled,
    paused: false,
    stick: new Map(),
    maxconn: settings.maxconn === 0 ? maxconn : settings.maxconn,
    fullconn: settings.fullconn === 0 ? fullConnections(proxies, settings, maxconn) : settings.fullconn,
    limit: newLimit(settings.sessionRate),
    times: [0, 0, 0, 0],
  };
}

/** A tenth of what all frontends that may lead to a backend can hold. Source: src/proxy.c `proxy_adjust_all_maxconn`. */
function fullConnections(proxies: readonly ProxySettings[], backend: ProxySettings, maxconn: number): number {
  let total = 0;
  for (const frontend of proxies) {
    if (!frontend.hasFrontend || frontend.disabled) continue;
    const leads =
      frontend.defaultBackend === undefined
        ? frontend === backend
        : frontend.defaultBackend.name === backend.id;
    if (leads || frontend.switching.some((rule) => rule.format === undefined && rule.backend === backend.id))
      total += frontend.maxconn === 0 ? maxconn : frontend.maxconn;
  }
  return Math.max(1, Math.ceil(total / 10));
}

/** It has gone down at the start: its last servers had no address. */
function isDownForNames(servers: readonly ServerState[]): boolean {
  return (
    servers.every(({ admin }) => admin !== 0) &&
    servers.some(({ admin }) => (admin & ADMIN.resolveMaintenance) !== 0)
  );
}

function newServer(
  proxy: ProxySettings,
  settings: ServerSettings,
  index: number,
  spread: number,
  { now, addresses }: Beginning,
): ServerState {
  const ip = settings.ip ?? (asksLibc(settings) ? addresses.get(settings.hostname ?? '') : undefined);
  const isUnresolved = ip === undefined && settings.hostname !== undefined;
  const admin =
    (settings.isDisabled ? ADMIN.forcedMaintenance | ADMIN.configuredMaintenance : 0) |
    (isUnresolved ? ADMIN.resolveMaintenance : 0);
  const check = newCheck(proxy, settings, spread);
  if (check !== undefined && admin !== 0) check.paused = true;
  const state = admin === 0 ? 'running' : 'stopped';
  return {
    index,
    name: settings.name,
    ip: ip ?? 0,
    port: settings.port,
    cookie: cookieOf(proxy, settings, ip ?? 0, settings.port),
    usesTls: settings.usesTls,
    state,
    next: state,
    admin,
    nextAdmin: admin,
    weight: settings.weight,
    initialWeight: settings.weight,
    effective: 0,
    nextEffective: 0,
    maxconn: settings.maxconn,
    served: 0,
    current: 0,
    queue: [],
    dequeued: 0,
    counters: newCounters(),
    pool: newPool(),
    lastChange: now,
    downTime: 0,
    // Maintenance for want of an address begins here, and counts.
    downTransitions: isUnresolved ? 1 : 0,
    failedChecks: 0,
    failedObservations: 0,
    consecutiveErrors: 0,
    check,
    agent: newAgent(settings),
    reason: '',
    times: [0, 0, 0, 0],
    tree: 'none',
    key: 0,
    stamp: 0,
    position: 0,
    lastPosition: 0,
    remainder: 0,
  };
}

/** Balancers are built, servers that follow a disabled one are disabled too, checks begin. */
export function beginWork(runtime: Runtime): void {
  for (const [proxy, { servers }] of runtime.state.proxies.entries()) {
    for (const server of servers) {
      const tracked = trackedServer(runtime, { proxy, server });
      if (tracked === undefined || tracked.state !== 'stopped' || server.admin !== 0) continue;
      server.admin = server.nextAdmin = ADMIN.inheritedMaintenance;
      server.state = server.next = 'stopped';
    }
  }
  for (const index of runtime.state.proxies.keys()) initialise(runtime.pool(index));
  startChecks(runtime);
  startResolving(runtime);
}

/** `enable health` and `disable health`. */
export function setChecking(runtime: Runtime, proxy: number, server: ServerState, checks: boolean): void {
  const { check } = server;
  if (check === undefined || check.enabled === checks) return;
  check.enabled = checks;
  if (checks) step(runtime, { proxy, server }, { type: 'resume', now: runtime.now });
  else step(runtime, { proxy, server }, { type: 'pause' });
}
