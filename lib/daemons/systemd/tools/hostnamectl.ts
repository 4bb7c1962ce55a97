/** hostnamectl: a host's names and what /etc/machine-info says of it. Source: hostnamectl(1), machine-info(5). Not modelled: --json, other hosts. */
import type { Program, ProgramContext, Wait, Wake } from '../../../world/process.contract';
import { parseOptions } from '../../command-options';
import { machineId } from '../boot';
import { isContainer, virtualizationOf } from '../conditions';
import { refuseOptions, VERSION_LINE } from './misuse';

type Run<T> = Generator<Wait, T, Wake>;
const ROOT = { uid: 0, gid: 0, groups: [] as number[] };
const HOSTNAME = '/etc/hostname';
const MACHINE_INFO = '/etc/machine-info';
const OPTIONS = {
  short: 'hH:M:j',
  long: {
    help: 'h',
    version: 'version',
    transient: 'transient',
    static: 'static',
    pretty: 'pretty',
    'host=': 'H',
    'machine=': 'M',
    'json=': 'json',
    'no-ask-password': 'no-ask-password',
  },
};
type Kind = 'static' | 'transient' | 'pretty';
/** What machine-info has besides the pretty name: its verb, its key and what a value may be. */
const FACTS: Readonly<Record<string, { key: string; allowed?: RegExp }>> = {
  'icon-name': { key: 'ICON_NAME', allowed: /^[\w.-]*$/ },
  chassis: {
    key: 'CHASSIS',
    allowed: /^(vm|container|desktop|laptop|convertible|server|tablet|handset|watch|embedded|)$/,
  },
  deployment: { key: 'DEPLOYMENT', allowed: /^[\w.-]*$/ },
  location: { key: 'LOCATION' },
};
const GLYPHS: Readonly<Record<string, string>> = {
  container: '☐',
  vm: '🖴',
  server: '🖳',
  desktop: '🖥️',
  laptop: '💻️',
  convertible: '💻️',
  tablet: '具',
  handset: '🕻',
  watch: '⌚',
  embedded: '▣',
};

export const hostnamectl: Program = function* (context) {
  const parsed = parseOptions(context.argv.slice(1), OPTIONS);
  const refused = yield* refuseOptions(context, 'hostnamectl', parsed);
  if (refused !== undefined) return refused;
  const has = (name: string): boolean => parsed.options.some((option) => option.name === name);
  if (has('version')) {
    yield* context.out(VERSION_LINE);
    return 0;
  }
  if (has('json') || has('j') || has('H') || has('M')) {
    yield* context.err('hostnamectl: not modelled: --json and other hosts\n');
    return 1;
  }
  const kinds = (['static', 'transient', 'pretty'] as const).filter(has);
  const [verb = 'status', value, ...more] = parsed.operands;
  const fact = FACTS[verb.replace(/^set-/, '')];
  if (verb === 'status' || (verb === 'hostname' && value === undefined)) {
    const text = kinds[0] === undefined ? undefined : `${hostnameOf(context, kinds[0])}\n`;
    yield* context.out(
      text ?? (verb === 'status' ? hostnameStatus(context) : `${context.host.state.hostname}\n`),
    );
    return 0;
  }
  if (verb !== 'hostname' && verb !== 'set-hostname' && fact === undefined) {
    yield* context.err(`Unknown command verb ${verb}.\n`);
    return 1;
  }
  if (more.length > 0) {
    yield* context.err('Too many arguments.\n');
    return 1;
  }
  if (value === undefined && verb.startsWith('set-')) {
    yield* context.err('Too few arguments.\n');
    return 1;
  }
  if (fact === undefined) return yield* setHostname(context, value ?? '', kinds);
  if (value === undefined) {
    yield* context.out(`${factOf(context, verb)}\n`);
    return 0;
  }
  return yield* setFact(context, { word: verb.replace(/^set-/, ''), value, ...fact });
};

function* setFact(
  context: ProgramContext,
  { word, key, value, allowed }: { word: string; key: string; value: string; allowed?: RegExp },
): Run<number> {
  const spoken = word.replace('-', ' ');
  if (context.who.uid !== 0) {
    yield* context.err(`Could not set ${spoken}: Access denied\n`);
    return 1;
  }
  if (allowed?.test(value) === false) {
    yield* context.err(`Could not set ${spoken}: Invalid ${spoken} '${value}'\n`);
    return 1;
  }
  writeInfo(context, key, value);
  return 0;
}
/** Keys in the order in which hostnamed writes them. */
const KEYS = ['PRETTY_HOSTNAME', 'ICON_NAME', 'CHASSIS', 'DEPLOYMENT', 'LOCATION'];
function infoOf({ host }: ProgramContext): Map<string, string> {
  const text = host.fs.readFile(MACHINE_INFO, ROOT);
  const lines = typeof text === 'string' ? text.split('\n') : [];
  return new Map(
    lines.flatMap((line): [string, string][] => {
      const found = /^(\w+)="?(.*?)"?$/.exec(line);
      return found === null ? [] : [[found[1] ?? '', found[2] ?? '']];
    }),
  );
}
function writeInfo(context: ProgramContext, key: string, value: string): void {
  const { fs } = context.host;
  const info = infoOf(context);
  if (value === '') info.delete(key);
  else info.set(key, value);
  if (info.size === 0) {
    fs.unlink(MACHINE_INFO, ROOT);
    return;
  }
  // A key that is there stays where it is, others come behind.
  const lines = [...info].map(([name, text]) => `${name}=${/^[\w.-]+$/.test(text) ? text : `"${text}"`}\n`);
  fs.writeFile(MACHINE_INFO, lines.join(''), ROOT);
}
function* setHostname(context: ProgramContext, name: string, kinds: readonly Kind[]): Run<number> {
  const { host } = context;
  if (context.who.uid !== 0) {
    yield* context.err('Could not set static hostname: Access denied\n');
    return 1;
  }
  const wants = (kind: Kind): boolean => kinds.length === 0 || kinds.includes(kind);
  const clean = name
    .replace(/[^A-Za-z0-9.-]/g, '')
    .replace(/^[.-]+|[.-]+$/g, '')
    .slice(0, 64);
  if (wants('static')) {
    host.fs.writeFile(HOSTNAME, `${clean}\n`, ROOT);
    host.setSysctl('kernel.hostname', clean);
  } else if (wants('transient')) {
    if (hostnameOf(context, 'static') === '') host.setSysctl('kernel.hostname', clean);
    else
      yield* context.err(
        'Hint: static hostname is already set, so the specified transient hostname will not be used.\n',
      );
  }
  if (wants('pretty'))
    writeInfo(context, KEYS[0] ?? '', kinds.includes('pretty') || clean !== name ? name : '');
  return 0;
}
/** One of the three names: what the file says, what the kernel has, what people read. */
function hostnameOf(context: ProgramContext, kind: Kind): string {
  const { host } = context;
  if (kind === 'transient') return host.state.hostname;
  if (kind === 'pretty') return infoOf(context).get('PRETTY_HOSTNAME') ?? '';
  const text = host.fs.readFile(HOSTNAME, ROOT);
  return typeof text === 'string' ? text.trim() : '';
}
function factOf(context: ProgramContext, verb: string): string {
  const given = infoOf(context).get(FACTS[verb]?.key ?? '');
  const chassis = infoOf(context).get('CHASSIS') ?? (isContainer(context.host) ? 'container' : 'vm');
  if (verb === 'chassis') return chassis;
  if (verb === 'icon-name') return given ?? `computer-${chassis}`;
  return given ?? '';
}
function hostnameStatus(context: ProgramContext): string {
  const { host } = context;
  const fixed = hostnameOf(context, 'static');
  const info = infoOf(context);
  const chassis = factOf(context, 'chassis');
  const rows: [string, string | undefined][] = [
    ['Static hostname', fixed === '' ? '(unset)' : fixed],
    ['Pretty hostname', info.get('PRETTY_HOSTNAME')],
    ['Transient hostname', host.state.hostname === fixed ? undefined : host.state.hostname],
    ['Icon name', factOf(context, 'icon-name')],
    ['Chassis', `${chassis} ${GLYPHS[chassis] ?? ''}`.trimEnd()],
    ['Deployment', info.get('DEPLOYMENT')],
    ['Location', info.get('LOCATION')],
    ['Machine ID', machineId(host)],
    ['Boot ID', host.state.bootId],
    ['Virtualization', virtualizationOf(host)],
    ['Operating System', 'Debian GNU/Linux 12 (bookworm)'],
    ['Kernel', `Linux ${host.sysctl('kernel.osrelease') ?? ''}`],
    ['Architecture', 'x86-64'],
  ];
  // A container sees no firmware.
  if (!isContainer(host))
    rows.push(
      ['Hardware Vendor', 'QEMU'],
      ['Hardware Model', 'Standard PC _i440FX + PIIX, 1996_'],
      ['Firmware Version', '1.16.2-debian-1.16.2-1'],
    );
  const shown = rows.filter(([, value]) => value !== undefined);
  const width = Math.max(...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => `${name.padStart(width)}: ${value ?? ''}\n`).join('');
}
