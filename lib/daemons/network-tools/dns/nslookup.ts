/** nslookup(1) of BIND 9.18, with a name or for what is typed (bin/dig/nslookup.c). Not modelled: -debug, `set all`, `ls`. */
import { SECOND } from '../../../std/instant';
import { formatIPv4, parseIPv4 } from '../../../std/ipv4';
import type { DnsRecord } from '../../../world/network.contract';
import type { ProgramContext, ProgramRun, Wait, Wake } from '../../../world/process.contract';
import {
  type Answer,
  askServers,
  bare,
  candidates,
  dataText,
  resolverOf,
  reverseName,
  serverNamed,
  TYPES,
} from './query';

const USAGE = `Usage:
   nslookup [-opt ...]             # interactive mode using default server
   nslookup [-opt ...] - server    # interactive mode using 'server'
   nslookup [-opt ...] host        # just look up 'host' using default server
   nslookup [-opt ...] host server # just look up 'host' using 'server'
`;
const VERSION = 'nslookup 9.18.49-1~deb12u3-Debian\n';

export function* nslookup(context: ProgramContext): ProgramRun {
  return yield* new Nslookup(context).run();
}

class Nslookup {
  #servers: readonly string[];
  /** undefined: addresses of both kinds, or the name of an address. */
  #type: string | undefined;
  #port = 53;
  /** Seconds. */
  #timeout: number;
  #tries = 3;
  #searches = true;
  #recurses = true;
  #failed = false;

  constructor(private readonly context: ProgramContext) {
    const { servers, timeout = 5 } = resolverOf(context);
    this.#servers = servers;
    this.#timeout = timeout;
  }

  *run(): ProgramRun {
    const { context } = this;
    const args = context.argv.slice(1);
    let at = 0;
    for (; (args[at] ?? '').startsWith('-') && args[at] !== '-'; at++) {
      const option = (args[at] ?? '').slice(1);
      if (option === 'version') {
        yield* context.out(VERSION);
        return 0;
      }
      yield* this.#set(option);
    }
    const operands = args.slice(at);
    if (operands.length > 2) {
      yield* context.err(USAGE);
      return 1;
    }
    const [name, server] = operands;
    if (server !== undefined) {
      const found = yield* serverNamed(context, server);
      if ('problem' in found) {
        yield* context.err(`nslookup: ${found.problem}\n`);
        return 1;
      }
      this.#servers = found;
    }
    if (name === undefined || name === '-') yield* this.#readLines();
    else yield* this.#lookUp(name);
    return this.#failed ? 1 : 0;
  }

  *#readLines(): Generator<Wait, void, Wake> {
    const { context } = this;
    for (;;) {
      if (context.stdin.tty !== undefined) yield* context.out('> ');
      const line = yield* context.readLine();
      if (line === '') return;
      const [word = '', ...rest] = line.trim().split(/\s+/);
      if (word === 'exit') return;
      if (word === '') continue;
      if (word === 'server' || word === 'lserver') yield* this.#useServer(rest[0]);
      else if (word === 'set') for (const option of rest) yield* this.#set(option);
      else yield* this.#lookUp(word, rest[0]);
    }
  }
  *#useServer(name: string | undefined): Generator<Wait, void, Wake> {
    if (name === undefined) return;
    const found = yield* serverNamed(this.context, name);
    if ('problem' in found) {
      yield* this.context.err(`nslookup: ${found.problem}\n`);
      return;
    }
    this.#servers = found;
    yield* this.context.out(
      found.map((address) => `Default server: ${name}\nAddress: ${address}#${this.#port}\n`).join(''),
    );
  }
  *#set(option: string): Generator<Wait, void, Wake> {
    const [name = '', value = ''] = option.split('=');
    const isType = /^(?:ty(?:pe?)?|q(?:uery)?t?(?:ype)?|query)$/.test(name);
    if (isType && option.includes('=')) {
      const type = value.toUpperCase();
      if (!TYPES.includes(type)) yield* this.context.out(`unknown query type: ${value}\n`);
      else this.#type = type === 'A' ? undefined : type;
    } else if (/^ti(?:meout)?$/.test(name)) this.#timeout = Math.max(1, Number(value) || 1);
    else if (/^ret(?:ry)?$/.test(name)) this.#tries = Math.max(1, Number(value) || 1);
    else if (/^po(?:rt)?$/.test(name)) this.#port = Number(value) || 53;
    else if (/^nosea(?:rch)?$/.test(name)) this.#searches = false;
    else if (/^sea(?:rch)?$/.test(name)) this.#searches = true;
    else if (/^norec(?:urse)?$/.test(name)) this.#recurses = false;
    else if (/^rec(?:urse)?$/.test(name)) this.#recurses = true;
    else if (/^(?:no)?(?:vc|def(?:name)?|fail|d2)$|^class=|^cl=/.test(name)) return;
    else if (/^(?:no)?deb(?:ug)?$|^all$|^domain$|^do$/.test(name))
      yield* this.context.err(`not modelled: nslookup ${name}\n`);
    else yield* this.context.out(`*** Invalid option: ${option}\n`);
  }

  *#lookUp(given: string, server?: string): Generator<Wait, void, Wake> {
    const { context } = this;
    let servers = this.#servers;
    if (server !== undefined) {
      const found = yield* serverNamed(context, server);
      if ('problem' in found) {
        yield* context.err(`nslookup: ${found.problem}\n`);
        this.#failed = true;
        return;
      }
      servers = found;
    }
    const isAddress = parseIPv4(given) !== undefined;
    const type = isAddress ? 'PTR' : (this.#type ?? 'A');
    const resolver = resolverOf(context);
    const names = isAddress ? [reverseName(given)] : this.#searches ? candidates(given, resolver) : [given];
    const found = yield* this.#first(servers, names, type);
    if (found === undefined) {
      yield* context.out(';; no servers could be reached\n\n');
      this.#failed = true;
      return;
    }
    const { answer } = found;
    const from = formatIPv4(answer.from);
    if (!isAddress) yield* context.out(`Server:\t\t${from}\nAddress:\t${from}#${this.#port}\n\n`);
    const typed = isAddress ? reverseName(given) : given;
    yield* this.#tell(answer, { ...found, typed, type });
    if (type === 'A' && answer.code === 'NOERROR') yield* this.#lookUpIpv6(servers, answer, found.name);
    yield* context.out('\n');
  }
  *#first(
    servers: readonly string[],
    names: readonly string[],
    type: string,
  ): Generator<Wait, { name: string; answer: Answer } | undefined, Wake> {
    let last: { name: string; answer: Answer } | undefined;
    for (const name of names) {
      const answer = yield* askServers(this.context, servers, {
        port: this.#port,
        name,
        type,
        timeout: this.#timeout * SECOND,
        tries: this.#tries,
        ...(this.#recurses ? {} : { recursion: false as const }),
      });
      if (answer === undefined) return undefined;
      last = { name, answer };
      if (answer.code !== 'NXDOMAIN') return last;
    }
    return last;
  }
  *#tell(
    { code, answers, authoritative }: Answer,
    { name, typed, type }: { name: string; typed: string; type: string },
  ): Generator<Wait, void, Wake> {
    const { context } = this;
    if (code !== 'NOERROR') {
      yield* context.out(`** server can't find ${code === 'NXDOMAIN' ? typed : bare(name)}: ${code}\n`);
      this.#failed = true;
      return;
    }
    const isAddress = type === 'A' || type === 'AAAA';
    if (!authoritative) yield* context.out('Non-authoritative answer:\n');
    if (answers.length > 0) yield* context.out(answers.map(lineOf).join(''));
    else if (!isAddress) yield* context.out(`*** Can't find ${typed}: No answer\n`);
    if (!authoritative && !isAddress) yield* context.out('\nAuthoritative answers can be found from:\n');
  }
  /** Addresses of the other kind, of the name that was found. */
  *#lookUpIpv6(servers: readonly string[], first: Answer, name: string): Generator<Wait, void, Wake> {
    const { context } = this;
    const owner = bare(first.answers.at(-1)?.name ?? name);
    const six = (yield* this.#first(servers, [owner], 'AAAA'))?.answer;
    if (six === undefined) return;
    if (six.code !== 'NOERROR') {
      yield* context.out(`** server can't find ${owner}: ${six.code}\n`);
      this.#failed = true;
      return;
    }
    const found = six.answers.filter(({ type }) => type === 'AAAA');
    yield* context.out(found.map(lineOf).join(''));
    if (found.length === 0 && first.answers.length === 0)
      yield* context.out(`*** Can't find ${bare(name)}: No answer\n`);
  }
}

function lineOf(record: DnsRecord): string {
  const owner = bare(record.name);
  const data = dataText(record);
  switch (record.type) {
    case 'A':
    case 'AAAA':
      return `Name:\t${owner}\nAddress: ${record.data}\n`;
    case 'CNAME':
      return `${owner}\tcanonical name = ${data}\n`;
    case 'MX':
      return `${owner}\tmail exchanger = ${data}\n`;
    case 'NS':
      return `${owner}\tnameserver = ${data}\n`;
    case 'PTR':
      return `${owner}\tname = ${data}\n`;
    case 'TXT':
      return `${owner}\ttext = ${data}\n`;
    case 'SRV':
      return `${owner}\tservice = ${data}\n`;
    case 'SOA': {
      const [origin, mail, serial, refresh, retry, expire, minimum] = data.split(' ');
      return `${owner}\n\torigin = ${origin}\n\tmail addr = ${mail}\n\tserial = ${serial}\n\trefresh = ${refresh}\n\tretry = ${retry}\n\texpire = ${expire}\n\tminimum = ${minimum}\n`;
    }
    default:
      return `${owner}\trdata_${record.type} = ${data}\n`;
  }
}
