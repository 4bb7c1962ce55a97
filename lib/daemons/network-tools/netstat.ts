/** netstat(8) of net-tools 2.10: sockets, routes, devices. Not modelled: -s, -g, -M and UNIX sockets. */
import { formatIPv4, maskOf } from '../../std/ipv4';
import type { ConnectionInfo } from '../../world/network.contract';
import type { ProgramContext, ProgramRun } from '../../world/process.contract';
import { getoptComplaint, parseOptions } from '../command-options';
import { serviceName } from '../host-names';

const LONG = {
  route: 'r',
  interfaces: 'i',
  numeric: 'n',
  listening: 'l',
  all: 'a',
  programs: 'p',
  tcp: 't',
  udp: 'u',
  extend: 'e',
  verbose: 'v',
  wide: 'W',
  continuous: 'c',
  timers: 'o',
};
/** As netstat writes states where ss has other words. */
const STATES: Readonly<Record<string, string>> = {
  ESTAB: 'ESTABLISHED',
  'SYN-SENT': 'SYN_SENT',
  'SYN-RECV': 'SYN_RECV',
  'FIN-WAIT-1': 'FIN_WAIT1',
  'FIN-WAIT-2': 'FIN_WAIT2',
  'TIME-WAIT': 'TIME_WAIT',
  'CLOSE-WAIT': 'CLOSE_WAIT',
  'LAST-ACK': 'LAST_ACK',
  UNCONN: '',
};

const USAGE = `usage: netstat [-vWeenNcCF] [<Af>] -r         netstat {-V|--version|-h|--help}
       netstat [-vWnNcaeol] [<Socket> ...]
       netstat { [-vWeenNac] -i | [-cnNe] -M | -s [-6tuw] }

        -r, --route              display routing table
        -i, --interfaces         display interface table
        -g, --groups             display multicast group memberships
        -s, --statistics         display networking statistics (like SNMP)
        -M, --masquerade         display masqueraded connections

        -v, --verbose            be verbose
        -W, --wide               don't truncate IP addresses
        -n, --numeric            don't resolve names
        --numeric-hosts          don't resolve host names
        --numeric-ports          don't resolve port names
        --numeric-users          don't resolve user names
        -N, --symbolic           resolve hardware names
        -e, --extend             display other/more information
        -p, --programs           display PID/Program name for sockets
        -o, --timers             display timers
        -c, --continuous         continuous listing

        -l, --listening          display listening server sockets
        -a, --all                display all sockets (default: connected)
        -F, --fib                display Forwarding Information Base (default)
        -C, --cache              display routing cache instead of FIB
        -Z, --context            display SELinux security context for sockets

  <Socket>={-t|--tcp} {-u|--udp} {-U|--udplite} {-S|--sctp} {-w|--raw}
           {-x|--unix} --ax25 --ipx --netrom
  <AF>=Use '-6|-4' or '-A <af>' or '--<af>'; default: inet
  List of possible address families (which support routing):
    inet (DARPA Internet) inet6 (IPv6) ax25 (AMPR AX.25) 
    netrom (AMPR NET/ROM) rose (AMPR ROSE) ipx (Novell IPX) 
    ddp (Appletalk DDP) x25 (CCITT X.25) 
`;

export function* netstat(context: ProgramContext): ProgramRun {
  const parsed = parseOptions(context.argv.slice(1), { short: 'rinlaptueovW46xswgMcC', long: LONG });
  if (parsed.problem !== undefined) {
    yield* context.err(`netstat: ${getoptComplaint(parsed.problem)}\n`);
    yield* context.err(USAGE);
    return 3;
  }
  const given = new Set(parsed.options.map(({ name }) => name));
  if (['s', 'g', 'M', 'x'].some((name) => given.has(name))) {
    yield* context.err(`not modelled: ${context.argv.join(' ')}\n`);
    return 1;
  }
  yield* context.out(
    given.has('r') ? routes(context) : given.has('i') ? devices(context) : sockets(context, given),
  );
  return 0;
}

function routes({ host }: ProgramContext): string {
  const rows = [...host.state.routes]
    .filter(({ scope }) => scope !== 'host')
    .sort((a, b) => a.destination - b.destination || a.prefix - b.prefix)
    .map(({ destination, prefix, via, device }) => {
      const flags = `U${via === undefined ? '' : 'G'}${prefix === 32 ? 'H' : ''}`;
      const gateway = via === undefined ? '0.0.0.0' : formatIPv4(via);
      return `${formatIPv4(destination).padEnd(15)} ${gateway.padEnd(15)} ${formatIPv4(maskOf(prefix)).padEnd(15)} ${flags.padEnd(5)}     0 0          0 ${device}\n`;
    });
  return `Kernel IP routing table\nDestination     Gateway         Genmask         Flags   MSS Window  irtt Iface\n${rows.join('')}`;
}

function devices({ host }: ProgramContext): string {
  const rows = [...host.state.interfaces.values()]
    .filter(({ up }) => up)
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, mtu, counters }) => {
      const [received = 0, , sent = 0, , dropped = 0] = counters;
      const flags = name === 'lo' ? 'LRU' : 'BMRU';
      return `${name.padEnd(15)} ${String(mtu).padStart(5)} ${String(received).padStart(8)}      0 ${String(dropped).padStart(6)} 0      ${String(sent).padStart(8)}      0      0      0 ${flags}\n`;
    });
  return `Kernel Interface table\nIface             MTU    RX-OK RX-ERR RX-DRP RX-OVR    TX-OK TX-ERR TX-DRP TX-OVR Flg\n${rows.join('')}`;
}

function sockets(context: ProgramContext, given: ReadonlySet<string>): string {
  const numeric = given.has('n');
  const wants = (socket: ConnectionInfo): boolean => {
    if (given.has('t') || given.has('u')) return given.has(socket.protocol === 'tcp' ? 't' : 'u');
    return true;
  };
  const isWaiting = ({ state }: ConnectionInfo): boolean => state === 'LISTEN' || state === 'UNCONN';
  const shown = context.world.network
    .sockets(context.host)
    .filter(wants)
    .filter((socket) => given.has('a') || isWaiting(socket) === given.has('l'))
    .filter((socket) => given.has('4') === given.has('6') || given.has(socket.six === true ? '6' : '4'))
    .sort((a, b) => rank(a) - rank(b));
  const kinds = given.has('a') ? 'servers and established' : given.has('l') ? 'only servers' : 'w/o servers';
  const port = (number: number, protocol: 'tcp' | 'udp'): string =>
    number === 0 ? '*' : numeric ? String(number) : (serviceName(number, protocol) ?? String(number));
  const rows = shown.map((socket) => {
    const any = socket.six === true ? (numeric ? '::' : '[::]') : '0.0.0.0';
    const text = (ip: number, number: number): string =>
      `${ip === 0 ? any : formatIPv4(ip)}:${port(number, socket.protocol)}`;
    const name = `${socket.protocol}${socket.six === true ? '6' : ''}`;
    const queue = socket.state === 'LISTEN' ? 0 : socket.sendQueue;
    const state = STATES[socket.state] ?? socket.state;
    const users = given.has('p') ? ` ${program(context, socket).padEnd(19)}` : '';
    return `${name.padEnd(5)} ${String(socket.receiveQueue).padStart(6)} ${String(queue).padStart(6)} ${text(socket.localIp, socket.localPort).padEnd(23)} ${text(socket.peerIp, socket.peerPort).padEnd(23)} ${state.padEnd(11)}${users}\n`;
  });
  const last = given.has('p') ? ' PID/Program name   ' : '';
  return `Active Internet connections (${kinds})\nProto Recv-Q Send-Q Local Address           Foreign Address         State      ${last}\n${rows.join('')}`;
}

function rank({ protocol, six }: ConnectionInfo): number {
  return (protocol === 'tcp' ? 0 : 2) + (six === true ? 1 : 0);
}

/** Root sees everybody's programs, others only their own. */
function program({ host, who }: ProgramContext, { pid }: ConnectionInfo): string {
  const process = pid === 0 ? undefined : host.process(pid);
  if (process === undefined || (who.uid !== 0 && who.uid !== process.uid)) return '-';
  return `${pid}/${(process.argv[0] ?? process.comm).replace(/^.*\//, '')}`.slice(0, 19);
}
