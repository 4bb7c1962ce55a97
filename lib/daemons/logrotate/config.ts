/** logrotate's configuration files: blocks of logs with their settings. Source: logrotate(8), `config.c` of 3.21. */
import { strerror } from '../../std/errno';
import { glob } from '../../world/glob';
import type { ProgramContext } from '../../world/process.contract';
import { FileError } from '../../world/files.contract';

export type Period = 'hourly' | 'daily' | 'weekly' | 'monthly' | 'yearly' | 'size';
export const SCRIPTS = ['prerotate', 'postrotate', 'firstaction', 'lastaction', 'preremove'] as const;
export type ScriptName = (typeof SCRIPTS)[number];

export interface Settings {
  period: Period;
  /** 0 is Sunday; 7 means that only seven days count. */
  weekday: number;
  /** Bytes of `size`, `minsize` and `maxsize`. */
  size: number;
  minSize: number;
  maxSize: number;
  minAge: number;
  rotate: number;
  start: number;
  compress: boolean;
  delayCompress: boolean;
  missingOk: boolean;
  ifEmpty: boolean;
  create: { mode?: number; uid?: number; gid?: number } | undefined;
  copy: boolean;
  copyTruncate: boolean;
  dateExtension: boolean;
  dateFormat: string | undefined;
  oldFolder: string | undefined;
  makesOldFolder: boolean;
  shared: boolean;
  extension: string;
  /** Who rotates, instead of the caller. */
  su: { uid: number; gid: number } | undefined;
}
export interface Block extends Settings {
  /** As the file has it, up to the brace. */
  pattern: string;
  files: string[];
  scripts: Partial<Record<ScriptName, string>>;
}
export interface Reading {
  readonly context: ProgramContext;
  readonly blocks: Block[];
  readonly globals: Settings;
  failed: boolean;
  readonly say: (text: string) => void;
  readonly complain: (text: string) => void;
}

export function defaultSettings(): Settings {
  return {
    period: 'size',
    weekday: 0,
    size: 1024 * 1024,
    minSize: 0,
    maxSize: 0,
    minAge: 0,
    rotate: 0,
    start: 1,
    compress: false,
    delayCompress: false,
    missingOk: false,
    ifEmpty: true,
    create: undefined,
    copy: false,
    copyTruncate: false,
    dateExtension: false,
    dateFormat: undefined,
    oldFolder: undefined,
    makesOldFolder: false,
    shared: false,
    extension: '',
    su: undefined,
  };
}
const TABOO =
  /(\.rpmsave|\.rpmorig|~|,v|\.disabled|\.dpkg-(old|dist|new|bak|del|tmp)|\.cfsaved|\.ucf-(old|dist|new)|\.rpmnew|\.swp|\.rhn-cfg-tmp-.*)$/;
const INCLUDES_DEEP = 3;

/** Reads a file, or all files of a folder. @param shown the name in messages */
export function readConfig(reading: Reading, path: string, shown: string, depth = 0): void {
  const { context } = reading;
  const info = context.fs.stat(path, context.who);
  if (info instanceof FileError) {
    reading.complain(`cannot stat ${shown}: ${reasonOf(info)}`);
    reading.failed = true;
    return;
  }
  if (info.kind !== 'directory') {
    readFile(reading, path, shown, depth);
    return;
  }
  const names = context.fs.readdir(path, context.who);
  for (const name of names instanceof FileError ? [] : [...names].sort()) {
    if (name.startsWith('.') || TABOO.test(name)) continue;
    const [before, failed] = [reading.blocks.length, reading.failed];
    reading.failed = false;
    readFile(reading, `${path}/${name}`, name, depth);
    if (reading.failed) {
      reading.complain(`found error in file ${name}, skipping`);
      reading.blocks.length = before;
    }
    reading.failed ||= failed;
  }
}
export function reasonOf({ errno }: FileError): string {
  return strerror(errno);
}

function readFile(reading: Reading, path: string, shown: string, depth: number): void {
  const { context } = reading;
  const info = context.fs.stat(path, context.who);
  if (!(info instanceof FileError)) {
    const mode = info.mode & 0o7777;
    if ((mode & 0o133) !== 0)
      reading.complain(`warning: Potentially dangerous mode on ${shown}: 0${mode.toString(8)}`);
    if ((mode & 0o022) !== 0) {
      reading.complain(`Ignoring ${shown} because it is writable by group or others.`);
      return;
    }
    if (info.uid !== 0 && info.uid !== context.who.uid) {
      reading.complain(
        `Ignoring ${shown} because the file owner is wrong (should be root or user with uid 0).`,
      );
      return;
    }
  }
  const text = context.fs.readFile(path, context.who);
  if (text instanceof FileError) {
    reading.complain(`failed to open config file ${shown}: ${reasonOf(text)}`);
    reading.failed = true;
    return;
  }
  reading.say(`reading config file ${shown}`);
  new ConfigFile(reading, shown, text, path.slice(0, path.lastIndexOf('/')), depth).read();
}

class ConfigFile {
  readonly #lines: string[];
  #at = 0;
  #block: Block | undefined;
  #broken = false;
  readonly #before: number;
  constructor(
    private readonly reading: Reading,
    private readonly name: string,
    text: string,
    private readonly folder: string,
    private readonly depth: number,
  ) {
    this.#lines = text.split('\n');
    this.#before = reading.blocks.length;
  }

  read(): void {
    while (this.#at < this.#lines.length) {
      const line = (this.#lines[this.#at] ?? '').trim();
      this.#at += 1;
      if (line === '' || line.startsWith('#')) continue;
      if (line.startsWith('}')) {
        if (this.#block === undefined) {
          this.#stop('unexpected }');
          return;
        }
        this.#close();
      } else if (/^["'/~]/.test(line)) {
        if (this.#block !== undefined) {
          this.#stop('unexpected log filename');
          return;
        }
        if (!this.#open(line)) return;
      } else if (/^[A-Za-z]/.test(line)) {
        if (!this.#setting(line)) return;
      } else {
        this.#stop('lines must begin with a keyword or a filename (possibly in double quotes)');
        return;
      }
    }
    if (this.#broken && this.#block !== undefined) this.#foundError();
  }
  /** Of the line that was read last. */
  #complain(text: string): void {
    this.reading.complain(`${this.name}:${this.#at} ${text}`);
  }
  #fail(text: string): void {
    this.#complain(text);
    this.reading.failed = true;
    this.#broken = true;
  }
  #stop(text: string): void {
    this.#fail(text);
    this.reading.blocks.length = this.#before;
  }
  #foundError(): void {
    this.reading.complain(`found error in ${this.#block?.pattern.replace(/\n$/, ' ') ?? ''}, skipping`);
  }
  /** A block begins: names up to the brace, on as many lines as it takes. */
  #open(first: string): boolean {
    const { reading } = this;
    const line = this.#at;
    let pattern = first;
    while (!pattern.includes('{') && this.#at < this.#lines.length) {
      const next = (this.#lines[this.#at] ?? '').trim();
      this.#at += 1;
      pattern += `\n${next}`;
    }
    const brace = pattern.indexOf('{');
    const rest = brace < 0 ? '' : pattern.slice(brace + 1).trim();
    pattern = brace < 0 ? pattern : pattern.slice(0, brace);
    let isTwice = false;
    const block: Block = { ...reading.globals, pattern, files: [], scripts: {} };
    for (const name of namesIn(pattern)) {
      const { context } = reading;
      const found = /[*?[]/.test(name) ? glob(context.fs, name, context.who) : [name];
      for (const path of found.length > 0 ? found : block.missingOk ? [] : [name]) {
        if (reading.blocks.some(({ files }) => files.includes(path))) {
          reading.complain(`${this.name}:${line} duplicate log entry for ${path}`);
          reading.failed = true;
          isTwice = true;
          break;
        }
        block.files.push(path);
      }
      if (isTwice) break;
    }
    this.#block = block;
    reading.blocks.push(block);
    this.#broken = false;
    if (rest !== '') this.#lines.splice(this.#at, 0, rest);
    return true;
  }
  #close(): void {
    const block = this.#block;
    if (block !== undefined) this.#checkOldFolder(block);
    if (this.#broken && block !== undefined) {
      if (block.oldFolder === undefined) this.#foundError();
      this.reading.say('removing last 1 log configs');
      this.reading.blocks.pop();
    }
    // What is missing is known when all settings are.
    if (block?.missingOk === true) block.files = block.files.filter((path) => !/[*?[]/.test(path));
    this.#block = undefined;
    this.#broken = false;
  }
  #checkOldFolder({ oldFolder, makesOldFolder }: Block): void {
    if (oldFolder?.startsWith('/') !== true) return;
    const { fs, who } = this.reading.context;
    if (makesOldFolder && !fs.exists(oldFolder)) fs.mkdir(oldFolder, 0o755, who);
    const info = fs.stat(oldFolder, who);
    if (info instanceof FileError) this.#fail(`error verifying olddir path ${oldFolder}: ${reasonOf(info)}`);
  }
  #setting(line: string): boolean {
    const { reading } = this;
    const [, key = '', value = ''] = /^([A-Za-z]+)\s*=?\s*(.*)$/s.exec(line) ?? [];
    const script = SCRIPTS.find((name) => name === key);
    if (script !== undefined || key === 'postremove') return this.#script(script);
    if (key === 'include') {
      this.#include(value);
      return true;
    }
    const problem = apply(this.#block ?? reading.globals, key, value, reading.context);
    if (key === 'olddir') reading.say(`olddir is now ${value}`);
    if (problem === UNKNOWN) this.#complain(`unknown option '${key}' -- ignoring line`);
    else if (problem?.startsWith('not modelled') === true) reading.complain(problem);
    else if (problem !== undefined) this.#fail(problem);
    return true;
  }
  #include(value: string): void {
    const { reading } = this;
    const path = value.startsWith('/') ? value : `${this.folder}/${value}`;
    if (this.depth >= INCLUDES_DEEP) {
      this.#fail('include nesting too deep');
      return;
    }
    if (reading.context.fs.exists(path)) reading.say(`including ${value}`);
    readConfig(reading, path, value, this.depth + 1);
  }
  /** Lines up to `endscript`. */
  #script(name: ScriptName | undefined): boolean {
    const end = this.#lines.findIndex((line, index) => index >= this.#at && line.trim() === 'endscript');
    if (end < 0) {
      this.reading.complain(`${this.name}:prerotate, postrotate or preremove without endscript`);
      this.reading.failed = true;
      this.reading.blocks.length = this.#before;
      return false;
    }
    const text = this.#lines
      .slice(this.#at, end)
      .map((line) => `${line}\n`)
      .join('');
    if (this.#block !== undefined && name !== undefined) this.#block.scripts[name] = text;
    this.#at = end + 1;
    return true;
  }
}
function namesIn(pattern: string): string[] {
  return [...pattern.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, bare]) => double ?? single ?? bare ?? '',
  );
}

const UNKNOWN = 'unknown';
type Flag =
  | 'compress'
  | 'delayCompress'
  | 'missingOk'
  | 'ifEmpty'
  | 'copy'
  | 'copyTruncate'
  | 'dateExtension'
  | 'shared';
const FLAGS: Readonly<Record<string, readonly [Flag, boolean]>> = {
  compress: ['compress', true],
  nocompress: ['compress', false],
  delaycompress: ['delayCompress', true],
  nodelaycompress: ['delayCompress', false],
  missingok: ['missingOk', true],
  nomissingok: ['missingOk', false],
  ifempty: ['ifEmpty', true],
  notifempty: ['ifEmpty', false],
  copy: ['copy', true],
  nocopy: ['copy', false],
  copytruncate: ['copyTruncate', true],
  nocopytruncate: ['copyTruncate', false],
  dateext: ['dateExtension', true],
  nodateext: ['dateExtension', false],
  sharedscripts: ['shared', true],
  nosharedscripts: ['shared', false],
};
const QUIET = new Set([
  'nomail',
  'noolddir',
  'noshred',
  'nocreateolddir',
  'ignoreduplicates',
  'renamecopy',
  'norenamecopy',
  'nodateyesterday',
  'noallowhardlink',
  'allowhardlink',
  'tabooext',
  'taboopat',
  'mailfirst',
  'maillast',
]);
const NOT_MODELLED = new Set([
  'mail',
  'maxage',
  'shred',
  'shredcycles',
  'dateyesterday',
  'datehourago',
  'addextension',
  'compresscmd',
  'uncompresscmd',
  'compressext',
  'compressoptions',
  'errors',
]);

/** The complaint about a setting that cannot be taken. */
function apply(settings: Settings, key: string, value: string, context: ProgramContext): string | undefined {
  const flag = FLAGS[key];
  if (flag !== undefined) {
    settings[flag[0]] = flag[1];
    return undefined;
  }
  switch (key) {
    case 'hourly':
    case 'daily':
    case 'monthly':
    case 'yearly':
      settings.period = key;
      return undefined;
    case 'weekly':
      settings.period = 'weekly';
      if (value !== '' && !/^[0-7]$/.test(value)) return `bad weekly directive '${value}'`;
      settings.weekday = Number(value === '' ? 0 : value);
      return undefined;
    case 'rotate':
      if (!/^-?\d+$/.test(value)) return `bad rotation count '${value}'`;
      settings.rotate = Number(value);
      return undefined;
    case 'start':
      if (!/^\d+$/.test(value)) return `bad start count '${value}'`;
      settings.start = Number(value);
      return undefined;
    case 'minage':
      if (!/^\d+$/.test(value)) return `bad minimum age '${value}'`;
      settings.minAge = Number(value);
      return undefined;
    case 'size':
    case 'minsize':
    case 'maxsize': {
      const bytes = bytesOf(value);
      if (typeof bytes === 'string') return bytes;
      if (key === 'minsize') settings.minSize = bytes;
      else if (key === 'maxsize') settings.maxSize = bytes;
      else {
        settings.period = 'size';
        settings.size = bytes;
      }
      return undefined;
    }
    case 'create':
      return applyCreate(settings, value, context);
    case 'nocreate':
      settings.create = undefined;
      return undefined;
    case 'dateformat':
      settings.dateFormat = value;
      return undefined;
    case 'olddir':
      settings.oldFolder = value;
      return undefined;
    case 'createolddir':
      settings.makesOldFolder = true;
      return undefined;
    case 'extension':
      settings.extension = value;
      return undefined;
    case 'su':
      return applySu(settings, value, context);
    default:
      if (NOT_MODELLED.has(key)) return `not modelled: logrotate's ${key}`;
      return QUIET.has(key) ? undefined : UNKNOWN;
  }
}
function bytesOf(text: string): number | string {
  const [, digits = '', unit = ''] = /^(\d*)(.*)$/.exec(text) ?? [];
  const factor = { '': 1, k: 1024, M: 1024 ** 2, G: 1024 ** 3 }[unit];
  if (digits === '') return `bad size '${text}'`;
  return factor === undefined ? `unknown unit '${unit.slice(0, 1)}'` : Number(digits) * factor;
}
function applyCreate(settings: Settings, value: string, { host }: ProgramContext): string | undefined {
  const [mode, user, group] = value.split(/\s+/).filter((word) => word !== '');
  const made: NonNullable<Settings['create']> = {};
  if (mode !== undefined && /^[0-7]+$/.test(mode)) made.mode = Number.parseInt(mode, 8);
  const owner = user === undefined ? undefined : host.user(user);
  if (user !== undefined && owner === undefined) return `unknown user '${user}'`;
  const owning = group === undefined ? undefined : host.group(group);
  if (group !== undefined && owning === undefined) return `unknown group '${group}'`;
  if (owner !== undefined) made.uid = owner.uid;
  if (owning !== undefined) made.gid = owning.gid;
  settings.create = made;
  return undefined;
}
function applySu(settings: Settings, value: string, { host }: ProgramContext): string | undefined {
  const [user = '', group = ''] = value.split(/\s+/);
  const who = host.user(user);
  if (who === undefined) return `unknown user '${user}'`;
  const owning = group === '' ? { gid: who.gid } : host.group(group);
  if (owning === undefined) return `unknown group '${group}'`;
  settings.su = { uid: who.uid, gid: owning.gid };
  return undefined;
}
