/**
 * What TLS a worker serves and speaks: the settings of each `bind` line and
 * server as the network takes them, made once and kept beside the state.
 *
 * Source: 2.6.12 src/ssl_sock.c `ssl_sock_prepare_ctx`, `ssl_sock_load_cert_sni`,
 * `ssl_sock_switchctx_cbk`; HAProxy 2.6 configuration manual §5.1 "crt", "crt-list", "strict-sni".
 */

import { readCertificateChain } from '../../../protocols/x509';
import { deepFreeze } from '../../../std/plain';
import type { ClientHello, TlsClientSettings, TlsServerSettings } from '../../../world/tls.contract';
import type { BindSettings } from '../config';
import type { CertificateUse, ServerTls, TlsOptions } from '../config-tls';
import { knownSuites } from '../parse/tls/prepare';
import { boundedVersions } from '../parse/tls/versions';
import type { Runtime } from './runtime';
import type { Session } from './state';

/** The chooser's name with the network. */
export const SNI_CHOOSER = 'haproxy.sni';
/** Which `bind` line a connection came to. */
export interface BindPlace {
  proxy: number;
  bind: number;
}

/** A certificate with the names that it is shown for. */
interface Candidate {
  readonly exact: ReadonlySet<string>;
  /** `.wild.example` */
  readonly wild: ReadonlySet<string>;
  readonly exceptions: ReadonlySet<string>;
  readonly key: 'RSA' | 'ECDSA' | 'other';
  readonly settings: TlsServerSettings;
}
interface Serving {
  /** asks the chooser */
  readonly entry: TlsServerSettings;
  readonly candidates: readonly Candidate[];
  readonly strictSni: boolean;
}

/** Settings by place, as long as the certificates are the same. */
export class TlsMaterialCache {
  generation = -1;
  readonly servings = new Map<string, Serving>();
  readonly servers = new Map<string, TlsClientSettings>();
}

function cacheOf(runtime: Runtime): TlsMaterialCache {
  const { tlsCache: cache } = runtime;
  if (cache.generation !== runtime.state.tls.generation) {
    cache.servings.clear();
    cache.servers.clear();
    cache.generation = runtime.state.tls.generation;
  }
  return cache;
}

// ---------------------------------------------------------------- bind lines
/** What a client of this `bind` line is met with. */
export function entryOf(runtime: Runtime, place: BindPlace): TlsServerSettings {
  return servingOf(runtime, place).entry;
}

function servingOf(runtime: Runtime, place: BindPlace): Serving {
  const { servings } = cacheOf(runtime);
  const key = `${place.proxy}/${place.bind}`;
  const known = servings.get(key);
  if (known !== undefined) return known;
  const bind = runtime.settings(place.proxy).binds[place.bind];
  const made = bind === undefined ? NOTHING_SERVED : serve(runtime, bind, place);
  servings.set(key, made);
  return made;
}

const NOTHING_SERVED: Serving = {
  entry: { versions: [], ciphers: '', identities: [] },
  candidates: [],
  strictSni: true,
};

function serve(runtime: Runtime, bind: BindSettings, place: BindPlace): Serving {
  const { tls } = bind;
  const candidates = tls.certificates.map((use) => candidateOf(runtime, bind, use));
  const entry = deepFreeze<TlsServerSettings>({
    versions: tls.versions,
    ciphers: '',
    identities: [],
    choose: { name: SNI_CHOOSER, data: place },
  });
  return { entry, candidates, strictSni: tls.strictSni };
}

function candidateOf(runtime: Runtime, bind: BindSettings, use: CertificateUse): Candidate {
  const chain = runtime.state.tls.certificates.get(use.path)?.chain ?? '';
  const read = readCertificateChain(chain);
  const leaf = read.ok ? read.value[0] : undefined;
  const own = (leaf?.subjectAltNames ?? []).flatMap((name) => (name.kind === 'dns' ? [name.value] : []));
  const common = (leaf?.subject.parts.flat() ?? []).flatMap(({ oid, value }) =>
    oid === COMMON_NAME ? [value] : [],
  );
  const names = (use.filters.length > 0 ? use.filters : [...own, ...common]).map((name) =>
    name.toLowerCase(),
  );
  const type = leaf?.publicKey.type;
  return {
    exact: new Set(names.filter((name) => !/^[*!]/.test(name))),
    wild: new Set(names.flatMap((name) => (name.startsWith('*') ? [name.slice(1)] : []))),
    exceptions: new Set(names.flatMap((name) => (name.startsWith('!') ? [name.slice(1)] : []))),
    key: type === 'rsa' ? 'RSA' : type === 'ec' ? 'ECDSA' : 'other',
    settings: deepFreeze(settingsOf(runtime, bind, use, chain)),
  };
}
const COMMON_NAME = '2.5.4.3';

function settingsOf(
  runtime: Runtime,
  { tls }: BindSettings,
  { options: own }: CertificateUse,
  chain: string,
): TlsServerSettings {
  const options = merged(tls.options, own);
  const { ciphers, cipherSuites, alpn, authorities, verify } = options;
  const settings: TlsServerSettings = {
    versions: own === undefined ? tls.versions : boundedVersions(tls.versions, own),
    ciphers: ciphers ?? '',
    identities: [{ chain }],
    prefersOwnCiphers: !options.prefersClient,
    onNoAlpn: 'go-on',
    dhParameters: tls.hasDhParameters,
  };
  if (cipherSuites !== undefined) settings.cipherSuites = knownSuites(cipherSuites);
  if (alpn !== undefined) settings.alpn = alpn;
  if (verify === 'required' || verify === 'optional')
    settings.clients = {
      roots: authoritiesText(runtime, authorities),
      missing: verify === 'required' ? 'refuse' : 'accept',
      invalid: 'refuse',
      ignored: { leaf: tls.ignoredLeafErrors, issuers: tls.ignoredIssuerErrors },
    };
  return settings;
}

/** A crt-list's line overrides word by word. */
function merged(options: TlsOptions, own: TlsOptions | undefined): TlsOptions {
  if (own === undefined) return options;
  return {
    ...options,
    ciphers: own.ciphers ?? options.ciphers,
    cipherSuites: own.cipherSuites ?? options.cipherSuites,
    alpn: own.alpn ?? options.alpn,
    verify: own.verify ?? options.verify,
    authorities: own.authorities ?? options.authorities,
  };
}

function authoritiesText(runtime: Runtime, path: string | undefined): string {
  return path === undefined ? '' : (runtime.configuration.tls.authorities.get(path) ?? '');
}

/** The certificate for a client's hello: by its name, else the first one, unless `strict-sni`. */
export function choose(
  runtime: Runtime,
  place: BindPlace,
  hello: ClientHello,
): TlsServerSettings | { refuse: 'unrecognized_name' } {
  const { candidates, strictSni } = servingOf(runtime, place);
  const name = hello.serverName?.toLowerCase();
  const found = name === undefined ? undefined : candidateFor(candidates, name, hello);
  const chosen = found ?? (strictSni ? undefined : candidates[0]);
  return chosen?.settings ?? { refuse: 'unrecognized_name' };
}

function candidateFor(
  candidates: readonly Candidate[],
  name: string,
  hello: ClientHello,
): Candidate | undefined {
  const exact = candidates.filter((one) => one.exact.has(name));
  if (exact.length > 0) return ofBestKey(exact, hello);
  const dot = name.indexOf('.');
  const suffix = dot < 0 ? '' : name.slice(dot);
  return ofBestKey(
    candidates.filter((one) => one.wild.has(suffix) && !one.exceptions.has(name)),
    hello,
  );
}

/** ECDSA first, for those who can. */
function ofBestKey(candidates: readonly Candidate[], { ciphers }: ClientHello): Candidate | undefined {
  const ecdsa = candidates.find(({ key }) => key === 'ECDSA');
  const takesEcdsa = ciphers.some((cipher) => cipher.startsWith('TLS_') || cipher.includes('ECDSA'));
  if (ecdsa !== undefined && takesEcdsa) return ecdsa;
  return candidates.find(({ key }) => key === 'RSA') ?? candidates[0];
}

/** PEM of what a client was shown: chosen again, by what is known of it. */
export function shownChain(runtime: Runtime, session: Session): string | undefined {
  const { tls } = session;
  if (tls === undefined) return undefined;
  const place = { proxy: session.frontend, bind: runtime.listener(session)?.bind ?? 0 };
  const { version, cipher, serverName } = tls;
  const chosen = choose(runtime, place, { serverName, alpn: [], versions: [version], ciphers: [cipher] });
  return 'refuse' in chosen ? undefined : chosen.identities[0]?.chain;
}

// ---------------------------------------------------------------- servers
/** Which server is asked for what name. */
export interface ServerAsked {
  readonly proxy: number;
  readonly server: number;
  readonly name: string | undefined;
  readonly alpn: readonly string[] | undefined;
}

/** How a server is spoken to, asked for by `name`. */
export function clientSettings(runtime: Runtime, tls: ServerTls, asked: ServerAsked): TlsClientSettings {
  const { servers } = cacheOf(runtime);
  const key = `${asked.proxy}/${asked.server}/${asked.alpn?.join(',') ?? ''}/${asked.name ?? ''}`;
  const known = servers.get(key);
  if (known !== undefined) return known;
  const made = deepFreeze(toServer(runtime, tls, asked));
  if (servers.size >= MOST_KNOWN) servers.clear();
  servers.set(key, made);
  return made;
}
const MOST_KNOWN = 1_000;

function toServer(runtime: Runtime, tls: ServerTls, { name, alpn }: ServerAsked): TlsClientSettings {
  const { options, certificate, verifyHost, versions, verifies } = tls;
  const settings: TlsClientSettings = {
    versions,
    ciphers: options.ciphers ?? '',
    serverName: name,
    roots: verifies ? authoritiesText(runtime, options.authorities) : '',
    invalid: verifies ? 'refuse' : 'report',
  };
  if (options.cipherSuites !== undefined) settings.cipherSuites = knownSuites(options.cipherSuites);
  if (alpn !== undefined) settings.alpn = alpn;
  // Without verifyhost the name that was asked for is the one that must be shown.
  const expected = verifyHost ?? name;
  if (verifies && expected !== undefined) settings.expectedName = expected;
  const chain =
    certificate === undefined ? undefined : runtime.state.tls.certificates.get(certificate)?.chain;
  if (chain !== undefined) settings.identity = { chain };
  return settings;
}
