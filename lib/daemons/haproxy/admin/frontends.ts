/** What an administrator does to frontends. Source: HAProxy 2.6 src/proxy.c `cli_parse_disable_frontend` and its kin; recorded answers. */
import { ACCEPT } from '../sockets';
import { resumeListeners } from '../worker/limits';
import type { Runtime } from '../worker/runtime';
import { sendLog } from '../worker/log-line';
import { findFrontend } from './targets';

const WARNING = 4;
type Words = readonly string[];

/** A disabled frontend does not listen, but keeps what is under way. */
export function setFrontend(runtime: Runtime, name: string, enabled: boolean): string {
  const index = findFrontend(runtime, name);
  if (typeof index === 'string') return index;
  const proxy = runtime.proxy(index);
  if (proxy.stopped)
    return enabled
      ? 'Frontend was previously shut down, cannot enable.\n'
      : 'Frontend was previously shut down, cannot disable.\n';
  if (proxy.paused !== enabled)
    return enabled ? 'All sockets are already enabled.\n' : 'All sockets are already disabled.\n';
  proxy.paused = !enabled;
  return enabled ? open(runtime, index) : close(runtime, index);
}
/** SIGTTOU and SIGTTIN: another process needs the addresses, or could not use them. Source: proxy.c `pause_proxy`, `resume_proxy`. */
export function setFrontends(runtime: Runtime, enabled: boolean): void {
  const told: [number, string][] = [];
  for (const [index, settings] of runtime.configuration.proxies.entries()) {
    const proxy = runtime.proxy(index);
    const listens = runtime.state.listeners.some((entry) => entry.proxy === index);
    if (!listens || proxy.stopped || proxy.paused !== enabled) continue;
    proxy.paused = !enabled;
    if (enabled) open(runtime, index);
    else close(runtime, index);
    const kind = settings.kind === 'listen' ? 'proxy' : settings.kind;
    told.push([index, `${enabled ? 'Resumed' : 'Paused'} ${kind} ${settings.id}.`]);
  }
  if (told.length === 0) return;
  for (const [, text] of told) runtime.say('WARNING', text);
  runtime.say('WARNING', `${enabled ? 'Resumed' : 'Paused'} frontend GLOBAL.`);
  for (const [index, text] of told) sendLog(runtime, index, WARNING, text);
}
function close(runtime: Runtime, index: number): string {
  for (const entry of runtime.state.listeners) {
    if (entry.proxy !== index || entry.listener === 0) continue;
    runtime.network.closeListener(runtime.host, entry.listener);
    entry.listener = 0;
  }
  return '';
}
function open(runtime: Runtime, index: number): string {
  const { host, network, pid } = runtime;
  for (const [position, entry] of runtime.state.listeners.entries()) {
    if (entry.proxy !== index || entry.listener !== 0) continue;
    // The socket was never given up by the real one, so no permission is asked for again.
    const result = network.listen(host, {
      pid: 0,
      ip: entry.ip,
      port: entry.port,
      reusePort: true,
      on: { name: ACCEPT, pid, data: position },
    });
    if (typeof result === 'string') {
      runtime.proxy(index).paused = true;
      return 'Failed to resume frontend, check logs for precise cause (port conflict?).\n';
    }
    network.moveListener(host, result.listener, pid, { name: ACCEPT, pid, data: position });
    entry.listener = result.listener;
  }
  return '';
}
export function shutdownFrontend(runtime: Runtime, words: Words): string {
  const index = findFrontend(runtime, words[2]);
  if (typeof index === 'string') return index;
  const proxy = runtime.proxy(index);
  if (proxy.stopped) return 'Frontend was already shut down.\n';
  close(runtime, index);
  proxy.stopped = true;
  const text = `Proxy ${proxy.name} stopped (cumulated conns: FE: ${proxy.frontend.connections}, BE: ${proxy.backend.sessions}).`;
  runtime.say('WARNING', text);
  sendLog(runtime, index, WARNING, text);
  return '';
}

export function setFrontendMaxconn(runtime: Runtime, words: Words): string {
  const index = findFrontend(runtime, words[3]);
  if (typeof index === 'string') return index;
  const text = words[4];
  if (text === undefined) return 'Integer value expected.\n';
  const value = Number.parseInt(text, 10);
  if (!(value >= 0)) return 'Value out of range.\n';
  const proxy = runtime.proxy(index);
  proxy.maxconn = value === 0 ? runtime.state.maxconn : value;
  resumeListeners(runtime);
  return '';
}
export function setGlobalMaxconn(runtime: Runtime, words: Words): string {
  const text = words[3];
  if (text === undefined) return 'Expects an integer value.\n';
  const value = Number.parseInt(text, 10);
  const hard = runtime.state.hardMaxconn;
  if (!(value >= 0) || value > hard) return 'Value out of range.\n';
  runtime.state.maxconn = value === 0 ? hard : value;
  resumeListeners(runtime);
  return '';
}
