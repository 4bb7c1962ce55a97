/** What `openssl s_client` prints of a connection. Source: apps/s_client.c print_stuff, apps/lib/s_cb.c, ssl_txt.c. */
import { findCipher } from '../../protocols/tls/ciphers';
import { cipherOverhead } from '../../protocols/tls/sizes';
import type { TlsVersion } from '../../protocols/tls/versions';
import {
  type Certificate,
  certificatePem,
  colonHex,
  keyBits,
  longName,
  type Name,
  publicKeyAlgorithm,
  randomOctets,
  readTrustedCertificates,
  shortName,
  timeText,
  type Verification,
} from '../../protocols/x509/index';
import type { RandomStream } from '../../std/random';
import type { TlsInfo, TlsStep } from '../../world/tls.contract';

/** What both sides settled. */
export type Settled = Pick<TlsInfo, 'version' | 'cipher'>;
const CHANGE_CIPHER_SPEC_RECORD = 6;
const ALGORITHMS =
  'ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512:ed25519:ed448:rsa_pss_pss_sha256:rsa_pss_pss_sha384:rsa_pss_pss_sha512:RSA-PSS+SHA256:RSA-PSS+SHA384:RSA-PSS+SHA512:RSA+SHA256:RSA+SHA384:RSA+SHA512';
const OLDER_ALGORITHMS = ':ECDSA+SHA224:RSA+SHA224';
const DSA_ALGORITHMS = ':DSA+SHA224:DSA+SHA256:DSA+SHA384:DSA+SHA512';

export interface Shown {
  /** undefined: there was no handshake to the end. */
  readonly info: TlsInfo | undefined;
  /** Also of a handshake that ended because the server was refused. */
  readonly settled: Settled | undefined;
  /** Octets that came and were no record. */
  readonly stray: number;
  /** What the server showed, leaf first. */
  readonly chain: readonly Certificate[];
  /** The leaf is not shown when it was refused. */
  readonly refused: boolean;
  readonly steps: readonly TlsStep[];
  /** The newest version that was offered. */
  readonly offered: TlsVersion;
  /** The last thing found wrong. */
  readonly result: { readonly code: number; readonly text: string };
  /** The certificate's name that -verify_hostname matches. */
  readonly verifiedName: string | undefined;
  readonly showsAll: boolean;
  readonly nameText: (name: Name) => string;
  readonly now: number;
  readonly random: RandomStream;
}

/** The lines of the verification, as its callback prints them; an error's details stay with all that follows. */
export function verificationText(
  { calls }: Verification,
  how: { readonly nameText: (name: Name) => string; readonly quiet: boolean; readonly stops: boolean },
): string {
  const { nameText, quiet, stops } = how;
  let text = '';
  let last = 0;
  for (const call of calls) {
    const { depth, certificate } = call;
    const isProblem = call.code !== undefined;
    if (quiet && !isProblem) continue;
    text += `depth=${depth} ${nameText(certificate.subject)}\n`;
    if (isProblem) {
      last = call.code;
      text += `verify error:num=${call.code}:${call.text}\n`;
    }
    text += detail(last, certificate, nameText);
    if (isProblem && stops) return text;
    if (!quiet) text += 'verify return:1\n';
  }
  return text;
}
function detail(code: number, certificate: Certificate, nameText: (name: Name) => string): string {
  if (code === 2) return `issuer= ${nameText(certificate.issuer)}\n`;
  if (code === 9) return `notBefore=${timeText(certificate.notBefore)}\n`;
  return code === 10 ? `notAfter=${timeText(certificate.notAfter)}\n` : '';
}

/** -brief */
export function briefText(shown: Shown): string {
  const { info, chain, nameText } = shown;
  const [leaf] = chain;
  if (info === undefined || leaf === undefined) return '';
  const old =
    info.version === 'TLSv1.3'
      ? ''
      : 'Supported Elliptic Curve Point Formats: uncompressed:ansiX962_compressed_prime:ansiX962_compressed_char2\n';
  return [
    'CONNECTION ESTABLISHED\n',
    `Protocol version: ${info.version}\n`,
    `Ciphersuite: ${info.cipher}\n`,
    info.authorities === undefined ? '' : `Requested Signature Algorithms: ${requestedAlgorithms(info)}\n`,
    `Peer certificate: ${nameText(leaf.subject)}\n`,
    `Hash used: ${signingDigest(leaf)}\n`,
    `Signature type: ${signatureType(leaf)}\n`,
    verifyText(shown),
    old,
    temporaryKey(info),
  ].join('');
}

/** All that is known of the connection, as it stands in full. */
export function connectionText(shown: Shown): string {
  const { info, settled, chain, refused, nameText } = shown;
  const leaf = refused ? undefined : chain[0];
  const version = settled?.version ?? shown.offered;
  return [
    chain.length === 0
      ? ''
      : `---\nCertificate chain\n${chain.map((certificate, i) => chainEntry(shown, certificate, i)).join('')}`,
    '---\n',
    leaf === undefined
      ? 'no peer certificate available\n'
      : `Server certificate\n${shown.showsAll ? '' : certificatePem(leaf)}subject=${nameText(leaf.subject)}\nissuer=${nameText(leaf.issuer)}\n`,
    `---\n${askedText(shown)}`,
    leaf === undefined || info === undefined
      ? ''
      : `Peer signing digest: ${signingDigest(leaf)}\nPeer signature type: ${signatureType(leaf)}\n`,
    settled === undefined ? '' : temporaryKey(settled),
    `---\nSSL handshake has read ${octets(shown, 'in')} bytes and written ${octets(shown, 'out')} bytes\n`,
    verifyText(shown),
    `---\nNew, ${settled === undefined ? '(NONE)' : sinceVersion(settled)}, Cipher is ${settled?.cipher ?? '(NONE)'}\n`,
    leaf === undefined ? '' : `Server public key is ${keyBits(leaf.publicKey)} bit\n`,
    `Secure Renegotiation IS${settled === undefined || version === 'TLSv1.3' ? ' NOT' : ''} supported\n`,
    'Compression: NONE\nExpansion: NONE\n',
    info?.alpn === undefined ? 'No ALPN negotiated\n' : `ALPN protocol: ${info.alpn}\n`,
    version === 'TLSv1.3'
      ? `Early data was not sent\nVerify return code: ${shown.result.code} (${shown.result.text})\n`
      : sessionText(shown, version),
    '---\n',
  ].join('');
}

/** The server's question for a certificate. */
function askedText({ info, nameText }: Shown): string {
  const asked = info?.authorities;
  if (info === undefined || asked === undefined) return 'No client certificate CA names sent\n';
  const names = readTrustedCertificates(asked).map(({ subject }) => `${nameText(subject)}\n`);
  return [
    `Acceptable client certificate CA names\n${names.join('')}`,
    info.version === 'TLSv1.3' ? '' : 'Client Certificate Types: RSA sign, DSA sign, ECDSA sign\n',
    `Requested Signature Algorithms: ${requestedAlgorithms(info)}\n`,
    `Shared Requested Signature Algorithms: ${info.version === 'TLSv1.3' ? ALGORITHMS : requestedAlgorithms(info)}\n`,
  ].join('');
}
/** OpenSSL's list on the server's side; TLS 1.2 has more. */
function requestedAlgorithms({ version }: TlsInfo): string {
  return `${ALGORITHMS}${OLDER_ALGORITHMS}${version === 'TLSv1.3' ? '' : DSA_ALGORITHMS}`;
}

function chainEntry({ nameText, showsAll }: Shown, certificate: Certificate, place: number): string {
  const { publicKey, signatureAlgorithm, notBefore, notAfter } = certificate;
  return [
    `${String(place).padStart(2)} s:${nameText(certificate.subject)}\n`,
    `   i:${nameText(certificate.issuer)}\n`,
    `   a:PKEY: ${shortName(publicKeyAlgorithm(publicKey))}, ${keyBits(publicKey)} (bit); sigalg: ${shortName(signatureAlgorithm)}\n`,
    `   v:NotBefore: ${timeText(notBefore)}; NotAfter: ${timeText(notAfter)}\n`,
    showsAll ? certificatePem(certificate) : '',
  ].join('');
}

function verifyText({ result, verifiedName }: Shown): string {
  if (result.code !== 0) return `Verification error: ${result.text}\n`;
  return `Verification: OK\n${verifiedName === undefined ? '' : `Verified peername: ${verifiedName}\n`}`;
}

/** The signature that the server proved its key with, as OpenSSL chooses it. */
function signatureType({ publicKey }: Certificate): string {
  if (publicKey.type === 'rsa') return 'RSA-PSS';
  return publicKey.type === 'ec' ? 'ECDSA' : longName(publicKeyAlgorithm(publicKey));
}
function signingDigest({ publicKey }: Certificate): string {
  return publicKey.type === 'ec' && publicKey.curve === 'P-384' ? 'SHA384' : 'SHA256';
}
function temporaryKey({ cipher, version }: Settled): string {
  if (version === 'TLSv1.3' || cipher.startsWith('ECDHE')) return 'Server Temp Key: X25519, 253 bits\n';
  return cipher.startsWith('DHE') ? 'Server Temp Key: DH, 2048 bits\n' : '';
}
/** The version that brought the cipher. */
function sinceVersion({ cipher }: Settled): string {
  const since = findCipher(cipher)?.since ?? 'TLSv1.3';
  return since === 'TLSv1' ? 'TLSv1.0' : since;
}

/** Records of the handshake on the wire. Departs: session tickets that follow it are not counted. */
function octets({ steps, settled, stray }: Shown, direction: TlsStep['direction']): number {
  const cipher = settled === undefined ? undefined : findCipher(settled.cipher);
  const overhead =
    settled === undefined || cipher === undefined
      ? 0
      : cipherOverhead(settled.version, cipher.encryption, cipher.mac);
  let sum = direction === 'in' ? stray : 0;
  let enciphers = false;
  for (const step of steps) {
    if (step.direction !== direction || step.message === 'new_session_ticket') continue;
    // The server's ChangeCipherSpec, of which no step tells.
    const isServersLast = direction === 'in' && settled?.version !== 'TLSv1.3' && step.message === 'finished';
    if (isServersLast) sum += CHANGE_CIPHER_SPEC_RECORD;
    sum +=
      5 + step.bytes + (isServersLast || (enciphers && step.message !== 'change_cipher_spec') ? overhead : 0);
    if (step.message === 'change_cipher_spec') enciphers = true;
    if (settled?.version === 'TLSv1.3' && step.message === 'server_hello') {
      sum += CHANGE_CIPHER_SPEC_RECORD;
      enciphers = true;
    }
  }
  return sum;
}

/** SSL_SESSION_print. Departs: without the ticket, whose octets would be random. */
function sessionText({ info, result, now, random }: Shown, version: TlsVersion): string {
  const id = (length: number): string =>
    info === undefined ? '' : colonHex(randomOctets(length, random)).replaceAll(':', '');
  return [
    'SSL-Session:\n',
    `    Protocol  : ${version}\n`,
    `    Cipher    : ${info?.cipher ?? '0000'}\n`,
    `    Session-ID: ${id(32)}\n`,
    '    Session-ID-ctx: \n',
    `    Master-Key: ${id(48)}\n`,
    '    PSK identity: None\n    PSK identity hint: None\n    SRP username: None\n',
    `    Start Time: ${now}\n`,
    '    Timeout   : 7200 (sec)\n',
    `    Verify return code: ${result.code} (${result.text})\n`,
    `    Extended master secret: ${info === undefined ? 'no' : 'yes'}\n`,
  ].join('');
}
