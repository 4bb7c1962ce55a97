/** Options of openssl's commands: `-name`, `--name`, `-name=value`. Source: OpenSSL 3.0 apps/lib/opt.c. */
import { type Session, type Step, Quit } from './session';

/**
 * What an option takes: nothing (`-`), text (`s`), a file (`<`, `>`), a whole number (`n`, `p` positive, `M` long), a
 * format (`F` PEM or DER, `f` any).
 */
export type OptionKind = '-' | 's' | '<' | '>' | 'n' | 'p' | 'M' | 'F' | 'f';
export type OptionTable = Readonly<Record<string, OptionKind>>;

export interface Options {
  /** As they were given, in order. */
  readonly given: readonly { readonly name: string; readonly value: string }[];
  /** What follows the options. */
  readonly rest: readonly string[];
  readonly has: (name: string) => boolean;
  /** The last value of an option. */
  readonly value: (name: string) => string | undefined;
  readonly values: (name: string) => readonly string[];
}

/** Options that any command takes and that change nothing here. */
const COMMON: OptionTable = {
  rand: 's',
  writerand: '>',
  provider: 's',
  'provider-path': 's',
  propquery: 's',
  engine: 's',
};

/**
 * Reads the options; ends the command when they are wrong.
 * @param settings `unknown`: gathers an unknown option as one called `*` (a digest, a cipher)
 */
export function* parseOptions(
  session: Session,
  table: OptionTable,
  settings: { unknown?: boolean } = {},
): Step<Options> {
  const given: { name: string; value: string }[] = [];
  const { args } = session;
  let at = 0;
  for (; at < args.length; at++) {
    const word = args[at] ?? '';
    if (!word.startsWith('-') || word === '-') break;
    if (word === '--') {
      at += 1;
      break;
    }
    const [, name = '', attached] = /^--?([^=]*)(?:=(.*))?$/s.exec(word) ?? [];
    if (name === 'help' || name === 'h') return yield* help(session, table);
    const kind = table[name] ?? COMMON[name];
    if (kind === undefined) {
      if (settings.unknown !== true) return yield* misuse(session, `Unknown option: -${name}`);
      given.push({ name: '*', value: name });
    } else if (kind === '-') {
      if (attached !== undefined) return yield* misuse(session, `Option -${name} does not take a value`);
      given.push({ name, value: '' });
    } else {
      const value = attached ?? args[++at];
      if (value === undefined) return yield* misuse(session, `Option -${name} needs a value`);
      const problem = problemOf(kind, name, value);
      if (problem !== undefined) return yield* misuse(session, problem);
      given.push({ name, value });
    }
  }
  const value = (name: string): string | undefined => given.findLast((option) => option.name === name)?.value;
  return {
    given,
    rest: args.slice(at),
    has: (name) => given.some((option) => option.name === name),
    value,
    values: (name) => given.flatMap((option) => (option.name === name ? [option.value] : [])),
  };
}

/** Whether DER was asked for. */
export const isDer = (format: string | undefined): boolean => /^d/i.test(format ?? '');

function problemOf(kind: OptionKind, name: string, value: string): string | undefined {
  if (kind === 'n' || kind === 'p' || kind === 'M') {
    if (!/^[+-]?(0x[0-9a-f]+|\d+)$/i.test(value)) {
      const base = /^0x/i.test(value) ? 'a hexadecimal' : value.startsWith('0') ? 'an octal' : 'a';
      return `Can't parse "${value}" as ${base} number`;
    }
    if (Math.abs(Number(value)) > 2 ** 63) return `Can't parse "${value}" as a number`;
    if (kind === 'n' && Math.abs(Number(value)) > 2 ** 31 - 1)
      return `Value "${value}" outside integer range`;
    if (kind === 'p' && Number(value) <= 0) return `Non-positive number "${value}" for option -${name}`;
  }
  if (kind === 'F' && !/^(d.*|p|pem)$/i.test(value)) return `Invalid format "${value}" for option -${name}`;
  return undefined;
}

function* misuse(session: Session, problem: string): Step<never> {
  yield* session.say(`${session.name}: ${problem}\n`);
  return yield* usage(session);
}
/** The line that follows any complaint about options. */
export function* usage(session: Session): Step<never> {
  return yield* session.fail(`${session.name}: Use -help for summary.\n`);
}

function* help(session: Session, table: OptionTable): Step<never> {
  const lines = Object.entries(table).map(([name, kind]) => ` -${name}${HELP[kind]}\n`);
  yield* session.say(`Usage: ${session.name} [options]\n\nValid options are:\n -help\n${lines.join('')}`);
  throw new Quit(0);
}
const HELP: Readonly<Record<OptionKind, string>> = {
  '-': '',
  s: ' val',
  '<': ' infile',
  '>': ' outfile',
  n: ' int',
  p: ' +int',
  M: ' intmax',
  F: ' PEM|DER',
  f: ' format',
};
