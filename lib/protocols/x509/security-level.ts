/** OpenSSL's security levels: SSL_CTX_set_security_level(3). */
import type { Certificate } from './certificate';
import { keyBits, type PublicKey } from './keys';
import { signatureDigest } from './signatures';

/** Bits of security that levels 1 to 5 ask for. */
const LEAST_BITS = [0, 80, 112, 128, 192, 256];
/** Bits of an RSA key → bits of security (NIST SP 800-57). */
const RSA_STRENGTH: readonly (readonly [bits: number, security: number])[] = [
  [15360, 256],
  [7680, 192],
  [3072, 128],
  [2048, 112],
  [1024, 80],
];
const DIGEST_STRENGTH = { md5: 39, sha1: 63, sha256: 128, sha384: 192, sha512: 256 } as const;

/** `CA certificate key too weak` and `EE certificate key too weak` when not. */
export function isStrongKey(certificate: Certificate, level: number): boolean {
  return level <= 0 || keyStrength(certificate.publicKey) >= leastBits(level);
}
/** `CA signature digest algorithm too weak` when not. */
export function isStrongSignature(certificate: Certificate, level: number): boolean {
  const digest = signatureDigest(certificate.signatureAlgorithm);
  return level <= 0 || (digest === undefined ? 128 : DIGEST_STRENGTH[digest]) >= leastBits(level);
}
/** Bits of security of a key. */
export function keyStrength(key: PublicKey): number {
  if (key.type === 'rsa') return RSA_STRENGTH.find(([bits]) => keyBits(key) >= bits)?.[1] ?? 0;
  if (key.type === 'ec') return keyBits(key) / 2;
  return 128;
}
function leastBits(level: number): number {
  return LEAST_BITS[Math.min(level, 5)] ?? 0;
}
