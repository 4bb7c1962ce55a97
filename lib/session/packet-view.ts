/** A packet's headers in the reader's words: each field before and after a step. */
import { formatIPv4 } from '../std/ipv4';
import type { Hop, PacketHeader } from '../world/network.contract';
import type { PacketFieldView } from './messages';

const TCP = 6;
const PROTOCOLS: Readonly<Record<number, string>> = { 1: 'ICMP', [TCP]: 'TCP', 17: 'UDP', 112: 'VRRP' };
/** TCP flags from the highest bit that is used here to the lowest (RFC 9293 §3.1). */
const FLAGS: readonly [number, string][] = [
  [2, 'SYN'],
  [16, 'ACK'],
  [8, 'PSH'],
  [1, 'FIN'],
  [4, 'RST'],
];

const FIELDS: readonly [string, (header: PacketHeader) => string][] = [
  ['source', ({ src, sport }) => `${formatIPv4(src)}:${sport}`],
  ['destination', ({ dst, dport }) => `${formatIPv4(dst)}:${dport}`],
  ['TTL', ({ ttl }) => String(ttl)],
  ['source MAC', ({ sourceMac }) => sourceMac || 'no frame yet'],
  ['destination MAC', ({ targetMac }) => targetMac || 'no frame yet'],
  ['carries', ({ protocol, flags, length }) => `${nameOf(protocol, flags)}, ${length} bytes`],
];

export function packetFields({ before, after }: NonNullable<Hop['packet']>): PacketFieldView[] {
  return FIELDS.map(([name, text]) => ({ name, before: text(before), after: text(after) }));
}

function nameOf(protocol: number, flags: number): string {
  const name = PROTOCOLS[protocol] ?? `protocol ${protocol}`;
  return protocol === TCP ? `${name} ${flagsText(flags)}` : name;
}
function flagsText(flags: number): string {
  return FLAGS.flatMap(([bit, name]) => ((flags & bit) !== 0 ? [name] : [])).join(' ');
}
