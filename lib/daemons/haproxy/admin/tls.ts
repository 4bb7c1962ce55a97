/**
 * Certificates of a running worker: `show`, `set`, `commit` and `abort ssl cert`,
 * authorities and crt-lists. A certificate is replaced in two steps: `set` begins
 * a transaction, `commit` puts it in force.
 *
 * Source: HAProxy 2.6 management guide §9.3 "set ssl cert"; 2.6.12 src/ssl_ckch.c;
 * recorded answers. Not modelled: changing authorities, revocation lists and
 * crt-lists at run time, OCSP.
 */

import {
  type Certificate,
  fingerprint,
  keyBits,
  keyMatches,
  nameCompat,
  readCertificateChain,
  readPrivateKey,
  readTrustedCertificates,
  timeText,
} from '../../../protocols/x509';
import type { ListEntry, LoadedCertificate, TlsOptions } from '../config-tls';
import { serialHex } from '../evaluate/fetch-tls';
import { SYSTEM_AUTHORITIES } from '../parse/tls/authorities';
import { certificateText, keyBlock, weaknessOf } from '../parse/tls/certificates';
import type { Runtime } from '../worker/runtime';

type Words = readonly string[];
const lines = (...texts: readonly string[]): string => texts.map((text) => `${text}\n`).join('');

// ---------------------------------------------------------------- show
export function showCertificates(runtime: Runtime, words: Words): string {
  const { certificates, transaction } = runtime.state.tls;
  const path = words[3];
  if (path !== undefined) return showCertificate(runtime, path);
  const names = [...certificates.keys()].sort();
  const begun = transaction === undefined ? [] : ['# transaction', `*${transaction.path}`];
  return lines(...begun, ...(names.length > 0 ? ['# filename', ...names] : []));
}

function showCertificate(runtime: Runtime, path: string): string {
  const { certificates, transaction } = runtime.state.tls;
  const isTransaction = path.startsWith('*');
  const found = isTransaction
    ? transaction !== undefined && `*${transaction.path}` === path
      ? transaction
      : undefined
    : certificates.get(path);
  if (found === undefined)
    return "Can't display the certificate: Not found or the certificate is a bundle!\n";
  const read = readCertificateChain(found.chain);
  const [leaf, ...issuers] = read.ok ? read.value : [];
  const isUsed = !isTransaction && usedPaths(runtime).has(path);
  return `${lines(
    `Filename: ${path}`,
    `Status: ${leaf === undefined ? 'Empty' : isUsed ? 'Used' : 'Unused'}`,
    ...(leaf === undefined ? [] : details(leaf)),
    ...issuers.flatMap(({ subject, issuer }) => [
      `Chain Subject: ${nameCompat(subject)}`,
      `Chain Issuer: ${nameCompat(issuer)}`,
    ]),
  )}OCSP Response Key: \n`;
}

function details(certificate: Certificate): string[] {
  const { serial, notBefore, notAfter, publicKey, subject, issuer } = certificate;
  const names = (certificate.subjectAltNames ?? []).flatMap((name) => {
    if (name.kind === 'dns') return [`DNS:${name.value}`];
    return name.kind === 'ip' ? [`IP Address:${name.value}`] : [];
  });
  const kind = publicKey.type === 'rsa' ? 'RSA' : publicKey.type === 'ec' ? 'EC' : '';
  return [
    `Serial: ${serialHex(serial)}`,
    `notBefore: ${timeText(notBefore)}`,
    `notAfter: ${timeText(notAfter)}`,
    `Subject Alternative Name: ${names.join(', ')}`,
    `Algorithm: ${kind}${keyBits(publicKey)}`,
    `SHA1 FingerPrint: ${fingerprint(certificate, 'sha1').replaceAll(':', '')}`,
    `Subject: ${nameCompat(subject)}`,
    `Issuer: ${nameCompat(issuer)}`,
  ];
}

function usedPaths({ configuration }: Runtime): ReadonlySet<string> {
  const binds = configuration.proxies.flatMap((proxy) => proxy.binds.flatMap(({ tls }) => tls.certificates));
  const servers = configuration.proxies.flatMap((proxy) => proxy.servers.map(({ tls }) => tls.certificate));
  return new Set([
    ...binds.map(({ path }) => path),
    ...servers.flatMap((path) => (path === undefined ? [] : [path])),
  ]);
}

export function showAuthorities(runtime: Runtime, words: Words): string {
  const { authorities } = runtime.configuration.tls;
  const [, path = '', index] = /^(.*?)(?::(\d+))?$/.exec(words[3] ?? '') ?? [];
  if (path !== '') return showAuthority(runtime, path, index);
  const isLast = (name: string): number => (name === SYSTEM_AUTHORITIES ? 1 : 0);
  const names = [...authorities.keys()].sort((a, b) => isLast(a) - isLast(b) || (a < b ? -1 : 1));
  const counted = names.flatMap((name) => {
    const count = readTrustedCertificates(authorities.get(name) ?? '').length;
    return count === 0 && name !== SYSTEM_AUTHORITIES ? [] : [`${name} - ${count} certificate(s)`];
  });
  return lines('# filename', ...counted);
}
function showAuthority(runtime: Runtime, path: string, index: string | undefined): string {
  const text = runtime.configuration.tls.authorities.get(path);
  if (text === undefined) return "Can't display the CA file : Not found!\n";
  const all = readTrustedCertificates(text).map((certificate, at) => ({ certificate, number: at + 1 }));
  const shown = index === undefined ? all : all.filter(({ number }) => number === Number(index));
  if (shown.length === 0 && index !== undefined) return '';
  return lines(
    `Filename: ${path}`,
    'Status: Used',
    ...shown.flatMap(({ certificate, number }) => [' ', `Certificate #${number}:`, ...details(certificate)]),
  );
}

export function showLists(runtime: Runtime, words: Words): string {
  const { lists } = runtime.configuration.tls;
  const isNumbered = words[3] === '-n';
  const path = words[isNumbered ? 4 : 3];
  if (path === undefined)
    return isNumbered
      ? "'show ssl crt-list -n' expects a filename or a directory\n"
      : lines(...[...lists.keys()].sort());
  const entries = lists.get(path);
  if (entries === undefined) return "didn't find the specified filename\n";
  return lines(`# ${path}`, ...entries.map((entry) => entryText(entry, isNumbered)));
}
function entryText({ path, line, options, filters }: ListEntry, isNumbered: boolean): string {
  const own = options === undefined ? '' : ` [${optionsText(options)}]`;
  const number = isNumbered && line > 0 ? `:${line}` : '';
  return [`${path}${number}${own}`, ...filters].join(' ');
}
/** In the daemon's order. */
function optionsText(options: TlsOptions): string {
  const { alpn, verify, authorities, revocations, ciphers, cipherSuites, curves, ecdhe } = options;
  const words: [string, string | undefined][] = [
    // The daemon prints the list's final NUL too.
    ['alpn', alpn === undefined ? undefined : `${alpn.join(',')}\0`],
    ['verify', verify],
    ['ca-file', authorities],
    ['crl-file', revocations],
    ['ciphers', ciphers],
    ['ciphersuites', cipherSuites],
    ['curves', curves],
    ['ecdhe', ecdhe],
    ['ssl-min-ver', options.minimum],
    ['ssl-max-ver', options.maximum],
  ];
  return words.flatMap(([word, value]) => (value === undefined ? [] : [`${word} ${value}`])).join(' ');
}

// ---------------------------------------------------------------- set, commit, abort
/** `set ssl cert <file> <<` with a PEM text; a transaction under way takes whatever comes. */
export function setCertificate(runtime: Runtime, words: Words, payload: string | undefined): string {
  const { tls } = runtime.state;
  const asked = words[3];
  if (asked === undefined || payload === undefined)
    return "'set ssl cert expects a filename and a certificate as a payload\n";
  const isKey = asked.endsWith('.key') && tls.certificates.has(asked.slice(0, -4));
  const path = isKey ? asked.slice(0, -4) : asked;
  const before = tls.transaction ?? tls.certificates.get(path);
  if (before === undefined)
    return `Can't replace a certificate which is not referenced by the configuration!\nCan't update ${asked}!\n`;
  const loaded = isKey ? withKey(before, payload) : withPayload(before, payload);
  if (typeof loaded === 'string') return `${loaded}Can't load the payload\nCan't update ${asked}!\n`;
  const verb = tls.transaction === undefined ? 'created' : 'updated';
  tls.transaction = loaded;
  return `Transaction ${verb} for certificate ${loaded.path}!\n`;
}
function withPayload({ path }: LoadedCertificate, payload: string): LoadedCertificate | string {
  const chain = certificateText(payload);
  if (chain === undefined) return `unable to load certificate from file '${path}'.\n`;
  return { path, chain, key: keyBlock(payload) ?? '' };
}
function withKey({ path, chain }: LoadedCertificate, payload: string): LoadedCertificate | string {
  const key = keyBlock(payload);
  return key === undefined ? `unable to load private key from file '${path}'.\n` : { path, chain, key };
}

export function commitCertificate(runtime: Runtime, words: Words): string {
  const { tls } = runtime.state;
  const asked = words[3];
  if (asked === undefined) return "'commit ssl cert expects a filename\n";
  const refuse = (why: string): string => `${why}\nCan't commit ${asked}!\n`;
  const { transaction } = tls;
  if (transaction === undefined) return refuse('No ongoing transaction! !');
  if (transaction.path !== asked)
    return refuse(
      `The ongoing transaction is about '${transaction.path}' but you are trying to set '${asked}'`,
    );
  const key = readPrivateKey(transaction.key);
  const read = readCertificateChain(transaction.chain);
  const leaf = read.ok ? read.value[0] : undefined;
  if (!key.ok || leaf === undefined)
    return refuse('The transaction must contain at least a certificate and a private key!');
  if (!keyMatches(leaf, key.value))
    return refuse(`inconsistencies between private key and certificate loaded '${asked}'.`);
  tls.transaction = undefined;
  const weakness = weaknessOf(transaction);
  if (weakness !== undefined) return `Committing ${asked}.\n${weakness}Failed!\n`;
  put(runtime, transaction);
  return `Committing ${asked}.\nSuccess!\n`;
}
function put({ state: { tls } }: Runtime, certificate: LoadedCertificate): void {
  tls.certificates = new Map([...tls.certificates, [certificate.path, certificate]]);
  tls.generation += 1;
}

export function abortCertificate(runtime: Runtime, words: Words): string {
  const { tls } = runtime.state;
  const asked = words[3];
  if (asked === undefined) return "'abort ssl cert' expects a filename\n";
  if (tls.transaction === undefined) return 'No ongoing transaction!\n';
  if (tls.transaction.path !== asked)
    return `The ongoing transaction is about '${tls.transaction.path}' but you are trying to abort a transaction for '${asked}'\n`;
  tls.transaction = undefined;
  return `Transaction aborted for certificate '${asked}'!\n`;
}

export function newCertificate(runtime: Runtime, words: Words): string {
  const path = words[3];
  if (path === undefined) return "'new ssl cert' expects a filename\n";
  if (runtime.state.tls.certificates.has(path)) return `Certificate '${path}' already exists!\n`;
  put(runtime, { path, chain: '', key: '' });
  return `New empty certificate store '${path}'!\n`;
}

export function deleteCertificate(runtime: Runtime, words: Words): string {
  const { tls } = runtime.state;
  const path = words[3];
  if (path === undefined) return "'del ssl cert' expects a certificate name\n";
  const refuse = (why: string): string => `Can't remove the certificate: certificate '${path}' ${why}!\n`;
  if (!tls.certificates.has(path)) return refuse("doesn't exist");
  if (usedPaths(runtime).has(path)) return refuse("in use, can't be deleted");
  tls.certificates = new Map([...tls.certificates].filter(([name]) => name !== path));
  return `Certificate '${path}' deleted!\n`;
}
