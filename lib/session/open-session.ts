/** A session for whatever the source is: a scenario, or a sandbox. */
import { makeRun } from './make-run';
import type { Problem, ScenarioSource } from './messages';
import { isSandbox, makeSandbox } from './sandbox/make-sandbox';
import { SandboxSession } from './sandbox/sandbox-session';
import { Session } from './session';

export type OpenedSession = { ok: true; session: Session } | { ok: false; problems: Problem[] };

export function openSession(
  source: ScenarioSource,
  options: { seed: number; traces?: boolean },
): OpenedSession {
  if (isSandbox(source)) {
    const made = makeSandbox(source, options);
    return made.ok
      ? { ok: true, session: new SandboxSession(made.run, source) }
      : { ok: false, problems: [{ severity: 'error', message: made.message }] };
  }
  const made = makeRun(source, options);
  return made.ok
    ? { ok: true, session: new Session(made.run, source) }
    : { ok: false, problems: made.loaded.problems };
}
