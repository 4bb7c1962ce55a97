/** Starts one command of a service: environment, identity, folder, streams. Source: systemd.exec(5). */
import { strerror } from '../../../std/errno';
import { FileError } from '../../../world/files.contract';
import type {
  JournalTarget,
  ProcessState,
  Program,
  SpawnOptions,
  Stream,
} from '../../../world/process.contract';
import { SIGNAL_NUMBERS } from '../../../world/signals';
import { baseName } from '../../../world/executable';
import { priorityNamed } from '../journalctl/match';
import { CHDIR, EXEC, GROUP, USER } from '../exit-status';
import type { Manager } from '../manager';
import type { ExecKind, ServiceSettings, UnitState } from '../state';
import { expandArguments, parseEnvironmentFile } from '../unit-file/words';
import { limitsOf } from '../unit-file/limits';
import { FOREVER } from '../unit-file/time-span';
import { directoryVariables } from './directories';
import { streamsPassed } from './passed-streams';

const ROOT = { uid: 0, gid: 0, groups: [] as number[] };
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
/** Why the child cannot become the program: it says so and exits with the step's status. */
interface Step {
  status: number;
  messages: string[];
}

/** The pid, or undefined when not even a child could be made. */
/** From fork to the program's first instruction: descriptors, limits, groups and namespaces are set up between. */
const FORK_MICROS = 1_200;

export function runCommand(
  manager: Manager,
  unit: UnitState,
  kind: ExecKind,
  index: number,
): number | undefined {
  const settings = unit.definition.service;
  const command = settings?.exec[kind][index];
  const { service } = unit;
  if (settings === undefined || command === undefined || service === undefined) return undefined;
  const { host } = manager;
  const { name } = unit.definition;
  const isControl = kind !== 'ExecStart' || settings.type === 'forking';
  const env = environmentOf(manager, unit, settings, { kind, isControl, privileged: command.privileged });
  if (env === undefined) return undefined;
  const argv = expandArguments(command, env);
  const isPrivileged = command.privileged;
  const path = command.path.startsWith('/') ? command.path : (search(manager, command.path) ?? command.path);
  const identity = isPrivileged ? { uid: 0, gid: 0, groups: [] as number[] } : identityOf(manager, settings);
  const cwd = workingDirectory(manager, settings, identity);
  const failed = failingStep(manager, { name, path, settings, identity, cwd, isPrivileged });
  const who = typeof identity === 'string' ? ROOT : identity;
  const streams = streamsPassed(host, name);
  const common = {
    argv,
    parent: 1,
    env,
    unit: name,
    session: true,
    umask: settings.umask,
    ...executionOf(unit.definition.raw),
    uid: who.uid,
    gid: who.gid,
    groups: [...who.groups],
    cwd: failed === undefined && typeof cwd === 'string' ? cwd : '/',
    ...(streams === undefined ? streamsOf(manager, unit, baseName(path)) : { fds: streams }),
    startAfter: FORK_MICROS,
  };
  const tag = `(${baseName(path).slice(-8)})`;
  let pid = failed === undefined ? manager.daemon.world.spawn(host, { ...common, path }) : undefined;
  if (pid !== undefined && typeof pid !== 'number') {
    const text = strerror(pid.errno);
    const messages = [
      // What is there and may be run is found; whether it starts is the kernel's word (`exec_child`).
      `Failed to ${host.fs.access(path, 1, who) === undefined ? 'execute' : 'locate executable'} ${path}: ${text}`,
      `Failed at step EXEC spawning ${path}: ${text}`,
    ];
    pid = undefined;
    pid = spawnFailing(manager, common, tag, {
      status: EXEC,
      messages: messages.map((message) => `${name}: ${message}`),
    });
  } else if (failed !== undefined)
    pid = spawnFailing(manager, common, tag, {
      ...failed,
      messages: failed.messages.map((message) => `${name}: ${message}`),
    });
  if (pid === undefined) return undefined;
  const status = { pid, kind, index, startedAt: manager.clock(), endedAt: 0, code: 0 as const, status: 0 };
  service.statuses = [
    ...service.statuses.filter((entry) => entry.kind !== kind || entry.index !== index),
    status,
  ];
  if (!isControl) service.main = { ...status };
  return pid;
}
function spawnFailing(
  manager: Manager,
  common: Parameters<Manager['daemon']['world']['spawn']>[1],
  tag: string,
  step: Step,
): number | undefined {
  const program: Program = function* (context) {
    for (const text of step.messages)
      context.host.syslog({
        facility: 'daemon',
        priority: 'err',
        tag,
        pid: context.pid,
        text,
        transport: 'journal',
        uid: 0,
        ...(context.process.unit === undefined ? {} : { unit: context.process.unit }),
      });
    yield { until: context.kernel.now + FORK_MICROS };
    return step.status;
  };
  const pid = manager.daemon.world.spawn(manager.host, {
    ...common,
    program,
    comm: tag.slice(0, 15),
    startAfter: 0,
  });
  return typeof pid === 'number' ? pid : undefined;
}

type Identity = { uid: number; gid: number; groups: number[] } | 'no-user' | 'no-group';
function identityOf(manager: Manager, settings: ServiceSettings): Identity {
  const { host } = manager;
  const numeric = (text: string): string | number => (/^\d+$/.test(text) ? Number(text) : text);
  const user = settings.user === undefined ? undefined : host.user(numeric(settings.user));
  if (settings.user !== undefined && user === undefined) return 'no-user';
  const group = settings.group === undefined ? undefined : host.group(numeric(settings.group));
  if (settings.group !== undefined && group === undefined) return 'no-group';
  const extra = settings.supplementaryGroups.flatMap((name) => host.group(numeric(name))?.gid ?? []);
  const gid = group?.gid ?? user?.gid ?? 0;
  // Another `Group=` takes the place of the user's own, which is none of those that name the user (initgroups(3)).
  const own = (user?.groups ?? []).map((one) => (one === user?.gid ? gid : one));
  return { uid: user?.uid ?? 0, gid, groups: [...new Set([...own, ...extra])] };
}
function workingDirectory(
  manager: Manager,
  settings: ServiceSettings,
  identity: Identity,
): string | FileError {
  const { workingDirectory: wanted } = settings;
  if (wanted === undefined) return '/';
  const who = typeof identity === 'string' ? ROOT : identity;
  const path = wanted === '~' ? (manager.host.user(who.uid)?.home ?? '/') : wanted;
  const info = manager.host.fs.stat(path, who);
  if (info instanceof FileError) return settings.workingDirectoryOptional ? '/' : info;
  return info.kind === 'directory' ? path : new FileError('ENOTDIR', path);
}
function failingStep(
  manager: Manager,
  from: {
    name: string;
    path: string;
    settings: ServiceSettings;
    identity: Identity;
    cwd: string | FileError;
    isPrivileged: boolean;
  },
): Step | undefined {
  const { path, identity, cwd } = from;
  if (identity === 'no-user')
    return {
      status: USER,
      messages: [
        `Failed to determine user credentials: No such process`,
        `Failed at step USER spawning ${path}: No such process`,
      ].slice(1),
    };
  if (identity === 'no-group')
    return { status: GROUP, messages: [`Failed at step GROUP spawning ${path}: No such process`] };
  if (typeof cwd !== 'string') {
    const text = strerror(cwd.errno);
    return {
      status: CHDIR,
      messages: [
        `Changing to the requested working directory failed: ${text}`,
        `Failed at step CHDIR spawning ${path}: ${text}`,
      ],
    };
  }
  return undefined;
}
function search(manager: Manager, name: string): string | undefined {
  for (const folder of PATH.split(':'))
    if (manager.host.fs.exists(`${folder}/${name}`)) return `${folder}/${name}`;
  return undefined;
}

/** undefined: an EnvironmentFile= is missing. */
function environmentOf(
  manager: Manager,
  unit: UnitState,
  settings: ServiceSettings,
  how: { kind: ExecKind; isControl: boolean; privileged: boolean },
): Map<string, string> | undefined {
  const { host, state } = manager;
  const { service } = unit;
  const env = new Map<string, string>([...state.environment]);
  if (!env.has('PATH')) env.set('PATH', PATH);
  const user = settings.user === undefined || how.privileged ? undefined : host.user(settings.user);
  if (user !== undefined) {
    env.set('HOME', user.home);
    env.set('LOGNAME', user.name);
    env.set('USER', user.name);
    env.set('SHELL', user.shell);
  }
  env.set('INVOCATION_ID', unit.invocation);
  const sockets = manager.sockets.passedTo(unit.definition.name);
  if (sockets.length > 0) {
    env.set('LISTEN_FDS', String(sockets.length));
    env.set('LISTEN_FDNAMES', sockets.join(':'));
  }
  env.set('SYSTEMD_EXEC_PID', '');
  if (settings.notifyAccess !== 'none') env.set('NOTIFY_SOCKET', '/run/systemd/notify');
  if (settings.watchdogMicros > 0 && settings.watchdogMicros < FOREVER)
    env.set('WATCHDOG_USEC', String(settings.watchdogMicros));
  for (const [key, value] of directoryVariables(unit)) env.set(key, value);
  if (settings.pidFile !== undefined) env.set('PIDFILE', settings.pidFile);
  for (const [key, value] of settings.environment) env.set(key, value);
  for (const { path, optional } of settings.environmentFiles) {
    const text = manager.readFile(path);
    if (text !== undefined) {
      const { assignments, invalid } = parseEnvironmentFile(text);
      for (const [key, value] of assignments) env.set(key, value);
      const { name } = unit.definition;
      for (const one of invalid)
        manager.log('err', `${name}: Ignoring invalid environment assignment '${one}': ${path}`, name);
    } else if (!optional) {
      const { name } = unit.definition;
      manager.log('warning', `${name}: Failed to load environment files: No such file or directory`, name);
      return undefined;
    }
  }
  if (how.isControl && service !== undefined && service.mainPid !== 0)
    env.set('MAINPID', String(service.mainPid));
  if (how.kind === 'ExecStop' || how.kind === 'ExecStopPost') setResult(env, '', unit);
  if (how.kind === 'ExecStart' || how.kind === 'ExecStartPre') {
    const trigger = triggeringService(manager, unit.definition.name);
    if (trigger !== undefined) {
      setResult(env, 'MONITOR_', trigger);
      env.set('MONITOR_INVOCATION_ID', trigger.invocation);
      env.set('MONITOR_UNIT', trigger.definition.name);
    }
  }
  for (const word of settings.unsetEnvironment) env.delete(word.split('=')[0] ?? word);
  return env;
}
/** How a service ended. Source: systemd.exec(5) "$SERVICE_RESULT". */
function setResult(env: Map<string, string>, prefix: string, { service }: UnitState): void {
  if (service === undefined) return;
  env.set(`${prefix}SERVICE_RESULT`, service.result);
  const { main } = service;
  if (main === undefined || main.code === 0) return;
  env.set(`${prefix}EXIT_CODE`, { 1: 'exited', 2: 'killed', 3: 'dumped' }[main.code]);
  const name = Object.entries(SIGNAL_NUMBERS).find(([, number]) => number === main.status)?.[0];
  env.set(`${prefix}EXIT_STATUS`, main.code === 1 ? String(main.status) : (name ?? ''));
}
/** The service whose end starts this one (`OnFailure=`, `OnSuccess=`), when there is just one such. */
function triggeringService(manager: Manager, name: string): UnitState | undefined {
  const [only, ...more] = manager.graph().any(name, ['OnFailureOf', 'OnSuccessOf']);
  return only === undefined || more.length > 0 ? undefined : manager.unit(only);
}
function streamsOf(
  manager: Manager,
  { definition: { raw, service } }: UnitState,
  program: string,
): { journal: Omit<JournalTarget, 'kind'> } | { fds: Map<number, Stream> } {
  const { streams } = manager.host;
  const setting = (key: string): string | undefined =>
    raw.findLast(([name]) => name === `Service.${key}`)?.[1];
  const facility = setting('SyslogFacility');
  const priority = priorityNamed(setting('SyslogLevel') ?? '');
  const most = priorityNamed(setting('LogLevelMax') ?? '');
  const journal: Omit<JournalTarget, 'kind'> = {
    identifier: service?.syslogIdentifier ?? program,
    ...(facility === undefined ? {} : { facility }),
    ...(priority === undefined ? {} : { priority }),
    ...(most === undefined ? {} : { most }),
  };
  const out = service?.standardOutput ?? 'journal';
  const error = service?.standardError === 'inherit' ? out : (service?.standardError ?? out);
  const isJournal = (text: string): boolean => /^(journal|syslog|kmsg)(\+console)?$/.test(text);
  if (isJournal(out) && isJournal(error)) return { journal };
  const made = new Map<string, Stream>();
  const streamFor = (text: string): Stream => {
    const known = made.get(text);
    if (known !== undefined) return known;
    const [, how = '', path = ''] = /^(file|append|truncate):(.*)$/.exec(text) ?? [];
    const opened =
      how === ''
        ? undefined
        : streams.open(path, ROOT, {
            write: true,
            create: true,
            append: how === 'append',
            truncate: how === 'truncate',
            mode: 0o666 & ~(service?.umask ?? 0o022),
          });
    const stream =
      opened !== undefined && typeof opened !== 'string'
        ? opened
        : text === 'null' || text.startsWith('tty')
          ? streams.null()
          : streams.sink('journal', () => undefined, { kind: 'journal', ...journal });
    made.set(text, stream);
    return stream;
  };
  return {
    fds: new Map([
      [0, streams.null()],
      [1, streamFor(out)],
      [2, streamFor(error)],
    ]),
  };
}
/** Processor time of the processes that are in a unit's control group. */
export function usedCpu(processes: readonly ProcessState[], unit: UnitState): number {
  let total = unit.cpuMicros;
  for (const process of processes) if (process.unit === unit.definition.name) total += process.cpuMicros;
  return total;
}
/** systemd-system.conf(5) "DefaultLimitNOFILE=". */
const DEFAULT_LIMITS = { 'Max open files': ['1024', '524288'] } as const;
/** `Nice=` and `Limit…=`, where the unit has them. */
function executionOf(raw: UnitState['definition']['raw']): Pick<SpawnOptions, 'nice' | 'limits'> {
  const nice = raw.findLast(([key]) => key === 'Service.Nice')?.[1] ?? '';
  return {
    ...(/^-?\d+$/.test(nice) ? { nice: Number(nice) } : {}),
    limits: { ...DEFAULT_LIMITS, ...limitsOf({ raw }) },
  };
}
