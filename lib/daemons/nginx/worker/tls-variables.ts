/**
 * `$ssl_…`: what is known of a secured connection. Undefined: it has no value.
 * Source: nginx 1.22 src/event/ngx_event_openssl.c `ngx_ssl_get_…`.
 * Not modelled: `$ssl_ciphers`, `$ssl_curves`, `$ssl_session_id`, `$ssl_early_data`; sessions are never reused.
 */
import {
  type Certificate,
  certificatePem,
  fingerprint,
  nameCompat,
  nameRfc2253,
  readCertificateChain,
  timeText,
} from '../../../protocols/x509';
import type { TlsInfo } from '../../../world/tls.contract';

const DAY = 86_400;
type Reader = (info: TlsInfo, seconds: number) => string | undefined;

/** About the client's certificate, when it showed one. */
const ofClient =
  (read: (certificate: Certificate, seconds: number) => string): Reader =>
  ({ peerChain }, seconds) => {
    if (peerChain === '') return undefined;
    const chain = readCertificateChain(peerChain);
    const leaf = chain.ok ? chain.value[0] : undefined;
    return leaf === undefined ? undefined : read(leaf, seconds);
  };

export const TLS_VARIABLES: Readonly<Record<string, Reader>> = {
  ssl_protocol: ({ version }) => version,
  ssl_cipher: ({ cipher }) => cipher,
  ssl_curve: ({ version, cipher }) =>
    version === 'TLSv1.3' || cipher.startsWith('ECDHE') ? 'X25519' : undefined,
  ssl_server_name: ({ serverName }) => serverName,
  ssl_alpn_protocol: ({ alpn }) => alpn,
  ssl_session_reused: () => '.',
  ssl_client_verify: ({ peerChain, verified }) => {
    if (peerChain === '') return 'NONE';
    return verified === undefined || verified.code === 0 ? 'SUCCESS' : `FAILED:${verified.text}`;
  },
  ssl_client_s_dn: ofClient(({ subject }) => nameRfc2253(subject)),
  ssl_client_i_dn: ofClient(({ issuer }) => nameRfc2253(issuer)),
  ssl_client_s_dn_legacy: ofClient(({ subject }) => nameCompat(subject)),
  ssl_client_i_dn_legacy: ofClient(({ issuer }) => nameCompat(issuer)),
  ssl_client_serial: ofClient(({ serial }) => evenHex(serial)),
  ssl_client_fingerprint: ofClient((certificate) =>
    fingerprint(certificate, 'sha1').replaceAll(':', '').toLowerCase(),
  ),
  ssl_client_v_start: ofClient(({ notBefore }) => timeText(notBefore)),
  ssl_client_v_end: ofClient(({ notAfter }) => timeText(notAfter)),
  ssl_client_v_remain: ofClient(({ notAfter }, seconds) =>
    String(Math.max(0, Math.floor((notAfter - seconds) / DAY))),
  ),
  ssl_client_raw_cert: ofClient((certificate) => certificatePem(certificate).trimEnd()),
  // Its lines go on behind a tab, as headers may.
  ssl_client_cert: ofClient((certificate) => certificatePem(certificate).trimEnd().replaceAll('\n', '\n\t')),
  ssl_client_escaped_cert: ofClient((certificate) => encodeURIComponent(certificatePem(certificate))),
};
function evenHex(serial: bigint): string {
  const digits = serial.toString(16).toUpperCase();
  return digits.length % 2 === 0 ? digits : `0${digits}`;
}
