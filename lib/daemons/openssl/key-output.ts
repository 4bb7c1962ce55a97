/** Writing private and public keys: format, cipher and passphrase. */
import {
  type AesBits,
  type PrivateKey,
  privateKeyDer,
  privateKeyPem,
  type PublicKey,
  publicKeyDer,
  publicKeyPem,
  traditionalKeyPem,
} from '../../protocols/x509/index';
import { isDer, type Options, usage } from './options';
import { newPassphrase, NO_PASSPHRASE_FOR_KEY } from './passphrases';
import { type Session, type Step, textOf } from './session';

const CIPHERS: Readonly<Record<string, AesBits>> = {
  aes128: 128,
  aes192: 192,
  aes256: 256,
  'aes-128-cbc': 128,
  'aes-192-cbc': 192,
  'aes-256-cbc': 256,
};
const OTHER_CIPHERS =
  /^(des3?|des-ede3-cbc|idea|seed|(aria|camellia)-?(128|192|256)(-cbc)?|bf|cast|rc2|3des)$/i;

/** The cipher among a command's options (`-aes256`); ends the command for one that does not exist or is not modelled. */
export function* cipherOf(session: Session, options: Options): Step<AesBits | undefined> {
  const name = options.value('*') ?? options.value('cipher');
  if (name === undefined) return undefined;
  const bits = CIPHERS[name.toLowerCase()];
  if (bits !== undefined) return bits;
  if (OTHER_CIPHERS.test(name)) return yield* session.notModelled(`the cipher ${name}; use -aes256`);
  yield* session.say(`${session.name}: Unknown cipher: ${name}\n`);
  return yield* usage(session);
}

export interface KeyOutput {
  readonly path: string | undefined;
  readonly format?: string | undefined;
  readonly cipher?: AesBits | undefined;
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
  return write(key, { passphrase, bits: cipher, random: session.random });
}
/** Writes a private key into a file that only its owner may read. */
export function* writePrivateKey(session: Session, key: PrivateKey, output: KeyOutput): Step {
  yield* session.write(output.path, yield* privateKeyText(session, key, output), { secret: true });
}
export function publicKeyOutput(key: PublicKey, format: string | undefined): string {
  return isDer(format) ? textOf(publicKeyDer(key)) : publicKeyPem(key);
}
