/**
 * What `crt` and `crt-list` name: files, directories, lists, and pairs of an
 * RSA and an ECDSA file under one name.
 * Source: HAProxy 2.6 configuration manual §5.1 "crt", "crt-list"; 2.6.12
 * `ssl_sock.c` `ssl_sock_load_cert()`, `ssl_crtlist.c`; recorded.
 */

import type { CertificateUse, ListEntry, LoadedCertificate, TlsOptions } from '../../config-tls';
import { type Complaint, ERROR, type ParserState, WARN } from '../context';
import { loadCertificate, weaknessOf } from './certificates';
import { readListLine } from './crt-list';
import { diffieHellmanWarning } from './diffie-hellman';

/** What a `bind` line gets, with what is wrong. */
export interface Loaded {
  readonly uses: readonly CertificateUse[];
  readonly complaint: Complaint;
}

/** Suffixes of files that are loaded together when the name alone is none. */
const BUNDLE = ['dsa', 'ecdsa', 'rsa'];
/** Files in a directory that are no certificates. */
const RESERVED = /\.(?:key|issuer|ocsp|sctl)$/;

/** `crt <path>` */
export function loadLocation(state: ParserState, path: string): Loaded {
  if (state.tls.certificates.has(path)) return put(state, [use(path)], () => '');
  const kind = state.surroundings.kindOf(path);
  if ('error' in kind) return loadBundle(state, path, kind.error);
  if (kind.kind === 'directory') return loadDirectory(state, path);
  const loaded = loadCertificate(state, path);
  return 'error' in loaded ? refused(loaded.error) : put(state, [use(path)], () => '');
}

const use = (path: string, filters: readonly string[] = [], options?: TlsOptions): CertificateUse => ({
  path,
  filters,
  options,
});
const refused = (text: string): Loaded => ({ uses: [], complaint: { text, bits: ERROR } });

function loadBundle(state: ParserState, path: string, reason: string): Loaded {
  const uses = bundled(state, path);
  if (typeof uses === 'string') return refused(uses);
  if (uses.length > 0)
    return put(
      state,
      uses.map((one) => use(one)),
      () => '',
    );
  return refused(`unable to stat SSL certificate from file '${path}' : ${reason}.\n`);
}

/** The files of a bundle that are there; a text: what is wrong with one. */
function bundled(state: ParserState, path: string): readonly string[] | string {
  const paths: string[] = [];
  if (!state.tls.extraFiles.has('bundle')) return paths;
  for (const suffix of BUNDLE) {
    const own = `${path}.${suffix}`;
    if ('error' in state.surroundings.kindOf(own)) continue;
    const loaded = loadCertificate(state, own);
    if ('error' in loaded) return loaded.error;
    paths.push(own);
  }
  return paths;
}

/** All files in order of their names. */
function loadDirectory(state: ParserState, path: string): Loaded {
  const listed = state.surroundings.list(path);
  if ('error' in listed) return refused(`unable to scan directory '${path}' : ${listed.error}.\n`);
  const entries: ListEntry[] = [];
  let errors = '';
  for (const name of [...listed.names].sort()) {
    const own = `${path}/${name}`;
    if (name.startsWith('.') || RESERVED.test(name)) continue;
    const kind = state.surroundings.kindOf(own);
    if ('kind' in kind && kind.kind === 'directory') continue;
    const loaded = loadCertificate(state, own);
    if ('error' in loaded) errors += loaded.error;
    else entries.push({ ...use(own), file: path, line: 0 });
  }
  if (errors !== '') return refused(errors);
  state.tls.lists.set(path, entries);
  return put(state, entries, lineHead);
}

/** `crt-list <path>` */
export function loadList(state: ParserState, path: string): Loaded {
  const known = state.tls.lists.get(path);
  if (known !== undefined) return put(state, known, lineHead);
  const kind = state.surroundings.kindOf(path);
  // A directory can be opened, and has no lines.
  const file = 'kind' in kind && kind.kind === 'directory' ? { text: '' } : state.surroundings.readFile(path);
  if ('error' in file) return refused(`cannot open file '${path}' : ${file.error}`);
  const entries: ListEntry[] = [];
  let warning = '';
  for (const [index, text] of file.text.split('\n').entries()) {
    const place = { file: path, line: index + 1 };
    const isLast = index === file.text.split('\n').length - 1;
    if (isLast && text === '') break;
    if (isLast)
      return refused(
        `parsing [${path}:${place.line}]: Missing LF on last line, file might have been truncated at position ${text.length + 1}.`,
      );
    const read = readListLine(state, text, place);
    if (read === undefined) continue;
    if (read.complaint !== undefined && read.complaint.bits !== WARN)
      return { uses: [], complaint: read.complaint };
    warning = read.complaint?.text ?? warning;
    const paths = entryPaths(state, read.path);
    if (typeof paths === 'string') return refused(paths);
    for (const own of paths) entries.push({ ...use(own, read.filters, read.options), ...place });
  }
  state.tls.lists.set(path, entries);
  const loaded = put(state, entries, lineHead);
  return loaded.complaint === undefined && warning !== ''
    ? { ...loaded, complaint: { text: warning, bits: WARN } }
    : loaded;
}

/** The files behind a name in a list; a text: what is wrong. A directory is none. */
function entryPaths(state: ParserState, name: string): readonly string[] | string {
  const kind = state.surroundings.kindOf(name);
  if ('kind' in kind) {
    if (kind.kind === 'directory') return [];
    const loaded = loadCertificate(state, name);
    return 'error' in loaded ? loaded.error : [name];
  }
  const paths = bundled(state, name);
  if (typeof paths === 'string' || paths.length > 0) return paths;
  return `unable to stat SSL certificate from file '${name}' : ${kind.error}.\n`;
}

const lineHead = ({ file, line }: ListEntry): string => `error processing line ${line} in file '${file}' : `;

/** Puts certificates to use: here OpenSSL looks at their strength. */
function put<U extends CertificateUse>(
  state: ParserState,
  uses: readonly U[],
  head: (use: U) => string,
): Loaded {
  let warnings = '';
  for (const one of uses) {
    const weakness = weaknessOf(loadedAt(state, one.path));
    if (weakness !== undefined) return refused(head(one) + weakness);
    warnings += diffieHellmanWarning(state, one.path) ?? '';
  }
  const plain = uses.map(({ path, filters, options }) => ({ path, filters, options }));
  return { uses: plain, complaint: warnings === '' ? undefined : { text: warnings, bits: WARN } };
}
function loadedAt(state: ParserState, path: string): LoadedCertificate {
  return state.tls.certificates.get(path) ?? { path, chain: '', key: '' };
}
