/** Private and public keys as PEM, in the forms that OpenSSL 3.0 writes. */
import type { RandomStream } from '../../std/random';
import { hexOf } from './der';
import {
  DEFAULT_CIPHER,
  encryptPkcs8,
  encryptTraditional,
  type KeyCipher,
  vectorLength,
} from './key-encryption';
import {
  type Curve,
  ecParametersDer,
  ecPrivateKeyDer,
  type PrivateKey,
  type PublicKey,
  privateKeyInfo,
  publicKeyInfo,
  rsaPrivateKeyDer,
} from './keys';
import { writePem } from './pem';
import { randomOctets } from './rsa-generation';

/** A passphrase, and the randomness that its salt and vector are made of. */
export interface KeyProtection {
  readonly passphrase: string;
  readonly random: RandomStream;
  /** AES-256 unless told otherwise. */
  readonly cipher?: KeyCipher;
}

/** `PRIVATE KEY` (PKCS#8), or `ENCRYPTED PRIVATE KEY` under a passphrase (PBES2). */
export function privateKeyPem(key: PrivateKey, protection?: KeyProtection): string {
  const plain = privateKeyInfo(key);
  if (protection === undefined) return writePem('PRIVATE KEY', plain);
  const { passphrase, random, cipher } = protection;
  return writePem('ENCRYPTED PRIVATE KEY', encryptPkcs8(plain, passphrase, random, cipher));
}

/** `RSA PRIVATE KEY`, `EC PRIVATE KEY`; an Ed25519 key has only PKCS#8. */
export function traditionalKeyPem(key: PrivateKey, protection?: KeyProtection): string {
  if (key.type === 'ed25519') return privateKeyPem(key, protection);
  const [label, plain] =
    key.type === 'rsa'
      ? (['RSA PRIVATE KEY', rsaPrivateKeyDer(key)] as const)
      : (['EC PRIVATE KEY', ecPrivateKeyDer(key)] as const);
  if (protection === undefined) return writePem(label, plain);
  const { passphrase, random, cipher = DEFAULT_CIPHER } = protection;
  const iv = randomOctets(vectorLength(cipher), random);
  const headers = ['Proc-Type: 4,ENCRYPTED', `DEK-Info: ${cipher},${hexOf(iv).toUpperCase()}`];
  return writePem(label, encryptTraditional(plain, passphrase, iv, cipher), headers);
}

/** `PUBLIC KEY`: SubjectPublicKeyInfo. */
export function publicKeyPem(key: PublicKey): string {
  return writePem('PUBLIC KEY', publicKeyInfo(key));
}

/** A key's DER: PKCS#8. */
export const privateKeyDer = (key: PrivateKey): Uint8Array => privateKeyInfo(key);
export const publicKeyDer = (key: PublicKey): Uint8Array => publicKeyInfo(key);

/** `EC PARAMETERS`: the name of a curve. */
export function curvePem(curve: Curve): string {
  return writePem('EC PARAMETERS', ecParametersDer(curve));
}
