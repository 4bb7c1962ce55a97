/** Pipelines: every command a child of its own, joined by pipes; `!`, `time`. */
import type { Stream } from '../../world/process.contract';
import { compareEnds } from './time-report';
import type { Run, Shell } from '../shell';
import type { Command, Pipeline, Redirect } from '../syntax/tree';
import { makeWord } from '../syntax/words';
import { awaitForeground } from './external';
import { finish } from './finish';
import { announce, runAnnounced } from './simple';
import { forkShell } from './subshell';

export function* runPipeline(shell: Shell, pipeline: Pipeline): Run<number> {
  const started = shell.context.kernel.now;
  const cpu = shell.context.process.cpuMicros;
  let status: number;
  if (pipeline.negated) {
    shell.guarded++;
    try {
      status = yield* parts(shell, pipeline);
    } finally {
      shell.guarded--;
    }
    status = status === 0 ? 1 : 0;
    shell.status = status;
  } else status = yield* parts(shell, pipeline);
  if (pipeline.timed !== 'no') {
    const report = compareEnds(shell, { started, cpu, posix: pipeline.timed === 'posix' });
    if (typeof report === 'string') yield* shell.write(2, report);
    else yield* shell.complain(report.problem);
  }
  return status;
}

function* parts(shell: Shell, pipeline: Pipeline): Run<number> {
  const [only] = pipeline.commands;
  if (only === undefined) return 0;
  if (pipeline.commands.length === 1) return yield* shell.machinery.execute(shell, only);
  const runsLastHere = shell.shopt.lastpipe && !shell.options.monitor;
  const { pids, rest } = yield* startPipeline(shell, pipeline, { leaveLast: runsLastHere });
  const announced = shell.currentCommand;
  if (rest === undefined) shell.currentCommand = pipeline;
  const last = rest === undefined ? undefined : yield* runLastHere(shell, pipeline, rest);
  yield* awaitForeground(shell, pids);
  if (last !== undefined) shell.pipeStatus = [...shell.pipeStatus, last];
  if (rest === undefined) shell.currentCommand = announced;
  const status = shell.options.pipefail
    ? (shell.pipeStatus.findLast((one) => one !== 0) ?? 0)
    : (shell.pipeStatus.at(-1) ?? 0);
  // A subshell at the end counts for itself, and then as the pipeline's end.
  if (rest === undefined && pipeline.commands.at(-1)?.type === 'subshell') yield* finish(shell, status);
  return yield* finish(shell, status);
}

/** Starts the parts; with `leaveLast` the last one is left and what it would read is given. */
export function* startPipeline(
  shell: Shell,
  pipeline: Pipeline,
  options: { readonly leaveLast?: boolean; readonly background?: boolean } = {},
): Run<{ pids: number[]; rest: Stream | undefined }> {
  const pids: number[] = [];
  let input: Stream | undefined;
  let leader = 0;
  for (let i = 0; i < pipeline.commands.length; i++) {
    const command = pipeline.commands[i];
    if (command === undefined) continue;
    const isLast = i === pipeline.commands.length - 1;
    if (isLast && options.leaveLast === true) return { pids, rest: input };
    if (command.type === 'simple') yield* announce(shell, command);
    else if (command.type === 'subshell' && shell.inTrap === undefined) shell.currentCommand = command;
    const fds = new Map(shell.context.fds);
    if (input !== undefined) fds.set(0, input);
    else if (options.background === true && !shell.options.monitor) fds.set(0, shell.host.streams.null());
    const pipe = isLast ? undefined : shell.host.streams.pipe();
    if (pipe !== undefined) fds.set(1, pipe.writer);
    const part = pipeline.withErrors[i] === true ? withErrors(command) : command;
    const pid = yield* forkShell(shell, (child) => runPart(child, part), {
      fds,
      newGroup: shell.options.monitor,
    });
    if (shell.options.monitor) leader = joinGroup(shell, pid, leader);
    pids.push(pid);
    input = pipe?.reader;
  }
  return { pids, rest: undefined };
}

/** `|&` is `2>&1` after all other redirections. */
function withErrors(command: Command): Command {
  if (!('redirects' in command)) return command;
  const toOutput: Redirect = {
    operator: '>&',
    fd: 2,
    variable: undefined,
    target: makeWord('1'),
    hereDocument: undefined,
  };
  return { ...command, redirects: [...command.redirects, toOutput] };
}

/** All parts of a job are in the first one's group. */
function joinGroup(shell: Shell, pid: number, leader: number): number {
  const process = shell.host.process(pid);
  if (leader === 0) return pid;
  if (process !== undefined) process.pgid = leader;
  return leader;
}

/** A part that is one simple command needs no process beside the one it has. */
function* runPart(child: Shell, command: Command): Run<number> {
  child.options.monitor = false;
  child.lastCommand = command;
  if (command.type === 'simple') return yield* runAnnounced(child, command);
  return yield* child.machinery.execute(child, command);
}

function* runLastHere(shell: Shell, pipeline: Pipeline, input: Stream): Run<number> {
  const command = pipeline.commands.at(-1);
  const { fds } = shell.context;
  const before = fds.get(0);
  input.retain();
  fds.set(0, input);
  try {
    return command === undefined ? 0 : yield* shell.machinery.execute(shell, command);
  } finally {
    input.close();
    if (before === undefined) fds.delete(0);
    else fds.set(0, before);
  }
}
