/**
 * cron(8), Debian's 3.0pl1: wakes at each full minute of the host's own clock, takes changed tables up, starts
 * what is due. Log lines recorded in truth/host (a24, v01). There is no mail here: output is discarded, and said so.
 */
import { pamEnvironment } from '../../world/pam-environment';
import { sessionLimits } from '../../world/session-limits';
import { MINUTE } from '../../std/instant';
import { FileError } from '../../world/files.contract';
import type {
  DaemonContext,
  DaemonDefinition,
  ProgramContext,
  ProgramRun,
} from '../../world/process.contract';
import type { Host } from '../../world/world.contract';
import { type CronEntry, isDue, parseTable } from './table';

export interface Table {
  path: string;
  /** As log lines name it: `root`, `*system*`. */
  name: string;
  mtime: number;
  entries: CronEntry[];
  env: [string, string][];
}
interface CronState {
  tables: Table[];
}
const ROOT = { uid: 0, gid: 0, groups: [] };
export const SPOOL = '/var/spool/cron/crontabs';
const TICK = 'cron.minute';
const REBOOT_MARK = '/run/crond.reboot';

export function* cron(context: ProgramContext): ProgramRun {
  if (context.who.uid !== 0) {
    yield* context.err("cron: can't open or create /var/run/crond.pid: Permission denied\n");
    return 1;
  }
  const args = context.argv.slice(1);
  const wrong = args.find((word) => !/^-[fnlL]/.test(word) && !/^\d+$/.test(word));
  if (wrong !== undefined) {
    yield* context.err(
      `cron: invalid option -- '${wrong.replace(/^-/, '')}'\nusage: cron [-x debugflag[,...]]\n`,
    );
    return 1;
  }
  const other = holderOf(context);
  if (other !== undefined) {
    yield* context.err(
      `cron: can't lock /var/run/crond.pid, otherpid may be ${other}: Resource temporarily unavailable\n`,
    );
    return 1;
  }
  if (!args.some((word) => word.startsWith('-f'))) {
    context.spawn({
      argv: [...context.argv],
      program: begin,
      session: true,
      comm: 'cron',
      fds: new Map([0, 1, 2].map((fd) => [fd, context.host.streams.null()])),
    });
    return 0;
  }
  return yield* begin(context);
}
/** The cron that runs already. */
function holderOf({ host, fs }: ProgramContext): number | undefined {
  const text = fs.readFile('/run/crond.pid', ROOT);
  const pid = typeof text === 'string' ? Number(text) : 0;
  return host.process(pid)?.daemon?.kind === 'cron' ? pid : undefined;
}
function* begin(context: ProgramContext): ProgramRun {
  const { host } = context;
  context.fs.writeFile('/run/crond.pid', `${context.pid}\n`, ROOT, { mode: 0o644 });
  const state: CronState = { tables: [] };
  context.become('cron', state);
  const say = (text: string): void =>
    context.syslog({ facility: 'cron', priority: 'info', tag: 'cron', text });
  say('(CRON) INFO (pidfile fd = 3)');
  state.tables = readTables(host, [], context.pid);
  if (context.fs.exists(REBOOT_MARK)) say('(CRON) INFO (Skipping @reboot jobs -- not system startup)');
  else {
    say('(CRON) INFO (Running @reboot jobs)');
    context.fs.writeFile(REBOOT_MARK, '', ROOT, { mode: 0o644 });
    for (const table of state.tables)
      for (const entry of table.entries) if (entry.reboot) context.spawn(jobOf(table, entry));
  }
  host.world.timer(host, context.pid, 'minute', nextMinute(host), { name: TICK, data: undefined });
  return yield* context.serve();
}
/** The instant at which the host's clock reaches its next full minute. */
function nextMinute(host: Host): number {
  const clock = host.clock();
  return host.world.kernel.now + MINUTE - (((clock % MINUTE) + MINUTE) % MINUTE);
}

export const cronDaemon: DaemonDefinition<CronState> = {
  kind: 'cron',
  register(world) {
    world.callback<undefined, undefined>(TICK, ({ host, pid }) => {
      const daemon = host.daemonContext(pid) as DaemonContext<CronState> | undefined;
      if (daemon === undefined) return;
      daemon.state.tables = readTables(host, daemon.state.tables, pid);
      const clock = host.clock();
      for (const table of daemon.state.tables)
        for (const entry of table.entries) if (isDue(entry, clock)) daemon.spawn(jobOf(table, entry));
      world.timer(host, pid, 'minute', nextMinute(host), { name: TICK, data: undefined });
    });
  },
  onSignal: (_, signal) => (signal === 'HUP' ? 'handled' : 'default'),
};

// ---------------------------------------------------------------- tables
/** All tables; those whose file has not changed are kept as they are. */
function readTables(host: Host, before: readonly Table[], pid: number): Table[] {
  const tables: Table[] = [];
  const log = (text: string): void =>
    host.syslog({
      facility: 'cron',
      priority: 'info',
      tag: 'cron',
      pid,
      text,
      transport: 'syslog',
      uid: 0,
      unit: 'cron.service',
    });
  const add = (path: string, name: string, system: boolean): void => {
    const info = host.fs.stat(path, ROOT);
    if (info instanceof FileError || info.kind !== 'file') return;
    const known = before.find((table) => table.path === path);
    if (known !== undefined && known.mtime === info.mtime) {
      tables.push(known);
      return;
    }
    if (known !== undefined)
      log(system ? `(*system*) RELOAD (${path})` : `(${name}) RELOAD (crontabs/${name})`);
    tables.push({ path, name, mtime: info.mtime, ...contentOf(host, path, name, system, log) });
  };
  add('/etc/crontab', '*system*', true);
  for (const file of namesIn(host, '/etc/cron.d'))
    if (/^[A-Za-z0-9_-]+$/.test(file)) add(`/etc/cron.d/${file}`, `*system*${file}`, true);
  for (const user of namesIn(host, SPOOL)) {
    if (host.user(user) !== undefined) add(`${SPOOL}/${user}`, user, false);
    else if (!before.some((table) => table.name === user)) log(`(${user}) ORPHAN (no passwd entry)`);
  }
  return tables;
}
function namesIn(host: Host, path: string): string[] {
  const names = host.fs.readdir(path, ROOT);
  return names instanceof FileError ? [] : [...names].sort();
}
function contentOf(
  host: Host,
  path: string,
  name: string,
  system: boolean,
  log: (text: string) => void,
): Pick<Table, 'entries' | 'env'> {
  const nothing = { entries: [], env: [] };
  const text = host.fs.readFile(path, ROOT);
  const info = host.fs.stat(path, ROOT);
  if (text instanceof FileError || info instanceof FileError) return nothing;
  if (system && info.uid !== 0) {
    log(`(${name}) WRONG FILE OWNER (${path})`);
    return nothing;
  }
  if (system ? (info.mode & 0o022) !== 0 : (info.mode & 0o777) !== 0o600) {
    log(
      `(${name}) INSECURE MODE (${system ? 'group/other writable' : 'mode 0600 expected'}) (${system ? path : `crontabs/${name}`})`,
    );
    return nothing;
  }
  if (text !== '' && !text.endsWith('\n')) {
    log(`(${name}) ERROR (Missing newline before EOF, this crontab file will be ignored)`);
    return nothing;
  }
  const { entries, env, problem } = parseTable(text, {
    system,
    user: name,
    isUser: (user) => host.user(user) !== undefined,
  });
  if (problem === undefined) return { entries, env };
  log(`Error: ${problem.text}; while reading ${path}`);
  log(`(${name}) ERROR (Syntax error, this crontab file will be ignored)`);
  return nothing;
}

// ---------------------------------------------------------------- jobs
function jobOf(table: Table, entry: CronEntry): Parameters<DaemonContext['spawn']>[0] {
  return {
    argv: ['/usr/sbin/CRON', '-f'],
    comm: 'cron',
    program: (context) => runJob(context, entry, table.env.slice(0, entry.env)),
    session: true,
  };
}
/** cron's child: a PAM session, the command in it, and what becomes of its output. */
function* runJob(context: ProgramContext, entry: CronEntry, env: readonly [string, string][]): ProgramRun {
  const { host } = context;
  const user = host.user(entry.user);
  if (user === undefined) return 1;
  const say = (text: string, pid = context.pid, facility = 'cron'): void =>
    host.syslog({
      facility,
      priority: 'info',
      tag: 'CRON',
      pid,
      text,
      transport: 'syslog',
      uid: 0,
      unit: 'cron.service',
    });
  say(
    `pam_unix(cron:session): session opened for user ${user.name}(uid=${user.uid}) by (uid=0)`,
    context.pid,
    'authpriv',
  );
  const settings = new Map(env);
  const shell = settings.get('SHELL') ?? '/bin/sh';
  const home = settings.get('HOME') ?? user.home;
  let printed = false;
  const sink = host.streams.sink('pipe', (text) => {
    printed ||= text !== '';
  });
  const limits = sessionLimits(host, user, context.process.limits, (text) =>
    say(`pam_limits(cron:session): ${text}`, context.pid, 'authpriv'),
  );
  const child = context.spawn({
    ...(limits === undefined ? {} : { limits }),
    argv: [shell, '-c', entry.command],
    path: shell,
    uid: user.uid,
    gid: user.gid,
    groups: user.groups,
    cwd: host.fs.exists(home) ? home : '/',
    env: new Map([
      ['PATH', '/usr/bin:/bin'],
      ['SHELL', shell],
      ['HOME', home],
      ['LOGNAME', user.name],
      ...pamEnvironment(host),
      ...env,
    ]),
    fds: new Map([
      [0, host.streams.text(entry.input)],
      [1, sink],
      [2, sink],
    ]),
  });
  if (typeof child === 'number') {
    say(`(${user.name}) CMD (${entry.command})`, child);
    yield* context.wait(child);
  } else say(`(${user.name}) ERROR (cannot execute ${shell})`);
  if (printed && settings.get('MAILTO') !== '') say('(CRON) info (No MTA installed, discarding output)');
  say(`pam_unix(cron:session): session closed for user ${user.name}`, context.pid, 'authpriv');
  return 0;
}
