/**
 * `limit rate`: a token bucket (linux/net/netfilter/nft_limit.c). Tokens are
 * nanoseconds, as in the kernel: a packet costs the time in which one token comes.
 */
import type { FilterStep } from '../packet-filter.contract';
import type { FilterInput } from './input';

/** Whether the statement matches: within the rate, or over it when it says `over`. */
export function takeToken(limit: FilterStep & { step: 'limit' }, input: FilterInput): boolean {
  const { packet, now } = input;
  const nanos = limit.perMicros * 1_000;
  const cost = Math.floor((nanos * (limit.unit === 'bytes' ? packet.length : packet.count)) / limit.rate);
  const most =
    limit.unit === 'bytes'
      ? Math.floor((nanos * (limit.rate + limit.burst)) / limit.rate)
      : Math.floor(nanos / limit.rate) * Math.max(limit.burst, 1);
  // A limit that no packet has met yet has a full bucket.
  const tokens = limit.lastAt <= 0 ? most : Math.min(most, limit.tokens + (now - limit.lastAt) * 1_000);
  limit.lastAt = Math.max(now, 1);
  limit.tokens = tokens >= cost ? tokens - cost : tokens;
  return tokens >= cost ? !limit.over : limit.over;
}
