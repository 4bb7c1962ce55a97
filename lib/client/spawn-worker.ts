/** Starts the world's worker. The bundler recognises the literal below and nothing else. */
import type { ClientMessage, WorkerMessage } from '../session/messages';
import type { RunPort } from './run-port';

/** A worker that reads its scripts already, and that nobody has asked for yet. */
let ready: Worker | undefined;

/** Has a worker read its scripts ahead of the run: that takes as long as the page's first look. */
export function warmWorker(): void {
  if (typeof Worker === 'undefined' || ready !== undefined) return;
  const worker = newWorker();
  // Whoever needs one later starts another, and hears what is wrong with that.
  worker.onerror = (event) => {
    event.preventDefault();
    if (ready === worker) ready = undefined;
  };
  ready = worker;
}

export function spawnWorker(): RunPort {
  const worker = ready ?? newWorker();
  ready = undefined;
  return {
    post: (message: ClientMessage) => worker.postMessage(message),
    listen({ message, broke }) {
      worker.onmessage = (event: MessageEvent<WorkerMessage>) => message(event.data);
      worker.onerror = (event) => {
        event.preventDefault();
        broke(event.message || 'The simulation could not be loaded.');
      };
      worker.onmessageerror = () => broke('A message from the simulation could not be read.');
    },
    terminate: () => worker.terminate(),
  };
}

function newWorker(): Worker {
  return new Worker(new URL('../session/worker.ts', import.meta.url), { type: 'module' });
}
