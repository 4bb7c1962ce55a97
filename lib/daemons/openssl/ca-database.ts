/** The list of what an authority has issued: index.txt, tab-separated. Source: openssl-ca(1), apps.c TXT_DB. */
import { openErrors, timeDigits, type Seconds } from '../../protocols/x509/index';
import { FileError } from '../../world/files.contract';
import type { Session, Step } from './session';
import { errorOf } from '../../std/errno';

/** One line. */
export interface Entry {
  /** Valid, revoked, expired. */
  readonly status: 'V' | 'R' | 'E';
  /** `261203150243Z` */
  readonly expires: string;
  /** Empty unless revoked. */
  readonly revoked: string;
  /** Hexadecimal. */
  readonly serial: string;
  readonly file: string;
  /** `/CN=shop.example` */
  readonly name: string;
}

export class Database {
  constructor(
    readonly path: string,
    readonly entries: readonly Entry[],
    readonly uniqueSubject: boolean,
  ) {}

  with(entry: Entry): Database {
    return new Database(this.path, [...this.entries, entry], this.uniqueSubject);
  }
  /** The same with one entry changed. */
  changed(old: Entry, entry: Entry): Database {
    const entries = this.entries.map((one) => (one === old ? entry : one));
    return new Database(this.path, entries, this.uniqueSubject);
  }
  text(): string {
    return this.entries
      .map((one) => `${[one.status, one.expires, one.revoked, one.serial, one.file, one.name].join('\t')}\n`)
      .join('');
  }
}

/** Reads the database; ends the command when it cannot be read. */
export function* loadDatabase(session: Session, path: string, unique: boolean): Step<Database> {
  const text = session.readFile(path);
  if (text instanceof FileError) {
    yield* session.sayErrors(openErrors(path, errorOf(text.errno)));
    return yield* session.fail(`Problem with index file: ${path} (could not load/parse file)\n`);
  }
  const entries: Entry[] = [];
  for (const [i, line] of text.split('\n').entries()) {
    if (line === '' || line.startsWith('#')) continue;
    const [status = '', expires = '', revoked = '', serial = '', file = '', name = ''] = line.split('\t');
    if (line.split('\t').length !== 6 || !isStatus(status))
      return yield* session.fail(`Problem with index file: ${path} (could not load/parse file)\n`);
    if (!/^([0-9A-Fa-f]{2})+$/.test(serial))
      return yield* session.fail(`entry ${i + 1}: bad serial number length (${serial.length})\n`);
    entries.push({ status, expires, revoked, serial, file, name });
  }
  const attributes = session.readFile(`${path}.attr`);
  const told = typeof attributes === 'string' ? /unique_subject\s*=\s*(\w)/.exec(attributes)?.[1] : undefined;
  return new Database(path, entries, told === undefined ? unique : /[1yYtT]/.test(told));
}
function isStatus(text: string): text is Entry['status'] {
  return text === 'V' || text === 'R' || text === 'E';
}

/** Writes the database and its attributes, keeping the former ones as `.old`. */
export function* saveDatabase(session: Session, database: Database): Step {
  const { path, uniqueSubject } = database;
  yield* replace(session, path, database.text());
  yield* replace(session, `${path}.attr`, `unique_subject = ${uniqueSubject ? 'yes' : 'no'}\n`);
}
/** Writes a file in place of one that is kept as `.old`. */
export function* replace(session: Session, path: string, text: string): Step {
  const { fs, who } = session.context;
  const full = session.context.resolve(path);
  if (fs.stat(full, who) instanceof FileError === false) fs.rename(full, `${full}.old`, who);
  yield* session.write(path, text);
}

/** A time as the database holds it. */
export const databaseTime = (at: Seconds): string => timeDigits(at);
