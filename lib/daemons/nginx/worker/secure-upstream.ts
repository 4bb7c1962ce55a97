/** TLS to upstreams: the handshake, the certificate that is shown, the one that is looked at. Source: nginx 1.22 src/http/ngx_http_upstream.c `ngx_http_upstream_ssl_init_connection`, `ngx_http_upstream_ssl_name`. */
import { parseIPv4 } from '../../../std/ipv4';
import { deepFreeze } from '../../../std/plain';
import { matchesHost, readCertificateChain } from '../../../protocols/x509';
import type { TlsClientSettings, TlsFailure, TlsInfo } from '../../../world/tls.contract';
import type { LogLevel, ProxyTls } from '../config';
import { surroundingsOf } from '../load';
import { Identities, loadChain, loadKey } from '../parse/tls/files';
import { handshakeError, isExpected, openSslError } from './handshake';
import type { Proxying } from './proxying';
import { evaluate } from './variables';

export const SECURING = 'SSL handshaking to upstream';

/** Begins the handshake; or what stands in its way. */
export function secure(it: Proxying): string | undefined {
  const { runtime, request, proxy, own } = it;
  const { tls } = proxy;
  if (tls === undefined) return 'SSL_do_handshake() failed';
  own.secureName = nameFor(it, tls);
  const settings = settingsFor(it, tls);
  if (typeof settings === 'string') return settings;
  request.action = SECURING;
  runtime.network.tls.connect(own.connection, settings);
  return undefined;
}
/** Without its port: `$proxy_host` has one. */
function nameFor(it: Proxying, { name }: ProxyTls): string {
  const text = name === undefined ? it.own.hostHeader : evaluate(it, name);
  return text.startsWith('[') ? text.replace(/\]:.*$/, ']') : text.replace(/:.*$/, '');
}
function settingsFor(it: Proxying, tls: ProxyTls): TlsClientSettings | string {
  const { secureName: name } = it.own;
  const isName = name !== '' && !name.startsWith('[') && parseIPv4(name) === undefined;
  const serverName = tls.sendsName && isName ? name : undefined;
  const identity = tls.variable === undefined ? undefined : readIdentity(it, tls);
  if (typeof identity === 'string') return identity;
  if (identity !== undefined) return { ...tls.settings, serverName, ...identity };
  return serverName === undefined ? tls.settings : namedSettings(tls, serverName);
}
/** Remembered, so that all connections to one name share them: they are parsed once, and checkpoints need no copies. */
const byName = new WeakMap<ProxyTls, Map<string, TlsClientSettings>>();
const MOST_NAMES = 200;
function namedSettings(tls: ProxyTls, serverName: string): TlsClientSettings {
  let known = byName.get(tls);
  if (known === undefined || known.size > MOST_NAMES) byName.set(tls, (known = new Map()));
  let settings = known.get(serverName);
  if (settings === undefined) known.set(serverName, (settings = deepFreeze({ ...tls.settings, serverName })));
  return settings;
}
/** A certificate with variables in its name, read with the worker's rights. */
function readIdentity(
  it: Proxying,
  { variable, passwords, level }: ProxyTls,
): Pick<TlsClientSettings, 'identity'> | string | undefined {
  if (variable === undefined) return undefined;
  const name = evaluate(it, variable.certificate);
  const keyName = evaluate(it, variable.key);
  if (name === '') return undefined;
  const { host, process } = it.runtime;
  const source = { around: surroundingsOf(host, process, new Map()), askPassphrase: () => [] };
  const chain = loadChain(source, name, { level, passwords });
  if (!chain.ok) return chain.error;
  const key = loadKey(source, keyName, { level, passwords });
  if (!key.ok) return key.error;
  const identities = new Identities();
  const problem = identities.add(chain.value, key.value, keyName, 'SSL_use_PrivateKey');
  const [identity] = identities.list();
  return problem ?? (identity === undefined ? undefined : { identity });
}

/** What `proxy_ssl_verify` has against the certificate. Names only: an address fits none. */
export function certificateProblem(
  { proxy, own }: Proxying,
  { verified, peerChain }: TlsInfo,
): string | undefined {
  if (proxy.tls?.verifies !== true) return undefined;
  if (verified !== undefined && verified.code !== 0)
    return `upstream SSL certificate verify error: (${verified.code}:${verified.text})`;
  const chain = readCertificateChain(peerChain);
  const leaf = chain.ok ? chain.value[0] : undefined;
  return leaf !== undefined && matchesHost(leaf, own.secureName)
    ? undefined
    : `upstream SSL certificate does not match "${own.secureName}"`;
}
export function failureWords({ own }: Proxying, failure: TlsFailure): { level: LogLevel; text: string } {
  if (failure.kind === 'closed') return { level: 'error', text: 'peer closed connection in SSL handshake' };
  const level = isExpected(failure) ? 'error' : 'crit';
  // Over TLS 1.3 a server looks at the client's certificate when the client has begun to talk already.
  return { level, text: own.isSent ? openSslError('SSL_read', failure) : handshakeError(failure) };
}
