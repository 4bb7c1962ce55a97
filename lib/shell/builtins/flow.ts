/** Builtins that steer: `:`, `true`, `exit`, `return`, `break`, `eval`, `source`, `exec`, `command`, `builtin`, `shift`, `let`. */
import { FileError } from '../../world/files.contract';
import { errnoText } from '../commands/errno-text';
import { DropLine, ExitShell, FatalExpansion, ReturnFromFunction } from '../control';
import type { Run, Shell } from '../shell';
import { locate, replaceProcess, startProblem } from '../run/external';
import { runTrap } from '../run/finish';
import { readAll } from '../run/read-all';
import {
  type Call,
  complain,
  EX_USAGE,
  invalidOption,
  noOptions,
  readOptions,
  usage,
  wholeNumber,
} from './builtin';
import { childEnvironment } from '../state/functions';
import { describeCommand } from './describe';
import { describeInDash } from './lookup';

/** A file with more zero bytes than this is not sourced. */
const MOST_NULS = 256;

export function* succeed(): Run<number> {
  return 0;
}
export function* failAlways(): Run<number> {
  return 1;
}

/** The one number that `exit`, `return`, `shift` and the like take. */
function* oneNumber(call: Call, usual: number): Run<number | undefined> {
  const [text, ...more] = call.args[0] === '--' ? call.args.slice(1) : call.args;
  if (text === undefined) return usual;
  const value = wholeNumber(text);
  if (value === undefined || (value < 0 && call.shell.dialect === 'dash')) {
    yield* complain(
      call,
      call.shell.dialect === 'dash' ? `Illegal number: ${text}` : `${text}: numeric argument required`,
    );
    if (call.shell.dialect === 'dash') throw new FatalExpansion();
    return undefined;
  }
  if (more.length > 0 && call.shell.dialect === 'bash') {
    yield* complain(call, 'too many arguments');
    throw new DropLine();
  }
  return value;
}

export function* exit(call: Call): Run<number> {
  const { shell } = call;
  if (shell.interactive && shell.dialect === 'bash') {
    yield* shell.write(2, shell.shopt.login_shell ? 'logout\n' : 'exit\n');
    if (shell.endsAsked === 0 && shell.jobs.list.some((job) => job.state === 'stopped')) {
      yield* shell.write(2, 'There are stopped jobs.\n');
      shell.endsAsked = 2;
      return 1;
    }
  }
  const status = yield* oneNumber(call, shell.status);
  throw new ExitShell((status ?? EX_USAGE) & 255);
}

export function* logout(call: Call): Run<number> {
  if (!call.shell.shopt.login_shell) {
    yield* complain(call, "not login shell: use `exit'");
    return 1;
  }
  return yield* exit(call);
}

export function* returnFrom(call: Call): Run<number> {
  const { shell } = call;
  const status = yield* oneNumber(call, shell.status);
  const canReturn =
    shell.functionDepth > 0 ||
    shell.frames.some((frame) => frame.kind === 'source') ||
    shell.dialect === 'dash';
  // dash keeps the number whole.
  if (canReturn)
    throw new ReturnFromFunction(
      shell.dialect === 'dash' ? (status ?? EX_USAGE) : (status ?? EX_USAGE) & 255,
    );
  yield* complain(call, "can only `return' from a function or sourced script");
  return EX_USAGE;
}

function* leaveLoops(call: Call, leave: (levels: number) => void): Run<number> {
  const { shell } = call;
  if (shell.loopDepth === 0) {
    if (shell.dialect === 'bash')
      yield* complain(call, "only meaningful in a `for', `while', or `until' loop");
    return 0;
  }
  const levels = yield* oneNumber(call, 1);
  if (levels === undefined) throw new ExitShell(128);
  if (levels <= 0) {
    yield* complain(call, `${call.args[0] ?? ''}: loop count out of range`);
    shell.breaking = shell.loopDepth;
    return 1;
  }
  leave(Math.min(levels, shell.loopDepth));
  return 0;
}

export function* breakLoop(call: Call): Run<number> {
  return yield* leaveLoops(call, (levels) => {
    call.shell.breaking = levels;
  });
}
export function* continueLoop(call: Call): Run<number> {
  return yield* leaveLoops(call, (levels) => {
    call.shell.continuing = levels;
  });
}

export function* evaluate(call: Call): Run<number> {
  const { shell } = call;
  const args = shell.dialect === 'dash' ? call.args : yield* noOptions(call);
  if (typeof args === 'number') return args;
  if (args.length === 0) return 0;
  return yield* inDashCommand(shell, 'eval', () =>
    traced(shell, { name: 'eval', lineBase: shell.line - 1 }, args.join(' ')),
  );
}

/** What dash's messages about a text begin with. */
function* inDashCommand(shell: Shell, command: string, body: () => Run<number>): Run<number> {
  const before = shell.dashCommand;
  shell.dashCommand = command;
  try {
    return yield* body();
  } finally {
    shell.dashCommand = before;
  }
}

/** `set -x` marks what a text runs with one more `+`. */
function* traced(
  shell: Shell,
  options: { readonly name: string; readonly lineBase: number },
  text: string,
): Run<number> {
  const { currentCommand } = shell;
  shell.traceDepth++;
  try {
    return yield* shell.machinery.runText(shell, text, options);
  } finally {
    shell.traceDepth--;
    shell.currentCommand = currentCommand;
  }
}

// ------------------------------------------------------------------------ source

export function* source(call: Call): Run<number> {
  const { shell } = call;
  const args = yield* noOptions(call);
  if (typeof args === 'number') return args;
  const [name, ...rest] = args;
  if (name === undefined) {
    yield* complain(call, 'filename argument required');
    return yield* usage(call);
  }
  const path = findSource(shell, name);
  const found = (yield* readDescriptor(shell, path)) ?? readScript(shell, path);
  if (typeof found !== 'string') return yield* cannotSource(call, name, found);
  return yield* runSource(shell, { path, text: found, args: rest });
}

function* cannotSource(call: Call, name: string, problem: { readonly problem: string }): Run<number> {
  const { shell } = call;
  if (shell.dialect === 'dash') {
    yield* complain(
      call,
      problem.problem === 'No such file or directory'
        ? name.includes('/')
          ? `cannot open ${name}: No such file`
          : `${name}: not found`
        : `cannot open ${name}: ${problem.problem}`,
    );
    throw new FatalExpansion();
  }
  if (problem.problem === 'is a directory' || problem.problem.startsWith('cannot execute'))
    yield* complain(call, `${name}: ${problem.problem}`);
  else yield* shell.complain(`${name}: ${problem.problem}`);
  if (shell.options.posix) throw new FatalExpansion();
  return 1;
}

/** Without a slash the file is looked for along PATH, then here. */
function findSource(shell: Shell, name: string): string {
  if (name.includes('/') || !shell.shopt.sourcepath) return name;
  for (const directory of (shell.variables.get('PATH') ?? '').split(':')) {
    const path = `${directory === '' ? '.' : directory}/${name}`;
    const info = shell.context.fs.stat(shell.context.resolve(path), shell.context.who);
    if ('kind' in info && info.kind === 'file') return path;
  }
  return name;
}

/** `. /dev/stdin`, `. <(command)`: all that a descriptor gives. */
function* readDescriptor(shell: Shell, path: string): Run<string | undefined> {
  const own = /^\/dev\/(?:fd\/(\d+)|stdin)$/.exec(path);
  const stream = own === null ? undefined : shell.context.fds.get(Number(own[1] ?? 0));
  return stream === undefined ? undefined : yield* readAll(shell, stream);
}

export function readScript(shell: Shell, path: string): string | { readonly problem: string } {
  const { fs, who } = shell.context;
  const full = shell.context.resolve(path);
  const info = fs.stat(full, who);
  if (info instanceof FileError) return { problem: errnoText(info.errno) };
  if (info.kind === 'directory') return { problem: 'is a directory' };
  const text = fs.readFile(full, who);
  if (typeof text !== 'string') return { problem: errnoText(text.errno) };
  // As bash's evalfile: zero bytes are dropped, unless there are many.
  const withoutNul = text.replaceAll('\0', '');
  return text.length - withoutNul.length > MOST_NULS ? { problem: 'cannot execute binary file' } : withoutNul;
}

export function* runSource(
  shell: Shell,
  file: { readonly path: string; readonly text: string; readonly args: readonly string[] },
): Run<number> {
  const before = { positional: shell.positional, line: shell.line, loopDepth: shell.loopDepth };
  if (file.args.length > 0) shell.positional = [...file.args];
  const given = shell.positional;
  shell.frames.push({ kind: 'source', name: 'source', source: file.path, callLine: shell.line });
  try {
    const status = yield* inDashCommand(shell, file.path, () =>
      traced(shell, { name: file.path, lineBase: 0 }, file.text),
    );
    yield* runTrap(shell, 'RETURN');
    return status;
  } catch (problem) {
    if (!(problem instanceof ReturnFromFunction)) throw problem;
    return problem.status;
  } finally {
    shell.frames.pop();
    if (file.args.length > 0 && shell.positional === given) shell.positional = before.positional;
    shell.line = before.line;
  }
}

// -------------------------------------------------------------------------- exec

export function* exec(call: Call): Run<number> {
  const { shell } = call;
  const options = yield* readOptions(call, 'cla:');
  if (typeof options === 'number') return options;
  const [name] = options.rest;
  if (name === undefined) return 0;
  const located = locate(shell, name);
  if (typeof located === 'string') {
    yield* complain(call, `${name}: not found`);
    return leave(shell, 127);
  }
  const login = options.flags.has('l') ? '-' : '';
  const argv0 = options.values.get('a') ?? (login === '' ? undefined : name);
  const environment = options.flags.has('c') ? new Map<string, string>() : childEnvironment(shell);
  const problem = yield* replaceProcess(shell, options.rest, {
    path: located.path,
    environment,
    ...(argv0 === undefined ? {} : { argv0: login + argv0 }),
  });
  const full = shell.context.resolve(located.path.replace(/^\.\//, ''));
  const { text, status } = startProblem(shell, full, located.path, problem);
  yield* shell.complain(shell.dialect === 'dash' ? `exec: ${text}` : text);
  if (problem.errno === 'ENOENT' && problem.interpreter === undefined && shell.dialect === 'bash')
    yield* complain(call, `${name}: cannot execute: ${errnoText('ENOENT')}`);
  else if (problem.interpreter === undefined && shell.dialect === 'bash')
    yield* complain(call, `${full}: cannot execute: ${text.slice(text.lastIndexOf(': ') + 2)}`);
  return leave(shell, status);
}

/** A failed exec ends a script, not a session. */
function leave(shell: Shell, status: number): number {
  if (shell.interactive || shell.shopt.execfail) return status;
  throw new ExitShell(status);
}

// ---------------------------------------------------------------- command, builtin

export function* command(call: Call): Run<number> {
  const { shell } = call;
  const options = yield* readOptions(call, 'pvV');
  if (typeof options === 'number') return options;
  const { rest, flags } = options;
  if (rest.length === 0) return 0;
  if (flags.has('v') || flags.has('V')) {
    let status = 1;
    for (const name of rest) {
      if (shell.dialect === 'dash' && flags.has('V')) return (yield* describeInDash(shell, name)) ? 0 : 127;
      const found = yield* describeCommand(shell, name, flags.has('V') ? 'sentence' : 'short', {
        all: false,
      });
      if (found) status = 0;
      else if (flags.has('V')) yield* complain(call, `${name}: not found`);
      // dash looks at the first name only.
      if (shell.dialect === 'dash') return found ? 0 : 127;
    }
    return status;
  }
  return yield* shell.machinery.runWords(shell, rest, {
    functions: false,
    external: true,
    builtins: true,
    standardPath: flags.has('p'),
  });
}

export function* builtinCommand(call: Call): Run<number> {
  const { shell } = call;
  const args = yield* noOptions(call);
  if (typeof args === 'number') return args;
  const [name] = args;
  if (name === undefined) return 0;
  const status = yield* shell.machinery.runWords(shell, args, {
    functions: false,
    external: false,
    builtins: true,
  });
  if (status === -1) {
    yield* complain(call, `${name}: not a shell builtin`);
    return 1;
  }
  return status;
}

// ------------------------------------------------------------------ small things

export function* shift(call: Call): Run<number> {
  const { shell } = call;
  const [text] = call.args;
  if (
    text !== undefined &&
    text.startsWith('-') &&
    wholeNumber(text) === undefined &&
    shell.dialect === 'bash'
  )
    return yield* invalidOption(call, text.slice(0, 2));
  const count = yield* oneNumber(call, 1);
  if (count === undefined) return 1;
  if (count < 0) {
    yield* complain(call, `${text ?? ''}: shift count out of range`);
    return 1;
  }
  if (count > shell.positional.length) {
    if (shell.shopt.shift_verbose) yield* complain(call, `${count}: shift count out of range`);
    if (shell.dialect === 'dash') {
      yield* complain(call, "can't shift that many");
      throw new FatalExpansion();
    }
    return 1;
  }
  shell.positional = shell.positional.slice(count);
  return 0;
}

export function* letCommand(call: Call): Run<number> {
  const { shell } = call;
  const args = call.args[0] === '--' ? call.args.slice(1) : call.args;
  if (args.length === 0) {
    yield* complain(call, 'expression expected');
    return 1;
  }
  let value = 0n;
  for (const expression of args) {
    try {
      value = yield* shell.arithmetic(expression);
    } catch (problem) {
      if (!(problem instanceof DropLine)) throw problem;
      return 1;
    }
  }
  return value === 0n ? 1 : 0;
}

export function* times(call: Call): Run<number> {
  if (call.args[0]?.startsWith('-') === true && call.args[0] !== '--')
    return yield* invalidOption(call, call.args[0]);
  const { cpuMicros } = call.shell.context.process;
  const show = (micros: number): string =>
    `${Math.floor(micros / 60_000_000)}m${Math.floor((micros % 60_000_000) / 1_000_000)}.${call.shell.dialect === 'dash' ? String(Math.floor(micros) % 1_000_000).padStart(6, '0') : String(Math.floor(micros / 1000) % 1000).padStart(3, '0')}s`;
  const line = `${show((cpuMicros * 2) / 3)} ${show(cpuMicros / 3)}\n`;
  yield* call.shell.write(1, line + line);
  return 0;
}

export function* caller(call: Call): Run<number> {
  const { shell } = call;
  const [text] = call.args;
  if (shell.mode === 'command' && shell.frames.every((frame) => frame.kind === 'main')) return 1;
  const depth = text === undefined ? 0 : wholeNumber(text);
  if (depth === undefined) {
    yield* complain(call, `${text ?? ''}: invalid number`);
    return yield* usage(call);
  }
  const calls = shell.frames.filter((frame) => frame.kind !== 'main');
  const frame = calls.at(-1 - depth);
  if (frame === undefined && text === undefined && shell.mode !== 'command') {
    yield* shell.write(1, '0 NULL\n');
    return 0;
  }
  if (frame === undefined) return 1;
  const outer = shell.frames[shell.frames.indexOf(frame) - 1];
  if (text !== undefined && outer === undefined) return 1;
  const where = outer === undefined || outer.source === '' ? 'NULL' : outer.source;
  yield* shell.write(
    1,
    text === undefined
      ? `${frame.callLine} ${where}\n`
      : `${frame.callLine} ${outer?.name ?? 'main'} ${where}\n`,
  );
  return 0;
}
