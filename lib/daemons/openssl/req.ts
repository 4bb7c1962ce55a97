/**
 * `openssl req`: makes and shows requests, and certificates that sign themselves (-x509).
 * Not modelled, and named: -precert, signature options, engines.
 */
import {
  certificatePem,
  certificateText,
  type CertificateRequest,
  type Digest,
  type Name,
  publicKeyOf,
  publicKeyPem,
  requestIsSigned,
  requestPem,
  requestText,
} from '../../protocols/x509/index';
import { type Config, configOf, defaultConfigPath, loadConfig } from './config-file';
import { digestOfName } from './digests';
import { addSection } from './extension-sections';
import { loadRequest } from './load';
import { nameStyle } from './name-options';
import { isDer, type Options, type OptionTable, parseOptions, usage } from './options';
import { passphrases } from './passphrases';
import { badSerial, parseSerial } from './serial-numbers';
import { type Session, type Step, textOf } from './session';
import { parseSubject } from './subject-name';
import type { Job } from './req-job';
import { signingKey } from './req-key';
import { loadAuthority, make, type Made } from './req-make';

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
const DEFAULT_DAYS = 30;

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
