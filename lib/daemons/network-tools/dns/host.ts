/** host(1) of BIND 9.18 (bin/dig/host.c). Not modelled: -a, -C, -d, -l, -v. */
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
  type Resolver,
  resolverOf,
  reverseName,
  serverNamed,
  TYPES,
} from './query';

const USAGE = `Usage: host [-aCdilrTvVw] [-c class] [-N ndots] [-t type] [-W time]
            [-R number] [-m flag] [-p port] hostname [server]
       -a is equivalent to -v -t ANY
       -A is like -a but omits RRSIG, NSEC, NSEC3
       -c specifies query class for non-IN data
       -C compares SOA records on authoritative nameservers
       -d is equivalent to -v
       -l lists all hosts in a domain, using AXFR
       -m set memory debugging flag (trace|record|usage)
       -N changes the number of dots allowed before root lookup is done
       -p specifies the port on the server to query
       -r disables recursive processing
       -R specifies number of retries for UDP packets
       -s a SERVFAIL response should stop query
       -t specifies the query type
       -T enables TCP/IP mode
       -U enables UDP mode
       -v enables verbose output
       -V print version number and exit
       -w specifies to wait forever for a reply
       -W specifies how long to wait for a reply
       -4 use IPv4 query transport only
       -6 use IPv6 query transport only
`;
const RESPONSES: Readonly<Record<string, string>> = {
  NXDOMAIN: '3(NXDOMAIN)',
  REFUSED: '5(REFUSED)',
  SERVFAIL: '2(SERVFAIL)',
};
const WITH_VALUE = 'ctWRmpN';
const UNMODELLED = 'aACdlv';

interface HostCall {
  operands: string[];
  type: string | undefined;
  /** Seconds. */
  wait: number | undefined;
  retries: number;
  port: number;
  ndots: number | undefined;
  recursion: boolean;
}
type Refusal = { readonly text: string; readonly code: number };

export function* host(context: ProgramContext): ProgramRun {
  const call = readCall(context.argv.slice(1));
  if ('code' in call) {
    yield* context.err(call.text);
    return call.code;
  }
  const [name, server] = call.operands;
  if (name === undefined) {
    yield* context.err(USAGE);
    return 1;
  }
  const servers = server === undefined ? resolverOf(context).servers : yield* serverNamed(context, server);
  if ('problem' in servers) {
    yield* context.err(`host: ${servers.problem}\n`);
    return 1;
  }
  return yield* new Lookup(context, call, servers, server).run(name);
}

function readCall(args: readonly string[]): HostCall | Refusal {
  const call: HostCall = {
    operands: [],
    type: undefined,
    wait: undefined,
    retries: 1,
    port: 53,
    ndots: undefined,
    recursion: true,
  };
  for (let i = 0; i < args.length; i++) {
    const word = args[i] ?? '';
    if (!word.startsWith('-') || word === '-') {
      call.operands.push(word);
      continue;
    }
    for (let at = 1; at < word.length; at++) {
      const letter = word[at] ?? '';
      if (!WITH_VALUE.includes(letter)) {
        if (letter === 'r') call.recursion = false;
        else if (UNMODELLED.includes(letter)) return { text: `not modelled: host -${letter}\n`, code: 1 };
        else if (!'irsTUVw46'.includes(letter))
          return { text: `host: illegal option -- ${letter}\n${USAGE}`, code: 1 };
        continue;
      }
      const value = at + 1 < word.length ? word.slice(at + 1) : args[++i];
      if (value === undefined)
        return { text: `host: option requires an argument -- ${letter}\n${USAGE}`, code: 1 };
      if (letter === 't') {
        call.type = value.toUpperCase();
        if (!TYPES.includes(call.type)) return { text: `host: invalid type: ${value}\n\n`, code: 2 };
      } else if (letter === 'W') call.wait = Math.max(1, Number(value) || 1);
      else if (letter === 'R') call.retries = Math.max(1, Number(value) || 1);
      else if (letter === 'p') call.port = Number(value) || 53;
      else if (letter === 'N') call.ndots = Number(value) || 0;
      break;
    }
  }
  return call;
}

class Lookup {
  #introduced: boolean;
  readonly #resolver: Resolver;

  constructor(
    private readonly context: ProgramContext,
    private readonly call: HostCall,
    private readonly servers: readonly string[],
    private readonly server: string | undefined,
  ) {
    this.#introduced = server === undefined;
    this.#resolver = resolverOf(context);
  }

  *run(given: string): ProgramRun {
    const { context, call } = this;
    const isAddress = parseIPv4(given) !== undefined;
    // The full name ends with a dot: no search list.
    let asked = isAddress ? `${reverseName(given)}.` : given;
    const types = call.type !== undefined ? [call.type] : isAddress ? ['PTR'] : ['A', 'AAAA', 'MX'];
    let exit = 0;
    for (const [position, type] of types.entries()) {
      const names =
        position === 0
          ? candidates(asked, { ...this.#resolver, ndots: call.ndots ?? this.#resolver.ndots })
          : [asked];
      const found = yield* this.#first(names, type);
      if (found === undefined) {
        yield* context.out(';; no servers could be reached\n');
        return 1;
      }
      const { name, answer } = found;
      if (answer.code !== 'NOERROR') {
        const shown = answer.code === 'NXDOMAIN' ? asked : bare(name);
        yield* context.out(`Host ${shown} not found: ${RESPONSES[answer.code] ?? answer.code}\n`);
        // What is asked besides the address is said and goes on.
        if (position === 0) return 1;
        exit = 1;
        continue;
      }
      if (answer.answers.length === 0 && call.type !== undefined)
        yield* context.out(`${bare(name)} has no ${type} record\n`);
      const records = position === 0 ? answer.answers : answer.answers.filter((one) => one.type === type);
      yield* context.out(records.map((record) => `${lineOf(record)}\n`).join(''));
      // Aliases are followed: what else is asked is asked of their target.
      if (position === 0) asked = bare(answer.answers.at(-1)?.name ?? name);
    }
    return exit;
  }
  /** The first name that there is, or the last answer. */
  *#first(
    names: readonly string[],
    type: string,
  ): Generator<Wait, { name: string; answer: Answer } | undefined, Wake> {
    const { context, call } = this;
    let last: { name: string; answer: Answer } | undefined;
    for (const name of names) {
      const answer = yield* askServers(context, this.servers, {
        port: call.port,
        name,
        type,
        timeout: (call.wait ?? this.#resolver.timeout ?? 5) * SECOND,
        tries: call.retries + 1,
        ...(call.recursion ? {} : { recursion: false as const }),
      });
      if (answer === undefined) return undefined;
      yield* this.#introduce(answer);
      last = { name, answer };
      if (answer.code !== 'NXDOMAIN') return last;
    }
    return last;
  }
  /** Which server was asked, when one was given, with its first answer. */
  *#introduce({ from }: Answer): Generator<Wait, void, Wake> {
    if (this.#introduced) return;
    this.#introduced = true;
    yield* this.context.out(
      `Using domain server:\nName: ${this.server ?? ''}\nAddress: ${formatIPv4(from)}#${this.call.port}\nAliases: \n\n`,
    );
  }
}

function lineOf(record: DnsRecord): string {
  const name = bare(record.name);
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
      return `${name} has ${record.type} record ${dataText(record)}`;
  }
}
