/** Passphrases: -passin and -passout sources, and the questions. Sources: openssl-passphrase-options(1), apps_ui.c. */
import { openErrors, type OpensslError, opensslError } from '../../protocols/x509/index';
import { FileError } from '../../world/files.contract';
import type { Options } from './options';
import { type Session, type Step, Quit } from './session';
import { errorOf } from '../../std/errno';

/** The passphrase that an option's argument names; undefined without the option. */
export function* passphraseFrom(session: Session, argument: string | undefined): Step<string | undefined> {
  if (argument === undefined) return undefined;
  const [, source = '', rest = ''] = /^(pass|env|file|fd):(.*)$/s.exec(argument) ?? [];
  if (source === 'pass') return rest;
  if (source === 'env') {
    const value = session.context.env.get(rest);
    return value ?? (yield* wrong(session, `No environment variable ${rest}\n`));
  }
  if (source === 'file') {
    const text = session.readFile(rest);
    if (text instanceof FileError)
      return yield* wrong(session, `Can't open file ${rest}\n`, openErrors(rest, errorOf(text.errno)));
    return yield* firstLine(session, text);
  }
  if (source === 'fd') {
    const stream = session.context.fds.get(Number(rest));
    if (stream === undefined) return yield* wrong(session, `Can't access file descriptor ${rest}\n`);
    return yield* firstLine(session, yield* session.context.readLine(stream));
  }
  if (argument === 'stdin') return yield* firstLine(session, yield* session.context.readLine());
  const colon = argument.indexOf(':');
  return yield* wrong(
    session,
    colon < 0 || colon > 4
      ? "Invalid password argument, missing ':' within the first 5 chars\n"
      : `Invalid password argument, starting with "${argument.slice(0, colon + 1)}"\n`,
  );
}
function* firstLine(session: Session, text: string): Step<string> {
  if (text === '') return yield* wrong(session, 'Error reading password from BIO\n');
  return text.split('\n')[0] ?? '';
}
function* wrong(session: Session, text: string, errors: readonly OpensslError[] = []): Step<never> {
  const words = `${text}${WRONG[session.name] ?? 'Error getting passwords'}\n`;
  // rsa does not print what led to it.
  return yield* session.fail(words, session.name === 'rsa' ? [] : errors);
}
const WRONG: Readonly<Record<string, string>> = {
  x509: 'Error getting password',
  genrsa: 'Error getting password',
  genpkey: 'Error getting password',
  dgst: 'Error getting password',
  ca: 'Error getting password',
  s_client: 'Error getting private key password',
};

/** -passin and -passout of a command. */
export function* passphrases(
  session: Session,
  options: Options,
): Step<{ passIn: string | undefined; passOut: string | undefined }> {
  const passIn = yield* passphraseFrom(session, options.value('passin'));
  return { passIn, passOut: yield* passphraseFrom(session, options.value('passout')) };
}

/** Why a question had no usable answer. */
export type NoAnswer = { readonly errors: readonly OpensslError[] };

const LEAST = 4;

/**
 * Asks for a passphrase on the terminal without showing it; without a terminal, on standard input and error.
 * @param ask `verify`: asks a second time and compares; `short`: less than four characters will do
 */
export function* askPassphrase(
  session: Session,
  prompt: string,
  ask: { verify?: boolean; short?: boolean } = {},
): Step<string | NoAnswer> {
  const first = yield* askHidden(session, `${prompt}:`);
  if (first === undefined) return { errors: [reading()] };
  if (ask.short !== true && first.length < LEAST)
    return {
      errors: [opensslError('uiTooSmall', `You must type in ${LEAST} to 1024 characters`), reading()],
    };
  if (ask.verify !== true) return first;
  const second = yield* askHidden(session, `Verifying - ${prompt}:`);
  if (second === first) return first;
  if (second !== undefined) yield* session.say('Verify failure\n');
  return { errors: [reading()] };
}
function reading(): OpensslError {
  return opensslError('uiProcessing', 'while reading strings');
}

/** One hidden line; undefined at the end of the input. Ctrl-C ends the program. */
export function* askHidden(session: Session, prompt: string): Step<string | undefined> {
  const { context } = session;
  yield* session.flush();
  const id = context.process.tty;
  const terminal = id === undefined ? undefined : context.host.streams.terminal(id);
  const control = id === undefined ? undefined : context.host.terminals.find(id);
  if (terminal === undefined) {
    yield* session.say(prompt);
    const line = yield* context.readLine();
    yield* session.say('\n');
    return line === '' ? undefined : line.replace(/\n$/, '');
  }
  terminal.write(prompt);
  control?.setAttributes({ echo: false });
  const line = yield* context.readLine(terminal);
  control?.setAttributes({ echo: true });
  return line === '' ? undefined : line.replace(/\n$/, '');
}

/** The passphrase that a new private key is put under; ends the command without one. */
export function* newPassphrase(
  session: Session,
  prompt: string,
  noPassphrase: readonly OpensslError[],
): Step<string> {
  const answer = yield* askPassphrase(session, prompt, { verify: true });
  if (typeof answer === 'string') return answer;
  yield* session.sayErrors([...answer.errors, ...noPassphrase]);
  throw new Quit();
}
/** What PEM_write_bio_PrivateKey leaves without a passphrase. */
export const NO_PASSPHRASE_FOR_KEY: readonly OpensslError[] = [
  opensslError('problemsGettingPassword'),
  opensslError('interrupted'),
  opensslError('noPassphraseForKey'),
];
