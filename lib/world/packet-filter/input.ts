/** What the evaluation of a ruleset gets to see, and what it says afterwards. */
import type { Micros } from '../../std/instant';
import type { FilterChain, FilterRule, FilterTable, Hook } from '../packet-filter.contract';
import type { Packet } from '../network/packet';
import type { Conntrack, Tracking } from './conntrack';

/** Anything with `packets` and `bytes`: a counter statement, a named counter, an element's counter. */
export interface Counter {
  packets: number;
  bytes: number;
}

export type Rejection = { with: 'icmp' | 'tcp-reset' | 'icmpx'; code: string };

export interface Decision {
  verdict: 'accept' | 'drop' | 'reject';
  rejection: Rejection | undefined;
  /** The rule, or the chain whose policy decided. */
  table: FilterTable | undefined;
  chain: FilterChain | undefined;
  rule: FilterRule | undefined;
}

/** Nat statement that was reached. */
export interface Translation {
  kind: 'dnat' | 'snat' | 'masquerade' | 'redirect';
  ip: { lo: number; hi: number } | undefined;
  port: { lo: number; hi: number } | undefined;
}

export interface LogLine {
  prefix: string;
  level: string;
}

/** One packet at one hook of one host. Reused; `reads`, `counters` and the rest are what the evaluation leaves behind. */
export interface FilterInput {
  packet: Packet;
  hook: Hook;
  iif: string;
  oif: string;
  sourceMac: string;
  targetMac: string;
  tracking: Tracking | undefined;
  conntrack: Conntrack | undefined;
  now: Micros;
  /** The host's wall clock. */
  clock: Micros;
  indexOf(device: string): number | undefined;
  /** Number of the address type as `fib daddr type` compares it. */
  addressType(ip: number): number;
  /** Interface that packets to the address leave by; `undefined` where there is no way. */
  deviceTowards(ip: number): string | undefined;
  /** Whom packets to the address are handed to. */
  nextHopTowards(ip: number): number | undefined;
  /** Bits of fields.ts. */
  reads: number;
  counters: Counter[];
  translation: Translation | undefined;
  logs: LogLine[];
  /** `notrack` was reached. */
  untracked: boolean;
  /** What the last `generate` step made. */
  generated: number;
}
