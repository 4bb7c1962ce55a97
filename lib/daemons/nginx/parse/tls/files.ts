/**
 * Certificates, keys and what else TLS directives name, read from their files; what nginx says of those that will
 * not do. Source: nginx 1.22 src/event/ngx_event_openssl.c; the error queues are OpenSSL's (`lib/protocols/x509`).
 */
import { failure, type Result, success } from '../../../../std/result';
import {
  type Certificate,
  certificatePem,
  isStrongKey,
  isStrongSignature,
  keyMatches,
  nameRfc2253,
  openErrors,
  opensslError,
  type OpensslError,
  type PrivateKey,
  readCertificateChain,
  readPem,
  readPrivateKey,
  readTrustFile,
  shortErrors,
} from '../../../../protocols/x509';
import type { Block } from '../block';
import type { Conf, Surroundings } from '../conf';
import { readSystemError } from '../system-error';

/** `(SSL: error:…)` behind what failed. */
export function withErrors(text: string, errors: readonly OpensslError[]): string {
  return `${text} (SSL: ${shortErrors(errors)})`;
}
/** An entry of OpenSSL's own error table. */
export function sslError(code: string, reason: string, data = ''): OpensslError {
  return { code, library: 'SSL routines', reason, data, function: '', place: '' };
}

/** EISDIR */
export const DIRECTORY = 21;
/** Who reads files: the configuration's reader, or a worker that looks for a certificate by name. */
export interface Source {
  readonly around: Pick<Surroundings, 'readFile'>;
  /** Passphrases to try; none when there is nobody to ask. */
  askPassphrase(): readonly string[];
}
/** fopen(3) opens a directory too: reading it gives nothing. */
export function readMaterial(
  source: Source,
  path: string,
  mode = 'r',
): Result<string, readonly OpensslError[]> {
  const read = source.around.readFile(path);
  if (!('problem' in read)) return success(read.text);
  const problem = readSystemError(read.problem);
  return problem.number === DIRECTORY ? success('') : failure(openErrors(path, problem, mode));
}
/** The text itself behind `data:`, else that of the file. */
function readNamed(source: Source, name: string): Result<string, readonly OpensslError[]> {
  return name.startsWith('data:') ? success(name.slice(5)) : readMaterial(source, name);
}
/** Where a certificate or a key is to be found; `data:` and `engine:` are no paths. */
export function materialName(conf: Conf, name: string): string {
  return /^(?:data|engine):/.test(name) ? name : conf.fullName(name, { isConf: true });
}

// ---------------------------------------------------------------- certificates and keys
/** Those of `PREFIX_password_file`; undefined: there is none, and somebody has to be asked. */
export function passwordsOf(block: Block, prefix: string): readonly string[] | undefined {
  const name = `${prefix}_password_file`;
  return block.inherited(name) === undefined ? undefined : block.texts(name);
}
/** What is settled for all certificates of a server. */
export interface Loading {
  /** Security level that the list of ciphers sets. */
  readonly level: number;
  /** Of `ssl_password_file`; undefined: somebody is asked. */
  readonly passwords: readonly string[] | undefined;
}
export interface Loaded {
  readonly chain: readonly Certificate[];
  readonly key: PrivateKey;
}

/** A certificate's file, its own first; or the problem. */
export function loadChain(
  source: Source,
  name: string,
  { level }: Loading,
): Result<readonly Certificate[], string> {
  const text = readNamed(source, name);
  if (!text.ok)
    return failure(withErrors(`cannot load certificate "${name}": BIO_new_file() failed`, text.error));
  const read = readCertificateChain(text.value);
  if (!read.ok)
    return failure(
      withErrors(`cannot load certificate "${name}": ${read.error.call}() failed`, read.error.errors),
    );
  for (const [depth, certificate] of read.value.entries()) {
    const weakness = weaknessOf(certificate, level, depth === 0);
    if (weakness !== undefined)
      return failure(
        withErrors(`${depth === 0 ? 'SSL_CTX_use_certificate' : 'SSL_CTX_set0_chain'}("${name}") failed`, [
          weakness,
        ]),
      );
  }
  return read;
}
/** ssl_security_cert: keys and signatures below the security level. A root's own signature is not looked at. */
function weaknessOf(certificate: Certificate, level: number, isLeaf: boolean): OpensslError | undefined {
  if (!isStrongKey(certificate, level))
    return isLeaf ? sslError('0A00018F', 'ee key too small') : sslError('0A00018D', 'ca key too small');
  const isRoot = nameRfc2253(certificate.issuer) === nameRfc2253(certificate.subject);
  return isRoot || isStrongSignature(certificate, level) ? undefined : sslError('0A00018E', 'ca md too weak');
}
/** A key's file, or the problem. */
export function loadKey(source: Source, name: string, { passwords }: Loading): Result<PrivateKey, string> {
  const cannot = `cannot load certificate key "${name}":`;
  const engine = /^engine:([^:]*)(:?)/.exec(name);
  if (engine !== null) {
    if (engine[2] === '') return failure(`${cannot} invalid syntax`);
    const id = engine[1] ?? '';
    return failure(
      withErrors(`cannot load certificate key "engine:${id}": ENGINE_by_id() failed`, engineErrors(id)),
    );
  }
  const text = readNamed(source, name);
  if (!text.ok) return failure(withErrors(`${cannot} BIO_new_file() failed`, text.error));
  const failed = (errors: readonly OpensslError[]): Result<PrivateKey, string> =>
    failure(withErrors(`${cannot} PEM_read_bio_PrivateKey() failed`, errors));
  const plain = readPrivateKey(text.value);
  if (plain.ok) return plain;
  if (!plain.error.needsPassphrase) return failed(plain.error.errors);
  const tries = passwords ?? source.askPassphrase();
  let last = plain.error.errors;
  for (const password of tries) {
    const read = readPrivateKey(text.value, password);
    if (read.ok) return read;
    last = read.error.errors;
  }
  return failed(last);
}
/** ENGINE_by_id: Debian brings no engines that anybody would name. */
export function engineErrors(id: string): OpensslError[] {
  const file = `/usr/lib/x86_64-linux-gnu/engines-3/${id}.so`;
  const loading = 'could not load the shared library';
  const entry = (code: string, library: string, reason: string, data = ''): OpensslError => ({
    ...sslError(code, reason, data),
    library,
  });
  return [
    entry(
      '12800067',
      'DSO support routines',
      loading,
      `filename(${file}): ${file}: cannot open shared object file: No such file or directory`,
    ),
    entry('12800067', 'DSO support routines', loading),
    entry('13000084', 'engine routines', 'dso not found'),
    entry('13000074', 'engine routines', 'no such engine', `id=${id}`),
  ];
}
/**
 * Certificates and keys as OpenSSL keeps them: one pair for each kind of key. A key of another kind than its
 * certificate stands alone and is of no use; nobody complains of that.
 */
export class Identities {
  readonly #slots = new Map<string, { chain?: readonly Certificate[]; key?: PrivateKey }>();
  /** The problem of a key that belongs to another certificate of its kind. */
  add(
    chain: readonly Certificate[],
    key: PrivateKey,
    keyName: string,
    call = 'SSL_CTX_use_PrivateKey',
  ): string | undefined {
    const [leaf] = chain;
    if (leaf === undefined) return undefined;
    const own = this.#slot(leaf.publicKey.type);
    if (own.key !== undefined && !keyMatches(leaf, own.key)) delete own.key;
    own.chain = chain;
    const slot = this.#slot(key.type);
    const [certificate] = slot.chain ?? [];
    if (certificate !== undefined && !keyMatches(certificate, key))
      return withErrors(`${call}("${keyName}") failed`, [opensslError('keyValuesMismatch')]);
    slot.key = key;
    return undefined;
  }
  #slot(type: string): { chain?: readonly Certificate[]; key?: PrivateKey } {
    const known = this.#slots.get(type) ?? {};
    this.#slots.set(type, known);
    return known;
  }
  /** As PEM, for those that have both. */
  list(): { chain: string }[] {
    return [...this.#slots.values()].flatMap(({ chain, key }) =>
      chain === undefined || key === undefined ? [] : [{ chain: chain.map(certificatePem).join('') }],
    );
  }
}

// ---------------------------------------------------------------- whom to trust
/** `call`: the function that nginx names. The text of the file, or the problem. */
export function loadTrust(
  conf: Conf,
  path: string,
  call: 'SSL_CTX_load_verify_locations' | 'X509_LOOKUP_load_file',
): Result<string, string> {
  const text = readMaterial(conf, path);
  if (!text.ok)
    return failure(withErrors(`${call}("${path}") failed`, [...text.error, opensslError('x509SystemLib')]));
  const read = readTrustFile(text.value);
  return read.ok ? text : failure(withErrors(`${call}("${path}") failed`, read.error));
}
/** Authorities whose names are told to clients: at least one certificate. */
export function loadClientAuthorities(conf: Conf, path: string): Result<string, string> {
  const text = loadTrust(conf, path, 'SSL_CTX_load_verify_locations');
  if (!text.ok) return text;
  const read = readTrustFile(text.value);
  return read.ok && read.value.certificates.length === 0
    ? failure(
        withErrors(`SSL_load_client_CA_file("${path}") failed`, [
          opensslError('pemNoStartLine', 'Expecting: CERTIFICATE'),
        ]),
      )
    : text;
}

// ---------------------------------------------------------------- Diffie and Hellman's parameters
/** Bits that a prime needs at a security level. */
const LEAST_PRIME = [0, 1_024, 2_048, 3_072, 7_680, 15_360];
export function dhProblem(conf: Conf, path: string, level: number): string | undefined {
  const text = readMaterial(conf, path);
  if (!text.ok) return withErrors(`BIO_new_file("${path}") failed`, text.error);
  const { blocks, fault } = readPem(text.value);
  const block = blocks.find(({ label }) => label === 'DH PARAMETERS' || label === 'X9.42 DH PARAMETERS');
  if (block === undefined)
    return withErrors(`PEM_read_bio_DHparams("${path}") failed`, [
      fault?.error ?? opensslError('pemNoStartLine', 'Expecting: DH PARAMETERS'),
    ]);
  return primeBits(block.bytes) < (LEAST_PRIME[level] ?? 0)
    ? withErrors(`SSL_CTX_set_tmp_dh("${path}") failed`, [sslError('0A00018A', 'dh key too small')])
    : undefined;
}
/** The first INTEGER of a SEQUENCE in DER. */
function primeBits(der: Uint8Array): number {
  const afterLength = (at: number): number =>
    (der[at] ?? 0) < 0x80 ? at + 1 : at + 1 + ((der[at] ?? 0) & 0x7f);
  const integer = afterLength(1);
  const content = afterLength(integer + 1);
  const form = der[integer + 1] ?? 0;
  let length = form;
  if (form >= 0x80) {
    length = 0;
    for (let at = integer + 2; at < content; at++) length = length * 256 + (der[at] ?? 0);
  }
  const isPadded = der[content] === 0;
  return (length - (isPadded ? 1 : 0)) * 8;
}
