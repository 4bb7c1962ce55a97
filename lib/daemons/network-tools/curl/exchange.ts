/** curl's HTTP exchanges: request and answer, each of them within its time. */
import { decompress } from '../../../std/compress/formats';
import { zlibDecompress } from '../../../std/compress/zlib';
import { byteLength } from '../../../std/bytes';
import type { Micros } from '../../../std/instant';
import { textOf } from '../../../world/message-text';
import type { HttpRequest, HttpResponse, StreamError } from '../../../world/network.contract';
import type { ProgramContext, Wait, Wake } from '../../../world/process.contract';
import type { SecureSocketEvent } from '../../../world/tls.contract';
import { errnoText } from '../../host-names';
import type { Received } from '../../mailbox';
import type { CurlCall } from './call';
import { Connections, CurlError, type Pooled, requestLines } from './connections';
import type { Cookies } from './cookies';
import type { Meter } from './meter';
import { completeRaw, rawResponse } from './raw-answer';
import { requestOf } from './request';
import { opensslText } from './secure';
import type { Trouble } from './trust';
import { type Url, urlText } from './url';
import type { Verbose } from './verbose';
import { headText, type TransferFacts } from './write-out';

/** Bytes that are read at a time. */
const BUFFER = 16_384;
/** Before any answer: its server may have given it up at that moment, so a fresh one is tried. */
class KeptConnectionDied extends Error {}
/** HTTP/2: REFUSED_STREAM, nothing was done about the request. */
class StreamRefused extends Error {}
/** CONN_MAX_RETRIES of lib/transfer.c */
const MOST_RETRIES = 5;

/** The exchanges of one call. */
export class Exchanges {
  readonly #connections: Connections;
  /** Whose answer came last. */
  #last: Pooled | undefined;

  constructor(
    private readonly context: ProgramContext,
    private readonly call: CurlCall,
    private readonly cookies: Cookies,
    private readonly verbose: Verbose,
    private readonly meter: Meter,
  ) {
    this.#connections = new Connections(context, call, verbose, meter);
  }

  /** The transfer broke off: its connection is of no more use. */
  closeAfterwards(): void {
    const last = this.#last;
    this.#connections.forgetAfterwards();
    if (last !== undefined) this.#connections.closesLater(last);
  }
  /** The end of a transfer: its connection stays open or is closed. */
  *settle(): Generator<Wait, void, Wake> {
    yield* this.#connections.settle();
  }

  *run(
    url: Url,
    request: { method: string; body: string | undefined; from: number },
    facts: TransferFacts,
    deadline: Micros | undefined,
  ): Generator<Wait, HttpResponse, Wake> {
    const { kernel } = this.context;
    const key = `${url.scheme}://${url.host}:${url.port}`;
    let refused = 0;
    const known = this.#connections.kept(key);
    if (known !== undefined) {
      yield* this.verbose.say(
        `* Found bundle for host: 0x55d0c8a3e4b0 ${isHttp2(known) ? '[can multiplex]' : '[serially]\n* Can not multiplex, even if we wanted to'}\n* Re-using existing connection #${known.number} with host ${known.shown}\n`,
      );
      yield* this.meter.begin();
      facts.resolvedAt = facts.connectedAt = kernel.now;
      try {
        return yield* this.#ask(known, url, request, facts, deadline);
      } catch (error) {
        if (error instanceof StreamRefused) {
          refused = 1;
          yield* this.#again(known, refused);
        } else if (!(error instanceof KeptConnectionDied)) throw error;
        else
          yield* this.verbose.say(
            `* Connection died, retrying a fresh connect (retry count: 1)\n${request.body === undefined ? '' : '* state.rewindbeforesend = TRUE\n'}* Closing connection ${known.number}\n* Issue another request to this URL: '${urlText(url)}'\n`,
          );
      }
    }
    for (let retries = refused; ; retries++) {
      if (retries > MOST_RETRIES)
        throw new CurlError(56, `Connection died, tried ${MOST_RETRIES} times before giving up`);
      const pooled = yield* this.#connections.open(url, key, facts, deadline);
      try {
        return yield* this.#ask(pooled, url, request, facts, deadline);
      } catch (error) {
        if (!(error instanceof StreamRefused)) throw error;
        yield* this.#again(pooled, retries + 1);
      }
    }
  }
  *#again(pooled: Pooled, retries: number): Generator<Wait, void, Wake> {
    this.context.world.network.close(pooled.connection, 'client');
    pooled.open = false;
    yield* this.verbose.say('* REFUSED_STREAM, retrying a fresh connect\n');
    if (retries <= MOST_RETRIES)
      yield* this.verbose.say(
        `* Connection died, retrying a fresh connect (retry count: ${retries})\n* Closing connection ${pooled.number}\n`,
      );
  }

  /** Of other protocols only the connection is modelled. */
  *reach(url: Url, facts: TransferFacts, deadline: Micros | undefined): Generator<Wait, never, Wake> {
    yield* this.#connections.open(url, urlText(url), facts, deadline);
    throw new CurlError(1, `not modelled: ${url.scheme}`);
  }
  /** What is still open ends, the oldest first. */
  end(): void {
    this.#connections.end();
  }

  // ---------------------------------------------------------------- asking
  *#ask(
    pooled: Pooled,
    url: Url,
    request: { method: string; body: string | undefined; from: number },
    facts: TransferFacts,
    deadline: Micros | undefined,
  ): Generator<Wait, HttpResponse, Wake> {
    const { context, call } = this;
    const { network } = context.world;
    facts.remoteIp = pooled.ip;
    facts.remotePort = url.port;
    const info = network.connection(pooled.connection);
    facts.localIp = info?.localIp ?? 0;
    facts.localPort = info?.localPort ?? 0;
    const message = requestOf(call, this.cookies, url, request, {
      version: isHttp2(pooled) ? '2' : call.version,
      proxy: pooled.secured === undefined ? pooled.proxy : undefined,
    });
    yield* this.#tellAuthentication(url, pooled);
    if (isHttp2(pooled)) yield* this.#tellStream(pooled, message);
    if (pooled.secured !== undefined) yield* this.verbose.record('}');
    facts.requestedAt = context.kernel.now;
    facts.requestBytes = message.bytes - byteLength(message.body);
    facts.uploadBytes = byteLength(message.body);
    yield* this.verbose.say(requestLines(message));
    if (message.body !== '') yield* this.verbose.data('}', facts.uploadBytes);
    if (call.form.length > 0) yield* this.verbose.say('* We are completely uploaded and fine\n');
    const written = textOf(message);
    network.send(
      pooled.connection,
      'client',
      pooled.isUnix ? { kind: 'bytes', text: written, bytes: byteLength(written) } : message,
    );
    const slow =
      call.speedTime === undefined ? undefined : context.kernel.now + Math.round(call.speedTime * 1_000_000);
    const collected = { text: '', answered: false };
    for (;;) {
      const received: Received = yield* pooled.box.next(
        earlier(deadline === undefined ? undefined : deadline + 1_000, slow),
      );
      if (received.kind !== 'item' && slow !== undefined && context.kernel.now >= slow)
        throw yield* this.#connections.ended(
          pooled,
          28,
          `Operation too slow. Less than ${call.speedLimit} bytes/sec transferred the last ${call.speedTime} seconds`,
        );
      if (received.kind !== 'item') {
        const elapsed = Math.floor((context.kernel.now - facts.startedAt) / 1_000);
        const message = `Operation timed out after ${elapsed} milliseconds with ${collected.text.length} bytes received`;
        yield* this.#connections.news(pooled);
        if (pooled.secured !== undefined) throw yield* this.#connections.ended(pooled, 28, message);
        // close(2) with nothing unread: what the other side sees is an end, not a reset.
        network.close(pooled.connection, 'client');
        pooled.open = false;
        throw yield* this.#connections.given(28, message, pooled.number);
      }
      const event = received.event as SecureSocketEvent;
      yield* this.#connections.news(pooled, event.type === 'message' ? 'alert' : undefined);
      if (event.type === 'failed') {
        pooled.open = false;
        const message = `Recv failure: ${errnoText(event.errno)}`;
        if (pooled.secured === undefined && !pooled.isKept)
          throw yield* this.#connections.given(56, message, pooled.number);
        yield* this.verbose.say(`* ${message}\n`);
        if (pooled.secured !== undefined)
          yield* this.verbose.say(`* OpenSSL SSL_read: ${errnoText(event.errno)}, errno 104\n`);
        if (pooled.isKept) throw new KeptConnectionDied();
        this.#connections.closesLater(pooled);
        throw new CurlError(56, message);
      }
      if (event.type === 'tls-failed') {
        network.close(pooled.connection, 'client');
        pooled.open = false;
        const { openssl } = event.failure;
        const what = openssl === undefined ? 'SSL_ERROR_SYSCALL' : opensslText(openssl);
        throw yield* this.#connections.given(56, `OpenSSL SSL_read: ${what}, errno 0`, pooled.number);
      }
      if (event.type === 'closed') {
        if (collected.text === '' && pooled.isKept) {
          yield* this.#connections.hangUp(pooled);
          throw new KeptConnectionDied();
        }
        if (collected.text === '')
          throw yield* this.#connections.ended(pooled, 52, 'Empty reply from server');
        pooled.open = false;
        network.close(pooled.connection, 'client');
        return yield* this.#finish(pooled, url, rawResponse(collected.text), facts, call);
      }
      if (event.type !== 'message') continue;
      facts.answeredAt = context.kernel.now;
      if (event.message.kind === 'response' && event.message.reset !== undefined)
        throw yield* this.#streamEnds(pooled, event.message.reset);
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
  *#tellAuthentication(url: Url, { proxy }: Pooled): Generator<Wait, void, Wake> {
    const { call } = this;
    const nameOf = (user: string): string => user.split(':')[0] ?? '';
    if (proxy?.user !== undefined)
      yield* this.verbose.say(`* Proxy auth using Basic with user '${nameOf(proxy.user)}'\n`);
    const user = call.user ?? url.user;
    if (call.bearer !== undefined) yield* this.verbose.say("* Server auth using Bearer with user ''\n");
    else if (user !== undefined)
      yield* this.verbose.say(`* Server auth using Basic with user '${nameOf(user)}'\n`);
  }
  /** RST_STREAM: the connection goes on. */
  *#streamEnds(pooled: Pooled, code: StreamError): Generator<Wait, Error, Wake> {
    if (code === 'REFUSED_STREAM') return new StreamRefused();
    const message = `HTTP/2 stream ${pooled.streams - 1} was not closed cleanly: ${code} (err 1)`;
    yield* this.verbose.say(
      `* ${message}\n* Connection #${pooled.number} to host ${pooled.shown} left intact\n`,
    );
    return new CurlError(92, message);
  }
  /** A request of HTTP/2 as the fields that it becomes. */
  *#tellStream(pooled: Pooled, { method, target, headers }: HttpRequest): Generator<Wait, void, Wake> {
    const [host, ...rest] = headers;
    const fields = [
      [':method', method],
      [':path', target],
      [':scheme', 'https'],
      [':authority', host?.[1] ?? ''],
      ...rest,
    ];
    pooled.streams += 2;
    yield* this.verbose.say(
      `${fields.map(([name, value]) => `* h2h3 [${name}: ${value}]\n`).join('')}* Using Stream ID: ${pooled.streams - 1} (easy handle 0x55d0c8a3b2b0)\n`,
    );
  }
  *#refuseRaw(pooled: Pooled): Generator<Wait, CurlError, Wake> {
    this.context.world.network.close(pooled.connection, 'client');
    pooled.open = false;
    return yield* this.#connections.given(1, 'Received HTTP/0.9 when not allowed', pooled.number);
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
    pooled.isKept = true;
    this.#last = pooled;
    if (pooled.secured !== undefined) yield* this.verbose.record('{');
    const length = bodyLength(response);
    facts.announced = length;
    const refusal = refusalOf(call, response, length);
    for (const line of headText(response)
      .split('\r\n')
      .slice(0, refusal === undefined ? -1 : -2)) {
      const cookie = /^set-cookie:\s*(.*)$/i.exec(line);
      if (cookie !== null) {
        const said = this.cookies.set(cookie[1] ?? '', url.host, url.path);
        if (call.cookieFiles.length + call.cookies.length > 0 || call.jar !== undefined)
          yield* this.verbose.say(said);
      }
      yield* this.verbose.say(`< ${line}\r\n`);
    }
    if (refusal !== undefined) {
      facts.response = { ...response, body: '' };
      if (refusal.code !== 22) facts.announced = 0;
      throw yield* this.#connections.ended(pooled, refusal.code, refusal.message);
    }
    const keeps = pooled.open && staysOpen(response);
    if (call.location && response.status >= 300 && response.status < 400 && facts.uploadBytes > 0)
      yield* this.verbose.say('* Please rewind output before next send\n');
    if (call.location && response.status >= 300 && response.status < 400 && response.body !== '')
      yield* this.verbose.say('* Ignoring the response-body\n');
    if (isHttp2(pooled)) yield* this.verbose.record('{');
    else if (response.body !== '' && !call.head) yield* this.verbose.data('{', byteLength(response.body));
    if (keeps)
      this.#connections.afterwards(() =>
        this.verbose.say(`* Connection #${pooled.number} to host ${pooled.shown} left intact\n`),
      );
    else this.#connections.closesLater(pooled);
    // What one read takes is there at once.
    if (call.limitRate !== undefined && length > BUFFER)
      yield* context.sleep(Math.round(((length - BUFFER) / call.limitRate) * 1_000_000));
    return call.compressed ? decoded(response) : response;
  }
}

function earlier(one: Micros | undefined, other: Micros | undefined): Micros | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);
}
/** What ends a transfer before its content is read. */
function refusalOf(call: CurlCall, { status }: HttpResponse, length: number): Trouble | undefined {
  if (call.fail && !call.failWithBody && status >= 400)
    return { code: 22, message: `The requested URL returned error: ${status}` };
  return call.maxFileSize !== undefined && length > call.maxFileSize
    ? { code: 63, message: 'Maximum file size exceeded' }
    : undefined;
}
/** As announced, otherwise as it came. */
function bodyLength(response: HttpResponse): number {
  const told = response.headers.find(([name]) => name.toLowerCase() === 'content-length')?.[1];
  return told === undefined ? byteLength(response.body) : Number(told);
}
/** `--compressed`: what is written out is the content itself. */
function decoded(response: HttpResponse): HttpResponse {
  const encoding = response.headers.find(([name]) => name.toLowerCase() === 'content-encoding')?.[1];
  if (encoding === 'gzip') {
    const unpacked = decompress('gzip', response.body);
    return 'text' in unpacked ? { ...response, body: unpacked.text } : response;
  }
  const text = encoding === 'deflate' ? zlibDecompress(response.body) : undefined;
  return text === undefined ? response : { ...response, body: text };
}

function isHttp2({ secured }: Pooled): boolean {
  return secured?.info.alpn === 'h2';
}
function staysOpen(response: HttpResponse): boolean {
  const connection =
    response.headers.find(([name]) => name.toLowerCase() === 'connection')?.[1].toLowerCase() ?? '';
  if (connection.includes('close')) return false;
  return response.version !== '1.0' || connection.includes('keep-alive');
}
