/**
 * Lengths of what travels, in bytes. Recorded from OpenSSL 3.0.19 between curl 7.88 and nginx 1.22 (`curl -v`,
 * `openssl s_client -msg`): a hello of TLS 1.3 is padded to 512; X25519 is the group; certificates count as they are.
 */
import type { KeyKind } from './negotiate';
import type { TlsVersion } from './versions';

/** A certificate's DER and its key, as far as lengths need them. */
export interface IdentitySize {
  /** Length of each certificate's DER, leaf first. */
  certificates: readonly number[];
  key: KeyKind;
  /** Bits of an RSA modulus. */
  keyBits: number;
}

export interface HelloParts {
  versions: readonly TlsVersion[];
  ciphers: readonly string[];
  serverName: string | undefined;
  alpn: readonly string[];
}

const EMPTY_EXTENSION = 4;
const HEADER = 5;
const MOST_IN_RECORD = 16_384;
export const FINISHED_OLD = 16;
export const CHANGE_CIPHER_SPEC = 1;
export const ALERT = 2;
export const SERVER_HELLO_DONE = 4;
/** X25519: the header, one octet of length, 32 of key. */
export const CLIENT_KEY_EXCHANGE = 37;

/**
 * A client's hello. `padded` is how curl and browsers send it: without the extension for tickets before TLS 1.3, and
 * never between 256 and 511 bytes long (RFC 7685), where some old load balancers choked.
 */
export function clientHelloSize(
  { versions, ciphers, serverName, alpn }: HelloParts,
  padding: 'padded' | 'bare',
): number {
  const newest = versions.at(-1);
  const name = serverName === undefined ? 0 : 9 + serverName.length;
  const protocols = alpn.length === 0 ? 0 : 6 + alpn.reduce((sum, protocol) => sum + 1 + protocol.length, 0);
  const rest = newest === 'TLSv1.3' ? 228 : newest === 'TLSv1.2' ? 125 : 79;
  const length = rest + 2 * ciphers.length + name + protocols;
  if (padding === 'bare') return length + EMPTY_EXTENSION;
  return length >= 256 && length < 512 ? 512 : length;
}
export function serverHelloSize(version: TlsVersion, alpn: string | undefined): number {
  return version === 'TLSv1.3' ? 122 : 97 + (alpn === undefined ? 0 : 7 + alpn.length);
}
export function encryptedExtensionsSize(serverName: string | undefined, alpn: string | undefined): number {
  return 6 + (serverName === undefined ? 0 : 4) + (alpn === undefined ? 0 : 7 + alpn.length);
}
export function certificateSize(version: TlsVersion, { certificates }: IdentitySize): number {
  const each = version === 'TLSv1.3' ? 5 : 3;
  return (version === 'TLSv1.3' ? 8 : 7) + certificates.reduce((sum, der) => sum + der + each, 0);
}
/** @param names length of the DER of the authorities' names that it lists */
export function certificateRequestSize(version: TlsVersion, names: readonly number[]): number {
  const list = names.reduce((sum, name) => sum + name + 2, 0);
  if (version === 'TLSv1.3') return 45 + (names.length === 0 ? 0 : 6 + list);
  return 52 + list;
}
export function signatureSize({ key, keyBits }: IdentitySize): number {
  if (key === 'RSA') return Math.ceil(keyBits / 8);
  // DER of two numbers, each of which may need a leading zero.
  return key === 'ECDSA' ? 71 : 64;
}
export function certificateVerifySize(identity: IdentitySize): number {
  return 8 + signatureSize(identity);
}
export function serverKeyExchangeSize(identity: IdentitySize): number {
  return 44 + signatureSize(identity);
}
/** Of TLS 1.3: a hash of the transcript. */
export function finishedSize(cipher: string): number {
  return cipher.endsWith('SHA384') ? 52 : 36;
}
/** The session, enciphered in blocks of 16: with the names, and the peer's certificate when it showed one. */
export function ticketSize(
  serverName: string | undefined,
  alpn: string | undefined,
  peer: IdentitySize | undefined,
): number {
  const parts = [serverName?.length, alpn?.length, peer?.certificates[0]];
  const length = parts.reduce<number>((sum, part) => sum + (part === undefined ? 0 : part + 4), 0);
  return 249 + 16 * Math.floor((length + 6) / 16);
}

/** Messages of a handshake on the wire, each in a record of its own. */
export function recordsSize(messages: readonly number[], overhead: number): number {
  return messages.reduce((sum, bytes) => sum + HEADER + bytes + overhead, 0);
}
/** What a cipher adds to each record: the inner type and the tag, or nonce and tag, or padding and code (about). */
export function cipherOverhead(version: TlsVersion, encryption: string, mac: string): number {
  if (version === 'TLSv1.3') return 17;
  if (encryption === 'CHACHA20') return 16;
  if (mac === 'AEAD') return 24;
  return 16 + (mac === 'SHA384' ? 48 : mac === 'SHA256' ? 32 : 20) + 8;
}
/** Application data in as few records as hold it. */
export function dataSize(bytes: number, overhead: number): number {
  return bytes + Math.max(1, Math.ceil(bytes / MOST_IN_RECORD)) * (HEADER + overhead);
}
