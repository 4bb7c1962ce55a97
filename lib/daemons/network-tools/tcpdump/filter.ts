/** pcap-filter(7): the expressions that people type at tcpdump. Not modelled: VLANs, offsets into arbitrary headers. */
import { inSubnet, parseCidr, parseIPv4 } from '../../../std/ipv4';
import type { SeenPacket } from '../../../world/network.contract';
import { servicePort } from '../../host-names';

export type Test = (packet: SeenPacket) => boolean;
export class FilterProblem extends Error {}
/** Names to addresses; undefined: unknown. */
export type Lookup = (name: string) => readonly number[] | undefined;

const PROTOCOLS: Readonly<Record<string, (packet: SeenPacket) => boolean>> = {
  ip: (packet) => packet.protocol !== 'arp',
  ip6: () => false,
  arp: (packet) => packet.protocol === 'arp',
  rarp: () => false,
  tcp: (packet) => packet.protocol === 'tcp',
  udp: (packet) => packet.protocol === 'udp',
  icmp: (packet) => packet.protocol === 'icmp',
  icmp6: () => false,
  igmp: () => false,
  vrrp: (packet) => packet.protocol === 'vrrp',
  carp: () => false,
};
const NUMBERS: Readonly<Record<string, SeenPacket['protocol']>> = {
  '1': 'icmp',
  '6': 'tcp',
  '17': 'udp',
  '112': 'vrrp',
};
const TCP_FLAGS: Readonly<Record<string, number>> = {
  'tcp-fin': 1,
  'tcp-syn': 2,
  'tcp-rst': 4,
  'tcp-push': 8,
  'tcp-ack': 16,
  'tcp-urg': 32,
};
const ICMP_TYPES: Readonly<Record<string, number>> = {
  'icmp-echoreply': 0,
  'icmp-unreach': 3,
  'icmp-echo': 8,
  'icmp-timxceed': 11,
};
type Direction = 'src' | 'dst' | 'src or dst' | 'src and dst';
interface Qualifiers {
  protocol: string | undefined;
  direction: Direction;
  type: 'host' | 'net' | 'port' | 'portrange' | undefined;
}

export function parseFilter(text: string, lookup: Lookup): Test {
  const tokens = text.match(/\[[^\]]*\]|&&|\|\||!=|==|<=|>=|<<|>>|[()!&|=<>]|[^\s()!&|=<>[\]]+/g) ?? [];
  if (tokens.length === 0) return () => true;
  return new Reader(tokens, lookup).whole();
}

class Reader {
  #at = 0;
  #last: Qualifiers = { protocol: undefined, direction: 'src or dst', type: undefined };
  constructor(
    private readonly tokens: readonly string[],
    private readonly lookup: Lookup,
  ) {}
  whole(): Test {
    const test = this.#either();
    if (this.#at < this.tokens.length) this.#fail();
    return test;
  }
  #fail(): never {
    throw new FilterProblem("can't parse filter expression: syntax error");
  }
  #peek(): string | undefined {
    return this.tokens[this.#at];
  }
  #take(...words: string[]): boolean {
    if (!words.includes(this.#peek() ?? '')) return false;
    this.#at++;
    return true;
  }
  #either(): Test {
    let left = this.#both();
    while (this.#take('or', '||')) {
      const [first, second] = [left, this.#both()];
      left = (packet) => first(packet) || second(packet);
    }
    return left;
  }
  #both(): Test {
    let left = this.#one();
    while (this.#take('and', '&&')) {
      const [first, second] = [left, this.#one()];
      left = (packet) => first(packet) && second(packet);
    }
    return left;
  }
  #one(): Test {
    if (this.#take('not', '!')) {
      const inner = this.#one();
      return (packet) => !inner(packet);
    }
    if (this.#take('(')) {
      const inner = this.#either();
      if (!this.#take(')')) this.#fail();
      return inner;
    }
    return this.#relation() ?? this.#primitive();
  }

  // ---------------------------------------------------------------- tcp[tcpflags] & tcp-syn != 0
  #relation(): Test | undefined {
    const [name = '', index = ''] = [this.#peek(), this.tokens[this.#at + 1]];
    if (!index.startsWith('[') || !(name in PROTOCOLS)) return undefined;
    this.#at += 2;
    const read = fieldOf(name, index.slice(1, -1).trim());
    if (read === undefined) throw new FilterProblem(`not modelled: ${name}${index}`);
    let mask: number | undefined;
    if (this.#take('&')) mask = this.#number();
    const operator = this.tokens[this.#at++] ?? '';
    const wanted = this.#number();
    const here = PROTOCOLS[name] ?? ((): boolean => false);
    return (packet) => {
      if (!here(packet)) return false;
      const value = mask === undefined ? read(packet) : read(packet) & mask;
      switch (operator) {
        case '=':
        case '==':
          return value === wanted;
        case '!=':
          return value !== wanted;
        case '>':
          return value > wanted;
        case '<':
          return value < wanted;
        case '>=':
          return value >= wanted;
        case '<=':
          return value <= wanted;
        default:
          return false;
      }
    };
  }
  #number(): number {
    if (this.#take('(')) {
      let value = this.#number();
      while (this.#take('|')) value |= this.#number();
      if (!this.#take(')')) this.#fail();
      return value;
    }
    const word = this.tokens[this.#at++] ?? this.#fail();
    let value = TCP_FLAGS[word] ?? ICMP_TYPES[word] ?? Number(word);
    if (Number.isNaN(value)) this.#fail();
    while (this.#take('|')) value |= this.#number();
    return value;
  }

  // ---------------------------------------------------------------- [proto] [dir] [type] id
  #primitive(): Test {
    const given: Qualifiers = { protocol: undefined, direction: 'src or dst', type: undefined };
    let qualified = false;
    const first = this.#peek() ?? this.#fail();
    if (first === 'ether') return this.#ether();
    if (first === 'broadcast' || first === 'multicast') {
      this.#at++;
      return (packet) =>
        first === 'broadcast' ? packet.targetMac === 'ff:ff:ff:ff:ff:ff' : packet.dst >>> 28 === 14;
    }
    if (first === 'less' || first === 'greater') {
      this.#at++;
      const bytes = this.#number();
      return (packet) => (first === 'less' ? packet.length + 14 <= bytes : packet.length + 14 >= bytes);
    }
    if (first in PROTOCOLS) {
      this.#at++;
      given.protocol = first;
      qualified = true;
      if (this.#take('proto')) return this.#protocolNumber();
    } else if (this.#take('proto')) return this.#protocolNumber();
    const direction = this.#direction();
    if (direction !== undefined) {
      given.direction = direction;
      qualified = true;
    }
    const type = this.#peek();
    if (type === 'host' || type === 'net' || type === 'port' || type === 'portrange') {
      this.#at++;
      given.type = type;
      qualified = true;
    }
    const id = this.#peek();
    const isEnd = id === undefined || ['and', 'or', '&&', '||', ')'].includes(id);
    const here = given.protocol === undefined ? undefined : PROTOCOLS[given.protocol];
    if (isEnd) {
      if (here === undefined || given.type !== undefined || direction !== undefined) this.#fail();
      return here;
    }
    this.#at++;
    // `port 80 or 443`: a bare id takes the qualifiers of the one before.
    const used = qualified ? given : this.#last;
    this.#last = used;
    const test = this.#identified(used, id);
    const protocol = used.protocol === undefined ? undefined : PROTOCOLS[used.protocol];
    return protocol === undefined ? test : (packet) => protocol(packet) && test(packet);
  }
  #direction(): Direction | undefined {
    const first = this.#peek();
    if (first !== 'src' && first !== 'dst') return undefined;
    this.#at++;
    const [joint, second] = [this.#peek(), this.tokens[this.#at + 1]];
    if ((joint === 'or' || joint === 'and') && (second === 'src' || second === 'dst') && second !== first) {
      this.#at += 2;
      return joint === 'or' ? 'src or dst' : 'src and dst';
    }
    return first;
  }
  #protocolNumber(): Test {
    const word = (this.tokens[this.#at++] ?? this.#fail()).replace(/^\\/, '');
    const name = NUMBERS[word] ?? word;
    const test = PROTOCOLS[name];
    if (test !== undefined) return test;
    if (/^\d+$/.test(word)) return () => false;
    throw new FilterProblem(`unknown ip proto '${word}'`);
  }
  #ether(): Test {
    this.#at++;
    if (this.#take('broadcast')) return (packet) => packet.targetMac === 'ff:ff:ff:ff:ff:ff';
    if (this.#take('multicast'))
      return (packet) => (Number.parseInt(packet.targetMac.slice(0, 2), 16) & 1) === 1;
    const direction = this.#direction() ?? 'src or dst';
    this.#take('host');
    const mac = (this.tokens[this.#at++] ?? this.#fail()).toLowerCase();
    return (packet) => sided(direction, packet.sourceMac === mac, packet.targetMac === mac);
  }
  #identified(used: Qualifiers, id: string): Test {
    const { direction } = used;
    if (used.type === 'port' || used.type === 'portrange') {
      const [low, high] = used.type === 'portrange' ? id.split('-') : [id, id];
      const [from, to] = [servicePort(low ?? '', 'tcp'), servicePort(high ?? low ?? '', 'tcp')];
      if (from === undefined || to === undefined)
        throw new FilterProblem(
          /^\d+$/.test(id) ? `illegal port number ${id} > 65535` : `unknown port '${id}'`,
        );
      const fits = (port: number): boolean => port >= from && port <= to;
      return (packet) =>
        (packet.protocol === 'tcp' || packet.protocol === 'udp') &&
        sided(direction, fits(packet.sport), fits(packet.dport));
    }
    if (used.type === 'net') {
      const cidr = netOf(id);
      if (cidr === undefined) throw new FilterProblem(`unknown network '${id}'`);
      return (packet) => sided(direction, inSubnet(packet.src, cidr), inSubnet(packet.dst, cidr));
    }
    const literal = parseIPv4(id);
    const addresses = literal === undefined ? this.lookup(id) : [literal];
    if (addresses === undefined) {
      if (/^[\d.]+$/.test(id) && used.type === undefined) this.#fail();
      throw new FilterProblem(`unknown host '${id}'`);
    }
    return (packet) => sided(direction, addresses.includes(packet.src), addresses.includes(packet.dst));
  }
}
function sided(direction: Direction, source: boolean, target: boolean): boolean {
  switch (direction) {
    case 'src':
      return source;
    case 'dst':
      return target;
    case 'src and dst':
      return source && target;
    case 'src or dst':
      return source || target;
  }
}
/** `10.0.1.0/24`, `10.0.1` (24 bits), `10` (8). */
function netOf(text: string): { network: number; prefix: number } | undefined {
  if (text.includes('/')) {
    const [head = '', length = ''] = text.split('/');
    return parseCidr(`${head}${'.0'.repeat(Math.max(0, 4 - head.split('.').length))}/${length}`);
  }
  const parts = text.split('.').length;
  return parts >= 4 ? parseCidr(text) : parseCidr(`${text}${'.0'.repeat(4 - parts)}/${parts * 8}`);
}
function fieldOf(protocol: string, index: string): ((packet: SeenPacket) => number) | undefined {
  const detail = (packet: SeenPacket): Record<string, unknown> => packet.detail as Record<string, unknown>;
  if (protocol === 'tcp' && (index === 'tcpflags' || index === '13'))
    return (packet) => Number(detail(packet)['flags'] ?? 0);
  if (protocol === 'icmp' && (index === 'icmptype' || index === '0'))
    return (packet) => Number(detail(packet)['type'] ?? 0);
  if (protocol === 'icmp' && (index === 'icmpcode' || index === '1'))
    return (packet) => Number(detail(packet)['code'] ?? 0);
  if (protocol === 'ip' && index === '8') return (packet) => packet.ttl;
  if (protocol === 'ip' && index === '9')
    return (packet) =>
      Number(Object.keys(NUMBERS).find((number) => NUMBERS[number] === packet.protocol) ?? 0);
  return undefined;
}
