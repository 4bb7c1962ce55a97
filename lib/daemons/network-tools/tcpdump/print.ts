/** One line per packet as tcpdump 4.99 prints it. Recorded in truth/host (c08, v03). */
import { strftime } from '../../../std/civil';
import { hashText } from '../../../std/hash';
import { formatIPv4 } from '../../../std/ipv4';
import type { DnsRecord, SeenPacket } from '../../../world/network.contract';
import { type Advertisement, describeAdvertisement } from '../../../protocols/vrrp/advertisement';
import { serviceName } from '../../host-names';

export interface PrintOptions {
  stamp: 'time' | 'none' | 'epoch' | 'delta' | 'date';
  link: boolean;
  verbose: number;
  quiet: boolean;
  numeric: boolean;
  absolute: boolean;
  any: boolean;
}
const FLAGS: readonly [number, string][] = [
  [1, 'F'],
  [2, 'S'],
  [4, 'R'],
  [8, 'P'],
  [16, '.'],
];
const ETHERTYPE = { ip: 'IPv4 (0x0800)', arp: 'ARP (0x0806)' };
const NUMBERS: Readonly<Record<string, string>> = {
  tcp: 'TCP (6)',
  udp: 'UDP (17)',
  icmp: 'ICMP (1)',
  vrrp: 'VRRP (112)',
  ip: 'unknown (255)',
};
interface TcpDetail {
  flags: number;
  count: number;
  payload: number;
  connection: number;
  sequence: number;
  acknowledged: number;
  message: string;
}

export class Printer {
  #lastAt: number | undefined;
  #identification = 1;
  constructor(
    private readonly options: PrintOptions,
    private readonly clockOffset: number,
    private readonly nameOf: (ip: number) => string | undefined,
  ) {}

  line(packet: SeenPacket): string {
    const { options } = this;
    const prefix = options.any
      ? `${packet.device.padEnd(5)} ${packet.direction === 'in' ? 'In ' : 'Out'} `
      : '';
    const link = options.link ? this.#link(packet) : '';
    return `${this.#stamp(packet)}${prefix}${link}${this.#network(packet)}\n`;
  }
  #stamp(packet: SeenPacket): string {
    const clock = packet.at + this.clockOffset;
    const micros = String(((clock % 1_000_000) + 1_000_000) % 1_000_000).padStart(6, '0');
    switch (this.options.stamp) {
      case 'none':
        return '';
      case 'epoch':
        return `${Math.floor(clock / 1_000_000)}.${micros} `;
      case 'date':
        return `${strftime('%Y-%m-%d %H:%M:%S', clock)}.${micros} `;
      case 'delta': {
        const since = clock - (this.#lastAt ?? clock);
        this.#lastAt = clock;
        return ` ${strftime('%H:%M:%S', since)}.${String(since % 1_000_000).padStart(6, '0')} `;
      }
      case 'time':
        return `${strftime('%H:%M:%S', clock)}.${micros} `;
    }
  }
  /** With -e: `52:54:… > ff:ff:…, ethertype ARP (0x0806), length 42: ` */
  #link(packet: SeenPacket): string {
    const { sourceMac, targetMac, length } = packet;
    const type = packet.protocol === 'arp' ? ETHERTYPE.arp : ETHERTYPE.ip;
    return `${sourceMac} > ${targetMac}, ethertype ${type}, length ${length + 14}: `;
  }
  #network(packet: SeenPacket): string {
    if (packet.protocol === 'arp')
      return `${this.options.link ? '' : 'ARP, '}${arpText(packet, this.#name.bind(this))}`;
    const { verbose, link } = this.options;
    const header =
      verbose > 0
        ? `(tos ${packet.protocol === 'vrrp' ? '0xc0' : '0x0'}, ttl ${packet.ttl}, id ${this.#identification++ % 65_536}, offset 0, flags [${packet.protocol === 'tcp' ? 'DF' : 'none'}], proto ${NUMBERS[packet.protocol] ?? ''}, length ${packet.length})\n    `
        : '';
    return `${link ? '' : 'IP '}${header}${this.#transport(packet)}`;
  }
  #name(ip: number): string {
    return this.options.numeric ? formatIPv4(ip) : (this.nameOf(ip) ?? formatIPv4(ip));
  }
  #port(port: number, protocol: 'tcp' | 'udp'): string {
    return this.options.numeric ? String(port) : (serviceName(port, protocol) ?? String(port));
  }
  #transport(packet: SeenPacket): string {
    const plain = `${this.#name(packet.src)} > ${this.#name(packet.dst)}: `;
    switch (packet.protocol) {
      case 'tcp':
        return `${this.#ends(packet, 'tcp')}${this.options.quiet ? `tcp ${tcpOf(packet).payload}` : this.#tcp(packet)}`;
      case 'udp':
        return `${this.#ends(packet, 'udp')}${this.#udp(packet)}`;
      case 'icmp':
        return plain + this.#icmp(packet);
      case 'vrrp':
        return plain + this.#vrrp(packet);
      default:
        return `${plain}ip-proto-255 ${Math.max(0, packet.length - 20)}`;
    }
  }
  #ends(packet: SeenPacket, protocol: 'tcp' | 'udp'): string {
    const end = (ip: number, port: number): string => `${this.#name(ip)}.${this.#port(port, protocol)}`;
    return `${end(packet.src, packet.sport)} > ${end(packet.dst, packet.dport)}: `;
  }
  #tcp(packet: SeenPacket): string {
    const tcp = tcpOf(packet);
    const letters = FLAGS.filter(([bit]) => (tcp.flags & bit) !== 0)
      .map(([, letter]) => letter)
      .join('');
    const isSyn = (tcp.flags & 2) !== 0;
    const isReset = (tcp.flags & 4) !== 0;
    const acknowledges = (tcp.flags & 16) !== 0;
    const [mine, theirs] = [initial(packet.src, packet.sport, tcp), initial(packet.dst, packet.dport, tcp)];
    const base = isSyn || this.options.absolute ? mine : 1;
    const start = isSyn ? mine : base + tcp.sequence;
    const sum =
      this.options.verbose > 0
        ? ` cksum 0x${hashText(`${start}:${packet.sport}`).slice(0, 4)} (correct),`
        : '';
    const showsSequence = isSyn || isReset || tcp.payload > 0 || (tcp.flags & 1) !== 0;
    const sequence = showsSequence ? ` seq ${start}${tcp.payload > 0 ? `:${start + tcp.payload}` : ''},` : '';
    const ackBase = isSyn || this.options.absolute ? theirs + 1 : 1;
    const acknowledged = acknowledges ? ` ack ${ackBase + tcp.acknowledged},` : '';
    const window = isReset ? 0 : isSyn ? (acknowledges ? 65_160 : 64_240) : 502;
    const stamps = `TS val ${(mine + Math.floor(packet.at / 1_000)) % 4_294_967_296} ecr ${acknowledges ? (theirs + Math.floor(packet.at / 1_000)) % 4_294_967_296 : 0}`;
    const options = isReset
      ? ''
      : isSyn
        ? ` options [mss 1460,sackOK,${stamps},nop,wscale 7],`
        : ` options [nop,nop,${stamps}],`;
    const message = tcp.message === '' ? '' : `: ${tcp.message}`;
    return `Flags [${letters}],${sum}${sequence}${acknowledged} win ${window},${options} length ${tcp.payload}${message}`;
  }
  #udp(packet: SeenPacket): string {
    const { payload, data } = packet.detail as { payload: number; data?: unknown };
    if (this.options.quiet) return `UDP, length ${payload}`;
    const dns = data as
      | {
          kind?: string;
          id?: number;
          name?: string;
          type?: string;
          code?: string;
          authoritative?: boolean;
          answers?: DnsRecord[];
          additional?: DnsRecord[];
          edns?: boolean;
        }
      | undefined;
    if (dns?.kind === 'dns-query')
      return `${dns.id ?? 0}+${dns.edns === true ? ' [1au]' : ''} ${dns.type ?? 'A'}? ${dotted(dns.name ?? '')} (${payload})`;
    if (dns?.kind === 'dns-response') {
      const answers = dns.answers ?? [];
      const code =
        dns.code === 'NXDOMAIN'
          ? ' NXDomain'
          : dns.code === 'SERVFAIL'
            ? ' ServFail'
            : dns.code === 'REFUSED'
              ? ' Refused'
              : '';
      const counts = `${answers.length}/0/${(dns.additional?.length ?? 0) + (dns.edns === true ? 1 : 0)}`;
      const shown = answers
        .map((record) => ` ${record.type} ${record.type === 'A' ? record.data : dotted(record.data)}`)
        .join(',');
      return `${dns.id ?? 0}${code}${dns.authoritative === true ? '*' : ''} ${counts}${shown} (${payload})`;
    }
    return `UDP, length ${payload}`;
  }
  #icmp(packet: SeenPacket): string {
    const length = packet.length - 20;
    const detail = packet.detail as {
      type: number;
      code: number;
      id?: number;
      sequence?: number;
      about?: { protocol: number; dst: number; dport: number };
    };
    if (detail.type === 8 || detail.type === 0)
      return `ICMP echo ${detail.type === 8 ? 'request' : 'reply'}, id ${detail.id ?? 0}, seq ${detail.sequence ?? 0}, length ${length}`;
    if (detail.type === 11) return `ICMP time exceeded in-transit, length ${length}`;
    const about = detail.about;
    const to = about === undefined ? '' : this.#name(about.dst);
    if (detail.type === 3) return `ICMP ${unreachable(detail.code, to, about)}, length ${length}`;
    return `ICMP type-#${detail.type}, length ${length}`;
  }
  #vrrp(packet: SeenPacket): string {
    const { payload } = packet.detail as { payload?: Advertisement };
    if (payload?.kind !== 'vrrp') return `VRRP, length ${packet.length - 20}`;
    const addresses =
      this.options.verbose > 0
        ? `, addrs${payload.addresses.length > 1 ? `(${payload.addresses.length})` : ''}: ${payload.addresses.map((ip) => this.#name(ip)).join(',')}${payload.authType === 1 ? ` auth "${payload.authData}"` : ''}`
        : '';
    const said = describeAdvertisement(payload);
    return this.options.verbose > 0
      ? `vrrp ${packet.src === 0 ? '' : `${this.#name(packet.src)} > ${this.#name(packet.dst)}: `}${said}${addresses}`
      : said;
  }
}
function tcpOf(packet: SeenPacket): TcpDetail {
  return packet.detail as TcpDetail;
}
function dotted(name: string): string {
  return name.endsWith('.') ? name : `${name}.`;
}
/** Initial sequence number of an end: any number that stays the same. */
function initial(ip: number, port: number, tcp: TcpDetail): number {
  return Number.parseInt(hashText(`${ip}:${port}:${tcp.connection}`).slice(0, 8), 16);
}
function unreachable(
  code: number,
  to: string,
  about: { protocol: number; dport: number } | undefined,
): string {
  switch (code) {
    case 0:
      return `net ${to} unreachable`;
    case 1:
      return `host ${to} unreachable`;
    case 2:
      return `${to} protocol ${about?.protocol ?? 0} unreachable`;
    case 3:
      return `${to} ${about?.protocol === 6 ? 'tcp' : 'udp'} port ${about?.dport ?? 0} unreachable`;
    case 9:
      return `net ${to} unreachable - admin prohibited`;
    case 10:
      return `host ${to} unreachable - admin prohibited`;
    default:
      return `host ${to} unreachable - admin prohibited filter`;
  }
}
function arpText(packet: SeenPacket, name: (ip: number) => string): string {
  const { operation, senderMac, targetMac } = packet.detail as {
    operation: 'request' | 'reply';
    senderMac: string;
    targetMac: string;
  };
  if (operation === 'reply') return `Reply ${name(packet.src)} is-at ${senderMac}, length ${packet.length}`;
  const target = targetMac === '' || targetMac === '00:00:00:00:00:00' ? '' : ` (${targetMac})`;
  return `Request who-has ${name(packet.dst)}${target} tell ${name(packet.src)}, length ${packet.length}`;
}
