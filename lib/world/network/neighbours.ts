/**
 * ARP: the neighbour cache of each host as the kernel keeps it, requests and
 * replies on the segment, gratuitous announcements.
 *
 * Sources: RFC 826; linux/net/core/neighbour.c (`neigh_timer_handler`,
 * `neigh_update`, `__neigh_event_send`), linux/net/ipv4/arp.c (`arp_process`,
 * `arp_solicit`); RFC 4861 §7.3.2 for the states' names.
 *
 * Departs: two owners of an address answer in the order in which a Linux bridge
 * floods, newest port first; on a switch it is a race.
 */
import type { HandlerId } from '../../kernel/kernel';
import { MILLISECOND, MINUTE, SECOND, type Micros } from '../../std/instant';
import { formatIPv4 } from '../../std/ipv4';
import type { Errno } from '../files.contract';
import type { ArpReplyEvent, Callback, Neighbour } from '../network.contract';
import type { InterfaceState } from '../world.contract';
import type { Core, Port } from './core';
import type { Packet } from './packet';
import { ownerOf, route, sourceFor } from './routing';
import type { Stack } from './stack';
import type { NeighbourEntry } from './state';
import { countIn, countOut, cross, isRunning, LOST } from './wire';

/** One second of RETRANS_TIME and the slack of the kernel's timer wheel; three of them are the recorded 3.06 s. */
const RETRANSMIT = 1_020_000;
/** `proxy_delay`: answers for others come at any moment within it. */
const PROXY_DELAY = 800 * MILLISECOND;
const MULTICAST_PROBES = 3;
const UNICAST_PROBES = 3;
const REACHABLE_TIME_PERIOD = 5 * MINUTE;
/** unres_qlen_bytes at full-sized frames. */
const LONGEST_QUEUE = 100;
const ARP_BYTES = 42;
export const BROADCAST_MAC = 'ff:ff:ff:ff:ff:ff';

export type ArpMessage = {
  operation: 'request' | 'reply';
  senderMac: string;
  senderIp: number;
  targetMac: string;
  targetIp: number;
};
type Frame = { segment: string; host: string; device: string; to: string; message: ArpMessage };
/** A frame that an impaired cable held up, at its receiver. */
type LateFrame = { host: string; device: string; to: string; message: ArpMessage };
type ProxiedAnswer = { host: string; device: string; message: ArpMessage };
type TimerData = { host: string; device: string; ip: number };

/** What the neighbour code asks of the rest of the stack. */
export interface NeighbourUsers {
  /** A packet that waited may go now. */
  resume(stack: Stack, packet: Packet, device: string, nextHop: number): void;
  /** A packet that waited in vain: the sender is told "host unreachable". */
  unreachable(stack: Stack, packet: Packet): void;
  seen(
    stack: Stack,
    device: InterfaceState,
    direction: 'in' | 'out',
    message: ArpMessage,
    targetMac: string,
  ): void;
}

export class Neighbours {
  readonly #timer: HandlerId;
  readonly #frame: HandlerId;
  readonly #late: HandlerId;
  readonly #proxied: HandlerId;
  users: NeighbourUsers | undefined;

  constructor(private readonly core: Core) {
    core.touchNeighbour = (stack, entry) => this.touch(stack, entry);
    this.#timer = core.kernel.handler<TimerData>('net.neighbour', (data) => this.#expire(data));
    this.#frame = core.kernel.handler<Frame>('net.arp', (frame) => this.#arrive(frame));
    this.#proxied = core.kernel.handler<ProxiedAnswer>('net.arp-proxy', ({ host, device: name, message }) => {
      const stack = core.stackNamed(host);
      const device = stack.device(name);
      if (device !== undefined && isRunning(device) && stack.alive) this.#reply(stack, device, message);
    });
    this.#late = core.kernel.handler<LateFrame>('net.arp-late', ({ host, device: name, to, message }) => {
      const stack = core.stackNamed(host);
      const device = stack.device(name);
      if (device !== undefined && isRunning(device) && stack.alive)
        this.#receive({ stack, device }, message, to);
    });
  }

  // ---------------------------------------------------------------- use
  /** The entry by which a frame can be sent now, or undefined: then `wait` takes the packet. */
  usable(stack: Stack, device: string, ip: number): NeighbourEntry | undefined {
    const entry = stack.neighbours.get(keyOf(device, ip));
    if (entry === undefined || entry.state === 'INCOMPLETE' || entry.state === 'FAILED') return undefined;
    if (entry.state === 'STALE') this.touch(stack, entry);
    return entry;
  }

  /** A stale entry is used: it is asked about in five seconds unless somebody confirms it. */
  touch(stack: Stack, entry: NeighbourEntry): void {
    if (entry.state !== 'STALE') return;
    entry.used = this.core.now;
    this.#enter(stack, entry, 'DELAY', this.core.now + this.#firstProbeDelay(stack));
  }

  /** Parks a packet until the address is known, asking for it if nobody did. */
  wait(stack: Stack, device: InterfaceState, ip: number, packet: Packet): void {
    const entry = this.#entry(stack, device.name, ip);
    entry.queue.push(packet);
    if (entry.queue.length > LONGEST_QUEUE) entry.queue.shift();
    if (entry.state === 'INCOMPLETE') return;
    entry.used = this.core.now;
    entry.probes = 1;
    this.#enter(stack, entry, 'INCOMPLETE', this.core.now + RETRANSMIT);
    this.#solicit(stack, device, entry, BROADCAST_MAC);
  }

  /** TCP made progress through this neighbour (`dst_confirm`). */
  confirm(entry: NeighbourEntry): void {
    entry.confirmed = this.core.now;
  }

  // ---------------------------------------------------------------- life of an entry
  #expire({ host, device: name, ip }: TimerData): void {
    const stack = this.core.stackNamed(host);
    const entry = stack.neighbours.get(keyOf(name, ip));
    const device = stack.device(name);
    if (entry === undefined || device === undefined || stack.state.power === 'off') return;
    const { now } = this.core;
    if (stack.state.frozen) return this.#arm(stack, entry, now + SECOND);
    switch (entry.state) {
      case 'REACHABLE': {
        const until = entry.confirmed + this.#reachableTime(stack, name);
        if (now < until) this.#arm(stack, entry, until);
        else if (now <= entry.used + this.#firstProbeDelay(stack))
          this.#enter(stack, entry, 'DELAY', now + this.#firstProbeDelay(stack));
        else this.#enter(stack, entry, 'STALE', undefined);
        return;
      }
      case 'DELAY':
        if (now <= entry.confirmed + this.#firstProbeDelay(stack)) {
          this.#enter(stack, entry, 'REACHABLE', entry.confirmed + this.#reachableTime(stack, name));
          return;
        }
        entry.probes = 1;
        this.#enter(stack, entry, 'PROBE', now + RETRANSMIT);
        this.#solicit(stack, device, entry, entry.mac ?? BROADCAST_MAC);
        return;
      case 'PROBE':
      case 'INCOMPLETE': {
        if (entry.probes >= (entry.state === 'PROBE' ? UNICAST_PROBES : MULTICAST_PROBES))
          return this.#fail(stack, entry);
        entry.probes++;
        this.#arm(stack, entry, now + RETRANSMIT);
        this.#solicit(
          stack,
          device,
          entry,
          entry.state === 'PROBE' ? (entry.mac ?? BROADCAST_MAC) : BROADCAST_MAC,
        );
        return;
      }
      case 'STALE':
      case 'FAILED':
      case 'PERMANENT':
    }
  }

  #fail(stack: Stack, entry: NeighbourEntry): void {
    entry.mac = undefined;
    this.#enter(stack, entry, 'FAILED', undefined);
    const waiting = entry.queue;
    entry.queue = [];
    for (const packet of waiting) this.users?.unreachable(stack, packet);
  }

  #enter(stack: Stack, entry: NeighbourEntry, state: Neighbour['state'], timer: Micros | undefined): void {
    const wasUsable = isUsable(entry.state);
    entry.state = state;
    if (state === 'STALE') this.core.ledger.stales++;
    entry.since = this.core.now;
    if (wasUsable !== isUsable(state)) this.core.changed();
    if (timer === undefined) this.core.kernel.clearTimer(ownerName(stack), keyOf(entry.device, entry.ip));
    else this.#arm(stack, entry, timer);
  }
  #arm(stack: Stack, entry: NeighbourEntry, at: Micros): void {
    this.core.kernel.setTimer<TimerData>(
      ownerName(stack),
      keyOf(entry.device, entry.ip),
      Math.max(at, this.core.now),
      this.#timer,
      { host: stack.name, device: entry.device, ip: entry.ip },
    );
  }

  #entry(stack: Stack, device: string, ip: number): NeighbourEntry {
    const key = keyOf(device, ip);
    const known = stack.neighbours.get(key);
    if (known !== undefined) return known;
    const { now } = this.core;
    const made: NeighbourEntry = {
      device,
      ip,
      mac: undefined,
      state: 'FAILED',
      since: now,
      confirmed: 0,
      used: now,
      updated: now,
      probes: 0,
      queue: [],
    };
    stack.neighbours.set(key, made);
    return made;
  }

  /** Between a half and one and a half of base_reachable_time, drawn anew every five minutes per device. */
  #reachableTime(stack: Stack, device: string): Micros {
    const known = stack.net.reachable.get(device);
    if (known !== undefined && known.until > this.core.now) return known.micros;
    const base = stack.sysctlNumber('net.ipv4.neigh.default.base_reachable_time_ms', 30_000) * 1_000;
    const micros =
      base <= 1
        ? 0
        : this.core.kernel
            .random(`arp:${stack.name}`)
            .integer(Math.floor(base / 2), Math.floor((base * 3) / 2));
    stack.net.reachable.set(device, { micros, until: this.core.now + REACHABLE_TIME_PERIOD });
    return micros;
  }
  #firstProbeDelay(stack: Stack): Micros {
    return stack.sysctlNumber('net.ipv4.neigh.default.delay_first_probe_time', 5) * SECOND;
  }
  #lockTime(stack: Stack): Micros {
    return stack.sysctlNumber('net.ipv4.neigh.default.locktime', 100) * 10_000;
  }

  // ---------------------------------------------------------------- sending
  /** arp_solicit: the sender is the waiting packet's source when that is ours (arp_announce 0). */
  #solicit(stack: Stack, device: InterfaceState, entry: NeighbourEntry, to: string): void {
    const wanted = entry.queue[entry.queue.length - 1]?.src;
    const announce = stack.deviceSysctl('arp_announce', device.name);
    const senderIp =
      wanted !== undefined && announce === 0 && stack.isLocal(wanted) && wanted >>> 24 !== 127
        ? wanted
        : sourceFor(stack, device, entry.ip);
    this.#send(stack, device, to, {
      operation: 'request',
      senderMac: device.mac,
      senderIp,
      targetMac: '00:00:00:00:00:00',
      targetIp: entry.ip,
    });
  }

  /** The address announces itself to everybody who knows it. */
  gratuitous(stack: Stack, name: string, ip: number, operation: 'request' | 'reply'): void {
    const device = stack.device(name);
    if (device === undefined) return;
    this.#send(stack, device, BROADCAST_MAC, {
      operation,
      senderMac: device.mac,
      senderIp: ip,
      targetMac: operation === 'reply' ? device.mac : BROADCAST_MAC,
      targetIp: ip,
    });
  }

  request(
    stack: Stack,
    options: { pid: number; device: string; ip: number; src?: number; unicastTo?: string; on: Callback },
  ): Errno | undefined {
    const device = stack.device(options.device);
    if (device === undefined) return 'ENODEV';
    if (!device.up) return 'ENETDOWN';
    const watch = this.core.nextId();
    for (const [id, old] of stack.net.arpWatches)
      if (old.pid === options.pid && old.ip === options.ip) stack.net.arpWatches.delete(id);
    stack.net.arpWatches.set(watch, {
      watch,
      pid: options.pid,
      device: options.device,
      ip: options.ip,
      sentAt: this.core.now,
      on: options.on,
    });
    const senderIp = options.src ?? sourceFor(stack, device, options.ip);
    this.#send(stack, device, options.unicastTo ?? BROADCAST_MAC, {
      operation: 'request',
      senderMac: device.mac,
      senderIp,
      targetMac: options.unicastTo ?? '00:00:00:00:00:00',
      targetIp: options.ip,
    });
    return undefined;
  }

  #send(stack: Stack, device: InterfaceState, to: string, message: ArpMessage): void {
    const segment = this.core.segment(device.segment);
    if (segment === undefined || !isRunning(device) || !stack.alive) return;
    countOut(device, 1, ARP_BYTES);
    this.users?.seen(stack, device, 'out', message, to);
    this.core.kernel.after<Frame>(segment.latency, this.#frame, {
      segment: segment.name,
      host: stack.name,
      device: device.name,
      to,
      message,
    });
  }

  // ---------------------------------------------------------------- receiving
  #arrive({ segment: name, host, device: from, to, message }: Frame): void {
    const segment = this.core.segment(name);
    if (segment === undefined) return;
    const sender = segment.ports.find((port) => port.stack.name === host && port.device.name === from);
    const receivers =
      to === BROADCAST_MAC ? segment.ports : segment.ports.filter((port) => port.device.mac === to);
    for (const port of receivers) {
      if (port === sender || !isRunning(port.device) || !port.stack.alive) continue;
      const extra = sender === undefined ? 0 : cross(this.core, sender.device, port.device, 0, 1);
      if (extra === LOST) continue;
      if (extra === 0) this.#receive(port, message, to);
      else
        this.core.kernel.after<LateFrame>(extra, this.#late, {
          host: port.stack.name,
          device: port.device.name,
          to,
          message,
        });
    }
  }
  #receive(port: Port, message: ArpMessage, to: string): void {
    countIn(port.device, 1, ARP_BYTES);
    this.users?.seen(port.stack, port.device, 'in', message, to);
    this.#process(port, message, to === BROADCAST_MAC);
  }

  /** arp_process: answer for what is ours, learn from who asks, update what we know. */
  #process({ stack, device }: Port, message: ArpMessage, broadcast: boolean): void {
    const { operation, senderMac, senderIp, targetIp } = message;
    if (operation === 'request' && stack.isLocal(targetIp)) {
      if (senderIp === 0) {
        if (this.#answersFor(stack, device, targetIp, senderIp)) this.#reply(stack, device, message);
        return;
      }
      // An asker with one of our own addresses is a martian: no answer.
      if (!stack.isLocal(senderIp)) {
        if (!this.#answersFor(stack, device, targetIp, senderIp)) return;
        this.#update(stack, this.#entry(stack, device.name, senderIp), {
          mac: senderMac,
          state: 'STALE',
          override: true,
        });
        this.#reply(stack, device, message);
        return;
      }
    }
    if (operation === 'request' && this.#answersForOthers({ stack, device }, message, broadcast)) return;
    if (operation === 'reply') this.#tellWatchers(stack, device, message);
    if (senderIp === 0 || stack.isLocal(senderIp)) return;
    const gratuitous = senderIp === targetIp;
    const known = stack.neighbours.get(keyOf(device.name, senderIp));
    const entry =
      known ??
      (gratuitous && stack.deviceSysctl('arp_accept', device.name) > 0
        ? this.#entry(stack, device.name, senderIp)
        : undefined);
    if (entry === undefined) return;
    const override = gratuitous || this.core.now > entry.updated + this.#lockTime(stack);
    this.#update(stack, entry, {
      mac: senderMac,
      state: operation === 'reply' && !broadcast ? 'REACHABLE' : 'STALE',
      override,
    });
  }

  /** `proxy_arp`: a router answers for what it reaches over another interface; what all hear waits a while first. */
  #answersForOthers({ stack, device }: Port, message: ArpMessage, broadcast: boolean): boolean {
    const { senderIp, senderMac, targetIp } = message;
    if (!stack.forwards || senderIp === 0 || stack.isLocal(senderIp) || stack.isLocal(targetIp)) return false;
    if (stack.deviceSysctl('proxy_arp', device.name) === 0) return false;
    const way = route(stack, targetIp);
    if (way.kind !== 'unicast' || way.device.name === device.name) return false;
    this.#update(stack, this.#entry(stack, device.name, senderIp), {
      mac: senderMac,
      state: 'STALE',
      override: true,
    });
    const delay = broadcast
      ? this.core.kernel.random(`arp:${stack.name}`).integer(0, PROXY_DELAY / MILLISECOND - 1) * MILLISECOND
      : 0;
    this.core.kernel.after<ProxiedAnswer>(delay, this.#proxied, {
      host: stack.name,
      device: device.name,
      message,
    });
    return true;
  }

  /** arp_ignore and the reverse path of the asker. */
  #answersFor(stack: Stack, device: InterfaceState, targetIp: number, senderIp: number): boolean {
    const ignore = stack.deviceSysctl('arp_ignore', device.name);
    if (ignore >= 1 && ignore <= 2 && !device.addresses.some((address) => address.ip === targetIp))
      return false;
    if (ignore === 8 || targetIp >>> 24 === 127) return false;
    if (senderIp !== 0 && stack.deviceSysctl('rp_filter', device.name) === 1) {
      const back = route(stack, senderIp);
      if (back.kind !== 'unicast' || back.device.name !== device.name) return false;
    }
    return ignore !== 3 || ownerOf(stack, targetIp) !== 'lo';
  }

  #reply(stack: Stack, device: InterfaceState, request: ArpMessage): void {
    this.#send(stack, device, request.senderMac, {
      operation: 'reply',
      senderMac: device.mac,
      senderIp: request.targetIp,
      targetMac: request.senderMac,
      targetIp: request.senderIp,
    });
  }

  #tellWatchers(stack: Stack, device: InterfaceState, message: ArpMessage): void {
    for (const watch of stack.net.arpWatches.values()) {
      if (watch.device !== device.name || watch.ip !== message.senderIp || message.targetMac !== device.mac)
        continue;
      const event: ArpReplyEvent = {
        mac: message.senderMac,
        ip: message.senderIp,
        micros: this.core.now - watch.sentAt,
        unicast: true,
      };
      this.core.world.invoke(stack.host, watch.on, event);
    }
  }

  /** neigh_update. */
  #update(
    stack: Stack,
    entry: NeighbourEntry,
    news: { mac: string; state: 'REACHABLE' | 'STALE'; override: boolean },
  ): void {
    if (entry.state === 'PERMANENT') return;
    const valid = isUsable(entry.state);
    const moved = entry.mac !== news.mac;
    if (valid && moved && !news.override) return;
    const { now } = this.core;
    const state = valid && !moved && news.state === 'STALE' ? entry.state : news.state;
    if (news.state === 'REACHABLE') entry.confirmed = now;
    if (state !== entry.state || moved) entry.updated = now;
    if (moved) {
      if (valid)
        this.core.world.record(stack.name, 'arp.moved', {
          ip: formatIPv4(entry.ip),
          from: entry.mac ?? '',
          to: news.mac,
        });
      entry.mac = news.mac;
      if (news.state === 'STALE') entry.confirmed = now - 2 * 30 * SECOND;
      this.core.changed();
    }
    if (state === 'REACHABLE')
      this.#enter(stack, entry, state, entry.confirmed + this.#reachableTime(stack, entry.device));
    else if (state === 'STALE') this.#enter(stack, entry, state, undefined);
    this.#drain(stack, entry);
  }
  #drain(stack: Stack, entry: NeighbourEntry): void {
    const waiting = entry.queue;
    entry.queue = [];
    for (const packet of waiting) this.users?.resume(stack, packet, entry.device, entry.ip);
  }

  // ---------------------------------------------------------------- by hand
  set(
    stack: Stack,
    device: string,
    ip: number,
    mac: string | undefined,
    state: 'PERMANENT' | 'REACHABLE' | 'STALE' | 'FAILED',
  ): void {
    const key = keyOf(device, ip);
    if (mac === undefined) {
      this.core.kernel.clearTimer(ownerName(stack), key);
      stack.neighbours.delete(key);
      this.core.changed();
      return;
    }
    const entry = this.#entry(stack, device, ip);
    entry.mac = mac;
    entry.confirmed = entry.updated = this.core.now;
    this.core.changed();
    this.#enter(
      stack,
      entry,
      state,
      state === 'REACHABLE' ? this.core.now + this.#reachableTime(stack, device) : undefined,
    );
    this.#drain(stack, entry);
  }

  /** `ip neigh flush` leaves permanent entries; losing the carrier does too, taking the link down takes all. */
  flush(stack: Stack, device?: string, options: { carrier?: boolean } = {}): void {
    for (const [key, entry] of stack.neighbours) {
      if (device !== undefined && entry.device !== device) continue;
      if (entry.state === 'PERMANENT' && (device === undefined || options.carrier === true)) continue;
      this.core.kernel.clearTimer(ownerName(stack), key);
      stack.neighbours.delete(key);
    }
    this.core.changed();
  }

  forgetHost(stack: Stack): void {
    this.core.kernel.clearTimers(ownerName(stack));
  }
}

export function isUsable(state: Neighbour['state']): boolean {
  return state !== 'INCOMPLETE' && state !== 'FAILED';
}
/** Keys by address and interface, each put together once: every packet that is sent asks for one. */
const keys = new Map<number, Map<string, string>>();
const MOST_KEYS = 10_000;
function keyOf(device: string, ip: number): string {
  let known = keys.get(ip);
  if (known === undefined) {
    if (keys.size >= MOST_KEYS) keys.clear();
    keys.set(ip, (known = new Map()));
  }
  let key = known.get(device);
  if (key === undefined) known.set(device, (key = `${device} ${ip}`));
  return key;
}
function ownerName(stack: Stack): string {
  return `arp:${stack.name}`;
}
