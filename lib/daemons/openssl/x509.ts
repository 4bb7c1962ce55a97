/**
 * `openssl x509`: shows certificates, and issues them as a small authority.
 * Not modelled, and named: -x509toreq, -force_pubkey, trust settings (-addtrust …), -badsig.
 */
import {
  type Certificate,
  certificatePem,
  type CertificateRequest,
  type Extension,
  type Name,
  type PrivateKey,
  privateKeyErrors,
  publicKeyOf,
  randomSerial,
  requestIsSigned,
  opensslError,
  shortName,
  verifyChain,
} from '../../protocols/x509/index';
import { assert } from '../../std/assert';
import { type Config, loadConfig } from './config-file';
import { addSection, copiedExtensions } from './extension-sections';
import { loadCertificate, loadPrivateKey, loadRequest } from './load';
import { nameStyle } from './name-options';
import { isDer, type Options, type OptionTable, parseOptions, usage } from './options';
import { passphraseFrom } from './passphrases';
import { badSerial, nextSerial, parseSerial } from './serial-numbers';
import { type Session, type Step, textOf } from './session';
import { parseSubject } from './subject-name';
import { checksText, printItems, withNamedExtensions } from './x509-output';
import { contextOf, type Draft, signCertificate, signingDigest } from './signing';

const OPTIONS: OptionTable = {
  in: '<',
  passin: 's',
  new: '-',
  req: '-',
  inform: 'F',
  out: '>',
  outform: 'f',
  key: 's',
  signkey: 's',
  keyform: 'f',
  nocert: '-',
  noout: '-',
  dateopt: 's',
  text: '-',
  certopt: 's',
  fingerprint: '-',
  alias: '-',
  serial: '-',
  startdate: '-',
  enddate: '-',
  dates: '-',
  subject: '-',
  issuer: '-',
  nameopt: 's',
  email: '-',
  hash: '-',
  subject_hash: '-',
  issuer_hash: '-',
  purpose: '-',
  pubkey: '-',
  modulus: '-',
  checkend: 'M',
  checkhost: 's',
  checkemail: 's',
  checkip: 's',
  ext: 's',
  ocsp_uri: '-',
  set_serial: 's',
  next_serial: '-',
  days: 'n',
  preserve_dates: '-',
  subj: 's',
  clrext: '-',
  extfile: '<',
  extensions: 's',
  CA: '<',
  CAform: 'F',
  CAkey: 's',
  CAkeyform: 'f',
  CAserial: 's',
  CAcreateserial: '-',
  copy_extensions: 's',
  x509toreq: '-',
  force_pubkey: '<',
  trustout: '-',
  setalias: 's',
  clrtrust: '-',
  addtrust: 's',
  clrreject: '-',
  addreject: 's',
  badsig: '-',
  ocspid: '-',
  subject_hash_old: '-',
  issuer_hash_old: '-',
  sigopt: 's',
  vfyopt: 's',
};
const NOT_MODELLED = [
  'x509toreq',
  'force_pubkey',
  'trustout',
  'setalias',
  'clrtrust',
  'addtrust',
  'clrreject',
  'addreject',
  'badsig',
  'ocspid',
  'subject_hash_old',
  'issuer_hash_old',
  'sigopt',
  'vfyopt',
  'certopt',
];
const DAY = 86_400;
const DEFAULT_DAYS = 30;

export function* x509(session: Session): Step<number> {
  const options = yield* parseOptions(session, OPTIONS, { unknown: true });
  if (options.rest.length > 0) return yield* usage(session);
  for (const name of NOT_MODELLED) if (options.has(name)) return yield* session.notModelled(`-${name}`);
  const nameText = yield* nameStyle(session, options);
  const days = Number(options.value('days') ?? DEFAULT_DAYS);
  if (days < -1) return yield* session.fail('x509: -days parameter arg must be >= -1\n');
  const serial = yield* givenSerial(session, options);
  const passIn = yield* passphraseFrom(session, options.value('passin'));
  const job = yield* prepare(session, options, { days, serial, passIn, nameText });
  const certificate = yield* result(session, job);
  const view = { certificate: withNamedExtensions(certificate, options.value('ext')), options, nameText };
  let text = yield* printItems(session, view);
  const path = options.value('out');
  if (options.has('checkend')) {
    const ends = certificate.notAfter < session.now + Number(options.value('checkend'));
    yield* session.write(path, `${text}Certificate will ${ends ? '' : 'not '}expire\n`);
    return ends ? 1 : 0;
  }
  text += checksText(view);
  if (!options.has('noout') && !options.has('nocert'))
    text += isDer(options.value('outform')) ? textOf(certificate.der) : certificatePem(certificate);
  yield* session.write(path, text);
  return 0;
}

function* givenSerial(session: Session, options: Options): Step<bigint | undefined> {
  const text = options.value('set_serial');
  if (text === undefined) return undefined;
  const serial = parseSerial(text);
  if (serial !== undefined) return serial;
  yield* session.say('x509: Use -help for summary.\n');
  return yield* session.fail('', [badSerial()]);
}

interface Settings {
  readonly days: number;
  readonly serial: bigint | undefined;
  readonly passIn: string | undefined;
  readonly nameText: (name: Name) => string;
}
/** All that is loaded before anything is made, in the order in which the real one loads and complains. */
interface Job extends Settings {
  readonly options: Options;
  readonly key: PrivateKey | undefined;
  readonly subject: Name | undefined;
  readonly config: { readonly file: Config; readonly section: string } | undefined;
  readonly request: CertificateRequest | undefined;
}

function* prepare(session: Session, options: Options, settings: Settings): Step<Job> {
  const keyFile = options.value('key') ?? options.value('signkey');
  const { passIn } = settings;
  const key =
    keyFile === undefined
      ? undefined
      : yield* loadPrivateKey(session, { path: keyFile, description: 'private key' }, passIn);
  const isNew = options.has('new');
  const subj = options.value('subj');
  if (isNew && subj === undefined)
    return yield* session.fail('The -new option requires a subject to be set using -subj\n');
  if (isNew && key === undefined)
    return yield* session.fail('The -new option requires using the -key or -force_pubkey option\n');
  const subject = subj === undefined ? undefined : yield* parseSubject(session, subj, false);
  if (options.has('CA') && key !== undefined)
    return yield* session.fail('Cannot use both -key/-signkey and -CA option\n');
  if (!options.has('CA'))
    for (const name of ['CAkey', 'CAkeyform', 'CAform', 'CAserial', 'CAcreateserial'])
      if (options.has(name))
        yield* session.say(`Warning: ignoring -${name} option since -CA option is not given\n`);
  const config = yield* extensionFile(session, options);
  const request = options.has('req') ? yield* checkedRequest(session, options, settings.nameText) : undefined;
  if ((request !== undefined || isNew) && key === undefined && !options.has('CA') && !options.has('CAkey'))
    return yield* session.fail(
      'We need a private key to sign with, use -key or -CAkey or -CA with private key\n',
    );
  return { ...settings, options, key, subject, config, request };
}

function* extensionFile(
  session: Session,
  options: Options,
): Step<{ readonly file: Config; readonly section: string } | undefined> {
  const path = options.value('extfile');
  const named = options.value('extensions');
  if (path === undefined) {
    if (named !== undefined) yield* session.say('Warning: ignoring -extensions option without -extfile\n');
    return undefined;
  }
  const file = yield* loadConfig(session, path);
  const section = named ?? file.get('default', 'extensions') ?? 'default';
  const tried = addSection(file, section, { section: (name) => file.section(name) }, []);
  if (!tried.ok) return yield* session.fail(`Error checking extension section ${section}\n`, tried.error);
  return { file, section };
}

function* checkedRequest(
  session: Session,
  options: Options,
  nameText: (name: Name) => string,
): Step<CertificateRequest> {
  const request = yield* loadRequest(session, {
    path: options.value('in'),
    format: options.value('inform'),
    description: 'certificate request input',
  });
  if (!requestIsSigned(request))
    return yield* session.fail('Certificate request self-signature did not match the contents\n', [
      opensslError('itemVerify'),
    ]);
  yield* session.say('Certificate request self-signature ok\n');
  yield* session.say(`subject=${nameText(request.subject)}\n`);
  return request;
}

/** The certificate that was given, or the one that is issued. */
function* result(session: Session, job: Job): Step<Certificate> {
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
    notAfter: keepsDates ? given.notAfter : session.now + job.days * DAY,
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
