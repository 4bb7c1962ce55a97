/**
 * Words of TLS that stand on `bind` lines, in a crt-list and on `server` lines.
 * Source: 2.6.12 `cfgparse-ssl.c`; recorded `haproxy -c` runs.
 */

import type { ProtocolVersion, TlsOptions } from '../../config-tls';
import { type Complaint, complaint, type ParserState } from '../context';
import { loadAuthorities } from './authorities';
import { VERSIONS, versionNamed } from './versions';

/** Where a word stands: the places take different values of `verify`. */
export type TlsPlace = 'bind' | 'list' | 'server';

/** What became of a word: it is another's, or it is read, with what is wrong with it. */
export type OptionOutcome =
  | { readonly options: TlsOptions; readonly complaint?: Complaint }
  | 'of another kind';

/** Reads the word `keyword`; `value` is the one behind it. */
export function applyTlsOption(
  state: ParserState,
  options: TlsOptions,
  { keyword, value, place }: { keyword: string; value: string; place: TlsPlace },
): OptionOutcome {
  const set = (changes: Partial<TlsOptions>): OptionOutcome => ({ options: { ...options, ...changes } });
  const refuse = (text: string): OptionOutcome => ({ options, complaint: complaint(text) });
  switch (keyword) {
    case 'ciphers':
    case 'ciphersuites':
      if (value === '') return refuse(`'${keyword}' : missing cipher suite`);
      return set(keyword === 'ciphers' ? { ciphers: value } : { cipherSuites: value });
    case 'curves':
      return value === '' ? refuse(`'${keyword}' : missing curve suite`) : set({ curves: value });
    case 'ecdhe':
      return value === '' ? refuse(`'${keyword}' : missing named curve`) : set({ ecdhe: value });
    case 'ssl-min-ver':
    case 'ssl-max-ver': {
      if (value === '') return refuse(`'${keyword}' : missing the ssl/tls version`);
      const version = versionNamed(value);
      if (version === undefined) return refuse(`'${value}' : unknown ssl/tls version`);
      return set(keyword === 'ssl-min-ver' ? { minimum: version } : { maximum: version });
    }
    case 'prefer-client-ciphers':
      return set({ prefersClient: true });
    case 'alpn':
      if (value === '') return refuse(`'${keyword}' : missing the comma-delimited ALPN protocol suite`);
      return set({ alpn: protocolNames(value) });
    case 'npn':
      return value === ''
        ? refuse(`'${keyword}' : missing the comma-delimited NPN protocol suite`)
        : { options };
    case 'verify':
      return applyVerify(options, value, place);
    case 'ca-file':
    case 'ca-verify-file':
    case 'crl-file':
      return applyAuthorities(state, options, keyword, value);
    default:
      return applyVersionSwitch(options, keyword);
  }
}

/** Empty names between commas are left out. */
export function protocolNames(text: string): readonly string[] {
  return text.split(',').filter((name) => name !== '');
}

function applyVerify(options: TlsOptions, value: string, place: TlsPlace): OptionOutcome {
  const isServer = place === 'server';
  if (value === '') return { options, complaint: complaint("'verify' : missing verify method") };
  if (value === 'none' || value === 'required' || (value === 'optional' && !isServer))
    return { options: { ...options, verify: value } };
  const known = isServer ? "'none' and 'required'" : "'none', 'optional', and 'required'";
  const text = `'verify' : unknown verify method '${value}', only ${known} are supported\n`;
  return { options, complaint: complaint(text) };
}

function applyAuthorities(
  state: ParserState,
  options: TlsOptions,
  keyword: 'ca-file' | 'ca-verify-file' | 'crl-file',
  value: string,
): OptionOutcome {
  const what = keyword === 'crl-file' ? 'CRLfile' : 'CAfile';
  if (value === '') return { options, complaint: complaint(`'${keyword}' : missing ${what} path`) };
  const { authorityBase } = state.tls;
  const isPlain = !value.startsWith('/') && !value.startsWith('@');
  const path = isPlain && authorityBase !== '' ? `${authorityBase}/${value}` : value;
  if (!loadAuthorities(state, path))
    return { options, complaint: complaint(`'${keyword}' : unable to load ${path}`) };
  if (keyword === 'crl-file') return { options: { ...options, revocations: path } };
  // What ca-verify-file adds is trusted but not named to clients; the names are all that differs.
  if (keyword === 'ca-verify-file' && options.authorities !== undefined) return { options };
  return { options: { ...options, authorities: path } };
}

/** `no-tlsv12`, `force-tlsv13` */
function applyVersionSwitch(options: TlsOptions, keyword: string): OptionOutcome {
  const version = switchedVersion(keyword);
  if (version === undefined) return 'of another kind';
  if (keyword.startsWith('force-')) return { options: { ...options, minimum: version, maximum: version } };
  return { options: { ...options, excluded: [...options.excluded, version] } };
}

/** The version that a word forbids or forces. */
export function switchedVersion(keyword: string): ProtocolVersion | undefined {
  const found = /^(?:no|force)-(sslv3|tlsv1\d)$/.exec(keyword)?.[1];
  return VERSIONS.find((version) => version.toLowerCase().replace('.', '') === found);
}
