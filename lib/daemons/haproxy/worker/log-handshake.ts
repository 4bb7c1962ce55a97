/**
 * The line of a connection that never became a session: `src [date]
 * frontend/listener: reason`, or what `error-log-format` says.
 *
 * Source: HAProxy 2.6 configuration manual §8.2.5 "Error log format"; src/log.c
 * `sess_log`, src/session.c `session_prepare_log_prefix`; recorded lines.
 */

import { formatIPv4 } from '../../../std/ipv4';
import { customLine, ERR, INFO, logTime, sendLog } from './log-line';
import type { Runtime } from './runtime';
import type { HandshakeError, Session } from './state';

/** Closed before anything was said: `option dontlognull` hides it. */
const EMPTY: readonly number[] = [11, 24];

export function logHandshake(
  runtime: Runtime,
  session: Session,
  error: HandshakeError,
  { isTimeout }: { isTimeout: boolean },
): void {
  const settings = runtime.settings(session.frontend);
  const { options, errorLogFormat } = settings;
  if (settings.logFormat === undefined && errorLogFormat === undefined) return;
  if (options.has('dontlognull') && (isTimeout || EMPTY.includes(error.code))) return;
  const level = options.has('log-separate-errors') ? ERR : INFO;
  const text =
    errorLogFormat === undefined
      ? prefix(runtime, session) + error.text
      : customLine(runtime, session, errorLogFormat.nodes);
  sendLog(runtime, session.frontend, level, text);
}

function prefix(runtime: Runtime, session: Session): string {
  const settings = runtime.settings(session.frontend);
  const clock = runtime.host.clock() - runtime.now + session.acceptedAt;
  return `${formatIPv4(session.clientIp)}:${session.clientPort} [${logTime(clock)}] ${settings.id}/${listenerName(runtime, session)}: `;
}

/** Its name, else its number among the frontend's, from 1. */
function listenerName(runtime: Runtime, session: Session): string {
  const own = runtime.listener(session);
  const name = runtime.settings(session.frontend).binds[own?.bind ?? 0]?.name;
  if (name !== undefined) return name;
  const before = runtime.state.listeners.filter(
    (listener, index) => listener.proxy === session.frontend && index <= session.listener,
  );
  return String(before.length);
}
