/** wget(1) 1.21.3 over HTTP and HTTPS. Recorded in truth/host (b04, b10). Not modelled: recursion, FTP, .wgetrc. */
import { byteLength } from '../../std/bytes';
import { strftime } from '../../std/civil';
import { SECOND } from '../../std/instant';
import { formatIPv4 } from '../../std/ipv4';
import type { HttpResponse } from '../../world/network.contract';
import type { ProgramContext, ProgramRun, Wait, Wake } from '../../world/process.contract';
import type { SecureSocketEvent } from '../../world/tls.contract';
import { parseOptions } from '../command-options';
import { followed, parseUrl, type Url, urlText } from './curl/url';
import { errnoText, lookUpName } from '../host-names';
import { Mailbox } from '../mailbox';
import { minimumOf, readTrust, secureForWget, type WgetTls, type WgetTrust } from './wget-tls';

const LONG = {
  quiet: 'q',
  'no-verbose': 'nv',
  verbose: 'v',
  'output-document=': 'O',
  'server-response': 'S',
  spider: 'spider',
  'timeout=': 'T',
  'connect-timeout=': 'T',
  'read-timeout=': 'T',
  'tries=': 't',
  'header=': 'header',
  'user-agent=': 'U',
  'max-redirect=': 'max-redirect',
  'no-check-certificate': 'no-check-certificate',
  'ca-certificate=': 'ca-certificate',
  'ca-directory=': 'ca-directory',
  'secure-protocol=': 'secure-protocol',
  'no-proxy': 'ignored',
  version: 'V',
  help: 'h',
};
/** `2`, `1.5m`: a number with the letter of a unit. No longer than a year is waited. */
function secondsOf(period: string): number | undefined {
  const [, number = '', unit = 's'] = /^(\d+(?:\.\d*)?|\.\d+)([smhdw]?)$/.exec(period) ?? [];
  if (number === '') return undefined;
  const seconds = Number(number) * ({ s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 }[unit] ?? 1);
  return Math.min(seconds, MOST_SECONDS);
}
const MOST_SECONDS = 31_536_000;
const TRIES = 20;
const REDIRECTS = 20;
type Log = (text: string) => Generator<Wait, void, Wake>;
interface Call {
  quiet: boolean;
  terse: boolean;
  output: string | undefined;
  spider: boolean;
  showsHeaders: boolean;
  timeout: number;
  tries: number;
  headers: [string, string][];
  agent: string;
  tls: WgetTls;
  /** Read when the first https URL comes. */
  trust: WgetTrust | undefined;
}

export function* wget(context: ProgramContext): ProgramRun {
  // -nv is one option of two letters.
  const args = context.argv.slice(1).map((word) => (word === '-nv' ? '--no-verbose' : word));
  const parsed = parseOptions(args, { short: 'qvO:ST:t:U:Vhcbi:P:r', long: LONG });
  if (parsed.problem !== undefined) {
    yield* context.err(
      `wget: ${parsed.problem.long ? `unrecognized option '${parsed.problem.option}'` : `invalid option -- '${parsed.problem.option}'`}\nUsage: wget [OPTION]... [URL]...\n\nTry \`wget --help' for more options.\n`,
    );
    return 2;
  }
  const given = new Map(parsed.options.map(({ name, value }) => [name, value]));
  if (given.has('V')) {
    yield* context.out('GNU Wget 1.21.3 built on linux-gnu.\n');
    return 0;
  }
  if (parsed.operands.length === 0) {
    yield* context.err(
      "wget: missing URL\nUsage: wget [OPTION]... [URL]...\n\nTry `wget --help' for more options.\n",
    );
    return 1;
  }
  const period = given.get('T') ?? '900';
  const timeout = secondsOf(period);
  if (timeout === undefined) {
    const kind = Number(period) < 0 ? 'Negative' : 'Invalid';
    yield* context.err(`wget: --timeout: ${kind} time period ‘${period}’\n`);
    return 2;
  }
  const call: Call = {
    quiet: given.has('q'),
    terse: given.has('nv'),
    output: given.get('O'),
    spider: given.has('spider'),
    showsHeaders: given.has('S'),
    timeout,
    tries: /^\d+$/.test(given.get('t') ?? '') ? Number(given.get('t')) : TRIES,
    headers: parsed.options
      .filter(({ name }) => name === 'header')
      .map(({ value }): [string, string] => [
        value.split(':')[0] ?? '',
        value.slice(value.indexOf(':') + 1).trim(),
      ]),
    agent: given.get('U') ?? 'Wget/1.21.3',
    tls: {
      checks: !given.has('no-check-certificate'),
      caFile: given.get('ca-certificate'),
      caDirectory: given.get('ca-directory'),
      min: minimumOf(given.get('secure-protocol')),
    },
    trust: undefined,
  };
  let worst = 0;
  for (const text of parsed.operands) worst = Math.max(worst, yield* fetch(context, call, text));
  return worst;
}

function* fetch(context: ProgramContext, call: Call, text: string): Generator<Wait, number, Wake> {
  const log: Log = function* (line) {
    if (!call.quiet && !call.terse) yield* context.err(line);
  };
  let url = parseUrl(text);
  for (let hop = 0; ; hop++) {
    if (url === undefined || (url.scheme !== 'http' && url.scheme !== 'https')) {
      yield* context.err(
        `${text}: ${url === undefined ? 'Invalid host name' : `Unsupported scheme ‘${url.scheme}’`}.\n`,
      );
      return 1;
    }
    if (call.spider) yield* log('Spider mode enabled. Check if remote file exists.\n');
    yield* log(`--${strftime('%Y-%m-%d %H:%M:%S', context.host.clock())}--  ${urlText(url)}\n`);
    if (url.scheme === 'https' && call.trust === undefined) {
      call.trust = readTrust(context, call.tls);
      yield* log(call.trust.said);
    }
    const answer = yield* tryAll(context, call, url, log);
    if (typeof answer === 'number') return answer;
    const location = answer.headers.find(([name]) => name.toLowerCase() === 'location')?.[1];
    if (location !== undefined && answer.status >= 300 && answer.status < 400 && hop < REDIRECTS) {
      yield* log(`Location: ${location} [following]\n`);
      url = followed(url, location);
      continue;
    }
    return yield* deliver(context, call, url, answer, log);
  }
}
function* tryAll(
  context: ProgramContext,
  call: Call,
  url: Url,
  log: Log,
): Generator<Wait, HttpResponse | number, Wake> {
  const isLiteral = /^[\d.]+$/.test(url.host);
  if (!isLiteral) yield* log(`Resolving ${url.host} (${url.host})... `);
  const found = yield* lookUpName(context, url.host, { quick: true });
  if (typeof found === 'string') {
    yield* log(`failed: ${found}.\n`);
    yield* context.err(call.quiet ? '' : `wget: unable to resolve host address ‘${url.host}’\n`);
    return 4;
  }
  const [ip = 0] = found.addresses;
  if (!isLiteral) yield* log(`${formatIPv4(ip)}\n`);
  for (let attempt = 1; ; attempt++) {
    yield* log(
      `Connecting to ${isLiteral ? '' : `${url.host} (${url.host})|`}${formatIPv4(ip)}${isLiteral ? '' : '|'}:${url.port}... `,
    );
    const answer = yield* exchange(context, call, url, ip, log);
    if (typeof answer !== 'string') return answer;
    // A refusal is final; what timed out is tried again.
    if (answer.startsWith('failed:') && !answer.includes('timed out')) {
      yield* log(`${answer}.\n`);
      if (call.terse) yield* context.err(`${answer}.\n`);
      return 4;
    }
    yield* log(`${answer}\n`);
    if (attempt >= call.tries) {
      yield* log('Giving up.\n\n');
      return 4;
    }
    yield* log('Retrying.\n\n');
    yield* context.sleep(Math.min(attempt, 10) * SECOND);
    yield* log(
      `--${strftime('%Y-%m-%d %H:%M:%S', context.host.clock())}--  (try:${String(attempt + 1).padStart(2)})  ${urlText(url)}\n`,
    );
  }
}
function* exchange(
  context: ProgramContext,
  call: Call,
  url: Url,
  ip: number,
  log: Log,
): Generator<Wait, HttpResponse | string | number, Wake> {
  const { network } = context.world;
  const box = new Mailbox(context);
  const trace = context.world.startTrace(`wget ${urlText(url)}`);
  const connection = network.connect(context.host, {
    pid: context.pid,
    ip,
    port: url.port,
    on: box.on('socket'),
    trace,
  });
  let until = context.kernel.now + call.timeout * SECOND;
  for (;;) {
    const received = yield* box.next(until);
    if (received.kind !== 'item') {
      network.reset(connection, 'client');
      return 'failed: Connection timed out.';
    }
    const event = received.event as SecureSocketEvent;
    if (event.type === 'connected') {
      yield* log('connected.\n');
      const refused = yield* secured(context, call, url, { connection, box });
      if (refused !== undefined) return refused;
      yield* log('HTTP request sent, awaiting response... ');
      const headers: [string, string][] = [
        ['Host', `${url.host}${url.explicitPort ? `:${url.port}` : ''}`],
        ['User-Agent', call.agent],
        ['Accept', '*/*'],
        ['Accept-Encoding', 'identity'],
        ['Connection', 'Keep-Alive'],
        ...call.headers,
      ];
      const method = call.spider ? 'HEAD' : 'GET';
      const head = `${method} ${url.path} HTTP/1.1\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
      network.send(connection, 'client', {
        kind: 'request',
        trace,
        method,
        target: url.path,
        version: '1.1',
        headers,
        body: '',
        bytes: byteLength(head),
      });
      until = context.kernel.now + call.timeout * SECOND;
    } else if (event.type === 'failed')
      return event.errno === 'ECONNRESET'
        ? 'Read error (Connection reset by peer) in headers.'
        : `failed: ${errnoText(event.errno)}`;
    else if (event.type === 'tls-failed') {
      network.close(connection, 'client');
      return 'Read error (A TLS fatal alert has been received.) in headers.';
    } else if (event.type === 'closed') {
      network.close(connection, 'client');
      return 'No data received.';
    } else if (event.type === 'message' && event.message.kind === 'response') {
      network.close(connection, 'client');
      box.close();
      yield* log(`${event.message.status} ${event.message.reason}\n`);
      return event.message;
    }
  }
}
/** Over https: the handshake. The exit code when it fails. */
function* secured(
  context: ProgramContext,
  call: Call,
  { scheme, host }: Url,
  { connection, box }: { connection: number; box: Mailbox },
): Generator<Wait, number | undefined, Wake> {
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
function* deliver(
  context: ProgramContext,
  call: Call,
  url: Url,
  answer: HttpResponse,
  log: Log,
): Generator<Wait, number, Wake> {
  const now = strftime('%Y-%m-%d %H:%M:%S', context.host.clock());
  if (call.showsHeaders)
    yield* context.err(
      `  HTTP/${answer.version} ${answer.status} ${answer.reason}\n${answer.headers.map(([name, value]) => `  ${name}: ${value}\n`).join('')}`,
    );
  if (answer.status >= 400) {
    if (call.spider) yield* log('Remote file does not exist -- broken link!!!\n\n');
    else if (!call.quiet)
      yield* context.err(
        call.terse
          ? `${urlText(url)}:\n${now} ERROR ${answer.status}: ${answer.reason}.\n`
          : `${now} ERROR ${answer.status}: ${answer.reason}.\n\n`,
      );
    return 8;
  }
  const type = answer.headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1].split(';')[0];
  const bytes = byteLength(answer.body);
  const kind = type === undefined ? '' : ` [${type}]`;
  if (call.spider) {
    yield* log(`Length: ${bytes}${kind}\nRemote file exists.\n\n`);
    if (call.terse && !call.quiet)
      yield* context.err(`${now} URL: ${urlText(url)} ${answer.status} ${answer.reason}\n`);
    return 0;
  }
  const last = url.path.replace(/\?.*$/, '').split('/').pop() ?? '';
  const path = call.output ?? freeName(context, last === '' ? 'index.html' : last);
  yield* log(`Length: ${bytes}${kind}\nSaving to: ‘${path === '-' ? 'STDOUT' : path}’\n\n`);
  if (path === '-') yield* context.out(answer.body);
  else {
    const failed = context.fs.writeFile(context.resolve(path), answer.body, context.who);
    if (failed !== undefined && context.resolve(path) !== '/dev/null') {
      const why =
        failed.errno === 'ENOSPC'
          ? 'No space left on device'
          : failed.errno === 'EACCES'
            ? 'Permission denied'
            : 'No such file or directory';
      if (failed.errno === 'ENOSPC')
        yield* log(
          `     0K                                                         0% 0.00 =0s\n\n\nCannot write to ‘${path}’ (${why}).\n`,
        );
      else yield* context.err(`${path}: ${why}\n\nCannot write to ‘${path}’ (Success).\n`);
      return 3;
    }
  }
  yield* log(
    `     0K${' '.repeat(55)}100%    0.0=0s\n\n${now} (0.00 B/s) - ‘${path}’ saved [${bytes}/${bytes}]\n\n`,
  );
  if (call.terse && !call.quiet)
    yield* context.err(`${now} URL:${urlText(url)} [${bytes}/${bytes}] -> "${path}" [1]\n`);
  return 0;
}
function freeName(context: ProgramContext, name: string): string {
  let candidate = name;
  for (let number = 1; context.fs.exists(context.resolve(candidate)); number++)
    candidate = `${name}.${number}`;
  return candidate;
}
