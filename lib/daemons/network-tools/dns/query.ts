/** What dig, host and nslookup share: whom they ask, for which names, and what records look like (BIND 9.18 bin/dig/dighost.c). */
import type { Micros } from '../../../std/instant';
import { formatIPv4, parseIPv4 } from '../../../std/ipv4';
import { FileError } from '../../../world/files.contract';
import type { DnsEvent, DnsRecord } from '../../../world/network.contract';
import type { ProgramContext, Wait, Wake } from '../../../world/process.contract';
import { lookUpName } from '../../host-names';
import { Mailbox } from '../../mailbox';

export const TYPES: readonly string[] =
  'A AAAA NS CNAME SOA PTR MX TXT SRV ANY CAA AXFR NAPTR HINFO DS DNSKEY TLSA SSHFP HTTPS SVCB'.split(' ');
export type Answer = DnsEvent & { ok: true };

/** What /etc/resolv.conf says. */
export interface Resolver {
  /** Without any this host, IPv6 first. */
  readonly servers: readonly string[];
  readonly search: readonly string[];
  /** From so many dots on a name is tried as it stands before the search list. */
  readonly ndots: number;
  readonly attempts: number | undefined;
  /** Seconds. */
  readonly timeout: number | undefined;
  /** A server that is no address: the file is not accepted. */
  readonly isBroken: boolean;
}
export function resolverOf(context: ProgramContext): Resolver {
  const text = context.fs.readFile('/etc/resolv.conf', context.who);
  const lines = (text instanceof FileError ? '' : text).split('\n');
  const given = lines.flatMap((line) => /^\s*nameserver\s+(\S+)/.exec(line)?.[1] ?? []);
  const list = lines.findLast((line) => /^\s*(search|domain)\s/.test(line));
  const options = lines.filter((line) => /^\s*options\s/.test(line)).join(' ');
  const option = (name: string): number | undefined => {
    const found = new RegExp(`\\s${name}:(\\d+)`).exec(options)?.[1];
    return found === undefined ? undefined : Number(found);
  };
  return {
    servers: given.length > 0 ? given : ['::1', '127.0.0.1'],
    search: list === undefined ? [] : list.trim().split(/\s+/).slice(1),
    ndots: option('ndots') ?? 1,
    attempts: option('attempts'),
    timeout: option('timeout'),
    isBroken: given.some((server) => parseIPv4(server) === undefined && !server.includes(':')),
  };
}
/** The names that a name may stand for, in the order in which they are asked for. */
export function candidates(name: string, { search, ndots }: Pick<Resolver, 'search' | 'ndots'>): string[] {
  if (name.endsWith('.')) return [name];
  const longer = search.map((domain) => `${name}.${domain}`);
  return name.split('.').length - 1 >= ndots ? [name, ...longer] : [...longer, name];
}
export function reverseName(text: string): string {
  const ip = parseIPv4(text);
  return ip === undefined ? text : `${formatIPv4(ip).split('.').reverse().join('.')}.in-addr.arpa`;
}
/** A server by its name or address; otherwise what the tool says of it. */
export function* serverNamed(
  context: ProgramContext,
  name: string,
): Generator<Wait, readonly string[] | { readonly problem: string }, Wake> {
  const found = yield* lookUpName(context, name);
  if (typeof found !== 'string') return found.addresses.map(formatIPv4);
  const why = found === 'Name or service not known' ? 'not found' : 'failure';
  return { problem: `couldn't get address for '${name}': ${why}` };
}

export interface Question {
  readonly server: string;
  readonly port: number;
  readonly name: string;
  readonly type: string;
  readonly timeout: Micros;
  /** An OPT record goes with it. */
  readonly edns?: boolean;
  /** undefined: recursion is desired. */
  readonly recursion?: false;
}
export function* ask(context: ProgramContext, question: Question): Generator<Wait, DnsEvent, Wake> {
  const ip = parseIPv4(question.server);
  // No IPv6 here: its loopback has nobody who listens.
  if (ip === undefined) return { ok: false, errno: 'ECONNREFUSED' };
  const box = new Mailbox(context);
  context.world.network.dnsQuery(context.host, {
    ...question,
    pid: context.pid,
    server: ip,
    on: box.on('answer'),
  });
  const received = yield* box.next();
  box.close();
  return received.kind === 'item' ? (received.event as DnsEvent) : { ok: false, errno: 'ETIMEDOUT' };
}
/** Each server as often as it takes; what goes wrong is told as it happens. */
export function* askServers(
  context: ProgramContext,
  servers: readonly string[],
  question: Omit<Question, 'server'> & { readonly tries: number },
): Generator<Wait, Answer | undefined, Wake> {
  for (const server of servers)
    for (let attempt = 0; attempt < question.tries; attempt++) {
      const event = yield* ask(context, { ...question, server });
      if (event.ok) return event;
      yield* context.out(`;; communications error to ${server}#${question.port}: ${troubleText(event)}\n`);
    }
  return undefined;
}
export function troubleText(event: DnsEvent & { ok: false }): string {
  return event.errno === 'ECONNREFUSED'
    ? 'connection refused'
    : event.errno === 'ETIMEDOUT'
      ? 'timed out'
      : event.errno === 'EHOSTUNREACH'
        ? 'host unreachable'
        : 'network unreachable';
}

/** The data of a record as it is printed. */
export function dataText({ type, data }: DnsRecord): string {
  if (type === 'CNAME' || type === 'NS' || type === 'PTR' || type === 'MX' || type === 'SRV')
    return data.endsWith('.') ? data : `${data}.`;
  if (type === 'TXT') return data.startsWith('"') ? data : `"${data}"`;
  return data;
}
/** Without the dot of the root. */
export function bare(name: string): string {
  return name.replace(/\.$/, '');
}
/** Why a name cannot be one (RFC 1035 §2.3.4). */
export function illegalName(name: string): string | undefined {
  const labels = bare(name).split('.');
  if (name !== '.' && labels.some((label) => label === '')) return 'empty label';
  return labels.some((label) => label.length > 63) ? 'label too long' : undefined;
}
