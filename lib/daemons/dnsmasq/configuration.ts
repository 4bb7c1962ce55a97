/** dnsmasq(8)'s options as its configuration file has them. DHCP, TFTP and DNSSEC are not modelled and change nothing. */
import { formatIPv4, parseIPv4 } from '../../std/ipv4';
import { FileError } from '../../world/files.contract';
import type { DnsRecord } from '../../world/network.contract';
import type { Host } from '../../world/world.contract';

export interface DnsConfiguration {
  port: number;
  listen: number[];
  interfaces: string[];
  excepted: string[];
  /** One socket for each address of this host. */
  binds: 'wildcard' | 'interfaces' | 'dynamic';
  usesResolv: boolean;
  resolvFile: string;
  usesHosts: boolean;
  hostFiles: string[];
  /** Upstream servers; `domain` when only for that one. `ip` undefined: known here or nowhere. */
  servers: { ip: number | undefined; port: number; domain: string | undefined }[];
  /** `address=/domain/ip`: the domain and all below it; undefined: NXDOMAIN. */
  addresses: { domain: string; ip: number | undefined }[];
  records: DnsRecord[];
  localService: boolean;
  cacheSize: number;
  localTtl: number;
  domainNeeded: boolean;
  bogusPrivate: boolean;
  logQueries: boolean;
}
export class ConfigurationProblem extends Error {
  /** @param code that dnsmasq ends with */
  constructor(
    message: string,
    readonly code = 1,
  ) {
    super(message);
  }
}
const COMMAND_LINE = 'command line options';
const COUNTS =
  'port cache-size local-ttl neg-ttl max-ttl max-cache-ttl min-cache-ttl dns-forward-max edns-packet-max query-port log-async'.split(
    ' ',
  );
/** The file that need not be there. */
const STANDARD = '/etc/dnsmasq.conf';
const ROOT = { uid: 0, gid: 0, groups: [] };

const FLAGS =
  'no-resolv no-hosts no-poll no-negcache bogus-priv domain-needed filterwin2k strict-order all-servers bind-interfaces bind-dynamic expand-hosts localise-queries log-queries log-dhcp keep-in-foreground no-daemon stop-dns-rebind rebind-localhost-ok dnssec dnssec-check-unsigned enable-ra dhcp-authoritative dhcp-rapid-commit read-ethers leasefile-ro local-service localmx selfmx enable-dbus proxy-dnssec conntrack quiet-dhcp no-round-robin enable-tftp tftp-secure filter-A filter-AAAA'.split(
    ' ',
  );
const VALUES =
  'resolv-file addn-hosts hostsdir local server address interface except-interface listen-address port cache-size domain user group pid-file log-facility log-async host-record cname mx-host mx-target txt-record ptr-record srv-host local-ttl neg-ttl max-ttl max-cache-ttl min-cache-ttl dns-forward-max edns-packet-max query-port conf-dir conf-file dhcp-range dhcp-host dhcp-option dhcp-boot dhcp-leasefile dhcp-lease-max dhcp-match dhcp-mac dhcp-script dhcp-vendorclass dhcp-userclass dhcp-ignore no-dhcp-interface auth-server auth-zone auth-sec-servers rebind-domain-ok bogus-nxdomain ipset nftset rev-server alias naptr-record caa-record dns-rr synth-domain interface-name trust-anchor tftp-root'.split(
    ' ',
  );

export function readConfiguration(
  host: Host,
  options: { file: string; directories: readonly string[]; words: readonly string[] },
): DnsConfiguration {
  const configuration: DnsConfiguration = {
    port: 53,
    listen: [],
    interfaces: [],
    excepted: [],
    binds: 'wildcard',
    usesResolv: true,
    resolvFile: '/etc/resolv.conf',
    usesHosts: true,
    hostFiles: [],
    servers: [],
    addresses: [],
    records: [],
    localService: false,
    cacheSize: 150,
    localTtl: 0,
    domainNeeded: false,
    bogusPrivate: false,
    logQueries: false,
  };
  const reader = new Reader(host, configuration);
  for (const word of options.words) reader.line(word, COMMAND_LINE);
  reader.file(options.file, options.file === STANDARD ? 0 : 1);
  for (const directory of options.directories) reader.directory(directory, 0);
  return configuration;
}

class Reader {
  constructor(
    private readonly host: Host,
    private readonly configuration: DnsConfiguration,
  ) {}
  file(path: string, depth: number): void {
    const text = this.host.fs.readFile(path, ROOT);
    if (text instanceof FileError) {
      if (depth > 0) throw new ConfigurationProblem(`cannot read ${path}: No such file or directory`, 3);
      return;
    }
    for (const [index, raw] of text.split('\n').entries()) {
      const line = raw.replace(/(^|\s)#.*$/, '').trim();
      if (line === '') continue;
      const [name = '', value = ''] = split(line);
      if (name === 'conf-file' && depth < 8) this.file(value, depth + 1);
      else if (name === 'conf-dir' && depth < 8) this.directory(value, depth + 1);
      else this.line(line, `line ${index + 1} of ${path}`);
    }
  }
  /** `DIR`, `DIR,.dpkg-dist` (endings left out) or `DIR,*.conf` (only these). */
  directory(text: string, depth: number): void {
    const [path = '', ...endings] = text.split(',');
    const names = this.host.fs.readdir(path, ROOT);
    if (names instanceof FileError)
      throw new ConfigurationProblem(`cannot access directory ${path}: No such file or directory`, 3);
    const only = endings.filter((ending) => ending.startsWith('*')).map((ending) => ending.slice(1));
    const without = endings.filter((ending) => !ending.startsWith('*'));
    for (const name of [...names].sort()) {
      if (name.endsWith('~') || name.startsWith('.') || (name.startsWith('#') && name.endsWith('#')))
        continue;
      if (without.some((ending) => name.endsWith(ending)) || name === 'README') continue;
      if (only.length > 0 && !only.some((ending) => name.endsWith(ending))) continue;
      this.file(`${path}/${name}`, depth + 1);
    }
  }
  line(line: string, where: string): void {
    const [name = '', value] = split(line);
    const refuse = (what: string): never => {
      throw new ConfigurationProblem(
        where === COMMAND_LINE ? 'bad command line options: try --help' : `${what} at ${where}`,
      );
    };
    if (FLAGS.includes(name)) {
      if (value !== undefined && name !== 'local-service') refuse('extraneous parameter');
      this.#flag(name);
      return;
    }
    if (!VALUES.includes(name)) refuse('bad option');
    if (value === undefined) refuse('missing parameter');
    if (value === undefined || value === '') return;
    const problem = this.#value(name, value.replace(/^"(.*)"$/, '$1'));
    if (problem !== undefined) refuse(problem);
  }
  #flag(name: string): void {
    const { configuration } = this;
    if (name === 'no-resolv') configuration.usesResolv = false;
    else if (name === 'no-hosts') configuration.usesHosts = false;
    else if (name === 'bind-interfaces') configuration.binds = 'interfaces';
    else if (name === 'bind-dynamic') configuration.binds = 'dynamic';
    else if (name === 'domain-needed') configuration.domainNeeded = true;
    else if (name === 'bogus-priv') configuration.bogusPrivate = true;
    else if (name === 'log-queries') configuration.logQueries = true;
    else if (name === 'local-service') configuration.localService = true;
  }
  /** What is wrong with it. */
  #value(name: string, value: string): string | undefined {
    const { configuration } = this;
    const isPort = name === 'port' || name === 'query-port';
    if (COUNTS.includes(name) && (!/^\d+$/.test(value) || (isPort && Number(value) > 65_535))) return 'error';
    switch (name) {
      case 'port':
      case 'cache-size':
      case 'local-ttl': {
        const number = Number(value);
        if (name === 'port') configuration.port = number;
        else if (name === 'cache-size') configuration.cacheSize = number;
        else configuration.localTtl = number;
        return undefined;
      }
      case 'resolv-file':
        configuration.resolvFile = value;
        return undefined;
      case 'addn-hosts':
        configuration.hostFiles.push(value);
        return undefined;
      case 'interface':
        configuration.interfaces.push(...value.split(','));
        return undefined;
      case 'except-interface':
        configuration.excepted.push(...value.split(','));
        return undefined;
      case 'listen-address':
        for (const text of value.split(',')) {
          const ip = parseIPv4(text.trim());
          if (ip !== undefined) configuration.listen.push(ip);
          else if (!text.includes(':')) return 'error';
        }
        return undefined;
      case 'server':
      case 'local':
        return this.#server(value);
      case 'address':
        return this.#address(value);
      default:
        return this.#record(name, value);
    }
  }
  #server(value: string): string | undefined {
    const match = /^(?:\/(.*)\/)?([^/]*)$/.exec(value);
    if (match === null) return 'error';
    const [address = '', port] = (match[2] ?? '').split('#');
    const ip = address === '' ? undefined : parseIPv4(address.split('@')[0] ?? '');
    if (Number(port ?? 0) > 65_535) return 'bad port';
    // What is no address is a name, which is not looked up here.
    if (address !== '' && ip === undefined) return undefined;
    const domains = match[1] === undefined ? [undefined] : match[1].split('/');
    for (const domain of domains)
      this.configuration.servers.push({ ip, port: Number(port ?? 53), domain: domain?.toLowerCase() });
    return undefined;
  }
  #address(value: string): string | undefined {
    const match = /^\/(.*)\/([^/]*)$/.exec(value);
    if (match === null) return value.startsWith('/') ? 'Bad address in --address' : undefined;
    const text = match[2] ?? '';
    const ip = text === '' ? undefined : parseIPv4(text);
    if (text !== '' && ip === undefined)
      return text.includes(':') || text === '#' ? undefined : 'Bad address in --address';
    for (const domain of (match[1] ?? '').split('/'))
      this.configuration.addresses.push({ domain: domain.toLowerCase(), ip });
    return undefined;
  }
  #record(name: string, value: string): string | undefined {
    const { records, localTtl: ttl } = this.configuration;
    const parts = value.split(',').map((part) => part.trim());
    const [first = '', second = ''] = parts;
    switch (name) {
      case 'host-record': {
        const ips = parts.flatMap((part) => parseIPv4(part) ?? []);
        const names = parts.filter(
          (part) => parseIPv4(part) === undefined && !/^\d+$/.test(part) && !part.includes(':'),
        );
        for (const ip of ips) {
          for (const known of names) records.push({ name: known, type: 'A', ttl, data: formatIPv4(ip) });
          records.push({ name: reverse(ip), type: 'PTR', ttl, data: names[0] ?? '' });
        }
        return parts.length > 1 && names.length > 0 ? undefined : 'Bad host-record';
      }
      case 'cname': {
        const target = parts.findLast((part) => !/^\d+$/.test(part)) ?? '';
        if (parts.length > 1 && parts.slice(0, -1).includes(target))
          throw new ConfigurationProblem(`CNAME loop involving ${target}`);
        for (const alias of parts)
          if (alias !== target && !/^\d+$/.test(alias))
            records.push({ name: alias, type: 'CNAME', ttl, data: target });
        return parts.length > 1 ? undefined : 'bad CNAME';
      }
      case 'mx-host':
        if (parts[2] !== undefined && !/^\d+$/.test(parts[2])) return 'bad MX preference';
        records.push({
          name: first,
          type: 'MX',
          ttl,
          data: `${parts[2] ?? '1'} ${second === '' ? first : second}`,
        });
        return undefined;
      case 'txt-record':
        records.push({
          name: first,
          type: 'TXT',
          ttl,
          data: parts
            .slice(1)
            .map((part) => `"${part.replace(/^"|"$/g, '')}"`)
            .join(' '),
        });
        return undefined;
      case 'srv-host': {
        const [, target = '.', port = '0', priority = '0', weight = '0'] = parts;
        if (!/^\d+$/.test(port)) return 'invalid port number';
        records.push({ name: first, type: 'SRV', ttl, data: `${priority} ${weight} ${port} ${target}` });
        return undefined;
      }
      case 'dhcp-range':
        return /(^|,)[\d.]+,([\d.]+|static|proxy)(,|$)|::/.test(value) ? undefined : 'bad dhcp-range';
      case 'log-facility':
        return value.startsWith('/') || value === '-' || SYSLOG_FACILITY.test(value)
          ? undefined
          : 'bad log facility';
      case 'ptr-record':
        records.push({ name: first, type: 'PTR', ttl, data: second });
        return undefined;
      default:
        return undefined;
    }
  }
}
const SYSLOG_FACILITY = /^(kern|user|mail|daemon|auth|syslog|lpr|news|uucp|cron|authpriv|ftp|local[0-7])$/i;
function split(line: string): [string, string | undefined] {
  const equals = line.indexOf('=');
  return equals < 0 ? [line, undefined] : [line.slice(0, equals).trim(), line.slice(equals + 1).trim()];
}
export function reverse(ip: number): string {
  return `${formatIPv4(ip).split('.').reverse().join('.')}.in-addr.arpa`;
}
