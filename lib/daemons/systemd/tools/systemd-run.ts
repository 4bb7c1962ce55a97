/** systemd-run(1): a command as a transient service or scope, or a timer that starts one. */
import type { Program, ProgramContext, Wait, Wake } from '../../../world/process.contract';
import { SIGNAL_NUMBERS } from '../../../world/signals';
import { isDown } from '../active';
import { managerOf } from '../host-manager';
import type { Manager } from '../manager';
import { passStreams } from '../service/passed-streams';
import type { UnitState } from '../state';
import { Refusal } from '../transaction';
import { parseCalendar } from '../unit-file/calendar';
import { knownKeys } from '../unit-file/known-keys';
import { parseSize } from '../unit-file/settings';
import { formatTimeSpan, parseTimeSpan } from '../unit-file/time-span';

type Run<T> = Generator<Wait, T, Wake>;
const HEADER =
  '# This is a transient unit file, created programmatically via the systemd API. Do not edit.\n';
const FOLDERS = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin'];
const POLL_MICROS = 20_000;

interface Request {
  name: string;
  description: string | undefined;
  /** Lines of the service, and of the timer that starts it. */
  service: string[];
  timer: string[];
  isScope: boolean;
  waits: boolean;
  pipes: boolean;
  quiet: boolean;
  blocks: boolean;
  words: string[];
}
const WITH_VALUE: Readonly<Record<string, string>> = {
  '-u': '--unit',
  '-p': '--property',
  '-E': '--setenv',
};
const FLAGS: Readonly<Record<string, string>> = {
  '-q': '--quiet',
  '-P': '--pipe',
  '-r': '--remain-after-exit',
  '-G': '--collect',
  '-d': '--same-dir',
  '-t': '--pty',
  '-S': '--shell',
};
/** Lines that an option stands for. */
const AS_SERVICE: Readonly<Record<string, string>> = {
  '--uid': 'User',
  '--gid': 'Group',
  '--setenv': 'Environment',
  '--working-directory': 'WorkingDirectory',
  '--service-type': 'Type',
  '--slice': 'Slice',
  '--nice': 'Nice',
};
const AS_TIMER: Readonly<Record<string, string>> = {
  '--on-active': 'OnActiveSec',
  '--on-boot': 'OnBootSec',
  '--on-startup': 'OnStartupSec',
  '--on-unit-active': 'OnUnitActiveSec',
  '--on-unit-inactive': 'OnUnitInactiveSec',
};
const NOT_MODELLED = [
  '--pty',
  '--shell',
  '--user',
  '--machine',
  '--host',
  '--socket-property',
  '--path-property',
];

export const systemdRun: Program = function* (context) {
  const manager = managerOf(context.host);
  const request = requestOf(context.argv.slice(1));
  if (typeof request === 'string') {
    yield* context.err(`${request}\n`);
    return 1;
  }
  if (context.who.uid !== 0 || manager === undefined) {
    yield* context.err('Failed to start transient service unit: Access denied\n');
    return 1;
  }
  const [command] = request.words;
  if (command === undefined) {
    yield* context.err('Command line to execute required.\n');
    return 1;
  }
  const path = [
    command,
    ...(command.startsWith('/') ? [] : FOLDERS.map((folder) => `${folder}/${command}`)),
  ].find((candidate) => candidate.startsWith('/') && context.fs.exists(candidate));
  if (path === undefined) {
    yield* context.err(`Failed to find executable ${command}: No such file or directory\n`);
    return 1;
  }
  const argv = [path, ...request.words.slice(1)];
  return yield* request.isScope
    ? runScope(context, manager, request, argv)
    : runService(context, manager, request, argv);
};

/** A string is what is wrong with the command line. */
function requestOf(argv: readonly string[]): Request | string {
  const request: Request = {
    name: '',
    description: undefined,
    service: [],
    timer: [],
    isScope: false,
    waits: false,
    pipes: false,
    quiet: false,
    blocks: true,
    words: [...argv],
  };
  const { words } = request;
  while (words[0]?.startsWith('-') === true) {
    const word = words.shift() ?? '';
    if (word === '--') break;
    const equals = word.startsWith('--') ? word.indexOf('=') : -1;
    const given = equals === -1 ? word : word.slice(0, equals);
    const short = given.startsWith('--') ? undefined : given.slice(0, 2);
    if (short !== undefined && WITH_VALUE[short] === undefined) {
      for (const letter of given.slice(1)) {
        const problem = setFlag(request, FLAGS[`-${letter}`] ?? '');
        if (problem !== undefined)
          return problem === '' ? `systemd-run: invalid option -- '${letter}'` : problem;
      }
      continue;
    }
    const key = short === undefined ? given : (WITH_VALUE[short] ?? given);
    const isFlag = setFlag(request, key);
    if (isFlag === undefined) continue;
    if (isFlag !== '') return isFlag;
    const value =
      equals !== -1
        ? word.slice(equals + 1)
        : short !== undefined && given.length > 2
          ? given.slice(2)
          : (words.shift() ?? '');
    const problem = setValue(request, key, value, word);
    if (problem !== undefined) return problem;
  }
  return request;
}
/** How the manager writes a property down: sizes in bytes, times as spans, limits once for each of their two. */
function written(name: string, value: string): string[] {
  const size = /^Memory\w+$/.test(name) && value !== 'infinity' ? parseSize(value) : undefined;
  const time = name.endsWith('Sec') ? parseTimeSpan(value) : undefined;
  const line = `${name}=${size ?? (time === undefined ? value : formatTimeSpan(time))}`;
  return name.startsWith('Limit') ? [line, line] : [line];
}
/** undefined when it is one, '' when it is none. */
function setFlag(request: Request, key: string): string | undefined {
  if (NOT_MODELLED.includes(key)) return `systemd-run: not modelled: ${key}`;
  if (key === '--wait') request.waits = true;
  else if (key === '--pipe') {
    request.pipes = true;
    request.waits = true;
  } else if (key === '--quiet') request.quiet = true;
  else if (key === '--no-block') request.blocks = false;
  else if (key === '--scope') request.isScope = true;
  else if (key === '--remain-after-exit') request.service.push('RemainAfterExit=yes');
  else if (key === '--collect') request.service.push('CollectMode=inactive-or-failed');
  else if (!['--no-ask-password', '--same-dir', '--system'].includes(key)) return '';
  return undefined;
}
function setValue(request: Request, key: string, value: string, word: string): string | undefined {
  const service = AS_SERVICE[key];
  const timer = AS_TIMER[key];
  if (key === '--unit') request.name = value;
  else if (key === '--description') request.description = value;
  else if (service !== undefined) request.service.push(`${service}=${value}`);
  else if (timer !== undefined) {
    const span = parseTimeSpan(value);
    if (span === undefined) return `Failed to parse timer value: ${value}`;
    request.timer.push(`${timer}=${formatTimeSpan(span, 1)}`);
  } else if (key === '--on-calendar') {
    if (parseCalendar(value) === undefined)
      return 'Failed to parse calendar event specification: Invalid argument';
    request.timer.push(`OnCalendar=${value}`);
  } else if (key === '--timer-property') request.timer.push(value);
  else if (key === '--property') {
    const name = value.slice(0, value.indexOf('='));
    if (!['Service', 'Unit'].some((section) => knownKeys(section)?.has(name) === true))
      return `Unknown assignment: ${value}`;
    request.service.push(...written(name, value.slice(name.length + 1)));
  } else return `systemd-run: unrecognized option '${word}'`;
  return undefined;
}

function* runService(
  context: ProgramContext,
  manager: Manager,
  request: Request,
  argv: readonly string[],
): Run<number> {
  const { host } = context;
  const name =
    request.name === '' ? ownName(context, request.waits) : request.name.replace(/\.(service|timer)$/, '');
  const unit = `${name}.service`;
  if (yield* isTaken(context, manager, unit)) return 1;
  const description = request.description ?? argv.join(' ');
  const isTimer = request.timer.length > 0;
  const command = argv.map((word) => `"${word.replace(/["\\]/g, '\\$&')}"`).join(' ');
  write(context, unit, description, ['[Service]', ...request.service, 'ExecStart=', `ExecStart=${command}`]);
  if (isTimer) {
    write(context, `${name}.timer`, description, ['[Timer]', ...request.timer, 'RemainAfterElapse=no']);
    manager.load(`${name}.timer`);
  }
  if (request.pipes)
    passStreams(
      host,
      unit,
      new Map([
        [0, context.stdin],
        [1, context.stdout],
        [2, context.stderr],
      ]),
    );
  const started = host.clock();
  const queued = manager.jobs.enqueue('start', isTimer ? `${name}.timer` : unit, 'replace');
  if (queued instanceof Refusal) {
    yield* context.err(`Failed to start transient service unit: ${queued.text}\n`);
    return 1;
  }
  if (!request.quiet)
    yield* context.err(
      isTimer
        ? `Running timer as unit: ${name}.timer\nWill run service as unit: ${unit}\n`
        : `Running as unit: ${unit}\n`,
    );
  if (!request.waits || isTimer) return 0;
  // Kept, for a unit that ended is soon unloaded.
  const ran = manager.unit(unit);
  while (ran !== undefined && (ran.job !== 0 || !isDown(ran.active))) yield* context.sleep(POLL_MICROS);
  passStreams(host, unit, undefined);
  return ran === undefined ? 0 : yield* told(context, ran, started, request.quiet);
}
/** The command is this program's own child, in a control group of its own. */
function* runScope(
  context: ProgramContext,
  manager: Manager,
  request: Request,
  argv: readonly string[],
): Run<number> {
  const unit = `${request.name === '' ? ownName(context, false) : request.name.replace(/\.scope$/, '')}.scope`;
  if (yield* isTaken(context, manager, unit)) return 1;
  write(context, unit, request.description ?? argv.join(' '), ['[Scope]', ...request.service]);
  const queued = manager.jobs.enqueue('start', unit, 'replace');
  if (queued instanceof Refusal) {
    yield* context.err(`Failed to start transient scope unit: ${queued.text}\n`);
    return 1;
  }
  if (!request.quiet) yield* context.err(`Running scope as unit: ${unit}\n`);
  const pid = context.spawn({ argv: request.words, path: argv[0] ?? '', unit });
  if (typeof pid !== 'number') {
    yield* context.err(`Failed to execute: ${pid.errno}\n`);
    return 1;
  }
  const status = yield* context.wait(pid);
  const scope = manager.unit(unit);
  if (scope !== undefined && !isDown(scope.active)) {
    manager.log('info', `${unit}: Deactivated successfully.`, unit);
    manager.setState(scope, 'inactive', 'dead');
    manager.collect();
  }
  return status.signal === undefined ? (status.code ?? 0) : 128 + SIGNAL_NUMBERS[status.signal];
}
function* isTaken(context: ProgramContext, manager: Manager, unit: string): Run<boolean> {
  if (manager.unit(unit)?.definition.load !== 'loaded') return false;
  const kind = unit.slice(unit.lastIndexOf('.') + 1);
  yield* context.err(
    `Failed to start transient ${kind} unit: Unit ${unit} was already loaded or has a fragment file.\n`,
  );
  return true;
}
function write(context: ProgramContext, unit: string, description: string, lines: readonly string[]): void {
  context.host.install(`/run/systemd/transient/${unit}`, {
    text: `${HEADER}[Unit]\nDescription=${description}\n\n${lines.join('\n')}\n`,
  });
}
/** The bus names those that are waited for, a random number the others. */
function ownName(context: ProgramContext, waits: boolean): string {
  if (waits) return `run-u${context.pid}`;
  const random = context.kernel.random(`systemd-run:${context.host.name}`);
  return `run-r${Array.from({ length: 4 }, () => random.nextUint32().toString(16).padStart(8, '0')).join('')}`;
}
/** What `--wait` says in the end; the exit code is the command's own. */
function* told(
  context: ProgramContext,
  { service }: UnitState,
  started: number,
  quiet: boolean,
): Run<number> {
  const main = service?.main;
  const result = service?.result ?? 'success';
  const runtime = Math.max(1_000, context.host.clock() - started);
  const ended =
    main?.code === 2 ? `code=killed/status=${main.status}` : `code=exited/status=${main?.status ?? 0}`;
  if (!quiet)
    yield* context.err(
      `Finished with result: ${result}\nMain processes terminated with: ${ended}\nService runtime: ${formatTimeSpan(runtime, 1_000)}\n`,
    );
  return main?.code === 2 ? 128 + main.status : (main?.status ?? 0);
}
