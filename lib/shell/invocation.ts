/** The command line of bash and dash. Source: bash(1) "OPTIONS", dash(1) "Argument List Processing". */
import {
  isSetOption,
  isShellOption,
  optionOfLetter,
  type SetOption,
  type ShellOption,
} from './state/options';

export interface Invocation {
  /** `-c`: the text. */
  command: string | undefined;
  /** Script file. */
  script: string | undefined;
  /** `$0` when it is given after `-c`'s text. */
  name: string | undefined;
  positional: string[];
  interactive: boolean | undefined;
  /** `-s`. */
  readsInput: boolean;
  login: boolean;
  profile: boolean;
  rc: boolean;
  rcFile: string | undefined;
  posix: boolean;
  options: [SetOption, boolean][];
  shopt: [ShellOption, boolean][];
}

/** What bash answers instead of starting. */
export interface Refusal {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
}

const VERSION = `GNU bash, version 5.2.15(1)-release (x86_64-pc-linux-gnu)
Copyright (C) 2022 Free Software Foundation, Inc.
License GPLv3+: GNU GPL version 3 or later <http://gnu.org/licenses/gpl.html>

This is free software; you are free to change and redistribute it.
There is NO WARRANTY, to the extent permitted by law.
`;
const USAGE = `Usage:\tbash [GNU long option] [option] ...
\tbash [GNU long option] [option] script-file ...
GNU long options:
\t--debug
\t--debugger
\t--dump-po-strings
\t--dump-strings
\t--help
\t--init-file
\t--login
\t--noediting
\t--noprofile
\t--norc
\t--posix
\t--pretty-print
\t--rcfile
\t--restricted
\t--verbose
\t--version
Shell options:
\t-ilrsD or -c command or -O shopt_option\t\t(invocation only)
\t-abefhkmnptuvxBCEHPT or -o option
`;

export function readInvocation(dialect: 'bash' | 'dash', argv: readonly string[]): Invocation | Refusal {
  const name = argv[0] ?? dialect;
  const found: Invocation = {
    command: undefined,
    script: undefined,
    name: undefined,
    positional: [],
    interactive: undefined,
    readsInput: false,
    login: name.startsWith('-'),
    profile: true,
    rc: true,
    rcFile: undefined,
    posix: false,
    options: [],
    shopt: [],
  };
  const shown = name.replace(/^-/, '');
  const args = argv.slice(1);
  const refused = dialect === 'bash' ? readLong(found, args, shown) : undefined;
  return refused ?? readShort(found, args, { dialect, shown });
}

function refuse(stderr: string, status = 2): Refusal {
  return { stdout: '', stderr, status };
}

/** Takes the GNU long options, which come first. */
function readLong(found: Invocation, args: string[], shown: string): Refusal | undefined {
  while (args[0]?.startsWith('--') === true && args[0] !== '--') {
    const option = (args.shift() ?? '').slice(2);
    switch (option) {
      case 'norc':
        found.rc = false;
        break;
      case 'noprofile':
        found.profile = false;
        break;
      case 'login':
        found.login = true;
        break;
      case 'posix':
        found.posix = true;
        break;
      case 'verbose':
        found.options.push(['verbose', true]);
        break;
      case 'rcfile':
      case 'init-file': {
        const file = args.shift();
        if (file === undefined) return refuse(`${shown}: --${option}: option requires an argument\n`);
        found.rcFile = file;
        break;
      }
      case 'version':
        return { stdout: VERSION, stderr: '', status: 0 };
      case 'help':
        return {
          stdout: `GNU bash, version 5.2.15(1)-release-(x86_64-pc-linux-gnu)\n${USAGE}`,
          stderr: '',
          status: 0,
        };
      case 'noediting':
        break;
      case 'restricted':
      case 'debugger':
      case 'debug':
      case 'dump-strings':
      case 'dump-po-strings':
      case 'pretty-print':
        return refuse(`${shown}: --${option}: not modelled\n`);
      default:
        return refuse(`${shown}: --${option}: invalid option\n${USAGE}`);
    }
  }
  return undefined;
}

function readShort(
  found: Invocation,
  args: string[],
  { dialect, shown }: { readonly dialect: 'bash' | 'dash'; readonly shown: string },
): Invocation | Refusal {
  let wantsCommand = false;
  while (args[0] !== undefined && /^[-+]./.test(args[0])) {
    const arg = args.shift() ?? '';
    if (arg === '--') break;
    const on = arg.startsWith('-');
    for (const letter of arg.slice(1)) {
      if (letter === 'c' && on) wantsCommand = true;
      else if (letter === 's' && on) found.readsInput = true;
      else if (letter === 'i' && on) found.interactive = true;
      else if (letter === 'l' && on) found.login = true;
      else if (letter === 'o' || (letter === 'O' && dialect === 'bash')) {
        const option = args.shift();
        const problem = namedOption(found, { letter, option, on });
        if (problem !== undefined)
          return refuse(
            dialect === 'dash'
              ? `${shown}: 0: Illegal option -o ${option ?? ''}\n`
              : `${shown}: line 0: ${letter === 'o' ? `${shown}: ` : ''}${problem}\n`,
          );
      } else {
        const option = optionOfLetter(letter);
        if (option === undefined)
          return refuse(
            dialect === 'dash'
              ? `${shown}: 0: Illegal option -${letter}\n`
              : `${shown}: ${arg[0] ?? ''}${letter}: invalid option\n${USAGE}`,
          );
        found.options.push([option, on]);
      }
    }
  }
  if (args[0] === '-' && !wantsCommand) args.shift();
  return takeOperands(found, args, { wantsCommand, dialect, shown });
}

function namedOption(
  found: Invocation,
  {
    letter,
    option,
    on,
  }: { readonly letter: string; readonly option: string | undefined; readonly on: boolean },
): string | undefined {
  if (option === undefined) return `-${letter}: option requires an argument`;
  if (letter === 'o') {
    if (!isSetOption(option)) return `${option}: invalid option name`;
    found.options.push([option, on]);
  } else {
    if (!isShellOption(option)) return `${option}: invalid shell option name`;
    found.shopt.push([option, on]);
  }
  return undefined;
}

function takeOperands(
  found: Invocation,
  args: readonly string[],
  options: { readonly wantsCommand: boolean; readonly dialect: 'bash' | 'dash'; readonly shown: string },
): Invocation | Refusal {
  if (options.wantsCommand) {
    const [text, name, ...rest] = args;
    if (text === undefined)
      return refuse(
        options.dialect === 'dash'
          ? `${options.shown}: 0: -c requires an argument\n`
          : `${options.shown}: -c: option requires an argument\n`,
      );
    found.command = text;
    found.name = name;
    found.positional = rest;
  } else if (!found.readsInput && args[0] !== undefined) {
    found.script = args[0];
    found.positional = args.slice(1);
  } else found.positional = [...args];
  return found;
}
