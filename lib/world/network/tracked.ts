/** The connection tracking table as `conntrack -L` lists it. */
import type { ConntrackEntry } from '../network.contract';
import { ASSURED, SEEN_REPLY } from '../packet-filter/conntrack-table';
import { TCP_STATE_NAMES } from '../packet-filter/conntrack-tcp';
import { ICMP, TCP, UDP } from './packet';
import type { Stack } from './stack';

const HUNDREDTH = 10_000;

export function trackedOn(stack: Stack, now: number): { slot: number; entry: ConntrackEntry }[] {
  const { conntrack } = stack;
  const { table } = conntrack;
  return conntrack.index.live(now).map((slot) => {
    const number = table.protocol[slot] ?? 0;
    const flags = table.flags[slot] ?? 0;
    const reply = conntrack.replyTuple(slot);
    const entry: ConntrackEntry = {
      protocol: number === TCP ? 'tcp' : number === UDP ? 'udp' : number === ICMP ? 'icmp' : 'other',
      number,
      src: table.src[slot] ?? 0,
      dst: table.dst[slot] ?? 0,
      sport: table.sport[slot] ?? 0,
      dport: table.dport[slot] ?? 0,
      replySrc: reply.src,
      replyDst: reply.dst,
      replySport: reply.sport,
      replyDport: reply.dport,
      state: number === TCP ? (TCP_STATE_NAMES[table.state[slot] ?? 0] ?? '') : '',
      assured: (flags & ASSURED) !== 0,
      unreplied: (flags & SEEN_REPLY) === 0,
      timeoutAt: (table.timeout[slot] ?? 0) * HUNDREDTH,
      mark: table.marks.get(slot) ?? 0,
    };
    return { slot, entry };
  });
}
