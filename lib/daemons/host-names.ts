/** Names to addresses for tools: getaddrinfo with its messages, and the way back through /etc/hosts. */
import { formatIPv4, parseIPv4 } from '../std/ipv4';
import { FileError } from '../world/files.contract';
import type { ResolveEvent } from '../world/network.contract';
import type { ProgramContext, Wait, Wake } from '../world/process.contract';
import type { Host } from '../world/world.contract';
import { Mailbox } from './mailbox';

export interface Found {
  readonly addresses: readonly number[];
  readonly canonical: string;
  readonly literal: boolean;
}
/** gai_strerror(3). */
export type Unresolved = 'Name or service not known' | 'Temporary failure in name resolution' | 'interrupted';

export function* lookUpName(
  context: ProgramContext,
  name: string,
  options: { quick?: boolean; until?: number } = {},
): Generator<Wait, Found | Unresolved, Wake> {
  const literal = parseIPv4(name);
  if (literal !== undefined) return { addresses: [literal], canonical: name, literal: true };
  const box = new Mailbox(context);
  const network = context.world.network as {
    resolve(host: Host, options: { pid: number; name: string; on: unknown; quick?: boolean }): void;
  };
  network.resolve(context.host, {
    pid: context.pid,
    name,
    on: box.on('resolved'),
    ...(options.quick === true ? { quick: true } : {}),
  });
  const received = yield* box.next(options.until);
  box.close();
  if (received.kind === 'signal' || received.kind === 'timeout' || received.kind !== 'item')
    return 'interrupted';
  const event = received.event as ResolveEvent;
  if (!event.ok)
    return event.reason === 'not-found'
      ? 'Name or service not known'
      : 'Temporary failure in name resolution';
  return { addresses: event.addresses, canonical: event.canonical, literal: event.source === 'literal' };
}

/** The first name that /etc/hosts gives an address. */
export function nameInHosts(host: Host, ip: number): string | undefined {
  const text = host.fs.readFile('/etc/hosts', { uid: 0, gid: 0, groups: [] });
  if (text instanceof FileError) return undefined;
  const wanted = formatIPv4(ip);
  for (const line of text.split('\n')) {
    const [address, name] = (line.split('#')[0] ?? '').trim().split(/\s+/);
    if (address === wanted && name !== undefined) return name;
  }
  return undefined;
}

/** strerror(3) of what the network and the file system say to network programs. */
export function errnoText(errno: string): string {
  switch (errno) {
    case 'ECONNREFUSED':
      return 'Connection refused';
    case 'ETIMEDOUT':
      return 'Connection timed out';
    case 'EHOSTUNREACH':
      return 'No route to host';
    case 'ENETUNREACH':
      return 'Network is unreachable';
    case 'ENOPROTOOPT':
      return 'Protocol not available';
    case 'ECONNRESET':
      return 'Connection reset by peer';
    case 'EPERM':
      return 'Operation not permitted';
    case 'EACCES':
      return 'Permission denied';
    case 'EADDRNOTAVAIL':
      return 'Cannot assign requested address';
    case 'EADDRINUSE':
      return 'Address already in use';
    case 'EINVAL':
      return 'Invalid argument';
    case 'ENETDOWN':
      return 'Network is down';
    case 'ENODEV':
      return 'No such device';
    case 'EEXIST':
      return 'File exists';
    case 'ESRCH':
      return 'No such process';
    case 'ENOENT':
      return 'No such file or directory';
    case 'EISDIR':
      return 'Is a directory';
    case 'ENOTDIR':
      return 'Not a directory';
    default:
      return errno;
  }
}

/** A few names of /etc/services that the tools print and take. */
const SERVICES: readonly [string, number, 'tcp' | 'udp' | 'both'][] = [
  ['ftp', 21, 'tcp'],
  ['ssh', 22, 'tcp'],
  ['telnet', 23, 'tcp'],
  ['smtp', 25, 'tcp'],
  ['domain', 53, 'both'],
  ['bootps', 67, 'udp'],
  ['tftp', 69, 'udp'],
  ['http', 80, 'tcp'],
  ['pop3', 110, 'tcp'],
  ['sunrpc', 111, 'both'],
  ['ntp', 123, 'udp'],
  ['imap2', 143, 'tcp'],
  ['snmp', 161, 'both'],
  ['bgp', 179, 'tcp'],
  ['ldap', 389, 'both'],
  ['https', 443, 'tcp'],
  ['syslog', 514, 'udp'],
  ['submission', 587, 'tcp'],
  ['ldaps', 636, 'both'],
  ['imaps', 993, 'tcp'],
  ['nfs', 2049, 'both'],
  ['mysql', 3306, 'tcp'],
  ['postgresql', 5432, 'tcp'],
  ['amqp', 5672, 'both'],
  ['redis', 6379, 'tcp'],
  ['http-alt', 8080, 'both'],
  ['zabbix-agent', 10050, 'tcp'],
];
export function serviceName(port: number, protocol: 'tcp' | 'udp'): string | undefined {
  return SERVICES.find(([, number, kind]) => number === port && (kind === 'both' || kind === protocol))?.[0];
}
export function servicePort(text: string, protocol: 'tcp' | 'udp'): number | undefined {
  if (/^\d+$/.test(text)) {
    const port = Number(text);
    return port <= 65_535 ? port : undefined;
  }
  return SERVICES.find(([name, , kind]) => name === text && (kind === 'both' || kind === protocol))?.[1];
}
