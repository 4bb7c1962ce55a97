/**
 * `openssl ca`: an authority with a list of what it has issued. Source: openssl-ca(1), apps/ca.c.
 * Not modelled, and named: revocation lists (-gencrl …), -spkac, -ss_cert, -msie_hack, -valid, -updatedb.
 */
import { privateKeyErrors } from '../../protocols/x509/index';
import { FileError } from '../../world/files.contract';
import { loadDatabase } from './ca-database';
import { type Config, defaultConfigPath, loadConfig } from './config-file';
import { loadCertificate, loadPrivateKey } from './load';
import { type Options, type OptionTable, parseOptions, usage } from './options';
import { passphraseFrom } from './passphrases';
import type { Session, Step } from './session';
import { required, type Authority } from './ca-authority';
import { certifyAll } from './ca-certify';
import { tellStatus, revoke } from './ca-register';

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
