/** Signing and checking signatures. Sources: RFC 8017 §8.2 (PKCS#1 v1.5), RFC 6979 (deterministic ECDSA), RFC 8032 (Ed25519). */
import { ed25519 } from '@noble/curves/ed25519.js';
import { md5, sha1 } from '@noble/hashes/legacy.js';
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import { derNull, derOid, naturalBytes, naturalOf, octetString, sameBytes, sequence } from './der';
import {
  ED25519,
  keyBits,
  nobleCurve,
  type PrivateKey,
  type PublicKey,
  type RsaPrivateKey,
  type RsaPublicKey,
} from './keys';
import { type OpensslError, opensslError } from './openssl-error';

export type Digest = 'md5' | 'sha1' | 'sha256' | 'sha384' | 'sha512';

interface DigestFacts {
  readonly hash: (bytes: Uint8Array) => Uint8Array;
  readonly oid: string;
  readonly withRsa: string;
  readonly withEcdsa: string | undefined;
}
const DIGESTS: Readonly<Record<Digest, DigestFacts>> = {
  md5: {
    hash: md5,
    oid: '1.2.840.113549.2.5',
    withRsa: '1.2.840.113549.1.1.4',
    withEcdsa: undefined,
  },
  sha1: {
    hash: sha1,
    oid: '1.3.14.3.2.26',
    withRsa: '1.2.840.113549.1.1.5',
    withEcdsa: '1.2.840.10045.4.1',
  },
  sha256: {
    hash: sha256,
    oid: '2.16.840.1.101.3.4.2.1',
    withRsa: '1.2.840.113549.1.1.11',
    withEcdsa: '1.2.840.10045.4.3.2',
  },
  sha384: {
    hash: sha384,
    oid: '2.16.840.1.101.3.4.2.2',
    withRsa: '1.2.840.113549.1.1.12',
    withEcdsa: '1.2.840.10045.4.3.3',
  },
  sha512: {
    hash: sha512,
    oid: '2.16.840.1.101.3.4.2.3',
    withRsa: '1.2.840.113549.1.1.13',
    withEcdsa: '1.2.840.10045.4.3.4',
  },
};
export const DIGEST_NAMES = Object.keys(DIGESTS) as readonly Digest[];

export function digestOf(digest: Digest, bytes: Uint8Array): Uint8Array {
  return DIGESTS[digest].hash(bytes);
}

/** The digest that a signature algorithm uses; undefined for Ed25519 and what is not modelled. */
export function signatureDigest(oid: string): Digest | undefined {
  return DIGEST_NAMES.find((name) => DIGESTS[name].withRsa === oid || DIGESTS[name].withEcdsa === oid);
}

/** AlgorithmIdentifier of what `sign` makes with this key. */
export function signatureAlgorithmDer(key: PrivateKey, digest: Digest): Uint8Array {
  if (key.type === 'rsa') return sequence(derOid(DIGESTS[digest].withRsa), derNull());
  if (key.type === 'ed25519') return sequence(derOid(ED25519));
  return sequence(derOid(DIGESTS[digest].withEcdsa ?? DIGESTS.sha256.withEcdsa ?? ''));
}

/** The signature of `bytes`. Ed25519 has its own digest. */
export function sign(key: PrivateKey, digest: Digest, bytes: Uint8Array): Uint8Array {
  switch (key.type) {
    case 'rsa':
      return signRsa(key, digest, bytes);
    case 'ec':
      return nobleCurve(key.curve).sign(digestOf(digest, bytes), key.secret, {
        prehash: false,
        lowS: false,
        format: 'der',
      });
    case 'ed25519':
      return ed25519.sign(bytes, key.seed);
  }
}

/** Whether a key of this kind makes signatures with the algorithm `oid`; what is not modelled is let pass. */
export function signsLike(key: PublicKey, oid: string): boolean {
  const facts = DIGEST_NAMES.map((name) => DIGESTS[name]);
  if (facts.some(({ withRsa }) => withRsa === oid)) return key.type === 'rsa' || key.type === 'unknown';
  if (facts.some(({ withEcdsa }) => withEcdsa === oid)) return key.type === 'ec' || key.type === 'unknown';
  return oid !== ED25519 || key.type === 'ed25519' || key.type === 'unknown';
}

/** Whether a signature made with the algorithm `oid` is right. False for algorithms that are not modelled. */
export function verifySignature(
  key: PublicKey,
  oid: string,
  bytes: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (key.type === 'ed25519') return oid === ED25519 && ed25519.verify(signature, bytes, key.point);
  const digest = signatureDigest(oid);
  if (digest === undefined || key.type === 'unknown') return false;
  return verifyDigest(key, digest, bytes, signature);
}
/** Whether a signature over the digest of `bytes` is right. */
export function verifyDigest(
  key: PublicKey,
  digest: Digest,
  bytes: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (key.type === 'rsa') return verifyRsa(key, digest, bytes, signature);
  if (key.type !== 'ec') return false;
  try {
    return nobleCurve(key.curve).verify(signature, digestOf(digest, bytes), key.point, {
      prehash: false,
      lowS: false,
      format: 'der',
    });
  } catch {
    return false;
  }
}

function signRsa(key: RsaPrivateKey, digest: Digest, bytes: Uint8Array): Uint8Array {
  const octets = Math.ceil(keyBits(key) / 8);
  const message = naturalOf(padded(digest, bytes, octets));
  // Garner: two powers with half the bits each.
  const m1 = modPow(message % key.prime1, key.exponent1, key.prime1);
  const m2 = modPow(message % key.prime2, key.exponent2, key.prime2);
  const difference = (((m1 - m2) % key.prime1) + key.prime1) % key.prime1;
  const h = (key.coefficient * difference) % key.prime1;
  return naturalBytes(m2 + h * key.prime2, octets);
}
function verifyRsa(key: RsaPublicKey, digest: Digest, bytes: Uint8Array, signature: Uint8Array): boolean {
  const octets = Math.ceil(keyBits(key) / 8);
  if (signature.length !== octets) return false;
  const message = naturalBytes(modPow(naturalOf(signature), key.exponent, key.modulus), octets);
  return sameBytes(message, padded(digest, bytes, octets));
}
/** What OpenSSL leaves after a signature over a digest was found wrong; nothing for other keys than RSA. */
export function verifyErrors(
  key: PublicKey,
  digest: Digest,
  bytes: Uint8Array,
  signature: Uint8Array,
): readonly OpensslError[] {
  if (key.type !== 'rsa') return [];
  const octets = Math.ceil(keyBits(key) / 8);
  if (signature.length !== octets) return [opensslError('rsaSignatureLength'), opensslError('rsaVerify')];
  const message = naturalBytes(modPow(naturalOf(signature), key.exponent, key.modulus), octets);
  if (message[0] === 0 && message[1] === 1 && message[2] === 0xff)
    return verifyRsa(key, digest, bytes, signature)
      ? []
      : [opensslError('rsaBadSignature'), opensslError('rsaVerify')];
  return [opensslError('rsaPadding'), opensslError('rsaPaddingCheck'), opensslError('rsaVerify')];
}

/** EMSA-PKCS1-v1_5. */
function padded(digest: Digest, bytes: Uint8Array, octets: number): Uint8Array {
  const facts = DIGESTS[digest];
  const info = sequence(sequence(derOid(facts.oid), derNull()), octetString(facts.hash(bytes)));
  const out = new Uint8Array(octets).fill(0xff);
  out.set([0, 1]);
  out[octets - info.length - 1] = 0;
  out.set(info, octets - info.length);
  return out;
}

/** base^exponent mod modulus, four bits of the exponent at a time. */
export function modPow(base: bigint, exponent: bigint, modulus: bigint): bigint {
  const powers = [1n];
  for (let i = 1; i < 16; i++) powers.push(((powers[i - 1] ?? 1n) * base) % modulus);
  let result = 1n;
  for (const digit of exponent.toString(16)) {
    for (let i = 0; i < 4; i++) result = (result * result) % modulus;
    const power = powers[Number.parseInt(digit, 16)] ?? 1n;
    if (power !== 1n) result = (result * power) % modulus;
  }
  return result;
}
