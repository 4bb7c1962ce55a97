/** `coproc`: a background command joined by two pipes. */
import type { Run, Shell } from '../shell';
import { makeArray } from '../state/arrays';
import { printCommand } from '../syntax/printer';
import type { Coprocess } from '../syntax/tree';
import { forkShell } from './subshell';

const FIRST_FD = 60;

export function* runCoprocess(shell: Shell, command: Coprocess): Run<number> {
  const output = shell.host.streams.pipe();
  const input = shell.host.streams.pipe();
  const fds = new Map(shell.context.fds);
  fds.set(0, input.reader);
  fds.set(1, output.writer);
  const pid = yield* forkShell(shell, (child) => child.machinery.execute(child, command.body), { fds });
  const own = shell.context.fds;
  let fd = FIRST_FD;
  while (own.has(fd) || own.has(fd + 1)) fd++;
  input.writer.retain();
  output.reader.retain();
  own.set(fd, input.writer);
  own.set(fd + 1, output.reader);
  const variable = shell.variables.writable(command.name, shell.variables.scopes[0]);
  variable.list = makeArray([String(fd + 1), String(fd)]);
  variable.value = undefined;
  shell.variables.set(`${command.name}_PID`, String(pid));
  shell.lastBackground = pid;
  shell.coprocesses.set(pid, { name: command.name, fds: [fd, fd + 1] });
  shell.jobs.add({
    pids: [pid],
    pgid: pid,
    text: printCommand(command),
    state: 'running',
    status: 0,
    signal: undefined,
    notified: false,
    cwd: shell.context.cwd,
  });
  shell.status = 0;
  return 0;
}
