/**
 * The people outside: an open-loop load generator. Each arrival is a new
 * connection; a slow answer does not slow the next arrival. Several sources may
 * run in one process; how many come follows from the file and from what drives
 * people (lib/world/outside).
 */
import { parseIPv4 } from '../../std/ipv4';
import { SECOND, type Micros } from '../../std/instant';
import { FileError } from '../../world/files.contract';
import { type HttpResult, startRequest } from '../../world/http-client';
import type { ResolveEvent } from '../../world/network.contract';
import { outsideOf } from '../../world/outside';
import type { TlsClientSettings } from '../../world/tls.contract';
import { httpsSettings, trustedRoots } from '../../world/tls/https-settings';
import type { DaemonDefinition, ProgramContext, ProgramRun } from '../../world/process.contract';
import type { Host, World } from '../../world/world.contract';
import { type LoadConfiguration, type LoadRequest, rateAt, readConfiguration } from './configuration';

interface Source {
  configuration: LoadConfiguration;
  sent: number;
  address: number | undefined;
  resolvedAt: Micros;
  waiting: number;
  nextAt: Micros;
  /** Frozen: all requests share it. */
  tls: TlsClientSettings | undefined;
  /** Cookies of each client by name. */
  jars: Map<number, Map<string, string>>;
}
interface LoadState {
  sources: Source[];
}

const TICK = 'traffic.load.tick';
const RESOLVED = 'traffic.load.resolved';
const DONE = 'traffic.load.done';
const NAMES_KEPT = 10 * SECOND;
/** A source that is silent looks again so often. */
const LOOK_AGAIN = SECOND;

/** `loadgen FILE`: reads its file and goes on sending until it is told to stop. */
export function* loadGenerator(context: ProgramContext): ProgramRun {
  const path = context.argv[1] ?? '/etc/loadgen.conf';
  const text = context.fs.readFile(context.resolve(path), context.who);
  if (text instanceof FileError) {
    yield* context.err(`loadgen: ${path}: cannot be read\n`);
    return 1;
  }
  const configurations = readConfiguration(text);
  if (typeof configurations === 'string') {
    yield* context.err(`loadgen: ${path}: ${configurations}\n`);
    return 1;
  }
  const state: LoadState = {
    sources: configurations.map((configuration) => ({
      configuration,
      sent: 0,
      address: parseIPv4(configuration.host),
      resolvedAt: -NAMES_KEPT,
      waiting: 0,
      nextAt: context.kernel.now,
      tls: tlsOf(context, configuration),
      jars: new Map(),
    })),
  };
  context.become('loadgen', state);
  state.sources.forEach((_, index) =>
    context.world.timer(context.host, context.pid, tickName(index), context.kernel.now + 1, {
      name: TICK,
      data: { index },
    }),
  );
  return yield* context.serve();
}

/** What they trust is read when they begin; a file that is not there trusts nobody. */
function tlsOf(context: ProgramContext, { host, tls }: LoadConfiguration): TlsClientSettings | undefined {
  if (tls === undefined) return undefined;
  const { caFile, ...more } = tls;
  return httpsSettings({ host, roots: trustedRoots(context.host, context.resolve(caFile)), ...more });
}

export const loadDaemon: DaemonDefinition<LoadState> = {
  kind: 'loadgen',
  register(world) {
    world.callback<{ index: number }, undefined>(TICK, ({ host, pid, data }) =>
      tick(world, host, pid, data.index),
    );
    world.callback<{ index: number }, ResolveEvent>(RESOLVED, ({ host, pid, data }, event) =>
      resolved(world, host, pid, data.index, event),
    );
    world.callback<Sent, HttpResult>(DONE, ({ host, pid, data }, result) =>
      done(world, host, pid, data, result),
    );
  },
};
interface Sent {
  index: number;
  n: number;
  trace: number;
}

const tickNames: string[] = [];
/** Made once: a timer is found by its name at each arrival. */
function tickName(index: number): string {
  return (tickNames[index] ??= `tick ${index}`);
}
function sourceOf(host: Host, pid: number, index: number): Source | undefined {
  const state = host.process(pid)?.daemon?.state as LoadState | undefined;
  return state?.sources[index];
}
function tick(world: World, host: Host, pid: number, index: number): void {
  const source = sourceOf(host, pid, index);
  if (source === undefined) return;
  const { configuration } = source;
  const { now } = world.kernel;
  const again = (at: Micros): void =>
    world.timer(host, pid, tickName(index), Math.max(at, now + 1), { name: TICK, data: { index } });
  const outside = outsideOf(world, configuration.name);
  const rate = rateAt(configuration, now) * outside.factor;
  if (!(outside.comes ?? !configuration.paused) || rate <= 0) {
    source.nextAt = now + LOOK_AGAIN;
    again(source.nextAt);
    return;
  }
  const gap = Math.round(SECOND / rate);
  source.nextAt +=
    configuration.arrival === 'uniform'
      ? gap
      : Math.max(1, world.kernel.random(`arrivals:${host.name}:${configuration.name}`).exponential(gap));
  // A source that hardly comes must notice when that changes.
  if (source.nextAt - now > 5 * LOOK_AGAIN && outside.factor !== 1) source.nextAt = now + 5 * LOOK_AGAIN;
  again(source.nextAt);
  const isKnown = now - source.resolvedAt < NAMES_KEPT || parseIPv4(configuration.host) !== undefined;
  if (source.address !== undefined && isKnown) {
    send(world, host, pid, { source, index, ip: source.address });
    return;
  }
  source.waiting += 1;
  if (source.waiting === 1)
    world.network.resolve(host, {
      pid,
      name: configuration.host,
      on: { name: RESOLVED, pid, data: { index } },
    });
}
function resolved(world: World, host: Host, pid: number, index: number, event: ResolveEvent): void {
  const source = sourceOf(host, pid, index);
  if (source === undefined) return;
  const { waiting } = source;
  source.waiting = 0;
  source.address = event.ok ? event.addresses[0] : undefined;
  source.resolvedAt = world.kernel.now;
  for (let i = 0; i < waiting; i++) {
    if (source.address !== undefined) send(world, host, pid, { source, index, ip: source.address });
    else
      report(world, host, source, ++source.sent, {
        status: undefined,
        error: 'resolve',
        micros: 0,
        trace: 0,
        body: '',
      });
  }
}
function send(
  world: World,
  host: Host,
  pid: number,
  { source, index, ip }: { source: Source; index: number; ip: number },
): void {
  const { configuration } = source;
  const n = ++source.sent;
  const request = requestFor(world, host, configuration);
  const cookies = configuration.keepCookies ? cookiesOf(source, n) : '';
  const asked = {
    ip,
    port: configuration.port,
    host: configuration.host,
    target: request.path,
    method: request.method,
    headers: headersOf(configuration, request, cookies),
    body: request.body,
    connectTimeout: configuration.connectTimeout,
    timeout: configuration.timeout,
    bindIp: undefined,
    trace: world.startTrace(() => `${host.name} #${n} ${request.method} ${urlOf(configuration, request)}`),
    sendAfter: outsideOf(world, configuration.name).sendAfter ?? configuration.sendAfter,
  };
  startRequest(host, pid, source.tls === undefined ? asked : { ...asked, tls: source.tls }, {
    name: DONE,
    pid,
    data: { index, n, trace: world.lastTrace },
  });
}
/** Headers without cookies, by request: the same array each time. */
const usual = new WeakMap<LoadRequest, [string, string][]>();
function headersOf(
  configuration: LoadConfiguration,
  request: LoadRequest,
  cookies: string,
): [string, string][] {
  const known = cookies === '' ? usual.get(request) : undefined;
  if (known !== undefined) return known;
  const made: [string, string][] = [
    ['User-Agent', 'Mozilla/5.0'],
    ['Accept', '*/*'],
    ...configuration.headers,
    ...request.headers,
    ...(cookies === '' ? [] : [['Cookie', cookies] satisfies [string, string]]),
    ['Connection', 'close'],
  ];
  if (cookies === '') usual.set(request, made);
  return made;
}
function urlOf({ url, requests }: LoadConfiguration, { path }: LoadRequest): string {
  return requests.length === 1 ? url : url.replace(/^(https?:\/\/[^/]+).*$/, `$1${path}`);
}
function requestFor(world: World, host: Host, { name, requests }: LoadConfiguration): LoadRequest {
  const [only] = requests;
  if (requests.length === 1 && only !== undefined) return only;
  const total = requests.reduce((sum, { weight }) => sum + weight, 0);
  let drawn = world.kernel.random(`pages:${host.name}:${name}`).integer(1, total);
  const found = requests.find(({ weight }) => (drawn -= weight) <= 0) ?? only;
  return found ?? { weight: 1, method: 'GET', path: '/', headers: [], body: '' };
}
function clientOf({ configuration }: Source, n: number): number {
  return n % configuration.clients;
}
function cookiesOf(source: Source, n: number): string {
  const jar = source.jars.get(clientOf(source, n));
  return jar === undefined ? '' : [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
}
function keepCookies(source: Source, n: number, headers: readonly [string, string][]): void {
  for (const [name, value] of headers) {
    if (name.toLowerCase() !== 'set-cookie') continue;
    const pair = /^([^=;\s]+)=([^;]*)/.exec(value);
    if (pair === null) continue;
    const client = clientOf(source, n);
    const jar = source.jars.get(client) ?? new Map<string, string>();
    source.jars.set(client, jar);
    jar.set(pair[1] ?? '', pair[2] ?? '');
  }
}
function done(world: World, host: Host, pid: number, { index, n, trace }: Sent, result: HttpResult): void {
  const source = sourceOf(host, pid, index);
  if (source === undefined) return;
  if (source.configuration.keepCookies) keepCookies(source, n, result.headers);
  report(world, host, source, n, {
    status: result.status,
    error: result.error,
    micros: result.endedAt - result.startedAt,
    trace,
    body: result.body,
    reason: result.error === 'tls' ? result.reason : undefined,
  });
}
/** One journal entry for each request: what the people outside saw. */
function report(
  world: World,
  host: Host,
  { configuration }: Source,
  n: number,
  seen: {
    status: number | undefined;
    error: string | undefined;
    micros: Micros;
    trace: number;
    body: string;
    /** In words, where the kind of error does not say enough. */
    reason?: string | undefined;
  },
): void {
  const { expectStatus, expectBody } = configuration;
  const isAnswered = seen.error === undefined && seen.status !== undefined;
  const isWrongStatus = expectStatus === undefined ? (seen.status ?? 0) >= 500 : seen.status !== expectStatus;
  const isWrongBody = isAnswered && !isWrongStatus && !seen.body.includes(expectBody);
  const told = {
    from: configuration.name,
    n,
    ok: isAnswered && !isWrongStatus && !isWrongBody && seen.micros <= configuration.slow,
    status: seen.status ?? 0,
    error: seen.error ?? (isWrongBody ? 'content' : ''),
    micros: seen.micros,
    trace: seen.trace,
  };
  const { reason } = seen;
  world.record(host.name, 'request', reason === undefined ? told : { ...told, reason });
}
