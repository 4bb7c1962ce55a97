/** The options of curl(1) 7.88.1, as far as they matter to what travels; others are refused by name. */
import { parseIPv4 } from '../../../std/ipv4';
import { FileError } from '../../../world/files.contract';
import type { ProgramContext } from '../../../world/process.contract';
import { type FormPart, formPart } from './form';
import { LONG, NOT_MODELLED, VALUES } from './option-names';
import { parseHttpDate, type TimeCondition } from './time-condition';
import { applyTls, type TlsOptions } from './tls-options';
import { CurlUsage, HINT, warning } from './usage';

/** A variable of the environment. */
export type Environment = (name: string) => string | undefined;

export interface CurlCall extends TlsOptions {
  /** What `@-` stands for. */
  stdin: string;
  urls: string[];
  /** Said before anything is done; `-s` keeps back those of the options behind it. */
  warnings: string[];
  /** Told with -v alone. */
  notes: string[];
  silent: boolean;
  showError: boolean;
  noMeter: boolean;
  verbose: boolean;
  include: boolean;
  head: boolean;
  fail: boolean;
  failWithBody: boolean;
  location: boolean;
  maxRedirects: number;
  insecure: boolean;
  output: (string | undefined)[];
  outputFolder: string | undefined;
  createFolders: boolean;
  globs: boolean;
  remoteName: boolean;
  headers: string[];
  userAgent: string;
  referer: string | undefined;
  method: string | undefined;
  data: string | undefined;
  dataType: string | undefined;
  accept: string;
  asQuery: boolean;
  cookies: string[];
  cookieFiles: string[];
  jar: string | undefined;
  resolve: { host: string; port: number; address: string }[];
  connectTo: { host: string; port: string; toHost: string; toPort: string }[];
  maxTime: number | undefined;
  connectTimeout: number | undefined;
  writeOut: string | undefined;
  interface: string | undefined;
  user: string | undefined;
  version: '1.0' | '1.1';
  /** HTTP/2 is asked for over https (ALPN), unless told otherwise. */
  http2: boolean;
  /** Over http it is offered only when asked for. */
  upgradesHttp2: boolean;
  retries: number;
  /** Seconds; undefined: doubles from one second on. */
  retryDelay: number | undefined;
  retryOn: 'transient' | 'refused too' | 'everything';
  /** -D: where the header fields of answers go. */
  headerFile: string | undefined;
  range: string | undefined;
  /** -T: the file that is sent, `-` for what is read. */
  upload: string | undefined;
  /** -C: where the transfer goes on; `-`: behind what the output has. */
  resume: number | '-' | undefined;
  compressed: boolean;
  /** A PROXY header goes first. */
  haproxyProtocol: boolean;
  noBuffer: boolean;
  path: 'as-is' | 'usual';
  /** -F */
  form: FormPart[];
  /** A file of it cannot be read: known when it is to be sent. */
  formProblem: boolean;
  /** -x, also empty: none; undefined: what the environment says. */
  proxy: string | undefined;
  noProxy: string | undefined;
  proxyUser: string | undefined;
  unixSocket: string | undefined;
  timeCondition: TimeCondition | undefined;
  bearer: string | undefined;
  /** Bytes. */
  maxFileSize: number | undefined;
  /** Schemes that may be used; undefined: all. */
  protocols: ReadonlySet<string> | undefined;
  redirectProtocols: ReadonlySet<string> | undefined;
  /** Bytes per second, and for how many seconds less than that is borne. */
  speedLimit: number | undefined;
  speedTime: number | undefined;
  limitRate: number | undefined;
  localPort: number | undefined;
  family: 4 | 6 | undefined;
  /** -R: the file gets the document's time. */
  remoteTime: boolean;
  /** -J: the server names the file. */
  remoteHeaderName: boolean;
  remoteNameAll: boolean;
  noClobber: boolean;
  removeOnError: boolean;
  progressBar: boolean;
  /** Statuses of redirections after which a POST stays one. */
  keepsPost: Set<number>;
}
/** @param args without the program's name @param stdin what `@-` stands for */
export function readCall(
  context: ProgramContext,
  args: readonly string[],
  stdin = '',
): CurlCall | 'version' | { help: string | undefined } {
  const call: CurlCall = {
    stdin,
    urls: [],
    warnings: [],
    notes: [],
    silent: false,
    showError: false,
    noMeter: false,
    verbose: false,
    include: false,
    head: false,
    fail: false,
    failWithBody: false,
    location: false,
    maxRedirects: 50,
    insecure: false,
    output: [],
    outputFolder: undefined,
    createFolders: false,
    globs: true,
    remoteName: false,
    headers: [],
    userAgent: 'curl/7.88.1',
    referer: undefined,
    method: undefined,
    upload: undefined,
    resume: undefined,
    data: undefined,
    dataType: undefined,
    accept: '*/*',
    asQuery: false,
    cookies: [],
    cookieFiles: [],
    jar: undefined,
    resolve: [],
    connectTo: [],
    maxTime: undefined,
    connectTimeout: undefined,
    writeOut: undefined,
    interface: undefined,
    user: undefined,
    version: '1.1',
    http2: true,
    upgradesHttp2: false,
    alpn: true,
    caFile: undefined,
    caPath: undefined,
    certificate: undefined,
    key: undefined,
    passphrase: undefined,
    tlsMin: 'TLSv1',
    tlsMax: 'TLSv1.3',
    ciphers: undefined,
    suites: undefined,
    retries: 0,
    retryDelay: undefined,
    retryOn: 'transient',
    headerFile: undefined,
    range: undefined,
    compressed: false,
    haproxyProtocol: false,
    noBuffer: false,
    path: 'usual',
    form: [],
    formProblem: false,
    proxy: undefined,
    noProxy: undefined,
    proxyUser: undefined,
    unixSocket: undefined,
    timeCondition: undefined,
    bearer: undefined,
    maxFileSize: undefined,
    protocols: undefined,
    redirectProtocols: undefined,
    speedLimit: undefined,
    speedTime: undefined,
    limitRate: undefined,
    localPort: undefined,
    family: undefined,
    remoteTime: false,
    remoteHeaderName: false,
    remoteNameAll: false,
    noClobber: false,
    removeOnError: false,
    progressBar: false,
    keepsPost: new Set([307, 308]),
  };
  for (let i = 0; i < args.length; i++) {
    const word = args[i] ?? '';
    if (word === '--') {
      call.urls.push(...args.slice(i + 1));
      break;
    }
    if (word.startsWith('--')) {
      const name = word.slice(2);
      const target = LONG[name] ?? LONG[`${name}=`];
      if (target === undefined)
        throw new CurlUsage(
          NOT_MODELLED.has(name.replace(/^no-/, ''))
            ? `curl: not modelled: ${word}\n`
            : `curl: option ${word}: is unknown\n${HINT}`,
          2,
        );
      if (target === 'h') return { help: args[i + 1] };
      const takes = LONG[`${name}=`] !== undefined;
      if (takes && i + 1 >= args.length)
        throw new CurlUsage(`curl: option ${word}: requires parameter\n${HINT}`, 2);
      const done = apply(context, call, target.replace(/=$/, ''), takes ? (args[++i] ?? '') : '', word);
      if (done !== undefined) return done;
      continue;
    }
    if (!word.startsWith('-') || word === '-') {
      call.urls.push(word);
      continue;
    }
    for (let at = 1; at < word.length; at++) {
      const letter = word[at] ?? '';
      if (letter === 'h') return { help: args[i + 1] };
      const takes = VALUES.includes(letter);
      const rest = word.slice(at + 1);
      if (takes && rest === '' && i + 1 >= args.length)
        throw new CurlUsage(`curl: option -${letter}: requires parameter\n${HINT}`, 2);
      const done = apply(
        context,
        call,
        letter,
        takes ? (rest !== '' ? rest : (args[++i] ?? '')) : '',
        `-${word.slice(1)}`,
      );
      if (done !== undefined) return done;
      if (takes) break;
    }
  }
  if (args.length === 0) throw new CurlUsage(HINT, 2);
  if (call.urls.length === 0) throw new CurlUsage(`curl: no URL specified!\n${HINT}`, 2);
  warnOfMethod(call);
  if (call.form.length > 0 && (call.head || call.data !== undefined))
    throw new CurlUsage(
      call.silent
        ? ''
        : warning(
            `You can only select one HTTP request method! You asked for both ${call.head ? 'HEAD (-I, --head)' : 'POST (-d, --data)'} and multipart formpost (-F, --form).`,
          ),
      2,
    );
  if (call.head && call.data !== undefined && !call.asQuery)
    throw new CurlUsage(
      call.silent
        ? ''
        : 'Warning: You can only select one HTTP request method! You asked for both POST \nWarning: (-d, --data) and HEAD (-I, --head).\n',
      2,
    );
  return call;
}

/** Of -X that changes nothing, or not what it seems to (src/tool_helpers.c `customrequest_helper`). */
function warnOfMethod(call: CurlCall): void {
  if (call.method === undefined || call.silent) return;
  const inferred = call.head
    ? 'HEAD'
    : call.form.length > 0 || (call.data !== undefined && !call.asQuery)
      ? 'POST'
      : 'GET';
  if (call.method.toUpperCase() === inferred) {
    if (call.verbose) call.notes.push(`Unnecessary use of -X or --request, ${inferred} is already inferred.`);
  } else if (call.method.toUpperCase() === 'HEAD')
    call.warnings.push(
      'Setting custom HTTP method to HEAD with -X/--request may not work the way you want. Consider using -I/--head instead.',
    );
}

function apply(
  context: ProgramContext,
  call: CurlCall,
  name: string,
  value: string,
  written: string,
): 'version' | undefined {
  switch (name) {
    case 's':
      call.silent = true;
      return undefined;
    case 'S':
      call.showError = true;
      return undefined;
    case 'no-progress-meter':
      call.noMeter = true;
      return undefined;
    case 'v':
      call.verbose = true;
      return undefined;
    case 'i':
      call.include = true;
      return undefined;
    case 'I':
      call.head = true;
      return undefined;
    case 'f':
      if (call.failWithBody) throw misplaced(written);
      call.fail = true;
      return undefined;
    case 'fail-with-body':
      if (call.fail) throw misplaced(written);
      call.failWithBody = true;
      return undefined;
    case 'L':
      call.location = true;
      return undefined;
    case 'max-redirs':
      call.maxRedirects = value === '-1' ? Number.POSITIVE_INFINITY : seconds(value, written);
      return undefined;
    case 'k':
      call.insecure = true;
      return undefined;
    case 'o':
      call.output.push(value);
      return undefined;
    case 'O':
      call.remoteName = true;
      return undefined;
    case 'H':
      call.headers.push(...headerLines(context, call, value));
      return undefined;
    case 'A':
      call.userAgent = value;
      return undefined;
    case 'e':
      call.referer = value;
      return undefined;
    case 'X':
      call.method = value;
      return undefined;
    case 'd':
    case 'data-binary':
    case 'data-raw':
    case 'data-urlencode':
    case 'json':
      addData(context, call, name, value);
      return undefined;
    case 'G':
      call.asQuery = true;
      return undefined;
    case 'b':
      if (value.includes('=')) call.cookies.push(value);
      else call.cookieFiles.push(value);
      return undefined;
    case 'c':
      call.jar = value;
      return undefined;
    case 'm':
      call.maxTime = seconds(value, written);
      return undefined;
    case 'connect-timeout':
      call.connectTimeout = seconds(value, written);
      return undefined;
    case 'w':
      call.writeOut = value.startsWith('@') ? formatOf(context, call, value.slice(1)) : value;
      return undefined;
    case 'u':
      call.user = value;
      return undefined;
    case '0':
    case 'http1.1':
    case 'http2':
      call.version = name === '0' ? '1.0' : '1.1';
      call.http2 = name === 'http2';
      call.upgradesHttp2 = name === 'http2';
      return undefined;
    case 'no-alpn':
    case 'cacert':
    case 'capath':
    case 'E':
    case 'key':
    case 'pass':
    case 'ciphers':
    case 'tls13-ciphers':
    case 'tls-max':
    case '1':
    case 'tlsv1.0':
    case 'tlsv1.1':
    case 'tlsv1.2':
    case 'tlsv1.3':
      applyTls(call, name, value, written);
      return undefined;
    case 'resolve': {
      const [host = '', port = '', address = ''] = value.replace(/^[+-]/, '').split(':');
      if (address === '' || parseIPv4(address.split(',')[0] ?? '') === undefined)
        throw new CurlUsage(`curl: (49) Couldn't parse CURLOPT_RESOLVE entry '${value}'\n`, 49);
      call.resolve.push({ host, port: Number(port), address });
      return undefined;
    }
    case 'connect-to': {
      const [host = '', port = '', toHost = '', toPort = ''] = value.split(':');
      call.connectTo.push({ host, port, toHost, toPort });
      return undefined;
    }
    case 'interface':
      call.interface = value;
      return undefined;
    case 'retry':
      call.retries = seconds(value, written);
      return undefined;
    case 'retry-delay':
      call.retryDelay = seconds(value, written);
      return undefined;
    case 'retry-connrefused':
      if (call.retryOn === 'transient') call.retryOn = 'refused too';
      return undefined;
    case 'retry-all-errors':
      call.retryOn = 'everything';
      return undefined;
    case 'D':
      call.headerFile = value;
      return undefined;
    case 'T':
      call.upload = value;
      return undefined;
    case 'C':
      call.resume = value === '-' ? '-' : seconds(value, written);
      return undefined;
    case 'r':
      call.range = value;
      return undefined;
    case 'haproxy-protocol':
      call.haproxyProtocol = true;
      return undefined;
    case 'compressed':
      call.compressed = true;
      return undefined;
    case 'url':
      call.urls.push(value);
      return undefined;
    case 'N':
      call.noBuffer = true;
      return undefined;
    case 'path-as-is':
      call.path = 'as-is';
      return undefined;
    case 'V':
      return 'version';
    case 'F':
    case 'form-string':
      if (call.head) throw misplaced(written);
      addForm(context, call, { name, value, written });
      return undefined;
    case 'x':
      call.proxy = value;
      return undefined;
    case 'U':
      call.proxyUser = value;
      return undefined;
    case 'noproxy':
      call.noProxy = value;
      return undefined;
    case 'unix-socket':
      call.unixSocket = value;
      return undefined;
    case 'z':
      call.timeCondition = conditionOf(context, call, value);
      return undefined;
    case 'oauth2-bearer':
      call.bearer = value;
      return undefined;
    case 'max-filesize':
      call.maxFileSize = sizeOf(call, value, written);
      return undefined;
    case 'proto':
      call.protocols = protocolsOf(call, value);
      return undefined;
    case 'proto-redir':
      call.redirectProtocols = protocolsOf(call, value);
      return undefined;
    case 'Y':
      call.speedLimit = seconds(value, written);
      call.speedTime ??= 30;
      return undefined;
    case 'y':
      call.speedTime = seconds(value, written);
      call.speedLimit ??= 1;
      return undefined;
    case 'limit-rate':
      call.limitRate = sizeOf(call, value, written);
      return undefined;
    case 'local-port':
      call.localPort = portOf(value, written);
      return undefined;
    case 'R':
      call.remoteTime = true;
      return undefined;
    case 'J':
      call.remoteHeaderName = true;
      return undefined;
    case 'remote-name-all':
      call.remoteNameAll = true;
      return undefined;
    case 'no-clobber':
      call.noClobber = true;
      return undefined;
    case 'remove-on-error':
      call.removeOnError = true;
      return undefined;
    case 'post301':
    case 'post302':
    case 'post303':
      call.keepsPost.add(Number(name.slice('post'.length)));
      return undefined;
    case '#':
      call.progressBar = true;
      return undefined;
    case 'create-dirs':
      call.createFolders = true;
      return undefined;
    case 'output-dir':
      call.outputFolder = value;
      return undefined;
    case 'g':
      call.globs = false;
      return undefined;
    case '4':
    case '6':
      call.family = name === '4' ? 4 : 6;
      return undefined;
    case 'j':
    case 'q':
    case 'ignored':
      return undefined;
    default:
      throw new CurlUsage(
        'tQPnaBlMpZ23'.includes(name)
          ? `curl: not modelled: ${written}\n`
          : `curl: option ${written}: is unknown\n${HINT}`,
        2,
      );
  }
}

function seconds(text: string, written: string): number {
  const value = Number(text);
  if (text === '' || !Number.isFinite(value) || value < 0)
    throw new CurlUsage(`curl: option ${written}: expected a proper numerical parameter\n${HINT}`, 2);
  return value;
}
/** Bytes: a number, or one with B, K, M or G behind it. */
function sizeOf(call: CurlCall, text: string, written: string): number {
  const [, digits, unit = ''] = /^(\d+)([bkmg]?)$/i.exec(text) ?? [];
  if (digits === undefined) {
    throw new CurlUsage(
      `${call.silent ? '' : warning(/^\d/.test(text) ? 'unsupported size unit' : `invalid number specified for ${written}`)}curl: option ${written}: is badly used here\n${HINT}`,
      2,
    );
  }
  return Number(digits) * 1024 ** Math.max(0, 'bkmg'.indexOf(unit.toLowerCase()));
}
/** The first of a range. */
function portOf(text: string, written: string): number {
  const [, first] = /^(\d+)(?:-\d+)?$/.exec(text.replaceAll(' ', '')) ?? [];
  if (first === undefined || Number(first) > 65_535) throw misplaced(written);
  return Number(first);
}
const PROTOCOLS =
  'dict file ftp ftps gopher gophers http https imap imaps ldap ldaps mqtt pop3 pop3s rtmp rtsp scp sftp smb smbs smtp smtps telnet tftp';
/** `=https`, `-http,ftp`, `all`: each word changes what was there. */
function protocolsOf(call: CurlCall, text: string): ReadonlySet<string> {
  const known = PROTOCOLS.split(' ');
  let allowed = new Set(known);
  for (const word of text.split(',')) {
    const [, sign = '', name = ''] = /^([+=-]*)(.*)$/.exec(word.toLowerCase()) ?? [];
    const meant = name === 'all' ? known : known.filter((one) => one === name);
    if (sign.includes('=')) allowed = new Set();
    if (meant.length === 0) {
      if (!call.silent) call.warnings.push(`unrecognized protocol '${name}'`);
    }
    for (const one of meant)
      if (sign.includes('-')) allowed.delete(one);
      else allowed.add(one);
  }
  return allowed;
}
/** A date, or the time of a file; a dash before it turns the question round. */
function conditionOf(context: ProgramContext, call: CurlCall, value: string): TimeCondition | undefined {
  const kind = value.startsWith('-') ? 'unmodified-since' : 'modified-since';
  const text = value.replace(/^[-+=]/, '');
  const at = parseHttpDate(text);
  if (at !== undefined) return { kind, at };
  const info = context.fs.stat(context.resolve(text), context.who);
  if (!(info instanceof FileError)) return { kind, at: info.mtime };
  if (!call.silent)
    call.warnings.push(
      'Illegal date format for -z, --time-cond (and not a file name). Disabling time condition. See curl_getdate(3) for valid date syntax.',
    );
  return undefined;
}
function addForm(
  context: ProgramContext,
  call: CurlCall,
  { name, value, written }: { name: string; value: string; written: string },
): void {
  if (name === 'form-string') {
    const equals = value.indexOf('=');
    call.form.push({ name: value.slice(0, equals), value: value.slice(equals + 1) });
    return;
  }
  const part = formPart(context, value, call.stdin);
  if (part === 'misplaced')
    throw new CurlUsage(
      `${call.silent ? '' : warning('Illegally formatted input field')}curl: option ${written}: is badly used here\n${HINT}`,
      2,
    );
  if (part === 'unreadable') {
    call.formProblem = true;
    return;
  }
  call.form.push(part);
}
function misplaced(written: string): CurlUsage {
  return new CurlUsage(`curl: option ${written}: is badly used here\n${HINT}`, 2);
}
/** A format from a file, on one line; without the file there is none. */
function formatOf(context: ProgramContext, call: CurlCall, path: string): string | undefined {
  const text = path === '-' ? call.stdin : context.fs.readFile(context.resolve(path), context.who);
  if (!(text instanceof FileError)) return text.replace(/[\r\n]/g, '');
  if (!call.silent) call.warnings.push(`Failed to read ${path}`);
  return undefined;
}
/** `@FILE`: a field a line. */
function headerLines(context: ProgramContext, call: CurlCall, value: string): string[] {
  if (!value.startsWith('@')) return [value];
  const path = value.slice(1);
  const text = path === '-' ? call.stdin : context.fs.readFile(context.resolve(path), context.who);
  if (!(text instanceof FileError)) return text.split(/\r?\n/).filter((line) => line !== '');
  if (!call.silent) call.warnings.push(`Failed to open ${path}!`);
  return [];
}
function textOf(context: ProgramContext, call: CurlCall, path: string): string {
  if (path === '-') return call.stdin;
  const text = context.fs.readFile(context.resolve(path), context.who);
  if (!(text instanceof FileError)) return text;
  if (!call.silent) call.warnings.push(`Couldn't read data from file "${path}", this makes an empty POST.`);
  return '';
}
function addData(context: ProgramContext, call: CurlCall, name: string, value: string): void {
  let text = value;
  if (value.startsWith('@') && name !== 'data-raw') {
    text = textOf(context, call, value.slice(1));
    // -d strips line ends from files; --data-binary does not.
    if (name === 'd') text = text.replace(/[\r\n\0]/g, '');
  }
  if (name === 'data-urlencode') {
    const equals = text.indexOf('=');
    text =
      equals >= 0
        ? `${text.slice(0, equals)}${equals > 0 ? '=' : ''}${escaped(text.slice(equals + 1))}`
        : escaped(text);
    text = text.replaceAll('%20', '+');
  }
  if (name === 'json') {
    call.dataType = 'application/json';
    call.accept = 'application/json';
    call.data = (call.data ?? '') + text;
  } else call.data = call.data === undefined ? text : `${call.data}&${text}`;
}
function escaped(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
