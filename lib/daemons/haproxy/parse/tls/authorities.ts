/**
 * Files and directories of trusted certificates and revocation lists.
 * Source: 2.6.12 `ssl_ckch.c` `ssl_store_load_locations_file()`; recorded.
 */

import { certificatePem, readTrustedCertificates } from '../../../../protocols/x509';
import { readPem } from '../../../../protocols/x509/pem';
import type { ParserState } from '../context';

/** Stands for what the host itself trusts: the directory below. */
export const SYSTEM_AUTHORITIES = '@system-ca';
const SYSTEM_DIRECTORY = '/etc/ssl/certs';

/** Reads once what is at `path`, and says what is wrong. False: the daemon refuses the word that names it. */
export function loadAuthorities(state: ParserState, path: string): boolean {
  if (state.tls.authorities.has(path)) return true;
  const isSystem = path === SYSTEM_AUTHORITIES;
  const place = isSystem ? SYSTEM_DIRECTORY : path;
  const kind = state.surroundings.kindOf(place);
  const refuse = (why: string): false => {
    state.log.alert(`Couldn't open the ca-file '${path}' (${why}).`);
    return false;
  };
  if ('error' in kind) return isSystem ? keep(state, path, '') : refuse(kind.error);
  if (kind.kind === 'directory') return keep(state, path, readDirectory(state, place, isSystem));
  const file = state.surroundings.readFile(place);
  // A file that is there but closed leaves the daemon without words.
  if ('error' in file) return refuse('(null)');
  const text = trustedText(file.text);
  return text === '' ? refuse('no certificate or crl found') : keep(state, path, text);
}

function keep(state: ParserState, path: string, text: string): true {
  state.tls.authorities.set(path, text);
  return true;
}

function readDirectory(state: ParserState, path: string, isSystem: boolean): string {
  const listed = state.surroundings.list(path);
  const names = 'error' in listed ? [] : [...listed.names].sort();
  const texts: string[] = [];
  for (const name of names) {
    if (name.startsWith('.') || !/\.(?:pem|crt|cer|crl)$/.test(name)) continue;
    const file = state.surroundings.readFile(`${path}/${name}`);
    const text = 'error' in file ? '' : trustedText(file.text);
    if (text !== '') texts.push(text);
    else if (!isSystem)
      state.log.warning(`ca-file: '${path}' couldn't load '${path}/${name}' (no start line)`);
  }
  const unique = [...new Set(texts.flatMap((text) => readTrustedCertificates(text).map(certificatePem)))];
  if (unique.length === 0 && texts.length === 0 && !isSystem)
    state.log.warning(`ca-file: 0 CA were loaded from '${path}'`);
  return unique.join('');
}

/** The certificates and revocation lists of a text, in PEM; '' when it has none. */
function trustedText(text: string): string {
  const certificates = readTrustedCertificates(text).map(certificatePem).join('');
  if (!text.includes('X509 CRL')) return certificates;
  const lists = readPem(text).blocks.filter(({ label }) => label === 'X509 CRL');
  if (lists.length === 0) return certificates;
  const lines = text.split('\n');
  return `${certificates}${lists.map(({ line, endLine }) => `${lines.slice(line - 1, endLine).join('\n')}\n`).join('')}`;
}
