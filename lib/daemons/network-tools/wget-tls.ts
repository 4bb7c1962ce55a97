/**
 * wget over https: Debian builds it with GnuTLS (wget 1.21.3 src/gnutls.c), which accepts any certificate in the
 * handshake and judges afterwards. Recorded. Not modelled: GnuTLS's own cipher lists, --certificate, --crl-file.
 */
import { type AlertName, alertNumber } from '../../protocols/tls/alerts';
import { TLS_VERSIONS, versionsBetween, type TlsVersion } from '../../protocols/tls/versions';
import {
  type Certificate,
  matchesHost,
  matchesIp,
  readCertificateChain,
  readTrustedCertificates,
  verifyChain,
} from '../../protocols/x509';
import type { Micros } from '../../std/instant';
import { parseIPv4 } from '../../std/ipv4';
import type { ProgramContext, Wait, Wake } from '../../world/process.contract';
import type { SecureSocketEvent, TlsFailure } from '../../world/tls.contract';
import { TRUSTED_ROOTS } from '../../world/tls/https-settings';
import type { Mailbox } from '../mailbox';

export interface WgetTls {
  /** --no-check-certificate: what is wrong is only told. */
  checks: boolean;
  caFile: string | undefined;
  caDirectory: string | undefined;
  /** --secure-protocol: the oldest version. */
  min: TlsVersion;
}
/** Roots, read once for each run. */
export interface WgetTrust {
  /** PEM. */
  roots: string;
  /** What is said of the files. */
  said: string;
}
/** Exit codes of wget(1): network failure, and a certificate that is not accepted. */
const NETWORK_FAILURE = 4;
const NOT_VERIFIED = 5;
/** GNUTLS_E_FILE_ERROR. */
const FILE_ERROR = -64;

export function minimumOf(protocol: string | undefined): TlsVersion {
  const wanted = protocol?.replace(/^TLSv1_/, 'TLSv1.');
  return TLS_VERSIONS.find((version) => version === wanted) ?? 'TLSv1';
}

export function readTrust(context: ProgramContext, { caFile, caDirectory }: WgetTls): WgetTrust {
  const { fs, who } = context;
  const read = (path: string): string => {
    const text = fs.readFile(context.resolve(path), who);
    return typeof text === 'string' ? text : '';
  };
  let roots = caDirectory === undefined ? read(TRUSTED_ROOTS) : '';
  let said = '';
  if (caDirectory !== undefined) {
    const names = fs.readdir(context.resolve(caDirectory), who);
    if (Array.isArray(names)) for (const name of names) roots += read(`${caDirectory}/${name}`);
    else said += `ERROR: Cannot open directory ${caDirectory}.\n`;
  }
  if (caFile !== undefined) {
    const text = read(caFile);
    roots += text;
    said +=
      readTrustedCertificates(text).length > 0
        ? `Loaded CA certificate '${caFile}'\n`
        : `ERROR: Failed to open cert ${caFile}: (${FILE_ERROR}).\n`;
  }
  return { roots, said };
}

/** The handshake and the verdict; undefined when the connection may be used, else the exit code. Whoever asked closes it. */
export function* secureForWget(asked: {
  context: ProgramContext;
  tls: WgetTls;
  trust: WgetTrust;
  host: string;
  connection: number;
  box: Mailbox;
  timeout: Micros;
  /** Says what is told without -q. */
  say: (text: string) => Generator<Wait, void, Wake>;
}): Generator<Wait, number | undefined, Wake> {
  const { context, tls, trust, host, connection, box, say } = asked;
  context.world.network.tls.connect(connection, {
    versions: versionsBetween(tls.min, 'TLSv1.3'),
    ciphers: '',
    serverName: parseIPv4(host) === undefined ? host : undefined,
    roots: trust.roots,
    invalid: 'report',
  });
  const until = context.kernel.now + asked.timeout;
  for (;;) {
    const received = yield* box.next(until);
    if (received.kind !== 'item') return yield* failed(say, '');
    const event = received.event as SecureSocketEvent;
    if (event.type === 'failed') return yield* failed(say, 'GnuTLS: Error in the pull function.\n');
    if (event.type === 'tls-failed') return yield* failed(say, failureText(event.failure));
    if (event.type === 'secured') {
      const { text, isGood } = verdictOf(context, tls, trust, host, event.info.peerChain);
      yield* say(text);
      return isGood || !tls.checks ? undefined : NOT_VERIFIED;
    }
  }
}
function* failed(
  say: (text: string) => Generator<Wait, void, Wake>,
  why: string,
): Generator<Wait, number, Wake> {
  yield* say(`${why}Unable to establish SSL connection.\n`);
  return NETWORK_FAILURE;
}

function failureText(failure: TlsFailure): string {
  switch (failure.kind) {
    case 'alert-received':
      return `GnuTLS: A TLS fatal alert has been received.\nGnuTLS: received alert [${alertNumber(failure.alert)}]: ${alertName(failure.alert)}\n`;
    case 'not-tls':
      return 'GnuTLS: An unexpected TLS packet was received.\n';
    case 'closed':
      return 'GnuTLS: The TLS connection was non-properly terminated.\n';
    case 'alert-sent':
    case 'nothing-to-offer':
      return 'GnuTLS: No or insufficient priorities were set.\n';
  }
}
/** gnutls/lib/alert.c. */
const ALERTS: Partial<Record<AlertName, string>> = {
  unexpected_message: 'Unexpected message',
  handshake_failure: 'Handshake failed',
  bad_certificate: 'Certificate is bad',
  unsupported_certificate: 'Certificate is not supported',
  certificate_revoked: 'Certificate was revoked',
  certificate_expired: 'Certificate is expired',
  certificate_unknown: 'Unknown certificate',
  illegal_parameter: 'Illegal parameter',
  unknown_ca: 'CA is unknown',
  access_denied: 'Access was denied',
  decode_error: 'Decode error',
  decrypt_error: 'Decrypt error',
  protocol_version: 'Error in protocol version',
  insufficient_security: 'Insufficient security',
  internal_error: 'Internal error',
  unrecognized_name: 'The server name sent was not recognized',
  certificate_required: 'Certificate is required',
  no_application_protocol: 'No supported application protocol could be negotiated',
};
function alertName(alert: AlertName): string {
  return ALERTS[alert] ?? '(null)';
}

/** ssl_check_certificate: trust first, then dates and name of the server's own certificate. */
function verdictOf(
  context: ProgramContext,
  { checks }: WgetTls,
  { roots }: WgetTrust,
  host: string,
  chain: string,
): { text: string; isGood: boolean } {
  const read = readCertificateChain(chain);
  const [leaf, ...untrusted] = read.ok ? read.value : [];
  const severity = checks ? 'ERROR' : 'WARNING';
  if (leaf === undefined)
    return { text: `${severity}: No certificate presented by ‘${host}’.\n`, isGood: false };
  const at = Math.floor(context.host.clock() / 1_000_000);
  const { problems } = verifyChain({
    leaf,
    untrusted,
    trusted: readTrustedCertificates(roots),
    at,
    purpose: 'sslserver',
  });
  const codes = new Set<number>(problems.map(({ code }) => code));
  const isUnknown = [2, 18, 19, 20, 21].some((code) => codes.has(code));
  const isExpired = at > leaf.notAfter;
  const isEarly = at < leaf.notBefore;
  const about: string[] = [];
  if (problems.length > 0 || isExpired || isEarly) about.push('is not trusted.');
  if (isUnknown) about.push("doesn't have a known issuer.");
  if (isEarly || codes.has(9)) about.push('is not yet activated.');
  if (isExpired || codes.has(10)) about.push('has expired.');
  const lines = about.map((what) => `${severity}: The certificate of ‘${host}’ ${what}`);
  if (isEarly) lines.push('The certificate has not yet been activated');
  if (isExpired) lines.push('The certificate has expired');
  if (!isFor(leaf, host)) lines.push(`The certificate's owner does not match hostname ‘${host}’`);
  return { text: lines.map((line) => `${line}\n`).join(''), isGood: lines.length === 0 };
}
function isFor(leaf: Certificate, host: string): boolean {
  return parseIPv4(host) === undefined ? matchesHost(leaf, host) : matchesIp(leaf, host);
}
