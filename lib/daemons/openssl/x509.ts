/**
 * `openssl x509`: shows certificates, and issues them as a small authority.
 * Not modelled, and named: -x509toreq, -force_pubkey, trust settings (-addtrust …), -badsig.
 */
import {
  certificatePem,
  type CertificateRequest,
  type Name,
  requestIsSigned,
  opensslError,
} from '../../protocols/x509/index';
import { type Config, loadConfig } from './config-file';
import { addSection } from './extension-sections';
import { loadPrivateKey, loadRequest } from './load';
import { nameStyle } from './name-options';
import { isDer, type Options, type OptionTable, parseOptions, usage } from './options';
import { passphraseFrom } from './passphrases';
import { badSerial, parseSerial } from './serial-numbers';
import { type Session, type Step, textOf } from './session';
import { parseSubject } from './subject-name';
import { checksText, printItems, withNamedExtensions } from './x509-output';
import { result, type Job, type Settings } from './x509-issue';

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
