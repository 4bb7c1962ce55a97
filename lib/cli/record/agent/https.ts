/** TLS over a connection of the recorder's own clients, as strict as the simulator's are (lib/world/tls/https-settings). */
import type { Socket } from 'node:net';
import { isIP } from 'node:net';
import { connect, type PeerCertificate, type SecureVersion, type TLSSocket } from 'node:tls';
import type { LoadTls } from '../../../daemons/traffic/configuration';

export interface HttpsAsk extends Pick<LoadTls, 'verify' | 'min' | 'max'> {
  /** PEM of trusted roots. */
  roots: string;
}
/** No secure connection, for whatever reason but the time and a reset. */
export class NotSecured extends Error {
  readonly code = 'TLS';
}

/** @throws NotSecured, or the error of the socket */
export function secured(socket: Socket, host: string, ask: HttpsAsk, seconds: number): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const made = connect({
      socket,
      ca: ask.roots,
      rejectUnauthorized: ask.verify === 'yes',
      minVersion: nodeVersion(ask.min),
      maxVersion: nodeVersion(ask.max),
      ALPNProtocols: ['http/1.1'],
      checkServerIdentity: (name, { subjectaltname }: PeerCertificate) =>
        names(subjectaltname).some((pattern) => isFor(pattern, name))
          ? undefined
          : new NotSecured(`not for ${name}`),
      ...(isIP(host) === 0 ? { servername: host } : {}),
      host,
    });
    const timer = setTimeout(() => {
      made.destroy();
      reject(Object.assign(new Error('time is up'), { code: 'ETIMEDOUT' }));
    }, seconds * 1000);
    made.once('secureConnect', () => {
      clearTimeout(timer);
      resolve(made);
    });
    made.once('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      const isOfTheWay =
        ['ECONNRESET', 'EPIPE', 'ETIMEDOUT'].includes(error.code ?? '') && socket.errored !== null;
      reject(isOfTheWay ? error : new NotSecured(error.message));
    });
  });
}
function nodeVersion(version: LoadTls['min']): SecureVersion {
  return version === 'TLSv1' ? 'TLSv1' : version;
}
/** `DNS:shop.example, IP Address:10.0.0.1` */
function names(text: string | undefined): string[] {
  return (text ?? '').split(', ').map((part) => part.slice(part.indexOf(':') + 1).toLowerCase());
}
function isFor(pattern: string, name: string): boolean {
  const wanted = name.toLowerCase();
  return pattern.startsWith('*.')
    ? wanted.slice(wanted.indexOf('.')) === pattern.slice(1)
    : wanted === pattern;
}
