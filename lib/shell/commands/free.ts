/** free(1), uptime(1), vmstat(8) of procps. */
import { civilFromMicros, strftime } from '../../std/civil';
import { loads, memoryKiB } from '../../world/proc-files';
import type { Host } from '../../world/world.contract';
import { sessionsOf } from './sessions';
import type { Command, Tool, ToolRun } from './tool';

export const free: Command = {
  name: 'free',
  package: 'procps',
  paths: ['/usr/bin/free'],
  synopsis: 'free [options]',
  summary: 'Display amount of free and used memory in the system.',
  run: runFree,
};
export const uptime: Command = {
  name: 'uptime',
  package: 'procps',
  paths: ['/usr/bin/uptime'],
  synopsis: 'uptime [options]',
  summary: 'Tell how long the system has been running.',
  run: function* (tool) {
    const { options } = tool.options({ short: 'psV', long: { pretty: 'p', since: 's' } });
    const { host } = tool.context;
    const wanted = options.at(-1)?.name;
    if (wanted === 's') tool.line(strftime('%Y-%m-%d %H:%M:%S', host.clock() - upMicros(host)));
    else if (wanted === 'p') tool.line(prettyUptime(host));
    else tool.line(uptimeLine(host));
    yield* tool.drain();
    return 0;
  },
};
export const vmstat: Command = {
  name: 'vmstat',
  package: 'procps',
  paths: ['/usr/bin/vmstat'],
  synopsis: 'vmstat [options] [delay [count]]',
  summary: 'Report virtual memory statistics.',
  run: runVmstat,
};

/** procps counts the kernel's reclaimable memory as used in part. */
function figures(host: Host): {
  total: number;
  used: number;
  free: number;
  shared: number;
  cache: number;
  available: number;
} {
  const memory = memoryKiB(host);
  return {
    total: memory.total,
    used: memory.total - memory.available,
    free: memory.free,
    shared: 548,
    cache: memory.cache,
    available: memory.available,
  };
}

function* runFree(tool: Tool): ToolRun {
  const { options } = tool.options({
    short: 'bkmghlLtvc:s:wV',
    long: {
      bytes: 'b',
      kibi: 'k',
      mebi: 'm',
      gibi: 'g',
      kilo: 'kilo',
      mega: 'mega',
      giga: 'giga',
      human: 'h',
      si: 'si',
      lohi: 'l',
      line: 'L',
      total: 't',
      'seconds:': 's',
      'count:': 'c',
      wide: 'w',
    },
  });
  const has = (name: string): boolean => options.some((option) => option.name === name);
  const seconds = Number(options.findLast((option) => option.name === 's')?.value ?? '0');
  const given = options.findLast((option) => option.name === 'c')?.value;
  let left = given === undefined ? (seconds > 0 ? Number.POSITIVE_INFINITY : 1) : Number(given);
  const unit =
    options
      .map(
        (option) =>
          ({
            b: 1 / 1024,
            k: 1,
            m: 1024,
            g: 1_048_576,
            kilo: 1000 / 1024,
            mega: 1_000_000 / 1024,
            giga: 1_000_000_000 / 1024,
          })[option.name],
      )
      .findLast((size) => size !== undefined) ?? 1;
  const show = (kib: number): string =>
    has('h') ? human(kib * 1024, has('si')) : String(Math.floor(kib / unit));
  for (;;) {
    const memory = figures(tool.context.host);
    const wide = has('w');
    const heads = wide
      ? ['total', 'used', 'free', 'shared', 'buffers', 'cache', 'available']
      : ['total', 'used', 'free', 'shared', 'buff/cache', 'available'];
    const buffers = Math.floor(memory.cache / 10);
    const values = wide
      ? [
          memory.total,
          memory.used,
          memory.free,
          memory.shared,
          buffers,
          memory.cache - buffers,
          memory.available,
        ]
      : [memory.total, memory.used, memory.free, memory.shared, memory.cache, memory.available];
    const row = (name: string, cells: readonly string[]): string =>
      name.padEnd(8) + cells.map((cell) => cell.padStart(12)).join('');
    tool.line(`       ${heads.map((head, index) => head.padStart(index === 0 ? 13 : 12)).join('')}`);
    tool.line(row('Mem:', values.map(show)));
    tool.line(row('Swap:', [0, 0, 0].map(show)));
    if (has('t')) tool.line(row('Total:', [memory.total, memory.used, memory.free].map(show)));
    left -= 1;
    if (left <= 0) break;
    tool.line('');
    yield* tool.flush();
    yield* tool.context.sleep((seconds > 0 ? seconds : 1) * 1_000_000);
  }
  yield* tool.drain();
  return 0;
}

/** `972Mi`, `1.2Gi`, `0B`. */
function human(bytes: number, si: boolean): string {
  const base = si ? 1000 : 1024;
  const letters = 'BKMGTP';
  let power = 0;
  let value = bytes;
  while (value >= base && power < letters.length - 1) {
    value /= base;
    power++;
  }
  const number = value < 10 && power > 0 ? value.toFixed(1) : String(Math.floor(value));
  return number + (letters[power] ?? '') + (power > 0 && !si ? 'i' : '');
}

export function upMicros(host: Host): number {
  return Math.max(0, host.world.kernel.now - host.state.bootedAt);
}

/** ` 05:34:00 up 1 min,  1 user,  load average: 2.59, 0.86, 0.30` */
export function uptimeLine(host: Host): string {
  const { hour, minute, second } = civilFromMicros(host.clock());
  const two = (value: number): string => String(value).padStart(2, '0');
  const minutes = Math.floor(upMicros(host) / 60_000_000);
  const days = Math.floor(minutes / 1440);
  const hours = Math.floor(minutes / 60) % 24;
  const rest = minutes % 60;
  const up =
    (days > 0 ? `${days} day${days === 1 ? '' : 's'}, ` : '') +
    (hours > 0 ? `${String(hours).padStart(2)}:${two(rest)}` : `${rest} min`);
  const users = sessionsOf(host).length;
  const load = loads(host).split(' ').join(', ');
  return ` ${two(hour)}:${two(minute)}:${two(second)} up ${up}, ${String(users).padStart(2)} user${users === 1 ? '' : 's'},  load average: ${load}`
    .replace(/, {2}0 user,/, ',  0 user,')
    .replace('0 users,', '0 user,');
}

function prettyUptime(host: Host): string {
  const minutes = Math.floor(upMicros(host) / 60_000_000);
  const parts: string[] = [];
  const add = (value: number, name: string): void => {
    if (value > 0) parts.push(`${value} ${name}${value === 1 ? '' : 's'}`);
  };
  add(Math.floor(minutes / 10_080), 'week');
  add(Math.floor(minutes / 1440) % 7, 'day');
  add(Math.floor(minutes / 60) % 24, 'hour');
  add(minutes % 60, 'minute');
  return `up ${parts.length === 0 ? '0 minutes' : parts.join(', ')}`;
}

const VMSTAT_HEAD =
  'procs -----------memory---------- ---swap-- -----io---- -system-- ------cpu-----\n r  b   swpd   free   buff  cache   si   so    bi    bo   in   cs us sy id wa st\n';

function* runVmstat(tool: Tool): ToolRun {
  const { operands } = tool.options({
    short: 'afd:mnp:S:stwVD',
    long: { active: 'a', unit: 'S', stats: 's', wide: 'w', timestamp: 't' },
  });
  const [delay, count] = operands;
  if (delay !== undefined && !/^\d+$/.test(delay)) return tool.fail(`failed to parse argument: '${delay}'`);
  let left = delay === undefined ? 1 : count === undefined ? Number.POSITIVE_INFINITY : Number(count);
  tool.print(VMSTAT_HEAD);
  const { host } = tool.context;
  let before = { at: host.state.bootedAt, cpu: 0 };
  while (left > 0) {
    const { now } = tool.context.kernel;
    const memory = figures(host);
    const span = Math.max(1, now - before.at) * host.state.cores;
    const busy = Math.min(100, Math.round(((host.state.cpuMicros - before.cpu) * 100) / span));
    const running = host.state.coreBusyUntil.filter((until) => until > now).length;
    const buffers = Math.floor(memory.cache / 10);
    const cell = (value: number, width: number): string => String(value).padStart(width);
    tool.line(
      [
        cell(running, 2),
        cell(0, 2),
        cell(0, 6),
        cell(memory.free, 6),
        cell(buffers, 6),
        cell(memory.cache - buffers, 6),
        cell(0, 4),
        cell(0, 4),
        cell(0, 5),
        cell(0, 5),
        cell(26, 4),
        cell(27, 4),
        cell(busy, 2),
        cell(0, 2),
        cell(100 - busy, 2),
        cell(0, 2),
        cell(0, 2),
      ].join(' '),
    );
    before = { at: now, cpu: host.state.cpuMicros };
    left -= 1;
    if (left <= 0) break;
    yield* tool.flush();
    yield* tool.context.sleep(Number(delay) * 1_000_000);
  }
  yield* tool.drain();
  return 0;
}
