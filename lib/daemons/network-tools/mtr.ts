/** mtr(8) 0.95 in its report mode. Recorded in truth/host (b14, c08). Not modelled: the screen that updates itself. */
import { strftime } from '../../std/civil';
import { SECOND, type Micros } from '../../std/instant';
import { formatIPv4 } from '../../std/ipv4';
import type { PingEvent } from '../../world/network.contract';
import type { ProgramContext, ProgramRun } from '../../world/process.contract';
import { getoptComplaint, parseOptions } from '../command-options';
import { lookUpName, nameInHosts } from '../host-names';
import { Mailbox } from '../mailbox';
import { wrongNumber } from './plain-numbers';

const MOST_HOPS = 30;
/** Hops that do not answer after which no further one is tried. */
const UNKNOWN_HOPS = 12;
const GRACE = 5 * SECOND;
interface Hop {
  from: number | undefined;
  sent: number;
  times: Micros[];
}

const USAGE = `
Usage:
 mtr [options] hostname

 -F, --filename FILE        read hostname(s) from a file
 -4                         use IPv4 only
 -6                         use IPv6 only
 -u, --udp                  use UDP instead of ICMP echo
 -T, --tcp                  use TCP instead of ICMP echo
 -I, --interface NAME       use named network interface
 -a, --address ADDRESS      bind the outgoing socket to ADDRESS
 -f, --first-ttl NUMBER     set what TTL to start
 -m, --max-ttl NUMBER       maximum number of hops
 -U, --max-unknown NUMBER   maximum unknown host
 -P, --port PORT            target port number for TCP, SCTP, or UDP
 -L, --localport LOCALPORT  source port number for UDP
 -s, --psize PACKETSIZE     set the packet size used for probing
 -B, --bitpattern NUMBER    set bit pattern to use in payload
 -i, --interval SECONDS     ICMP echo request interval
 -G, --gracetime SECONDS    number of seconds to wait for responses
 -Q, --tos NUMBER           type of service field in IP header
 -e, --mpls                 display information from ICMP extensions
 -Z, --timeout SECONDS      seconds to keep probe sockets open
 -M, --mark MARK            mark each sent packet
 -r, --report               output using report mode
 -w, --report-wide          output wide report
 -c, --report-cycles COUNT  set the number of pings sent
 -j, --json                 output json
 -x, --xml                  output xml
 -C, --csv                  output comma separated values
 -l, --raw                  output raw format
 -p, --split                split output
 -t, --curses               use curses terminal interface
     --displaymode MODE     select initial display mode
 -n, --no-dns               do not resolve host names
 -b, --show-ips             show IP numbers and host names
 -o, --order FIELDS         select output fields
 -y, --ipinfo NUMBER        select IP information in output
 -z, --aslookup             display AS number
 -h, --help                 display this help and exit
 -v, --version              output version information and exit

See the 'man 8 mtr' for details.
`;

export function* mtr(context: ProgramContext): ProgramRun {
  const parsed = parseOptions(context.argv.slice(1), {
    short: '46F:uTI:a:f:m:U:P:L:s:B:i:G:Q:eZ:M:rwc:jxClptnbo:y:zhv',
    long: {
      report: 'r',
      'report-wide': 'w',
      'report-cycles=': 'c',
      'no-dns': 'n',
      'interval=': 'i',
      'max-ttl=': 'm',
    },
  });
  if (parsed.problem !== undefined) {
    yield* context.err(`mtr: ${getoptComplaint(parsed.problem)}\n${USAGE}`);
    return 1;
  }
  const given = new Map(parsed.options.map(({ name, value }) => [name, value]));
  const unmodelled = [...'FIafUPLBQeZMjxClpoyz'].find((letter) => given.has(letter));
  if (unmodelled !== undefined) {
    yield* context.err(`not modelled: mtr -${unmodelled}\n`);
    return 1;
  }
  const wrong = wrongNumber(given, { c: 'whole', i: 'decimal', m: 'whole' });
  if (wrong !== undefined) {
    yield* context.err(`mtr: invalid argument: '${wrong.value}'\n`);
    return 1;
  }
  if (Number(given.get('i') ?? 1) <= 0) {
    yield* context.err('mtr: wait time must be positive\n');
    return 1;
  }
  const [target] = parsed.operands;
  if (target === undefined) {
    yield* context.err(USAGE);
    return 1;
  }
  if (!given.has('r') && !given.has('w')) {
    yield* context.err('not modelled: mtr without --report\n');
    return 1;
  }
  const found = yield* lookUpName(context, target);
  if (typeof found === 'string') {
    yield* context.err(`mtr: Failed to resolve host: ${target}: ${found}\n`);
    return 1;
  }
  const { host, kernel, world } = context;
  const ip = found.addresses[0] ?? 0;
  const started = host.clock();
  const cycles = Number(given.get('c') ?? 10);
  const interval = Math.round(Number(given.get('i') ?? 1) * SECOND);
  const most = Number(given.get('m') ?? MOST_HOPS);
  const hops: Hop[] = [];
  const box = new Mailbox(context);
  let last: number | undefined;
  for (let cycle = 0; cycle < cycles; cycle++) {
    const ends = kernel.now + (cycle === cycles - 1 ? GRACE : interval);
    const count = last ?? Math.min(most, Math.max(hops.length, UNKNOWN_HOPS));
    let open = 0;
    for (let ttl = 1; ttl <= count; ttl++) {
      const hop = (hops[ttl - 1] ??= { from: undefined, sent: 0, times: [] });
      hop.sent += 1;
      open += 1;
      world.network.ping(host, {
        pid: context.pid,
        ip,
        ttl,
        id: context.pid & 0xffff,
        sequence: cycle * MOST_HOPS + ttl,
        bytes: 36,
        on: box.on(String(ttl)),
      });
    }
    const sentAt = kernel.now;
    while (open > 0 || cycle < cycles - 1) {
      const received = yield* box.next(ends);
      if (received.kind !== 'item') break;
      const event = received.event as PingEvent;
      const ttl = Number(received.tag);
      const hop = hops[ttl - 1];
      open -= 1;
      if (hop === undefined) continue;
      hop.from ??= event.from;
      hop.times.push(kernel.now - sentAt);
      if (event.type !== 'ttl-exceeded') last = Math.min(last ?? ttl, ttl);
      if (
        cycle === cycles - 1 &&
        last !== undefined &&
        hops.slice(0, last).every(({ times, sent }) => times.length >= sent)
      )
        break;
    }
  }
  box.close();
  const name = (from: number): string =>
    given.has('n') ? formatIPv4(from) : (nameInHosts(host, from) ?? formatIPv4(from));
  const shown = hops.slice(0, last ?? lastAnswered(hops));
  yield* context.out(
    `Start: ${strftime('%Y-%m-%dT%H:%M:%S', started)}+0000\nHOST: ${host.state.hostname.padEnd(27)} Loss%   Snt   Last   Avg  Best  Wrst StDev\n${shown.map((hop, index) => line(index + 1, hop, name)).join('')}`,
  );
  return 0;
}
function lastAnswered(hops: readonly Hop[]): number {
  const index = hops.findLastIndex(({ from }) => from !== undefined);
  return index < 0 ? UNKNOWN_HOPS : index + 1;
}
function line(number: number, { from, sent, times }: Hop, name: (ip: number) => string): string {
  const loss = sent === 0 ? 0 : ((sent - times.length) * 100) / sent;
  const milliseconds = times.map((time) => time / 1_000);
  const sum = milliseconds.reduce((total, time) => total + time, 0);
  const average = milliseconds.length === 0 ? 0 : sum / milliseconds.length;
  const variance =
    milliseconds.length < 2
      ? 0
      : milliseconds.reduce((total, time) => total + (time - average) * (time - average), 0) /
        (milliseconds.length - 1);
  const values = [
    milliseconds[milliseconds.length - 1] ?? 0,
    average,
    milliseconds.length === 0 ? 0 : Math.min(...milliseconds),
    milliseconds.length === 0 ? 0 : Math.max(...milliseconds),
    Math.sqrt(variance),
  ];
  const who = from === undefined ? '???' : name(from);
  const share = loss >= 100 ? '100.0' : `${loss.toFixed(1)}%`;
  const numbers = values
    .map((value) => (value >= 1_000 ? `${value.toFixed(0)}.` : value.toFixed(1)).padStart(6))
    .join('');
  return `${String(number).padStart(3)}.|-- ${who.padEnd(26)}${share.padStart(5)}${String(sent).padStart(6)} ${numbers}\n`;
}
