/** su(1) and runuser(1) of util-linux 2.38.1, and nologin(8). Recorded in truth/host/c12. */
import type { ProgramContext, ProgramRun, SpawnOptions, Wait, Wake } from '../../world/process.contract';
import { accountAge } from '../../world/account-aging';
import { pamEnvironment } from '../../world/pam-environment';
import { passwordIsRight } from '../../world/passwords';
import type { UserRecord } from '../../world/world.contract';
import { getoptComplaint, parseOptions } from '../command-options';
import { baseName, logAuth, ROOT_PATH, runAs, shellOf, terminalOf, USER_PATH } from './session';

const LONG = {
  'command=': 'c',
  'session-command=': 'c',
  fast: 'f',
  'group=': 'g',
  'supp-group=': 'G',
  login: 'l',
  'preserve-environment': 'p',
  pty: 'P',
  'shell=': 's',
  'user=': 'u',
  'whitelist-environment=': 'w',
  help: 'h',
  version: 'V',
};
/** What PAM needs to open a session. */
const SESSION_MICROS = 8_000;
const TRY = (name: string): string => `Try '${name} --help' for more information.\n`;

export const su = (context: ProgramContext): ProgramRun => main(context, 'su');
export const runuser = (context: ProgramContext): ProgramRun => main(context, 'runuser');

function* main(context: ProgramContext, name: 'su' | 'runuser'): ProgramRun {
  const { host } = context;
  const args = context.argv.slice(1);
  // A single `-` means -l, wherever it stands before the user.
  const dash = args.indexOf('-');
  const login = dash >= 0 && args.slice(0, dash).every((word) => word.startsWith('-'));
  if (login) args.splice(dash, 1);
  const parsed = parseOptions(
    args,
    { short: 'c:fg:G:lmpPs:u:w:hV', long: LONG },
    { stopsAtOperand: args.some((word) => word === '-u' || word === '--user') },
  );
  if (parsed.problem !== undefined) {
    yield* context.err(`${name}: ${getoptComplaint(parsed.problem)}\n${TRY(name)}`);
    return 1;
  }
  const given = new Map(parsed.options.map((option) => [option.name, option.value]));
  if (given.has('V')) {
    yield* context.out(`${name} from util-linux 2.38.1\n`);
    return 0;
  }
  if (given.has('h')) {
    yield* context.out(`\nUsage:\n ${name} [options] [-] [<user> [<argument>...]]\n`);
    return 0;
  }
  if (name === 'runuser' && context.who.uid !== 0) {
    yield* context.err('runuser: may not be used by non-root users\n');
    return 1;
  }
  const named = given.get('u');
  const operands = [...parsed.operands];
  const wanted = named ?? operands.shift() ?? 'root';
  const user = host.user(wanted);
  if (user === undefined) {
    yield* context.err(
      `${name}: user ${wanted} does not exist or the user entry does not contain all the required fields\n`,
    );
    return 1;
  }
  const isLogin = login || given.has('l');
  const service = isLogin ? `${name}-l` : name;
  const me = host.user(context.who.uid)?.name ?? '';
  if (name === 'su' && context.who.uid !== 0) {
    const right = yield* askPassword(context, service, user);
    if (!right) {
      logAuth(context, name, `FAILED SU (to ${user.name}) ${me} on ${terminalOf(context) ?? 'none'}`);
      yield* context.err('su: Authentication failure\n');
      return 1;
    }
  }
  const age = accountAge(host, user.name);
  if (name === 'su' && age !== 'good') {
    yield* refuseAged(context, service, user, age);
    return 1;
  }
  if (name === 'su') logAuth(context, name, `(to ${user.name}) ${me} on ${terminalOf(context) ?? 'none'}`);
  const group = given.get('g') === undefined ? undefined : host.group(given.get('g') ?? '');
  const options: SpawnOptions = {
    ...commandOf(user, given, operands, { isLogin, direct: named !== undefined }),
    env: new Map([...environment(context, user, isLogin, given), ...pamEnvironment(host)]),
    ...(isLogin ? { cwd: host.fs.exists(user.home) ? user.home : '/' } : {}),
    ...(group === undefined ? {} : { gid: group.gid }),
  };
  yield* context.sleep(SESSION_MICROS);
  if (named !== undefined && operands.length > 0)
    return yield* runAs(context, user, { ...options, ...direct(context, operands), tag: name, service });
  return yield* runAs(context, user, { ...options, tag: name, service });
}

function commandOf(
  user: UserRecord,
  given: ReadonlyMap<string, string>,
  operands: readonly string[],
  how: { isLogin: boolean; direct: boolean },
): { argv: string[]; path: string } {
  const shell = given.get('s') ?? shellOf(user);
  const command = given.get('c');
  const argv0 = how.isLogin ? `-${baseName(shell)}` : baseName(shell);
  return { argv: [argv0, ...(command === undefined ? [] : ['-c', command]), ...operands], path: shell };
}
/** `runuser -u USER COMMAND…`: no shell between. */
function direct(
  context: ProgramContext,
  words: readonly string[],
): { argv: readonly string[]; path: string } {
  const [name = ''] = words;
  if (name.includes('/')) return { argv: words, path: context.resolve(name) };
  const directory = (context.env.get('PATH') ?? ROOT_PATH)
    .split(':')
    .find((candidate) => context.fs.access(`${candidate}/${name}`, 1, context.who) === undefined);
  return { argv: words, path: directory === undefined ? name : `${directory}/${name}` };
}
function environment(
  context: ProgramContext,
  user: UserRecord,
  isLogin: boolean,
  given: ReadonlyMap<string, string>,
): Map<string, string> {
  if (!isLogin) {
    const env = new Map(context.env);
    if (given.has('p') || given.has('m')) return env;
    env.set('HOME', user.home).set('SHELL', given.get('s') ?? shellOf(user));
    if (user.uid !== 0) env.set('USER', user.name).set('LOGNAME', user.name);
    env.set('MAIL', `/var/mail/${user.name}`);
    return env;
  }
  const env = new Map<string, string>();
  for (const name of ['TERM', 'COLORTERM', 'NO_COLOR', 'LANG', 'LC_ALL']) {
    const value = context.env.get(name);
    if (value !== undefined) env.set(name, value);
  }
  return env
    .set('HOME', user.home)
    .set('SHELL', given.get('s') ?? shellOf(user))
    .set('USER', user.name)
    .set('LOGNAME', user.name)
    .set('MAIL', `/var/mail/${user.name}`)
    .set('PATH', user.uid === 0 ? ROOT_PATH : USER_PATH);
}

/**
 * pam_unix's account check: an expired account lets nobody in, an old password is to be changed first.
 * Not modelled: changing it right there.
 */
function* refuseAged(
  context: ProgramContext,
  service: string,
  user: UserRecord,
  age: 'expired' | 'change' | 'aged',
): Generator<Wait, void, Wake> {
  const say = (text: string): void =>
    context.syslog({
      facility: 'authpriv',
      priority: 'notice',
      tag: 'su',
      text: `pam_unix(${service}:account): ${text}`,
    });
  if (age === 'expired') {
    say(`account ${user.name} has expired (account expired)`);
    yield* context.err(
      'Your account has expired; please contact your system administrator.\nsu: Authentication failure\n',
    );
    return;
  }
  const why = age === 'change' ? 'administrator enforced' : 'password expired';
  say(`expired password for user ${user.name} (${age === 'change' ? 'root enforced' : 'password aged'})`);
  yield* context.err(
    `You are required to change your password immediately (${why}).\nChanging password for ${user.name}.\nCurrent password: su: Authentication token manipulation error\n`,
  );
}

/** One question; who is wrong waits for two seconds (pam_unix, login.defs FAIL_DELAY). */
function* askPassword(
  context: ProgramContext,
  service: string,
  user: UserRecord,
): Generator<Wait, boolean, Wake> {
  const { tty } = context.process;
  const terminal = tty === undefined ? undefined : context.host.streams.terminal(tty);
  const control = tty === undefined ? undefined : context.host.terminals.find(tty);
  if (terminal === undefined) {
    // Not modelled: a password that comes along a pipe.
    yield* context.err('Password: ');
    return false;
  }
  terminal.write('Password: ');
  control?.setAttributes({ echo: false });
  const typed = (yield* context.readLine(terminal)).replace(/\n$/, '');
  control?.setAttributes({ echo: true });
  if (passwordIsRight(context.host, user.name, typed)) return true;
  const { uid } = context.who;
  const me = context.host.user(uid)?.name ?? '';
  context.syslog({
    facility: 'authpriv',
    priority: 'notice',
    tag: 'su',
    text: `pam_unix(${service}:auth): authentication failure; logname=${me} uid=${uid} euid=0 tty=${tty ?? ''} ruser=${me} rhost=  user=${user.name}`,
  });
  yield* context.sleep(2_000_000);
  return false;
}

export function* nologin(context: ProgramContext): ProgramRun {
  yield* context.out('This account is currently not available.\n');
  return 1;
}
