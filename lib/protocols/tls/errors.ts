/**
 * OpenSSL 3.0's errors of TLS by number and words, as logs have them: `0A` is the library (SSL), the rest the
 * reason; a received alert has reason 1000 + its number. Recorded with `openssl errstr` of 3.0.19 (Debian 12).
 */
import { type AlertName, alertNumber } from './alerts';

/** The library by name and version, as curl names it in front of errors. */
export const OPENSSL = 'OpenSSL/3.0.19';

/** `error:0A000102:SSL routines::unsupported protocol` in its parts. */
export interface TlsError {
  /** Eight hexadecimal digits. */
  code: string;
  reason: string;
}

const REASONS = {
  'no suitable signature algorithm': 0x76,
  'certificate verify failed': 0x86,
  'https proxy request': 0x9b,
  'http request': 0x9c,
  'no ciphers available': 0xb5,
  'no protocols available': 0xbf,
  'no shared cipher': 0xc1,
  'peer did not return a certificate': 0xc7,
  'no application protocol': 0xeb,
  'unsupported protocol': 0x102,
  'wrong version number': 0x10b,
  'unexpected eof while reading': 0x126,
  'legacy sigalg disallowed or unsupported': 0x14d,
  'callback failed': 0xea,
} as const;

/** What goes wrong on this side. */
export type TlsReason = keyof typeof REASONS;

export function tlsError(reason: TlsReason): TlsError {
  return { code: codeOf(REASONS[reason]), reason };
}

/** OpenSSL names the alerts of SSL 3 after it, later ones after the version that brought them. */
const OF_SSL3 = new Set([10, 20, 40, 42, 43, 44, 45, 46, 47]);
const OTHER_WORDS: Partial<Record<AlertName, string>> = {
  user_canceled: 'tlsv1 alert user cancelled',
  missing_extension: 'tlsv13 alert missing extension',
  unsupported_extension: 'tlsv1 unsupported extension',
  unrecognized_name: 'tlsv1 unrecognized name',
  certificate_required: 'tlsv13 alert certificate required',
};

/** The error that an alert from the peer is: `sslv3 alert certificate expired`. */
export function receivedAlert(name: AlertName): TlsError {
  const number = alertNumber(name);
  const words =
    OTHER_WORDS[name] ?? `${OF_SSL3.has(number) ? 'sslv3' : 'tlsv1'} alert ${name.replaceAll('_', ' ')}`;
  return { code: codeOf(1000 + number), reason: words };
}

function codeOf(reason: number): string {
  return `0A${reason.toString(16).toUpperCase().padStart(6, '0')}`;
}
