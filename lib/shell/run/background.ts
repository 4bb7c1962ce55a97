/** `command &`. */
import type { Run, Shell } from '../shell';
import { printCommand } from '../syntax/printer';
import type { Command } from '../syntax/tree';
import { forgetDone, reapJobs } from './reap';
import { startPipeline } from './pipeline';
import { forkShell } from './subshell';

const MOST_REMEMBERED = 64;

export function* startBackground(shell: Shell, command: Command): Run<number> {
  yield* reapJobs(shell);
  // A script that starts thousands must not keep what it never asks for.
  if (!shell.interactive && shell.jobs.list.length > MOST_REMEMBERED) forgetDone(shell);
  const pids = yield* start(shell, command);
  const pid = pids.at(-1) ?? 0;
  shell.lastBackground = pid;
  const job = shell.jobs.add({
    pids,
    pgid: shell.host.process(pids[0] ?? 0)?.pgid ?? pid,
    text: printCommand(command),
    state: 'running',
    status: 0,
    signal: undefined,
    notified: false,
    cwd: shell.context.cwd,
  });
  if (shell.interactive) yield* shell.write(2, `[${job.id}] ${pid}\n`);
  shell.status = 0;
  shell.pipeStatus = [0];
  return 0;
}

function* start(shell: Shell, command: Command): Run<number[]> {
  if (command.type === 'pipeline' && command.commands.length > 1 && !command.negated) {
    return (yield* startPipeline(shell, command, { background: true })).pids;
  }
  const fds = new Map(shell.context.fds);
  // Without job control a background command reads nothing and cannot be interrupted from the keyboard.
  if (!shell.options.monitor) fds.set(0, shell.host.streams.null());
  const runsDetached = !shell.options.monitor;
  const pid = yield* forkShell(
    shell,
    (child) => {
      child.options.monitor = false;
      child.lastCommand = command;
      if (runsDetached)
        for (const signal of ['INT', 'QUIT'] as const)
          if (!child.traps.has(signal)) child.context.signal(signal, 'ignore');
      return child.machinery.execute(child, command);
    },
    { fds, newGroup: shell.options.monitor },
  );
  return [pid];
}
