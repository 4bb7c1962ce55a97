/** Starts the world's worker. The bundler recognises the literal below and nothing else. */
import type { ClientMessage, WorkerMessage } from '../session/messages';
import type { RunPort } from './run-port';

export function spawnWorker(): RunPort {
  const worker = new Worker(new URL('../session/worker.ts', import.meta.url), { type: 'module' });
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
