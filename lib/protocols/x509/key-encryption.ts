/**
 * Keys under a passphrase: PKCS#8 with PBES2 (RFC 8018; PBKDF2 and AES-CBC, what OpenSSL 3 writes) and the
 * traditional encryption of RFC 1421 headers (DEK-Info: AES-…-CBC). Not modelled: other ciphers.
 */
import { md5, sha1 } from '@noble/hashes/legacy.js';
import { pbkdf2 } from '@noble/hashes/pbkdf2.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesFromText } from '../../std/bytes';
import { decryptCbc, encryptCbc, type PaddingFault } from './aes';
import {
  bytesOfHex,
  concatBytes,
  DerCursor,
  DerFault,
  derInteger,
  derNull,
  derOid,
  INTEGER,
  integerOf,
  OBJECT_IDENTIFIER,
  OCTET_STRING,
  octetString,
  oidOf,
  readDer,
  SEQUENCE,
  sequence,
} from './der';
import type { PemBlock } from './pem';

const PBES2 = '1.2.840.113549.1.5.13';
const PBKDF2 = '1.2.840.113549.1.5.12';
const HMAC_SHA1 = '1.2.840.113549.2.7';
const HMAC_SHA256 = '1.2.840.113549.2.9';
export type AesBits = 128 | 192 | 256;
const AES_CBC: Readonly<Record<AesBits, string>> = {
  128: '2.16.840.1.101.3.4.1.2',
  192: '2.16.840.1.101.3.4.1.22',
  256: '2.16.840.1.101.3.4.1.42',
};
/** Cipher → octets of its key. */
const CIPHERS: Readonly<Record<string, number>> = {
  [AES_CBC[128]]: 16,
  [AES_CBC[192]]: 24,
  [AES_CBC[256]]: 32,
};
/** What OpenSSL 3.0 writes. */
const ITERATIONS = 2048;

/**
 * EncryptedPrivateKeyInfo of PrivateKeyInfo.
 * @param random 24 octets: 8 of salt, 16 of initialisation vector
 */
export function encryptPkcs8(
  plain: Uint8Array,
  passphrase: string,
  random: Uint8Array,
  bits: AesBits = 256,
): Uint8Array {
  const salt = random.slice(0, 8);
  const iv = random.slice(8, 24);
  const key = pbkdf2(sha256, bytesFromText(passphrase), salt, { c: ITERATIONS, dkLen: bits / 8 });
  const derivation = sequence(
    derOid(PBKDF2),
    sequence(octetString(salt), derInteger(ITERATIONS), sequence(derOid(HMAC_SHA256), derNull())),
  );
  const scheme = sequence(derivation, sequence(derOid(AES_CBC[bits]), octetString(iv)));
  return sequence(sequence(derOid(PBES2), scheme), octetString(encryptCbc(key, iv, plain)));
}

/** PrivateKeyInfo, or how a wrong passphrase shows. @throws DerFault, also for a scheme that is not modelled */
export function decryptPkcs8(bytes: Uint8Array, passphrase: string): Uint8Array | PaddingFault {
  const whole = new DerCursor(readDer(bytes).content);
  const algorithm = new DerCursor(whole.take(SEQUENCE).content);
  const cipher = whole.take(OCTET_STRING).content;
  if (oidOf(algorithm.take(OBJECT_IDENTIFIER).content) !== PBES2) throw new DerFault('wrong tag', 'PBE');
  const scheme = new DerCursor(algorithm.take(SEQUENCE).content);
  const derivation = new DerCursor(scheme.take(SEQUENCE).content);
  const encryption = new DerCursor(scheme.take(SEQUENCE).content);
  const size = CIPHERS[oidOf(encryption.take(OBJECT_IDENTIFIER).content)];
  const iv = encryption.take(OCTET_STRING).content;
  if (oidOf(derivation.take(OBJECT_IDENTIFIER).content) !== PBKDF2 || size === undefined)
    throw new DerFault('wrong tag', 'PBE');
  const parameters = new DerCursor(derivation.take(SEQUENCE).content);
  const salt = parameters.take(OCTET_STRING).content;
  const c = Number(integerOf(parameters.take(INTEGER).content));
  parameters.optional(INTEGER);
  const hash = hashOf(parameters);
  const key = pbkdf2(hash, bytesFromText(passphrase), salt, { c, dkLen: size });
  return decryptCbc(key, iv, cipher);
}
function hashOf(parameters: DerCursor): typeof sha256 | typeof sha1 {
  const function_ = parameters.optional(SEQUENCE);
  if (function_ === undefined) return sha1;
  const oid = oidOf(new DerCursor(function_.content).take(OBJECT_IDENTIFIER).content);
  if (oid === HMAC_SHA256) return sha256;
  if (oid === HMAC_SHA1) return sha1;
  throw new DerFault('wrong tag', 'PBE');
}

/** The DER of a traditional key, or how a wrong passphrase shows. @throws DerFault for another cipher */
export function decryptTraditional(block: PemBlock, passphrase: string): Uint8Array | PaddingFault {
  const [cipher = '', iv = ''] = (block.headers.get('DEK-Info') ?? '').split(',');
  const bits = /^AES-(128|192|256)-CBC$/.exec(cipher)?.[1];
  if (bits === undefined || !/^[0-9A-F]{32}$/i.test(iv)) throw new DerFault('wrong tag', 'PEM');
  const vector = bytesOfHex(iv);
  return decryptCbc(traditionalKey(passphrase, vector, Number(bits) / 8), vector, block.bytes);
}
/** Headers and octets of an encrypted traditional key. @param iv 16 octets */
export function encryptTraditional(
  plain: Uint8Array,
  passphrase: string,
  iv: Uint8Array,
  bits: AesBits,
): Uint8Array {
  return encryptCbc(traditionalKey(passphrase, iv, bits / 8), iv, plain);
}
/** EVP_BytesToKey with MD5, one round, salted with the vector's first eight octets. */
function traditionalKey(passphrase: string, iv: Uint8Array, size: number): Uint8Array {
  const secret = concatBytes([bytesFromText(passphrase), iv.subarray(0, 8)]);
  let last = new Uint8Array(0);
  const made: Uint8Array[] = [];
  for (let length = 0; length < size; length += last.length) {
    last = md5(concatBytes([last, secret]));
    made.push(last);
  }
  return concatBytes(made).slice(0, size);
}
