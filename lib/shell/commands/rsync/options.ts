/** Options of rsync(1) 3.2.7, as popt reads them: short ones together, `--name=value`, `--no-name`. */

/** A wrong command line: what rsync says of it, and the line of `main.c` that it gave up in. */
export class Misuse extends Error {
  constructor(
    message: string,
    readonly line = 1804,
    readonly role: 'client' | 'sender' | 'Receiver' = 'client',
  ) {
    super(message);
  }
}

export interface RsyncSettings {
  verbose: number;
  quiet: boolean;
  recursive: boolean;
  /** `-r` itself, and not as a part of `-a`. */
  recursiveByName: boolean;
  /** --inc-recursive. */
  incremental: boolean;
  /** --delay-updates; without effect but for the order of the file list. */
  delayUpdates: boolean;
  /** `-d`: the directories that were named, without what is in them. */
  dirs: boolean;
  relative: boolean;
  impliedDirs: boolean;
  links: boolean;
  copyLinks: boolean;
  copyUnsafeLinks: boolean;
  safeLinks: boolean;
  copyDirLinks: boolean;
  keepDirLinks: boolean;
  hardLinks: boolean;
  perms: boolean;
  executability: boolean;
  chmod: string[];
  owner: boolean;
  group: boolean;
  times: boolean;
  omitDirTimes: boolean;
  omitLinkTimes: boolean;
  specials: boolean;
  dryRun: boolean;
  wholeFile: boolean | undefined;
  oneFileSystem: boolean;
  update: boolean;
  inplace: boolean;
  append: boolean;
  checksum: boolean;
  ignoreTimes: boolean;
  sizeOnly: boolean;
  /** seconds */
  modifyWindow: number;
  existing: boolean;
  ignoreExisting: boolean;
  removeSourceFiles: boolean;
  deletes: 'no' | 'during' | 'before' | 'after' | 'delay';
  deleteExcluded: boolean;
  ignoreErrors: boolean;
  force: boolean;
  maxDelete: number | undefined;
  maxSize: number | undefined;
  minSize: number | undefined;
  pruneEmptyDirs: boolean;
  numericIds: boolean;
  userMap: string;
  groupMap: string;
  backup: boolean;
  backupDir: string | undefined;
  suffix: string | undefined;
  basis: { readonly kind: 'compare' | 'copy' | 'link'; readonly directory: string }[];
  compress: boolean;
  /** Filters in the order they were given. */
  filters: {
    readonly kind: 'exclude' | 'include' | 'exclude-from' | 'include-from' | 'filter';
    readonly text: string;
  }[];
  cvsExclude: boolean;
  filesFrom: string | undefined;
  from0: boolean;
  missingArgs: 'error' | 'ignore' | 'delete';
  mkpath: boolean;
  stats: boolean;
  humanReadable: number;
  progress: 'no' | 'files' | 'whole';
  itemize: number;
  outFormat: string | undefined;
  logFile: string | undefined;
  listOnly: boolean;
  remoteShell: string | undefined;
  rsyncPath: string;
  contimeout: boolean;
  server: boolean;
  sender: boolean;
  daemon: boolean;
  help: boolean;
  version: boolean;
  operands: string[];
}

function defaults(): RsyncSettings {
  return {
    verbose: 0,
    quiet: false,
    recursive: false,
    recursiveByName: false,
    incremental: true,
    delayUpdates: false,
    dirs: false,
    relative: false,
    impliedDirs: true,
    links: false,
    copyLinks: false,
    copyUnsafeLinks: false,
    safeLinks: false,
    copyDirLinks: false,
    keepDirLinks: false,
    hardLinks: false,
    perms: false,
    executability: false,
    chmod: [],
    owner: false,
    group: false,
    times: false,
    omitDirTimes: false,
    omitLinkTimes: false,
    specials: false,
    dryRun: false,
    wholeFile: undefined,
    oneFileSystem: false,
    update: false,
    inplace: false,
    append: false,
    checksum: false,
    ignoreTimes: false,
    sizeOnly: false,
    modifyWindow: 0,
    existing: false,
    ignoreExisting: false,
    removeSourceFiles: false,
    deletes: 'no',
    deleteExcluded: false,
    ignoreErrors: false,
    force: false,
    maxDelete: undefined,
    maxSize: undefined,
    minSize: undefined,
    pruneEmptyDirs: false,
    numericIds: false,
    userMap: '',
    groupMap: '',
    backup: false,
    backupDir: undefined,
    suffix: undefined,
    basis: [],
    compress: false,
    filters: [],
    cvsExclude: false,
    filesFrom: undefined,
    from0: false,
    missingArgs: 'error',
    mkpath: false,
    stats: false,
    humanReadable: 1,
    progress: 'no',
    itemize: 0,
    outFormat: undefined,
    logFile: undefined,
    listOnly: false,
    remoteShell: undefined,
    rsyncPath: 'rsync',
    contimeout: false,
    server: false,
    sender: false,
    daemon: false,
    help: false,
    version: false,
    operands: [],
  };
}

type Flag = (settings: RsyncSettings, on: boolean) => void;
/** Keys of a setting that is on or off. */
type Switch = {
  [K in keyof RsyncSettings]-?: boolean extends RsyncSettings[K] ? K : never;
}[keyof RsyncSettings];
const turn =
  (...keys: Switch[]): Flag =>
  (settings, on) => {
    for (const key of keys) settings[key] = on;
  };
const deletion =
  (kind: RsyncSettings['deletes']): Flag =>
  (settings, on) => {
    settings.deletes = on ? kind : 'no';
  };
const nothing: Flag = () => undefined;

const archive: Flag = (settings) =>
  turn('recursive', 'links', 'perms', 'times', 'group', 'owner', 'specials')(settings, true);

/** Long name, letter, what it does. */
const FLAGS: readonly (readonly [string, string, Flag])[] = [
  ['archive', 'a', archive],
  ['verbose', 'v', (s, on) => (s.verbose = on ? s.verbose + 1 : 0)],
  ['quiet', 'q', turn('quiet')],
  ['checksum', 'c', turn('checksum')],
  ['recursive', 'r', turn('recursive', 'recursiveByName')],
  ['relative', 'R', turn('relative')],
  ['implied-dirs', '', turn('impliedDirs')],
  ['backup', 'b', turn('backup')],
  ['update', 'u', turn('update')],
  ['inplace', '', turn('inplace')],
  ['append', '', turn('append')],
  ['append-verify', '', turn('append')],
  ['dirs', 'd', turn('dirs')],
  ['old-dirs', '', turn('dirs')],
  ['mkpath', '', turn('mkpath')],
  ['links', 'l', turn('links')],
  ['copy-links', 'L', turn('copyLinks')],
  ['copy-unsafe-links', '', turn('copyUnsafeLinks')],
  ['safe-links', '', turn('safeLinks')],
  ['copy-dirlinks', 'k', turn('copyDirLinks')],
  ['keep-dirlinks', 'K', turn('keepDirLinks')],
  ['hard-links', 'H', turn('hardLinks')],
  ['perms', 'p', turn('perms')],
  ['executability', 'E', turn('executability')],
  ['owner', 'o', turn('owner')],
  ['group', 'g', turn('group')],
  ['devices', '', nothing],
  ['specials', '', turn('specials')],
  ['', 'D', turn('specials')],
  ['times', 't', turn('times')],
  ['open-noatime', '', nothing],
  ['omit-dir-times', 'O', turn('omitDirTimes')],
  ['omit-link-times', 'J', turn('omitLinkTimes')],
  ['super', '', nothing],
  ['sparse', 'S', nothing],
  ['preallocate', '', nothing],
  ['dry-run', 'n', turn('dryRun')],
  ['whole-file', 'W', (s, on) => (s.wholeFile = on)],
  ['one-file-system', 'x', turn('oneFileSystem')],
  ['existing', '', turn('existing')],
  ['ignore-non-existing', '', turn('existing')],
  ['ignore-existing', '', turn('ignoreExisting')],
  ['remove-source-files', '', turn('removeSourceFiles')],
  ['remove-sent-files', '', turn('removeSourceFiles')],
  ['del', '', deletion('during')],
  ['delete', '', (s, on) => (s.deletes = on ? (s.deletes === 'no' ? 'during' : s.deletes) : 'no')],
  ['delete-before', '', deletion('before')],
  ['delete-during', '', deletion('during')],
  ['delete-delay', '', deletion('delay')],
  ['delete-after', '', deletion('after')],
  [
    'delete-excluded',
    '',
    (s, on) => {
      s.deleteExcluded = on;
      if (s.deletes === 'no') s.deletes = 'during';
    },
  ],
  ['ignore-missing-args', '', (s) => (s.missingArgs = 'ignore')],
  ['delete-missing-args', '', (s) => (s.missingArgs = 'delete')],
  ['ignore-errors', '', turn('ignoreErrors')],
  ['force', '', turn('force')],
  ['partial', '', nothing],
  ['delay-updates', '', turn('delayUpdates')],
  ['prune-empty-dirs', 'm', turn('pruneEmptyDirs')],
  ['numeric-ids', '', turn('numericIds')],
  ['ignore-times', 'I', turn('ignoreTimes')],
  ['size-only', '', turn('sizeOnly')],
  ['compress', 'z', turn('compress')],
  ['old-compress', '', turn('compress')],
  ['new-compress', '', turn('compress')],
  ['cvs-exclude', 'C', turn('cvsExclude')],
  ['from0', '0', turn('from0')],
  ['old-args', '', nothing],
  ['secluded-args', 's', nothing],
  ['protect-args', '', nothing],
  ['trust-sender', '', nothing],
  ['blocking-io', '', nothing],
  ['stats', '', turn('stats')],
  ['8-bit-output', '8', nothing],
  ['human-readable', 'h', (s, on) => (s.humanReadable = on ? s.humanReadable + 1 : 0)],
  ['progress', '', (s, on) => (s.progress = on ? 'files' : 'no')],
  ['', 'P', (s) => (s.progress = 'files')],
  ['itemize-changes', 'i', (s, on) => (s.itemize = on ? s.itemize + 1 : 0)],
  ['list-only', '', turn('listOnly')],
  ['fsync', '', nothing],
  ['msgs2stderr', '', nothing],
  ['munge-links', '', nothing],
  ['motd', '', nothing],
  ['ipv4', '4', nothing],
  ['ipv6', '6', nothing],
  ['server', '', turn('server')],
  ['sender', '', turn('sender')],
  ['daemon', '', turn('daemon')],
  ['version', 'V', turn('version')],
  ['help', '', turn('help')],
  [
    '',
    'F',
    (s) =>
      s.filters.push({
        kind: 'filter',
        text: s.filters.some(({ text }) => text === ': /.rsync-filter')
          ? '- .rsync-filter'
          : ': /.rsync-filter',
      }),
  ],
  ['inc-recursive', '', turn('incremental')],
  ['i-r', '', turn('incremental')],
];

type Valued = (settings: RsyncSettings, value: string, written: string) => void;
const basis =
  (kind: 'compare' | 'copy' | 'link'): Valued =>
  (settings, value) =>
    settings.basis.push({ kind, directory: value });
const filter =
  (kind: RsyncSettings['filters'][number]['kind']): Valued =>
  (settings, text) =>
    settings.filters.push({ kind, text });
const size =
  (key: 'maxSize' | 'minSize'): Valued =>
  (settings, value, written) => {
    settings[key] = sizeOf(value, written);
  };
const ignored: Valued = () => undefined;
const number: Valued = (_settings, value, written) => {
  numberOf(value, written);
};

const VALUED: readonly (readonly [string, string, Valued])[] = [
  ['exclude', '', filter('exclude')],
  ['include', '', filter('include')],
  ['exclude-from', '', filter('exclude-from')],
  ['include-from', '', filter('include-from')],
  ['filter', 'f', filter('filter')],
  ['files-from', '', (s, value) => (s.filesFrom = value)],
  ['backup-dir', '', (s, value) => (s.backupDir = value)],
  ['suffix', '', (s, value) => (s.suffix = value)],
  ['compare-dest', '', basis('compare')],
  ['copy-dest', '', basis('copy')],
  ['link-dest', '', basis('link')],
  ['chmod', '', (s, value) => s.chmod.push(value)],
  [
    'chown',
    '',
    (s, value) => {
      const [user = '', group = ''] = value.split(':');
      if (user !== '') s.userMap = `*:${user}`;
      if (group !== '') s.groupMap = `*:${group}`;
      if (user !== '') s.owner = true;
      if (group !== '') s.group = true;
    },
  ],
  ['usermap', '', (s, value) => (s.userMap = value)],
  ['groupmap', '', (s, value) => (s.groupMap = value)],
  ['max-delete', '', (s, value, written) => (s.maxDelete = numberOf(value, written))],
  ['max-size', '', size('maxSize')],
  ['min-size', '', size('minSize')],
  ['modify-window', '@', (s, value, written) => (s.modifyWindow = numberOf(value, written))],
  ['out-format', '', (s, value) => (s.outFormat = value)],
  ['log-format', '', (s, value) => (s.outFormat = value)],
  ['log-file', '', (s, value) => (s.logFile = value)],
  ['log-file-format', '', ignored],
  ['rsh', 'e', (s, value) => (s.remoteShell = value)],
  ['rsync-path', '', (s, value) => (s.rsyncPath = value)],
  ['timeout', '', number],
  [
    'contimeout',
    '',
    (s, value, written) => {
      numberOf(value, written);
      s.contimeout = true;
    },
  ],
  ['bwlimit', '', (_, value, written) => void sizeOf(value, written)],
  ['partial-dir', '', ignored],
  ['temp-dir', 'T', ignored],
  ['block-size', 'B', (_, value, written) => void sizeOf(value, written)],
  ['compress-level', '', number],
  ['compress-choice', '', ignored],
  ['checksum-choice', '', ignored],
  ['skip-compress', '', ignored],
  ['port', '', number],
  ['password-file', '', ignored],
  ['remote-option', 'M', ignored],
  ['info', '', readInfo],
  ['debug', '', ignored],
  ['outbuf', '', ignored],
  ['stderr', '', ignored],
  ['protocol', '', number],
  ['iconv', '', ignored],
  ['address', '', ignored],
  ['sockopts', '', ignored],
];

/** What is taken and then not done as asked: named, so that nobody waits for its effect. */
const NOT_MODELLED: ReadonlySet<string> = new Set([
  '--debug',
  '--iconv',
  '--log-file-format',
  '--remote-option',
  '-M',
  '--write-batch',
  '--read-batch',
  '--only-write-batch',
  '--copy-devices',
  '--write-devices',
  '--fuzzy',
  '-y',
  '--acls',
  '-A',
  '--xattrs',
  '-X',
  '--fake-super',
  '--copy-as',
  '--stop-after',
  '--stop-at',
  '--time-limit',
  '--early-input',
  '--atimes',
  '-U',
  '--crtimes',
  '-N',
  '--max-alloc',
  '--checksum-seed',
  '--config',
]);

const LONG_FLAGS = new Map(FLAGS.filter(([name]) => name !== '').map(([name, , set]) => [name, set]));
const SHORT_FLAGS = new Map(
  FLAGS.filter(([, letter]) => letter !== '').map(([, letter, set]) => [letter, set]),
);
const LONG_VALUED = new Map(VALUED.map(([name, , set]) => [name, set]));
const SHORT_VALUED = new Map(
  VALUED.filter(([, letter]) => letter !== '').map(([, letter, set]) => [letter, set]),
);
const ALIASES: Readonly<Record<string, string>> = {
  'no-D': 'no-specials',
  zc: 'compress-choice',
  zl: 'compress-level',
  cc: 'checksum-choice',
};

/** @throws Misuse */
export function readRsyncOptions(args: readonly string[]): RsyncSettings {
  const settings = defaults();
  const rest = [...args];
  while (rest.length > 0) {
    const word = rest.shift() ?? '';
    if (word === '--') {
      settings.operands.push(...rest);
      break;
    }
    if (word.startsWith('--')) readLong(settings, word.slice(2), rest);
    else if (word.startsWith('-') && word !== '-') readShort(settings, word.slice(1), rest);
    else settings.operands.push(word);
  }
  return settings;
}

function readLong(settings: RsyncSettings, word: string, rest: string[]): void {
  const cut = word.indexOf('=');
  const given = cut < 0 ? word : word.slice(0, cut);
  const name = ALIASES[given] ?? given;
  const value = cut < 0 ? undefined : word.slice(cut + 1);
  if (NOT_MODELLED.has(`--${name}`)) throw new Misuse(`not modelled: --${name}`);
  const flag = LONG_FLAGS.get(name);
  if (flag !== undefined) {
    if (value !== undefined) throw new Misuse(`--${word}: option does not take an argument`);
    flag(settings, true);
    return;
  }
  const valued = LONG_VALUED.get(name);
  if (valued !== undefined) {
    const taken = value ?? rest.shift();
    if (taken === undefined) throw new Misuse(`--${given}: missing argument`);
    valued(settings, taken, `--${given}=${taken}`);
    return;
  }
  const negated = /^no-(.+)$/.exec(name)?.[1] ?? '';
  const unset = LONG_FLAGS.get(negated) ?? SHORT_FLAGS.get(negated);
  if (unset === undefined) {
    if (/^(filter|timeout|bwlimit|partial-dir|log-file|max-size|min-size)$/.test(negated)) return;
    throw new Misuse(`--${given}: unknown option`);
  }
  unset(settings, false);
}

function readShort(settings: RsyncSettings, letters: string, rest: string[]): void {
  for (let i = 0; i < letters.length; i++) {
    const letter = letters[i] ?? '';
    if (NOT_MODELLED.has(`-${letter}`)) throw new Misuse(`not modelled: -${letter}`);
    const flag = SHORT_FLAGS.get(letter);
    if (flag !== undefined) {
      flag(settings, true);
      continue;
    }
    const valued = SHORT_VALUED.get(letter);
    if (valued === undefined) throw new Misuse(`-${letters}: unknown option`);
    const attached = letters.slice(i + 1).replace(/^=/, '');
    const taken = attached === '' ? rest.shift() : attached;
    if (taken === undefined) throw new Misuse(`-${letters}: missing argument`);
    valued(settings, taken, `-${letter}${taken}`);
    return;
  }
}

const INFO_WORDS =
  /^(?:backup|copy|del|flist|misc|mount|name|nonreg|progress|remove|skip|stats|symsafe|all|none|help)\d?$/;
function readInfo(settings: RsyncSettings, value: string): void {
  for (const word of value.toLowerCase().split(',')) {
    if (/^progress2$/.test(word)) settings.progress = 'whole';
    else if (/^progress1?$/.test(word)) settings.progress = 'files';
    else if (/^stats[1-3]?$/.test(word)) settings.stats = true;
    else if (/^name[12]?$/.test(word)) settings.outFormat ??= '%n%L';
    else if (!INFO_WORDS.test(word)) throw new Misuse(`Unknown --info item: "${word}"`, 476);
  }
}

function numberOf(value: string, written: string): number {
  if (!/^-?\d+$/.test(value)) throw new Misuse(`${written}: invalid numeric value`);
  return Number(value);
}

/** Powers of 1000 or 1024. */
const UNITS: Readonly<Record<string, number>> = { '': 0, b: 0, k: 1, m: 2, g: 3, t: 4, p: 5 };
/** `100k`, `1.5M`, `1GB`, `2m-1`. */
function sizeOf(value: string, written: string): number {
  const found = /^(\d+(?:\.\d+)?)([bkmgtp]?)(b|ib)?([+-]1)?$/i.exec(value);
  if (found === null) throw new Misuse(`${written} is invalid`);
  const [, digits = '', unit = '', thousand = '', step = ''] = found;
  const base = thousand.toLowerCase() === 'b' ? 1000 : 1024;
  let factor = 1;
  for (let power = UNITS[unit.toLowerCase()] ?? 0; power > 0; power--) factor *= base;
  return Math.floor(Number(digits) * factor) + (step === '' ? 0 : Number(step));
}
