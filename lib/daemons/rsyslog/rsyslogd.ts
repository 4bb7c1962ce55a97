/**
 * rsyslogd 8.2302.0 of Debian 12: what journald hands on, and the kernel's messages, into files. Recorded in
 * truth/host (b10, c05, c09, c12). It keeps its place in the host's log, so that nothing is written twice.
 */
import { type Errno, strerror } from '../../std/errno';
import { FileError } from '../../world/files.contract';
import type { ProgramContext, ProgramRun, SyslogPriority } from '../../world/process.contract';
import type { Host, LoggedEntry } from '../../world/world.contract';
import { type Action, type Configuration, readConfiguration, type Statement, VERSION } from './configuration';
import { passes } from './filter';
import type { Message } from './properties';
import { render } from './template';

const ROOT = { uid: 0, gid: 0, groups: [] as number[] };
/** Up to where the messages of this boot have been taken: what syslog.socket holds back waits there. */
const TAKEN = 'rsyslog:taken';
/** The files it has open. */
const FILES = 'rsyslog:files';
const START_MICROS = 12_000;

export function* rsyslogd(context: ProgramContext): ProgramRun {
  const args = context.argv.slice(1);
  const file = args.includes('-f') ? (args[args.indexOf('-f') + 1] ?? '') : '/etc/rsyslog.conf';
  if (args.some((word) => /^-N\d*$/.test(word))) return yield* validate(context, file);
  if (args.includes('-v')) {
    yield* context.out(
      `rsyslogd  ${VERSION} (aka 2023.02) compiled with:\n\tPLATFORM:\t\t\t\tx86_64-pc-linux-gnu\n`,
    );
    return 0;
  }
  if (context.who.uid !== 0) {
    yield* context.err(
      'rsyslogd: run failed with error -3000 (see rsyslog.h or try https://www.rsyslog.com/e/3000 to learn what that number means)\n',
    );
    return 1;
  }
  yield* context.sleep(START_MICROS);
  const configuration = readConfiguration(context.host, file);
  if (configuration instanceof FileError) {
    yield* context.err(
      `rsyslogd: could not open config file '${file}': No such file or directory [v${VERSION} try https://www.rsyslog.com/e/2104 ]\n`,
    );
    return 1;
  }
  // One that was killed closed nothing.
  closeFiles(context.host);
  context.process.rssKiB = 4_536;
  for (const socket of configuration.sockets) {
    if (context.host.fs.exists(socket)) context.host.fs.unlink(socket, ROOT);
    context.host.fs.bindSocket(socket, 0o666, ROOT);
  }
  say(
    context,
    'info',
    "imuxsock: Acquired UNIX socket '/run/systemd/journal/syslog' (fd 3) from systemd.  [v8.2302.0]",
  );
  say(
    context,
    'info',
    `[origin software="rsyslogd" swVersion="${VERSION}" x-pid="${context.pid}" x-info="https://www.rsyslog.com"] start`,
  );
  for (const complaint of configuration.complaints) say(context, 'err', complaint.trim());
  for (const one of configuration.notModelled) say(context, 'err', `not modelled: ${one}`);
  context.notify('READY=1');
  return yield* serve(context, configuration);
}
function say(context: ProgramContext, priority: SyslogPriority, text: string): void {
  context.syslog({ facility: 'syslog', priority, tag: 'rsyslogd', text });
}
function* validate(context: ProgramContext, file: string): ProgramRun {
  yield* context.err(
    `rsyslogd: version ${VERSION}, config validation run (level 1), master config ${file}\n`,
  );
  const configuration = readConfiguration(context.host, file);
  if (configuration instanceof FileError) {
    yield* context.err(
      `rsyslogd: could not open config file '${file}': No such file or directory [v${VERSION} try https://www.rsyslog.com/e/2104 ]\nrsyslogd: run failed with error -2104 (see rsyslog.h or try https://www.rsyslog.com/e/2104 to learn what that number means)\n`,
    );
    return 1;
  }
  for (const complaint of configuration.complaints) yield* context.err(`rsyslogd: ${complaint}\n`);
  for (const one of configuration.notModelled) yield* context.err(`rsyslogd: not modelled: ${one}\n`);
  if (configuration.complaints.length > 0) return 1;
  yield* context.err('rsyslogd: End of config validation run. Bye.\n');
  return 0;
}

/** Takes the program up again after a checkpoint. */
export function resumeRsyslogd(context: ProgramContext, state: unknown): ProgramRun {
  return serve(context, state as Configuration);
}
function* serve(context: ProgramContext, configuration: Configuration): ProgramRun {
  const { host } = context;
  for (const signal of ['TERM', 'INT', 'HUP'] as const) context.signal(signal, 'handle');
  for (;;) {
    takeAll(context, configuration);
    const wake = yield {
      keys: [`log:${host.name}`],
      park: () => ({ kind: 'rsyslog/rsyslogd', state: configuration }),
    };
    if (wake.reason !== 'signal') continue;
    const origin = `[origin software="rsyslogd" swVersion="${VERSION}" x-pid="${context.pid}" x-info="https://www.rsyslog.com"]`;
    // HUP closes the files (for logrotate); the next line opens them again.
    if (wake.signal === 'HUP') {
      say(context, 'info', `${origin} rsyslogd was HUPed`);
      closeFiles(host);
    } else {
      say(context, 'info', `${origin} exiting on signal ${wake.signal === 'INT' ? 2 : 15}.`);
      takeAll(context, configuration);
      closeFiles(host);
      return 0;
    }
  }
}

function takeAll(context: ProgramContext, configuration: Configuration): void {
  const { host } = context;
  const { log } = host.state;
  const taken = Number(host.state.extra.get(TAKEN) ?? 0);
  let from = log.length;
  while (from > 0 && (log[from - 1]?.seq ?? 0) > taken) from -= 1;
  const fresh = log.slice(from).filter((entry) => entry.boot === host.state.bootId);
  host.state.extra.set(TAKEN, log[log.length - 1]?.seq ?? taken);
  const pieces = new Map<string, Piece>();
  for (const entry of fresh) file(host, configuration, entry, pieces);
  for (const piece of pieces.values()) {
    const failed = append(host, configuration, piece.path, piece.text);
    if (failed !== undefined) complain(context, piece, failed);
  }
}
/** What one action has to write to one file. */
interface Piece {
  path: string;
  number: number;
  text: string;
}
function file(
  host: Host,
  configuration: Configuration,
  entry: LoggedEntry,
  pieces: Map<string, Piece>,
): void {
  if (entry.transport === 'kernel' && !configuration.kernelLog) return;
  const message = messageOf(host, entry);
  execute(configuration.statements, message, (action) => {
    const path = typeof action.path === 'string' ? action.path : render(action.path, message);
    const key = `${action.number} ${path}`;
    const line = render(action.template, message);
    const known = pieces.get(key);
    if (known === undefined) pieces.set(key, { path, number: action.number, text: line });
    else known.text += line;
  });
}
/** Whether the message goes on to what follows. */
function execute(
  statements: readonly Statement[],
  message: Message,
  write: (action: Extract<Action, { kind: 'file' }>) => void,
): boolean {
  for (const statement of statements)
    switch (statement.kind) {
      case 'stop':
        return false;
      case 'file':
        write(statement);
        break;
      case 'rule':
        if (
          !execute(passes(statement.filter, message) ? statement.then : statement.otherwise, message, write)
        )
          return false;
        break;
      case 'nothing':
        break;
    }
  return true;
}
/** Programs that give syslog(3) no process id. journald knows it all the same; what it hands on does not have it. */
const WITHOUT_ID = new Set(['sudo', 'kernel', '(systemd)']);

function messageOf(host: Host, entry: LoggedEntry): Message {
  const { at, tag } = entry;
  const isKernel = entry.transport === 'kernel';
  const hasId = entry.pid !== undefined && !WITHOUT_ID.has(tag) && !isKernel && entry.bare !== true;
  const since = at - (host.world.state.epoch + host.state.bootedAt);
  const uptime = isKernel ? `[${(Math.max(0, since) / 1_000_000).toFixed(6).padStart(12)}] ` : '';
  return {
    facility: entry.facility,
    priority: entry.priority,
    syslogtag: `${tag}${hasId ? `[${entry.pid ?? ''}]` : ''}:`,
    programname: /^[^[\]:/ ]*/.exec(tag)?.[0] ?? tag,
    procid: hasId ? String(entry.pid ?? '') : '',
    // A line feed inside a message is escaped as #012.
    msg: ` ${uptime}${entry.text.replaceAll('\n', '#012')}`,
    hostname: host.state.hostname,
    at,
  };
}
function append(host: Host, configuration: Configuration, path: string, text: string): Errno | undefined {
  const files = openFiles(host);
  // It keeps its files open: one that was moved or deleted is still the one that is written to.
  const known = files.get(path);
  if (known !== undefined && host.state.inodes.has(known)) return host.fs.appendInode(known, text)?.errno;
  const isNew = !host.fs.exists(path);
  if (isNew) makeFolders(host, configuration, path);
  const opened = host.fs.open(path, ROOT, { append: true, create: true, mode: configuration.fileMode });
  if (opened instanceof FileError) return opened.errno;
  if (isNew) host.fs.chown(path, 0, configuration.fileGroup, ROOT);
  host.fs.retain(opened.ino);
  files.set(path, opened.ino);
  return host.fs.appendInode(opened.ino, text)?.errno;
}
/** Inodes by path. */
function openFiles(host: Host): Map<string, number> {
  const known = host.state.extra.get(FILES);
  if (known instanceof Map) return known as Map<string, number>;
  const made = new Map<string, number>();
  host.state.extra.set(FILES, made);
  return made;
}
function closeFiles(host: Host): void {
  for (const ino of openFiles(host).values()) host.fs.release(ino);
  host.state.extra.delete(FILES);
}
/** `createDirs`, which is on unless it is switched off. */
function makeFolders(host: Host, { folderMode }: Configuration, path: string): void {
  const parts = path.split('/').slice(1, -1);
  parts.forEach((_part, index) => {
    const folder = `/${parts.slice(0, index + 1).join('/')}`;
    if (!host.fs.exists(folder)) host.fs.mkdir(folder, folderMode, ROOT);
  });
}
function complain(context: ProgramContext, action: { path: string; number: number }, errno: Errno): void {
  const reason = strerror(errno);
  say(
    context,
    'err',
    errno === 'ENOSPC'
      ? `file '${action.path}'[9] write error - see https://www.rsyslog.com/solving-rsyslog-write-errors/ for help OS error: ${reason} [v${VERSION} try https://www.rsyslog.com/e/2027 ]`
      : `file '${action.path}': open error: ${reason} [v${VERSION} try https://www.rsyslog.com/e/2433 ]`,
  );
  say(
    context,
    'err',
    `action 'action-${action.number}-builtin:omfile' (module 'builtin:omfile') message lost, could not be processed. Check for additional error messages before this one. [v${VERSION} try https://www.rsyslog.com/e/2027 ]`,
  );
}
