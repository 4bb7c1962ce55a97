/** Typed values from assignments: service and timer settings. Sources: systemd.service(5), systemd.exec(5), systemd.kill(5), systemd.timer(5). */
import type { Host } from '../../../world/world.contract';
import { isSignalName, signalName } from '../../../world/signals';
import type { SignalName } from '../../../world/process.contract';
import type {
  ExecKind,
  PathKind,
  PathSettings,
  ServiceSettings,
  ServiceType,
  SocketSettings,
  TimerSettings,
} from '../state';
import { exitStatusNumber } from '../exit-status';
import { parseCalendar } from './calendar';
import { parseIPv4 } from '../../../std/ipv4';
import { expandSpecifiers, hasUnknownSpecifier, typeOf } from './names';
import type { Assignment } from './syntax';
import { FOREVER, parseTimeSpan } from './time-span';
import { parseExec, splitWords } from './words';

/** Where a setting is read: what it may complain about. */
export interface Reading {
  host: Host;
  name: string;
  /** Fatal for the unit, which will not be started: where reading ended. */
  fatalAt: Assignment | undefined;
  /** `ignored` names what the message ends with. */
  complain(assignment: Assignment, text: string): void;
}
const EXEC_KINDS: readonly ExecKind[] = [
  'ExecCondition',
  'ExecStartPre',
  'ExecStart',
  'ExecStartPost',
  'ExecReload',
  'ExecStop',
  'ExecStopPost',
];
const DIRECTORY_KINDS = ['Runtime', 'State', 'Cache', 'Logs', 'Configuration'] as const;
const SERVICE_TYPES = ['simple', 'exec', 'forking', 'oneshot', 'notify', 'idle', 'dbus'] as const;
const RESTARTS = [
  'no',
  'on-success',
  'on-failure',
  'on-abnormal',
  'on-watchdog',
  'on-abort',
  'always',
] as const;
const KILL_MODES = ['control-group', 'mixed', 'process', 'none'] as const;
const NOTIFY_ACCESS = ['none', 'main', 'exec', 'all'] as const;
/** What is said of a timeout that is none, where it is not what is said of other times. */
const TIMEOUT_TROUBLE: Readonly<Record<string, string>> = {
  TimeoutStartSec: 'Failed to parse TimeoutStartSec= parameter',
  TimeoutStopSec: 'Failed to parse time value',
};
const DEFAULT_TIMEOUT = 90_000_000;

export function parseBoolean(text: string): boolean | undefined {
  if (/^(1|yes|y|true|t|on)$/i.test(text)) return true;
  if (/^(0|no|n|false|f|off)$/i.test(text)) return false;
  return undefined;
}
export function parseSignal(text: string): SignalName | undefined {
  if (/^\d+$/.test(text)) return signalName(Number(text));
  const bare = text.startsWith('SIG') ? text.slice(3) : text;
  return isSignalName(bare) ? bare : undefined;
}
/** `30M`, `1G`, `infinity`, with base 1024. */
export function parseSize(text: string): number | undefined {
  if (text === 'infinity') return FOREVER;
  const found = /^(\d+)(?:\.\d+)?([KMGTB]?)$/.exec(text.trim());
  if (found === null) return undefined;
  const factor = { '': 1, B: 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3, T: 1024 ** 4 }[found[2] ?? ''] ?? 1;
  return Number(found[1]) * factor;
}

/** A list setting: an empty value resets what came before. */
export function listOf(assignments: readonly Assignment[], key: string): Assignment[] {
  let list: Assignment[] = [];
  for (const assignment of assignments) {
    if (assignment.key !== key) continue;
    if (assignment.value === '') list = [];
    else list.push(assignment);
  }
  return list;
}
export function lastOf(assignments: readonly Assignment[], key: string): Assignment | undefined {
  return assignments.findLast((assignment) => assignment.key === key);
}
class Section {
  constructor(
    readonly reading: Reading,
    readonly assignments: readonly Assignment[],
  ) {}
  text(key: string): string | undefined {
    const value = lastOf(this.assignments, key)?.value;
    return value === undefined || value === ''
      ? undefined
      : expandSpecifiers(value, this.reading.name, this.reading.host);
  }
  /** The last value that can be read; others complain. */
  read<T>(key: string, parse: (text: string) => T | undefined, fallback: T, complaint: string): T {
    let result = fallback;
    for (const assignment of this.assignments) {
      if (assignment.key !== key) continue;
      if (assignment.value === '') {
        result = fallback;
        continue;
      }
      const value = parse(assignment.value);
      if (value === undefined)
        this.reading.complain(assignment, `${complaint}, ignoring: ${assignment.value}`);
      else result = value;
    }
    return result;
  }
  oneOf<T extends string>(key: string, values: readonly T[], fallback: T, complaint: string): T {
    return this.read(key, (text) => values.find((value) => value === text), fallback, complaint);
  }
  flag(key: string, fallback: boolean): boolean {
    return this.read(key, parseBoolean, fallback, 'Failed to parse boolean value');
  }
  span(key: string, fallback: number, complaint = 'Failed to parse sec value'): number {
    return this.read(key, (text) => parseTimeSpan(text), fallback, complaint);
  }
  exits(key: string): { codes: number[]; signals: SignalName[] } {
    for (const assignment of listOf(this.assignments, key))
      for (const word of splitWords(assignment.value) ?? []) {
        const { codes, signals } = exitSet([word]);
        if (codes.length + signals.length === 0)
          this.reading.complain(assignment, `Failed to parse value, ignoring: ${word}`);
      }
    return exitSet(this.words(key));
  }
  words(key: string): string[] {
    return listOf(this.assignments, key).flatMap((assignment) =>
      (splitWords(assignment.value) ?? []).map((word) =>
        expandSpecifiers(word, this.reading.name, this.reading.host),
      ),
    );
  }
}

const KILL_MODE_NONE =
  "Unit uses KillMode=none. This is unsafe, as it disables systemd's process lifecycle management for the service. Please update the service to use a safer KillMode=, such as 'mixed' or 'control-group'. Support for KillMode=none is deprecated and will eventually be removed.";
export function serviceSettings(assignments: readonly Assignment[], reading: Reading): ServiceSettings {
  const section = new Section(reading, assignments);
  const exec = execSettings(assignments, reading);
  const busName = section.text('BusName');
  const implied: ServiceType =
    busName !== undefined ? 'dbus' : exec.ExecStart.length > 0 ? 'simple' : 'oneshot';
  for (const assignment of assignments)
    if (assignment.key === 'KillMode' && assignment.value === 'none')
      reading.complain(assignment, KILL_MODE_NONE);
  const type = section.oneOf('Type', SERVICE_TYPES, implied, 'Failed to parse service type');
  const both = section.span('TimeoutSec', -1, 'Failed to parse TimeoutSec= parameter');
  const startDefault = type === 'oneshot' ? FOREVER : DEFAULT_TIMEOUT;
  const timeout = (key: string, fallback: number): number => {
    const positionBoth = assignments.findLastIndex((a) => a.key === 'TimeoutSec');
    const positionOwn = assignments.findLastIndex((a) => a.key === key);
    const value = positionBoth > positionOwn ? both : section.span(key, fallback, TIMEOUT_TROUBLE[key]);
    return value === 0 ? FOREVER : value;
  };
  return {
    type,
    exec,
    remainAfterExit: section.flag('RemainAfterExit', false),
    guessMainPid: section.flag('GuessMainPID', true),
    pidFile: pidFileOf(section.text('PIDFile')),
    restart: section.oneOf('Restart', RESTARTS, 'no', 'Failed to parse service restart specifier'),
    restartMicros: section.span('RestartSec', 100_000),
    timeoutStartMicros: timeout('TimeoutStartSec', startDefault),
    timeoutStopMicros: timeout('TimeoutStopSec', DEFAULT_TIMEOUT),
    runtimeMaxMicros: section.span('RuntimeMaxSec', FOREVER),
    watchdogMicros: section.span('WatchdogSec', 0),
    successExit: section.exits('SuccessExitStatus'),
    restartPrevent: section.exits('RestartPreventExitStatus'),
    restartForce: section.exits('RestartForceExitStatus'),
    killMode: section.oneOf(
      'KillMode',
      KILL_MODES,
      'control-group',
      'Failed to parse kill mode specification',
    ),
    killSignal: section.read('KillSignal', parseSignal, 'TERM', 'Failed to parse signal name'),
    finalKillSignal: section.read('FinalKillSignal', parseSignal, 'KILL', 'Failed to parse signal name'),
    sendSigkill: section.flag('SendSIGKILL', true),
    sendSighup: section.flag('SendSIGHUP', false),
    // A name that comes again has its last value, where it stood first (`strv_env_replace`).
    environment: [
      ...new Map(
        listOf(assignments, 'Environment').flatMap((assignment) => environmentOf(assignment, reading)),
      ),
    ],
    environmentFiles: listOf(assignments, 'EnvironmentFile').map(({ value }) => ({
      path: expandSpecifiers(value.replace(/^-/, ''), reading.name, reading.host),
      optional: value.startsWith('-'),
    })),
    unsetEnvironment: section.words('UnsetEnvironment'),
    user: section.text('User'),
    group: section.text('Group'),
    supplementaryGroups: section.words('SupplementaryGroups'),
    workingDirectory: section.text('WorkingDirectory')?.replace(/^-/, ''),
    workingDirectoryOptional: section.text('WorkingDirectory')?.startsWith('-') === true,
    umask: section.read(
      'UMask',
      (text) => (/^[0-7]{1,4}$/.test(text) ? Number.parseInt(text, 8) : undefined),
      0o022,
      'Failed to parse mode value',
    ),
    directories: DIRECTORY_KINDS.map((kind) => ({
      kind,
      names: section.words(`${kind}Directory`),
      mode: Number.parseInt(section.text(`${kind}DirectoryMode`) ?? '755', 8),
    })).filter(({ names }) => names.length > 0),
    keepRuntimeDirectory: keepOf(section.text('RuntimeDirectoryPreserve')),
    standardOutput: section.text('StandardOutput') ?? 'journal',
    standardError: section.text('StandardError') ?? 'inherit',
    syslogIdentifier: section.text('SyslogIdentifier'),
    notifyAccess: notifyAccessOf(
      section.oneOf('NotifyAccess', NOTIFY_ACCESS, 'none', 'Failed to parse notify access specifier'),
      type,
    ),
    tasksMax: tasksOf(section.text('TasksMax')),
    memoryMax: limitOf(section.text('MemoryMax') ?? section.text('MemoryLimit')),
  };
}
function ignoresFailure({ value }: Assignment): boolean {
  return /^[@:+!]*-/.test(value);
}
/** `NAME=value` words; what is none is said and left out. */
function environmentOf(assignment: Assignment, reading: Reading): [string, string][] {
  const words = splitWords(assignment.value);
  if (words === undefined) {
    reading.complain(assignment, `Invalid syntax, ignoring: ${assignment.value}`);
    return [];
  }
  return words.flatMap((word): [string, string][] => {
    const found = /^([A-Za-z_]\w*)=(.*)$/s.exec(expandSpecifiers(word, reading.name, reading.host));
    if (found !== null) return [[found[1] ?? '', found[2] ?? '']];
    reading.complain(assignment, `Invalid environment assignment, ignoring: ${word}`);
    return [];
  });
}
function execSettings(assignments: readonly Assignment[], reading: Reading): ServiceSettings['exec'] {
  const exec: ServiceSettings['exec'] = {
    ExecCondition: [],
    ExecStartPre: [],
    ExecStart: [],
    ExecStartPost: [],
    ExecReload: [],
    ExecStop: [],
    ExecStopPost: [],
  };
  for (const assignment of assignments) {
    const kind = EXEC_KINDS.find((candidate) => candidate === assignment.key);
    if (kind === undefined) continue;
    if (assignment.value === '') {
      exec[kind] = [];
      continue;
    }
    const commands = parseExec(assignment.value);
    if (typeof commands === 'string') {
      reading.complain(assignment, commands);
      if (!ignoresFailure(assignment)) reading.fatalAt ??= assignment;
      continue;
    }
    const unknown = commands
      .flatMap(({ path, argv }) => [path, ...argv])
      .find((word) => hasUnknownSpecifier(word));
    if (unknown !== undefined) {
      reading.complain(
        assignment,
        `Failed to resolve unit specifiers in ${unknown}${ignoresFailure(assignment) ? ', ignoring' : ''}: Invalid slot`,
      );
      if (!ignoresFailure(assignment)) reading.fatalAt ??= assignment;
      continue;
    }
    exec[kind].push(
      ...commands.map((command) => ({
        path: expandSpecifiers(command.path, reading.name, reading.host),
        argv: command.argv.map((word) => expandSpecifiers(word, reading.name, reading.host)),
        ignoreFailure: command.ignoreFailure,
        literal: command.literal,
        privileged: command.privileged,
      })),
    );
  }
  return exec;
}
function pidFileOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const path = text.startsWith('/') ? text : `/run/${text}`;
  return path.replace(/^\/var\/run\//, '/run/');
}
function keepOf(text: string | undefined): 'no' | 'yes' | 'restart' {
  return text === 'restart' ? 'restart' : parseBoolean(text ?? 'no') === true ? 'yes' : 'no';
}
function tasksOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}
/** An amount of memory in bytes; undefined where there is none. */
export function limitOf(text: string | undefined): number | undefined {
  const size = text === undefined ? undefined : parseSize(text);
  return size === FOREVER ? undefined : size;
}
function exitSet(words: readonly string[]): { codes: number[]; signals: SignalName[] } {
  const set: { codes: number[]; signals: SignalName[] } = { codes: [], signals: [] };
  for (const word of words) {
    const signal = /^\d+$/.test(word) ? undefined : parseSignal(word);
    const code = exitStatusNumber(word);
    if (signal !== undefined) set.signals.push(signal);
    else if (code !== undefined) set.codes.push(code);
  }
  return set;
}

const MONOTONIC = [
  'OnActiveSec',
  'OnBootSec',
  'OnStartupSec',
  'OnUnitActiveSec',
  'OnUnitInactiveSec',
] as const;

export function timerSettings(assignments: readonly Assignment[], reading: Reading): TimerSettings {
  const section = new Section(reading, assignments);
  let monotonic: TimerSettings['monotonic'] = [];
  let calendar: string[] = [];
  for (const assignment of assignments) {
    const base = MONOTONIC.find((key) => key === assignment.key);
    if (base !== undefined) {
      const span = parseTimeSpan(assignment.value);
      if (assignment.value === '') {
        monotonic = [];
        calendar = [];
      } else if (span === undefined)
        reading.complain(assignment, `Failed to parse timer value, ignoring: ${assignment.value}`);
      else monotonic.push({ base, span });
    }
    if (assignment.key !== 'OnCalendar') continue;
    if (assignment.value === '') {
      monotonic = [];
      calendar = [];
    } else if (parseCalendar(assignment.value) === undefined)
      reading.complain(assignment, `Failed to parse calendar specification, ignoring: ${assignment.value}`);
    else calendar.push(assignment.value);
  }
  return {
    monotonic,
    calendar,
    accuracy: section.span('AccuracySec', 60_000_000),
    randomizedDelay: section.span('RandomizedDelaySec', 0),
    persistent: section.flag('Persistent', false),
    remainAfterElapse: section.flag('RemainAfterElapse', true),
    unit: section.text('Unit') ?? `${reading.name.slice(0, -'.timer'.length)}.service`,
  };
}
const PATH_KINDS: readonly PathKind[] = [
  'PathExists',
  'PathExistsGlob',
  'PathChanged',
  'PathModified',
  'DirectoryNotEmpty',
];
/** systemd.path(5). */
export function pathSettings(assignments: readonly Assignment[], reading: Reading): PathSettings {
  const section = new Section(reading, assignments);
  let specs: PathSettings['specs'] = [];
  for (const { key, value } of assignments) {
    const kind = PATH_KINDS.find((one) => one === key);
    if (kind === undefined) continue;
    const path = expandSpecifiers(value, reading.name, reading.host);
    if (path === '') specs = [];
    else if (path.startsWith('/')) specs.unshift({ kind, path: path.replace(/(?<=.)\/+$/, '') });
  }
  return {
    specs,
    unit: section.read(
      'Unit',
      (text) => (typeOf(text) === undefined ? undefined : text),
      `${reading.name.slice(0, -'.path'.length)}.service`,
      'Unit type not valid',
    ),
    makeDirectory: section.flag('MakeDirectory', false),
    directoryMode: section.read(
      'DirectoryMode',
      (text) => (/^[0-7]{1,4}$/.test(text) ? Number.parseInt(text, 8) : undefined),
      0o755,
      'Failed to parse mode value',
    ),
    limitMicros: section.span('TriggerLimitIntervalSec', 2_000_000),
    limitBurst: section.read(
      'TriggerLimitBurst',
      (text) => (/^\d+$/.test(text) ? Number(text) : undefined),
      200,
      'Failed to parse unsigned value',
    ),
  };
}
/** The kernel takes no more than net.core.somaxconn of it. */
const MOST_BACKLOG = 2_147_483_647;
/** systemd.socket(5). */
export function socketSettings(assignments: readonly Assignment[], reading: Reading): SocketSettings {
  const section = new Section(reading, assignments);
  let listens: SocketSettings['listens'] = [];
  for (const assignment of assignments) {
    const { key } = assignment;
    if (!key.startsWith('Listen')) continue;
    const value = expandSpecifiers(assignment.value, reading.name, reading.host);
    if (value === '') {
      listens = [];
      continue;
    }
    const found = key === 'ListenStream' ? streamAddress(value) : { address: value, tcp: undefined };
    if (typeof found === 'string')
      reading.complain(assignment, `Failed to parse address value in '${value}', ignoring: ${found}`);
    else listens.push({ kind: key, ...found });
  }
  const accept = section.flag('Accept', false);
  const number = (key: string, fallback: number): number =>
    section.read(
      key,
      (text) => (/^\d+$/.test(text) ? Number(text) : undefined),
      fallback,
      'Failed to parse unsigned value',
    );
  return {
    listens,
    accept,
    service: section.text('Service') ?? `${reading.name.slice(0, -'.socket'.length)}.service`,
    backlog: number('Backlog', MOST_BACKLOG),
    maxConnections: number('MaxConnections', 64),
    limitMicros: section.span('TriggerLimitIntervalSec', 2_000_000),
    limitBurst: number('TriggerLimitBurst', accept ? 200 : 20),
  };
}
/** Where a stream socket listens, or why that is no address. Source: systemd 252 `socket_address_parse`. */
function streamAddress(
  text: string,
): { address: string; tcp: SocketSettings['listens'][number]['tcp'] } | string {
  if (text.startsWith('/') || text.startsWith('@')) return { address: text, tcp: undefined };
  const found = /^(?:(.+):)?(\d+)$/.exec(text);
  if (found === null) return 'Invalid argument';
  const port = Number(found[2]);
  if (port > 65_535) return 'Numerical result out of range';
  if (port === 0) return 'Invalid argument';
  const host = found[1] ?? '[::]';
  const isAny = host === '[::]';
  const ip = isAny ? 0 : parseIPv4(host);
  if (ip === undefined) return host.startsWith('[') ? { address: text, tcp: undefined } : 'Invalid argument';
  return { address: `${host}:${port}`, tcp: { ip, port, six: false, dual: isAny } };
}
/** Who waits for a word of its main process must hear it. Source: `service_add_extras`. */
function notifyAccessOf(
  set: ServiceSettings['notifyAccess'],
  type: ServiceSettings['type'],
): ServiceSettings['notifyAccess'] {
  return set === 'none' && type === 'notify' ? 'main' : set;
}
