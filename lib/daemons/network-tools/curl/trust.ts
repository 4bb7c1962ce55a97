/** What curl trusts and shows over https: files of roots, its own certificate (curl 7.88 lib/vtls/openssl.c). */
import { errorOf } from '../../../std/errno';
import { readCipherList, readCipherSuites } from '../../../protocols/tls/cipher-list';
import { versionsBetween, TLS_VERSIONS } from '../../../protocols/tls/versions';
import {
  keyMatches,
  type OpensslError,
  openErrors,
  readCertificateChain,
  readPrivateKey,
  readTrustedCertificates,
} from '../../../protocols/x509';
import { parseIPv4 } from '../../../std/ipv4';
import { FileError } from '../../../world/files.contract';
import type { ProgramContext } from '../../../world/process.contract';
import type { TlsClientSettings, TlsIdentity } from '../../../world/tls.contract';
import { TRUSTED_ROOTS } from '../../../world/tls/https-settings';
import type { CurlCall } from './call';

/** A transfer cannot begin: curl's error code and message. */
export interface Trouble {
  code: number;
  message: string;
  /** What the other side sent was not read to its end: closing resets the connection. */
  unread?: true;
}
export interface TrustPlaces {
  caFile: string;
  caPath: string;
}

const CA_PATH = '/etc/ssl/certs';

/** Where the roots are: the options, else the environment, else what Debian's curl is built with. */
export function trustPlaces(context: ProgramContext, call: CurlCall): TrustPlaces {
  const { env } = context;
  const bundle = env.get('CURL_CA_BUNDLE');
  return {
    caFile: call.caFile ?? bundle ?? env.get('SSL_CERT_FILE') ?? TRUSTED_ROOTS,
    caPath: call.caPath ?? env.get('SSL_CERT_DIR') ?? CA_PATH,
  };
}

/** PEM of all that is trusted; trouble for a file of roots that is none. */
export function readRoots(context: ProgramContext, { caFile, caPath }: TrustPlaces): string | Trouble {
  const text = context.fs.readFile(context.resolve(caFile), context.who);
  if (text instanceof FileError || readTrustedCertificates(text).length === 0)
    return { code: 77, message: `error setting certificate file: ${caFile}` };
  return text + hashedIn(context, context.resolve(caPath));
}
/** Certificates in a directory are found by their hashed names (c_rehash). */
function hashedIn(context: ProgramContext, directory: string): string {
  const names = context.fs.readdir(directory, context.who);
  if (names instanceof FileError) return '';
  return names
    .filter((name) => /^[0-9a-f]{8}\.\d+$/.test(name))
    .map((name) => context.fs.readFile(`${directory}/${name}`, context.who))
    .filter((text) => typeof text === 'string')
    .join('');
}

/** The settings of a handshake without its roots, which curl reads after it has sent its hello. */
export function tlsSettings(
  context: ProgramContext,
  call: CurlCall,
  host: string,
): Omit<TlsClientSettings, 'roots'> | Trouble {
  if (TLS_VERSIONS.indexOf(call.tlsMin) > TLS_VERSIONS.indexOf(call.tlsMax))
    return { code: 35, message: 'CURL_SSLVERSION_MAX incompatible with CURL_SSLVERSION' };
  const identity = readIdentity(context, call);
  if (identity !== undefined && 'code' in identity) return identity;
  const { ciphers = '', suites } = call;
  if (readCipherList(ciphers) === undefined)
    return { code: 59, message: `failed setting cipher list: ${ciphers}` };
  const cipherSuites = suites === undefined ? undefined : readCipherSuites(suites);
  if (suites !== undefined && cipherSuites === undefined)
    return { code: 59, message: `failed setting TLS 1.3 cipher suite: ${suites}` };
  return {
    versions: versionsBetween(call.tlsMin, call.tlsMax),
    ciphers,
    ...(cipherSuites === undefined ? {} : { cipherSuites }),
    alpn: alpnOf(call),
    serverName: parseIPv4(host) === undefined ? host.toLowerCase() : undefined,
    invalid: call.insecure ? 'report' : 'refuse',
    ...(identity === undefined ? {} : { identity }),
    padsHello: true,
    keepsSteps: call.verbose,
  };
}
/** What curl offers, in its order. */
export function alpnOf({ alpn, http2, version }: CurlCall): readonly string[] {
  if (!alpn) return [];
  if (version === '1.0') return ['http/1.0'];
  return http2 ? ['h2', 'http/1.1'] : ['http/1.1'];
}

function readIdentity(context: ProgramContext, call: CurlCall): TlsIdentity | Trouble | undefined {
  const { certificate, key = certificate, passphrase } = call;
  if (certificate === undefined || key === undefined) return undefined;
  const text = context.fs.readFile(context.resolve(certificate), context.who);
  const chain = typeof text === 'string' ? readCertificateChain(text) : undefined;
  if (text instanceof FileError || chain?.ok !== true) {
    const errors =
      text instanceof FileError
        ? openingErrors(certificate, text)
        : chain?.ok === false
          ? chain.error.errors
          : [];
    const [first] = errors;
    const what = first === undefined ? '' : `error:${first.code}:${first.library}::${first.reason}`;
    return {
      code: 58,
      message: `could not load PEM client certificate from ${certificate}, OpenSSL error ${what}, (no key found, wrong pass phrase, or wrong file format?)`,
    };
  }
  const keyText = context.fs.readFile(context.resolve(key), context.who);
  // Not modelled: the question for a passphrase. Without one a key that needs it cannot be read.
  const read = typeof keyText === 'string' ? readPrivateKey(keyText, passphrase) : undefined;
  const [leaf] = chain.value;
  if (read?.ok !== true || leaf === undefined || !keyMatches(leaf, read.value))
    return { code: 58, message: `unable to set private key file: '${key}' type PEM` };
  return { chain: text };
}
function openingErrors(path: string, error: FileError): readonly OpensslError[] {
  return openErrors(path, errorOf(error.errno));
}
