/** `kill`. */
import type { SignalName } from '../../world/process.contract';
import { isSignalName, SIGNAL_NUMBERS, signalName } from '../../world/signals';
import type { Run, Shell } from '../shell';
import { type Call, complain, EX_USAGE, usage } from './builtin';
import { signalTable } from './trap';

/** 0 asks only whether the process is there. */
type Wanted = SignalName | 0;

function signalOf(text: string): Wanted | undefined {
  if (/^\d+$/.test(text)) return Number(text) === 0 ? 0 : signalName(Number(text));
  const upper = text.toUpperCase();
  const bare = upper.startsWith('SIG') ? upper.slice(3) : upper;
  if (bare === 'EXIT') return 0;
  return isSignalName(bare) ? bare : undefined;
}

export function* kill(call: Call): Run<number> {
  const { shell } = call;
  const args = [...call.args];
  let signal: Wanted | undefined = 'TERM';
  const [first] = args;
  if (first === undefined) {
    yield* usage(call);
    return EX_USAGE;
  }
  if (first === '-l' || first === '-L') return yield* list(call, args.slice(1));
  if (first === '-s' || first === '-n') {
    const name = args[1];
    if (name === undefined) {
      yield* complain(call, `${first}: option requires an argument`);
      return 1;
    }
    args.splice(0, 2);
    signal = signalOf(name);
    if (signal === undefined) return yield* badSignal(call, name, false);
  } else if (first !== '--' && /^-./.test(first)) {
    args.shift();
    signal = signalOf(first.slice(1));
    if (signal === undefined) return yield* badSignal(call, first.slice(1), true);
  }
  if (args[0] === '--') args.shift();
  if (args.length === 0) {
    yield* usage(call);
    return EX_USAGE;
  }
  let sent = 0;
  for (const target of args) {
    if (yield* send(call, target, signal)) sent++;
    // dash ends at a word that is no process.
    else if (shell.dialect === 'dash' && !/^-?\d+$/.test(target)) return 2;
  }
  // A signal to this very shell arrives before the next command.
  yield* shell.suspend({ until: shell.context.kernel.now });
  return sent === args.length ? 0 : 1;
}

function* badSignal(call: Call, name: string, isOption: boolean): Run<number> {
  yield* complain(
    call,
    call.shell.dialect === 'dash'
      ? isOption
        ? `Illegal option -${name.slice(0, 1)}`
        : `invalid signal number or name: ${name}`
      : `${name}: invalid signal specification`,
  );
  return call.shell.dialect === 'dash' ? 2 : 1;
}

function* send(call: Call, target: string, signal: Wanted): Run<boolean> {
  const { shell } = call;
  if (target.startsWith('%')) {
    const job = shell.jobs.find(target);
    if (job === undefined && shell.dialect === 'dash') {
      yield* complain(call, `No such job: ${target}`);
      return false;
    }
    if (job === undefined || job === 'ambiguous') {
      yield* complain(call, `${target}: ${job === undefined ? 'no such job' : 'ambiguous job spec'}`);
      return false;
    }
    const pids = shell.options.monitor ? membersOf(shell, job.pgid) : job.pids;
    return yield* deliver(call, pids.length === 0 ? job.pids : pids, signal, String(job.pids[0] ?? 0));
  }
  if (!/^-?\d+$/.test(target)) {
    yield* complain(
      call,
      shell.dialect === 'dash'
        ? `Illegal number: ${target}`
        : target === ''
          ? "`': not a pid or valid job spec"
          : `${target}: arguments must be process or job IDs`,
    );
    return false;
  }
  const number = Number(target);
  const { process } = shell.context;
  if (number > 0) return yield* deliver(call, [number], signal, target);
  const pids =
    number === -1
      ? shell.host
          .processes()
          .map(({ pid }) => pid)
          .filter((pid) => pid !== 1 && pid !== process.pid)
      : membersOf(shell, number === 0 ? process.pgid : -number);
  return yield* deliver(call, pids, signal, target);
}

function membersOf(shell: Shell, pgid: number): number[] {
  return shell.host
    .processes()
    .filter((process) => process.pgid === pgid && process.state !== 'zombie')
    .map(({ pid }) => pid);
}

function* deliver(call: Call, pids: readonly number[], signal: Wanted, shown: string): Run<boolean> {
  const { shell } = call;
  const { world, who, pid: own } = shell.context;
  let problem: 'ESRCH' | 'EPERM' | undefined = pids.length === 0 ? 'ESRCH' : undefined;
  let reached = 0;
  // This shell last: the others must get it too.
  for (const pid of [...pids].sort((a, b) => Number(a === own) - Number(b === own))) {
    const process = shell.host.process(pid);
    const failed =
      process === undefined
        ? 'ESRCH'
        : who.uid !== 0 && who.uid !== process.uid
          ? 'EPERM'
          : signal === 0
            ? undefined
            : world.kill(shell.host, pid, signal, { uid: who.uid });
    if (failed === undefined) reached++;
    else problem = failed;
  }
  if (reached > 0 || problem === undefined) return true;
  const text = problem === 'ESRCH' ? 'No such process' : 'Operation not permitted';
  yield* complain(call, shell.dialect === 'dash' ? text : `(${shown}) - ${text}`);
  return false;
}

function* list(call: Call, args: readonly string[]): Run<number> {
  const { shell } = call;
  if (args.length === 0) {
    yield* shell.write(
      1,
      shell.dialect === 'dash' ? `${['0', ...Object.keys(SIGNAL_NUMBERS)].join('\n')}\n` : signalTable(),
    );
    return 0;
  }
  let status = 0;
  for (const text of args) {
    const line = /^\d+$/.test(text)
      ? signalName(Number(text) > 128 ? Number(text) - 128 : Number(text))
      : numberText(text);
    if (line === undefined) {
      yield* complain(call, `${text}: invalid signal specification`);
      status = 1;
    } else yield* shell.write(1, `${line}\n`);
  }
  return status;
}

function numberText(text: string): string | undefined {
  const signal = signalOf(text);
  if (signal === undefined) return undefined;
  return signal === 0 ? '0' : String(SIGNAL_NUMBERS[signal]);
}
