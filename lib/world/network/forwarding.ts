/**
 * The way of a packet: out of one host, over segments and through routers, to a
 * socket, into a filter or into silence. A packet is walked at the moment of
 * sending as far as nothing has to be waited for; where an address must be
 * asked for, or the way is long, an event goes on from there.
 *
 * Sources: linux/net/ipv4/{ip_input,ip_forward,ip_output,icmp,route}.c;
 * RFC 1812 §4.3 (errors), §5.3.1 (TTL).
 */
import type { HandlerId } from '../../kernel/kernel';
import { MILLISECOND, type Micros } from '../../std/instant';
import { formatIPv4, isLoopback } from '../../std/ipv4';
import type { Errno } from '../files.contract';
import type { Hook } from '../packet-filter.contract';
import { CT_ESTABLISHED, CT_NEW, type Tracking } from '../packet-filter/conntrack';
import { READ_VOLATILE } from '../packet-filter/fields';
import type { Decision } from '../packet-filter/input';
import type { InterfaceState } from '../world.contract';
import type { Core, Port } from './core';
import { HookTally, leaveHost, mostTracked, type Passage, runHook } from './hooks';
import { HopNotes } from './hop-notes';
import type { Neighbours } from './neighbours';
import { lost, type Result } from './outcome';
import {
  ADMIN_PROHIBITED,
  HOST_UNREACHABLE,
  NET_UNREACHABLE,
  type Packet,
  TCP,
  TIME_EXCEEDED,
  UNREACHABLE,
} from './packet';
import { Refusals } from './refusals';
import { lookUp, route, routeFrom, type RouteAnswer } from './routing';
import type { Stack } from './stack';
import { keepTrail, type Trail } from './trail';
import { countDropped, countIn, countOut, cross, isRunning, LOOPBACK_MICROS, LOST } from './wire';

/** How far ahead a packet is walked without an event in between. */
const HORIZON = 2 * MILLISECOND;
const VLAN_TAG = 4;

type Underway = { host: string; device: string; packet: Packet; nextHop: number; sourceMac: string };

/** Takes what arrives, and sees what passes. */
export interface PacketUsers {
  take(stack: Stack, device: string, packet: Packet): void;
  seen(
    stack: Stack,
    device: InterfaceState,
    direction: 'in' | 'out',
    packet: Packet,
    macs: { source: string; target: string },
    at: Micros,
  ): void;
}

/** What is noted on the way, to be remembered or shown. */
interface Way {
  tally: HookTally;
  out: InterfaceState[];
  in: InterfaceState[];
  neighbours: Trail['neighbours'];
  /** Of a traced packet. */
  notes: HopNotes | undefined;
  /** Cannot be remembered. */
  once: boolean;
}

export class Forwarding {
  readonly #emit: HandlerId;
  readonly #arriveLater: HandlerId;
  readonly #deliver: HandlerId;
  readonly refusals: Refusals;
  users: PacketUsers | undefined;

  constructor(
    private readonly core: Core,
    private readonly neighbours: Neighbours,
  ) {
    const { kernel } = core;
    this.refusals = new Refusals(core, (stack, told, options) => {
      const result = this.send(stack, told, options);
      this.finish(result);
      return result.outcome === 'delivered' || result.outcome === 'underway';
    });
    this.#emit = kernel.handler<Underway>('net.emit', ({ host, device: name, packet, nextHop }) => {
      const stack = core.stackNamed(host);
      if (stack.alive) this.resume(stack, packet, name, nextHop);
    });
    this.#arriveLater = kernel.handler<Underway>(
      'net.arrive',
      ({ host, device: name, packet, sourceMac }) => {
        const stack = core.stackNamed(host);
        const device = stack.device(name);
        if (device === undefined || !stack.alive || !isRunning(device)) return;
        const way = this.#way(packet);
        way.notes?.frame(sourceMac, device.mac);
        const result = this.#arrive({ stack, device }, packet, { elapsed: 0, sourceMac, way, frame: true });
        this.#tell(packet, way);
        this.finish(result);
      },
    );
    this.#deliver = kernel.handler<{ host: string; device: string; packet: Packet }>(
      'net.deliver',
      ({ host, device, packet }) => {
        const stack = core.stackNamed(host);
        if (stack.alive)
          kernel.withCause(packet.cause >= 0 ? packet.cause : kernel.cause, () =>
            this.users?.take(stack, device, packet),
          );
      },
    );
  }

  // ---------------------------------------------------------------- sending
  /** Sends a packet from this host. */
  send(
    stack: Stack,
    packet: Packet,
    options: {
      device?: string | undefined;
      tracking?: Tracking | undefined;
      elapsed?: Micros;
      remember?: boolean /** TCP got on through the next hop: it lives */;
      confirms?: boolean;
    } = {},
  ): Result {
    const way = this.#way(packet);
    const { epoch } = this.core;
    const before =
      options.remember === true && this.core.remembers
        ? { src: packet.src, dst: packet.dst, sport: packet.sport, dport: packet.dport, ttl: packet.ttl }
        : undefined;
    const { device, tracking, elapsed = 0 } = options;
    const result = this.#output(stack, packet, { device, tracking, elapsed, way });
    const first = way.neighbours[0];
    if (options.confirms === true && result.outcome === 'delivered' && first?.stack === stack)
      first.entry.confirmed = this.core.now;
    if (before !== undefined && !way.once && result.outcome === 'delivered' && epoch === this.core.epoch)
      this.#remember(stack, packet, before, result, way);
    this.#tell(packet, way);
    return result;
  }
  /** What was noted goes into the trace. */
  #tell(packet: Packet, { notes }: Way): void {
    if (notes === undefined) return;
    for (const hop of notes.hops) this.core.world.hop(packet.trace, hop, hop.at + this.core.now);
  }

  #way(packet: Packet): Way {
    return {
      tally: new HookTally(),
      out: [],
      in: [],
      neighbours: [],
      notes: packet.trace !== 0 ? new HopNotes(packet) : undefined,
      once: false,
    };
  }

  #remember(
    stack: Stack,
    packet: Packet,
    before: { src: number; dst: number; sport: number; dport: number; ttl: number },
    result: Result,
    way: Way,
  ): void {
    const { tally } = way;
    if (
      tally.translated ||
      tally.logged ||
      (tally.reads & READ_VOLATILE) !== 0 ||
      result.target === undefined ||
      tally.tracks.some(({ state }) => state !== CT_NEW && state !== CT_ESTABLISHED)
    )
      return;
    const { now } = this.core;
    // (Field by field: an object made by spreading is slow to look at ever after.)
    keepTrail(stack, {
      epoch: this.core.epoch,
      reads: tally.reads,
      protocol: packet.protocol,
      src: before.src,
      dst: before.dst,
      sport: before.sport,
      dport: before.dport,
      ttl: before.ttl,
      flags: packet.flags,
      size: Math.ceil(packet.length / packet.count),
      mark: packet.mark,
      uid: packet.uid,
      packets: 0,
      bytes: 0,
      ledger: this.core.ledger,
      checkedAt: -1,
      out: countersOf(way.out),
      in: countersOf(way.in),
      counters: tally.counters,
      neighbours: way.neighbours,
      tracks: tracksOf(tally, now),
      latency: result.elapsed,
      target: result.target,
      device: result.device,
      hops: way.notes?.hops,
    });
  }

  #output(
    stack: Stack,
    packet: Packet,
    options: { device?: string | undefined; tracking?: Tracking | undefined; elapsed: Micros; way: Way },
  ): Result {
    const { way, elapsed } = options;
    let answer =
      options.device === undefined ? routeOf(stack, packet, '') : lookUp(stack, packet.dst, options.device);
    const refused = this.#unroutable(answer, packet);
    if (refused !== undefined) return refused;
    const passage: Passage = {
      stack,
      packet,
      iif: '',
      oif: deviceOf(answer),
      sourceMac: '',
      targetMac: '',
      tracking: options.tracking,
      at: this.core.now + elapsed,
      attached: options.tracking !== undefined,
    };
    const { dst, mark } = packet;
    const decision = this.#hook('output', passage, elapsed, way);
    if (decision !== undefined) return this.refusals.decided(decision, 'output', passage, elapsed, way.notes);
    if (packet.dst !== dst || (packet.mark !== mark && reroutesByMark(stack))) {
      answer = routeOf(stack, packet, '');
      const lost = this.#unroutable(answer, packet);
      if (lost !== undefined) return lost;
      passage.oif = deviceOf(answer);
    }
    return this.#post(passage, answer, elapsed, way);
  }

  #unroutable(answer: RouteAnswer, packet: Packet): Result | undefined {
    switch (answer.kind) {
      case 'none':
        return lost(packet, 0, { error: 'ENETUNREACH' });
      case 'blackhole':
        return lost(packet, 0, { error: 'EINVAL' });
      case 'unreachable':
        return lost(packet, 0, { error: 'EHOSTUNREACH' });
      case 'prohibit':
        return lost(packet, 0, { error: 'EACCES' });
      case 'local':
      case 'unicast':
        return undefined;
    }
  }

  #post(passage: Passage, answer: RouteAnswer, elapsed: Micros, way: Way): Result {
    const { packet, stack } = passage;
    const decision = this.#hook('postrouting', passage, elapsed, way);
    if (decision !== undefined)
      return this.refusals.decided(decision, 'postrouting', passage, elapsed, way.notes);
    leaveHost(passage);
    if (answer.kind === 'local') return this.#loop(passage, answer.device, elapsed, way);
    if (answer.kind !== 'unicast') return lost(packet, 0, { error: 'ENETUNREACH' });
    way.notes?.note(packet, {
      at: elapsed,
      host: stack.name,
      what: 'route',
      text: `${formatIPv4(packet.dst)}${answer.route.via === undefined ? '' : ` via ${formatIPv4(answer.nextHop)}`} dev ${answer.device.name}`,
      verdict: 'routed',
      outcome: 'ok',
    });
    return this.#transmit(stack, packet, answer.device, answer.nextHop, elapsed, way);
  }

  #loop(passage: Passage, lo: InterfaceState, elapsed: Micros, way: Way): Result {
    const { stack, packet } = passage;
    const bytes = packet.length + 14 * packet.count;
    countOut(lo, packet.count, bytes);
    countIn(lo, packet.count, bytes);
    way.out.push(lo);
    way.in.push(lo);
    if (stack.net.taps.size > 0) {
      way.once = true;
      this.users?.seen(stack, lo, 'out', packet, { source: lo.mac, target: lo.mac }, this.core.now + elapsed);
    }
    return this.#arrive({ stack, device: lo }, packet, {
      elapsed: elapsed + LOOPBACK_MICROS,
      sourceMac: lo.mac,
      way,
      frame: false,
      tracking: passage.tracking,
    });
  }

  /** A packet whose next hop has answered at last, or that comes to this host's card by event. */
  resume(stack: Stack, packet: Packet, name: string, nextHop: number): void {
    const device = stack.device(name);
    if (device === undefined) return;
    const way = this.#way(packet);
    const result = this.#transmit(stack, packet, device, nextHop, 0, way);
    this.#tell(packet, way);
    this.finish(result);
  }

  /** Hands over what was walked to its end outside of a sender's hands. */
  finish(result: Result): void {
    const { target, packet } = result;
    if (result.outcome !== 'delivered' || target === undefined) return;
    this.deliver(result.elapsed, target, result.device, packet);
  }
  /** A packet whose way is known to its end. */
  deliver(after: Micros, target: Stack, device: string, packet: Packet): void {
    const { kernel } = this.core;
    kernel.post(kernel.now + after, this.#deliver, { host: target.name, device, packet });
  }

  // ---------------------------------------------------------------- the wire
  #transmit(
    stack: Stack,
    packet: Packet,
    device: InterfaceState,
    nextHop: number,
    elapsed: Micros,
    way: Way,
  ): Result {
    const entry = this.neighbours.usable(stack, device.name, nextHop);
    if (entry?.mac === undefined) {
      if (elapsed > 0)
        this.core.kernel.after<Underway>(elapsed, this.#emit, {
          host: stack.name,
          device: device.name,
          packet,
          nextHop,
          sourceMac: '',
        });
      else {
        this.neighbours.wait(stack, device, nextHop, packet);
        way.notes?.note(packet, {
          at: 0,
          host: stack.name,
          what: 'arp',
          text: `who has ${formatIPv4(nextHop)}?`,
          verdict: 'asked',
          outcome: 'wait',
        });
      }
      return {
        outcome: 'underway',
        elapsed,
        target: undefined,
        device: device.name,
        packet,
        error: undefined,
        cause: -1,
      };
    }
    way.neighbours.push({ stack, entry });
    const segment = this.core.segment(device.segment);
    if (segment === undefined || !isRunning(device))
      return this.#lost(stack, packet, {
        elapsed,
        way,
        why: `${stack.name} ${device.name} has no link`,
        cause: this.core.state.changes.get(`${stack.name}/${device.name}`),
      });
    const bytes = packet.length + 14 * packet.count;
    countOut(device, packet.count, bytes);
    way.out.push(device);
    const { mac } = entry;
    if (stack.net.taps.size > 0) {
      way.once = true;
      this.users?.seen(
        stack,
        device,
        'out',
        packet,
        { source: device.mac, target: mac },
        this.core.now + elapsed,
      );
    }
    const port = segment.byMac.get(mac);
    way.notes?.frame(device.mac, mac);
    way.notes?.note(packet, {
      at: elapsed,
      host: stack.name,
      what: 'arp',
      text: `${formatIPv4(nextHop)} is at ${mac}${port === undefined ? '' : ` (${port.stack.name})`}`,
      verdict: 'sent',
      outcome: 'ok',
    });
    if (port === undefined)
      return this.#lost(stack, packet, {
        elapsed,
        way,
        why: `nobody has ${mac} here`,
        cause: this.core.state.changes.get(`${nextHop}`),
      });
    if (!port.stack.alive || !isRunning(port.device))
      return this.#lost(stack, packet, {
        elapsed,
        way,
        why: port.stack.alive
          ? `${port.stack.name} ${port.device.name} has no link`
          : `${port.stack.name} is ${port.stack.state.power === 'on' ? 'frozen' : 'without power'}`,
        cause: this.core.state.changes.get(
          port.stack.alive ? `${port.stack.name}/${port.device.name}` : `power ${port.stack.name}`,
        ),
      });
    if (packet.protocol !== TCP && device.mtu !== port.device.mtu) {
      way.once = true;
      if (isTooLong(packet, device, port.device)) {
        countDropped(port.device, packet.count);
        return this.#lost(stack, packet, {
          elapsed,
          way,
          why: `too long for ${port.stack.name} ${port.device.name} (mtu ${port.device.mtu})`,
          cause: this.core.state.changes.get(`${port.stack.name}/${port.device.name}`),
        });
      }
    }
    if (device.impairment !== undefined || port.device.impairment !== undefined || device.cut !== undefined)
      way.once = true;
    const latency = cross(this.core, device, port.device, segment.latency, packet.count);
    if (latency === LOST)
      return this.#lost(stack, packet, {
        elapsed,
        way,
        why: `lost between ${device.name} and ${port.stack.name}`,
        cause: undefined,
      });
    const arrives = elapsed + latency;
    if (arrives > HORIZON) {
      this.core.kernel.after<Underway>(arrives, this.#arriveLater, {
        host: port.stack.name,
        device: port.device.name,
        packet,
        nextHop,
        sourceMac: device.mac,
      });
      return {
        outcome: 'underway',
        elapsed: arrives,
        target: undefined,
        device: port.device.name,
        packet,
        error: undefined,
        cause: -1,
      };
    }
    return this.#arrive(port, packet, { elapsed: arrives, sourceMac: device.mac, way, frame: true });
  }

  /** Nobody hears the frame, and nobody is told. For the trace it is no refusal: whoever waits may try again. */
  #lost(
    stack: Stack,
    packet: Packet,
    { elapsed, way, why, cause }: { elapsed: Micros; way: Way; why: string; cause: number | undefined },
  ): Result {
    way.notes?.note(packet, {
      at: elapsed,
      host: stack.name,
      what: 'wire',
      text: why,
      verdict: 'lost',
      outcome: 'wait',
    });
    return {
      outcome: 'dropped',
      elapsed: 0,
      target: undefined,
      device: '',
      packet,
      error: undefined,
      cause: cause ?? -1,
    };
  }

  // ---------------------------------------------------------------- arriving
  #arrive(
    { stack, device }: Port,
    packet: Packet,
    options: {
      elapsed: Micros;
      sourceMac: string;
      way: Way;
      frame: boolean;
      tracking?: Tracking | undefined;
    },
  ): Result {
    const { elapsed, way } = options;
    if (options.frame) {
      countIn(device, packet.count, packet.length + 14 * packet.count);
      way.in.push(device);
      if (stack.net.taps.size > 0) {
        way.once = true;
        this.users?.seen(
          stack,
          device,
          'in',
          packet,
          { source: options.sourceMac, target: device.mac },
          this.core.now + elapsed,
        );
      }
    }
    const passage: Passage = {
      stack,
      packet,
      iif: device.name,
      oif: '',
      sourceMac: options.sourceMac,
      targetMac: device.mac,
      tracking: options.tracking,
      at: this.core.now + elapsed,
      attached: options.tracking !== undefined,
    };
    const decision =
      this.#hook('ingress', passage, elapsed, way) ?? this.#hook('prerouting', passage, elapsed, way);
    if (decision !== undefined)
      return this.refusals.decided(decision, 'prerouting', passage, elapsed, way.notes);
    const martian = device.name === 'lo' ? undefined : this.#martian(passage);
    if (martian !== undefined) return this.refusals.noted(passage, elapsed, way.notes, martian);
    if (stack.isLocal(packet.dst)) return this.#input(passage, elapsed, way);
    if (!stack.forwards) return this.refusals.noted(passage, elapsed, way.notes, 'ip_forward is 0');
    return this.#forward(passage, elapsed, way);
  }

  /** What the reverse path refuses (fib_validate_source): our own source, loopback, rp_filter. */
  #martian({ stack, packet, iif }: Passage): string | undefined {
    if (stack.isLocal(packet.src) || isLoopback(packet.src) || isLoopback(packet.dst))
      return 'martian source';
    const filter = stack.deviceSysctl('rp_filter', iif);
    if (filter === 0) return undefined;
    const back = routeFrom(stack, packet.src, packet.dst);
    if (back.kind === 'unicast' && (filter === 2 || back.device.name === iif)) return undefined;
    return `rp_filter ${filter}`;
  }

  #input(passage: Passage, elapsed: Micros, way: Way): Result {
    const { stack, packet } = passage;
    const decision = this.#hook('input', passage, elapsed, way);
    if (decision !== undefined) return this.refusals.decided(decision, 'input', passage, elapsed, way.notes);
    leaveHost(passage);
    return {
      outcome: 'delivered',
      elapsed,
      target: stack,
      device: passage.iif,
      packet,
      error: undefined,
      cause: -1,
    };
  }

  #forward(passage: Passage, elapsed: Micros, way: Way): Result {
    const { stack, packet } = passage;
    const answer = routeOf(stack, packet, passage.iif);
    switch (answer.kind) {
      case 'blackhole':
        return this.refusals.noted(passage, elapsed, way.notes, 'blackhole route');
      case 'none':
        return this.refusals.tellSender(
          passage,
          { type: UNREACHABLE, code: NET_UNREACHABLE },
          elapsed,
          way.notes,
          'no route',
        );
      case 'unreachable':
        return this.refusals.tellSender(
          passage,
          { type: UNREACHABLE, code: HOST_UNREACHABLE },
          elapsed,
          way.notes,
          'unreachable route',
        );
      case 'prohibit':
        return this.refusals.tellSender(
          passage,
          { type: UNREACHABLE, code: ADMIN_PROHIBITED },
          elapsed,
          way.notes,
          'prohibit route',
        );
      case 'local':
      case 'unicast':
    }
    if (packet.ttl <= 1)
      return this.refusals.tellSender(
        passage,
        { type: TIME_EXCEEDED, code: 0 },
        elapsed,
        way.notes,
        'TTL exceeded',
      );
    packet.ttl--;
    passage.oif = deviceOf(answer);
    const decision = this.#hook('forward', passage, elapsed, way);
    if (decision !== undefined)
      return this.refusals.decided(decision, 'forward', passage, elapsed, way.notes);
    return this.#post(passage, answer, elapsed, way);
  }

  #hook(hook: Hook, passage: Passage, elapsed: Micros, way: Way): Decision | undefined {
    const decision = runHook(hook, passage, way.tally);
    way.notes?.noteHook(hook, passage.packet, way.tally, { at: elapsed, host: passage.stack.name });
    return decision;
  }

  // ---------------------------------------------------------------- multicast
  /** A multicast packet over one interface, to every member on its segment. */
  multicast(
    stack: Stack,
    packet: Packet,
    device: InterfaceState,
    isMember: (port: Port) => boolean,
  ): Errno | undefined {
    const way = this.#way(packet);
    const passage: Passage = {
      stack,
      packet,
      iif: '',
      oif: device.name,
      sourceMac: device.mac,
      targetMac: multicastMac(packet.dst),
      tracking: undefined,
      at: this.core.now,
      attached: false,
    };
    const decision = runHook('output', passage, way.tally) ?? runHook('postrouting', passage, way.tally);
    if (decision !== undefined) {
      this.refusals.decided(decision, 'output', passage, 0, way.notes);
      return 'EPERM';
    }
    leaveHost(passage);
    const segment = this.core.segment(device.segment);
    if (segment === undefined || !isRunning(device) || !stack.alive)
      return device.up ? undefined : 'ENETDOWN';
    countOut(device, 1, packet.length + 14);
    const target = multicastMac(packet.dst);
    if (stack.net.taps.size > 0)
      this.users?.seen(stack, device, 'out', packet, { source: device.mac, target }, this.core.now);
    for (const port of segment.ports) {
      if (port.stack === stack || !port.stack.alive || !isRunning(port.device)) continue;
      const member = isMember(port);
      if (!member && port.stack.net.taps.size === 0) continue;
      const latency = cross(this.core, device, port.device, segment.latency, 1);
      if (latency === LOST) continue;
      if (port.stack.net.taps.size > 0)
        this.users?.seen(
          port.stack,
          port.device,
          'in',
          packet,
          { source: device.mac, target },
          this.core.now + latency,
        );
      if (member) this.#arriveMulticast(port, packet, latency, device.mac);
    }
    return undefined;
  }
  #arriveMulticast({ stack, device }: Port, packet: Packet, elapsed: Micros, sourceMac: string): void {
    const way = this.#way(packet);
    countIn(device, 1, packet.length + 14);
    const copy: Packet = { ...packet };
    const passage: Passage = {
      stack,
      packet: copy,
      iif: device.name,
      oif: '',
      sourceMac,
      targetMac: multicastMac(packet.dst),
      tracking: undefined,
      at: this.core.now + elapsed,
      attached: false,
    };
    const decision = runHook('ingress', passage, way.tally) ?? runHook('prerouting', passage, way.tally);
    if (decision !== undefined)
      return void this.refusals.decided(decision, 'prerouting', passage, elapsed, way.notes);
    if (this.#martian(passage) !== undefined) return;
    const refused = runHook('input', passage, way.tally);
    if (refused !== undefined)
      return void this.refusals.decided(refused, 'input', passage, elapsed, way.notes);
    leaveHost(passage);
    this.core.kernel.after(elapsed, this.#deliver, { host: stack.name, device: device.name, packet: copy });
  }
}

/** (Lists made by `map` are of another kind once that is compiled: what was compiled to read them is thrown away.) */
function countersOf(devices: readonly InterfaceState[]): Trail['out'] {
  const counters: Trail['out'] = [];
  for (const device of devices) counters.push(device.counters);
  return counters;
}
function tracksOf({ tracks }: HookTally, now: Micros): Trail['tracks'] {
  const told: Trail['tracks'] = [];
  for (const { stack, state, at } of tracks)
    told.push({ conntrack: stack.conntrack, state, after: at - now, max: mostTracked(stack) });
  return told;
}
function deviceOf(answer: RouteAnswer): string {
  return answer.kind === 'unicast' || answer.kind === 'local' ? answer.device.name : '';
}
/**
 * Longer than the other end of the cable takes: its MTU and a VLAN tag (`is_skb_forwardable`; recorded with a veth
 * pair). The sender cuts what is longer than its own MTU. TCP's segments fit, since each side announces its own.
 */
function isTooLong({ length, count }: Packet, from: InterfaceState, to: InterfaceState): boolean {
  return Math.min(length / count, from.mtu) > to.mtu + VLAN_TAG;
}
/** 01:00:5e and the low 23 bits (RFC 1112 §6.4). */
export function multicastMac(ip: number): string {
  const hex = (value: number): string => value.toString(16).padStart(2, '0');
  return `01:00:5e:${hex((ip >> 16) & 127)}:${hex((ip >> 8) & 255)}:${hex(ip & 255)}`;
}

function routeOf(stack: Stack, packet: Packet, iif: string): RouteAnswer {
  return stack.state.policy === undefined
    ? route(stack, packet.dst)
    : route(stack, packet.dst, { source: packet.src, mark: packet.mark, iif });
}
/** Chains of type `route` look for a new way when they have set a mark (nf_tables `nft_route_hook`). */
function reroutesByMark({ state }: Stack): boolean {
  return (
    state.policy !== undefined &&
    state.ruleset.tables.some((table) => table.chains.some((chain) => chain.base?.type === 'route'))
  );
}
