/** How the clients outside speak TLS: people with a browser, probes. */
import { type TlsVersion, versionsBetween } from '../../protocols/tls/versions';
import { deepFreeze } from '../../std/plain';
import { parseIPv4 } from '../../std/ipv4';
import { ROOT } from '../files';
import { FileError } from '../files.contract';
import type { TlsClientSettings } from '../tls.contract';
import type { Host } from '../world.contract';

/** Where Debian's update-ca-certificates puts what everybody trusts. */
export const TRUSTED_ROOTS = '/etc/ssl/certs/ca-certificates.crt';

/** Frozen: make them once for each source and keep them. */
export function httpsSettings(options: {
  /** Name or address of the URL. */
  host: string;
  /** PEM of trusted roots. */
  roots: string;
  /** `no`: whoever goes on in spite of the browser's warning. */
  verify: 'yes' | 'no';
  min?: TlsVersion;
  max?: TlsVersion;
}): TlsClientSettings {
  const { host, roots, verify, min = 'TLSv1.2', max = 'TLSv1.3' } = options;
  return deepFreeze({
    versions: versionsBetween(min, max),
    // Who can do no more than an old version is an old client in other ways too.
    ciphers: max === 'TLSv1' || max === 'TLSv1.1' ? 'DEFAULT@SECLEVEL=0' : '',
    alpn: ['http/1.1'],
    serverName: parseIPv4(host) === undefined ? host : undefined,
    roots,
    invalid: verify === 'yes' ? 'refuse' : 'report',
    padsHello: true,
  });
}

/** The text of a host's file of trusted roots; '' when there is none. */
export function trustedRoots(host: Host, path = TRUSTED_ROOTS): string {
  const text = host.fs.readFile(path, ROOT);
  return text instanceof FileError ? '' : text;
}
