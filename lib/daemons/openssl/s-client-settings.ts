/** The options of `openssl s_client`, and the handshake that they ask for. */
import { readCipherList, readCipherSuites } from '../../protocols/tls/cipher-list';
import { TLS_VERSIONS, type TlsVersion, versionsBetween } from '../../protocols/tls/versions';
import { type ChainCheck, keyMatches, opensslError, writeCertificates } from '../../protocols/x509/index';
import { parseIPv4 } from '../../std/ipv4';
import type { TlsClientSettings } from '../../world/tls.contract';
import { loadCertificate, loadCertificates, loadPrivateKey } from './load';
import { type Options, type OptionTable, parseOptions, usage } from './options';
import { passphraseFrom } from './passphrases';
import type { Session, Step } from './session';
import { type Trust, TRUST_OPTIONS, trustOf } from './trust';
import { VERIFY_OPTIONS, verificationOf } from './verify-options';

const OPTIONS: OptionTable = {
  ...TRUST_OPTIONS,
  ...VERIFY_OPTIONS,
  host: 's',
  port: 'p',
  connect: 's',
  bind: 's',
  4: '-',
  6: '-',
  servername: 's',
  noservername: '-',
  verify: 'p',
  verify_return_error: '-',
  verify_quiet: '-',
  cert: '<',
  certform: 'F',
  cert_chain: '<',
  build_chain: '-',
  key: 's',
  keyform: 'f',
  pass: 's',
  nameopt: 's',
  showcerts: '-',
  brief: '-',
  quiet: '-',
  ign_eof: '-',
  no_ign_eof: '-',
  crlf: '-',
  prexit: '-',
  alpn: 's',
  tls1: '-',
  tls1_1: '-',
  tls1_2: '-',
  tls1_3: '-',
  no_tls1: '-',
  no_tls1_1: '-',
  no_tls1_2: '-',
  no_tls1_3: '-',
  min_protocol: 's',
  max_protocol: 's',
  cipher: 's',
  ciphersuites: 's',
  no_ticket: '-',
  bugs: '-',
  legacy_renegotiation: '-',
  starttls: 's',
  proxy: 's',
  unix: 's',
  msg: '-',
  debug: '-',
  state: '-',
  status: '-',
  trace: '-',
  reconnect: '-',
  sess_out: '>',
  sess_in: '<',
  tlsextdebug: '-',
  early_data: '<',
  psk: 's',
  dtls: '-',
  xmpphost: 's',
  curves: 's',
  groups: 's',
  sigalgs: 's',
  keylogfile: '>',
  ssl3: '-',
  nbio: '-',
  requestCAfile: '<',
  chainCAfile: '<',
  ct: '-',
};
const NOT_MODELLED = [
  'starttls',
  'proxy',
  'unix',
  'msg',
  'debug',
  'state',
  'status',
  'trace',
  'reconnect',
  'sess_out',
  'sess_in',
  'tlsextdebug',
  'early_data',
  'psk',
  'dtls',
  'xmpphost',
  'curves',
  'groups',
  'sigalgs',
  'keylogfile',
  'ssl3',
  'nbio',
  'requestCAfile',
  'chainCAfile',
  'ct',
  'bind',
  '6',
  'build_chain',
  'prexit',
];

export interface Call {
  readonly options: Options;
  readonly host: string;
  readonly port: string;
  readonly trust: Trust;
  /** How the server's chain is verified, without its certificates. */
  readonly check: Omit<ChainCheck, 'leaf' | 'trusted' | 'untrusted'>;
  /** Without the roots, which depend on what the server shows. */
  readonly settings: Omit<TlsClientSettings, 'roots'>;
}

export function* readCall(session: Session): Step<Call> {
  const options = yield* parseOptions(session, OPTIONS);
  for (const name of NOT_MODELLED) if (options.has(name)) return yield* session.notModelled(`-${name}`);
  const [operand, ...more] = options.rest;
  if (more.length > 0) return yield* usage(session);
  const place = options.value('connect') ?? operand ?? '';
  const [, host = '', port = ''] = /^(.*?)(?::([^:]*))?$/.exec(place) ?? [];
  if (options.has('verify')) yield* session.say(`verify depth is ${options.value('verify') ?? ''}\n`);
  const check = { ...(yield* verificationOf(session, options)), purpose: 'sslserver' as const };
  const identity = yield* identityOf(session, options);
  const trust = yield* trustOf(session, options);
  const ciphers = options.value('cipher') ?? '';
  const list = readCipherList(ciphers);
  if (list === undefined)
    return yield* session.fail(`Call to SSL_CONF_cmd(-cipher, ${ciphers}) failed\n`, [
      opensslError('noCipherMatch'),
    ]);
  const suites = options.value('ciphersuites');
  const cipherSuites = suites === undefined ? undefined : readCipherSuites(suites);
  if (suites !== undefined && cipherSuites === undefined)
    return yield* session.fail(`Call to SSL_CONF_cmd(-ciphersuites, ${suites}) failed\n`);
  const name = host === '' ? 'localhost' : host;
  const alpn = options.value('alpn');
  const expected = options.value('verify_hostname') ?? options.value('verify_ip');
  return {
    options,
    host: name,
    port: port === '' ? '4433' : port,
    trust,
    check: { ...check, securityLevel: check.securityLevel ?? list.level },
    settings: {
      versions: versionsOf(options),
      ciphers,
      ...(cipherSuites === undefined ? {} : { cipherSuites }),
      ...(alpn === undefined ? {} : { alpn: alpn.split(',') }),
      serverName: serverNameOf(options, place === '' ? '' : name),
      invalid: options.has('verify_return_error') ? 'refuse' : 'report-last',
      ...(expected === undefined ? {} : { expectedName: expected }),
      ...(identity === undefined ? {} : { identity: { chain: identity } }),
      keepsSteps: true,
    },
  };
}

/** The name of -servername, else the host's when it is a name (with a letter and a full stop or not, but no address). */
function serverNameOf(options: Options, host: string): string | undefined {
  if (options.has('noservername')) return undefined;
  const named = options.value('servername');
  if (named !== undefined) return named;
  const isName = /[A-Za-z]/.test(host) && host !== 'localhost' && parseIPv4(host) === undefined;
  return isName ? host.toLowerCase() : undefined;
}

const NAMED: Readonly<Record<string, TlsVersion>> = {
  tls1: 'TLSv1',
  tls1_1: 'TLSv1.1',
  tls1_2: 'TLSv1.2',
  tls1_3: 'TLSv1.3',
};
/** Debian's configuration allows TLS 1.2 and newer only by the security level, not here. */
function versionsOf(options: Options): readonly TlsVersion[] {
  const only = Object.entries(NAMED).findLast(([name]) => options.has(name))?.[1];
  if (only !== undefined) return [only];
  const bound = (name: string): TlsVersion | undefined =>
    TLS_VERSIONS.find((version) => version.toLowerCase() === options.value(name)?.toLowerCase());
  const allowed = versionsBetween(bound('min_protocol') ?? 'TLSv1', bound('max_protocol') ?? 'TLSv1.3');
  return allowed.filter(
    (version) => !Object.entries(NAMED).some(([name, of]) => of === version && options.has(`no_${name}`)),
  );
}

/** PEM of the own certificate and those above it. */
function* identityOf(session: Session, options: Options): Step<string | undefined> {
  const path = options.value('cert');
  if (path === undefined) return undefined;
  const passIn = yield* passphraseFrom(session, options.value('pass'));
  const keyPath = options.value('key') ?? path;
  const key = yield* loadPrivateKey(
    session,
    { path: keyPath, description: 'client certificate private key' },
    passIn,
  );
  const certificate = yield* loadCertificate(session, { path, description: 'client certificate' });
  const chainPath = options.value('cert_chain');
  const above =
    chainPath === undefined
      ? []
      : yield* loadCertificates(session, { path: chainPath, description: 'client certificate chain' });
  if (!keyMatches(certificate, key))
    return yield* session.fail('Private key does not match the certificate public key\n');
  return writeCertificates([certificate, ...above]);
}
