/** What a server with TLS wants of a client before it hears a request. Source: nginx 1.22 src/http/ngx_http_request.c `ngx_http_process_request`. */
import type { AddressSettings } from '../config';
import type { Asking } from './variables';

const TO_HTTPS = 497;
const CERTIFICATE_ERROR = 495;
const NO_CERTIFICATE = 496;
/** X509_V_ERR_… that `optional_no_ca` does not mind: nobody vouches for it. */
const UNVOUCHED = new Set([18, 19, 20, 21, 27]);

export function tlsProblem(
  { runtime, client, request }: Asking,
  { isSecure }: AddressSettings,
): { status: number; text: string } | undefined {
  if (!isSecure) return undefined;
  if (client.tls === undefined)
    return { status: TO_HTTPS, text: 'client sent plain HTTP request to HTTPS port' };
  const verify = runtime.server(request.server).tls?.verify ?? 'off';
  if (verify === 'off') return undefined;
  const { verified, peerChain } = client.tls;
  if (verified !== undefined && verified.code !== 0) {
    if (verify !== 'optional_no_ca' || !UNVOUCHED.has(verified.code))
      return {
        status: CERTIFICATE_ERROR,
        text: `client SSL certificate verify error: (${verified.code}:${verified.text})`,
      };
  }
  return verify === 'on' && peerChain === ''
    ? { status: NO_CERTIFICATE, text: 'client sent no required SSL certificate' }
    : undefined;
}
