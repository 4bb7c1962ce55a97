/**
 * What keeps listeners from accepting: `maxconn` of the process, of a frontend, of a `bind` line, and rates
 * (`rate-limit sessions`, `maxconnrate`, `maxsessrate`, `maxsslrate`). Connections then wait in the kernel's queue.
 * Source: HAProxy 2.6 src/listener.c `listener_accept`, src/proxy.c `manage_proxy`, src/freq_ctr.c
 * `freq_ctr_remain_period`; recorded.
 */
import type { Micros } from '../../../std/instant';
import type { World } from '../../../world/world.contract';
import type { Runtime } from './runtime';
import type { ListenerState, PeriodRate, WorkerState } from './state';

const MILLISECOND: Micros = 1_000;
/** A period, in the daemon's ticks of a millisecond. */
const PERIOD = 1_000;

/** A rate with its limit: events per second. */
export interface RateLimit extends PeriodRate {
  /** 0: none */
  most: number;
}
export function newLimit(most: number | undefined): RateLimit {
  return { most: most ?? 0, startedAt: 0, now: 0, before: 0 };
}

function count(limit: RateLimit, now: Micros): void {
  if (limit.most === 0) return;
  const tick = Math.floor(now / MILLISECOND);
  const since = tick - limit.startedAt;
  if (since >= PERIOD) {
    limit.before = since < 2 * PERIOD ? limit.now : 0;
    limit.now = 0;
    limit.startedAt = since < 2 * PERIOD ? limit.startedAt + PERIOD : tick;
  }
  limit.now += 1;
}

/** From when on one more event is within the limit: 0 at once. */
export function freeAt(limit: RateLimit, now: Micros): Micros {
  if (limit.most === 0) return 0;
  const tick = Math.floor(now / MILLISECOND);
  const own =
    limit.now < limit.most ? freeWithin(limit.startedAt, limit.before, limit.most - limit.now) : undefined;
  // What is counted now is what went before in the next period.
  const at = own ?? freeWithin(limit.startedAt + PERIOD, limit.now, limit.most);
  return at <= tick ? 0 : at * MILLISECOND;
}
/** The part of the period before that still counts shrinks from `past` to 0. */
function freeWithin(startedAt: number, past: number, room: number): number {
  if (past < room) return startedAt;
  const left = Math.ceil((room * PERIOD) / past) - 1;
  return startedAt + PERIOD - left;
}

/** A connection has been accepted: it counts, and may have been the last one for now. */
export function limitListeners(runtime: Runtime, index: number, usesTls: boolean): void {
  const { state, now } = runtime;
  const proxy = runtime.proxy(index);
  const { connections, sessions, handshakes } = state.limits;
  count(connections, now);
  count(sessions, now);
  if (usesTls) count(handshakes, now);
  count(proxy.limit, now);
  const isFull = state.maxconn > 0 && state.counters.current >= state.maxconn;
  for (const listener of state.listeners)
    if (
      listener.listener !== 0 &&
      (isFull || listener.proxy === index || isLimited(state)) &&
      !mayAccept(runtime, listener)
    )
      pause(runtime, listener);
}
function isLimited({ limits }: WorkerState): boolean {
  return limits.connections.most > 0 || limits.sessions.most > 0 || limits.handshakes.most > 0;
}
function pause(runtime: Runtime, listener: ListenerState): void {
  listener.isPaused = true;
  runtime.network.setAccepting(runtime.host, listener.listener, false);
  const at = ratedUntil(runtime, listener);
  if (at > runtime.now)
    runtime.world.timer(runtime.host, runtime.pid, 'listeners', at, {
      name: 'haproxy.listeners',
      data: null,
    });
}

/** A connection has ended, a limit was changed, or its time has come. */
export function resumeListeners(runtime: Runtime): void {
  for (const listener of runtime.state.listeners) {
    if (!listener.isPaused || listener.listener === 0) continue;
    if (mayAccept(runtime, listener)) {
      listener.isPaused = false;
      runtime.network.setAccepting(runtime.host, listener.listener, true);
    } else if (ratedUntil(runtime, listener) > runtime.now) pause(runtime, listener);
  }
}

function mayAccept(runtime: Runtime, listener: ListenerState): boolean {
  const { state } = runtime;
  const owner = runtime.proxy(listener.proxy);
  if (owner.paused || (state.maxconn > 0 && state.counters.current >= state.maxconn)) return false;
  if (owner.maxconn > 0 && owner.frontend.current >= owner.maxconn) return false;
  const own = runtime.settings(listener.proxy).binds[listener.bind]?.maxconn ?? 0;
  if (own > 0 && listener.current >= own) return false;
  return ratedUntil(runtime, listener) <= runtime.now;
}
/** The rates allow the next connection from this instant on. */
function ratedUntil(runtime: Runtime, listener: ListenerState): Micros {
  const { limits } = runtime.state;
  const { now } = runtime;
  const usesTls = runtime.settings(listener.proxy).binds[listener.bind]?.usesTls === true;
  return Math.max(
    freeAt(runtime.proxy(listener.proxy).limit, now),
    freeAt(limits.connections, now),
    freeAt(limits.sessions, now),
    usesTls ? freeAt(limits.handshakes, now) : 0,
  );
}

export function registerLimits(
  world: World,
  within: (host: Parameters<typeof world.exit>[0], pid: number, run: (runtime: Runtime) => void) => void,
): void {
  world.callback<null, undefined>('haproxy.listeners', ({ host, pid }) => within(host, pid, resumeListeners));
}
