/** What `openssl x509` makes: the certificate that was given, or one that is issued. */
import {
  type Certificate,
  type CertificateRequest,
  type Extension,
  type Name,
  type PrivateKey,
  privateKeyErrors,
  publicKeyOf,
  randomSerial,
  shortName,
  verifyChain,
} from '../../protocols/x509/index';
import { assert } from '../../std/assert';
import type { Config } from './config-file';
import { addSection, copiedExtensions } from './extension-sections';
import { loadCertificate, loadPrivateKey } from './load';
import type { Options } from './options';
import { nextSerial } from './serial-numbers';
import type { Session, Step } from './session';
import { contextOf, type Draft, signCertificate, signingDigest } from './signing';

export interface Settings {
  readonly days: number;
  readonly serial: bigint | undefined;
  readonly passIn: string | undefined;
  readonly nameText: (name: Name) => string;
}
/** All that is loaded before anything is made, in the order in which the real one loads and complains. */
export interface Job extends Settings {
  readonly options: Options;
  readonly key: PrivateKey | undefined;
  readonly subject: Name | undefined;
  readonly config: { readonly file: Config; readonly section: string } | undefined;
  readonly request: CertificateRequest | undefined;
}

/** The certificate that was given, or the one that is issued. */
export function* result(session: Session, job: Job): Step<Certificate> {
  const { options, key } = job;
  const isMade = job.request !== undefined || options.has('new');
  const given = isMade
    ? undefined
    : yield* loadCertificate(session, {
        path: options.value('in'),
        format: options.value('inform'),
        description: 'certificate',
      });
  if (given !== undefined && key === undefined && !options.has('CA')) return given;
  const file = options.value('CA');
  const authority =
    file === undefined
      ? undefined
      : yield* loadCertificate(session, { path: file, description: 'CA certificate' });
  const draft = yield* draftOf(session, job, given, authority);
  const extensions = yield* extensionsOf(session, job, draft, given);
  const signer = key ?? (yield* authorityKey(session, job, authority));
  const digest = yield* signingDigest(session, options.value('*'));
  return signCertificate(draft, extensions, signer, digest);
}

function* draftOf(
  session: Session,
  job: Job,
  given: Certificate | undefined,
  authority: Certificate | undefined,
): Step<Draft> {
  const { options, key, request } = job;
  const subject = job.subject ?? request?.subject ?? given?.subject;
  const publicKey = key === undefined ? (request?.publicKey ?? given?.publicKey) : publicKeyOf(key);
  assert(subject !== undefined && publicKey !== undefined, 'there is a request, a certificate or a key');
  const serial = yield* serialOf(session, job, given);
  if (authority !== undefined && given !== undefined) yield* mustSignItself(session, given, job.nameText);
  const keepsDates = options.has('preserve_dates') && given !== undefined;
  return {
    subject,
    publicKey,
    serial,
    notBefore: keepsDates ? given.notBefore : session.now,
    notAfter: keepsDates ? given.notAfter : yield* session.afterDays(job.days),
    authority,
  };
}
function* serialOf(session: Session, job: Job, given: Certificate | undefined): Step<bigint> {
  const { options } = job;
  const file = options.value('CA');
  if (job.serial !== undefined) return job.serial;
  if (file === undefined) return given?.serial ?? randomSerial(session.random);
  const serialFile = options.value('CAserial');
  return yield* nextSerial(session, { file, serialFile, create: options.has('CAcreateserial') });
}
/** An authority signs only requests and certificates that are signed with their own key. */
function* mustSignItself(session: Session, given: Certificate, nameText: (name: Name) => string): Step {
  const serious = verifyChain({ leaf: given, trusted: [], at: session.now }).problems.filter(
    ({ code }) => code !== 18 && code !== 10,
  );
  for (const { code, depth, text, certificate } of serious)
    yield* session.say(
      `subject=${nameText(certificate.subject)}\nError with certificate - error ${code} at depth ${depth}\n${text}\n`,
    );
  if (serious.length > 0)
    yield* session.fail('Error with certificate to be certified - should be self-signed\n');
}

/** Those that are taken over from the request or the certificate, then those of -extfile. */
function* extensionsOf(
  session: Session,
  { options, request, config }: Job,
  draft: Draft,
  given: Certificate | undefined,
): Step<readonly Extension[]> {
  const copy = options.value('copy_extensions');
  const before = request === undefined ? (given?.extensions ?? []) : copiedExtensions(request, copy, []);
  const names = options.value('ext');
  const kept = options.has('clrext')
    ? []
    : before.filter(({ oid }) => names?.includes(shortName(oid)) !== false);
  if (config === undefined) return kept;
  const { file, section } = config;
  const added = addSection(
    file,
    section,
    contextOf(draft, (name) => file.section(name)),
    kept,
  );
  if (added.ok) return added.value;
  return yield* session.fail(`Error adding extensions from section ${section}\n`, added.error);
}

function* authorityKey(session: Session, job: Job, authority: Certificate | undefined): Step<PrivateKey> {
  const { options, passIn } = job;
  const path = options.value('CAkey') ?? options.value('CA');
  const key = yield* loadPrivateKey(session, { path, description: 'CA private key' }, passIn);
  const errors = authority === undefined ? [] : privateKeyErrors(authority, key);
  if (errors.length === 0) return key;
  return yield* session.fail('CA certificate and CA private key do not match\n', errors);
}
