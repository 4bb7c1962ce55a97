/** ip(8) of iproute2 6.1: objects and global options, each short as one likes. */
import { FileError } from '../../../world/files.contract';
import type { ProgramContext, ProgramRun } from '../../../world/process.contract';
import { runAddress } from './addresses';
import { IpFailure, misused, usage } from './failure';
import { runLink } from './links';
import { runMonitor } from './monitor';
import { runNeighbour } from './neighbours';
import { type IpOptions, IpRequest, isShortFor, Words } from './request';
import { runRoute } from './routes';
import { runRule } from './rules';

const USAGE = `Usage: ip [ OPTIONS ] OBJECT { COMMAND | help }
       ip [ -force ] -batch filename
where  OBJECT := { address | addrlabel | amt | fou | help | ila | ioam | l2tp |
                   link | macsec | maddress | monitor | mptcp | mroute | mrule |
                   neighbor | neighbour | netconf | netns | nexthop | ntable |
                   ntbl | route | rule | sr | tap | tcpmetrics |
                   token | tunnel | tuntap | vrf | xfrm }
       OPTIONS := { -V[ersion] | -s[tatistics] | -d[etails] | -r[esolve] |
                    -h[uman-readable] | -iec | -j[son] | -p[retty] |
                    -f[amily] { inet | inet6 | mpls | bridge | link } |
                    -4 | -6 | -M | -B | -0 |
                    -l[oops] { maximum-addr-flush-attempts } | -br[ief] |
                    -o[neline] | -t[imestamp] | -ts[hort] | -b[atch] [filename] |
                    -rc[vbuf] [size] | -n[etns] name | -N[umeric] | -a[ll] |
                    -c[olor]}
`;
/** In the order in which iproute2 looks for the first that fits a short form. */
const OBJECTS = [
  'address',
  'addrlabel',
  'maddress',
  'route',
  'rule',
  'neighbor',
  'neighbour',
  'ntable',
  'ntbl',
  'link',
  'l2tp',
  'fou',
  'ila',
  'macsec',
  'tunnel',
  'tunl',
  'tuntap',
  'tap',
  'token',
  'tcpmetrics',
  'monitor',
  'xfrm',
  'mroute',
  'mrule',
  'netns',
  'netconf',
  'vrf',
  'sr',
  'nexthop',
  'mptcp',
  'ioam',
  'help',
  'stats',
];

export function* ip(context: ProgramContext): ProgramRun {
  return yield* runWords(context, context.argv.slice(1));
}
/** One command: the program's own words, or a line of `-batch`. */
function* runWords(context: ProgramContext, args: readonly string[], inBatch = false): ProgramRun {
  try {
    const { options, rest, batch } = globalOptions(args);
    if (batch !== undefined && !inBatch) return yield* runBatch(context, args, batch);
    if (rest === 'version') {
      yield* context.out('ip utility, iproute2-6.1.0, libbpf 1.1.2\n');
      return 0;
    }
    const [object, ...words] = rest;
    if (object === undefined) {
      yield* context.err(USAGE);
      return 255;
    }
    const found = OBJECTS.find((name) => isShortFor(object, name));
    if (found === undefined) throw usage(`Object "${object}" is unknown, try "ip help".`);
    const request = new IpRequest(context, options, new Words(words));
    if (found === 'monitor') return yield* runMonitor(request);
    let failure: IpFailure | undefined;
    let text = '';
    try {
      text = run(found, request);
    } catch (problem) {
      if (!(problem instanceof IpFailure)) throw problem;
      failure = problem;
    }
    for (const line of request.warnings) yield* context.err(`${line}\n`);
    if (failure !== undefined) throw failure;
    yield* context.out(text);
    return 0;
  } catch (problem) {
    if (!(problem instanceof IpFailure)) throw problem;
    yield* context.err(problem.text);
    return problem.code;
  }
}

/** `-batch FILE`: a command a line, until one fails; with `-force` to the end. */
function* runBatch(context: ProgramContext, args: readonly string[], batch: Batch): ProgramRun {
  const { path, force } = batch;
  const text =
    path === '-' ? yield* context.readAll() : context.fs.readFile(context.resolve(path), context.who);
  if (text instanceof FileError) {
    yield* context.err(`Cannot open file "${path}" for reading: No such file or directory\n`);
    return 1;
  }
  // Its other options hold for each line.
  const common = args.filter((word) => /^-(?:4|6|0|br|o|s|d|j|p)/.test(word));
  let worst = 0;
  for (const [index, line] of text.split('\n').entries()) {
    const words = line.replace(/#.*/, '').trim().split(/\s+/);
    if (words[0] === '') continue;
    const code = (yield* runWords(context, [...common, ...words], true)) ?? 0;
    if (code === 0) continue;
    yield* context.err(`Command failed ${path}:${index + 1}\n`);
    worst = 1;
    if (!force) break;
  }
  return worst;
}

function run(object: string, request: IpRequest): string {
  switch (object) {
    case 'address':
      return runAddress(request);
    case 'link':
      return runLink(request);
    case 'route':
      return runRoute(request);
    case 'neighbor':
    case 'neighbour':
      return runNeighbour(request);
    case 'rule':
      return runRule(request);
    case 'help':
      throw new IpFailure(USAGE, 255);
    case 'netns':
      return runNamespaces(request);
    case 'tuntap':
    case 'maddress':
    case 'tunnel':
    case 'vrf':
      return '';
    default:
      throw usage(`not modelled: ip ${object}`);
  }
}

/** There are none. Not modelled: more of them. */
function runNamespaces({ words }: IpRequest): string {
  const verb = words.next() ?? 'list';
  if (['list', 'show', 'lst'].some((name) => isShortFor(verb, name))) return '';
  if (verb === 'exec' && !words.done)
    throw misused(`Cannot open network namespace "${words.value()}": No such file or directory`);
  if (words.done && ['add', 'delete', 'exec'].some((name) => isShortFor(verb, name)))
    throw usage('No netns name specified');
  throw usage(`not modelled: ip netns ${verb}`);
}

interface Batch {
  readonly path: string;
  readonly force: boolean;
}
function globalOptions(args: readonly string[]): {
  options: IpOptions;
  rest: readonly string[] | 'version';
  batch?: Batch;
} {
  let batch: string | undefined;
  let force = false;
  const options: IpOptions = {
    family: 'all',
    brief: false,
    oneline: false,
    statistics: 0,
    details: false,
    json: false,
    pretty: false,
  };
  let at = 0;
  for (; at < args.length; at++) {
    const word = args[at] ?? '';
    if (!word.startsWith('-') || word === '-') break;
    if (word === '--') {
      at++;
      break;
    }
    const name = word.startsWith('--') ? word.slice(2) : word.slice(1);
    if (name === '4') options.family = 'inet';
    else if (name === '6') options.family = 'inet6';
    else if (name === '0') options.family = 'link';
    else if (isShortFor(name, 'family')) {
      const family = args[++at];
      if (family !== 'inet' && family !== 'inet6' && family !== 'link')
        throw usage(`Error: argument "${family ?? ''}" is wrong: invalid protocol family`);
      options.family = family;
    } else if (isShortFor(name, 'batch')) batch = args[++at] ?? '-';
    else if (name === 'br' || isShortFor(name, 'brief')) options.brief = true;
    else if (isShortFor(name, 'oneline')) options.oneline = true;
    else if (isShortFor(name, 'statistics') || isShortFor(name, 'stats')) options.statistics++;
    else if (isShortFor(name, 'details')) options.details = true;
    else if (isShortFor(name, 'json')) options.json = true;
    else if (isShortFor(name, 'pretty')) options.pretty = true;
    else if (isShortFor(name, 'Version')) return { options, rest: 'version' };
    else if (
      isShortFor(name, 'color') ||
      name.startsWith('c=') ||
      name.startsWith('color=') ||
      isShortFor(name, 'resolve') ||
      isShortFor(name, 'human-readable') ||
      isShortFor(name, 'timestamp') ||
      isShortFor(name, 'tshort') ||
      isShortFor(name, 'Numeric') ||
      name === 'iec'
    )
      continue;
    else if (isShortFor(name, 'force')) force = true;
    else if (isShortFor(name, 'netns'))
      throw misused(`Cannot open network namespace "${args[at + 1] ?? ''}": No such file or directory`);
    else if (isShortFor(name, 'help')) throw new IpFailure(USAGE, 255);
    else throw new IpFailure(`Option "${word}" is unknown, try "ip -help".\n`, 255);
  }
  return { options, rest: args.slice(at), ...(batch === undefined ? {} : { batch: { path: batch, force } }) };
}
