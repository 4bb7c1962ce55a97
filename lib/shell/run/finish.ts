/** What happens after a command has a status: the ERR trap and `set -e`; and traps of signals that came meanwhile. */
import { DropLine, ExitShell } from '../control';
import type { Run, Shell, TrapName } from '../shell';
import { SIGNAL_NUMBERS } from '../../world/signals';

/** Sets `$?` of a command that counts for `set -e`. */
export function* finish(shell: Shell, status: number): Run<number> {
  shell.status = status;
  if (status === 0 || shell.guarded > 0) return status;
  if (shell.traps.size > 0 && (shell.functionDepth === 0 || shell.options.errtrace))
    yield* runTrap(shell, 'ERR');
  if (shell.options.errexit) throw new ExitShell(status);
  return status;
}

/** Runs a trap's text; `$?` is what it was. */
/** What messages about an action's text call it. */
const TRAP_TEXTS: Partial<Record<TrapName, string>> = {
  DEBUG: 'debug trap',
  ERR: 'error trap',
  EXIT: 'exit trap',
  RETURN: 'return trap',
};

export function* runTrap(shell: Shell, name: TrapName): Run<void> {
  const action = shell.traps.get(name);
  if (
    action === undefined ||
    action === '' ||
    shell.inTrap === name ||
    (shell.inTrap === 'DEBUG' && name !== 'EXIT')
  )
    return;
  const { status, pipeStatus, inTrap, line, lastArgument, currentCommand } = shell;
  shell.inTrap = name;
  const deeper = name === 'EXIT' ? 0 : 1;
  shell.traceDepth += deeper;
  const reports = name === 'ERR' || name === 'DEBUG' || name === 'RETURN';
  try {
    yield* shell.machinery.runText(shell, action, {
      name: TRAP_TEXTS[name] ?? 'trap',
      lineBase: reports ? line - 1 : 0,
    });
  } finally {
    shell.inTrap = inTrap;
    shell.traceDepth -= deeper;
  }
  shell.status = status;
  shell.pipeStatus = pipeStatus;
  shell.line = line;
  shell.lastArgument = lastArgument;
  shell.currentCommand = currentCommand;
}

/** The terminal is gone: jobs are told, unless they were disowned, and the shell ends. */
export function hangUp(shell: Shell): never {
  const { world } = shell.context;
  for (const job of shell.jobs.list) {
    if (job.disowned === true || job.state === 'done') continue;
    for (const process of shell.host.processes()) {
      if (process.pgid !== job.pgid) continue;
      world.kill(shell.host, process.pid, 'HUP');
      world.kill(shell.host, process.pid, 'CONT');
    }
  }
  throw new ExitShell(128 + SIGNAL_NUMBERS.HUP);
}

/** Traps of the signals that came while something ran. */
export function* runPendingTraps(shell: Shell): Run<void> {
  while (shell.pendingTraps.length > 0) {
    const signal = shell.pendingTraps.shift();
    if (signal === undefined) return;
    if (shell.traps.has(signal)) {
      const { guarded } = shell;
      shell.guarded = 0;
      yield* runTrap(shell, signal);
      shell.guarded = guarded;
    } else if (shell.interactive && signal === 'INT') throw new DropLine(128 + SIGNAL_NUMBERS.INT);
    else if (shell.interactive && signal === 'HUP') hangUp(shell);
  }
}
