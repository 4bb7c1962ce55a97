/** systemctl show: properties in the order of the bus interface. */
import { SYSLOG_PRIORITIES } from '../../../protocols/syslog';
import { FACILITIES } from '../journalctl/match';
import { SIGNAL_NUMBERS } from '../../../world/signals';
import type { Host } from '../../../world/world.contract';
import { mountSettings } from '../mounts';
import { formatCalendar, nextElapse, parseCalendar } from '../unit-file/calendar';
import { shownLimit } from '../unit-file/limits';
import { hasUnifiedGroups, isContainer, virtualizationOf } from '../conditions';
import { FEATURES, VERSION } from '../host-manager';
import { presetOf, unitFileState } from '../enable';
import type { Relation } from '../graph';
import type { Manager } from '../manager';
import { usedCpu } from '../service/spawn';
import type { ExecKind, UnitState } from '../state';
import { sliceOf } from '../unit-file/names';
import { FOREVER, formatTimeSpan, parseTimeSpan } from '../unit-file/time-span';
import { systemState } from './lists';
import { MANAGER_PROPERTIES, SHOWN_PROPERTIES } from './show-properties';
import { type Call, formatTimestamp, type Run } from './output';
import { unitNames } from './call';

/** The bus error of a unit that could not be loaded: its name, and what it says. */
function loadError({ definition: { load, name } }: UnitState): string | undefined {
  const errors = {
    'not-found': `NoSuchUnit "Unit ${name} not found."`,
    masked: `UnitMasked "Unit ${name} is masked."`,
    'bad-setting': `BadUnitSetting "Unit ${name} has a bad unit file setting."`,
  };
  return load === 'loaded' ? undefined : `org.freedesktop.systemd1.${errors[load]}`;
}

type Property = readonly [string, (unit: UnitState, manager: Manager) => string | number | undefined];

const yes = (flag: boolean): string => (flag ? 'yes' : 'no');
const span = (micros: number): string => (micros >= FOREVER ? 'infinity' : formatTimeSpan(micros));
const time = (micros: number): string => (micros === 0 ? '' : formatTimestamp(micros));
const stamps = (name: string, read: (unit: UnitState) => number): Property[] => [
  [`${name}Timestamp`, (unit) => time(read(unit))],
  [
    `${name}TimestampMonotonic`,
    (unit, manager) => (read(unit) === 0 ? 0 : read(unit) - manager.state.kernelAt),
  ],
];
const limit = (key: string, fallback: string): Property => [
  key,
  (unit) => shownLimit(unit.definition, key) ?? fallback,
];
/** Words of a list; nothing where it is empty. */
const words = (key: string): Property => [
  key,
  ({ definition }) => {
    const given = definition.raw.filter(([name, value]) => name === `Service.${key}` && value !== '');
    return given.length === 0
      ? undefined
      : given.map(([, value]) => value.replace(/\bSIG(?=[A-Z])/g, '')).join(' ');
  },
];
const relation = (name: Relation): Property => [
  name,
  (unit, manager) => [...manager.graph().get(unit.definition.name, name)].join(' '),
];
const exec = (kind: ExecKind): Property[] => [execLines(kind, kind), execLines(kind, `${kind}Ex`)];
const execLines = (kind: ExecKind, shown: string): Property => [
  shown,
  (unit) => {
    const commands = unit.definition.service?.exec[kind] ?? [];
    if (commands.length === 0) return undefined;
    return commands
      .map((command, index) => {
        const status = unit.service?.statuses.findLast(
          (entry) => entry.kind === kind && entry.index === index,
        );
        const at = (micros: number | undefined): string =>
          micros === undefined || micros === 0 ? 'n/a' : formatTimestamp(micros);
        const code = { 0: '(null)', 1: 'exited', 2: 'killed', 3: 'dumped' }[status?.code ?? 0];
        return `{ path=${command.path} ; argv[]=${command.argv.join(' ')} ; ${shown === kind ? `ignore_errors=${yes(command.ignoreFailure)}` : `flags=${command.ignoreFailure ? 'ignore-failure' : ''}`} ; start_time=[${at(status?.startedAt)}] ; stop_time=[${at(status?.endedAt)}] ; pid=${status?.pid ?? 0} ; code=${code} ; status=${status?.code === 0 || status === undefined ? '0/0' : status.status} }`;
      })
      .join(`\n${shown}=`);
  },
];
const defaultTasksMax = (host: Host): number =>
  Math.floor(Number(host.sysctl('kernel.threads-max') ?? 0) * 0.15);
const mostProcesses = (host: Host): number => Math.floor(Number(host.sysctl('kernel.threads-max') ?? 0) / 2);
function accountOf(unit: UnitState, { host }: Manager): { uid: number; gid: number } | undefined {
  const asked = unit.definition.service?.user ?? '';
  return asked === '' || !unit.service?.mainPid ? undefined : host.process(unit.service.mainPid);
}
/** A word of a list, in quotes where the shell would need them. Source: `shell_maybe_quote`. */
function quoted(text: string): string {
  if (text !== '' && !/[\s"\\`$*?['()<>|&;!]/.test(text)) return text;
  return `"${text.replace(/["\\`$]/g, '\\$&')}"`;
}
const SERVICE: readonly Property[] = [
  ['Type', (unit) => unit.definition.service?.type ?? 'simple'],
  ['ExitType', () => 'main'],
  ['Restart', (unit) => unit.definition.service?.restart ?? 'no'],
  ['PIDFile', (unit) => unit.definition.service?.pidFile],
  ['NotifyAccess', (unit) => unit.definition.service?.notifyAccess ?? 'none'],
  ['RestartUSec', (unit) => span(unit.definition.service?.restartMicros ?? 100_000)],
  ['TimeoutStartUSec', (unit) => span(unit.definition.service?.timeoutStartMicros ?? 90_000_000)],
  ['TimeoutStopUSec', (unit) => span(unit.definition.service?.timeoutStopMicros ?? 90_000_000)],
  ['TimeoutAbortUSec', (unit) => span(unit.definition.service?.timeoutStopMicros ?? 90_000_000)],
  ['WatchdogUSec', (unit) => span(unit.definition.service?.watchdogMicros ?? 0)],
  ['RuntimeMaxUSec', (unit) => span(unit.definition.service?.runtimeMaxMicros ?? FOREVER)],
  ['RemainAfterExit', (unit) => yes(unit.definition.service?.remainAfterExit === true)],
  ['GuessMainPID', (unit) => yes(unit.definition.service?.guessMainPid !== false)],
  ['MainPID', (unit) => unit.service?.mainPid ?? 0],
  ['ControlPID', (unit) => unit.service?.controlPid ?? 0],
  ['StatusErrno', (unit) => unit.service?.statusErrno ?? 0],
  ['StatusText', (unit) => (unit.service?.statusText === '' ? undefined : unit.service?.statusText)],
  ['Result', (unit) => unit.service?.result ?? 'success'],
  ['ReloadResult', (unit) => unit.service?.reloadResult ?? 'success'],
  ['CleanResult', () => 'success'],
  // Known only where the service asks for an account.
  ['UID', (unit, manager) => accountOf(unit, manager)?.uid ?? '[not set]'],
  ['GID', (unit, manager) => accountOf(unit, manager)?.gid ?? '[not set]'],
  ['NRestarts', (unit) => unit.service?.restarts ?? 0],
  ['OOMPolicy', () => 'stop'],
  ['ExecMainStartTimestamp', (unit) => time(unit.service?.main?.startedAt ?? 0)],
  ['ExecMainExitTimestamp', (unit) => time(unit.service?.main?.endedAt ?? 0)],
  ['ExecMainPID', (unit) => unit.service?.main?.pid ?? 0],
  ['ExecMainCode', (unit) => unit.service?.main?.code ?? 0],
  ['ExecMainStatus', (unit) => unit.service?.main?.status ?? 0],
  ...exec('ExecCondition'),
  ...exec('ExecStartPre'),
  ...exec('ExecStart'),
  ...exec('ExecStartPost'),
  ...exec('ExecReload'),
  ...exec('ExecStop'),
  ...exec('ExecStopPost'),
  ['Slice', (unit) => sliceOf(unit.definition.name).split('/').pop()],
  [
    'ControlGroup',
    (unit, manager) =>
      manager.isPopulated(unit.definition.name)
        ? `${sliceOf(unit.definition.name)}/${unit.definition.name}`
        : '',
  ],
  [
    'MemoryCurrent',
    (unit, manager) => {
      const pids = manager.members(unit.definition.name);
      return pids.length === 0
        ? '[not set]'
        : pids.reduce((sum, pid) => sum + (manager.host.process(pid)?.rssKiB ?? 0) * 1024, 0);
    },
  ],
  [
    'CPUUsageNSec',
    (unit, manager) =>
      hasUnifiedGroups(manager.host) ? usedCpu(manager.host.processes(), unit) * 1_000 : '[not set]',
  ],
  ['TasksCurrent', (unit, manager) => manager.members(unit.definition.name).length || '[not set]'],
  [
    'CPUQuotaPerSecUSec',
    (unit) => {
      const quota = /^(\d+)%$/.exec(
        unit.definition.raw.findLast(([key]) => key === 'Service.CPUQuota')?.[1] ?? '',
      );
      return quota === null ? 'infinity' : span(Number(quota[1]) * 10_000);
    },
  ],
  ['MemoryMax', (unit) => unit.definition.service?.memoryMax ?? 'infinity'],
  ['TasksMax', (unit, { host }) => unit.definition.service?.tasksMax ?? defaultTasksMax(host)],
  [
    'Environment',
    (unit) =>
      (unit.definition.service?.environment ?? []).map(([key, value]) => quoted(`${key}=${value}`)).join(' '),
  ],
  [
    'EnvironmentFiles',
    (unit) => {
      const files = unit.definition.service?.environmentFiles ?? [];
      return files.length === 0
        ? undefined
        : files
            .map(({ path, optional }) => `${path} (ignore_errors=${yes(optional)})`)
            .join('\nEnvironmentFiles=');
    },
  ],
  ['UMask', (unit) => (unit.definition.service?.umask ?? 0o022).toString(8).padStart(4, '0')],
  limit('LimitFSIZE', 'infinity'),
  limit('LimitDATA', 'infinity'),
  limit('LimitSTACK', 'infinity'),
  limit('LimitSTACKSoft', '8388608'),
  limit('LimitAS', 'infinity'),
  ...['LimitNPROC', 'LimitNPROCSoft', 'LimitSIGPENDING', 'LimitSIGPENDINGSoft'].map(
    (name): Property => [name, (unit, { host }) => shownLimit(unit.definition, name) ?? mostProcesses(host)],
  ),
  limit('LimitMEMLOCK', '8388608'),
  limit('LimitCORE', 'infinity'),
  limit('LimitCORESoft', '0'),
  limit('LimitNOFILE', '524288'),
  limit('LimitNOFILESoft', '1024'),
  ['WorkingDirectory', (unit) => unit.definition.service?.workingDirectory ?? ''],
  [
    'PassEnvironment',
    (unit) =>
      unit.definition.raw
        .filter(([key]) => key === 'Service.PassEnvironment')
        .map(([, value]) => value)
        .join(' '),
  ],
  words('SuccessExitStatus'),
  words('ReadWritePaths'),
  words('ReadOnlyPaths'),
  words('InaccessiblePaths'),
  ['StandardInput', () => 'null'],
  ['StandardOutput', (unit) => unit.definition.service?.standardOutput],
  ['StandardError', (unit) => unit.definition.service?.standardError],
  ['User', (unit) => unit.definition.service?.user ?? ''],
  ['Group', (unit) => unit.definition.service?.group ?? ''],
  ['KillMode', (unit) => unit.definition.service?.killMode ?? 'control-group'],
  ['KillSignal', (unit) => SIGNAL_NUMBERS[unit.definition.service?.killSignal ?? 'TERM']],
  ['FinalKillSignal', (unit) => SIGNAL_NUMBERS[unit.definition.service?.finalKillSignal ?? 'KILL']],
  ['SendSIGKILL', (unit) => yes(unit.definition.service?.sendSigkill !== false)],
  ['SendSIGHUP', (unit) => yes(unit.definition.service?.sendSighup === true)],
];
/** When a timer is due, from the start of the kernel. */
const sinceBoot = (unit: UnitState, manager: Manager): string => {
  const next = unit.timer?.nextAt ?? 0;
  return next === 0 ? '0' : span(next - manager.state.kernelAt);
};
const TIMER: readonly Property[] = [
  ['Unit', (unit) => unit.definition.timer?.unit],
  [
    'TimersMonotonic',
    (unit, manager) =>
      (unit.definition.timer?.monotonic ?? [])
        .map(
          ({ base, span: micros }) =>
            `{ ${base.replace(/Sec$/, 'USec')}=${span(micros)} ; next_elapse=${base === 'OnBootSec' ? span(micros) : sinceBoot(unit, manager)} }`,
        )
        .join('\nTimersMonotonic=') || undefined,
  ],
  [
    'TimersCalendar',
    (unit, manager) =>
      (unit.definition.timer?.calendar ?? [])
        .map((text) => {
          const spec = parseCalendar(text);
          const next = spec === undefined ? undefined : nextElapse(spec, manager.clock());
          return `{ OnCalendar=${spec === undefined ? text : formatCalendar(spec)} ; next_elapse=${next === undefined ? 'n/a' : formatTimestamp(next)} }`;
        })
        .join('\nTimersCalendar=') || undefined,
  ],
  [
    'NextElapseUSecRealtime',
    (unit) => time(unit.definition.timer?.calendar.length === 0 ? 0 : (unit.timer?.nextAt ?? 0)),
  ],
  [
    'NextElapseUSecMonotonic',
    (unit, manager) => {
      if (unit.definition.timer?.monotonic.length === 0) return '0';
      const next = unit.timer?.nextAt ?? 0;
      return next === 0 ? 'infinity' : span(next - manager.state.kernelAt);
    },
  ],
  ['LastTriggerUSec', (unit) => time(unit.timer?.lastAt ?? 0)],
  ['Result', (unit) => unit.timer?.result ?? 'success'],
  ['AccuracyUSec', (unit) => span(unit.definition.timer?.accuracy ?? 0)],
  ['RandomizedDelayUSec', (unit) => span(unit.definition.timer?.randomizedDelay ?? 0)],
  ['Persistent', (unit) => yes(unit.definition.timer?.persistent === true)],
];
const COMMON: readonly Property[] = [
  ['Id', (unit) => unit.definition.name],
  ['Names', (unit) => [unit.definition.name, ...unit.definition.aliases].join(' ')],
  relation('Requires'),
  relation('Requisite'),
  relation('Wants'),
  relation('BindsTo'),
  relation('PartOf'),
  relation('RequiredBy'),
  relation('WantedBy'),
  relation('BoundBy'),
  relation('ConsistsOf'),
  relation('Upholds'),
  relation('UpheldBy'),
  relation('Conflicts'),
  relation('Before'),
  relation('After'),
  relation('OnSuccess'),
  relation('OnFailure'),
  relation('Triggers'),
  relation('TriggeredBy'),
  ['Documentation', (unit) => unit.definition.documentation.map(quoted).join(' ')],
  ['Description', (unit) => unit.definition.description],
  ['LoadState', (unit) => unit.definition.load],
  ['LoadError', (unit) => loadError(unit)],
  ['ActiveState', (unit) => unit.active],
  ['FreezerState', () => 'running'],
  ['SubState', (unit) => unit.sub],
  ['FragmentPath', (unit) => unit.definition.fragment ?? ''],
  ['DropInPaths', (unit) => unit.definition.dropIns.join(' ')],
  ['UnitFileState', (unit, manager) => unitFileState(manager.host, unit.definition.name) ?? ''],
  [
    'UnitFilePreset',
    (unit, manager) =>
      unit.definition.fragment === undefined ? '' : presetOf(manager.host, unit.definition.name),
  ],
  ...stamps('StateChange', (unit) => unit.changedAt),
  ...stamps('InactiveExit', (unit) => unit.inactiveExitAt),
  ...stamps('ActiveEnter', (unit) => unit.activeEnterAt),
  ...stamps('ActiveExit', (unit) => unit.activeExitAt),
  ...stamps('InactiveEnter', (unit) => unit.inactiveEnterAt),
  ['CanStart', (unit) => yes(unit.definition.load === 'loaded' && !unit.definition.refuseManualStart)],
  ['CanStop', (unit) => yes(!unit.definition.refuseManualStop)],
  ['CanReload', (unit) => yes((unit.definition.service?.exec.ExecReload.length ?? 0) > 0)],
  ['CanIsolate', (unit) => yes(unit.definition.allowIsolate)],
  ['StopWhenUnneeded', (unit) => yes(unit.definition.stopWhenUnneeded)],
  ['RefuseManualStart', (unit) => yes(unit.definition.refuseManualStart)],
  ['RefuseManualStop', (unit) => yes(unit.definition.refuseManualStop)],
  ['AllowIsolate', (unit) => yes(unit.definition.allowIsolate)],
  ['DefaultDependencies', (unit) => yes(unit.definition.defaultDependencies)],
  ['Job', (unit) => (unit.job === 0 ? undefined : unit.job)],
  ['NeedDaemonReload', (unit, manager) => yes(manager.isStale(unit))],
  ['ConditionResult', (unit) => yes(unit.conditionMet)],
  ['AssertResult', (unit) => yes(unit.assertMet)],
  ...stamps('Condition', (unit) => unit.conditionAt),
  ...stamps('Assert', (unit) => (unit.assertMet ? unit.conditionAt : 0)),
  [
    'CanFreeze',
    ({ definition: { type } }) => yes(type === 'service' || type === 'slice' || type === 'scope'),
  ],
  ['Transient', (unit) => yes(unit.transient)],
  ['Perpetual', (unit) => yes(unit.definition.name.startsWith('-.'))],
  ['StartLimitIntervalUSec', (unit) => span(unit.definition.startLimitMicros)],
  ['StartLimitBurst', (unit) => unit.definition.startLimitBurst],
  ['StartLimitAction', () => 'none'],
  ['SuccessAction', (unit) => unit.definition.successAction],
  ['InvocationID', (unit) => unit.invocation],
  ['CollectMode', (unit) => (unit.definition.collectFailed ? 'inactive-or-failed' : 'inactive')],
];
const PATH: readonly Property[] = [
  ['Unit', (unit) => unit.definition.path?.unit],
  [
    'Paths',
    (unit) =>
      (unit.definition.path?.specs ?? []).map(({ kind, path }) => `${path} (${kind})`).join('\nPaths=') ||
      undefined,
  ],
  ['MakeDirectory', (unit) => yes(unit.definition.path?.makeDirectory === true)],
  ['DirectoryMode', (unit) => (unit.definition.path?.directoryMode ?? 0).toString(8).padStart(4, '0')],
  ['Result', (unit) => unit.path?.result ?? 'success'],
  ['TriggerLimitIntervalUSec', (unit) => span(unit.definition.path?.limitMicros ?? 0)],
  ['TriggerLimitBurst', (unit) => unit.definition.path?.limitBurst],
];
const SOCKET: readonly Property[] = [
  ['Backlog', (unit) => unit.definition.socket?.backlog],
  ['Accept', (unit) => yes(unit.definition.socket?.accept === true)],
  [
    'Listen',
    (unit) =>
      (unit.definition.socket?.listens ?? [])
        .map(({ kind, address }) => `${address} (${kind.slice('Listen'.length)})`)
        .join('\nListen=') || undefined,
  ],
  ['MaxConnections', (unit) => unit.definition.socket?.maxConnections],
  ['Result', (unit) => unit.socket?.result ?? 'success'],
  ['NConnections', (unit) => unit.socket?.connections.size],
  ['NAccepted', (unit) => unit.socket?.accepted],
  ['NRefused', (unit) => unit.socket?.refused],
  ['TriggerLimitIntervalUSec', (unit) => span(unit.definition.socket?.limitMicros ?? 0)],
  ['TriggerLimitBurst', (unit) => unit.definition.socket?.limitBurst],
];
const mounted = (unit: UnitState, { host }: Manager) =>
  host.state.mounts.findLast(({ point }) => point === mountSettings(unit).where);
const MOUNT: readonly Property[] = [
  ['Where', (unit) => mountSettings(unit).where],
  ['What', (unit, manager) => mounted(unit, manager)?.source ?? mountSettings(unit).what],
  ['Options', (unit, manager) => mounted(unit, manager)?.options.join(',') ?? mountSettings(unit).options],
  ['Type', (unit, manager) => mounted(unit, manager)?.type ?? mountSettings(unit).type],
  ['Result', (unit) => (unit.mount?.hasFailed === true ? 'exit-code' : 'success')],
];
const MANAGER: readonly (readonly [string, (manager: Manager) => string | number])[] = [
  ['Version', () => VERSION],
  ['Features', () => FEATURES],
  ['Virtualization', ({ host }) => virtualizationOf(host)],
  ['Architecture', () => 'x86-64'],
  ['Tainted', ({ host }) => (hasUnifiedGroups(host) ? '' : 'cgroupsv1')],
  // A container's systemd does not know when the kernel started.
  [
    'KernelTimestamp',
    (manager) => (isContainer(manager.host) ? '' : formatTimestamp(manager.state.kernelAt)),
  ],
  ...(
    [
      ['Userspace', ({ state }) => state.userspaceAt],
      ['Finish', ({ state }) => state.finishedAt],
      ['GeneratorsStart', ({ state }) => state.userspaceAt],
      ['GeneratorsFinish', ({ state }) => state.userspaceAt],
      ['UnitsLoadStart', ({ state }) => state.userspaceAt],
      ['UnitsLoadFinish', ({ state }) => state.userspaceAt],
    ] as const satisfies readonly (readonly [string, (manager: Manager) => number])[]
  ).flatMap(([name, at]): (readonly [string, (manager: Manager) => string | number])[] => [
    [`${name}Timestamp`, (manager) => time(at(manager))],
    [
      `${name}TimestampMonotonic`,
      (manager) => (at(manager) === 0 ? 0 : at(manager) - manager.state.kernelAt),
    ],
  ]),
  ['NNames', (manager) => manager.state.units.size + manager.state.aliases.size],
  [
    'NFailedUnits',
    (manager) => [...manager.state.units.values()].filter(({ active }) => active === 'failed').length,
  ],
  ['NJobs', (manager) => manager.state.jobs.size],
  [
    'Environment',
    (manager) => [...manager.state.environment].map(([key, value]) => `${key}=${value}`).join(' '),
  ],
  ['DefaultTasksMax', ({ host }) => defaultTasksMax(host)],
  ...['NPROC', 'NPROCSoft', 'SIGPENDING', 'SIGPENDINGSoft'].map(
    (limited): readonly [string, (manager: Manager) => string | number] => [
      `DefaultLimit${limited}`,
      ({ host }) => mostProcesses(host),
    ],
  ),
  ['SystemState', (manager) => systemState(manager)],
];

export function* show(call: Call): Run<number> {
  const { context, manager, options } = call;
  const wanted = options.properties;
  if (call.args.length === 0) {
    const read = new Map(MANAGER);
    for (const { name, unset } of MANAGER_PROPERTIES) {
      if (wanted.length > 0 && !wanted.includes(name)) continue;
      const value = read.get(name)?.(manager) ?? unset ?? '';
      if (isNothing(name, value) && wanted.length === 0 && !options.all) continue;
      yield* context.out(options.value ? `${value}\n` : `${name}=${value}\n`);
    }
    return 0;
  }
  let isFirst = true;
  for (const name of unitNames(call)) {
    const unit = manager.load(name);
    if (!isFirst) yield* context.out('\n');
    isFirst = false;
    const lines: string[] = [];
    for (const { name: key, unset } of SHOWN_PROPERTIES[unit.definition.type] ??
      SHOWN_PROPERTIES.target ??
      []) {
      if (wanted.length > 0 && !wanted.includes(key)) continue;
      const value = valueOf(unit, manager, key) ?? setting(unit, key, unset) ?? unset;
      if (value === undefined) continue;
      if (isNothing(key, value) && wanted.length === 0 && !options.all) continue;
      lines.push(options.value ? `${value}` : `${key}=${value}`);
    }
    if (lines.length > 0) yield* context.out(`${lines.join('\n')}\n`);
  }
  manager.collect();
  return 0;
}
/** Empty, a list of nothing (`~`), or what systemctl has no words for: shown only when it is asked for. */
function isNothing(key: string, value: string | number): boolean {
  return (
    value === '' ||
    value === '~' ||
    value === '[unprintable]' ||
    (value === '[not set]' && key.endsWith('ActionExitStatus'))
  );
}
const UNITS: Readonly<Record<string, number>> = {
  K: 1_024,
  M: 1_048_576,
  G: 1_073_741_824,
  T: 1_099_511_627_776,
};
/** Options whose words are numbers on the bus. */
const NUMBERED: Readonly<Record<string, readonly string[]>> = {
  LogLevelMax: SYSLOG_PRIORITIES,
  SyslogLevel: SYSLOG_PRIORITIES,
  SyslogFacility: FACILITIES,
  IOSchedulingClass: ['none', 'realtime', 'best-effort', 'idle'],
  CPUSchedulingPolicy: ['other', 'fifo', 'rr', 'batch', '', 'idle'],
};
const READERS: ReadonlyMap<string, ReadonlyMap<string, Property[1]>> = new Map(
  Object.entries({
    service: [...SERVICE, ...COMMON],
    timer: [...TIMER, ...COMMON],
    path: [...PATH, ...COMMON],
    socket: [...SOCKET, ...COMMON],
    mount: [...MOUNT, ...COMMON],
    target: COMMON,
  }).map(([type, properties]) => [type, new Map(properties)]),
);
/** What was never read from a file has no defaults of the manager. */
const WITHOUT_FILE: Readonly<Record<string, string>> = {
  Type: '',
  TimeoutStartUSec: '1min 30s',
  WatchdogUSec: 'infinity',
  OOMPolicy: '',
  Slice: '',
  StandardOutput: 'inherit',
  StartLimitIntervalUSec: '10s',
};
function valueOf(unit: UnitState, manager: Manager, key: string): string | number | undefined {
  if (unit.definition.load === 'not-found' && WITHOUT_FILE[key] !== undefined) return WITHOUT_FILE[key];
  const readers = READERS.get(unit.definition.type) ?? READERS.get('target');
  return readers?.get(key)?.(unit, manager);
}
/** What the unit file says of a property, in the words of the bus; undefined: nothing. */
function setting({ definition }: UnitState, key: string, unset: string | undefined): string | undefined {
  const own = `${definition.type.charAt(0).toUpperCase()}${definition.type.slice(1)}`;
  const option = key.replace(/USec$/, 'Sec');
  const value = definition.raw.findLast(
    ([name]) => name === `${own}.${option}` || name === `Unit.${option}`,
  )?.[1];
  if (value === undefined) return undefined;
  if (unset === 'yes' || unset === 'no')
    return /^(1|yes|y|true|t|on|0|no|n|false|f|off)$/i.test(value)
      ? yes(/^[1yto]/i.test(value) && !/^off$/i.test(value))
      : value;
  const position = NUMBERED[key]?.indexOf(value) ?? -1;
  if (position >= 0) return String(position);
  const bytes = /^Memory/.test(key) ? /^(\d+)([KMGT])$/.exec(value) : null;
  if (bytes !== null) return String(Number(bytes[1]) * (UNITS[bytes[2] ?? ''] ?? 1));
  if (option !== key) {
    const micros = parseTimeSpan(value);
    return micros === undefined ? undefined : span(micros);
  }
  return value;
}
