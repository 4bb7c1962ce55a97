/** Running trees: lists, `&&`, `||`, `!`, and where each kind of command goes. */
import type { Run, Shell } from '../shell';
import type { AndOr, Command, CommandList, Redirect } from '../syntax/tree';
import { startBackground } from './background';
import {
  runArithmetic,
  runArithmeticFor,
  runCase,
  runConditional,
  runFor,
  runIf,
  runLoop,
  runSelect,
} from './compound';
import { runCoprocess } from './coprocess';
import { finish, runPendingTraps } from './finish';
import { defineFunction } from './function-call';
import { awaitForeground } from './external';
import { runPipeline } from './pipeline';
import { redirect } from './redirect';
import { runSimple } from './simple';
import { forkShell } from './subshell';

export function* execute(shell: Shell, command: Command): Run<number> {
  switch (command.type) {
    case 'simple': {
      const status = yield* finish(shell, yield* runSimple(shell, command));
      if (shell.pendingTraps.length > 0) yield* runPendingTraps(shell);
      return status;
    }
    case 'list':
      return yield* runList(shell, command);
    case 'and-or':
      return yield* runAndOr(shell, command);
    case 'pipeline':
      return yield* runPipeline(shell, command);
    case 'function':
      return yield* defineFunction(shell, command);
    case 'coproc':
      return yield* runCoprocess(shell, command);
    default:
      return yield* withRedirects(
        shell,
        {
          redirects: command.redirects,
          line: command.type === 'subshell' ? command.line + shell.lineBase : undefined,
        },
        () => runCompound(shell, command),
      );
  }
}

/** The list is all that a child process does. */
function* runAlone(child: Shell, list: CommandList): Run<number> {
  child.ambientLine = child.line;
  const [only, ...more] = list.items;
  if (only !== undefined && more.length === 0 && !only.background && only.command.type === 'simple')
    child.lastCommand = only.command;
  return yield* runList(child, list);
}

export function* runList(shell: Shell, list: CommandList): Run<number> {
  let status = 0;
  for (const { command, background } of list.items) {
    status = background ? yield* startBackground(shell, command) : yield* execute(shell, command);
    if (shell.breaking > 0 || shell.continuing > 0) return status;
    if (shell.options.noexec && !shell.interactive) return status;
  }
  return status;
}

function* runAndOr(shell: Shell, command: AndOr): Run<number> {
  const { rest } = command;
  shell.guarded++;
  let status = yield* guarded(shell, command.first);
  for (let i = 0; i < rest.length; i++) {
    const next = rest[i];
    if (next === undefined || shell.breaking > 0 || shell.continuing > 0) break;
    if ((next.operator === '&&') !== (status === 0)) continue;
    const isLast = i === rest.length - 1;
    if (isLast) {
      shell.guarded--;
      return yield* execute(shell, next.command);
    }
    status = yield* guarded(shell, next.command);
  }
  shell.guarded--;
  return status;
}

/** Runs where `set -e` holds back; the guard is taken away when the command throws. */
function* guarded(shell: Shell, command: Command): Run<number> {
  try {
    return yield* execute(shell, command);
  } catch (problem) {
    shell.guarded--;
    throw problem;
  }
}

type CompoundCommand = Exclude<
  Command,
  { type: 'simple' | 'list' | 'and-or' | 'pipeline' | 'function' | 'coproc' }
>;

function* withRedirects(
  shell: Shell,
  { redirects, line }: { readonly redirects: readonly Redirect[]; readonly line: number | undefined },
  run: () => Run<number>,
): Run<number> {
  if (redirects.length === 0) return yield* run();
  const opened = shell.cleanups.length;
  if (shell.dialect === 'bash') shell.line = line ?? shell.ambientLine;
  const done = yield* redirect(shell, redirects);
  if (done === undefined) return yield* finish(shell, 1);
  try {
    return yield* run();
  } finally {
    done.undo();
    if (shell.cleanups.length > opened) for (const cleanup of shell.cleanups.splice(opened)) cleanup();
  }
}

function* runCompound(shell: Shell, command: CompoundCommand): Run<number> {
  switch (command.type) {
    case 'group':
      return yield* runList(shell, command.body);
    case 'subshell': {
      shell.line = command.line + shell.lineBase;
      if (shell.inTrap === undefined) shell.currentCommand = command;
      // This process was made for it already: `( … ) &`, a part of a pipeline.
      if (shell.lastCommand === command) return yield* runAlone(shell, command.body);
      const pid = yield* forkShell(shell, (child) => runAlone(child, command.body), {
        fds: shell.context.fds,
        newGroup: shell.options.monitor,
      });
      return yield* finish(shell, yield* awaitForeground(shell, [pid]));
    }
    case 'if':
      return yield* runIf(shell, command);
    case 'while':
    case 'until':
      return yield* runLoop(shell, command);
    case 'for':
      return yield* runFor(shell, command);
    case 'select':
      return yield* runSelect(shell, command);
    case 'arithmetic-for':
      return yield* runArithmeticFor(shell, command);
    case 'case':
      return yield* runCase(shell, command);
    case 'arithmetic':
      return yield* finish(shell, yield* runArithmetic(shell, command));
    case 'conditional':
      return yield* finish(shell, yield* runConditional(shell, command));
  }
}
