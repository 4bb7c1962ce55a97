/** Serial numbers: as options, and in the files that a small authority keeps them in. Source: apps.c, x509.c. */
import {
  type OpensslError,
  openErrors,
  opensslError,
  randomSerial,
  serialHex,
} from '../../protocols/x509/index';
import { FileError } from '../../world/files.contract';
import { type Session, type Step } from './session';
import { errorOf } from '../../std/errno';

/** `5`, `0x5`, `-5`; undefined when it is no number. */
export function parseSerial(text: string): bigint | undefined {
  const match = /^(-?)(0x[0-9a-f]+|\d+)$/i.exec(text);
  if (match === null) return undefined;
  const size = BigInt(match[2] ?? '0');
  return match[1] === '-' ? -size : size;
}
export function badSerial(): OpensslError {
  return opensslError('invalidNumber');
}

/** The number in a file, which must be hexadecimal; ends the command, with further words, when there is none. */
export function* readSerial(session: Session, path: string, words = ''): Step<bigint> {
  const text = session.readFile(path);
  if (text instanceof FileError) {
    const error = errorOf(text.errno);
    yield* session.say(`${path}: ${error.text}\n`);
    yield* session.sayErrors(openErrors(path, error));
    return yield* session.fail(words);
  }
  const digits = text.split('\n')[0]?.trim() ?? '';
  if (!/^[0-9a-f]+$/i.test(digits) || digits.length % 2 === 1)
    return yield* session.fail(`Unable to load number from ${path}\n${words}`);
  return BigInt(`0x${digits}`);
}

/**
 * The next number of an authority (x509 -CA): from -CAserial, or the certificate's file with the ending .srl. Without
 * such a file the number is random, and written there only with -CAcreateserial.
 */
export function* nextSerial(
  session: Session,
  authority: { file: string; serialFile: string | undefined; create: boolean },
): Step<bigint> {
  const { file, serialFile, create } = authority;
  const path = serialFile ?? `${file.replace(/\.[^.]*$/, '')}.srl`;
  const exists = typeof session.readFile(path) === 'string';
  const before =
    exists || (serialFile !== undefined && !create)
      ? yield* readSerial(session, path)
      : randomSerial(session.random);
  const serial = before + 1n;
  if (exists || create) yield* session.write(path, `${serialHex(serial)}\n`);
  return serial;
}
