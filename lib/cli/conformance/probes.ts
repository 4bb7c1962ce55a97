/** The recorder's probes from a host: HTTP, TCP, UDP, held connections and open-loop load, with its timeouts and its words. */
import { parseIPv4 } from '../../std/ipv4';
import { SECOND, type Micros } from '../../std/instant';
import type { HttpRequest, Message, ResolveEvent, SocketEvent, UdpEvent } from '../../world/network.contract';
import type { Host } from '../../world/world.contract';
import type { Agent, Task } from './agent';
import type { LabStep, LoadMeasures } from './case';

type Read = Message | 'closed' | { errno: string } | 'timeout';

/** One TCP connection: what came in is kept until somebody asks. */
export class Connection {
  readonly #events: SocketEvent[] = [];
  #waiting: (() => void) | undefined;
  readonly #id: number;
  constructor(
    private readonly agent: Agent,
    private readonly host: Host,
    to: { ip: number; port: number; bind: number | undefined },
  ) {
    this.#id = host.world.network.connect(host, {
      pid: 0,
      ip: to.ip,
      port: to.port,
      ...(to.bind === undefined ? {} : { bindIp: to.bind }),
      on: agent.on<SocketEvent>((event) => {
        this.#events.push(event);
        this.#waiting?.();
      }),
    });
  }
  /** The next event, or 'timeout'. */
  *next(timeout: Micros): Task<SocketEvent | 'timeout'> {
    const ready = this.#events.shift();
    if (ready !== undefined) return ready;
    if (timeout <= 0) return 'timeout';
    const timedOut = yield (resume) => {
      const cancel = this.agent.after(this.host, timeout, () => {
        this.#waiting = undefined;
        resume(true);
      });
      this.#waiting = () => {
        this.#waiting = undefined;
        cancel();
        resume(false);
      };
    };
    return timedOut === true ? 'timeout' : (this.#events.shift() ?? 'timeout');
  }
  /** undefined: connected. */
  *connected(timeout: Micros): Task<string | undefined> {
    const event = yield* this.next(timeout);
    if (event === 'timeout') {
      this.abandon();
      return 'timeout';
    }
    return event.type === 'failed' ? wordOf(event.errno) : undefined;
  }
  *read(timeout: Micros): Task<Read> {
    const event = yield* this.next(timeout);
    if (event === 'timeout') return 'timeout';
    switch (event.type) {
      case 'message':
        return event.message;
      case 'failed':
        return { errno: event.errno };
      default:
        return 'closed';
    }
  }
  /** Events that are there already; the last that matters. */
  drain(): SocketEvent[] {
    return this.#events.splice(0);
  }
  send(message: Message): void {
    this.host.world.network.send(this.#id, 'client', message);
  }
  close(): void {
    this.host.world.network.close(this.#id, 'client');
  }
  abandon(): void {
    this.host.world.network.reset(this.#id, 'client');
  }
}

/** Python's exceptions in the recorder's words. */
function wordOf(errno: string): string {
  switch (errno) {
    case 'ECONNREFUSED':
      return 'refused';
    case 'ETIMEDOUT':
      return 'timeout';
    case 'ECONNRESET':
    case 'EPIPE':
      return 'reset';
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ENETDOWN':
    case 'EADDRNOTAVAIL':
      return 'unreachable';
    case 'ENOPROTOOPT':
      return 'error:OSError';
    case 'EPERM':
      return 'error:PermissionError';
    default:
      return `error:${errno}`;
  }
}

export interface HttpSeen {
  status: number | undefined;
  error: string | undefined;
  phase: 'connect' | 'read';
  backend: string | undefined;
  elapsed: number;
}
type Jars = Map<string, Map<string, string>>;

/** One request over its own connection. */
export function* oneHttp(agent: Agent, host: Host, step: LabStep, jars: Jars): Task<HttpSeen> {
  const { kernel } = host.world;
  const startedAt = kernel.now;
  const seen = (part: Partial<HttpSeen>): HttpSeen => ({
    status: undefined,
    error: undefined,
    phase: 'read',
    backend: undefined,
    ...part,
    elapsed: seconds(kernel.now - startedAt),
  });
  const url = /^http:\/\/([^/:]+)(?::(\d+))?(\/.*)?$/.exec(step.url ?? '');
  if (url === null) return seen({ error: `unsupported url ${step.url ?? ''}` });
  const ip = yield* address(agent, host, url[1] ?? '');
  if (ip === undefined) return seen({ error: 'dns', phase: 'connect' });
  const connection = new Connection(agent, host, {
    ip,
    port: Number(url[2] ?? 80),
    bind: step.bind === undefined ? undefined : parseIPv4(step.bind),
  });
  const failed = yield* connection.connected((step.connect_timeout ?? 3) * SECOND);
  if (failed !== undefined) return seen({ error: failed, phase: 'connect' });
  const jar = step.jar === undefined ? undefined : jarOf(jars, `${host.name}/${step.jar}`);
  const authority = url[2] === undefined ? (url[1] ?? '') : `${url[1]}:${url[2]}`;
  connection.send(requestOf(step, authority, url[3] ?? '/', jar));
  const end = startedAt + (step.timeout ?? 10) * SECOND;
  const answer = yield* wholeAnswer(connection, () => end - kernel.now);
  connection.close();
  if (typeof answer === 'string') return seen({ error: answer });
  for (const [name, value] of answer.headers)
    if (jar !== undefined && name.toLowerCase() === 'set-cookie') keepCookie(jar, value);
  const backend = answer.headers.find(([name]) => name.toLowerCase() === 'x-served-by')?.[1];
  return seen({ status: answer.status, backend });
}

/** Reads on until the answer is whole: HTTP, or bytes that look like it. */
function* wholeAnswer(
  connection: Connection,
  left: () => Micros,
): Task<string | { status: number; headers: [string, string][] }> {
  let text = '';
  for (;;) {
    const read = yield* connection.read(left());
    if (read === 'timeout') return 'timeout';
    if (read === 'closed') break;
    if (!('kind' in read)) return wordOf(read.errno);
    if (read.kind === 'response') return read;
    if (read.kind === 'bytes') text += read.text;
    else return `error:${read.kind}`;
  }
  if (text === '') return 'empty';
  const [head = ''] = text.split('\r\n\r\n');
  const [first = '', ...lines] = head.split('\r\n');
  const status = Number(first.split(/\s+/)[1]);
  if (!Number.isInteger(status)) return 'error:ValueError';
  return {
    status,
    headers: lines.map((line): [string, string] => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
    }),
  };
}

function requestOf(
  step: LabStep,
  authority: string,
  target: string,
  jar: Map<string, string> | undefined,
): HttpRequest {
  const body = step.body ?? '';
  const headers = new Map<string, string>([
    ['Host', authority],
    ['User-Agent', 'probe'],
    ['Accept', '*/*'],
    ['Connection', 'close'],
    ...Object.entries(step.headers ?? {}),
  ]);
  if (jar !== undefined && jar.size > 0)
    headers.set('Cookie', [...jar].map(([name, value]) => `${name}=${value}`).join('; '));
  if (body !== '') headers.set('Content-Length', String(body.length));
  const method = step.method ?? 'GET';
  let bytes = method.length + target.length + 13 + body.length;
  for (const [name, value] of headers) bytes += name.length + value.length + 4;
  return { kind: 'request', trace: 0, method, target, version: '1.1', headers: [...headers], body, bytes };
}
function jarOf(jars: Jars, name: string): Map<string, string> {
  const jar = jars.get(name) ?? new Map<string, string>();
  jars.set(name, jar);
  return jar;
}
function keepCookie(jar: Map<string, string>, header: string): void {
  const pair = header.split(';')[0] ?? '';
  const equals = pair.indexOf('=');
  jar.set(pair.slice(0, equals).trim(), pair.slice(equals + 1).trim());
}
function* address(agent: Agent, host: Host, name: string): Task<number | undefined> {
  const literal = parseIPv4(name);
  if (literal !== undefined) return literal;
  const event = (yield (resume) =>
    host.world.network.resolve(host, { pid: 0, name, on: agent.on(resume) })) as ResolveEvent;
  return event.ok ? event.addresses[0] : undefined;
}

/** One request, or several in turn or at once. */
export function* http(
  agent: Agent,
  host: Host,
  step: LabStep,
  jars: Jars,
): Task<{ value: unknown; elapsed?: number }> {
  const count = step.count ?? 1;
  const gap = (step.gap ?? 0) * SECOND;
  const seen: HttpSeen[] = [];
  if (step.parallel !== undefined && step.parallel !== false && step.parallel !== 0) {
    const all = yield* together<HttpSeen>(agent, host, {
      count,
      gap,
      task: () => oneHttp(agent, host, step, jars),
    });
    seen.push(...all);
  } else {
    for (let i = 0; i < count; i++) {
      seen.push(yield* oneHttp(agent, host, step, jars));
      if (i + 1 < count) yield* agent.sleep(host, gap);
    }
  }
  const [first] = seen;
  if (count === 1 && first !== undefined)
    return {
      value: [first.status ?? null, first.error ?? null, first.backend ?? null],
      elapsed: first.elapsed,
    };
  return { value: seen.map(oneWord) };
}
function oneWord({ status, error, backend }: HttpSeen): string | null {
  if (status === undefined) return error ?? '';
  if (status === 200) return backend ?? null;
  return backend === undefined ? String(status) : `${status}:${backend}`;
}

/** Starts a task every `gap` and waits for all. */
function* together<T>(
  agent: Agent,
  host: Host,
  options: { count: number; gap: Micros; task: () => Task<T> },
): Task<T[]> {
  const results: T[] = [];
  let left = options.count;
  yield (resume) => {
    const begin = (i: number): void =>
      agent.run(options.task(), (value) => {
        results[i] = value;
        left -= 1;
        if (left === 0) resume(undefined);
      });
    for (let i = 0; i < options.count; i++) agent.after(host, i * options.gap, () => begin(i));
  };
  return results;
}

export function* tcp(agent: Agent, host: Host, step: LabStep): Task<{ value: unknown; elapsed: number }> {
  const { kernel } = host.world;
  const startedAt = kernel.now;
  const ip = parseIPv4(step.ip ?? '');
  if (ip === undefined) return { value: ['dns'], elapsed: 0 };
  const bind = step.bind === undefined ? undefined : parseIPv4(step.bind);
  const connection = new Connection(agent, host, { ip, port: step.port ?? 0, bind });
  const failed = yield* connection.connected((step.timeout ?? 3) * SECOND);
  if (failed === undefined) connection.close();
  return { value: [failed ?? 'open'], elapsed: seconds(kernel.now - startedAt) };
}

/** The recorder looks 0.2 s after it has sent, then waits. */
const UDP_LOOKS_AFTER: Micros = 200_000;
export function* udp(agent: Agent, host: Host, step: LabStep): Task<{ value: unknown; elapsed: number }> {
  const { kernel, network } = host.world;
  const startedAt = kernel.now;
  const end = (word: string) => ({ value: [word], elapsed: seconds(kernel.now - startedAt) });
  const ip = parseIPv4(step.ip ?? '');
  if (ip === undefined) return end('dns');
  const events: UdpEvent[] = [];
  let arrived: (() => void) | undefined;
  const bound = network.bindUdp(host, {
    pid: 0,
    ip: 0,
    port: 0,
    on: agent.on<UdpEvent>((event) => {
      events.push(event);
      arrived?.();
    }),
  });
  if (typeof bound === 'string') return end(wordOf(bound));
  const refused = network.sendUdp(host, bound.socket, { ip, port: step.port ?? 0 }, 'x', 1);
  if (refused !== undefined) return end(wordOf(refused));
  yield* agent.sleep(host, UDP_LOOKS_AFTER);
  if (events.length === 0) {
    yield (resume) => {
      const cancel = agent.after(host, (step.timeout ?? 2) * SECOND, () => {
        arrived = undefined;
        resume(undefined);
      });
      arrived = () => {
        arrived = undefined;
        cancel();
        resume(undefined);
      };
    };
  }
  network.closeUdp(host, bound.socket);
  const [event] = events;
  if (event === undefined) return end('timeout');
  return end(event.type === 'datagram' ? 'reply' : wordOf(event.errno));
}

/** Opens a connection and keeps it, or uses a kept one. */
export function* hold(
  agent: Agent,
  host: Host,
  step: LabStep,
  held: Map<string, Connection>,
): Task<{ value: unknown; elapsed: number }> {
  const { kernel } = host.world;
  const startedAt = kernel.now;
  const end = (word: string) => ({ value: [word], elapsed: seconds(kernel.now - startedAt) });
  const key = `${host.name}/${step.conn ?? ''}`;
  const timeout = (step.timeout ?? 3) * SECOND;
  if (step.op === 'open') {
    const ip = parseIPv4(step.ip ?? '');
    if (ip === undefined) return end('dns');
    const connection = new Connection(agent, host, { ip, port: step.port ?? 0, bind: undefined });
    const failed = yield* connection.connected(timeout);
    if (failed === undefined) held.set(key, connection);
    return end(failed ?? 'open');
  }
  const connection = held.get(key);
  if (connection === undefined) return end('error:KeyError');
  const before = connection.drain();
  const broken = before.find((event) => event.type === 'failed');
  if (broken?.type === 'failed') return end(wordOf(broken.errno));
  connection.send({
    kind: 'request',
    trace: 0,
    method: 'GET',
    target: '/',
    version: '1.1',
    headers: [['Host', 'x']],
    body: '',
    bytes: 27,
  });
  if (before.some((event) => event.type === 'closed')) return end('closed');
  const read = yield* connection.read(timeout);
  if (read === 'timeout') return end('timeout');
  if (read === 'closed') return end('closed');
  return end('kind' in read ? 'ok' : wordOf(read.errno));
}

/** Open loop: every request on its own, however the others fare. */
export function* load(
  agent: Agent,
  host: Host,
  step: LabStep,
  jars: Jars,
): Task<{ value: unknown; measures: LoadMeasures }> {
  const rate = step.rate ?? 20;
  const { kernel } = host.world;
  const startedAt = kernel.now;
  const patient = { ...step, connect_timeout: step.connect_timeout ?? 1, timeout: step.timeout ?? 2 };
  const seen = yield* together(agent, host, {
    count: Math.floor(rate * (step.duration ?? 0)),
    gap: SECOND / rate,
    task: function* (): Task<{ at: number; seen: HttpSeen }> {
      const at = seconds(kernel.now - startedAt);
      return { at, seen: yield* oneHttp(agent, host, patient, jars) };
    },
  });
  const good = seen.filter(({ seen: { status } }) => status === 200);
  const bad = seen.filter(({ seen: { status } }) => status !== 200);
  const failedBy = tally(
    bad.map(({ seen: { status, error, phase } }) =>
      status === undefined ? `${error ?? ''}/${phase}` : String(status),
    ),
  );
  const backends = tally(good.map(({ seen: { backend } }) => backend ?? '?'));
  return {
    value: [
      bad.length === 0 ? 'clean' : 'failed',
      Object.keys(failedBy).sort(),
      Object.keys(backends).sort(),
    ],
    measures: {
      total: seen.length,
      ok: good.length,
      failed: bad.length,
      failed_by: failedBy,
      backends,
      longest_gap_between_successful_completions: longestGap(
        good.map(({ at, seen: one }) => at + one.elapsed),
      ),
      longest_gap_between_starts_of_successful: longestGap(good.map(({ at }) => at)),
      first_fail_started: bad[0]?.at ?? null,
      last_fail_started: bad[bad.length - 1]?.at ?? null,
    },
  };
}
function tally(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}
function longestGap(times: readonly number[]): number {
  const sorted = [...times].sort((a, b) => a - b);
  let longest = 0;
  for (const [i, time] of sorted.entries())
    if (i > 0) longest = Math.max(longest, time - (sorted[i - 1] ?? 0));
  return Math.round(longest * 1000) / 1000;
}
export function seconds(micros: Micros): number {
  return Math.round(micros / 1000) / 1000;
}
