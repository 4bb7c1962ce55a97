/** One HTTP exchange of curl: name, connection, request, answer; each of them within its time. */
import { byteLength } from '../../../std/bytes';
import type { Micros } from '../../../std/instant';
import { formatIPv4, parseIPv4 } from '../../../std/ipv4';
import type { HttpRequest, HttpResponse, SocketEvent } from '../../../world/network.contract';
import type { ProgramContext, Wait, Wake } from '../../../world/process.contract';
import { errnoText, lookUpName } from '../../host-names';
import { Mailbox, type Received } from '../../mailbox';
import type { CurlCall } from './call';
import type { Cookies } from './cookies';
import type { Url } from './url';
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
interface Pooled {
  key: string;
  connection: number;
  number: number;
  ip: number;
  box: Mailbox;
  open: boolean;
}
export type Say = (line: string) => Generator<Wait, void, Wake>;

/** Connections that stay open between the URLs of one call. */
export class Exchanges {
  readonly #pool: Pooled[] = [];
  #next = 0;

  constructor(
    private readonly context: ProgramContext,
    private readonly call: CurlCall,
    private readonly cookies: Cookies,
    private readonly say: Say,
  ) {}

  *run(
    url: Url,
    request: { method: string; body: string | undefined },
    facts: TransferFacts,
    deadline: Micros | undefined,
  ): Generator<Wait, HttpResponse, Wake> {
    const { kernel } = this.context;
    const key = `${url.host}:${url.port}`;
    const known = this.#pool.find((pooled) => pooled.key === key && this.#isOpen(pooled));
    if (known !== undefined) {
      yield* this.say(
        `* Found bundle for host: 0x55d0c8a3e4b0 [serially]\n* Can not multiplex, even if we wanted to\n* Re-using existing connection #${known.number} with host ${url.host}\n`,
      );
      facts.resolvedAt = facts.connectedAt = kernel.now;
    }
    const pooled = known ?? (yield* this.#connect(url, key, facts, deadline));
    facts.remoteIp = pooled.ip;
    facts.remotePort = url.port;
    const info = this.context.world.network.connection(pooled.connection);
    facts.localIp = info?.localIp ?? 0;
    facts.localPort = info?.localPort ?? 0;
    return yield* this.#ask(pooled, url, request, facts, deadline);
  }

  #isOpen(pooled: Pooled): boolean {
    for (let item = pooled.box.take(); item !== undefined; item = pooled.box.take()) {
      const event = item.event as SocketEvent;
      if (event.type === 'closed' || event.type === 'failed') pooled.open = false;
    }
    return pooled.open;
  }

  // ---------------------------------------------------------------- connecting
  *#connect(
    url: Url,
    key: string,
    facts: TransferFacts,
    deadline: Micros | undefined,
  ): Generator<Wait, Pooled, Wake> {
    const { context, call } = this;
    const { kernel, world, host } = context;
    const number = this.#next++;
    const moved = call.connectTo.find(
      (rule) =>
        (rule.host === '' || rule.host === url.host) && (rule.port === '' || Number(rule.port) === url.port),
    );
    const target = moved === undefined || moved.toHost === '' ? url.host : moved.toHost;
    const port = moved === undefined || moved.toPort === '' ? url.port : Number(moved.toPort);
    const addresses = yield* this.#resolve(target, port, number, deadline);
    facts.resolvedAt = kernel.now;
    const bind = yield* this.#bindTo(number);
    const limit =
      call.connectTimeout === undefined || call.connectTimeout === 0
        ? undefined
        : kernel.now + Math.round(call.connectTimeout * 1_000_000);
    const until = limit === undefined ? deadline : deadline === undefined ? limit : Math.min(limit, deadline);
    for (const ip of addresses) {
      const box = new Mailbox(context);
      yield* this.say(`*   Trying ${formatIPv4(ip)}:${port}...\n`);
      const trace = world.startTrace(`curl ${url.scheme}://${url.host}${url.path}`);
      const connection = world.network.connect(host, {
        pid: context.pid,
        ip,
        port,
        on: box.on('socket'),
        trace,
        ...bind,
      });
      const received = yield* box.next(until === undefined ? undefined : until + 2_000);
      if (received.kind === 'item') {
        const event = received.event as SocketEvent;
        if (event.type === 'connected') {
          facts.connectedAt = kernel.now;
          facts.connects++;
          yield* this.say(`* Connected to ${url.host} (${formatIPv4(ip)}) port ${port} (#${number})\n`);
          const pooled = { key, connection, number, ip, box, open: true };
          this.#pool.push(pooled);
          return pooled;
        }
        if (event.type === 'failed') {
          yield* this.say(`* connect to ${formatIPv4(ip)} port ${port} failed: ${errnoText(event.errno)}\n`);
          if (event.errno === 'EADDRNOTAVAIL')
            throw yield* this.#given(45, `bind failed with errno 99: ${errnoText(event.errno)}`, number);
        }
        box.close();
        continue;
      }
      world.network.reset(connection, 'client');
      box.close();
      const elapsed = Math.floor((kernel.now - facts.startedAt) / 1_000);
      if (limit !== undefined && (deadline === undefined || limit < deadline)) {
        yield* this.say(
          `* ipv4 connect timeout after ${Math.floor((limit - facts.startedAt) / 1_000)}ms, move on!\n* Failed to connect to ${url.host} port ${port} after ${elapsed} ms: Timeout was reached\n* Closing connection ${number}\n`,
        );
        throw new CurlError(
          28,
          `Failed to connect to ${url.host} port ${port} after ${elapsed} ms: Timeout was reached`,
        );
      }
      throw yield* this.#given(28, `Connection timed out after ${elapsed - 1} milliseconds`, number);
    }
    const elapsed = Math.floor((kernel.now - facts.startedAt) / 1_000);
    throw yield* this.#given(
      7,
      `Failed to connect to ${url.host} port ${port} after ${elapsed} ms: Couldn't connect to server`,
      number,
    );
  }
  /** Says why and that the connection is closed; the caller throws it. */
  *#given(code: number, message: string, number: number): Generator<Wait, CurlError, Wake> {
    yield* this.say(`* ${message}\n* Closing connection ${number}\n`);
    return new CurlError(code, message);
  }

  *#resolve(
    name: string,
    port: number,
    number: number,
    deadline: Micros | undefined,
  ): Generator<Wait, readonly number[], Wake> {
    const bare = name.replace(/^\[|\]$/g, '');
    for (const entry of this.call.resolve) {
      if (entry.port !== port || (entry.host !== '*' && entry.host.toLowerCase() !== bare.toLowerCase()))
        continue;
      yield* this.say(
        `* Added ${entry.host}:${entry.port}:${entry.address} to DNS cache\n* Hostname ${bare} was found in DNS cache\n`,
      );
      const addresses = entry.address
        .split(',')
        .map(parseIPv4)
        .filter((address) => address !== undefined);
      if (addresses.length > 0) return addresses;
    }
    const found = yield* lookUpName(this.context, bare, {
      quick: true,
      ...(deadline === undefined ? {} : { until: deadline }),
    });
    if (typeof found !== 'string')
      return found.addresses.map((address) => (address === 0 ? 0x7f000001 : address));
    if (found === 'interrupted')
      throw yield* this.#given(
        28,
        `Resolving timed out after ${Math.floor((this.call.maxTime ?? 0) * 1_000) + 1} milliseconds`,
        number,
      );
    throw yield* this.#given(6, `Could not resolve host: ${bare}`, number);
  }

  *#bindTo(number: number): Generator<Wait, { bindIp?: number; device?: string }, Wake> {
    const { interface: wanted } = this.call;
    if (wanted === undefined) return {};
    const ip = parseIPv4(wanted.replace(/^host!/, ''));
    if (ip !== undefined) return { bindIp: ip };
    const name = wanted.replace(/^if!/, '');
    const device = this.context.host.state.interfaces.get(name);
    if (device === undefined) throw yield* this.#given(45, `Couldn't bind to '${wanted}'`, number);
    const [first] = device.addresses;
    return first === undefined ? { device: name } : { bindIp: first.ip, device: name };
  }

  // ---------------------------------------------------------------- asking
  *#ask(
    pooled: Pooled,
    url: Url,
    request: { method: string; body: string | undefined },
    facts: TransferFacts,
    deadline: Micros | undefined,
  ): Generator<Wait, HttpResponse, Wake> {
    const { context, call } = this;
    const { network } = context.world;
    const message = this.#message(url, request);
    facts.requestedAt = context.kernel.now;
    facts.requestBytes = message.bytes - byteLength(message.body);
    facts.uploadBytes = byteLength(message.body);
    yield* this.say(
      [
        `${message.method} ${message.target} HTTP/${message.version}`,
        ...message.headers.map(([name, text]) => `${name}: ${text}`),
        '',
      ]
        .map((line) => `> ${line}\n`)
        .join(''),
    );
    if (message.body !== '' && context.stdout.tty === undefined)
      yield* this.say(`} [${facts.uploadBytes} bytes data]\n`);
    network.send(pooled.connection, 'client', message);
    const collected = { text: '', answered: false };
    for (;;) {
      const received: Received = yield* pooled.box.next(
        deadline === undefined ? undefined : deadline + 1_000,
      );
      if (received.kind !== 'item') {
        network.reset(pooled.connection, 'client');
        pooled.open = false;
        const elapsed = Math.floor((context.kernel.now - facts.startedAt) / 1_000);
        throw yield* this.#given(
          28,
          `Operation timed out after ${elapsed} milliseconds with ${collected.text.length} bytes received`,
          pooled.number,
        );
      }
      const event = received.event as SocketEvent;
      if (event.type === 'failed') {
        pooled.open = false;
        throw yield* this.#given(56, `Recv failure: ${errnoText(event.errno)}`, pooled.number);
      }
      if (event.type === 'closed') {
        pooled.open = false;
        network.close(pooled.connection, 'client');
        if (collected.text !== '')
          return yield* this.#finish(pooled, url, rawResponse(collected.text), facts, call);
        throw yield* this.#given(52, 'Empty reply from server', pooled.number);
      }
      if (event.type !== 'message') continue;
      facts.answeredAt = context.kernel.now;
      if (event.message.kind === 'response')
        return yield* this.#finish(pooled, url, event.message, facts, call);
      if (event.message.kind === 'bytes') {
        collected.text += event.message.text;
        if (!'HTTP/'.startsWith(collected.text.slice(0, 5))) throw yield* this.#refuseRaw(pooled);
        const whole = completeRaw(collected.text);
        if (whole !== undefined) return yield* this.#finish(pooled, url, whole, facts, call);
      } else throw yield* this.#refuseRaw(pooled);
    }
  }
  *#refuseRaw(pooled: Pooled): Generator<Wait, CurlError, Wake> {
    this.context.world.network.close(pooled.connection, 'client');
    pooled.open = false;
    return yield* this.#given(1, 'Received HTTP/0.9 when not allowed', pooled.number);
  }

  *#finish(
    pooled: Pooled,
    url: Url,
    response: HttpResponse,
    facts: TransferFacts,
    call: CurlCall,
  ): Generator<Wait, HttpResponse, Wake> {
    const { context } = this;
    facts.response = response;
    for (const line of headText(response).split('\r\n').slice(0, -1)) {
      const cookie = /^set-cookie:\s*(.*)$/i.exec(line);
      if (cookie !== null) {
        const said = this.cookies.set(cookie[1] ?? '', url.host, url.path);
        if (call.cookieFiles.length + call.cookies.length > 0 || call.jar !== undefined)
          yield* this.say(said);
      }
      yield* this.say(`< ${line}\n`);
    }
    const keeps = pooled.open && staysOpen(response);
    if (response.body !== '' && !call.head && context.stdout.tty === undefined)
      yield* this.say(`{ [${byteLength(response.body)} bytes data]\n`);
    if (keeps) yield* this.say(`* Connection #${pooled.number} to host ${url.host} left intact\n`);
    else {
      yield* this.say(`* Closing connection ${pooled.number}\n`);
      if (pooled.open) context.world.network.close(pooled.connection, 'client');
      pooled.open = false;
    }
    return response;
  }

  #message(url: Url, { method, body }: { method: string; body: string | undefined }): HttpRequest {
    const { call } = this;
    const custom = call.headers
      .filter((header) => header.includes(':') || header.endsWith(';'))
      .map((header) => ({
        name: header.split(/[:;]/)[0] ?? '',
        value: header.includes(':') ? header.slice(header.indexOf(':') + 1).trim() : '',
        empty: header.endsWith(';') && !header.includes(':'),
      }));
    const replaced = new Set(custom.map((header) => header.name.toLowerCase()));
    const headers: [string, string][] = [];
    const add = (name: string, value: string): void => {
      if (!replaced.has(name.toLowerCase())) headers.push([name, value]);
    };
    const hostHeader = custom.find((header) => header.name.toLowerCase() === 'host');
    headers.push(['Host', hostHeader?.value ?? `${url.host}${url.explicitPort ? `:${url.port}` : ''}`]);
    const user = call.user ?? url.user;
    if (user !== undefined) add('Authorization', `Basic ${base64(user)}`);
    if (call.userAgent !== '') add('User-Agent', call.userAgent);
    add('Accept', '*/*');
    if (call.referer !== undefined) add('Referer', call.referer);
    const jar = this.cookies.header(url.host, url.path, url.scheme === 'https');
    const cookie = [jar, ...call.cookies].filter((part) => part !== '').join('; ');
    if (cookie !== '') add('Cookie', cookie);
    for (const header of custom)
      if (header.name.toLowerCase() !== 'host' && (header.value !== '' || header.empty))
        headers.push([header.name, header.value]);
    if (body !== undefined) {
      add('Content-Length', String(byteLength(body)));
      add('Content-Type', call.dataType ?? 'application/x-www-form-urlencoded');
    }
    const head = `${method} ${url.path} HTTP/${call.version}\r\n${headers.map(([name, text]) => `${name}: ${text}\r\n`).join('')}\r\n`;
    return {
      kind: 'request',
      trace: 0,
      method,
      target: url.path,
      version: call.version,
      headers,
      body: body ?? '',
      bytes: byteLength(head) + byteLength(body ?? ''),
    };
  }
}

function staysOpen(response: HttpResponse): boolean {
  const connection =
    response.headers.find(([name]) => name.toLowerCase() === 'connection')?.[1].toLowerCase() ?? '';
  if (connection.includes('close')) return false;
  return response.version !== '1.0' || connection.includes('keep-alive');
}

/** An answer typed by hand (nc -l): whole when its Content-Length is there. */
function completeRaw(text: string): HttpResponse | undefined {
  const end = text.search(/\r?\n\r?\n/);
  if (end < 0) return undefined;
  const response = rawResponse(text);
  const length = response.headers.find(([name]) => name.toLowerCase() === 'content-length')?.[1];
  return length !== undefined && byteLength(response.body) >= Number(length) ? response : undefined;
}
function rawResponse(text: string): HttpResponse {
  const match = /^([\s\S]*?)\r?\n\r?\n([\s\S]*)$/.exec(text);
  const [first = '', ...lines] = (match?.[1] ?? text).split(/\r?\n/);
  const status = /^HTTP\/(\S+) (\d+) ?(.*)$/.exec(first);
  const headers = lines.map((line): [string, string] => [
    line.split(':')[0] ?? '',
    line.slice(line.indexOf(':') + 1).trim(),
  ]);
  return {
    kind: 'response',
    trace: 0,
    status: Number(status?.[2] ?? 200),
    reason: status?.[3] ?? '',
    version: status?.[1] === '1.0' ? '1.0' : '1.1',
    headers,
    body: match?.[2] ?? '',
    bytes: text.length,
  };
}

/** RFC 4648 §4, for Basic authentication. */
function base64(text: string): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  let out = '';
  for (let i = 0; i < text.length; i += 3) {
    const [a, b, c] = [text.charCodeAt(i), text.charCodeAt(i + 1), text.charCodeAt(i + 2)];
    const word = (a << 16) | ((b || 0) << 8) | (c || 0);
    out += `${letters[word >> 18] ?? ''}${letters[(word >> 12) & 63] ?? ''}${i + 1 < text.length ? (letters[(word >> 6) & 63] ?? '') : '='}${i + 2 < text.length ? (letters[word & 63] ?? '') : '='}`;
  }
  return out;
}
