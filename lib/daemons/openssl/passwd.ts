/** `openssl passwd`: hashes for htpasswd files and /etc/shadow. Not modelled: -aixmd5, -reverse, -table for many. */
import { FileError } from '../../world/files.contract';
import { md5Crypt, shaCrypt } from '../../protocols/x509/crypt';
import { parseOptions, usage } from './options';
import { askHidden } from './passphrases';
import type { Session, Step } from './session';

const SALT = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

export function* passwd(session: Session): Step<number> {
  const options = yield* parseOptions(session, {
    in: '<',
    noverify: '-',
    stdin: '-',
    quiet: '-',
    salt: 's',
    6: '-',
    5: '-',
    apr1: '-',
    1: '-',
    aixmd5: '-',
    reverse: '-',
    table: '-',
  });
  for (const name of ['aixmd5', 'reverse', 'table'])
    if (options.has(name)) return yield* session.notModelled(`-${name}`);
  const kind = (['6', '5', 'apr1', '1'] as const).find((name) => options.has(name)) ?? '1';
  const passwords = yield* passwordsOf(session, {
    words: options.rest,
    file: options.value('in'),
    input: options.has('stdin'),
    verify: !options.has('noverify') && !options.has('salt'),
  });
  if (passwords.length === 0) return yield* usage(session);
  for (const password of passwords) {
    const salt = options.value('salt') ?? newSalt(session, kind === '5' || kind === '6' ? 16 : 8);
    const hash =
      kind === '5' || kind === '6' ? shaCrypt(password, salt, kind) : md5Crypt(password, salt, kind);
    yield* session.print(`${hash}\n`);
  }
  return 0;
}

function newSalt(session: Session, length: number): string {
  return Array.from({ length }, () => SALT[session.random.integer(0, 63)] ?? '.').join('');
}

function* passwordsOf(
  session: Session,
  from: { words: readonly string[]; file: string | undefined; input: boolean; verify: boolean },
): Step<readonly string[]> {
  if (from.words.length > 0) return from.words;
  if (from.file !== undefined) {
    const text = session.readFile(from.file);
    if (text instanceof FileError) return yield* session.fail(`Can't open "${from.file}" for reading\n`);
    return lines(text);
  }
  if (from.input) return lines(yield* session.readInput());
  const first = yield* askHidden(session, 'Password: ');
  const second = from.verify ? yield* askHidden(session, 'Verifying - Password: ') : first;
  if (first === undefined || second === undefined) return yield* session.fail('');
  if (first !== second) return yield* session.fail('Verify failure\n');
  return [first];
}
function lines(text: string): readonly string[] {
  return text.replace(/\n$/, '').split('\n');
}
