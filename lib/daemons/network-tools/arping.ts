/** arping(8) of iputils 20221126, recorded in truth/host (c08, c17, b14). */
import { SECOND, type Micros } from '../../std/instant';
import { formatIPv4, parseIPv4 } from '../../std/ipv4';
import type { ArpReplyEvent } from '../../world/network.contract';
import type { ProgramContext, ProgramRun } from '../../world/process.contract';
import type { Host } from '../../world/world.contract';
import { lookUpName } from '../host-names';
import { Mailbox } from '../mailbox';
import { getoptComplaint, parseOptions } from '../command-options';
import { wrongNumber } from './plain-numbers';

type Announcing = {
  gratuitousArp(host: Host, device: string, ip: number, operation?: 'request' | 'reply'): void;
};

const USAGE = `
Usage:
  arping [options] <destination>

Options:
  -f            quit on first reply
  -q            be quiet
  -b            keep on broadcasting, do not unicast
  -D            duplicate address detection mode
  -U            unsolicited ARP mode, update your neighbours
  -A            ARP answer mode, update your neighbours
  -V            print version and exit
  -c <count>    how many packets to send
  -w <timeout>  how long to wait for a reply
  -i <interval> set interval between packets (default: 1 second)
  -I <device>   which ethernet device to use
  -s <source>   source ip address
  <destination> dns name or ip address

For more details see arping(8).
`;

export function* arping(context: ProgramContext): ProgramRun {
  const parsed = parseOptions(context.argv.slice(1), { short: 'h?bfDUAqc:w:i:s:I:V' });
  const given = new Map(parsed.options.map((option) => [option.name, option.value]));
  if (parsed.problem !== undefined) {
    yield* context.err(`arping: ${getoptComplaint(parsed.problem)}\n${USAGE}`);
    return 2;
  }
  const wrong = wrongNumber(given, { c: 'whole', w: 'whole', i: 'decimal' });
  if (wrong !== undefined) {
    yield* context.err(`arping: invalid argument: '${wrong.value}'\n`);
    return 1;
  }
  const [target] = parsed.operands;
  if (target === undefined) {
    yield* context.err(USAGE);
    return 2;
  }
  const { host, world, kernel } = context;
  const device = given.get('I') ?? 'eth0';
  const card = host.state.interfaces.get(device);
  if (card === undefined) {
    yield* context.err(`arping: Device ${device} not available.\n`);
    return 2;
  }
  if (context.who.uid !== 0) {
    yield* context.err('arping: socket: Operation not permitted\n');
    return 2;
  }
  if (!card.up) {
    yield* context.err(`arping: Interface "${device}" is down\n`);
    return 2;
  }
  if (device === 'lo') {
    yield* context.err('Interface "lo" is not ARPable\n');
    return given.has('D') ? 0 : 2;
  }
  const found = yield* lookUpName(context, target);
  if (typeof found === 'string') {
    yield* context.err(`arping: ${target}: ${found}\n`);
    return 2;
  }
  const ip = found.addresses[0] ?? 0;
  const announcing = given.has('U') || given.has('A');
  const probing = given.has('D');
  const source = given.has('s')
    ? parseIPv4(given.get('s') ?? '')
    : probing
      ? 0
      : announcing
        ? ip
        : world.network.routeLookup(host, ip, { device })?.source;
  if (source === undefined) {
    yield* context.err(`arping: invalid source ${given.get('s') ?? ''}\n`);
    return 2;
  }
  const isQuiet = given.has('q');
  if (!isQuiet) yield* context.out(`ARPING ${formatIPv4(ip)} from ${formatIPv4(source)} ${device}\n`);
  context.signal('INT', 'handle');
  const count = given.has('c') ? Number(given.get('c')) : Number.POSITIVE_INFINITY;
  const interval = Math.round(Number(given.get('i') ?? 1) * SECOND);
  const deadline = given.has('w') ? kernel.now + Number(given.get('w')) * SECOND : undefined;
  const box = new Mailbox(context);
  const said = { sent: 0, broadcasts: 0, received: 0, mac: undefined as string | undefined };
  const ended = (): string =>
    `Sent ${said.sent} probes (${said.broadcasts} broadcast(s))\nReceived ${said.received} response(s)\n`;
  let next: Micros = kernel.now;
  for (;;) {
    if (said.sent < count && kernel.now >= next) {
      said.sent++;
      const unicast = !announcing && !given.has('b') && said.mac !== undefined;
      if (!unicast) said.broadcasts++;
      if (announcing)
        (world.network as unknown as Announcing).gratuitousArp(
          host,
          device,
          ip,
          given.has('A') ? 'reply' : 'request',
        );
      else
        world.network.arpRequest(host, {
          pid: context.pid,
          device,
          ip,
          src: source,
          on: box.on('reply'),
          ...(unicast && said.mac !== undefined ? { unicastTo: said.mac } : {}),
        });
      next = kernel.now + interval;
    }
    const until = Math.min(next, deadline ?? next);
    const received = yield* box.next(until);
    if (received.kind === 'signal') break;
    if (received.kind === 'timeout') {
      if (said.sent >= count || (deadline !== undefined && kernel.now >= deadline)) break;
      continue;
    }
    if (received.kind !== 'item') continue;
    const event = received.event as ArpReplyEvent;
    said.received++;
    // Whoever answered last is asked alone from then on.
    said.mac = event.mac;
    if (!isQuiet)
      yield* context.out(
        `Unicast reply from ${formatIPv4(event.ip)} [${event.mac.toUpperCase()}]  ${(event.micros / 1_000).toFixed(3)}ms\n`,
      );
    if (probing || given.has('f')) break;
  }
  if (!isQuiet) yield* context.out(ended());
  box.close();
  if (probing) return said.received > 0 ? 1 : 0;
  if (announcing) return 0;
  // More answers than questions: two hosts have the address.
  if (said.received === 0) return 1;
  return given.has('f') || said.received === said.sent ? 0 : 1;
}
