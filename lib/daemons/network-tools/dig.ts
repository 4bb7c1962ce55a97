/** dig(1), host(1) and nslookup(1) of BIND 9.18, recorded in truth/host/b04-dns. */
import { SECOND, type Micros } from '../../std/instant';
import { strftime } from '../../std/civil';
import { formatIPv4, parseIPv4 } from '../../std/ipv4';
import { FileError } from '../../world/files.contract';
import type { DnsEvent, DnsRecord } from '../../world/network.contract';
import type { ProgramContext, ProgramRun, Wait, Wake } from '../../world/process.contract';
import { lookUpName } from '../host-names';
import { Mailbox } from '../mailbox';

const VERSION = '9.18.49-1~deb12u3-Debian';
const TYPES = ['A', 'AAAA', 'NS', 'CNAME', 'SOA', 'PTR', 'MX', 'TXT', 'SRV', 'ANY', 'CAA', 'AXFR'];
type Answer = DnsEvent & { ok: true };

/** Servers of /etc/resolv.conf; without any, this host (IPv6 first, as bind's resolver does). */
function serversOf(context: ProgramContext): string[] {
  const text = context.fs.readFile('/etc/resolv.conf', context.who);
  const servers = (text instanceof FileError ? '' : text)
    .split('\n')
    .map((line) => /^\s*nameserver\s+(\S+)/.exec(line)?.[1])
    .filter((server) => server !== undefined);
  return servers.length > 0 ? servers : ['::1', '127.0.0.1'];
}
function searchOf(context: ProgramContext): string[] {
  const text = context.fs.readFile('/etc/resolv.conf', context.who);
  const line = (text instanceof FileError ? '' : text)
    .split('\n')
    .findLast((candidate) => /^\s*(search|domain)\s/.test(candidate));
  return line === undefined ? [] : line.trim().split(/\s+/).slice(1);
}
function reverseName(text: string): string {
  const ip = parseIPv4(text);
  return ip === undefined ? text : `${formatIPv4(ip).split('.').reverse().join('.')}.in-addr.arpa`;
}

function* ask(
  context: ProgramContext,
  server: string,
  name: string,
  type: string,
  timeout: Micros,
  port = 53,
): Generator<Wait, DnsEvent, Wake> {
  const ip = parseIPv4(server);
  // No IPv6 here: its loopback has nobody who listens.
  if (ip === undefined) return { ok: false, errno: 'ECONNREFUSED' };
  const box = new Mailbox(context);
  context.world.network.dnsQuery(context.host, {
    pid: context.pid,
    server: ip,
    port,
    name,
    type,
    timeout,
    on: box.on('answer'),
  });
  const received = yield* box.next();
  box.close();
  return received.kind === 'item' ? (received.event as DnsEvent) : { ok: false, errno: 'ETIMEDOUT' };
}
function troubleText(event: DnsEvent & { ok: false }): string {
  return event.errno === 'ECONNREFUSED'
    ? 'connection refused'
    : event.errno === 'ETIMEDOUT'
      ? 'timed out'
      : event.errno === 'EHOSTUNREACH'
        ? 'host unreachable'
        : 'network unreachable';
}

// ---------------------------------------------------------------- dig
interface DigCall {
  server: string | undefined;
  port: number;
  name: string;
  type: string;
  short: boolean;
  answerOnly: boolean;
  comments: boolean;
  time: number;
  tries: number;
  search: boolean;
  reversed: boolean;
  stats: boolean;
  question: boolean;
  answer: boolean;
  cmd: boolean;
}

export function* dig(context: ProgramContext): ProgramRun {
  const args = context.argv.slice(1);
  const call: DigCall = {
    server: undefined,
    port: 53,
    name: '',
    type: 'A',
    short: false,
    answerOnly: false,
    comments: true,
    time: 5,
    tries: 3,
    search: false,
    reversed: false,
    stats: true,
    question: true,
    answer: true,
    cmd: true,
  };
  for (let i = 0; i < args.length; i++) {
    const word = args[i] ?? '';
    if (word === '-v') {
      yield* context.err(`DiG ${VERSION}\n`);
      return 0;
    }
    if (word.startsWith('@')) call.server = word.slice(1);
    else if (word.startsWith('+')) {
      const refused = readFlag(word.slice(1), call);
      if (refused !== undefined) {
        const [why = '', then] = refused.split('\n');
        if (then === undefined) yield* context.err(`${why}\n`);
        else {
          yield* context.out(`${why}\n`);
          yield* context.err(`${then}\n`);
        }
        return then === undefined ? 1 : 10;
      }
    } else if (word === '-x') {
      call.name = reverseName(args[++i] ?? '');
      call.type = 'PTR';
      call.reversed = true;
    } else if (word === '-t') call.type = (args[++i] ?? 'A').toUpperCase();
    else if (word === '-q') call.name = args[++i] ?? '';
    else if (word === '-p') {
      const refused = notANumber(args[++i], 'port number');
      if (refused !== undefined) {
        yield* context.out(`${refused.split('\n')[0] ?? ''}\n`);
        yield* context.err(`${refused.split('\n')[1] ?? ''}\n`);
        return 1;
      }
      if (Number(args[i]) > 65_535) {
        yield* context.out(`invalid port number '${args[i] ?? ''}': out of range\n`);
        yield* context.err("dig: Couldn't parse port number\n");
        return 1;
      }
      call.port = Number(args[i] ?? 53);
    } else if (word === '-4' || word === '-c' || word === '-b') {
      if (word !== '-4') i++;
    } else if (word.startsWith('-')) {
      yield* context.err(
        `Invalid option: ${word}\nUsage:  dig [@global-server] [domain] [q-type] [q-class] {q-opt}\n            {global-d-opt} host [@local-server] {local-d-opt}\n            [ host [@local-server] {local-d-opt} [...]]\n\nUse "dig -h" (or "dig -h | more") for complete list of options\n`,
      );
      return 1;
    } else if (TYPES.includes(word.toUpperCase()) && call.name !== '') call.type = word.toUpperCase();
    else if (word.toUpperCase() === 'IN' && call.name !== '') continue;
    else if (TYPES.includes(word.toUpperCase())) call.type = word.toUpperCase();
    else call.name = word;
  }
  if (call.name === '') {
    call.name = '.';
    call.type = 'NS';
  }
  return yield* runDig(context, call, args.join(' '));
}

/** A wrong number is told on standard output, what follows from it on standard error. */
function notANumber(value: string | undefined, what: string): string | undefined {
  if (value === undefined || /^\d+$/.test(value)) return undefined;
  return `invalid ${what} '${value}': not a valid number\ndig: Couldn't parse ${what}`;
}
/** No more than dig takes: it counts in 16 bits. */
function numberOf(value: string | undefined, otherwise: number): number {
  return Math.min(value === undefined ? otherwise : Number(value), 65_535);
}

function readFlag(flag: string, call: DigCall): string | undefined {
  const [name = '', value] = flag.split('=');
  const on = !name.startsWith('no');
  const bare = on ? name : name.slice(2);
  switch (bare) {
    case 'short':
      call.short = on;
      return undefined;
    case 'all':
      call.comments = call.stats = call.question = call.answer = call.cmd = on;
      return undefined;
    case 'answer':
      call.answer = on;
      return undefined;
    case 'comments':
      call.comments = on;
      return undefined;
    case 'stats':
      call.stats = on;
      return undefined;
    case 'question':
      call.question = on;
      return undefined;
    case 'cmd':
      call.cmd = on;
      return undefined;
    case 'search':
      call.search = on;
      return undefined;
    case 'time':
    case 'timeout':
      call.time = Math.max(1, numberOf(value, 5));
      return notANumber(value, 'timeout');
    case 'tries':
      call.tries = Math.max(1, numberOf(value, 3));
      return notANumber(value, 'tries');
    case 'retry':
      call.tries = numberOf(value, 2) + 1;
      return notANumber(value, 'retries');
    case 'tcp':
    case 'recurse':
    case 'edns':
    case 'dnssec':
    case 'authority':
    case 'additional':
    case 'trace':
    case 'multiline':
    case 'ttlid':
    case 'cookie':
    case 'qr':
    case 'identify':
    case 'aaflag':
    case 'vc':
    case 'ignore':
      return undefined;
    default:
      return `Invalid option: +${flag}`;
  }
}

function* runDig(context: ProgramContext, call: DigCall, written: string): ProgramRun {
  let servers: string[];
  if (call.server === undefined) servers = serversOf(context);
  else {
    const found = yield* lookUpName(context, call.server);
    if (typeof found === 'string') {
      yield* context.err(
        `dig: couldn't get address for '${call.server}': ${found === 'Name or service not known' ? 'not found' : 'failure'}\n`,
      );
      return 9;
    }
    servers = found.addresses.map(formatIPv4);
  }
  const names =
    call.search && !call.name.endsWith('.')
      ? [...searchOf(context).map((domain) => `${call.name}.${domain}`), call.name]
      : [call.name];
  const banner = `\n; <<>> DiG ${VERSION} <<>> ${written}\n${call.server === undefined ? '' : `; (${servers.length} server found)\n`};; global options: +cmd\n`;
  for (const name of names) {
    const answer = yield* tryServers(context, servers, name, call);
    if (answer === undefined) {
      yield* context.out(`${call.short || !call.cmd ? '' : banner};; no servers could be reached\n`);
      return 9;
    }
    if (answer.code === 'NXDOMAIN' && name !== names[names.length - 1]) continue;
    yield* context.out(call.short ? shortText(answer) : fullText(context, call, name, answer, banner));
    return 0;
  }
  return 0;
}

/** Three tries in all, server after server; a refusal moves on, silence waits its five seconds. */
function* tryServers(
  context: ProgramContext,
  servers: readonly string[],
  name: string,
  call: DigCall,
): Generator<Wait, Answer | undefined, Wake> {
  let left = call.tries;
  for (const [position, server] of servers.entries()) {
    // The last server gets what is left; the ones before it get the usual tries as well.
    const tries = position === servers.length - 1 && position > 0 ? 1 : left;
    for (let attempt = 0; attempt < tries; attempt++) {
      const event = yield* ask(context, server, name, call.type, call.time * SECOND, call.port);
      if (event.ok) return event;
      yield* context.out(`;; communications error to ${server}#${call.port}: ${troubleText(event)}\n`);
    }
    left = Math.max(1, left);
  }
  return undefined;
}

function shortText(answer: Answer): string {
  return answer.answers.map((record) => `${dataText(record)}\n`).join('');
}
function dataText({ type, data }: DnsRecord): string {
  if (type === 'CNAME' || type === 'NS' || type === 'PTR' || type === 'MX' || type === 'SRV')
    return data.endsWith('.') ? data : `${data}.`;
  if (type === 'TXT') return data.startsWith('"') ? data : `"${data}"`;
  return data;
}
/** Columns as dig sets them: name, TTL, class and type at tab stops 24, 32, 40, 48. */
function recordText(record: DnsRecord): string {
  const name = record.name.endsWith('.') ? record.name : `${record.name}.`;
  const tabs = name.length >= 24 ? '\t' : '\t'.repeat(Math.ceil((24 - name.length) / 8));
  return `${name}${tabs}${record.ttl}\tIN\t${record.type}\t${dataText(record)}\n`;
}

/** RFC 8914 §5.2. */
const EXTENDED_ERRORS: Readonly<Record<number, string>> = {
  14: 'Not Ready',
  15: 'Blocked',
  22: 'No Reachable Authority',
  23: 'Network Error',
};
function dataBytes({ type, data }: DnsRecord): number {
  if (type === 'A') return 4;
  if (type === 'AAAA') return 16;
  if (type === 'TXT') return data.replace(/^"|"$/g, '').length + 1;
  // A preference of two octets stands before the name.
  const name = data.replace(/^\d+ /, '').replace(/\.$/, '');
  return name.length + 2 + (type === 'MX' ? 2 : 0);
}

function fullText(
  context: ProgramContext,
  call: DigCall,
  name: string,
  answer: Answer,
  banner: string,
): string {
  const id = context.kernel.random(`dig:${context.host.name}`).integer(0, 65_535);
  const full = name.endsWith('.') ? name : `${name}.`;
  const tabs = '\t'.repeat(Math.max(1, Math.ceil((32 - full.length) / 8)));
  const bytes =
    12 +
    full.length +
    1 +
    4 +
    11 +
    answer.answers.reduce(
      (sum, record) => sum + 12 + dataBytes(record),
      answer.extendedError === undefined ? 0 : 6,
    );
  const parts: string[] = [];
  if (call.cmd && call.comments) parts.push(banner);
  if (call.comments) {
    parts.push(
      ';; Got answer:\n',
      `;; ->>HEADER<<- opcode: QUERY, status: ${answer.code}, id: ${id}\n`,
      `;; flags: qr${answer.authoritative ? ' aa' : ''} rd ra; QUERY: 1, ANSWER: ${answer.answers.length}, AUTHORITY: 0, ADDITIONAL: 1\n\n`,
    );
    const { extendedError } = answer;
    const extended =
      extendedError === undefined
        ? ''
        : `; EDE: ${extendedError}${EXTENDED_ERRORS[extendedError] === undefined ? '' : ` (${EXTENDED_ERRORS[extendedError]})`}\n`;
    parts.push(`;; OPT PSEUDOSECTION:\n; EDNS: version: 0, flags:; udp: 1232\n${extended}`);
  }
  if (call.question)
    parts.push(call.comments ? ';; QUESTION SECTION:\n' : '', `;${full}${tabs}IN\t${call.type}\n\n`);
  if (call.answer && answer.answers.length > 0)
    parts.push(
      call.comments ? ';; ANSWER SECTION:\n' : '',
      answer.answers.map(recordText).join(''),
      call.comments ? '\n' : '',
    );
  if (call.stats) {
    const server = formatIPv4(answer.from);
    parts.push(
      `;; Query time: ${Math.round(answer.micros / 1_000)} msec\n;; SERVER: ${server}#${call.port}(${call.server === undefined || parseIPv4(call.server) !== undefined ? server : call.server}) (UDP)\n;; WHEN: ${strftime('%a %b %d %H:%M:%S', context.host.clock())} UTC ${strftime('%Y', context.host.clock())}\n;; MSG SIZE  rcvd: ${bytes}\n\n`,
    );
  }
  return parts.join('');
}

// ---------------------------------------------------------------- host
export function* host(context: ProgramContext): ProgramRun {
  const args = context.argv.slice(1);
  let type: string | undefined;
  const operands: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const word = args[i] ?? '';
    if (word === '-t') type = (args[++i] ?? 'A').toUpperCase();
    else if (word === '-W' || word === '-R') i++;
    else if (word.startsWith('-')) continue;
    else operands.push(word);
  }
  const [name, server] = operands;
  if (name === undefined) {
    yield* context.err(
      'Usage: host [-aCdilrTvVw] [-c class] [-N ndots] [-t type] [-W time]\n            [-R number] [-m flag] [-p port] hostname [server]\n',
    );
    return 1;
  }
  const isAddress = parseIPv4(name) !== undefined;
  const servers = server === undefined ? serversOf(context) : [server];
  if (server !== undefined)
    yield* context.out(`Using domain server:\nName: ${server}\nAddress: ${server}#53\nAliases: \n\n`);
  const wanted = type !== undefined ? [type] : isAddress ? ['PTR'] : ['A', 'AAAA', 'MX'];
  let exit = 0;
  for (const one of wanted) {
    const asked = one === 'PTR' ? reverseName(name) : name.replace(/\.$/, '');
    const answer = yield* askHost(context, servers, asked, one);
    if (answer === undefined) {
      yield* context.out(';; no servers could be reached\n');
      return 1;
    }
    if (answer.code !== 'NOERROR') {
      yield* context.out(
        `Host ${isAddress ? `${asked}.` : asked} not found: ${answer.code === 'NXDOMAIN' ? '3(NXDOMAIN)' : answer.code === 'REFUSED' ? '5(REFUSED)' : '2(SERVFAIL)'}\n`,
      );
      // What is asked besides the address is said and goes on.
      if (one === wanted[0]) return 1;
      exit = 1;
      continue;
    }
    if (answer.answers.length === 0 && type !== undefined) {
      yield* context.out(`${asked} has no ${one} record\n`);
      exit = 0;
    }
    yield* context.out(
      answer.answers
        .filter((record) => record.type === one || (record.type === 'CNAME' && one === 'A'))
        .map((record) => `${hostLine(record)}\n`)
        .join(''),
    );
  }
  return exit;
}
function* askHost(
  context: ProgramContext,
  servers: readonly string[],
  name: string,
  type: string,
): Generator<Wait, Answer | undefined, Wake> {
  for (let attempt = 0; attempt < 2; attempt++) {
    for (const server of servers) {
      const event = yield* ask(context, server, name, type, 5 * SECOND);
      if (event.ok) return event;
      yield* context.out(`;; communications error to ${server}#53: ${troubleText(event)}\n`);
    }
  }
  return undefined;
}
function hostLine(record: DnsRecord): string {
  const name = record.name.replace(/\.$/, '');
  switch (record.type) {
    case 'A':
      return `${name} has address ${record.data}`;
    case 'AAAA':
      return `${name} has IPv6 address ${record.data}`;
    case 'CNAME':
      return `${name} is an alias for ${dataText(record)}`;
    case 'MX':
      return `${name} mail is handled by ${dataText(record)}`;
    case 'NS':
      return `${name} name server ${dataText(record)}`;
    case 'PTR':
      return `${name} domain name pointer ${dataText(record)}`;
    case 'TXT':
      return `${name} descriptive text ${dataText(record)}`;
    default:
      return `${name} has ${record.type} record ${record.data}`;
  }
}

// ---------------------------------------------------------------- nslookup
export function* nslookup(context: ProgramContext): ProgramRun {
  const [name, server] = context.argv.slice(1).filter((word) => !word.startsWith('-'));
  if (name === undefined) {
    yield* context.err('not modelled: nslookup without a name\n');
    return 1;
  }
  const servers = server === undefined ? serversOf(context) : [server];
  const reversed = parseIPv4(name) !== undefined;
  const answer = yield* askHost(
    context,
    servers,
    reversed ? reverseName(name) : name,
    reversed ? 'PTR' : 'A',
  );
  if (answer === undefined) {
    yield* context.out(';; no servers could be reached\n\n');
    return 1;
  }
  const from = formatIPv4(answer.from);
  if (!reversed) yield* context.out(`Server:\t\t${from}\nAddress:\t${from}#53\n\n`);
  if (answer.code !== 'NOERROR') {
    yield* context.out(`** server can't find ${reversed ? reverseName(name) : name}: ${answer.code}\n\n`);
    return 1;
  }
  if (reversed)
    yield* context.out(
      `${answer.answers.map((record) => `${record.name.replace(/\.$/, '')}\tname = ${dataText(record)}\n`).join('')}\n`,
    );
  else {
    yield* context.out(
      answer.answers
        .map((record) => {
          const owner = record.name.replace(/\.$/, '');
          return record.type === 'CNAME'
            ? `${owner}\tcanonical name = ${dataText(record)}\n`
            : `Name:\t${owner}\nAddress: ${record.data}\n`;
        })
        .join(''),
    );
    const six = yield* askHost(context, servers, name, 'AAAA');
    if (six !== undefined && six.code !== 'NOERROR') {
      yield* context.out(`** server can't find ${name}: ${six.code}\n\n`);
      return 1;
    }
    const found = six?.answers.filter((record) => record.type === 'AAAA') ?? [];
    yield* context.out(
      `${found.map((record) => `Name:\t${record.name.replace(/\.$/, '')}\nAddress: ${record.data}\n`).join('')}\n`,
    );
  }
  return 0;
}
