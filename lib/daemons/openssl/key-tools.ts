/** rsa, ec, pkey and pkcs8: looking at keys and turning them into other forms. */
import {
  type KeyCipher,
  type PrivateKey,
  privateKeyText,
  type PublicKey,
  publicKeyOf,
  publicKeyText,
  rsaIsConsistent,
} from '../../protocols/x509/index';
import { cipherOf, publicKeyOutput, privateKeyText as writtenKey } from './key-output';
import { loadPrivateKey, loadPublicKey } from './load';
import { isDer, type Options, type OptionTable, parseOptions, usage } from './options';
import { passphrases } from './passphrases';
import { Quit, type Session, type Step } from './session';

const COMMON: OptionTable = {
  in: '<',
  inform: 'f',
  out: '>',
  outform: 'f',
  passin: 's',
  passout: 's',
  noout: '-',
  text: '-',
  pubin: '-',
  pubout: '-',
  check: '-',
  traditional: '-',
};

type Key = { readonly secret: PrivateKey } | { readonly open: PublicKey };
const openHalf = (key: Key): PublicKey => ('secret' in key ? publicKeyOf(key.secret) : key.open);

interface Request {
  readonly options: Options;
  readonly cipher: KeyCipher | undefined;
  readonly passIn: string | undefined;
  readonly passOut: string | undefined;
}
function* request(session: Session, table: OptionTable): Step<Request> {
  const options = yield* parseOptions(session, { ...COMMON, ...table }, { unknown: true });
  if (options.rest.length > 0) return yield* usage(session);
  const cipher = yield* cipherOf(session, options);
  return { options, cipher, ...(yield* passphrases(session, options)) };
}
function* load(session: Session, { options, passIn }: Request, names: readonly [string, string]): Step<Key> {
  const source = { path: options.value('in'), format: options.value('inform') };
  if (options.has('pubin'))
    return { open: yield* loadPublicKey(session, { ...source, description: names[1] }) };
  return { secret: yield* loadPrivateKey(session, { ...source, description: names[0] }, passIn) };
}
function textOfKey(key: Key): string {
  return 'secret' in key ? privateKeyText(key.secret) : publicKeyText(key.open);
}
/** The key in the form asked for. */
function* converted(
  session: Session,
  key: Key,
  { options, cipher, passOut }: Request,
  how: { traditional: boolean; prompt: string },
): Step<string> {
  const format = options.value('outform');
  if ('open' in key || options.has('pubout')) return publicKeyOutput(openHalf(key), format);
  return yield* writtenKey(session, key.secret, { path: undefined, format, cipher, passOut, ...how });
}

/** `openssl rsa` */
export function* rsa(session: Session): Step<number> {
  const asked = yield* request(session, { modulus: '-', RSAPublicKey_in: '-', RSAPublicKey_out: '-' });
  const { options } = asked;
  if (options.has('check') && options.has('pubin'))
    return yield* session.fail('Only private keys can be checked\n');
  if (options.has('RSAPublicKey_in') || options.has('RSAPublicKey_out'))
    return yield* session.notModelled('-RSAPublicKey_in and -RSAPublicKey_out; use -pubin and -pubout');
  const key = yield* load(session, asked, ['private key', 'public key']);
  const open = openHalf(key);
  if (open.type !== 'rsa') return yield* session.fail('Not an RSA key\n');
  let text = options.has('text') ? textOfKey(key) : '';
  if (options.has('modulus')) text += `Modulus=${open.modulus.toString(16).toUpperCase()}\n`;
  if (options.has('check')) {
    const isRight = 'secret' in key && key.secret.type === 'rsa' && rsaIsConsistent(key.secret);
    if (isRight) text += 'RSA key ok\n';
    else yield* session.say('RSA key not ok\n');
  }
  if (!options.has('noout')) {
    yield* session.say('writing RSA key\n');
    const traditional = options.has('traditional');
    const prompt = traditional ? 'Enter pass phrase for PEM' : 'Enter pass phrase';
    text += yield* converted(session, key, asked, { traditional, prompt });
  }
  yield* write(session, asked, text);
  return 0;
}

/** `openssl ec` */
export function* ec(session: Session): Step<number> {
  const asked = yield* request(session, { param_out: '-', param_enc: 's', conv_form: 's', no_public: '-' });
  const { options } = asked;
  yield* session.say('read EC key\n');
  let key: Key;
  try {
    key = yield* load(session, asked, ['private key', 'public key']);
  } catch (problem) {
    if (problem instanceof Quit) yield* session.say('unable to load Key\n');
    throw problem;
  }
  let text = options.has('text') ? textOfKey(key) : '';
  if (options.has('check')) yield* session.say('EC Key valid.\n');
  if (!options.has('noout')) {
    yield* session.say('writing EC key\n');
    text += yield* converted(session, key, asked, { traditional: true, prompt: 'Enter pass phrase for PEM' });
  }
  yield* write(session, asked, text);
  return 0;
}

/** `openssl pkey` */
export function* pkey(session: Session): Step<number> {
  const asked = yield* request(session, {
    text_pub: '-',
    pubcheck: '-',
    ec_conv_form: 's',
    ec_param_enc: 's',
  });
  const { options, cipher } = asked;
  const noout = options.has('noout');
  const pubout = options.has('pubout') || options.has('pubin');
  if (options.has('text') && options.has('text_pub'))
    yield* session.say('Warning: The -text option is ignored with -text_pub\n');
  if (options.has('traditional') && (noout || isDer(options.value('outform'))))
    yield* session.say('Warning: The -traditional is ignored since there is no PEM output\n');
  if (cipher === undefined && options.has('passout'))
    yield* session.say('Warning: The -passout option is ignored without a cipher option\n');
  if (cipher !== undefined && (noout || isDer(options.value('outform'))))
    return yield* session.fail('Error: Cipher options are supported only for PEM output\n');
  if (options.has('out')) yield* write(session, asked, '');
  const key = yield* load(session, asked, ['key', 'Public Key']);
  let text = '';
  if (options.has('check') || options.has('pubcheck')) {
    if ('secret' in key && key.secret.type === 'rsa' && !rsaIsConsistent(key.secret))
      return yield* session.fail('Key is invalid\n');
    text += 'Key is valid\n';
  }
  if (!noout)
    text += yield* converted(session, key, asked, {
      traditional: options.has('traditional'),
      prompt: 'Enter PEM pass phrase',
    });
  if (options.has('text_pub') || (options.has('text') && pubout)) text += publicKeyText(openHalf(key));
  else if (options.has('text')) text += textOfKey(key);
  yield* write(session, asked, text);
  return 0;
}

/** `openssl pkcs8` */
export function* pkcs8(session: Session): Step<number> {
  const asked = yield* request(session, {
    topk8: '-',
    nocrypt: '-',
    v2: 's',
    v1: 's',
    v2prf: 's',
    iter: 'p',
  });
  const { options, passIn, passOut } = asked;
  const topk8 = options.has('topk8');
  for (const other of ['v1', 'v2prf', 'iter'])
    if (options.has(other)) return yield* session.notModelled(`-${other}`);
  const cipher = yield* cipherOf(session, options, options.value('v2') ?? 'aes-256-cbc');
  const key = yield* loadPrivateKey(
    session,
    { path: options.value('in'), format: options.value('inform'), description: 'key' },
    passIn,
  );
  const encrypts = topk8 && !options.has('nocrypt');
  const text = yield* writtenKey(session, key, {
    path: undefined,
    format: options.value('outform'),
    cipher: encrypts ? cipher : undefined,
    passOut,
    traditional: !topk8 && options.has('traditional'),
    prompt: 'Enter Encryption Password',
  });
  yield* write(session, asked, text);
  return 0;
}

/** Only what holds a secret is written for its owner alone. */
function* write(session: Session, { options }: Request, text: string): Step {
  const isOpen = options.has('pubin') || options.has('pubout');
  yield* session.write(options.value('out'), text, { secret: !isOpen });
}
