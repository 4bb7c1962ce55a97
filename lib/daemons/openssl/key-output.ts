/** Writing private and public keys: format, cipher and passphrase. */
import {
  type KeyCipher,
  opensslError,
  type PrivateKey,
  privateKeyDer,
  privateKeyPem,
  type PublicKey,
  publicKeyDer,
  publicKeyPem,
  traditionalKeyPem,
} from '../../protocols/x509/index';
import { isDer, type Options } from './options';
import { newPassphrase, NO_PASSPHRASE_FOR_KEY } from './passphrases';
import { type Session, type Step, textOf } from './session';

const CIPHERS: Readonly<Record<string, KeyCipher>> = {
  aes128: 'AES-128-CBC',
  aes192: 'AES-192-CBC',
  aes256: 'AES-256-CBC',
  'aes-128-cbc': 'AES-128-CBC',
  'aes-192-cbc': 'AES-192-CBC',
  'aes-256-cbc': 'AES-256-CBC',
  des3: 'DES-EDE3-CBC',
  'des-ede3-cbc': 'DES-EDE3-CBC',
};
const OTHER_CIPHERS = /^(des|(aria|camellia)-?(128|192|256)(-cbc)?)$/i;

/** The cipher among a command's options (`-aes256`); ends the command for one that does not exist or is not modelled. */
export function* cipherOf(
  session: Session,
  options: Options,
  name: string | undefined = options.value('*') ?? options.value('cipher'),
): Step<KeyCipher | undefined> {
  if (name === undefined) return undefined;
  const cipher = CIPHERS[name.toLowerCase()];
  if (cipher !== undefined) return cipher;
  if (OTHER_CIPHERS.test(name)) return yield* session.notModelled(`the cipher ${name}; use -aes256`);
  const [command = ''] = session.name.split(' ').slice(-1);
  const help = command === 'genrsa' ? '' : `${session.name}: Use -help for summary.\n`;
  const errors = SAYS_NO_ERROR.has(command)
    ? []
    : [
        opensslError(
          'unsupportedAlgorithm',
          `Global default library context, Algorithm (${name} : 0), Properties (<null>)`,
        ),
      ];
  return yield* session.fail(`${session.name}: Unknown cipher: ${name}\n${help}`, errors);
}
/** Commands that look a cipher up by its name alone. */
const SAYS_NO_ERROR: ReadonlySet<string> = new Set(['rsa', 'pkcs8']);

export interface KeyOutput {
  readonly path: string | undefined;
  readonly format?: string | undefined;
  readonly cipher?: KeyCipher | undefined;
  readonly passOut?: string | undefined;
  readonly traditional?: boolean;
  /** The question for a passphrase. */
  readonly prompt?: string;
}

/** The text of a private key; asks for a new passphrase when a cipher was named without one. */
export function* privateKeyText(session: Session, key: PrivateKey, output: KeyOutput): Step<string> {
  if (isDer(output.format)) return textOf(privateKeyDer(key));
  const { cipher, traditional = false, prompt = 'Enter PEM pass phrase' } = output;
  const write = traditional ? traditionalKeyPem : privateKeyPem;
  if (cipher === undefined) return write(key);
  const passphrase = output.passOut ?? (yield* newPassphrase(session, prompt, NO_PASSPHRASE_FOR_KEY));
  return write(key, { passphrase, cipher, random: session.random });
}
/** Writes a private key into a file that only its owner may read. */
export function* writePrivateKey(session: Session, key: PrivateKey, output: KeyOutput): Step {
  yield* session.write(output.path, yield* privateKeyText(session, key, output), { secret: true });
}
export function publicKeyOutput(key: PublicKey, format: string | undefined): string {
  return isDer(format) ? textOf(publicKeyDer(key)) : publicKeyPem(key);
}
