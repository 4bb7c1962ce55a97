/** Certifying requests: `openssl ca -in`. Source: apps/ca.c certify, do_body. */
import {
  type Certificate,
  type CertificateRequest,
  certificateDetails,
  certificatePem,
  certificateText,
  type Extension,
  nameCommas,
  nameCompat,
  publicKeyOf,
  requestIsSigned,
  samePublicKey,
  serialHex,
  timeText,
} from '../../protocols/x509/index';
import { type Database, replace, saveDatabase } from './ca-database';
import { applyPolicy, subjectLines, withoutEmail } from './ca-policy';
import { addSection, copiedExtensions } from './extension-sections';
import { loadRequest } from './load';
import type { Session, Step } from './session';
import { contextOf, type Draft, signCertificate } from './signing';
import { parseSubject } from './subject-name';
import type { Authority } from './ca-authority';
import { termsOf, type Terms } from './ca-terms';
import { entryOf, STATUS } from './ca-entry';

export function* certifyAll(
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
