/** From blocks to a configuration that a worker uses: everything inherited, indices instead of blocks. */
import type {
  AccessLog,
  AccessRule,
  CacheRules,
  Code,
  Configuration,
  Handler,
  LocationSettings,
  LogLevel,
  PeerSettings,
  ProxySettings,
  Redirect,
  ServerSettings,
  StreamServerSettings,
  UpstreamSettings,
  VariableSource,
} from '../config';
import type { Block, ProxyPass, Upstream, UpstreamServer } from './block';
import type { Conf, Scope } from './conf';
import { compileAddresses } from './addresses';
import { formatIPv4 } from '../../../std/ipv4';
import { usualRedirect } from './proxy';
import { COMBINED } from './rules';
import { readUrl } from './values';

const ACCESS_LOG = '/var/log/nginx/access.log';
const USUAL_TYPES: ReadonlyMap<string, string> = new Map([
  ['html', 'text/html'],
  ['gif', 'image/gif'],
  ['jpg', 'image/jpeg'],
]);

/** What a test looks at: everything but servers, locations and what they use. */
export type Outline = Pick<Configuration, 'main' | 'addresses' | 'sixes' | 'zones' | 'notModelled'>;

export function compile(conf: Conf, outline: Outline): Configuration {
  return new Compiler(conf).run(outline);
}
export function outlineOf(conf: Conf): Outline {
  return new Compiler(conf).outline();
}

class Compiler {
  readonly #servers: ServerSettings[] = [];
  readonly #locations: (LocationSettings | undefined)[] = [];
  readonly #indices = new Map<Block, number>();
  readonly #upstreams: Upstream[];
  constructor(private readonly conf: Conf) {
    this.#upstreams = [...(conf.http?.upstreams ?? []), ...(conf.stream?.upstreams ?? [])];
  }

  run(outline: Outline): Configuration {
    const { conf } = this;
    for (const [index, block] of this.#httpServers().entries()) this.#server(block, index);
    const streamServers = this.#streamServers().map((block) => this.#streamServer(block));
    return {
      files: conf.files,
      prefix: conf.prefix,
      ...outline,
      servers: this.#servers,
      locations: this.#locations.filter((location) => location !== undefined),
      streamServers,
      upstreams: this.#upstreams.map((upstream) => this.#upstream(upstream)),
      variables: variablesOf(conf.http),
      streamVariables: variablesOf(conf.stream),
      formats: this.#formats(),
    };
  }
  outline(): Outline {
    const { conf } = this;
    const http = compileAddresses(conf, this.#httpServers(), 'http');
    const stream = compileAddresses(conf, this.#streamServers(), 'stream');
    return {
      main: this.#main(),
      addresses: [...http.addresses, ...stream.addresses],
      sixes: [
        ...http.sixes,
        ...stream.sixes.map((six) => ({ ...six, position: six.position + http.addresses.length })),
      ],
      zones: [...conf.zones.values()].flatMap(({ settings }) => (settings === undefined ? [] : [settings])),
      notModelled: conf.notModelled,
    };
  }
  #httpServers(): Block[] {
    return this.conf.http?.block.children.filter(({ context }) => context === 'server') ?? [];
  }
  #streamServers(): Block[] {
    return this.conf.stream?.block.children.filter(({ context }) => context === 'stream-server') ?? [];
  }
  #formats(): Configuration['formats'] {
    return new Map([
      ['combined', { escape: 'default', parts: COMBINED }],
      ...(this.conf.http?.formats ?? []),
      ...[...(this.conf.stream?.formats ?? [])].map(([name, format]) => [`stream ${name}`, format] as const),
    ]);
  }
  #main(): Configuration['main'] {
    const { conf } = this;
    const { main } = conf;
    const openFiles = main.values.get('worker_rlimit_nofile')?.value;
    const shutdown = main.values.get('worker_shutdown_timeout')?.value;
    const www = conf.around.user('www-data');
    return {
      daemon: main.flag('daemon', true),
      master: main.flag('master_process', true),
      pid: conf.fullName(main.text('pid', '/run/nginx.pid')),
      user:
        conf.user ??
        (www === undefined || !conf.around.isRoot
          ? undefined
          : { name: 'www-data', uid: www.uid, gid: conf.around.group('www-data') ?? www.gid }),
      workers: main.number('worker_processes', 1),
      connections: conf.events?.number('worker_connections', 512) ?? 512,
      affinity: main.values.has('worker_cpu_affinity'),
      openFiles: typeof openFiles === 'number' ? openFiles : undefined,
      shutdownTimeoutMs: typeof shutdown === 'number' ? shutdown : undefined,
      priority: main.number('worker_priority', 0),
      logFiles: conf.logFiles,
      errorLogs: conf.mainLogs.length === 0 ? [STDERR_LOG] : conf.mainLogs,
    };
  }

  // ---------------------------------------------------------------- servers
  #server(block: Block, index: number): void {
    const [first] = block.own.names ?? [];
    const root = this.#location(block, index);
    const named = new Map<string, number>();
    for (const child of block.children) {
      const at = this.#indices.get(child);
      if (child.kind === 'named' && at !== undefined && !named.has(child.name)) named.set(child.name, at);
    }
    const buffers = block.inherited('large_client_header_buffers')?.value;
    this.#servers.push({
      name:
        first === undefined ? '' : first.pattern === undefined ? first.name.replace(/^\./, '') : first.name,
      place: block.place,
      root,
      named,
      headerTimeoutMs: block.number('client_header_timeout', 60_000),
      mergeSlashes: block.flag('merge_slashes', true),
      takesUnderscores: block.flag('underscores_in_headers', false),
      ignoresInvalidHeaders: block.flag('ignore_invalid_headers', true),
      headerBuffers:
        typeof buffers === 'object' && 'size' in buffers
          ? { number: buffers.count, size: buffers.size }
          : { number: 4, size: 8_192 },
      tls: block.tls,
    });
  }
  #location(block: Block, server: number): number {
    const index = this.#locations.length;
    this.#locations.push(undefined);
    this.#indices.set(block, index);
    const exact = new Map<string, number>();
    const prefixes: { name: string; location: number }[] = [];
    const patterns: number[] = [];
    let except: number | undefined;
    for (const child of block.children) {
      const at = this.#location(child, server);
      if (child.context === 'limit_except') except = at;
      else if (child.kind === 'exact') exact.set(child.name, at);
      else if (child.kind === 'regex') patterns.push(at);
      else if (child.kind === 'prefix' || child.kind === 'noregex')
        prefixes.push({ name: child.name, location: at });
    }
    this.#locations[index] = {
      kind: kindOf(block),
      name: block.name,
      pattern: block.pattern,
      place: block.place,
      server,
      exact,
      prefixes: prefixes.sort((a, b) => b.name.length - a.name.length),
      patterns,
      limitExcept:
        except === undefined ? undefined : { methods: block.own.limitMethods ?? [], location: except },
      ...this.#handling(block),
      ...this.#files(block),
      ...this.#guarding(block),
      ...this.#answering(block),
    };
    return index;
  }
  #handling(
    block: Block,
  ): Pick<
    LocationSettings,
    'handler' | 'handlerPlace' | 'handlerName' | 'proxy' | 'codes' | 'isInternal' | 'autoRedirect'
  > {
    const holder = handlerHolder(block);
    const found = holder?.own.handler;
    const pass = holder?.own.proxyPass;
    return {
      handler: handlerOf(found?.name),
      handlerPlace: found?.place,
      handlerName: found?.name ?? '',
      proxy:
        pass === undefined || found?.name !== 'proxy_pass'
          ? undefined
          : this.#proxy(block, holder ?? block, pass),
      codes: block.codes.map((code): Code => {
        if (code.op !== 'if') return code;
        const { block: inner, ...rest } = code;
        return { ...rest, location: inner === undefined ? -1 : (this.#indices.get(inner) ?? -1) };
      }),
      isInternal: block.values.get('internal')?.value === true,
      autoRedirect: found?.name.endsWith('_pass') === true && block.name.endsWith('/'),
    };
  }
  #files(
    block: Block,
  ): Pick<
    LocationSettings,
    | 'root'
    | 'alias'
    | 'rootPlace'
    | 'indexes'
    | 'autoindex'
    | 'autoindexExactSize'
    | 'autoindexFormat'
    | 'tryFiles'
    | 'types'
    | 'defaultType'
    | 'etag'
    | 'logNotFound'
  > {
    const root = block.inheritedOwn('root');
    return {
      root: root?.path ?? [`${this.conf.prefix}html`],
      alias: root?.isAlias === true ? aliasLength(block) : undefined,
      rootPlace: root?.place,
      indexes: block.inheritedOwn('indexes') ?? [['index.html']],
      autoindex: block.flag('autoindex', false),
      autoindexExactSize: block.flag('autoindex_exact_size', true),
      autoindexFormat: block.text('autoindex_format', 'html'),
      // Not inherited, but for blocks without a name.
      tryFiles: block.own.tryFiles,
      types: block.inheritedOwn('types') ?? USUAL_TYPES,
      defaultType: block.text('default_type', 'text/plain'),
      etag: block.flag('etag', true),
      logNotFound: block.flag('log_not_found', true),
    };
  }
  #guarding(
    block: Block,
  ): Pick<
    LocationSettings,
    | 'access'
    | 'satisfyAny'
    | 'basic'
    | 'authRequest'
    | 'requestLimits'
    | 'requestLimitStatus'
    | 'requestLimitLevel'
    | 'requestLimitDryRun'
    | 'connectionLimits'
    | 'connectionLimitStatus'
    | 'connectionLimitLevel'
    | 'connectionLimitDryRun'
    | 'realIp'
    | 'maxBody'
    | 'maxBodyPlace'
    | 'bodyBuffer'
  > {
    const from = block.inheritedOwn('realFrom');
    const realm = block.template('auth_basic');
    return {
      access: accessOf(block),
      satisfyAny: block.text('satisfy', 'all') === 'any',
      basic:
        realm === undefined || (realm.length === 1 && realm[0] === 'off')
          ? undefined
          : { realm, file: block.template('auth_basic_user_file') },
      authRequest: authRequestOf(block),
      requestLimits: block.inheritedOwn('requestLimits') ?? [],
      requestLimitStatus: block.number('limit_req_status', 503),
      requestLimitLevel: block.text('limit_req_log_level', 'error') as LogLevel,
      requestLimitDryRun: block.flag('limit_req_dry_run', false),
      connectionLimits: block.inheritedOwn('connectionLimits') ?? [],
      connectionLimitStatus: block.number('limit_conn_status', 503),
      connectionLimitLevel: block.text('limit_conn_log_level', 'error') as LogLevel,
      connectionLimitDryRun: block.flag('limit_conn_dry_run', false),
      realIp:
        from === undefined
          ? undefined
          : {
              from: from.filter(({ family }) => family === 4),
              header: block.text('real_ip_header', 'X-Real-IP').toLowerCase(),
              recursive: block.flag('real_ip_recursive', false),
            },
      maxBody: block.number('client_max_body_size', 1_048_576),
      maxBodyPlace: block.inherited('client_max_body_size')?.place,
      bodyBuffer: block.number('client_body_buffer_size', 16_384),
    };
  }
  #answering(
    block: Block,
  ): Pick<
    LocationSettings,
    | 'errorPages'
    | 'headers'
    | 'substitutions'
    | 'gzip'
    | 'expires'
    | 'logs'
    | 'errorLogs'
    | 'keepaliveTimeoutMs'
    | 'keepaliveHeader'
    | 'keepaliveRequests'
    | 'sendTimeoutMs'
    | 'bodyTimeoutMs'
    | 'lingeringTimeoutMs'
    | 'resetsTimedOut'
    | 'serverTokens'
    | 'absoluteRedirect'
    | 'serverNameInRedirect'
    | 'portInRedirect'
    | 'recursiveErrorPages'
    | 'resolver'
    | 'resolverTimeoutMs'
  > {
    const expires = block.inheritedOwn('expires');
    return {
      errorPages: block.inheritedOwn('errorPages') ?? [],
      headers: block.inheritedOwn('headers') ?? [],
      substitutions: {
        rules: block.inheritedOwn('substitutions') ?? [],
        once: block.flag('sub_filter_once', true),
        types: typesOr(block, 'sub_filter_types'),
        keepsModified: block.flag('sub_filter_last_modified', false),
      },
      gzip: block.flag('gzip', false)
        ? {
            types: typesOr(block, 'gzip_types'),
            least: block.number('gzip_min_length', 20),
            varies: block.flag('gzip_vary', false),
          }
        : undefined,
      expires: expires?.kind === 'off' ? undefined : expires,
      logs: this.#logs(block),
      errorLogs: block.inheritedOwn('errorLogs') ?? [],
      keepaliveTimeoutMs: block.number('keepalive_timeout', 75_000),
      keepaliveHeader: block.inheritedOwn('keepaliveHeader') ?? 0,
      keepaliveRequests: block.number('keepalive_requests', 1_000),
      sendTimeoutMs: block.number('send_timeout', 60_000),
      bodyTimeoutMs: block.number('client_body_timeout', 60_000),
      lingeringTimeoutMs:
        block.text('lingering_close', 'on') === 'off' ? 0 : block.number('lingering_timeout', 5_000),
      resetsTimedOut: block.flag('reset_timedout_connection', false),
      serverTokens: block.text('server_tokens', 'on') !== 'off',
      absoluteRedirect: block.flag('absolute_redirect', true),
      serverNameInRedirect: block.flag('server_name_in_redirect', false),
      portInRedirect: block.flag('port_in_redirect', true),
      recursiveErrorPages: block.flag('recursive_error_pages', false),
      resolver: block.inheritedOwn('resolver') ?? [],
      resolverTimeoutMs: block.number('resolver_timeout', 30_000),
    };
  }
  #logs(block: Block): readonly AccessLog[] {
    for (let at: Block | undefined = block; at !== undefined; at = at.parent) {
      if (at.own.logsOff === true) return [];
      if (at.own.logs !== undefined) return at.own.logs;
    }
    if (block.context.startsWith('stream')) return [];
    this.conf.openLog(ACCESS_LOG);
    return [{ target: { kind: 'file', path: ACCESS_LOG }, format: 'combined', condition: undefined }];
  }

  // ---------------------------------------------------------------- upstreams
  #proxy(block: Block, holder: Block, pass: ProxyPass): ProxySettings {
    const bind = block.text('proxy_bind', 'off');
    const url = readUrl(bind, { defaultPort: 0 });
    const next = block.set('proxy_next_upstream') ?? new Set(['error', 'timeout']);
    return {
      url: pass.url,
      template: pass.template,
      isSecure: pass.isSecure,
      tls: holder.proxyTls,
      upstream: pass.upstream === undefined ? -1 : this.#upstreams.indexOf(pass.upstream),
      host: pass.host,
      port: pass.port,
      uri: pass.uri,
      locationLength: isNamed(holder) && block === holder ? holder.name.length : 0,
      place: pass.place,
      connectTimeoutMs: block.number('proxy_connect_timeout', 60_000),
      sendTimeoutMs: block.number('proxy_send_timeout', 60_000),
      readTimeoutMs: block.number('proxy_read_timeout', 60_000),
      next: next.has('off') ? new Set() : next,
      nextPlace: block.inherited('proxy_next_upstream')?.place,
      nextTries: block.number('proxy_next_upstream_tries', 0),
      nextTimeoutMs: block.number('proxy_next_upstream_timeout', 0),
      headers: block.pairs('proxy_set_header'),
      passRequestHeaders: block.flag('proxy_pass_request_headers', true),
      passRequestBody: block.flag('proxy_pass_request_body', true),
      method: block.template('proxy_method'),
      body: undefined,
      version: block.text('proxy_http_version', '1.0') === '1.1' ? '1.1' : '1.0',
      hidden: block.texts('proxy_hide_header').map((name) => name.toLowerCase()),
      passed: block.texts('proxy_pass_header').map((name) => name.toLowerCase()),
      redirects: redirectsOf(block, holder, pass),
      interceptErrors: block.flag('proxy_intercept_errors', false),
      ignoreClientAbort: block.flag('proxy_ignore_client_abort', false),
      requestBuffering: block.flag('proxy_request_buffering', true),
      bindIp: bind === 'off' || typeof url === 'string' ? undefined : url.ip,
      cache: cacheOf(block),
    };
  }
  #upstream(upstream: Upstream): UpstreamSettings {
    const servers = upstream.servers ?? [];
    const { block } = upstream;
    return {
      name: upstream.host,
      port: upstream.port,
      isImplicit: !upstream.isDeclared,
      peers: peersOf(servers.filter(({ isBackup }) => !isBackup)),
      backups: peersOf(servers.filter(({ isBackup }) => isBackup)),
      balancing: upstream.balancing ?? { method: 'round-robin' },
      balancingPlace: upstream.balancingPlace,
      zone: upstream.zone,
      keepalive: upstream.keepalive,
      keepaliveTimeoutMs: block?.number('keepalive_timeout', 60_000) ?? 60_000,
      keepaliveRequests: block?.number('keepalive_requests', 1_000) ?? 1_000,
      keepaliveTimeMs: block?.number('keepalive_time', 3_600_000) ?? 3_600_000,
      place: upstream.place,
    };
  }
  #streamServer(block: Block): StreamServerSettings {
    const pass = block.own.proxyPass;
    const bind = block.text('proxy_bind', 'off');
    const url = readUrl(bind, { defaultPort: 0 });
    return {
      place: block.place,
      upstream: pass?.upstream === undefined ? -1 : this.#upstreams.indexOf(pass.upstream),
      text: block.own.streamReturn?.text,
      connectTimeoutMs: block.number('proxy_connect_timeout', 60_000),
      timeoutMs: block.number('proxy_timeout', 600_000),
      next: block.flag('proxy_next_upstream', true),
      nextTries: block.number('proxy_next_upstream_tries', 0),
      nextTimeoutMs: block.number('proxy_next_upstream_timeout', 0),
      access: accessOf(block),
      connectionLimits: block.inheritedOwn('connectionLimits') ?? [],
      logs: this.#logs(block),
      errorLogs: block.inheritedOwn('errorLogs') ?? [],
      handlerPlace: block.own.handler?.place,
      bindIp: bind === 'off' || typeof url === 'string' ? undefined : url.ip,
    };
  }
}

export const STDERR_LOG = { target: { kind: 'stderr' }, level: 'error' } as const;

function kindOf(block: Block): LocationSettings['kind'] {
  switch (block.context) {
    case 'server':
      return 'server';
    case 'limit_except':
      return 'limit_except';
    case 'location':
      return block.kind ?? 'prefix';
    default:
      return 'if';
  }
}
function isNamed(block: Block): boolean {
  return block.kind === 'exact' || block.kind === 'prefix' || block.kind === 'noregex';
}
/** Blocks without a name of their own go on with what the location around them does. */
function handlerHolder(block: Block): Block | undefined {
  for (let at: Block | undefined = block; at !== undefined; at = at.parent) {
    if (at.own.handler !== undefined) return at;
    if (at.context === 'location' || at.context === 'server') return undefined;
  }
  return undefined;
}
function handlerOf(name: string | undefined): Handler {
  switch (name) {
    case undefined:
      return undefined;
    case 'proxy_pass':
      return 'proxy';
    case 'stub_status':
      return 'status';
    case 'empty_gif':
      return 'gif';
    default:
      return 'unmodelled';
  }
}
function aliasLength(block: Block): number {
  for (let at: Block | undefined = block; at !== undefined; at = at.parent)
    if (at.own.root !== undefined) return at.kind === 'regex' ? -1 : at.name.length;
  return 0;
}
function accessOf(block: Block): AccessRule[] {
  return (block.inheritedOwn('access') ?? [])
    .filter(({ family }) => family === 4)
    .map(({ denies, network, place }) => ({ denies, network, place }));
}
function redirectsOf(block: Block, holder: Block, pass: ProxyPass): readonly Redirect[] {
  for (let at: Block | undefined = block; at !== undefined; at = at.parent) {
    if (at.own.redirectOff === true) return [];
    if (at.own.redirects !== undefined) return at.own.redirects;
  }
  return pass.template === undefined ? [usualRedirect(pass, isNamed(holder) ? holder.name : '')] : [];
}
function peersOf(servers: readonly UpstreamServer[]): PeerSettings[] {
  return servers.flatMap(
    ({ url, addresses, weight, mostConnections, maxFails, failTimeout, isDown, place }) =>
      addresses.map((ip) => ({
        ip,
        port: url.port,
        name:
          ip < 0
            ? url.family === 'unix'
              ? `unix:${url.host}`
              : `${url.host}:${url.port}`
            : `${formatIPv4(ip)}:${url.port}`,
        server: url.url,
        weight,
        mostConnections,
        maxFails,
        failTimeout,
        isDown,
        place,
      })),
  );
}
function variablesOf(scope: Scope | undefined): Map<string, VariableSource> {
  const found = new Map<string, VariableSource>();
  for (const [name, { source }] of scope?.variables ?? []) if (source !== undefined) found.set(name, source);
  return found;
}

/** `proxy_cache` and what goes with it; undefined where nothing is kept. */
function cacheOf(block: Block): CacheRules | undefined {
  const zone = block.text('proxy_cache', 'off');
  const place = block.inherited('proxy_cache')?.place;
  if (zone === 'off' || place === undefined || zone.includes('$')) return undefined;
  const useStale = new Set(block.set('proxy_cache_use_stale') ?? []);
  if (useStale.has('off')) useStale.clear();
  // Nobody alive is an error too.
  if (useStale.has('error')) useStale.add('nolive');
  return {
    zone,
    key: block.template('proxy_cache_key'),
    valid: block.times('proxy_cache_valid'),
    useStale,
    bypass: block.templates('proxy_cache_bypass'),
    noCache: block.templates('proxy_no_cache'),
    methods: new Set(['GET', 'HEAD', ...(block.set('proxy_cache_methods') ?? [])]),
    minUses: block.number('proxy_cache_min_uses', 1),
    revalidates: block.flag('proxy_cache_revalidate', false),
    ignored: new Set([...(block.set('proxy_ignore_headers') ?? [])].map((name) => name.toLowerCase())),
    place,
  };
}
function authRequestOf(block: Block): LocationSettings['authRequest'] {
  const setting = block.inherited('auth_request');
  if (setting === undefined || typeof setting.value !== 'string' || setting.value === 'off') return undefined;
  return { uri: setting.value, sets: block.inheritedOwn('authSets') ?? [], place: setting.place };
}
function typesOr(block: Block, slot: string): readonly string[] {
  const types = block.texts(slot);
  return types.length === 0 ? ['text/html'] : types;
}
