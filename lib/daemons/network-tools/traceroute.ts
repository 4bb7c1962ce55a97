/** traceroute(8), Dmitry Butskoy's 2.1.2 as Debian 12 ships it: UDP probes by default, ICMP with -I. Recorded in truth/host (b04, c08). */
import { SECOND, type Micros } from '../../std/instant';
import { formatIPv4 } from '../../std/ipv4';
import type { PingEvent } from '../../world/network.contract';
import type { ProgramContext, ProgramRun } from '../../world/process.contract';
import { errnoText, lookUpName, nameInHosts } from '../host-names';
import { Mailbox } from '../mailbox';
import { parseOptions } from '../command-options';

interface Probe {
  sentAt: Micros;
  answer: { from: number; micros: Micros; mark: string; final: boolean } | undefined;
}

/** What is wrong with the numbers, in traceroute's words. */
function refusal(argv: readonly string[], given: ReadonlyMap<string, string>): string | undefined {
  for (const name of ['m', 'f', 'q', 'w']) {
    const value = given.get(name);
    if (value === undefined || (name === 'w' ? /^\d+(\.\d*)?(,|$)/ : /^\d+$/).test(value)) continue;
    return `Cannot handle \`-${name}' option with arg \`${value}' (argc ${argv.indexOf(value)})`;
  }
  const [hops, first, queries] = [given.get('m') ?? 30, given.get('f') ?? 1, given.get('q') ?? 3].map(Number);
  if ((hops ?? 0) > MOST_TTL) return `max hops cannot be more than ${MOST_TTL}`;
  if ((first ?? 0) < 1 || (first ?? 0) > (hops ?? 0)) return 'first hop out of range';
  return (queries ?? 0) > MOST_PROBES ? `no more than ${MOST_PROBES} probes per hop` : undefined;
}
const MOST_TTL = 255;
const MOST_PROBES = 10;

/** What an option's value is called where it is missing. */
const VALUES: Readonly<Record<string, string>> = {
  f: 'first_ttl',
  i: 'device',
  m: 'max_ttl',
  p: 'port',
  q: 'nqueries',
  s: 'src_addr',
  w: 'MAX,HERE,NEAR',
};
const LONG_VALUES: Readonly<Record<string, string>> = {
  '--first': 'f',
  '--max-hops': 'm',
  '--queries': 'q',
  '--wait': 'w',
};

export function* traceroute(context: ProgramContext): ProgramRun {
  const parsed = parseOptions(context.argv.slice(1), {
    short: '46dFITnrAVf:g:i:m:N:p:t:l:w:q:s:z:UDO:eM:P:',
    long: {
      icmp: 'I',
      tcp: 'T',
      udp: 'U',
      'max-hops=': 'm',
      'queries=': 'q',
      'wait=': 'w',
      'first=': 'f',
      help: 'help',
      version: 'V',
    },
  });
  const given = new Map(parsed.options.map((option) => [option.name, option.value]));
  if (parsed.problem !== undefined) {
    const { kind, option, long } = parsed.problem;
    const written = long ? option : `-${option}`;
    const place = `Option \`${written}' (argc ${context.argv.findIndex((word) => word.startsWith(written))})`;
    const takes = VALUES[long ? (LONG_VALUES[option] ?? '') : option];
    yield* context.err(
      kind === 'missing' && takes !== undefined
        ? `${place} requires an argument: \`${written}${long ? '=' : ' '}${takes}'\n`
        : `${place.replace('Option', 'Bad option')}\n`,
    );
    return 2;
  }
  if (given.has('V')) {
    yield* context.out(
      'Modern traceroute for Linux, version 2.1.2\nCopyright (c) 2016  Dmitry Butskoy,   License: GPL v2 or any later\n',
    );
    return 0;
  }
  const refused = refusal(context.argv, given);
  if (refused !== undefined) {
    yield* context.err(`${refused}\n`);
    return 2;
  }
  const [target] = parsed.operands;
  if (target === undefined) {
    yield* context.out(
      'Usage:\n  traceroute [ -46dFITnreAUDV ] [ -f first_ttl ] [ -g gate,... ] [ -i device ] [ -m max_ttl ] [ -N squeries ] [ -p port ] [ -t tos ] [ -l flow_label ] [ -w MAX,HERE,NEAR ] [ -q nqueries ] [ -s src_addr ] [ -z sendwait ] [ --fwmark=num ] host [ packetlen ]\n',
    );
    return 2;
  }
  if (given.has('T')) {
    yield* context.err('not modelled: traceroute -T\n');
    return 1;
  }
  const found = yield* lookUpName(context, target);
  if (typeof found === 'string') {
    yield* context.err(
      `${target}: ${found}\nCannot handle "host" cmdline arg \`${target}' on position 1 (argc 1)\n`,
    );
    return 2;
  }
  const ip = found.addresses[0] ?? 0;
  const maxHops = Number(given.get('m') ?? 30);
  const firstHop = Number(given.get('f') ?? 1);
  const queries = Number(given.get('q') ?? 3);
  const longest = Math.round(Number((given.get('w') ?? '5').split(',')[0]) * SECOND);
  yield* context.out(`traceroute to ${target} (${formatIPv4(ip)}), ${maxHops} hops max, 60 byte packets\n`);
  const { host, kernel, world } = context;
  const found2 = world.network.routeLookup(host, ip);
  if (found2 === undefined) {
    yield* context.err(`connect: ${errnoText('ENETUNREACH')}\n`);
    return 1;
  }
  const box = new Mailbox(context);
  const probes = new Map<number, Probe>();
  const name = (from: number): string =>
    given.has('n')
      ? formatIPv4(from)
      : `${nameInHosts(host, from) ?? formatIPv4(from)} (${formatIPv4(from)})`;
  let hop = firstHop;
  let sent = (firstHop - 1) * queries;
  let finished = false;
  while (hop <= maxHops && !finished) {
    // Sixteen probes are under way at a time; with ICMP and UDP alike they go out together.
    while (sent < maxHops * queries && sent < (hop - 1) * queries + 16) {
      sent++;
      const ttl = Math.floor((sent - 1) / queries) + 1;
      probes.set(sent, { sentAt: kernel.now, answer: undefined });
      const on = box.on(String(sent));
      const refused = given.has('I')
        ? world.network.ping(host, {
            pid: context.pid,
            ip,
            ttl,
            id: context.pid & 0xffff,
            sequence: sent,
            bytes: 32,
            on,
          })
        : world.network.traceProbe(host, { pid: context.pid, ip, ttl, sequence: sent, on });
      if (refused !== undefined && refused !== 'EPERM') {
        yield* context.err(`send: ${errnoText(refused)}\n`);
        return 1;
      }
    }
    const mine = Array.from({ length: queries }, (_, i) => (hop - 1) * queries + i + 1);
    for (;;) {
      const open = mine.filter((sequence) => probes.get(sequence)?.answer === undefined);
      if (open.length === 0) break;
      const until = Math.max(...open.map((sequence) => waitUntil(probes, sequence, hop, queries, longest)));
      const received = yield* box.next(until);
      if (received.kind === 'timeout' || received.kind === 'signal') break;
      if (received.kind !== 'item') continue;
      const event = received.event as PingEvent;
      const probe = probes.get(Number(received.tag));
      if (probe !== undefined)
        probe.answer = {
          from: event.from,
          micros: kernel.now - probe.sentAt,
          mark: markOf(event),
          final: event.type !== 'ttl-exceeded',
        };
    }
    yield* context.out(
      line(
        hop,
        mine.map((sequence) => probes.get(sequence)?.answer),
        name,
      ),
    );
    finished = mine.some((sequence) => probes.get(sequence)?.answer?.final === true);
    hop++;
  }
  box.close();
  return 0;
}

/** Silence is waited for -w seconds; three times as long as a neighbour took, and ten times as long as a later hop took, is enough. */
function waitUntil(
  probes: ReadonlyMap<number, Probe>,
  sequence: number,
  hop: number,
  queries: number,
  longest: Micros,
): Micros {
  const probe = probes.get(sequence);
  if (probe === undefined) return 0;
  let wait = longest;
  for (const [other, { answer }] of probes) {
    if (answer === undefined) continue;
    const otherHop = Math.floor((other - 1) / queries) + 1;
    if (otherHop === hop) wait = Math.min(wait, Math.max(answer.micros * 3, 10_000));
    else if (otherHop > hop) wait = Math.min(wait, Math.max(answer.micros * 10, 10_000));
  }
  return probe.sentAt + wait;
}

function line(hop: number, answers: readonly Probe['answer'][], name: (ip: number) => string): string {
  let text = String(hop).padStart(2);
  let last: number | undefined;
  for (const answer of answers) {
    if (answer === undefined) {
      text += ' *';
      continue;
    }
    if (answer.from !== last) text += `  ${name(answer.from)}`;
    last = answer.from;
    text += `  ${(answer.micros / 1_000).toFixed(3)} ms${answer.mark}`;
  }
  return `${text.replace(/^( ?\d+) \*/, '$1  *')}\n`;
}

function markOf(event: PingEvent): string {
  if (event.type !== 'unreachable') return '';
  switch (event.code) {
    case 'host':
      return ' !H';
    case 'net':
      return ' !N';
    case 'proto':
      return ' !P';
    case 'admin':
      return ' !X';
    case 'host-prohibited':
      return ' !<10>';
    case 'net-prohibited':
      return ' !<9>';
    case 'port':
      return '';
  }
}
