/** Which servers share an address, and the names they go by there. Source: nginx 1.22 src/http/ngx_http.c `ngx_http_optimize_servers`, `ngx_http_server_names`. */
import type { TlsServerSettings } from '../../../world/tls.contract';
import type { AddressSettings, SixSettings } from '../config';
import type { Block, ListenEntry } from './block';
import type { Conf, Failed } from './conf';
import { hostKind } from './maps';

export interface ServedAddress {
  readonly entry: ListenEntry;
  readonly servers: readonly number[];
  readonly defaultServer: number;
}
/**
 * Addresses in the order in which nginx goes through them: port by port, those for all addresses last.
 * What one server says of an address (TLS, HTTP/2, the socket's options) holds for all of its servers.
 */
export function addressesOf(servers: readonly Block[]): ServedAddress[] {
  const found = new Map<string, Gathered>();
  for (const [index, server] of servers.entries())
    for (const entry of server.own.listens ?? []) {
      const known = found.get(entry.text);
      if (known === undefined) found.set(entry.text, { entry, servers: [index], defaultServer: index });
      else join(known, entry, index);
    }
  const ports = new Map<string, ServedAddress[]>();
  for (const address of found.values()) {
    const port = `${address.entry.family} ${address.entry.port}`;
    const known = ports.get(port);
    if (known === undefined) ports.set(port, [address]);
    else known.push(address);
  }
  return [...ports.values()].flatMap((own) => [
    ...own.filter(({ entry }) => !entry.isWildcard),
    ...own.filter(({ entry }) => entry.isWildcard),
  ]);
}
interface Gathered {
  entry: ListenEntry;
  readonly servers: number[];
  defaultServer: number;
}
function join(known: Gathered, entry: ListenEntry, server: number): void {
  known.servers.push(server);
  if (entry.isDefault) known.defaultServer = server;
  known.entry = {
    ...known.entry,
    isSet: known.entry.isSet || entry.isSet,
    isSecure: known.entry.isSecure || entry.isSecure,
    isHttp2: known.entry.isHttp2 || entry.isHttp2,
    backlog: entry.isSet ? entry.backlog : known.entry.backlog,
  };
}
/** Names that two servers of one address share: the first keeps them. */
export function compareNames(conf: Conf, servers: readonly Block[]): Failed | undefined {
  for (const { entry, servers: own } of addressesOf(servers)) {
    if (own.length < 2) continue;
    const exact = new Set<string>();
    const wild = new Set<string>();
    for (const index of own) {
      const names = servers[index]?.own.names ?? [{ name: '', pattern: undefined }];
      for (const { name, pattern } of names) {
        if (pattern !== undefined) continue;
        const kind = hostKind(name);
        if (kind === undefined)
          return conf.failAt(`invalid server name or wildcard "${name}" on ${entry.text}`, undefined);
        const isTaken =
          kind === 'exact'
            ? exact.has(name)
            : (kind === 'dot' && exact.has(name.slice(1))) || wild.has(wildKey(name));
        if (isTaken)
          conf.warnBare(
            `conflicting server name "${name}" on ${entry.text}, ignored`,
            servers[index]?.place ?? entry.place,
          );
        if (kind === 'exact') exact.add(name);
        else wild.add(wildKey(name));
        if (kind === 'dot') exact.add(name.slice(1));
      }
    }
  }
  return undefined;
}
function wildKey(name: string): string {
  return name.endsWith('.*') ? name : name.replace(/^\*?\./, '.');
}

// ---------------------------------------------------------------- as a worker uses them
interface Compiled {
  readonly addresses: AddressSettings[];
  readonly sixes: SixSettings[];
}
/** What is not modelled of them is noted: IPv6 and UNIX sockets, UDP, TLS in `stream`, HTTP/2 without TLS. */
export function compileAddresses(conf: Conf, blocks: readonly Block[], kind: 'http' | 'stream'): Compiled {
  const compiled: Compiled = { addresses: [], sixes: [] };
  const served = addressesOf(blocks);
  const wildcards = new Set(
    served.flatMap(({ entry }) => (entry.isWildcard && entry.family === 'inet' ? [entry.port] : [])),
  );
  for (const address of served) {
    const { entry } = address;
    // The directive that came before `listen … ssl` holds for whole servers.
    const isOn = kind === 'http' && blocks[address.defaultServer]?.flag('ssl', false) === true;
    if (entry.family === 'inet6' && entry.isWildcard)
      compiled.sixes.push({
        port: entry.port,
        backlog: entry.backlog,
        text: entry.text,
        position: compiled.addresses.length,
      });
    if (entry.family !== 'inet') leaveOut(conf, `listen ${entry.text}`, entry);
    else if (kind === 'stream' && entry.isSecure) leaveOut(conf, 'listen … ssl in stream', entry);
    else if (!entry.isUdp) {
      if (entry.isHttp2 && !entry.isSecure) leaveOut(conf, 'listen … http2 without ssl', entry);
      compiled.addresses.push({
        kind,
        ip: entry.ip,
        port: entry.port,
        text: entry.text,
        backlog: entry.backlog,
        place: entry.place,
        isBound: entry.isWildcard || entry.isSet || !wildcards.has(entry.port),
        isSecure: entry.isSecure || isOn,
        isHttp2: entry.isHttp2,
        tls: entry.isSecure || isOn ? tlsOf(address, blocks, compiled.addresses.length) : new Map(),
        defaultServer: address.defaultServer,
        servers: address.servers,
        ...namesOf(kind === 'http' ? address.servers : [], blocks),
      });
    }
  }
  return compiled;
}
function leaveOut({ notModelled }: Conf, text: string, { place }: ListenEntry): void {
  if (!notModelled.some((known) => known.text === text && known.place.line === place.line))
    notModelled.push({ text, place });
}
/** What a chooser by the client's server name looks at. */
export interface SniData {
  /** Index of the address. */
  readonly address: number;
}
export const SNI_CHOOSER = 'nginx.sni';
const HTTP1 = ['http/1.1', 'http/1.0', 'http/0.9'];
/**
 * What is settled with clients of an address, by server. Versions are agreed on before the name is looked at, so they
 * are the default server's for all. Source: OpenSSL 3.0 `tls_early_post_process_client_hello`.
 */
function tlsOf(
  { entry, servers, defaultServer }: ServedAddress,
  blocks: readonly Block[],
  address: number,
): Map<number, TlsServerSettings> {
  const versions = blocks[defaultServer]?.tls?.settings.versions ?? [];
  const alpn = entry.isHttp2 ? ['h2', ...HTTP1] : HTTP1;
  const choose = { name: SNI_CHOOSER, data: { address } satisfies SniData };
  return new Map(
    servers.flatMap((server) => {
      const own = blocks[server]?.tls?.settings;
      return own === undefined
        ? []
        : [[server, { ...own, versions, alpn, ...(server === defaultServer ? { choose } : {}) }] as const];
    }),
  );
}
type Names = Pick<AddressSettings, 'patterns'> & {
  readonly exact: Map<string, number>;
  readonly heads: { suffix: string; server: number }[];
  readonly tails: { prefix: string; server: number }[];
};
function namesOf(servers: readonly number[], blocks: readonly Block[]): Names {
  const patterns: AddressSettings['patterns'][number][] = [];
  const names: Names = { exact: new Map(), heads: [], tails: [], patterns };
  for (const server of servers)
    for (const { name, pattern } of blocks[server]?.own.names ?? []) {
      if (pattern !== undefined) patterns.push({ pattern, server });
      else addName(names, name, server);
    }
  names.heads.sort((a, b) => b.suffix.length - a.suffix.length);
  names.tails.sort((a, b) => b.prefix.length - a.prefix.length);
  return names;
}
function addName({ exact, heads, tails }: Names, name: string, server: number): void {
  const add = (plain: string): void => {
    if (!exact.has(plain)) exact.set(plain, server);
  };
  switch (hostKind(name)) {
    case 'dot':
      add(name.slice(1));
      heads.push({ suffix: name, server });
      return;
    case 'head':
      heads.push({ suffix: name.slice(1), server });
      return;
    case 'tail':
      tails.push({ prefix: name.slice(0, -1), server });
      return;
    case 'exact':
      add(name);
      return;
    case undefined:
  }
}
