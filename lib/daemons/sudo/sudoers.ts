/**
 * sudoers(5): users, hosts, run-as lists and commands, aliases, Defaults, include directories.
 * The last entry that matches decides. Recorded in truth/host/c12.
 *
 * Not modelled: digests, LDAP, netgroups, what tags beside NOPASSWD, PASSWD and SETENV do.
 */
import { FileError } from '../../world/files.contract';
import type { Host, UserRecord } from '../../world/world.contract';
import { fnmatch, isPattern } from '../../std/fnmatch';
import { ALIAS, type Binding, type Problem, readLine, type Setting } from './sudoers-line';

const ROOT = { uid: 0, gid: 0, groups: [] };
export const MAIN_FILE = '/etc/sudoers';

export interface Rule {
  users: string[];
  hosts: string[];
  runasUsers: string[];
  runasGroups: string[];
  nopasswd: boolean;
  /** `SETENV`, `NOEXEC` …, as written. */
  tags: readonly string[];
  /** Which line it stands in, counted over all files. */
  entry: number;
  /** As written, negation included. */
  command: string;
}
export interface AliasPlace {
  type: 'User' | 'Runas' | 'Host' | 'Cmnd';
  name: string;
  /** `PATH:LINE:COLUMN` */
  where: string;
}
export interface Complaint {
  readonly path: string;
  readonly text: string;
  /** `defaults`: a setting that is none, which a look at the syntax alone does not find. */
  readonly kind: 'syntax' | 'defaults' | 'mode' | 'missing';
}
export interface Sudoers {
  rules: Rule[];
  /** By kind and name: each kind has names of its own. */
  aliases: Map<string, string[]>;
  /** Where aliases are made and where they are named, in the order found. */
  made: AliasPlace[];
  named: AliasPlace[];
  /** In the order of the files. */
  defaults: { binding: Binding; names: string[]; set: Setting[] }[];
  files: string[];
  /** Complaints in the order found: what sudo prints before it goes on. */
  complaints: Complaint[];
}

export function readSudoers(host: Host, options: { main?: string; strict?: boolean } = {}): Sudoers {
  const sudoers: Sudoers = {
    rules: [],
    aliases: new Map(),
    made: [],
    named: [],
    defaults: [],
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
  for (const line of logicalLines(text)) {
    const include = /^[@#](include|includedir)[ \t]+(\S+)/.exec(line.text);
    if (include !== null) {
      if (reading.depth < 16) included(host, include[1] ?? '', include[2] ?? '', sudoers, reading);
      continue;
    }
    for (const problem of take(path, line, sudoers))
      sudoers.complaints.push(new SyntaxComplaint(path, line, problem));
  }
}
/** Its text is put together when somebody asks. */
class SyntaxComplaint implements Complaint {
  readonly kind: 'syntax' | 'defaults';

  constructor(
    readonly path: string,
    private readonly line: LogicalLine,
    private readonly problem: Problem,
  ) {
    this.kind = problem.length === undefined ? 'defaults' : 'syntax';
  }
  get text(): string {
    return `${this.path}:${placed(this.line, this.problem)}`;
  }
}
/** `LINE:COLUMN: message`, and the line with the place marked. */
function placed(line: LogicalLine, { at, message, length }: Problem): string {
  const said = `${placeOf(line, at)}: ${message}`;
  if (length === undefined) return said;
  const { start, text } = pieceAt(line, at);
  return `${said}\n${text}\n${' '.repeat(at - start)}^${'~'.repeat(Math.max(0, length - 1))}`;
}
/** `LINE:COLUMN` */
function placeOf(line: LogicalLine, at: number): string {
  const { start, number } = pieceAt(line, at);
  return `${number}:${at - start + 1}`;
}
function pieceAt({ pieces }: LogicalLine, at: number): Piece {
  return pieces.findLast(({ start }) => start <= at) ?? { start: 0, number: 0, text: '' };
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
/** A line of the file, and where it begins in the logical line. */
interface Piece {
  start: number;
  number: number;
  text: string;
}
interface LogicalLine {
  /** without its comment */
  text: string;
  pieces: readonly Piece[];
}
function logicalLines(text: string): LogicalLine[] {
  const found: LogicalLine[] = [];
  let before: Piece[] = [];
  let joined = '';
  for (const [index, raw] of text.split('\n').entries()) {
    if (raw.endsWith('\\')) {
      before.push({ start: joined.length, number: index + 1, text: raw.slice(0, -1) });
      joined += raw.slice(0, -1);
      continue;
    }
    const whole = withoutComment(joined + raw);
    if (whole.trim() !== '')
      found.push({
        text: whole,
        pieces: [...before, { start: joined.length, number: index + 1, text: raw }],
      });
    if (before.length > 0) before = [];
    joined = '';
  }
  return found;
}
/** A number behind `#` is a user, and `#include` no comment. */
function withoutComment(text: string): string {
  if (!text.includes('#')) return text;
  if (/^\s*#(?!include|-?\d)/.test(text)) return '';
  return text.replace(/(\s)#(?!-?\d).*$/, '$1');
}

/** @returns what is wrong with it. */
function take(path: string, logical: LogicalLine, sudoers: Sudoers): Problem[] {
  const { text } = logical;
  if (/^@include(?:dir)?[ \t]*$/.test(text)) return [{ at: text.length, message: 'syntax error', length: 1 }];
  const { line, problems } = readLine(text);
  const refer = (type: AliasPlace['type'], names: readonly string[]): void => {
    for (const written of names) {
      const name = written.replace(/^!/, '');
      if (ALIAS.test(name) && name !== 'ALL')
        sudoers.named.push({ type, name, where: `${path}:${placeOf(logical, text.length)}` });
    }
  };
  switch (line?.kind) {
    case 'defaults':
      sudoers.defaults.push({ binding: line.binding, names: line.names, set: line.set });
      break;
    case 'alias':
      for (const [name, list, at] of line.named) {
        const key = `${line.type} ${name}`;
        if (sudoers.aliases.has(key))
          problems.push({ at: text.length, message: `Alias "${name}" already defined`, length: 1 });
        else {
          sudoers.aliases.set(key, list);
          sudoers.made.push({ type: line.type, name, where: `${path}:${placeOf(logical, at)}` });
        }
        refer(line.type, list);
      }
      break;
    case 'rule':
      refer('User', line.users);
      for (const { hosts, commands } of line.privileges) {
        refer('Host', hosts);
        const entry = (sudoers.rules[sudoers.rules.length - 1]?.entry ?? 0) + 1;
        for (const command of commands) {
          sudoers.rules.push({ users: line.users, hosts, entry, ...command });
          refer('Runas', command.runasUsers);
          refer('Runas', command.runasGroups);
          refer('Cmnd', [command.command]);
        }
      }
      break;
    default:
  }
  return problems;
}
/** Settings by name: text, true for a flag, false for a negated one. */
export type Defaults = ReadonlyMap<string, string | boolean>;
/** The settings in force for a user on this host and, once they are known, for the target and the command. */
export function defaultsFor(
  host: Host,
  sudoers: Sudoers,
  { user, target, path }: { user: UserRecord; target?: UserRecord; path?: string },
): Defaults {
  const defaults = new Map<string, string | boolean>();
  for (const { binding, names, set } of sudoers.defaults) {
    const counts =
      binding === '>'
        ? target !== undefined && inList(sudoers, 'Runas', names, (name) => isUser(host, target, name))
        : binding === '!'
          ? path !== undefined && inList(sudoers, 'Cmnd', names, (name) => samePath(host, name, path))
          : isForUser(host, sudoers, { binding, names }, user);
    if (counts) for (const one of set) setDefault(defaults, one);
  }
  return defaults;
}
function isForUser(
  host: Host,
  sudoers: Sudoers,
  { binding, names }: { binding: Binding; names: readonly string[] },
  user: UserRecord,
): boolean {
  if (binding === ':') return inList(sudoers, 'User', names, (name) => isUser(host, user, name));
  return (
    binding === '' ||
    (binding === '@' && inList(sudoers, 'Host', names, (name) => name === host.state.hostname))
  );
}
function setDefault(defaults: Map<string, string | boolean>, [name, operator, value]: Setting): void {
  const before = String(defaults.get(name) ?? '');
  if (operator === '=' || typeof value === 'boolean') defaults.set(name, value);
  else if (operator === '+=') defaults.set(name, `${before} ${value}`.trim());
  else
    defaults.set(
      name,
      before
        .split(' ')
        .filter((one) => !value.split(' ').includes(one))
        .join(' '),
    );
}
/** `sudo -l`: the settings as they are listed, those for everybody first, then by target and command. */
export function listedDefaults(
  host: Host,
  sudoers: Sudoers,
  user: UserRecord,
): { own: string[]; bound: string[] } {
  const written = ([name, operator, value]: Setting): string =>
    value === true ? name : value === false ? `!${name}` : `${name}${operator}${quoted(value)}`;
  const own: string[] = [];
  const bound: string[] = [];
  for (const { binding, names, set } of sudoers.defaults)
    if (binding === '>' || binding === '!')
      bound.push(`Defaults${binding}${names.join(', ')} ${set.map(written).join(', ')}`);
    else if (isForUser(host, sudoers, { binding, names }, user)) own.push(...set.map(written));
  return { own, bound };
}
function quoted(value: string): string {
  return /\s/.test(value) ? `"${value}"` : value.replaceAll(':', '\\:');
}
/** The members of an alias in place of its name. */
export function expanded(sudoers: Sudoers, type: AliasPlace['type'], list: readonly string[]): string[] {
  return list.flatMap((entry) => {
    const name = entry.replace(/^!/, '');
    const members = sudoers.aliases.get(`${type} ${name}`);
    if (members === undefined) return [entry];
    const inner = expanded(
      sudoers,
      type,
      members.filter((member) => member !== name),
    );
    return entry.startsWith('!')
      ? inner.map((one) => (one.startsWith('!') ? one.slice(1) : `!${one}`))
      : inner;
  });
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
  /** The caller may hand on variables of its own. */
  setsEnvironment: boolean;
}

export function decide(host: Host, sudoers: Sudoers, request: Request): Decision {
  const decision: Decision = { known: false, allowed: false, nopasswd: false, setsEnvironment: false };
  for (const rule of rulesFor(host, sudoers, request.user)) {
    decision.known = true;
    if (!runsAs(host, sudoers, rule, request)) continue;
    const verdict =
      request.command === undefined ? true : matchesCommand(host, sudoers, rule.command, request.command);
    if (verdict === undefined) continue;
    decision.allowed = verdict;
    decision.nopasswd = rule.nopasswd;
    const tag = rule.tags.findLast((one) => one.endsWith('SETENV'));
    decision.setsEnvironment = tag === undefined ? rule.command === 'ALL' : tag === 'SETENV';
  }
  return decision;
}
export function rulesFor(host: Host, sudoers: Sudoers, user: UserRecord): Rule[] {
  return sudoers.rules.filter(
    (rule) =>
      inList(sudoers, 'User', rule.users, (name) => isUser(host, user, name)) &&
      inList(sudoers, 'Host', rule.hosts, (name) => name === host.state.hostname),
  );
}
/** Whether a list names somebody; the last that fits decides, `!` takes out. */
function inList(
  sudoers: Sudoers,
  type: AliasPlace['type'],
  list: readonly string[],
  test: (name: string) => boolean,
  within: readonly string[] = [],
): boolean {
  let found = false;
  for (const entry of list) {
    const negated = entry.startsWith('!');
    const name = entry.replace(/^!\s*/, '');
    // One that names itself is no alias there.
    const alias = within.includes(name) ? undefined : sudoers.aliases.get(`${type} ${name}`);
    const fits =
      name === 'ALL' ||
      (alias === undefined ? test(name) : inList(sudoers, type, alias, test, [...within, name]));
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
    inList(sudoers, 'Runas', rule.runasUsers, (name) =>
      targetUser === undefined ? name === target : isUser(host, targetUser, name),
    );
  if (targetGroup === undefined) return userFits;
  return userFits && inList(sudoers, 'Runas', rule.runasGroups, (name) => name === targetGroup);
}
/** true: allowed, false: forbidden by `!`, undefined: not meant. */
function matchesCommand(
  host: Host,
  sudoers: Sudoers,
  written: string,
  command: { path: string; args: readonly string[] },
  within: readonly string[] = [],
): boolean | undefined {
  const negated = written.startsWith('!');
  const text = written.replace(/^!\s*/, '');
  const alias = within.includes(text) ? undefined : sudoers.aliases.get(`Cmnd ${text}`);
  if (text === 'ALL') return !negated;
  if (alias !== undefined) {
    let last: boolean | undefined;
    for (const entry of alias)
      last = matchesCommand(host, sudoers, entry, command, [...within, text]) ?? last;
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
