/** Keys, and their ASN.1 forms. Sources: RFC 8017 A.1 (RSA), RFC 5915 and 5480 (EC), RFC 8410 (Ed25519), RFC 5208 (PKCS#8). */
import { ed25519 } from '@noble/curves/ed25519.js';
import { p256, p384 } from '@noble/curves/nist.js';
import {
  BIT_STRING,
  bitString,
  bitsOf,
  contextTag,
  type Der,
  DerCursor,
  DerFault,
  der,
  derInteger,
  derNull,
  derOid,
  INTEGER,
  integerOf,
  naturalBytes,
  naturalOf,
  OBJECT_IDENTIFIER,
  OCTET_STRING,
  octetString,
  oidOf,
  readDer,
  SEQUENCE,
  sameBytes,
  sequence,
} from './der';

export interface RsaPublicKey {
  readonly type: 'rsa';
  readonly modulus: bigint;
  readonly exponent: bigint;
}
export type Curve = 'P-256' | 'P-384';
export interface EcPublicKey {
  readonly type: 'ec';
  readonly curve: Curve;
  /** Uncompressed: 04, x, y. */
  readonly point: Uint8Array;
}
export interface Ed25519PublicKey {
  readonly type: 'ed25519';
  readonly point: Uint8Array;
}
/** A kind that is not modelled (DSA, Ed448, other curves); named by its algorithm. */
export interface UnknownPublicKey {
  readonly type: 'unknown';
  readonly algorithm: string;
  /** SubjectPublicKeyInfo. */
  readonly whole: Uint8Array;
}
export type PublicKey = RsaPublicKey | EcPublicKey | Ed25519PublicKey | UnknownPublicKey;

export interface RsaPrivateKey {
  readonly type: 'rsa';
  readonly modulus: bigint;
  readonly exponent: bigint;
  readonly privateExponent: bigint;
  readonly prime1: bigint;
  readonly prime2: bigint;
  readonly exponent1: bigint;
  readonly exponent2: bigint;
  readonly coefficient: bigint;
}
export interface EcPrivateKey {
  readonly type: 'ec';
  readonly curve: Curve;
  /** The scalar, as long as the curve's order. */
  readonly secret: Uint8Array;
  readonly point: Uint8Array;
}
export interface Ed25519PrivateKey {
  readonly type: 'ed25519';
  readonly seed: Uint8Array;
  readonly point: Uint8Array;
}
export type PrivateKey = RsaPrivateKey | EcPrivateKey | Ed25519PrivateKey;

export const RSA_ENCRYPTION = '1.2.840.113549.1.1.1';
export const EC_PUBLIC_KEY = '1.2.840.10045.2.1';
export const ED25519 = '1.3.101.112';
const CURVES: Readonly<Record<Curve, string>> = {
  'P-256': '1.2.840.10045.3.1.7',
  'P-384': '1.3.132.0.34',
};
export const nobleCurve = (curve: Curve): typeof p256 => (curve === 'P-256' ? p256 : p384);

/** The public half. */
export function publicKeyOf(key: PrivateKey): PublicKey {
  switch (key.type) {
    case 'rsa':
      return { type: 'rsa', modulus: key.modulus, exponent: key.exponent };
    case 'ec':
      return { type: 'ec', curve: key.curve, point: key.point };
    case 'ed25519':
      return { type: 'ed25519', point: key.point };
  }
}

/** Bits of the modulus or of the curve. */
export function keyBits(key: PublicKey | PrivateKey): number {
  if (key.type === 'rsa') return key.modulus.toString(2).length;
  if (key.type === 'ec') return key.curve === 'P-256' ? 256 : 384;
  return key.type === 'ed25519' ? 256 : 0;
}

/** Object identifier of the key's algorithm. */
export function publicKeyAlgorithm(key: PublicKey): string {
  if (key.type === 'unknown') return key.algorithm;
  return key.type === 'rsa' ? RSA_ENCRYPTION : key.type === 'ec' ? EC_PUBLIC_KEY : ED25519;
}

/** Whether two public keys are the same. */
export function samePublicKey(a: PublicKey, b: PublicKey): boolean {
  return sameBytes(publicKeyInfo(a), publicKeyInfo(b));
}

/** SubjectPublicKeyInfo. */
export function publicKeyInfo(key: PublicKey): Uint8Array {
  switch (key.type) {
    case 'rsa':
      return sequence(sequence(derOid(RSA_ENCRYPTION), derNull()), bitString(rsaPublicKeyDer(key)));
    case 'ec':
      return sequence(sequence(derOid(EC_PUBLIC_KEY), derOid(CURVES[key.curve])), bitString(key.point));
    case 'ed25519':
      return sequence(sequence(derOid(ED25519)), bitString(key.point));
    case 'unknown':
      return key.whole;
  }
}
/** RSAPublicKey of PKCS#1. */
export function rsaPublicKeyDer(key: RsaPublicKey): Uint8Array {
  return sequence(derInteger(key.modulus), derInteger(key.exponent));
}
/** The bits that a key identifier is the SHA-1 of (RFC 5280 §4.2.1.2). */
export function publicKeyBits(key: PublicKey): Uint8Array {
  const info = new DerCursor(readDer(publicKeyInfo(key)).content);
  info.any();
  return bitsOf(info.take(BIT_STRING));
}

/** Reads SubjectPublicKeyInfo. @throws DerFault */
export function readPublicKeyInfo(info: Der): PublicKey {
  if (info.tag !== SEQUENCE) throw new DerFault('wrong tag', 'X509_PUBKEY');
  const parts = new DerCursor(info.content);
  const algorithm = new DerCursor(parts.take(SEQUENCE).content);
  const oid = oidOf(algorithm.take(OBJECT_IDENTIFIER).content);
  const bits = bitsOf(parts.take(BIT_STRING));
  if (oid === RSA_ENCRYPTION) return readRsaPublicKey(bits);
  const curve = oid === EC_PUBLIC_KEY ? curveOf(algorithm.peek()) : undefined;
  if (curve !== undefined) return { type: 'ec', curve, point: uncompressed(curve, bits) };
  if (oid === ED25519) return { type: 'ed25519', point: bits };
  return { type: 'unknown', algorithm: oid, whole: info.whole };
}
/** Reads PKCS#1's RSAPublicKey. @throws DerFault */
export function readRsaPublicKey(bytes: Uint8Array): RsaPublicKey {
  const numbers = new DerCursor(readDer(bytes).content);
  const modulus = integerOf(numbers.take(INTEGER).content);
  return { type: 'rsa', modulus, exponent: integerOf(numbers.take(INTEGER).content) };
}
function curveOf(parameters: Der | undefined): Curve | undefined {
  if (parameters?.tag !== OBJECT_IDENTIFIER) return undefined;
  const oid = oidOf(parameters.content);
  return oid === CURVES['P-256'] ? 'P-256' : oid === CURVES['P-384'] ? 'P-384' : undefined;
}
function uncompressed(curve: Curve, point: Uint8Array): Uint8Array {
  if (point[0] === 4) return point;
  try {
    return nobleCurve(curve).Point.fromBytes(point).toBytes(false);
  } catch {
    throw new DerFault('wrong tag', 'EC_POINT');
  }
}

/** PKCS#8's PrivateKeyInfo. */
export function privateKeyInfo(key: PrivateKey): Uint8Array {
  switch (key.type) {
    case 'rsa':
      return sequence(
        derInteger(0),
        sequence(derOid(RSA_ENCRYPTION), derNull()),
        octetString(rsaPrivateKeyDer(key)),
      );
    case 'ec':
      return sequence(
        derInteger(0),
        sequence(derOid(EC_PUBLIC_KEY), derOid(CURVES[key.curve])),
        octetString(ecKeyDer(key, false)),
      );
    case 'ed25519':
      return sequence(derInteger(0), sequence(derOid(ED25519)), octetString(octetString(key.seed)));
  }
}
/** What stands in "RSA PRIVATE KEY". */
export function rsaPrivateKeyDer(key: RsaPrivateKey): Uint8Array {
  const { modulus, exponent, privateExponent, prime1, prime2, exponent1, exponent2, coefficient } = key;
  const numbers = [modulus, exponent, privateExponent, prime1, prime2, exponent1, exponent2, coefficient];
  return sequence(derInteger(0), ...numbers.map((number) => derInteger(number)));
}
/** What stands in "EC PRIVATE KEY". */
export function ecPrivateKeyDer(key: EcPrivateKey): Uint8Array {
  return ecKeyDer(key, true);
}
/** What stands in "EC PARAMETERS": the named curve. */
export const ecParametersDer = (curve: Curve): Uint8Array => derOid(CURVES[curve]);
function ecKeyDer(key: EcPrivateKey, withCurve: boolean): Uint8Array {
  return sequence(
    derInteger(1),
    octetString(key.secret),
    ...(withCurve ? [der(contextTag(0), derOid(CURVES[key.curve]))] : []),
    der(contextTag(1), bitString(key.point)),
  );
}

/** Reads PrivateKeyInfo. undefined for a kind that is not modelled. @throws DerFault */
export function readPrivateKeyInfo(bytes: Uint8Array): PrivateKey | undefined {
  const whole = readDer(bytes);
  if (whole.tag !== SEQUENCE) throw new DerFault('wrong tag');
  const parts = new DerCursor(whole.content);
  parts.take(INTEGER);
  const algorithm = new DerCursor(parts.take(SEQUENCE).content);
  const oid = oidOf(algorithm.take(OBJECT_IDENTIFIER).content);
  const content = parts.take(OCTET_STRING).content;
  if (oid === RSA_ENCRYPTION) return readRsaPrivateKey(content);
  if (oid === EC_PUBLIC_KEY) return readEcPrivateKey(content, curveOf(algorithm.peek()));
  return oid === ED25519 ? ed25519Key(readDer(content).content) : undefined;
}
/** Reads "RSA PRIVATE KEY". @throws DerFault */
export function readRsaPrivateKey(bytes: Uint8Array): RsaPrivateKey {
  const whole = readDer(bytes);
  if (whole.tag !== SEQUENCE) throw new DerFault('wrong tag');
  const parts = new DerCursor(whole.content);
  const next = (): bigint => integerOf(parts.take(INTEGER).content);
  next();
  return {
    type: 'rsa',
    modulus: next(),
    exponent: next(),
    privateExponent: next(),
    prime1: next(),
    prime2: next(),
    exponent1: next(),
    exponent2: next(),
    coefficient: next(),
  };
}
/** Reads "EC PRIVATE KEY". undefined for a curve that is not modelled. @throws DerFault */
export function readEcPrivateKey(bytes: Uint8Array, known?: Curve): EcPrivateKey | undefined {
  const whole = readDer(bytes);
  if (whole.tag !== SEQUENCE) throw new DerFault('wrong tag');
  const parts = new DerCursor(whole.content);
  parts.take(INTEGER);
  const secret = parts.take(OCTET_STRING).content;
  const parameters = parts.optional(contextTag(0));
  const curve = known ?? (parameters === undefined ? undefined : curveOf(readDer(parameters.content)));
  return curve === undefined ? undefined : ecKey(curve, naturalOf(secret));
}
/** A key from its scalar. */
export function ecKey(curve: Curve, scalar: bigint): EcPrivateKey {
  const secret = naturalBytes(scalar, curve === 'P-256' ? 32 : 48);
  return { type: 'ec', curve, secret, point: nobleCurve(curve).getPublicKey(secret, false) };
}
/** A key from its 32 octets. */
export function ed25519Key(seed: Uint8Array): Ed25519PrivateKey {
  return { type: 'ed25519', seed, point: ed25519.getPublicKey(seed) };
}
