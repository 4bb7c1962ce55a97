/**
 * `openssl ca`: an authority with a list of what it has issued. Source: openssl-ca(1), apps/ca.c.
 * Not modelled, and named: revocation lists (-gencrl …), -spkac, -ss_cert, -msie_hack, -valid, -updatedb.
 */
import {
  type Certificate,
  type CertificateRequest,
  certificateDetails,
  certificatePem,
  certificateText,
  type Digest,
  type Extension,
  nameCommas,
  nameCompat,
  opensslError,
  parseTime,
  type PrivateKey,
  privateKeyErrors,
  publicKeyOf,
  randomSerial,
  requestIsSigned,
  samePublicKey,
  type Seconds,
  serialHex,
  timeText,
} from '../../protocols/x509/index';
import { FileError } from '../../world/files.contract';
import { type Database, databaseTime, type Entry, loadDatabase, replace, saveDatabase } from './ca-database';
import { applyPolicy, subjectLines, withoutEmail } from './ca-policy';
import { type Config, defaultConfigPath, loadConfig } from './config-file';
import { addSection, copiedExtensions } from './extension-sections';
import { loadCertificate, loadPrivateKey, loadRequest } from './load';
import { type Options, type OptionTable, parseOptions, usage } from './options';
import { passphraseFrom } from './passphrases';
import { readSerial } from './serial-numbers';
import { type Session, type Step } from './session';
import { contextOf, type Draft, signCertificate, signingDigest } from './signing';
import { parseSubject } from './subject-name';

const OPTIONS: OptionTable = {
  verbose: '-',
  outdir: 's',
  in: '<',
  inform: 'F',
  infiles: '-',
  out: '>',
  dateopt: 's',
  notext: '-',
  batch: '-',
  msie_hack: '-',
  ss_cert: '<',
  spkac: '<',
  config: 's',
  name: 's',
  section: 's',
  policy: 's',
  subj: 's',
  utf8: '-',
  create_serial: '-',
  rand_serial: '-',
  'multivalue-rdn': '-',
  startdate: 's',
  enddate: 's',
  days: 'p',
  extensions: 's',
  extfile: '<',
  preserveDN: '-',
  noemailDN: '-',
  md: 's',
  keyfile: 's',
  keyform: 'f',
  passin: 's',
  key: 's',
  cert: '<',
  certform: 'F',
  selfsign: '-',
  sigopt: 's',
  vfyopt: 's',
  gencrl: '-',
  valid: 's',
  status: 's',
  updatedb: '-',
  crlexts: 's',
  crl_reason: 's',
  crl_hold: 's',
  crl_compromise: 's',
  crl_CA_compromise: 's',
  crl_lastupdate: 's',
  crl_nextupdate: 's',
  crldays: 'p',
  crlhours: 'p',
  crlsec: 'p',
  revoke: '<',
};
const NOT_MODELLED = [
  'msie_hack',
  'ss_cert',
  'spkac',
  'sigopt',
  'vfyopt',
  'gencrl',
  'valid',
  'updatedb',
  'crlexts',
  'crl_reason',
  'crl_hold',
  'crl_compromise',
  'crl_CA_compromise',
  'crl_lastupdate',
  'crl_nextupdate',
  'crldays',
  'crlhours',
  'crlsec',
  'dateopt',
];
const DAY = 86_400;

/** An authority as its options and its section of the configuration describe it. */
interface Authority {
  readonly options: Options;
  readonly config: Config;
  readonly section: string;
  readonly key: PrivateKey;
  /** undefined with -selfsign: each request is signed with its own key. */
  readonly certificate: Certificate | undefined;
}

export function* ca(session: Session): Step<number> {
  const options = yield* parseOptions(session, OPTIONS);
  for (const name of NOT_MODELLED) if (options.has(name)) return yield* session.notModelled(`-${name}`);
  const outDirectory = options.value('outdir');
  if (outDirectory !== undefined && !isDirectory(session, outDirectory)) {
    yield* session.say(`ca: Not a directory: ${outDirectory}\n`);
    return yield* usage(session);
  }
  const path = options.value('config') ?? defaultConfigPath(session);
  yield* session.say(`Using configuration from ${path}\n`);
  const config = yield* loadConfig(session, path);
  const section =
    options.value('name') ??
    options.value('section') ??
    (yield* required(session, config, 'ca', 'default_ca'));
  const unique = (config.get(section, 'unique_subject') ?? 'yes') !== 'no';
  const status = options.value('status');
  if (status !== undefined) {
    const file = yield* required(session, config, section, 'database');
    return yield* tellStatus(session, yield* loadDatabase(session, file, unique), status);
  }
  const authority = yield* loadAuthority(session, options, config, section);
  const requests = [...options.values('in'), ...options.rest];
  const folder =
    outDirectory ?? (requests.length === 0 ? '' : yield* newCertificates(session, config, section));
  const database = yield* loadDatabase(
    session,
    yield* required(session, config, section, 'database'),
    unique,
  );
  const revoked = options.value('revoke');
  if (revoked !== undefined) return yield* revoke(session, database, revoked);
  if (requests.length === 0) return 0;
  return yield* certifyAll(session, authority, database, { requests, folder });
}

/** A setting that must be there. */
function* required(session: Session, config: Config, section: string, name: string): Step<string> {
  const value = config.get(section, name);
  if (value !== undefined) return value;
  return yield* session.fail(`variable lookup failed for ${section}::${name}\n`, [
    opensslError('configNoValue', `group=${section} name=${name}`),
  ]);
}
function isDirectory(session: Session, path: string): boolean {
  const found = session.context.fs.stat(session.context.resolve(path), session.context.who);
  return !(found instanceof FileError) && found.kind === 'directory';
}
function* newCertificates(session: Session, config: Config, section: string): Step<string> {
  const folder = config.get(section, 'new_certs_dir');
  if (folder === undefined)
    return yield* session.fail('there needs to be defined a directory for new certificate to be placed in\n');
  if (isDirectory(session, folder)) return folder;
  return yield* session.fail(`ca: ${folder} is not a directory\n${folder}: No such file or directory\n`);
}

function* loadAuthority(
  session: Session,
  options: Options,
  config: Config,
  section: string,
): Step<Authority> {
  const keyPath = options.value('keyfile') ?? (yield* required(session, config, section, 'private_key'));
  const passIn = options.value('key') ?? (yield* passphraseFrom(session, options.value('passin')));
  const key = yield* loadPrivateKey(session, { path: keyPath, description: 'CA private key' }, passIn);
  if (options.has('selfsign')) return { options, config, section, key, certificate: undefined };
  const path = options.value('cert') ?? (yield* required(session, config, section, 'certificate'));
  const certificate = yield* loadCertificate(session, { path, description: 'CA certificate' });
  const errors = privateKeyErrors(certificate, key);
  if (errors.length > 0)
    return yield* session.fail('CA certificate and CA private key do not match\n', errors);
  return { options, config, section, key, certificate };
}

// ---------------------------------------------------------------- certifying

/** What all requests of one call share. */
interface Terms {
  readonly digest: Digest;
  readonly policy: readonly (readonly [string, string])[];
  readonly notBefore: Seconds;
  readonly notAfter: Seconds;
  /** As the message counts them. */
  readonly days: number;
  readonly extensions:
    | { readonly file: Config; readonly section: string; readonly isOwnFile: boolean }
    | undefined;
  readonly serialFile: string | undefined;
  readonly serial: bigint;
}

function* termsOf(session: Session, { options, config, section }: Authority): Step<Terms> {
  const extensionFile = options.value('extfile');
  const ownFile = extensionFile === undefined ? undefined : yield* loadConfig(session, extensionFile);
  const digestName = options.value('md') ?? (yield* required(session, config, section, 'default_md'));
  const digest = yield* signingDigest(session, digestName);
  const policyName = options.value('policy') ?? (yield* required(session, config, section, 'policy'));
  const isRandom = options.has('rand_serial') || config.get(section, 'rand_serial') !== undefined;
  const serialFile = isRandom ? undefined : yield* required(session, config, section, 'serial');
  const extensions = yield* extensionSection(session, { options, config, section }, ownFile);
  const dates = yield* datesOf(session, { options, config, section });
  const serial = yield* serialOf(session, options, serialFile);
  const policy = config.section(policyName);
  if (policy === undefined) return yield* session.fail(`unable to find 'section' for ${policyName}\n`);
  return { digest, policy, extensions, serialFile, serial, ...dates };
}

type Place = Pick<Authority, 'options' | 'config' | 'section'>;
function* extensionSection(
  session: Session,
  { options, config, section }: Place,
  ownFile: Config | undefined,
): Step<Terms['extensions']> {
  const file = ownFile ?? config;
  const named =
    options.value('extensions') ??
    (ownFile === undefined
      ? config.get(section, 'x509_extensions')
      : (ownFile.get('default', 'extensions') ?? 'default'));
  if (named === undefined) return undefined;
  const tried = addSection(file, named, { section: (name) => file.section(name) }, []);
  if (tried.ok) return { file, section: named, isOwnFile: ownFile !== undefined };
  const complaint =
    ownFile === undefined
      ? 'Error checking certificate extension config section'
      : 'Error checking certificate extensions from extfile section';
  return yield* session.fail(`${complaint} ${named}\n`, tried.error);
}

function* datesOf(
  session: Session,
  { options, config, section }: Place,
): Step<Pick<Terms, 'notBefore' | 'notAfter' | 'days'>> {
  const FORM = 'is invalid, it should be YYMMDDHHMMSSZ or YYYYMMDDHHMMSSZ';
  const start = options.value('startdate') ?? config.get(section, 'default_startdate');
  const end = options.value('enddate') ?? config.get(section, 'default_enddate');
  const notBefore = start === undefined || start === 'today' ? session.now : parseTime(start);
  if (notBefore === undefined) return yield* session.fail(`start date ${FORM}\n`);
  const given = end === undefined ? undefined : parseTime(end);
  if (end !== undefined && given === undefined) return yield* session.fail(`end date ${FORM}\n`);
  const days = Number(options.value('days') ?? config.get(section, 'default_days') ?? 0);
  if (given === undefined && days === 0)
    return yield* session.fail('cannot lookup how many days to certify for\n');
  const notAfter = given ?? session.now + days * DAY;
  return { notBefore, notAfter, days: given === undefined ? days : Math.trunc((given - session.now) / DAY) };
}

function* serialOf(session: Session, options: Options, path: string | undefined): Step<bigint> {
  if (path === undefined) return randomSerial(session.random);
  if (session.readFile(path) instanceof FileError && options.has('create_serial'))
    return randomSerial(session.random);
  return yield* readSerial(session, path, 'error while loading serial number\n');
}

function* certifyAll(
  session: Session,
  authority: Authority,
  before: Database,
  { requests, folder }: { requests: readonly string[]; folder: string },
): Step<number> {
  const { options } = authority;
  const terms = yield* termsOf(session, authority);
  let database = before;
  let { serial } = terms;
  const made: Certificate[] = [];
  for (const path of requests) {
    const certificate = yield* certify(session, authority, { terms, database, serial, path });
    if (certificate === undefined) continue;
    yield* session.say('\n');
    database = database.with(entryOf(certificate));
    serial += 1n;
    made.push(certificate);
  }
  if (made.length === 0) return 0;
  if (!options.has('batch') && !(yield* committed(session, made.length, requests.length))) return 0;
  yield* session.say(`Write out database with ${made.length} new entries\n`);
  for (const certificate of made) {
    const text = `${options.has('notext') ? '' : certificateText(certificate, nameCommas)}${certificatePem(certificate)}`;
    yield* session.write(`${folder}/${serialHex(certificate.serial)}.pem`, text);
    yield* session.write(options.value('out'), text);
  }
  if (terms.serialFile !== undefined) yield* replace(session, terms.serialFile, `${serialHex(serial)}\n`);
  yield* saveDatabase(session, database);
  yield* session.say('Database updated\n');
  return 0;
}
function* committed(session: Session, done: number, of: number): Step<boolean> {
  yield* session.say(`\n${done} out of ${of} certificate requests certified, commit? [y/n]`);
  const answer = yield* session.context.readLine();
  if (/^y/i.test(answer)) return true;
  yield* session.say(`CERTIFICATION CANCELED${answer === '' ? ': I/O error' : ''}\n`);
  return false;
}
function entryOf(certificate: Certificate): Entry {
  const serial = serialHex(certificate.serial);
  const name = nameCompat(certificate.subject);
  return {
    status: 'V',
    expires: databaseTime(certificate.notAfter),
    revoked: '',
    serial,
    file: 'unknown',
    name: name === '' ? serial : name,
  };
}

interface Case {
  readonly terms: Terms;
  readonly database: Database;
  readonly serial: bigint;
  readonly path: string;
}
/** One request; undefined when the answer to the question is no. */
function* certify(session: Session, authority: Authority, work: Case): Step<Certificate | undefined> {
  const { options, config, section } = authority;
  const { terms, serial, database } = work;
  const request = yield* checkedRequest(session, authority, work.path);
  const subj = options.value('subj');
  const asked =
    subj === undefined ? request.subject : yield* parseSubject(session, subj, options.has('utf8'));
  const shows =
    config.get(section, 'name_opt') === undefined && config.get(section, 'cert_opt') === undefined;
  if (shows) yield* session.say(`The Subject's Distinguished Name is as follows\n${subjectLines(asked)}`);
  const applied = applyPolicy(terms.policy, asked, authority.certificate?.subject ?? asked);
  if ('refusal' in applied) return yield* session.fail(applied.refusal);
  const keepsName = options.has('preserveDN') || /^y/i.test(config.get('ca', 'preserve') ?? '');
  const wished = keepsName ? asked : applied.subject;
  const dropsEmail = options.has('noemailDN') || config.get(section, 'email_in_dn') === 'no';
  const draft: Draft = {
    subject: dropsEmail ? withoutEmail(wished) : wished,
    publicKey: request.publicKey,
    serial,
    notBefore: terms.notBefore,
    notAfter: terms.notAfter,
    authority: authority.certificate,
  };
  const extensions = yield* extensionsOf(session, authority, terms, draft, request);
  yield* refuseTwice(session, database, draft);
  if (!shows) yield* session.say(`Certificate Details:\n${certificateDetails({ ...draft, extensions })}`);
  const days = terms.days === 0 ? '' : ` (${terms.days} days)`;
  yield* session.say(`Certificate is to be certified until ${timeText(draft.notAfter)}${days}\n`);
  if (!options.has('batch')) {
    yield* session.say('Sign the certificate? [y/n]:');
    const answer = yield* session.context.readLine();
    if (!/^y/i.test(answer)) {
      yield* session.say(`CERTIFICATE WILL NOT BE CERTIFIED${answer === '' ? ': I/O error' : ''}\n`);
      return undefined;
    }
  }
  return signCertificate(draft, extensions, authority.key, terms.digest);
}

function* checkedRequest(session: Session, authority: Authority, path: string): Step<CertificateRequest> {
  const { options, key } = authority;
  const request = yield* loadRequest(session, {
    path,
    format: options.value('inform'),
    description: 'certificate request',
  });
  yield* session.say('Check that the request matches the signature\n');
  if (authority.certificate === undefined && !samePublicKey(request.publicKey, publicKeyOf(key)))
    return yield* session.fail('Certificate request and CA private key do not match\n');
  if (!requestIsSigned(request))
    return yield* session.fail('Signature did not match the certificate request\n');
  yield* session.say('Signature ok\n');
  return request;
}

function* extensionsOf(
  session: Session,
  { config, section }: Authority,
  { extensions }: Terms,
  draft: Draft,
  request: CertificateRequest,
): Step<readonly Extension[]> {
  let made: readonly Extension[] = [];
  if (extensions !== undefined) {
    const { file } = extensions;
    const context = contextOf(draft, (name) => file.section(name));
    const added = addSection(file, extensions.section, context, []);
    if (!added.ok)
      return yield* session.fail(
        `Error adding certificate extensions from ${extensions.isOwnFile ? 'extfile' : 'config'} section ${extensions.section}\n`,
        added.error,
      );
    made = added.value;
  }
  return copiedExtensions(request, config.get(section, 'copy_extensions'), made);
}

/** One certificate for a name (unique_subject), one for a serial number. */
function* refuseTwice(session: Session, database: Database, { subject, serial }: Draft): Step {
  const hex = serialHex(serial);
  const name = nameCompat(subject) === '' ? hex : nameCompat(subject);
  const named = database.uniqueSubject
    ? database.entries.find((entry) => entry.name === name && entry.status === 'V')
    : undefined;
  const numbered = database.entries.find((entry) => entry.serial === hex);
  const entry = named ?? numbered;
  if (entry === undefined) return;
  const complaint =
    named === undefined
      ? `ERROR:Serial number ${hex} has already been issued,\n      check the database/serial_file for corruption\n`
      : `ERROR:There is already a certificate for ${name}\n`;
  yield* session.fail(
    `${complaint}The matching entry has the following details\nType          :${STATUS[entry.status]}\n${entry.status === 'R' ? `Was revoked on:${entry.expires}\n` : ''}Expires on    :${entry.expires}\nSerial Number :${entry.serial}\nFile name     :${entry.file}\nSubject Name  :${entry.name}\n`,
  );
}
const STATUS = { V: 'Valid', R: 'Revoked', E: 'Expired' } as const;

// ---------------------------------------------------------------- looking up and revoking

function* tellStatus(session: Session, database: Database, serial: string): Step<number> {
  const wanted = serial.toUpperCase().padStart(serial.length + (serial.length % 2), '0');
  const entry = database.entries.find((one) => one.serial.toUpperCase() === wanted);
  const told =
    entry === undefined
      ? `Serial ${wanted} not present in db.\nError verifying serial ${serial}!\n`
      : `${wanted}=${STATUS[entry.status]} (${entry.status})\n`;
  yield* session.say(told);
  return 1;
}

/** Not modelled: the reason, and what becomes of it: nobody reads revocation lists. */
function* revoke(session: Session, database: Database, path: string): Step<number> {
  const certificate = yield* loadCertificate(session, { path, description: 'certificate to be revoked' });
  const serial = serialHex(certificate.serial);
  const known = database.entries.find((entry) => entry.serial === serial);
  if (known?.status === 'R') return yield* session.fail(`ERROR:Already revoked, serial number ${serial}\n`);
  if (known === undefined)
    yield* session.say(
      `Adding Entry with serial number ${serial} to DB for ${nameCompat(certificate.subject)}\n`,
    );
  const entry = known ?? entryOf(certificate);
  yield* session.say(`Revoking Certificate ${serial}.\n`);
  const revoked: Entry = { ...entry, status: 'R', revoked: databaseTime(session.now) };
  yield* saveDatabase(
    session,
    known === undefined ? database.with(revoked) : database.changed(known, revoked),
  );
  yield* session.say('Database updated\n');
  return 0;
}
