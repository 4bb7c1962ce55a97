/** The packet filter's rules in compiled form; the language is lib/daemons/nftables. */
import type { Micros } from '../std/instant';

export type Family = 'ip' | 'ip6' | 'inet' | 'arp' | 'bridge' | 'netdev';
export type Hook = 'prerouting' | 'input' | 'forward' | 'output' | 'postrouting' | 'ingress' | 'egress';
export interface Ruleset {
  /** increases at every change */ generation: number;
  tables: FilterTable[];
  nextHandle: number;
  /** The last change was refused for what its rules do in their chains: until one succeeds, checks look at that too. */
  isValidating?: boolean;
}
export interface FilterTable {
  family: Family;
  name: string;
  handle: number;
  flags: string[];
  chains: FilterChain[];
  sets: FilterSet[];
  counters: FilterCounter[];
  comment?: string;
  /** Last handle given out within the table. */
  lastHandle?: number;
  /** Named quotas, limits and connection helpers. */
  objects: FilterObject[];
}
/** A named object that rules point to. */
export interface FilterObject {
  type: 'quota' | 'limit' | 'ct helper' | 'ct timeout' | 'ct expectation' | 'synproxy';
  name: string;
  handle: number;
  /** Lines of the listing that never change. */
  lines: string[];
  comment?: string;
  /** What the object does to a packet; it has its own count. */
  state?: FilterStep & { step: 'quota' | 'limit' };
}
export interface FilterChain {
  name: string;
  handle: number;
  comment?: string;
  /** Present for a base chain. */
  base?: {
    type: 'filter' | 'nat' | 'route';
    hook: Hook;
    priority: number;
    priorityText: string;
    policy: 'accept' | 'drop';
    devices?: string[];
  };
  rules: FilterRule[];
}
export interface FilterRule {
  handle: number;
  /** As `nft list ruleset` prints it, without handle and without live counter numbers ("counter" printed live). */
  text: string;
  comment?: string;
  /** Evaluated in order; all matches must hold, statements act as reached. */
  steps: FilterStep[];
}
export interface FilterCounter {
  name: string;
  handle: number;
  packets: number;
  bytes: number;
  comment?: string;
}
export interface FilterSet {
  name: string;
  handle: number;
  type: string;
  map?: string;
  flags: string[];
  timeoutMicros?: number;
  comment?: string;
  size?: number;
  autoMerge?: boolean;
  elements: FilterElement[];
  anonymous?: boolean;
  /** As declared with `typeof`, for printing. */
  typeOf?: string;
  /** Bits of each part of the key, where `typeof` says so. */
  keyBits?: number[];
  policy?: string;
  gcMicros?: number;
  /** Elements count packets. */
  counts?: boolean;
  /** What elements count for themselves beside packets, and how listings say it all. */
  states?: FilterStep[];
  stateText?: string;
  /** Made by a `meter` statement. */
  isMeter?: boolean;
}
/** lo..hi inclusive on each part of the key (strings for interface names). */
export interface FilterElement {
  key: { lo: number | string; hi: number | string }[];
  data?: Verdict | { lo: number | string; hi: number | string }[];
  expiresAt?: Micros;
  /** Its own time to live, when it was given one. */
  timeoutMicros?: Micros;
  text: string;
  comment?: string;
  counter?: { packets: number; bytes: number };
  /** Statements with a count of their own, by the rule that added the element. */
  states?: FilterStep[];
}
export type Verdict =
  | { kind: 'accept' }
  | { kind: 'drop' }
  | { kind: 'return' }
  | { kind: 'continue' }
  | { kind: 'jump'; chain: string }
  | { kind: 'goto'; chain: string }
  | { kind: 'queue' };
/** What is looked at. Interface names are strings, everything else numbers. */
export type FilterField =
  | 'iifname'
  | 'oifname'
  | 'iif'
  | 'oif'
  | 'iiftype'
  | 'oiftype'
  | 'mark'
  | 'ct mark'
  | 'ct state'
  | 'ct status'
  | 'ct direction'
  | 'ct expiration'
  | 'ct original saddr'
  | 'ct original daddr'
  | 'ct original proto-dst'
  | 'ct bytes'
  | 'ct packets'
  | 'ct avgpkt'
  | 'ct zone'
  | 'ct l3proto'
  | 'ct protocol'
  | 'ct helper'
  | 'ip saddr'
  | 'ip daddr'
  | 'ip protocol'
  | 'ip ttl'
  | 'ip length'
  | 'meta l4proto'
  | 'meta nfproto'
  | 'meta protocol'
  | 'meta length'
  | 'meta pkttype'
  | 'meta skuid'
  | 'meta skgid'
  | 'meta hour'
  | 'meta day'
  | 'meta time'
  | 'tcp sport'
  | 'tcp dport'
  | 'tcp flags'
  | 'udp sport'
  | 'udp dport'
  | 'th sport'
  | 'th dport'
  | 'icmp type'
  | 'icmp code'
  | 'ether saddr'
  | 'ether daddr'
  | 'ether type'
  /** Index or name of the interface towards an end of the packet, 0 for none; with `iif`, only the one that the packet came by. */
  | `fib ${string}`
  /** What a `generate` or `compute` step before has made. */
  | 'generated'
  | 'ct id'
  | 'ct original proto-src'
  | 'ct reply saddr'
  | 'ct reply daddr'
  | 'ct reply proto-src'
  | 'ct reply proto-dst'
  | 'meta priority'
  | 'meta random'
  /** Largest segment of the packet's way; rules with it fit where the way is known. */
  | 'rt mtu'
  /** The sender's operating system, by the form of its SYN: today's Linux is `unknown` to pf.os. */
  | 'osf name'
  | 'meta sdif'
  | 'meta sdifname'
  /** Transformations (IPsec), of which there are none. */
  | 'ipsec in'
  | 'ipsec out'
  /** The neighbour that the packet is handed to. */
  | 'rt nexthop'
  /** Bits of a header: where they start, how many. */
  | `${'ip' | 'tcp' | 'udp' | 'icmp' | 'nh' | 'th'} @${number},${number}`
  /** Whether there is the option of this number, or what is in it. */
  | `tcp option ${string}`
  /** The same for every packet here. */
  | `constant ${number}`
  /** What no packet here has. */
  | 'never';
/** ct state bits: invalid 1, established 2, related 4, new 8, untracked 64. */
export type FilterStep =
  | {
      step: 'match';
      field: FilterField | FilterField[];
      op: '==' | '!=' | '<' | '>' | '<=' | '>=' /** ranges, any of which */;
      values?: { lo: number | string; hi: number | string }[] /** named or anonymous set */;
      set?: string /** bit test (tcp flags & mask) */;
      mask?: number;
      bits?: boolean;
    }
  | { step: 'verdict'; verdict: Verdict }
  | { step: 'vmap'; field: FilterField | FilterField[]; set: string }
  | { step: 'counter'; packets: number; bytes: number; named?: string }
  | {
      step: 'reject';
      with: 'icmp' | 'tcp-reset' | 'icmpx';
      code:
        | 'port-unreachable'
        | 'host-unreachable'
        | 'net-unreachable'
        | 'admin-prohibited'
        | 'host-prohibited'
        | 'net-prohibited'
        | 'prot-unreachable'
        | 'no-route';
    }
  | {
      step: 'dnat';
      ip?: { lo: number; hi: number };
      port?: { lo: number; hi: number };
      map?: { field: FilterField | FilterField[]; set: string };
      flags: string[];
    }
  | {
      step: 'snat';
      ip?: { lo: number; hi: number };
      port?: { lo: number; hi: number };
      map?: { field: FilterField | FilterField[]; set: string };
      flags: string[];
    }
  | { step: 'masquerade'; port?: { lo: number; hi: number }; flags: string[] }
  /** `map`: of ports. */
  | {
      step: 'redirect';
      port?: { lo: number; hi: number };
      map?: { field: FilterField | FilterField[]; set: string };
    }
  | {
      step: 'limit';
      rate: number;
      perMicros: number;
      burst: number;
      over: boolean;
      unit: 'packets' | 'bytes';
      tokens: number;
      lastAt: Micros;
    }
  /** Matches until the bytes are used up, or from then on when it says `over`. */
  | { step: 'quota'; bytes: number; over: boolean; used: number }
  /** Matches up to so many open connections, or from one more on when it says `over`. */
  | { step: 'connections'; most: number; over: boolean; open: OpenConnection[] }
  /** A named quota or limit of the table. */
  | { step: 'object'; type: 'quota' | 'limit'; name: string }
  /** Makes a number below `modulus`, plus `offset`, in turn, at random, or from fields of the packet. */
  | {
      step: 'generate';
      mode: 'inc' | 'random' | 'jhash' | 'symhash';
      modulus: number;
      offset: number;
      seed: number;
      fields: FilterField[];
      next: number;
    }
  /** A value with bits changed, one operation after the other. */
  | { step: 'compute'; field: FilterField; operations: BitOperation[] }
  /** Only for TCP; options that segments have here are not written. */
  | { step: 'tcp-option' }
  | { step: 'log'; prefix: string; level: string; group?: number; flags?: string }
  /** What the map says, what was made before, or `value`. */
  | {
      step: 'set-mark';
      target: 'meta' | 'ct';
      value: number;
      source?: 'generated';
      map?: { field: FilterField | FilterField[]; set: string };
    }
  /** Writes what a packet keeps: its time to live, type of service, traffic class. */
  | {
      step: 'set-field';
      field: 'ttl' | 'dscp' | 'ecn' | 'priority';
      value: number;
      source?: 'generated';
      map?: { field: FilterField | FilterField[]; set: string };
    }
  /** A named object of the table, by what the packet has. */
  | {
      step: 'object-map';
      type: 'counter' | 'quota' | 'limit';
      map: { field: FilterField | FilterField[]; set: string };
    }
  | {
      step: 'set-update';
      op: 'add' | 'update' | 'delete';
      set: string;
      field: FilterField | FilterField[];
      /** What the key is mapped to. */
      data?: { lo: number | string; hi: number | string }[];
      timeoutMicros?: number;
      then?: FilterStep[];
    }
  | { step: 'notrack' }
  | { step: 'comment'; text: string };

/** What a `compute` step does to 32 bits. */
export interface BitOperation {
  operator: '&' | '|' | '^' | '<<' | '>>';
  value: number;
}

/** A connection that `ct count` has counted, by its first packet. */
export interface OpenConnection {
  protocol: number;
  src: number;
  dst: number;
  sport: number;
  dport: number;
  at: Micros;
}
