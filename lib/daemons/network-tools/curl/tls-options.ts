/** curl's options that concern https. */
import { TLS_VERSIONS, type TlsVersion } from '../../../protocols/tls/versions';
import { CurlUsage, HINT } from './usage';

export interface TlsOptions {
  /** False: ALPN is not used at all. */
  alpn: boolean;
  caFile: string | undefined;
  caPath: string | undefined;
  certificate: string | undefined;
  key: string | undefined;
  passphrase: string | undefined;
  tlsMin: TlsVersion;
  tlsMax: TlsVersion;
  ciphers: string | undefined;
  suites: string | undefined;
}

/** @param name without dashes, or the letter @throws CurlUsage */
export function applyTls(call: TlsOptions, name: string, value: string, written: string): void {
  switch (name) {
    case 'no-alpn':
      call.alpn = false;
      return;
    case 'cacert':
      call.caFile = value;
      return;
    case 'capath':
      call.caPath = value;
      return;
    case 'E': {
      // FILE:PASSPHRASE; a colon in the name is written \:
      const [, path = '', passphrase] = /^((?:\\:|[^:])*)(?::(.*))?$/.exec(value) ?? [];
      call.certificate = path.replaceAll('\\:', ':');
      if (passphrase !== undefined) call.passphrase = passphrase;
      return;
    }
    case 'key':
      call.key = value;
      return;
    case 'pass':
      call.passphrase = value;
      return;
    case 'ciphers':
      call.ciphers = value;
      return;
    case 'tls13-ciphers':
      call.suites = value;
      return;
    case 'tls-max':
      call.tlsMax = maxVersion(value, written);
      return;
    default:
      call.tlsMin =
        TLS_VERSIONS.find((version) => version === name.replace(/^tlsv/, 'TLSv').replace(/\.0$/, '')) ??
        'TLSv1';
  }
}
function maxVersion(value: string, written: string): TlsVersion {
  if (value === 'default') return 'TLSv1.3';
  const version = TLS_VERSIONS.find((known) => known === `TLSv${value.replace(/\.0$/, '')}`);
  if (version === undefined || value === '1')
    throw new CurlUsage(`curl: option ${written}: is badly used here\n${HINT}`, 2);
  return version;
}
