/**
 * Sessions that have to go on because something else happened. They run at the
 * end of the event, as the daemon's tasks do.
 */

import type { Runtime } from './runtime';
import type { CutOff, ServerState, Session, Wakeup } from './state';

export function wake(runtime: Runtime, session: number, why: Wakeup['why']): void {
  runtime.state.runnable.push({ session, why });
}

/** Cuts off all sessions that a server serves. */
export function shutdownSessions(
  runtime: Runtime,
  which: { readonly proxy: number; readonly server: ServerState },
  why: CutOff,
): number {
  let count = 0;
  for (const session of runtime.state.sessions.values()) {
    if (!isServed(session, which.proxy, which.server.index)) continue;
    wake(runtime, session.id, why);
    count += 1;
  }
  return count;
}
function isServed(session: Session, proxy: number, server: number): boolean {
  return (
    session.backend === proxy &&
    session.server === server &&
    session.slot === server &&
    session.phase !== 'keepAlive'
  );
}
