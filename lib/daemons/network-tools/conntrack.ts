/** conntrack(8), conntrack-tools 1.4.7. */
import { formatIPv4, inSubnet, parseCidr } from '../../std/ipv4';
import type { ConntrackEntry } from '../../world/network.contract';
import type { ProgramContext, ProgramRun, Wait, Wake } from '../../world/process.contract';
import { parseOptions } from '../command-options';

const LONG = {
  dump: 'L',
  get: 'G',
  delete: 'D',
  create: 'I',
  update: 'U',
  event: 'E',
  flush: 'F',
  count: 'C',
  stats: 'S',
  version: 'V',
  help: 'h',
  'src=': 's',
  'dst=': 'd',
  'orig-src=': 's',
  'orig-dst=': 'd',
  'reply-src=': 'r',
  'reply-dst=': 'q',
  'proto=': 'p',
  'protonum=': 'p',
  'sport=': 'sport',
  'dport=': 'dport',
  'orig-port-src=': 'sport',
  'orig-port-dst=': 'dport',
  'state=': 'state',
  'status=': 'u',
  'mark=': 'm',
  'output=': 'o',
  'family=': 'f',
  'timeout=': 't',
  'src-nat': 'n',
  'dst-nat': 'g',
  'any-nat': 'j',
  zero: 'z',
};
const TITLE = 'conntrack v1.4.7 (conntrack-tools)';
const HELP = "Try `conntrack -h' or 'conntrack --help' for more information.\n";

export function* conntrack(context: ProgramContext): ProgramRun {
  const { world, host } = context;
  const args = [...context.argv.slice(1)];
  // A table's name may follow the command.
  const table = /^(?:conntrack|expect|dying|unconfirmed)$/.test(args[1] ?? '') ? args[1] : undefined;
  if (table !== undefined) args.splice(1, 1);
  const translated = takeTranslated(args);
  const parsed = parseOptions(args, { short: 'LGDIUEFCSVhngjzs:d:r:q:p:u:m:o:f:t:', long: LONG });
  if (parsed.problem !== undefined) {
    const { kind, option, long } = parsed.problem;
    const written = long ? option : `-${option}`;
    yield* context.err(
      `${TITLE}: ${kind === 'missing' ? `option \`${written}' requires an argument` : `unknown option \`${written}'`}\n${HELP}`,
    );
    return 2;
  }
  const given = new Map([
    ...parsed.options.map((option): [string, string] => [option.name, option.value]),
    ...translated,
  ]);
  const wrong = complaintOf(given);
  if (wrong !== undefined) {
    yield* context.err(`${TITLE}: ${wrong}\n${HELP}`);
    return 2;
  }
  if (context.who.uid !== 0) {
    yield* context.err(
      `${TITLE}: Operation failed: sorry, you must be root or get CAP_NET_ADMIN capability to do this\n`,
    );
    return 1;
  }
  if (table === 'expect') {
    yield* context.err(`${TITLE}: 0 expectations have been shown.\n`);
    return 0;
  }
  const output = (given.get('o') ?? '').split(',');
  const form = { isExtended: output.includes('extended'), hasId: output.includes('id') };
  const matches = matcher(given);
  const command = [...'LGDIUEFCS'].find((letter) => given.has(letter));
  switch (command) {
    case 'C':
      yield* context.out(`${world.network.conntrack(host).length}\n`);
      return 0;
    case 'F':
      world.network.deleteConntrack(host, () => true);
      yield* context.err(`${TITLE}: connection tracking table has been emptied.\n`);
      return 0;
    case 'S': {
      let text = '';
      for (let core = 0; core < host.state.cores; core++)
        text += `cpu=${core}   \t${STATISTICS.map((name) => `${name}=0 `).join('')}\n`;
      yield* context.out(text);
      return 0;
    }
    case 'L':
    case 'G': {
      const entries = world.network.conntrack(host).filter(matches);
      yield* tell(context, entries, { ...form, what: 'shown' });
      return 0;
    }
    case 'D': {
      const entries = world.network.conntrack(host).filter(matches);
      world.network.deleteConntrack(host, matches);
      yield* tell(context, entries, { ...form, what: 'deleted' });
      return entries.length === 0 ? 1 : 0;
    }
    default:
      if (given.has('V')) {
        yield* context.out('conntrack v1.4.7 (conntrack-tools)\n');
        return 0;
      }
      yield* context.err(
        command === undefined
          ? `${TITLE}: You need to supply at least one command\nTry \`conntrack -h' or 'conntrack --help' for more information.\n`
          : `not modelled: conntrack -${command}\n`,
      );
      return 2;
  }
}

/** Departs: nothing of it is counted. */
const STATISTICS =
  'found invalid insert insert_failed drop early_drop error search_restart clash_resolve chaintoolong'.split(
    ' ',
  );
/** `-n`, `-g` and `-j` may have an address, in a word of its own too. */
function takeTranslated(args: string[]): [string, string][] {
  const found: [string, string][] = [];
  for (let at = 0; at < args.length; at++) {
    const name = /^(?:-([ngj])|--(src|dst|any)-nat)$/.exec(args[at] ?? '');
    const value = args[at + 1];
    if (name === null || value === undefined || value.startsWith('-')) continue;
    args.splice(at + 1, 1);
    found.push([name[1] ?? { src: 'n', dst: 'g', any: 'j' }[name[2] ?? ''] ?? '', value]);
  }
  return found;
}

const PROTOCOLS = 'tcp udp udplite icmp icmpv6 sctp dccp gre'.split(' ');
const TCP_STATES =
  'NONE SYN_SENT SYN_RECV ESTABLISHED FIN_WAIT CLOSE_WAIT LAST_ACK TIME_WAIT CLOSE LISTEN'.split(' ');
/** What is wrong with the parameters (src/conntrack.c, extensions/libct_proto_tcp.c). */
function complaintOf(given: ReadonlyMap<string, string>): string | undefined {
  const protocol = given.get('p');
  if (protocol !== undefined && !PROTOCOLS.includes(protocol) && !/^\d+$/.test(protocol))
    return `\`${protocol}' unsupported protocol`;
  const state = given.get('state');
  if (state !== undefined && protocol === 'tcp' && !TCP_STATES.includes(state))
    return `unknown TCP state \`${state}'`;
  if (given.has('G') && !(given.has('s') && given.has('d'))) return "you have to specify `--src' and `--dst'";
  return undefined;
}
/** The lines and their number; into a pipe or a file the lines come last, when they are flushed. */
function* tell(
  context: ProgramContext,
  entries: readonly ConntrackEntry[],
  { isExtended, hasId, what }: { isExtended: boolean; hasId: boolean; what: string },
): Generator<Wait, void, Wake> {
  const head = isExtended ? 'ipv4     2 ' : '';
  const id = (entry: ConntrackEntry): string =>
    hasId ? ` id=${(entry.src ^ (entry.dst + 65_537 * entry.sport + entry.dport)) >>> 0}` : '';
  const text = entries
    .map((entry) => `${head}${entryText(entry, context.kernel.now)}${id(entry)}\n`)
    .join('');
  const count = `${TITLE}: ${entries.length} flow entries have been ${what}.\n`;
  if (context.stdout.tty !== undefined) yield* context.out(text);
  yield* context.err(count);
  if (context.stdout.tty === undefined) yield* context.out(text);
}
function matcher(given: ReadonlyMap<string, string>): (entry: ConntrackEntry) => boolean {
  const within = (name: string, ip: number): boolean => {
    const text = given.get(name);
    const cidr = text === undefined ? undefined : parseCidr(text);
    return text === undefined || (cidr !== undefined && inSubnet(ip, cidr));
  };
  const same = (name: string, value: number): boolean =>
    !given.has(name) || Number(given.get(name)) === value;
  const address = (name: string): number | undefined => parseCidr(given.get(name) ?? '')?.address;
  // Of ICMP the number is held against type and code: it always looks translated.
  const isSource = (entry: ConntrackEntry, ip?: number): boolean =>
    (entry.protocol === 'icmp' || entry.replyDst !== entry.src || entry.replyDport !== entry.sport) &&
    (ip === undefined || entry.replyDst === ip);
  const isTarget = (entry: ConntrackEntry, ip?: number): boolean =>
    (entry.protocol === 'icmp' || entry.replySrc !== entry.dst || entry.replySport !== entry.dport) &&
    (ip === undefined || entry.replySrc === ip);
  return (entry) =>
    given.get('f') !== 'ipv6' &&
    (!given.has('n') || isSource(entry, address('n'))) &&
    (!given.has('g') || isTarget(entry, address('g'))) &&
    (!given.has('j') || isSource(entry, address('j')) || isTarget(entry, address('j'))) &&
    within('s', entry.src) &&
    within('d', entry.dst) &&
    within('r', entry.replySrc) &&
    within('q', entry.replyDst) &&
    (!given.has('p') || given.get('p') === entry.protocol || Number(given.get('p')) === entry.number) &&
    same('sport', entry.sport) &&
    same('dport', entry.dport) &&
    same('m', entry.mark) &&
    (!given.has('state') || given.get('state') === entry.state) &&
    (!given.has('u') ||
      (given.get('u') ?? '')
        .split(',')
        .every((word) =>
          word === 'ASSURED'
            ? entry.assured
            : word === 'UNREPLIED' || word === 'UNSET'
              ? entry.unreplied
              : word === 'SEEN_REPLY'
                ? !entry.unreplied
                : true,
        ));
}

function entryText(entry: ConntrackEntry, now: number): string {
  const seconds = Math.max(0, Math.floor((entry.timeoutAt - now) / 1_000_000));
  const head = `${(entry.protocol === 'other' ? 'unknown' : entry.protocol).padEnd(8)} ${entry.number} ${seconds} ${entry.state === '' ? '' : `${entry.state} `}`;
  const original = tuple(entry, entry.src, entry.dst, entry.sport, entry.dport, 8);
  const reply = tuple(entry, entry.replySrc, entry.replyDst, entry.replySport, entry.replyDport, 0);
  return `${head}${original} ${entry.unreplied ? '[UNREPLIED] ' : ''}${reply} ${entry.assured ? '[ASSURED] ' : ''}mark=${entry.mark} use=1`;
}
function tuple(
  entry: ConntrackEntry,
  src: number,
  dst: number,
  sport: number,
  dport: number,
  type: number,
): string {
  const addresses = `src=${formatIPv4(src)} dst=${formatIPv4(dst)}`;
  if (entry.protocol === 'icmp') return `${addresses} type=${type} code=0 id=${sport}`;
  return entry.protocol === 'other' ? addresses : `${addresses} sport=${sport} dport=${dport}`;
}
