/** genrsa, genpkey and ecparam: making keys. */
import {
  type Curve,
  curvePem,
  generateKey,
  type KeyKind,
  type OpensslError,
  opensslError,
  type PrivateKey,
  privateKeyText as keyText,
} from '../../protocols/x509/index';
import { cipherOf, privateKeyText, writePrivateKey } from './key-output';
import { parseOptions, usage } from './options';
import { passphraseFrom } from './passphrases';
import type { Session, Step } from './session';

const LEAST_BITS = 512;
/** Longer keys take the real program minutes, and this one too. */
const MOST_BITS = 8192;
/** Processor time of a 2048 bit key; it grows with the fourth power of the length. Measured: 30 to 200 ms. */
const MICROS_OF_2048 = 90_000;

/** Makes a key, taking the time that it takes. @param dots shows the search for primes on standard error */
export function* makeKey(session: Session, kind: KeyKind, dots = false): Step<PrivateKey> {
  const { context, random } = session;
  if (kind.type === 'rsa') {
    const half = kind.bits / 2048;
    const micros = Math.round(MICROS_OF_2048 * half * half * half * half * (0.3 + 1.4 * random.unit()));
    const done = context.host.compute(context.pid, micros);
    if (dots) yield* session.say(`${primeSearch(session, kind.bits)}\n${primeSearch(session, kind.bits)}\n`);
    yield* context.sleep(done - context.kernel.now);
  }
  return generateKey(kind, random);
}
/** Looks like the real one's callback: a dot or plus for each candidate. Departs: not this key's own candidates. */
function primeSearch(session: Session, bits: number): string {
  const candidates = (most: number): string =>
    Array.from({ length: session.random.integer(2, Math.floor(most)) }, () =>
      session.random.chance(0.25) ? '+' : '.',
    ).join('');
  const found = '+'.repeat(65);
  if (bits < 2048) return `${'.'.repeat(session.random.integer(4, Math.floor(bits / 16)))}${found.slice(1)}`;
  return `.${candidates(bits / 32)}${found}*.${candidates(bits / 32)}${found}*.${candidates(bits / 12)}${found}`;
}

/** `openssl genrsa` */
export function* genrsa(session: Session): Step<number> {
  const options = yield* parseOptions(
    session,
    { out: '>', passout: 's', F4: '-', 3: '-', f4: '-', primes: 'p', verbose: '-', traditional: '-' },
    { unknown: true },
  );
  if (options.rest.length > 1) {
    yield* session.say('Extra arguments given.\n');
    return yield* usage(session);
  }
  const bits = yield* bitsOf(session, options.rest[0] ?? '2048');
  const cipher = yield* cipherOf(session, options);
  if (options.has('3') || (options.value('primes') ?? '2') !== '2')
    return yield* session.notModelled('another public exponent than 65537 or more than two primes');
  const passOut = yield* passphraseFrom(session, options.value('passout'));
  const path = options.value('out');
  yield* session.write(path, '', { secret: true });
  if (bits < LEAST_BITS) return yield* session.fail('Error setting RSA length\n', [keyTooSmall()]);
  const verbose = options.has('verbose');
  if (verbose) yield* session.say(`Generating RSA key with ${bits} bits\n`);
  const key = yield* makeKey(session, { type: 'rsa', bits }, verbose);
  if (verbose) yield* session.say('e is 65537 (0x010001)\n');
  yield* writePrivateKey(session, key, { path, cipher, passOut, traditional: options.has('traditional') });
  return 0;
}
function* bitsOf(session: Session, text: string): Step<number> {
  if (!/^\d+$/.test(text)) return yield* session.fail(`${session.name}: Can't parse "${text}" as a number\n`);
  const bits = Number(text);
  if (bits > MOST_BITS || bits % 2 === 1)
    if (bits >= LEAST_BITS) return yield* session.notModelled(`RSA keys of ${bits} bits`);
  return bits;
}
function keyTooSmall(): OpensslError {
  return opensslError('rsaTooSmall');
}

const CURVES: Readonly<Record<string, Curve>> = {
  prime256v1: 'P-256',
  secp256r1: 'P-256',
  'P-256': 'P-256',
  secp384r1: 'P-384',
  'P-384': 'P-384',
};
const OTHER_CURVES = /^(secp|sect|prime|brainpool|c2|wap-|Oakley|P-(192|224|521)$|SM2$|[BK]-\d)/;

/** The curve of a name; ends the command for others. */
export function* curveOf(session: Session, name: string, what: string): Step<Curve> {
  const curve = CURVES[name];
  if (curve !== undefined) return curve;
  if (OTHER_CURVES.test(name))
    return yield* session.notModelled(`the curve ${name}; use prime256v1 or secp384r1`);
  return yield* session.fail(what, [opensslError('invalidCurve')]);
}

/**
 * The kind of key that an algorithm and its -pkeyopt settings name (genpkey, req -newkey).
 * @param failed what a wrong curve is answered with
 */
export function* keyKindOf(
  session: Session,
  algorithm: string,
  settings: readonly string[],
  words: {
    readonly setting: (setting: string) => string;
    readonly failed: string;
    readonly unknown?: string;
  },
  bits = 2048,
): Step<KeyKind> {
  const name = algorithm.toUpperCase();
  const given = new Map(settings.map((setting) => [setting.split(':')[0] ?? '', setting] as const));
  const value = (key: string): string | undefined => given.get(key)?.slice(key.length + 1);
  const known =
    name === 'RSA'
      ? ['rsa_keygen_bits', 'bits']
      : name === 'EC'
        ? ['ec_paramgen_curve', 'ec_param_enc', 'group']
        : [];
  for (const [key, setting] of given)
    if (!known.includes(key)) return yield* session.fail(words.setting(setting));
  if (name === 'RSA') {
    const text = value('rsa_keygen_bits') ?? value('bits') ?? String(bits);
    if (!/^\d+$/.test(text)) return yield* session.fail(words.setting(given.get('rsa_keygen_bits') ?? text));
    return { type: 'rsa', bits: yield* bitsOf(session, text) };
  }
  if (name === 'ED25519') return { type: 'ed25519' };
  if (name === 'EC') {
    const curve = value('ec_paramgen_curve') ?? value('group');
    if (curve === undefined) return yield* session.fail(words.failed);
    return { type: 'ec', curve: yield* curveOf(session, curve, words.failed) };
  }
  if (/^(RSA-PSS|DSA|DH|X25519|X448|ED448|SM2|HMAC|CMAC)$/.test(name))
    return yield* session.notModelled(`keys of the kind ${algorithm}`);
  return yield* session.fail(words.unknown ?? `Error initializing ${algorithm} context\n`, [
    opensslError(
      'unsupportedAlgorithm',
      `Global default library context, Algorithm (${algorithm} : 0), Properties (<null>)`,
    ),
  ]);
}

/** `openssl genpkey` */
export function* genpkey(session: Session): Step<number> {
  const options = yield* parseOptions(
    session,
    {
      algorithm: 's',
      pkeyopt: 's',
      out: '>',
      outform: 'F',
      pass: 's',
      passout: 's',
      text: '-',
      quiet: '-',
      config: '<',
      genparam: '-',
      paramfile: '<',
    },
    { unknown: true },
  );
  if (options.rest.length > 0) return yield* usage(session);
  if (options.has('genparam') || options.has('paramfile'))
    return yield* session.notModelled('key parameters in files of their own; use -pkeyopt');
  const algorithm = options.value('algorithm');
  if (algorithm === undefined) return yield* usage(session);
  const kind = yield* keyKindOf(session, algorithm, options.values('pkeyopt'), {
    setting: (setting) => `genpkey: Error setting ${setting} parameter:\n`,
    failed: `genpkey: Error generating ${algorithm} key\n`,
  });
  const cipher = yield* cipherOf(session, options);
  const passOut = yield* passphraseFrom(session, options.value('pass') ?? options.value('passout'));
  const path = options.value('out');
  yield* session.write(path, '', { secret: true });
  if (kind.type === 'rsa' && kind.bits < LEAST_BITS)
    return yield* session.fail('genpkey: Error generating RSA key\n', [keyTooSmall()]);
  const key = yield* makeKey(session, kind, !options.has('quiet'));
  const text = yield* privateKeyText(session, key, {
    path,
    format: options.value('outform'),
    cipher,
    passOut,
  });
  yield* session.write(path, `${text}${options.has('text') ? keyText(key) : ''}`, { secret: true });
  return 0;
}

/** `openssl ecparam`: names of curves, and keys on them. */
export function* ecparam(session: Session): Step<number> {
  const options = yield* parseOptions(session, {
    in: '<',
    inform: 'F',
    out: '>',
    outform: 'F',
    text: '-',
    noout: '-',
    check: '-',
    check_named: '-',
    list_curves: '-',
    name: 's',
    genkey: '-',
    conv_form: 's',
    param_enc: 's',
    no_seed: '-',
  });
  if (options.rest.length > 0) return yield* usage(session);
  if (options.has('list_curves')) {
    yield* session.print(
      '  secp384r1 : NIST/SECG curve over a 384 bit prime field\n  prime256v1: X9.62/SECG curve over a 256 bit prime field\n',
    );
    yield* session.say('not modelled: the other 80 curves\n');
    return 0;
  }
  const name = options.value('name');
  if (name === undefined) return yield* session.notModelled('parameters from a file; use -name');
  const genkey = options.has('genkey');
  const curve = yield* curveOf(
    session,
    name,
    genkey ? 'unable to generate key\n' : 'unable to create curve\n',
  );
  let text = '';
  if (options.has('text')) text += curveText(curve);
  if (!options.has('noout')) text += curvePem(curve);
  if (genkey) {
    const key = yield* makeKey(session, { type: 'ec', curve });
    text += yield* privateKeyText(session, key, { path: undefined, traditional: true });
  }
  yield* session.write(options.value('out'), text, { secret: genkey });
  return 0;
}
function curveText(curve: Curve): string {
  const [bits, name] = curve === 'P-256' ? [256, 'prime256v1'] : [384, 'secp384r1'];
  return `EC-Parameters: (${bits} bit)\nASN1 OID: ${name}\nNIST CURVE: ${curve}\n`;
}
