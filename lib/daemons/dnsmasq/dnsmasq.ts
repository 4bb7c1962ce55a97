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
import { answerLocally, hostsRecords, NOT_READY, resolvServers, upstreamsFor } from './answer';
import { ConfigurationProblem, type DnsConfiguration, readConfiguration } from './configuration';

interface Pending {
  id: number;
  socket: number;
  client: { ip: number; port: number };
  name: string;
  type: string;
  edns: boolean;
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
const EXTENDED_ERROR_BYTES = 6;
const TRY_MICROS = 2 * SECOND;
const ROOT = { uid: 0, gid: 0, groups: [] };
const COMPILED =
  'compile time options: IPv6 GNU-getopt DBus no-UBus i18n IDN2 DHCP DHCPv6 no-Lua TFTP conntrack ipset nftset auth cryptohash DNSSEC loop-detect inotify dumpfile';
const VERSION = `Dnsmasq version 2.90  Copyright (c) 2000-2024 Simon Kelley
${COMPILED.replace(/^c/, 'C')}

This software comes with ABSOLUTELY NO WARRANTY.
Dnsmasq is free software, and you are welcome to redistribute it
under the terms of the GNU General Public License, version 2 or 3.
`;
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
      yield* context.out(VERSION);
      return 0;
    } else if (word.startsWith('--conf-file=')) call.file = word.slice(12);
    else if (word.startsWith('--conf-dir=')) call.directories.push(word.slice(11));
    else if (word === '-C') call.file = args[++i] ?? '';
    else if (word === '-7') call.directories.push(args[++i] ?? '');
    else if (word.startsWith('--')) call.words.push(word.slice(2));
    else if (!word.startsWith('-')) {
      yield* context.err('\ndnsmasq: junk found in command line\n');
      return 1;
    } else if (LETTERS[letter] !== undefined)
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
    return yield* die(context, problem.message, problem.code);
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
    return yield* die(context, refused, 2);
  }
  const user = call.words.findLast((word) => word.startsWith('user='))?.slice(5);
  // The package's own user is there when the package is.
  if (user !== undefined && user !== '' && user !== 'dnsmasq' && context.host.user(user) === undefined)
    return yield* die(context, `unknown user or group: ${user}`, 1);
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
/** Both who started it and the log hear why it will not run. */
function* die(context: ProgramContext, text: string, code: number): ProgramRun {
  yield* context.err(`\ndnsmasq: ${text}\n`);
  for (const line of [text, 'FAILED to start up'])
    context.syslog({ facility: 'daemon', priority: 'crit', tag: 'dnsmasq', text: line });
  return code;
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
  const missing = configuration.interfaces.find((name) => !host.state.interfaces.has(name));
  if (missing !== undefined && configuration.binds === 'interfaces') return `unknown interface ${missing}`;
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
  for (const name of configuration.interfaces)
    if (!host.state.interfaces.has(name))
      say(`warning: interface ${name} does not currently exist`, 'warning');
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
  readHosts(host, state, say);
}
function readHosts(host: Host, state: DnsmasqState, say: (text: string) => void): void {
  const { configuration } = state;
  const { records, read } = hostsRecords(host, configuration);
  state.records = [...configuration.records, ...records];
  if (read.length === 0) say('cleared cache');
  for (const { path, names } of read)
    say(
      names === undefined
        ? `failed to load names from ${path}: No such file or directory`
        : `read ${path} - ${names} names`,
    );
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
      tell(daemon, 'reply', pending, answer);
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
      if (daemon.state.configuration.usesResolv) announce(daemon.host, daemon.state, say);
      else readHosts(daemon.host, daemon.state, say);
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
    edns: question.edns === true,
    left: [],
  };
  log(
    daemon,
    `query[${question.type}] ${question.name === '' ? '.' : question.name} from ${formatIPv4(event.from.ip)}`,
  );
  const local = answerLocally(state.configuration, state.records, question);
  const known = state.cache.get(`${question.name.toLowerCase()} ${question.type}`);
  const base = { kind: 'dns-response' as const, id: question.id, name: question.name, type: question.type };
  if (local !== undefined) {
    tell(daemon, 'config', pending, local);
    reply(daemon, pending, { ...base, ...local });
  } else if (known !== undefined && known.until > daemon.kernel.now) {
    tell(daemon, 'cached', pending, known.answer);
    reply(daemon, pending, { ...known.answer, id: question.id, authoritative: false });
  } else {
    pending.left = upstreamsFor(host, state.configuration, question.name);
    if (pending.left.length === 0) {
      log(daemon, 'config error is REFUSED (EDE: not ready)');
      reply(daemon, pending, {
        ...base,
        code: 'REFUSED',
        authoritative: false,
        answers: [],
        extendedError: NOT_READY,
      });
    } else forward(daemon, pending);
  }
}
/** What `log-queries` writes. */
function log(daemon: DaemonContext<DnsmasqState>, text: string): void {
  if (daemon.state.configuration.logQueries)
    daemon.syslog({ facility: 'daemon', priority: 'info', tag: 'dnsmasq', text });
}
/** A line for each record of an answer, with where it came from. */
function tell(
  daemon: DaemonContext<DnsmasqState>,
  source: 'config' | 'cached' | 'reply',
  { name, type }: Pick<Pending, 'name' | 'type'>,
  { code, answers }: Pick<DnsAnswer, 'code' | 'answers'>,
): void {
  const { configuration, records } = daemon.state;
  if (answers.length === 0) {
    const nothing = { A: 'NODATA-IPv4', AAAA: 'NODATA-IPv6' }[type] ?? 'NODATA';
    log(daemon, `${source} ${name} is ${code === 'NXDOMAIN' ? 'NXDOMAIN' : nothing}`);
  }
  for (const record of answers) {
    const isFromHosts = records.includes(record) && !configuration.records.includes(record);
    const shown = record.type === 'A' || record.type === 'AAAA' ? record.data : `<${record.type}>`;
    log(daemon, `${isFromHosts ? '/etc/hosts' : source} ${record.name} is ${shown}`);
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
  log(daemon, `forwarded ${pending.name} to ${formatIPv4(server.ip)}`);
  const question = { kind: 'dns-query', id, name: pending.name, type: pending.type, edns: pending.edns };
  world.network.sendUdp(host, state.upstream, server, question, questionBytes(pending.name, pending.edns));
  daemon.setTimer(`query:${id}`, daemon.kernel.now + TRY_MICROS, EXPIRE, { id });
}
/** The socket towards the upstreams is there as long as something is asked. */
function forget({ state, host, world }: DaemonContext<DnsmasqState>, id: number): void {
  state.pending.delete(id);
  if (state.pending.size > 0 || state.upstream === 0) return;
  world.network.closeUdp(host, state.upstream);
  state.upstream = 0;
}
function reply(
  daemon: DaemonContext<DnsmasqState>,
  { socket, client, edns }: Pending,
  answer: DnsAnswer,
): void {
  const records = [...answer.answers, ...(answer.additional ?? [])];
  // The reason of a refusal stands in the OPT record.
  const reason = edns && answer.extendedError !== undefined ? EXTENDED_ERROR_BYTES : 0;
  const bytes = answerBytes(answer.name, records, edns) + reason;
  daemon.world.network.sendUdp(daemon.host, socket, client, { ...answer, edns }, bytes);
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
