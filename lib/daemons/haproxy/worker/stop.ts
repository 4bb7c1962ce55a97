/**
 * How a worker ends when it is asked politely: nothing new is taken, what is
 * under way goes on to its end.
 * Source: HAProxy 2.6 src/proxy.c `soft_stop`, `stop_proxy`; recorded messages.
 */
import type { Micros } from '../../../std/instant';
import { stopResolving } from './resolve';
import { stopChecks } from './start-checks';
import { sendLog } from './log-line';
import type { Runtime } from './runtime';
import { destroy } from './session';
import type { LogTarget } from '../config';
import { deliverLog } from './log-line';

const WARNING = 4;
/** From the last session to the end of the process: 0.09 to 0.19 s, as the real one was seen to take. */
const WIND_DOWN: Micros = 120_000;

export function softStop(runtime: Runtime): void {
  const { state, host, network, configuration } = runtime;
  if (state.stopping) return;
  state.stopping = true;
  state.stoppedAt = runtime.now;
  for (const entry of state.listeners) {
    // A process that was started with our sockets has them now.
    if (isOwn(runtime, entry.listener)) network.closeListener(host, entry.listener);
    entry.listener = 0;
  }
  for (const entry of state.admin.listeners)
    if (network.unixListeners(host).some((one) => one.listener === entry.listener && one.pid === runtime.pid))
      network.closeListener(host, entry.listener);
  state.admin.listeners = [];
  stopChecks(runtime);
  stopResolving(runtime);
  let isFirst = true;
  for (const [index, settings] of configuration.proxies.entries()) {
    if (settings.disabled) continue;
    tellStopped(runtime, index);
    if (isFirst && !state.hasMaster && configuration.global.sockets.length > 0)
      tell(runtime, 'GLOBAL', 0, 0, configuration.global.logs);
    isFirst = false;
  }
  tell(runtime, '<HTTPCLIENT>', 0, 0, configuration.global.logs);
  for (const session of state.sessions.values())
    if (session.phase === 'keepAlive' && session.waiting.length === 0) destroy(runtime, session);
  const { hardStopAfter } = configuration.global;
  if (hardStopAfter !== undefined)
    runtime.world.timer(host, runtime.pid, 'hard-stop', runtime.now + hardStopAfter, {
      name: 'haproxy.hard-stop',
      data: null,
    });
  finishIfIdle(runtime);
}
function isOwn(runtime: Runtime, listener: number): boolean {
  return runtime.network
    .listeners(runtime.host)
    .some((one) => one.listener === listener && one.pid === runtime.pid);
}
function tellStopped(runtime: Runtime, index: number): void {
  const proxy = runtime.proxy(index);
  proxy.stopped = true;
  const text = stoppedText(proxy.name, proxy.frontend.connections, proxy.backend.sessions);
  runtime.say('WARNING', text);
  sendLog(runtime, index, WARNING, text);
}
function tell(
  runtime: Runtime,
  name: string,
  frontend: number,
  backend: number,
  targets: readonly LogTarget[],
): void {
  const text = stoppedText(name, frontend, backend);
  runtime.say('WARNING', text);
  deliverLog(runtime, targets, runtime.configuration.global.logTag, WARNING, text);
}
function stoppedText(name: string, frontend: number, backend: number): string {
  return `Proxy ${name} stopped (cumulated conns: FE: ${frontend}, BE: ${backend}).`;
}

/** The last session is over: the threads come to rest, and the process ends. */
export function finishIfIdle(runtime: Runtime): void {
  const { state } = runtime;
  if (!state.stopping || state.sessions.size > 0 || state.isFinishing) return;
  state.isFinishing = true;
  runtime.world.timer(runtime.host, runtime.pid, 'finish', runtime.now + WIND_DOWN, {
    name: 'haproxy.finish',
    data: null,
  });
}
