/**
 * Log lines of sessions, and who receives them.
 *
 * Lines are only made when somebody takes them. The two usual formats are put
 * together directly; a `log-format` of one's own goes through its nodes.
 *
 * Source: HAProxy 2.6 configuration manual §8.2 "Log formats", §8.5 "Session
 * state at disconnection"; src/log.c `sess_build_logline`, `strm_log`.
 */

import { SYSLOG_PRIORITIES } from '../../../protocols/syslog';
import { civilFromMicros } from '../../../std/civil';
import { formatIPv4 } from '../../../std/ipv4';
import type { Micros } from '../../../std/instant';
import type { HttpRequest } from '../../../world/network.contract';
import type { FormatNode, LogTarget } from '../config';
import type { VariableNode } from '../evaluate/format';
import { sampleText } from '../evaluate/convert';
import { FACILITIES } from '../parse/log';
import { pathAndQuery, pathOf, queryOf, shownTarget, type Subject } from '../evaluate/subject';
import { bracketed, list, words } from './captures';
import type { Runtime } from './runtime';
import type { Captured, Session } from './state';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
export const ERR = 3;
export const INFO = 6;
const SYSLOG_UDP = 514;

/** An event of a proxy (a server going down): to all its targets that take this level. */
export function sendLog(runtime: Runtime, proxy: number, level: number, text: string): void {
  const settings = runtime.settings(proxy);
  for (const target of settings.logs)
    if (level <= target.level)
      deliver(
        runtime,
        target,
        settings.logTag ?? runtime.configuration.global.logTag,
        Math.max(level, target.minLevel),
        text,
      );
}

/** An event of no proxy: to the targets of the global section, say. */
export function deliverLog(
  runtime: Runtime,
  targets: readonly LogTarget[],
  tag: string,
  level: number,
  text: string,
): void {
  for (const target of targets)
    if (level <= target.level) deliver(runtime, target, tag, Math.max(level, target.minLevel), text);
}

/** The line of a session that ends. Nothing is built when nobody wants it. */
export function logSession(runtime: Runtime, session: Session): void {
  const settings = runtime.settings(session.frontend);
  if (settings.logs.length === 0 || session.noLog) return;
  const isError = session.cause !== '-' || (session.status === 0 && settings.mode === 'http');
  if (settings.options.has('dontlog-normal') && !isError) return;
  const level =
    session.logLevel >= 0
      ? session.logLevel
      : isError && settings.options.has('log-separate-errors')
        ? ERR
        : INFO;
  let line: string | undefined;
  for (const target of settings.logs) {
    if (level > target.level) continue;
    if (settings.logFormat === undefined) return;
    // A line about what never became a request takes a number too.
    if (session.stream < 0) session.stream = runtime.state.counters.streams++;
    line ??= flat(lineOf(runtime, session, settings.logFormat.kind, settings.logFormat.nodes));
    deliver(
      runtime,
      target,
      settings.logTag ?? runtime.configuration.global.logTag,
      Math.max(level, target.minLevel),
      line,
    );
  }
}
/** The pieces of a text are put together as soon as one looks at it; kept apart, they would take ten times the room in the log. */
function flat(text: string): string {
  return text.charCodeAt(0) >= 0 ? text : '';
}
/** Without any format one line tells of each connection. */
export function logConnection(runtime: Runtime, session: Session): void {
  const settings = runtime.settings(session.frontend);
  if (settings.logFormat !== undefined || settings.logs.length === 0) return;
  sendLog(
    runtime,
    session.frontend,
    INFO,
    `Connect from ${formatIPv4(session.clientIp)}:${session.clientPort} to ${formatIPv4(session.localIp)}:${session.localPort} (${settings.id}/${settings.mode === 'http' ? 'HTTP' : 'TCP'})`,
  );
}

function deliver(runtime: Runtime, target: LogTarget, tag: string, level: number, text: string): void {
  const { address } = target;
  switch (address.kind) {
    case 'unix':
      // Only the syslog socket has somebody behind it.
      if (address.path === '/dev/log')
        runtime.syslog(target.facility, SYSLOG_PRIORITIES[level] ?? 'info', tag, text);
      return;
    case 'inet': {
      const socket = udpSocket(runtime);
      if (socket === undefined) return;
      const payload = `<${FACILITIES.indexOf(target.facility) * 8 + level}>${syslogTime(runtime.host.clock())} ${tag}[${runtime.pid}]: ${text}\n`;
      runtime.network.sendUdp(
        runtime.host,
        socket,
        { ip: address.ip, port: address.port === 0 ? SYSLOG_UDP : address.port },
        payload,
        payload.length,
      );
      return;
    }
    case 'descriptor':
      runtime.host
        .daemonContext(runtime.pid)
        ?.print(
          address.number === 1 ? 'stdout' : 'stderr',
          target.format === 'raw'
            ? `${text}\n`
            : `<${FACILITIES.indexOf(target.facility) * 8 + level}>${syslogTime(runtime.host.clock())} ${tag}[${runtime.pid}]: ${text}\n`,
        );
      return;
    case 'inet6':
    case 'name':
    case 'ring':
      return;
  }
}
function udpSocket(runtime: Runtime): number | undefined {
  const { state } = runtime;
  if (state.logSocket !== 0) return state.logSocket;
  const made = runtime.network.bindUdp(runtime.host, {
    pid: runtime.pid,
    ip: 0,
    port: 0,
    on: { name: 'haproxy.ignored', pid: runtime.pid, data: null },
  });
  if (typeof made === 'string') return undefined;
  state.logSocket = made.socket;
  return made.socket;
}

// ---------------------------------------------------------------- dates
const two = (number: number): string => (number < 10 ? `0${number}` : String(number));
const three = (number: number): string =>
  number < 10 ? `00${number}` : number < 100 ? `0${number}` : String(number);
/** The second that was formatted last. */
let knownSecond = -1;
let knownText = '';
/** `23/Nov/2026:05:48:26.273` */
export function logTime(clock: number): string {
  const second = Math.floor(clock / 1_000_000);
  if (second !== knownSecond) {
    const at = civilFromMicros(second * 1_000_000);
    knownText = `${two(at.day)}/${MONTHS[at.month - 1] ?? ''}/${at.year}:${two(at.hour)}:${two(at.minute)}:${two(at.second)}`;
    knownSecond = second;
  }
  return `${knownText}.${three(Math.floor((clock - second * 1_000_000) / 1_000))}`;
}
function syslogTime(clock: number): string {
  const at = civilFromMicros(clock);
  return `${MONTHS[at.month - 1] ?? ''} ${String(at.day).padStart(2)} ${two(at.hour)}:${two(at.minute)}:${two(at.second)}`;
}

// ---------------------------------------------------------------- timers
/** Whole milliseconds from the accept to an instant; −1: never came. */
function since(session: Session, at: Micros): number {
  return at < 0 ? -1 : Math.floor((at - session.acceptedAt) / 1_000);
}
export interface Timers {
  handshake: number;
  idle: number;
  request: number;
  queue: number;
  connect: number;
  response: number;
  active: number;
  total: number;
  data: number;
}
export function timersOf(session: Session, now: Micros): Timers {
  const started = since(session, session.idleSince);
  const handshake = Math.min(started, since(session, session.securedAt));
  const requested = since(session, session.requestedAt);
  const queued = since(session, session.queuedAt);
  const connected = since(session, session.connectedAt);
  const answered = since(session, session.answeredAt);
  const closed = since(session, now);
  return {
    handshake,
    idle: started - handshake,
    request: requested < 0 ? -1 : requested - started,
    queue: queued < 0 ? -1 : queued - Math.max(0, requested),
    connect: connected < 0 ? -1 : connected - queued,
    response: answered < 0 ? -1 : answered - connected,
    active: closed - started,
    total: closed,
    data: answered < 0 ? -1 : closed - answered,
  };
}

/** `%Tq`: everything up to the whole request. */
function untilRequest({ handshake, idle, request }: Timers): number {
  return request < 0 ? -1 : handshake + idle + request;
}

// ---------------------------------------------------------------- the usual lines
function lineOf(runtime: Runtime, session: Session, kind: string, nodes: readonly FormatNode[]): string {
  switch (kind) {
    case 'http':
      return httpLine(runtime, session);
    case 'tcp':
      return tcpLine(runtime, session);
    default:
      return customLine(runtime, session, nodes);
  }
}

/** `%ci:%cp [%tr] %ft %b/%s %TR/%Tw/%Tc/%Tr/%Ta %ST %B %CC %CS %tsc %ac/%fc/%bc/%sc/%rc %sq/%bq %hr %hs %{+Q}r` */
function httpLine(runtime: Runtime, session: Session): string {
  const t = timersOf(session, runtime.now);
  const clock = runtime.host.clock() - runtime.now + session.idleSince;
  const { captured } = session;
  const captures = captured === undefined ? '' : bracketed(captured);
  return `${addressText(session.clientIp)}${session.clientPort} [${logTime(clock)}${placeText(runtime, session)}${timesText(t)}${answerText(session)}${captured === undefined ? endText(session) : cookiesAndEnd(session, captured)}${countsText(runtime, session)}${captures}${quotedLine(session)}`;
}
// Parts that are mostly those of the line before: each piece of a text costs as much as a number in it.
let knownIp = -1;
let knownAddress = '';
function addressText(ip: number): string {
  if (ip !== knownIp) {
    knownIp = ip;
    knownAddress = flat(`${formatIPv4(ip)}:`);
  }
  return knownAddress;
}
const MOST_TIMES = 64;
const knownTimes: { t: Timers; text: string }[] = [];
/** `%TR/%Tw/%Tc/%Tr/%Ta `, the last of each length: where all goes well there are few. */
function timesText(t: Timers): string {
  const { request, queue, connect, response, active } = t;
  const place = active & (MOST_TIMES - 1);
  const known = knownTimes[place];
  if (
    known !== undefined &&
    known.t.active === active &&
    known.t.response === response &&
    known.t.connect === connect &&
    known.t.queue === queue &&
    known.t.request === request
  )
    return known.text;
  const text = flat(`${request}/${queue}/${connect}/${response}/${active} `);
  knownTimes[place] = { t, text };
  return text;
}
let knownStatus = -1;
let knownBytes = -1;
let knownAnswer = '';
/** `%ST %B` */
function answerText({ status, bytesOut }: Session): string {
  if (status !== knownStatus || bytesOut !== knownBytes) {
    knownStatus = status;
    knownBytes = bytesOut;
    knownAnswer = `${status === 0 ? -1 : status} ${bytesOut}`;
  }
  return knownAnswer;
}
/** `] %ft %b/%s ` */
function placeText(runtime: Runtime, session: Session): string {
  const { frontend, backend, server } = session;
  if (server < 0)
    return `] ${frontendName(runtime, session)} ${backendName(runtime, session)}/${serverName(runtime, session)} `;
  const key =
    ((session.tls === undefined ? 0 : MOST_PLACES) + frontend) * MOST_PLACES * MOST_PLACES +
    backend * MOST_PLACES +
    server;
  const known = runtime.places.get(key);
  if (known !== undefined) return known;
  const made = flat(
    `] ${frontendName(runtime, session)} ${backendName(runtime, session)}/${serverName(runtime, session)} `,
  );
  runtime.places.set(key, made);
  return made;
}
const MOST_PLACES = 65_536;
function endText({ cause, ended, cookieIn, cookieOut }: Session): string {
  return cause === '-' && ended === '-' && cookieIn === '-' && cookieOut === '-'
    ? ' - - ---- '
    : ` - - ${cause}${ended}${cookieIn}${cookieOut} `;
}
function cookiesAndEnd(session: Session, { clientCookie, serverCookie }: Captured): string {
  return ` ${clientCookie ?? '-'} ${serverCookie ?? '-'}${endText(session).slice(' - -'.length)}`;
}
let knownRequest: Session['received'];
let knownLine = '';
function quotedLine(session: Session): string {
  const { received } = session;
  if (received === undefined) return `"${requestLine(session)}"`;
  if (received !== knownRequest) {
    knownRequest = received;
    knownLine = flat(`"${requestLine(session)}"`);
  }
  return knownLine;
}
/** `%ci:%cp [%t] %ft %b/%s %Tw/%Tc/%Tt %B %ts %ac/%fc/%bc/%sc/%rc %sq/%bq` */
function tcpLine(runtime: Runtime, session: Session): string {
  const t = timersOf(session, runtime.now);
  const clock = runtime.host.clock() - runtime.now + session.acceptedAt;
  return `${formatIPv4(session.clientIp)}:${session.clientPort} [${logTime(clock)}] ${frontendName(runtime, session)} ${backendName(runtime, session)}/${serverName(runtime, session)} ${t.queue}/${t.connect}/${t.total} ${session.bytesOut} ${session.cause}${session.ended} ${counts(runtime, session)} ${session.queuePosition}/${session.backendQueuePosition}`;
}
/** `%ft`: a `~` tells of TLS. */
function frontendName(runtime: Runtime, session: Session): string {
  const isTls = session.tls !== undefined || session.handshakeError !== undefined;
  return `${runtime.settings(session.frontend).id}${isTls ? '~' : ''}`;
}
function backendName(runtime: Runtime, session: Session): string {
  return runtime.settings(session.backend < 0 ? session.frontend : session.backend).id;
}
function requestLine({ received }: Session): string {
  return received === undefined
    ? '<BADREQ>'
    : `${received.method} ${urlEncoded(shownTarget(received))} ${versionText(received.version)}`;
}
function versionText(version: HttpRequest['version'] | undefined): string {
  return version === '2' ? 'HTTP/2.0' : `HTTP/${version ?? '1.1'}`;
}
/** What would break a field is written as its number. */
function urlEncoded(text: string): string {
  return /^[!$-~]*$/.test(text)
    ? text
    : text.replace(
        /[^ !$-~]/g,
        (character) => `#${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
      );
}
export function serverName(runtime: Runtime, session: Session): string {
  if (session.server >= 0) return runtime.server(session.backend, session.server)?.name ?? '<NOSRV>';
  return session.isStatistics ? '<STATS>' : session.isCached ? '<CACHE>' : '<NOSRV>';
}
function counts(runtime: Runtime, session: Session): string {
  const { state } = runtime;
  const frontend = state.proxies[session.frontend]?.frontend.current ?? 0;
  const backend = session.backend < 0 ? 0 : (state.proxies[session.backend]?.backend.current ?? 0);
  const server = session.server < 0 ? 0 : (runtime.server(session.backend, session.server)?.current ?? 0);
  const { current } = state.counters;
  if (
    current !== knownCounts.current ||
    frontend !== knownCounts.frontend ||
    backend !== knownCounts.backend ||
    server !== knownCounts.server ||
    session.retries !== knownCounts.retries ||
    session.isRedispatched !== knownCounts.isRedispatched
  ) {
    const { retries, isRedispatched } = session;
    const text = `${current}/${frontend}/${backend}/${server}/${isRedispatched ? '+' : ''}${retries}`;
    knownCounts = { current, frontend, backend, server, retries, isRedispatched, text };
  }
  return knownCounts.text;
}
let knownCounts = {
  current: -1,
  frontend: 0,
  backend: 0,
  server: 0,
  retries: 0,
  isRedispatched: false,
  text: '',
};
/** The same with `%sq/%bq`. */
function countsText(runtime: Runtime, session: Session): string {
  const { queuePosition, backendQueuePosition } = session;
  return queuePosition === 0 && backendQueuePosition === 0
    ? `${counts(runtime, session)} 0/0 `
    : `${counts(runtime, session)} ${queuePosition}/${backendQueuePosition} `;
}

// ---------------------------------------------------------------- log-format
/** A line of one's own. What is not there is a dash, or nothing outside of logs. */
export function customLine(
  runtime: Runtime,
  session: Session,
  nodes: readonly FormatNode[],
  missing = '-',
): string {
  const subject: Subject = { runtime, session, request: session.received, response: undefined };
  let line = '';
  let hasNoQuery = false;
  for (const node of nodes) {
    switch (node.kind) {
      case 'text':
        line += node.text;
        break;
      case 'separator':
        // What is empty leaves no second blank.
        if (line !== '' && (hasNoQuery || !line.endsWith(' '))) line += ' ';
        hasNoQuery = false;
        break;
      case 'variable':
        line += variable(subject, node, missing);
        // Vendor: a query that is not there keeps the blanks on both of its sides.
        hasNoQuery = node.name === 'HQ';
        break;
      case 'sample':
        line += shown(sampleText(subject, node.expression) ?? '', node, missing);
        break;
    }
  }
  return line;
}
function shown(
  text: string,
  { quoted, escapes }: { quoted: boolean; escapes: boolean },
  missing: string,
): string {
  const safe = escapes ? text.replace(/["\\\]]/g, String.raw`\$&`) : text;
  if (quoted) return `"${safe}"`;
  return safe === '' ? missing : safe;
}

/** Numbers and dates are never in quotes. */
const QUOTABLE = new Set('f ft b s ci fi si bi CC CS ID sslc sslv H HM HU HP HPO HQ HV r'.split(' '));
const CAPTURES = new Set(['hr', 'hs', 'hrl', 'hsl']);
/** `%ci`, `%{+Q}r`; `missing` stands for what is not there. */
export function variable(subject: Subject, node: VariableNode, missing = ''): string {
  const { runtime, session } = subject;
  const { name, quoted, isHex } = node;
  if (CAPTURES.has(name)) return captured(session, node);
  const value = isHex ? hexadecimal(runtime, session, name) : undefined;
  const text = String(value ?? VARIABLES.get(name)?.(runtime, session) ?? '');
  // No query is no query, not a value that is missing.
  const absent = name === 'HQ' ? '' : missing;
  return shown(text, { quoted: quoted && QUOTABLE.has(name), escapes: node.escapes }, absent);
}
function captured({ captured }: Session, { name, quoted }: VariableNode): string {
  const values = name.startsWith('hr') ? captured?.request : captured?.response;
  if (name.endsWith('l')) return words(values, quoted);
  const text = list(values);
  return quoted && text !== '' ? `"${text}"` : text;
}

type Variable = (runtime: Runtime, session: Session) => string | number;
const clockAt = (runtime: Runtime, at: Micros): number => runtime.host.clock() - runtime.now + at;
const target = ({ received }: Session): string =>
  received === undefined ? '' : urlEncoded(shownTarget(received));
/** With HTTP/2 scheme and authority stay. */
const path = (session: Session): string =>
  session.received?.version === '2' ? (target(session).split('?')[0] ?? '') : pathOf(target(session));
const gmt = (clock: number, zone: string): string => `${logTime(clock).slice(0, -4)} ${zone}`;
const server = (runtime: Runtime, session: Session): number =>
  runtime.server(session.backend, session.server)?.current ?? 0;

interface Ends {
  readonly ip: number | undefined;
  readonly port: number | undefined;
}
/** The two ends of the two connections; undefined: there is none. */
function ends(runtime: Runtime, session: Session, letter: string): Ends {
  switch (letter) {
    case 'c':
      return { ip: session.clientIp, port: session.clientPort };
    case 'f':
      return { ip: session.localIp, port: session.localPort };
    default: {
      const connection = runtime.network.connection(session.connection);
      return letter === 'b'
        ? { ip: connection?.localIp, port: connection?.localPort }
        : serverEnd(runtime, session);
    }
  }
}
function serverEnd(runtime: Runtime, session: Session): Ends {
  const found = runtime.server(session.backend, session.server);
  return { ip: found?.ip, port: found?.port };
}
const address =
  (letter: string): Variable =>
  (runtime, session) => {
    const { ip } = ends(runtime, session, letter);
    return ip === undefined ? '' : formatIPv4(ip);
  };
const port =
  (letter: string): Variable =>
  (runtime, session) =>
    ends(runtime, session, letter).port ?? '';

/** `%{+X}ci`; undefined: of another kind. */
function hexadecimal(runtime: Runtime, session: Session, name: string): string | undefined {
  const digits = (number: number | undefined, width: number): string =>
    number === undefined ? '' : number.toString(16).toUpperCase().padStart(width, '0');
  if (/^[cfbs]i$/.test(name)) return digits(ends(runtime, session, name.charAt(0)).ip, 8);
  if (/^[cfbs]p$/.test(name)) return digits(ends(runtime, session, name.charAt(0)).port, 4);
  if (name === 'ms') return digits(Math.floor((clockAt(runtime, session.acceptedAt) % 1_000_000) / 1_000), 2);
  if (!/^(?:Ts|rt|lc|pid)$/.test(name)) return undefined;
  return digits(Number(VARIABLES.get(name)?.(runtime, session) ?? 0), 4);
}

const VARIABLES: ReadonlyMap<string, Variable> = new Map<string, Variable>([
  ...['c', 'f', 's', 'b'].flatMap((letter): [string, Variable][] => [
    [`${letter}i`, address(letter)],
    [`${letter}p`, port(letter)],
  ]),
  ['f', (runtime, session) => runtime.settings(session.frontend).id],
  ['ft', frontendName],
  ['b', backendName],
  ['s', serverName],
  ['ST', (_, session) => (session.status === 0 ? -1 : session.status)],
  ['B', (_, session) => session.bytesOut],
  ['U', (_, session) => session.bytesIn],
  ['ts', (_, session) => session.cause + session.ended],
  ['tsc', (_, session) => session.cause + session.ended + session.cookieIn + session.cookieOut],
  ['rc', (_, session) => `${session.isRedispatched ? '+' : ''}${session.retries}`],
  ['sq', (_, session) => session.queuePosition],
  ['bq', (_, session) => session.backendQueuePosition],
  ['ac', (runtime) => runtime.state.counters.current],
  ['fc', (runtime, session) => runtime.proxy(session.frontend).frontend.current],
  ['bc', (runtime, session) => (session.backend < 0 ? 0 : runtime.proxy(session.backend).backend.current)],
  ['sc', server],
  ['r', (_, session) => requestLine(session)],
  ['HM', (_, session) => session.received?.method ?? '<BADREQ>'],
  ['HU', (_, session) => target(session)],
  ['HP', (_, session) => path(session)],
  ['HPO', (_, session) => pathAndQuery(target(session))],
  ['HQ', (_, session) => (target(session).includes('?') ? `?${queryOf(target(session))}` : '')],
  ['HV', (_, session) => versionText(session.received?.version)],
  ['CC', (_, session) => session.captured?.clientCookie ?? ''],
  ['CS', (_, session) => session.captured?.serverCookie ?? ''],
  ['H', (runtime) => runtime.host.state.hostname],
  ['pid', (runtime) => runtime.pid],
  ['rt', (_, session) => session.stream],
  ['lc', (runtime, session) => runtime.listener(session)?.current ?? 0],
  ['t', (runtime, session) => logTime(clockAt(runtime, session.acceptedAt))],
  ['tr', (runtime, session) => logTime(clockAt(runtime, session.idleSince))],
  ['T', (runtime, session) => gmt(clockAt(runtime, session.acceptedAt), '+0000')],
  ['Tl', (runtime, session) => gmt(clockAt(runtime, session.acceptedAt), '+0000')],
  ['trg', (runtime, session) => gmt(clockAt(runtime, session.idleSince), '+0000')],
  ['trl', (runtime, session) => gmt(clockAt(runtime, session.idleSince), '+0000')],
  ['Ts', (runtime, session) => Math.floor(clockAt(runtime, session.acceptedAt) / 1_000_000)],
  ['ms', (runtime, session) => three(Math.floor((clockAt(runtime, session.acceptedAt) % 1_000_000) / 1_000))],
  ['Th', (runtime, session) => timersOf(session, runtime.now).handshake],
  ['Ti', (runtime, session) => timersOf(session, runtime.now).idle],
  ['TR', (runtime, session) => timersOf(session, runtime.now).request],
  ['Tq', (runtime, session) => untilRequest(timersOf(session, runtime.now))],
  ['Tw', (runtime, session) => timersOf(session, runtime.now).queue],
  ['Tc', (runtime, session) => timersOf(session, runtime.now).connect],
  ['Tr', (runtime, session) => timersOf(session, runtime.now).response],
  ['Td', (runtime, session) => timersOf(session, runtime.now).data],
  ['Ta', (runtime, session) => timersOf(session, runtime.now).active],
  ['Tt', (runtime, session) => timersOf(session, runtime.now).total],
  ['Tu', (runtime, session) => timersOf(session, runtime.now).total],
  ['ID', (_, session) => session.uniqueId ?? ''],
  ['sslc', (_, session) => session.tls?.cipher ?? ''],
  ['sslv', (_, session) => session.tls?.version ?? ''],
]);
