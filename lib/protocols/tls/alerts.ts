/**
 * Alerts (RFC 8446 §6, RFC 5246 §7.2) by name, with their numbers and the words that OpenSSL 3.0
 * has for one that was received (openssl/ssl/ssl_err.c: reason = 1000 + number).
 */

/** Name of an alert in the RFC's spelling, with underscores. */
export type AlertName = keyof typeof NUMBERS;

const NUMBERS = {
  close_notify: 0,
  unexpected_message: 10,
  bad_record_mac: 20,
  record_overflow: 22,
  handshake_failure: 40,
  bad_certificate: 42,
  unsupported_certificate: 43,
  certificate_revoked: 44,
  certificate_expired: 45,
  certificate_unknown: 46,
  illegal_parameter: 47,
  unknown_ca: 48,
  access_denied: 49,
  decode_error: 50,
  decrypt_error: 51,
  protocol_version: 70,
  insufficient_security: 71,
  internal_error: 80,
  inappropriate_fallback: 86,
  user_canceled: 90,
  missing_extension: 109,
  unsupported_extension: 110,
  unrecognized_name: 112,
  certificate_required: 116,
  no_application_protocol: 120,
} as const;

export function alertNumber(name: AlertName): number {
  return NUMBERS[name];
}
