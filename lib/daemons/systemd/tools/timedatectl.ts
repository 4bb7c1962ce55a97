/**
 * timedatectl: the clock as systemd-timedated tells it. Source: timedatectl(1). Hosts keep UTC: other time zones, a clock
 * set by hand and one of the hardware in local time are not modelled and said so.
 */
import { strftime } from '../../../std/civil';
import { knowsZone, ZONE_NAMES } from '../../../std/zones';
import type { Program, ProgramContext, Wait, Wake } from '../../../world/process.contract';
import { parseOptions } from '../../command-options';
import { isContainer } from '../conditions';
import { disable, enableUnit, unitFileState } from '../enable';
import { managerOf } from '../host-manager';
import { refuseOptions, VERSION_LINE } from './misuse';

type Run<T> = Generator<Wait, T, Wake>;
const ROOT = { uid: 0, gid: 0, groups: [] as number[] };
const LOCALTIME = '/etc/localtime';
const SERVICE = 'systemd-timesyncd.service';
const OPTIONS = {
  short: 'hH:M:p:aP:',
  long: {
    help: 'h',
    version: 'version',
    'no-pager': 'no-pager',
    'no-ask-password': 'no-ask-password',
    'host=': 'H',
    'machine=': 'M',
    'adjust-system-clock': 'adjust',
    monitor: 'monitor',
    'property=': 'p',
    all: 'a',
    value: 'value',
  },
};
const MOST_OPERANDS: Readonly<Record<string, number>> = {
  status: 0,
  show: 0,
  'list-timezones': 0,
  'timesync-status': 0,
  'show-timesync': 0,
  'set-time': 1,
  'set-timezone': 1,
  'set-local-rtc': 1,
  'set-ntp': 1,
};

export const timedatectl: Program = function* (context) {
  const parsed = parseOptions(context.argv.slice(1), OPTIONS);
  const refused = yield* refuseOptions(context, 'timedatectl', parsed);
  if (refused !== undefined) return refused;
  const has = (name: string): boolean => parsed.options.some((option) => option.name === name);
  if (has('version')) {
    yield* context.out(VERSION_LINE);
    return 0;
  }
  const [verb = 'status', ...values] = parsed.operands;
  const most = MOST_OPERANDS[verb];
  if (most === undefined || values.length !== most) {
    const words = most === undefined ? `Unknown command verb ${verb}.` : undefined;
    yield* context.err(
      `${words ?? (values.length > (most ?? 0) ? 'Too many arguments.' : 'Too few arguments.')}\n`,
    );
    return 1;
  }
  const [value = ''] = values;
  switch (verb) {
    case 'status':
      yield* context.out(status(context));
      return 0;
    case 'show': {
      const wanted = parsed.options
        .filter(({ name }) => name === 'p' || name === 'P')
        .flatMap((option) => option.value.split(','));
      yield* context.out(shown(context, wanted, has('value') || has('P')));
      return 0;
    }
    case 'list-timezones':
      yield* context.out(ZONE_NAMES.map((name) => `${name}\n`).join(''));
      return 0;
    case 'timesync-status':
    case 'show-timesync':
      return yield* timesync(context, verb);
    default:
      return yield* change(context, verb, value);
  }
};
function* change(context: ProgramContext, verb: string, value: string): Run<number> {
  const isOn = /^(yes|y|true|t|1|on)$/i.test(value);
  const isBoolean = isOn || /^(no|n|false|f|0|off)$/i.test(value);
  const setting = verb === 'set-ntp' ? 'NTP' : 'local RTC';
  if ((verb === 'set-ntp' || verb === 'set-local-rtc') && !isBoolean) {
    yield* context.err(`Failed to parse ${setting} setting '${value}': Invalid argument\n`);
    return 1;
  }
  if (context.who.uid !== 0) {
    const what = { 'set-ntp': 'ntp', 'set-timezone': 'time zone', 'set-time': 'time' }[verb] ?? 'local RTC';
    yield* context.err(`Failed to set ${what}: Access denied\n`);
    return 1;
  }
  switch (verb) {
    case 'set-ntp':
      return setNtp(context, isOn);
    case 'set-timezone':
      return yield* setTimezone(context, value);
    case 'set-time':
      yield* context.err(
        isSynchronizing(context)
          ? 'Failed to set time: Automatic time synchronization is enabled\n'
          : 'timedatectl: not modelled: set-time\n',
      );
      return 1;
    default:
      if (!isOn) return 0;
      yield* context.err('timedatectl: not modelled: set-local-rtc\n');
      return 1;
  }
}
function isSynchronizing({ host }: ProgramContext): boolean {
  return managerOf(host)?.unit(SERVICE)?.active === 'active';
}
/** Switches the service on for this and later boots, or off. */
function setNtp({ host }: ProgramContext, isOn: boolean): number {
  const manager = managerOf(host);
  if (isOn) enableUnit(host, SERVICE);
  else disable(host, [SERVICE], { runtime: false });
  manager?.reload();
  manager?.jobs.enqueue(isOn ? 'start' : 'stop', SERVICE, 'replace');
  return 0;
}
function zoneOf({ host }: ProgramContext): string {
  const target = host.fs.readlink(LOCALTIME, ROOT);
  return (typeof target === 'string' ? /zoneinfo\/(.+)$/.exec(target)?.[1] : undefined) ?? 'UTC';
}
function* setTimezone(context: ProgramContext, name: string): Run<number> {
  const { fs } = context.host;
  if (!knowsZone(name)) {
    yield* context.err(`Failed to set time zone: Invalid or not installed time zone '${name}'\n`);
    return 1;
  }
  if (!/^(Etc\/)?(UTC|UCT|Zulu|Universal)$/.test(name)) {
    yield* context.err('timedatectl: not modelled: other time zones than UTC\n');
    return 1;
  }
  fs.unlink(LOCALTIME, ROOT);
  fs.symlink(`../usr/share/zoneinfo/${name}`, LOCALTIME, ROOT);
  fs.writeFile('/etc/timezone', `${name}\n`, ROOT);
  return 0;
}
function status(context: ProgramContext): string {
  const clock = strftime('%a %Y-%m-%d %H:%M:%S', context.host.clock());
  return [
    `               Local time: ${clock} UTC`,
    `           Universal time: ${clock} UTC`,
    `                 RTC time: ${isContainer(context.host) ? 'n/a' : clock}`,
    `                Time zone: ${zoneOf(context)} (UTC, +0000)`,
    'System clock synchronized: no',
    `              NTP service: ${isSynchronizing(context) ? 'active' : 'inactive'}`,
    '          RTC in local TZ: no\n',
  ].join('\n');
}
function shown(context: ProgramContext, wanted: readonly string[], onlyValues: boolean): string {
  const clock = `${strftime('%a %Y-%m-%d %H:%M:%S', context.host.clock())} UTC`;
  const rows: [string, string][] = [
    ['Timezone', zoneOf(context)],
    ['LocalRTC', 'no'],
    ['CanNTP', 'yes'],
    ['NTP', isSynchronizing(context) ? 'yes' : 'no'],
    ['NTPSynchronized', 'no'],
    ['TimeUSec', clock],
  ];
  // A container has no clock of the hardware.
  if (!isContainer(context.host)) rows.push(['RTCTimeUSec', clock]);
  return rows
    .filter(([name]) => wanted.length === 0 || wanted.includes(name))
    .map(([name, value]) => (onlyValues ? `${value}\n` : `${name}=${value}\n`))
    .join('');
}
function* timesync(context: ProgramContext, verb: string): Run<number> {
  const isEnabled = unitFileState(context.host, SERVICE) === 'enabled';
  if (isEnabled) {
    yield* context.err(
      verb === 'timesync-status'
        ? 'Failed to query server: Connection timed out\n'
        : 'timedatectl: not modelled: show-timesync\n',
    );
    return 1;
  }
  yield* context.err(
    verb === 'timesync-status'
      ? 'Failed to query server: Unit dbus-org.freedesktop.timesync1.service not found.\n'
      : 'Failed to parse bus message: No such file or directory\n',
  );
  return 1;
}
