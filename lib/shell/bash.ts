/** The programs /bin/bash and /bin/dash. */
import type { Program, ProgramContext } from '../world/process.contract';
import { FileError } from '../world/files.contract';
import { errnoText } from './commands/errno-text';
import { ExitShell } from './control';
import { runFiles, runInteractive, runStartupFiles, startInteractive } from './interactive/session';
import { type Invocation, readInvocation } from './invocation';
import { MACHINERY } from './machinery';
import { runPendingTraps } from './run/finish';
import { isBinary } from './run/external';
import { readAll } from './run/read-all';
import { runText } from './run/run-text';
import { runChild } from './run/subshell';
import { type Run, Shell } from './shell';
import { readProgram } from './read-program';
import { initializeVariables } from './state/startup';
import { importFunctions } from './state/functions';

export const bash: Program = (context) => startShell('bash', context);
export const dash: Program = (context) => startShell('dash', context);

function* startShell(kind: 'bash' | 'dash', context: ProgramContext): Run<number> {
  const invocation = readInvocation(kind, context.argv);
  if ('stderr' in invocation) {
    yield* context.out(invocation.stdout);
    yield* context.err(invocation.stderr);
    return invocation.status;
  }
  const shell = makeShell(kind, context, invocation);
  return yield* runChild(shell, () =>
    kind === 'bash' && invocation.login ? untilLogout(shell, invocation) : main(shell, invocation),
  );
}

function makeShell(kind: 'bash' | 'dash', context: ProgramContext, invocation: Invocation): Shell {
  const own = (context.argv[0] ?? kind).replace(/^-/, '');
  const readsInput = invocation.command === undefined && invocation.script === undefined;
  const interactive =
    invocation.interactive ??
    (readsInput && context.fds.get(0)?.tty !== undefined && context.fds.get(2)?.tty !== undefined);
  const shell = new Shell(context, MACHINERY, {
    dialect: kind,
    name: invocation.name ?? invocation.script ?? context.argv[0] ?? own,
    positional: invocation.positional,
    interactive,
    login: invocation.login,
    mode: invocation.command !== undefined ? 'command' : invocation.script !== undefined ? 'file' : 'stdin',
  });
  for (const [name, action] of context.process.signals)
    if (action === 'ignore' && !interactive) shell.ignoredAtStart.add(name);
  initializeVariables(shell, context.env);
  if (kind === 'bash') importFunctions(shell, context.env);
  shell.shopt.login_shell = invocation.login;
  if (invocation.posix || own === 'sh') shell.options.posix = kind === 'bash';
  if (interactive) startInteractive(shell);
  for (const [option, on] of invocation.options) shell.options[option] = on;
  for (const [option, on] of invocation.shopt) shell.shopt[option] = on;
  return shell;
}

/** A login shell ends with ~/.bash_logout. */
function* untilLogout(shell: Shell, invocation: Invocation): Run<number> {
  let status: number;
  try {
    status = yield* main(shell, invocation);
  } catch (problem) {
    if (!(problem instanceof ExitShell) || problem.replaced) throw problem;
    status = problem.status;
  }
  yield* runFiles(shell, [`${shell.variables.get('HOME') ?? ''}/.bash_logout`]);
  return status;
}

function* main(shell: Shell, invocation: Invocation): Run<number> {
  yield* runStartupFiles(shell, invocation);
  if (invocation.command !== undefined)
    return yield* runText(shell, invocation.command, {
      name: '-c',
      lineBase: 0,
      isAll: !shell.interactive,
    });
  if (invocation.script !== undefined) return yield* runScript(shell, invocation.script);
  if (shell.interactive) return yield* runInteractive(shell);
  const status = yield* readProgram(shell);
  yield* runPendingTraps(shell);
  return status;
}

function* runScript(shell: Shell, name: string): Run<number> {
  const path = findScript(shell, name);
  const text = yield* scriptText(shell, path);
  if (typeof text !== 'string') {
    yield* shell.write(2, text.message);
    return text.status;
  }
  shell.frames = shell.dialect === 'bash' ? [{ kind: 'main', name: 'main', source: name, callLine: 0 }] : [];
  return yield* runText(shell, text, { name, lineBase: 0, isScript: true });
}

/** A name without a slash that is not here is looked for along PATH. */
function findScript(shell: Shell, name: string): string {
  const { context } = shell;
  if (name.includes('/') || !(context.fs.stat(context.resolve(name), context.who) instanceof FileError))
    return name;
  for (const directory of (shell.variables.get('PATH') ?? '').split(':')) {
    const path = `${directory === '' ? '.' : directory}/${name}`;
    const info = context.fs.stat(context.resolve(path), context.who);
    if (!(info instanceof FileError) && info.kind === 'file') return path;
  }
  return name;
}

function* scriptText(
  shell: Shell,
  path: string,
): Run<string | { readonly message: string; readonly status: number }> {
  const { context } = shell;
  const own = context.argv[0]?.replace(/^-/, '') ?? shell.dialect;
  const fail = (text: string, status: number): { message: string; status: number } => ({
    message:
      shell.dialect === 'dash'
        ? `${own}: 0: cannot open ${path}: ${text === errnoText('ENOENT') ? 'No such file' : text}\n`
        : `${own}: ${path}: ${text}\n`,
    status: shell.dialect === 'dash' ? 2 : status,
  });
  const inherited = /^\/dev\/(?:fd\/(\d+)|(stdin))$/.exec(path);
  if (inherited !== null) {
    const stream = context.fds.get(Number(inherited[1] ?? 0));
    return stream === undefined ? fail(errnoText('ENOENT'), 127) : yield* readAll(shell, stream);
  }
  const full = context.resolve(path);
  const info = context.fs.stat(full, context.who);
  if (info instanceof FileError)
    return fail(errnoText(info.errno), info.errno === 'ENOENT' || info.errno === 'ENOTDIR' ? 127 : 126);
  if (info.kind === 'directory') return { message: `${path}: ${path}: Is a directory\n`, status: 126 };
  const text = context.fs.readFile(full, context.who);
  if (typeof text !== 'string') return fail(errnoText(text.errno), 126);
  if (isBinary(text) || info.program !== undefined)
    return shell.dialect === 'bash'
      ? { message: `${path}: ${path}: cannot execute binary file\n`, status: 126 }
      : fail('cannot execute binary file', 126);
  return text.replaceAll('\0', '');
}
