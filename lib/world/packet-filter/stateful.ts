/**
 * Statements that remember: quotas and the count of open connections.
 * Sources: linux/net/netfilter/nft_quota.c, nft_connlimit.c, nf_conncount.c.
 */
import type { Micros } from '../../std/instant';
import type { FilterStep, OpenConnection } from '../packet-filter.contract';
import { TCP } from '../network/packet';
import type { Conntrack } from './conntrack';
import { entryOf } from './conntrack-table';
import { CLOSE, TIME_WAIT } from './conntrack-tcp';
import type { FilterInput } from './input';

/** Counts the packet's bytes. Whether the statement matches: while there are some left, or when none are and it says `over`. */
export function takeQuota(quota: FilterStep & { step: 'quota' }, input: FilterInput): boolean {
  const isUsedUp = quota.used + input.packet.length >= quota.bytes;
  quota.used = Math.min(quota.bytes, quota.used + input.packet.length);
  return isUsedUp === quota.over;
}

/** Counts the packet's connection among those that are still open. Whether the statement matches. */
export function countConnection(step: FilterStep & { step: 'connections' }, input: FilterInput): boolean {
  const { conntrack, now } = input;
  const own = connectionOf(input);
  if (own === undefined || conntrack === undefined) return false;
  const open = step.open.filter((each) => each.at === now || isOpen(conntrack, each, now));
  if (!open.some((each) => isSame(each, own))) open.push(own);
  step.open = open;
  return open.length > step.most === step.over;
}

function connectionOf({ tracking, conntrack, packet, now }: FilterInput): OpenConnection | undefined {
  if (tracking === undefined) return undefined;
  const { protocol } = packet;
  if (tracking.slot < 0 || conntrack === undefined) {
    const { src, dst, sport, dport } = tracking.original;
    return { protocol, src, dst, sport, dport, at: now };
  }
  const { table } = conntrack;
  const { slot } = tracking;
  return {
    protocol,
    src: entryOf.src(table, slot),
    dst: entryOf.dst(table, slot),
    sport: entryOf.sport(table, slot),
    dport: entryOf.dport(table, slot),
    at: now,
  };
}
/** A TCP connection that has ended does not count, though its entry stays for a while. */
function isOpen(conntrack: Conntrack, each: OpenConnection, now: Micros): boolean {
  const code = conntrack.index.find(each.protocol, each.src, each.dst, each.sport, each.dport, now);
  if (code < 0) return false;
  if (each.protocol !== TCP) return true;
  const state = entryOf.state(conntrack.table, code >> 1);
  return state !== TIME_WAIT && state !== CLOSE;
}
function isSame(a: OpenConnection, b: OpenConnection): boolean {
  return (
    a.protocol === b.protocol &&
    a.src === b.src &&
    a.dst === b.dst &&
    a.sport === b.sport &&
    a.dport === b.dport
  );
}
