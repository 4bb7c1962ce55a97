/**
 * `http` and `stream`, and what nginx looks at when such a block has been read whole: settings that do not fit each
 * other, upstreams without servers, locations and names given twice, variables that nobody knows.
 * Source: nginx 1.22 src/http/ngx_http.c `ngx_http_block`, ngx_http_upstream_round_robin.c, the modules' merge functions.
 */
import { addressesOf, compareNames } from './addresses';
import type { Block, Upstream } from './block';
import { type Conf, FAILED, type Failed, type Handler, type Scope } from './conf';
import { makeScope } from './maps';
import { unknownVariable } from './template';
import { loadProxy } from './tls/proxy';
import { loadServer } from './tls/server';

const http: Handler = (conf) => {
  if (conf.http !== undefined) return 'is duplicate';
  const scope = makeScope(conf, 'http');
  conf.http = scope;
  if (conf.parseBlock(scope.block) === FAILED) return FAILED;
  return within(conf, scope.block, () => finishHttp(conf, scope));
};
const stream: Handler = (conf) => {
  if (conf.stream !== undefined) return 'is duplicate';
  const scope = makeScope(conf, 'stream');
  conf.stream = scope;
  if (conf.parseBlock(scope.block) === FAILED) return FAILED;
  return within(conf, scope.block, () => finishStream(conf, scope));
};
/** What is read then is read for that block. */
function within(conf: Conf, block: Block, finish: () => Failed | undefined): Failed | undefined {
  const outer = conf.block;
  conf.block = block;
  const result = finish();
  conf.block = outer;
  return result;
}
export const BLOCK_HANDLERS: readonly (readonly [string, Handler])[] = [
  ['http', http],
  ['stream', stream],
];

function finishStream(conf: Conf, scope: Scope): Failed | undefined {
  if (initUpstreams(conf, scope) === FAILED) return FAILED;
  for (const server of scope.block.children.filter(({ context }) => context === 'stream-server'))
    if (loadServer(conf, server) === FAILED || loadProxy(conf, server) === FAILED) return FAILED;
  const unknown = unknownVariable(scope, 'stream');
  return unknown === undefined ? undefined : conf.failAt(`unknown "${unknown}" variable`, undefined);
}
function finishHttp(conf: Conf, scope: Scope): Failed | undefined {
  const servers = scope.block.children.filter(({ context }) => context === 'server');
  for (const server of servers) {
    const buffers = server.inherited('large_client_header_buffers')?.value;
    const size = typeof buffers === 'object' && 'size' in buffers ? buffers.size : 8_192;
    if (size < server.number('connection_pool_size', 512))
      return conf.fail(
        'the "large_client_header_buffers" size must be equal to or greater than "connection_pool_size"',
      );
  }
  if (initUpstreams(conf, scope) === FAILED) return FAILED;
  for (const server of servers) if (loadServer(conf, server) === FAILED) return FAILED;
  for (const server of servers)
    for (const block of [server, ...locationsIn(server)])
      if (checkProxy(conf, block) === FAILED || loadProxy(conf, block) === FAILED) return FAILED;
  for (const server of servers) if (findTwins(conf, server) === FAILED) return FAILED;
  if (needsCertificate(conf, servers) === FAILED) return FAILED;
  const unknown = unknownVariable(scope, 'http');
  if (unknown !== undefined) return conf.failAt(`unknown "${unknown}" variable`, undefined);
  return compareNames(conf, servers);
}
export function locationsIn(block: Block): Block[] {
  return block.children.flatMap((child) => [child, ...locationsIn(child)]);
}

// ---------------------------------------------------------------- upstreams
function initUpstreams(conf: Conf, scope: Scope): Failed | undefined {
  for (const upstream of scope.upstreams) {
    const result =
      upstream.servers === undefined
        ? resolveImplicit(conf, upstream)
        : upstream.servers.every(({ isBackup }) => isBackup)
          ? conf.failAt(`no servers in upstream "${upstream.host}"`, upstream.place)
          : undefined;
    if (result === FAILED) return FAILED;
  }
  return undefined;
}
/** A name in `proxy_pass` that is no declared upstream is looked up when all has been read. */
function resolveImplicit(conf: Conf, upstream: Upstream): Failed | undefined {
  const { host, port, place } = upstream;
  if (port === 0) return conf.failAt(`no port in upstream "${host}"`, place);
  const addresses = conf.resolve(host);
  if (addresses === FAILED) return FAILED;
  if (typeof addresses === 'string') return conf.failAt(`${addresses} in upstream "${host}"`, place);
  upstream.servers = [
    {
      url: {
        url: `${host}:${port}`,
        family: 'inet',
        host,
        port,
        lastPort: 0,
        hasNoPort: false,
        uri: '',
        ip: undefined,
        isWildcard: false,
      },
      addresses,
      weight: 1,
      mostConnections: 0,
      maxFails: 1,
      failTimeout: 10,
      isBackup: false,
      isDown: false,
      place,
    },
  ];
  return undefined;
}

// ---------------------------------------------------------------- settings that must fit
const PROTOCOLS = ['proxy', 'fastcgi', 'uwsgi', 'scgi'] as const;
const PAGE = 4_096;
function checkProxy(conf: Conf, block: Block): Failed | undefined {
  for (const protocol of PROTOCOLS) {
    const problem = bufferProblem(block, protocol) ?? cacheProblem(conf, block, protocol);
    if (problem !== undefined) return conf.fail(problem);
  }
  return undefined;
}
function bufferProblem(block: Block, protocol: string): string | undefined {
  const buffers = block.inherited(`${protocol}_buffers`)?.value;
  const { count, size } =
    typeof buffers === 'object' && 'count' in buffers ? buffers : { count: 8, size: PAGE };
  if (count < 2) return `there must be at least 2 "${protocol}_buffers"`;
  const largest = Math.max(block.number(`${protocol}_buffer_size`, PAGE), size);
  const both = `the maximum of the value of "${protocol}_buffer_size" and one of the "${protocol}_buffers"`;
  const busy = block.number(`${protocol}_busy_buffers_size`, 2 * largest);
  if (busy < largest) return `"${protocol}_busy_buffers_size" must be equal to or greater than ${both}`;
  if (busy > (count - 1) * size)
    return `"${protocol}_busy_buffers_size" must be less than the size of all "${protocol}_buffers" minus one buffer`;
  if (block.number(`${protocol}_temp_file_write_size`, 2 * largest) < largest)
    return `"${protocol}_temp_file_write_size" must be equal to or greater than ${both}`;
  const most = block.number(`${protocol}_max_temp_file_size`, 1_073_741_824);
  return most !== 0 && most < largest
    ? `"${protocol}_max_temp_file_size" must be equal to zero to disable temporary files usage or must be equal to or greater than ${both}`
    : undefined;
}
function cacheProblem(conf: Conf, block: Block, protocol: string): string | undefined {
  const name = block.text(`${protocol}_cache`, 'off');
  if (name === 'off' || name.includes('$')) return undefined;
  return conf.zones.get(name)?.settings === undefined
    ? `"${protocol}_cache" zone "${name}" is unknown`
    : undefined;
}

// ---------------------------------------------------------------- TLS
/** Each address needs one of its default server: what the client asks for is not known when it knocks. */
function needsCertificate(conf: Conf, servers: readonly Block[]): Failed | undefined {
  for (const { entry, defaultServer } of addressesOf(servers)) {
    const server = servers[defaultServer];
    if (!entry.isSecure || server === undefined || server.tls !== undefined) continue;
    return conf.failAt('no "ssl_certificate" is defined for the "listen ... ssl" directive', server.place);
  }
  return undefined;
}

// ---------------------------------------------------------------- locations and names
/** The same name twice: exact ones, or prefixes. Named ones and expressions may repeat. */
function findTwins(conf: Conf, block: Block): Failed | undefined {
  const named = block.children.filter(
    ({ kind }) => kind === 'exact' || kind === 'prefix' || kind === 'noregex',
  );
  for (const child of block.children) if (findTwins(conf, child) === FAILED) return FAILED;
  const seen = new Map<string, Block[]>();
  for (const child of named) {
    const key = `${child.kind === 'exact' ? '=' : ''}${child.name}`;
    seen.set(key, [...(seen.get(key) ?? []), child]);
  }
  // They are sorted by name before they are compared.
  for (const key of [...seen.keys()].sort((a, b) => (a.replace(/^=/, '') < b.replace(/^=/, '') ? -1 : 1))) {
    const second = seen.get(key)?.[1];
    if (second !== undefined) return conf.failAt(`duplicate location "${second.name}"`, second.place);
  }
  return undefined;
}
