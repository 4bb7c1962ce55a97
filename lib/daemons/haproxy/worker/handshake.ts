/**
 * TLS handshakes: those of clients on `bind … ssl`, and those with servers.
 *
 * Source: 2.6.12 src/ssl_sock.c `ssl_sock_handshake`, src/session.c
 * `session_kill_embryonic`; recorded log lines, retries and check statuses.
 */

import type { TlsFailure, TlsInfo } from '../../../world/tls.contract';
import type { BindSettings, ServerSettings } from '../config';
import { sampleText } from '../evaluate/convert';
import type { Subject } from '../evaluate/subject';
import { hop } from './hop';
import { logHandshake } from './log-handshake';
import type { Runtime } from './runtime';
import { destroy, setTimeout } from './session';
import { type HandshakeError, type Session, tick } from './state';
import { clientSettings, entryOf } from './tls-material';

// ---------------------------------------------------------------- clients
/** The `bind` line that a client came to. */
export function bindOf(runtime: Runtime, session: Session): BindSettings | undefined {
  return runtime.settings(session.frontend).binds[runtime.listener(session)?.bind ?? 0];
}

/** Waits for the client's hello, as long as a client may be silent. */
export function beginHandshake(runtime: Runtime, session: Session): void {
  const { tls } = runtime.state;
  tls.total += 1;
  tick(tls.rate, runtime.now);
  session.phase = 'handshake';
  const place = { proxy: session.frontend, bind: runtime.listener(session)?.bind ?? 0 };
  runtime.network.tls.accept(session.id, entryOf(runtime, place));
  setTimeout(runtime, session, runtime.settings(session.frontend).timeouts.client);
}

/** What the client's side settled is kept: the log line comes when the connection may be gone. */
export function handshakeDone(runtime: Runtime, session: Session, info: TlsInfo): void {
  session.tls = info;
  session.phase = 'request';
  session.securedAt = session.idleSince = runtime.now;
  runtime.proxy(session.frontend).frontend.tlsSessions += 1;
  tick(runtime.state.tls.frontendKeys, runtime.now);
}

/** `fc_err` and its words. */
const EMPTY: HandshakeError = {
  code: 24,
  text: 'Connection closed during SSL handshake',
  openssl: undefined,
};
const TIMEOUT: HandshakeError = { code: 26, text: 'Timeout during SSL handshake', openssl: undefined };
const FAILURE: HandshakeError = { code: 34, text: 'SSL handshake failure', openssl: undefined };

function errorOf(failure: TlsFailure): HandshakeError {
  if (failure.kind === 'closed') return EMPTY;
  const { openssl } = failure;
  if (failure.kind !== 'alert-sent' || failure.verified === undefined) return { ...FAILURE, openssl };
  return failure.verified.depth === 0
    ? { code: 31, text: 'SSL client certificate not trusted', openssl }
    : { code: 30, text: 'SSL client CA chain cannot be verified', openssl };
}

/** No handshake, no session: one line in the log, and the connection ends. */
export function handshakeFailed(
  runtime: Runtime,
  session: Session,
  why: TlsFailure | 'timeout' | 'reset',
): void {
  const error = why === 'timeout' ? TIMEOUT : why === 'reset' ? FAILURE : errorOf(why);
  if (why !== 'timeout') runtime.proxy(session.frontend).frontend.tlsFailures += 1;
  session.handshakeError = error;
  session.tls = typeof why === 'string' ? undefined : partlyKnown(why);
  logHandshake(runtime, session, error, { isTimeout: why === 'timeout' });
  destroy(runtime, session);
}
/** What a failed handshake settled before it failed. */
function partlyKnown(failure: TlsFailure): TlsInfo | undefined {
  if (failure.kind !== 'alert-sent' || failure.version === undefined) return undefined;
  return {
    version: failure.version,
    cipher: '',
    bits: 0,
    serverName: failure.serverName,
    alpn: undefined,
    peerChain: failure.peerChain ?? '',
    verified: failure.verified,
    steps: [],
  };
}

// ---------------------------------------------------------------- servers
/** The server took the connection; its handshake is part of connecting to it. */
export function beginServerHandshake(runtime: Runtime, session: Session, settings: ServerSettings): void {
  const { tls } = runtime.state;
  tls.total += 1;
  tick(tls.rate, runtime.now);
  const { options, sniExpression } = settings.tls;
  const subject: Subject = { runtime, session, request: session.request, response: undefined };
  const name = sniExpression === undefined ? undefined : sampleText(subject, sniExpression);
  runtime.network.tls.connect(
    session.connection,
    clientSettings(runtime, settings.tls, {
      proxy: session.backend,
      server: session.server,
      name: name === '' ? undefined : name,
      alpn: options.alpn,
    }),
  );
}

export function serverSecured(runtime: Runtime, session: Session, info: TlsInfo): void {
  session.serverTls = info;
  const server = runtime.server(session.backend, session.server);
  countHandshake(runtime, session.backend, server, 'done');
}

/** Counts a handshake with a server, of traffic or of a check. */
export function countHandshake(
  runtime: Runtime,
  proxy: number,
  server: { counters: { tlsSessions: number; tlsFailures: number } } | undefined,
  how: 'done' | 'failed',
): void {
  const field = how === 'done' ? 'tlsSessions' : 'tlsFailures';
  runtime.proxy(proxy).backend[field] += 1;
  if (server !== undefined) server.counters[field] += 1;
  if (how === 'done') tick(runtime.state.tls.backendKeys, runtime.now);
}

/**
 * The handshake failed: as if the server had not taken the connection. A name
 * that the server has no certificate for is not worth another attempt.
 */
export function serverHandshakeFailed(runtime: Runtime, session: Session, failure: TlsFailure): void {
  const settings = runtime.serverSettings(session.backend, session.server);
  const server = runtime.server(session.backend, session.server);
  countHandshake(runtime, session.backend, server, 'failed');
  if (session.trace !== 0)
    hop(
      runtime,
      session,
      'connect',
      `no TLS with server ${server?.name ?? ''}: ${failure.reason}`,
      'tls',
      'bad',
      settings,
    );
  if (isWrongName(failure) && settings?.tls.verifyHost === undefined)
    session.retries = runtime.settings(session.backend).retries;
}

const HOSTNAME_MISMATCH = 62;
const IP_MISMATCH = 64;
export function isWrongName(failure: TlsFailure): boolean {
  const code = failure.kind === 'alert-sent' ? failure.verified?.code : undefined;
  return code === HOSTNAME_MISMATCH || code === IP_MISMATCH;
}

/** What a failed handshake is called in a health check. */
export function checkFailure(failure: TlsFailure, settings: ServerSettings): string {
  if (!isWrongName(failure)) return FAILURE.text;
  const which = settings.tls.verifyHost === undefined ? 'expected' : 'configured';
  return `Server presented an SSL certificate different from the ${which} one`;
}
