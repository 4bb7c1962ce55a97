/** Digests by the names that openssl takes. */
import { type Digest, DIGEST_NAMES, type OpensslError, opensslError } from '../../protocols/x509/index';

/** `sha256`, `SHA-256`, `SHA2-256`, `RSA-SHA256`; undefined for others. */
export function digestOfName(name: string): Digest | undefined {
  const plain = name
    .toLowerCase()
    .replace(/^rsa-/, '')
    .replace(/^sha2?-(?=\d)/, 'sha');
  return DIGEST_NAMES.find((digest) => digest === plain);
}

/** What fetching a digest that does not exist leaves. */
export function noSuchDigest(name: string): OpensslError {
  return opensslError(
    'unsupportedAlgorithm',
    `Global default library context, Algorithm (${name} : 0), Properties (<null>)`,
  );
}
