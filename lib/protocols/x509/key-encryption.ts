/**
 * Keys under a passphrase: PKCS#8 with PBES2 (RFC 8018; PBKDF2, what OpenSSL 3 writes) and the
 * traditional encryption of RFC 1421 headers (DEK-Info). With AES or triple DES in CBC mode; not modelled: other
 * ciphers.
 */
import { md5, sha1 } from '@noble/hashes/legacy.js';
import { pbkdf2 } from '@noble/hashes/pbkdf2.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesFromText } from '../../std/bytes';
import type { RandomStream } from '../../std/random';
import { aes } from './aes';
import { type BlockCipher, decryptCbc, encryptCbc, type PaddingFault } from './cbc';
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
import { randomOctets } from './rsa-generation';
import { tripleDes } from './triple-des';

const PBES2 = '1.2.840.113549.1.5.13';
const PBKDF2 = '1.2.840.113549.1.5.12';
const HMAC_SHA1 = '1.2.840.113549.2.7';
const HMAC_SHA256 = '1.2.840.113549.2.9';
/** As DEK-Info names them. */
export type KeyCipher = 'AES-128-CBC' | 'AES-192-CBC' | 'AES-256-CBC' | 'DES-EDE3-CBC';
interface CipherShape {
  readonly oid: string;
  /** Octets of a key, and of the initialisation vector. */
  readonly key: number;
  readonly iv: number;
  readonly of: (key: Uint8Array) => BlockCipher;
}
const CIPHERS: Readonly<Record<KeyCipher, CipherShape>> = {
  'AES-128-CBC': { oid: '2.16.840.1.101.3.4.1.2', key: 16, iv: 16, of: aes },
  'AES-192-CBC': { oid: '2.16.840.1.101.3.4.1.22', key: 24, iv: 16, of: aes },
  'AES-256-CBC': { oid: '2.16.840.1.101.3.4.1.42', key: 32, iv: 16, of: aes },
  'DES-EDE3-CBC': { oid: '1.2.840.113549.3.7', key: 24, iv: 8, of: tripleDes },
};
/** The cipher that keys are encrypted with when none is named. */
export const DEFAULT_CIPHER: KeyCipher = 'AES-256-CBC';
export const vectorLength = (cipher: KeyCipher): number => CIPHERS[cipher].iv;
const SALT = 8;
/** What OpenSSL 3.0 writes. */
const ITERATIONS = 2048;

/** EncryptedPrivateKeyInfo of PrivateKeyInfo. */
export function encryptPkcs8(
  plain: Uint8Array,
  passphrase: string,
  random: RandomStream,
  cipher: KeyCipher = DEFAULT_CIPHER,
): Uint8Array {
  const shape = CIPHERS[cipher];
  const salt = randomOctets(SALT, random);
  const iv = randomOctets(shape.iv, random);
  const key = pbkdf2(sha256, bytesFromText(passphrase), salt, { c: ITERATIONS, dkLen: shape.key });
  const derivation = sequence(
    derOid(PBKDF2),
    sequence(octetString(salt), derInteger(ITERATIONS), sequence(derOid(HMAC_SHA256), derNull())),
  );
  const scheme = sequence(derivation, sequence(derOid(shape.oid), octetString(iv)));
  return sequence(sequence(derOid(PBES2), scheme), octetString(encryptCbc(shape.of(key), iv, plain)));
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
  const oid = oidOf(encryption.take(OBJECT_IDENTIFIER).content);
  const shape = Object.values(CIPHERS).find((known) => known.oid === oid);
  const iv = encryption.take(OCTET_STRING).content;
  if (oidOf(derivation.take(OBJECT_IDENTIFIER).content) !== PBKDF2 || shape === undefined)
    throw new DerFault('wrong tag', 'PBE');
  const parameters = new DerCursor(derivation.take(SEQUENCE).content);
  const salt = parameters.take(OCTET_STRING).content;
  const c = Number(integerOf(parameters.take(INTEGER).content));
  parameters.optional(INTEGER);
  const hash = hashOf(parameters);
  const key = pbkdf2(hash, bytesFromText(passphrase), salt, { c, dkLen: shape.key });
  return decryptCbc(shape.of(key), iv, cipher);
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
  const [name = '', iv = ''] = (block.headers.get('DEK-Info') ?? '').split(',');
  const shape = isKeyCipher(name) ? CIPHERS[name] : undefined;
  if (shape === undefined || !/^[0-9A-F]*$/i.test(iv) || iv.length !== 2 * shape.iv)
    throw new DerFault('wrong tag', 'PEM');
  const vector = bytesOfHex(iv);
  return decryptCbc(shape.of(traditionalKey(passphrase, vector, shape.key)), vector, block.bytes);
}
const isKeyCipher = (name: string): name is KeyCipher => Object.hasOwn(CIPHERS, name);

/** The octets of an encrypted traditional key. @param iv as long as the cipher wants it */
export function encryptTraditional(
  plain: Uint8Array,
  passphrase: string,
  iv: Uint8Array,
  cipher: KeyCipher,
): Uint8Array {
  const { of, key } = CIPHERS[cipher];
  return encryptCbc(of(traditionalKey(passphrase, iv, key)), iv, plain);
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
