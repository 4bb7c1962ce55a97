/** What `openssl req` makes: a request, or a certificate with -x509. */
import {
  type Certificate,
  type CertificateRequest,
  type Extension,
  type ExtensionContext,
  makeRequest,
  type Name,
  nameOf,
  type PrivateKey,
  privateKeyErrors,
  type PublicKey,
  publicKeyOf,
  randomSerial,
} from '../../protocols/x509/index';
import type { Config } from './config-file';
import { addSection, copiedExtensions } from './extension-sections';
import { loadCertificate, loadPrivateKey } from './load';
import { type Answers, askSubject } from './req-questions';
import type { Session, Step } from './session';
import { contextOf, type Draft, signCertificate } from './signing';
import type { Job } from './req-job';

export interface Authority {
  readonly certificate: Certificate;
  readonly key: PrivateKey;
}
export function* loadAuthority(session: Session, { options, passIn }: Job): Step<Authority | undefined> {
  const path = options.value('CA');
  const keyPath = options.value('CAkey');
  if (path === undefined) {
    if (keyPath !== undefined)
      yield* session.say('Warning: Ignoring -CAkey option since no -CA option is given\n');
    return undefined;
  }
  const description = `issuer private key from ${keyPath === undefined ? '-CA' : '-CAkey'} arg`;
  const key = yield* loadPrivateKey(session, { path: keyPath ?? path, description }, passIn);
  const certificate = yield* loadCertificate(session, { path, description: 'issuer cert from -CA arg' });
  const errors = privateKeyErrors(certificate, key);
  if (errors.length > 0) return yield* session.fail('Issuer CA certificate and key do not match\n', errors);
  return { certificate, key };
}

interface Parts {
  readonly key: PrivateKey | undefined;
  readonly subject: Name | undefined;
  readonly given: CertificateRequest | undefined;
  readonly authority: Authority | undefined;
}
/** One of both, as was asked. */
export type Made =
  | { readonly request: CertificateRequest; readonly certificate?: undefined }
  | { readonly certificate: Certificate; readonly request?: undefined };

export function* make(session: Session, job: Job, parts: Parts): Step<Made> {
  const { key, subject, given, authority } = parts;
  if (given !== undefined && !job.certifies)
    return { request: subject === undefined ? given : { ...given, subject } };
  const signer = authority?.key ?? key;
  if (signer === undefined)
    return yield* session.fail('Must provide a signature key using -key or provide -CA / -CAkey\n');
  const asked = given === undefined ? yield* askedFor(session, job, subject) : undefined;
  const name = subject ?? asked?.subject ?? given?.subject ?? nameOf([]);
  const publicKey = key === undefined ? (given?.publicKey ?? publicKeyOf(signer)) : publicKeyOf(key);
  if (job.certifies) return { certificate: yield* certify(session, job, parts, { name, publicKey, signer }) };
  const extensions = yield* requestedExtensions(session, job, { name, publicKey });
  const attributes = asked?.attributes ?? [];
  return { request: makeRequest({ subject: name, attributes, extensions }, signer, job.digest) };
}

function* askedFor(session: Session, job: Job, subject: Name | undefined): Step<Answers> {
  if (subject !== undefined) return { subject, attributes: [] };
  const { config, section, options, certifies, utf8 } = job;
  const batch = options.has('batch');
  return yield* askSubject(session, { config, section, batch, attributes: !certifies, utf8 });
}

interface Holder {
  readonly name: Name;
  readonly publicKey: PublicKey;
}
function* certify(
  session: Session,
  job: Job,
  { given, authority }: Parts,
  { name, publicKey, signer }: Holder & { readonly signer: PrivateKey },
): Step<Certificate> {
  const { options, config, added } = job;
  const draft: Draft = {
    subject: name,
    // A request keeps its own key, even when another one signs.
    publicKey: given?.publicKey ?? publicKey,
    serial: job.serial ?? randomSerial(session.random),
    notBefore: session.now,
    notAfter: yield* session.afterDays(job.days),
    authority: authority?.certificate,
  };
  const copy = options.value('copy_extensions');
  if (given !== undefined && copy === undefined)
    yield* session.say('Warning: No -copy_extensions given; ignoring any extensions in the request\n');
  let extensions: readonly Extension[] = given === undefined ? [] : copiedExtensions(given, copy, []);
  const context = contextOf(draft, (section) => config.section(section));
  if (job.extensions !== undefined)
    extensions = yield* add(session, config, job.extensions, {
      context,
      before: extensions,
      complaint: `Error adding x509 extensions from section ${job.extensions}\n`,
    });
  if (added !== undefined)
    extensions = yield* add(session, added, 'default', {
      context,
      before: extensions,
      complaint: 'Error adding extensions defined via -addext\n',
    });
  return signCertificate(draft, extensions, signer, job.digest);
}

function* requestedExtensions(
  session: Session,
  { config, added, requestExtensions }: Job,
  { name, publicKey }: Holder,
): Step<readonly Extension[]> {
  const context: ExtensionContext = {
    subject: { name, publicKey },
    section: (section) => config.section(section),
  };
  let extensions: readonly Extension[] = [];
  if (requestExtensions !== undefined)
    extensions = yield* add(session, config, requestExtensions, {
      context,
      before: extensions,
      complaint: `Error adding request extensions from section ${requestExtensions}\n`,
    });
  if (added === undefined) return extensions;
  const complaint = 'Error adding extensions defined via -addext\n';
  return yield* add(session, added, 'default', { context, before: extensions, complaint });
}

function* add(
  session: Session,
  config: Config,
  section: string,
  how: { context: ExtensionContext; before: readonly Extension[]; complaint: string },
): Step<readonly Extension[]> {
  const made = addSection(config, section, how.context, how.before);
  return made.ok ? made.value : yield* session.fail(how.complaint, made.error);
}
