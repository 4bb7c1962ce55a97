/**
 * sshd(8) of OpenSSH 9.2p1: its options, its listening sockets, HUP and TERM. One process of its own serves each
 * connection (see connection.ts). Recorded in truth/host (b09, c13).
 *
 * IPv6 sockets exist in name only: nothing reaches them.
 */
import { formatIPv4 } from '../../std/ipv4';
import type { SocketEvent } from '../../world/network.contract';
import type {
  DaemonContext,
  DaemonDefinition,
  ProgramContext,
  ProgramRun,
} from '../../world/process.contract';
import { FileError } from '../../world/files.contract';
import type { Host } from '../../world/world.contract';
import { parseOptions } from '../command-options';
import { reserveMailbox } from '../mailbox';
import { serveConnection } from './connection';
import { hostKeyFiles, parsePublicLine, type PublicKey, unprotectedText } from './keys';
import { configFor, configText, readServerConfig, type ServerConfig } from './server-config';

export interface SshdState {
  path: string;
  port: number | undefined;
  config: ServerConfig;
  listeners: number[];
  files: { path: string; text: string }[];
}
const ACCEPT = 'sshd.accept';
const RELOAD = 'sshd.reload';
/** From the signal to the new image of the process. */
const EXEC_MICROS = 5_000;
const ROOT = { uid: 0, gid: 0, groups: [] };
const BACKLOG = 128;
const USAGE =
  'OpenSSH_9.2p1 Debian-2+deb12u10, OpenSSL 3.0.20 7 Apr 2026\nusage: sshd [-46DdeiqTtV] [-C connection_spec] [-c host_cert_file]\n            [-E log_file] [-f config_file] [-g login_grace_time]\n            [-h host_key_file] [-o option] [-p port] [-u len]\n';

export function* sshd(context: ProgramContext): ProgramRun {
  const parsed = parseOptions(context.argv.slice(1), { short: 'C:E:b:c:f:g:h:k:o:p:u:46DGQRTVdeiqrt' });
  if (parsed.problem !== undefined) {
    yield* context.err(
      `sshd: ${parsed.problem.kind === 'missing' ? 'option requires an argument' : 'invalid option'} -- '${parsed.problem.option}'\n${USAGE}`,
    );
    return 1;
  }
  const given = new Map(parsed.options.map((option) => [option.name, option.value]));
  if (given.has('V')) {
    yield* context.err('OpenSSH_9.2p1 Debian-2+deb12u10, OpenSSL 3.0.20 7 Apr 2026\n');
    return 0;
  }
  const isTest = given.has('t') || given.has('T');
  if (!isTest && !(context.argv[0] ?? '').startsWith('/')) {
    yield* context.err('sshd re-exec requires execution with an absolute path\n');
    return 255;
  }
  generateKeysOnce(context.host);
  const path = given.get('f') ?? '/etc/ssh/sshd_config';
  const { config, problems, files } = readServerConfig(context.host, path);
  for (const { text } of problems) yield* context.err(`${text}\n`);
  if (problems.at(-1)?.kind === 'fatal') return 255;
  for (const key of config.hostKeys) yield* context.err(unprotectedText(context.host, key, ROOT));
  if (hostKey(context.host, config) === undefined) {
    yield* context.err('sshd: no hostkeys available -- exiting.\n');
    return 1;
  }
  if (isTest) {
    if (!context.fs.exists('/run/sshd')) {
      yield* context.err('Missing privilege separation directory: /run/sshd\n');
      return 255;
    }
    if (given.has('T'))
      yield* context.out(configText(connectionConfig(context.host, config, given.get('C'))));
    return 0;
  }
  if (context.who.uid !== 0) {
    yield* context.err('sshd: no hostkeys available -- exiting.\n');
    return 1;
  }
  const port = given.has('p') ? Number(given.get('p')) : undefined;
  const state: SshdState = { path, port, config, listeners: [], files };
  if (!given.has('D')) return yield* detach(context, state);
  return yield* listen(context, state);
}

/** What is in force for the connection that -C describes: `user=NAME,host=NAME,addr=ADDRESS,laddr=ADDRESS,lport=PORT`. */
function connectionConfig(host: Host, config: ServerConfig, described: string | undefined): ServerConfig {
  if (described === undefined) return config;
  const given = new Map(
    described
      .split(',')
      .map((part): [string, string] => [part.slice(0, part.indexOf('=')), part.slice(part.indexOf('=') + 1)]),
  );
  const user = given.get('user') ?? '';
  return configFor(host, config, {
    user,
    record: host.user(user),
    from: given.get('addr') ?? '',
    local: given.get('laddr') ?? '',
    localPort: Number(given.get('lport') ?? 0),
  });
}
/** Without -D the parent ends at once, whatever becomes of the child. */
function* detach(context: ProgramContext, state: SshdState): ProgramRun {
  context.spawn({
    argv: [...context.argv],
    program: (child) => listen(child, state),
    session: true,
    comm: 'sshd',
    fds: new Map([0, 1, 2].map((fd) => [fd, context.host.streams.null()])),
  });
  yield* context.sleep(1_000);
  return 0;
}
/** Sockets that systemd passed on (sd_listen_fds(3), Debian's patch `systemd-socket-activation`). */
function takeSockets({ host, env }: ProgramContext, state: SshdState, say: (text: string) => void): boolean {
  const names = (env.get('LISTEN_FDNAMES') ?? '').split(':');
  const { network } = host.world;
  for (const { listener, name, ip, port, dual } of network.listeners(host)) {
    if (name === undefined || !names.includes(name)) continue;
    state.listeners.push(listener);
    say(`Server listening on ${dual ? '::' : formatIPv4(ip)} port ${port}.`);
  }
  return state.listeners.length > 0;
}
function* listen(context: ProgramContext, state: SshdState): ProgramRun {
  const say = (text: string, priority: 'info' | 'err' | 'crit' = 'info'): void =>
    context.syslog({ facility: 'auth', priority, tag: 'sshd', text });
  const isPassed = takeSockets(context, state, say);
  if (!isPassed && !openSockets(context.host, context.pid, state, say)) {
    say('fatal: Cannot bind any address.', 'crit');
    return 255;
  }
  context.process.argv = [`sshd: ${context.argv.join(' ')} [listener] 0 of 10-100 startups`];
  context.fs.writeFile('/run/sshd.pid', `${context.pid}\n`, ROOT, { mode: 0o644 });
  context.process.rssKiB = 9_408;
  context.become('sshd', state);
  if (isPassed)
    for (const listener of state.listeners)
      context.world.network.lendListener(context.host, listener, context.pid, {
        name: ACCEPT,
        pid: context.pid,
        data: undefined,
      });
  context.notify('READY=1');
  return yield* context.serve();
}

function openSockets(
  host: Host,
  pid: number,
  state: SshdState,
  say: (text: string, priority?: 'info' | 'err') => void,
): boolean {
  const { config } = state;
  const ports = state.port === undefined ? config.ports : [state.port];
  const wanted =
    config.listen.length === 0
      ? ports.flatMap((port) => [false, true].map((six) => ({ ip: 0, port, six })))
      : config.listen.flatMap(({ ip, port }) =>
          (port === 0 ? ports : [port]).map((one) => ({ ip, port: one, six: false })),
        );
  let bound = 0;
  for (const { ip, port, six } of wanted) {
    const shown = six ? '::' : formatIPv4(ip);
    const opened = host.world.network.listen(host, {
      pid,
      ip,
      port,
      six,
      backlog: BACKLOG,
      on: { name: ACCEPT, pid, data: undefined },
    });
    if (typeof opened === 'string') {
      const why =
        opened === 'EADDRINUSE'
          ? 'Address already in use'
          : opened === 'EACCES'
            ? 'Permission denied'
            : 'Cannot assign requested address';
      say(`error: Bind to port ${port} on ${shown} failed: ${why}.`, 'err');
    } else {
      state.listeners.push(opened.listener);
      say(`Server listening on ${shown} port ${port}.`);
      bound += 1;
    }
  }
  return bound > 0;
}
/** What the package's installation does: keys are made once, and not again when somebody removes them. */
function generateKeysOnce(host: Host): void {
  const mark = 'disk:ssh-host-keys';
  if (host.state.extra.has(mark)) return;
  host.state.extra.set(mark, true);
  for (const [path, spec] of Object.entries(hostKeyFiles(host.name)))
    if (!host.fs.exists(path)) host.install(path, spec);
}
/** The key that clients are shown: ed25519 first, as they prefer. */
export function hostKey(host: Host, config: ServerConfig): PublicKey | undefined {
  const found: PublicKey[] = [];
  for (const path of config.hostKeys) {
    const text = host.fs.readFile(`${path}.pub`, ROOT);
    if (text instanceof FileError || !host.fs.exists(path) || unprotectedText(host, path, ROOT) !== '')
      continue;
    const key = parsePublicLine(text);
    if (key !== undefined) found.push(key);
  }
  return found.find((key) => key.type === 'ssh-ed25519') ?? found[0];
}

export const sshdDaemon: DaemonDefinition<SshdState> = {
  kind: 'sshd',
  register(world) {
    world.callback<undefined, undefined>(RELOAD, ({ host, pid }) => {
      const daemon = host.daemonContext(pid) as DaemonContext<SshdState> | undefined;
      if (daemon !== undefined) reload(daemon);
    });
    world.callback<undefined, SocketEvent>(ACCEPT, ({ host, pid }, event) => {
      if (event.type !== 'accepted') return;
      const daemon = host.daemonContext(pid) as DaemonContext<SshdState> | undefined;
      if (daemon === undefined) return;
      const { config } = daemon.state;
      const given = { connection: event.connection, box: 0, config };
      const started = daemon.spawn({
        argv: ['sshd: [accepted]'],
        program: (context) => serveConnection(context, given),
        comm: 'sshd',
        uid: 0,
        gid: 0,
        groups: [],
        cwd: '/',
        fds: new Map([0, 1, 2].map((fd) => [fd, host.streams.null()])),
      });
      if (typeof started !== 'number') {
        world.network.reset(event.connection, 'server');
        return;
      }
      // What the client says before the child runs waits for it.
      const reserved = reserveMailbox(world, started, 'peer');
      given.box = reserved.id;
      world.network.setOwner(event.connection, 'server', reserved.on);
    });
  },
  onSignal(daemon, signal) {
    if (signal === 'HUP') {
      // What listens is closed at once; until the new program listens, connections are refused.
      for (const listener of daemon.state.listeners)
        daemon.host.world.network.closeListener(daemon.host, listener);
      daemon.setTimer('reload', daemon.kernel.now + EXEC_MICROS, RELOAD);
      return 'handled';
    }
    if (signal === 'TERM' || signal === 'INT' || signal === 'QUIT') {
      const number = signal === 'TERM' ? 15 : signal === 'INT' ? 2 : 3;
      daemon.syslog({
        facility: 'auth',
        priority: 'info',
        tag: 'sshd',
        text: `Received signal ${number}; terminating.`,
      });
      daemon.host.fs.unlink('/run/sshd.pid', ROOT);
      daemon.exit(0);
      return 'handled';
    }
    return 'default';
  },
  runningFiles: (daemon) => daemon.state.files,
};
/** HUP: sshd executes itself anew with the configuration of now. */
function reload(daemon: DaemonContext<SshdState>): void {
  const { host, process, state } = daemon;
  const say = (text: string, priority: 'info' | 'err' = 'info'): void =>
    daemon.syslog({ facility: 'auth', priority, tag: 'sshd', text });
  say('Received SIGHUP; restarting.');
  const { config, problems, files } = readServerConfig(host, state.path);
  if (problems.some(({ kind }) => kind !== 'notice')) {
    for (const { text } of problems) say(text, 'err');
    daemon.exit(255);
    return;
  }
  daemon.state = { ...state, config, files, listeners: [] };
  if (!openSockets(host, process.pid, daemon.state, say)) {
    say('fatal: Cannot bind any address.', 'err');
    daemon.exit(255);
    return;
  }
  daemon.notify('READY=1');
}
