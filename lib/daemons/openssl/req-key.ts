/** The key of `openssl req`: given, or new. */
import type { KeyCipher, KeyKind, PrivateKey } from '../../protocols/x509/index';
import { keyKindOf, makeKey } from './key-generation';
import { writePrivateKey } from './key-output';
import { loadPrivateKey } from './load';
import type { Options } from './options';
import type { Session, Step } from './session';
import type { Job } from './req-job';

const DEFAULT_BITS = 2048;
const LEAST_BITS = 512;

/** The key of -key, or a new one, written to where -keyout or the configuration says. */
export function* signingKey(session: Session, job: Job): Step<PrivateKey | undefined> {
  const { options, config, section, passIn } = job;
  const path = options.value('key');
  const key =
    path !== undefined
      ? yield* loadPrivateKey(
          session,
          { path, format: options.value('keyform'), description: 'private key' },
          passIn,
        )
      : job.isNew
        ? yield* newKey(session, job)
        : undefined;
  const keyOut =
    options.value('keyout') ?? (path === undefined ? config.get(section, 'default_keyfile') : undefined);
  if (key !== undefined && (path === undefined || keyOut !== undefined))
    yield* writeKey(session, job, key, keyOut);
  return key;
}

function* newKey(session: Session, job: Job): Step<PrivateKey> {
  const { options, config, section } = job;
  const kind = yield* newKeyKind(
    session,
    options,
    Number(config.get(section, 'default_bits') ?? DEFAULT_BITS),
  );
  if (kind.type === 'rsa' && kind.bits < LEAST_BITS)
    return yield* session.fail(
      `Private key length too short, needs to be at least ${LEAST_BITS} bits, not ${kind.bits}.\n`,
    );
  return yield* makeKey(session, kind, true);
}
/** `rsa:2048`, `rsa`, `2048`, `ec`, `ed25519`; with -pkeyopt settings. */
function* newKeyKind(session: Session, options: Options, bits: number): Step<KeyKind> {
  const [, named = '', size] = /^([^:\d][^:]*)?:?(.*)$/.exec(options.value('newkey') ?? `rsa:${bits}`) ?? [];
  if (size !== undefined && size !== '' && !/^\d+$/.test(size))
    return yield* session.notModelled(`-newkey with a parameter file (${size}); use -pkeyopt`);
  const algorithm = named === '' ? 'RSA' : named;
  return yield* keyKindOf(
    session,
    algorithm,
    options.values('pkeyopt'),
    {
      setting: (setting) => `Key parameter error "${setting}"\n`,
      failed: `req: Error generating ${algorithm} key\n`,
      unknown: 'Error allocating keygen context\n',
    },
    Number(size === undefined || size === '' ? bits : size),
  );
}

function* writeKey(session: Session, job: Job, key: PrivateKey, path: string | undefined): Step {
  const { options, config, section, passOut } = job;
  const encrypts = config.get(section, 'encrypt_rsa_key') ?? config.get(section, 'encrypt_key');
  const isPlain = options.has('nodes') || options.has('noenc') || encrypts === 'no';
  const cipher: KeyCipher | undefined = isPlain ? undefined : 'DES-EDE3-CBC';
  yield* session.write(path, '', { secret: true });
  yield* writePrivateKey(session, key, { path, cipher, passOut });
  yield* session.say('-----\n');
}
