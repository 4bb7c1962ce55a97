/**
 * OCSP, of the server's own certificates (stapling) and of clients': read and checked, without an effect.
 * Source: nginx 1.22 src/event/ngx_event_openssl_stapling.c.
 */
import {
  type Certificate,
  nameRfc2253,
  opensslError,
  readCertificateChain,
  readTrustFile,
} from '../../../../protocols/x509';
import type { Block } from '../block';
import type { Conf } from '../conf';
import { readUrl } from '../values';
import { materialName, readMaterial, withErrors } from './files';

/** A prepared answer that cannot be read. Not modelled: one that can. */
export function checkStaplingFile(conf: Conf, server: Block): string | undefined {
  const name = server.text('ssl_stapling_file', '');
  if (name === '' || !server.flag('ssl_stapling', false)) return undefined;
  const path = conf.fullName(name, { isConf: true });
  const text = readMaterial(conf, path, 'rb');
  if (!text.ok) return withErrors(`BIO_new_file("${path}") failed`, text.error);
  return withErrors(`d2i_OCSP_RESPONSE_bio("${path}") failed`, [opensslError('asn1NotEnoughData')]);
}
/** `ssl_ocsp` and how it goes with the other directives. */
export function checkOcsp(conf: Conf, server: Block): string | undefined {
  if (server.text('ssl_ocsp', 'off') === 'off') return undefined;
  if (server.text('ssl_verify_client', 'off') === 'optional_no_ca')
    return '"ssl_ocsp" is incompatible with "ssl_verify_client optional_no_ca"';
  const responder = server.text('ssl_ocsp_responder', '');
  const problem = responder === '' ? undefined : responderProblem(conf, responder);
  return problem === undefined ? undefined : `${problem} in "ssl_ocsp_responder"`;
}

/** Why the certificates of a server cannot be vouched for. */
export function warnOfStapling(conf: Conf, server: Block): void {
  if (!server.flag('ssl_stapling', false) || server.text('ssl_stapling_file', '') !== '') return;
  const names = server.texts('ssl_certificate');
  if (names.some((name) => name.includes('$'))) return;
  for (const name of names) {
    const path = materialName(conf, name);
    const problem = staplingProblem(conf, server, path);
    if (problem !== undefined) conf.warnBare(`"ssl_stapling" ignored, ${problem} "${path}"`, server.place);
  }
}
function staplingProblem(conf: Conf, server: Block, path: string): string | undefined {
  const text = readMaterial(conf, path);
  const chain = text.ok ? readCertificateChain(text.value) : undefined;
  const [leaf, ...others] = chain?.ok === true ? chain.value : [];
  if (leaf === undefined) return undefined;
  const trusted = ['ssl_trusted_certificate', 'ssl_client_certificate'].flatMap((name) =>
    certificatesIn(conf, server.text(name, '')),
  );
  const issuer = nameRfc2253(leaf.issuer);
  if (![...others, ...trusted].some(({ subject }) => nameRfc2253(subject) === issuer))
    return 'issuer certificate not found for certificate';
  const responder = server.text('ssl_stapling_responder', '') || responderOf(leaf);
  if (responder === '') return 'no OCSP responder URL in the certificate';
  const problem = responderProblem(conf, responder);
  return problem === undefined ? undefined : `${problem} in the certificate`;
}
function certificatesIn(conf: Conf, name: string): readonly Certificate[] {
  const text = name === '' ? undefined : readMaterial(conf, conf.fullName(name, { isConf: true }));
  const read = text?.ok === true ? readTrustFile(text.value) : undefined;
  return read?.ok === true ? read.value.certificates : [];
}

const AUTHORITY_INFORMATION = '1.3.6.1.5.5.7.1.1';
/** 1.3.6.1.5.5.7.48.1 in DER, and the tag of an address behind it. */
const OCSP_AT = [0x06, 0x08, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x86];
/** Where a certificate says that its state can be asked for. */
function responderOf({ extensions }: Certificate): string {
  const bytes = extensions.find(({ oid }) => oid === AUTHORITY_INFORMATION)?.value ?? new Uint8Array();
  const at = bytes.findIndex((_, start) => OCSP_AT.every((byte, index) => bytes[start + index] === byte));
  if (at < 0) return '';
  const length = bytes[at + OCSP_AT.length] ?? 0;
  const start = at + OCSP_AT.length + 1;
  return String.fromCharCode(...bytes.subarray(start, start + length));
}
function responderProblem(conf: Conf, responder: string): string | undefined {
  const rest = /^http:\/\/(.*)$/i.exec(responder)?.[1];
  if (rest === undefined) return `invalid URL prefix in OCSP responder "${responder}"`;
  const url = readUrl(rest, { defaultPort: 80, hasUri: true });
  if (typeof url === 'string') return `${url} in OCSP responder "${rest}"`;
  if (url.ip !== undefined || url.family !== 'inet') return undefined;
  const found = conf.resolve(url.host);
  return typeof found === 'string' ? `${found} in OCSP responder "${rest}"` : undefined;
}
