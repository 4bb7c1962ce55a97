/**
 * The words of nftables 1.0.6 as tables: keywords, the fields of packets with
 * their types and what they need, and the names of values. The parser, the
 * printer and the editor read the same tables.
 *
 * Sources: nft(8) 1.0.6 "DATA TYPES", "PRIMARY EXPRESSIONS", "PAYLOAD
 * EXPRESSIONS", "STATEMENTS"; `nft describe TYPE` of Debian 12 for the values.
 */

/** How far the simulator models a word. */
export type Effect = 'modelled' | 'accepted' | 'not modelled';

/** A statement or command, for the editor and the page of what is modelled. */
export interface Directive {
  readonly keyword: string;
  readonly kind: 'command' | 'object' | 'statement' | 'verdict' | 'expression';
  readonly effect: Effect;
  readonly arguments: string;
  readonly source: string;
}

const EFFECTS: ReadonlyMap<string, Effect> = new Map([
  ['+', 'modelled'],
  ['.', 'accepted'],
  ['-', 'not modelled'],
]);

/** Reads rows `keyword…; effect; section; arguments`. */
function table(kind: Directive['kind'], text: string): readonly Directive[] {
  return text
    .trim()
    .split('\n')
    .flatMap((row) => {
      const [keywords = '', effect = '', section = '', args = ''] = row.split(';').map((cell) => cell.trim());
      return keywords.split(' ').map((keyword) => ({
        keyword,
        kind,
        effect: EFFECTS.get(effect) ?? ('not modelled' as const),
        arguments: args,
        source: `nft(8) "${section}"`,
      }));
    });
}

export const DIRECTIVES: readonly Directive[] = [
  ...table(
    'command',
    `
add create insert delete replace rename list flush reset; +; RULESET; <object>
include; +; INCLUDING FILES; "<path>"
define redefine undefine; +; SYMBOLIC VARIABLES; <name> = <value>
get; +; ELEMENTS; element <set> { … }
describe; +; ADDITIONAL COMMANDS; <expression>
monitor import export; -; ADDITIONAL COMMANDS`,
  ),
  ...table(
    'object',
    `
table; +; TABLES; <family> <name> { … }
chain; +; CHAINS; <name> { type <type> hook <hook> priority <priority>; policy <policy>; … }
rule; +; RULES; <family> <table> <chain> <statement> …
set map; +; SETS; <name> { type <type>; flags <flags>; elements = { … } }
element; +; ELEMENTS; <family> <table> <set> { … }
counter; +; STATEFUL OBJECTS; <name> { packets <n> bytes <n> }
quota; +; STATEFUL OBJECTS; <name> { [over] <n> <unit> }
limit; +; STATEFUL OBJECTS; <name> { rate <n>/<unit> }
ct; +; CT HELPER; helper <name> { type "<helper>" protocol tcp|udp; }
synproxy; .; SYNPROXY STATEMENT; <name> { mss <n>; wscale <n>; }
secmark flowtable; -; STATEFUL OBJECTS`,
  ),
  ...table(
    'verdict',
    'accept drop continue return jump goto; +; VERDICT STATEMENT; [<chain>]\nqueue; +; QUEUE STATEMENT; [flags bypass,fanout] [to <n>]',
  ),
  ...table(
    'statement',
    `
log; +; LOG STATEMENT; [prefix "<text>"] [level <level>] [group <n>]
reject; +; REJECT STATEMENT; [with icmp|icmpx|tcp …]
counter; +; COUNTER STATEMENT; [packets <n> bytes <n> | name <name>]
limit; +; LIMIT STATEMENT; rate [over] <n>/<unit> [burst <n> packets]
snat dnat masquerade redirect; +; NAT STATEMENTS; [to <address>[:<port>]]
notrack; +; NOTRACK STATEMENT
vmap map; +; MAP STATEMENT; { <key> : <value>, … }
comment; +; RULES; "<text>"
quota; +; QUOTA STATEMENT; [over] <n> <unit> | name <name>
meter; +; METER STATEMENT; <name> { <key> <statement> }
tproxy; .; TPROXY STATEMENT; [ip|ip6] to [<address>][:<port>]
dup fwd synproxy; -; STATEMENTS`,
  ),
  ...table(
    'expression',
    `
meta iif oif iifname oifname mark; +; META EXPRESSIONS
ip tcp udp th icmp ether; +; PAYLOAD EXPRESSIONS
ip6 icmpv6 arp vlan igmp udplite sctp dccp ah esp comp exthdr ipsec; .; PAYLOAD EXPRESSIONS; (packets here are IPv4 with TCP, UDP or ICMP)
ct; +; CONNTRACK EXPRESSIONS
fib; +; FIB EXPRESSIONS; saddr|daddr [. mark] [. iif] type|oif|oifname
rt osf; +; ROUTING EXPRESSIONS
numgen jhash symhash; +; NUMGEN EXPRESSION; inc|random mod <n> [offset <n>]
socket; -; SOCKET EXPRESSION`,
  ),
];

/** Words that the scanner knows everywhere (the others are words in their context only). */
export const GLOBAL_KEYWORDS: ReadonlySet<string> = new Set(
  `vmap include define redefine undefine describe hook device devices table chain rule set element map
  flowtable handle ruleset socket tproxy accept drop continue jump goto return inet netdev add replace update
  create insert delete get list reset flush rename import export monitor position index comment constant
  interval dynamic auto-merge timeout gc-interval elements expires policy size flow offload meter counter log
  queue limit quota hour day reject snat dnat masquerade redirect random th bridge ether type typeof vlan arp
  ip ecn time icmp icmpv6 igmp ip6 priority ah esp comp flags udp udplite tcp dccp sctp rt rt0 rt2 srh hbh
  frag dst mh meta mark iif iifname iiftype oif oifname oiftype skuid skgid nftrace rtclassid ibriport ibrname
  obriport obrname pkttype cpu iifgroup oifgroup cgroup ct numgen jhash symhash dup fwd fib osf synproxy
  notrack all exists missing exthdr ipsec secmark xt`
    .trim()
    .split(/\s+/),
);

/** Words of one context: after the keyword on the left, the words on the right are keywords too. */
export const SCOPED_KEYWORDS: Readonly<Record<string, ReadonlySet<string>>> = Object.fromEntries(
  Object.entries({
    list: 'chains sets tables meters flowtables limits maps secmarks synproxys hooks counters quotas',
    reset: 'counters quotas',
    policy: 'performance memory',
    counter: 'name packets bytes',
    log: 'prefix snaplen queue-threshold level group',
    limit: 'name packets bytes rate burst second minute week over',
    quota: 'name bytes over used until',
    reject: 'with icmpx',
    nat: 'to prefix fully-random persistent port addr',
    tcp: 'length checksum ackseq doff window urgptr sport dport sequence reserved options option echo eol mss maxseg nop sack timestamp fastopen mptcp md5sig',
    udp: 'length checksum sport dport',
    th: 'sport dport',
    icmp: 'id code gateway param-problem max-delay mtu sequence checksum',
    ip: 'to prefix saddr daddr id version hdrlength dscp length frag-off ttl protocol checksum lsrr rr ssrr ra ptr value option options addr',
    ip6: 'to prefix saddr daddr version dscp length flowlabel hoplimit nexthdr addr',
    ether: 'saddr daddr',
    arp: 'saddr daddr htype ptype hlen plen operation',
    meta: 'length protocol',
    ct: 'packets bytes over saddr daddr id protocol dport avgpkt l3proto proto-src proto-dst zone original reply direction event expectation expiration helper helpers label state status count',
    fib: 'saddr daddr',
    type: 'dscp protocol classid',
    queue: 'num bypass fanout to',
    at: 'll nh',
  }).map(([scope, words]) => [scope, new Set(words.split(' '))]),
);

/** What a value is; decides how it is read and printed. */
export type DataType =
  | 'ipv4_addr'
  | 'ipv6_addr'
  | 'ether_addr'
  | 'inet_proto'
  | 'inet_service'
  | 'ifname'
  | 'iface_index'
  | 'iface_type'
  | 'mark'
  | 'ct_state'
  | 'ct_status'
  | 'ct_dir'
  | 'icmp_type'
  | 'icmp_code'
  | 'icmpv6_type'
  | 'tcp_flag'
  | 'ether_type'
  | 'nf_proto'
  | 'pkt_type'
  | 'uid'
  | 'gid'
  | 'day'
  | 'hour'
  | 'time'
  | 'dscp'
  | 'arp_op'
  | 'fib_addrtype'
  | 'ecn'
  | 'igmp_type'
  | 'icmpv6_code'
  | 'dccp_pkttype'
  | 'mh_type'
  | 'devgroup'
  | 'classid'
  | 'realm'
  | 'boolean'
  | 'bitmask'
  | 'ct_event'
  | 'ct_label'
  | 'string'
  | 'raw'
  | 'integer'
  | 'duration'
  | 'verdict';

export interface TypeInfo {
  /** As messages name it. */
  readonly title: string;
  readonly bits: number;
  /** Values are sets of bits: `a,b`. */
  readonly bitmask?: true;
  /** Printed as `a/n` when a range is one. */
  readonly prefixes?: true;
  readonly names?: Readonly<Record<string, number>>;
}

function names(text: string): Readonly<Record<string, number>> {
  const entries = text
    .trim()
    .split(/\s+/)
    .map((pair) => pair.split('=') as [string, string])
    .map(([name, value]) => [name, Number(value)] as const);
  return Object.fromEntries(entries);
}

export const TYPES: Readonly<Record<DataType, TypeInfo>> = {
  ipv4_addr: { title: 'IPv4 address', bits: 32, prefixes: true },
  ipv6_addr: { title: 'IPv6 address', bits: 128, prefixes: true },
  ether_addr: { title: 'Ethernet address', bits: 48 },
  inet_proto: {
    title: 'Internet protocol',
    bits: 8,
    names:
      names(`ip=0 icmp=1 igmp=2 ggp=3 ipencap=4 st=5 tcp=6 egp=8 igp=9 pup=12 udp=17 hmp=20 xns-idp=22 rdp=27
      iso-tp4=29 dccp=33 xtp=36 ddp=37 idpr-cmtp=38 ipv6=41 ipv6-route=43 ipv6-frag=44 idrp=45 rsvp=46 gre=47 esp=50
      ah=51 skip=57 ipv6-icmp=58 ipv6-nonxt=59 ipv6-opts=60 rspf=73 vmtp=81 eigrp=88 ospf=89 ax.25=93 ipip=94
      etherip=97 encap=98 pim=103 ipcomp=108 vrrp=112 l2tp=115 isis=124 sctp=132 fc=133 mobility-header=135
      udplite=136 mpls-in-ip=137 manet=138 hip=139 shim6=140 wesp=141 rohc=142 ethernet=143 icmpv6=58 hopopt=0 comp=108`),
  },
  inet_service: { title: 'internet network service', bits: 16 },
  ifname: { title: 'network interface name', bits: 128 },
  iface_index: { title: 'network interface index', bits: 32 },
  iface_type: {
    title: 'network interface type',
    bits: 16,
    names: names('ether=1 ppp=512 ipip=768 ipip6=769 loopback=772 sit=776 ipgre=778'),
  },
  mark: { title: 'packet mark', bits: 32, prefixes: true },
  ct_state: {
    title: 'conntrack state',
    bits: 32,
    bitmask: true,
    names: names('invalid=1 new=8 established=2 related=4 untracked=64'),
  },
  ct_status: {
    title: 'conntrack status',
    bits: 32,
    bitmask: true,
    names: names('expected=1 seen-reply=2 assured=4 confirmed=8 snat=16 dnat=32 dying=512'),
  },
  ct_dir: { title: 'conntrack direction', bits: 8, names: names('original=0 reply=1') },
  icmp_type: {
    title: 'ICMP type',
    bits: 8,
    names: names(`echo-reply=0 destination-unreachable=3 source-quench=4 redirect=5 echo-request=8
      router-advertisement=9 router-solicitation=10 time-exceeded=11 parameter-problem=12 timestamp-request=13
      timestamp-reply=14 info-request=15 info-reply=16 address-mask-request=17 address-mask-reply=18`),
  },
  icmp_code: {
    title: 'icmp code',
    bits: 8,
    names: names(`net-unreachable=0 host-unreachable=1 prot-unreachable=2 port-unreachable=3 net-prohibited=9
      host-prohibited=10 admin-prohibited=13 frag-needed=4`),
  },
  icmpv6_type: {
    title: 'ICMPv6 type',
    bits: 8,
    names:
      names(`destination-unreachable=1 packet-too-big=2 time-exceeded=3 parameter-problem=4 echo-request=128
      echo-reply=129 mld-listener-query=130 mld-listener-report=131 mld-listener-done=132
      mld-listener-reduction=132 nd-router-solicit=133 nd-router-advert=134 nd-neighbor-solicit=135
      nd-neighbor-advert=136 nd-redirect=137 router-renumbering=138 ind-neighbor-solicit=141
      ind-neighbor-advert=142 mld2-listener-report=143`),
  },
  tcp_flag: {
    title: 'TCP flag',
    bits: 8,
    bitmask: true,
    names: names('fin=1 syn=2 rst=4 psh=8 ack=16 urg=32 ecn=64 cwr=128'),
  },
  ether_type: {
    title: 'Ethernet protocol',
    bits: 16,
    names: names('ip=2048 arp=2054 ip6=34525 8021q=33024 8021ad=34984 vlan=33024'),
  },
  nf_proto: { title: 'netfilter protocol', bits: 8, names: names('ipv4=2 ipv6=10') },
  pkt_type: {
    title: 'packet type',
    bits: 8,
    names: names('host=0 unicast=0 broadcast=1 multicast=2 other=3'),
  },
  uid: { title: 'user ID', bits: 32 },
  gid: { title: 'group ID', bits: 32 },
  day: {
    title: 'Day of week of packet reception',
    bits: 8,
    names: names('Sunday=0 Monday=1 Tuesday=2 Wednesday=3 Thursday=4 Friday=5 Saturday=6'),
  },
  hour: { title: 'Hour of day of packet reception', bits: 32 },
  time: { title: 'Date and time of packet reception', bits: 64 },
  dscp: {
    title: 'Differentiated Services Code Point',
    bits: 6,
    names:
      names(`cs0=0 cs1=8 cs2=16 cs3=24 cs4=32 cs5=40 cs6=48 cs7=56 df=0 be=0 lephb=1 af11=10 af12=12 af13=14
      af21=18 af22=20 af23=22 af31=26 af32=28 af33=30 af41=34 af42=36 af43=38 va=44 ef=46`),
  },
  arp_op: {
    title: 'ARP operation',
    bits: 16,
    names: names('request=1 reply=2 rrequest=3 rreply=4 inrequest=8 inreply=9 nak=10'),
  },
  fib_addrtype: {
    title: 'fib address type',
    bits: 32,
    names: names(
      'unspec=0 unicast=1 local=2 broadcast=3 anycast=4 multicast=5 blackhole=6 unreachable=7 prohibit=8',
    ),
  },
  ecn: {
    title: 'Explicit Congestion Notification',
    bits: 2,
    names: names('not-ect=0 ect1=1 ect0=2 ce=3'),
  },
  igmp_type: {
    title: 'IGMP type',
    bits: 8,
    names: names(`membership-query=17 membership-report-v1=18 membership-report-v2=22
      membership-report-v3=34 leave-group=23`),
  },
  icmpv6_code: {
    title: 'icmpv6 code',
    bits: 8,
    names: names(`no-route=0 admin-prohibited=1 addr-unreachable=3 port-unreachable=4 policy-fail=5
      reject-route=6`),
  },
  dccp_pkttype: {
    title: 'DCCP packet type',
    bits: 4,
    names: names(`request=0 response=1 data=2 ack=3 dataack=4 closereq=5 close=6 reset=7 sync=8 syncack=9`),
  },
  mh_type: {
    title: 'Mobility Header Type',
    bits: 8,
    names: names(`binding-refresh-request=0 home-test-init=1 careof-test-init=2 home-test=3 careof-test=4
      binding-update=5 binding-acknowledgement=6 binding-error=7 fast-binding-update=8
      fast-binding-acknowledgement=9 fast-binding-advertisement=10 experimental-mobility-header=11
      home-agent-switch-message=12`),
  },
  devgroup: { title: 'devgroup name', bits: 32, names: names('default=0') },
  classid: { title: 'TC classid', bits: 32 },
  realm: { title: 'routing realm', bits: 32, names: names('cosmos=0') },
  boolean: { title: 'boolean type', bits: 1, names: names('exists=1 missing=0') },
  bitmask: { title: 'bitmask', bits: 8 },
  ct_event: {
    title: 'conntrack event bits',
    bits: 32,
    bitmask: true,
    names: names(`new=1 related=2 destroy=4 reply=8 assured=16 protoinfo=32 helper=64 mark=128 seqadj=256
      secmark=512 label=1024`),
  },
  ct_label: { title: 'conntrack label', bits: 128 },
  string: { title: 'string', bits: 128 },
  raw: { title: 'integer', bits: 32 },
  integer: { title: 'integer', bits: 32 },
  duration: { title: 'relative time', bits: 32 },
  verdict: { title: 'netfilter verdict', bits: 32 },
};

/** Types that only fields have. */
const UNNAMED_TYPES = new Set(['duration', 'raw', 'ct_event', 'ct_label']);
/** Types by the names that declarations of sets use. */
export function typeNamed(name: string): DataType | undefined {
  if (name === 'string') return 'ifname';
  return name in TYPES && !UNNAMED_TYPES.has(name) ? (name as DataType) : undefined;
}

/** Standard priorities by family, for names: nft(8) "CHAINS", table "Standard priority names". */
export const PRIORITIES: Readonly<Record<string, number>> = {
  raw: -300,
  mangle: -150,
  dstnat: -100,
  filter: 0,
  security: 50,
  srcnat: 100,
};
export const BRIDGE_PRIORITIES: Readonly<Record<string, number>> = {
  dstnat: -300,
  filter: -200,
  out: 100,
  srcnat: 300,
};

/** Well-known services (getservbyname(3)); nft prints numbers. */
export const SERVICES: Readonly<Record<string, number>> =
  names(`tcpmux=1 echo=7 discard=9 systat=11 daytime=13
  netstat=15 chargen=19 ftp-data=20 ftp=21 ssh=22 telnet=23 smtp=25 time=37 whois=43 tacacs=49 domain=53 bootps=67
  bootpc=68 tftp=69 gopher=70 finger=79 http=80 www=80 kerberos=88 iso-tsap=102 acr-nema=104 pop3=110 sunrpc=111
  auth=113 nntp=119 ntp=123 epmap=135 netbios-ns=137 netbios-dgm=138 netbios-ssn=139 imap2=143 imap=143 snmp=161
  snmp-trap=162 cmip-man=163 mailq=174 xdmcp=177 bgp=179 smux=199 irc=194 qmtp=209 z3950=210 ipx=213 ptp-event=319
  ptp-general=320 pawserv=345 zserv=346 rpc2portmap=369 codaauth2=370 clearcase=371 ldap=389 svrloc=427 https=443
  snpp=444 microsoft-ds=445 kpasswd=464 submissions=465 saft=487 isakmp=500 rtsp=554 nqs=607 asf-rmcp=623 qmqp=628
  ipp=631 ldp=646 exec=512 login=513 shell=514 syslog=514 printer=515 talk=517 ntalk=518 route=520 gdomap=538 uucp=540
  klogin=543 kshell=544 dhcpv6-client=546 dhcpv6-server=547 afpovertcp=548 nntps=563 submission=587 ldaps=636
  tinc=655 silc=706 kerberos-adm=749 domain-s=853 rsync=873 ftps-data=989 ftps=990 telnets=992 imaps=993 pop3s=995
  socks=1080 proofd=1093 rmiregistry=1099 lotusnote=1352 openvpn=1194 ms-sql-s=1433 ms-sql-m=1434 ingreslock=1524
  datametrics=1645 kermit=1649 groupwise=1677 l2f=1701 radius=1812 radius-acct=1813 cisco-sccp=2000 nfs=2049
  gnunet=2086 rtcm-sc104=2101 gsigatekeeper=2119 gris=2135 cvspserver=2401 venus=2430 mon=2583 dict=2628 gsiftp=2811
  gpsd=2947 gds-db=3050 icpv2=3130 iscsi-target=3260 mysql=3306 ms-wbt-server=3389 nut=3493 distcc=3632 daap=3689
  svn=3690 suucp=4031 sysrqd=4094 sieve=4190 epmd=4369 remctl=4373 f5-iquery=4353 ntske=4460 ipsec-nat-t=4500 iax=4569
  mtn=4691 radmin-port=4899 sip=5060 sip-tls=5061 xmpp-client=5222 xmpp-server=5269 cfengine=5308 mdns=5353
  postgresql=5432 freeciv=5556 amqps=5671 amqp=5672 x11=6000 redis=6379 gnutella-svc=6346 sge-qmaster=6444 ircd=6667
  ircs-u=6697 bbs=7000 http-alt=8080 puppet=8140 afs3-fileserver=7000 zabbix-agent=10050 zabbix-trapper=10051
  amanda=10080 hkp=11371 dicom=11112 git=9418 bacula-dir=9101 bacula-fd=9102 bacula-sd=9103`);
