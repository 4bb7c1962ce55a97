/** curl's connections: how they are opened, what is said of them, how they end; they stay open between the URLs of one call. */
import { headerLine } from '../../../protocols/proxy-protocol/header';
import type { Micros } from '../../../std/instant';
import { formatIPv4, parseIPv4 } from '../../../std/ipv4';
import { textOf } from '../../../world/message-text';
import type { HttpRequest } from '../../../world/network.contract';
import type { ProgramContext, Wait, Wake } from '../../../world/process.contract';
import type { SecureSocketEvent } from '../../../world/tls.contract';
import { errnoText } from '../../host-names';
import { Mailbox } from '../../mailbox';
import { connectUnix } from '../unix-socket';
import type { CurlCall } from './call';
import type { Meter } from './meter';
import { Names } from './names';
import { proxyFor, type Proxy } from './proxy';
import { rawResponse } from './raw-answer';
import { connectRequest } from './request';
import { secure, type SecureLine, tellSteps } from './secure';
import type { Trouble } from './trust';
import type { Url } from './url';
import type { Verbose } from './verbose';
import { headText, type TransferFacts } from './write-out';

/** A transfer ended badly: curl's error code and message. */
export class CurlError extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

/** A connection of one call. */
export interface Pooled {
  key: string;
  /** The host as messages name it. */
  shown: string;
  connection: number;
  number: number;
  ip: number;
  box: Mailbox;
  open: boolean;
  /** Over https. */
  secured: SecureLine | undefined;
  /** Of HTTP/2, counted in twos. */
  streams: number;
  /** An answer came over it. */
  isKept: boolean;
  /** What a request goes through, which is then written out whole. */
  proxy: Proxy | undefined;
  /** Of a UNIX socket: everything is bytes. */
  isUnix: boolean;
}

/** The connections of one call. */
export class Connections {
  readonly #pool: Pooled[] = [];
  readonly #names: Names;
  /** What is done, and said, when the meter has come to its end. */
  #afterwards: (() => Generator<Wait, void, Wake>)[] = [];
  #next = 0;

  constructor(
    private readonly context: ProgramContext,
    private readonly call: CurlCall,
    private readonly verbose: Verbose,
    private readonly meter: Meter,
  ) {
    this.#names = new Names(context, call, verbose, meter);
  }

  /** One that was opened with this key and still stands. */
  kept(key: string): Pooled | undefined {
    return this.#pool.find((pooled) => pooled.key === key && this.#isOpen(pooled));
  }
  /** Does something when the meter has come to its end. */
  afterwards(act: () => Generator<Wait, void, Wake>): void {
    this.#afterwards.push(act);
  }
  /** Nothing is to be done or said any more. */
  forgetAfterwards(): void {
    this.#afterwards = [];
  }
  /** The end of a transfer: its connection stays open or is closed. */
  *settle(): Generator<Wait, void, Wake> {
    const waiting = this.#afterwards;
    this.#afterwards = [];
    for (const act of waiting) yield* act();
  }
  /** What is still open ends, the oldest first. */
  end(): void {
    for (const pooled of this.#pool)
      if (this.#isOpen(pooled)) this.context.world.network.close(pooled.connection, 'client');
  }
  #isOpen(pooled: Pooled): boolean {
    for (let item = pooled.box.take(); item !== undefined; item = pooled.box.take()) {
      const event = item.event as SecureSocketEvent;
      if (event.type === 'closed' || event.type === 'failed') pooled.open = false;
    }
    return pooled.open;
  }

  /**
   * A new connection to whom the URL, a proxy or --connect-to names, with TLS for https.
   * @param key what `kept` finds it by
   * @throws CurlError when it does not come about
   */
  *open(
    url: Url,
    key: string,
    facts: TransferFacts,
    deadline: Micros | undefined,
  ): Generator<Wait, Pooled, Wake> {
    const { context, call } = this;
    const { kernel, world, host } = context;
    const number = this.#next++;
    if (call.unixSocket !== undefined)
      return yield* this.#connectUnix(url, key, call.unixSocket, number, facts);
    const proxy = proxyFor(url, { proxy: call.proxy, noProxy: call.noProxy, user: call.proxyUser }, (name) =>
      context.env.get(name),
    );
    if (proxy !== undefined && 'unsupported' in proxy)
      throw new CurlError(7, `not modelled: a proxy of the kind ${proxy.unsupported}`);
    if (proxy?.variable !== undefined)
      yield* this.verbose.say(
        `* Uses proxy env variable ${proxy.variable.name} == '${proxy.variable.value}'\n`,
      );
    const moved = call.connectTo.find(
      (rule) =>
        (rule.host === '' || rule.host === url.host) && (rule.port === '' || Number(rule.port) === url.port),
    );
    const target = proxy?.host ?? (moved === undefined || moved.toHost === '' ? url.host : moved.toHost);
    const port =
      proxy?.port ?? (moved === undefined || moved.toPort === '' ? url.port : Number(moved.toPort));
    // Vendor: curl 7.88 has no name to tell of a host that --connect-to gives.
    const shown = proxy?.host ?? (moved === undefined || moved.toHost === '' ? url.host : '(nil)');
    const named = proxy?.host ?? url.host;
    if (moved !== undefined)
      yield* this.verbose.say(`* Connecting to hostname: ${target}\n* Connecting to port: ${port}\n`);
    const found = target.includes(':')
      ? yield* this.#tryIpv6(target, port)
      : yield* this.#names.addresses(target, port, {
          kind: proxy === undefined ? 'host' : 'proxy',
          deadline,
        });
    if ('code' in found) throw yield* this.given(found.code, found.message, number);
    facts.resolvedAt = kernel.now;
    const bind = yield* this.#bindTo(number);
    const limit =
      call.connectTimeout === undefined || call.connectTimeout === 0
        ? undefined
        : kernel.now + Math.round(call.connectTimeout * 1_000_000);
    const until = limit === undefined ? deadline : deadline === undefined ? limit : Math.min(limit, deadline);
    for (const ip of found) {
      const startedAt = kernel.now;
      const box = new Mailbox(context);
      yield* this.verbose.say(`*   Trying ${formatIPv4(ip)}:${port}...\n`);
      const trace = world.startTrace(`curl ${url.scheme}://${url.host}${url.path}`);
      const connection = world.network.connect(host, {
        pid: context.pid,
        ip,
        port,
        on: box.on('socket'),
        trace,
        ...bind,
        ...(call.localPort === undefined ? {} : { bindPort: call.localPort }),
      });
      const received = yield* box.next(until === undefined ? undefined : until + 2_000);
      if (received.kind === 'item') {
        const event = received.event as SecureSocketEvent;
        if (event.type === 'connected') {
          facts.connectedAt = kernel.now;
          facts.connects++;
          yield* this.verbose.say(`* Connected to ${shown} (${formatIPv4(ip)}) port ${port} (#${number})\n`);
          const pooled: Pooled = {
            key,
            shown,
            connection,
            number,
            ip,
            box,
            open: true,
            secured: undefined,
            streams: 0,
            isKept: false,
            proxy,
            isUnix: false,
          };
          if (call.haproxyProtocol) this.#sayWhoAsks(connection);
          if (proxy !== undefined && url.scheme === 'https')
            yield* this.#tunnel(pooled, url, proxy, deadline);
          if (url.scheme === 'https') yield* this.#secure(pooled, url, facts, { until, limit, deadline });
          this.#pool.push(pooled);
          return pooled;
        }
        if (event.type === 'failed') {
          // What the kernel refuses by itself comes out of connect(2).
          const isImmediate = kernel.now === startedAt && event.errno !== 'ECONNREFUSED';
          yield* this.verbose.say(
            isImmediate
              ? `* Immediate connect fail for ${formatIPv4(ip)}: ${errnoText(event.errno)}\n`
              : `* connect to ${formatIPv4(ip)} port ${port} failed: ${errnoText(event.errno)}\n`,
          );
          if (event.errno === 'EADDRNOTAVAIL')
            throw yield* this.given(45, `bind failed with errno 99: ${errnoText(event.errno)}`, number);
        }
        box.close();
        continue;
      }
      world.network.reset(connection, 'client');
      box.close();
      const elapsed = Math.floor((kernel.now - facts.startedAt) / 1_000);
      if (limit !== undefined && (deadline === undefined || limit < deadline)) {
        yield* this.verbose.say(
          `* ipv4 connect timeout after ${Math.floor((limit - facts.startedAt) / 1_000)}ms, move on!\n`,
        );
        throw yield* this.given(
          28,
          `Failed to connect to ${named} port ${port} after ${elapsed} ms: Timeout was reached`,
          number,
        );
      }
      throw yield* this.given(28, `Connection timed out after ${elapsed - 1} milliseconds`, number);
    }
    const elapsed = Math.floor((kernel.now - facts.startedAt) / 1_000);
    throw yield* this.given(
      7,
      `Failed to connect to ${named} port ${port} after ${elapsed} ms: Couldn't connect to server`,
      number,
    );
  }
  /** Not modelled: connections over IPv6. What has no listener refuses; other addresses have no route. */
  *#tryIpv6(host: string, port: number): Generator<Wait, Trouble, Wake> {
    const { context, meter, verbose, call } = this;
    const bare = host.replace(/^\[|\]$/g, '');
    yield* meter.begin();
    if (call.family === 4) return { code: 7, message: "Couldn't connect to server" };
    yield* verbose.say(`*   Trying [${bare}]:${port}...\n`);
    if (bare === '::1') {
      const listens = context.world.network
        .listeners(context.host)
        .some((one) => one.port === port && (one.six || one.dual));
      if (listens) return { code: 7, message: 'not modelled: connections over IPv6' };
      yield* verbose.say(`* connect to ${bare} port ${port} failed: Connection refused\n`);
    } else yield* verbose.say(`* Immediate connect fail for ${bare}: Network is unreachable\n`);
    return {
      code: 7,
      message: `Failed to connect to ${bare} port ${port} after 0 ms: Couldn't connect to server`,
    };
  }
  /** `--unix-socket` */
  *#connectUnix(
    url: Url,
    key: string,
    path: string,
    number: number,
    facts: TransferFacts,
  ): Generator<Wait, Pooled, Wake> {
    const { context, verbose } = this;
    yield* this.meter.begin();
    yield* verbose.say(`*   Trying ${path}:0...\n`);
    const opened = connectUnix(context, path);
    if (typeof opened === 'string') {
      yield* verbose.say(`* Immediate connect fail for ${path}: ${errnoText(opened)}\n`);
      throw yield* this.given(
        7,
        `Failed to connect to ${url.host} port ${url.port} after 0 ms: Couldn't connect to server`,
        number,
      );
    }
    const { connection, box } = opened;
    yield* box.next();
    facts.connectedAt = context.kernel.now;
    facts.connects++;
    yield* verbose.say(`* Connected to ${url.host} (${path}) port ${url.port} (#${number})\n`);
    const pooled: Pooled = {
      key,
      shown: url.host,
      connection,
      number,
      ip: 0,
      box,
      open: true,
      secured: undefined,
      streams: 0,
      isKept: false,
      proxy: undefined,
      isUnix: true,
    };
    if (url.scheme === 'https') throw new CurlError(35, 'not modelled: https over a UNIX socket');
    this.#pool.push(pooled);
    return pooled;
  }
  /** A proxy is asked for a way to the server (RFC 9110 §9.3.6). */
  *#tunnel(
    pooled: Pooled,
    { host, port }: Url,
    proxy: Proxy,
    deadline: Micros | undefined,
  ): Generator<Wait, void, Wake> {
    const { context, call, verbose } = this;
    const message = connectRequest(call, `${host}:${port}`, proxy);
    yield* verbose.say(
      `* allocate connect buffer\n* Establish HTTP proxy tunnel to ${host}:${port}\n${requestLines(message)}`,
    );
    context.world.network.send(pooled.connection, 'client', message);
    for (;;) {
      const received = yield* pooled.box.next(deadline === undefined ? undefined : deadline + 1_000);
      if (received.kind !== 'item')
        throw yield* this.ended(pooled, 28, 'Proxy CONNECT aborted due to timeout');
      const event = received.event as SecureSocketEvent;
      if (event.type === 'failed' || event.type === 'closed')
        throw yield* this.ended(pooled, 56, 'Proxy CONNECT aborted');
      if (event.type !== 'message') continue;
      const answer = event.message.kind === 'response' ? event.message : rawResponse(textOf(event.message));
      yield* verbose.say(
        headText(answer)
          .split('\r\n')
          .slice(0, -1)
          .map((line) => `< ${line}\r\n`)
          .join(''),
      );
      if (answer.status >= 300 || answer.status < 200)
        throw yield* this.ended(pooled, 56, `CONNECT tunnel failed, response ${answer.status}`);
      yield* verbose.say(
        `* CONNECT phase completed!\n* CONNECT tunnel established, response ${answer.status}\n`,
      );
      return;
    }
  }
  /** `--haproxy-protocol` */
  #sayWhoAsks(connection: number): void {
    const { network } = this.context.world;
    const own = network.connection(connection, 'client');
    if (own === undefined) return;
    const text = headerLine({
      sourceIp: own.localIp,
      sourcePort: own.localPort,
      destinationIp: own.peerIp,
      destinationPort: own.peerPort,
    });
    network.send(connection, 'client', { kind: 'bytes', text, bytes: text.length });
  }
  *#secure(
    pooled: Pooled,
    url: Url,
    facts: TransferFacts,
    times: { until: Micros | undefined; limit: Micros | undefined; deadline: Micros | undefined },
  ): Generator<Wait, void, Wake> {
    const { context, call, verbose } = this;
    const { connection, box, number } = pooled;
    const made = yield* secure({
      context,
      call,
      verbose,
      box,
      connection,
      host: url.host,
      port: url.port,
      until: times.until === undefined ? undefined : times.until + 1_000,
      judged: (code) => (facts.verifyResult = code),
    });
    if (typeof made === 'object' && 'info' in made) {
      pooled.secured = made;
      facts.securedAt = context.kernel.now;
      const { alpn } = made.info;
      if (alpn === 'h2') yield* verbose.record('}');
      yield* verbose.say(`* using HTTP/${alpn === 'h2' ? '2' : alpn === 'http/1.1' ? '1.1' : '1.x'}\n`);
      return;
    }
    const isLimit =
      times.limit !== undefined && (times.deadline === undefined || times.limit < times.deadline);
    const elapsed = Math.floor((context.kernel.now - facts.startedAt) / 1_000);
    const trouble =
      made === 'timeout'
        ? {
            code: 28,
            message: isLimit
              ? 'SSL connection timeout'
              : `Connection timed out after ${elapsed} milliseconds`,
          }
        : made;
    if (made === 'timeout') yield* verbose.say(`* ${trouble.message}\n`);
    this.#afterwards.push(
      function* (this: Connections) {
        yield* verbose.say(`* Closing connection ${number}\n`);
        if (typeof made === 'object' && made.unread === true)
          context.world.network.reset(connection, 'client');
        else yield* this.hangUp(pooled);
        if (trouble.code === 77) yield* verbose.say(`* ${trouble.message}\n`);
      }.bind(this),
    );
    throw new CurlError(trouble.code, trouble.message);
  }
  /** Closes a connection; over TLS it says so first. */
  *hangUp(pooled: Pooled): Generator<Wait, void, Wake> {
    const { network } = this.context.world;
    const { connection } = pooled;
    const steps = network.tls.steps(connection, 'client');
    const before = steps.length;
    network.close(connection, 'client');
    pooled.open = false;
    if (pooled.secured === undefined) yield* tellSteps(this.verbose, steps.slice(before));
    else yield* this.news(pooled);
  }
  /** Says why, and that the connection is closed, and closes it; the caller throws what it gets. */
  *ended(pooled: Pooled, code: number, message: string): Generator<Wait, CurlError, Wake> {
    yield* this.verbose.say(`* ${message}\n`);
    this.closesLater(pooled);
    return new CurlError(code, message);
  }
  closesLater(pooled: Pooled): void {
    this.#afterwards.push(
      function* (this: Connections) {
        yield* this.verbose.say(`* Closing connection ${pooled.number}\n`);
        if (pooled.open) yield* this.hangUp(pooled);
      }.bind(this),
    );
  }
  /** Messages of TLS that came since the last time; `until` an alert, which comes behind an answer. */
  *news({ secured }: Pooled, until?: 'alert'): Generator<Wait, void, Wake> {
    if (secured === undefined) return;
    for (const step of secured.info.steps.slice(secured.told)) {
      if (step.message === until) return;
      yield* this.verbose.step(step);
      secured.told++;
      const tickets = secured.info.steps.slice(0, secured.told);
      if (
        step.message === 'new_session_ticket' &&
        tickets.filter(({ message }) => message === step.message).length > 1
      )
        yield* this.verbose.say('* old SSL session ID is stale, removing\n');
    }
  }

  /** Says why and that the connection is closed; the caller throws it. */
  *given(code: number, message: string, number: number): Generator<Wait, CurlError, Wake> {
    yield* this.verbose.say(`* ${message}\n`);
    this.#afterwards.push(() => this.verbose.say(`* Closing connection ${number}\n`));
    return new CurlError(code, message);
  }

  *#bindTo(number: number): Generator<Wait, { bindIp?: number; device?: string }, Wake> {
    const { interface: wanted } = this.call;
    if (wanted === undefined) return {};
    const ip = parseIPv4(wanted.replace(/^host!/, ''));
    if (ip !== undefined) {
      yield* this.verbose.say(
        `* Name '${wanted}' family 2 resolved to '${wanted}' family 2\n* Local port: ${this.call.localPort ?? 0}\n`,
      );
      return { bindIp: ip };
    }
    const name = wanted.replace(/^if!/, '');
    const device = this.context.host.state.interfaces.get(name);
    if (device === undefined) throw yield* this.given(45, `Couldn't bind to '${wanted}'`, number);
    const [first] = device.addresses;
    return first === undefined ? { device: name } : { bindIp: first.ip, device: name };
  }
}

/** A request as `-v` shows it. */
export function requestLines({ method, target, version, headers }: HttpRequest): string {
  return [
    `${method} ${target} HTTP/${version}`,
    ...headers.map(([name, text]) => (text === '' ? `${name}:` : `${name}: ${text}`)),
    '',
  ]
    .map((line) => `> ${line}\r\n`)
    .join('');
}
