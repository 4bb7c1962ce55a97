/** The manager's state: plain data, kept in the daemon state of process 1. */
import type { Micros } from '../../std/instant';
import type { SignalName, SyslogPriority } from '../../world/process.contract';
import type { RateLimit } from './rate-limit';
import type { ExecCommand } from './unit-file/words';
import type { UnitType } from './unit-file/names';

export type ActiveState = 'inactive' | 'activating' | 'active' | 'reloading' | 'deactivating' | 'failed';
export type LoadState = 'loaded' | 'not-found' | 'masked' | 'bad-setting';
/** `success` or why a unit failed, in systemd's words. */
export type Result =
  | 'success'
  | 'resources'
  | 'protocol'
  | 'timeout'
  | 'exit-code'
  | 'signal'
  | 'core-dump'
  | 'watchdog'
  | 'start-limit-hit'
  | 'unit-start-limit-hit'
  | 'trigger-limit-hit'
  | 'service-start-limit-hit'
  | 'oom-kill'
  | 'exec-condition';
export type JobType = 'start' | 'stop' | 'restart' | 'try-restart' | 'reload' | 'verify-active' | 'nop';
export type JobResult =
  | 'done'
  | 'canceled'
  | 'timeout'
  | 'failed'
  | 'dependency'
  | 'skipped'
  | 'invalid'
  | 'assert'
  | 'collected';

/** Dependencies as written in files and implied by the unit's kind. */
export const DEPENDENCIES = [
  'Requires',
  'Requisite',
  'Wants',
  'BindsTo',
  'PartOf',
  'Upholds',
  'Conflicts',
  'Before',
  'After',
  'OnFailure',
  'OnSuccess',
  'Triggers',
  'PropagatesReloadTo',
  'ReloadPropagatedFrom',
  'PropagatesStopTo',
  'StopPropagatedFrom',
] as const;
export type Dependency = (typeof DEPENDENCIES)[number];

export type Condition = {
  kind: string;
  negate: boolean;
  trigger: boolean;
  parameter: string;
  assert: boolean;
};
export type ServiceType = 'simple' | 'exec' | 'forking' | 'oneshot' | 'notify' | 'idle' | 'dbus';
export type ExecKind =
  | 'ExecCondition'
  | 'ExecStartPre'
  | 'ExecStart'
  | 'ExecStartPost'
  | 'ExecReload'
  | 'ExecStop'
  | 'ExecStopPost';

export type ServiceSettings = {
  type: ServiceType;
  exec: Record<ExecKind, ExecCommand[]>;
  remainAfterExit: boolean;
  guessMainPid: boolean;
  pidFile: string | undefined;
  restart: 'no' | 'on-success' | 'on-failure' | 'on-abnormal' | 'on-watchdog' | 'on-abort' | 'always';
  restartMicros: Micros;
  timeoutStartMicros: Micros;
  timeoutStopMicros: Micros;
  runtimeMaxMicros: Micros;
  /** Within which it must say that it lives; 0 for never. */
  watchdogMicros: Micros;
  successExit: { codes: number[]; signals: SignalName[] };
  restartPrevent: { codes: number[]; signals: SignalName[] };
  restartForce: { codes: number[]; signals: SignalName[] };
  killMode: 'control-group' | 'mixed' | 'process' | 'none';
  killSignal: SignalName;
  finalKillSignal: SignalName;
  sendSigkill: boolean;
  sendSighup: boolean;
  environment: [string, string][];
  environmentFiles: { path: string; optional: boolean }[];
  unsetEnvironment: string[];
  user: string | undefined;
  group: string | undefined;
  supplementaryGroups: string[];
  workingDirectory: string | undefined;
  workingDirectoryOptional: boolean;
  umask: number;
  directories: {
    kind: 'Runtime' | 'State' | 'Cache' | 'Logs' | 'Configuration';
    names: string[];
    mode: number;
  }[];
  keepRuntimeDirectory: 'no' | 'yes' | 'restart';
  standardOutput: string;
  standardError: string;
  syslogIdentifier: string | undefined;
  notifyAccess: 'none' | 'main' | 'exec' | 'all';
  tasksMax: number | undefined;
  memoryMax: number | undefined;
};
export type TimerSettings = {
  monotonic: {
    base: 'OnActiveSec' | 'OnBootSec' | 'OnStartupSec' | 'OnUnitActiveSec' | 'OnUnitInactiveSec';
    span: Micros;
  }[];
  calendar: string[];
  accuracy: Micros;
  randomizedDelay: Micros;
  persistent: boolean;
  remainAfterElapse: boolean;
  unit: string;
};
export type PathKind = 'PathExists' | 'PathExistsGlob' | 'PathChanged' | 'PathModified' | 'DirectoryNotEmpty';
export type PathSpec = { kind: PathKind; path: string };
export type PathSettings = {
  specs: PathSpec[];
  unit: string;
  makeDirectory: boolean;
  directoryMode: number;
  limitMicros: Micros;
  limitBurst: number;
};
export type SocketSettings = {
  listens: {
    kind: string;
    address: string;
    tcp: { ip: number; port: number; six: boolean; dual: boolean } | undefined;
  }[];
  accept: boolean;
  service: string;
  backlog: number;
  maxConnections: number;
  limitMicros: Micros;
  limitBurst: number;
};
/** A loaded unit file with its drop-ins. Frozen: a reload makes a new one. */
export type Definition = {
  name: string;
  type: UnitType;
  load: LoadState;
  fragment: string | undefined;
  dropIns: string[];
  /** Modification times of the files it was read from. */
  sources: { path: string; mtime: number }[];
  aliases: string[];
  description: string;
  documentation: string[];
  dependencies: Partial<Record<Dependency, string[]>>;
  defaultDependencies: boolean;
  conditions: Condition[];
  startLimitMicros: Micros;
  startLimitBurst: number;
  refuseManualStart: boolean;
  refuseManualStop: boolean;
  allowIsolate: boolean;
  ignoreOnIsolate: boolean;
  stopWhenUnneeded: boolean;
  collectFailed: boolean;
  successAction: string;
  service: ServiceSettings | undefined;
  timer: TimerSettings | undefined;
  path: PathSettings | undefined;
  socket: SocketSettings | undefined;
  install: {
    wantedBy: string[];
    requiredBy: string[];
    alias: string[];
    also: string[];
    defaultInstance: string;
  };
  /** All assignments as written, by `Section.Key`, for `show`. */
  raw: [string, string][];
  problems: { priority: SyslogPriority; text: string }[];
};

export type ExecStatus = {
  pid: number;
  kind: ExecKind;
  /** Position among the commands of its kind. */
  index: number;
  startedAt: number;
  endedAt: number;
  /** 0 while it runs; 1 exited, 2 killed, 3 dumped, as in siginfo. */
  code: 0 | 1 | 2 | 3;
  status: number;
};
export type ServiceSub =
  | 'dead'
  | 'condition'
  | 'start-pre'
  | 'start'
  | 'start-post'
  | 'running'
  | 'exited'
  | 'reload'
  | 'stop'
  | 'stop-watchdog'
  | 'stop-sigterm'
  | 'stop-sigkill'
  | 'stop-post'
  | 'final-sigterm'
  | 'final-sigkill'
  | 'failed'
  | 'auto-restart';
export type ServiceState = {
  mainPid: number;
  controlPid: number;
  mainPidKnown: boolean;
  /** What the control process runs, and which of its kind. */
  control: { kind: ExecKind; index: number } | undefined;
  /** Which ExecStart= the main process is, while one is. */
  mainCommand: number | undefined;
  result: Result;
  reloadResult: Result;
  restarts: number;
  flushRestarts: boolean;
  forbidRestart: boolean;
  willRestart: boolean;
  statuses: ExecStatus[];
  main: ExecStatus | undefined;
  statusText: string;
  /** What it said went wrong (ERRNO= of sd_notify(3)); 0 when it said nothing. */
  statusErrno: number;
  oomKilled: boolean;
  /** It sent RELOADING=1 and not yet READY=1. */
  isReloading?: boolean;
  /** The kernel's count of kills in the control group, as last seen. */
  kernelKills?: number;
};
export type UnitState = {
  definition: Definition;
  active: ActiveState;
  sub: string;
  /** Wall clock of the last changes; 0 never. */
  changedAt: number;
  inactiveExitAt: number;
  activeEnterAt: number;
  activeExitAt: number;
  inactiveEnterAt: number;
  invocation: string;
  job: number;
  conditionMet: boolean;
  conditionAt: number;
  conditionFailed: string;
  assertMet: boolean;
  starts: RateLimit;
  /** How often it was started because another unit upholds it. */
  upheld?: RateLimit;
  /** The last start was refused: there had been too many. */
  startLimitHit?: boolean;
  service: ServiceState | undefined;
  timer: { nextAt: number; lastAt: number; result: Result } | undefined;
  /** Of a path unit: which of its paths were there, and how often it has triggered. */
  path: { result: Result; existed: boolean[]; triggers: RateLimit } | undefined;
  /** Of a socket: the listeners it has open, and how often it has triggered. */
  socket:
    | {
        result: Result;
        listeners: number[];
        triggers: RateLimit;
        /** `Accept=yes`: how many connections it has had, how many it refused, and those that its services have. */
        accepted: number;
        refused: number;
        connections: Map<string, number>;
      }
    | undefined;
  /** Of a mount unit: the mount or umount that runs for it, and whether the last one failed. */
  mount?: { pid: number; hasFailed: boolean };
  /** Processor time its processes had used when they ended. */
  cpuMicros: number;
  transient: boolean;
};
export type Job = {
  id: number;
  unit: string;
  type: JobType;
  state: 'waiting' | 'running';
  irreversible: boolean;
  ignoreOrder: boolean;
};
export type ShutdownVerb = 'reboot' | 'poweroff' | 'halt';
export type ManagerState = {
  units: Map<string, UnitState>;
  /** Other names of loaded units. */
  aliases: Map<string, string>;
  jobs: Map<number, Job>;
  nextJob: number;
  /** Outcomes that systemctl may still ask for. */
  results: Map<number, { unit: string; type: JobType; result: JobResult }>;
  environment: Map<string, string>;
  /** Instants of the boot, wall clock. */
  kernelAt: number;
  userspaceAt: number;
  finishedAt: number;
  /** Drop-in folders that were there when units were last read. */
  dropInFolders: string[];
  shutdown: ShutdownVerb | undefined;
  exiting: boolean;
  /** Units whose control group must be looked at when a process ends. */
  defaultTarget: string;
};
