/**
 * What a rule may look at beyond addresses and ports: bits of the headers that a
 * packet would have on the wire, options of TCP, the way that answers take.
 *
 * Headers are built from what a packet is known by. Numbers that a real stack
 * draws (checksums, sequence numbers) are drawn from the packet itself: they
 * differ from packet to packet, and mean nothing. DF is set, as for Linux where
 * nothing is fragmented; the answer to a SYN has no ID.
 * Sources: RFC 791 §3.1, RFC 9293 §3.1, RFC 768, RFC 792.
 */
import { ACK, ECHO_REPLY, ECHO_REQUEST, ICMP, IP_HEADER, SYN, TCP, UDP, RST } from '../network/packet';
import type { FilterField } from '../packet-filter.contract';
import { entryOf } from './conntrack-table';
import { jenkins } from './jenkins';
import type { FilterInput } from './input';

const FIRST_WINDOW = 64_240;
const ANSWER_WINDOW = 65_160;
/** 64 KB at a scale of 7 (net.ipv4.tcp_rmem of Debian). */
const WINDOW = 502;
const WINDOW_SCALE = 7;
const DONT_FRAGMENT = 0x4000;
const MAXIMUM_SEGMENT = 1460;

type HeaderName = 'ip' | 'tcp' | 'udp' | 'icmp' | 'nh' | 'th';
interface HeaderPlace {
  readonly header: HeaderName;
  readonly offset: number;
  readonly bits: number;
}
const places = new Map<string, HeaderPlace | undefined>();

function placeOf(field: string): HeaderPlace | undefined {
  if (!places.has(field)) {
    const found = /^(ip|tcp|udp|icmp|nh|th) @(\d+),(\d+)$/.exec(field);
    const [, header, offset, bits] = found ?? [];
    places.set(
      field,
      header === undefined
        ? undefined
        : { header: header as HeaderName, offset: Number(offset), bits: Number(bits) },
    );
  }
  return places.get(field);
}

/** The value of a field that stands in no column of a packet; undefined when the packet has none. */
export function headerValue(field: FilterField, input: FilterInput): number | string | undefined {
  const { packet } = input;
  if (field.startsWith('constant ')) return Number(field.slice('constant '.length));
  if (field.startsWith('tcp option ')) return optionValue(field.slice('tcp option '.length), input);
  if (field.startsWith('ct ')) return connectionValue(field, input);
  if (field === 'meta random')
    return jenkins([packet.src, packet.dst, packet.sport, packet.dport], input.now | 0);
  if (field === 'meta priority') return packet.priority ?? 0;
  if (field === 'osf name') return packet.protocol === TCP && packet.flags === SYN ? 'unknown' : undefined;
  if (field === 'meta sdif') return 0;
  if (field === 'rt mtu') return MAXIMUM_SEGMENT;
  if (field === 'rt nexthop') return input.nextHopTowards(packet.dst);
  const place = placeOf(field);
  return place === undefined ? undefined : bitsOf(place, input);
}

function bitsOf({ header, offset, bits }: HeaderPlace, input: FilterInput): number | undefined {
  const bytes = headerBytes(header, input);
  if (bytes === undefined || bits > 32 || offset + bits > bytes.length * 8) return undefined;
  let value = 0;
  for (let bit = offset; bit < offset + bits; bit++)
    value = value * 2 + (((bytes[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1);
  return value;
}

function headerBytes(header: HeaderName, input: FilterInput): number[] | undefined {
  const { protocol } = input.packet;
  switch (header) {
    case 'ip':
    case 'nh':
      return networkHeader(input);
    case 'tcp':
      return protocol === TCP ? tcpHeader(input) : undefined;
    case 'udp':
      return protocol === UDP ? udpHeader(input) : undefined;
    case 'icmp':
      return protocol === ICMP ? icmpHeader(input) : undefined;
    case 'th':
      if (protocol === TCP) return tcpHeader(input);
      if (protocol === UDP) return udpHeader(input);
      return protocol === ICMP ? icmpHeader(input) : undefined;
  }
}

function words(value: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => Math.floor(value / 256 ** (count - 1 - index)) & 0xff);
}
/** A number of the packet's own. */
function drawn({ packet, now }: FilterInput, seed: number, bits: 16 | 32): number {
  const { src, dst, sport, dport, flags, length } = packet;
  return jenkins([src, dst, sport, dport, flags, length, now | 0], seed) >>> (32 - bits);
}
function lengthOf({ packet }: FilterInput): number {
  return Math.ceil(packet.length / packet.count);
}

/** SYN-ACK: sent before there is a socket. */
function isAnswer({ packet }: FilterInput): boolean {
  return packet.protocol === TCP && (packet.flags & (SYN | ACK)) === (SYN | ACK);
}
function networkHeader(input: FilterInput): number[] {
  const { protocol, src, dst, ttl, tos } = input.packet;
  return [
    0x45,
    tos ?? 0,
    ...words(lengthOf(input), 2),
    ...words(isAnswer(input) ? 0 : drawn(input, 0, 16) | 1, 2),
    ...words(DONT_FRAGMENT, 2),
    ttl,
    protocol,
    ...words(drawn(input, 1, 16), 2),
    ...words(src, 4),
    ...words(dst, 4),
  ];
}
function tcpHeader(input: FilterInput): number[] {
  const { sport, dport, flags } = input.packet;
  const acknowledges = (flags & ACK) !== 0;
  const header = (flags & SYN) !== 0 ? 40 : (flags & RST) !== 0 ? 20 : 32;
  const first = isAnswer(input) ? ANSWER_WINDOW : FIRST_WINDOW;
  const window = (flags & RST) !== 0 ? 0 : (flags & SYN) !== 0 ? first : WINDOW;
  return [
    ...words(sport, 2),
    ...words(dport, 2),
    ...words(drawn(input, 2, 32), 4),
    ...words(acknowledges ? drawn(input, 3, 32) : 0, 4),
    (header / 4) << 4,
    flags,
    ...words(window, 2),
    ...words(drawn(input, 4, 16), 2),
    0,
    0,
  ];
}
function udpHeader(input: FilterInput): number[] {
  const { sport, dport } = input.packet;
  return [
    ...words(sport, 2),
    ...words(dport, 2),
    ...words(lengthOf(input) - IP_HEADER, 2),
    ...words(drawn(input, 5, 16), 2),
  ];
}
function icmpHeader(input: FilterInput): number[] {
  const { flags, sport } = input.packet;
  const type = flags >> 8;
  const isEcho = type === ECHO_REQUEST || type === ECHO_REPLY;
  const rest = isEcho ? [...words(sport, 2), ...words(1, 2)] : [0, 0, 0, 0];
  return [type, flags & 0xff, ...words(drawn(input, 6, 16), 2), ...rest];
}

/** Options as Linux sends them: all in SYN, timestamps from then on, none in a reset. */
function optionValue(text: string, input: FilterInput): number | undefined {
  const { packet, now } = input;
  if (packet.protocol !== TCP) return undefined;
  const [kind = '', what] = text.split(' ');
  const isSyn = (packet.flags & SYN) !== 0;
  const present = (packet.flags & RST) !== 0 ? [] : isSyn ? ['1', '2', '3', '4', '8'] : ['1', '8'];
  if (what === undefined) return present.includes(kind) ? 1 : 0;
  if (!present.includes(kind)) return undefined;
  if (what === 'length') return { 2: 4, 3: 3, 4: 2, 8: 10 }[kind];
  switch (what) {
    case 'size':
      return MAXIMUM_SEGMENT;
    case 'count':
      return WINDOW_SCALE;
    case 'tsval':
      return (jenkins([packet.src], 7) + Math.floor(now / 1_000)) >>> 0;
    case 'tsecr':
      return packet.flags === SYN ? 0 : (jenkins([packet.dst], 7) + Math.floor(now / 1_000)) >>> 0;
    default:
      return undefined;
  }
}

function connectionValue(field: string, input: FilterInput): number | undefined {
  const { tracking, conntrack, packet } = input;
  if (tracking === undefined) return undefined;
  const { slot } = tracking;
  const isKnown = slot >= 0 && conntrack !== undefined;
  const original = isKnown
    ? {
        src: entryOf.src(conntrack.table, slot),
        dst: entryOf.dst(conntrack.table, slot),
        sport: entryOf.sport(conntrack.table, slot),
        dport: entryOf.dport(conntrack.table, slot),
      }
    : { src: packet.src, dst: packet.dst, sport: packet.sport, dport: packet.dport };
  const { src, dst, sport, dport } = original;
  const reply = (isKnown ? conntrack.table.replies.get(slot) : undefined) ?? {
    src: dst,
    dst: src,
    sport: dport,
    dport: sport,
  };
  switch (field) {
    case 'ct id':
      return jenkins([src, dst, sport, dport], 8);
    case 'ct original proto-src':
      return sport;
    case 'ct reply saddr':
      return reply.src;
    case 'ct reply daddr':
      return reply.dst;
    case 'ct reply proto-src':
      return reply.sport;
    case 'ct reply proto-dst':
      return reply.dport;
    default:
      return undefined;
  }
}
