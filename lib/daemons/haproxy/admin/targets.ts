/** What commands name: `backend/server`, a frontend. Source: src/server.c `cli_find_server`, src/proxy.c `cli_find_frontend`. */
import type { Runtime } from '../worker/runtime';
import type { Which } from '../worker/server-status';

export function findServer(runtime: Runtime, name: string | undefined): Which | string {
  const slash = name?.indexOf('/') ?? -1;
  if (name === undefined || slash < 0) return "Require 'backend/server'.\n";
  const backend = name.slice(0, slash);
  const wanted = name.slice(slash + 1);
  const proxy = runtime.configuration.proxies.findIndex(
    ({ id, uuid, hasBackend }) => hasBackend && (id === backend || `#${uuid}` === backend),
  );
  if (proxy < 0) return 'No such backend.\n';
  const server = runtime
    .proxy(proxy)
    .servers.find(
      (one) => one.name === wanted || `#${runtime.serverSettings(proxy, one.index)?.id ?? ''}` === wanted,
    );
  return server === undefined ? 'No such server.\n' : { proxy, server };
}
export function findFrontend(runtime: Runtime, name: string | undefined): number | string {
  if (name === undefined || name === '') return 'A frontend name is expected.\n';
  const proxy = runtime.configuration.proxies.findIndex(({ id, hasFrontend }) => hasFrontend && id === name);
  return proxy < 0 ? 'No such frontend.\n' : proxy;
}
