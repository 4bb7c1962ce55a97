/** The options of wget(1) 1.21.3; what is known and not modelled is refused by name. */
import { encodeBase64 } from '../../std/base64';
import { byteLength, bytesFromText } from '../../std/bytes';
import { FileError } from '../../world/files.contract';
import type { ProgramContext } from '../../world/process.contract';
import { getoptComplaint, parseOptions } from '../command-options';
import { minimumOf, type WgetTls, type WgetTrust } from './wget-tls';

const LONG = {
  quiet: 'q',
  'no-verbose': 'nv',
  verbose: 'v',
  'output-document=': 'O',
  'directory-prefix=': 'P',
  'server-response': 'S',
  spider: 'spider',
  continue: 'c',
  timestamping: 'N',
  'no-clobber': 'nc',
  'input-file=': 'i',
  'timeout=': 'T',
  'connect-timeout=': 'T',
  'read-timeout=': 'T',
  'dns-timeout=': 'ignored=',
  'tries=': 't',
  'header=': 'header',
  'user-agent=': 'U',
  'referer=': 'referer',
  'method=': 'method',
  'body-data=': 'post-data',
  'body-file=': 'post-file',
  'post-data=': 'post-data',
  'post-file=': 'post-file',
  'user=': 'user',
  'http-user=': 'user',
  'password=': 'password',
  'http-password=': 'password',
  'auth-no-challenge': 'auth-no-challenge',
  'max-redirect=': 'max-redirect',
  'no-check-certificate': 'no-check-certificate',
  'ca-certificate=': 'ca-certificate',
  'ca-directory=': 'ca-directory',
  'secure-protocol=': 'secure-protocol',
  'no-proxy': 'no-proxy',
  'no-http-keep-alive': 'no-keep-alive',
  'no-cache': 'no-cache',
  'content-on-error': 'content-on-error',
  'inet4-only': 'ignored',
  'show-progress': 'ignored',
  'progress=': 'ignored=',
  'limit-rate=': 'ignored=',
  'retry-connrefused': 'retry-connrefused',
  'waitretry=': 'ignored=',
  'no-hsts': 'ignored',
  'no-config': 'ignored',
  'no-iri': 'ignored',
  'no-use-server-timestamps': 'own-time',
  recursive: 'r',
  mirror: 'm',
  'page-requisites': 'p',
  background: 'b',
  debug: 'd',
  'output-file=': 'o',
  'append-output=': 'a',
  version: 'V',
  help: 'h',
};
const NOT_MODELLED = ['r', 'm', 'p', 'b', 'd', 'o', 'a'];
const USAGE = "Usage: wget [OPTION]... [URL]...\n\nTry `wget --help' for more options.\n";
const TRIES = 20;
const REDIRECTS = 20;
/** No longer than a year is waited. */
const MOST_SECONDS = 31_536_000;

export interface Call {
  urls: string[];
  quiet: boolean;
  terse: boolean;
  output: string | undefined;
  prefix: string | undefined;
  spider: boolean;
  showsHeaders: boolean;
  continues: boolean;
  timestamps: boolean;
  keepsFiles: boolean;
  /** Files get the time that the server tells. */
  serverTime: boolean;
  /** -i: the file, for what is said when it is empty. */
  list: string | undefined;
  timeout: number;
  tries: number;
  retriesRefused: boolean;
  redirects: number;
  method: string | undefined;
  body: string | undefined;
  headers: [string, string][];
  agent: string;
  /** `name:password` */
  user: string | undefined;
  /** The credentials go with the first request already. */
  unasked: boolean;
  usesProxy: boolean;
  keepsAlive: boolean;
  contentOnError: boolean;
  tls: WgetTls;
  /** Read when the first https URL comes. */
  trust: WgetTrust | undefined;
}
/** Ends the run: what is said, and the exit code. */
export class WgetUsage extends Error {
  constructor(
    readonly text: string,
    readonly code: number,
    readonly to: 'out' | 'err' = 'err',
  ) {
    super('wget');
  }
}

/** @throws WgetUsage */
export function readCall(context: ProgramContext, stdin: string): Call {
  // -nv and the like are one option of two letters.
  const args = context.argv
    .slice(1)
    .map(
      (word) =>
        ({ '-nv': '--no-verbose', '-nc': '--no-clobber', '-nH': '-r', '-nd': '-r', '-np': '-r' })[word] ??
        word,
    );
  const parsed = parseOptions(args, { short: 'qvO:ST:t:U:VhcNbdi:P:rmpo:a:Q:w:e:46x', long: LONG });
  const { problem } = parsed;
  if (problem !== undefined) throw new WgetUsage(`wget: ${getoptComplaint(problem)}\n${USAGE}`, 2);
  const given = new Map(parsed.options.map(({ name, value }) => [name, value]));
  if (given.has('V')) throw new WgetUsage('GNU Wget 1.21.3 built on linux-gnu.\n', 0, 'out');
  const unmodelled = parsed.options.find(({ name }) => NOT_MODELLED.includes(name));
  if (unmodelled !== undefined) throw new WgetUsage(`not modelled: wget ${unmodelled.written}\n`, 2);
  const list = given.get('i');
  if (parsed.operands.length === 0 && list === undefined)
    throw new WgetUsage(`wget: missing URL\n${USAGE}`, 1);
  const user = given.get('user');
  const method = given.get('method')?.toUpperCase();
  const body = given.get('post-data') ?? bodyFile(context, given.get('post-file'));
  return {
    urls: [...parsed.operands, ...(list === undefined ? [] : urlsOf(context, list, stdin))],
    quiet: given.has('q'),
    terse: given.has('nv'),
    output: given.get('O'),
    prefix: given.get('P'),
    spider: given.has('spider'),
    showsHeaders: given.has('S'),
    continues: given.has('c'),
    timestamps: given.has('N'),
    keepsFiles: given.has('nc'),
    serverTime: !given.has('own-time'),
    list,
    timeout: timeoutOf(given.get('T') ?? '900'),
    tries: /^\d+$/.test(given.get('t') ?? '') ? Number(given.get('t')) || Number.POSITIVE_INFINITY : TRIES,
    retriesRefused: given.has('retry-connrefused'),
    redirects: Number(given.get('max-redirect') ?? REDIRECTS),
    method: method ?? (body === undefined ? undefined : 'POST'),
    body,
    headers: parsed.options
      .filter(({ name }) => name === 'header')
      .map(({ value }): [string, string] => [
        value.split(':')[0] ?? '',
        value.slice(value.indexOf(':') + 1).trim(),
      ])
      .concat(given.has('referer') ? [['Referer', given.get('referer') ?? '']] : [])
      .concat(
        given.has('no-cache')
          ? [
              ['Cache-Control', 'no-cache'],
              ['Pragma', 'no-cache'],
            ]
          : [],
      ),
    agent: given.get('U') ?? 'Wget/1.21.3',
    user: user === undefined ? undefined : `${user}:${given.get('password') ?? ''}`,
    unasked: given.has('auth-no-challenge'),
    usesProxy: !given.has('no-proxy'),
    keepsAlive: !given.has('no-keep-alive'),
    contentOnError: given.has('content-on-error'),
    tls: {
      checks: !given.has('no-check-certificate'),
      caFile: given.get('ca-certificate'),
      caDirectory: given.get('ca-directory'),
      min: minimumOf(given.get('secure-protocol')),
    },
    trust: undefined,
  };
}
/** `2`, `1.5m`: a number with the letter of a unit. */
function timeoutOf(period: string): number {
  const [, number = '', unit = 's'] = /^(\d+(?:\.\d*)?|\.\d+)([smhdw]?)$/.exec(period) ?? [];
  if (number === '') {
    const kind = Number(period) < 0 ? 'Negative' : 'Invalid';
    throw new WgetUsage(`wget: --timeout: ${kind} time period ‘${period}’\n`, 2);
  }
  const seconds = Number(number) * ({ s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 }[unit] ?? 1);
  return Math.min(seconds, MOST_SECONDS);
}
function bodyFile(context: ProgramContext, path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  const text = context.fs.readFile(context.resolve(path), context.who);
  if (text instanceof FileError)
    throw new WgetUsage(`BODY data file ‘${path}’ missing: No such file or directory\n`, 1);
  return text;
}
/** What -i names, a line each. */
function urlsOf(context: ProgramContext, path: string, stdin: string): string[] {
  const text = path === '-' ? stdin : context.fs.readFile(context.resolve(path), context.who);
  const lines = text instanceof FileError ? [] : text.split('\n').filter((line) => line.trim() !== '');
  if (lines.length === 0) {
    const why = text instanceof FileError ? `${path}: No such file or directory\n` : '';
    throw new WgetUsage(`${why}No URLs found in ${path}.\n`, 0);
  }
  return lines.map((line) => line.trim());
}

/** The header fields of a request, in wget's order. */
export function headersOf(
  call: Call,
  host: string,
  extra: { readonly range?: number; readonly since?: string; readonly user: string | undefined },
): [string, string][] {
  const headers: [string, string][] = [
    ['Host', host],
    ['User-Agent', call.agent],
    ['Accept', '*/*'],
    ['Accept-Encoding', 'identity'],
  ];
  if (extra.since !== undefined) headers.push(['If-Modified-Since', extra.since]);
  if (extra.range !== undefined) headers.push(['Range', `bytes=${extra.range}-`]);
  if (extra.user !== undefined)
    headers.push(['Authorization', `Basic ${encodeBase64(bytesFromText(extra.user))}`]);
  headers.push(['Connection', call.keepsAlive ? 'Keep-Alive' : 'Close']);
  if (call.body !== undefined)
    headers.push(
      ['Content-Type', 'application/x-www-form-urlencoded'],
      ['Content-Length', String(byteLength(call.body))],
    );
  // What is given replaces what wget would say.
  const own = new Set(call.headers.map(([name]) => name.toLowerCase()));
  return [...headers.filter(([name]) => !own.has(name.toLowerCase())), ...call.headers];
}
