/** One end of the worker boundary: what the client needs of a worker, so that tests can stand in for it. */
import type { ClientMessage, WorkerMessage } from '../session/messages';

export interface RunPort {
  post(message: ClientMessage): void;
  /** `broke` is called when the worker fails in a way it could not report itself. */
  listen(handlers: { message(message: WorkerMessage): void; broke(reason: string): void }): void;
  terminate(): void;
}
