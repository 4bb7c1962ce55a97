/** The connection tracking table as `conntrack -L` lists it. */
import type { ConntrackEntry } from '../network.contract';
import { ASSURED, entryOf, SEEN_REPLY } from '../packet-filter/conntrack-table';
import { TCP_STATE_NAMES } from '../packet-filter/conntrack-tcp';
import { ICMP, TCP, UDP } from './packet';
import type { Stack } from './stack';

const HUNDREDTH = 10_000;

export function trackedOn(stack: Stack, now: number): { slot: number; entry: ConntrackEntry }[] {
  const { conntrack } = stack;
  const { table } = conntrack;
  return conntrack.index.live(now).map((slot) => {
    const number = entryOf.protocol(table, slot);
    const flags = entryOf.flags(table, slot);
    const reply = conntrack.replyTuple(slot);
    const entry: ConntrackEntry = {
      protocol: number === TCP ? 'tcp' : number === UDP ? 'udp' : number === ICMP ? 'icmp' : 'other',
      number,
      src: entryOf.src(table, slot),
      dst: entryOf.dst(table, slot),
      sport: entryOf.sport(table, slot),
      dport: entryOf.dport(table, slot),
      replySrc: reply.src,
      replyDst: reply.dst,
      replySport: reply.sport,
      replyDport: reply.dport,
      state: number === TCP ? (TCP_STATE_NAMES[entryOf.state(table, slot)] ?? '') : '',
      assured: (flags & ASSURED) !== 0,
      unreplied: (flags & SEEN_REPLY) === 0,
      timeoutAt: entryOf.timeout(table, slot) * HUNDREDTH,
      mark: table.marks.get(slot) ?? 0,
    };
    return { slot, entry };
  });
}
