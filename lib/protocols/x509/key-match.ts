/** Whether a key belongs to a certificate: X509_check_private_key. */
import type { Certificate } from './certificate';
import { type PrivateKey, publicKeyOf, samePublicKey } from './keys';
import { type OpensslError, opensslError } from './openssl-error';

/** Whether the certificate was issued for this key. */
export function keyMatches(certificate: Certificate, key: PrivateKey): boolean {
  return samePublicKey(certificate.publicKey, publicKeyOf(key));
}

/** What SSL_CTX_use_PrivateKey says to a key of another certificate; empty when it is the right one. */
export function keyMismatchErrors(certificate: Certificate, key: PrivateKey): readonly OpensslError[] {
  if (keyMatches(certificate, key)) return [];
  return [opensslError(certificate.publicKey.type === key.type ? 'keyValuesMismatch' : 'keyTypeMismatch')];
}
