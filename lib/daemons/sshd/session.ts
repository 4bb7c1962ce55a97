/** A session on the server: a shell or a command, on a terminal or on pipes, and files for scp. */
import { strftime } from '../../std/civil';
import { FileError } from '../../world/files.contract';
import type { ProgramContext, ProgramRun, Stream } from '../../world/process.contract';
import { pamEnvironment } from '../../world/pam-environment';
import { sessionLimits } from '../../world/session-limits';
import type { Terminal } from '../../world/terminals';
import type { Host, UserRecord } from '../../world/world.contract';
import { Mailbox } from '../mailbox';
import { type Received, type Served, ServerSide } from './server-side';
import { answerFile } from './file-transfer';
import type { ClientPacket } from './wire';

const ROOT = { uid: 0, gid: 0, groups: [] };
const USER_PATH = '/usr/local/bin:/usr/bin:/bin:/usr/games';
const ROOT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
/** A channel's window: more than this is not sent in one packet. */
const LARGEST_PACKET = 32_768;

/** What is needed to go on after a checkpoint. */
interface Parked {
  served: Served;
  box: number;
  user: string;
  terminal: string;
  child: number;
}
interface Channel {
  terminal: Terminal | undefined;
  child: number;
  stdin: Stream | undefined;
  stdout: Stream | undefined;
  stderr: Stream | undefined;
}

export function* runSession(side: ServerSide, user: UserRecord, forced: string | undefined): ProgramRun {
  const { context } = side;
  context.process.argv = [`sshd: ${user.name}@notty`];
  context.process.unit = openLogin(context.host, user);
  for (;;) {
    const packet = yield* side.next(Number.MAX_SAFE_INTEGER);
    if (packet === 'closed' || packet === 'reset' || packet === 'timeout' || packet.t === 'disconnect')
      return leave(side, user, packet);
    if (packet.t === 'alive') side.send({ t: 'alive' });
    if (packet.t === 'file') side.send({ t: 'file', answer: answerFile(context.host, user, packet.request) });
    if (packet.t !== 'open') continue;
    if (packet.subsystem === 'sftp') {
      side.send({ t: 'opened', terminal: undefined });
      continue;
    }
    const channel = openChannel(side, user, packet, forced);
    if (channel === undefined) {
      side.send({ t: 'exit', code: 1, signal: undefined });
      continue;
    }
    side.send({ t: 'opened', terminal: channel.terminal?.id });
    if (channel.terminal !== undefined && packet.command === undefined) greet(side, user, channel.terminal);
    return yield* attend(side, user, channel);
  }
}

/** pam_systemd: logind gives the session a number and a control group of its own. */
function openLogin(host: Host, user: UserRecord): string {
  const id = Number(host.state.extra.get(SESSIONS) ?? 0) + 1;
  host.state.extra.set(SESSIONS, id);
  const unit = `session-${id}.scope`;
  if (!logind(host, `New session ${id} of user ${user.name}.`)) return unit;
  host.syslog({
    facility: 'daemon',
    priority: 'info',
    tag: 'systemd',
    pid: 1,
    transport: 'journal',
    about: unit,
    text: `Started ${unit} - Session ${id} of User ${user.name}.`,
  });
  return unit;
}
function closeLogin(host: Host, unit: string | undefined): void {
  const id = /^session-(\w+)\.scope$/.exec(unit ?? '')?.[1];
  if (id === undefined) return;
  logind(host, `Session ${id} logged out. Waiting for processes to exit.`);
  logind(host, `Removed session ${id}.`);
}
/** @returns whether there is one. */
function logind(host: Host, text: string): boolean {
  const unit = 'systemd-logind.service';
  const daemon = host.processes().find((process) => process.unit === unit);
  if (daemon === undefined) return false;
  const { pid } = daemon;
  host.syslog({
    facility: 'auth',
    priority: 'info',
    tag: 'systemd-logind',
    pid,
    transport: 'syslog',
    unit,
    text,
  });
  return true;
}
const SESSIONS = 'logind:sessions';

function openChannel(
  side: ServerSide,
  user: UserRecord,
  packet: ClientPacket & { t: 'open' },
  forced: string | undefined,
): Channel | undefined {
  const { context, served } = side;
  const { host } = context;
  const command = served.config.forceCommand ?? forced ?? packet.command;
  const terminal =
    packet.pty !== undefined && served.config.permitTty
      ? host.terminals.create({ columns: packet.pty.columns, rows: packet.pty.rows })
      : undefined;
  const pipes = terminal === undefined ? [host.streams.pipe(), host.streams.pipe(), host.streams.pipe()] : [];
  const [input, output, errors] = pipes;
  const fds = new Map<number, Stream>();
  if (terminal !== undefined) for (const fd of [0, 1, 2]) fds.set(fd, terminal.slave);
  if (input !== undefined) fds.set(0, input.reader);
  if (output !== undefined) fds.set(1, output.writer);
  if (errors !== undefined) fds.set(2, errors.writer);
  const name = user.shell.slice(user.shell.lastIndexOf('/') + 1);
  const limits = sessionLimits(host, user, context.process.limits, (text) =>
    side.log(`pam_limits(sshd:session): ${text}`, 'err', 'authpriv'),
  );
  const child = context.spawn({
    ...(limits === undefined ? {} : { limits }),
    argv: command === undefined ? [`-${name}`] : [name, '-c', command],
    path: user.shell === '' ? '/bin/sh' : user.shell,
    uid: user.uid,
    gid: user.gid,
    groups: user.groups,
    cwd: host.fs.exists(user.home) ? user.home : '/',
    session: true,
    ...(context.process.unit === undefined ? {} : { unit: context.process.unit }),
    // Without sshd nobody holds the other end of the terminal.
    parentDeathSignal: 'HUP',
    fds,
    env: environment(side, user, packet, terminal, forced === undefined ? undefined : packet.command),
    ...(terminal === undefined ? {} : { tty: terminal.id }),
  });
  if (typeof child !== 'number') {
    if (terminal !== undefined) host.terminals.remove(terminal.id);
    side.log(`error: ${user.shell}: cannot be executed`, 'err');
    return undefined;
  }
  terminal?.setSession(child);
  for (const stream of [input?.writer, output?.reader, errors?.reader]) stream?.retain();
  if (terminal !== undefined) context.process.argv = [`sshd: ${user.name}@${terminal.id}`];
  return { terminal, child, stdin: input?.writer, stdout: output?.reader, stderr: errors?.reader };
}
function environment(
  { context, served }: ServerSide,
  user: UserRecord,
  packet: ClientPacket & { t: 'open' },
  terminal: Terminal | undefined,
  original: string | undefined,
): Map<string, string> {
  const { from, port, local, localPort } = served;
  return new Map([
    ['USER', user.name],
    ['LOGNAME', user.name],
    ['HOME', user.home],
    ['PATH', user.uid === 0 ? ROOT_PATH : USER_PATH],
    ['SHELL', user.shell],
    ...pamEnvironment(context.host),
    ...packet.env,
    ...(packet.pty === undefined ? [] : [['TERM', packet.pty.term] as [string, string]]),
    ['MAIL', `/var/mail/${user.name}`],
    ['SSH_CLIENT', `${from} ${port} ${localPort}`],
    ['SSH_CONNECTION', `${from} ${port} ${local} ${localPort}`],
    ...(terminal === undefined ? [] : [['SSH_TTY', `/dev/${terminal.id}`] as [string, string]]),
    ...(original === undefined ? [] : [['SSH_ORIGINAL_COMMAND', original] as [string, string]]),
  ]);
}

/** pam_motd and pam_lastlog: what a login sees first. */
function greet({ context, served }: ServerSide, user: UserRecord, terminal: Terminal): void {
  const { host } = context;
  const kernel = ['ostype', 'osrelease', 'version'].map((key) => host.sysctl(`kernel.${key}`) ?? '');
  const [type = '', release = '', version = ''] = kernel;
  const motd = host.fs.readFile('/etc/motd', ROOT);
  const logins = lastLogins(context);
  const last = logins.get(user.uid);
  const before =
    last === undefined || !served.config.printLastLog
      ? ''
      : `Last login: ${strftime('%a %b %e %H:%M:%S %Y', last.at)} from ${last.from}\n`;
  if (!context.fs.exists(`${user.home}/.hushlogin`))
    terminal.slave.write(
      `${type} ${host.state.hostname} ${release} ${version} x86_64\n${motd instanceof FileError ? '' : motd}${before}`,
    );
  logins.set(user.uid, { at: host.clock(), from: served.from });
}
function lastLogins({ host }: ProgramContext): Map<number, { at: number; from: string }> {
  const known = host.state.extra.get('disk:lastlog');
  if (known instanceof Map) return known as Map<number, { at: number; from: string }>;
  const fresh = new Map<number, { at: number; from: string }>();
  host.state.extra.set('disk:lastlog', fresh);
  return fresh;
}

/** Between the connection and the child, until one of them ends. */
function* attend(side: ServerSide, user: UserRecord, channel: Channel): ProgramRun {
  const { context, box } = side;
  const { terminal, child } = channel;
  context.signal('TERM', 'handle');
  context.signal('HUP', 'ignore');
  for (;;) {
    for (let packet = side.take(); packet !== undefined; packet = side.take()) {
      if (packet === 'closed' || packet === 'reset' || packet === 'timeout' || packet.t === 'disconnect') {
        endChannel(context, channel);
        return leave(side, user, packet);
      }
      take(side, channel, packet);
    }
    const open = pump(side, channel);
    const process = context.host.process(child);
    if ((process === undefined || process.state === 'zombie') && !open) break;
    terminal?.watchOutput(context.pid);
    const wake = yield {
      keys: [box.key],
      children: [child],
      streams: [channel.stdout, channel.stderr].filter((stream) => stream !== undefined),
      ...(terminal === undefined
        ? {}
        : {
            park: () => ({
              kind: 'sshd/session',
              state: {
                served: side.served,
                box: box.id,
                user: user.name,
                terminal: terminal.id,
                child,
              } satisfies Parked,
            }),
          }),
    };
    if (wake.reason === 'signal' && wake.signal === 'TERM') {
      endChannel(context, channel);
      return leave(side, user, 'terminated');
    }
  }
  const status = yield* context.wait(child);
  endChannel(context, channel);
  side.send({ t: 'exit', code: status.code, signal: status.signal });
  for (;;) {
    const packet = yield* side.next(Number.MAX_SAFE_INTEGER);
    if (packet === 'closed' || packet === 'reset' || packet === 'timeout' || packet.t === 'disconnect')
      return leave(side, user, packet);
  }
}
function take(side: ServerSide, channel: Channel, packet: ClientPacket): void {
  const { terminal, stdin } = channel;
  switch (packet.t) {
    case 'data':
      if (terminal !== undefined) terminal.input(packet.text);
      else stdin?.write(packet.text);
      return;
    case 'eof':
      if (channel.stdin !== undefined) {
        channel.stdin.close();
        channel.stdin = undefined;
      }
      return;
    case 'window':
      terminal?.resize(packet.columns, packet.rows);
      return;
    case 'alive':
      side.send({ t: 'alive' });
      return;
    default:
      return;
  }
}
/** Sends what there is. @returns whether more may come */
function pump(side: ServerSide, channel: Channel): boolean {
  const { terminal } = channel;
  if (terminal !== undefined) {
    const text = terminal.takeOutput();
    for (let at = 0; at < text.length; at += LARGEST_PACKET)
      side.send({ t: 'data', text: text.slice(at, at + LARGEST_PACKET) });
    return text !== '';
  }
  for (const name of ['stdout', 'stderr'] as const) {
    for (let stream = channel[name]; stream !== undefined; ) {
      const text = stream.read(LARGEST_PACKET);
      if (text === undefined) break;
      if (text !== '') {
        side.send(name === 'stdout' ? { t: 'data', text } : { t: 'stderr', text });
        continue;
      }
      stream.close();
      channel[name] = undefined;
      stream = undefined;
    }
  }
  return channel.stdout !== undefined || channel.stderr !== undefined;
}
function endChannel(context: ProgramContext, channel: Channel): void {
  for (const name of ['stdin', 'stdout', 'stderr'] as const) {
    channel[name]?.close();
    channel[name] = undefined;
  }
  if (channel.terminal !== undefined) context.host.terminals.remove(channel.terminal.id);
}
function leave(side: ServerSide, user: UserRecord, how: Received | 'terminated'): number {
  const { from, port } = side.served;
  if (how === 'reset') side.log(`Connection reset by ${from} port ${port}`);
  else if (how === 'closed') side.log(`Connection closed by ${from} port ${port}`);
  else if (how !== 'terminated') {
    side.log(`Received disconnect from ${from} port ${port}:11: disconnected by user`);
    side.log(`Disconnected from user ${user.name} ${from} port ${port}`);
  }
  side.log(`pam_unix(sshd:session): session closed for user ${user.name}`, 'info', 'authpriv');
  closeLogin(side.context.host, side.context.process.unit);
  side.hangUp();
  return 255;
}

/** Goes on after a checkpoint. */
export function* resumeServerSession(context: ProgramContext, state: unknown): ProgramRun {
  const { served, box, user, terminal: id, child } = state as Parked;
  const record = context.host.user(user);
  const terminal = context.host.terminals.find(id);
  if (record === undefined) return 255;
  const side = new ServerSide(context, new Mailbox(context, box), served);
  return yield* attend(side, record, {
    terminal,
    child,
    stdin: undefined,
    stdout: undefined,
    stderr: undefined,
  });
}
