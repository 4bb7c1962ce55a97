/** tcpdump(8) 4.99.3: live captures, one line per packet. Not modelled: files (-w, -r), contents (-A, -X, -x). */
import type { SeenPacket } from '../../../world/network.contract';
import type { ProgramContext, ProgramRun, Wait, Wake } from '../../../world/process.contract';
import { getoptComplaint, parseOptions } from '../../command-options';
import { lookUpName, nameInHosts } from '../../host-names';
import { Mailbox } from '../../mailbox';
import { FilterProblem, parseFilter, type Test } from './filter';
import { type PrintOptions, Printer } from './print';

const VERSION =
  'tcpdump version 4.99.3\nlibpcap version 1.10.3 (with TPACKET_V3)\nOpenSSL 3.0.17 1 Jul 2025\n';
const NOT_MODELLED = ['w', 'r', 'A', 'X', 'x', 'F', 'C', 'G', 'V', 'E', 'M'];
/** Start-up: opening the device, compiling the filter. */
const STARTS_AFTER = 15_000;
const LETTERS = 'aAbB:c:C:dDeE:fF:G:hHi:IjJKlLM:nN#OpqQ:r:s:StT:uUvV:w:W:xXy:Yz:Z:';

const USAGE = `Usage: tcpdump [-AbdDefhHIJKlLnNOpqStuUvxX#] [ -B size ] [ -c count ] [--count]
		[ -C file_size ] [ -E algo:secret ] [ -F file ] [ -G seconds ]
		[ -i interface ] [ --immediate-mode ] [ -j tstamptype ]
		[ -M secret ] [ --number ] [ --print ] [ -Q in|out|inout ]
		[ -r file ] [ -s snaplen ] [ -T type ] [ --version ]
		[ -V file ] [ -w file ] [ -W filecount ] [ -y datalinktype ]
		[ --time-stamp-precision precision ] [ --micro ] [ --nano ]
		[ -z postrotate-command ] [ -Z user ] [ expression ]
`;

export function* tcpdump(context: ProgramContext): ProgramRun {
  const args = context.argv
    .slice(1)
    .flatMap((word) =>
      word === '--interface'
        ? ['-i']
        : word === '--version'
          ? ['-h']
          : word === '--immediate-mode'
            ? []
            : [word],
    );
  const parsed = parseOptions(args, { short: LETTERS, long: {} }, { stopsAtOperand: true });
  if (parsed.problem !== undefined) {
    yield* context.err(`tcpdump: ${getoptComplaint(parsed.problem)}\n${VERSION}${USAGE}`);
    return 1;
  }
  const given = new Map<string, string>();
  const times = new Map<string, number>();
  for (const { name, value } of parsed.options) {
    given.set(name, value);
    times.set(name, (times.get(name) ?? 0) + 1);
  }
  if (given.has('h')) {
    yield* context.out(VERSION);
    return 0;
  }
  const refused = NOT_MODELLED.find((letter) => given.has(letter));
  if (refused !== undefined) {
    yield* context.err(`not modelled: tcpdump -${refused}\n`);
    return 1;
  }
  if (given.has('D')) {
    yield* context.out(deviceList(context));
    return 0;
  }
  const opened = yield* openDevice(context, given.get('i'));
  if (opened === undefined) return 1;
  let test: Test;
  try {
    test = yield* compile(context, parsed.operands.join(' '));
  } catch (problem) {
    if (!(problem instanceof FilterProblem)) throw problem;
    yield* context.err(`tcpdump: ${problem.message}\n`);
    return 1;
  }
  const count = given.has('c') ? Number(given.get('c')) : undefined;
  if (count !== undefined && !(count > 0)) {
    yield* context.err(`tcpdump: invalid packet count ${given.get('c') ?? ''}\n`);
    return 1;
  }
  return yield* capture(context, { device: opened, test, count, print: printOptions(opened, times) });
}
function printOptions(device: string, times: ReadonlyMap<string, number>): PrintOptions {
  const stamps = times.get('t') ?? 0;
  return {
    stamp:
      stamps === 0
        ? 'time'
        : stamps === 1
          ? 'none'
          : stamps === 2
            ? 'epoch'
            : stamps === 4
              ? 'date'
              : 'delta',
    link: times.has('e'),
    verbose: times.get('v') ?? 0,
    quiet: times.has('q'),
    numeric: times.has('n'),
    absolute: times.has('S'),
    any: device === 'any',
  };
}

function* openDevice(
  context: ProgramContext,
  wanted: string | undefined,
): Generator<Wait, string | undefined, Wake> {
  const { interfaces } = context.host.state;
  const usual = [...interfaces.values()].find(({ name, up }) => name !== 'lo' && up)?.name ?? 'lo';
  const numbered =
    wanted !== undefined && /^\d+$/.test(wanted) ? deviceNames(context)[Number(wanted) - 1] : wanted;
  const device = numbered ?? usual;
  if (context.who.uid !== 0) {
    yield* context.err(
      `tcpdump: ${device}: You don't have permission to perform this capture on that device\n(socket: Operation not permitted)\n`,
    );
    return undefined;
  }
  if (device === 'any') return device;
  const card = interfaces.get(device);
  if (card === undefined) {
    yield* context.err(`tcpdump: ${device}: No such device exists\n(No such device exists)\n`);
    return undefined;
  }
  if (!card.up) {
    yield* context.err(`tcpdump: ${device}: That device is not up\n`);
    return undefined;
  }
  return device;
}
function deviceNames(context: ProgramContext): string[] {
  const cards = [...context.host.state.interfaces.keys()].filter((name) => name !== 'lo');
  return [...cards, 'any', 'lo'];
}
function deviceList(context: ProgramContext): string {
  return deviceNames(context)
    .map((name, index) => {
      if (name === 'any')
        return `${index + 1}.any (Pseudo-device that captures on all interfaces) [Up, Running]\n`;
      const card = context.host.state.interfaces.get(name);
      if (name === 'lo') return `${index + 1}.lo [Up, Running, Loopback]\n`;
      return `${index + 1}.${name} [${card?.up === true ? 'Up, Running, Connected' : 'none, Disconnected'}]\n`;
    })
    .join('');
}

/** Names in the expression are looked up before it is compiled. */
function* compile(context: ProgramContext, text: string): Generator<Wait, Test, Wake> {
  const names = new Map<string, readonly number[]>();
  for (const word of text.split(/[\s()!&|]+/)) {
    if (!/^[a-z][\w.-]*$/i.test(word) || names.has(word)) continue;
    const isKeyword =
      /^(and|or|not|src|dst|host|net|port|portrange|tcp|udp|icmp|icmp6|arp|rarp|ip|ip6|vrrp|carp|igmp|proto|ether|broadcast|multicast|less|greater|tcp-\w+|icmp-\w+)$/;
    if (isKeyword.test(word)) continue;
    const found = yield* lookUpName(context, word);
    if (typeof found !== 'string') names.set(word, found.addresses);
  }
  return parseFilter(text, (name) => names.get(name));
}

function* capture(
  context: ProgramContext,
  how: { device: string; test: Test; count: number | undefined; print: PrintOptions },
): Generator<Wait, number, Wake> {
  const { world, host, kernel } = context;
  yield* context.sleep(STARTS_AFTER);
  if (how.device === 'any') yield* context.err('tcpdump: data link type LINUX_SLL2\n');
  if (how.print.verbose === 0)
    yield* context.err('tcpdump: verbose output suppressed, use -v[v]... for full protocol decode\n');
  const link = how.device === 'any' ? 'LINUX_SLL2 (Linux cooked v2)' : 'EN10MB (Ethernet)';
  yield* context.err(
    `${how.print.verbose > 0 ? 'tcpdump: ' : ''}listening on ${how.device}, link-type ${link}, snapshot length 262144 bytes\n`,
  );
  const box = new Mailbox(context);
  const tap = world.network.tap(host, { pid: context.pid, device: how.device, on: box.on('packet') });
  for (const signal of ['INT', 'TERM', 'HUP'] as const) context.signal(signal, 'handle');
  const printer = new Printer(how.print, host.clock() - kernel.now, (ip) => nameInHosts(host, ip));
  let captured = 0;
  let interrupted = false;
  while (how.count === undefined || captured < how.count) {
    const received = yield* box.next();
    if (received.kind === 'signal') {
      interrupted = true;
      break;
    }
    if (received.kind !== 'item') continue;
    const packet = received.event as SeenPacket;
    // On the loopback each packet is sent and received; libpcap leaves out the first.
    if (packet.device === 'lo' && packet.direction === 'out') continue;
    if (!how.test(packet)) continue;
    captured += 1;
    yield* context.out(printer.line(packet));
  }
  world.network.removeTap(host, tap);
  box.close();
  const count = (what: string): string => `${captured} packet${captured === 1 ? '' : 's'} ${what}\n`;
  yield* context.err(
    `${interrupted ? '\n' : ''}${count('captured')}${count('received by filter')}0 packets dropped by kernel\n`,
  );
  return 0;
}
