/**
 * What both sides agree on, as OpenSSL 3.0 decides it: version, cipher, application protocol, certificate.
 * RFC 8446 §4.1.1, §4.2.1; RFC 7301 (ALPN); openssl/ssl/statem/{statem_lib,statem_srvr}.c.
 * Not modelled: groups and signature schemes are not negotiated, each side is taken to have the usual ones.
 */
import type { AlertName } from './alerts';
import { type CipherList, isAllowedAt } from './cipher-list';
import { type Cipher, CIPHER_SUITES, DEFAULT_SUITES, findCipher } from './ciphers';
import { type TlsError, tlsError, type TlsReason } from './errors';
import { TLS_VERSIONS, type TlsVersion } from './versions';

/** A kind of key, as far as ciphers tell them apart. */
export type KeyKind = 'RSA' | 'ECDSA' | 'Ed25519';

/** What one side can do. */
export interface Abilities {
  versions: readonly TlsVersion[];
  list: CipherList;
  /** TLS 1.3 suites; undefined: the default ones. */
  suites: readonly string[] | undefined;
  alpn: readonly string[];
}
/** A server's side besides. */
export interface ServerAbilities extends Abilities {
  /** Kinds of the keys it has certificates for. */
  keys: readonly KeyKind[];
  /** Its own order of ciphers decides. */
  prefersOwn: boolean;
  /** It has parameters for Diffie-Hellman without elliptic curves. */
  dh: boolean;
  onNoAlpn: 'go-on' | 'refuse';
}
/** What the client offers. */
export interface Offer {
  versions: readonly TlsVersion[];
  ciphers: readonly string[];
  alpn: readonly string[];
}

export interface Agreement {
  version: TlsVersion;
  cipher: Cipher;
  /** Place of the key's kind among the server's `keys`. */
  key: number;
  alpn: string | undefined;
}
export interface Refusal {
  alert: AlertName;
  error: TlsError;
}

/** The client's offer, or why it has none to make (openssl: ssl_set_client_hello_version, ssl_cipher_list_to_bytes). */
export function offerOf(own: Abilities): Offer | { error: TlsError } {
  const versions = own.versions.filter((version) => isVersionAllowed(own.list.level, version));
  if (versions.length === 0) return { error: tlsError('no protocols available') };
  const newest = versions.at(-1) ?? 'TLSv1.2';
  const ciphers = [
    ...(newest === 'TLSv1.3' ? suitesOf(own) : []),
    ...(versions[0] === 'TLSv1.3'
      ? []
      : own.list.ciphers.filter((cipher) => isOldUsable(own.list.level, cipher, newest))),
  ].map(({ name }) => name);
  if (ciphers.length === 0) return { error: tlsError('no ciphers available') };
  return { versions, ciphers, alpn: own.alpn };
}

/** The server's decision. */
export function answerTo(offer: Offer, own: ServerAbilities): Agreement | Refusal {
  if (own.versions.length === 0) return refusal('protocol_version', 'no protocols available');
  const version = TLS_VERSIONS.findLast(
    (known) =>
      own.versions.includes(known) &&
      offer.versions.includes(known) &&
      isVersionAllowed(own.list.level, known),
  );
  if (version === undefined) return refusal('protocol_version', 'unsupported protocol');
  const chosen = chooseCipher(offer, own, version);
  if (chosen === undefined) return refusal('handshake_failure', 'no shared cipher');
  if (!canSign(version, own.list.level)) return refusal('internal_error', 'no suitable signature algorithm');
  const alpn = own.alpn.find((protocol) => offer.alpn.includes(protocol));
  if (alpn === undefined && own.alpn.length > 0 && offer.alpn.length > 0 && own.onNoAlpn === 'refuse')
    return refusal('no_application_protocol', 'no application protocol');
  return { version, ...chosen, alpn };
}

/** Before TLS 1.2 signatures are made with MD5 and SHA-1, which level 1 and above refuse: on either side. */
export function canSign(version: TlsVersion, level: number): boolean {
  return version === 'TLSv1.2' || version === 'TLSv1.3' || level === 0;
}

function chooseCipher(
  offer: Offer,
  own: ServerAbilities,
  version: TlsVersion,
): { cipher: Cipher; key: number } | undefined {
  const mine =
    version === 'TLSv1.3'
      ? suitesOf(own)
      : own.list.ciphers.filter(
          (cipher) => isOldUsable(own.list.level, cipher, version) && (cipher.keyExchange !== 'DH' || own.dh),
        );
  const theirs = offer.ciphers.flatMap((name) => findCipher(name) ?? []);
  const inOrder = own.prefersOwn
    ? mine.filter((cipher) => theirs.includes(cipher))
    : theirs.filter((cipher) => mine.includes(cipher));
  for (const cipher of inOrder) {
    const key = keyFor(cipher, own.keys);
    if (key >= 0) return { cipher, key };
  }
  return undefined;
}
/** Index of a key that goes with a cipher; -1 for none. TLS 1.3 takes any, an elliptic one first (tls_choose_sigalg). */
function keyFor({ authentication }: Cipher, keys: readonly KeyKind[]): number {
  switch (authentication) {
    case 'RSA':
      return keys.indexOf('RSA');
    case 'ECDSA':
      return keys.findIndex((key) => key !== 'RSA');
    case 'any': {
      const elliptic = keys.findIndex((key) => key !== 'RSA');
      return elliptic >= 0 ? elliptic : keys.indexOf('RSA');
    }
    case 'DSS':
    case 'None':
      return -1;
  }
}

function suitesOf({ suites, list }: Abilities): Cipher[] {
  const names = suites ?? DEFAULT_SUITES;
  return names
    .flatMap((name) => CIPHER_SUITES.find((suite) => suite.name === name) ?? [])
    .filter((cipher) => isAllowedAt(list.level, cipher));
}
function isOldUsable(level: number, cipher: Cipher, version: TlsVersion): boolean {
  return isAllowedAt(level, cipher) && (cipher.since !== 'TLSv1.2' || isAtLeast12(version));
}
function isAtLeast12(version: TlsVersion): boolean {
  return version === 'TLSv1.2' || version === 'TLSv1.3';
}
/** ssl_security_default_callback, SSL_SECOP_VERSION. */
function isVersionAllowed(level: number, version: TlsVersion): boolean {
  if (version === 'TLSv1') return level < 3;
  return version !== 'TLSv1.1' || level < 4;
}
function refusal(alert: AlertName, reason: TlsReason): Refusal {
  return { alert, error: tlsError(reason) };
}
