/** Children that ended or stopped meanwhile, and telling the user of them. */
import type { ExitStatus } from '../../world/process.contract';
import { SIGNAL_NUMBERS } from '../../world/signals';
import type { Run, Shell } from '../shell';
import type { Job } from '../state/jobs';
import { signalText } from './signal-texts';

/** Exit status as `$?` shows it. */
export function statusNumber(status: ExitStatus): number {
  return status.signal === undefined ? (status.code ?? 0) : 128 + SIGNAL_NUMBERS[status.signal];
}

/** A coprocess that ended: its descriptors are closed and its variables are gone. */
function forgetCoprocess(shell: Shell, pid: number): void {
  const found = shell.coprocesses.get(pid);
  if (found === undefined) return;
  shell.coprocesses.delete(pid);
  for (const fd of found.fds) {
    shell.context.fds.get(fd)?.close();
    shell.context.fds.delete(fd);
  }
  shell.variables.unset(found.name);
  shell.variables.unset(`${found.name}_PID`);
}

/** Takes note of a child that was waited for. */
export function noteEnd(shell: Shell, pid: number, status: ExitStatus): void {
  shell.jobs.finished.set(pid, statusNumber(status));
  if (shell.traps.has('CHLD')) shell.pendingTraps.push('CHLD');
  forgetCoprocess(shell, pid);
  const job = shell.jobs.byPid(pid);
  if (job === undefined) return;
  if (pid === job.pids.at(-1)) {
    job.status = statusNumber(status);
    job.signal = status.signal;
  }
  if (job.pids.every((one) => shell.jobs.finished.has(one))) job.state = 'done';
}

/** Looks after all background children without waiting. */
export function* reapJobs(shell: Shell): Run<void> {
  for (const job of shell.jobs.list) {
    if (job.state === 'done') continue;
    for (const pid of job.pids) {
      if (shell.jobs.finished.has(pid)) continue;
      const process = shell.host.process(pid);
      if (process !== undefined && process.ppid === shell.context.pid && process.state !== 'zombie') continue;
      noteEnd(shell, pid, yield* shell.context.wait(pid));
    }
    if ((job.state as Job['state']) === 'done') continue;
    const members = job.pids.map((pid) => shell.host.process(pid)).filter((one) => one !== undefined);
    const stopped = members.length > 0 && members.every(({ state }) => state !== 'running');
    if (stopped !== (job.state === 'stopped')) {
      job.state = stopped ? 'stopped' : 'running';
      job.notified = !stopped;
    }
  }
  for (const pid of shell.strays.splice(0)) {
    const process = shell.host.process(pid);
    if (process?.state === 'zombie') yield* shell.context.wait(pid);
    else if (process !== undefined) shell.strays.push(pid);
  }
}

export function stateText(job: Job): string {
  if (job.state === 'running') return 'Running';
  if (job.state === 'stopped') return 'Stopped';
  if (job.signal !== undefined) return signalText(job.signal);
  return job.status === 0 ? 'Done' : `Exit ${job.status}`;
}

/** `[1]+  Running                 sleep 100 &` */
export function jobLine(shell: Shell, job: Job, options: { readonly pids?: boolean } = {}): string {
  const head = `[${job.id}]${shell.jobs.shown().mark(job)} `;
  const pid = options.pids === true ? `${String(job.pids[0] ?? 0).padStart(5)} ` : ' ';
  const away = job.cwd === shell.context.cwd ? '' : `  (wd: ${withTilde(shell, job.cwd)})`;
  return `${head}${pid}${stateText(job).padEnd(24)}${job.text}${job.state === 'running' ? ' &' : ''}${away}\n`;
}

function withTilde(shell: Shell, path: string): string {
  const home = shell.variables.get('HOME') ?? '';
  return home !== '' && (path === home || path.startsWith(`${home}/`)) ? `~${path.slice(home.length)}` : path;
}

/** Before a prompt: jobs that ended or stopped since; ended ones are forgotten. */
export function* tellJobs(shell: Shell): Run<void> {
  for (const job of [...shell.jobs.list]) {
    if (job.state === 'running' || (job.state === 'stopped' && job.notified)) continue;
    if (!job.notified && shell.interactive) yield* shell.write(2, jobLine(shell, job));
    job.notified = true;
  }
  forgetDone(shell);
}

const QUIET_SIGNALS: ReadonlySet<string> = new Set(['INT', 'PIPE', 'TERM']);

/** A script is told of background jobs that a signal ended, each once. */
export function* reportKilled(shell: Shell): Run<void> {
  if (shell.interactive || shell.dialect === 'dash') return;
  for (const job of shell.jobs.list) {
    if (job.state !== 'done' || job.notified || job.signal === undefined) continue;
    job.notified = true;
    if (QUIET_SIGNALS.has(job.signal)) continue;
    yield* shell.complain(
      `${String(job.pids.at(-1) ?? 0).padStart(5)} ${signalText(job.signal).padEnd(24)}${job.text}`,
    );
  }
}

export function forgetDone(shell: Shell): void {
  for (const job of [...shell.jobs.list]) if (job.state === 'done') shell.jobs.remove(job.id);
}
