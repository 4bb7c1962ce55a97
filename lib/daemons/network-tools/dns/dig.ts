/** dig(1) of BIND 9.18, recorded in truth/host/b04-dns (bin/dig/dig.c). Not modelled: +trace. */
import { strftime } from '../../../std/civil';
import { SECOND } from '../../../std/instant';
import { formatIPv4, parseIPv4 } from '../../../std/ipv4';
import { FileError } from '../../../world/files.contract';
import type { DnsRecord } from '../../../world/network.contract';
import { answerBytes } from '../../../world/network/dns';
import type { ProgramContext, ProgramRun, Wait, Wake } from '../../../world/process.contract';
import {
  type Answer,
  ask,
  bare,
  candidates,
  dataText,
  illegalName,
  resolverOf,
  reverseName,
  serverNamed,
  troubleText,
  TYPES,
} from './query';

const VERSION = '9.18.49-1~deb12u3-Debian';
const USAGE = `Usage:  dig [@global-server] [domain] [q-type] [q-class] {q-opt}
            {global-d-opt} host [@local-server] {local-d-opt}
            [ host [@local-server] {local-d-opt} [...]]

Use "dig -h" (or "dig -h | more") for complete list of options
`;

interface DigCall {
  server: string | undefined;
  port: number;
  name: string;
  type: string;
  short: boolean;
  comments: boolean;
  /** Seconds; undefined: what /etc/resolv.conf says, or 5. */
  time: number | undefined;
  tries: number | undefined;
  search: boolean;
  stats: boolean;
  question: boolean;
  answer: boolean;
  additional: boolean;
  cmd: boolean;
  edns: boolean;
  dnssec: boolean;
  recursion: boolean;
  tcp: boolean;
  ttl: boolean;
  identify: boolean;
  /** A flag that would change what is shown, unless it is told in short. */
  unmodelled: string | undefined;
  /** -b: an address that this host does not have. */
  isBindable: boolean;
}
const DEFAULTS: DigCall = {
  server: undefined,
  port: 53,
  name: '',
  type: 'A',
  short: false,
  unmodelled: undefined,
  comments: true,
  time: undefined,
  tries: undefined,
  search: false,
  stats: true,
  question: true,
  answer: true,
  additional: true,
  cmd: true,
  edns: true,
  dnssec: false,
  recursion: true,
  tcp: false,
  ttl: true,
  identify: false,
  isBindable: true,
};
/** Ends a run: what is said, where, and the exit code. */
class DigProblem extends Error {
  constructor(
    readonly texts: { readonly out?: string; readonly err?: string },
    readonly code: number,
  ) {
    super('dig');
  }
}

export function* dig(context: ProgramContext): ProgramRun {
  const args = context.argv.slice(1);
  if (args[0] === '-v' || args[0] === '-h') {
    if (args[0] === '-v') yield* context.err(`DiG ${VERSION}\n`);
    else yield* context.out(`${USAGE.slice(0, USAGE.indexOf('\n\n') + 1)}not modelled: the rest of dig -h\n`);
    return 0;
  }
  try {
    const reader = new Reader(context, DEFAULTS);
    yield* reader.read(args);
    let exit = 0;
    for (const [position, call] of reader.calls.entries())
      exit = yield* runDig(context, call, position === 0 ? args.join(' ') : undefined);
    for (const line of reader.batch) {
      const one = new Reader(context, { ...reader.globals, name: '' });
      const words = line.trim().split(/\s+/);
      yield* one.read(words);
      for (const call of one.calls) exit = yield* runDig(context, call, words.join(' '));
    }
    return exit;
  } catch (problem) {
    if (!(problem instanceof DigProblem)) throw problem;
    if (problem.texts.out !== undefined) yield* context.out(problem.texts.out);
    if (problem.texts.err !== undefined) yield* context.err(problem.texts.err);
    return problem.code;
  }
}

/** The command line: options before the first name are for all, those behind a name for that one. */
class Reader {
  readonly calls: DigCall[] = [];
  /** Lines of -f. */
  batch: string[] = [];

  constructor(
    private readonly context: ProgramContext,
    readonly globals: DigCall,
  ) {
    this.globals = { ...globals };
  }
  get #current(): DigCall {
    return this.calls.at(-1) ?? this.globals;
  }

  *read(args: readonly string[]): Generator<Wait, void, Wake> {
    for (let i = 0; i < args.length; i++) {
      const word = args[i] ?? '';
      if (word.startsWith('@')) this.#current.server = word.slice(1);
      else if (word.startsWith('+')) this.#flag(word.slice(1));
      else if (word.startsWith('-') && word !== '-') i += yield* this.#option(word, args[i + 1]);
      else this.#operand(word);
    }
    // Without a name it asks for the root's servers, whatever type was given.
    if (this.calls.length === 0 && this.batch.length === 0)
      this.calls.push({ ...this.globals, name: '.', type: 'NS' });
    const refused = this.calls.find(
      ({ unmodelled, short, answer }) => unmodelled !== undefined && !short && answer,
    );
    if (refused !== undefined)
      throw new DigProblem({ err: `not modelled: dig +${refused.unmodelled ?? ''}\n` }, 1);
  }
  #add(name: string, type = this.globals.type): void {
    const problem = illegalName(name);
    if (problem !== undefined)
      throw new DigProblem({ err: `dig: '${name}' is not a legal name (${problem})\n` }, 10);
    this.calls.push({ ...this.globals, name, type });
  }
  #operand(word: string): void {
    const upper = word.toUpperCase();
    if (TYPES.includes(upper)) this.#current.type = upper;
    else if (/^(?:IN|CH|HS|ANY)$/.test(upper) && this.calls.length > 0) return;
    else this.#add(word);
  }
  #flag(flag: string): void {
    const refused = readFlag(flag, this.#current);
    // One setting for all of them.
    this.globals.short ||= this.#current.short;
    if (this.#current.short) for (const call of this.calls) call.short = true;
    if (refused === undefined) return;
    const [why = '', then] = refused.split('\n');
    throw then === undefined
      ? new DigProblem({ err: `${why}\n${why.startsWith('Invalid option') ? USAGE : ''}` }, 1)
      : new DigProblem({ out: `${why}\n`, err: `${then}\n` }, 10);
  }
  /** How many words more it took. */
  *#option(word: string, next: string | undefined): Generator<Wait, number, Wake> {
    const letter = word.slice(1, 2);
    const joined = word.slice(2);
    if (letter === '4') return 0;
    const value = joined === '' ? next : joined;
    const took = joined === '' ? 1 : 0;
    const invalid = new DigProblem({ err: `Invalid option: ${word}\n${USAGE}` }, 1);
    if (value === undefined) throw invalid;
    switch (letter) {
      case 'x':
        this.#add(reverseName(value), 'PTR');
        return took;
      case 't':
        yield* this.#useType(value);
        return took;
      case 'q':
        this.#add(value);
        return took;
      case 'c':
        return took;
      case 'b': {
        const ip = parseIPv4(value.split('#')[0] ?? '');
        this.#current.isBindable =
          ip !== undefined && this.context.world.network.isLocalAddress(this.context.host, ip);
        return took;
      }
      case 'p':
        this.#current.port = portOf(value);
        return took;
      case 'f':
        this.batch = this.#linesOf(value);
        return took;
      default:
        throw invalid;
    }
  }
  *#useType(text: string): Generator<Wait, void, Wake> {
    const type = text.toUpperCase();
    if (TYPES.includes(type)) this.#current.type = type;
    else yield* this.context.err(`;; Warning, ignoring invalid type ${text}\n`);
  }
  #linesOf(path: string): string[] {
    const text = this.context.fs.readFile(this.context.resolve(path), this.context.who);
    if (text instanceof FileError)
      throw new DigProblem(
        { err: `${path}: No such file or directory\ndig: couldn't open specified batch file\n` },
        8,
      );
    return text.split('\n').filter((line) => line.trim() !== '' && !/^[;#]/.test(line));
  }
}
function portOf(value: string | undefined): number {
  const refused = notANumber(value, 'port number');
  if (refused !== undefined) {
    const [why = '', then = ''] = refused.split('\n');
    throw new DigProblem({ out: `${why}\n`, err: `${then}\n` }, 1);
  }
  if (Number(value) > 65_535)
    throw new DigProblem(
      {
        out: `invalid port number '${value ?? ''}': out of range\n`,
        err: "dig: Couldn't parse port number\n",
      },
      1,
    );
  return Number(value ?? 53);
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

/** Flags that switch one thing on, or with `no` in front off. */
const SWITCHES: Readonly<Record<string, BooleanField>> = {
  short: 'short',
  answer: 'answer',
  comments: 'comments',
  stats: 'stats',
  question: 'question',
  cmd: 'cmd',
  additional: 'additional',
  edns: 'edns',
  dnssec: 'dnssec',
  do: 'dnssec',
  recurse: 'recursion',
  rdflag: 'recursion',
  tcp: 'tcp',
  vc: 'tcp',
  ttlid: 'ttl',
  ttl: 'ttl',
  identify: 'identify',
  search: 'search',
};
type BooleanField = { [K in keyof DigCall]: DigCall[K] extends boolean ? K : never }[keyof DigCall];

function readFlag(flag: string, call: DigCall): string | undefined {
  const [name = '', value] = flag.split('=');
  const on = !name.startsWith('no');
  const bare = on ? name : name.slice(2);
  const field = SWITCHES[bare];
  if (field !== undefined) {
    call[field] = on;
    return undefined;
  }
  switch (bare) {
    case 'all':
      call.comments = call.stats = call.question = call.answer = call.additional = call.cmd = on;
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
    case 'trace':
      return on ? 'not modelled: dig +trace' : undefined;
    case 'multiline':
    case 'qr':
    case 'aaflag':
    case 'cdflag':
      call.unmodelled = on ? bare : undefined;
      return undefined;
    case 'class':
      call.unmodelled = on ? undefined : 'noclass';
      return undefined;
    // Without effect on what is shown here: there is no authority section, and no server that sends the others.
    case 'authority':
    case 'cookie':
    case 'adflag':
    case 'bufsize':
    case 'nsid':
    case 'split':
    case 'ignore':
      return undefined;
    default:
      return `Invalid option: +${flag}`;
  }
}

/** @param written the command line, for the first query of it */
function* runDig(context: ProgramContext, call: DigCall, written: string | undefined): ProgramRun {
  const resolver = resolverOf(context);
  let servers = resolver.servers;
  if (call.server !== undefined) {
    const found = yield* serverNamed(context, call.server);
    if ('problem' in found) {
      yield* context.err(`dig: ${found.problem}\n`);
      return 1;
    }
    servers = found;
  } else if (resolver.isBroken) {
    yield* context.err('dig: parse of /etc/resolv.conf failed\n');
    return 10;
  }
  const timed: DigCall = {
    ...call,
    tries: call.tries ?? resolver.attempts ?? 3,
    time: call.time ?? resolver.timeout ?? 5,
  };
  const names = call.search ? candidates(call.name, resolver) : [call.name];
  const banner =
    written === undefined
      ? ''
      : `\n; <<>> DiG ${VERSION} <<>> ${written}\n${call.server === undefined ? '' : `; (${servers.length} server found)\n`};; global options: +cmd\n`;
  for (const name of names) {
    const answer = yield* tryServers(context, servers, name, timed);
    if (answer === 'unbound') return 9;
    if (answer === undefined) {
      yield* context.out(`${call.short || !call.cmd ? '' : banner};; no servers could be reached\n`);
      return 9;
    }
    if (answer.code === 'NXDOMAIN' && name !== names[names.length - 1]) continue;
    yield* context.out(call.short ? shortText(call, answer) : fullText(context, call, name, answer, banner));
    return 0;
  }
  return 0;
}

/** Three tries in all, server after server; a refusal moves on, silence waits its five seconds. */
function* tryServers(
  context: ProgramContext,
  servers: readonly string[],
  name: string,
  { type, port, tries: most = 3, time = 5, edns, recursion, isBindable }: DigCall,
): Generator<Wait, Answer | 'unbound' | undefined, Wake> {
  for (const [position, server] of servers.entries()) {
    // The last server gets what is left; the ones before it get the usual tries as well.
    const tries = position === servers.length - 1 && position > 0 ? 1 : most;
    for (let attempt = 0; attempt < tries; attempt++) {
      if (!isBindable) {
        yield* context.out(
          `;; UDP setup with ${server}#${port}(${server}) for ${name} failed: address not available.\n;; no servers could be reached\n`,
        );
        continue;
      }
      const event = yield* ask(context, {
        server,
        port,
        name,
        type,
        timeout: time * SECOND,
        edns,
        ...(recursion ? {} : { recursion: false as const }),
      });
      if (event.ok) return event;
      yield* context.out(`;; communications error to ${server}#${port}: ${troubleText(event)}\n`);
    }
  }
  return isBindable ? undefined : 'unbound';
}

function shortText(call: DigCall, { answers, from, micros }: Answer): string {
  const source = call.identify ? ` from server ${formatIPv4(from)} in ${Math.round(micros / 1_000)} ms.` : '';
  return answers.map((record) => `${dataText(record)}${source}\n`).join('');
}
/** Columns as dig sets them: name, TTL, class and type at tab stops 24, 32, 40, 48. */
function recordText(record: DnsRecord, { ttl }: DigCall): string {
  const name = record.name.endsWith('.') ? record.name : `${record.name}.`;
  const tabs = name.length >= 24 ? '\t' : '\t'.repeat(Math.ceil((24 - name.length) / 8));
  return `${name}${tabs}${ttl ? `${record.ttl}\t` : ''}IN\t${record.type}\t${dataText(record)}\n`;
}

/** RFC 8914 §5.2. */
const EXTENDED_ERRORS: Readonly<Record<number, string>> = {
  14: 'Not Ready',
  15: 'Blocked',
  22: 'No Reachable Authority',
  23: 'Network Error',
};
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
  const { additional = [], extendedError } = answer;
  const bytes =
    answerBytes(bare(name), [...answer.answers, ...additional], call.edns) +
    (extendedError === undefined || !call.edns ? 0 : 6);
  const parts: string[] = [];
  if (call.cmd && call.comments) parts.push(banner);
  if (call.comments) {
    parts.push(
      ';; Got answer:\n',
      `;; ->>HEADER<<- opcode: QUERY, status: ${answer.code}, id: ${id}\n`,
      `;; flags: qr${answer.authoritative ? ' aa' : ''}${call.recursion ? ' rd' : ''} ra; QUERY: 1, ANSWER: ${answer.answers.length}, AUTHORITY: 0, ADDITIONAL: ${additional.length + (call.edns ? 1 : 0)}\n\n`,
    );
    const extended =
      extendedError === undefined
        ? ''
        : `; EDE: ${extendedError}${EXTENDED_ERRORS[extendedError] === undefined ? '' : ` (${EXTENDED_ERRORS[extendedError]})`}\n`;
    if (call.edns)
      parts.push(
        `;; OPT PSEUDOSECTION:\n; EDNS: version: 0, flags:${call.dnssec ? ' do' : ''}; udp: 1232\n${extended}`,
      );
  }
  if (call.question)
    parts.push(call.comments ? ';; QUESTION SECTION:\n' : '', `;${full}${tabs}IN\t${call.type}\n\n`);
  if (call.answer && answer.answers.length > 0)
    parts.push(
      call.comments ? ';; ANSWER SECTION:\n' : '',
      answer.answers.map((record) => recordText(record, call)).join(''),
      call.comments ? '\n' : '',
    );
  if (call.additional && additional.length > 0)
    parts.push(
      call.comments ? ';; ADDITIONAL SECTION:\n' : '',
      additional.map((record) => recordText(record, call)).join(''),
      call.comments ? '\n' : '',
    );
  if (call.stats) {
    const server = formatIPv4(answer.from);
    parts.push(
      `;; Query time: ${Math.round(answer.micros / 1_000)} msec\n;; SERVER: ${server}#${call.port}(${call.server === undefined || parseIPv4(call.server) !== undefined ? server : call.server}) (${call.tcp ? 'TCP' : 'UDP'})\n;; WHEN: ${strftime('%a %b %d %H:%M:%S', context.host.clock())} UTC ${strftime('%Y', context.host.clock())}\n;; MSG SIZE  rcvd: ${bytes}\n\n`,
    );
  }
  return parts.join('');
}
