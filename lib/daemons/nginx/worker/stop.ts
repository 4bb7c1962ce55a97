/** How a worker ends. Source: nginx 1.22 src/os/unix/ngx_process_cycle.c `ngx_worker_process_cycle`, `ngx_worker_process_exit`. */
import { closeClient } from './client';
import type { Runtime } from './runtime';
import { endIdle } from './upstream-connections';

/** SIGQUIT: nothing new is taken, what is under way goes on to its end. */
export function quitGracefully(runtime: Runtime): void {
  const { state, group } = runtime;
  if (state.quitting) return;
  state.quitting = true;
  runtime.say('notice', 'gracefully shutting down');
  runtime.process.argv = ['nginx: worker process is shutting down'];
  group.accepting = group.accepting.filter((pid) => pid !== runtime.pid);
  for (const client of [...state.clients.values()])
    if (client.phase === 'waiting' && client.waiting.length === 0 && client.requests > 0)
      closeClient(runtime, client);
  for (const connection of [...state.idleOf.keys()]) endIdle(runtime, connection);
  const { shutdownTimeoutMs } = runtime.configuration.main;
  if (shutdownTimeoutMs !== undefined)
    runtime.world.timer(runtime.host, runtime.pid, 'shutdown', runtime.now + shutdownTimeoutMs * 1_000, {
      name: 'nginx.worker-exit',
      data: null,
    });
  finishIfIdle(runtime);
}
export function finishIfIdle(runtime: Runtime): void {
  if (!runtime.state.quitting || runtime.state.ended || runtime.state.clients.size > 0) return;
  exitWorker(runtime);
}
/** At once: whoever is still connected is cut off. */
export function exitWorker(runtime: Runtime): void {
  if (runtime.state.ended) return;
  runtime.state.ended = true;
  runtime.say('notice', 'exiting');
  runtime.say('notice', 'exit');
  runtime.world.timer(runtime.host, runtime.pid, 'exit', runtime.now, {
    name: 'nginx.worker-exit',
    data: null,
  });
}
