/** Child processes that are copies of this shell: `( )`, parts of pipelines, `$( )`, `&`. */
import type { Stream } from '../../world/process.contract';
import { SIGNAL_NUMBERS } from '../../world/signals';
import { DropLine, ExitShell, FatalExpansion, ReturnFromFunction } from '../control';
import type { Run, Shell } from '../shell';
import { runTrap } from './finish';
import { drive } from './out-of-line';

/** Time that fork(2) takes before the child runs. */
const FORK_MICROS = 150;

/** What fork(2) costs the parent, in simple commands. */
const FORK_COMMANDS = 15;

export interface ForkOptions {
  readonly fds: ReadonlyMap<number, Stream>;
  /** A job of its own (job control). */
  readonly newGroup?: boolean;
}

/** Starts a copy of this shell that runs `body`; gives its pid. */
export function* forkShell(
  shell: Shell,
  body: (child: Shell) => Run<number>,
  options: ForkOptions,
): Run<number> {
  const { context } = shell;
  // The copy is taken now; the parent may have gone on by the time the child runs.
  const copy = shell.fork(context);
  const pid = yield* shell.spawn({
    argv: context.argv,
    comm: context.process.comm,
    fds: options.fds,
    env: context.process.env,
    startAfter: FORK_MICROS,
    group: options.newGroup === true ? 'new' : 'inherit',
    *program(childContext) {
      const child = copy;
      child.attach(childContext);
      for (const [name, action] of child.traps)
        if (action !== '' && name in SIGNAL_NUMBERS)
          childContext.signal(name as keyof typeof SIGNAL_NUMBERS, 'handle');
      return yield* runChild(child, () => body(child));
    },
  });
  if (typeof pid !== 'number') throw new DropLine(254);
  // At once: a signal may come before the child runs. (bash blocks them over the fork.)
  if (shell.interactive) giveBackSignals(shell, pid);
  yield* shell.tick(FORK_COMMANDS);
  return pid;
}

/** What an interactive shell ignores for itself, its children do not. */
export function giveBackSignals(shell: Shell, pid: number): void {
  const signals = shell.host.process(pid)?.signals;
  for (const name of ['INT', 'QUIT', 'TERM', 'TSTP', 'TTIN', 'TTOU'] as const)
    if (shell.traps.get(name) !== '') signals?.delete(name);
}

/** Runs a child's body to its exit status, its EXIT trap included. */
export function runChild(shell: Shell, body: () => Run<number>): Run<number> {
  return drive(runToEnd(shell, body));
}

function* runToEnd(shell: Shell, body: () => Run<number>): Run<number> {
  let status = yield* statusOf(shell, body);
  if (status === 'replaced') return shell.status;
  if (shell.traps.has('EXIT')) {
    shell.status = status;
    const before = status;
    const trapped = yield* statusOf(shell, function* () {
      yield* runTrap(shell, 'EXIT');
      return before;
    });
    status = trapped === 'replaced' ? shell.status : trapped;
  }
  return status & 255;
}

/** The status with which a body ends, however it ends. */
export function* statusOf(shell: Shell, body: () => Run<number>): Run<number | 'replaced'> {
  try {
    return yield* body();
  } catch (problem) {
    if (problem instanceof ExitShell) {
      shell.status = problem.status;
      return problem.replaced ? 'replaced' : problem.status;
    }
    if (problem instanceof ReturnFromFunction) return problem.status;
    if (problem instanceof DropLine) return problem.status;
    if (problem instanceof FatalExpansion) return fatalStatus(shell);
    throw problem;
  }
}

/** Status of a shell that `set -u` or `${x:?}` ended. */
export function fatalStatus(shell: Shell): number {
  if (shell.dialect === 'dash') return 2;
  return shell.mode === 'command' && shell.subshellDepth === 0 && !shell.options.errexit ? 127 : 1;
}
