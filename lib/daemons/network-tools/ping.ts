/** ping(8) of iputils 20221126: its lines, statistics and exit codes are recorded in truth/host (b04, b14, c08, c09). */
import { SECOND, type Micros } from '../../std/instant';
import { formatIPv4, parseIPv4 } from '../../std/ipv4';
import type { PingEvent } from '../../world/network.contract';
import { broadcastOfSubnet } from '../../world/network/routing';
import type { ProgramContext, ProgramRun, Wait, Wake } from '../../world/process.contract';
import { errnoText, lookUpName, nameInHosts } from '../host-names';
import { Mailbox } from '../mailbox';
import { parseOptions } from '../command-options';
import { PING_USAGE } from './usages';

/** How long the last answer is waited for when nothing came at all (MAXWAIT). */
const LINGER = 10 * SECOND;
/** A second of waiting is a little more than that: the socket's timeout counts in ticks (recorded: 1.003 to 1.027 s). */
const SLIP: Micros = 20_500;

interface PingOptions {
  count: number;
  interval: Micros;
  wait: Micros | undefined;
  deadline: Micros | undefined;
  bytes: number;
  ttl: number | undefined;
  quiet: boolean;
  numeric: boolean;
  from: string | undefined;
  outstanding: boolean;
  flood: boolean;
  stamps: boolean;
  adaptive: boolean;
  /** -M do: never in fragments. */
  whole: boolean;
  /** -b: a broadcast address is meant. */
  broadcast: boolean;
  pattern: string | undefined;
}

export function* ping(context: ProgramContext): ProgramRun {
  const parsed = parseOptions(context.argv.slice(1), {
    short: '46aAbBc:dDe:fF:hHi:I:l:Lm:M:nN:Op:qQ:rRs:S:t:T:UvVw:W:C',
  });
  const given = new Map(parsed.options.map((option) => [option.name, option.value]));
  if (given.has('V')) {
    yield* context.out(
      'ping from iputils 20221126\nlibcap: yes, IDN: yes, NLS: no, error.h: yes, getrandom(): yes, __fpending(): yes\n',
    );
    return 0;
  }
  const { problem } = parsed;
  if (problem !== undefined) {
    yield* context.err(
      problem.kind === 'missing'
        ? `ping: option requires an argument -- '${problem.option}'\n`
        : `ping: invalid option -- '${problem.option}'\n`,
    );
    yield* context.err(PING_USAGE);
    return 2;
  }
  if (given.has('h')) {
    yield* context.err(PING_USAGE);
    return 2;
  }
  const tos = given.get('Q');
  if (tos !== undefined && !/^(?:0x[0-9a-f]+|\d+)$/i.test(tos)) {
    yield* context.err(`ping: bad TOS value: ${tos}\n`);
    return 2;
  }
  const [target] = parsed.operands;
  if (target === undefined) {
    yield* context.err('ping: usage error: Destination address required\n');
    return 1;
  }
  const options = readOptions(given);
  if (typeof options === 'string') {
    yield* context.err(`ping: ${options}\n`);
    return 1;
  }
  if (options.interval < 2_000 && context.who.uid !== 0) {
    yield* context.err(
      `ping: cannot flood, minimal interval for user must be >= 2 ms, use -i 0.002 (or higher)\n`,
    );
    return 2;
  }
  const six = asLoopback6(context, target, given.has('6'));
  if (six !== undefined) return yield* new LoopbackSession(context, options, six).run();
  if (given.has('6') || (target.includes(':') && !given.has('4'))) {
    yield* context.err(
      target.includes(':')
        ? 'ping: connect: Network is unreachable\n'
        : `ping: ${target}: Address family for hostname not supported\n`,
    );
    return 2;
  }
  const found = yield* lookUpName(context, target);
  if (typeof found === 'string') {
    if (found === 'interrupted') return 130;
    yield* context.err(`ping: ${target}: ${found}\n`);
    return 2;
  }
  const [address] = found.addresses;
  if (address === undefined) return 2;
  return yield* new Session(context, options, {
    ip: address === 0 ? 0x7f000001 : address,
    name: found.literal ? target : found.canonical,
    literal: found.literal,
  }).run();
}

function readOptions(given: ReadonlyMap<string, string>): PingOptions | string {
  const number = (name: string, least: number, most: number | bigint): number | string | undefined => {
    const text = given.get(name);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (text === '' || !Number.isFinite(value)) return `invalid argument: '${text}'`;
    if (value < least || value > most)
      return `invalid argument: '${text}': out of range: ${least} <= value <= ${most}`;
    return value;
  };
  const values: (number | undefined)[] = [];
  for (const [name, least, most] of [
    ['c', 1, 9_223_372_036_854_775_807n],
    ['i', 0, 2_147_483],
    ['W', 0, 2_147_483],
    ['w', 0, 2_147_483],
    ['s', 0, 65_507],
    ['t', 0, 255],
  ] as const) {
    const value = number(name, least, most);
    if (typeof value === 'string') return value;
    values.push(value);
  }
  const [count, interval, wait, deadline, bytes, ttl] = values;
  return {
    count: count ?? Number.POSITIVE_INFINITY,
    interval: Math.round((interval ?? (given.has('f') ? 0.01 : given.has('A') ? 0.2 : 1)) * SECOND),
    wait: wait === undefined ? undefined : Math.round(wait * SECOND),
    deadline: deadline === undefined ? undefined : deadline * SECOND,
    bytes: bytes ?? 56,
    ttl,
    quiet: given.has('q') || given.has('f'),
    numeric: given.has('n'),
    from: given.get('I'),
    outstanding: given.has('O'),
    flood: given.has('f'),
    stamps: given.has('D'),
    adaptive: given.has('A'),
    whole: given.get('M') === 'do',
    broadcast: given.has('b'),
    pattern: given.get('p'),
  };
}

/** IPv6 is there as far as the loopback: its address, and the names that stand for it. */
function asLoopback6(context: ProgramContext, target: string, wanted: boolean): string | undefined {
  if (context.host.sysctl('net.ipv6.conf.all.disable_ipv6') !== '0') return undefined;
  if (/^(0*:)*:?0*:?0*1$/.test(target) && target.includes(':')) return '::1';
  if (target === 'ip6-localhost' || target === 'ip6-loopback') return target;
  return wanted && target === 'localhost' ? target : undefined;
}
/** Each request is answered at once. */
class LoopbackSession {
  constructor(
    private readonly context: ProgramContext,
    private readonly options: PingOptions,
    private readonly name: string,
  ) {}
  *run(): ProgramRun {
    const { context, options, name } = this;
    context.signal('INT', 'handle');
    yield* context.out(
      `PING ${name}(${name === '::1' ? '::1' : 'localhost (::1)'}) ${options.bytes} data bytes\n`,
    );
    const times: Micros[] = [];
    const startedAt = context.kernel.now;
    for (;;) {
      times.push(27);
      if (!options.quiet)
        yield* context.out(
          `${options.bytes + 8} bytes from ${name === '::1' ? '::1' : 'localhost (::1)'}: icmp_seq=${times.length} ttl=64 time=0.027 ms\n`,
        );
      if (times.length >= options.count) break;
      if (yield* context.sleep(options.interval)) break;
    }
    const total = Math.round((context.kernel.now - startedAt) / 1_000);
    yield* context.out(
      `\n--- ${name} ping statistics ---\n${times.length} packets transmitted, ${times.length} received, 0% packet loss, time ${total}ms\nrtt min/avg/max/mdev = 0.027/0.027/0.027/0.000 ms\n`,
    );
    return 0;
  }
}

const BROADCAST_HINT =
  'ping: Do you want to ping broadcast? Then -b. If not, check your local firewall rules\n';

class Session {
  readonly #box: Mailbox;
  /** Nobody answers those: net.ipv4.icmp_echo_ignore_broadcasts. Not modelled: that they are sent. */
  #isBroadcast = false;
  #sent = 0;
  #received = 0;
  #errors = 0;
  #pipe = 0;
  #startedAt: Micros;
  #lastAt: Micros;
  readonly #times: Micros[] = [];
  readonly #answered = new Set<number>();
  #host: string;
  readonly #deadlineAt: Micros | undefined;

  constructor(
    private readonly context: ProgramContext,
    private readonly options: PingOptions,
    private readonly target: { ip: number; name: string; literal: boolean },
  ) {
    this.#box = new Mailbox(context);
    this.#startedAt = this.#lastAt = context.kernel.now;
    this.#deadlineAt = options.deadline === undefined ? undefined : context.kernel.now + options.deadline;
    this.#host = target.name;
  }

  *run(): ProgramRun {
    const { context, options, target } = this;
    const { host, world } = context;
    const bindIp = options.from === undefined ? undefined : parseIPv4(options.from);
    const device = options.from !== undefined && bindIp === undefined ? options.from : undefined;
    if (device !== undefined && !host.state.interfaces.has(device)) {
      yield* context.err(`ping: SO_BINDTODEVICE ${device}: ${errnoText('ENODEV')}\n`);
      return 2;
    }
    const found = world.network.routeLookup(host, target.ip, device === undefined ? {} : { device });
    const refusal =
      found === undefined
        ? 'ENETUNREACH'
        : found.route.type === 'blackhole'
          ? 'EINVAL'
          : found.route.type === 'unreachable'
            ? 'EHOSTUNREACH'
            : found.route.type === 'prohibit'
              ? 'EACCES'
              : undefined;
    if (refusal !== undefined) {
      yield* context.err(refusal === 'EACCES' ? BROADCAST_HINT : `ping: connect: ${errnoText(refusal)}\n`);
      return 2;
    }
    const isBroadcast = [...host.state.interfaces.values()].some(({ addresses }) =>
      addresses.some(({ ip, prefix }) => broadcastOfSubnet(ip, prefix) === target.ip),
    );
    if (isBroadcast && !options.broadcast) {
      yield* context.err(BROADCAST_HINT);
      return 2;
    }
    this.#isBroadcast = isBroadcast;
    if (isBroadcast) yield* context.err('WARNING: pinging broadcast address\n');
    if (bindIp !== undefined && !world.network.isLocalAddress(host, bindIp)) {
      yield* context.err(`ping: bind: ${errnoText('EADDRNOTAVAIL')}\n`);
      return 2;
    }
    const from =
      bindIp !== undefined
        ? ` from ${formatIPv4(bindIp)} :`
        : device !== undefined
          ? ` from ${formatIPv4(found?.source ?? 0)} ${device}:`
          : '';
    if (options.pattern !== undefined) yield* context.out(`PATTERN: 0x${options.pattern.toLowerCase()}\n`);
    yield* context.out(
      `PING ${this.#host} (${formatIPv4(target.ip)})${from} ${options.bytes}(${options.bytes + 28}) bytes of data.\n`,
    );
    context.signal('INT', 'handle');
    context.signal('QUIT', 'handle');
    const ended = yield* this.#loop(bindIp, device);
    yield* context.out(this.#statistics(ended === 'interrupted'));
    this.#box.close();
    const wanted = this.#deadlineAt === undefined ? 1 : Number.isFinite(options.count) ? options.count : 1;
    return this.#received >= wanted ? 0 : 1;
  }

  *#loop(
    bindIp: number | undefined,
    device: string | undefined,
  ): Generator<Wait, 'done' | 'interrupted', Wake> {
    const { context, options } = this;
    let next = context.kernel.now;
    for (;;) {
      if (this.#sent < options.count && context.kernel.now >= next) {
        if (options.outstanding && this.#sent > 0 && !this.#answered.has(this.#sent))
          yield* context.out(`no answer yet for icmp_seq=${this.#sent}\n`);
        yield* this.#send(bindIp, device);
        next = context.kernel.now + options.interval + (options.interval >= SECOND ? SLIP : 0);
      }
      if (this.#received + this.#errors >= options.count && this.#sent >= options.count) return 'done';
      const until = this.#sent < options.count ? next : this.#lastSentAt + this.#finalWait();
      const received = yield* this.#box.next(Math.min(until, this.#deadlineAt ?? until));
      if (received.kind === 'signal') {
        if (received.signal === 'INT') return 'interrupted';
        yield* context.err(this.#interimLine());
      } else if (received.kind === 'timeout') {
        if (this.#deadlineAt !== undefined && context.kernel.now >= this.#deadlineAt) return 'done';
        if (this.#sent >= options.count && context.kernel.now >= until) return 'done';
      } else if (received.kind === 'item') {
        yield* this.#heard(received.event as PingEvent);
        // -A: an answer is the sign for the next one.
        if (options.adaptive) next = Math.min(next, context.kernel.now);
        if (this.#received >= options.count) return 'done';
      }
    }
  }
  #lastSentAt: Micros = 0;

  /** With answers so far: twice the longest; without any: -W or ten seconds. */
  #finalWait(): Micros {
    if (this.#times.length > 0) return Math.max(2 * Math.max(...this.#times), this.options.wait ?? 0, SECOND);
    return this.options.wait ?? LINGER;
  }

  *#send(bindIp: number | undefined, device: string | undefined): Generator<Wait, void, Wake> {
    const { context, options, target } = this;
    this.#sent++;
    this.#lastSentAt = context.kernel.now;
    this.#lastAt = context.kernel.now;
    const through = context.world.network.routeLookup(
      context.host,
      target.ip,
      device === undefined ? {} : { device },
    );
    const mtu = context.host.state.interfaces.get(through?.route.device ?? '')?.mtu;
    if (options.whole && mtu !== undefined && options.bytes + 28 > mtu) {
      this.#errors++;
      this.#answered.add(this.#sent);
      if (!options.quiet) yield* context.err(`ping: local error: message too long, mtu=${mtu}\n`);
      return;
    }
    if (this.#isBroadcast) return;
    const refused = context.world.network.ping(context.host, {
      pid: context.pid,
      ip: target.ip,
      id: context.pid & 0xffff,
      sequence: this.#sent,
      bytes: options.bytes,
      on: this.#box.on('ping'),
      ...(options.ttl === undefined ? {} : { ttl: options.ttl }),
      ...(bindIp === undefined ? {} : { bindIp }),
      ...(device === undefined ? {} : { device }),
    });
    if (refused === undefined) return;
    this.#errors++;
    this.#answered.add(this.#sent);
    if (!options.quiet) yield* context.err(`ping: sendmsg: ${errnoText(refused)}\n`);
  }

  *#heard(event: PingEvent): Generator<Wait, void, Wake> {
    const { context, options } = this;
    if (this.#answered.has(event.sequence)) return;
    this.#answered.add(event.sequence);
    this.#pipe = Math.max(this.#pipe, this.#sent - event.sequence + 1);
    this.#lastAt = context.kernel.now;
    if (event.type === 'reply') {
      this.#received++;
      this.#times.push(event.micros);
      if (!options.quiet)
        yield* context.out(
          `${this.#stamp()}${options.bytes + 8} bytes from ${this.#nameOf(event.from)}: icmp_seq=${event.sequence} ttl=${event.ttl}${options.bytes >= 16 ? ` time=${timeText(event.micros)} ms` : ''}\n`,
        );
      return;
    }
    this.#errors++;
    if (!options.quiet)
      yield* context.out(
        `${this.#stamp()}From ${this.#nameOf(event.from)} icmp_seq=${event.sequence} ${event.type === 'ttl-exceeded' ? 'Time to live exceeded' : wordsOf(event.code)}\n`,
      );
  }
  #stamp(): string {
    if (!this.options.stamps) return '';
    const clock = this.context.host.clock();
    return `[${Math.floor(clock / SECOND)}.${String(clock % SECOND).padStart(6, '0')}] `;
  }
  #nameOf(ip: number): string {
    const name = this.options.numeric || this.target.literal ? undefined : nameInHosts(this.context.host, ip);
    return name === undefined ? formatIPv4(ip) : `${name} (${formatIPv4(ip)})`;
  }

  #interimLine(): string {
    const loss = this.#sent === 0 ? 0 : Math.floor(((this.#sent - this.#received) * 100) / this.#sent);
    const average =
      this.#times.length === 0
        ? ''
        : `, min/avg/ewma/max = ${this.#spread().slice(0, 2).map(milliseconds).join('/')}/${milliseconds(this.#spread()[1] ?? 0)}/${milliseconds(this.#spread()[2] ?? 0)} ms`;
    return `\r${this.#received}/${this.#sent} packets, ${loss}% loss${average}\n`;
  }
  #spread(): [least: number, average: number, most: number, deviation: number] {
    const times = this.#times;
    const sum = times.reduce((total, time) => total + time, 0);
    const average = Math.floor(sum / times.length);
    const squares = times.reduce((total, time) => total + time * time, 0);
    const variance = Math.max(
      0,
      Math.floor(squares / times.length) - Math.floor((sum * sum) / (times.length * times.length)),
    );
    return [Math.min(...times), average, Math.max(...times), Math.floor(Math.sqrt(variance))];
  }

  #statistics(interrupted: boolean): string {
    const total = Math.round((this.#lastAt - this.#startedAt) / 1_000);
    const loss = this.#sent === 0 ? 0 : ((this.#sent - this.#received) * 100) / this.#sent;
    const errors = this.#errors === 0 ? '' : ` +${this.#errors} errors,`;
    const lossText = Number.isInteger(loss)
      ? String(loss)
      : loss.toPrecision(6).replace(/0+$/, '').replace(/\.$/, '');
    const parts: string[] = [];
    if (this.#times.length > 0)
      parts.push(`rtt min/avg/max/mdev = ${this.#spread().map(milliseconds).join('/')} ms`);
    if (this.#pipe > 1) parts.push(`pipe ${this.#pipe}`);
    if (this.#times.length > 0 && this.#sent > 1 && (this.options.flood || this.options.adaptive))
      parts.push(
        `ipg/ewma ${milliseconds(Math.floor((this.#lastAt - this.#startedAt) / (this.#sent - 1)))}/${milliseconds(ewma(this.#times))} ms`,
      );
    return `${interrupted ? '' : ''}\n--- ${this.#host} ping statistics ---\n${this.#sent} packets transmitted, ${this.#received} received,${errors} ${lossText}% packet loss, time ${total}ms\n${parts.join(', ')}\n`;
  }
}

/** Each new time counts for an eighth. */
function ewma(times: readonly Micros[]): Micros {
  let eighths = (times[0] ?? 0) * 8;
  for (const time of times.slice(1)) eighths += time - Math.floor(eighths / 8);
  return Math.floor(eighths / 8);
}
/** Three digits of precision, as ping prints a time. */
function timeText(micros: Micros): string {
  if (micros >= 100_000 - 50) return String(Math.floor((micros + 500) / 1_000));
  if (micros >= 10_000 - 5)
    return `${Math.floor((micros + 50) / 1_000)}.${Math.floor(((micros + 50) % 1_000) / 100)}`;
  if (micros >= 1_000)
    return `${Math.floor((micros + 5) / 1_000)}.${String(Math.floor(((micros + 5) % 1_000) / 10)).padStart(2, '0')}`;
  return `${Math.floor(micros / 1_000)}.${String(micros % 1_000).padStart(3, '0')}`;
}
function milliseconds(micros: Micros): string {
  return `${Math.floor(micros / 1_000)}.${String(micros % 1_000).padStart(3, '0')}`;
}
function wordsOf(code: (PingEvent & { type: 'unreachable' })['code']): string {
  switch (code) {
    case 'host':
      return 'Destination Host Unreachable';
    case 'net':
      return 'Destination Net Unreachable';
    case 'port':
      return 'Destination Port Unreachable';
    case 'proto':
      return 'Destination Protocol Unreachable';
    case 'admin':
      return 'Packet filtered';
    case 'host-prohibited':
      return 'Destination Host Prohibited';
    case 'net-prohibited':
      return 'Destination Net Prohibited';
  }
}
