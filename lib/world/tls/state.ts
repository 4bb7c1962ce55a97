/** What is remembered of a secured side of a connection: plain data, part of the socket. */
import type { AlertName } from '../../protocols/tls/alerts';
import type { TlsVersion } from '../../protocols/tls/versions';
import type { Callback, Message, TlsRecord } from '../network.contract';
import type { ClientHello, TlsClientSettings, TlsInfo, TlsServerSettings, TlsStep } from '../tls.contract';

export type Secure = {
  /** Who hears of what happens: the owner of the socket. */
  owner: Callback;
  phase:
    | /** Server: nothing came yet. */ 'awaits-hello'
    | /** Server: its processor works on the signature. */ 'signs'
    | /** Server: its flight is out. */ 'awaits-client'
    | /** Client: it has nothing to offer. */ 'gives-up'
    | /** Client: the hello is out. */ 'awaits-server'
    | /** Client, before TLS 1.3: its keys are out. */ 'awaits-finished'
    | 'open';
  role:
    | { side: 'client'; settings: TlsClientSettings }
    | { side: 'server'; settings: TlsServerSettings; hello: ClientHello | undefined };
  agreed: Agreed | undefined;
  /** What the owner sent before the handshake was done. */
  waiting: Message[];
  info: TlsInfo | undefined;
  steps: TlsStep[];
  /** The peer said close_notify. */
  notified: boolean;
};

/** What the server's hello settled. */
export type Agreed = {
  version: TlsVersion;
  cipher: string;
  bits: number;
  /** Place of the shown certificate among the server's. */
  key: number;
  alpn: string | undefined;
  serverName: string | undefined;
  /** Bytes that each record is longer than what is in it. */
  overhead: number;
};

/** What is in records, besides what everybody sees. */
export type RecordData =
  | { of: 'hello'; hello: ClientHello }
  | {
      of: 'flight';
      agreed: Agreed;
      /** PEM of the server's certificates. */
      chain: string;
      /** PEM of the authorities whose certificates it asks for; undefined: it asks for none. */
      asks: string | undefined;
    }
  | { of: 'client-finished'; chain: string }
  | { of: 'server-finished' }
  | { of: 'tickets'; bytes: number }
  | { of: 'alert'; alert: AlertName }
  | { of: 'data' };

export function makeRecord(step: string, bytes: number, data: RecordData): TlsRecord {
  return { kind: 'tls', step, bytes, data };
}
export function dataOf(record: TlsRecord): RecordData {
  return record.data as RecordData;
}
