/** What the trace of a request tells the learner of its way through the daemon. */
import type { Runtime } from './runtime';
import type { Session } from './state';

export function hop(
  runtime: Runtime,
  session: Session,
  what: string,
  text: string,
  verdict: string,
  outcome: 'ok' | 'wait' | 'bad',
  place?: { readonly file: string; readonly line: number },
): void {
  runtime.world.hop(session.trace, runtime.template(what, text, verdict, outcome, place), runtime.now);
}
