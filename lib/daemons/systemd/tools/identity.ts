/** hostnamectl, timedatectl, loginctl, systemd-detect-virt at the depth of a diagnosis. Sources: hostnamectl(1), timedatectl(1), loginctl(1). */
import { strftime } from '../../../std/civil';
import type { Program, ProgramContext, Wait, Wake } from '../../../world/process.contract';
import { machineId } from '../boot';
import { isContainer, virtualizationOf } from '../conditions';
import { managerOf } from '../host-manager';

type Run<T> = Generator<Wait, T, Wake>;
const ROOT = { uid: 0, gid: 0, groups: [] as number[] };
const operands = (context: ProgramContext): string[] =>
  context.argv.slice(1).filter((word) => !word.startsWith('-'));

export const hostnamectl: Program = function* (context) {
  const { host } = context;
  const [verb = 'status', name] = operands(context);
  switch (verb) {
    case 'status':
      for (const kind of ['static', 'transient', 'pretty'] as const)
        if (context.argv.includes(`--${kind}`)) {
          yield* context.out(`${hostnameOf(context, kind)}\n`);
          return 0;
        }
      yield* context.out(hostnameStatus(context));
      return 0;
    case 'hostname':
    case 'set-hostname':
      if (name === undefined && verb === 'hostname') {
        yield* context.out(`${host.state.hostname}\n`);
        return 0;
      }
      if (name === undefined) {
        yield* context.err('Too few arguments.\n');
        return 1;
      }
      return yield* setHostname(context, name);
    default:
      yield* context.err(`Unknown command verb ${verb}.\n`);
      return 1;
  }
};
function* setHostname(context: ProgramContext, name: string): Run<number> {
  const { host } = context;
  if (context.who.uid !== 0) {
    yield* context.err('Could not set pretty hostname: Access denied\n');
    return 1;
  }
  const clean = name
    .replace(/[^A-Za-z0-9.-]/g, '')
    .replace(/^[.-]+|[.-]+$/g, '')
    .slice(0, 64);
  host.fs.writeFile('/etc/hostname', `${clean}\n`, ROOT);
  host.setSysctl('kernel.hostname', clean);
  if (clean !== name) host.fs.writeFile('/etc/machine-info', `PRETTY_HOSTNAME="${name}"\n`, ROOT);
  return 0;
}
/** One of the three names: what the file says, what the kernel has, what people read. */
function hostnameOf({ host }: ProgramContext, kind: 'static' | 'transient' | 'pretty'): string {
  if (kind === 'transient') return host.state.hostname;
  const text = host.fs.readFile(kind === 'static' ? '/etc/hostname' : '/etc/machine-info', ROOT);
  if (typeof text !== 'string') return '';
  return kind === 'static' ? text.trim() : (/PRETTY_HOSTNAME="?([^"\n]*)/.exec(text)?.[1] ?? '');
}
function hostnameStatus({ host }: ProgramContext): string {
  const file = host.fs.readFile('/etc/hostname', ROOT);
  const fixed = typeof file === 'string' ? file.trim() : '';
  const rows: [string, string][] = [['Static hostname', fixed === '' ? '(unset)' : fixed]];
  const info = host.fs.readFile('/etc/machine-info', ROOT);
  const pretty = typeof info === 'string' ? /PRETTY_HOSTNAME="?([^"\n]*)/.exec(info)?.[1] : undefined;
  if (pretty !== undefined) rows.push(['Pretty hostname', pretty]);
  if (host.state.hostname !== fixed) rows.push(['Transient hostname', host.state.hostname]);
  rows.push(
    ['Icon name', isContainer(host) ? 'computer-container' : 'computer-vm'],
    ['Chassis', isContainer(host) ? 'container ☐' : 'vm 🖴'],
    ['Machine ID', machineId(host)],
    ['Boot ID', host.state.bootId],
    ['Virtualization', virtualizationOf(host)],
    ['Operating System', 'Debian GNU/Linux 12 (bookworm)'],
    ['Kernel', `Linux ${host.sysctl('kernel.osrelease') ?? ''}`],
    ['Architecture', 'x86-64'],
    ['Hardware Vendor', 'QEMU'],
    ['Hardware Model', 'Standard PC _i440FX + PIIX, 1996_'],
    ['Firmware Version', '1.16.2-debian-1.16.2-1'],
  );
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padStart(width)}: ${value}\n`).join('');
}

export const timedatectl: Program = function* (context) {
  const { host } = context;
  const [verb = 'status', value] = operands(context);
  const manager = managerOf(host);
  const sync = manager?.unit('systemd-timesyncd.service')?.active === 'active';
  const clock = strftime('%a %Y-%m-%d %H:%M:%S', host.clock());
  switch (verb) {
    case 'status':
      yield* context.out(
        [
          `               Local time: ${clock} UTC`,
          `           Universal time: ${clock} UTC`,
          `                 RTC time: ${isContainer(host) ? 'n/a' : clock}`,
          '                Time zone: Etc/UTC (UTC, +0000)',
          'System clock synchronized: no',
          `              NTP service: ${sync ? 'active' : 'inactive'}`,
          '          RTC in local TZ: no\n',
        ].join('\n'),
      );
      return 0;
    case 'show':
      yield* context.out(
        `Timezone=Etc/UTC\nLocalRTC=no\nCanNTP=yes\nNTP=${sync ? 'yes' : 'no'}\nNTPSynchronized=no\nTimeUSec=${clock} UTC\nRTCTimeUSec=${clock} UTC\n`,
      );
      return 0;
    case 'set-ntp': {
      if (context.who.uid !== 0) {
        yield* context.err('Failed to set ntp: Access denied\n');
        return 1;
      }
      const isOn = /^(yes|true|1|on)$/.test(value ?? '');
      manager?.jobs.enqueue(isOn ? 'start' : 'stop', 'systemd-timesyncd.service', 'replace');
      return 0;
    }
    case 'set-time':
      yield* context.err(
        sync
          ? 'Failed to set time: Automatic time synchronization is enabled\n'
          : 'timedatectl: not modelled: set-time\n',
      );
      return 1;
    case 'timesync-status':
      yield* context.err('Failed to query server: Connection timed out\n');
      return 1;
    case 'set-timezone':
    case 'list-timezones':
    case 'set-local-rtc':
      yield* context.err(`timedatectl: not modelled: ${verb}\n`);
      return 1;
    default:
      yield* context.err(`Unknown command verb ${verb}.\n`);
      return 1;
  }
};

/** Sessions are what runs in session scopes. */
export const loginctl: Program = function* (context) {
  const [verb = 'list-sessions'] = operands(context);
  const { host } = context;
  const sessions = new Map<string, { uid: number; tty: string; leader: number }>();
  for (const process of host.processes()) {
    const id = /^session-(\w+)\.scope$/.exec(process.unit ?? '')?.[1];
    if (id !== undefined && !sessions.has(id))
      sessions.set(id, { uid: process.uid, tty: process.tty ?? '', leader: process.pid });
  }
  if (verb === 'list-sessions') {
    if (sessions.size === 0) {
      yield* context.out('No sessions.\n');
      return 0;
    }
    const rows = [...sessions].map(([id, { uid, tty }]) => [
      id,
      String(uid),
      host.user(uid)?.name ?? String(uid),
      '',
      tty,
    ]);
    const widths = [7, 3, 4, 4, 3].map((least, i) =>
      Math.max(least, ...rows.map((row) => (row[i] ?? '').length)),
    );
    const print = ([id = '', uid = '', user = '', seat = '', tty = '']: string[]): string =>
      `${id.padStart(widths[0] ?? 0)} ${uid.padStart(widths[1] ?? 0)} ${user.padEnd(widths[2] ?? 0)} ${seat.padEnd(widths[3] ?? 0)} ${tty}`.trimEnd();
    yield* context.out(
      `${[print(['SESSION', 'UID', 'USER', 'SEAT', 'TTY']), ...rows.map(print)].join('\n')}\n\n${sessions.size} sessions listed.\n`,
    );
    return 0;
  }
  if (verb === 'list-users') {
    const uids = [...new Set([...sessions.values()].map(({ uid }) => uid))];
    if (uids.length === 0) yield* context.out('No users.\n');
    else
      yield* context.out(
        ` UID USER\n${uids.map((uid) => `${String(uid).padStart(4)} ${host.user(uid)?.name ?? ''}`).join('\n')}\n\n${uids.length} users listed.\n`,
      );
    return 0;
  }
  yield* context.err(
    /^(session|user|show|terminate|kill|lock|unlock|enable|disable)/.test(verb)
      ? `loginctl: not modelled: ${verb}\n`
      : `Unknown command verb ${verb}.\n`,
  );
  return 1;
};
export const detectVirt: Program = function* (context) {
  const found = virtualizationOf(context.host);
  const has = (short: string, long: string): boolean =>
    context.argv.includes(short) || context.argv.includes(long);
  const wrong =
    (has('-c', '--container') && !isContainer(context.host)) ||
    (has('-v', '--vm') && isContainer(context.host));
  if (!has('-q', '--quiet')) yield* context.out(`${wrong ? 'none' : found}\n`);
  return wrong ? 1 : 0;
};
