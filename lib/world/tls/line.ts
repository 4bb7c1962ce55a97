/** One side of a handshake with what its steps need. */
import { alertNumber, type AlertName } from '../../protocols/tls/alerts';
import type { TlsError } from '../../protocols/tls/errors';
import { ALERT, recordsSize } from '../../protocols/tls/sizes';
import type { TlsVersion } from '../../protocols/tls/versions';
import type { Message, TlsRecord } from '../network.contract';
import type { Connection, End } from '../network/state';
import type { TlsFailure, TlsInfo, TlsMessageName, TlsStep } from '../tls.contract';
import type { Host } from '../world.contract';
import { makeRecord, type Secure } from './state';

export interface Line {
  connection: Connection;
  end: End;
  secure: Secure;
  host: Host;
  send: (record: TlsRecord) => void;
  /** The handshake is done. */
  open: (info: TlsInfo) => void;
  /** It is not, and will not be: the connection is a plain one again. */
  fail: (failure: Failure) => void;
}

/** A failure without what every one of them has. */
export type Failure = { openssl: TlsError | undefined; reason: string } & (
  | Pick<TlsFailure & { kind: 'alert-sent' }, 'kind' | 'alert' | 'verified' | 'peerChain'>
  | Pick<TlsFailure & { kind: 'alert-received' }, 'kind' | 'alert'>
  | { kind: 'not-tls'; message: Exclude<Message, TlsRecord> }
  | { kind: 'nothing-to-offer' }
  | { kind: 'closed' }
);

/** Notes messages for who asked for that. */
export function note(
  { secure }: Line,
  direction: TlsStep['direction'],
  version: TlsVersion,
  messages: readonly (readonly [TlsMessageName, number])[],
): void {
  if (!keepsSteps(secure)) return;
  for (const [message, bytes] of messages) secure.steps.push({ direction, message, bytes, version });
}
export function noteAlert(
  line: Line,
  direction: TlsStep['direction'],
  version: TlsVersion,
  alert: AlertName,
): void {
  if (keepsSteps(line.secure))
    line.secure.steps.push({ direction, message: 'alert', alert, bytes: ALERT, version });
}
function keepsSteps({ role }: Secure): boolean {
  return role.side === 'client' && role.settings.keepsSteps === true;
}

/** Tells the peer why this side will not go on, and gives up. */
export function refuse(
  line: Line,
  refusal: { alert: AlertName; error: TlsError; reason: string },
  more: Partial<Pick<TlsFailure & { kind: 'alert-sent' }, 'verified' | 'peerChain'>> = {},
): void {
  const { alert, error, reason } = refusal;
  noteAlert(line, 'out', versionOf(line.secure), alert);
  line.send(alertRecord(line.secure, alert));
  line.fail({ kind: 'alert-sent', alert, openssl: error, reason, ...more });
}

/** Enciphered once this side has said Finished. */
export function alertRecord(secure: Secure, alert: AlertName): TlsRecord {
  const overhead = hasFinished(secure) ? (secure.agreed?.overhead ?? 0) : 0;
  return makeRecord('alert', recordsSize([ALERT], overhead), { of: 'alert', alert });
}
function hasFinished({ phase, role, agreed }: Secure): boolean {
  if (phase === 'open' || phase === 'awaits-finished') return true;
  return role.side === 'server' && phase === 'awaits-client' && agreed?.version === 'TLSv1.3';
}

/** The version that OpenSSL's messages name: the newest own one before anything is agreed. */
export function versionOf({ agreed, role }: Secure): TlsVersion {
  return agreed?.version ?? role.settings.versions.at(-1) ?? 'TLSv1.3';
}

/** `certificate_expired (45)` */
export function alertWords(alert: AlertName): string {
  return `${alert} (${alertNumber(alert)})`;
}
