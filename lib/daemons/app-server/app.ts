/**
 * The application behind the load balancer: a small HTTP server that answers
 * with its name, and `/health`. Each request takes processor time and may wait;
 * beyond its concurrency requests queue.
 */
import { IdMap } from '../../std/id-map';
import type { HandlerId, Kernel } from '../../kernel/kernel';
import { assert } from '../../std/assert';
import { civilFromMicros } from '../../std/civil';
import type { Micros } from '../../std/instant';
import { formatIPv4 } from '../../std/ipv4';
import { ROOT } from '../../world/files';
import { FileError } from '../../world/files.contract';
import { type HttpResult, startRequest } from '../../world/http-client';
import { useMemory } from '../../world/memory';
import type { Hop, HttpRequest, HttpResponse, ResolveEvent, SocketEvent } from '../../world/network.contract';
import type { DaemonDefinition, ProgramContext, ProgramRun } from '../../world/process.contract';
import type { Host, World } from '../../world/world.contract';
import { parseRequest } from '../raw-request';
import { badRequest } from './bad-request';
import { type AppConfiguration, defaultConfiguration, readConfiguration } from './configuration';
import { type AppControls, delayFor, isOn, parseControls, statusFor } from './controls';

export interface AppState {
  configuration: AppConfiguration;
  path: string;
  text: string;
  controls: AppControls;
  /** A file that holds the controls as JSON and is read for each request; '' none. */
  controlFile: string;
  connections: IdMap<AppConnection>;
  working: number;
  /** Connections whose request waits for a free worker, in order. */
  queue: number[];
  served: number;
  /** What the service it depends on said, for requests under work. */
  asked: IdMap<number>;
  /** Numbers of the sessions it has given out. */
  sessions: Set<string>;
}
interface AppConnection {
  /** Requests not answered yet, the first of them under work. */
  requests: HttpRequest[];
  peer: number;
  closed: boolean;
  /** Bytes that are no whole request yet. */
  text: string;
}

const KIND = 'shop';
const NO_HTTP = 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n';
const SOCKET = 'shop.socket';
const WAITED = 'shop.waited';
const ANSWER = 'shop.answer';
const NAME = 'shop.depends.name';
const ASKED = 'shop.depends.answer';
type Due = { h: string; p: number; c: number; waits: boolean };
const handlers = new WeakMap<Kernel, HandlerId>();

/** `shop [--config FILE] [--name NAME] [--port PORT]` */
export function* shop(context: ProgramContext): ProgramRun {
  const options = readOptions(context.argv.slice(1));
  if (typeof options === 'string') {
    yield* context.err(`shop: ${options}\nusage: shop [--config FILE] [--name NAME] [--port PORT]\n`);
    return 2;
  }
  const path = context.resolve(options.config);
  const text = context.fs.readFile(path, context.who);
  if (text instanceof FileError && (text.errno !== 'ENOENT' || options.isExplicit)) {
    yield* context.err(`shop: ${path}: cannot be read\n`);
    return 1;
  }
  const content = text instanceof FileError ? '' : text;
  const configuration = readConfiguration(content, options.name ?? context.host.state.hostname);
  if (typeof configuration === 'string') {
    yield* context.err(`shop: ${path}: ${configuration}\n`);
    return 1;
  }
  if (options.name !== undefined) configuration.name = options.name;
  if (options.port !== undefined) configuration.port = options.port;
  return yield* serve(context, configuration, { path, text: content, controlFile: '' });
}

/** `app-server NAME PORT CONTROLS.json`: the server of the recorded labs, whose controls stand in a file. */
export function* appServer(context: ProgramContext): ProgramRun {
  const [, name = '', port = '', controls = ''] = context.argv;
  if (name === '' || !/^\d+$/.test(port) || controls === '') {
    yield* context.err('usage: app-server NAME PORT CONTROLS.json\n');
    return 2;
  }
  const configuration = {
    ...defaultConfiguration(name),
    port: Number(port),
    concurrency: 100_000,
    processor: 200,
  };
  return yield* serve(context, configuration, {
    path: '',
    text: '',
    controlFile: context.resolve(controls),
  });
}

function* serve(
  context: ProgramContext,
  configuration: AppConfiguration,
  files: { path: string; text: string; controlFile: string },
): ProgramRun {
  const listening = context.world.network.listen(context.host, {
    pid: context.pid,
    ip: 0,
    port: configuration.port,
    backlog: 128,
    on: { name: SOCKET, pid: context.pid, data: null },
  });
  if (typeof listening === 'string') {
    yield* context.err(`shop: cannot listen on 0.0.0.0:${configuration.port}: ${errorText(listening)}\n`);
    return 1;
  }
  yield* context.out(`shop: listening on 0.0.0.0:${configuration.port}\n`);
  const state: AppState = {
    configuration,
    ...files,
    controls: {},
    connections: new IdMap(),
    working: 0,
    queue: [],
    served: 0,
    asked: new IdMap(),
    sessions: new Set(),
  };
  context.become(KIND, state);
  return yield* context.serve();
}

interface Options {
  config: string;
  isExplicit: boolean;
  name: string | undefined;
  port: number | undefined;
}
function readOptions(words: readonly string[]): Options | string {
  const options: Options = {
    config: '/etc/shop.conf',
    isExplicit: false,
    name: undefined,
    port: undefined,
  };
  for (let i = 0; i < words.length; i += 2) {
    const word = words[i] ?? '';
    const value = words[i + 1];
    if (word !== '--config' && word !== '--name' && word !== '--port') return `unknown option '${word}'`;
    if (value === undefined) return `option '${word}' needs a value`;
    if (word === '--config') {
      options.config = value;
      options.isExplicit = true;
    } else if (word === '--name') options.name = value;
    else options.port = Number(value);
  }
  return options;
}
function errorText(errno: string): string {
  switch (errno) {
    case 'EADDRINUSE':
      return 'Address already in use';
    case 'EACCES':
      return 'Permission denied';
    default:
      return errno;
  }
}

export const appDaemon: DaemonDefinition<AppState> = {
  kind: KIND,
  register(world) {
    world.callback<null, SocketEvent>(SOCKET, ({ host, pid }, event) => onSocket(world, host, pid, event));
    world.callback<{ c: number }, undefined>(WAITED, ({ host, pid, data }) => waited(host, pid, data.c));
    world.callback<{ c: number }, undefined>(ANSWER, ({ host, pid, data }) =>
      answer(world, host, pid, data.c),
    );
    world.callback<{ c: number; trace: number }, ResolveEvent>(NAME, ({ host, pid, data }, event) =>
      named(host, pid, data, event.ok ? event.addresses[0] : undefined),
    );
    world.callback<{ c: number }, HttpResult>(ASKED, ({ host, pid, data }, result) =>
      asked(host, pid, data.c, result.status ?? (result.error === 'timeout' ? 504 : 502)),
    );
    handlers.set(
      world.kernel,
      world.kernel.handler<Due>('shop.due', ({ h, p, c, waits }) => {
        const host = world.findHost(h);
        if (host !== undefined)
          world.invoke(host, { name: waits ? WAITED : ANSWER, pid: p, data: { c } }, undefined);
      }),
    );
  },
  runningFiles: ({ state }) => (state.path === '' ? [] : [{ path: state.path, text: state.text }]),
};

function stateOf(host: Host, pid: number): AppState | undefined {
  const daemon = host.process(pid)?.daemon;
  return daemon?.kind === KIND ? (daemon.state as AppState) : undefined;
}
function plan(host: Host, pid: number, connection: number, at: Micros, waits: boolean): void {
  const { kernel } = host.world;
  const handler = handlers.get(kernel);
  assert(handler !== undefined, 'the application is registered with this kernel');
  kernel.post<Due>(at, handler, { h: host.name, p: pid, c: connection, waits });
}

// ---------------------------------------------------------------- connections
function onSocket(world: World, host: Host, pid: number, event: SocketEvent): void {
  const state = stateOf(host, pid);
  if (state === undefined) return;
  const id = event.connection;
  switch (event.type) {
    case 'accepted':
      state.connections.set(id, {
        requests: [],
        peer: world.network.connection(id, 'server')?.peerIp ?? 0,
        closed: false,
        text: '',
      });
      return;
    case 'message':
      onMessage(host, pid, state, event);
      return;
    case 'closed': {
      const connection = state.connections.get(id);
      if (connection === undefined) return;
      connection.closed = true;
      if (connection.requests.length === 0) end(world, state, id);
      return;
    }
    case 'failed':
      // Work under way goes on to its end, for nobody.
      if ((state.connections.get(id)?.requests.length ?? 0) === 0) state.connections.delete(id);
      return;
    case 'connected':
  }
}
function onMessage(host: Host, pid: number, state: AppState, event: SocketEvent & { type: 'message' }): void {
  const connection = state.connections.get(event.connection);
  if (connection === undefined) return;
  if (event.message.kind === 'bytes') {
    onBytes(host, pid, state, event.connection, event.message.text);
    return;
  }
  if (event.message.kind !== 'request') {
    // What is no HTTP is told so, in plain text: a client of TLS then sees a wrong version number.
    if (event.message.kind === 'tls')
      host.world.network.send(event.connection, 'server', {
        kind: 'bytes',
        text: NO_HTTP,
        bytes: NO_HTTP.length,
      });
    host.world.network.close(event.connection, 'server');
    state.connections.delete(event.connection);
    return;
  }
  connection.requests.push(event.message);
  if (connection.requests.length === 1) admit(host, pid, state, event.connection);
}
/** A request that somebody types. What is none gets the page alone, as in the days of HTTP/0.9. */
function onBytes(host: Host, pid: number, state: AppState, id: number, text: string): void {
  const connection = state.connections.get(id);
  if (connection === undefined) return;
  connection.text += text;
  for (;;) {
    const parsed = parseRequest(connection.text);
    if (parsed === 'malformed') {
      const newline = connection.text.indexOf('\n');
      if (newline < 0) return;
      const page = badRequest(connection.text.slice(0, newline).trimEnd());
      host.world.network.send(id, 'server', { kind: 'bytes', text: page, bytes: page.length });
      end(host.world, state, id);
      return;
    }
    if (parsed === 'incomplete') return;
    connection.text = connection.text.slice(parsed.length);
    connection.requests.push(parsed.request);
    if (connection.requests.length === 1) admit(host, pid, state, id);
  }
}
function end(world: World, state: AppState, id: number): void {
  world.network.close(id, 'server');
  state.connections.delete(id);
}

// ---------------------------------------------------------------- requests
const isHealth = (request: HttpRequest): boolean => request.target.startsWith('/health');

function admit(host: Host, pid: number, state: AppState, id: number): void {
  const request = state.connections.get(id)?.requests[0];
  if (request === undefined) return;
  if (state.controlFile !== '') {
    const text = host.fs.readFile(state.controlFile, ROOT);
    state.controls = text instanceof FileError ? {} : parseControls(text);
  }
  if (state.working >= state.configuration.concurrency) {
    state.queue.push(id);
    if (request.trace !== 0)
      tell(
        host,
        state,
        request,
        'queue',
        `${state.configuration.concurrency} requests are under work: it waits`,
        'wait',
      );
    return;
  }
  state.working += 1;
  const health = isHealth(request);
  const page = state.configuration.pages.find(({ path }) => request.target.startsWith(path));
  const delay = health || page === undefined ? delayFor(state, health) : page.delay;
  if (state.configuration.depends !== undefined && !health) ask(host, pid, state, id, request);
  else if (delay > 0) plan(host, pid, id, host.world.kernel.now + delay, true);
  else work(host, pid, state, id);
}
function waited(host: Host, pid: number, id: number): void {
  const state = stateOf(host, pid);
  if (state !== undefined) work(host, pid, state, id);
}
/** Another service is asked first; its answer decides what ours can be. */
function ask(host: Host, pid: number, { configuration }: AppState, id: number, request: HttpRequest): void {
  host.world.network.resolve(host, {
    pid,
    name: configuration.depends?.host ?? '',
    on: { name: NAME, pid, data: { c: id, trace: request.trace } },
  });
}
function named(
  host: Host,
  pid: number,
  { c, trace }: { c: number; trace: number },
  ip: number | undefined,
): void {
  const configuration = stateOf(host, pid)?.configuration;
  const depends = configuration?.depends;
  if (configuration === undefined || depends === undefined) return;
  if (ip === undefined) {
    asked(host, pid, c, 502);
    return;
  }
  startRequest(
    host,
    pid,
    {
      ip,
      port: depends.port,
      host: depends.host,
      target: depends.path,
      method: 'GET',
      headers: [['Connection', 'close']],
      body: '',
      connectTimeout: configuration.dependsTimeout,
      timeout: configuration.dependsTimeout,
      bindIp: undefined,
      trace,
    },
    { name: ASKED, pid, data: { c } },
  );
}
function asked(host: Host, pid: number, id: number, status: number): void {
  const state = stateOf(host, pid);
  if (state === undefined) return;
  if (status >= 500) state.asked.set(id, status === 504 ? 504 : 502);
  work(host, pid, state, id);
}
/** The processor's part: it ends when the cores of the host have done it. */
function work(host: Host, pid: number, state: AppState, id: number): void {
  plan(host, pid, id, host.compute(pid, state.configuration.processor), false);
}

function answer(world: World, host: Host, pid: number, id: number): void {
  const state = stateOf(host, pid);
  if (state === undefined) return;
  state.working -= 1;
  state.served += 1;
  if (state.configuration.leak > 0) useMemory(host, pid, state.configuration.leak);
  const connection = state.connections.get(id);
  const request = connection?.requests.shift();
  if (connection !== undefined && request !== undefined)
    respond(world, host, pid, state, id, connection, request);
  const next = state.queue.shift();
  if (next !== undefined) admit(host, pid, state, next);
}
function respond(
  world: World,
  host: Host,
  pid: number,
  state: AppState,
  id: number,
  connection: AppConnection,
  request: HttpRequest,
): void {
  const health = isHealth(request);
  log(host, pid, state, request, health, connection.peer);
  if (isOn(state.controls.abort) && !health) {
    world.network.reset(id, 'server');
    state.connections.delete(id);
    return;
  }
  const session = health ? undefined : sessionOf(state, request);
  const said = state.asked.get(id) ?? (session?.isLost === true ? 403 : statusFor(state, health));
  state.asked.delete(id);
  const status = said >= 400 || keepOrder(host, pid, state, request) ? said : 500;
  let message = responseTo(host, state, request, status, connection.peer);
  if (session?.given !== undefined)
    message = {
      ...message,
      headers: [...message.headers, ['Set-Cookie', `${SESSION}=${session.given}; path=/`]],
      bytes: message.bytes + SESSION.length + session.given.length + 21,
    };
  if (request.trace !== 0)
    tell(
      host,
      state,
      request,
      'serve',
      `${state.configuration.name} answers ${message.status}`,
      message.status < 500 ? 'ok' : 'bad',
    );
  world.network.send(id, 'server', message);
  if (connection.closed || wantsClose(request)) {
    end(world, state, id);
    return;
  }
  if (connection.requests.length > 0) admit(host, pid, state, id);
}
/** An order is taken when it stands on the disk. False when it cannot be written there. */
function keepOrder(host: Host, pid: number, { configuration }: AppState, request: HttpRequest): boolean {
  const { orders } = configuration;
  const process = host.process(pid);
  if (orders === '' || request.method !== 'POST' || process === undefined) return true;
  const line = `${isoTime(host.clock())} ${request.target} ${request.body}\n`;
  const failed = host.fs.writeFile(orders, line, process, { append: true });
  if (failed === undefined) return true;
  print(host, pid, `cannot keep order: ${orders}: ${fileErrorText(failed.errno)}`);
  return false;
}
function fileErrorText(errno: string): string {
  switch (errno) {
    case 'ENOSPC':
      return 'No space left on device';
    case 'EROFS':
      return 'Read-only file system';
    case 'EACCES':
      return 'Permission denied';
    case 'ENOENT':
      return 'No such file or directory';
    default:
      return errno;
  }
}
const SESSION = 'SHOPSESSION';
/** A session lives in the memory of the server that gave it out: no other one knows it. */
function sessionOf(state: AppState, request: HttpRequest): { isLost: boolean; given?: string } | undefined {
  if (!state.configuration.sessions) return undefined;
  const cookies = header(request, 'cookie')?.split(/;\s*/) ?? [];
  const known = cookies.find((cookie) => cookie.startsWith(`${SESSION}=`))?.slice(SESSION.length + 1);
  const isLost = known !== undefined && known !== '' && !state.sessions.has(known);
  if (known !== undefined && known !== '' && !isLost) return { isLost };
  // Whoever comes with a lost session is refused this once, and begins anew.
  const given = `${state.configuration.name}-${state.served}`;
  state.sessions.add(given);
  return { isLost, given };
}
function wantsClose(request: HttpRequest): boolean {
  const said = header(request, 'connection')?.toLowerCase() ?? '';
  return request.version === '1.0' ? said !== 'keep-alive' : said === 'close';
}
function header(request: HttpRequest, wanted: string): string | undefined {
  for (const [name, value] of request.headers)
    if (name.length === wanted.length && name.toLowerCase() === wanted) return value;
  return undefined;
}
function log(
  host: Host,
  pid: number,
  state: AppState,
  request: HttpRequest,
  health: boolean,
  peer: number,
): void {
  const { configuration, controls } = state;
  if (isOn(controls.log_health) && health) print(host, pid, `health from ${formatIPv4(peer)}`);
  if (isOn(controls.log) && !health) print(host, pid, `${request.method} ${request.target}`);
  if (configuration.accessLog)
    print(host, pid, `${formatIPv4(peer)} "${request.method} ${request.target}" ${statusFor(state, health)}`);
}
function print(host: Host, pid: number, text: string): void {
  host.daemonContext(pid)?.print('stdout', `${text}\n`);
}
function tell(
  host: Host,
  state: AppState,
  request: HttpRequest,
  what: string,
  text: string,
  outcome: 'ok' | 'wait' | 'bad',
): void {
  const key = what === 'queue' ? 'concurrency' : isHealth(request) ? 'health_status' : 'status';
  const line = state.configuration.lines.get(key);
  host.world.hop(
    request.trace,
    template(host.name, state.path, line, what, text, outcome),
    host.world.kernel.now,
  );
}
/** Hops without their instants: few of them, told again and again. */
const hops = new Map<string, Hop>();
function template(
  host: string,
  path: string,
  line: number | undefined,
  what: string,
  text: string,
  outcome: Hop['outcome'],
): Hop {
  const key = `${host} ${what} ${text} ${line ?? ''}`;
  const known = hops.get(key);
  if (known !== undefined) return known;
  const made: Hop = {
    at: 0,
    host,
    what,
    text,
    verdict: what,
    outcome,
    ...(line === undefined ? {} : { line: { path, line } }),
  };
  if (hops.size > 1_000) hops.clear();
  hops.set(key, made);
  return made;
}

// ---------------------------------------------------------------- the answer
const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  204: 'No Content',
  301: 'Moved Permanently',
  302: 'Found',
  304: 'Not Modified',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};
/** What an answer is made from. */
interface Ingredients {
  name: string;
  status: number;
  date: string;
  forwarded: string | undefined;
  peer: number;
  isHead: boolean;
}
/** The answers that were made last, without a trace: within a second they are the same for all who ask the same way. */
const answers: { of: Ingredients; message: HttpResponse }[] = [];
const MOST_ANSWERS = 8;
let oldestAnswer = 0;
/** Nobody may change it. */
function responseTo(
  host: Host,
  state: AppState,
  request: HttpRequest,
  status: number,
  peer: number,
): HttpResponse {
  const { name } = state.configuration;
  const date = httpDate(host.clock());
  const forwarded = header(request, 'x-forwarded-for');
  const isHead = request.method === 'HEAD';
  const { trace } = request;
  for (const { of, message } of answers)
    if (
      of.date === date &&
      of.peer === peer &&
      of.name === name &&
      of.status === status &&
      of.forwarded === forwarded &&
      of.isHead === isHead
    )
      return trace === 0 ? message : { ...message, trace };
  const of = { name, status, date, forwarded, peer, isHead };
  const message = makeResponse(of);
  answers[oldestAnswer] = { of, message };
  oldestAnswer = (oldestAnswer + 1) % MOST_ANSWERS;
  return trace === 0 ? message : { ...message, trace };
}
function makeResponse({ name, status, date, forwarded, peer, isHead }: Ingredients): HttpResponse {
  const body = status === 200 ? `${name} OK\n` : `${name} status ${status}\n`;
  const headers: [string, string][] = [
    ['Server', 'shop/1.4'],
    ['Date', date],
    ['Content-Type', 'text/plain'],
    ['Content-Length', String(body.length)],
    ['X-Served-By', name],
  ];
  if (forwarded !== undefined) headers.push(['X-Saw-XFF', forwarded]);
  headers.push(['X-Peer', formatIPv4(peer)]);
  const reason = REASONS[status] ?? '';
  const sent = isHead ? '' : body;
  let bytes = 17 + reason.length + sent.length;
  for (const [key, value] of headers) bytes += key.length + value.length + 4;
  return {
    kind: 'response',
    trace: 0,
    status,
    reason,
    version: '1.1',
    headers,
    body: sent,
    bytes,
  };
}
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (value: number): string => (value < 10 ? `0${value}` : String(value));
function isoTime(clock: number): string {
  const at = civilFromMicros(clock);
  return `${at.year}-${two(at.month)}-${two(at.day)}T${two(at.hour)}:${two(at.minute)}:${two(at.second)}Z`;
}
/** The second that was formatted last. */
let knownSecond = -1;
let knownDate = '';
function httpDate(clock: number): string {
  const second = Math.floor(clock / 1_000_000);
  if (second !== knownSecond) {
    const at = civilFromMicros(second * 1_000_000);
    const weekday = (Math.floor(second / 86_400) + 4) % 7;
    knownDate = `${DAYS[weekday] ?? ''}, ${two(at.day)} ${MONTHS[at.month - 1] ?? ''} ${at.year} ${two(at.hour)}:${two(at.minute)}:${two(at.second)} GMT`;
    knownSecond = second;
  }
  return knownDate;
}
