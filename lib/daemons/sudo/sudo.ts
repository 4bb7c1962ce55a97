/**
 * sudo(8) 1.9.13 as Debian 12 ships it. Texts and log lines recorded in truth/host/c12.
 *
 * Not modelled: sudoedit, -b, I/O logs; -D and -T are refused, as they are unless sudoers allows them.
 */
import { FileError } from '../../world/files.contract';
import type { ProgramContext, ProgramRun, Wait, Wake } from '../../world/process.contract';
import { passwordIsRight } from '../../world/passwords';
import type { UserRecord } from '../../world/world.contract';
import { fnmatch } from '../../std/fnmatch';
import { SECOND } from '../../std/instant';
import { getoptComplaint, parseOptions } from '../command-options';
import { baseName, logAuth, ROOT_PATH, runAs, shellOf, terminalOf } from './session';
import {
  decide,
  type Defaults,
  defaultsFor,
  expanded,
  listedDefaults,
  readSudoers,
  rulesFor,
  type Rule,
  type Sudoers,
} from './sudoers';

const VERSION = `Sudo version 1.9.13p3
Sudoers policy plugin version 1.9.13p3
Sudoers file grammar version 50
Sudoers I/O plugin version 1.9.13p3
Sudoers audit plugin version 1.9.13p3
`;
const USAGE = `usage: sudo -h | -K | -k | -V
usage: sudo -v [-ABkNnS] [-g group] [-h host] [-p prompt] [-u user]
usage: sudo -l [-ABkNnS] [-g group] [-h host] [-p prompt] [-U user] [-u user]
            [command [arg ...]]
usage: sudo [-ABbEHkNnPS] [-r role] [-t type] [-C num] [-D directory] [-g
            group] [-h host] [-p prompt] [-R directory] [-T timeout] [-u user]
            [VAR=value] [-i | -s] [command [arg ...]]
usage: sudo -e [-ABkNnS] [-r role] [-t type] [-C num] [-D directory] [-g group]
            [-h host] [-p prompt] [-R directory] [-T timeout] [-u user] file ...
`;
const LONG = {
  askpass: 'A',
  background: 'b',
  bell: 'B',
  edit: 'e',
  'group=': 'g',
  help: 'h',
  'host=': 'host',
  list: 'l',
  login: 'i',
  'non-interactive': 'n',
  'other-user=': 'U',
  'preserve-env': 'E',
  'preserve-env=': 'E',
  'prompt=': 'p',
  'remove-timestamp': 'K',
  'reset-timestamp': 'k',
  'set-home': 'H',
  shell: 's',
  stdin: 'S',
  'user=': 'u',
  validate: 'v',
  version: 'V',
};
const KEPT = [
  'TERM',
  'LANG',
  'LANGUAGE',
  'LC_ALL',
  'LC_CTYPE',
  'LC_COLLATE',
  'LC_MESSAGES',
  'COLORS',
  'DISPLAY',
  'TZ',
];
const TRIES = 3;

interface Call {
  given: ReadonlyMap<string, string>;
  words: string[];
  variables: [string, string][];
  me: UserRecord;
  target: UserRecord;
  targetGroup: { name: string; gid: number } | undefined;
}

export function* sudo(context: ProgramContext): ProgramRun {
  const own = context.fs.stat(context.process.exe, ROOT);
  if (context.who.uid !== 0 && !(own instanceof FileError) && (own.uid !== 0 || (own.mode & 0o4000) === 0)) {
    yield* context.err(`sudo: ${context.process.exe} must be owned by uid 0 and have the setuid bit set\n`);
    return 1;
  }
  const parsed = parseOptions(
    context.argv.slice(1),
    { short: 'ABbC:D:Eeg:HhiKklNnPp:R:r:SsT:t:U:u:Vv', long: LONG },
    { stopsAtOperand: true },
  );
  if (parsed.problem !== undefined) {
    yield* context.err(`sudo: ${getoptComplaint(parsed.problem)}\n${USAGE}`);
    return 1;
  }
  const given = new Map(parsed.options.map((option) => [option.name, option.value]));
  if (given.has('V')) {
    yield* context.out(VERSION);
    return 0;
  }
  if (given.has('h')) {
    yield* context.out(`sudo - execute a command as another user\n\n${USAGE}`);
    return 0;
  }
  if (given.has('e')) {
    yield* context.err('not modelled: sudoedit\n');
    return 1;
  }
  const words = [...parsed.operands];
  const variables: [string, string][] = [];
  for (let word = words[0]; word !== undefined && /^[A-Za-z_]\w*=/.test(word); word = words[0]) {
    words.shift();
    variables.push([word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]);
  }
  if (given.has('k') || given.has('K')) forget(context);
  if ((given.has('k') || given.has('K')) && words.length === 0) return 0;
  if (words.length === 0 && !['i', 's', 'l', 'v'].some((letter) => given.has(letter))) {
    yield* context.err(USAGE);
    return 1;
  }
  const call = yield* whoIsWho(context, given, words, variables);
  return call === undefined ? 1 : yield* run(context, call);
}

function* whoIsWho(
  context: ProgramContext,
  given: ReadonlyMap<string, string>,
  words: string[],
  variables: [string, string][],
): Generator<Wait, Call | undefined, Wake> {
  const { host } = context;
  const me = host.user(context.who.uid);
  if (me === undefined) {
    yield* context.err('sudo: you do not exist in the passwd database\n');
    return undefined;
  }
  const wanted = given.get('u') ?? (given.has('g') ? me.name : 'root');
  const target = wanted.startsWith('#') ? host.user(Number(wanted.slice(1))) : host.user(wanted);
  if (target === undefined) {
    yield* context.err(`sudo: unknown user ${wanted}\nsudo: error initializing audit plugin sudoers_audit\n`);
    return undefined;
  }
  const groupName = given.get('g');
  const targetGroup =
    groupName === undefined
      ? undefined
      : host.group(groupName.startsWith('#') ? Number(groupName.slice(1)) : groupName);
  if (groupName !== undefined && targetGroup === undefined) {
    yield* context.err(
      `sudo: unknown group ${groupName}\nsudo: error initializing audit plugin sudoers_audit\n`,
    );
    return undefined;
  }
  return { given, words, variables, me, target, targetGroup };
}

function* run(context: ProgramContext, call: Call): Generator<Wait, number, Wake> {
  const { host } = context;
  const sudoers = readSudoers(host);
  for (const { text } of sudoers.complaints) yield* context.err(`${text}\n`);
  if (sudoers.files.length === 0) {
    yield* context.err(
      'sudo: no valid sudoers sources found, quitting\nsudo: error initializing audit plugin sudoers_audit\n',
    );
    return 1;
  }
  if (call.given.has('l')) return yield* list(context, call, sudoers);
  const early = defaultsFor(host, sudoers, { user: call.me });
  const securePath = early.get('secure_path');
  const path = typeof securePath === 'string' ? securePath : (context.env.get('PATH') ?? ROOT_PATH);
  const found = commandOf(context, call, path);
  // What is not found is looked for in the rules all the same, and asked for a password.
  const meant = found ?? { path: call.words[0] ?? '', args: call.words.slice(1), argv: call.words };
  const defaults = defaultsFor(host, sudoers, { user: call.me, target: call.target, path: meant.path });
  const line = [meant.path, ...meant.args].join(' ');
  const request = {
    user: call.me,
    target: call.target.name,
    targetGroup: call.targetGroup?.name,
    command: call.given.has('v') ? undefined : meant,
  };
  const decision = decide(host, sudoers, request);
  const isFree =
    call.me.uid === 0 ||
    decision.nopasswd ||
    defaults.get('authenticate') === false ||
    (call.target.uid === call.me.uid && call.targetGroup === undefined);
  if (!isFree) {
    const refused = yield* authenticate(context, call, line, defaults);
    if (refused !== undefined) return refused;
  }
  if (!decision.known) {
    logCommand(context, call, line, 'user NOT in sudoers');
    yield* context.err(`${call.me.name} is not in the sudoers file.\n`);
    return 1;
  }
  if (call.given.has('v')) return 0;
  if (found === undefined) {
    yield* context.err(`sudo: ${call.words[0] ?? ''}: command not found\n`);
    return 1;
  }
  if (!decision.allowed) {
    logCommand(context, call, line, 'command not allowed');
    yield* context.err(
      `Sorry, user ${call.me.name} is not allowed to execute '${line}' as ${call.target.name} on ${host.state.hostname}.\n`,
    );
    return 1;
  }
  const refused = notPermitted(call, found.path, decision.setsEnvironment || defaults.get('setenv') === true);
  if (refused !== undefined) {
    yield* context.err(`sudo: ${refused}\n`);
    return 1;
  }
  logCommand(context, call, line, undefined);
  return yield* runAs(context, call.target, {
    tag: 'sudo',
    service: call.given.has('i') ? 'sudo-i' : 'sudo',
    argv: found.argv,
    path: found.path,
    env: environment(context, call, { path, line, defaults }),
    ...(call.targetGroup === undefined ? {} : { gid: call.targetGroup.gid }),
    ...(call.given.has('i') ? { cwd: host.fs.exists(call.target.home) ? call.target.home : '/' } : {}),
  });
}

/** What the caller asks for beside the command. */
function notPermitted(
  { given, variables }: Call,
  path: string,
  setsEnvironment: boolean,
): string | undefined {
  if (given.has('D')) return `you are not permitted to use the -D option with ${path}`;
  if (given.has('T')) return 'sorry, you are not allowed set a command timeout';
  if (setsEnvironment) return undefined;
  if (given.get('E') === '' || (given.has('E') && given.get('E') === undefined))
    return 'sorry, you are not allowed to preserve the environment';
  return variables.length === 0
    ? undefined
    : `sorry, you are not allowed to set the following environment variables: ${variables.map(([name]) => name).join(', ')}`;
}
interface Found {
  path: string;
  args: readonly string[];
  argv: readonly string[];
}
/** The command along secure_path; with -i and -s the shell of the target or of the caller. */
function commandOf(context: ProgramContext, call: Call, path: string): Found | undefined {
  const { given, words } = call;
  if (given.has('i') || given.has('s')) {
    const shell = given.has('i') ? shellOf(call.target) : (context.env.get('SHELL') ?? shellOf(call.me));
    const args = words.length === 0 ? [] : ['-c', words.map(escaped).join(' ')];
    return { path: shell, args, argv: [given.has('i') ? `-${baseName(shell)}` : shell, ...args] };
  }
  const [name = '', ...args] = words;
  if (given.has('v')) return { path: 'validate', args: [], argv: [] };
  if (name.includes('/')) {
    const resolved = context.resolve(name);
    return isFile(context, resolved) ? { path: resolved, args, argv: words } : undefined;
  }
  for (const directory of path.split(':'))
    if (isFile(context, `${directory}/${name}`) && isExecutable(context, `${directory}/${name}`))
      return { path: `${directory}/${name}`, args, argv: words };
  return undefined;
}
const ROOT = { uid: 0, gid: 0, groups: [] };
function isFile(context: ProgramContext, path: string): boolean {
  const info = context.fs.stat(path, ROOT);
  return !(info instanceof FileError) && info.kind === 'file';
}
function isExecutable(context: ProgramContext, path: string): boolean {
  return context.fs.access(path, 1, ROOT) === undefined;
}
/** sudo -i and -s: every character that is not plain is escaped for the shell. */
function escaped(word: string): string {
  return word.replace(/[^A-Za-z0-9_$-]/g, (letter) => `\\${letter}`);
}

function environment(
  context: ProgramContext,
  call: Call,
  { path, line, defaults }: { path: string; line: string; defaults: Defaults },
): Map<string, string> {
  const { given, target, me } = call;
  const keeps = keptNames(defaults);
  const env = new Map<string, string>();
  for (const [name, value] of context.env) if (given.has('E') || keeps(name)) env.set(name, value);
  env.set('PATH', given.has('i') ? ROOT_PATH : path);
  env.set('MAIL', `/var/mail/${target.name}`);
  env.set('LOGNAME', target.name);
  env.set('USER', target.name);
  env.set('HOME', target.home);
  env.set('SHELL', shellOf(target));
  if (!env.has('TERM')) env.set('TERM', 'unknown');
  env.set('SUDO_COMMAND', line);
  env.set('SUDO_USER', me.name);
  env.set('SUDO_UID', String(me.uid));
  env.set('SUDO_GID', String(me.gid));
  for (const [name, value] of call.variables) env.set(name, value);
  return env;
}

/** `env_keep`, whose names may have a `*`; all where `env_reset` is off. */
function keptNames(defaults: Defaults): (name: string) => boolean {
  if (defaults.get('env_reset') === false) return () => true;
  const added = String(defaults.get('env_keep') ?? '')
    .split(/\s+/)
    .filter((one) => one !== '')
    .map((one) => fnmatch(one));
  return (name) => KEPT.includes(name) || added.some((matches) => matches(name));
}
/** `   alice : TTY=pts/0 ; PWD=/home/alice ; USER=root ; COMMAND=/usr/bin/id` */
function logCommand(context: ProgramContext, call: Call, line: string, what: string | undefined): void {
  const terminal = terminalOf(context);
  const parts = [
    ...(what === undefined ? [] : [what]),
    ...(terminal === undefined ? [] : [`TTY=${terminal}`]),
    `PWD=${context.cwd}`,
    `USER=${call.target.name}`,
    ...(call.targetGroup === undefined ? [] : [`GROUP=${call.targetGroup.name}`]),
    ...(call.variables.length === 0
      ? []
      : [`ENV=${call.variables.map(([name, value]) => `${name}=${value}`).join(' ')}`]),
    `COMMAND=${line}`,
  ];
  logAuth(context, 'sudo', `${call.me.name.padStart(8)} : ${parts.join(' ; ')}`);
}

/** Debian's default of `timestamp_timeout`, in minutes. */
const REMEMBERED_MINUTES = 15;
/** sudoers(5) timestamp_type=tty: a record for the session of a terminal, or for the parent process without one. */
function stampOf(context: ProgramContext, uid: number): string {
  const { tty, sid, ppid } = context.process;
  return `sudo:${uid}:${tty === undefined ? `parent ${ppid}` : `${tty} ${sid}`}`;
}
function remember(context: ProgramContext, uid: number): void {
  context.host.state.extra.set(stampOf(context, uid), context.kernel.now);
}
function forget(context: ProgramContext): void {
  context.host.state.extra.delete(stampOf(context, context.who.uid));
}
function isRemembered(context: ProgramContext, uid: number, defaults: Defaults): boolean {
  const at = context.host.state.extra.get(stampOf(context, uid));
  const minutes = Number(defaults.get('timestamp_timeout') ?? REMEMBERED_MINUTES);
  if (typeof at !== 'number') return false;
  return minutes < 0 || context.kernel.now - at < minutes * 60 * SECOND;
}

/** Asks for the password. @returns the exit code when it was not given. */
function* authenticate(
  context: ProgramContext,
  call: Call,
  line: string,
  defaults: Defaults,
): Generator<Wait, number | undefined, Wake> {
  const { given, me } = call;
  if (isRemembered(context, me.uid, defaults)) return undefined;
  const tries = Number(defaults.get('passwd_tries') ?? TRIES);
  if (given.has('n')) {
    logCommand(context, call, line, 'a password is required');
    yield* context.err('sudo: a password is required\n');
    return 1;
  }
  const terminal = given.has('S')
    ? context.stdin
    : context.process.tty === undefined
      ? undefined
      : context.host.streams.terminal(context.process.tty);
  if (terminal === undefined) {
    context.syslog({
      facility: 'authpriv',
      priority: 'crit',
      tag: 'sudo',
      text: 'pam_unix(sudo:auth): conversation failed',
    });
    context.syslog({
      facility: 'authpriv',
      priority: 'crit',
      tag: 'sudo',
      text: `pam_unix(sudo:auth): auth could not identify password for [${me.name}]`,
    });
    yield* context.err(
      'sudo: a terminal is required to read the password; either use the -S option to read from standard input or configure an askpass helper\nsudo: a password is required\n',
    );
    return 1;
  }
  const control =
    context.process.tty === undefined ? undefined : context.host.terminals.find(context.process.tty);
  const prompt = given.get('p') ?? `[sudo] password for ${me.name}: `;
  for (let attempt = 1; attempt <= tries; attempt++) {
    if (given.has('S')) yield* context.err(prompt);
    else terminal.write(prompt);
    control?.setAttributes({ echo: false });
    const typed = yield* context.readLine(terminal);
    control?.setAttributes({ echo: true });
    if (typed === '') {
      if (attempt > 1) break;
      logCommand(context, call, line, 'a password is required');
      yield* context.err('sudo: no password was provided\nsudo: a password is required\n');
      return 1;
    }
    if (passwordIsRight(context.host, me.name, typed.replace(/\n$/, ''))) {
      remember(context, me.uid);
      return undefined;
    }
    if (attempt === 1)
      context.syslog({
        facility: 'authpriv',
        priority: 'notice',
        tag: 'sudo',
        text: `pam_unix(sudo:auth): authentication failure; logname=${me.name} uid=${me.uid} euid=0 tty=${context.process.tty ?? ''} ruser=${me.name} rhost=  user=${me.name}`,
      });
    yield* context.sleep(2_000_000);
    if (attempt < tries) yield* context.err('Sorry, try again.\n');
  }
  const attempts = `${tries} incorrect password attempt${tries === 1 ? '' : 's'}`;
  logCommand(context, call, line, attempts);
  yield* context.err(`sudo: ${attempts}\n`);
  return 1;
}

/** `sudo -l`. */
function* list(context: ProgramContext, call: Call, sudoers: Sudoers): Generator<Wait, number, Wake> {
  const { host } = context;
  const other = call.given.get('U');
  const user = other === undefined ? call.me : host.user(other);
  if (user === undefined) {
    yield* context.err(`sudo: unknown user ${other ?? ''}\n`);
    return 1;
  }
  const rules = rulesFor(host, sudoers, user);
  const free = call.me.uid === 0 || rules.some((rule) => rule.nopasswd);
  if (!free) {
    const refused = yield* authenticate(context, call, 'list', defaultsFor(host, sudoers, { user: call.me }));
    if (refused !== undefined) return refused;
  }
  if (rules.length === 0) {
    yield* context.out(`User ${user.name} is not allowed to run sudo on ${host.state.hostname}.\n`);
    return other === undefined ? 1 : 0;
  }
  if (call.words.length > 0) {
    const found = commandOf(context, call, ROOT_PATH);
    if (found === undefined) return 1;
    const { allowed } = decide(host, sudoers, {
      user,
      target: call.target.name,
      targetGroup: undefined,
      command: found,
    });
    if (allowed) yield* context.out(`${[found.path, ...found.args].join(' ')}\n`);
    return allowed ? 0 : 1;
  }
  const { own, bound } = listedDefaults(host, sudoers, user);
  const specific =
    bound.length === 0
      ? ''
      : `Runas and Command-specific defaults for ${user.name}:\n${bound.map((line) => `    ${line}\n`).join('')}\n`;
  yield* context.out(
    `Matching Defaults entries for ${user.name} on ${host.state.hostname}:\n    ${own.join(', ')}\n\n${specific}User ${user.name} may run the following commands on ${host.state.hostname}:\n${ruleLines(sudoers, rules).join('')}`,
  );
  return 0;
}
/** Commands of one line of the file stay together; aliases are told by what they stand for. */
function ruleLines(sudoers: Sudoers, rules: readonly Rule[]): string[] {
  const lines: string[] = [];
  let before = '';
  for (const rule of rules) {
    const users = expanded(sudoers, 'Runas', rule.runasUsers);
    const groups = expanded(sudoers, 'Runas', rule.runasGroups);
    const tags = [...rule.tags, ...(rule.nopasswd ? ['NOPASSWD'] : [])].map((tag) => `${tag}: `);
    const head = `    (${users.join(', ')}${groups.length === 0 ? '' : ` : ${groups.join(', ')}`}) ${tags.join('')}`;
    const key = `${rule.entry}${head}`;
    const commands = expanded(sudoers, 'Cmnd', [rule.command]).join(', ');
    if (key === before) lines.push(`${(lines.pop() ?? '').trimEnd()}, ${commands}\n`);
    else lines.push(`${head}${commands}\n`);
    before = key;
  }
  return lines;
}
