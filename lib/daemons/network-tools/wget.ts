/** wget(1) 1.21.3 over HTTP and HTTPS. Recorded in truth/host (b04, b10). Not modelled: recursion, FTP, .wgetrc. */
import { byteLength } from '../../std/bytes';
import { strftime } from '../../std/civil';
import { type Micros, SECOND } from '../../std/instant';
import { formatIPv4 } from '../../std/ipv4';
import { baseName } from '../../world/executable';
import { FileError } from '../../world/files.contract';
import type { HttpResponse } from '../../world/network.contract';
import type { ProgramContext, ProgramRun, Wait, Wake } from '../../world/process.contract';
import type { SecureSocketEvent } from '../../world/tls.contract';
import { errnoText, lookUpName } from '../host-names';
import { Mailbox } from '../mailbox';
import { proxyFor } from './curl/proxy';
import { parseHttpDate } from './curl/time-condition';
import { followed, parseUrl, type Url, urlText } from './curl/url';
import { type Call, headersOf, readCall, WgetUsage } from './wget-call';
import { progressText, rateText, roundedLength } from './wget-progress';
import { readTrust, secureForWget } from './wget-tls';

const GENERIC = 1;
const FILE_TROUBLE = 3;
const NETWORK_TROUBLE = 4;
const NOT_AUTHORIZED = 6;
const REFUSED_BY_SERVER = 8;

export function* wget(context: ProgramContext): ProgramRun {
  const isList = context.argv.some(
    (word, i) => word === '-i-' || (word === '-' && context.argv[i - 1] === '-i'),
  );
  try {
    const call = readCall(context, isList ? yield* context.readAll() : '');
    return yield* new Wget(context, call).run();
  } catch (problem) {
    if (!(problem instanceof WgetUsage)) throw problem;
    yield* problem.to === 'out' ? context.out(problem.text) : context.err(problem.text);
    return problem.code;
  }
}

/** A connection that the server left open. */
interface Kept {
  readonly place: string;
  readonly connection: number;
  readonly box: Mailbox;
}
/** What is asked besides the URL. */
interface Extra {
  range?: number;
  since?: string;
  user: string | undefined;
}

class Wget {
  #kept: Kept | undefined;
  #bytes = 0;
  #files = 0;
  #transferTime: Micros = 0;

  constructor(
    private readonly context: ProgramContext,
    private readonly call: Call,
  ) {}

  *run(): ProgramRun {
    const { context, call } = this;
    const startedAt = context.kernel.now;
    const { output } = call;
    // The file is opened before anything is asked.
    if (output !== undefined && output !== '-' && !call.spider) {
      const refused = context.fs.writeFile(context.resolve(output), '', context.who, {
        append: call.continues,
      });
      if (refused !== undefined && context.resolve(output) !== '/dev/null') {
        yield* context.err(`${output}: ${fileText(refused.errno)}\n`);
        return GENERIC;
      }
    }
    let worst = 0;
    for (const text of call.urls) {
      const code = yield* this.#fetch(text);
      worst = worst === 0 || (code !== 0 && code < worst) ? code : worst;
    }
    if (this.#kept !== undefined) context.world.network.close(this.#kept.connection, 'client');
    if (!call.quiet && (call.urls.length > 1 || (call.list !== undefined && this.#bytes > 0)))
      yield* context.err(
        `FINISHED --${this.#clock()}--\nTotal wall clock time: ${shortSeconds(context.kernel.now - startedAt)}\nDownloaded: ${this.#files} files, ${roundedLength(this.#bytes).replace(/[ ()]/g, '') || this.#bytes} in ${shortSeconds(this.#transferTime)} (${rateText(this.#bytes, this.#transferTime)})\n`,
      );
    return worst;
  }
  #clock(): string {
    return strftime('%Y-%m-%d %H:%M:%S', this.context.host.clock());
  }
  *#log(text: string): Generator<Wait, void, Wake> {
    if (!this.call.quiet && !this.call.terse) yield* this.context.err(text);
  }

  *#fetch(text: string): Generator<Wait, number, Wake> {
    const { context, call } = this;
    let url = parseUrl(text);
    if (url !== undefined && call.keepsFiles && call.output === undefined) {
      const path = this.#prefixed(localName(url));
      if (context.fs.exists(context.resolve(path))) {
        yield* this.#log(`File ‘${path}’ already there; not retrieving.\n\n`);
        return 0;
      }
    }
    const extra: Extra = { user: call.unasked ? call.user : undefined };
    for (let hop = 0; ; hop++) {
      if (url === undefined || (url.scheme !== 'http' && url.scheme !== 'https')) {
        yield* context.err(
          `${text}: ${url === undefined ? 'Invalid host name' : `Unsupported scheme ‘${url.scheme}’`}.\n`,
        );
        return GENERIC;
      }
      this.#conditions(url, extra);
      if (call.spider) yield* this.#log('Spider mode enabled. Check if remote file exists.\n');
      yield* this.#log(`--${this.#clock()}--  ${urlText(url)}\n`);
      if (url.scheme === 'https' && call.trust === undefined) {
        call.trust = readTrust(context, call.tls);
        yield* this.#log(call.trust.said);
      }
      let answer = yield* this.#tryAll(url, extra);
      if (typeof answer !== 'number' && answer.status === 401) {
        const again = yield* this.#authenticate(url, extra, answer);
        if (again === undefined) return NOT_AUTHORIZED;
        answer = again;
      }
      if (typeof answer === 'number') return answer;
      const location = headerOf(answer, 'location');
      if (location === undefined || answer.status < 300 || answer.status >= 400 || answer.status === 304)
        return yield* this.#deliver(url, answer, extra);
      yield* this.#log(`Location: ${location} [following]\n`);
      if (hop >= call.redirects) {
        yield* this.#log(`${call.redirects} redirections exceeded.\n`);
        return REFUSED_BY_SERVER;
      }
      url = followed(url, location);
    }
  }
  /** A part that is here already, or how old what is here may be. */
  #conditions(url: Url, extra: Extra): void {
    const { context, call } = this;
    if (!call.continues && !call.timestamps) return;
    const path = call.output ?? this.#prefixed(localName(url));
    const info = context.fs.stat(context.resolve(path), context.who);
    if (info instanceof FileError) return;
    if (call.timestamps) extra.since = strftime('%a, %d %b %Y %H:%M:%S GMT', info.mtime);
    else if (info.size > 0) extra.range = info.size;
  }
  /** The credentials, when there are any that were not sent. */
  *#authenticate(
    url: Url,
    extra: Extra,
    answer: HttpResponse,
  ): Generator<Wait, HttpResponse | number | undefined, Wake> {
    const { call } = this;
    const challenge = headerOf(answer, 'www-authenticate');
    const user = call.user ?? (url.user === undefined ? undefined : url.user);
    if (user !== undefined && extra.user === undefined && challenge !== undefined) {
      yield* this.#log(`Authentication selected: ${challenge}\n`);
      extra.user = user;
      const again = yield* this.#tryAll(url, extra);
      if (typeof again === 'number' || again.status !== 401) return again;
    }
    yield* this.#log('\nUsername/Password Authentication Failed.\n');
    return undefined;
  }

  *#tryAll(url: Url, extra: Extra): Generator<Wait, HttpResponse | number, Wake> {
    const { context, call } = this;
    const proxy = call.usesProxy
      ? proxyFor(url, { proxy: undefined, noProxy: undefined, user: undefined }, (name) =>
          context.env.get(name),
        )
      : undefined;
    if (proxy !== undefined && ('unsupported' in proxy || url.scheme === 'https')) {
      yield* context.err('not modelled: wget through this proxy\n');
      return GENERIC;
    }
    const target = proxy ?? url;
    const reused = yield* this.#reuse(target, url, extra, proxy !== undefined);
    if (reused !== undefined) return reused;
    const isLiteral = /^[\d.]+$/.test(target.host);
    if (!isLiteral) yield* this.#log(`Resolving ${target.host} (${target.host})... `);
    const found = yield* lookUpName(context, target.host, { quick: true });
    if (typeof found === 'string') {
      yield* this.#log(`failed: ${found}.\n`);
      yield* context.err(call.quiet ? '' : `wget: unable to resolve host address ‘${target.host}’\n`);
      return NETWORK_TROUBLE;
    }
    const [ip = 0] = found.addresses;
    if (!isLiteral) yield* this.#log(`${formatIPv4(ip)}\n`);
    for (let attempt = 1; ; attempt++) {
      yield* this.#log(
        `Connecting to ${isLiteral ? '' : `${target.host} (${target.host})|`}${formatIPv4(ip)}${isLiteral ? '' : '|'}:${target.port}... `,
      );
      const answer = yield* this.#connect(
        url,
        { ip, port: target.port, isProxy: proxy !== undefined },
        extra,
      );
      if (typeof answer !== 'string') return answer;
      // A refusal is final; what timed out is tried again.
      const isFinal =
        answer.startsWith('failed:') &&
        !answer.includes('timed out') &&
        !(call.retriesRefused && answer.includes('refused'));
      if (isFinal) {
        yield* this.#log(`${answer}.\n`);
        if (call.terse) yield* context.err(`${answer}.\n`);
        return NETWORK_TROUBLE;
      }
      yield* this.#log(`${answer}\n`);
      if (attempt >= call.tries) {
        yield* this.#log('Giving up.\n\n');
        return NETWORK_TROUBLE;
      }
      yield* this.#log('Retrying.\n\n');
      yield* context.sleep(Math.min(attempt, 10) * SECOND);
      yield* this.#log(`--${this.#clock()}--  (try:${String(attempt + 1).padStart(2)})  ${urlText(url)}\n`);
    }
  }
  /** Over the connection that is still there; undefined: there is none. */
  *#reuse(
    { host, port }: { host: string; port: number },
    url: Url,
    extra: Extra,
    isProxy: boolean,
  ): Generator<Wait, HttpResponse | undefined, Wake> {
    const kept = this.#kept;
    if (kept === undefined || kept.place !== `${url.scheme}://${host}:${port}`) return undefined;
    this.#kept = undefined;
    for (let item = kept.box.take(); item !== undefined; item = kept.box.take()) {
      const { type } = item.event as SecureSocketEvent;
      if (type === 'closed' || type === 'failed') return undefined;
    }
    yield* this.#log(`Reusing existing connection to ${host}:${port}.\n`);
    this.#send(url, kept.connection, extra, isProxy);
    yield* this.#log(`${isProxy ? 'Proxy' : 'HTTP'} request sent, awaiting response... `);
    const answer = yield* this.#receive(kept);
    return typeof answer === 'string' ? undefined : answer;
  }
  *#connect(
    url: Url,
    { ip, port, isProxy }: { ip: number; port: number; isProxy: boolean },
    extra: Extra,
  ): Generator<Wait, HttpResponse | string | number, Wake> {
    const { context, call } = this;
    const { network } = context.world;
    const box = new Mailbox(context);
    const connection = network.connect(context.host, {
      pid: context.pid,
      ip,
      port,
      on: box.on('socket'),
      trace: context.world.startTrace(`wget ${urlText(url)}`),
    });
    const until = context.kernel.now + call.timeout * SECOND;
    for (;;) {
      const received = yield* box.next(until);
      if (received.kind !== 'item') {
        network.reset(connection, 'client');
        return 'failed: Connection timed out.';
      }
      const event = received.event as SecureSocketEvent;
      if (event.type === 'failed') return `failed: ${errnoText(event.errno)}`;
      if (event.type === 'connected') break;
    }
    yield* this.#log('connected.\n');
    const refused = yield* this.#secured(url, { connection, box });
    if (refused !== undefined) return refused;
    this.#send(url, connection, extra, isProxy);
    yield* this.#log(`${isProxy ? 'Proxy' : 'HTTP'} request sent, awaiting response... `);
    return yield* this.#receive({
      place: `${url.scheme}://${isProxy ? formatIPv4(ip) : url.host}:${port}`,
      connection,
      box,
    });
  }
  #send(url: Url, connection: number, extra: Extra, isProxy: boolean): void {
    const { call, context } = this;
    const host = `${url.host}${url.explicitPort ? `:${url.port}` : ''}`;
    const headers = headersOf(call, host, extra);
    const method = call.method ?? (call.spider ? 'HEAD' : 'GET');
    const target = isProxy ? urlText(url) : url.path;
    const body = call.body ?? '';
    const head = `${method} ${target} HTTP/1.1\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
    context.world.network.send(connection, 'client', {
      kind: 'request',
      trace: context.world.startTrace(`wget ${urlText(url)}`),
      method,
      target,
      version: '1.1',
      headers,
      body,
      bytes: byteLength(head) + byteLength(body),
    });
  }
  *#receive(kept: Kept): Generator<Wait, HttpResponse | string, Wake> {
    const { context, call } = this;
    const { network } = context.world;
    const { connection, box } = kept;
    const until = context.kernel.now + call.timeout * SECOND;
    for (;;) {
      const received = yield* box.next(until);
      if (received.kind !== 'item') {
        network.reset(connection, 'client');
        return 'Read error (Connection timed out) in headers.';
      }
      const event = received.event as SecureSocketEvent;
      if (event.type === 'failed')
        return event.errno === 'ECONNRESET'
          ? 'Read error (Connection reset by peer) in headers.'
          : `failed: ${errnoText(event.errno)}`;
      if (event.type === 'tls-failed') {
        network.close(connection, 'client');
        return 'Read error (A TLS fatal alert has been received.) in headers.';
      }
      if (event.type === 'closed') {
        network.close(connection, 'client');
        return 'No data received.';
      }
      if (event.type !== 'message' || event.message.kind !== 'response') continue;
      const { message } = event;
      const says = headerOf(message, 'connection')?.toLowerCase() ?? '';
      if (call.keepsAlive && !says.includes('close') && message.version !== '1.0') this.#kept = kept;
      else {
        network.close(connection, 'client');
        box.close();
      }
      yield* this.#tellStatus(message);
      return message;
    }
  }
  *#tellStatus(answer: HttpResponse): Generator<Wait, void, Wake> {
    if (!this.call.showsHeaders) {
      yield* this.#log(`${answer.status} ${answer.reason}\n`);
      return;
    }
    yield* this.#log('\n');
    yield* this.context.err(
      `  HTTP/${answer.version} ${answer.status} ${answer.reason}\n${answer.headers.map(([name, value]) => `  ${name}: ${value}\n`).join('')}`,
    );
  }
  /** Over https: the handshake. The exit code when it fails. */
  *#secured(
    { scheme, host }: Url,
    { connection, box }: { connection: number; box: Mailbox },
  ): Generator<Wait, number | undefined, Wake> {
    const { context, call } = this;
    if (scheme !== 'https') return undefined;
    const refused = yield* secureForWget({
      context,
      tls: call.tls,
      trust: call.trust ?? { roots: '', said: '' },
      host,
      connection,
      box,
      timeout: call.timeout * SECOND,
      say: function* (text) {
        if (!call.quiet) yield* context.err(text);
      },
    });
    if (refused !== undefined) context.world.network.close(connection, 'client');
    return refused;
  }

  // ------------------------------------------------------------------ what came
  *#deliver(url: Url, answer: HttpResponse, extra: Extra): Generator<Wait, number, Wake> {
    const { call } = this;
    if (answer.status === 304) {
      yield* this.#log(
        `File ‘${call.output ?? this.#prefixed(localName(url))}’ not modified on server. Omitting download.\n\n`,
      );
      return 0;
    }
    if (answer.status === 416 && extra.range !== undefined) {
      yield* this.#log('\n    The file is already fully retrieved; nothing to do.\n\n');
      return 0;
    }
    if (answer.status >= 400) return yield* this.#refused(url, answer);
    if (call.spider) return yield* this.#exists(url, answer);
    return yield* this.#save(url, answer, answer.status === 206 ? (extra.range ?? 0) : 0);
  }
  *#refused(url: Url, answer: HttpResponse): Generator<Wait, number, Wake> {
    const { call, context } = this;
    if (call.contentOnError) yield* this.#save(url, answer, 0);
    if (call.spider) yield* this.#log('Remote file does not exist -- broken link!!!\n\n');
    else if (!call.quiet)
      yield* context.err(
        `${call.terse ? `${urlText(url)}:\n` : ''}${this.#clock()} ERROR ${answer.status}: ${answer.reason}.\n${call.terse ? '' : '\n'}`,
      );
    return REFUSED_BY_SERVER;
  }
  *#exists(url: Url, answer: HttpResponse): Generator<Wait, number, Wake> {
    const { call } = this;
    yield* this.#log(`${lengthLine(answer, 0)}Remote file exists.\n\n`);
    if (call.terse && !call.quiet)
      yield* this.context.err(`${this.#clock()} URL: ${urlText(url)} ${answer.status} ${answer.reason}\n`);
    return 0;
  }
  *#save(url: Url, answer: HttpResponse, from: number): Generator<Wait, number, Wake> {
    const { context, call } = this;
    const name = this.#prefixed(localName(url));
    const path = call.output ?? (call.continues || call.timestamps ? name : freeName(context, name));
    const bytes = byteLength(answer.body);
    const isOut = path === '-';
    yield* this.#log(`${lengthLine(answer, from)}Saving to: ‘${isOut ? 'STDOUT' : path}’\n\n`);
    if (isOut) yield* context.out(answer.body);
    else {
      if (call.prefix !== undefined) makeFolders(context, call.prefix);
      const append = from > 0 || (call.output !== undefined && this.#files > 0);
      const failed = context.fs.writeFile(context.resolve(path), answer.body, context.who, { append });
      if (failed !== undefined && context.resolve(path) !== '/dev/null') {
        if (failed.errno === 'ENOSPC')
          yield* this.#log(
            `     0K                                                         0% 0.00 =0s\n\n\nCannot write to ‘${path}’ (${fileText(failed.errno)}).\n`,
          );
        else
          yield* context.err(`${path}: ${fileText(failed.errno)}\n\nCannot write to ‘${path}’ (Success).\n`);
        return FILE_TROUBLE;
      }
      this.#stamp(path, answer);
    }
    const elapsed = TRANSFER;
    this.#bytes += bytes;
    this.#files += 1;
    this.#transferTime += elapsed;
    const told = headerOf(answer, 'content-length');
    const total = told === undefined ? undefined : Number(told) + from;
    const isTerminal = context.stderr.tty !== undefined;
    yield* this.#log(progressText(isOut ? '-' : path, bytes, { total, from, elapsed, isTerminal }));
    const size = total === undefined ? `${bytes}` : `${bytes + from}/${total}`;
    yield* this.#log(
      `\n${this.#clock()} (${rateText(bytes, elapsed)}) - ${isOut ? 'written to stdout' : `‘${path}’ saved`} [${size}]\n\n`,
    );
    if (call.terse && !call.quiet)
      yield* context.err(`${this.#clock()} URL:${urlText(url)} [${size}] -> "${path}" [1]\n`);
    return 0;
  }
  /** Files get the time that the server tells. */
  #stamp(path: string, answer: HttpResponse): void {
    const { context, call } = this;
    const modified = parseHttpDate(headerOf(answer, 'last-modified') ?? '');
    if (modified === undefined || !call.serverTime || call.output !== undefined) return;
    context.fs.utimes(context.resolve(path), modified, modified, context.who);
  }
  #prefixed(name: string): string {
    return this.call.prefix === undefined ? name : `${this.call.prefix.replace(/\/$/, '')}/${name}`;
  }
}

/** What takes no time here takes some on a real machine, for rates to be told. */
const TRANSFER: Micros = 10;

function headerOf(response: HttpResponse, wanted: string): string | undefined {
  return response.headers.find(([name]) => name.toLowerCase() === wanted)?.[1];
}
function lengthLine(answer: HttpResponse, from: number): string {
  const type = headerOf(answer, 'content-type')?.split(';')[0];
  const told = headerOf(answer, 'content-length');
  const rest = told === undefined ? undefined : Number(told);
  const length =
    rest === undefined
      ? 'unspecified'
      : `${rest + from}${roundedLength(rest + from)}${from === 0 ? '' : `, ${rest}${roundedLength(rest)} remaining`}`;
  return `Length: ${length}${type === undefined ? '' : ` [${type}]`}\n`;
}
/** The last part of the path, with what is asked of it. */
function localName(url: Url): string {
  const [path = '', query] = url.path.split(/\?(.*)/s);
  const name = baseName(path.endsWith('/') ? '' : path);
  return `${name === '' ? 'index.html' : name}${query === undefined ? '' : `?${query}`}`;
}
function freeName(context: ProgramContext, name: string): string {
  let candidate = name;
  for (let number = 1; context.fs.exists(context.resolve(candidate)); number++)
    candidate = `${name}.${number}`;
  return candidate;
}
function makeFolders(context: ProgramContext, path: string): void {
  const parts = context.resolve(path).split('/').slice(1);
  for (const position of parts.keys()) {
    const folder = `/${parts.slice(0, position + 1).join('/')}`;
    if (!context.fs.exists(folder)) context.fs.mkdir(folder, 0o755, context.who);
  }
}
function fileText(errno: string): string {
  return errno === 'ENOSPC'
    ? 'No space left on device'
    : errno === 'EACCES'
      ? 'Permission denied'
      : errno === 'EISDIR'
        ? 'Is a directory'
        : 'No such file or directory';
}
function shortSeconds(elapsed: Micros): string {
  const seconds = elapsed / 1_000_000;
  return seconds < 0.001 ? '0s' : `${Number(seconds.toPrecision(1))}s`;
}
