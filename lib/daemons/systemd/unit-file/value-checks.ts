/**
 * What systemd says of values that are read nowhere else here, so that a slip in a setting whose effect is not
 * modelled is complained of all the same. Words: `systemd-analyze verify` of systemd 252. A key that is not here
 * takes any value.
 */
import type { Assignment } from './syntax';
import { parseTimeSpan } from './time-span';

/** `fatal`: the unit will not be started, and reading ends there. */
export interface ValueComplaint {
  readonly text: string;
  readonly fatal?: boolean;
}
type Check = (value: string, key: string) => string | ValueComplaint | undefined;

const BOOLEAN = /^(1|yes|y|true|t|on|0|no|n|false|f|off)$/i;
const isPath = (text: string): boolean => text.startsWith('/');

const boolean: Check = (value) =>
  BOOLEAN.test(value) ? undefined : `Failed to parse boolean value, ignoring: ${value}`;
const fatalBoolean: Check = (value) =>
  BOOLEAN.test(value) ? undefined : { text: `Failed to parse boolean value: ${value}`, fatal: true };
const seconds: Check = (value) =>
  value === '' || parseTimeSpan(value) !== undefined
    ? undefined
    : `Failed to parse sec value, ignoring: ${value}`;
const timeParameter: Check = (value, key) =>
  value === '' || parseTimeSpan(value) !== undefined
    ? undefined
    : `Failed to parse ${key}= parameter, ignoring: ${value}`;
const unsigned: Check = (value) =>
  value === '' || /^\d+$/.test(value) ? undefined : `Failed to parse unsigned value, ignoring: ${value}`;
const path: Check = (value, key) =>
  value === '' || isPath(value) ? undefined : `${key}= path is not absolute, ignoring: ${value}`;
/** A path behind `|` and `!`. */
const conditionPath: Check = (value, key) => path(value.replace(/^\|?!?\s*/, ''), key);
const paths: Check = (value, key) => {
  const wrong = value
    .split(/\s+/)
    .map((word) => word.replace(/^-?\+?/, ''))
    .find((word) => word !== '' && !isPath(word));
  return wrong === undefined ? undefined : `${key}= path is not absolute, ignoring: ${wrong}`;
};
/** Source: `config_parse_memory_limit`. */
const MAY_BE_ZERO = /^(MemorySwapMax|DefaultMemory(Low|Min)|Memory(Low|Min))$/;
const memory: Check = (value, key) => {
  if (value === '' || value === 'infinity') return undefined;
  if (/^0+$/.test(value) && !MAY_BE_ZERO.test(key)) return `Memory limit '${value}' out of range, ignoring.`;
  return /^\d+(\.\d+)?(%|\s*[KMGTPEB]?)$/.test(value)
    ? undefined
    : `Invalid memory limit '${value}', ignoring: Invalid argument`;
};
const resource: Check = (value, key) => {
  if (value === '') return undefined;
  const size = (text: string): number | undefined => {
    if (text === 'infinity') return Number.POSITIVE_INFINITY;
    const amount = /^(\d+)([KMGTPE]?)$/.exec(text);
    // Of counts the plain number is taken; sizes have a unit as well, times one of their own.
    if (amount !== null && (amount[2] === '' || SIZES.has(key)))
      return Number(amount[1]) * 1024 ** 'KMGTPE '.indexOf(amount[2] === '' ? ' ' : (amount[2] ?? ' '));
    if (key === 'LimitCPU' || key === 'LimitRTTIME') return parseTimeSpan(text);
    return key === 'LimitNICE' && /^[-+]?\d+$/.test(text) ? Number(text) : undefined;
  };
  const [soft, hard = soft] = value.split(':').map(size);
  if (soft === undefined || hard === undefined) return `Failed to parse resource value, ignoring: ${value}`;
  const isOrdered = SIZES.has(key) || soft <= hard;
  return isOrdered ? undefined : `Soft resource limit chosen higher than hard limit, ignoring: ${value}`;
};
const SIZES: ReadonlySet<string> = new Set([
  'LimitFSIZE',
  'LimitDATA',
  'LimitSTACK',
  'LimitCORE',
  'LimitRSS',
  'LimitAS',
  'LimitMEMLOCK',
  'LimitMSGQUEUE',
]);
const output: Check = (value, key) => {
  if (/^syslog(\+console)?$/.test(value))
    return `Standard output type ${value} is obsolete, automatically updating to ${value.replace('syslog', 'journal')}. Please update your unit file, and consider removing the setting altogether.`;
  const file = /^(?:file|append|truncate):(.*)$/.exec(value)?.[1];
  if (file !== undefined) return isPath(file) ? undefined : `${key}= path is not absolute: ${file}`;
  return /^(|inherit|null|tty|socket|(journal|kmsg)(\+console)?|fd(:.*)?)$/.test(value)
    ? undefined
    : `Failed to parse output specifier, ignoring: ${value}`;
};
const workingDirectory: Check = (given, key) => {
  const value = given.replace(/^-/, '');
  const ending = given.startsWith('-') ? ', ignoring' : '';
  const fatal = ending === '';
  if (value === '' || value === '~') return undefined;
  if (!isPath(value)) return { text: `${key}= path is not absolute${ending}: ${value}`, fatal };
  return value.split('/').includes('..')
    ? { text: `${key}= path is not normalized${ending}: ${value}`, fatal }
    : undefined;
};
const words =
  (isFine: (word: string) => boolean, text: (word: string) => string): Check =>
  (value) => {
    const wrong = value.split(/\s+/).find((word) => word !== '' && !isFine(word));
    return wrong === undefined ? undefined : text(wrong);
  };
const oneOf =
  (pattern: RegExp, text: string): Check =>
  (value) =>
    value === '' || pattern.test(value) ? undefined : `${text}, ignoring: ${value}`;

const CHECKS: readonly (readonly [string, Check])[] = [
  [
    'StopWhenUnneeded RefuseManualStart RefuseManualStop AllowIsolate DefaultDependencies IgnoreOnIsolate ' +
      'PermissionsStartOnly RootDirectoryStartOnly NonBlocking NoNewPrivileges PrivateTmp PrivateDevices ' +
      'PrivateNetwork ProtectKernelTunables ProtectKernelModules ProtectKernelLogs ProtectClock ' +
      'ProtectControlGroups MemoryDenyWriteExecute RestrictRealtime RestrictSUIDSGID LockPersonality ' +
      'IgnoreSIGPIPE TTYReset CPUAccounting MemoryAccounting IOAccounting TasksAccounting IPAccounting ' +
      'OnClockChange OnTimezoneChange WakeSystem FixedRandomDelay',
    boolean,
  ],
  ['DynamicUser', fatalBoolean],
  ['StartLimitIntervalSec StartLimitInterval WatchdogSec RuntimeRandomizedExtraSec', seconds],
  ['JobTimeoutSec JobRunningTimeoutSec', timeParameter],
  ['StartLimitBurst FileDescriptorStoreMax', unsigned],
  ['PathExists PathExistsGlob PathChanged PathModified DirectoryNotEmpty', path],
  ['SourcePath RequiresMountsFor EnvironmentFile', (value, key) => path(value.replace(/^-/, ''), key)],
  [
    'ConditionPathExists ConditionPathExistsGlob ConditionPathIsDirectory ConditionPathIsSymbolicLink ' +
      'ConditionPathIsMountPoint ConditionPathIsReadWrite ConditionDirectoryNotEmpty ConditionFileNotEmpty ' +
      'ConditionFileIsExecutable AssertPathExists AssertPathExistsGlob AssertPathIsDirectory ' +
      'AssertPathIsSymbolicLink AssertPathIsMountPoint AssertPathIsReadWrite AssertDirectoryNotEmpty ' +
      'AssertFileNotEmpty AssertFileIsExecutable',
    conditionPath,
  ],
  ['ReadWritePaths ReadOnlyPaths InaccessiblePaths ExecPaths NoExecPaths', paths],
  ['MemoryMin MemoryLow MemoryHigh MemoryMax MemorySwapMax', memory],
  [
    'MemoryLimit',
    () =>
      'Unit uses MemoryLimit=; please use MemoryMax= instead. Support for MemoryLimit= will be removed soon.',
  ],
  [
    'LimitCPU LimitFSIZE LimitDATA LimitSTACK LimitCORE LimitRSS LimitNOFILE LimitAS LimitNPROC LimitMEMLOCK ' +
      'LimitLOCKS LimitSIGPENDING LimitMSGQUEUE LimitNICE LimitRTPRIO LimitRTTIME',
    resource,
  ],
  ['StandardOutput StandardError', output],
  ['WorkingDirectory', workingDirectory],
  [
    'RootDirectory',
    (value, key) =>
      value === '' || isPath(value)
        ? undefined
        : { text: `${key}= path is not absolute: ${value}`, fatal: true },
  ],
  [
    'RuntimeDirectory StateDirectory CacheDirectory LogsDirectory ConfigurationDirectory',
    (value, key) => {
      const names = value.split(/\s+/);
      const absolute = names.find(isPath);
      if (absolute !== undefined) return `${key}= path is absolute, ignoring: ${absolute}`;
      const climbing = names.find((name) => name.split('/').includes('..'));
      return climbing === undefined ? undefined : `${key}= path is not normalized, ignoring: ${climbing}`;
    },
  ],
  [
    'Nice',
    (value) => {
      if (value === '') return undefined;
      if (!/^[-+]?\d+$/.test(value))
        return `Failed to parse nice priority '${value}', ignoring: Invalid argument`;
      return Number(value) < -20 || Number(value) > 19
        ? `Nice priority out of range, ignoring: ${value}`
        : undefined;
    },
  ],
  [
    'OOMScoreAdjust',
    (value) => {
      if (value === '') return undefined;
      if (!/^[-+]?\d+$/.test(value)) return `Failed to parse the OOM score adjust value, ignoring: ${value}`;
      return Math.abs(Number(value)) > 1000
        ? `OOM score adjust value out of range, ignoring: ${value}`
        : undefined;
    },
  ],
  [
    'TasksMax',
    (value) => {
      if (/^0+$/.test(value)) return `Maximum tasks value '${value}' out of range, ignoring.`;
      return /^(|infinity|\d+%?)$/.test(value)
        ? undefined
        : `Invalid maximum tasks value '${value}', ignoring: Invalid argument`;
    },
  ],
  [
    'CPUQuota',
    (value) => (/^(|\d+(\.\d+)?%)$/.test(value) ? undefined : `Invalid CPU quota '${value}', ignoring.`),
  ],
  [
    'ProtectSystem',
    oneOf(/^(full|strict|1|yes|y|true|t|on|0|no|n|false|f|off)$/i, 'Failed to parse protect system value'),
  ],
  [
    'ProtectHome',
    oneOf(/^(read-only|tmpfs|1|yes|y|true|t|on|0|no|n|false|f|off)$/i, 'Failed to parse protect home value'),
  ],
  ['CollectMode', oneOf(/^inactive(-or-failed)?$/, 'Failed to parse garbage collection mode')],
  ['OOMPolicy', oneOf(/^(continue|stop|kill)$/, 'Failed to parse OOM policy')],
  [
    'OnSuccessJobMode OnFailureJobMode',
    oneOf(
      /^(fail|replace|replace-irreversibly|isolate|flush|ignore-dependencies|ignore-requirements|triggering)$/,
      'Failed to parse job mode',
    ),
  ],
  [
    'FailureAction SuccessAction StartLimitAction JobTimeoutAction',
    (value, key) =>
      value === '' || /^(none|(reboot|poweroff|exit|halt)(-force|-immediate)?)$/.test(value)
        ? undefined
        : `Failed to parse ${key}=, ignoring: ${value}`,
  ],
  [
    'Documentation',
    words(
      (word) => /^(https?:\/\/|file:\/|info:|man:)./.test(word),
      (word) => `Invalid URL, ignoring: ${word}`,
    ),
  ],
];
const CHECK_OF: ReadonlyMap<string, Check> = new Map(
  CHECKS.flatMap(([keys, check]) => keys.split(' ').map((key) => [key, check] as const)),
);

/** What systemd says of an assignment's value; values with specifiers are taken as they are. */
export function complaintAbout({ key, value }: Assignment): ValueComplaint | undefined {
  if (value.includes('%') && key !== 'CPUQuota' && !key.startsWith('Memory') && key !== 'TasksMax')
    return undefined;
  const said = CHECK_OF.get(key)?.(value, key);
  return typeof said === 'string' ? { text: said } : said;
}
