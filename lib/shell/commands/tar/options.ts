/** Options of tar(1), in all three ways of writing them. */
import { valueOf } from '../getopt';
import type { Tool } from '../tool';

export interface TarSettings {
  operation: 'create' | 'extract' | 'list' | 'append' | 'update' | 'diff' | 'delete' | undefined;
  archive: string | undefined;
  compression: 'gzip' | 'bzip2' | 'xz' | 'auto' | undefined;
  verbose: number;
  /** Names, with changes of directory between them. */
  names: ({ readonly name: string } | { readonly directory: string })[];
  excluded: string[];
  strip: number;
  transforms: string[];
  toOutput: boolean;
  existing: 'overwrite' | 'keep' | 'skip' | 'newer';
  absolute: boolean;
  dereference: boolean;
  wildcards: boolean;
  owner: string | undefined;
  group: string | undefined;
  mode: string | undefined;
  mtime: string | undefined;
  numericOwner: boolean;
  noRecursion: boolean;
  removeFiles: boolean;
  preserve: boolean | undefined;
  sameOwner: boolean | undefined;
  listFiles: string[];
  oneFileSystem: boolean;
  noTimes: boolean;
  /** File of --listed-incremental; '' with -G, which has none. */
  incremental: string | undefined;
  /** `--level=0`: what the snapshot says does not count. */
  isLevelZero: boolean;
  newer: { readonly date: string; readonly withChanges: boolean } | undefined;
  sorted: boolean;
  ignoreFailedRead: boolean;
  totals: boolean;
  backup: string | undefined;
  unlinkFirst: boolean;
  /** The program of -I, when it is none that is known. */
  program: string | undefined;
}

const SYNTAX = {
  short: 'AcdrtuxC:f:hJjzZOPpkvwWT:X:aSlmoUsb:L:MnH:g:GK:N:I:V:',
  long: {
    create: 'c',
    get: 'x',
    extract: 'x',
    list: 't',
    append: 'r',
    update: 'u',
    diff: 'd',
    compare: 'd',
    delete: 'delete',
    'file:': 'f',
    gzip: 'z',
    gunzip: 'z',
    bzip2: 'j',
    xz: 'J',
    'auto-compress': 'a',
    verbose: 'v',
    'directory:': 'C',
    'exclude:': 'exclude',
    'exclude-from:': 'X',
    'files-from:': 'T',
    'strip-components:': 'strip',
    'transform:': 'transform',
    'xform:': 'transform',
    'to-stdout': 'O',
    'keep-old-files': 'k',
    'skip-old-files': 'skip',
    overwrite: 'overwrite',
    'absolute-names': 'P',
    dereference: 'h',
    wildcards: 'wildcards',
    'no-wildcards': 'no-wildcards',
    'owner:': 'owner',
    'group:': 'group',
    'mtime:': 'mtime',
    'mode:': 'mode',
    'numeric-owner': 'numeric',
    'no-recursion': 'no-recursion',
    'remove-files': 'remove-files',
    'preserve-permissions': 'p',
    'same-permissions': 'p',
    'no-same-permissions': 'no-p',
    'same-owner': 'same-owner',
    'no-same-owner': 'o',
    'one-file-system': 'one-file-system',
    touch: 'm',
    'listed-incremental:': 'g',
    incremental: 'G',
    'level:': 'level',
    'newer:': 'N',
    'after-date:': 'N',
    'newer-mtime:': 'newer-mtime',
    'use-compress-program:': 'I',
    zstd: 'zstd',
    lzma: 'J',
    'keep-newer-files': 'keep-newer',
    'unlink-first': 'U',
    'recursive-unlink': 'U',
    'backup::': 'backup',
    verify: 'W',
    'to-command:': 'not-modelled',
    'checkpoint-action:': 'not-modelled',
    'multi-volume': 'not-modelled',
    'tape-length:': 'not-modelled',
    'exclude-vcs': 'exclude-vcs',
    'exclude-backups': 'exclude-backups',
    'exclude-caches': 'not-modelled',
    recursion: 'recursion',
    'delay-directory-restore': 'ok',
    'no-overwrite-dir': 'ok',
    'keep-directory-symlink': 'ok',
    'overwrite-dir': 'ok',
    anchored: 'ok',
    'no-anchored': 'ok',
    acls: 'ok',
    'no-acls': 'ok',
    xattrs: 'ok',
    'no-xattrs': 'ok',
    selinux: 'ok',
    'no-selinux': 'ok',
    'preserve-order': 'ok',
    'same-order': 'ok',
    'no-check-device': 'ok',
    'check-device': 'ok',
    'no-ignore-command-error': 'ok',
    'warning:': 'ok',
    'full-time': 'ok',
    'block-number': 'R',
    'blocking-factor:': 'b',
    'sort:': 'sort',
    'format:': 'format',
    sparse: 'S',
    'ignore-failed-read': 'ignore-failed-read',
    'checkpoint::': 'checkpoint',
    totals: 'totals',
    null: 'null',
  },
};

export function readTarOptions(tool: Tool): TarSettings {
  const settings: TarSettings = {
    operation: undefined,
    archive: undefined,
    compression: undefined,
    verbose: 0,
    names: [],
    excluded: [],
    strip: 0,
    transforms: [],
    toOutput: false,
    existing: 'overwrite',
    absolute: false,
    dereference: false,
    wildcards: false,
    owner: undefined,
    group: undefined,
    mode: undefined,
    mtime: undefined,
    numericOwner: false,
    noRecursion: false,
    removeFiles: false,
    preserve: undefined,
    sameOwner: undefined,
    listFiles: [],
    oneFileSystem: false,
    noTimes: false,
    incremental: undefined,
    isLevelZero: false,
    newer: undefined,
    sorted: false,
    ignoreFailedRead: false,
    totals: false,
    backup: undefined,
    unlinkFirst: false,
    program: undefined,
  };
  // -C stands between names: the arguments are read piece by piece.
  let rest = oldStyle(tool);
  while (rest.length > 0) {
    const [first = ''] = rest;
    if (first === '--') {
      for (const name of rest.slice(1)) settings.names.push({ name });
      break;
    }
    if (!first.startsWith('-') || first === '-') {
      settings.names.push({ name: first });
      rest = rest.slice(1);
      continue;
    }
    const piece = pieceOf(rest);
    const { options } = tool.options(SYNTAX, { args: piece, misuseCode: 64 });
    for (const option of options) {
      if (option.name === 'not-modelled') tool.fail(`not modelled: ${option.written}`, 2);
      setOption(tool, settings, option.name, valueOf(option));
    }
    rest = rest.slice(piece.length);
  }
  return settings;
}

/** `czf a.tgz x` is `-c -z -f a.tgz x`. */
function oldStyle(tool: Tool): string[] {
  const { args } = tool;
  const [first = '', ...others] = args;
  if (first.startsWith('-') || first === '') return [...args];
  const out: string[] = [];
  const rest = [...others];
  for (const letter of first) {
    out.push(`-${letter}`);
    if (takesValue(letter)) {
      const value = rest.shift();
      if (value === undefined) tool.misuse(`Old option '${letter}' requires an argument.`, 2);
      out.push(value);
    }
  }
  return [...out, ...rest];
}
function takesValue(letter: string): boolean {
  return /^[a-zA-Z]$/.test(letter) && SYNTAX.short[SYNTAX.short.indexOf(letter) + 1] === ':';
}
/** One option with its argument. */
function pieceOf(words: readonly string[]): string[] {
  const [first = '', second] = words;
  const takesNext = first.startsWith('--') ? longTakesNext(first.slice(2)) : endsWanting(first.slice(1));
  return takesNext && second !== undefined ? [first, second] : [first];
}
/** A name in full counts before names that begin so. */
function longTakesNext(word: string): boolean {
  if (word === '' || word.includes('=')) return false;
  const names = Object.keys(SYNTAX.long);
  const exact = names.find((name) => name.replace(/:+$/, '') === word);
  const found = exact ?? names.find((name) => name.startsWith(word));
  return found !== undefined && /[^:]:$/.test(found);
}
function endsWanting(letters: string): boolean {
  for (let i = 0; i < letters.length; i++) if (takesValue(letters[i] ?? '')) return i === letters.length - 1;
  return false;
}

const OPERATIONS: Readonly<Record<string, TarSettings['operation']>> = {
  c: 'create',
  x: 'extract',
  t: 'list',
  r: 'append',
  u: 'update',
  d: 'diff',
  delete: 'delete',
};

function setOption(tool: Tool, settings: TarSettings, name: string, value: string): void {
  const operation = OPERATIONS[name];
  if (operation !== undefined) {
    if (settings.operation !== undefined && settings.operation !== operation)
      tool.misuse("You may not specify more than one '-Acdtrux', '--delete' or  '--test-label' option", 2);
    settings.operation = operation;
    return;
  }
  switch (name) {
    case 'f':
      settings.archive = value;
      break;
    case 'z':
      settings.compression = 'gzip';
      break;
    case 'j':
      settings.compression = 'bzip2';
      break;
    case 'J':
      settings.compression = 'xz';
      break;
    case 'a':
      settings.compression = 'auto';
      break;
    case 'v':
      settings.verbose++;
      break;
    case 'C':
      settings.names.push({ directory: value });
      break;
    case 'exclude':
      settings.excluded.push(value);
      break;
    case 'X':
    case 'T':
      settings.listFiles.push(`${name}${value}`);
      break;
    case 'strip':
      if (!/^\d+$/.test(value)) tool.fail(`${value}: Invalid number of elements`, 2);
      settings.strip = Number(value);
      break;
    case 'transform':
      settings.transforms.push(value);
      break;
    case 'O':
      settings.toOutput = true;
      break;
    case 'k':
      settings.existing = 'keep';
      break;
    case 'skip':
      settings.existing = 'skip';
      break;
    case 'P':
      settings.absolute = true;
      break;
    case 'h':
      settings.dereference = true;
      break;
    case 'wildcards':
      settings.wildcards = true;
      break;
    case 'owner':
      settings.owner = value;
      break;
    case 'group':
      settings.group = value;
      break;
    case 'mode':
      settings.mode = value;
      break;
    case 'mtime':
      settings.mtime = value;
      break;
    case 'numeric':
      settings.numericOwner = true;
      break;
    case 'no-recursion':
      settings.noRecursion = true;
      break;
    case 'remove-files':
      settings.removeFiles = true;
      break;
    case 'p':
    case 'no-p':
      settings.preserve = name === 'p';
      break;
    case 'o':
    case 'same-owner':
      settings.sameOwner = name !== 'o';
      break;
    case 'm':
      settings.noTimes = true;
      break;
    case 'g':
      settings.incremental = value;
      break;
    case 'G':
      settings.incremental = '';
      break;
    case 'level':
      settings.isLevelZero = value === '0';
      break;
    case 'N':
    case 'newer-mtime':
      settings.newer = { date: value, withChanges: name === 'N' };
      break;
    case 'I':
    case 'zstd':
      useProgram(settings, name === 'I' ? value : 'zstd');
      break;
    case 'sort':
      if (!/^(?:name|none|inode)$/.test(value))
        tool.misuse(
          `invalid argument ‘${value}’ for ‘--sort’\nValid arguments are:\n  - ‘none’\n  - ‘name’\n  - ‘inode’`,
          64,
        );
      settings.sorted = value === 'name';
      break;
    case 'keep-newer':
      settings.existing = 'newer';
      break;
    case 'U':
      settings.unlinkFirst = true;
      break;
    case 'backup':
      settings.backup = value === '' ? 'existing' : value;
      break;
    case 'totals':
      settings.totals = true;
      break;
    case 'ignore-failed-read':
      settings.ignoreFailedRead = true;
      break;
    case 'exclude-vcs':
      settings.excluded.push(...VERSION_CONTROL);
      break;
    case 'exclude-backups':
      settings.excluded.push('.#*', '*~', '#*#');
      break;
    case 'one-file-system':
      settings.oneFileSystem = true;
      break;
  }
}

const VERSION_CONTROL =
  'CVS RCS SCCS .svn .git .gitignore .gitattributes .gitmodules .arch-ids {arch} =RELEASE-ID =meta-update =update .bzr .bzrignore .bzrtags .hg .hgignore .hgtags _darcs .cvsignore'.split(
    ' ',
  );

/** `-I 'gzip -9'`: what the program makes is known of some. */
function useProgram(settings: TarSettings, command: string): void {
  const [program = ''] = command.trim().split(/\s+/);
  const known = { gzip: 'gzip', pigz: 'gzip', bzip2: 'bzip2', xz: 'xz' } as const;
  const found = Object.entries(known).find(([name]) => name === program && name !== 'pigz');
  if (found === undefined) settings.program = program;
  else [, settings.compression] = found;
}
