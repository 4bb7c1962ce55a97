/** Whether a key belongs to a certificate. */
import type { Certificate } from './certificate';
import { type PrivateKey, publicKeyOf, samePublicKey } from './keys';
import { type OpensslError, opensslError } from './openssl-error';

/** Whether the certificate was issued for this key. */
export function keyMatches(certificate: Certificate, key: PrivateKey): boolean {
  return samePublicKey(certificate.publicKey, publicKeyOf(key));
}

/** What X509_check_private_key says (HAProxy, openssl x509 -CAkey); empty when the key is the right one. */
export function privateKeyErrors(certificate: Certificate, key: PrivateKey): readonly OpensslError[] {
  if (keyMatches(certificate, key)) return [];
  if (certificate.publicKey.type === key.type) return [opensslError('keyValuesMismatch')];
  return [opensslError('differentKeyTypes'), opensslError('keyTypeMismatch')];
}

/**
 * What SSL_CTX_use_PrivateKey says when the certificate was loaded before (nginx). A key of another kind is taken
 * without a word: it goes into that kind's slot, and the certificate's own slot stays without key (measured with
 * nginx 1.22.1: `nginx -t` is content, handshakes then fail).
 */
export function keyMismatchErrors(certificate: Certificate, key: PrivateKey): readonly OpensslError[] {
  return certificate.publicKey.type === key.type ? privateKeyErrors(certificate, key) : [];
}
