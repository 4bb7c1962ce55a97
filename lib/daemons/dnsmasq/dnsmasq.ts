/** dnsmasq(8) 2.90 as a DNS server: local names, forwarding, a small cache. Recorded in truth/host/b04. Not modelled: DHCP, TFTP, DNSSEC, TCP queries. */
import { formatIPv4, inSubnet, networkOf } from '../../std/ipv4';
import { SECOND } from '../../std/instant';
import type { DnsRecord, UdpEvent } from '../../world/network.contract';
import { answerBytes, asAnswer, asQuestion, type DnsAnswer, questionBytes } from '../../world/network/dns';
import type {
  DaemonContext,
  DaemonDefinition,
  ProgramContext,
  ProgramRun,
} from '../../world/process.contract';
import type { Host } from '../../world/world.contract';
import { answerLocally, hostsRecords, resolvServers, upstreamsFor } from './answer';
import { ConfigurationProblem, type DnsConfiguration, readConfiguration } from './configuration';

interface Pending {
  id: number;
  socket: number;
  client: { ip: number; port: number };
  name: string;
  type: string;
  /** Upstreams that were not asked yet. */
  left: { ip: number; port: number }[];
}
interface DnsmasqState {
  configuration: DnsConfiguration;
  words: { file: string; directories: string[]; words: string[] };
  records: DnsRecord[];
  upstream: number;
  nextId: number;
  pending: Map<number, Pending>;
  cache: Map<string, { until: number; answer: DnsAnswer }>;
  strangers: number;
}
const QUERY = 'dnsmasq.query';
const REPLY = 'dnsmasq.reply';
const EXPIRE = 'dnsmasq.expire';
const TRY_MICROS = 2 * SECOND;
const ROOT = { uid: 0, gid: 0, groups: [] };
const COMPILED =
  'compile time options: IPv6 GNU-getopt DBus no-UBus i18n IDN2 DHCP DHCPv6 no-Lua TFTP conntrack ipset nftset auth cryptohash DNSSEC loop-detect inotify dumpfile';
/** Letters that take a value and what they mean in the file. */
const LETTERS: Readonly<Record<string, string>> = {
  p: 'port',
  S: 'server',
  A: 'address',
  a: 'listen-address',
  i: 'interface',
  I: 'except-interface',
  c: 'cache-size',
  r: 'resolv-file',
  H: 'addn-hosts',
  u: 'user',
  g: 'group',
  x: 'pid-file',
  s: 'domain',
  '8': 'log-facility',
};
const SWITCHES: Readonly<Record<string, string>> = {
  R: 'no-resolv',
  h: 'no-hosts',
  z: 'bind-interfaces',
  D: 'domain-needed',
  b: 'bogus-priv',
  q: 'log-queries',
  k: 'keep-in-foreground',
  d: 'no-daemon',
};

export function* dnsmasq(context: ProgramContext): ProgramRun {
  const call = { file: '/etc/dnsmasq.conf', directories: [] as string[], words: [] as string[] };
  const args = context.argv.slice(1);
  let test = false;
  for (let i = 0; i < args.length; i++) {
    const word = args[i] ?? '';
    const letter = word[1] ?? '';
    if (word === '--test') test = true;
    else if (word === '-v' || word === '--version') {
      yield* context.out('Dnsmasq version 2.90  Copyright (c) 2000-2024 Simon Kelley\n');
      return 0;
    } else if (word.startsWith('--conf-file=')) call.file = word.slice(12);
    else if (word.startsWith('--conf-dir=')) call.directories.push(word.slice(11));
    else if (word === '-C') call.file = args[++i] ?? '';
    else if (word === '-7') call.directories.push(args[++i] ?? '');
    else if (word.startsWith('--')) call.words.push(word.slice(2));
    else if (LETTERS[letter] !== undefined)
      call.words.push(`${LETTERS[letter]}=${word.length > 2 ? word.slice(2) : (args[++i] ?? '')}`);
    else if (SWITCHES[letter] !== undefined) call.words.push(SWITCHES[letter]);
    else {
      yield* context.err(`\ndnsmasq: bad command line options: try --help\n`);
      return 1;
    }
  }
  let configuration: DnsConfiguration;
  try {
    configuration = readConfiguration(context.host, call);
  } catch (problem) {
    if (!(problem instanceof ConfigurationProblem)) throw problem;
    yield* context.err(`\ndnsmasq: ${problem.message}\n`);
    return 1;
  }
  if (test) {
    yield* context.err('dnsmasq: syntax check OK.\n');
    return 0;
  }
  const state: DnsmasqState = {
    configuration,
    words: call,
    records: [],
    upstream: 0,
    nextId: 1,
    pending: new Map(),
    cache: new Map(),
    strangers: 0,
  };
  const refused = socketProblem(context.host, configuration);
  if (refused !== undefined) {
    yield* context.err(`\ndnsmasq: ${refused}\n`);
    context.syslog({ facility: 'daemon', priority: 'crit', tag: 'dnsmasq', text: refused });
    context.syslog({ facility: 'daemon', priority: 'crit', tag: 'dnsmasq', text: 'FAILED to start up' });
    return 2;
  }
  const stays = call.words.includes('keep-in-foreground') || call.words.includes('no-daemon');
  const pidFile = call.words.findLast((word) => word.startsWith('pid-file='))?.slice(9);
  if (stays) return yield* serve(context, state, pidFile);
  context.spawn({
    argv: [...context.argv],
    program: (child) => serve(child, state, pidFile),
    session: true,
    comm: 'dnsmasq',
    fds: new Map([0, 1, 2].map((fd) => [fd, context.host.streams.null()])),
  });
  yield* context.sleep(2_000);
  return 0;
}
/** The addresses that are served: those given, or all, or one socket for everything. */
function addressesOf(host: Host, configuration: DnsConfiguration): number[] {
  if (configuration.binds === 'wildcard' && configuration.listen.length === 0) return [0];
  const cards = [...host.state.interfaces.values()].filter(
    ({ name }) =>
      !configuration.excepted.includes(name) &&
      (configuration.interfaces.length === 0 || configuration.interfaces.includes(name) || name === 'lo'),
  );
  const own = cards.flatMap(({ addresses }) => addresses.map(({ ip }) => ip));
  return configuration.listen.length === 0
    ? own
    : [...new Set([...configuration.listen, ...(configuration.interfaces.length > 0 ? own : [])])];
}
function socketProblem(host: Host, configuration: DnsConfiguration): string | undefined {
  if (configuration.port === 0) return undefined;
  const { network } = host.world;
  for (const ip of addressesOf(host, configuration)) {
    const tried = network.bindUdp(host, {
      pid: 1,
      ip,
      port: configuration.port,
      on: { name: QUERY, pid: 1, data: undefined },
    });
    const what = ip === 0 ? `port ${configuration.port}` : formatIPv4(ip);
    if (typeof tried === 'string')
      return `failed to create listening socket for ${what}: ${tried === 'EADDRINUSE' ? 'Address already in use' : tried === 'EACCES' ? 'Permission denied' : 'Cannot assign requested address'}`;
    network.closeUdp(host, tried.socket);
  }
  return undefined;
}

function* serve(context: ProgramContext, state: DnsmasqState, pidFile: string | undefined): ProgramRun {
  const { host, pid } = context;
  const { network } = context.world;
  const { configuration } = state;
  const say = (text: string, priority: 'info' | 'warning' = 'info'): void =>
    context.syslog({ facility: 'daemon', priority, tag: 'dnsmasq', text });
  if (configuration.port !== 0)
    for (const ip of addressesOf(host, configuration)) {
      network.bindUdp(host, { pid, ip, port: configuration.port, on: { name: QUERY, pid, data: undefined } });
      network.listen(host, {
        pid,
        ip,
        port: configuration.port,
        backlog: 32,
        on: { name: 'dnsmasq.tcp', pid, data: undefined },
      });
    }
  say(`started, version 2.90 cachesize ${configuration.cacheSize}`);
  if (isLimited(configuration)) say('DNS service limited to local subnets');
  say(COMPILED);
  announce(host, state, say);
  if (pidFile !== undefined) context.fs.writeFile(pidFile, `${pid}\n`, ROOT, { mode: 0o644 });
  context.become('dnsmasq', state);
  return yield* context.serve();
}
/** Without interfaces or addresses of its own choice, --local-service keeps strangers out. */
function isLimited(configuration: DnsConfiguration): boolean {
  return (
    configuration.localService &&
    configuration.interfaces.length === 0 &&
    configuration.excepted.length === 0 &&
    configuration.listen.length === 0
  );
}
function announce(
  host: Host,
  state: DnsmasqState,
  say: (text: string, priority?: 'info' | 'warning') => void,
): void {
  const { configuration } = state;
  const named = configuration.servers;
  const general = named.filter(({ ip, domain }) => ip !== undefined && domain === undefined);
  const learnt = configuration.usesResolv ? resolvServers(host, configuration) : [];
  if (configuration.usesResolv) say(`reading ${configuration.resolvFile}`);
  else if (general.length === 0 && !named.some(({ ip }) => ip !== undefined))
    say('warning: no upstream servers configured', 'warning');
  for (const { ip, port } of learnt) say(`using nameserver ${formatIPv4(ip)}#${port}`);
  for (const { ip, port, domain } of named)
    say(
      ip === undefined
        ? `using only locally-known addresses for ${domain ?? ''}`
        : `using nameserver ${formatIPv4(ip)}#${port}${domain === undefined ? '' : ` for domain ${domain}`}`,
    );
  const { records, read } = hostsRecords(host, configuration);
  state.records = [...configuration.records, ...records];
  if (read.length === 0) say('cleared cache');
  for (const { path, names } of read) say(`read ${path} - ${names} names`);
}

export const dnsmasqDaemon: DaemonDefinition<DnsmasqState> = {
  kind: 'dnsmasq',
  register(world) {
    world.callback<undefined, UdpEvent>(QUERY, ({ host, pid }, event) => {
      const daemon = host.daemonContext(pid) as DaemonContext<DnsmasqState> | undefined;
      if (daemon !== undefined && event.type === 'datagram') asked(daemon, event);
    });
    world.callback<undefined, UdpEvent>(REPLY, ({ host, pid }, event) => {
      const daemon = host.daemonContext(pid) as DaemonContext<DnsmasqState> | undefined;
      if (daemon === undefined || event.type !== 'datagram') return;
      const answer = asAnswer(event.payload);
      const pending = answer === undefined ? undefined : daemon.state.pending.get(answer.id);
      if (answer === undefined || pending === undefined) return;
      forget(daemon, answer.id);
      daemon.clearTimer(`query:${answer.id}`);
      remember(daemon, answer);
      reply(daemon, pending, { ...answer, id: pending.id, authoritative: false });
    });
    world.callback<{ id: number }, undefined>(EXPIRE, ({ host, pid, data }) => {
      const daemon = host.daemonContext(pid) as DaemonContext<DnsmasqState> | undefined;
      const pending = daemon?.state.pending.get(data.id);
      if (daemon === undefined || pending === undefined) return;
      forget(daemon, data.id);
      if (pending.left.length > 0) forward(daemon, pending);
    });
    world.callback('dnsmasq.tcp', () => undefined);
  },
  onSignal(daemon, signal) {
    const say = (text: string): void =>
      daemon.syslog({ facility: 'daemon', priority: 'info', tag: 'dnsmasq', text });
    if (signal === 'HUP') {
      // The configuration file is not read again; hosts files and servers are.
      daemon.state.cache.clear();
      announce(daemon.host, daemon.state, say);
      return 'handled';
    }
    if (signal === 'USR1') {
      say(
        `cache size ${daemon.state.configuration.cacheSize}, 0/0 cache insertions re-used unexpired cache entries.`,
      );
      return 'handled';
    }
    if (signal !== 'TERM' && signal !== 'INT') return 'default';
    say('exiting on receipt of SIGTERM');
    daemon.exit(0);
    return 'handled';
  },
};

function asked(daemon: DaemonContext<DnsmasqState>, event: UdpEvent & { type: 'datagram' }): void {
  const { state, host } = daemon;
  const question = asQuestion(event.payload);
  if (question === undefined) return;
  if (isLimited(state.configuration) && !isNear(host, event.from.ip)) {
    state.strangers += 1;
    if (state.strangers === 1)
      daemon.syslog({
        facility: 'daemon',
        priority: 'warning',
        tag: 'dnsmasq',
        text: `ignoring query from non-local network ${formatIPv4(event.from.ip)} (logged only once)`,
      });
    return;
  }
  const pending: Pending = {
    id: question.id,
    socket: socketFor(host, daemon.process.pid, event.to.ip, state.configuration.port),
    client: event.from,
    name: question.name,
    type: question.type,
    left: [],
  };
  if (state.configuration.logQueries)
    daemon.syslog({
      facility: 'daemon',
      priority: 'info',
      tag: 'dnsmasq',
      text: `query[${question.type}] ${question.name} from ${formatIPv4(event.from.ip)}`,
    });
  const local = answerLocally(state.configuration, state.records, question);
  const known = state.cache.get(`${question.name.toLowerCase()} ${question.type}`);
  const base = { kind: 'dns-response' as const, id: question.id, name: question.name, type: question.type };
  if (local !== undefined) reply(daemon, pending, { ...base, ...local });
  else if (known !== undefined && known.until > daemon.kernel.now)
    reply(daemon, pending, { ...known.answer, id: question.id, authoritative: false });
  else {
    pending.left = upstreamsFor(host, state.configuration, question.name);
    if (pending.left.length === 0)
      reply(daemon, pending, {
        ...base,
        code: 'REFUSED',
        authoritative: false,
        answers: [],
        extendedError: 14,
      });
    else forward(daemon, pending);
  }
}
function isNear(host: Host, ip: number): boolean {
  return [...host.state.interfaces.values()].some(({ addresses }) =>
    addresses.some((address) =>
      inSubnet(ip, { network: networkOf(address.ip, address.prefix), prefix: address.prefix }),
    ),
  );
}
/** The socket that a question came in by. */
function socketFor(host: Host, pid: number, ip: number, port: number): number {
  const sockets = host.world.network
    .sockets(host)
    .filter((socket) => socket.protocol === 'udp' && socket.pid === pid && socket.localPort === port);
  return (sockets.find(({ localIp }) => localIp === ip) ?? sockets[0])?.connection ?? 0;
}
function forward(daemon: DaemonContext<DnsmasqState>, pending: Pending): void {
  const { state, host, world } = daemon;
  const [server, ...left] = pending.left;
  if (server === undefined) return;
  if (state.upstream === 0) {
    const on = { name: REPLY, pid: daemon.process.pid, data: undefined };
    const bound = world.network.bindUdp(host, { pid: daemon.process.pid, ip: 0, port: 0, on });
    if (typeof bound === 'string') return;
    state.upstream = bound.socket;
  }
  const id = state.nextId;
  state.nextId = (id % 65_535) + 1;
  state.pending.set(id, { ...pending, left });
  const question = { kind: 'dns-query', id, name: pending.name, type: pending.type };
  world.network.sendUdp(host, state.upstream, server, question, questionBytes(pending.name));
  daemon.setTimer(`query:${id}`, daemon.kernel.now + TRY_MICROS, EXPIRE, { id });
}
/** The socket towards the upstreams is there as long as something is asked. */
function forget({ state, host, world }: DaemonContext<DnsmasqState>, id: number): void {
  state.pending.delete(id);
  if (state.pending.size > 0 || state.upstream === 0) return;
  world.network.closeUdp(host, state.upstream);
  state.upstream = 0;
}
function reply(daemon: DaemonContext<DnsmasqState>, { socket, client }: Pending, answer: DnsAnswer): void {
  daemon.world.network.sendUdp(daemon.host, socket, client, answer, answerBytes(answer.name, answer.answers));
}
function remember(daemon: DaemonContext<DnsmasqState>, answer: DnsAnswer): void {
  const { cache, configuration } = daemon.state;
  const ttl = answer.answers.reduce((least, record) => Math.min(least, record.ttl), 3_600);
  if (answer.code !== 'NOERROR' || answer.answers.length === 0 || configuration.cacheSize === 0 || ttl === 0)
    return;
  if (cache.size >= configuration.cacheSize) cache.delete(cache.keys().next().value ?? '');
  cache.set(`${answer.name.toLowerCase()} ${answer.type}`, {
    until: daemon.kernel.now + ttl * SECOND,
    answer,
  });
}
