/** Looking up and revoking: `openssl ca -status` and `-revoke`. */
import { nameCompat, serialHex } from '../../protocols/x509/index';
import { type Database, databaseTime, type Entry, saveDatabase } from './ca-database';
import { loadCertificate } from './load';
import type { Session, Step } from './session';
import { entryOf, STATUS } from './ca-entry';

export function* tellStatus(session: Session, database: Database, serial: string): Step<number> {
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
export function* revoke(session: Session, database: Database, path: string): Step<number> {
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
