/**
 * sudoers(5): users, hosts, run-as lists and commands, aliases, Defaults, include directories.
 * The last entry that matches decides. Recorded in truth/host/c12.
 *
 * Not modelled: digests, LDAP, netgroups, option tags beside NOPASSWD, PASSWD, SETENV and their like.
 */
import { FileError } from '../../world/files.contract';
import type { Host, UserRecord } from '../../world/world.contract';
import { fnmatch, isPattern } from '../../std/fnmatch';

const ROOT = { uid: 0, gid: 0, groups: [] };
export const MAIN_FILE = '/etc/sudoers';

export interface Rule {
  users: string[];
  hosts: string[];
  runasUsers: string[];
  runasGroups: string[];
  nopasswd: boolean;
  /** Which line it stands in, counted over all files. */
  entry: number;
  /** As written, negation included. */
  command: string;
}
export interface Sudoers {
  rules: Rule[];
  aliases: Map<string, string[]>;
  /** Name → text, true for a flag, false for a negated one. */
  defaults: Map<string, string | boolean>;
  files: string[];
  /** Complaints in the order found: what sudo prints before it goes on. */
  complaints: { path: string; text: string; kind: 'syntax' | 'mode' | 'missing' }[];
}

export function readSudoers(host: Host, options: { main?: string; strict?: boolean } = {}): Sudoers {
  const sudoers: Sudoers = {
    rules: [],
    aliases: new Map(),
    defaults: new Map(),
    files: [],
    complaints: [],
  };
  readFile(host, options.main ?? MAIN_FILE, sudoers, { strict: options.strict ?? false, depth: 0 });
  return sudoers;
}

interface Reading {
  strict: boolean;
  depth: number;
}
function readFile(host: Host, path: string, sudoers: Sudoers, reading: Reading): void {
  const text = host.fs.readFile(path, ROOT);
  const info = host.fs.stat(path, ROOT);
  if (text instanceof FileError || info instanceof FileError) {
    sudoers.complaints.push({
      path,
      kind: 'missing',
      text: `sudo: unable to open ${path}: No such file or directory`,
    });
    return;
  }
  if (info.uid !== 0) {
    sudoers.complaints.push({
      path,
      kind: 'mode',
      text: reading.strict
        ? `${path}: wrong owner (uid, gid) should be (0, 0)`
        : `sudo: ${path} is owned by uid ${info.uid}, should be 0`,
    });
    if (!reading.strict) return;
  } else if (
    reading.strict
      ? (info.mode & 0o777) !== 0o440 && path.startsWith('/etc/sudoers')
      : (info.mode & 0o002) !== 0
  ) {
    sudoers.complaints.push({
      path,
      kind: 'mode',
      text: reading.strict
        ? `${path}: bad permissions, should be mode 0440`
        : `sudo: ${path} is world writable`,
    });
    if (!reading.strict) return;
  }
  sudoers.files.push(path);
  for (const { line, number, raw } of logicalLines(text)) {
    const include = /^[@#](include|includedir)\s+(\S+)/.exec(line);
    if (include !== null) {
      if (reading.depth < 16) included(host, include[1] ?? '', include[2] ?? '', sudoers, reading);
      continue;
    }
    if (line.startsWith('#')) continue;
    const column = readLine(line, sudoers);
    if (column !== undefined)
      sudoers.complaints.push({
        path,
        kind: 'syntax',
        text: `${path}:${number}:${column}: syntax error\n${raw}\n${' '.repeat(column - 1)}^`,
      });
  }
}
function included(host: Host, kind: string, target: string, sudoers: Sudoers, reading: Reading): void {
  const next = { ...reading, depth: reading.depth + 1 };
  if (kind === 'include') {
    readFile(host, target, sudoers, next);
    return;
  }
  const names = host.fs.readdir(target, ROOT);
  if (names instanceof FileError) return;
  for (const name of [...names].sort())
    if (!name.includes('.') && !name.endsWith('~')) readFile(host, `${target}/${name}`, sudoers, next);
}
function logicalLines(text: string): { line: string; number: number; raw: string }[] {
  const found: { line: string; number: number; raw: string }[] = [];
  let joined = '';
  for (const [index, raw] of text.split('\n').entries()) {
    if (raw.endsWith('\\')) {
      joined += raw.slice(0, -1);
      continue;
    }
    const whole = joined + raw;
    joined = '';
    const line = (/^\s*#(?!include)/.test(whole) ? '' : whole.replace(/(\s)#.*$/, '$1')).trim();
    if (line !== '') found.push({ line, number: index + 1, raw: whole });
  }
  return found;
}

/** @returns the column of a syntax error. */
function readLine(line: string, sudoers: Sudoers): number | undefined {
  if (/^Defaults([:@>!]\S+)?(\s|$)/.test(line)) {
    // Defaults of one user, host or command are read and count for nobody else; here they count for none.
    if (/^Defaults\s/.test(line)) readDefaults(line.slice('Defaults'.length), sudoers);
    return undefined;
  }
  const alias = /^(User|Runas|Host|Cmnd|Cmd)_Alias\s+(.*)$/.exec(line);
  if (alias !== null) {
    for (const part of (alias[2] ?? '').split(/:(?=\s*[A-Z])/)) {
      const [, name, list] = /^\s*([A-Z][A-Z0-9_]*)\s*=\s*(.+)$/.exec(part) ?? [];
      if (name === undefined || list === undefined) return line.length + 1;
      sudoers.aliases.set(name, splitList(list));
    }
    return undefined;
  }
  const equals = line.indexOf('=');
  const head = (equals < 0 ? line : line.slice(0, equals)).trimEnd();
  const [, users, hosts] = /^((?:[^\s,]+\s*,\s*)*[^\s,]+)\s+(\S.*)$/.exec(head) ?? [];
  if (equals < 0 || users === undefined || hosts === undefined) return line.length + 1;
  return readCommands(line, equals + 1, { users: splitList(users), hosts: splitList(hosts) }, sudoers);
}
function readDefaults(text: string, { defaults }: Sudoers): void {
  for (const match of text.matchAll(/(!)?([a-z_]+)(?:\s*(\+=|-=|=)\s*("(?:[^"]*)"|[^,\s]+))?/g)) {
    const [, negated, name = '', operator, value] = match;
    if (value === undefined) defaults.set(name, negated === undefined);
    else if (operator === '=') defaults.set(name, value.replace(/^"|"$/g, ''));
    else {
      const before = String(defaults.get(name) ?? '');
      defaults.set(name, `${before} ${value.replace(/^"|"$/g, '')}`.trim());
    }
  }
}
function readCommands(
  line: string,
  start: number,
  who: { users: string[]; hosts: string[] },
  sudoers: Sudoers,
): number | undefined {
  let runasUsers = ['root'];
  let runasGroups: string[] = [];
  let nopasswd = false;
  const entry = (sudoers.rules[sudoers.rules.length - 1]?.entry ?? 0) + 1;
  const rest = line.slice(start).trim();
  if (rest === '') return line.length + 1;
  for (const part of splitList(rest)) {
    let text = part;
    const runas = /^\(([^)]*)\)\s*/.exec(text);
    if (runas !== null) {
      const [names = '', groups] = (runas[1] ?? '').split(':');
      runasUsers = names.trim() === '' ? [] : splitList(names);
      runasGroups = groups === undefined ? [] : splitList(groups);
      text = text.slice(runas[0].length);
    }
    for (let tag = /^([A-Z_]+)\s*:\s*/.exec(text); tag !== null; tag = /^([A-Z_]+)\s*:\s*/.exec(text)) {
      if (tag[1] === 'NOPASSWD') nopasswd = true;
      else if (tag[1] === 'PASSWD') nopasswd = false;
      text = text.slice(tag[0].length);
    }
    const bare = text.replace(/^!\s*/, '');
    if (!/^(ALL|[A-Z][A-Z0-9_]*|\/.*|sudoedit.*|list)$/.test(bare)) return line.length + 1;
    sudoers.rules.push({ ...who, entry, runasUsers, runasGroups, nopasswd, command: text });
  }
  return undefined;
}
/** At commas that are neither escaped nor inside parentheses. */
function splitList(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let current = '';
  for (let i = 0; i < text.length; i++) {
    const letter = text[i] ?? '';
    if (letter === '\\' && i + 1 < text.length) {
      current += text[++i] ?? '';
      continue;
    }
    if (letter === '(') depth++;
    if (letter === ')') depth--;
    if (letter === ',' && depth === 0) {
      parts.push(current.trim());
      current = '';
    } else current += letter;
  }
  parts.push(current.trim());
  return parts.filter((part) => part !== '');
}

// ---------------------------------------------------------------- who may what
export interface Request {
  user: UserRecord;
  target: string;
  targetGroup: string | undefined;
  /** Absolute path and arguments; undefined asks whether the user may do anything. */
  command: { path: string; args: readonly string[] } | undefined;
}
export interface Decision {
  /** Some entry names the user on this host. */
  known: boolean;
  allowed: boolean;
  nopasswd: boolean;
}

export function decide(host: Host, sudoers: Sudoers, request: Request): Decision {
  const decision: Decision = { known: false, allowed: false, nopasswd: false };
  for (const rule of rulesFor(host, sudoers, request.user)) {
    decision.known = true;
    if (!runsAs(host, sudoers, rule, request)) continue;
    const verdict =
      request.command === undefined ? true : matchesCommand(host, sudoers, rule.command, request.command);
    if (verdict === undefined) continue;
    decision.allowed = verdict;
    decision.nopasswd = rule.nopasswd;
  }
  return decision;
}
export function rulesFor(host: Host, sudoers: Sudoers, user: UserRecord): Rule[] {
  return sudoers.rules.filter(
    (rule) =>
      inList(sudoers, rule.users, (name) => isUser(host, user, name)) &&
      inList(sudoers, rule.hosts, (name) => name === host.state.hostname),
  );
}
/** Whether a list names somebody; the last that fits decides, `!` takes out. */
function inList(sudoers: Sudoers, list: readonly string[], test: (name: string) => boolean): boolean {
  let found = false;
  for (const entry of list) {
    const negated = entry.startsWith('!');
    const name = entry.replace(/^!\s*/, '');
    const alias = sudoers.aliases.get(name);
    const fits = name === 'ALL' || (alias === undefined ? test(name) : inList(sudoers, alias, test));
    if (fits) found = !negated;
  }
  return found;
}
function isUser(host: Host, user: UserRecord, name: string): boolean {
  if (name.startsWith('%')) {
    const group = name.startsWith('%#') ? host.group(Number(name.slice(2))) : host.group(name.slice(1));
    return group !== undefined && user.groups.includes(group.gid);
  }
  return name === user.name || name === `#${user.uid}`;
}
function runsAs(host: Host, sudoers: Sudoers, rule: Rule, { user, target, targetGroup }: Request): boolean {
  const targetUser = host.user(target);
  const userFits =
    (targetGroup !== undefined && target === user.name) ||
    inList(sudoers, rule.runasUsers, (name) =>
      targetUser === undefined ? name === target : isUser(host, targetUser, name),
    );
  if (targetGroup === undefined) return userFits;
  return userFits && inList(sudoers, rule.runasGroups, (name) => name === targetGroup);
}
/** true: allowed, false: forbidden by `!`, undefined: not meant. */
function matchesCommand(
  host: Host,
  sudoers: Sudoers,
  written: string,
  command: { path: string; args: readonly string[] },
): boolean | undefined {
  const negated = written.startsWith('!');
  const text = written.replace(/^!\s*/, '');
  const alias = sudoers.aliases.get(text);
  if (text === 'ALL') return !negated;
  if (alias !== undefined) {
    let last: boolean | undefined;
    for (const entry of alias) last = matchesCommand(host, sudoers, entry, command) ?? last;
    return last === undefined ? undefined : last !== negated;
  }
  const [path = '', ...args] = text.split(/\s+/);
  if (!samePath(host, path, command.path)) return undefined;
  const given = command.args.join(' ');
  if (args.length > 0) {
    const pattern = args.join(' ');
    if (pattern === '""' ? given !== '' : !fnmatch(pattern)(given)) return undefined;
  }
  return !negated;
}
/** The same file by whatever name; a path that ends in `/` means every command of that directory. */
function samePath(host: Host, pattern: string, path: string): boolean {
  const directory = path.slice(0, path.lastIndexOf('/') + 1);
  if (pattern.endsWith('/')) return pattern === directory || real(host, pattern) === real(host, directory);
  if (isPattern(pattern)) {
    const isMatch = fnmatch(pattern, { isPath: true });
    return isMatch(path) || isMatch(real(host, path));
  }
  return pattern === path || real(host, pattern) === real(host, path);
}
function real(host: Host, path: string): string {
  const found = host.fs.realpath(path, ROOT);
  return typeof found === 'string' ? found : path;
}
