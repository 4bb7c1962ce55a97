/** What a certificate may be used for. Source: OpenSSL 3.0 v3_purp.c. */
import type { Certificate } from './certificate';
import { isSelfSigned } from './chain';
import type { KeyUsage } from './extensions';

/** `openssl verify -purpose`: those that are modelled. */
export const PURPOSES = ['sslclient', 'sslserver', 'any'] as const;
export type Purpose = (typeof PURPOSES)[number];

const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
/** Server Gated Cryptography, of old: OpenSSL still takes them for a server's. */
const GATED = ['1.3.6.1.4.1.311.10.3.3', '2.16.840.1.113730.4.1'];

/** X509_check_ca: `ca` (1), something that can pass as a root only (3, 4, 5), or none. */
export function issuerKind(certificate: Certificate): 'ca' | 'old' | 'none' {
  const { keyUsage, basicConstraints } = certificate;
  if (keyUsage !== undefined && !keyUsage.includes('keyCertSign')) return 'none';
  if (basicConstraints !== undefined) return basicConstraints.ca ? 'ca' : 'none';
  if (certificate.version === 1 && isSelfSigned(certificate)) return 'old';
  return keyUsage === undefined ? 'none' : 'old';
}

export function isLeafFor(certificate: Certificate, purpose: Purpose): boolean {
  if (purpose === 'any') return true;
  if (!hasExtendedUsage(certificate, purpose)) return false;
  const wanted: readonly KeyUsage[] =
    purpose === 'sslserver'
      ? ['digitalSignature', 'keyEncipherment', 'keyAgreement']
      : ['digitalSignature', 'keyAgreement'];
  return certificate.keyUsage === undefined || wanted.some((usage) => certificate.keyUsage?.includes(usage));
}

export function isCaFor(certificate: Certificate, purpose: Purpose): boolean {
  if (purpose === 'any') return true;
  return hasExtendedUsage(certificate, purpose) && issuerKind(certificate) !== 'none';
}

function hasExtendedUsage(certificate: Certificate, purpose: 'sslclient' | 'sslserver'): boolean {
  const wanted = purpose === 'sslserver' ? [SERVER_AUTH, ...GATED] : [CLIENT_AUTH];
  return (
    certificate.extendedKeyUsage === undefined ||
    wanted.some((usage) => certificate.extendedKeyUsage?.includes(usage))
  );
}
