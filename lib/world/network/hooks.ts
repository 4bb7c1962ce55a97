/**
 * One packet at one netfilter hook: connection tracking at -200, address
 * translation at -100 and 100, base chains in between by priority.
 * Source: linux/include/uapi/linux/netfilter_ipv4.h (`nf_ip_hook_priorities`),
 * linux/net/netfilter/nf_nat_core.c (`nf_nat_inet_fn`).
 */
import type { Micros } from '../../std/instant';
import { formatIPv4, isLoopback, isMulticast } from '../../std/ipv4';
import type { Hook } from '../packet-filter.contract';
import type { BaseChain, CompiledRuleset } from '../packet-filter/compile';
import { CT_NEW, CT_UNTRACKED, replyOf, type Tracking } from '../packet-filter/conntrack';
import { DESTINATION_NAT, entryOf, SOURCE_NAT } from '../packet-filter/conntrack-table';
import { runBaseChain } from '../packet-filter/evaluate';
import type { Counter, Decision, FilterInput, LogLine, Translation } from '../packet-filter/input';
import { SECOND_IN_HUNDREDTHS } from '../packet-filter/conntrack-tcp';
import type { Packet } from './packet';
import { ICMP } from './packet';
import { route, sourceFor } from './routing';
import type { Stack } from './stack';

const CONNTRACK_PRIORITY = -200;
const NAT_DESTINATION_PRIORITY = -100;
const NAT_SOURCE_PRIORITY = 100;
const FIRST_PORT = 1024;

/** A packet's stay in one host, from the way in to the way out. */
export interface Passage {
  stack: Stack;
  packet: Packet;
  iif: string;
  oif: string;
  sourceMac: string;
  targetMac: string;
  tracking: Tracking | undefined;
  /** When the packet is here. */
  at: Micros;
  /** Tracked already, or tells of a packet that is (locally made errors and resets). */
  attached: boolean;
}

/** What passing the hooks left behind, over the whole way. */
export class HookTally {
  reads = 0;
  counters: Counter[] = [];
  translated = false;
  logged = false;
  /** Connection tables that took the packet, as what, and how long after the sending. */
  tracks: { stack: Stack; state: number; at: Micros }[] = [];
  /** Last rule that accepted, for the trace. */
  decisions: { stack: Stack; decision: Decision; hook: Hook }[] = [];
}

const TABLE_FULL: Decision = {
  verdict: 'drop',
  rejection: undefined,
  table: undefined,
  chain: undefined,
  rule: undefined,
};

/** Runs a hook. The decision that ended the packet, or undefined when it goes on. */
export function runHook(hook: Hook, passage: Passage, tally: HookTally): Decision | undefined {
  const { stack } = passage;
  const { filter } = stack;
  if (filter.empty) return undefined;
  const chains = stack.chains(hook);
  const tracks = filter.needsConntrack && (hook === 'prerouting' || hook === 'output') && !passage.attached;
  if (chains.length === 0 && !tracks && !filter.hasNat) return undefined;
  let tracked = !tracks;
  let translated = !filter.hasNat || hook === 'forward' || hook === 'ingress' || hook === 'egress';
  const natAt = hook === 'prerouting' || hook === 'output' ? NAT_DESTINATION_PRIORITY : NAT_SOURCE_PRIORITY;
  const run = new HookRun(hook, passage, tally, filter);
  for (const base of chains) {
    const { devices } = base;
    if (devices !== undefined && !devices.includes(passage.iif) && !devices.includes(passage.oif)) continue;
    if (!tracked && base.priority >= CONNTRACK_PRIORITY) {
      tracked = true;
      if (!run.track()) return TABLE_FULL;
    }
    if (!translated && base.priority >= natAt && base.type !== 'nat') {
      translated = true;
      const ended = run.translate(chains);
      if (ended !== undefined) return ended;
    }
    if (base.type === 'nat') continue;
    const decision = run.chain(base);
    if (decision.verdict !== 'accept') return decision;
  }
  if (!tracked && !run.track()) return TABLE_FULL;
  return translated ? undefined : run.translate(chains);
}

class HookRun {
  constructor(
    private readonly hook: Hook,
    private readonly passage: Passage,
    private readonly tally: HookTally,
    private readonly filter: CompiledRuleset,
  ) {}

  /** False when the table is full and the packet would be a new connection. */
  track(): boolean {
    const { passage, tally } = this;
    const { stack, packet } = passage;
    if (passage.tracking !== undefined) return true;
    const { conntrack } = stack;
    readTimeouts(stack);
    passage.tracking = conntrack.track(packet, passage.at);
    passage.attached = true;
    tally.tracks.push({ stack, state: passage.tracking.state, at: passage.at });
    if (passage.tracking.state !== CT_NEW || !passage.tracking.fresh) return true;
    if (!conntrack.index.isFull(mostTracked(stack), passage.at)) return true;
    tally.logged = true;
    stack.host.syslog({
      facility: 'kern',
      priority: 'warning',
      tag: 'kernel',
      text: 'nf_conntrack: nf_conntrack: table full, dropping packet',
      transport: 'kernel',
    });
    return false;
  }

  chain(base: BaseChain): Decision {
    const { passage, tally } = this;
    const input = this.#input();
    const decision = runBaseChain(base, this.filter, input);
    tally.reads |= input.reads;
    for (const counter of input.counters) tally.counters.push(counter);
    if (input.untracked) passage.tracking = untracked(passage.packet);
    if (input.untracked) passage.attached = true;
    if (input.logs.length > 0) this.#log(input.logs);
    if (decision.verdict === 'accept')
      tally.decisions.push({ stack: passage.stack, decision, hook: this.hook });
    return decision;
  }

  #input(): FilterInput {
    const { passage } = this;
    const { stack } = passage;
    return {
      packet: passage.packet,
      hook: this.hook,
      iif: passage.iif,
      oif: passage.oif,
      sourceMac: passage.sourceMac,
      targetMac: passage.targetMac,
      tracking: passage.tracking,
      conntrack: this.filter.needsConntrack ? stack.conntrack : undefined,
      now: passage.at,
      clock: stack.clock,
      indexOf: (device) => stack.device(device)?.index,
      addressType: (ip) => addressType(stack, ip),
      deviceTowards: (ip) => deviceTowards(stack, ip),
      nextHopTowards: (ip) => nextHopTowards(stack, ip),
      reads: 0,
      counters: [],
      translation: undefined,
      logs: [],
      untracked: false,
      generated: 0,
    };
  }

  #log(logs: readonly LogLine[]): void {
    const { passage, tally } = this;
    tally.logged = true;
    for (const { prefix, level } of logs) {
      passage.stack.host.syslog({
        facility: 'kern',
        priority: priorityOf(level),
        tag: 'kernel',
        text: `${prefix}${logText(passage)}`,
        transport: 'kernel',
      });
    }
  }

  /** Nat chains decide for the first packet of a connection; later ones follow its entry. */
  translate(chains: readonly BaseChain[]): Decision | undefined {
    const { passage, hook, tally } = this;
    const { tracking, stack, packet } = passage;
    if (tracking === undefined) return undefined;
    const stage = hook === 'prerouting' || hook === 'output' ? 'destination' : 'source';
    if (!tracking.fresh) {
      if (tracking.slot >= 0 && translateKnown(stack, tracking, stage, packet)) tally.translated = true;
      return undefined;
    }
    if (stage === 'destination' ? tracking.destinationDone : tracking.sourceDone) return undefined;
    if (stage === 'destination') tracking.destinationDone = true;
    else tracking.sourceDone = true;
    for (const base of chains) {
      if (base.type !== 'nat') continue;
      const input = this.#input();
      const decision = runBaseChain(base, this.filter, input);
      tally.reads |= input.reads;
      for (const counter of input.counters) tally.counters.push(counter);
      if (input.logs.length > 0) this.#log(input.logs);
      if (decision.verdict !== 'accept') return decision;
      if (input.translation === undefined) continue;
      tally.translated = true;
      tally.decisions.push({ stack, decision, hook });
      return this.#apply(input.translation, tracking) ? undefined : { ...decision, verdict: 'drop' };
    }
    return undefined;
  }

  #apply(translation: Translation, tracking: Tracking): boolean {
    const { passage, hook } = this;
    const { stack, packet } = passage;
    const { ip, port } = translation;
    if (translation.kind === 'dnat' || translation.kind === 'redirect') {
      const own = hook === 'output' ? 0x7f000001 : stack.device(passage.iif)?.addresses[0]?.ip;
      const to = translation.kind === 'redirect' ? own : (ip?.lo ?? packet.dst);
      if (to === undefined) return false;
      tracking.destination = { ip: spread(ip, packet, to), port: port?.lo ?? packet.dport };
      packet.dst = tracking.destination.ip;
      packet.dport = tracking.destination.port;
      return true;
    }
    const out = stack.device(passage.oif);
    const from =
      translation.kind === 'masquerade'
        ? out === undefined
          ? undefined
          : sourceFor(stack, out, packet.dst)
        : (ip?.lo ?? packet.src);
    if (from === undefined) return false;
    const chosen = freePort(stack, tracking, spread(ip, packet, from), port, passage.at);
    if (chosen === undefined) return false;
    tracking.source = { ip: spread(ip, packet, from), port: chosen };
    packet.src = tracking.source.ip;
    packet.sport = chosen;
    return true;
  }
}

/** A range of addresses is spread by the client's address (nf_nat find_best_ips_proto; the hash is ours). */
function spread(range: { lo: number; hi: number } | undefined, packet: Packet, single: number): number {
  if (range === undefined || range.lo === range.hi) return single;
  return range.lo + ((packet.src >>> 0) % (range.hi - range.lo + 1));
}

/** The source port stays when the reply tuple is free, else the next free one is taken. */
function freePort(
  stack: Stack,
  tracking: Tracking,
  ip: number,
  range: { lo: number; hi: number } | undefined,
  now: Micros,
): number | undefined {
  const { original } = tracking;
  const { conntrack } = stack;
  const isFree = (port: number): boolean => {
    const reply = replyOf({ ...tracking, source: { ip, port } });
    return (
      conntrack.index.find(
        original.protocol,
        reply.src,
        reply.dst,
        reply.sport,
        original.protocol === ICMP ? reply.sport : reply.dport,
        now,
      ) < 0
    );
  };
  if (range === undefined && isFree(original.sport)) return original.sport;
  const lo = range?.lo ?? FIRST_PORT;
  const hi = range?.hi ?? 65_535;
  const count = hi - lo + 1;
  for (let step = 0; step < count; step++) {
    const port = lo + ((original.sport + step) % count);
    if (isFree(port)) return port;
  }
  return undefined;
}

/** nf_nat_packet for a connection that is known: both directions, and what errors quote. True when something was changed. */
function translateKnown(
  stack: Stack,
  tracking: Tracking,
  stage: 'destination' | 'source',
  packet: Packet,
): boolean {
  const { table } = stack.conntrack;
  const { slot, direction } = tracking;
  const flags = entryOf.flags(table, slot);
  if ((flags & (SOURCE_NAT | DESTINATION_NAT)) === 0) return false;
  const reply = stack.conntrack.replyTuple(slot);
  const about = packet.carries.kind === 'error' ? packet.carries.about : undefined;
  if (stage === 'destination') {
    const to =
      direction === 0 && (flags & DESTINATION_NAT) !== 0
        ? { ip: reply.src, port: reply.sport }
        : direction === 1 && (flags & SOURCE_NAT) !== 0
          ? { ip: entryOf.src(table, slot), port: entryOf.sport(table, slot) }
          : undefined;
    if (to === undefined) return false;
    packet.dst = to.ip;
    if (about === undefined) packet.dport = to.port;
    else {
      about.src = to.ip;
      about.sport = to.port;
    }
    return true;
  }
  const from =
    direction === 0 && (flags & SOURCE_NAT) !== 0
      ? { ip: reply.dst, port: reply.dport }
      : direction === 1 && (flags & DESTINATION_NAT) !== 0
        ? { ip: entryOf.dst(table, slot), port: entryOf.dport(table, slot) }
        : undefined;
  if (from === undefined) return false;
  packet.src = from.ip;
  if (about === undefined) packet.sport = from.port;
  else {
    about.dst = from.ip;
    about.dport = from.port;
  }
  return true;
}

/** The way out of the host: a new connection is known from now on. */
export function leaveHost(passage: Passage): void {
  const { tracking, stack, at } = passage;
  if (tracking === undefined || !tracking.fresh || tracking.state === CT_UNTRACKED) return;
  stack.conntrack.confirm(tracking, at);
}

function untracked(packet: Packet): Tracking {
  return {
    state: CT_UNTRACKED,
    slot: -1,
    direction: 0,
    next: 0,
    fresh: false,
    original: packet,
    destination: undefined,
    source: undefined,
    destinationDone: true,
    sourceDone: true,
    mark: 0,
  };
}

export function mostTracked(stack: Stack): number {
  return stack.sysctlNumber('net.netfilter.nf_conntrack_max', 65_536);
}
export function readTimeouts(stack: Stack): void {
  const { conntrack } = stack;
  conntrack.establishedTimeout =
    stack.sysctlNumber('net.netfilter.nf_conntrack_tcp_timeout_established', 432_000) * SECOND_IN_HUNDREDTHS;
  conntrack.synSentTimeout =
    stack.sysctlNumber('net.netfilter.nf_conntrack_tcp_timeout_syn_sent', 120) * SECOND_IN_HUNDREDTHS;
  conntrack.udpTimeout =
    stack.sysctlNumber('net.netfilter.nf_conntrack_udp_timeout', 30) * SECOND_IN_HUNDREDTHS;
}

/** RTN_* numbers: unicast 1, local 2, broadcast 3, multicast 5. */
export function addressType(stack: Stack, ip: number): number {
  if (stack.isLocal(ip) || isLoopback(ip)) return 2;
  if (ip === 0xffffffff) return 3;
  if (isMulticast(ip)) return 5;
  for (const device of stack.state.interfaces.values()) {
    for (const address of device.addresses) {
      if (address.prefix < 31 && ip === (address.ip | ~(-1 << (32 - address.prefix))) >>> 0) return 3;
    }
  }
  return 1;
}

/** The interface of the best route; none for the host's own addresses (linux/net/ipv4/netfilter/nft_fib_ipv4.c). */
function deviceTowards(stack: Stack, ip: number): string | undefined {
  if (stack.isLocal(ip)) return undefined;
  const answer = route(stack, ip);
  return answer.kind === 'unicast' ? answer.device.name : undefined;
}

function nextHopTowards(stack: Stack, ip: number): number | undefined {
  const answer = route(stack, ip);
  return answer.kind === 'unicast' ? answer.nextHop : ip;
}

function priorityOf(
  level: string,
): 'emerg' | 'alert' | 'crit' | 'err' | 'warning' | 'notice' | 'info' | 'debug' {
  switch (level) {
    case 'emerg':
    case 'alert':
    case 'crit':
    case 'err':
    case 'notice':
    case 'info':
    case 'debug':
      return level;
    default:
      return 'warning';
  }
}

/** The line of nf_log_syslog (linux/net/netfilter/nf_log_syslog.c). */
function logText({ packet, iif, oif, sourceMac, targetMac }: Passage): string {
  const mac = iif !== '' && iif !== 'lo' ? `MAC=${targetMac}:${sourceMac}:08:00 ` : '';
  const head = `IN=${iif} OUT=${oif} ${mac}SRC=${formatIPv4(packet.src)} DST=${formatIPv4(packet.dst)} LEN=${packet.length} TOS=0x00 PREC=0x00 TTL=${packet.ttl} ID=0 DF `;
  switch (packet.protocol) {
    case 6:
      return `${head}PROTO=TCP SPT=${packet.sport} DPT=${packet.dport} WINDOW=64240 RES=0x00 ${flagWords(packet.flags)}URGP=0 `;
    case 17:
      return `${head}PROTO=UDP SPT=${packet.sport} DPT=${packet.dport} LEN=${packet.length - 20} `;
    case 1:
      return `${head}PROTO=ICMP TYPE=${packet.flags >> 8} CODE=${packet.flags & 255} ${(packet.flags >> 8) % 8 === 0 ? `ID=${packet.sport} SEQ=1 ` : ''}`;
    default:
      return `${head}PROTO=${packet.protocol} `;
  }
}
function flagWords(flags: number): string {
  return `${(flags & 16) !== 0 ? 'ACK ' : ''}${(flags & 8) !== 0 ? 'PSH ' : ''}${(flags & 4) !== 0 ? 'RST ' : ''}${(flags & 2) !== 0 ? 'SYN ' : ''}${(flags & 1) !== 0 ? 'FIN ' : ''}`;
}
