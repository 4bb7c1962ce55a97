/** `openssl rehash`: links named after the hash of a subject, by which certificates are found in a directory. */
import { nameHash, readTrustedCertificates } from '../../protocols/x509/index';
import { FileError } from '../../world/files.contract';
import { parseOptions } from './options';
import type { Session, Step } from './session';

const LINK = /^[0-9a-f]{8}\.r?\d+$/;
const CERTIFICATE = /\.(pem|crt|cer|crl)$/;

export function* rehash(session: Session): Step<number> {
  const options = yield* parseOptions(session, { n: '-', v: '-', compat: '-', old: '-', h: '-' });
  const directories = options.rest.length === 0 ? ['/usr/lib/ssl/certs'] : options.rest;
  let code = 0;
  for (const directory of directories)
    if (!(yield* rehashDirectory(session, directory, options.has('v')))) code = 1;
  return code;
}

/** Replaces the links of a directory; false when it cannot. */
export function* rehashDirectory(session: Session, directory: string, verbose: boolean): Step<boolean> {
  const { fs, who } = session.context;
  const folder = session.context.resolve(directory);
  const names = fs.readdir(folder, who);
  if (names instanceof FileError || fs.access(folder, 2, who) !== undefined) {
    yield* session.say(`Skipping ${directory}, can't write\n`);
    return false;
  }
  for (const name of names) if (LINK.test(name)) fs.unlink(`${folder}/${name}`, who);
  const hashes = new Map<string, string[]>();
  for (const name of names.filter((one) => CERTIFICATE.test(one)).toSorted()) {
    const text = fs.readFile(`${folder}/${name}`, who);
    const certificates = typeof text === 'string' ? readTrustedCertificates(text) : [];
    const [certificate] = certificates;
    if (certificate === undefined || certificates.length > 1) {
      yield* session.say(
        `rehash: warning: skipping ${name},it does not contain exactly one certificate or CRL\n`,
      );
      continue;
    }
    const hash = nameHash(certificate.subject);
    hashes.set(hash, [...(hashes.get(hash) ?? []), name]);
  }
  if (verbose) yield* session.print(`Doing ${directory}\n`);
  for (const [hash, files] of [...hashes].toSorted(([a], [b]) => (a < b ? -1 : 1)))
    for (const [number, name] of files.entries()) {
      fs.symlink(name, `${folder}/${hash}.${number}`, who);
      if (verbose) yield* session.print(`link ${name} -> ${hash}.${number}\n`);
    }
  return true;
}
