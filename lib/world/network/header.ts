/**
 * What the headers of a traced packet say from hop to hop. One record stands
 * for a stretch of the way on which nothing changes; packets that nobody
 * traces leave none.
 */
import type { Hop, PacketHeader } from '../network.contract';
import type { Packet } from './packet';

/** The header as it is now; `before` itself when nothing of it has changed. */
export function headerOf(
  packet: Packet,
  sourceMac: string,
  targetMac: string,
  before: PacketHeader | undefined,
): PacketHeader {
  const { protocol, src, dst, sport, dport, ttl, flags, length } = packet;
  if (
    before !== undefined &&
    before.sourceMac === sourceMac &&
    before.targetMac === targetMac &&
    before.src === src &&
    before.dst === dst &&
    before.sport === sport &&
    before.dport === dport &&
    before.ttl === ttl &&
    before.flags === flags &&
    before.length === length
  )
    return before;
  return { protocol, sourceMac, targetMac, src, dst, sport, dport, ttl, flags, length };
}

/** The packet of a step that others went before: with the ports of the connection that went it now. 0: with its own. */
export function packetAt({ packet }: Hop, sport: number, dport: number): Pick<Hop, 'packet'> {
  if (packet === undefined) return {};
  if (sport === 0) return { packet };
  return { packet: { before: { ...packet.before, sport, dport }, after: { ...packet.after, sport, dport } } };
}
