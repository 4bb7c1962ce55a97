/** Which alert tells the peer what X509_verify_cert found (openssl/ssl/statem/statem_lib.c, ssl_x509err2alert). */
import type { AlertName } from './alerts';

/** @param code X509_V_ERR_…, not 0 */
export function alertForVerifyCode(code: number): AlertName {
  switch (code) {
    case 9: // not yet valid
    case 11: // list not yet valid
    case 27: // untrusted
    case 28: // rejected
    case 62: // wrong host name
    case 64: // wrong address
    case 66: // key too weak
    case 67:
    case 68:
      return 'bad_certificate';
    case 10:
    case 12: // list expired
      return 'certificate_expired';
    case 23:
      return 'certificate_revoked';
    case 7: // wrong signature
    case 8: // of a list
      return 'decrypt_error';
    case 2: // no issuer
    case 3: // no list
    case 18: // self-signed
    case 19:
    case 20:
    case 21:
    case 22: // too long
    case 25: // path length
    case 79: // issuer is no authority
      return 'unknown_ca';
    case 26:
      return 'unsupported_certificate';
    default:
      return 'certificate_unknown';
  }
}
