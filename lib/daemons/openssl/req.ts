/**
 * `openssl req`: makes and shows requests, and certificates that sign themselves (-x509).
 * Not modelled, and named: -precert, signature options, engines.
 */
import {
  type AesBits,
  type Certificate,
  certificatePem,
  certificateText,
  type CertificateRequest,
  type Digest,
  type Extension,
  type ExtensionContext,
  type KeyKind,
  makeRequest,
  type Name,
  nameOf,
  type PrivateKey,
  privateKeyErrors,
  type PublicKey,
  publicKeyOf,
  publicKeyPem,
  randomSerial,
  requestIsSigned,
  requestPem,
  requestText,
} from '../../protocols/x509/index';
import { type Config, configOf, defaultConfigPath, loadConfig } from './config-file';
import { digestOfName } from './digests';
import { addSection, copiedExtensions } from './extension-sections';
import { keyKindOf, makeKey } from './key-generation';
import { writePrivateKey } from './key-output';
import { loadCertificate, loadPrivateKey, loadRequest } from './load';
import { nameStyle } from './name-options';
import { isDer, type Options, type OptionTable, parseOptions, usage } from './options';
import { passphrases } from './passphrases';
import { type Answers, askSubject } from './req-questions';
import { badSerial, parseSerial } from './serial-numbers';
import { type Session, type Step, textOf } from './session';
import { contextOf, type Draft, signCertificate } from './signing';
import { parseSubject } from './subject-name';

const OPTIONS: OptionTable = {
  in: '<',
  inform: 'F',
  verify: '-',
  new: '-',
  config: '<',
  section: 's',
  utf8: '-',
  nameopt: 's',
  reqopt: 's',
  text: '-',
  x509: '-',
  CA: '<',
  CAkey: 's',
  subj: 's',
  subject: '-',
  'multivalue-rdn': '-',
  days: 'p',
  set_serial: 's',
  copy_extensions: 's',
  addext: 's',
  extensions: 's',
  reqexts: 's',
  precert: '-',
  key: 's',
  keyform: 'f',
  pubkey: '-',
  keyout: '>',
  passin: 's',
  passout: 's',
  newkey: 's',
  pkeyopt: 's',
  sigopt: 's',
  vfyopt: 's',
  batch: '-',
  noenc: '-',
  nodes: '-',
  noout: '-',
  newhdr: '-',
  modulus: '-',
  verbose: '-',
  out: '>',
  outform: 'F',
  keygen_engine: 's',
};
const NOT_MODELLED = ['precert', 'sigopt', 'vfyopt', 'reqopt', 'keygen_engine'];
const DAY = 86_400;
const DEFAULT_DAYS = 30;
const DEFAULT_BITS = 2048;
const LEAST_BITS = 512;

/** What the options and the configuration come to. */
interface Job {
  readonly options: Options;
  readonly config: Config;
  readonly section: string;
  readonly added: Config | undefined;
  readonly digest: Digest;
  readonly days: number;
  readonly serial: bigint | undefined;
  /** Makes a certificate, not a request. */
  readonly certifies: boolean;
  readonly isNew: boolean;
  readonly extensions: string | undefined;
  readonly requestExtensions: string | undefined;
  readonly passIn: string | undefined;
  readonly passOut: string | undefined;
  readonly utf8: boolean;
}

export function* req(session: Session): Step<number> {
  const options = yield* parseOptions(session, OPTIONS, { unknown: true });
  const nameText = yield* nameStyle(session, options);
  const job = yield* prepare(session, options);
  const key = yield* signingKey(session, job);
  const subj = options.value('subj');
  const subject = subj === undefined ? undefined : yield* parseSubject(session, subj, job.utf8);
  const given = job.isNew
    ? undefined
    : yield* loadRequest(session, {
        path: options.value('in'),
        format: options.value('inform'),
        description: 'X509 request',
      });
  const authority = yield* loadAuthority(session, job);
  const made = yield* make(session, job, { key, subject, given, authority });
  if (options.has('verify') && made.request !== undefined)
    yield* verify(
      session,
      key === undefined ? made.request : { ...made.request, publicKey: publicKeyOf(key) },
    );
  yield* write(session, job, made, nameText);
  return 0;
}

function* prepare(session: Session, options: Options): Step<Job> {
  const days = Number(options.value('days') ?? DEFAULT_DAYS);
  const serialText = options.value('set_serial');
  const serial = serialText === undefined ? undefined : parseSerial(serialText);
  if (serialText !== undefined && serial === undefined)
    return yield* session.fail('req: Use -help for summary.\n', [badSerial()]);
  const added = yield* addedExtensions(session, options);
  if (options.rest.length > 0) return yield* usage(session);
  for (const name of NOT_MODELLED) if (options.has(name)) return yield* session.notModelled(`-${name}`);
  const certifies = options.has('x509') || options.has('CA');
  if (!certifies && options.has('days'))
    yield* session.say('Ignoring -days without -x509; not generating a certificate\n');
  if (!certifies && options.value('copy_extensions') === 'none')
    yield* session.say("Ignoring -copy_extensions 'none' when -x509 is not given\n");
  const { passIn, passOut } = yield* passphrases(session, options);
  const config = yield* loadConfig(session, options.value('config') ?? defaultConfigPath(session));
  const section = options.value('section') ?? 'req';
  const extraConfig = added === undefined ? undefined : yield* configOf(session, added);
  const digest = yield* digestOf(session, options, config.get(section, 'default_md'));
  const extensions = options.value('extensions') ?? config.get(section, 'x509_extensions');
  const requestExtensions = options.value('reqexts') ?? config.get(section, 'req_extensions');
  yield* check(session, config, extensions, 'Error checking x509 extension section ');
  if (extraConfig !== undefined)
    yield* check(session, extraConfig, 'default', 'Error checking extensions defined using -addext', config);
  yield* check(session, config, requestExtensions, 'Error checking request extension section ');
  return {
    options,
    config,
    section,
    added: extraConfig,
    digest,
    days,
    serial,
    certifies,
    isNew: options.has('new') || options.has('newkey') || (certifies && !options.has('in')),
    extensions,
    requestExtensions,
    passIn: passIn ?? config.get(section, 'input_password'),
    passOut: passOut ?? config.get(section, 'output_password'),
    utf8: options.has('utf8') || config.get(section, 'utf8') === 'yes',
  };
}

/** -addext settings as lines of a configuration; each name once. */
function* addedExtensions(session: Session, options: Options): Step<string | undefined> {
  const settings = options.values('addext');
  const names = new Set<string>();
  for (const setting of settings) {
    const name = setting.slice(0, Math.max(0, setting.indexOf('='))).trim();
    if (name === '' || names.has(name)) {
      yield* session.say(`Duplicate extension: ${setting.trimStart()}\n`);
      yield* usage(session);
    }
    names.add(name);
  }
  return settings.length === 0 ? undefined : settings.map((setting) => `${setting}\n`).join('');
}

function* digestOf(session: Session, options: Options, configured: string | undefined): Step<Digest> {
  const name = options.value('*');
  const digest = digestOfName(name ?? configured ?? 'sha256');
  if (digest !== undefined) return digest;
  if (name === undefined) return 'sha256';
  yield* session.say(`req: Unknown option or message digest: ${name}\n`);
  return yield* usage(session);
}

/** Whether the words of a section can be understood, before anything is made. */
function* check(
  session: Session,
  config: Config,
  section: string | undefined,
  complaint: string,
  lookUp: Config = config,
): Step {
  if (section === undefined) return;
  const tried = addSection(config, section, { section: (name) => lookUp.section(name) }, []);
  const name = complaint.endsWith(' ') ? section : '';
  if (!tried.ok) yield* session.fail(`${complaint}${name}\n`, tried.error);
}

// ---------------------------------------------------------------- keys

/** The key of -key, or a new one, written to where -keyout or the configuration says. */
function* signingKey(session: Session, job: Job): Step<PrivateKey | undefined> {
  const { options, config, section, passIn } = job;
  const path = options.value('key');
  const key =
    path !== undefined
      ? yield* loadPrivateKey(
          session,
          { path, format: options.value('keyform'), description: 'private key' },
          passIn,
        )
      : job.isNew
        ? yield* newKey(session, job)
        : undefined;
  const keyOut =
    options.value('keyout') ?? (path === undefined ? config.get(section, 'default_keyfile') : undefined);
  if (key !== undefined && (path === undefined || keyOut !== undefined))
    yield* writeKey(session, job, key, keyOut);
  return key;
}

function* newKey(session: Session, job: Job): Step<PrivateKey> {
  const { options, config, section } = job;
  const kind = yield* newKeyKind(
    session,
    options,
    Number(config.get(section, 'default_bits') ?? DEFAULT_BITS),
  );
  if (kind.type === 'rsa' && kind.bits < LEAST_BITS)
    return yield* session.fail(
      `Private key length too short, needs to be at least ${LEAST_BITS} bits, not ${kind.bits}.\n`,
    );
  return yield* makeKey(session, kind, true);
}
/** `rsa:2048`, `rsa`, `2048`, `ec`, `ed25519`; with -pkeyopt settings. */
function* newKeyKind(session: Session, options: Options, bits: number): Step<KeyKind> {
  const [, named = '', size] = /^([^:\d][^:]*)?:?(.*)$/.exec(options.value('newkey') ?? `rsa:${bits}`) ?? [];
  if (size !== undefined && size !== '' && !/^\d+$/.test(size))
    return yield* session.notModelled(`-newkey with a parameter file (${size}); use -pkeyopt`);
  const algorithm = named === '' ? 'RSA' : named;
  return yield* keyKindOf(
    session,
    algorithm,
    options.values('pkeyopt'),
    {
      setting: (setting) => `Key parameter error "${setting}"\n`,
      failed: `req: Error generating ${algorithm} key\n`,
      unknown: 'Error allocating keygen context\n',
    },
    Number(size === undefined || size === '' ? bits : size),
  );
}

function* writeKey(session: Session, job: Job, key: PrivateKey, path: string | undefined): Step {
  const { options, config, section, passOut } = job;
  const encrypts = config.get(section, 'encrypt_rsa_key') ?? config.get(section, 'encrypt_key');
  const isPlain = options.has('nodes') || options.has('noenc') || encrypts === 'no';
  // Departs: 3DES in the real one, which AES-256 stands for.
  const cipher: AesBits | undefined = isPlain ? undefined : 256;
  yield* session.write(path, '', { secret: true });
  yield* writePrivateKey(session, key, { path, cipher, passOut });
  yield* session.say('-----\n');
}

// ---------------------------------------------------------------- requests and certificates

interface Authority {
  readonly certificate: Certificate;
  readonly key: PrivateKey;
}
function* loadAuthority(session: Session, { options, passIn }: Job): Step<Authority | undefined> {
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
type Made =
  | { readonly request: CertificateRequest; readonly certificate?: undefined }
  | { readonly certificate: Certificate; readonly request?: undefined };

function* make(session: Session, job: Job, parts: Parts): Step<Made> {
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
    notAfter: session.now + job.days * DAY,
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

// ---------------------------------------------------------------- output

function* verify(session: Session, request: CertificateRequest): Step {
  const words = requestIsSigned(request) ? 'verify OK' : 'verify failure';
  yield* session.say(`Certificate request self-signature ${words}\n`);
}

function* write(session: Session, job: Job, made: Made, nameText: (name: Name) => string): Step {
  const { options } = job;
  const { publicKey, subject } = made.request ?? made.certificate;
  const items = ['text', 'modulus', 'subject', 'pubkey'].some((name) => options.has(name));
  if (options.has('noout') && !items) return;
  let text = options.has('pubkey') ? publicKeyPem(publicKey) : '';
  if (options.has('text'))
    text +=
      made.request === undefined
        ? certificateText(made.certificate, nameText)
        : requestText(made.request, nameText);
  if (options.has('subject')) text += `subject=${nameText(subject)}\n`;
  if (options.has('modulus'))
    text += `Modulus=${publicKey.type === 'rsa' ? publicKey.modulus.toString(16).toUpperCase() : 'Wrong Algorithm type'}\n`;
  if (!options.has('noout')) text += encoded(made, options);
  const path = options.value('out');
  const append = path !== undefined && path === options.value('keyout');
  yield* session.write(path, text, { append });
}
function encoded({ request, certificate }: Made, options: Options): string {
  if (isDer(options.value('outform'))) return textOf((request ?? certificate).der);
  if (request === undefined) return certificatePem(certificate);
  const pem = requestPem(request);
  return options.has('newhdr') ? pem.replaceAll('CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST') : pem;
}
