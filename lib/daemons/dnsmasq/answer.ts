/** What dnsmasq knows by itself: configured records, /etc/hosts, domains that are local. */
import { formatIPv4, parseIPv4 } from '../../std/ipv4';
import { FileError } from '../../world/files.contract';
import type { DnsRecord } from '../../world/network.contract';
import type { DnsCode } from '../../world/network/dns';
import type { Host } from '../../world/world.contract';
import { type DnsConfiguration, reverse } from './configuration';

const ROOT = { uid: 0, gid: 0, groups: [] };
const ALIASES_DEEP = 10;
/** RFC 8914: no server is known that could be asked. */
export const NOT_READY = 14;
export interface LocalAnswer {
  code: DnsCode;
  authoritative: boolean;
  answers: DnsRecord[];
  /** Addresses of names in them. */
  additional?: DnsRecord[];
  extendedError?: number;
}
/** Names of the hosts files, with the way back. */
export function hostsRecords(
  host: Host,
  configuration: DnsConfiguration,
): { records: DnsRecord[]; read: { path: string; names: number | undefined }[] } {
  const records: DnsRecord[] = [];
  const read: { path: string; names: number | undefined }[] = [];
  const paths = [...(configuration.usesHosts ? ['/etc/hosts'] : []), ...configuration.hostFiles];
  for (const path of paths) {
    const text = host.fs.readFile(path, ROOT);
    if (text instanceof FileError) {
      read.push({ path, names: undefined });
      continue;
    }
    let count = 0;
    for (const line of text.split('\n')) {
      const [address = '', ...names] = (line.split('#')[0] ?? '').trim().split(/\s+/);
      const ip = parseIPv4(address);
      if (ip === undefined || names.length === 0) continue;
      for (const name of names)
        records.push({ name, type: 'A', ttl: configuration.localTtl, data: formatIPv4(ip) });
      records.push({ name: reverse(ip), type: 'PTR', ttl: configuration.localTtl, data: names[0] ?? '' });
      count += names.length;
    }
    read.push({ path, names: count });
  }
  return { records, read };
}

/** undefined: somebody else must be asked. */
export function answerLocally(
  configuration: DnsConfiguration,
  records: readonly DnsRecord[],
  question: { name: string; type: string },
): LocalAnswer | undefined {
  const name = question.name.replace(/\.$/, '').toLowerCase();
  const answers: DnsRecord[] = [];
  let wanted = name;
  for (let depth = 0; depth < ALIASES_DEEP; depth++) {
    const here = records.filter((record) => record.name.toLowerCase() === wanted);
    const found = here.filter((record) => record.type === question.type || question.type === 'ANY');
    if (found.length > 0) {
      const all = [...answers, ...distinct(found)];
      return { code: 'NOERROR', authoritative: true, answers: all, ...additionalOf(records, all) };
    }
    const alias = here.find((record) => record.type === 'CNAME');
    if (alias === undefined) {
      // Who has only other records of a name does not answer for what is not there.
      if (here.length > 0 || answers.length > 0)
        return { code: 'NOERROR', authoritative: answers.length > 0, answers };
      break;
    }
    answers.push(alias);
    wanted = alias.data.toLowerCase();
  }
  const set = longest(configuration.addresses, name);
  if (set !== undefined && set.ip === undefined)
    return { code: 'NXDOMAIN', authoritative: false, answers: [] };
  if (set?.ip !== undefined && question.type === 'A')
    return {
      code: 'NOERROR',
      authoritative: true,
      answers: [{ name, type: 'A', ttl: configuration.localTtl, data: formatIPv4(set.ip) }],
    };
  if (
    configuration.domainNeeded &&
    !name.includes('.') &&
    (question.type === 'A' || question.type === 'AAAA')
  )
    return {
      code: 'NXDOMAIN',
      authoritative: false,
      answers: [],
      ...(configuration.servers.every(({ ip }) => ip === undefined) && !configuration.usesResolv
        ? { extendedError: NOT_READY }
        : {}),
    };
  const local = longest(
    configuration.servers.flatMap((server) =>
      server.domain === undefined ? [] : [{ ...server, domain: server.domain }],
    ),
    name,
  );
  if (local !== undefined && local.ip === undefined)
    return { code: 'NXDOMAIN', authoritative: false, answers: [] };
  return undefined;
}
/** One of two lines that say the same (ptr-record= beside host-record=). */
function distinct(records: readonly DnsRecord[]): DnsRecord[] {
  return records.filter(
    (record, i) => records.findIndex(({ type, data }) => type === record.type && data === record.data) === i,
  );
}
/** Addresses of mail exchangers and services that are known here too. */
function additionalOf(
  records: readonly DnsRecord[],
  answers: readonly DnsRecord[],
): { additional?: DnsRecord[] } {
  const targets = answers
    .filter(({ type }) => type === 'MX' || type === 'SRV')
    .map(({ data }) => data.split(' ').at(-1)?.replace(/\.$/, '').toLowerCase());
  const found = records.filter(({ name, type }) => type === 'A' && targets.includes(name.toLowerCase()));
  return found.length === 0 ? {} : { additional: distinct(found) };
}
/** The entry for the longest domain that the name is in. */
export function longest<T extends { domain: string }>(entries: readonly T[], name: string): T | undefined {
  let best: T | undefined;
  for (const entry of entries) {
    if (entry.domain !== '' && name !== entry.domain && !name.endsWith(`.${entry.domain}`)) continue;
    if (best === undefined || entry.domain.length > best.domain.length) best = entry;
  }
  return best;
}
/** Who is asked about a name that is not known here. */
export function upstreamsFor(
  host: Host,
  configuration: DnsConfiguration,
  name: string,
): { ip: number; port: number }[] {
  const special = longest(
    configuration.servers.flatMap((server) =>
      server.domain === undefined || server.ip === undefined
        ? []
        : [{ ip: server.ip, port: server.port, domain: server.domain }],
    ),
    name.toLowerCase(),
  );
  if (special !== undefined) return [special];
  const general = configuration.servers.flatMap((server) =>
    server.domain !== undefined || server.ip === undefined ? [] : [{ ip: server.ip, port: server.port }],
  );
  if (!configuration.usesResolv) return general;
  return [...general, ...resolvServers(host, configuration)];
}
export function resolvServers(host: Host, { resolvFile }: DnsConfiguration): { ip: number; port: number }[] {
  const text = host.fs.readFile(resolvFile, ROOT);
  return (text instanceof FileError ? '' : text).split('\n').flatMap((line) => {
    const ip = parseIPv4(/^\s*nameserver\s+(\S+)/.exec(line)?.[1] ?? '');
    // Its own address there would be a loop.
    return ip === undefined || host.world.network.isLocalAddress(host, ip) ? [] : [{ ip, port: 53 }];
  });
}
