/** Job control: `jobs`, `fg`, `bg`, `wait`, `disown`, `suspend`. Source: bash(1) "JOB CONTROL". */
import { SIGNAL_NUMBERS } from '../../world/signals';
import { DropLine } from '../control';
import { awaitForeground } from '../run/external';
import { forgetDone, jobLine, noteEnd, reapJobs, reportKilled } from '../run/reap';
import type { Run, Shell } from '../shell';
import type { Job } from '../state/jobs';
import { type Call, complain, readOptions } from './builtin';

/** The job that a `%`-word means; undefined when none, which has been said. */
function* jobNamed(call: Call, spec: string | undefined): Run<Job | undefined> {
  const { shell } = call;
  const found = spec === undefined ? shell.jobs.current() : shell.jobs.find(spec);
  if (found === 'ambiguous') yield* complain(call, `${spec ?? ''}: ambiguous job spec`);
  else if (found !== undefined) return found;
  if (shell.dialect === 'dash')
    yield* complain(call, spec === undefined ? 'No current job' : `No such job: ${spec}`);
  else yield* complain(call, `${spec ?? 'current'}: no such job`);
  return undefined;
}

export function* jobs(call: Call): Run<number> {
  const { shell } = call;
  if (call.args[0] === '-x' && call.args.length === 1) return 0;
  if (call.args[0] === '-x')
    return yield* shell.machinery.runWords(
      shell,
      call.args.slice(1).map((arg) => groupOf(shell, arg)),
      { functions: true, external: true, builtins: true },
    );
  const options = yield* readOptions(call, shell.dialect === 'dash' ? 'lp' : 'lpnrs');
  if (typeof options === 'number') return options;
  const { flags, rest } = options;
  yield* reapJobs(shell);
  let status = 0;
  const named: Job[] = [];
  for (const spec of rest) {
    const job = yield* jobNamed(call, spec);
    if (job === undefined) status = 1;
    else named.push(job);
  }
  for (const job of rest.length > 0 ? named : [...shell.jobs.shown().list]) {
    if (flags.has('r') && job.state !== 'running') continue;
    if (flags.has('s') && job.state !== 'stopped') continue;
    if (flags.has('n') && job.notified) continue;
    yield* shell.write(
      1,
      flags.has('p') ? `${job.pids[0] ?? 0}\n` : jobLine(shell, job, { pids: flags.has('l') }),
    );
    job.notified = true;
  }
  forgetDone(shell);
  return status;
}

/** `jobs -x`: a job becomes its process group. */
function groupOf(shell: Shell, arg: string): string {
  const job = arg.startsWith('%') ? shell.jobs.find(arg) : undefined;
  return job === undefined || job === 'ambiguous' ? arg : String(job.pgid);
}

function continueJob(shell: Shell, job: Job): void {
  for (const process of shell.host.processes())
    if (process.pgid === job.pgid || job.pids.includes(process.pid))
      shell.context.world.kill(shell.host, process.pid, 'CONT');
  job.state = 'running';
  job.notified = false;
}

export function* fg(call: Call): Run<number> {
  const { shell } = call;
  const options = yield* readOptions(call, '');
  if (typeof options === 'number') return options;
  if (!shell.options.monitor && shell.dialect === 'bash') {
    yield* complain(call, 'no job control');
    return 1;
  }
  yield* reapJobs(shell);
  const job = yield* jobNamed(call, options.rest[0]);
  if (job === undefined) return shell.dialect === 'dash' ? 2 : 1;
  if (job.state === 'done') {
    yield* complain(call, 'job has terminated');
    shell.jobs.remove(job.id);
    return 1;
  }
  yield* shell.write(1, `${job.text}\n`);
  shell.foreground?.(job.pgid);
  continueJob(shell, job);
  return yield* awaitForeground(shell, job.pids, job);
}

export function* bg(call: Call): Run<number> {
  const { shell } = call;
  const options = yield* readOptions(call, '');
  if (typeof options === 'number') return options;
  if (!shell.options.monitor && shell.dialect === 'bash') {
    yield* complain(call, 'no job control');
    return 1;
  }
  yield* reapJobs(shell);
  let status = 0;
  for (const spec of options.rest.length === 0 ? [undefined] : options.rest) {
    const job = yield* jobNamed(call, spec);
    if (job === undefined) status = 1;
    else if (job.state === 'running') yield* complain(call, `job ${job.id} already in background`);
    else {
      const mark = shell.jobs.mark(job);
      continueJob(shell, job);
      yield* shell.write(1, `[${job.id}]${mark === ' ' ? ' ' : mark} ${job.text} &\n`);
      shell.lastBackground = job.pids.at(-1);
    }
  }
  return status;
}

export function* disown(call: Call): Run<number> {
  const { shell } = call;
  const options = yield* readOptions(call, 'ahr');
  if (typeof options === 'number') return options;
  const { flags, rest } = options;
  yield* reapJobs(shell);
  if (rest.length === 0 && (flags.has('a') || flags.has('r'))) {
    for (const job of [...shell.jobs.list])
      if (!flags.has('r') || job.state === 'running') leaveAlone(shell, job, flags.has('h'));
    return 0;
  }
  let status = 0;
  for (const spec of rest.length === 0 ? [undefined] : rest) {
    const byPid = spec !== undefined && /^\d+$/.test(spec) ? shell.jobs.byPid(Number(spec)) : undefined;
    const job = byPid ?? (yield* jobNamed(call, spec));
    if (job === undefined) status = 1;
    else leaveAlone(shell, job, flags.has('h'));
  }
  return status;
}

function leaveAlone(shell: Shell, job: Job, keepsListed: boolean): void {
  job.disowned = true;
  if (keepsListed) return;
  shell.strays.push(...job.pids);
  shell.jobs.remove(job.id);
}

// --------------------------------------------------------------------------- wait

export function* wait(call: Call): Run<number> {
  const { shell } = call;
  const options = yield* readOptions(call, shell.dialect === 'dash' ? '' : 'fnp:');
  if (typeof options === 'number') return options;
  const { rest, flags, values } = options;
  const store = values.get('p');
  if (store !== undefined) shell.variables.unset(store);
  if (flags.has('n')) return yield* waitForNext(call, rest, store);
  if (rest.length === 0) return yield* waitForAll(shell);
  let status = 0;
  for (const spec of rest) {
    const pids = yield* pidsOf(call, spec);
    if (typeof pids === 'number') {
      status = pids;
      continue;
    }
    status = yield* waitForPids(shell, pids);
    if (store !== undefined) shell.assign(store, String(pids.at(-1) ?? ''));
    if (shell.pendingTraps.length > 0) return 128 + SIGNAL_NUMBERS[shell.pendingTraps[0] ?? 'INT'];
  }
  return status;
}

function* pidsOf(call: Call, spec: string): Run<readonly number[] | number> {
  const { shell } = call;
  if (spec.startsWith('%')) {
    yield* reapJobs(shell);
    const job = yield* jobNamed(call, spec);
    return job === undefined ? 127 : job.pids;
  }
  if (!/^\d+$/.test(spec)) {
    if (shell.dialect === 'dash') yield* complain(call, `Illegal number: ${spec}`);
    else yield* complain(call, `\`${spec}': not a pid or valid job spec`);
    return shell.dialect === 'dash' ? 2 : 1;
  }
  const pid = Number(spec);
  if (isChild(shell, pid)) return [pid];
  if (shell.dialect === 'bash') yield* complain(call, `pid ${spec} is not a child of this shell`);
  return 127;
}

function isChild(shell: Shell, pid: number): boolean {
  return shell.jobs.finished.has(pid) || shell.host.process(pid)?.ppid === shell.context.pid;
}

/** The last one's status; a trapped signal ends the waiting. */
function* waitForPids(shell: Shell, pids: readonly number[]): Run<number> {
  let status = 0;
  for (const pid of pids) {
    while (!shell.jobs.finished.has(pid)) {
      const child = shell.host.process(pid);
      if (child === undefined || child.ppid !== shell.context.pid) shell.jobs.finished.set(pid, 127);
      else if (child.state === 'zombie') noteEnd(shell, pid, yield* shell.context.wait(pid));
      else {
        yield* shell.suspend({ children: [pid] });
        if (shell.pendingTraps.length > 0) return yield* interrupted(shell);
      }
    }
    status = shell.jobs.finished.get(pid) ?? 127;
  }
  yield* reportKilled(shell);
  const job = shell.jobs.byPid(pids.at(-1) ?? 0);
  if (job?.state === 'done') {
    job.notified = true;
    if (!shell.interactive) shell.jobs.remove(job.id);
  }
  return status;
}

/** A trapped signal came: its trap runs after `wait`. */
function* interrupted(shell: Shell): Run<number> {
  const [signal = 'INT'] = shell.pendingTraps;
  if (!shell.traps.has(signal) && shell.interactive) {
    shell.pendingTraps = [];
    yield* shell.write(2, '\n');
    throw new DropLine(128 + SIGNAL_NUMBERS[signal]);
  }
  return 128 + SIGNAL_NUMBERS[signal];
}

function* waitForAll(shell: Shell): Run<number> {
  for (;;) {
    yield* reapJobs(shell);
    const running = shell.jobs.list.filter((job) => job.state === 'running');
    const pids = running.flatMap((job) => job.pids.filter((pid) => !shell.jobs.finished.has(pid)));
    if (pids.length === 0) break;
    yield* shell.suspend({ children: pids });
    if (shell.pendingTraps.length > 0) return yield* interrupted(shell);
  }
  yield* reportKilled(shell);
  if (!shell.interactive) forgetDone(shell);
  return 0;
}

function* waitForNext(call: Call, specs: readonly string[], store: string | undefined): Run<number> {
  const { shell } = call;
  const wanted = new Set<number>();
  for (const spec of specs) {
    const pids = yield* pidsOf(call, spec);
    if (typeof pids !== 'number') wanted.add(pids.at(-1) ?? 0);
  }
  for (;;) {
    yield* reapJobs(shell);
    const candidates = shell.jobs.list.filter(
      (job) => wanted.size === 0 || job.pids.some((pid) => wanted.has(pid)),
    );
    yield* reportKilled(shell);
    const done = candidates.find((job) => job.state === 'done' && job.waited !== true);
    if (done !== undefined) {
      done.waited = true;
      shell.jobs.remove(done.id);
      if (store !== undefined) shell.assign(store, String(done.pids.at(-1) ?? ''));
      return done.status;
    }
    const pids = candidates.filter((job) => job.state === 'running').flatMap((job) => job.pids);
    if (pids.length === 0) return 127;
    yield* shell.suspend({ children: pids });
    if (shell.pendingTraps.length > 0) return yield* interrupted(shell);
  }
}

export function* suspend(call: Call): Run<number> {
  const { shell } = call;
  const options = yield* readOptions(call, 'f');
  if (typeof options === 'number') return options;
  if (!shell.options.monitor) {
    yield* complain(call, 'cannot suspend: no job control');
    return 1;
  }
  if (shell.shopt.login_shell && !options.flags.has('f')) {
    yield* complain(call, 'cannot suspend a login shell');
    return 1;
  }
  shell.context.world.kill(shell.host, shell.context.pid, 'STOP');
  yield* shell.suspend({ until: shell.context.kernel.now });
  return 0;
}
