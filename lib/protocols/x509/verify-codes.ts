/** X509_V_ERR_…: OpenSSL 3.0's codes and texts of what `verifyChain` finds. */

const TEXTS = {
  2: 'unable to get issuer certificate',
  3: 'unable to get certificate CRL',
  7: 'certificate signature failure',
  8: 'CRL signature failure',
  9: 'certificate is not yet valid',
  10: 'certificate has expired',
  11: 'CRL is not yet valid',
  12: 'CRL has expired',
  18: 'self-signed certificate',
  19: 'self-signed certificate in certificate chain',
  20: 'unable to get local issuer certificate',
  21: 'unable to verify the first certificate',
  22: 'certificate chain too long',
  23: 'certificate revoked',
  25: 'path length constraint exceeded',
  26: 'unsuitable certificate purpose',
  32: 'key usage does not include certificate signing',
  34: 'unhandled critical extension',
  35: 'key usage does not include CRL signing',
  62: 'hostname mismatch',
  63: 'email address mismatch',
  64: 'IP address mismatch',
  66: 'EE certificate key too weak',
  67: 'CA certificate key too weak',
  68: 'CA signature digest algorithm too weak',
  79: 'invalid CA certificate',
} as const;

export type VerifyCode = keyof typeof TEXTS;

/** X509_verify_cert_error_string. */
export function verifyText(code: VerifyCode): string {
  return TEXTS[code];
}
