/**
 * Check scripts and notify scripts: real child processes (`vrrp_script_thread`, `vrrp_script_child_thread`
 * and `notify_exec` of keepalived 2.2.7).
 */
import { errorNumber, strerror } from '../../../std/errno';
import { MILLISECOND, type Micros, SECOND } from '../../../std/instant';
import type { ExitStatus } from '../../../world/process.contract';
import type { ScriptCommand, TrackScript } from '../config';
import { say } from './say';
import type { ScriptState, Vrrp } from './state';

export const SCRIPT_DUE = 'keepalived.script.due';
export const SCRIPT_TIMEOUT = 'keepalived.script.timeout';
/** From one run to the next a little more than the interval passes: the next is set up after the clock was read. */
const BETWEEN_RUNS: Micros = MILLISECOND / 5;
const AFTER_TERM: Micros = 2 * SECOND;

/** The state of a script that has not run: its first result decides, also with `init_fail` (recorded). */
export function newScript(script: TrackScript): ScriptState {
  return { run: 'idle', pid: 0, result: script.rise - 1, isNew: true, lastStatus: 0 };
}

/** All scripts run at once, then each at its interval. */
export function startScripts(vrrp: Vrrp): void {
  for (const { name } of vrrp.state.configuration.scripts) scheduleScript(vrrp, name, 0);
}
function scheduleScript(vrrp: Vrrp, name: string, delay: Micros): void {
  vrrp.setTimer(`script:${name}`, vrrp.kernel.now + delay, SCRIPT_DUE, { name });
}

export function runScript(vrrp: Vrrp, name: string): void {
  const script = vrrp.state.configuration.scripts.find((known) => known.name === name);
  const state = vrrp.state.scripts.get(name);
  if (script === undefined || state === undefined || vrrp.state.stopping) return;
  scheduleScript(vrrp, name, script.interval + BETWEEN_RUNS);
  if (state.run !== 'idle') {
    const what = state.run === 'running' ? 'already running' : 'being timed out';
    say(vrrp, `Track script ${name} is ${what}, expect idle - skipping run`);
    return;
  }
  const pid = spawnScript(vrrp, script.command);
  if (pid === undefined) return;
  state.run = 'running';
  state.pid = pid;
  const timeout = script.timeout === 0 ? script.interval : script.timeout;
  vrrp.setTimer(`script-timeout:${name}`, vrrp.kernel.now + timeout, SCRIPT_TIMEOUT, { name });
}

/** It took too long: asked first, then made to. */
export function scriptTimedOut(vrrp: Vrrp, name: string): void {
  const state = vrrp.state.scripts.get(name);
  if (state === undefined || state.run === 'idle') return;
  const isFirst = state.run === 'running';
  if (state.run === 'being killed')
    say(vrrp, `Script ${name} child (PID ${state.pid}) failed to terminate after kill`);
  state.run = isFirst ? 'asked to end' : 'being killed';
  vrrp.setTimer(`script-timeout:${name}`, vrrp.kernel.now + AFTER_TERM, SCRIPT_TIMEOUT, { name });
  killGroup(vrrp, state.pid, isFirst ? 'TERM' : 'KILL');
}
function killGroup(vrrp: Vrrp, group: number, signal: 'TERM' | 'KILL'): void {
  for (const { pid, pgid } of vrrp.host.processes())
    if (pgid === group) vrrp.world.kill(vrrp.host, pid, signal);
}

/** A child ended. @returns the name of the script whose verdict changed */
export function scriptEnded(vrrp: Vrrp, pid: number, status: ExitStatus): string | undefined {
  for (const script of vrrp.state.configuration.scripts) {
    const state = vrrp.state.scripts.get(script.name);
    if (state?.pid !== pid || state.run === 'idle') continue;
    vrrp.clearTimer(`script-timeout:${script.name}`);
    if (state.run === 'asked to end') killGroup(vrrp, pid, 'KILL');
    const outcome = outcomeOf(vrrp, script, state, status);
    state.run = 'idle';
    state.pid = 0;
    const changed = outcome.isGood
      ? succeeded(vrrp, script, state)
      : failed(vrrp, script, state, outcome.why);
    state.isNew = false;
    return changed ? script.name : undefined;
  }
  return undefined;
}

function outcomeOf(
  vrrp: Vrrp,
  script: TrackScript,
  state: ScriptState,
  status: ExitStatus,
): { isGood: boolean; why: string } {
  const { name } = script;
  if (status.signal === undefined) {
    const code = status.code ?? 0;
    if (code !== state.lastStatus) say(vrrp, `Script \`${name}\` now returning ${code}`);
    state.lastStatus = code;
    return { isGood: code === 0, why: `failed (exited with status ${code})` };
  }
  const ours =
    (state.run === 'asked to end' && status.signal === 'TERM') ||
    (state.run === 'being killed' && (status.signal === 'KILL' || status.signal === 'TERM'));
  return { isGood: false, why: ours ? 'timed_out' : `failed (due to signal ${SIGNALS[status.signal] ?? 0})` };
}
const SIGNALS: Readonly<Partial<Record<string, number>>> = {
  HUP: 1,
  INT: 2,
  QUIT: 3,
  ABRT: 6,
  KILL: 9,
  SEGV: 11,
  PIPE: 13,
  ALRM: 14,
  TERM: 15,
};

function succeeded(vrrp: Vrrp, script: TrackScript, state: ScriptState): boolean {
  const { rise, fall, name } = script;
  if (state.result < rise - 1) {
    state.result += 1;
    return state.isNew;
  }
  const rises = state.result < rise;
  if (rises) say(vrrp, `VRRP_Script(${name}) succeeded`);
  state.result = rise + fall - 1;
  return rises || state.isNew;
}
function failed(vrrp: Vrrp, script: TrackScript, state: ScriptState, why: string): boolean {
  const { rise, name } = script;
  if (state.result > rise) {
    state.result -= 1;
    return false;
  }
  const falls = state.result === rise || state.isNew;
  if (falls) say(vrrp, `VRRP_Script(${name}) ${why}`);
  state.result = 0;
  return falls;
}

/** execve in a process group of its own, output thrown away. undefined: no process could be made. */
export function spawnScript(
  vrrp: Vrrp,
  command: ScriptCommand,
  more: readonly string[] = [],
): number | undefined {
  const { host, process } = vrrp;
  const argv = [...command.args, ...more];
  const silence = host.streams.null();
  const groups = command.uid === process.uid ? process.groups : [command.gid];
  const pid = vrrp.spawn({
    argv,
    path: argv[0] ?? '',
    uid: command.uid,
    gid: command.gid,
    groups,
    group: 'new',
    cwd: '/',
    parentDeathSignal: 'TERM',
    fds: new Map([
      [0, silence],
      [1, silence],
      [2, silence],
    ]),
  });
  if (typeof pid === 'number') return pid;
  say(
    vrrp,
    `Error exec-ing command '${argv[0] ?? ''}', error ${errorNumber(pid.errno)}: ${strerror(pid.errno)}`,
  );
  // Vendor: the child that could not exec exits with 0.
  return vrrp.spawn({
    argv: [...process.argv],
    program: function* () {
      return 0;
    },
    group: 'new',
  }) as number;
}
