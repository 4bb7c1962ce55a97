/** start-stop-daemon(8) as units call it to stop somebody: `--stop` with a pid file and a schedule of signals. Not modelled: `--start`, looking for processes by name. */
import { FileError } from '../../world/files.contract';
import type { ProgramContext, ProgramRun, SignalName } from '../../world/process.contract';
import { SIGNAL_NUMBERS } from '../../world/signals';

const GLANCE = 20_000;

export function* startStopDaemon(context: ProgramContext): ProgramRun {
  let pidfile = '';
  let schedule = '';
  let signal = 'TERM';
  let stops = false;
  let quiet = false;
  const words = context.argv.slice(1);
  for (let i = 0; i < words.length; i++) {
    const [name = '', inline] = (words[i] ?? '').split('=', 2);
    const value = (): string => inline ?? words[++i] ?? '';
    if (name === '--pidfile' || name === '-p') pidfile = value();
    else if (name === '--retry' || name === '-R') schedule = value();
    else if (name === '--signal' || name === '-s') signal = value();
    else if (name === '--stop' || name === '-K') stops = true;
    else if (name === '--quiet' || name === '-q') quiet = true;
    else if (name === '--exec' || name === '-x' || name === '--name' || name === '-n') value();
    else if (name !== '--oknodo' && name !== '-o') {
      yield* context.err(`start-stop-daemon: not modelled: ${name}\n`);
      return 3;
    }
  }
  if (!stops || pidfile === '') {
    yield* context.err('start-stop-daemon: not modelled: without --stop and --pidfile\n');
    return 3;
  }
  const text = context.fs.readFile(context.resolve(pidfile), context.who);
  const pid = text instanceof FileError ? 0 : Number(text.trim());
  if (!isAlive(context, pid)) {
    if (!quiet) yield* context.out('No process in pidfile found running; none killed.\n');
    return 1;
  }
  for (const [word, patience] of stepsOf(schedule, signal)) {
    context.world.kill(context.host, pid, word);
    const end = context.kernel.now + patience;
    while (isAlive(context, pid) && context.kernel.now < end) yield* context.sleep(GLANCE);
    if (!isAlive(context, pid)) return 0;
  }
  return schedule === '' ? 0 : 2;
}
function isAlive({ host }: ProgramContext, pid: number): boolean {
  const process = pid > 0 ? host.process(pid) : undefined;
  return process !== undefined && process.state !== 'zombie';
}
/** `QUIT/5`, `TERM/30/KILL/5`, or a number of seconds for TERM and then KILL. */
function stepsOf(schedule: string, signal: string): [SignalName, number][] {
  const named = (word: string): SignalName => {
    const plain = word.replace(/^-?(?:SIG)?/, '');
    const number = Number(plain);
    const found = Object.entries(SIGNAL_NUMBERS).find(([name, own]) => name === plain || own === number);
    return (found?.[0] ?? 'TERM') as SignalName;
  };
  if (schedule === '') return [[named(signal), 0]];
  const parts = schedule.split('/');
  if (parts.length === 1)
    return [
      [named(signal), Number(schedule) * 1e6],
      ['KILL', Number(schedule) * 1e6],
    ];
  const steps: [SignalName, number][] = [];
  for (let i = 0; i + 1 < parts.length; i += 2)
    steps.push([named(parts[i] ?? ''), Number(parts[i + 1]) * 1e6]);
  return steps;
}
