/** Verbs that queue jobs and wait for them, with systemctl's texts. Source: systemd 252 `bus-wait-for-jobs.c`, `systemctl-start-unit.c`. */
import { jobKey } from '../jobs';
import { isDown, isUp } from '../active';
import type { JobResult, JobType, Result } from '../state';
import { type JobMode, Refusal } from '../transaction';
import { parseSignal } from '../unit-file/settings';
import type { Call, Run } from './output';
import { refuseUnlessRoot, unitNames, warnIfStale } from './call';
import { isPattern } from '../../../std/fnmatch';

const REASONS: Partial<Record<Result, string>> = {
  resources: 'of unavailable resources or another system error',
  protocol: 'the service did not take the steps required by its unit configuration',
  timeout: 'a timeout was exceeded',
  'exit-code': 'the control process exited with error code',
  signal: 'a fatal signal was delivered to the control process',
  'core-dump': 'a fatal signal was delivered causing the control process to dump core',
  watchdog: 'the service failed to send watchdog ping',
  'start-limit-hit': 'start of the service was attempted too often',
  'oom-kill': 'of an out-of-memory (OOM) siutation',
};
const EXIT_OF: Partial<Record<Refusal['kind'], number>> = { 'not-found': 5, 'not-applicable': 3 };
const SAYS_ENOUGH: ReadonlySet<Refusal['kind']> = new Set(['not-found', 'masked', 'not-applicable']);
const WORD_OF: Readonly<Record<JobType, string>> = {
  start: 'start',
  stop: 'stop',
  restart: 'restart',
  'try-restart': 'restart',
  reload: 'reload',
  'verify-active': 'start',
  nop: 'start',
};

export function* jobVerb(call: Call, type: JobType): Run<number> {
  return yield* queueAndWait(call, unitNames(call), () => type);
}
/** Reloads what can reload, restarts the rest; the `try` form leaves alone what is down. */
export function* reloadOrRestart(call: Call, onlyActive: boolean): Run<number> {
  return yield* queueAndWait(call, unitNames(call), (name) => {
    const unit = call.manager.load(name);
    const canReload = (unit.definition.service?.exec.ExecReload.length ?? 0) > 0;
    if (isUp(unit.active) && canReload) return 'reload';
    return onlyActive ? 'try-restart' : 'restart';
  });
}
const CALL_MICROS = 300;
export function* isolate(call: Call): Run<number> {
  const [name = ''] = unitNames(call, '.target');
  const unit = call.manager.load(name);
  if (unit.definition.refuseManualStart) return yield* queueAndWait(call, [name], () => 'start', 'isolate');
  if (!unit.definition.allowIsolate) {
    yield* call.context.err(
      `Failed to start ${name}: Operation refused, unit may not be isolated.\nSee system logs and 'systemctl status ${name}' for details.\n`,
    );
    return 4;
  }
  return yield* queueAndWait(call, [name], () => 'start', 'isolate');
}

export function* queueAndWait(
  call: Call,
  names: readonly string[],
  typeOf: (name: string) => JobType,
  mode?: JobMode,
): Run<number> {
  const { context, manager, options } = call;
  if (!JOB_MODES.has(options.jobMode)) {
    const name = names[0] ?? '';
    yield* context.err(
      `Failed to ${WORD_OF[typeOf(name)]} ${name}: Job mode ${options.jobMode} invalid\nSee system logs and 'systemctl status ${name}' for details.\n`,
    );
    return 1;
  }
  yield* warnOfPatterns(call, names, typeOf(names[0] ?? ''));
  let code = 0;
  const jobs: { name: string; job: number; type: JobType }[] = [];
  for (const name of names) {
    const queued = yield* queueOne(call, name, typeOf(name), mode ?? modeOf(options.jobMode));
    if (typeof queued === 'number') code = code === 0 ? queued : code;
    else jobs.push(queued);
    if (typeof queued !== 'number' && options.showTransaction)
      yield* context.err(`Enqueued anchor job ${queued.job} ${name}/${queued.type}.\n`);
    yield* warnIfStale(call, name);
    // Each is a call of its own: the manager goes on between them.
    if (names.length > 1) yield* context.sleep(CALL_MICROS);
  }
  if (!options.block) return code;
  for (const { name, job } of jobs) {
    const result = yield* waitForJob(call, job);
    if (result === 'done' || result === undefined) continue;
    if (result !== 'skipped') code = 1;
    if (!options.quiet)
      yield* context.err(jobFailure(call, manager.unit(name)?.definition.name ?? name, result));
  }
  if (!options.quiet)
    for (const { name, type } of jobs)
      if (type === 'stop') yield* context.err(stillActivated(call, manager.load(name).definition.name));
  manager.collect();
  return code;
}
const JOB_MODES = new Set(
  'fail replace replace-irreversibly isolate flush ignore-dependencies ignore-requirements triggering'.split(
    ' ',
  ),
);
/** A pattern stands for loaded units only. Source: systemd 252 `systemctl-start-unit.c`. */
function* warnOfPatterns(call: Call, names: readonly string[], type: JobType): Run<void> {
  if (type !== 'start' || call.options.quiet || !call.args.some((word) => isPattern(word))) return;
  if (names.some((name) => !isPattern(name))) return;
  yield* call.context.err(
    'Warning: systemctl start called with a glob pattern.\nHint: unit globs expand to loaded units, so start will usually have no effect.\n      Passing --all will also load units which are pulled in by other units.\n      See systemctl(1) for more details.\n',
  );
}
/** What may start a stopped unit again. Source: systemd 252 `check_triggering_units`. */
function stillActivated({ manager }: Call, name: string): string {
  const active = [...manager.graph().get(name, 'TriggeredBy')].filter((other) =>
    isUp(manager.unit(other)?.active ?? 'inactive'),
  );
  return active.length === 0 || manager.unit(name)?.definition.load === 'masked'
    ? ''
    : `Warning: Stopping ${name}, but it can still be activated by:\n${active.map((other) => `  ${other}\n`).join('')}`;
}
function modeOf(text: string): JobMode {
  return text === 'fail' ||
    text === 'isolate' ||
    text === 'replace-irreversibly' ||
    text === 'ignore-dependencies'
    ? text
    : 'replace';
}
/** A number is the exit code when it was refused. */
function* queueOne(
  call: Call,
  name: string,
  type: JobType,
  mode: JobMode,
): Run<number | { name: string; job: number; type: JobType }> {
  const { context, manager } = call;
  const word = WORD_OF[type];
  const say = function* (text: string, details: boolean): Run<void> {
    if (!call.options.quiet)
      yield* context.err(
        `Failed to ${word} ${name}: ${text}\n${details ? `See system logs and 'systemctl status ${name}' for details.\n` : ''}`,
      );
  };
  if (isPattern(name)) return 1;
  if (/@\.[a-z]+$/.test(name)) {
    yield* say(`Unit name ${name} is missing the instance name.`, true);
    return 1;
  }
  const unit = manager.load(name);
  if (unit.definition.load !== 'not-found' && context.who.uid !== 0) {
    yield* say('Access denied', true);
    return 4;
  }
  const { refuseManualStart, refuseManualStop } = unit.definition;
  if (
    (refuseManualStart && type !== 'stop' && type !== 'reload') ||
    (refuseManualStop && (type === 'stop' || type === 'restart'))
  ) {
    yield* say(
      `Operation refused, unit ${name} may be requested by dependency only (it is configured to refuse manual start/stop).`,
      true,
    );
    return 4;
  }
  if (type === 'try-restart' && isDown(unit.active) && unit.definition.load === 'loaded')
    return { name, job: 0, type };
  const queued = manager.jobs.enqueue(type, name, mode);
  if (!(queued instanceof Refusal)) return { name, job: queued.job, type };
  yield* say(queued.text, !SAYS_ENOUGH.has(queued.kind));
  return EXIT_OF[queued.kind] ?? 1;
}
export function* waitForJob(call: Call, job: number): Run<JobResult | undefined> {
  const { context, manager } = call;
  const { state } = manager;
  while (state.jobs.has(job)) {
    const wake = yield { keys: [jobKey(context.host.name, job)] };
    if (wake.reason === 'signal') return undefined;
  }
  return state.results.get(job)?.result;
}
function jobFailure(call: Call, name: string, result: JobResult): string {
  switch (result) {
    case 'canceled':
      return `Job for ${name} canceled.\n`;
    case 'timeout':
      return `Job for ${name} timed out.\n`;
    case 'dependency':
      return `A dependency job for ${name} failed. See 'journalctl -xe' for details.\n`;
    case 'invalid':
      return `${name} is not active, cannot reload.\n`;
    case 'assert':
      return `Assertion failed on job for ${name}.\n`;
    case 'collected':
      return `Queued job for ${name} was garbage collected.\n`;
    default:
      break;
  }
  const service = call.manager.unit(name)?.service;
  if (service === undefined) return 'Job failed. See "journalctl -xe" for details.\n';
  const reason = REASONS[service.result];
  const see = `See "systemctl status ${name}" and "journalctl -xeu ${name}" for details.\n`;
  const force =
    service.result === 'start-limit-hit'
      ? `To force a start use "systemctl reset-failed ${name}"\nfollowed by "systemctl start ${name}" again.\n`
      : '';
  return `Job for ${name} failed${reason === undefined ? '' : ` because ${reason}`}.\n${see}${force}`;
}

export function* killUnits(call: Call): Run<number> {
  const { context, manager, options } = call;
  const signal = parseSignal(options.signal);
  if (signal === undefined) {
    yield* context.err(`Failed to parse signal string "${options.signal}".\n`);
    return 1;
  }
  for (const name of unitNames(call)) {
    const unit = manager.unit(name);
    const fail = (text: string): string => `Failed to kill unit ${name}: ${text}\n`;
    if (context.who.uid !== 0) {
      yield* context.err(fail('Access denied'));
      return 1;
    }
    if (unit === undefined || (unit.definition.load === 'not-found' && isDown(unit.active))) {
      yield* context.err(fail(`Unit ${name} not loaded.`));
      return 1;
    }
    if (!['main', 'control', 'all'].includes(options.whom)) {
      yield* context.err(fail(`Invalid who argument ${options.whom}`));
      return 1;
    }
    const main = unit.service?.mainPid ?? 0;
    const control = unit.service?.controlPid ?? 0;
    if (options.whom === 'main' && main === 0) {
      yield* context.err(
        fail(unit.service === undefined ? 'Unit does not have a main process' : 'No main process to kill'),
      );
      return 1;
    }
    const send = (pid: number, role: string): void => {
      const process = manager.host.process(pid);
      if (process === undefined) return;
      manager.log(
        'notice',
        `${name}: Sent signal SIG${signal} to ${role} process ${pid} (${process.comm}) on client request.`,
        name,
      );
      manager.daemon.world.kill(manager.host, pid, signal);
    };
    if (main !== 0 && options.whom !== 'control') send(main, 'main');
    if (control !== 0 && options.whom !== 'main') send(control, 'control');
    if (options.whom === 'all')
      for (const pid of manager.members(name)) {
        const process = manager.host.process(pid);
        if (pid === main || pid === control || process === undefined) continue;
        manager.log(
          'notice',
          `${name}: Sending signal SIG${signal} to process ${pid} (${process.comm}) on client request.`,
          name,
        );
        manager.daemon.world.kill(manager.host, pid, signal);
      }
  }
  return 0;
}
export function* resetFailed(call: Call): Run<number> {
  const { context, manager } = call;
  const refused = yield* refuseUnlessRoot(call, 'Failed to reset failed state: Access denied\n', 1);
  if (refused !== undefined) return refused;
  const names = call.args.length === 0 ? [...manager.state.units.keys()] : unitNames(call);
  let code = 0;
  for (const name of names) {
    const unit = manager.unit(name);
    if (unit === undefined) {
      yield* context.err(`Failed to reset failed state of unit ${name}: Unit ${name} not loaded.\n`);
      code = 1;
      continue;
    }
    unit.starts = { begin: -1, count: 0 };
    unit.startLimitHit = false;
    if (unit.path !== undefined) unit.path.result = 'success';
    if (unit.socket !== undefined) unit.socket.result = 'success';
    if (unit.service !== undefined) {
      unit.service.restarts = 0;
      if (unit.active === 'failed') unit.service.result = 'success';
    }
    if (unit.active === 'failed') manager.setState(unit, 'inactive', 'dead');
  }
  manager.collect();
  return code;
}
export function* listJobs(call: Call): Run<number> {
  const { context, manager, options } = call;
  const jobs = [...manager.state.jobs.values()].sort((a, b) => a.id - b.id);
  if (jobs.length === 0) {
    if (options.legend) yield* context.out('No jobs running.\n');
    return 0;
  }
  const rows = jobs.map(({ id, unit, type, state }) => [String(id), unit, type, state]);
  const width = Math.max(4, ...rows.map(([, unit = '']) => unit.length));
  const print = ([id = '', unit = '', type = '', state = '']: string[]): string =>
    `${id.padStart(3)} ${unit.padEnd(width)} ${type.padEnd(7)} ${state}\n`;
  if (options.legend) yield* context.out(print(['JOB', 'UNIT', 'TYPE', 'STATE']));
  for (const row of rows) yield* context.out(print(row));
  if (options.legend) yield* context.out(`\n${jobs.length} jobs listed.\n`);
  return 0;
}
export function* cancelJobs(call: Call): Run<number> {
  const { context, manager } = call;
  const refused = yield* refuseUnlessRoot(call, 'Failed to cancel job: Access denied\n', 1);
  if (refused !== undefined) return refused;
  const ids = call.args.length === 0 ? [...manager.state.jobs.keys()] : call.args.map(Number);
  for (const id of ids) {
    const job = manager.state.jobs.get(id);
    if (job === undefined) {
      yield* context.err(`Failed to cancel job ${id}: Job ${id} does not exist.\n`);
      return 1;
    }
    manager.jobs.finish(job, 'canceled', { quiet: true });
  }
  return 0;
}
