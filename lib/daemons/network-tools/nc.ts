/** nc(1), OpenBSD's netcat 1.219 as Debian ships it. Messages recorded in truth/host (b04, c08, c09). */
import { SECOND, type Micros } from '../../std/instant';
import { byteLength } from '../../std/bytes';
import { formatIPv4, parseIPv4 } from '../../std/ipv4';
import type { SocketEvent, UdpEvent } from '../../world/network.contract';
import type { ProgramContext, ProgramRun, Wait, Wake } from '../../world/process.contract';
import { errnoText, lookUpName, serviceName, servicePort } from '../host-names';
import { Mailbox } from '../mailbox';
import { parseOptions } from '../command-options';
import { textOf } from '../../world/message-text';
import { NC_HELP, NC_USAGE } from './usages';
import { connectUnix } from './unix-socket';

interface NcCall {
  listen: boolean;
  udp: boolean;
  scan: boolean;
  verbose: boolean;
  wait: Micros | undefined;
  numeric: boolean;
  keep: boolean;
  /** What is said to the other side at the end of the input; `-q` implies it. */
  closeAfter: boolean;
  /** `-q`: stays so long when both sides have ended, with UDP when the input has. */
  linger: Micros;
  quits: boolean;
  source: number | undefined;
  sourcePort: number | undefined;
  noStdin: boolean;
}

export function* nc(context: ProgramContext): ProgramRun {
  const parsed = parseOptions(context.argv.slice(1), {
    short: '46DdhklNnrStUuvZzCFI:i:M:m:O:P:p:q:s:T:V:W:w:X:x:b',
  });
  const given = new Map(parsed.options.map((option) => [option.name, option.value]));
  if (parsed.problem !== undefined) {
    yield* context.err(
      `nc: ${parsed.problem.kind === 'missing' ? 'option requires an argument' : 'invalid option'} -- '${parsed.problem.option}'\n${NC_USAGE}`,
    );
    return 1;
  }
  if (given.has('h')) {
    yield* context.err(`OpenBSD netcat (Debian patchlevel 1.219-1)\n${NC_HELP}`);
    return 0;
  }
  const wrong = wrongValue(given);
  if (wrong !== undefined) {
    yield* context.err(`nc: ${wrong}\n`);
    return 1;
  }
  const wait = given.get('w');
  const quit = Number(given.get('q') ?? -1);
  const call: NcCall = {
    listen: given.has('l'),
    udp: given.has('u'),
    scan: given.has('z'),
    verbose: given.has('v'),
    wait: wait === undefined ? undefined : Math.round(Number(wait) * SECOND),
    numeric: given.has('n'),
    keep: given.has('k'),
    closeAfter: given.has('N') || quit >= 0,
    linger: Math.max(0, Math.round(quit * SECOND)),
    quits: quit >= 0,
    source: given.has('s') ? parseIPv4(given.get('s') ?? '') : undefined,
    sourcePort: given.has('p') ? Number(given.get('p')) : undefined,
    noStdin: given.has('d') || given.has('z'),
  };
  if (call.listen) {
    const port = given.get('p') ?? parsed.operands[parsed.operands.length - 1];
    const at = portOf(port, call.udp ? 'udp' : 'tcp');
    if (typeof at === 'string') {
      yield* context.err(`nc: ${at}\n`);
      return 1;
    }
    return yield* listen(
      context,
      call,
      parsed.operands.length > 1 ? (parseIPv4(parsed.operands[0] ?? '') ?? 0) : 0,
      at,
    );
  }
  if (given.has('U')) return yield* unix(context, call, parsed.operands[0]);
  const [host, ...ports] = parsed.operands;
  if (host === undefined) {
    yield* context.err(NC_USAGE);
    return 1;
  }
  // One port of a range that answers is enough.
  let best = 1;
  for (const port of portsOf(ports, call.udp ? 'udp' : 'tcp')) {
    if (typeof port === 'string') {
      yield* context.err(`nc: ${port}\n`);
      return 1;
    }
    const code = yield* one(context, call, host, port);
    if (code < 0) return -code;
    best = Math.min(best, code);
  }
  return best;
}

/** The first wrong value among the options, in nc's words. */
function wrongValue(given: ReadonlyMap<string, string>): string | undefined {
  const wait = given.get('w');
  if (wait !== undefined && !/^\d+$/.test(wait)) return `timeout ${numberTrouble(wait)}: ${wait}`;
  const protocol = given.get('X');
  if (protocol !== undefined && !['4', '5', 'connect'].includes(protocol))
    return 'unsupported proxy protocol';
  return undefined;
}
/** strtonum(3)'s word for what is no number that can be. */
function numberTrouble(text: string): string {
  return /^-\d+$/.test(text) ? 'too small' : 'invalid';
}
/** A port, or what is wrong with it. */
function portOf(text: string | undefined, protocol: 'tcp' | 'udp'): number | string {
  if (text === undefined) return 'missing port number';
  if (/^-?\d+$/.test(text)) {
    const port = Number(text);
    if (port < 1) return `port number too small: ${text}`;
    return port > 65_535 ? `port number too large: ${text}` : port;
  }
  return servicePort(text, protocol) ?? `port number invalid: ${text}`;
}
function portsOf(texts: readonly string[], protocol: 'tcp' | 'udp'): (number | string)[] {
  return texts.length === 0
    ? [portOf(undefined, protocol)]
    : texts.flatMap((text) => rangeOf(text, protocol));
}
function rangeOf(text: string, protocol: 'tcp' | 'udp'): (number | string)[] {
  const range = /^(\d+)-(\d+)$/.exec(text);
  if (range === null) return [portOf(text, protocol)];
  const ends = [portOf(range[1], protocol), portOf(range[2], protocol)];
  const wrong = ends.find((end) => typeof end === 'string');
  if (wrong !== undefined) return [wrong];
  const [low = 0, high = 0] = ends.map(Number).sort((a, b) => a - b);
  return Array.from({ length: high - low + 1 }, (_, i) => low + i);
}

/** One port. Negative: no further ones are tried. */
function* one(
  context: ProgramContext,
  call: NcCall,
  host: string,
  port: number,
): Generator<Wait, number, Wake> {
  const found =
    call.numeric && parseIPv4(host) === undefined
      ? 'Name or service not known'
      : yield* lookUpName(context, host);
  if (typeof found === 'string') {
    yield* context.err(`nc: getaddrinfo for host "${host}" port ${port}: ${found}\n`);
    return -1;
  }
  const ip = found.addresses[0] ?? 0;
  const kind = call.udp ? 'udp' : 'tcp';
  // A literal address is not given as a name; `-n` says so too.
  const shown = found.literal ? host : `${host} (${formatIPv4(ip)})`;
  const service = call.numeric ? '*' : (serviceName(port, kind) ?? '*');
  if (call.udp) return yield* udp(context, call, { ip, port, shown, service });
  const box = new Mailbox(context);
  const connection = context.world.network.connect(context.host, {
    pid: context.pid,
    ip,
    port,
    on: box.on('socket'),
    ...(call.source === undefined ? {} : { bindIp: call.source }),
    ...(call.sourcePort === undefined ? {} : { bindPort: call.sourcePort }),
  });
  const received = yield* box.next(call.wait === undefined ? undefined : context.kernel.now + call.wait);
  const event = received.kind === 'item' ? (received.event as SocketEvent) : undefined;
  if (event?.type !== 'connected') {
    if (event === undefined) context.world.network.reset(connection, 'client');
    box.close();
    if (call.verbose)
      yield* context.err(
        event?.type === 'failed'
          ? `nc: connect to ${shown} port ${port} (tcp) failed: ${errnoText(event.errno)}\n`
          : `nc: connect to ${shown} port ${port} (tcp) timed out: Operation now in progress\n`,
      );
    return 1;
  }
  if (call.verbose) yield* context.err(`Connection to ${shown} ${port} port [tcp/${service}] succeeded!\n`);
  if (call.scan) {
    context.world.network.close(connection, 'client');
    box.close();
    return 0;
  }
  const code = yield* relay(context, call, connection, 'client', box);
  box.close();
  return code;
}

/** -U: a UNIX stream socket. */
function* unix(
  context: ProgramContext,
  call: NcCall,
  path: string | undefined,
): Generator<Wait, number, Wake> {
  if (path === undefined) {
    yield* context.err(NC_USAGE);
    return 1;
  }
  const opened = connectUnix(context, path);
  if (typeof opened === 'string') {
    yield* context.err(`nc: ${path}: ${errnoText(opened)}\n`);
    return 1;
  }
  const { connection, box } = opened;
  yield* box.next();
  const code = yield* relay(context, call, connection, 'client', box);
  box.close();
  return code;
}

/**
 * Between the input and the connection. A client goes on until both have ended, a listener until the other side
 * has; `-w` gives up when nothing has come from either for so long.
 */
function* relay(
  context: ProgramContext,
  call: NcCall,
  connection: number,
  side: 'client' | 'server',
  box: Mailbox,
): Generator<Wait, number, Wake> {
  const { network } = context.world;
  const key = box.key;
  let reading = !call.noStdin;
  let receiving = true;
  for (;;) {
    for (let item = box.take(); item !== undefined; item = box.take()) {
      const event = item.event as SocketEvent;
      if (event.type === 'message') yield* context.out(textOf(event.message));
      else if (event.type === 'closed') receiving = false;
      else if (event.type === 'failed' && receiving) {
        if (call.verbose) yield* context.err(`nc: read failed (0/3): ${errnoText(event.errno)}\n`);
        return 1;
      }
    }
    let input: string | undefined;
    while (reading && (input = context.stdin.read()) !== undefined) {
      if (input === '') {
        reading = false;
        if (call.closeAfter) network.shutdown(connection, side);
      } else network.send(connection, side, { kind: 'bytes', text: input, bytes: byteLength(input) });
    }
    // Nobody takes what comes: that counts as its end.
    if (!reading && context.stdout.write('') === 'EPIPE') receiving = false;
    if (!receiving && (!reading || call.listen)) {
      network.close(connection, side);
      if (call.linger > 0) yield* context.sleep(call.linger);
      return 0;
    }
    const wake = yield {
      keys: [key],
      ...(reading ? { streams: [context.stdin] } : {}),
      ...(call.wait === undefined ? {} : { until: context.kernel.now + call.wait }),
    };
    if (wake.reason === 'timer') {
      network.close(connection, side);
      return 0;
    }
  }
}
function* udp(
  context: ProgramContext,
  call: NcCall,
  to: { ip: number; port: number; shown: string; service: string },
): Generator<Wait, number, Wake> {
  const { network } = context.world;
  const box = new Mailbox(context);
  const bound = network.bindUdp(context.host, {
    pid: context.pid,
    ip: call.source ?? 0,
    port: call.sourcePort ?? 0,
    on: box.on('udp'),
  });
  if (typeof bound === 'string') {
    yield* context.err(`nc: bind failed: ${errnoText(bound)}\n`);
    return 1;
  }
  const say = (text: string): void =>
    void network.sendUdp(context.host, bound.socket, { ip: to.ip, port: to.port }, text, byteLength(text));
  if (call.scan) {
    // A closed port is told by an error; silence counts as open (udptest writes a few bytes, a second apart).
    for (let attempt = 0; attempt < 4; attempt++) {
      say('X');
      const received = yield* box.next(context.kernel.now + (attempt === 0 ? 100_000 : SECOND));
      if (received.kind === 'item' && (received.event as UdpEvent).type === 'error') {
        box.close();
        network.closeUdp(context.host, bound.socket);
        return 1;
      }
    }
    if (call.verbose)
      yield* context.err(`Connection to ${to.shown} ${to.port} port [udp/${to.service}] succeeded!\n`);
    return 0;
  }
  let reading = !call.noStdin;
  for (;;) {
    for (let item = box.take(); item !== undefined; item = box.take()) {
      const event = item.event as UdpEvent;
      if (event.type === 'error') {
        if (call.verbose) yield* context.err(`nc: read failed (0/3): ${errnoText(event.errno)}\n`);
        // Nothing can be read any more: only the input keeps it, and its end may be waited for.
        if (!reading) yield* context.sleep(call.linger);
        return call.verbose ? 1 : 0;
      }
      yield* context.out(typeof event.payload === 'string' ? event.payload : '');
    }
    let input: string | undefined;
    while (reading && (input = context.stdin.read()) !== undefined) {
      if (input === '') reading = false;
      else say(input);
    }
    if (!reading && call.quits) {
      yield* context.sleep(call.linger);
      return 0;
    }
    const until = !reading && call.wait !== undefined ? context.kernel.now + call.wait : undefined;
    const wake = yield {
      keys: [box.key],
      ...(reading ? { streams: [context.stdin] } : {}),
      ...(until === undefined ? {} : { until }),
    };
    if (wake.reason === 'timer') return 0;
  }
}

function* listen(
  context: ProgramContext,
  call: NcCall,
  ip: number,
  port: number,
): Generator<Wait, number, Wake> {
  const { network } = context.world;
  const box = new Mailbox(context);
  if (call.udp) {
    const bound = network.bindUdp(context.host, { pid: context.pid, ip, port, on: box.on('udp') });
    if (typeof bound === 'string') {
      yield* context.err(`nc: ${errnoText(bound)}\n`);
      return 1;
    }
    if (call.verbose) yield* context.err(`Bound on ${formatIPv4(ip)} ${port}\n`);
    for (;;) {
      const received = yield* box.next();
      if (received.kind === 'item')
        yield* context.out(String((received.event as UdpEvent & { type: 'datagram' }).payload ?? ''));
    }
  }
  const listening = network.listen(context.host, {
    pid: context.pid,
    ip,
    port,
    backlog: 1,
    on: box.on('socket'),
  });
  if (typeof listening === 'string') {
    yield* context.err(`nc: ${errnoText(listening)}\n`);
    return 1;
  }
  if (call.verbose) yield* context.err(`Listening on ${formatIPv4(ip)} ${port}\n`);
  for (;;) {
    const received = yield* box.next();
    const event = received.kind === 'item' ? (received.event as SocketEvent) : undefined;
    if (event?.type !== 'accepted') continue;
    if (!call.keep) network.closeListener(context.host, listening.listener);
    const info = network
      .sockets(context.host)
      .find((socket) => socket.connection === event.connection && socket.side === 'server');
    if (call.verbose && info !== undefined)
      yield* context.err(`Connection received on ${formatIPv4(info.peerIp)} ${info.peerPort}\n`);
    const code = yield* relay(context, call, event.connection, 'server', box);
    if (!call.keep) return code;
  }
}
