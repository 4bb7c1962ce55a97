/** ss(8) of iproute2 6.1: sockets in columns. The layout is recorded in truth/host (a03, a04, b04, b09, v01). */
import { formatIPv4, inSubnet, parseCidr } from '../../std/ipv4';
import type { ConnectionInfo } from '../../world/network.contract';
import type { ProcessState, ProgramContext, ProgramRun } from '../../world/process.contract';
import type { Host } from '../../world/world.contract';
import { serviceName, servicePort } from '../host-names';
import { getoptComplaint, type ParsedOptions, parseOptions } from '../command-options';
import { SS_USAGE } from './usages';

const LONG = {
  numeric: 'n',
  resolve: 'r',
  all: 'a',
  listening: 'l',
  options: 'o',
  extended: 'e',
  memory: 'm',
  processes: 'p',
  info: 'i',
  summary: 's',
  ipv4: '4',
  ipv6: '6',
  tcp: 't',
  udp: 'u',
  raw: 'w',
  unix: 'x',
  'no-header': 'H',
  oneline: 'O',
  version: 'V',
  help: 'h',
  'family=': 'f',
  'query=': 'A',
  packet: '0',
  dccp: 'd',
  sctp: 'S',
};
const STATES: Readonly<Record<string, readonly string[]>> = {
  established: ['ESTAB'],
  'syn-sent': ['SYN-SENT'],
  'syn-recv': ['SYN-RECV'],
  'fin-wait-1': ['FIN-WAIT-1'],
  'fin-wait-2': ['FIN-WAIT-2'],
  'time-wait': ['TIME-WAIT'],
  closed: ['UNCONN'],
  'close-wait': ['CLOSE-WAIT'],
  'last-ack': ['LAST-ACK'],
  listening: ['LISTEN'],
  closing: ['CLOSING'],
  all: [
    'ESTAB',
    'SYN-SENT',
    'SYN-RECV',
    'FIN-WAIT-1',
    'FIN-WAIT-2',
    'TIME-WAIT',
    'UNCONN',
    'CLOSE-WAIT',
    'LAST-ACK',
    'LISTEN',
  ],
  connected: [
    'ESTAB',
    'SYN-SENT',
    'SYN-RECV',
    'FIN-WAIT-1',
    'FIN-WAIT-2',
    'TIME-WAIT',
    'CLOSE-WAIT',
    'LAST-ACK',
  ],
  synchronized: ['ESTAB', 'SYN-RECV', 'FIN-WAIT-1', 'FIN-WAIT-2', 'TIME-WAIT', 'CLOSE-WAIT', 'LAST-ACK'],
};
/** First descriptor that a daemon gives a socket; the kernel does not number them here. */
const FIRST_DESCRIPTOR: Readonly<Record<string, number>> = { haproxy: 6, nginx: 5, systemd: 25 };

type Test = (socket: ConnectionInfo) => boolean;
class Problem extends Error {
  constructor(
    message: string,
    readonly code: 1 | 255 = 255,
  ) {
    super(message);
  }
}
/** What is no address or port: ss ends with 1 there. */
function noSuch(reason: string): Problem {
  return new Problem(`Error: ${reason}\nCannot parse dst/src address.\n`, 1);
}
const FAMILIES = ['inet', 'inet6', 'link', 'unix', 'netlink', 'vsock', 'tipc', 'xdp'];
const TABLES = [
  'all',
  'inet',
  'tcp',
  'mptcp',
  'udp',
  'raw',
  'unix',
  'unix_dgram',
  'unix_stream',
  'unix_seqpacket',
  'packet',
  'packet_raw',
  'packet_dgram',
  'netlink',
  'dccp',
  'sctp',
  'tipc',
  'vsock',
  'vsock_stream',
  'vsock_dgram',
  'xdp',
];

export function* ss(context: ProgramContext): ProgramRun {
  const parsed = parseOptions(
    context.argv.slice(1),
    { short: 'nralopeimsK46tuwxHOVhf:A:0dSbTNzZM', long: LONG },
    { stopsAtOperand: true },
  );
  if (parsed.problem !== undefined) {
    yield* context.err(`ss: ${getoptComplaint(parsed.problem)}\n`);
    yield* context.err(SS_USAGE);
    return 255;
  }
  const given = new Set(parsed.options.map((option) => option.name));
  const wrong = chooseTables(parsed.options, given);
  if (wrong !== undefined) {
    yield* context.err(`ss: ${wrong}\n${SS_USAGE}`);
    return 255;
  }
  if (given.has('h')) {
    yield* context.out(SS_USAGE);
    return 0;
  }
  if (given.has('V')) {
    yield* context.out('ss utility, iproute2-6.1.0\n');
    return 0;
  }
  const all = context.world.network.sockets(context.host);
  if (given.has('s')) {
    yield* context.out(summary(all));
    return 0;
  }
  if (given.has('x') && !given.has('t') && !given.has('u')) {
    yield* context.out(listUnix(context, given));
    return 0;
  }
  try {
    const filter = readFilter(parsed.operands);
    yield* context.out(list(context, all, given, filter));
    return 0;
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    yield* context.err(problem.message);
    return problem.code;
  }
}

/** `-f inet` is `-4`, `-A tcp,udp` is `-tu`; a string is what is wrong with them. */
function chooseTables(options: ParsedOptions['options'], given: Set<string>): string | undefined {
  for (const { name, value } of options) {
    if (name === 'f') {
      if (!FAMILIES.includes(value)) return `"${value}" is invalid family`;
      const letter = { inet: '4', inet6: '6', unix: 'x' }[value];
      if (letter !== undefined) given.add(letter);
    }
    for (const table of name === 'A' ? value.split(',') : []) {
      if (!TABLES.includes(table)) return `"${table}" is illegal socket table id`;
      const letters = { inet: 'tu', tcp: 't', udp: 'u', raw: 'w', unix: 'x' }[table] ?? '';
      for (const letter of letters) given.add(letter);
    }
  }
  return undefined;
}

function list(
  context: ProgramContext,
  all: readonly ConnectionInfo[],
  given: ReadonlySet<string>,
  filter: { states: ReadonlySet<string> | undefined; test: Test },
): string {
  const tcp = given.has('t') || (!given.has('u') && !given.has('x') && !given.has('w'));
  const udp = given.has('u') || (!given.has('t') && !given.has('x') && !given.has('w'));
  const states =
    filter.states ??
    (given.has('a')
      ? undefined
      : given.has('l')
        ? new Set(['LISTEN', 'UNCONN'])
        : new Set(STATES.connected?.filter((state) => state !== 'SYN-RECV' && state !== 'TIME-WAIT')));
  const family = (socket: ConnectionInfo): boolean =>
    given.has('6') === given.has('4') || given.has(socket.six === true ? '6' : '4');
  const shown = all.filter(
    (socket) =>
      family(socket) &&
      (socket.protocol === 'tcp' ? tcp : udp) &&
      (states === undefined || states.has(socket.state)) &&
      filter.test(socket),
  );
  shown.sort((a, b) => rank(a) - rank(b));
  const numeric = given.has('n');
  const both = tcp && udp;
  // When only one state is asked for, its column says nothing.
  const hasStates = filter.states?.size !== 1;
  const users = given.has('p') ? processColumn(context, all) : undefined;
  const rows = shown.map((socket) => ({
    net: socket.protocol,
    state: socket.state as string,
    receive: String(socket.receiveQueue),
    send: String(socket.sendQueue),
    local: socket.dual === true ? '*' : socket.six === true ? '[::]' : addressText(socket.localIp),
    localPort: portText(socket.localPort, socket.protocol, numeric),
    peer: socket.dual === true ? '*' : socket.six === true ? '[::]' : addressText(socket.peerIp),
    peerPort: socket.peerPort === 0 ? '*' : portText(socket.peerPort, socket.protocol, numeric),
    process: users?.(socket) ?? '',
  }));
  // The columns are as wide as what they hold, headings included; each but the last two is followed by a blank.
  const width = (heading: string, cells: readonly string[]): number =>
    cells.reduce((most, cell) => Math.max(most, cell.length), heading.length);
  const widths = {
    net: width(
      'Netid',
      rows.map((row) => row.net),
    ),
    state: width(
      'State',
      rows.map((row) => row.state),
    ),
    receive: width(
      'Recv-Q',
      rows.map((row) => row.receive),
    ),
    send: width(
      'Send-Q',
      rows.map((row) => row.send),
    ),
    local: width(
      'Local Address',
      rows.map((row) => row.local),
    ),
    localPort: width(
      'Port',
      rows.map((row) => row.localPort),
    ),
    peer: width(
      'Peer Address',
      rows.map((row) => row.peer),
    ),
    peerPort: width(
      'Port',
      rows.map((row) => row.peerPort),
    ),
    process: width(
      'Process',
      rows.map((row) => row.process),
    ),
  };
  const line = (row: (typeof rows)[number]): string =>
    `${both ? `${row.net.padEnd(widths.net)} ` : ''}${hasStates ? `${row.state.padEnd(widths.state)} ` : ''}${row.receive.padEnd(widths.receive)} ${row.send.padEnd(widths.send)} ${row.local.padStart(widths.local)}:${row.localPort.padEnd(widths.localPort)} ${row.peer.padStart(widths.peer)}:${row.peerPort.padEnd(widths.peerPort)}${row.process.padEnd(widths.process)}\n`;
  const heading = line({
    net: 'Netid' as 'tcp',
    state: 'State',
    receive: 'Recv-Q',
    send: 'Send-Q',
    local: 'Local Address',
    localPort: 'Port',
    peer: 'Peer Address',
    peerPort: 'Port',
    process: 'Process',
  });
  return `${given.has('H') ? '' : heading}${rows.map(line).join('')}`;
}

/** Listening UNIX sockets; the inode stands where ports do. Connected ones are not told apart here. */
function listUnix(context: ProgramContext, given: ReadonlySet<string>): string {
  const { host } = context;
  const rows = !given.has('l') && !given.has('a') ? [] : context.world.network.unixListeners(host);
  const cells = rows.map(({ path, pid, listener }) => {
    const info = host.fs.lstat(path, { uid: 0, gid: 0, groups: [] });
    const process = host.process(pid);
    const shows =
      given.has('p') && process !== undefined && (context.who.uid === 0 || process.uid === context.who.uid);
    return {
      local: path,
      inode: String('ino' in info ? 20_000 + info.ino : 20_000 + listener),
      process: shows ? ` users:(("${process.comm}",pid=${pid},fd=3))` : '',
    };
  });
  const widest = (heading: string, values: readonly string[]): number =>
    values.reduce((most, value) => Math.max(most, value.length), heading.length);
  const local = widest(
    'Local Address',
    cells.map((cell) => cell.local),
  );
  const inode = widest(
    'Port',
    cells.map((cell) => cell.inode),
  );
  const last = widest(
    'Process',
    cells.map((cell) => cell.process),
  );
  const heading = `Netid State  Recv-Q Send-Q ${'Local Address'.padStart(local)}:${'Port'.padEnd(inode)} Peer Address:Port${'Process'.padEnd(last)}\n`;
  const lines = cells.map(
    (cell) =>
      `u_str LISTEN 0      4096   ${cell.local.padStart(local)} ${cell.inode.padEnd(inode)}            * 0   ${cell.process.padEnd(last)}\n`,
  );
  return `${given.has('H') ? '' : heading}${lines.join('')}`;
}

/** UDP before TCP, what listens before what is connected. */
function rank(socket: ConnectionInfo): number {
  const isWaiting = socket.state === 'LISTEN' || socket.state === 'UNCONN';
  return (socket.protocol === 'udp' ? 0 : 4) + (isWaiting ? (socket.six === true ? 1 : 0) : 2);
}
function addressText(ip: number): string {
  return formatIPv4(ip);
}
function portText(port: number, protocol: 'tcp' | 'udp', numeric: boolean): string {
  return numeric ? String(port) : (serviceName(port, protocol) ?? String(port));
}

/** Who was forked after the socket was opened has it too, unless it closes it, as sshd's children do. */
function heirsOf(host: Host, owner: ProcessState): ProcessState[] {
  if (owner.comm === 'sshd') return [];
  return host
    .processes()
    .filter(
      ({ ppid, comm, exe, state }) =>
        ppid === owner.pid && comm === owner.comm && exe === owner.exe && state !== 'zombie',
    )
    .reverse();
}
/** ` users:(("haproxy",pid=132,fd=7))`: root sees all, others only their own. */
function processColumn(
  context: ProgramContext,
  all: readonly ConnectionInfo[],
): (socket: ConnectionInfo) => string {
  const descriptors = new Map<number, number>();
  const numbered = new Map<ConnectionInfo, number>();
  for (const socket of all) {
    if (socket.pid === 0) continue;
    const comm = context.host.process(socket.pid)?.comm ?? '';
    const descriptor = descriptors.get(socket.pid) ?? FIRST_DESCRIPTOR[comm] ?? 3;
    descriptors.set(socket.pid, descriptor + 1);
    numbered.set(socket, descriptor);
  }
  return (socket) => {
    const process = socket.pid === 0 ? undefined : context.host.process(socket.pid);
    if (process === undefined || (context.who.uid !== 0 && process.uid !== context.who.uid)) return '';
    const descriptor = numbered.get(socket) ?? 3;
    const holders = socket.state === 'LISTEN' ? [...heirsOf(context.host, process), process] : [process];
    const lender = socket.otherPid === undefined ? undefined : context.host.process(socket.otherPid);
    const shown = holders.map(({ pid, comm }) => `("${comm}",pid=${pid},fd=${descriptor})`);
    if (lender !== undefined)
      shown.push(`("${lender.comm}",pid=${lender.pid},fd=${FIRST_DESCRIPTOR[lender.comm] ?? 3})`);
    return ` users:(${shown.join(',')})`;
  };
}

function summary(all: readonly ConnectionInfo[]): string {
  const tcp = all.filter((socket) => socket.protocol === 'tcp');
  const count = (state: string): number => tcp.filter((socket) => socket.state === state).length;
  const waiting = count('TIME-WAIT');
  const orphaned = tcp.filter(
    (socket) => socket.pid === 0 && !['LISTEN', 'TIME-WAIT', 'SYN-RECV'].includes(socket.state),
  ).length;
  const udp = all.length - tcp.length;
  const alive = tcp.length - waiting;
  const six = tcp.filter((socket) => socket.six === true).length;
  const row = (name: string, number: number, named = 0): string =>
    `${name}\t  ${String(number).padEnd(9)} ${String(number - named).padEnd(9)} ${String(named).padEnd(9)}\n`;
  return `Total: ${all.length + 100}\nTCP:   ${tcp.length} (estab ${count('ESTAB')}, closed ${waiting}, orphaned ${orphaned}, timewait ${waiting})\n\nTransport Total     IP        IPv6\n${row('RAW', 0)}${row('UDP', udp)}${row('TCP', alive, six)}${row('INET', alive + udp, six)}${row('FRAG', 0)}\n`;
}

// ---------------------------------------------------------------- filters: `state established ( sport = :80 or dst 10.0.0.0/8 )`
function readFilter(words: readonly string[]): { states: ReadonlySet<string> | undefined; test: Test } {
  let states: Set<string> | undefined;
  let at = 0;
  while (words[at] === 'state' || words[at] === 'exclude') {
    const named = STATES[(words[at + 1] ?? '').toLowerCase()];
    if (words[at + 1] === undefined) throw new Problem('Command line is not complete. Try option "help"\n');
    if (named === undefined) throw new Problem(`ss: wrong state name: ${words[at + 1] ?? ''}\n`);
    if (words[at] === 'state') for (const state of named) (states ??= new Set()).add(state);
    else {
      states ??= new Set(STATES.all);
      for (const state of named) states.delete(state);
    }
    at += 2;
  }
  const tokens = words
    .slice(at)
    .join(' ')
    .replace(/(==|!=|>=|<=|=|<|>|[()!])/g, ' $1 ')
    .split(/\s+/)
    .filter((token) => token !== '');
  if (tokens.length === 0) return { states, test: () => true };
  const reader = new FilterReader(tokens);
  return { states, test: reader.whole() };
}

class FilterReader {
  #at = 0;
  constructor(private readonly tokens: readonly string[]) {}
  whole(): Test {
    const test = this.#either();
    if (this.#at < this.tokens.length) this.#fail();
    return test;
  }
  #fail(): never {
    throw new Problem(`ss: bison bellows (while parsing filter): "syntax error!" Sorry.\n${SS_USAGE}`);
  }
  #either(): Test {
    let left = this.#both();
    while (this.#is('or', '|', '||')) {
      const [first, second] = [left, this.#both()];
      left = (socket) => first(socket) || second(socket);
    }
    return left;
  }
  #both(): Test {
    let left = this.#one();
    for (;;) {
      if (
        !this.#is('and', '&', '&&') &&
        (this.#at >= this.tokens.length || ['or', '|', '||', ')'].includes(this.tokens[this.#at] ?? ''))
      )
        return left;
      const [first, second] = [left, this.#one()];
      left = (socket) => first(socket) && second(socket);
    }
  }
  #is(...words: string[]): boolean {
    if (!words.includes(this.tokens[this.#at] ?? '')) return false;
    this.#at++;
    return true;
  }
  #one(): Test {
    if (this.#is('not', '!')) {
      const inner = this.#one();
      return (socket) => !inner(socket);
    }
    if (this.#is('(')) {
      const inner = this.#either();
      if (!this.#is(')')) this.#fail();
      return inner;
    }
    const what = this.tokens[this.#at++] ?? this.#fail();
    // A word of its own is a peer's address.
    if (!['sport', 'dport', 'src', 'dst'].includes(what)) return this.#address('dst', '=', what);
    let operator = '=';
    const next = this.tokens[this.#at] ?? '';
    if (
      [
        '=',
        '==',
        '!=',
        '<',
        '>',
        '<=',
        '>=',
        'eq',
        'ne',
        'neq',
        'lt',
        'gt',
        'le',
        'ge',
        'leq',
        'geq',
      ].includes(next)
    ) {
      operator = next;
      this.#at++;
    }
    const value = this.tokens[this.#at++] ?? this.#fail();
    return what === 'sport' || what === 'dport'
      ? this.#port(what, operator, value)
      : this.#address(what, operator, value);
  }
  #port(what: string, operator: string, value: string): Test {
    const port = servicePort(value.replace(/^:/, ''), 'tcp');
    if (port === undefined) throw noSuch(`"${value.replace(/^:/, '')}" does not look like a port.`);
    return (socket) => compare(what === 'sport' ? socket.localPort : socket.peerPort, operator, port);
  }
  #address(what: string, operator: string, value: string): Test {
    const [address = '', portPart] = value.split(':');
    const cidr =
      address === '' || address === '*'
        ? { network: 0, prefix: 0 }
        : parseCidr(address.replace(/^\[|\]$/g, ''));
    const port =
      portPart === undefined || portPart === '' || portPart === '*'
        ? undefined
        : servicePort(portPart, 'tcp');
    if (cidr === undefined) throw noSuch(`an inet prefix is expected rather than "${address}".`);
    const negated = operator === '!=' || operator.startsWith('ne');
    return (socket) => {
      const [ip, number] =
        what === 'src' ? [socket.localIp, socket.localPort] : [socket.peerIp, socket.peerPort];
      return (inSubnet(ip, cidr) && (port === undefined || number === port)) !== negated;
    };
  }
}
function compare(left: number, operator: string, right: number): boolean {
  switch (operator) {
    case '!=':
    case 'ne':
    case 'neq':
      return left !== right;
    case '<':
    case 'lt':
      return left < right;
    case '>':
    case 'gt':
      return left > right;
    case '<=':
    case 'le':
    case 'leq':
      return left <= right;
    case '>=':
    case 'ge':
    case 'geq':
      return left >= right;
    default:
      return left === right;
  }
}
