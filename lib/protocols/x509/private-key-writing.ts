/** Private and public keys as PEM, in the forms that OpenSSL 3.0 writes. */
import type { RandomStream } from '../../std/random';
import { hexOf } from './der';
import { encryptPkcs8, encryptTraditional } from './key-encryption';
import {
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
}

/** `PRIVATE KEY` (PKCS#8), or `ENCRYPTED PRIVATE KEY` under a passphrase (PBES2, AES-256-CBC). */
export function privateKeyPem(key: PrivateKey, protection?: KeyProtection): string {
  const plain = privateKeyInfo(key);
  if (protection === undefined) return writePem('PRIVATE KEY', plain);
  const random = randomOctets(24, protection.random);
  return writePem('ENCRYPTED PRIVATE KEY', encryptPkcs8(plain, protection.passphrase, random));
}

/** `RSA PRIVATE KEY`, `EC PRIVATE KEY`; an Ed25519 key has only PKCS#8. */
export function traditionalKeyPem(
  key: PrivateKey,
  protection?: KeyProtection & { readonly bits: 128 | 192 | 256 },
): string {
  if (key.type === 'ed25519') return privateKeyPem(key, protection);
  const [label, plain] =
    key.type === 'rsa'
      ? (['RSA PRIVATE KEY', rsaPrivateKeyDer(key)] as const)
      : (['EC PRIVATE KEY', ecPrivateKeyDer(key)] as const);
  if (protection === undefined) return writePem(label, plain);
  const iv = randomOctets(16, protection.random);
  const headers = [
    'Proc-Type: 4,ENCRYPTED',
    `DEK-Info: AES-${protection.bits}-CBC,${hexOf(iv).toUpperCase()}`,
  ];
  return writePem(label, encryptTraditional(plain, protection.passphrase, iv, protection.bits), headers);
}

/** `PUBLIC KEY`: SubjectPublicKeyInfo. */
export function publicKeyPem(key: PublicKey): string {
  return writePem('PUBLIC KEY', publicKeyInfo(key));
}
