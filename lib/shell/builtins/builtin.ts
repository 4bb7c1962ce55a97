/** What a builtin gets, and the messages all of them share. */
import type { Run, Shell } from '../shell';
import type { Assignment } from '../syntax/tree';
import { synopsisOf } from './synopsis';

export interface Call {
  readonly shell: Shell;
  readonly name: string;
  readonly args: readonly string[];
  /** Arguments that are `name=( … )`, by place. */
  readonly arrays: ReadonlyMap<number, Assignment>;
}

export interface Builtin {
  readonly run: (call: Call) => Run<number>;
  /** dash has it too. */
  readonly inDash: boolean;
  /** One of POSIX's special builtins. */
  readonly special: boolean;
}

export const EX_USAGE = 2;

/** `bash: line 1: cd: message`. */
export function* complain(call: Call, message: string): Run<void> {
  const { shell } = call;
  // dash knows one command at a time: the builtin takes the place of the eval around it.
  const around = shell.dashCommand;
  shell.dashCommand = undefined;
  yield* shell.complain(`${call.name}: ${message}`);
  shell.dashCommand = around;
}

const DASH_USAGES: Readonly<Record<string, string>> = {
  kill: 'Usage: kill [-s sigspec | -signum | -sigspec] [pid | job]... or\nkill -l [exitstatus]',
  printf: 'usage: printf format [arg ...]',
};

/** `cd: usage: cd …`, status 2. */
export function* usage(call: Call): Run<number> {
  const inDash = DASH_USAGES[call.name];
  if (call.shell.dialect === 'dash' && inDash !== undefined) yield* complain(call, inDash);
  if (call.shell.dialect === 'bash')
    yield* call.shell.write(2, `${call.name}: usage: ${synopsisOf(call.name)}\n`);
  return EX_USAGE;
}

export function* invalidOption(call: Call, option: string): Run<number> {
  if (call.shell.dialect === 'dash') {
    yield* complain(call, `Illegal option ${option}`);
    return EX_USAGE;
  }
  yield* complain(call, `${option}: invalid option`);
  return yield* usage(call);
}

export interface Options {
  readonly flags: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, string>;
  readonly rest: readonly string[];
  /** How many arguments were options. */
  readonly taken: number;
}

/** Reads options as getopt(3) would: `spec` holds letters, those with a colon take a value. A number: the status after a mistake that has been reported. */
export function* readOptions(call: Call, spec: string): Run<Options | number> {
  const flags = new Set<string>();
  const values = new Map<string, string>();
  let place = 0;
  for (; place < call.args.length; place++) {
    const arg = call.args[place] ?? '';
    if (arg === '--') {
      place++;
      break;
    }
    if (arg.length < 2 || !arg.startsWith('-')) break;
    for (let i = 1; i < arg.length; i++) {
      const letter = arg[i] ?? '';
      const at = spec.indexOf(letter);
      if (at === -1 || letter === ':') return yield* invalidOption(call, `-${letter}`);
      if (spec[at + 1] !== ':') {
        flags.add(letter);
        continue;
      }
      const attached = arg.slice(i + 1);
      const value = attached === '' ? call.args[++place] : attached;
      if (value === undefined) {
        yield* complain(call, `-${letter}: option requires an argument`);
        return yield* usage(call);
      }
      flags.add(letter);
      values.set(letter, value);
      break;
    }
  }
  return { flags, values, rest: call.args.slice(place), taken: place };
}

/** Arguments of builtins that have no options: `--` is passed over, any option is refused. */
export function* noOptions(call: Call): Run<readonly string[] | number> {
  const options = yield* readOptions(call, '');
  return typeof options === 'number' ? options : options.rest;
}

/** A whole number as the builtins take it. */
export function wholeNumber(text: string): number | undefined {
  return /^[ \t]*[+-]?\d{1,18}[ \t]*$/.test(text) ? Number(text) : undefined;
}
