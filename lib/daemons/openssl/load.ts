/**
 * Loading keys, certificates and requests from files, with openssl's words. PEM and DER are told apart by what is
 * there unless a format is asked for. Departs: for a damaged PEM block the real one repeats two errors several times.
 */
import {
  type Certificate,
  type CertificateRequest,
  isEncryptedKey,
  type OpensslError,
  opensslError,
  type PrivateKey,
  type PublicKey,
  readCertificate,
  readCertificateChain,
  readDerPrivateKey,
  readDerPublicKey,
  readDerRequest,
  readPem,
  readPrivateKey,
  readPublicKey,
  readRequestFile,
} from '../../protocols/x509/index';
import type { FileError } from '../../world/files.contract';
import { askPassphrase } from './passphrases';
import { bytesOf, type Session, type Step, Quit } from './session';
import { isDer } from './options';
import { errorOf } from '../../std/errno';

interface Source {
  /** undefined: standard input. */
  readonly path: string | undefined;
  /** `private key`, `certificate`: as messages call it. */
  readonly description: string;
  /** -inform and its like. */
  readonly format?: string | undefined;
}

/** The text behind a source, or the end of the command. */
function* read(session: Session, { path, description }: Source): Step<string> {
  if (path === undefined || path === '-') return yield* session.readInput();
  const text = session.readFile(path);
  if (typeof text === 'string') return text;
  // A directory can be opened, but there is nothing in it to read.
  if (text.errno === 'EISDIR') return '';
  yield* session.say(`Could not open file or uri for loading ${description} from ${path}\n`);
  yield* session.sayErrors([opensslError('storeUnregistered', 'scheme=file'), ...openProblem(path, text)]);
  throw new Refused();
}
function openProblem(path: string, problem: FileError): readonly OpensslError[] {
  const { number, text } = errorOf(problem.errno);
  const isMissing = problem.errno === 'ENOENT' || problem.errno === 'ENOTDIR';
  const system: OpensslError = {
    code: (0x80000000 + number).toString(16).toUpperCase(),
    library: 'system library',
    reason: text,
    data: isMissing ? `calling stat(${path})` : `calling fopen(${path}, rb)`,
    function: isMissing ? 'file_open' : 'BIO_new_file',
    place: isMissing
      ? '../providers/implementations/storemgmt/file_store.c:266'
      : '../crypto/bio/bss_file.c:67',
  };
  return isMissing ? [system] : [system, opensslError('bioSystemLib')];
}

/** Could not be loaded, and that was said. */
class Refused extends Quit {}

function* couldNotRead(
  session: Session,
  { path, description }: Source,
  errors: readonly OpensslError[],
): Step<never> {
  yield* session.say(`Could not read ${description} from ${path ?? '<stdin>'}\n`);
  yield* session.sayErrors(errors);
  throw new Refused();
}
const UNSUPPORTED: readonly OpensslError[] = [opensslError('storeUnsupported')];

/** A private key; asks for its passphrase when it has one and `passIn` is undefined. */
export function* loadPrivateKey(
  session: Session,
  source: Source,
  passIn: string | undefined,
): Step<PrivateKey> {
  const text = yield* read(session, source);
  if (isDer(source.format) || (!text.includes('-----BEGIN ') && source.format === undefined)) {
    const key = readDerPrivateKey(bytesOf(text));
    return key ?? (yield* couldNotRead(session, source, isDer(source.format) ? UNSUPPORTED : []));
  }
  const passphrase = passIn ?? (isEncryptedKey(text) ? yield* askForKey(session, source, text) : undefined);
  const key = readPrivateKey(text, passphrase);
  if (key.ok) return key.value;
  return yield* couldNotRead(session, source, errorsOfKey(text, key.error.errors));
}

/** What the store makes of the errors that PEM_read_bio_PrivateKey has. */
function errorsOfKey(text: string, errors: readonly OpensslError[]): readonly OpensslError[] {
  const wrong = errors.findIndex(({ reason }) => reason === 'bad decrypt');
  if (wrong >= 0) {
    const pkcs8 = errors.some(({ reason }) => reason === 'pkcs12 cipherfinal error');
    return pkcs8 ? [...UNSUPPORTED, ...errors.slice(wrong, wrong + 2)] : errors;
  }
  const { blocks, fault } = readPem(text);
  if (blocks.some(({ label }) => label === 'PUBLIC KEY')) return [...UNSUPPORTED, ...UNSUPPORTED];
  const isNothing = fault === undefined && blocks.every(({ label }) => !label.endsWith('KEY'));
  return isNothing ? [] : UNSUPPORTED;
}
/** PKCS#8 is decoded in three ways, each of which asks anew when it got no answer. */
function* askForKey(session: Session, source: Source, text: string): Step<string> {
  const isPkcs8 = text.includes('-----BEGIN ENCRYPTED PRIVATE KEY-----');
  for (let left = isPkcs8 ? 3 : 1; left > 0; left--) {
    const prompt = source.path === undefined ? 'Enter pass phrase' : `Enter pass phrase for ${source.path}`;
    const answer = yield* askPassphrase(session, prompt, { short: true });
    if (typeof answer === 'string') return answer;
    if (left > 1) continue;
    const errors = [...answer.errors, opensslError('uiInterrupted')];
    return yield* couldNotRead(
      session,
      source,
      isPkcs8
        ? [...UNSUPPORTED, ...errors, opensslError('noPassphrase')]
        : [...errors, opensslError('pemBadPasswordRead')],
    );
  }
  throw new Quit();
}

/** A public key (-pubin). */
export function* loadPublicKey(session: Session, source: Source): Step<PublicKey> {
  const text = yield* read(session, source);
  const isPem = text.includes('-----BEGIN ') && !isDer(source.format);
  const key = isPem ? readPublicKey(text) : readDerPublicKey(bytesOf(text));
  return key ?? (yield* couldNotRead(session, source, isPem ? UNSUPPORTED : []));
}

/** One certificate. */
export function* loadCertificate(session: Session, source: Source): Step<Certificate> {
  try {
    const text = yield* read(session, source);
    if (text.includes('-----BEGIN ') && !isDer(source.format))
      return yield* pemCertificate(session, source, text);
    const found = /^p/i.test(source.format ?? '') ? undefined : readCertificate(bytesOf(text));
    if (found?.ok === true) return found.value;
    return yield* couldNotRead(session, source, isDer(source.format) ? UNSUPPORTED : []);
  } catch (problem) {
    if (problem instanceof Refused) yield* session.say(`Unable to load ${source.description}\n`);
    throw problem;
  }
}
function* pemCertificate(session: Session, source: Source, text: string): Step<Certificate> {
  const chain = readCertificateChain(text);
  const [first] = chain.ok ? chain.value : firstOf(text);
  return first ?? (yield* couldNotRead(session, source, UNSUPPORTED));
}
/** What stands before the first block that cannot be read. */
function firstOf(text: string): readonly Certificate[] {
  const block = readPem(text).blocks.find(({ label }) => label === 'CERTIFICATE');
  const certificate = block === undefined ? undefined : readCertificate(block.bytes);
  return certificate?.ok === true ? [certificate.value] : [];
}

/** All certificates of a file (-untrusted, -CAfile of verify). */
export function* loadCertificates(session: Session, source: Source): Step<readonly Certificate[]> {
  const text = yield* read(session, source);
  const chain = readCertificateChain(text);
  if (chain.ok) return chain.value;
  const first = firstOf(text);
  return first.length > 0 ? first : yield* couldNotRead(session, source, []);
}

/** A request. */
export function* loadRequest(session: Session, source: Source): Step<CertificateRequest> {
  let text: string;
  try {
    text = yield* session.openOrInput(source.path);
  } catch (problem) {
    if (problem instanceof Quit) yield* session.say(`Unable to load ${source.description}\n`);
    throw problem;
  }
  const request = isDer(source.format) ? readDerRequest(bytesOf(text)) : readRequestFile(text);
  if (request.ok) return request.value;
  return yield* session.fail(`Unable to load ${source.description}\n`, request.error);
}
