/** A server's address changes while the daemon runs: by an administrator's words or by a name's answer. */
import { cookieOf } from './dynamic-cookie';
import type { Runtime } from './runtime';
import { dropKept } from './server-pool';
import type { Which } from './server-status';

export function setAddressOf(runtime: Runtime, { proxy, server }: Which, ip: number, port: number): void {
  if (server.ip !== ip || server.port !== port) dropKept(runtime, server);
  server.ip = ip;
  server.port = port;
  const settings = runtime.serverSettings(proxy, server.index);
  if (settings !== undefined) server.cookie = cookieOf(runtime.settings(proxy), settings, ip, port);
}
