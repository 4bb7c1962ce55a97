/**
 * PROXY headers: those that clients must send (`accept-proxy`, `expect-proxy layer4`), and our own to servers
 * (`send-proxy`, `send-proxy-v2`).
 * Source: HAProxy 2.6 configuration manual §5.1 "accept-proxy", §5.2 "send-proxy"; src/connection.c
 * `conn_recv_proxy`, `make_proxy_line`; recorded.
 */
import { binaryHeader, headerLine, readHeader } from '../../../protocols/proxy-protocol/header';
import { byteLength } from '../../../std/bytes';
import type { Message, RawBytes } from '../../../world/network.contract';
import type { ServerSettings } from '../config';
import { logHandshake } from './log-handshake';
import type { Runtime } from './runtime';
import { destroy, setTimeout } from './session';
import type { HandshakeError, Session } from './state';

/** The header comes before anything else, as long as a client may be silent. */
export function awaitHeader(runtime: Runtime, session: Session): void {
  session.phase = 'proxy';
  setTimeout(runtime, session, runtime.settings(session.frontend).timeouts.client);
}

const error = (code: number, text: string): HandshakeError => ({ code, text, openssl: undefined });
const FAILURES = {
  empty: error(11, 'Connection closed while waiting for PROXY protocol header'),
  reset: error(12, 'Connection error while waiting for PROXY protocol header'),
  timeout: error(13, 'Timeout while waiting for PROXY protocol header'),
  truncated: error(14, 'Truncated PROXY protocol header received'),
  'no header': error(15, 'Received something which does not look like a PROXY protocol header'),
  'bad header': error(16, 'Received an invalid PROXY protocol header'),
} as const;

/** What came; undefined: more is needed, or the connection has ended. Else what stands behind the header. */
export function takeHeader(runtime: Runtime, session: Session, message: Message): string | undefined {
  session.buffered += message.kind === 'bytes' ? message.text : '\0';
  const read = readHeader(session.buffered);
  if (read === 'incomplete') return undefined;
  if (typeof read === 'string') {
    headerFailed(runtime, session, read);
    return undefined;
  }
  session.buffered = '';
  session.phase = 'request';
  if (read.ends !== undefined) {
    session.clientIp = read.ends.sourceIp;
    session.clientPort = read.ends.sourcePort;
    session.localIp = read.ends.destinationIp;
    session.localPort = read.ends.destinationPort;
  }
  return read.rest;
}

/** No header, no session: one line in the log. What was not read makes the end a reset. */
export function headerFailed(
  runtime: Runtime,
  session: Session,
  why: keyof typeof FAILURES | 'closed',
): void {
  const reason = why !== 'closed' ? why : session.buffered === '' ? 'empty' : 'truncated';
  session.handshakeError = FAILURES[reason];
  logHandshake(runtime, session, FAILURES[reason], { isTimeout: reason === 'timeout' });
  destroy(runtime, session, session.buffered === '' ? 'close' : 'reset');
}

function bytes(text: string): RawBytes {
  return { kind: 'bytes', text, bytes: byteLength(text) };
}
/** Goes to a server first, when its line says so. */
export function sendHeader(runtime: Runtime, session: Session, settings: ServerSettings): void {
  if (settings.sendsProxy === 'no') return;
  const ends = {
    sourceIp: session.clientIp,
    sourcePort: session.clientPort,
    destinationIp: session.localIp,
    destinationPort: session.localPort,
  };
  const text = settings.sendsProxy === 'v1' ? headerLine(ends) : binaryHeader(ends);
  runtime.network.send(session.connection, 'client', bytes(text));
}
/** A check speaks for itself. */
export function sendOwnHeader(runtime: Runtime, connection: number, version: 'v1' | 'v2'): void {
  const own = runtime.network.connection(connection, 'client');
  const text =
    version === 'v2' || own === undefined
      ? binaryHeader(undefined)
      : headerLine({
          sourceIp: own.localIp,
          sourcePort: own.localPort,
          destinationIp: own.peerIp,
          destinationPort: own.peerPort,
        });
  runtime.network.send(connection, 'client', bytes(text));
}
