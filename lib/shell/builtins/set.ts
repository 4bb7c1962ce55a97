/** `set` and `shopt`. */
import { listText } from '../expand/parameter-operations';
import { valueQuote } from '../expand/quote';
import type { Run, Shell } from '../shell';
import {
  isSetOption,
  isShellOption,
  optionOfLetter,
  SET_OPTIONS,
  type SetOption,
  SHELL_OPTIONS,
  type ShellOption,
} from '../state/options';
import { dynamicNames } from '../state/special-variables';
import { printFunction } from '../syntax/printer';
import { type Call, complain, EX_USAGE, invalidOption, readOptions } from './builtin';

/** Turns an option on or off, with what follows from it. */
export function setOption(shell: Shell, name: SetOption, on: boolean): void {
  shell.options[name] = on;
  if (name === 'vi' && on) shell.options.emacs = false;
  if (name === 'emacs' && on) shell.options.vi = false;
  if (name === 'posix' && on) shell.shopt.expand_aliases = true;
}

export function* set(call: Call): Run<number> {
  const { shell } = call;
  if (call.args.length === 0) {
    yield* listVariables(shell);
    return 0;
  }
  let place = 0;
  for (; place < call.args.length; place++) {
    const arg = call.args[place] ?? '';
    if (arg === '--') {
      shell.positional = call.args.slice(place + 1);
      return 0;
    }
    if (arg === '-' || arg === '+') {
      if (arg === '-') {
        shell.options.xtrace = false;
        shell.options.verbose = false;
      }
      place++;
      break;
    }
    if (!/^[-+]/.test(arg)) break;
    const taken = yield* setLetters(call, arg, call.args[place + 1]);
    if (typeof taken !== 'number') return taken.status;
    place += taken;
  }
  if (place < call.args.length) shell.positional = call.args.slice(place);
  return 0;
}

/** One cluster like `-eu` or `-o`; the number of further arguments it took, or the status of a mistake. */
function* setLetters(
  call: Call,
  arg: string,
  next: string | undefined,
): Run<number | { readonly status: number }> {
  const { shell } = call;
  const on = arg.startsWith('-');
  let taken = 0;
  for (const letter of arg.slice(1)) {
    if (letter === 'o') {
      if (next === undefined || taken > 0) {
        yield* listOptions(shell, on ? 'table' : 'commands');
        continue;
      }
      if (!isSetOption(next) || (shell.dialect === 'dash' && !DASH_OPTIONS.has(next))) {
        yield* complain(
          call,
          shell.dialect === 'dash' ? `Illegal option -o ${next}` : `${next}: invalid option name`,
        );
        return { status: EX_USAGE };
      }
      setOption(shell, next, on);
      taken = 1;
      continue;
    }
    const option = optionOfLetter(letter);
    if (option === undefined) return { status: yield* invalidOption(call, `${arg[0] ?? '-'}${letter}`) };
    setOption(shell, option, on);
  }
  return taken;
}

const DASH_OPTIONS: ReadonlySet<string> = new Set([
  'errexit',
  'noglob',
  'ignoreeof',
  'interactive',
  'monitor',
  'noexec',
  'stdin',
  'xtrace',
  'verbose',
  'vi',
  'emacs',
  'noclobber',
  'allexport',
  'notify',
  'nounset',
  'nolog',
  'debug',
]);

function* listOptions(shell: Shell, manner: 'table' | 'commands'): Run<void> {
  if (shell.dialect === 'dash') {
    const isOn = (name: string): boolean =>
      name === 'interactive'
        ? shell.interactive
        : name === 'stdin'
          ? shell.mode === 'stdin'
          : isSetOption(name) && shell.options[name];
    const lines = [...DASH_OPTIONS].map((name) =>
      manner === 'table'
        ? `${name.padEnd(16)}${isOn(name) ? 'on' : 'off'}\n`
        : `set ${isOn(name) ? '-' : '+'}o ${name}\n`,
    );
    yield* shell.write(1, (manner === 'table' ? 'Current option settings\n' : '') + lines.join(''));
    return;
  }
  const lines = SET_OPTIONS.map((name) =>
    manner === 'table'
      ? optionLine(name, shell.options[name])
      : `set ${shell.options[name] ? '-' : '+'}o ${name}\n`,
  );
  yield* shell.write(1, lines.join(''));
}

function optionLine(name: string, on: boolean): string {
  return `${name.padEnd(15)}\t${on ? 'on' : 'off'}\n`;
}

/** All variables, then all functions, as `set` alone shows them. */
function* listVariables(shell: Shell): Run<void> {
  const names = new Set([
    ...shell.variables.names(),
    ...dynamicNames().filter((name) => LISTED.has(name) && shell.dialect === 'bash'),
  ]);
  const lines: string[] = [];
  for (const name of [...names].sort()) {
    const variable = shell.lookup(name);
    if (variable === undefined) continue;
    if (variable.list !== undefined || variable.table !== undefined)
      lines.push(`${name}=${listText(variable)}\n`);
    else if (variable.value !== undefined)
      lines.push(
        `${name}=${shell.dialect === 'dash' ? `'${variable.value.replace(/'/g, "'\\''")}'` : valueQuote(variable.value)}\n`,
      );
  }
  if (shell.dialect === 'bash' && !shell.options.posix)
    for (const name of [...shell.functions.keys()].sort()) lines.push(functionText(shell, name));
  yield* shell.write(1, lines.join(''));
}

const LISTED: ReadonlySet<string> = new Set([
  'BASHOPTS',
  'SHELLOPTS',
  'BASH_LINENO',
  'BASH_SOURCE',
  'DIRSTACK',
  'GROUPS',
  'PIPESTATUS',
]);

function functionText(shell: Shell, name: string): string {
  const found = shell.functions.get(name);
  return found === undefined ? '' : `${printFunction(name, found.definition)}\n`;
}

// ------------------------------------------------------------------------- shopt

export function* shopt(call: Call): Run<number> {
  const { shell } = call;
  const options = yield* readOptions(call, 'pqsuo');
  if (typeof options === 'number') return options;
  const { flags, rest } = options;
  if (flags.has('s') && flags.has('u')) {
    yield* complain(call, 'cannot set and unset shell options simultaneously');
    return 1;
  }
  const table = flags.has('o') ? setTable(shell) : shoptTable(shell);
  if (rest.length === 0) {
    const shown = table.names.filter(
      (name) => (!flags.has('s') || table.get(name)) && (!flags.has('u') || !table.get(name)),
    );
    if (!flags.has('q'))
      yield* shell.write(1, shown.map((name) => table.line(name, flags.has('p'))).join(''));
    return 0;
  }
  let status = 0;
  for (const name of rest) {
    if (!table.names.includes(name)) {
      yield* complain(
        call,
        `${name}: ${flags.has('o') ? 'invalid option name' : 'invalid shell option name'}`,
      );
      status = 1;
    } else if (flags.has('s') || flags.has('u')) table.set(name, flags.has('s'));
    else {
      if (!table.get(name)) status = 1;
      if (!flags.has('q')) yield* shell.write(1, table.line(name, flags.has('p')));
    }
  }
  return status;
}

interface OptionTable {
  readonly names: readonly string[];
  get(name: string): boolean;
  set(name: string, on: boolean): void;
  line(name: string, reusable: boolean): string;
}

function setTable(shell: Shell): OptionTable {
  const get = (name: string): boolean => isSetOption(name) && shell.options[name];
  return {
    names: SET_OPTIONS,
    get,
    set: (name, on) => {
      if (isSetOption(name)) setOption(shell, name, on);
    },
    line: (name, reusable) =>
      reusable ? `set ${get(name) ? '-' : '+'}o ${name}\n` : optionLine(name, get(name)),
  };
}

function shoptTable(shell: Shell): OptionTable {
  const get = (name: string): boolean => isShellOption(name) && shell.shopt[name];
  return {
    names: SHELL_OPTIONS,
    get,
    set: (name, on) => {
      if (isShellOption(name)) shell.shopt[name as ShellOption] = on;
    },
    line: (name, reusable) =>
      reusable ? `shopt -${get(name) ? 's' : 'u'} ${name}\n` : optionLine(name, get(name)),
  };
}
