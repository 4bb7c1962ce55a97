/** What openssl trusts: -CAfile, -CApath, -trusted, else Debian's /etc/ssl/certs. */
import {
  type Certificate,
  nameHash,
  openErrors,
  opensslError,
  readTrustedCertificates,
} from '../../protocols/x509/index';
import { FileError } from '../../world/files.contract';
import { loadCertificates } from './load';
import { type Options, type OptionTable, usage } from './options';
import type { Session, Step } from './session';
import { errorOf } from '../../std/errno';

export const TRUST_OPTIONS: OptionTable = {
  CAfile: '<',
  CApath: 's',
  CAstore: 's',
  'no-CAfile': '-',
  'no-CApath': '-',
  'no-CAstore': '-',
};
/** OPENSSLDIR's links to /etc/ssl/certs and to the bundle in it. Both are looked at unless told not to. */
const DEFAULT_DIRECTORY = '/usr/lib/ssl/certs';
const DEFAULT_FILE = '/usr/lib/ssl/cert.pem';

/** A store of trusted certificates. A directory is searched by the hash of the issuer's name when it is needed. */
export interface Trust {
  readonly certificates: readonly Certificate[];
  readonly directory: string | undefined;
}

/** The store that the options name; ends the command when a file cannot be loaded. */
export function* trustOf(session: Session, options: Options): Step<Trust> {
  if (options.has('CAstore')) return yield* session.notModelled('-CAstore');
  const named = options.value('CApath');
  if (named !== undefined) yield* mustBeDirectory(session, named);
  if (options.has('trusted')) {
    if (options.has('CAfile') || options.has('CApath'))
      return yield* session.fail(`${session.name}: Cannot use -trusted with -CAfile, -CApath or -CAstore\n`);
    const certificates: Certificate[] = [];
    for (const path of options.values('trusted'))
      certificates.push(
        ...(yield* loadCertificates(session, { path, description: 'certs of trusted certificates' })),
      );
    return { certificates, directory: undefined };
  }
  const file = options.value('CAfile');
  const certificates =
    file === undefined ? defaultFile(session, options) : yield* certificatesOf(session, file);
  return { certificates, directory: named ?? (options.has('no-CApath') ? undefined : DEFAULT_DIRECTORY) };
}

function defaultFile(session: Session, options: Options): readonly Certificate[] {
  const text = options.has('no-CAfile') ? '' : session.readFile(DEFAULT_FILE);
  return typeof text === 'string' ? readTrustedCertificates(text) : [];
}

function* mustBeDirectory(session: Session, path: string): Step {
  const { context } = session;
  const found = context.fs.stat(context.resolve(path), context.who);
  if (!(found instanceof FileError) && found.kind === 'directory') return;
  yield* session.say(`${session.name}: Not a directory: ${path}\n`);
  yield* usage(session);
}

function* certificatesOf(session: Session, path: string): Step<readonly Certificate[]> {
  const text = session.readFile(path);
  // s_client leaves it at the errors.
  const words = session.name === 's_client' ? '' : `Error loading file ${path}\n`;
  if (text instanceof FileError)
    return yield* session.fail(words, [
      ...openErrors(path, errorOf(text.errno)),
      opensslError('x509SystemLib'),
    ]);
  const certificates = readTrustedCertificates(text);
  if (certificates.length > 0) return certificates;
  return yield* session.fail(words, [opensslError('noCertificateOrCrl')]);
}

/** The store with what its directory has for these certificates' issuers, and for their issuers in turn. */
export function trustedFor(
  session: Session,
  { certificates, directory }: Trust,
  presented: readonly Certificate[],
): readonly Certificate[] {
  if (directory === undefined) return certificates;
  const found = [...certificates];
  const asked = new Set<string>();
  const queue = presented.map(({ issuer }) => nameHash(issuer));
  for (let hash = queue.pop(); hash !== undefined; hash = queue.pop()) {
    if (asked.has(hash)) continue;
    asked.add(hash);
    for (let number = 0; ; number++) {
      const text = session.readFile(`${directory}/${hash}.${number}`);
      if (text instanceof FileError) break;
      for (const certificate of readTrustedCertificates(text)) {
        found.push(certificate);
        queue.push(nameHash(certificate.issuer));
      }
    }
  }
  return found;
}
