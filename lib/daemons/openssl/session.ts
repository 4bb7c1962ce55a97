/**
 * What every command of openssl(1) works with: its output, its errors, its files and its randomness. Standard output
 * is collected as stdio does it, so that its order against messages is the real one.
 */
import type { OpensslError } from '../../protocols/x509/index';
import { longErrors, openErrors } from '../../protocols/x509/index';
import { bytesFromText, textFromBytes } from '../../std/bytes';
import type { RandomStream } from '../../std/random';
import type { FileError } from '../../world/files.contract';
import type { ProgramContext, Wait, Wake } from '../../world/process.contract';
import { errorOf } from '../../std/errno';

/** A step that may have to wait. */
export type Step<T = void> = Generator<Wait, T, Wake>;

/** Ends the command from any depth, after what was wrong has been said. */
export class Quit extends Error {
  constructor(readonly code = 1) {
    super(`exit ${code}`);
  }
}

/** The thread's number in the real one, which differs from run to run. */
const THREAD = '40F7B15B5D7F0000';

const DAY = 86_400;
/** The last second of the year 9999: X.509 has no later one. */
const LAST_SECOND = 253_402_300_799;

export class Session {
  #pending = '';

  constructor(
    readonly context: ProgramContext,
    /** `x509`: messages begin with it. */
    readonly name: string,
    readonly args: readonly string[],
  ) {}

  /** The host's clock, whole seconds since 1970. */
  get now(): number {
    return Math.floor(this.context.host.clock() / 1_000_000);
  }
  get random(): RandomStream {
    return this.context.kernel.random(`openssl:${this.context.host.name}`);
  }

  /** Standard output. */
  *print(text: string): Step {
    this.#pending += text;
    if (this.context.stdout.tty !== undefined) yield* this.flush();
  }
  *flush(): Step {
    const text = this.#pending;
    this.#pending = '';
    yield* this.context.out(text);
  }
  /** Standard error. */
  *say(text: string): Step {
    yield* this.context.err(text);
  }
  /** ERR_print_errors. */
  *sayErrors(errors: readonly OpensslError[]): Step {
    yield* this.context.err(longErrors(errors, THREAD));
  }
  /** The end of so many days from now, in seconds; openssl gives up without a word where there is no such date. */
  *afterDays(days: number): Step<number> {
    const end = this.now + days * DAY;
    return end > LAST_SECOND ? yield* this.fail('') : end;
  }
  /** Says what is wrong and ends the command. */
  *fail(text: string, errors: readonly OpensslError[] = []): Step<never> {
    yield* this.say(text);
    yield* this.sayErrors(errors);
    throw new Quit();
  }
  /** Something of the real program that is not modelled, named. */
  *notModelled(what: string): Step<never> {
    return yield* this.fail(`${this.name}: not modelled: ${what}\n`);
  }

  /** A file's text as it stands, or what open(2) said. */
  readFile(path: string): string | FileError {
    return this.context.fs.readFile(this.context.resolve(path), this.context.who);
  }
  /** All of standard input. */
  *readInput(): Step<string> {
    return yield* this.context.readAll();
  }

  /** BIO_new_file for reading; says what openssl says when it cannot (`Can't open "x" for reading, …`). */
  *open(path: string): Step<string> {
    const text = this.readFile(path);
    if (typeof text === 'string') return text;
    return yield* this.fail(
      `Can't open "${path}" for reading, ${errorOf(text.errno).text}\n`,
      openErrorsOf(path, text, 'r'),
    );
  }
  /** A file or, without a name, standard input. */
  *openOrInput(path: string | undefined): Step<string> {
    return path === undefined || path === '-' ? yield* this.readInput() : yield* this.open(path);
  }

  /**
   * Writes a result to a file, or to standard output without a name.
   * @param output `secret`: a new file is for its owner only
   */
  *write(path: string | undefined, text: string, output: { secret?: boolean; append?: boolean } = {}): Step {
    if (path === undefined || path === '-') return yield* this.print(text);
    const { context } = this;
    const problem = context.fs.writeFile(context.resolve(path), text, context.who, {
      mode: (output.secret === true ? 0o600 : 0o666) & ~context.umask,
      ...(output.append === true ? { append: true } : {}),
    });
    if (problem === undefined) return undefined;
    const reason = errorOf(problem.errno).text;
    const program = output.secret === true ? `${this.name}: ` : '';
    const errors = output.secret === true ? [] : openErrorsOf(path, problem, 'w');
    return yield* this.fail(`${program}Can't open "${path}" for writing, ${reason}\n`, errors);
  }
}

/** Bytes as file text and back. */
export const textOf = (bytes: Uint8Array): string => textFromBytes(bytes);
export const bytesOf = (text: string): Uint8Array => bytesFromText(text);

function openErrorsOf(path: string, problem: FileError, mode: 'r' | 'w'): readonly OpensslError[] {
  return openErrors(path, errorOf(problem.errno), mode);
}
