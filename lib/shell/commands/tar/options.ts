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
  existing: 'overwrite' | 'keep' | 'skip';
  absolute: boolean;
  dereference: boolean;
  wildcards: boolean;
  owner: string | undefined;
  group: string | undefined;
  mtime: string | undefined;
  numericOwner: boolean;
  noRecursion: boolean;
  removeFiles: boolean;
  preserve: boolean | undefined;
  sameOwner: boolean | undefined;
  listFiles: string[];
  oneFileSystem: boolean;
  noTimes: boolean;
}

const SYNTAX = {
  short: 'AcdrtuxC:f:hJjzZOPpkvwWT:X:aSlmoUsbLMnHgGKNIV:',
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
    'sort:': 'sort',
    'format:': 'format',
    sparse: 'S',
    'warning:': 'warning',
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
    mtime: undefined,
    numericOwner: false,
    noRecursion: false,
    removeFiles: false,
    preserve: undefined,
    sameOwner: undefined,
    listFiles: [],
    oneFileSystem: false,
    noTimes: false,
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
    for (const option of options) setOption(tool, settings, option.name, valueOf(option));
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
  const takesNext = first.startsWith('--')
    ? !first.includes('=') &&
      Object.keys(SYNTAX.long).some(
        (name) => /[^:]:$/.test(name) && name.slice(0, -1).startsWith(first.slice(2)) && first.length > 2,
      )
    : endsWanting(first.slice(1));
  return takesNext && second !== undefined ? [first, second] : [first];
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
    case 'one-file-system':
      settings.oneFileSystem = true;
      break;
  }
}
