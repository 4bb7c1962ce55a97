/**
 * The fields of packets: as listings name them, their types, what they need,
 * and what the packet filter looks at. Fields of protocols that the simulated
 * network does not carry are `never` there: rules with them meet no packet.
 *
 * Sources: nft(8) 1.0.6 "PRIMARY EXPRESSIONS", "PAYLOAD EXPRESSIONS",
 * "EXTENSION HEADER EXPRESSIONS"; `nft describe FIELD` of Debian 12.
 */
import type { FilterField } from '../../world/packet-filter.contract';
import { type DataType, TYPES } from './directives';

/** Address family or transport that a field needs, and so implies. */
export type Need =
  | 'ip'
  | 'ip6'
  | 'arp'
  | 'ether'
  | 'vlan'
  | 'tcp'
  | 'udp'
  | 'udplite'
  | 'sctp'
  | 'dccp'
  | 'ah'
  | 'esp'
  | 'comp'
  | 'igmp'
  | 'icmp'
  | 'icmpv6'
  | undefined;

export interface FieldInfo {
  /** As `nft list ruleset` prints it. */
  readonly text: string;
  readonly type: DataType;
  readonly bits: number;
  readonly needs: Need;
  /** What the packet filter looks at; `never`: no packet has it. */
  readonly evaluates: FilterField;
  /** Where it stands in its header, in bits. */
  readonly at?: number;
}

/** field; type; needs; bits; what is looked at (nothing: the field itself; `HEADER @N`: bits of a header from N on) */
const ROWS = `
iifname; ifname
oifname; ifname
iif; iface_index
oif; iface_index
iiftype; iface_type
oiftype; iface_type
iifgroup; devgroup; ; ; constant 0
oifgroup; devgroup; ; ; constant 0
meta mark; mark
meta l4proto; inet_proto
meta nfproto; nf_proto
meta protocol; ether_type
meta length; integer
meta priority; classid
meta pkttype; pkt_type
meta skuid; uid
meta skgid; gid
meta hour; hour
meta day; day
meta time; time
meta nftrace; integer; ; 1; constant 0
meta rtclassid; realm; ; ; constant 0
meta cpu; integer; ; ; constant 0
meta random; integer
meta cgroup; integer; ; ; constant 0
meta ipsec; boolean; ; 8; constant 0
meta iifkind; ifname; ; ; never
meta oifkind; ifname; ; ; never
meta sdif; iface_index
meta sdifname; ifname
meta ibrname; ifname; ; ; never
meta obrname; ifname; ; ; never
meta ibrpvid; integer; ; 16; never
meta ibrvproto; ether_type; ; ; never
ct mark; mark
ct state; ct_state
ct status; ct_status
ct direction; ct_dir
ct event; ct_event; ; ; never
ct label; ct_label; ; ; constant -1
ct id; integer
ct bytes; integer; ; 64
ct packets; integer; ; 64
ct avgpkt; integer; ; 64
ct zone; integer; ; 16
ct l3proto; nf_proto
ct protocol; inet_proto
ct helper; string
ct expiration; duration
ct original bytes; integer; ; 64; ct bytes
ct original packets; integer; ; 64; ct packets
ct original avgpkt; integer; ; 64; ct avgpkt
ct original zone; integer; ; 16; ct zone
ct original ip saddr; ipv4_addr; ; ; ct original saddr
ct original ip daddr; ipv4_addr; ; ; ct original daddr
ct original ip6 saddr; ipv6_addr; ; ; never
ct original ip6 daddr; ipv6_addr; ; ; never
ct original proto-src; inet_service
ct original proto-dst; inet_service
ct reply bytes; integer; ; 64; ct bytes
ct reply packets; integer; ; 64; ct packets
ct reply avgpkt; integer; ; 64; ct avgpkt
ct reply zone; integer; ; 16; ct zone
ct reply ip saddr; ipv4_addr; ; ; ct reply saddr
ct reply ip daddr; ipv4_addr; ; ; ct reply daddr
ct reply ip6 saddr; ipv6_addr; ; ; never
ct reply ip6 daddr; ipv6_addr; ; ; never
ct reply proto-src; inet_service
ct reply proto-dst; inet_service
ip version; integer; ip; 4; ip @0
ip hdrlength; integer; ip; 4; ip @4
ip dscp; dscp; ip; 6; ip @8
ip ecn; ecn; ip; 2; ip @14
ip length; integer; ip; 16
ip id; integer; ip; 16; ip @32
ip frag-off; integer; ip; 16; ip @48
ip ttl; integer; ip; 8
ip protocol; inet_proto; ip
ip checksum; integer; ip; 16; ip @80
ip saddr; ipv4_addr; ip
ip daddr; ipv4_addr; ip
ip6 version; integer; ip6; 4; none @0
ip6 dscp; dscp; ip6; 6; none @4
ip6 ecn; ecn; ip6; 2; none @10
ip6 flowlabel; integer; ip6; 20; none @12
ip6 length; integer; ip6; 16; never
ip6 nexthdr; inet_proto; ip6; ; never
ip6 hoplimit; integer; ip6; 8; never
ip6 saddr; ipv6_addr; ip6; ; never
ip6 daddr; ipv6_addr; ip6; ; never
tcp sport; inet_service; tcp
tcp dport; inet_service; tcp
tcp sequence; integer; tcp; 32; tcp @32
tcp ackseq; integer; tcp; 32; tcp @64
tcp doff; integer; tcp; 4; tcp @96
tcp reserved; integer; tcp; 4; tcp @100
tcp flags; tcp_flag; tcp
tcp window; integer; tcp; 16; tcp @112
tcp checksum; integer; tcp; 16; tcp @128
tcp urgptr; integer; tcp; 16; tcp @144
udp sport; inet_service; udp
udp dport; inet_service; udp
udp length; integer; udp; 16; udp @32
udp checksum; integer; udp; 16; udp @48
udplite sport; inet_service; udplite; ; never
udplite dport; inet_service; udplite; ; never
udplite csumcov; integer; udplite; 16; never
udplite checksum; integer; udplite; 16; never
sctp sport; inet_service; sctp; ; never
sctp dport; inet_service; sctp; ; never
sctp vtag; integer; sctp; 32; never
sctp checksum; integer; sctp; 32; never
dccp sport; inet_service; dccp; ; never
dccp dport; inet_service; dccp; ; never
dccp type; dccp_pkttype; dccp; ; none @67
ah nexthdr; inet_proto; ah; ; never
ah hdrlength; integer; ah; 8; never
ah reserved; integer; ah; 16; never
ah spi; integer; ah; 32; never
ah sequence; integer; ah; 32; never
esp spi; integer; esp; 32; never
esp sequence; integer; esp; 32; never
comp nexthdr; inet_proto; comp; ; never
comp flags; bitmask; comp; 8; never
comp cpi; integer; comp; 16; never
th sport; inet_service
th dport; inet_service
icmp type; icmp_type; icmp
icmp code; icmp_code; icmp
icmp checksum; integer; icmp; 16; icmp @16
icmp id; integer; icmp; 16; icmp @32
icmp sequence; integer; icmp; 16; icmp @48
icmp mtu; integer; icmp; 16; icmp @48
icmp gateway; integer; icmp; 32; icmp @32
icmpv6 type; icmpv6_type; icmpv6; ; never
icmpv6 code; icmpv6_code; icmpv6; ; never
icmpv6 checksum; integer; icmpv6; 16; never
icmpv6 param-problem; integer; icmpv6; 32; never
icmpv6 mtu; integer; icmpv6; 32; never
icmpv6 id; integer; icmpv6; 16; never
icmpv6 sequence; integer; icmpv6; 16; never
icmpv6 max-delay; integer; icmpv6; 16; never
igmp type; igmp_type; igmp; ; never
igmp mrt; integer; igmp; 8; never
igmp checksum; integer; igmp; 16; never
igmp group; integer; igmp; 32; never
ether saddr; ether_addr; ether
ether daddr; ether_addr; ether
ether type; ether_type; ether
vlan id; integer; vlan; 12; none @4
vlan cfi; integer; vlan; 1; none @3
vlan dei; integer; vlan; 1; none @3
vlan pcp; integer; vlan; 3; none @0
vlan type; ether_type; vlan; ; never
arp operation; arp_op; arp; ; never
arp htype; integer; arp; 16; never
arp ptype; ether_type; arp; ; never
arp hlen; integer; arp; 8; never
arp plen; integer; arp; 8; never
arp saddr ip; ipv4_addr; arp; ; never
arp daddr ip; ipv4_addr; arp; ; never
arp saddr ether; ether_addr; arp; ; never
arp daddr ether; ether_addr; arp; ; never
hbh nexthdr; inet_proto; ip6; ; never
hbh hdrlength; integer; ip6; 8; never
rt nexthdr; inet_proto; ip6; ; never
rt hdrlength; integer; ip6; 8; never
rt type; integer; ip6; 8; never
rt seg-left; integer; ip6; 8; never
srh last-entry; integer; ip6; 8; never
srh flags; integer; ip6; 8; never
srh tag; integer; ip6; 16; never
frag nexthdr; inet_proto; ip6; ; never
frag reserved; integer; ip6; 8; never
frag frag-off; integer; ip6; 13; never
frag reserved2; integer; ip6; 2; never
frag more-fragments; integer; ip6; 1; never
frag id; integer; ip6; 32; never
dst nexthdr; inet_proto; ip6; ; never
dst hdrlength; integer; ip6; 8; never
mh nexthdr; inet_proto; ip6; ; never
mh hdrlength; integer; ip6; 8; never
mh type; mh_type; ip6; ; never
mh reserved; integer; ip6; 8; never
mh checksum; integer; ip6; 16; never
rt classid; realm; ; ; constant 0
rt ip nexthop; ipv4_addr; ; ; rt nexthop
rt ip6 nexthop; ipv6_addr; ; ; never
rt mtu; integer; ; 16
rt ipsec; boolean; ; 8; constant 0
osf name; string`;

/** Where fields stand that the packet filter knows by name. */
const PLACES: Readonly<Record<string, string>> = Object.fromEntries(
  `ip length 16, ip ttl 64, ip protocol 72, ip saddr 96, ip daddr 128, tcp sport 0, tcp dport 16, tcp flags 104,
  udp sport 0, udp dport 16, th sport 0, th dport 16, icmp type 0, icmp code 8`
    .split(',')
    .map((row) => row.trim().split(/ (?=\d+$)/))
    .map(([name = '', at = '']) => [name, at]),
);

/** Listed by another word than they are read by: 1.0.6 cannot read its own. */
const SAID: Readonly<Record<string, string>> = {
  'icmpv6 param-problem': 'icmpv6 parameter-problem',
  'vlan cfi': 'vlan dei',
};

/** Fields by their canonical text. */
export const FIELDS: ReadonlyMap<string, FieldInfo> = new Map(
  ROWS.trim()
    .split('\n')
    .map((row) => {
      const [text = '', type = '', needs = '', bits = '', looked = ''] = row
        .split(';')
        .map((cell) => cell.trim());
      const known = type as DataType;
      const width = bits === '' ? TYPES[known].bits : Number(bits);
      const place = / @(\d+)$/.exec(looked)?.[1] ?? PLACES[text];
      const evaluates = looked.startsWith('none ')
        ? 'never'
        : looked.includes('@')
          ? `${looked},${width}`
          : looked;
      return [
        text,
        {
          text: SAID[text] ?? text,
          type: known,
          bits: width,
          needs: needs === '' ? undefined : (needs as Need),
          evaluates: (evaluates === '' ? text.replace('meta mark', 'mark') : evaluates) as FilterField,
          ...(place === undefined ? {} : { at: Number(place) }),
        },
      ] as const;
    }),
);

interface OptionField {
  readonly type: DataType;
  readonly bits: number;
}
const integer = (bits: number): OptionField => ({ type: 'integer', bits });

/** Options of TCP: their number and what they hold (RFC 9293 §3.2 and others). */
export const TCP_OPTIONS: Readonly<
  Record<string, { kind: number; fields: Readonly<Record<string, OptionField>> }>
> = {
  eol: { kind: 0, fields: {} },
  nop: { kind: 1, fields: {} },
  maxseg: { kind: 2, fields: { size: integer(16) } },
  window: { kind: 3, fields: { count: integer(8) } },
  'sack-perm': { kind: 4, fields: {} },
  sack: { kind: 5, fields: { left: integer(32), right: integer(32) } },
  sack1: { kind: 5, fields: { left: integer(32), right: integer(32) } },
  sack2: { kind: 5, fields: { left: integer(32), right: integer(32) } },
  sack3: { kind: 5, fields: { left: integer(32), right: integer(32) } },
  timestamp: { kind: 8, fields: { tsval: integer(32), tsecr: integer(32) } },
  md5sig: { kind: 19, fields: {} },
  mptcp: { kind: 30, fields: { subtype: integer(4) } },
  fastopen: { kind: 34, fields: {} },
};
/** Other words for options of TCP. */
export const TCP_OPTION_WORDS: Readonly<Record<string, string>> = {
  mss: 'maxseg',
  'sack-permitted': 'sack-perm',
  sack0: 'sack',
  echo: 'timestamp',
};
/** Options of IPv4 (RFC 791 §3.1, RFC 2113). */
export const IP_OPTIONS: Readonly<Record<string, Readonly<Record<string, OptionField>>>> = {
  lsrr: { type: integer(8), length: integer(8), ptr: integer(8), addr: integer(32) },
  rr: { type: integer(8), length: integer(8), ptr: integer(8), addr: integer(32) },
  ssrr: { type: integer(8), length: integer(8), ptr: integer(8), addr: integer(32) },
  ra: { type: integer(8), length: integer(8), value: integer(16) },
};
/** Chunks of SCTP and what they hold (RFC 9260 §3.3). */
export const SCTP_CHUNKS: Readonly<Record<string, readonly string[]>> = {
  data: ['tsn', 'stream', 'ssn', 'ppid'],
  init: ['init-tag', 'a-rwnd', 'num-outbound-streams', 'num-inbound-streams', 'initial-tsn'],
  'init-ack': ['init-tag', 'a-rwnd', 'num-outbound-streams', 'num-inbound-streams', 'initial-tsn'],
  sack: ['cum-tsn-ack', 'a-rwnd', 'num-gap-ack-blocks', 'num-dup-tsns'],
  heartbeat: [],
  'heartbeat-ack': [],
  abort: [],
  shutdown: ['cum-tsn-ack'],
  'shutdown-ack': [],
  error: [],
  'cookie-echo': [],
  'cookie-ack': [],
  ecne: ['lowest-tsn'],
  cwr: ['lowest-tsn'],
  'shutdown-complete': [],
  'asconf-ack': ['seqno'],
  'forward-tsn': ['new-cum-tsn'],
  asconf: ['seqno'],
};
const WIDE_CHUNK_FIELDS = new Set([
  'tsn',
  'ppid',
  'init-tag',
  'a-rwnd',
  'initial-tsn',
  'cum-tsn-ack',
  'lowest-tsn',
  'seqno',
  'new-cum-tsn',
]);
const EXTENSION_HEADERS = new Set(['hbh', 'rt', 'rt0', 'rt2', 'srh', 'frag', 'dst', 'mh']);

/** The field of a known header that raw bits are: `@th,16,16` behind `tcp` is `tcp dport`. */
export function fieldAt(header: string, offset: number, bits: number): FieldInfo | undefined {
  for (const info of FIELDS.values())
    if (info.at === offset && info.bits === bits && info.text.startsWith(`${header} `)) return info;
  return undefined;
}

/** A field by its canonical text, options and raw pieces of headers included; undefined: there is none. */
export function fieldNamed(text: string): FieldInfo | undefined {
  return FIELDS.get(text) ?? madeField(text);
}

function madeField(text: string): FieldInfo | undefined {
  const [head = '', second = '', third = '', fourth = ''] = text.split(' ');
  const made = (needs: Need, { type, bits }: OptionField, evaluates: FilterField = 'never'): FieldInfo => ({
    text,
    type,
    bits,
    needs,
    evaluates,
  });
  const exists: OptionField = { type: 'boolean', bits: 8 };
  if (head === 'tcp' && second === 'option') {
    const raw = /^@(\d+),(\d+),(\d+)$/.exec(third);
    if (raw !== null) return made('tcp', { type: 'raw', bits: Number(raw[3]) });
    const known = TCP_OPTIONS[third];
    const kind = known?.kind ?? Number(third);
    if (fourth === '') return made('tcp', exists, `tcp option ${kind}`);
    if (fourth === 'length') return made('tcp', integer(8), `tcp option ${kind} length`);
    const field = known?.fields[fourth];
    return field === undefined ? undefined : made('tcp', field, `tcp option ${kind} ${fourth}`);
  }
  if (head === 'ip' && second === 'option') {
    const field = fourth === '' ? exists : IP_OPTIONS[third]?.[fourth];
    return field === undefined ? undefined : made('ip', field, fourth === '' ? 'constant 0' : 'never');
  }
  if (head === 'sctp' && second === 'chunk') {
    if (fourth === '') return made('sctp', exists);
    return made(
      'sctp',
      integer(fourth === 'flags' || fourth === 'type' ? 8 : WIDE_CHUNK_FIELDS.has(fourth) ? 32 : 16),
    );
  }
  if (head === 'exthdr') return EXTENSION_HEADERS.has(second) ? made('ip6', exists) : undefined;
  if (/^(?:rt[02]|srh) \w+\[\d+\]$/.test(text)) return made('ip6', { type: 'ipv6_addr', bits: 128 });
  if (head === 'fib') return made(undefined, fibType(text), text as FilterField);
  if (head === 'ipsec') return made(undefined, ipsecType(text), second === 'out' ? 'ipsec out' : 'ipsec in');
  if (head === 'osf' && text.endsWith(' name'))
    return made(undefined, { type: 'string', bits: 128 }, 'osf name');
  const raw = /^@(ll|nh|th|ih),(\d+),(\d+)$/.exec(text);
  if (raw === null) return undefined;
  const [, base = '', offset = '', bits = ''] = raw;
  return made(
    undefined,
    { type: 'raw', bits: Number(bits) },
    base === 'nh' || base === 'th' ? (`${base} @${Number(offset)},${Number(bits)}` as FilterField) : 'never',
  );
}
function fibType(text: string): OptionField {
  if (text.endsWith(' type')) return { type: 'fib_addrtype', bits: 32 };
  return text.endsWith(' oifname') ? { type: 'ifname', bits: 128 } : { type: 'iface_index', bits: 32 };
}
function ipsecType(text: string): OptionField {
  if (/ ip6 [sd]addr$/.test(text)) return { type: 'ipv6_addr', bits: 128 };
  return / ip [sd]addr$/.test(text) ? { type: 'ipv4_addr', bits: 32 } : integer(32);
}
