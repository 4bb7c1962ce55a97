/**
 * The people outside: an open-loop load generator. Each arrival is a new
 * client with its own connection; a slow answer does not slow the next arrival.
 * Configured by a file of `key = value` lines; see `readConfiguration`.
 */
import { parseIPv4 } from '../../std/ipv4';
import { parseDuration, SECOND, type Micros } from '../../std/instant';
import { FileError } from '../../world/files.contract';
import type { ResolveEvent } from '../../world/network.contract';
import type { DaemonDefinition, ProgramContext, ProgramRun } from '../../world/process.contract';
import type { Host, World } from '../../world/world.contract';
import { type HttpResult, startRequest } from '../../world/http-client';

export interface LoadConfiguration {
  name: string;
  url: string;
  host: string;
  port: number;
  path: string;
  /** requests per second */ rate: number;
  /** uniform: evenly spaced; poisson: as independent people come. */ arrival: 'uniform' | 'poisson';
  connectTimeout: Micros;
  timeout: Micros;
  /** An answer later than this counts as failed for the people who wait. */ slow: Micros;
  clients: number;
}
interface LoadState {
  configuration: LoadConfiguration;
  sent: number;
  address: number | undefined;
  resolvedAt: Micros;
  waiting: number;
  nextAt: Micros;
}

const TICK = 'traffic.load.tick';
const RESOLVED = 'traffic.load.resolved';
const DONE = 'traffic.load.done';
const NAMES_KEPT = 10 * SECOND;

/** Reads `key = value` lines. Errors name the line. */
export function readConfiguration(text: string): LoadConfiguration | string {
  const values = new Map<string, string>();
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.replace(/#.*/, '').trim();
    if (line === '') continue;
    const match = /^([a-z_]+)\s*=\s*(.*)$/.exec(line);
    if (match === null) return `line ${index + 1}: expected "key = value"`;
    values.set(match[1] ?? '', match[2] ?? '');
  }
  const url = /^http:\/\/([^/:]+)(?::(\d+))?(\/.*)?$/.exec(values.get('url') ?? '');
  if (url === null) return 'url: expected http://NAME[:PORT][/PATH]';
  const duration = (key: string, fallback: string): Micros => parseDuration(values.get(key) ?? fallback) ?? 0;
  const rate = Number(values.get('rate') ?? '1');
  if (!(rate > 0)) return 'rate: expected a number above 0';
  return {
    name: values.get('name') ?? 'clients',
    url: values.get('url') ?? '',
    host: url[1] ?? '',
    port: Number(url[2] ?? 80),
    path: url[3] ?? '/',
    rate,
    arrival: values.get('arrival') === 'poisson' ? 'poisson' : 'uniform',
    connectTimeout: duration('connect_timeout', '4s'),
    timeout: duration('timeout', '10s'),
    slow: duration('slow', '10s'),
    clients: Number(values.get('clients') ?? '1'),
  };
}

/** `loadgen FILE`: reads its file and goes on sending until it is told to stop. */
export function* loadGenerator(context: ProgramContext): ProgramRun {
  const path = context.argv[1] ?? '/etc/loadgen.conf';
  const text = context.fs.readFile(context.resolve(path), context.who);
  if (text instanceof FileError) {
    yield* context.err(`loadgen: ${path}: cannot be read\n`);
    return 1;
  }
  const configuration = readConfiguration(text);
  if (typeof configuration === 'string') {
    yield* context.err(`loadgen: ${path}: ${configuration}\n`);
    return 1;
  }
  const state: LoadState = {
    configuration,
    sent: 0,
    address: parseIPv4(configuration.host),
    resolvedAt: -NAMES_KEPT,
    waiting: 0,
    nextAt: context.kernel.now,
  };
  context.become('loadgen', state);
  context.world.timer(context.host, context.pid, 'tick', context.kernel.now + 1, {
    name: TICK,
    data: undefined,
  });
  return yield* context.serve();
}

export const loadDaemon: DaemonDefinition<LoadState> = {
  kind: 'loadgen',
  register(world) {
    world.callback(TICK, ({ host, pid }) => tick(world, host, pid));
    world.callback<undefined, ResolveEvent>(RESOLVED, ({ host, pid }, event) =>
      resolved(world, host, pid, event),
    );
    world.callback<{ n: number }, HttpResult>(DONE, ({ host, pid, data }, result) =>
      done(world, host, pid, data.n, result),
    );
  },
};

function stateOf(host: Host, pid: number): LoadState | undefined {
  return host.process(pid)?.daemon?.state as LoadState | undefined;
}
function tick(world: World, host: Host, pid: number): void {
  const state = stateOf(host, pid);
  if (state === undefined) return;
  const { configuration } = state;
  const gap = SECOND / configuration.rate;
  state.nextAt +=
    configuration.arrival === 'uniform'
      ? Math.round(gap)
      : Math.max(
          1,
          world.kernel.random(`arrivals:${host.name}:${configuration.name}`).exponential(Math.round(gap)),
        );
  world.timer(host, pid, 'tick', Math.max(state.nextAt, world.kernel.now + 1), {
    name: TICK,
    data: undefined,
  });
  if (
    state.address !== undefined &&
    (parseIPv4(configuration.host) !== undefined || world.kernel.now - state.resolvedAt < NAMES_KEPT)
  ) {
    send(world, host, pid, state, state.address);
    return;
  }
  state.waiting += 1;
  if (state.waiting === 1)
    world.network.resolve(host, {
      pid,
      name: configuration.host,
      on: { name: RESOLVED, pid, data: undefined },
    });
}
function resolved(world: World, host: Host, pid: number, event: ResolveEvent): void {
  const state = stateOf(host, pid);
  if (state === undefined) return;
  const waiting = state.waiting;
  state.waiting = 0;
  state.address = event.ok ? event.addresses[0] : undefined;
  state.resolvedAt = world.kernel.now;
  for (let i = 0; i < waiting; i++) {
    if (state.address !== undefined) send(world, host, pid, state, state.address);
    else
      report(world, host, state, ++state.sent, {
        status: undefined,
        error: 'resolve',
        micros: 0,
        trace: 0,
        server: '',
      });
  }
}
function send(world: World, host: Host, pid: number, state: LoadState, ip: number): void {
  const { configuration } = state;
  const n = ++state.sent;
  startRequest(
    host,
    pid,
    {
      ip,
      port: configuration.port,
      host: configuration.host,
      target: configuration.path,
      method: 'GET',
      headers: [
        ['User-Agent', 'Mozilla/5.0'],
        ['Accept', '*/*'],
        ['Connection', 'close'],
      ],
      body: '',
      connectTimeout: configuration.connectTimeout,
      timeout: configuration.timeout,
      bindIp: undefined,
      trace: world.startTrace(`${host.name} #${n} GET ${configuration.url}`),
    },
    { name: DONE, pid, data: { n } },
  );
}
function done(world: World, host: Host, pid: number, n: number, result: HttpResult): void {
  const state = stateOf(host, pid);
  if (state === undefined) return;
  report(world, host, state, n, {
    status: result.status,
    error: result.error,
    micros: result.endedAt - result.startedAt,
    trace: result.trace,
    server: '',
  });
}
/** One journal entry for each request: what the people outside saw. */
function report(
  world: World,
  host: Host,
  state: LoadState,
  n: number,
  seen: {
    status: number | undefined;
    error: string | undefined;
    micros: Micros;
    trace: number;
    server: string;
  },
): void {
  const good =
    seen.error === undefined &&
    seen.status !== undefined &&
    seen.status < 500 &&
    seen.micros <= state.configuration.slow;
  world.record(host.name, 'request', {
    from: state.configuration.name,
    n,
    ok: good,
    status: seen.status ?? 0,
    error: seen.error ?? '',
    micros: seen.micros,
    trace: seen.trace,
  });
}
