/**
 * What OpenSSL is asked for once everything is read: versions, authorities,
 * ciphers, certificates of servers; and what is said when it refuses.
 * Source: 2.6.12 `ssl_sock.c` `ssl_sock_prepare_bind_conf()`,
 * `ssl_sock_prepare_srv_ctx()`; recorded `haproxy -c` runs.
 */

import { readCipherList, readCipherSuites } from '../../../../protocols/tls/cipher-list';
import type { BindSettings, CheckRule, CheckSettings, CheckStep, ServerSettings } from '../../config';
import type { BindTls, TlsOptions } from '../../config-tls';
import { FETCHES, placeBits, sourceTitles } from '../../samples';
import { type Draft, type ParserState, samplesAt, titleOf } from '../context';
import { parseSampleText } from '../sample';
import { loadAuthorities, SYSTEM_AUTHORITIES } from './authorities';
import { loadCertificate, weaknessOf } from './certificates';
import { hasDhParameters } from './diffie-hellman';
import { chooseVersions, type VersionRemark } from './versions';

/** OpenSSL's names of groups that Debian's build knows. */
const CURVES =
  /^(?:P-256|P-384|P-521|X25519|X448|prime256v1|secp256r1|secp384r1|secp521r1|secp224r1|secp256k1|brainpoolP(?:256|384|512)r1|ffdhe(?:2048|3072|4096|6144|8192))$/i;

/** All errors of a `bind` line; they count. */
export function prepareBind(state: ParserState, proxy: Draft, bind: BindSettings): number {
  if (!bind.usesTls) return 0;
  const { tls } = bind;
  const at = `bind '${bind.text}' at [${bind.file}:${bind.line}]`;
  if (tls.certificates.length === 0 && (!tls.strictSni || tls.generates)) {
    state.log.alert(`Proxy '${proxy.id}': no SSL certificate specified for ${at} (use 'crt').`);
    return 1;
  }
  if (tls.certificates.length === 0)
    state.log.warning(
      `Proxy '${proxy.id}': no SSL certificate specified for ${at}, ssl connections will fail (use 'crt').`,
    );
  const { versions, remarks } = chooseVersions(tls.options, 'bind');
  bind.tls = { ...tls, versions, hasDhParameters: hasDhParameters(state, tls) };
  let errors = 0;
  for (const remark of remarks) errors += sayBindRemark(state, `Proxy '${proxy.id}': `, at, remark);
  const faults = [undefined, ...tls.certificates.map(({ options }) => options)].flatMap((own, index) =>
    index === 0 && tls.certificates.length === 0
      ? []
      : contextFaults({ ...tls.options, ...overriding(own) }).map(
          (fault) => `Proxy '${proxy.id}': ${fault} for ${at}.`,
        ),
  );
  if (faults.length > 0) state.log.alert(faults.join('\n'));
  errors += faults.length > 0 ? 1 : 0;
  return errors + checkSigner(state, proxy, bind, tls);
}

/** What an entry of a crt-list says for itself. */
function overriding(own: TlsOptions | undefined): Partial<TlsOptions> {
  return Object.fromEntries(
    Object.entries(own ?? {}).filter(([, value]) => value !== undefined),
  ) as Partial<TlsOptions>;
}

function contextFaults(options: TlsOptions): string[] {
  const faults: string[] = [];
  if ((options.verify === 'required' || options.verify === 'optional') && options.authorities === undefined)
    faults.push('verify is enabled but no CA file specified');
  faults.push(...cipherFaults(options));
  if (options.curves !== undefined && !options.curves.split(':').every((name) => CURVES.test(name)))
    faults.push(`unable to set SSL curves list to '${options.curves}'`);
  else if (options.ecdhe !== undefined && !CURVES.test(options.ecdhe))
    faults.push(`unable to set elliptic named curve to '${options.ecdhe}'`);
  return faults;
}

function cipherFaults({ ciphers, cipherSuites }: TlsOptions): string[] {
  const faults: string[] = [];
  if (ciphers !== undefined && readCipherList(ciphers) === undefined)
    faults.push(`unable to set SSL cipher list to '${ciphers}'`);
  if (cipherSuites !== undefined && knownSuites(cipherSuites).length === 0)
    faults.push(`unable to set TLS 1.3 cipher suites to '${cipherSuites}'`);
  return faults;
}

/** OpenSSL passes over names that it does not know, as long as one is left. */
export function knownSuites(text: string): string[] {
  return text.split(':').flatMap((name) => readCipherSuites(name) ?? []);
}

const USE_BOUNDS = "Use only 'ssl-min-ver' and 'ssl-max-ver' to fix.";

function sayBindRemark(state: ParserState, head: string, at: string, remark: VersionRemark): number {
  switch (remark.kind) {
    case 'ignored':
      state.log.warning(`${head}no-sslv3/no-tlsv1x are ignored for ${at}. ${USE_BOUNDS}`);
      return 0;
    case 'ambiguous':
      state.log.warning(
        `${head}Ambiguous configuration for ${at}: the ssl-min-ver value is not configured and the ssl-max-ver value is lower than the default ssl-min-ver value (TLSv1.2). Setting the ssl-min-ver to ${remark.minimum}. Use 'ssl-min-ver' to fix this.`,
      );
      return 0;
    case 'hole':
      state.log.warning(
        `${head}SSL/TLS versions range not contiguous for ${at}. Hole find for ${remark.version}. ${USE_BOUNDS}`,
      );
      return 0;
    case 'none left':
      state.log.alert(`${head}all SSL/TLS versions are disabled for ${at}.`);
      return 1;
  }
}

/** `generate-certificates` needs an authority of its own. */
function checkSigner(state: ParserState, proxy: Draft, bind: BindSettings, tls: BindTls): number {
  if (!tls.generates) return 0;
  const at = `at [${bind.file}:${bind.line}]`;
  if (tls.signer === undefined) {
    state.log.alert(
      `Proxy '${proxy.id}': cannot enable certificate generation, no CA certificate File configured ${at}.`,
    );
    return 1;
  }
  const loaded = loadCertificate(state, tls.signer);
  if (!('error' in loaded)) return 0;
  state.log.alert(
    `Proxy '${proxy.id}': Failed to read CA certificate file '${tls.signer}' ${at}. Chain loading failed: ${loaded.error}`,
  );
  return 1;
}

/** The authorities of the daemon's own HTTP client: the host's, unless `global` names others. */
export function prepareClient(state: ParserState): number {
  const path = state.tls.clientAuthorities;
  if (loadAuthorities(state, path === '' ? SYSTEM_AUTHORITIES : path)) return 0;
  state.log.alert(`httpclient: cannot initialize: cannot initialize SSL verify with 'ca-file "${path}"'.`);
  return 1;
}

// ---------------------------------------------------------------- servers
/** All rules, those of another protocol than the option's as well. */
function checkRules({ steps, httpRules, tcpRules }: CheckSettings): readonly (CheckStep | CheckRule)[] {
  return [...steps, ...httpRules, ...tcpRules];
}

/** A server that speaks TLS for its traffic or its checks. */
export function usesTlsAnywhere(proxy: Draft, { usesTls, tls }: ServerSettings): boolean {
  return (
    usesTls ||
    tls.checks === 'on' ||
    checkRules(proxy.check).some((step) => step.type === 'connect' && step.connect.usesTls)
  );
}

/** Errors of a server; the first one said tells which server it is. */
export function prepareServer(state: ParserState, proxy: Draft, server: ServerSettings): number {
  if (!usesTlsAnywhere(proxy, server)) return 0;
  state.log.setContext(() => `[${server.file}:${server.line}] : 'server ${proxy.id}/${server.name}' : `);
  const faults = [
    ...certificateFaults(state, server),
    ...versionFaults(state, proxy, server),
    ...verificationFaults(state, server),
    ...cipherFaults(server.tls.options).map((fault) => `${fault}.`),
  ];
  for (const fault of faults) state.log.alert(fault);
  state.log.setContext(undefined);
  return faults.length;
}

function certificateFaults(state: ParserState, { tls }: ServerSettings): string[] {
  const path = tls.certificate;
  if (path === undefined) return [];
  const kind = state.surroundings.kindOf(path);
  const reason = 'error' in kind ? kind.error : kind.kind === 'directory' ? 'Success' : undefined;
  if (reason !== undefined && !state.tls.certificates.has(path))
    return [`unable to stat SSL certificate from file '${path}' : ${reason}.`];
  const loaded = loadCertificate(state, path);
  const fault = 'error' in loaded ? loaded.error : weaknessOf(loaded);
  return fault === undefined ? [] : [fault.trimEnd()];
}

function versionFaults(state: ParserState, proxy: Draft, server: ServerSettings): string[] {
  const { versions, remarks } = chooseVersions(server.tls.options, 'server');
  const verifies = (server.tls.options.verify ?? state.tls.serverVerify) === 'required';
  server.tls = { ...server.tls, versions, verifies };
  const head = `${titleOf(proxy)} '${proxy.id}': `;
  const of = `for server '${server.name}'`;
  const faults: string[] = [];
  for (const remark of remarks) {
    if (remark.kind === 'ignored')
      state.log.warning(`no-sslv3/no-tlsv1x are ignored for this server. ${USE_BOUNDS}`);
    else if (remark.kind === 'hole')
      state.log.warning(
        `${head}SSL/TLS versions range not contiguous ${of}. Hole find for ${remark.version}. ${USE_BOUNDS}`,
      );
    else if (remark.kind === 'none left') faults.push(`${head}all SSL/TLS versions are disabled ${of}.`);
  }
  return faults;
}

function verificationFaults(state: ParserState, { tls }: ServerSettings): string[] {
  const { verify, authorities } = tls.options;
  if (verify === 'none' || authorities !== undefined) return [];
  if (state.tls.serverVerify === 'required')
    return [
      "verify is enabled by default but no CA file specified. If you're running on a LAN where you're certain to trust the server's certificate, please set an explicit 'verify none' statement on the 'server' line, or use 'ssl-server-verify none' in the global section to disable server-side verifications by default.",
    ];
  return verify === 'required' ? ['verify is enabled but no CA file specified.'] : [];
}

/** `sni <expression>`, read when the line of its server is at an end; undefined: nothing is wrong. */
export function readSni(state: ParserState, server: ServerSettings): string | undefined {
  const { sni } = server.tls;
  if (sni === undefined) return undefined;
  const parsed = parseSampleText(sni, samplesAt(state, server));
  const head = 'error detected while parsing sni expression : ';
  if ('error' in parsed) return head + parsed.error;
  const fetch = FETCHES.get(parsed.expression.fetch);
  if (fetch !== undefined && (fetch.places & placeBits('server source selection')) === 0)
    return `${head} fetch method '${sni}' extracts information from '${sourceTitles(fetch.sources)}', none of which is available here.`;
  server.tls = { ...server.tls, sniExpression: parsed.expression };
  return undefined;
}
