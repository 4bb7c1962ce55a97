/** curl(1) 7.88.1 over HTTP and HTTPS: what it prints, and its exit codes. Recorded in truth/host (a26, b04, b10, b13, c03, c05, c08). */
import { byteLength } from '../../../std/bytes';
import { strftime } from '../../../std/civil';
import type { Micros } from '../../../std/instant';
import { baseName } from '../../../world/executable';
import { FileError } from '../../../world/files.contract';
import type { HttpResponse } from '../../../world/network.contract';
import type { ProgramContext, ProgramRun, Wait, Wake } from '../../../world/process.contract';
import { type CurlCall, readCall } from './call';
import { expandConfigs } from './config-file';
import { errnoText } from '../../host-names';
import { Cookies } from './cookies';
import { CurlError } from './connections';
import { Exchanges } from './exchange';
import { formBody, formBoundary } from './form';
import { helpText } from './help';
import { Meter } from './meter';
import { MOST_BETWEEN_TRIES, retryReason } from './retry';
import { meets, parseHttpDate } from './time-condition';
import { followed, parseUrl, PORTS, type Url, urlText, withoutDots } from './url';
import { CurlUsage, HINT, note, warning } from './usage';
import { Verbose } from './verbose';
import { globbed, outputName } from './globs';
import { headText, LIBRARIES, type TransferFacts, writeOut } from './write-out';

const VERSION = `curl 7.88.1 (x86_64-pc-linux-gnu) ${LIBRARIES}
Release-Date: 2023-02-20, security patched: 7.88.1-10+deb12u15
Protocols: dict file ftp ftps gopher gophers http https imap imaps ldap ldaps mqtt pop3 pop3s rtmp rtsp scp sftp smb smbs smtp smtps telnet tftp
Features: alt-svc AsynchDNS brotli GSS-API HSTS HTTP2 HTTPS-proxy IDN IPv6 Kerberos Largefile libz NTLM NTLM_WB PSL SPNEGO SSL threadsafe TLS-SRP UnixSockets zstd
`;

/** What curl adds when it does not accept a server's certificate. */
const MORE_ON_CERTIFICATES = `More details here: https://curl.se/docs/sslcerts.html

curl failed to verify the legitimacy of the server and therefore could not
establish a secure connection to it. To learn more about this situation and
how to fix it, please visit the web page mentioned above.
`;

export function* curl(context: ProgramContext): ProgramRun {
  const given = context.argv.slice(1);
  const readsInput = given.some((word, i) => /[@<]-$/.test(word) || (word === '-' && given[i - 1] !== '-o'));
  const stdin = readsInput ? yield* context.readAll() : '';
  let exit = 0;
  try {
    for (const args of groupsOf(expandConfigs(context, given, stdin))) {
      const call = readCall(context, args, stdin);
      if (typeof call === 'object' && 'urls' in call) {
        exit = (yield* new Session(context, call).run()) ?? 0;
        continue;
      }
      yield* context.out(call === 'version' ? VERSION : helpText(call.help));
      return 0;
    }
  } catch (problem) {
    if (!(problem instanceof CurlUsage)) throw problem;
    yield* context.err(problem.message);
    return problem.code;
  }
  return exit;
}
/** `--next` and `-:` begin anew. */
function groupsOf(args: readonly string[]): string[][] {
  const groups: string[][] = [[]];
  for (const word of args) {
    if (word === '--next' || word === '-:') groups.push([]);
    else groups.at(-1)?.push(word);
  }
  return groups;
}

class Session {
  readonly #cookies = new Cookies();
  readonly #exchanges: Exchanges;
  readonly #verbose: Verbose;
  readonly #meter: Meter;

  constructor(
    private readonly context: ProgramContext,
    private readonly call: CurlCall,
  ) {
    const showsData = call.output.length > 0 || call.remoteName || context.stdout.tty === undefined;
    this.#verbose = new Verbose((text) => context.err(text), { verbose: call.verbose, showsData });
    this.#meter = new Meter(
      (text) => context.err(text),
      () => context.kernel.now,
    );
    this.#exchanges = new Exchanges(context, call, this.#cookies, this.#verbose, this.#meter);
    for (const path of call.cookieFiles) {
      const text = context.fs.readFile(context.resolve(path), context.who);
      if (!(text instanceof FileError)) this.#cookies.read(text);
    }
  }

  *run(): ProgramRun {
    const { call, context } = this;
    let exit = 0;
    if (call.headerFile !== undefined) yield* this.#write(call.headerFile, '', 'over');
    for (const text of call.warnings) yield* context.err(warning(text));
    for (const text of call.notes) yield* context.err(note(text));
    for (const [number, { text, output, problem }] of this.#wanted().entries()) {
      if (problem !== undefined) {
        if (!call.silent || call.showError) yield* context.err(`curl: (3) ${problem}\n`);
        exit = 3;
        continue;
      }
      this.#meter.reset(this.#shownProgress(output));
      for (let attempt = 0; ; attempt++) {
        this.#meter.again();
        const ended = yield* this.#transfer(text, output, number);
        exit = ended.exitCode;
        const reason = retryReason(call, ended);
        if (attempt >= call.retries || reason === undefined) break;
        const seconds = call.retryDelay ?? Math.min(2 ** attempt, MOST_BETWEEN_TRIES);
        if (!call.silent)
          yield* context.err(
            warning(
              `Problem ${reason}. Will retry in ${seconds} seconds. ${call.retries - attempt} retries left.`,
            ),
          );
        yield* context.sleep(seconds * 1_000_000);
      }
    }
    if (call.jar !== undefined) {
      if (call.jar === '-') yield* context.out(this.#cookies.text());
      else context.fs.writeFile(context.resolve(call.jar), this.#cookies.text(), context.who);
    }
    this.#exchanges.end();
    return exit;
  }

  /** Each URL that is meant, with the name of its output. */
  #wanted(): { text: string; output: string | undefined; problem?: string }[] {
    const { call } = this;
    return call.urls.flatMap(
      (text, position): { text: string; output: string | undefined; problem?: string }[] => {
        const output = call.output[position];
        const made = call.globs ? globbed(text) : [{ url: text, parts: [] }];
        if (typeof made === 'string') return [{ text, output, problem: made }];
        return made.map(({ url, parts }) => ({
          text: url,
          output: output === undefined ? undefined : outputName(output, parts),
        }));
      },
    );
  }

  *#transfer(text: string, output: string | undefined, number: number): Generator<Wait, TransferFacts, Wake> {
    const { context, call } = this;
    const facts: TransferFacts = {
      startedAt: context.kernel.now,
      resolvedAt: 0,
      connectedAt: 0,
      securedAt: 0,
      verifyResult: 0,
      requestedAt: 0,
      answeredAt: 0,
      endedAt: 0,
      response: undefined,
      method: '',
      url: text,
      effectiveUrl: text,
      redirectUrl: '',
      redirects: 0,
      connects: 0,
      remoteIp: 0,
      remotePort: 0,
      localIp: 0,
      localPort: 0,
      requestBytes: 0,
      uploadBytes: 0,
      announced: 0,
      number,
      referer: call.referer ?? '',
      exitCode: 0,
      error: '',
      output: output ?? '',
    };
    try {
      const upload = yield* this.#upload();
      if (call.formProblem) throw new CurlError(26, 'Failed to open/read local data from file/application');
      if (this.#isRemoteNamed(output) && remoteName(text) === '') {
        if (!call.silent) yield* context.err('curl: Remote file name has no length!\n');
        throw new CurlError(23, 'Failed writing received data to disk/application');
      }
      const from = this.#resumesAt(output);
      const answered = yield* this.#follow(text, facts, { upload, from });
      facts.endedAt = context.kernel.now;
      const response = yield* this.#asWanted(this.#resumed(answered, from));
      yield* this.#deliver(response, output, facts, text, from > 0 ? 'after' : 'over');
      yield* this.#endMeter(facts);
      yield* this.#exchanges.settle();
      if (call.failWithBody && response.status >= 400)
        throw new CurlError(22, `The requested URL returned error: ${response.status}`);
    } catch (problem) {
      if (!(problem instanceof CurlError)) throw problem;
      facts.endedAt = context.kernel.now;
      facts.exitCode = problem.code;
      facts.error = problem.message;
      // A name that is not found leaves the meter as it is.
      if (problem.code !== 5 && problem.code !== 6) yield* this.#endMeter(facts);
      yield* this.#exchanges.settle();
      if (call.removeOnError && output !== undefined) context.fs.unlink(context.resolve(output), context.who);
      if (!call.silent || call.showError)
        yield* context.err(
          `curl: (${problem.code}) ${problem.message}\n${problem.code === 60 ? MORE_ON_CERTIFICATES : ''}`,
        );
    }
    if (call.writeOut !== undefined) {
      const { pieces, unknown } = writeOut(call.writeOut, facts);
      for (const name of unknown) yield* context.err(`curl: unknown --write-out variable: '${name}'\n`);
      for (const piece of pieces)
        yield* piece.to === 'out' ? context.out(piece.text) : context.err(piece.text);
    }
    return facts;
  }

  #shownProgress(output: string | undefined): 'meter' | 'bar' | 'none' {
    const { call } = this;
    if (call.silent || call.noMeter) return 'none';
    const goesElsewhere =
      (output !== undefined && output !== '-') ||
      this.#isRemoteNamed(output) ||
      this.context.stdout.tty === undefined;
    if (!goesElsewhere) return 'none';
    return call.progressBar ? 'bar' : 'meter';
  }
  *#endMeter({ response, announced, uploadBytes }: TransferFacts): Generator<Wait, void, Wake> {
    const received = this.call.head || response === undefined ? 0 : byteLength(response.body);
    yield* this.#meter.end({ total: Math.max(announced, received), received, sent: uploadBytes });
  }
  #isRemoteNamed(output: string | undefined): boolean {
    return output === undefined && (this.call.remoteName || this.call.remoteNameAll);
  }
  /** With -z: what is not as new, or as old, as wanted is left out (lib/transfer.c `Curl_meets_timecondition`). */
  *#asWanted(response: HttpResponse): Generator<Wait, HttpResponse, Wake> {
    const { timeCondition } = this.call;
    const modified = parseHttpDate(headerOf(response, 'last-modified') ?? '');
    if (timeCondition === undefined || modified === undefined || response.status >= 300) return response;
    if (meets(timeCondition, modified)) return response;
    yield* this.#verbose.say(
      `* The requested document is not ${timeCondition.kind === 'modified-since' ? 'new' : 'old'} enough\n* Simulate an HTTP 304 response\n`,
    );
    this.#exchanges.closeAfterwards();
    return { ...response, body: '' };
  }

  /** What -T sends. */
  *#upload(): Generator<Wait, string | undefined, Wake> {
    const { context, call } = this;
    if (call.upload === undefined) return undefined;
    const text = context.fs.readFile(context.resolve(call.upload), context.who);
    if (!(text instanceof FileError)) return text;
    yield* context.err(`curl: Can't open '${call.upload}'!\n${HINT}`);
    throw new CurlError(26, 'Failed to open/read local data from file/application');
  }
  /** Where -C goes on: `-` is behind what the output has already. */
  #resumesAt(output: string | undefined): number {
    const { context, call } = this;
    if (call.resume !== '-') return call.resume ?? 0;
    const info =
      output === undefined || output === '-'
        ? undefined
        : context.fs.stat(context.resolve(output), context.who);
    return info === undefined || info instanceof FileError ? 0 : info.size;
  }
  /** Who asks for a rest gets it, or nothing when there is none; anything else is no rest (Curl_http_readwrite_headers). */
  #resumed(response: HttpResponse, from: number): HttpResponse {
    if (from === 0 || response.status >= 300)
      return response.status === 416 && from > 0 ? { ...response, body: '' } : response;
    if (response.headers.some(([name]) => name.toLowerCase() === 'content-range')) return response;
    if (byteLength(response.body) === from) return { ...response, body: '' };
    throw new CurlError(33, "HTTP server doesn't seem to support byte ranges. Cannot resume.");
  }

  /** The URL, and where it leads to. */
  *#follow(
    text: string,
    facts: TransferFacts,
    { upload, from }: { upload: string | undefined; from: number },
  ): Generator<Wait, HttpResponse, Wake> {
    const { call, context } = this;
    const path = /^file:(?:\/\/(?:localhost|127\.0\.0\.1)?)?(\/.*)$/i.exec(text.trim())?.[1];
    if (path !== undefined) return this.#file(decodeURIComponent(path));
    let url: Url | undefined = parseUrl(text);
    if (url !== undefined && call.path === 'usual') url = { ...url, path: withoutDots(url.path) };
    if (url !== undefined && upload !== undefined && url.path.endsWith('/'))
      url = { ...url, path: `${url.path}${encodeURIComponent(baseName(call.upload ?? ''))}` };
    let method =
      call.method ??
      (upload !== undefined
        ? 'PUT'
        : call.head
          ? 'HEAD'
          : call.form.length > 0 || (call.data !== undefined && !call.asQuery)
            ? 'POST'
            : 'GET');
    let body = upload ?? this.#form() ?? (call.asQuery ? undefined : call.data);
    if (url !== undefined && call.asQuery && call.data !== undefined)
      url = { ...url, path: `${url.path}${url.path.includes('?') ? '&' : '?'}${call.data}` };
    const deadline: Micros | undefined =
      call.maxTime === undefined || call.maxTime === 0
        ? undefined
        : context.kernel.now + Math.round(call.maxTime * 1_000_000);
    let allowed = call.protocols;
    for (;;) {
      if (url === undefined) throw new CurlError(3, 'URL using bad/illegal format or missing URL');
      if (allowed?.has(url.scheme) === false)
        throw new CurlError(1, `Protocol "${url.scheme}" not supported or disabled in libcurl`);
      if (PORTS[url.scheme] !== undefined) yield* this.#exchanges.reach(url, facts, deadline);
      if (url.scheme !== 'http' && url.scheme !== 'https')
        throw new CurlError(1, `Protocol "${url.scheme}" not supported or disabled in libcurl`);
      facts.method = method;
      facts.effectiveUrl = `${urlText(url)}${url.fragment}`;
      const response: HttpResponse = yield* this.#exchanges.run(url, { method, body, from }, facts, deadline);
      if (call.headerFile !== undefined) yield* this.#write(call.headerFile, this.#headOf(response), 'after');
      const location = headerOf(response, 'location');
      if (location === undefined || response.status < 300 || response.status >= 400) return response;
      const next = followed(url, location);
      if (!call.location) {
        facts.redirectUrl = next === undefined ? location : urlText(next);
        return response;
      }
      if (facts.redirects >= call.maxRedirects)
        throw new CurlError(47, `Maximum (${call.maxRedirects}) redirects followed`);
      if (call.include || call.head) yield* context.out(this.#shownHead(response));
      facts.redirects++;
      yield* this.#endMeter(facts);
      yield* this.#exchanges.settle();
      if (next !== undefined && next.port !== url.port)
        yield* this.#verbose.say(`* Clear auth, redirects to port from ${url.port} to ${next.port}\n`);
      yield* this.#verbose.say(
        `* Issue another request to this URL: '${next === undefined ? location : urlText(next)}'\n`,
      );
      // 301, 302 and 303 turn a POST into a GET, unless -X says otherwise.
      if (!call.keepsPost.has(response.status) && method === 'POST' && call.method === undefined) {
        if (response.status !== 303) yield* this.#verbose.say('* Switch from POST to GET\n');
        method = 'GET';
        body = undefined;
      }
      allowed = call.redirectProtocols ?? allowed;
      url = next;
    }
  }

  /** The body that -F makes. */
  #form(): string | undefined {
    const { call, context } = this;
    if (call.form.length === 0) return undefined;
    const boundary = formBoundary(() => context.kernel.random('curl.boundary').nextUint32() % 16);
    call.dataType = `multipart/form-data; boundary=${boundary}`;
    return formBody(call.form, boundary);
  }
  /** `file:`: no server is asked; with -I what one would say of it. */
  #file(path: string): HttpResponse {
    const { context, call } = this;
    const info = context.fs.stat(path, context.who);
    const text =
      info instanceof FileError || info.kind === 'directory'
        ? info instanceof FileError
          ? info
          : ''
        : context.fs.readFile(path, context.who);
    if (text instanceof FileError) throw new CurlError(37, `Couldn't open file ${path}`);
    const size = byteLength(text);
    const head = `Content-Length: ${size}\r\nAccept-ranges: bytes\r\nLast-Modified: ${strftime('%a, %d %b %Y %H:%M:%S GMT', info instanceof FileError ? 0 : info.mtime)}\r\n`;
    return {
      kind: 'response',
      trace: 0,
      status: 0,
      reason: '',
      version: '1.1',
      headers: [],
      body: call.head ? head : call.include ? head + text : text,
      bytes: size,
    };
  }

  *#deliver(
    response: HttpResponse,
    output: string | undefined,
    facts: TransferFacts,
    url: string,
    where: 'over' | 'after',
  ): Generator<Wait, void, Wake> {
    const { context, call } = this;
    const text = `${response.status > 0 && (call.include || call.head) ? this.#shownHead(response) : ''}${call.head && response.status > 0 ? '' : response.body}`;
    const named = this.#isRemoteNamed(output)
      ? ((call.remoteHeaderName ? suggestedName(response) : undefined) ?? remoteName(url))
      : output;
    const placed =
      named === undefined || named === '-' || call.outputFolder === undefined
        ? named
        : `${call.outputFolder}/${named}`;
    const path =
      placed === undefined || placed === '-' || !call.noClobber ? placed : this.#unusedName(placed);
    if (path === undefined || path === '-') {
      yield* context.out(text);
      return;
    }
    facts.output = path;
    if (call.createFolders) this.#makeFoldersOf(path);
    const refused = yield* this.#write(path, text, where);
    const modified = call.remoteTime ? parseHttpDate(headerOf(response, 'last-modified') ?? '') : undefined;
    if (refused === undefined && modified !== undefined)
      context.fs.utimes(context.resolve(path), modified, modified, context.who);
    if (refused === undefined) return;
    if (refused.errno === 'ENOSPC') throw new CurlError(23, 'Failed writing body');
    if (!call.silent)
      yield* context.err(warning(`Failed to open the file ${path}: ${errnoText(refused.errno)}`));
    yield* this.#verbose.say('* Failure writing output to destination\n');
    this.#exchanges.closeAfterwards();
    throw new CurlError(23, 'Failure writing output to destination');
  }

  /** --no-clobber: `name.1` and so on when the name is taken. */
  #unusedName(path: string): string {
    const { context } = this;
    const isTaken = (name: string): boolean => context.fs.exists(context.resolve(name));
    if (!isTaken(path)) return path;
    for (let number = 1; ; number++) if (!isTaken(`${path}.${number}`)) return `${path}.${number}`;
  }
  #makeFoldersOf(path: string): void {
    const { fs, who } = this.context;
    const parts = this.context.resolve(path).split('/').slice(1, -1);
    for (const position of parts.keys()) {
      const folder = `/${parts.slice(0, position + 1).join('/')}`;
      if (!fs.exists(folder)) fs.mkdir(folder, 0o750, who);
    }
  }

  /** To a file, or where `-` and the files of /dev lead to. */
  *#write(path: string, text: string, where: 'over' | 'after'): Generator<Wait, FileError | undefined, Wake> {
    const { context } = this;
    if (path === '-' || path === '/dev/stdout') yield* context.out(text);
    else if (path === '/dev/stderr') yield* context.err(text);
    else if (path !== '/dev/null')
      return context.fs.writeFile(context.resolve(path), text, context.who, { append: where === 'after' });
    return undefined;
  }
  /** `-D -` writes where the content goes too. */
  get #showsTwice(): boolean {
    return this.call.headerFile === '-' && this.call.output.length === 0;
  }
  #headOf(response: HttpResponse): string {
    return this.#showsTwice && (this.call.include || this.call.head) ? '' : headText(response);
  }
  /** With `-D -` every line is written once for each of the two. */
  #shownHead(response: HttpResponse): string {
    const text = headText(response);
    return this.#showsTwice ? text.replace(/[^\n]*\n/g, '$&$&') : text;
  }
}

function headerOf(response: HttpResponse, wanted: string): string | undefined {
  return response.headers.find(([name]) => name.toLowerCase() === wanted)?.[1];
}
/** The last part of a URL's path. */
function remoteName(url: string): string {
  return parseUrl(url)?.path.replace(/\?.*$/, '').split('/').pop() ?? '';
}
/** Content-Disposition: for -J. */
function suggestedName(response: HttpResponse): string | undefined {
  const value = headerOf(response, 'content-disposition') ?? '';
  const [, quoted, bare] = /filename=(?:"([^"]*)"|([^;\s]*))/i.exec(value) ?? [];
  const name = quoted ?? bare;
  return name === undefined ? undefined : baseName(name);
}
