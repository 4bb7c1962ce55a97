/** chage(1) of the passwd package, and hwclock(8): when passwords change and what the hardware's clock says. Recorded in truth/host/c12, c16. */
import { daysFromDate, strftime } from '../../std/civil';
import { ROOT } from '../../world/files';
import { FileError } from '../../world/files.contract';
import type { Command, Tool, ToolRun } from './tool';
import { USAGES } from './usages';

export const chage: Command = {
  name: 'chage',
  package: 'passwd',
  paths: ['/usr/bin/chage'],
  setuid: true,
  synopsis: 'chage [options] LOGIN',
  summary: 'Change user password expiry information.',
  run: runChage,
};
export const hwclock: Command = {
  name: 'hwclock',
  package: 'util-linux',
  paths: ['/usr/sbin/hwclock'],
  synopsis: 'hwclock [function] [option...]',
  summary: 'Time clocks utility.',
  run: runHwclock,
};

const DAY = 86_400_000_000;
/** Fields of /etc/shadow by option. */
const FIELDS: Readonly<Record<string, number>> = { d: 2, m: 3, M: 4, W: 5, I: 6, E: 7 };

function* runChage(tool: Tool): ToolRun {
  const { options, operands } = tool.options(
    {
      short: 'd:E:hiI:lm:M:R:W:',
      long: {
        'lastday:': 'd',
        'expiredate:': 'E',
        'inactive:': 'I',
        list: 'l',
        iso8601: 'i',
        'mindays:': 'm',
        'maxdays:': 'M',
        'warndays:': 'W',
      },
    },
    { misuseCode: 2 },
  );
  const has = (name: string): boolean => options.some((option) => option.name === name);
  const { context } = tool;
  const [name = ''] = operands;
  const user = context.host.user(name);
  if (operands.length !== 1) {
    tool.note(USAGES.chage ?? '');
    return 2;
  }
  const isOwn = user !== undefined && user.uid === context.who.uid;
  if (context.who.uid !== 0 && !(has('l') && isOwn)) return tool.fail('Permission denied.', 1);
  const text = context.fs.readFile('/etc/shadow', ROOT);
  if (user === undefined || text instanceof FileError)
    return tool.fail(`user '${name}' does not exist in /etc/passwd`, 1);
  const rows = text.split('\n');
  const at = rows.findIndex((row) => row.startsWith(`${name}:`));
  const fields = (rows[at] ?? '').split(':');
  if (has('l')) {
    tool.print(listing(fields, has('i')));
    yield* tool.drain();
    return 0;
  }
  const changes = options.filter(({ name: option }) => FIELDS[option] !== undefined);
  // Without an option it asks for each value; that is not modelled.
  if (changes.length === 0) return tool.fail('not modelled: asking for the values', 1);
  for (const { name: option, value = '' } of changes) {
    const days = daysOf(value);
    if (days === undefined) {
      tool.complain(`invalid numeric argument '${value}'`);
      tool.note(USAGES.chage ?? '');
      return 2;
    }
    fields[FIELDS[option] ?? 0] = days < 0 ? '' : String(days);
  }
  rows[at] = fields.join(':');
  context.fs.writeFile('/etc/shadow', rows.join('\n'), ROOT);
  return 0;
}
/** A number of days, or a date. */
export function daysOf(text: string): number | undefined {
  if (/^-?\d+$/.test(text)) return Number(text);
  const match = /^(\d{4})-(\d\d?)-(\d\d?)$/.exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0] = match.slice(1).map(Number);
  return daysFromDate(year, month, day);
}
function listing(fields: readonly string[], iso: boolean): string {
  const date = (days: number): string => strftime(iso ? '%Y-%m-%d' : '%b %d, %Y', days * DAY);
  const [, , changed = '', least = '0', most = '99999', warn = '7', idle = '', expires = ''] = fields;
  const mustChange = changed === '0';
  const never = Number(most) >= 10_000 || most === '' || changed === '';
  const end = Number(changed) + Number(most);
  const due = mustChange ? 'password must be changed' : undefined;
  const rows: readonly (readonly [string, string])[] = [
    ['Last password change\t\t\t\t\t', due ?? (changed === '' ? 'never' : date(Number(changed)))],
    ['Password expires\t\t\t\t\t', due ?? (never ? 'never' : date(end))],
    ['Password inactive\t\t\t\t\t', due ?? (never || idle === '' ? 'never' : date(end + Number(idle)))],
    ['Account expires\t\t\t\t\t\t', expires === '' ? 'never' : date(Number(expires))],
    ['Minimum number of days between password change\t\t', least === '' ? '-1' : least],
    ['Maximum number of days between password change\t\t', most === '' ? '-1' : most],
    ['Number of days of warning before password expires\t', warn === '' ? '-1' : warn],
  ];
  return rows.map(([name, value]) => `${name}: ${value}\n`).join('');
}

function* runHwclock(tool: Tool): ToolRun {
  const { options } = tool.options({
    short: 'hVruswavDf:',
    long: { show: 'r', get: 'get', hctosys: 's', systohc: 'w', utc: 'u', localtime: 'l', verbose: 'v' },
  });
  const { context } = tool;
  const { host } = context;
  // A container has no such device.
  if (host.state.extra.get('disk:virtualization') === 'systemd-nspawn') {
    tool.complain('Cannot access the Hardware Clock via any known method.');
    tool.complain('Use the --verbose option to see the details of our search for an access method.');
    return 1;
  }
  if (context.who.uid !== 0) {
    tool.complain('Cannot access the Hardware Clock via any known method.');
    tool.complain('Use the --verbose option to see the details of our search for an access method.');
    return 1;
  }
  const has = (name: string): boolean => options.some((option) => option.name === name);
  if (has('s') || has('w')) return 0;
  const at = host.clock();
  tool.line(`${strftime('%Y-%m-%d %H:%M:%S', at)}.${String(at % 1_000_000).padStart(6, '0')}+00:00`);
  yield* tool.drain();
  return 0;
}
