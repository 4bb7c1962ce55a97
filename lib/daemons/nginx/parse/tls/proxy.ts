/**
 * TLS towards upstreams: what `proxy_ssl_…` of a location come to.
 * Source: nginx 1.22 src/http/modules/ngx_http_proxy_module.c `ngx_http_proxy_set_ssl`.
 */
import { failure, type Result, success } from '../../../../std/result';
import type { TlsIdentity } from '../../../../world/tls.contract';
import type { Part, ProxyTls, Template } from '../../config';
import type { Block } from '../block';
import { type Conf, FAILED, type Failed } from '../conf';
import { Identities, loadChain, loadKey, loadTrust, materialName, passwordsOf } from './files';
import { commandsOf, obeyCommands, type Protocols, readProtocols } from './settings';

/** For a block whose `proxy_pass` is `https://…` or has variables, and a stream with `proxy_ssl`. */
export function loadProxy(conf: Conf, block: Block): Failed | undefined {
  const pass = block.own.proxyPass;
  const wantsTls = conf.isStream
    ? block.flag('proxy_ssl', false)
    : pass?.isSecure === true || pass?.template !== undefined;
  if (!wantsTls) return undefined;
  const loaded = proxyTls(conf, block);
  if (!loaded.ok) return loaded.error === FAILED ? FAILED : conf.failAt(loaded.error, undefined);
  block.proxyTls = loaded.value;
  return undefined;
}
function proxyTls(conf: Conf, block: Block): Result<ProxyTls, string | Failed> {
  const protocols = readProtocols(block, 'proxy_ssl', 'DEFAULT');
  if (!protocols.ok) return protocols;
  const own = protocols.value;
  const identity = loadIdentity(conf, block, own);
  if (!identity.ok) return identity;
  const verifies = block.flag('proxy_ssl_verify', false);
  const trust = verifies ? loadTrusted(conf, block) : success({ roots: '' });
  if (!trust.ok) return trust;
  const problem = obeyCommands(own, commandsOf(block, 'proxy_ssl_conf_command'), (text) =>
    conf.leaveOut(text),
  );
  if (problem !== undefined) return failure(problem);
  return success({
    settings: {
      versions: own.versions,
      ciphers: own.ciphers,
      ...(own.cipherSuites === undefined ? {} : { cipherSuites: own.cipherSuites }),
      serverName: undefined,
      ...trust.value,
      depth: block.number('proxy_ssl_verify_depth', 1),
      invalid: 'report-last',
      ...(identity.value.identity === undefined ? {} : { identity: identity.value.identity }),
    },
    variable: identity.value.variable,
    passwords: passwordsOf(block, 'proxy_ssl'),
    level: own.level,
    verifies,
    name: block.template('proxy_ssl_name'),
    sendsName: block.flag('proxy_ssl_server_name', false),
  });
}
/** Both of its parts may have variables, and then they are read for each connection. */
function loadIdentity(
  conf: Conf,
  block: Block,
  { level }: Protocols,
): Result<Pick<ProxyTls, 'variable'> & { identity?: TlsIdentity }, string> {
  const certificate = block.template('proxy_ssl_certificate');
  const key = block.template('proxy_ssl_certificate_key');
  if (certificate === undefined) return success({ variable: undefined });
  if (key === undefined)
    return failure(
      `no "proxy_ssl_certificate_key" is defined for certificate "${certificate.map(asWritten).join('')}"`,
    );
  const named = { certificate: withPath(conf, certificate), key: withPath(conf, key) };
  if (![certificate, key].flat().every((part) => typeof part === 'string'))
    return success({ variable: named });
  const keyName = named.key.join('');
  const loading = { level, passwords: passwordsOf(block, 'proxy_ssl') };
  const chain = loadChain(conf, named.certificate.join(''), loading);
  if (!chain.ok) return chain;
  const loaded = loadKey(conf, keyName, loading);
  if (!loaded.ok) return loaded;
  const identities = new Identities();
  const problem = identities.add(chain.value, loaded.value, keyName);
  if (problem !== undefined) return failure(problem);
  const [identity] = identities.list();
  return success({ variable: undefined, ...(identity === undefined ? {} : { identity }) });
}
function asWritten(part: Part): string {
  if (typeof part === 'string') return part;
  return 'variable' in part ? `$${part.variable}` : '';
}
/** A relative name begins in the configuration's folder. */
function withPath(conf: Conf, template: Template): Template {
  const [first, ...rest] = template;
  if (first !== undefined && typeof first !== 'string') return template;
  return [materialName(conf, first ?? ''), ...rest];
}
function loadTrusted(conf: Conf, block: Block): Result<{ roots: string; crls?: string }, string> {
  const name = block.text('proxy_ssl_trusted_certificate', '');
  if (name === '') return failure('no proxy_ssl_trusted_certificate for proxy_ssl_verify');
  const roots = loadTrust(conf, conf.fullName(name, { isConf: true }), 'SSL_CTX_load_verify_locations');
  if (!roots.ok) return roots;
  const list = block.text('proxy_ssl_crl', '');
  if (list === '') return success({ roots: roots.value });
  const crls = loadTrust(conf, conf.fullName(list, { isConf: true }), 'X509_LOOKUP_load_file');
  return crls.ok ? success({ roots: roots.value, crls: crls.value }) : crls;
}
