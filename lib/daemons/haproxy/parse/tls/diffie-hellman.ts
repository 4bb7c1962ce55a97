/**
 * Parameters of Diffie-Hellman: only what is wrong with them is modelled, no
 * handshake uses them. Source: 2.6.12 `ssl_sock.c` `ssl_sock_load_dh_params()`; recorded.
 */

import { DerFault, derChildren, naturalOf, readDer } from '../../../../protocols/x509/der';
import { readPem } from '../../../../protocols/x509/pem';
import type { BindTls } from '../../config-tls';
import type { ParserState } from '../context';

/** Fewer bits than OpenSSL's security level 2 takes. */
const LEAST_BITS = 2048;
/** `tune.ssl.default-dh-param` up to here means parameters of 1024 bits. */
const SMALL = 1024;

/** Bits of the first parameters in a text; undefined: there are none. */
export function diffieHellmanBits(text: string): number | undefined {
  const block = readPem(text).blocks.find(({ label }) => label === 'DH PARAMETERS');
  if (block === undefined) return undefined;
  try {
    const [prime] = derChildren(readDer(block.bytes).content);
    return prime === undefined ? undefined : naturalOf(prime.content).toString(2).length;
  } catch (fault) {
    if (!(fault instanceof DerFault)) throw fault;
    return undefined;
  }
}

/** Whether ciphers of finite-field Diffie-Hellman can be used: by default they cannot. */
export function hasDhParameters(state: ParserState, { certificates }: BindTls): boolean {
  const { fileBits, defaultBits } = state.tls.diffieHellman;
  if ((fileBits ?? 0) >= LEAST_BITS || (defaultBits ?? 0) > SMALL) return true;
  return certificates.some(({ path }) => {
    const file = state.surroundings.readFile(path);
    return 'text' in file && (diffieHellmanBits(file.text) ?? 0) >= LEAST_BITS;
  });
}

/** What is said when a certificate is put to use on a `bind` line; undefined: nothing. */
export function diffieHellmanWarning(state: ParserState, path: string): string | undefined {
  const { fileBits, defaultBits } = state.tls.diffieHellman;
  const file = state.surroundings.readFile(path);
  const own = 'text' in file ? diffieHellmanBits(file.text) : undefined;
  const lost = ", DH ciphers won't be available.\n";
  if (own !== undefined)
    return own < LEAST_BITS ? `unable to load the DH parameter specified in '${path}'${lost}` : undefined;
  if (fileBits !== undefined)
    return fileBits < LEAST_BITS
      ? `unable to use the global DH parameter for certificate '${path}'${lost}`
      : undefined;
  return defaultBits !== undefined && defaultBits <= SMALL
    ? `unable to load default 1024 bits DH parameter for certificate '${path}'.\n${lost}`
    : undefined;
}
