/** Making certificates. Source: RFC 5280 §4.1. */
import { assert } from '../../std/assert';
import { type Certificate, readCertificate } from './certificate';
import { bitString, contextTag, der, derBoolean, derInteger, derOid, octetString, sequence } from './der';
import type { Extension } from './extensions';
import { type PrivateKey, type PublicKey, publicKeyInfo } from './keys';
import type { Name } from './names';
import { type Digest, sign, signatureAlgorithmDer } from './signatures';
import { type Seconds, timeDer } from './times';

export interface CertificateParts {
  /** Positive; `randomSerial` makes one as OpenSSL does. */
  readonly serial: bigint;
  readonly issuer: Name;
  readonly subject: Name;
  readonly notBefore: Seconds;
  readonly notAfter: Seconds;
  readonly publicKey: PublicKey;
  /** In their order; `makeExtension` makes them from OpenSSL's configuration words. */
  readonly extensions: readonly Extension[];
}

/** A certificate signed with the issuer's key (the certificate's own when it signs itself). */
export function issueCertificate(
  parts: CertificateParts,
  issuerKey: PrivateKey,
  digest: Digest = 'sha256',
): Certificate {
  const algorithm = signatureAlgorithmDer(issuerKey, digest);
  const { extensions } = parts;
  const signedPart = sequence(
    // Version 3; without extensions it stays at 1, which is the default and not written.
    ...(extensions.length === 0 ? [] : [der(contextTag(0), derInteger(2))]),
    derInteger(parts.serial),
    algorithm,
    parts.issuer.der,
    sequence(timeDer(parts.notBefore), timeDer(parts.notAfter)),
    parts.subject.der,
    publicKeyInfo(parts.publicKey),
    ...(extensions.length === 0 ? [] : [der(contextTag(3), extensionsDer(extensions))]),
  );
  const signature = sign(issuerKey, digest, signedPart);
  const made = readCertificate(sequence(signedPart, algorithm, bitString(signature)));
  assert(made.ok, 'what was written can be read');
  return made.value;
}

/** `SEQUENCE OF Extension`. */
export function extensionsDer(extensions: readonly Extension[]): Uint8Array {
  return sequence(
    ...extensions.map(({ oid, critical, value }) =>
      sequence(derOid(oid), ...(critical ? [derBoolean(true)] : []), octetString(value)),
    ),
  );
}
