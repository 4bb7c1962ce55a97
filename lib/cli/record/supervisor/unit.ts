/** A service unit as the supervisor needs it. Sources: systemd.service(5), systemd.unit(5), systemd.kill(5). */
import { type Assignment, parseUnitText } from '../../../daemons/systemd/unit-file/syntax';
import { listOf, lastOf, parseBoolean } from '../../../daemons/systemd/unit-file/settings';
import { parseTimeSpan } from '../../../daemons/systemd/unit-file/time-span';
import { type ExecCommand, parseExec, splitWords } from '../../../daemons/systemd/unit-file/words';

const TYPES = ['simple', 'exec', 'notify', 'forking', 'oneshot', 'idle'] as const;
const RESTARTS = ['no', 'on-success', 'on-failure', 'on-abnormal', 'on-abort', 'always'] as const;
const KILL_MODES = ['control-group', 'mixed', 'process', 'none'] as const;

export interface ServiceUnit {
  readonly name: string;
  readonly description: string;
  readonly type: (typeof TYPES)[number];
  readonly startPre: readonly ExecCommand[];
  readonly start: readonly ExecCommand[];
  readonly reload: readonly ExecCommand[];
  readonly stop: readonly ExecCommand[];
  readonly environment: readonly (readonly [string, string])[];
  readonly environmentFiles: readonly { readonly path: string; readonly optional: boolean }[];
  readonly restart: (typeof RESTARTS)[number];
  readonly restartMs: number;
  /** 0: there is no limit. */
  readonly startLimitMs: number;
  readonly startLimitBurst: number;
  readonly killMode: (typeof KILL_MODES)[number];
  readonly successCodes: readonly number[];
  readonly remainAfterExit: boolean;
  readonly pidFile: string | undefined;
  readonly user: string | undefined;
  readonly startTimeoutMs: number;
  readonly stopTimeoutMs: number;
  readonly after: readonly string[];
  readonly before: readonly string[];
  /** Files that must hold something, or the start is skipped. */
  readonly notEmpty: readonly string[];
  /** Files and folders that the service sees in other places too: from, to. */
  readonly bindPaths: readonly (readonly [string, string])[];
  /** What is set and not played here. */
  readonly notPlayed: readonly string[];
}

/** Known, and without a part here: nothing that is played depends on them. */
const WITHOUT_EFFECT = new Set([
  ...[
    'Documentation',
    'Wants',
    'WantedBy',
    'RequiredBy',
    'Also',
    'Alias',
    'Conflicts',
    'DefaultDependencies',
  ],
  ...['ProtectSystem', 'ProtectHome', 'PrivateTmp', 'StandardInput', 'SyslogIdentifier'],
  ...['LimitNOFILE', 'NotifyAccess', 'ConditionPathExists', 'RuntimeDirectory', 'RuntimeDirectoryMode'],
]);

/** Reads the unit's file and its drop-ins, in this order. */
export function readUnit(name: string, texts: readonly string[]): ServiceUnit {
  const all = texts.flatMap((text) => parseUnitText(text).assignments);
  const text = (key: string): string | undefined => lastOf(all, key)?.value || undefined;
  const words = (key: string): string[] => listOf(all, key).flatMap(({ value }) => splitWords(value) ?? []);
  const commands = (key: string): ExecCommand[] =>
    listOf(all, key).flatMap(({ value }) => {
      const parsed = parseExec(value);
      return typeof parsed === 'string' ? [] : parsed;
    });
  const ms = (key: string, fallback: number): number => {
    const value = text(key);
    const span = value === undefined ? undefined : parseTimeSpan(value);
    return span === undefined ? fallback : Math.round(span / 1000);
  };
  const one = <T extends string>(key: string, known: readonly T[], fallback: T): T =>
    known.find((value) => value === text(key)) ?? fallback;
  return {
    name,
    description: text('Description') ?? name,
    type: one('Type', TYPES, commands('ExecStart').length === 0 ? 'oneshot' : 'simple'),
    startPre: commands('ExecStartPre'),
    start: commands('ExecStart'),
    reload: commands('ExecReload'),
    stop: commands('ExecStop'),
    environment: words('Environment').flatMap((word) => {
      const equals = word.indexOf('=');
      return equals <= 0 ? [] : [[word.slice(0, equals), word.slice(equals + 1)] as const];
    }),
    environmentFiles: listOf(all, 'EnvironmentFile').map(({ value }) => ({
      path: value.replace(/^-/, ''),
      optional: value.startsWith('-'),
    })),
    restart: one('Restart', RESTARTS, 'no'),
    restartMs: ms('RestartSec', 100),
    startLimitMs: ms('StartLimitIntervalSec', ms('StartLimitInterval', 10_000)),
    startLimitBurst: Number(text('StartLimitBurst') ?? 5),
    killMode: one('KillMode', KILL_MODES, 'control-group'),
    successCodes: words('SuccessExitStatus')
      .filter((word) => /^\d+$/.test(word))
      .map(Number),
    remainAfterExit: parseBoolean(text('RemainAfterExit') ?? 'no') === true,
    pidFile: text('PIDFile'),
    user: text('User'),
    startTimeoutMs: ms('TimeoutStartSec', ms('TimeoutSec', 90_000)),
    stopTimeoutMs: ms('TimeoutStopSec', ms('TimeoutSec', 90_000)),
    after: words('After'),
    before: words('Before'),
    notEmpty: listOf(all, 'ConditionFileNotEmpty').map(({ value }) => value),
    bindPaths: words('BindReadOnlyPaths').flatMap((word) => {
      const [from = '', to = from] = word.replace(/^-/, '').split(':');
      return [[from, to] as const];
    }),
    notPlayed: notPlayed(all),
  };
}
const PLAYED = new Set([
  ...['Description', 'Type', 'ExecStartPre', 'ExecStart', 'ExecReload', 'ExecStop', 'Environment'],
  ...['EnvironmentFile', 'Restart', 'RestartSec', 'StartLimitIntervalSec', 'StartLimitInterval'],
  ...['StartLimitBurst', 'KillMode', 'SuccessExitStatus', 'RemainAfterExit', 'PIDFile', 'User', 'Group'],
  ...['TimeoutStartSec', 'TimeoutStopSec', 'TimeoutSec', 'After', 'Before', 'ConditionFileNotEmpty'],
  'BindReadOnlyPaths',
]);
function notPlayed(all: readonly Assignment[]): string[] {
  return [
    ...new Set(all.map(({ key }) => key).filter((key) => !PLAYED.has(key) && !WITHOUT_EFFECT.has(key))),
  ];
}
