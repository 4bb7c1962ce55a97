/** `openssl dgst`, and the digests as commands of their own (`openssl sha256`). Not modelled: -hmac, -mac, -xoflen. */
import {
  colonHex,
  type Digest,
  digestOf,
  opensslError,
  openErrors,
  type PrivateKey,
  type PublicKey,
  publicKeyOf,
  sign,
  verifyDigest,
  verifyErrors,
} from '../../protocols/x509/index';
import { FileError } from '../../world/files.contract';
import { digestOfName, noSuchDigest } from './digests';
import { loadPrivateKey, loadPublicKey } from './load';
import { type Options, parseOptions } from './options';
import { passphraseFrom } from './passphrases';
import { bytesOf, Quit, type Session, type Step, textOf } from './session';
import { errorOf } from '../../std/errno';

const NAMES: Readonly<Record<Digest, string>> = {
  md5: 'MD5',
  sha1: 'SHA1',
  sha256: 'SHA2-256',
  sha384: 'SHA2-384',
  sha512: 'SHA2-512',
};

export function* dgst(session: Session): Step<number> {
  const options = yield* parseOptions(
    session,
    {
      c: '-',
      r: '-',
      out: '>',
      passin: 's',
      sign: 's',
      verify: 's',
      prverify: 's',
      signature: '<',
      keyform: 'f',
      hex: '-',
      binary: '-',
      d: '-',
      debug: '-',
      hmac: 's',
      mac: 's',
      macopt: 's',
      sigopt: 's',
      list: '-',
      xoflen: 'p',
      'fips-fingerprint': '-',
      engine_impl: '-',
    },
    { unknown: true },
  );
  for (const name of ['hmac', 'mac', 'macopt', 'sigopt', 'list', 'xoflen', 'fips-fingerprint'])
    if (options.has(name)) return yield* session.notModelled(`-${name}`);
  const named = options.value('*') ?? (session.name === 'dgst' ? undefined : session.name);
  const digest = named === undefined ? 'sha256' : digestOfName(named);
  if (digest === undefined) {
    const complaint = `${session.name}: Unknown option or message digest: ${named ?? ''}\n`;
    return yield* session.fail(`${complaint}${session.name}: Use -help for summary.\n`, [
      noSuchDigest(named ?? ''),
    ]);
  }
  const key = yield* keyOf(session, options);
  const title = named === undefined ? 'SHA256' : NAMES[digest];
  return yield* each(session, options, { digest, key, title });
}

type Key =
  | { readonly use: 'sign'; readonly key: PrivateKey }
  | { readonly use: 'verify'; readonly key: PublicKey; readonly signature: string };

function* keyOf(session: Session, options: Options): Step<Key | undefined> {
  const passIn = yield* passphraseFrom(session, options.value('passin'));
  const signing = options.value('sign');
  const open = options.value('verify');
  const secret = options.value('prverify');
  if (signing !== undefined)
    return {
      use: 'sign',
      key: yield* loadPrivateKey(session, { path: signing, description: 'private key' }, passIn),
    };
  if (open === undefined && secret === undefined) return undefined;
  const path = options.value('signature');
  if (path === undefined) return yield* session.fail('No signature to verify: use the -signature option\n');
  const key =
    secret === undefined
      ? yield* loadPublicKey(session, { path: open, description: 'public key' })
      : publicKeyOf(yield* loadPrivateKey(session, { path: secret, description: 'private key' }, passIn));
  const signature = session.readFile(path);
  if (signature instanceof FileError) return yield* session.fail(`Error opening signature file ${path}\n`);
  return { use: 'verify', key, signature };
}

interface Work {
  readonly digest: Digest;
  readonly key: Key | undefined;
  readonly title: string;
}
function* each(session: Session, options: Options, work: Work): Step<number> {
  let code = 0;
  let text = '';
  if (options.rest.length === 0) {
    const done = yield* one(session, options, work, { name: 'stdin', content: yield* session.readInput() });
    text += done.text;
    code = done.code;
  }
  for (const name of options.rest) {
    const content = session.readFile(name);
    if (content instanceof FileError) {
      const problem = errorOf(content.errno);
      yield* session.say(`${name}: ${problem.text}\n`);
      yield* session.sayErrors([
        ...openErrors(name, problem)
          .slice(0, 1)
          .map((error) => ({
            ...error,
            function: 'file_ctrl',
            place: '../crypto/bio/bss_file.c:297',
          })),
        { ...opensslError('bioSystemLib'), function: 'file_ctrl', place: '../crypto/bio/bss_file.c:300' },
      ]);
      code = 1;
      continue;
    }
    const done = yield* one(session, options, work, { name, content });
    text += done.text;
    code = Math.max(code, done.code);
  }
  yield* session.write(options.value('out'), text);
  return code;
}

function* one(
  session: Session,
  options: Options,
  { digest, key, title }: Work,
  { name, content }: { name: string; content: string },
): Step<{ text: string; code: number }> {
  const bytes = bytesOf(content);
  if (key?.use === 'verify') {
    const isRight = verifyDigest(key.key, digest, bytes, bytesOf(key.signature));
    if (isRight) return { text: 'Verified OK\n', code: 0 };
    yield* session.sayErrors(verifyErrors(key.key, digest, bytes, bytesOf(key.signature)));
    yield* session.print('Verification failure\n');
    yield* session.flush();
    throw new Quit();
  }
  const value = key === undefined ? digestOf(digest, bytes) : sign(key.key, digest, bytes);
  if (options.has('binary') || (key !== undefined && !options.has('hex')))
    return { text: textOf(value), code: 0 };
  const colons = colonHex(value).toLowerCase();
  const hex = options.has('c') ? colons : colons.replaceAll(':', '');
  if (options.has('r')) return { text: `${colons.replaceAll(':', '')} *${name}\n`, code: 0 };
  const kind = key === undefined ? '' : `${key.key.type.toUpperCase()}-`;
  return { text: `${kind}${title}(${name})= ${hex}\n`, code: 0 };
}
