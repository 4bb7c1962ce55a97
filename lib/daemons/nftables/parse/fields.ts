/**
 * What a rule looks at, as it is written: headers and their fields, metadata,
 * connections, routes, options, raw pieces of a packet.
 * Source: nft(8) "PRIMARY EXPRESSIONS", "PAYLOAD EXPRESSIONS", "EXTENSION HEADER EXPRESSIONS".
 */
import { FIELDS, fieldNamed, IP_OPTIONS, SCTP_CHUNKS, TCP_OPTION_WORDS, TCP_OPTIONS } from '../fields';
import { SyntaxTrouble, type TokenStream } from './stream';
import type { Expression, Place } from './tree';

const META_SHORT: ReadonlyMap<string, string> = new Map(
  Object.entries({
    mark: 'meta mark',
    iif: 'iif',
    iifname: 'iifname',
    iiftype: 'iiftype',
    iifgroup: 'iifgroup',
    oif: 'oif',
    oifname: 'oifname',
    oiftype: 'oiftype',
    oifgroup: 'oifgroup',
    skuid: 'meta skuid',
    skgid: 'meta skgid',
    pkttype: 'meta pkttype',
    time: 'meta time',
    day: 'meta day',
    hour: 'meta hour',
    nftrace: 'meta nftrace',
    rtclassid: 'meta rtclassid',
    cpu: 'meta cpu',
    cgroup: 'meta cgroup',
    ibrname: 'meta ibrname',
    obrname: 'meta obrname',
    ibriport: 'meta ibrname',
    obriport: 'meta obrname',
  }),
);
/** Older words behind `meta`. */
const META_ALIASES: Readonly<Record<string, string>> = {
  secpath: 'meta ipsec',
  ibriport: 'meta ibrname',
  obriport: 'meta obrname',
};
const META_KEYS =
  'length, protocol, priority, mark, iif, oif, iifname, oifname, iiftype, oiftype, skuid, skgid, nftrace, rtclassid, secmark, nfproto, l4proto, ibrname, obrname, pkttype, cpu, iifgroup, oifgroup, cgroup, random, ipsec, iifkind, oifkind, ibrpvid, ibrvproto, time, day, hour, sdif, sdifname';
/** Headers with so few fields that a complaint lists them. */
const FEW_FIELDS: Readonly<Record<string, readonly string[]>> = {
  th: ['sport', 'dport'],
  ether: ['saddr', 'daddr', 'type'],
  udp: ['length', 'checksum', 'sport', 'dport'],
};
const HEADERS = new Set(
  'ip ip6 tcp udp udplite sctp dccp th icmp icmpv6 igmp ether vlan arp ah esp comp hbh rt rt0 rt2 srh frag dst mh exthdr'.split(
    ' ',
  ),
);
const OTHERS = new Set(['meta', 'ct', 'fib', 'socket', 'osf', 'ipsec']);
const FIB_KEYS = ['saddr', 'daddr', 'mark', 'iif', 'oif'];

export abstract class FieldParser {
  constructor(protected readonly stream: TokenStream) {}

  protected abstract number(): number;

  protected notModelled(what: string, place: Place): SyntaxTrouble {
    return new SyntaxTrouble({ place, message: `not modelled: ${what}` });
  }
  /** Whether a field starts with the word. */
  protected startsField(word: string): boolean {
    return META_SHORT.has(word) || HEADERS.has(word) || OTHERS.has(word);
  }

  protected field(): Expression {
    const { stream } = this;
    const start = stream.here;
    const { text } = stream.peek();
    const short = META_SHORT.get(text);
    if (short !== undefined) {
      stream.next();
      return { kind: 'field', name: short, place: start };
    }
    switch (text) {
      case 'meta':
        return this.#meta();
      case 'ct':
        return this.#ct();
      case 'fib':
        return this.#fib();
      case 'osf':
        return this.#osf();
      case 'ipsec':
        return this.#ipsec();
      case 'socket':
        throw this.notModelled('socket', start);
      default:
        if (!HEADERS.has(text)) throw stream.unexpected();
        return this.#header();
    }
  }
  #made(name: string, start: Place): Expression {
    return { kind: 'field', name, place: this.stream.since(start) };
  }

  // ---------------------------------------------------------------- headers
  #header(): Expression {
    const { stream } = this;
    const start = stream.here;
    const { text } = stream.next();
    return stream.within(text === 'icmpv6' ? 'icmp' : text, () => {
      const word = stream.peek();
      if (word.kind !== 'string') throw stream.unexpected(...(FEW_FIELDS[text] ?? []));
      if (text === 'exthdr') return this.#extension(start);
      if (text === 'rt' && this.#isRoute(word.text)) return this.#route(start);
      if (word.text === 'option' && (text === 'tcp' || text === 'ip'))
        return text === 'tcp' ? this.#tcpOption(start) : this.#ipOption(start);
      if (word.text === 'chunk' && text === 'sctp') return this.#chunk(start);
      if (text === 'arp' && (word.text === 'saddr' || word.text === 'daddr')) {
        stream.next();
        const kind = stream.peek();
        if (!stream.at('ip') && !stream.at('ether')) throw stream.unexpected('ether', 'ip');
        stream.next();
        return this.#made(`arp ${word.text} ${kind.text}`, start);
      }
      const name = `${text} ${word.text === 'parameter-problem' ? '' : word.text}`;
      if (FIELDS.has(name)) {
        stream.next();
        return this.#made(name, start);
      }
      if (word.text === 'addr' || word.text === 'sid') return this.#routingAddress(text, start);
      throw stream.unexpected(...(FEW_FIELDS[text] ?? []));
    });
  }
  #extension(start: Place): Expression {
    const word = this.stream.peek();
    if (fieldNamed(`exthdr ${word.text}`) === undefined) throw this.stream.unexpected();
    this.stream.next();
    return this.#made(`exthdr ${word.text}`, start);
  }
  /** `rt0 addr[1]` */
  #routingAddress(header: string, start: Place): Expression {
    const { stream } = this;
    const word = stream.next().text;
    if (!stream.eat('[')) throw stream.unexpected("'['");
    const index = this.number();
    if (!stream.eat(']')) throw stream.unexpected("']'");
    return this.#made(`${header} ${word}[${index}]`, start);
  }
  #isRoute(word: string): boolean {
    return ['classid', 'nexthop', 'mtu', 'ipsec', 'ip', 'ip6'].includes(word);
  }
  #route(start: Place): Expression {
    const { stream } = this;
    const word = stream.next().text;
    if (word === 'ip' || word === 'ip6') {
      if (!stream.eat('nexthop')) throw stream.unexpected('nexthop');
      return this.#made(`rt ${word} nexthop`, start);
    }
    return this.#made(`rt ${word}`, start);
  }
  /** `tcp option NAME [FIELD]`, `tcp option NUMBER`, `tcp option @KIND,OFFSET,LENGTH` */
  #tcpOption(start: Place): Expression {
    const { stream } = this;
    stream.next();
    const option = stream.peek();
    if (stream.eat('@')) {
      const parts = [this.number()];
      while (parts.length < 3) {
        if (!stream.eat(',')) throw stream.unexpected('comma');
        parts.push(this.number());
      }
      return this.#made(`tcp option @${parts.join(',')}`, start);
    }
    let name = TCP_OPTION_WORDS[option.text] ?? option.text;
    if (option.kind === 'number')
      name = Object.entries(TCP_OPTIONS).find(([, { kind }]) => kind === Number(option.text))?.[0] ?? name;
    else if (option.kind !== 'string' || TCP_OPTIONS[name] === undefined) throw stream.unexpected();
    stream.next();
    const field = stream.peek();
    const isField =
      field.kind === 'string' &&
      option.kind !== 'number' &&
      (TCP_OPTIONS[name]?.fields[field.text] !== undefined || field.text === 'length');
    if (!isField) return this.#made(`tcp option ${name}`, start);
    stream.next();
    return this.#made(`tcp option ${name} ${field.text}`, start);
  }
  #ipOption(start: Place): Expression {
    const { stream } = this;
    stream.next();
    const option = stream.peek();
    const fields = option.kind === 'string' ? IP_OPTIONS[option.text] : undefined;
    if (fields === undefined) throw stream.unexpected('lsrr', 'rr', 'ssrr', 'ra');
    stream.next();
    const field = stream.peek();
    if (field.kind !== 'string' || fields[field.text] === undefined)
      return this.#made(`ip option ${option.text}`, start);
    stream.next();
    return this.#made(`ip option ${option.text} ${field.text}`, start);
  }
  #chunk(start: Place): Expression {
    const { stream } = this;
    stream.next();
    const chunk = stream.peek();
    const fields = chunk.kind === 'string' ? SCTP_CHUNKS[chunk.text] : undefined;
    if (fields === undefined) throw stream.unexpected();
    stream.next();
    const field = stream.peek();
    if (field.kind !== 'string' || ![...fields, 'type', 'flags', 'length'].includes(field.text))
      return this.#made(`sctp chunk ${chunk.text}`, start);
    stream.next();
    return this.#made(`sctp chunk ${chunk.text} ${field.text}`, start);
  }
  /** Behind `@`: `th,16,8`, bits of a header whatever they mean. */
  protected rawPayload(start: Place): Expression {
    const { stream } = this;
    const base = stream.peek();
    if (base.kind !== 'string') throw stream.unexpected();
    const known = ['ll', 'nh', 'th', 'ih'].includes(base.text);
    if (!known && stream.isKeyword(base)) throw stream.unexpected();
    const place = stream.here;
    stream.next();
    if (!known) throw new SyntaxTrouble({ place, message: 'unknown raw payload base' });
    const parts: number[] = [];
    while (parts.length < 2) {
      if (!stream.eat(',')) throw stream.unexpected('comma');
      parts.push(this.number());
    }
    return this.#made(`@${base.text},${parts.join(',')}`, start);
  }

  // ---------------------------------------------------------------- metadata
  #meta(): Expression {
    const { stream } = this;
    const start = stream.here;
    stream.next();
    return stream.within('meta', () => {
      const word = stream.peek();
      if (word.kind !== 'string') throw stream.unexpected();
      const name = META_ALIASES[word.text] ?? META_SHORT.get(word.text) ?? `meta ${word.text}`;
      if (FIELDS.has(name)) {
        stream.next();
        return this.#made(name, start);
      }
      if (word.text === 'secmark') throw this.notModelled(name, { ...start, end: word.end });
      if (stream.isKeyword(word)) throw stream.unexpected();
      throw new SyntaxTrouble({
        place: { ...start, end: word.end },
        message: `syntax error, unexpected ${word.text}, known keys are ${META_KEYS}`,
      });
    });
  }
  #ct(): Expression {
    const { stream } = this;
    const start = stream.here;
    stream.next();
    return stream.within('ct', () => {
      const word = stream.peek();
      if (word.kind !== 'string') throw stream.unexpected();
      if (word.text === 'original' || word.text === 'reply') return this.#ctDirected(start);
      const name = `ct ${word.text}`;
      if (FIELDS.has(name)) {
        stream.next();
        return this.#made(name, start);
      }
      throw stream.unexpected();
    });
  }
  #ctDirected(start: Place): Expression {
    const { stream } = this;
    const parts = [stream.next().text];
    if (stream.at('ip') || stream.at('ip6')) parts.push(stream.next().text);
    const key = stream.peek();
    if (key.kind !== 'string') throw stream.unexpected();
    const name = `ct ${[...parts, key.text].join(' ')}`;
    // A connection has one protocol, whichever way its packets go.
    const undirected = ['protocol', 'l3proto', 'id'].includes(key.text) ? `ct ${key.text}` : name;
    if (FIELDS.has(undirected)) {
      stream.next();
      return this.#made(undirected, start);
    }
    if (parts.length > 1 || (key.text !== 'saddr' && key.text !== 'daddr')) throw stream.unexpected();
    // Which of them is meant shows by the network protocol.
    stream.next();
    return this.#made(name, start);
  }

  // ---------------------------------------------------------------- routes, sockets, transformations
  #fib(): Expression {
    const { stream } = this;
    const start = stream.here;
    stream.next();
    return stream.within('fib', () => {
      const keys = new Set<string>();
      const keysPlace = stream.here;
      do {
        const key = stream.peek();
        if (key.kind !== 'string' || !FIB_KEYS.includes(key.text)) throw stream.unexpected();
        keys.add(key.text);
        stream.next();
      } while (stream.eat('.'));
      const place = stream.since(keysPlace);
      const result = stream.peek();
      if (result.kind !== 'string' || !['type', 'oif', 'oifname'].includes(result.text))
        throw stream.unexpected();
      stream.next();
      if (keys.has('saddr') === keys.has('daddr'))
        throw new SyntaxTrouble({
          place,
          message: keys.has('saddr')
            ? 'fib: saddr and daddr are mutually exclusive'
            : 'fib: need either saddr or daddr',
        });
      const said = FIB_KEYS.filter((key) => keys.has(key)).join(' . ');
      return this.#made(`fib ${said} ${result.text}`, start);
    });
  }
  /** `osf [ttl loose|skip] name|version` */
  #osf(): Expression {
    const { stream } = this;
    const start = stream.here;
    stream.next();
    let ttl = '';
    if (stream.at('ttl')) {
      stream.next();
      const word = stream.peek();
      if (!stream.at('loose') && !stream.at('skip'))
        throw stream.isName(word)
          ? new SyntaxTrouble({ place: stream.here, message: 'invalid ttl option' })
          : stream.unexpected('string');
      ttl = ` ttl ${stream.next().text}`;
    }
    const what = stream.peek();
    if (!stream.at('name') && !stream.at('version')) throw stream.unexpected('version', 'name');
    stream.next();
    return this.#made(`osf${ttl} ${what.text}`, start);
  }
  /** `ipsec in|out [spnum N] reqid | spi | ip|ip6 saddr|daddr` */
  #ipsec(): Expression {
    const { stream } = this;
    const start = stream.here;
    stream.next();
    const way = stream.peek();
    if (!stream.at('in') && !stream.at('out')) throw stream.unexpected('in', 'out');
    stream.next();
    let said = `ipsec ${way.text}`;
    if (stream.eat('spnum')) {
      const number = this.number();
      if (number !== 0) said += ` spnum ${number}`;
    }
    if (stream.at('ip') || stream.at('ip6')) {
      const family = stream.next().text;
      const end = stream.peek();
      if (!stream.at('saddr') && !stream.at('daddr')) throw stream.unexpected('saddr', 'daddr');
      stream.next();
      return this.#made(`${said} ${family} ${end.text}`, start);
    }
    const key = stream.peek();
    if (!stream.at('reqid') && !stream.at('spi')) throw stream.unexpected('ip', 'ip6', 'spi', 'reqid');
    stream.next();
    return this.#made(`${said} ${key.text}`, start);
  }
}
