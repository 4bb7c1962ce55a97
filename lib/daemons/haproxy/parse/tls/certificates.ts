/**
 * Certificates with their keys, as `crt` loads them: from one file, with the
 * key beside it, with what OpenSSL finds too weak.
 * Source: 2.6.12 `ssl_ckch.c` `ssl_sock_load_files_into_ckch()`, `ssl_sock.c`
 * `ssl_sock_put_ckch_into_ctx()`; recorded `haproxy -c` runs.
 */

import {
  type Certificate,
  certificatePem,
  isEncryptedKey,
  keyMatches,
  readCertificateChain,
  readPrivateKey,
} from '../../../../protocols/x509';
import { readPem } from '../../../../protocols/x509/pem';
import { sameName } from '../../../../protocols/x509/names';
import { isStrongKey, isStrongSignature } from '../../../../protocols/x509/security-level';
import type { LoadedCertificate } from '../../config-tls';
import type { ParserState } from '../context';

/** Debian's OpenSSL asks for 112 bits of security. */
const SECURITY_LEVEL = 2;

/** A file that cannot be used; the daemon's words, each with its newline. */
export interface Refusal {
  readonly error: string;
}

/** Reads the file at `path`, or takes what was read before. */
export function loadCertificate(state: ParserState, path: string): LoadedCertificate | Refusal {
  const known = state.tls.certificates.get(path);
  if (known !== undefined) return known;
  const file = state.surroundings.readFile(path);
  if ('error' in file) return { error: `cannot open the file '${path}'.\n` };
  const read = readCertificateChain(leadingChain(file.text));
  if (!read.ok) return { error: `unable to load certificate from file '${path}'.\n` };
  const key = findKey(state, path, file.text);
  if (typeof key !== 'string') return key;
  const loaded = matched(path, completeChain(state, read.value), key);
  if (!('error' in loaded)) state.tls.certificates.set(path, loaded);
  return loaded;
}

function matched(path: string, chain: readonly Certificate[], keyText: string): LoadedCertificate | Refusal {
  const key = readPrivateKey(keyText);
  const [leaf] = chain;
  if (leaf === undefined || !key.ok || !keyMatches(leaf, key.value))
    return { error: `inconsistencies between private key and certificate loaded '${path}'.\n` };
  return { path, chain: chain.map(certificatePem).join(''), key: keyText };
}

/** A further certificate that cannot be read ends the chain, without a word. */
function leadingChain(text: string): string {
  const { blocks, fault } = readPem(text);
  const last = blocks.findLast(({ label }) => label.endsWith('CERTIFICATE'));
  if (fault === undefined || last === undefined) return text;
  return text.split('\n').slice(0, last.endLine).join('\n');
}

/** The key of the file itself, else of `<file>.key`. */
function findKey(state: ParserState, path: string, text: string): string | Refusal {
  const own = keyText(state, text);
  if (own !== undefined) return own;
  if (!state.tls.extraFiles.has('key')) return { error: `No Private Key found in '${path}'.\n` };
  const stem = state.tls.stripsCrt && path.endsWith('.crt') ? path.slice(0, -4) : path;
  const beside = `${stem}.key`;
  if ('error' in state.surroundings.kindOf(beside))
    return { error: `No Private Key found in '${beside}'.\n` };
  const file = state.surroundings.readFile(beside);
  const key = 'error' in file ? undefined : keyText(state, file.text);
  return key ?? { error: ` '${beside}' is present but cannot be read or parsed'.\n` };
}

const KEY = /-----BEGIN ((?:RSA |EC |ENCRYPTED )?PRIVATE KEY)-----[\s\S]*?-----END \1-----/;

/** The first key of a text. One that needs a passphrase is asked for twice, and nobody answers. */
function keyText(state: ParserState, text: string): string | undefined {
  const block = KEY.exec(text)?.[0];
  if (block !== undefined && isEncryptedKey(block)) {
    state.log.prompt('Enter PEM pass phrase:');
    state.log.prompt('Enter PEM pass phrase:');
  }
  return keyBlock(text);
}
/** PEM of the first key of a text; undefined: there is none that can be read. */
export function keyBlock(text: string): string | undefined {
  const block = KEY.exec(text)?.[0];
  return block !== undefined && readPrivateKey(block).ok ? `${block}\n` : undefined;
}
/** PEM of the certificates of a text, the leaf first; undefined: there are none. */
export function certificateText(text: string): string | undefined {
  const read = readCertificateChain(leadingChain(text));
  return read.ok ? read.value.map(certificatePem).join('') : undefined;
}

/** `issuers-chain-path`: what a file without intermediates lacks. */
function completeChain(state: ParserState, chain: readonly Certificate[]): readonly Certificate[] {
  const [leaf] = chain;
  if (chain.length > 1 || leaf === undefined) return chain;
  const found = state.tls.issuerChains.find(
    ([first]) => first !== undefined && sameName(first.subject, leaf.issuer),
  );
  return found === undefined ? chain : [leaf, ...found];
}

/** What OpenSSL refuses to serve with; undefined: it is strong enough. */
export function weaknessOf({ path, chain }: LoadedCertificate): string | undefined {
  const read = readCertificateChain(chain);
  const [leaf, ...issuers] = read.ok ? read.value : [];
  if (leaf === undefined || !isStrong(leaf))
    return `unable to load SSL certificate into SSL Context '${path}'.\n`;
  if (issuers.every(isStrong)) return undefined;
  return `unable to load chain certificate into SSL Context '${path}'. Make sure you are linking against Openssl >= 1.0.2.\n`;
}
function isStrong(certificate: Certificate): boolean {
  const isSelfSigned = sameName(certificate.subject, certificate.issuer);
  return (
    isStrongKey(certificate, SECURITY_LEVEL) &&
    (isSelfSigned || isStrongSignature(certificate, SECURITY_LEVEL))
  );
}
