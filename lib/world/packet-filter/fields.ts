/**
 * What a rule may look at in a packet, and which of it was looked at: a verdict
 * is good for every packet that agrees in what the rules read.
 * Sources: nft(8) "PAYLOAD EXPRESSIONS", "META EXPRESSIONS", "CT EXPRESSIONS".
 */
import type { FilterField } from '../packet-filter.contract';
import { ICMP, TCP, UDP } from '../network/packet';
import { ASSURED, DESTINATION_NAT, entryOf, SEEN_REPLY, SOURCE_NAT } from './conntrack-table';
import { headerValue } from './header-fields';
import type { FilterInput } from './input';

/** Bits of what was read. Addresses and protocol always count as read. */
export const READ_SOURCE_PORT = 1;
export const READ_DESTINATION_PORT = 2;
export const READ_FLAGS = 4;
export const READ_LENGTH = 8;
export const READ_TTL = 16;
export const READ_MARK = 32;
export const READ_OWNER = 64;
/** Something that no cache may stand for: time, limits, dynamic sets, conntrack's own numbers. */
export const READ_VOLATILE = 128;

const DAY_SECONDS = 86_400;

/** The value of a field, or undefined when the packet has none (then no match holds). */
export function fieldValue(field: FilterField, input: FilterInput): number | string | undefined {
  const { packet, tracking } = input;
  switch (field) {
    case 'iifname':
      return input.iif === '' ? undefined : input.iif;
    case 'oifname':
      return input.oif === '' ? undefined : input.oif;
    case 'iif':
      return input.iif === '' ? undefined : input.indexOf(input.iif);
    case 'oif':
      return input.oif === '' ? undefined : input.indexOf(input.oif);
    case 'iiftype':
      return input.iif === '' ? undefined : input.iif === 'lo' ? 772 : 1;
    case 'oiftype':
      return input.oif === '' ? undefined : input.oif === 'lo' ? 772 : 1;
    case 'mark':
      input.reads |= READ_MARK;
      return packet.mark;
    case 'ct mark':
      input.reads |= READ_VOLATILE;
      return tracking === undefined ? undefined : tracking.mark;
    case 'ct state':
      return tracking === undefined ? 1 : tracking.state;
    case 'ct status':
      input.reads |= READ_VOLATILE;
      return ctStatus(input);
    case 'ct direction':
      return tracking === undefined ? undefined : tracking.direction;
    case 'ct expiration':
    case 'ct helper':
      input.reads |= READ_VOLATILE;
      return undefined;
    // Without net.netfilter.nf_conntrack_acct nobody counts.
    case 'ct bytes':
    case 'ct packets':
    case 'ct avgpkt':
    case 'ct zone':
      return tracking === undefined ? undefined : 0;
    case 'ct l3proto':
      return tracking === undefined ? undefined : 2;
    case 'ct protocol':
      return tracking === undefined ? undefined : packet.protocol;
    case 'generated':
      input.reads |= READ_VOLATILE;
      return input.generated;
    case 'ct original saddr':
      input.reads |= READ_VOLATILE;
      return originalTuple(input)?.src;
    case 'ct original daddr':
      input.reads |= READ_VOLATILE;
      return originalTuple(input)?.dst;
    case 'ct original proto-dst':
      input.reads |= READ_VOLATILE;
      return originalTuple(input)?.dport;
    case 'ip saddr':
      return packet.src;
    case 'ip daddr':
      return packet.dst;
    case 'ip protocol':
    case 'meta l4proto':
      return packet.protocol;
    case 'ip ttl':
      input.reads |= READ_TTL;
      return packet.ttl;
    case 'ip length':
    case 'meta length':
      input.reads |= READ_LENGTH;
      return Math.ceil(packet.length / packet.count);
    case 'meta nfproto':
      return 2;
    case 'meta protocol':
    case 'ether type':
      return 0x0800;
    case 'meta pkttype':
      return packet.dst >>> 28 === 0xe ? 2 : 0;
    case 'meta skuid':
      input.reads |= READ_OWNER;
      return packet.uid < 0 ? undefined : packet.uid;
    case 'meta skgid':
      input.reads |= READ_OWNER;
      return packet.uid < 0 ? undefined : packet.uid;
    case 'meta hour':
      input.reads |= READ_VOLATILE;
      return Math.floor(input.clock / 1_000_000) % DAY_SECONDS;
    case 'meta day':
      input.reads |= READ_VOLATILE;
      return (Math.floor(input.clock / 1_000_000 / DAY_SECONDS) + 4) % 7;
    case 'meta time':
      input.reads |= READ_VOLATILE;
      return Math.floor(input.clock / 1_000_000);
    case 'tcp sport':
      return packet.protocol === TCP ? sourcePort(input) : undefined;
    case 'tcp dport':
      return packet.protocol === TCP ? destinationPort(input) : undefined;
    case 'tcp flags':
      input.reads |= READ_FLAGS;
      return packet.protocol === TCP ? packet.flags : undefined;
    case 'udp sport':
      return packet.protocol === UDP ? sourcePort(input) : undefined;
    case 'udp dport':
      return packet.protocol === UDP ? destinationPort(input) : undefined;
    case 'th sport':
      return packet.protocol === TCP || packet.protocol === UDP ? sourcePort(input) : undefined;
    case 'th dport':
      return packet.protocol === TCP || packet.protocol === UDP ? destinationPort(input) : undefined;
    case 'icmp type':
      input.reads |= READ_FLAGS;
      return packet.protocol === ICMP ? packet.flags >> 8 : undefined;
    case 'icmp code':
      input.reads |= READ_FLAGS;
      return packet.protocol === ICMP ? packet.flags & 255 : undefined;
    case 'ether saddr':
      return input.sourceMac === '' ? undefined : input.sourceMac;
    case 'ether daddr':
      return input.targetMac === '' ? undefined : input.targetMac;
    case 'never':
      return undefined;
    default:
      if (field.startsWith('fib ')) return lookedUp(field, input);
      // What headers hold may differ from packet to packet.
      if (!field.startsWith('constant ')) input.reads |= READ_VOLATILE;
      return headerValue(field, input);
  }
}

/** `fib saddr|daddr [. mark] [. iif] type|oif|oifname`; marks choose no other table here. */
function lookedUp(field: string, input: FilterInput): number | string | undefined {
  const ip = field.startsWith('fib saddr') ? input.packet.src : input.packet.dst;
  if (field.endsWith(' type')) return input.addressType(ip);
  const only = field.includes(' iif ') ? input.iif : undefined;
  const device = input.iif === 'lo' ? 'lo' : input.deviceTowards(ip);
  const isFound = device !== undefined && (only === undefined || device === only);
  if (field.endsWith(' oifname')) return isFound ? device : '';
  return isFound ? (input.indexOf(device) ?? 0) : 0;
}

function sourcePort(input: FilterInput): number {
  input.reads |= READ_SOURCE_PORT;
  return input.packet.sport;
}
function destinationPort(input: FilterInput): number {
  input.reads |= READ_DESTINATION_PORT;
  return input.packet.dport;
}

/** IPS_* bits as nft prints them: expected 1, seen-reply 2, assured 4, confirmed 8, snat 16, dnat 32. */
function ctStatus(input: FilterInput): number | undefined {
  const { tracking, conntrack } = input;
  if (tracking === undefined) return undefined;
  if (tracking.slot < 0)
    return (tracking.source === undefined ? 0 : 16) | (tracking.destination === undefined ? 0 : 32);
  const flags = conntrack === undefined ? 0 : entryOf.flags(conntrack.table, tracking.slot);
  return (
    8 |
    ((flags & SEEN_REPLY) !== 0 ? 2 : 0) |
    ((flags & ASSURED) !== 0 ? 4 : 0) |
    ((flags & SOURCE_NAT) !== 0 ? 16 : 0) |
    ((flags & DESTINATION_NAT) !== 0 ? 32 : 0)
  );
}

function originalTuple(input: FilterInput): { src: number; dst: number; dport: number } | undefined {
  const { tracking, conntrack } = input;
  if (tracking === undefined) return undefined;
  if (tracking.slot < 0 || conntrack === undefined) return tracking.original;
  const { table } = conntrack;
  return {
    src: entryOf.src(table, tracking.slot),
    dst: entryOf.dst(table, tracking.slot),
    dport: entryOf.dport(table, tracking.slot),
  };
}
